//! The quantile that Prometheus prints for an exponential histogram.

use super::Exponential;
use crate::error::Result;
use crate::estimate::{Bound, Estimate, Scope};
use crate::histogram::layout::Layout;
use crate::quantile::Quantile;

impl Exponential {
    /// The quantile as Prometheus' `histogram_quantile` interpolates it, beside the interval that the buckets and the known extremes
    /// guarantee for the sample of [rank](Quantile::rank) ⌈n·p⌉.
    ///
    /// Prometheus knows no extremes and takes the rank n·p as it is: where its value lies outside the interval, a caveat says so.
    ///
    /// # Errors
    /// As [`NativeHistogram::quantile`](crate::histogram::NativeHistogram::quantile).
    pub fn histogram_quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate> {
        let native = self.clone().with_sum(0.0).to_native()?;
        let theirs = native.quantile(quantile, scope)?;
        let ours = self.binned().quantile(quantile, scope)?;
        let told = Estimate { bound: ours.bound.clone(), caveats: ours.caveats, ..theirs };
        Ok(match told.bound {
            Bound::Guaranteed { lower, upper } if told.value < lower || told.value > upper => {
                told.with_caveat("the interpolated value lies outside the interval that holds the sample")
            }
            _ => told,
        })
    }
}
