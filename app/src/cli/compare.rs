//! `compare`: does B differ from A, by how much, or is it the same within a margin?

use std::process::ExitCode;

use serde_json::{Value, json};
use sre_stats::Error;
use sre_stats::compare::{
    Blocks, BootstrapOptions, CompareOptions, Comparison, Order, Test, benjamini_hochberg, compare, failures,
    failures_of, holm, quantile_differences,
};
use sre_stats::estimate::{Bound, Estimate, Scope};
use sre_stats::histogram::Sketch;
use sre_stats::load::{Data, Dataset, Histograms, Item};
use sre_stats::method::Method;
use sre_stats::quantile::Quantile;
use sre_stats::report::{Block, Section, tell};
use sre_stats::series::Series;

use super::args::CompareArgs;
use super::failure::Failure;
use super::output::{self, Answer};

pub(crate) fn run(args: &CompareArgs) -> Result<ExitCode, Failure> {
    let sources = args.input.sources();
    let [first, second] = sources.as_slice() else {
        return Err(Failure::usage(format!(
            "compare takes two files, the baseline A and then B, not {}",
            sources.len()
        )));
    };
    if !(args.level > 0.5 && args.level < 1.0) {
        return Err(Failure::usage(format!("--level {}: give one above 0.5 and below 1, such as 0.95", args.level)));
    }
    let order = if args.independent { Order::Independent } else { Order::Time };
    let options = CompareOptions { test: args.test.clone(), level: args.level, seed: args.seed, order };
    let [a, b] = [first, second].map(|file| args.input.load_files(std::slice::from_ref(file), &args.input.options()));
    let (a, b) = (a?, b?);
    let answer = answer(&a, &b, &options);
    let data = both(a, b);
    let answer = answer.or_nothing("a partner with values to compare", &data.report)?;
    output::give("compare", &data, &answer, args.input.strict, &args.output)
}

/// What was read of both files.
fn both(mut a: Dataset, b: Dataset) -> Dataset {
    a.report.files.extend(b.report.files);
    for note in b.report.understood {
        if !a.report.understood.contains(&note) {
            a.report.understood.push(note);
        }
    }
    a.report.warnings.extend(b.report.warnings);
    a.report.rows += b.report.rows;
    a
}

/// One result a pair of series of the same name and labels; where each file has one series only, that pair.
pub(crate) fn answer(a: &Dataset, b: &Dataset, options: &CompareOptions) -> Answer {
    let mut answer = Answer::default();
    let mut found: Vec<(usize, Comparison)> = Vec::new();
    let alone = a.items.len() == 1 && b.items.len() == 1;
    let same = |x: &Item, y: &Item| x.identity.name == y.identity.name && x.identity.labels == y.identity.labels;
    for item in &a.items {
        match b.items.iter().find(|other| alone || same(item, other)) {
            None => answer.leave_out(item.title(), "B has no series of this name and labels"),
            Some(other) => match one(item, other, options, &mut answer) {
                Ok(comparison) => found.push((answer.results.len() - 1, comparison)),
                Err(e) => answer.leave_out(item.title(), e.to_string()),
            },
        }
    }
    for other in b.items.iter().filter(|other| !alone && !a.items.iter().any(|item| same(item, other))) {
        answer.leave_out(other.title(), "A has no series of this name and labels");
    }
    // the table of Anderson–Darling ends where a correction for many tests would begin
    if found.len() > 1 && !matches!(options.test, Test::Equivalence(_) | Test::AndersonDarling) {
        many(&found, options.level, &mut answer);
    }
    answer
}

/// Corrections for several pairs: keys of each result, and a sentence.
fn many(found: &[(usize, Comparison)], level: f64, answer: &mut Answer) {
    let p: Vec<f64> = found.iter().map(|(_, c)| c.p_value.unwrap_or(f64::NAN)).collect();
    let tested = p.iter().filter(|p| !p.is_nan()).count();
    if tested < 2 {
        return;
    }
    let (strict, share) = (holm(&p), benjamini_hochberg(&p));
    for (((at, _), h), b) in found.iter().zip(&strict).zip(&share) {
        let number = |v: f64| if v.is_finite() { json!(v) } else { Value::Null };
        answer.results[*at]["p_holm"] = number(*h);
        answer.results[*at]["p_benjamini_hochberg"] = number(*b);
    }
    let count = |p: &[f64]| p.iter().filter(|p| **p <= 1.0 - level).count();
    let text = format!(
        "{tested} pairs were tested. {} differ each for itself, {} after Holm's correction (any false one at most at {:.3}), {} \
         after Benjamini and Hochberg's (a share of {:.3} false at most).",
        count(&p),
        count(&strict),
        1.0 - level,
        count(&share),
        1.0 - level
    );
    answer.sections.push(Section::new("All pairs together").with(Block::Text(text)));
}

/// One pair of series.
pub(crate) fn one(a: &Item, b: &Item, options: &CompareOptions, answer: &mut Answer) -> Result<Comparison, Error> {
    part((a, b), (a, b), options, answer)
}

