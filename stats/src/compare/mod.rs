//! Comparison: is b different from a, by how much, or has it recovered? Verdicts that hold their stated error rate.
//!
//! | question | function |
//! |---|---|
//! | do they differ? | [`compare()`], which measures the autocorrelation and says which test it chose and why |
//! | … in their order | [`mann_whitney()`], size: [`hodges_lehmann`], [`cliffs_delta`] |
//! | … in their distribution | [`kolmogorov_smirnov()`], [`anderson_darling()`] |
//! | … in a quantile | [`quantile_difference`], a seeded bootstrap of values or of blocks of [`block_length`](crate::quantile::block_length) |
//! | … in their ratio of errors | [`two_proportions`], and beside a comparison of values [`failures()`] |
//! | are they the same, within a margin? | [`compare()`] with [`Test::Equivalence`], [`within_margin`] |
//! | may the canary go on, looked at after every batch? | [`CanaryGate`] |
//! | which of many metrics differ? | [`holm`], [`benjamini_hochberg`] |
//! | how many samples, how long? | [`samples_for`], [`power()`], [`time_to_detect`] |
//!
//! b minus a is the sign of everything: a is the baseline. Tests for independent samples cry wolf on metric series; the default
//! corrects for that or says that it cannot. p-values are kept as logarithms, memory is linear in the number of samples.

mod analysis;
mod anderson_darling;
mod asked;
mod automatic;
mod bootstrap;
#[cfg(test)]
mod calibrated;
mod cliff;
mod comparison;
mod dependence;
mod equivalence;
mod failures;
mod independent;
mod kolmogorov_smirnov;
mod mann_whitney;
mod many;
mod power;
mod proportions;
mod question;
mod random;
mod ranks;
mod ratios;
#[cfg(test)]
mod reference;
mod rival;
mod sample;
mod sequential;
mod shift;

pub use analysis::compare;
pub use anderson_darling::{AndersonDarling, anderson_darling};
pub use automatic::Evidence;
pub use bootstrap::{Blocks, BootstrapOptions, quantile_difference, quantile_differences};
pub use cliff::cliffs_delta;
pub use comparison::Comparison;
pub use dependence::Dependence;
pub use equivalence::within_margin;
pub use failures::{failures, failures_of};
pub use kolmogorov_smirnov::{KolmogorovSmirnov, kolmogorov_smirnov};
pub use mann_whitney::{MannWhitney, mann_whitney};
pub use many::{benjamini_hochberg, holm};
pub use power::{Effect, Plan, power, samples_for, time_to_detect};
pub use proportions::{Counts, Proportions, two_proportions};
pub use question::{CompareOptions, Margin, Order, Test};
pub use sample::{Reason, Verdict};
pub use sequential::{CanaryGate, GateVerdict};
pub use shift::hodges_lehmann;
