//! E-divisive: changes of the whole distribution by energy distance, one after another.

use super::super::mann_kendall::ranks;
use super::blocks::{share_above, shuffled_blocks};
use crate::quantile::random::SplitMix64;

/// A change that [`e_divisive`] found.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Division {
    /// The first sample after the change.
    pub index: usize,
    /// The scaled energy distance between the stretches that it divides.
    pub statistic: f64,
    /// The share of permuted series with at least this distance, itself counted: never below 1/(permutations + 1).
    pub p_value: f64,
}

/// Changes of the distribution by hierarchical division (James and Matteson, 2013, exponent α = 1), ascending.
///
/// Each stretch is divided where the energy distance m·l/(m + l) · (2 E|X − Y| − E|X − X′| − E|Y − Y′|) of its halves is
/// greatest. The greatest of all stretches is kept if at most a share `alpha` of `permutations` random orders reaches it, the order
/// being that of blocks of `block` samples within the stretches found so far; then it goes on, and else it ends. One value a
/// sample makes the distances sums over ranks: n log n for each permutation, memory linear.
///
/// Blocks of one sample assume independence and cry wolf on autocorrelated series (89 % of AR(1) of φ = 0.5 at n = 200, by
/// the classic threshold); blocks as long as the autocorrelation keep near their rate there. Needs finite values; none are found in
/// fewer than 2 `min_size` of them.
///
/// ```
/// use sre_stats::trend::e_divisive;
/// let values: Vec<f64> = (0..60).map(|i| f64::from(i * 7 % 11) + if i < 25 { 0.0 } else { 20.0 }).collect();
/// let found = e_divisive(&values, 5, 1, 199, 0.05, 1);
/// assert_eq!((found[0].index, found[0].p_value), (25, 0.005));
/// ```
pub fn e_divisive(
    values: &[f64],
    min_size: usize,
    block: usize,
    permutations: usize,
    alpha: f64,
    seed: u64,
) -> Vec<Division> {
    let n = values.len();
    let min_size = min_size.max(2);
    if n < 2 * min_size || values.iter().any(|v| !v.is_finite()) {
        return Vec::new();
    }
    let mut found: Vec<Division> = Vec::new();
    let mut edges = vec![0, n];
    let best = |edges: &[usize], values: &[f64]| -> Option<(usize, f64)> {
        let each = edges.windows(2).filter_map(|e| {
            let (at, distance) = widest(&values[e[0]..e[1]], min_size)?;
            Some((e[0] + at, distance))
        });
        each.max_by(|a, b| a.1.total_cmp(&b.1))
    };
    let mut random = SplitMix64::new(seed);
    while let Some((index, statistic)) = best(&edges, values) {
        let draw = |random: &mut SplitMix64| {
            let mut shuffled = Vec::with_capacity(n);
            for e in edges.windows(2) {
                shuffled.extend(shuffled_blocks(e[1] - e[0], block, random).iter().map(|i| values[e[0] + i]));
            }
            best(&edges, &shuffled).map_or(0.0, |b| b.1)
        };
        let draws: Vec<f64> = (0..permutations).map(|_| draw(&mut random)).collect();
        let p_value = share_above(&draws, statistic);
        if p_value > alpha {
            break;
        }
        found.push(Division { index, statistic, p_value });
        edges.push(index);
        edges.sort_unstable();
    }
    found.sort_unstable_by_key(|d| d.index);
    found
}

/// The division of a stretch with the greatest distance, and that distance.
fn widest(values: &[f64], min_size: usize) -> Option<(usize, f64)> {
    let n = values.len();
    if n < 2 * min_size {
        return None;
    }
    let mut below = Fenwick::new(values);
    let total: f64 = below.deviations.iter().sum();
    // Σ|x − x′| within the left part, and from left to right
    let (mut within, mut from_left) = (0.0, 0.0);
    let mut best: Option<(usize, f64)> = None;
    for at in 1..=n - min_size {
        let to_left = below.add(at - 1);
        within += to_left;
        from_left += below.deviations[at - 1];
        if at < min_size {
            continue;
        }
        let (m, l) = (at as f64, (n - at) as f64);
        let across = from_left - 2.0 * within;
        let right = (total - from_left - across) / 2.0;
        let distance =
            m * l / (m + l) * (2.0 * across / (m * l) - 2.0 * within / (m * (m - 1.0)) - 2.0 * right / (l * (l - 1.0)));
        if best.is_none_or(|(_, most)| distance > most) {
            best = Some((at, distance));
        }
    }
    best
}

