//! OTLP in protobuf: one bare `ExportMetricsServiceRequest` (or `MetricsData`, which is the same on the wire), or several, each after its
//! length.
//!
//! The length is a varint, as “OpenTelemetry Protocol File Exporter” has it, or four bytes, the highest first, as the collector's file
//! exporter writes it. Fields may come in any order, so that what a message says of its points is read before them. Source:
//! `opentelemetry/proto/metrics/v1/metrics.proto` and `common/v1/common.proto` 1.

use serde_json::{Value, json};

use super::{of_resource, unit_of};
use crate::error::{Error, Position, Result};
use crate::histogram::cursor::Cursor;
use crate::histogram::proto::{FIXED_64, LENGTH, VARINT, fixed_64, message, skip, tag};
use crate::histogram::{AnySketch, Explicit, Exponential};
use crate::labels::Labels;
use crate::load::dataset::Dataset;
use crate::load::options::{Format, LoadOptions};
use crate::load::points::{Builder, DataPoint, Metric, PointValue, Shape, Source};
use crate::load::report::{LoadReport, WarningKind, counted};

/// Values nested deeper than this in an attribute are not written out.
const DEEPEST: usize = 16;

/// What stands before each request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    /// Nothing: there is one request.
    Bare,
    /// Its length as a varint.
    Varint,
    /// Its length in four bytes, the highest first.
    FourBytes,
}

/// Whether bytes begin as a file of export requests does.
pub(crate) fn is_export(head: &[u8]) -> bool {
    framing(head).is_some()
}

fn framing(head: &[u8]) -> Option<Framing> {
    if head.first() == Some(&0) {
        let rest = head.get(4..)?;
        return begins_a_request(rest, be_length(head)?).then_some(Framing::FourBytes);
    }
    if begins_a_request(head, usize::MAX) {
        return Some(Framing::Bare);
    }
    let mut cursor = Cursor::new(head);
    let length = cursor.varint("a length").ok()?;
    let rest = head.get(cursor.at()..)?;
    begins_a_request(rest, usize::try_from(length).ok()?).then_some(Framing::Varint)
}

fn be_length(bytes: &[u8]) -> Option<usize> {
    bytes.first_chunk::<4>().map(|b| u32::from_be_bytes(*b) as usize)
}

/// Whether the first field is a resource's metrics, and the fields in it are those that it has, so far as they can be seen.
fn begins_a_request(bytes: &[u8], length: usize) -> bool {
    let bytes = bytes.get(..length).unwrap_or(bytes);
    let mut cursor = Cursor::new(bytes);
    let Ok((_, 1, LENGTH)) = tag(&mut cursor) else { return false };
    let Ok(inner) = cursor.varint("a length") else { return false };
    if inner as usize > length.saturating_sub(cursor.at()) {
        return false;
    }
    let seen = (cursor.left() as u64).min(inner);
    let Ok(mut resource) = cursor.part(seen, "a resource") else { return false };
    let mut metrics = false;
    while resource.left() > 0 {
        // field 1 is the resource, 2 its metrics, 3 the address of a schema, 1000 what came before them
        let Ok((_, 1 | 2 | 3 | 1000, LENGTH)) = tag(&mut resource).inspect(|(_, field, _)| metrics |= *field == 2)
        else {
            return false;
        };
        let Ok(length) = resource.varint("a length") else { return metrics };
        let seen = (resource.left() as u64).min(length);
        if resource.part(seen, "a field").is_err() {
            return false;
        }
    }
    metrics
}

/// Reads export requests.
pub(super) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let mut builder = Builder::marking_deltas();
    let framing = framing(bytes).ok_or_else(|| {
        Error::parse("this is no export request of OpenTelemetry in protobuf")
            .at(Position::in_file(name).at_byte(0))
            .hint("was the file written by an exporter of metrics, uncompressed?")
    })?;
    let mut requests = 0_u64;
    let mut first_error = None;
    let mut cursor = Cursor::new(bytes);
    while cursor.left() > 0 {
        let begin = cursor.at();
        let Ok(part) = next(&mut cursor, framing) else {
            let message = "the last request ends in the middle and was left out";
            report.warn(WarningKind::Truncated, message, Position::in_file(name).at_byte(begin as u64), 1);
            break;
        };
        requests += 1;
        if let Err(e) = request(part, &mut builder) {
            let byte = e.position().and_then(|p| p.byte).unwrap_or(begin as u64);
            let message =
                format!("a request cannot be read to its end ({}); what follows in it was left out", e.message());
            report.warn(WarningKind::Truncated, message, Position::in_file(name).at_byte(byte), 1);
            first_error = first_error.or(Some(e));
        }
    }
    if let Some(e) = first_error.filter(|_| builder.rows() == 0) {
        return Err(e.in_file(name).hint("was the export finished?"));
    }
    if builder.rows() == 0 {
        return Err(Error::empty("the requests hold no point").in_file(name).hint("does the exporter write metrics?"));
    }
    report.understand("requests", counted(requests, "export request"), "OTLP protobuf");
    let from = Source { file: name, bytes: bytes.len() as u64, format: Format::OtlpProtobuf };
    builder.finish(&from, options, report)
}

