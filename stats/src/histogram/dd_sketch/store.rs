//! Counts of the bins of one sign: a dense window under the highest bin, whose lowest bin takes what falls below it.

use crate::histogram::side::add_all;

/// Grown by whole steps, so that a rising series of values does not move the counts each time.
const STEP: i64 = 64;

/// Counts by the number of their bin. What a store holds depends on the values alone and not on their order.
#[derive(Clone, Debug)]
pub(super) struct Store {
    /// The bin of `counts[0]`.
    first: i64,
    counts: Vec<u64>,
    /// The lowest bin that a value belongs to, collapsed or not.
    low: i64,
    /// The highest bin that holds something.
    high: i64,
    max_bins: usize,
}

impl Store {
    pub(super) fn new(max_bins: usize) -> Self {
        Self { first: 0, counts: Vec::new(), low: i64::MAX, high: i64::MIN, max_bins }
    }

    pub(super) fn max_bins(&self) -> usize {
        self.max_bins
    }

    pub(super) fn is_empty(&self) -> bool {
        self.high < self.low
    }

    /// The lowest bin that may stand alone.
    fn floor(&self) -> i64 {
        if self.is_empty() { i64::MIN } else { self.high - self.max_bins as i64 + 1 }
    }

    /// Whether values lie below the lowest bin that is kept.
    pub(super) fn is_collapsed(&self) -> bool {
        !self.is_empty() && self.low < self.floor()
    }

    /// The lowest bin that a value belongs to.
    pub(super) fn lowest(&self) -> i32 {
        self.low as i32
    }

    /// Makes room for the bins from `low` to `high`, which values are about to enter.
    pub(super) fn cover(&mut self, low: i32, high: i32) {
        self.low = self.low.min(i64::from(low));
        self.high = self.high.max(i64::from(high));
        let start = self.low.max(self.floor());
        let end = self.first + self.counts.len() as i64;
        if self.counts.is_empty() {
            self.first = start.div_euclid(STEP) * STEP;
            let last = (self.high.div_euclid(STEP) + 1) * STEP;
            self.counts.resize((last - self.first) as usize, 0);
            return;
        }
        if self.high >= end {
            let last = (self.high.div_euclid(STEP) + 1) * STEP;
            // where a single leap passes the whole window, what is under the new floor is folded before anything grows
            self.fold(start);
            self.counts.resize((last - self.first).max(0) as usize, 0);
        }
        if start < self.first {
            let first = start.div_euclid(STEP) * STEP;
            self.counts.splice(0..0, std::iter::repeat_n(0, (self.first - first) as usize));
            self.first = first;
        }
        self.fold(start);
    }

    /// Moves what is below a bin into that bin.
    fn fold(&mut self, start: i64) {
        let Ok(below) = usize::try_from(start - self.first) else { return };
        if below == 0 {
            return;
        }
        let whole = below.min(self.counts.len());
        let folded: u64 = self.counts.iter_mut().take(whole).map(std::mem::take).sum();
        // whole steps leave the window; the rest stays, empty
        let gone = (below as i64 / STEP * STEP) as usize;
        self.counts.drain(..gone.min(self.counts.len()));
        self.first += gone as i64;
        if folded > 0 {
            let slot = (start - self.first) as usize;
            if slot >= self.counts.len() {
                self.counts.resize(slot + 1, 0);
            }
            self.counts[slot] += folded;
        }
    }

    /// The counts from the lowest bin that is kept on.
    pub(super) fn kept(&mut self) -> &mut [u64] {
        let from = (self.start() - self.first) as usize;
        self.counts.get_mut(from..).unwrap_or_default()
    }

    /// The lowest bin that is kept.
    pub(super) fn start(&self) -> i64 {
        self.low.max(self.floor())
    }

    /// Adds to one bin.
    pub(super) fn add(&mut self, key: i32, weight: u64) {
        if weight == 0 {
            return;
        }
        self.cover(key, key);
        let slot = (i64::from(key).max(self.start()) - self.first) as usize;
        self.counts[slot] += weight;
    }

    /// Adds all of another store with as many bins.
    pub(super) fn merge(&mut self, other: &Self) {
        if other.is_empty() {
            return;
        }
        self.cover(other.low as i32, other.high as i32);
        let start = self.start();
        if other.start() >= start && other.first >= self.first {
            // nothing of it collapses here, and its counts lie within the window
            let end = (other.counts.len() as i64).min(self.first + self.counts.len() as i64 - other.first).max(0);
            let counts = other.counts.get(..end as usize).unwrap_or(&other.counts);
            return add_all(&mut self.counts, (other.first - self.first) as usize, counts);
        }
        for (key, count) in other.filled() {
            let slot = (i64::from(key).max(start) - self.first) as usize;
            self.counts[slot] += count;
        }
    }

    /// What is left when the counts of another store with as many bins are taken out; `None` where a bin would fall below 0.
    ///
    /// What the earlier of two snapshots had in bins that the later one has collapsed is taken from the collapsed bin.
    pub(super) fn without(&self, other: &Self) -> Option<Self> {
        let mut rest = self.clone();
        let start = rest.start();
        for (key, count) in other.filled() {
            let slot = usize::try_from(i64::from(key).max(start) - rest.first).ok()?;
            let own = rest.counts.get_mut(slot)?;
            *own = own.checked_sub(count)?;
        }
        Some(rest)
    }

    /// Changes how many bins are kept; fewer of them collapse the lowest.
    pub(super) fn set_max_bins(&mut self, max_bins: usize) {
        self.max_bins = max_bins;
        if !self.is_empty() {
            self.fold(self.start());
        }
    }

    /// The bins that hold something, ascending.
    pub(super) fn filled(&self) -> impl DoubleEndedIterator<Item = (i32, u64)> + '_ {
        let first = self.first;
        self.counts
            .iter()
            .enumerate()
            .filter(|(_, count)| **count > 0)
            .map(move |(slot, count)| ((first + slot as i64) as i32, *count))
    }

    /// Bytes that the counts take.
    pub(super) fn bytes(&self) -> usize {
        self.counts.capacity() * size_of::<u64>()
    }
}
