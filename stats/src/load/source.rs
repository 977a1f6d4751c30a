//! Files, objects, standard input and memory as sources of a data set.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind, Result};
use crate::load::container::{Container, TOO_MUCH};
use crate::load::csv::{self, Input};
use crate::load::dataset::Dataset;
use crate::load::detect::detect;
use crate::load::files::{self, Named};
use crate::load::options::{Format, LoadOptions};
use crate::load::parts::Place;
use crate::load::report::WarningKind;
use crate::load::server::{bucket_and_key, is_server};
use crate::load::store::{Condenser, HistogramTable};
use crate::load::watched::Watched;
use crate::load::{
    by_record, cloud, exposition, histogram_files, histogram_table, otlp, proc_snapshots, prometheus, sadf_json,
    summaries, system, testers, tsdb_dump,
};
use crate::progress::Progress;
use crate::time::Span;

/// How much is read before the format is decided.
const HEAD: usize = 1 << 20;
/// Containers within containers: one in another is somebody's slip, three are not.
const DEEPEST: usize = 2;

/// Reads files as one data set; `-` is standard input, a folder stands for the files in it, and a name with `*`, `?` or `[…]` that
/// is no file's for those that fit. With the feature `live` a name such as
/// `prometheus+https://host/?query=up&from=…&until=…&step=15s` is a question to a Prometheus server, and `s3://bucket/key` an object of S3,
/// or all objects below `s3://bucket/key/`, as of a folder, or those that fit a pattern. Region, address and keys are those of AWS's
/// environment variables ([`ServerOptions`](crate::load::ServerOptions)). Of Parquet in S3 the table of contents is fetched and then what is
/// read: the columns that are needed, and of histogram tables only the row groups that [`from`](LoadOptions::from), [`to`](LoadOptions::to)
/// and [`filter`](LoadOptions::filter) leave; other objects are fetched whole, into a file that goes away. The report says how many bytes.
///
/// A folder `service=cart` below a folder or from the first wildcard of a pattern on is a label of the Parquet and Arrow files in it, as Hive and
/// Spark write tables; of files named one by one it is where not all of them lie in it, and so never of a file alone.
///
/// The format of each file is found by its content, also within gzip and Zstandard, which may unpack to 64 MB and 200 times
/// their size. Files of a folder that are of no format are told and left out. Series of several files with the same name, labels, unit and kind become
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
    load_into(paths, options, progress, &mut Condenser::default())
}

/// The same; what goes into the table of histograms is not among the items, unless rows are kept.
pub(crate) fn load_into(
    paths: &[PathBuf],
    options: &LoadOptions,
    progress: &Progress,
    into: &mut Condenser,
) -> Result<Dataset> {
    let mut all: Option<Dataset> = None;
    let mut options = options.clone();
    let first = options.from.unwrap_or_default();
    let mut skipped = Vec::new();
    let store = Store::new(&options, progress);
    for Named { path, asked_for, folders } in files::expand(paths, &|name| store.expand(name))? {
        let before = std::mem::take(&mut into.table);
        let on_server = is_server(&path.to_string_lossy()) && bucket_and_key(&path.to_string_lossy()).is_none();
        if let (Some(step), None, Some(before), false) = (options.step, &options.time, &all, on_server) {
            // rows without times go on where the file before ended
            options.from = Some(first + Span(step.0.saturating_mul(before.report.rows as i64)));
        }
        let one = match load_file(&path, &folders, &store, &options, progress, into) {
            Err(e) if !asked_for && matches!(e.kind(), ErrorKind::Unsupported | ErrorKind::Empty) => {
                into.table = before;
                skipped.push(e);
                continue;
            }
            other => other?,
        };
        into.tag(options.traffic, before).map_err(|e| e.in_file(&path.display().to_string()))?;
        match &mut all {
            Some(all) => all.absorb(one)?,
            None => all = Some(one),
        }
    }
    if let Some(all) = &mut all {
        for e in skipped {
            let position = e.position().cloned().unwrap_or_default();
            all.report.warn(WarningKind::Skipped, format!("left out: {}", e.message()), position, 1);
        }
    } else if let Some(e) = skipped.into_iter().next() {
        return Err(e);
    }
    let mut all = all.ok_or_else(|| Error::empty("no file was given").hint("name one, or - for standard input"))?;
    store.tell(&mut all.report);
    all.gather_buckets(&options, into.table.series() > 0)?;
    into.absorb_all(&mut all)?;
    into.release(&mut all)?;
    if all.items.is_empty() && into.table.series() == 0 {
        let file = match all.report.files.as_slice() {
            [one] => one.name.clone(),
            files => format!("{} files", files.len()),
        };
        return Err(histogram_table::nothing().in_file(&file));
    }
    all.tell_traffic(&into.table);
    all.tell_units(&into.table);
    Ok(all)
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
    let mut into = Condenser::default();
    let mut data = read(name, None, Box::new(Cursor::new(bytes)), bytes.len() as u64, 0, options, progress, &mut into)?;
    into.tag(options.traffic, HistogramTable::default())?;
    into.release(&mut data)?;
    if data.items.is_empty() {
        return Err(histogram_table::nothing().in_file(name));
    }
    data.gather_buckets(options, false)?;
    data.tell_traffic(&into.table);
    data.tell_units(&into.table);
    Ok(data)
}

