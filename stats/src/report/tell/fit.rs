//! Which series an objective speaks of.

mod good;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;

use super::outcomes::{Outcomes, Source};
use crate::error::{Error, Result};
use crate::load::{Data, Dataset, HistogramTable, Item, Kind, Role};
use crate::series::Identity;
use crate::slo::{Counts, Criterion, Objective, Population, SloInput};
use crate::unit::Unit;
use crate::window::Condition;

/// A series that an objective can be held against.
#[derive(Clone, Debug)]
pub struct Fit<'a> {
    /// The item; of a pair of counts, that of the total, of counters by outcome, one without the label that tells it, of packed histograms, one
    /// with a histogram over all windows.
    pub item: Cow<'a, Item>,
    samples: Samples<'a>,
}

/// What an objective is held against.
#[derive(Clone, Debug)]
enum Samples<'a> {
    /// The item's own samples.
    Own(SloInput<'a>),
    /// Its counts with those of the bad ones, which are called so.
    Pair(Counts, String),
    /// The values of its histograms, counted by the objective's limit.
    Binned(Counts),
    /// The counts of counters or histograms by outcome, and what makes an event of theirs good.
    Outcomes(Counts, String),
}

impl Fit<'_> {
    /// The samples, as [`evaluate`](crate::slo::evaluate) takes them.
    pub fn input(&self) -> SloInput<'_> {
        match &self.samples {
            Samples::Own(input) => *input,
            Samples::Pair(counts, _) | Samples::Binned(counts) | Samples::Outcomes(counts, _) => {
                SloInput::Counts(counts)
            }
        }
    }
}

/// The series that fit, and why the others do not.
#[derive(Clone, Debug, Default)]
pub struct Fits<'a> {
    /// Those that fit, in the order of the data set.
    pub fits: Vec<Fit<'a>>,
    /// Title and reason of the others.
    pub left_out: Vec<(String, String)>,
}

/// The series of a data set that an objective can be held against: events for requests, 0/1 series for time up, whatever
/// has a unit that the condition's limit converts to, and the counts of all and of bad events that were chosen as such
/// (`--total`, `--bad`), pair by pair of the same labels; counters of one metric by outcome, such as `requests_total` by `code`,
/// together; of histograms, the values that keep the objective's limit, and those of one metric by outcome, such as `request_seconds` by
/// `code`, together too: a failure is bad however fast it was.
///
/// # Errors
/// [`Mismatch`](crate::ErrorKind::Mismatch) where nothing fits; it says what is there, why that does not do, and what would.
pub fn fitting<'a>(data: &'a Dataset, objective: &Objective) -> Result<Fits<'a>> {
    fitting_packed(data, &HistogramTable::default(), objective)
}

/// The same of a data set and of histograms that are packed: each window of these is unpacked, counted by the objective's limit and let go,
/// series by series on as many threads as rayon has; those of one metric by outcome are counted together, as in [`fitting`]. The item of such
/// a series holds one histogram over all its windows.
///
/// ```
/// use sre_stats::load::{Dataset, HistogramTable, LoadOptions, load_bytes};
/// use sre_stats::{progress::Progress, report::tell::fit::fitting_packed};
/// // two minutes: three values from 0.1 s on, and one from 0.5 s on
/// let text = b"series,window_start,width,schema,bin,count\nlatency_seconds,0,60,log-linear,11431,3\nlatency_seconds,60,60,log-linear,11471,1\n";
/// let table = HistogramTable::from_dataset(&load_bytes("t.csv", text, &LoadOptions::default(), &Progress::new())?)?;
/// let nothing_else = Dataset::default();
/// let found = fitting_packed(&nothing_else, &table, &"99% of requests < 300ms over 2m".parse()?)?;
/// let sre_stats::slo::SloInput::Counts(counts) = found.fits[0].input() else { panic!() };
/// assert_eq!((counts.total(), counts.bad()), (&[3, 1][..], &[0, 1][..]));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`fitting`].
pub fn fitting_packed<'a>(data: &'a Dataset, packed: &HistogramTable, objective: &Objective) -> Result<Fits<'a>> {
    let sources = in_order(data, packed);
    let outcomes = by_outcome(&sources, objective);
    let of: BTreeMap<usize, &Outcomes<'_, '_>> =
        outcomes.iter().flat_map(|set| set.members.iter().map(move |i| (*i, set))).collect();
    let one = |(index, source): (usize, &Source<'a, '_>)| -> Option<Result<Fit<'a>, String>> {
        match (of.get(&index), source) {
            // told once, with the first of them
            (Some(set), _) => (set.members.first() == Some(&index)).then(|| together(set, objective)),
            // told with its total
            (None, Source::Item(item)) if item.role == Role::Bad && sibling(data, item, Role::Total).is_some() => None,
            (None, Source::Item(item)) => Some(fitted(data, item, objective)),
            (None, Source::Packed(..)) => Some(packed_alone(source, objective)),
        }
    };
    let told: Vec<Option<Result<Fit<'a>, String>>> = sources.par_iter().enumerate().map(one).collect();
    let mut found = Fits::default();
    for (source, fit) in sources.iter().zip(told) {
        match fit {
            Some(Ok(fit)) => found.fits.push(fit),
            Some(Err(why)) => found.left_out.push((source.identity().title(), why)),
            None => {}
        }
    }
    if found.fits.is_empty() { Err(nothing_fits(data, packed, objective, &found.left_out)) } else { Ok(found) }
}

