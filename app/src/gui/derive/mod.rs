//! What views show, made from the data set by `sre-stats` in background jobs. Nothing is computed here: the right calls are
//! made, with the choices of the user.

mod document;
mod quantiles;
mod track;
mod windows;

pub use document::{Document, first_objective, steps};
pub use quantiles::QuantileProfile;
pub use track::{Track, TrackKey};
pub use windows::{WindowAnalysis, WindowKey, rules, verdict};