/// The next request.
fn next<'a>(cursor: &mut Cursor<'a>, framing: Framing) -> Result<Cursor<'a>> {
    let length = match framing {
        Framing::Bare => cursor.left() as u64,
        Framing::Varint => cursor.varint("a request’s length")?,
        Framing::FourBytes => u64::from(u32::from_be_bytes(cursor.take("a request’s length")?)),
    };
    cursor.part(length, "a request")
}

/// Every field of a message that is a message itself.
fn each_message<'a>(mut cursor: Cursor<'a>, mut take: impl FnMut(u64, Cursor<'a>) -> Result<()>) -> Result<()> {
    while cursor.left() > 0 {
        let (_, field, wire) = tag(&mut cursor)?;
        if wire == LENGTH {
            take(field, message(&mut cursor, "a message")?)?;
        } else {
            skip(&mut cursor, wire)?;
        }
    }
    Ok(())
}

fn request(cursor: Cursor<'_>, builder: &mut Builder) -> Result<()> {
    each_message(cursor, |field, resource| {
        if field != 1 {
            return Ok(());
        }
        let mut all = Labels::new();
        each_message(resource, |field, of| {
            if field != 1 {
                return Ok(());
            }
            each_message(of, |field, pair| if field == 1 { attribute(pair, &mut all) } else { Ok(()) })
        })?;
        let base = of_resource(&all);
        each_message(resource, |field, scope| {
            // 1000: what scopes were called before
            if field != 2 && field != 1000 {
                return Ok(());
            }
            each_message(scope, |field, of| if field == 2 { metric(of, &base, builder) } else { Ok(()) })
        })
    })
}

fn metric(cursor: Cursor<'_>, base: &Labels, builder: &mut Builder) -> Result<()> {
    let (mut name, mut code) = (None, String::new());
    let mut data = None;
    each_message(cursor, |field, value| {
        match field {
            1 => name = Some(text(value)?),
            3 => code = text(value)?,
            5 | 7 | 9 | 10 | 11 => data = Some((field, value)),
            _ => {}
        }
        Ok(())
    })?;
    let Some((field, data)) = data else { return Ok(()) };
    let (mut cumulative, mut monotonic) = (false, false);
    let mut about = data;
    while about.left() > 0 {
        match tag(&mut about)? {
            (_, 2, VARINT) => cumulative = about.varint("the temporality")? == 2,
            (_, 3, VARINT) => monotonic = about.varint("whether it is monotonic")? != 0,
            (_, _, wire) => skip(&mut about, wire)?,
        }
    }
    let shape = match field {
        5 => Shape::Gauge,
        7 => Shape::Sum { monotonic, cumulative },
        11 => Shape::Summary,
        _ => Shape::Histogram { cumulative },
    };
    let metric = Metric { name: name.unwrap_or_else(|| "metric".to_owned()), unit: Some(unit_of(&code, shape)), shape };
    each_message(data, |inner, point| {
        if inner == 1 {
            builder.point(&metric, data_point(point, field, base)?);
        }
        Ok(())
    })
}

/// One point of a metric whose data is a given field of it.
fn data_point(cursor: Cursor<'_>, kind: u64, base: &Labels) -> Result<DataPoint> {
    let whole = cursor.rest();
    let (attributes, flag) = match kind {
        9 => (9, 10),
        10 => (1, 10),
        _ => (7, 8),
    };
    let mut point =
        DataPoint { labels: base.clone(), start: None, time: None, no_value: false, value: PointValue::Number(None) };
    let (mut number, mut count, mut sum, mut quantiles) = (None, None, None, Vec::new());
    let mut cursor = cursor;
    while cursor.left() > 0 {
        let (_, field, wire) = tag(&mut cursor)?;
        match (field, wire) {
            (2, FIXED_64) => point.start = nanos(fixed_64(&mut cursor, "the start")?),
            (3, FIXED_64) => point.time = nanos(fixed_64(&mut cursor, "the time")?),
            (field, VARINT) if field == flag => point.no_value = cursor.varint("the flags")? & 1 == 1,
            (field, LENGTH) if field == attributes => {
                attribute(message(&mut cursor, "an attribute")?, &mut point.labels)?;
            }
            (4, FIXED_64) if matches!(kind, 5 | 7) => number = Some(cursor.f64_le("the value")?),
            (6, FIXED_64) if matches!(kind, 5 | 7) => number = Some(fixed_64(&mut cursor, "the value")? as i64 as f64),
            (4, FIXED_64) if kind == 11 => count = Some(fixed_64(&mut cursor, "the count")? as f64),
            (5, FIXED_64) if kind == 11 => sum = Some(cursor.f64_le("the sum")?),
            (6, LENGTH) if kind == 11 => quantiles.push(quantile(message(&mut cursor, "a quantile")?)?),
            _ => skip(&mut cursor, wire)?,
        }
    }
    point.value = match kind {
        9 => PointValue::Histogram(Explicit::from_otlp_bytes(whole).map(|h| AnySketch::Explicit(Box::new(h)))),
        10 => PointValue::Histogram(Exponential::from_otlp_bytes(whole).map(|h| AnySketch::Exponential(Box::new(h)))),
        // what is 0 is not written
        11 => PointValue::Summary { count: count.or(Some(0.0)), sum: sum.or(Some(0.0)), quantiles },
        _ => PointValue::Number(number),
    };
    Ok(point)
}

