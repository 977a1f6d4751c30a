//! What `sadf -j` and `iostat -o JSON` print: reports of a time, one after the other, each an object of activities.
//!
//! Reports are read one at a time, so that a file that was cut off keeps those before. A figure's name is its path, as in `cpu-load.user`; words
//! beside it, such as a processor or an interface, are labels. The first report of iostat is the average since the machine started, and is left out where others follow; without `-t` its
//! reports have no times. Sources: `sadf(1)` and `iostat(1)` of sysstat 12, and recordings of them.

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
use crate::load::system;
use crate::load::system_columns::unit as unit_of;
use crate::load::zone;
use crate::time::Span;
use crate::unit::Unit;

/// The reports being read.
struct Reader {
    builder: Builder,
    clock: Clock,
    reports: u64,
    /// Reports without a readable time, and the line of the first.
    untimed: (u64, u64),
    /// Of iostat: the distance of reports without a time, and the time of the first.
    steps: Option<(Span, i64)>,
    /// Of iostat: the first report, until it is known whether others follow.
    first: Option<Value>,
    since_start: u64,
    without_time: u64,
}

/// Reads the reports of all hosts.
pub(crate) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let text = encoding::text(bytes, name, &mut report);
    let clock = Clock::new(TimeFormat::Text, clock::zone(options.tz.as_deref())?);
    // only iostat has these: sadf calls a disk “disk-device”
    let is_iostat = text.contains("\"avg-cpu\"") || text.contains("\"disk_device\"");
    let steps = is_iostat.then(|| (options.step.unwrap_or(Span::SECOND), options.from.unwrap_or_default().0));
    if let (Some(_), false) = (options.step, is_iostat) {
        return Err(Error::argument("--step is about reports without times, and those of sadf have them")
            .in_file(name)
            .hint("leave it out"));
    }
    let mut reader = Reader {
        builder: Builder::default(),
        clock,
        reports: 0,
        untimed: (0, 0),
        steps,
        first: None,
        since_start: 0,
        without_time: 0,
    };
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
    let tool = if is_iostat { "iostat -o JSON" } else { "sadf -j" };
    report.understand("reports", counted(reader.reports, "report"), tool);
    if reader.since_start > 0 {
        let message = "iostat: the first report is the average since the machine started, and was left out";
        report.warn(WarningKind::Skipped, message, Position::in_file(name), reader.since_start);
    }
    if let (Some((step, _)), 1..) = (steps, reader.without_time) {
        let message = format!(
            "the reports have no time; taken to be {step} apart; --step and --from say otherwise, -t prints it"
        );
        report.warn(WarningKind::NoTime, message, Position::in_file(name), reader.without_time);
    }
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
                if let Some(only) = self.first.take() {
                    self.timed(&only, host, text, from);
                }
                return Ok(at + 1);
            }
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            match values.next() {
                Some(Ok(Value::Object(report))) => {
                    let begin = at;
                    at += values.byte_offset();
                    self.report(Value::Object(report), host, text, begin);
                }
                Some(Ok(_)) => return Err((at, "a report is no object".into())),
                Some(Err(e)) if e.is_eof() => return Err((text.len(), "the reports end in the middle".into())),
                Some(Err(e)) => return Err((at, format!("a report cannot be read: {e}").into())),
                None => return Err((text.len(), "the reports end in the middle".into())),
            }
        }
    }

    /// Keeps the first report of iostat until it is known whether there are others.
    fn report(&mut self, report: Value, host: &str, text: &str, begin: usize) {
        self.reports += 1;
        if self.steps.is_some() && self.reports == 1 {
            self.first = Some(report);
            return;
        }
        self.since_start += u64::from(self.first.take().is_some());
        self.timed(&report, host, text, begin);
    }

    /// The time of a report of iostat: its words, such as `11/25/2026 01:58:04 PM`, or the distance from those before.
    fn iostat_time(&mut self, stamp: Option<&Value>) -> Option<i64> {
        let (step, first) = self.steps?;
        let Some(stamp) = stamp.and_then(Value::as_str) else {
            let before = self.without_time as i64;
            self.without_time += 1;
            return Some(first.saturating_add(step.0.saturating_mul(before)));
        };
        let mut words = stamp.split_whitespace();
        let iso = match (words.next(), words.next()) {
            (Some(date), Some(time)) => {
                format!("{}T{}", system::iso_date(date)?, system::clock_24(time, words.next())?)
            }
            _ => stamp.to_owned(),
        };
        self.clock.parse(iso.as_bytes())
    }

    fn timed(&mut self, report: &Value, host: &str, text: &str, begin: usize) {
        let stamp = report.get("timestamp");
        let part = |name: &str| stamp.and_then(|s| s.get(name)).and_then(Value::as_str).unwrap_or_default();
        let utc = stamp.and_then(|s| s.get("utc")).is_some_and(|u| u.as_u64() == Some(1) || u.as_bool() == Some(true));
        let iso = format!("{}T{}{}", part("date"), part("time"), if utc { "Z" } else { "" });
        let time = if self.steps.is_some() { self.iostat_time(stamp) } else { self.clock.parse(iso.as_bytes()) };
        let Some(time) = time else {
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
                let percent =
                    ["cpu-load", "avg-cpu"].iter().any(|start| path.starts_with(start)) || path.ends_with("-percent");
                let last = path.rsplit('.').next().unwrap_or_default();
                let known = self.steps.and_then(|_| unit_of(last, Format::Sysstat));
                let unit = if percent || last == "util" { Unit::Percent } else { known.unwrap_or_default() };
                let metric = Metric { name: path.to_owned(), unit: Some(unit), shape: Shape::Gauge };
                let value = PointValue::Number(number.as_f64());
                let point = DataPoint { labels: labels.clone(), start: None, time: Some(time), no_value: false, value };
                self.builder.point(&metric, point);
            }
            Value::String(_) | Value::Bool(_) | Value::Null => {}
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::{Item, load_bytes};
    use crate::progress::Progress;

    /// The form is that of `iostat -o JSON` of sysstat 12.7, with and without `-t`.
    #[test]
    fn iostat_writes_json_too() {
        let report = |stamp: &str, idle: f64| {
            format!(
                r#"{{{stamp}"avg-cpu": {{"user": 1.5, "idle": {idle}}}, "disk": [{{"disk_device": "vda", "r/s": 2, "rkB/s": 8.5, "r_await": 0.25, "util": 3}}]}}"#
            )
        };
        let file = |reports: &[String]| {
            format!(
                r#"{{"sysstat": {{"hosts": [{{"nodename": "vm", "sysname": "Linux", "date": "11/25/2026", "statistics": [{}]}}]}}}}"#,
                reports.join(",\n")
            )
        };
        let load = |text: &str, options: &LoadOptions| load_bytes("i.json", text.as_bytes(), options, &Progress::new());
        let timed = |time: &str| format!(r#""timestamp": "{time}", "#);
        let text = file(&[
            report(&timed("11/25/2026 01:58:03 PM"), 50.0),
            report(&timed("11/25/2026 01:58:04 PM"), 90.0),
            report(&timed("11/25/2026 01:58:05 PM"), 95.0),
        ]);
        let data = load(&text, &LoadOptions::default()).unwrap();
        let find = |title: &str| -> &Item { data.items.iter().find(|i| i.title() == title).unwrap() };
        let idle = find("avg-cpu.idle{host=\"vm\"}");
        // the first is since the machine started; 2026-11-25T13:58:04Z
        assert_eq!((idle.values(), idle.times()[0]), (&[90.0, 95.0][..], 1_795_615_084_000_000_000));
        assert_eq!(idle.identity.unit, Unit::Percent);
        let waits = find("disk.r_await{disk_device=\"vda\", host=\"vm\"}");
        assert_eq!((waits.values(), &waits.identity.unit), (&[0.25, 0.25][..], &Unit::Millisecond));
        let kinds: Vec<WarningKind> = data.report.warnings.iter().map(|w| w.kind).collect();
        assert_eq!(kinds, [WarningKind::Skipped]);
        let text = file(&[report("", 50.0), report("", 90.0), report("", 95.0)]);
        let ten = LoadOptions { step: Some(Span(10_000_000_000)), ..LoadOptions::default() };
        let data = load(&text, &ten).unwrap();
        assert_eq!(data.items[0].times(), [0, 10_000_000_000]);
        assert!(data.report.warnings.iter().any(|w| w.kind == WarningKind::NoTime));
        // a report alone is kept
        assert_eq!(load(&file(&[report("", 50.0)]), &ten).unwrap().items[0].count(), 1);
    }
}
