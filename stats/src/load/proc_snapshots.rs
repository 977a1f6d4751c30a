//! Snapshots of files of `/proc`, one after the other, each with its time.
//!
//! The form is what a loop of `date` and `tail` writes, and no more is asked of a recording:
//!
//! ```sh
//! while sleep 1; do
//!   date -u +%Y-%m-%dT%H:%M:%SZ
//!   tail -n +1 /proc/stat /proc/meminfo /proc/diskstats /proc/net/dev /proc/loadavg
//! done > snapshots.txt
//! ```
//!
//! A line that is a time begins a snapshot (ISO 8601, or seconds since the epoch as `date +%s.%N` prints), a line `==> /proc/stat <==` begins a
//! file; other files are passed over and named. Counters stay counters. Ticks are hundredths of a second (`USER_HZ`), sectors 512 bytes, kB
//! 1024 bytes, as `proc(5)` and the kernel's `admin-guide/iostats` have them. Names are those of `node_exporter` without `node_`.

use std::collections::BTreeSet;

use crate::error::{Error, Position, Result};
use crate::labels::Labels;
use crate::load::clock::{self, Clock, TimeFormat};
use crate::load::dataset::Dataset;
use crate::load::encoding;
use crate::load::number::show;
use crate::load::options::{Format, LoadOptions};
use crate::load::points::{Builder, DataPoint, Metric, PointValue, Shape, Source};
use crate::load::report::{LoadReport, WarningKind, counted};
use crate::load::zone;
use crate::unit::Unit;

/// A tick in seconds.
const TICK: f64 = 0.01;
/// The times of a processor in `/proc/stat`, in their order.
const MODES: [&str; 10] =
    ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "guest", "guest_nice"];
/// The fields of `/proc/diskstats` after a device's name: name, factor, whether it only rises.
const DISK: [(&str, f64, bool); 11] = [
    ("disk_reads_completed_total", 1.0, true),
    ("disk_reads_merged_total", 1.0, true),
    ("disk_read_bytes_total", 512.0, true),
    ("disk_read_time_seconds_total", 1e-3, true),
    ("disk_writes_completed_total", 1.0, true),
    ("disk_writes_merged_total", 1.0, true),
    ("disk_written_bytes_total", 512.0, true),
    ("disk_write_time_seconds_total", 1e-3, true),
    ("disk_io_now", 1.0, false),
    ("disk_io_time_seconds_total", 1e-3, true),
    ("disk_io_time_weighted_seconds_total", 1e-3, true),
];
/// The columns of `/proc/net/dev`, received and sent.
const NETWORK: [&str; 16] = [
    "network_receive_bytes_total",
    "network_receive_packets_total",
    "network_receive_errs_total",
    "network_receive_drop_total",
    "network_receive_fifo_total",
    "network_receive_frame_total",
    "network_receive_compressed_total",
    "network_receive_multicast_total",
    "network_transmit_bytes_total",
    "network_transmit_packets_total",
    "network_transmit_errs_total",
    "network_transmit_drop_total",
    "network_transmit_fifo_total",
    "network_transmit_colls_total",
    "network_transmit_carrier_total",
    "network_transmit_compressed_total",
];

/// Whether a text begins as such a recording does.
pub(crate) fn is_recording(text: &[u8]) -> bool {
    let mut lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|l| !l.is_empty());
    let is_file = |l: Option<&[u8]>| l.is_some_and(|l| l.starts_with(b"==> /proc/") && l.ends_with(b" <=="));
    let first = lines.next();
    is_file(first) || (is_file(lines.next()) && first.is_some_and(|l| l.len() < 40))
}

/// The snapshots being read.
struct Reader {
    builder: Builder,
    time: Option<i64>,
    snapshots: u64,
    /// Files that are passed over.
    others: BTreeSet<String>,
    /// How many lines could not be read, the first, and what it says.
    bad: (u64, u64, String),
    untimed: (u64, u64),
}

