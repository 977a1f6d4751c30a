//! Words of the commands that write files: `convert`, `sql`, `generate`.

use clap::Args;
use sre_stats::histogram::LayoutChoice;
use sre_stats::load::SqlDialect;
use sre_stats::time::Span;

use super::{InputArgs, OutputArgs};

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
    #[arg(long, default_value_t = 1, requires = "scenario")]
    pub(crate) seed: u64,
    /// How many rows, where the scenario leaves that open
    #[arg(long, requires = "scenario")]
    pub(crate) rows: Option<u64>,
}
