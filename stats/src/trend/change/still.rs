//! Levels that stand still: up or down, counts that are mostly 0, a latency that is always the same but for spikes.
//!
//! Where most values are equal the spread of neighbours says nothing of chance: it is that of the few others, and no sum of them is
//! nearly normal. Here steps are found by ranks, in which no value lies far out, and each is judged by Fisher's exact test (1935) of how often
//! values beyond the most common one come before and after it, which holds for independent values of any distribution.

use std::ops::Range;

use statrs::function::gamma::ln_gamma;

use super::super::calibration::chance_of;
use super::super::noise::Noise;
use super::super::pelt::{centred_sums, pelt_mean};
use super::standing::settle;
use crate::quantile::tails::ln_two_sided;

/// Fewer samples tell nothing, as elsewhere.
const FEWEST: usize = 12;
/// How often steps are settled and judged in turn.
const ROUNDS: usize = 5;

/// A series most of whose values, or of whose neighbours, are equal.
#[derive(Clone, Debug)]
pub(super) struct Still {
    /// Each value's place among the different ones.
    codes: Vec<u32>,
    /// Mid-ranks, scaled so that their neighbours differ by as much in the mean square as those of the values.
    pub(super) ranks: Vec<f64>,
    /// White noise as large as neighbours differ, steps among them.
    pub(super) noise: Noise,
    min_size: usize,
}

impl Still {
    /// `None` where too few values are equal, there are fewer than 12, or all are equal; values that differ by rounding alone are equal.
    pub(super) fn of(values: &[f64], min_size: usize) -> Option<Self> {
        let n = values.len();
        let greatest = values.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        let near = 8.0 * f64::EPSILON * greatest;
        let equal = |a: f64, b: f64| (a - b).abs() <= near;
        let neighbours = values.windows(2).filter(|w| equal(w[0], w[1])).count();
        if n < FEWEST || !greatest.is_finite() || (neighbours * 2 < n && !has_majority(values, equal)) {
            return None;
        }
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_unstable_by(|a, b| values[*a].total_cmp(&values[*b]));
        let (mut codes, mut ranks) = (vec![0; n], vec![0.0; n]);
        for (code, same) in order.chunk_by(|a, b| equal(values[*a], values[*b])).enumerate() {
            for at in same {
                codes[*at] = code as u32;
            }
        }
        let mut first = 0;
        for same in order.chunk_by(|a, b| codes[*a] == codes[*b]) {
            let rank = first as f64 + (same.len() - 1) as f64 / 2.0;
            same.iter().for_each(|at| ranks[*at] = rank);
            first += same.len();
        }
        let variance = |v: &[f64]| v.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>() / (2 * (n - 1)) as f64;
        let (of_values, of_ranks) = (variance(values), variance(&ranks));
        if !(of_ranks > 0.0 && of_values > 0.0) {
            return None;
        }
        let scale = (of_values / of_ranks).sqrt();
        ranks.iter_mut().for_each(|r| *r *= scale);
        let noise = Noise { phi: 0.0, variance: of_values, long_run_variance: of_values };
        Some(Self { codes, ranks, noise, min_size: min_size.max(1) })
    }

    /// The noise of the values around steps: the greatest variance of a stretch, so that no interval is too narrow where one varies more than
    /// others; that of neighbours where none varies.
    pub(super) fn noise_around(&self, values: &[f64], steps: &[usize]) -> Noise {
        let one = |range: Range<usize>| {
            let part = values.get(range).unwrap_or_default();
            self.noise.around(part, &[], 0, 1.0).variance * f64::from(u8::from(part.windows(2).any(|w| w[0] != w[1])))
        };
        let variance = stretches(steps, values.len()).map(one).fold(0.0, f64::max);
        if variance > 0.0 { Noise { variance, long_run_variance: variance, ..self.noise } } else { self.noise }
    }

