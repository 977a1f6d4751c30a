//! The circular block bootstrap of a ratio.

use super::blocks::Blocks;
use super::units::Units;
use crate::quantile::random::SplitMix64;

/// The deviations of each unit from the ratio of all, which the ratio's variance is made of.
pub(super) fn deviations(units: &Units) -> Vec<f64> {
    let (bad, total): (f64, f64) = (units.bad.iter().sum(), units.total.iter().sum());
    let (ratio, mean) = (bad / total, total / units.len() as f64);
    units.bad.iter().zip(&units.total).map(|(b, n)| (b - ratio * n) / mean).collect()
}

/// Ratios of bad members in resampled units, sorted: each replicate is as long as the data and made of blocks of neighbours,
/// the end joined to the beginning (Politis and Romano, 1992). The same seed gives the same replicates.
pub(super) fn replicates(units: &Units, block: usize, count: u32, seed: u64) -> Vec<f64> {
    let n = units.len();
    let blocks = Blocks::new(units, block);
    let mut random = SplitMix64::new(seed);
    let mut ratios = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let (mut b, mut t, mut left) = (0.0, 0.0, n);
        while left > 0 {
            let length = blocks.length().min(left);
            let [bad, total] = blocks.block(random.below(n), length);
            b += bad;
            t += total;
            left -= length;
        }
        if t > 0.0 {
            ratios.push(b / t);
        }
    }
    ratios.sort_by(f64::total_cmp);
    ratios
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::{Span, Timestamp};

    fn units(bad: Vec<f64>, total: Vec<f64>) -> Units {
        Units { start: Timestamp(0), width: Span::MINUTE, bad, total }
    }

    /// With blocks of one unit and all totals equal, the variance of the resampled ratio is that of the mean of n independent
    /// draws, σ²/n.
    #[test]
    fn blocks_of_one_resample_single_units() {
        let bad: Vec<f64> = (0..200).map(|i| f64::from(i * 37 % 11)).collect();
        let n = bad.len() as f64;
        let mean = bad.iter().sum::<f64>() / n;
        let variance = bad.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        let found = replicates(&units(bad, vec![100.0; 200]), 1, 20_000, 5);
        let m = found.iter().sum::<f64>() / 20_000.0;
        let spread = found.iter().map(|v| (v - m).powi(2)).sum::<f64>() / 20_000.0;
        assert!((m - mean / 100.0).abs() < 1e-4, "{m}");
        assert!((spread / (variance / n / 1e4) - 1.0).abs() < 0.04, "{spread}");
    }

    /// A block as long as the data is a rotation of them: every replicate is the ratio itself.
    #[test]
    fn one_block_is_the_data() {
        let u = units(vec![1.0, 0.0, 5.0, 2.0], vec![10.0, 20.0, 30.0, 40.0]);
        let found = replicates(&u, 4, 50, 1);
        assert!(found.iter().all(|v| (v - 0.08).abs() < 1e-12));
        assert_eq!(found.len(), 50);
        assert_eq!(replicates(&u, 2, 50, 1), replicates(&u, 2, 50, 1));
    }
}
