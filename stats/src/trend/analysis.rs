//! Is it rising or falling? A test, a slope and a verdict for one series.

use std::fmt;
use std::str::FromStr;

use serde::ser::{SerializeMap, Serializer};

use super::auto::{Persistence, drift_ln_p, persistence, unit_root_rejected};
use super::mann_kendall::{Score, hamed_rao_inflation, mann_kendall};
use super::theil_sen::{Fit, SenSlope};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::tails::ln_two_sided;
use crate::series::Series;
use crate::unit::Unit;

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
    /// Whether Sen's interval of the slope excludes 0, for independent samples.
    TheilSen,
}

impl fmt::Display for TrendMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::MannKendall => f.write_str("mann-kendall"),
            Self::HamedRao(None) => f.write_str("hamed-rao"),
            Self::HamedRao(Some(lag)) => write!(f, "hamed-rao:{lag}"),
            Self::TheilSen => f.write_str("theil-sen"),
        }
    }
}

impl FromStr for TrendMethod {
    type Err = Error;
    /// Reads `auto`, `mann-kendall`, `hamed-rao`, `hamed-rao:LAG`, `theil-sen`.
    fn from_str(text: &str) -> Result<Self> {
        let lower = text.trim().to_ascii_lowercase();
        Ok(match lower.as_str() {
            "auto" => Self::Auto,
            "mann-kendall" => Self::MannKendall,
            "hamed-rao" => Self::HamedRao(None),
            "theil-sen" => Self::TheilSen,
            other => {
                let lag = other.strip_prefix("hamed-rao:").and_then(|lag| lag.parse().ok()).filter(|lag| *lag > 0);
                return lag.map(|lag| Self::HamedRao(Some(lag))).ok_or_else(|| {
                    Error::parse(format!("“{text}” is not a trend method"))
                        .hint("choose auto, mann-kendall, hamed-rao, hamed-rao:LAG or theil-sen")
                });
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
    /// Kendall's score S; `None` without two samples.
    pub statistic: Option<f64>,
    /// The standardised score.
    pub z: Option<f64>,
    /// The two-sided p-value; 0 where it underflows, see `ln_p`.
    pub p_value: Option<f64>,
    /// ln of the p-value, which does not underflow.
    pub ln_p: Option<f64>,
    /// The Theil–Sen slope per second with its interval; the bound is unknown where there is none.
    pub slope_per_s: Option<Estimate>,
    /// The line's value at the first sample.
    pub intercept: Option<f64>,
    /// The answer.
    pub verdict: Verdict,
}

impl serde::Serialize for Trend {
    /// The command line's keys: `method, reason, statistic, z, p_value, ln_p, slope_per_s, intercept, verdict` and, without a
    /// verdict, `why`.
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
        map.end()
    }
}

/// Tests a series for a monotone trend, with a slope per second, at a level of confidence such as 0.95.
///
/// Samples without a trend come out as rising or falling in a share of at most about 1 − `level` of cases. That holds for
/// [`Auto`](TrendMethod::Auto) on autocorrelated samples too (measured by the benchmark `trend`, at most 1.5 times the nominal
/// rate on AR(1) of φ up to 0.8 at n = 200); the other methods hold under their own assumptions only. `Auto`
///
/// 1. takes the Theil–Sen line out and fits an AR(1), and one beneath white noise, to the normal scores of the rest, bias
///    corrected;
/// 2. multiplies the variance of S by what the more persistent of them implies (Hamed and Rao's formula, few parameters);
/// 3. gives no verdict where the Dickey–Fuller test cannot tell the rest from a random walk, whose wandering looks like a
///    trend, unless the mean step is too large for a driftless walk too, at half the error rate.
///
/// Seasonal series: longer than several seasons, and with the season in mind; a strong season reads as persistence and ends
/// in no verdict. Times may be irregular: S needs their order, the slope their distances.
///
/// ```
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// use sre_stats::trend::{TrendMethod, Verdict, trend};
/// use sre_stats::unit::Unit;
/// let times = (0..60).map(|i| i * 60_000_000_000).collect();
/// let values = (0..60).map(|i| 100.0 + 3.0 * f64::from(i) + f64::from(i * 7 % 11)).collect();
/// let disk = Series::new(Identity::new("disk_used", Unit::Byte), times, values, NanPolicy::Drop)?;
/// let found = trend(&disk, TrendMethod::Auto, 0.95)?;
/// assert_eq!(found.verdict, Verdict::Rising);
/// assert!((found.slope_per_s.map_or(0.0, |s| s.value) - 0.05).abs() < 0.001);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where `level` is not between 0 and 1. Data that allow no answer are not an error but a [`Verdict::NoVerdict`].
pub fn trend(series: &Series, method: TrendMethod, level: f64) -> Result<Trend> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::argument(format!("a level of {level} is not between 0 and 1")).hint("0.95 is usual"));
    }
    let values = series.values();
    if let Some(why) = unusable(values) {
        return Ok(Trend::without(method, why));
    }
    let step = series.step().map_or(1.0, |s| s.0 as f64);
    if u32::try_from(values.len()).is_err() {
        return Err(Error::argument("a trend is computed of at most 2³² − 1 samples"));
    }
    let fit = Fit::new(series.times(), values, step);
    let per_step = fit.per_step();
    let test = Test { series, score: mann_kendall(values), fit, per_step, step, level };
    Ok(match method {
        TrendMethod::Auto => test.auto(),
        TrendMethod::MannKendall => {
            test.finish(Method::Named("mann-kendall"), "asked for; holds for independent samples".into(), 1.0)
        }
        TrendMethod::TheilSen => test.by_interval(),
        TrendMethod::HamedRao(lag) => {
            let inflation = hamed_rao_inflation(&test.detrended(), lag, level);
            let lags = lag.map_or_else(|| "all lags".into(), |lag| format!("lags 1–{lag}"));
            let reason = format!("asked for; variance × {inflation:.4}");
            test.finish(Method::Described(format!("hamed-rao ({lags})")), reason, inflation)
        }
    })
}

