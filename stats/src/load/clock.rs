//! Times from bytes: ISO 8601 and epoch numbers by a fast path, everything else through `jiff`.

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::error::{Error, Result};

const NS: i64 = 1_000_000_000;

/// How the times of a column are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeFormat {
    /// As a date and a time of day.
    Text,
    /// As a date and a time of day with slashes before the year, which is last: `3/1/2026 13:05`.
    Slashed(DateOrder),
    /// As a number of units since the epoch; the unit in nanoseconds.
    Epoch(i64),
}

/// Which of day and month stands first where the year is last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DateOrder {
    /// `13/3/2026`.
    DayFirst,
    /// `3/13/2026`.
    MonthFirst,
}

/// The times that are read, as a sentence's part.
pub(crate) const READABLE: &str = "times are ISO 8601 (2026-03-13T13:05:00Z), seconds, ms, µs or ns since 1970, 13.03.2026 13:05 \
                                   or 13/03/2026 13:05";

impl TimeFormat {
    /// The epoch unit that a number of this size is most likely in: seconds up to the year 5138, then ms, µs and ns.
    pub(crate) fn epoch_of(magnitude: f64) -> Self {
        Self::Epoch(match magnitude.abs() {
            v if v < 1e11 => NS,
            v if v < 1e14 => 1_000_000,
            v if v < 1e17 => 1000,
            _ => 1,
        })
    }

    /// As a sentence's part.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Text => "date and time",
            Self::Slashed(DateOrder::DayFirst) => "date and time, day before month",
            Self::Slashed(DateOrder::MonthFirst) => "date and time, month before day",
            Self::Epoch(NS) => "seconds since the epoch",
            Self::Epoch(1_000_000) => "milliseconds since the epoch",
            Self::Epoch(1000) => "microseconds since the epoch",
            Self::Epoch(_) => "nanoseconds since the epoch",
        }
    }
}

/// A reader of times in one format; it remembers the last minute and how long the last offset holds, as neighbours share them.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    format: TimeFormat,
    /// The zone of times that have none; `None` for UTC.
    zone: Option<TimeZone>,
    minute_text: [u8; 16],
    minute_ns: i64,
    held: Held,
    /// How many times had no zone.
    pub(crate) zoneless: u64,
    /// How many local times exist twice or not at all.
    pub(crate) ambiguous: u64,
}

/// The zone of an IANA name; `None` is UTC.
pub(crate) fn zone(name: Option<&str>) -> Result<Option<TimeZone>> {
    match name {
        None | Some("UTC" | "utc" | "Z" | "") => Ok(None),
        Some(name) => TimeZone::get(name).map(Some).map_err(|e| {
            Error::argument(format!("“{name}” is not a time zone"))
                .hint("name one like Europe/Berlin or UTC")
                .caused_by(e)
        }),
    }
}

/// The readings of a zone's clocks, as nanoseconds of the same readings in UTC, from which the same offset leads to the instant: those between
/// two changes of the clocks that are there once, or those around one change that are there twice or not at all.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    /// The first of them, and the one after the last.
    span: (i64, i64),
    offset: i64,
    ambiguous: bool,
}

impl Held {
    /// Those around a reading. Of one that is there twice the earlier instant is meant; one that is not there counts on from the clocks before.
    fn at(zone: &TimeZone, reading: i64) -> Option<Self> {
        let instant = |ns: i128| jiff::Timestamp::from_nanosecond(ns).ok();
        let ns = |offset: jiff::tz::Offset| i128::from(offset.seconds()) * i128::from(NS);
        let wide = i128::from(reading);
        let found = zone.to_ambiguous_timestamp(TimeZone::UTC.to_datetime(instant(wide)?)).offset();
        let (offset, ambiguous, first, end) = match found {
            AmbiguousOffset::Gap { before, after } | AmbiguousOffset::Fold { before, after } => {
                let (before, after) = (ns(before), ns(after));
                let change = zone.following(instant(wide - before.max(after))?).next()?.timestamp().as_nanosecond();
                (before, true, change + before.min(after), change + before.max(after))
            }
            AmbiguousOffset::Unambiguous { offset } => {
                let offset = ns(offset);
                let now = instant(wide - offset)?;
                let last = zone.preceding(instant(wide - offset + 1)?).next().map(|change| {
                    let at = change.timestamp().as_nanosecond();
                    at + instant(at - 1).map_or(offset, |before| ns(zone.to_offset(before))).max(offset)
                });
                let next = zone.following(now).next().map(|change| {
                    let at = change.timestamp().as_nanosecond();
                    at + ns(change.offset()).min(offset)
                });
                (offset, false, last.unwrap_or(i128::MIN), next.unwrap_or(i128::MAX))
            }
        };
        let narrow = |ns: i128| ns.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64;
        Some(Self { span: (narrow(first), narrow(end)), offset: narrow(offset), ambiguous })
    }