fn quantile(mut cursor: Cursor<'_>) -> Result<(String, Option<f64>)> {
    let (mut quantile, mut value) = (0.0, 0.0);
    while cursor.left() > 0 {
        match tag(&mut cursor)? {
            (_, 1, FIXED_64) => quantile = cursor.f64_le("the quantile")?,
            (_, 2, FIXED_64) => value = cursor.f64_le("the quantile’s value")?,
            (_, _, wire) => skip(&mut cursor, wire)?,
        }
    }
    Ok((quantile.to_string(), Some(value)))
}

fn nanos(value: u64) -> Option<i64> {
    i64::try_from(value).ok().filter(|t| *t != 0)
}

fn text(cursor: Cursor<'_>) -> Result<String> {
    std::str::from_utf8(cursor.rest()).map(str::to_owned).map_err(|_| cursor.fail("a name is not UTF-8"))
}

/// A key with its value.
fn attribute(cursor: Cursor<'_>, labels: &mut Labels) -> Result<()> {
    let (mut key, mut value) = (None, String::new());
    each_message(cursor, |field, part| {
        match field {
            1 => key = Some(text(part)?),
            2 => {
                value = match any_value(part, 0)? {
                    Some((_, Value::String(text))) => text,
                    Some((_, other)) => other.to_string(),
                    None => String::new(),
                }
            }
            _ => {}
        }
        Ok(())
    })?;
    if let Some(key) = key {
        labels.set(key, value);
    }
    Ok(())
}

/// A value with its name in the JSON mapping, so that what is not plain reads the same in both encodings.
fn any_value(mut cursor: Cursor<'_>, depth: usize) -> Result<Option<(&'static str, Value)>> {
    let mut found = None;
    while cursor.left() > 0 {
        let (_, field, wire) = tag(&mut cursor)?;
        found = Some(match (field, wire) {
            (1, LENGTH) => ("stringValue", text(message(&mut cursor, "a text")?)?.into()),
            (2, VARINT) => ("boolValue", (cursor.varint("a truth")? != 0).into()),
            (3, VARINT) => ("intValue", (cursor.varint("a number")? as i64).to_string().into()),
            (4, FIXED_64) => ("doubleValue", cursor.f64_le("a number")?.to_string().into()),
            (5 | 6, LENGTH) if depth < DEEPEST => {
                let list = message(&mut cursor, "a list")?;
                let mut values = Vec::new();
                each_message(list, |inner, part| {
                    if inner == 1 {
                        values.push(if field == 5 { wrapped(part, depth + 1)? } else { pair(part, depth + 1)? });
                    }
                    Ok(())
                })?;
                (if field == 5 { "arrayValue" } else { "kvlistValue" }, json!({ "values": values }))
            }
            (7, LENGTH) => {
                use base64::Engine;
                let bytes = message(&mut cursor, "bytes")?.rest();
                ("bytesValue", base64::engine::general_purpose::STANDARD.encode(bytes).into())
            }
            _ => {
                skip(&mut cursor, wire)?;
                continue;
            }
        });
    }
    Ok(found)
}

fn wrapped(cursor: Cursor<'_>, depth: usize) -> Result<Value> {
    Ok(any_value(cursor, depth)?.map_or_else(|| json!({}), |(name, value)| json!({ name: value })))
}

fn pair(cursor: Cursor<'_>, depth: usize) -> Result<Value> {
    let (mut key, mut value) = (String::new(), json!({}));
    each_message(cursor, |field, part| {
        match field {
            1 => key = text(part)?,
            2 => value = wrapped(part, depth)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(json!({ "key": key, "value": value }))
}
