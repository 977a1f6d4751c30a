//! How many members were bad, tick by tick, so that any window is two subtractions.

use crate::error::{Error, Result};
use crate::slo::Population;
use crate::time::{Span, Timestamp, Window};

/// The most ticks: 2²⁵, a year at 1 s.
pub(super) const MAX_TICKS: usize = 1 << 25;

/// Bad and all members of a population per tick, kept as running sums: the counts of any window are exact and cost the same.
///
/// Members are requests; or, where an objective counts time or slices, ticks of time or slices, each 0 or 1. A tick without
/// members is one without data: it counts neither way.
///
/// ```
/// use sre_stats::slo::{Population, alert::Tally};
/// use sre_stats::time::{Span, Timestamp};
/// let counts = Tally::new(Timestamp(0), Span::SECOND, &[0, 2, 1], &[10, 10, 5], Population::Requests)?;
/// let second = |s: i64| Timestamp(s * 1_000_000_000);
/// assert_eq!(counts.between(second(1), second(3)), (3, 15));
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Tally {
    start: Timestamp,
    tick: Span,
    /// `bad[i]`: bad members before tick i; one entry more than ticks.
    bad: Vec<u64>,
    total: Vec<u64>,
    population: Population,
    pub(super) caveats: Vec<String>,
    /// The same with all that is in doubt as good, and with all of it as bad; `None` where nothing is.
    pub(super) ends: Option<Box<(Tally, Tally)>>,
}

impl Tally {
    /// Counts of ticks `[start + i·tick, start + (i + 1)·tick)`.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without a tick or without a member, [`Mismatch`](crate::ErrorKind::Mismatch) where the
    /// lengths differ, [`Argument`](crate::ErrorKind::Argument) where more are bad than there are, the tick is not more than 0, or
    /// there are more than 2²⁵ ticks.
    pub fn new(start: Timestamp, tick: Span, bad: &[u64], total: &[u64], population: Population) -> Result<Self> {
        if bad.len() != total.len() {
            return Err(Error::mismatch(format!("{} counts of bad ones and {} of all", bad.len(), total.len())));
        }
        if let Some(i) = (0..bad.len()).find(|&i| bad[i] > total[i]) {
            let at = start + Span(tick.0.saturating_mul(i as i64));
            return Err(Error::argument(format!("{} bad ones of {} at {at}", bad[i], total[i])));
        }
        Self::from_ticks(start, tick, bad, total, population)
    }

    fn from_ticks(start: Timestamp, tick: Span, bad: &[u64], total: &[u64], population: Population) -> Result<Self> {
        if tick.0 <= 0 {
            return Err(Error::argument(format!("a tick needs to be more than 0, not {tick}")));
        }
        if bad.len() > MAX_TICKS {
            return Err(too_many(bad.len() as i64, tick));
        }
        let bad = running(bad)?;
        let total = running(total)?;
        if total.last().is_none_or(|n| *n == 0) {
            return Err(Error::empty("nothing was counted"));
        }
        Ok(Self { start, tick, bad, total, population, caveats: Vec::new(), ends: None })
    }

    /// The first instant.
    pub fn start(&self) -> Timestamp {
        self.start
    }

    /// The width of a tick.
    pub fn tick(&self) -> Span {
        self.tick
    }

    /// How many ticks there are, at least 1.
    pub fn ticks(&self) -> usize {
        self.bad.len() - 1
    }

    /// The first instant after the last tick.
    pub fn end(&self) -> Timestamp {
        self.edge(self.ticks())
    }

    /// From the first tick to the last.
    pub fn window(&self) -> Window {
        let width = self.end().since(self.start);
        Window { start: self.start, width, phase: Span(self.start.0.rem_euclid(width.0.max(1))) }
    }

    /// What is counted.
    pub fn population(&self) -> Population {
        self.population
    }

    /// What a reader must know of how they came to be.
    pub fn caveats(&self) -> &[String] {
        &self.caveats
    }

    /// Bad members and all members.
    pub fn sums(&self) -> (u64, u64) {
        self.of(0, self.ticks())
    }

