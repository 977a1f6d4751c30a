//! Arrow record batches as tables, and data sets as record batches.
//!
//! A series keeps sorted columns of its own, so values are copied once on the way in. On the way out the columns built here
//! become the batch's buffers as they are.

use std::sync::Arc;

use arrow_array::types::{
    Date32Type, Date64Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BooleanArray, Float64Array, LargeStringArray, RecordBatch, StringArray,
    StringViewArray, TimestampNanosecondArray, cast::AsArray,
};
use arrow_schema::{DataType, TimeUnit};

use super::cells::Cells;
use super::typed::{Origin, Table, Typed, assemble, encode, plan};
use crate::error::{Error, Result};
use crate::load::dataset::Dataset;
use crate::load::histogram_table::has_columns;
use crate::load::long::LongTable;
use crate::load::options::{Format, LoadOptions};
use crate::load::report::LoadReport;
use crate::unit::Unit;

/// A batch with some of its columns.
struct Chosen {
    names: Vec<String>,
    columns: Vec<ArrayRef>,
    rows: usize,
}

impl Table for Chosen {
    fn names(&self) -> Vec<String> {
        self.names.clone()
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn piece(&self, column: usize, from: usize, rows: usize) -> Result<Typed> {
        Ok(self.columns.get(column).map_or(Typed::Other(rows), |c| typed(&c.slice(from, rows))))
    }

    fn unit(&self, column: usize) -> Option<Unit> {
        matches!(self.columns.get(column)?.data_type(), DataType::Duration(_)).then_some(Unit::Second)
    }
}

fn each<T: ArrowPrimitiveType, U: Copy + Default>(array: &ArrayRef, f: impl Fn(T::Native) -> Option<U>) -> Cells<U> {
    array.as_primitive::<T>().iter().map(|x| x.and_then(&f)).collect()
}

fn times<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, factor: i64, has_zone: bool) -> Typed {
    let times = each::<T, _>(array, |x| x.checked_mul(factor));
    if has_zone { Typed::Instants(times) } else { Typed::Locals(times) }
}

fn ints<T: ArrowPrimitiveType>(array: &ArrayRef) -> Typed
where
    T::Native: Into<i64>,
{
    Typed::Ints(each::<T, _>(array, |x| Some(x.into())))
}

fn seconds<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, per_second: f64) -> Typed {
    Typed::Floats(each::<T, _>(array, |x| Some(x as f64 / per_second)))
}

fn typed(array: &ArrayRef) -> Typed {
    match array.data_type() {
        DataType::Timestamp(TimeUnit::Second, zone) => {
            times::<TimestampSecondType>(array, 1_000_000_000, zone.is_some())
        }
        DataType::Timestamp(TimeUnit::Millisecond, zone) => {
            times::<TimestampMillisecondType>(array, 1_000_000, zone.is_some())
        }
        DataType::Timestamp(TimeUnit::Microsecond, zone) => {
            times::<TimestampMicrosecondType>(array, 1000, zone.is_some())
        }
        DataType::Timestamp(TimeUnit::Nanosecond, zone) => times::<TimestampNanosecondType>(array, 1, zone.is_some()),
        DataType::Date32 => {
            Typed::Locals(each::<Date32Type, _>(array, |x| i64::from(x).checked_mul(86_400_000_000_000)))
        }
        DataType::Date64 => times::<Date64Type>(array, 1_000_000, false),
        DataType::Duration(TimeUnit::Second) => seconds::<DurationSecondType>(array, 1.0),
        DataType::Duration(TimeUnit::Millisecond) => seconds::<DurationMillisecondType>(array, 1e3),
        DataType::Duration(TimeUnit::Microsecond) => seconds::<DurationMicrosecondType>(array, 1e6),
        DataType::Duration(TimeUnit::Nanosecond) => seconds::<DurationNanosecondType>(array, 1e9),
        DataType::Int8 => ints::<Int8Type>(array),
        DataType::Int16 => ints::<Int16Type>(array),
        DataType::Int32 => ints::<Int32Type>(array),
        DataType::Int64 => ints::<Int64Type>(array),
        DataType::UInt8 => ints::<UInt8Type>(array),
        DataType::UInt16 => ints::<UInt16Type>(array),
        DataType::UInt32 => ints::<UInt32Type>(array),
        DataType::UInt64 => Typed::Floats(each::<UInt64Type, _>(array, |x| Some(x as f64))),
        DataType::Float32 => Typed::Floats(each::<Float32Type, _>(array, |x| Some(f64::from(x)))),
        DataType::Float64 => Typed::Floats(each::<Float64Type, _>(array, Some)),
        DataType::Boolean => Typed::Bools(array.as_boolean().iter().collect()),
        DataType::Utf8 => words(array, |a: &StringArray| encode(a.iter())),
        DataType::LargeUtf8 => words(array, |a: &LargeStringArray| encode(a.iter())),
        DataType::Utf8View => words(array, |a: &StringViewArray| encode(a.iter())),
        DataType::Dictionary(..) => dictionary(array),
        _ => Typed::Other(array.len()),
    }
}

