//! Between clusters: a quantile and its inverse.
//!
//! A cluster of one value stands at its rank; one of more is taken to have half of them on either side of its mean. The first and
//! the last value are known, and stand at ranks 1 and n.

use super::{Centroid, TDigest, unknown};
use crate::error::Result;
use crate::estimate::{Bound, Estimate, Scope};
use crate::histogram::layout::nothing;
use crate::histogram::ranks::told;
use crate::quantile::Quantile;
use crate::unit::Unit;

/// A value and the rank (from 1) at which it stands.
#[derive(Clone, Copy, Debug)]
struct Knot {
    rank: f64,
    value: f64,
}

/// Where the distribution is known, ascending in rank and value.
fn knots(centroids: &[Centroid], low: f64, high: f64) -> Vec<Knot> {
    let n = centroids.iter().map(|centroid| centroid.weight).sum::<u64>() as f64;
    let mut knots = vec![Knot { rank: 1.0, value: low }];
    let mut before = 0_u64;
    for centroid in centroids {
        // the middle of ranks before+1 … before+weight, which for one value is its rank
        let rank = before as f64 + f64::midpoint(centroid.weight as f64, 1.0);
        before += centroid.weight;
        if rank > 1.0 && rank < n {
            knots.push(Knot { rank, value: centroid.mean });
        }
    }
    if n > 1.0 {
        knots.push(Knot { rank: n, value: high });
    }
    knots
}

impl TDigest {
    pub(super) fn ask_quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        let centroids = self.merged();
        if centroids.is_empty() {
            return Err(nothing());
        }
        let knots = knots(&centroids, self.seen.low, self.seen.high);
        let exact = centroids.iter().all(|centroid| centroid.weight == 1);
        let estimate = |quantile: &Quantile| {
            let rank = quantile.rank(self.seen.total);
            let known = exact || rank == 1 || rank == self.seen.total;
            told(self, value_at(&knots, rank as f64), scope).with_bound(if known { Bound::Exact } else { unknown() })
        };
        Ok(quantiles.iter().map(estimate).collect())
    }

    pub(super) fn ask_share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        let scope = scope.with_unit(Unit::Ratio);
        if let Some(share) = self.seen.share_outside(threshold)? {
            return Ok(told(self, share, &scope));
        }
        let centroids = self.merged();
        let n = self.seen.total as f64;
        if centroids.iter().all(|centroid| centroid.weight == 1) {
            let below = centroids.iter().filter(|centroid| centroid.mean < threshold).count();
            return Ok(told(self, below as f64 / n, &scope));
        }
        let below = rank_below(&knots(&centroids, self.seen.low, self.seen.high), threshold);
        Ok(told(self, (below / n).clamp(0.0, 1.0), &scope).with_bound(unknown()))
    }
}

/// The value at a rank, on the line between its neighbours.
fn value_at(knots: &[Knot], rank: f64) -> f64 {
    let above = knots.partition_point(|knot| knot.rank < rank);
    match (above.checked_sub(1).and_then(|below| knots.get(below)), knots.get(above)) {
        (_, Some(b)) if b.rank == rank => b.value,
        (Some(a), Some(b)) => {
            // the nearer neighbour has the larger weight
            let share = (rank - a.rank) / (b.rank - a.rank);
            (a.value * (1.0 - share) + b.value * share).clamp(a.value, b.value)
        }
        (Some(end), None) | (None, Some(end)) => end.value,
        (None, None) => 0.0,
    }
}

/// How many values lie below a threshold within the extremes: half a rank less than where it stands.
fn rank_below(knots: &[Knot], threshold: f64) -> f64 {
    let above = knots.partition_point(|knot| knot.value < threshold);
    match (above.checked_sub(1).and_then(|below| knots.get(below)), knots.get(above)) {
        (Some(a), Some(b)) => {
            let width = b.value - a.value;
            let share = if width.is_finite() { (threshold - a.value) / width } else { 0.5 };
            // at the threshold itself stand no values that are below it
            a.rank + share * (b.rank - a.rank - 1.0).max(0.0)
        }
        (Some(_), None) => knots.last().map_or(0.0, |knot| knot.rank),
        _ => 0.0,
    }
}
