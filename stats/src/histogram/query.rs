//! What the decimal log-linear histogram answers: the questions of every layout, with the reach of its outermost bins.

use std::sync::Arc;

use super::binned::{Binned, Within, harmonic_middle};
use super::index::{BINS, LIMIT};
use super::layout::{Bin, nothing};
use super::log_linear::{LogLinear, closed, edges};
use crate::error::Result;
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;

impl LogLinear {
    /// The bins with their running counts, kept until the next change: after the first question a quantile is one search.
    pub fn binned(&self) -> Arc<Binned> {
        self.cache.get(|| {
            let bins = self.filled().map(|(code, count)| {
                let (lower, upper) = self.reach(code);
                Bin::new(lower, upper, closed(code), count)
            });
            Binned::new(bins.collect(), Method::LogLinear, Within::Harmonic)
                .with_limits(self.low, self.high)
                .with_extremes(self.min(), self.max())
                .with_dropped(self.dropped)
        })
    }

    /// The quantile of the values: the harmonic midpoint 2ab/(a+b) of the bin that holds the sample of
    /// [rank](Quantile::rank) ⌈n·p⌉, guaranteed to lie in the same bin as that sample (the type-1 quantile).
    ///
    /// The bin is clipped to the extremes; the first and the last rank are the extremes themselves where they are known.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    pub fn quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate> {
        if self.is_empty() {
            return Err(nothing());
        }
        self.binned().quantile(quantile, scope)
    }

    /// Several quantiles, in the order asked.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    pub fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        self.binned().quantiles(quantiles, scope)
    }

    /// Lower end, value and upper end of several quantiles, as [`quantiles`](Self::quantiles) gives them, without the
    /// provenance; the quantiles must be ascending. Nothing where it is empty.
    pub(crate) fn intervals(&self, ascending: &[Quantile], out: &mut Vec<(f64, f64, f64)>) {
        let mut wanted = ascending.iter().map(|q| q.rank(self.total)).peekable();
        let mut below = 0;
        for (code, count) in self.filled() {
            below += count;
            while let Some(rank) = wanted.next_if(|rank| *rank <= below) {
                let (lower, upper) = self.bounds_of(rank, code);
                out.push((lower, harmonic_middle(lower, upper).clamp(lower, upper), upper));
            }
            if wanted.peek().is_none() {
                break;
            }
        }
    }

    /// The interval of the sample of a rank in a bin: the extremes themselves where they are known.
    fn bounds_of(&self, rank: u64, code: i32) -> (f64, f64) {
        if self.exact && rank == 1 {
            return (self.low, self.low);
        }
        if self.exact && rank == self.total {
            return (self.high, self.high);
        }
        let (lower, upper) = self.reach(code);
        (lower.max(self.low), upper.min(self.high))
    }

    /// How many values are below a threshold: at least the first, at most the second number. They agree where the threshold
    /// is an edge of a bin, and outside the extremes.
    pub fn count_below(&self, threshold: f64) -> (u64, u64) {
        self.binned().count_below(threshold)
    }

    /// The share of values below a threshold: exact where the threshold is an edge of a bin, such as 0.3; else an interval,
    /// with the value that comes from spreading the bin's values evenly.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing, [`Argument`](crate::ErrorKind::Argument) on NaN.
    pub fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        self.binned().share_below(threshold, scope)
    }

    /// The mean of the values: each bin stands at its middle, and the guarantee has all values at their bins' lower and
    /// upper ends. Added up in the order of the bins, so it does not depend on the order of insertion.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    pub fn mean(&self, scope: &Scope) -> Result<Estimate> {
        self.binned().mean(scope)
    }

    /// The edges of a bin; the outermost bins reach as far as the values do.
    fn reach(&self, code: i32) -> (f64, f64) {
        let (lower, upper) = edges(code);
        let outermost = BINS as i32;
        if code == outermost && self.high >= LIMIT {
            // half-open like the others: the first number above the largest value
            return (lower, self.high.next_up());
        }
        if code == -outermost && self.low <= -LIMIT {
            return (self.low.next_down(), upper);
        }
        (lower, upper)
    }
}