/// Reads a recording.
pub(crate) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let text = encoding::text(bytes, name, &mut report);
    let mut clock = Clock::new(TimeFormat::Text, clock::zone(options.tz.as_deref())?);
    let mut reader = Reader {
        builder: Builder::default(),
        time: None,
        snapshots: 0,
        others: BTreeSet::new(),
        bad: (0, 0, String::new()),
        untimed: (0, 0),
    };
    let mut file = "";
    for (number, whole) in (1_u64..).zip(text.split_inclusive('\n')) {
        let line = whole.trim();
        if line.is_empty() {
            continue;
        }
        if !whole.ends_with('\n') && !file.is_empty() {
            // half a number is another number
            let message = "the last line may be cut off, and was left out";
            report.warn(WarningKind::Truncated, message, Position::in_file(name).at_line(number), 1);
            break;
        }
        if let Some(path) = line.strip_prefix("==> ").and_then(|l| l.strip_suffix(" <==")) {
            file = path;
        } else if let Some(time) = time_of(line, &mut clock) {
            reader.time = Some(time);
            reader.snapshots += 1;
            file = "";
        } else {
            reader.line(file, line, number);
        }
    }
    reader.tell(name, &mut report);
    // seconds since the epoch are times that the clock did not read
    zone::tell_clock(&clock, reader.snapshots, || Position::in_file(name), &mut report);
    if reader.builder.rows() == 0 {
        let hint = "a line with a time must stand above the files of each snapshot, as `date -u +%Y-%m-%dT%H:%M:%SZ` prints it";
        return Err(Error::empty("no figure with a time").in_file(name).hint(hint));
    }
    let from = Source { file: name, bytes: bytes.len() as u64, format: Format::ProcSnapshots };
    reader.builder.finish(&from, options, report)
}

/// The time in a line that is nothing else.
fn time_of(line: &str, clock: &mut Clock) -> Option<i64> {
    if line.len() > 40 {
        return None;
    }
    // seconds since the epoch, of this century, perhaps with a fraction
    let (whole, fraction) = line.split_once('.').unwrap_or((line, ""));
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.len() == 10 && digits(whole) && digits(fraction) {
        let nanos: i64 = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
        return whole.parse::<i64>().ok()?.checked_mul(1_000_000_000)?.checked_add(nanos);
    }
    if line.contains(['-', 'T']) { clock.parse(line.as_bytes()) } else { None }
}

impl Reader {
    fn bad(&mut self, line: &str, number: u64) {
        if self.bad.0 == 0 {
            (self.bad.1, self.bad.2) = (number, show(line.as_bytes()));
        }
        self.bad.0 += 1;
    }

    fn tell(&mut self, file: &str, report: &mut LoadReport) {
        report.understand("snapshots", counted(self.snapshots, "snapshot"), "each begins with its time");
        report.understand("ticks", "hundredths of a second", "USER_HZ is 100 on all machines of today");
        if !self.others.is_empty() {
            let names: Vec<&str> = self.others.iter().take(20).map(String::as_str).collect();
            report.understand("not read", names.join(", "), "files of /proc that are not known");
        }
        let (count, line, first) = &self.bad;
        if *count > 0 {
            let message = format!("{} that could not be read left out, first “{first}”", counted(*count, "line"));
            report.warn(WarningKind::OtherRecord, message, Position::in_file(file).at_line(*line), *count);
        }
        let (count, line) = self.untimed;
        if count > 0 {
            let message = format!("{} above the first time left out", counted(count, "line"));
            report.warn(WarningKind::BlankTime, message, Position::in_file(file).at_line(line), count);
        }
    }

    fn line(&mut self, file: &str, line: &str, number: u64) {
        if self.time.is_none() {
            if self.untimed.0 == 0 {
                self.untimed.1 = number;
            }
            self.untimed.0 += 1;
            return;
        }
        let read = match file {
            "/proc/stat" => self.stat(line),
            "/proc/meminfo" => self.memory(line),
            "/proc/diskstats" => self.disk(line),
            "/proc/net/dev" => self.network(line),
            "/proc/loadavg" => self.load(line),
            "" => None,
            other => {
                if self.others.len() < 1000 && !self.others.contains(other) {
                    self.others.insert(other.to_owned());
                }
                Some(())
            }
        };
        if read.is_none() {
            self.bad(line, number);
        }
    }

