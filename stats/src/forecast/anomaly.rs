//! Values that do not fit what the series does otherwise.

use std::str::FromStr;

use serde::ser::{SerializeMap, Serializer};

use super::esd::generalised_esd;
use super::normal;
use super::regular::{Regular, resolution};
use super::season::chosen;
use super::stl::{StlOptions, stl_with};
use crate::error::{Error, Result};
use crate::method::Method;
use crate::progress::Progress;
use crate::series::Series;
use crate::time::{Span, Timestamp};
use crate::unit::Unit;

/// How values are marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AnomalyMethod {
    /// By their distance to trend and season, in robust standard deviations of all such distances.
    #[default]
    SeasonalZ,
    /// By the generalised ESD test of those distances.
    GeneralisedEsd,
    /// By their distance to the median of the same hour of the days before, in robust standard deviations there.
    SameHour,
}

impl FromStr for AnomalyMethod {
    type Err = Error;
    /// Reads `seasonal-z`, `esd`, `same-hour`.
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "seasonal-z" => Self::SeasonalZ,
            "esd" => Self::GeneralisedEsd,
            "same-hour" => Self::SameHour,
            _ => {
                return Err(Error::parse(format!("“{text}” is not a way to mark anomalies"))
                    .hint("choose seasonal-z, esd or same-hour"));
            }
        })
    }
}

/// What is asked of the marks.
#[derive(Clone, Debug, PartialEq)]
pub struct AnomalyOptions {
    /// How values are marked.
    pub method: AnomalyMethod,
    /// For `SeasonalZ` and `SameHour`: the distance from which on a value is marked, in robust standard deviations.
    pub threshold: f64,
    /// For `GeneralisedEsd`: the level of the whole test, 0.95 for at most one false mark in twenty series of normal noise; also
    /// the level at which a season counts as found.
    pub level: f64,
    /// The seasons; `None` to find them, empty for none.
    pub seasons: Option<Vec<Span>>,
}

impl Default for AnomalyOptions {
    /// The seasonal z-score beyond 3.5, the threshold of Iglewicz and Hoaglin; 0.95; seasons are found.
    fn default() -> Self {
        Self { method: AnomalyMethod::SeasonalZ, threshold: 3.5, level: 0.95, seasons: None }
    }
}

/// A value that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Anomaly {
    /// Its time.
    pub time: Timestamp,
    /// The value.
    pub value: f64,
    /// What trend and season, or the same hour of past days, would have had there.
    pub expected: f64,
    /// Its distance to that, in standard deviations, robust ones but for the ESD test.
    pub score: f64,
}

/// Whether the values could be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnomalyVerdict {
    /// At least one is marked.
    Marked,
    /// None is.
    NoneMarked,
    /// The question cannot be answered from these data.
    NoVerdict {
        /// The reason.
        why: String,
    },
}

impl AnomalyVerdict {
    /// The word of the command line: `marked`, `none-marked`, `no-verdict`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Marked => "marked",
            Self::NoneMarked => "none-marked",
            Self::NoVerdict { .. } => "no-verdict",
        }
    }
}

/// The marks of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Anomalies {
    /// The method with its parameters.
    pub method: Method,
    /// The marks, ascending in time.
    pub marks: Vec<Anomaly>,
    /// How many values were looked at.
    pub n: u64,
    /// The unit of values and expectations.
    pub unit: Unit,
    /// About how many marks normal noise of this length would have; `None` where that is not known.
    pub by_chance: Option<f64>,
    /// What a reader must know.
    pub caveats: Vec<String>,
    /// The answer.
    pub verdict: AnomalyVerdict,
}

impl serde::Serialize for Anomalies {
    /// The keys `method, verdict, why, n, unit, by_chance, marks, caveats`.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("verdict", self.verdict.word())?;
        if let AnomalyVerdict::NoVerdict { why } = &self.verdict {
            map.serialize_entry("why", why)?;
        }
        map.serialize_entry("n", &self.n)?;
        map.serialize_entry("unit", &self.unit)?;
        map.serialize_entry("by_chance", &self.by_chance)?;
        map.serialize_entry("marks", &self.marks)?;
        map.serialize_entry("caveats", &self.caveats)?;
        map.end()
    }
}

