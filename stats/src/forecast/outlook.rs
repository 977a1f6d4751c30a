//! What comes next, with an interval that was tested, and when a limit is reached.

use std::str::FromStr;

use rayon::prelude::*;

use super::backtest::{self, Plan, Tested};
use super::crossing::{Crossing, CrossingVerdict, Future, passed};
use super::ets::EtsTrend;
use super::model::{Fitted, Kind};
use super::normal;
use super::prometheus;
use super::regular::Regular;
use super::result::{Backtest, Candidate, Forecast, ForecastPoint, ForecastVerdict};
use super::season::chosen;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate};
use crate::method::Method;
use crate::series::Series;
use crate::time::Span;
use crate::unit::Unit;
use crate::words::agreeing;

/// How a series is forecast.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForecastMethod {
    /// The one whose forecasts were least wrong in the backtest.
    #[default]
    Auto,
    /// Exponential smoothing with level, slope and season.
    HoltWinters,
    /// Exponential smoothing of the parts that the corrected criterion of Akaike asks for.
    Ets,
    /// Seasons taken out by STL, the rest by exponential smoothing with a damped slope.
    StlEts,
    /// The line of least squares.
    Linear,
    /// That line as Prometheus computes it.
    PredictLinear,
    /// As it was a season ago; without a season, as it is now.
    SeasonalNaive,
}

impl FromStr for ForecastMethod {
    type Err = Error;
    /// Reads `auto`, `holt-winters`, `ets`, `stl-ets`, `linear`, `predict-linear`, `seasonal-naive`.
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "auto" => Self::Auto,
            "holt-winters" => Self::HoltWinters,
            "ets" => Self::Ets,
            "stl-ets" => Self::StlEts,
            "linear" => Self::Linear,
            "predict-linear" => Self::PredictLinear,
            "seasonal-naive" => Self::SeasonalNaive,
            _ => {
                return Err(Error::parse(format!("“{text}” is not a way to forecast"))
                    .hint("choose auto, holt-winters, ets, stl-ets, linear, predict-linear or seasonal-naive"));
            }
        })
    }
}

/// What is asked of a forecast.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastOptions {
    /// How it is made.
    pub method: ForecastMethod,
    /// How far ahead; `None` for a quarter of the series.
    pub horizon: Option<Span>,
    /// The limit whose crossing is asked for.
    pub limit: Option<f64>,
    /// The seasons; `None` to find them, empty for none.
    pub seasons: Option<Vec<Span>>,
    /// The level of the intervals.
    pub level: f64,
    /// The seed of the paths behind the crossing.
    pub seed: u64,
}

impl Default for ForecastOptions {
    /// Auto, a quarter of the series, no limit, 0.95, seed 1.
    fn default() -> Self {
        Self { method: ForecastMethod::Auto, horizon: None, limit: None, seasons: None, level: 0.95, seed: 1 }
    }
}

/// At most so many steps ahead.
const MOST_STEPS: usize = 200_000;
/// Fewer values are not forecast.
const FEWEST: usize = 10;
/// A season up to this long is worth a state of its own in exponential smoothing when the method is chosen.
const SMOOTHED_SEASON: usize = 48;

