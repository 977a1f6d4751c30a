//! What a stretch without a change costs, under several models of the values.

use super::super::mann_kendall::ranks;
use super::super::pelt::{centred_sums, walked_back};

/// What may change from one stretch to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cost {
    /// The mean: squared deviations from it, in units of the variance of all values.
    Mean,
    /// The variance around the mean of all values, for normal values.
    Variance,
    /// Mean and variance, for normal values.
    MeanVariance,
    /// The rate of Poisson counts.
    Poisson,
    /// The mean rank: whatever shifts the distribution up or down, whatever its shape (ruptures' `rank` cost).
    Rank,
}

/// The costs of all stretches of a series: −2 ln of the likelihood, up to what every segmentation has in common.
#[derive(Clone, Debug)]
pub(crate) struct Costs {
    kind: Cost,
    sums: Vec<f64>,
    squares: Vec<f64>,
    scale: f64,
}

impl Costs {
    /// Sums from which every stretch's cost follows in constant time. The values are finite.
    pub(crate) fn new(values: &[f64], kind: Cost) -> Self {
        let n = values.len() as f64;
        let base = values.first().copied().unwrap_or_default();
        let mean = base + values.iter().map(|v| v - base).sum::<f64>() / n.max(1.0);
        let variance_of = |v: &[f64], m: f64| v.iter().map(|x| (x - m).powi(2)).sum::<f64>() / n.max(1.0);
        let (sums, squares, scale) = match kind {
            Cost::Rank => {
                let ranked = ranks(values);
                let middle = f64::midpoint(n, 1.0);
                (centred_sums(&ranked, middle), Vec::new(), variance_of(&ranked, middle))
            }
            Cost::Poisson => (centred_sums(values, 0.0), Vec::new(), 1.0),
            Cost::Mean => (centred_sums(values, mean), Vec::new(), variance_of(values, mean)),
            Cost::Variance | Cost::MeanVariance => {
                let square: Vec<f64> = values.iter().map(|v| (v - mean).powi(2)).collect();
                (centred_sums(values, mean), centred_sums(&square, 0.0), variance_of(values, mean))
            }
        };
        Self { kind, sums, squares, scale: if scale > 0.0 { scale } else { 1.0 } }
    }

    /// The number of samples.
    pub(crate) fn len(&self) -> usize {
        self.sums.len() - 1
    }

    /// The cost of `[start, end)`, which is not empty.
    pub(crate) fn of(&self, start: usize, end: usize) -> f64 {
        let m = (end - start) as f64;
        let sum = self.sums[end] - self.sums[start];
        // a stretch of equal values has no variance: floored where rounding begins to speak
        let spread = |square: f64| m * (square / m).max(1e-12 * self.scale).ln();
        match self.kind {
            Cost::Mean | Cost::Rank => -sum * sum / m / self.scale,
            Cost::Variance => spread(self.squares[end] - self.squares[start]),
            Cost::MeanVariance => spread(self.squares[end] - self.squares[start] - sum * sum / m),
            Cost::Poisson => {
                if sum > 0.0 {
                    -2.0 * sum * (sum / m).ln()
                } else {
                    0.0
                }
            }
        }
    }

    /// What a change at `at` within `[start, end)` saves.
    pub(crate) fn gain(&self, start: usize, at: usize, end: usize) -> f64 {
        self.of(start, end) - self.of(start, at) - self.of(at, end)
    }

    /// The greatest saving of one change in all, at least `min_size` from either end; 0 where there is no room for one.
    pub(crate) fn best_single(&self, min_size: usize) -> f64 {
        let n = self.len();
        let last = n.saturating_sub(min_size);
        (min_size..=last).filter(|at| *at > 0 && *at < n).map(|at| self.gain(0, at, n)).fold(0.0, f64::max)
    }
}

/// The changes that minimise the sum of costs plus `penalty` for each change, every stretch having `min_size` samples or more:
/// the first index of each stretch but the first, ascending.
///
/// PELT (Killick, Fearnhead and Eckley, 2012), exact: a candidate is dropped only once the change that rules it out is itself
/// allowed, `min_size` samples later. Costs are −2 ln of a likelihood, so a penalty of 2 p ln n is the BIC of p parameters a
/// change. Time is n² in the worst case, a series without changes, and about n where changes are frequent; memory is linear.
/// For [`Cost::Mean`] in the values' own units, [`pelt_mean`](crate::trend::pelt_mean) takes n log n on any data. [`Cost::Poisson`] is for
/// counts, negative values cost nothing there. All costs take the samples within a stretch for independent: with the usual penalties they cry
/// wolf on autocorrelated series, and [`changes`](crate::trend::changes()) takes the law from permuted blocks. Nothing is found where a value is not finite or the penalty is negative.
///
/// ```
/// use sre_stats::trend::{Cost, pelt};
/// let calm = [1.0, -1.0, 1.1, -0.9, 1.0, -1.1, 0.9, -1.0];
/// let values: Vec<f64> = calm.iter().copied().chain(calm.iter().map(|v| v * 9.0)).collect();
/// assert_eq!(pelt(&values, Cost::Variance, 6.0, 3), [8]);
/// ```
pub fn pelt(values: &[f64], cost: Cost, penalty: f64, min_size: usize) -> Vec<usize> {
    let usable = penalty >= 0.0 && penalty.is_finite() && values.iter().all(|v| v.abs() < 1e150);
    if usable { segment(&Costs::new(values, cost), penalty, min_size.max(1)) } else { Vec::new() }
}

