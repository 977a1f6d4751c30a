//! Amazon `CloudWatch`: what `aws cloudwatch get-metric-data` and `get-metric-statistics` print.
//!
//! Source: “Amazon `CloudWatch` API Reference”, `GetMetricData`, `GetMetricStatistics`, `Datapoint`, `MetricDatum` (its units).

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Answer, Time, is_percentile};
use crate::error::Result;
use crate::labels::Labels;
use crate::load::points::{DataPoint, Metric, PointValue, Shape};
use crate::load::report::counted;
use crate::unit::Unit;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Reply {
    #[serde(default)]
    metric_data_results: Vec<MetricData>,
    #[serde(default)]
    messages: Vec<Message>,
    next_token: Option<String>,
    label: Option<String>,
    #[serde(default)]
    datapoints: Vec<Datapoint>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MetricData {
    #[serde(default)]
    id: String,
    label: Option<String>,
    #[serde(default)]
    timestamps: Vec<Time>,
    #[serde(default)]
    values: Vec<Option<f64>>,
    status_code: Option<String>,
    #[serde(default)]
    messages: Vec<Message>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message {
    #[serde(default)]
    code: String,
    #[serde(default)]
    value: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Datapoint {
    timestamp: Time,
    sample_count: Option<f64>,
    average: Option<f64>,
    sum: Option<f64>,
    minimum: Option<f64>,
    maximum: Option<f64>,
    unit: Option<String>,
    #[serde(default)]
    extended_statistics: BTreeMap<String, f64>,
}

/// A unit by the words that `CloudWatch` has for them.
pub(super) fn unit(word: &str) -> Unit {
    // a longer text is none of them, and not looked into
    if let Some(base) = word.strip_suffix("/Second").filter(|_| word.len() <= 64) {
        return Unit::PerSecond(Box::new(unit(base)));
    }
    match word {
        "None" | "" => Unit::None,
        "Seconds" => Unit::Second,
        "Milliseconds" => Unit::Millisecond,
        "Microseconds" => Unit::Microsecond,
        "Bytes" => Unit::Byte,
        "Percent" => Unit::Percent,
        "Count" => Unit::Count,
        other => Unit::Other(other.chars().take(32).collect()),
    }
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<()> {
    let reply: Reply = answer.json()?;
    for message in &reply.messages {
        answer.source_says(&format!("{}: {}", message.code, message.value));
    }
    if reply.next_token.is_some() {
        answer.more_pages("the command reads all of them without --max-items and --no-paginate");
    }
    if reply.metric_data_results.is_empty() && reply.datapoints.is_empty() {
        return Err(answer.nothing("data points"));
    }
    results(answer, reply.metric_data_results);
    statistics(answer, &reply.label.unwrap_or_else(|| "metric".to_owned()), reply.datapoints);
    Ok(())
}

/// The results of `GetMetricData`: columns of times and values.
fn results(answer: &mut Answer<'_>, results: Vec<MetricData>) {
    if !results.is_empty() {
        let count = counted(results.len() as u64, "query");
        answer.report.understand("answer", count, "CloudWatch’s GetMetricData, which names neither statistic nor unit");
    }
    let mut seen = BTreeSet::new();
    let twice: BTreeSet<String> =
        results.iter().filter_map(|r| r.label.clone()).filter(|label| !seen.insert(label.clone())).collect();
    for result in results {
        for message in &result.messages {
            answer.source_says(&format!("{}: {}", message.code, message.value));
        }
        let name = result.label.clone().unwrap_or_else(|| result.id.clone());
        match result.status_code.as_deref() {
            None | Some("Complete") => {}
            Some("PartialData") => answer.more_pages(&format!("“{name}” is only a part (PartialData)")),
            Some(other) => answer.source_says(&format!("“{name}” has the status {other}")),
        }
        if name.split_whitespace().any(is_percentile) {
            answer.percentiles(&name);
        }
        let labels = if twice.contains(&name) { Labels::from_pairs([("id", result.id)]) } else { Labels::new() };
        let metric = Metric { name, unit: None, shape: Shape::Gauge };
        let missing = result.timestamps.len().abs_diff(result.values.len());
        if missing > 0 {
            answer.source_says(&format!("“{}” has {missing} times or values without the other", metric.name));
        }
        for (time, value) in result.timestamps.iter().zip(result.values) {
            let time = answer.time(time);
            let value = PointValue::Number(value);
            let point = DataPoint { labels: labels.clone(), start: None, time, no_value: false, value };
            answer.builder.point(&metric, point);
        }
    }
}

/// The points of `GetMetricStatistics`, each with its statistics.
fn statistics(answer: &mut Answer<'_>, name: &str, points: Vec<Datapoint>) {
    let mut first_percentile = None;
    if !points.is_empty() {
        answer.report.understand(
            "answer",
            counted(points.len() as u64, "data point"),
            "CloudWatch’s GetMetricStatistics",
        );
    }
    for point in points {
        let time = answer.time(&point.timestamp);
        let of_values = unit(point.unit.as_deref().unwrap_or_default());
        let gauge = (Shape::Gauge, of_values.clone());
        // the sum of a period and the number of its samples add up over periods
        let delta = Shape::Sum { monotonic: true, cumulative: false };
        let plain = [
            ("Average", point.average, gauge.clone()),
            ("Minimum", point.minimum, gauge.clone()),
            ("Maximum", point.maximum, gauge.clone()),
            ("Sum", point.sum, (delta, of_values)),
            ("SampleCount", point.sample_count, (delta, Unit::Count)),
        ];
        let plain = plain.into_iter().filter_map(|(word, v, about)| Some((word.to_owned(), v?, about)));
        let more = point.extended_statistics.into_iter().map(|(word, v)| (word, v, gauge.clone()));
        for (statistic, value, (shape, unit)) in plain.chain(more) {
            if first_percentile.is_none() && is_percentile(&statistic) {
                first_percentile = Some(statistic.clone());
            }
            let metric = Metric { name: name.to_owned(), unit: Some(unit), shape };
            let labels = Labels::from_pairs([("statistic", statistic)]);
            let value = PointValue::Number(Some(value));
            answer.builder.point(&metric, DataPoint { labels, start: None, time, no_value: false, value });
        }
    }
    if let Some(example) = first_percentile {
        answer.percentiles(&example);
    }
}
