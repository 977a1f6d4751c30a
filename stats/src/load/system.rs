//! What `sysstat` and `procps` print: `sar`, `sadf -d`, `iostat` and `vmstat`.
//!
//! Their first report (`iostat`, `vmstat`) is the average since the machine started, and is left out where others follow. Sources: the manuals
//! `sar(1)`, `sadf(1)`, `iostat(1)`, `vmstat(8)`, and recordings of the programs.

use std::collections::HashMap;

use crate::error::{Error, Position, Result};
use crate::labels::Labels;
use crate::load::clock::{self, Clock, TimeFormat};
use crate::load::dataset::Dataset;
use crate::load::encoding;
use crate::load::number::{self, Field};
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind, counted};
use crate::load::samples::{Samples, to_dataset};
use crate::load::zone;
use crate::time::Span;
use crate::unit::Unit;

const DAY: i64 = 86_400_000_000_000;

/// The format that the first lines tell.
pub(crate) fn by_lines(text: &[u8]) -> Option<Format> {
    let line = text.split(|b| *b == b'\n').next().unwrap_or_default();
    if line.starts_with(b"# hostname;interval;timestamp") {
        return Some(Format::Sysstat);
    }
    if line.starts_with(b"Linux ") && line.trim_ascii_end().ends_with(b"CPU)") {
        return Some(Format::Sysstat);
    }
    line.starts_with(b"procs -").then_some(Format::Vmstat)
}

/// Reads any of them.
pub(crate) fn read(name: &str, bytes: &[u8], format: Format, options: &LoadOptions) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let text = encoding::text(bytes, name, &mut report);
    let mut table = Table::new(options)?;
    let first = text.lines().next().unwrap_or_default();
    if format == Format::Vmstat {
        vmstat(&text, &mut table);
    } else if first.starts_with("# hostname") {
        sadf(&text, &mut table);
    } else if text.contains("avg-cpu:") || text.lines().any(|l| l.starts_with("Device")) {
        iostat(&text, &mut table);
    } else {
        sar(&text, &mut table);
    }
    table.finish(&mut report, name, format);
    let rows = table.rows;
    if table.all.is_empty() {
        return Err(Error::empty("no line with figures").in_file(name).hint("was the recording finished?"));
    }
    report.rows = rows;
    report.files.push(FileRead { name: name.to_owned(), format, bytes: bytes.len() as u64, rows });
    to_dataset(table.all, options, format, name, report)
}

/// The series being built.
struct Table {
    all: Vec<Samples>,
    index: HashMap<(String, Labels), usize>,
    clock: Clock,
    rows: u64,
    unreadable: (u64, u64),
    averages: u64,
    since_start: u64,
    without_time: u64,
    step: Span,
    first: i64,
}

impl Table {
    fn new(options: &LoadOptions) -> Result<Self> {
        Ok(Self {
            all: Vec::new(),
            index: HashMap::new(),
            clock: Clock::new(TimeFormat::Text, clock::zone(options.tz.as_deref())?),
            rows: 0,
            unreadable: (0, 0),
            averages: 0,
            since_start: 0,
            without_time: 0,
            step: options.step.unwrap_or(Span::SECOND),
            first: options.from.unwrap_or_default().0,
        })
    }

    /// Adds the figures of a row under the names of its columns; other words are left to the labels.
    fn add(&mut self, time: i64, names: &[&str], values: &[&str], labels: &Labels) {
        self.rows += 1;
        for (name, value) in names.iter().zip(values) {
            let Field::Number(v) = number::parse(value.replace(',', ".").as_bytes()) else { continue };
            let key = ((*name).to_owned(), labels.clone());
            let fresh = self.all.len();
            let at = *self.index.entry(key).or_insert(fresh);
            if at == fresh {
                let unit = if name.starts_with('%') || matches!(*name, "us" | "sy" | "id" | "wa" | "st" | "gu") {
                    Some(Unit::Percent)
                } else {
                    None
                };
                let samples = Samples {
                    name: (*name).to_owned(),
                    labels: labels.clone(),
                    unit,
                    kind: Some(Kind::Gauge),
                    ..Samples::default()
                };
                self.all.push(samples);
            }
            if let Some(samples) = self.all.get_mut(at) {
                samples.times.push(time);
                samples.values.push(v);
            }
        }
    }

    fn unreadable(&mut self, line: u64) {
        if self.unreadable.0 == 0 {
            self.unreadable.1 = line;
        }
        self.unreadable.0 += 1;
    }

    fn finish(&mut self, report: &mut LoadReport, file: &str, format: Format) {
        let (count, line) = self.unreadable;
        if count > 0 {
            let message = format!("{} that could not be read left out", counted(count, "line"));
            report.warn(WarningKind::OtherRecord, message, Position::in_file(file).at_line(line), count);
        }
        if self.averages > 0 {
            report.understand(
                "not read",
                counted(self.averages, "line of averages"),
                "they are over the samples that are read",
            );
        }
        if self.since_start > 0 {
            let message =
                format!("{format}: the first report is the average since the machine started, and was left out");
            report.warn(WarningKind::Skipped, message, Position::in_file(file), self.since_start);
        }
        if self.without_time > 0 {
            let message = format!(
                "the reports have no time; taken to be {} apart; --step and --from say otherwise, -t prints it",
                self.step
            );
            report.warn(WarningKind::NoTime, message, Position::in_file(file), self.without_time);
        }
        zone::tell_clock(&self.clock, self.clock.read, || Position::in_file(file), report);
    }

