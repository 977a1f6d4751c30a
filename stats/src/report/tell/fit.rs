//! Which series an objective speaks of.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::outcomes::Outcomes;
use crate::error::{Error, Result};
use crate::load::{Data, Dataset, Item, Kind, Role};
use crate::slo::{Counts, Criterion, Objective, Population, SloInput};
use crate::unit::Unit;
use crate::window::Condition;

/// A series that an objective can be held against.
#[derive(Clone, Debug)]
pub struct Fit<'a> {
    /// The item; of a pair of counts, that of the total, of counters by outcome, one without the label that tells it.
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

    /// What makes a member of the population good, in words.
    pub fn good_means(&self, objective: &Objective) -> String {
        let input = match &self.samples {
            Samples::Own(input) => *input,
            Samples::Binned(counts) => {
                let limit = counts.condition().map_or_else(String::new, ToString::to_string);
                return format!("An event is good if it is {limit}, as the bins of its histogram have it.");
            }
            Samples::Pair(_, bad) => {
                return format!("An event is good if “{bad}” does not count it.{}", of_rows(objective));
            }
            Samples::Outcomes(_, good) => return format!("{good}{}", of_rows(objective)),
        };
        let flagged = matches!(input, SloInput::Events(events) if events.ok().is_some());
        let condition = match objective.effective_criterion() {
            Criterion::Up if flagged => None,
            _ => objective.condition().filter(|c| *c != Condition::up()),
        };
        let (member, more) = match (input, objective.population) {
            (SloInput::Series(_), _) => ("An instant", ""),
            (SloInput::Events(_), Population::Time) => {
                ("An event", " A second of time is good unless an event in it is not.")
            }
            (SloInput::Events(_) | SloInput::Counts(_), _) => ("An event", ""),
        };
        let is = match (condition, flagged) {
            (Some(c), true) => format!("it is {c} and its flag says so too: a fast failure is no success"),
            (Some(c), false) => format!("it is {c}"),
            (None, true) => "its flag says so".to_owned(),
            (None, false) => "its value is more than 0".to_owned(),
        };
        format!("{member} is good if {is}.{more}")
    }
}

/// What a row of counts is to an objective of time.
fn of_rows(objective: &Objective) -> &'static str {
    match objective.population {
        Population::Time => " A row of time is good unless a bad event is counted in it.",
        _ => "",
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
    let mut found = Fits::default();
    let outcomes = by_outcome(data, objective);
    let of: BTreeMap<usize, usize> =
        outcomes.iter().enumerate().flat_map(|(at, set)| set.members.iter().map(move |i| (*i, at))).collect();
    for (index, item) in data.items.iter().enumerate() {
        if let Some(set) = of.get(&index).and_then(|at| outcomes.get(*at)) {
            // told once, with the first of them
            if set.members.first() == Some(&index) {
                match together(set, item, objective) {
                    Ok(fit) => found.fits.push(fit),
                    Err(why) => found.left_out.push((item.title(), why)),
                }
            }
            continue;
        }
        // told with its total
        if item.role == Role::Bad && sibling(data, item, Role::Total).is_some() {
            continue;
        }
        match fitted(data, item, objective) {
            Ok(fit) => found.fits.push(fit),
            Err(why) => found.left_out.push((item.title(), why)),
        }
    }
    if found.fits.is_empty() { Err(nothing_fits(data, objective, &found.left_out)) } else { Ok(found) }
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
    if let Some(set) = by_outcome(data, objective).iter().find(|set| set.members.contains(&index)) {
        return together(set, item, objective).map_err(unfit);
    }
    let told = match item.role {
        Role::Bad => sibling(data, item, Role::Total).unwrap_or(item),
        Role::Value | Role::Total => item,
    };
    fitted(data, told, objective).map_err(unfit)
}

/// The counters by outcome, where the objective asks for good events; where it gives a limit, the histograms.
fn by_outcome<'a>(data: &'a Dataset, objective: &Objective) -> Vec<Outcomes<'a>> {
    match objective.effective_criterion() {
        Criterion::Ok | Criterion::Ratio(_) => Outcomes::all(data, Kind::Counter),
        Criterion::Value(_) | Criterion::Percentile(..) => Outcomes::all(data, Kind::Histogram),
        Criterion::Up | Criterion::Mean(_) => Vec::new(),
    }
}

