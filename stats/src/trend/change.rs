//! Since when? Changes of a series' level, with the evidence for each.

use std::fmt;

use serde::ser::{SerializeMap, Serializer};

use super::analysis::unusable;
use super::calibration::{chance_of, penalty_factor, persistence_factor, walk_bound};
use super::noise::{Noise, robust_noise};
use super::pelt::{centred_sums, pelt_mean};
use super::tails::{HEAVY, kept_by_ranks, with_tails};
use crate::error::{Error, Result};
use crate::estimate::{Confidence, Estimate, Scope};
use crate::method::Method;
use crate::quantile::tails::quantile;
use crate::series::{Series, covering};
use crate::time::{Span, Timestamp};
use crate::unit::Unit;

/// How changes are looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangeOptions {
    /// The cost of one more change, in squared units of the values; `None` for the calibrated one.
    pub penalty: Option<f64>,
    /// The fewest samples between two changes, 1 or more.
    pub min_size: usize,
    /// The level of confidence: at 0.95, 5 % of series without a change show one. It sets the calibrated penalty and the
    /// intervals.
    pub level: f64,
}

impl Default for ChangeOptions {
    /// The calibrated penalty, 5 samples, 0.95.
    fn default() -> Self {
        Self { penalty: None, min_size: 5, level: 0.95 }
    }
}

/// When a level changed: after `lower` and at or before `upper`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Onset {
    /// The last sample that surely had the old level.
    pub lower: Timestamp,
    /// The first sample that surely had the new one.
    pub upper: Timestamp,
}

/// One change of level.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Change {
    /// The first sample after the change, counted from 0.
    pub index: usize,
    /// That sample's time.
    pub time: Timestamp,
    /// When it happened, at the asked level; never narrower than the distance of two samples.
    pub onset: Onset,
    /// The mean from the change before (or the start) to this one.
    pub before: Estimate,
    /// The mean from this change to the next (or the end).
    pub after: Estimate,
    /// `after` minus `before`.
    pub effect: Estimate,
    /// The effect in standard deviations of the noise; `None` where the noise is unknown.
    pub effect_size: Option<f64>,
    /// The chance that a series of this length and noise without changes shows one this strong; `None` where the noise is
    /// unknown.
    pub p_value: Option<f64>,
}

/// What a search for changes says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeVerdict {
    /// At least one change, at the asked level.
    Changed,
    /// No change was shown; that is not evidence that there is none.
    NoneShown,
    /// The question cannot be answered from these data.
    NoVerdict {
        /// The reason.
        why: String,
    },
}

impl ChangeVerdict {
    /// The word of the command line: `changed`, `none-shown`, `no-verdict`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::NoneShown => "none-shown",
            Self::NoVerdict { .. } => "no-verdict",
        }
    }
}

impl fmt::Display for ChangeVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVerdict { why } => write!(f, "no-verdict: {why}"),
            other => f.write_str(other.word()),
        }
    }
}

/// The changes of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// The method that was used.
    pub method: Method,
    /// How the penalty was chosen.
    pub reason: String,
    /// The cost of one change in squared units of the values; `None` where nothing was searched.
    pub penalty: Option<f64>,
    /// The noise that penalty and p-values rest on; `None` where it could not be measured.
    pub noise: Option<Noise>,
    /// The changes, ascending in time.
    pub changes: Vec<Change>,
    /// The answer.
    pub verdict: ChangeVerdict,
}

impl serde::Serialize for Changes {
    /// The command line's keys: `method, reason, penalty, noise, changes, verdict` and, without a verdict, `why`.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("reason", &self.reason)?;
        map.serialize_entry("penalty", &self.penalty)?;
        map.serialize_entry("noise", &self.noise)?;
        map.serialize_entry("changes", &self.changes)?;
        map.serialize_entry("verdict", self.verdict.word())?;
        if let ChangeVerdict::NoVerdict { why } = &self.verdict {
            map.serialize_entry("why", why)?;
        }
        map.end()
    }
}

