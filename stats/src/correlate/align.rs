//! Series of different times on one lattice.

use crate::series::Series;
use crate::time::Span;
use crate::words::agreeing;

/// Cells that a lattice may have at most for each sample of the longest series.
const SPARSE: i128 = 8;

/// A lattice of equal steps from the first sample of all series to the last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lattice {
    pub(crate) start: i64,
    pub(crate) step: Span,
    pub(crate) cells: usize,
}

/// A series whose own step is below this share of the lattice's is finer: many of its samples share a cell, as they should.
const FINER: f64 = 0.75;

impl Lattice {
    /// The lattice of the greatest usual step among the series; `None` without two samples anywhere, or where the series lie so
    /// far apart that most of it would be empty.
    pub(crate) fn over(series: &[Series]) -> Option<Self> {
        let step = series.iter().filter_map(Series::step).max()?;
        let start = series.iter().filter_map(|s| s.times().first()).min()?;
        let mut lattice = Self { start: *start, step, cells: 0 };
        let last = series.iter().filter_map(|s| lattice.places(s).last().copied()).max()?;
        let longest = series.iter().map(Series::len).max()? as i128;
        if last + 1 > longest * SPARSE {
            return None;
        }
        lattice.cells = usize::try_from(last + 1).ok()?;
        Some(lattice)
    }

    /// The cell of each sample: the nearest one. The samples of a series that is no finer than the lattice lie in the middle of theirs, wherever
    /// it begins, so that jitter moves none into another.
    fn places(&self, series: &Series) -> Vec<i128> {
        let step = i128::from(self.step.0);
        let since = |t: &i64| i128::from(*t) - i128::from(self.start);
        if self.is_finer(series) {
            return series.times().iter().map(|t| (since(t) + step / 2).div_euclid(step)).collect();
        }
        // the mean direction of the times on a circle of one step: how far behind the lattice the series runs, by at most half a step
        let turn = std::f64::consts::TAU / step as f64;
        let sum = |(sin, cos): (f64, f64), t: &i64| {
            let (s, c) = (since(t).rem_euclid(step) as f64 * turn).sin_cos();
            (sin + s, cos + c)
        };
        let (sin, cos) = series.times().iter().fold((0.0, 0.0), sum);
        let behind = (sin.atan2(cos) / turn).round() as i128;
        // the earliest sample of all may run ahead of its own series
        series.times().iter().map(|t| ((since(t) - behind + step / 2).div_euclid(step)).max(0)).collect()
    }

    fn is_finer(&self, series: &Series) -> bool {
        series.step().is_some_and(|own| (own.0 as f64) < FINER * self.step.0 as f64)
    }

    /// The mean of the values in each cell, one for each sample of a series; `None` in cells without one.
    pub(crate) fn place(&self, series: &Series, values: &[f64]) -> Vec<Option<f64>> {
        let mut sums = vec![(0.0, 0u32); self.cells];
        for (place, v) in self.places(series).into_iter().zip(values) {
            if let Some(cell) = usize::try_from(place).ok().and_then(|i| sums.get_mut(i)) {
                cell.0 += v;
                cell.1 += 1;
            }
        }
        sums.into_iter().map(|(sum, count)| (count > 0).then(|| sum / f64::from(count))).collect()
    }

    /// What is said of a series of which several samples share a cell though it is no finer than the lattice.
    pub(crate) fn crowded(&self, series: &Series) -> Option<String> {
        if self.is_finer(series) {
            return None;
        }
        let places = self.places(series);
        let taken = 1 + places.windows(2).filter(|w| w[0] != w[1]).count();
        let several = places.len().saturating_sub(taken);
        let span = places.last()? - places.first()? + 1;
        let none = u64::try_from(span).ok()?.saturating_sub(taken as u64);
        (several > 0).then(|| {
            format!(
                "{}: {} a step of {} with the one before, counted by their mean; {} without one",
                series.identity().title(),
                agreeing(several as u64, "sample", "shares", "share"),
                self.step,
                agreeing(none, "step", "is", "are")
            )
        })
    }
}