fn load_file(
    path: &Path,
    folders: &[(String, String)],
    store: &Store,
    options: &LoadOptions,
    progress: &Progress,
    into: &mut Condenser,
) -> Result<Dataset> {
    if path.as_os_str() == "-" {
        return read("standard input", None, Box::new(std::io::stdin()), 0, 0, options, progress, into);
    }
    let name = path.display().to_string();
    let open = |path: &Path| File::open(path).map_err(|e| Error::io(e, &name));
    if bucket_and_key(&name).is_some() {
        return store.read(&name, folders, |place, size| {
            read(&name, Some(place), Box::new(open(place.path)?), size, 0, options, progress, into)
        });
    }
    if is_server(&name) {
        let mut data = from_server(&name, options, progress)?;
        if let Some(traffic) = options.traffic {
            data.tag(traffic, &name)?;
        }
        into.absorb(&mut data)?;
        return Ok(data);
    }
    let file = open(path).map_err(|e| e.hint("check the name and the folder"))?;
    let file = Watched::new(file).map_err(|e| Error::io(e, &name))?;
    let (size, end) = (file.size(), file.end());
    end.tell(read(&name, Some(Place::whole(path, folders)), Box::new(file), size, 0, options, progress, into), &name)
}

#[cfg(feature = "live")]
use crate::load::s3::Store;

/// What stands for S3 where no servers are asked.
#[cfg(not(feature = "live"))]
struct Store;

#[cfg(not(feature = "live"))]
impl Store {
    fn new(_options: &LoadOptions, _progress: &Progress) -> Self {
        Self
    }

    #[allow(clippy::unused_self, reason = "as with the feature")]
    fn expand(&self, name: &str) -> Result<Vec<Named>> {
        let refused = Error::unsupported("this build asks no servers").in_file(name);
        Err(refused.hint("build with the feature “live”, or download the objects"))
    }

