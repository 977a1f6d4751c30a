//! What happens to a full level: half of its values go up, and stand for twice as many.

use crate::histogram::ranks::{Coin, merge_sorted};

/// The fewest values that a level may hold: `DataSketches`' m.
pub(super) const MIN_CAPACITY: usize = 8;

/// How many values each of some levels may hold: k at the top and two thirds of that at each level below, rounded as
/// `DataSketches` does, in whole numbers.
pub(super) fn capacities(k: u16, levels: usize) -> Vec<usize> {
    (0..levels).map(|level| capacity(u64::from(k), levels - 1 - level).max(MIN_CAPACITY)).collect()
}

/// k·(2/3)^depth, rounded; in two steps where 3^depth needs more than 64 bits.
fn capacity(k: u64, depth: usize) -> usize {
    if depth > 30 {
        let half = depth / 2;
        return capacity(capacity(k, half) as u64, depth - half);
    }
    // k < 2¹⁶ and depth ≤ 30: below 2⁴⁸ before the division
    let scaled = (k << 1 << depth) / 3_u64.pow(depth as u32);
    scaled.div_ceil(2) as usize
}

/// Moves half of a level up. An odd one out stays. The upper level stays sorted.
pub(super) fn compact(lower: &mut Vec<f64>, upper: &mut Vec<f64>, unsorted: bool, coin: &mut Coin) {
    let odd = match lower.len() % 2 {
        0 => None,
        _ if unsorted => lower.pop(),
        _ => Some(lower.remove(0)),
    };
    if unsorted {
        lower.sort_unstable_by(f64::total_cmp);
    }
    let offset = usize::from(coin.flip());
    let promoted: Vec<f64> = lower.iter().copied().skip(offset).step_by(2).collect();
    *upper = merge_sorted(&promoted, upper);
    lower.clear();
    lower.extend(odd);
}