/// Sums of values by rank, so that Σ|x − xᵢ| over those added so far takes log n.
struct Fenwick {
    values: Vec<f64>,
    places: Vec<usize>,
    tree: Vec<(f64, f64)>,
    count: f64,
    sum: f64,
    /// Σⱼ |xᵢ − xⱼ| over all j.
    deviations: Vec<f64>,
}

impl Fenwick {
    fn new(values: &[f64]) -> Self {
        let n = values.len();
        let base = values.iter().sum::<f64>() / n as f64;
        let values: Vec<f64> = values.iter().map(|v| v - base).collect();
        let places: Vec<usize> = ranks(&values).iter().map(|r| r.floor() as usize).collect();
        let mut sorted = values.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let total: f64 = sorted.iter().sum();
        let mut sums = Vec::with_capacity(n + 1);
        sums.push(0.0);
        for v in &sorted {
            sums.push(sums[sums.len() - 1] + v);
        }
        // ties do not matter: their distance is 0 on whichever side they are counted
        let deviations = values
            .iter()
            .zip(&places)
            .map(|(v, p)| {
                let below = *p as f64;
                v * below - sums[*p] + (total - sums[*p]) - v * (n as f64 - below)
            })
            .collect();
        Self { values, places, tree: vec![(0.0, 0.0); n + 1], count: 0.0, sum: 0.0, deviations }
    }

    /// Adds sample i and gives its Σ|x − xⱼ| to those before.
    fn add(&mut self, i: usize) -> f64 {
        let (v, place) = (self.values[i], self.places[i]);
        let (mut count, mut sum) = (0.0, 0.0);
        let mut at = place;
        while at > 0 {
            count += self.tree[at].0;
            sum += self.tree[at].1;
            at &= at - 1;
        }
        let distance = v * count - sum + (self.sum - sum) - v * (self.count - count);
        let mut at = place;
        while at < self.tree.len() {
            self.tree[at].0 += 1.0;
            self.tree[at].1 += v;
            at += at & at.wrapping_neg();
        }
        self.count += 1.0;
        self.sum += v;
        distance
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The distance from its definition, over all pairs.
    fn brute(v: &[f64], at: usize) -> f64 {
        let mean = |a: &[f64], b: &[f64], pairs: f64| {
            a.iter().flat_map(|x| b.iter().map(move |y| (x - y).abs())).sum::<f64>() / pairs
        };
        let (a, b) = v.split_at(at);
        let (m, l) = (a.len() as f64, b.len() as f64);
        m * l / (m + l) * (2.0 * mean(a, b, m * l) - mean(a, a, m * (m - 1.0)) - mean(b, b, l * (l - 1.0)))
    }

    proptest! {
        #[test]
        fn the_widest_division_is_that_of_all_pairs(
            v in prop::collection::vec((-50..50i32).prop_map(|x| f64::from(x) / 4.0), 4..60), min_size in 2..4usize,
        ) {
            let Some((at, distance)) = widest(&v, min_size) else {
                prop_assert!(v.len() < 2 * min_size);
                return Ok(());
            };
            prop_assert!((distance - brute(&v, at)).abs() < 1e-9);
            let most = (min_size..=v.len() - min_size).map(|k| brute(&v, k)).fold(f64::MIN, f64::max);
            prop_assert!((distance - most).abs() < 1e-9, "{} {}", distance, most);
        }
    }

    #[test]
    fn two_changes_are_found_and_noise_has_none() {
        let level = |i: u32| {
            if i < 40 {
                0.0
            } else if i < 90 {
                12.0
            } else {
                4.0
            }
        };
        let noisy: Vec<f64> = (0..130).map(|i| f64::from(i * 37 % 23) / 4.0 + level(i)).collect();
        let found: Vec<usize> = e_divisive(&noisy, 10, 1, 99, 0.05, 3).iter().map(|d| d.index).collect();
        assert_eq!(found, [40, 90]);
        let calm: Vec<f64> = (0..130u32).map(|i| f64::from(i * 37 % 23)).collect();
        assert!(e_divisive(&calm, 10, 1, 99, 0.05, 3).is_empty());
        assert!(e_divisive(&[1.0, 2.0, f64::NAN, 3.0, 5.0], 2, 1, 99, 0.05, 3).is_empty());
        assert!(e_divisive(&[], 2, 1, 99, 0.05, 3).is_empty());
    }
}
