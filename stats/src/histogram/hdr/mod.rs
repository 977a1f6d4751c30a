//! `HdrHistogram`: whole numbers to a fixed count of significant digits, through the crate `hdrhistogram`.

mod log;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;

use hdrhistogram::Histogram;

pub use self::log::{HdrInterval, HdrLog};

use super::binned::{Binned, Within};
use super::cache::Cache;
use super::layout::{Bin, Closed, Layout, Sketch};
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::series::Dropped;

/// The most values that a correction for coordinated omission may fill in at once.
const MOST_FILLED: f64 = 1e7;

/// An `HdrHistogram` of real values in a unit: a value is counted as a whole number of ticks, to 1–5 significant digits.
///
/// With t ticks a unit, bins are `[i/t, j/t)` for whole i and j: one tick wide up to 2·10^digits ticks, then at most a share of
/// 10^−digits. The value given for a quantile is the harmonic midpoint of its bin, and its bound the bin. (Java's
/// `getValueAtPercentile` gives the highest tick of the bin, which is inside the same bound.) So choose ticks that are 10^digits
/// times finer than the smallest value that matters: values in seconds with `ticks_per_unit` 1e6 are counted in microseconds.
///
/// - The range grows as values need it, to 2⁶⁴ ticks, where values saturate and the last bin reaches to the largest. Memory follows:
///   up to 0.5 MB at 3 digits, 50 MB at 5. Eight decades take 4 kB at 1 digit, 29 kB at 2 and 230 kB at 3, since the crate's counters
///   are dense, and 10⁶ values of them are stored in 0.2, 1.2 and 5.3 times the bytes of `OpenHistogram`: choose as few digits as will do,
///   or an [`Exponential`](super::Exponential).
/// - Zero is in the bin `[0, 1/t)`. Negative values cannot be counted: they are left out and told by
///   [`negative_dropped`](Self::negative_dropped) and a caveat. NaN and ±∞ are left out and told by [`Sketch::dropped`].
/// - **Coordinated omission.** A load generator that waits for a slow answer does not send what it should have sent meanwhile:
///   [`insert_corrected`](Self::insert_corrected) fills in what those requests would have seen, [`corrected`](Self::corrected) does so
///   afterwards. Never both on the same data.
/// - All state is integer counts and the extremes: the same values give the same histogram in any order and partition.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::histogram::{Hdr, Sketch};
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let mut seconds = Hdr::new(3, 1e6)?;
/// seconds.insert_slice(&[0.020, 0.021, 0.022, 1.5]);
/// let median = seconds.quantile(Quantile::MEDIAN, &Scope::untimed(Unit::Second))?;
/// let (lower, upper) = median.interval().unwrap_or_default();
/// assert!(lower <= 0.021 && 0.021 <= upper && upper - lower < 0.001 * 0.021);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: G. Tene, `HdrHistogram` (<https://hdrhistogram.github.io/HdrHistogram/>), version 2 of its encoding.
#[derive(Clone, Debug)]
pub struct Hdr {
    inner: Histogram<u64>,
    ticks_per_unit: f64,
    negative: u64,
    /// No value is below; +∞ while empty.
    low: f64,
    /// No value is above; −∞ while empty.
    high: f64,
    /// Whether `low` and `high` are values that were inserted.
    exact: bool,
    dropped: Dropped,
    cache: Cache,
}

impl Hdr {
    /// An empty histogram of `digits` significant digits, whose values are counted in `ticks_per_unit` ticks a unit.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `digits` is not 1 to 5, or `ticks_per_unit` not a positive number.
    pub fn new(digits: u8, ticks_per_unit: f64) -> Result<Self> {
        if !(1..=5).contains(&digits) {
            return Err(Error::argument(format!("{digits} significant digits cannot be kept"))
                .hint("give a whole number from 1 to 5, such as 3"));
        }
        let inner = Histogram::new(digits).map_err(|e| Error::argument("no such histogram").caused_by(e))?;
        Self::of(inner, ticks_per_unit)
    }

