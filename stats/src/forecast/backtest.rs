//! How wrong a way to forecast would have been: rolling origins over the second half of the series.

use super::model::{Fitted, Kind};
use super::naive;
use super::normal;

/// At most so many origins.
const ORIGINS: usize = 60;
/// Fewer origins are no test.
const FEWEST: usize = 5;

/// Where the origins lie, and how far each looks ahead.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The first origin: what was fitted there is kept.
    pub(super) first: usize,
    pub(super) origins: Vec<usize>,
    /// The steps ahead that are tested; fewer than the horizon where the series is too short for it.
    pub(super) steps: usize,
}

impl Plan {
    /// For `n` values, a horizon, and the fewest values that a model needs; `None` where there is no room for a test.
    pub(super) fn new(n: usize, horizon: usize, needed: usize) -> Option<Self> {
        let first = (n / 2).max(needed);
        let room = n.checked_sub(first)?;
        let steps = horizon.min(room / 2);
        if steps == 0 {
            return None;
        }
        let last = n - steps;
        let count = (last - first + 1).min(ORIGINS);
        if count < FEWEST {
            return None;
        }
        let origins = (0..count).map(|i| first + (last - first) * i / (count - 1)).collect();
        Some(Self { first, origins, steps })
    }

    /// How many origins' forecasts do not overlap at the longest lead.
    pub(super) fn independent(&self) -> usize {
        let (Some(first), Some(last)) = (self.origins.first(), self.origins.last()) else { return 0 };
        (last - first) / self.steps + 1
    }
}

/// What a test found of one way to forecast.
#[derive(Clone, Debug)]
pub(super) struct Tested {
    /// How many forecasts were compared with what came.
    pub(super) forecasts: usize,
    /// The share of values that lay in the model's own interval.
    pub(super) coverage: f64,
    /// The mean absolute error.
    pub(super) error: f64,
    /// What the model's deviations are multiplied with at each step ahead, 1 or more, never falling.
    pub(super) widening: Vec<f64>,
    /// How large errors are at each phase of the season, beside their mean over all phases; empty without a season.
    pub(super) phases: Vec<f64>,
}

impl Tested {
    /// The factor of each of `steps` after `n` values, by lead and by phase, 1 or more. Beyond what was tested it grows with the square root
    /// of the lead: errors of a slope grow with the lead, where most models let theirs grow with its root.
    pub(super) fn factors(&self, n: usize, steps: usize) -> Vec<f64> {
        let tested = self.widening.len();
        let beyond =
            |h: usize| self.widening.last().map_or(1.0, |last| last * ((h + 1) as f64 / tested.max(1) as f64).sqrt());
        let of_phase = |h: usize| (n + h).checked_rem(self.phases.len()).map_or(1.0, |k| self.phases[k]);
        (0..steps)
            .map(|h| (self.widening.get(h).copied().unwrap_or_else(|| beyond(h)) * of_phase(h)).max(1.0))
            .collect()
    }
}

/// Tests a way to forecast. The smoothing parameters are fitted before the first origin and kept, so that no origin knows what came
/// after it; everything else is computed anew at each. `None` where no origin allows a forecast.
pub(super) fn test(kind: Kind, values: &[f64], seasons: &[usize], plan: &Plan, level: f64) -> Option<Tested> {
    let mut model = kind.fit(&values[..plan.first], seasons)?;
    let z = normal::quantile(0.5 + level / 2.0);
    let (mut sum, mut inside) = (0.0, 0_usize);
    // lead, step, error in deviations
    let mut scores: Vec<(usize, usize, f64)> = Vec::new();
    for origin in &plan.origins {
        model = kind.go_on(&model, &values[..*origin], seasons)?;
        for (h, error, deviation) in errors(&model, &values[*origin..], plan.steps) {
            sum += error;
            inside += usize::from(error <= z * deviation);
            scores.push((h, origin + h, if deviation > 0.0 { error / deviation } else { 0.0 }));
        }
    }
    if scores.is_empty() {
        return None;
    }
    let phases = seasons.last().map_or_else(Vec::new, |m| sizes_of_phases(&scores, *m));
    // by the octave of the lead: 1, 2–3, 4–7, …
    let octave = |h: usize| (h + 1).ilog2() as usize;
    let mut octaves: Vec<Vec<f64>> = vec![Vec::new(); octave(plan.steps - 1) + 1];
    for (h, at, score) in &scores {
        octaves[octave(*h)].push(score / at.checked_rem(phases.len()).map_or(1.0, |k| phases[k]));
    }
    let mut widest: f64 = 1.0;
    let factors: Vec<f64> = octaves
        .iter_mut()
        .map(|scores| {
            if let Some(score) = conformal(scores, level) {
                widest = widest.max(score / z);
            }
            widest
        })
        .collect();
    let widening = (0..plan.steps).map(|h| factors[octave(h)]).collect();
    let n = scores.len() as f64;
    Some(Tested { forecasts: scores.len(), coverage: inside as f64 / n, error: sum / n, widening, phases })
}

