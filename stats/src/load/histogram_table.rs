//! The histogram table: `series, window_start, width, schema, bin, count`, one row a bin that holds something.
//!
//! It is what a warehouse computes with one `GROUP BY` (see [`crate::histogram::AnySketch::from_coded_bins`] for the numbers of the
//! bins). `width` is in seconds; `window_start` is a date and time or a number since the epoch. Columns beside these are labels.

use std::collections::BTreeMap;
use std::io::Write;

use crate::error::{Error, Position, Result};
use crate::histogram::AnySketch;
use crate::labels::Labels;
use crate::load::clock::{Clock, TimeFormat};
use crate::load::dataset::{Data, Dataset, Item};
use crate::load::histograms::{Histograms, windowed};
use crate::load::number::{self, Field, show};
use crate::load::options::{Format, Kind, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind, counted};
use crate::series::Identity;
use crate::time::{Span, Timestamp, Window};
use crate::unit::Unit;

/// The columns that make a table a histogram table.
pub(crate) const COLUMNS: [&str; 6] = ["series", "window_start", "width", "schema", "bin", "count"];
/// A window wider than this is none that anybody meant.
const WIDEST_S: f64 = 1e9;

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

/// Rows of the table, as text of any format.
pub(crate) struct Rows<'a> {
    /// The names of the columns.
    pub(crate) names: Vec<String>,
    /// The fields of each row, with its line.
    pub(crate) fields: &'a mut dyn Iterator<Item = Result<(u64, Vec<Vec<u8>>)>>,
    /// The format that they come from, and how large it is.
    pub(crate) format: Format,
    pub(crate) bytes: u64,
}

/// Reads the table from comma-separated text.
pub(crate) fn read(name: &str, bytes: &[u8], options: &LoadOptions) -> Result<Dataset> {
    let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let failed = |e: &csv::Error| Error::parse(format!("not comma-separated text: {e}")).in_file(name);
    let names = reader.byte_headers().map_err(|e| failed(&e))?;
    let names = names.iter().map(|n| String::from_utf8_lossy(n).trim().to_owned()).collect();
    let mut rows = reader.byte_records().map(|record| {
        let record = record.map_err(|e| failed(&e))?;
        let line = record.position().map_or(0, csv::Position::line);
        Ok((line, record.iter().map(<[u8]>::to_vec).collect()))
    });
    assemble(
        Rows { names, fields: &mut rows, format: Format::HistogramTable, bytes: bytes.len() as u64 },
        name,
        options,
    )
}

/// The bins of a series' windows: by start, width and schema.
type Windows = BTreeMap<(i64, i64, String), BTreeMap<i64, u64>>;

