//! The grader of the capstone: ten findings held against the truth of the month.

use serde_json::Value;

use super::Marked;
use crate::error::{Error, Result};
use crate::report::{Block, Column, Section, Standing, Table};
use crate::time::{Span, Timestamp};

/// What a reader found in the month; what is left out counts as not found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    /// The hour of the day, in UTC, with the most visitors.
    pub peak_hour: Option<f64>,
    /// How many minutes the longest outage lasted.
    pub outage_minutes: Option<f64>,
    /// The time of the deploy that made a service slower.
    pub regression_deploy: Option<&'static str>,
    /// How many times as long its requests took from then on.
    pub regression_factor: Option<f64>,
    /// When the retry storm began.
    pub storm_start: Option<&'static str>,
    /// How many attempts clients made for a request in the storm.
    pub attempts_per_request: Option<f64>,
    /// The instance with a noisy neighbour.
    pub noisy_instance: Option<&'static str>,
    /// The hour of the day, in UTC, at which the noise began.
    pub noisy_hour: Option<f64>,
    /// The date of the last night with noise.
    pub noisy_last_night: Option<&'static str>,
    /// From when on the collector recorded nothing for a while.
    pub gap_start: Option<&'static str>,
}

/// What each fact is called, in the order of [`Findings`].
const NAMES: [&str; 10] = [
    "busiest hour of the day",
    "minutes of the longest outage",
    "the deploy that made it slower",
    "how many times as long",
    "begin of the retry storm",
    "attempts a request in it",
    "instance with a noisy neighbour",
    "hour at which the noise begins",
    "last night of the noise",
    "begin of the collector's gap",
];

/// Grades the findings against the truth beside the data, such as `../datasets/generated/shop-capstone.truth.json`: a mark and a reason for
/// each, and how many of the ten were found. A hint never says what the truth is.
///
/// # Errors
/// [`Io`](crate::ErrorKind::Io) where the file cannot be read, [`Parse`](crate::ErrorKind::Parse) where it is not such a truth.
pub fn grade(findings: &Findings, truth: &str) -> Result<Section> {
    let text = std::fs::read_to_string(truth).map_err(|e| Error::io(e, truth))?;
    let truth: Value =
        serde_json::from_str(&text).map_err(|e| Error::parse(format!("“{truth}” is not JSON")).caused_by(e))?;
    let marks = marks(findings, &truth)?;
    let right = marks.iter().flatten().filter(|mark| mark.right).count();
    let columns = vec![Column::text("fact"), Column::text("mark"), Column::text("why")];
    let mut table = Table::new("Ten facts of the month", columns);
    for (name, mark) in NAMES.iter().zip(&marks) {
        let (sign, why) = match mark {
            None => ("–", "not answered yet"),
            Some(Marked { right: true, why }) => ("✓", why.as_str()),
            Some(Marked { why, .. }) => ("✗", why.as_str()),
        };
        table.rows.push(vec![(*name).into(), sign.into(), why.into()]);
    }
    let (standing, text) = match right {
        10 => (Standing::Good, "All ten facts are found. This month has no secrets left.".to_owned()),
        n => (Standing::Depends, format!("{n} of ten facts are found.")),
    };
    Ok(Section::new("").with(Block::Verdict { standing, text, evidence: Vec::new() }).with(Block::Table(table)))
}

