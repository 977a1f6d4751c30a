//! Columnar formats (feature `frame`): Parquet and Arrow IPC, in pieces that threads read for themselves and polars' decoders unpack, and
//! conversions from and to polars data frames and Arrow record batches.
//!
//! Columns of any of them become the same typed pieces as those of delimited text, so that long and wide tables, guesses and
//! warnings are the same. In warnings `line` is the row, counted from 1.

mod arrow;
mod batches;
mod cells;
mod chunks;
mod footer;
mod foreign;
#[cfg(test)]
mod foreign_tests;
mod histograms;
mod input;
mod ipc;
mod ipc_lengths;
#[cfg(test)]
mod ipc_tests;
mod outside;
mod page_lengths;
mod pages;
mod polars;
mod read;
mod row_groups;
#[cfg(test)]
mod tests;
mod thrift;
mod typed;
mod write;
#[cfg(test)]
mod zone_tests;

pub(crate) use read::{Bytes, read};
pub(crate) use write::parquet_of;
