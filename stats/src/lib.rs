//! Statistics for reliability engineering: what did an aggregation do to the truth?
//!
//! A number of this crate never travels alone: an [`Estimate`](estimate::Estimate) carries its method, its sample count,
//! its window and a bound. Data goes one way, through seven layers; a module imports from lower layers only.
//!
//! | layer | modules |
//! |---|---|
//! | 1 ground | [`error`] [`mod@unit`] [`time`] [`progress`] |
//! | 2 data | [`labels`] [`method`] [`estimate`] [`series`] [`events`] [`counter`] |
//! | 3 statistics | [`histogram`] [`quantile`] |
//! | 4 analyses | [`window`] [`slo`] [`trend`] [`mod@forecast`] [`mod@compare`] [`mod@correlate`] [`capacity`] [`describe`] |
//! | 5 input | [`load`] |
//! | 6 picture | [`figure`] |
//! | 7 telling | [`report`] [`notebook`] [`prelude`] |
//!
//! Layers 1 to 4 do no input or output and read no clock; randomness takes a seed; the same input, options and seed give the
//! same bytes at any number of threads.

pub mod error;
pub mod progress;
pub mod time;
pub mod unit;
mod words;

pub mod counter;
pub mod estimate;
pub mod events;
pub mod labels;
pub mod method;
pub mod series;

pub mod histogram;
pub mod quantile;

pub mod capacity;
pub mod compare;
pub mod correlate;
pub mod describe;
pub mod forecast;
pub mod slo;
pub mod trend;
pub mod window;

pub mod load;

pub mod figure;

pub mod notebook;
pub mod prelude;
pub mod report;

pub use error::{Error, ErrorKind, Position, Result};
// of the versions whose frames and batches a `Dataset` takes
#[cfg(feature = "frame")]
pub use {arrow_array, arrow_schema, polars};
