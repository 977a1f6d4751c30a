//! Columns of a Parquet file, from their pages to typed columns with no frame in between: only the pages that hold wanted rows are
//! unpacked, words stay codes, and each value is moved once.
//!
//! Here are the types and encodings that measurements come in; a column of another one is left to polars.

mod runs;
#[cfg(test)]
mod tests;

use std::ops::Range;

use polars::prelude::{DataType, TimeUnit};
use polars_buffer::Buffer;
use polars_parquet::parquet::encoding::Encoding;
use polars_parquet::parquet::encoding::hybrid_rle::{HybridRleChunk, HybridRleDecoder};
use polars_parquet::read::{
    ColumnChunkMetadata, ParquetTimeUnit, PhysicalType, PrimitiveConvertedType, PrimitiveLogicalType,
};

use self::runs::{Pages, Run, Wanted, failed, short};
use super::cells::Cells;
use super::input::{self, Input};
use super::page_lengths;
use super::polars::nanoseconds;
use super::typed::Typed;
use crate::error::{Error, Result};
use crate::load::table::Dictionary;

/// What the fields of a column are.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fields {
    /// Times in units of so many nanoseconds.
    Instants(i64),
    Longs,
    Ints,
    Doubles,
    Singles,
    Flags,
    Words,
}

impl Fields {
    /// Of a column that polars reads as a type, where both are one for one.
    fn of(chunk: &ColumnChunkMetadata, dtype: &DataType) -> Option<Self> {
        let descriptor = &chunk.descriptor().descriptor;
        // of columns within columns, and lists, a row is not a field
        if descriptor.max_rep_level > 0 || descriptor.max_def_level > 1 || chunk.descriptor().path_in_schema.len() != 1
        {
            return None;
        }
        let primitive = &descriptor.primitive_type;
        Some(match (dtype, primitive.physical_type) {
            (DataType::Datetime(unit, _), PhysicalType::Int64) => {
                let stored = stored_unit(primitive.logical_type, primitive.converted_type)?;
                (stored == *unit).then(|| Self::Instants(nanoseconds(*unit)))?
            }
            (DataType::Int64, PhysicalType::Int64) => Self::Longs,
            (DataType::Int32, PhysicalType::Int32) => Self::Ints,
            (DataType::Float64, PhysicalType::Double) => Self::Doubles,
            (DataType::Float32, PhysicalType::Float) => Self::Singles,
            (DataType::Boolean, PhysicalType::Boolean) => Self::Flags,
            (DataType::String | DataType::Categorical(..) | DataType::Enum(..), PhysicalType::ByteArray) => Self::Words,
            _ => return None,
        })
    }
}

/// The nanoseconds of the unit in which a column has its times, where it is one of times.
pub(super) fn instant(chunk: &ColumnChunkMetadata, dtype: &DataType) -> Option<i64> {
    if let Some(Fields::Instants(unit)) = Fields::of(chunk, dtype) { Some(unit) } else { None }
}

fn stored_unit(logical: Option<PrimitiveLogicalType>, converted: Option<PrimitiveConvertedType>) -> Option<TimeUnit> {
    Some(match (logical, converted) {
        (Some(PrimitiveLogicalType::Timestamp { unit, .. }), _) => match unit {
            ParquetTimeUnit::Milliseconds => TimeUnit::Milliseconds,
            ParquetTimeUnit::Microseconds => TimeUnit::Microseconds,
            ParquetTimeUnit::Nanoseconds => TimeUnit::Nanoseconds,
        },
        (None, Some(PrimitiveConvertedType::TimestampMillis)) => TimeUnit::Milliseconds,
        (None, Some(PrimitiveConvertedType::TimestampMicros)) => TimeUnit::Microseconds,
        _ => return None,
    })
}

/// The bytes of a column chunk, whose place in the file must have been checked, with the lengths of its pages found possible.
pub(super) fn bytes_of(input: Input<'_>, chunk: &ColumnChunkMetadata) -> Result<Buffer<u8>> {
    let bytes = input::bytes(input, chunk.byte_range())?;
    page_lengths::check(&bytes, chunk)?;
    Ok(Buffer::from(bytes))
}

