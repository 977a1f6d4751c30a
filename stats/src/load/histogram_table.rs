//! The histogram table: `series, window_start, width, schema, bin, count`, one row a bin that holds something.
//!
//! It is what a warehouse computes with one `GROUP BY` (see [`crate::histogram::AnySketch::from_coded_bins`] for the numbers of the
//! bins). `width` is in seconds; `window_start` is a date and time or a number since the epoch. Columns beside these are labels,
//! but for `unit`, which says what the values are in (`s`, `ms`, `B`).

use std::cell::Cell as Counter;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Cursor, Read};

use jiff::tz::TimeZone;

use crate::error::{Error, Position, Result};
use crate::histogram::AnySketch;
use crate::labels::Labels;
use crate::load::clock::{self, Clock, TimeFormat};
use crate::load::csv::Input;
use crate::load::dataset::{Dataset, LeftOut};
use crate::load::filter::{self, Clause, Literal};
use crate::load::number::{self, Field, show};
use crate::load::options::{Format, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind, counted};
use crate::load::store::{Condenser, HistogramTable, Packed, Slot, too_many};
use crate::load::zone;
use crate::progress::Progress;
use crate::series::Identity;
use crate::unit::Unit;

/// The columns that make a table a histogram table.
pub(crate) const COLUMNS: [&str; 6] = ["series", "window_start", "width", "schema", "bin", "count"];
/// A window wider than this is none that anybody meant.
const WIDEST_S: f64 = 1e9;
/// Text is read in pieces of this size.
const PIECE: usize = 1 << 18;
/// When a window has so many bins, those that are one are put together before more are taken.
const MOST_OPEN: usize = 4096;
/// A row longer than this is taken for a quote that was never closed.
const LONGEST_ROW: u64 = 16 << 20;

/// Whether a first line names the columns.
pub(crate) fn is_header(line: &[u8]) -> bool {
    let names: Vec<&[u8]> = line
        .split(|b| *b == b',')
        .map(|w| w.strip_prefix(b"\"").and_then(|w| w.strip_suffix(b"\"")).unwrap_or(w))
        .collect();
    COLUMNS.iter().all(|column| names.iter().any(|n| n.eq_ignore_ascii_case(column.as_bytes())))
}

/// Whether columns are those of the table.
#[cfg(any(feature = "frame", feature = "sqlite"))]
pub(crate) fn has_columns(names: &[String]) -> bool {
    COLUMNS.iter().all(|column| names.iter().any(|n| n.eq_ignore_ascii_case(column)))
}

/// The places of the columns among those of a table.
#[derive(Clone, Debug)]
pub(crate) struct Places {
    pub(crate) start: usize,
    pub(crate) width: usize,
    pub(crate) schema: usize,
    pub(crate) bin: usize,
    pub(crate) count: usize,
    /// What tells series apart: `series`, the labels, then `unit` where there is one.
    pub(crate) keys: Vec<usize>,
    has_unit: bool,
}

impl Places {
    pub(crate) fn of(names: &[String], file: &str) -> Result<Self> {
        let place = |wanted: &str| {
            let missing = || Error::parse(format!("there is no column “{wanted}”")).in_file(file);
            names.iter().position(|n| n.eq_ignore_ascii_case(wanted)).ok_or_else(missing)
        };
        let [series, start, width, schema, bin, count] =
            [0, 1, 2, 3, 4, 5].map(|i| place(COLUMNS.get(i).copied().unwrap_or_default()));
        let (series, start, width) = (series?, start?, width?);
        let (schema, bin, count) = (schema?, bin?, count?);
        let unit = names.iter().position(|n| n.eq_ignore_ascii_case("unit"));
        let others = [series, start, width, schema, bin, count];
        let labels = (0..names.len()).filter(|i| !others.contains(i) && Some(*i) != unit);
        let keys = std::iter::once(series).chain(labels).chain(unit).collect();
        Ok(Self { start, width, schema, bin, count, keys, has_unit: unit.is_some() })
    }
}

