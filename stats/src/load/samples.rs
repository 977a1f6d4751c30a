//! From named samples, as monitoring systems give them, to items.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::counter::Counter;
use crate::error::{Error, ErrorKind, Position, Result};
use crate::events::Events;
use crate::labels::Labels;
use crate::load::assemble::{MOST_SERIES, series_warnings};
use crate::load::dataset::{Data, Dataset, Item, Role};
use crate::load::filter::{self, Clause, Literal};
use crate::load::guess;
use crate::load::number::{self, Field};
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::report::{LoadReport, WarningKind, counted};
use crate::load::shape::{self, Shape};
use crate::series::{Identity, NanPolicy, Series};
use crate::unit::Unit;

/// The samples of one series, and what the source says of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples {
    pub(crate) name: String,
    pub(crate) labels: Labels,
    /// The unit by the source's metadata.
    pub(crate) unit: Option<Unit>,
    /// The kind by the source's metadata.
    pub(crate) kind: Option<Kind>,
    pub(crate) times: Vec<i64>,
    pub(crate) values: Vec<f64>,
}

/// Whether the caller chooses from the series.
fn chooses(options: &LoadOptions) -> bool {
    options.value.is_some() || options.filter.is_some() || options.total.is_some() || options.bad.is_some()
}

/// How many series are looked at: where some are chosen, ten times as many may be there to choose from.
pub(crate) fn most_series(options: &LoadOptions) -> usize {
    if chooses(options) { 10 * MOST_SERIES } else { MOST_SERIES }
}

/// Refuses more series than are looked at.
pub(crate) fn refuse_too_many(series: usize, options: &LoadOptions, file: &str) -> Result<()> {
    let most = most_series(options);
    let way_out =
        if chooses(options) { "ask for less" } else { "choose some with --value and --where, or ask for less" };
    refuse_more_than(most, series, file).map_err(|e| e.hint(way_out))
}

/// Refuses more series than so many.
pub(crate) fn refuse_more_than(most: usize, series: usize, file: &str) -> Result<()> {
    if series <= most {
        return Ok(());
    }
    Err(Error::argument(format!("there are more than {most} series")).in_file(file).hint("ask for less"))
}

/// The unit that a metric's name tells, that of a histogram's parts included.
fn unit_of(name: &str) -> Unit {
    if ["_bucket", "_count", "_gcount"].iter().any(|end| name.ends_with(end)) {
        return Unit::Count;
    }
    Unit::from_name(name.strip_suffix("_gsum").or_else(|| name.strip_suffix("_sum")).unwrap_or(name))
        .unwrap_or_default()
}

/// Makes items of the samples that the options want.
pub(crate) fn to_dataset(
    all: Vec<Samples>,
    options: &LoadOptions,
    format: Format,
    file: &str,
    mut report: LoadReport,
) -> Result<Dataset> {
    if all.is_empty() {
        return Err(Error::empty("the answer holds no series").in_file(file).hint("check the query and its range"));
    }
    let found = all.len();
    refuse_too_many(found, options, file)?;
    let clauses = options.filter.as_deref().map(filter::parse).transpose()?.unwrap_or_default();
    let mut chosen = choose(all, options, &clauses, file)?;
    if chosen.len() < found {
        report.understand(
            "where",
            format!("{} of {}", chosen.len(), counted(found as u64, "series")),
            "--value and --where",
        );
    }
    if chosen.len() > MOST_SERIES {
        return Err(Error::argument(format!(
            "--value and --where leave {} series, of at most {MOST_SERIES}",
            chosen.len()
        ))
        .in_file(file)
        .hint("choose fewer"));
    }
    let outside = chosen.iter_mut().map(|s| cut(s, options)).sum::<u64>();
    if outside > 0 {
        report.understand("range", format!("{} outside left out", counted(outside, "sample")), "--from and --to");
    }
    count_unusable(&chosen, file, &mut report);
    let shapes: Vec<Shape> = chosen.par_iter().map(|s| shape::measure(&s.name, &s.times, &s.values)).collect();
    let kinds = kinds(&chosen, &shapes, options, &mut report);
    let built: Vec<(String, Shape, Result<Item>)> = chosen
        .into_par_iter()
        .zip(shapes)
        .map(|(s, shape)| {
            // what the source says of a series goes before what its name says
            let stated = options.kind.filter(|kind| *kind != Kind::Histogram).or(s.kind);
            let kind = stated.or(kinds.get(&s.name).copied()).unwrap_or(Kind::Gauge);
            let unit = options.unit.clone().or_else(|| s.unit.clone()).unwrap_or_else(|| unit_of(&s.name));
            let role = role(&s.name, options);
            let identity = Identity { name: s.name, labels: s.labels, unit };
            let item = build(identity.clone(), s.times, s.values, kind, format).map(|item| Item { role, ..item });
            (identity.title(), shape, item)
        })
        .collect();
    let mut dataset = Dataset { items: Vec::new(), report };
    for (title, shape, result) in built {
        match result {
            Ok(item) => {
                series_warnings(&item, shape, file, &mut dataset.report);
                dataset.items.push(item);
            }
            Err(e) if e.kind() == ErrorKind::Empty => {
                let message = format!("“{title}” has no usable sample");
                dataset.report.warn(WarningKind::EmptySeries, message, Position::in_file(file), 1);
            }
            Err(e) => return Err(e.in_file(file)),
        }
    }
    if dataset.items.is_empty() {
        return Err(Error::empty("no usable sample is left")
            .in_file(file)
            .hint("widen --from and --to, or change --where"));
    }
    dataset.sort();
    Ok(dataset)
}

