//! What all commands share: input, output, missing data.

use std::path::PathBuf;

use clap::Args;
use sre_stats::load::{Format, Kind, Traffic};
use sre_stats::time::{Span, Timestamp};
use sre_stats::unit::Unit;
use sre_stats::window::NoData;

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
    pub(crate) server: crate::cli::server::ServerArgs,
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
