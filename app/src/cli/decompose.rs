//! `decompose`: what is trend, what is season, what is left?

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use sre_stats::Error;
use sre_stats::forecast::{DecomposeOptions, decompose};
use sre_stats::load::{Dataset, Item};
use sre_stats::report::{Block, tell};

use super::args::{InputArgs, OutputArgs};
use super::failure::Failure;
use super::forecast::{Seasons, seasons};
use super::output::{self, Answer};

#[derive(Debug, Args)]
pub(crate) struct DecomposeArgs {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    output: OutputArgs,
    /// The seasons, such as 24h or 1d,7d; without it they are found
    #[arg(long, value_name = "SPAN,SPAN|auto", default_value = "auto", value_parser = seasons)]
    season: Seasons,
    /// Let outliers lose their weight, as is done without this word too
    #[arg(long, conflicts_with = "plain")]
    robust: bool,
    /// Let outliers keep their weight
    #[arg(long)]
    plain: bool,
}

pub(crate) fn run(args: &DecomposeArgs) -> Result<ExitCode, Failure> {
    let data = args.input.load()?;
    let answer = answer(args, &data).or_nothing("values to decompose", &data.report)?;
    output::give("decompose", &data, &answer, args.input.strict, &args.output)
}

/// One result a series.
fn answer(args: &DecomposeArgs, data: &Dataset) -> Answer {
    // the columns are many rows: a CSV file has them, the terminal does not
    let csv = args.output.out.as_ref().is_some_and(|p| p.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv")));
    let options = DecomposeOptions {
        seasons: args.season.spans(),
        robust: args.robust || !args.plain,
        ..DecomposeOptions::default()
    };
    Answer::of_each(&data.items, |item, answer| one(item, &options, csv, answer))
}

/// One series; as `csv` its columns, else its figures.
pub(crate) fn one(item: &Item, options: &DecomposeOptions, csv: bool, answer: &mut Answer) -> Result<(), Error> {
    let (series, note) = tell::subject::as_series(item)?;
    let found = decompose(&series, options)?;
    let mut result = output::of_series(item, &found);
    result["note"] = json!(note);
    answer.results.push(result);
    let mut section = tell::forecast_parts::decomposition_section(&series, &found, note.as_deref());
    if csv {
        section.blocks = vec![Block::Table(tell::forecast_parts::columns_table(&series, &found))];
    }
    answer.sections.push(section);
    Ok(())
}
