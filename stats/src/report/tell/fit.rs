//! Which series an objective speaks of.

use crate::error::{Error, Result};
use crate::load::{Data, Dataset, Item, Role};
use crate::slo::{Criterion, Objective, Population, SloInput};
use crate::unit::Unit;
use crate::window::Condition;

/// A series that an objective can be held against.
#[derive(Clone, Copy, Debug)]
pub struct Fit<'a> {
    /// The item.
    pub item: &'a Item,
    /// Its samples, as [`evaluate`](crate::slo::evaluate) takes them.
    pub input: SloInput<'a>,
}

impl Fit<'_> {
    /// What makes a member of the population good, in words.
    pub fn good_means(&self, objective: &Objective) -> String {
        let flagged = matches!(self.input, SloInput::Events(events) if events.ok().is_some());
        let condition = match objective.effective_criterion() {
            Criterion::Up if flagged => None,
            _ => objective.condition().filter(|c| *c != Condition::up()),
        };
        let (member, more) = match (self.input, objective.population) {
            (SloInput::Series(_), _) => ("An instant", ""),
            (SloInput::Events(_), Population::Time) => {
                ("An event", " A second of time is good unless an event in it is not.")
            }
            (SloInput::Events(_), _) => ("An event", ""),
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

/// The series that fit, and why the others do not.
#[derive(Clone, Debug, Default)]
pub struct Fits<'a> {
    /// Those that fit, in the order of the data set.
    pub fits: Vec<Fit<'a>>,
    /// Title and reason of the others.
    pub left_out: Vec<(String, String)>,
}

/// The series of a data set that an objective can be held against: events for requests, 0/1 series for time up, and whatever
/// has a unit that the condition's limit converts to.
///
/// # Errors
/// [`Mismatch`](crate::ErrorKind::Mismatch) where nothing fits; it says what is there, why that does not do, and what would.
pub fn fitting<'a>(data: &'a Dataset, objective: &Objective) -> Result<Fits<'a>> {
    let mut found = Fits::default();
    for item in &data.items {
        match fit(item, objective) {
            Ok(input) => found.fits.push(Fit { item, input }),
            Err(why) => found.left_out.push((item.title(), why)),
        }
    }
    if found.fits.is_empty() { Err(nothing_fits(data, objective, &found.left_out)) } else { Ok(found) }
}

/// One series as the objective takes it, or in words why it does not fit.
///
/// # Errors
/// The reason, as a sentence's end: “it is a counter …”.
pub fn fit<'a>(item: &'a Item, objective: &Objective) -> Result<SloInput<'a>, String> {
    if item.role != Role::Value {
        return Err("it counts the events of a row".to_owned());
    }
    match &item.data {
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
    let kinds: Vec<String> = data
        .items
        .iter()
        .zip(left_out)
        .take(NAMED)
        .map(|(item, (title, why))| format!("“{title}” ({}): {why}", item.kind))
        .collect();
    let more = left_out.len().saturating_sub(NAMED);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    let way_out = match (objective.population, objective.effective_criterion()) {
        (Population::Requests, Criterion::Ok) => {
            "it takes single requests with a good flag or an HTTP status (--ok), read with --kind events"
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
}
