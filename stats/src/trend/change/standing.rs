//! Which steps stand by themselves: each must explain the values better than a wandering level would in its stead, whatever the
//! other steps explain.
//!
//! One large step explains so much more than any wandering level that its gain, shared out among all, would carry others along. So
//! each step is taken away alone and with its neighbours: a burst of outliers is a step up and a step down, either of which the other needs.

use rayon::prelude::*;

use super::super::pelt::centred_sums;
use super::super::wander::{Wandering, wandering};

/// The rival of a step is fitted to so many samples around it at least, or to all where there are fewer; to the stretches on both
/// sides always.
const NEAR: usize = 1024;
/// So many neighbouring steps at most are taken away together.
const TOGETHER: usize = 3;

/// Steps that each stand by themselves.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) indices: Vec<usize>,
    /// What each explains beyond the rival without it, alone or as its share of what it explains with its neighbours: twice the
    /// log-likelihood, the least of them or, where that is far more than needed, less.
    pub(super) gains: Vec<f64>,
    /// The noise around all of them.
    pub(super) around: Wandering,
}

/// Those of some steps that each gain `needed` over the rival without them, after the others are left out and the rest moved to where
/// they explain most; `None` where no step is left.
pub(super) fn standing(values: &[f64], indices: &[usize], needed: f64, min_size: usize) -> Option<Standing> {
    let mut indices = indices.to_vec();
    while !indices.is_empty() {
        let edges = edges_of(&indices, values.len());
        let around = wandering(values, &edges);
        let alone: Vec<f64> =
            (1..=indices.len()).into_par_iter().map(|i| gain_of(values, &edges, (i, i), &around, min_size)).collect();
        let mut gains = alone.clone();
        for together in 2..=TOGETHER.min(indices.len()) {
            for first in 1..=indices.len() + 1 - together {
                let most = alone.iter().skip(first - 1).take(together).fold(0.0f64, |a, b| a.max(*b));
                // what is taken away with others explains no less than alone: far above what is needed that will do
                let all = if most >= 2.0 * needed * TOGETHER as f64 {
                    most
                } else {
                    gain_of(values, &edges, (first, first + together - 1), &around, min_size)
                };
                gains.iter_mut().skip(first - 1).take(together).for_each(|g| *g = g.min(all / together as f64));
            }
        }
        let mut weak: Vec<usize> = (0..indices.len()).filter(|i| gains[*i] < needed).collect();
        if weak.is_empty() {
            return Some(Standing { indices, gains, around });
        }
        // the weakest first; its neighbours have others beside them then, and are weighed anew
        weak.sort_by(|i, j| alone[*i].total_cmp(&alone[*j]).then(i.cmp(j)));
        let mut out: Vec<usize> = Vec::new();
        for i in weak {
            if out.iter().all(|o| o.abs_diff(i) > TOGETHER) {
                out.push(i);
            }
        }
        let mut at = 0..;
        indices.retain(|_| at.next().is_none_or(|i| !out.contains(&i)));
        settle(values, &mut indices, min_size);
    }
    None
}

/// What the steps at inner edges from `first` to `last` explain together, the noise being fitted with and without them; without them the
/// others move to where they explain most.
fn gain_of(values: &[f64], edges: &[usize], (first, last): (usize, usize), around: &Wandering, min_size: usize) -> f64 {
    let (start, end) = (edges[first - 1], edges[last + 1]);
    let more = NEAR.saturating_sub(end - start).div_ceil(2);
    let (from, to) = (start.saturating_sub(more), values.len().min(end + more));
    let part = &values[from..to];
    let inner = |without: &[usize]| -> Vec<usize> {
        let between = edges.partition_point(|e| *e <= from)..edges.partition_point(|e| *e < to);
        edges[between].iter().filter(|e| !without.contains(e)).map(|e| e - from).collect()
    };
    let with = if part.len() == values.len() {
        around.likelihood
    } else {
        wandering(part, &edges_of(&inner(&[]), part.len())).likelihood
    };
    let mut others = inner(&edges[first..=last]);
    settle(part, &mut others, min_size);
    with - wandering(part, &edges_of(&others, part.len())).likelihood
}

