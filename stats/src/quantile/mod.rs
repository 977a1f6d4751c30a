//! Quantiles of samples in memory: definitions, selection, intervals and the samples they need.
//!
//! While the samples are here, exact quantiles by selection cost less than most sketches; a histogram is for samples that are
//! stored, merged or streamed.
//!
//! | item | what it answers |
//! |---|---|
//! | [`quantiles`], [`quantile_sorted`] | a quantile by one of the nine definitions of Hyndman and Fan, with its interval |
//! | [`Tool`], [`tool_quantiles`] | what numpy, Excel, SQL, Prometheus, HdrHistogram and `StatsD` would have printed |
//! | [`weighted_quantiles`] | a quantile of samples that count differently |
//! | [`harrell_davis`] | a quantile from all order statistics, with its standard error |
//! | [`order_statistic_interval`], [`samples_needed`], [`none_above`] | how far a quantile can be trusted, and from how many samples on |
//! | [`bootstrap`], [`block_length`] | an interval for any statistic; how long blocks of dependent samples are |
//! | [`share_at_most`], [`proportion`] | the inverse question: which share lies below a threshold, and how sure is it |

mod beta;
mod block_length;
mod bootstrap;
mod exact;
mod harrell_davis;
mod order_statistics;
mod probability;
pub mod proportion;
pub(crate) mod random;
pub(crate) mod select;
mod share;
pub(crate) mod tails;
mod tool;
mod weighted;

pub use block_length::block_length;
pub use bootstrap::{Bootstrap, Bootstrapped, IntervalKind, Resampled, bootstrap};
pub(crate) use exact::{at, position, usable};
pub use exact::{quantile_sorted, quantiles};
pub use harrell_davis::{HarrellDavis, harrell_davis};
pub use order_statistics::{none_above, order_statistic_interval, samples_needed};
pub use probability::Quantile;
pub(crate) use probability::snapped_product;
pub use share::share_at_most;
pub use tool::{Rule, Tool, ToolQuantile, ToolRefusal, tool_quantile, tool_quantiles};
pub use weighted::weighted_quantiles;
