//! Distribution-free intervals of quantiles, and the samples that they need.

use statrs::function::beta::checked_beta_reg;

use crate::quantile::probability::Quantile;

/// The ranks (from 1) of the order statistics that hold the quantile behind n independent samples between them at `level`.
///
/// With B ~ Bin(n, p) the number of samples at or below the quantile, the lower rank is the largest l with
/// P(B < l) ≤ α/2 and the upper one the smallest u with P(B ≥ u) ≤ α/2, α = 1 − level, by exact binomial sums. The coverage
/// is therefore at least `level`, also for ties. `None` stands for an end that no sample can give.
///
/// Source: H. A. David and H. N. Nagaraja, “Order Statistics”, 3rd ed. (2003), section 7.1. Not for autocorrelated samples.
///
/// ```
/// use sre_stats::quantile::{Quantile, order_statistic_interval};
/// // the median of 10: ranks 2 and 9, coverage 97.9 %
/// assert_eq!(order_statistic_interval(10, Quantile::MEDIAN, 0.95), (Some(2), Some(9)));
/// // p99 of 100 samples has no upper end
/// assert_eq!(order_statistic_interval(100, Quantile::P99, 0.95).1, None);
/// ```
pub fn order_statistic_interval(n: u64, q: Quantile, level: f64) -> (Option<u64>, Option<u64>) {
    let tail = ((1.0 - level) / 2.0).clamp(0.0, 0.5);
    if n == 0 {
        return (None, None);
    }
    // the largest l in 0..=n with P(B ≤ l−1) ≤ tail
    let (mut low, mut high) = (0, n + 1);
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if at_most(middle - 1, n, q) <= tail { low = middle } else { high = middle }
    }
    let lower = (low > 0).then_some(low);
    // the smallest u in 1..=n+1 with P(B ≥ u) ≤ tail
    let (mut low, mut high) = (0, n + 1);
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if at_least(middle, n, q) <= tail { high = middle } else { low = middle }
    }
    (lower, (high <= n).then_some(high))
}

/// The smallest n whose largest sample is an upper bound of the quantile with probability `level`: 1 − pⁿ ≥ level. `None`
/// where no number of samples is enough.
///
/// ```
/// use sre_stats::quantile::{Quantile, samples_needed};
/// assert_eq!(samples_needed(Quantile::P99, 0.95), Some(299));
/// ```
pub fn samples_needed(q: Quantile, level: f64) -> Option<u64> {
    if q.complement() <= 0.0 || !(0.0..1.0).contains(&level) {
        return None;
    }
    if q.p() <= 0.0 {
        return Some(1);
    }
    let n = (-level).ln_1p() / (-q.complement()).ln_1p();
    // a quotient that is whole up to rounding is meant so
    let whole = n.round();
    let n = if (n - whole).abs() < 1e-9 * whole { whole } else { n.ceil() };
    (n < 9e18).then(|| (n as u64).max(1))
}

/// P(B ≤ k) for B ~ Bin(n, p).
fn at_most(k: u64, n: u64, q: Quantile) -> f64 {
    if k >= n {
        return 1.0;
    }
    if q.complement() <= 0.0 {
        return 0.0;
    }
    if q.p() <= 0.0 {
        return 1.0;
    }
    checked_beta_reg((n - k) as f64, (k + 1) as f64, q.complement()).unwrap_or(1.0)
}

/// P(B ≥ k) for B ~ Bin(n, p), k ≥ 1.
fn at_least(k: u64, n: u64, q: Quantile) -> f64 {
    if k > n {
        return 0.0;
    }
    if q.p() <= 0.0 {
        return 0.0;
    }
    if q.complement() <= 0.0 {
        return 1.0;
    }
    checked_beta_reg(k as f64, (n - k + 1) as f64, q.p()).unwrap_or(1.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn samples_needed_are_the_published_ones() {
        for (q, n) in [(Quantile::P95, 59), (Quantile::P99, 299), (Quantile::P999, 2995), (Quantile::P9999, 29_956)] {
            assert_eq!(samples_needed(q, 0.95), Some(n));
        }
        assert_eq!(samples_needed(Quantile::new(1.0).unwrap(), 0.95), None);
    }

    /// The binomial sums term by term: slow, and independent of the beta function.
    fn brute(n: u64, p: f64, level: f64) -> (Option<u64>, Option<u64>) {
        let ln_factorial = |k: u64| (1..=k).map(|i| (i as f64).ln()).sum::<f64>();
        let ln_pmf = |k: u64| {
            let choose = ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k);
            choose + k as f64 * p.ln() + (n - k) as f64 * (1.0 - p).ln()
        };
        let pmf: Vec<f64> = (0..=n).map(|k| ln_pmf(k).exp()).collect();
        let tail = (1.0 - level) / 2.0;
        let lower = (1..=n).take_while(|l| pmf[..*l as usize].iter().sum::<f64>() <= tail).last();
        let upper = (1..=n).find(|u| pmf[*u as usize..].iter().sum::<f64>() <= tail);
        (lower, upper)
    }

    #[test]
    fn ranks_agree_with_binomial_sums() {
        for n in [1_u64, 2, 5, 10, 37, 59, 100, 299, 400] {
            for p in [0.1, 0.5, 0.9, 0.95, 0.99] {
                let got = order_statistic_interval(n, Quantile::new(p).unwrap(), 0.95);
                assert_eq!(got, brute(n, p, 0.95), "n {n} p {p}");
            }
        }
    }
}
