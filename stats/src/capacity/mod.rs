//! Capacity: how long do requests wait, how far does it scale, and do arrivals and incidents come at random?
//!
//! | question | function |
//! |---|---|
//! | how long is the queue at this load? | [`mm1`], [`mmc`], [`md1`], [`mg1`] |
//! | how many are in the system? | [`little`], [`little_of`] from starts and durations |
//! | are the arrivals those that the formulas assume; do incidents cluster? | [`recurrence`] |
//! | how busy is it? | [`utilisation`] of a counter, [`load_average`] of a gauge |
//! | how far does it scale? | [`amdahl`], [`usl`], with the throughput's peak |
//!
//! The formulas are those of a steady state, reached after a time that grows as (1 − ρ)⁻²: they say nothing of a burst or of the minutes
//! after a restart. Times are in seconds, rates per second.

mod arrivals;
mod busy;
mod law;
mod littles_law;
mod queue;
#[cfg(test)]
mod reference;
mod scaling;
#[cfg(test)]
mod simulation;
mod solve;

pub use arrivals::{Recurrence, RecurrenceVerdict, arrival_window, recurrence};
pub use busy::{load_average, utilisation};
pub use littles_law::{Little, little, little_of};
pub use queue::{Queue, md1, mg1, mm1, mmc};
pub use scaling::{Scaling, amdahl, usl};
