//! Columns of a Parquet file, from their pages to typed columns with no frame in between: only the pages that hold wanted rows are
//! unpacked, words stay codes, and each value is moved once.
//!
//! Here are the types and encodings that measurements come in; a column of another one is left to polars.

use std::io::Cursor;
use std::ops::Range;

use polars::prelude::{DataType, TimeUnit};
use polars_buffer::Buffer;
use polars_parquet::parquet::encoding::Encoding;
use polars_parquet::parquet::encoding::hybrid_rle::{HybridRleChunk, HybridRleDecoder};
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::page::{DataPage, DataPageHeader, split_buffer};
use polars_parquet::read::{
    BasicDecompressor, ColumnChunkMetadata, PageReader, ParquetTimeUnit, PhysicalType, PrimitiveConvertedType,
    PrimitiveLogicalType,
};

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
    let bytes = bytes()?;
    let largest = bytes.len();
    let reader = PageReader::new(Cursor::new(bytes), chunk, Vec::new(), largest);
    let mut pages = Pages {
        source: BasicDecompressor::new(reader, Vec::new()),
        largest: usize::try_from(chunk.uncompressed_size()).unwrap_or(0),
        rows: rows.to_vec(),
        passed: 0,
    };
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

fn failed(e: &ParquetError) -> Error {
    Error::parse(e.to_string())
}

fn short() -> Error {
    Error::parse("a page holds fewer values than it says")
}

/// The pages of a column chunk that hold wanted rows.
struct Pages {
    source: BasicDecompressor,
    /// No page is larger than the whole column.
    largest: usize,
    /// The wanted rows.
    rows: Vec<Range<usize>>,
    /// The rows of the pages so far.
    passed: usize,
}

/// Wanted fields of one page that follow each other.
struct Run {
    /// Which of the values that are there are wanted.
    range: Range<usize>,
    /// Which of the wanted fields are there, where some are not.
    present: Option<Vec<bool>>,
}

/// Wanted fields of one page.
struct Wanted<'a> {
    encoding: Encoding,
    /// The encoded values of the fields that are there.
    values: &'a [u8],
    /// How many these are, up to the last wanted row.
    there: usize,
    runs: Vec<Run>,
}

impl Pages {
    /// How many rows are wanted.
    fn wanted(&self) -> usize {
        self.rows.iter().map(ExactSizeIterator::len).sum()
    }

    fn dictionary(&mut self) -> Result<Option<(Vec<u8>, usize)>> {
        let page = self.source.read_dict_page().map_err(|e| failed(&e))?;
        Ok(page.map(|page| (page.buffer.into_vec(), page.num_values)))
    }

