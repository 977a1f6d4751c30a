//! The period of an objective.

use std::fmt;

use super::zone::Zone;
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
    /// A calendar week from Monday (ISO 8601); 7 days in general.
    Week,
    /// A calendar year; 365.2425 days in general.
    Year,
}

/// Where a period begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Anchor {
    /// It ends with the data.
    Rolling,
    /// It begins with the calendar's weeks, months, quarters or years in a time zone. A span of whole days begins at local
    /// midnight, every so many days from 1970-01-01; any other span at multiples of itself from the Unix epoch.
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
            Self::Week => Span(7 * Span::DAY.0),
            Self::Year => Span(12 * Self::MEAN_MONTH.0),
        }
    }

    /// The period that holds the last instant before `end`: the one that ends there if rolling, else the calendar's, in UTC.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for a span that is not more than 0, or beyond the calendar.
    pub fn ending(self, end: Timestamp, anchor: Anchor) -> Result<Window> {
        self.ending_in(end, anchor, &Zone::utc())
    }

    /// The same with the calendar of a time zone, whose days, and so its weeks and months, may be an hour shorter or longer.
    ///
    /// ```
    /// use sre_stats::slo::{Anchor, Period};
    /// use sre_stats::time::Span;
    /// let march = Period::Month.ending_in("2026-03-15T12:00:00Z".parse()?, Anchor::Calendar, &"Europe/Berlin".parse()?)?;
    /// assert_eq!(march.start, "2026-02-28T23:00:00Z".parse()?);
    /// assert_eq!(march.width, Span(743 * Span::HOUR.0)); // 31 days without the hour that clocks skip
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for a span that is not more than 0, or beyond the calendar.
    pub fn ending_in(self, end: Timestamp, anchor: Anchor, zone: &Zone) -> Result<Window> {
        let last = end - Span(1);
        match (self, anchor) {
            (_, Anchor::Rolling) => Window::new(end - self.length(), self.length()),
            (Self::Span(span), Anchor::Calendar) if span.0 > 0 && span.0 % Span::DAY.0 == 0 => {
                days(last, span.0 / Span::DAY.0, jiff::civil::date(1970, 1, 1), zone)
            }
            (Self::Span(span), Anchor::Calendar) => Ok(crate::time::Grid::new(span, Span::ZERO)?.window_at(last)),
            // 1969-12-29 was a Monday
            (Self::Week, Anchor::Calendar) => days(last, 7, jiff::civil::date(1969, 12, 29), zone),
            (Self::Month, Anchor::Calendar) => months(last, 1, zone),
            (Self::Quarter, Anchor::Calendar) => months(last, 3, zone),
            (Self::Year, Anchor::Calendar) => months(last, 12, zone),
        }
    }
}

fn beyond(at: Timestamp) -> impl Fn(jiff::Error) -> Error {
    move |e| Error::argument(format!("{at} has no calendar period")).caused_by(e)
}

/// The date of an instant.
fn date(at: Timestamp, zone: &Zone) -> Result<jiff::civil::Date> {
    let instant = jiff::Timestamp::from_nanosecond(i128::from(at.0)).map_err(beyond(at))?;
    Ok(zone.inner().to_datetime(instant).date())
}

/// From the first instant of one date to the first of another.
fn between(at: Timestamp, first: jiff::civil::Date, next: jiff::civil::Date, zone: &Zone) -> Result<Window> {
    let instant = |date: jiff::civil::Date| -> Result<Timestamp> {
        // where clocks skip midnight, the day begins when they have skipped it
        let ns = zone.inner().to_timestamp(date.at(0, 0, 0, 0)).map_err(beyond(at))?.as_nanosecond();
        i64::try_from(ns).map(Timestamp).map_err(|_| Error::argument(format!("{date} is beyond the range of times")))
    };
    let start = instant(first)?;
    Window::new(start, instant(next)?.since(start))
}