/// One mark a fact, in their order; `None` where it was not answered.
fn marks(f: &Findings, truth: &Value) -> Result<Vec<Option<Marked>>> {
    let facts = Facts(truth.get("facts").unwrap_or(&Value::Null));
    let (peak, outage, factor) =
        (facts.number("peak_hour")?, facts.number("outage_minutes")?, facts.number("regression_factor")?);
    let (attempts, hour) = (facts.number("attempts_per_request")?, facts.number("noisy_hour")?);
    let (cause, storm) = (facts.time("regression_deploy")?, facts.time("storm_start")?);
    let (last, gap) = (facts.date("noisy_last_night")?, facts.time("gap_start")?);
    let within = |answer: Option<f64>, ok: &dyn Fn(f64) -> bool, right: &str, wrong: &str| {
        answer.map(|a| if ok(a) { Marked::right(right) } else { Marked::wrong(wrong) })
    };
    let deploys = truth.get("deploys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let instance = f.noisy_instance.map(|name| {
        if name == facts.0.get("noisy_instance").and_then(Value::as_str).unwrap_or_default() {
            Marked::right("Its siblings answer the same requests and stay fast.")
        } else if ["checkout-", "search-", "payment-"].iter().any(|service| name.starts_with(service)) {
            Marked::wrong("Compare each instance with its siblings hour by hour: one of them is not slow all day.")
        } else {
            Marked::wrong(format!("“{name}” is no instance; they are called as in the column `instance`."))
        }
    });
    Ok(vec![
        // the maximum lies at the full hour, between the hours before and after it
        within(
            f.peak_hour,
            &|a| (a - peak).abs() <= 1.0,
            "Most visitors come in the evening; what is compared across hours must allow for that.",
            "Count first attempts by hour of the day, in UTC, over the whole month.",
        ),
        within(
            f.outage_minutes,
            &|a| (a - outage).abs() <= 10.0,
            "Requests are some minutes apart, so the length cannot be known much better.",
            "Take the longest run of failures without a success in between, of one service, and look at its ends. A gap is no outage.",
        ),
        f.regression_deploy.map(|text| deploy(text, cause, deploys)),
        within(
            f.regression_factor,
            &|a| (a / factor - 1.0).abs() <= 0.06,
            "The quotient of the medians; the mean would have the outages in it.",
            "Divide the median of successful requests after the deploy by the one before it.",
        ),
        f.storm_start.map(|text| moment(text, storm, 15, "Retries begin with it.", "Find the first retry.")),
        within(
            f.attempts_per_request,
            &|a| (a / attempts - 1.0).abs() <= 0.13,
            "Every attempt that fails brings three more: the load grows just when it can be borne least.",
            "Within the storm, divide all attempts by the first ones.",
        ),
        instance,
        within(
            f.noisy_hour,
            &|a| a == hour,
            "A batch job starts there, night after night.",
            "Take the noisy instance alone and draw its median by hour of the day, in UTC.",
        ),
        f.noisy_last_night.map(|text| night(text, last)),
        f.gap_start.map(|text| {
            let hint = "Look for the longest time without any request of any service. A gap is not a zero.";
            moment(text, gap, 15, "Nothing is known of these hours: neither good nor bad.", hint)
        }),
    ])
}

/// The facts of a truth.
struct Facts<'a>(&'a Value);

impl Facts<'_> {
    fn number(&self, name: &str) -> Result<f64> {
        self.0.get(name).and_then(Value::as_f64).ok_or_else(|| missing(name))
    }

    fn text(&self, name: &str) -> Result<&str> {
        self.0.get(name).and_then(Value::as_str).ok_or_else(|| missing(name))
    }

    fn time(&self, name: &str) -> Result<Timestamp> {
        self.text(name)?.parse()
    }

    fn date(&self, name: &str) -> Result<Timestamp> {
        format!("{}T00:00:00Z", self.text(name)?).parse()
    }
}

fn missing(name: &str) -> Error {
    Error::parse(format!("the truth has no fact “{name}”")).hint("it is the file beside shop-capstone.csv")
}

fn moment(text: &str, truth: Timestamp, minutes: i64, right: &str, wrong: &str) -> Marked {
    let Ok(answer) = text.parse::<Timestamp>() else { return no_time(text) };
    let near = answer.since(truth).0.abs() <= minutes * Span::MINUTE.0;
    if near { Marked::right(right) } else { Marked::wrong(wrong) }
}

fn no_time(text: &str) -> Marked {
    Marked::wrong(format!("“{text}” is not a time; write it like 2026-06-01T12:00:00Z."))
}

fn deploy(text: &str, truth: Timestamp, deploys: &[Value]) -> Marked {
    let Ok(answer) = text.parse::<Timestamp>() else { return no_time(text) };
    let near = |t: Timestamp| answer.since(t).0.abs() <= Span::MINUTE.0;
    let known = deploys.iter().filter_map(|d| d.get("time")?.as_str()?.parse().ok()).any(near);
    if near(truth) {
        Marked::right("It is the last one before the onset, and of the service that became slower.")
    } else if known {
        Marked::wrong(
            "That is a deploy, but not the one: find the onset first, then the last deploy of that service before it.",
        )
    } else {
        Marked::wrong("There was no deploy then. Take the time from the list of deploys.")
    }
}

