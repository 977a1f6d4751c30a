//! The command line's words. Their contract: they are extended, never renamed.

#![allow(clippy::doc_markdown, reason = "help is shown as it stands")]

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use sre_stats::forecast::Limit;
use sre_stats::histogram::LayoutChoice;
use sre_stats::load::{Format, Kind, SqlDialect, Traffic};
use sre_stats::method::Definition;
use sre_stats::quantile::{Quantile, Tool};
use sre_stats::slo::Objective;
use sre_stats::time::{Span, Timestamp};
use sre_stats::unit::Unit;
use sre_stats::window::{Dialect, NoData, RollUpPlan, Rule};

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

/// The input, the same for all commands.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Metric exports, or - for standard input; the format is found by content. Also
    /// prometheus+http://HOST/?query=PROMQL, a question to a server, and s3://BUCKET/KEY, an object, or all below a
    /// KEY that ends with /, with the region, address and keys of AWS's environment variables
    #[arg(value_name = "FILE", required_unless_present = "url")]
    pub(crate) files: Vec<PathBuf>,
    /// Read as this format, whatever the content looks like
    #[arg(long)]
    pub(crate) format: Option<Format>,
    /// The column of times
    #[arg(long, value_name = "COL")]
    pub(crate) time: Option<String>,
    /// The column of values
    #[arg(long, value_name = "COL")]
    pub(crate) value: Option<String>,
    /// The columns that tell series apart
    #[arg(long, value_name = "COL,COL", value_delimiter = ',')]
    pub(crate) by: Vec<String>,
    /// The column that says whether an event was good, or its HTTP status (500 and above is bad)
    #[arg(long, value_name = "COL")]
    pub(crate) ok: Option<String>,
    /// The column that counts all events of a row
    #[arg(long, value_name = "COL", requires = "bad")]
    pub(crate) total: Option<String>,
    /// The column that counts the bad events of a row
    #[arg(long, value_name = "COL", requires = "total")]
    pub(crate) bad: Option<String>,
    /// The distance of rows that have no time, or of the points that a server is asked for
    #[arg(long, value_name = "SPAN")]
    pub(crate) step: Option<Span>,
    /// The unit of the values
    #[arg(long)]
    pub(crate) unit: Option<Unit>,
    /// What the values are
    #[arg(long, value_name = "gauge|counter|delta|events|histogram")]
    pub(crate) kind: Option<Kind>,
    /// Keep the rows for which this holds, such as 'service == "checkout" && status < 500'
    #[arg(long = "where", value_name = "EXPR")]
    pub(crate) filter: Option<String>,
    /// Keep what is not before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) from: Option<Timestamp>,
    /// Keep what is before this time
    #[arg(long, value_name = "TIME")]
    pub(crate) to: Option<Timestamp>,
    /// The time zone of times that name none, and of calendar periods, such as Europe/Berlin
    #[arg(long, value_name = "ZONE")]
    pub(crate) tz: Option<String>,
    /// Whose requests the series tell of, where they do not say it themselves
    #[arg(long, value_name = "real|synthetic")]
    pub(crate) traffic: Option<Traffic>,
    /// The table of a database that holds several
    #[arg(long, value_name = "NAME")]
    pub(crate) table: Option<String>,
    /// Exit with 4 where anything was dropped or doubtful
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) server: super::server::ServerArgs,
}

/// Where the results go, the same for all commands.
#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
    /// Also write a picture, table or report: .html .md .svg .png .csv .parquet
    #[arg(long, value_name = "FILE", value_parser = written)]
    pub(crate) out: Option<PathBuf>,
}

/// A file to write, refused before any work where its ending names no format.
fn written(name: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(name);
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "html" | "htm" | "md" | "svg" | "png" | "csv" => Ok(path),
        "parquet" if cfg!(feature = "frame") => Ok(path),
        "parquet" => Err("this build does not write Parquet; use .csv, or build with the feature “frame”".into()),
        _ => Err("the ending says the format; use .html, .md, .svg, .png, .csv or .parquet".into()),
    }
}

/// What missing data count as, the same for all that judge time.
#[derive(Clone, Copy, Debug, Default, Args)]
pub(crate) struct GapArgs {
    /// What missing data count as: excluded, bad, good, or hold (as the state before them)
    #[arg(long, value_name = "POLICY", default_value = "excluded")]
    pub(crate) no_data: NoData,
}

