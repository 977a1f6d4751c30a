//! The program: a window and a command line over the statistics crate.
//!
//! No number is computed here: every one comes from `sre-stats`, and so does every table, figure and sentence.

pub mod cli;
pub mod files;
pub mod gui;