/// The same hour is looked at on so many days before, and on so many of them at least.
const DAYS: (usize, usize) = (14, 7);
/// At most so many values of an hour count, and of all hours together at least so many.
const HOUR_VALUES: (usize, usize) = (12, 20);
/// The ESD test looks for so large a share of outliers at most.
const ESD_SHARE: f64 = 0.05;
/// Without a season the expectation is the running median of so many values.
const MEDIAN_WIDTH: usize = 51;
/// Where values have no deviation but that of their own digits, so large a share of marks at most is taken for the exception.
const EXCEPTIONS: f64 = 0.05;
/// After so many values it is asked whether to go on.
const LOOK: usize = 1024;

/// Marks the values of a series that do not fit what it does otherwise.
///
/// `SeasonalZ` and `GeneralisedEsd` look at what a robust [`stl`](fn@crate::forecast::stl) of each season leaves, or, without a season, at the distance to a running median of
/// 51 values; `SameHour` compares each value with those within half an hour (or one step) of the same time on up to 14
/// days before, from the eighth day on and never with later ones, so it marks what an alert could have known. The z-score is Iglewicz and Hoaglin's (1993): the distance
/// to the median over 1.4826 median absolute deviations. Values have a resolution, the smallest step between two of them: one that lies
/// nearer to what was expected than half of it fits as well as such values can, and is never marked, however small the deviations.
///
/// A mark is not a fault, and marks are not independent: at a threshold of 3.5, one of 2149 values of normal noise is marked; with
/// heavy tails, as latencies have them, many more. A level that changed for good is marked until the trend follows: look for
/// [changes](crate::trend::changes) first.
///
/// ```
/// use sre_stats::forecast::{AnomalyOptions, anomalies};
/// use sre_stats::prelude::*;
/// let times = (0..240).map(|h| h * 3_600_000_000_000).collect();
/// let mut values: Vec<f64> = (0..240u32).map(|h| f64::from(h % 24) + f64::from(h * h % 101) * 0.02).collect();
/// values[100] += 9.0;
/// let load = Series::new(Identity::new("load", Unit::Count), times, values, NanPolicy::Drop)?;
/// let found = anomalies(&load, &AnomalyOptions::default())?;
/// assert_eq!(found.marks.iter().map(|m| m.time.0 / 3_600_000_000_000).collect::<Vec<_>>(), [100]);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where an option is out of its domain. Data that allow no answer are not an error but an [`AnomalyVerdict::NoVerdict`].
pub fn anomalies(series: &Series, options: &AnomalyOptions) -> Result<Anomalies> {
    anomalies_with(series, options, &Progress::new())
}

/// [`anomalies`] that can be stopped: between two passes of a decomposition, and every thousand values elsewhere, it looks whether
/// to go on.
///
/// ```
/// use sre_stats::ErrorKind;
/// use sre_stats::forecast::{AnomalyOptions, anomalies_with};
/// use sre_stats::prelude::*;
/// let values: Vec<f64> = (0..240).map(|h| f64::from(h * h % 101)).collect();
/// let load = Series::new(Identity::new("load", Unit::Count), (0..240).collect(), values, NanPolicy::Drop)?;
/// let progress = Progress::new();
/// progress.cancel();
/// let stopped = anomalies_with(&load, &AnomalyOptions::default(), &progress);
/// assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`anomalies`], and on request.
pub fn anomalies_with(series: &Series, options: &AnomalyOptions, progress: &Progress) -> Result<Anomalies> {
    if !(options.level > 0.0 && options.level < 1.0 && options.threshold > 0.0 && options.threshold.is_finite()) {
        return Err(
            Error::argument("a level is between 0 and 1, and a threshold more than 0").hint("0.95 and 3.5 are usual")
        );
    }
    let mut found = Anomalies {
        method: Method::Named("none"),
        marks: Vec::new(),
        n: series.len() as u64,
        unit: series.identity().unit.clone(),
        by_chance: None,
        caveats: Vec::new(),
        verdict: AnomalyVerdict::NoneMarked,
    };
    let regular = match Regular::of(series) {
        Ok(regular) => regular,
        Err(why) => return Ok(found.without(why)),
    };
    found.n = regular.present as u64;
    found.caveats.clone_from(&regular.caveats);
    let looked = match options.method {
        AnomalyMethod::SameHour => same_hour(&regular, options.threshold, progress),
        _ => expectation(&regular, options, progress)?.and_then(|e| from_expectation(&regular, &e, options)),
    };
    // what was stopped midway is no answer
    progress.check()?;
    let marked = match looked {
        Ok(marked) => marked,
        Err(why) => return Ok(found.without(why)),
    };
    found.method = Method::Described(marked.method);
    found.by_chance = marked.by_chance;
    found.marks = marked
        .marks
        .into_iter()
        .map(|(i, expected, score)| Anomaly { time: regular.time(i), value: regular.values[i], expected, score })
        .collect();
    if !found.marks.is_empty() {
        found.verdict = AnomalyVerdict::Marked;
    }
    Ok(found)
}

