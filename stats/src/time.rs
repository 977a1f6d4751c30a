//! Instants, spans and windows, in whole nanoseconds.
//!
//! A [`Window`] is half-open and knows its phase; a [`Grid`] is all windows of one width and phase. Windows are aligned to the
//! Unix epoch plus an explicit phase, never to the first sample by accident.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

const NS: i64 = 1_000_000_000;

/// An instant: nanoseconds since 1970-01-01T00:00:00 UTC, leap seconds not counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A span of time in nanoseconds; it may be negative as a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

/// A half-open window `[start, start + width)` on the grid of its width and phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// The first instant inside.
    pub start: Timestamp,
    /// The width, more than 0.
    pub width: Span,
    /// `start` modulo `width`, counted from the epoch: in `[0, width)`.
    pub phase: Span,
}

/// All windows of one width and phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grid {
    width: Span,
    phase: Span,
}

impl Timestamp {
    /// The instant `seconds` after the epoch, to the nearest nanosecond.
    ///
    /// # Errors
    /// Where the value is not finite or lies outside the years 1678 to 2262.
    pub fn from_secs_f64(seconds: f64) -> Result<Self> {
        let ns = (seconds * NS as f64).round();
        if ns.is_finite() && ns.abs() < 9.2e18 {
            // whole seconds and fraction apart, so that epoch seconds keep their nanoseconds as far as the f64 has them
            let whole = seconds.trunc();
            Ok(Self(whole as i64 * NS + ((seconds - whole) * NS as f64).round() as i64))
        } else {
            Err(Error::argument(format!("{seconds} s is not a time between the years 1678 and 2262")))
        }
    }

    /// Seconds since the epoch.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NS as f64
    }

    /// The last whole second that is not after it, for texts about what is not known to the nanosecond.
    ///
    /// ```
    /// use sre_stats::time::Timestamp;
    /// assert_eq!(Timestamp(1_999_999_999).whole_second(), Timestamp(1_000_000_000));
    /// assert_eq!(Timestamp(-1).whole_second(), Timestamp(-1_000_000_000));
    /// ```
    #[must_use]
    pub fn whole_second(self) -> Self {
        Self(self.0.div_euclid(NS).saturating_mul(NS))
    }

    /// The span from `earlier` to `self`, saturating.
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
}

impl std::ops::Add<Span> for Timestamp {
    type Output = Self;
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl std::ops::Sub<Span> for Timestamp {
    type Output = Self;
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC, with as many decimals as are needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_nanosecond(i128::from(self.0)) {
            Ok(t) => write!(f, "{t}"),
            Err(_) => write!(f, "{} ns", self.0),
        }
    }
}

impl FromStr for Timestamp {
    type Err = Error;
    /// Reads RFC 3339 with a zone or offset.
    fn from_str(text: &str) -> Result<Self> {
        let t: jiff::Timestamp = text.trim().parse().map_err(|e: jiff::Error| {
            Error::parse(format!("“{text}” is not a time")).hint("write it like 2026-01-31T12:00:00Z").caused_by(e)
        })?;
        i64::try_from(t.as_nanosecond())
            .map(Self)
            .map_err(|_| Error::argument(format!("“{text}” lies outside the years 1678 to 2262")))
    }
}

impl Span {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One second.
    pub const SECOND: Self = Self(NS);
    /// One minute.
    pub const MINUTE: Self = Self(60 * NS);
    /// One hour.
    pub const HOUR: Self = Self(3600 * NS);
    /// One day of 24 hours.
    pub const DAY: Self = Self(86_400 * NS);

    /// A whole number of seconds, saturating.
    pub const fn from_secs(seconds: i64) -> Self {
        Self(seconds.saturating_mul(NS))
    }