/// Some rows of a column chunk from its [bytes](bytes_of), by ranges that rise and do not overlap; `None`, and nothing read, where polars
/// is to read them.
pub(super) fn column(
    bytes: impl FnOnce() -> Result<Buffer<u8>>,
    chunk: &ColumnChunkMetadata,
    dtype: &DataType,
    rows: &[Range<usize>],
) -> Result<Option<Typed>> {
    let Some(fields) = Fields::of(chunk, dtype) else { return Ok(None) };
    let mut pages = Pages::new(bytes()?, chunk, rows);
    let typed_times = if matches!(dtype, DataType::Datetime(_, None)) { Typed::Locals } else { Typed::Instants };
    Ok(match fields {
        Fields::Instants(unit) => {
            numbers(&mut pages, i64::from_le_bytes)?.map(|cells| typed_times(super::polars::scaled(cells, unit)))
        }
        Fields::Longs => numbers(&mut pages, i64::from_le_bytes)?.map(Typed::Ints),
        Fields::Ints => numbers(&mut pages, |b| i64::from(i32::from_le_bytes(b)))?.map(Typed::Ints),
        Fields::Doubles => numbers(&mut pages, f64::from_le_bytes)?.map(Typed::Floats),
        Fields::Singles => numbers(&mut pages, |b| f64::from(f32::from_le_bytes(b)))?.map(Typed::Floats),
        Fields::Flags => flags(&mut pages)?.map(Typed::Bools),
        Fields::Words => words(&mut pages)?,
    })
}

/// The codes of a page from its first wanted value on: a page may hold a whole row group of one value over and over, of which a piece is
/// wanted.
struct Codes {
    first: usize,
    codes: Vec<u32>,
}

impl Codes {
    /// Of what is packed in so many bits a code.
    fn unpack(packed: &[u8], bits: u8, wanted: &Wanted<'_>) -> Result<Self> {
        let first = wanted.runs.first().map_or(0, |run| run.range.start);
        let decoder = HybridRleDecoder::new(packed, u32::from(bits), wanted.there);
        if first == 0 {
            let codes = decoder.collect().map_err(|e| failed(&e))?;
            return if codes.len() == wanted.there { Ok(Self { first, codes }) } else { Err(short()) };
        }
        let mut codes = Vec::with_capacity(wanted.there.saturating_sub(first));
        let (mut passed, mut scratch) = (0_usize, Vec::new());
        for chunk in decoder.into_chunk_iter() {
            let chunk = chunk.map_err(|e| failed(&e))?;
            let length = chunk.len();
            let skipped = first.saturating_sub(passed).min(length);
            passed += length;
            match chunk {
                _ if skipped == length => {}
                HybridRleChunk::Rle(code, _) => codes.resize(codes.len() + length - skipped, code),
                HybridRleChunk::Bitpacked(packed) => {
                    scratch.clear();
                    packed.collect_into(&mut scratch);
                    codes.extend_from_slice(scratch.get(skipped..).ok_or_else(short)?);
                }
            }
        }
        if passed == wanted.there { Ok(Self { first, codes }) } else { Err(short()) }
    }

    /// Of a page of words or numbers that are in a dictionary.
    fn of(wanted: &Wanted<'_>) -> Result<Self> {
        let Some((bits, packed)) = wanted.values.split_first() else {
            return if wanted.there == 0 { Ok(Self { first: 0, codes: Vec::new() }) } else { Err(short()) };
        };
        if *bits > 32 {
            return Err(Error::parse("a page has codes of more than 32 bits"));
        }
        Self::unpack(packed, *bits, wanted)
    }

    /// Those of a run.
    fn run(&self, run: &Run) -> Result<&[u32]> {
        let place = |at: usize| at.checked_sub(self.first);
        let range = place(run.range.start).zip(place(run.range.end));
        range.and_then(|(from, to)| self.codes.get(from..to)).ok_or_else(short)
    }
}

/// The codes of a run, each of which must be in the dictionary.
fn codes_of<'a>(run: &Run, codes: &'a Codes, words: usize) -> Result<&'a [u32]> {
    let codes = codes.run(run)?;
    if codes.iter().any(|code| *code as usize >= words) {
        return Err(Error::parse("a page has a code that is in no dictionary"));
    }
    Ok(codes)
}

/// Adds the wanted fields of a run, whose values come.
fn add<T: Copy + Default>(to: &mut (Vec<T>, Option<Vec<bool>>), run: &Run, mut values: impl Iterator<Item = T>) {
    let (cells, marks) = to;
    let Some(present) = &run.present else {
        cells.extend(values);
        if let Some(marks) = marks {
            marks.resize(cells.len(), true);
        }
        return;
    };
    marks.get_or_insert_with(|| vec![true; cells.len()]).extend_from_slice(present);
    cells.extend(present.iter().map(|there| if *there { values.next().unwrap_or_default() } else { T::default() }));
}

