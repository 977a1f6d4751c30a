//! The default search: changes of the mean, with a penalty that the series' own noise sets and a rival without steps.

use super::super::analysis::{per_second, unusable};
use super::super::calibration::{penalty_factor, persistence_factor, walk_bound};
use super::super::noise::{Noise, robust_noise};
use super::super::pelt::{edges_of, pelt_mean};
use super::super::season::{Seasonal, without_season};
use super::super::tails::{REACH, are_heavy, pulled_in, pulled_in_around, with_tails};
use super::super::wander::{Wandering, chance_of_gain, needed_gain, wandering};
use super::answer::{ChangeMethod, ChangeOptions, ChangeVerdict, Changes};
use super::evidence::Evidence;
use super::slope::Slope;
use super::standing::standing;
use super::still::Still;
use super::tilt::Flat;
use crate::error::Result;
use crate::progress::Progress;
use crate::series::Series;
use crate::words::counted;

/// Fewer values tell no line beneath steps.
const FEWEST: usize = 40;

/// Fewer values tell no noise.
const FEWEST_OF_NOISE: usize = 12;

/// How much the penalty grows where a wandering level explains the values as well.
const GROWTH: f64 = 1.5;

pub(crate) fn search(
    series: &Series,
    options: &ChangeOptions,
    mut found: Changes,
    progress: &Progress,
) -> Result<Changes> {
    let ChangeOptions { method, penalty, min_size, season, .. } = *options;
    let seasonal = (method == ChangeMethod::Auto).then(|| without_season(series, season)).flatten();
    let values = seasonal.as_ref().map_or(series.values(), |s| &s.values);
    found.season_steps = seasonal.as_ref().map(|s| s.period);
    let correction = seasonal.as_ref().map_or(1.0, Seasonal::correction);
    if let Some(penalty) = penalty {
        found.noise = noise_of(values, correction);
        found.reason = "penalty as asked for".into();
        let indices = pelt_mean(values, penalty, min_size);
        found.changes = Evidence::new(series, values, found.noise, None, options).describe(&indices);
        found.verdict = match walk(values.len(), found.noise) {
            Some(why) => ChangeVerdict::NoVerdict { why },
            None if found.changes.is_empty() => ChangeVerdict::NoneShown,
            None => ChangeVerdict::Changed,
        };
        return Ok(found);
    }
    let sought = Sought { series, correction, options, progress };
    let plain = sought.attempt(values, found.clone(), None)?;
    let nothing = plain.changes.is_empty() && plain.verdict == ChangeVerdict::NoneShown;
    if method != ChangeMethod::Auto || nothing || values.len() < FEWEST {
        return Ok(plain);
    }
    Ok(above_a_line(&sought, values, found, &plain)?.unwrap_or(plain))
}

/// What does not change from one attempt to the next.
#[derive(Clone, Copy)]
struct Sought<'a> {
    series: &'a Series,
    /// Undoes what taking out a season hides of the noise.
    correction: f64,
    options: &'a ChangeOptions,
    progress: &'a Progress,
}

/// The changes on a slope, where one goes on beneath them: where it explains the values better than its staircase or a level that wanders.
fn above_a_line(sought: &Sought<'_>, values: &[f64], found: Changes, plain: &Changes) -> Result<Option<Changes>> {
    let Sought { series, correction, options, progress } = *sought;
    let (Some(step), Some(first)) = (series.step(), series.times().first().copied()) else { return Ok(None) };
    let positions: Vec<f64> =
        series.times().iter().map(|t| (i128::from(*t) - i128::from(first)) as f64 / step.0 as f64).collect();
    let steps_of = |rest: &[f64]| {
        let long_run = noise_of(rest, correction).map_or(0.0, |noise| noise.long_run_variance);
        let penalty = penalty_factor(rest.len(), 1.0 - options.level) * long_run;
        (if penalty > 0.0 { pelt_mean(rest, penalty, options.min_size) } else { Vec::new() }, penalty)
    };
    progress.check()?;
    let Some(flat) = Flat::beneath_steps(values, &positions, steps_of) else { return Ok(None) };
    let slope = Slope::new(&positions, flat.slope);
    let mut told = sought.attempt(&flat.values, found, Some(&slope))?;
    if matches!(told.verdict, ChangeVerdict::NoVerdict { .. }) {
        return Ok(None);
    }
    let edges = |found: &Changes| {
        let indices: Vec<usize> = found.changes.iter().map(|c| c.index).collect();
        edges_of(&indices, values.len())
    };
    let (flat_edges, plain_edges) = (edges(&told), edges(plain));
    let needed = needed_gain(values.len(), 1.0 - options.level);
    let likelihood = wandering(&flat.values, &flat_edges).likelihood;
    // the line pays as a change does
    let saved = likelihood - needed * (flat_edges.len() as f64 + 1.0);
    let better = saved > wandering(values, &plain_edges).likelihood - needed * plain_edges.len() as f64;
    if !better || likelihood - wandering(values, &flat_edges).likelihood < needed {
        return Ok(None);
    }
    let slope = told.slope_per_s.as_ref().map_or(flat.slope / step.as_secs_f64(), |slope| slope.value);
    let slope = per_second(&series.identity().unit).show(slope);
    told.reason.push_str(&format!("; a slope of {slope} was taken out first"));
    Ok(Some(told))
}

