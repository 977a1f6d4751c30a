//! The circular block bootstrap of a ratio, and how long its blocks are.

use super::random::Random;
use super::units::Units;
use crate::error::{Error, Result};

/// The length of blocks for a circular block bootstrap of the mean of a series, in samples: at least 1.
///
/// It is the b that minimises the mean squared error of the bootstrap's variance, estimated from the series' own
/// autocovariances under a flat-top window: Politis and White, Econometric Reviews 23 (2004), with the correction of Patton,
/// Politis and White, Econometric Reviews 28 (2009). The window ends at twice the first lag from which on max(5, ⌊log₁₀ n⌋)
/// autocorrelations in a row are below 2√(log₁₀ n / n), as in the authors' own program; b is at most min(3√n, n/3).
///
/// ```
/// // alternating runs of five: neighbours are alike, and blocks are longer than one
/// let series: Vec<f64> = (0..500).map(|i| f64::from(u8::from((i / 5) % 7 < 2))).collect();
/// assert!(sre_stats::slo::block_length(&series)? > 2.0);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) with fewer than 10 samples, [`Argument`](crate::ErrorKind::Argument) where one is not
/// finite.
pub fn block_length(series: &[f64]) -> Result<f64> {
    let n = series.len();
    if n < 10 {
        return Err(Error::empty(format!("{n} samples say nothing of their dependence; it takes 10")));
    }
    if let Some(odd) = series.iter().find(|v| !v.is_finite()) {
        return Err(Error::argument(format!("a sample is {odd}")));
    }
    let size = n as f64;
    let mean = series.iter().sum::<f64>() / size;
    let centred: Vec<f64> = series.iter().map(|v| v - mean).collect();
    let run = (size.log10() as usize).max(5);
    let most = size.sqrt().ceil() as usize + run;
    let covariance = |k: usize| centred.iter().zip(centred.iter().skip(k)).map(|(a, b)| a * b).sum::<f64>() / size;
    let covariances: Vec<f64> = (0..=most.min(n - 1)).map(covariance).collect();
    let Some(&variance) = covariances.first().filter(|v| **v > 0.0) else { return Ok(1.0) };
    let small = 2.0 * (size.log10() / size).sqrt();
    let correlated = |k: usize| covariances.get(k).is_some_and(|c| (c / variance).abs() >= small);
    // the first lag of a whole run that is insignificant
    let first = (1..=most.saturating_sub(run) + 1).find(|&m| (m..m + run).all(|k| !correlated(k)));
    let window = first.map_or(most, |m| 2 * m).min(most);
    let (mut g, mut long_run) = (0.0, variance);
    for (k, c) in covariances.iter().enumerate().skip(1).take(window) {
        let at = k as f64 / window as f64;
        let weight = if at <= 0.5 { 1.0 } else { 2.0 * (1.0 - at) };
        g += 2.0 * weight * k as f64 * c;
        long_run += 2.0 * weight * c;
    }
    let d = 4.0 / 3.0 * long_run * long_run;
    let most_long = (3.0 * size.sqrt()).min(size / 3.0).ceil();
    let length = if d > 0.0 { (2.0 * g * g / d).cbrt() * size.cbrt() } else { most_long };
    Ok(length.clamp(1.0, most_long))
}

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
    let block = block.clamp(1, n.max(1));
    let sums = |column: &[f64]| {
        let mut sums = vec![0.0];
        for v in column.iter().chain(column.iter().take(block)) {
            sums.push(sums.last().copied().unwrap_or(0.0) + v);
        }
        sums
    };
    let (bad, total) = (sums(&units.bad), sums(&units.total));
    let part = |sums: &[f64], from: usize, length: usize| {
        sums.get(from + length).copied().unwrap_or(0.0) - sums.get(from).copied().unwrap_or(0.0)
    };
    let mut random = Random::new(seed);
    let mut ratios = Vec::with_capacity(count as usize);
    for _ in 0..count {
        let (mut b, mut t, mut left) = (0.0, 0.0, n);
        while left > 0 {
            let (from, length) = (random.below(n), block.min(left));
            b += part(&bad, from, length);
            t += part(&total, from, length);
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

    /// The function `optimal_block_length` (circular) of the Python package arch 8.0.0, by `tests/reference/slo/blocks.py`.
    #[test]
    fn blocks_are_as_long_as_another_implementation_has_them() {
        for (n, phi, expected) in [
            (500, 0.0, 1.440_186_833_731_809),
            (500, 0.5, 10.811_657_071_215_745),
            (2000, 0.8, 31.367_875_856_270_34),
            (1000, -0.4, 6.865_204_442_750_805),
        ] {
            let (mut state, mut y) = (12_345_u64, 0.0);
            let series: Vec<f64> = (0..n)
                .map(|_| {
                    state = (1_103_515_245 * state + 12_345) % (1 << 31);
                    y = phi * y + (state as f64 / (1_u64 << 31) as f64 - 0.5);
                    y
                })
                .collect();
            let found = block_length(&series).unwrap();
            assert!((found - expected).abs() < 1e-9, "n {n}, φ {phi}: {found}, not {expected}");
        }
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

    #[test]
    fn nonsense_is_refused() {
        assert!(block_length(&[1.0; 9]).is_err());
        assert!(block_length(&[f64::NAN; 20]).is_err());
        assert_eq!(block_length(&[1.0; 20]).unwrap(), 1.0);
    }
}
