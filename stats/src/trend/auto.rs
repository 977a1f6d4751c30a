//! How autocorrelated a series is, and whether it can be told from a random walk: what the default test rests on.

use super::mann_kendall::{ranks, variance_factor};
use super::normal::{ln_two_sided_student, quantile};

/// The first-order autocorrelation of a series around its trend, corrected for bias, and what follows for its trend test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Persistence {
    /// φ of the fitted AR(1), in [0, 0.999].
    pub(crate) phi: f64,
    /// The factor on the variance of Kendall's score.
    pub(crate) inflation: f64,
}

/// Fits an AR(1) to the normal scores of the detrended values.
///
/// Scores make heavy tails harmless. Taking out a line biases r₁ by −(2 + 4φ)/n (Marriott and Pope, 1954; Kendall, 1954),
/// which is undone. The ranks of a Gaussian AR(1) have the autocorrelation (6/π) asin(φᵏ/2), and Hamed and Rao's formula
/// turns that into the variance of S: one fitted number in place of n noisy ones.
pub(crate) fn persistence(detrended: &[f64]) -> Persistence {
    let n = detrended.len();
    if n < 5 {
        return Persistence { phi: 0.0, inflation: 1.0 };
    }
    let m = n as f64;
    let scores: Vec<f64> = ranks(detrended).iter().map(|r| quantile(r / (m + 1.0))).collect();
    let mean = scores.iter().sum::<f64>() / m;
    let (mut square, mut product, mut last) = (0.0, 0.0, None);
    for d in scores.iter().map(|s| s - mean) {
        square += d * d;
        product += last.map_or(0.0, |l: f64| l * d);
        last = Some(d);
    }
    let r1 = if square > 0.0 { product / square } else { 0.0 };
    let phi = ((m * r1 + 2.0) / (m - 4.0)).clamp(0.0, 0.999);
    // correlations below 1e-18 add nothing to the sum
    let lags = if phi < 1e-9 { 1 } else { ((-41.0 / phi.ln()).ceil() as usize).clamp(1, n - 1) };
    let correlations = (1..=lags).map(|k| 6.0 / std::f64::consts::PI * (phi.powi(k as i32) / 2.0).asin());
    Persistence { phi, inflation: variance_factor(n, correlations).max(1.0) }
}

/// Whether a unit root is rejected at 5 % by the Dickey–Fuller test with constant and trend.
///
/// Critical values by MacKinnon's response surface (2010). `None` below 6 samples or where the regression is singular.
pub(crate) fn unit_root_rejected(values: &[f64]) -> Option<bool> {
    let n = values.len();
    if n < 6 {
        return None;
    }
    // Δyₜ on 1, t, yₜ₋₁: partial out the line from both, then one regressor is left
    let m = (n - 1) as f64;
    let base = values[0];
    let level: Vec<f64> = values[..n - 1].iter().map(|v| v - base).collect();
    let change: Vec<f64> = values.windows(2).map(|w| w[1] - w[0]).collect();
    let (level, change) = (without_line(&level), without_line(&change));
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let square = dot(&level, &level);
    let rho = dot(&level, &change) / square;
    let residual = dot(&change, &change) - rho * dot(&level, &change);
    let t = rho / (residual.max(0.0) / (m - 3.0) / square).sqrt();
    let critical = -3.410_49 - 4.3904 / m - 9.036 / (m * m) - 45.374 / (m * m * m);
    t.is_finite().then_some(t < critical)
}

/// The ln p of a mean change per step other than 0: valid where the series is a random walk, and
/// too careful where it is not. Student's t with n − 2 degrees, from the differences.
pub(crate) fn drift_ln_p(values: &[f64]) -> Option<f64> {
    let n = values.len();
    if n < 4 {
        return None;
    }
    let m = (n - 1) as f64;
    let change: Vec<f64> = values.windows(2).map(|w| w[1] - w[0]).collect();
    let mean = change.iter().sum::<f64>() / m;
    let variance = change.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / (m - 1.0);
    if mean == 0.0 {
        return Some(0.0);
    }
    let t = mean / (variance / m).sqrt();
    (!t.is_nan()).then(|| ln_two_sided_student(t, m - 1.0))
}

/// The values minus their least squares line over equal steps.
fn without_line(values: &[f64]) -> Vec<f64> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let centre = (n - 1.0) / 2.0;
    let (mut product, mut square) = (0.0, 0.0);
    for (i, v) in values.iter().enumerate() {
        let x = i as f64 - centre;
        product += x * (v - mean);
        square += x * x;
    }
    let slope = if square > 0.0 { product / square } else { 0.0 };
    values.iter().enumerate().map(|(i, v)| v - mean - slope * (i as f64 - centre)).collect()
}
