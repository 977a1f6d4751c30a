//! The reader of a column's times.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::NS;
use super::epoch::{epoch, leading_digits, scale_fraction};
use super::format::{DateOrder, TimeFormat};
use super::local::Local;
use super::written::{date, minute, offset, two, year_first, year_last};

/// A reader of times in one format; it remembers the last minute, as neighbours share it.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    format: TimeFormat,
    /// The zone of times that have none; `None` where none is named, which is UTC too.
    zone: Option<Local>,
    minute_text: [u8; 16],
    minute_ns: i64,
    /// How many fields were times.
    pub(crate) read: u64,
    /// How many times had no zone.
    pub(crate) zoneless: u64,
    /// How many local times exist twice or not at all.
    pub(crate) ambiguous: u64,
}

impl Clock {
    pub(crate) fn new(format: TimeFormat, zone: Option<TimeZone>) -> Self {
        Self {
            format,
            zone: zone.map(Local::new),
            minute_text: *b"1970-01-01T00:00",
            minute_ns: 0,
            read: 0,
            zoneless: 0,
            ambiguous: 0,
        }
    }

    /// The zone that times without one are in; `None` where none is named, which is UTC too.
    pub(crate) fn zone(&self) -> Option<&TimeZone> {
        self.zone.as_ref().map(Local::zone)
    }

    /// Nanoseconds since the epoch, or `None` where the field is not a time of this format.
    pub(crate) fn parse(&mut self, field: &[u8]) -> Option<i64> {
        let time = match self.format {
            TimeFormat::Text => self.iso(field).or_else(|| self.general(field)),
            TimeFormat::Slashed(order) => year_last(field, b'/', order).and_then(|civil| self.at(civil)),
            TimeFormat::Epoch(unit) => epoch(field, unit),
        };
        self.read += u64::from(time.is_some());
        time
    }

    /// The instant of a reading of a clock.
    fn at(&mut self, civil: DateTime) -> Option<i64> {
        let reading = TimeZone::UTC.to_timestamp(civil).ok()?;
        self.local(i64::try_from(reading.as_nanosecond()).ok()?)
    }

    fn iso(&mut self, b: &[u8]) -> Option<i64> {
        let (head, rest) = b.split_first_chunk::<16>()?;
        if *head != self.minute_text {
            self.minute_ns = minute(head)?;
            self.minute_text = *head;
        }
        let mut ns = self.minute_ns;
        let mut rest = rest;
        if let [b':', s1, s0, tail @ ..] = rest {
            let seconds = two(*s1, *s0)?;
            if seconds > 60 {
                return None;
            }
            ns += seconds * NS;
            rest = tail;
            if let [b'.' | b',', tail @ ..] = rest {
                let (fraction, digits) = leading_digits(tail);
                if digits == 0 {
                    return None;
                }
                // digits beyond the ninth are below a nanosecond
                ns += scale_fraction(fraction, digits, NS);
                rest = tail.get(digits..)?;
            }
        }
        match rest {
            [b'Z' | b'z'] => Some(ns),
            [] => self.local(ns),
            _ => Some(ns - offset(rest)?),
        }
    }

    /// The instant of a local time that has no zone, given as nanoseconds of the same reading in UTC.
    pub(crate) fn local(&mut self, ns: i64) -> Option<i64> {
        self.zoneless += 1;
        let Some(zone) = &mut self.zone else { return Some(ns) };
        let (instant, ambiguous) = zone.instant(ns)?;
        self.ambiguous += u64::from(ambiguous);
        Some(instant)
    }

    /// Formats off the fast path: dates alone, access logs, RFC 2822, RFC 9557 with a named zone.
    fn general(&mut self, b: &[u8]) -> Option<i64> {
        let text = std::str::from_utf8(b).ok()?.trim();
        let text = text.strip_prefix('[').and_then(|t| t.strip_suffix(']')).unwrap_or(text);
        if text.len() < 8 || text.len() > 64 || !text.bytes().any(|c| c.is_ascii_digit()) {
            return None;
        }
        if let Some(head) = text.as_bytes().first_chunk::<10>()
            && text.len() == 10
            && let Some(days) = date(head)
        {
            return self.local(days.checked_mul(86_400 * NS)?);
        }
        if let Some(civil) = year_last(text.as_bytes(), b'.', DateOrder::DayFirst).or_else(|| year_first(text)) {
            return self.at(civil);
        }
        if text.len() != b.len()
            && let Some(t) = self.iso(text.as_bytes())
        {
            return Some(t);
        }
        let instant = text
            .parse::<jiff::Timestamp>()
            .ok()
            .or_else(|| jiff::fmt::strtime::parse("%d/%b/%Y:%H:%M:%S %z", text).ok()?.to_timestamp().ok())
            .or_else(|| jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok());
        if let Some(t) = instant {
            return i64::try_from(t.as_nanosecond()).ok();
        }
        // a bare number would parse as a basic-format date
        if text.bytes().all(|c| c.is_ascii_digit() || c == b'.') {
            return None;
        }
        self.at(text.parse::<DateTime>().ok()?)
    }
}
