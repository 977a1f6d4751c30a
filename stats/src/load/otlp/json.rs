//! OTLP in the JSON mapping of protobuf, one export request a line (or one for the whole file).
//!
//! 64-bit numbers may be text, as “OTLP Specification” 1 has it.

use serde_json::{Map, Value};

use super::{of_resource, unit_of};
use crate::error::{Error, Position, Result};
use crate::histogram::{AnySketch, Explicit, Exponential};
use crate::labels::Labels;
use crate::load::dataset::Dataset;
use crate::load::encoding;
use crate::load::number::{self, Field};
use crate::load::options::{Format, LoadOptions};
use crate::load::points::{Builder, DataPoint, Metric, PointValue, Shape, Source};
use crate::load::report::{LoadReport, WarningKind, counted};

/// Reads export requests.
pub(super) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let text = encoding::text(bytes, name, &mut report);
    let quoted = quote_numbers(&text);
    let mut builder = Builder::marking_deltas();
    let mut requests = 0_u64;
    let mut stream = serde_json::Deserializer::from_str(&quoted).into_iter::<Value>();
    loop {
        match stream.next() {
            None => break,
            Some(Ok(request)) => {
                requests += 1;
                request_points(&request, &mut builder);
            }
            Some(Err(e)) => {
                // the line is that of the whole text, and not of the request
                let position = Position::in_file(name).at_line(e.line().max(1) as u64);
                if e.is_eof() && requests > 0 {
                    let message = "the last request ends in the middle and was left out";
                    report.warn(WarningKind::Truncated, message, position, 1);
                    break;
                }
                let message =
                    if e.is_eof() { "the JSON ends in the middle" } else { "this is no export request in JSON" };
                return Err(Error::parse(message).at(position).hint("was the export finished?"));
            }
        }
    }
    report.understand("requests", counted(requests, "export request"), "OTLP JSON");
    let from = Source { file: name, bytes: bytes.len() as u64, format: Format::OtlpJson };
    builder.finish(&from, options, report)
}