/// Forecasts a series, with an interval at each step that was tested on its own past.
///
/// 1. The samples are put on an even grid; a step without a sample is missing, never filled.
/// 2. Seasons are found ([`seasons`](super::seasons())), unless they are given.
/// 3. Every candidate is tested by rolling origins over the second half of the series: up to 60 origins, each forecast by
///    what was known there (smoothing parameters are fitted before the first origin and kept). `Auto` takes the one with the smallest
///    mean absolute error; the seasonal naive forecast is among them, and its error stands beside the result.
/// 4. The model's own interval is widened by the ratio that a share of `level` of the tested forecasts did not exceed (split
///    conformal prediction), by octave of the lead and by how large errors were at each phase of the season, never narrowed; beyond the longest tested lead by a further
///    √(lead / tested lead), which is a precaution and no result. Coverage before that is in [`Backtest`].
/// 5. For a limit, paths of the model are drawn, and the first time at which each reaches it.
///
/// The widening is as good as the past is like the future, and origins overlap: [`Backtest::independent`] says how many forecasts
/// of the longest lead do not. A choice among candidates by their backtest makes its error a little too small. Not for a
/// series that just changed its level or regime: look at its changes first, and forecast from there.
///
/// Sources: Hyndman et al. 2008 (exponential smoothing); Hyndman and Koehler, *Another look at measures of forecast accuracy*, 2006 (MASE);
/// Lei et al., *Distribution-free predictive inference for regression*, 2018 (split conformal).
///
/// ```
/// use sre_stats::forecast::{CrossingVerdict, ForecastOptions, forecast};
/// use sre_stats::prelude::*;
/// let times = (0..240).map(|h| h * 3_600_000_000_000).collect();
/// let values = (0..240u32).map(|h| 40.0 + 0.1 * f64::from(h) + f64::from(h * h % 7) * 0.3).collect();
/// let disk = Series::new(Identity::new("disk_used", Unit::Percent), times, values, NanPolicy::Drop)?;
/// let options = ForecastOptions { limit: Some(68.0), ..ForecastOptions::default() };
/// let found = forecast(&disk, &options)?;
/// let crossing = found.crossing.ok_or("a limit was given")?;
/// assert_eq!(crossing.verdict, CrossingVerdict::Crosses);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Where an option is out of its domain. Data that allow no answer are not an error but a [`ForecastVerdict::NoVerdict`].
pub fn forecast(series: &Series, options: &ForecastOptions) -> Result<Forecast> {
    check(options)?;
    let regular = match Regular::of(series) {
        Ok(regular) if regular.present < FEWEST => {
            return Ok(without(
                series,
                options,
                format!(
                    "{} too few: {FEWEST} or more are needed",
                    agreeing(regular.present as u64, "value", "is", "are")
                ),
            ));
        }
        Ok(regular) => regular,
        Err(why) => return Ok(without(series, options, why)),
    };
    let seasons = match chosen(&regular, options.seasons.as_deref(), options.level)? {
        Ok(seasons) => seasons,
        Err(why) => return Ok(without(series, options, why)),
    };
    let n = regular.values.len();
    let steps = match options.horizon {
        Some(horizon) => (horizon.0 as f64 / regular.step as f64).ceil() as usize,
        None => (n / 4).max(1),
    };
    if steps > MOST_STEPS {
        return Err(Error::argument(format!("a horizon of {steps} steps of {}", Span(regular.step)))
            .hint("a shorter horizon, or a mean per window before it"));
    }
    let work = Work { series, regular, seasons, steps, options };
    Ok(work.forecast())
}

fn check(options: &ForecastOptions) -> Result<()> {
    let level = options.level;
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::argument(format!("a level of {level} is not between 0 and 1")).hint("0.95 is usual"));
    }
    if let Some(horizon) = options.horizon.filter(|h| h.0 <= 0) {
        return Err(Error::argument(format!("a horizon of {horizon}")).hint("more than 0, such as 7d"));
    }
    if let Some(limit) = options.limit.filter(|l| !l.is_finite()) {
        return Err(Error::argument(format!("a limit of {limit}")).hint("a number"));
    }
    Ok(())
}

fn without(series: &Series, options: &ForecastOptions, why: String) -> Forecast {
    let verdict = CrossingVerdict::NoVerdict { why: why.clone() };
    let last = series.values().last().copied();
    Forecast {
        method: Method::Named("none"),
        reason: why.clone(),
        seasons: Vec::new(),
        step: series.step().unwrap_or(Span::ZERO),
        points: Vec::new(),
        crossing: options.limit.map(|limit| Crossing::without(limit, options.level, last, verdict)),
        backtest: None,
        candidates: Vec::new(),
        caveats: Vec::new(),
        verdict: ForecastVerdict::NoVerdict { why },
    }
}

struct Work<'a> {
    series: &'a Series,
    regular: Regular,
    seasons: Vec<usize>,
    steps: usize,
    options: &'a ForecastOptions,
}

