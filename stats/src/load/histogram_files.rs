//! Files of histograms: `HdrHistogram`'s interval log, base64 and percentile distribution, `OpenHistogram`'s lines, `DDSketch` in protobuf,
//! and what bpftrace and dtrace print. Their decoders live in [`crate::histogram`]; here they become series.

use std::collections::BTreeMap;

use crate::error::{Error, Position, Result};
use crate::histogram::{
    AnySketch, DdDialect, DdSketch, Explicit, Hdr, HdrLog, LogLinear, NamedHistogram, Sketch, parse_bpftrace,
    parse_dtrace,
};
use crate::labels::Labels;
use crate::load::dataset::{Data, Dataset, Item};
use crate::load::encoding;
use crate::load::histograms::{Histograms, windowed};
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind, counted};
use crate::series::Identity;
use crate::time::{Span, Timestamp, Window};
use crate::unit::Unit;

/// The format that the first lines tell.
pub(crate) fn by_lines(text: &[u8]) -> Option<Format> {
    let has = |needle: &str| memchr::memmem::find(text, needle.as_bytes()).is_some();
    let mut lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|l| !l.is_empty());
    let first = lines.next()?;
    let log = first.starts_with(b"#[") && has("istogram log format") || first.starts_with(b"\"StartTimestamp\"");
    if log || first.starts_with(HDR.as_bytes()) {
        return Some(Format::HdrLog);
    }
    let words: Vec<&[u8]> = first.split(u8::is_ascii_whitespace).filter(|w| !w.is_empty()).collect();
    if words == [&b"Value"[..], b"Percentile", b"TotalCount", b"1/(1-Percentile)"] {
        return Some(Format::HdrPercentiles);
    }
    if has("- Distribution -") && has("count") {
        return Some(Format::Dtrace);
    }
    let rows = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).take(40);
    let mut rows = rows.filter(|l| l.starts_with(b"[") && l.ends_with(b"|") && memchr::memchr(b',', l).is_some());
    if rows.next().is_some() && (first.starts_with(b"@") || first.starts_with(b"Attaching")) {
        return Some(Format::Bpftrace);
    }
    (first.len() >= 8 && LogLinear::from_base64(std::str::from_utf8(first).ok()?).is_ok())
        .then_some(Format::OpenHistogram)
}

/// Whether an object's keys are those of `OpenHistogram`'s JSON.
pub(crate) fn is_open_histogram(line: &[u8]) -> bool {
    let key = |word: &str| {
        let bytes = word.as_bytes();
        matches!(bytes, [b'+' | b'-', d1, d0, b'e', b'+' | b'-', rest @ ..]
            if d1.is_ascii_digit() && d0.is_ascii_digit() && (1..=3).contains(&rest.len()) && rest.iter().all(u8::is_ascii_digit))
            // the Rust implementation writes 1.2e-2 for +12e-003
            || matches!(bytes.strip_prefix(b"-").unwrap_or(bytes), [d1, b'.', d0, b'e', rest @ ..]
                if d1.is_ascii_digit() && d0.is_ascii_digit() && word.parse::<f64>().is_ok() && rest.len() <= 4)
    };
    let (mut keys, mut all) = (0, true);
    let read = crate::load::json_lines::scan(line, &mut |name, _| {
        keys += 1;
        all &= key(name);
    });
    read.is_some() && keys > 0 && all
}

