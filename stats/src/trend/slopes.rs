//! Order statistics of the slopes of all pairs of points, without forming the pairs.
//!
//! Seen as lines, two points i < j have a slope below θ exactly where yᵢ − θ xᵢ > yⱼ − θ xⱼ: counting slopes below θ is
//! counting inversions, n log n (Cole, Salowe, Steiger and Szemerédi, 1989). A bracket [lo, hi] around the wanted rank is
//! narrowed by sampling the slopes inside it (Matoušek, 1991) until few enough are left to look at each. Memory is linear.

use super::inversions::{Keyed, count_with_slack, insertion_visiting, sort_counting, sort_visiting};
use crate::quantile::random::SplitMix64;

/// Up to this many pairs are looked at one by one.
const FEW: u64 = 1 << 16;

/// Points of which the pairwise slopes are asked: strictly increasing times, finite values.
pub(crate) struct Slopes<'a> {
    times: &'a [i64],
    values: &'a [f64],
    /// Nanoseconds in a unit of x.
    unit: f64,
    /// Times in units and values, both centred, which keeps rounding small beside offsets.
    x: Vec<f64>,
    y: Vec<f64>,
}

/// A range of slopes: how many lie below, and the points in the order that they have at its lower end.
struct Bracket {
    lo: f64,
    hi: f64,
    below: u64,
    inside: u64,
    order: Vec<u32>,
}

impl<'a> Slopes<'a> {
    /// Slopes in value per `unit` nanoseconds.
    pub(crate) fn new(times: &'a [i64], values: &'a [f64], unit: f64) -> Self {
        let mid_time = times.get(times.len() / 2).copied().unwrap_or_default();
        let mut sorted = values.to_vec();
        let middle = sorted.len() / 2;
        let mid_value = if sorted.is_empty() { 0.0 } else { *sorted.select_nth_unstable_by(middle, f64::total_cmp).1 };
        let x = times.iter().map(|&t| (i128::from(t) - i128::from(mid_time)) as f64 / unit).collect();
        let y = values.iter().map(|v| v - mid_value).collect();
        Self { times, values, unit, x, y }
    }

    /// The number of pairs.
    pub(crate) fn pairs(&self) -> u64 {
        let n = self.values.len() as u64;
        n * n.saturating_sub(1) / 2
    }

    fn slope(&self, i: usize, j: usize) -> f64 {
        let dx = (i128::from(self.times[j]) - i128::from(self.times[i])) as f64 / self.unit;
        (self.values[j] - self.values[i]) / dx
    }

    /// The slopes of the given ranks (counted from 0, ascending), exact up to the rounding of y − θx.
    pub(crate) fn at_ranks(&self, ranks: &[u64]) -> Vec<f64> {
        let pairs = self.pairs();
        if pairs <= 2 * FEW {
            let n = self.values.len();
            let all = (0..n).flat_map(|j| (0..j).map(move |i| (i, j)));
            return pick(&mut all.map(|(i, j)| self.slope(i, j)).collect::<Vec<f64>>(), 0, ranks);
        }
        let mut random = SplitMix64::new(0x5eed ^ pairs);
        let whole = Bracket {
            lo: f64::NEG_INFINITY,
            hi: f64::INFINITY,
            below: 0,
            inside: pairs,
            order: (0..self.values.len() as u32).collect(),
        };
        let mut found = Vec::with_capacity(ranks.len());
        self.narrow(&whole, ranks, &mut random, &mut found, 0);
        found
    }

    /// Finds `ranks`, all inside the bracket, and appends their slopes.
    fn narrow(&self, bracket: &Bracket, ranks: &[u64], random: &mut SplitMix64, found: &mut Vec<f64>, depth: u32) {
        let n = self.values.len() as u64;
        if bracket.inside <= (6 * n).max(FEW) {
            found.extend(pick(&mut self.enumerate(bracket), bracket.below, ranks));
            return;
        }
        let mut sample = self.sample(bracket, 2 * n as usize, random);
        sample.sort_unstable_by(f64::total_cmp);
        let m = sample.len();
        if m == 0 {
            found.extend(ranks.iter().map(|_| bracket.lo));
            return;
        }
        let at = |rank: u64| (rank - bracket.below) as f64 / bracket.inside as f64 * m as f64;
        let mut rest = ranks;
        while let Some(&first) = rest.first() {
            // ranks whose samples lie close together share the next bracket
            let margin = 2.0 * (m as f64).sqrt();
            let near =
                rest.iter().take_while(|&&r| at(r) - at(first) <= if depth == 0 { 4.0 * margin } else { 2.0 }).count();
            let (group, later) = rest.split_at(near.max(1));
            rest = later;
            let last = group.last().copied().unwrap_or(first);
            let inner = self.inner(bracket, &sample, (at(first) - margin, at(last) + margin), (first, last));
            match inner {
                Some(inner) if inner.inside <= bracket.inside / 4 => {
                    self.narrow(&inner, group, random, found, depth + 1);
                }
                _ => {
                    for &rank in group {
                        found.push(self.bisect(bracket, &sample, at(rank), rank, random, depth));
                    }
                }
            }
        }
    }

