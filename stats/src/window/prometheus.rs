//! What Prometheus reads from the samples of a counter or gauge: `rate`, `increase`, `irate` and `delta` over a range.
//!
//! The text of the algorithms is Prometheus' source (`promql/functions.go`, Apache-2.0) and the proposal PROM-52 for the range
//! modifiers `anchored` and `smoothed`; the code is written anew and held against real servers in `tests/reference/prometheus`.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::series::Series;
use crate::time::{Span, Timestamp};

/// Which release of Prometheus is spoken. They differ in which samples a range holds, and in how far it is extrapolated.
///
/// | dialect | a range at t holds | a counter is followed back to its zero |
/// |---|---|---|
/// | [`V2_42`](Self::V2_42) | `[t − range, t]` | before the rule of half an interval, which can then undo it |
/// | [`V2_53`](Self::V2_53) | `[t − range, t]` | after it (changed in March 2024, pull request 13725) |
/// | [`V3`](Self::V3) | `(t − range, t]` | after it |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Releases up to 2.50, such as Debian 12's 2.42.
    V2_42,
    /// Releases from 2.52 to 2.55, such as the long-term 2.53.
    V2_53,
    /// Release 3.0 and later.
    #[default]
    V3,
}

impl Dialect {
    /// Whether a range holds a sample that lies exactly on its left end.
    pub fn is_closed(self) -> bool {
        self != Self::V3
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V2_42 => "2.42",
            Self::V2_53 => "2.53",
            Self::V3 => "3",
        })
    }
}

impl FromStr for Dialect {
    type Err = Error;
    /// Reads a release, such as `2.42.0`, `v2.53` or `3`, and gives the dialect that it speaks; 2.51 lies in between and is
    /// refused.
    fn from_str(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        let bad = || {
            Error::parse(format!("“{trimmed}” is not a release of Prometheus")).hint("write it like 2.42, 2.53 or 3")
        };
        let release = trimmed.strip_prefix('v').unwrap_or(trimmed);
        let mut numbers = release.split(|c: char| !c.is_ascii_digit());
        let major: u32 = numbers.next().unwrap_or_default().parse().map_err(|_| bad())?;
        let minor: Option<u32> = numbers.next().and_then(|n| n.parse().ok());
        match (major, minor) {
            (3.., _) => Ok(Self::V3),
            (2, Some(..=50)) => Ok(Self::V2_42),
            (2, Some(52..)) => Ok(Self::V2_53),
            _ => Err(bad()),
        }
    }
}

/// A function over a range of samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RangeFunction {
    /// How much a counter grew in the range.
    Increase,
    /// [`Increase`](Self::Increase) per second.
    Rate,
    /// The rate between the last two samples of the range.
    Irate,
    /// How much a gauge changed in the range.
    Delta,
}

impl fmt::Display for RangeFunction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Increase => "increase",
            Self::Rate => "rate",
            Self::Irate => "irate",
            Self::Delta => "delta",
        })
    }
}

/// What a range does at its ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RangeEnds {
    /// The samples inside, extrapolated to the ends where they are near enough.
    #[default]
    Extrapolated,
    /// From the last sample at or before the start to the last one inside (`anchored`, since 3.7): whole numbers stay whole.
    Anchored,
    /// Values at both ends interpolated between the samples around them (`smoothed`, since 3.7).
    Smoothed,
}

/// A question to Prometheus: a function of the samples in a range that ends at the time of evaluation.
///
/// ```
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// use sre_stats::time::{Span, Timestamp};
/// use sre_stats::window::{Dialect, RangeEnds, RangeFunction, RangeQuery};
/// let s = 1_000_000_000;
/// // one event between the second and the third of four scrapes
/// let times = vec![100 * s, 115 * s, 130 * s, 145 * s];
/// let counter = Series::new(Identity::default(), times, vec![50.0, 50.0, 51.0, 51.0], NanPolicy::Drop)?;
/// let increase = RangeQuery::new(RangeFunction::Increase, Span::MINUTE, RangeEnds::Extrapolated, Dialect::V3)?;
/// // four scrapes hold three of the minute's four intervals: one event reads as 4/3
/// let read = increase.read(&counter, Timestamp(150 * s)).expect("two samples or more");
/// assert!((read - 4.0 / 3.0).abs() < 1e-12);
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeQuery {
    function: RangeFunction,
    range: Span,
    ends: RangeEnds,
    dialect: Dialect,
    lookback: Span,
}

