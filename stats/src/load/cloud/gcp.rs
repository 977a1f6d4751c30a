//! Google Cloud Monitoring: the answer of `projects.timeSeries.list`, and the list that `gcloud monitoring time-series list --format=json` prints.
//!
//! A distribution becomes a histogram a point. Google's buckets hold their lower edge and not their upper one, ours the other way round: each
//! edge is taken as the greatest f64 below it, so that the same values lie in the same buckets. Labels are those of the metric and of the
//! resource.
//!
//! Source: “Cloud Monitoring API v3”, `TimeSeries`, `TypedValue`, `Distribution`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Answer;
use crate::error::{Error, Result};
use crate::histogram::{AnySketch, Explicit};
use crate::labels::Labels;
use crate::load::otlp;
use crate::load::points::{DataPoint, Metric, PointValue, Shape};
use crate::load::report::counted;
use crate::unit::Unit;

/// Google allows 200 buckets.
const MOST_BUCKETS: usize = 10_000;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Reply {
    #[serde(default)]
    time_series: Vec<TimeSeries>,
    next_page_token: Option<String>,
    unit: Option<String>,
    #[serde(default)]
    execution_errors: Vec<Status>,
    error: Option<Status>,
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    message: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct TimeSeries {
    metric: Option<Typed>,
    resource: Option<Typed>,
    metric_kind: Option<String>,
    #[serde(default)]
    points: Vec<Point>,
    unit: Option<String>,
}

#[derive(Deserialize)]
struct Typed {
    #[serde(default)]
    r#type: String,
    #[serde(default)]
    labels: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Point {
    interval: Option<Interval>,
    value: Option<TypedValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Interval {
    start_time: Option<String>,
    end_time: Option<String>,
}

#[derive(Deserialize)]
struct TypedValue {
    #[serde(rename = "boolValue")]
    truth: Option<bool>,
    #[serde(rename = "int64Value")]
    whole: Option<Whole>,
    #[serde(rename = "doubleValue")]
    real: Option<Real>,
    #[serde(rename = "distributionValue")]
    distribution: Option<Distribution>,
}

/// A 64-bit number, which JSON has as text.
#[derive(Deserialize)]
#[serde(untagged)]
enum Whole {
    Text(String),
    Number(f64),
}

/// A number, or the word for one that JSON has none for.
#[derive(Deserialize)]
#[serde(untagged)]
enum Real {
    Number(f64),
    Text(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Distribution {
    mean: Option<f64>,
    bucket_options: Option<BucketOptions>,
    #[serde(default)]
    bucket_counts: Vec<Whole>,
}

#[derive(Deserialize)]
struct BucketOptions {
    #[serde(rename = "linearBuckets")]
    linear: Option<Linear>,
    #[serde(rename = "exponentialBuckets")]
    growing: Option<Growing>,
    #[serde(rename = "explicitBuckets")]
    listed: Option<Listed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Linear {
    #[serde(default)]
    num_finite_buckets: usize,
    #[serde(default)]
    width: f64,
    #[serde(default)]
    offset: f64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Growing {
    #[serde(default)]
    num_finite_buckets: usize,
    #[serde(default)]
    growth_factor: f64,
    #[serde(default)]
    scale: f64,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    bounds: Vec<f64>,
}

impl Whole {
    fn count(&self) -> Option<u64> {
        match self {
            Self::Text(text) => text.trim().parse().ok(),
            Self::Number(v) => (*v >= 0.0 && v.fract() == 0.0 && *v < 9e15).then_some(*v as u64),
        }
    }

    fn real(&self) -> Option<f64> {
        match self {
            Self::Text(text) => text.trim().parse::<i64>().ok().map(|v| v as f64),
            Self::Number(v) => Some(*v),
        }
    }
}

impl Real {
    fn real(&self) -> Option<f64> {
        match self {
            Self::Number(v) => Some(*v),
            Self::Text(word) => match word.as_str() {
                "NaN" => Some(f64::NAN),
                "Infinity" => Some(f64::INFINITY),
                "-Infinity" => Some(f64::NEG_INFINITY),
                other => other.parse().ok(),
            },
        }
    }
}

/// A unit such as `ms`, `By/s`, `s{CPU}` or `10^2.%`, a ratio that is shown as percent.
fn unit(code: &str) -> Unit {
    if code == "10^2.%" { Unit::Ratio } else { otlp::unit(code) }
}

impl Distribution {
    fn histogram(&self) -> Result<AnySketch> {
        let options = self.bucket_options.as_ref().ok_or_else(|| Error::parse("a distribution without buckets"))?;
        let few = |n: usize| if n <= MOST_BUCKETS { Ok(n) } else { Err(Error::parse(format!("{n} buckets"))) };
        let bounds: Vec<f64> = if let Some(of) = &options.linear {
            (0..=few(of.num_finite_buckets)?).map(|i| of.offset + of.width * i as f64).collect()
        } else if let Some(of) = &options.growing {
            (0..=few(of.num_finite_buckets)?).map(|i| of.scale * of.growth_factor.powi(i as i32)).collect()
        } else if let Some(of) = &options.listed {
            few(of.bounds.len())?;
            of.bounds.clone()
        } else {
            return Err(Error::parse("a distribution without buckets"));
        };
        let edges: Vec<f64> = bounds.iter().map(|b| b.next_down()).collect();
        let mut counts = Vec::with_capacity(edges.len() + 1);
        for count in &self.bucket_counts {
            counts.push(count.count().ok_or_else(|| Error::parse("a count of a bucket is no whole number"))?);
        }
        if counts.len() > edges.len() + 1 {
            return Err(Error::parse(format!("{} counts for {} buckets", counts.len(), edges.len() + 1)));
        }
        // zeros at the end are not written
        counts.resize(edges.len() + 1, 0);
        let total = counts.iter().fold(0.0, |sum, c| sum + *c as f64);
        let histogram = Explicit::from_counts(&edges, &counts)?;
        let sum = self.mean.map(|mean| mean * total).filter(|sum| sum.is_finite());
        Ok(AnySketch::Explicit(Box::new(match sum {
            Some(sum) => histogram.with_sum(sum),
            None => histogram,
        })))
    }
}

pub(super) fn read(answer: &mut Answer<'_>) -> Result<()> {
    let reply: Reply = if answer.text.trim_start().starts_with('[') {
        let time_series = answer.json()?;
        Reply { time_series, next_page_token: None, unit: None, execution_errors: Vec::new(), error: None }
    } else {
        answer.json()?
    };
    if let Some(error) = reply.error {
        return Err(Error::parse(format!("Google refused the request: {}", error.message))
            .in_file(answer.file)
            .hint("mend the request"));
    }
    for status in &reply.execution_errors {
        answer.source_says(&status.message);
    }
    if reply.next_page_token.as_deref().is_some_and(|t| !t.is_empty()) {
        answer.more_pages("ask for them with pageToken");
    }
    if reply.time_series.is_empty() {
        return Err(answer.nothing("time series"));
    }
    let count = counted(reply.time_series.len() as u64, "time series");
    answer.report.understand("answer", count, "Google Cloud Monitoring’s timeSeries.list");
    for series in reply.time_series {
        one(answer, series, reply.unit.as_deref());
    }
    Ok(())
}

fn one(answer: &mut Answer<'_>, series: TimeSeries, unit_of_all: Option<&str>) {
    let mut labels = Labels::new();
    let mut name = "metric".to_owned();
    if let Some(resource) = series.resource {
        resource.labels.into_iter().for_each(|(key, value)| labels.set(key, value));
    }
    if let Some(metric) = series.metric {
        metric.labels.into_iter().for_each(|(key, value)| labels.set(key, value));
        if !metric.r#type.is_empty() {
            name = metric.r#type;
        }
    }
    let unit = series.unit.as_deref().or(unit_of_all).map(unit);
    let kind = series.metric_kind.unwrap_or_default();
    let (cumulative, delta) = (kind == "CUMULATIVE", kind == "DELTA");
    for point in series.points {
        let interval = point.interval.unwrap_or(Interval { start_time: None, end_time: None });
        let mut at = |text: Option<String>| text.and_then(|t| answer.clock.parse(t.as_bytes()));
        let (start, time) = (at(interval.start_time), at(interval.end_time));
        let value = point.value.unwrap_or(TypedValue { truth: None, whole: None, real: None, distribution: None });
        let (value, shape) = if let Some(distribution) = value.distribution {
            (PointValue::Histogram(distribution.histogram()), Shape::Histogram { cumulative })
        } else {
            let number = value
                .real
                .and_then(|v| v.real())
                .or_else(|| value.whole.and_then(|v| v.real()))
                .or_else(|| value.truth.map(f64::from));
            let sum = Shape::Sum { monotonic: true, cumulative };
            (PointValue::Number(number), if cumulative || delta { sum } else { Shape::Gauge })
        };
        let metric = Metric { name: name.clone(), unit: unit.clone(), shape };
        answer.builder.point(&metric, DataPoint { labels: labels.clone(), start, time, no_value: false, value });
    }
}
