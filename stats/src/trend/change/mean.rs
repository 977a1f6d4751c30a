//! The default search: changes of the mean, with a penalty that the series' own noise sets and a rival without steps.

use super::super::calibration::{penalty_factor, persistence_factor, walk_bound};
use super::super::noise::{Noise, robust_noise};
use super::super::pelt::pelt_mean;
use super::super::season::{Seasonal, without_season};
use super::super::tails::{HEAVY, kept_by_ranks, with_tails};
use super::super::wander::{chance_of_gain, needed_gain, wandering};
use super::answer::{ChangeMethod, ChangeOptions, ChangeVerdict, Changes};
use super::evidence::Evidence;
use crate::series::Series;

/// How much the penalty grows where a wandering level explains the values as well.
const GROWTH: f64 = 1.5;

pub(crate) fn search(series: &Series, options: &ChangeOptions, mut found: Changes) -> Changes {
    let ChangeOptions { method, penalty, min_size, level, season, .. } = *options;
    let seasonal = (method == ChangeMethod::Auto).then(|| without_season(series, season)).flatten();
    let values = seasonal.as_ref().map_or(series.values(), |s| &s.values);
    found.season_steps = seasonal.as_ref().map(|s| s.period);
    let correction = seasonal.as_ref().map_or(1.0, Seasonal::correction);
    found.noise = robust_noise(values).map(|noise| Noise {
        variance: noise.variance * correction,
        long_run_variance: noise.long_run_variance * correction,
        ..noise
    });
    let n = values.len();
    let walk = found.noise.filter(|noise| noise.phi > walk_bound(n)).map(|noise| {
        format!(
            "the noise cannot be told from a random walk (autocorrelation {:.2}, n = {n}), whose level changes all the time",
            noise.phi
        )
    });
    if let Some(penalty) = penalty {
        found.reason = "penalty as asked for".into();
        let indices = pelt_mean(values, penalty, min_size);
        found.changes = Evidence::new(series, values, found.noise, None, options).describe(&indices);
        found.verdict = match walk {
            Some(why) => ChangeVerdict::NoVerdict { why },
            None if found.changes.is_empty() => ChangeVerdict::NoneShown,
            None => ChangeVerdict::Changed,
        };
        return found;
    }
    if let Some(why) = walk {
        return found.without(why);
    }
    let Some(robust) = found.noise else {
        return found.without(format!("the noise of {n} samples cannot be measured: 12 or more are needed"));
    };
    let factor = penalty_factor(n, 1.0 - level) * persistence_factor(robust.phi);
    let noise = with_tails(values, robust, factor, min_size);
    let heavy = noise.variance > HEAVY * robust.variance;
    found.noise = Some(noise);
    found.reason = format!(
        "noise of autocorrelation {:.2}, long-run variance {:.4e}: penalty {factor:.1} times that, for at most {:.3} of series without a change",
        noise.phi,
        noise.long_run_variance,
        1.0 - level
    );
    if let Some(steps) = found.season_steps {
        found.reason.push_str(&format!("; a season of {steps} steps was taken out first"));
    }
    if heavy {
        found.reason.push_str("; heavy tails: changes are kept where the ranks show them too");
    }
    let confirm = |indices: Vec<usize>, penalty: f64| {
        if heavy { kept_by_ranks(values, indices, penalty / noise.variance) } else { indices }
    };
    let outcome = against_wandering(values, factor * noise.long_run_variance, options, &confirm);
    found.penalty = Some(outcome.penalty);
    if outcome.gain.is_some() && outcome.penalty > factor * noise.long_run_variance {
        found.reason.push_str("; a wandering level explains finer steps as well, so the penalty was raised");
    }
    found.changes = Evidence::new(series, values, found.noise, None, options).describe(&outcome.indices);
    // the chance is the worse of both: that noise alone, and that a wandering level shows as much
    if let Some(gain) = outcome.gain {
        let wandering = chance_of_gain(n, gain);
        for change in &mut found.changes {
            change.p_value = change.p_value.map(|p| p.max(wandering));
        }
    }
    found.verdict = match outcome.indices.as_slice() {
        [] if outcome.wanders => ChangeVerdict::NoVerdict {
            why: "the level moves, but a slowly wandering one beneath the noise explains it as well as steps do".into(),
        },
        [] => ChangeVerdict::NoneShown,
        _ => ChangeVerdict::Changed,
    };
    found
}

struct Outcome {
    indices: Vec<usize>,
    penalty: f64,
    /// By how much the steps explain the values better than the rival, in twice the log-likelihood per step.
    gain: Option<f64>,
    /// Whether steps were found that the rival explains as well.
    wanders: bool,
}

/// Segments at growing penalties until the steps explain the values better than a wandering level, or none are left.
fn against_wandering(
    values: &[f64],
    penalty: f64,
    options: &ChangeOptions,
    confirm: &dyn Fn(Vec<usize>, f64) -> Vec<usize>,
) -> Outcome {
    let n = values.len();
    let needed = needed_gain(n, 1.0 - options.level);
    let start = penalty;
    let mut penalty = penalty;
    let mut rival = None;
    loop {
        let indices = confirm(pelt_mean(values, penalty, options.min_size), penalty);
        if indices.is_empty() {
            return Outcome { indices, penalty: start, gain: None, wanders: rival.is_some() };
        }
        let edges: Vec<usize> = [0].into_iter().chain(indices.iter().copied()).chain([n]).collect();
        let without = *rival.get_or_insert_with(|| wandering(values, &[0, n]).likelihood);
        let gain = (wandering(values, &edges).likelihood - without) / indices.len() as f64;
        if gain >= needed {
            return Outcome { indices, penalty, gain: Some(gain), wanders: false };
        }
        penalty *= GROWTH;
    }
}
