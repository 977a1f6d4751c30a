//! `DDSketch`: bins of a constant ratio, so that every quantile is within a share α of the sample.

mod fill;
mod mapping;
mod store;
#[cfg(test)]
mod tests;
mod wire;

use std::sync::Arc;

pub use mapping::DdInterpolation;
pub use wire::DdDialect;

use self::mapping::{EDGE_SLACK, Mapping};
use self::store::Store;
use super::binned::{Binned, Within};
use super::cache::Cache;
use super::layout::{Bin, Closed, Layout, Sketch, nothing};
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::series::Dropped;

/// How many bins of each sign are kept where nothing else is asked: at α = 1 %, 17 decades.
const MAX_BINS: usize = 2048;
/// The most bins of a sign: 8 MiB of counts.
const MOST_BINS: usize = 1 << 20;

/// A `DDSketch`: any quantile within a relative error α of the sample of its rank, in memory that grows with the logarithm of
/// the data's range.
///
/// Bin i of the positive values is `[γⁱ, γⁱ⁺¹)` with γ = (1+α)/(1−α), or with a cubic in place of the logarithm
/// ([`DdInterpolation`]), whose bins are nowhere wider. Negative values have the same bins mirrored. The harmonic midpoint of a
/// bin is within α of all that it holds.
///
/// - **Collapse.** At most `max_bins` bins of each sign are kept, counted down from the highest magnitude; what is lower is counted
///   in the lowest of them. A quantile that falls into that bin has as its bound all magnitudes that the bin took in, and a caveat
///   says that α does not hold there. Other quantiles are not touched. A wire form does not say whether its writer collapsed bins.
/// - Eight decades at α = 1 % take 8 kB in memory, and as much in `DataDog`'s form, which writes a count as 8 bytes: twice the bytes of
///   `OpenHistogram`'s form for bins a fifth as wide.
/// - Magnitudes below 2.2 × 10⁻³⁰⁸·γ are counted as zero. NaN and ±∞ are left out and told by [`Sketch::dropped`].
/// - Edges are given 10⁻⁹ of their value too wide on each side, for the rounding of logarithms that differs from library to library;
///   α holds to that.
/// - All state is integer counts and the extremes: the same values give the same sketch in any order and partition.
/// - The mean of heavy-tailed data, and thresholds that must be exact, are better served by layouts with decimal edges.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::histogram::{DdSketch, Sketch};
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let latency_s: Vec<f64> = (1..=1000).map(|i| f64::from(i) / 1000.0).collect();
/// let sketch = DdSketch::from_values(&latency_s, 0.01)?;
/// let p99 = sketch.quantile(Quantile::P99, &Scope::untimed(Unit::Second))?;
/// assert!((p99.value - 0.99).abs() <= 0.01 * 0.99 + 1e-9);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: C. Masson, J. E. Rim, H. K. Lee, “`DDSketch`: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees”,
/// PVLDB 12 (2019).
#[derive(Clone, Debug)]
pub struct DdSketch {
    mapping: Mapping,
    positive: Store,
    negative: Store,
    zero: u64,
    total: u64,
    /// No value is below; +∞ while empty.
    low: f64,
    /// No value is above; −∞ while empty.
    high: f64,
    /// Whether `low` and `high` are values that were inserted.
    exact: bool,
    dropped: Dropped,
    cache: Cache,
}

impl DdSketch {
    /// An empty sketch of relative error `alpha` (0.01 is 1 %), with the cubic and 2048 bins of each sign.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `alpha` is not between 10⁻⁶ and 0.9.
    pub fn new(alpha: f64) -> Result<Self> {
        Self::with(alpha, DdInterpolation::default(), MAX_BINS)
    }

    /// An empty sketch with a choice of the logarithm and of how many bins of each sign are kept.
    ///
    /// ```
    /// use sre_stats::histogram::{DdSketch, DdInterpolation, Sketch};
    /// let mut sketch = DdSketch::with(0.02, DdInterpolation::Logarithmic, 512)?;
    /// sketch.insert(0.2);
    /// assert_eq!(sketch.schema(), "ddsketch:0.02:log:512");
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `alpha` is not between 10⁻⁶ and 0.9, or `max_bins` not between 1 and 2²⁰.
    pub fn with(alpha: f64, interpolation: DdInterpolation, max_bins: usize) -> Result<Self> {
        check_bins(max_bins)?;
        Ok(Self::of(Mapping::new(alpha, interpolation)?, max_bins))
    }

    fn of(mapping: Mapping, max_bins: usize) -> Self {
        Self {
            mapping,
            positive: Store::new(max_bins),
            negative: Store::new(max_bins),
            zero: 0,
            total: 0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            exact: true,
            dropped: Dropped::default(),
            cache: Cache::default(),
        }
    }

