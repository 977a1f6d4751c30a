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
use crate::load::system_columns::{is_label, is_vmstat_memory, unit};
use crate::load::zone;
use crate::time::Span;

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
    is_vmstat_head(line).then_some(Format::Vmstat)
}

/// The line over the columns of `vmstat`, which `-w` begins with dashes.
fn is_vmstat_head(line: &[u8]) -> bool {
    line.starts_with(b"procs -") || line.starts_with(b"--procs--")
}

/// Reads any of them.
pub(crate) fn read(name: &str, bytes: &[u8], format: Format, options: &LoadOptions) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let text = encoding::text(bytes, name, &mut report);
    let mut table = Table::new(format, options)?;
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
    format: Format,
    /// Whether there are columns of memory whose unit an option of `vmstat` changes.
    memory: bool,
}

impl Table {
    fn new(format: Format, options: &LoadOptions) -> Result<Self> {
        Ok(Self {
            format,
            memory: false,
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
                let unit = unit(name, self.format);
                self.memory |= self.format == Format::Vmstat && is_vmstat_memory(name);
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
                format!("{} of averages", counted(self.averages, "line")),
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
        if self.memory {
            report.understand(
                "unit",
                "memory in KiB",
                "what vmstat prints without -S, of which its output says nothing",
            );
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
pub(super) fn iso_date(date: &str) -> Option<String> {
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
pub(super) fn clock_24(time: &str, half: Option<&str>) -> Option<String> {
    let Some(half) = half else { return Some(time.to_owned()) };
    let (hour, rest) = time.split_once(':')?;
    let hour: u32 = hour.parse().ok()?;
    Some(format!("{:02}:{rest}", hour % 12 + if half == "PM" { 12 } else { 0 }))
}

fn is_time(word: &str) -> bool {
    let parts: Vec<&str> = word.split(':').collect();
    parts.len() == 3 && parts.iter().all(|p| p.len() == 2 && p.bytes().all(|b| b.is_ascii_digit()))
}

/// The labels of a row by its header.
fn labels(names: &[&str], values: &[&str], host: Option<&str>) -> Labels {
    let mut labels = Labels::new();
    if let Some(host) = host.filter(|h| !h.is_empty()) {
        labels.set("host", host);
    }
    // the processor that a process ran on last tells no process apart
    let moves = |name: &str| name == "CPU" && names.contains(&"PID");
    for (name, value) in names.iter().zip(values).filter(|(n, _)| is_label(n) && !moves(n)) {
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
    // the kernel's version before the host may look like a date too
    let after = line.split_once(')').map_or(line, |(_, rest)| rest);
    let date = after.split_whitespace().find(|w| iso_date(w).is_some());
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
        // pidstat's last word is a command, which may have blanks in it
        if header.last() == Some(&"Command") && words.len() > header.len() {
            words.truncate(header.len());
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
        if words.is_empty() || is_vmstat_head(line.as_bytes()) {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::{Item, load_bytes};
    use crate::progress::Progress;
    use crate::unit::Unit;

    fn load(text: &str) -> Dataset {
        load_bytes("x", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap()
    }

    fn find<'a>(data: &'a Dataset, title: &str) -> &'a Item {
        data.items.iter().find(|i| i.title() == title).unwrap_or_else(|| panic!("{title}"))
    }

    /// 2026-11-25T10:00:01Z is 1 795 600 801 s.
    #[test]
    fn the_version_of_the_kernel_is_no_date() {
        for version in ["6.6.12", "5.10.205", "6.18.44-fc-v669"] {
            let text = format!(
                "Linux {version} (host) \t11/25/2026 \t_x86_64_\t(2 CPU)\n\n10:00:01        CPU     %user     %idle\n\
                 10:00:01        all      1.00     98.40\n"
            );
            let data = load(&text);
            assert_eq!(data.items[0].times(), [1_795_600_801_000_000_000], "{version}");
        }
    }

    #[test]
    fn wide_vmstat_is_vmstat() {
        let data = load(
            "--procs-- -----------------------memory---------------------- ---swap-- -----io---- -system-- ----------cpu---------- -----timestamp-----\n   \
             r    b         swpd         free         buff        cache   si   so    bi    bo   in   cs  us  sy  id  wa  st  gu                 UTC\n   \
             7    0            0     10408224       380764     12105980    0    0  1896  4796  391 1272  75   8  16   0   0   0 2026-11-26 09:39:15\n   \
             8    0            0     10408225       380764     12105980    0    0    72   100  830 3388  91   9   0   0   0   0 2026-11-26 09:39:16\n",
        );
        // 2026-11-26T09:39:16Z
        let free = find(&data, "free");
        assert_eq!(
            (free.format, free.times(), free.values()),
            (Format::Vmstat, &[1_795_685_956_000_000_000][..], &[10_408_225.0][..])
        );
        assert_eq!(
            (&free.identity.unit, &find(&data, "gu").identity.unit),
            (&Unit::Other("KiB".into()), &Unit::Percent)
        );
        assert!(data.report.understood.iter().any(|u| u.choice == "memory in KiB" && u.why.contains("-S")));
    }

    #[test]
    fn processes_are_told_apart_by_their_numbers() {
        let data = load(
            "Linux 6.1.0 (h) \t01/02/2026 \t_x86_64_\t(2 CPU)\n\n10:00:01      UID       PID    %usr   %CPU   CPU  Command\n\
             10:00:02        0         1    1.00    1.50     0  systemd\n10:00:02        0        22    3.00    3.50     1  my worker\n\
             10:00:03        0         1    2.00    2.50     1  systemd\n",
        );
        let labels = "{command=\"systemd\", host=\"h\", pid=\"1\", uid=\"0\"}";
        assert_eq!(find(&data, &format!("%CPU{labels}")).values(), [1.5, 2.5]);
        let titles: Vec<String> = data.items.iter().map(Item::title).collect();
        assert_eq!(titles.len(), 4, "{titles:?}");
    }
}
