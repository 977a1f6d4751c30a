//! Quantiles of samples in memory: definitions, selection, intervals and the samples they need.
//!
//! While the samples are here, exact quantiles by selection cost less than most sketches; a histogram is for samples that are
//! stored, merged or streamed.

mod exact;
mod order_statistics;
mod probability;
pub mod proportion;
mod share;

pub use exact::{quantile_sorted, quantiles};
pub use order_statistics::{order_statistic_interval, samples_needed};
pub use probability::Quantile;
pub use share::share_at_most;

pub(crate) use probability::snapped;
