//! Typed columns of a piece of a table, and how each becomes what the plan wants of it.

use crate::error::Result;
use crate::load::assemble::{Collector, Part, partition};
use crate::load::classify::{Hint, Plan, Sample, classify};
use crate::load::clock::{Clock, TimeFormat};
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
pub(super) enum Typed {
    /// Nanoseconds since the epoch.
    Instants(Vec<Option<i64>>),
    Ints(Vec<Option<i64>>),
    Floats(Vec<Option<f64>>),
    Bools(Vec<Option<bool>>),
    Words(Vec<Option<u32>>, Dictionary),
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

/// Makes a data set of a table that has the plan's wanted columns, in their order.
pub(super) fn assemble(table: &dyn Table, plan: &Plan, origin: &Origin<'_>, mut report: LoadReport) -> Result<Dataset> {
    let starts: Vec<usize> = (0..table.rows()).step_by(PIECE).collect();
    let parts: Vec<Result<Part>> = starts
        .into_par_iter()
        .map(|from| partition(chunk(table, plan, from, PIECE.min(table.rows() - from))?, plan))
        .collect();
    let mut collector = Collector::new(0);
    for part in parts {
        collector.add(part?, plan, origin.file)?;
    }
    let rows = collector.rows();
    report.rows = rows;
    report.files.push(FileRead { name: origin.file.to_owned(), format: origin.format, bytes: origin.bytes, rows });
    collector.finish(plan, origin.file, origin.format, report)
}

fn chunk(table: &dyn Table, plan: &Plan, from: usize, rows: usize) -> Result<Chunk> {
    let mut chunk = Chunk { rows, lines: rows as u64, ..Chunk::default() };
    for (place, wanted) in plan.wanted.iter().enumerate() {
        let typed = table.piece(place, from, rows)?;
        let column = typed.column(place, wanted, plan, &mut chunk.tallies, &mut chunk.zoneless);
        chunk.columns.push(column);
    }
    Ok(chunk)
}

impl Typed {
    pub(super) fn hint(&self) -> Hint {
        match self {
            Self::Instants(_) => Hint::Time,
            Self::Ints(_) | Self::Floats(_) => Hint::Number,
            Self::Bools(_) | Self::Other(_) => Hint::Text,
            Self::Words(..) => Hint::Untyped,
        }
    }

    /// The fields as text; nothing for nulls.
    pub(super) fn texts(&self) -> Vec<Vec<u8>> {
        fn all<T: Copy>(v: &[Option<T>], show: impl Fn(T) -> String) -> Vec<Vec<u8>> {
            v.iter().map(|x| x.map_or_else(Vec::new, |x| show(x).into_bytes())).collect()
        }
        match self {
            Self::Instants(v) => all(v, |ns| Timestamp(ns).to_string()),
            Self::Ints(v) => all(v, |x| x.to_string()),
            Self::Floats(v) => all(v, |x| x.to_string()),
            Self::Bools(v) => all(v, |x| x.to_string()),
            Self::Words(codes, words) => {
                codes.iter().map(|c| c.map_or_else(Vec::new, |c| words.word(c).to_vec())).collect()
            }
            Self::Other(n) => vec![Vec::new(); *n],
        }
    }

    fn column(&self, place: usize, wanted: &Wanted, plan: &Plan, tallies: &mut Tallies, zoneless: &mut u64) -> Column {
        match wanted.kind {
            ColumnType::Time(format) => Column::Time(self.times(place, format, plan, tallies, zoneless)),
            ColumnType::Number => Column::Number(self.numbers(place, tallies)),
            ColumnType::Flag(rule) => Column::Number(self.flags(place, rule, tallies)),
            ColumnType::Text => self.words(),
        }
    }

    fn times(
        &self,
        place: usize,
        format: TimeFormat,
        plan: &Plan,
        tallies: &mut Tallies,
        zoneless: &mut u64,
    ) -> Vec<i64> {
        let scaled: Vec<Option<i64>> = match (self, format) {
            (Self::Instants(v), _) => v.clone(),
            (Self::Ints(v), TimeFormat::Epoch(unit)) => v.iter().map(|x| x.and_then(|x| x.checked_mul(unit))).collect(),
            (Self::Floats(v), TimeFormat::Epoch(unit)) => {
                // whole and fraction apart keep the digits that the number has
                let ns = |x: f64| {
                    let whole = x.trunc();
                    let ns = whole * unit as f64;
                    let fraction = ((x - whole) * unit as f64).round() as i64;
                    (ns.abs() < 9.2e18).then(|| (whole as i64).checked_mul(unit)?.checked_add(fraction)).flatten()
                };
                v.iter().map(|x| x.and_then(ns)).collect()
            }
            (Self::Words(codes, words), _) => {
                let mut clock = Clock::new(format, plan.zone.clone());
                let mut out = Vec::with_capacity(codes.len());
                for (row, code) in codes.iter().enumerate() {
                    let field = code.map_or(&b""[..], |c| words.word(c));
                    let ambiguous = clock.ambiguous;
                    let t = clock.parse(field);
                    if clock.ambiguous > ambiguous {
                        tallies.note(WarningKind::ZoneAmbiguity, Some(place), row as u64 + 1, || show(field));
                    }
                    if t.is_none() && !number::is_blank(field) {
                        tallies.note(WarningKind::NotATime, Some(place), row as u64 + 1, || show(field));
                    }
                    out.push(t);
                }
                *zoneless += clock.zoneless;
                out
            }
            _ => vec![None; self.len()],
        };
        let mut time = |(row, t): (usize, Option<i64>)| {
            t.unwrap_or_else(|| {
                if !matches!(self, Self::Words(codes, words) if codes.get(row).copied().flatten().is_some_and(|c| !number::is_blank(words.word(c))))
                {
                    tallies.note(WarningKind::BlankTime, Some(place), row as u64 + 1, String::new);
                }
                NO_TIME
            })
        };
        scaled.into_iter().enumerate().map(&mut time).collect()
    }