/// Sorted samples: times in nanoseconds and values, of one length.
type Samples<'a> = (&'a [i64], &'a [f64]);

impl RangeQuery {
    /// A question with the default lookback of 5 min, which only `anchored` and `smoothed` use.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the range is not more than 0, where `irate` is to be anchored or
    /// smoothed, which Prometheus refuses, or where a release before 3 is.
    pub fn new(function: RangeFunction, range: Span, ends: RangeEnds, dialect: Dialect) -> Result<Self> {
        if range.0 <= 0 {
            return Err(Error::argument(format!("a range needs to be more than 0, not {range}")));
        }
        if ends != RangeEnds::Extrapolated && (function == RangeFunction::Irate || dialect != Dialect::V3) {
            return Err(Error::argument(format!(
                "{function} of Prometheus {dialect} has no anchored or smoothed range"
            ))
            .hint("ask increase, rate or delta of Prometheus 3"));
        }
        Ok(Self { function, range, ends, dialect, lookback: Span(300 * Span::SECOND.0) })
    }

    /// The same question with another lookback.
    #[must_use]
    pub fn with_lookback(self, lookback: Span) -> Self {
        Self { lookback: Span(lookback.0.max(0)), ..self }
    }

    /// The function.
    pub fn function(&self) -> RangeFunction {
        self.function
    }

    /// The range.
    pub fn range(&self) -> Span {
        self.range
    }

    /// What Prometheus answers at a time of evaluation; `None` where it answers nothing.
    ///
    /// Prometheus keeps whole milliseconds; for such times the result is its own, but for rounding. `irate` and `rate` are
    /// per second, the others in the unit of the samples.
    pub fn read(&self, samples: &Series, at: Timestamp) -> Option<f64> {
        let end = at.0;
        let start = end.saturating_sub(self.range.0);
        let is_counter = self.function != RangeFunction::Delta;
        let per = if self.function == RangeFunction::Rate { self.range.as_secs_f64() } else { 1.0 };
        let all = (samples.times(), samples.values());
        if self.ends != RangeEnds::Extrapolated {
            let smoothed = self.ends == RangeEnds::Smoothed;
            let until = if smoothed { end.saturating_add(self.lookback.0) } else { end };
            let held = between(all, start.saturating_sub(self.lookback.0), until, false);
            return extended(held, start, end, smoothed, is_counter).map(|grown| grown / per);
        }
        let held = between(all, start, end, self.dialect.is_closed());
        if self.function == RangeFunction::Irate {
            return instant_rate(held);
        }
        extrapolated(held, start, end, is_counter, self.dialect).map(|grown| grown / per)
    }
}

impl fmt::Display for RangeQuery {
    /// As a query has it, with `x` for the metric: `increase(x[5m] anchored)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = match self.ends {
            RangeEnds::Extrapolated => "",
            RangeEnds::Anchored => " anchored",
            RangeEnds::Smoothed => " smoothed",
        };
        write!(f, "{}(x[{}]{ends})", self.function, self.range.compact())
    }
}

