//! Files, standard input and memory as sources of a data set.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::load::csv::{self, Input};
use crate::load::dataset::Dataset;
use crate::load::detect::detect;
use crate::load::options::{Format, LoadOptions};
use crate::load::{exposition, prometheus};
use crate::progress::Progress;
use crate::time::Span;

/// How much is read before the format is decided.
const HEAD: usize = 1 << 20;

/// Reads files as one data set; `-` is standard input.
///
/// The format of each file is found by its content. Series of several files with the same name, labels, unit and kind become
/// one. `progress` counts bytes and may cancel the work.
///
/// ```no_run
/// use sre_stats::load::{LoadOptions, load};
/// use sre_stats::progress::Progress;
/// let data = load(&["latency.csv".into()], &LoadOptions::default(), &Progress::new())?;
/// for item in &data.items {
///     println!("{}: {} samples of kind {}", item.title(), item.count(), item.kind);
/// }
/// for warning in &data.report.warnings {
///     eprintln!("{warning}");
/// }
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Io`](crate::ErrorKind::Io) where a file cannot be read, [`Empty`](crate::ErrorKind::Empty) where nothing is in it or left
/// of it, [`Parse`](crate::ErrorKind::Parse) with line, column or byte where the content breaks its format,
/// [`Unsupported`](crate::ErrorKind::Unsupported) for a format that is not read, [`Argument`](crate::ErrorKind::Argument) for
/// an option that does not fit the input, [`Cancelled`](crate::ErrorKind::Cancelled) on request.
pub fn load(paths: &[PathBuf], options: &LoadOptions, progress: &Progress) -> Result<Dataset> {
    let mut all: Option<Dataset> = None;
    let mut options = options.clone();
    let first = options.from.unwrap_or_default();
    for path in paths {
        if let (Some(step), None, Some(before)) = (options.step, &options.time, &all) {
            // rows without times go on where the file before ended
            options.from = Some(first + Span(step.0.saturating_mul(before.report.rows as i64)));
        }
        let one = load_file(path, &options, progress)?;
        match &mut all {
            Some(all) => all.absorb(one)?,
            None => all = Some(one),
        }
    }
    all.ok_or_else(|| Error::empty("no file was given").hint("name one, or - for standard input"))
}

/// Reads bytes in memory as [`load`] reads a file; `name` stands for it in messages.
///
/// ```
/// use sre_stats::load::{Kind, LoadOptions, load_bytes};
/// use sre_stats::progress::Progress;
/// let text = b"time,service,status,latency_ms\n\
///     2026-01-01T00:00:00Z,cart,200,12\n\
///     2026-01-01T00:00:00Z,cart,503,80\n";
/// let data = load_bytes("access.csv", text, &LoadOptions::default(), &Progress::new())?;
/// let item = &data.items[0];
/// assert_eq!((item.kind, item.title().as_str()), (Kind::Events, r#"latency_ms{service="cart"}"#));
/// assert_eq!(item.as_events().and_then(|e| e.ok()), Some(&[true, false][..]));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`load`].
pub fn load_bytes(name: &str, bytes: &[u8], options: &LoadOptions, progress: &Progress) -> Result<Dataset> {
    read(name, None, &mut Cursor::new(bytes), bytes.len() as u64, options, progress)
}

fn load_file(path: &Path, options: &LoadOptions, progress: &Progress) -> Result<Dataset> {
    if path.as_os_str() == "-" {
        return read("standard input", None, &mut std::io::stdin(), 0, options, progress);
    }
    let name = path.display().to_string();
    let meta = std::fs::metadata(path).map_err(|e| Error::io(e, &name).hint("check the name and the folder"))?;
    if meta.is_dir() {
        return Err(Error::unsupported("this is a folder").in_file(&name).hint("name the files in it"));
    }
    let mut file = File::open(path).map_err(|e| Error::io(e, &name))?;
    read(&name, Some(path), &mut file, meta.len(), options, progress)
}

fn read(
    name: &str,
    path: Option<&Path>,
    source: &mut (dyn Read + Send),
    size: u64,
    options: &LoadOptions,
    progress: &Progress,
) -> Result<Dataset> {
    progress.stage("reading", size);
    progress.check()?;
    let mut head = Vec::new();
    source.take(HEAD as u64).read_to_end(&mut head).map_err(|e| Error::io(e, name))?;
    let whole = head.len() < HEAD;
    let found = match options.format {
        Some(format) if !head.trim_ascii().is_empty() => format,
        _ => detect(&head, name)?,
    };
    if matches!(found, Format::PrometheusJson | Format::Exposition) {
        refuse_column_options(options, found, name)?;
    }
    match found {
        Format::Csv => csv::read(Input { name, head, whole, rest: source, size }, options, progress),
        Format::PrometheusJson => prometheus::read(name, &everything(head, source, name, progress)?, options),
        Format::Exposition => exposition::read(name, &everything(head, source, name, progress)?, options),
        format @ (Format::Parquet | Format::ArrowIpc) => columnar(format, name, path, head, source, options, progress),
    }
}

/// Options that name columns mean nothing where there are none, and are not passed over in silence.
fn refuse_column_options(options: &LoadOptions, format: Format, name: &str) -> Result<()> {
    let set = [
        ("--time", options.time.is_some()),
        ("--by", !options.by.is_empty()),
        ("--ok", options.ok.is_some()),
        ("--step", options.step.is_some()),
    ];
    match set.iter().find(|(_, is_set)| *is_set) {
        None => Ok(()),
        Some((flag, _)) => {
            Err(Error::argument(format!("{flag} is about the columns of a table, and {format} has none"))
                .in_file(name)
                .hint("leave it out, or give --format if this is a table; --value and --where choose series"))
        }
    }
}

/// The whole input.
fn everything(head: Vec<u8>, rest: &mut (dyn Read + Send), name: &str, progress: &Progress) -> Result<Vec<u8>> {
    let mut bytes = head;
    loop {
        progress.check()?;
        let n = rest.take(16 << 20).read_to_end(&mut bytes).map_err(|e| Error::io(e, name))?;
        progress.advance(n as u64);
        if n == 0 {
            return Ok(bytes);
        }
    }
}

#[cfg(not(feature = "frame"))]
fn columnar(
    format: Format,
    name: &str,
    _path: Option<&Path>,
    _head: Vec<u8>,
    _rest: &mut (dyn Read + Send),
    _options: &LoadOptions,
    _progress: &Progress,
) -> Result<Dataset> {
    Err(Error::unsupported(format!("this build does not read {format}"))
        .in_file(name)
        .hint("build with the feature “frame”, or export CSV"))
}

/// Parquet and Arrow IPC are read from the file where there is one, else from memory.
#[cfg(feature = "frame")]
fn columnar(
    format: Format,
    name: &str,
    path: Option<&Path>,
    head: Vec<u8>,
    rest: &mut (dyn Read + Send),
    options: &LoadOptions,
    progress: &Progress,
) -> Result<Dataset> {
    use crate::load::frame::Bytes;
    let bytes = match path {
        Some(path) => Bytes::File(path),
        None => Bytes::Memory(everything(head, rest, name, progress)?),
    };
    crate::load::frame::read(name, format, bytes, options, progress)
}
