//! Parquet and Arrow IPC files, piece by piece.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use polars::io::parquet::read::FileMetadata;
use polars::prelude as pl;
use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, SchemaExt};

use super::batches::Batches;
use super::cells::Cells;
use super::chunks;
use super::footer;
use super::foreign::{self, Foreign};
use super::histograms::{self, Reading};
use super::input::{self, Input};
use super::ipc::{Arrow, Pieces};
use super::outside::{outside, rows_read};
use super::polars::{failed, renamed};
use super::row_groups::RowGroups;
use super::typed::{Origin, SAMPLE_ROWS, Typed, chunk, plan};
use crate::error::{Error, ErrorKind, Position, Result};
use crate::load::assemble::{Collector, partition};
use crate::load::classify::Plan;
use crate::load::dataset::Dataset;
use crate::load::histogram_table;
use crate::load::options::{Format, LoadOptions};
use crate::load::parts::{Parts, Place};
use crate::load::report::LoadReport;
use crate::load::store::Condenser;
use crate::load::table::Dictionary;
use crate::progress::Progress;

/// Rows that decide whether columns hold events, where the rest is counted and not kept.
const KIND_ROWS: usize = 1 << 14;

/// A file, or its bytes.
pub(crate) enum Bytes<'a> {
    /// A file, of which only what is wanted is read.
    File(Place<'a>),
    /// All bytes.
    Memory(Vec<u8>),
}

/// Reads a columnar file to a data set.
pub(crate) fn read(
    name: &str,
    format: Format,
    bytes: &Bytes<'_>,
    options: &LoadOptions,
    progress: &Progress,
    into: &mut Condenser,
) -> Result<Dataset> {
    let io = |e| Error::io(e, name);
    let opened;
    let (input, size, parts, folders) = match bytes {
        Bytes::File(place) => {
            opened = File::open(place.path).map_err(io)?;
            let size = opened.metadata().map_err(io)?.len();
            (Input::File(&opened), size, place.parts, place.folders)
        }
        Bytes::Memory(bytes) => (Input::Memory(bytes), bytes.len() as u64, None, &[][..]),
    };
    progress.stage("reading", size);
    // damaged files can make the decoders panic; that must not end the program
    let work = AssertUnwindSafe(|| {
        check_tail(input, size, format)?;
        let rows = Rows::open(input, size, format, parts)?;
        decode((name, format, size), &rows, folders, options, progress, into)
    });
    let result = catch_unwind(work).unwrap_or_else(|_| Err(damaged(format, "its columns cannot be decoded")));
    result
        .map_err(|e| {
            let of_file = matches!(e.kind(), ErrorKind::Parse | ErrorKind::Io);
            if of_file { input.shortened(size).unwrap_or(e) } else { e }
        })
        .map_err(|e| e.in_file(name))
}

/// The rows of a file.
enum Rows<'a> {
    Parquet { input: Input<'a>, contents: Arc<FileMetadata>, rows: u64, parts: Option<&'a dyn Parts> },
    Arrow(Arrow<'a>),
}

impl<'a> Rows<'a> {
    fn open(input: Input<'a>, size: u64, format: Format, parts: Option<&'a dyn Parts>) -> Result<Self> {
        let opened = if format == Format::Parquet {
            footer::rows(input, size).map(|(rows, contents)| Self::Parquet { input, contents, rows, parts })
        } else {
            Arrow::open(input, size).map(Self::Arrow)
        };
        opened.map_err(|e| if e.kind() == ErrorKind::Parse { damaged(format, e.message()) } else { e })
    }

    fn count(&self) -> u64 {
        match self {
            Self::Parquet { rows, .. } => *rows,
            Self::Arrow(arrow) => arrow.rows(),
        }
    }

    /// The columns that can be read, and the others.
    fn schema(&self) -> Result<(pl::Schema, Vec<Foreign>)> {
        match self {
            Self::Parquet { contents, .. } => {
                let (readable, foreign) = foreign::split(&foreign::of_parquet(contents)?);
                Ok((pl::Schema::from_arrow_schema(&readable), foreign))
            }
            Self::Arrow(arrow) => Ok((arrow.schema(), arrow.foreign().to_vec())),
        }
    }

