//! The histogram table as Parquet, Arrow IPC, data frame and record batch.
//!
//! A Parquet file tells for each of its row groups between which values every column lies. Of a table that is sorted, as those are that
//! are written here, only the row groups are read that can hold what is asked for: the rest of the file is not looked at. Of a row group
//! times and labels are read first, and the rest of those rows that are wanted by them (`narrow`).

mod narrow;
#[cfg(test)]
mod tests;
mod write;

use std::ops::Range;

use polars::prelude as pl;
use polars::prelude::DataType;

use super::footer::{Bounds, RowGroup};
use super::ipc::Pieces;
use super::outside::DAY;
use super::typed::{Table, Typed, nanoseconds};
use crate::error::{Error, Position, Result};
use crate::load::clock::{self, Clock, TimeFormat};
use crate::load::dataset::Dataset;
use crate::load::filter::{Clause, Literal, Op};
use crate::load::histogram_table::{self, Builder, Cell, Choice, Places};
use crate::load::number::{self, Field};
use crate::load::options::{Format, LoadOptions};
use crate::load::report::{GroupsRead, LoadReport};
use crate::load::store::HistogramTable;
use crate::load::table::{Column, Dictionary};
use crate::load::zone;
use crate::progress::Progress;

pub(super) use narrow::read_ranges;

/// A table of histograms that is read batch by batch.
pub(super) struct Reading {
    file: String,
    format: Format,
    pub(super) bytes: u64,
    places: Places,
    /// The columns in the order in which batches have them.
    order: Vec<usize>,
    /// Labels that the names of folders give, after the columns of the file.
    fixed: Vec<(String, String)>,
    builder: Builder,
    choice: Choice,
    clock: Times,
    names: Vec<String>,
    pub(super) report: LoadReport,
}

impl Reading {
    /// Of columns with these names, and labels that the file's folders give.
    pub(super) fn new(
        mut names: Vec<String>,
        partition: &[(String, String)],
        (file, format, bytes): (&str, Format, u64),
        options: &LoadOptions,
    ) -> Result<Self> {
        let own = names.len();
        let fixed: Vec<(String, String)> = partition.iter().filter(|(k, _)| !names.contains(k)).cloned().collect();
        names.extend(fixed.iter().map(|(k, _)| k.clone()));
        let places = Places::of(&names, file)?;
        let choice = Choice::of(options, &names, &places, file)?;
        let mut order = vec![places.start, places.width, places.schema, places.bin, places.count];
        order.extend(places.keys.iter().filter(|at| **at < own));
        if let Some(missing) = order.iter().find(|at| **at >= own) {
            let name = names.get(*missing).cloned().unwrap_or_default();
            return Err(Error::unsupported(format!("“{name}” is the name of a folder and no column")).in_file(file));
        }
        let builder = Builder::new(&names, &places, choice.clone(), options);
        let report = LoadReport::default();
        Ok(Self {
            file: file.to_owned(),
            format,
            bytes,
            places,
            order,
            fixed,
            builder,
            choice,
            clock: Times { zone: clock::zone(options.tz.as_deref())?, ..Times::default() },
            names,
            report,
        })
    }

    /// The names of the columns that are read, in the order in which batches must have them.
    pub(super) fn wanted(&self) -> Vec<&str> {
        self.order.iter().filter_map(|at| self.names.get(*at)).map(String::as_str).collect()
    }

    /// The rows of the row groups that can hold what is asked for, as ranges; `instant` is what is known of `window_start`.
    pub(super) fn ranges(&mut self, groups: &[RowGroup], instant: Option<Instant>) -> Vec<Range<u64>> {
        let mut ranges: Vec<Range<u64>> = Vec::new();
        let (mut at, mut read, mut bytes, mut all) = (0_u64, 0_u64, 0_u64, 0_u64);
        for group in groups {
            let range = at..at + group.rows;
            at = range.end;
            all += group.bytes;
            if !self.may_hold(group, instant) {
                continue;
            }
            read += 1;
            bytes += group.bytes;
            match ranges.last_mut() {
                Some(last) if last.end == range.start => last.end = range.end,
                _ => ranges.push(range),
            }
        }
        self.report.understand_groups(GroupsRead { read, all: groups.len() as u64, bytes_read: bytes, bytes: all });
        ranges
    }