/// The noise of values from which a season was taken that understates it by a factor.
fn noise_of(values: &[f64], correction: f64) -> Option<Noise> {
    robust_noise(values).map(|noise| Noise {
        variance: noise.variance * correction,
        long_run_variance: noise.long_run_variance * correction,
        ..noise
    })
}

/// Why there is no verdict, where the noise may be a random walk.
fn walk(n: usize, noise: Option<Noise>) -> Option<String> {
    noise.filter(|noise| noise.phi > walk_bound(n)).map(|noise| {
        format!(
            "the noise cannot be told from a random walk (autocorrelation {:.2}, n = {n}), whose level changes all the time",
            noise.phi
        )
    })
}

impl Sought<'_> {
    /// The search at the calibrated penalty.
    fn attempt(&self, values: &[f64], mut found: Changes, slope: Option<&Slope<'_>>) -> Result<Changes> {
        let Self { series, correction, options, progress } = *self;
        let ChangeOptions { min_size, level, .. } = *options;
        let n = values.len();
        if let Some(still) = Still::of(values, min_size) {
            return self.of_still(&still, values, found, slope);
        }
        found.noise = noise_of(values, correction);
        if let Some(why) = walk(n, found.noise) {
            return Ok(found.without(why));
        }
        let Some(robust) = found.noise else {
            let why = unmeasured(values, found.season_steps);
            return Ok(found.without(why));
        };
        let factor = penalty_factor(n, 1.0 - level) * persistence_factor(robust.phi);
        let whole = with_tails(values, robust, factor, min_size);
        let reach = REACH * robust.variance.sqrt();
        // outliers decide nothing: where there are more than normal noise has, they are pulled in before anything is judged
        let mut pulled = are_heavy(n, whole.variance / robust.variance).then(|| pulled_in(values, reach));
        let judged = pulled.as_deref().unwrap_or(values);
        let noise = if pulled.is_some() { with_tails(judged, robust, factor, min_size) } else { whole };
        let steps = |penalty: f64| pelt_mean(judged, penalty, min_size);
        let mut outcome = against_wandering(judged, factor * noise.long_run_variance, &steps, options, progress)?;
        if let Some(pulled) = pulled.as_mut().filter(|_| !outcome.indices.is_empty()) {
            // the median of a neighbourhood rises towards a step up, so outliers before it were pulled in too little
            *pulled = pulled_in_around(values, &outcome.indices, reach);
            outcome = outcome.anew(pulled, options, progress)?;
        }
        found.noise = Some(noise);
        found.reason = format!(
            "noise of autocorrelation {:.2}, long-run standard deviation {}: penalty {factor:.1} times its square, for at most {:.3} of series without a change",
            noise.phi,
            series.identity().unit.show(noise.long_run_variance.sqrt()),
            1.0 - level
        );
        season_told(&mut found);
        if pulled.is_some() {
            let bound = series.identity().unit.show(reach);
            found.reason.push_str(&format!(
                "; heavy tails: values beyond {bound} from the median of their neighbourhood count as if they were there"
            ));
        }
        outcome.told(&mut found, factor * noise.long_run_variance);
        // the slope is that of the steps which are told
        let refit = slope.and_then(|slope| slope.refitted(values, &outcome.indices));
        let (values, slope) =
            refit.as_ref().map_or((values, slope), |(values, slope)| (values.as_slice(), Some(slope)));
        let of_values = if pulled.is_some() {
            whole.around(values, &outcome.indices, usize::from(slope.is_some()), correction)
        } else {
            whole
        };
        let mut evidence = Evidence::new(series, values, Some(whole), None, options).on(slope).told_by(of_values);
        if let Some(pulled) = &pulled {
            evidence = evidence.judged_by(pulled, noise);
        }
        if let Some(around) = &outcome.around {
            evidence = evidence.at_least(around.long_run_variance() * correction);
        }
        found.noise_of_values = evidence.noise_told();
        found.changes = evidence.describe(&outcome.indices);
        found.slope_per_s = evidence.slope_per_s(&outcome.indices);
        // the chance is the worse of both: that noise alone, and that a wandering level shows as much in this step's stead
        for (change, gain) in found.changes.iter_mut().zip(&outcome.gains) {
            change.p_value = change.p_value.map(|p| p.max(chance_of_gain(n, *gain)));
        }
        Ok(found)
    }

    /// The search where most values are equal, by ranks and exact tests.
    fn of_still(
        &self,
        still: &Still,
        values: &[f64],
        mut found: Changes,
        slope: Option<&Slope<'_>>,
    ) -> Result<Changes> {
        let Self { series, options, progress, .. } = *self;
        let (n, noise) = (values.len(), still.noise);
        let factor = penalty_factor(n, 1.0 - options.level);
        let penalty = factor * noise.long_run_variance;
        let steps = |penalty: f64| still.steps(penalty, factor);
        let mut outcome = against_wandering(&still.ranks, penalty, &steps, options, progress)?;
        // the rest may have moved when some were left out
        let sure = still.beyond_chance(outcome.indices.clone(), factor);
        let pairs = outcome.indices.iter().zip(&outcome.gains).filter(|(index, _)| sure.contains(index));
        outcome.gains = pairs.map(|(_, gain)| *gain).collect();
        outcome.indices = sure;
        found.noise = Some(noise);
        found.reason = format!(
            "most values are equal: steps found by ranks, at a penalty of {factor:.1} times the noise, and judged by Fisher's exact test of how \
             often other values occur before and after, for at most {:.3} of series without a change; fewer than {min_size} such values, or \
             excursions to them that are shorter than {min_size} samples, are no level",
            1.0 - options.level,
            min_size = options.min_size,
        );
        season_told(&mut found);
        outcome.told(&mut found, penalty);
        let around = still.noise_around(values, &outcome.indices);
        let evidence = Evidence::new(series, values, Some(noise), None, options)
            .on(slope)
            .told_by(around)
            .still(still, outcome.around.as_ref());
        found.noise_of_values = evidence.noise_told();
        found.changes = evidence.describe(&outcome.indices);
        for (change, gain) in found.changes.iter_mut().zip(&outcome.gains) {
            change.p_value = change.p_value.map(|p| p.max(chance_of_gain(n, *gain)));
        }
        Ok(found)
    }
}

