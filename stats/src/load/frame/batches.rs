//! Batches of a columnar file, each turned into groups of rows as soon as it is decoded, several at once.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use polars::prelude::DataFrame;

use super::polars::renamed;
use super::typed::{Origin, chunk, join};
use crate::error::{Error, Result};
use crate::load::assemble::{Part, partition};
use crate::load::classify::Plan;
use crate::load::dataset::Dataset;
use crate::load::report::LoadReport;
use crate::progress::Progress;

/// So many batches wait for a thread; the next one is worked on by the reader itself, so that memory stays bounded.
const WAITING: usize = 8;

/// Takes the batches of one file in their order.
pub(super) struct Batches {
    plan: Plan,
    /// The place in a batch of each wanted column.
    places: Vec<usize>,
    progress: Progress,
    taken: AtomicUsize,
    parts: Mutex<Vec<Option<Result<Part>>>>,
    one_more: Condvar,
    waiting: AtomicUsize,
}

impl Batches {
    pub(super) fn new(plan: Plan, places: Vec<usize>, progress: Progress) -> Arc<Self> {
        Arc::new(Self {
            plan,
            places,
            progress,
            taken: AtomicUsize::new(0),
            parts: Mutex::default(),
            one_more: Condvar::new(),
            waiting: AtomicUsize::new(0),
        })
    }

    /// Takes the next batch, and says whether no more are wanted.
    pub(super) fn take(self: &Arc<Self>, batch: DataFrame) -> bool {
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        if self.waiting.fetch_add(1, Ordering::Relaxed) < WAITING {
            let shared = Arc::clone(self);
            rayon::spawn(move || shared.work(number, batch));
        } else {
            self.work(number, batch);
        }
        self.progress.is_cancelled()
    }

    fn work(&self, number: usize, batch: DataFrame) {
        // a panic on another thread would end the program
        let part = catch_unwind(AssertUnwindSafe(|| self.part(batch)))
            .unwrap_or_else(|_| Err(Error::parse("a part of its columns cannot be decoded")));
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let mut parts = self.parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if parts.len() <= number {
            parts.resize_with(number + 1, || None);
        }
        if let Some(place) = parts.get_mut(number) {
            *place = Some(part);
        }
        self.one_more.notify_one();
    }

    fn part(&self, batch: DataFrame) -> Result<Part> {
        let rows = batch.height();
        let wanted =
            self.places.iter().filter_map(|i| batch.select_at_idx(*i).cloned()).enumerate().map(renamed).collect();
        let chosen = DataFrame::new(rows, wanted).map_err(|e| super::polars::failed(&e))?;
        drop(batch);
        partition(chunk(&chosen, &self.plan, 0, rows)?, &self.plan)
    }

    /// Waits for the last batch, and makes a data set of all.
    pub(super) fn finish(&self, origin: &Origin<'_>, report: LoadReport) -> Result<Dataset> {
        let taken = self.taken.load(Ordering::Relaxed);
        let mut parts = self.parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        while parts.len() < taken || parts.iter().any(Option::is_none) {
            if rayon::current_thread_index().is_some() {
                // this thread may be the one that the work waits for
                drop(parts);
                rayon::yield_now();
                parts = self.parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            } else {
                parts = self.one_more.wait(parts).unwrap_or_else(std::sync::PoisonError::into_inner);
            }
        }
        let parts = std::mem::take(&mut *parts);
        join(parts.into_iter().flatten(), &self.plan, origin, report)
    }
}
