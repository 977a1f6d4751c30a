//! Series of different times on one lattice.

use crate::series::Series;
use crate::time::Span;

/// Cells that a lattice may have at most for each sample of the longest series.
const SPARSE: i128 = 8;

/// A lattice of equal steps from the first sample of all series to the last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lattice {
    pub(crate) start: i64,
    pub(crate) step: Span,
    pub(crate) cells: usize,
}

impl Lattice {
    /// The lattice of the greatest usual step among the series; `None` without two samples anywhere, or where the series lie so
    /// far apart that most of it would be empty.
    pub(crate) fn over(series: &[Series]) -> Option<Self> {
        let step = series.iter().filter_map(Series::step).max()?;
        let start = series.iter().filter_map(|s| s.times().first()).min()?;
        let end = series.iter().filter_map(|s| s.times().last()).max()?;
        let cells = (i128::from(*end) - i128::from(*start)) / i128::from(step.0) + 1;
        let longest = series.iter().map(Series::len).max()? as i128;
        if cells > longest * SPARSE {
            return None;
        }
        Some(Self { start: *start, step, cells: usize::try_from(cells).ok()? })
    }

    /// The mean of the samples in each cell; `None` in cells without one.
    pub(crate) fn place(&self, times: &[i64], values: &[f64]) -> Vec<Option<f64>> {
        let mut sums = vec![(0.0, 0u32); self.cells];
        for (t, v) in times.iter().zip(values) {
            let cell = (i128::from(*t) - i128::from(self.start)) / i128::from(self.step.0);
            if let Some(cell) = usize::try_from(cell).ok().and_then(|i| sums.get_mut(i)) {
                cell.0 += v;
                cell.1 += 1;
            }
        }
        sums.into_iter().map(|(sum, count)| (count > 0).then(|| sum / f64::from(count))).collect()
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
        let placed = lattice.place(fine.times(), fine.values());
        assert_eq!(placed, [None, Some(14.0), Some(20.0), None, None, None]);
        assert_eq!(filled(&placed).unwrap(), [14.0, 14.0, 20.0, 20.0, 20.0, 20.0]);
        assert_eq!(
            filled(&lattice.place(coarse.times(), coarse.values())).unwrap(),
            [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
        );
        assert_eq!(filled(&[None, None]), None);
        assert!(Lattice::over(&[series(&[0, 1]), series(&[1_000_000, 1_000_001])]).is_none());
    }
}