    /// The bracket between two positions of the sorted sample, where it holds the ranks clear of its ends.
    fn inner(&self, outer: &Bracket, sample: &[f64], at: (f64, f64), ranks: (u64, u64)) -> Option<Bracket> {
        let lo = if at.0 < 0.0 { outer.lo } else { sample[(at.0 as usize).min(sample.len() - 1)] };
        let hi = if at.1 >= sample.len() as f64 { outer.hi } else { sample[at.1.max(0.0) as usize] };
        // pairs are misplaced by rounding only within this distance of an end
        let (lo_gap, hi_gap) = (self.gap(lo), self.gap(hi));
        let inner = self.part(outer, (lo - lo_gap).max(outer.lo), (hi + hi_gap).min(outer.hi));
        (inner.below <= ranks.0 && ranks.1 < inner.below + inner.inside).then_some(inner)
    }

    /// One rank where many slopes are equal or too close to sample apart: halves the bracket around a sampled slope.
    fn bisect(
        &self,
        bracket: &Bracket,
        sample: &[f64],
        at: f64,
        rank: u64,
        random: &mut SplitMix64,
        depth: u32,
    ) -> f64 {
        let theta = sample[(at.max(0.0) as usize).min(sample.len() - 1)];
        let keys = self.keys(theta);
        let slack = self.key_error(theta);
        let below = count_with_slack(&keys, slack);
        let negated: Vec<f64> = keys.iter().map(|k| -k).collect();
        let up_to = self.pairs() - count_with_slack(&negated, slack);
        if (below <= rank && rank < up_to) || depth > 60 {
            return theta;
        }
        let gap = self.gap(theta);
        let half = if rank < below {
            self.part(bracket, bracket.lo, (theta - gap).min(bracket.hi))
        } else {
            self.part(bracket, (theta + gap).max(bracket.lo), bracket.hi)
        };
        if rank < half.below || rank >= half.below + half.inside || half.inside >= bracket.inside {
            // the wanted slope is theta up to rounding
            return theta;
        }
        let mut one = Vec::with_capacity(1);
        self.narrow(&half, &[rank], random, &mut one, depth + 1);
        one.first().copied().unwrap_or(theta)
    }

    /// The rounding error of a key y − θx, doubled for a difference of two.
    fn key_error(&self, theta: f64) -> f64 {
        let reach = |v: &[f64]| v.iter().fold(0.0f64, |a, b| a.max(b.abs()));
        let product = theta.abs() * reach(&self.x);
        4.0 * f64::EPSILON * (reach(&self.y) + product)
    }

    /// How far rounding of the keys can move a slope near `theta`.
    fn gap(&self, theta: f64) -> f64 {
        if !theta.is_finite() {
            return 0.0;
        }
        let closest = self.times.windows(2).map(|w| w[1].saturating_sub(w[0])).min().unwrap_or(1);
        self.key_error(theta) / (closest as f64 / self.unit)
    }

    fn keys(&self, theta: f64) -> Vec<f64> {
        if theta == f64::NEG_INFINITY {
            return (0..self.x.len()).map(|i| i as f64).collect();
        }
        if theta == f64::INFINITY {
            return (0..self.x.len()).map(|i| -(i as f64)).collect();
        }
        self.x.iter().zip(&self.y).map(|(x, y)| y - theta * x).collect()
    }

    /// The part of a bracket between two slopes. Its points are nearly in the outer bracket's order, so sorting is cheap.
    fn part(&self, outer: &Bracket, lo: f64, hi: f64) -> Bracket {
        let low = self.keys(lo);
        let mut items: Vec<Keyed> = outer.order.iter().map(|&id| Keyed { key: low[id as usize], id }).collect();
        let below = outer.below + sort_counting(&mut items);
        let order: Vec<u32> = items.iter().map(|item| item.id).collect();
        drop(items);
        let high = self.keys(hi);
        let mut keys: Vec<f64> = order.iter().map(|&id| high[id as usize]).collect();
        let inside = sort_counting(&mut keys);
        Bracket { lo, hi, below, inside, order }
    }

