//! `slo`: the objective by every way of counting, its budget, and what spent it.

use std::process::ExitCode;

use rayon::prelude::*;
use serde_json::json;
use sre_stats::load::Dataset;
use sre_stats::report::tell::{self, fit::Fit};
use sre_stats::slo::{Objective, Options, SloReport, evaluate};
use sre_stats::window::Rule;

use super::alerts::AlertArgs;
use super::args::SloArgs;
use super::failure::Failure;
use super::output::{self, Answer};

pub(crate) fn run(args: &SloArgs) -> Result<ExitCode, Failure> {
    let documents = args.alerts.documents()?;
    let data = args.input.load()?;
    let mut answer = Answer::default();
    let held = held(&data, &args.slo, None, &mut answer)?;
    add(&held, &args.slo, &args.alerts, &mut answer);
    args.alerts.export(held.iter().map(|h| &h.0), &args.slo, documents)?;
    output::give("slo", &data, &answer, args.input.strict, &args.output)
}

/// Tells what the data say of the objective and what alerts would have made of it, one result a series.
pub(crate) fn add(held: &[(Fit<'_>, SloReport)], objective: &Objective, alerts: &AlertArgs, answer: &mut Answer) {
    for (fit, report) in held {
        let good_means = fit.good_means(objective);
        let mut found = json!(report);
        found["good_means"] = good_means.clone().into();
        answer.sections.push(tell::slo::section(&fit.item.title(), report, &good_means));
        super::alerts::add(fit, objective, alerts, &mut found, &mut answer.sections);
        answer.results.push(output::of_series(fit.item, &found));
    }
}

/// Every series that fits the objective, held against it; those that do not are noted.
pub(crate) fn held<'a>(
    data: &'a Dataset,
    objective: &Objective,
    rule: Option<Rule>,
    answer: &mut Answer,
) -> Result<Vec<(Fit<'a>, SloReport)>, Failure> {
    let found = tell::fit::fitting(data, objective)?;
    for (title, why) in found.left_out {
        answer.leave_out(title, why);
    }
    let options = Options { rule: rule.unwrap_or(Options::default().rule), ..Options::default() };
    let mut reports = Vec::new();
    let mut last = None;
    let evaluated: Vec<_> = found.fits.par_iter().map(|fit| evaluate(objective, fit.input, &options)).collect();
    for (fit, report) in found.fits.into_iter().zip(evaluated) {
        match report {
            Ok(report) => reports.push((fit, report)),
            Err(e) => {
                answer.leave_out(fit.item.title(), e.to_string());
                last = Some(e);
            }
        }
    }
    match last {
        Some(error) if reports.is_empty() => Err(error.into()),
        _ => Ok(reports),
    }
}
