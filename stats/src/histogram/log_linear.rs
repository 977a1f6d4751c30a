//! The histogram with two-digit decimal bins: storage, insertion, merging.

use std::sync::Arc;

use super::binned::Binned;
use super::cache::Cache;
use super::convert::Target;
use super::index::{self, BINS, LIMIT, Place};
use super::layout::{Bin, Closed, Layout, Sketch};
use super::side::Side;
use super::tally::{CHUNK, Extent, LONG, Tally};
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::quantile::Quantile;
use crate::series::Dropped;

/// A log-linear histogram, base 10 with two digits: the layout of `OpenHistogram`, also known as Circllhist.
///
/// The bins of positive values are `[d × 10^(e−1), (d+1) × 10^(e−1))` with d from 10 to 99 and e from −128 to 127; negative
/// values have the same bins mirrored, and one bin holds the magnitudes below 10⁻¹²⁸. A bin is at most 10 % wide, so the value
/// given for a quantile, the harmonic midpoint of its bin, is within 1/21 (4.8 %) of the sample of that rank.
///
/// - Edges are the f64 nearest to the decimal, and a value equal to an edge belongs to the bin that begins there. libcircllhist
///   multiplies and adds a relative 10⁻¹³ before it truncates, so values within that distance below an edge are put above it
///   there and not here.
/// - NaN and ±∞ are left out and counted in [`dropped`](Self::dropped). A magnitude of 10¹²⁸ or more is counted in the
///   outermost bin of its sign, whose guarantee then reaches to the extreme value (libcircllhist calls it not a number).
/// - All state is integer counts and the two extremes: the same values give the same histogram in any order and partition.
/// - The wire forms ([`to_bytes`](Self::to_bytes), [`to_base64`](Self::to_base64), [`to_json`](Self::to_json)) hold the counts
///   alone; minimum and maximum are not known after a round trip.
/// - The total saturates at 2⁶⁴ − 1 values; what goes beyond is not counted.
///
/// Use exact quantiles of [`quantile`](crate::quantile) while the samples are in memory, and other layouts where 10 % bins are
/// too wide.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::histogram::LogLinear;
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let mut monday = LogLinear::from_values(&[0.120, 0.125, 0.180]);
/// let tuesday = LogLinear::from_values(&[0.121, 2.4]);
/// monday.merge(&tuesday);
/// let median = monday.quantile(Quantile::MEDIAN, &Scope::untimed(Unit::Second))?;
/// assert_eq!(median.interval(), Some((0.12, 0.13)));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: H. Hartmann, T. Schlossnagle, *Circllhist: The Log-Linear Histograms for IT Infrastructure Monitoring* (2020).
#[derive(Clone, Debug)]
pub struct LogLinear {
    pub(super) positive: Side,
    pub(super) negative: Side,
    pub(super) zero: u64,
    pub(super) total: u64,
    /// No value is below; +∞ while empty.
    pub(super) low: f64,
    /// No value is above; −∞ while empty.
    pub(super) high: f64,
    /// Whether `low` and `high` are values that were inserted.
    pub(super) exact: bool,
    pub(super) dropped: Dropped,
    pub(super) cache: Cache,
}

impl Default for LogLinear {
    fn default() -> Self {
        Self {
            positive: Side::default(),
            negative: Side::default(),
            zero: 0,
            total: 0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            exact: true,
            dropped: Dropped::default(),
            cache: Cache::default(),
        }
    }
}

/// Counters of the short way: more than the bins of a [`window`](index::window).
const SLOTS: usize = 1024;

impl LogLinear {
    /// An empty histogram.
    pub fn new() -> Self {
        Self::default()
    }

    /// The histogram of a slice.
    pub fn from_values(values: &[f64]) -> Self {
        let mut histogram = Self::new();
        histogram.insert_slice(values);
        histogram
    }

    /// Adds one value.
    pub fn insert(&mut self, value: f64) {
        self.insert_weighted(value, 1);
    }

