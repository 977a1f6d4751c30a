//! Parquet and Arrow IPC files, by polars' lazy streaming engine.

use std::io::{Cursor, Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use polars::prelude as pl;
use polars::prelude::{DataFrame, IntoLazy, LazyFrame, SerReader};

use super::batches::Batches;
use super::footer;
use super::histograms::{self, Reading};
use super::polars::{failed, renamed};
use super::typed::{Origin, SAMPLE_ROWS, chunk, plan};
use crate::error::{Error, ErrorKind, Position, Result};
use crate::load::assemble::{Collector, partition};
use crate::load::dataset::Dataset;
use crate::load::options::{Format, LoadOptions};
use crate::load::parts::{Parts, Place};
use crate::load::report::LoadReport;
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
    let mut rows = 0;
    if format == Format::Parquet {
        rows = footer::rows(&bytes, size).map_err(|e| damaged(format, e.message()))?;
    }
    let of_folders = if let Bytes::File(place) = &bytes { files::partition(place.path) } else { Vec::new() };
    let place = match &bytes {
        Bytes::File(place) if format == Format::Parquet => Some(*place),
        _ => None,
    };
    let mut lazy = scan(format, bytes).map_err(|e| wrap(&e))?;
    let mut names: Vec<String> =
        lazy.collect_schema().map_err(|e| wrap(&e))?.iter_names().map(ToString::to_string).collect();
    // the reader may have made columns of the folders' names already
    names.retain(|name| !of_folders.iter().any(|(key, _)| key == name));
    let folders = of_folders.iter().map(|(key, _)| key.clone());
    if histogram_table::has_columns(&names.iter().cloned().chain(folders).collect::<Vec<_>>()) {
        let mut reading = Reading::new(names, &of_folders, (name, format, size), options)?;
        let reading = match place {
            Some(Place { path, parts }) => {
                let schema = lazy.collect_schema().map_err(|e| wrap(&e))?;
                let (contents, groups) = footer::groups(path)?;
                let ranges = reading.ranges(&groups, reading.instant(&schema));
                if let Some(parts) = parts {
                    parts.want(&footer::bytes(&contents, &ranges, Some(&reading.wanted())))?;
                    progress.stage("reading", size);
                }
                histograms::read_ranges(reading, (path, rows), (&contents, &groups), &ranges, progress)?
            }
            None => histograms::stream(reading, &lazy, progress)?,
        };
        return histogram_table::deliver(reading.finish()?, into);
    }
    let sampled = if into.how.is_some() { KIND_ROWS } else { SAMPLE_ROWS };
    let in_parts = place.and_then(|place| Some((place.path, place.parts?)));
    let head = match in_parts {
        Some(parts) => first_rows(parts, sampled, progress)?,
        None => collect(lazy.clone().limit(sampled as u32)).map_err(|e| wrap(&e))?,
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
    let names = head.get_column_names();
    let names_of_file: Vec<String> = names.iter().map(ToString::to_string).collect();
    let columns: Vec<pl::Expr> = sources.iter().filter_map(|&i| names.get(i)).map(|n| pl::col((*n).clone())).collect();
    let places = plan.wanted.iter().filter_map(|w| sources.binary_search(&w.source).ok()).collect();
    if into.how.is_some() {
        let wanted = plan.wanted.iter().filter_map(|w| head.select_at_idx(w.source).cloned()).enumerate().map(renamed);
        let chosen = DataFrame::new(head.height(), wanted.collect()).map_err(|e| wrap(&e))?;
        let part = partition(chunk(&chosen, &plan, 0, head.height())?, &plan)?;
        if !Collector::decide(&part.shapes(&plan), &plan, &mut report)? {
            Collector::leave_undecided(&plan, &mut report);
        }
    }
    drop(head);
    let bytes_per_row = if rows > 0 { size as f64 / rows as f64 } else { 0.0 };
    let batches = Batches::new((plan, name), places, (progress.clone(), bytes_per_row), into.how);
    let wanted: Vec<String> = columns_of(&names_of_file, &sources);
    let in_file = !of_folders.iter().any(|(key, _)| wanted.contains(key));
    if let Some((path, parts)) = in_parts {
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        parts.want(&footer::bytes(&footer::groups(path)?.0, std::slice::from_ref(&(0..rows)), Some(&wanted)))?;
        progress.stage("reading", size);
    }
    let path = place.map(|place| place.path);
    if let (Some(path), true) = (path, into.how.is_some() && in_file) {
        // a few rows at a time: the streaming engine reads ahead more than is wanted in memory
        in_pieces(path, rows, &wanted, progress, &mut |frame| batches.take_whole(frame))
            .map_err(|e| if e.kind() == ErrorKind::Cancelled { e } else { damaged(format, e.message()) })?;
        return batches.finish(&Origin { file: name, format, bytes: size }, report, &mut into.table);
    }
    let shared = Arc::clone(&batches);
    let sink =
        lazy.select(columns).sink_batches(pl::PlanCallback::new(move |batch| Ok(shared.take(batch))), true, None);
    sink.and_then(collect_nothing).map_err(|e| wrap(&e))?;
    progress.check()?;
    if rows == 0 {
        progress.advance(size);
    }
    batches.finish(&Origin { file: name, format, bytes: size }, report, &mut into.table)
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

/// The first rows of a Parquet file that is fetched in parts, with all columns: what they are is told by them.
fn first_rows((path, parts): (&Path, &dyn Parts), rows: usize, progress: &Progress) -> Result<DataFrame> {
    let (contents, _) = footer::groups(path)?;
    parts.want(&footer::bytes(&contents, std::slice::from_ref(&(0..rows as u64)), None))?;
    progress.check()?;
    let file = std::fs::File::open(path).map_err(|e| Error::io(e, &path.display().to_string()))?;
    let mut reader = pl::ParquetReader::new(file).with_slice(Some((0, rows)));
    reader.set_metadata(contents);
    reader.finish().map_err(|e| failed(&e))
}

/// The names of some columns.
fn columns_of(names: &[String], places: &[usize]) -> Vec<String> {
    places.iter().filter_map(|place| names.get(*place).cloned()).collect()
}

/// Rows of a Parquet file that are read together.
const PIECE: u64 = 1 << 18;

/// Reads a Parquet file some rows at a time, none across two row groups.
fn in_pieces(
    path: &Path,
    rows: u64,
    columns: &[String],
    progress: &Progress,
    take: &mut dyn FnMut(&DataFrame) -> Result<()>,
) -> Result<()> {
    let (contents, groups) = footer::groups(path)?;
    let name = path.display().to_string();
    let (mut start, mut end_of_group) = (0_u64, 0_u64);
    let mut groups = groups.iter();
    while start < rows {
        progress.check()?;
        while end_of_group <= start {
            let Some(group) = groups.next() else { return Ok(()) };
            end_of_group += group.rows;
        }
        let end = (start + PIECE).min(end_of_group);
        let file = std::fs::File::open(path).map_err(|e| Error::io(e, &name))?;
        let mut reader = pl::ParquetReader::new(file)
            .with_slice(Some((start as usize, (end - start) as usize)))
            .with_columns(Some(columns.to_vec()));
        reader.set_metadata(Arc::clone(&contents));
        let frame = reader.finish().and_then(|frame| frame.select(columns)).map_err(|e| failed(&e))?;
        take(&frame)?;
        start = end;
    }
    Ok(())
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
