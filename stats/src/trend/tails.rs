//! Heavy tails: outliers that are no steps must neither hide in the noise's estimate nor pass for changes.

use super::mann_kendall::ranks;
use super::noise::Noise;
use super::pelt::pelt_mean;
use crate::quantile::tails::quantile;

/// From this ratio of the whole variance of differences to the trimmed one, tails are heavy; normal ones stay near 1.
pub(crate) const HEAVY: f64 = 1.25;

/// The noise with its tails: scaled up to the mean square of all differences but those across a change.
///
/// [`robust_noise`](super::robust_noise) leaves out what lies beyond 3 robust standard deviations, because it may be a step. Heavy tails lie there
/// too, and without them every burst of outliers would be a change.
pub(crate) fn with_tails(values: &[f64], robust: Noise, factor: f64, min_size: usize) -> Noise {
    let mut noise = robust;
    for _ in 0..5 {
        let steps = pelt_mean(values, factor * noise.long_run_variance, min_size);
        let (mut sum, mut count, mut next) = (0.0, 0u64, steps.iter().copied().peekable());
        for (pair, at) in values.windows(2).zip(1..) {
            if next.next_if_eq(&at).is_none() {
                sum += (pair[1] - pair[0]).powi(2);
                count += 1;
            }
        }
        let scale = sum / count.max(1) as f64 / (2.0 * robust.variance * (1.0 - robust.phi));
        let wanted = robust.variance * scale.max(1.0);
        let settled = (wanted - noise.variance).abs() <= 0.01 * noise.variance;
        let ratio = wanted / robust.variance;
        noise = Noise { variance: wanted, long_run_variance: robust.long_run_variance * ratio, ..robust };
        if settled || steps.is_empty() {
            break;
        }
    }
    noise
}

/// Leaves out, weakest first, changes that the normal scores of the ranks of both neighbouring segments do not confirm.
///
/// `needed` is the penalty over the noise's variance; the scores' gain is the likelihood ratio −n ln(1 − R²) of the split.
pub(crate) fn kept_by_ranks(values: &[f64], changes: Vec<usize>, needed: f64) -> Vec<usize> {
    let mut changes = changes;
    let n = values.len();
    let gain = |changes: &[usize], i: usize| {
        let start = if i == 0 { 0 } else { changes[i - 1] };
        let end = changes.get(i + 1).copied().unwrap_or(n);
        gain_in_scores(&values[start..end], changes[i] - start)
    };
    let mut gains: Vec<f64> = (0..changes.len()).map(|i| gain(&changes, i)).collect();
    loop {
        let weakest = (0..gains.len()).min_by(|&a, &b| gains[a].total_cmp(&gains[b]));
        let Some(i) = weakest.filter(|&i| gains[i] < needed) else { return changes };
        changes.remove(i);
        gains.remove(i);
        for j in [i.wrapping_sub(1), i] {
            if j < changes.len() {
                gains[j] = gain(&changes, j);
            }
        }
    }
}

/// −n ln(1 − R²) for a split of the normal scores at `at`.
fn gain_in_scores(values: &[f64], at: usize) -> f64 {
    let n = values.len() as f64;
    let scores: Vec<f64> = ranks(values).iter().map(|r| quantile(r / (n + 1.0))).collect();
    // scores have mean 0 but for ties
    let mean = scores.iter().sum::<f64>() / n;
    let total: f64 = scores.iter().map(|s| (s - mean).powi(2)).sum();
    let first: f64 = scores.iter().take(at).map(|s| s - mean).sum();
    let (before, after) = (at as f64, n - at as f64);
    let between = first * first * (1.0 / before + 1.0 / after);
    if total > 0.0 { -n * (1.0 - between / total).max(1e-300).ln() } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_dropped_and_a_step_is_kept() {
        // a fixed pattern with two outliers, then a level 30 higher
        let values: Vec<f64> = (0..200u32)
            .map(|i| {
                f64::from(i * 37 % 23)
                    + if i >= 120 { 30.0 } else { 0.0 }
                    + if (50..52).contains(&i) { 900.0 } else { 0.0 }
            })
            .collect();
        assert_eq!(kept_by_ranks(&values, vec![49, 54, 120], 12.0), [120]);
        assert!(kept_by_ranks(&values, Vec::new(), 12.0).is_empty());
    }

    #[test]
    fn a_clean_split_gains_without_bound() {
        assert!(gain_in_scores(&[0.0, 0.0, 0.0, 1.0, 1.0, 1.0], 3) > 100.0);
        assert_eq!(gain_in_scores(&[1.0; 6], 3), 0.0);
    }
}