fn night(text: &str, truth: Timestamp) -> Marked {
    let Ok(answer) = format!("{text}T00:00:00Z").parse::<Timestamp>() else {
        return Marked::wrong(format!("“{text}” is not a date; write it like 2026-06-01."));
    };
    if answer.since(truth).0.abs() <= Span::DAY.0 {
        Marked::right("From then on the instance is as fast as its siblings by night too.")
    } else {
        Marked::wrong("Take that instance in those hours alone, night by night, and look for a change of level.")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    fn truth() -> Value {
        json!({
            "facts": {
                "peak_hour": 20, "outage_minutes": 45.0, "regression_deploy": "2026-06-10T10:00:00Z", "regression_factor": 1.4,
                "storm_start": "2026-06-17T19:00:00Z", "attempts_per_request": 4, "noisy_instance": "search-2", "noisy_hour": 3,
                "noisy_last_night": "2026-06-20", "gap_start": "2026-06-25T10:00:00Z",
            },
            "deploys": [{ "time": "2026-06-10T10:00:00Z" }, { "time": "2026-06-12T10:00:00Z" }],
        })
    }

    fn right() -> Findings {
        Findings {
            peak_hour: Some(19.0),
            outage_minutes: Some(41.5),
            regression_deploy: Some("2026-06-10T10:00:30Z"),
            regression_factor: Some(1.37),
            storm_start: Some("2026-06-17T19:08:00Z"),
            attempts_per_request: Some(3.9),
            noisy_instance: Some("search-2"),
            noisy_hour: Some(3.0),
            noisy_last_night: Some("2026-06-21"),
            gap_start: Some("2026-06-25T09:52:00Z"),
        }
    }

    #[test]
    fn right_findings_pass_and_nothing_is_unanswered() {
        let marks = marks(&right(), &truth()).unwrap();
        assert_eq!(marks.len(), NAMES.len());
        assert!(marks.iter().all(|mark| mark.as_ref().unwrap().right), "{marks:?}");
        assert!(super::marks(&Findings::default(), &truth()).unwrap().iter().all(Option::is_none));
    }

    #[test]
    fn each_planted_mistake_is_caught_and_only_that() {
        let with = |change: &dyn Fn(&mut Findings)| {
            let mut findings = right();
            change(&mut findings);
            findings
        };
        let mistakes: [(usize, Findings, &str); 16] = [
            (0, with(&|f| f.peak_hour = Some(8.0)), "first attempts"),
            (0, with(&|f| f.peak_hour = Some(f64::NAN)), "first attempts"),
            (1, with(&|f| f.outage_minutes = Some(180.0)), "no outage"),
            (2, with(&|f| f.regression_deploy = Some("2026-06-12T10:00:00Z")), "not the one"),
            (2, with(&|f| f.regression_deploy = Some("2026-06-11T10:00:00Z")), "no deploy then"),
            (2, with(&|f| f.regression_deploy = Some("Wednesday")), "not a time"),
            (3, with(&|f| f.regression_factor = Some(0.4)), "Divide the median"),
            (4, with(&|f| f.storm_start = Some("2026-06-17T20:00:00Z")), "first retry"),
            (4, with(&|f| f.storm_start = Some("19:00")), "not a time"),
            (5, with(&|f| f.attempts_per_request = Some(3.0)), "all attempts by the first"),
            (6, with(&|f| f.noisy_instance = Some("search-1")), "siblings"),
            (6, with(&|f| f.noisy_instance = Some("search")), "no instance"),
            (7, with(&|f| f.noisy_hour = Some(4.0)), "by hour"),
            (8, with(&|f| f.noisy_last_night = Some("2026-06-10")), "night by night"),
            (8, with(&|f| f.noisy_last_night = Some("20 June")), "not a date"),
            (9, with(&|f| f.gap_start = Some("2026-06-25T12:00:00Z")), "not a zero"),
        ];
        for (place, findings, words) in mistakes {
            let marks = marks(&findings, &truth()).unwrap();
            for (i, mark) in marks.iter().enumerate() {
                let mark = mark.as_ref().unwrap();
                assert_eq!(mark.right, i != place, "{}: {mark}", NAMES[i]);
                if i == place {
                    assert!(mark.why.contains(words), "{mark} lacks “{words}”");
                    let facts = truth();
                    // numbers of one or two digits are part of any date
                    for secret in facts["facts"].as_object().unwrap().values().filter_map(Value::as_str) {
                        assert!(!mark.why.contains(secret), "{mark} gives “{secret}” away");
                    }
                }
            }
        }
    }

    #[test]
    fn the_truth_beside_the_data_has_every_fact() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../datasets/generated/shop-capstone.truth.json");
        let section = grade(&Findings { peak_hour: Some(8.0), ..Findings::default() }, path).unwrap();
        assert!(matches!(&section.blocks[0], Block::Verdict { text, .. } if text == "0 of ten facts are found."));
        let Block::Table(table) = &section.blocks[1] else { panic!() };
        assert_eq!(table.rows.len(), 10);
        assert!(grade(&right(), "nowhere.json").unwrap_err().to_string().contains("nowhere.json"));
        assert!(marks(&right(), &json!({})).unwrap_err().to_string().contains("no fact"));
    }
}
