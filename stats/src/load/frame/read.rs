//! Parquet and Arrow IPC files, by polars' lazy streaming engine.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use polars::io::parquet::read::{FileMetadata, infer_schema};
use polars::prelude as pl;
use polars::prelude::{DataFrame, DataType, IntoColumn, IntoLazy, LazyFrame, NamedFrom, SchemaExt, SerReader};

use super::batches::Batches;
use super::footer::{self, RowGroup};
use super::histograms::{self, Reading};
use super::outside::outside;
use super::polars::{failed, renamed};
use super::row_groups::{self, RowGroups};
use super::typed::{Origin, SAMPLE_ROWS, chunk, plan};
use crate::error::{Error, ErrorKind, Position, Result};
use crate::load::assemble::{Collector, partition};
use crate::load::dataset::Dataset;
use crate::load::options::{Format, LoadOptions};
use crate::load::parts::{Parts, Place};
use crate::load::report::{GroupsRead, LoadReport};
use crate::load::store::Condenser;
use crate::load::{files, histogram_table};
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
    bytes: Bytes<'_>,
    options: &LoadOptions,
    progress: &Progress,
    into: &mut Condenser,
) -> Result<Dataset> {
    let size = check_tail(&bytes, format, name)?;
    progress.stage("reading", size);
    // damaged files can make the reader panic; that must not end the program
    let work = AssertUnwindSafe(|| decode(name, format, bytes, size, options, progress, into));
    catch_unwind(work)
        .unwrap_or_else(|_| Err(damaged(format, "its columns cannot be decoded")))
        .map_err(|e| e.in_file(name))
}

