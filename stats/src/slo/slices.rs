//! Slices of one width at phase 0, counted and compared.

use super::units::Units;
use crate::error::Result;
use crate::time::{Grid, Span, Timestamp, Window};
use crate::window::{BadTime, NoData, Rule, bad_windows};
use crate::words::counted;

/// Slices of one width.
pub(super) struct Slices {
    /// How many count.
    pub(super) total: u64,
    /// The bad ones, in order.
    pub(super) bad: Vec<Window>,
    /// Where the first begins and the last ends.
    ends: (Timestamp, Timestamp),
    width: Span,
    /// Runs of slices that do not count.
    excluded: Vec<(Timestamp, Timestamp)>,
    /// How many slices lie wholly in time without data, whether they count or not.
    pub(super) empty: u64,
}

impl Slices {
    pub(super) fn of(bad: &BadTime, width: Span, rule: &Rule) -> Result<Self> {
        let windows = bad_windows(bad, width, Span::ZERO, rule)?;
        let grid = Grid::new(width, Span::ZERO)?;
        // as `account` does, slices of phase 0 are shifted by the period's remainder of a tick
        let shift = Span(bad.period().start.0.rem_euclid(bad.resolution().0));
        let index = |t: Timestamp| grid.index(t - shift);
        let start = |index: i64| grid.window(index).start + shift;
        let period = bad.period();
        let (first, last) = (index(period.start), index(period.end() - Span(1)));
        let mut total = last - first + 1;
        let (mut excluded, mut empty) = (Vec::new(), 0);
        for (from, to) in bad.no_data() {
            let (a, b) = (index(from - Span(1)) + 1, index(to));
            if a < b {
                empty += b - a;
                // a slice counts unless it lies wholly in time without data
                if bad.policy() == NoData::Excluded {
                    total -= b - a;
                    excluded.push((start(a), start(b)));
                }
            }
        }
        let ends = (start(first), start(last + 1));
        Ok(Self { total: total.max(0) as u64, bad: windows, ends, width, excluded, empty: empty.max(0) as u64 })
    }

    /// How many slices no event lies in and what they count as, where that is no matter of the time that the data cover.
    pub(super) fn without_events(&self, bad: &BadTime) -> Option<String> {
        let all = if bad.policy() == NoData::Excluded { self.total + self.empty } else { self.total };
        let width = super::period::compact(self.width);
        let of = format!("{} of {} of {width}", self.empty, counted(all, "slice"));
        let are = match bad.policy() {
            NoData::Excluded => {
                "hold no event and count neither as good nor as bad; they are no gap in what the data cover, as nobody knows whether there \
                 was anything to see"
            }
            NoData::Bad => "hold no event and count as bad",
            NoData::Good => "hold no event and count as good",
            NoData::Hold => "hold no event and count as the slice before them does",
        };
        (self.empty > 0 && bad.is_per_slice()).then(|| format!("{of} {are}"))
    }

    /// Bad and all slices by units of time.
    pub(super) fn units(&self) -> Units {
        let mut units = Units::over(self.ends.0, self.ends.1, self.width);
        units.spread(self.ends.0, self.ends.1, self.width, 0.0, 1.0);
        for &(from, to) in &self.excluded {
            units.spread(from, to, self.width, 0.0, -1.0);
        }
        for window in &self.bad {
            units.add(window.start, 1.0, 0.0);
        }
        units
    }
}

/// The mean of ratios over slices that hold any members: `of(from, to)` gives the good and all members of the rows
/// numbered `[from, to)`; how many such slices there are.
pub(super) fn mean_of_ratios(
    times: &[i64],
    width: Span,
    of: impl Fn(usize, usize) -> (f64, f64),
) -> Result<(f64, u64)> {
    let grid = Grid::new(width, Span::ZERO)?;
    let (mut sum, mut slices, mut at) = (0.0, 0_u64, 0);
    while let Some(&t) = times.get(at) {
        let end = grid.window_at(Timestamp(t)).end().0;
        let n = times[at..].partition_point(|&t| t < end).max(1);
        let (good, all) = of(at, at + n);
        if all > 0.0 {
            sum += good / all;
            slices += 1;
        }
        at += n;
    }
    Ok((sum / slices as f64, slices))
}
