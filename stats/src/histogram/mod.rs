//! Mergeable histograms: what must be stored, merged and asked again later.
//!
//! | item | what it is |
//! |---|---|
//! | [`LogLinear`] | base 10, two digits: the layout of `OpenHistogram` (Circllhist), with correctly placed edges |
//! | [`HistogramSeries`] | one [`LogLinear`] a window of a [`Grid`](crate::time::Grid) |
//! | [`Bin`] | one bin with its edges and its count |
//! | [`Layout`] | what every layout can do: insert, merge, ask |
//!
//! Quantiles of merged histograms are quantiles of the merged samples, within the width of a bin; percentiles that were
//! already computed cannot be merged at all. While the samples are in memory, [`quantile`](crate::quantile) is exact.

mod index;
mod layout;
mod log_linear;
mod query;
mod series;
mod side;
mod wire;

#[cfg(test)]
mod tests;

pub use layout::{Bin, Layout};
pub use log_linear::LogLinear;
pub use series::HistogramSeries;
