//! Buckets with edges of one's own choice: Prometheus' classic `le` buckets, its native histograms with custom bounds, and
//! OpenTelemetry's explicit buckets.
//!
//! | file | what |
//! |---|---|
//! | `mod` | the histogram: insertion, counts, the traits |
//! | `fill` | the fast way in for a slice |
//! | `wire` | cumulative `le` buckets, spans and deltas (NHCB), OpenTelemetry's JSON and protobuf |

mod fill;
mod wire;

use std::sync::Arc;

use super::binned::{Binned, Within};
use super::cache::Cache;
use super::convert::Target;
use super::layout::{Bin, Closed, Layout, Sketch};
use super::moments::recorded;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::quantile::Quantile;
use crate::series::Dropped;

/// A histogram whose buckets `(lower, upper]` end at given edges; the first begins at −∞, the last ends at +∞.
///
/// The value given for a quantile is linear within its bucket, which is clipped to the extremes where they are known;
/// [`histogram_quantile`](Self::histogram_quantile) gives Prometheus' number instead. The guarantee is the bucket: whoever asks
/// beyond the last edge learns only that.
///
/// - NaN and ±∞ are left out and counted in [`dropped`](Sketch::dropped). Prometheus counts +∞ in the last bucket, NaN too in
///   classic histograms.
/// - Histograms merge where their edges are the same; [`coarsened`](Self::coarsened) drops edges without loss.
/// - The sum of the values is that of the form it was read from, or what [`with_sum`](Self::with_sum) was given; inserting a value
///   forgets it, since a float sum depends on its order.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::histogram::{Explicit, Layout, Sketch};
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let scope = Scope::untimed(Unit::Second);
/// let mut latency = Explicit::new(&[0.1, 0.3, 1.0])?;
/// latency.insert_slice(&[0.05, 0.2, 0.3, 2.0]);
/// assert_eq!(latency.count_at_most(0.3), (3, 3));
/// let p75 = latency.histogram_quantile("p75".parse()?, &scope)?;
/// assert_eq!((p75.value, p75.interval()), (0.3, Some((0.1, 0.3))));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Sources: Prometheus, [*Histograms and summaries*](https://prometheus.io/docs/practices/histograms/); OpenTelemetry, [*Metrics Data
/// Model*](https://opentelemetry.io/docs/specs/otel/metrics/data-model/#histogram).
#[derive(Clone, Debug, PartialEq)]
pub struct Explicit {
    /// Finite and ascending.
    edges: Vec<f64>,
    /// One more than there are edges.
    counts: Vec<u64>,
    total: u64,
    /// The smallest value, +∞ while empty; −∞ where it is not known.
    low: f64,
    /// The largest value, −∞ while empty; +∞ where it is not known.
    high: f64,
    /// The sum of the values, where it is known.
    sum: Option<f64>,
    dropped: Dropped,
    cache: Cache,
}

impl Explicit {
    /// An empty histogram with these upper edges; a last one at +∞ may be given or not.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where they do not ascend, or one that is not the last is not finite.
    pub fn new(edges: &[f64]) -> Result<Self> {
        let edges = match edges {
            [edges @ .., last] if *last == f64::INFINITY => edges,
            edges => edges,
        };
        if !edges.is_sorted_by(|a, b| a < b) || edges.iter().any(|edge| !edge.is_finite()) {
            return Err(
                Error::argument("edges of buckets must be finite and ascend").hint("sort them and leave out doubles")
            );
        }
        Ok(Self {
            edges: edges.iter().map(|edge| edge + 0.0).collect(),
            counts: vec![0; edges.len() + 1],
            total: 0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            sum: Some(0.0),
            dropped: Dropped::default(),
            cache: Cache::default(),
        })
    }

    /// The same histogram with the sum of its values, as the caller has added it up. NaN is no sum: it is not known then.
    #[must_use]
    pub fn with_sum(mut self, sum: f64) -> Self {
        self.sum = Some(sum).filter(|sum| !sum.is_nan());
        self
    }

    /// The upper edges, ascending, without +∞.
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// The counts of all buckets, the last being that beyond the last edge.
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// The sum of the values as the wire form or [`with_sum`](Self::with_sum) gave it; `None` after values were inserted.
    pub fn recorded_sum(&self) -> Option<f64> {
        self.sum
    }