/// All series, those that are packed at the places that they would have in the data set.
fn in_order<'a, 'p>(data: &'a Dataset, packed: &'p HistogramTable) -> Vec<Source<'a, 'p>> {
    let key = |identity: &Identity| (identity.name.clone(), identity.labels.clone());
    let mut stored = packed.stored.values().peekable();
    let mut out = Vec::with_capacity(data.items.len() + packed.series());
    for item in &data.items {
        while let Some(own) = stored.next_if(|own| key(&own.identity) < key(&item.identity)) {
            out.push(Source::Packed(packed, own));
        }
        out.push(Source::Item(item));
    }
    out.extend(stored.map(|own| Source::Packed(packed, own)));
    out
}

/// The counts of a packed series by the objective's limit.
fn packed_alone<'a>(source: &Source<'_, '_>, objective: &Objective) -> Result<Fit<'a>, String> {
    let identity = source.identity().clone();
    let limit = limit_of(&identity.unit, objective)?;
    let windows = vec![(false, source.each_window())];
    let counts = Counts::from_each_histogram(identity, source.widths(), windows, &limit).map_err(|e| e.to_string())?;
    Ok(Fit { item: Cow::Owned(source.item().map_err(|e| e.to_string())?), samples: Samples::Binned(counts) })
}

/// One series of a data set as the objective takes it. Counts of all or of bad events stand for the pair of them.
///
/// ```
/// use sre_stats::load::{LoadOptions, load_bytes};
/// use sre_stats::{progress::Progress, report::tell::fit::fit_of};
/// let options = LoadOptions { total: Some("n".into()), bad: Some("errors".into()), ..LoadOptions::default() };
/// let data = load_bytes("a.csv", b"time,n,errors\n60,100,1\n120,90,0\n180,110,5\n", &options, &Progress::new())?;
/// let objective = "99% of requests ok over 1h".parse()?;
/// assert_eq!(fit_of(&data, 0, &objective)?.item.identity.name, "n");
/// assert_eq!(fit_of(&data, 1, &objective)?.item.identity.name, "n");
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) without such a series, [`Mismatch`](crate::ErrorKind::Mismatch) with the reason where
/// it does not fit.
pub fn fit_of<'a>(data: &'a Dataset, index: usize, objective: &Objective) -> Result<Fit<'a>> {
    let item = data.items.get(index).ok_or_else(|| Error::argument(format!("there is no series {index}")))?;
    let unfit = |why: String| Error::mismatch(format!("“{}” does not fit the objective: {why}", item.title()));
    let sources: Vec<Source<'_, '_>> = data.items.iter().map(Source::Item).collect();
    if let Some(set) = by_outcome(&sources, objective).iter().find(|set| set.members.contains(&index)) {
        return together(set, objective).map_err(unfit);
    }
    let told = match item.role {
        Role::Bad => sibling(data, item, Role::Total).unwrap_or(item),
        Role::Value | Role::Total => item,
    };
    fitted(data, told, objective).map_err(unfit)
}

