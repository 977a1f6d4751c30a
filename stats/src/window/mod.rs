//! What a bucket width does to the truth: bad time charged by slices of every width at every phase, its closed forms, its
//! inverse, the widths that are safe, and the error of percentiles that were aggregated twice.
//!
//! | question | entry |
//! |---|---|
//! | which time is bad? | [`BadTime`] from a series, events or intervals |
//! | what do slices of each width charge for it? | [`account`] over a [`Ladder`] under a [`Rule`] |
//! | what does theory say? | [`closed_form`] |
//! | what is the truth behind bucketed data? | [`invert`] |
//! | which width should I use? | [`advise`] |
//! | what is the mean of percentiles worth? | [`reaggregate`] |
//! | which peaks does a zoom hide? | [`peaks`] |
//!
//! Time is counted in ticks of the data's own resolution. Slices are half-open, begin at multiples of their width plus a phase
//! from the Unix epoch, and are tried at every phase that is a whole number of ticks.

mod account;
mod advise;
mod bad_time;
mod bracket;
mod budget;
pub mod closed_form;
mod condition;
mod intervals;
mod invert;
mod ladder;
mod peaks;
mod phases;
mod reaggregate;
mod rule;
mod samples;
mod scan;
mod starts;
mod verdict;

#[cfg(test)]
mod brute_force;

pub use account::{Accounting, Charged, Skipped, WidthRow, account, bad_windows};
pub use advise::{Advice, AdvisorInput, IncidentPattern, advise};
pub use bad_time::{BadTime, SeriesOptions};
pub use bracket::{RollUp, bracket, brackets};
pub use budget::Budget;
pub use closed_form::ClosedForm;
pub use condition::{Comparison, Condition, NoData};
pub use invert::{Inverse, TimeInterval, invert, invert_series};
pub use ladder::Ladder;
pub use peaks::{PeakRow, peaks};
pub use phases::{PhaseProfile, PhaseRun};
pub use reaggregate::{Reaggregated, ReaggregationRow, reaggregate};
pub use rule::Rule;
pub use verdict::Verdict;
