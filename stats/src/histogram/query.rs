//! What a histogram answers: quantiles, shares, the mean, each with its guarantee.

use super::index::{BINS, LIMIT};
use super::log_linear::{LogLinear, edges};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::unit::Unit;

impl LogLinear {
    /// The quantile of the values: the harmonic midpoint 2ab/(a+b) of the bin that holds the sample of
    /// [rank](Quantile::rank) ⌈n·p⌉, guaranteed to lie in the same bin as that sample (the type-1 quantile).
    ///
    /// The bin is clipped to the extremes; the first and the last rank are the extremes themselves where they are known.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    pub fn quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate> {
        let mut all = self.quantiles(&[quantile], scope)?;
        all.pop().ok_or_else(nothing)
    }

    /// Several quantiles, in the order asked, by one walk through the bins.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    pub fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        if self.is_empty() {
            return Err(nothing());
        }
        let mut below = 0;
        let ends: Vec<(u64, i32)> = self
            .filled()
            .map(|(code, count)| {
                below += count;
                (below, code)
            })
            .collect();
        quantiles
            .iter()
            .map(|quantile| {
                let rank = quantile.rank(self.total);
                let at = ends.partition_point(|(end, _)| *end < rank);
                let code = ends.get(at).ok_or_else(nothing)?.1;
                let (lower, upper) = self.bounds_of(rank, code);
                let value = harmonic_midpoint(lower, upper);
                Ok(self.told(value, scope).with_bound(Bound::Guaranteed { lower, upper }))
            })
            .collect()
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
                out.push((lower, harmonic_midpoint(lower, upper), upper));
            }
            if wanted.peek().is_none() {
                break;
            }
        }
    }

    /// The interval of the sample of a rank in a bin: the extremes themselves where they are known.
    fn bounds_of(&self, rank: u64, code: i32) -> (f64, f64) {
        match rank {
            1 if self.exact => (self.low, self.low),
            _ if self.exact && rank == self.total => (self.high, self.high),
            _ => self.clipped(code),
        }
    }

    /// How many values are below a threshold: at least the first, at most the second number. They agree where the threshold
    /// is an edge of a bin, and outside the extremes.
    pub fn count_below(&self, threshold: f64) -> (u64, u64) {
        let (mut least, mut most) = (0, 0);
        for (code, count) in self.filled() {
            let (sure, possible) = self.is_below(code, threshold);
            least += if sure { count } else { 0 };
            most += if possible { count } else { 0 };
        }
        (least, most)
    }

    /// The share of values below a threshold: exact where the threshold is an edge of a bin, such as 0.3; else an interval,
    /// with the value that comes from spreading the bin's values evenly.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing, [`Argument`](crate::ErrorKind::Argument) on NaN.
    pub fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        if threshold.is_nan() {
            return Err(Error::argument("a threshold that is not a number divides nothing"));
        }
        if self.is_empty() {
            return Err(nothing());
        }
        let n = self.total as f64;
        let (least, most) = self.count_below(threshold);
        let scope = scope.with_unit(Unit::Ratio);
        if least == most {
            return Ok(self.told(least as f64 / n, &scope));
        }
        let mut inside = 0.0;
        for (code, count) in self.filled() {
            if self.is_below(code, threshold) == (false, true) {
                let (lower, upper) = self.clipped(code);
                let part = (threshold - lower) / (upper - lower);
                inside += count as f64 * if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.5 };
            }
        }
        let (lower, upper) = (least as f64 / n, most as f64 / n);
        let value = ((least as f64 + inside) / n).clamp(lower, upper);
        Ok(self.told(value, &scope).with_bound(Bound::Guaranteed { lower, upper }))
    }

    /// The mean of the values: each bin stands at its middle, and the guarantee has all values at their bins' lower and
    /// upper ends. Added up in the order of the bins, so it does not depend on the order of insertion.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    pub fn mean(&self, scope: &Scope) -> Result<Estimate> {
        if self.is_empty() {
            return Err(nothing());
        }
        let n = self.total as f64;
        let (mut lower, mut middle, mut upper, mut size, mut bins) = (0.0, 0.0, 0.0, 0.0_f64, 0.0);
        for (code, count) in self.filled() {
            let share = count as f64 / n;
            let (a, b) = self.clipped(code);
            lower += share * a;
            upper += share * b;
            middle += share * middle_of(a, b);
            size += share * a.abs().max(b.abs());
            bins += 1.0;
        }
        // outward by more than the rounding of the sums, inward to the extremes
        let rounding = (bins + 4.0) * f64::EPSILON * size;
        let slack = if rounding.is_finite() { rounding } else { 0.0 };
        let lower = (lower - slack).max(self.low);
        let upper = (upper + slack).min(self.high).max(lower);
        Ok(self.told(middle.clamp(lower, upper), scope).with_bound(Bound::Guaranteed { lower, upper }))
    }

    /// Whether all values of a bin are below the threshold, and whether some may be.
    fn is_below(&self, code: i32, threshold: f64) -> (bool, bool) {
        let (lower, upper) = self.reach(code);
        // positive and zero bins do not hold their upper edge, negative and zero bins do not hold their lower edge
        let sure = self.high < threshold || if code < 0 { upper < threshold } else { upper <= threshold };
        let none = self.low >= threshold || lower >= threshold;
        (sure && !none, !none)
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

    /// The edges of a bin, no further than the extremes.
    fn clipped(&self, code: i32) -> (f64, f64) {
        let (lower, upper) = self.reach(code);
        (lower.max(self.low), upper.min(self.high))
    }

    fn told(&self, value: f64, scope: &Scope) -> Estimate {
        let estimate = Estimate::new(value, Method::LogLinear, self.total, scope);
        match (self.dropped.nan, self.dropped.infinite) {
            (0, 0) => estimate,
            (nan, infinite) => estimate.with_caveat(format!("left out: {nan} NaN, {infinite} infinite values")),
        }
    }
}

fn nothing() -> Error {
    Error::empty("the histogram holds no value")
}

/// 2ab/(a+b) of two ends of one sign, which bounds the relative error on both sides alike; 0 between two signs.
fn harmonic_midpoint(lower: f64, upper: f64) -> f64 {
    if lower <= 0.0 && upper >= 0.0 {
        return 0.0;
    }
    let value = 2.0 / (1.0 / lower + 1.0 / upper);
    value.clamp(lower, upper)
}

/// The arithmetic midpoint; the finite end where the other is open.
fn middle_of(lower: f64, upper: f64) -> f64 {
    match (lower.is_finite(), upper.is_finite()) {
        (true, true) if lower <= 0.0 && upper >= 0.0 && upper - lower < 1e-120 => 0.0_f64.clamp(lower, upper),
        (true, true) => lower / 2.0 + upper / 2.0,
        (true, false) => lower,
        (false, true) => upper,
        (false, false) => 0.0,
    }
}