/// Makes histograms of the rows of the table.
pub(crate) fn assemble(table: Rows<'_>, file: &str, options: &LoadOptions) -> Result<Dataset> {
    let place = |wanted: &str| {
        let missing = || Error::parse(format!("there is no column “{wanted}”")).in_file(file);
        table.names.iter().position(|n| n.eq_ignore_ascii_case(wanted)).ok_or_else(missing)
    };
    let [series, start, width, schema, bin, count] =
        [0, 1, 2, 3, 4, 5].map(|i| COLUMNS.get(i).copied().unwrap_or_default());
    let (series, start, width) = (place(series)?, place(start)?, place(width)?);
    let (schema, bin, count) = (place(schema)?, place(bin)?, place(count)?);
    let unit_column = table.names.iter().position(|n| n.eq_ignore_ascii_case("unit"));
    let labels: Vec<usize> = (0..table.names.len())
        .filter(|i| ![series, start, width, schema, bin, count].contains(i) && Some(*i) != unit_column)
        .collect();
    let mut report = LoadReport::default();
    let mut all: BTreeMap<(String, Labels, String), Windows> = BTreeMap::new();
    let (mut rows, mut short, mut first_short, mut outside) = (0_u64, 0_u64, 0, 0_u64);
    let mut clock = None;
    for row in table.fields {
        let (line, fields) = row?;
        rows += 1;
        if fields.len() < table.names.len() {
            short += 1;
            first_short = if short == 1 { line } else { first_short };
            continue;
        }
        let field = |i: usize| fields.get(i).map_or(&b""[..], Vec::as_slice).trim_ascii();
        let text = |i: usize| String::from_utf8_lossy(field(i)).into_owned();
        let bad = |i: usize, what: &str| {
            let position =
                Position::in_file(file).at_line(line).at_column(table.names.get(i).cloned().unwrap_or_default());
            Error::parse(format!("“{}” is not {what}", show(field(i)))).at(position)
        };
        let clock = clock.get_or_insert_with(|| match number::parse(field(start)) {
            Field::Number(v) => Clock::new(TimeFormat::epoch_of(v), None),
            _ => Clock::new(TimeFormat::Text, None),
        });
        let start = clock.parse(field(start)).ok_or_else(|| bad(start, "a time"))?;
        let seconds = match number::parse(field(width)) {
            Field::Number(v) if v > 0.0 && v <= WIDEST_S => v,
            _ => return Err(bad(width, "a width in seconds")),
        };
        let bin = text(bin).parse::<i64>().map_err(|_| bad(bin, "a whole number"))?;
        let n = text(count).parse::<u64>().map_err(|_| bad(count, "a count"))?;
        if options.from.is_some_and(|t| start < t.0) || options.to.is_some_and(|t| start >= t.0) {
            outside += 1;
            continue;
        }
        let pairs = labels
            .iter()
            .filter(|i| !field(**i).is_empty())
            .map(|&i| (table.names.get(i).cloned().unwrap_or_default(), text(i)));
        let key = (text(series), Labels::from_pairs(pairs), unit_column.map(text).unwrap_or_default());
        let window = (start, (seconds * 1e9).round() as i64, text(schema));
        let cell = all.entry(key).or_default().entry(window).or_default().entry(bin).or_default();
        *cell = cell.checked_add(n).ok_or_else(|| bad(count, "a count that fits"))?;
    }
    if outside > 0 {
        report.understand("range", format!("{} outside left out", counted(outside, "row")), "--from and --to");
    }
    if short > 0 {
        let message = format!("{} with fewer fields than the header left out", counted(short, "row"));
        report.warn(WarningKind::Ragged, message, Position::in_file(file).at_line(first_short), short);
    }
    report.understand("table", "histograms", "its columns are series, window_start, width, schema, bin and count");
    report.rows = rows;
    report.files.push(FileRead { name: file.to_owned(), format: table.format, bytes: table.bytes, rows });
    let mut data = Dataset { items: Vec::new(), report };
    for ((name, labels, unit), windows) in all {
        let unit = unit_of(&name, &unit, options)?;
        let identity = Identity { name, labels, unit };
        let title = identity.title();
        let windows = windows.into_iter().map(|((start, width, schema), bins)| {
            let bins: Vec<(i64, u64)> = bins.into_iter().collect();
            let sketch = AnySketch::from_coded_bins(&schema, &bins)?;
            Ok((windowed(Timestamp(start), Span(width)), sketch))
        });
        let histograms = windows.collect::<Result<_>>().and_then(|windows| Histograms::new(identity, windows));
        match histograms {
            Ok(histograms) => data.items.push(Item::new(Kind::Histogram, Data::Histograms(histograms), table.format)),
            Err(e) if e.kind() == crate::ErrorKind::Empty => {
                let message = format!("“{title}” has no count above 0");
                data.report.warn(WarningKind::EmptySeries, message, Position::in_file(file), 1);
            }
            Err(e) => return Err(e.in_file(file)),
        }
    }
    if data.items.is_empty() {
        return Err(Error::empty("no histogram is left").in_file(file).hint("widen --from and --to"));
    }
    data.sort();
    Ok(data)
}

