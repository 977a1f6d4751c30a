//! Load testers that write one row or object a request: k6, vegeta, hey, oha, `JMeter`, ab, Locust's history.
//!
//! Sources: k6's “JSON output” and “CSV output”, vegeta's README (`encode`), hey's `requester/print.go`, oha's README (`--output-format csv`), `JMeter`'s “CSV Log format” (listeners),
//! `ab(1)`'s `-g`, Locust's “Retrieve test statistics in CSV format”. All but k6 and vegeta are closed loops, and said to be.

mod k6;

pub(crate) use k6::{K6, k6_definitions, k6_metrics};

use std::collections::BTreeMap;

use crate::load::guess::FlagRule;
use crate::load::options::{Format, Kind};
use crate::load::preset::{CLOSED_LOOP, Preset};
use crate::load::report::WarningKind;
use crate::unit::Unit;

/// The columns of `vegeta encode --to csv`, which has no header.
const VEGETA: [&str; 12] = [
    "timestamp",
    "code",
    "latency",
    "bytes_out",
    "bytes_in",
    "error",
    "body",
    "attack",
    "seq",
    "method",
    "url",
    "headers",
];

/// The columns of `JMeter` in their default order, where it writes no header.
const JMETER: [&str; 17] = [
    "timeStamp",
    "elapsed",
    "label",
    "responseCode",
    "responseMessage",
    "threadName",
    "dataType",
    "success",
    "failureMessage",
    "bytes",
    "sentBytes",
    "grpThreads",
    "allThreads",
    "URL",
    "Latency",
    "IdleTime",
    "Connect",
];

/// That the times of a tester count from its own start.
const FROM_ZERO: (WarningKind, &str) = (
    WarningKind::NoTime,
    "the times count from the start of the test, and nothing says when that was: they stand after 1970-01-01T00:00:00Z",
);

/// The tester whose table begins with this line, by its header, or for vegeta by what is in it.
pub(crate) fn by_first_line(line: &[u8]) -> Option<Format> {
    let line = line.trim_ascii();
    let has = |separator: u8, names: &[&str]| {
        let words: Vec<&[u8]> = line.split(|b| *b == separator).map(|w| w.trim_ascii().trim_matches_quote()).collect();
        names.iter().all(|name| words.contains(&name.as_bytes()))
    };
    if has(b',', &["metric_name", "timestamp", "metric_value"]) {
        Some(Format::K6Csv)
    } else if has(b',', &["response-time", "DNS+dialup", "offset"]) {
        Some(Format::Hey)
    } else if has(b',', &["request-start", "request-duration", "Response-delay"]) {
        Some(Format::Oha)
    } else if is_jmeter(line) || [b',', b'\t', b';'].iter().any(|s| has(*s, &["timeStamp", "elapsed", "label"])) {
        Some(Format::Jmeter)
    } else if has(b'\t', &["starttime", "seconds", "ctime", "ttime"]) {
        Some(Format::Ab)
    } else if has(b',', &["Timestamp", "User Count", "Type", "Name"]) {
        Some(Format::Locust)
    } else {
        is_vegeta(line).then_some(Format::VegetaCsv)
    }
}

/// A time in milliseconds, a whole number of them, and after the label, the answer and the thread whether it went well.
fn is_jmeter(line: &[u8]) -> bool {
    let words: Vec<&[u8]> = line.split(|b| *b == b',').collect();
    let whole = |i: usize| words.get(i).is_some_and(|w| !w.is_empty() && w.iter().all(u8::is_ascii_digit));
    let (time, kind) = (words.first().map_or(0, |w| w.len()), words.get(6).copied().unwrap_or_default());
    // a comma in a text moves what follows it
    let truth = words.iter().skip(7).take(4).any(|w| matches!(*w, b"true" | b"false"));
    words.len() >= JMETER.len() && time == 13 && whole(0) && whole(1) && truth && !kind.is_empty()
}

/// A time in nanoseconds, a status, a latency in nanoseconds, bytes out and in, an error, and in newer versions six more.
fn is_vegeta(line: &[u8]) -> bool {
    let words: Vec<&[u8]> = line.split(|b| *b == b',').collect();
    let whole = |i: usize, lengths: std::ops::RangeInclusive<usize>| {
        words.get(i).is_some_and(|w| lengths.contains(&w.len()) && w.iter().all(u8::is_ascii_digit))
    };
    let all = words.len() >= VEGETA.len() || words.len() == 6;
    all && whole(4, 1..=18) && whole(0, 19..=19) && whole(1, 1..=3) && whole(2, 1..=18) && whole(3, 1..=18)
}

trait TrimQuote {
    fn trim_matches_quote(&self) -> &[u8];
}

