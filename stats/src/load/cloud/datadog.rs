//! Datadog: the answers of `GET /api/v1/query` and of `POST /api/v2/query/timeseries`.
//!
//! Source: “Datadog API Reference”, Metrics, Query timeseries points, and Query timeseries data across multiple products.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Answer, epoch, is_percentile};
use crate::error::{Error, Result};
use crate::labels::Labels;
use crate::load::points::{DataPoint, Metric, PointValue, Shape};
use crate::load::report::counted;
use crate::unit::Unit;

#[derive(Deserialize)]
struct Reply {
    status: Option<String>,
    error: Option<String>,
    #[serde(default)]
    errors: Vec<String>,
    message: Option<String>,
    #[serde(default)]
    series: Vec<Series>,
    query: Option<String>,
}

#[derive(Deserialize)]
struct Series {
    metric: Option<String>,
    display_name: Option<String>,
    unit: Option<Vec<Option<UnitOf>>>,
    #[serde(default)]
    pointlist: Vec<(Option<f64>, Option<f64>)>,
    scope: Option<String>,
    tag_set: Option<Vec<String>>,
    query_index: Option<i64>,
    expression: Option<String>,
}

/// The answer of the second version: columns of values over the same times.
#[derive(Deserialize)]
struct Columns {
    data: ColumnsData,
}

#[derive(Deserialize)]
struct ColumnsData {
    attributes: ColumnsOf,
}

#[derive(Deserialize)]
struct ColumnsOf {
    #[serde(default)]
    series: Vec<ColumnOf>,
    #[serde(default)]
    times: Vec<f64>,
    #[serde(default)]
    values: Vec<Vec<Option<f64>>>,
}

#[derive(Deserialize)]
struct ColumnOf {
    group_tags: Option<Vec<String>>,
    query_index: Option<i64>,
    unit: Option<Vec<Option<UnitOf>>>,
}

#[derive(Deserialize)]
struct UnitOf {
    name: Option<String>,
    short_name: Option<String>,
}

/// A unit, or what it is per.
fn unit(parts: &[Option<UnitOf>]) -> Option<Unit> {
    let one = |part: &UnitOf| match part.name.as_deref()? {
        "nanosecond" => Some(Unit::Nanosecond),
        "microsecond" => Some(Unit::Microsecond),
        "millisecond" => Some(Unit::Millisecond),
        "second" => Some(Unit::Second),
        "minute" => Some(Unit::Minute),
        "byte" => Some(Unit::Byte),
        "percent" => Some(Unit::Percent),
        "fraction" => Some(Unit::Ratio),
        // requests, errors, connections and others are counted
        name => Some(match part.short_name.as_deref() {
            Some(symbol) if !symbol.is_empty() && symbol != "req" => Unit::Other(symbol.chars().take(32).collect()),
            _ if matches!(name, "bit" | "hour" | "day" | "week") => Unit::Other(name.to_owned()),
            _ => Unit::Count,
        }),
    };
    let first = one(parts.first()?.as_ref()?)?;
    match parts.get(1).and_then(Option::as_ref).and_then(|per| per.name.as_deref()) {
        None => Some(first),
        Some("second") => Some(Unit::PerSecond(Box::new(first))),
        Some(other) => Some(Unit::Other(format!("{}/{other}", first.symbol()).chars().take(32).collect())),
    }
}

/// The labels in tags such as `host:a`; a tag without a colon is a label without a value.
fn labels(series: &Series) -> Labels {
    let tag_set = series.tag_set.clone().filter(|t| !t.is_empty());
    let scope = series.scope.as_deref().unwrap_or_default();
    tags(tag_set.unwrap_or_else(|| scope.split(',').map(str::to_owned).collect()).iter())
}

/// The same of tags alone.
fn tags<'a>(tags: impl Iterator<Item = &'a String>) -> Labels {
    let pair = |tag: &String| {
        let (name, value) = tag.split_once(':').unwrap_or((tag, ""));
        (name.trim().to_owned(), value.trim().to_owned())
    };
    Labels::from_pairs(tags.map(pair).filter(|(name, _)| !name.is_empty() && name != "*"))
}

/// Reads the answer of the second version, which does not repeat the queries.
fn columns(answer: &mut Answer<'_>) -> Result<()> {
    let ColumnsOf { series, times, values } = answer.json::<Columns>()?.data.attributes;
    if series.is_empty() {
        return Err(answer.nothing("series"));
    }
    if series.len() != values.len() {
        let message = format!("{} of values for {} series", counted(values.len() as u64, "column"), series.len());
        return Err(Error::parse(message).in_file(answer.file).hint("was the download finished?"));
    }
    let about = counted(series.len() as u64, "series");
    answer.report.understand("query", about, "Datadog’s answer (v2), which does not say what was asked");
    for (series, values) in series.into_iter().zip(values) {
        let name = series.query_index.map_or_else(|| "query".to_owned(), |index| format!("query {index}"));
        let metric = Metric { name, unit: series.unit.as_deref().and_then(unit), shape: Shape::Gauge };
        let labels = tags(series.group_tags.unwrap_or_default().iter());
        for (time, value) in times.iter().zip(values) {
            let (labels, time) = (labels.clone(), epoch(*time));
            let value = PointValue::Number(value);
            answer.builder.point(&metric, DataPoint { labels, start: None, time, no_value: false, value });
        }
    }
    Ok(())
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<()> {
    if answer.text.contains("\"timeseries_response\"") {
        return columns(answer);
    }
    let reply: Reply = answer.json()?;
    let says = reply.error.into_iter().chain(reply.errors).collect::<Vec<_>>().join("; ");
    if reply.series.is_empty() && (!says.is_empty() || reply.status.as_deref() == Some("error")) {
        return Err(Error::parse(format!("Datadog refused the query: {says}"))
            .in_file(answer.file)
            .hint("mend the query"));
    }
    for message in Some(says).into_iter().chain(reply.message).filter(|m| !m.is_empty()) {
        answer.source_says(&message);
    }
    if reply.series.is_empty() {
        return Err(answer.nothing("series"));
    }
    let about = reply.query.unwrap_or_else(|| counted(reply.series.len() as u64, "series"));
    answer.report.understand("query", about.clone(), "Datadog’s answer");
    if about
        .split(['(', ',', ' ', '+', '-', '*', '/'])
        .any(|word| word.split_once(':').is_some_and(|(f, _)| is_percentile(f)))
    {
        answer.percentiles(&about);
    }
    // a metric may be asked for several times, by several aggregations
    let name = |s: &Series| s.metric.clone().or_else(|| s.display_name.clone()).unwrap_or_else(|| "metric".to_owned());
    let mut seen = BTreeSet::new();
    let repeats = reply.series.iter().any(|s| !seen.insert((name(s), labels(s))));
    for (number, series) in reply.series.into_iter().enumerate() {
        let mut labels = labels(&series);
        if repeats {
            let which = series.expression.clone().or_else(|| Some(series.query_index?.to_string()));
            labels.set("expression", which.unwrap_or_else(|| number.to_string()));
        }
        let unit = series.unit.as_deref().and_then(unit);
        let metric = Metric { name: name(&series), unit, shape: Shape::Gauge };
        for (time, value) in series.pointlist {
            let time = time.and_then(epoch);
            let value = PointValue::Number(value);
            answer
                .builder
                .point(&metric, DataPoint { labels: labels.clone(), start: None, time, no_value: false, value });
        }
    }
    Ok(())
}