    fn read<T>(
        &self,
        name: &str,
        _folders: &[(String, String)],
        _work: impl FnOnce(Place<'_>, u64) -> Result<T>,
    ) -> Result<T> {
        self.expand(name).and_then(|_| Err(Error::empty("there is no such object")))
    }

    #[allow(clippy::unused_self, reason = "as with the feature")]
    fn tell(&self, _report: &mut crate::load::report::LoadReport) {}
}

#[cfg(feature = "live")]
fn from_server(name: &str, options: &LoadOptions, progress: &Progress) -> Result<Dataset> {
    crate::load::live::fetch(&name.parse()?, options, progress)
}

#[cfg(not(feature = "live"))]
fn from_server(_name: &str, _options: &LoadOptions, _progress: &Progress) -> Result<Dataset> {
    Err(Error::unsupported("this build asks no servers").hint("build with the feature “live”, or export the answer"))
}

#[allow(clippy::too_many_arguments, reason = "the parts of one input")]
fn read(
    name: &str,
    place: Option<Place<'_>>,
    mut source: Box<dyn Read + Send + '_>,
    size: u64,
    depth: usize,
    options: &LoadOptions,
    progress: &Progress,
    into: &mut Condenser,
) -> Result<Dataset> {
    progress.stage("reading", size);
    progress.check()?;
    let mut head = Vec::new();
    let filled = source.by_ref().take(HEAD as u64).read_to_end(&mut head);
    filled.map_err(|e| if depth == 0 { Error::io(e, name) } else { damaged(&e.to_string(), name) })?;
    if let Some(container) = Container::of(&head) {
        if depth >= DEEPEST {
            return Err(Error::unsupported("it is packed several times over").in_file(name).hint("unpack it first"));
        }
        let packed: Box<dyn Read + Send + '_> = Box::new(Cursor::new(head).chain(source));
        // how large the content is, is not known before the end
        let mut data = read(name, None, container.unpack(packed), 0, depth + 1, options, progress, into)?;
        data.report.understand("container", container.name(), "its first bytes");
        return Ok(data);
    }
    let whole = head.len() < HEAD;
    let found = match options.format {
        Some(format) if !head.trim_ascii().is_empty() => format,
        _ => detect(&head, name)?,
    };
    let source = &mut *source;
    let result = by_format(found, name, place, head, whole, source, size, options, progress, into);
    let result = result.and_then(|mut data| {
        if let Some(traffic) = options.traffic {
            data.tag(traffic, name)?;
        }
        Ok(data)
    });
    result.map_err(|e| match e.kind() {
        ErrorKind::Io if depth > 0 => damaged(e.message(), name),
        ErrorKind::Parse => e.in_file(name),
        _ => e,
    })
}

/// The error for a container that cannot be unpacked, or unpacks to too much.
fn damaged(message: &str, name: &str) -> Error {
    if message.starts_with(TOO_MUCH) {
        return Error::unsupported(message).in_file(name);
    }
    Error::parse(format!("it cannot be unpacked: {message}")).in_file(name).hint("was the copy finished?")
}

#[allow(clippy::too_many_arguments, reason = "the parts of one input")]
fn by_format(
    found: Format,
    name: &str,
    place: Option<Place<'_>>,
    head: Vec<u8>,
    whole: bool,
    source: &mut (dyn Read + Send),
    size: u64,
    options: &LoadOptions,
    progress: &Progress,
    into: &mut Condenser,
) -> Result<Dataset> {
    use Format as F;
    if options.table.is_some() && found != F::Sqlite {
        return Err(Error::argument(format!("--table is about the tables of a database, and this is {found}"))
            .in_file(name)
            .hint("leave it out"));
    }
    match found {
        F::Parquet | F::ArrowIpc => return columnar(found, name, place, head, source, options, progress, into),
        F::Sqlite => {
            let mut data = database(name, place, head, source, options, progress, into)?;
            into.absorb(&mut data)?;
            return Ok(data);
        }
        F::Csv | F::K6Csv | F::VegetaCsv | F::Hey | F::Oha | F::Jmeter | F::Ab | F::Locust => {
            let preset = testers::preset(found, &head);
            let input = Input { name, head, whole, rest: source, size, into };
            return csv::read(input, found, preset, options, progress);
        }
        F::JsonLines | F::Logfmt | F::UlidLog | F::AccessLog | F::K6Json | F::VegetaJson => {
            let input = Input { name, head, whole, rest: source, size, into };
            return by_record::read(found, input, options, progress);
        }
        _ => {}
    }
    refuse_column_options(options, found, name)?;
    if found == F::HistogramTable {
        let input = Input { name, head, whole, rest: source, size, into };
        return histogram_table::read(input, options, progress);
    }
    let bytes = everything(head, source, name, progress)?;
    let read = match found {
        F::PrometheusJson => prometheus::read(name, &bytes, options),
        F::Exposition => exposition::read(name, &bytes, options),
        F::TsdbDump => tsdb_dump::read(name, &bytes, options),
        F::OtlpJson | F::OtlpProtobuf => otlp::read(name, &bytes, found, options),
        F::ProcSnapshots => proc_snapshots::read(name, &bytes, options),
        F::SadfJson => sadf_json::read(name, &bytes, options),
        F::CloudWatchJson | F::CloudWatchCsv | F::DatadogJson | F::GcpJson | F::GcpCsv | F::NewRelicJson => {
            cloud::read(name, &bytes, found, options, progress)
        }
        F::Summary => summaries::read(name, &bytes, options),
        F::Sysstat | F::Vmstat => system::read(name, &bytes, found, options),
        _ => histogram_files::read(name, &bytes, found, options),
    };
    let mut data = read?;
    into.absorb(&mut data)?;
    Ok(data)
}

/// Options that name columns mean nothing where there are none, and are not passed over in silence.
pub(crate) fn refuse_column_options(options: &LoadOptions, format: Format, name: &str) -> Result<()> {
    let set = [
        ("--time", options.time.is_some()),
        ("--by", !options.by.is_empty()),
        ("--ok", options.ok.is_some()),
        ("--step", options.step.is_some() && !matches!(format, Format::Sysstat | Format::Vmstat | Format::SadfJson)),
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
#[allow(clippy::too_many_arguments, reason = "the parts of one input")]
fn columnar(
    format: Format,
    name: &str,
    _place: Option<Place<'_>>,
    _head: Vec<u8>,
    _rest: &mut (dyn Read + Send),
    _options: &LoadOptions,
    _progress: &Progress,
    _into: &mut Condenser,
) -> Result<Dataset> {
    Err(Error::unsupported(format!("this build does not read {format}"))
        .in_file(name)
        .hint("build with the feature “frame”, or export CSV"))
}

/// Parquet and Arrow IPC are read from the file where there is one, else from memory.
#[cfg(feature = "frame")]
#[allow(clippy::too_many_arguments, reason = "the parts of one input")]
fn columnar(
    format: Format,
    name: &str,
    place: Option<Place<'_>>,
    head: Vec<u8>,
    rest: &mut (dyn Read + Send),
    options: &LoadOptions,
    progress: &Progress,
    into: &mut Condenser,
) -> Result<Dataset> {
    use crate::load::frame::Bytes;
    let bytes = match place {
        Some(place) => Bytes::File(place),
        None => Bytes::Memory(everything(head, rest, name, progress)?),
    };
    crate::load::frame::read(name, format, &bytes, options, progress, into)
}

#[cfg(not(feature = "sqlite"))]
fn database(
    name: &str,
    _place: Option<Place<'_>>,
    _head: Vec<u8>,
    _rest: &mut (dyn Read + Send),
    _options: &LoadOptions,
    _progress: &Progress,
    _into: &mut Condenser,
) -> Result<Dataset> {
    Err(Error::unsupported("this build does not read SQLite databases")
        .in_file(name)
        .hint("build with the feature “sqlite”, or export the table as CSV"))
}

/// A database is read from the file where there is one, else from memory.
#[cfg(feature = "sqlite")]
fn database(
    name: &str,
    place: Option<Place<'_>>,
    head: Vec<u8>,
    rest: &mut (dyn Read + Send),
    options: &LoadOptions,
    progress: &Progress,
    into: &mut Condenser,
) -> Result<Dataset> {
    use crate::load::sqlite::{self, Bytes};
    let bytes = match place {
        Some(place) => Bytes::File(place.path),
        None => Bytes::Memory(everything(head, rest, name, progress)?),
    };
    sqlite::read(name, bytes, options, progress, into)
}
