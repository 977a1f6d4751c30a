//! What the monitoring of cloud providers is asked for and gives: Amazon `CloudWatch`, Datadog, Google Cloud Monitoring, New Relic.
//!
//! Their values are statistics of periods (averages, sums, percentiles) that were computed before the download, and never counters, but for
//! Google's cumulative ones. Units are those of the payload. What has more pages than the file holds is told.

mod cloudwatch;
mod columns;
mod datadog;
mod gcp;
mod newrelic;

pub(crate) use columns::by_lines;

use serde::de::DeserializeOwned;

use crate::error::{Error, Position, Result};
use crate::load::clock::{self, Clock, TimeFormat};
use crate::load::dataset::Dataset;
use crate::load::encoding;
use crate::load::options::{Format, LoadOptions};
use crate::load::points::{Builder, Source};
use crate::load::report::{LoadReport, WarningKind};
use crate::load::zone;
use crate::progress::Progress;

/// The format of JSON that begins so.
pub(crate) fn by_keys(near: &[u8]) -> Option<Format> {
    let has = |key: &str| memchr::memmem::find(near, format!("\"{key}\"").as_bytes()).is_some();
    if has("MetricDataResults") || (has("Datapoints") && (has("Timestamp") || has("Label"))) {
        Some(Format::CloudWatchJson)
    } else if has("pointlist") || has("timeseries_response") || (has("res_type") && has("time_series")) {
        Some(Format::DatadogJson)
    } else if has("timeSeries") && has("beginTimeSeconds") {
        // NRQL's answer before NerdGraph
        Some(Format::NewRelicJson)
    } else if has("timeSeries") || (has("metricKind") && has("points")) {
        Some(Format::GcpJson)
    } else if has("nrql") || has("beginTimeSeconds") {
        Some(Format::NewRelicJson)
    } else {
        None
    }
}

/// Reads any of them.
pub(crate) fn read(
    name: &str,
    bytes: &[u8],
    format: Format,
    options: &LoadOptions,
    progress: &Progress,
) -> Result<Dataset> {
    let mut report = LoadReport::default();
    let text = encoding::text(bytes, name, &mut report);
    let mut answer = Answer {
        text: &text,
        file: name,
        clock: Clock::new(TimeFormat::Text, clock::zone(options.tz.as_deref())?),
        others: 0,
        builder: Builder::in_any_order(),
        report,
    };
    match format {
        Format::CloudWatchJson => cloudwatch::read(&mut answer)?,
        Format::DatadogJson => datadog::read(&mut answer)?,
        Format::GcpJson => gcp::read(&mut answer)?,
        Format::NewRelicJson => {
            if let Some(rows) = newrelic::read(&mut answer)? {
                let data = newrelic::events(rows, name, options, progress)?;
                let mut report = answer.report;
                report.absorb(data.report);
                return Ok(Dataset { report, ..data });
            }
        }
        _ => columns::read(&mut answer)?,
    }
    let Answer { builder, report, clock, others, .. } = answer;
    let mut report = report;
    zone::tell_clock(&clock, clock.read + others, || Position::in_file(name), &mut report);
    builder.finish(&Source { file: name, bytes: bytes.len() as u64, format }, options, report)
}

/// An answer that is being read.
struct Answer<'a> {
    text: &'a str,
    file: &'a str,
    clock: Clock,
    /// Times that the clock does not read: numbers, and what browsers show.
    others: u64,
    builder: Builder,
    report: LoadReport,
}

impl Answer<'_> {
    /// The whole text as JSON of one shape.
    fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(self.text).map_err(|e| {
            let position = Position::in_file(self.file).at_line(e.line().max(1) as u64);
            if e.is_eof() {
                return Error::parse("the JSON ends in the middle").at(position).hint("was the download finished?");
            }
            Error::parse(format!("this is no answer of the kind that it begins as: {e}")).at(position)
        })
    }

    /// Passes on what the source says.
    fn source_says(&mut self, message: &str) {
        let position = Position::in_file(self.file);
        self.report.warn(WarningKind::Source, format!("the source says: {message}"), position, 1);
    }

    /// Tells that there are more pages.
    fn more_pages(&mut self, way_out: &str) {
        let message = format!("the answer has more pages, which are not in this file; {way_out}");
        self.report.warn(WarningKind::Truncated, message, Position::in_file(self.file), 1);
    }

    /// Tells that values are percentiles of their periods.
    fn percentiles(&mut self, example: &str) {
        let message = format!(
            "percentiles of periods, such as {example}, were computed by the source: they cannot be merged, and their mean is no percentile"
        );
        self.report.warn(WarningKind::Summary, message, Position::in_file(self.file), 1);
    }

    /// A time as text, or as a number since the epoch.
    fn time(&mut self, value: &Time) -> Option<i64> {
        match value {
            Time::Text(text) => self.clock.parse(text.as_bytes()),
            Time::Number(v) => {
                let time = epoch(*v);
                self.others += u64::from(time.is_some());
                time
            }
        }
    }

    /// The error for an answer without points.
    fn nothing(&self, what: &str) -> Error {
        Error::empty(format!("the answer holds no {what}")).in_file(self.file).hint("check the query and its range")
    }
}

/// A number since the epoch, in the unit that its size tells.
fn epoch(value: f64) -> Option<i64> {
    let TimeFormat::Epoch(unit) = TimeFormat::epoch_of(value) else { return None };
    let nanos = value * unit as f64;
    (nanos.abs() < 9e18).then_some(nanos.round() as i64)
}

/// A time in JSON.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Time {
    Text(String),
    Number(f64),
}

/// Whether a name is that of a percentile, such as `p99`, `p99.9`, `tm95` or `95thPercentile`.
fn is_percentile(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let digits = ["p", "tm", "wm", "iqm", "pr"].iter().find_map(|start| lower.strip_prefix(start));
    digits.is_some_and(|d| d.starts_with(|c: char| c.is_ascii_digit() || c == '('))
        || lower.contains("percentile")
        || lower.contains("median")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
