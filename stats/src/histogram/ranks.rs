//! What the sketches that keep a sample of values share: merging sorted lists, ranks, and how an answer is told.

use super::layout::Sketch;
use crate::estimate::{Estimate, Scope};
use crate::method::Method;

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
pub(super) fn ranked<'a>(levels: impl Iterator<Item = &'a [f64]>) -> Vec<(f64, u64)> {
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
pub(super) fn weight_below<'a>(levels: impl Iterator<Item = &'a [f64]>, threshold: f64) -> u64 {
    let below = |values: &[f64]| values.iter().filter(|value| **value < threshold).count() as u64;
    levels.enumerate().map(|(level, values)| below(values) << level).sum()
}

/// An answer of a sketch, with what it left out.
pub(super) fn told<S: Sketch>(sketch: &S, value: f64, scope: &Scope) -> Estimate {
    let estimate = Estimate::new(value, Method::Described(sketch.schema()), sketch.count(), scope);
    let dropped = sketch.dropped();
    match (dropped.nan, dropped.infinite) {
        (0, 0) => estimate,
        (nan, infinite) => estimate.with_caveat(format!("left out: {nan} NaN, {infinite} infinite values")),
    }
}
