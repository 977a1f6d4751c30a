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

/// Leaves out changes that the ranks do not confirm: of all subsets of them, the one is kept whose stretches explain the normal scores of
/// the ranks best, where each change costs `needed` variances of a score.
///
/// `needed` is the penalty over the noise's variance. A burst of outliers has two changes and has to pay for both.
pub(crate) fn kept_by_ranks(values: &[f64], changes: Vec<usize>, needed: f64) -> Vec<usize> {
    if changes.is_empty() {
        return changes;
    }
    let n = values.len() as f64;
    let scores: Vec<f64> = ranks(values).iter().map(|r| quantile(r / (n + 1.0))).collect();
    // scores have mean 0 but for ties
    let mean = scores.iter().sum::<f64>() / n;
    let cost = needed * scores.iter().map(|s| (s - mean).powi(2)).sum::<f64>() / n;
    let edges: Vec<usize> = [0].into_iter().chain(changes).chain([values.len()]).collect();
    let parts = edges.windows(2).map(|e| scores[e[0]..e[1]].iter().map(|s| s - mean).sum::<f64>());
    let sums: Vec<f64> = [0.0]
        .into_iter()
        .chain(parts.scan(0.0, |sum, part| {
            *sum += part;
            Some(*sum)
        }))
        .collect();
    // the cheapest way to each edge, and the edge before it
    let mut best: Vec<(f64, usize)> = vec![(0.0, 0)];
    for (j, edge) in edges.iter().enumerate().skip(1) {
        let way = |i: usize| best[i].0 + cost - (sums[j] - sums[i]).powi(2) / (edge - edges[i]) as f64;
        let cheaper = |least: (f64, usize), i: usize| if way(i) < least.0 { (way(i), i) } else { least };
        let least = (1..j).fold((way(0), 0), cheaper);
        best.push(least);
    }
    let mut kept = Vec::new();
    let mut at = edges.len() - 1;
    while at > 0 {
        at = best[at].1;
        if at > 0 {
            kept.push(edges[at]);
        }
    }
    kept.reverse();
    kept
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
    fn the_subset_is_the_cheapest_of_all() {
        let unit = |i: u64| crate::quantile::random::SplitMix64::stream(3, i).unit();
        let values: Vec<f64> = (0..120).map(|i| unit(i) + if (40..70).contains(&i) { 0.6 } else { 0.0 }).collect();
        let candidates = [12, 30, 40, 55, 70, 76, 100];
        let (n, needed) = (120.0, 6.0);
        let scores: Vec<f64> = ranks(&values).iter().map(|r| quantile(r / (n + 1.0))).collect();
        let variance = scores.iter().map(|s| s * s).sum::<f64>() / n;
        let cost = |subset: &[usize]| {
            let edges: Vec<usize> = [0].into_iter().chain(subset.iter().copied()).chain([120]).collect();
            let scatter = |part: &[f64]| {
                let mean = part.iter().sum::<f64>() / part.len() as f64;
                part.iter().map(|s| (s - mean).powi(2)).sum::<f64>()
            };
            edges.windows(2).map(|e| scatter(&scores[e[0]..e[1]])).sum::<f64>()
                + needed * variance * subset.len() as f64
        };
        let subsets = (0..1u32 << candidates.len()).map(|bits| {
            candidates.iter().enumerate().filter(|(i, _)| (bits >> i) & 1 == 1).map(|(_, c)| *c).collect::<Vec<usize>>()
        });
        let cheapest = subsets.min_by(|a, b| cost(a).total_cmp(&cost(b))).unwrap_or_default();
        assert!(!cheapest.is_empty() && cheapest.len() < candidates.len(), "{cheapest:?}");
        assert_eq!(kept_by_ranks(&values, candidates.to_vec(), needed), cheapest);
    }
}
