//! From named samples, as monitoring systems give them, to items.

use rayon::prelude::*;

use crate::counter::Counter;
use crate::error::{Error, ErrorKind, Position, Result};
use crate::events::Events;
use crate::labels::Labels;
use crate::load::assemble::series_warnings;
use crate::load::choice::{Choice, role};
use crate::load::dataset::{Data, Dataset, Item};
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::report::{LoadReport, WarningKind, counted};
use crate::load::shape::{self, Shape};
use crate::series::{Identity, NanPolicy, Series};
use crate::unit::Unit;

/// So many series become items at once.
const BATCH: usize = 4096;

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
    mut all: Vec<Samples>,
    options: &LoadOptions,
    format: Format,
    file: &str,
    mut report: LoadReport,
) -> Result<Dataset> {
    let mut choice = Choice::new(options)?;
    all.retain(|s| choice.keeps(&s.name, &s.labels));
    choice.finish(&mut all, file, &mut report)?;
    of_chosen(all, options, format, file, report)
}

/// Makes items of the samples of series that were chosen.
pub(crate) fn of_chosen(
    mut chosen: Vec<Samples>,
    options: &LoadOptions,
    format: Format,
    file: &str,
    mut report: LoadReport,
) -> Result<Dataset> {
    let outside = chosen.iter_mut().map(|s| cut(s, options)).sum::<u64>();
    if outside > 0 {
        report.understand("range", format!("{} outside left out", counted(outside, "sample")), "--from and --to");
    }
    count_unusable(&chosen, file, &mut report);
    let shapes: Vec<Shape> = chosen.par_iter().map(|s| shape::measure(&s.name, &s.times, &s.values)).collect();
    let kinds = kinds(&chosen, &shapes, options, &mut report);
    let mut dataset = Dataset { items: Vec::with_capacity(chosen.len()), report };
    let mut left = chosen.into_iter().zip(shapes).zip(kinds);
    loop {
        // many series are many items: no more of them than these are there twice
        let batch: Vec<((Samples, Shape), Kind)> = left.by_ref().take(BATCH).collect();
        if batch.is_empty() {
            break;
        }
        let make = |((s, shape), kind): ((Samples, Shape), Kind)| {
            let unit = options.unit.clone().or_else(|| s.unit.clone()).unwrap_or_else(|| unit_of(&s.name));
            let role = role(&s.name, options);
            let identity = Identity { name: s.name, labels: s.labels, unit };
            let title = identity.title();
            let item = build(identity, s.times, s.values, kind, format).map(|item| Item { role, ..item });
            item.map(|item| (item, shape)).map_err(|e| (title, e))
        };
        let built: Vec<std::result::Result<(Item, Shape), (String, Error)>> = batch.into_par_iter().map(make).collect();
        for result in built {
            match result {
                Ok((item, shape)) => {
                    series_warnings(&item, shape, file, &mut dataset.report);
                    dataset.items.push(item);
                }
                Err((title, e)) if e.kind() == ErrorKind::Empty => {
                    let message = format!("“{title}” has no usable sample");
                    dataset.report.warn(WarningKind::EmptySeries, message, Position::in_file(file), 1);
                }
                Err((_, e)) => return Err(e.in_file(file)),
            }
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

/// The kind of each series, the same for all of one name.
fn kinds(all: &[Samples], shapes: &[Shape], options: &LoadOptions, report: &mut LoadReport) -> Vec<Kind> {
    let mut order: Vec<(usize, &Samples, &Shape)> =
        all.iter().zip(shapes).enumerate().map(|(i, (samples, shape))| (i, samples, shape)).collect();
    order.sort_unstable_by_key(|(i, samples, _)| (&samples.name, *i));
    let mut out = vec![Kind::Gauge; all.len()];
    for group in order.chunk_by(|a, b| a.1.name == b.1.name) {
        let stated = group.iter().find_map(|(_, samples, _)| samples.kind);
        let (kind, why) = match (options.kind, stated) {
            // what is no bucket of a histogram is left out afterwards
            (Some(kind), _) if kind != Kind::Histogram => (kind, "--kind"),
            (_, Some(kind)) => (kind, "the source says it"),
            (_, None) => {
                let shapes: Vec<Shape> = group.iter().map(|(.., shape)| **shape).collect();
                shape::decide_samples(&shapes)
            }
        };
        for (i, samples, _) in group {
            if groups_are_few(all) && group.first().is_some_and(|(first, ..)| first == i) {
                report.understand("kind", format!("{}: {kind}", samples.name), why);
            }
            if let Some(own) = out.get_mut(*i) {
                // what the source says of a series goes before what its name says
                *own = options.kind.filter(|kind| *kind != Kind::Histogram).or(samples.kind).unwrap_or(kind);
            }
        }
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
