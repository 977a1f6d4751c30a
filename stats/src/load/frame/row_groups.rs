//! The row groups of a Parquet file, in pieces that threads read for themselves.

use std::ops::Range;
use std::sync::Arc;

use polars::io::parquet::read::FileMetadata;
use polars::prelude::DataType;

use super::chunks;
use super::input::Input;
use super::pages;
use super::polars::{failed, typed};
use super::typed::Typed;
use crate::error::{Error, Result};

/// A row group of more rows than these is read in pieces.
const WHOLE: usize = 1 << 19;
/// Rows of such a piece.
const PIECE: usize = 1 << 18;

/// Rows of one row group.
struct Piece {
    group: usize,
    /// Within the row group.
    rows: Range<usize>,
    /// The first of them within the file.
    first: usize,
}

/// A Parquet file, whose lengths were found possible, and what is wanted of it.
pub(super) struct RowGroups<'a> {
    input: Input<'a>,
    contents: Arc<FileMetadata>,
    /// Names and types of the wanted columns.
    columns: Vec<(String, DataType)>,
    pieces: Vec<Piece>,
}

impl<'a> RowGroups<'a> {
    pub(super) fn new(input: Input<'a>, contents: Arc<FileMetadata>, columns: Vec<(String, DataType)>) -> Self {
        let mut pieces = Vec::new();
        let mut before = 0;
        for (group, of) in contents.row_groups.iter().enumerate() {
            let rows = of.num_rows();
            let step = if rows <= WHOLE { rows.max(1) } else { PIECE };
            pieces.extend((0..rows).step_by(step).map(|from| {
                let rows = from..rows.min(from + step);
                Piece { group, first: before + from, rows }
            }));
            before += rows;
        }
        Self { input, contents, columns, pieces }
    }

    /// How many pieces there are.
    pub(super) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// The columns of a piece at some places of the wanted ones.
    pub(super) fn read(&self, number: usize, places: &[usize]) -> Result<Vec<Typed>> {
        let missing = || Error::parse("a row group is missing");
        let piece = self.pieces.get(number).ok_or_else(missing)?;
        let group = self.contents.row_groups.get(piece.group).ok_or_else(missing)?;
        let mut file = self.input.reader();
        let mut columns = Vec::with_capacity(self.columns.len());
        for (name, dtype) in &self.columns {
            let mut chunks = group.columns_under_root_iter(name).into_iter().flatten();
            let read = match (chunks.next(), chunks.next()) {
                (Some(chunk), None) => pages::column(&mut file, chunk, dtype, &piece.rows)?,
                _ => None,
            };
            columns.push(Some(match read {
                Some(column) => column,
                None => self.by_polars(name, piece)?,
            }));
        }
        let mut chosen = Vec::with_capacity(places.len());
        for (i, at) in places.iter().enumerate() {
            // one column may be wanted twice, in two readings
            let again = places.iter().skip(i + 1).any(|later| later == at);
            let column = columns.get_mut(*at).and_then(|column| if again { column.clone() } else { column.take() });
            chosen.push(column.ok_or_else(missing)?);
        }
        Ok(chosen)
    }

    /// The rows of a piece.
    pub(super) fn rows_of(&self, number: usize) -> usize {
        self.pieces.get(number).map_or(0, |piece| piece.rows.len())
    }

    /// A column of another type or encoding than those read here.
    fn by_polars(&self, name: &str, piece: &Piece) -> Result<Typed> {
        let rows = piece.first..piece.first + piece.rows.len();
        let frame = chunks::frame(self.input, &self.contents, &rows, Some(&[name.to_owned()]))?;
        let column = frame.column(name).map_err(|e| failed(&e))?;
        typed(column.as_materialized_series()).map_err(|e| failed(&e))
    }
}