    /// The steps that a penalty finds by ranks, less those that chance explains: each alone gains `factor` at least, on the scale of
    /// a squared normal deviate, and two in opposite directions twice that together, as a segmentation pays for them.
    pub(super) fn steps(&self, penalty: f64, factor: f64) -> Vec<usize> {
        let mut steps = pelt_mean(&self.ranks, penalty, self.min_size);
        for _ in 0..ROUNDS {
            steps = self.beyond_chance(steps, factor);
            let before = steps.clone();
            settle(&self.ranks, &mut steps, self.min_size);
            if steps == before {
                return steps;
            }
        }
        self.beyond_chance(steps, factor)
    }

    /// Those of some steps that chance does not explain, after the weakest are left out in turn.
    pub(super) fn beyond_chance(&self, mut steps: Vec<usize>, factor: f64) -> Vec<usize> {
        let (alone, together) = (ln_two_sided(factor.sqrt()), ln_two_sided((2.0 * factor).sqrt()));
        let mut seen = vec![0; self.codes.len() + 1];
        let mean = self.ranks.iter().sum::<f64>() / self.ranks.len() as f64;
        let sums = centred_sums(&self.ranks, mean);
        while !steps.is_empty() {
            let parts: Vec<Range<usize>> = stretches(&steps, self.codes.len()).collect();
            let chances: Vec<f64> = parts
                .windows(2)
                .map(|w| self.ln_chance(std::slice::from_ref(&w[0]), std::slice::from_ref(&w[1]), &mut seen))
                .collect();
            let mut weak: Vec<bool> = chances.iter().map(|ln_p| *ln_p > alone).collect();
            let level = |part: &Range<usize>| (sums[part.end] - sums[part.start]) / part.len() as f64;
            for (i, w) in parts.windows(3).enumerate() {
                let there_and_back = (level(&w[1]) > level(&w[0])) == (level(&w[1]) > level(&w[2]));
                if there_and_back && !(weak[i] && weak[i + 1]) {
                    let around = [w[0].clone(), w[2].clone()];
                    let weak_together = self.ln_chance(&around, std::slice::from_ref(&w[1]), &mut seen) > together;
                    weak[i] |= weak_together;
                    weak[i + 1] |= weak_together;
                }
            }
            let mut order: Vec<usize> = (0..steps.len()).filter(|i| weak[*i]).collect();
            if order.is_empty() {
                return steps;
            }
            // the weakest first; its neighbours have others beside them then, and are judged anew
            order.sort_by(|i, j| chances[*j].total_cmp(&chances[*i]).then(i.cmp(j)));
            let mut out = vec![false; steps.len()];
            for i in order {
                let beside = i.saturating_sub(2)..out.len().min(i + 3);
                out[i] = !out[beside].contains(&true);
            }
            let mut at = 0..;
            steps.retain(|_| at.next().is_none_or(|i| !out[i]));
        }
        steps
    }

    /// The chance that a series without a change shows each of some steps.
    pub(super) fn chances(&self, steps: &[usize]) -> Vec<f64> {
        let parts: Vec<Range<usize>> = stretches(steps, self.codes.len()).collect();
        let mut seen = vec![0; self.codes.len() + 1];
        let one = |w: &[Range<usize>]| {
            let ln_p = self.ln_chance(std::slice::from_ref(&w[0]), std::slice::from_ref(&w[1]), &mut seen);
            chance_of(self.codes.len(), squared_deviate(ln_p))
        };
        parts.windows(2).map(one).collect()
    }

