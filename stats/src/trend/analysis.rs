//! Is it rising or falling? A test, a slope and a verdict for one series.

use super::auto::{Persistence, drift_ln_p, persistence, unit_root_rejected};
use super::least_squares::{default_lags, least_squares};
use super::mann_kendall::{Score, hamed_rao_inflation, mann_kendall, yue_wang_inflation};
use super::rival::ln_p_of_slope;
use super::scale::{enlarged, reduced};
use super::season::{SeasonSteps, lattice, without_season};
use super::seasonal::{Phases, seasonal_slope};
use super::theil_sen::{Fit, SenSlope};
use super::verdict::{Trend, TrendMethod, Verdict};
use super::whitening::trend_free_prewhitened;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::tails::{ln_two_sided, two_sided_critical};
use crate::series::{NanPolicy, Series};
use crate::unit::Unit;
use crate::words::agreeing;

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
///    trend, unless the mean step is too large for a driftless walk too, at half the error rate;
/// 4. gives no verdict either where a level that wanders beneath white noise explains the values nearly as well as the line does: the
///    slope must be significant under every AR(1) or random walk beneath white noise whose restricted likelihood comes near the best.
///    That costs power where the noise is white and the rise small: at n = 200 it has to be about 2 standard deviations of the noise.
///
/// A season that shows in the values is taken out before, by the median of each phase (see [`SeasonSteps`]); one that does not,
/// such as a single cycle, reads as persistence and ends in no verdict. Times may be irregular: S needs their order, the slope their distances; seasonal
/// methods need a lattice of equal steps, gaps allowed.
///
/// The other methods: Yue and Wang (2004) correct the variance by the autocorrelation of the values, trend-free pre-whitening
/// (Yue, Pilon, Phinney and Cavadias, 2002) takes the lag-1 autocorrelation out of them, and the seasonal tests (Hirsch, Slack and Smith, 1982;
/// correlated: Hirsch and Slack, 1984) compare like phases only; the correlated one needs ten cycles or more. All three are kept for comparison: on strongly
/// persistent series they cry wolf (the benchmark `trend` prints how often). Least squares with the errors of Newey and West (1987) needs
/// values without outliers and many more samples than the noise's memory.
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
    if let Some(why) = unusable(values).or_else(|| series.mixed()) {
        return Ok(Trend::without(method, why));
    }
    if u32::try_from(values.len()).is_err() {
        return Err(Error::argument("a trend is computed of at most 2³² − 1 samples"));
    }
    if let Some((larger, shrink)) = enlarged(series)? {
        return Ok(reduced(tested(&larger, method, level)?, shrink));
    }
    tested(series, method, level)
}