/// The unit of a series: as the caller says, as a column says, or as its name ends.
fn unit_of(name: &str, column: &str, options: &LoadOptions) -> Result<Unit> {
    match (&options.unit, column) {
        (Some(unit), _) => Ok(unit.clone()),
        (None, "") => Ok(Unit::from_name(name).unwrap_or_default()),
        (None, text) => text.parse(),
    }
}

/// One row of the table.
pub(crate) struct Row<'a> {
    pub(crate) item: &'a Item,
    pub(crate) window: Window,
    pub(crate) schema: String,
    pub(crate) bin: i64,
    pub(crate) count: u64,
}

/// The rows of all histograms of a data set.
pub(crate) fn rows(data: &Dataset) -> Result<Vec<Row<'_>>> {
    let mut rows = Vec::new();
    for item in &data.items {
        let Some(histograms) = item.as_histograms() else {
            return Err(Error::mismatch(format!("“{}” is a {} and no histogram", item.title(), item.kind))
                .hint("choose the histograms with --value, or events to make histograms of"));
        };
        for (window, sketch) in histograms.windows() {
            let bins = sketch.coded_bins().ok_or_else(|| {
                Error::unsupported(format!("the bins of {} have no numbers", sketch.coded_schema()))
                    .hint("the table holds log-linear, exp:s and explicit edges")
            })?;
            let schema = sketch.coded_schema();
            rows.extend(bins.into_iter().map(|(bin, count)| Row {
                item,
                window: *window,
                schema: schema.clone(),
                bin,
                count,
            }));
        }
    }
    if rows.is_empty() {
        return Err(Error::empty("there is no histogram to write"));
    }
    Ok(rows)
}

impl Dataset {
    /// Writes the histograms as the table `series, window_start, width, schema, bin, count`, then a column a label and `unit`, as
    /// comma-separated text. Widths are in seconds; bins are numbered as
    /// [`from_coded_bins`](crate::histogram::AnySketch::from_coded_bins) says.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where `out` cannot be written, [`Mismatch`](crate::ErrorKind::Mismatch) where an item holds no
    /// histograms, [`Unsupported`](crate::ErrorKind::Unsupported) for a layout whose bins have no numbers,
    /// [`Empty`](crate::ErrorKind::Empty) without histograms.
    pub fn write_histogram_table(&self, out: &mut dyn Write) -> Result<()> {
        let failed = |e: csv::Error| match e.into_kind() {
            csv::ErrorKind::Io(e) => Error::io(e, "the output"),
            other => Error::io(std::io::Error::other(format!("{other:?}")), "the output"),
        };
        let rows = rows(self)?;
        let keys = label_keys(self);
        let mut writer = csv::Writer::from_writer(out);
        writer
            .write_record(COLUMNS.into_iter().chain(keys.iter().map(String::as_str)).chain(["unit"]))
            .map_err(failed)?;
        for row in rows {
            let identity = &row.item.identity;
            let start = row.window.start.to_string();
            let (width, bin, count) =
                (row.window.width.as_secs_f64().to_string(), row.bin.to_string(), row.count.to_string());
            let fixed = [identity.name.as_str(), &start, &width, &row.schema, &bin, &count];
            let labels = keys.iter().map(|key| identity.labels.get(key).unwrap_or_default());
            let unit = identity.unit.symbol();
            writer.write_record(fixed.into_iter().chain(labels).chain([unit.as_str()])).map_err(failed)?;
        }
        writer.flush().map_err(|e| Error::io(e, "the output"))
    }
}

/// The names of all labels, but for those that a column of the table has.
pub(crate) fn label_keys(data: &Dataset) -> Vec<String> {
    let mut keys: Vec<String> =
        data.items.iter().flat_map(|i| i.identity.labels.iter().map(|(k, _)| k.clone())).collect();
    keys.sort();
    keys.dedup();
    keys.retain(|k| !COLUMNS.contains(&k.as_str()) && k != "unit");
    keys
}
