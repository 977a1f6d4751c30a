//! Progress and cancellation, shared between the thread that works and the one that watches.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::error::{Error, Result};

/// A handle on a piece of long work: how far it is, and whether it should stop.
///
/// Clones share the same state. The worker calls [`stage`](Self::stage), [`advance`](Self::advance) and
/// [`check`](Self::check); the watcher reads [`snapshot`](Self::snapshot) and may [`cancel`](Self::cancel).
///
/// ```
/// use sre_stats::progress::Progress;
/// let progress = Progress::new();
/// progress.stage("reading", 100);
/// progress.advance(40);
/// assert_eq!(progress.snapshot().fraction(), Some(0.4));
/// progress.cancel();
/// assert!(progress.check().is_err());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Progress(Arc<Shared>);

#[derive(Default)]
struct Shared {
    cancelled: AtomicBool,
    done: AtomicU64,
    total: AtomicU64,
    stage: Mutex<(String, &'static str)>,
    observer: Option<fn(&Snapshot)>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress").field("cancelled", &self.cancelled).field("done", &self.done).finish_non_exhaustive()
    }
}

/// What a watcher sees at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// The name of the present stage.
    pub stage: String,
    /// Units of work done in this stage.
    pub done: u64,
    /// Units of work in this stage; 0 where it is not known.
    pub total: u64,
    /// What the units are: bytes, unless the worker says otherwise.
    pub unit: &'static str,
}

impl Snapshot {
    /// The share done, from 0 to 1, or `None` where the total is not known.
    pub fn fraction(&self) -> Option<f64> {
        (self.total > 0).then(|| (self.done as f64 / self.total as f64).min(1.0))
    }
}

impl Progress {
    /// A fresh handle, not cancelled, with nothing done.
    pub fn new() -> Self {
        Self::default()
    }

    /// A fresh handle that calls `observer` whenever work was done, on the thread that did it.
    ///
    /// For watchers without a loop of their own. The observer must be quick, and itself leave out what comes too often.
    pub fn observed(observer: fn(&Snapshot)) -> Self {
        Self(Arc::new(Shared { observer: Some(observer), ..Shared::default() }))
    }

    /// Begins a stage of `total` units of work (0: not known).
    pub fn stage(&self, name: &str, total: u64) {
        self.stage_of(name, total, "bytes");
    }

    /// Begins a stage of `total` of something else than bytes, such as pages.
    pub fn stage_of(&self, name: &str, total: u64, unit: &'static str) {
        if let Ok(mut stage) = self.0.stage.lock() {
            *stage = (name.to_owned(), unit);
        }
        self.0.done.store(0, Ordering::Relaxed);
        self.0.total.store(total, Ordering::Relaxed);
    }

    /// Adds `units` to what is done in this stage.
    pub fn advance(&self, units: u64) {
        self.0.done.fetch_add(units, Ordering::Relaxed);
        if let Some(observer) = self.0.observer {
            observer(&self.snapshot());
        }
    }

    /// Asks the worker to stop at its next check.
    pub fn cancel(&self) {
        self.0.cancelled.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked to stop.
    pub fn is_cancelled(&self) -> bool {
        self.0.cancelled.load(Ordering::Relaxed)
    }

    /// An error of kind [`Cancelled`](crate::ErrorKind::Cancelled) once somebody asked to stop.
    pub fn check(&self) -> Result<()> {
        if self.is_cancelled() { Err(Error::cancelled()) } else { Ok(()) }
    }

    /// Where the work stands now.
    pub fn snapshot(&self) -> Snapshot {
        let (stage, unit) = self.0.stage.lock().map(|s| s.clone()).unwrap_or_default();
        Snapshot { stage, unit, done: self.0.done.load(Ordering::Relaxed), total: self.0.total.load(Ordering::Relaxed) }
    }
}
