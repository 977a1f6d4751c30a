//! What is told of a change: when, from what to what, how sure.

use super::super::analysis::per_second;
use super::super::calibration::{chance_of, persistence_factor};
use super::super::noise::Noise;
use super::super::pelt::{self, centred_sums, edges_of};
use super::super::wander::Wandering;
use super::answer::{Change, ChangeOptions, Onset, Spread};
use super::costs::Costs;
use super::slope::{Beside, Slope};
use super::still::Still;
use crate::estimate::{Confidence, Estimate, Scope};
use crate::method::{Definition, Method};
use crate::quantile::Quantile;
use crate::quantile::tails::quantile;
use crate::series::{Series, covering};
use crate::time::{Span, Timestamp};
use crate::unit::Unit;

/// What is needed to describe changes once they are found.
pub(crate) struct Evidence<'a> {
    series: &'a Series,
    /// The values that are told: those of the series, less a season.
    values: &'a [f64],
    /// What the changes were judged by, where that is not `values`.
    judged: Option<Judged>,
    /// Costs for the onset's interval where the mean is not what changed, and how much autocorrelation inflates them.
    costs: Option<(Costs, f64)>,
    /// The line that was taken out of the values.
    slope: Option<Slope<'a>>,
    /// Where most values are equal: exact tests, and how much autocorrelation widens the onset's interval.
    still: Option<(&'a Still, f64)>,
    noise: Option<Noise>,
    /// The noise of the values that are told, where that is another.
    told: Option<Noise>,
    /// The long-run variance of the noise, for intervals.
    long_run: Option<f64>,
    min_size: usize,
    level: f64,
    step: Option<Span>,
    sums: Vec<f64>,
}

/// Values with their outliers pulled in, as sums around their mean, and their noise.
struct Judged {
    values: Vec<f64>,
    sums: Vec<f64>,
    noise: Noise,
    /// The long-run variance of the noise, for the onset.
    long_run: f64,
}

impl<'a> Evidence<'a> {
    pub(crate) fn new(
        series: &'a Series,
        values: &'a [f64],
        noise: Option<Noise>,
        costs: Option<(Costs, f64)>,
        options: &ChangeOptions,
    ) -> Self {
        let ChangeOptions { min_size, level, .. } = *options;
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        Self {
            series,
            values,
            judged: None,
            slope: None,
            still: None,
            costs,
            noise,
            told: None,
            long_run: noise.map(|n| n.long_run_variance),
            min_size,
            level,
            step: series.step(),
            sums: centred_sums(values, mean),
        }
    }

    /// With onsets and chances from these values and their noise; means, effects and distributions stay those of all values.
    pub(crate) fn judged_by(mut self, values: &[f64], noise: Noise) -> Self {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        self.judged = Some(Judged {
            values: values.to_vec(),
            sums: centred_sums(values, mean),
            noise,
            long_run: noise.long_run_variance,
        });
        self
    }

    /// With effect sizes and intervals by this noise, which averages out no faster than white noise.
    pub(crate) fn told_by(mut self, noise: Noise) -> Self {
        self.long_run = Some(noise.long_run_variance.max(noise.variance));
        self.told = Some(noise);
        self
    }

    /// The noise that effect sizes and intervals rest on.
    pub(crate) fn noise_told(&self) -> Option<Noise> {
        let noise = self.told.or(self.noise)?;
        Some(Noise { long_run_variance: self.long_run.unwrap_or(noise.long_run_variance), ..noise })
    }

    /// On a line that was taken out of the values: levels are those of the line at the change, and its slope is as uncertain as they are.
    pub(crate) fn on(mut self, slope: Option<&Slope<'a>>) -> Self {
        self.slope = slope.copied();
        self
    }

    /// Of a series most of whose values are equal, with onsets and chances by how often others occur; intervals allow for the noise around
    /// the changes.
    pub(crate) fn still(mut self, still: &'a Still, around: Option<&Wandering>) -> Self {
        // where nothing varies around the changes, the fit says nothing
        let varies = around.filter(|around| around.variance > 1e-9 * still.noise.variance);
        let inflation = varies.map_or(1.0, |around| around.long_run_variance() / around.variance);
        self.still = Some((still, inflation.max(1.0)));
        match around {
            Some(around) => self.at_least(around.long_run_variance()),
            None => self,
        }
    }

    /// With intervals for at least this long-run variance.
    pub(crate) fn at_least(mut self, long_run: f64) -> Self {
        self.long_run = self.long_run.map(|own| own.max(long_run));
        if let Some(judged) = &mut self.judged {
            judged.long_run = judged.long_run.max(long_run);
        }
        self
    }

