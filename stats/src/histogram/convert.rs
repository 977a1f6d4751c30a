//! From one layout to another, with the error that this adds.

use super::explicit::Explicit;
use super::exponential::Exponential;
use super::layout::{Bin, Layout, nothing};
use super::log_linear::LogLinear;
use crate::error::Result;
use crate::estimate::{Bound, Estimate, Scope};
use crate::quantile::Quantile;

/// What is known at an edge of the new layout: at least `least` and at most `most` values are at or below it.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct EdgeCount {
    /// The edge.
    pub edge: f64,
    /// So many values are at or below it for sure.
    pub least: u64,
    /// No more values can be at or below it.
    pub most: u64,
}

/// A histogram in a new layout, with what the change has cost.
///
/// Where each old bin lies in one new bin, nothing is added. Else a bin that a new edge cuts is counted whole where the middle of it
/// falls, and the new histogram's own guarantees no longer hold: ask [`quantile`](Self::quantile) here, which knows of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Conversion<T> {
    /// The values in the new layout. Extremes are those of the old one, where it knew them.
    pub histogram: T,
    /// How many values lie in bins that the new edges cut: each of them may be in a wrong bin. 0 where the conversion is exact.
    pub uncertain: u64,
    /// What the old layout knows at each edge of the new bins that hold something, ascending.
    pub edges: Vec<EdgeCount>,
    limits: (f64, f64),
}

/// A layout that others can be converted to.
pub(super) trait Target: Layout + Clone {
    /// Sets extremes that are known, and forgets those that were taken from the middles of bins.
    fn set_extremes(&mut self, min: Option<f64>, max: Option<f64>);
}

/// Puts each bin where its middle falls.
fn convert<S: Layout, T: Target>(source: &S, empty: &T) -> Conversion<T> {
    let old = source.binned();
    let mut histogram = empty.clone();
    let mut uncertain = 0_u64;
    for bin in old.bins() {
        let (lower, upper) = old.clipped(bin);
        let clipped = Bin { lower, upper, ..*bin };
        // where the clip moved an edge, the edge is a value
        let least = if lower > bin.lower { lower } else { clipped.least() };
        let greatest = if upper < bin.upper { upper } else { clipped.greatest() };
        let middle = super::binned::middle(least, greatest).clamp(least.max(f64::MIN), greatest.min(f64::MAX));
        histogram.insert_weighted(middle, bin.count);
        let mut alone = empty.clone();
        alone.insert(middle);
        let within = alone.bins().first().is_some_and(|new| new.holds(least) && new.holds(greatest));
        uncertain = uncertain.saturating_add(if within { 0 } else { bin.count });
    }
    histogram.set_extremes(source.min(), source.max());
    let mut edges: Vec<f64> = histogram.bins().iter().flat_map(|bin| [bin.lower, bin.upper]).collect();
    edges.retain(|edge| edge.is_finite());
    edges.dedup();
    let edges = (edges.into_iter())
        .map(|edge| {
            let (least, most) = old.count_at_most(edge);
            EdgeCount { edge, least, most }
        })
        .collect();
    Conversion { histogram, uncertain, edges, limits: (old.low, old.high) }
}

impl<T: Layout> Conversion<T> {
    /// Whether nothing was added to the error of the old layout but the width of the new bins.
    pub fn is_exact(&self) -> bool {
        self.uncertain == 0
    }

    /// A quantile of the new histogram, with an interval that is still guaranteed: from the last new edge that surely lies below the
    /// sample of that rank to the first that surely does not.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where there is nothing.
    pub fn quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate> {
        let n = self.histogram.count();
        if n == 0 {
            return Err(nothing());
        }
        let told = self.histogram.quantile(quantile, scope)?;
        let rank = quantile.rank(n);
        let below = self.edges.iter().rev().find(|edge| edge.most < rank).map_or(f64::NEG_INFINITY, |edge| edge.edge);
        let above = self.edges.iter().find(|edge| edge.least >= rank).map_or(f64::INFINITY, |edge| edge.edge);
        let (lower, upper) = (below.max(self.limits.0), above.min(self.limits.1));
        let value = told.value.clamp(lower, upper);
        let told = Estimate { value, ..told }.with_bound(Bound::Guaranteed { lower, upper });
        Ok(match self.uncertain {
            0 => told,
            n => told.with_caveat(format!("the conversion may have moved {n} values to a neighbouring bin")),
        })
    }
}

impl Explicit {
    /// Any layout in buckets with these edges.
    ///
    /// An edge that the source has too cuts no bin, but where the source's bins hold their lower edge, as those of [`LogLinear`] do, a
    /// value equal to the edge changes sides: the bin that begins there is counted as uncertain.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    ///
    /// ```
    /// use sre_stats::histogram::{Explicit, LogLinear};
    /// let source = LogLinear::from_values(&[0.12, 0.24, 0.251, 0.7]);
    /// let exact = Explicit::converted(&source, &[0.2, 0.5])?;
    /// assert_eq!((exact.histogram.counts(), exact.uncertain), (&[1, 2, 1][..], 0));
    /// let cut = Explicit::converted(&source, &[0.255])?;
    /// assert_eq!((cut.edges[0].least, cut.edges[0].most), (2, 3));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn converted<S: Layout>(source: &S, edges: &[f64]) -> Result<Conversion<Self>> {
        Ok(convert(source, &Self::new(edges)?))
    }
}

impl Exponential {
    /// Any layout in exponential buckets. Another exponential histogram of a finer schema is better [`coarsened`](Self::coarsened).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn converted<S: Layout>(source: &S, schema: i32) -> Result<Conversion<Self>> {
        Ok(convert(source, &Self::new(schema)?))
    }
}

impl LogLinear {
    /// Any layout in two-digit decimal bins.
    ///
    /// ```
    /// use sre_stats::histogram::{Explicit, LogLinear, Sketch};
    /// let mut source = Explicit::new(&[0.1, 0.11])?;
    /// source.insert(0.105);
    /// let converted = LogLinear::converted(&source);
    /// assert_eq!(converted.histogram.count(), 1);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn converted<S: Layout>(source: &S) -> Conversion<Self> {
        convert(source, &Self::new())
    }
}
