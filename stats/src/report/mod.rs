//! Reports: sections of text, tables, figures and verdicts, told as HTML, Markdown, plain text, CSV or Parquet.
//!
//! A number in a table is an [`Estimate`](crate::estimate::Estimate) wherever it was estimated, and then its cell shows the
//! value, the bound, the sample count and the method.

mod block;
mod csv;
mod escape;
mod figure_table;
mod flat;
mod html;
mod markdown;
#[cfg(feature = "frame")]
mod parquet;
mod style;
mod table;
pub mod tell;
mod text;

pub use block::{Block, Report, Section, Standing};
pub use figure_table::figure_table;
pub use html::{to_fragment, to_html};
pub use markdown::to_markdown;
pub use table::{Align, Cell, Column, Table};
