//! The histogram table as a data frame, and written as Parquet and Arrow IPC.

use std::fs::File;
use std::path::Path;

use polars::prelude as pl;
use polars::prelude::{
    DataFrame, DataType, IntoColumn, IntoSeries, IpcWriter, NamedFromOwned, ParquetWriter, SerWriter, TimeUnit,
};
use polars_arrow::array::MutablePlString;

use super::super::polars::failed;
use crate::error::{Error, Result};
use crate::load::store::{HistogramTable, Packed, Slot, Stored};

/// Rows of a batch that is written: a row group of Parquet.
const BATCH: usize = 1 << 17;

/// A column of words in which one mostly follows itself: each with how often it does.
#[derive(Default)]
struct Words<'a>(Vec<(&'a str, usize)>);

impl<'a> Words<'a> {
    fn push(&mut self, word: &'a str, times: usize) {
        match self.0.last_mut() {
            Some((last, n)) if *last == word => *n += times,
            _ => self.0.push((word, times)),
        }
    }

    fn column(self, name: &str, rows: usize) -> pl::Column {
        let mut words = MutablePlString::with_capacity(rows);
        for (word, times) in self.0 {
            words.extend_constant(times, Some(word));
        }
        pl::StringChunked::with_chunk(name.into(), words.freeze()).into_series().into_column()
    }
}

/// Columns of rows that are being gathered.
struct Gathered<'a> {
    series: Words<'a>,
    starts: Vec<i64>,
    widths: Vec<f64>,
    schemas: Words<'a>,
    bins: Vec<i64>,
    counts: Vec<i64>,
    /// Each with its key.
    labels: Vec<(&'a str, Words<'a>)>,
    units: Words<'a>,
}

impl<'a> Gathered<'a> {
    fn new(keys: &'a [String]) -> Self {
        Self {
            series: Words::default(),
            starts: Vec::new(),
            widths: Vec::new(),
            schemas: Words::default(),
            bins: Vec::new(),
            counts: Vec::new(),
            labels: keys.iter().map(|key| (key.as_str(), Words::default())).collect(),
            units: Words::default(),
        }
    }

    fn push(&mut self, row: &Row<'a>) -> Result<()> {
        let before = self.bins.len();
        for (bin, count) in row.packed.bins() {
            self.bins.push(bin);
            let count = i64::try_from(count)
                .map_err(|_| Error::unsupported("a count of 2⁶³ or more has no place in a column"))?;
            self.counts.push(count);
        }
        let rows = self.bins.len();
        let added = rows - before;
        self.series.push(&row.stored.identity.name, added);
        self.starts.resize(rows, row.slot.start);
        self.widths.resize(rows, row.slot.window().width.as_secs_f64());
        self.schemas.push(row.schema, added);
        self.units.push(row.unit, added);
        for (key, words) in &mut self.labels {
            words.push(row.stored.identity.labels.get(key).unwrap_or_default(), added);
        }
        Ok(())
    }

    fn frame(self) -> Result<DataFrame> {
        let rows = self.bins.len();
        let start = pl::Series::from_vec("window_start".into(), self.starts)
            .cast(&DataType::Datetime(TimeUnit::Nanoseconds, Some(pl::TimeZone::UTC)))
            .map_err(|e| failed(&e))?;
        let mut columns = vec![
            self.series.column("series", rows),
            start.into_column(),
            pl::Series::from_vec("width".into(), self.widths).into_column(),
            self.schemas.column("schema", rows),
            pl::Series::from_vec("bin".into(), self.bins).into_column(),
            pl::Series::from_vec("count".into(), self.counts).into_column(),
        ];
        columns.extend(self.labels.into_iter().map(|(key, words)| words.column(key, rows)));
        columns.push(self.units.column("unit", rows));
        DataFrame::new(rows, columns).map_err(|e| failed(&e))
    }
}

/// A window of a series: the rows of its bins.
struct Row<'a> {
    stored: &'a Stored,
    unit: &'a str,
    slot: Slot,
    schema: &'a str,
    packed: &'a Packed,
}