impl TrimQuote for [u8] {
    fn trim_matches_quote(&self) -> &[u8] {
        self.strip_prefix(b"\"").and_then(|w| w.strip_suffix(b"\"")).unwrap_or(self)
    }
}

/// What the columns of a format are, in a text that begins so.
pub(crate) fn preset(format: Format, head: &[u8]) -> Preset {
    let base = Preset { kind: Some(Kind::Events), ..Preset::default() };
    match format {
        Format::K6Csv | Format::K6Json => k6::preset(format, head),
        Format::VegetaCsv | Format::VegetaJson => Preset {
            why: if format == Format::VegetaCsv { "the columns of vegeta" } else { "the fields of vegeta" },
            names: if format == Format::VegetaCsv { &VEGETA } else { &[] },
            time: Some("timestamp"),
            value: Some("latency".into()),
            ok: Some(("code", FlagRule::Answered)),
            by: Some(&["attack"]),
            unit: Some(Unit::Nanosecond),
            ..base
        },
        Format::Hey => Preset {
            why: "the columns of hey, whose times count from its start",
            time: Some("offset"),
            value: Some("response-time".into()),
            ok: Some(("status-code", FlagRule::HttpStatus)),
            by: Some(&[]),
            unit: Some(Unit::Second),
            cautions: &[CLOSED_LOOP, FROM_ZERO],
            ..base
        },
        Format::Oha => Preset {
            why: "the columns of oha, whose times count from its start",
            time: Some("request-start"),
            value: Some("request-duration".into()),
            ok: Some(("status", FlagRule::HttpStatus)),
            by: Some(&[]),
            unit: Some(Unit::Second),
            cautions: &[
                (
                    WarningKind::CoordinatedOmission,
                    "oha writes the requests that were answered, and none that failed or timed out; without -q it also sends its next request \
                 after the answer to the last one (a closed loop), so high quantiles are too low (coordinated omission)",
                ),
                FROM_ZERO,
            ],
            ..base
        },
        Format::Jmeter => Preset {
            why: "the columns of JMeter",
            names: if is_jmeter(head.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii()) {
                &JMETER
            } else {
                &[]
            },
            time: Some("timeStamp"),
            value: Some("elapsed".into()),
            ok: Some(("success", FlagRule::Good)),
            by: Some(&["label"]),
            unit: Some(Unit::Millisecond),
            cautions: &[CLOSED_LOOP],
            ..base
        },
        Format::Ab => Preset {
            why: "the columns of ab",
            time: Some("seconds"),
            value: Some("ttime".into()),
            by: Some(&[]),
            unit: Some(Unit::Millisecond),
            cautions: &[CLOSED_LOOP],
            ..base
        },
        Format::Locust => Preset {
            why: "the columns of Locust",
            time: Some("Timestamp"),
            by: Some(&["Type", "Name"]),
            kind: None,
            named: locust_columns(),
            cautions: &[(
                WarningKind::Summary,
                "Locust's percentiles are of the last ten seconds or of all since the start, and cannot be merged; it also waits for \
                 answers before it asks again, so high ones are too low (coordinated omission)",
            )],
            ..base
        },
        _ => Preset::default(),
    }
}