impl Anomalies {
    fn without(mut self, why: String) -> Self {
        self.verdict = AnomalyVerdict::NoVerdict { why };
        self
    }
}

/// Marks by slot, with expectation and score.
struct Marked {
    method: String,
    marks: Vec<(usize, f64, f64)>,
    by_chance: Option<f64>,
}

/// What is expected at each slot, and from what.
struct Expectation {
    values: Vec<f64>,
    from: String,
    /// How many numbers were fitted.
    fitted: f64,
}

/// From trend and season, or a running median; the inner error is the reason for a “no verdict”.
fn expectation(
    regular: &Regular,
    options: &AnomalyOptions,
    progress: &Progress,
) -> Result<std::result::Result<Expectation, String>> {
    progress.check()?;
    let seasons = match chosen(regular, options.seasons.as_deref(), options.level)? {
        Ok(seasons) => seasons,
        Err(why) => return Ok(Err(why)),
    };
    if seasons.is_empty() {
        let from = format!("a running median of {MEDIAN_WIDTH}");
        return Ok(Ok(Expectation { values: running_median(&regular.values, progress)?, from, fitted: 0.0 }));
    }
    let (values, fitted) = of_steady_seasons(&regular.values, &seasons, progress)?;
    let periods: Vec<String> = seasons.iter().map(|s| regular.span(*s).about()).collect();
    Ok(Ok(Expectation { values, from: format!("trend and season of {}", periods.join(" and ")), fitted }))
}

/// Trend and seasons that hardly change: one that follows seven seasons takes most of the noise with it. Several are found in
/// turn, each in what the others leave. How many numbers were fitted: a line a phase, and a line a stretch of the trend.
fn of_steady_seasons(values: &[f64], seasons: &[usize], progress: &Progress) -> Result<(Vec<f64>, f64)> {
    let n = values.len();
    let mut trend = vec![0.0; n];
    let mut parts = vec![vec![0.0; n]; seasons.len()];
    let longest = seasons.iter().copied().max().unwrap_or(1);
    let stretch = (4 * longest) | 1;
    for _ in 0..if seasons.len() > 1 { 2 } else { 1 } {
        for (i, period) in seasons.iter().enumerate() {
            let mut rest = values.to_vec();
            for (_, other) in parts.iter().enumerate().filter(|(j, _)| *j != i) {
                rest.iter_mut().zip(other).for_each(|(v, s)| *v -= s);
            }
            let cycles = n.div_ceil((*period).max(1));
            let usual = StlOptions::new(*period).robust();
            let options = StlOptions { seasonal: (10 * cycles) | 1, trend: Some(stretch), ..usual };
            let found = stl_with(&rest, &options, progress)?;
            if let Some(part) = parts.get_mut(i) {
                *part = found.seasonal;
            }
            trend = found.trend;
        }
    }
    for part in &parts {
        trend.iter_mut().zip(part).for_each(|(v, s)| *v += s);
    }
    let phases: usize = seasons.iter().sum();
    Ok((trend, 2.0 * phases as f64 + 2.0 * n as f64 / stretch as f64))
}

fn running_median(values: &[f64], progress: &Progress) -> Result<Vec<f64>> {
    let n = values.len();
    let half = (MEDIAN_WIDTH / 2).min(n / 4);
    (0..n)
        .map(|i| {
            if i.is_multiple_of(LOOK) {
                progress.check()?;
            }
            let near = &values[i.saturating_sub(half)..(i + half + 1).min(n)];
            Ok(centre(near.iter().copied().filter(|v| !v.is_nan()).collect()).map_or(f64::NAN, |c| c.0))
        })
        .collect()
}

