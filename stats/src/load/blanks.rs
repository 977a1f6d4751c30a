//! Fields that no text stands for: a header may be long and its rows short, and what is not there takes as much memory as what is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many such fields are kept of a table, besides one for every two bytes of its text.
const MOST: u64 = 1 << 19;

/// How many such fields a table has, counted by all threads that read it.
#[derive(Clone, Debug)]
pub(crate) struct Blanks(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    found: AtomicU64,
    most: AtomicU64,
}

impl Default for Blanks {
    fn default() -> Self {
        Self(Arc::new(Counts { found: AtomicU64::new(0), most: AtomicU64::new(u64::MAX) }))
    }
}

impl Blanks {
    /// As many as the text that was read so far may stand for. Whether there are more does not depend on who counts first, since all of
    /// this text is counted before more is read.
    pub(crate) fn allow(&self, bytes: u64) {
        self.0.most.store(MOST + bytes / 2, Ordering::Relaxed);
    }

    /// Counts those of a row.
    pub(crate) fn count(&self, fields: usize) {
        if fields > 0 {
            self.0.found.fetch_add(fields as u64, Ordering::Relaxed);
        }
    }

    /// Whether there are more than may be; then nothing more is kept.
    pub(crate) fn too_many(&self) -> bool {
        self.0.found.load(Ordering::Relaxed) > self.0.most.load(Ordering::Relaxed)
    }
}
