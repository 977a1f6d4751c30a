//! What comes next, and when is a limit reached?

use crate::error::Result;
use crate::figure::{Figure, Reached, forecast_figure};
use crate::forecast::{Crossing, CrossingVerdict, Forecast, ForecastVerdict};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::series::Series;
use crate::time::Timestamp;
use crate::unit::Unit;
use crate::window::Condition;

/// So many rows of a forecast are shown.
const ROWS: usize = 12;

/// Values to come at a few times, the last one among them.
pub fn table(forecast: &Forecast) -> Table {
    let mut table =
        Table::new("Forecast", vec![Column::text("time"), Column::span("ahead"), Column::estimate("value")]);
    let n = forecast.points.len();
    let shown = n.min(ROWS);
    let start = forecast.points.first().map(|p| p.time - forecast.step);
    let row = |i: usize| {
        let point = &forecast.points[(i + 1) * n / shown - 1];
        let ahead = start.map_or(Cell::Empty, |s| point.time.since(s).into());
        vec![point.time.to_string().into(), ahead, point.value.clone().into()]
    };
    table.rows = (0..shown).map(row).collect();
    table
}

/// The method beside the baseline: how wrong both would have been, and how often the interval held.
pub fn backtest_table(forecast: &Forecast) -> Option<Table> {
    let test = forecast.backtest.as_ref()?;
    let columns = vec![
        Column::text("forecast"),
        Column::estimate("mean absolute error"),
        Column::number("MASE", Unit::None),
        Column::estimate("inside its own interval"),
        Column::number("asked for", Unit::Ratio),
        Column::text("interval widened by at most"),
    ];
    let number = |v: Option<f64>| v.map_or(Cell::Empty, Cell::Number);
    let mut table = Table::new("Backtest", columns).with(vec![
        "this one".into(),
        test.error.clone().into(),
        number(test.mase),
        test.coverage.clone().into(),
        test.level.into(),
        format!("× {:.2}", test.widening).into(),
    ]);
    if let Some(error) = &test.baseline_error {
        let row = vec![
            "baseline".into(),
            error.clone().into(),
            number(test.baseline_mase),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
        ];
        table = table.with(row);
    }
    Some(table)
}

/// What was tried, where there was a choice.
pub fn candidates_table(forecast: &Forecast) -> Option<Table> {
    if forecast.candidates.len() < 2 {
        return None;
    }
    let columns = vec![
        Column::text("candidate"),
        Column::number("MASE", Unit::None),
        Column::number("inside its own interval", Unit::Ratio),
    ];
    let mut table = Table::new("Candidates in the backtest", columns);
    let number = |v: Option<f64>| v.map_or(Cell::Empty, Cell::Number);
    let mut sorted: Vec<_> = forecast.candidates.iter().collect();
    sorted.sort_by(|a, b| a.mase.unwrap_or(f64::INFINITY).total_cmp(&b.mase.unwrap_or(f64::INFINITY)));
    table.rows = sorted.iter().map(|c| vec![c.method.clone().into(), number(c.mase), number(c.coverage)]).collect();
    Some(table)
}