    /// How a file has the starts of its windows, where their type tells it.
    pub(super) fn instant(&self, schema: &pl::Schema) -> Option<Instant> {
        match schema.get(self.names.get(self.places.start)?)? {
            DataType::Datetime(unit, zone) => {
                // what a clock shows is within a day of the instant, in any zone
                let elsewhere = clock::is_elsewhere(self.clock.zone.as_ref());
                let slack = if zone.is_none() && elsewhere { DAY } else { 0 };
                Some(Instant { factor: super::polars::nanoseconds(*unit), slack })
            }
            _ => None,
        }
    }

    /// Whether a row group can hold a row that is wanted.
    fn may_hold(&self, group: &RowGroup, instant: Option<Instant>) -> bool {
        let bounds = |at: usize| self.names.get(at).and_then(|name| group.bounds.get(name));
        if let (Some(instant), Some(Bounds::Ints(least, greatest))) = (instant, bounds(self.places.start)) {
            let (from, to) = self.choice.range;
            if instant.latest(*greatest).is_some_and(|t| t < from) || instant.earliest(*least).is_some_and(|t| t >= to)
            {
                return false;
            }
        }
        let key = |at: usize| self.places.keys.get(at).copied();
        let named = match key(0).and_then(bounds) {
            Some(Bounds::Words(least, greatest)) if !self.choice.names.is_empty() => self
                .choice
                .names
                .iter()
                .any(|n| least.as_slice() <= n.as_bytes() && n.as_bytes() <= greatest.as_slice()),
            _ => true,
        };
        named
            && self.choice.clauses.iter().all(|(at, clause)| match key(*at) {
                Some(at) => match (self.fixed_word(at), bounds(at)) {
                    (Some(word), _) => keeps(clause, word),
                    (None, Some(Bounds::Words(least, greatest))) => may_keep(clause, least, greatest),
                    _ => true,
                },
                None => true,
            })
    }

    /// The word of a label that a folder's name gives.
    fn fixed_word(&self, at: usize) -> Option<&str> {
        let own = self.names.len() - self.fixed.len();
        at.checked_sub(own).and_then(|i| self.fixed.get(i)).map(|(_, word)| word.as_str())
    }

    /// Takes the rows of a table whose columns are the [`wanted`](Self::wanted) ones.
    pub(super) fn take(&mut self, table: &dyn Table) -> Result<()> {
        let rows = table.rows();
        let columns = (0..self.order.len()).map(|at| table.piece(at, 0, rows)).collect::<Result<_>>()?;
        let before = self.builder.rows;
        self.take_columns(columns, rows, &|row| before + row as u64)
    }

    /// Takes the [`wanted`](Self::wanted) columns of so many rows, each of which has a number in the file, from 0 on.
    fn take_columns(&mut self, columns: Vec<Typed>, rows: usize, number: &dyn Fn(usize) -> u64) -> Result<()> {
        let mut columns = columns.into_iter();
        let mut next = || columns.next().unwrap_or(Typed::Other(rows));
        let line = |row: usize| number(row) + 1;
        let file = self.file.clone();
        let names = self.names.clone();
        let bad = |row: usize, at: usize, what: &str| {
            let position = Position::in_file(&file).at_line(line(row));
            let position = position.at_column(names.get(at).cloned().unwrap_or_default());
            Error::parse(format!("this is not {what}")).at(position)
        };
        let starts = instants(next(), &mut self.clock);
        let widths: Vec<Option<i64>> =
            numbers(next()).into_iter().map(|w| w.and_then(histogram_table::width_of)).collect();
        let (schemas, schema_words) = words(next());
        let (bins, counts) = (whole(next()), whole(next()));
        let own: Vec<Words> = columns.map(words).collect();
        let schemas_of: Vec<u32> =
            schema_words.words().iter().map(|word| self.builder.schema(&String::from_utf8_lossy(word))).collect();
        let places = self.places.clone();
        let mut last = None;
        for row in 0..rows {
            let series = self.series_of(&own, row, &mut last);
            let series = series.map_err(|e| e.at(Position::in_file(&file).at_line(line(row))))?;
            let of = |cells: &[Option<i64>], at: usize, what: &str| {
                cells.get(row).copied().flatten().ok_or_else(|| bad(row, at, what))
            };
            let schema = schemas.get(row).and_then(|c| schemas_of.get(*c as usize)).copied();
            let cell = Cell {
                start: of(&starts, places.start, "a time")?,
                width: of(&widths, places.width, "a width in seconds")?,
                schema: schema.ok_or_else(|| bad(row, places.schema, "a schema"))?,
                bin: of(&bins, places.bin, "a whole number")?,
                count: u64::try_from(of(&counts, places.count, "a count")?)
                    .map_err(|_| bad(row, places.count, "a count"))?,
            };
            let added = self.builder.add(series, cell);
            added.map_err(|e| e.at(Position::in_file(&file).at_line(line(row))))?;
        }
        Ok(())
    }