/// What is wanted of a table, by its keys.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    /// Conditions on the fields of a key, by their place in it.
    pub(crate) clauses: Vec<(usize, Clause)>,
    /// Names of series; empty for all.
    pub(crate) names: Vec<String>,
    /// Of names with commas between them all of it, which goes before its parts where a series has that name.
    whole: Option<String>,
    /// Starts of windows, half-open.
    pub(crate) range: (i64, i64),
}

impl Choice {
    /// What the options say, of columns of these names.
    pub(crate) fn of(options: &LoadOptions, names: &[String], places: &Places, file: &str) -> Result<Self> {
        let clauses = options.filter.as_deref().map(filter::parse).transpose()?.unwrap_or_default();
        let key_names: Vec<&str> = places.keys.iter().filter_map(|i| names.get(*i)).map(String::as_str).collect();
        let clauses = clauses.into_iter().map(|clause| {
            let at = key_names.iter().position(|n| n.eq_ignore_ascii_case(&clause.column)).ok_or_else(|| {
                Error::argument(format!("histograms are not chosen by “{}”", clause.column))
                    .in_file(file)
                    .hint(format!("--where knows {}; --from and --to choose windows", key_names.join(", ")))
            })?;
            Ok((at, clause))
        });
        let value = options.value.as_deref().unwrap_or_default().trim();
        let whole = value.contains(',').then(|| value.to_owned());
        let names = value.split(',').map(str::trim).chain(whole.as_deref());
        Ok(Self {
            clauses: clauses.collect::<Result<_>>()?,
            names: names.filter(|n| !n.is_empty()).map(str::to_owned).collect(),
            whole,
            range: (options.from.map_or(i64::MIN, |t| t.0), options.to.map_or(i64::MAX, |t| t.0)),
        })
    }

    /// Whether a series is wanted.
    fn keeps(&self, key: &[Vec<u8>]) -> bool {
        let field = |at: usize| key.get(at).map_or(&b""[..], Vec::as_slice);
        let named = self.names.is_empty() || self.names.iter().any(|n| n.as_bytes() == field(0));
        named
            && self.clauses.iter().all(|(at, clause)| match &clause.literal {
                Literal::Text(_) => clause.keeps_word(field(*at)),
                Literal::Number(_) => {
                    matches!(number::parse(field(*at)), Field::Number(v) if clause.keeps_number(v))
                }
            })
    }
}

/// One row, but for its key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) start: i64,
    pub(crate) width: i64,
    pub(crate) schema: u32,
    pub(crate) bin: i64,
    pub(crate) count: u64,
}

/// A series that is wanted.
struct Found {
    identity: Identity,
    windows: BTreeMap<Slot, Packed>,
    /// Rows of it within the range.
    rows: u64,
}

/// Makes packed histograms of rows in any order; those of one window are best given together.
pub(crate) struct Builder {
    choice: Choice,
    unit: Option<Unit>,
    /// The names of the labels.
    labels: Vec<String>,
    has_unit: bool,
    table: HistogramTable,
    /// The place of each key, where it is wanted.
    keys: HashMap<Vec<Vec<u8>>, Option<usize>>,
    found: Vec<Found>,
    /// The window that is being read, its bins, and how many of these there may be before some are put together.
    open: Option<(usize, Slot)>,
    bins: Vec<(i64, u64)>,
    room: usize,
    /// Bins that are known to be some of their schema.
    known: Vec<HashSet<i64>>,
    pub(crate) rows: u64,
    outside: u64,
    filtered: u64,
}

