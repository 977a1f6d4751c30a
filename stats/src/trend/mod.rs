//! Trend and change: is it getting worse, how fast, since when? Verdicts that hold their stated error rate.
//!
//! | question | function | methods |
//! |---|---|---|
//! | is it rising or falling? | [`trend()`] | Mann–Kendall, Hamed–Rao, Theil–Sen |
//!
//! Metric series are autocorrelated, and tests for independent samples cry wolf on them: the defaults measure the
//! autocorrelation and answer with it, or say that they cannot. p-values are kept as logarithms, slopes are per second,
//! memory is linear in the number of samples.

mod analysis;
mod auto;
mod autocorrelation;
mod inversions;
mod mann_kendall;
mod normal;
mod slopes;
mod theil_sen;

pub use analysis::{Trend, TrendMethod, Verdict, trend};
pub use autocorrelation::{autocorrelation, effective_sample_size};
pub use mann_kendall::{Score, hamed_rao_inflation, mann_kendall};
pub use normal::ln_two_sided;
pub use theil_sen::{SenSlope, theil_sen};
