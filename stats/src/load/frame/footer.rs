//! What a Parquet file says of itself, held against its size before any of it is believed.
//!
//! The reader reserves memory as the file's table of contents says, and a reservation that fails ends the program; a damaged
//! length has to be found before.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use polars::io::parquet::read::FileMetadata;
use polars_parquet::parquet::read::deserialize_metadata;

use super::foreign;
use super::input::{self, Input};
use super::thrift;
use crate::error::{Error, Result};

/// The reader counts rows in 32 bits.
const MOST_ROWS: u64 = u32::MAX as u64;

/// What follows the table of contents: its length, and the word that the file ends with.
const TAIL: u64 = 8;
/// The field of the table of contents that tells how columns are encrypted, where the table itself is not.
const ENCRYPTION: i16 = 8;

/// The number of rows that a Parquet file claims and its table of contents, once its lengths are found to be possible.
pub(super) fn rows(input: Input<'_>, size: u64) -> Result<(u64, Arc<FileMetadata>)> {
    let short = || Error::parse("its table of contents is longer than the file");
    let tail = input::bytes(input, size.saturating_sub(TAIL)..size)?;
    let length = tail.first_chunk().map(|bytes| u64::from(u32::from_le_bytes(*bytes))).ok_or_else(short)?;
    let start = size.checked_sub(TAIL + length).ok_or_else(short)?;
    let footer = input::bytes(input, start..size)?;
    if thrift::has_field(&footer, ENCRYPTION) {
        return Err(Error::unsupported("its columns are encrypted, and its table of contents is not")
            .hint("write it again without encryption, or export CSV"));
    }
    let mut contents = deserialize_metadata(footer.into()).map_err(|e| Error::parse(e.to_string()))?;
    foreign::mark(&mut contents)?;
    check(contents, size)
}

/// Between which values a column lies in a row group.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Bounds {
    Ints(i64, i64),
    Words(Vec<u8>, Vec<u8>),
}

/// What a row group holds, by what the file says of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct RowGroup {
    pub(super) rows: u64,
    /// As they are stored.
    pub(super) bytes: u64,
    /// By name, of the columns of which the file says it.
    pub(super) bounds: HashMap<String, Bounds>,
    /// The columns of which the file says that no field is missing.
    pub(super) whole: HashSet<String>,
}

/// What a table of contents says of the row groups; its lengths must have been found possible by [`rows`].
pub(super) fn groups(contents: &FileMetadata) -> Vec<RowGroup> {
    let mut groups = Vec::with_capacity(contents.row_groups.len());
    for group in &contents.row_groups {
        let bytes = group.compressed_size() as u64;
        let mut found = RowGroup { rows: group.num_rows() as u64, bytes, ..RowGroup::default() };
        for column in group.parquet_columns() {
            let [name] = column.descriptor().path_in_schema.as_slice() else { continue };
            let Some(Ok(statistics)) = column.statistics(&contents.footer_buf) else { continue };
            let (bounds, nulls) = if let Some(of) = statistics.as_binary() {
                // a field that is not there is an empty word
                let least = if of.null_count == Some(0) { of.min_value.clone() } else { Some(Vec::new()) };
                let bounds = least.zip(of.max_value.clone()).map(|(least, greatest)| Bounds::Words(least, greatest));
                (bounds, of.null_count)
            } else if let Some(of) = statistics.as_int64() {
                (of.min_value.zip(of.max_value).map(|(a, b)| Bounds::Ints(a, b)), of.null_count)
            } else {
                (None, None)
            };
            if nulls == Some(0) {
                found.whole.insert(name.to_string());
            }
            if let Some(bounds) = bounds {
                found.bounds.insert(name.to_string(), bounds);
            }
        }
        groups.push(found);
    }
    groups
}

/// Where in the file the columns of some rows are: those of every row group that has one of the rows; all columns where none is named.
pub(super) fn bytes(contents: &FileMetadata, rows: &[Range<u64>], columns: Option<&[&str]>) -> Vec<Range<u64>> {
    let mut found = Vec::new();
    let mut start = 0_u64;
    for group in &contents.row_groups {
        let own = start..start + group.num_rows() as u64;
        start = own.end;
        if !rows.iter().any(|rows| rows.start < own.end && rows.end > own.start) {
            continue;
        }
        for column in group.parquet_columns() {
            let name = column.descriptor().path_in_schema.first();
            if columns.is_none_or(|columns| name.is_some_and(|name| columns.contains(&name.as_str()))) {
                found.push(column.byte_range());
            }
        }
    }
    found
}

fn check(contents: FileMetadata, size: u64) -> Result<(u64, Arc<FileMetadata>)> {
    let mut rows = 0_u64;
    for group in &contents.row_groups {
        let height = group.num_rows() as u64;
        rows = rows.saturating_add(height);
        for column in group.parquet_columns() {
            let range = column.byte_range();
            let fits = range.start <= range.end && range.end <= size && column.compressed_size() >= 0;
            // without lists, a row is a value
            let flat = column.descriptor().descriptor.max_rep_level == 0;
            let counts = u64::try_from(column.num_values()).is_ok_and(|n| n <= MOST_ROWS && (!flat || n == height));
            if !fits || !counts || height > MOST_ROWS {
                return Err(Error::parse(format!(
                    "its table of contents speaks of {} values in {height} rows at bytes {} to {}, and the file has {size} bytes",
                    column.num_values(),
                    range.start,
                    range.end
                )));
            }
        }
    }
    if rows > MOST_ROWS || contents.num_rows as u64 != rows {
        return Err(Error::parse(format!(
            "its table of contents speaks of {} rows and lists {rows}; at most {MOST_ROWS} are read from one file",
            contents.num_rows
        )));
    }
    Ok((rows, Arc::new(contents)))
}
