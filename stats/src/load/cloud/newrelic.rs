//! New Relic: what an NRQL query gives through `NerdGraph`, whole or its `results` alone.
//!
//! With `TIMESERIES` each row is a window, at its start; facets are labels by the names in `metadata.facets`. Without it, rows with a
//! `timestamp` are events, and are read as lines of JSON are. Sums over all facets and those beyond the limit are not read.
//!
//! Source: New Relic's documentation, “`NerdGraph` tutorial: Query your data with NRQL”, and the fields of `NrdbResultContainer`.

use std::io::Cursor;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Answer, epoch};
use crate::error::Position;
use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::load::csv::Input;
use crate::load::dataset::Dataset;
use crate::load::json_lines::JsonLines;
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::points::{DataPoint, Metric, PointValue, Shape};
use crate::load::preset::Preset;
use crate::load::records;
use crate::load::report::{LoadReport, WarningKind, counted};
use crate::progress::Progress;
use crate::unit::Unit;

/// Fields of a row that are no value of it.
const ABOUT: [&str; 6] = ["beginTimeSeconds", "endTimeSeconds", "inspectedCount", "facet", "comparison", "timestamp"];

type Row = Map<String, Value>;

#[derive(Default, Deserialize)]
struct Container {
    #[serde(default)]
    results: Vec<Row>,
    metadata: Option<Metadata>,
    nrql: Option<String>,
    #[serde(rename = "totalResult")]
    total: Option<Value>,
}

#[derive(Default, Deserialize)]
struct Metadata {
    facets: Option<Vec<String>>,
    #[serde(default)]
    messages: Option<Vec<String>>,
}

/// Rows as lines of JSON, as where the list was taken apart; `None` where the text is one value.
fn lines(text: &str) -> Option<Vec<Row>> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let rows: Option<Vec<Row>> = lines.by_ref().map(|line| serde_json::from_str(line).ok()).collect();
    rows.filter(|rows| rows.len() > 1)
}

/// The windows of an answer as it was before `NerdGraph`: each holds a list of values, of each facet where there are some.
fn windows_of_old(value: &Value) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    let mut add = |of: &Value, facet: Option<&Value>| {
        for window in of.get("timeSeries").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
        {
            let mut row = window.clone();
            let results = row.remove("results");
            for result in results.as_ref().and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
            {
                row.extend(result.clone());
            }
            if let Some(facet) = facet {
                row.insert("facet".to_owned(), facet.clone());
            }
            rows.push(row);
        }
    };
    add(value, None);
    for facet in value.get("facets").and_then(Value::as_array).into_iter().flatten() {
        add(facet, facet.get("name"));
    }
    (!rows.is_empty()).then_some(rows)
}

/// The result container, wherever the answer has it.
fn container(answer: &Answer<'_>) -> Result<Container> {
    if let Some(results) = lines(answer.text) {
        return Ok(Container { results, ..Container::default() });
    }
    let mut value: Value = answer.json()?;
    if let Some(results) = windows_of_old(&value) {
        return Ok(Container { results, ..Container::default() });
    }
    if value.is_array() {
        let results = serde_json::from_value(value);
        return Ok(Container { results: results.map_err(|_| no_rows(answer))?, ..Container::default() });
    }
    if let Some(message) = value.pointer("/errors/0/message").and_then(Value::as_str) {
        return Err(Error::parse(format!("New Relic refused the query: {message}"))
            .in_file(answer.file)
            .hint("mend the query"));
    }
    for step in ["data", "actor", "account", "nrql"] {
        if let Some(inner) = value.get_mut(step).filter(|v| v.is_object()) {
            value = inner.take();
        }
    }
    serde_json::from_value(value).map_err(|_| no_rows(answer))
}

fn no_rows(answer: &Answer<'_>) -> Error {
    Error::parse("the answer holds no list of results")
        .in_file(answer.file)
        .hint("ask NerdGraph for nrql(query: …) { results metadata { facets } }")
}

