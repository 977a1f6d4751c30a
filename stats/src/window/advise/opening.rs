//! What would make room between a width that is too narrow and one that is too wide.

use super::AdvisorInput;
use super::charge::Charge;
use crate::quantile::{Quantile, samples_needed, snapped_product};

/// One way to make room between a width that is too narrow and one that is too wide. Each alone is enough.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Opening {
    /// Ask for a lower percentile: the highest common one that windows of the widest safe width can bound.
    Percentile {
        /// The percentile.
        q: Quantile,
        /// The samples that it needs.
        samples: u64,
    },
    /// Keep a histogram a window, and read the percentile from so many of them merged.
    MergedHistograms {
        /// The number of windows.
        windows: u64,
    },
    /// More traffic: samples a second.
    Traffic {
        /// The rate.
        rate_per_s: f64,
    },
    /// A lower objective, that bears the narrowest width whose windows hold enough samples.
    Objective {
        /// The share of good time.
        objective: f64,
    },
}

/// Common percentiles, from the highest down.
const PERCENTILES: [Quantile; 6] =
    [Quantile::P9999, Quantile::P999, Quantile::P99, Quantile::P95, Quantile::P90, Quantile::MEDIAN];

/// What would make room for a width.
pub(super) fn openings(
    input: &AdvisorInput,
    charge: &Charge,
    narrowest: Option<f64>,
    widest: Option<f64>,
    samples: Option<u64>,
) -> Vec<Opening> {
    let mut out = Vec::new();
    if let (Some(low), Some(high), Some(rate), Some(q)) = (narrowest, widest, input.rate_per_s, input.quantile) {
        let held = rate * high;
        let lower = PERCENTILES.into_iter().filter(|p| p.p() < q.p());
        let mut bounded = lower.filter_map(|p| samples_needed(p, input.level).map(|n| (p, n)));
        if let Some((q, samples)) = bounded.find(|(_, n)| *n as f64 <= held) {
            out.push(Opening::Percentile { q, samples });
        }
        out.push(Opening::MergedHistograms { windows: snapped_product(low / high).ceil() as u64 });
        out.extend(samples.map(|n| Opening::Traffic { rate_per_s: n as f64 / high }));
    }
    if let Some(low) = narrowest {
        let (width, period) = (low * 1e9, input.budget.period().0 as f64);
        let needed = charge.worst(width) / period;
        // an objective that is looser than the present one opens a width that the period holds at all
        if width <= period && needed > 0.0 && needed < 1.0 && charge.sees_all(width) {
            out.push(Opening::Objective { objective: 1.0 - needed });
        }
    }
    out
}

impl std::fmt::Display for Opening {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Percentile { q, samples } => write!(f, "{q} instead, which needs {samples} samples"),
            Self::MergedHistograms { windows } => write!(f, "histograms a window, {windows} of them merged"),
            Self::Traffic { rate_per_s } => write!(f, "{} samples/s", crate::unit::significant(*rate_per_s)),
            Self::Objective { objective } => {
                write!(f, "an objective of {} or less", crate::unit::Unit::Ratio.show(*objective))
            }
        }
    }
}