fn season_told(found: &mut Changes) {
    if let Some(steps) = found.season_steps {
        found.reason.push_str(&format!("; a season of {steps} steps was taken out first"));
    }
}

/// Why there is no noise to compare steps with.
fn unmeasured(values: &[f64], season: Option<usize>) -> String {
    let n = values.len();
    match (unusable(values), season) {
        (Some(why), Some(steps)) => format!("without its season of {steps} steps {why}"),
        (Some(why), None) => why,
        (None, _) if n < FEWEST_OF_NOISE => {
            format!("the noise of {n} samples cannot be measured: {FEWEST_OF_NOISE} or more are needed")
        }
        (None, _) => format!("the noise of {n} samples cannot be measured: they repeat exactly after a few steps"),
    }
}

struct Outcome {
    indices: Vec<usize>,
    penalty: f64,
    /// By how much each step explains the values better than the rival without it, in twice the log-likelihood.
    gains: Vec<f64>,
    /// The noise around the steps, which may wander too.
    around: Option<Wandering>,
    /// How many steps at this penalty do not stand by themselves.
    left_out: usize,
    /// Whether steps were found that the rival explains as well.
    wanders: bool,
}

impl Outcome {
    /// The verdict, and what is to be said of how steps were chosen; `penalty` is the one that was begun with.
    fn told(&self, found: &mut Changes, penalty: f64) {
        found.penalty = Some(self.penalty);
        if !self.indices.is_empty() && self.penalty > penalty {
            found.reason.push_str("; a wandering level explains finer steps as well, so the penalty was raised");
        }
        if self.left_out > 0 {
            let steps = counted(self.left_out as u64, "finer step");
            let why = "that a wandering level beside the others explains as well left out";
            found.reason.push_str(&format!("; {steps} {why}"));
        }
        found.verdict = match self.indices.as_slice() {
            [] if self.wanders => ChangeVerdict::NoVerdict {
                why: "the level moves, but a slowly wandering one beneath the noise explains it as well as steps do"
                    .into(),
            },
            [] => ChangeVerdict::NoneShown,
            _ => ChangeVerdict::Changed,
        };
    }

