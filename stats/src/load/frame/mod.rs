//! Columnar formats (feature `frame`): Parquet and Arrow IPC through polars' lazy streaming engine, and conversions from and
//! to polars data frames and Arrow record batches.
//!
//! Columns of any of them become the same typed pieces as those of delimited text, so that long and wide tables, guesses and
//! warnings are the same. In warnings `line` is the row, counted from 1.

mod arrow;
mod batches;
mod cells;
mod footer;
mod histograms;
mod outside;
mod pages;
mod polars;
mod read;
mod row_groups;
#[cfg(test)]
mod tests;
mod typed;
mod write;

pub(crate) use read::{Bytes, read};
pub(crate) use write::parquet_of;
