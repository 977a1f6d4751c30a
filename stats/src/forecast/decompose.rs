//! A series as trend, seasons and remainder.

use serde::ser::{SerializeMap, Serializer};

use super::mstl::mstl;
use super::regular::Regular;
use super::season::{chosen, strength};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate};
use crate::method::Method;
use crate::series::Series;
use crate::time::{Span, Timestamp};
use crate::unit::Unit;

/// What is asked of a decomposition.
#[derive(Clone, Debug, PartialEq)]
pub struct DecomposeOptions {
    /// The seasons; `None` to find them.
    pub seasons: Option<Vec<Span>>,
    /// Whether outliers lose their weight.
    pub robust: bool,
    /// The level at which a season counts as found.
    pub level: f64,
}

impl Default for DecomposeOptions {
    /// Seasons are found at 0.95; outliers lose their weight.
    fn default() -> Self {
        Self { seasons: None, robust: true, level: 0.95 }
    }
}

/// Whether there is a decomposition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecompositionVerdict {
    /// There is.
    Decomposed,
    /// These data do not allow one.
    NoVerdict {
        /// The reason.
        why: String,
    },
}

impl DecompositionVerdict {
    /// The word of the command line: `decomposed`, `no-verdict`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Decomposed => "decomposed",
            Self::NoVerdict { .. } => "no-verdict",
        }
    }
}

/// A season with its column.
#[derive(Clone, Debug, PartialEq)]
pub struct SeasonalPart {
    /// Its length.
    pub period: Span,
    /// Its value at each time.
    pub values: Vec<f64>,
    /// 1 − var(remainder) / var(season + remainder), at least 0: 1 where nothing else varies.
    pub strength: Estimate,
}

/// Columns of equal length that add up to the series.
#[derive(Clone, Debug, PartialEq)]
pub struct Decomposition {
    /// The method with its parameters.
    pub method: Method,
    /// The times, one a step.
    pub times: Vec<Timestamp>,
    /// The values; NaN where there is none.
    pub observed: Vec<f64>,
    /// The trend, also where there is no value.
    pub trend: Vec<f64>,
    /// The seasons, shortest first.
    pub seasonal: Vec<SeasonalPart>,
    /// What is left; NaN where there is no value.
    pub remainder: Vec<f64>,
    /// 1 − var(remainder) / var(trend + remainder), at least 0; `None` without a verdict.
    pub trend_strength: Option<Estimate>,
    /// What a reader must know.
    pub caveats: Vec<String>,
    /// The answer.
    pub verdict: DecompositionVerdict,
}

impl serde::Serialize for Decomposition {
    /// The keys `method, verdict, why, seasons, trend_strength, caveats`, and the columns `time, observed, trend, seasonal,
    /// remainder`, in which a missing value is null.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let column = |x: &[f64]| x.iter().map(|v| v.is_finite().then_some(*v)).collect::<Vec<_>>();
        let seasons =
            |part: &SeasonalPart| serde_json::json!({"period_s": part.period.as_secs_f64(), "strength": part.strength});
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("verdict", self.verdict.word())?;
        if let DecompositionVerdict::NoVerdict { why } = &self.verdict {
            map.serialize_entry("why", why)?;
        }
        map.serialize_entry("seasons", &self.seasonal.iter().map(seasons).collect::<Vec<_>>())?;
        map.serialize_entry("trend_strength", &self.trend_strength)?;
        map.serialize_entry("caveats", &self.caveats)?;
        map.serialize_entry("time", &self.times)?;
        map.serialize_entry("observed", &column(&self.observed))?;
        map.serialize_entry("trend", &column(&self.trend))?;
        map.serialize_entry("seasonal", &self.seasonal.iter().map(|s| column(&s.values)).collect::<Vec<_>>())?;
        map.serialize_entry("remainder", &column(&self.remainder))?;
        map.end()
    }
}

/// Decomposes a series into trend, seasons and remainder ([`mstl`]), on an even grid in which a step without a sample is missing.
///
/// The strengths follow X. Wang, K. Smith, R. Hyndman, *Characteristic-based clustering for time series data*, Data Mining and
/// Knowledge Discovery 13 (2006). Without a season there is no verdict: a trend alone is a smoother's choice of its width.
/// Assumes that seasons and noise add up and that each season keeps its length; not for steps of the level, over which the trend is
/// smooth ([`changes`](crate::trend::changes()) finds them), nor for a season in proportion to the level: take logarithms first.
///
/// ```
/// use sre_stats::forecast::{DecomposeOptions, decompose};
/// use sre_stats::prelude::*;
/// let times = (0..240).map(|h| h * 3_600_000_000_000).collect();
/// let values = (0..240u32).map(|h| f64::from(h % 24) + f64::from(h * h % 101) / 20.0).collect();
/// let load = Series::new(Identity::new("load", Unit::Count), times, values, NanPolicy::Drop)?;
/// let parts = decompose(&load, &DecomposeOptions::default())?;
/// assert_eq!(parts.seasonal[0].period, Span::DAY);
/// assert!(parts.seasonal[0].strength.value > 0.7);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where an option is out of its domain. Data that allow no answer are not an error but a [`DecompositionVerdict::NoVerdict`].
pub fn decompose(series: &Series, options: &DecomposeOptions) -> Result<Decomposition> {
    if !(options.level > 0.0 && options.level < 1.0) {
        return Err(
            Error::argument(format!("a level of {} is not between 0 and 1", options.level)).hint("0.95 is usual")
        );
    }
    let regular = match Regular::of(series) {
        Ok(regular) => regular,
        Err(why) => return Ok(without(why)),
    };
    let seasons = match chosen(&regular, options.seasons.as_deref(), options.level)? {
        Ok(seasons) if seasons.is_empty() => {
            return Ok(without(
                "no season was shown, which takes four cycles or more; name one where you know it".into(),
            ));
        }
        Ok(seasons) => seasons,
        Err(why) => return Ok(without(why)),
    };
    let found = mstl(&regular.values, &seasons, options.robust)?;
    let of = if options.robust { "robust" } else { "plain" };
    let periods: Vec<String> = seasons.iter().map(|s| regular.span(*s).about()).collect();
    let method = Method::Described(format!("mstl ({}, {of})", periods.join(" and ")));
    let scope = series.scope().with_unit(Unit::Ratio);
    let why = "the parts are smooth estimates, not measured";
    let share = |part: &[f64]| {
        Estimate::new(strength(part, &found.remainder), method.clone(), regular.present as u64, &scope)
            .with_bound(Bound::Unknown { why: why.into() })
    };
    Ok(Decomposition {
        trend_strength: Some(share(&found.trend)),
        times: (0..regular.values.len()).map(|i| regular.time(i)).collect(),
        seasonal: found
            .seasonal
            .iter()
            .map(|(m, values)| SeasonalPart {
                period: regular.span(*m),
                strength: share(values),
                values: values.clone(),
            })
            .collect(),
        trend: found.trend.clone(),
        remainder: found.remainder.clone(),
        observed: regular.values,
        caveats: regular.caveats,
        verdict: DecompositionVerdict::Decomposed,
        method: method.clone(),
    })
}

fn without(why: String) -> Decomposition {
    Decomposition {
        method: Method::Named("mstl"),
        times: Vec::new(),
        observed: Vec::new(),
        trend: Vec::new(),
        seasonal: Vec::new(),
        remainder: Vec::new(),
        trend_strength: None,
        caveats: Vec::new(),
        verdict: DecompositionVerdict::NoVerdict { why },
    }
}
