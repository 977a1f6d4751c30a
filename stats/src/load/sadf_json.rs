//! What `sadf -j` prints: reports of a time, one after the other, each an object of activities.
//!
//! Reports are read one at a time, so that a file that was cut off keeps those before. A figure's name is its path, as in `cpu-load.user`; words
//! beside it, such as a processor or an interface, are labels. Source: `sadf(1)` of sysstat 12, and recordings of it.

use std::borrow::Cow;

use serde_json::Value;

use crate::error::{Error, Position, Result};
use crate::labels::Labels;
use crate::load::clock::{self, Clock, TimeFormat};
use crate::load::dataset::Dataset;
use crate::load::encoding;
use crate::load::options::{Format, LoadOptions};
use crate::load::points::{Builder, DataPoint, Metric, PointValue, Shape, Source};
use crate::load::report::{LoadReport, WarningKind, counted};
use crate::load::zone;
use crate::unit::Unit;

/// The reports being read.
struct Reader {
    builder: Builder,
    clock: Clock,
    reports: u64,
    /// Reports without a readable time, and the line of the first.
    untimed: (u64, u64),
}

/// Reads the reports of all hosts.
pub(crate) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let text = encoding::text(bytes, name, &mut report);
    let clock = Clock::new(TimeFormat::Text, clock::zone(options.tz.as_deref())?);
    let mut reader = Reader { builder: Builder::default(), clock, reports: 0, untimed: (0, 0) };
    let (mut at, mut found) = (0, false);
    while let Some(next) = find(&text, at, "\"statistics\"") {
        found = true;
        let about = text.get(at..next).unwrap_or_default();
        let host = word(about, "\"nodename\"").unwrap_or_default();
        let Some(open) = find(&text, next, "[") else { break };
        at = match reader.list(&text, open + 1, &host) {
            Ok(end) => end,
            Err((byte, message)) => {
                let line = line_at(&text, byte);
                let position = Position::in_file(name).at_line(line);
                if reader.reports == 0 {
                    return Err(Error::parse(message).at(position).hint("was the recording finished?"));
                }
                let message = format!("{message}; the {} before are kept", counted(reader.reports, "report"));
                report.warn(WarningKind::Truncated, message, position, 1);
                break;
            }
        };
    }
    if !found || reader.builder.rows() == 0 {
        return Err(Error::empty("no report with figures").in_file(name).hint("was the recording finished?"));
    }
    report.understand("reports", counted(reader.reports, "report"), "sadf -j");
    let (count, line) = reader.untimed;
    if count > 0 {
        let message = format!("{} without a readable time left out", counted(count, "report"));
        report.warn(WarningKind::NotATime, message, Position::in_file(name).at_line(line), count);
    }
    zone::tell_clock(&reader.clock, reader.clock.read, || Position::in_file(name), &mut report);
    let from = Source { file: name, bytes: bytes.len() as u64, format: Format::SadfJson };
    reader.builder.finish(&from, options, report)
}

fn find(text: &str, from: usize, what: &str) -> Option<usize> {
    memchr::memmem::find(text.as_bytes().get(from..)?, what.as_bytes()).map(|i| from + i)
}

/// The text that a key has.
fn word(text: &str, key: &str) -> Option<String> {
    let rest = text.rsplit_once(key)?.1.trim_start().strip_prefix(':')?;
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<String>();
    values.next()?.ok()
}

fn line_at(text: &str, byte: usize) -> u64 {
    memchr::memchr_iter(b'\n', text.as_bytes().get(..byte).unwrap_or_default()).count() as u64 + 1
}

impl Reader {
    /// Reads a list of reports and gives where it ends, or the byte of what is wrong with it.
    fn list(&mut self, text: &str, from: usize, host: &str) -> std::result::Result<usize, (usize, Cow<'static, str>)> {
        let mut at = from;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let skipped = rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',').len();
            at += skipped;
            let rest = text.get(at..).unwrap_or_default();
            if rest.starts_with(']') {
                return Ok(at + 1);
            }
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            match values.next() {
                Some(Ok(Value::Object(report))) => {
                    let begin = at;
                    at += values.byte_offset();
                    self.report(&Value::Object(report), host, text, begin);
                }
                Some(Ok(_)) => return Err((at, "a report is no object".into())),
                Some(Err(e)) if e.is_eof() => return Err((text.len(), "the reports end in the middle".into())),
                Some(Err(e)) => return Err((at, format!("a report cannot be read: {e}").into())),
                None => return Err((text.len(), "the reports end in the middle".into())),
            }
        }
    }

    fn report(&mut self, report: &Value, host: &str, text: &str, begin: usize) {
        self.reports += 1;
        let stamp = report.get("timestamp");
        let part = |name: &str| stamp.and_then(|s| s.get(name)).and_then(Value::as_str).unwrap_or_default();
        let utc = stamp.and_then(|s| s.get("utc")).is_some_and(|u| u.as_u64() == Some(1) || u.as_bool() == Some(true));
        let iso = format!("{}T{}{}", part("date"), part("time"), if utc { "Z" } else { "" });
        let Some(time) = self.clock.parse(iso.as_bytes()) else {
            if self.untimed.0 == 0 {
                self.untimed.1 = line_at(text, begin);
            }
            self.untimed.0 += 1;
            return;
        };
        let labels = if host.is_empty() { Labels::new() } else { Labels::from_pairs([("host", host)]) };
        for (name, value) in report.as_object().into_iter().flatten().filter(|(name, _)| *name != "timestamp") {
            self.walk(name, value, &labels, time);
        }
    }

    /// Every number below a value; depth is bounded by the parser of JSON.
    fn walk(&mut self, path: &str, value: &Value, labels: &Labels, time: i64) {
        match value {
            Value::Array(all) => all.iter().for_each(|v| self.walk(path, v, labels, time)),
            Value::Object(fields) => {
                let mut labels = labels.clone();
                for (name, word) in fields {
                    if let Value::String(word) = word {
                        labels.set(name.as_str(), word.as_str());
                    }
                }
                fields.iter().for_each(|(name, v)| self.walk(&format!("{path}.{name}"), v, &labels, time));
            }
            Value::Number(number) => {
                let percent = path.starts_with("cpu-load") || path.ends_with("-percent");
                let unit = if percent { Unit::Percent } else { Unit::None };
                let metric = Metric { name: path.to_owned(), unit: Some(unit), shape: Shape::Gauge };
                let value = PointValue::Number(number.as_f64());
                let point = DataPoint { labels: labels.clone(), start: None, time: Some(time), no_value: false, value };
                self.builder.point(&metric, point);
            }
            Value::String(_) | Value::Bool(_) | Value::Null => {}
        }
    }
}
