//! Seeded generators and recorders of the sample data of sre-stats.
//!
//! [`scenarios`] lists what can be generated, [`generate`] makes one: columns with the truth about them. The same name,
//! seed and row count give the same data: randomness comes from `ChaCha8` alone, and latencies are rounded to the
//! microsecond, so that the last digit of a platform's `ln` and `exp` practically never shows.
//!
//! The programs in `src/bin` made the recording in `datasets/recorded` (`shop-backend`, `shop-load`) and the files in
//! `datasets/generated` (`make-dataset`).
//!
//! Do not use these data to argue about real services: the shapes are plausible, the numbers are chosen.
//!
//! ```
//! let made = sre_stats_datasets::generate("workshop-minutes", 1, 43_200)?;
//! assert_eq!(made.rows(), 43_200);
//! assert_eq!(made.truth["bad_minutes"], 302);
//! # Ok::<(), sre_stats_datasets::GenerateError>(())
//! ```

pub mod clock;

mod error;
mod interval;
mod latency_5m;
mod latency_stream;
mod layout;
mod scenario;
mod season;
mod shop_availability;
mod shop_capstone;
mod shop_counters;
mod shop_month;
mod table;
mod workshop_minutes;

pub use error::GenerateError;
pub use interval::Interval;
pub use latency_stream::write_latencies;
pub use scenario::{Scenario, generate, scenarios};
pub use season::relative_rate;
pub use table::{Column, Generated, NamedColumn};
