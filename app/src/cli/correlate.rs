//! `correlate`: what moved with it, and which one led?

use std::process::ExitCode;

use serde_json::{Value, json};
use sre_stats::correlate::{CorrelateOptions, Correlations, correlate_with, effort};
use sre_stats::load::{Dataset, Item, Understood};
use sre_stats::progress::Progress;
use sre_stats::report::tell;
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::{Error, ErrorKind};

use super::args::CorrelateArgs;
use super::failure::Failure;
use super::output::{self, Answer};

pub(crate) fn run(args: &CorrelateArgs) -> Result<ExitCode, Failure> {
    if !(args.level > 0.5 && args.level < 1.0) {
        return Err(Failure::usage(format!("--level {}: give one above 0.5 and below 1, such as 0.95", args.level)));
    }
    let options = CorrelateOptions {
        max_lag: args.max_lag,
        against: args.against.clone(),
        level: args.level,
        shortlist: args.pairs,
        seed: args.seed,
        ..CorrelateOptions::default()
    };
    let data = args.input.load()?;
    if let Some(name) = &args.against
        && !data.items.iter().any(|item| item.identity.name == *name || item.title() == *name)
    {
        return Err(Failure::usage(nobody(name, &data)));
    }
    let answer = output::after_guesses(&data, answer(&data, &options))?;
    output::give("correlate", &data, &answer, args.input.strict, &args.output)
}

/// One result a pair of the shortlist, and one with what was looked at.
fn answer(data: &Dataset, options: &CorrelateOptions) -> Result<Answer, Failure> {
    let (parts, left_out) = parts(data, &Progress::new())?;
    let mut answer = match of(parts, options) {
        // series that allow no answer are no error, as in the other commands
        Err(e) if e.kind() == ErrorKind::Empty && data.items.len() > 1 => unanswered(e.message()),
        Err(e) => {
            return Err(match (left_out.first(), unread(data)) {
                (Some((title, why)), _) if e.kind() == ErrorKind::Empty => {
                    Error::empty(format!("{}; “{title}”: {why}", e.message())).into()
                }
                (None, Some(hint)) if e.kind() == ErrorKind::Empty => Error::empty(e.message()).hint(hint).into(),
                _ => e.into(),
            });
        }
        Ok(answer) => answer,
    };
    answer.left_out.splice(0..0, left_out);
    Ok(answer)
}

/// The way out where columns of numbers beside the value were not read.
fn unread(data: &Dataset) -> Option<String> {
    let beside = |note: &&Understood| note.what == "not read" && note.why.contains("numbers beside the value");
    let others = &data.report.understood.iter().find(beside)?.choice;
    // names that hold commas themselves cannot be put into one list
    if others.contains(['{', '"']) {
        return Some("name the columns with --value".to_owned());
    }
    let others = others.replace(", ", ",");
    let read = &data.items.first()?.identity.name;
    Some(format!("name the columns with --value {read},{others}"))
}

/// That no series is called so, and how some are called.
fn nobody(name: &str, data: &Dataset) -> String {
    const NAMED: usize = 10;
    let mut titles: Vec<String> = data.items.iter().take(NAMED).map(|item| format!("“{}”", item.title())).collect();
    if data.items.len() > NAMED {
        titles.push(format!("{} more", data.items.len() - NAMED));
    }
    format!("--against: no series is called “{name}”; there are {}", titles.join(", "))
}

/// No verdict, and why.
fn unanswered(why: &str) -> Answer {
    let mut answer = Answer::default();
    answer.results.push(json!({"pairs_tested": 0, "verdict": "no-verdict", "why": why}));
    answer.sections.push(tell::correlate::unanswered(why));
    answer
}

/// An item, the series that it is told by, and the note on how that came about.
pub(crate) type Part<'a> = (&'a Item, Series, Option<String>);

/// The title of a series, and why it is left out.
type LeftOut = (String, String);