/// Why no method can answer on these values, if none can.
pub(super) fn unusable(values: &[f64]) -> Option<String> {
    if values.len() < 3 {
        return Some(format!("{} samples are too few: 3 or more are needed", values.len()));
    }
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    if low == high {
        return Some(format!("all {} values are equal", values.len()));
    }
    // squares of differences must stay finite
    (low.abs().max(high.abs()) > 1e150).then(|| "values beyond 1e150 are too large to compute with".into())
}

struct Test<'a> {
    series: &'a Series,
    score: Score,
    fit: Fit<'a>,
    per_step: f64,
    step: f64,
    level: f64,
}

impl Test<'_> {
    /// The values minus the Theil–Sen line, with positions counted in steps from 1 as in the papers.
    fn detrended(&self) -> Vec<f64> {
        let t0 = self.series.times()[0];
        let position = |t: i64| (i128::from(t) - i128::from(t0)) as f64 / self.step + 1.0;
        self.series.times().iter().zip(self.series.values()).map(|(&t, v)| v - position(t) * self.per_step).collect()
    }

    fn auto(self) -> Trend {
        let n = self.series.len();
        if n < 6 {
            let why = format!("{n} samples are too few to measure autocorrelation: 6 or more are needed");
            let reason = "no autocorrelation could be measured".to_owned();
            let mut found = self.finish(Method::Named("mann-kendall"), reason, 1.0);
            found.verdict = Verdict::NoVerdict { why };
            return found;
        }
        let rest = self.detrended();
        let spread = rest.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
        let size = self.series.values().iter().fold(0.0f64, |a, v| a.max(v.abs()));
        if spread.1 - spread.0 <= 1e-12 * size {
            return self.finish(Method::Named("mann-kendall"), "the values lie on a line".into(), 1.0);
        }
        let Persistence { r1, decay, inflation } = persistence(&rest);
        if unit_root_rejected(&rest) != Some(true) {
            return self.verdict_on_walk(r1, inflation);
        }
        let noise = if decay > r1 { "AR(1) beneath white noise" } else { "AR(1)" };
        let method = Method::Described(format!("mann-kendall (variance for {noise}, φ = {decay:.2})"));
        let reason = format!(
            "lag-1 autocorrelation around the trend {r1:.2}: variance of S × {inflation:.3}; Dickey–Fuller rejects a random walk"
        );
        self.finish(method, reason, inflation)
    }

    /// The verdict where the series may be a random walk: from its mean step alone, at half the error rate.
    fn verdict_on_walk(self, phi: f64, inflation: f64) -> Trend {
        let (level, s) = (self.level, self.score.s);
        let values = self.series.values();
        let rise = values[values.len() - 1] - values[0];
        let ln_p = drift_ln_p(values);
        let reason = format!(
            "lag-1 autocorrelation around the trend {phi:.2}: Dickey–Fuller cannot tell it from a random walk, so the mean step is tested"
        );
        let mut found = self.finish(Method::Named("drift of a random walk"), reason, inflation);
        // a walk may wander in both halves of the decision, so each gets half of the error rate; p is doubled for it
        let ln_p = ln_p.map(|ln_p| (ln_p + std::f64::consts::LN_2).min(0.0));
        found.ln_p = ln_p;
        found.p_value = ln_p.map(f64::exp);
        found.z = None;
        if let Some(slope) = &mut found.slope_per_s {
            slope.bound = Bound::Unknown { why: "the series cannot be told from a random walk".into() };
        }
        found.verdict = match ln_p {
            Some(ln_p) if ln_p < (1.0 - level).ln() && rise > 0.0 && s > 0.0 => Verdict::Rising,
            Some(ln_p) if ln_p < (1.0 - level).ln() && rise < 0.0 && s < 0.0 => Verdict::Falling,
            _ => Verdict::NoVerdict {
                why: format!(
                    "the series cannot be told from a random walk (autocorrelation {phi:.2}, n = {}): its wandering may be chance",
                    self.series.len()
                ),
            },
        };
        found
    }

    fn by_interval(self) -> Trend {
        let (mut found, line) =
            self.with_line(Method::Named("theil-sen"), "asked for; holds for independent samples".into(), 1.0);
        // of n! equally likely orders the two monotone ones are the rarest: below 5 samples even they are no evidence at 95 %
        let rarest = 2.0 / (1..=self.series.len().min(20)).map(|k| k as f64).product::<f64>();
        found.verdict = if rarest > 1.0 - self.level {
            Verdict::NoneShown
        } else if line.lower > 0.0 {
            Verdict::Rising
        } else if line.upper < 0.0 {
            Verdict::Falling
        } else {
            Verdict::NoneShown
        };
        found
    }

    fn finish(&self, method: Method, reason: String, inflation: f64) -> Trend {
        self.with_line(method, reason, inflation).0
    }

    fn with_line(&self, method: Method, reason: String, inflation: f64) -> (Trend, SenSlope) {
        let values = self.series.values();
        let z = self.score.z(inflation);
        let ln_p = z.map(ln_two_sided);
        let verdict = match (z, ln_p) {
            (Some(z), Some(ln_p)) if ln_p < (1.0 - self.level).ln() => {
                if z > 0.0 {
                    Verdict::Rising
                } else {
                    Verdict::Falling
                }
            }
            (Some(_), _) => Verdict::NoneShown,
            (None, _) => Verdict::NoVerdict {
                why: "the corrected variance of S is not positive: limit the lags, for example hamed-rao:3".into(),
            },
        };
        let variance = self.score.variance * if inflation > 0.0 { inflation } else { 1.0 };
        let line = self.fit.with_interval(self.per_step, variance, self.level);
        let scope = Scope { unit: per_second(&self.series.identity().unit), window: Some(self.series.window()) };
        let bound = Bound::Confidence { lower: line.lower, upper: line.upper, level: self.level };
        let slope =
            Estimate::new(line.slope_per_s, Method::Named("theil-sen"), values.len() as u64, &scope).with_bound(bound);
        let found = Trend {
            method,
            reason,
            statistic: Some(self.score.s),
            z,
            p_value: ln_p.map(f64::exp),
            ln_p,
            slope_per_s: Some(slope),
            intercept: Some(line.intercept),
            verdict,
        };
        (found, line)
    }
}

impl Trend {
    fn without(method: TrendMethod, why: String) -> Self {
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
        }
    }
}

/// The unit of a slope.
pub(crate) fn per_second(unit: &Unit) -> Unit {
    Unit::PerSecond(Box::new(unit.clone()))
}
