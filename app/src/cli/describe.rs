//! `describe`: mean, deviation, median and their kin.

use std::process::ExitCode;

use serde_json::{Map, Value, json};
use sre_stats::Error;
use sre_stats::describe::describe;
use sre_stats::load::{Dataset, Item};
use sre_stats::report::{Block, tell};

use super::args::Plain;
use super::failure::Failure;
use super::output::{self, Answer};

pub(crate) fn run(args: &Plain) -> Result<ExitCode, Failure> {
    let data = args.input.load()?;
    let answer = answer(&data).or_nothing("anything to describe")?;
    output::give("describe", &data, &answer, args.input.strict, &args.output)
}

/// One result a series.
pub(crate) fn answer(data: &Dataset) -> Answer {
    let mut answer = Answer::default();
    for item in &data.items {
        if let Err(e) = one(item, &mut answer) {
            answer.leave_out(item.title(), e.to_string());
        }
    }
    answer
}

fn one(item: &Item, answer: &mut Answer) -> Result<(), Error> {
    let subject = tell::subject::subject(item)?;
    let statistics = describe(&subject.values, &subject.scope)?;
    let named: Map<String, Value> = statistics.iter().map(|s| (s.name.to_owned(), json!(s.estimate))).collect();
    answer.results.push(output::of_series(item, &json!({"statistics": named, "note": subject.note})));
    let mut section = tell::describe::section(&subject.identity.title(), &statistics);
    section.blocks.extend(subject.note.map(Block::Text));
    answer.sections.push(section);
    Ok(())
}
