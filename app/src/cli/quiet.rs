//! What is said of panics while files are read. Decoders of damaged files may panic; the library catches that and gives an error, and the
//! user is told the error alone. What a panic says is held back meanwhile, of all threads, and printed where no error stands for it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;
use std::sync::{Mutex, Once, PoisonError};

use super::failure::say;

/// What panics said since reading began; `None` while nothing is read.
static HELD: Mutex<Option<Vec<String>>> = Mutex::new(None);

/// Takes what was held; from now on nothing is, or all is.
fn held(from_now_on: Option<Vec<String>>) -> Vec<String> {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    std::mem::replace(&mut *held, from_now_on).unwrap_or_default()
}

/// Prints what is held when it goes, also in a panic that nobody caught.
struct Reading;

impl Drop for Reading {
    fn drop(&mut self) {
        say(&held(None).concat());
    }
}

/// Reads files. What panics say in the meantime is printed unless reading ends with an error, which then stands for it.
pub(super) fn reading<T>(read: impl FnOnce() -> sre_stats::Result<T>) -> sre_stats::Result<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !hold(info) {
                usual(info);
            }
        }));
    });
    held(Some(Vec::new()));
    let reading = Reading;
    let result = read();
    if result.is_err() {
        held(None);
    }
    drop(reading);
    result
}

/// Holds back what a panic says, where files are read.
fn hold(info: &PanicHookInfo<'_>) -> bool {
    let backtrace = Backtrace::capture();
    let thread = std::thread::current();
    let mut told = format!("thread '{}' {info}\n", thread.name().unwrap_or("<unnamed>"));
    if backtrace.status() == BacktraceStatus::Captured {
        told.push_str(&format!("stack backtrace:\n{backtrace}\n"));
    }
    // the program ends with these, in functions and destructors that cannot unwind
    let is_last = info.payload_as_str().is_some_and(|message| message.starts_with("panic in a "));
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(all) = held.as_mut() else { return false };
    if is_last {
        say(&std::mem::take(all).concat());
        return false;
    }
    all.push(told);
    true
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use std::panic::catch_unwind;

    /// How many of the panics of these tests are held; `None` where nothing is.
    fn count(word: &str) -> Option<usize> {
        let held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().map(|all| all.iter().filter(|told| told.contains(word)).count())
    }

    #[test]
    fn panics_are_held_while_files_are_read_and_no_longer() {
        let failed = reading(|| {
            let caught = std::thread::spawn(|| catch_unwind(|| panic!("the decoder of a test"))).join().unwrap();
            assert!(caught.is_err());
            assert_eq!(count("the decoder of a test"), Some(1));
            Err::<(), _>(sre_stats::Error::parse("damaged"))
        });
        assert!(failed.is_err());
        let read = reading(|| {
            assert_eq!(count("the decoder of a test"), Some(0));
            Ok(7)
        });
        assert_eq!((read.unwrap(), count("")), (7, None));
        // one that nobody caught goes on, and ends the holding
        assert!(catch_unwind(|| reading(|| -> sre_stats::Result<()> { panic!("of this test") })).is_err());
        assert_eq!(count(""), None);
    }
}