impl Builder {
    pub(crate) fn new(names: &[String], places: &Places, choice: Choice, options: &LoadOptions) -> Self {
        let labels = places.keys.iter().skip(1).filter_map(|i| names.get(*i)).cloned();
        let labels = labels.take(places.keys.len() - 1 - usize::from(places.has_unit)).collect();
        Self {
            choice,
            unit: options.unit.clone(),
            labels,
            has_unit: places.has_unit,
            table: HistogramTable::default(),
            keys: HashMap::new(),
            found: Vec::new(),
            open: None,
            bins: Vec::new(),
            room: MOST_OPEN,
            known: Vec::new(),
            rows: 0,
            outside: 0,
            filtered: 0,
        }
    }

    /// The place of a series by the fields of its key; `None` where it is not wanted.
    pub(crate) fn key(&mut self, key: &[Vec<u8>]) -> Result<Option<usize>> {
        if let Some(known) = self.keys.get(key) {
            return Ok(*known);
        }
        let place = if self.choice.keeps(key) {
            let text = |at: usize| String::from_utf8_lossy(key.get(at).map_or(&b""[..], Vec::as_slice)).into_owned();
            let name = text(0);
            let labels = self.labels.iter().enumerate().map(|(i, label)| (label.clone(), text(i + 1)));
            let labels = Labels::from_pairs(labels.filter(|(_, word)| !word.is_empty()));
            let unit = if self.has_unit { text(key.len().saturating_sub(1)) } else { String::new() };
            let unit = match (&self.unit, unit.as_str()) {
                (Some(unit), _) => unit.clone(),
                (None, "") => Unit::from_name(&name).unwrap_or_default(),
                (None, text) => text.parse()?,
            };
            self.found.push(Found { identity: Identity { name, labels, unit }, windows: BTreeMap::new(), rows: 0 });
            Some(self.found.len() - 1)
        } else {
            None
        };
        self.keys.insert(key.to_vec(), place);
        Ok(place)
    }

    /// The place of a schema.
    pub(crate) fn schema(&mut self, name: &str) -> u32 {
        self.table.schema(name)
    }

    /// Adds a row of a series.
    pub(crate) fn add(&mut self, series: Option<usize>, cell: Cell) -> Result<()> {
        self.rows += 1;
        let (from, to) = self.choice.range;
        if cell.start < from || cell.start >= to {
            self.outside += 1;
            return Ok(());
        }
        let Some(series) = series else {
            self.filtered += 1;
            return Ok(());
        };
        self.check(cell)?;
        let window = (series, Slot { start: cell.start, width: cell.width, schema: cell.schema });
        if self.open != Some(window) {
            self.close()?;
            self.open = Some(window);
        }
        if let Some(found) = self.found.get_mut(series) {
            found.rows += 1;
        }
        match self.bins.last_mut() {
            Some((bin, count)) if *bin == cell.bin => {
                let Some(sum) = count.checked_add(cell.count) else { return Err(self.full(window)) };
                *count = sum;
            }
            _ => {
                if self.bins.len() >= self.room {
                    merge(&mut self.bins).ok_or_else(|| self.full(window))?;
                    self.room = (2 * self.bins.len()).max(MOST_OPEN);
                }
                self.bins.push((cell.bin, cell.count));
            }
        }
        Ok(())
    }

    /// The error for counts that do not fit.
    fn full(&self, (series, slot): (usize, Slot)) -> Error {
        let unknown = Identity::default();
        too_many(self.found.get(series).map_or(&unknown, |found| &found.identity), Some(slot.start))
    }

    /// Counts rows that were seen to be outside the range, and rows of other series within it, of which no more was read.
    #[cfg(feature = "frame")]
    pub(crate) fn pass_over(&mut self, outside: u64, filtered: u64) {
        self.rows += outside + filtered;
        self.outside += outside;
        self.filtered += filtered;
    }

    /// Refuses a number that is no bin of its schema, each once.
    fn check(&mut self, cell: Cell) -> Result<()> {
        let at = cell.schema as usize;
        if self.known.len() <= at {
            self.known.resize(at + 1, HashSet::new());
        }
        let Some(known) = self.known.get_mut(at) else { return Ok(()) };
        if !known.contains(&cell.bin) {
            AnySketch::from_coded_bins(self.table.schema_name(cell.schema), &[(cell.bin, 1)])?;
            known.insert(cell.bin);
        }
        Ok(())
    }