    /// The same values with some of the edges: neighbouring buckets become one, so nothing is lost but resolution.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where an edge is not one of this histogram, [`Argument`](crate::ErrorKind::Argument)
    /// where the edges do not ascend.
    ///
    /// ```
    /// use sre_stats::histogram::{Explicit, Sketch};
    /// let mut fine = Explicit::new(&[0.1, 0.2, 0.5, 1.0])?;
    /// fine.insert_slice(&[0.15, 0.4, 0.7]);
    /// assert_eq!(fine.coarsened(&[0.2, 1.0])?.counts(), [1, 2, 0]);
    /// assert!(fine.coarsened(&[0.3]).is_err());
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn coarsened(&self, edges: &[f64]) -> Result<Self> {
        let mut coarse = Self::new(edges)?;
        if let Some(edge) = coarse.edges.iter().find(|edge| !self.edges.contains(edge)) {
            return Err(Error::mismatch(format!("{edge} is not an edge of the buckets, and would cut one"))
                .hint("keep edges that are there, or convert with the error that this adds"));
        }
        for (i, count) in self.counts.iter().enumerate() {
            let edge = self.edges.get(i).copied().unwrap_or(f64::INFINITY);
            *coarse.counter(edge) += count;
        }
        coarse.total = self.total;
        (coarse.low, coarse.high, coarse.sum, coarse.dropped) = (self.low, self.high, self.sum, self.dropped);
        Ok(coarse)
    }

    /// Adds another histogram at the edges that both have, dropping the others, as Prometheus does with custom bounds.
    ///
    /// ```
    /// use sre_stats::histogram::Explicit;
    /// let mut a = Explicit::from_counts(&[1.0, 2.5], &[2, 3, 5])?;
    /// a.merge_common(&Explicit::from_counts(&[1.0, 2.0, 3.0], &[1, 2, 3, 2])?)?;
    /// assert_eq!((a.edges(), a.counts()), (&[1.0][..], &[3, 15][..]));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// None beside those of [`merge`](Sketch::merge), which cannot occur at common edges.
    pub fn merge_common(&mut self, other: &Self) -> Result<()> {
        let common: Vec<f64> = self.edges.iter().copied().filter(|edge| other.edges.contains(edge)).collect();
        let mut merged = self.coarsened(&common)?;
        merged.merge(&other.coarsened(&common)?)?;
        *self = merged;
        Ok(())
    }

    /// The quantile as Prometheus' `histogram_quantile` interpolates it (see [`classic_quantile`](super::classic_quantile)), beside
    /// the interval that the buckets and the known extremes guarantee for the sample of [rank](Quantile::rank) ⌈n·p⌉.
    ///
    /// # Errors
    /// As [`classic_quantile`](super::classic_quantile).
    pub fn histogram_quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate> {
        let buckets: Vec<(f64, f64)> =
            self.cumulative().into_iter().map(|(edge, count)| (edge, count as f64)).collect();
        let theirs = super::prometheus::classic_quantile(&buckets, quantile, scope)?;
        let ours = self.binned().quantile(quantile, scope)?;
        let caveats = [theirs.caveats, ours.caveats].concat();
        let told = Estimate { n: self.total, bound: ours.bound, caveats, ..theirs };
        Ok(match told.bound {
            Bound::Guaranteed { lower, upper } if told.value < lower || told.value > upper => {
                told.with_caveat("the interpolated value lies outside the interval that holds the sample")
            }
            _ => told,
        })
    }

    /// The counter of the bucket that holds a value.
    fn counter(&mut self, value: f64) -> &mut u64 {
        let bucket = self.edges.partition_point(|edge| *edge < value);
        // one counter more than edges
        &mut self.counts[bucket]
    }

    fn same_edges(&self, other: &Self) -> Result<()> {
        if self.edges == other.edges {
            return Ok(());
        }
        Err(Error::mismatch(format!(
            "buckets with {} and {} edges that are not the same do not add up",
            self.edges.len(),
            other.edges.len()
        ))
        .hint("drop the edges that the other does not have, on both sides"))
    }
}

