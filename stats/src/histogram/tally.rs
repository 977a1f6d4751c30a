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
        let mut lanes = Lanes::new();
        let (rows, rest) = values.as_chunks();
        for row in rows {
            lanes.see(row);
        }
        lanes.finish(rest)
    }
}

/// The extremes of rows of values, in lanes that do not wait for each other.
struct Lanes {
    low: [f64; LINE],
    high: [f64; LINE],
    sum: [f64; LINE],
}

impl Lanes {
    fn new() -> Self {
        Self { low: [f64::INFINITY; LINE], high: [f64::NEG_INFINITY; LINE], sum: [0.0; LINE] }
    }

    #[inline]
    fn see(&mut self, row: &[f64; LINE]) {
        for (((low, high), sum), value) in self.low.iter_mut().zip(&mut self.high).zip(&mut self.sum).zip(row) {
            *low = if *value < *low { *value } else { *low };
            *high = if *value > *high { *value } else { *high };
            // one NaN makes the sum NaN; so may two infinities, which costs time alone
            *sum += *value;
        }
    }

    fn finish(self, rest: &[f64]) -> Extent {
        let sum = self.sum.iter().chain(rest).sum::<f64>();
        let low = self.low.into_iter().chain(rest.iter().copied()).fold(f64::INFINITY, f64::min);
        let high = self.high.into_iter().chain(rest.iter().copied()).fold(f64::NEG_INFINITY, f64::max);
        Extent { low, high, whole: !sum.is_nan() }
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
    /// Beside it memory is asked for `next`, the chunk that comes next, so that data larger than the cache take the longer of reading
    /// and counting and not the sum.
    #[inline]
    pub(super) fn count<const CELL: u32, const NUMBER: u32, const CELLS: usize>(
        &mut self,
        table: &[u64; CELLS],
        start: usize,
        values: &[f64],
        next: &[f64],
    ) {
        self.step::<CELL, NUMBER, CELLS>(1, table, start, values, next, |_| ());
        self.pending += values.len();
    }

    /// Counts values of any kind as [`count`](Self::count) does and finds their extremes on the way: where these tell of values that
    /// are not in the table or not admitted, all must be [taken back](Self::take_back).
    #[inline]
    pub(super) fn count_unseen<const CELL: u32, const NUMBER: u32, const CELLS: usize>(
        &mut self,
        table: &[u64; CELLS],
        start: usize,
        values: &[f64],
        next: &[f64],
    ) -> Extent {
        let mut lanes = Lanes::new();
        self.step::<CELL, NUMBER, CELLS>(1, table, start, values, next, |row| lanes.see(row));
        self.pending += values.len();
        lanes.finish(values.as_chunks::<LINE>().1)
    }

    /// Undoes [`count_unseen`](Self::count_unseen) of the same values.
    pub(super) fn take_back<const CELL: u32, const NUMBER: u32, const CELLS: usize>(
        &mut self,
        table: &[u64; CELLS],
        start: usize,
        values: &[f64],
    ) {
        self.step::<CELL, NUMBER, CELLS>(u32::MAX, table, start, values, &[], |_| ());
        self.pending -= values.len();
    }

    /// Adds `by` at each value's number, modulo 2³².
    #[inline]
    fn step<const CELL: u32, const NUMBER: u32, const CELLS: usize>(
        &mut self,
        by: u32,
        table: &[u64; CELLS],
        start: usize,
        values: &[f64],
        next: &[f64],
        mut see: impl FnMut(&[f64; LINE]),
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
        for row in rows {
            lines.next().into_iter().for_each(fetch);
            see(row);
            for [a, b] in row.as_chunks::<2>().0 {
                let (a, b) = (slot(*a), slot(*b));
                even[a] = even[a].wrapping_add(by);
                odd[b] = odd[b].wrapping_add(by);
            }
        }
        for value in rest {
            let slot = slot(*value);
            even[slot] = even[slot].wrapping_add(by);
        }
    }
}

/// Asks memory for a cache line without waiting for it.
#[inline]
fn fetch(line: &[f64; LINE]) {
    #[cfg(target_arch = "x86_64")]
    #[expect(
        unsafe_code,
        reason = "reading ahead saves a third of the time of data larger than the cache; a hint alone"
    )]
    // SAFETY: SSE is part of x86-64, and a prefetch reads nothing, whatever the address
    unsafe {
        std::arch::x86_64::_mm_prefetch::<{ std::arch::x86_64::_MM_HINT_T0 }>(line.as_ptr().cast());
    }
    // a read that is waited for, on processors whose hint is not stable in Rust
    #[cfg(not(target_arch = "x86_64"))]
    std::hint::black_box(line[0]);
}