    /// Seconds to the nearest nanosecond.
    ///
    /// # Errors
    /// Where the value is not finite or beyond 292 years.
    pub fn from_secs_f64(seconds: f64) -> Result<Self> {
        let ns = (seconds * NS as f64).round();
        if ns.is_finite() && ns.abs() < 9.2e18 {
            Ok(Self(ns as i64))
        } else {
            Err(Error::argument(format!("{seconds} s is not a span of at most 292 years")))
        }
    }

    /// The span in seconds.
    pub fn as_secs_f64(self) -> f64 {
        self.0 as f64 / NS as f64
    }

    /// The span for a sentence: to the millisecond below a minute, to the second from there on.
    ///
    /// ```
    /// use sre_stats::time::Span;
    /// assert_eq!(Span(1_439_623_740_001).about(), "24m");
    /// assert_eq!(Span(1_234_567_890).about(), "1.235s");
    /// ```
    pub fn about(self) -> String {
        let grain = if self.0.unsigned_abs() < 60 * NS as u64 { 1_000_000 } else { NS };
        if self.0.unsigned_abs() < 1_000_000 {
            return self.to_string();
        }
        let rest = self.0.rem_euclid(grain);
        Self(if rest * 2 >= grain { self.0.saturating_add(grain - rest) } else { self.0.saturating_sub(rest) })
            .to_string()
    }

    /// How many whole steps the span is nearest to, a half up: where something that comes every `step`, a little early or late, belongs.
    pub(crate) fn in_steps(self, step: Self) -> i64 {
        let whole = step.0.max(1);
        self.0.div_euclid(whole) + i64::from(self.0.rem_euclid(whole) >= whole - whole / 2)
    }

    /// The span in one word, as a width is called and people type it.
    ///
    /// ```
    /// use sre_stats::time::Span;
    /// assert_eq!(Span::from_secs(5400).compact(), "1h30m");
    /// ```
    pub fn compact(self) -> String {
        self.to_string().replace(' ', "")
    }
}

impl fmt::Display for Span {
    /// As `1d 2h 3m 4.5s`, leaving out what is 0; below a second in ms, µs or ns.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut ns = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "−" } else { "" };
        if ns == 0 {
            return write!(f, "0s");
        }
        write!(f, "{sign}")?;
        if ns < NS as u64 {
            let (unit, scale) = match ns {
                1_000_000.. => ("ms", 1e6),
                1_000.. => ("µs", 1e3),
                _ => ("ns", 1.0),
            };
            return write!(f, "{}{unit}", ns as f64 / scale);
        }
        let mut sep = "";
        for (unit, size) in [("d", 86_400 * NS as u64), ("h", 3600 * NS as u64), ("m", 60 * NS as u64)] {
            if ns >= size {
                write!(f, "{sep}{}{unit}", ns / size)?;
                sep = " ";
                ns %= size;
            }
        }
        if ns > 0 { write!(f, "{sep}{}s", ns as f64 / NS as f64) } else { Ok(()) }
    }
}

impl FromStr for Span {
    type Err = Error;
    /// Reads `90s`, `5m`, `1h30m`, `300ms`, `1.5h`, `30d`, `2w`; a bare 0 needs no unit.
    fn from_str(text: &str) -> Result<Self> {
        let bad = |what: &str| {
            Error::parse(format!("“{text}” is not a duration: {what}")).hint("write it like 90s, 5m, 1h30m or 30d")
        };
        let mut rest = text.trim();
        if rest == "0" {
            return Ok(Self::ZERO);
        }
        if rest.is_empty() {
            return Err(bad("it is empty"));
        }
        let mut total = 0.0_f64;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
            let (number, tail) = rest.split_at(digits);
            let number: f64 = number.parse().map_err(|_| bad("a number is missing"))?;
            let tail = tail.trim_start();
            let letters = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
            let (unit, after) = tail.split_at(letters);
            let scale = match unit {
                "ns" => 1.0,
                "us" | "µs" | "μs" => 1e3,
                "ms" => 1e6,
                "s" | "sec" => 1e9,
                "m" | "min" => 60e9,
                "h" => 3600e9,
                "d" => 86_400e9,
                "w" => 604_800e9,
                "" => return Err(bad("a unit is missing")),
                other => return Err(bad(&format!("“{other}” is not a unit"))),
            };
            total += number * scale;
            rest = after.trim_start();
        }
        if total.is_finite() && total < 9.2e18 { Ok(Self(total.round() as i64)) } else { Err(bad("it is too long")) }
    }
}

impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl serde::Serialize for Span {
    /// As seconds; the key that holds it ends in `_s`.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        seconds(*self, serializer)
    }
}

/// A whole number where the span is whole seconds, so that JSON reads `60` and not `60.0`.
fn seconds<S: serde::Serializer>(span: Span, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    if span.0 % NS == 0 { serializer.serialize_i64(span.0 / NS) } else { serializer.serialize_f64(span.as_secs_f64()) }
}

impl Window {
    /// The window of `width` that begins at `start`; its phase follows.
    ///
    /// # Errors
    /// Where `width` is not more than 0.
    pub fn new(start: Timestamp, width: Span) -> Result<Self> {
        if width.0 <= 0 {
            return Err(Error::argument(format!("a window needs a width of more than 0, not {width}")));
        }
        Ok(Self { start, width, phase: Span(start.0.rem_euclid(width.0)) })
    }

    /// The first instant after the window.
    pub fn end(self) -> Timestamp {
        self.start + self.width
    }

    /// The width and the start, for texts: from a minute on to the second.
    ///
    /// ```
    /// use sre_stats::time::{Span, Window};
    /// let at = |text: &str| text.parse::<sre_stats::time::Timestamp>();
    /// let window = Window::new(at("2026-01-31T12:00:00.123456Z")?, Span::from_secs(1440))?;
    /// assert_eq!(window.about(), "24m from 2026-01-31T12:00:00Z");
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn about(self) -> String {
        let start = if self.width < Span::MINUTE { self.start } else { self.start.whole_second() };
        format!("{} from {start}", self.width.about())
    }

    /// Whether the instant lies in the window.
    pub fn contains(self, t: Timestamp) -> bool {
        t >= self.start && t < self.end()
    }
}

impl serde::Serialize for Window {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("start", &self.start)?;
        map.serialize_entry("width_s", &self.width)?;
        map.end()
    }
}

impl Grid {
    /// The grid of `width` whose windows begin at multiples of `width` plus `phase`.
    ///
    /// ```
    /// use sre_stats::time::{Grid, Span, Timestamp};
    /// let grid = Grid::new(Span::MINUTE, Span::from_secs(10))?;
    /// let window = grid.window_at(Timestamp(75 * 1_000_000_000));
    /// assert_eq!(window.start, Timestamp(70 * 1_000_000_000));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where `width` is not more than 0.
    pub fn new(width: Span, phase: Span) -> Result<Self> {
        if width.0 <= 0 {
            return Err(Error::argument(format!("a bucket needs a width of more than 0, not {width}")));
        }
        Ok(Self { width, phase: Span(phase.0.rem_euclid(width.0)) })
    }

    /// The width of every window.
    pub fn width(self) -> Span {
        self.width
    }

    /// Where the windows begin, modulo the width.
    pub fn phase(self) -> Span {
        self.phase
    }

    /// The number of the window that holds `t`; window 0 begins at the phase.
    pub fn index(self, t: Timestamp) -> i64 {
        t.0.saturating_sub(self.phase.0).div_euclid(self.width.0)
    }

    /// The window of a number.
    pub fn window(self, index: i64) -> Window {
        let start = index.saturating_mul(self.width.0).saturating_add(self.phase.0);
        Window { start: Timestamp(start), width: self.width, phase: self.phase }
    }

    /// The window that holds `t`.
    pub fn window_at(self, t: Timestamp) -> Window {
        self.window(self.index(t))
    }

