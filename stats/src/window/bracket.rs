//! What percentiles of windows, with their counts, guarantee about the percentile of the whole.

use crate::error::{Error, Result};
use crate::quantile::Quantile;

/// What was stored of one window: how many samples it had, and their nearest-rank quantiles.
#[derive(Clone, Debug, PartialEq)]
pub struct RollUp {
    /// The number of samples.
    pub n: u64,
    /// The quantiles, in the order of the stored probabilities.
    pub quantiles: Vec<f64>,
}

/// The interval that surely holds the nearest-rank quantile `wanted` of all samples, from the roll-ups alone; an end is
/// infinite where nothing stored bounds it.
///
/// Of a window with n samples and stored quantile x at probability p, at least ⌈n·p⌉ samples are ≤ x and at most ⌈n·p⌉ − 1 are
/// < x. Added up over the windows this bounds the distribution of the whole from below (F⁻) and above (F⁺), and the
/// quantile lies between where F⁺ and where F⁻ reach it. From one stored percentile, the wanted one, that is the interval from
/// the least to the greatest of them; each further percentile can only narrow it.
///
/// # Errors
/// [`Mismatch`](crate::ErrorKind::Mismatch) where a window does not have one value per probability,
/// [`Empty`](crate::ErrorKind::Empty) without samples.
pub fn bracket(windows: &[RollUp], stored: &[Quantile], wanted: Quantile) -> Result<(f64, f64)> {
    let found = brackets(windows, stored, &[wanted])?;
    found.first().copied().ok_or_else(|| Error::empty("no quantile is wanted"))
}

/// As [`bracket`] for several quantiles, at the price of one.
///
/// # Errors
/// As [`bracket`].
pub fn brackets(windows: &[RollUp], stored: &[Quantile], wanted: &[Quantile]) -> Result<Vec<(f64, f64)>> {
    let mut rolled = Rolled::new(stored.len());
    for window in windows.iter().filter(|w| w.n > 0) {
        if window.quantiles.len() != stored.len() {
            return Err(Error::mismatch(format!(
                "a window has {} quantiles and {} are stored",
                window.quantiles.len(),
                stored.len()
            )));
        }
        rolled.counts.push(window.n);
        rolled.values.extend_from_slice(&window.quantiles);
    }
    rolled.brackets(stored, wanted)
}

/// Roll-ups of many windows in two columns.
pub(super) struct Rolled {
    /// How many samples each window has, more than 0.
    pub(super) counts: Vec<u64>,
    /// The stored quantiles, window by window.
    pub(super) values: Vec<f64>,
    /// How many are stored of each.
    stored: usize,
}

impl Rolled {
    pub(super) fn new(stored: usize) -> Self {
        Self { counts: Vec::new(), values: Vec::new(), stored }
    }

    /// The quantile numbered `i` of each window.
    pub(super) fn column(&self, i: usize) -> impl Iterator<Item = f64> + '_ {
        self.values.iter().skip(i).step_by(self.stored.max(1)).copied()
    }

    pub(super) fn brackets(&self, stored: &[Quantile], wanted: &[Quantile]) -> Result<Vec<(f64, f64)>> {
        let total: u64 = self.counts.iter().sum();
        if total == 0 {
            return Err(Error::empty("the windows hold no samples"));
        }
        let mut steps = Vec::with_capacity(self.values.len());
        let mut possible = 0_u64;
        let mut own: Vec<(u64, f64)> = Vec::with_capacity(stored.len());
        for (w, &n) in self.counts.iter().enumerate() {
            let values = self.values.get(w * self.stored..(w + 1) * self.stored).unwrap_or_default();
            own.clear();
            own.extend(stored.iter().zip(values).map(|(q, x)| (q.rank(n), *x)));
            own.sort_unstable_by_key(|s| s.0);
            // until the first stored value the window has fewer than its rank at or below
            possible += own.first().map_or(n, |s| s.0 - 1);
            let mut before = 0;
            for (i, &(rank, value)) in own.iter().enumerate() {
                let next = own.get(i + 1).map_or(n + 1, |s| s.0);
                steps.push(Step { value, surely: rank - before, possibly: next - rank });
                before = rank;
            }
        }
        steps.sort_unstable_by(|a, b| a.value.total_cmp(&b.value));
        let mut sum = (0, possible);
        for step in &mut steps {
            sum = (sum.0 + step.surely, sum.1 + step.possibly);
            (step.surely, step.possibly) = sum;
        }
        let at = |i: usize| steps.get(i).map_or(f64::INFINITY, |s| s.value);
        let one = |q: &Quantile| {
            let rank = q.rank(total);
            let lower =
                if possible >= rank { f64::NEG_INFINITY } else { at(steps.partition_point(|s| s.possibly < rank)) };
            (lower, at(steps.partition_point(|s| s.surely < rank)))
        };
        Ok(wanted.iter().map(one).collect())
    }
}

