//! Columns of a Parquet file as polars decodes them, from bytes that were read for it: for the first rows, and for types and encodings
//! that are not read straight from their pages.

use std::io::Cursor;
use std::ops::Range;

use polars::io::parquet::read::FileMetadata;
use polars::prelude as pl;
use polars::prelude::{ArrowField, DataFrame, DataType, IntoColumn};
use polars_buffer::Buffer;
use polars_parquet::read::{BasicDecompressor, Filter, PageReader, column_iter_to_arrays};
use rayon::prelude::*;

use super::foreign;
use super::input::{self, Input};
use super::page_lengths;
use super::polars::failed;
use crate::error::{Error, Result};

/// Some rows of a file whose lengths were found possible, with the columns of these names, or all that can be read.
pub(super) fn frame(
    input: Input<'_>,
    contents: &FileMetadata,
    rows: &Range<usize>,
    columns: Option<&[String]>,
) -> Result<DataFrame> {
    let (schema, _) = foreign::split(&foreign::of_parquet(contents)?);
    let all: Vec<String> = schema.iter_names().map(ToString::to_string).collect();
    let named = |name: &String| {
        schema.get(name).ok_or_else(|| Error::parse(format!("its table of contents has no column “{name}”")))
    };
    let fields = columns.unwrap_or(&all).iter().map(named).collect::<Result<Vec<_>>>()?;
    let rows = rows.start..rows.end.min(contents.num_rows);
    let columns = fields
        .into_par_iter()
        .map(|field| column(input, contents, &rows, field).map(IntoColumn::into_column))
        .collect::<Result<Vec<_>>>()?;
    DataFrame::new(rows.len(), columns).map_err(|e| failed(&e))
}

fn column(input: Input<'_>, contents: &FileMetadata, rows: &Range<usize>, field: &ArrowField) -> Result<pl::Series> {
    let mut arrays = Vec::new();
    let mut before = 0;
    for group in &contents.row_groups {
        let own = before..before + group.num_rows();
        before = own.end;
        let (from, to) = (rows.start.max(own.start), rows.end.min(own.end));
        if from >= to {
            continue;
        }
        let missing = || Error::parse(format!("a row group lacks the column “{}”", field.name));
        let (mut pages, mut types) = (Vec::new(), Vec::new());
        for chunk in group.columns_under_root_iter(&field.name).ok_or_else(missing)? {
            let bytes = input::bytes(input, chunk.byte_range())?;
            page_lengths::check(&bytes, chunk)?;
            let largest = bytes.len();
            let reader = PageReader::new(Cursor::new(Buffer::from(bytes)), chunk, Vec::new(), largest);
            pages.push(BasicDecompressor::new(reader, Vec::new()));
            types.push(&chunk.descriptor().descriptor.primitive_type);
        }
        let filter = Filter::new_ranged(from - own.start, to - own.start);
        let (read, _) = column_iter_to_arrays(pages, types, field.clone(), Some(filter)).map_err(|e| failed(&e))?;
        arrays.extend(read);
    }
    if arrays.is_empty() {
        return Ok(pl::Series::new_empty(field.name.clone(), &DataType::from_arrow_field(field)));
    }
    pl::Series::try_from((field, arrays)).map_err(|e| failed(&e))
}
