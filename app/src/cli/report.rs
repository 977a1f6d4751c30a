//! `report`: the whole story of an export.

use std::process::ExitCode;
use std::time::Instant;

use serde_json::Value;
use sre_stats::load::Dataset;
use sre_stats::method::Definition;
use sre_stats::quantile::Quantile;
use sre_stats::trend::{ChangeOptions, TrendMethod};
use sre_stats::window::Ladder;

use super::args::ReportArgs;
use super::failure::{Failure, say};
use super::output::{self, Answer};
use super::{changes, describe, inspect, quantile, slo, trend, windows};

pub(crate) fn run(args: &ReportArgs) -> Result<ExitCode, Failure> {
    let mut clock = Clock { since: Instant::now(), print: args.timings };
    let data = args.input.load()?;
    clock.lap("load");
    let mut answer = Answer::default();
    let mut add = |part: &str, found: Answer| {
        clock.lap(part);
        answer.absorb(labelled(part, found));
    };
    add("inspect", inspect::answer(&data));
    if let Some(objective) = &args.slo {
        add("slo", slo::answer(&data, objective)?);
        let asked =
            windows::Asked { objective: objective.clone(), ladder: Ladder::default(), rule: None, incidents: None };
        let mut found = windows::answer(&data, &asked)?;
        // the objective's part has named them
        found.left_out.clear();
        add("windows", found);
    }
    add("describe", describe::answer(&data));
    add("quantile", quantile::answer(&data, &quantiles()));
    add("averages", windows::averages(&data, &[Quantile::MEDIAN, Quantile::P99]));
    add("changes", changes::answer(&data, &ChangeOptions::default()));
    add("trend", trend::answer(&data, TrendMethod::Auto));
    finish(&data, &answer, args, &mut clock)
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
