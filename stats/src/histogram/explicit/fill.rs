//! The fast way in: a long slice by a table of cells, other values by a search without branches.

use super::Explicit;
use crate::histogram::cells::Cells;
use crate::histogram::layout::Sketch;
use crate::histogram::tally::{CHUNK, Extent, LONG, Tally};

/// Counters of the short way.
const SLOTS: usize = 1024;
/// How much further than the data a table reaches on each side: two octaves.
const MARGIN: f64 = 4.0;

impl Explicit {
    /// Adds every value of a slice, as one after the other would.
    pub(super) fn fill(&mut self, values: &[f64]) {
        let mut tally = (values.len() >= LONG).then(Tally::<SLOTS>::new);
        let mut cells: Option<Cells> = None;
        let mut chunks = values.chunks(CHUNK).peekable();
        while let Some(chunk) = chunks.next() {
            let Extent { low, high, whole } = Extent::of(chunk);
            let finite = whole && low > f64::NEG_INFINITY && high < f64::INFINITY;
            if !finite || u64::MAX - self.total < chunk.len() as u64 {
                for value in chunk {
                    self.insert(*value);
                }
                continue;
            }
            self.total += chunk.len() as u64;
            (self.low, self.high, self.sum) = (self.low.min(low) + 0.0, self.high.max(high) + 0.0, None);
            if let Some(tally) = tally.as_mut().filter(|_| low >= f64::MIN_POSITIVE) {
                if cells.as_ref().is_none_or(|cells| !cells.holds(low, high)) {
                    let wide = self.cells((low / MARGIN).max(f64::MIN_POSITIVE), (high * MARGIN).min(f64::MAX));
                    cells = wide.or_else(|| self.cells(low, high));
                }
                if let Some(cells) = &cells
                    && tally.admits(cells.number(low), cells.number(high), |bucket, count| self.counts[bucket] += count)
                {
                    cells.count(tally, chunk, chunks.peek().copied().unwrap_or_default());
                    continue;
                }
            }
            for value in chunk {
                *self.counter(*value) += 1;
            }
        }
        if let Some(mut tally) = tally {
            tally.empty(|bucket, count| self.counts[bucket] += count);
        }
    }

    /// The table between two magnitudes; `None` where edges are too near to each other.
    fn cells(&self, low: f64, high: f64) -> Option<Cells> {
        // a bucket begins just above the edge before it
        let first = self.edges.partition_point(|edge| edge.next_up() <= Cells::begin(low));
        Cells::new(low, high, first, self.edges.iter().skip(first).map(|edge| edge.next_up()))
    }
}
