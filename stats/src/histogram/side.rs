//! The counts of one sign: a dense window over the decades that were touched.

use super::index::{BINS, DECADE};

/// Adds counts to those from a place on; as slices, so that it becomes vector instructions.
pub(super) fn add_all(own: &mut [u64], from: usize, more: &[u64]) {
    for (own, more) in own.get_mut(from..).unwrap_or_default().iter_mut().zip(more) {
        *own = own.wrapping_add(*more);
    }
}

/// Counts of the bins `first .. first + counts.len()`, whole decades.
#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    first: usize,
    counts: Vec<u64>,
}

impl Side {
    /// The window as it lies in memory: its first bin and the counts from there on.
    pub(super) fn window(&mut self) -> (usize, &mut [u64]) {
        (self.first, &mut self.counts)
    }

    /// The count of a bin.
    pub(super) fn get(&self, bin: usize) -> u64 {
        bin.checked_sub(self.first).and_then(|slot| self.counts.get(slot)).copied().unwrap_or(0)
    }

    /// The count of a bin, to be changed; the window grows to hold it.
    pub(super) fn get_mut(&mut self, bin: usize) -> &mut u64 {
        let bin = bin.min(BINS - 1);
        if bin.wrapping_sub(self.first) >= self.counts.len() {
            self.cover(bin, bin);
        }
        &mut self.counts[bin - self.first]
    }

    /// Grows the window to hold the bins from `low` to `high`.
    fn cover(&mut self, low: usize, high: usize) {
        let low = low / DECADE * DECADE;
        let end = (high / DECADE + 1) * DECADE;
        if self.counts.is_empty() {
            self.first = low;
        }
        if low < self.first {
            let more = self.first - low;
            self.counts.splice(0..0, std::iter::repeat_n(0, more));
            self.first = low;
        }
        if end > self.first + self.counts.len() {
            self.counts.resize(end - self.first, 0);
        }
    }

    /// Adds another window.
    pub(super) fn add(&mut self, other: &Self) {
        if other.counts.is_empty() {
            return;
        }
        self.cover(other.first, other.first + other.counts.len() - 1);
        add_all(&mut self.counts, other.first - self.first, &other.counts);
    }

    /// The bins that hold something, ascending.
    pub(super) fn filled(&self) -> impl DoubleEndedIterator<Item = (usize, u64)> + '_ {
        self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(|(slot, count)| (self.first + slot, *count))
    }

    /// Bytes that the counts take.
    pub(super) fn bytes(&self) -> usize {
        self.counts.capacity() * size_of::<u64>()
    }
}
