//! Sum, mean and variance of bins, with what the edges guarantee.

use super::binned::{Binned, middle};
use super::layout::nothing;
use crate::error::Result;
use crate::estimate::{Bound, Estimate, Scope};
use crate::unit::Unit;

/// Halvings of an interval of two that leave less than an ulp.
const HALVINGS: usize = 64;

impl Binned {
    /// The sum of the values: n times the [mean](Self::mean).
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    pub fn sum(&self, scope: &Scope) -> Result<Estimate> {
        let mean = self.mean(scope)?;
        let n = self.total as f64;
        // one rounding more on either side
        let (lower, upper) = mean.interval().map_or((f64::NEG_INFINITY, f64::INFINITY), |(lower, upper)| {
            ((lower * n).next_down(), (upper * n).next_up())
        });
        let value = (mean.value * n).clamp(lower, upper);
        Ok(self.told(value, scope).with_bound(Bound::Guaranteed { lower, upper }))
    }

    /// The mean of the values: each bin stands at its middle, and the guarantee has all values at their bins' lower and
    /// upper ends. Added up in the order of the bins, so it does not depend on the order of insertion.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    pub fn mean(&self, scope: &Scope) -> Result<Estimate> {
        if self.total == 0 {
            return Err(nothing());
        }
        let n = self.total as f64;
        let (mut lower, mut centre, mut upper, mut size) = (0.0, 0.0, 0.0, 0.0_f64);
        for bin in &self.bins {
            let share = bin.count as f64 / n;
            let (a, b) = self.clipped(bin);
            lower += share * a;
            upper += share * b;
            centre += share * middle(a, b);
            size += share * a.abs().max(b.abs());
        }
        // outward by more than the rounding of the sums, inward to the extremes
        let rounding = (self.bins.len() as f64 + 4.0) * f64::EPSILON * size;
        let slack = if rounding.is_finite() { rounding } else { 0.0 };
        let lower = (lower - slack).max(self.low);
        let upper = (upper + slack).min(self.high).max(lower);
        Ok(self.told(centre.clamp(lower, upper), scope).with_bound(Bound::Guaranteed { lower, upper }))
    }

    /// The variance of the values, divided by n, in the square of their unit.
    ///
    /// With c values in each `[a, b]`, no data have a smaller variance than the least over m of Σ c·dist(m, [a, b])²/n, and none a
    /// larger one than Σ c·max((a−m)², (b−m)²)/n at any m: those are the guarantee. The value has each bin's values at its middle.
    /// An open bin makes the upper end infinite.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    pub fn variance(&self, scope: &Scope) -> Result<Estimate> {
        if self.total == 0 {
            return Err(nothing());
        }
        let n = self.total as f64;
        let scope = &scope.with_unit(square(&scope.unit));
        let ends: Vec<(f64, f64)> = self.bins.iter().map(|bin| self.clipped(bin)).collect();
        // in units of the largest finite end, so that no square overflows
        let largest = ends.iter().flat_map(|(a, b)| [a.abs(), b.abs()]).filter(|v| v.is_finite()).fold(0.0, f64::max);
        if largest == 0.0 && ends.iter().all(|(a, b)| a.is_finite() && b.is_finite()) {
            return Ok(self.told(0.0, scope).with_bound(Bound::Guaranteed { lower: 0.0, upper: 0.0 }));
        }
        let scale = if largest > 0.0 { largest } else { 1.0 };
        let parts: Vec<(f64, f64, f64)> =
            (self.bins.iter().zip(&ends)).map(|(bin, (a, b))| (bin.count as f64 / n, a / scale, b / scale)).collect();
        let nearest = |m: f64| parts.iter().map(|(share, a, b)| share * (m - m.clamp(*a, *b))).sum::<f64>();
        let farthest = |m: f64, a: f64, b: f64| if b - m > m - a { b } else { a };
        let middles: f64 = parts.iter().map(|(share, a, b)| share * middle(*a, *b)).sum();
        let m = root(nearest);
        let least: f64 = parts.iter().map(|(share, a, b)| share * squared(m - m.clamp(*a, *b))).sum();
        let slope = |m: f64| parts.iter().map(|(share, a, b)| share * (m - farthest(m, *a, *b))).sum::<f64>();
        let most = if parts.iter().all(|(_, a, b)| a.is_finite() && b.is_finite()) {
            let m = root(slope);
            parts.iter().map(|(share, a, b)| share * squared(m - farthest(m, *a, *b))).sum()
        } else {
            f64::INFINITY
        };
        let value: f64 = parts.iter().map(|(share, a, b)| share * squared(middle(*a, *b) - middles)).sum();
        // all ends are within 1, so the sums are good to a few ulp of 1 a bin
        let slack = (parts.len() as f64 + 8.0) * 4.0 * f64::EPSILON;
        let lower = ((least - slack).max(0.0) * scale * scale).min(f64::MAX);
        let upper = ((most + slack) * scale * scale).max(lower);
        let value = (value * scale * scale).clamp(lower, upper);
        Ok(self.told(value, scope).with_bound(Bound::Guaranteed { lower, upper }))
    }
}

/// The answer that a recorded sum gives, where the bins allow it; else theirs, with a caveat.
pub(super) fn recorded(from_bins: Estimate, value: Option<f64>) -> Estimate {
    match (value, from_bins.interval()) {
        (None, _) => from_bins,
        (Some(value), Some((lower, upper))) if lower <= value && value <= upper => {
            Estimate { value, bound: Bound::Exact, ..from_bins }
        }
        (Some(value), _) => {
            from_bins.with_caveat(format!("the recorded sum would make it {value}, which the bins exclude"))
        }
    }
}

/// Where an increasing function of [−1, 1] passes 0.
fn root(increasing: impl Fn(f64) -> f64) -> f64 {
    let (mut below, mut above) = (-1.0, 1.0);
    for _ in 0..HALVINGS {
        let m = f64::midpoint(below, above);
        if increasing(m) < 0.0 {
            below = m;
        } else {
            above = m;
        }
    }
    f64::midpoint(below, above)
}

/// The unit of a product of two such values.
fn square(unit: &Unit) -> Unit {
    match unit {
        Unit::None | Unit::Ratio | Unit::Count => Unit::None,
        unit => Unit::Other(format!("{unit}²")),
    }
}

fn squared(x: f64) -> f64 {
    x * x
}
