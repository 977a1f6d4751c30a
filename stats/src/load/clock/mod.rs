//! Times from bytes: ISO 8601 and epoch numbers by a fast path, everything else through `jiff`.
//!
//! | file | what it does |
//! |---|---|
//! | `format` | how the times of a column are written: [`TimeFormat`] |
//! | `reader` | reads the times of a column: [`Clock`] |
//! | `written` | the grammar of dates and times of day |
//! | `epoch` | numbers since the epoch |
//! | `local` | the zone of times that have none, and how long each of its offsets holds |

mod epoch;
mod format;
mod local;
mod reader;
mod written;

pub(crate) use format::{DateOrder, READABLE, TimeFormat};
#[cfg(feature = "frame")]
pub(crate) use local::is_elsewhere;
pub(crate) use local::zone;
pub(crate) use reader::Clock;
pub(crate) use written::year_last;

/// Nanoseconds of a second.
const NS: i64 = 1_000_000_000;
