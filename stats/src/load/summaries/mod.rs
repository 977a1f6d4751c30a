//! The closing reports of load testers: wrk, wrk2, ab, hey, k6, oha, vegeta, and Locust's table of statistics.
//!
//! They hold percentiles that were computed elsewhere and cannot be merged, which is told. Sources: wrk's and wrk2's READMEs, `ab(1)`, hey's
//! `requester/report.go`, Locust's “Retrieve test statistics in CSV format”.

mod k6;
mod oha;
mod vegeta;

use crate::error::{Error, Position, Result};
use crate::labels::Labels;
use crate::load::dataset::Dataset;
use crate::load::encoding;
use crate::load::number::{self, Field};
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::preset::CLOSED_LOOP;
use crate::load::report::{FileRead, LoadReport, WarningKind};
use crate::load::samples::{Samples, to_dataset};
use crate::unit::Unit;

/// The head of `ab -e`.
const AB_PERCENTILES: &[u8] = b"Percentage served,Time in ms";
/// How Locust's table of statistics begins.
const LOCUST: &[u8] = b"Type,Name,Request Count,Failure Count";

/// Whether a text is a report that is read here.
pub(crate) fn is_summary(text: &[u8]) -> bool {
    let has = |needle: &str| memchr::memmem::find(text, needle.as_bytes()).is_some();
    (text.starts_with(b"Running ") && has(" test @ "))
        || text.starts_with(b"This is ApacheBench")
        || text.starts_with(AB_PERCENTILES)
        || text.starts_with(LOCUST)
        || vegeta::is_report(text)
        || oha::is_report(text)
        || k6::is_report(text)
        || (text.starts_with(b"Summary:") && has("Requests/sec:"))
}

/// What a report says.
#[derive(Default)]
struct Found {
    all: Vec<(String, Labels, Unit, f64)>,
    tool: &'static str,
    closed_loop: bool,
}

impl Found {
    fn add(&mut self, name: &'static str, labels: &[(&str, &str)], unit: Unit, value: f64) {
        self.named(name, labels, unit, value);
    }

    /// A figure of a name of the script's own.
    fn named(&mut self, name: &str, labels: &[(&str, &str)], unit: Unit, value: f64) {
        self.all.push((name.to_owned(), Labels::from_pairs(labels.iter().copied()), unit, value));
    }

    /// A percentile, given in percent as text, so that its digits stay what they were.
    fn percentile(&mut self, percent: &str, labels: &[(&str, &str)], unit: Unit, value: f64) {
        let percent = percent.trim_end_matches('%');
        let percent = if percent.contains('.') { percent.trim_end_matches('0').trim_end_matches('.') } else { percent };
        let name = format!("p{percent}");
        let labels: Vec<(&str, &str)> = labels.iter().copied().chain([("percentile", name.as_str())]).collect();
        self.add("latency", &labels, unit, value);
    }
}

/// Reads a report.
pub(crate) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let text = encoding::text(bytes, name, &mut report);
    let text = text.trim_start();
    let found = if text.starts_with("Running ") {
        wrk(text, name, &mut report)
    } else if text.starts_with("This is ApacheBench") {
        ab(text)
    } else if text.as_bytes().starts_with(AB_PERCENTILES) {
        ab_percentiles(text)
    } else if text.as_bytes().starts_with(LOCUST) {
        locust(text)
    } else if vegeta::is_report(text.as_bytes()) {
        vegeta::read(text)
    } else if oha::is_report(text.as_bytes()) {
        oha::read(text)
    } else if k6::is_report(text.as_bytes()) {
        k6::read(text)
    } else {
        hey(text)
    };
    if found.all.is_empty() {
        return Err(Error::parse("the report holds no figures that are read")
            .in_file(name)
            .hint("is it whole? wrk needs --latency for its percentiles"));
    }
    let at = options.from.unwrap_or_default();
    let count = found.all.len() as u64;
    let position = || Position::in_file(name);
    report.warn(
        WarningKind::NoTime,
        format!("a report has no times; taken to be of {at}; --from sets another"),
        position(),
        count,
    );
    let message = format!(
        "{} computed these percentiles: they cannot be merged, and nothing says how wrong they are",
        found.tool
    );
    report.warn(WarningKind::Summary, message, position(), 1);
    if found.closed_loop {
        report.warn(CLOSED_LOOP.0, CLOSED_LOOP.1, position(), 1);
    }
    report.understand("report", found.tool, "its first lines");
    report.rows = count;
    report.files.push(FileRead {
        name: name.to_owned(),
        format: Format::Summary,
        bytes: bytes.len() as u64,
        rows: count,
    });
    let samples = found.all.into_iter().map(|(metric, labels, unit, value)| Samples {
        name: metric,
        labels,
        unit: Some(unit),
        kind: Some(Kind::Gauge),
        times: vec![at.0],
        values: vec![value],
    });
    to_dataset(samples.collect(), options, Format::Summary, name, report)
}