    /// The first rows, with all columns that can be read: what they are is told by them.
    fn head(&self, rows: usize) -> Result<DataFrame> {
        match self {
            Self::Parquet { input, contents, parts, .. } => {
                if let Some(parts) = parts {
                    parts.want(&footer::bytes(contents, std::slice::from_ref(&(0..rows as u64)), None))?;
                }
                chunks::frame(*input, contents, &(0..rows), None)
            }
            Self::Arrow(arrow) => arrow.head(rows),
        }
    }

    /// For each row group, whether none of its rows is in the range of time that is asked for, which is told; empty where all are read.
    fn outside(&self, plan: &Plan, head: &DataFrame, report: &mut LoadReport) -> Vec<bool> {
        let Self::Parquet { contents, .. } = self else { return Vec::new() };
        outside(contents, plan, head, report)
    }

    /// The rows of some columns, but for the row groups that are outside, in pieces that threads read.
    fn columns(&self, columns: Vec<(String, DataType)>, outside: &[bool]) -> Result<Columns<'_>> {
        match self {
            Self::Parquet { input, contents, parts, .. } => {
                if let Some(parts) = parts {
                    let wanted: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
                    parts.want(&footer::bytes(contents, &rows_read(contents, outside), Some(&wanted)))?;
                }
                Ok(Columns::Parquet(RowGroups::new(*input, Arc::clone(contents), columns)))
            }
            Self::Arrow(arrow) => {
                let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
                Ok(Columns::Arrow(Pieces::new(arrow, &names)?))
            }
        }
    }

    /// Reads a table of histograms.
    fn histograms(&self, mut reading: Reading, schema: &pl::Schema, progress: &Progress) -> Result<Reading> {
        match self {
            Self::Parquet { input, contents, rows, parts } => {
                let groups = footer::groups(contents);
                let ranges = reading.ranges(&groups, reading.instant(schema));
                if let Some(parts) = parts {
                    parts.want(&footer::bytes(contents, &ranges, Some(&reading.wanted())))?;
                    progress.stage("reading", reading.bytes);
                }
                histograms::read_ranges(reading, (*input, *rows), (contents, &groups, schema), &ranges, progress)
            }
            Self::Arrow(arrow) => {
                let pieces = Pieces::new(arrow, &reading.wanted())?;
                histograms::read_batches(reading, &pieces, progress)
            }
        }
    }
}

/// Some columns of a file.
enum Columns<'a> {
    Parquet(RowGroups<'a>),
    Arrow(Pieces<'a>),
}

impl Columns<'_> {
    fn pieces(&self) -> usize {
        match self {
            Self::Parquet(groups) => groups.pieces(),
            Self::Arrow(batches) => batches.pieces(),
        }
    }

    /// How many rows a piece has, where it is of a row group that is outside.
    fn passed_over(&self, piece: usize, outside: &[bool]) -> Option<usize> {
        let Self::Parquet(groups) = self else { return None };
        groups.rows_if(piece, outside)
    }

    /// Of a piece the columns at some places, of which those beyond the file's are words of its folders.
    fn read(&self, piece: usize, places: &[usize], (own, folders): (usize, &[(String, String)])) -> Result<Vec<Typed>> {
        let in_file: Vec<usize> = places.iter().copied().filter(|at| *at < own).collect();
        let (rows, read) = match self {
            Self::Parquet(groups) => (groups.rows_of(piece), groups.read(piece, &in_file)?),
            Self::Arrow(batches) => (batches.rows_of(piece), batches.read(piece, &in_file)?),
        };
        let mut read = read.into_iter();
        let missing = || Error::parse("a column is missing");
        let column = |at: &usize| match at.checked_sub(own) {
            None => read.next().ok_or_else(missing),
            Some(folder) => {
                let (_, word) = folders.get(folder).ok_or_else(missing)?;
                let mut words = Dictionary::default();
                let code = words.encode(word.as_bytes());
                Ok(Typed::Words(Cells::full(vec![code; rows]), words))
            }
        };
        places.iter().map(column).collect()
    }
}

