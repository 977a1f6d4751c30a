//! `changes`: since when?

use std::process::ExitCode;
use std::str::FromStr;

use serde_json::json;
use sre_stats::Error;
use sre_stats::load::{Dataset, Item};
use sre_stats::report::tell;
use sre_stats::time::Span;
use sre_stats::trend::{Cause, Change, ChangeMethod, ChangeOptions, Event, changes, elbow_penalty, rank_causes};

use super::args::ChangesArgs;
use super::failure::Failure;
use super::output::{self, Answer};

/// What `--penalty` says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Penalty {
    /// So much.
    Given(f64),
    /// Where more changes stop paying.
    Elbow,
}

impl FromStr for Penalty {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "elbow" => Ok(Self::Elbow),
            number => number.parse().map(Self::Given).map_err(|_| format!("“{text}” is neither a number nor elbow")),
        }
    }
}

/// The events of `--events`, and how far before a change they count.
struct Suspects {
    events: Vec<Event>,
    reach: Span,
}

impl Suspects {
    fn of(&self, change: &Change) -> Vec<Cause> {
        rank_causes(change.onset, &self.events, self.reach)
    }
}

pub(crate) fn run(args: &ChangesArgs) -> Result<ExitCode, Failure> {
    let mut options = ChangeOptions { method: args.method, seed: args.seed, ..ChangeOptions::default() };
    let elbow = args.penalty == Some(Penalty::Elbow);
    if let Some(Penalty::Given(penalty)) = args.penalty {
        options.penalty = Some(penalty);
    }
    if elbow && !matches!(args.method, ChangeMethod::Auto | ChangeMethod::PeltMean) {
        return Err(Failure::usage("--penalty elbow is for changes of the mean: --method auto or pelt-mean"));
    }
    refuse_unused(args)?;
    if let Some(min_size) = args.min_size {
        options.min_size = min_size;
    }
    if options.min_size == 0 {
        return Err(Failure::usage("--min-size needs to be 1 or more"));
    }
    if options.penalty.is_some_and(|p| !(p > 0.0 && p.is_finite())) {
        return Err(Failure::usage("--penalty needs to be more than 0"));
    }
    let suspects = match &args.events {
        Some(path) => {
            let name = path.display().to_string();
            let bytes = std::fs::read(path).map_err(|e| Error::io(e, &name))?;
            let events = tell::changes::events(&bytes).map_err(|e| e.in_file(&name))?;
            Some(Suspects { events, reach: args.reach })
        }
        None => None,
    };
    let data = args.input.load()?;
    let answer =
        all(&data, &options, elbow, suspects.as_ref()).or_nothing("values to search for changes", &data.report)?;
    output::give("changes", &data, &answer, args.input.strict, &args.output)
}

/// An option that the method has no use for would change nothing, and nobody would notice.
fn refuse_unused(args: &ChangesArgs) -> Result<(), Failure> {
    use ChangeMethod::{Bayes, Cusum, EDivisive, Ewma};
    let charts = matches!(args.method, Cusum | Ewma);
    let unused = if args.penalty.is_some() && (charts || matches!(args.method, EDivisive | Bayes)) {
        "--penalty"
    } else if args.min_size.is_some() && charts {
        "--min-size"
    } else {
        return Ok(());
    };
    Err(Failure::usage(format!("{unused} has no use for --method {}: leave one of them out", args.method)))
}

/// One result a change, and one with the verdict for each series.
pub(crate) fn answer(data: &Dataset, options: &ChangeOptions) -> Answer {
    all(data, options, false, None)
}

fn all(data: &Dataset, options: &ChangeOptions, elbow: bool, suspects: Option<&Suspects>) -> Answer {
    Answer::of_each(&data.items, |item, answer| with_suspects(item, options, elbow, suspects, answer))
}

/// One series, by the options alone.
pub(crate) fn one(item: &Item, options: &ChangeOptions, answer: &mut Answer) -> Result<(), Error> {
    with_suspects(item, options, false, None, answer)
}

fn with_suspects(
    item: &Item,
    options: &ChangeOptions,
    elbow: bool,
    suspects: Option<&Suspects>,
    answer: &mut Answer,
) -> Result<(), Error> {
    let (series, note) = tell::subject::as_series(item)?;
    let mut options = *options;
    if elbow {
        options.penalty = elbow_penalty(series.values(), options.min_size)?;
    }
    options.bucket = tell::subject::bucket(item, &series);
    let mut found = changes(&series, &options)?;
    if elbow && options.penalty.is_some() {
        found.reason = "penalty at the elbow of all optimal segmentations (CROPS)".into();
    }
    let mut causes = Vec::new();
    for change in &found.changes {
        let mut result = output::of_series(item, change);
        if let Some(suspects) = suspects {
            let ranked = suspects.of(change);
            result["events"] = json!(ranked);
            causes.push(ranked);
        }
        answer.results.push(result);
    }
    let mut verdict = json!(found);
    if let Some(fields) = verdict.as_object_mut() {
        // each change is a result of its own
        fields.insert("changes".into(), found.changes.len().into());
        fields.insert("note".into(), json!(note));
    }
    answer.results.push(output::of_series(item, &verdict));
    let mut section = tell::changes::section(&series, &found, note.as_deref());
    if suspects.is_some() && !found.changes.is_empty() {
        section.blocks.push(sre_stats::report::Block::Table(tell::changes::causes_table(&found, &causes)));
    }
    answer.sections.push(section);
    Ok(())
}