/// A pair of parts of series, chosen by their values; failures are those of the whole series, whatever their values.
pub(crate) fn part(
    (a, b): (&Item, &Item),
    whole: (&Item, &Item),
    options: &CompareOptions,
    answer: &mut Answer,
) -> Result<Comparison, Error> {
    let histograms = a.as_histograms().zip(b.as_histograms());
    let (first, second) = match histograms {
        Some((a, b)) => percentiles(a, b)?,
        None => (values(a, options)?, values(b, options)?),
    };
    if first.unit != second.unit {
        return Err(Error::mismatch(format!("A is in {}, B in {}", first.unit.name(), second.unit.name()))
            .hint("name the unit with --unit"));
    }
    let scope = Scope::untimed(first.unit.clone());
    let found = compare(&first.values, &second.values, &scope, options)?;
    let differences = match histograms {
        Some((a, b)) => differences_of_histograms(a, b, &scope)?,
        None => differences(&first.values, &second.values, &found, options, &scope),
    };
    let mut result = output::of_series(a, &found);
    if a.title() != b.title() {
        result["against"] = json!({"name": b.identity.name, "labels": b.identity.labels});
    }
    if let Some(note) = &first.note {
        result["note"] = note.clone().into();
    }
    let by_quantile: Vec<Value> = differences.iter().map(|(q, e)| json!({"q": q, "difference": e})).collect();
    if !by_quantile.is_empty() {
        result["quantiles"] = by_quantile.into();
    }
    let failures = match (whole.0.as_events(), whole.1.as_events()) {
        (Some(a), Some(b)) => failures(a, b, options)?,
        _ => None,
    };
    if let Some(failures) = &failures {
        result["failures"] = json!(failures);
    }
    answer.results.push(result);
    let title = if a.title() == b.title() { a.title() } else { format!("{} and {}", a.title(), b.title()) };
    answer.sections.push(tell::compare::section(&title, &found, &differences, first.note.as_deref()));
    if let Some(failures) = &failures {
        let note = "events that failed count, whatever their values";
        answer.sections.push(tell::compare::section(&format!("the failures of {title}"), failures, &[], Some(note)));
    }
    Ok(found)
}

/// The samples of one side.
struct Side {
    values: Vec<f64>,
    unit: sre_stats::unit::Unit,
    note: Option<String>,
}

/// The same percentile per window of two series of histograms.
fn percentiles(a: &Histograms, b: &Histograms) -> Result<(Side, Side), Error> {
    let (first, second, note) = tell::subject::as_pair(a, b)?;
    let side = |series: Series| Side {
        unit: series.identity().unit.clone(),
        values: series.values().to_vec(),
        note: Some(note.clone()),
    };
    Ok((side(first), side(second)))
}

/// By how much each quantile of all values differs, within the bins of both.
fn differences_of_histograms(
    a: &Histograms,
    b: &Histograms,
    scope: &Scope,
) -> Result<Vec<(Quantile, Estimate)>, Error> {
    let (a, b) = (a.merged()?, b.merged()?);
    let told = a.quantiles(&DRAWN, scope)?.into_iter().zip(b.quantiles(&DRAWN, scope)?);
    let differ = |(q, (a, b)): (&Quantile, (Estimate, Estimate))| {
        let bound = match (a.interval(), b.interval()) {
            (Some(a), Some(b)) => Bound::Guaranteed { lower: b.0 - a.1, upper: b.1 - a.0 },
            _ => Bound::Unknown { why: "a bin has no end".to_owned() },
        };
        let method = Method::Described("B's quantile less A's, each read from all its histograms".to_owned());
        (*q, Estimate::new(b.value - a.value, method, a.n.saturating_add(b.n), scope).with_bound(bound))
    };
    Ok(DRAWN.iter().zip(told).map(differ).collect())
}

/// The values of an item; for proportions the bad ones of events that are known to be good or bad.
fn values(item: &Item, options: &CompareOptions) -> Result<Side, Error> {
    if let (Test::Proportions, Data::Events(events)) = (&options.test, &item.data)
        // those that failed without a value count too, each at its time
        && let Some(values) = failures_of(events)
    {
        let note = Some("the ratio of bad events is compared".to_owned());
        return Ok(Side { values, unit: sre_stats::unit::Unit::Ratio, note });
    }
    let subject = tell::subject::subject(item)?;
    Ok(Side { values: subject.values.into_owned(), unit: subject.scope.unit, note: subject.note })
}

/// The quantiles of the figure.
const DRAWN: [Quantile; 5] = [Quantile::MEDIAN, Quantile::P90, Quantile::P95, Quantile::P99, Quantile::P999];

/// Differences of quantiles beside the verdict; none where the samples are too small or are no amounts.
fn differences(
    a: &[f64],
    b: &[f64],
    found: &Comparison,
    options: &CompareOptions,
    scope: &Scope,
) -> Vec<(Quantile, Estimate)> {
    let finite = |v: &[f64]| -> Vec<f64> { v.iter().copied().filter(|x| x.is_finite()).collect() };
    let (a, b) = (finite(a), finite(b));
    if a.len().min(b.len()) < 10 || options.test == Test::Proportions {
        return Vec::new();
    }
    let dependent = found.dependence.is_some_and(|d| d.inflation > 1.0);
    // blocks cost time for every value: fewer resamples of very long samples
    let resamples = if dependent { (100_000_000 / (a.len() + b.len())).clamp(199, 999) } else { 999 };
    let blocks = if dependent { Blocks::Automatic } else { Blocks::Single };
    let drawing = BootstrapOptions { resamples, level: options.level, seed: options.seed, blocks };
    quantile_differences(&a, &b, &DRAWN, &drawing, scope).unwrap_or_default()
}
