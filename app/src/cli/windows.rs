//! `windows`: what every bucket width and phase would have charged, and which widths are safe.

use std::process::ExitCode;

use rayon::prelude::*;
use serde_json::json;
use sre_stats::load::{Dataset, HistogramTable, Item};
use sre_stats::quantile::Quantile;
use sre_stats::report::tell::{self, fit::Fit};
use sre_stats::slo::{Criterion, Objective, Options, Population, SloInput, SloReport};
use sre_stats::window::{
    AdvisorInput, Budget, IncidentPattern, Ladder, NoData, Rule, Verdict, account, advise, reaggregate,
};
use sre_stats::{Error, ErrorKind};

use super::args::WindowsArgs;
use super::failure::Failure;
use super::losses::{self, Further};
use super::output::{self, Answer};
use super::slo::held;

pub(crate) use super::losses::losses;

/// What is accounted for.
pub(crate) struct Asked {
    pub(crate) objective: Objective,
    pub(crate) ladder: Ladder,
    pub(crate) rule: Option<Rule>,
    pub(crate) no_data: NoData,
    pub(crate) incidents: Option<IncidentPattern>,
    /// What is told beside the accounting; `None` leaves it to the parts of a report.
    pub(crate) further: Option<Further>,
}

impl Asked {
    /// The accounting alone, by the objective's own rule and the incidents that are measured.
    pub(crate) fn of(objective: Objective, ladder: Ladder) -> Self {
        Self { objective, ladder, rule: None, no_data: NoData::default(), incidents: None, further: None }
    }

    /// How the objective is held against data before its slices are accounted for.
    fn options(&self) -> Options {
        let usual = Options::default();
        Options { rule: self.rule.unwrap_or(usual.rule), no_data: self.no_data, ..usual }
    }
}

/// Why nothing is accounted for where histograms leave the verdict open.
const NOT_KNOWN: &str =
    "how much time was bad is not known: values in the bin of the limit may be on either side of it";

/// Why slices cannot be accounted for, where they cannot.
pub(crate) fn unaccountable(report: &SloReport) -> Option<&'static str> {
    report.without_duration().or_else(|| (report.verdict == Verdict::Undecidable).then_some(NOT_KNOWN))
}

/// The confidence that a window's percentile has a finite upper bound.
const LEVEL: f64 = 0.95;

pub(crate) fn run(args: &WindowsArgs) -> Result<ExitCode, Failure> {
    let asked = Asked {
        objective: args.input.in_zone(args.slo.clone())?,
        ladder: if args.widths.is_empty() {
            Ladder::default()
        } else {
            Ladder::new(&args.widths).map_err(Failure::usage)?
        },
        rule: args.rule,
        no_data: args.gaps.no_data,
        incidents: args.incident.map(|length| IncidentPattern::Equal { length, count: u64::from(args.incidents) }),
        further: Some(Further::of(args)?),
    };
    let (data, packed) = args.input.load_packed()?;
    let answer = output::after_guesses(&data, answer(&data, &packed, &asked))?;
    output::give("windows", &data, &answer, args.input.strict, &args.output)
}

/// For each series that fits: one result a width, then the advisor's.
fn answer(data: &Dataset, packed: &HistogramTable, asked: &Asked) -> Result<Answer, Failure> {
    let mut answer = Answer::default();
    if let Some(further) = &asked.further {
        losses::counters(data, &asked.ladder, further.dialect, &mut answer);
    }
    match held((data, packed), &asked.objective, &asked.options(), &mut answer) {
        Ok(held) => add(&held, asked, &mut answer)?,
        // counters need no objective: where there is nothing else, they are the answer, and what was asked beside it is told
        Err(e) if !answer.results.is_empty() => answer.leave_out("the objective", e.message()),
        Err(e) => return Err(e),
    }
    Ok(answer)
}