/// The counters by outcome, where the objective asks for good events; where it gives a limit, the histograms.
fn by_outcome<'a, 'p>(sources: &[Source<'a, 'p>], objective: &Objective) -> Vec<Outcomes<'a, 'p>> {
    match objective.effective_criterion() {
        Criterion::Ok | Criterion::Ratio(_) => Outcomes::all(sources, Kind::Counter),
        Criterion::Value(_) | Criterion::Percentile(..) => Outcomes::all(sources, Kind::Histogram),
        Criterion::Up | Criterion::Mean(_) => Vec::new(),
    }
}

/// The counters or histograms by outcome as one series.
fn together<'a>(set: &Outcomes<'_, '_>, objective: &Objective) -> Result<Fit<'a>, String> {
    let (counts, good) = match objective.effective_criterion() {
        Criterion::Value(_) | Criterion::Percentile(..) => {
            let limit = limit_of(&set.identity.unit, objective)?;
            (set.binned(&limit), set.good_means_below(&limit))
        }
        _ => (set.counts(), set.good_means()),
    };
    let counts = counts.map_err(|e| e.to_string())?;
    Ok(Fit { item: Cow::Owned(set.item().map_err(|e| e.to_string())?), samples: Samples::Outcomes(counts, good) })
}

fn fitted<'a>(data: &'a Dataset, item: &'a Item, objective: &Objective) -> Result<Fit<'a>, String> {
    let samples = match item.role {
        Role::Value if matches!(item.data, Data::Histograms(_)) => binned(item, objective),
        Role::Value => fit(item, objective).map(Samples::Own),
        Role::Total => pair(data, item, objective),
        Role::Bad => Err("nothing counts all events beside it".to_owned()),
    }?;
    Ok(Fit { item: Cow::Borrowed(item), samples })
}

/// The counts of an item's histograms by the objective's limit.
fn binned<'a>(item: &Item, objective: &Objective) -> Result<Samples<'a>, String> {
    let Data::Histograms(histograms) = &item.data else { return Err("it holds no histograms".to_owned()) };
    let limit = limit_of(&item.identity.unit, objective)?;
    let counts = Counts::from_histograms(item.identity.clone(), histograms.windows(), &limit);
    counts.map(Samples::Binned).map_err(|e| e.to_string())
}

/// The limit that the values of histograms are counted by.
fn limit_of(unit: &Unit, objective: &Objective) -> Result<Condition, String> {
    match objective.effective_criterion() {
        Criterion::Value(c) | Criterion::Percentile(_, c) => {
            converts(&c, unit)?;
            Ok(c)
        }
        Criterion::Mean(_) => Err("it holds histograms, which do not say whether a mean keeps a limit".to_owned()),
        _ => Err("it holds histograms of values, without good flags; give a limit such as “< 300ms”".to_owned()),
    }
}

/// The series of another role with the same labels.
fn sibling<'a>(data: &'a Dataset, item: &Item, role: Role) -> Option<&'a Item> {
    data.items.iter().find(|i| i.role == role && i.identity.labels == item.identity.labels)
}

/// The counts of all events with those of the bad ones beside them.
fn pair<'a>(data: &'a Dataset, total: &'a Item, objective: &Objective) -> Result<Samples<'a>, String> {
    if let Criterion::Value(c) | Criterion::Percentile(_, c) | Criterion::Mean(c) = objective.effective_criterion() {
        return Err(format!("counts of events have no values to compare with “{c}”; say “ok”"));
    }
    let Some(bad) = sibling(data, total, Role::Bad) else {
        return Err("nothing counts the bad events beside it".to_owned());
    };
    let counts = match (&total.data, &bad.data) {
        (Data::Gauge(total), Data::Gauge(bad)) => Counts::from_deltas(total, bad),
        (Data::Counter(total), Data::Counter(bad)) => Counts::from_counters(total, bad),
        _ => {
            return Err(format!(
                "it was read as a {} and “{}” as a {}; say with --kind counter or --kind delta what both are",
                total.kind,
                bad.title(),
                bad.kind
            ));
        }
    };
    counts.map(|counts| Samples::Pair(counts, bad.title())).map_err(|e| e.to_string())
}

