//! Answers from bins alone: quantiles, counts and shares with the interval that the edges guarantee.

use super::layout::{Bin, Layout, nothing};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::series::Dropped;
use crate::unit::Unit;

/// Where in its bin the value of a quantile is put. The guaranteed interval is the same for all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Within {
    /// 2ab/(a+b): the least relative error in the worst case.
    #[default]
    Harmonic,
    /// (a+b)/2: the least absolute error in the worst case.
    Middle,
    /// By the rank, as if the bin's values were spread evenly.
    Linear,
}

/// Bins in ascending order with their running counts: what a histogram answers from.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::histogram::{Bin, Binned, Closed, Within};
/// use sre_stats::method::Method;
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let bins = vec![Bin::new(0.0, 1.0, Closed::Upper, 30), Bin::new(1.0, 2.0, Closed::Upper, 70)];
/// let binned = Binned::new(bins, Method::Named("example"), Within::Linear);
/// let median = binned.quantile(Quantile::MEDIAN, &Scope::untimed(Unit::Second))?;
/// assert_eq!(median.interval(), Some((1.0, 2.0)));
/// assert_eq!(binned.count_at_most(1.0), (30, 30));
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Binned {
    pub(super) bins: Vec<Bin>,
    /// How many values lie in a bin or before it.
    pub(super) ends: Vec<u64>,
    pub(super) total: u64,
    /// No value is below; what the first bin says where nothing else is known.
    pub(super) low: f64,
    /// No value is above.
    pub(super) high: f64,
    low_is_min: bool,
    high_is_max: bool,
    within: Within,
    method: Method,
    dropped: Dropped,
}

impl Binned {
    /// Bins in ascending order, without overlap; empty ones are left out. The total is taken to be below 2⁶⁴.
    pub fn new(bins: Vec<Bin>, method: Method, within: Within) -> Self {
        let mut bins = bins;
        bins.retain(|bin| bin.count > 0);
        let mut total = 0_u64;
        let ends = bins
            .iter()
            .map(|bin| {
                total = total.saturating_add(bin.count);
                total
            })
            .collect();
        let low = bins.first().map_or(f64::INFINITY, |bin| bin.lower);
        let high = bins.last().map_or(f64::NEG_INFINITY, |bin| bin.upper);
        Self {
            bins,
            ends,
            total,
            low,
            high,
            low_is_min: false,
            high_is_max: false,
            within,
            method,
            dropped: Dropped::default(),
        }
    }

    /// What a layout holds.
    pub fn of<L: Layout>(layout: &L) -> Self {
        Self::new(layout.bins(), Method::Described(layout.schema()), layout.within())
            .with_extremes(layout.min(), layout.max())
            .with_dropped(layout.dropped())
    }

    /// The same with the smallest and the largest value, where they are known.
    #[must_use]
    pub fn with_extremes(mut self, min: Option<f64>, max: Option<f64>) -> Self {
        if let Some(min) = min {
            (self.low, self.low_is_min) = (min, true);
        }
        if let Some(max) = max {
            (self.high, self.high_is_max) = (max, true);
        }
        self
    }

    /// The same with an interval that is known to hold all values, though its ends need not be values.
    #[must_use]
    pub fn with_limits(mut self, low: f64, high: f64) -> Self {
        self.low = self.low.max(low);
        self.high = self.high.min(high);
        self
    }

    /// The same with what was left out, which becomes a caveat of every answer.
    #[must_use]
    pub fn with_dropped(mut self, dropped: Dropped) -> Self {
        self.dropped = dropped;
        self
    }

    /// The bins that hold something, ascending.
    pub fn bins(&self) -> &[Bin] {
        &self.bins
    }

    /// How many values there are.
    pub fn count(&self) -> u64 {
        self.total
    }

