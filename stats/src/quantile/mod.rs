//! Quantiles of samples in memory: definitions, selection, intervals and the samples they need.

mod probability;

pub use probability::Quantile;
