//! Text of one record a line whose fields carry their names: JSON lines, logfmt, access logs.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::error::{Error, Position, Result};
use crate::load::classify::{Plan, Sample, classify};
use crate::load::csv::{Cuts, Input, Rows, Start, Syntax, stream};
use crate::load::dataset::Dataset;
use crate::load::number::{self, Field, show};
use crate::load::options::{Format, LoadOptions};
use crate::load::preset::Preset;
use crate::load::report::{LoadReport, WarningKind};
use crate::load::table::Chunk;
use crate::progress::Progress;
use crate::unit::Unit;

/// Records looked at to find the fields and what they hold.
const SAMPLE_ROWS: usize = 2000;
/// More fields than these are not looked at: of wide records fewer, though never fewer than four.
const SAMPLE_FIELDS: usize = 1 << 19;
/// More different fields than this in the first rows are no table.
const MOST_FIELDS: usize = 2000;

/// What a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A record, whose fields were given.
    Record,
    /// Something that belongs to the format and holds no value.
    Aside,
    /// No record of the format.
    Unreadable,
}

/// A format of one record a line.
pub(crate) trait Records: Sync {
    /// Gives the fields of a line, each with its name.
    fn fields<'a>(&self, line: &'a [u8], put: &mut dyn FnMut(&str, Cow<'a, [u8]>)) -> Line;
}

/// Reads a format of one record a line to a data set.
pub(crate) fn read(
    mut input: Input<'_>,
    format: Format,
    records: &dyn Records,
    preset: Preset,
    options: &LoadOptions,
    progress: &Progress,
) -> Result<Dataset> {
    input.complete_head()?;
    let file = input.name;
    let bom = if input.head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let mut report = LoadReport::default();
    let mut sample = sample(input.head.get(bom..).unwrap_or_default(), input.whole, records, file)?;
    let durations = durations(&mut sample);
    preset.tell(file, &mut report);
    sample.preset = preset;
    let plan = classify(&sample, options, file, &mut report)?;
    let syntax = Named { records, index: sample.names.iter().cloned().zip(0..).collect(), durations };
    stream(input, format, &syntax, &plan, &Start { bytes: bom, lines: 0 }, options, progress, report)
}

/// The fields of the first records, by their names in order of appearance.
fn sample(head: &[u8], whole: bool, records: &dyn Records, file: &str) -> Result<Sample> {
    let mut names: Vec<String> = Vec::new();
    let mut index: HashMap<String, usize> = HashMap::new();
    let mut sample = Sample::default();
    let mut lines = lines(head).peekable();
    let mut first_bad = None;
    while let Some((number, _, line)) = lines.next() {
        if sample.lines.len() >= SAMPLE_ROWS || (!whole && lines.peek().is_none() && !sample.lines.is_empty()) {
            break;
        }
        let mut row: Vec<(usize, Vec<u8>)> = Vec::new();
        let kind = records.fields(line, &mut |name, value| {
            let at = index.get(name).copied().unwrap_or_else(|| {
                names.push(name.to_owned());
                index.insert(name.to_owned(), names.len() - 1);
                names.len() - 1
            });
            row.push((at, value.into_owned()));
        });
        if names.len() > MOST_FIELDS {
            return Err(Error::argument(format!("the first records have more than {MOST_FIELDS} different fields"))
                .at(Position::in_file(file).at_line(number))
                .hint("write those that are wanted as a table with a column each"));
        }
        match kind {
            Line::Record => {
                sample.columns.resize(names.len(), Vec::new());
                let rows = sample.lines.len();
                for (at, value) in row {
                    if let Some(column) = sample.columns.get_mut(at) {
                        column.resize(rows, Vec::new());
                        column.push(value);
                    }
                }
                sample.lines.push(number);
            }
            Line::Unreadable => first_bad = first_bad.or(Some((number, show(line)))),
            Line::Aside => {}
        }
    }
    // a field that a record does not have takes as much as one that it has
    sample.lines.truncate((SAMPLE_FIELDS / names.len().max(1)).max(4));
    let rows = sample.lines.len();
    sample.columns.resize(names.len(), Vec::new());
    sample.columns.iter_mut().for_each(|c| c.resize(rows, Vec::new()));
    sample.names = names;
    if rows == 0 {
        let position = Position::in_file(file);
        return Err(match first_bad {
            Some((line, text)) => Error::parse(format!("“{text}” is no record of this format"))
                .at(position.at_line(line))
                .hint("name another one with --format"),
            None => Error::empty("the file holds no records").at(position).hint("was the export finished?"),
        });
    }
    Ok(sample)
}

/// Finds the fields that hold durations with their unit, and makes them seconds in the sample.
fn durations(sample: &mut Sample) -> Vec<bool> {
    let mut out = Vec::with_capacity(sample.columns.len());
    for column in &mut sample.columns {
        let filled = column.iter().filter(|v| !number::is_blank(v)).count();
        let timed: Vec<Option<Vec<u8>>> = column.iter().map(|v| seconds(v)).collect();
        let n = timed.iter().flatten().count();
        // bare numbers among most durations are such as have lost their unit
        let bare = || column.iter().filter(|v| matches!(number::parse(v), Field::Number(_))).count();
        let is = filled > 0 && (n * 10 >= filled * 9 || (n * 2 > filled && (n + bare()) * 10 >= filled * 9));
        if is {
            column.iter_mut().zip(timed).for_each(|(v, s)| *v = s.unwrap_or_default());
        }
        sample.units.push(is.then_some(Unit::Second));
        out.push(is);
    }
    out
}

/// A duration such as `12ms`, `1.5s` or `1m2.5s` in seconds, as a number with all its digits.
pub(crate) fn seconds(field: &[u8]) -> Option<Vec<u8>> {
    const UNITS: [(&str, i32); 6] = [("ns", -9), ("us", -6), ("µs", -6), ("μs", -6), ("ms", -3), ("s", 0)];
    let text = std::str::from_utf8(field).ok()?;
    let is_number =
        |n: &str| n.starts_with(|c: char| c.is_ascii_digit()) && n.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let simple = UNITS.iter().find_map(|(unit, power)| Some((text.strip_suffix(unit)?, *power)));
    let (number, power) = simple?;
    if is_number(number) {
        return Some(format!("{number}e{power}").into_bytes());
    }
    // hours and minutes before whole or broken seconds
    let (mut rest, mut total) = (number, 0.0);
    for (unit, size) in [('h', 3600.0), ('m', 60.0)] {
        if let Some((head, tail)) = rest.split_once(unit) {
            total += head.parse::<u32>().map(f64::from).ok()? * size;
            rest = tail;
        }
    }
    let last: f64 = (power == 0 && is_number(rest)).then(|| rest.parse().ok()).flatten()?;
    Some((total + last).to_string().into_bytes())
}

/// Lines that are not empty, with their numbers from 1 and where they begin.
fn lines(text: &[u8]) -> impl Iterator<Item = (u64, u64, &[u8])> {
    let mut start = 0;
    let numbered = text.split(|b| *b == b'\n').zip(1_u64..).map(move |(line, number)| {
        let own = start;
        start += line.len() as u64 + 1;
        (number, own, line.trim_ascii())
    });
    numbered.filter(|(_, _, line)| !line.is_empty())
}

/// Records whose fields are found by name.
struct Named<'a> {
    records: &'a dyn Records,
    index: HashMap<String, usize>,
    /// Fields that are durations with their unit, to be read in seconds.
    durations: Vec<bool>,
}

