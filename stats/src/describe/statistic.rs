//! One named number of a description, and what it is worth.

use crate::estimate::Estimate;

/// Whether a statistic of a long window follows from those of the short windows that make it up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Merging {
    /// From the statistic alone: the minimum of minima.
    Alone,
    /// From the statistic with the counts and the lower moments of each window: mean, deviation, skewness.
    WithCounts,
    /// Not at all: the samples or a histogram of them must be kept. The mean of medians is no median.
    Never,
}

/// One named statistic.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistic {
    /// Its name, as the command line prints it.
    pub name: &'static str,
    /// What it says, in a few words.
    pub about: &'static str,
    /// Whether it merges across windows.
    pub merges: Merging,
    /// Its breakdown point: the share of the samples that can be moved anywhere before the statistic follows without limit.
    /// 0 is not robust (one sample is enough), 0.5 the most there is.
    pub breakdown: f64,
    /// The number.
    pub estimate: Estimate,
}

impl Statistic {
    /// Whether some share of outliers leaves it where it is.
    pub fn is_robust(&self) -> bool {
        self.breakdown > 0.0
    }
}