/// Whether bytes begin with the mapping of a `DDSketch`: γ, perhaps the offset and the kind of interpolation. JavaScript's library writes
/// what is 0 too, which the others leave out.
pub(crate) fn dd_sketch(head: &[u8]) -> Option<Format> {
    let [0x0a, length, 0x09, rest @ ..] = head else { return None };
    let gamma = f64::from_le_bytes(*rest.first_chunk()?);
    let inside = rest.get(8..usize::from(*length).checked_sub(1)?)?;
    let behind = rest.get(8 + inside.len()..).unwrap_or_default();
    let stores = matches!(behind, [] | [0x12 | 0x1a | 0x21, ..]);
    let known = match inside {
        [] | [0x18, _] => Some(Format::DdSketch),
        [0x11, offset @ ..] if offset.len() == 8 => Some(Format::DdSketch),
        [0x11, offset @ .., 0x18, 0] if offset.len() == 8 && offset == [0; 8] => Some(Format::DdSketchPython),
        [0x11, offset @ .., 0x18, _] if offset.len() == 8 => Some(Format::DdSketch),
        _ => None,
    };
    known.filter(|_| stores && gamma > 1.0 && gamma < 16.0)
}

/// How `HdrHistogram`'s compressed form begins in base64, whatever it holds.
const HDR: &str = "HISTF";

/// Whether a text is lines of `HdrHistogram`s without a log around them.
fn is_bare(text: &str) -> bool {
    text.trim_start().starts_with(HDR)
}

/// Reads any of them.
pub(crate) fn read(name: &str, bytes: &[u8], format: Format, options: &LoadOptions) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let is_sketch = matches!(format, Format::DdSketch | Format::DdSketchPython);
    let text = if is_sketch { String::new().into() } else { encoding::text(bytes, name, &mut report) };
    let found = if is_sketch {
        sketch(bytes, format, options, &mut report)
    } else {
        decoded(&text, format, options, &mut report, name)
    };
    let found = found.map_err(|e| e.in_file(name))?;
    let inside = |w: &Window| options.from.is_none_or(|t| w.start >= t) && options.to.is_none_or(|t| w.start < t);
    let timed = matches!(format, Format::HdrLog) && !is_bare(&text);
    if !timed {
        let message = format!(
            "the histograms have no time of their own; taken to be of {}; --from sets another",
            options.from.unwrap_or_default()
        );
        report.warn(WarningKind::NoTime, message, Position::in_file(name), 1);
    }
    let rows = report.rows;
    report.files.push(FileRead { name: name.to_owned(), format, bytes: bytes.len() as u64, rows });
    let mut data = Dataset { items: Vec::new(), report };
    let mut outside = 0;
    for ((series, labels), mut windows) in found {
        let before = windows.len();
        if timed {
            windows.retain(|(w, _)| inside(w));
        }
        outside += (before - windows.len()) as u64;
        let unit = options.unit.clone().or_else(|| Unit::from_name(&series)).unwrap_or_default();
        let identity = Identity { name: series, labels, unit };
        let title = identity.title();
        match Histograms::new(identity, windows) {
            Ok(histograms) => data.items.push(Item::new(Kind::Histogram, Data::Histograms(histograms), format)),
            Err(e) if e.kind() == crate::ErrorKind::Empty => {
                let message = format!("“{title}” has no usable histogram");
                data.report.warn(WarningKind::EmptySeries, message, Position::in_file(name), 1);
            }
            Err(e) => return Err(e.in_file(name)),
        }
    }
    if outside > 0 {
        data.report.understand("range", format!("{} outside left out", counted(outside, "window")), "--from and --to");
    }
    if data.items.is_empty() {
        return Err(Error::empty("no histogram that holds a value").in_file(name).hint("was the export finished?"));
    }
    data.sort();
    Ok(data)
}

/// A trace prints a histogram in a few lines, which takes a kilobyte whatever is in it.
const MOST_TRACED: usize = 20_000;

/// Refuses a trace of more histograms than that, before any is made.
fn refuse_too_many(text: &str, is_heading: impl Fn(&str) -> bool) -> Result<()> {
    let more = (1_u64..).zip(text.lines()).filter(|(_, line)| is_heading(line)).nth(MOST_TRACED);
    more.map_or(Ok(()), |(line, _)| {
        Err(Error::unsupported(format!("a trace of more than {MOST_TRACED} histograms"))
            .at(Position::default().at_line(line))
            .hint("cut it into several files"))
    })
}