    /// The windows that hold any of some sorted times, in order, each with the range of the times inside it.
    pub(crate) fn runs(self, times: &[i64]) -> Runs<'_> {
        Runs { grid: self, times, at: 0 }
    }
}

/// Sorted times cut into the windows of a grid; see [`Grid::runs`].
pub(crate) struct Runs<'a> {
    grid: Grid,
    times: &'a [i64],
    at: usize,
}

impl Iterator for Runs<'_> {
    type Item = (Window, std::ops::Range<usize>);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.times.get(self.at..)?;
        let window = self.grid.window_at(Timestamp(*rest.first()?));
        let end = window.end().0;
        // short runs are walked, long ones are searched in growing steps: a window rarely holds a large part of all times
        let mut reach = 1;
        while rest.get(reach).is_some_and(|t| *t < end) {
            reach *= 2;
        }
        let from = reach / 2;
        let until = rest.len().min(reach);
        // at the far end of what an i64 holds a window's end saturates: its first time belongs to it all the same
        let n = (from + rest.get(from..until)?.partition_point(|t| *t < end)).max(1);
        let run = self.at..self.at + n;
        self.at += n;
        Some((window, run))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn durations_round_trip_as_people_write_them() {
        for (text, ns, shown) in [
            ("90s", 90 * NS, "1m 30s"),
            ("5m", 300 * NS, "5m"),
            ("1h30m", 5400 * NS, "1h 30m"),
            ("300ms", 300_000_000, "300ms"),
            ("1.5h", 5400 * NS, "1h 30m"),
            ("30d", 30 * 86_400 * NS, "30d"),
            ("2 w", 14 * 86_400 * NS, "14d"),
            ("250µs", 250_000, "250µs"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span.0, ns, "{text}");
            assert_eq!(span.to_string(), shown);
            assert_eq!(shown.parse::<Span>().unwrap(), span);
        }
        for bad in ["", "5", "m", "5 parsecs", "1e400s", "-5m", "1..2s"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }

    #[test]
    fn windows_before_the_epoch_follow_the_same_grid() {
        let grid = Grid::new(Span::MINUTE, Span::from_secs(15)).unwrap();
        for t in [-61 * NS, -60 * NS, -1, 0, 14 * NS, 15 * NS, 75 * NS - 1] {
            let w = grid.window_at(Timestamp(t));
            assert!(w.contains(Timestamp(t)));
            assert_eq!(w.start.0.rem_euclid(60 * NS), 15 * NS);
        }
    }

    #[test]
    fn runs_hold_every_time_once_and_in_its_window() {
        let mut times: Vec<i64> = (0..500_i64).map(|i| i * i * 7 % 9973 - 3000).collect();
        times.sort_unstable();
        for (width, phase) in [(1, 0), (10, 3), (64, 0), (1000, 999), (20_000, 5)] {
            let grid = Grid::new(Span(width), Span(phase)).unwrap();
            let mut next = 0;
            let mut last = None;
            for (window, run) in grid.runs(&times) {
                assert_eq!(run.start, next);
                assert!(run.end > run.start && last < Some(window.start));
                assert!(times[run.clone()].iter().all(|t| window.contains(Timestamp(*t))));
                (next, last) = (run.end, Some(window.start));
            }
            assert_eq!(next, times.len());
        }
        assert_eq!(Grid::new(Span(5), Span::ZERO).unwrap().runs(&[]).count(), 0);
        assert_eq!(Grid::new(Span(5), Span::ZERO).unwrap().runs(&[i64::MAX]).count(), 1);
    }

    #[test]
    fn times_are_rfc_3339_in_utc() {
        let t: Timestamp = "2026-01-01T01:00:00.25+01:00".parse().unwrap();
        assert_eq!(t.to_string(), "2026-01-01T00:00:00.25Z");
        assert!("yesterday".parse::<Timestamp>().is_err());
    }
}
