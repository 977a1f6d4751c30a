//! `inspect`: what was understood of the input.

use std::process::ExitCode;

use serde_json::{Map, Value, json};
use sre_stats::load::{Dataset, Item, lint_names};
use sre_stats::report::tell;

use super::args::Plain;
use super::failure::Failure;
use super::output::{self, Answer};

pub(crate) fn run(args: &Plain) -> Result<ExitCode, Failure> {
    let data = args.input.load()?;
    output::give("inspect", &data, &answer(&data), args.input.strict, &args.output)
}

/// How many were left out of a series, by reason: the usual ones also where there are none.
fn dropped(item: &Item) -> Value {
    let mut all = Map::new();
    for (reason, count) in [("nan", 0), ("infinite", 0), ("duplicate", 0)].into_iter().chain(item.dropped_by_reason()) {
        all.insert(reason.to_owned(), count.into());
    }
    all.into()
}

/// One result a series: what it is, how long, how full.
pub(crate) fn answer(data: &Dataset) -> Answer {
    let mut answer = Answer { sections: vec![tell::inspect::section(data)], ..Answer::default() };
    let names = lint_names(data);
    answer.beside.insert("names".to_owned(), json!(names));
    for item in &data.items {
        answer.results.push(output::of_series(
            item,
            &json!({
                "format": item.format,
                "kind": item.kind,
                "unit": item.identity.unit,
                "step_s": item.step(),
                "first": item.first(),
                "last": item.last(),
                "count": item.count(),
                "gaps": item.gaps().len(),
                "dropped": dropped(item),
                "traffic": item.traffic(),
            }),
        ));
    }
    answer
}