    /// A date and a time of day, in the words of the C locale or in ISO 8601.
    fn time(&mut self, date: &str, time: &str, half: Option<&str>) -> Option<i64> {
        let iso = format!("{}T{}", iso_date(date)?, clock_24(time, half)?);
        self.clock.parse(iso.as_bytes())
    }
}

/// `11/25/26`, `11/25/2026`, `25.11.2026` or `2026-11-25` as the last.
fn iso_date(date: &str) -> Option<String> {
    if date.len() == 10 && date.as_bytes().get(4) == Some(&b'-') {
        return Some(date.to_owned());
    }
    let german = date.contains('.');
    let parts: Vec<u32> = date.split(['/', '.', '-']).map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let [first, second, year] = *parts.as_slice() else { return None };
    let (month, day) = if german || first > 12 { (second, first) } else { (first, second) };
    let year = if year < 100 { year + 2000 } else { year };
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// `01:58:03` with `PM` as `13:58:03`.
fn clock_24(time: &str, half: Option<&str>) -> Option<String> {
    let Some(half) = half else { return Some(time.to_owned()) };
    let (hour, rest) = time.split_once(':')?;
    let hour: u32 = hour.parse().ok()?;
    Some(format!("{:02}:{rest}", hour % 12 + if half == "PM" { 12 } else { 0 }))
}

fn is_time(word: &str) -> bool {
    let parts: Vec<&str> = word.split(':').collect();
    parts.len() == 3 && parts.iter().all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit()))
}

/// A column that tells rows of one time apart.
fn is_label(name: &str) -> bool {
    matches!(
        name.trim_end_matches(':'),
        "CPU"
            | "IFACE"
            | "DEV"
            | "TTY"
            | "INTR"
            | "FILESYSTEM"
            | "BUS"
            | "FAN"
            | "TEMP"
            | "IN"
            | "DEVICE"
            | "Device"
            | "MOUNTPOINT"
            | "FCHOST"
    )
}

/// The labels of a row by its header.
fn labels(names: &[&str], values: &[&str], host: Option<&str>) -> Labels {
    let mut labels = Labels::new();
    if let Some(host) = host.filter(|h| !h.is_empty()) {
        labels.set("host", host);
    }
    for (name, value) in names.iter().zip(values).filter(|(n, _)| is_label(n)) {
        // sadf writes -1 for all of them
        labels.set(name.trim_end_matches(':').to_ascii_lowercase(), if *value == "-1" { "all" } else { value });
    }
    labels
}

/// The names and figures of a row without those that are labels.
fn figures<'a>(names: &[&'a str], values: &[&'a str]) -> (Vec<&'a str>, Vec<&'a str>) {
    names.iter().zip(values).filter(|(n, _)| !is_label(n)).map(|(n, v)| (*n, *v)).unzip()
}

/// `# hostname;interval;timestamp;…`, then rows, for each activity anew.
fn sadf(text: &str, table: &mut Table) {
    let mut header: Vec<&str> = Vec::new();
    for (number, line) in (1_u64..).zip(text.lines()) {
        if let Some(names) = line.strip_prefix("# ") {
            header = names.split(';').collect();
            continue;
        }
        let fields: Vec<&str> = line.split(';').collect();
        let names = header.get(3..).unwrap_or_default();
        let values = fields.get(3..).unwrap_or_default();
        if line.trim().is_empty() || line.contains("LINUX-RESTART") {
            continue;
        }
        let stamp = fields.get(2).copied().unwrap_or_default();
        let stamp = stamp.strip_suffix(" UTC").map_or_else(|| stamp.to_owned(), |t| format!("{t}Z"));
        let stamp = stamp.replacen(' ', "T", 1);
        let time = if stamp.bytes().all(|b| b.is_ascii_digit()) && !stamp.is_empty() {
            stamp.parse::<i64>().ok().and_then(|s| s.checked_mul(1_000_000_000))
        } else {
            table.clock.parse(stamp.as_bytes())
        };
        match time {
            Some(time) if fields.len() == header.len() && !names.is_empty() => {
                let labels = labels(names, values, fields.first().copied());
                let (names, values) = figures(names, values);
                table.add(time, &names, &values, &labels);
            }
            _ => table.unreadable(number),
        }
    }
}

/// The date and the host in `Linux 6.1.0 (host) 11/25/26 _x86_64_ (2 CPU)`.
fn banner(line: &str) -> (Option<&str>, Option<&str>) {
    let host = line.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(host, _)| host);
    let date = line.split_whitespace().find(|w| iso_date(w).is_some());
    (date, host)
}