/// The histograms by series.
fn decoded(text: &str, format: Format, options: &LoadOptions, report: &mut LoadReport, file: &str) -> Result<Found> {
    Ok(match format {
        Format::HdrLog if is_bare(text) => hdr_lines(text, options, report)?,
        Format::HdrLog => hdr_log(text, report)?,
        Format::HdrPercentiles => hdr_percentiles(text, options, report, file)?,
        Format::OpenHistogram => open_histogram(text, options, report, file)?,
        Format::Dtrace => {
            refuse_too_many(text, |line| line.contains("- Distribution -"))?;
            tracer(parse_dtrace(text)?, options, report)?
        }
        _ => {
            refuse_too_many(text, |line| line.starts_with('@'))?;
            tracer(parse_bpftrace(text)?, options, report)?
        }
    })
}

/// One `DDSketch`.
fn sketch(bytes: &[u8], format: Format, options: &LoadOptions, report: &mut LoadReport) -> Result<Found> {
    let (dialect, libraries) = match format {
        Format::DdSketchPython => (DdDialect::Python, "Python's and JavaScript's"),
        _ => (DdDialect::JavaAndGo, "Java's and Go's"),
    };
    report.understand(
        "bins",
        format!("as {libraries} libraries mean them"),
        "the message does not say it; --format ddsketch and ddsketch-python do",
    );
    let sketch = DdSketch::from_bytes(bytes, dialect)?;
    report.rows = 1;
    let windows = vec![(untimed(options), AnySketch::DdSketch(Box::new(sketch)))];
    Ok(Found::from([(("ddsketch".to_owned(), Labels::new()), windows)]))
}

/// Series with their windows.
type Found = BTreeMap<(String, Labels), Vec<(Window, AnySketch)>>;

/// Adds one more histogram of the same time: each is as wide as its values lie apart, however short its line is, so that no two are
/// held.
fn add(windows: &mut Vec<(Window, AnySketch)>, window: Window, more: AnySketch, report: &mut LoadReport) -> Result<()> {
    report.rows += 1;
    if let Some((_, sum)) = windows.last_mut() {
        return sum.merge(&more);
    }
    windows.push((window, more));
    Ok(())
}

/// Where histograms without a time lie.
fn untimed(options: &LoadOptions) -> Window {
    windowed(options.from.unwrap_or_default(), Span::SECOND)
}

/// Intervals whose times count from 1970, or from the log's base or start time.
fn hdr_log(text: &str, report: &mut LoadReport) -> Result<Found> {
    // values are whole ticks; what a tick is, the log does not say
    let log = HdrLog::from_text(text, 1.0)?;
    report.rows = log.intervals.len() as u64;
    let earliest = log.intervals.iter().map(|i| i.start_s).fold(f64::INFINITY, f64::min);
    // Java's reader takes times as relative where there is a base time, or where they lie more than a year before the start time
    let year = 365.0 * 86_400.0;
    let base = log.base_time_s.or(log.start_time_s.filter(|start| earliest < start - year)).unwrap_or(0.0);
    report.understand("value", "whole ticks", "an interval log does not say its unit; --unit does");
    let mut found = Found::new();
    for interval in log.intervals {
        let start = Timestamp::from_secs_f64(base + interval.start_s)?;
        let width = Span::from_secs_f64(interval.duration_s)?;
        let width = if width.0 > 0 { width } else { Span(1) };
        let labels = Labels::from_pairs(interval.tag.map(|tag| ("tag", tag)));
        let window = windowed(start, width);
        found.entry(("hdr".into(), labels)).or_default().push((window, AnySketch::Hdr(Box::new(interval.histogram))));
    }
    Ok(found)
}

