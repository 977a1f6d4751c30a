//! OpenTelemetry metrics in the JSON mapping of OTLP, one export request a line (or one for the whole file).
//!
//! The shape is that of `opentelemetry/proto/metrics/v1/metrics.proto` in the JSON mapping of “OTLP Specification”: 64-bit numbers may be text, and
//! unknown fields are passed over. Gauges stay gauges, monotonic sums are counters where they are cumulative and deltas where not,
//! a histogram is one window a point: from the point before it (or its start) to its own time, which for cumulative ones takes the
//! difference of two points. Summaries become their quantiles, counts and sums.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::error::{Error, Position, Result};
use crate::histogram::{AnySketch, Explicit, Exponential};
use crate::labels::Labels;
use crate::load::dataset::{Data, Dataset, Item};
use crate::load::encoding;
use crate::load::histograms::{Histograms, Point, windows};
use crate::load::number::{self, Field};
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind, counted};
use crate::load::samples::{Samples, to_dataset};
use crate::series::Identity;
use crate::time::Window;
use crate::unit::Unit;

/// What identifies a metric's series.
type Key = (String, Labels);

/// The series being built.
#[derive(Default)]
struct Builder {
    samples: BTreeMap<Key, Samples>,
    histograms: BTreeMap<(Key, bool), (Unit, Vec<Point>)>,
    rows: u64,
    no_value: u64,
    unreadable: BTreeMap<String, u64>,
}

