//! The words of trend tests: how a trend is tested, and what is answered.

use std::fmt;
use std::str::FromStr;

use serde::ser::{SerializeMap, Serializer};

use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::method::Method;

/// How a trend is tested.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TrendMethod {
    /// Mann–Kendall with the variance that the measured autocorrelation asks for; refuses where a random walk would do.
    #[default]
    Auto,
    /// Mann–Kendall for independent samples.
    MannKendall,
    /// Mann–Kendall with Hamed and Rao's correction, over at most so many lags.
    HamedRao(Option<usize>),
    /// Mann–Kendall with Yue and Wang's correction, over at most so many lags.
    YueWang(Option<usize>),
    /// Mann–Kendall after trend-free pre-whitening.
    Prewhitened,
    /// Mann–Kendall within each phase of a season of so many steps.
    Seasonal(usize),
    /// The same, with the covariance of phases measured.
    CorrelatedSeasonal(usize),
    /// Whether Sen's interval of the slope excludes 0, for independent samples.
    TheilSen,
    /// Student's t of the least squares slope with Newey and West's errors, over so many lags.
    LeastSquares(Option<usize>),
}

/// A word with a number after a colon, if there is one.
fn with_lag(word: &str, lag: Option<usize>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match lag {
        None => f.write_str(word),
        Some(lag) => write!(f, "{word}:{lag}"),
    }
}

impl fmt::Display for TrendMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Auto => f.write_str("auto"),
            Self::MannKendall => f.write_str("mann-kendall"),
            Self::HamedRao(lag) => with_lag("hamed-rao", lag, f),
            Self::YueWang(lag) => with_lag("yue-wang", lag, f),
            Self::Prewhitened => f.write_str("prewhitened"),
            Self::Seasonal(period) => write!(f, "seasonal:{period}"),
            Self::CorrelatedSeasonal(period) => write!(f, "correlated-seasonal:{period}"),
            Self::TheilSen => f.write_str("theil-sen"),
            Self::LeastSquares(lag) => with_lag("least-squares", lag, f),
        }
    }
}

impl FromStr for TrendMethod {
    type Err = Error;
    /// Reads `auto`, `mann-kendall`, `hamed-rao[:LAG]`, `yue-wang[:LAG]`, `prewhitened`, `seasonal:STEPS`,
    /// `correlated-seasonal:STEPS`, `theil-sen`, `least-squares[:LAG]`.
    fn from_str(text: &str) -> Result<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let (word, number) = match lower.split_once(':') {
            None => (lower.as_str(), None),
            // a number that is none makes no method
            Some((word, number)) => (word, Some(number.parse::<usize>().ok().filter(|n| *n > 0))),
        };
        Ok(match (word, number) {
            ("auto", None) => Self::Auto,
            ("mann-kendall", None) => Self::MannKendall,
            ("prewhitened", None) => Self::Prewhitened,
            ("theil-sen", None) => Self::TheilSen,
            ("hamed-rao", None) => Self::HamedRao(None),
            ("hamed-rao", Some(Some(lag))) => Self::HamedRao(Some(lag)),
            ("yue-wang", None) => Self::YueWang(None),
            ("yue-wang", Some(Some(lag))) => Self::YueWang(Some(lag)),
            ("least-squares", None) => Self::LeastSquares(None),
            ("least-squares", Some(Some(lag))) => Self::LeastSquares(Some(lag)),
            ("seasonal", Some(Some(period))) if period > 1 => Self::Seasonal(period),
            ("correlated-seasonal", Some(Some(period))) if period > 1 => Self::CorrelatedSeasonal(period),
            _ => {
                return Err(Error::parse(format!("“{text}” is not a trend method")).hint(
                    "choose auto, mann-kendall, hamed-rao[:LAG], yue-wang[:LAG], prewhitened, seasonal:STEPS, \
                     correlated-seasonal:STEPS, theil-sen or least-squares[:LAG]",
                ));
            }
        })
    }
}

/// What a trend test says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Rising, at the asked level.
    Rising,
    /// Falling, at the asked level.
    Falling,
    /// No trend was shown; that is not evidence that there is none.
    NoneShown,
    /// The question cannot be answered from these data.
    NoVerdict {
        /// The reason.
        why: String,
    },
}

impl Verdict {
    /// The word of the command line: `rising`, `falling`, `none-shown`, `no-verdict`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Rising => "rising",
            Self::Falling => "falling",
            Self::NoneShown => "none-shown",
            Self::NoVerdict { .. } => "no-verdict",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVerdict { why } => write!(f, "no-verdict: {why}"),
            other => f.write_str(other.word()),
        }
    }
}

/// A trend test with its evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Trend {
    /// The method that was used, with its parameters.
    pub method: Method,
    /// Why this method and this correction.
    pub reason: String,
    /// Kendall's score S, or t of least squares; `None` without two samples.
    pub statistic: Option<f64>,
    /// The standardised score; `None` for least squares, whose t has a law of its own.
    pub z: Option<f64>,
    /// The two-sided p-value; 0 where it underflows, see `ln_p`.
    pub p_value: Option<f64>,
    /// ln of the p-value, which does not underflow.
    pub ln_p: Option<f64>,
    /// The slope per second with its interval: Theil–Sen's, within phases for a seasonal method, or that of least squares; the
    /// bound is unknown where there is none.
    pub slope_per_s: Option<Estimate>,
    /// The line's value at the first sample.
    pub intercept: Option<f64>,
    /// The answer.
    pub verdict: Verdict,
    /// What a reader must know: where a method that was asked for does not hold its level.
    pub caveats: Vec<String>,
}

impl serde::Serialize for Trend {
    /// The command line's keys: `method, reason, statistic, z, p_value, ln_p, slope_per_s, intercept, verdict`, without a
    /// verdict `why`, and `caveats` where there are any.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let finite = |v: Option<f64>| v.filter(|v| v.is_finite());
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("reason", &self.reason)?;
        map.serialize_entry("statistic", &finite(self.statistic))?;
        map.serialize_entry("z", &finite(self.z))?;
        map.serialize_entry("p_value", &finite(self.p_value))?;
        map.serialize_entry("ln_p", &finite(self.ln_p))?;
        map.serialize_entry("slope_per_s", &self.slope_per_s)?;
        map.serialize_entry("intercept", &finite(self.intercept))?;
        map.serialize_entry("verdict", self.verdict.word())?;
        if let Verdict::NoVerdict { why } = &self.verdict {
            map.serialize_entry("why", why)?;
        }
        if !self.caveats.is_empty() {
            map.serialize_entry("caveats", &self.caveats)?;
        }
        map.end()
    }
}

impl Trend {
    pub(crate) fn without(method: TrendMethod, why: String) -> Self {
        Self {
            method: Method::Described(method.to_string()),
            reason: why.clone(),
            statistic: None,
            z: None,
            p_value: None,
            ln_p: None,
            slope_per_s: None,
            intercept: None,
            verdict: Verdict::NoVerdict { why },
            caveats: Vec::new(),
        }
    }
}