    /// Adds one value `weight` times.
    pub fn insert_weighted(&mut self, value: f64, weight: u64) {
        self.cache.forget();
        if self.dropped.takes(value, weight) {
            return;
        }
        let weight = weight.min(u64::MAX - self.total);
        if weight == 0 {
            return;
        }
        self.widen(value, value);
        self.total += weight;
        *self.counter(value) += weight;
    }

    /// Adds every value of a slice: the fast way in, about a nanosecond a value.
    pub fn insert_slice(&mut self, values: &[f64]) {
        self.cache.forget();
        let mut tally = (values.len() >= LONG).then(Tally::<SLOTS>::new);
        let mut window = index::window(1.0, 1.0);
        let mut chunks = values.chunks(CHUNK).peekable();
        while let Some(chunk) = chunks.next() {
            let extent = Extent::of(chunk);
            if u64::MAX - self.total < chunk.len() as u64 || !(extent.low.is_finite() && extent.high.is_finite()) {
                // infinities, NaN alone, or a full counter
                for value in chunk {
                    self.insert(*value);
                }
                continue;
            }
            let counted = match &mut tally {
                Some(tally) if extent.whole && extent.low >= index::TINY && extent.high < LIMIT => {
                    self.tally(tally, &mut window, extent, (chunk, chunks.peek().copied().unwrap_or_default()))
                }
                _ => None,
            };
            self.total += counted.unwrap_or_else(|| self.count_each(chunk));
            self.widen(extent.low, extent.high);
        }
        if let Some(mut tally) = tally {
            tally.empty(|number, count| *self.positive.get_mut(number - 1) += count);
        }
    }

