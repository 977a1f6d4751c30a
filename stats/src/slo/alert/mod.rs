//! Burn-rate alerts: what theory says of a rule, and what it would have done on the history that there is.
//!
//! A rule compares the error ratio over a long and a short window with a multiple b of the budget ε: it fires while both are
//! over bε. The long window makes it precise, the short one makes it stop soon after the incident does.
//!
//! | question | entry |
//! |---|---|
//! | what is a rule? | [`BurnRateRule`], from text or [the workbook's](BurnRateRule::workbook) |
//! | how soon does it fire, how much is spent by then, how little traffic can it bear? | [`theory()`] |
//! | how many members were bad in any window? | [`Tally`], from events, series, rows of counts or [an objective](tally_of) |
//! | which incidents should it have found? | [`Truth`] |
//! | which did it find, when, and which pages were false? | [`replay`], [`assess`] for several rules together |
//! | what would wider buckets have added? | [`bucketed`] |
//! | how fast did the budget burn, over time? | [`burn_rates`] |
//! | which rules would have done better? | [`search`] |
//!
//! Source: Google, *The Site Reliability Workbook* (2018), chapter 5, “Alerting on SLOs”: its factors, windows, precision,
//! recall, detection and reset time. Evaluation is that of a Prometheus rule on complete samples: at fixed instants, over the
//! whole ticks of the window that had ended by then. What scraping adds (an interval's delay, extrapolation) is not in it.

mod assess;
mod buckets;
mod burn;
mod input;
mod optimise;
mod parse;
mod replay;
mod rule;
mod scan;
mod tally;
pub mod theory;
mod threshold;
mod truth;

#[cfg(test)]
mod brute_force;

pub use assess::{Alerts, AssessOptions, Assessed, Judged, assess};
pub use buckets::{BucketEffect, bucketed};
pub use burn::{BurnPoint, burn_rates};
pub use input::tally_of;
pub use optimise::{Candidate, Score, Search, SearchOptions, search};
pub use replay::{Detection, FiringKind, JudgedFiring, Replay, replay};
pub use rule::{BurnRateRule, Severity};
pub use scan::Firing;
pub use tally::Tally;
pub use theory::{LowTraffic, Theory, TheoryAt, theory};
pub use threshold::Threshold;
pub use truth::{TrueIncident, Truth, TruthOptions};