/// When the limit is reached, in one sentence.
pub fn crossing_finding(crossing: &Crossing, unit: &Unit) -> (Standing, String) {
    let limit = unit.show(crossing.limit);
    let way = if crossing.upwards { "rises to" } else { "falls to" };
    let level = Unit::Ratio.show(crossing.level);
    let (within, chance) = (interval(crossing), chance(crossing));
    match &crossing.verdict {
        CrossingVerdict::Already => match crossing.since {
            // whether that is bad is not known: a limit may be one that was to be left behind
            Some(since) => (
                Standing::Depends,
                format!(
                    "The limit of {limit} is passed already: values lie {} it since {since}, and do not come back within the horizon, with \
                     {level} confidence{chance}.",
                    if crossing.upwards { "above" } else { "below" }
                ),
            ),
            None => (Standing::Bad, format!("The limit of {limit} is reached already.")),
        },
        // single samples may reach what the level does not
        CrossingVerdict::Crosses if crossing.line.is_none() => (
            Standing::Depends,
            format!(
                "The forecast itself does not reach {limit} within the horizon, but single values do, by their noise: the first about {}; \
                 {within}{chance}.",
                time(crossing.expected)
            ),
        ),
        CrossingVerdict::Crosses => {
            let line = crossing.line.filter(|line| Some(*line) != crossing.expected);
            let line = line.map_or_else(String::new, |t| {
                format!(" The forecast itself is there at {t}; single values are earlier.")
            });
            let first = if line.is_empty() { "" } else { ", the first value" };
            (
                Standing::Bad,
                format!("It {way} {limit} about {}{first}; {within}{chance}.{line}", time(crossing.expected)),
            )
        }
        CrossingVerdict::MayCross => (
            Standing::Depends,
            format!(
                "It may reach {limit} within the horizon, not before {} with {level} confidence{chance}.",
                time(crossing.earliest)
            ),
        ),
        CrossingVerdict::NotWithinHorizon => {
            let way = if crossing.upwards { "rise" } else { "fall" };
            (
                Standing::Good,
                format!("It does not {way} to {limit} within the horizon, with {level} confidence{chance}."),
            )
        }
        CrossingVerdict::NoVerdict { why } => (Standing::Unknown, format!("No verdict on reaching {limit}: {why}.")),
    }
}

/// The same where the last value is on the bad side of an objective's limit: the question is when it comes back.
fn return_finding(crossing: &Crossing, unit: &Unit) -> (Standing, String) {
    let limit = unit.show(crossing.limit);
    let level = Unit::Ratio.show(crossing.level);
    let beyond = format!("The last value is beyond the objective's limit of {limit}");
    match &crossing.verdict {
        CrossingVerdict::Already => match crossing.since {
            Some(since) => {
                let stays = "does not come back within the horizon";
                (
                    Standing::Bad,
                    format!("{beyond} since {since}, and {stays}, with {level} confidence{}.", chance(crossing)),
                )
            }
            None => (Standing::Bad, format!("The last value is at the objective's limit of {limit}.")),
        },
        CrossingVerdict::Crosses => (
            Standing::Depends,
            format!(
                "{beyond}; a value is back at it about {}, {}{}.",
                time(crossing.expected),
                interval(crossing),
                chance(crossing)
            ),
        ),
        CrossingVerdict::MayCross => (
            Standing::Bad,
            format!(
                "{beyond}, and may come back within the horizon, not before {} with {level} confidence{}.",
                time(crossing.earliest),
                chance(crossing)
            ),
        ),
        CrossingVerdict::NotWithinHorizon => (
            Standing::Bad,
            format!(
                "{beyond}, and does not come back within the horizon, with {level} confidence{}.",
                chance(crossing)
            ),
        ),
        CrossingVerdict::NoVerdict { why } => {
            (Standing::Unknown, format!("{beyond}. No verdict on when it comes back: {why}."))
        }
    }
}

fn time(t: Option<Timestamp>) -> String {
    t.map_or_else(String::new, |t| t.to_string())
}

/// `with 95 % confidence between … and …`.
fn interval(crossing: &Crossing) -> String {
    let (level, earliest) = (Unit::Ratio.show(crossing.level), time(crossing.earliest));
    match crossing.latest {
        Some(latest) => format!("with {level} confidence between {earliest} and {latest}"),
        None => format!("with {level} confidence from {earliest} on, its end beyond the horizon"),
    }
}

fn chance(crossing: &Crossing) -> String {
    crossing.chance.map_or_else(String::new, |c| format!(" (chance {})", Unit::Ratio.show(c)))
}

