//! UTC instants in text: just enough of RFC 3339 for the files written here.

/// Nanoseconds in a second.
pub const SECOND_NS: i64 = 1_000_000_000;

/// Formats nanoseconds since the Unix epoch as RFC 3339 in UTC with `digits` (0 to 9) of the second's fraction.
///
/// Digits beyond `digits` are cut, not rounded, so that the text never names a later instant.
/// The civil date follows H. Hinnant, *chrono-compatible low-level date algorithms* (`civil_from_days`).
///
/// ```
/// use sre_stats_datasets::clock::rfc3339;
/// assert_eq!(rfc3339(0, 0), "1970-01-01T00:00:00Z");
/// assert_eq!(rfc3339(951_782_400_123_456_789, 6), "2000-02-29T00:00:00.123456Z");
/// ```
pub fn rfc3339(unix_ns: i64, digits: usize) -> String {
    let mut text = Vec::with_capacity(32);
    push_rfc3339(&mut text, unix_ns, digits);
    // the bytes are ASCII by construction
    String::from_utf8_lossy(&text).into_owned()
}

/// Appends what [`rfc3339`] returns, without allocating: five million rows have five million times.
pub(crate) fn push_rfc3339(text: &mut Vec<u8>, unix_ns: i64, digits: usize) {
    let seconds = unix_ns.div_euclid(SECOND_NS);
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    push_number(text, year, 4);
    for (separator, number) in
        [(b'-', month), (b'-', day), (b'T', second / 3600), (b':', second / 60 % 60), (b':', second % 60)]
    {
        text.push(separator);
        push_number(text, number, 2);
    }
    let digits = digits.min(9);
    if digits > 0 {
        text.push(b'.');
        let end = text.len() + digits;
        push_number(text, unix_ns.rem_euclid(SECOND_NS), 9);
        text.truncate(end);
    }
    text.push(b'Z');
}

/// Appends a number's last `width` decimal digits, zeros first.
fn push_number(text: &mut Vec<u8>, number: i64, width: u32) {
    for place in (0..width).rev() {
        let digit = number / 10_i64.pow(place) % 10;
        text.push(b'0' + digit.unsigned_abs() as u8);
    }
}

/// Year, month and day of a count of days since 1970-01-01 in the proleptic Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_like_a_calendar_does() {
        // a plain walk over the calendar, day by day, from 1970 to 2105
        let mut expected = (1970, 1, 1);
        for days in 0..50_000 {
            assert_eq!(civil(days), expected, "day {days}");
            let (mut year, mut month, mut day) = expected;
            let leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            let length = match month {
                2 => 28 + i64::from(leap),
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > length {
                (day, month) = (1, month + 1);
            }
            if month > 12 {
                (month, year) = (1, year + 1);
            }
            expected = (year, month, day);
        }
    }

    #[test]
    fn fractions_are_cut_and_the_past_is_not_mirrored() {
        assert_eq!(rfc3339(1_999_999_999, 3), "1970-01-01T00:00:01.999Z");
        assert_eq!(rfc3339(-1, 9), "1969-12-31T23:59:59.999999999Z");
    }
}
