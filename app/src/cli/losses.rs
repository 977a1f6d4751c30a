//! What aggregation loses beside charged time: peaks, percentiles, events of counters; what probes miss and roll-ups forget.

use serde_json::{Value, json};
use sre_stats::counter::Counter;
use sre_stats::load::{Data, Dataset, Item};
use sre_stats::quantile::Quantile;
use sre_stats::report::tell::{self, fit::Fit};
use sre_stats::report::{Block, Section};
use sre_stats::series::Series;
use sre_stats::slo::{Criterion, SloInput, SloReport};
use sre_stats::time::Span;
use sre_stats::window::{
    Budget, CounterOptions, Dialect, IncidentPattern, Ladder, Probe, RetentionInput, RollUpPlan, Rule,
    counter_readings, hidden_peaks, peaks, reaggregate, retention, tightening,
};
use sre_stats::{Error, ErrorKind};

use super::args::WindowsArgs;
use super::failure::Failure;
use super::output::{self, Answer};
use super::windows::Asked;

/// What is told beside the accounting.
pub(crate) struct Further {
    pub(crate) retention: Option<RollUpPlan>,
    pub(crate) probe: Option<Probe>,
    pub(crate) dialect: Dialect,
}

/// The width at which it is told what each further stored percentile is worth.
const STORED_AT: Span = Span::from_secs(300);

impl Further {
    pub(crate) fn of(args: &WindowsArgs) -> Result<Self, Failure> {
        let probe = args.probe.map(Probe::every).transpose().map_err(Failure::usage)?;
        Ok(Self { retention: args.retention.clone(), probe, dialect: args.prometheus })
    }

    /// Adds what is told of one series to its last result and to the sections.
    pub(crate) fn add(
        &self,
        fit: &Fit<'_>,
        report: &SloReport,
        (rule, budget): (&Rule, &Budget),
        asked: &Asked,
        last: &mut Value,
        answer: &mut Answer,
    ) -> Result<(), Error> {
        let title = fit.item.title();
        if let SloInput::Series(series) = fit.input() {
            let limit = asked.objective.condition().filter(|c| c.comparison.is_upper());
            let limit = limit.and_then(|c| c.converted(&series.identity().unit).ok()).map(|c| c.limit);
            if let Some((rows, hidden, section)) = of_peaks(series, &asked.ladder, limit, &title)? {
                last["peaks"] = rows;
                last["hidden_peaks"] = hidden;
                answer.sections.push(section);
            }
        }
        if let SloInput::Events(events) = fit.input() {
            let narrow = |w: &&Span| w.0 * 2 <= events.window().width.0;
            let widths: Vec<Span> = asked.ladder.widths().iter().filter(narrow).copied().collect();
            if !widths.is_empty() {
                let rows = reaggregate(events, &Ladder::new(&widths)?, &[percentile(asked)])?;
                last["percentiles"] = json!(rows);
                answer.sections.push(tell::reaggregation::section(&title, &rows));
            }
        }
        if let SloInput::Events(events) = fit.input()
            && events.window().width.0 >= 2 * STORED_AT.0
        {
            let found = tightening(events, STORED_AT, percentile(asked), &stored()?)?;
            last["brackets"] = json!(found);
            let table = Block::Table(tell::reaggregation::brackets(&found));
            answer.sections.push(Section::new(format!("Stored percentiles of {title}")).with(table));
        }
        if let Some(probe) = &self.probe {
            let outages =
                asked.incidents.clone().unwrap_or_else(|| IncidentPattern::Measured(report.bad_time.lengths()));
            let error = probe.error(&outages);
            last["probe"] = json!(error);
            answer.sections.push(tell::probe::section(&title, &error));
        }
        if let Some(plan) = &self.retention {
            let percentiles = [percentile(asked)];
            let mut input = RetentionInput {
                bad_time: Some(&report.bad_time),
                rule: Some(*rule),
                budget: Some(*budget),
                ..RetentionInput::default()
            };
            if let SloInput::Events(events) = fit.input() {
                (input.events, input.quantiles) = (Some(events), &percentiles);
            }
            if let SloInput::Series(series) = fit.input() {
                input.series = Some(series).filter(|s| !is_binary(s));
            }
            let tiers = retention(plan, &input)?;
            last["retention"] = json!(tiers);
            answer.sections.push(tell::retention::section(&title, plan, &tiers));
        }
        Ok(())
    }
}

