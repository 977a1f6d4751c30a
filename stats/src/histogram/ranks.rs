//! What the sketches that keep a sample of values share: merging sorted lists, ranks, and how an answer is told.

use super::layout::{Sketch, nothing};
use super::seen::Seen;
use crate::error::Result;
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::unit::Unit;

/// The level of confidence of their intervals.
const LEVEL: f64 = 0.99;

/// A seeded source of random bits: `SplitMix64`, one output a flip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Coin(u64);

impl Coin {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn flip(&mut self) -> bool {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31) & 1 == 1
    }
}

/// Two sorted lists as one.
pub(super) fn merge_sorted(left: &[f64], right: &[f64]) -> Vec<f64> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.iter().copied().peekable(), right.iter().copied().peekable());
    while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
        let next = if a <= b { left.next() } else { right.next() };
        merged.extend(next);
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

/// The values of levels, of which level ℓ has values of weight 2^ℓ, in ascending order with the weight that is at or below each.
fn ranked<'a>(levels: impl Iterator<Item = &'a [f64]>) -> Vec<(f64, u64)> {
    let mut all: Vec<(f64, u64)> = Vec::new();
    for (level, values) in levels.enumerate() {
        all.extend(values.iter().map(|value| (*value, 1_u64 << level)));
    }
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut below = 0;
    for (_, weight) in &mut all {
        below += *weight;
        *weight = below;
    }
    all
}

/// The weight of the values of levels that are below a threshold.
fn weight_below<'a>(levels: impl Iterator<Item = &'a [f64]>, threshold: f64) -> u64 {
    let below = |values: &[f64]| values.iter().filter(|value| **value < threshold).count() as u64;
    levels.enumerate().map(|(level, values)| below(values) << level).sum()
}

/// An answer of a sketch, with what it left out.
pub(super) fn told<S: Sketch>(sketch: &S, value: f64, scope: &Scope) -> Estimate {
    let estimate = Estimate::new(value, Method::Described(sketch.schema()), sketch.count(), scope);
    sketch.dropped().told(estimate)
}

/// Quantiles of a sample in levels: each is the kept value at which the weights reach rank ⌈n·p⌉; the first and the last rank are minimum
/// and maximum. `off` says by how many ranks the answer at a rank may be wrong; where by none it is exact, else a 99 % interval.
pub(super) fn quantiles_of<'a, S: Sketch>(
    sketch: &S,
    seen: &Seen,
    levels: impl Iterator<Item = &'a [f64]>,
    quantiles: &[Quantile],
    scope: &Scope,
    off: impl Fn(u64) -> u64,
) -> Result<Vec<Estimate>> {
    if seen.total == 0 {
        return Err(nothing());
    }
    let ranked = ranked(levels);
    let at = |rank: u64| match rank {
        ..=1 => seen.low,
        rank if rank >= seen.total => seen.high,
        rank => ranked.get(ranked.partition_point(|(_, end)| *end < rank)).map_or(seen.high, |(value, _)| *value),
    };
    let estimate = |quantile: &Quantile| {
        let rank = quantile.rank(seen.total);
        let estimate = told(sketch, at(rank), scope);
        let off = off(rank);
        if off == 0 || rank == 1 || rank == seen.total {
            return estimate;
        }
        let (lower, upper) = (at(rank.saturating_sub(off)), at(rank.saturating_add(off)));
        estimate.with_bound(Bound::Confidence { lower, upper, level: LEVEL })
    };
    Ok(quantiles.iter().map(estimate).collect())
}

/// The share of the values of levels below a threshold; `off` says by how much the share may be wrong, at 99 %.
pub(super) fn share_of<'a, S: Sketch>(
    sketch: &S,
    seen: &Seen,
    levels: impl Iterator<Item = &'a [f64]>,
    threshold: f64,
    scope: &Scope,
    off: impl Fn(f64) -> f64,
) -> Result<Estimate> {
    let scope = scope.with_unit(Unit::Ratio);
    if let Some(share) = seen.share_outside(threshold)? {
        return Ok(told(sketch, share, &scope));
    }
    let share = weight_below(levels, threshold) as f64 / seen.total as f64;
    let estimate = told(sketch, share, &scope);
    let off = off(share);
    if off == 0.0 {
        return Ok(estimate);
    }
    let (lower, upper) = ((share - off).max(0.0), (share + off).min(1.0));
    Ok(estimate.with_bound(Bound::Confidence { lower, upper, level: LEVEL }))
}
