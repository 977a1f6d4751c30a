//! What the caller may say about the input. Everything is optional; what is not said is guessed, and the guess reported.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::load::server::ServerOptions;
use crate::load::traffic::Traffic;
use crate::time::{Span, Timestamp};
use crate::unit::Unit;

/// What the caller knows about the input. The default knows nothing.
///
/// ```
/// use sre_stats::load::{Format, LoadOptions};
/// let options = LoadOptions { value: Some("latency".into()), format: Some(Format::Csv), ..LoadOptions::default() };
/// assert!(options.by.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoadOptions {
    /// The format, where detection by content is not wanted.
    pub format: Option<Format>,
    /// The column that holds the time. Columns are named, or numbered from 1 where no column has that name.
    pub time: Option<String>,
    /// The column of values, or several separated by commas.
    pub value: Option<String>,
    /// The columns that split a long table into series; empty: text columns with few values.
    pub by: Vec<String>,
    /// The column that says whether a row was good: a flag, an HTTP status of which 500 and above and 0 are bad, or a
    /// code of gRPC or of a program's exit, of which 0 is good.
    pub ok: Option<String>,
    /// The column with the number of all events of a row's period.
    pub total: Option<String>,
    /// The column with the number of bad events of a row's period.
    pub bad: Option<String>,
    /// The distance of rows that have no time column; the first row lies at `from`, or at the epoch.
    pub step: Option<Span>,
    /// The unit of the values.
    pub unit: Option<Unit>,
    /// What the values are.
    pub kind: Option<Kind>,
    /// Whether counters of the buckets of Prometheus' classic histograms stay apart, even where they make up whole histograms. A
    /// `kind` other than histogram keeps them too.
    pub keep_buckets: bool,
    /// Which rows to keep: `column op literal`, several joined by `&&`, with `==`, `!=`, `<`, `<=`, `>`, `>=` or `~` (contains).
    pub filter: Option<String>,
    /// The first instant to keep.
    pub from: Option<Timestamp>,
    /// The first instant not to keep.
    pub to: Option<Timestamp>,
    /// The zone of times that have none, by its IANA name; default UTC.
    pub tz: Option<String>,
    /// Whose requests the series tell of, where they do not say it themselves.
    pub traffic: Option<Traffic>,
    /// The table of a database, where it holds several.
    pub table: Option<String>,
    /// How many bytes of text are parsed as one piece; 0 for the default. The result does not depend on it.
    pub chunk_bytes: usize,
    /// How a server is asked, Prometheus or S3, where one is named in the place of a file.
    pub server: ServerOptions,
}

