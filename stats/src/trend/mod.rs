//! Trend and change: is it getting worse, how fast, since when? Verdicts that hold their stated error rate.
//!
//! | question | function | methods |
//! |---|---|---|
//! | is it rising or falling? | [`trend()`] | Mann–Kendall, Hamed–Rao, Theil–Sen |
//! | since when? | [`changes`] | optimal segmentation (PELT) with a calibrated penalty |
//!
//! Metric series are autocorrelated, and tests for independent samples cry wolf on them: the defaults measure the
//! autocorrelation and answer with it, or say that they cannot. p-values are kept as logarithms, slopes are per second,
//! memory is linear in the number of samples.

mod analysis;
mod auto;
mod autocorrelation;
#[cfg(test)]
mod calibrated;
mod calibration;
mod change;
mod inversions;
mod mann_kendall;
mod noise;
mod pelt;
#[cfg(test)]
mod reference;
mod slopes;
mod tails;
mod theil_sen;

pub use crate::quantile::tails::ln_two_sided;
pub use analysis::{Trend, TrendMethod, Verdict, trend};
pub use autocorrelation::{autocorrelation, effective_sample_size};
pub use change::{Change, ChangeOptions, ChangeVerdict, Changes, Onset, changes};
pub use mann_kendall::{Score, hamed_rao_inflation, mann_kendall};
pub use noise::{Noise, robust_noise};
pub use pelt::pelt_mean;
pub use theil_sen::{SenSlope, theil_sen};