    pub(crate) fn describe(&self, indices: &[usize]) -> Vec<Change> {
        let edges = self.edges(indices);
        let beside = self.beside(&edges).unwrap_or_default();
        edges.windows(3).enumerate().map(|(i, e)| self.change(e[0], e[1], e[2], beside.get(i))).collect()
    }

    /// The slope beneath the changes, per second, where a line was taken out.
    pub(crate) fn slope_per_s(&self, indices: &[usize]) -> Option<Estimate> {
        let (slope, step_s) = (self.slope?, self.step?.as_secs_f64());
        let share = slope.share(&self.edges(indices))?;
        let n = self.series.len();
        let scope = self.scope(&per_second(&self.series.identity().unit), 0, n);
        let value = slope.per_step / step_s;
        let told = Estimate::new(value, Method::Named("least squares beneath the steps"), n as u64, &scope);
        Some(match self.reach(share) {
            Some(reach) => told.with_confidence(self.confidence(value, reach / step_s)),
            None => told,
        })
    }

    fn edges(&self, indices: &[usize]) -> Vec<usize> {
        edges_of(indices, self.series.len())
    }

    fn beside(&self, edges: &[usize]) -> Option<Vec<Beside>> {
        self.slope?.beside(self.judged.as_ref().map_or(self.values, |judged| &judged.values), edges)
    }

    /// What a segmentation saves by a change at `at` within `[start, end)`: squared units of the values.
    fn gain(&self, start: usize, at: usize, end: usize) -> f64 {
        pelt::gain(self.judged.as_ref().map_or(&self.sums, |judged| &judged.sums), start, at, end)
    }

    fn change(&self, start: usize, at: usize, end: usize, beside: Option<&Beside>) -> Change {
        let times = self.series.times();
        let gain_at = |k: usize| beside.map_or_else(|| self.gain(start, k, end), |beside| beside.gain(k));
        let gain = gain_at(at);
        let position = self.slope.map_or(0.0, |slope| slope.position(at));
        let shares = beside.and_then(|beside| beside.shares(at, position));
        let step = shares.map_or(1.0 / (at - start) as f64 + 1.0 / (end - at) as f64, |shares| shares.step);
        let (old, new) = (Level::of(&self.values[start..at]), Level::of(&self.values[at..end]));
        let difference = beyond_rounding(new.mean - old.mean, new.size.max(old.size));
        let unit = &self.series.identity().unit;
        let scope = self.scope(unit, start, end);
        let total = (end - start) as u64;
        let method = if self.slope.is_some() { "difference of levels at the change" } else { "difference of means" };
        let effect = Estimate::new(difference, Method::Named(method), total, &scope);
        let effect = match self.reach(step) {
            Some(reach) => effect.with_confidence(self.confidence(difference, reach)),
            None => effect.with_caveat("the noise could not be measured"),
        };
        Change {
            index: at,
            time: Timestamp(times[at]),
            onset: self.onset((start, at, end), &gain_at),
            before: self.level(&old, (start, at), at, shares.map(|shares| shares.before)),
            after: self.level(&new, (at, end), at, shares.map(|shares| shares.after)),
            effect,
            effect_size: self.told.or(self.noise).map(|noise| difference / noise.variance.sqrt()),
            p_value: self.still.map(|(still, _)| still.chance((start, at, end))).or_else(|| {
                self.judged.as_ref().map(|judged| judged.noise).or(self.noise).map(|noise| {
                    let unit = noise.long_run_variance * persistence_factor(noise.phi);
                    chance_of(self.series.len(), gain / unit)
                })
            }),
            distribution_before: spread(&self.told(start, at)),
            distribution_after: spread(&self.told(at, end)),
        }
    }

    fn onset(&self, (start, at, end): (usize, usize, usize), gain: &dyn Fn(usize) -> f64) -> Onset {
        let times = self.series.times();
        // the limit law of the likelihood ratio at the true place: P(ratio ≤ x) = (1 − e^(−x/2))²
        let allowed = -2.0 * (1.0 - self.level.sqrt()).ln();
        let long_run = self.judged.as_ref().map(|judged| judged.long_run).or(self.long_run);
        let by_share = self.still.map(|(still, inflation)| (still.gains((start, at, end)), inflation));
        let scale = match (&by_share, &self.costs, long_run) {
            (Some((_, inflation)), ..) | (None, Some((_, inflation)), _) => *inflation,
            (None, None, Some(long_run)) => long_run,
            (None, None, None) => return Onset { lower: Timestamp(times[at - 1]), upper: Timestamp(times[at]) },
        };
        let gain_at = |k: usize| match (&by_share, &self.costs) {
            (Some((gains, _)), _) => gains.get(k - start).copied().unwrap_or_default(),
            (None, Some((costs, _))) => costs.gain(start, k, end),
            (None, None) => gain(k),
        };
        let best = gain_at(at);
        let inside = |&k: &usize| best - gain_at(k) <= allowed * scale;
        // a stretch as short as they may be can hold samples of its neighbour, so the change may lie within it
        let room = |length: usize| if length <= self.min_size { 1 } else { self.min_size };
        let (first, last) = (start + room(at - start), end - room(end - at));
        let lower = (first..=at).find(inside).unwrap_or(at);
        let upper = (at..=last).rev().find(inside).unwrap_or(at);
        Onset { lower: Timestamp(times[lower - 1]), upper: Timestamp(times[upper]) }
    }

