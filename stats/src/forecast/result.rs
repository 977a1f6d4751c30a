//! What a forecast says.

use std::fmt;

use serde::ser::{SerializeMap, Serializer};

use super::crossing::Crossing;
use crate::estimate::Estimate;
use crate::method::Method;
use crate::time::{Span, Timestamp};

/// A value to come.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastPoint {
    /// Its time.
    pub time: Timestamp,
    /// The value, with the interval that a single sample at that time lies in.
    pub value: Estimate,
}

impl serde::Serialize for ForecastPoint {
    /// The key `time`, and those of the estimate beside it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Flat<'a> {
            time: Timestamp,
            #[serde(flatten)]
            value: &'a Estimate,
        }
        Flat { time: self.time, value: &self.value }.serialize(serializer)
    }
}

/// How wrong the method was on the series' own past.
#[derive(Clone, Debug, PartialEq)]
pub struct Backtest {
    /// The share of values that lay in the model's own interval, before it was widened.
    pub coverage: Estimate,
    /// The share that should have.
    pub level: f64,
    /// By how much the interval is widened where it is widened most, of the leads that were tested and their phases of the season; 1 where it was
    /// wide enough.
    pub widening: f64,
    /// The mean absolute error.
    pub error: Estimate,
    /// That error as a multiple of the mean change from season to season (MASE); `None` where nothing changes.
    pub mase: Option<f64>,
    /// The mean absolute error of the seasonal naive forecast on the same origins.
    pub baseline_error: Option<Estimate>,
    /// The MASE of the seasonal naive forecast.
    pub baseline_mase: Option<f64>,
    /// How many origins were forecast from.
    pub origins: usize,
    /// How many of their forecasts do not overlap at the longest lead.
    pub independent: usize,
    /// How far ahead was tested.
    pub tested: Span,
}

impl serde::Serialize for Backtest {
    /// The keys `coverage, level, widening, error, mase, baseline_error, baseline_mase, origins, independent, tested_s`.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("coverage", &self.coverage)?;
        map.serialize_entry("level", &self.level)?;
        map.serialize_entry("widening", &self.widening)?;
        map.serialize_entry("error", &self.error)?;
        map.serialize_entry("mase", &self.mase)?;
        map.serialize_entry("baseline_error", &self.baseline_error)?;
        map.serialize_entry("baseline_mase", &self.baseline_mase)?;
        map.serialize_entry("origins", &self.origins)?;
        map.serialize_entry("independent", &self.independent)?;
        map.serialize_entry("tested_s", &self.tested.as_secs_f64())?;
        map.end()
    }
}

/// A way to forecast that was tried.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Candidate {
    /// Its name.
    pub method: String,
    /// Its MASE in the backtest; `None` where it could not be tested.
    pub mase: Option<f64>,
    /// The share of values in its own interval.
    pub coverage: Option<f64>,
}

/// Whether there is a forecast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForecastVerdict {
    /// There is.
    Forecast,
    /// These data do not allow one.
    NoVerdict {
        /// The reason.
        why: String,
    },
}

impl ForecastVerdict {
    /// The word of the command line: `forecast`, `no-verdict`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Forecast => "forecast",
            Self::NoVerdict { .. } => "no-verdict",
        }
    }
}

impl fmt::Display for ForecastVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVerdict { why } => write!(f, "no-verdict: {why}"),
            Self::Forecast => f.write_str("forecast"),
        }
    }
}

/// A forecast with its evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The method with its parameters.
    pub method: Method,
    /// Which seasons it knows, and why this method.
    pub reason: String,
    /// The seasons, shortest first.
    pub seasons: Vec<Span>,
    /// The distance of two values.
    pub step: Span,
    /// The values to come; empty without a verdict.
    pub points: Vec<ForecastPoint>,
    /// When the limit is reached, where one was given.
    pub crossing: Option<Crossing>,
    /// The test on the series' own past; `None` where it is too short for one.
    pub backtest: Option<Backtest>,
    /// What was tried.
    pub candidates: Vec<Candidate>,
    /// What a reader must know.
    pub caveats: Vec<String>,
    /// The answer.
    pub verdict: ForecastVerdict,
}

impl serde::Serialize for Forecast {
    /// The keys `method, reason, seasons_s, step_s, steps, crossing, backtest, candidates, caveats, verdict` and, without a verdict,
    /// `why`. The points are results of their own on the command line.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("reason", &self.reason)?;
        map.serialize_entry("seasons_s", &self.seasons.iter().map(|s| s.as_secs_f64()).collect::<Vec<_>>())?;
        map.serialize_entry("step_s", &self.step.as_secs_f64())?;
        map.serialize_entry("steps", &self.points.len())?;
        map.serialize_entry("crossing", &self.crossing)?;
        map.serialize_entry("backtest", &self.backtest)?;
        map.serialize_entry("candidates", &self.candidates)?;
        map.serialize_entry("caveats", &self.caveats)?;
        map.serialize_entry("verdict", self.verdict.word())?;
        if let ForecastVerdict::NoVerdict { why } = &self.verdict {
            map.serialize_entry("why", why)?;
        }
        map.end()
    }
}