#[derive(Debug, Args)]
pub(crate) struct Plain {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
}

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
    #[arg(long, value_name = "SPAN")]
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
    pub(crate) alerts: super::alerts::AlertArgs,
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
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', required = true)]
    pub(crate) slo: Vec<Quantile>,
    /// The period: a span such as 30d, or week, month, quarter, year (of the mean Gregorian length); several are allowed
    #[arg(long, default_value = "30d", value_delimiter = ',')]
    pub(crate) period: Vec<String>,
}

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
    #[arg(long, value_name = "X")]
    pub(crate) penalty: Option<super::changes::Penalty>,
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

/// A model of capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CapacityModel {
    /// Poisson arrivals, exponential service times, one server
    Mm1,
    /// Poisson arrivals, exponential service times, several servers (Erlang C)
    Mmc,
    /// Poisson arrivals, constant service times, one server
    Md1,
    /// Poisson arrivals, any service times, one server (Pollaczek–Khinchine)
    Mg1,
    /// Little's law: the third of arrival rate, time in the system and number in the system
    Little,
    /// Amdahl's law, fitted to throughput over size
    Amdahl,
    /// The Universal Scalability Law, fitted to throughput over size
    Usl,
}

#[derive(Debug, Args)]
pub(crate) struct CapacityArgs {
    /// The model
    #[arg(value_name = "MODEL")]
    pub(crate) model: CapacityModel,
    // events, for arrivals and times of service; or a table of sizes and throughputs for amdahl and usl
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Arrivals per second
    #[arg(long, value_name = "RATE")]
    pub(crate) arrival: Option<f64>,
    /// The mean time of service, such as 20ms; for little the mean time in the system
    #[arg(long, value_name = "SPAN")]
    pub(crate) service: Option<Span>,
    /// How many servers
    #[arg(long, value_name = "N")]
    pub(crate) servers: Option<u32>,
    /// (sd / mean)² of the time of service
    #[arg(long, value_name = "X")]
    pub(crate) cv2: Option<f64>,
    /// For little: the mean number in the system
    #[arg(long, value_name = "L")]
    pub(crate) in_system: Option<f64>,
    /// For amdahl and usl: the column of sizes (servers, threads, clients)
    #[arg(long, value_name = "COL", default_value = "n")]
    pub(crate) size: String,
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
    /// Print how long each phase took and the peak of memory, to standard error
    #[arg(long)]
    pub(crate) timings: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// The format to write; the last time to keep is --until here
    #[arg(
        long = "to",
        value_name = "csv|parquet|arrow|openmetrics|histogram-table",
        value_parser = ["csv", "parquet", "arrow", "openmetrics", "histogram-table", "histograms"]
    )]
    pub(crate) target: String,
    // a histogram table is Parquet, Arrow or text by the ending of --out
    /// For histogram-table: the width of the windows that events are counted in
    #[arg(long, value_name = "SPAN", default_value = "1m")]
    pub(crate) every: Span,
    /// For histogram-table: the layout of the bins that events are counted in, log-linear or exp:5
    #[arg(long, default_value = "log-linear")]
    pub(crate) layout: LayoutChoice,
}

#[derive(Debug, Args)]
pub(crate) struct SqlArgs {
    /// The dialect: duckdb, datafusion, spark, bigquery, clickhouse, postgres or snowflake
    #[arg(long)]
    pub(crate) dialect: SqlDialect,
    /// The layout of the bins: log-linear, or exp:-4 to exp:8
    #[arg(long, default_value = "log-linear")]
    pub(crate) layout: LayoutChoice,
    /// The table to count, perhaps with its schema before a dot
    #[arg(long, value_name = "T", default_value = "requests")]
    pub(crate) table: String,
    /// The column of times, of a timestamp type
    #[arg(long, value_name = "COL", default_value = "time")]
    pub(crate) time: String,
    /// The column of values
    #[arg(long, value_name = "COL", default_value = "value")]
    pub(crate) value: String,
    /// The columns that tell series apart
    #[arg(long, value_name = "COL,COL", value_delimiter = ',')]
    pub(crate) by: Vec<String>,
    /// The name of the series; without it that of the column of values
    #[arg(long, value_name = "NAME", default_value = "")]
    pub(crate) series: String,
    /// The width of the windows, in whole seconds
    #[arg(long, value_name = "SPAN", default_value = "1m")]
    pub(crate) every: Span,
    /// Print one JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Which sample; without it the list of them
    #[arg(long, value_name = "NAME")]
    pub(crate) scenario: Option<String>,
    /// The seed: the same one gives the same bytes
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many rows, where the scenario leaves that open
    #[arg(long)]
    pub(crate) rows: Option<u64>,
}
