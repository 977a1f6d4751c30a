//! How autocorrelated a series is, and whether it can be told from a random walk: what the default test rests on.

use super::autocorrelation::autocorrelation;
use super::mann_kendall::{ranks, variance_factor};
use crate::quantile::tails::{ln_two_sided_student, quantile};

/// The autocorrelation of a series around its trend, corrected for bias, and what follows for its trend test.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Persistence {
    /// The lag-1 autocorrelation, in [0, 0.999].
    pub(crate) r1: f64,
    /// The factor by which it falls from lag to lag: `r1` itself for an AR(1), more where white noise lies on top of one.
    pub(crate) decay: f64,
    /// The factor on the variance of Kendall's score.
    pub(crate) inflation: f64,
}

/// Fits an AR(1), and an AR(1) beneath white noise, to the normal scores of the detrended values; the more careful one counts.
///
/// Scores make heavy tails harmless. Taking out a line biases r₁ by −(2 + 4φ)/n (Marriott and Pope, 1954; Kendall, 1954),
/// which is undone. Measurement noise on a slow process leaves ρₖ = a φᵏ with a < 1, whose r₁ alone tells too little: φ is
/// then the ratio (r₂ + r₃)/(r₁ + r₂). The ranks of a Gaussian process have the autocorrelation (6/π) asin(ρ/2), and Hamed
/// and Rao's formula turns that into the variance of S: one or two fitted numbers in place of n noisy ones.
pub(crate) fn persistence(detrended: &[f64]) -> Persistence {
    let n = detrended.len();
    let m = n as f64;
    let scores: Vec<f64> = ranks(detrended).iter().map(|r| quantile(r / (m + 1.0))).collect();
    let correlations = autocorrelation(&scores, 3);
    let &[_, r1, r2, r3] = correlations.as_slice() else {
        return Persistence { r1: 0.0, decay: 0.0, inflation: 1.0 };
    };
    let phi = ((m * r1 + 2.0) / (m - 4.0)).clamp(0.0, 0.999);
    let single = inflation_of(n, 1.0, phi);
    // beneath white noise, where the correlation at lag 1 is there at all
    if r1 * m.sqrt() > 2.0 {
        let mut sum = 2.0 * phi / (1.0 - phi);
        let (mut decay, mut share) = (phi, 1.0);
        for _ in 0..3 {
            // a line takes about twice the variance of the mean out of every autocovariance
            let lost = (2.0 * (1.0 + sum) / m).min(0.5);
            let [a, b, c] = [r1, r2, r3].map(|r| r + lost * (1.0 - r));
            decay = ((b + c) / (a + b)).clamp(0.0, 0.999);
            share = if decay > 0.0 { (a / decay).clamp(0.0, 1.0) } else { 1.0 };
            sum = 2.0 * share * decay / (1.0 - decay);
        }
        let double = inflation_of(n, share, decay);
        if decay > phi && double > single {
            return Persistence { r1: phi, decay, inflation: double };
        }
    }
    Persistence { r1: phi, decay: phi, inflation: single }
}

/// The factor on the variance of S for autocorrelations share · decayᵏ, at least 1.
fn inflation_of(n: usize, share: f64, decay: f64) -> f64 {
    // correlations below 1e-18 add nothing to the sum
    let lags = if decay < 1e-9 { 1 } else { ((-41.0 / decay.ln()).ceil() as usize).clamp(1, n - 1) };
    let correlations = (1..=lags).map(|k| 6.0 / std::f64::consts::PI * (share * decay.powi(k as i32) / 2.0).asin());
    variance_factor(n, correlations).max(1.0)
}

/// Whether a unit root is rejected at 5 % by the Dickey–Fuller test with constant and trend.
///
/// Critical values by the response surface of J. G. `MacKinnon` (2010). `None` below 6 samples or where the regression is singular.
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
pub(super) fn without_line(values: &[f64]) -> Vec<f64> {
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