fn edges_of(indices: &[usize], n: usize) -> Vec<usize> {
    [0].into_iter().chain(indices.iter().copied()).chain([n]).collect()
}

/// Moves each step to where it saves most between its neighbours, in turn, until none moves.
fn settle(values: &[f64], indices: &mut [usize], min_size: usize) {
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n.max(1) as f64;
    let sums = centred_sums(values, mean);
    for _ in 0..10 {
        let mut moved = false;
        for i in 0..indices.len() {
            let start = if i == 0 { 0 } else { indices[i - 1] };
            let end = indices.get(i + 1).copied().unwrap_or(n);
            let saved = |k: usize| {
                let (before, after) = ((k - start) as f64, (end - k) as f64);
                let difference = (sums[end] - sums[k]) / after - (sums[k] - sums[start]) / before;
                difference * difference * before * after / (before + after)
            };
            let (mut best, mut most) = (indices[i], saved(indices[i]));
            for k in start + min_size.max(1)..=end.saturating_sub(min_size.max(1)) {
                if saved(k) > most {
                    (best, most) = (k, saved(k));
                }
            }
            moved |= best != indices[i];
            indices[i] = best;
        }
        if !moved {
            return;
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    use super::super::super::wander::needed_gain;
    use super::*;

    fn noise(n: usize, seed: u64) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        (0..n).map(|_| StandardNormal.sample(&mut random)).collect()
    }

    #[test]
    fn a_large_step_carries_no_other_along() {
        let values: Vec<f64> =
            noise(300, 3).iter().enumerate().map(|(i, v)| v + if i >= 150 { 12.0 } else { 0.0 }).collect();
        let needed = needed_gain(300, 0.05);
        // steps put where there are none, and beside the one that is
        let found = standing(&values, &[40, 60, 145, 152, 220], needed, 5).unwrap();
        assert_eq!(found.indices, [150]);
        // together they explain much more than any wandering level
        let all = wandering(&values, &[0, 40, 150, 220, 300]).likelihood;
        assert!((all - wandering(&values, &[0, 300]).likelihood) / 3.0 > needed);
        assert!(standing(&noise(300, 3), &[40, 60], needed, 5).is_none());
    }

    #[test]
    fn steps_that_are_there_stay_each_with_its_own_gain() {
        let level =
            |i: usize| [0.0, 5.0, 2.0, 12.0][usize::from(i >= 80) + usize::from(i >= 100) + usize::from(i >= 200)];
        let values: Vec<f64> = noise(300, 5).iter().enumerate().map(|(i, v)| v + level(i)).collect();
        let found = standing(&values, &[80, 100, 200], needed_gain(300, 0.05), 5).unwrap();
        assert_eq!(found.indices, [80, 100, 200]);
        let with = wandering(&values, &[0, 80, 100, 200, 300]).likelihood;
        for (without, gain) in [[100, 200], [80, 200], [80, 100]].iter().zip(&found.gains) {
            let rival = wandering(&values, &[0, without[0], without[1], 300]).likelihood;
            // the others may move without it, and explain more than where they are
            assert!(*gain <= with - rival + 1e-9 && *gain >= needed_gain(300, 0.05));
        }
    }

    #[test]
    fn far_samples_hardly_matter_to_a_gain() {
        let n = 12_000;
        let level = |i: usize| {
            if i < 3_000 {
                0.0
            } else if i < 3_020 {
                3.0
            } else if i < 9_000 {
                0.5
            } else {
                1.5
            }
        };
        let values: Vec<f64> = noise(n, 8).iter().enumerate().map(|(i, v)| v + level(i)).collect();
        let edges = [0, 3_000, 3_020, 9_000, n];
        let around = wandering(&values, &edges);
        for i in 1..4 {
            let without: Vec<usize> = edges.iter().copied().filter(|e| *e != edges[i]).collect();
            let all = around.likelihood - wandering(&values, &without).likelihood;
            let near = gain_of(&values, &edges, (i, i), &around, 5);
            assert!((near / all - 1.0).abs() < 0.25, "{i}: {near} {all}");
        }
    }
}
