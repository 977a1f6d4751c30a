//! A series on an even grid, with its gaps, or the reason why it cannot be put on one.

use crate::series::{Series, usual_steps};
use crate::time::{Span, Timestamp};
use crate::words::agreeing;

/// More slots than this are refused: the times are no grid, or the work would be without end.
const MOST_SLOTS: f64 = 4e6;

/// One slot a step; NaN where there is no sample.
#[derive(Clone, Debug)]
pub(super) struct Regular {
    pub(super) start: i64,
    pub(super) step: i64,
    pub(super) values: Vec<f64>,
    /// Slots that hold a value.
    pub(super) present: usize,
    /// The longest run of slots without one.
    pub(super) longest_gap: usize,
    /// What a reader must know of the times.
    pub(super) caveats: Vec<String>,
}

impl Regular {
    /// Samples by slot, the mean where a slot has several; an error is the reason for a “no verdict”.
    pub(super) fn of(series: &Series) -> Result<Self, String> {
        let (times, values) = (series.times(), series.values());
        let n = values.len();
        if n < 3 {
            return Err(format!("{} too few: 3 or more are needed", agreeing(n as u64, "sample", "is", "are")));
        }
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
        if low == high {
            return Err(format!("all {n} values are equal"));
        }
        if low.abs().max(high.abs()) > 1e150 {
            return Err("values beyond 1e150 are too large to compute with".into());
        }
        if low.abs().max(high.abs()) < 1e-150 {
            return Err("values below 1e-150 are too small to compute with: give them in a smaller unit".into());
        }
        if let Some(why) = series.mixed() {
            return Err(why);
        }
        let step = rounded(series.step().map_or(1, |s| s.0).max(1));
        let start = times[0];
        let slots = (times[n - 1] as f64 - start as f64) / step as f64 + 1.0;
        if slots > MOST_SLOTS {
            return Err(format!("{slots:.0} steps of {} are too many: 4 000 000 are the most", Span(step)));
        }
        let mut regular = Self {
            start,
            step,
            values: vec![f64::NAN; slots.round() as usize],
            present: 0,
            longest_gap: 0,
            caveats: Vec::new(),
        };
        let shared = regular.fill(times, values);
        let (present, all) = (regular.present, regular.values.len());
        if present * 2 < all {
            return Err(format!(
                "times are irregular: of {all} steps of {} only {present} hold a sample; a mean per window makes them even",
                Span(step).about()
            ));
        }
        if present < all {
            regular.caveats.push(format!("{} of {all} steps have no sample and count as missing", all - present));
        }
        if shared > 0 {
            regular.caveats.push(format!("{shared} samples share a step of {} and count by their mean", Span(step)));
        }
        let duplicate = series.dropped().duplicate;
        if duplicate > 0 {
            regular.caveats.push(format!("{duplicate} samples at a time that had one already were left out"));
        }
        Ok(regular)
    }

    fn fill(&mut self, times: &[i64], values: &[f64]) -> usize {
        let last = self.values.len() - 1;
        let slot = |t: i64| (((t - self.start) as f64 / self.step as f64).round() as usize).min(last);
        let (mut shared, mut at) = (0, 0);
        let mut previous = None;
        while at < times.len() {
            let place = slot(times[at]);
            let run = times[at..].iter().take_while(|t| slot(**t) == place).count();
            let mean = values[at..at + run].iter().map(|v| v / run as f64).sum();
            self.values[place] = mean;
            self.present += 1;
            shared += run - 1;
            let gap = previous.map_or(0, |p: usize| place - p - 1);
            self.longest_gap = self.longest_gap.max(gap);
            previous = Some(place);
            at += run;
        }
        shared
    }

    /// The time of a slot, also beyond the last.
    pub(super) fn time(&self, slot: usize) -> Timestamp {
        Timestamp(self.start.saturating_add(self.step.saturating_mul(slot as i64)))
    }

    /// A number of steps as a span.
    pub(super) fn span(&self, steps: usize) -> Span {
        Span(self.step.saturating_mul(steps as i64))
    }

    /// The last value and its slot.
    pub(super) fn last(&self) -> (usize, f64) {
        let found = self.values.iter().enumerate().rev().find(|(_, v)| !v.is_nan());
        found.map_or((0, f64::NAN), |(i, v)| (i, *v))
    }

    /// Why a season of so many steps cannot be told, where a gap swallows a whole one.
    pub(super) fn gap_beyond(&self, season: usize) -> Option<String> {
        (self.longest_gap >= season).then(|| {
            format!(
                "a gap of {} is longer than the season of {}: what came back after it may be out of phase",
                self.span(self.longest_gap).about(),
                self.span(season).about()
            )
        })
    }
}

/// The smallest step between two values; that of their doubles where they are as fine as these.
pub(super) fn resolution(values: &[f64]) -> f64 {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let size = sorted.first().zip(sorted.last()).map_or(0.0, |(a, b)| a.abs().max(b.abs()));
    // steps of the last digits of a double are rounding
    let rounding = 1e-12 * size;
    let steps = sorted.windows(2).map(|w| w[1] - w[0]).filter(|d| *d > rounding);
    steps.fold(f64::INFINITY, f64::min).min(2.0 * size).max(rounding)
}

/// A measured step within a hundredth of a usual one is taken for it.
fn rounded(step: i64) -> i64 {
    usual_steps().into_iter().find(|s| (step - s).abs() <= s / 100).unwrap_or(step)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};

    fn regular(times: &[i64], values: &[f64]) -> Result<Regular, String> {
        let times = times.iter().map(|t| t * 1_000_000).collect();
        Regular::of(&Series::new(Identity::default(), times, values.to_vec(), NanPolicy::Drop).unwrap())
    }

    #[test]
    fn jitter_is_rounded_and_gaps_stay_gaps() {
        let found = regular(&[0, 1003, 1998, 5001, 6000, 7002], &[1.0, 2.0, 3.0, 6.0, 7.0, 8.0]).unwrap();
        assert_eq!((found.step, found.present, found.longest_gap), (1_000_000_000, 6, 2));
        assert_eq!(found.values[..3], [1.0, 2.0, 3.0]);
        assert!(found.values[3].is_nan() && found.values[4].is_nan());
        assert_eq!(found.values[5..], [6.0, 7.0, 8.0]);
    }

    #[test]
    fn a_measured_step_near_a_usual_one_is_that_one() {
        // those that a series knows are those that a forecast knows
        for usual in usual_steps() {
            assert_eq!((rounded(usual), rounded(usual + usual / 101)), (usual, usual));
            assert_eq!(rounded(usual + usual / 20), usual + usual / 20);
        }
        let four = regular(&[0, 4001, 8002, 12_003, 16_004], &[1.0, 2.0, 3.0, 6.0, 7.0]).unwrap();
        assert_eq!(four.step, 4_000_000_000);
        assert!(usual_steps().is_sorted());
    }

    #[test]
    fn what_is_no_grid_has_a_reason() {
        assert!(regular(&[0, 1000], &[1.0, 2.0]).unwrap_err().contains("too few"));
        assert!(regular(&[0, 1000, 2000], &[1.0; 3]).unwrap_err().contains("equal"));
        let twice = regular(&[0, 0, 1000, 2000, 3000], &[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap_err();
        assert!(twice.contains("share their time"), "{twice}");
        let odd = regular(&[0, 1000, 2000, 50_000, 90_000], &[1.0, 2.0, 3.0, 4.0, 5.0]).unwrap_err();
        assert!(odd.contains("irregular"), "{odd}");
    }
}