impl Work<'_> {
    fn candidates(&self) -> Vec<Kind> {
        use EtsTrend::{Additive, Damped, None as Level};
        let smoothing = |kind: fn(EtsTrend) -> Kind| [Level, Additive, Damped].map(kind).to_vec();
        let longest = self.seasons.last().copied();
        match (self.options.method, longest) {
            (ForecastMethod::SeasonalNaive, _) => vec![Kind::Naive],
            (ForecastMethod::Linear, _) => vec![Kind::Line],
            (ForecastMethod::PredictLinear, _) => vec![Kind::PredictLinear],
            (ForecastMethod::HoltWinters, Some(_)) => vec![Kind::Seasonal(Additive)],
            (ForecastMethod::HoltWinters, None) => vec![Kind::Ets(Additive)],
            (ForecastMethod::StlEts, Some(_)) => vec![Kind::Decomposed(Some(Damped))],
            (ForecastMethod::StlEts, None) => vec![Kind::Ets(Damped)],
            (ForecastMethod::Ets, Some(_)) => vec![self.by_criterion(&smoothing(Kind::Seasonal))],
            (ForecastMethod::Ets, None) => vec![self.by_criterion(&smoothing(Kind::Ets))],
            (ForecastMethod::Auto, Some(season)) => {
                let mut all = vec![Kind::Naive, Kind::Decomposed(None)];
                all.extend([Additive, Damped].map(|trend| Kind::Decomposed(Some(trend))));
                if season <= SMOOTHED_SEASON {
                    all.extend(smoothing(Kind::Seasonal));
                }
                all
            }
            (ForecastMethod::Auto, None) => {
                let mut all = vec![Kind::Naive, Kind::Line];
                all.extend(smoothing(Kind::Ets));
                all
            }
        }
    }

    /// The model of exponential smoothing with the smallest corrected criterion of Akaike on the first half, so that the test is
    /// not of what chose it.
    fn by_criterion(&self, kinds: &[Kind]) -> Kind {
        let values = &self.regular.values;
        let half = &values[..(values.len() / 2).max(self.needed()).min(values.len())];
        let criterion = |kind: &Kind| match kind.fit(half, &self.seasons) {
            Some(Fitted::Ets(model)) => model.aicc(),
            _ => f64::INFINITY,
        };
        let scored = kinds.iter().map(|kind| (criterion(kind), *kind));
        scored.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(Kind::Ets(EtsTrend::None), |s| s.1)
    }

    /// The fewest values that every candidate can be fitted to.
    fn needed(&self) -> usize {
        self.seasons.last().map_or(FEWEST, |s| 2 * s + FEWEST)
    }

    fn forecast(self) -> Forecast {
        let values = &self.regular.values;
        let level = self.options.level;
        let plan = Plan::new(values.len(), self.steps, self.needed());
        let kinds = self.candidates();
        let mut caveats = self.regular.caveats.clone();
        let tested = |kind: Kind| plan.as_ref().and_then(|p| backtest::test(kind, values, &self.seasons, p, level));
        // side by side, in their order
        let mut tests: Vec<(Kind, Option<Tested>)> = kinds.par_iter().map(|kind| (*kind, tested(*kind))).collect();
        let error = |t: &Option<Tested>| t.as_ref().map_or(f64::INFINITY, |t| t.error);
        // without a test the last candidate stands, which is damped: it says the least
        let chosen = (0..tests.len())
            .min_by(|a, b| error(&tests[*a].1).total_cmp(&error(&tests[*b].1)).then(b.cmp(a)))
            .unwrap_or(0);
        let baseline = tests.iter().find(|t| t.0 == Kind::Naive).map_or_else(|| tested(Kind::Naive), |t| t.1.clone());
        let candidates = tests.iter().map(|(kind, t)| self.candidate(*kind, t.as_ref())).collect();
        let (kind, test) = tests.swap_remove(chosen);
        let Some(model) = kind.fit(values, &self.seasons).map(|m| self.as_prometheus(kind, m)) else {
            let why = format!("{} cannot be fitted to {} values", kind.name(), self.regular.present);
            return without(self.series, self.options, why);
        };
        let mean = model.forecast(self.steps);
        let deviations = model.deviations(self.steps);
        let widening = self.widening(test.as_ref());
        let method = Method::Described(model.describe(kind, &self.seasons));
        self.warn(plan.as_ref(), test.as_ref(), &mut caveats);
        let mut points = self.points(&method, (&mean, &deviations, &widening));
        // what stands for a query of Prometheus is what Prometheus answers
        if kind != Kind::PredictLinear {
            let name = &self.series.identity().name;
            caveats.extend(self.range().and_then(|range| cut(&mut points, range, name, &self.series.identity().unit)));
        }
        let crossing = self.options.limit.map(|limit| {
            let (at, last) = self.regular.last();
            let future = Future { model: &model, mean: &mean, widening: &widening, seed: self.options.seed, level };
            let since = passed(self.series.times(), self.series.values(), limit);
            Crossing::of(&future, (limit, since), last, |h| self.regular.time(at + 1 + h))
        });
        Forecast {
            reason: self.reason(kinds.len(), test.is_some()),
            seasons: self.seasons.iter().map(|s| self.regular.span(*s)).collect(),
            step: Span(self.regular.step),
            points,
            crossing,
            backtest: plan.zip(test).map(|(plan, test)| self.backtest(&method, &plan, &test, baseline.as_ref())),
            candidates,
            caveats,
            verdict: ForecastVerdict::Forecast,
            method,
        }
    }

    /// Prometheus's line from the samples themselves, at their own times.
    fn as_prometheus(&self, kind: Kind, model: Fitted) -> Fitted {
        let times = self.series.times();
        let line = times.last().and_then(|last| prometheus::line(times, self.series.values(), *last));
        match (kind, model, line) {
            (Kind::PredictLinear, Fitted::Line(model), Some((slope, end))) => {
                Fitted::Line(model.through(slope * Span(self.regular.step).as_secs_f64(), end))
            }
            (_, model, _) => model,
        }
    }

    /// The least and the greatest value there can be, by the unit: sizes are not negative, shares end at all of it. Where there is no unit,
    /// by the values: 0 and 1 alone are a state. `None` where a value lies outside, so that the unit does not say it.
    fn range(&self) -> Option<(f64, f64)> {
        let values = self.series.values();
        let range = match self.series.identity().unit {
            Unit::Ratio => (0.0, 1.0),
            Unit::Percent => (0.0, 100.0),
            Unit::None if values.iter().all(|v| *v == 0.0 || *v == 1.0) => (0.0, 1.0),
            Unit::None | Unit::Other(_) => return None,
            _ => (0.0, f64::INFINITY),
        };
        let within = |(low, high): (f64, f64)| values.iter().all(|v| (low..=high).contains(v));
        // a processor of four cores is busy by 300 %, and still not negative
        [range, (0.0, f64::INFINITY)].into_iter().find(|r| within(*r))
    }

    /// The factor of each step.
    fn widening(&self, test: Option<&Tested>) -> Vec<f64> {
        test.map_or_else(|| vec![1.0; self.steps], |t| t.factors(self.regular.values.len(), self.steps))
    }

    fn reason(&self, candidates: usize, tested: bool) -> String {
        let seasons = match self.seasons.as_slice() {
            [] if self.options.seasons.is_some() => "no season, as asked for".to_owned(),
            [] => "no season was shown".to_owned(),
            some => {
                let all: Vec<String> = some.iter().map(|s| self.regular.span(*s).about()).collect();
                format!(
                    "season {}{}",
                    all.join(" and "),
                    if self.options.seasons.is_some() { ", as given" } else { "" }
                )
            }
        };
        let choice = match (candidates, tested) {
            (1, _) => "method as asked for".to_owned(),
            (n, true) => format!("the least wrong of {n} candidates in the backtest"),
            (n, false) => format!("one of {n} candidates, untested: the series is too short for a backtest"),
        };
        format!("{seasons}; {choice}")
    }

    fn warn(&self, plan: Option<&Plan>, test: Option<&Tested>, caveats: &mut Vec<String>) {
        match (plan, test) {
            (Some(plan), Some(_)) => {
                if plan.steps < self.steps {
                    caveats.push(format!(
                        "the backtest reaches {} ahead, the forecast {}: what is beyond was not tested, and is widened as a precaution",
                        self.regular.span(plan.steps).about(),
                        self.regular.span(self.steps).about()
                    ));
                }
                let independent = plan.independent();
                if (independent as f64) < 1.0 / (1.0 - self.options.level) {
                    caveats.push(format!(
                        "at the longest lead the backtest holds {independent} forecasts that do not overlap: too few to be sure of {}",
                        Unit::Ratio.show(self.options.level)
                    ));
                }
            }
            _ => caveats.push("the series is too short for a backtest: the interval is the model's own".into()),
        }
        if self.steps > self.regular.values.len() {
            caveats.push("the horizon is longer than the series".into());
        }
    }

    fn points(&self, method: &Method, (mean, deviations, widening): (&[f64], &[f64], &[f64])) -> Vec<ForecastPoint> {
        let z = normal::quantile(0.5 + self.options.level / 2.0);
        let scope = self.series.scope();
        let (at, _) = self.regular.last();
        let point = |h: usize| {
            let reach = z * deviations[h] * widening[h];
            let bound = Bound::Confidence { lower: mean[h] - reach, upper: mean[h] + reach, level: self.options.level };
            let value = Estimate::new(mean[h], method.clone(), self.regular.present as u64, &scope).with_bound(bound);
            ForecastPoint { time: self.regular.time(at + 1 + h), value }
        };
        (0..self.steps).map(point).collect()
    }

    fn candidate(&self, kind: Kind, test: Option<&Tested>) -> Candidate {
        Candidate {
            method: match kind {
                Kind::Ets(trend) | Kind::Seasonal(trend) | Kind::Decomposed(Some(trend)) => {
                    let word = match trend {
                        EtsTrend::None => "level",
                        EtsTrend::Additive => "slope",
                        EtsTrend::Damped => "damped slope",
                    };
                    format!("{} ({word})", kind.name())
                }
                _ => kind.name().to_owned(),
            },
            mase: test.and_then(|t| backtest::mase(t.error, &self.regular.values, &self.seasons)),
            coverage: test.map(|t| t.coverage),
        }
    }

    fn backtest(&self, method: &Method, plan: &Plan, test: &Tested, baseline: Option<&Tested>) -> Backtest {
        let scope = self.series.scope();
        let overlap = || Bound::Unknown { why: "forecasts of neighbouring origins overlap".into() };
        let of = |t: &Tested, method: Method| {
            Estimate::new(t.error, method, t.forecasts as u64, &scope).with_bound(overlap())
        };
        let mase = |t: &Tested| backtest::mase(t.error, &self.regular.values, &self.seasons);
        let rolling = Method::Named("rolling-origin backtest");
        Backtest {
            coverage: Estimate::new(test.coverage, rolling, test.forecasts as u64, &scope.with_unit(Unit::Ratio))
                .with_bound(overlap()),
            level: self.options.level,
            widening: test.factors(self.regular.values.len(), test.widening.len()).into_iter().fold(1.0, f64::max),
            error: of(test, method.clone()),
            mase: mase(test),
            baseline_error: baseline.map(|t| of(t, Method::Named("seasonal-naive"))),
            baseline_mase: baseline.and_then(mase),
            origins: plan.origins.len(),
            independent: plan.independent(),
            tested: self.regular.span(plan.steps),
        }
    }
}

