//! `report`: the whole story of an export.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use rayon::prelude::*;
use serde_json::Value;
use sre_stats::load::Dataset;
use sre_stats::method::Definition;
use sre_stats::quantile::Quantile;
use sre_stats::slo::Objective;
use sre_stats::trend::{ChangeOptions, TrendMethod};
use sre_stats::window::Ladder;

use super::args::ReportArgs;
use super::failure::{Failure, say};
use super::output::{self, Answer};
use super::{changes, describe, inspect, quantile, slo, trend, windows};

/// A part of the report: its name, and how it is computed.
type Part<'a> = (&'static str, Box<dyn Fn() -> Result<Answer, Failure> + Send + Sync + 'a>);

/// Computes all parts, as many at once as rayon has threads, and lays them out in their order.
pub(crate) fn run(args: &ReportArgs) -> Result<ExitCode, Failure> {
    let mut clock = Clock { since: Instant::now(), print: args.timings };
    let data = args.input.load()?;
    clock.lap("load");
    let parts = parts(&data, args.slo.as_ref());
    let found: Vec<(Result<Answer, Failure>, Duration)> = parts
        .par_iter()
        .map(|(_, compute)| {
            let since = Instant::now();
            (compute(), since.elapsed())
        })
        .collect();
    let mut answer = Answer::default();
    for ((part, _), (found, took)) in parts.iter().zip(found) {
        clock.part(part, took);
        answer.absorb(labelled(part, found?));
    }
    clock.lap("analyses, all parts");
    finish(&data, &answer, args, &mut clock)
}

fn parts<'a>(data: &'a Dataset, objective: Option<&'a Objective>) -> Vec<Part<'a>> {
    let mut parts: Vec<Part<'a>> = vec![("inspect", Box::new(|| Ok(inspect::answer(data))))];
    if let Some(objective) = objective {
        parts.push(("slo", Box::new(|| slo::answer(data, objective))));
        parts.push((
            "windows",
            Box::new(|| {
                let asked = windows::Asked {
                    objective: objective.clone(),
                    ladder: Ladder::default(),
                    rule: None,
                    incidents: None,
                };
                let mut found = windows::answer(data, &asked)?;
                // the objective's part has named them
                found.left_out.clear();
                Ok(found)
            }),
        ));
    }
    parts.push(("describe", Box::new(|| Ok(describe::answer(data)))));
    parts.push(("quantile", Box::new(|| Ok(quantile::answer(data, &quantiles())))));
    parts.push(("averages", Box::new(|| Ok(windows::averages(data, &[Quantile::MEDIAN, Quantile::P99])))));
    parts.push(("changes", Box::new(|| Ok(changes::answer(data, &ChangeOptions::default())))));
    parts.push(("trend", Box::new(|| Ok(trend::answer(data, TrendMethod::Auto)))));
    parts
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
        exact: true,
        log_linear: true,
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
fn peak_memory() -> Option<String> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
    Some(line.trim().to_owned())
}
