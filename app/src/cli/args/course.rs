//! Words of the commands about the course of a series: `trend`, `changes`, `correlate`.

use std::path::PathBuf;

use clap::Args;
use sre_stats::time::Span;

use super::{InputArgs, OutputArgs};

#[derive(Debug, Args)]
pub(crate) struct TrendArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// auto, mann-kendall, hamed-rao[:LAG], yue-wang[:LAG], prewhitened, seasonal:STEPS, correlated-seasonal:STEPS, theil-sen, least-squares[:LAG]
    #[arg(long, default_value = "auto")]
    pub(crate) method: sre_stats::trend::TrendMethod,
}

#[derive(Debug, Args)]
pub(crate) struct ChangesArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// auto, pelt-mean, pelt-variance, pelt-meanvar, pelt-poisson, pelt-rank, e-divisive, cusum, ewma, bayes, kernel-rbf
    #[arg(long, default_value = "auto")]
    pub(crate) method: sre_stats::trend::ChangeMethod,
    /// The cost of one more change, or elbow for where more changes of the mean stop paying; without it calibrated on the series' own noise
    #[arg(long, value_name = "X", allow_negative_numbers = true)]
    pub(crate) penalty: Option<crate::cli::changes::Penalty>,
    /// The fewest samples between two changes
    #[arg(long, value_name = "K")]
    pub(crate) min_size: Option<usize>,
    /// A CSV of events with a column of times and one of names, such as deploys: each change gets those before it, nearest first
    #[arg(long, value_name = "FILE")]
    pub(crate) events: Option<PathBuf>,
    /// How long before a change an event may lie
    #[arg(long, value_name = "SPAN", default_value = "1d", requires = "events")]
    pub(crate) reach: Span,
    /// The seed of permutations: the same one gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct CorrelateArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The greatest lag to either side; without it a tenth of the series, at most 500 steps
    #[arg(long, value_name = "SPAN")]
    pub(crate) max_lag: Option<Span>,
    /// Only pairs with this series
    #[arg(long, value_name = "NAME")]
    pub(crate) against: Option<String>,
    /// How many pairs are told, the least likely by chance first
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) pairs: usize,
    /// The level of confidence over all pairs together
    #[arg(long, default_value_t = 0.95)]
    pub(crate) level: f64,
    /// The seed of permutations: the same one gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
}