/// The counters or histograms by outcome as one series; the item is one of theirs.
fn together<'a>(set: &Outcomes<'a>, item: &Item, objective: &Objective) -> Result<Fit<'a>, String> {
    let (counts, good) = match objective.effective_criterion() {
        Criterion::Value(c) | Criterion::Percentile(_, c) => {
            converts(&c, &item.identity.unit)?;
            (set.binned(&c), set.good_means_below(&c))
        }
        _ => (set.counts(), set.good_means()),
    };
    let counts = counts.map_err(|e| e.to_string())?;
    Ok(Fit { item: Cow::Owned(set.item(item)), samples: Samples::Outcomes(counts, good) })
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
    match objective.effective_criterion() {
        Criterion::Value(c) | Criterion::Percentile(_, c) => {
            converts(&c, &item.identity.unit)?;
            let counts = Counts::from_histograms(item.identity.clone(), histograms.windows(), &c);
            counts.map(Samples::Binned).map_err(|e| e.to_string())
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

fn nothing_fits(data: &Dataset, objective: &Objective, left_out: &[(String, String)]) -> Error {
    let kind = |title: &str| {
        data.items.iter().find(|i| i.title() == title).map_or(String::new(), |i| format!(" ({})", i.kind))
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::{LoadOptions, load_bytes};
    use crate::progress::Progress;
    use crate::slo::{Options, evaluate};

    fn data(text: &str) -> Dataset {
        load_bytes("a.csv", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap()
    }

    #[test]
    fn requests_want_events_and_time_wants_series() {
        let requests = data(
            "time,service,status,latency_ms\n2026-01-01T00:00:00Z,cart,200,12\n2026-01-01T00:00:01.5Z,cart,503,80\n\
             2026-01-01T00:00:01.7Z,cart,200,80\n",
        );
        let objective = |text: &str| text.parse::<Objective>().unwrap();
        for text in ["99% of requests ok over 1h", "99% of requests < 0.3s over 1h", "99% of 1m slices ok over 1h"] {
            assert_eq!(fitting(&requests, &objective(text)).unwrap().fits.len(), 1, "{text}");
        }
        let time = objective("99% of time up over 1h");
        let fits = fitting(&requests, &time).unwrap();
        assert!(fits.fits[0].good_means(&time).ends_with("A second of time is good unless an event in it is not."));
        let latencies = LoadOptions { kind: Some(crate::load::Kind::Events), ..LoadOptions::default() };
        let text = b"time,latency_ms\n2026-01-01T00:00:00Z,12\n2026-01-01T00:00:01Z,80\n";
        let latencies = load_bytes("b.csv", text, &latencies, &Progress::new()).unwrap();
        let error = fitting(&latencies, &time).unwrap_err().to_string();
        assert!(error.contains("(events): no column says which") && error.contains("of requests ok"), "{error}");
        let error = fitting(&requests, &objective("99% of requests < 3kB over 1h")).unwrap_err().to_string();
        assert!(error.contains("ms"), "{error}");
        let fits = fitting(&requests, &objective("99% of requests < 0.3s over 1h")).unwrap();
        assert!(fits.fits[0].good_means(&objective("99% of requests < 0.3s over 1h")).contains("< 0.3s and its flag"));
    }

    #[test]
    fn up_wants_zero_and_one() {
        let series =
            data("time,up,load\n2026-01-01T00:00:00Z,1,0.7\n2026-01-01T00:01:00Z,0,1.5\n2026-01-01T00:02:00Z,1,3\n");
        let objective: Objective = "99% of time up over 1h".parse().unwrap();
        let found = fitting(&series, &objective).unwrap();
        assert_eq!((found.fits.len(), found.fits[0].item.identity.name.as_str()), (1, "up"));
        assert_eq!(found.left_out, [("load".to_owned(), "its values are not all 0 or 1".to_owned())]);
        let error = fitting(&series, &"99% of requests ok over 1h".parse().unwrap()).unwrap_err().to_string();
        assert!(error.contains("no single requests") && error.contains("--kind events"), "{error}");
    }

    #[test]
    fn counts_are_taken_in_pairs_of_the_same_labels() {
        let options = LoadOptions {
            total: Some("n".into()),
            bad: Some("errors".into()),
            by: vec!["zone".into()],
            ..LoadOptions::default()
        };
        let text = "time,zone,n,errors\n60,a,100,1\n60,b,50,0\n120,a,90,0\n120,b,60,6\n180,a,110,5\n180,b,40,0\n";
        let data = load_bytes("a.csv", text.as_bytes(), &options, &Progress::new()).unwrap();
        let objective = |text: &str| text.parse::<Objective>().unwrap();
        let ok = objective("99% of requests ok over 1h");
        let found = fitting(&data, &ok).unwrap();
        assert!(found.left_out.is_empty(), "{:?}", found.left_out);
        let sli =
            |fit: &Fit<'_>| evaluate(&ok, fit.input(), &Options::default()).unwrap().methods.occurrences.unwrap().value;
        let by_zone: Vec<(String, f64)> = found.fits.iter().map(|f| (f.item.title(), sli(f))).collect();
        assert_eq!(by_zone, [("n{zone=\"a\"}".to_owned(), 294.0 / 300.0), ("n{zone=\"b\"}".to_owned(), 144.0 / 150.0)]);
        assert_eq!(found.fits[0].good_means(&ok), "An event is good if “errors{zone=\"a\"}” does not count it.");
        let error = fitting(&data, &objective("99% of requests < 0.3s over 1h")).unwrap_err().to_string();
        assert!(error.contains("no values to compare"), "{error}");
    }

    #[test]
    fn counters_by_code_are_taken_together() {
        let mut text = "# TYPE requests_total counter\n".to_owned();
        for (labels, values) in [
            ("code=\"200\",route=\"/\"", "100 190 280"),
            ("code=\"404\",route=\"/\"", "1 1 3"),
            ("code=\"503\",route=\"/\"", "0 2 8"),
            ("code=\"200\",route=\"/b\"", "5 6 9"),
        ] {
            for (i, value) in values.split(' ').enumerate() {
                text.push_str(&format!("requests_total{{{labels}}} {value} {}\n", 60 * (i + 1)));
            }
        }
        let data =
            load_bytes("a.prom", (text + "# EOF\n").as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
        let ok: Objective = "99% of requests ok over 1h".parse().unwrap();
        let found = fitting(&data, &ok).unwrap();
        let titles: Vec<String> = found.fits.iter().map(|f| f.item.title()).collect();
        assert_eq!(titles, ["requests_total{route=\"/\"}", "requests_total{route=\"/b\"}"]);
        assert!(found.left_out.is_empty(), "{:?}", found.left_out);
        let sli =
            |fit: &Fit<'_>| evaluate(&ok, fit.input(), &Options::default()).unwrap().methods.occurrences.unwrap().value;
        // 180 + 2 good ones and 8 bad ones
        assert_eq!((sli(&found.fits[0]), sli(&found.fits[1])), (182.0 / 190.0, 1.0));
        let third = data.items.iter().position(|i| i.title().contains("503")).unwrap();
        assert_eq!(sli(&fit_of(&data, third, &ok).unwrap()), 182.0 / 190.0);
        assert!(found.fits[0].good_means(&ok).contains("its code is not an error"));
        let error = fitting(&data, &"99% of requests < 1s over 1h".parse().unwrap()).unwrap_err().to_string();
        assert!(error.contains("it is a counter"), "{error}");
    }

    /// In each minute the numbers below are the growth of the buckets between two scrapes.
    #[test]
    fn histograms_by_code_are_taken_together() {
        let mut text = "# TYPE request_seconds histogram\n".to_owned();
        for (labels, le, values) in [
            ("code=\"200\",route=\"/\"", "0.3", "10 100 190"),
            ("code=\"200\",route=\"/\"", "+Inf", "10 110 200"),
            ("code=\"404\",route=\"/\"", "0.3", "0 5 10"),
            ("code=\"404\",route=\"/\"", "+Inf", "0 5 10"),
            ("code=\"500\",route=\"/\"", "0.3", "0 20 50"),
            ("code=\"500\",route=\"/\"", "+Inf", "0 20 55"),
            ("code=\"200\",route=\"/b\"", "0.3", "0 4 8"),
            ("code=\"200\",route=\"/b\"", "+Inf", "0 4 9"),
        ] {
            for (i, value) in values.split(' ').enumerate() {
                text.push_str(&format!("request_seconds_bucket{{{labels},le=\"{le}\"}} {value} {}\n", 60 * (i + 1)));
            }
        }
        let data =
            load_bytes("a.prom", (text + "# EOF\n").as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
        let limit: Objective = "99% of requests <= 300ms over 1h".parse().unwrap();
        let found = fitting(&data, &limit).unwrap();
        let titles: Vec<String> = found.fits.iter().map(|f| f.item.title()).collect();
        assert_eq!(titles, ["request_seconds{route=\"/\"}", "request_seconds{route=\"/b\"}"]);
        let sli = |fit: &Fit<'_>| {
            let level = evaluate(&limit, fit.input(), &Options::default()).unwrap().methods.occurrences.unwrap();
            (level.value, level.n)
        };
        // of 190 answers 180 in time, of 10 unknown pages all, and of 55 failures none
        assert_eq!((sli(&found.fits[0]), sli(&found.fits[1])), ((190.0 / 255.0, 255), (8.0 / 9.0, 9)));
        let failed = data.items.iter().position(|i| i.title().contains("500")).unwrap();
        assert_eq!(sli(&fit_of(&data, failed, &limit).unwrap()), (190.0 / 255.0, 255));
        assert!(found.fits[0].good_means(&limit).contains("its code is not an error"));
    }

    #[test]
    fn a_failure_without_a_latency_is_a_failure() {
        let text = "time,latency_ms,ok\n2026-01-01T00:00:00Z,10,true\n2026-01-01T00:00:01Z,,false\n2026-01-01T00:00:02Z,NaN,false\n\
                    2026-01-01T00:00:03Z,20,true\n2026-01-01T00:00:04Z,,true\n2026-01-01T00:00:05.5Z,30,true\n";
        let data = load_bytes("a.csv", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
        let events = data.items[0].as_events().unwrap();
        assert_eq!((events.len(), events.ok_without_value()), (3, &[false, false, true][..]));
        let hold =
            |text: &str| evaluate(&text.parse().unwrap(), SloInput::Events(events), &Options::default()).unwrap();
        let ok = hold("50% of requests ok over 1h");
        assert_eq!((ok.budget.spent.value, ok.methods.occurrences.as_ref().unwrap().n), (2.0, 6));
        assert!(
            ok.caveats.contains(&"3 events have a flag and no value and count by it: 1 good, 2 bad".to_owned()),
            "{:?}",
            ok.caveats
        );
        // the success may have been slow: it is left out
        let fast = hold("50% of requests < 25ms over 1h");
        assert_eq!((fast.budget.spent.value, fast.methods.occurrences.as_ref().unwrap().n), (3.0, 5));
        assert!(fast.caveats.iter().any(|c| c.starts_with("2 events failed without a value")), "{:?}", fast.caveats);
        assert!(fast.caveats.iter().any(|c| c.starts_with("1 good event has no value")), "{:?}", fast.caveats);
        let bounded = hold("50% of requests <= 30ms over 1h");
        assert_eq!(bounded.budget.spent.value, 2.0);
        let up = hold("50% of time ok over 6s");
        assert_eq!(up.budget.spent.value, 2.0);
        // a mean looks at the three latencies alone
        let mean = hold("50% of 10s slices have mean <= 20ms over 1h");
        assert_eq!(mean.budget.spent.value, 0.0);
        assert!(mean.caveats.iter().any(|c| c.contains("a mean leaves them out")));
        // the same file after it was written and read again
        let mut again = Vec::new();
        data.write_csv(&mut again).unwrap();
        let again = load_bytes("b.csv", &again, &LoadOptions::default(), &Progress::new()).unwrap();
        assert_eq!(again.items[0].as_events().unwrap().ok_without_value(), events.ok_without_value());
    }
}
