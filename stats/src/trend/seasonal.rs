//! Trend tests within the phases of a season: like is compared with like.

use super::inversions::sort_counting;
use super::kendall::concordance;
use super::mann_kendall::{mann_kendall, ranks};
use super::theil_sen::median;
use crate::quantile::tails::quantile;

/// Up to this many pairs every slope is looked at; beyond, slopes are found by counting.
const ENUMERATED: usize = 4_000_000;

/// The samples of a series by phase, each with its position in steps.
pub(crate) struct Phases {
    period: usize,
    /// For each phase: positions and values.
    each: Vec<(Vec<f64>, Vec<f64>)>,
    values: Vec<f64>,
    positions: Vec<f64>,
}

/// The median slope per step within phases, its interval, and the line's value at the first sample.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeasonalSlope {
    pub(crate) slope: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
    pub(crate) intercept: f64,
}

impl Phases {
    pub(crate) fn new(values: &[f64], positions: &[usize], period: usize) -> Self {
        let mut each = vec![(Vec::new(), Vec::new()); period];
        for (v, p) in values.iter().zip(positions) {
            let phase = &mut each[p % period];
            phase.0.push(*p as f64);
            phase.1.push(*v);
        }
        let positions = positions.iter().map(|p| *p as f64).collect();
        Self { period, each, values: values.to_vec(), positions }
    }

    /// Pairs of samples in like phases.
    pub(crate) fn pairs(&self) -> usize {
        self.each.iter().map(|(_, v)| v.len() * v.len().saturating_sub(1) / 2).sum()
    }

    /// S and its variance, the phases taken for independent: Hirsch, Slack and Smith (1982).
    pub(crate) fn score(&self) -> (f64, f64) {
        let scores = self.each.iter().map(|(_, v)| mann_kendall(v));
        scores.fold((0.0, 0.0), |(s, variance), score| (s + score.s, variance + score.variance))
    }

    /// S and its variance with the covariances of phases, over the cycles that lack none: Hirsch and Slack (1984).
    pub(crate) fn correlated_score(&self) -> (f64, f64) {
        let mut cycles: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
        for p in &self.positions {
            *cycles.entry(*p as usize / self.period).or_default() += 1;
        }
        let whole = |p: f64| cycles.get(&(p as usize / self.period)) == Some(&self.period);
        let columns: Vec<Vec<f64>> = self
            .each
            .iter()
            .map(|(at, v)| at.iter().zip(v).filter(|(p, _)| whole(**p)).map(|(_, v)| *v).collect())
            .collect();
        let ranked: Vec<Vec<f64>> = columns.iter().map(|c| ranks(c)).collect();
        let n = columns.first().map_or(0, Vec::len) as f64;
        let covariance = |i: usize, j: usize| {
            let products: f64 = ranked[i].iter().zip(&ranked[j]).map(|(a, b)| a * b).sum();
            (concordance(&columns[i], &columns[j]).s + 4.0 * products - n * (n + 1.0).powi(2)) / 3.0
        };
        let mut variance = 0.0;
        for i in 0..columns.len() {
            variance += covariance(i, i) + 2.0 * (0..i).map(|j| covariance(i, j)).sum::<f64>();
        }
        (columns.iter().map(|c| mann_kendall(c).s).sum(), variance)
    }

    /// How many slopes of like phases are below `slope`, by counting inversions.
    fn below(&self, slope: f64) -> usize {
        let count = |(at, v): &(Vec<f64>, Vec<f64>)| {
            let mut keys: Vec<f64> = at.iter().zip(v).map(|(p, v)| v - slope * p).collect();
            sort_counting(&mut keys) as usize
        };
        self.each.iter().map(count).sum()
    }

    /// The slopes of the given ranks, counted from 0.
    fn slopes_at(&self, wanted: &[usize]) -> Vec<f64> {
        if self.pairs() <= ENUMERATED {
            let mut slopes = Vec::with_capacity(self.pairs());
            for (at, v) in &self.each {
                for j in 0..v.len() {
                    slopes.extend((0..j).map(|i| (v[j] - v[i]) / (at[j] - at[i])));
                }
            }
            let Some(last) = slopes.len().checked_sub(1) else { return vec![0.0; wanted.len()] };
            let pick = |rank: &usize| *slopes.select_nth_unstable_by((*rank).min(last), f64::total_cmp).1;
            return wanted.iter().map(pick).collect();
        }
        let size = self.values.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        let by_halving = |rank: &usize| {
            let (mut low, mut high) = (-4.0 * size, 4.0 * size);
            for _ in 0..80 {
                let middle = f64::midpoint(low, high);
                if self.below(middle) <= *rank { low = middle } else { high = middle }
            }
            low
        };
        wanted.iter().map(by_halving).collect()
    }
}

/// The seasonal slope of Hirsch, Slack and Smith (1982): the median of the slopes of like phases, with Gilbert's interval
/// (1987) from the variance of the seasonal score.
pub(crate) fn seasonal_slope(phases: &Phases, variance: f64, level: f64) -> SeasonalSlope {
    let pairs = phases.pairs();
    let reach = quantile(0.5 + level / 2.0) * variance.sqrt();
    let lower = (f64::midpoint(pairs as f64, -reach).round_ties_even() as usize).saturating_sub(1);
    let upper = (f64::midpoint(pairs as f64, reach).round_ties_even() as usize).min(pairs.saturating_sub(1));
    let found = phases.slopes_at(&[pairs.saturating_sub(1) / 2, pairs / 2, lower, upper]);
    let at = |i: usize| found.get(i).copied().unwrap_or_default();
    let slope = f64::midpoint(at(0), at(1));
    let intercept = median(&mut phases.values.clone()) - slope * median(&mut phases.positions.clone());
    SeasonalSlope { slope, lower: at(2), upper: at(3), intercept }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_finds_the_slopes_of_all_pairs() {
        let positions: Vec<usize> = (0..300).filter(|p| p % 11 != 4).collect();
        let values: Vec<f64> = positions.iter().map(|p| (p * 7919 % 1009) as f64 + 0.5 * *p as f64).collect();
        let phases = Phases::new(&values, &positions, 12);
        let pairs = phases.pairs();
        let mut slopes = Vec::new();
        for (at, v) in &phases.each {
            for j in 0..v.len() {
                slopes.extend((0..j).map(|i| (v[j] - v[i]) / (at[j] - at[i])));
            }
        }
        assert_eq!(slopes.len(), pairs);
        for threshold in [-20.0, -1.0, 0.3, 5.0] {
            assert_eq!(phases.below(threshold), slopes.iter().filter(|s| **s < threshold).count());
        }
    }
}
