//! What chance does to a series of this autocorrelation: permutations of its blocks.

use crate::quantile::random::SplitMix64;

/// The length of blocks for an AR(1) of this φ: Carlstein's rule (1986), (2φ/(1 − φ²))^⅔ n^⅓, at most a tenth of the series.
pub(crate) fn block_size(n: usize, phi: f64) -> usize {
    let phi = phi.clamp(0.0, 0.99);
    let size = (2.0 * phi / (1.0 - phi * phi)).powf(2.0 / 3.0) * (n as f64).cbrt();
    (size.ceil() as usize).clamp(1, (n / 10).max(1))
}

/// By how much shuffled blocks of `block` samples understate what the persistence of an AR(1) of this φ adds up to: the long-run variance over
/// that of blocks which know nothing of each other, 1 for white noise.
pub(crate) fn lost_between_blocks(block: usize, phi: f64) -> f64 {
    let phi = phi.clamp(0.0, 0.99);
    // the variance of a block's sum: b (1 + φ)/(1 − φ) − 2φ(1 − φᵇ)/(1 − φ)² times that of a sample
    let lost = 2.0 * phi * (1.0 - phi.powf(block as f64)) / (block.max(1) as f64 * (1.0 - phi * phi));
    1.0 / (1.0 - lost)
}

/// The order of samples after the blocks, cut at a random phase of the circle, are shuffled.
pub(crate) fn shuffled_blocks(n: usize, block: usize, random: &mut SplitMix64) -> Vec<usize> {
    let block = block.clamp(1, n.max(1));
    let phase = if block > 1 { random.below(n) } else { 0 };
    let count = n.div_ceil(block);
    let mut order: Vec<usize> = (0..count).collect();
    for i in (1..count).rev() {
        order.swap(i, random.below(i + 1));
    }
    let inside = |b: usize| (b * block..((b + 1) * block).min(n)).map(move |i| (i + phase) % n);
    order.into_iter().flat_map(inside).collect()
}

/// The share of draws at least as great as what was observed, both counting themselves: (1 + #)/(draws + 1).
pub(crate) fn share_above(draws: &[f64], observed: f64) -> f64 {
    (1 + draws.iter().filter(|d| **d >= observed).count()) as f64 / (draws.len() + 1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sample_stays_once_and_neighbours_stay_neighbours() {
        let mut random = SplitMix64::new(1);
        for (n, block) in [(1, 1), (10, 1), (100, 7), (100, 100), (5, 9)] {
            let order = shuffled_blocks(n, block, &mut random);
            let mut sorted = order.clone();
            sorted.sort_unstable();
            assert!(sorted.iter().copied().eq(0..n), "{n} {block}");
            let together = order.windows(2).filter(|w| w[1] == (w[0] + 1) % n).count();
            assert!(together + n.div_ceil(block.min(n)) >= n, "{n} {block}: {together}");
        }
    }

    #[test]
    fn what_is_lost_between_blocks_is_what_pairs_across_them_share() {
        for (block, phi) in [(1, 0.0), (1, 0.5), (7, 0.8), (40, 0.8), (20, 0.95)] {
            // the mean of blocks from all pairs inside one, and of a series from all pairs near a sample
            let inside: f64 =
                (0..block).flat_map(|i: i32| (0..block).map(move |j| f64::powi(phi, (i - j).abs()))).sum();
            let all: f64 = (-3_000..=3_000i32).map(|lag| f64::powi(phi, lag.abs())).sum();
            let want = all / (inside / f64::from(block));
            let got = lost_between_blocks(block as usize, phi);
            assert!((got / want - 1.0).abs() < 1e-9, "{block} {phi}: {got} {want}");
        }
    }

    #[test]
    fn the_share_counts_the_observed_itself() {
        assert_eq!(share_above(&[1.0, 2.0, 3.0], 2.0), 0.75);
        assert_eq!(share_above(&[0.0; 99], 1.0), 0.01);
        assert_eq!((block_size(1000, 0.0), block_size(1000, 0.5), block_size(50, 0.99)), (1, 13, 5));
    }
}
