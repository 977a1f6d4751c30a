//! Which steps stand by themselves: each must explain the values better than a wandering level would in its stead, whatever the
//! other steps explain.
//!
//! One large step explains so much more than any wandering level that its gain, shared out among all, would carry others along. So
//! each step is taken away alone and with its neighbours: a burst of outliers is a step up and a step down, either of which the other needs.

use std::collections::HashMap;
use std::ops::Range;

use rayon::prelude::*;

use super::super::pelt::{self, centred_sums, edges_of};
use super::super::wander::{Wandering, wandering};
use crate::error::Result;
use crate::progress::Progress;

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
///
/// A round weighs only what lies near a step that the round before left out or moved. `progress` is looked at before each fit, and
/// counts them.
pub(super) fn standing(
    values: &[f64],
    indices: &[usize],
    needed: f64,
    min_size: usize,
    progress: &Progress,
) -> Result<Option<Standing>> {
    let mut indices = indices.to_vec();
    let mut known = Known::default();
    while !indices.is_empty() {
        progress.check()?;
        let edges = edges_of(&indices, values.len());
        let around = wandering(values, &edges);
        let mut round = Round { values, edges, around, min_size, progress, known, now: HashMap::new() };
        let every: Vec<(usize, usize)> = (1..=indices.len()).map(|i| (i, i)).collect();
        let alone = round.weigh(&every)?;
        let mut gains = alone.clone();
        for together in 2..=TOGETHER.min(indices.len()) {
            let groups: Vec<(usize, usize)> =
                (1..=indices.len() + 1 - together).map(|first| (first, first + together - 1)).collect();
            // what is taken away with others explains no less than alone: far above what is needed that will do
            let most = |&(first, last): &(usize, usize)| alone[first - 1..last].iter().fold(0.0f64, |a, b| a.max(*b));
            let enough = 2.0 * needed * TOGETHER as f64;
            // and where all of them are too weak already, no more can be said against them
            let open = |&(first, last): &(usize, usize)| gains[first - 1..last].iter().any(|g| *g >= needed);
            let (strong, rest): (Vec<_>, Vec<_>) = groups.into_iter().partition(|group| most(group) >= enough);
            let weighed: Vec<_> = rest.into_iter().filter(open).collect();
            let all = round.weigh(&weighed)?;
            let shares = strong.iter().map(|group| (*group, most(group))).chain(weighed.into_iter().zip(all));
            for ((first, last), all) in shares {
                gains[first - 1..last].iter_mut().for_each(|g| *g = g.min(all / together as f64));
            }
        }
        let mut weak: Vec<usize> = (0..indices.len()).filter(|i| gains[*i] < needed).collect();
        if weak.is_empty() {
            return Ok(Some(Standing { indices, gains, around }));
        }
        // the weakest first; its neighbours have others beside them then, and are weighed anew
        weak.sort_by(|i, j| alone[*i].total_cmp(&alone[*j]).then(i.cmp(j)));
        let mut out = vec![false; indices.len()];
        for i in weak {
            let beside = i.saturating_sub(TOGETHER)..out.len().min(i + TOGETHER + 1);
            out[i] = !out[beside].contains(&true);
        }
        let mut at = 0..;
        indices.retain(|_| at.next().is_none_or(|i| !out[i]));
        settle(values, &mut indices, min_size);
        known = Known { edges: round.edges, gains: round.now };
    }
    Ok(None)
}

/// The gains of a round, by the first and the last step that are taken away, and the steps that it had.
#[derive(Default)]
struct Known {
    edges: Vec<usize>,
    gains: HashMap<(usize, usize), f64>,
}

impl Known {
    /// The gain of some steps, where all steps that it depends on are the same in the round that is known.
    fn gain(&self, edges: &[usize], group: (usize, usize), n: usize) -> Option<f64> {
        let gain = *self.gains.get(&(edges[group.0], edges[group.1]))?;
        let first = self.edges.binary_search(&edges[group.0]).ok()?;
        let before = (first, first + group.1 - group.0);
        let (part, part_before) = (part_of(edges, group, n), part_of(&self.edges, before, n));
        let same = part == part_before && within(edges, &part) == within(&self.edges, &part);
        same.then_some(gain)
    }
}

/// Some steps with the noise around them, and what is known of them.
struct Round<'a> {
    values: &'a [f64],
    edges: Vec<usize>,
    around: Wandering,
    min_size: usize,
    progress: &'a Progress,
    known: Known,
    /// The gains of this round.
    now: HashMap<(usize, usize), f64>,
}

