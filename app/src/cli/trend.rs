//! `trend`: is it rising or falling?

use std::process::ExitCode;

use sre_stats::Error;
use sre_stats::load::{Dataset, Item};
use sre_stats::report::tell;
use sre_stats::trend::{TrendMethod, trend};

use super::args::TrendArgs;
use super::failure::Failure;
use super::output::{self, Answer};

/// The level of confidence of verdict and intervals.
const LEVEL: f64 = 0.95;

pub(crate) fn run(args: &TrendArgs) -> Result<ExitCode, Failure> {
    let data = args.input.load()?;
    let answer = answer(&data, args.method).or_nothing("values to test for a trend", &data.report)?;
    output::give("trend", &data, &answer, args.input.strict, &args.output)
}

/// One result a series.
pub(crate) fn answer(data: &Dataset, method: TrendMethod) -> Answer {
    Answer::of_each(&data.items, |item, answer| one(item, method, answer))
}

/// One series.
pub(crate) fn one(item: &Item, method: TrendMethod, answer: &mut Answer) -> Result<(), Error> {
    let (series, note) = tell::subject::as_series(item)?;
    let found = trend(&series, method, LEVEL)?;
    let mut result = output::of_series(item, &found);
    if let Some(note) = &note {
        result["note"] = note.clone().into();
    }
    answer.results.push(result);
    answer.sections.push(tell::trend::section(&series, &found, note.as_deref()));
    Ok(())
}
