//! Histograms per series and window, kept in a few bytes a bin, and what makes, reads and writes them.
//!
//! | file | what it does |
//! |---|---|
//! | `packed` | the bins of one window |
//! | `table` | the windows of every series: [`HistogramTable`] |
//! | `fill` | from rows that are read and not kept: [`load_histograms`]; from tables that stay packed: [`load_packed`] |
//! | `text` | the table as comma-separated text |

mod fill;
mod packed;
mod table;
#[cfg(test)]
mod tests;
mod text;

pub use fill::{load_histograms, load_packed};
pub use table::HistogramTable;

pub(crate) use fill::{Condense, Condenser};
pub(crate) use packed::Packed;
pub(crate) use table::{Slot, Stored, too_many};