    /// The series of a row by its words, where it is wanted; rows of one series mostly follow each other.
    fn series_of(
        &mut self,
        own: &[Words],
        row: usize,
        last: &mut Option<(Vec<u32>, Option<usize>)>,
    ) -> Result<Option<usize>> {
        let code = |codes: &[u32]| codes.get(row).copied().unwrap_or_default();
        if let Some((codes, series)) = last
            && codes.iter().zip(own).all(|(known, (all, _))| *known == code(all))
        {
            return Ok(*series);
        }
        let codes: Vec<u32> = own.iter().map(|(all, _)| code(all)).collect();
        let mut of_file = codes.iter().zip(own).map(|(code, (_, dictionary))| dictionary.word(*code).to_vec());
        let mut key = Vec::with_capacity(self.places.keys.len());
        for at in &self.places.keys {
            key.push(match self.fixed_word(*at) {
                Some(word) => word.as_bytes().to_vec(),
                None => of_file.next().unwrap_or_default(),
            });
        }
        let series = self.builder.key(&key)?;
        *last = Some((codes, series));
        Ok(series)
    }

    /// The table of all that was taken.
    pub(super) fn finish(mut self) -> Result<HistogramTable> {
        let Times { clock, worded, .. } = &self.clock;
        let column = self.names.get(self.places.start).cloned();
        let position = || Position { column: column.clone(), ..Position::in_file(&self.file) };
        if let Some(clock) = clock {
            zone::tell_clock(clock, *worded, position, &mut self.report);
        }
        self.builder.finish(&self.file, self.format, self.bytes, self.report)
    }
}

/// Reads all batches of an Arrow file, one after the other.
pub(super) fn read_batches(mut reading: Reading, batches: &Pieces<'_>, progress: &Progress) -> Result<Reading> {
    for piece in 0..batches.pieces() {
        progress.check()?;
        reading.take(&batches.frame(piece)?)?;
        progress.advance((reading.bytes as f64 * batches.share_of(piece)) as u64);
    }
    Ok(reading)
}

/// A whole frame or batch as a table of histograms.
pub(super) fn of_table(
    table: &dyn Table,
    chosen: impl Fn(&[usize]) -> Result<Box<dyn Table>>,
    (file, format): (&str, Format),
    options: &LoadOptions,
) -> Result<Dataset> {
    let mut reading = Reading::new(table.names(), &[], (file, format, 0), options)?;
    reading.take(&*chosen(&reading.order.clone())?)?;
    let table = reading.finish()?;
    if table.series() == 0 {
        return Err(histogram_table::nothing().in_file(file));
    }
    table.to_dataset()
}

fn keeps(clause: &Clause, word: &str) -> bool {
    match &clause.literal {
        Literal::Text(_) => clause.keeps_word(word.as_bytes()),
        Literal::Number(_) => matches!(number::parse(word.as_bytes()), Field::Number(v) if clause.keeps_number(v)),
    }
}

/// Whether a condition can hold of a word between two words.
fn may_keep(clause: &Clause, least: &[u8], greatest: &[u8]) -> bool {
    let Literal::Text(text) = &clause.literal else { return true };
    let text = text.as_bytes();
    match clause.op {
        Op::Eq => least <= text && text <= greatest,
        Op::Lt => least < text,
        Op::Le => least <= text,
        Op::Gt => greatest > text,
        Op::Ge => greatest >= text,
        Op::Ne | Op::Contains => true,
    }
}

