//! What every sketch and every histogram layout can do: the two traits, and the bin.

use std::sync::Arc;

use super::binned::{Binned, Within};
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::quantile::Quantile;
use crate::series::Dropped;

/// Which of its two edges a bin holds.
///
/// The answer decides whether a count at an edge is exact: a layout of `[a, b)` bins knows how many values are *below* an edge,
/// one of `(a, b]` bins how many are *at or below* it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Closed {
    /// `[lower, upper)`: positive bins of decimal and binary log-linear layouts.
    #[default]
    Lower,
    /// `(lower, upper]`: their mirrored negative bins; `le` buckets; positive buckets of Prometheus and OpenTelemetry.
    Upper,
    /// `(lower, upper)`: the zero bin between two open sides.
    Neither,
    /// `[lower, upper]`: the zero bucket of Prometheus and OpenTelemetry; a single whole number.
    Both,
}

/// One bin: its edges, which of them it holds, and how many values lie in it.
///
/// ```
/// use sre_stats::histogram::{Bin, Closed};
/// let bucket = Bin::new(0.1, 0.25, Closed::Upper, 7);
/// assert_eq!((bucket.holds(0.1), bucket.holds(0.25)), (false, true));
/// assert_eq!(bucket.greatest(), 0.25);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Bin {
    /// The lower edge; −∞ where the bin is open below.
    pub lower: f64,
    /// The upper edge; +∞ where the bin is open above.
    pub upper: f64,
    /// How many values lie between.
    pub count: u64,
    /// Which edges belong to the bin.
    #[serde(skip)]
    pub closed: Closed,
}

impl Bin {
    /// A bin with its edges and its count.
    pub fn new(lower: f64, upper: f64, closed: Closed, count: u64) -> Self {
        Self { lower, upper, count, closed }
    }

    /// The smallest f64 that belongs to the bin.
    pub fn least(&self) -> f64 {
        if matches!(self.closed, Closed::Lower | Closed::Both) { self.lower } else { self.lower.next_up() }
    }

    /// The largest f64 that belongs to the bin.
    pub fn greatest(&self) -> f64 {
        if matches!(self.closed, Closed::Upper | Closed::Both) { self.upper } else { self.upper.next_down() }
    }

    /// Whether a value belongs to the bin.
    pub fn holds(&self, value: f64) -> bool {
        self.least() <= value && value <= self.greatest()
    }
}

/// A summary of many values that answers quantiles and adds up: histograms with bins, which are also a [`Layout`], and sketches
/// without them (t-digest, KLL).
///
/// NaN and ±∞ are never counted as values: they are left out and told by [`dropped`](Self::dropped). The total saturates at
/// 2⁶⁴ − 1.
pub trait Sketch: Sized {
    /// The layout with its parameters in one word, as a user would write it: `log-linear`, `exp:5`, `ddsketch:0.01`. Two sketches
    /// of one type merge into the same answer as their data together where the schemas agree.
    fn schema(&self) -> String;

    /// Adds one value.
    fn insert(&mut self, value: f64) {
        self.insert_weighted(value, 1);
    }

    /// Adds one value `weight` times.
    fn insert_weighted(&mut self, value: f64, weight: u64);

    /// Adds every value of a slice; the fast way in, where a layout has one.
    fn insert_slice(&mut self, values: &[f64]) {
        for &value in values {
            self.insert(value);
        }
    }

    /// Adds all that another one holds.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the schemas do not go together; nothing has changed then.
    fn merge(&mut self, other: &Self) -> Result<()>;

    /// How many values it holds.
    fn count(&self) -> u64;

    /// Whether it holds no value.
    fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// The smallest value; `None` where it is empty or that is not known.
    fn min(&self) -> Option<f64>;

    /// The largest value; `None` where it is empty or that is not known.
    fn max(&self) -> Option<f64>;

    /// What was left out: NaN and ±∞.
    fn dropped(&self) -> Dropped;

    /// Several quantiles, in the order asked, each with its bound.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>>;

    /// One quantile with its bound.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    fn quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate> {
        self.quantiles(&[quantile], scope)?.pop().ok_or_else(nothing)
    }

    /// The share of values below a threshold, with its bound.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing, [`Argument`](crate::ErrorKind::Argument) on NaN.
    fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate>;

    /// Bytes of memory that it takes.
    fn memory_bytes(&self) -> usize;
}

/// A sketch with bins whose edges do not depend on the order of its data: what they hold can be shown, added, taken out and asked
/// with a guarantee.
///
/// A layout gives its [`bins`](Self::bins); all answers below come from them through [`Binned`], also
/// [`Sketch::quantiles`] and [`Sketch::share_below`], whose one line in each layout is `self.binned().quantiles(…)`.
pub trait Layout: Sketch {
    /// The bins that hold something, ascending, without overlap. Every value counted in a bin lies between its edges.
    fn bins(&self) -> Vec<Bin>;

    /// Takes out all that another one holds: what was added between two cumulative snapshots. Minimum and maximum are no longer
    /// known afterwards.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where a bin would fall below 0 or the schemas differ; nothing has changed then.
    fn subtract(&mut self, other: &Self) -> Result<()>;

    /// Where in its bin the value of a quantile is put: in the middle by relative error unless the layout says otherwise.
    fn within(&self) -> Within {
        Within::Harmonic
    }

    /// The bins with their running counts: ask it where many questions follow. A layout may keep it
    /// until its next change.
    fn binned(&self) -> Arc<Binned> {
        Arc::new(Binned::of(self))
    }

    /// How many values are below a threshold: at least the first, at most the second number.
    fn count_below(&self, threshold: f64) -> (u64, u64) {
        self.binned().count_below(threshold)
    }

    /// How many values are at or below a threshold: at least the first, at most the second number.
    fn count_at_most(&self, threshold: f64) -> (u64, u64) {
        self.binned().count_at_most(threshold)
    }

    /// How many values are above a threshold: at least the first, at most the second number.
    fn count_above(&self, threshold: f64) -> (u64, u64) {
        self.binned().count_above(threshold)
    }

    /// The share of values at or below a threshold: exact where it is an edge of `(a, b]` bins.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing, [`Argument`](crate::ErrorKind::Argument) on NaN.
    fn share_at_most(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        self.binned().share_at_most(threshold, scope)
    }

    /// The sum of the values, guaranteed by the bins.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    fn sum(&self, scope: &Scope) -> Result<Estimate> {
        self.binned().sum(scope)
    }

    /// The mean of the values, guaranteed by the bins.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    fn mean(&self, scope: &Scope) -> Result<Estimate> {
        self.binned().mean(scope)
    }

    /// The variance of the values (divided by n), guaranteed by the bins.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    fn variance(&self, scope: &Scope) -> Result<Estimate> {
        self.binned().variance(scope)
    }
}

/// The error of a question to an empty sketch.
pub(super) fn nothing() -> Error {
    Error::empty("the histogram holds no value")
}
