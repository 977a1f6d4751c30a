//! Batches of a columnar file, each turned into groups of rows as soon as it is decoded, several at once.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use polars::prelude::DataFrame;
use rayon::prelude::*;

use super::polars::renamed;
use super::typed::{Origin, chunk};
use crate::error::{Error, Result};
use crate::load::assemble::{Collector, Part, partition};
use crate::load::classify::Plan;
use crate::load::dataset::Dataset;
use crate::load::report::LoadReport;
use crate::load::store::{Condense, HistogramTable};
use crate::progress::Progress;

/// So many batches wait for a thread; the next one is worked on by the reader itself, so that memory stays bounded.
const WAITING: usize = 8;

/// Rows of a batch that are worked on as one piece.
const SLICE: usize = 1 << 15;

/// Takes the batches of one file in their order.
pub(super) struct Batches {
    plan: Plan,
    file: String,
    /// The place in a batch of each wanted column.
    places: Vec<usize>,
    progress: Progress,
    bytes_per_row: f64,
    /// How rows are counted, where they are not kept.
    how: Option<Condense>,
    taken: AtomicUsize,
    parts: Mutex<Parts>,
    one_more: Condvar,
    waiting: AtomicUsize,
}

/// The groups of rows of all batches, in their order.
struct Parts {
    collector: Collector,
    /// Those that came before one of an earlier batch.
    early: BTreeMap<usize, Result<Part>>,
    /// How many are joined.
    joined: usize,
    /// What went wrong first.
    failed: Result<()>,
}

impl Batches {
    pub(super) fn new(
        (plan, file): (Plan, &str),
        places: Vec<usize>,
        (progress, bytes_per_row): (Progress, f64),
        how: Option<Condense>,
    ) -> Arc<Self> {
        let collector = Collector::counting(0, how);
        Arc::new(Self {
            plan,
            file: file.to_owned(),
            places,
            progress,
            bytes_per_row,
            how,
            taken: AtomicUsize::new(0),
            parts: Mutex::new(Parts { collector, early: BTreeMap::new(), joined: 0, failed: Ok(()) }),
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

    /// Takes all rows of a batch, in parallel, before it returns: no other batch needs to be there at the same time.
    pub(super) fn take_whole(&self, batch: &DataFrame) -> Result<()> {
        let starts: Vec<usize> = (0..batch.height()).step_by(SLICE).collect();
        let made: Vec<Result<Part>> = starts
            .into_par_iter()
            .map(|from| {
                let slice = batch.slice(from as i64, SLICE);
                catch_unwind(AssertUnwindSafe(|| self.part(slice)))
                    .unwrap_or_else(|_| Err(Error::parse("a part of its columns cannot be decoded")))
            })
            .collect();
        let mut parts = self.parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for part in made {
            parts.collector.add(part?, &self.plan, &self.file)?;
        }
        Ok(())
    }

    fn work(&self, number: usize, batch: DataFrame) {
        // a panic on another thread would end the program
        let part = catch_unwind(AssertUnwindSafe(|| self.part(batch)))
            .unwrap_or_else(|_| Err(Error::parse("a part of its columns cannot be decoded")));
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        let mut guard = self.parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let parts = &mut *guard;
        parts.early.insert(number, part);
        while let Some(next) = parts.early.remove(&parts.joined) {
            parts.joined += 1;
            if parts.failed.is_ok() {
                parts.failed = next.and_then(|part| parts.collector.add(part, &self.plan, &self.file));
            }
        }
        self.one_more.notify_one();
    }

    fn part(&self, batch: DataFrame) -> Result<Part> {
        let rows = batch.height();
        let wanted =
            self.places.iter().filter_map(|i| batch.select_at_idx(*i).cloned()).enumerate().map(renamed).collect();
        let chosen = DataFrame::new(rows, wanted).map_err(|e| super::polars::failed(&e))?;
        drop(batch);
        let mut part = partition(chunk(&chosen, &self.plan, 0, rows)?, &self.plan)?;
        if let Some(how) = self.how {
            part.condense(how, &self.plan)?;
        }
        self.progress.advance((rows as f64 * self.bytes_per_row) as u64);
        Ok(part)
    }

    /// Waits for the last batch, and makes a data set of all; what is counted goes into the table.
    pub(super) fn finish(
        &self,
        origin: &Origin<'_>,
        mut report: LoadReport,
        table: &mut HistogramTable,
    ) -> Result<Dataset> {
        let taken = self.taken.load(Ordering::Relaxed);
        let mut parts = self.parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        while parts.joined < taken {
            if rayon::current_thread_index().is_some() {
                // this thread may be the one that the work waits for
                drop(parts);
                rayon::yield_now();
                parts = self.parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            } else {
                parts = self.one_more.wait(parts).unwrap_or_else(std::sync::PoisonError::into_inner);
            }
        }
        std::mem::replace(&mut parts.failed, Ok(()))?;
        let collector = std::mem::take(&mut parts.collector);
        drop(parts);
        origin.read(&collector, &mut report);
        match self.how {
            Some(how) => collector.give(&self.plan, origin.file, origin.format, report, how, table),
            None => collector.finish(&self.plan, origin.file, origin.format, report),
        }
    }
}
