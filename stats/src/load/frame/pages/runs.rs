//! The pages of a column chunk one after the other, and where in each of them the wanted fields lie.

use std::io::Cursor;
use std::ops::Range;

use polars_buffer::Buffer;
use polars_parquet::parquet::encoding::Encoding;
use polars_parquet::parquet::encoding::hybrid_rle::{HybridRleChunk, HybridRleDecoder};
use polars_parquet::parquet::error::ParquetError;
use polars_parquet::parquet::page::{DataPage, DataPageHeader, split_buffer};
use polars_parquet::read::{BasicDecompressor, ColumnChunkMetadata, PageReader};

use crate::error::{Error, Result};

pub(super) fn failed(e: &ParquetError) -> Error {
    Error::parse(e.to_string())
}

pub(super) fn short() -> Error {
    Error::parse("a page holds fewer values than it says")
}

/// The pages of a column chunk that hold wanted rows.
pub(super) struct Pages {
    source: BasicDecompressor,
    /// No page is larger than the whole column.
    largest: usize,
    /// The wanted rows.
    rows: Vec<Range<usize>>,
    /// The rows of the pages so far.
    passed: usize,
}

/// Wanted fields of one page that follow each other.
pub(super) struct Run {
    /// Which of the values that are there are wanted.
    pub(super) range: Range<usize>,
    /// Which of the wanted fields are there, where some are not.
    pub(super) present: Option<Vec<bool>>,
}

/// Wanted fields of one page.
pub(super) struct Wanted<'a> {
    pub(super) encoding: Encoding,
    /// The encoded values of the fields that are there.
    pub(super) values: &'a [u8],
    /// How many these are, up to the last wanted row.
    pub(super) there: usize,
    pub(super) runs: Vec<Run>,
}

impl Pages {
    /// The wanted rows of a column chunk of these bytes.
    pub(super) fn new(bytes: Buffer<u8>, chunk: &ColumnChunkMetadata, rows: &[Range<usize>]) -> Self {
        let largest = bytes.len();
        let reader = PageReader::new(Cursor::new(bytes), chunk, Vec::new(), largest);
        let largest = usize::try_from(chunk.uncompressed_size()).unwrap_or(0);
        Self { source: BasicDecompressor::new(reader, Vec::new()), largest, rows: rows.to_vec(), passed: 0 }
    }

    /// How many rows are wanted.
    pub(super) fn wanted(&self) -> usize {
        self.rows.iter().map(ExactSizeIterator::len).sum()
    }

    pub(super) fn dictionary(&mut self) -> Result<Option<(Vec<u8>, usize)>> {
        let page = self.source.read_dict_page().map_err(|e| failed(&e))?;
        Ok(page.map(|page| (page.buffer.into_vec(), page.num_values)))
    }

    /// Hands on the pages with wanted rows, until one is refused; `false` where one was.
    pub(super) fn each(&mut self, mut take: impl FnMut(&Wanted<'_>) -> Result<bool>) -> Result<bool> {
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
