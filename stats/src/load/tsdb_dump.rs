//! What `promtool tsdb dump` prints: `{__name__="up", job="x"} 1 1767225600000`, a sample a line, times in milliseconds.
//!
//! Source: Prometheus' `cmd/promtool/tsdb.go`. Native histograms, which newer releases print in braces, are told and left out.

use std::collections::HashMap;

use crate::error::{Error, Position, Result};
use crate::load::choice::{Choice, LeftAside};
use crate::load::dataset::Dataset;
use crate::load::encoding;
use crate::load::exposition;
use crate::load::number::show;
use crate::load::options::{Format, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind, counted};
use crate::load::samples::{Samples, of_chosen};

/// Whether a line is one of a dump: braces first, and the metric's name a label in them.
pub(crate) fn is_dump(line: &[u8]) -> bool {
    line.starts_with(b"{__name__=\"")
        || (line.starts_with(b"{") && memchr::memmem::find(line, b", __name__=\"").is_some())
}

/// Reads a dump.
pub(crate) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let text = encoding::text(bytes, name, &mut report);
    let mut choice = Choice::new(options)?;
    let mut aside = LeftAside::default();
    let mut all: Vec<Samples> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    let (mut rows, mut histograms, mut first_histogram) = (0_u64, 0_u64, 0);
    let ends_whole = text.ends_with('\n');
    let mut lines = (1_u64..).zip(text.lines()).filter(|(_, l)| !l.trim().is_empty()).peekable();
    while let Some((number, line)) = lines.next() {
        let position = || Position::in_file(name).at_line(number);
        // the labels of a series are written the same at every sample
        let end = line.rfind("} ").map_or(0, |i| i + 1);
        let (labels, rest) = line.split_at_checked(end).unwrap_or((line, ""));
        if labels.contains("} {") {
            histograms += 1;
            first_histogram = if histograms == 1 { number } else { first_histogram };
            continue;
        }
        let sample = sample(labels, rest);
        let Some((value, time)) = sample else {
            if lines.peek().is_none() && !ends_whole && rows > 0 {
                report.warn(WarningKind::Truncated, "the last line ends in the middle and was left out", position(), 1);
                continue;
            }
            return Err(Error::parse(format!("“{}” is no line of a dump", show(line.as_bytes())))
                .at(position())
                .hint("a line is {__name__=\"…\", …} value milliseconds"));
        };
        rows += 1;
        let at = if let Some(at) = index.get(labels) {
            *at
        } else if aside.has(labels) {
            continue;
        } else {
            let (metric, labels_read) = exposition::labels_of(labels.as_bytes())
                .ok_or_else(|| Error::parse("the labels cannot be read").at(position()))?;
            if !choice.keeps(&metric, &labels_read) {
                aside.add(labels, name)?;
                continue;
            }
            choice.refuse_too_many(all.len() + 1, name)?;
            all.push(Samples { name: metric, labels: labels_read, ..Samples::default() });
            index.insert(labels.to_owned(), all.len() - 1);
            all.len() - 1
        };
        if let Some(samples) = all.get_mut(at) {
            samples.times.push(time);
            samples.values.push(value);
        }
    }
    if histograms > 0 {
        let message =
            format!("{} of native histograms left out; promtool prints them for people", counted(histograms, "sample"));
        report.warn(WarningKind::Skipped, message, Position::in_file(name).at_line(first_histogram), histograms);
    }
    report.rows = rows;
    report.files.push(FileRead { name: name.to_owned(), format: Format::TsdbDump, bytes: bytes.len() as u64, rows });
    drop((index, aside));
    for samples in &mut all {
        // of one sample each would take the memory of four
        samples.times.shrink_to_fit();
        samples.values.shrink_to_fit();
    }
    choice.finish(&mut all, name, &mut report)?;
    of_chosen(all, options, Format::TsdbDump, name, report)
}

/// The value and the time in nanoseconds after the labels.
fn sample(labels: &str, rest: &str) -> Option<(f64, i64)> {
    let mut words = rest.split_whitespace();
    let value: f64 = words.next()?.parse().ok()?;
    let time: i64 = words.next()?.parse().ok()?;
    (labels.starts_with('{') && words.next().is_none()).then_some((value, time.checked_mul(1_000_000)?))
}
