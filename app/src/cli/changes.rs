//! `changes`: since when?

use std::process::ExitCode;

use serde_json::json;
use sre_stats::Error;
use sre_stats::load::{Dataset, Item};
use sre_stats::report::tell;
use sre_stats::trend::{ChangeOptions, changes};

use super::args::ChangesArgs;
use super::failure::Failure;
use super::output::{self, Answer};

pub(crate) fn run(args: &ChangesArgs) -> Result<ExitCode, Failure> {
    let mut options = ChangeOptions { penalty: args.penalty, ..ChangeOptions::default() };
    if let Some(min_size) = args.min_size {
        options.min_size = min_size;
    }
    if options.min_size == 0 {
        return Err(Failure::usage("--min-size needs to be 1 or more"));
    }
    if options.penalty.is_some_and(|p| !(p > 0.0 && p.is_finite())) {
        return Err(Failure::usage("--penalty needs to be more than 0"));
    }
    let data = args.input.load()?;
    let answer = answer(&data, &options).or_nothing("values to search for changes")?;
    output::give("changes", &data, &answer, args.input.strict, &args.output)
}

/// One result a change, and one with the verdict for each series.
pub(crate) fn answer(data: &Dataset, options: &ChangeOptions) -> Answer {
    let mut answer = Answer::default();
    for item in &data.items {
        if let Err(e) = one(item, options, &mut answer) {
            answer.leave_out(item.title(), e.to_string());
        }
    }
    answer
}

/// One series.
pub(crate) fn one(item: &Item, options: &ChangeOptions, answer: &mut Answer) -> Result<(), Error> {
    let (series, note) = tell::subject::as_series(item)?;
    let found = changes(&series, options)?;
    answer.results.extend(found.changes.iter().map(|change| output::of_series(item, change)));
    let mut verdict = json!(found);
    if let Some(fields) = verdict.as_object_mut() {
        // each change is a result of its own
        fields.insert("changes".into(), found.changes.len().into());
        fields.insert("note".into(), json!(note));
    }
    answer.results.push(output::of_series(item, &verdict));
    answer.sections.push(tell::changes::section(&series, &found, note.as_deref()));
    Ok(())
}