fn tested(series: &Series, method: TrendMethod, level: f64) -> Result<Trend> {
    let test = Test::new(series, level);
    let asked = |correction: f64| format!("asked for; variance × {correction:.4}");
    let corrected = |name: &str, lag: Option<usize>, inflation: f64| {
        let up_to = lag.map_or_else(|| "all lags".into(), |lag| format!("lags 1–{lag}"));
        let mut found = test.finish(Method::Described(format!("{name} ({up_to})")), asked(inflation), inflation);
        if inflation <= 0.0
            && let Some(lag) = lag
        {
            let why = format!(
                "the autocorrelation measured up to lag {lag} is so far below 0 that the corrected variance of S is not above it; \
                 use auto, which takes no variance away"
            );
            found.verdict = Verdict::NoVerdict { why };
        }
        test.with_caveat(found, inflation)
    };
    Ok(match method {
        TrendMethod::Auto => match without_season(series, SeasonSteps::Auto) {
            None => test.auto(),
            Some(seasonal) => {
                let rest =
                    Series::new(series.identity().clone(), series.times().to_vec(), seasonal.values, NanPolicy::Drop)?;
                if let Some(why) = unusable(rest.values()) {
                    return Ok(Trend::without(
                        method,
                        format!("without its season of {} steps {why}", seasonal.period),
                    ));
                }
                let mut found = Test::new(&rest, level).auto();
                found.reason.push_str(&format!("; a season of {} steps was taken out first", seasonal.period));
                found
            }
        },
        TrendMethod::YueWang(lag) => corrected("yue-wang", lag, yue_wang_inflation(&test.detrended(), lag)),
        TrendMethod::Prewhitened => test.with_caveat(test.prewhitened(), 1.0),
        TrendMethod::Seasonal(period) => test.with_caveat(test.seasonal(period, false), 1.0),
        TrendMethod::CorrelatedSeasonal(period) => test.with_caveat(test.seasonal(period, true), 1.0),
        TrendMethod::LeastSquares(lags) => test.with_caveat(test.least_squares(lags), 1.0),
        TrendMethod::MannKendall => {
            let reason = "asked for; holds for independent samples".into();
            test.with_caveat(test.finish(Method::Named("mann-kendall"), reason, 1.0), 1.0)
        }
        TrendMethod::TheilSen => test.with_caveat(test.by_interval(), 1.0),
        TrendMethod::HamedRao(lag) => corrected("hamed-rao", lag, hamed_rao_inflation(&test.detrended(), lag, level)),
    })
}

/// Why no method can answer on these values, if none can.
pub(super) fn unusable(values: &[f64]) -> Option<String> {
    if values.len() < 3 {
        let few = agreeing(values.len() as u64, "sample", "is", "are");
        return Some(format!("{few} too few: 3 or more are needed"));
    }
    let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    if low == high {
        return Some(format!("all {} values are equal", values.len()));
    }
    // squares of differences must stay finite
    (low.abs().max(high.abs()) > 1e150).then(|| "values beyond 1e150 are too large to compute with".into())
}

/// By so much more variance than was taken a test sees a trend too often: at 1.3 in 8.6 % of series without one, for 5 %.
const TOO_LITTLE: f64 = 1.3;

struct Test<'a> {
    series: &'a Series,
    score: Score,
    fit: Fit<'a>,
    per_step: f64,
    step: f64,
    level: f64,
}

impl<'a> Test<'a> {
    fn new(series: &'a Series, level: f64) -> Self {
        let values = series.values();
        let step = series.step().map_or(1.0, |s| s.0 as f64);
        let fit = Fit::new(series.times(), values, step);
        let per_step = fit.per_step();
        Self { series, score: mann_kendall(values), fit, per_step, step, level }
    }

    /// The times in steps from the first.
    fn positions(&self) -> Vec<f64> {
        let t0 = self.series.times()[0];
        self.series.times().iter().map(|&t| (i128::from(t) - i128::from(t0)) as f64 / self.step).collect()
    }

    /// The values minus the Theil–Sen line, with positions counted in steps from 1 as in the papers.
    fn detrended(&self) -> Vec<f64> {
        self.positions().iter().zip(self.series.values()).map(|(p, v)| v - (p + 1.0) * self.per_step).collect()
    }

    /// A verdict of a method that was asked for, with the caveat that it does not hold its level, where the autocorrelation measured around
    /// the trend asks for clearly more variance than the method took, which is `inflation` times that of independent samples.
    fn with_caveat(&self, mut found: Trend, inflation: f64) -> Trend {
        if self.series.len() < 6 || matches!(found.verdict, Verdict::NoVerdict { .. }) {
            return found;
        }
        let rest = self.detrended();
        let Persistence { r1, inflation: needed, .. } = persistence(&rest);
        if unit_root_rejected(&rest) == Some(false) {
            found.caveats.push(
                "the series cannot be told from a random walk, whose wandering this method takes for a trend; auto holds its level".into(),
            );
        } else if needed > TOO_LITTLE * inflation {
            found.caveats.push(format!(
                "the autocorrelation around the trend ({r1:.2}) asks for a variance × {needed:.2}, and this method took × {inflation:.2}: it \
                 sees trends where there are none; auto holds its level"
            ));
        }
        found
    }

