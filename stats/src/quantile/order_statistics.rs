//! Distribution-free intervals of quantiles, and the samples that they need.

use statrs::distribution::{ContinuousCDF, Normal};

use crate::quantile::beta::beta_reg;
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
    if n == 0 || tail.is_nan() {
        return (None, None);
    }
    let n = n.min(u64::MAX - 1);
    // the normal approximation is a few ranks off at most, and the search starts there
    let spread = Normal::standard().inverse_cdf(tail) * (n as f64 * q.p() * q.complement()).sqrt();
    let mean = n as f64 * q.p();
    let lower = last(n, mean + spread, |l| at_most(l - 1, n, q) <= tail);
    let upper = last(n, mean - spread, |u| at_least(u, n, q) > tail) + 1;
    ((lower > 0).then_some(lower), (upper <= n).then_some(upper))
}

/// The largest k in 0..=n for which a condition holds that is true up to some number, not asked of 0, and false from there on.
fn last(n: u64, guess: f64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, n + 1);
    let mut next = (guess.max(1.0) as u64).clamp(1, n);
    let mut step = 2;
    // strides away from the guess, longer and longer, until the place is between two of them
    while high - low > 1 {
        let held = holds(next);
        if held {
            low = next;
        } else {
            high = next;
        }
        if low > 0 && high <= n {
            break;
        }
        next = if held { next.saturating_add(step).min(n) } else { next.saturating_sub(step).max(1) };
        step *= 2;
    }
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if holds(middle) { low = middle } else { high = middle }
    }
    low
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

/// The probability that a window of n independent samples holds none above the true quantile, pⁿ: that its largest sample
/// understates the quantile, and with it every percentile that is read from the window.
///
/// For a continuous distribution; with ties at the quantile it is at least this. Not for autocorrelated samples.
///
/// ```
/// use sre_stats::quantile::{Quantile, none_above};
/// // a minute of 60 requests says nothing of p99 in 55 % of all minutes
/// assert!((none_above(60, Quantile::P99) - 0.5472).abs() < 1e-4);
/// ```
pub fn none_above(n: u64, q: Quantile) -> f64 {
    if n == 0 || q.complement() <= 0.0 {
        return 1.0;
    }
    // near 1 the complement is the better number
    let ln = if q.p() > 0.5 { (-q.complement()).ln_1p() } else { q.p().ln() };
    (n as f64 * ln).exp()
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
    beta_reg((n - k) as f64, (k + 1) as f64, q.complement(), q.p())
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
    beta_reg(k as f64, (n - k + 1) as f64, q.p(), q.complement())
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

    #[test]
    fn a_window_without_a_sample_above_is_counted_by_simulation() {
        let mut random = crate::quantile::random::SplitMix64::new(3);
        let windows = 20_000;
        let none = (0..windows).filter(|_| (0..60).all(|_| random.unit() <= 0.99)).count() as f64 / f64::from(windows);
        // four standard deviations of 20 000 trials
        assert!((none - none_above(60, Quantile::P99)).abs() < 0.0142, "{none}");
        assert_eq!(none_above(0, Quantile::P99), 1.0);
        let needed = samples_needed(Quantile::P9999, 0.95).unwrap();
        assert!(none_above(needed, Quantile::P9999) <= 0.05 && none_above(needed - 1, Quantile::P9999) > 0.05);
    }

    #[test]
    fn ranks_of_large_samples_agree_with_scipy() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/reference/quantile/intervals.json");
        let reference: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = reference["ranks"].as_array().unwrap();
        assert!(cases.len() >= 30);
        for case in cases {
            let (n, p) = (case[0].as_u64().unwrap(), case[1].as_f64().unwrap());
            let want = (case[2].as_u64(), case[3].as_u64());
            assert_eq!(order_statistic_interval(n, Quantile::new(p).unwrap(), 0.95), want, "n {n} p {p}");
        }
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
