//! `slo`: the objective by every way of counting, its budget, what spent it and when it ends.

use std::path::Path;
use std::process::ExitCode;

use rayon::prelude::*;
use serde_json::json;
use sre_stats::load::{Dataset, HistogramTable};
use sre_stats::report::Section;
use sre_stats::report::tell::{self, fit::Fit};
use sre_stats::slo::rules::{Documents, RuleSet};
use sre_stats::slo::{
    CostModel, Objective, Options, SloReport, Specification, SpecifiedSlo, Usage, cost, evaluate, read_costs,
    read_specification,
};

use super::alerts::AlertArgs;
use super::args::SloArgs;
use super::failure::{Failure, say};
use super::output::{self, Answer};
use crate::files;

pub(crate) fn run(args: &SloArgs) -> Result<ExitCode, Failure> {
    let mut found = objectives(args)?;
    if let Some(zone) = args.input.zone()? {
        for slo in &mut found.slos {
            slo.objective = slo.objective.clone().or_in_zone(&zone);
        }
    }
    let costs = args.cost.as_deref().map(cost_model).transpose()?;
    if let Some(path) = &args.openslo_out {
        let name = path.display().to_string();
        files::write(path, found.to_openslo()?.as_bytes(), false)?;
        say(&format!("written: {name}\n"));
    }
    let documents = args.alerts.documents()?;
    let (data, packed) = args.input.load_packed()?;
    let told = answer(args, &found, (&data, &packed), (costs.as_ref(), documents.as_ref()));
    let (answer, rules) = output::after_guesses(&data, told)?;
    args.alerts.write(&rules)?;
    output::give("slo", &data, &answer, args.input.strict, &args.output)
}

/// What every objective comes to, and the rules of its alerts where they are to be written.
fn answer(
    args: &SloArgs,
    found: &Specification,
    data: (&Dataset, &HistogramTable),
    (costs, documents): (Option<&CostModel>, Option<&Documents>),
) -> Result<(Answer, Vec<RuleSet>), Failure> {
    let named = args.openslo.is_some();
    let mut answer = Answer::default();
    let mut last = None;
    let mut rules = Vec::new();
    for slo in &found.slos {
        let mut one = Answer::default();
        let alerts = args.alerts.clone().or_rules(found.alert_rules(slo)?);
        let options = Options { seed: args.seed, no_data: args.gaps.no_data, ..Options::default() };
        match held(data, &slo.objective, &options, &mut one) {
            Ok(reports) => {
                add(&reports, &slo.objective, &options, &alerts, &mut one);
                add_costs(&reports, costs, &mut one);
                // last, where a terminal shows it
                one.sections.extend(overview(&reports));
                if let Some(documents) = documents {
                    let name = named.then_some(slo.name.as_str());
                    rules.extend(alerts.rule_sets(&reports, &slo.objective, name, documents)?);
                }
                if named {
                    name_after(slo, &mut one);
                }
            }
            // one objective that nothing fits does not take the others with it
            Err(e) if found.slos.len() > 1 => {
                answer.leave_out(slo.name.clone(), e.message());
                last = Some(e);
                continue;
            }
            Err(e) => return Err(e),
        }
        answer.absorb(one);
    }
    match last {
        Some(e) if answer.results.is_empty() => Err(e),
        _ => Ok((answer, rules)),
    }
}

/// The objectives of the command line or of a file; what the file says and no objective holds goes to standard error.
fn objectives(args: &SloArgs) -> Result<Specification, Failure> {
    let Some(path) = &args.openslo else {
        let objective = args.slo.clone().ok_or_else(|| Failure::usage("--slo is missing"))?;
        let name = "objective".to_owned();
        let (indicator, alert_policies) = (None, Vec::new());
        let slo = SpecifiedSlo { name, service: None, description: None, objective, indicator, alert_policies };
        return Ok(Specification { slos: vec![slo], ..Specification::default() });
    };
    let found = in_file(path, read_specification)?;
    let file = path.display();
    for refused in &found.refused {
        say(&format!("refused: {file}, {refused}\n"));
    }
    for note in &found.notes {
        say(&format!("note: {file}, {note}\n"));
    }
    Ok(found)
}

/// Reads a file of settings.
fn in_file<T>(path: &Path, read: fn(&str) -> sre_stats::Result<T>) -> Result<T, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|e| sre_stats::Error::io(e, &name))?;
    Ok(read(&text).map_err(|e| e.in_file(&name))?)
}

/// Results and sections carry the name of the SLO that they answer.
fn name_after(slo: &SpecifiedSlo, answer: &mut Answer) {
    for result in &mut answer.results {
        result["slo"] = json!({
            "name": slo.name, "service": slo.service, "description": slo.description, "indicator": slo.indicator,
            "alert_policies": slo.alert_policies,
        });
    }
    for section in &mut answer.sections {
        section.title = format!("{}: {}", slo.name, section.title);
    }
}

/// The costs that a file tells.
pub(crate) fn cost_model(path: &Path) -> Result<CostModel, Failure> {
    in_file(path, read_costs)
}

/// Adds what the bad time cost to the result of each series, which come in the order of `held`.
pub(crate) fn add_costs(held: &[(Fit<'_>, SloReport)], model: Option<&CostModel>, answer: &mut Answer) {
    let Some(model) = model else { return };
    for (at, (fit, report)) in held.iter().enumerate() {
        let found = cost(model, &Usage::of(report));
        answer.sections.push(tell::cost::section(&fit.item.title(), &found));
        if let Some(result) = answer.results.get_mut(at) {
            result["cost"] = json!(found);
        }
    }
}

/// The objective's series at a glance, where there are several.
pub(crate) fn overview(held: &[(Fit<'_>, SloReport)]) -> Option<Section> {
    let held: Vec<(String, &SloReport)> = held.iter().map(|(fit, report)| (fit.item.title(), report)).collect();
    tell::overview::section(&held)
}

/// Tells what the data say of the objective and what alerts would have made of it, one result a series.
pub(crate) fn add(
    held: &[(Fit<'_>, SloReport)],
    objective: &Objective,
    options: &Options,
    alerts: &AlertArgs,
    answer: &mut Answer,
) {
    let one = |(fit, report): &(Fit<'_>, SloReport)| {
        let good_means = fit.good_means(objective);
        let mut found = json!(report);
        found["good_means"] = good_means.clone().into();
        let mut sections = vec![tell::slo::section(&fit.item.title(), report, &good_means)];
        super::alerts::add(fit, objective, (alerts, options), &mut found, &mut sections);
        Answer { results: vec![output::of_series(&fit.item, &found)], sections, ..Answer::default() }
    };
    let each: Vec<Answer> = held.par_iter().map(one).collect();
    for one in each {
        answer.absorb(one);
    }
}

/// Every series that fits the objective, of the data and of histograms that are packed, held against it; those that do not are noted.
pub(crate) fn held<'a>(
    (data, packed): (&'a Dataset, &HistogramTable),
    objective: &Objective,
    options: &Options,
    answer: &mut Answer,
) -> Result<Vec<(Fit<'a>, SloReport)>, Failure> {
    let found = tell::fit::fitting_packed(data, packed, objective)?;
    for (title, why) in found.left_out {
        answer.leave_out(title, why);
    }
    let mut reports = Vec::new();
    let mut last = None;
    let evaluated: Vec<_> = found.fits.par_iter().map(|fit| evaluate(objective, fit.input(), options)).collect();
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
