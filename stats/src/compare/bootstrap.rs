//! The difference of a quantile, with a seeded bootstrap interval.

use super::cliff::check_level;
use super::mann_whitney::check;
use super::random::Random;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::{Definition, Method};
use crate::quantile::{Quantile, block_length, order_statistic_interval, samples_needed};
use crate::words::agreeing;

/// How a bootstrap draws.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BootstrapOptions {
    /// The number of resamples, 99 or more.
    pub resamples: usize,
    /// The level of the interval.
    pub level: f64,
    /// The seed: the same one gives the same interval.
    pub seed: u64,
    /// How values that stand together are drawn.
    pub blocks: Blocks,
}

/// The blocks that a bootstrap draws.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Blocks {
    /// Single values: for independent ones.
    Single,
    /// Circular blocks of so many values in their order.
    Of(usize),
    /// Circular blocks of the length that [`block_length`] gives for each sample.
    Automatic,
}

impl Default for BootstrapOptions {
    /// 1999 resamples, 0.95, seed 1, blocks by the automatic rule.
    fn default() -> Self {
        Self { resamples: 1999, level: 0.95, seed: 1, blocks: Blocks::Automatic }
    }
}

/// The quantile of b minus that of a (nearest rank, type 1), with the percentile interval of a bootstrap.
///
/// Both samples are resampled on their own. Single values take O(1) a resample, by drawing the order statistic itself; blocks take
/// O(n). The interval is the percentile one, not `BCa`: a quantile is no smooth function of the sample, so that the jackknife of
/// `BCa`'s acceleration does not converge for it (Efron and Tibshirani, 1993, 11.7). Where a sample is too small for a
/// distribution-free interval of its quantile the bound is `unknown`: a resample holds no value beyond its maximum.
///
/// Circular blocks keep the autocorrelation within a block; values must be in the order of time. Not for samples with a season
/// longer than a block, and not for heavy-tailed extremes (p100).
///
/// Sources: B. Efron, Ann. Stat. 7 (1979); D. N. Politis and J. P. Romano, “A circular block-resampling procedure” (1992).
///
/// ```
/// use sre_stats::compare::{Blocks, BootstrapOptions, quantile_difference};
/// use sre_stats::estimate::Scope;
/// use sre_stats::quantile::Quantile;
/// let a: Vec<f64> = (0..1000).map(f64::from).collect();
/// let b: Vec<f64> = a.iter().map(|v| v + 100.0).collect();
/// let options = BootstrapOptions { blocks: Blocks::Single, ..BootstrapOptions::default() };
/// let p90 = quantile_difference(&a, &b, Quantile::P90, &options, &Scope::default())?;
/// assert_eq!(p90.value, 100.0);
/// let (lower, upper) = p90.interval().unwrap();
/// assert!(lower > 70.0 && upper < 130.0);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where a sample is empty, [`Argument`](crate::ErrorKind::Argument) for NaN, infinities, a
/// level outside (0, 1), fewer than 99 resamples or blocks of length 0.
pub fn quantile_difference(
    a: &[f64],
    b: &[f64],
    q: Quantile,
    options: &BootstrapOptions,
    scope: &Scope,
) -> Result<Estimate> {
    let mut all = quantile_differences(a, b, &[q], options, scope)?;
    all.pop().map(|(_, difference)| difference).ok_or_else(|| Error::empty("no quantile was asked for"))
}

