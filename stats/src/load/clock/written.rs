//! The grammar of dates and times of day.

use jiff::civil::DateTime;

use super::NS;
use super::format::DateOrder;

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
        (_, DateOrder::Either) => {
            let read = |order| year_last(field, separator, order);
            return read(DateOrder::DayFirst).filter(|day| Some(*day) == read(DateOrder::MonthFirst));
        }
        (_, DateOrder::DayFirst) => "%d/%m/%Y",
        (_, DateOrder::MonthFirst) => "%m/%d/%Y",
    };
    with_time_of_day(text, date, rest)
}

/// A date whose year is first and whose month or day may be one digit: `2026/3/1 0:05`.
pub(super) fn year_first(text: &str) -> Option<DateTime> {
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

pub(super) fn two(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens * 10 + ones))
}

/// Days since the epoch of `YYYY-MM-DD` or `YYYY/MM/DD`.
pub(super) fn date(b: &[u8; 10]) -> Option<i64> {
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
pub(super) fn minute(b: &[u8; 16]) -> Option<i64> {
    let (day, rest) = b.split_first_chunk::<10>()?;
    let [b'T' | b't' | b' ' | b'_', h1, h0, b':', m1, m0] = *rest else { return None };
    let (hours, minutes) = (two(h1, h0)?, two(m1, m0)?);
    (hours < 24 && minutes < 60).then_some(())?;
    date(day)?.checked_mul(86_400 * NS)?.checked_add((hours * 60 + minutes) * 60 * NS)
}

/// An offset `+hh:mm`, `+hhmm`, `+hh`, ` UTC` or ` GMT`, in nanoseconds.
pub(super) fn offset(b: &[u8]) -> Option<i64> {
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::clock::{Clock, TimeFormat, zone};
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
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = Clock::new(TimeFormat::Text, None).parse(&bytes);
        }
    }
}