    /// The mean of a stretch, or where a line was taken out its level at an index, with a variance of its own.
    fn level(&self, level: &Level, (start, end): (usize, usize), at: usize, share: Option<f64>) -> Estimate {
        let n = end - start;
        let height = self.slope.map_or(0.0, |slope| slope.height(at));
        let value = beyond_rounding(level.mean + height, level.size.max(height.abs()));
        let scope = self.scope(&self.series.identity().unit, start, end);
        let method = if self.slope.is_some() { Method::Named("level of the line at the change") } else { Method::Mean };
        let level = Estimate::new(value, method, n as u64, &scope);
        match self.reach(share.unwrap_or(1.0 / n as f64)) {
            Some(reach) => level.with_confidence(self.confidence(value, reach)),
            None => level,
        }
    }

    /// The values of a stretch with the line in them.
    fn told(&self, start: usize, end: usize) -> Vec<f64> {
        let height = |at: usize| self.slope.map_or(0.0, |slope| slope.height(at));
        (start..end).map(|at| self.values[at] + height(at)).collect()
    }

    fn scope(&self, unit: &Unit, start: usize, end: usize) -> Scope {
        Scope::new(unit.clone(), covering(&self.series.times()[start..end], self.step))
    }

    /// The half width of an interval for a mean whose variance is `share` of the long-run variance.
    fn reach(&self, share: f64) -> Option<f64> {
        self.long_run.map(|long_run| quantile(0.5 + self.level / 2.0) * (long_run * share).sqrt())
    }

    fn confidence(&self, value: f64, reach: f64) -> Confidence {
        Confidence { lower: value - reach, upper: value + reach, level: self.level }
    }
}

/// The mean of a stretch of values, and the size of the greatest.
struct Level {
    mean: f64,
    size: f64,
}

impl Level {
    /// The sum of the distances to the first value, with what rounding takes from each distance and each sum put back (Neumaier, 1974): values
    /// that are all equal have that mean, to the bit.
    fn of(values: &[f64]) -> Self {
        let first = values.first().copied().unwrap_or_default();
        let (mut sum, mut lost, mut size) = (0.0, 0.0, 0.0f64);
        for v in values {
            let (distance, rest) = exact_sum(*v, -first);
            let (next, more) = exact_sum(sum, distance);
            sum = next;
            lost += rest + more;
            size = size.max(v.abs());
        }
        Self { mean: beyond_rounding(first + (sum + lost) / values.len().max(1) as f64, size), size }
    }
}

/// A sum and what its rounding takes from it (Knuth).
fn exact_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let of_b = sum - a;
    (sum, (a - (sum - of_b)) + (b - of_b))
}

/// A value made of numbers of a size, or 0 where it is no more than these numbers' own rounding.
fn beyond_rounding(value: f64, size: f64) -> f64 {
    if value.abs() <= f64::EPSILON * size { 0.0 } else { value }
}