/// The differences of several quantiles, each as [`quantile_difference`] gives it, from the same resamples of blocks.
///
/// Each interval holds its level alone; together they do not: the chance that one of them misses is larger.
///
/// ```
/// use sre_stats::compare::{BootstrapOptions, quantile_differences};
/// use sre_stats::estimate::Scope;
/// use sre_stats::quantile::Quantile;
/// let a: Vec<f64> = (0..500).map(f64::from).collect();
/// let b: Vec<f64> = a.iter().map(|v| v * 2.0).collect();
/// let both = quantile_differences(&a, &b, &[Quantile::MEDIAN, Quantile::P90], &BootstrapOptions::default(), &Scope::default())?;
/// assert_eq!((both[0].1.value, both[1].1.value), (249.0, 449.0));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`quantile_difference`].
pub fn quantile_differences(
    a: &[f64],
    b: &[f64],
    qs: &[Quantile],
    options: &BootstrapOptions,
    scope: &Scope,
) -> Result<Vec<(Quantile, Estimate)>> {
    check(a, b)?;
    check_level(options.level)?;
    if options.resamples < 99 || options.blocks == Blocks::Of(0) {
        return Err(Error::argument(format!("{} resamples, {:?}: out of range", options.resamples, options.blocks))
            .hint("use 99 resamples or more and blocks of 1 value or more"));
    }
    let [first, second] = [Resampled::new(a, qs, options.blocks), Resampled::new(b, qs, options.blocks)];
    let drawn = match (first.block, second.block) {
        (1, 1) => format!("percentile bootstrap of {}", options.resamples),
        (l, m) => {
            format!("circular block bootstrap of {}, blocks of {l} and {m}, percentile interval", options.resamples)
        }
    };
    let mut random = Random::new(options.seed);
    let mut differences = vec![Vec::with_capacity(options.resamples); qs.len()];
    for _ in 0..options.resamples {
        let (of_b, of_a) = (second.draw(&mut random), first.draw(&mut random));
        for (column, (y, x)) in differences.iter_mut().zip(of_b.iter().zip(&of_a)) {
            column.push(y - x);
        }
    }
    // the resamples and the estimate itself cut the line into equally likely parts
    let parts = (options.resamples + 1) as f64;
    let tail = (((1.0 - options.level) / 2.0 * parts).floor() as usize).clamp(1, options.resamples / 2);
    let one = |((i, q), mut column): ((usize, &Quantile), Vec<f64>)| {
        let method = Method::Described(format!("difference of {q} ({}), {drawn}", Definition::Type1));
        let value = second.sorted[second.ranks[i] - 1] - first.sorted[first.ranks[i] - 1];
        let found = Estimate::new(value, method, (a.len() + b.len()) as u64, scope);
        let bound = if let Some(why) = too_few(a.len().min(b.len()), *q, options.level) {
            Bound::Unknown { why }
        } else {
            column.sort_unstable_by(f64::total_cmp);
            let (lower, upper) = (column[tail - 1], column[options.resamples - tail]);
            Bound::Confidence { lower, upper, level: options.level }
        };
        (*q, found.with_bound(bound))
    };
    Ok(qs.iter().enumerate().zip(differences).map(one).collect())
}

/// Why a sample of n says too little of its quantile, if it does.
fn too_few(n: usize, q: Quantile, level: f64) -> Option<String> {
    let (lower, upper) = order_statistic_interval(n as u64, q, level);
    if lower.is_some() && upper.is_some() {
        return None;
    }
    let needed = samples_needed(q, f64::midpoint(1.0, level)).map_or_else(String::new, |n| format!(" ({n} needed)"));
    Some(format!("{} too few for an interval of {q}{needed}", agreeing(n as u64, "value", "is", "are")))
}

/// A sample whose quantiles are drawn again and again.
struct Resampled {
    sorted: Vec<f64>,
    /// The place of each value, in time, among the sorted ones; empty where single values are drawn.
    places: Vec<u32>,
    block: usize,
    /// The ranks of the quantiles, from 1.
    ranks: Vec<usize>,
}

impl Resampled {
    /// A sample that is not empty.
    fn new(values: &[f64], qs: &[Quantile], blocks: Blocks) -> Self {
        let n = values.len();
        let block = match blocks {
            Blocks::Single => 1,
            Blocks::Of(length) => length.min(n),
            Blocks::Automatic => (block_length(values).round() as usize).clamp(1, n),
        };
        let mut order: Vec<usize> = (0..n).collect();
        order.sort_by(|i, j| values[*i].total_cmp(&values[*j]));
        let sorted = order.iter().map(|i| values[*i]).collect();
        let mut places = Vec::new();
        if block > 1 {
            places.resize(n, 0);
            for (place, i) in order.into_iter().enumerate() {
                places[i] = place as u32;
            }
        }
        Self { sorted, places, block, ranks: qs.iter().map(|q| q.rank(n as u64) as usize).collect() }
    }

