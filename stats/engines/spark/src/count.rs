//! Rows into one histogram a group and window.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::builder::{BinaryBuilder, Int64Builder, StringBuilder};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema};
use sre_stats::Error;
use sre_stats::histogram::{AnySketch, LayoutChoice, Sketch};

use crate::columns::{Text, Times, reals};
use crate::{Result, key};

/// Values are handed to a histogram by so many, which is faster than one by one.
const WAITING: usize = 64;
/// What a group takes beside its histogram and its key, about.
const GROUP: usize = 128 + WAITING * size_of::<f64>();

struct Group {
    key: Vec<u8>,
    histogram: AnySketch,
    waiting: Vec<f64>,
}

/// The histograms of the rows so far.
pub(crate) struct Counter {
    layout: LayoutChoice,
    width: i64,
    labels: usize,
    places: HashMap<Vec<u8>, usize>,
    groups: Vec<Group>,
    /// Bytes that the groups take, and may take.
    memory: usize,
    limit: usize,
}

impl Counter {
    pub(crate) fn new(layout: LayoutChoice, width: i64, labels: usize, limit: usize) -> Self {
        Self { layout, width, labels, places: HashMap::new(), groups: Vec::new(), memory: 0, limit }
    }

    /// Counts the rows of a batch: time, value, labels. Rows without a time and values that are no finite number are left out.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<Option<RecordBatch>> {
        let (times, values) = (Times::of(batch, 0)?, reals(batch, 1)?);
        let labels = (0..self.labels).map(|i| Text::of(batch, 2 + i)).collect::<Result<Vec<_>>>()?;
        let whole = self.width.checked_mul(times.a_second).ok_or_else(|| Error::argument("a window too wide"))?;
        let mut key = Vec::new();
        // rows of one group often follow each other
        let mut last: Option<(i64, usize, usize)> = None;
        for (row, value) in values.values().iter().enumerate() {
            if times.array.is_null(row) || values.is_null(row) || !value.is_finite() {
                continue;
            }
            let window = times.array.value(row).div_euclid(whole) * self.width;
            let same = |before: usize| labels.iter().all(|label| label.get(before) == label.get(row));
            let place = match last {
                Some((then, before, place)) if then == window && same(before) => place,
                _ => {
                    key::write(&mut key, &labels, row, window);
                    self.place(&key)?
                }
            };
            last = Some((window, row, place));
            self.add(place, *value);
        }
        if self.memory > self.limit { self.drain().map(Some) } else { Ok(None) }
    }

    fn place(&mut self, key: &[u8]) -> Result<usize> {
        if let Some(place) = self.places.get(key) {
            return Ok(*place);
        }
        let place = self.groups.len();
        let histogram = self.layout.build(&[])?;
        self.memory += histogram.memory_bytes() + 2 * key.len() + GROUP;
        self.groups.push(Group { key: key.to_vec(), histogram, waiting: Vec::new() });
        self.places.insert(key.to_vec(), place);
        Ok(place)
    }

    fn add(&mut self, place: usize, value: f64) {
        let Some(group) = self.groups.get_mut(place) else { return };
        group.waiting.push(value);
        if group.waiting.len() == WAITING {
            let before = group.histogram.memory_bytes();
            group.histogram.insert_slice(&group.waiting);
            group.waiting.clear();
            self.memory += group.histogram.memory_bytes().saturating_sub(before);
        }
    }

    /// Gives all groups away, in the order of their keys: `window_start` in seconds, histogram, labels.
    pub(crate) fn drain(&mut self) -> Result<RecordBatch> {
        self.places = HashMap::new();
        self.memory = 0;
        let mut groups = std::mem::take(&mut self.groups);
        groups.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        let (mut starts, mut bytes) = (Int64Builder::new(), BinaryBuilder::new());
        let mut labels: Vec<StringBuilder> = (0..self.labels).map(|_| StringBuilder::new()).collect();
        for group in &mut groups {
            group.histogram.insert_slice(&group.waiting);
            let (texts, start) =
                key::read(&group.key, self.labels).ok_or_else(|| Error::parse("a key that is none"))?;
            starts.append_value(start);
            bytes.append_value(group.histogram.to_packed().unwrap_or_default());
            for (column, text) in labels.iter_mut().zip(texts) {
                column.append_option(text);
            }
        }
        let mut fields =
            vec![Field::new("window_start", DataType::Int64, false), Field::new("histogram", DataType::Binary, false)];
        let mut columns: Vec<ArrayRef> = vec![Arc::new(starts.finish()), Arc::new(bytes.finish())];
        for (i, mut column) in labels.into_iter().enumerate() {
            fields.push(Field::new(format!("label_{i}"), DataType::Utf8, true));
            columns.push(Arc::new(column.finish()));
        }
        made(fields, columns)
    }
}

/// A batch of columns.
pub(crate) fn made(fields: Vec<Field>, columns: Vec<ArrayRef>) -> Result<RecordBatch> {
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
        .map_err(|e| Error::mismatch(format!("columns that make no batch: {e}")))
}