/// What comes, in one sentence.
pub fn finding(forecast: &Forecast) -> (Standing, String) {
    if let ForecastVerdict::NoVerdict { why } = &forecast.verdict {
        return (Standing::Unknown, format!("No forecast: {why}."));
    }
    let Some(last) = forecast.points.last() else {
        return (Standing::Unknown, "No forecast.".to_owned());
    };
    let better = forecast.backtest.as_ref().and_then(|t| Some((t.error.value, t.baseline_error.as_ref()?.value)));
    let beside = match better {
        // what differs by less than the figures that are shown is no difference
        Some((own, base)) if (own - base).abs() <= 5e-4 * base => {
            "; the seasonal naive forecast was as good".to_owned()
        }
        Some((own, base)) if own < base => {
            format!("; its error was {} of the seasonal naive forecast's", Unit::Ratio.show(own / base))
        }
        Some((own, base)) if own > base && base > 0.0 => {
            format!("; the seasonal naive forecast was better, at {} of its error", Unit::Ratio.show(base / own))
        }
        _ => String::new(),
    };
    // a model that leaves what can be is told as that, and not as a value that it does not give
    let cut = last.value.caveats.first().map_or_else(String::new, |caveat| format!(" ({caveat})"));
    (Standing::Depends, format!("At {} it will be {}{cut}{beside}.", last.time, last.value.short()))
}

/// The fan chart.
///
/// # Errors
/// As [`forecast_figure`].
pub fn figure(series: &Series, forecast: &Forecast, width_px: u32) -> Result<Figure> {
    let points: Vec<_> = forecast.points.iter().map(|p| (p.time, p.value.clone())).collect();
    let reached = forecast.crossing.as_ref().map_or_else(Reached::default, |c| Reached {
        earliest: c.earliest,
        expected: c.expected,
        latest: c.latest,
    });
    forecast_figure(series, &points, forecast.crossing.as_ref().map(|c| c.limit), reached, width_px)
}

/// Sentences, tables and figure under the name of the series; `note` says how the series came about.
pub fn section(series: &Series, forecast: &Forecast, note: Option<&str>) -> Section {
    section_against(series, forecast, None, note)
}

/// An objective, whose limit a forecast is held against.
#[derive(Clone, Copy, Debug)]
pub struct Against<'a> {
    /// Its condition in the unit of the series: which side of the limit is good.
    pub condition: &'a Condition,
    /// Whether the series is a percentile of the values that the objective counts: beyond the limit the objective may be met still, and
    /// within it violated.
    pub percentile: bool,
}

/// When an objective's limit is reached, in words.
fn objective_finding(crossing: &Crossing, against: &Against<'_>, series: &Series) -> (Standing, String) {
    let (unit, condition) = (&series.identity().unit, against.condition);
    let bad = match crossing.verdict {
        CrossingVerdict::Already if crossing.since.is_some() => crossing.upwards == condition.comparison.is_upper(),
        CrossingVerdict::Already => !condition.holds(crossing.limit),
        // a reason may be that there is no value to start from
        CrossingVerdict::NoVerdict { .. } => series.values().last().is_some_and(|last| !condition.holds(*last)),
        _ => crossing.upwards != condition.comparison.is_upper(),
    };
    let (standing, text) = match crossing.verdict {
        CrossingVerdict::Already if !bad => {
            let limit = unit.show(crossing.limit);
            if let Some(since) = crossing.since {
                let (level, chance) = (Unit::Ratio.show(crossing.level), chance(crossing));
                let text = format!(
                    "Values lie on the good side of the objective's limit of {limit} since {since}, and do not reach it within the horizon, \
                     with {level} confidence{chance}."
                );
                return percentile_aware(Standing::Good, text, against, series);
            }
            let text = format!("The last value is at the objective's limit of {limit}, which is still good.");
            (Standing::Depends, text)
        }
        _ if bad => return_finding(crossing, unit),
        _ => crossing_finding(crossing, unit),
    };
    percentile_aware(standing, text, against, series)
}

/// A percentile says nothing of the share that an objective asks for.
fn percentile_aware(standing: Standing, text: String, against: &Against<'_>, series: &Series) -> (Standing, String) {
    if !against.percentile || standing == Standing::Unknown {
        return (standing, text);
    }
    let name = &series.identity().name;
    (Standing::Depends, format!("{text} That is told of the {name}, and not of the share that the objective asks for."))
}

