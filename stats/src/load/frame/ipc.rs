//! Arrow IPC files, a batch of rows at a time and only the columns that are wanted, decoded by polars once their lengths are found possible.
//!
//! A batch whose columns are packed is read whole before it is looked at, and one that is not by the column, so that what was checked is
//! what is decoded, even where the file changes meanwhile.
//!
//! Format: [Arrow columnar format, IPC file format](https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format).

use std::collections::HashMap;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use polars::prelude as pl;
use polars::prelude::{DataFrame, IntoColumn, SchemaExt};
use polars_arrow::datatypes::ArrowSchema;
use polars_arrow::io::ipc::format::ipc::Block;
use polars_arrow::io::ipc::read::{Dictionaries, FileMetadata, deserialize_footer, read_batch, read_dictionary_block};

use super::foreign::{self, Foreign};
use super::input::{self, Input, Reader};
use super::ipc_lengths::{self, Claimed};
use super::polars::{failed, typed};
use super::typed::Typed;
use crate::error::{Error, Result};

/// What a file begins with.
const HEAD: u64 = 8;
/// What follows the table of contents: its length in four bytes, and the word that the file ends with.
const TAIL: u64 = 10;
/// A batch of more rows than these is handed on in pieces.
const WHOLE: usize = 1 << 19;
/// Rows of such a piece.
const PIECE: usize = 1 << 18;

/// An Arrow file whose table of contents and heads of batches were found possible.
pub(super) struct Arrow<'a> {
    input: Input<'a>,
    contents: FileMetadata,
    dictionaries: Dictionaries,
    /// The rows of each batch.
    rows: Vec<usize>,
    /// The places of the columns that can be read.
    readable: Vec<usize>,
    /// The columns that cannot.
    foreign: Vec<Foreign>,
}

impl<'a> Arrow<'a> {
    pub(super) fn open(input: Input<'a>, size: u64) -> Result<Self> {
        let short = || Error::parse("its table of contents is longer than the file");
        let tail = input::bytes(input, size.saturating_sub(TAIL)..size)?;
        let length = tail.first_chunk().map(|bytes| i32::from_le_bytes(*bytes)).ok_or_else(short)?;
        let length = u64::try_from(length).map_err(|_| short())?;
        let end = size.checked_sub(TAIL).ok_or_else(short)?;
        let start = end.checked_sub(length).filter(|start| *start >= HEAD).ok_or_else(short)?;
        let footer = input::bytes(input, start..end)?;
        ipc_lengths::check_schema(&footer)?;
        let (footer, hidden) = match foreign::of_arrow(&footer)? {
            Some((changed, hidden)) => (changed, hidden),
            None => (footer, Vec::new()),
        };
        let contents = deserialize_footer(&footer, size).map_err(|e| failed(&e))?;
        let (readable, foreign) = readable(&contents.schema, hidden);
        let dictionaries = contents.dictionaries.as_deref().unwrap_or_default();
        ipc_lengths::check_blocks(dictionaries.iter().chain(&contents.blocks), start)?;
        let mut file =
            Self { input, contents, dictionaries: Dictionaries::default(), rows: Vec::new(), readable, foreign };
        file.read_dictionaries()?;
        for block in &file.contents.blocks {
            let (_, claimed) = file.head_of(block)?;
            file.rows.push(claimed.rows);
        }
        Ok(file)
    }

    fn read_dictionaries(&mut self) -> Result<()> {
        for block in self.contents.dictionaries.as_deref().unwrap_or_default() {
            let mut reader = self.block(block)?;
            let (mut message, mut scratch) = (Vec::new(), Vec::new());
            read_dictionary_block(
                &mut reader,
                &self.contents,
                block,
                true,
                &mut self.dictionaries,
                &mut message,
                &mut scratch,
                checked(),
            )
            .map_err(|e| failed(&e))?;
        }
        Ok(())
    }

    pub(super) fn rows(&self) -> u64 {
        self.rows.iter().map(|rows| *rows as u64).sum()
    }

    /// The columns that can be read.
    pub(super) fn schema(&self) -> pl::Schema {
        let all = &self.contents.schema;
        let fields = self.readable.iter().filter_map(|at| all.get_at_index(*at));
        pl::Schema::from_arrow_schema(&fields.map(|(name, field)| (name.clone(), field.clone())).collect())
    }

    /// The columns that cannot be read.
    pub(super) fn foreign(&self) -> &[Foreign] {
        &self.foreign
    }