/// A header line for each activity, then rows that begin with their time of day.
fn sar(text: &str, table: &mut Table) {
    let (mut date, mut host) = (None, None);
    let mut header: Vec<&str> = Vec::new();
    let mut last = i64::MIN;
    let mut days = 0;
    for (number, line) in (1_u64..).zip(text.lines()) {
        if line.starts_with("Linux ") {
            (date, host) = banner(line);
            (header, last, days) = (Vec::new(), i64::MIN, 0);
            continue;
        }
        let mut words: Vec<&str> = line.split_whitespace().collect();
        match words.first() {
            None => continue,
            Some(word) if word.trim_end_matches(':') == "Average" || word.trim_end_matches(':') == "Summary" => {
                table.averages += 1;
                continue;
            }
            Some(word) if is_time(word) => {}
            Some(_) => {
                table.unreadable(number);
                continue;
            }
        }
        let time = words.remove(0);
        let half = words.first().copied().filter(|w| matches!(*w, "AM" | "PM"));
        if half.is_some() {
            words.remove(0);
        }
        if line.contains("LINUX RESTART") {
            continue;
        }
        let figure = |w: &&str| matches!(number::parse(w.replace(',', ".").as_bytes()), Field::Number(_));
        if !words.iter().any(figure) {
            (header, last, days) = (words, i64::MIN, 0);
            continue;
        }
        let Some(mut at) = date.and_then(|date| table.time(date, time, half)).filter(|_| words.len() == header.len())
        else {
            table.unreadable(number);
            continue;
        };
        // the clock fell: it is the next day
        at += days * DAY;
        if at < last {
            days += 1;
            at += DAY;
        }
        last = at;
        let labels = labels(&header, &words, host);
        let (names, values) = figures(&header, &words);
        table.add(at, &names, &values, &labels);
    }
}

/// Reports of a time, the processor and the devices.
fn iostat(text: &str, table: &mut Table) {
    let host = text.lines().next().map(banner).and_then(|(_, host)| host);
    // a report begins with the processor's line, or where that is not printed with the devices'
    let begins =
        |line: &str| line.starts_with("avg-cpu:") || (line.starts_with("Device") && !text.contains("avg-cpu:"));
    let reports = text.lines().filter(|l| begins(l)).count();
    let mut report = 0_usize;
    let mut time = None;
    let mut header: Vec<&str> = Vec::new();
    for (number, line) in (1_u64..).zip(text.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if begins(line) {
            report += 1;
        }
        let only_since_start = report == 1 && reports > 1;
        match words.as_slice() {
            [] => header.clear(),
            ["Linux", ..] => {}
            [date, clock, rest @ ..] if is_time(clock) && iso_date(date).is_some() && rest.len() <= 1 => {
                time = table.time(date, clock, rest.first().copied());
            }
            [stamp] if stamp.contains('T') => time = table.clock.parse(stamp.as_bytes()),
            ["avg-cpu:", names @ ..] => header = names.to_vec(),
            [first, ..] if first.starts_with("Device") => header = words,
            _ if header.is_empty() || words.len() != header.len() => table.unreadable(number),
            _ if only_since_start => table.since_start = 1,
            _ => {
                let at = time.unwrap_or_else(|| {
                    table.without_time += 1;
                    let before = report as i64 - 1 - i64::from(reports > 1);
                    table.first.saturating_add(table.step.0.saturating_mul(before))
                });
                let labels = labels(&header, &words, host);
                let (names, values) = figures(&header, &words);
                table.add(at, &names, &values, &labels);
            }
        }
    }
}

/// A line a report; with `-t` its time at the end.
fn vmstat(text: &str, table: &mut Table) {
    let mut header: Vec<&str> = Vec::new();
    let mut report = 0_i64;
    let figures_in = |line: &str| line.split_whitespace().next().is_some_and(|w| w.bytes().all(|b| b.is_ascii_digit()));
    let reports = text.lines().filter(|l| figures_in(l)).count();
    for (number, line) in (1_u64..).zip(text.lines()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        if words.is_empty() || line.starts_with("procs") {
            continue;
        }
        if !figures_in(line) {
            header = words;
            continue;
        }
        report += 1;
        if report == 1 && reports > 1 {
            table.since_start = 1;
            continue;
        }
        // with a time, the zone's name stands over two words
        let (names, values, time) = match words.as_slice() {
            [values @ .., date, clock] if is_time(clock) && values.len() + 1 == header.len() => {
                (header.get(..values.len()).unwrap_or_default(), values, Some((*date, *clock)))
            }
            values if values.len() == header.len() => (header.as_slice(), values, None),
            _ => {
                table.unreadable(number);
                continue;
            }
        };
        let at = if let Some((date, clock)) = time {
            table.time(date, clock, None)
        } else {
            table.without_time += 1;
            let before = report - 1 - i64::from(reports > 1);
            Some(table.first.saturating_add(table.step.0.saturating_mul(before)))
        };
        match at {
            Some(at) => table.add(at, names, values, &Labels::new()),
            None => table.unreadable(number),
        }
    }
}