    /// Hands on the pages with wanted rows, until one is refused; `false` where one was.
    fn each(&mut self, mut take: impl FnMut(&Wanted<'_>) -> Result<bool>) -> Result<bool> {
        let last = self.rows.last().map_or(0, |rows| rows.end);
        while self.passed < last {
            let Some(page) = self.source.next() else { return Err(short()) };
            let page = page.map_err(|e| failed(&e))?;
            let start = self.passed;
            let end = start.saturating_add(page.num_values());
            self.passed = end;
            let here = self.rows.iter().filter(|rows| rows.start < end && rows.end > start);
            let rows: Vec<_> = here.map(|rows| rows.start.max(start) - start..rows.end.min(end) - start).collect();
            if rows.is_empty() {
                continue;
            }
            if page.page().uncompressed_size() > self.largest {
                return Ok(false);
            }
            let page = page.decompress(&mut self.source).map_err(|e| failed(&e))?;
            let goes_on = take(&wanted(&page, &rows)?)?;
            self.source.reuse_page_buffer(page);
            if !goes_on {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Takes a page apart; what lies behind its wanted rows is not looked at.
fn wanted<'a>(page: &'a DataPage, rows: &[Range<usize>]) -> Result<Wanted<'a>> {
    let parts = split_buffer(page).map_err(|e| failed(&e))?;
    let last = rows.last().map_or(0, |rows| rows.end);
    let mut wanted = Wanted { encoding: page.encoding(), values: parts.values, there: last, runs: Vec::new() };
    let no_nulls = matches!(page.header(), DataPageHeader::V2(header) if header.num_nulls == 0);
    let present = if page.descriptor.max_def_level > 0 && !no_nulls { levels(parts.def, last)? } else { None };
    let Some(present) = present else {
        wanted.runs = rows.iter().map(|rows| Run { range: rows.clone(), present: None }).collect();
        return Ok(wanted);
    };
    let flags = |rows: Range<usize>| present.get(rows).unwrap_or_default();
    let count = |flags: &[bool]| flags.iter().filter(|there| **there).count();
    let (mut row, mut before) = (0, 0);
    for rows in rows {
        before += count(flags(row..rows.start));
        let own = flags(rows.clone());
        let range = before..before + count(own);
        (row, before) = (rows.end, range.end);
        wanted.runs.push(Run { range, present: Some(own.to_vec()) });
    }
    wanted.there = before;
    Ok(wanted)
}

/// Which of the first fields are there; `None` where all are.
fn levels(encoded: &[u8], count: usize) -> Result<Option<Vec<bool>>> {
    let mut present: Option<Vec<bool>> = None;
    let mut passed = 0;
    let mut scratch = Vec::new();
    for run in HybridRleDecoder::new(encoded, 1, count).into_chunk_iter() {
        let run = run.map_err(|e| failed(&e))?;
        let length = run.len();
        match run {
            HybridRleChunk::Rle(level, _) => {
                if level == 0 && length > 0 {
                    present.get_or_insert_with(|| vec![true; passed]);
                }
                if let Some(present) = &mut present {
                    present.resize(passed + length, level != 0);
                }
            }
            HybridRleChunk::Bitpacked(packed) => {
                scratch.clear();
                packed.collect_into(&mut scratch);
                if scratch.contains(&0) {
                    present.get_or_insert_with(|| vec![true; passed]);
                }
                if let Some(present) = &mut present {
                    present.extend(scratch.iter().map(|level| *level != 0));
                }
            }
        }
        passed += length;
    }
    if passed == count { Ok(present) } else { Err(short()) }
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs::File;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;

    use polars::prelude as pl;
    use polars::prelude::{IntoColumn, NamedFrom};
    use proptest::prelude::*;

    use super::super::chunks::frame;
    use super::super::footer;
    use super::super::input::Input;
    use super::super::row_groups::RowGroups;
    use super::*;

    const MILLI: i64 = 1_000_000;

    /// Fields of any type, as text.
    fn shown(column: &Typed) -> Vec<String> {
        column.texts().iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
    }

    fn expected(name: &str, i: i64) -> String {
        let text = |there: bool, text: String| if there { text } else { String::new() };
        let time = |ns: i64| crate::time::Timestamp(ns).to_string();
        match name {
            "time" => text(i % 7 != 3, time((1_700_000_000_000 + 250 * i) * MILLI)),
            "micros" => time((1_700_000_000_000_000 + i) * 1000),
            "long" => text(i % 11 != 5, (i * i - 1000).to_string()),
            "int" => (i % 13 - 6).to_string(),
            "real" => text(i % 5 != 0, (i as f64 / 8.0).to_string()),
            "single" => text(!(300..600).contains(&i), (i as f64 / 4.0).to_string()),
            "flag" => text(i % 4 != 1, (i % 3 == 0).to_string()),
            "word" => text(i % 19 != 2, format!("svc-{}", i * i % 17)),
            "many" => format!("request {i}"),
            other => panic!("{other}"),
        }
    }

    fn of_another_writer(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/reference/parquet").join(name)
    }

    /// Reads rows of a column in every row group; nothing where polars is asked.
    fn every_group(path: &Path, name: &str, rows: &Range<usize>) -> Vec<(usize, Option<Typed>)> {
        let file = File::open(path).unwrap();
        let input = Input::File(&file);
        let (_, contents) = footer::rows(input, file.metadata().unwrap().len()).unwrap();
        let head = frame(input, &contents, &(0..1), None).unwrap();
        let dtype = head.column(name).unwrap().dtype().clone();
        let mut before = 0;
        let mut read = Vec::new();
        for group in &contents.row_groups {
            let chunk = group.columns_under_root_iter(name).unwrap().next().unwrap();
            let rows = rows.start.min(group.num_rows())..rows.end.min(group.num_rows());
            read.push((
                before + rows.start,
                column(|| bytes_of(input, chunk), chunk, &dtype, std::slice::from_ref(&rows)).unwrap(),
            ));
            before += group.num_rows();
        }
        read
    }

    #[test]
    fn pages_of_another_writer_hold_what_was_written() {
        for (file, by_polars) in
            [("v1.parquet", &[][..]), ("v2.parquet", &[]), ("encodings.parquet", &["long", "real", "many"])]
        {
            for name in ["time", "micros", "long", "int", "real", "single", "flag", "word", "many"] {
                for rows in [0..300, 0..1, 299..300, 17..170, 60..60, 31..33] {
                    for (first, column) in every_group(&of_another_writer(file), name, &rows) {
                        let Some(column) = column else {
                            assert!(by_polars.contains(&name), "{file}, {name}");
                            continue;
                        };
                        let want: Vec<String> = (0..rows.len()).map(|i| expected(name, (first + i) as i64)).collect();
                        assert_eq!(shown(&column), want, "{file}, {name}, rows {rows:?} from {first}");
                    }
                }
            }
            // a type that is not read here
            assert!(every_group(&of_another_writer(file), "small", &(0..300)).iter().all(|(_, c)| c.is_none()));
        }
    }

    /// By `tests/reference/parquet/pages.py`: ten million rows of one value in a page, and 24 MB of zeros in another.
    #[test]
    fn a_row_group_in_one_page_is_read() {
        for rows in [0..3, 4_000_000..4_000_002, 9_999_990..10_000_000] {
            for (name, want) in [("time", "2026-01-01T00:00:00Z"), ("value", "1.5"), ("service", "a")] {
                let read = every_group(&of_another_writer("large_page.parquet"), name, &rows);
                assert_eq!(shown(read[0].1.as_ref().unwrap()), vec![want; rows.len()], "{name}");
            }
        }
        let read = every_group(&of_another_writer("wide_page.parquet"), "value", &(2_999_997..3_000_000));
        assert_eq!(shown(read[0].1.as_ref().unwrap()), ["0"; 3]);
    }

    /// Codes from the first wanted one on are those of all.
    #[test]
    fn codes_of_a_piece_are_those_of_the_page() {
        // by hand: five times 3, then eight packed codes of two bits, then four times 1
        let packed = [10, 3, 3, 0b11_10_01_00, 0b00_01_10_11, 8, 1];
        let all = [3, 3, 3, 3, 3, 0, 1, 2, 3, 3, 2, 1, 0, 1, 1, 1, 1];
        for from in 0..all.len() {
            for to in from..=all.len() {
                let run = Run { range: from..to, present: None };
                let wanted = Wanted { encoding: Encoding::RleDictionary, values: &packed, there: to, runs: vec![run] };
                let codes = Codes::unpack(&packed, 2, &wanted).unwrap();
                assert_eq!(codes.run(&wanted.runs[0]).unwrap(), &all[from..to], "{from}..{to}");
            }
        }
        let beyond = Run { range: 3..18, present: None };
        let wanted = Wanted { encoding: Encoding::RleDictionary, values: &packed, there: 18, runs: vec![beyond] };
        assert!(Codes::unpack(&packed, 2, &wanted).is_err());
    }

    #[test]
    fn what_is_not_read_here_polars_reads() {
        let path = of_another_writer("encodings.parquet");
        let file = File::open(path).unwrap();
        let input = Input::File(&file);
        let (_, contents) = footer::rows(input, file.metadata().unwrap().len()).unwrap();
        let head = frame(input, &contents, &(0..1), None).unwrap();
        let names = ["real", "many", "small", "int"];
        let columns = names.iter().map(|n| ((*n).to_owned(), head.column(n).unwrap().dtype().clone())).collect();
        let groups = RowGroups::new(input, Arc::clone(&contents), columns);
        assert_eq!(groups.pieces(), 3);
        for piece in 0..3 {
            // one of them twice
            let read = groups.read(piece, &[1, 0, 1, 3]).unwrap();
            for (name, column) in ["many", "real", "many", "int"].iter().zip(&read) {
                let want: Vec<String> = (0..300).map(|i| expected(name, 300 * piece as i64 + i)).collect();
                assert_eq!(shown(column), want, "{name}");
            }
            let small: Vec<String> = (0..300).map(|i| ((300 * piece + i) % 100).to_string()).collect();
            assert_eq!(shown(&groups.read(piece, &[2]).unwrap()[0]), small);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn pages_of_polars_are_what_polars_reads(
            fields in prop::collection::vec((any::<i64>(), any::<f64>(), prop::option::of(0..9_u8)), 1..400),
            (from, to) in (0..400_usize, 0..400_usize),
            codec in 0..4_usize,
            page in 64..4000_usize,
        ) {
            let path = std::env::temp_dir().join(format!("sre-stats-pages-{}-{codec}-{page}.parquet", std::process::id()));
            let some = |i: usize| fields[i].2.is_some_and(|k| k > 2);
            let all = || 0..fields.len();
            let longs: Vec<Option<i64>> = all().map(|i| some(i).then_some(fields[i].0)).collect();
            let times: Vec<i64> = all().map(|i| fields[i].0 / 2_000_000).collect();
            let words: Vec<Option<String>> = all().map(|i| fields[i].2.map(|k| "w".repeat(usize::from(k)))).collect();
            let flags: Vec<bool> = all().map(|i| fields[i].0 % 2 == 0).collect();
            let unit = pl::DataType::Datetime(pl::TimeUnit::Milliseconds, None);
            let columns = vec![
                pl::Series::new("longs".into(), longs).into_column(),
                pl::Series::new("times".into(), times).cast(&unit).unwrap().into_column(),
                pl::Series::new("reals".into(), all().map(|i| fields[i].1).collect::<Vec<f64>>()).into_column(),
                pl::Series::new("words".into(), words).into_column(),
                pl::Series::new("flags".into(), flags).into_column(),
            ];
            let mut table = pl::DataFrame::new(fields.len(), columns).unwrap();
            let codecs = [
                pl::ParquetCompression::Uncompressed,
                pl::ParquetCompression::Snappy,
                pl::ParquetCompression::Zstd(None),
                pl::ParquetCompression::Gzip(None),
            ];
            pl::ParquetWriter::new(File::create(&path).unwrap())
                .with_compression(codecs[codec])
                .with_data_page_size(Some(page))
                .finish(&mut table)
                .unwrap();
            let rows = from.min(fields.len() - 1)..to.max(from + 1).min(fields.len());
            for name in ["longs", "times", "reals", "words", "flags"] {
                let read = every_group(&path, name, &rows);
                let series = table.column(name).unwrap().as_materialized_series();
                let want = super::super::polars::typed(&series.slice(rows.start as i64, rows.len())).unwrap();
                prop_assert_eq!(shown(read[0].1.as_ref().unwrap()), shown(&want), "{}", name);
            }
            std::fs::remove_file(path).unwrap();
        }
    }
}