/// The cells with the empty ones between two others on the straight line between those, the outer ones as the nearest; `None` where
/// all are empty.
pub(crate) fn filled(cells: &[Option<f64>]) -> Option<Vec<f64>> {
    let known: Vec<(usize, f64)> = cells.iter().enumerate().filter_map(|(i, c)| c.map(|v| (i, v))).collect();
    let (first, last) = (known.first()?, known.last()?);
    let mut out = vec![first.1; first.0];
    for pair in known.windows(2) {
        let ((i, a), (j, b)) = (pair[0], pair[1]);
        out.extend((i..j).map(|k| a + (b - a) * (k - i) as f64 / (j - i) as f64));
    }
    out.resize(cells.len(), last.1);
    Some(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::quantile::random::SplitMix64;
    use crate::series::{Identity, NanPolicy};

    fn series(times: &[i64]) -> Series {
        let values = times.iter().map(|t| *t as f64).collect();
        Series::new(Identity::default(), times.to_vec(), values, NanPolicy::Refuse).unwrap()
    }

    #[test]
    fn finer_samples_are_averaged_and_gaps_are_lines() {
        let (coarse, fine) = (series(&[0, 10, 20, 50]), series(&[10, 12, 14, 16, 18, 20]));
        let lattice = Lattice::over(&[coarse.clone(), fine.clone()]).unwrap();
        assert_eq!((lattice.start, lattice.step, lattice.cells), (0, Span(10), 6));
        let placed = lattice.place(&fine, fine.values());
        assert_eq!(placed, [None, Some(12.0), Some(18.0), None, None, None]);
        assert_eq!(filled(&placed).unwrap(), [12.0, 12.0, 18.0, 18.0, 18.0, 18.0]);
        assert_eq!(filled(&lattice.place(&coarse, coarse.values())).unwrap(), [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]);
        assert_eq!(filled(&[None, None]), None);
        assert!(Lattice::over(&[series(&[0, 1]), series(&[1_000_000, 1_000_001])]).is_none());
    }

    /// One line, sampled every 15 s and every 60 s from some time on: the means of the finer samples of a cell are off by no more than half a
    /// step, whatever the time.
    #[test]
    fn a_finer_and_a_coarser_series_meet() {
        for late in (0..60).step_by(5) {
            let fine = series(&(0..400).map(|i| i * 15).collect::<Vec<_>>());
            let coarse = series(&(0..90).map(|i| i * 60 + late).collect::<Vec<_>>());
            let lattice = Lattice::over(&[fine.clone(), coarse.clone()]).unwrap();
            let (fine, coarse) = (lattice.place(&fine, fine.values()), lattice.place(&coarse, coarse.values()));
            let both = fine.iter().zip(&coarse).filter_map(|(a, b)| Some((*a)? - (*b)?));
            // the first cell holds half of the finer samples
            let far = both.skip(1).fold(0.0f64, |most, d| most.max(d.abs()));
            assert!(far <= 37.5, "{late}: {far}");
        }
    }

    #[test]
    fn jitter_moves_no_sample_into_another_cell() {
        let step = 15_000_000_000;
        for (late, seed) in [(0, 1), (4, 2), (7, 3), (-6, 4)] {
            let mut random = SplitMix64::new(seed);
            // up to 2 s to either side, and the first sample as late or as early as it gets
            let mut times: Vec<i64> = (0..400)
                .map(|i| i * step + late * 1_000_000_000 + random.below(4_000_000_001) as i64 - 2_000_000_000)
                .collect();
            times[0] = late * 1_000_000_000 + if seed % 2 == 0 { 2_000_000_000 } else { -2_000_000_000 };
            let values = (0..400).map(f64::from).collect();
            let one = Series::new(Identity::default(), times, values, NanPolicy::Refuse).unwrap();
            let other = series(&(0..400).map(|i| i * step).collect::<Vec<i64>>());
            for set in [vec![one.clone()], vec![one.clone(), other.clone()]] {
                let lattice = Lattice::over(&set).unwrap();
                assert_eq!((lattice.step, lattice.cells), (Span(step), 400), "{late}");
                let want: Vec<Option<f64>> = (0..400).map(|i| Some(f64::from(i))).collect();
                assert_eq!(lattice.place(&one, one.values()), want, "{late}");
                assert_eq!(lattice.crowded(&one), None);
            }
        }
    }

    #[test]
    fn samples_that_share_a_cell_are_told() {
        let mut times: Vec<i64> = (0..100).map(|i| i * 10_000_000_000).collect();
        times[50] += 6_000_000_000;
        let odd = series(&times);
        let told = Lattice::over(std::slice::from_ref(&odd)).unwrap().crowded(&odd).unwrap();
        assert_eq!(
            told,
            ": 1 sample shares a step of 10s with the one before, counted by their mean; 1 step is without one"
        );
    }
}