    /// The sketch of a slice, of relative error `alpha`.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `alpha` is not between 10⁻⁶ and 0.9.
    pub fn from_values(values: &[f64], alpha: f64) -> Result<Self> {
        let mut sketch = Self::new(alpha)?;
        sketch.insert_slice(values);
        Ok(sketch)
    }

    /// The relative error that it guarantees.
    pub fn alpha(&self) -> f64 {
        self.mapping.alpha
    }

    /// How its logarithm is computed.
    pub fn interpolation(&self) -> DdInterpolation {
        self.mapping.interpolation
    }

    /// How many bins of each sign it keeps.
    pub fn max_bins(&self) -> usize {
        self.positive.max_bins()
    }

    /// Whether the lowest bin of a sign has taken in lower ones, so that α does not hold for quantiles in it.
    pub fn is_collapsed(&self) -> bool {
        self.positive.is_collapsed() || self.negative.is_collapsed()
    }

    /// Changes how many bins of each sign are kept; fewer collapse the lowest.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `max_bins` is not between 1 and 2²⁰, or is more than before when bins have
    /// been collapsed already.
    pub fn set_max_bins(&mut self, max_bins: usize) -> Result<()> {
        check_bins(max_bins)?;
        if max_bins > self.max_bins() && self.is_collapsed() {
            return Err(Error::argument("bins that were collapsed do not come apart again"));
        }
        self.cache.forget();
        self.positive.set_max_bins(max_bins);
        self.negative.set_max_bins(max_bins);
        Ok(())
    }

    /// Adds to the bin of a finite value.
    fn count_in(&mut self, value: f64, weight: u64) {
        let magnitude = value.abs();
        if magnitude < self.mapping.smallest {
            self.zero += weight;
        } else {
            let key = self.mapping.key(magnitude);
            let side = if value < 0.0 { &mut self.negative } else { &mut self.positive };
            side.add(key, weight);
        }
    }

    /// Takes the interval of some values into the extremes.
    fn widen(&mut self, low: f64, high: f64) {
        // adding +0 makes −0 a +0, so that the extremes do not depend on the order of zeros
        self.low = self.low.min(low) + 0.0;
        self.high = self.high.max(high) + 0.0;
    }

    /// The magnitudes of a bin, with the slack of its edges; those that the lowest bin took in are in it.
    fn magnitudes(&self, side: &Store, key: i32) -> (f64, f64) {
        let collapsed = side.is_collapsed() && i64::from(key) == side.start();
        let first = if collapsed { side.lowest() } else { key };
        let lower = self.mapping.lower(first) * (1.0 - EDGE_SLACK);
        let upper = self.mapping.lower(key.saturating_add(1)) * (1.0 + EDGE_SLACK);
        (lower.max(0.0), if upper.is_nan() { f64::INFINITY } else { upper })
    }

    /// Tells where a quantile lies in a collapsed bin.
    fn tell_collapsed(&self, estimate: &mut Estimate, scope: &Scope) {
        if !(self.positive.is_collapsed() || self.negative.is_collapsed()) {
            return;
        }
        // an extreme that is known is exact whatever its bin
        let known = estimate.interval().is_some_and(|(lower, upper)| lower == upper);
        if let Some((lower, upper)) = self.collapsed_around(estimate.value).filter(|_| !known) {
            estimate.caveats.push(format!(
                "it falls into the bin that took in all bins from {} to {}, so the relative error of {} does not hold",
                scope.unit.show(lower),
                scope.unit.show(upper),
                self.mapping.alpha,
            ));
        }
    }

    /// The interval of a collapsed bin that a quantile's interval lies in.
    fn collapsed_around(&self, value: f64) -> Option<(f64, f64)> {
        let side = if value < 0.0 { &self.negative } else { &self.positive };
        if !side.is_collapsed() {
            return None;
        }
        let (lower, upper) = self.magnitudes(side, side.start() as i32);
        (lower <= value.abs() && value.abs() < upper).then_some(if value < 0.0 {
            (-upper, -lower)
        } else {
            (lower, upper)
        })
    }
}

fn check_bins(max_bins: usize) -> Result<()> {
    if (1..=MOST_BINS).contains(&max_bins) {
        return Ok(());
    }
    Err(Error::argument(format!("{max_bins} bins cannot be kept"))
        .hint("give a number from 1 to 1048576, such as 2048"))
}

impl Sketch for DdSketch {
    fn schema(&self) -> String {
        let log = if self.mapping.interpolation == DdInterpolation::Logarithmic { ":log" } else { "" };
        let bins = if self.max_bins() == MAX_BINS { String::new() } else { format!(":{}", self.max_bins()) };
        format!("ddsketch:{}{log}{bins}", (self.mapping.alpha * 1e9).round() / 1e9)
    }

