//! Packed histograms, those of a group one after the other, into the rows of the histogram table.

use std::sync::Arc;

use arrow_array::builder::{Int64Builder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field};
use sre_stats::Error;
use sre_stats::histogram::{AnySketch, LayoutChoice, Sketch};

use crate::columns::{Bytes, Text, wholes};
use crate::count::made;
use crate::{Result, key};

/// The group that is being merged, and the columns of the rows that are complete.
pub(crate) struct Merger {
    layout: String,
    width: i64,
    labels: Vec<String>,
    series: String,
    group: Option<(Vec<u8>, AnySketch)>,
}

impl Merger {
    pub(crate) fn new(layout: LayoutChoice, width: i64, labels: Vec<String>, series: String) -> Result<Self> {
        let listed = ["series", "window_start", "width", "schema", "bin", "count", "unit"];
        if let Some(taken) = labels.iter().find(|name| listed.iter().any(|own| own.eq_ignore_ascii_case(name))) {
            return Err(Error::argument(format!("a column “{taken}” would take the place of one of the table"))
                .hint("rename it first"));
        }
        Ok(Self { layout: layout.to_string(), width, labels, series, group: None })
    }

    /// Merges `window_start`, histogram and labels.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<RecordBatch> {
        let (starts, packed) = (wholes(batch, 0)?, Bytes::of(batch, 1)?);
        let labels = (0..self.labels.len()).map(|i| Text::of(batch, 2 + i)).collect::<Result<Vec<_>>>()?;
        let mut rows = Rows::new(self.labels.len());
        let mut key = Vec::new();
        for (row, start) in starts.values().iter().enumerate() {
            key::write(&mut key, &labels, row, *start);
            let histogram = AnySketch::from_packed(&self.layout, packed.get(row))?;
            match &mut self.group {
                Some((own, whole)) if *own == key => whole.merge(&histogram)?,
                group => {
                    if let Some((key, whole)) = group.replace((key.clone(), histogram)) {
                        rows.add(&key, &whole)?;
                    }
                }
            }
        }
        self.table(rows)
    }

    pub(crate) fn finish(&mut self) -> Result<RecordBatch> {
        let mut rows = Rows::new(self.labels.len());
        if let Some((key, whole)) = self.group.take() {
            rows.add(&key, &whole)?;
        }
        self.table(rows)
    }

    fn table(&self, mut rows: Rows) -> Result<RecordBatch> {
        let starts = rows.starts.finish();
        let text = |value: &str| -> ArrayRef {
            Arc::new(arrow_array::StringArray::from_iter_values(std::iter::repeat_n(value, starts.len())))
        };
        let widths = arrow_array::Int64Array::from_value(self.width, starts.len());
        let mut columns: Vec<ArrayRef> = vec![text(&self.series)];
        let schema = text(&self.layout);
        columns.extend([Arc::new(starts) as ArrayRef, Arc::new(widths), schema]);
        columns.extend([Arc::new(rows.bins.finish()) as ArrayRef, Arc::new(rows.counts.finish())]);
        let mut fields = vec![
            Field::new("series", DataType::Utf8, false),
            Field::new("window_start", DataType::Int64, false),
            Field::new("width", DataType::Int64, false),
            Field::new("schema", DataType::Utf8, false),
            Field::new("bin", DataType::Int64, false),
            Field::new("count", DataType::Int64, false),
        ];
        for (name, column) in self.labels.iter().zip(&mut rows.labels) {
            fields.push(Field::new(name, DataType::Utf8, true));
            columns.push(Arc::new(column.finish()));
        }
        made(fields, columns)
    }
}

/// Columns of the table that are being made.
struct Rows {
    starts: Int64Builder,
    bins: Int64Builder,
    counts: Int64Builder,
    labels: Vec<StringBuilder>,
}

impl Rows {
    fn new(labels: usize) -> Self {
        let labels = (0..labels).map(|_| StringBuilder::new()).collect();
        Self { starts: Int64Builder::new(), bins: Int64Builder::new(), counts: Int64Builder::new(), labels }
    }

    fn add(&mut self, key: &[u8], whole: &AnySketch) -> Result<()> {
        let (texts, start) = key::read(key, self.labels.len()).ok_or_else(|| Error::parse("a key that is none"))?;
        for (bin, count) in whole.coded_bins().unwrap_or_default() {
            let count = i64::try_from(count).map_err(|_| Error::parse("a count beyond 2⁶³ − 1"))?;
            self.starts.append_value(start);
            self.bins.append_value(bin);
            self.counts.append_value(count);
            for (column, text) in self.labels.iter_mut().zip(&texts) {
                column.append_option(*text);
            }
        }
        Ok(())
    }
}