    /// Packs the window that was read.
    fn close(&mut self) -> Result<()> {
        let Some(window) = self.open.take() else { return Ok(()) };
        let total = |bins: &[(i64, u64)]| bins.iter().try_fold(0_u64, |sum, (_, count)| sum.checked_add(*count));
        merge(&mut self.bins).and_then(|()| total(&self.bins)).ok_or_else(|| self.full(window))?;
        let packed = Packed::new(self.bins.drain(..), None);
        self.room = MOST_OPEN;
        let (series, slot) = window;
        let Some(Found { identity, windows, .. }) = self.found.get_mut(series) else { return Ok(()) };
        if !packed.is_empty() {
            match windows.get_mut(&slot) {
                Some(own) => own.add(&packed).ok_or_else(|| too_many(identity, Some(slot.start)))?,
                None => drop(windows.insert(slot, packed)),
            }
        }
        Ok(())
    }

    /// Leaves the one series that is named with a comma, where there is one, out of those that its parts name too.
    fn prefer_whole(&mut self) {
        let Some(whole) = &self.choice.whole else { return };
        let is = |found: &Found| found.rows > 0 && found.identity.name == *whole;
        if self.found.iter().any(is) {
            self.filtered += self.found.iter().filter(|found| !is(found)).map(|found| found.rows).sum::<u64>();
            self.found.retain(is);
        }
    }

    /// All that was read.
    pub(crate) fn finish(
        mut self,
        file: &str,
        format: Format,
        bytes: u64,
        mut report: LoadReport,
    ) -> Result<HistogramTable> {
        self.close()?;
        self.prefer_whole();
        if self.outside > 0 {
            report.understand("range", format!("{} outside left out", counted(self.outside, "row")), "--from and --to");
        }
        if self.filtered > 0 {
            report.understand("where", format!("{} left out", counted(self.filtered, "row")), "--where and --value");
        }
        report.understand("table", "histograms", "its columns are series, window_start, width, schema, bin and count");
        report.rows = self.rows;
        report.files.push(FileRead { name: file.to_owned(), format, bytes, rows: self.rows });
        let chosen = self.outside > 0 || self.filtered > 0;
        for Found { identity, windows, .. } in self.found {
            if windows.is_empty() {
                if !chosen {
                    let message = format!("“{}” has no count above 0", identity.title());
                    report.warn(WarningKind::EmptySeries, message, Position::in_file(file), 1);
                }
                continue;
            }
            self.table.add(&identity, format, LeftOut::default(), windows)?;
        }
        self.table.report = report;
        Ok(self.table)
    }
}

/// Puts bins in order, each once; `None` where the counts of one do not fit.
fn merge(bins: &mut Vec<(i64, u64)>) -> Option<()> {
    bins.sort_unstable_by_key(|(bin, _)| *bin);
    let mut fit = true;
    bins.dedup_by(|next, kept| {
        if next.0 != kept.0 {
            return false;
        }
        let sum = kept.1.checked_add(next.1);
        fit &= sum.is_some();
        kept.1 = sum.unwrap_or(u64::MAX);
        true
    });
    fit.then_some(())
}

/// Gives a table to what takes several; the data set that is left has a report and no items.
pub(crate) fn deliver(table: HistogramTable, into: &mut Condenser) -> Result<Dataset> {
    let report = table.report.clone();
    into.table.absorb(table)?;
    Ok(Dataset { items: Vec::new(), report })
}

/// The error for tables of which nothing is left.
pub(crate) fn nothing() -> Error {
    Error::empty("no histogram is left").hint("widen --from and --to, or change --where")
}

/// A width of windows in nanoseconds, of one in seconds.
pub(crate) fn width_of(seconds: f64) -> Option<i64> {
    (seconds > 0.0 && seconds <= WIDEST_S).then(|| (seconds * 1e9).round() as i64).filter(|ns| *ns > 0)
}

