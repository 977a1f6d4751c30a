//! Downloads as CSV in which each column is a series whose properties stand in rows above the first time: Metrics Explorer of Google Cloud
//! (`TimeSeries ID`, then a row a label), and the graphs of `CloudWatch`'s console (`Full label`, then a row a property).
//!
//! Times are ISO 8601, or as browsers write them: `Mon Mar 30 2026 13:00:00 GMT+0000 (Coordinated Universal Time)`.

use std::collections::BTreeMap;

use jiff::fmt::strtime;

use super::Answer;
use super::cloudwatch;
use crate::error::{Error, Position, Result};
use crate::labels::Labels;
use crate::load::number::{self, Field, show};
use crate::load::options::Format;
use crate::load::points::{DataPoint, Metric, PointValue, Shape};
use crate::load::report::{WarningKind, counted};
use crate::unit::Unit;

/// The words in the first field, with the format that they tell.
const FIRST: [(&str, Format); 2] = [("TimeSeries ID", Format::GcpCsv), ("Full label", Format::CloudWatchCsv)];
/// More rows than this before the first time are no properties.
const MOST_PROPERTIES: usize = 100;

/// The format that a first line tells.
pub(crate) fn by_lines(line: &[u8]) -> Option<Format> {
    let first = line.split(|b| *b == b',').next().unwrap_or_default();
    let first = first.strip_prefix(b"\"").and_then(|f| f.strip_suffix(b"\"")).unwrap_or(first);
    FIRST.iter().find(|(word, _)| word.as_bytes() == first).map(|(_, format)| *format)
}

/// A time as a browser writes it.
fn browser_time(text: &str) -> Option<i64> {
    let bare = text.split_once(" (").map_or(text, |(time, _)| time);
    let time = strtime::parse("%a %b %d %Y %H:%M:%S GMT%z", bare.trim()).ok()?.to_timestamp().ok()?;
    i64::try_from(time.as_nanosecond()).ok()
}

/// A column: its name, unit and labels.
#[derive(Clone, Default)]
struct Column {
    name: Option<String>,
    unit: Option<Unit>,
    labels: Labels,
}

impl Column {
    fn property(&mut self, name: &str, value: &str) {
        if value.is_empty() || value == "undefined" {
            return;
        }
        match name.to_ascii_lowercase().as_str() {
            // an address within the console
            "" | "timeseries id" | "full label" | "id" => {}
            "label" | "metric name" | "metric_name" | "metric" => self.name = Some(value.to_owned()),
            "unit" => self.unit = Some(cloudwatch::unit(value)),
            _ => self.labels.set(name, value),
        }
    }
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<()> {
    let text = answer.text;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut columns: Vec<Column> = Vec::new();
    let mut ids: Vec<String> = Vec::new();
    let mut metrics: Option<Vec<(Metric, Labels)>> = None;
    let mut bad = (0_u64, 0_u64, String::new());
    let mut unreadable = (0_u64, 0_u64, String::new());
    let mut properties = 0;
    for record in reader.records() {
        let record = record.map_err(|e| Error::parse(format!("not comma-separated text: {e}")).in_file(answer.file))?;
        let line = record.position().map_or(0, csv::Position::line);
        let first = record.get(0).unwrap_or_default().trim();
        let shown = browser_time(first);
        answer.others += u64::from(shown.is_some());
        let time = shown.or_else(|| answer.clock.parse(first.as_bytes()));
        if time.is_none() && metrics.is_none() {
            properties += 1;
            if properties > MOST_PROPERTIES {
                break;
            }
            // separators alone make no columns
            let filled = record
                .iter()
                .enumerate()
                .filter(|(_, field)| !field.trim().is_empty())
                .map(|(i, _)| i)
                .max()
                .unwrap_or(0);
            columns.resize(columns.len().max(filled), Column::default());
            if properties == 1 {
                ids = record.iter().skip(1).map(str::to_owned).collect();
            }
            for (column, value) in columns.iter_mut().zip(record.iter().skip(1)) {
                column.property(first, value.trim());
            }
            continue;
        }
        let metrics = metrics.get_or_insert_with(|| named(&columns, &ids));
        let Some(time) = time else {
            if bad.0 == 0 {
                (bad.1, bad.2) = (line, show(first.as_bytes()));
            }
            bad.0 += 1;
            continue;
        };
        for ((metric, labels), field) in metrics.iter().zip(record.iter().skip(1)) {
            let value = match number::parse(field.trim().as_bytes()) {
                Field::Number(v) => Some(v),
                Field::Blank => None,
                Field::Bad if field.trim() == "undefined" => None,
                Field::Bad => {
                    if unreadable.0 == 0 {
                        (unreadable.1, unreadable.2) = (line, show(field.as_bytes()));
                    }
                    unreadable.0 += 1;
                    continue;
                }
            };
            let value = PointValue::Number(value);
            answer.builder.point(
                metric,
                DataPoint { labels: labels.clone(), start: None, time: Some(time), no_value: false, value },
            );
        }
    }
    if metrics.is_none() {
        return Err(Error::parse("no row begins with a time")
            .at(Position::in_file(answer.file).at_line(properties as u64))
            .hint("was the download finished? --format csv reads it as a plain table"));
    }
    answer.report.understand(
        "columns",
        counted(columns.len() as u64, "series"),
        "their properties stand above the first time",
    );
    for (kind, (count, line, sample), what) in [
        (WarningKind::NotATime, bad, "row without a readable time"),
        (WarningKind::NotANumber, unreadable, "field that is no number"),
    ] {
        if count > 0 {
            let message = format!("{}, first “{sample}”, left out", counted(count, what));
            answer.report.warn(kind, message, Position::in_file(answer.file).at_line(line), count);
        }
    }
    Ok(())
}

/// The columns with names, and with labels that tell them apart.
fn named(columns: &[Column], ids: &[String]) -> Vec<(Metric, Labels)> {
    let mut out: Vec<(Metric, Labels)> = Vec::new();
    let mut alike: BTreeMap<(&Option<String>, &Labels), usize> = BTreeMap::new();
    let mut same_id: BTreeMap<&str, usize> = BTreeMap::new();
    for column in columns {
        *alike.entry((&column.name, &column.labels)).or_default() += 1;
    }
    for id in ids {
        *same_id.entry(id).or_default() += 1;
    }
    for (i, column) in columns.iter().enumerate() {
        let name = column.name.clone().unwrap_or_else(|| "value".to_owned());
        let mut labels = column.labels.clone();
        if alike.get(&(&column.name, &column.labels)).is_some_and(|n| *n > 1) {
            let id = ids.get(i).filter(|id| !id.is_empty() && same_id.get(id.as_str()) == Some(&1));
            labels.set("column", id.cloned().unwrap_or_else(|| (i + 1).to_string()));
        }
        out.push((Metric { name, unit: column.unit.clone(), shape: Shape::Gauge }, labels));
    }
    out
}
