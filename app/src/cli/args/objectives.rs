//! Words of the commands about objectives: `windows`, `invert`, `slo`, `dependencies`, `budget`, `report`.

use std::path::PathBuf;

use clap::Args;
use sre_stats::forecast::Limit;
use sre_stats::quantile::Quantile;
use sre_stats::slo::Objective;
use sre_stats::time::Span;
use sre_stats::window::{Dialect, RollUpPlan, Rule};

use super::{GapArgs, InputArgs, OutputArgs};

#[derive(Debug, Args)]
pub(crate) struct WindowsArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The objective, such as '99.9% of time up over 30d'
    #[arg(long, value_name = "TEXT")]
    pub(crate) slo: Objective,
    /// The bucket widths to account for; without it a ladder from 1s to 1d
    #[arg(long, value_name = "SPAN,SPAN", value_delimiter = ',')]
    pub(crate) widths: Vec<Span>,
    /// When a bucket is bad: any-bad, share:0.1, majority, all-bad, mean, ratio:99.5%, p99; by default as the objective says,
    /// else any-bad
    #[arg(long)]
    pub(crate) rule: Option<Rule>,
    #[command(flatten)]
    pub(crate) gaps: GapArgs,
    /// For the advisor: the length of one incident, in place of those that were measured
    #[arg(long, value_name = "SPAN", value_parser = some_time)]
    pub(crate) incident: Option<Span>,
    /// For the advisor: how many such incidents a period has
    #[arg(long, value_name = "N", default_value_t = 1, requires = "incident")]
    pub(crate) incidents: u32,
    /// Also tell what is lost as data are rolled up, by a plan such as '1s for 2d, 1m for 30d, 1h for ever'
    #[arg(long, value_name = "PLAN")]
    pub(crate) retention: Option<RollUpPlan>,
    /// Also tell what a synthetic check at this interval sees of the bad time
    #[arg(long, value_name = "SPAN")]
    pub(crate) probe: Option<Span>,
    /// The release of Prometheus whose reading of counters is told
    #[arg(long, value_name = "2.42|2.53|3", default_value = "3")]
    pub(crate) prometheus: Dialect,
}

/// The share of an objective.
fn share(text: &str) -> Result<Quantile, String> {
    text.parse().map_err(|_| format!("“{text}” is not the share of an objective: write a percentage, such as 99.9%"))
}

/// A span above 0.
fn some_time(text: &str) -> Result<Span, sre_stats::Error> {
    match text.parse()? {
        span if span > Span::ZERO => Ok(span),
        _ => Err(sre_stats::Error::argument("an incident takes more than 0").hint("give a span such as 60s")),
    }
}

#[derive(Debug, Args)]
pub(crate) struct InvertArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The width of the buckets that the data are in
    #[arg(long, value_name = "SPAN")]
    pub(crate) width: Span,
    /// The rule by which a bucket was called bad
    #[arg(long, default_value = "any-bad")]
    pub(crate) rule: Rule,
    /// The objective, for the verdict
    #[arg(long, value_name = "TEXT")]
    pub(crate) slo: Option<Objective>,
}

#[derive(Debug, Args)]
pub(crate) struct SloArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The objective, such as '99.9% of requests < 300ms over 30d'
    #[arg(long, value_name = "TEXT", required_unless_present = "openslo")]
    pub(crate) slo: Option<Objective>,
    /// Take the objectives of an OpenSLO v1 or sloth file, each against the data
    #[arg(long, value_name = "FILE", conflicts_with = "slo")]
    pub(crate) openslo: Option<PathBuf>,
    /// Write the objectives as OpenSLO v1
    #[arg(long, value_name = "FILE")]
    pub(crate) openslo_out: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) gaps: GapArgs,
    /// What bad time costs, bucket by bucket, as YAML
    #[arg(long, value_name = "FILE")]
    pub(crate) cost: Option<PathBuf>,
    /// The seed of the resampling behind intervals and the projection
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    #[command(flatten)]
    pub(crate) alerts: crate::cli::alerts::AlertArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DependenciesArgs {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The graph of services: .yml, .dot or .csv
    #[arg(value_name = "GRAPH")]
    pub(crate) graph: PathBuf,
    /// Write the graph as DOT, with the weakest path marked
    #[arg(long, value_name = "OUT")]
    pub(crate) dot: Option<PathBuf>,
    /// Mark the weakest path of this service, and not of the one that can promise least
    #[arg(long, value_name = "SERVICE", requires = "dot")]
    pub(crate) from: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct BudgetArgs {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The share that must be good, such as 99.9%; several for several rows
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', required = true, value_parser = share)]
    pub(crate) slo: Vec<Quantile>,
    /// The period: a span such as 30d, or week, month, quarter, year (of the mean Gregorian length); several are allowed
    #[arg(long, default_value = "30d", value_delimiter = ',')]
    pub(crate) period: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The objective, such as '99.9% of requests < 300ms over 30d'
    #[arg(long, value_name = "TEXT")]
    pub(crate) slo: Option<Objective>,
    #[command(flatten)]
    pub(crate) gaps: GapArgs,
    /// What bad time costs, bucket by bucket, as YAML
    #[arg(long, value_name = "FILE", requires = "slo")]
    pub(crate) cost: Option<PathBuf>,
    /// The limit of the forecasts: a number in the unit of the series, or 90%, 300ms, 500GB; without it that of the objective
    #[arg(long, value_name = "LIMIT", allow_hyphen_values = true)]
    pub(crate) until: Option<Limit>,
    /// The seed of everything that is drawn: the same one gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Print how long each phase took and the peak of memory, to standard error
    #[arg(long)]
    pub(crate) timings: bool,
}
