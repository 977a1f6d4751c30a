//! How large a penalty must be, found by simulation of series without a change.
//!
//! For a series without changes, the critical penalty is the greatest at which the optimal segmentation still finds one.
//! Divided by the long-run variance of the noise as [`robust_noise`](super::robust_noise) estimates it on the same series, it
//! has a distribution that depends on n and hardly, at the levels of interest, on φ up to 0.8: for positive φ the maximum over
//! short segments is smaller, and the estimation of the noise adds what that takes away. The formulas below are drawn through
//! the 90 %, 95 % and 99 % quantiles of simulations with φ in {0, 0.3, 0.5, 0.8} and n from 20 to 10⁴ (4000 series each, fewer
//! beyond n = 500), at or above the worst φ. The benchmark `trend` prints what they hold to.

/// The Gumbel deviate −ln(−ln(1 − α)).
pub(crate) fn deviate(alpha: f64) -> f64 {
    -(-(-alpha).ln_1p()).ln()
}

/// The deviate at 5 %, where the fit is anchored.
pub(crate) const ANCHOR: f64 = 2.970_195_249_042_165;

/// The penalty, in long-run variances, that a share `alpha` of series of n samples without a change exceeds.
///
/// The maximum for known noise, 5.1 + 0.97 ln n at 5 % with a tail e^(−x/2), times a factor for the noise being estimated.
pub(crate) fn penalty_factor(n: usize, alpha: f64) -> f64 {
    let n = (n as f64).max(12.0);
    let deviate = deviate(alpha.clamp(1e-300, 0.999));
    let known = 5.1 + 0.97 * n.ln() + 2.0 * (deviate - ANCHOR);
    let tail = deviate / ANCHOR;
    let estimated = 1.0 + 20.0 * tail.max(0.0) / n + 0.45 * (tail - 1.0).max(0.0) * (500.0 / n).sqrt().min(1.0);
    (known * estimated).max(0.0)
}

/// The factor on the penalty for persistent noise, whose φ is underestimated at a price: 1 up to φ = 0.65.
pub(crate) fn persistence_factor(phi: f64) -> f64 {
    1.0 + 1.2 * (phi - 0.65).max(0.0)
}

/// The share of series without a change that show a gain of `ratio` long-run variances: the inverse of [`penalty_factor`].
pub(crate) fn chance_of(n: usize, ratio: f64) -> f64 {
    let (mut low, mut high) = (-690.0f64, (0.999f64).ln());
    if ratio.is_nan() || ratio <= penalty_factor(n, high.exp()) {
        return 1.0;
    }
    if ratio >= penalty_factor(n, low.exp()) {
        return 0.0;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if penalty_factor(n, middle.exp()) > ratio { low = middle } else { high = middle }
    }
    high.exp()
}

/// The φ above which an estimate from n samples does not exclude a random walk: its 5 % quantile on random walks.
pub(crate) fn walk_bound(n: usize) -> f64 {
    let n = n as f64;
    1.0 - (4.6 * n.powf(-0.68)).max(2.25 * n.powf(-0.542))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chance_inverts_the_penalty() {
        for n in [12, 200, 100_000] {
            for alpha in [1e-200, 1e-9, 0.01, 0.05, 0.3] {
                let back = chance_of(n, penalty_factor(n, alpha));
                assert!((back / alpha - 1.0).abs() < 1e-6, "{n} {alpha} {back}");
            }
            assert_eq!(chance_of(n, 0.0), 1.0);
            assert_eq!(chance_of(n, f64::INFINITY), 0.0);
        }
    }

    #[test]
    fn penalties_grow_with_confidence() {
        for n in [12, 50, 200, 1_000_000] {
            let factors: Vec<f64> = [0.5, 0.1, 0.05, 0.01, 1e-6].iter().map(|&a| penalty_factor(n, a)).collect();
            assert!(factors.is_sorted_by(|a, b| a < b), "{factors:?}");
        }
    }
}
