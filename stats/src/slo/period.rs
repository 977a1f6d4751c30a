//! The period of an objective.

use std::fmt;

use crate::error::{Error, Result};
use crate::time::{Span, Timestamp, Window};

/// How long an objective's period is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// A fixed span.
    Span(Span),
    /// A calendar month; 365.2425 / 12 days where no month is meant in particular.
    Month,
    /// Three calendar months from January, April, July or October; 365.2425 / 4 days in general.
    Quarter,
}

/// Where a period begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// It ends with the data.
    Rolling,
    /// It begins with the calendar's months, or at multiples of its span from the epoch, in UTC.
    Calendar,
}

impl Period {
    /// The mean month of the Gregorian calendar, 365.2425 / 12 days.
    pub const MEAN_MONTH: Span = Span::from_secs(2_629_746);

    /// The length: exact for a span, the calendar's mean otherwise.
    pub fn length(self) -> Span {
        match self {
            Self::Span(span) => span,
            Self::Month => Self::MEAN_MONTH,
            Self::Quarter => Span(3 * Self::MEAN_MONTH.0),
        }
    }

    /// The period that holds the last instant before `end`: the one that ends there if rolling, else the calendar's, in UTC.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for a span that is not more than 0, or beyond the calendar.
    pub fn ending(self, end: Timestamp, anchor: Anchor) -> Result<Window> {
        let last = end - Span(1);
        match (self, anchor) {
            (_, Anchor::Rolling) => Window::new(end - self.length(), self.length()),
            (Self::Span(span), Anchor::Calendar) => Ok(crate::time::Grid::new(span, Span::ZERO)?.window_at(last)),
            (Self::Month, Anchor::Calendar) => months(last, 1),
            (Self::Quarter, Anchor::Calendar) => months(last, 3),
        }
    }
}

/// The calendar's run of `n` months (a divisor of 12) that holds an instant.
fn months(at: Timestamp, n: i8) -> Result<Window> {
    let beyond = |e: jiff::Error| Error::argument(format!("{at} has no calendar month")).caused_by(e);
    let utc = jiff::tz::Offset::UTC;
    let date = utc.to_datetime(jiff::Timestamp::from_nanosecond(i128::from(at.0)).map_err(beyond)?).date();
    let first = jiff::civil::Date::new(date.year(), (date.month() - 1) / n * n + 1, 1).map_err(beyond)?;
    let next = first.checked_add(jiff::Span::new().months(n)).map_err(beyond)?;
    let instant = |date: jiff::civil::Date| -> Result<Timestamp> {
        let ns = utc.to_timestamp(date.at(0, 0, 0, 0)).map_err(beyond)?.as_nanosecond();
        i64::try_from(ns).map(Timestamp).map_err(|_| Error::argument(format!("{date} is beyond the range of times")))
    };
    let start = instant(first)?;
    Window::new(start, instant(next)?.since(start))
}

impl fmt::Display for Period {
    /// As an objective has it: `30d`, `month`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(span) => f.write_str(&compact(*span)),
            Self::Month => f.write_str("month"),
            Self::Quarter => f.write_str("quarter"),
        }
    }
}

/// A span in one word: `1h30m`.
pub(super) fn compact(span: Span) -> String {
    span.to_string().replace(' ', "")
}

impl fmt::Display for Anchor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rolling => "rolling",
            Self::Calendar => "calendar",
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn calendar_periods_have_their_own_lengths() {
        let t = |s: &str| s.parse::<Timestamp>().unwrap();
        let feb = Period::Month.ending(t("2028-02-20T12:00:00Z"), Anchor::Calendar).unwrap();
        assert_eq!((feb.start, feb.width), (t("2028-02-01T00:00:00Z"), Span(29 * Span::DAY.0)));
        // an end at midnight belongs to the month before
        let jan = Period::Month.ending(t("2026-02-01T00:00:00Z"), Anchor::Calendar).unwrap();
        assert_eq!((jan.start, jan.width), (t("2026-01-01T00:00:00Z"), Span(31 * Span::DAY.0)));
        let q4 = Period::Quarter.ending(t("2026-12-31T23:59:59Z"), Anchor::Calendar).unwrap();
        assert_eq!((q4.start, q4.end()), (t("2026-10-01T00:00:00Z"), t("2027-01-01T00:00:00Z")));
        let day = Period::Span(Span::DAY).ending(t("2026-02-01T07:00:00Z"), Anchor::Calendar).unwrap();
        assert_eq!(day.start, t("2026-02-01T00:00:00Z"));
        let rolling = Period::Span(Span::DAY).ending(t("2026-02-01T07:00:00Z"), Anchor::Rolling).unwrap();
        assert_eq!(rolling.start, t("2026-01-31T07:00:00Z"));
    }
}