/// Rows of text that become a table.
struct TextRows<'a> {
    file: &'a str,
    names: &'a [String],
    places: Places,
    builder: Builder,
    zone: Option<TimeZone>,
    clock: Option<Clock>,
    /// The fields of the last key, and its place.
    last: Option<(Vec<Vec<u8>>, Option<usize>)>,
    short: u64,
    first_short: u64,
}

impl<'a> TextRows<'a> {
    fn new(names: &'a [String], file: &'a str, options: &LoadOptions) -> Result<Self> {
        let places = Places::of(names, file)?;
        let choice = Choice::of(options, names, &places, file)?;
        let builder = Builder::new(names, &places, choice, options);
        let zone = clock::zone(options.tz.as_deref())?;
        Ok(Self { file, names, places, builder, zone, clock: None, last: None, short: 0, first_short: 0 })
    }

    /// Adds a row of so many fields.
    fn add<'f>(&mut self, line: u64, fields: usize, field: &dyn Fn(usize) -> &'f [u8]) -> Result<()> {
        if fields < self.names.len() {
            self.short += 1;
            self.first_short = if self.short == 1 { line } else { self.first_short };
            return Ok(());
        }
        let here = || Position::in_file(self.file).at_line(line);
        let text = |i: usize| field(i).trim_ascii();
        let bad = |i: usize, what: &str| {
            let position = here().at_column(self.names.get(i).cloned().unwrap_or_default());
            Error::parse(format!("“{}” is not {what}", show(text(i)))).at(position)
        };
        let Places { start, width, schema, bin, count, .. } = self.places;
        let first = text(start);
        let clock = self.clock.get_or_insert_with(|| match number::parse(first) {
            Field::Number(v) => Clock::new(TimeFormat::epoch_of(v), None),
            _ => Clock::new(TimeFormat::Text, self.zone.clone()),
        });
        let start = clock.parse(first).ok_or_else(|| bad(start, "a time"))?;
        let seconds = if let Field::Number(v) = number::parse(text(width)) { width_of(v) } else { None };
        let width = seconds.ok_or_else(|| bad(width, "a width in seconds"))?;
        let word = |i: usize| std::str::from_utf8(text(i)).ok();
        let bin = word(bin).and_then(|w| w.parse::<i64>().ok()).ok_or_else(|| bad(bin, "a whole number"))?;
        let count = word(count).and_then(|w| w.parse::<u64>().ok()).ok_or_else(|| bad(count, "a count"))?;
        let schema = self.builder.schema(&String::from_utf8_lossy(text(schema)));
        let same = |key: &[Vec<u8>]| key.iter().zip(&self.places.keys).all(|(own, i)| *own == text(*i));
        let series = match &self.last {
            Some((key, series)) if same(key) => *series,
            _ => {
                let key: Vec<Vec<u8>> = self.places.keys.iter().map(|i| text(*i).to_vec()).collect();
                let series = self.builder.key(&key).map_err(|e| e.at(here()))?;
                self.last = Some((key, series));
                series
            }
        };
        self.builder.add(series, Cell { start, width, schema, bin, count }).map_err(|e| e.at(here()))
    }

    fn finish(mut self, format: Format, bytes: u64) -> Result<HistogramTable> {
        let mut report = LoadReport::default();
        let column = self.names.get(self.places.start).cloned();
        let position = || Position { column: column.clone(), ..Position::in_file(self.file) };
        if let Some(clock) = &self.clock {
            zone::tell_clock(clock, clock.read, position, &mut report);
        }
        if self.short > 0 {
            let message = format!("{} with fewer fields than the header left out", counted(self.short, "row"));
            let position = Position::in_file(self.file).at_line(self.first_short);
            report.warn(WarningKind::Ragged, message, position, self.short);
            self.builder.rows += self.short;
        }
        self.builder.finish(self.file, format, bytes, report)
    }
}