    fn of(mut inner: Histogram<u64>, ticks_per_unit: f64) -> Result<Self> {
        if !(1e-300..=1e300).contains(&ticks_per_unit) {
            return Err(Error::argument(format!("{ticks_per_unit} ticks a unit"))
                .hint("give a positive number, such as 1e6 to count seconds in microseconds"));
        }
        inner.auto(true);
        let (low, high) = if inner.is_empty() { (f64::INFINITY, f64::NEG_INFINITY) } else { (0.0, f64::INFINITY) };
        let exact = inner.is_empty();
        let (dropped, cache) = (Dropped::default(), Cache::default());
        Ok(Self { inner, ticks_per_unit, negative: 0, low, high, exact, dropped, cache })
    }

    /// The histogram of a slice, with ticks that fit its values: the power of ten that gives the smallest positive value as many
    /// digits as asked, or, where the range is too wide for that, the largest value 18 digits.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `digits` is not 1 to 5.
    pub fn from_values(values: &[f64], digits: u8) -> Result<Self> {
        let positive = || values.iter().copied().filter(|value| value.is_finite() && *value > 0.0);
        let (least, most) = (positive().fold(f64::INFINITY, f64::min), positive().fold(0.0, f64::max));
        let ticks = if least.is_finite() {
            let fine = i32::from(digits) - least.log10().floor() as i32;
            let coarse = 17 - most.log10().floor() as i32;
            10_f64.powi(fine.min(coarse).clamp(-290, 290))
        } else {
            1.0
        };
        let mut histogram = Self::new(digits, ticks)?;
        histogram.insert_slice(values);
        Ok(histogram)
    }

    /// How many significant digits it keeps.
    pub fn digits(&self) -> u8 {
        self.inner.sigfig()
    }

    /// How many ticks it counts a unit as.
    pub fn ticks_per_unit(&self) -> f64 {
        self.ticks_per_unit
    }

    /// The negative values that were left out.
    pub fn negative_dropped(&self) -> u64 {
        self.negative
    }

    /// Adds a value, and beside it what requests would have seen that should have been sent while it took longer than the expected
    /// interval between two requests: `value − interval`, `value − 2·interval`, … down to `interval`.
    ///
    /// ```
    /// use sre_stats::histogram::{Hdr, Sketch};
    /// let mut seconds = Hdr::new(3, 1e3)?;
    /// seconds.insert_corrected(1.0, 0.25)?;
    /// // 1.0, 0.75, 0.5 and 0.25
    /// assert_eq!((seconds.count(), seconds.min()), (4, Some(0.25)));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the interval is not positive, or so small that more than 10⁷ values would be
    /// filled in.
    pub fn insert_corrected(&mut self, value: f64, interval: f64) -> Result<()> {
        check_interval(interval)?;
        // 100 s hold 10 000 intervals of 10 ms, though 10 ms as f64 is a little more
        let quotient = value / interval;
        let whole = quotient.round();
        let even = (quotient - whole).abs() <= 4.0 * f64::EPSILON * quotient.abs();
        if value.is_finite() && quotient > MOST_FILLED {
            return Err(too_many(quotient));
        }
        self.insert(value);
        if value.is_finite() {
            let steps = if even { whole } else { quotient.floor() };
            for step in 1..(steps.max(1.0) as u64) {
                // counted in whole steps, so that no rounding adds up
                let step = step as f64;
                self.insert(if even { (whole - step) * interval } else { value - step * interval });
            }
        }
        Ok(())
    }