    fn has(&self, reading: i64) -> bool {
        self.span.0 <= reading && reading < self.span.1
    }
}

impl Clock {
    pub(crate) fn new(format: TimeFormat, zone: Option<TimeZone>) -> Self {
        Self {
            format,
            zone,
            minute_text: *b"1970-01-01T00:00",
            minute_ns: 0,
            held: Held::default(),
            zoneless: 0,
            ambiguous: 0,
        }
    }

    /// The name of the zone that times without one are in.
    pub(crate) fn zone_name(&self) -> String {
        self.zone.as_ref().and_then(TimeZone::iana_name).unwrap_or("UTC").to_owned()
    }

    /// Nanoseconds since the epoch, or `None` where the field is not a time of this format.
    pub(crate) fn parse(&mut self, field: &[u8]) -> Option<i64> {
        match self.format {
            TimeFormat::Text => self.iso(field).or_else(|| self.general(field)),
            TimeFormat::Slashed(order) => self.at(year_last(field, b'/', order)?),
            TimeFormat::Epoch(unit) => epoch(field, unit),
        }
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
        let Some(zone) = &self.zone else { return Some(ns) };
        if !self.held.has(ns) {
            self.held = Held::at(zone, ns)?;
        }
        self.ambiguous += u64::from(self.held.ambiguous);
        ns.checked_sub(self.held.offset)
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

/// How many digits stand at the start of a text, at most `most` of them.
fn digits(text: &str, most: usize) -> Option<(usize, &str)> {
    let n = text.bytes().take(most + 1).take_while(u8::is_ascii_digit).count();
    (1..=most).contains(&n).then_some((n, text.get(n..)?))
}

/// A date whose year is last, four digits long, and a time of day where there is one: `1.3.2026`, `01.03.2026 00:00:30.5`, `3/1/2026 1:05 PM`.
pub(crate) fn year_last(field: &[u8], separator: u8, order: DateOrder) -> Option<DateTime> {
    let text = std::str::from_utf8(field).ok()?.trim();
    let mark = char::from(separator);
    // most fields are no such dates, and seen to be none without a parser
    let (_, rest) = digits(text, 2)?;
    let (_, rest) = digits(rest.strip_prefix(mark)?, 2)?;
    let (4, rest) = digits(rest.strip_prefix(mark)?, 4)? else { return None };
    let date = match (separator, order) {
        (b'.', _) => "%d.%m.%Y",
        (_, DateOrder::DayFirst) => "%d/%m/%Y",
        (_, DateOrder::MonthFirst) => "%m/%d/%Y",
    };
    with_time_of_day(text, date, rest)
}

/// A date whose year is first and whose month or day may be one digit: `2026/3/1 0:05`.
fn year_first(text: &str) -> Option<DateTime> {
    let (4, rest) = digits(text, 4)? else { return None };
    let (_, rest) = digits(rest.strip_prefix('/')?, 2)?;
    let (_, rest) = digits(rest.strip_prefix('/')?, 2)?;
    with_time_of_day(text, "%Y/%m/%d", rest)
}

/// A text that begins with a date in a format, with what follows the date.
fn with_time_of_day(text: &str, date: &str, rest: &str) -> Option<DateTime> {
    if rest.is_empty() {
        return jiff::fmt::strtime::parse(date, text).ok()?.to_date().ok().map(|day| day.at(0, 0, 0, 0));
    }
    // a comma stands there in the locales of Great Britain and the United States
    let (mark, time) = match rest.strip_prefix(", ") {
        Some(time) => (", ", time),
        None => (" ", rest.strip_prefix(' ')?),
    };
    let (_, after) = digits(time, 2)?;
    let seconds = after.bytes().filter(|b| *b == b':').count() == 2;
    let half_days = time.bytes().last().is_some_and(|b| b.eq_ignore_ascii_case(&b'm'));
    let time = match (half_days, seconds) {
        (false, false) => "%H:%M",
        (false, true) => "%H:%M:%S%.f",
        (true, false) => "%I:%M %p",
        (true, true) => "%I:%M:%S%.f %p",
    };
    jiff::fmt::strtime::parse(format!("{date}{mark}{time}"), text).ok()?.to_datetime().ok()
}

fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

/// Days since the epoch of `YYYY-MM-DD` or `YYYY/MM/DD`.
fn date(b: &[u8; 10]) -> Option<i64> {
    let [y3, y2, y1, y0, s1, m1, m0, s2, d1, d0] = *b;
    if s1 != s2 || !matches!(s1, b'-' | b'/') {
        return None;
    }
    let year = two(y3, y2)? * 100 + two(y1, y0)?;
    let (month, day) = (two(m1, m0)?, two(d1, d0)?);
    let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let longest = match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=longest).contains(&day) || !(1678..=2261).contains(&year) {
        return None;
    }
    // days of the civil calendar, counted in years that begin in March (Hinnant, “chrono-compatible date algorithms”)
    let y = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let of_era = (y % 400) * 365 + (y % 400) / 4 - (y % 400) / 100 + day_of_year;
    Some((y / 400) * 146_097 + of_era - 719_468)
}

/// Nanoseconds since the epoch of `YYYY-MM-DDTHH:MM`, read as UTC.
fn minute(b: &[u8; 16]) -> Option<i64> {
    let (day, rest) = b.split_first_chunk::<10>()?;
    let [b'T' | b't' | b' ' | b'_', h1, h0, b':', m1, m0] = *rest else { return None };
    let (hours, minutes) = (two(h1, h0)?, two(m1, m0)?);
    (hours < 24 && minutes < 60).then_some(())?;
    date(day)?.checked_mul(86_400 * NS)?.checked_add((hours * 60 + minutes) * 60 * NS)
}

/// An offset `+hh:mm`, `+hhmm`, `+hh`, ` UTC` or ` GMT`, in nanoseconds.
fn offset(b: &[u8]) -> Option<i64> {
    let b = b.strip_prefix(b" ").unwrap_or(b);
    let (sign, digits) = match b {
        b"UTC" | b"GMT" | b"Z" => return Some(0),
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match *digits {
        [h1, h0, b':', m1, m0] | [h1, h0, m1, m0] => (two(h1, h0)?, two(m1, m0)?),
        [h1, h0] => (two(h1, h0)?, 0),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 60 + minutes) * 60 * NS)
}

/// The digits at the start as a number, the first 18 of them counted, and how many there are.
fn leading_digits(b: &[u8]) -> (i64, usize) {
    let mut value = 0_i64;
    let mut n = 0;
    for &c in b {
        let d = c.wrapping_sub(b'0');
        if d > 9 {
            break;
        }
        if n < 18 {
            value = value * 10 + i64::from(d);
        }
        n += 1;
    }
    (value, n)
}

/// `0.fraction` of `unit`, cut to whole nanoseconds; `fraction` is the first 18 of `digits` digits.
fn scale_fraction(fraction: i64, digits: usize, unit: i64) -> i64 {
    const POWERS: [i64; 19] = {
        let mut p = [1_i64; 19];
        let mut i = 1;
        while i < 19 {
            p[i] = p[i - 1] * 10;
            i += 1;
        }
        p
    };
    let power = POWERS[digits.min(18)];
    if power <= unit { fraction * (unit / power) } else { fraction / (power / unit) }
}

/// Nanoseconds of a number of `unit` nanoseconds since the epoch, with decimals where there are some.
fn epoch(field: &[u8], unit: i64) -> Option<i64> {
    let b = field.trim_ascii();
    let (negative, b) = match b {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        _ => (false, b),
    };
    // one sign is all that a number has
    if !b.first().is_some_and(|c| c.is_ascii_digit() || *c == b'.') {
        return None;
    }
    let (whole, digits) = leading_digits(b);
    let rest = b.get(digits..)?;
    let plain = match rest {
        [] => Some(0),
        [b'.', tail @ ..] => {
            let (fraction, n) = leading_digits(tail);
            (n == tail.len()).then(|| if n == 0 { 0 } else { scale_fraction(fraction, n, unit) })
        }
        _ => None,
    };
    let ns = match plain {
        Some(fraction) if (1..=18).contains(&digits) => whole.checked_mul(unit)?.checked_add(fraction)?,
        // 19 digits, an exponent, or no digit before the point
        _ => {
            let whole: Option<i64> = std::str::from_utf8(b).ok()?.parse().ok();
            if let Some(v) = whole {
                v.checked_mul(unit)?
            } else {
                let v = fast_float2::parse::<f64, _>(b).ok()? * unit as f64;
                (v.abs() < 9.2e18).then_some(v.round() as i64)?
            }
        }
    };
    Some(if negative { -ns } else { ns })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(zone_name: Option<&str>, s: &str) -> Option<i64> {
        Clock::new(TimeFormat::Text, zone(zone_name).unwrap()).parse(s.as_bytes())
    }

    #[test]
    fn common_spellings_are_one_instant() {
        let want = 1_767_225_600 * NS;
        for s in [
            "2026-01-01T00:00:00Z",
            "2026-01-01T00:00Z",
            "2026-01-01 00:00:00",
            "2026-01-01",
            "2026/01/01 00:00:00",
            "2026-01-01T01:00:00+01:00",
            "2026-01-01T01:00:00.000+0100",
            "2026-01-01 01:00:00 +01",
            "2026-01-01 00:00:00 UTC",
            "01/Jan/2026:00:00:00 +0000",
            "[01/Jan/2026:01:00:00 +0100]",
            "Thu, 1 Jan 2026 00:00:00 +0000",
            "2026-01-01T01:00:00+01:00[Europe/Berlin]",
            " 2026-01-01T00:00:00Z ",
        ] {
            assert_eq!(text(None, s), Some(want), "{s}");
        }
        // 1 March 2026 as `date -u -d 2026-03-01 +%s` has it
        let march = 1_772_323_200 * NS;
        for (s, after) in [
            ("01.03.2026", 0),
            ("1.3.2026", 0),
            ("01.03.2026 00:00", 0),
            ("01.03.2026 00:00:30", 30 * NS),
            ("1.3.2026 0:00:30.25", 30_250_000_000),
            (" 01.03.2026 13:05:00 ", 47_100 * NS),
            ("2026/03/01 13:05", 47_100 * NS),
            ("2026/3/1 0:05:30", 330 * NS),
            ("2026/3/1", 0),
        ] {
            assert_eq!(text(None, s), Some(march + after), "{s}");
        }
        assert_eq!(text(Some("Europe/Berlin"), "01.03.2026 01:00"), Some(march));
        assert_eq!(text(None, "2026-01-01T00:00:00.0000000019Z"), Some(want + 1));
        for s in [
            "",
            "yesterday",
            "2026-13-01",
            "2026-02-29",
            "2026-01-01T25:00:00Z",
            "20260101",
            "12:30",
            "1.5",
            "9999-01-01",
            "31.02.2026 00:00",
            "01.13.2026",
            "1.3.26 10:00",
            "1.3.2026 24:00",
            "1.3.2026x",
            "01.01.9999",
            "10.0.20.2026",
            "3/1/2026 13:05",
        ] {
            assert_eq!(text(None, s), None, "{s}");
        }
    }

    /// The seconds are those of `date -u -d "2026-03-01 13:05" +%s` and so on.
    #[test]
    fn slashes_are_read_in_either_order() {
        let read = |order, s: &str| Clock::new(TimeFormat::Slashed(order), None).parse(s.as_bytes()).map(|ns| ns / NS);
        let both = |s: &str| (read(DateOrder::MonthFirst, s), read(DateOrder::DayFirst, s));
        assert_eq!(both("3/1/2026 13:05"), (Some(1_772_370_300), Some(1_767_445_500)));
        assert_eq!(both("03/01/2026 01:05:30 PM"), (Some(1_772_370_330), Some(1_767_445_530)));
        assert_eq!(both("03/01/2026, 1:05 pm"), (Some(1_772_370_300), Some(1_767_445_500)));
        assert_eq!(both("3/1/2026 12:05 AM"), (Some(1_772_323_500), Some(1_767_398_700)));
        assert_eq!(both("3/1/2026"), (Some(1_772_323_200), Some(1_767_398_400)));
        assert_eq!(both("03/13/2026 13:05"), (Some(1_773_407_100), None));
        assert_eq!(both("13/03/2026 13:05"), (None, Some(1_773_407_100)));
        for s in [
            "",
            "13/13/2026",
            "4/31/2026",
            "31/4/2026",
            "3/1/26",
            "3/1/2026 13:05 PM",
            "3/1/2026 25:00",
            "1/2",
            "a/b/2026",
        ] {
            assert_eq!(both(s), (None, None), "{s}");
        }
    }

    #[test]
    fn a_zone_fills_in_and_its_ambiguities_are_counted() {
        let mut clock = Clock::new(TimeFormat::Text, zone(Some("Europe/Berlin")).unwrap());
        assert_eq!(clock.parse(b"2026-01-01 01:00:00"), Some(1_767_225_600 * NS));
        assert_eq!(clock.parse(b"2026-07-01 02:00:00"), text(None, "2026-07-01T00:00:00Z"));
        assert_eq!(clock.parse(b"2026-07-01T00:00:00Z"), text(None, "2026-07-01T00:00:00Z"));
        assert_eq!((clock.zoneless, clock.ambiguous), (2, 0));
        // clocks go back at 03:00 on 25 October: 02:30 exists twice
        assert_eq!(clock.parse(b"2026-10-25 02:30:00"), text(None, "2026-10-25T00:30:00Z"));
        assert_eq!(clock.ambiguous, 1);
        assert!(zone(Some("Mars/Olympus")).unwrap_err().to_string().contains("Europe/Berlin"));
    }

    /// The clocks of Newfoundland went back at 00:01 until 2011, which is no quarter of an hour.
    #[test]
    fn clocks_change_at_any_minute() {
        let hours = [
            // 23:01 to 00:01 was there twice: 00:00:30 first at −2:30, then at −3:30; from 00:01 on at −3:30 alone
            ("2010-11-06 23:00:59", "2010-11-07T01:30:59Z", 0),
            ("2010-11-06 23:01:00", "2010-11-07T01:31:00Z", 1),
            ("2010-11-07 00:00:30", "2010-11-07T02:30:30Z", 1),
            ("2010-11-07 00:01:00", "2010-11-07T03:31:00Z", 0),
            ("2010-11-07 00:05:00", "2010-11-07T03:35:00Z", 0),
            ("2010-11-07 00:14:00", "2010-11-07T03:44:00Z", 0),
            ("2010-11-07 00:16:00", "2010-11-07T03:46:00Z", 0),
            // 00:01 to 01:01 was not there
            ("2010-03-14 00:00:59", "2010-03-14T03:30:59Z", 0),
            ("2010-03-14 00:01:00", "2010-03-14T03:31:00Z", 1),
            ("2010-03-14 01:00:59", "2010-03-14T04:30:59Z", 1),
            ("2010-03-14 01:01:00", "2010-03-14T03:31:00Z", 0),
        ];
        let read = |rows: &mut dyn Iterator<Item = &(&str, &str, u64)>| {
            let mut clock = Clock::new(TimeFormat::Text, zone(Some("America/St_Johns")).unwrap());
            for (local, instant, ambiguous) in rows {
                let before = clock.ambiguous;
                assert_eq!(clock.parse(local.as_bytes()), text(None, instant), "{local}");
                assert_eq!(clock.ambiguous - before, *ambiguous, "{local}");
            }
        };
        read(&mut hours.iter());
        read(&mut hours.iter().rev());
        for one in &hours {
            read(&mut std::iter::once(one));
        }
    }

    /// A reading's instant does not depend on those before it, whatever the zone did: jiff says what each is alone.
    #[test]
    fn every_reading_is_that_of_the_zone_alone() {
        for name in ["America/St_Johns", "Europe/Dublin", "Africa/Monrovia", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia", "America/New_York"] {
            let tz = TimeZone::get(name).unwrap();
            let mut clock = Clock::new(TimeFormat::Text, Some(tz.clone()));
            let since: jiff::Timestamp = "1800-01-01T00:00:00Z".parse().unwrap();
            for change in tz.following(since).take_while(|c| c.timestamp().as_second() < 4_000_000_000) {
                let at = change.timestamp().as_second();
                for offset in [change.offset(), tz.to_offset(change.timestamp() - jiff::SignedDuration::from_nanos(1))] {
                    for beside in [-90_000, -7201, -3601, -61, -1, 0, 1, 59, 1799, 3599, 7200, 90_000] {
                        let ns = (at + i64::from(offset.seconds()) + beside) * NS;
                        let civil = TimeZone::UTC.to_datetime(jiff::Timestamp::from_nanosecond(i128::from(ns)).unwrap());
                        let want = tz.to_ambiguous_timestamp(civil);
                        let before = clock.ambiguous;
                        let read = clock.local(ns).map(i128::from);
                        assert_eq!(clock.ambiguous > before, want.is_ambiguous(), "{name} {civil}");
                        assert_eq!(read, want.compatible().ok().map(jiff::Timestamp::as_nanosecond), "{name} {civil}");
                    }
                }
            }
        }
    }

    #[test]
    fn epochs_keep_their_decimals() {
        for (s, unit, ns) in [
            ("1767225600", NS, 1_767_225_600 * NS),
            ("1767225600.25", NS, 1_767_225_600 * NS + 250_000_000),
            ("1767225600123", 1_000_000, 1_767_225_600_123_000_000),
            ("1767225600123.5", 1_000_000, 1_767_225_600_123_500_000),
            ("1767225600123456789", 1, 1_767_225_600_123_456_789),
            ("1.7672256e9", NS, 1_767_225_600 * NS),
            ("-1.5", NS, -1_500_000_000),
            ("0", NS, 0),
            ("+1767225600", NS, 1_767_225_600 * NS),
            ("+1.5e3", NS, 1500 * NS),
            (".5", NS, 500_000_000),
        ] {
            assert_eq!(epoch(s.as_bytes(), unit), Some(ns), "{s}");
        }
        for s in ["", "-", ".", "12a", "1e400", "99999999999999999999", "--1767225620", "-+1767225621", "+-5", "++5", "--.5", "inf", "nan"] {
            assert_eq!(epoch(s.as_bytes(), NS), None, "{s}");
        }
        assert_eq!(TimeFormat::epoch_of(1.7e9), TimeFormat::Epoch(NS));
        assert_eq!(TimeFormat::epoch_of(1.7e18), TimeFormat::Epoch(1));
    }

    proptest! {
        /// Every instant that jiff prints is read back, with any number of decimals and any offset.
        #[test]
        fn jiff_agrees(ns in -9_000_000_000_000_000_000_i64..9_000_000_000_000_000_000, minutes in -840_i64..=840) {
            let t = jiff::Timestamp::from_nanosecond(i128::from(ns)).unwrap();
            prop_assert_eq!(text(None, &t.to_string()), Some(ns));
            let offset = jiff::tz::Offset::from_seconds(minutes as i32 * 60).unwrap();
            let s = t.display_with_offset(offset).to_string().replace('T', " ");
            prop_assert_eq!(text(None, &s), Some(ns), "{}", s);
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40), unit in prop_oneof![Just(1_i64), Just(NS)]) {
            let _ = Clock::new(TimeFormat::Text, None).parse(&bytes);
            let _ = epoch(&bytes, unit);
        }
    }
}
