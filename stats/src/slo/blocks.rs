//! Stretches of neighbouring units, as the block bootstrap draws them.

use super::units::Units;

/// Bad and all members of any stretch of units, the end joined to the beginning.
pub(super) struct Blocks {
    /// Running sums of bad and of all members, the units twice over.
    sums: Vec<[f64; 2]>,
    /// The sums of a block from each unit on.
    whole: Vec<[f64; 2]>,
    length: usize,
}

impl Blocks {
    /// Blocks of `length` units, from 1 to as many as there are.
    pub(super) fn new(units: &Units, length: usize) -> Self {
        let n = units.len();
        let length = length.clamp(1, n.max(1));
        let mut sums = Vec::with_capacity(2 * n + 1);
        let mut sum = [0.0; 2];
        sums.push(sum);
        for _ in 0..2 {
            for (bad, total) in units.bad.iter().zip(&units.total) {
                sum = [sum[0] + bad, sum[1] + total];
                sums.push(sum);
            }
        }
        let mut blocks = Self { sums, whole: Vec::new(), length };
        blocks.whole = (0..n).map(|from| blocks.sum(from, length)).collect();
        blocks
    }

    /// Units a block.
    pub(super) fn length(&self) -> usize {
        self.length
    }

    /// Bad and all members of the units numbered `[from, from + length)`.
    pub(super) fn sum(&self, from: usize, length: usize) -> [f64; 2] {
        let at = |i: usize| self.sums.get(i).or(self.sums.last()).copied().unwrap_or_default();
        let ([bad, total], [bad_before, total_before]) = (at(from + length), at(from));
        [bad - bad_before, total - total_before]
    }

    /// The same of a block from a unit on, or of its first `length` units where those are fewer.
    #[inline]
    pub(super) fn block(&self, from: usize, length: usize) -> [f64; 2] {
        match self.whole.get(from) {
            Some(sum) if length >= self.length => *sum,
            _ => self.sum(from, length),
        }
    }
}
