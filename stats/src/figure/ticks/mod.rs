//! Where ticks stand and what is written at them.

mod clock;
mod linear;
mod log;
mod nines;
mod span;

pub(crate) use clock::clock;
pub(crate) use linear::linear;
pub(crate) use log::log;
pub(crate) use nines::{nines, nines_label};
pub(crate) use span::amount;

/// A tick of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// The position on the axis.
    pub value: f64,
    /// The text at the tick, perhaps empty; a line feed separates a date under a time.
    pub label: String,
    /// Whether the tick carries a line of the grid.
    pub major: bool,
}

impl Tick {
    /// A major tick.
    pub fn major(value: f64, label: impl Into<String>) -> Self {
        Self { value, label: label.into(), major: true }
    }

    /// A minor tick.
    pub fn minor(value: f64, label: impl Into<String>) -> Self {
        Self { value, label: label.into(), major: false }
    }
}