fn words<A: Array + 'static>(array: &ArrayRef, f: impl Fn(&A) -> Typed) -> Typed {
    array.as_any().downcast_ref::<A>().map_or(Typed::Other(array.len()), f)
}

/// A dictionary of words, by its keys.
fn dictionary(array: &ArrayRef) -> Typed {
    let Some(dictionary) = array.as_any_dictionary_opt() else { return Typed::Other(array.len()) };
    let Typed::Words(codes, all) = typed(dictionary.values()) else { return Typed::Other(array.len()) };
    if codes.len() == 0 {
        return Typed::Words(vec![None; array.len()].into_iter().collect(), all);
    }
    let codes: Vec<Option<u32>> = codes.iter().collect();
    let keys = dictionary.normalized_keys();
    let code = |(row, key): (usize, usize)| {
        if array.is_null(row) { None } else { codes.get(key).copied().flatten() }
    };
    Typed::Words(keys.into_iter().enumerate().map(code).collect(), all)
}

impl TryFrom<&RecordBatch> for Dataset {
    type Error = Error;

    /// Takes a record batch, long or wide, as [`load`](crate::load::load) takes a file.
    ///
    /// # Errors
    /// As [`load`](crate::load::load), of what does not depend on files.
    fn try_from(batch: &RecordBatch) -> Result<Self> {
        Self::from_record_batch(batch, &LoadOptions::default())
    }
}

impl Dataset {
    /// Takes a record batch, long, wide or a table of histograms, with the caller's word on its columns.
    ///
    /// # Errors
    /// As [`load`](crate::load::load), of what does not depend on files.
    pub fn from_record_batch(batch: &RecordBatch, options: &LoadOptions) -> Result<Self> {
        let names: Vec<String> = batch.schema().fields().iter().map(|f| f.name().clone()).collect();
        let all = Chosen { names, columns: batch.columns().to_vec(), rows: batch.num_rows() };
        if has_columns(&all.names) {
            let chosen = |places: &[usize]| -> Result<Box<dyn Table>> {
                let columns = places.iter().filter_map(|i| all.columns.get(*i).cloned()).collect();
                Ok(Box::new(Chosen { names: Vec::new(), columns, rows: all.rows }))
            };
            return super::histograms::of_table(&all, chosen, ("record batch", Format::ArrowIpc), options);
        }
        let mut report = LoadReport::default();
        let plan = plan(&all, options, "record batch", &mut report)?;
        let columns = plan.wanted.iter().filter_map(|w| all.columns.get(w.source).cloned()).collect();
        let names = plan.wanted.iter().map(|w| w.name.clone()).collect();
        let chosen = Chosen { names, columns, rows: all.rows };
        assemble(&chosen, &plan, &Origin { file: "record batch", format: Format::ArrowIpc, bytes: 0 }, report)
    }

    /// All series as one long record batch, with the columns of [`to_frame`](Self::to_frame).
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without items.
    pub fn to_record_batch(&self) -> Result<RecordBatch> {
        let long = LongTable::of(self)?;
        let time = TimestampNanosecondArray::from(long.times).with_timezone("UTC");
        let mut columns: Vec<(String, ArrayRef)> = vec![("time".into(), Arc::new(time))];
        for (name, words) in long.texts {
            columns.push((name, Arc::new(StringArray::from(words))));
        }
        columns.push(("value".into(), Arc::new(Float64Array::from(long.values))));
        if let Some(ok) = long.ok {
            columns.push(("ok".into(), Arc::new(BooleanArray::from(ok))));
        }
        RecordBatch::try_from_iter(columns).map_err(|e| Error::mismatch(e.to_string()))
    }
}