    /// Counts a chunk of positive values by the short way, where its values are near enough to each other, and says how many.
    fn tally(
        &mut self,
        tally: &mut Tally<SLOTS>,
        window: &mut Option<(&'static [u64; index::WINDOW], usize)>,
        extent: Extent,
        (chunk, next): (&[f64], &[f64]),
    ) -> Option<u64> {
        let number = |value: f64| index::number(index::table(), value.to_bits());
        let cell = |value: f64| (value.to_bits() >> index::SHIFT) as usize;
        let (first, last) = (number(extent.low)?, number(extent.high)?);
        if window.is_none_or(|(_, start)| cell(extent.low) < start || cell(extent.high) >= start + index::WINDOW) {
            *window = index::window(extent.low, extent.high);
        }
        let (table, start) = (*window)?;
        let room = tally.admits(first, last, |number, count| *self.positive.get_mut(number - 1) += count);
        if room && first == last {
            tally.count_same(first, chunk.len());
        } else if room {
            tally.count::<{ index::SHIFT }, { index::SHIFT }, { index::WINDOW }>(table, start, chunk, next);
        }
        room.then_some(chunk.len() as u64)
    }

    /// Counts values of any kind but infinities, and says how many were numbers.
    fn count_each(&mut self, values: &[f64]) -> u64 {
        let table = index::table();
        let mut rest = values;
        let mut counted = 0;
        loop {
            let run = count_run(table, &mut self.positive, &mut self.negative, rest);
            counted += run as u64;
            let Some((value, after)) = rest.get(run..).and_then(<[f64]>::split_first) else { return counted };
            rest = after;
            if value.is_nan() {
                self.dropped.nan += 1;
            } else {
                *self.counter(*value) += 1;
                counted += 1;
            }
        }
    }

    /// The counter of a finite value.
    fn counter(&mut self, value: f64) -> &mut u64 {
        let side = if value < 0.0 { &mut self.negative } else { &mut self.positive };
        match index::place(value.abs()) {
            Place::Zero => &mut self.zero,
            Place::Bin(bin) => side.get_mut(bin),
            Place::Beyond => side.get_mut(BINS - 1),
        }
    }

    /// Takes the interval of some values into the extremes.
    fn widen(&mut self, low: f64, high: f64) {
        // adding +0 makes −0 a +0, so that the extremes do not depend on the order of zeros
        self.low = self.low.min(low) + 0.0;
        self.high = self.high.max(high) + 0.0;
    }

    /// Adds all that another histogram holds; the result is the histogram of both data sets.
    pub fn merge(&mut self, other: &Self) {
        self.cache.forget();
        self.dropped.add(other.dropped);
        if other.total == 0 {
            return;
        }
        self.exact = self.exact && other.exact;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        if let Some(total) = self.total.checked_add(other.total) {
            self.total = total;
            self.zero += other.zero;
            self.positive.add(&other.positive);
            self.negative.add(&other.negative);
        } else {
            for (code, count) in other.filled().collect::<Vec<_>>() {
                let count = count.min(u64::MAX - self.total);
                self.total += count;
                *self.counter_of(code) += count;
            }
        }
    }

    /// Takes out all that another histogram holds: what was added between two cumulative snapshots.
    ///
    /// Minimum and maximum are no longer known afterwards, though the old ones still bound the values.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where a bin would fall below 0; the histogram is then unchanged.
    pub fn subtract(&mut self, other: &Self) -> Result<()> {
        self.cache.forget();
        for (code, count) in other.filled() {
            let own = self.count_of(code);
            if own < count {
                let (lower, upper) = edges(code);
                return Err(Error::mismatch(format!(
                    "the bin from {lower:e} to {upper:e} holds {own} values, {count} cannot be taken out"
                ))
                .hint("subtract the earlier snapshot of the same counter from the later one"));
            }
        }
        if other.total > 0 {
            for (code, count) in other.filled().collect::<Vec<_>>() {
                *self.counter_of(code) -= count;
            }
            self.total -= other.total;
            self.exact = false;
        }
        self.dropped.take_out(other.dropped);
        if self.total == 0 {
            *self = Self { dropped: self.dropped, ..Self::default() };
        }
        Ok(())
    }

    /// How many values it holds.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// Whether it holds no value.
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// The NaN and infinities that were left out.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// The smallest value; `None` where it is empty, was read from a wire form, or had values taken out.
    pub fn min(&self) -> Option<f64> {
        (self.exact && self.total > 0).then_some(self.low)
    }

    /// The largest value; `None` where it is empty, was read from a wire form, or had values taken out.
    pub fn max(&self) -> Option<f64> {
        (self.exact && self.total > 0).then_some(self.high)
    }

    /// The bins that hold something, ascending. The zero bin is (−10⁻¹²⁸, 10⁻¹²⁸).
    ///
    /// Edges are those of the layout: the outermost bin of a sign also counts magnitudes of 10¹²⁸ and more, and
    /// [`binned`](Self::binned) has it reach as far as the values do.
    pub fn bins(&self) -> Vec<Bin> {
        self.filled()
            .map(|(code, count)| {
                let (lower, upper) = edges(code);
                Bin::new(lower, upper, closed(code), count)
            })
            .collect()
    }

    /// Bytes of memory that the counts take: 720 for each decade between the smallest and the largest magnitude of a sign.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.positive.bytes() + self.negative.bytes()
    }

    /// The bins that hold something, ascending: 0 for the zero bin, ±(bin + 1) for the others.
    pub(super) fn filled(&self) -> impl Iterator<Item = (i32, u64)> + '_ {
        let negative = self.negative.filled().rev().map(|(bin, count)| (-(bin as i32) - 1, count));
        let zero = (self.zero > 0).then_some((0, self.zero));
        negative.chain(zero).chain(self.positive.filled().map(|(bin, count)| (bin as i32 + 1, count)))
    }

    fn count_of(&self, code: i32) -> u64 {
        let bin = (code.unsigned_abs() as usize).wrapping_sub(1);
        match code {
            0 => self.zero,
            1.. => self.positive.get(bin),
            _ => self.negative.get(bin),
        }
    }

    pub(super) fn counter_of(&mut self, code: i32) -> &mut u64 {
        let bin = (code.unsigned_abs() as usize).wrapping_sub(1);
        match code {
            0 => &mut self.zero,
            1.. => self.positive.get_mut(bin),
            _ => self.negative.get_mut(bin),
        }
    }
}

