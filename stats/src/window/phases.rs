//! How many slices are bad at each phase.

use super::intervals::Ticks;
use crate::time::Span;

/// Phases up to this many are counted in an array, more in a sorted list of changes.
const DENSE: i64 = 1 << 20;

/// A run of neighbouring phases at which equally many slices are bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PhaseRun {
    /// The first phase of the run, from 0 to the width.
    #[serde(rename = "from_s")]
    pub from: Span,
    /// The phase after the last one.
    #[serde(rename = "to_s")]
    pub to: Span,
    /// The number of bad slices at each of these phases.
    pub slices: u64,
}

/// The number of bad slices at every phase of a width, as runs in order of the phase; together they cover the width.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct PhaseProfile {
    #[serde(rename = "width_s")]
    width: Span,
    #[serde(rename = "resolution_s")]
    resolution: Span,
    runs: Vec<PhaseRun>,
}

impl PhaseProfile {
    /// Counts the bad starts by phase; `first_tick` is the number of tick 0 counted from the epoch.
    pub(super) fn of(starts: &[Ticks], w: i64, resolution: Span, first_tick: i64) -> Self {
        let mut base = 0_i64;
        let mut dense = vec![0_i64; if w <= DENSE { w as usize + 1 } else { 0 }];
        let mut sparse: Vec<(i64, i64)> = Vec::new();
        let mut change = |at: i64, by: i64| match dense.get_mut(at as usize) {
            Some(slot) => *slot += by,
            None => sparse.push((at, by)),
        };
        for &(a, b) in starts {
            let length = b - a;
            base += length / w;
            let rest = length % w;
            if rest > 0 {
                let from = (first_tick + a).rem_euclid(w);
                change(from, 1);
                if from + rest <= w {
                    change(from + rest, -1);
                } else {
                    change(0, 1);
                    change(from + rest - w, -1);
                }
            }
        }
        if w <= DENSE {
            sparse = dense.iter().enumerate().filter(|(_, by)| **by != 0).map(|(at, by)| (at as i64, *by)).collect();
        } else {
            sparse.sort_unstable();
        }
        let span = |ticks: i64| Span(ticks * resolution.0);
        let mut runs: Vec<PhaseRun> = Vec::new();
        let (mut from, mut count) = (0, base);
        let mut run = |from: i64, to: i64, count: i64| {
            if from < to {
                match runs.last_mut() {
                    Some(last) if last.slices == count as u64 => last.to = span(to),
                    _ => runs.push(PhaseRun { from: span(from), to: span(to), slices: count as u64 }),
                }
            }
        };
        for (at, by) in sparse {
            run(from, at, count);
            (from, count) = (at, count + by);
        }
        run(from, w, count);
        Self { width: span(w), resolution, runs }
    }

    /// The width of the slices.
    pub fn width(&self) -> Span {
        self.width
    }

    /// The number of phases: the width in ticks of the resolution.
    pub fn phases(&self) -> u64 {
        (self.width.0 / self.resolution.0) as u64
    }

    /// The runs, in order of the phase.
    pub fn runs(&self) -> &[PhaseRun] {
        &self.runs
    }

    /// How many slices are bad at a phase; any span is taken modulo the width.
    pub fn bad_slices(&self, phase: Span) -> u64 {
        let phase = Span(phase.0.rem_euclid(self.width.0));
        let i = self.runs.partition_point(|r| r.to <= phase);
        self.runs.get(i).map_or(0, |r| r.slices)
    }

    /// The time charged at a phase.
    pub fn charged(&self, phase: Span) -> Span {
        Span((self.bad_slices(phase) as i64).saturating_mul(self.width.0))
    }

    /// The share of phases at which no more than `allowed` is charged.
    pub fn share_within(&self, allowed: Span) -> f64 {
        let fits = |r: &&PhaseRun| (r.slices as i64).saturating_mul(self.width.0) <= allowed.0;
        self.runs.iter().filter(fits).map(|r| r.to.0 - r.from.0).sum::<i64>() as f64 / self.width.0 as f64
    }

    /// Least number of bad slices over the phases, the sum over all phases, the greatest, and the standard deviation.
    pub(super) fn moments(&self) -> (u64, i128, u64, f64) {
        let least = self.runs.iter().map(|r| r.slices).min().unwrap_or(0);
        let most = self.runs.iter().map(|r| r.slices).max().unwrap_or(0);
        let phases = |r: &PhaseRun| i128::from((r.to.0 - r.from.0) / self.resolution.0);
        let n = i128::from(self.phases()).max(1);
        // around the least count and in whole numbers, so that nothing cancels
        let above = |r: &PhaseRun| i128::from(r.slices - least);
        let sum: i128 = self.runs.iter().map(|r| phases(r) * above(r)).sum();
        let squares: i128 = self.runs.iter().map(|r| phases(r) * above(r) * above(r)).sum();
        let variance = (n * squares - sum * sum) as f64 / (n * n) as f64;
        (least, i128::from(least) * n + sum, most, variance.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sparse_and_dense_counting_agree_with_a_loop() {
        for (w, first) in [(5_i64, 0_i64), (7, -3), (60, 1_000_003)] {
            let starts = [(-4, 9), (11, 12), (20, 20 + 3 * w), (200, 200 + w + 1), (400, 430)];
            let profile = PhaseProfile::of(&starts, w, Span::SECOND, first);
            for phase in 0..w {
                let count =
                    starts.iter().flat_map(|&(a, b)| a..b).filter(|s| (first + s).rem_euclid(w) == phase).count();
                assert_eq!(profile.bad_slices(Span::from_secs(phase)), count as u64);
                assert_eq!(profile.bad_slices(Span::from_secs(phase - 3 * w)), count as u64);
            }
            assert_eq!(profile.phases(), w as u64);
        }
    }

    #[test]
    fn more_phases_than_the_array_holds() {
        let w = DENSE + 10;
        let starts = [(5, 105), (50, 70), (w, 2 * w + 3)];
        let profile = PhaseProfile::of(&starts, w, Span(1), 0);
        for (phase, count) in [(0, 2), (2, 2), (3, 1), (5, 2), (49, 2), (50, 3), (70, 2), (105, 1), (w - 1, 1)] {
            assert_eq!(profile.bad_slices(Span(phase)), count, "phase {phase}");
        }
    }

    #[test]
    fn moments_are_those_of_the_phases() {
        let profile = PhaseProfile::of(&[(0, 59 + 300)], 300, Span::SECOND, 0);
        let (least, sum, most, sd) = profile.moments();
        assert_eq!((least, sum, most), (1, 359, 2));
        let f: f64 = 59.0 / 300.0;
        assert!((sd - (f * (1.0 - f)).sqrt()).abs() < 1e-12);
    }
}