/// Rows of the table, as text of any format.
#[cfg(feature = "sqlite")]
pub(crate) struct Rows<'a> {
    /// The names of the columns.
    pub(crate) names: Vec<String>,
    /// The fields of each row, with its line.
    pub(crate) fields: &'a mut dyn Iterator<Item = Result<(u64, Vec<Vec<u8>>)>>,
    /// The format that they come from, and how large it is.
    pub(crate) format: Format,
    pub(crate) bytes: u64,
}

/// Takes the rows of the table as [`read`] takes those of text.
#[cfg(feature = "sqlite")]
pub(crate) fn take_rows(table: Rows<'_>, file: &str, options: &LoadOptions, into: &mut Condenser) -> Result<Dataset> {
    let mut rows = TextRows::new(&table.names, file, options)?;
    for row in table.fields {
        let (line, fields) = row?;
        rows.add(line, fields.len(), &|i| fields.get(i).map(Vec::as_slice).unwrap_or_default())?;
    }
    let table = rows.finish(table.format, table.bytes)?;
    deliver(table, into).map_err(|e| e.in_file(file))
}

/// What is read of an input, counted and told to whom it may concern.
struct Told<'a, R> {
    from: R,
    progress: &'a Progress,
    all: &'a Counter<u64>,
    /// Bytes since a row ended.
    row: &'a Counter<u64>,
}

impl<R: Read> Read for Told<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.progress.check().map_err(io::Error::other)?;
        if self.row.get() > LONGEST_ROW {
            return Err(io::Error::other(format!("a row is longer than {} MB", LONGEST_ROW >> 20)));
        }
        let n = self.from.read(buffer)?;
        self.progress.advance(n as u64);
        self.all.set(self.all.get() + n as u64);
        self.row.set(self.row.get() + n as u64);
        Ok(n)
    }
}

/// Reads the table from comma-separated text, row by row: what is kept grows with series and windows, and not with the text.
pub(crate) fn read(input: Input<'_>, options: &LoadOptions, progress: &Progress) -> Result<Dataset> {
    let Input { name, mut head, rest, into, .. } = input;
    let bom = if head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    head.drain(..bom);
    let (all, row) = (Counter::new(bom as u64), Counter::new(0));
    let text = Told { from: Cursor::new(head).chain(rest), progress, all: &all, row: &row };
    let mut reader = csv::ReaderBuilder::new().flexible(true).buffer_capacity(PIECE).from_reader(text);
    let failed = |e: csv::Error, line: u64| match (progress.check(), e.into_kind()) {
        (Err(cancelled), _) => cancelled,
        (Ok(()), csv::ErrorKind::Io(e)) if row.get() > LONGEST_ROW => Error::parse(e.to_string())
            .at(Position::in_file(name).at_line(line))
            .hint("close the quote that opens there"),
        (Ok(()), csv::ErrorKind::Io(e)) => Error::io(e, name),
        (Ok(()), other) => Error::parse(format!("not comma-separated text: {other:?}")).in_file(name),
    };
    let names = reader.byte_headers().map_err(|e| failed(e, 1))?;
    let names: Vec<String> = names.iter().map(|n| String::from_utf8_lossy(n).trim().to_owned()).collect();
    let mut rows = TextRows::new(&names, name, options)?;
    let mut record = csv::ByteRecord::new();
    loop {
        row.set(0);
        let start = reader.position().line();
        if !reader.read_byte_record(&mut record).map_err(|e| failed(e, start))? {
            break;
        }
        let line = record.position().map_or(0, csv::Position::line);
        rows.add(line, record.len(), &|i| record.get(i).unwrap_or_default())?;
    }
    let table = rows.finish(Format::HistogramTable, all.get()).map_err(|e| e.in_file(name))?;
    deliver(table, into).map_err(|e| e.in_file(name))
}

#[cfg(test)]
mod tests;