/// The edges of a bin by its code.
pub(super) fn edges(code: i32) -> (f64, f64) {
    let bin = (code.unsigned_abs() as usize).wrapping_sub(1);
    match code {
        0 => (-index::TINY, index::TINY),
        1.. => (index::edge(bin), index::edge(bin + 1)),
        _ => (-index::edge(bin + 1), -index::edge(bin)),
    }
}

/// The edges that a bin holds: the inner one, towards zero; the zero bin holds neither.
pub(super) fn closed(code: i32) -> Closed {
    match code {
        0 => Closed::Neither,
        1.. => Closed::Lower,
        _ => Closed::Upper,
    }
}

/// Counts values until one has no counter yet, and says how many it counted.
#[inline]
fn count_run(table: &[u64], positive: &mut Side, negative: &mut Side, values: &[f64]) -> usize {
    let (first_positive, positive) = positive.window();
    let (first_negative, negative) = negative.window();
    for (i, value) in values.iter().enumerate() {
        let bits = value.to_bits();
        let magnitude = bits & (u64::MAX >> 1);
        let Some(number) = index::number(table, magnitude) else { return i };
        let counter = if bits == magnitude {
            positive.get_mut(number.wrapping_sub(first_positive + 1))
        } else {
            negative.get_mut(number.wrapping_sub(first_negative + 1))
        };
        let Some(counter) = counter else { return i };
        // the caller has checked that the total, and so every bin, has room
        *counter = counter.wrapping_add(1);
    }
    values.len()
}

impl PartialEq for LogLinear {
    /// The same counts, extremes and dropped values.
    fn eq(&self, other: &Self) -> bool {
        self.total == other.total
            && self.dropped == other.dropped
            && (self.exact, self.low, self.high) == (other.exact, other.low, other.high)
            && self.filled().eq(other.filled())
    }
}

impl Sketch for LogLinear {
    fn schema(&self) -> String {
        "log-linear".into()
    }
    fn insert(&mut self, value: f64) {
        Self::insert(self, value);
    }
    fn insert_weighted(&mut self, value: f64, weight: u64) {
        Self::insert_weighted(self, value, weight);
    }
    fn insert_slice(&mut self, values: &[f64]) {
        Self::insert_slice(self, values);
    }
    fn merge(&mut self, other: &Self) -> Result<()> {
        Self::merge(self, other);
        Ok(())
    }
    fn count(&self) -> u64 {
        self.total
    }
    fn min(&self) -> Option<f64> {
        Self::min(self)
    }
    fn max(&self) -> Option<f64> {
        Self::max(self)
    }
    fn dropped(&self) -> Dropped {
        self.dropped
    }
    fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        self.binned().quantiles(quantiles, scope)
    }
    fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        self.binned().share_below(threshold, scope)
    }
    fn memory_bytes(&self) -> usize {
        Self::memory_bytes(self)
    }
}

impl Layout for LogLinear {
    fn bins(&self) -> Vec<Bin> {
        Self::bins(self)
    }
    fn subtract(&mut self, other: &Self) -> Result<()> {
        Self::subtract(self, other)
    }
    fn binned(&self) -> Arc<Binned> {
        Self::binned(self)
    }
}

impl Target for LogLinear {
    fn set_extremes(&mut self, min: Option<f64>, max: Option<f64>) {
        if self.total > 0 {
            self.cache.forget();
            self.exact = min.is_some() && max.is_some();
            self.low = min.unwrap_or(f64::NEG_INFINITY);
            self.high = max.unwrap_or(f64::INFINITY);
        }
    }
}
