//! Tukey's fences: which samples lie far out.

use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::{Definition, Method};
use crate::quantile::select::Ranked;
use crate::quantile::{Quantile, at, position, usable};

/// Tukey's fences and the samples beyond them.
#[derive(Clone, Debug, PartialEq)]
pub struct Fences {
    /// First quartile − k · IQR, in the unit of the scope.
    pub lower: Estimate,
    /// Third quartile + k · IQR.
    pub upper: Estimate,
    /// How many samples lie below the lower fence.
    pub below: u64,
    /// How many samples lie above the upper fence.
    pub above: u64,
    /// The samples beyond the fences in their order, with their index in the input.
    pub outliers: Vec<(usize, f64)>,
}

/// Tukey's fences, `k` interquartile ranges beyond the quartiles (1.5 by custom, 3 for “far out”), with quartiles of
/// definition type 7.
///
/// Robust: a quarter of the samples can lie anywhere. A fence is no test: of normal samples 0.7 % lie outside, of exponential
/// ones 4.8 %, of log-normal latencies (σ = 1) 7.8 %, so in skewed data most of what it names is the tail, not an error. Does
/// not merge across windows. NaN and infinities are left out and counted in a caveat.
///
/// ```
/// use sre_stats::describe::fences;
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let found = fences(&[10.0, 11.0, 12.0, 13.0, 14.0, 90.0], 1.5, &Scope::untimed(Unit::Millisecond))?;
/// assert_eq!((found.lower.value, found.upper.value), (7.5, 17.5));
/// assert_eq!(found.outliers, [(5, 90.0)]);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: J. W. Tukey, *Exploratory Data Analysis* (1977), chapter 2.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without finite samples, [`Argument`](crate::ErrorKind::Argument) where k is negative or
/// not finite.
pub fn fences(values: &[f64], k: f64, scope: &Scope) -> Result<Fences> {
    if !(k.is_finite() && k >= 0.0) {
        return Err(Error::argument(format!("fences {k} interquartile ranges away")).hint("give 1.5 or 3"));
    }
    let (samples, dropped) = usable(values);
    if samples.is_empty() {
        return Err(Error::empty("quartiles need at least one sample"));
    }
    let ranked = Ranked::of(&samples, quartile_ranks(samples.len())?);
    let [q1, _, q3] = quartiles(&ranked, samples.len())?;
    let (low, high) = ends(q1, q3, k);
    let estimate = |value: f64| {
        let method = Method::Described(format!("quartile ∓ {k} IQR"));
        let e = Estimate::new(value, method, samples.len() as u64, scope);
        if dropped > 0 { e.with_caveat(format!("{dropped} values that were NaN or infinite are left out")) } else { e }
    };
    let outliers: Vec<(usize, f64)> =
        values.iter().copied().enumerate().filter(|(_, v)| v.is_finite() && (*v < low || *v > high)).collect();
    let below = outliers.iter().filter(|(_, v)| *v < low).count() as u64;
    let above = outliers.len() as u64 - below;
    Ok(Fences { lower: estimate(low), upper: estimate(high), below, above, outliers })
}

/// The fences of two quartiles.
pub(super) fn ends(q1: f64, q3: f64, k: f64) -> (f64, f64) {
    // scaled before they are subtracted, so that quartiles beyond half the f64 range give a finite fence where there is one
    let reach = k * q3 - k * q1;
    (q1 - reach, q3 + reach)
}

fn at_quarters() -> Result<[Quantile; 3]> {
    Ok([Quantile::new(0.25)?, Quantile::MEDIAN, Quantile::new(0.75)?])
}

/// The ranks that the quartiles of n ≥ 1 samples are made of.
pub(super) fn quartile_ranks(n: usize) -> Result<Vec<usize>> {
    let ranks = at_quarters()?.map(|q| {
        let (low, high, _) = position(n, q, Definition::Type7);
        [low, high]
    });
    Ok(ranks.as_flattened().to_vec())
}

/// The quartiles, by definition type 7.
pub(super) fn quartiles(ranked: &Ranked, n: usize) -> Result<[f64; 3]> {
    Ok(at_quarters()?.map(|q| at(|rank| ranked.at(rank), n, q, Definition::Type7)))
}

/// How many samples lie below the lower and above the upper fence.
pub(super) fn count_outside(samples: &[f64], low: f64, high: f64) -> (u64, u64) {
    let below = samples.iter().filter(|v| **v < low).count();
    let above = samples.iter().filter(|v| **v > high).count();
    (below as u64, above as u64)
}
