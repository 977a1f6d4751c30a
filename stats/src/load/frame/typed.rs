//! Typed columns of a piece of a table, and how each becomes what the plan wants of it.

use super::cells::Cells;
use crate::error::Result;
use crate::load::assemble::{Collector, Part, partition};
use crate::load::classify::{Hint, Plan, Sample, classify};
use crate::load::clock::{self, Clock, TimeFormat};
use crate::load::dataset::Dataset;
use crate::load::guess::FlagRule;
use crate::load::number::{self, Field, missing, show};
use crate::load::options::{Format, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind};
use crate::load::table::{Chunk, Column, ColumnType, Dictionary, NO_TIME, Tallies, Wanted};
use crate::time::Timestamp;
use crate::unit::Unit;
use rayon::prelude::*;

/// Rows taken as one piece.
pub(super) const PIECE: usize = 1 << 17;
/// Rows looked at to decide what the columns are.
pub(super) const SAMPLE_ROWS: usize = 2000;

/// A column of a piece, by the type that its format gives it.
#[derive(Clone, Debug)]
pub(super) enum Typed {
    /// Nanoseconds since the epoch.
    Instants(Cells<i64>),
    /// Readings of clocks whose zone the file does not tell, as nanoseconds of the same reading in UTC.
    Locals(Cells<i64>),
    Ints(Cells<i64>),
    Floats(Cells<f64>),
    Bools(Cells<bool>),
    /// Codes of words, and the words.
    Words(Cells<u32>, Dictionary),
    /// A type that holds neither times, numbers, flags nor words.
    Other(usize),
}

/// A table whose columns can be had piece by piece.
pub(super) trait Table: Sync {
    fn names(&self) -> Vec<String>;
    fn rows(&self) -> usize;
    /// Rows `[from, from + rows)` of a column.
    fn piece(&self, column: usize, from: usize, rows: usize) -> Result<Typed>;
    /// The unit that a column's type implies.
    fn unit(&self, column: usize) -> Option<Unit>;
}

/// What to make of a table, by its first rows.
pub(super) fn plan(table: &dyn Table, options: &LoadOptions, file: &str, report: &mut LoadReport) -> Result<Plan> {
    let rows = table.rows().min(SAMPLE_ROWS);
    let mut sample = Sample { names: table.names(), lines: (1..=rows as u64).collect(), ..Sample::default() };
    for i in 0..sample.names.len() {
        let typed = table.piece(i, 0, rows)?;
        sample.hints.push(typed.hint());
        sample.columns.push(typed.texts());
        sample.units.push(table.unit(i));
    }
    classify(&sample, options, file, report)
}

/// Where a table came from.
pub(super) struct Origin<'a> {
    pub(super) file: &'a str,
    pub(super) format: Format,
    pub(super) bytes: u64,
}

impl Origin<'_> {
    /// Notes what was read of it.
    pub(super) fn read(&self, collector: &Collector, report: &mut LoadReport) {
        let rows = collector.rows();
        report.rows = rows;
        report.files.push(FileRead { name: self.file.to_owned(), format: self.format, bytes: self.bytes, rows });
    }
}

/// Makes a data set of a table that has the plan's wanted columns, in their order.
pub(super) fn assemble(table: &dyn Table, plan: &Plan, origin: &Origin<'_>, report: LoadReport) -> Result<Dataset> {
    let starts: Vec<usize> = (0..table.rows()).step_by(PIECE).collect();
    let parts: Vec<Result<Part>> = starts
        .into_par_iter()
        .map(|from| partition(chunk(table, plan, from, PIECE.min(table.rows() - from))?, plan))
        .collect();
    join(parts.into_iter(), plan, origin, report)
}

/// Makes a data set of the pieces of a table, in their order.
pub(super) fn join(
    parts: impl Iterator<Item = Result<Part>>,
    plan: &Plan,
    origin: &Origin<'_>,
    mut report: LoadReport,
) -> Result<Dataset> {
    let mut collector = Collector::counting(0, None);
    for part in parts {
        collector.add(part?, plan, origin.file)?;
    }
    origin.read(&collector, &mut report);
    collector.finish(plan, origin.file, origin.format, report)
}