/// Finds the changes of a series' level by optimal segmentation ([`pelt_mean`]), each with its onset, effect and p-value.
///
/// Without a given penalty, one change costs a multiple of the noise's long-run variance ([`robust_noise`]), so that
/// autocorrelation is paid for; the multiple is calibrated by simulation so that at most about 1 − `level` of series without
/// a change show any (measured by the benchmark `trend`). Where the noise cannot be told from a random walk, whose level
/// changes all the time, there is no verdict. Where the tails are heavier than normal, a change must show in the ranks too.
/// The noise is taken for an AR(1): a slow process beneath white noise has steps in its eyes, and so has a slope. A slope or a season reads as steps or as persistence: take it out first.
/// Times may be irregular; samples count, not seconds.
///
/// The onset's interval holds every place of the change whose cost is within the level's quantile of the best one
/// (inverted likelihood ratio: Eo and Morley, 2015), with the long-run variance as noise.
///
/// ```
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// use sre_stats::trend::{ChangeOptions, changes};
/// use sre_stats::unit::Unit;
/// let times = (0..80).map(|i| i * 15_000_000_000).collect();
/// let values = (0..80).map(|i| f64::from(i * i % 7) + if i < 50 { 20.0 } else { 30.0 }).collect();
/// let latency = Series::new(Identity::new("latency_ms", Unit::Millisecond), times, values, NanPolicy::Drop)?;
/// let found = changes(&latency, &ChangeOptions::default())?;
/// assert_eq!(found.changes.iter().map(|c| c.index).collect::<Vec<_>>(), [50]);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where an option is out of its domain. Data that allow no answer are not an error but a [`ChangeVerdict::NoVerdict`].
pub fn changes(series: &Series, options: &ChangeOptions) -> Result<Changes> {
    let ChangeOptions { penalty, min_size, level } = *options;
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::argument(format!("a level of {level} is not between 0 and 1")).hint("0.95 is usual"));
    }
    if min_size == 0 || penalty.is_some_and(|p| !(p >= 0.0 && p.is_finite())) {
        return Err(Error::argument("a penalty is 0 or more, and min_size is 1 or more"));
    }
    let values = series.values();
    let mut found = Changes {
        method: Method::Named("pelt-mean"),
        reason: String::new(),
        penalty,
        noise: None,
        changes: Vec::new(),
        verdict: ChangeVerdict::NoneShown,
    };
    if let Some(why) = unusable(values) {
        return Ok(found.without(why));
    }
    found.noise = robust_noise(values);
    let n = values.len();
    let walk = found.noise.filter(|noise| noise.phi > walk_bound(n)).map(|noise| {
        format!(
            "the noise cannot be told from a random walk (autocorrelation {:.2}, n = {n}), whose level changes all the time",
            noise.phi
        )
    });
    let mut heavy = false;
    let penalty = match (penalty, found.noise) {
        (Some(penalty), _) => {
            found.reason = "penalty as asked for".into();
            penalty
        }
        (None, None) => {
            return Ok(found.without(format!("the noise of {n} samples cannot be measured: 12 or more are needed")));
        }
        (None, Some(_)) if walk.is_some() => return Ok(found.without(walk.unwrap_or_default())),
        (None, Some(noise)) => {
            let factor = penalty_factor(n, 1.0 - level) * persistence_factor(noise.phi);
            let robust = noise;
            let noise = with_tails(values, robust, factor, min_size);
            heavy = noise.variance > HEAVY * robust.variance;
            found.noise = Some(noise);
            found.reason = format!(
                "noise of autocorrelation {:.2}, long-run variance {:.4e}: penalty {factor:.1} times that, for at most {:.3} of series without a change",
                noise.phi,
                noise.long_run_variance,
                1.0 - level
            );
            if heavy {
                found.reason.push_str("; heavy tails: changes are kept where the ranks show them too");
            }
            factor * noise.long_run_variance
        }
    };
    found.penalty = Some(penalty);
    let mut indices = pelt_mean(values, penalty, min_size);
    if let (true, Some(noise)) = (heavy, found.noise) {
        indices = kept_by_ranks(values, indices, penalty / noise.variance);
    }
    found.changes = Evidence::new(series, found.noise, min_size, level).describe(&indices);
    found.verdict = match walk {
        Some(why) => ChangeVerdict::NoVerdict { why },
        None if found.changes.is_empty() => ChangeVerdict::NoneShown,
        None => ChangeVerdict::Changed,
    };
    Ok(found)
}

impl Changes {
    fn without(mut self, why: String) -> Self {
        self.reason.clone_from(&why);
        self.verdict = ChangeVerdict::NoVerdict { why };
        self
    }
}

/// What is needed to describe changes once they are found.
struct Evidence<'a> {
    series: &'a Series,
    noise: Option<Noise>,
    min_size: usize,
    level: f64,
    step: Option<Span>,
    mean: f64,
    sums: Vec<f64>,
}