/// The mean size of errors at each phase of a season and its neighbours, over that of all; drawn to 1 as by twenty errors of mean size,
/// so that a phase with few of them says little.
fn sizes_of_phases(scores: &[(usize, usize, f64)], season: usize) -> Vec<f64> {
    const DRAWN: f64 = 20.0;
    let mut sums = vec![(0.0, 0.0); season];
    for (_, at, score) in scores {
        let sum = &mut sums[at % season];
        *sum = (sum.0 + score, sum.1 + 1.0);
    }
    let (total, count) = sums.iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
    let mean: f64 = total / f64::max(count, 1.0);
    if mean <= 0.0 {
        return Vec::new();
    }
    let reach = season / 24;
    // running sums once around and beyond on both sides, so that a season of many steps takes a pass
    let around = (0..season + 2 * reach).map(|i| sums[(i + season - reach) % season]);
    let running: Vec<(f64, f64)> = std::iter::once((0.0, 0.0))
        .chain(around.scan((0.0, 0.0), |all, (sum, count)| {
            *all = (all.0 + sum, all.1 + count);
            Some(*all)
        }))
        .collect();
    let of = |k: usize| {
        let (before, after) = (running[k], running[k + 2 * reach + 1]);
        let (sum, count) = (after.0 - before.0, after.1 - before.1);
        (sum + DRAWN * mean) / (count + DRAWN) / mean
    };
    (0..season).map(of).collect()
}

/// Lead, absolute error and the model's deviation, for each value that is there.
fn errors(model: &Fitted, future: &[f64], steps: usize) -> Vec<(usize, f64, f64)> {
    let (mean, deviations) = (model.forecast(steps), model.deviations(steps));
    let all = future.iter().zip(mean).zip(deviations).enumerate();
    all.filter(|(_, ((y, _), _))| !y.is_nan()).map(|(h, ((y, m), d))| (h, (y - m).abs(), d)).collect()
}

/// The score that a share of `level` does not exceed, by the rank of split conformal prediction: ⌈(n + 1) · level⌉, the largest
/// where that is beyond the end.
fn conformal(scores: &mut [f64], level: f64) -> Option<f64> {
    let rank = ((scores.len() as f64 + 1.0) * level).ceil() as usize;
    let at = rank.min(scores.len()).checked_sub(1)?;
    let (_, score, _) = scores.select_nth_unstable_by(at, f64::total_cmp);
    Some(*score)
}

/// A mean absolute error as a multiple of the mean change from season to season (MASE).
pub(super) fn mase(error: f64, values: &[f64], seasons: &[usize]) -> Option<f64> {
    naive::scale(values, seasons.last().copied().unwrap_or(1)).map(|scale| error / scale)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn origins_leave_room_on_both_sides() {
        let plan = Plan::new(1000, 100, 10).unwrap();
        assert_eq!((plan.first, plan.steps, plan.origins.len()), (500, 100, 60));
        assert_eq!((plan.origins[0], plan.origins[59]), (500, 900));
        assert_eq!(plan.independent(), 5);
        assert_eq!(Plan::new(1000, 900, 10).unwrap().steps, 250);
        assert!(Plan::new(20, 5, 18).is_none() && Plan::new(5, 5, 10).is_none());
    }

    #[test]
    fn phases_with_larger_errors_are_told() {
        let scores: Vec<(usize, usize, f64)> = (0..1200).map(|i| (0, i, if i % 12 < 3 { 3.0 } else { 1.0 })).collect();
        let sizes = sizes_of_phases(&scores, 12);
        // a hundred errors of each phase, drawn to the mean of 1.5 by twenty
        assert!((sizes[1] - (300.0 + 30.0) / 120.0 / 1.5).abs() < 1e-12, "{sizes:?}");
        assert!((sizes[7] - (100.0 + 30.0) / 120.0 / 1.5).abs() < 1e-12, "{sizes:?}");
        // with neighbours, those beyond the ends too
        let scores: Vec<(usize, usize, f64)> = (0..480).map(|i| (0, i, if i % 48 == 0 { 9.0 } else { 1.0 })).collect();
        let sizes = sizes_of_phases(&scores, 48);
        let mean = 56.0 / 48.0;
        for (k, size) in sizes.into_iter().enumerate() {
            let near = if k <= 2 || k >= 46 { 13.0 } else { 5.0 };
            assert!((size - (near * 10.0 + 20.0 * mean) / 70.0 / mean).abs() < 1e-12, "{k}: {size}");
        }
        let tested =
            Tested { forecasts: 1, coverage: 1.0, error: 1.0, widening: vec![1.0, 1.5], phases: vec![0.5, 2.0] };
        // phases 1, 0, 1: never below 1, and beyond the second step by the root of the lead
        assert_eq!(tested.factors(3, 3), [2.0, 1.0, 1.5 * 1.5_f64.sqrt() * 2.0]);
        assert!(sizes_of_phases(&[(0, 0, 0.0)], 4).is_empty());
    }

    #[test]
    fn the_last_value_of_a_staircase_is_wrong_by_its_steps() {
        // 0, 1, 2, …: h steps ahead the last value is wrong by h, and one change has the size 1
        let values: Vec<f64> = (0..200).map(f64::from).collect();
        let plan = Plan::new(200, 10, 3).unwrap();
        let found = test(Kind::Naive, &values, &[], &plan, 0.95).unwrap();
        assert_eq!(found.error, 5.5);
        // z √h covers h up to 3.84, so 3 of 10
        assert_eq!(found.coverage, 0.3);
        let z = 1.959_963_984_540_054;
        // within the last octave, 8 to 10, the 95 % rank is that of h = 10: 10/√10
        assert!((found.widening[9] - 10f64.sqrt() / z).abs() < 1e-9, "{:?}", found.widening);
        assert_eq!(mase(found.error, &values, &[]), Some(5.5));
    }
}
