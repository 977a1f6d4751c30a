//! The desktop program: a window on a metric export and on what its aggregation did to the truth.

pub mod gui;
