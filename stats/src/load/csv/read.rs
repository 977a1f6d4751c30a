//! The pipeline: the next batch is read while the pieces of this one are parsed.

use std::io::Read;
use std::ops::Range;

use rayon::prelude::*;

use crate::error::{Error, Position, Result};
use crate::load::assemble::{Collector, Part, partition};
use crate::load::blanks::{Ahead, Blanks};
use crate::load::classify::{Plan, classify};
use crate::load::csv::parse::parse;
use crate::load::csv::sniff::sniff;
use crate::load::csv::split::{Cuts, cut};
use crate::load::dataset::Dataset;
use crate::load::encoding;
use crate::load::options::{Format, LoadOptions};
use crate::load::preset::Preset;
use crate::load::report::{FileRead, LoadReport, WarningKind};
use crate::load::shape::Shape;
use crate::load::store::{Condense, Condenser};
use crate::load::table::Chunk;
use crate::progress::Progress;

/// A part, where it begins in its batch, and what was measured of it.
struct Measured {
    part: Part,
    start: usize,
    ahead: Ahead,
    /// The shapes of its columns where they decide what these hold.
    shapes: Option<Vec<Vec<Shape>>>,
}

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
    /// Where rows go that are counted and not kept.
    pub(crate) into: &'a mut Condenser,
}

/// How text falls into records and fields.
pub(crate) trait Syntax: Sync {
    /// Cuts text that begins at a record into pieces of about `size` bytes; at the end (`last`) what is left is a record too.
    fn cut(&self, text: &[u8], size: usize, last: bool) -> Cuts;
    /// The wanted columns of a piece.
    fn parse(&self, text: &[u8], plan: &Plan) -> Chunk;
}

/// Fields between delimiters.
struct Delimited(u8);

impl Syntax for Delimited {
    fn cut(&self, text: &[u8], size: usize, last: bool) -> Cuts {
        cut(text, self.0, size, last)
    }
    fn parse(&self, text: &[u8], plan: &Plan) -> Chunk {
        parse(text, self.0, plan)
    }
}

/// Where the records of an input begin.
pub(crate) struct Start {
    /// Bytes before the first record.
    pub(crate) bytes: usize,
    /// Lines before it.
    pub(crate) lines: u64,
}

impl Input<'_> {
    /// Reads on until the first part holds some lines: a header alone may be longer than what was read.
    pub(crate) fn complete_head(&mut self) -> Result<()> {
        const LINES: usize = 4;
        while !self.whole
            && self.head.len() < LONGEST_RECORD
            && memchr::memchr_iter(b'\n', &self.head).take(LINES).count() < LINES
        {
            let wanted = self.head.len().max(1 << 16);
            let taken = (&mut self.rest).take(wanted as u64).read_to_end(&mut self.head);
            self.whole = taken.map_err(|e| Error::io(e, self.name))? < wanted;
        }
        Ok(())
    }
}

/// Reads delimited text to a data set.
pub(crate) fn read(
    mut input: Input<'_>,
    format: Format,
    preset: Preset,
    options: &LoadOptions,
    progress: &Progress,
) -> Result<Dataset> {
    input.complete_head()?;
    let mut report = LoadReport::default();
    let file = input.name;
    let bom = if input.head.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let text = input.head.get(bom..).unwrap_or_default();
    let mut layout = sniff(text, input.whole, options.value.is_some() || options.total.is_some(), file, &mut report)?;
    preset.rename(&mut layout.sample.names);
    preset.tell(file, &mut report);
    layout.sample.preset = preset;
    let plan = classify(&layout.sample, options, file, &mut report)?;
    let start = Start { bytes: bom + layout.data_byte, lines: layout.data_line };
    stream(input, format, &Delimited(layout.delimiter), &plan, &start, options, progress, report)
}

/// Reads the records of an input by a plan.
#[allow(clippy::too_many_arguments, reason = "each is a part of its own, and there are two callers")]
pub(crate) fn stream(
    input: Input<'_>,
    format: Format,
    syntax: &dyn Syntax,
    plan: &Plan,
    start: &Start,
    options: &LoadOptions,
    progress: &Progress,
    mut report: LoadReport,
) -> Result<Dataset> {
    let file = input.name;
    let piece = if options.chunk_bytes == 0 { PIECE } else { options.chunk_bytes };
    let mut pipe = Pipe {
        file,
        plan,
        syntax,
        piece,
        how: input.into.how,
        decided: false,
        collector: Collector::counting(start.lines, input.into.how),
        at_end: input.whole,
        rest: input.rest,
        bytes: input.head.len() as u64,
        offset: start.bytes as u64,
        ahead: Ahead::default(),
    };
    progress.stage("reading", input.size);
    let mut head = input.head;
    head.drain(..start.bytes.min(head.len()));
    pipe.run(head, progress, &mut report)?;
    let Pipe { collector, bytes, .. } = pipe;
    let rows = collector.rows();
    report.rows = rows;
    report.files.push(FileRead { name: file.to_owned(), format, bytes, rows });
    match input.into.how {
        Some(how) => collector.give(plan, file, format, report, how, &mut input.into.table),
        None => collector.finish(plan, file, format, report),
    }
}