/// What [`section`] says, where the limit is that of an objective.
pub fn section_against(
    series: &Series,
    forecast: &Forecast,
    against: Option<&Against<'_>>,
    note: Option<&str>,
) -> Section {
    let identity = series.identity();
    let told = |crossing: &Crossing| match against {
        Some(against) => objective_finding(crossing, against, series),
        None => crossing_finding(crossing, &identity.unit),
    };
    let mut section = Section::new(format!("Forecast of {}", identity.title()));
    let none = matches!(forecast.verdict, ForecastVerdict::NoVerdict { .. });
    if let Some((standing, text)) = forecast.crossing.as_ref().map(told) {
        section.blocks.push(Block::Verdict { standing, text, evidence: Vec::new() });
    }
    if forecast.crossing.is_none() || !none {
        let (standing, text) = finding(forecast);
        section.blocks.push(Block::Verdict { standing, text, evidence: Vec::new() });
    }
    section.blocks.extend(note.map(|n| Block::Text(n.to_owned())));
    if none {
        return section;
    }
    section.blocks.push(Block::Text(format!("{}: {}.", forecast.method, forecast.reason)));
    if !forecast.caveats.is_empty() {
        section.blocks.push(Block::Warnings(forecast.caveats.clone()));
    }
    section.blocks.push(Block::Table(table(forecast)));
    section.blocks.extend(backtest_table(forecast).map(Block::Table));
    section.blocks.extend(candidates_table(forecast).map(Block::Table));
    if let Ok(figure) = figure(series, forecast, 960) {
        section.blocks.push(Block::Figure(figure));
    }
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::forecast::{ForecastOptions, forecast};
    use crate::series::{Identity, NanPolicy};

    fn disk(n: i64) -> Series {
        let times = (0..n).map(|h| h * 3_600_000_000_000).collect();
        let values = (0..n).map(|h| 40e9 + 1e8 * h as f64 + 2e7 * (h * h % 7) as f64).collect();
        Series::new(Identity::new("disk_used", Unit::Byte), times, values, NanPolicy::Drop).unwrap()
    }

    #[test]
    fn a_full_disk_is_told_with_its_date() {
        let options = ForecastOptions { limit: Some(68e9), ..ForecastOptions::default() };
        let series = disk(240);
        let found = forecast(&series, &options).unwrap();
        let (standing, text) = crossing_finding(found.crossing.as_ref().unwrap(), &Unit::Byte);
        // 28e9 at 1e8 an hour are 280 hours
        assert_eq!(standing, Standing::Bad);
        assert!(text.starts_with("It rises to 68 GB about 1970-01-12T1"), "{text}");
        assert_eq!(table(&found).rows.len(), 12);
        assert_eq!(backtest_table(&found).unwrap().rows.len(), 2);
        assert!(figure(&series, &found, 800).unwrap().marks.iter().any(|m| m.name == "limit"));
    }

    #[test]
    fn a_limit_that_was_passed_is_told_as_passed() {
        let at = |limit: f64| {
            let options = ForecastOptions { limit: Some(limit), ..ForecastOptions::default() };
            forecast(&disk(240), &options).unwrap().crossing.unwrap()
        };
        // 40e9 + 1e8 an hour and up to 0.8e8 is above 50e9 from the 100th hour on
        let found = at(50e9);
        assert_eq!((found.verdict.clone(), found.upwards), (CrossingVerdict::Already, true));
        let since = found.since.unwrap().0 / 3_600_000_000_000;
        assert!((99..=101).contains(&since), "{since}");
        let (standing, text) = crossing_finding(&found, &Unit::Byte);
        assert_eq!(standing, Standing::Depends);
        assert!(
            text.starts_with("The limit of 50 GB is passed already: values lie above it since 1970-01-05T"),
            "{text}"
        );
        let upper: Condition = "< 50e9".parse().unwrap();
        let (standing, text) = objective_finding(&found, &Against { condition: &upper, percentile: false }, &disk(240));
        assert!(standing == Standing::Bad && text.contains("and does not come back"), "{text}");
        let lower: Condition = "> 50e9".parse().unwrap();
        let (standing, text) = objective_finding(&found, &Against { condition: &lower, percentile: false }, &disk(240));
        assert!(standing == Standing::Good && text.contains("on the good side"), "{text}");
        // always above, and never below
        let found = at(30e9);
        assert_eq!((found.verdict.clone(), found.since), (CrossingVerdict::NotWithinHorizon, None));
        assert!(crossing_finding(&found, &Unit::Byte).1.starts_with("It does not fall to 30 GB within the horizon"));
    }

    /// A level of 10 with noise of ±3, for which only a single value comes near 13.5.
    fn noisy(limit: f64) -> (Series, Forecast) {
        let mut random = crate::quantile::random::SplitMix64::new(3);
        let times = (0..300).map(|h| h * 3_600_000_000_000).collect();
        let values = (0..300).map(|_| 10.0 + (0..12).map(|_| random.unit()).sum::<f64>() - 6.0).collect();
        let series = Series::new(Identity::new("queue", Unit::Count), times, values, NanPolicy::Drop).unwrap();
        let options = ForecastOptions { limit: Some(limit), seasons: Some(Vec::new()), ..ForecastOptions::default() };
        let found = forecast(&series, &options).unwrap();
        (series, found)
    }

    #[test]
    fn noise_that_touches_the_limit_is_not_told_as_a_rise() {
        let (_, found) = noisy(11.5);
        let crossing = found.crossing.unwrap();
        assert_eq!((crossing.verdict.clone(), crossing.line), (CrossingVerdict::Crosses, None));
        let (standing, text) = crossing_finding(&crossing, &Unit::Count);
        assert_eq!(standing, Standing::Depends);
        assert!(
            text.starts_with("The forecast itself does not reach 11.5 within the horizon, but single values"),
            "{text}"
        );
    }

    #[test]
    fn beyond_an_objectives_limit_the_question_is_when_it_comes_back() {
        let last = *noisy(11.5).0.values().last().unwrap();
        let (series, found) = noisy(last - 0.5);
        let condition: Condition = format!("< {}", last - 0.5).parse().unwrap();
        let against = Against { condition: &condition, percentile: false };
        let told = section_against(&series, &found, Some(&against), None);
        let Some(Block::Verdict { standing, text, .. }) = told.blocks.first() else { panic!("{told:?}") };
        assert_eq!(*standing, Standing::Depends);
        assert!(text.starts_with("The last value is beyond the objective's limit"), "{text}");
        // on the good side it is told as ever
        let condition: Condition = format!("> {}", last - 0.5).parse().unwrap();
        let against = Against { condition: &condition, percentile: false };
        let told = section_against(&series, &found, Some(&against), None);
        let Some(Block::Verdict { text, .. }) = told.blocks.first() else { panic!("{told:?}") };
        assert!(!text.contains("objective"), "{text}");
    }

    #[test]
    fn at_the_limit_and_of_a_percentile_the_objective_is_not_called_missed() {
        let last = *noisy(11.5).0.values().last().unwrap();
        let (series, found) = noisy(last);
        let told = |limit: &str, percentile| {
            let condition: Condition = limit.parse().unwrap();
            let against = Against { condition: &condition, percentile };
            objective_finding(found.crossing.as_ref().unwrap(), &against, &series)
        };
        let (standing, text) = told(&format!("<= {last}"), false);
        assert!(standing == Standing::Depends && text.ends_with("which is still good."), "{text}");
        assert_eq!(told(&format!("< {last}"), false).0, Standing::Bad);
        let (standing, text) = told(&format!("< {last}"), true);
        assert!(standing == Standing::Depends && text.contains("That is told of the queue"), "{text}");
    }

    #[test]
    fn too_little_data_give_a_reason_and_no_numbers() {
        let series = disk(5);
        let found = forecast(&series, &ForecastOptions { limit: Some(1.0), ..ForecastOptions::default() }).unwrap();
        let section = section(&series, &found, None);
        let [Block::Verdict { standing, text, .. }] = &section.blocks[..] else { panic!("{section:?}") };
        assert_eq!(*standing, Standing::Unknown);
        assert!(text.contains("5 values are too few"), "{text}");
    }
}
