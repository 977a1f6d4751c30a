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
    let total: u64 = windows.iter().map(|w| w.n).sum();
    if total == 0 {
        return Err(Error::empty("the windows hold no samples"));
    }
    let rank = wanted.rank(total);
    // at which value how many more samples are surely at or below it, and how many more can be
    let mut surely = Vec::with_capacity(windows.len() * stored.len());
    let mut possibly = Vec::with_capacity(windows.len() * stored.len());
    let mut possible = 0_u64;
    for window in windows.iter().filter(|w| w.n > 0) {
        if window.quantiles.len() != stored.len() {
            return Err(Error::mismatch(format!(
                "a window has {} quantiles and {} are stored",
                window.quantiles.len(),
                stored.len()
            )));
        }
        let mut steps: Vec<(f64, u64)> =
            window.quantiles.iter().zip(stored).map(|(x, q)| (*x, q.rank(window.n))).collect();
        steps.sort_unstable_by(|a, b| a.1.cmp(&b.1));
        let mut before = 0;
        // until the first stored value the window has fewer than its rank at or below
        possible += steps.first().map_or(window.n, |s| s.1 - 1);
        for (i, &(x, r)) in steps.iter().enumerate() {
            surely.push((x, r - before));
            before = r;
            let next = steps.get(i + 1).map_or(window.n, |s| s.1 - 1);
            possibly.push((x, (next + 1).saturating_sub(r)));
        }
    }
    let lower = reaches(&mut possibly, possible, rank).unwrap_or(f64::NEG_INFINITY);
    let upper = reaches(&mut surely, 0, rank).unwrap_or(f64::INFINITY);
    Ok((if possible >= rank { f64::NEG_INFINITY } else { lower }, upper))
}

/// The first value at which a count that grows by steps reaches `rank`.
fn reaches(steps: &mut [(f64, u64)], from: u64, rank: u64) -> Option<f64> {
    steps.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut count = from;
    steps.iter().find_map(|&(x, by)| {
        count += by;
        (count >= rank).then_some(x)
    })
}