impl Round<'_> {
    /// The gains of the steps at inner edges from the first to the last of each group.
    fn weigh(&mut self, groups: &[(usize, usize)]) -> Result<Vec<f64>> {
        let one = |&group: &(usize, usize)| {
            if let Some(gain) = self.known.gain(&self.edges, group, self.values.len()) {
                return Ok(gain);
            }
            self.progress.check()?;
            let gain = gain_of(self.values, &self.edges, group, &self.around, self.min_size);
            self.progress.advance(1);
            Ok(gain)
        };
        let gains: Vec<f64> = groups.par_iter().map(one).collect::<Result<_>>()?;
        let steps = groups.iter().map(|&(first, last)| (self.edges[first], self.edges[last]));
        self.now.extend(steps.zip(gains.iter().copied()));
        Ok(gains)
    }
}

/// What the steps at inner edges from `first` to `last` explain together, the noise being fitted with and without them; without them the
/// others move to where they explain most.
fn gain_of(values: &[f64], edges: &[usize], (first, last): (usize, usize), around: &Wandering, min_size: usize) -> f64 {
    let near = part_of(edges, (first, last), values.len());
    let part = &values[near.clone()];
    let steps = |kept: &dyn Fn(usize) -> bool| -> Vec<usize> {
        within(edges, &near).iter().filter(|e| kept(**e)).map(|e| e - near.start).collect()
    };
    let with = if part.len() == values.len() {
        around.likelihood
    } else {
        wandering(part, &edges_of(&steps(&|_| true), part.len())).likelihood
    };
    let mut others = steps(&|e| e < edges[first] || e > edges[last]);
    settle(part, &mut others, min_size);
    with - wandering(part, &edges_of(&others, part.len())).likelihood
}

/// The samples that a gain depends on: the stretches on both sides of the steps and what lies near.
fn part_of(edges: &[usize], (first, last): (usize, usize), n: usize) -> Range<usize> {
    let (start, end) = (edges[first - 1], edges[last + 1]);
    let more = NEAR.saturating_sub(end - start).div_ceil(2);
    start.saturating_sub(more)..n.min(end + more)
}

/// The edges within a part, without its ends.
fn within<'a>(edges: &'a [usize], part: &Range<usize>) -> &'a [usize] {
    &edges[edges.partition_point(|e| *e <= part.start)..edges.partition_point(|e| *e < part.end)]
}