    fn insert_weighted(&mut self, value: f64, weight: u64) {
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
        self.count_in(value, weight);
    }

    fn insert_slice(&mut self, values: &[f64]) {
        self.cache.forget();
        self.fill(values);
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if !self.mapping.agrees_with(&other.mapping) || self.max_bins() != other.max_bins() {
            return Err(Error::mismatch(format!("{} and {} have different bins", self.schema(), other.schema()))
                .hint("build both with the same error, interpolation and number of bins"));
        }
        let total = self
            .total
            .checked_add(other.total)
            .ok_or_else(|| Error::mismatch("together they hold more than 2⁶⁴ − 1 values"))?;
        self.cache.forget();
        self.dropped.add(other.dropped);
        if other.total > 0 {
            self.exact = self.exact && other.exact;
            self.low = self.low.min(other.low);
            self.high = self.high.max(other.high);
            self.total = total;
            self.zero += other.zero;
            self.positive.merge(&other.positive);
            self.negative.merge(&other.negative);
        }
        Ok(())
    }

    fn count(&self) -> u64 {
        self.total
    }

    fn min(&self) -> Option<f64> {
        (self.exact && self.total > 0).then_some(self.low)
    }

    fn max(&self) -> Option<f64> {
        (self.exact && self.total > 0).then_some(self.high)
    }

    fn dropped(&self) -> Dropped {
        self.dropped
    }

    fn quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate> {
        if self.total == 0 {
            return Err(nothing());
        }
        let mut estimate = self.binned().quantile(quantile, scope)?;
        self.tell_collapsed(&mut estimate, scope);
        Ok(estimate)
    }

    fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        let mut estimates = self.binned().quantiles(quantiles, scope)?;
        for estimate in &mut estimates {
            self.tell_collapsed(estimate, scope);
        }
        Ok(estimates)
    }

    fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        self.binned().share_below(threshold, scope)
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.positive.bytes() + self.negative.bytes()
    }
}

impl Layout for DdSketch {
    /// The bins that hold something, ascending; neighbours overlap by the 10⁻⁹ of their edges' slack.
    fn bins(&self) -> Vec<Bin> {
        let negative = self.negative.filled().rev().map(|(key, count)| {
            let (lower, upper) = self.magnitudes(&self.negative, key);
            Bin::new(-upper, -lower, Closed::Upper, count)
        });
        let smallest = self.mapping.smallest;
        let zero = (self.zero > 0).then(|| Bin::new(-smallest, smallest, Closed::Neither, self.zero));
        let positive = self.positive.filled().map(|(key, count)| {
            let (lower, upper) = self.magnitudes(&self.positive, key);
            Bin::new(lower, upper, Closed::Lower, count)
        });
        negative.chain(zero).chain(positive).collect()
    }

    fn binned(&self) -> Arc<Binned> {
        self.cache.get(|| {
            Binned::new(self.bins(), Method::Described(self.schema()), Within::Harmonic)
                .with_limits(self.low, self.high)
                .with_extremes(self.min(), self.max())
                .with_dropped(self.dropped)
        })
    }

    fn subtract(&mut self, other: &Self) -> Result<()> {
        if !self.mapping.agrees_with(&other.mapping) || self.max_bins() != other.max_bins() {
            return Err(Error::mismatch(format!("{} and {} have different bins", self.schema(), other.schema())));
        }
        let positive = self.positive.without(&other.positive);
        let negative = self.negative.without(&other.negative);
        let (Some(positive), Some(negative), Some(zero)) = (positive, negative, self.zero.checked_sub(other.zero))
        else {
            return Err(Error::mismatch("a bin holds fewer values than are to be taken out")
                .hint("subtract the earlier snapshot of the same counter from the later one"));
        };
        self.cache.forget();
        (self.positive, self.negative, self.zero) = (positive, negative, zero);
        self.total -= other.total;
        self.dropped.take_out(other.dropped);
        self.exact = self.exact && other.total == 0;
        if self.total == 0 {
            *self = Self { dropped: self.dropped, ..Self::of(self.mapping, self.max_bins()) };
        }
        Ok(())
    }
}

impl PartialEq for DdSketch {
    /// The same bins, counts, extremes and dropped values.
    fn eq(&self, other: &Self) -> bool {
        self.mapping.agrees_with(&other.mapping)
            && self.max_bins() == other.max_bins()
            && (self.total, self.zero, self.dropped) == (other.total, other.zero, other.dropped)
            && (self.exact, self.low, self.high) == (other.exact, other.low, other.high)
            && self.positive.filled().eq(other.positive.filled())
            && self.negative.filled().eq(other.negative.filled())
    }
}