fn plain(word: &str) -> Option<f64> {
    match number::parse(word.as_bytes()) {
        Field::Number(v) => Some(v),
        Field::Blank | Field::Bad => None,
    }
}

/// A time as wrk writes it, `1.20ms`, in seconds.
fn timed(word: &str) -> Option<f64> {
    for (unit, power) in [("us", "e-6"), ("ms", "e-3"), ("s", "")] {
        if let Some(v) = word.strip_suffix(unit).filter(|v| v.ends_with(|c: char| c.is_ascii_digit())) {
            return plain(&format!("{v}{power}"));
        }
    }
    let (number, seconds) =
        word.strip_suffix('m').map(|v| (v, 60.0)).or_else(|| word.strip_suffix('h').map(|v| (v, 3600.0)))?;
    Some(plain(number)? * seconds)
}

fn wrk(text: &str, file: &str, report: &mut LoadReport) -> Found {
    // only wrk2 says that it sends at a constant rate whatever the answers
    let constant = text.contains("Recorded Latency") || text.contains("Thread calibration");
    let tool = if constant { "wrk2" } else { "wrk" };
    let mut found = Found { tool, closed_loop: !constant, ..Found::default() };
    let mut part = "";
    for (number, line) in (1_u64..).zip(text.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if line.trim_start().starts_with("Latency Distribution") {
            // wrk2 -U prints a second one, not corrected for its own delays
            part = if line.contains("Uncorrected") { "uncorrected" } else { "latency" };
            continue;
        }
        match words.as_slice() {
            ["Detailed", "Percentile", "spectrum:"] => {
                let message = "the detailed spectrum is not read from the report; save it as a file of its own";
                report.warn(WarningKind::Skipped, message, Position::in_file(file).at_line(number), 1);
                part = "";
            }
            [percent, value] if part == "latency" && percent.ends_with('%') => {
                if let Some(v) = timed(value) {
                    found.percentile(percent, &[], Unit::Second, v);
                }
            }
            ["Latency", average, deviation, max, _] => {
                for (statistic, word) in [("mean", average), ("sd", deviation), ("max", max)] {
                    if let Some(v) = timed(word) {
                        found.add("latency", &[("statistic", statistic)], Unit::Second, v);
                    }
                }
            }
            [n, "requests", "in", ..] => {
                if let Some(v) = plain(n) {
                    found.add("requests", &[], Unit::Count, v);
                }
            }
            ["Requests/sec:", rate] => {
                if let Some(v) = plain(rate) {
                    found.add("requests", &[("statistic", "rate")], Unit::PerSecond(Box::new(Unit::Count)), v);
                }
            }
            ["Non-2xx", "or", "3xx", "responses:", n] => {
                if let Some(v) = plain(n) {
                    found.add("errors", &[("reason", "status")], Unit::Count, v);
                }
            }
            ["Socket", "errors:", rest @ ..] => {
                for pair in rest.chunks(2) {
                    if let [reason, n] = pair
                        && let Some(v) = plain(n.trim_end_matches(','))
                    {
                        found.add("errors", &[("reason", reason)], Unit::Count, v);
                    }
                }
            }
            _ => {}
        }
    }
    found
}

