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
//! | what is the mean of percentiles worth? | [`reaggregate`], [`reaggregate_histograms`] |
//! | which percentile should be stored next? | [`tightening`] |
//! | which peaks does a zoom hide? | [`peaks`], [`hidden_peaks`] |
//! | what do queries make of a counter? | [`counter_readings`], [`RangeQuery`], [`isolated_event`] |
//! | what do classic buckets guarantee? | [`classic_quantile`] |
//! | what does a synthetic check see? | [`Probe`] |
//! | what does a roll-up lose? | [`retention`] under a [`RollUpPlan`] |
//!
//! Time is counted in ticks of the data's own resolution. Slices are half-open, begin at multiples of their width plus a phase
//! from the Unix epoch, and are tried at every phase that is a whole number of ticks.

mod account;
mod advise;
mod bad_time;
mod bracket;
mod buckets;
mod budget;
pub mod closed_form;
mod condition;
mod counters;
mod intervals;
mod invert;
mod isolated;
mod ladder;
mod merged;
mod peaks;
mod phases;
mod plan;
mod probe;
mod prometheus;
mod reaggregate;
mod retention;
mod rule;
mod samples;
mod scan;
mod starts;
mod tightening;
mod verdict;

#[cfg(test)]
mod brute_force;
#[cfg(test)]
mod prometheus_reference;

pub use account::{Accounting, Charged, Skipped, WidthRow, account, bad_windows};
pub use advise::{Advice, AdvisorInput, IncidentPattern, Opening, WidthLimit, advise};
pub use bad_time::{BadTime, SeriesOptions};
pub use bracket::{RollUp, bracket, brackets};
pub use buckets::{ClassicBucket, classic_quantile};
pub use budget::Budget;
pub use closed_form::ClosedForm;
pub use condition::{Comparison, Condition, NoData};
pub use counters::{CounterOptions, CounterReading, CounterReadings, CounterRow, counter_readings};
pub use invert::{Inverse, TimeInterval, invert, invert_series};
pub use isolated::{IsolatedEvent, isolated_event};
pub use ladder::Ladder;
pub use merged::reaggregate_histograms;
pub use peaks::{HiddenPeaks, Peak, PeakRow, hidden_peaks, peaks};
pub use phases::{PhaseProfile, PhaseRun};
pub use plan::{RollUpPlan, Tier};
pub use probe::{Probe, ProbeError};
pub use prometheus::{Dialect, RangeEnds, RangeFunction, RangeQuery};
pub use reaggregate::{Reaggregated, ReaggregationRow, reaggregate};
pub use retention::{RetentionInput, TierLoss, retention};
pub use rule::Rule;
pub use tightening::{BracketStep, Tightening, tightening};
pub use verdict::Verdict;