    fn auto(self) -> Trend {
        let n = self.series.len();
        if n < 6 {
            let why = format!("{n} samples are too few to measure autocorrelation: 6 or more are needed");
            let mut found = self.finish(Method::Named("mann-kendall"), why.clone(), 1.0);
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
        let found = self.finish(method, reason, inflation);
        self.against_wandering(found, &rest)
    }

    /// A trend stands where no level that wanders, beneath noise, explains the values nearly as well without one.
    fn against_wandering(&self, mut found: Trend, rest: &[f64]) -> Trend {
        if !matches!(found.verdict, Verdict::Rising | Verdict::Falling) {
            return found;
        }
        let ln_p = ln_p_of_slope(rest, &self.positions(), self.per_step);
        if found.ln_p.is_some_and(|own| own >= ln_p) {
            return found;
        }
        found.reason.push_str("; p by the most persistent noise that explains the values nearly as well");
        found.ln_p = Some(ln_p);
        found.p_value = Some(ln_p.exp());
        if ln_p >= (1.0 - self.level).ln() {
            let n = self.series.len();
            let why = format!(
                "the series cannot be told from a level that wanders beneath noise (n = {n}): such a one drifts as far by chance"
            );
            if let Some(slope) = &mut found.slope_per_s {
                slope.bound = Bound::Unknown { why: why.clone() };
            }
            found.verdict = Verdict::NoVerdict { why };
        }
        found
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

    fn by_interval(&self) -> Trend {
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

    fn prewhitened(&self) -> Trend {
        let rest = self.detrended();
        let (white, r1) = trend_free_prewhitened(&rest, &self.positions(), self.per_step);
        let reason = format!("asked for; lag-1 autocorrelation around the trend {r1:.4}, taken out");
        let mut found = self.finish(Method::Named("prewhitened"), reason, 1.0);
        if white.len() < 3 {
            found.verdict = Verdict::NoVerdict { why: "nothing is left after pre-whitening".into() };
            return found;
        }
        let score = mann_kendall(&white);
        found.statistic = Some(score.s);
        found.judge(score.z(1.0), self.level);
        found
    }

    fn seasonal(&self, period: usize, correlated: bool) -> Trend {
        let name = if correlated { "correlated-seasonal" } else { "seasonal" };
        let method = if correlated { TrendMethod::CorrelatedSeasonal(period) } else { TrendMethod::Seasonal(period) };
        let Some(positions) = lattice(self.series) else {
            return Trend::without(
                method,
                "the times lie on no lattice of equal steps, so phases cannot be told apart".into(),
            );
        };
        let phases = Phases::new(self.series.values(), &positions, period);
        let (s, variance) = if correlated { phases.correlated_score() } else { phases.score() };
        if variance.is_nan() || variance <= 0.0 {
            let why = format!("no phase of a season of {period} steps holds two different values");
            return Trend::without(method, why);
        }
        // Hirsch and Slack's test goes without the correction for continuity
        let z = if correlated || s == 0.0 { s / variance.sqrt() } else { (s - s.signum()) / variance.sqrt() };
        let reason = format!("asked for; {} pairs of like phases", phases.pairs());
        let mut found = self.finish(Method::Described(format!("{name} ({period} steps)")), reason, 1.0);
        found.statistic = Some(s);
        found.judge(Some(z), self.level);
        let line = seasonal_slope(&phases, variance, self.level);
        let step_s = self.step / 1e9;
        if let Some(slope) = &mut found.slope_per_s {
            slope.value = line.slope / step_s;
            slope.method = Method::Named("seasonal sen");
            slope.bound =
                Bound::Confidence { lower: line.lower / step_s, upper: line.upper / step_s, level: self.level };
        }
        found.intercept = Some(line.intercept);
        found
    }

    fn least_squares(&self, lags: Option<usize>) -> Trend {
        let n = self.series.len();
        let lags = lags.unwrap_or_else(|| default_lags(n)).min(n - 1);
        let line = least_squares(&self.positions(), self.series.values(), lags);
        let method = Method::Described(format!("least-squares (Newey–West, {lags} lags)"));
        let mut found =
            self.finish(method.clone(), "asked for; errors hold for autocorrelation up to the lags".into(), 1.0);
        found.z = None;
        found.intercept = Some(line.intercept);
        found.statistic = line.t();
        let reach = two_sided_critical(1.0 - self.level, line.degrees) * line.error;
        let step_s = self.step / 1e9;
        if let Some(slope) = &mut found.slope_per_s {
            slope.value = line.slope / step_s;
            slope.method = method;
            slope.bound = Bound::Confidence {
                lower: (line.slope - reach) / step_s,
                upper: (line.slope + reach) / step_s,
                level: self.level,
            };
        }
        found.decide(line.ln_p(), line.slope, self.level, "the values lie on a line or leave no degree of freedom");
        found
    }

    fn finish(&self, method: Method, reason: String, inflation: f64) -> Trend {
        self.with_line(method, reason, inflation).0
    }

    fn with_line(&self, method: Method, reason: String, inflation: f64) -> (Trend, SenSlope) {
        let values = self.series.values();
        let z = self.score.z(inflation);
        let variance = self.score.variance * if inflation > 0.0 { inflation } else { 1.0 };
        let line = self.fit.with_interval(self.per_step, variance, self.level);
        let scope = Scope { unit: per_second(&self.series.identity().unit), window: Some(self.series.window()) };
        // of n! equally likely orders the two monotone ones put all slopes on one side of the truth
        let rarest = 2.0 / (1..=values.len().min(20)).map(|k| k as f64).product::<f64>();
        let bound = if rarest > 1.0 - self.level {
            let most = Unit::Ratio.show(1.0 - rarest);
            let asked = Unit::Ratio.show(self.level);
            Bound::Unknown { why: format!("all slopes of {} samples hold at {most}, not at {asked}", values.len()) }
        } else {
            Bound::Confidence { lower: line.lower, upper: line.upper, level: self.level }
        };
        let slope =
            Estimate::new(line.slope_per_s, Method::Named("theil-sen"), values.len() as u64, &scope).with_bound(bound);
        let mut found = Trend {
            method,
            reason,
            statistic: Some(self.score.s),
            z: None,
            p_value: None,
            ln_p: None,
            slope_per_s: Some(slope),
            intercept: Some(line.intercept),
            verdict: Verdict::NoneShown,
            caveats: Vec::new(),
        };
        found.judge(z, self.level);
        (found, line)
    }
}

impl Trend {
    /// Takes the verdict from a standard normal deviate.
    fn judge(&mut self, z: Option<f64>, level: f64) {
        self.z = z;
        let why = "the corrected variance of S is not positive: limit the lags, for example hamed-rao:3";
        self.decide(z.map(ln_two_sided), z.unwrap_or_default(), level, why);
    }

    /// Takes the verdict from ln p and a number with the trend's sign; without ln p there is none, for the reason given.
    fn decide(&mut self, ln_p: Option<f64>, sign: f64, level: f64, why: &str) {
        self.ln_p = ln_p;
        self.p_value = ln_p.map(f64::exp);
        self.verdict = match ln_p {
            None => Verdict::NoVerdict { why: why.into() },
            Some(ln_p) if ln_p < (1.0 - level).ln() && sign > 0.0 => Verdict::Rising,
            Some(ln_p) if ln_p < (1.0 - level).ln() && sign < 0.0 => Verdict::Falling,
            Some(_) => Verdict::NoneShown,
        };
    }
}

/// The unit of a slope.
pub(crate) fn per_second(unit: &Unit) -> Unit {
    Unit::PerSecond(Box::new(unit.clone()))
}