/// A histogram a line in base64, merged: lines have no time.
fn hdr_lines(text: &str, options: &LoadOptions, report: &mut LoadReport) -> Result<Found> {
    report.understand("value", "whole ticks", "an HdrHistogram does not say its unit; --unit does");
    let mut windows = Vec::new();
    for (number, line) in (1_u64..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let histogram = Hdr::from_base64(line, 1.0).map_err(|e| {
            let cut = Error::parse(format!("an HdrHistogram in base64 that is damaged: {}", e.message()));
            cut.at(Position::default().at_line(number)).hint("was it copied whole?").caused_by(e)
        })?;
        let histogram = AnySketch::Hdr(Box::new(histogram));
        add(&mut windows, untimed(options), histogram, report)
            .map_err(|e| e.at(Position::default().at_line(number)))?;
    }
    Ok(Found::from([(("hdr".to_owned(), Labels::new()), windows)]))
}

/// Rows `value percentile total 1/(1-percentile)`: the counts between two rows lie between their values.
fn hdr_percentiles(text: &str, options: &LoadOptions, report: &mut LoadReport, file: &str) -> Result<Found> {
    let bad = |number: u64, what: &str| Error::parse(what.to_owned()).at(Position::in_file(file).at_line(number));
    let mut rows: Vec<(f64, u64)> = Vec::new();
    for (number, line) in (1_u64..).zip(text.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (Some(value), Some(total)) = (words.first(), words.get(2)) else { continue };
        if value.starts_with('#') || *value == "Value" {
            continue;
        }
        let value: f64 = value.parse().map_err(|_| bad(number, "a value is not a number"))?;
        let total: u64 = total.parse().map_err(|_| bad(number, "a total count is not a whole number"))?;
        match rows.last_mut() {
            Some((last, n)) if *last == value => *n = total.max(*n),
            Some((last, n)) if value < *last || total < *n => return Err(bad(number, "values and counts must rise")),
            _ => rows.push((value, total)),
        }
    }
    let Some((last, _)) = rows.last().copied() else {
        return Err(Error::empty("the distribution holds no row").in_file(file));
    };
    report.understand(
        "value",
        format!("{} edges up to {last}", rows.len()),
        "a percentile distribution: the counts between two rows lie between their values",
    );
    report.rows = 1;
    let total = rows.last().map_or(0, |(_, n)| *n);
    rows.push((f64::INFINITY, total));
    let histogram = Explicit::from_cumulative(&rows).map_err(|e| e.in_file(file))?;
    let window = untimed(options);
    Ok(Found::from([(("hdr".to_owned(), Labels::new()), vec![(window, AnySketch::Explicit(Box::new(histogram)))])]))
}

/// A histogram a line, merged: lines have no time.
fn open_histogram(text: &str, options: &LoadOptions, report: &mut LoadReport, file: &str) -> Result<Found> {
    let mut windows = Vec::new();
    for (number, line) in (1_u64..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let read = if line.starts_with('{') { LogLinear::from_json(line) } else { LogLinear::from_base64(line) };
        let added = read.and_then(|h| add(&mut windows, untimed(options), AnySketch::LogLinear(h), report));
        added.map_err(|e| e.at(Position::in_file(file).at_line(number)))?;
    }
    Ok(Found::from([(("openhistogram".to_owned(), Labels::new()), windows)]))
}

/// Histograms by the names of their maps.
fn tracer(all: Vec<NamedHistogram>, options: &LoadOptions, report: &mut LoadReport) -> Result<Found> {
    let mut found = Found::new();
    for (i, one) in all.into_iter().enumerate() {
        let name = one.name.trim_start_matches('@').trim_end_matches(':');
        let name = if name.is_empty() { format!("histogram {}", i + 1) } else { name.to_owned() };
        let (name, labels) = match name.split_once('[') {
            Some((head, key)) => (head.to_owned(), Labels::from_pairs([("key", key.trim_end_matches(']'))])),
            None => (name, Labels::new()),
        };
        let windows = found.entry((name, labels)).or_default();
        add(windows, untimed(options), AnySketch::PowersOfTwo(one.histogram), report)?;
    }
    Ok(found)
}
