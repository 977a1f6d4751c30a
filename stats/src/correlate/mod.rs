//! What moved with it? Correlation of series with a lag, with a null that autocorrelation cannot fool.
//!
//! | item | what it answers |
//! |---|---|
//! | [`correlate`] | which of many series move together, and which one leads: cross-correlation of innovations, ranked |
//! | [`correlate_with`], [`effort`] | the same where somebody waits: it can be stopped, and says beforehand how much it does |
//! | [`spearman`], [`kendall`] | do two samples rise together, whatever the curve |
//!
//! Two independent random walks correlate strongly by chance; so does whatever shares a season. Each series is therefore cleaned of its
//! season and pre-whitened by itself, and what is left is compared with the same with its blocks shuffled.

mod align;
mod answer;
mod cross;
mod pairs;
mod rank;
#[cfg(test)]
mod reference;
mod whiten;

pub use answer::{CorrelateOptions, Correlations, Pair, PairVerdict};
pub use cross::cross_correlation;
pub use pairs::{correlate, correlate_with, effort};
pub use rank::{RankCorrelation, kendall, spearman};
