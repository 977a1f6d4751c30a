//! The row groups of a Parquet file, in pieces that threads read for themselves.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use polars::io::parquet::read::FileMetadata;
use polars::prelude::DataType;
use polars_buffer::Buffer;
use polars_parquet::read::ColumnChunkMetadata;
use rayon::prelude::*;

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
    /// The bytes of column chunks of which threads read pieces, by row group and place of the column: read once for all.
    shared: Mutex<HashMap<(usize, usize), Buffer<u8>>>,
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
        Self { input, contents, columns, pieces, shared: Mutex::default() }
    }

    /// How many pieces there are.
    pub(super) fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// The rows of a piece.
    pub(super) fn rows_of(&self, number: usize) -> usize {
        self.pieces.get(number).map_or(0, |piece| piece.rows.len())
    }

    /// How many rows a piece has, where its row group is marked.
    pub(super) fn rows_if(&self, number: usize, marks: &[bool]) -> Option<usize> {
        let piece = self.pieces.get(number)?;
        marks.get(piece.group)?.then_some(piece.rows.len())
    }

    /// The columns of a piece at some places of the wanted ones.
    pub(super) fn read(&self, number: usize, places: &[usize]) -> Result<Vec<Typed>> {
        let piece = self.pieces.get(number).ok_or_else(missing)?;
        let rows = std::slice::from_ref(&piece.rows);
        let mut columns = Vec::with_capacity(self.columns.len());
        for place in 0..self.columns.len() {
            columns.push(Some(self.column((piece.group, piece.first - piece.rows.start), rows, place)?));
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
        let one = |place: &usize| self.column((group, first), rows, *place);
        places.par_iter().map(one).collect()
    }

    /// Some rows of a wanted column of a row group, whose first row is the file's row `first`.
    fn column(&self, (number, first): (usize, usize), rows: &[Range<usize>], place: usize) -> Result<Typed> {
        let (name, dtype) = self.columns.get(place).ok_or_else(missing)?;
        let group = self.contents.row_groups.get(number).ok_or_else(missing)?;
        let in_pieces = group.num_rows() > WHOLE;
        let mut chunks = group.columns_under_root_iter(name).into_iter().flatten();
        let read = match (chunks.next(), chunks.next()) {
            (Some(chunk), None) => {
                let bytes =
                    || if in_pieces { self.shared((number, place), chunk) } else { pages::bytes_of(self.input, chunk) };
                pages::column(bytes, chunk, dtype, rows)?
            }
            _ => None,
        };
        match read {
            Some(column) => Ok(column),
            None => self.by_polars(name, first, rows),
        }
    }

    /// The bytes of a column chunk that is read in pieces, which follow each other: those of the row groups before the last one are done with.
    fn shared(&self, at: (usize, usize), chunk: &ColumnChunkMetadata) -> Result<Buffer<u8>> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bytes) = shared.get(&at) {
            return Ok(bytes.clone());
        }
        shared.retain(|(group, _), _| group + 1 >= at.0);
        let bytes = pages::bytes_of(self.input, chunk)?;
        shared.insert(at, bytes.clone());
        Ok(bytes)
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Cursor;

    use polars::prelude as pl;
    use polars::prelude::{IntoColumn, NamedFrom};

    use super::super::footer;
    use super::*;

    /// A million and a half rows in one row group.
    #[test]
    fn pieces_of_a_large_row_group_are_the_rows_and_its_bytes_are_read_once() {
        let rows = 1_500_000_i64;
        let value = |i: i64| (i * 7919 % 1000) as f64;
        let columns = vec![
            pl::Series::new("i".into(), (0..rows).collect::<Vec<_>>()).into_column(),
            pl::Series::new("v".into(), (0..rows).map(value).collect::<Vec<_>>()).into_column(),
        ];
        let mut frame = pl::DataFrame::new(rows as usize, columns).unwrap();
        let mut bytes = Cursor::new(Vec::new());
        let writer = pl::ParquetWriter::new(&mut bytes).with_row_group_size(Some(rows as usize));
        writer.finish(&mut frame).unwrap();
        let bytes = bytes.into_inner();
        let input = Input::Memory(&bytes);
        let (_, contents) = footer::rows(input, bytes.len() as u64).unwrap();
        let wanted = vec![("i".to_owned(), DataType::Int64), ("v".to_owned(), DataType::Float64)];
        let groups = RowGroups::new(input, Arc::clone(&contents), wanted);
        assert_eq!((contents.row_groups.len(), groups.pieces()), (1, 6));
        let mut next = 0;
        for piece in 0..groups.pieces() {
            let read = groups.read(piece, &[0, 1]).unwrap();
            let [Typed::Ints(i), Typed::Floats(v)] = read.as_slice() else { panic!("{piece}") };
            for (i, v) in i.iter().zip(v.iter()) {
                assert_eq!((i, v), (Some(next), Some(value(next))));
                next += 1;
            }
            let kept: Vec<usize> = groups.shared.lock().unwrap().keys().map(|(group, _)| *group).collect();
            assert_eq!(kept, [0, 0]);
        }
        assert_eq!(next, rows);
    }
}