impl Syntax for Named<'_> {
    fn cut(&self, text: &[u8], size: usize, last: bool) -> Cuts {
        let mut cuts = Cuts::default();
        let mut start = 0;
        while let Some(newline) = text.get(start + size..).and_then(|rest| memchr::memchr(b'\n', rest)) {
            start += size + newline + 1;
            cuts.ends.push(start);
        }
        let end = if last { Some(text.len()) } else { memchr::memrchr(b'\n', text).map(|i| i + 1) };
        cuts.ends.extend(end.filter(|end| *end > start));
        cuts
    }

    fn parse(&self, text: &[u8], plan: &Plan) -> Chunk {
        let mut rows = Rows::new(plan, text.len());
        // the fields of a record that are wanted, by their place in the table
        let mut wanted = vec![false; plan.width];
        for w in &plan.wanted {
            if let Some(is) = wanted.get_mut(w.source) {
                *is = true;
            }
        }
        let mut row: Vec<Option<Cow<'_, [u8]>>> = vec![None; plan.width];
        for (number, start, line) in lines(text) {
            rows.begin(start);
            row.fill(None);
            let mut unknown = None;
            let kind = self.records.fields(line, &mut |name, value| match self.index.get(name) {
                Some(&at) => {
                    if let (Some(cell), Some(true)) = (row.get_mut(at), wanted.get(at)) {
                        let timed = self.durations.get(at) == Some(&true);
                        *cell = Some(match timed.then(|| seconds(&value)) {
                            None => value,
                            Some(Some(seconds)) => Cow::Owned(seconds),
                            Some(None) if number::is_blank(&value) => value,
                            // among durations with units a bare number could be anything: it is left out and told
                            Some(None) => Cow::Owned([&*value, b" without a unit"].concat()),
                        });
                    }
                }
                None => unknown = Some(name.to_owned()),
            });
            match kind {
                Line::Record if Rows::says_something(&row, plan) => rows.record(&row, number),
                Line::Record | Line::Unreadable => {
                    rows.tallies.note(WarningKind::OtherRecord, None, number, || show(line));
                }
                Line::Aside => {}
            }
            if let Some(name) = unknown.filter(|_| kind == Line::Record) {
                rows.tallies.note(WarningKind::Skipped, None, number, || name);
            }
        }
        rows.finish(memchr::memchr_iter(b'\n', text).count() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_become_seconds_and_keep_their_digits() {
        for (text, want) in [
            ("12ms", Some("12e-3")),
            ("0.011s", Some("0.011e0")),
            ("1.5µs", Some("1.5e-6")),
            ("7ns", Some("7e-9")),
            ("1m2.5s", Some("62.5")),
            ("2h0m1s", Some("7201")),
            ("12", None),
            ("ms", None),
            ("xs", None),
            ("-3ms", None),
        ] {
            let got = seconds(text.as_bytes()).map(|v| String::from_utf8_lossy(&v).into_owned());
            assert_eq!(got.as_deref(), want, "{text}");
        }
    }
}