fn numbers<T: Copy + Default, const WIDTH: usize>(
    pages: &mut Pages,
    read: impl Fn([u8; WIDTH]) -> T,
) -> Result<Option<Cells<T>>> {
    let dictionary: Option<Vec<T>> =
        pages.dictionary()?.map(|(bytes, _)| bytes.as_chunks().0.iter().map(|b| read(*b)).collect());
    let mut cells = (Vec::with_capacity(pages.wanted()), None);
    let whole = pages.each(|page| {
        match (page.encoding, &dictionary) {
            (Encoding::Plain, _) => {
                for run in &page.runs {
                    let values = page.values.as_chunks().0.get(run.range.clone()).ok_or_else(short)?;
                    add(&mut cells, run, values.iter().map(|b| read(*b)));
                }
            }
            (Encoding::PlainDictionary | Encoding::RleDictionary, Some(dictionary)) => {
                let codes = Codes::of(page)?;
                for run in &page.runs {
                    let codes = codes_of(run, &codes, dictionary.len())?;
                    let value = |c: &u32| dictionary.get(*c as usize).copied().unwrap_or_default();
                    add(&mut cells, run, codes.iter().map(value));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(whole.then(|| Cells::with_marks(cells.0, cells.1)))
}

fn flags(pages: &mut Pages) -> Result<Option<Cells<bool>>> {
    let mut cells = (Vec::with_capacity(pages.wanted()), None);
    let whole = pages.each(|page| {
        match page.encoding {
            Encoding::Plain => {
                if page.values.len() < page.there.div_ceil(8) {
                    return Err(short());
                }
                let bit = |i: usize| page.values.get(i / 8).is_some_and(|byte| byte >> (i % 8) & 1 == 1);
                for run in &page.runs {
                    add(&mut cells, run, run.range.clone().map(bit));
                }
            }
            Encoding::Rle => {
                // four bytes tell how many follow
                let packed = page.values.get(4..).ok_or_else(short)?;
                let bits = Codes::unpack(packed, 1, page)?;
                for run in &page.runs {
                    let bits = bits.run(run)?;
                    add(&mut cells, run, bits.iter().map(|bit| *bit == 1));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(whole.then(|| Cells::with_marks(cells.0, cells.1)))
}

fn words(pages: &mut Pages) -> Result<Option<Typed>> {
    let mut known = Dictionary::default();
    let mut of_file: Option<Vec<u32>> = None;
    if let Some((bytes, count)) = pages.dictionary()? {
        let mut rest = bytes.as_slice();
        let all = (0..count).map(|_| encode(next_word(&mut rest)?, &mut known)).collect::<Result<_>>()?;
        of_file = Some(all);
    }
    let mut cells = (Vec::with_capacity(pages.wanted()), None);
    let whole = pages.each(|page| {
        match (page.encoding, &of_file) {
            (Encoding::Plain, _) => {
                let (mut rest, mut at) = (page.values, 0);
                for run in &page.runs {
                    for _ in at..run.range.start {
                        next_word(&mut rest)?;
                    }
                    at = run.range.end;
                    let chosen = run.range.clone().map(|_| encode(next_word(&mut rest)?, &mut known));
                    let chosen = chosen.collect::<Result<Vec<u32>>>()?;
                    add(&mut cells, run, chosen.into_iter());
                }
            }
            (Encoding::PlainDictionary | Encoding::RleDictionary, Some(of_file)) => {
                let codes = Codes::of(page)?;
                for run in &page.runs {
                    let codes = codes_of(run, &codes, of_file.len())?;
                    let code = |c: &u32| of_file.get(*c as usize).copied().unwrap_or_default();
                    add(&mut cells, run, codes.iter().map(code));
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    })?;
    Ok(whole.then(|| Typed::Words(Cells::with_marks(cells.0, cells.1), known)))
}

/// The code of a word, which must be text where it is new.
fn encode(word: &[u8], known: &mut Dictionary) -> Result<u32> {
    let before = known.words().len();
    let code = known.encode(word);
    if known.words().len() > before && std::str::from_utf8(word).is_err() {
        return Err(Error::parse("a column of text holds what is not UTF-8"));
    }
    Ok(code)
}

/// The next of several words, each of which has its length before it.
fn next_word<'a>(rest: &mut &'a [u8]) -> Result<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>().ok_or_else(short)?;
    let (word, after) = after.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(short)?;
    *rest = after;
    Ok(word)
}
