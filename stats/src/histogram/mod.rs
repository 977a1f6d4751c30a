//! Mergeable histograms: what must be stored, merged and asked again later.
//!
//! | item | what it is |
//! |---|---|
//! | [`LogLinear`] | base 10, two digits: the layout of `OpenHistogram` (Circllhist), with correctly placed edges |
//! | [`Exponential`] | base 2^(2^−schema): Prometheus native histograms, OpenTelemetry exponential histograms |
//! | [`Explicit`] | edges of one's choice: Prometheus `le` buckets and custom bounds, OpenTelemetry explicit histograms |
//! | [`Hdr`], [`HdrLog`] | whole ticks to a fixed count of digits, corrected for coordinated omission; interval logs |
//! | [`DdSketch`] | a stated relative error: `DataDog`'s sketch |
//! | [`Kll`] | a stated error in rank, whatever the data |
//! | [`Req`] | a stated error in rank that shrinks towards one end: for p99.9 and beyond |
//! | [`TDigest`] | clusters without a guarantee, to read and to compare |
//! | [`PowersOfTwo`] | what `bpftrace` and `dtrace` print |
//! | [`LayoutChoice`], [`AnySketch`] | a layout by name at run time |
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
mod cells;
mod choice;
mod coded;
mod convert;
pub(crate) mod cursor;
mod dd_sketch;
mod explicit;
mod exponential;
mod hdr;
mod index;
mod json;
mod kll;
mod layout;
mod log_linear;
mod moments;
mod native;
mod native_proto;
mod native_text;
mod otlp;
mod packed;
mod powers_of_two;
mod prometheus;
pub(crate) mod proto;
mod query;
mod ranks;
mod req;
mod run;
mod seen;
mod series;
mod side;
mod t_digest;
mod tally;
mod wire;

#[cfg(test)]
mod shapes;
#[cfg(test)]
mod tests;

pub use binned::{Binned, Within};
pub use choice::{AnySketch, LayoutChoice};
pub use convert::{Conversion, EdgeCount};
pub use dd_sketch::{DdDialect, DdInterpolation, DdSketch};
pub use explicit::Explicit;
pub use exponential::Exponential;
pub use hdr::{Hdr, HdrInterval, HdrLog};
pub use kll::Kll;
pub use layout::{Bin, Closed, Layout, Sketch};
pub use log_linear::LogLinear;
pub use native::{BucketSpan, CUSTOM_BUCKETS, FloatBucket, NativeCounts, NativeHistogram};
pub use powers_of_two::{NamedHistogram, PowersOfTwo, TracerBuckets, parse_bpftrace, parse_dtrace};
pub use prometheus::classic_quantile;
pub use req::{Req, ReqSide};
pub use series::HistogramSeries;
pub use t_digest::TDigest;