impl<'a> Evidence<'a> {
    fn new(series: &'a Series, noise: Option<Noise>, min_size: usize, level: f64) -> Self {
        let values = series.values();
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        Self { series, noise, min_size, level, step: series.step(), mean, sums: centred_sums(values, mean) }
    }

    fn describe(&self, indices: &[usize]) -> Vec<Change> {
        let edges: Vec<usize> = [0].into_iter().chain(indices.iter().copied()).chain([self.series.len()]).collect();
        edges.windows(3).map(|e| self.change(e[0], e[1], e[2])).collect()
    }

    /// What a segmentation saves by a change at `at` within `[start, end)`: squared units of the values.
    fn gain(&self, start: usize, at: usize, end: usize) -> f64 {
        let (before, after) = ((at - start) as f64, (end - at) as f64);
        let difference = self.level_of(at, end) - self.level_of(start, at);
        difference * difference * before * after / (before + after)
    }

    /// The mean of a stretch, minus the mean of all.
    fn level_of(&self, start: usize, end: usize) -> f64 {
        (self.sums[end] - self.sums[start]) / (end - start) as f64
    }

    fn change(&self, start: usize, at: usize, end: usize) -> Change {
        let times = self.series.times();
        let gain = self.gain(start, at, end);
        let difference = self.level_of(at, end) - self.level_of(start, at);
        let unit = &self.series.identity().unit;
        let scope = self.scope(unit, start, end);
        let total = (end - start) as u64;
        let effect = Estimate::new(difference, Method::Named("difference of means"), total, &scope);
        let effect = match self.reach(1.0 / (at - start) as f64 + 1.0 / (end - at) as f64) {
            Some(reach) => effect.with_confidence(self.confidence(difference, reach)),
            None => effect.with_caveat("the noise could not be measured"),
        };
        Change {
            index: at,
            time: Timestamp(times[at]),
            onset: self.onset(start, at, end, gain),
            before: self.mean_of(start, at),
            after: self.mean_of(at, end),
            effect,
            effect_size: self.noise.map(|noise| difference / noise.variance.sqrt()),
            p_value: self.noise.map(|noise| {
                let unit = noise.long_run_variance * persistence_factor(noise.phi);
                chance_of(self.series.len(), gain / unit)
            }),
        }
    }

    fn onset(&self, start: usize, at: usize, end: usize, gain: f64) -> Onset {
        let times = self.series.times();
        let Some(noise) = self.noise else {
            return Onset { lower: Timestamp(times[at - 1]), upper: Timestamp(times[at]) };
        };
        // the limit law of the likelihood ratio at the true place: P(ratio ≤ x) = (1 − e^(−x/2))²
        let allowed = -2.0 * (1.0 - self.level.sqrt()).ln() * noise.long_run_variance;
        let inside = |&k: &usize| gain - self.gain(start, k, end) <= allowed;
        let first = start.saturating_add(self.min_size.min(at - start));
        let last = end.saturating_sub(self.min_size.min(end - at));
        let lower = (first..=at).find(inside).unwrap_or(at);
        let upper = (at..=last).rev().find(inside).unwrap_or(at);
        Onset { lower: Timestamp(times[lower - 1]), upper: Timestamp(times[upper]) }
    }

    fn mean_of(&self, start: usize, end: usize) -> Estimate {
        let n = end - start;
        let value = self.mean + self.level_of(start, end);
        let scope = self.scope(&self.series.identity().unit, start, end);
        let mean = Estimate::new(value, Method::Mean, n as u64, &scope);
        match self.reach(1.0 / n as f64) {
            Some(reach) => mean.with_confidence(self.confidence(value, reach)),
            None => mean,
        }
    }

    fn scope(&self, unit: &Unit, start: usize, end: usize) -> Scope {
        Scope::new(unit.clone(), covering(&self.series.times()[start..end], self.step))
    }

    /// The half width of an interval for a mean whose variance is `share` of the long-run variance.
    fn reach(&self, share: f64) -> Option<f64> {
        self.noise.map(|noise| quantile(0.5 + self.level / 2.0) * (noise.long_run_variance * share).sqrt())
    }

    fn confidence(&self, value: f64, reach: f64) -> Confidence {
        Confidence { lower: value - reach, upper: value + reach, level: self.level }
    }
}
