//! What every histogram layout can do.

use crate::error::Result;
use crate::estimate::{Estimate, Scope};
use crate::quantile::Quantile;

/// One bin: its edges and how many values it holds.
///
/// A bin of positive values is `[lower, upper)`, one of negative values `(lower, upper]`.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Bin {
    /// The lower edge.
    pub lower: f64,
    /// The upper edge.
    pub upper: f64,
    /// How many values lie between.
    pub count: u64,
}

/// A histogram whose bins do not depend on its data, so that two of them add up to the histogram of both data sets.
pub trait Layout: Sized {
    /// Adds one value.
    fn insert(&mut self, value: f64);

    /// Adds one value `weight` times.
    fn insert_weighted(&mut self, value: f64, weight: u64);

    /// Adds every value of a slice.
    fn insert_slice(&mut self, values: &[f64]) {
        for &value in values {
            self.insert(value);
        }
    }

    /// Adds all that another histogram holds.
    fn merge(&mut self, other: &Self);

    /// How many values it holds.
    fn count(&self) -> u64;

    /// The bins that hold something, ascending.
    fn bins(&self) -> Vec<Bin>;

    /// The quantile of the values, with the interval that is guaranteed to hold the sample of that rank.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where it holds nothing.
    fn quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate>;
}