    /// The first rows, with all columns that can be read.
    pub(super) fn head(&self, rows: usize) -> Result<DataFrame> {
        let mut head: Option<DataFrame> = None;
        for (number, of_batch) in self.rows.iter().enumerate() {
            let before = head.as_ref().map_or(0, DataFrame::height);
            if before >= rows {
                break;
            }
            let columns = self.decode(number, &self.readable, Some(rows - before))?;
            let height = (*of_batch).min(rows - before);
            let columns = columns.into_iter().map(IntoColumn::into_column).collect();
            let frame = DataFrame::new(height, columns).map_err(|e| failed(&e))?;
            match &mut head {
                Some(head) => drop(head.vstack_mut(&frame).map_err(|e| failed(&e))?),
                None => head = Some(frame),
            }
        }
        Ok(head.unwrap_or_else(|| DataFrame::empty_with_schema(&self.schema())))
    }

    /// Some columns of a batch, which are named in the order of the file.
    fn decode(&self, number: usize, columns: &[usize], limit: Option<usize>) -> Result<Vec<pl::Series>> {
        // a choice of all would look for each of them
        let columns = (columns.len() < self.contents.schema.len()).then_some(columns);
        let block = self.contents.blocks.get(number).ok_or_else(|| Error::parse("a batch is missing"))?;
        let mut reader = self.block(block)?;
        let (mut message, mut scratch) = (Vec::new(), Vec::new());
        let batch = read_batch(
            &mut reader,
            &self.dictionaries,
            &self.contents,
            columns,
            limit,
            number,
            true,
            &mut message,
            &mut scratch,
            checked(),
        )
        .map_err(|e| failed(&e))?;
        let (schema, arrays) = batch.into_schema_and_arrays();
        let series = |(field, array)| pl::Series::try_from((field, array)).map_err(|e| failed(&e));
        schema.iter_values().zip(arrays).map(series).collect()
    }

    /// The head of a batch, and what it claims.
    fn head_of(&self, block: &Block) -> Result<(Vec<u8>, Claimed)> {
        let place = ipc_lengths::place(block);
        let head = input::bytes(self.input, place.start..place.start + block.meta_data_length as u64)?;
        let claimed = ipc_lengths::check_head(&head, block)?;
        Ok((head, claimed))
    }

    /// A batch as polars reads it, with the lengths that it is read by.
    fn block(&self, block: &Block) -> Result<BlockReader<'a>> {
        let place = ipc_lengths::place(block);
        let (mut bytes, claimed) = self.head_of(block)?;
        if let Some(buffers) = &claimed.packed {
            let body = input::bytes(self.input, place.start + bytes.len() as u64..place.end)?;
            ipc_lengths::check_packed(buffers, &body, claimed.rows)?;
            bytes.extend(body);
        }
        Ok(BlockReader { bytes, rest: self.input.reader(), place, at: 0 })
    }
}

/// The places of the columns that can be read, and the others, of which some are known by their places.
fn readable(schema: &ArrowSchema, known: Vec<(usize, Foreign)>) -> (Vec<usize>, Vec<Foreign>) {
    let mut known: HashMap<usize, Foreign> = known.into_iter().collect();
    let mut others: HashMap<String, String> = foreign::split(schema).1.into_iter().collect();
    let (mut places, mut all) = (Vec::new(), Vec::new());
    for (at, (name, _)) in schema.iter().enumerate() {
        match (known.remove(&at), others.remove_entry(name.as_str())) {
            (Some(foreign), _) | (None, Some(foreign)) => all.push(foreign),
            (None, None) => places.push(at),
        }
    }
    // what stands behind a column that was taken apart has no name of its own
    all.retain(|(name, _)| !name.starts_with('\0'));
    (places, all)
}

/// polars checks the text and the offsets of what it decodes.
fn checked() -> polars::polars_utils::bool::UnsafeBool {
    polars::polars_utils::bool::UnsafeBool::default()
}

/// One batch: what was read and checked, and behind that the file.
struct BlockReader<'a> {
    bytes: Vec<u8>,
    rest: Reader<'a>,
    /// Where in the file the batch is.
    place: Range<u64>,
    /// The next byte, from the start of the batch.
    at: u64,
}

