//! The row groups of a Parquet file, in pieces that threads read for themselves.

use std::ops::Range;
use std::sync::Arc;

use polars::io::parquet::read::FileMetadata;
use polars::prelude::DataType;
use rayon::prelude::*;

use super::chunks;
use super::input::{Input, Reader};
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

    /// The row group of a piece, and how many of its rows the piece has.
    pub(super) fn piece(&self, number: usize) -> Option<(usize, usize)> {
        self.pieces.get(number).map(|piece| (piece.group, piece.rows.len()))
    }

    /// The columns of a piece at some places of the wanted ones.
    pub(super) fn read(&self, number: usize, places: &[usize]) -> Result<Vec<Typed>> {
        let piece = self.pieces.get(number).ok_or_else(missing)?;
        let rows = std::slice::from_ref(&piece.rows);
        let mut file = self.input.reader();
        let mut columns = Vec::with_capacity(self.columns.len());
        for place in 0..self.columns.len() {
            columns.push(Some(self.column(&mut file, (piece.group, piece.first - piece.rows.start), rows, place)?));
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

    /// Some rows of a row group, whose first row is the file's row `first`, of the columns at some places; ranges rise and do not overlap.
    pub(super) fn select(
        &self,
        (group, first): (usize, usize),
        rows: &[Range<usize>],
        places: &[usize],
    ) -> Result<Vec<Typed>> {
        let one = |place: &usize| self.column(&mut self.input.reader(), (group, first), rows, *place);
        places.par_iter().map(one).collect()
    }

    /// Some rows of a wanted column of a row group, whose first row is the file's row `first`.
    fn column(
        &self,
        file: &mut Reader<'_>,
        (group, first): (usize, usize),
        rows: &[Range<usize>],
        place: usize,
    ) -> Result<Typed> {
        let (name, dtype) = self.columns.get(place).ok_or_else(missing)?;
        let group = self.contents.row_groups.get(group).ok_or_else(missing)?;
        let mut chunks = group.columns_under_root_iter(name).into_iter().flatten();
        let read = match (chunks.next(), chunks.next()) {
            (Some(chunk), None) => pages::column(file, chunk, dtype, rows)?,
            _ => None,
        };
        match read {
            Some(column) => Ok(column),
            None => self.by_polars(name, first, rows),
        }
    }

    /// A column of another type or encoding than those read here.
    fn by_polars(&self, name: &str, first: usize, rows: &[Range<usize>]) -> Result<Typed> {
        let start = rows.first().map_or(0, |rows| rows.start);
        let end = rows.last().map_or(start, |rows| rows.end);
        let frame = chunks::frame(self.input, &self.contents, &(first + start..first + end), Some(&[name.to_owned()]))?;
        let all = frame.column(name).map_err(|e| failed(&e))?.as_materialized_series();
        let mut chosen = all.slice(0, 0);
        for rows in rows {
            chosen.append(&all.slice((rows.start - start) as i64, rows.len())).map_err(|e| failed(&e))?;
        }
        typed(&chosen).map_err(|e| failed(&e))
    }
}

fn missing() -> Error {
    Error::parse("a row group is missing")
}