/// The percentile that the objective speaks of, else p99.
fn percentile(asked: &Asked) -> Quantile {
    match asked.objective.effective_criterion() {
        Criterion::Percentile(q, _) => q,
        _ => Quantile::P99,
    }
}

/// The percentiles that are commonly stored, and the extremes.
fn stored() -> Result<Vec<Quantile>, Error> {
    Ok(vec![
        Quantile::MEDIAN,
        Quantile::P90,
        Quantile::P95,
        Quantile::P99,
        Quantile::P999,
        Quantile::new(1.0)?,
        Quantile::new(0.0)?,
    ])
}

/// At most this many peaks are listed one by one.
const LISTED: usize = 100;

/// Rows, hidden peaks and section of a series of values; `None` for 0 and 1, and where no width is between step and period.
fn of_peaks(
    series: &Series,
    ladder: &Ladder,
    limit: Option<f64>,
    title: &str,
) -> Result<Option<(Value, Value, Section)>, Error> {
    let Some(ladder) = between(series, ladder).filter(|_| !is_binary(series)) else { return Ok(None) };
    let (rows, hidden) = (peaks(series, &ladder)?, hidden_peaks(series, &ladder, limit)?.highest(LISTED));
    let section = tell::peaks::section(title, &rows, Some(&hidden));
    Ok(Some((json!(rows), json!(hidden), section)))
}

/// The widths that hold two samples or more and of which two or more fit into the series.
fn between(series: &Series, ladder: &Ladder) -> Option<Ladder> {
    let (step, whole) = (series.step()?, series.window().width);
    let fits = |w: &Span| w.0 >= 2 * step.0 && w.0 <= whole.0 / 2;
    let widths: Vec<Span> = ladder.widths().iter().copied().filter(fits).collect();
    Ladder::new(&widths).ok()
}

fn is_binary(series: &Series) -> bool {
    series.values().iter().all(|v| *v == 0.0 || *v == 1.0)
}

/// What queries make of every counter of a data set, one result each; a counter without two samples in a window is noted.
pub(crate) fn counters(data: &Dataset, ladder: &Ladder, dialect: Dialect, answer: &mut Answer) {
    for item in &data.items {
        if let Data::Counter(counter) = &item.data {
            readings(item, counter, ladder, dialect, answer);
        }
    }
}

fn readings(item: &Item, counter: &Counter, ladder: &Ladder, dialect: Dialect, answer: &mut Answer) {
    match counter_readings(counter, ladder, &CounterOptions { dialect, ..CounterOptions::default() }) {
        Ok(readings) => {
            answer.results.push(output::of_series(item, &json!({"counter": readings})));
            answer.sections.push(tell::counters::section(&item.title(), &readings));
        }
        Err(e) => answer.leave_out(item.title(), e.to_string()),
    }
}

/// Widths at which a report looks for lost peaks and events.
pub(crate) const LOST_AT_S: [i64; 6] = [60, 300, 900, 3600, 21_600, 86_400];

/// For a report: the peaks of every series of values that averages hide, and what queries make of every counter.
pub(crate) fn losses(data: &Dataset) -> Answer {
    let mut answer = Answer::default();
    let Ok(ladder) = Ladder::new(&LOST_AT_S.map(Span::from_secs)) else { return answer };
    for item in &data.items {
        of_item(item, &ladder, &mut answer);
    }
    answer
}

/// The peaks of a series of values, or what queries make of a counter.
pub(crate) fn of_item(item: &Item, ladder: &Ladder, answer: &mut Answer) {
    match &item.data {
        Data::Gauge(series) => {
            if let Err(e) = peaks_of(item, series, ladder, answer)
                && e.kind() != ErrorKind::Empty
            {
                answer.leave_out(item.title(), e.to_string());
            }
        }
        Data::Counter(counter) => readings(item, counter, ladder, Dialect::default(), answer),
        _ => {}
    }
}

fn peaks_of(item: &Item, series: &Series, ladder: &Ladder, answer: &mut Answer) -> Result<(), Error> {
    if let Some((rows, hidden, section)) = of_peaks(series, ladder, None, &item.title())? {
        answer.results.push(output::of_series(item, &json!({"peaks": rows, "hidden_peaks": hidden})));
        answer.sections.push(section);
    }
    Ok(())
}