    /// One quantile: the value that [`Within`] puts into the bin of the sample of [rank](Quantile::rank) ⌈n·p⌉, guaranteed to lie
    /// in the same bin as that sample (the type-1 quantile).
    ///
    /// The bin is clipped to the extremes; the first and the last rank are the extremes themselves where they are known.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    pub fn quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate> {
        let rank = quantile.rank(self.total);
        let at = self.ends.partition_point(|end| *end < rank);
        let bin = self.bins.get(at).ok_or_else(nothing)?;
        let (lower, upper) = match rank {
            1 if self.low_is_min => (self.low, self.low),
            _ if self.high_is_max && rank == self.total => (self.high, self.high),
            _ => self.clipped(bin),
        };
        let before = self.ends.get(at).map_or(0, |end| end - bin.count);
        let share = (rank - before) as f64 / bin.count as f64;
        let value = self.place(lower, upper, share);
        Ok(self.told(value, scope).with_bound(Bound::Guaranteed { lower, upper }))
    }

    /// Several quantiles, in the order asked.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    pub fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        if self.total == 0 {
            return Err(nothing());
        }
        quantiles.iter().map(|quantile| self.quantile(*quantile, scope)).collect()
    }

    /// How many values are below a threshold: at least the first, at most the second number. They agree where the threshold
    /// is an edge of `[a, b)` bins, and outside the extremes.
    pub fn count_below(&self, threshold: f64) -> (u64, u64) {
        self.count_where(|most| most < threshold, |least| least < threshold)
    }

    /// How many values are at or below a threshold: at least the first, at most the second number. They agree where the threshold
    /// is an edge of `(a, b]` bins, and outside the extremes.
    pub fn count_at_most(&self, threshold: f64) -> (u64, u64) {
        self.count_where(|most| most <= threshold, |least| least <= threshold)
    }

    /// How many values are above a threshold: at least the first, at most the second number.
    pub fn count_above(&self, threshold: f64) -> (u64, u64) {
        let (least, most) = self.count_at_most(threshold);
        (self.total - most, self.total - least)
    }

    /// The values of bins that are wholly, and of those that may be partly, on the lower side of a threshold.
    fn count_where(&self, wholly: impl Fn(f64) -> bool, partly: impl Fn(f64) -> bool) -> (u64, u64) {
        // both hold for a first part of the bins, since their ends ascend
        let sure = self.bins.partition_point(|bin| wholly(bin.greatest().min(self.high)));
        let possible = self.bins.partition_point(|bin| partly(bin.least().max(self.low)));
        (self.before(sure), self.before(possible).max(self.before(sure)))
    }

    /// How many values lie in the first bins.
    fn before(&self, bins: usize) -> u64 {
        bins.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0)
    }

    /// The share of values below a threshold: exact where the threshold is an edge of `[a, b)` bins; else an interval, with the
    /// value that comes from spreading the bin's values evenly.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing, [`Argument`](crate::ErrorKind::Argument) on NaN.
    pub fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        self.share(threshold, self.count_below(threshold), scope)
    }

    /// The share of values at or below a threshold: exact where the threshold is an edge of `(a, b]` bins; else an interval.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing, [`Argument`](crate::ErrorKind::Argument) on NaN.
    pub fn share_at_most(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        self.share(threshold, self.count_at_most(threshold), scope)
    }

    fn share(&self, threshold: f64, (least, most): (u64, u64), scope: &Scope) -> Result<Estimate> {
        if threshold.is_nan() {
            return Err(Error::argument("a threshold that is not a number divides nothing"));
        }
        if self.total == 0 {
            return Err(nothing());
        }
        let n = self.total as f64;
        let scope = scope.with_unit(Unit::Ratio);
        if least == most {
            return Ok(self.told(least as f64 / n, &scope));
        }
        let first = self.ends.partition_point(|end| *end <= least);
        let last = self.ends.partition_point(|end| *end <= most);
        let mut inside = 0.0;
        for bin in self.bins.get(first..last).unwrap_or_default() {
            let (lower, upper) = self.clipped(bin);
            let part = (threshold - lower) / (upper - lower);
            inside += bin.count as f64 * if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.5 };
        }
        let (lower, upper) = (least as f64 / n, most as f64 / n);
        let value = ((least as f64 + inside) / n).clamp(lower, upper);
        Ok(self.told(value, &scope).with_bound(Bound::Guaranteed { lower, upper }))
    }

    /// The edges of a bin, no further than the extremes.
    pub(super) fn clipped(&self, bin: &Bin) -> (f64, f64) {
        (bin.lower.max(self.low), bin.upper.min(self.high))
    }

    /// The value of a quantile in an interval, `share` of whose values are at or below it.
    fn place(&self, lower: f64, upper: f64, share: f64) -> f64 {
        if !lower.is_finite() || !upper.is_finite() {
            return middle(lower, upper);
        }
        let value = match self.within {
            Within::Harmonic => harmonic_middle(lower, upper),
            Within::Middle => middle(lower, upper),
            Within::Linear => lower * (1.0 - share) + upper * share,
        };
        value.clamp(lower, upper)
    }

    pub(super) fn told(&self, value: f64, scope: &Scope) -> Estimate {
        self.dropped.told(Estimate::new(value, self.method.clone(), self.total, scope))
    }
}

/// 2ab/(a+b) of two ends of one sign, which bounds the relative error on both sides alike; 0 between two signs.
pub(super) fn harmonic_middle(lower: f64, upper: f64) -> f64 {
    if lower <= 0.0 && upper >= 0.0 {
        return 0.0;
    }
    2.0 / (1.0 / lower + 1.0 / upper)
}

/// The arithmetic middle; the finite end where the other is open.
pub(super) fn middle(lower: f64, upper: f64) -> f64 {
    match (lower.is_finite(), upper.is_finite()) {
        (true, true) => lower / 2.0 + upper / 2.0,
        (true, false) => lower,
        (false, true) => upper,
        (false, false) => 0.0,
    }
}