/// Moves each step to where it saves most between its neighbours, in turn, until none moves.
pub(super) fn settle(values: &[f64], indices: &mut [usize], min_size: usize) {
    let n = values.len();
    let mean = values.iter().sum::<f64>() / n.max(1) as f64;
    let sums = centred_sums(values, mean);
    for _ in 0..10 {
        let mut moved = false;
        for i in 0..indices.len() {
            let start = if i == 0 { 0 } else { indices[i - 1] };
            let end = indices.get(i + 1).copied().unwrap_or(n);
            let saved = |k: usize| pelt::gain(&sums, start, k, end);
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
    use proptest::prelude::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    use super::super::super::wander::needed_gain;
    use super::*;

    fn noise(n: usize, seed: u64) -> Vec<f64> {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        (0..n).map(|_| StandardNormal.sample(&mut random)).collect()
    }

    fn of(values: &[f64], indices: &[usize], needed: f64) -> Option<Standing> {
        standing(values, indices, needed, 5, &Progress::new()).unwrap()
    }

    /// The same with every gain of every round computed anew, and how many were.
    fn plainly(values: &[f64], indices: &[usize], needed: f64, min_size: usize) -> (Option<Standing>, u64) {
        let (mut indices, mut fits) = (indices.to_vec(), 0);
        while !indices.is_empty() {
            let edges = edges_of(&indices, values.len());
            let around = wandering(values, &edges);
            let mut gain = |first: usize, last: usize| {
                fits += 1;
                gain_of(values, &edges, (first, last), &around, min_size)
            };
            let alone: Vec<f64> = (1..=indices.len()).map(|i| gain(i, i)).collect();
            let mut gains = alone.clone();
            for together in 2..=TOGETHER.min(indices.len()) {
                for first in 1..=indices.len() + 1 - together {
                    let most = alone[first - 1..first - 1 + together].iter().fold(0.0f64, |a, b| a.max(*b));
                    let strong = most >= 2.0 * needed * TOGETHER as f64;
                    let all = if strong { most } else { gain(first, first + together - 1) };
                    gains[first - 1..first - 1 + together].iter_mut().for_each(|g| *g = g.min(all / together as f64));
                }
            }
            let mut weak: Vec<usize> = (0..indices.len()).filter(|i| gains[*i] < needed).collect();
            if weak.is_empty() {
                return (Some(Standing { indices, gains, around }), fits);
            }
            weak.sort_by(|i, j| alone[*i].total_cmp(&alone[*j]).then(i.cmp(j)));
            let mut out: Vec<usize> = Vec::new();
            for i in weak {
                if out.iter().all(|o| o.abs_diff(i) > TOGETHER) {
                    out.push(i);
                }
            }
            indices = (0..indices.len()).filter(|i| !out.contains(i)).map(|i| indices[i]).collect();
            settle(values, &mut indices, min_size);
        }
        (None, fits)
    }

    /// Bit for bit, and how many gains each computed.
    fn assert_the_same(values: &[f64], indices: &[usize], needed: f64) -> (u64, u64) {
        let progress = Progress::new();
        let found = standing(values, indices, needed, 5, &progress).unwrap();
        let (plain, all) = plainly(values, indices, needed, 5);
        let bits = |s: &Standing| {
            let gains: Vec<u64> = s.gains.iter().map(|g| g.to_bits()).collect();
            (s.indices.clone(), gains, s.around.likelihood.to_bits())
        };
        assert_eq!(found.as_ref().map(bits), plain.as_ref().map(bits));
        (progress.snapshot().done, all)
    }

    /// Levels in turn with noise, and candidates: their edges and some that are none.
    fn staircase(levels: &[(f64, usize)], idle: &[usize], seed: u64) -> (Vec<f64>, Vec<usize>) {
        let level = levels.iter().flat_map(|&(level, length)| std::iter::repeat_n(level, length));
        let n = levels.iter().map(|l| l.1).sum();
        let values: Vec<f64> = level.zip(noise(n, seed)).map(|(a, b)| a + b).collect();
        let mut at = 0;
        let mut indices: Vec<usize> = levels
            .iter()
            .map(|l| {
                at += l.1;
                at
            })
            .collect();
        indices.extend(idle.iter().map(|i| i % n));
        indices.sort_unstable();
        // as far apart as a segmentation has them
        let mut last = 0;
        indices.retain(|i| {
            let kept = *i >= last + 5 && *i + 5 <= n;
            last = if kept { *i } else { last };
            kept
        });
        (values, indices)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn gains_that_are_kept_are_those_computed_anew(
            levels in prop::collection::vec((-2.0..2.0f64, 8..60usize), 1..9),
            idle in prop::collection::vec(0..10_000usize, 0..6), seed in any::<u64>(),
        ) {
            let (values, indices) = staircase(&levels, &idle, seed);
            assert_the_same(&values, &indices, needed_gain(values.len(), 0.05));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4))]
        #[test]
        fn so_are_those_of_parts_of_a_long_series(
            levels in prop::collection::vec((-0.5..0.5f64, 150..700usize), 6..9),
            idle in prop::collection::vec(0..10_000usize, 2..6), seed in any::<u64>(),
        ) {
            let (values, indices) = staircase(&levels, &idle, seed);
            assert_the_same(&values, &indices, needed_gain(values.len(), 0.05));
        }
    }

    #[test]
    fn far_steps_are_weighed_once() {
        let levels: Vec<(f64, usize)> = (0..14).map(|i| (f64::from(i % 2), 500)).collect();
        let (values, indices) = staircase(&levels, &[6_700, 6_800, 6_900], 6);
        let (fits, all) = assert_the_same(&values, &indices, needed_gain(values.len(), 0.05));
        assert!(2 * fits < all, "{fits} of {all}");
    }

    #[test]
    fn it_stops_between_two_fits_when_asked_to() {
        static WATCHED: std::sync::OnceLock<Progress> = std::sync::OnceLock::new();
        let progress = WATCHED.get_or_init(|| {
            Progress::observed(|seen| {
                if seen.done >= 3 {
                    WATCHED.get().unwrap().cancel();
                }
            })
        });
        let levels: Vec<(f64, usize)> = (0..200).map(|i| (f64::from(i % 2), 10)).collect();
        let (values, indices) = staircase(&levels, &[], 6);
        let stopped = standing(&values, &indices, 15.0, 5, progress).unwrap_err();
        assert_eq!(stopped.kind(), crate::ErrorKind::Cancelled);
        // every thread may finish the one it has begun
        assert!(progress.snapshot().done <= 3 + rayon::current_num_threads() as u64);
    }

    #[test]
    fn a_large_step_carries_no_other_along() {
        let values: Vec<f64> =
            noise(300, 3).iter().enumerate().map(|(i, v)| v + if i >= 150 { 12.0 } else { 0.0 }).collect();
        let needed = needed_gain(300, 0.05);
        // steps put where there are none, and beside the one that is
        let found = of(&values, &[40, 60, 145, 152, 220], needed).unwrap();
        assert_eq!(found.indices, [150]);
        // together they explain much more than any wandering level
        let all = wandering(&values, &[0, 40, 150, 220, 300]).likelihood;
        assert!((all - wandering(&values, &[0, 300]).likelihood) / 3.0 > needed);
        assert!(of(&noise(300, 3), &[40, 60], needed).is_none());
    }

    #[test]
    fn steps_that_are_there_stay_each_with_its_own_gain() {
        let level =
            |i: usize| [0.0, 5.0, 2.0, 12.0][usize::from(i >= 80) + usize::from(i >= 100) + usize::from(i >= 200)];
        let values: Vec<f64> = noise(300, 5).iter().enumerate().map(|(i, v)| v + level(i)).collect();
        let found = of(&values, &[80, 100, 200], needed_gain(300, 0.05)).unwrap();
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
