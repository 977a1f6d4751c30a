//! `report`: the whole story of an export.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde_json::Value;
use sre_stats::histogram::LayoutChoice;
use sre_stats::load::{Dataset, HistogramTable};
use sre_stats::method::Definition;
use sre_stats::quantile::Quantile;
use sre_stats::slo::{CostModel, Objective, Options};
use sre_stats::trend::{ChangeOptions, TrendMethod};
use sre_stats::window::Ladder;

use super::alerts::AlertArgs;
use super::args::ReportArgs;
use super::course::{self, Bounds};
use super::failure::{Failure, say};
use super::output::{self, Answer};
use super::{changes, describe, inspect, quantile, slo, trend, windows};

/// The part that stands before all others.
const OVERVIEW: &str = "overview";

/// Parts of the report that are computed together.
type Job<'a> = Box<dyn Fn() -> Result<Vec<(&'static str, Answer)>, Failure> + Send + Sync + 'a>;

/// Computes all parts, as many at once as rayon has threads, and lays them out in their order.
pub(crate) fn run(args: &ReportArgs) -> Result<ExitCode, Failure> {
    let mut clock = Clock { since: Instant::now(), print: args.timings };
    let objective = args.slo.clone().map(|o| args.input.in_zone(o)).transpose()?;
    let costs = args.cost.as_deref().map(slo::cost_model).transpose()?;
    let data = args.input.load()?;
    clock.lap("load");
    let options = Options { no_data: args.gaps.no_data, seed: args.seed, ..Options::default() };
    let against = objective.as_ref().map(|objective| Against { objective, options, costs });
    let bounds = Bounds { until: args.until.as_ref(), objective: objective.as_ref() };
    let found: Vec<(Result<_, Failure>, Duration)> = jobs(&data, against.as_ref(), bounds, args.seed)
        .par_iter()
        .map(|job| {
            let since = Instant::now();
            (job(), since.elapsed())
        })
        .collect();
    let mut answer = Answer::default();
    for (parts, took) in found {
        let parts = output::after_guesses(&data, parts)?;
        let names: Vec<&str> = parts.iter().map(|p| p.0).collect();
        clock.part(&names.join(", "), took);
        for (name, part) in parts {
            if name == OVERVIEW {
                answer.sections.splice(0..0, part.sections);
            } else {
                answer.absorb(labelled(name, part));
            }
        }
    }
    clock.lap("analyses, all parts");
    finish(&data, &answer, args, &mut clock)
}

fn jobs<'a>(data: &'a Dataset, against: Option<&'a Against<'a>>, bounds: Bounds<'a>, seed: u64) -> Vec<Job<'a>> {
    let mut jobs: Vec<Job<'a>> = vec![Box::new(|| Ok(vec![("inspect", inspect::answer(data))]))];
    if let Some(against) = against {
        jobs.push(Box::new(|| against.hold(data)));
    }
    jobs.push(Box::new(|| Ok(vec![("describe", describe::answer(data))])));
    jobs.push(Box::new(|| Ok(vec![("quantile", quantile::answer(data, &quantiles()))])));
    jobs.push(Box::new(|| Ok(vec![("averages", windows::averages(data, &[Quantile::MEDIAN, Quantile::P99]))])));
    jobs.push(Box::new(|| Ok(vec![("losses", windows::losses(data))])));
    let options = ChangeOptions { seed, ..ChangeOptions::default() };
    jobs.push(Box::new(move || Ok(vec![("changes", changes::answer(data, &options))])));
    jobs.push(Box::new(|| Ok(vec![("trend", trend::answer(data, TrendMethod::Auto))])));
    jobs.push(Box::new(move || Ok(course::answers(data, bounds, seed))));
    jobs
}

/// What the data are held against.
struct Against<'a> {
    objective: &'a Objective,
    options: Options,
    costs: Option<CostModel>,
}

impl Against<'_> {
    /// The objective and the bucket widths, from one evaluation.
    fn hold(&self, data: &Dataset) -> Result<Vec<(&'static str, Answer)>, Failure> {
        let (mut told, mut accounted) = (Answer::default(), Answer::default());
        let options = &self.options;
        let held = slo::held((data, &HistogramTable::default()), self.objective, options, &mut told)?;
        slo::add(&held, self.objective, options, &AlertArgs::default(), &mut told);
        slo::add_costs(&held, self.costs.as_ref(), &mut told);
        let asked = windows::Asked {
            no_data: options.no_data,
            ..windows::Asked::of(self.objective.clone(), Ladder::default())
        };
        windows::add(&held, &asked, &mut accounted)?;
        let overview = Answer { sections: slo::overview(&held).into_iter().collect(), ..Answer::default() };
        Ok(vec![(OVERVIEW, overview), ("slo", told), ("windows", accounted)])
    }
}

fn finish(data: &Dataset, answer: &Answer, args: &ReportArgs, clock: &mut Clock) -> Result<ExitCode, Failure> {
    let code = output::give("report", data, answer, args.input.strict, &args.output)?;
    clock.lap("output");
    if args.timings
        && let Some(peak) = peak_memory()
    {
        say(&format!("peak memory: {peak}\n"));
    }
    Ok(code)
}

fn quantiles() -> quantile::Asked {
    quantile::Asked {
        quantiles: vec![Quantile::MEDIAN, Quantile::P90, Quantile::P99, Quantile::P999],
        definitions: vec![Definition::Type7],
        tools: Vec::new(),
        exact: true,
        layouts: vec![LayoutChoice::LogLinear],
        every: None,
    }
}

/// The same answer, each result with the part that it belongs to.
fn labelled(part: &str, mut answer: Answer) -> Answer {
    for result in &mut answer.results {
        if let Value::Object(fields) = result {
            fields.shift_insert(0, "part".into(), part.into());
        }
    }
    answer
}

/// Prints how long each phase took.
struct Clock {
    since: Instant,
    print: bool,
}

impl Clock {
    /// Prints the time of a part, which ran beside others.
    fn part(&self, name: &str, took: Duration) {
        if self.print {
            say(&format!("  {name}: {:.3} s\n", took.as_secs_f64()));
        }
    }

    fn lap(&mut self, phase: &str) {
        if self.print {
            say(&format!("{phase}: {:.3} s\n", self.since.elapsed().as_secs_f64()));
        }
        self.since = Instant::now();
    }
}

/// The most memory that the process ever held, where the system says it.
pub(super) fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}