fn decode(
    (name, format, size): (&str, Format, u64),
    rows: &Rows<'_>,
    folders: &[(String, String)],
    options: &LoadOptions,
    progress: &Progress,
    into: &mut Condenser,
) -> Result<Dataset> {
    let wrap = |e: Error| if e.kind() == ErrorKind::Parse { damaged(format, e.message()) } else { e };
    let (schema, unread) = rows.schema().map_err(wrap)?;
    foreign::refuse(&unread, options)?;
    let names: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
    // what the file says of its rows goes before the names of its folders
    let folders: Vec<(String, String)> = folders.iter().filter(|(key, _)| !names.contains(key)).cloned().collect();
    let with_folders = names.iter().chain(folders.iter().map(|(key, _)| key)).cloned().collect::<Vec<_>>();
    if histogram_table::has_columns(&with_folders) {
        let mut reading = Reading::new(names, &folders, (name, format, size), options)?;
        foreign::tell(&unread, name, &mut reading.report);
        // what is wrong with a value has its place
        let wrap_unplaced = |e: Error| if e.position().is_none() { wrap(e) } else { e };
        let reading = rows.histograms(reading, &schema, progress).map_err(wrap_unplaced)?;
        progress.check()?;
        return histogram_table::deliver(reading.finish()?, into);
    }
    let mut head = rows.head(if into.how.is_some() { KIND_ROWS } else { SAMPLE_ROWS }).map_err(wrap)?;
    if head.height() == 0 {
        return Err(Error::empty("the file holds no rows").hint("was the export finished?"));
    }
    for (key, word) in &folders {
        let words = pl::Series::new(key.as_str().into(), vec![word.as_str(); head.height()]);
        head.with_column(words.into_column()).map_err(|e| failed(&e))?;
    }
    progress.stage("reading", size);
    progress.check()?;
    let mut report = LoadReport::default();
    foreign::tell(&unread, name, &mut report);
    let plan = plan(&head, options, name, &mut report)?;
    let mut sources: Vec<usize> = plan.wanted.iter().map(|w| w.source).collect();
    sources.sort_unstable();
    sources.dedup();
    let places = plan.wanted.iter().filter_map(|w| sources.binary_search(&w.source).ok()).collect();
    // the columns of the file are before those of its folders
    let (in_file, of_folders) = sources.split_at(sources.partition_point(|at| *at < schema.len()));
    let columns: Vec<(String, DataType)> = in_file
        .iter()
        .filter_map(|at| head.select_at_idx(*at))
        .map(|column| (column.name().to_string(), column.dtype().clone()))
        .collect();
    let words: Vec<(String, String)> =
        of_folders.iter().filter_map(|at| folders.get(at - schema.len())).cloned().collect();
    if into.how.is_some() {
        decide(&head, &plan, &mut report)?;
    }
    let outside = rows.outside(&plan, &head, &mut report);
    drop(head);
    let own = columns.len();
    let columns = rows.columns(columns, &outside).map_err(wrap)?;
    progress.stage("reading", size);
    let bytes_per_row = size as f64 / rows.count().max(1) as f64;
    let batches = Batches::new((plan, name), places, (progress.clone(), bytes_per_row), into.how);
    // as many pieces as threads at a time: polars' streaming engine reads ahead more than is wanted in memory
    let passed_over = |piece| columns.passed_over(piece, &outside);
    let make = |piece, places: &[usize]| columns.read(piece, places, (own, &words)).map_err(wrap);
    batches.take_pieces(columns.pieces(), &passed_over, &make);
    progress.check()?;
    batches.finish(&Origin { file: name, format, bytes: size }, report, &mut into.table)
}

/// Decides by the first rows whether they are events, where the rest is counted and not kept.
fn decide(head: &DataFrame, plan: &Plan, report: &mut LoadReport) -> Result<()> {
    let wanted = plan.wanted.iter().filter_map(|w| head.select_at_idx(w.source).cloned()).enumerate().map(renamed);
    let chosen = DataFrame::new(head.height(), wanted.collect()).map_err(|e| failed(&e))?;
    let part = partition(chunk(&chosen, plan, 0, head.height())?, plan)?;
    if !Collector::decide(&part.shapes(plan), plan, report)? {
        Collector::leave_undecided(plan, report);
    }
    Ok(())
}

fn damaged(format: Format, what: &str) -> Error {
    Error::new(ErrorKind::Parse, format!("this {format} file cannot be read: {what}"))
        .hint("it may be damaged: export it again")
}

/// Both formats end as they begin; a file that does not was cut off.
fn check_tail(input: Input<'_>, size: u64, format: Format) -> Result<()> {
    let magic: &[u8] = if format == Format::Parquet { b"PAR1" } else { b"ARROW1" };
    let length = magic.len() as u64;
    if size > 2 * length && input::bytes(input, size - length..size)? == magic {
        return Ok(());
    }
    Err(Error::parse(format!("this {format} file is cut off: its end, with the table of contents, is missing"))
        .at(Position::default().at_byte(size))
        .hint("copy or export it again"))
}