/// The rows of a table as frames of about so many rows each, in their order.
struct Frames<'a> {
    rows: usize,
    keys: &'a [String],
    windows: Box<dyn Iterator<Item = Row<'a>> + Send + 'a>,
}

impl Frames<'_> {
    /// The next frame; `None` after the last one.
    fn next(&mut self) -> Result<Option<DataFrame>> {
        let mut gathered = Gathered::new(self.keys);
        while gathered.bins.len() < self.rows {
            match self.windows.next() {
                Some(row) => gathered.push(&row)?,
                None => break,
            }
        }
        if gathered.bins.is_empty() { Ok(None) } else { gathered.frame().map(Some) }
    }
}

impl HistogramTable {
    /// The symbols of the units, a series each.
    fn units(&self) -> Vec<String> {
        self.stored.values().map(|s| s.identity.unit.symbol()).collect()
    }

    fn frames<'a>(&'a self, rows: usize, keys: &'a [String], units: &'a [String]) -> Frames<'a> {
        let of = move |(stored, unit): (&'a Stored, &'a String)| {
            let row = move |(slot, packed): (&'a Slot, &'a Packed)| Row {
                stored,
                unit,
                slot: *slot,
                schema: self.schema_name(slot.schema),
                packed,
            };
            stored.windows.iter().map(row)
        };
        Frames { rows, keys, windows: Box::new(self.stored.values().zip(units).flat_map(of)) }
    }

    /// The table as a data frame: `series`, `window_start` (UTC, nanoseconds), `width` (seconds), `schema`, `bin`, `count`, a column a
    /// label, `unit`; rows by series, window and bin.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without histograms, [`Unsupported`](crate::ErrorKind::Unsupported) for a count of 2⁶³ or more
    /// or a label that has the name of a column.
    pub fn to_frame(&self) -> Result<DataFrame> {
        let (keys, units) = (self.label_keys()?, self.units());
        self.frames(usize::MAX, &keys, &units).next()?.ok_or_else(nothing)
    }

    /// Writes the table as Parquet, with the columns of [`to_frame`](Self::to_frame), batch by batch: each row group tells between which
    /// values its columns lie, so that a reader who asks for some series or a range of time reads those alone.
    ///
    /// # Errors
    /// [`Io`](crate::ErrorKind::Io) where the file cannot be written, else as [`to_frame`](Self::to_frame).
    pub fn write_parquet(&self, path: &Path) -> Result<()> {
        let name = path.display().to_string();
        let fail = |e: &pl::PolarsError| failed(e).in_file(&name);
        let (keys, units) = (self.label_keys()?, self.units());
        let mut frames = self.frames(BATCH, &keys, &units);
        let first = frames.next()?.ok_or_else(nothing)?;
        let file = File::create(path).map_err(|e| Error::io(e, &name))?;
        let options = ParquetWriter::new(file).with_row_group_size(Some(2 * BATCH));
        let mut writer = options.batched(first.schema()).map_err(|e| fail(&e))?;
        let mut next = Some(first);
        while let Some(frame) = next {
            // the next frame is gathered while this one is written
            let (written, following) = rayon::join(|| writer.write_batch(&frame), || frames.next());
            written.map_err(|e| fail(&e))?;
            next = following?;
        }
        writer.finish().map(drop).map_err(|e| fail(&e))
    }

    /// Writes [`to_frame`](Self::to_frame) as an Arrow IPC file.
    ///
    /// # Errors
    /// As [`write_parquet`](Self::write_parquet).
    pub fn write_arrow(&self, path: &Path) -> Result<()> {
        let name = path.display().to_string();
        let mut frame = self.to_frame()?;
        let file = File::create(path).map_err(|e| Error::io(e, &name))?;
        IpcWriter::new(file).finish(&mut frame).map_err(|e| failed(&e).in_file(&name))
    }
}

fn nothing() -> Error {
    Error::empty("there is no histogram to write")
}