    /// Bad and all members of the ticks that lie wholly in `[from, to)`.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> (u64, u64) {
        let first = from.since(self.start).0.saturating_add(self.tick.0 - 1).div_euclid(self.tick.0);
        self.of(first.clamp(0, self.ticks() as i64) as usize, self.ended_by(to))
    }

    /// Bad and all members of ticks `[from, to)`.
    pub(super) fn of(&self, from: usize, to: usize) -> (u64, u64) {
        let (from, to) = (from.min(to), to);
        (self.bad[to] - self.bad[from], self.total[to] - self.total[from])
    }

    /// How many ticks have ended at an instant.
    pub(super) fn ended_by(&self, t: Timestamp) -> usize {
        t.since(self.start).0.div_euclid(self.tick.0).clamp(0, self.ticks() as i64) as usize
    }

    /// The beginning of a tick.
    pub(super) fn edge(&self, tick: usize) -> Timestamp {
        self.start + Span(self.tick.0.saturating_mul(tick as i64))
    }

    /// How many whole ticks a span has, at least 1.
    pub(super) fn ticks_in(&self, span: Span) -> usize {
        (span.0 / self.tick.0).max(1) as usize
    }

    /// The same members in wider ticks that begin at multiples of `width` plus `phase` from the epoch, the first and last of them
    /// perhaps only partly filled.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the width is not a multiple of the tick; a phase off the ticks moves down to
    /// one.
    pub fn coarsened(&self, width: Span, phase: Span) -> Result<Self> {
        if width.0 <= 0 || width.0 % self.tick.0 != 0 {
            return Err(Error::argument(format!("{width} is not a multiple of the counts' tick of {}", self.tick)));
        }
        let per = (width.0 / self.tick.0) as usize;
        // ticks of the first bucket that lie before the data
        let lead = ((self.start.0 - phase.0).rem_euclid(width.0) / self.tick.0) as usize;
        let n = (lead + self.ticks()).div_ceil(per);
        let mut edges = (0..=n).map(|i| (i * per).saturating_sub(lead).min(self.ticks()));
        let first = edges.next().unwrap_or(0);
        let (mut bad, mut total) = (vec![self.bad[first]], vec![self.total[first]]);
        for edge in edges {
            bad.push(self.bad[edge]);
            total.push(self.total[edge]);
        }
        let start = self.start - Span(lead as i64 * self.tick.0);
        let ends = self.ends.as_deref();
        let ends = ends.map(|(best, worst)| Ok((best.coarsened(width, phase)?, worst.coarsened(width, phase)?)));
        let ends = ends.transpose()?.map(Box::new);
        Ok(Self { start, tick: width, bad, total, population: self.population, caveats: self.caveats.clone(), ends })
    }
}

pub(super) fn too_many(ticks: i64, tick: Span) -> Error {
    Error::argument(format!("{ticks} ticks of {tick} are too many to replay")).hint("give a coarser resolution")
}

/// Running sums from 0.
fn running(counts: &[u64]) -> Result<Vec<u64>> {
    let mut out = Vec::with_capacity(counts.len() + 1);
    let mut sum = 0_u64;
    out.push(sum);
    for n in counts {
        // half of the range, so that a threshold's product stays exact in 128 bits with room to spare
        sum = sum
            .checked_add(*n)
            .filter(|s| *s < 1 << 62)
            .ok_or_else(|| Error::argument("the counts add up to too much"))?;
        out.push(sum);
    }
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nonsense_is_refused() {
        let new = |bad: &[u64], total: &[u64], tick| {
            Tally::new(Timestamp(0), Span(tick), bad, total, Population::Requests).map(|_| ()).unwrap_err().to_string()
        };
        assert!(new(&[1], &[1, 2], 1).contains("1 counts of bad ones and 2"));
        assert!(new(&[0, 3], &[1, 2], 1_000_000_000).contains("3 bad ones of 2 at 1970-01-01T00:00:01Z"));
        assert!(new(&[0], &[0], 1).contains("nothing"));
        assert!(new(&[], &[], 1).contains("nothing"));
        assert!(new(&[0], &[1], 0).contains("tick"));
        assert!(new(&[0, 0], &[u64::MAX / 2, u64::MAX / 2], 1).contains("too much"));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn windows_and_buckets_are_what_adding_up_says(
            ticks in prop::collection::vec((0_u64..5, 0_u64..5), 1..60),
            start in -50_i64..50,
            per in 1_i64..9,
            phase in 0_i64..9,
            from in -80_i64..120,
            length in 0_i64..80,
        ) {
            let (bad, total): (Vec<u64>, Vec<u64>) = ticks.iter().map(|(b, g)| (*b, b + g)).unzip();
            prop_assume!(total.iter().sum::<u64>() > 0);
            let counts = Tally::new(Timestamp(start), Span(1), &bad, &total, Population::Requests).unwrap();
            let naive = |a: i64, b: i64| {
                let inside = |i: &usize| { let t = start + *i as i64; t >= a && t < b };
                (0..bad.len()).filter(inside).fold((0, 0), |s, i| (s.0 + bad[i], s.1 + total[i]))
            };
            prop_assert_eq!(counts.between(Timestamp(from), Timestamp(from + length)), naive(from, from + length));
            let wide = counts.coarsened(Span(per), Span(phase)).unwrap();
            prop_assert_eq!((wide.start().0 - phase).rem_euclid(per), 0);
            prop_assert!(wide.start().0 <= start && wide.end().0 >= start + bad.len() as i64);
            for i in 0..wide.ticks() {
                let at = wide.edge(i).0;
                prop_assert_eq!(wide.of(i, i + 1), naive(at, at + per));
            }
            prop_assert_eq!(wide.sums(), counts.sums());
        }
    }
}
