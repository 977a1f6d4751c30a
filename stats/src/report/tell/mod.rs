//! Results told as tables, figures and sentences: the command line, the report, the notebook and the window say the same.
//!
//! | file | what it tells |
//! |---|---|
//! | `inspect` | what was understood of the input, and what was lost |
//! | `subject` | what of an item is described: a counter by its rate, events by window |
//! | `condensed` | the course of a long series, by means |
//! | `describe`, `quantile`, `histogram` | a sample |
//! | `windows`, `advice`, `invert`, `reaggregation`, `peaks`, `counters`, `probe`, `retention` | what an aggregation does to the truth |
//! | `fit`, `slo`, `overview`, `budget`, `cost` | objectives: which series they speak of, whether they are met, what they allow and cost |
//! | `dependencies` | what services can promise on top of each other |
//! | `alerts` | what burn-rate alerts would have done, and which rules would have done better |
//! | `trend`, `changes` | is it getting worse, and since when |
//! | `forecast`, `forecast_parts` | what comes next, when a limit is reached; trend and season; values that do not fit |
//! | `correlate` | which series move together, and which one leads |
//! | `capacity` | queues, Little's law, scaling, arrivals |
//! | `compare` | do two samples differ, or are they the same within a margin |
//!
//! Nothing is computed here that an analysis has computed already. Every `section` function gives the whole telling of one
//! result under one heading; its parts are there for those who need only one of them.

pub mod advice;
pub mod alerts;
pub mod budget;
pub mod capacity;
pub mod changes;
pub mod compare;
pub mod condensed;
pub mod correlate;
pub mod cost;
pub mod counters;
pub mod dependencies;
pub mod describe;
pub mod fit;
pub mod forecast;
pub mod forecast_parts;
pub mod histogram;
pub mod inspect;
pub mod invert;
mod outcomes;
pub mod overview;
pub mod peaks;
pub mod probe;
pub mod quantile;
pub mod reaggregation;
pub mod retention;
mod signal;
pub mod slo;
pub mod subject;
pub mod trend;
pub mod windows;
mod words;
