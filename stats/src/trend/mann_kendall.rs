//! Mann–Kendall's test of a monotone trend, with the variance correction of Hamed and Rao.

use super::autocorrelation::autocorrelation;
use super::inversions::sort_counting;
use crate::quantile::tails::{ln_two_sided, two_sided_critical};

/// Kendall's score of a sequence against its order, and the score's variance where nothing changes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// S: pairs that rise minus pairs that fall.
    pub s: f64,
    /// The variance of S for independent samples, corrected for ties; 0 where all values are equal.
    pub variance: f64,
    /// The number of samples.
    pub n: u64,
}

impl Score {
    /// S over the number of pairs: Kendall's τ-a, in [−1, 1]; 0 below two samples.
    pub fn tau(&self) -> f64 {
        let n = self.n as f64;
        if self.n < 2 { 0.0 } else { self.s / (0.5 * n * (n - 1.0)) }
    }

    /// Z with continuity correction: (S ∓ 1)/√variance, the variance multiplied by `inflation`.
    ///
    /// `None` where the variance is not positive: a constant sequence, or a negative correction.
    pub fn z(&self, inflation: f64) -> Option<f64> {
        let variance = self.variance * inflation;
        (variance > 0.0).then(|| if self.s == 0.0 { 0.0 } else { (self.s - self.s.signum()) / variance.sqrt() })
    }

    /// ln of the two-sided p-value; see [`ln_two_sided`].
    pub fn ln_p(&self, inflation: f64) -> Option<f64> {
        self.z(inflation).map(ln_two_sided)
    }
}

/// The score and its variance with ties, in n log n: Mann (1945), Kendall (1975).
///
/// The order alone counts, so irregular times are fine. The variance holds for independent samples only: on autocorrelated
/// ones the test cries wolf; see [`trend`](super::trend()). Infinite values have their order; with a NaN, which has none, there is no S, and
/// [`z`](Score::z) is `None`.
///
/// ```
/// use sre_stats::trend::mann_kendall;
/// let score = mann_kendall(&[1.0, 3.0, 2.0, 5.0]);
/// assert_eq!(score.s, 4.0);
/// assert_eq!(score.variance, 4.0 * 3.0 * 13.0 / 18.0);
/// ```
pub fn mann_kendall(values: &[f64]) -> Score {
    if values.iter().any(|v| v.is_nan()) {
        return Score { s: f64::NAN, variance: f64::NAN, n: values.len() as u64 };
    }
    let mut sorted = values.to_vec();
    let falling = sort_counting(&mut sorted);
    let n = values.len() as f64;
    let term = |k: f64| k * (k - 1.0) * (2.0 * k + 5.0);
    let (mut tied_pairs, mut tied_terms) = (0u64, 0.0);
    for run in sorted.chunk_by(|a, b| a == b) {
        let k = run.len() as u64;
        tied_pairs += k * (k - 1) / 2;
        tied_terms += term(k as f64);
    }
    let m = values.len() as u64;
    let pairs = m * m.saturating_sub(1) / 2;
    let s = (pairs - tied_pairs) as f64 - 2.0 * falling as f64;
    Score { s, variance: (term(n) - tied_terms) / 18.0, n: m }
}

/// The factor by which autocorrelation inflates the variance of S: Hamed and Rao (1998).
///
/// `detrended` are the values minus their trend; the autocorrelation of their ranks enters at the lags 1 … `lag_limit` (all
/// without a limit) where it is outside ±z/√n at `level`. With few samples and no limit the sum is noisy and can make the
/// factor negative: [`Score::z`] then answers `None`. Not for persistent series (φ of 0.8 and more) of a few hundred samples, whose
/// autocorrelation is measured too low. Below 3 samples, or where nothing is left after detrending, 1.
pub fn hamed_rao_inflation(detrended: &[f64], lag_limit: Option<usize>, level: f64) -> f64 {
    let n = detrended.len();
    if n < 3 {
        return 1.0;
    }
    let lags = lag_limit.unwrap_or(n - 1).min(n - 1);
    let correlations = autocorrelation(&ranks(detrended), lags);
    let bound = two_sided_critical(1.0 - level, f64::INFINITY) / (n as f64).sqrt();
    variance_factor(n, correlations.iter().skip(1).map(|r| if r.abs() <= bound { 0.0 } else { *r }))
}

