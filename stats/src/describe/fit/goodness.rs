//! The distance between a sample and a law.

use super::law::Law;

/// The largest distance between the empirical distribution of sorted values and the law.
pub(super) fn kolmogorov_smirnov(sorted: &[f64], law: &Law) -> f64 {
    let n = sorted.len() as f64;
    let mut largest = 0.0_f64;
    for (i, x) in sorted.iter().enumerate() {
        let p = law.cdf(*x);
        largest = largest.max(p - i as f64 / n).max((i + 1) as f64 / n - p);
    }
    largest
}

/// −n − Σ (2i − 1)/n · (ln F(xᵢ) + ln(1 − F(xₙ₊₁₋ᵢ))) of sorted values; `None` where it is infinite.
pub(super) fn anderson_darling(sorted: &[f64], law: &Law) -> Option<f64> {
    let n = sorted.len() as f64;
    let terms = sorted
        .iter()
        .zip(sorted.iter().rev())
        .enumerate()
        .map(|(i, (low, high))| (2.0 * i as f64 + 1.0) / n * (law.cdf(*low).ln() + law.survival(*high).ln()));
    let value = -n - terms.sum::<f64>();
    value.is_finite().then_some(value)
}
