//! A look-up table from a value's leading bits to the number of its bin, made for the range that the data have.
//!
//! An octave is cut into 2⁷ cells of equal width. Where no cell holds two edges, the sum of a value's bits and its cell's entry carries
//! into the bits above [`SHIFT`] exactly where the value has reached the edge: one addition is the comparison, and [`Tally`] counts.

use super::tally::{Extent, Tally};

/// The bits below a cell's number, and below a bin's number in a sum.
pub(super) const SHIFT: u32 = 45;
/// Cells of a table: 32 octaves, more than nine decades.
const CELLS: usize = 4096;
const LOW: u64 = (1 << SHIFT) - 1;
/// The most numbers that a sum has room for.
const MOST: usize = 1 << (u64::BITS - SHIFT);

/// The cell of a positive normal value.
fn cell(value: f64) -> usize {
    (value.to_bits() >> SHIFT) as usize
}

/// A table for the magnitudes of some whole cells.
pub(super) struct Cells {
    table: Box<[u64; CELLS]>,
    /// The first cell and the one after the last that have entries.
    from: usize,
    to: usize,
}

impl Cells {
    /// The table for positive normal values from `low` to `high`, and those in their cells; `None` where these span more than 32 octaves,
    /// a cell holds two edges, or the numbers are too many.
    ///
    /// `starts` are the values at which bin after bin begins, ascending, from the first that is above the beginning of `low`'s cell on; `first`
    /// is the number of the bin before it. They are read as far as `high`'s cell reaches.
    pub(super) fn new(low: f64, high: f64, first: usize, starts: impl Iterator<Item = f64>) -> Option<Self> {
        let (from, to) = (cell(low), cell(high) + 1);
        if to.checked_sub(from)? > CELLS {
            return None;
        }
        let mut table: Box<[u64; CELLS]> = vec![0; CELLS].try_into().ok()?;
        let mut starts = starts.map(f64::to_bits).peekable();
        let mut number = first;
        for cell in from..to {
            let begins = (cell as u64) << SHIFT;
            while starts.next_if(|start| *start <= begins).is_some() {
                number += 1;
            }
            let inside = starts.next_if(|start| start >> SHIFT == cell as u64);
            if starts.peek().is_some_and(|start| start >> SHIFT == cell as u64) || number + 1 >= MOST {
                return None;
            }
            let to_edge = inside.map_or(0, |start| (1 << SHIFT) - (start & LOW));
            table[cell % CELLS] = (((number as u64) << SHIFT) + to_edge).wrapping_sub(begins);
            number += usize::from(inside.is_some());
        }
        Some(Self { table, from, to })
    }

    /// The beginning of the cell of a positive normal value: `starts` of a table begin above it.
    pub(super) fn begin(value: f64) -> f64 {
        f64::from_bits(value.to_bits() & !LOW)
    }

    /// Whether all positive normal values between two are in the table.
    pub(super) fn holds(&self, low: f64, high: f64) -> bool {
        self.from <= cell(low) && cell(high) < self.to
    }

    /// The number of the bin of a value that is in the table.
    pub(super) fn number(&self, value: f64) -> usize {
        (value.to_bits().wrapping_add(self.table[cell(value) % CELLS]) >> SHIFT) as usize
    }

    /// The first and the last number of the table.
    pub(super) fn numbers(&self) -> (usize, usize) {
        let first = f64::from_bits((self.from as u64) << SHIFT);
        let last = f64::from_bits(((self.to as u64) << SHIFT) - 1);
        (self.number(first), self.number(last))
    }

    /// Counts values of any kind into a tally that has admitted all [`numbers`](Self::numbers) of the table, and finds their extremes
    /// on the way. `None` where there are others among them than positive values from `least` on that are in the table; then none is counted.
    pub(super) fn count_unseen<const SLOTS: usize>(
        &self,
        tally: &mut Tally<SLOTS>,
        values: &[f64],
        next: &[f64],
        least: f64,
    ) -> Option<Extent> {
        let extent = tally.count_unseen::<SHIFT, SHIFT, CELLS>(&self.table, 0, values, next);
        let held = extent.whole && extent.low >= least && self.holds(extent.low, extent.high);
        if !held {
            tally.take_back::<SHIFT, SHIFT, CELLS>(&self.table, 0, values);
        }
        held.then_some(extent)
    }

    /// Counts values that are in the table, whose numbers the tally has admitted; `next` are those that come next.
    pub(super) fn count<const SLOTS: usize>(&self, tally: &mut Tally<SLOTS>, values: &[f64], next: &[f64]) {
        tally.count::<SHIFT, SHIFT, CELLS>(&self.table, 0, values, next);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn numbers_are_those_of_counting_the_edges(
            mut edges in prop::collection::vec(1e-3..1e6_f64, 1..40), values in prop::collection::vec(1e-3..1e6_f64, 1..200)
        ) {
            edges.sort_by(f64::total_cmp);
            edges.dedup_by(|b, a| *b / *a < 1.02);
            let near = edges.iter().flat_map(|edge| [*edge, edge.next_down(), edge.next_up()]);
            let values: Vec<f64> = values.into_iter().chain(near).collect();
            let low = values.iter().copied().fold(f64::INFINITY, f64::min);
            let high = values.iter().copied().fold(0.0, f64::max);
            let first = edges.partition_point(|edge| *edge <= Cells::begin(low));
            let cells = Cells::new(low, high, first, edges[first..].iter().copied()).unwrap();
            prop_assert!(cells.holds(low, high));
            for value in values {
                prop_assert_eq!(cells.number(value), edges.iter().filter(|edge| **edge <= value).count());
            }
        }
    }

    #[test]
    fn there_is_no_table_where_it_would_be_wrong() {
        assert!(Cells::new(1.0, 2.0, 0, [1.501, 1.502].into_iter()).is_none());
        assert!(Cells::new(1.0, 1e10, 0, [2.0].into_iter()).is_none());
        assert!(Cells::new(1.0, 2.0, MOST - 1, [1.5].into_iter()).is_none());
    }
}
