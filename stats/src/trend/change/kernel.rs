//! Changes of the whole distribution by a Gaussian kernel.

use super::super::pelt::walked_back;

/// Twice the squared bandwidth's inverse by the median rule: 1 over the median squared distance of neighbouring pairs of a
/// fixed spread over the series; 1 where that is 0 or its inverse no number.
pub(crate) fn median_gamma(values: &[f64]) -> f64 {
    let n = values.len();
    // all pairs of a small series, and of a long one those at some hundred distances
    let mut squares = Vec::new();
    let stride = (n / 400).max(1);
    for lag in (1..n).step_by(stride) {
        squares.extend((0..n - lag).step_by(stride).map(|i| (values[i] - values[i + lag]).powi(2)));
    }
    let middle = super::super::theil_sen::median(&mut squares);
    let gamma = 1.0 / middle;
    if middle > 0.0 && gamma.is_finite() { gamma } else { 1.0 }
}

/// The changes that minimise Σ (within-stretch scatter in the kernel's feature space) + `penalty` for each change.
///
/// The kernel is exp(−γ (x − y)²); any change of the distribution shows (Harchaoui and Cappé, 2007; Arlot, Celisse and
/// Harchaoui, 2019). PELT over all places, as `KernelCPD` of ruptures with `kernel="rbf"`: the time is n² in the worst case by the nature of
/// kernels, the memory is linear. `gamma` is 1 over the median squared distance where it is `None`. Nothing is found where a
/// value is not finite or the penalty is negative. Not for autocorrelated samples without a penalty calibrated to them, as
/// [`changes`](crate::trend::changes()) does. Up to some 10⁴ samples; beyond that use ranks ([`pelt`](super::pelt)).
///
/// ```
/// use sre_stats::trend::kernel_segments;
/// let values: Vec<f64> = (0..40).map(|i| f64::from(i % 4) + if i < 15 { 0.0 } else { 8.0 }).collect();
/// assert_eq!(kernel_segments(&values, None, 2.0, 3), [15]);
/// ```
pub fn kernel_segments(values: &[f64], gamma: Option<f64>, penalty: f64, min_size: usize) -> Vec<usize> {
    let n = values.len();
    let min_size = min_size.max(1);
    let gamma = gamma.unwrap_or_else(|| median_gamma(values));
    let usable = penalty >= 0.0 && penalty.is_finite() && gamma > 0.0 && values.iter().all(|v| v.abs() < 1e150);
    if n < min_size.saturating_mul(2) || !usable {
        return Vec::new();
    }
    let mut best = vec![f64::INFINITY; n + 1];
    let mut previous = vec![0usize; n + 1];
    best[0] = -penalty;
    // Σ of the kernel over all pairs of [s, t), for the starts from `oldest` on
    let mut blocks = vec![0.0; n];
    // when each start is ruled out
    let mut ruled_out = vec![usize::MAX; n];
    let mut oldest = 0;
    for t in 1..=n {
        let x = values[t - 1];
        let mut column = 0.0;
        for s in (oldest..t).rev() {
            let d = values[s] - x;
            column += if s + 1 == t { 0.5 } else { (-gamma * d * d).exp() };
            blocks[s] += 2.0 * column;
            if s + min_size <= t && ruled_out[s] > t && best[s].is_finite() {
                let length = (t - s) as f64;
                let cost = best[s] + length - blocks[s] / length + penalty;
                if cost < best[t] {
                    best[t] = cost;
                    previous[t] = s;
                }
            }
        }
        for s in oldest..(t + 1).saturating_sub(min_size) {
            let length = (t - s) as f64;
            let cost = best[s] + length - blocks[s] / length;
            if ruled_out[s] == usize::MAX && cost > best[t] + 1e-9 * length {
                ruled_out[s] = t + min_size;
            }
        }
        while oldest < t && ruled_out[oldest] <= t {
            oldest += 1;
        }
    }
    walked_back(&previous)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cost(v: &[f64], gamma: f64) -> f64 {
        let pairs = v.iter().flat_map(|x| v.iter().map(move |y| (-gamma * (x - y) * (x - y)).exp()));
        v.len() as f64 - pairs.sum::<f64>() / v.len() as f64
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn no_segmentation_costs_less(
            v in prop::collection::vec((-6..6i32).prop_map(f64::from), 2..36), penalty in 0.1..3.0f64, min_size in 1..4usize,
        ) {
            let n = v.len();
            let mut best = vec![f64::INFINITY; n + 1];
            best[0] = -penalty;
            for t in min_size..=n {
                for s in 0..=t - min_size {
                    best[t] = best[t].min(best[s] + cost(&v[s..t], 0.2) + penalty);
                }
            }
            let found = kernel_segments(&v, Some(0.2), penalty, min_size);
            if n >= 2 * min_size {
                let edges: Vec<usize> = [0].into_iter().chain(found.iter().copied()).chain([n]).collect();
                prop_assert!(edges.windows(2).all(|e| e[1] - e[0] >= min_size), "{:?}", edges);
                let total = edges.windows(2).map(|e| cost(&v[e[0]..e[1]], 0.2)).sum::<f64>() + penalty * found.len() as f64;
                prop_assert!((total - best[n]).abs() < 1e-9, "{} {}", total, best[n]);
            } else {
                prop_assert!(found.is_empty());
            }
        }
    }
}