/// The same text with every number as text, so that no reader rounds it.
fn quote_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    while let Some(next) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        let (before, from) = rest.split_at(next);
        out.push_str(before);
        let length = if from.starts_with('"') {
            let mut escaped = false;
            let end = from.bytes().skip(1).position(|b| {
                let is_end = b == b'"' && !escaped;
                escaped = b == b'\\' && !escaped;
                is_end
            });
            end.map_or(from.len(), |i| i + 2)
        } else {
            from.bytes().take_while(|b| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')).count()
        };
        let (word, after) = from.split_at(length);
        if word.starts_with('"') {
            out.push_str(word);
        } else {
            out.push('"');
            out.push_str(word);
            out.push('"');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    value.get(field).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn real(value: &Value, field: &str) -> Option<f64> {
    match number::parse(value.get(field)?.as_str()?.as_bytes()) {
        Field::Number(v) => Some(v),
        Field::Blank | Field::Bad => None,
    }
}

fn nanos(value: &Value, field: &str) -> Option<i64> {
    value.get(field)?.as_str()?.parse().ok().filter(|t| *t != 0)
}

/// The attributes of a point or resource; what is not a plain value is written as JSON.
fn attributes(value: &Value, labels: &mut Labels) {
    for attribute in list(value, "attributes") {
        let (Some(key), Some(Value::Object(value))) =
            (attribute.get("key").and_then(Value::as_str), attribute.get("value"))
        else {
            continue;
        };
        labels.set(key, plain(value));
    }
}

fn plain(value: &Map<String, Value>) -> String {
    match value.values().next() {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// The points of a request.
fn request_points(request: &Value, builder: &mut Builder) {
    for resource in list(request, "resourceMetrics") {
        let mut all = Labels::new();
        if let Some(of) = resource.get("resource") {
            attributes(of, &mut all);
        }
        let base = of_resource(&all);
        for scope in list(resource, "scopeMetrics").iter().chain(list(resource, "instrumentationLibraryMetrics")) {
            for metric in list(scope, "metrics") {
                metric_points(metric, &base, builder);
            }
        }
    }
}

fn metric_points(metric: &Value, base: &Labels, builder: &mut Builder) {
    let name = metric.get("name").and_then(Value::as_str).unwrap_or("metric").to_owned();
    let shapes = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];
    let Some((word, data)) = shapes.iter().find_map(|s| Some((*s, metric.get(*s)?))) else { return };
    let temporality = data.get("aggregationTemporality").and_then(Value::as_str).unwrap_or_default();
    let cumulative = matches!(temporality, "2" | "AGGREGATION_TEMPORALITY_CUMULATIVE");
    let monotonic = data.get("isMonotonic").and_then(Value::as_bool).unwrap_or(false);
    let shape = match word {
        "gauge" => Shape::Gauge,
        "sum" => Shape::Sum { monotonic, cumulative },
        "summary" => Shape::Summary,
        _ => Shape::Histogram { cumulative },
    };
    let unit = unit_of(metric.get("unit").and_then(Value::as_str).unwrap_or_default(), shape);
    let metric = Metric { name, unit: Some(unit), shape };
    for point in list(data, "dataPoints") {
        let mut labels = base.clone();
        attributes(point, &mut labels);
        let flags: u64 = point.get("flags").and_then(Value::as_str).and_then(|f| f.parse().ok()).unwrap_or(0);
        let value = match word {
            "gauge" | "sum" => PointValue::Number(real(point, "asDouble").or_else(|| real(point, "asInt"))),
            "summary" => summary(point),
            "histogram" => PointValue::Histogram(
                Explicit::from_otlp_json(&point.to_string()).map(|h| AnySketch::Explicit(Box::new(h))),
            ),
            _ => PointValue::Histogram(
                Exponential::from_otlp_json(&point.to_string()).map(|h| AnySketch::Exponential(Box::new(h))),
            ),
        };
        let (start, time) = (nanos(point, "startTimeUnixNano"), nanos(point, "timeUnixNano"));
        builder.point(&metric, DataPoint { labels, start, time, no_value: flags & 1 == 1, value });
    }
}

fn summary(point: &Value) -> PointValue {
    let quantile = |q: &Value| (real(q, "quantile").unwrap_or(0.0).to_string(), real(q, "value"));
    PointValue::Summary {
        count: real(point, "count"),
        sum: real(point, "sum"),
        quantiles: list(point, "quantileValues").iter().map(quantile).collect(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_error_names_the_line_of_the_text() {
        let text = b"{\n\"resourceMetrics\":[]\n}\n{\"resourceMetrics\":[}";
        let e = super::read("x", text, &LoadOptions::default()).unwrap_err();
        assert_eq!(e.position().and_then(|p| p.line), Some(4), "{e}");
    }

    proptest! {
        /// Numbers within text stay as they are, all others become text.
        #[test]
        fn only_numbers_are_quoted(text in "[a-z0-9\\\\\"\u{e9} -]{0,20}", n in -1e9..1e9_f64, whole in any::<i64>()) {
            let value = serde_json::json!({"k1": text, "n": n, "w": whole, "l": [1, {"m": -2.5e-3}], "b": true});
            let read: Value = serde_json::from_str(&quote_numbers(&value.to_string())).unwrap();
            prop_assert_eq!(read["k1"].as_str().unwrap(), text);
            prop_assert_eq!(read["n"].as_str().unwrap().parse::<f64>().unwrap(), n);
            prop_assert_eq!(read["w"].as_str().unwrap().parse::<i64>().unwrap(), whole);
            prop_assert_eq!(read["l"][1]["m"].as_str().unwrap(), "-0.0025");
            prop_assert!(read["b"].as_bool().unwrap());
        }
    }
}
