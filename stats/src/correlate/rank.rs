//! Rank correlation of two samples.

use crate::error::{Error, Result};
use crate::trend::kendall::concordance;
use crate::trend::{ln_two_sided, ln_two_sided_student, ranks};

/// A rank correlation with its test against none.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankCorrelation {
    /// The coefficient, in [−1, 1].
    pub value: f64,
    /// ln of the two-sided p-value for independent pairs, which does not underflow.
    pub ln_p: f64,
    /// The number of pairs.
    pub n: usize,
}

impl RankCorrelation {
    /// The two-sided p-value; 0 where it underflows, see `ln_p`.
    pub fn p_value(&self) -> f64 {
        self.ln_p.exp()
    }
}

fn check(x: &[f64], y: &[f64]) -> Result<()> {
    if x.len() != y.len() {
        return Err(Error::mismatch(format!("{} and {} values make no pairs", x.len(), y.len())));
    }
    if x.len() < 3 {
        return Err(Error::empty(format!("{} pairs are too few: 3 or more are needed", x.len())));
    }
    if x.iter().chain(y).any(|v| !v.is_finite()) {
        return Err(Error::argument("values must be finite").hint("leave out pairs with NaN or infinities"));
    }
    let constant = |v: &[f64]| v.iter().all(|a| *a == v[0]);
    if constant(x) || constant(y) {
        return Err(Error::argument("all values of a sample are equal: there is no correlation with a constant"));
    }
    Ok(())
}

/// Spearman's ρ (1904): the correlation of ranks, ties at their mean rank; p by Student's t with n − 2 degrees, good from 10 pairs on.
///
/// The pairs are taken for independent: on autocorrelated series the p-value cries wolf, see [`correlate`](super::correlate).
///
/// ```
/// use sre_stats::correlate::spearman;
/// let found = spearman(&[1.0, 2.0, 3.0, 4.0], &[1.0, 4.0, 9.0, 8.0])?;
/// assert!((found.value - 0.8).abs() < 1e-12);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where the lengths differ, there are fewer than 3 pairs, a value is not finite or a sample is constant.
pub fn spearman(x: &[f64], y: &[f64]) -> Result<RankCorrelation> {
    check(x, y)?;
    let n = x.len();
    let middle = f64::midpoint(n as f64, 1.0);
    let (a, b) = (ranks(x), ranks(y));
    let dot = |p: &[f64], q: &[f64]| p.iter().zip(q).map(|(u, v)| (u - middle) * (v - middle)).sum::<f64>();
    let value = (dot(&a, &b) / (dot(&a, &a) * dot(&b, &b)).sqrt()).clamp(-1.0, 1.0);
    let degrees = n as f64 - 2.0;
    let t = value * (degrees / ((1.0 - value) * (1.0 + value))).sqrt();
    Ok(RankCorrelation { value, ln_p: if value == 0.0 { 0.0 } else { ln_two_sided_student(t, degrees) }, n })
}

/// Kendall's τ-b (1938, 1945): concordant minus discordant pairs of pairs, corrected for ties, in n log n; p by the normal law
/// with ties, good from 10 pairs on.
///
/// The pairs are taken for independent: on autocorrelated series the p-value cries wolf, see [`correlate`](super::correlate).
///
/// ```
/// use sre_stats::correlate::kendall;
/// let found = kendall(&[1.0, 2.0, 3.0, 4.0], &[1.0, 4.0, 9.0, 8.0])?;
/// assert!((found.value - 4.0 / 6.0).abs() < 1e-12);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`spearman`].
pub fn kendall(x: &[f64], y: &[f64]) -> Result<RankCorrelation> {
    check(x, y)?;
    let found = concordance(x, y);
    let n = x.len() as f64;
    let value = found.s / ((found.pairs - found.tied_x).sqrt() * (found.pairs - found.tied_y).sqrt());
    // the variance of S with ties in both (Kendall, 1970, chapter 4)
    let (a, b) = (tie_terms(x), tie_terms(y));
    let m = n * (n - 1.0);
    let variance = (m * (2.0 * n + 5.0) - a.2 - b.2) / 18.0
        + 2.0 * found.tied_x * found.tied_y / m
        + a.1 * b.1 / (9.0 * m * (n - 2.0));
    let z = found.s / variance.sqrt();
    Ok(RankCorrelation { value: value.clamp(-1.0, 1.0), ln_p: ln_two_sided(z), n: x.len() })
}

/// Σ t(t−1), Σ t(t−1)(t−2) and Σ t(t−1)(2t+5) over the groups of t equal values.
fn tie_terms(values: &[f64]) -> (f64, f64, f64) {
    let mut sorted: Vec<f64> = values.iter().map(|v| v + 0.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted.chunk_by(|a, b| a == b).fold((0.0, 0.0, 0.0), |sum, run| {
        let t = run.len() as f64;
        let pairs = t * (t - 1.0);
        (sum.0 + pairs, sum.1 + pairs * (t - 2.0), sum.2 + pairs * (2.0 * t + 5.0))
    })
}