/// The wanted columns of some rows of a table.
pub(super) fn chunk(table: &dyn Table, plan: &Plan, from: usize, rows: usize) -> Result<Chunk> {
    chunk_of((0..plan.wanted.len()).map(|place| table.piece(place, from, rows)), plan, rows)
}

/// The wanted columns of some rows, which come in the plan's order.
pub(super) fn chunk_of(columns: impl Iterator<Item = Result<Typed>>, plan: &Plan, rows: usize) -> Result<Chunk> {
    let mut chunk = Chunk { rows, lines: rows as u64, ..Chunk::default() };
    for (place, (wanted, typed)) in plan.wanted.iter().zip(columns).enumerate() {
        let column = typed?.column(place, wanted, plan, &mut chunk.tallies, &mut chunk.zoneless);
        chunk.columns.push(column);
    }
    Ok(chunk)
}

impl Typed {
    pub(super) fn hint(&self) -> Hint {
        match self {
            Self::Instants(_) | Self::Locals(_) => Hint::Time,
            Self::Ints(_) | Self::Floats(_) => Hint::Number,
            Self::Bools(_) | Self::Other(_) => Hint::Text,
            Self::Words(..) => Hint::Untyped,
        }
    }

    /// The fields as text; nothing for nulls.
    pub(super) fn texts(&self) -> Vec<Vec<u8>> {
        fn all<T: Copy>(v: &Cells<T>, show: impl Fn(T) -> String) -> Vec<Vec<u8>> {
            v.iter().map(|x| x.map_or_else(Vec::new, |x| show(x).into_bytes())).collect()
        }
        match self {
            Self::Instants(v) | Self::Locals(v) => all(v, |ns| Timestamp(ns).to_string()),
            Self::Ints(v) => all(v, |x| x.to_string()),
            Self::Floats(v) => all(v, |x| x.to_string()),
            Self::Bools(v) => all(v, |x| x.to_string()),
            Self::Words(codes, words) => {
                codes.iter().map(|c| c.map_or_else(Vec::new, |c| words.word(c).to_vec())).collect()
            }
            Self::Other(n) => vec![Vec::new(); *n],
        }
    }

    fn column(self, place: usize, wanted: &Wanted, plan: &Plan, tallies: &mut Tallies, zoneless: &mut u64) -> Column {
        match wanted.kind {
            ColumnType::Time(format) => Column::Time(self.times(place, format, plan, tallies, zoneless)),
            ColumnType::Number => Column::Number(self.numbers(place, tallies)),
            ColumnType::Flag(rule) => Column::Flag(self.flags(place, rule, tallies)),
            ColumnType::Text => self.words(),
        }
    }

    fn times(
        self,
        place: usize,
        format: TimeFormat,
        plan: &Plan,
        tallies: &mut Tallies,
        zoneless: &mut u64,
    ) -> Vec<i64> {
        // a word that is no time is told of where it is read, a field that is blank here
        let mut blank = |row: usize| {
            tallies.note(WarningKind::BlankTime, Some(place), row as u64 + 1, String::new);
            NO_TIME
        };
        let scaled: Cells<i64> = match (self, format) {
            (Self::Instants(v), _) => v,
            (Self::Locals(v), _) if !clock::is_elsewhere(plan.zone.as_ref()) => {
                *zoneless += v.there();
                v
            }
            (Self::Locals(v), _) => {
                return read_locals(&v, Clock::new(format, plan.zone.clone()), place, tallies, zoneless);
            }
            (Self::Ints(v), TimeFormat::Epoch(unit)) => v.convert(|x| x.checked_mul(unit)),
            (Self::Floats(v), TimeFormat::Epoch(unit)) => v.convert(|x| nanoseconds(x, unit)),
            (Self::Words(codes, words), _) => {
                return read_times(&codes, &words, Clock::new(format, plan.zone.clone()), place, tallies, zoneless);
            }
            (other, _) => return (0..other.len()).map(blank).collect(),
        };
        match scaled.all() {
            Ok(times) => times,
            Err(some) => some.iter().enumerate().map(|(row, t)| t.unwrap_or_else(|| blank(row))).collect(),
        }
    }