/// A format of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Text in columns, separated by commas, semicolons, tabs or bars.
    Csv,
    /// Apache Parquet (feature `frame`).
    Parquet,
    /// The Arrow IPC file, also called Feather version 2 (feature `frame`).
    ArrowIpc,
    /// An answer of Prometheus' HTTP API to `query` or `query_range`.
    PrometheusJson,
    /// Prometheus' text exposition format or `OpenMetrics`.
    Exposition,
    /// JSON, one object a line.
    JsonLines,
    /// An access log: the combined or common format of Apache and nginx, perhaps with a latency after it, or that of Envoy, of AWS's load
    /// balancers, of `HAProxy` or of Heroku's router.
    AccessLog,
    /// Log lines of `key=value`.
    Logfmt,
    /// Log lines after a ULID, which tells their time.
    UlidLog,
    /// What `k6 run --out json` writes.
    K6Json,
    /// What `k6 run --out csv` writes.
    K6Csv,
    /// What `vegeta encode` writes.
    VegetaJson,
    /// What `vegeta encode --to csv` writes.
    VegetaCsv,
    /// What `hey -o csv` writes.
    Hey,
    /// What `oha --output-format csv` writes.
    Oha,
    /// A JTL file of `JMeter` as CSV.
    Jmeter,
    /// What `ab -g` writes.
    Ab,
    /// The history that `locust --csv-full-history` writes.
    Locust,
    /// The closing report of wrk, wrk2, ab, hey, k6, oha or vegeta, or Locust's table of statistics.
    Summary,
    /// What `sar`, `sadf -d` or `iostat` print.
    Sysstat,
    /// What `vmstat` prints.
    Vmstat,
    /// OpenTelemetry metrics as JSON lines, as the file exporter writes them.
    OtlpJson,
    /// OpenTelemetry metrics in protobuf: one export request, or several, each after its length.
    OtlpProtobuf,
    /// A table of an `SQLite` database (feature `sqlite`).
    Sqlite,
    /// What `aws cloudwatch get-metric-data` and `get-metric-statistics` print.
    CloudWatchJson,
    /// The CSV that a graph of `CloudWatch`'s console downloads.
    CloudWatchCsv,
    /// Datadog's answer to a query of time series (API v1 or v2).
    DatadogJson,
    /// Google Cloud Monitoring's answer to `timeSeries.list`.
    GcpJson,
    /// The CSV that Google Cloud's Metrics Explorer downloads.
    GcpCsv,
    /// New Relic's answer to an NRQL query through `NerdGraph` or the Query API before it, or its rows as lines of JSON.
    NewRelicJson,
    /// Files of `/proc`, recorded one after the other with their times.
    ProcSnapshots,
    /// What `sadf -j` and `iostat -o JSON` print.
    SadfJson,
    /// What `promtool tsdb dump` prints.
    TsdbDump,
    /// The interval log of `HdrHistogram` (`.hlog`), or its histograms alone in base64, one a line.
    HdrLog,
    /// The percentile distribution of `HdrHistogram` (`.hgrm`).
    HdrPercentiles,
    /// Histograms of `OpenHistogram`, one a line, as JSON or base64.
    OpenHistogram,
    /// A `DDSketch` in protobuf, its bins as Java's and Go's libraries read them.
    DdSketch,
    /// The same as Python's and JavaScript's libraries read it, which write the same message and mean other bins.
    DdSketchPython,
    /// Histograms that `bpftrace` prints.
    Bpftrace,
    /// Histograms that `dtrace` prints.
    Dtrace,
    /// The histogram table: `series, window_start, width, schema, bin, count`.
    HistogramTable,
}

/// The formats with their names, as they are written and read.
const FORMATS: [(&str, Format); 41] = [
    ("csv", Format::Csv),
    ("parquet", Format::Parquet),
    ("arrow", Format::ArrowIpc),
    ("prometheus-json", Format::PrometheusJson),
    ("exposition", Format::Exposition),
    ("json-lines", Format::JsonLines),
    ("access-log", Format::AccessLog),
    ("logfmt", Format::Logfmt),
    ("ulid-log", Format::UlidLog),
    ("k6-json", Format::K6Json),
    ("k6-csv", Format::K6Csv),
    ("vegeta-json", Format::VegetaJson),
    ("vegeta-csv", Format::VegetaCsv),
    ("hey", Format::Hey),
    ("oha", Format::Oha),
    ("jmeter", Format::Jmeter),
    ("ab", Format::Ab),
    ("locust", Format::Locust),
    ("tester-summary", Format::Summary),
    ("sysstat", Format::Sysstat),
    ("vmstat", Format::Vmstat),
    ("otlp-json", Format::OtlpJson),
    ("otlp-protobuf", Format::OtlpProtobuf),
    ("sqlite", Format::Sqlite),
    ("cloudwatch-json", Format::CloudWatchJson),
    ("cloudwatch-csv", Format::CloudWatchCsv),
    ("datadog-json", Format::DatadogJson),
    ("gcp-json", Format::GcpJson),
    ("gcp-csv", Format::GcpCsv),
    ("newrelic-json", Format::NewRelicJson),
    ("proc-snapshots", Format::ProcSnapshots),
    ("sadf-json", Format::SadfJson),
    ("tsdb-dump", Format::TsdbDump),
    ("hdr-log", Format::HdrLog),
    ("hdr-percentiles", Format::HdrPercentiles),
    ("openhistogram", Format::OpenHistogram),
    ("ddsketch", Format::DdSketch),
    ("ddsketch-python", Format::DdSketchPython),
    ("bpftrace", Format::Bpftrace),
    ("dtrace", Format::Dtrace),
    ("histogram-table", Format::HistogramTable),
];