fn decode(
    name: &str,
    format: Format,
    bytes: Bytes<'_>,
    size: u64,
    options: &LoadOptions,
    progress: &Progress,
    into: &mut Condenser,
) -> Result<Dataset> {
    let wrap = |e: &pl::PolarsError| damaged(format, failed(e).message());
    let (mut rows, mut contents) = (0, None);
    if format == Format::Parquet {
        let (claimed, found) = footer::rows(&bytes, size).map_err(|e| damaged(format, e.message()))?;
        (rows, contents) = (claimed, Some(found));
    }
    let of_folders = if let Bytes::File(place) = &bytes { files::partition(place.path) } else { Vec::new() };
    let place = match &bytes {
        Bytes::File(place) if format == Format::Parquet => Some(*place),
        _ => None,
    };
    let path = place.map(|place| place.path);
    let mut source = match path.zip(contents.clone()) {
        Some((path, contents)) if of_folders.is_empty() => Source::File(path, contents),
        _ => Source::Lazy(Box::new(scan(format, bytes).map_err(|e| wrap(&e))?)),
    };
    let schema = source.schema().map_err(|e| wrap(&e))?;
    let mut names: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
    // the reader may have made columns of the folders' names already
    names.retain(|name| !of_folders.iter().any(|(key, _)| key == name));
    let folders = of_folders.iter().map(|(key, _)| key.clone());
    if histogram_table::has_columns(&names.iter().cloned().chain(folders).collect::<Vec<_>>()) {
        let mut reading = Reading::new(names, &of_folders, (name, format, size), options)?;
        let reading = match (place, contents, source) {
            (Some(Place { path, parts }), Some(contents), _) => {
                let groups = footer::groups(&contents);
                let ranges = reading.ranges(&groups, reading.instant(&schema));
                if let Some(parts) = parts {
                    parts.want(&footer::bytes(&contents, &ranges, Some(&reading.wanted())))?;
                    progress.stage("reading", size);
                }
                histograms::read_ranges(reading, (path, rows), (&contents, &groups, &schema), &ranges, progress)?
            }
            (_, _, Source::Lazy(lazy)) => histograms::stream(reading, &lazy, progress)?,
            _ => return Err(damaged(format, "it has no table of contents")),
        };
        return histogram_table::deliver(reading.finish()?, into);
    }
    let sampled = if into.how.is_some() { KIND_ROWS } else { SAMPLE_ROWS };
    let in_parts = place.and_then(|place| place.parts).zip(contents.clone());
    let head = match (&in_parts, path) {
        (Some((parts, contents)), Some(path)) => {
            let head = first_rows((path, *parts), contents, sampled, progress)?;
            with_folders(head, &of_folders, &schema).map_err(|e| wrap(&e))?
        }
        _ => source.head(sampled).map_err(|e| wrap(&e))?,
    };
    if head.height() == 0 {
        return Err(Error::empty("the file holds no rows").hint("was the export finished?"));
    }
    progress.check()?;
    let mut report = LoadReport::default();
    let plan = plan(&head, options, name, &mut report)?;
    let mut sources: Vec<usize> = plan.wanted.iter().map(|w| w.source).collect();
    sources.sort_unstable();
    sources.dedup();
    let columns: Vec<(String, DataType)> = head
        .columns()
        .iter()
        .enumerate()
        .filter(|(at, _)| sources.binary_search(at).is_ok())
        .map(|(_, column)| (column.name().to_string(), column.dtype().clone()))
        .collect();
    let places = plan.wanted.iter().filter_map(|w| sources.binary_search(&w.source).ok()).collect();
    if into.how.is_some() {
        let wanted = plan.wanted.iter().filter_map(|w| head.select_at_idx(w.source).cloned()).enumerate().map(renamed);
        let chosen = DataFrame::new(head.height(), wanted.collect()).map_err(|e| wrap(&e))?;
        let part = partition(chunk(&chosen, &plan, 0, head.height())?, &plan)?;
        if !Collector::decide(&part.shapes(&plan), &plan, &mut report)? {
            Collector::leave_undecided(&plan, &mut report);
        }
    }
    let in_file = !columns.iter().any(|(wanted, _)| of_folders.iter().any(|(key, _)| key == wanted));
    // of what has labels outside the file all rows are read, and of what is in memory
    let may_leave = path.is_some() && in_file && plan.leaves_rows_out();
    let outside = contents.as_ref().filter(|_| may_leave).map(|contents| {
        let groups = footer::groups(contents);
        let outside = outside(contents, &groups, &plan, &head);
        report.understand_groups(read_of(&groups, &outside));
        outside
    });
    let outside = outside.unwrap_or_default();
    drop(head);
    let bytes_per_row = if rows > 0 { size as f64 / rows as f64 } else { 0.0 };
    let batches = Batches::new((plan, name), places, (progress.clone(), bytes_per_row), into.how);
    if let Some((parts, contents)) = in_parts {
        let wanted: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
        parts.want(&footer::bytes(&contents, &rows_of(&contents, &outside), Some(&wanted)))?;
        progress.stage("reading", size);
    }
    let origin = Origin { file: name, format, bytes: size };
    if let (Some(path), Some(contents), true) = (path, contents, in_file) {
        // as many pieces as threads at a time: the streaming engine reads ahead more than is wanted in memory
        let groups = RowGroups::new(path, contents, columns);
        let passed_over = |piece| {
            let (group, rows) = groups.piece(piece)?;
            outside.get(group).copied().unwrap_or_default().then_some(rows)
        };
        batches.take_pieces(groups.pieces(), &passed_over, &|piece, places| {
            groups.read(piece, places).map_err(|e| damaged(format, e.message()))
        });
        progress.check()?;
        return batches.finish(&origin, report, &mut into.table);
    }
    let Source::Lazy(lazy) = source else { return Err(damaged(format, "its columns are elsewhere")) };
    let columns: Vec<pl::Expr> = columns.iter().map(|(name, _)| pl::col(name.as_str())).collect();
    let shared = Arc::clone(&batches);
    let sink =
        lazy.select(columns).sink_batches(pl::PlanCallback::new(move |batch| Ok(shared.take(batch))), true, None);
    sink.and_then(collect_nothing).map_err(|e| wrap(&e))?;
    progress.check()?;
    if rows == 0 {
        progress.advance(size);
    }
    batches.finish(&origin, report, &mut into.table)
}

/// What is read where some row groups are not.
fn read_of(groups: &[RowGroup], outside: &[bool]) -> GroupsRead {
    let mut read = GroupsRead { all: groups.len() as u64, ..GroupsRead::default() };
    for (group, outside) in groups.iter().zip(outside) {
        read.bytes += group.bytes;
        if !outside {
            read.read += 1;
            read.bytes_read += group.bytes;
        }
    }
    read
}

/// The rows of the row groups that are read.
fn rows_of(contents: &FileMetadata, outside: &[bool]) -> Vec<Range<u64>> {
    let mut start = 0;
    let mut rows = Vec::new();
    for (i, group) in contents.row_groups.iter().enumerate() {
        let end = start + group.num_rows() as u64;
        if !outside.get(i).copied().unwrap_or_default() {
            rows.push(start..end);
        }
        start = end;
    }
    rows
}

/// The first rows of a file that is fetched in parts, with all columns: what they are is told by them.
fn first_rows(
    (path, parts): (&Path, &dyn Parts),
    contents: &Arc<FileMetadata>,
    rows: usize,
    progress: &Progress,
) -> Result<DataFrame> {
    parts.want(&footer::bytes(contents, std::slice::from_ref(&(0..rows as u64)), None))?;
    progress.check()?;
    row_groups::frame(path, contents, (0, rows), None).map_err(|e| failed(&e))
}