/// Cuts values and intervals at the ends of their range, and says where there was anything to cut.
fn cut(points: &mut [ForecastPoint], (low, high): (f64, f64), name: &str, unit: &Unit) -> Option<String> {
    let mut beyond = (false, false);
    let mut within = |v: &mut f64| {
        beyond = (beyond.0 || *v < low, beyond.1 || *v > high);
        *v = v.clamp(low, high);
    };
    for point in points {
        let mut told = point.value.value;
        within(&mut told);
        if told != point.value.value {
            point.value.caveats.push(format!("the model goes beyond {}, which cannot be", unit.show(told)));
        }
        point.value.value = told;
        if let Bound::Confidence { lower, upper, .. } = &mut point.value.bound {
            within(lower);
            within(upper);
        }
    }
    let ends = match beyond {
        (false, false) => return None,
        (true, false) => "below 0".to_owned(),
        (false, true) => format!("above {}", unit.show(high)),
        (true, true) => format!("below 0 or above {}", unit.show(high)),
    };
    Some(format!("no “{name}” is {ends}: what the model puts there is cut"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::quantile::random::SplitMix64;
    use crate::series::{Identity, NanPolicy};

    /// Bursts of latency over nothing: a symmetric interval would reach far below 0.
    #[test]
    fn what_is_never_negative_has_no_negative_interval() {
        let mut random = SplitMix64::new(1);
        let values: Vec<f64> = (0..200).map(|_| if random.below(12) == 0 { 3.0 } else { 0.01 }).collect();
        let ends = |unit: Unit, values: &[f64], method: ForecastMethod| {
            let times = (0..values.len() as i64).map(|i| i * 60_000_000_000).collect();
            let identity = Identity::new("latency", unit);
            let series = Series::new(identity, times, values.to_vec(), NanPolicy::Refuse).unwrap();
            let found = forecast(&series, &ForecastOptions { method, ..ForecastOptions::default() }).unwrap();
            let lowest = found.points.iter().map(|p| p.value.interval().unwrap().0).fold(f64::INFINITY, f64::min);
            (lowest, found.caveats.iter().any(|c| c.contains("below 0")))
        };
        assert_eq!(ends(Unit::Second, &values, ForecastMethod::Auto), (0.0, true));
        // without a unit nobody knows, and values below 0 say that there are some
        let (lowest, told) = ends(Unit::None, &values, ForecastMethod::Auto);
        assert!(lowest < 0.0 && !told);
        let shifted: Vec<f64> = values.iter().map(|v| v - 1.0).collect();
        assert!(ends(Unit::Second, &shifted, ForecastMethod::Auto).0 < -1.0);
        assert!(!ends(Unit::Second, &values, ForecastMethod::PredictLinear).1);
    }

    /// A disk cannot be fuller than full, nor a target more than up.
    #[test]
    fn a_share_ends_at_all_of_it() {
        let mut random = SplitMix64::new(3);
        let filling: Vec<f64> = (0..240).map(|h| 40.0 + 0.2 * f64::from(h) + random.unit()).collect();
        let state: Vec<f64> = (0..400).map(|_| f64::from(u8::from(random.below(20) != 0))).collect();
        let told = |unit: Unit, values: &[f64]| {
            let times = (0..values.len() as i64).map(|i| i * 3_600_000_000_000).collect();
            let series = Series::new(Identity::new("used", unit), times, values.to_vec(), NanPolicy::Refuse).unwrap();
            let horizon = Some(Span(values.len() as i64 * 3_600_000_000_000));
            let found = forecast(&series, &ForecastOptions { horizon, ..ForecastOptions::default() }).unwrap();
            let ends = found.points.iter().map(|p| p.value.interval().unwrap());
            let ends = ends.fold((f64::MAX, f64::MIN), |a, b| (a.0.min(b.0), a.1.max(b.1)));
            (ends, found.points.last().unwrap().value.clone(), found.caveats.join("; "))
        };
        let (ends, last, caveats) = told(Unit::Percent, &filling);
        assert!(ends.1 == 100.0 && last.value == 100.0 && caveats.contains("above 100 %"), "{ends:?} {last} {caveats}");
        assert!(last.caveats[0].contains("beyond 100 %"), "{last:?}");
        let (ends, _, caveats) = told(Unit::None, &state);
        assert!(ends.0 >= 0.0 && ends.1 == 1.0 && caveats.contains("above 1:"), "{ends:?} {caveats}");
        // four cores are busy beyond 100 %
        let cores: Vec<f64> = filling.iter().map(|v| 4.0 * v).collect();
        assert!(told(Unit::Percent, &cores).0.1 > 400.0);
    }

    /// Odd values that repeat by chance make no season, and what is not shown is not used.
    #[test]
    fn a_season_that_explains_nothing_is_not_used() {
        let down = [137, 350, 351, 1020, 1700, 1701, 1702, 2500, 3900];
        let mut seen = 0;
        for shift in 0..6_usize {
            let value = |i: usize| f64::from(u8::from(!down.contains(&(i + shift * i.min(900) / 900))));
            let values: Vec<f64> = (0..4458).map(value).collect();
            let times = (0..4458).map(|i| i * 600_000_000_000).collect();
            let series = Series::new(Identity::default(), times, values, NanPolicy::Refuse).unwrap();
            let parts = crate::forecast::decompose(&series, &crate::forecast::DecomposeOptions::default()).unwrap();
            assert!(parts.seasonal.iter().all(|s| s.strength.value >= 0.005));
            seen += usize::from(parts.seasonal.is_empty());
        }
        assert!(seen > 0);
    }
}
