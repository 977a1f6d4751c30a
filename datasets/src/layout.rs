//! Where incidents are placed: integer draws only, so that a layout is the same on every machine.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// 2026-06-01T00:00:00Z, a Monday: the start of every scenario.
pub(crate) const START_UNIX_S: i64 = 1_780_272_000;
/// Seconds in a day.
pub(crate) const DAY_S: i64 = 86_400;

/// The generator of one purpose: draws for the layout do not depend on how many rows are drawn.
pub(crate) fn rng(seed: u64, purpose: u64) -> ChaCha8Rng {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(purpose);
    rng
}

/// `count` different numbers below `slots`, ascending (a partial Fisher–Yates shuffle).
pub(crate) fn distinct(rng: &mut ChaCha8Rng, count: usize, slots: i64) -> Vec<i64> {
    let mut all: Vec<i64> = (0..slots).collect();
    let count = count.min(all.len());
    for place in 0..count {
        let other = rng.random_range(place as u64..all.len() as u64) as usize;
        all.swap(place, other);
    }
    all.truncate(count);
    all.sort_unstable();
    all
}

/// `count` lengths in `least..=most` with the given sum: uniform draws, then single steps until the sum is met.
///
/// Returns `None` if no such lengths exist.
pub(crate) fn lengths(rng: &mut ChaCha8Rng, count: usize, least: i64, most: i64, sum: i64) -> Option<Vec<i64>> {
    let number = count as i64;
    if count == 0 || sum < number * least || sum > number * most {
        return None;
    }
    let mut lengths: Vec<i64> = (0..count).map(|_| rng.random_range(least..=most)).collect();
    let mut left = sum - lengths.iter().sum::<i64>();
    while left != 0 {
        let step = left.signum();
        let place = rng.random_range(0..count as u64) as usize;
        if (least..=most).contains(&(lengths[place] + step)) {
            lengths[place] += step;
            left -= step;
        }
    }
    Some(lengths)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn draws_meet_their_conditions() {
        for seed in 0..50 {
            let mut rng = rng(seed, 0);
            let slots = distinct(&mut rng, 12, 20);
            assert_eq!(slots.len(), 12);
            assert!(slots.windows(2).all(|pair| pair[0] < pair[1]));
            assert!(slots.iter().all(|slot| (0..20).contains(slot)));
            let lengths = lengths(&mut rng, 15, 20, 90, 780).unwrap();
            assert_eq!(lengths.iter().sum::<i64>(), 780);
            assert!(lengths.iter().all(|length| (20..=90).contains(length)));
        }
        assert!(lengths(&mut rng(0, 0), 2, 1, 3, 7).is_none());
    }

    #[test]
    fn purposes_draw_apart() {
        let draw = |seed, purpose| rng(seed, purpose).random::<u64>();
        assert_eq!(draw(7, 1), draw(7, 1));
        assert_ne!(draw(7, 1), draw(7, 2));
        assert_ne!(draw(7, 1), draw(8, 1));
    }
}