/// How many more samples are at or below a stored value than below it: surely, and at most; then their running sums.
struct Step {
    value: f64,
    surely: u64,
    possibly: u64,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nearest_rank(values: &[f64], q: Quantile) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[q.rank(sorted.len() as u64) as usize - 1]
    }

    fn rolled(windows: &[Vec<f64>], stored: &[Quantile]) -> Vec<RollUp> {
        let roll = |w: &Vec<f64>| RollUp {
            n: w.len() as u64,
            quantiles: stored.iter().map(|q| nearest_rank(w, *q)).collect(),
        };
        windows.iter().map(roll).collect()
    }

    proptest! {
        #[test]
        fn brackets_hold_the_truth_and_more_percentiles_only_narrow_them(
            windows in prop::collection::vec(prop::collection::vec(0_u16..500, 1..40), 1..12),
            shares in prop::collection::vec(0_u32..=1000, 1..6),
            wanted in 0_u32..=1000,
        ) {
            let windows: Vec<Vec<f64>> = windows.iter().map(|w| w.iter().map(|v| f64::from(*v)).collect()).collect();
            let q = |thousandths: u32| Quantile::new(f64::from(thousandths) / 1000.0).unwrap();
            let wanted = q(wanted);
            let exact = nearest_rank(&windows.concat(), wanted);
            let mut before = (f64::NEG_INFINITY, f64::INFINITY);
            let mut stored = Vec::new();
            for share in shares {
                stored.push(q(share));
                let (lower, upper) = bracket(&rolled(&windows, &stored), &stored, wanted).unwrap();
                prop_assert!(lower <= exact && exact <= upper, "{lower} {exact} {upper}");
                prop_assert!(lower >= before.0 && upper <= before.1, "{before:?} {lower} {upper}");
                before = (lower, upper);
            }
            // the wanted percentile alone: from the least to the greatest
            let own = rolled(&windows, &[wanted]);
            let all: Vec<f64> = own.iter().map(|w| w.quantiles[0]).collect();
            let (lower, upper) = bracket(&own, &[wanted], wanted).unwrap();
            prop_assert!(lower >= all.iter().copied().fold(f64::INFINITY, f64::min));
            prop_assert!(upper <= all.iter().copied().fold(f64::NEG_INFINITY, f64::max));
            prop_assert!(lower <= exact && exact <= upper);
        }
    }

    #[test]
    fn one_busy_window_decides() {
        // nine quiet windows and one busy slow one: the p99 of all is that of the slow window, the mean is far below
        let quiet: Vec<f64> = (0..10).map(f64::from).collect();
        let busy: Vec<f64> = (0..10_000).map(|i| 1000.0 + f64::from(i)).collect();
        let windows: Vec<Vec<f64>> = (0..9).map(|_| quiet.clone()).chain([busy]).collect();
        let (lower, upper) = bracket(&rolled(&windows, &[Quantile::P99]), &[Quantile::P99], Quantile::P99).unwrap();
        assert_eq!((lower, upper), (10_899.0, 10_899.0));
    }

    #[test]
    fn mismatches_are_refused() {
        let w = RollUp { n: 3, quantiles: vec![1.0] };
        assert!(bracket(std::slice::from_ref(&w), &[], Quantile::P99).is_err());
        assert!(bracket(&[], &[Quantile::P99], Quantile::P99).is_err());
        // a stored median bounds p99 from below only
        let (lower, upper) = bracket(&[w], &[Quantile::MEDIAN], Quantile::P99).unwrap();
        assert_eq!((lower, upper), (1.0, f64::INFINITY));
    }
}