    fn numbers(self, place: usize, tallies: &mut Tallies) -> Vec<f64> {
        let mut checked = |row: usize, field: Field, text: &dyn Fn() -> String| {
            let (kind, value) = match field {
                Field::Number(v) if v.is_finite() => return v,
                Field::Number(v) if v.is_nan() => (WarningKind::Nan, f64::NAN),
                Field::Number(v) => (WarningKind::Infinite, v),
                Field::Blank => (WarningKind::Blank, missing()),
                Field::Bad => (WarningKind::NotANumber, number::unreadable()),
            };
            tallies.note(kind, Some(place), row as u64 + 1, text);
            value
        };
        let floats = match self {
            Self::Ints(v) | Self::Instants(v) | Self::Locals(v) => v.map(|x| x as f64),
            Self::Floats(v) => v,
            Self::Bools(v) => v.map(|x| f64::from(u8::from(x))),
            Self::Words(codes, words) => {
                let parsed: Vec<Field> = words.words().iter().map(|w| number::parse(w)).collect();
                let field = |c: Option<u32>| c.and_then(|c| parsed.get(c as usize).copied()).unwrap_or(Field::Blank);
                let mut read = |(row, c): (usize, Option<u32>)| {
                    checked(row, field(c), &|| c.map(|c| show(words.word(c))).unwrap_or_default())
                };
                return codes.iter().enumerate().map(&mut read).collect();
            }
            Self::Other(n) => return (0..n).map(|i| checked(i, Field::Blank, &String::new)).collect(),
        };
        let some = match floats.all() {
            Ok(all) if all_finite(&all) => return all,
            Ok(all) => Cells::full(all),
            Err(some) => some,
        };
        let field = |v: Option<f64>| v.map_or(Field::Blank, Field::Number);
        let text = |v: Option<f64>| move || v.map(|v| v.to_string()).unwrap_or_default();
        some.iter().enumerate().map(|(row, v)| checked(row, field(v), &text(v))).collect()
    }

    fn flags(self, place: usize, rule: FlagRule, tallies: &mut Tallies) -> Vec<bool> {
        let mut bad = |row: usize, text: &dyn Fn() -> String| {
            tallies.note(WarningKind::NotAFlag, Some(place), row as u64 + 1, text);
            false
        };
        let mut no_flag = |row, v: Option<f64>| bad(row, &|| v.map(|v| v.to_string()).unwrap_or_default());
        match self {
            Self::Ints(v) => flags_of(&v, rule, |x| x as f64, &mut no_flag),
            Self::Floats(v) => flags_of(&v, rule, |x| x, &mut no_flag),
            Self::Bools(v) => flags_of(&v, rule, |x| f64::from(u8::from(x)), &mut no_flag),
            Self::Words(codes, words) => {
                let good = |w: &[u8]| if let Field::Number(v) = rule.read(w) { Some(v > 0.5) } else { None };
                let parsed: Vec<Option<bool>> = words.words().iter().map(|w| good(w)).collect();
                let read = |(row, c): (usize, Option<u32>)| {
                    let good = c.and_then(|c| parsed.get(c as usize).copied().flatten());
                    good.unwrap_or_else(|| bad(row, &|| c.map(|c| show(words.word(c))).unwrap_or_default()))
                };
                codes.iter().enumerate().map(read).collect()
            }
            other @ (Self::Instants(_) | Self::Locals(_) | Self::Other(_)) => {
                (0..other.len()).map(|row| bad(row, &String::new)).collect()
            }
        }
    }

    /// Codes and words; a field that is not there is an empty word.
    pub(super) fn words(self) -> Column {
        if let Self::Words(codes, mut words) = self {
            return match codes.all() {
                Ok(codes) => Column::Text(codes, words),
                Err(some) => {
                    let blank = words.encode(b"");
                    Column::Text(some.iter().map(|c| c.unwrap_or(blank)).collect(), words)
                }
            };
        }
        let mut dictionary = Dictionary::default();
        let codes = self.texts().iter().map(|t| dictionary.encode(t)).collect();
        Column::Text(codes, dictionary)
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::Instants(v) | Self::Locals(v) | Self::Ints(v) => v.len(),
            Self::Floats(v) => v.len(),
            Self::Bools(v) => v.len(),
            Self::Words(v, _) => v.len(),
            Self::Other(n) => *n,
        }
    }
}