/// Rows with the words of their folders as columns, in the types and the order of the query that reads all of them.
fn with_folders(mut head: DataFrame, folders: &[(String, String)], schema: &pl::Schema) -> pl::PolarsResult<DataFrame> {
    for (key, word) in folders {
        let Some(dtype) = schema.get(key) else { continue };
        // as the query has it: no word is a missing one
        let word = (!word.is_empty()).then_some(word.as_str());
        let words = pl::Series::new(key.as_str().into(), vec![word; head.height()]).cast(dtype)?;
        head.with_column(words.into_column())?;
    }
    head.select(schema.iter_names().cloned())
}

/// Where rows come from.
enum Source<'a> {
    /// The row groups of a file, with its table of contents.
    File(&'a Path, Arc<FileMetadata>),
    /// A query.
    Lazy(Box<LazyFrame>),
}

impl Source<'_> {
    fn schema(&mut self) -> pl::PolarsResult<Arc<pl::Schema>> {
        match self {
            Self::File(_, contents) => Ok(Arc::new(pl::Schema::from_arrow_schema(&infer_schema(contents)?))),
            Self::Lazy(lazy) => lazy.collect_schema(),
        }
    }

    /// The first rows.
    fn head(&self, rows: usize) -> pl::PolarsResult<DataFrame> {
        match self {
            Self::File(path, contents) => row_groups::frame(path, contents, (0, rows), None),
            Self::Lazy(lazy) => collect((**lazy).clone().limit(rows as u32)),
        }
    }
}

fn scan(format: Format, bytes: Bytes<'_>) -> pl::PolarsResult<LazyFrame> {
    match (format, bytes) {
        (Format::Parquet, Bytes::Memory(bytes)) => Ok(pl::ParquetReader::new(Cursor::new(bytes)).finish()?.lazy()),
        (_, Bytes::Memory(bytes)) => Ok(pl::IpcReader::new(Cursor::new(bytes)).finish()?.lazy()),
        (Format::Parquet, Bytes::File(Place { path, .. })) => {
            let args = pl::ScanArgsParquet { glob: false, ..pl::ScanArgsParquet::default() };
            LazyFrame::scan_parquet(pl::PlRefPath::new(path.to_string_lossy().as_ref()), args)
        }
        (_, Bytes::File(Place { path, .. })) => {
            let args = pl::UnifiedScanArgs { glob: false, ..pl::UnifiedScanArgs::default() };
            LazyFrame::scan_ipc(
                pl::PlRefPath::new(path.to_string_lossy().as_ref()),
                pl::IpcScanOptions::default(),
                args,
            )
        }
    }
}

/// Runs a query whose batches go elsewhere.
fn collect_nothing(lazy: LazyFrame) -> pl::PolarsResult<()> {
    lazy.collect_with_engine(pl::Engine::Streaming).map(drop)
}

fn collect(lazy: LazyFrame) -> pl::PolarsResult<DataFrame> {
    Ok(lazy.collect_with_engine(pl::Engine::Streaming)?.unwrap_single())
}

fn damaged(format: Format, what: &str) -> Error {
    Error::new(ErrorKind::Parse, format!("this {format} file cannot be read: {what}"))
        .hint("it may be damaged: export it again")
}

/// Both formats end as they begin; a file that does not was cut off.
fn check_tail(bytes: &Bytes<'_>, format: Format, name: &str) -> Result<u64> {
    let magic: &[u8] = if format == Format::Parquet { b"PAR1" } else { b"ARROW1" };
    let mut tail = Vec::new();
    let size = match bytes {
        Bytes::Memory(bytes) => {
            tail.extend_from_slice(bytes.get(bytes.len().saturating_sub(magic.len())..).unwrap_or_default());
            bytes.len() as u64
        }
        Bytes::File(Place { path, .. }) => {
            let io = |e| Error::io(e, name);
            let mut file = std::fs::File::open(path).map_err(io)?;
            let size = file.metadata().map_err(io)?.len();
            file.seek(SeekFrom::Start(size.saturating_sub(magic.len() as u64))).map_err(io)?;
            file.read_to_end(&mut tail).map_err(io)?;
            size
        }
    };
    if tail == magic && size > 2 * magic.len() as u64 {
        return Ok(size);
    }
    Err(Error::parse(format!("this {format} file is cut off: its end, with the table of contents, is missing"))
        .at(Position::in_file(name).at_byte(size))
        .hint("copy or export it again"))
}
