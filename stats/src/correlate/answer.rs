//! What is asked of a correlation, and what it answers.

use serde::ser::{SerializeMap, Serializer};

use super::rank::RankCorrelation;
use crate::estimate::Estimate;
use crate::time::Span;
use crate::trend::SeasonSteps;

/// How series are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct CorrelateOptions {
    /// The greatest lag to either side; `None` for a tenth of the series, at most 500 steps. One of half the series or more is cut
    /// to just below that, which [`Correlations::caveats`] tells.
    pub max_lag: Option<Span>,
    /// Only pairs with the series of this name or title; `None` for all pairs.
    pub against: Option<String>,
    /// The level of confidence over all pairs together: at 0.95, 5 % of sets without a relation show one.
    pub level: f64,
    /// How many pairs are kept and tested by permutation, the strongest first.
    pub shortlist: usize,
    /// How many permutations each of them gets.
    pub permutations: usize,
    /// The season that is taken out of each series first.
    pub season: SeasonSteps,
    /// The seed of permutations.
    pub seed: u64,
}

impl Default for CorrelateOptions {
    /// All pairs, up to a tenth of the series, 0.95 over all pairs, a shortlist of 20 with 199 permutations each, seasons that show, seed 1.
    fn default() -> Self {
        Self {
            max_lag: None,
            against: None,
            level: 0.95,
            shortlist: 20,
            permutations: 199,
            season: SeasonSteps::Auto,
            seed: 1,
        }
    }
}

/// What is said of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairVerdict {
    /// They move together, at the level over all pairs.
    Related,
    /// Not shown; that is not evidence that they do not.
    NotShown,
}

impl PairVerdict {
    /// The word of the command line: `related`, `not-shown`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Related => "related",
            Self::NotShown => "not-shown",
        }
    }
}

/// Two series, at the lag at which their innovations correlate most.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The first series, by its place in the input.
    pub a: usize,
    /// The second series, by its place in the input.
    pub b: usize,
    /// The lag in steps: above 0, b follows a.
    pub lag_steps: i64,
    /// The lag in seconds.
    pub lag_s: f64,
    /// The correlation of the innovations at that lag, with Fisher's interval for all lags at once, since the lag was chosen by it.
    pub r: Estimate,
    /// The plain correlation of the values at that lag: what a chart shows, and what autocorrelation inflates.
    pub raw_r: f64,
    /// Spearman's ρ of the innovations at that lag.
    pub spearman: Option<RankCorrelation>,
    /// Kendall's τ of the innovations at that lag.
    pub kendall: Option<RankCorrelation>,
    /// The chance of so strong a correlation at any of the lags, for this pair alone.
    pub p_value: f64,
    /// The same over all pairs that were looked at (Holm, 1979).
    pub p_adjusted: f64,
    /// The verdict, from the adjusted chance.
    pub verdict: PairVerdict,
    /// The correlations of the innovations at all lags, from the most negative to the most positive.
    pub profile: Vec<f64>,
}

impl serde::Serialize for Pair {
    /// The command line's keys: `lag_s, lag_steps, r, raw_r, spearman, kendall, p_value, p_adjusted, verdict`.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("lag_s", &self.lag_s)?;
        map.serialize_entry("lag_steps", &self.lag_steps)?;
        map.serialize_entry("r", &self.r)?;
        map.serialize_entry("raw_r", &self.raw_r)?;
        map.serialize_entry("spearman", &self.spearman.map(|s| s.value))?;
        map.serialize_entry("kendall", &self.kendall.map(|k| k.value))?;
        map.serialize_entry("p_value", &self.p_value)?;
        map.serialize_entry("p_adjusted", &self.p_adjusted)?;
        map.serialize_entry("verdict", self.verdict.word())?;
        map.end()
    }
}

/// The shortlist of pairs.
#[derive(Clone, Debug, PartialEq)]
pub struct Correlations {
    /// The distance of lags: the greatest usual step among the series.
    pub step: Span,
    /// The greatest lag in steps.
    pub lags: usize,
    /// How many pairs were looked at.
    pub pairs_tested: usize,
    /// The strongest pairs, the least likely by chance first.
    pub pairs: Vec<Pair>,
    /// Series that could not be used, by their place in the input, with the reason.
    pub left_out: Vec<(usize, String)>,
    /// What a reader must know.
    pub caveats: Vec<String>,
    /// The level over all pairs.
    pub level: f64,
}
