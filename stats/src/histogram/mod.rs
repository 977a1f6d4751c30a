//! Mergeable histograms: what must be stored, merged and asked again later.
//!
//! | item | what it is |
//! |---|---|
//! | [`LogLinear`] | base 10, two digits: the layout of `OpenHistogram` (Circllhist), with correctly placed edges |
//! | [`Exponential`] | base 2^(2^−schema): Prometheus native histograms, OpenTelemetry exponential histograms |
//! | [`Explicit`] | edges of one's choice: Prometheus `le` buckets and custom bounds, OpenTelemetry explicit histograms |
//! | [`Conversion`] | a histogram in another layout, with the error that this adds |
//! | [`NativeHistogram`], [`classic_quantile`] | Prometheus' own form and the numbers that it prints |
//! | [`HistogramSeries`] | one [`LogLinear`] a window of a [`Grid`](crate::time::Grid) |
//! | [`Sketch`], [`Layout`] | what every sketch can do: insert, merge, ask; what a layout with bins can do beside: show, subtract |
//! | [`Bin`], [`Binned`] | one bin with its edges and its count; bins with their running counts, from which all answers come |
//!
//! Quantiles of merged histograms are quantiles of the merged samples, within the width of a bin; percentiles that were
//! already computed cannot be merged at all. While the samples are in memory, [`quantile`](crate::quantile) is exact.

mod binned;
mod cache;
mod convert;
mod explicit;
mod exponential;
mod index;
mod json;
mod layout;
mod log_linear;
mod moments;
mod native;
mod native_text;
mod prometheus;
mod query;
mod run;
mod series;
mod side;
mod tally;
mod wire;

#[cfg(test)]
mod tests;

pub use binned::{Binned, Within};
pub use convert::{Conversion, EdgeCount};
pub use explicit::Explicit;
pub use exponential::Exponential;
pub use layout::{Bin, Closed, Layout, Sketch};
pub use log_linear::LogLinear;
pub use native::{BucketSpan, CUSTOM_BUCKETS, FloatBucket, NativeCounts, NativeHistogram};
pub use prometheus::classic_quantile;
pub use series::HistogramSeries;
