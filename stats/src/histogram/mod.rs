//! Mergeable histograms: what must be stored, merged and asked again later.
//!
//! | item | what it is |
//! |---|---|
//! | [`LogLinear`] | base 10, two digits: the layout of `OpenHistogram` (Circllhist), with correctly placed edges |
//! | [`HistogramSeries`] | one [`LogLinear`] a window of a [`Grid`](crate::time::Grid) |
//! | [`Sketch`], [`Layout`] | what every sketch can do: insert, merge, ask; what a layout with bins can do beside: show, subtract |
//! | [`Bin`], [`Binned`] | one bin with its edges and its count; bins with their running counts, from which all answers come |
//!
//! Quantiles of merged histograms are quantiles of the merged samples, within the width of a bin; percentiles that were
//! already computed cannot be merged at all. While the samples are in memory, [`quantile`](crate::quantile) is exact.

mod binned;
mod cache;
mod choice;
mod cursor;
mod dd_sketch;
mod hdr;
mod index;
mod kll;
mod layout;
mod log_linear;
mod moments;
mod powers_of_two;
mod query;
mod series;
mod side;
mod t_digest;
mod wire;

#[cfg(test)]
mod shapes;
#[cfg(test)]
mod tests;

pub use binned::{Binned, Within};
pub use choice::{AnySketch, LayoutChoice};
pub use dd_sketch::{DdDialect, DdSketch, Interpolation};
pub use hdr::{Hdr, HdrInterval, HdrLog};
pub use kll::Kll;
pub use layout::{Bin, Closed, Layout, Sketch};
pub use log_linear::LogLinear;
pub use powers_of_two::{Buckets, NamedHistogram, PowersOfTwo, parse_bpftrace, parse_dtrace};
pub use series::HistogramSeries;
pub use t_digest::TDigest;
