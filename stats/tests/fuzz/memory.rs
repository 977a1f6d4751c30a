//! The system's allocator, with what is held and was held at most, of a thread and of the process.

use std::alloc::{GlobalAlloc, Layout as Block, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicIsize, Ordering};

thread_local! {
    static LIVE: Cell<usize> = const { Cell::new(0) };
    static PEAK: Cell<usize> = const { Cell::new(0) };
}
static ALL_LIVE: AtomicIsize = AtomicIsize::new(0);
static ALL_PEAK: AtomicIsize = AtomicIsize::new(0);

/// Counts what passes through the system's allocator.
struct Counting;

// SAFETY: every call goes to the system's allocator unchanged; the counters allocate nothing
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, block: Block) -> *mut u8 {
        let live = LIVE.get() + block.size();
        LIVE.set(live);
        PEAK.set(PEAK.get().max(live));
        let size = block.size() as isize;
        let all = ALL_LIVE.fetch_add(size, Ordering::Relaxed) + size;
        ALL_PEAK.fetch_max(all, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on
        unsafe { System.alloc(block) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, block: Block) {
        // another thread may have taken what this one gives back
        LIVE.set(LIVE.get().saturating_sub(block.size()));
        ALL_LIVE.fetch_sub(block.size() as isize, Ordering::Relaxed);
        // SAFETY: the caller's promise is passed on
        unsafe { System.dealloc(pointer, block) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What a run on this thread allocated at most beyond what was held before it.
pub(crate) fn peak_of<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = LIVE.get();
    PEAK.set(before);
    let result = run();
    (result, PEAK.get() - before)
}

/// What all threads allocated at most during a run; nothing else may run beside it.
pub(crate) fn peak_of_all<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = ALL_LIVE.load(Ordering::Relaxed);
    ALL_PEAK.store(before, Ordering::Relaxed);
    let result = run();
    (result, (ALL_PEAK.load(Ordering::Relaxed) - before).max(0) as usize)
}