/// How a file has the starts of windows: in units of so many nanoseconds, from the instants by no more than the slack.
#[derive(Clone, Copy)]
pub(super) struct Instant {
    factor: i64,
    slack: i64,
}

impl Instant {
    /// The earliest instant that a start can be.
    fn earliest(self, start: i64) -> Option<i64> {
        Some(start.checked_mul(self.factor)?.saturating_sub(self.slack))
    }

    /// The latest one.
    fn latest(self, start: i64) -> Option<i64> {
        Some(start.checked_mul(self.factor)?.saturating_add(self.slack))
    }
}

/// How the times of a table are written, as the first of them tells.
#[derive(Default)]
struct Times {
    /// The zone of times that have none; `None` where none is named, which is UTC too.
    zone: Option<jiff::tz::TimeZone>,
    clock: Option<Clock>,
    /// How many words were times, each once a batch.
    worded: u64,
    unit: Option<i64>,
}

impl Times {
    /// The clock for times without a zone.
    fn clock(&mut self) -> &mut Clock {
        self.clock.get_or_insert_with(|| Clock::new(TimeFormat::Text, self.zone.clone()))
    }

    /// The nanoseconds of the unit of times that are numbers.
    fn unit(&mut self, first: Option<f64>) -> i64 {
        let of = |first: f64| match TimeFormat::epoch_of(first) {
            TimeFormat::Epoch(unit) => unit,
            TimeFormat::Text | TimeFormat::Slashed(_) => 1,
        };
        if self.unit.is_none() {
            self.unit = first.map(of);
        }
        self.unit.unwrap_or(1)
    }
}

/// Times in nanoseconds; a number is one since the epoch in a unit that the first one tells.
fn instants(typed: Typed, times: &mut Times) -> Vec<Option<i64>> {
    match typed {
        Typed::Instants(v) => v.iter().collect(),
        Typed::Locals(v) if !clock::is_elsewhere(times.zone.as_ref()) => {
            times.clock().zoneless += v.there();
            v.iter().collect()
        }
        Typed::Locals(v) => {
            let clock = times.clock();
            v.iter().map(|reading| clock.local(reading?)).collect()
        }
        Typed::Ints(v) => {
            let factor = times.unit(v.iter().flatten().next().map(|first| first as f64));
            v.iter().map(|x| x.and_then(|x| x.checked_mul(factor))).collect()
        }
        Typed::Floats(v) => {
            let factor = times.unit(v.iter().flatten().next());
            v.iter().map(|x| x.and_then(|x| nanoseconds(x, factor))).collect()
        }
        Typed::Words(codes, words) => {
            let clock = times.clock();
            let parsed: Vec<Option<i64>> = words.words().iter().map(|w| clock.parse(w)).collect();
            times.worded += parsed.iter().flatten().count() as u64;
            codes.iter().map(|c| c.and_then(|c| parsed.get(c as usize).copied().flatten())).collect()
        }
        other => vec![None; other.len()],
    }
}

fn numbers(typed: Typed) -> Vec<Option<f64>> {
    match typed {
        Typed::Ints(v) => v.iter().map(|x| x.map(|x| x as f64)).collect(),
        Typed::Floats(v) => v.iter().collect(),
        other => vec![None; other.len()],
    }
}

/// Whole numbers; a float is one where it is whole and in the range in which floats count one by one.
fn whole(typed: Typed) -> Vec<Option<i64>> {
    match typed {
        Typed::Ints(v) => v.iter().collect(),
        Typed::Floats(v) => {
            let exact = |x: &f64| x.fract() == 0.0 && x.abs() <= 9_007_199_254_740_992.0;
            v.iter().map(|x| x.filter(exact).map(|x| x as i64)).collect()
        }
        other => vec![None; other.len()],
    }
}

/// A column of words: the code of each row, and what the codes stand for.
type Words = (Vec<u32>, Dictionary);

fn words(typed: Typed) -> Words {
    match typed.words() {
        Column::Text(codes, dictionary) => (codes, dictionary),
        Column::Time(_) | Column::Number(_) | Column::Flag(_) => (Vec::new(), Dictionary::default()),
    }
}
