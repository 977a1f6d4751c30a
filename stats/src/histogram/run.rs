//! Counts of consecutive bins, numbered by i32: a dense window over what was touched.

use super::side::add_all;

/// The window grows to multiples of this many bins.
const STEP: i32 = 64;

/// Counts of the bins `first .. first + counts.len()`.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    first: i32,
    counts: Vec<u64>,
}

impl Run {
    /// The count of a bin.
    pub(super) fn get(&self, bin: i32) -> u64 {
        self.slot(bin).and_then(|slot| self.counts.get(slot)).copied().unwrap_or(0)
    }

    fn slot(&self, bin: i32) -> Option<usize> {
        usize::try_from(i64::from(bin) - i64::from(self.first)).ok()
    }

    /// The count of a bin, to be changed; the window grows to hold it.
    pub(super) fn get_mut(&mut self, bin: i32) -> &mut u64 {
        self.cover(bin, bin);
        // the window covers the bin
        &mut self.counts[(bin - self.first) as usize]
    }

    /// Grows the window to hold the bins from `low` to `high`, which lie within 2²⁰ of 0.
    fn cover(&mut self, low: i32, high: i32) {
        let end = self.first + self.counts.len() as i32;
        if !self.counts.is_empty() && low >= self.first && high < end {
            return;
        }
        let low = low.div_euclid(STEP) * STEP;
        let high = (high.div_euclid(STEP) + 1) * STEP;
        if self.counts.is_empty() {
            self.first = low;
        }
        if low < self.first {
            let more = (self.first - low) as usize;
            self.counts.splice(0..0, std::iter::repeat_n(0, more));
            self.first = low;
        }
        let length = (high - self.first) as usize;
        if length > self.counts.len() {
            self.counts.resize(length, 0);
        }
    }

    /// Adds another window; the caller has checked that the total has room.
    pub(super) fn add(&mut self, other: &Self) {
        if other.counts.is_empty() {
            return;
        }
        self.cover(other.first, other.first + other.counts.len() as i32 - 1);
        add_all(&mut self.counts, (other.first - self.first) as usize, &other.counts);
    }

    /// The bins that hold something, ascending.
    pub(super) fn filled(&self) -> impl DoubleEndedIterator<Item = (i32, u64)> + '_ {
        let first = self.first;
        self.counts.iter().enumerate().filter(|(_, c)| **c > 0).map(move |(slot, count)| (first + slot as i32, *count))
    }

    /// The same counts with every bin given a new number.
    pub(super) fn renumbered(&self, number: impl Fn(i32) -> i32) -> Self {
        let mut run = Self::default();
        for (bin, count) in self.filled() {
            *run.get_mut(number(bin)) += count;
        }
        run
    }

    /// Bytes that the counts take.
    pub(super) fn bytes(&self) -> usize {
        self.counts.capacity() * size_of::<u64>()
    }
}

impl PartialEq for Run {
    /// The same counts, whatever the window.
    fn eq(&self, other: &Self) -> bool {
        self.filled().eq(other.filled())
    }
}
