//! Input: every format becomes a [`Dataset`] of named series, with a [`LoadReport`] of what was understood and what was lost.
//!
//! [`load`] reads files, [`load_bytes`] reads memory. The format is found by content, never by the file's name. Every guess
//! is listed in [`LoadReport::understood`], and everything that was dropped or is doubtful in [`LoadReport::warnings`]:
//! nothing that is left out goes unmentioned.
//!
//! | file | what it does |
//! |---|---|
//! | `options` | what the caller may say: format, columns, unit, kind, range |
//! | `dataset` | what comes out: items with identity, kind and data |
//! | `report` | files, guesses and warnings |
//! | `source` | files and standard input; several files as one data set |
//! | `detect` | the format, by content |
//! | `csv` | delimited text, in parallel chunks |
//! | `prometheus`, `exposition`, `samples` | Prometheus' HTTP answers and text format |
//! | `table`, `classify`, `filter`, `assemble`, `shape` | tables of any format: columns, their roles, rows wanted, series |
//! | `clock`, `number` | times and numbers from bytes |
//! | `long` | a data set as one long table, as text |
//! | `frame` | Parquet, Arrow IPC, data frames (feature `frame`) |

mod assemble;
mod classify;
mod clock;
mod csv;
mod dataset;
mod detect;
mod exposition;
mod filter;
#[cfg(feature = "frame")]
mod frame;
mod guess;
mod long;
mod number;
mod options;
mod prometheus;
mod report;
mod samples;
mod shape;
mod source;
mod table;
#[cfg(test)]
mod tests;

pub use dataset::{Data, Dataset, Item, Role};
pub use options::{Format, Kind, LoadOptions};
pub use report::{FileRead, LoadReport, Understood, Warning, WarningKind};
pub use source::{load, load_bytes};