/// The samples after `from`, or at it where the range is closed, up to and with `to`.
fn between((times, values): Samples<'_>, from: i64, to: i64, closed: bool) -> Samples<'_> {
    let a = times.partition_point(|t| if closed { *t < from } else { *t <= from });
    let b = times.partition_point(|t| *t <= to).max(a);
    (times.get(a..b).unwrap_or_default(), values.get(a..b).unwrap_or_default())
}

fn seconds(from: i64, to: i64) -> f64 {
    Span(to.saturating_sub(from)).as_secs_f64()
}

/// What falls must have begun again at 0: the sum of the values before each fall.
fn lost_to_resets(values: &[f64]) -> f64 {
    values.windows(2).filter(|v| v[1] < v[0]).map(|v| v[0]).sum()
}

/// The growth between the first and the last sample, stretched to the ends of the range.
///
/// An end is reached where its sample lies within 1.1 mean intervals of it; else the series is taken to begin (or end) half an
/// interval outside the sample. A counter is not followed back beyond the point at which it would have been 0.
fn extrapolated((times, values): Samples<'_>, start: i64, end: i64, is_counter: bool, dialect: Dialect) -> Option<f64> {
    let (&[first_t, .., last_t], &[first, .., last]) = (times, values) else { return None };
    let mut grown = last - first;
    if is_counter {
        grown += lost_to_resets(values);
    }
    let sampled = seconds(first_t, last_t);
    let interval = sampled / (times.len() - 1) as f64;
    let near = interval * 1.1;
    let (mut before, mut after) = (seconds(start, first_t), seconds(last_t, end));
    let zero = if is_counter && grown > 0.0 && first >= 0.0 { sampled * (first / grown) } else { f64::INFINITY };
    if dialect == Dialect::V2_42 {
        before = before.min(zero);
    }
    if before >= near {
        before = interval / 2.0;
    }
    if dialect != Dialect::V2_42 {
        before = before.min(zero);
    }
    if after >= near {
        after = interval / 2.0;
    }
    Some(grown * ((sampled + before + after) / sampled))
}

/// The rate between the last two samples.
fn instant_rate((times, values): Samples<'_>) -> Option<f64> {
    let (&[.., t0, t1], &[.., v0, v1]) = (times, values) else { return None };
    let grown = if v1 < v0 { v1 } else { v1 - v0 };
    Some(grown / seconds(t0, t1))
}

/// The growth between values at both ends of the range: picked (`anchored`) or interpolated (`smoothed`) ones.
fn extended((times, values): Samples<'_>, start: i64, end: i64, smoothed: bool, is_counter: bool) -> Option<f64> {
    let newest = times.len().checked_sub(1)?;
    // the last sample at or before the start, or the first one of all; the newest sample is never taken for the left end
    let mut first = times.get(..newest)?.partition_point(|t| *t <= start).saturating_sub(1);
    let mut last = if smoothed { times.get(..newest)?.partition_point(|t| *t < end) } else { newest };
    let (first_t, last_t) = (*times.get(first)?, *times.get(last)?);
    if last_t <= start {
        return None;
    }
    let between = |i: usize, at: i64| {
        let (t, v) = (times.get(i..i + 2)?, values.get(i..i + 2)?);
        let from = if is_counter && v[1] < v[0] { 0.0 } else { v[0] };
        Some(from + (v[1] - from) * (seconds(t[0], at) / seconds(t[0], t[1])))
    };
    let left = if smoothed && first_t < start { between(first, start)? } else { *values.get(first)? };
    let right = if smoothed && last > 0 && last_t > end { between(last - 1, end)? } else { *values.get(last)? };
    let mut grown = right - left;
    if is_counter {
        // falls at the ends are part of the values there; those between them are looked for from end to end
        first += usize::from(first_t <= start);
        let inside = if last_t >= end { last } else { last + 1 };
        last = inside.max(first);
        let mut before = left;
        for &v in values.get(first..last)?.iter().chain(std::iter::once(&right)) {
            if v < before {
                grown += before;
            }
            before = v;
        }
    }
    Some(grown)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::RangeEnds::{Anchored, Extrapolated, Smoothed};
    use super::RangeFunction::{Delta, Increase};
    use super::*;
    use crate::series::{Identity, NanPolicy};

    const S: i64 = 1_000_000_000;

    /// One value every `step` seconds from 0 on, NaN where a scrape is missing.
    fn series(step: i64, values: &[f64]) -> Series {
        let times = (0..values.len() as i64).map(|i| i * step * S).collect();
        Series::new(Identity::default(), times, values.to_vec(), NanPolicy::Drop).unwrap()
    }

    fn ask(function: RangeFunction, range_s: i64, ends: RangeEnds) -> RangeQuery {
        RangeQuery::new(function, Span::from_secs(range_s), ends, Dialect::V3).unwrap()
    }

    const GAP: f64 = f64::NAN;

    /// The readings that PROM-52 lists for its two data sets, at 5 s, 20 s … 125 s.
    #[test]
    fn the_published_readings_of_both_data_sets() {
        let none = f64::NAN;
        let complete = series(15, &[1.0, 2.0, 3.0, 4.0, 5.0, 9.0, 10.0, 11.0, 12.0, 13.0]);
        let partial = series(15, &[1.0, 2.0, 3.0, GAP, GAP, 9.0, 10.0, 11.0, 12.0, 13.0]);
        let (third, sixth) = (1.0 / 3.0, 1.0 / 6.0);
        let published: [(&Series, RangeEnds, [f64; 9]); 6] = [
            (&complete, Extrapolated, [none, 1.5 + third, 2.5 + third, 4.0, 4.0, 8.0, 8.0, 8.0, 4.0]),
            (&complete, Anchored, [0.0, 1.0, 2.0, 3.0, 4.0, 7.0, 7.0, 7.0, 7.0]),
            (&complete, Smoothed, [third, 1.0 + third, 2.0 + third, 3.0 + third, 5.0, 7.0, 7.0, 7.0, 6.0]),
            (
                &partial,
                Extrapolated,
                [none, 1.5 + third, 2.5 + third, 3.0 + sixth, 2.0 + sixth, 8.0, 1.5 + third, 2.5 + third, 4.0],
            ),
            (&partial, Anchored, [0.0, 1.0, 2.0, 2.0, 2.0, 7.0, 7.0, 8.0, 9.0]),
            (
                &partial,
                Smoothed,
                [
                    third,
                    1.0 + third,
                    2.0 + 2.0 * third,
                    4.0 + 2.0 * third,
                    6.0 + third,
                    7.0,
                    6.0 + 2.0 * third,
                    5.0 + 2.0 * third,
                    4.0 + 2.0 * third,
                ],
            ),
        ];
        for (samples, ends, readings) in published {
            for (i, expected) in readings.into_iter().enumerate() {
                let at = Timestamp((5 + 15 * i as i64) * S);
                let read = ask(RangeFunction::Increase, 60, ends).read(samples, at);
                match read {
                    None => assert!(expected.is_nan(), "{ends:?} at {at}"),
                    Some(read) => assert!((read - expected).abs() < 1e-9, "{ends:?} at {at}: {read} {expected}"),
                }
            }
        }
    }

    /// Resets, gaps and the open left end, as Prometheus' own tests of `anchored` and `smoothed` have them.
    #[test]
    fn the_published_readings_with_resets() {
        let check = |s: &Series, function, range, ends, at: i64, expected: Option<f64>| {
            let read = ask(function, range, ends).read(s, Timestamp(at * S));
            match (read, expected) {
                (Some(a), Some(b)) => assert!((a - b).abs() < 1e-9, "{function} {ends:?} at {at}: {a} {b}"),
                (a, b) => assert_eq!(a, b, "{function} {ends:?} at {at}"),
            }
        };
        let open = series(60, &[1.0, 2.0, GAP, 4.0, 5.0]);
        check(&open, Increase, 60, Smoothed, 120, Some(1.0));
        check(&open, Increase, 60, Anchored, 120, None);
        let one = series(60, &[1.0, 2.0, 3.0, 4.0, 5.0, 1.0, 2.0, 3.0, 4.0, 5.0]);
        let two = series(60, &[3.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0]);
        let three = series(60, &[5.0, 8.0, 11.0, 3.0, 6.0, 9.0, 12.0, 15.0, 18.0, 21.0]);
        for (s, a, b, c, d) in
            [(&one, 1.0, 1.0, 1.0, 5.0), (&two, 2.0, -1.0, 2.0, 10.0), (&three, 3.0, 3.0, -8.0, 15.0)]
        {
            check(s, Increase, 60, Extrapolated, 90, None);
            check(s, Increase, 60, Smoothed, 90, Some(a));
            check(s, Increase, 60, Anchored, 90, Some(a));
            check(s, Delta, 60, Extrapolated, 90, None);
            check(s, Delta, 60, Anchored, 90, Some(b));
            check(s, Delta, 60, Anchored, 180, Some(c));
            check(s, Delta, 60, Anchored, 210, Some(c));
            check(s, Increase, 300, Extrapolated, 360, Some(d));
            check(s, Increase, 300, Smoothed, 375, Some(d));
            check(s, Increase, 300, Smoothed, 360, Some(d));
            check(s, Increase, 300, Anchored, 300, Some(d));
            check(s, Increase, 300, Anchored, 900, None);
        }
        let (down, up) = (series(60, &[11.0, 10.0, 9.0, 8.0, 7.0, 6.0]), series(60, &[0.0, 0.0, 0.0, 100.0]));
        check(&down, Delta, 300, Anchored, 300, Some(-5.0));
        check(&up, Delta, 120, Smoothed, 150, Some(50.0));
        check(&series(60, &[9.0, 8.0, 5.0, 4.0]), Increase, 120, Smoothed, 135, Some(12.0));
    }

    #[test]
    fn the_dialects_differ_at_the_left_end_and_at_zero() {
        let read = |s: &Series, dialect, range: i64, at: i64| {
            let q = RangeQuery::new(RangeFunction::Increase, Span::from_secs(range), RangeEnds::Extrapolated, dialect);
            q.unwrap().read(s, Timestamp(at * S))
        };
        // scrapes exactly on both ends: five samples in a closed minute, four in an open one
        let s = series(15, &[100.0, 101.0, 102.0, 103.0, 104.0]);
        assert_eq!(read(&s, Dialect::V2_53, 60, 60), Some(4.0));
        assert_eq!(read(&s, Dialect::V3, 60, 60), Some(3.0 * 60.0 / 45.0));
        // the counter would have been 0 an interval before its first sample, and the range begins two before: 2.42 goes back
        // to the zero, later ones half an interval
        let late = Series::new(
            Identity::default(),
            (4..8).map(|i| i * 10 * S).collect(),
            vec![10.0, 20.0, 30.0, 40.0],
            NanPolicy::Drop,
        )
        .unwrap();
        assert_eq!(read(&late, Dialect::V2_42, 50, 70), Some(30.0 * (30.0 + 10.0) / 30.0));
        assert_eq!(read(&late, Dialect::V2_53, 50, 70), Some(30.0 * (30.0 + 5.0) / 30.0));
        for (text, dialect) in
            [("2.42.0+ds", Dialect::V2_42), ("v2.53.3", Dialect::V2_53), ("3", Dialect::V3), ("3.5.0", Dialect::V3)]
        {
            assert_eq!(text.parse::<Dialect>().unwrap(), dialect);
        }
        for bad in ["", "1.8", "2", "2.51", "x"] {
            assert!(bad.parse::<Dialect>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_prometheus_refuses_is_refused() {
        let new = RangeQuery::new;
        assert!(new(RangeFunction::Irate, Span::MINUTE, RangeEnds::Anchored, Dialect::V3).is_err());
        assert!(new(RangeFunction::Rate, Span::MINUTE, RangeEnds::Smoothed, Dialect::V2_53).is_err());
        assert!(new(RangeFunction::Rate, Span::ZERO, RangeEnds::Extrapolated, Dialect::V3).is_err());
        let q = new(RangeFunction::Increase, Span::MINUTE, RangeEnds::Anchored, Dialect::V3).unwrap();
        assert_eq!(q.to_string(), "increase(x[1m] anchored)");
        assert_eq!(q.read(&series(15, &[1.0]), Timestamp(-S)), None);
    }
}