/// Accounts for the bad time of every series that was held against the objective.
pub(crate) fn add(held: &[(Fit<'_>, SloReport)], asked: &Asked, answer: &mut Answer) -> Result<(), Error> {
    let each: Vec<Answer> = held
        .par_iter()
        .map(|(fit, report)| {
            let mut answer = Answer::default();
            one(fit, report, asked, &mut answer).map(|()| answer)
        })
        .collect::<Result<_, Error>>()?;
    for one in each {
        answer.absorb(one);
    }
    Ok(())
}

fn one(fit: &Fit<'_>, report: &SloReport, asked: &Asked, answer: &mut Answer) -> Result<(), Error> {
    let title = fit.item.title();
    if let Some(why) = unaccountable(report) {
        answer.leave_out(title, why);
        return Ok(());
    }
    let rule = asked.rule.or(asked.objective.rule()).unwrap_or(Rule::AnyBad);
    let budget = Budget::new(asked.objective.target, report.period.width);
    let mut accounting = account(&report.bad_time, &asked.ladder, &rule, Some(&budget))?;
    accounting.counts_requests = asked.objective.population == Population::Requests;
    let mut caveats = report.caveats_of_time();
    if accounting.counts_requests {
        let tick = report.bad_time.resolution();
        caveats.push(format!(
            "the objective counts requests: here time is counted, and {tick} is bad if one request in it is"
        ));
    }
    for row in &accounting.rows {
        let mut found = output::of_series(&fit.item, row);
        found["verdict_aligned"] = json!(tell::windows::aligned_verdict(row, &budget));
        answer.results.push(found);
    }
    let mut section = tell::windows::section(&title, &accounting, Some(&budget));
    section.blocks.insert(1, sre_stats::report::Block::Text(fit.good_means(&asked.objective)));
    if !caveats.is_empty() {
        section.blocks.insert(2, sre_stats::report::Block::Warnings(caveats.clone()));
    }
    answer.sections.push(section);
    let mut last = json!({
        "advisor": null, "truth": accounting.truth, "allowed_s": budget.allowed(), "good_means": fit.good_means(&asked.objective),
        "caveats": caveats, "skipped": accounting.skipped,
    });
    // a percentile above a lower limit is another share of time than below an upper one
    let in_time = rule.under(report.bad_time.condition())?;
    match advise(&advisor(fit, report, asked, in_time, budget)) {
        Ok(advice) => {
            last["advisor"] = json!(advice);
            answer.sections.push(tell::advice::section(&title, &advice));
        }
        // a rule without a closed form has no advice
        Err(e) if e.kind() == ErrorKind::Argument => last["advisor"] = json!({"why": [e.to_string()]}),
        Err(e) => return Err(e),
    }
    if let Some(further) = &asked.further {
        further.add(fit, report, (&rule, &budget), asked, &mut last, answer)?;
    }
    answer.results.push(output::of_series(&fit.item, &last));
    Ok(())
}

/// What the advisor is asked for one series.
pub(crate) fn advisor(fit: &Fit<'_>, report: &SloReport, asked: &Asked, rule: Rule, budget: Budget) -> AdvisorInput {
    let observed = report.bad_time.observed().as_secs_f64();
    // the percentile that every window of events is to show, where the objective is about values
    let quantile = match (fit.input(), asked.objective.effective_criterion()) {
        (SloInput::Events(_), Criterion::Percentile(q, _)) => Some(q),
        (SloInput::Events(_), Criterion::Value(_)) => Some(Quantile::P99),
        _ => None,
    };
    let rate = report.bad_time.samples() as f64 / observed;
    AdvisorInput {
        budget,
        incidents: asked.incidents.clone().unwrap_or_else(|| IncidentPattern::Measured(report.bad_time.lengths())),
        rule,
        rate_per_s: quantile.map(|_| rate).filter(|r| r.is_finite() && *r > 0.0),
        quantile,
        level: LEVEL,
    }
}

/// Widths at which percentiles are commonly rolled up: the report averages at these.
const AVERAGED_S: [i64; 5] = [60, 300, 3600, 21_600, 86_400];

/// What averaging percentiles per window makes of them, for every series of events.
pub(crate) fn averages(data: &Dataset, quantiles: &[Quantile]) -> Answer {
    let mut answer = Answer::default();
    for item in &data.items {
        averages_of(item, quantiles, &mut answer);
    }
    answer
}

/// The same for one series; nothing for one that is not of events.
pub(crate) fn averages_of(item: &Item, quantiles: &[Quantile], answer: &mut Answer) {
    let Some(events) = item.as_events() else { return };
    let narrow = |w: &sre_stats::time::Span| w.0 * 2 <= events.window().width.0;
    let widths: Vec<_> = AVERAGED_S.map(sre_stats::time::Span::from_secs).into_iter().filter(narrow).collect();
    match Ladder::new(&widths).and_then(|ladder| reaggregate(events, &ladder, quantiles)) {
        Ok(rows) => {
            answer.results.extend(rows.iter().map(|row| output::of_series(item, row)));
            answer.sections.push(tell::reaggregation::section(&item.title(), &rows));
        }
        Err(e) => answer.leave_out(item.title(), e.to_string()),
    }
}