/// What a metric was chosen as.
fn role(name: &str, options: &LoadOptions) -> Role {
    let is = |chosen: &Option<String>| chosen.as_deref() == Some(name);
    match (is(&options.total), is(&options.bad)) {
        (true, _) => Role::Total,
        (_, true) => Role::Bad,
        _ => Role::Value,
    }
}

/// The series whose name is `--value`, or `--total` and `--bad`, and whose labels pass `--where`.
fn choose(all: Vec<Samples>, options: &LoadOptions, clauses: &[Clause], file: &str) -> Result<Vec<Samples>> {
    let passes = |s: &Samples| {
        clauses.iter().all(|c| {
            let word =
                if c.column == "__name__" { s.name.as_str() } else { s.labels.get(&c.column).unwrap_or_default() };
            match (&c.literal, number::parse(word.as_bytes())) {
                (Literal::Number(_), Field::Number(v)) => c.keeps_number(v),
                (Literal::Number(_), _) => false,
                (Literal::Text(_), _) => c.keeps_word(word.as_bytes()),
            }
        })
    };
    let counts = options.total.is_some() || options.bad.is_some();
    let wanted = wanted_names(&all, options);
    let named = |s: &Samples| {
        if counts {
            return role(&s.name, options) != Role::Value;
        }
        wanted.is_empty()
            || wanted.contains(&s.name)
            || s.name.strip_suffix("_bucket").is_some_and(|n| wanted.iter().any(|w| w == n))
    };
    for clause in clauses {
        known_label(&all, &clause.column, file)?;
    }
    let mut names: Vec<String> = all.iter().map(|s| s.name.clone()).collect();
    names.extend(names.iter().filter_map(|name| name.strip_suffix("_bucket").map(str::to_owned)).collect::<Vec<_>>());
    names.sort();
    names.dedup();
    let by_value = wanted.iter().map(|name| (name, "--value"));
    let by_count = options.total.iter().map(|name| (name, "--total")).chain(options.bad.iter().map(|n| (n, "--bad")));
    if let Some((missing, flag)) = by_value.chain(by_count).find(|(name, _)| !names.contains(name)) {
        return Err(no_such("series", missing, &names, flag, file));
    }
    let chosen: Vec<Samples> = all.into_iter().filter(|s| named(s) && passes(s)).collect();
    if !chosen.is_empty() {
        return Ok(chosen);
    }
    Err(Error::argument("no series passes --value and --where").in_file(file).hint("ask for less with --where"))
}

/// The names in `--value`, which is one, or several separated by commas; none where all are wanted.
fn wanted_names(all: &[Samples], options: &LoadOptions) -> Vec<String> {
    let Some(value) = &options.value else { return Vec::new() };
    if all.iter().any(|s| s.name == *value) {
        return vec![value.clone()];
    }
    value.split(',').map(|name| name.trim().to_owned()).collect()
}