impl Read for BlockReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = if let Some(held) = self.bytes.get(self.at as usize..).filter(|held| !held.is_empty()) {
            let n = held.len().min(buffer.len());
            if let (Some(to), Some(from)) = (buffer.get_mut(..n), held.get(..n)) {
                to.copy_from_slice(from);
            }
            n
        } else {
            let left = (self.place.end - self.place.start).saturating_sub(self.at);
            let n = buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX));
            self.rest.seek(SeekFrom::Start(self.place.start + self.at))?;
            self.rest.read(buffer.get_mut(..n).unwrap_or_default())?
        };
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for BlockReader<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(by) => (self.place.end - self.place.start).checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        // beyond the batch nothing is read
        let most = self.place.end - self.place.start;
        self.at = place.filter(|at| *at <= most).ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof))?;
        Ok(self.at)
    }
}

/// Rows of one batch.
struct Piece {
    batch: usize,
    /// Within the batch.
    rows: Range<usize>,
}

/// The wanted columns of an Arrow file, in pieces that threads read for themselves.
pub(super) struct Pieces<'a> {
    file: &'a Arrow<'a>,
    /// The wanted columns in the order of the file.
    columns: Vec<usize>,
    /// For each wanted column its place among those.
    order: Vec<usize>,
    parts: Vec<Piece>,
    /// A batch that is handed on in pieces, and its number.
    large: Mutex<Option<(usize, Arc<Vec<pl::Series>>)>>,
}

impl<'a> Pieces<'a> {
    /// Of columns with these names.
    pub(super) fn new(file: &'a Arrow<'a>, names: &[&str]) -> Result<Self> {
        let schema = &file.contents.schema;
        let missing = |name: &str| Error::parse(format!("its table of contents has no column “{name}”"));
        let wanted: Vec<usize> =
            names.iter().map(|name| schema.index_of(name).ok_or_else(|| missing(name))).collect::<Result<_>>()?;
        let mut columns = wanted.clone();
        columns.sort_unstable();
        columns.dedup();
        let order = wanted.iter().filter_map(|at| columns.binary_search(at).ok()).collect();
        let mut parts = Vec::new();
        for (batch, rows) in file.rows.iter().enumerate() {
            let step = if *rows <= WHOLE { (*rows).max(1) } else { PIECE };
            parts.extend((0..*rows).step_by(step).map(|from| Piece { batch, rows: from..(*rows).min(from + step) }));
        }
        Ok(Self { file, columns, order, parts, large: Mutex::new(None) })
    }

    /// How many pieces there are.
    pub(super) fn pieces(&self) -> usize {
        self.parts.len()
    }

    /// The rows of a piece.
    pub(super) fn rows_of(&self, number: usize) -> usize {
        self.parts.get(number).map_or(0, |piece| piece.rows.len())
    }

    /// Its share of all rows.
    pub(super) fn share_of(&self, number: usize) -> f64 {
        self.rows_of(number) as f64 / self.file.rows().max(1) as f64
    }

    /// The columns of a piece at some places of the wanted ones.
    pub(super) fn read(&self, number: usize, places: &[usize]) -> Result<Vec<Typed>> {
        let all = self.series(number)?;
        let missing = || Error::parse("a batch lacks a column");
        places.iter().map(|at| typed(all.get(*at).ok_or_else(missing)?).map_err(|e| failed(&e))).collect()
    }

    /// A piece, with all wanted columns.
    pub(super) fn frame(&self, number: usize) -> Result<DataFrame> {
        let columns = self.series(number)?.into_iter().map(IntoColumn::into_column).collect();
        DataFrame::new(self.rows_of(number), columns).map_err(|e| failed(&e))
    }

    fn series(&self, number: usize) -> Result<Vec<pl::Series>> {
        let missing = || Error::parse("a batch is missing");
        let piece = self.parts.get(number).ok_or_else(missing)?;
        let rows = self.file.rows.get(piece.batch).copied().ok_or_else(missing)?;
        let decode = || self.file.decode(piece.batch, &self.columns, None);
        let all = if rows <= WHOLE {
            Arc::new(decode()?)
        } else {
            // one thread unpacks what the others wait for
            let mut large = self.large.lock().unwrap_or_else(PoisonError::into_inner);
            match &*large {
                Some((batch, all)) if *batch == piece.batch => Arc::clone(all),
                _ => {
                    let all = Arc::new(decode()?);
                    *large = Some((piece.batch, Arc::clone(&all)));
                    all
                }
            }
        };
        let slice = |at: &usize| {
            let series = all.get(*at).ok_or_else(missing)?;
            if series.len() != rows {
                return Err(Error::parse("a column has fewer rows than its batch"));
            }
            Ok(series.slice(piece.rows.start as i64, piece.rows.len()))
        };
        self.order.iter().map(slice).collect()
    }
}
