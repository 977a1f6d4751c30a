//! `forecast`: what comes next, and when is a limit reached?

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use sre_stats::Error;
use sre_stats::forecast::{ForecastMethod, ForecastOptions, Limit, forecast};
use sre_stats::load::{Dataset, Item};
use sre_stats::report::tell;
use sre_stats::time::Span;

use super::args::{InputArgs, OutputArgs};
use super::failure::Failure;
use super::output::{self, Answer};

#[derive(Debug, Args)]
pub(crate) struct ForecastArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// How far ahead; without it a quarter of what the data span
    #[arg(long, value_name = "SPAN")]
    horizon: Option<Span>,
    /// When is this limit reached: a number in the unit of the series, or 90%, 300ms, 500GB
    #[arg(long, value_name = "LIMIT", allow_hyphen_values = true)]
    until: Option<Limit>,
    /// auto, holt-winters, ets, stl-ets, linear, predict-linear, seasonal-naive
    #[arg(long, default_value = "auto")]
    method: ForecastMethod,
    /// The seasons, such as 1d,7d; without it they are found; none for none
    #[arg(long, value_name = "SPAN,SPAN|none|auto", default_value = "auto", value_parser = seasons)]
    season: Seasons,
    /// The level of the intervals
    #[arg(long, default_value_t = 0.95)]
    level: f64,
    /// The seed of the paths behind the date of the crossing
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// The seasons as they are asked for: `None` to find them.
pub(crate) type Seasons = sre_stats::forecast::SeasonChoice;

pub(crate) fn seasons(text: &str) -> Result<Seasons, Error> {
    text.parse()
}

pub(crate) fn run(args: &ForecastArgs) -> Result<ExitCode, Failure> {
    if !(args.level > 0.0 && args.level < 1.0) {
        return Err(Failure::usage("--level is a share between 0 and 1, such as 0.95"));
    }
    if args.horizon.is_some_and(|h| h.0 <= 0) {
        return Err(Failure::usage("--horizon is more than 0, such as 7d"));
    }
    let data = args.input.load()?;
    let answer = answer(args, &data).or_nothing("values to forecast", &data.report)?;
    output::give("forecast", &data, &answer, args.input.strict, &args.output)
}

/// One result a value to come, and one with the verdict for each series.
fn answer(args: &ForecastArgs, data: &Dataset) -> Answer {
    let options = ForecastOptions {
        method: args.method,
        horizon: args.horizon,
        limit: None,
        seasons: args.season.spans(),
        level: args.level,
        seed: args.seed,
    };
    Answer::of_each(&data.items, |item, answer| one(item, options.clone(), args.until.as_ref(), answer))
}

/// One series, with the limit in a unit of its own.
pub(crate) fn one(
    item: &Item,
    mut options: ForecastOptions,
    until: Option<&Limit>,
    answer: &mut Answer,
) -> Result<(), Error> {
    let (series, note) = tell::subject::as_series(item)?;
    options.limit = until.map(|l| l.in_unit(&series.identity().unit)).transpose()?;
    let found = forecast(&series, &options)?;
    answer.results.extend(found.points.iter().map(|point| output::of_series(item, point)));
    let mut verdict = output::of_series(item, &found);
    verdict["note"] = json!(note);
    answer.results.push(verdict);
    answer.sections.push(tell::forecast::section(&series, &found, note.as_deref()));
    Ok(())
}
