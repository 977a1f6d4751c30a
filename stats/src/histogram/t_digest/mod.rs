//! t-digest: the values as clusters that are small at both ends and large in the middle.

mod query;
#[cfg(test)]
mod tests;
mod wire;

use std::f64::consts::PI;

use super::layout::Sketch;
use super::seen::Seen;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::quantile::Quantile;
use crate::series::Dropped;

/// Values that wait to be merged, as a multiple of the compression: at δ = 100 they take 6.4 kB.
const BUFFER: usize = 4;

/// Values in the neighbourhood of their mean.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Centroid {
    mean: f64,
    weight: u64,
}

/// A t-digest: about δ clusters, single values at the ends and thousands in the middle, so that extreme quantiles are close in
/// practice. **It guarantees nothing**: there are data on which it is arbitrarily wrong, and its answers say so
/// ([`Bound::Unknown`]).
///
/// A cluster may span one unit of the scale k₁(q) = δ/(2π)·asin(2q − 1). Values wait in a buffer, which is sorted and merged with
/// the clusters when it is full (the merging variant). Between the middles of two clusters a quantile is interpolated; a cluster of
/// one value is that value.
///
/// - The result depends on the order of values and merges, a little. The same order gives the same bytes.
/// - Minimum and maximum are exact. Negative values and zero are values like others. NaN and ±∞ are left out and told by
///   [`Sketch::dropped`]. Values beyond 10³⁰⁰ may lose their last digits in means.
/// - It is no [`Layout`](super::Layout): there are no bins, and nothing can be taken out.
/// - Use a layout with relative error ([`DdSketch`](super::DdSketch)) or a rank error ([`Kll`](super::Kll)) where a number must be
///   defended. This one is here to read what others stored, and to be compared.
///
/// ```
/// use sre_stats::estimate::{Bound, Scope};
/// use sre_stats::histogram::{Sketch, TDigest};
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let values: Vec<f64> = (1..=10_000).map(f64::from).collect();
/// let digest = TDigest::from_values(&values, 100.0)?;
/// let p99 = digest.quantile(Quantile::P99, &Scope::untimed(Unit::Millisecond))?;
/// assert!((p99.value - 9900.0).abs() < 10.0);
/// assert!(matches!(p99.bound, Bound::Unknown { .. }));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// The crate `tdigest` 1.0 is not used: it takes whole sorted vectors only and copies itself at each, keeps weights as f64, and has
/// no form of bytes that other languages read.
///
/// Source: T. Dunning, O. Ertl, “Computing Extremely Accurate Quantiles Using t-Digests”, arXiv:1902.04023 (2019).
#[derive(Clone, Debug)]
pub struct TDigest {
    compression: f64,
    /// Ascending means.
    centroids: Vec<Centroid>,
    /// What is not merged yet.
    waiting: Vec<Centroid>,
    seen: Seen,
}

impl TDigest {
    /// An empty digest of about `compression` clusters (δ, usually 100).
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `compression` is not between 10 and 65535.
    pub fn new(compression: f64) -> Result<Self> {
        if !(10.0..=65_535.0).contains(&compression) {
            return Err(Error::argument(format!("a compression of {compression} is out of range"))
                .hint("give a number from 10 to 65535, such as 100"));
        }
        Ok(Self { compression, centroids: Vec::new(), waiting: Vec::new(), seen: Seen::new() })
    }

    /// The digest of a slice.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `compression` is not between 10 and 65535.
    pub fn from_values(values: &[f64], compression: f64) -> Result<Self> {
        let mut digest = Self::new(compression)?;
        digest.insert_slice(values);
        Ok(digest)
    }

    /// The compression δ.
    pub fn compression(&self) -> f64 {
        self.compression
    }

    /// How many clusters it has when all that waits is merged.
    pub fn clusters(&self) -> usize {
        self.merged().len()
    }