/// Reads export requests.
pub(crate) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let text = encoding::text(bytes, name, &mut report);
    let quoted = quote_numbers(&text);
    let mut builder = Builder::default();
    let mut requests = 0_u64;
    let mut stream = serde_json::Deserializer::from_str(&quoted).into_iter::<Value>();
    loop {
        let at = stream.byte_offset();
        match stream.next() {
            None => break,
            Some(Ok(request)) => {
                requests += 1;
                builder.request(&request);
            }
            Some(Err(e)) => {
                let line = quoted.get(..at).map_or(0, |t| t.matches('\n').count()) as u64 + e.line() as u64;
                let line = if at == 0 { e.line() as u64 } else { line };
                let position = Position::in_file(name).at_line(line.max(1));
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
    builder.finish(requests, name, bytes.len() as u64, options, report)
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

/// The unit by the Unified Code for Units of Measure, as OpenTelemetry uses it.
fn unit(code: &str) -> Unit {
    match code {
        "" => Unit::None,
        "1" => Unit::Ratio,
        "By" => Unit::Byte,
        "%" => Unit::Percent,
        code if code.starts_with('{') => Unit::Count,
        code => code.parse().unwrap_or_else(|_| Unit::Other(code.to_owned())),
    }
}

impl Builder {
    fn request(&mut self, request: &Value) {
        for resource in list(request, "resourceMetrics") {
            let mut base = Labels::new();
            if let Some(of) = resource.get("resource") {
                let mut all = Labels::new();
                attributes(of, &mut all);
                // what else a resource says of its process and host is the same for all series of a file
                for name in ["service.name", "service.namespace", "service.instance.id", "host.name", "k8s.pod.name"] {
                    if let Some(value) = all.get(name) {
                        base.set(name, value);
                    }
                }
            }
            for scope in list(resource, "scopeMetrics").iter().chain(list(resource, "instrumentationLibraryMetrics")) {
                for metric in list(scope, "metrics") {
                    self.metric(metric, &base);
                }
            }
        }
    }

    fn metric(&mut self, metric: &Value, base: &Labels) {
        let name = metric.get("name").and_then(Value::as_str).unwrap_or("metric");
        let unit = unit(metric.get("unit").and_then(Value::as_str).unwrap_or_default());
        let shapes = ["gauge", "sum", "histogram", "exponentialHistogram", "summary"];
        let Some((shape, data)) = shapes.iter().find_map(|s| Some((*s, metric.get(*s)?))) else { return };
        let temporality = data.get("aggregationTemporality").and_then(Value::as_str).unwrap_or_default();
        let cumulative = matches!(temporality, "2" | "AGGREGATION_TEMPORALITY_CUMULATIVE");
        let monotonic = data.get("isMonotonic").and_then(Value::as_bool).unwrap_or(false);
        for point in list(data, "dataPoints") {
            self.rows += 1;
            let mut labels = base.clone();
            attributes(point, &mut labels);
            // a point that says so holds no value
            let flags: u64 = point.get("flags").and_then(Value::as_str).and_then(|f| f.parse().ok()).unwrap_or(0);
            let time = nanos(point, "timeUnixNano");
            let (Some(time), 0) = (time, flags & 1) else {
                self.no_value += 1;
                continue;
            };
            match shape {
                "gauge" | "sum" => {
                    let kind = match (shape, monotonic, cumulative) {
                        ("sum", true, true) => Kind::Counter,
                        ("sum", _, false) => Kind::Delta,
                        _ => Kind::Gauge,
                    };
                    let value = real(point, "asDouble").or_else(|| real(point, "asInt"));
                    self.sample(name.to_owned(), labels, kind, &unit, time, value);
                }
                "summary" => self.summary(name, &labels, &unit, time, point),
                _ => self.histogram(name, labels, &unit, shape, cumulative, time, point),
            }
        }
    }

    fn sample(&mut self, name: String, mut labels: Labels, kind: Kind, unit: &Unit, time: i64, value: Option<f64>) {
        let Some(value) = value else {
            self.no_value += 1;
            return;
        };
        // two exporters may give one sum in both ways
        if kind == Kind::Delta {
            labels.set("temporality", "delta");
        }
        let key = (name.clone(), labels.clone());
        let fresh = || Samples { name, labels, unit: Some(unit.clone()), kind: Some(kind), ..Samples::default() };
        let samples = self.samples.entry(key).or_insert_with(fresh);
        samples.times.push(time);
        samples.values.push(value);
    }

    fn summary(&mut self, name: &str, labels: &Labels, unit: &Unit, time: i64, point: &Value) {
        for (part, kind, unit) in [("count", Kind::Counter, Unit::Count), ("sum", Kind::Counter, unit.clone())] {
            if let Some(v) = real(point, part) {
                self.sample(format!("{name}_{part}"), labels.clone(), kind, &unit, time, Some(v));
            }
        }
        for quantile in list(point, "quantileValues") {
            let mut labels = labels.clone();
            labels.set("quantile", quantile.get("quantile").and_then(Value::as_str).unwrap_or("0"));
            self.sample(name.to_owned(), labels, Kind::Gauge, unit, time, real(quantile, "value"));
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one point")]
    fn histogram(
        &mut self,
        name: &str,
        labels: Labels,
        unit: &Unit,
        shape: &str,
        cumulative: bool,
        time: i64,
        point: &Value,
    ) {
        let text = point.to_string();
        let sketch = if shape == "histogram" {
            Explicit::from_otlp_json(&text).map(|h| AnySketch::Explicit(Box::new(h)))
        } else {
            Exponential::from_otlp_json(&text).map(|h| AnySketch::Exponential(Box::new(h)))
        };
        match sketch {
            Ok(sketch) => {
                let point = Point { start: nanos(point, "startTimeUnixNano"), time, sketch };
                let of_key = self.histograms.entry(((name.to_owned(), labels), cumulative));
                of_key.or_insert_with(|| (unit.clone(), Vec::new())).1.push(point);
            }
            Err(e) => *self.unreadable.entry(format!("{name}: {}", e.message())).or_default() += 1,
        }
    }

    fn finish(
        self,
        requests: u64,
        file: &str,
        bytes: u64,
        options: &LoadOptions,
        mut report: LoadReport,
    ) -> Result<Dataset> {
        let position = || Position::in_file(file);
        report.understand("requests", counted(requests, "export request"), "OTLP JSON");
        if self.no_value > 0 {
            let message = format!("{} without a time or value left out", counted(self.no_value, "point"));
            report.warn(WarningKind::Blank, message, position(), self.no_value);
        }
        for (what, count) in self.unreadable {
            let message = format!("{} of a histogram left out, {what}", counted(count, "point"));
            report.warn(WarningKind::OtherRecord, message, position(), count);
        }
        let mut items = Vec::new();
        for (((name, labels), cumulative), (unit, points)) in self.histograms {
            if options.value.as_ref().is_some_and(|v| !v.split(',').any(|v| v.trim() == name)) {
                continue;
            }
            let mut labels = labels;
            if !cumulative {
                labels.set("temporality", "delta");
            }
            let identity = Identity { name, labels, unit: options.unit.clone().unwrap_or(unit) };
            let windows = windows(points, cumulative, &identity.title(), file, &mut report);
            let inside =
                |w: &Window| options.from.is_none_or(|t| w.start >= t) && options.to.is_none_or(|t| w.start < t);
            let title = identity.title();
            match Histograms::new(identity, windows.into_iter().filter(|(w, _)| inside(w)).collect()) {
                Ok(histograms) => {
                    items.push(Item::new(Kind::Histogram, Data::Histograms(histograms), Format::OtlpJson));
                }
                Err(e) if e.kind() == crate::ErrorKind::Empty => {
                    report.warn(WarningKind::EmptySeries, format!("“{title}” holds no value"), position(), 1);
                }
                Err(e) => return Err(e.in_file(file)),
            }
        }
        report.rows = self.rows;
        report.files.push(FileRead { name: file.to_owned(), format: Format::OtlpJson, bytes, rows: self.rows });
        let samples: Vec<Samples> = self.samples.into_values().collect();
        let chosen_elsewhere = samples.is_empty()
            || (!items.is_empty()
                && options
                    .value
                    .as_ref()
                    .is_some_and(|v| !samples.iter().any(|s| v.split(',').any(|v| v.trim() == s.name))));
        let mut data = if chosen_elsewhere && !items.is_empty() {
            Dataset { items: Vec::new(), report }
        } else {
            to_dataset(samples, options, Format::OtlpJson, file, report)?
        };
        data.items.extend(items);
        data.sort();
        Ok(data)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
