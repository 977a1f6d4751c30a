//! Trend and change: is it getting worse, how fast, since when? Verdicts that hold their stated error rate.
//!
//! | question | function | methods |
//! |---|---|---|
//! | is it rising or falling? | [`trend()`] | Mann–Kendall, Hamed–Rao, Yue–Wang, pre-whitened, seasonal, Theil–Sen, least squares with Newey–West errors |
//! | since when? | [`changes`] | optimal segmentation (PELT) of mean, variance, rate or rank; E-divisive, kernel, CUSUM, EWMA, Bayes |
//! | how many changes? | [`penalty_path`], [`elbow`] | all optimal segmentations over a range of penalties (CROPS) |
//! | what happened just before? | [`rank_causes`] | events by their distance to the onset |
//!
//! Metric series are autocorrelated, and tests for independent samples cry wolf on them: the defaults measure the
//! autocorrelation and answer with it, or say that they cannot. p-values are kept as logarithms, slopes are per second,
//! memory is linear in the number of samples.

mod analysis;
mod auto;
mod autocorrelation;
#[cfg(test)]
mod beside;
#[cfg(test)]
mod calibrated;
mod calibration;
mod change;
mod inversions;
pub(crate) mod kendall;
mod least_squares;
pub(crate) mod level;
mod mann_kendall;
mod noise;
mod pelt;
#[cfg(test)]
mod reference;
mod rival;
mod scale;
mod season;
mod seasonal;
mod slopes;
mod tails;
mod theil_sen;
mod verdict;
mod wander;
mod whitening;

pub use crate::quantile::tails::ln_two_sided;
pub use analysis::trend;
pub use autocorrelation::{autocorrelation, effective_sample_size};
pub use change::{
    Alarm, BayesPrior, Cause, Change, ChangeMethod, ChangeOptions, ChangeVerdict, Changes, Chart, Cost, Division,
    Event, Onset, PathPoint, RunLengths, Spread, changes, changes_with, e_divisive, elbow, elbow_penalty,
    kernel_segments, pelt, penalty_path, rank_causes, read_events, run_lengths,
};
pub use least_squares::{Line, default_lags, least_squares};
pub use mann_kendall::{Score, hamed_rao_inflation, mann_kendall, yue_wang_inflation};
pub use noise::{Noise, robust_noise};
pub use pelt::pelt_mean;
pub use season::SeasonSteps;
pub use theil_sen::{SenSlope, theil_sen};
pub use verdict::{Trend, TrendMethod, Verdict};

// what the correlation of series shares with trend and change
pub(crate) use change::blocks::{share_above, shuffled_blocks};
pub(crate) use mann_kendall::ranks;
pub(crate) use season::without_season;