/// Reads windows; rows that are events are given back.
pub(super) fn read(answer: &mut Answer<'_>) -> Result<Option<Vec<Row>>> {
    let container = container(answer)?;
    if container.results.is_empty() {
        return Err(answer.nothing("results"));
    }
    let metadata = container.metadata.unwrap_or_default();
    for message in metadata.messages.unwrap_or_default() {
        answer.source_says(&message);
    }
    let windows = container.results.iter().any(|r| r.contains_key("beginTimeSeconds"));
    if !windows && container.results.iter().any(|r| r.contains_key("timestamp")) {
        return Ok(Some(container.results));
    }
    if !windows {
        return Err(Error::parse("the results have no times").in_file(answer.file).hint("add TIMESERIES to the query"));
    }
    let about = container.nrql.unwrap_or_else(|| counted(container.results.len() as u64, "row"));
    answer.report.understand("query", about, "New Relic’s answer to NRQL");
    if container.total.is_some_and(|t| !t.is_null()) {
        answer.report.understand("not read", "totalResult and otherResult", "sums over the facets");
    }
    let facets = metadata.facets.unwrap_or_default();
    let mut seen = Seen::default();
    for row in container.results {
        window(answer, row, &facets, &mut seen);
    }
    if let Some(example) = seen.percentile {
        answer.percentiles(&example);
    }
    if let Some(example) = seen.no_number {
        let message = format!("values that are no numbers, such as “{example}”, are left out");
        let position = Position::in_file(answer.file).at_column(example);
        answer.report.warn(WarningKind::NotANumber, message, position, seen.no_numbers);
    }
    Ok(None)
}

/// The labels of a row: its facets, and which of two periods that are compared.
fn labels(row: &Row, facets: &[String]) -> Labels {
    let mut labels = Labels::new();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let name = |i: usize, several: bool| match facets.get(i) {
        Some(name) => name.clone(),
        None if several => format!("facet_{}", i + 1),
        None => "facet".to_owned(),
    };
    match row.get("facet") {
        Some(Value::Array(all)) => all.iter().enumerate().for_each(|(i, v)| labels.set(name(i, true), text(v))),
        Some(Value::Null) | None => {}
        Some(one) => labels.set(name(0, false), text(one)),
    }
    // a facet may also be there under its own name alone
    for facet in facets {
        if let Some(value @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) = row.get(facet) {
            labels.set(facet.clone(), text(value));
        }
    }
    if let Some(period) = row.get("comparison").and_then(Value::as_str) {
        labels.set("comparison", period);
    }
    labels
}

/// What is told once of all windows.
#[derive(Default)]
struct Seen {
    /// The first value that is percentiles.
    percentile: Option<String>,
    /// The first value that is text, a truth or a list, and how many are.
    no_number: Option<String>,
    no_numbers: u64,
}

fn window(answer: &mut Answer<'_>, row: Row, facets: &[String], seen: &mut Seen) {
    let labels = labels(&row, facets);
    let time = row.get("beginTimeSeconds").and_then(Value::as_f64).and_then(epoch);
    for (name, value) in row {
        if ABOUT.contains(&name.as_str()) || facets.contains(&name) {
            continue;
        }
        // the count of a window adds up over windows
        let (shape, unit) = if name == "count" || name.starts_with("count.") {
            (Shape::Sum { monotonic: true, cumulative: false }, Some(Unit::Count))
        } else {
            (Shape::Gauge, None)
        };
        let metric = Metric { name: name.clone(), unit, shape };
        let mut give = |labels: Labels, value: Option<f64>| {
            let value = PointValue::Number(value);
            answer.builder.point(&metric, DataPoint { labels, start: None, time, no_value: false, value });
        };
        match value {
            Value::Object(parts) => {
                seen.percentile.get_or_insert_with(|| name.clone());
                for (part, value) in parts {
                    let mut labels = labels.clone();
                    labels.set("percentile", part);
                    give(labels, value.as_f64());
                }
            }
            Value::Number(_) | Value::Null => give(labels.clone(), value.as_f64()),
            Value::Bool(_) | Value::String(_) | Value::Array(_) => {
                seen.no_number.get_or_insert_with(|| name.clone());
                seen.no_numbers += 1;
            }
        }
    }
}

/// Rows that are events, read as lines of JSON are.
pub(super) fn events(rows: Vec<Row>, file: &str, options: &LoadOptions, progress: &Progress) -> Result<Dataset> {
    let mut text = Vec::new();
    for row in rows {
        text.extend_from_slice(Value::Object(row).to_string().as_bytes());
        text.push(b'\n');
    }
    let size = text.len() as u64;
    let mut rest = Cursor::new(&[][..]);
    let into = &mut crate::load::store::Condenser::default();
    let input = Input { name: file, head: text, whole: true, rest: &mut rest, size, into };
    let preset = Preset {
        why: "New Relic’s events have it",
        time: Some("timestamp"),
        kind: Some(Kind::Events),
        ..Preset::default()
    };
    let mut data = records::read(input, Format::NewRelicJson, &JsonLines, preset, options, progress)?;
    lines_are_rows(&mut data.report, file);
    Ok(data)
}

/// A line of a warning is the number of a result here.
fn lines_are_rows(report: &mut LoadReport, file: &str) {
    let some = report.warnings.iter().any(|w| w.position.line.is_some() && w.kind != WarningKind::Source);
    if some {
        report.warn(
            WarningKind::Source,
            "in the warnings of this file a line is the number of a result",
            Position::in_file(file),
            1,
        );
    }
}
