//! Words of the commands about values: `describe`, `quantile`, `histogram`, `compare`.

use std::path::PathBuf;

use clap::Args;
use sre_stats::histogram::LayoutChoice;
use sre_stats::method::Definition;
use sre_stats::quantile::{Quantile, Tool};
use sre_stats::time::Span;

use super::{InputArgs, OutputArgs};

#[derive(Debug, Args)]
pub(crate) struct DescribeArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Also fit normal, lognormal, exponential, Pareto, Weibull and gamma distributions
    #[arg(long)]
    pub(crate) fits: bool,
}

#[derive(Debug, Args)]
pub(crate) struct QuantileArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The quantiles, as 0.99, p99 or 99%
    #[arg(short, long = "quantile", value_delimiter = ',', default_value = "0.5,0.9,0.99,0.999")]
    pub(crate) quantiles: Vec<Quantile>,
    /// One row of quantiles for every window of this width
    #[arg(long, value_name = "SPAN")]
    pub(crate) every: Option<Span>,
    /// How samples become a quantile: type1 to type9, a tool's name such as numpy or excel-exc, all (nine types), tools (each
    /// tool)
    #[arg(long, value_delimiter = ',', default_value = "type7", value_parser = definitions)]
    pub(crate) definition: Vec<Definitions>,
    /// Where the quantile is read from: exact, log-linear, exp:5, hdr:3, ddsketch:0.01, tdigest:100, kll:200, hist, or all
    #[arg(long, value_delimiter = ',', default_value = "exact", value_parser = layout)]
    pub(crate) layout: Vec<Layout>,
}

/// Definitions and tools that one word stands for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) definitions: Vec<Definition>,
    pub(crate) tools: Vec<Tool>,
}

fn definitions(text: &str) -> Result<Definitions, sre_stats::Error> {
    let lower = text.trim().to_ascii_lowercase();
    let (mut definitions, mut tools) = (Vec::new(), Vec::new());
    match lower.as_str() {
        "all" => definitions.extend(Definition::ALL),
        "tools" => tools.extend(Tool::ALL),
        // a tool keeps its own name in the answer; what is no tool is a type or another name of one
        _ => match lower.parse::<Tool>() {
            Ok(tool) => tools.push(tool),
            Err(_) => definitions.push(lower.parse()?),
        },
    }
    Ok(Definitions { definitions, tools })
}

/// What holds the samples when a quantile is asked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Layout {
    /// The samples themselves
    Exact,
    /// A histogram or sketch
    Stored(LayoutChoice),
    /// The samples, and each layout with its usual parameter
    All,
}

fn layout(text: &str) -> Result<Layout, sre_stats::Error> {
    Ok(match text.trim().to_ascii_lowercase().as_str() {
        "exact" => Layout::Exact,
        "all" => Layout::All,
        other => Layout::Stored(other.parse()?),
    })
}

#[derive(Debug, Args)]
pub(crate) struct HistogramArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The layout of the bins: log-linear; with --table-out or --quantile also exp:5
    #[arg(long, default_value = "log-linear")]
    pub(crate) layout: LayoutChoice,
    /// One histogram for every window of this width; with --table-out or --quantile 1m unless said otherwise
    #[arg(long, value_name = "SPAN")]
    pub(crate) every: Option<Span>,
    /// Count rows without keeping them, so that data may be larger than memory, and write the histogram table: .parquet, .arrow
    /// or .csv
    #[arg(long, value_name = "FILE", value_parser = table_file)]
    pub(crate) table_out: Option<PathBuf>,
    /// Count rows without keeping them and give these quantiles of each series, not the bins; with --table-out p50, p99 and p99.9
    /// unless said otherwise
    #[arg(short, long = "quantile", value_delimiter = ',')]
    pub(crate) quantiles: Vec<Quantile>,
    /// With --table-out or --quantile, print how long each phase took and the peak of memory, to standard error
    #[arg(long)]
    pub(crate) timings: bool,
}

/// A histogram table to write, refused before any work where its ending names no format.
fn table_file(name: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(name);
    match path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase().as_str() {
        "parquet" | "arrow" | "csv" => Ok(path),
        _ => Err("the ending says the format; use .parquet, .arrow or .csv".into()),
    }
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    // the two files are the baseline A and then B
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// auto, mann-whitney, ks, anderson-darling, cliff, bootstrap:0.99, proportions, equivalence:MARGIN (0.02, 20ms or 5%)
    #[arg(long, default_value = "auto")]
    pub(crate) test: sre_stats::compare::Test,
    /// The level of confidence of verdicts and intervals
    #[arg(long, default_value_t = 0.95)]
    pub(crate) level: f64,
    /// The seed of resampling: the same one gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Take the values as independent, such as a random sample of requests; without it their autocorrelation is measured
    #[arg(long)]
    pub(crate) independent: bool,
}