    /// ln of the two-sided p that values above the most common one, or below it, are as often within `a` as within `b`: the less of both,
    /// doubled where there are both. A run of the rarer kind that is shorter than the shortest stretch is one excursion and counts once; fewer
    /// than there are samples in that stretch make no level.
    fn ln_chance(&self, a: &[Range<usize>], b: &[Range<usize>], seen: &mut [u32]) -> f64 {
        let codes = |ranges: &[Range<usize>]| -> Vec<&[u32]> {
            ranges.iter().filter_map(|r| self.codes.get(r.clone())).collect()
        };
        let (a, b) = (codes(a), codes(b));
        let all = || a.iter().chain(&b).flat_map(|part| part.iter().copied());
        let (mut mode, mut most, mut n) = (0, 0, 0u64);
        for code in all() {
            let count = &mut seen[code as usize];
            *count += 1;
            n += 1;
            if *count > most || (*count == most && code < mode) {
                (mode, most) = (code, *count);
            }
        }
        all().for_each(|code| seen[code as usize] = 0);
        let (mut least, mut tests) = (0.0f64, 0u32);
        for beyond in [|c: u32, mode: u32| c > mode, |c: u32, mode: u32| c < mode] {
            let count = all().filter(|c| beyond(*c, mode)).count() as u64;
            if count == 0 {
                continue;
            }
            tests += 1;
            let is_rare = |c: u32| beyond(c, mode) == (count * 2 <= n);
            let tally = |parts: &[&[u32]]| {
                let mut tally = Tally::default();
                for run in parts.iter().flat_map(|part| part.chunk_by(|c, d| is_rare(*c) == is_rare(*d))) {
                    let rare = run.first().is_some_and(|c| is_rare(*c));
                    tally.add(rare, if rare && run.len() < self.min_size { 1 } else { run.len() as u64 });
                }
                tally
            };
            let (a, b) = (tally(&a), tally(&b));
            let more = if a.share() > b.share() { a } else { b };
            if more.rare >= self.min_size as u64 {
                let all = Tally { rare: a.rare + b.rare, n: a.n + b.n };
                least = least.min(std::f64::consts::LN_2 + ln_at_least(more, all));
            }
        }
        (least + f64::from(tests.max(1)).ln()).min(0.0)
    }
}

/// How many samples there are, and how many of the rarer kind.
#[derive(Clone, Copy, Default)]
struct Tally {
    rare: u64,
    n: u64,
}

impl Tally {
    fn add(&mut self, rare: bool, count: u64) {
        self.n += count;
        self.rare += if rare { count } else { 0 };
    }

    fn share(self) -> f64 {
        self.rare as f64 / self.n.max(1) as f64
    }
}

/// ln of the chance that of all rare samples at least so many fall into a part, every arrangement being as likely: the upper tail of the
/// hypergeometric distribution, summed from its greatest term.
fn ln_at_least(part: Tally, all: Tally) -> f64 {
    let ln_choose = |n: u64, k: u64| {
        let [n, k, rest] = [n, k, n - k].map(|x| ln_gamma(x as f64 + 1.0));
        n - k - rest
    };
    let Tally { rare: from, n: draws } = part;
    let common = all.n - all.rare;
    if draws - from > common || from > all.rare {
        return 0.0;
    }
    let ln_first = ln_choose(all.rare, from) + ln_choose(common, draws - from) - ln_choose(all.n, draws);
    let (mut sum, mut term) = (1.0, 1.0);
    for k in from..all.rare.min(draws) {
        // terms fall from the mean on, where the part has more than its share
        term *= (all.rare - k) as f64 * (draws - k) as f64 / ((k + 1) as f64 * (common + k + 1 - draws) as f64);
        sum += term;
        if term < 1e-16 * sum {
            break;
        }
    }
    (ln_first + sum.ln()).min(0.0)
}

/// The squared normal deviate of a two-sided p.
fn squared_deviate(ln_p: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while ln_two_sided(high) > ln_p && high < 1e6 {
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if ln_two_sided(middle) > ln_p { low = middle } else { high = middle }
    }
    low * low
}

/// The stretches between steps.
fn stretches(steps: &[usize], n: usize) -> impl Iterator<Item = Range<usize>> {
    let starts = std::iter::once(0).chain(steps.iter().copied());
    starts.zip(steps.iter().copied().chain([n])).map(|(start, end)| start..end)
}

/// Whether more than half of the values are equal to one (Boyer and Moore, 1991).
fn has_majority(values: &[f64], equal: impl Fn(f64, f64) -> bool) -> bool {
    let (mut candidate, mut lead) = (f64::NAN, 0usize);
    for v in values {
        match (lead, equal(*v, candidate)) {
            (0, _) => (candidate, lead) = (*v, 1),
            (_, true) => lead += 1,
            (_, false) => lead -= 1,
        }
    }
    values.iter().filter(|v| equal(**v, candidate)).count() * 2 > values.len()
}