    fn numbers(&self, place: usize, tallies: &mut Tallies) -> Vec<f64> {
        let mut checked = |row: usize, field: Field, text: &dyn Fn() -> String| {
            let (kind, value) = match field {
                Field::Number(v) if v.is_finite() => return v,
                Field::Number(v) if v.is_nan() => (WarningKind::Nan, f64::NAN),
                Field::Number(v) => (WarningKind::Infinite, v),
                Field::Blank => (WarningKind::Blank, missing()),
                Field::Bad => (WarningKind::NotANumber, missing()),
            };
            tallies.note(kind, Some(place), row as u64 + 1, text);
            value
        };
        let number = |x: Option<f64>| x.map_or(Field::Blank, Field::Number);
        let plain = |v: Option<f64>| move || v.map(|v| v.to_string()).unwrap_or_default();
        match self {
            Self::Ints(v) | Self::Instants(v) => {
                let float = v.iter().map(|x| x.map(|x| x as f64));
                float.enumerate().map(|(i, x)| checked(i, number(x), &plain(x))).collect()
            }
            Self::Floats(v) => v.iter().enumerate().map(|(i, &x)| checked(i, number(x), &plain(x))).collect(),
            Self::Bools(v) => {
                let float = v.iter().map(|x| x.map(|x| f64::from(u8::from(x))));
                float.enumerate().map(|(i, x)| checked(i, number(x), &plain(x))).collect()
            }
            Self::Words(codes, words) => {
                let parsed: Vec<Field> = words.words().iter().map(|w| number::parse(w)).collect();
                let field = |c: &Option<u32>| c.and_then(|c| parsed.get(c as usize).copied()).unwrap_or(Field::Blank);
                let text = |c: Option<u32>| move || c.map(|c| show(words.word(c))).unwrap_or_default();
                codes.iter().enumerate().map(|(i, c)| checked(i, field(c), &text(*c))).collect()
            }
            Self::Other(n) => (0..*n).map(|i| checked(i, Field::Blank, &String::new)).collect(),
        }
    }

    fn flags(&self, place: usize, rule: FlagRule, tallies: &mut Tallies) -> Vec<f64> {
        let read = |v: f64| match rule {
            FlagRule::HttpStatus => f64::from(u8::from(v < 500.0)),
            FlagRule::Good => f64::from(u8::from(v != 0.0)),
            FlagRule::Inverted => f64::from(u8::from(v == 0.0)),
        };
        let values: Vec<Option<f64>> = match self {
            Self::Ints(v) => v.iter().map(|x| x.map(|x| read(x as f64))).collect(),
            Self::Floats(v) => v.iter().map(|x| x.filter(|x| !x.is_nan()).map(read)).collect(),
            Self::Bools(v) => v.iter().map(|x| x.map(|x| read(f64::from(u8::from(x))))).collect(),
            Self::Words(codes, words) => {
                let number = |w: &[u8]| if let Field::Number(v) = rule.read(w) { Some(v) } else { None };
                let parsed: Vec<Option<f64>> = words.words().iter().map(|w| number(w)).collect();
                codes.iter().map(|c| c.and_then(|c| parsed.get(c as usize).copied().flatten())).collect()
            }
            Self::Instants(_) | Self::Other(_) => vec![None; self.len()],
        };
        let mut flag = |(row, v): (usize, Option<f64>)| {
            v.unwrap_or_else(|| {
                tallies.note(WarningKind::NotAFlag, Some(place), row as u64 + 1, String::new);
                missing()
            })
        };
        values.into_iter().enumerate().map(&mut flag).collect()
    }

    fn words(&self) -> Column {
        if let Self::Words(codes, words) = self {
            let mut words = words.clone();
            let blank = if codes.iter().any(Option::is_none) { words.encode(b"") } else { 0 };
            return Column::Text(codes.iter().map(|c| c.unwrap_or(blank)).collect(), words);
        }
        let mut dictionary = Dictionary::default();
        let codes = self.texts().iter().map(|t| dictionary.encode(t)).collect();
        Column::Text(codes, dictionary)
    }

    fn len(&self) -> usize {
        match self {
            Self::Instants(v) | Self::Ints(v) => v.len(),
            Self::Floats(v) => v.len(),
            Self::Bools(v) => v.len(),
            Self::Words(v, _) => v.len(),
            Self::Other(n) => *n,
        }
    }
}

/// Words as codes, from an iterator of perhaps-strings.
pub(super) fn encode<'a>(words: impl Iterator<Item = Option<&'a str>>) -> Typed {
    let mut dictionary = Dictionary::default();
    let codes = words.map(|w| w.map(|w| dictionary.encode(w.as_bytes()))).collect();
    Typed::Words(codes, dictionary)
}
