//! Interval logs (`.hlog`): one histogram a line, with the time that it covers.

use std::time::Duration;

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{
    IntervalLogIterator, IntervalLogWriterBuilder, LogEntry, LogIteratorError, Tag,
};

use super::super::layout::Sketch;
use super::Hdr;
use crate::error::{Error, Position, Result};

/// One line of an interval log.
#[derive(Clone, Debug, PartialEq)]
pub struct HdrInterval {
    /// What tells several series in one log apart; no comma, space or line end.
    pub tag: Option<String>,
    /// When it begins, in seconds: since 1970, or since the log's base or start time where it has one.
    pub start_s: f64,
    /// How long it lasts, in seconds.
    pub duration_s: f64,
    /// What was recorded in it.
    pub histogram: Hdr,
}

/// An interval log, as `HistogramLogWriter` of Java writes and `HistogramLogReader` reads.
///
/// ```
/// use sre_stats::histogram::{Hdr, HdrInterval, HdrLog, Sketch};
/// let mut histogram = Hdr::new(3, 1e6)?;
/// histogram.insert_slice(&[0.020, 0.021]);
/// let interval = HdrInterval { tag: None, start_s: 0.0, duration_s: 1.0, histogram };
/// let log = HdrLog { start_time_s: Some(1_764_000_000.0), base_time_s: None, intervals: vec![interval] };
/// let read = HdrLog::from_text(&log.to_text()?, 1e6)?;
/// assert_eq!(read.intervals[0].histogram.count(), 2);
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HdrLog {
    /// The header `StartTime`, in seconds since 1970.
    pub start_time_s: Option<f64>,
    /// The header `BaseTime`, in seconds since 1970.
    pub base_time_s: Option<f64>,
    /// The lines, in their order.
    pub intervals: Vec<HdrInterval>,
}

/// Bytes that the histograms of a log may take whatever its length, and beside for each byte of its text.
const FREE_BYTES: usize = 64 << 20;
const BYTES_PER_BYTE: usize = 4096;

impl HdrLog {
    /// Reads a log; the caller says how many ticks its unit has. Comments and the legend are passed over; a header that comes twice
    /// counts once, with its last value. The column of the maximum is not used: the histogram has it.
    ///
    /// A line of a hundred bytes can state a histogram of 50 MB. All together may take 64 MiB and 4096 bytes for each byte of text, which
    /// a log of 3 digits does not reach; no more is allocated, but for the one histogram that is being read.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the line where it cannot be read; within a line's histogram, with the byte of that;
    /// [`Unsupported`](crate::ErrorKind::Unsupported) with the line where the histograms take more than that.
    pub fn from_text(text: &str, ticks_per_unit: f64) -> Result<Self> {
        let mut log = Self::default();
        let mut room = text.len().saturating_mul(BYTES_PER_BYTE).saturating_add(FREE_BYTES);
        for (number, line) in (1..).zip(text.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let position = Position::default().at_line(number);
            // the crate searches the rest of its input at every line, so it gets one line at a time, with the end that it wants
            let line = format!("{line}\n");
            for entry in IntervalLogIterator::new(line.as_bytes()) {
                let before = log.intervals.len();
                log.take(entry, ticks_per_unit, &position)?;
                let taken = log.intervals.iter().skip(before).map(|interval| interval.histogram.memory_bytes()).sum();
                room = room.checked_sub(taken).ok_or_else(|| {
                    Error::unsupported("the histograms of the log take more memory than its length allows")
                        .at(position.clone())
                        .hint("cut the log into parts, or record with fewer digits")
                })?;
            }
        }
        Ok(log)
    }

    fn take(
        &mut self,
        entry: std::result::Result<LogEntry<'_>, LogIteratorError>,
        ticks_per_unit: f64,
        position: &Position,
    ) -> Result<()> {
        match entry {
            Ok(LogEntry::StartTime(time)) => self.start_time_s = Some(time.as_secs_f64()),
            Ok(LogEntry::BaseTime(time)) => self.base_time_s = Some(time.as_secs_f64()),
            Ok(LogEntry::Interval(interval)) => {
                let histogram = Hdr::from_base64(interval.encoded_histogram(), ticks_per_unit).map_err(|e| {
                    let byte = e.position().and_then(|inner| inner.byte);
                    e.at(Position { byte, ..position.clone() })
                })?;
                self.intervals.push(HdrInterval {
                    tag: interval.tag().map(|tag| tag.as_str().to_owned()),
                    start_s: interval.start_timestamp().as_secs_f64(),
                    duration_s: interval.duration().as_secs_f64(),
                    histogram,
                });
            }
            Err(LogIteratorError::ParseError { .. }) => {
                return Err(Error::parse("not a line of an interval log")
                    .at(position.clone())
                    .hint("a line is [Tag=name,]start,duration,maximum,base64, with the times as 12.345"));
            }
        }
        Ok(())
    }

    /// The text of the log, in compressed base64 as Java writes it. Times are rounded to milliseconds.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where a time is negative or not a number, or a tag has a comma, a space or a line end;
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where a count is above 2⁶³ − 1.
    pub fn to_text(&self) -> Result<String> {
        let mut bytes = Vec::new();
        let mut serializer = V2DeflateSerializer::new();
        let mut header = String::new();
        for (name, time) in [("StartTime", self.start_time_s), ("BaseTime", self.base_time_s)] {
            if let Some(time) = time {
                header.push_str(&format!("#[{name}: {:.3} (seconds since epoch)]\n", seconds(time)?.as_secs_f64()));
            }
        }
        let failed = |e: std::io::Error| Error::unsupported("the log cannot be written").caused_by(e);
        let mut writer = IntervalLogWriterBuilder::new().begin_log_with(&mut bytes, &mut serializer).map_err(failed)?;
        for interval in &self.intervals {
            let tag = interval.tag.as_deref().map(|tag| {
                Tag::new(tag).ok_or_else(|| {
                    Error::argument(format!("“{tag}” is not a tag")).hint("leave out commas, spaces and line ends")
                })
            });
            writer
                .write_histogram(
                    &interval.histogram.inner,
                    seconds(interval.start_s)?,
                    seconds(interval.duration_s)?,
                    tag.transpose()?,
                )
                .map_err(|e| Error::unsupported("a histogram that the log has no form for").caused_by(e))?;
        }
        let lines = String::from_utf8(bytes).map_err(|e| Error::unsupported("the log is not text").caused_by(e))?;
        Ok(header + &lines)
    }

    /// All intervals of a tag merged: the histogram of the whole time.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without an interval of that tag, [`Mismatch`](crate::ErrorKind::Mismatch) where their digits
    /// differ.
    pub fn merged(&self, tag: Option<&str>) -> Result<Hdr> {
        let mut tagged = self.intervals.iter().filter(|interval| interval.tag.as_deref() == tag);
        let first = tagged.next().ok_or_else(|| Error::empty("the log has no interval of that tag"))?;
        let mut merged = first.histogram.clone();
        for interval in tagged {
            merged.merge(&interval.histogram)?;
        }
        Ok(merged)
    }
}

/// A time that the log can hold.
fn seconds(value: f64) -> Result<Duration> {
    Duration::try_from_secs_f64(value)
        .map_err(|e| Error::argument(format!("a time of {value} s in an interval log")).caused_by(e))
}