/// What can be correlated, and what cannot, with the reason; an error on request only.
pub(crate) fn parts<'a>(data: &'a Dataset, progress: &Progress) -> Result<(Vec<Part<'a>>, Vec<LeftOut>), Error> {
    let (mut parts, mut left_out) = (Vec::new(), Vec::new());
    for item in &data.items {
        progress.check()?;
        match tell::subject::as_series(item) {
            Ok((values, note)) => parts.push((item, values.into_owned(), note)),
            Err(e) => left_out.push((item.title(), e.to_string())),
        }
    }
    Ok((parts, left_out))
}

/// What was found among items.
pub(crate) struct Found<'a> {
    /// The items that were looked at.
    pub(crate) items: Vec<&'a Item>,
    /// The series that they are told by, of the same places.
    pub(crate) series: Vec<Series>,
    /// How those came about.
    pub(crate) notes: Vec<String>,
    /// The pairs.
    pub(crate) pairs: Correlations,
    /// What could not be used, with the reason.
    pub(crate) left_out: Vec<(String, String)>,
}

/// The same for items as the series that they are told by.
pub(crate) fn of(parts: Vec<Part<'_>>, options: &CorrelateOptions) -> Result<Answer, Error> {
    let Found { items, series, notes, pairs: found, left_out } = found(parts, options, None, &Progress::new())?;
    let mut answer = Answer { left_out, ..Answer::default() };
    let name = |index: usize| items.get(index).map(|i| json!({"name": i.identity.name, "labels": i.identity.labels}));
    for pair in &found.pairs {
        let mut result = json!({"a": name(pair.a), "b": name(pair.b)});
        if let (Some(fields), Value::Object(more)) = (result.as_object_mut(), json!(pair)) {
            fields.extend(more);
        }
        answer.results.push(result);
    }
    answer.results.push(json!({
        "pairs_tested": found.pairs_tested,
        "max_lag_s": found.step.as_secs_f64() * found.lags as f64,
        "step_s": found.step.as_secs_f64(),
        "notes": notes,
        "caveats": found.caveats,
    }));
    answer.sections.push(tell::correlate::section(&series, &found, &notes));
    Ok(answer)
}

/// Looks for pairs that move together, where that takes no more [`effort`] than `most`.
pub(crate) fn found<'a>(
    parts: Vec<Part<'a>>,
    options: &CorrelateOptions,
    most: Option<u64>,
    progress: &Progress,
) -> Result<Found<'a>, Error> {
    let mut left_out = Vec::new();
    let (mut items, mut series, mut notes): (Vec<&Item>, Vec<Series>, Vec<String>) =
        (Vec::new(), Vec::new(), Vec::new());
    for (item, values, note) in parts {
        progress.check()?;
        if let Some(note) = note.filter(|n| !notes.contains(n)) {
            notes.push(note);
        }
        // known by the name in the file, whatever it is told by
        let identity = Identity { unit: values.identity().unit.clone(), ..item.identity.clone() };
        match Series::new(identity, values.times().to_vec(), values.values().to_vec(), NanPolicy::Drop) {
            Ok(named) => {
                items.push(item);
                series.push(named);
            }
            Err(e) => left_out.push((item.title(), e.to_string())),
        }
    }
    if most.is_some_and(|most| effort(&series, options) > most) {
        let longest = series.iter().map(Series::len).max().unwrap_or(0);
        let what = format!("the pairs of {} series of up to {longest} values would take too long", series.len());
        return Err(Error::unsupported(what));
    }
    let found = correlate_with(&series, options, progress)?;
    for (index, why) in &found.left_out {
        left_out.push((items.get(*index).map_or_else(String::new, |i| i.title()), why.clone()));
    }
    if found.pairs_tested == 0 {
        let first = left_out.first().map_or_else(String::new, |(title, why)| format!("; “{title}”: {why}"));
        return Err(Error::empty(format!("a correlation needs two usable series{first}")));
    }
    Ok(Found { items, series, notes, pairs: found, left_out })
}
