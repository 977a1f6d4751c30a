//! The pipeline: the next batch is read while the pieces of this one are parsed.

use std::io::Read;
use std::ops::Range;

use rayon::prelude::*;

use crate::error::{Error, Position, Result};
use crate::load::assemble::{Collector, Part, partition};
use crate::load::classify::{Plan, classify};
use crate::load::csv::parse::parse;
use crate::load::csv::sniff::sniff;
use crate::load::csv::split::cut;
use crate::load::dataset::Dataset;
use crate::load::options::{Format, LoadOptions};
use crate::load::report::{FileRead, LoadReport, WarningKind};
use crate::progress::Progress;

/// Bytes parsed as one piece, unless the caller says otherwise: the columns of a piece then fit the second-level cache.
const PIECE: usize = 1 << 20;
/// A record longer than this is taken for a quote that was never closed.
const LONGEST_RECORD: usize = 256 << 20;

/// An input whose first part has been read.
pub(crate) struct Input<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// The first part.
    pub(crate) head: Vec<u8>,
    /// Whether the first part is all.
    pub(crate) whole: bool,
    /// The rest.
    pub(crate) rest: &'a mut (dyn Read + Send),
    /// The size in bytes, 0 where it is not known.
    pub(crate) size: u64,
}

/// Reads delimited text to a data set.
pub(crate) fn read(input: Input<'_>, options: &LoadOptions, progress: &Progress) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let file = input.name;
    let bom = if input.head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let text = input.head.get(bom..).unwrap_or_default();
    let layout = sniff(text, input.whole, file, &mut report)?;
    let plan = classify(&layout.sample, options, file, &mut report)?;
    let piece = if options.chunk_bytes == 0 { PIECE } else { options.chunk_bytes };
    let mut pipe = Pipe {
        file,
        plan: &plan,
        delimiter: layout.delimiter,
        piece,
        collector: Collector::new(layout.data_line),
        at_end: input.whole,
        rest: input.rest,
        bytes: input.head.len() as u64,
    };
    progress.stage("reading", input.size);
    let mut head = input.head;
    head.drain(..(bom + layout.data_byte).min(head.len()));
    pipe.run(head, progress, &mut report)?;
    let Pipe { collector, bytes, .. } = pipe;
    let rows = collector.rows();
    report.rows = rows;
    report.files.push(FileRead { name: file.to_owned(), format: Format::Csv, bytes, rows });
    collector.finish(&plan, file, Format::Csv, report)
}

struct Pipe<'a> {
    file: &'a str,
    plan: &'a Plan,
    delimiter: u8,
    piece: usize,
    collector: Collector,
    at_end: bool,
    rest: &'a mut (dyn Read + Send),
    bytes: u64,
}

impl Pipe<'_> {
    fn run(&mut self, head: Vec<u8>, progress: &Progress, report: &mut LoadReport) -> Result<()> {
        let batch = (self.piece * 4 * rayon::current_num_threads()).clamp(1 << 16, 64 << 20);
        let mut current = head;
        let mut spare = Vec::new();
        if !self.at_end && current.len() < batch {
            self.fill(&mut current, batch)?;
        }
        loop {
            progress.check()?;
            let cuts = cut(&current, self.delimiter, self.piece, self.at_end);
            let whole = cuts.ends.last().copied().unwrap_or(0);
            if whole == 0 && !self.at_end {
                if current.len() >= LONGEST_RECORD {
                    return Err(self.endless(&current, cuts.open));
                }
                let more = current.len() * 2;
                self.fill(&mut current, more.max(batch))?;
                continue;
            }
            if let (Some(open), true) = (cuts.open, self.at_end) {
                let position = Position::in_file(self.file).at_line(self.line_at(&current, open));
                let message = "a quote that opens here is never closed; the rest of the file is read as one field";
                report.warn(WarningKind::Truncated, message, position, 1);
            }
            let pieces = ranges(&cuts.ends);
            let (plan, delimiter, at_end) = (self.plan, self.delimiter, self.at_end);
            let (parts, next) = rayon::join(
                || -> Result<Vec<Part>> {
                    let parsed = pieces.into_par_iter().map(|range| {
                        let text = current.get(range).unwrap_or_default();
                        progress.advance(text.len() as u64);
                        partition(parse(text, delimiter, plan), plan)
                    });
                    parsed.collect()
                },
                || -> Result<()> {
                    spare.clear();
                    spare.extend_from_slice(current.get(whole..).unwrap_or_default());
                    if at_end {
                        return Ok(());
                    }
                    let size = spare.len() + batch;
                    self.fill(&mut spare, size)
                },
            );
            for part in parts? {
                self.collector.add(part, self.plan, self.file)?;
            }
            next?;
            if at_end {
                return Ok(());
            }
            std::mem::swap(&mut current, &mut spare);
        }
    }

    /// Reads until the buffer holds `size` bytes or the input ends.
    fn fill(&mut self, buffer: &mut Vec<u8>, size: usize) -> Result<()> {
        let wanted = size.saturating_sub(buffer.len());
        let mut taken = (&mut self.rest).take(wanted as u64);
        buffer.reserve(wanted);
        let n = taken.read_to_end(buffer).map_err(|e| Error::io(e, self.file))?;
        self.bytes += n as u64;
        self.at_end = n < wanted;
        Ok(())
    }

    fn line_at(&self, text: &[u8], byte: usize) -> u64 {
        let before = text.get(..byte).unwrap_or_default();
        self.collector.lines() + memchr::memchr_iter(b'\n', before).count() as u64 + 1
    }

    fn endless(&self, text: &[u8], open: Option<usize>) -> Error {
        let line = self.line_at(text, open.unwrap_or(0));
        let message = format!("a record is longer than {} MB", LONGEST_RECORD >> 20);
        let way_out = if open.is_some() { "close the quote that opens there" } else { "is this delimited text?" };
        Error::parse(message).at(Position::in_file(self.file).at_line(line)).hint(way_out)
    }
}

fn ranges(ends: &[usize]) -> Vec<Range<usize>> {
    let mut start = 0;
    let mut out = Vec::with_capacity(ends.len());
    for &end in ends {
        out.push(start..end);
        start = end;
    }
    out
}