    /// The quantiles of one resample.
    fn draw(&self, random: &mut Random) -> Vec<f64> {
        let n = self.sorted.len();
        if self.places.is_empty() {
            // the rank-th of n uniform numbers, each of which stands for one of n equally likely values
            let one = |rank: &usize| {
                let at = (random.order_statistic(*rank, n) * n as f64) as usize;
                self.sorted[at.min(n - 1)]
            };
            return self.ranks.iter().map(one).collect();
        }
        let mut counts = vec![0u32; n];
        let mut left = n;
        while left > 0 {
            let start = random.below(n);
            let length = self.block.min(left);
            for i in start..start + length {
                counts[self.places[if i < n { i } else { i - n }] as usize] += 1;
            }
            left -= length;
        }
        let mut out = vec![0.0; self.ranks.len()];
        let mut order: Vec<usize> = (0..self.ranks.len()).collect();
        order.sort_unstable_by_key(|i| self.ranks[*i]);
        let (mut seen, mut place) = (0, 0);
        for i in order {
            while seen < self.ranks[i] && place < n {
                seen += counts[place] as usize;
                place += 1;
            }
            out[i] = self.sorted[place.max(1) - 1];
        }
        out
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// P(the rank-th of n draws with replacement ≤ the j-th value) = P(Bin(n, j/n) ≥ rank), without any drawing.
    #[test]
    fn draws_follow_the_ideal_bootstrap_distribution() {
        let n = 40;
        let values: Vec<f64> = (1..=n).map(f64::from).collect();
        let ln_factorial = |k: i32| (1..=k).map(|i| f64::from(i).ln()).sum::<f64>();
        // blocks of one value, drawn by counting, follow the same law
        let mut counting = Resampled::new(&values, &[Quantile::MEDIAN, Quantile::P90], Blocks::Of(2));
        counting.block = 1;
        let drawing = Resampled::new(&values, &[Quantile::MEDIAN, Quantile::P90], Blocks::Single);
        for (at, sample) in [(0, &counting), (1, &counting), (0, &drawing), (1, &drawing)] {
            let mut random = Random::new(5);
            let rank = sample.ranks[at];
            let draws: Vec<f64> = (0..20_000).map(|_| sample.draw(&mut random)[at]).collect();
            for j in [10, 18, 20, 25, 33, 36, 39] {
                let p = f64::from(j) / f64::from(n);
                let term = |k: i32| {
                    (ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
                        + f64::from(k) * p.ln()
                        + f64::from(n - k) * (1.0 - p).ln())
                    .exp()
                };
                let want: f64 = (rank as i32..=n).map(term).sum();
                let got = draws.iter().filter(|d| **d <= f64::from(j)).count() as f64 / 2e4;
                assert!(
                    (got - want).abs() < 4.0 * (want * (1.0 - want) / 2e4).sqrt() + 1e-4,
                    "{rank} {j}: {got} {want}"
                );
            }
        }
    }

    #[test]
    fn too_few_values_have_no_interval_and_seeds_repeat() {
        let a: Vec<f64> = (0..120).map(|i| f64::from(i * 37 % 101)).collect();
        let none =
            quantile_difference(&a, &a, Quantile::P999, &BootstrapOptions::default(), &Scope::default()).unwrap();
        assert!(matches!(&none.bound, Bound::Unknown { why } if why.starts_with("120 values")), "{none:?}");
        let once =
            || quantile_difference(&a, &a, Quantile::P90, &BootstrapOptions::default(), &Scope::default()).unwrap();
        assert_eq!(once(), once());
    }
}
