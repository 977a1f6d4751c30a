//! What comes next: seasons, decomposition, forecasts whose intervals were tested, and values that do not fit.
//!
//! | question | function | methods |
//! |---|---|---|
//! | which seasons are there? | [`seasons()`] | periodogram and autocorrelation against red noise |
//! | what is trend, season, rest? | [`decompose()`], [`stl()`], [`mstl()`] | loess; robust, with gaps |
//! | what comes next, and when is a limit reached? | [`forecast()`], [`Ets`] | exponential smoothing, lines, the seasonal naive baseline |
//! | which values do not fit? | [`anomalies()`] | robust z-score, generalised ESD, the same hour of past days |
//! | what would Prometheus say? | [`predict_linear`], [`double_exponential_smoothing`] | |
//!
//! Series are put on an even grid of their most frequent step; a step without a sample is missing and never filled. Data that
//! allow no answer (constant, too few, a gap longer than a season, several series mixed) give a verdict that says so. Time and
//! memory are linear in the length, up to logarithms.

mod anomaly;
mod backtest;
mod convolve;
#[cfg(test)]
mod coverage;
mod crossing;
mod decompose;
mod esd;
mod ets;
mod limit;
mod line;
mod loess;
mod minimise;
mod model;
mod mstl;
mod naive;
mod normal;
mod outlook;
mod prometheus;
#[cfg(test)]
mod reference;
mod regular;
mod result;
mod season;
mod spectrum;
mod stl;

pub use anomaly::{Anomalies, Anomaly, AnomalyMethod, AnomalyOptions, AnomalyVerdict, anomalies, anomalies_with};
pub use crossing::{Crossing, CrossingVerdict};
pub use decompose::{DecomposeOptions, Decomposition, DecompositionVerdict, SeasonalPart, decompose};
pub use esd::{EsdStep, generalised_esd};
pub use ets::{Ets, EtsModel, EtsParameters, EtsTrend};
pub use limit::Limit;
pub use mstl::{Mstl, mstl};
pub use outlook::{ForecastMethod, ForecastOptions, forecast};
pub use prometheus::{double_exponential_smoothing, predict_linear};
pub use result::{Backtest, Candidate, Forecast, ForecastPoint, ForecastVerdict};
pub use season::{Season, SeasonChoice, SeasonVerdict, Seasons, seasons};
pub use stl::{Stl, StlOptions, stl};
