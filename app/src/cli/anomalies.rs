//! `anomalies`: which values do not fit what the series does otherwise?

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use sre_stats::Error;
use sre_stats::forecast::{AnomalyMethod, AnomalyOptions, anomalies};
use sre_stats::load::{Dataset, Item};
use sre_stats::report::tell;

use super::args::{InputArgs, OutputArgs};
use super::failure::Failure;
use super::forecast::{Seasons, seasons};
use super::output::{self, Answer};

#[derive(Debug, Args)]
pub(crate) struct AnomaliesArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// seasonal-z, esd, same-hour
    #[arg(long, default_value = "seasonal-z")]
    method: AnomalyMethod,
    /// The distance from which on a value is marked, in robust standard deviations
    #[arg(long, value_name = "X", default_value_t = 3.5)]
    threshold: f64,
    /// The seasons, such as 1d,7d; without it they are found; none for none
    #[arg(long, value_name = "SPAN,SPAN|none|auto", default_value = "auto", value_parser = seasons)]
    season: Seasons,
}

pub(crate) fn run(args: &AnomaliesArgs) -> Result<ExitCode, Failure> {
    if !(args.threshold > 0.0 && args.threshold.is_finite()) {
        return Err(Failure::usage("--threshold is more than 0, such as 3.5"));
    }
    let data = args.input.load()?;
    let answer = answer(args, &data).or_nothing("values to look at", &data.report)?;
    output::give("anomalies", &data, &answer, args.input.strict, &args.output)
}

/// One result a series.
fn answer(args: &AnomaliesArgs, data: &Dataset) -> Answer {
    Answer::of_each(&data.items, |item, answer| one(args, item, answer))
}

fn one(args: &AnomaliesArgs, item: &Item, answer: &mut Answer) -> Result<(), Error> {
    let (series, note) = tell::subject::as_series(item)?;
    let options = AnomalyOptions {
        method: args.method,
        threshold: args.threshold,
        seasons: args.season.spans(),
        ..AnomalyOptions::default()
    };
    let found = anomalies(&series, &options)?;
    let mut result = output::of_series(item, &found);
    result["note"] = json!(note);
    answer.results.push(result);
    answer.sections.push(tell::forecast_parts::anomalies_section(&series, &found, note.as_deref()));
    Ok(())
}