    fn add(&mut self, name: &str, unit: Unit, rises: bool, labels: Labels, value: f64) {
        let shape = if rises { Shape::Sum { monotonic: true, cumulative: true } } else { Shape::Gauge };
        let metric = Metric { name: name.to_owned(), unit: Some(unit), shape };
        let value = PointValue::Number(Some(value));
        let point = DataPoint { labels, start: None, time: self.time, no_value: false, value };
        self.builder.point(&metric, point);
    }

    fn stat(&mut self, line: &str) -> Option<()> {
        let mut words = line.split_whitespace();
        let key = words.next()?;
        if let Some(cpu) = key.strip_prefix("cpu") {
            let figures: Vec<u64> = words.map(|w| w.parse().ok()).collect::<Option<_>>()?;
            if figures.len() < 4 {
                return None;
            }
            for (mode, ticks) in MODES.iter().zip(figures) {
                let labels = Labels::from_pairs([("cpu", if cpu.is_empty() { "all" } else { cpu }), ("mode", mode)]);
                self.add("cpu_seconds_total", Unit::Second, true, labels, ticks as f64 * TICK);
            }
            return Some(());
        }
        // interrupts are listed one by one after their sum
        let first: u64 = words.next()?.parse().ok()?;
        let (name, rises) = match key {
            "ctxt" => ("context_switches_total", true),
            "intr" => ("intr_total", true),
            "softirq" => ("softirqs_total", true),
            "processes" => ("forks_total", true),
            "procs_running" => ("procs_running", false),
            "procs_blocked" => ("procs_blocked", false),
            // when the machine started, and pages of old kernels
            _ => return Some(()),
        };
        self.add(name, Unit::Count, rises, Labels::new(), first as f64);
        Some(())
    }

    fn memory(&mut self, line: &str) -> Option<()> {
        let (name, rest) = line.split_once(':')?;
        let mut words = rest.split_whitespace();
        let value: u64 = words.next()?.parse().ok()?;
        let name = name.replace('(', "_").replace(')', "");
        match words.next() {
            Some("kB") => {
                self.add(&format!("memory_{name}_bytes"), Unit::Byte, false, Labels::new(), value as f64 * 1024.0);
            }
            None => self.add(&format!("memory_{name}"), Unit::Count, false, Labels::new(), value as f64),
            Some(_) => return None,
        }
        Some(())
    }

    fn disk(&mut self, line: &str) -> Option<()> {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (device, figures) = (words.get(2)?, words.get(3..)?);
        let figures: Vec<u64> = figures.iter().map(|w| w.parse().ok()).collect::<Option<_>>()?;
        if figures.len() < DISK.len() {
            return None;
        }
        for ((name, factor, rises), value) in DISK.iter().zip(figures) {
            let unit = Unit::from_name(name).unwrap_or(Unit::Count);
            self.add(name, unit, *rises, Labels::from_pairs([("device", *device)]), value as f64 * factor);
        }
        Some(())
    }

    fn network(&mut self, line: &str) -> Option<()> {
        let Some((device, rest)) = line.split_once(':') else {
            // the two lines of the header
            return line.contains('|').then_some(());
        };
        let figures: Vec<u64> = rest.split_whitespace().map(|w| w.parse().ok()).collect::<Option<_>>()?;
        if figures.len() != NETWORK.len() {
            return None;
        }
        for (name, value) in NETWORK.iter().zip(figures) {
            let unit = Unit::from_name(name).unwrap_or(Unit::Count);
            self.add(name, unit, true, Labels::from_pairs([("device", device.trim())]), value as f64);
        }
        Some(())
    }

    fn load(&mut self, line: &str) -> Option<()> {
        let words: Vec<f64> = line.split_whitespace().take(3).map(|w| w.parse().ok()).collect::<Option<_>>()?;
        for (name, value) in ["load1", "load5", "load15"].iter().zip(words.get(..3)?) {
            self.add(name, Unit::None, false, Labels::new(), Some(*value).filter(|v| v.is_finite())?);
        }
        Some(())
    }
}