/// The run of `n` days, counted from a date, that holds an instant.
fn days(at: Timestamp, n: i64, from: jiff::civil::Date, zone: &Zone) -> Result<Window> {
    let passed = i64::from(from.until(date(at, zone)?).map_err(beyond(at))?.get_days());
    let day = |count: i64| -> Result<jiff::civil::Date> {
        let span = jiff::Span::new().try_days(count).map_err(beyond(at))?;
        from.checked_add(span).map_err(beyond(at))
    };
    let first = passed.div_euclid(n) * n;
    between(at, day(first)?, day(first.saturating_add(n))?, zone)
}

/// The calendar's run of `n` months (a divisor of 12) that holds an instant.
fn months(at: Timestamp, n: i8, zone: &Zone) -> Result<Window> {
    let date = date(at, zone)?;
    let first = jiff::civil::Date::new(date.year(), (date.month() - 1) / n * n + 1, 1).map_err(beyond(at))?;
    let next = first.checked_add(jiff::Span::new().months(n)).map_err(beyond(at))?;
    between(at, first, next, zone)
}

impl fmt::Display for Period {
    /// As an objective has it: `30d`, `month`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Span(span) => f.write_str(&compact(*span)),
            Self::Month => f.write_str("month"),
            Self::Quarter => f.write_str("quarter"),
            Self::Week => f.write_str("week"),
            Self::Year => f.write_str("year"),
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

    #[test]
    fn days_and_months_follow_the_clocks_of_their_zone() {
        let t = |s: &str| s.parse::<Timestamp>().unwrap();
        let berlin: Zone = "Europe/Berlin".parse().unwrap();
        let hours = |period: Period, at: &str, zone: &Zone| {
            let w = period.ending_in(t(at), Anchor::Calendar, zone).unwrap();
            (w.start.to_string(), w.width.0 / Span::HOUR.0)
        };
        // 2026: clocks go forward on 29 March and back on 25 October, both at 01:00 UTC
        for (period, at, start, length) in [
            (Period::Month, "2026-03-15T00:00:00Z", "2026-02-28T23:00:00Z", 31 * 24 - 1),
            (Period::Month, "2026-10-15T00:00:00Z", "2026-09-30T22:00:00Z", 31 * 24 + 1),
            (Period::Month, "2026-07-15T00:00:00Z", "2026-06-30T22:00:00Z", 31 * 24),
            (Period::Quarter, "2026-02-01T00:00:00Z", "2025-12-31T23:00:00Z", 90 * 24 - 1),
            (Period::Year, "2026-07-01T00:00:00Z", "2025-12-31T23:00:00Z", 365 * 24),
            (Period::Week, "2026-03-29T12:00:00Z", "2026-03-22T23:00:00Z", 7 * 24 - 1),
            (Period::Span(Span::DAY), "2026-03-29T12:00:00Z", "2026-03-28T23:00:00Z", 23),
            (Period::Span(Span::DAY), "2026-10-25T12:00:00Z", "2026-10-24T22:00:00Z", 25),
        ] {
            assert_eq!(hours(period, at, &berlin), (start.to_owned(), length), "{period} at {at}");
        }
        // in Berlin the last hour of February in UTC is March already
        let late = Period::Month.ending_in(t("2026-02-28T23:30:00Z"), Anchor::Calendar, &berlin).unwrap();
        assert_eq!(late.start, t("2026-02-28T23:00:00Z"));
        // Monday 4 May 2026
        assert_eq!(hours(Period::Week, "2026-05-06T00:00:00Z", &Zone::utc()).0, "2026-05-04T00:00:00Z");
        // clocks of São Paulo skipped midnight on 4 November 2018: that day began at 01:00 and had 23 hours
        let sao_paulo: Zone = "America/Sao_Paulo".parse().unwrap();
        let day = hours(Period::Span(Span::DAY), "2018-11-04T12:00:00Z", &sao_paulo);
        assert_eq!(day, ("2018-11-04T03:00:00Z".to_owned(), 23));
        // an hour does not know a zone
        let hour = Period::Span(Span::HOUR).ending_in(t("2026-03-29T01:30:00Z"), Anchor::Calendar, &berlin).unwrap();
        assert_eq!((hour.start, hour.width), (t("2026-03-29T01:00:00Z"), Span::HOUR));
    }
}
