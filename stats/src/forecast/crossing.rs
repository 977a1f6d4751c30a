//! When a series reaches a limit.

use std::fmt;

use rayon::prelude::*;
use serde::ser::{SerializeMap, Serializer};

use super::model::Fitted;
use super::normal::Variates;
use crate::time::Timestamp;

/// Paths are drawn until so many steps were drawn, within the limits below.
const STEPS: usize = 8_000_000;
const PATHS: (usize, usize) = (200, 2000);

/// Whether a series reaches a limit within the horizon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CrossingVerdict {
    /// It has reached it already: the last value is at the limit, or the series has passed it and does not come back within the
    /// horizon.
    Already,
    /// More likely than not.
    Crosses,
    /// Less likely than not, but not beyond the level's doubt.
    MayCross,
    /// Not within the horizon, at the asked level.
    NotWithinHorizon,
    /// The question cannot be answered from these data.
    NoVerdict {
        /// The reason.
        why: String,
    },
}

impl CrossingVerdict {
    /// The word of the command line: `already`, `crosses`, `may-cross`, `not-within-horizon`, `no-verdict`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Already => "already",
            Self::Crosses => "crosses",
            Self::MayCross => "may-cross",
            Self::NotWithinHorizon => "not-within-horizon",
            Self::NoVerdict { .. } => "no-verdict",
        }
    }
}

impl fmt::Display for CrossingVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVerdict { why } => write!(f, "no-verdict: {why}"),
            other => f.write_str(other.word()),
        }
    }
}

/// When a series first reaches a limit: the first sample at or beyond it.
///
/// From simulated paths of the model, each with the errors that the model expects, widened as the backtest asks. The first time
/// at which *any* sample reaches the limit is earlier than the time at which the forecast's line does, the more so the noisier
/// the series is.
#[derive(Clone, Debug, PartialEq)]
pub struct Crossing {
    /// The limit.
    pub limit: f64,
    /// Whether it is reached from below.
    pub upwards: bool,
    /// Since when all values lie where the last one does, where the series began on the other side of the limit: when it passed it.
    pub since: Option<Timestamp>,
    /// The level of confidence of `earliest` and `latest`.
    pub level: f64,
    /// Before this, (1 − level)/2 of the paths had reached it.
    pub earliest: Option<Timestamp>,
    /// Half of the paths had reached it by then; `None` where that is beyond the horizon.
    pub expected: Option<Timestamp>,
    /// All but (1 − level)/2 had reached it by then; `None` where that is beyond the horizon.
    pub latest: Option<Timestamp>,
    /// When the forecast's own line, without the noise of single samples, reaches it; `None` where that is beyond the horizon.
    pub line: Option<Timestamp>,
    /// The share of paths that reach it within the horizon.
    pub chance: Option<f64>,
    /// How many paths were drawn.
    pub paths: usize,
    /// The answer.
    pub verdict: CrossingVerdict,
}

impl serde::Serialize for Crossing {
    /// The keys `limit, direction, verdict, since, earliest, expected, latest, line, chance, level, paths` and, without a verdict, `why`.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("limit", &self.limit)?;
        map.serialize_entry("direction", if self.upwards { "upwards" } else { "downwards" })?;
        map.serialize_entry("verdict", self.verdict.word())?;
        if let CrossingVerdict::NoVerdict { why } = &self.verdict {
            map.serialize_entry("why", why)?;
        }
        map.serialize_entry("since", &self.since)?;
        map.serialize_entry("earliest", &self.earliest)?;
        map.serialize_entry("expected", &self.expected)?;
        map.serialize_entry("latest", &self.latest)?;
        map.serialize_entry("line", &self.line)?;
        map.serialize_entry("chance", &self.chance)?;
        map.serialize_entry("level", &self.level)?;
        map.serialize_entry("paths", &self.paths)?;
        map.end()
    }
}

/// What the paths are drawn from.
pub(super) struct Future<'a> {
    pub(super) model: &'a Fitted,
    pub(super) mean: &'a [f64],
    /// What deviations from the mean are multiplied with, step by step.
    pub(super) widening: &'a [f64],
    pub(super) seed: u64,
    pub(super) level: f64,
}

impl Crossing {
    /// Without an answer.
    pub(super) fn without(limit: f64, level: f64, last: Option<f64>, verdict: CrossingVerdict) -> Self {
        Self {
            limit,
            upwards: last.is_none_or(|last| last < limit),
            since: None,
            level,
            earliest: None,
            expected: None,
            latest: None,
            line: None,
            chance: None,
            paths: 0,
            verdict,
        }
    }

    /// From paths that begin after `last`, the last value; `since` is when the series passed the limit, `time` that of a step ahead,
    /// counted from 0.
    pub(super) fn of(
        future: &Future<'_>,
        (limit, since): (f64, Option<Timestamp>),
        last: f64,
        time: impl Fn(usize) -> Timestamp,
    ) -> Self {
        if last == limit {
            return Self::without(limit, future.level, Some(last), CrossingVerdict::Already);
        }
        let upwards = last < limit;
        let beyond = |v: f64| if upwards { v >= limit } else { v <= limit };
        let steps = future.mean.len();
        let count = (STEPS / steps.max(1)).clamp(PATHS.0, PATHS.1);
        // each path has a stream of its own, so the threads do not matter
        let mut first: Vec<usize> = (0..count as u64)
            .into_par_iter()
            .map_init(
                || vec![0.0; steps],
                |path, number| {
                    future.model.path(&mut Variates::stream(future.seed, number), path);
                    let value = |(h, p): (usize, &f64)| future.mean[h] + future.widening[h] * (p - future.mean[h]);
                    path.iter().enumerate().map(value).position(beyond).unwrap_or(usize::MAX)
                },
            )
            .collect();
        first.sort_unstable();
        let reached = first.iter().filter(|h| **h != usize::MAX).count();
        let tail = (1.0 - future.level) / 2.0;
        let at = |share: f64| {
            let rank = ((share * count as f64).ceil() as usize).clamp(1, count) - 1;
            (first[rank] != usize::MAX).then(|| time(first[rank]))
        };
        let (earliest, expected, latest) = (at(tail), at(0.5), at(1.0 - tail));
        let verdict = match (earliest, expected) {
            (_, Some(_)) => CrossingVerdict::Crosses,
            (Some(_), None) => CrossingVerdict::MayCross,
            // how it passed the limit is what was asked, where nothing says that it comes back
            (None, None) if since.is_some() => CrossingVerdict::Already,
            (None, None) => CrossingVerdict::NotWithinHorizon,
        };
        // of one that was passed, the direction is that of the passing
        let upwards = upwards != (verdict == CrossingVerdict::Already);
        Self {
            upwards,
            since,
            earliest,
            expected,
            latest,
            line: future.mean.iter().position(|v| beyond(*v)).map(&time),
            chance: Some(reached as f64 / count as f64),
            paths: count,
            ..Self::without(limit, future.level, Some(last), verdict)
        }
    }
}

/// Since when all values lie on the side of a limit where the last one does; `None` where the series began there: a burst that is over is
/// no passing.
pub(super) fn passed(times: &[i64], values: &[f64], limit: f64) -> Option<Timestamp> {
    let last = *values.last()?;
    let beyond = |v: &f64| if last > limit { *v <= limit } else { *v >= limit };
    let first = values.get(..values.len().div_ceil(10))?;
    if first.iter().filter(|v| beyond(v)).count() * 2 <= first.len() {
        return None;
    }
    let before = values.iter().rposition(beyond)?;
    times.get(before + 1).map(|t| Timestamp(*t))
}
