//! What can be said about an objective.

use std::fmt;

/// Whether an objective was met, as far as the accounting can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Verdict {
    /// Met, whatever the phase.
    Met,
    /// Violated, whatever the phase.
    Violated,
    /// Met at some phases of the slices and violated at others: where the slices begin decides, and nothing else.
    DependsOnPhase,
    /// The data are too coarse to tell.
    Undecidable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Met => "met",
            Self::Violated => "violated",
            Self::DependsOnPhase => "depends-on-phase",
            Self::Undecidable => "undecidable",
        })
    }
}