struct Pipe<'a> {
    file: &'a str,
    plan: &'a Plan,
    syntax: &'a dyn Syntax,
    piece: usize,
    how: Option<Condense>,
    /// Whether it is decided what the columns hold.
    decided: bool,
    collector: Collector,
    at_end: bool,
    rest: &'a mut (dyn Read + Send),
    bytes: u64,
    /// Where the batch begins.
    offset: u64,
    /// The fields so far that no text stands for.
    ahead: Ahead,
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
            let cuts = self.syntax.cut(&current, self.piece, self.at_end);
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
            let (plan, syntax, at_end, how) = (self.plan, self.syntax, self.at_end, self.how);
            // the first piece with wanted rows decides what the columns hold
            let undecided = how.is_some() && !self.decided;
            plan.blanks.allow(self.bytes);
            let (parts, next) = rayon::join(
                || -> Result<Vec<Measured>> {
                    let parsed = pieces.par_iter().cloned().map(|range| {
                        if plan.blanks.too_many() {
                            // the error is told below, the same whichever piece comes first
                            return Err(Error::parse("too many fields are missing"));
                        }
                        let start = range.start;
                        let looked_at = undecided && (range.start == 0 || plan.leaves_rows_out());
                        let text = current.get(range).unwrap_or_default();
                        progress.advance(text.len() as u64);
                        let mut chunk = syntax.parse(text, plan);
                        encoding::note(text, &mut chunk.tallies);
                        let ahead = chunk.ahead;
                        let mut part = partition(chunk, plan)?;
                        let shapes = looked_at.then(|| part.shapes(plan));
                        if let Some(how) = how {
                            part.condense(how, plan)?;
                        }
                        Ok(Measured { part, start, ahead, shapes })
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
            if plan.blanks.too_many() {
                return Err(self.weighed_again(&current, &pieces));
            }
            for Measured { part, start, ahead, shapes } in parts? {
                self.ahead.join(ahead, self.offset + start as u64, self.collector.lines());
                if self.ahead.too_many() {
                    return Err(self.mostly_blank());
                }
                if let Some(shapes) = shapes.filter(|_| !self.decided) {
                    self.decided = Collector::decide(&shapes, self.plan, report)?;
                }
                self.collector.add(part, self.plan, self.file)?;
            }
            next?;
            if at_end {
                if how.is_some() && !self.decided {
                    Collector::leave_undecided(plan, report);
                }
                return Ok(());
            }
            self.offset += whole as u64;
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

    /// The error of a batch whose parsing stopped at too many fields that no text stands for: piece after piece shows where they begin.
    fn weighed_again(&mut self, text: &[u8], pieces: &[Range<usize>]) -> Error {
        let plan = Plan { blanks: Blanks::default(), ..self.plan.clone() };
        let mut lines = self.collector.lines();
        for range in pieces {
            plan.blanks.allow(self.offset + range.end as u64);
            let chunk = self.syntax.parse(text.get(range.clone()).unwrap_or_default(), &plan);
            self.ahead.join(chunk.ahead, self.offset + range.start as u64, lines);
            lines += chunk.lines;
            if self.ahead.too_many() {
                break;
            }
        }
        self.mostly_blank()
    }

    /// Rows that are far shorter than the table is wide.
    fn mostly_blank(&self) -> Error {
        mostly_blank(self.plan, self.file, self.ahead.line().unwrap_or(self.collector.lines() + 1))
    }

    fn endless(&self, text: &[u8], open: Option<usize>) -> Error {
        let line = self.line_at(text, open.unwrap_or(0));
        let message = format!("a record is longer than {} MB", LONGEST_RECORD >> 20);
        let way_out = if open.is_some() { "close the quote that opens there" } else { "is this delimited text?" };
        Error::parse(message).at(Position::in_file(self.file).at_line(line)).hint(way_out)
    }
}

/// The error for rows from a line on that are far shorter than the table is wide.
pub(crate) fn mostly_blank(plan: &Plan, file: &str, line: u64) -> Error {
    let columns = plan.wanted.len();
    Error::parse(format!(
        "rows from here on lack many of the {columns} columns: more fields than their text may stand for"
    ))
    .at(Position::in_file(file).at_line(line))
    .hint("choose columns with --value and --by, or write rows with all their fields")
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
