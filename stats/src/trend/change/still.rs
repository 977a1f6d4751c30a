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
            for at in same {
                ranks[*at] = rank;
            }
            first += same.len();
        }
        let variance = |v: &[f64]| v.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>() / (2 * (n - 1)) as f64;
        let (of_values, of_ranks) = (variance(values), variance(&ranks));
        if !(of_ranks > 0.0 && of_values > 0.0) {
            return None;
        }
        let scale = (of_values / of_ranks).sqrt();
        for rank in &mut ranks {
            *rank *= scale;
        }
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
                .map(|w| self.ln_chance(std::slice::from_ref(&w[0]), std::slice::from_ref(&w[1]), &mut seen).0)
                .collect();
            let mut weak: Vec<bool> = chances.iter().map(|ln_p| *ln_p > alone).collect();
            let level = |part: &Range<usize>| (sums[part.end] - sums[part.start]) / part.len() as f64;
            for (i, w) in parts.windows(3).enumerate() {
                let there_and_back = (level(&w[1]) > level(&w[0])) == (level(&w[1]) > level(&w[2]));
                if there_and_back && !(weak[i] && weak[i + 1]) {
                    let around = [w[0].clone(), w[2].clone()];
                    let weak_together = self.ln_chance(&around, std::slice::from_ref(&w[1]), &mut seen).0 > together;
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

    /// The chance that a series without a change shows a step as strong as that between two stretches.
    pub(super) fn chance(&self, (start, at, end): (usize, usize, usize)) -> f64 {
        let mut seen = vec![0; self.codes.len() + 1];
        let (ln_p, _) = self.ln_chance(std::slice::from_ref(&(start..at)), std::slice::from_ref(&(at..end)), &mut seen);
        chance_of(self.codes.len(), squared_deviate(ln_p))
    }

    /// What a step at each place from `start` to `end` gains of twice the log-likelihood of how often values lie beyond the most common one, on
    /// the side on which they tell the step at `at`.
    pub(super) fn gains(&self, (start, at, end): (usize, usize, usize)) -> Vec<f64> {
        let mut seen = vec![0; self.codes.len() + 1];
        let (_, side) = self.ln_chance(std::slice::from_ref(&(start..at)), std::slice::from_ref(&(at..end)), &mut seen);
        let mut sums = vec![0.0];
        for code in self.codes.get(start..end).unwrap_or_default() {
            let beyond = f64::from(u8::from(side.holds(*code)));
            sums.push(sums.last().copied().unwrap_or_default() + beyond);
        }
        let term = |count: f64, n: f64| if count > 0.0 { 2.0 * count * (count / n).ln() } else { 0.0 };
        let twice_ln = |count: f64, n: f64| term(count, n) + term(n - count, n);
        let (n, all) = ((end - start) as f64, sums.last().copied().unwrap_or_default());
        let gain = |(k, before): (usize, &f64)| {
            let k = k as f64;
            twice_ln(*before, k) + twice_ln(all - before, n - k) - twice_ln(all, n)
        };
        sums.iter().enumerate().map(gain).collect()
    }

    /// ln of the two-sided p that values above the most common one, or below it, are as often within `a` as within `b`: the less of both,
    /// doubled where there are both, and the side it is for. Fewer excursions than the shortest stretch has samples make no level, p = 1.
    fn ln_chance(&self, a: &[Range<usize>], b: &[Range<usize>], seen: &mut [u32]) -> (f64, Beyond) {
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
        let (mut least, mut tests) = ((0.0, Beyond { mode, above: true }), 0u32);
        for side in [true, false].map(|above| Beyond { mode, above }) {
            let count = all().filter(|c| side.holds(*c)).count() as u64;
            if count == 0 {
                continue;
            }
            tests += 1;
            let is_rare = |c: u32| side.holds(c) == (count * 2 <= n);
            let tally = |parts: &[&[u32]]| {
                let mut tally = Tally::default();
                for run in parts.iter().flat_map(|part| part.chunk_by(|c, d| is_rare(*c) == is_rare(*d))) {
                    tally.add(run.first().is_some_and(|c| is_rare(*c)), run.len() as u64, self.min_size as u64);
                }
                tally
            };
            let (a, b) = (tally(&a), tally(&b));
            let more = if a.share() > b.share() { a } else { b };
            if more.excursions >= self.min_size as u64 {
                let ln_p = std::f64::consts::LN_2 + ln_at_least((more.rare, more.n), (a.rare + b.rare, a.n + b.n));
                if ln_p < least.0 {
                    least = (ln_p, side);
                }
            }
        }
        ((least.0 + f64::from(tests.max(1)).ln()).min(0.0), least.1)
    }
}

/// The values on one side of the most common one.
#[derive(Clone, Copy)]
struct Beyond {
    mode: u32,
    above: bool,
}

impl Beyond {
    fn holds(self, code: u32) -> bool {
        if self.above { code > self.mode } else { code < self.mode }
    }
}

/// How many samples there are, how many of the rarer kind, and how many excursions to it: a run of it that is shorter than the shortest
/// stretch counts once, a longer one with all its samples.
#[derive(Clone, Copy, Default)]
struct Tally {
    n: u64,
    rare: u64,
    excursions: u64,
}

impl Tally {
    fn add(&mut self, rare: bool, length: u64, min_size: u64) {
        self.n += length;
        if rare {
            self.rare += length;
            self.excursions += if length < min_size { 1 } else { length };
        }
    }

    fn share(self) -> f64 {
        self.rare as f64 / self.n.max(1) as f64
    }
}

/// ln of the chance that of all rare samples at least so many fall into a part (rare samples, samples; of the part, of all), every arrangement
/// being as likely: the upper tail of the hypergeometric distribution, summed from its greatest term.
fn ln_at_least((from, draws): (u64, u64), (rare, n): (u64, u64)) -> f64 {
    let ln_choose = |n: u64, k: u64| {
        let [n, k, rest] = [n, k, n - k].map(|x| ln_gamma(x as f64 + 1.0));
        n - k - rest
    };
    let common = n - rare;
    if draws - from > common || from > rare {
        return 0.0;
    }
    let ln_first = ln_choose(rare, from) + ln_choose(common, draws - from) - ln_choose(n, draws);
    let (mut sum, mut term) = (1.0, 1.0);
    for k in from..rare.min(draws) {
        // terms fall from the mean on, where the part has more than its share
        term *= (rare - k) as f64 * (draws - k) as f64 / ((k + 1) as f64 * (common + k + 1 - draws) as f64);
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, Exp1, Poisson};

    use super::*;
    use crate::series::{Identity, NanPolicy, Series};
    use crate::trend::{ChangeOptions, ChangeVerdict, Changes, changes};

    fn series(values: Vec<f64>) -> Series {
        let times = (0..values.len() as i64).map(|i| i * 60_000_000_000).collect();
        Series::new(Identity::default(), times, values, NanPolicy::Refuse).unwrap()
    }

    fn found(values: Vec<f64>) -> Changes {
        changes(&series(values), &ChangeOptions::default()).unwrap()
    }

    /// Up, but down with a chance that is another from one place to another.
    fn up(random: &mut ChaCha8Rng, n: usize, (usual, there): (f64, f64), place: Range<usize>) -> Vec<f64> {
        let down = |i: usize| if place.contains(&i) { there } else { usual };
        (0..n).map(|i| f64::from(u8::from(random.random::<f64>() >= down(i)))).collect()
    }

    #[test]
    fn what_is_rare_is_no_change() {
        let mut random = ChaCha8Rng::seed_from_u64(31);
        let counts = Poisson::new(0.05).unwrap();
        let spike = |random: &mut ChaCha8Rng| {
            let e: f64 = Exp1.sample(random);
            0.1 + if random.random::<f64>() < 0.1 { 0.1 * e } else { 0.0 }
        };
        let changed = |values: Vec<f64>| usize::from(found(values).verdict == ChangeVerdict::Changed);
        let mut told = [0; 5];
        for _ in 0..60 {
            for (told, down) in told.iter_mut().zip([0.005, 0.02, 0.1]) {
                *told += changed(up(&mut random, 400, (down, down), 0..0));
            }
            told[3] += changed((0..400).map(|_| counts.sample(&mut random)).collect());
            told[4] += changed((0..400).map(|_| spike(&mut random)).collect());
        }
        // the nominal 5 % and two standard errors
        assert!(told.iter().all(|t| *t <= 6), "{told:?} of 60");
    }

    #[test]
    fn what_becomes_frequent_is_one_with_its_onset() {
        let mut random = ChaCha8Rng::seed_from_u64(32);
        let (mut told, mut covered) = (0, 0);
        for _ in 0..60 {
            let data = series(up(&mut random, 400, (0.01, 0.4), 150..220));
            let found = changes(&data, &ChangeOptions::default()).unwrap().changes;
            told += usize::from(found.len() == 2);
            let over = |at: usize| {
                let over = |c: &crate::trend::Change| {
                    c.onset.lower.0 <= data.times()[at - 1] && c.onset.upper.0 >= data.times()[at]
                };
                usize::from(found.iter().any(over))
            };
            covered += over(150) + over(220);
        }
        assert!(told >= 48, "{told} of 60");
        // 95 % less two standard errors
        assert!(covered * 10 >= told * 2 * 9, "{covered} of {told} twice");
    }

    #[test]
    fn an_excursion_shorter_than_a_level_is_none() {
        let usual = |n: usize, others: &[(usize, f64)]| {
            let mut values = vec![2.0; n];
            for (at, v) in others {
                values[*at] = *v;
            }
            found(values)
        };
        let each = |places: &[usize], v: f64| places.iter().map(|at| (*at, v)).collect::<Vec<_>>();
        for others in [
            vec![(119, 0.0)],
            vec![(100, 9.0), (101, 9.5)],
            each(&[40, 41, 42, 43], 0.0),
            each(&[40, 41, 43, 44], 7.0),
            each(&[20, 50, 80, 110, 140, 170, 200], 0.0),
        ] {
            let found = usual(240, &others);
            assert_eq!((found.verdict, found.changes.len()), (ChangeVerdict::NoneShown, 0), "{others:?}");
        }
        // as long as a level has to be, and told as that
        let found = usual(240, &each(&[40, 41, 42, 43, 44], 0.0));
        let told: Vec<(usize, f64)> = found.changes.iter().map(|c| (c.index, c.after.value)).collect();
        assert_eq!(told, [(40, 0.0), (45, 2.0)]);
        assert!(found.reason.contains("most values are equal"), "{}", found.reason);
    }

    #[test]
    fn levels_without_noise_are_told_to_the_sample() {
        let data = series([3.0, 5.0, 4.0, 9.0].iter().flat_map(|level| [*level; 40]).collect());
        let found = changes(&data, &ChangeOptions::default()).unwrap();
        assert_eq!(found.changes.iter().map(|c| c.index).collect::<Vec<_>>(), [40, 80, 120]);
        for change in &found.changes {
            assert_eq!((change.onset.lower.0, change.onset.upper), (data.times()[change.index - 1], change.time));
            assert!(change.p_value.unwrap() < 1e-4, "{change:?}");
        }
    }

    #[test]
    fn what_differs_by_rounding_is_equal() {
        let values: Vec<f64> =
            (0..60).map(|i| if i % 2 == 0 { 0.3 } else { 0.1 + 0.2 } + f64::from(u8::from(i == 30))).collect();
        let still = Still::of(&values, 5).unwrap();
        assert_eq!(still.codes.iter().max(), Some(&1));
        assert_eq!(found(values).verdict, ChangeVerdict::NoneShown);
        assert!(Still::of(&[7.0; 60], 5).is_none() && Still::of(&[7.0, 7.0, 8.0], 5).is_none());
        assert!(Still::of(&(0..60).map(f64::from).collect::<Vec<_>>(), 5).is_none());
        // a majority without equal neighbours
        assert!(Still::of(&(0..60).map(|i| f64::from(if i % 9 < 5 { 0 } else { i })).collect::<Vec<_>>(), 5).is_some());
    }

    #[test]
    fn a_deviate_has_its_chance() {
        for z in [0.1, 1.96, 4.9, 5.1, 40.0] {
            assert!((squared_deviate(ln_two_sided(z)).sqrt() / z - 1.0).abs() < 1e-9, "{z}");
        }
        assert_eq!(squared_deviate(0.0), 0.0);
    }

    fn choose(n: u64, k: u64) -> u128 {
        (0..u128::from(k)).fold(1, |c, i| c * (u128::from(n) - i) / (i + 1))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn tails_are_those_of_whole_numbers(n in 2..60u64, rare in 0..60u64, draws in 1..60u64, more in 0..60u64) {
            let (rare, draws) = (rare.min(n), draws.min(n - 1));
            // at or above the share of all
            let from = ((rare * draws).div_ceil(n) + more).min(rare.min(draws));
            let ways: u128 = (from..=rare.min(draws))
                .filter(|k| draws - k <= n - rare)
                .map(|k| choose(rare, k) * choose(n - rare, draws - k))
                .sum();
            let want = (ways as f64 / choose(n, draws) as f64).ln();
            prop_assert!((ln_at_least((from, draws), (rare, n)) - want).abs() < 1e-10, "{} {}", ln_at_least((from, draws), (rare, n)), want);
        }
    }
}
