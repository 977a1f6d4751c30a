//! What views show, made from the data set by `sre-stats` in background jobs. Nothing is computed here: the right calls are
//! made, with the choices of the user.

mod distribution;
mod document;
mod heat;
mod marks;
mod odd;
mod quantiles;
mod related;
mod selection;
mod told;
mod track;
mod windows;

pub use distribution::{Distribution, DistributionKey};
pub use document::{Document, Origin, Read, Stamp, first_objective};
pub use heat::{Heat, HeatKey};
pub use marks::ChangeMarks;
pub use odd::AnomalyMarks;
pub use quantiles::QuantileProfile;
pub use related::{Related, RelatedKey};
pub use selection::in_sight;
pub use told::{Ask, Other, Told, ToldKey, Topic};
pub use track::{Track, TrackKey};
pub use windows::{WindowAnalysis, WindowKey, rules};
