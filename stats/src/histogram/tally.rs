//! Counting a long slice: table look-ups without branches into two small tables of counters.

/// How many values are looked at for their extremes before they are counted, while they are in the fastest cache.
pub(super) const CHUNK: usize = 1024;
/// Slices shorter than this do not earn the counters' zeroing and emptying.
pub(super) const LONG: usize = 8 * CHUNK;
/// Values of a cache line.
const LINE: usize = 8;
/// Counters are emptied before they can be full.
const FULL: usize = 1 << 31;

/// What one chunk of values is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Extent {
    /// The smallest value; +∞ where all are NaN.
    pub(super) low: f64,
    /// The largest value; −∞ where all are NaN.
    pub(super) high: f64,
    /// No value is NaN for sure.
    pub(super) whole: bool,
}

impl Extent {
    /// The extremes of a slice, NaN left out.
    pub(super) fn of(values: &[f64]) -> Self {
        const LANES: usize = 8;
        let (mut low, mut high, mut sum) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES], [0.0; LANES]);
        let (rows, rest) = values.as_chunks::<LANES>();
        for row in rows {
            for (((low, high), sum), value) in low.iter_mut().zip(&mut high).zip(&mut sum).zip(row) {
                *low = if *value < *low { *value } else { *low };
                *high = if *value > *high { *value } else { *high };
                // one NaN makes the sum NaN; so may two infinities, which costs time alone
                *sum += *value;
            }
        }
        let sum = sum.iter().chain(rest).sum::<f64>();
        let low = low.into_iter().chain(rest.iter().copied()).fold(f64::INFINITY, f64::min);
        let high = high.into_iter().chain(rest.iter().copied()).fold(f64::NEG_INFINITY, f64::max);
        Self { low, high, whole: !sum.is_nan() }
    }
}

/// Counts by bin number in a window of `SLOTS` numbers, a power of two, that moves with the data.
///
/// Neighbours in the data go to different tables, so that equal neighbours do not wait for each other.
pub(super) struct Tally<const SLOTS: usize> {
    counts: Box<[[u32; SLOTS]; 2]>,
    first: usize,
    last: usize,
    pending: usize,
}

impl<const SLOTS: usize> Tally<SLOTS> {
    pub(super) fn new() -> Self {
        Self { counts: Box::new([[0; SLOTS]; 2]), first: usize::MAX, last: 0, pending: 0 }
    }

    /// Makes room for values with numbers from `first` to `last`, and says whether there is room; `empty` takes the counts that
    /// must give way.
    pub(super) fn admits(&mut self, first: usize, last: usize, empty: impl FnMut(usize, u64)) -> bool {
        if last - first >= SLOTS {
            return false;
        }
        if self.last.max(last) - self.first.min(first) >= SLOTS || self.pending > FULL {
            self.empty(empty);
        }
        self.first = self.first.min(first);
        self.last = self.last.max(last);
        true
    }

    /// Gives all counts away.
    pub(super) fn empty(&mut self, mut to: impl FnMut(usize, u64)) {
        let [even, odd] = &mut *self.counts;
        if self.pending > 0 {
            for number in self.first..=self.last {
                let slot = number % SLOTS;
                let count = u64::from(even[slot]) + u64::from(odd[slot]);
                (even[slot], odd[slot]) = (0, 0);
                if count > 0 {
                    to(number, count);
                }
            }
        }
        (self.first, self.last, self.pending) = (usize::MAX, 0, 0);
    }

    /// Counts some values that all have one admitted number.
    pub(super) fn count_same(&mut self, number: usize, values: usize) {
        let [even, _] = &mut *self.counts;
        // a chunk is far below 2³²
        even[number % SLOTS] = even[number % SLOTS].wrapping_add(values as u32);
        self.pending += values;
    }

    /// Counts positive normal values whose numbers are admitted and whose cells are in the table.
    ///
    /// A value's cell is its bits above the lowest `CELL`, less `start`; its number is the sum of its bits and the cell's entry, less
    /// the lowest `NUMBER` bits: the entry is made so that the sum carries exactly where the value reaches the next bin.
    ///
    /// Beside it one value of each cache line of `next` is read, so that memory works while these values are counted: the chunk whose
    /// extremes are asked next comes from the cache then, and data larger than the cache take the longer of both times and not the sum.
    #[inline]
    pub(super) fn count<const CELL: u32, const NUMBER: u32, const CELLS: usize>(
        &mut self,
        table: &[u64; CELLS],
        start: usize,
        values: &[f64],
        next: &[f64],
    ) {
        const { assert!(CELLS.is_power_of_two() && SLOTS.is_power_of_two(), "masks need powers of two") };
        let [even, odd] = &mut *self.counts;
        let slot = |value: f64| {
            let bits = value.to_bits();
            let cell = ((bits >> CELL) as usize).wrapping_sub(start) & (CELLS - 1);
            (bits.wrapping_add(table[cell]) >> NUMBER) as usize & (SLOTS - 1)
        };
        let (rows, rest) = values.as_chunks::<LINE>();
        let mut lines = next.as_chunks::<LINE>().0.iter();
        let mut read = 0;
        for row in rows {
            if let Some([first, ..]) = lines.next() {
                read ^= first.to_bits();
            }
            for [a, b] in row.as_chunks::<2>().0 {
                let (a, b) = (slot(*a), slot(*b));
                even[a] = even[a].wrapping_add(1);
                odd[b] = odd[b].wrapping_add(1);
            }
        }
        std::hint::black_box(read);
        for value in rest {
            let slot = slot(*value);
            even[slot] = even[slot].wrapping_add(1);
        }
        self.pending += values.len();
    }
}