    /// The histogram as it would be, had every value been added with [`insert_corrected`](Self::insert_corrected); each bin's values
    /// are taken to be at its highest tick, as in Java's `copyCorrectedForCoordinatedOmission`.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the interval is not positive, shorter than a tick, or so short that more than 10⁷
    /// bins would be filled in.
    pub fn corrected(&self, interval: f64) -> Result<Self> {
        check_interval(interval)?;
        let ticks = (interval * self.ticks_per_unit).round();
        if !(1.0..1e19).contains(&ticks) {
            return Err(Error::argument(format!("an interval of {interval} is not between one tick and 10¹⁹"))
                .hint("choose more ticks a unit, or correct on the way in"));
        }
        let filled: f64 = self.inner.iter_recorded().map(|bin| bin.value_iterated_to() as f64 / ticks).sum();
        if filled > MOST_FILLED {
            return Err(too_many(filled));
        }
        let inner = self.inner.clone_correct(ticks as u64);
        let corrected = Self::of(inner, self.ticks_per_unit)?;
        let exact = self.inner.len() == corrected.inner.len();
        let low = if exact { self.low } else { self.low.min(0.0) };
        let (high, exact) = (self.high, self.exact && exact);
        Ok(Self { negative: self.negative, dropped: self.dropped, low, high, exact, ..corrected })
    }

    /// The tick of a value that is not negative, in agreement with the edges of bins.
    fn tick(&self, value: f64) -> u64 {
        let guess = (value * self.ticks_per_unit) as u64;
        let (lower, upper) = self.edges(guess);
        // the product may be rounded over an edge, and the edge itself is rounded
        if value < lower {
            self.inner.lowest_equivalent(guess).saturating_sub(1)
        } else if value >= upper {
            self.inner.highest_equivalent(guess).saturating_add(1)
        } else {
            guess
        }
    }

    /// The edges of the bin that a tick is in.
    fn edges(&self, tick: u64) -> (f64, f64) {
        let first = self.inner.lowest_equivalent(tick) as f64;
        let next = (u128::from(self.inner.highest_equivalent(tick)) + 1) as f64;
        (first / self.ticks_per_unit, next / self.ticks_per_unit)
    }

    fn agree(&self, other: &Self) -> Result<()> {
        let same = self.digits() == other.digits()
            && self.ticks_per_unit == other.ticks_per_unit
            && unit_ticks(&self.inner) == unit_ticks(&other.inner);
        if same {
            return Ok(());
        }
        Err(Error::mismatch(format!("{} and {} have different bins", self.schema(), other.schema()))
            .hint("build both with the same digits and ticks"))
    }
}

/// The width of the narrowest bin.
fn unit_ticks(inner: &Histogram<u64>) -> u64 {
    inner.equivalent_range(0)
}

fn check_interval(interval: f64) -> Result<()> {
    if interval > 0.0 && interval.is_finite() {
        return Ok(());
    }
    Err(Error::argument(format!("an interval of {interval} between requests"))
        .hint("give the time in which one request was due"))
}

fn too_many(filled: f64) -> Error {
    Error::argument(format!("{filled:.0} values would have to be filled in; 10⁷ is the most"))
        .hint("check that interval and values have the same unit")
}

impl Sketch for Hdr {
    fn schema(&self) -> String {
        let (digits, ticks) = (self.digits(), self.ticks_per_unit);
        // hundreds of digits are no name
        if (1e-6..1e16).contains(&ticks) { format!("hdr:{digits}:{ticks}") } else { format!("hdr:{digits}:{ticks:e}") }
    }

    fn insert_weighted(&mut self, value: f64, weight: u64) {
        self.cache.forget();
        if self.dropped.takes(value, weight) {
            return;
        }
        if value < 0.0 {
            self.negative = self.negative.saturating_add(weight);
            return;
        }
        let weight = weight.min(u64::MAX - self.inner.len());
        let tick = self.tick(value);
        // it grows to hold every u64
        if weight > 0 && self.inner.record_n(tick, weight).is_ok() {
            self.low = self.low.min(value) + 0.0;
            self.high = self.high.max(value) + 0.0;
        }
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.agree(other)?;
        if self.inner.len().checked_add(other.inner.len()).is_none() {
            return Err(Error::mismatch("together they hold more than 2⁶⁴ − 1 values"));
        }
        self.cache.forget();
        self.inner.add(&other.inner).map_err(|e| Error::mismatch("the counts cannot be added").caused_by(e))?;
        self.negative = self.negative.saturating_add(other.negative);
        self.dropped.add(other.dropped);
        self.exact = self.exact && other.exact;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        Ok(())
    }