    fn push(&mut self, centroid: Centroid) {
        let most = BUFFER * self.compression as usize;
        if self.waiting.len() == self.waiting.capacity() {
            // doubled like any list, but never beyond what may wait
            let more = self.waiting.len().max(8).min(most - self.waiting.len());
            self.waiting.reserve_exact(more);
        }
        self.waiting.push(centroid);
        if self.waiting.len() >= most {
            self.centroids = self.merged();
            self.centroids.shrink_to_fit();
            self.waiting.clear();
        }
    }

    /// The clusters with all that waits.
    fn merged(&self) -> Vec<Centroid> {
        if self.waiting.is_empty() {
            return self.centroids.clone();
        }
        let mut all = self.waiting.clone();
        all.extend(&self.centroids);
        // stable, so that equal means keep one order
        all.sort_by(|a, b| a.mean.total_cmp(&b.mean));
        let n = all.iter().map(|centroid| centroid.weight).sum::<u64>() as f64;
        let mut merged: Vec<Centroid> = Vec::with_capacity(self.compression as usize * 2);
        let mut before = 0_u64;
        let mut most = self.reach(0.0) * n;
        for centroid in all {
            match merged.last_mut() {
                Some(last) if (before + last.weight + centroid.weight) as f64 <= most => {
                    last.weight += centroid.weight;
                    let share = centroid.weight as f64 / last.weight as f64;
                    // in this order no difference of two large values overflows
                    let mean = last.mean * (1.0 - share) + centroid.mean * share;
                    last.mean = mean.clamp(last.mean, centroid.mean);
                }
                Some(last) => {
                    before += last.weight;
                    most = self.reach(before as f64 / n) * n;
                    merged.push(centroid);
                }
                None => merged.push(centroid),
            }
        }
        merged
    }

    /// The share up to which a cluster that begins at a share may go: one unit of k₁ further.
    fn reach(&self, share: f64) -> f64 {
        let angle = (2.0 * share - 1.0).clamp(-1.0, 1.0).asin() + 2.0 * PI / self.compression;
        if angle >= PI / 2.0 { 1.0 } else { f64::midpoint(angle.sin(), 1.0) }
    }
}

impl Sketch for TDigest {
    fn schema(&self) -> String {
        format!("tdigest:{}", self.compression)
    }

    fn insert_weighted(&mut self, value: f64, weight: u64) {
        if let Some((mean, weight)) = self.seen.admit(value, weight) {
            self.push(Centroid { mean, weight });
        }
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if self.compression != other.compression {
            return Err(Error::mismatch(format!("{} and {} have different scales", self.schema(), other.schema()))
                .hint("build both with the same compression"));
        }
        self.seen.join(&other.seen)?;
        for centroid in other.merged() {
            self.push(centroid);
        }
        Ok(())
    }

    fn count(&self) -> u64 {
        self.seen.total
    }

    fn min(&self) -> Option<f64> {
        self.seen.min()
    }

    fn max(&self) -> Option<f64> {
        self.seen.max()
    }

    fn dropped(&self) -> Dropped {
        self.seen.dropped
    }

    /// Several quantiles by interpolation between clusters, without a bound; where every cluster is one value, the sample of rank
    /// ⌈n·p⌉ itself.
    fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        self.ask_quantiles(quantiles, scope)
    }

    /// The share of values below a threshold by interpolation between clusters, without a bound.
    fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        self.ask_share_below(threshold, scope)
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Self>() + (self.centroids.capacity() + self.waiting.capacity()) * size_of::<Centroid>()
    }
}

impl PartialEq for TDigest {
    /// The same clusters once all that waits is merged, the same extremes and dropped values.
    fn eq(&self, other: &Self) -> bool {
        (self.compression, self.seen) == (other.compression, other.seen) && self.merged() == other.merged()
    }
}

/// What is said of every answer.
fn unknown() -> Bound {
    Bound::Unknown {
        why: "a t-digest has no guarantee: its error depends on the data and the order they came in".into(),
    }
}