/// Median and robust standard deviation; `None` of nothing.
fn centre(mut values: Vec<f64>) -> Option<(f64, f64)> {
    let median = |values: &mut [f64]| {
        let n = values.len();
        let (below, middle, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
        let middle = *middle;
        if n % 2 == 1 { middle } else { f64::midpoint(middle, below.iter().copied().fold(f64::NEG_INFINITY, f64::max)) }
    };
    if values.is_empty() {
        return None;
    }
    let middle = median(&mut values);
    for v in &mut values {
        *v = (*v - middle).abs();
    }
    Some((middle, 1.482_602_218_505_602 * median(&mut values)))
}

fn from_expectation(
    regular: &Regular,
    expected: &Expectation,
    options: &AnomalyOptions,
) -> std::result::Result<Marked, String> {
    let there: Vec<(usize, f64)> = regular
        .values
        .iter()
        .zip(&expected.values)
        .map(|(v, e)| v - e)
        .enumerate()
        .filter(|(_, r)| !r.is_nan())
        .collect();
    let rest: Vec<f64> = there.iter().map(|p| p.1).collect();
    let half_step = resolution(&regular.values) / 2.0;
    if options.method == AnomalyMethod::GeneralisedEsd {
        let most = ((rest.len() as f64 * ESD_SHARE) as usize).clamp(1, 1000).min(rest.len().saturating_sub(3));
        let alpha = 1.0 - options.level;
        let steps = generalised_esd(&rest, most, alpha).map_err(|e| e.to_string())?;
        let mut marks: Vec<(usize, f64, f64)> = steps
            .iter()
            .filter(|s| s.outlier && rest[s.index].abs() > half_step)
            .map(|s| (there[s.index].0, expected.values[there[s.index].0], s.statistic))
            .collect();
        marks.sort_by_key(|m| m.0);
        let method = format!("generalised ESD at {alpha:.2} against {}", expected.from);
        // the level is the chance of any mark at all, and a second one is rare
        return Ok(Marked { method, marks, by_chance: Some(alpha) });
    }
    let Some((middle, deviation)) = centre(rest) else { return Err("no value is left to measure by".into()) };
    // what was fitted is missing from the rest
    let free = (there.len() as f64 - expected.fitted).max(1.0);
    let deviation = deviation * (there.len() as f64 / free).sqrt();
    // half a step off is at the threshold: what is less is nothing but the values' own digits
    let by_digits = half_step / options.threshold;
    let measured = deviation > by_digits;
    let deviation = deviation.max(by_digits);
    let scores = there.iter().map(|(i, r)| (*i, expected.values[*i], (r - middle) / deviation));
    let marks: Vec<_> = scores.filter(|m| m.2.abs() > options.threshold).collect();
    if !measured && marks.len() as f64 > EXCEPTIONS * there.len() as f64 {
        return Err(format!(
            "more than half of the values are as expected to the digit, and {} of {} are not: there is no deviation to measure by",
            marks.len(),
            there.len()
        ));
    }
    let by_chance = 2.0 * normal::ln_upper_tail(options.threshold).exp() * there.len() as f64;
    Ok(Marked {
        method: format!("robust z beyond {} against {}", options.threshold, expected.from),
        marks,
        by_chance: measured.then_some(by_chance),
    })
}

/// Each value against the same hour of the days before it.
fn same_hour(regular: &Regular, threshold: f64, progress: &Progress) -> std::result::Result<Marked, String> {
    let step = regular.step;
    if Span::DAY.0 % step != 0 || step > Span::HOUR.0 {
        return Err(format!("a step of {} does not divide an hour of the day", Span(step).about()));
    }
    let day = (Span::DAY.0 / step) as usize;
    let n = regular.values.len();
    if n <= DAYS.1 * day {
        return Err(format!(
            "{} are less than the {} days before that the same hour needs",
            regular.span(n).about(),
            DAYS.1
        ));
    }
    let half = ((Span::HOUR.0 / 2 / step) as usize).max(1);
    let stride = (2 * half).div_ceil(HOUR_VALUES.0).max(1);
    let mut marks = Vec::new();
    let mut flat = 0_usize;
    for i in DAYS.1 * day..n {
        if i.is_multiple_of(LOOK) && progress.is_cancelled() {
            break;
        }
        let value = regular.values[i];
        if value.is_nan() {
            continue;
        }
        let days = (1..=DAYS.0).map_while(|d| i.checked_sub(d * day));
        let hour = |middle: usize| (middle.saturating_sub(half)..=middle + half).step_by(stride);
        let before: Vec<f64> = days.flat_map(hour).map(|j| regular.values[j]).filter(|v| !v.is_nan()).collect();
        if before.len() < HOUR_VALUES.1 {
            continue;
        }
        match centre(before) {
            Some((middle, deviation)) if deviation > 0.0 => {
                let score = (value - middle) / deviation;
                if score.abs() > threshold {
                    marks.push((i, middle, score));
                }
            }
            _ => flat += 1,
        }
    }
    if flat * 2 > n - DAYS.1 * day {
        return Err("the same hour does not vary on most days: there is no deviation to measure by".into());
    }
    Ok(Marked {
        method: format!("robust z beyond {threshold} against the same hour of up to {} days before", DAYS.0),
        marks,
        by_chance: None,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::normal::Variates;
    use super::*;
    use crate::series::{Identity, NanPolicy};

    /// Ten days of hours with a daily season, noise of deviation 1, and spikes.
    fn days(spikes: &[usize]) -> Series {
        let mut random = Variates::stream(7, 0);
        let values = (0..480).map(|h| {
            let season = 10.0 * (f64::from(h) / 24.0 * std::f64::consts::TAU).sin();
            season + random.next() + if spikes.contains(&(h as usize)) { 9.0 } else { 0.0 }
        });
        let times = (0..480).map(|h| h * Span::HOUR.0).collect();
        Series::new(Identity::default(), times, values.collect(), NanPolicy::Drop).unwrap()
    }

    #[test]
    fn it_stops_between_two_passes_when_asked_to() {
        static WATCHED: std::sync::OnceLock<Progress> = std::sync::OnceLock::new();
        let progress = WATCHED.get_or_init(|| {
            Progress::observed(|seen| {
                if seen.done >= 3 {
                    WATCHED.get().unwrap().cancel();
                }
            })
        });
        let stopped = anomalies_with(&days(&[]), &AnomalyOptions::default(), progress).unwrap_err();
        assert_eq!(stopped.kind(), crate::ErrorKind::Cancelled);
        // a robust decomposition makes 32 of them
        assert_eq!(progress.snapshot().done, 3);
        for method in [AnomalyMethod::SameHour, AnomalyMethod::GeneralisedEsd] {
            let options = AnomalyOptions { method, ..AnomalyOptions::default() };
            assert_eq!(anomalies_with(&days(&[]), &options, progress).unwrap_err().kind(), crate::ErrorKind::Cancelled);
        }
    }

    #[test]
    fn spikes_within_the_range_of_the_season_are_marked() {
        let planted = [190, 251, 300, 401];
        let series = days(&planted);
        for method in [AnomalyMethod::SeasonalZ, AnomalyMethod::GeneralisedEsd, AnomalyMethod::SameHour] {
            let options = AnomalyOptions { method, threshold: 4.5, ..AnomalyOptions::default() };
            let found = anomalies(&series, &options).unwrap();
            let at: Vec<usize> = found.marks.iter().map(|m| (m.time.0 / Span::HOUR.0) as usize).collect();
            // the spread of the same hour is that of few values and its neighbours' season: half of the spikes exceed it
            let seen = planted.iter().filter(|p| at.contains(p)).count();
            assert!(seen >= if method == AnomalyMethod::SameHour { 2 } else { 4 }, "{method:?}: {at:?}");
            assert!(at.len() <= planted.len() + 3, "{method:?}: {at:?}");
        }
    }

    #[test]
    fn noise_is_marked_about_as_often_as_is_said() {
        let mut marks = (0, 0.0);
        for seed in 0..20 {
            let mut random = Variates::stream(seed, 1);
            let times = (0..600).map(|h| h * Span::HOUR.0).collect();
            let values = (0..600).map(|_| random.next()).collect();
            let series = Series::new(Identity::default(), times, values, NanPolicy::Drop).unwrap();
            let options = AnomalyOptions { threshold: 2.5, seasons: Some(Vec::new()), ..AnomalyOptions::default() };
            let found = anomalies(&series, &options).unwrap();
            marks = (marks.0 + found.marks.len(), marks.1 + found.by_chance.unwrap());
        }
        // 12 000 values, of which 1.24 % lie beyond 2.5: 149, with a deviation of 12
        assert!((f64::from(u32::try_from(marks.0).unwrap()) - marks.1).abs() < 45.0, "{marks:?}");
    }

    #[test]
    fn the_test_of_outliers_marks_noise_as_rarely_as_is_said() {
        let (mut marks, mut said) = (0, 0.0);
        for seed in 0..300 {
            let mut random = Variates::stream(seed, 2);
            let times = (0..80).map(|h| h * Span::HOUR.0).collect();
            let values = (0..80).map(|_| random.next()).collect();
            let series = Series::new(Identity::default(), times, values, NanPolicy::Drop).unwrap();
            let method = AnomalyMethod::GeneralisedEsd;
            let options = AnomalyOptions { method, seasons: Some(Vec::new()), ..AnomalyOptions::default() };
            let found = anomalies(&series, &options).unwrap();
            marks += found.marks.len();
            said += found.by_chance.unwrap();
        }
        // 15 are said; a running median is no model of the mean, so its distances have somewhat heavier tails
        assert!((5..=35).contains(&marks) && (said - 15.0).abs() < 1e-9, "{marks} marks, {said} said");
    }

    /// What is 0 or 1 deviates by a whole step or not at all, whatever a decomposition leaves in the last digits.
    #[test]
    fn of_ones_and_zeros_the_zeros_are_marked() {
        let down = [137, 350, 351, 1020, 1700, 1701, 1702, 2500, 3900];
        let times = (0..4458).map(|i| i * 600_000_000_000).collect();
        let value = |i: usize| if down.contains(&i) { 0.0 } else { 1.0 };
        let series = Series::new(Identity::default(), times, (0..4458).map(value).collect(), NanPolicy::Drop).unwrap();
        for seasons in [None, Some(vec![Span(104 * 600_000_000_000)])] {
            for method in [AnomalyMethod::SeasonalZ, AnomalyMethod::GeneralisedEsd] {
                let options = AnomalyOptions { method, seasons: seasons.clone(), ..AnomalyOptions::default() };
                let found = anomalies(&series, &options).unwrap();
                let at: Vec<usize> = found.marks.iter().map(|m| (m.time.0 / 600_000_000_000) as usize).collect();
                assert_eq!(at, down, "{method:?} {seasons:?}");
            }
        }
        // where the other value is no exception there is nothing to measure by
        let often = (0..900).map(|i| f64::from(u8::from(i * 7 % 10 < 3))).collect();
        let series = Series::new(Identity::default(), (0..900).collect(), often, NanPolicy::Drop).unwrap();
        let found = anomalies(&series, &AnomalyOptions { seasons: Some(vec![]), ..AnomalyOptions::default() }).unwrap();
        assert!(matches!(found.verdict, AnomalyVerdict::NoVerdict { .. }), "{:?}", found.marks.len());
    }

    #[test]
    fn data_that_allow_no_answer_say_why() {
        let short = Series::new(Identity::default(), vec![0, 1], vec![1.0, 2.0], NanPolicy::Drop).unwrap();
        let found = anomalies(&short, &AnomalyOptions::default()).unwrap();
        assert!(matches!(found.verdict, AnomalyVerdict::NoVerdict { .. }));
        let two_days = days(&[]).slice(Timestamp(0), Timestamp(2 * Span::DAY.0)).unwrap();
        let options = AnomalyOptions { method: AnomalyMethod::SameHour, ..AnomalyOptions::default() };
        assert!(matches!(anomalies(&two_days, &options).unwrap().verdict, AnomalyVerdict::NoVerdict { .. }));
    }

    /// A day's wave and independent noise, and nothing else: about as many marks as are said to come by chance.
    #[test]
    fn noise_on_a_season_is_marked_as_often_as_is_said() {
        let (mut marked, mut by_chance) = (0.0, 0.0);
        for seed in 0..12 {
            let mut random = crate::quantile::random::SplitMix64::new(seed);
            let mut normal = || (0..12).map(|_| random.unit()).sum::<f64>() - 6.0;
            let hours = if seed % 2 == 0 { 672_i64 } else { 1344 };
            let week = if seed % 3 == 0 { 5.0 } else { 0.0 };
            let turn = |h: i64, period: f64| (h as f64 * std::f64::consts::TAU / period).sin();
            let wave = |h: i64| 10.0 * turn(h, 24.0) + week * turn(h, 168.0);
            let values = (0..hours).map(|h| wave(h) + 3.0 * normal()).collect();
            let times = (0..hours).map(|h| h * Span::HOUR.0).collect();
            let identity = crate::series::Identity::new("load", Unit::None);
            let series = Series::new(identity, times, values, crate::series::NanPolicy::Refuse).unwrap();
            let options =
                AnomalyOptions { seasons: Some(vec![Span::DAY]), threshold: 2.5, ..AnomalyOptions::default() };
            let found = anomalies(&series, &options).unwrap();
            marked += found.marks.len() as f64;
            by_chance += found.by_chance.unwrap();
        }
        assert!(marked > 0.4 * by_chance && marked < 2.0 * by_chance, "{marked} marked, {by_chance} said");
    }
}