    fn keyed_at_top(&self, bracket: &Bracket) -> Vec<Keyed> {
        let high = self.keys(bracket.hi);
        bracket.order.iter().map(|&id| Keyed { key: high[id as usize], id }).collect()
    }

    /// Every slope inside the bracket.
    fn enumerate(&self, bracket: &Bracket) -> Vec<f64> {
        let mut slopes = Vec::with_capacity(bracket.inside as usize);
        insertion_visiting(&mut self.keyed_at_top(bracket), &mut |left, item| {
            slopes.push(self.slope(left.id.min(item.id) as usize, left.id.max(item.id) as usize));
        });
        slopes
    }

    /// About `m` slopes inside the bracket: one at random of each of `m` equal runs of them.
    fn sample(&self, bracket: &Bracket, m: usize, random: &mut SplitMix64) -> Vec<f64> {
        let n = self.values.len();
        if bracket.inside == self.pairs() {
            let draw = |_| {
                let (i, j) = (random.below(n), random.below(n - 1));
                let j = if j >= i { j + 1 } else { j };
                self.slope(i.min(j), i.max(j))
            };
            return (0..m).map(draw).collect();
        }
        let run = (bracket.inside / m as u64).max(1);
        let mut slopes = Vec::with_capacity(m + 1);
        let (mut seen, mut start) = (0u64, 0u64);
        let mut below = |run: u64| random.below(run as usize) as u64;
        let mut next = below(run);
        sort_visiting(&mut self.keyed_at_top(bracket), &mut |rest, item| {
            while next < seen + rest.len() as u64 {
                let left = rest[(next - seen) as usize];
                let (i, j) = (left.id.min(item.id) as usize, left.id.max(item.id) as usize);
                slopes.push(self.slope(i, j));
                start += run;
                next = start + below(run);
            }
            seen += rest.len() as u64;
        });
        slopes
    }
}

/// The values of ascending `ranks`, of which `below` lie under all of `values`.
fn pick(values: &mut [f64], below: u64, ranks: &[u64]) -> Vec<f64> {
    let Some(top) = values.len().checked_sub(1) else { return vec![0.0; ranks.len()] };
    let mut done = 0;
    let choose = |&rank: &u64| {
        let at = (rank.saturating_sub(below) as usize).min(top);
        // everything before the last choice is smaller already
        let from = at.min(done);
        let value = *values[from..].select_nth_unstable_by(at - from, f64::total_cmp).1;
        done = at;
        value
    };
    ranks.iter().map(choose).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brute(times: &[i64], values: &[f64], unit: f64, ranks: &[u64]) -> Vec<f64> {
        let slopes = Slopes::new(times, values, unit);
        let mut all: Vec<f64> =
            (0..values.len()).flat_map(|j| (0..j).map(move |i| (i, j))).map(|(i, j)| slopes.slope(i, j)).collect();
        all.sort_by(f64::total_cmp);
        ranks.iter().map(|&r| all[r as usize]).collect()
    }

    fn agree(times: &[i64], values: &[f64], unit: f64) {
        let pairs = Slopes::new(times, values, unit).pairs();
        let mut ranks = vec![0, 5, pairs / 4, pairs / 2 - 1, pairs / 2, pairs / 2 + 700, pairs - 1];
        ranks.sort_unstable();
        let exact = brute(times, values, unit, &ranks);
        for (got, want) in Slopes::new(times, values, unit).at_ranks(&ranks).iter().zip(&exact) {
            assert!((got - want).abs() <= 1e-12 * want.abs().max(1e-3), "{got} {want}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn ranks_are_those_of_all_pairs(seed in any::<u64>(), kind in 0..7u32, n in 513..900usize, irregular: bool) {
            let mut random = SplitMix64::new(seed);
            let mut uniform = || random.below(1 << 40) as f64 / (1u64 << 40) as f64 - 0.5;
            let (mut t, mut level) = (-5_000i64, 0.0);
            let (mut times, mut values) = (Vec::new(), Vec::new());
            for i in 0..n {
                t += if irregular { 1 + (uniform().abs() * 40.0) as i64 } else { 10 };
                times.push(t);
                let noise = uniform();
                level += noise;
                values.push(match kind {
                    0 => noise,
                    1 => level,
                    2 => (noise * 4.0).round(),
                    3 => 1e9 + noise,
                    4 => 0.1 * i as f64,
                    5 => f64::from(u8::from(i > n / 3)),
                    _ => if i % 97 == 0 { 1.0 } else { 0.0 },
                });
            }
            agree(&times, &values, if irregular { 7.0 } else { 10.0 });
        }
    }
}
