//! How the times of a column are written.

use super::NS;

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
    /// `3/3/2026`: the same in both orders, and nothing else is read.
    Either,
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
            Self::Slashed(DateOrder::Either) => "date and time, day and month alike",
            Self::Epoch(NS) => "seconds since the epoch",
            Self::Epoch(1_000_000) => "milliseconds since the epoch",
            Self::Epoch(1000) => "microseconds since the epoch",
            Self::Epoch(_) => "nanoseconds since the epoch",
        }
    }
}