/// Numbers as flags, by the rule that text has; what is none is told.
fn flags_of<T: Copy>(
    cells: &Cells<T>,
    rule: FlagRule,
    number: impl Fn(T) -> f64,
    no_flag: &mut dyn FnMut(usize, Option<f64>) -> bool,
) -> Vec<bool> {
    let read = |(row, cell): (usize, Option<T>)| {
        let v = cell.map(&number);
        v.and_then(|v| rule.of_number(v)).unwrap_or_else(|| no_flag(row, v))
    };
    cells.iter().enumerate().map(read).collect()
}

/// An epoch time with a fraction, in nanoseconds: whole and fraction apart keep the digits that the number has.
pub(super) fn nanoseconds(time: f64, unit: i64) -> Option<i64> {
    let whole = time.trunc();
    if (whole * unit as f64).abs() >= 9.2e18 {
        return None;
    }
    let fraction = ((time - whole) * unit as f64).round() as i64;
    (whole as i64).checked_mul(unit)?.checked_add(fraction)
}

/// Times written as text, each distinct word read as often as it is written, since a zone may depend on the one before.
fn read_times(
    codes: &Cells<u32>,
    words: &Dictionary,
    mut clock: Clock,
    place: usize,
    tallies: &mut Tallies,
    zoneless: &mut u64,
) -> Vec<i64> {
    let mut times = Vec::with_capacity(codes.len());
    for (row, code) in codes.iter().enumerate() {
        let field = code.map_or(&b""[..], |c| words.word(c));
        let ambiguous = clock.ambiguous;
        let time = clock.parse(field);
        let mut note = |kind| tallies.note(kind, Some(place), row as u64 + 1, || show(field));
        if clock.ambiguous > ambiguous {
            note(WarningKind::ZoneAmbiguity);
        }
        if time.is_none() {
            note(if number::is_blank(field) { WarningKind::BlankTime } else { WarningKind::NotATime });
        }
        times.push(time.unwrap_or(NO_TIME));
    }
    *zoneless += clock.zoneless;
    times
}

/// Readings of clocks in the zone that the caller names.
fn read_locals(
    readings: &Cells<i64>,
    mut clock: Clock,
    place: usize,
    tallies: &mut Tallies,
    zoneless: &mut u64,
) -> Vec<i64> {
    let mut times = Vec::with_capacity(readings.len());
    for (row, reading) in readings.iter().enumerate() {
        let ambiguous = clock.ambiguous;
        let time = reading.and_then(|reading| clock.local(reading));
        let mut note = |kind| {
            let shown =
                || reading.map(|ns| Timestamp(ns).to_string().trim_end_matches('Z').to_owned()).unwrap_or_default();
            tallies.note(kind, Some(place), row as u64 + 1, shown);
        };
        if clock.ambiguous > ambiguous {
            note(WarningKind::ZoneAmbiguity);
        }
        if time.is_none() {
            note(if reading.is_some() { WarningKind::NotATime } else { WarningKind::BlankTime });
        }
        times.push(time.unwrap_or(NO_TIME));
    }
    *zoneless += clock.zoneless;
    times
}

/// Whether no value is NaN or infinite; without an early end, so that several values are looked at together.
fn all_finite(values: &[f64]) -> bool {
    values.iter().fold(true, |all, v| all & v.is_finite())
}

/// Words as codes, from an iterator of perhaps-strings.
pub(super) fn encode<'a>(words: impl Iterator<Item = Option<&'a str>>) -> Typed {
    let mut dictionary = Dictionary::default();
    let codes = words.map(|w| w.map(|w| dictionary.encode(w.as_bytes()))).collect();
    Typed::Words(codes, dictionary)
}
