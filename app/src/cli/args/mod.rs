//! The command line's words. Their contract: they are extended, never renamed.

#![allow(clippy::doc_markdown, reason = "help is shown as it stands")]

mod capacity;
mod course;
mod files;
mod objectives;
mod shared;
mod values;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use capacity::{CapacityArgs, CapacityModel};
pub(crate) use course::{ChangesArgs, CorrelateArgs, TrendArgs};
pub(crate) use files::{ConvertArgs, GenerateArgs, SqlArgs};
pub(crate) use objectives::{BudgetArgs, DependenciesArgs, InvertArgs, ReportArgs, SloArgs, WindowsArgs};
pub(crate) use shared::{GapArgs, InputArgs, OutputArgs, Plain};
pub(crate) use values::{CompareArgs, DescribeArgs, HistogramArgs, Layout, QuantileArgs};

/// What did my aggregation do to the truth? Without a command the window opens, on FILES where some are given.
#[derive(Debug, Parser)]
#[command(name = "sre-stats", version, args_conflicts_with_subcommands = true, max_term_width = 110)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) window: WindowArgs,
}

/// How the window opens.
#[derive(Clone, Debug, Default, Args)]
pub struct WindowArgs {
    /// Metric exports to open in the window
    pub files: Vec<PathBuf>,
    /// Open on this view
    #[arg(long, value_name = "VIEW")]
    pub view: Option<String>,
    /// Open with this theme
    #[arg(long, value_name = "dark|light|system")]
    pub theme: Option<String>,
    /// Draw N frames, print the UI's CPU time per frame and the time to the first one as JSON, and quit
    #[arg(long, value_name = "N")]
    pub bench_frames: Option<u32>,
}

// one value a run: boxing the larger variants would buy nothing
#[allow(clippy::large_enum_variant)]
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// What was understood of the input: series, kinds, units, steps, gaps, and what was dropped
    Inspect(Plain),
    /// Mean, deviation, median and their kin, each with its provenance
    Describe(DescribeArgs),
    /// Quantiles by any definition or from a histogram, with the interval they can be trusted to
    Quantile(QuantileArgs),
    /// The bins of a histogram, over all or per window
    Histogram(HistogramArgs),
    /// What every bucket width and phase would have charged, and which widths are safe
    Windows(WindowsArgs),
    /// The interval of true bad time behind data that are already bucketed
    Invert(InvertArgs),
    /// The objective counted by occurrences and by time slices, its budget and what spent it
    Slo(SloArgs),
    /// The allowed bad time of an objective, and how many buckets of each width it affords
    Budget(BudgetArgs),
    /// What services can promise on top of each other: bounds, cycles, layers, the order of starting
    Dependencies(DependenciesArgs),
    /// Is it rising or falling, by a test that holds its error rate on autocorrelated series
    Trend(TrendArgs),
    /// Where the level changed, with the interval of each onset
    Changes(ChangesArgs),
    /// What is trend, what is season, and how strong each is
    Decompose(super::decompose::DecomposeArgs),
    /// What comes next, with an interval that was tested on the past, and when a limit is reached
    Forecast(super::forecast::ForecastArgs),
    /// Which values do not fit what the series does otherwise
    Anomalies(super::anomalies::AnomaliesArgs),
    /// Does B differ from A, by a test that holds its error rate on autocorrelated series, or is it the same within a margin
    Compare(CompareArgs),
    /// What moved with it, and which one led: pairs of series by the correlation of what their own past does not foretell
    Correlate(CorrelateArgs),
    /// How long requests wait at a load, how many are in the system, how far throughput scales
    Capacity(CapacityArgs),
    /// The whole story of an export, on the terminal and as a report
    Report(ReportArgs),
    /// Write what was loaded in another format
    Convert(ConvertArgs),
    /// The query by which a warehouse makes a table of histograms, to be read back as they are
    Sql(SqlArgs),
    /// Sample data from a seeded generator, with its truth in a side file
    Generate(GenerateArgs),
}