/// [`pelt`] on costs that are there already.
pub(crate) fn segment(costs: &Costs, penalty: f64, min_size: usize) -> Vec<usize> {
    let n = costs.len();
    if n < min_size.saturating_mul(2) {
        return Vec::new();
    }
    let mut best = vec![f64::INFINITY; n + 1];
    let mut previous = vec![0usize; n + 1];
    best[0] = -penalty;
    // candidates with the time from which each is ruled out
    let mut pool: Vec<(usize, usize)> = Vec::new();
    let mut found: Vec<f64> = Vec::new();
    for t in min_size..=n {
        if best[t - min_size].is_finite() {
            pool.push((t - min_size, usize::MAX));
        }
        pool.retain(|(_, ruled_out)| *ruled_out > t);
        found.clear();
        for &(s, _) in &pool {
            let cost = best[s] + costs.of(s, t);
            found.push(cost);
            if cost + penalty < best[t] {
                best[t] = cost + penalty;
                previous[t] = s;
            }
        }
        let slack = 1e-9 * best[t].abs();
        for ((_, ruled_out), cost) in pool.iter_mut().zip(&found) {
            if *ruled_out == usize::MAX && *cost > best[t] + slack {
                *ruled_out = t + min_size;
            }
        }
    }
    walked_back(&previous)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALL: [Cost; 5] = [Cost::Mean, Cost::Variance, Cost::MeanVariance, Cost::Poisson, Cost::Rank];

    /// −2 ln L of one stretch from the densities themselves, at the best parameters.
    fn by_density(part: &[f64], all: &[f64], kind: Cost) -> f64 {
        let m = part.len() as f64;
        let mean = part.iter().sum::<f64>() / m;
        let grand = all.iter().sum::<f64>() / all.len() as f64;
        let around = |c: f64, v: &[f64]| v.iter().map(|x| (x - c).powi(2)).sum::<f64>();
        match kind {
            Cost::Mean => around(mean, part) / (around(grand, all) / all.len() as f64),
            Cost::Variance => m * (around(grand, part) / m).ln() + m,
            Cost::MeanVariance => m * (around(mean, part) / m).ln() + m,
            Cost::Poisson => {
                -2.0 * part.iter().map(|x| if mean > 0.0 { x * mean.ln() - mean } else { 0.0 }).sum::<f64>()
            }
            Cost::Rank => f64::NAN,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn no_segmentation_costs_less(
            parts in prop::collection::vec((0..20i32, 1..6i32, 3..16usize), 1..5), penalty in 0.5..12.0f64,
            min_size in 2..5usize, seed in any::<u64>(),
        ) {
            let mut random = crate::quantile::random::SplitMix64::new(seed);
            let v: Vec<f64> = parts
                .iter()
                .flat_map(|&(level, size, length)| std::iter::repeat_n((level, size), length))
                .map(|(level, size)| f64::from(level) + f64::from(size) * random.below(5) as f64)
                .collect();
            for kind in ALL {
                let costs = Costs::new(&v, kind);
                let n = v.len();
                let mut best = vec![f64::INFINITY; n + 1];
                best[0] = -penalty;
                for t in min_size..=n {
                    for s in 0..=t - min_size {
                        best[t] = best[t].min(best[s] + costs.of(s, t) + penalty);
                    }
                }
                let found = pelt(&v, kind, penalty, min_size);
                if n < 2 * min_size {
                    prop_assert!(found.is_empty());
                    continue;
                }
                let edges: Vec<usize> = [0].into_iter().chain(found.iter().copied()).chain([n]).collect();
                prop_assert!(edges.windows(2).all(|e| e[1] - e[0] >= min_size), "{:?}", edges);
                let total = edges.windows(2).map(|e| costs.of(e[0], e[1])).sum::<f64>() + penalty * found.len() as f64;
                prop_assert!((total - best[n]).abs() < 1e-7, "{:?} {} {}", kind, total, best[n]);
            }
        }
    }

    #[test]
    fn differences_of_costs_are_those_of_densities() {
        let v: Vec<f64> = (0..60u32).map(|i| f64::from(i * 37 % 23) + if i > 35 { 9.0 } else { 0.0 }).collect();
        for kind in [Cost::Mean, Cost::Variance, Cost::MeanVariance, Cost::Poisson] {
            let costs = Costs::new(&v, kind);
            for at in [7, 30, 50] {
                let whole = by_density(&v, &v, kind);
                let want = whole - by_density(&v[..at], &v, kind) - by_density(&v[at..], &v, kind);
                assert!((costs.gain(0, at, 60) - want).abs() < 1e-8, "{kind:?} {at}");
            }
        }
    }
}