    /// The same steps by other values, less those that do not stand there.
    fn anew(self, values: &[f64], options: &ChangeOptions, progress: &Progress) -> Result<Self> {
        let n = values.len();
        let needed = needed_gain(n, 1.0 - options.level);
        let without = wandering(values, &[0, n]).likelihood;
        let stands = standing(values, &self.indices, needed, options.min_size, progress)?
            .filter(|s| s.around.likelihood - without >= needed * s.indices.len() as f64);
        Ok(match stands {
            Some(stands) => Self {
                left_out: self.left_out + self.indices.len() - stands.indices.len(),
                indices: stands.indices,
                gains: stands.gains,
                around: Some(stands.around),
                ..self
            },
            None => Self { indices: Vec::new(), gains: Vec::new(), around: None, left_out: 0, wanders: true, ..self },
        })
    }
}

/// The steps that `steps_at` finds at growing penalties, until they explain the values better than a wandering level, together and each by
/// itself, or none are left.
fn against_wandering(
    values: &[f64],
    penalty: f64,
    steps_at: &dyn Fn(f64) -> Vec<usize>,
    options: &ChangeOptions,
    progress: &Progress,
) -> Result<Outcome> {
    let n = values.len();
    let needed = needed_gain(n, 1.0 - options.level);
    let start = penalty;
    let mut penalty = penalty;
    let mut rival = None;
    loop {
        progress.check()?;
        let indices = steps_at(penalty);
        if indices.is_empty() {
            let (gains, around) = (Vec::new(), None);
            return Ok(Outcome { indices, penalty: start, gains, around, left_out: 0, wanders: rival.is_some() });
        }
        let without = *rival.get_or_insert_with(|| wandering(values, &[0, n]).likelihood);
        let better = |around: &Wandering, steps: usize| around.likelihood - without >= needed * steps as f64;
        if better(&wandering(values, &edges_of(&indices, n)), indices.len())
            && let Some(stands) = standing(values, &indices, needed, options.min_size, progress)?
            && better(&stands.around, stands.indices.len())
        {
            return Ok(Outcome {
                left_out: indices.len() - stands.indices.len(),
                indices: stands.indices,
                penalty,
                gains: stands.gains,
                around: Some(stands.around),
                wanders: false,
            });
        }
        penalty *= GROWTH;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};
    use crate::trend::changes;

    #[test]
    fn the_reason_for_no_verdict_is_the_true_one() {
        let why = |values: Vec<f64>| {
            let times = (0..values.len() as i64).map(|i| i * 60_000_000_000).collect();
            let series = Series::new(Identity::default(), times, values, NanPolicy::Drop).unwrap();
            match changes(&series, &ChangeOptions::default()).unwrap().verdict {
                ChangeVerdict::NoVerdict { why } => why,
                other => panic!("{other}"),
            }
        };
        let cycle = |n: usize, of: &[f64]| of.iter().copied().cycle().take(n).collect::<Vec<f64>>();
        assert_eq!(
            why(cycle(100, &[1.0, 1.0, 2.0, 2.0, 3.0])),
            "without its season of 5 steps all 100 values are equal"
        );
        let few = why(cycle(10, &[1.0, 5.0, 2.0]));
        assert_eq!(few, "the noise of 10 samples cannot be measured: 12 or more are needed");
        let repeats = why(cycle(16, &[1.0, 5.0, 2.0, 7.0]));
        assert!(!repeats.contains("12 or more"), "{repeats}");
    }
}