/// The factor by which autocorrelation inflates the variance of S: Yue and Wang (2004), 1 + 2 Σ (1 − k/n) rₖ.
///
/// `detrended` are the values minus their trend; their autocorrelation enters at the lags 1 … `lag_limit` (all without a limit),
/// significant or not. Over all lags the sum tends to a constant whatever the truth: give a limit. Not for persistent series, whose
/// autocorrelation goes on beyond it. 1 below 3 samples.
pub fn yue_wang_inflation(detrended: &[f64], lag_limit: Option<usize>) -> f64 {
    let n = detrended.len();
    if n < 3 {
        return 1.0;
    }
    let correlations = autocorrelation(detrended, lag_limit.unwrap_or(n - 1).min(n - 1));
    1.0 + 2.0 * correlations.iter().enumerate().skip(1).map(|(k, r)| (1.0 - k as f64 / n as f64) * r).sum::<f64>()
}

/// 1 + 2/(n(n−1)(n−2)) Σ (n−k)(n−k−1)(n−k−2) ρₖ over lags 1, 2, … of `correlations` of the ranks.
pub(crate) fn variance_factor(n: usize, correlations: impl Iterator<Item = f64>) -> f64 {
    let m = n as f64;
    let weigh = |(r, k): (f64, u32)| {
        let d = m - f64::from(k);
        d * (d - 1.0) * (d - 2.0) * r
    };
    1.0 + 2.0 / (m * (m - 1.0) * (m - 2.0)) * correlations.zip(1..).map(weigh).sum::<f64>()
}

/// Ranks counted from 1, ties sharing the mean of theirs.
pub(crate) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0usize;
    for run in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = first as f64 + f64::midpoint(run.len() as f64, 1.0);
        for &i in run {
            ranks[i] = rank;
        }
        first += run.len();
    }
    ranks
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_value_without_an_order_gives_no_score() {
        let mut values: Vec<f64> = (0..30).map(f64::from).collect();
        values[29] = f64::INFINITY;
        values[0] = f64::NEG_INFINITY;
        // the order is that of the ends, as they are
        assert_eq!(mann_kendall(&values).tau(), 1.0);
        values[12] = f64::NAN;
        let score = mann_kendall(&values);
        assert!(score.s.is_nan() && score.n == 30 && score.z(1.0).is_none() && score.ln_p(1.0).is_none(), "{score:?}");
    }

    proptest! {
        #[test]
        fn the_score_is_that_of_all_pairs(values in prop::collection::vec((0..30i32).prop_map(f64::from), 0..120)) {
            let mut s = 0.0;
            for j in 0..values.len() {
                for i in 0..j {
                    s += f64::from(values[j].partial_cmp(&values[i]).unwrap() as i8);
                }
            }
            prop_assert_eq!(mann_kendall(&values).s, s);
        }

        #[test]
        fn the_variance_is_that_of_all_permutations(values in prop::collection::vec((0..4i32).prop_map(f64::from), 3..7)) {
            // Heap's algorithm over every order: the mean of S² is the variance, exactly
            fn heap(k: usize, v: &mut Vec<f64>, sum: &mut (f64, f64)) {
                if k <= 1 {
                    *sum = (sum.0 + mann_kendall(v).s.powi(2), sum.1 + 1.0);
                    return;
                }
                for i in 0..k {
                    heap(k - 1, v, sum);
                    v.swap(if k.is_multiple_of(2) { i } else { 0 }, k - 1);
                }
            }
            let mut sum = (0.0, 0.0);
            heap(values.len(), &mut values.clone(), &mut sum);
            prop_assert!((mann_kendall(&values).variance - sum.0 / sum.1).abs() < 1e-9);
        }
    }

    #[test]
    fn small_and_constant_sequences_have_no_z() {
        for values in [&[][..], &[1.0], &[2.0; 9]] {
            assert_eq!(mann_kendall(values).z(1.0), None);
        }
        assert_eq!(mann_kendall(&[1.0, 2.0]).s, 1.0);
        assert_eq!(ranks(&[3.0, 1.0, 3.0]), [2.5, 1.0, 2.5]);
        assert_eq!(hamed_rao_inflation(&[0.0; 10], None, 0.95), 1.0);
    }
}
