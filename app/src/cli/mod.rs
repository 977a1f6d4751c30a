//! The command line: what is asked in words, answered as a table, one JSON document, a picture or a report.
//!
//! | file | what it does |
//! |---|---|
//! | `args` | the words; they are extended, never renamed |
//! | `input` | files and flags become a data set; Ctrl-C stops the reading |
//! | `server` | a Prometheus server in the place of a file |
//! | `progress` | how far the reading is, on a terminal |
//! | `quiet` | what panics of decoders say is left to the error |
//! | `output` | an answer becomes text, JSON or a file |
//! | `failure` | what went wrong becomes a message and an exit code |
//! | `alerts` | the alerts of `slo` |
//! | `inspect` … `generate` | one command each |
//!
//! Exit codes: 0 done, 2 usage, 3 input that cannot be used, 4 `--strict` and something was dropped, 130 interrupted.

pub(crate) mod alerts;
mod anomalies;
mod args;
mod budget;
mod capacity;
pub(crate) mod changes;
pub(crate) mod compare;
mod convert;
pub(crate) mod correlate;
mod course;
pub(crate) mod decompose;
mod dependencies;
pub(crate) mod describe;
mod failure;
pub(crate) mod forecast;
mod generate;
mod histogram;
mod input;
pub(crate) mod inspect;
mod invert;
pub(crate) mod losses;
pub(crate) mod output;
mod progress;
pub(crate) mod quantile;
mod quiet;
mod report;
pub(crate) mod server;
pub(crate) mod slo;
mod sql;
pub(crate) mod trend;
pub(crate) mod windows;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};
use clap::{CommandFactory, FromArgMatches};
use sre_stats::load::{LoadOptions, is_server, load};
use sre_stats::progress::Progress;

pub use args::WindowArgs;

use args::{Cli, Command};
use failure::Failure;

/// Runs the program on its arguments, the first of which is its name. Without a command `open_window` takes over.
pub fn run(arguments: impl IntoIterator<Item = OsString>, open_window: fn(&WindowArgs) -> ExitCode) -> ExitCode {
    let parsed = words().try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(error) => return failure::refused(&error),
    };
    let Some(command) = cli.command else {
        return match (mistyped(&cli.window), missing(&cli.window)) {
            (Some(error), _) => failure::refused(&error),
            (None, Some(error)) => Failure::from(error).report(),
            (None, None) => open_window(&cli.window),
        };
    };
    match dispatch(command) {
        Ok(code) => code,
        Err(failure) => failure.report(),
    }
}

/// The words as they are understood: `convert --to` names a format, so its last time is `--until`; what it and `generate`
/// write has the ending that one likes; `capacity` of given numbers needs no file.
fn words() -> clap::Command {
    let any_file = |out: clap::Arg| out.value_parser(clap::value_parser!(std::path::PathBuf));
    Cli::command()
        .mut_subcommand("convert", |c| {
            c.mut_arg("to", |time| time.long("until")).mut_arg("out", |out| {
                any_file(out).help(
                    "Write here and not to standard output, in the format that --to names; a histogram table is .parquet, .arrow or \
                     .csv by the ending",
                )
            })
        })
        .mut_subcommand("generate", |c| {
            c.mut_arg("out", |out| {
                any_file(out).help(
                    "Write the sample here, as .csv, and its truth beside it, as .truth.json; without --scenario the list of samples, as \
                     .html .md .csv or .parquet",
                )
            })
        })
        .mut_subcommand("capacity", |c| c.mut_arg("files", |files| files.required_unless_present("model")))
}

fn dispatch(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Inspect(args) => inspect::run(&args),
        Command::Describe(args) => describe::run(&args),
        Command::Quantile(args) => quantile::run(&args),
        Command::Histogram(args) => histogram::run(&args),
        Command::Windows(args) => windows::run(&args),
        Command::Invert(args) => invert::run(&args),
        Command::Slo(args) => slo::run(&args),
        Command::Budget(args) => budget::run(&args),
        Command::Dependencies(args) => dependencies::run(&args),
        Command::Trend(args) => trend::run(&args),
        Command::Changes(args) => changes::run(&args),
        Command::Decompose(args) => decompose::run(&args),
        Command::Forecast(args) => forecast::run(&args),
        Command::Anomalies(args) => anomalies::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Correlate(args) => correlate::run(&args),
        Command::Capacity(args) => capacity::run(&args),
        Command::Report(args) => report::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Sql(args) => sql::run(&args),
        Command::Generate(args) => generate::run(&args),
    }
}

/// The error for a first word that is no file and looks like a command.
fn mistyped(window: &WindowArgs) -> Option<clap::Error> {
    let word = window.files.first()?;
    if word.exists() {
        return None;
    }
    let commands = Cli::command();
    let probe = clap::Command::new("sre-stats")
        .subcommand_required(true)
        .subcommands(commands.get_subcommands().cloned().collect::<Vec<_>>());
    let error = probe.try_get_matches_from([OsString::from("sre-stats"), word.as_os_str().to_owned()]).err()?;
    let near = error.kind() == ErrorKind::InvalidSubcommand && error.get(ContextKind::SuggestedSubcommand).is_some();
    near.then_some(error)
}

/// The error for a file that is not there, which needs no window to be told.
fn missing(window: &WindowArgs) -> Option<sre_stats::Error> {
    let is_missing = |file: &&PathBuf| {
        let name = file.to_string_lossy();
        // patterns are for the reader
        name != "-" && !is_server(&name) && !name.contains(['*', '?', '[']) && !file.exists()
    };
    let file = window.files.iter().find(is_missing)?;
    load(std::slice::from_ref(file), &LoadOptions::default(), &Progress::new()).err()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_words_fit_together() {
        words().debug_assert();
    }

    #[test]
    fn help_says_what_is_written() {
        let help = |name: &str| {
            let mut all = words();
            all.find_subcommand_mut(name).unwrap().render_help().to_string()
        };
        for name in ["convert", "generate"] {
            assert!(!help(name).contains(".svg"), "{name} draws no picture");
        }
        assert!(help("generate").contains(".truth.json") && help("describe").contains(".svg"));
        let wrong = ["sre-stats", "generate", "--rows", "100", "--out", "list.csv"];
        assert!(words().try_get_matches_from(wrong).unwrap_err().to_string().contains("--scenario"));
        assert!(words().try_get_matches_from(["sre-stats", "generate"]).is_ok());
    }

    #[test]
    fn a_word_near_a_command_is_not_a_file() {
        let window = |word: &str| WindowArgs { files: vec![word.into()], ..WindowArgs::default() };
        assert!(mistyped(&window("inspekt")).unwrap().to_string().contains("inspect"));
        assert!(mistyped(&window("latency.csv")).is_none());
        assert!(mistyped(&window("Cargo.toml")).is_none());
    }

    #[test]
    fn a_file_that_is_not_there_is_told_without_a_window() {
        let window = |word: &str| WindowArgs { files: vec![word.into()], ..WindowArgs::default() };
        assert!(
            missing(&window("no-such-file.csv")).unwrap().to_string().starts_with("no-such-file.csv: no such file")
        );
        for there in ["Cargo.toml", "-", "*.csv", "s3://lake/histograms/"] {
            assert!(missing(&window(there)).is_none(), "{there}");
        }
        assert!(missing(&WindowArgs::default()).is_none());
    }
}