/// Refuses a label that no series has.
fn known_label(all: &[Samples], label: &str, file: &str) -> Result<()> {
    if label == "__name__" || all.iter().any(|s| s.labels.get(label).is_some()) {
        return Ok(());
    }
    let mut labels: Vec<String> = all.iter().flat_map(|s| s.labels.iter().map(|(k, _)| k.clone())).collect();
    labels.sort();
    labels.dedup();
    labels.push("__name__".into());
    Err(no_such("label", label, &labels, "--where", file))
}

fn no_such(what: &str, word: &str, there: &[String], flag: &str, file: &str) -> Error {
    let shown: Vec<&str> = there.iter().take(20).map(String::as_str).collect();
    let more = if there.len() > 20 { format!(" and {} more", there.len() - 20) } else { String::new() };
    let near = guess::nearest(word, there.iter().map(String::as_str));
    Error::argument(format!("no {what} is called “{word}”; there are {}{more}", shown.join(", ")))
        .in_file(file)
        .hint(near.map_or_else(|| format!("choose one of them with {flag}"), |n| format!("did you mean “{n}”?")))
}

/// Leaves out samples outside the range.
fn cut(s: &mut Samples, options: &LoadOptions) -> u64 {
    if options.from.is_none() && options.to.is_none() {
        return 0;
    }
    let inside = |t: i64| options.from.is_none_or(|from| t >= from.0) && options.to.is_none_or(|to| t < to.0);
    let before = s.times.len();
    let (times, values): (Vec<i64>, Vec<f64>) =
        s.times.iter().zip(&s.values).filter(|(t, _)| inside(**t)).map(|(t, v)| (*t, *v)).unzip();
    (s.times, s.values) = (times, values);
    (before - s.times.len()) as u64
}

fn count_unusable(all: &[Samples], file: &str, report: &mut LoadReport) {
    for (kind, word, test) in [
        (WarningKind::Nan, "NaN", (|v: f64| v.is_nan()) as fn(f64) -> bool),
        (WarningKind::Infinite, "infinite", f64::is_infinite),
    ] {
        let count = all.iter().flat_map(|s| &s.values).filter(|v| test(**v)).count() as u64;
        if let Some(first) = all.iter().find(|s| s.values.iter().any(|v| test(*v))) {
            let (is, was) = if count == 1 { ("is", "was") } else { ("are", "were") };
            let message = format!("{} {is} {word} and {was} left out", counted(count, "value"));
            report.warn(kind, message, Position::in_file(file).at_column(first.name.clone()), count);
        }
    }
}

/// The kind of each name, the same for all its series.
fn kinds(all: &[Samples], shapes: &[Shape], options: &LoadOptions, report: &mut LoadReport) -> BTreeMap<String, Kind> {
    let mut groups: BTreeMap<&str, (Option<Kind>, Vec<Shape>)> = BTreeMap::new();
    for (s, shape) in all.iter().zip(shapes) {
        let group = groups.entry(&s.name).or_default();
        group.0 = group.0.or(s.kind);
        group.1.push(*shape);
    }
    let mut out = BTreeMap::new();
    for (name, (stated, shapes)) in groups {
        let (kind, why) = match (options.kind, stated) {
            // what is no bucket of a histogram is left out afterwards
            (Some(kind), _) if kind != Kind::Histogram => (kind, "--kind"),
            (_, Some(kind)) => (kind, "the source says it"),
            (_, None) => shape::decide_samples(&shapes),
        };
        if groups_are_few(all) {
            report.understand("kind", format!("{name}: {kind}"), why);
        }
        out.insert(name.to_owned(), kind);
    }
    out
}

/// A list of guesses is read by people; thousands of names are not.
fn groups_are_few(all: &[Samples]) -> bool {
    all.len() <= 200
}

fn build(identity: Identity, times: Vec<i64>, values: Vec<f64>, kind: Kind, format: Format) -> Result<Item> {
    let data = match kind {
        Kind::Events => Data::Events(Events::new(identity, times, values, None, NanPolicy::Drop)?),
        Kind::Counter => Data::Counter(Counter::new(identity, times, values, NanPolicy::Drop)?),
        Kind::Gauge | Kind::Delta | Kind::Histogram => {
            Data::Gauge(Series::new(identity, times, values, NanPolicy::Drop)?)
        }
    };
    Ok(Item::new(kind, data, format))
}