fn ab(text: &str) -> Found {
    let mut found = Found { tool: "ab", closed_loop: true, ..Found::default() };
    for line in text.lines() {
        if let Some((name, value)) = line.split_once(':') {
            let Some(v) = value.split_whitespace().next().and_then(plain) else { continue };
            match name.trim() {
                "Complete requests" => found.add("requests", &[], Unit::Count, v),
                "Failed requests" => found.add("errors", &[("reason", "failed")], Unit::Count, v),
                "Non-2xx responses" => found.add("errors", &[("reason", "status")], Unit::Count, v),
                "Requests per second" => {
                    found.add("requests", &[("statistic", "rate")], Unit::PerSecond(Box::new(Unit::Count)), v);
                }
                "Time per request" if !value.contains("concurrent") => {
                    found.add("latency", &[("statistic", "mean")], Unit::Millisecond, v);
                }
                _ => {}
            }
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [percent, value, ..] = words.as_slice()
            && percent.ends_with('%')
            && let (Some(_), Some(v)) = (plain(percent.trim_end_matches('%')), plain(value))
        {
            found.percentile(percent, &[], Unit::Millisecond, v);
        }
    }
    found
}

fn ab_percentiles(text: &str) -> Found {
    let mut found = Found { tool: "ab", closed_loop: true, ..Found::default() };
    for line in text.lines().skip(1) {
        if let Some((percent, value)) = line.split_once(',')
            && let (Some(_), Some(v)) = (plain(percent), plain(value))
        {
            found.percentile(percent, &[], Unit::Millisecond, v);
        }
    }
    found
}

fn hey(text: &str) -> Found {
    let mut found = Found { tool: "hey", closed_loop: true, ..Found::default() };
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [percent, "in", value, "secs"] if percent.ends_with('%') => {
                if let Some(v) = plain(value) {
                    found.percentile(percent, &[], Unit::Second, v);
                }
            }
            [name @ ("Slowest:" | "Fastest:" | "Average:"), value, "secs"] => {
                let statistic = match *name {
                    "Slowest:" => "max",
                    "Fastest:" => "min",
                    _ => "mean",
                };
                if let Some(v) = plain(value) {
                    found.add("latency", &[("statistic", statistic)], Unit::Second, v);
                }
            }
            ["Requests/sec:", rate] => {
                if let Some(v) = plain(rate) {
                    found.add("requests", &[("statistic", "rate")], Unit::PerSecond(Box::new(Unit::Count)), v);
                }
            }
            [status, n, "responses"] => {
                let status = status.trim_matches(['[', ']']);
                if let Some(v) = plain(n) {
                    found.add("requests", &[("status", status)], Unit::Count, v);
                }
            }
            _ => {}
        }
    }
    found
}

fn locust(text: &str) -> Found {
    let mut found = Found { tool: "Locust", closed_loop: true, ..Found::default() };
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let names: Vec<String> = reader.headers().map(|h| h.iter().map(str::to_owned).collect()).unwrap_or_default();
    for record in reader.records().map_while(Result::ok) {
        let get = |name: &str| names.iter().position(|n| n == name).and_then(|i| record.get(i)).unwrap_or_default();
        let (kind, path) = (get("Type"), get("Name"));
        let labels = [("type", kind), ("path", path)];
        for (name, field) in names.iter().zip(record.iter()) {
            let Some(v) = plain(field) else { continue };
            let with = |extra: (&'static str, &'static str)| [labels[0], labels[1], extra];
            match name.as_str() {
                "Request Count" => found.add("requests", &labels, Unit::Count, v),
                "Failure Count" => found.add("errors", &labels, Unit::Count, v),
                "Average Response Time" => found.add("latency", &with(("statistic", "mean")), Unit::Millisecond, v),
                "Min Response Time" => found.add("latency", &with(("statistic", "min")), Unit::Millisecond, v),
                "Max Response Time" => found.add("latency", &with(("statistic", "max")), Unit::Millisecond, v),
                percent if percent.ends_with('%') => found.percentile(percent, &labels, Unit::Millisecond, v),
                _ => {}
            }
        }
    }
    found
}
