//! How autocorrelated two samples are, and what that does to a comparison of their ranks.

use super::ranks::Ranks;
use crate::quantile::tails::quantile;

/// The autocorrelation within two samples, and what follows for the comparison.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Dependence {
    /// The lag-1 autocorrelation within the samples, corrected for bias, in [0, 0.999].
    pub r1: f64,
    /// The factor by which the autocorrelation falls from lag to lag: `r1` for an AR(1), more where white noise lies on one.
    pub decay: f64,
    /// The factor on the variance of a difference of mean ranks.
    pub inflation: f64,
    /// How many independent values both samples together are worth.
    pub worth: f64,
    /// The degrees of freedom that are left to the deviate, since the inflation is estimated; `null` (infinite) without any.
    pub degrees: f64,
    /// Whether the samples cannot be told from random walks.
    pub walk: bool,
}

impl Dependence {
    /// Independent values.
    pub(crate) fn none(n: usize) -> Self {
        Self { r1: 0.0, decay: 0.0, inflation: 1.0, worth: n as f64, degrees: f64::INFINITY, walk: false }
    }

    /// Fits an AR(1), and an AR(1) beneath white noise, to the normal scores within each sample; the more careful one counts.
    ///
    /// Scores make heavy tails harmless. Taking the mean out of each of two samples, N values together, biases r₁ by
    /// −2(1 + 4φ)/N (Marriott and Pope, 1954; Kendall, 1954), which is undone. Measurement noise on a slow process leaves
    /// ρₖ = s φᵏ with s < 1: φ is then (r₂ + r₃)/(r₁ + r₂). The ranks of a Gaussian process have the autocorrelation
    /// (6/π) asin(ρ/2), which inflates the variance of a mean rank of n values by 1 + 2 Σ (1 − k/n) of it.
    pub(crate) fn of(ranks: &Ranks) -> Self {
        let (m, n) = (ranks.a.len(), ranks.b.len());
        let total = (m + n) as f64;
        let scores = |r: &[f64]| {
            let scores: Vec<f64> = r.iter().map(|r| quantile(r / (total + 1.0))).collect();
            let mean = scores.iter().sum::<f64>() / scores.len() as f64;
            scores.into_iter().map(|s| s - mean).collect::<Vec<f64>>()
        };
        let (a, b) = (scores(&ranks.a), scores(&ranks.b));
        let product =
            |v: &[f64], k: usize| -> f64 { v.iter().zip(v.get(k..).unwrap_or_default()).map(|(x, y)| x * y).sum() };
        let square = product(&a, 0) + product(&b, 0);
        if square <= 1e-12 * total || total < 12.0 {
            return Self::none(m + n);
        }
        let [r1, r2, r3] = [1, 2, 3].map(|k| (product(&a, k) + product(&b, k)) / square);
        let phi = ((total * r1 + 2.0) / (total - 8.0)).clamp(0.0, 0.999);
        let inflate = |share: f64, decay: f64| {
            let of = |size: usize| inflation_of_mean(size, share, decay) / size as f64;
            (of(m) + of(n)) / (1.0 / m as f64 + 1.0 / n as f64)
        };
        let (mut decay, mut inflation) = (phi, inflate(1.0, phi));
        // beneath white noise, where the correlation at lag 1 is there at all
        if r1 * total.sqrt() > 2.0 {
            let mut sum = 2.0 * phi / (1.0 - phi);
            for _ in 0..3 {
                // the mean takes its own variance out of every autocovariance
                let lost = (2.0 * (1.0 + sum) / total).min(0.5);
                let [x, y, z] = [r1, r2, r3].map(|r| r + lost * (1.0 - r));
                let slower = ((y + z) / (x + y)).clamp(0.0, 0.999);
                let share = if slower > 0.0 { (x / slower).clamp(0.0, 1.0) } else { 1.0 };
                sum = 2.0 * share * slower / (1.0 - slower);
                let more = inflate(share, slower);
                if slower > phi && more > inflation {
                    (decay, inflation) = (slower, more);
                }
            }
        }
        let inflation = inflation.max(1.0);
        let worth = total / inflation;
        // the estimate of ln((1 + φ)/(1 − φ)) has the variance 4/((1 − φ²) N): a chi-squared variance with these degrees
        let degrees = if inflation > 1.0 {
            (total * (1.0 - decay * decay) / 2.0).min(worth - 2.0).max(1.0)
        } else {
            f64::INFINITY
        };
        Self { r1: phi, decay, inflation, worth, degrees, walk: decay > walk_bound(total / 2.0) }
    }
}

/// n times the variance of a mean rank over the variance of a rank, for autocorrelations share · decayᵏ of the scores.
fn inflation_of_mean(n: usize, share: f64, decay: f64) -> f64 {
    if decay <= 0.0 || n < 2 {
        return 1.0;
    }
    // correlations below 1e-16 add nothing
    let lags = ((-37.0 / decay.ln()).ceil() as usize).clamp(1, n - 1);
    let mut power = share;
    let mut sum = 0.0;
    for k in 1..=lags {
        power *= decay;
        sum += (1.0 - k as f64 / n as f64) * 6.0 / std::f64::consts::PI * (power / 2.0).asin();
    }
    1.0 + 2.0 * sum
}

/// The decay above which two samples, of n values on average, do not exclude a random walk: its 5 % quantile on random walks.
///
/// On simulated random walks n (1 − decay) exceeds 6.3, 8.6, 10.1 and 13.3 once in 20 times for n = 20, 50, 100 and 500
/// (`benches/compare.rs`, part `walk`).
fn walk_bound(n: f64) -> f64 {
    1.0 - 2.2 * n.ln() / n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inflation_of_an_ar1_is_the_sum_of_its_ranks_correlations() {
        // brute force over all pairs of positions
        for (n, phi) in [(5, 0.5), (40, 0.9), (200, 0.3)] {
            let mut sum = 0.0;
            for i in 0..n {
                for j in 0..n {
                    let rho: f64 = f64::powi(phi, i32::abs(i - j));
                    sum += 6.0 / std::f64::consts::PI * (rho / 2.0).asin();
                }
            }
            let want = sum / f64::from(n);
            let got = inflation_of_mean(n as usize, 1.0, phi);
            assert!((got / want - 1.0).abs() < 1e-9, "{n} {phi}: {got} {want}");
        }
        assert_eq!(inflation_of_mean(100, 1.0, 0.0), 1.0);
    }
}
