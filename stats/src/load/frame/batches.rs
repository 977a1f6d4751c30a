//! Batches of a columnar file, each turned into groups of rows as soon as it is decoded, several at once.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::typed::{Origin, Typed, chunk_of};
use crate::error::{Error, Result};
use crate::load::assemble::{Collector, Part, partition};
use crate::load::classify::Plan;
use crate::load::dataset::Dataset;
use crate::load::report::LoadReport;
use crate::load::store::{Condense, HistogramTable};
use crate::load::table::Chunk;
use crate::progress::Progress;

/// Reads the columns at some places of a piece by its number.
pub(super) type Make<'a> = dyn Fn(usize, &[usize]) -> Result<Vec<Typed>> + Sync + 'a;

/// How many rows a piece has, where none of them can be in the range of time.
pub(super) type Outside<'a> = dyn Fn(usize) -> Option<usize> + Sync + 'a;

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
    parts: Mutex<Parts>,
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
    ) -> Self {
        let collector = Collector::counting(0, how);
        Self {
            plan,
            file: file.to_owned(),
            places,
            progress,
            bytes_per_row,
            how,
            parts: Mutex::new(Parts { collector, early: BTreeMap::new(), joined: 0, failed: Ok(()) }),
        }
    }

    /// Takes pieces of the file, which come in their order, on as many threads as rayon has; each is made on the thread that then
    /// sorts its rows, and no more are there at a time than there are threads. Of a piece of which `outside` gives a number, all rows are
    /// so many, lie outside the range of time that is asked for, and are not made.
    pub(super) fn take_pieces(&self, count: usize, outside: &Outside<'_>, make: &Make<'_>) {
        let next = AtomicUsize::new(0);
        let work = || {
            while !self.progress.is_cancelled() && self.goes_on() {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= count {
                    break;
                }
                let made = || match outside(number) {
                    Some(rows) => {
                        self.progress.advance((rows as f64 * self.bytes_per_row) as u64);
                        Ok(Part::outside(rows))
                    }
                    None => self.part_of(make(number, &self.places)?),
                };
                let part = catch_unwind(AssertUnwindSafe(made)).unwrap_or_else(|_| undecodable());
                self.join(number, part);
            }
        };
        rayon::scope(|scope| {
            for _ in 1..rayon::current_num_threads().min(count) {
                scope.spawn(|_| work());
            }
            work();
        });
    }

    /// Whether nothing went wrong so far.
    fn goes_on(&self) -> bool {
        self.parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner).failed.is_ok()
    }

    /// Joins a part once all before it are joined.
    fn join(&self, number: usize, part: Result<Part>) {
        let mut guard = self.parts.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let parts = &mut *guard;
        parts.early.insert(number, part);
        while let Some(next) = parts.early.remove(&parts.joined) {
            parts.joined += 1;
            if parts.failed.is_ok() {
                parts.failed = next.and_then(|part| parts.collector.add(part, &self.plan, &self.file));
            }
        }
    }

    /// Of columns in the plan's order.
    fn part_of(&self, columns: Vec<Typed>) -> Result<Part> {
        let rows = columns.first().map_or(0, Typed::len);
        self.sorted(chunk_of(columns.into_iter().map(Ok), &self.plan, rows)?)
    }

    /// The rows in their groups, counted where they are not kept.
    fn sorted(&self, chunk: Chunk) -> Result<Part> {
        let rows = chunk.rows;
        let mut part = partition(chunk, &self.plan)?;
        if let Some(how) = self.how {
            part.condense(how, &self.plan)?;
        }
        self.progress.advance((rows as f64 * self.bytes_per_row) as u64);
        Ok(part)
    }

    /// Makes a data set of all pieces; what is counted goes into the table.
    pub(super) fn finish(
        self,
        origin: &Origin<'_>,
        mut report: LoadReport,
        table: &mut HistogramTable,
    ) -> Result<Dataset> {
        let Parts { collector, failed, .. } =
            self.parts.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        failed?;
        origin.read(&collector, &mut report);
        match self.how {
            Some(how) => collector.give(&self.plan, origin.file, origin.format, report, how, table),
            None => collector.finish(&self.plan, origin.file, origin.format, report),
        }
    }
}

fn undecodable() -> Result<Part> {
    Err(Error::parse("a part of its columns cannot be decoded"))
}