/// The columns of Locust's history.
fn locust_columns() -> BTreeMap<String, (Kind, Unit)> {
    let rate = || Unit::PerSecond(Box::new(Unit::Count));
    let percentiles = ["50%", "66%", "75%", "80%", "90%", "95%", "98%", "99%", "99.9%", "99.99%", "100%"];
    let totals = ["Median", "Average", "Min", "Max"].map(|of| format!("Total {of} Response Time"));
    let times = percentiles.map(str::to_owned).into_iter().chain(totals);
    let mut all: BTreeMap<_, _> = times.map(|name| (name, (Kind::Gauge, Unit::Millisecond))).collect();
    for (name, kind, unit) in [
        ("User Count", Kind::Gauge, Unit::Count),
        ("Requests/s", Kind::Gauge, rate()),
        ("Failures/s", Kind::Gauge, rate()),
        ("Total Request Count", Kind::Counter, Unit::Count),
        ("Total Failure Count", Kind::Counter, Unit::Count),
        ("Total Average Content Size", Kind::Gauge, Unit::Byte),
    ] {
        all.insert(name.to_owned(), (kind, unit));
    }
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::{Dataset, Item, LoadOptions, load_bytes};
    use crate::progress::Progress;

    pub(super) fn load(text: &str) -> Dataset {
        load_bytes("x", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap()
    }

    pub(super) fn find<'a>(data: &'a Dataset, name: &str) -> &'a Item {
        data.find(name).into_iter().next().unwrap_or_else(|| panic!("{name}"))
    }

    /// The fields are those of vegeta's README and `lib/results.go`: 0 is the code of a request without an answer.
    #[test]
    fn vegeta_counts_in_nanoseconds_and_is_no_closed_loop() {
        let json = r#"{"attack":"","seq":0,"code":200,"timestamp":"2018-10-12T22:30:12.140000123+02:00","latency":1092000,"bytes_out":0,"bytes_in":2,"error":"","body":"SGk=","method":"GET","url":"http://localhost:8080","headers":{"Date":["x"]}}
{"attack":"","seq":1,"code":0,"timestamp":"2018-10-12T22:30:12.240000000+02:00","latency":30000000000,"bytes_out":0,"bytes_in":0,"error":"timeout","body":null,"method":"GET","url":"http://localhost:8080","headers":null}
"#;
        let csv = "1539376212140000123,200,1092000,0,2,,SGk=,,0,GET,http://localhost:8080,\n\
                   1539376212240000000,0,30000000000,0,0,timeout,,,1,GET,http://localhost:8080,\n";
        for (text, format) in [(json, Format::VegetaJson), (csv, Format::VegetaCsv)] {
            let data = load(text);
            let [item] = data.items.as_slice() else { panic!("{:?}", data.items) };
            assert_eq!((item.format, item.kind, &item.identity.unit), (format, Kind::Events, &Unit::Nanosecond));
            assert_eq!(item.times(), [1_539_376_212_140_000_123, 1_539_376_212_240_000_000], "{format}");
            assert_eq!(item.values(), [1_092_000.0, 30_000_000_000.0]);
            assert_eq!(item.as_events().unwrap().ok().unwrap(), [true, false]);
            assert!(data.report.warnings.iter().all(|w| w.kind != WarningKind::CoordinatedOmission));
        }
    }

    /// The columns are those of Locust's documentation; a median that only rises is no counter.
    #[test]
    fn locusts_columns_have_their_kinds_and_units() {
        let head = "Timestamp,User Count,Type,Name,Requests/s,Failures/s,50%,99.9%,Total Request Count,Total Median Response Time,Total Average Content Size\n";
        let row = |i: u32| format!("{},10,,Aggregated,5.5,0,{},70,{},{i},500\n", 1_767_225_600 + i, 12 + i, 100 + i);
        let data = load(&format!("{head}{}", (1..12).map(row).collect::<String>()));
        for (name, kind, unit) in [
            ("50%", Kind::Gauge, Unit::Millisecond),
            ("Total Median Response Time", Kind::Gauge, Unit::Millisecond),
            ("Total Request Count", Kind::Counter, Unit::Count),
            ("Requests/s", Kind::Gauge, Unit::PerSecond(Box::new(Unit::Count))),
            ("Total Average Content Size", Kind::Gauge, Unit::Byte),
        ] {
            let item = find(&data, name);
            assert_eq!((item.kind, &item.identity.unit), (kind, &unit), "{name}");
        }
    }

    #[test]
    fn times_from_a_start_that_is_not_known_are_told() {
        let data = load(
            "response-time,DNS+dialup,DNS,Request-write,Response-delay,Response-read,status-code,offset\n0.0063,0,0,0,0.0059,0,200,0.0002\n",
        );
        assert!(data.report.warnings.iter().any(|w| w.kind == WarningKind::NoTime), "{:?}", data.report.warnings);
    }

    /// The order of the columns is that of `JMeter`'s “CSV Log format”, and of vegeta 6.
    #[test]
    fn testers_without_a_header_are_known_by_their_fields() {
        let jmeter = "1767225600000,34,home,200,OK,t 1-1,text,true,,10,5,1,1,http://a,30,0,2\n\
                      1767225600500,44,home,503,Busy,t 1-1,text,false,,10,5,1,1,http://a,30,0,2\n";
        let vegeta = "1767225600000000000,200,34000000,0,6,\n1767225600500000000,503,44000000,0,6,busy\n";
        for (text, format) in [(jmeter, Format::Jmeter), (vegeta, Format::VegetaCsv)] {
            let data = load(text);
            let [item] = data.items.as_slice() else { panic!("{format}: {:?}", data.items) };
            let ms: Vec<f64> =
                item.values().iter().map(|v| item.identity.unit.convert(*v, &Unit::Millisecond).unwrap()).collect();
            assert_eq!((item.format, ms, item.times()[0]), (format, vec![34.0, 44.0], 1_767_225_600_000_000_000));
            assert_eq!(item.as_events().unwrap().ok(), Some(&[true, false][..]), "{format}");
        }
    }
}