    fn count(&self) -> u64 {
        self.inner.len()
    }

    fn min(&self) -> Option<f64> {
        (self.exact && !self.inner.is_empty()).then_some(self.low)
    }

    fn max(&self) -> Option<f64> {
        (self.exact && !self.inner.is_empty()).then_some(self.high)
    }

    fn dropped(&self) -> Dropped {
        self.dropped
    }

    fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        let mut estimates = self.binned().quantiles(quantiles, scope)?;
        for estimate in &mut estimates {
            self.tell_negative(estimate);
        }
        Ok(estimates)
    }

    fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        let mut estimate = self.binned().share_below(threshold, scope)?;
        self.tell_negative(&mut estimate);
        Ok(estimate)
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.inner.distinct_values() * size_of::<u64>()
    }
}

impl Hdr {
    fn tell_negative(&self, estimate: &mut Estimate) {
        if self.negative > 0 {
            estimate.caveats.push(format!("left out: {} negative values", self.negative));
        }
    }
}

impl Layout for Hdr {
    fn bins(&self) -> Vec<Bin> {
        let bin = |tick: u64, count| {
            let (lower, upper) = self.edges(tick);
            // the last bin of all holds what is beyond 2⁶⁴ ticks
            let beyond =
                self.high.is_finite() && self.high >= upper && self.inner.highest_equivalent(tick) >= u64::MAX - 1;
            Bin::new(lower, if beyond { self.high.next_up() } else { upper }, Closed::Lower, count)
        };
        self.inner
            .iter_recorded()
            .map(|recorded| bin(recorded.value_iterated_to(), recorded.count_at_value()))
            .collect()
    }

    fn subtract(&mut self, other: &Self) -> Result<()> {
        self.agree(other)?;
        let own: Vec<(u64, u64)> =
            self.inner.iter_recorded().map(|bin| (bin.value_iterated_to(), bin.count_at_value())).collect();
        for recorded in other.inner.iter_recorded() {
            let (tick, less) = (recorded.value_iterated_to(), recorded.count_at_value());
            let found = own.binary_search_by_key(&tick, |(own, _)| *own).ok().and_then(|at| own.get(at));
            let count = found.map_or(0, |(_, count)| *count);
            if count < less {
                let (lower, upper) = self.edges(tick);
                return Err(Error::mismatch(format!(
                    "the bin from {lower:e} to {upper:e} holds {count} values, {less} cannot be taken out"
                ))
                .hint("subtract the earlier snapshot of the same counter from the later one"));
            }
        }
        if !other.inner.is_empty() {
            self.cache.forget();
            self.inner.subtract(&other.inner).map_err(|e| Error::mismatch("the counts differ").caused_by(e))?;
            self.exact = false;
            if self.inner.is_empty() {
                (self.low, self.high, self.exact) = (f64::INFINITY, f64::NEG_INFINITY, true);
            }
        }
        self.negative = self.negative.saturating_sub(other.negative);
        self.dropped.take_out(other.dropped);
        Ok(())
    }

    fn binned(&self) -> Arc<Binned> {
        self.cache.get(|| {
            Binned::new(self.bins(), Method::Described(self.schema()), Within::Harmonic)
                .with_limits(self.low, self.high)
                .with_extremes(self.min(), self.max())
                .with_dropped(self.dropped)
        })
    }
}

impl PartialEq for Hdr {
    /// The same bins, counts, extremes and dropped values.
    fn eq(&self, other: &Self) -> bool {
        self.agree(other).is_ok()
            && (self.negative, self.dropped) == (other.negative, other.dropped)
            && (self.exact, self.low, self.high) == (other.exact, other.low, other.high)
            && self.bins() == other.bins()
    }
}
