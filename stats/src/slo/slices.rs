//! Slices of one width at phase 0, counted and compared.

use super::incidents::Cost;
use crate::error::Result;
use crate::events::Events;
use crate::time::{Grid, Span, Timestamp, Window};
use crate::window::{BadTime, NoData, Rule, bad_windows};

/// Slices of one width.
pub(super) struct Slices {
    /// How many count.
    pub(super) total: u64,
    /// The bad ones, in order.
    pub(super) bad: Vec<Window>,
}

impl Slices {
    pub(super) fn of(bad: &BadTime, width: Span, rule: &Rule) -> Result<Self> {
        let windows = bad_windows(bad, width, Span::ZERO, rule)?;
        let grid = Grid::new(width, Span::ZERO)?;
        // as `account` does, slices of phase 0 are shifted by the period's remainder of a tick
        let shift = Span(bad.period().start.0.rem_euclid(bad.resolution().0));
        let index = |t: Timestamp| grid.index(t - shift);
        let period = bad.period();
        let mut total = index(period.end() - Span(1)) - index(period.start) + 1;
        if bad.policy() == NoData::Excluded {
            // a slice counts unless it lies wholly in time without data
            for (from, to) in bad.no_data() {
                let first = index(from - Span(1)) + 1;
                let last = index(to) - 1;
                total -= (last - first + 1).max(0);
            }
        }
        Ok(Self { total: total.max(0) as u64, bad: windows })
    }
}

/// The mean over slices with events of their shares of good events, and how many such slices there are.
pub(super) fn mean_of_ratios(times: &[i64], good: impl Fn(usize) -> bool, width: Span) -> Result<(f64, u64)> {
    let grid = Grid::new(width, Span::ZERO)?;
    let (mut sum, mut slices, mut at) = (0.0, 0_u64, 0);
    while let Some(&t) = times.get(at) {
        let end = grid.window_at(Timestamp(t)).end().0;
        let n = times[at..].partition_point(|&t| t < end).max(1);
        sum += (at..at + n).filter(|&i| good(i)).count() as f64 / n as f64;
        (at, slices) = (at + n, slices + 1);
    }
    Ok((sum / slices as f64, slices))
}

/// How many bad events lie in each interval; both are sorted.
pub(super) fn bad_in(events: &Events, good: impl Fn(usize) -> bool, intervals: &[(Timestamp, Timestamp)]) -> Vec<Cost> {
    let mut at = 0;
    let times = events.times();
    let count = |&(from, to): &(Timestamp, Timestamp)| {
        at += times[at..].partition_point(|&t| t < from.0);
        let n = times[at..].partition_point(|&t| t < to.0);
        let bad = (at..at + n).filter(|&i| !good(i)).count();
        (from, to, bad as f64)
    };
    intervals.iter().map(count).collect()
}