/// Other names that are understood.
const OTHER_NAMES: [(&str, Format); 9] = [
    ("tsv", Format::Csv),
    ("arrow-ipc", Format::ArrowIpc),
    ("ipc", Format::ArrowIpc),
    ("feather", Format::ArrowIpc),
    ("prometheus", Format::PrometheusJson),
    ("openmetrics", Format::Exposition),
    ("jsonl", Format::JsonLines),
    ("ndjson", Format::JsonLines),
    ("hlog", Format::HdrLog),
];

impl Format {
    /// All formats.
    pub fn all() -> Vec<Self> {
        FORMATS.iter().map(|(_, format)| *format).collect()
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(FORMATS.iter().find(|(_, format)| format == self).map_or("unknown", |(name, _)| name))
    }
}

impl FromStr for Format {
    type Err = Error;
    /// Reads a name as [`Display`](fmt::Display) writes it; also `tsv`, `ipc`, `feather`, `prometheus`, `openmetrics`, `jsonl`, `ndjson`
    /// and `hlog`.
    fn from_str(text: &str) -> Result<Self> {
        let word = text.trim().to_ascii_lowercase();
        FORMATS.iter().chain(&OTHER_NAMES).find(|(name, _)| *name == word).map(|(_, format)| *format).ok_or_else(|| {
            let names: Vec<&str> = FORMATS.iter().map(|(name, _)| *name).collect();
            Error::argument(format!("“{text}” is not a format")).hint(format!("choose one of {}", names.join(", ")))
        })
    }
}

impl serde::Serialize for Format {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What the values of a series are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A level that is sampled, such as a temperature or the memory in use.
    Gauge,
    /// A count since some start, which only rises, but for resets.
    Counter,
    /// A count since the sample before.
    Delta,
    /// Single events with a value each, such as requests with their latency.
    Events,
    /// Counts in bins.
    Histogram,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
            Self::Delta => "delta",
            Self::Events => "events",
            Self::Histogram => "histogram",
        })
    }
}

impl FromStr for Kind {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.trim().to_ascii_lowercase().as_str() {
            "gauge" => Self::Gauge,
            "counter" => Self::Counter,
            "delta" => Self::Delta,
            "events" => Self::Events,
            "histogram" => Self::Histogram,
            _ => {
                return Err(Error::argument(format!("“{text}” is not a kind of series"))
                    .hint("choose gauge, counter, delta, events or histogram"));
            }
        })
    }
}

impl serde::Serialize for Kind {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl LoadOptions {
    /// Whether zone and filter can be read, which needs no data.
    ///
    /// ```
    /// use sre_stats::load::LoadOptions;
    /// let options = LoadOptions { filter: Some("status <".into()), ..LoadOptions::default() };
    /// assert!(options.check().is_err() && LoadOptions::default().check().is_ok());
    /// ```
    ///
    /// # Errors
    /// As [`load`](crate::load::load) says of them.
    pub fn check(&self) -> Result<()> {
        crate::load::clock::zone(self.tz.as_deref())?;
        self.filter.as_deref().map_or(Ok(()), |text| crate::load::filter::parse(text).map(drop))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_round_trip() {
        assert_eq!(Format::all().len(), FORMATS.len());
        for f in Format::all() {
            assert_eq!(f.to_string().parse::<Format>().unwrap(), f);
        }
        for (name, format) in OTHER_NAMES {
            assert_eq!(name.parse::<Format>().unwrap(), format);
        }
        for k in [Kind::Gauge, Kind::Counter, Kind::Delta, Kind::Events, Kind::Histogram] {
            assert_eq!(k.to_string().parse::<Kind>().unwrap(), k);
        }
        assert!("xls".parse::<Format>().unwrap_err().to_string().contains("parquet"));
    }
}
