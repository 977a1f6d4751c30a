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
//! | `source`, `files`, `container` | files, folders, patterns and standard input as one data set; gzip and Zstandard around them |
//! | `detect` | the format, by content |
//! | `csv` | delimited text, in parallel chunks |
//! | `records`, `by_record`, `json_lines`, `logs` | one record a line: JSON, access logs, logfmt, lines after a ULID or in a container's log |
//! | `preset`, `testers`, `summaries` | load testers: what their columns are, and their closing reports |
//! | `prometheus`, `exposition`, `dialect`, `tsdb_dump`, `samples` | Prometheus' HTTP answers, text format and dumps |
//! | `classic` | Prometheus' classic histograms, made of their buckets' counters |
//! | `otlp` | OpenTelemetry's metrics as JSON lines or protobuf |
//! | `points` | points of metrics with kinds, made series: what `otlp`, `cloud`, `proc_snapshots` and `sadf_json` decode to |
//! | `cloud` | downloads from `CloudWatch`, Datadog, Google Cloud Monitoring, New Relic |
//! | `system`, `system_columns`, `sadf_json`, `proc_snapshots` | what `sar`, `sadf`, `iostat` and `vmstat` print; recordings of `/proc` |
//! | `histograms`, `coarsen`, `histogram_files`, `histogram_table` | histograms over time, also of wider windows; the files that hold them; the table that a warehouse makes |
//! | `store` | histograms in few bytes, counted from rows that are not kept |
//! | `sql` | the query by which a warehouse makes that table |
//! | `lint` | names that break conventions, lack a unit, or look like typos |
//! | `traffic`, `units` | real traffic and synthetic probes are told apart; one name in several units is told |
//! | `encoding`, `watched` | what is not UTF-8 is told, and a file that shrinks while it is read |
//! | `table`, `classify`, `filter`, `assemble`, `shape` | tables of any format: columns, their roles, rows wanted, series |
//! | `clock`, `number` | times and numbers from bytes |
//! | `long`, `columns` | a data set as one long table, as text; plain columns on their way to a file |
//! | `sqlite` | tables of `SQLite` databases (feature `sqlite`) |
//! | `server`, `live` | a Prometheus server in the place of a file (feature `live`) |
//! | `s3`, `parts` | objects of S3, fetched as far as they are read (feature `live`) |
//! | `http` | requests with repetitions and cancellation (feature `live`) |
//! | `frame` | Parquet, Arrow IPC, data frames (feature `frame`) |

mod assemble;
mod blanks;
mod by_record;
mod choice;
mod clashes;
mod classic;
mod classify;
mod clock;
mod cloud;
mod coarsen;
mod columns;
pub(crate) mod container;
mod csv;
mod dataset;
mod detect;
mod dialect;
mod encoding;
mod exposition;
mod files;
mod filter;
#[cfg(feature = "frame")]
mod frame;
mod guess;
#[cfg(test)]
mod guess_tests;
mod histogram_files;
mod histogram_table;
mod histograms;
#[cfg(feature = "live")]
mod http;
mod json_lines;
mod lint;
#[cfg(feature = "live")]
mod live;
mod logs;
mod long;
mod number;
mod openmetrics;
mod options;
mod otlp;
mod parts;
mod points;
mod preset;
mod proc_snapshots;
mod prometheus;
mod records;
mod report;
#[cfg(feature = "live")]
mod s3;
mod sadf_json;
mod samples;
mod server;
mod shape;
mod shown;
mod source;
mod sql;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod summaries;
mod system;
mod system_columns;
mod table;
mod testers;
#[cfg(test)]
mod tests;
mod traffic;
mod tsdb_dump;
mod units;
mod watched;
mod zone;

pub use coarsen::Coarsened;
pub(crate) use columns::Values;
pub use dataset::{Data, Dataset, Item, LeftOut, Role};
#[cfg(feature = "frame")]
pub(crate) use frame::parquet_of;
pub(crate) use guess::{outcome, tells_outcomes};
pub use histograms::Histograms;
pub use lint::{NameFinding, NameRule, Named, lint_names};
#[cfg(feature = "live")]
pub use live::{PrometheusQuery, When, fetch};
pub use options::{Format, Kind, LoadOptions};
pub use report::{FileRead, LoadReport, Understood, Warning, WarningKind};
pub use server::{ServerOptions, is_server};
pub use source::{load, load_bytes};
pub use sql::{HistogramQuery, SqlDialect};
pub(crate) use store::Stored;
pub use store::{HistogramTable, load_histograms, load_packed};
pub use traffic::Traffic;