/// The spread of values, of which there is one or more.
fn spread(values: &[f64]) -> Spread {
    let mut sorted = values.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let at = |q: Quantile| crate::quantile::at(|rank| sorted[rank], sorted.len(), q, Definition::Type7);
    let n = values.len() as f64;
    let mean = values.iter().map(|v| v - sorted[0]).sum::<f64>() / n;
    let square: f64 = values.iter().map(|v| (v - sorted[0] - mean).powi(2)).sum();
    Spread {
        n: values.len(),
        sd: (values.len() > 1).then(|| (square / (n - 1.0)).sqrt()),
        min: sorted[0],
        p25: at(Quantile::P25),
        median: at(Quantile::MEDIAN),
        p75: at(Quantile::P75),
        p95: at(Quantile::P95),
        max: sorted[sorted.len() - 1],
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::series::{Identity, NanPolicy};
    use crate::trend::{ChangeMethod, changes};

    /// Levels and steps between them, at a penalty that finds the steps whatever the noise.
    fn levels(values: Vec<f64>, penalty: f64) -> (Vec<f64>, Vec<f64>) {
        let times = (0..values.len() as i64).collect();
        let series = Series::new(Identity::default(), times, values, NanPolicy::Drop).unwrap();
        let options =
            ChangeOptions { method: ChangeMethod::PeltMean, penalty: Some(penalty), ..ChangeOptions::default() };
        let found = changes(&series, &options).unwrap().changes;
        let first = found.first().map(|c| c.before.value);
        let levels = first.into_iter().chain(found.iter().map(|c| c.after.value)).collect();
        (levels, found.iter().map(|c| c.effect.value).collect())
    }

    #[test]
    fn a_level_of_zero_is_zero() {
        // three decimals whose sum is 0, and doubles whose sum is 5.6e-17
        let around = |level: f64| [0.1, 0.2, -0.3].map(|v| v + level);
        let values: Vec<f64> = [5.0, 0.0, 7.0].iter().flat_map(|l| around(*l).repeat(30)).collect();
        let (found, steps) = levels(values, 3.0);
        assert_eq!((found[1], found.len()), (0.0, 3), "{found:?}");
        for (got, want) in found.iter().zip([5.0, 0.0, 7.0]).chain(steps.iter().zip([-5.0, 7.0])) {
            assert!((got - want).abs() <= f64::EPSILON * 8.0, "{got} {want}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn equal_values_have_that_level_to_the_bit(
            parts in prop::collection::vec((-1e3..1e3f64, 6..90usize), 2..5), offset in prop::sample::select(vec![0.0, 1e9]),
        ) {
            let want: Vec<f64> = parts.iter().map(|p| p.0 + offset).collect();
            prop_assume!(want.windows(2).all(|w| (w[0] - w[1]).abs() > 1.0));
            let values = want.iter().zip(&parts).flat_map(|(v, p)| std::iter::repeat_n(*v, p.1)).collect();
            let (found, steps) = levels(values, 1e-3);
            prop_assert_eq!(&found, &want);
            prop_assert_eq!(steps, want.windows(2).map(|w| w[1] - w[0]).collect::<Vec<_>>());
        }

        #[test]
        fn a_mean_is_that_of_whole_numbers(
            whole in prop::collection::vec(-(1i64 << 40)..1 << 40, 1..300), offset in -(1i64 << 50)..1 << 50,
        ) {
            // multiples of 2⁻²⁰ are doubles, and their sum is exact in 128 bits
            let values: Vec<f64> = whole.iter().map(|w| (w + offset) as f64 / 1_048_576.0).collect();
            let sum: i128 = whole.iter().map(|w| i128::from(w + offset)).sum();
            let (n, level) = (values.len() as i128, Level::of(&values));
            let want = (sum / n) as f64 / 1_048_576.0 + (sum % n) as f64 / n as f64 / 1_048_576.0;
            prop_assert!((level.mean - want).abs() <= f64::EPSILON * level.size, "{} {want}", level.mean);
        }
    }

    #[test]
    fn an_onset_is_as_wide_as_what_a_forced_stretch_hides() {
        // three outliers in stretches of five or more: the change lies where they begin and end, wherever the stretch does
        let true_edges = [40usize, 43];
        let values: Vec<f64> =
            (0..90u32).map(|i| 0.1 * f64::from(i * 37 % 23) + if (40..43).contains(&i) { 10.0 } else { 0.0 }).collect();
        let times: Vec<i64> = (0..90).collect();
        let series = Series::new(Identity::default(), times, values, NanPolicy::Drop).unwrap();
        let options = ChangeOptions { method: ChangeMethod::PeltMean, penalty: Some(30.0), ..ChangeOptions::default() };
        let found = changes(&series, &options).unwrap().changes;
        assert_eq!(found.len(), 2, "{found:?}");
        for (change, at) in found.iter().zip(true_edges) {
            let (lower, upper) = (change.onset.lower.0, change.onset.upper.0);
            assert!(lower < at as i64 && at as i64 <= upper, "{at}: {lower} {upper}");
        }
    }

    #[test]
    fn a_spread_is_numpys() {
        // numpy.quantile and numpy.std(ddof=1) of [4, 1, 3, 2, 10]
        let s = spread(&[4.0, 1.0, 3.0, 2.0, 10.0]);
        assert_eq!((s.min, s.p25, s.median, s.p75, s.max), (1.0, 2.0, 3.0, 4.0, 10.0));
        assert!((s.p95 - 8.8).abs() < 1e-12 && (s.sd.unwrap_or_default() - 3.535_533_905_932_737_8).abs() < 1e-12);
        assert_eq!(spread(&[5.0]).sd, None);
    }
}
