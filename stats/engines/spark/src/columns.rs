//! The columns of a batch, by type.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Float64Type, Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType,
};
use arrow_array::{
    Array, BinaryArray, Float64Array, Int64Array, LargeBinaryArray, LargeStringArray, RecordBatch, StringArray,
};
use arrow_schema::{DataType, TimeUnit};
use sre_stats::Error;

use crate::Result;

/// A column of text.
pub(crate) enum Text {
    Short(StringArray),
    Long(LargeStringArray),
}

impl Text {
    pub(crate) fn of(batch: &RecordBatch, column: usize) -> Result<Self> {
        let array = at(batch, column)?;
        match array.data_type() {
            DataType::Utf8 => Ok(Self::Short(array.as_string().clone())),
            DataType::LargeUtf8 => Ok(Self::Long(array.as_string().clone())),
            other => Err(wrong(batch, column, "text", other)),
        }
    }

    /// The text of a row; `None` for NULL.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> Option<&str> {
        match self {
            Self::Short(array) => array.is_valid(row).then(|| array.value(row)),
            Self::Long(array) => array.is_valid(row).then(|| array.value(row)),
        }
    }
}

/// A column of bytes.
pub(crate) enum Bytes {
    Short(BinaryArray),
    Long(LargeBinaryArray),
}

impl Bytes {
    pub(crate) fn of(batch: &RecordBatch, column: usize) -> Result<Self> {
        let array = at(batch, column)?;
        match array.data_type() {
            DataType::Binary => Ok(Self::Short(array.as_binary().clone())),
            DataType::LargeBinary => Ok(Self::Long(array.as_binary().clone())),
            other => Err(wrong(batch, column, "binary", other)),
        }
    }

    pub(crate) fn get(&self, row: usize) -> &[u8] {
        match self {
            Self::Short(array) => array.value(row),
            Self::Long(array) => array.value(row),
        }
    }
}

/// Times since the epoch in a unit of which a second has so many.
pub(crate) struct Times {
    pub(crate) array: Int64Array,
    pub(crate) a_second: i64,
}

impl Times {
    pub(crate) fn of(batch: &RecordBatch, column: usize) -> Result<Self> {
        let array = at(batch, column)?;
        // with or without a zone, the numbers count from the epoch
        let (array, a_second) = match array.data_type() {
            DataType::Timestamp(TimeUnit::Second, _) => {
                (array.as_primitive::<TimestampSecondType>().reinterpret_cast(), 1)
            }
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                (array.as_primitive::<TimestampMillisecondType>().reinterpret_cast(), 1_000)
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                (array.as_primitive::<TimestampMicrosecondType>().reinterpret_cast(), 1_000_000)
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                (array.as_primitive::<TimestampNanosecondType>().reinterpret_cast(), 1_000_000_000)
            }
            other => return Err(wrong(batch, column, "a timestamp", other)),
        };
        Ok(Self { array, a_second })
    }
}

pub(crate) fn reals(batch: &RecordBatch, column: usize) -> Result<Float64Array> {
    let array = at(batch, column)?;
    let found = array.as_primitive_opt::<Float64Type>().cloned();
    found.ok_or_else(|| wrong(batch, column, "a double", array.data_type()))
}

pub(crate) fn wholes(batch: &RecordBatch, column: usize) -> Result<Int64Array> {
    let array = at(batch, column)?;
    let found = array.as_primitive_opt::<Int64Type>().cloned();
    found.ok_or_else(|| wrong(batch, column, "a bigint", array.data_type()))
}

fn at(batch: &RecordBatch, column: usize) -> Result<&dyn Array> {
    let columns = batch.num_columns();
    let found = batch.columns().get(column).map(AsRef::as_ref);
    found.ok_or_else(|| Error::mismatch(format!("a batch has {columns} columns, and number {column} is needed")))
}

fn wrong(batch: &RecordBatch, column: usize, wanted: &str, found: &DataType) -> Error {
    let schema = batch.schema_ref();
    let name = schema.fields().get(column).map_or("", |field| field.name().as_str());
    Error::mismatch(format!("the column “{name}” is {found}, not {wanted}")).hint("cast it first")
}