/// One series as the objective takes it, or in words why it does not fit. Counts of all and bad events are taken in pairs,
/// by [`fitting`].
///
/// # Errors
/// The reason, as a sentence's end: “it is a counter …”.
pub fn fit<'a>(item: &'a Item, objective: &Objective) -> Result<SloInput<'a>, String> {
    if item.role != Role::Value {
        return Err(
            "it counts the events of a row, and is held against an objective together with its sibling".to_owned()
        );
    }
    match &item.data {
        Data::Histograms(_) => Err("it holds histograms, whose values are counted by a limit first".to_owned()),
        Data::Counter(_) => Err("it is a counter, with neither single requests nor up and down".to_owned()),
        Data::Events(events) => {
            let flag = || {
                let none = "no column says which events are good; name one with --ok".to_owned();
                if events.ok().is_some() { Ok(()) } else { Err(none) }
            };
            match (objective.population, objective.effective_criterion()) {
                (_, Criterion::Up) if is_binary(events.values()) => {}
                (_, Criterion::Ok | Criterion::Up | Criterion::Ratio(_)) => flag()?,
                (_, Criterion::Value(c) | Criterion::Percentile(_, c) | Criterion::Mean(c)) => {
                    converts(&c, &item.identity.unit)?;
                }
            }
            Ok(SloInput::Events(events))
        }
        Data::Gauge(series) => {
            if objective.population == Population::Requests {
                return Err("it has samples of time, and no single requests".to_owned());
            }
            match objective.effective_criterion() {
                Criterion::Ok | Criterion::Up | Criterion::Ratio(_) if !is_binary(series.values()) => {
                    return Err("its values are not all 0 or 1".to_owned());
                }
                Criterion::Ok | Criterion::Up | Criterion::Ratio(_) => {}
                Criterion::Value(c) | Criterion::Percentile(_, c) | Criterion::Mean(c) => {
                    converts(&c, &item.identity.unit)?;
                }
            }
            Ok(SloInput::Series(series))
        }
    }
}

fn converts(condition: &Condition, unit: &Unit) -> Result<(), String> {
    condition.converted(unit).map(|_| ()).map_err(|_| {
        if *unit == Unit::None {
            format!("it has no unit to compare with “{condition}”; say it with --unit")
        } else {
            format!("its unit {unit} does not compare with “{condition}”")
        }
    })
}

fn is_binary(values: &[f64]) -> bool {
    values.iter().all(|v| *v == 0.0 || *v == 1.0)
}

/// So many series are named in the error.
const NAMED: usize = 4;

fn nothing_fits(
    data: &Dataset,
    packed: &HistogramTable,
    objective: &Objective,
    left_out: &[(String, String)],
) -> Error {
    let kind = |title: &str| {
        let own = data.items.iter().find(|i| i.title() == title).map(|i| i.kind);
        let of_table = || packed.stored.values().find(|s| s.identity.title() == title).map(|_| Kind::Histogram);
        own.or_else(of_table).map_or(String::new(), |kind| format!(" ({kind})"))
    };
    let kinds: Vec<String> =
        left_out.iter().take(NAMED).map(|(title, why)| format!("“{title}”{}: {why}", kind(title))).collect();
    let more = left_out.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let way_out = match (objective.population, objective.effective_criterion()) {
        (Population::Requests, Criterion::Ok) => {
            "it takes single requests with a good flag or an HTTP status (--ok), read with --kind events, counts of all and \
             bad ones (--total, --bad), or counters by code"
        }
        (Population::Requests, _) => {
            "it takes single requests with a value in a unit (--unit), read with --kind events"
        }
        (_, Criterion::Ok | Criterion::Up | Criterion::Ratio(_)) => {
            "it takes a series of 0 and 1; for requests say “of requests ok” or give a condition such as “< 300ms”"
        }
        _ => "it takes a series or events in a unit that the limit converts to",
    };
    Error::mismatch(format!("no series fits “{objective}”: {}{more}", kinds.join("; "))).hint(way_out)
}