impl Sketch for Explicit {
    fn schema(&self) -> String {
        format!("explicit:{}", self.counts.len())
    }

    fn insert_weighted(&mut self, value: f64, weight: u64) {
        self.cache.forget();
        if self.dropped.takes(value, weight) {
            return;
        }
        let weight = weight.min(u64::MAX - self.total);
        if weight > 0 {
            self.low = self.low.min(value) + 0.0;
            self.high = self.high.max(value) + 0.0;
            self.sum = None;
            self.total += weight;
            *self.counter(value) += weight;
        }
    }

    fn insert_slice(&mut self, values: &[f64]) {
        self.cache.forget();
        self.fill(values);
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.same_edges(other)?;
        self.cache.forget();
        self.dropped.add(other.dropped);
        if other.total == 0 {
            return Ok(());
        }
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        self.sum = if self.total == 0 { other.sum } else { self.sum.zip(other.sum).map(|(a, b)| a + b) };
        for (own, more) in self.counts.iter_mut().zip(&other.counts) {
            let more = (*more).min(u64::MAX - self.total);
            self.total += more;
            *own += more;
        }
        Ok(())
    }

    fn count(&self) -> u64 {
        self.total
    }

    fn min(&self) -> Option<f64> {
        self.low.is_finite().then_some(self.low)
    }

    fn max(&self) -> Option<f64> {
        self.high.is_finite().then_some(self.high)
    }

    fn dropped(&self) -> Dropped {
        self.dropped
    }

    fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        self.binned().quantiles(quantiles, scope)
    }

    fn quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate> {
        self.binned().quantile(quantile, scope)
    }

    fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        self.binned().share_below(threshold, scope)
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.edges.capacity() * size_of::<f64>() + self.counts.capacity() * size_of::<u64>()
    }
}

impl Layout for Explicit {
    fn bins(&self) -> Vec<Bin> {
        let lower = std::iter::once(f64::NEG_INFINITY).chain(self.edges.iter().copied());
        let upper = self.edges.iter().copied().chain([f64::INFINITY]);
        (lower.zip(upper).zip(&self.counts))
            .filter(|(_, count)| **count > 0)
            .map(|((lower, upper), count)| Bin::new(lower, upper, Closed::Upper, *count))
            .collect()
    }

    fn subtract(&mut self, other: &Self) -> Result<()> {
        self.same_edges(other)?;
        if let Some(i) = self.counts.iter().zip(&other.counts).position(|(own, less)| own < less) {
            let edge = self.edges.get(i).copied().unwrap_or(f64::INFINITY);
            return Err(Error::mismatch(format!("the bucket up to {edge} holds fewer values than shall be taken out"))
                .hint("subtract the earlier snapshot of the same counter from the later one"));
        }
        self.cache.forget();
        for (own, less) in self.counts.iter_mut().zip(&other.counts) {
            *own -= less;
        }
        if other.total > 0 {
            self.total -= other.total;
            (self.low, self.high) = (f64::NEG_INFINITY, f64::INFINITY);
            self.sum = self.sum.zip(other.sum).map(|(a, b)| a - b);
        }
        self.dropped.take_out(other.dropped);
        if self.total == 0 {
            (self.low, self.high, self.sum) = (f64::INFINITY, f64::NEG_INFINITY, Some(0.0));
        }
        Ok(())
    }

    fn within(&self) -> Within {
        Within::Linear
    }

    fn binned(&self) -> Arc<Binned> {
        self.cache.get(|| Binned::of(self))
    }

    fn sum(&self, scope: &Scope) -> Result<Estimate> {
        Ok(recorded(self.binned().sum(scope)?, self.sum))
    }

    fn mean(&self, scope: &Scope) -> Result<Estimate> {
        Ok(recorded(self.binned().mean(scope)?, self.sum.map(|sum| sum / self.total as f64)))
    }
}

impl Target for Explicit {
    fn set_extremes(&mut self, min: Option<f64>, max: Option<f64>) {
        if self.total > 0 {
            self.cache.forget();
            self.low = min.unwrap_or(f64::NEG_INFINITY);
            self.high = max.unwrap_or(f64::INFINITY);
        }
    }
}
