//! Names of metrics and labels that break the conventions of `OpenMetrics`, lack a unit, or look like typos of their neighbours.
//!
//! Nothing is dropped or renamed because of it: a finding is advice for whoever exposes the metric. Names that a program fixes (`sar`,
//! `vmstat`, load testers and their reports) are not looked at, since nobody can change them; names of OpenTelemetry, which have dots and
//! keep their unit beside them, are held to its own conventions. Of more than 10 000 names none is compared with the others.
//!
//! | rule | a name that | source |
//! |---|---|---|
//! | `invalid-characters` | holds characters that neither exposition format takes without quotes | OpenMetrics 1.0, ABNF |
//! | `total-missing` | is a counter's, and does not end in `_total` | OpenMetrics 1.0, Counter |
//! | `total-on-other` | ends in `_total`, and is no counter's | OpenMetrics 1.0, Counter |
//! | `missing-unit` | does not say the unit of its values | OpenMetrics 1.0, Unit |
//! | `non-base-unit` | says a unit that is none of the base units, such as `_ms` | Prometheus, base units |
//! | `unit-in-the-middle` | has its unit elsewhere than at its end | OpenMetrics 1.0, Unit |
//! | `reserved-label` | is `__x__`, or `le` or `quantile` where there is no histogram or summary | OpenMetrics 1.0, Label |
//! | `colon` | holds colons, which are for recording rules | Prometheus, data model |
//! | `typo` | is a slip away from another name of the same data | – |

mod near;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::load::dataset::{Data, Dataset, Item};
use crate::load::options::{Format, Kind};
use crate::unit::Unit;

/// What a name names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Named {
    /// A metric.
    Metric,
    /// A label.
    Label,
}

/// The rules that a name may break. More may be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NameRule {
    /// It holds characters that the exposition formats do not take.
    InvalidCharacters,
    /// A counter's name does not end in `_total`.
    TotalMissing,
    /// A name ends in `_total`, and is no counter's.
    TotalOnOther,
    /// The name does not say the unit of the values.
    MissingUnit,
    /// The unit is none of the base units.
    NonBaseUnit,
    /// The unit is not at the end.
    UnitInTheMiddle,
    /// The label is reserved.
    ReservedLabel,
    /// Colons are for recording rules.
    Colon,
    /// It is a slip away from another name.
    Typo,
}

impl std::fmt::Display for NameRule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        serde::Serialize::serialize(self, f)
    }
}

/// One name that breaks one rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct NameFinding {
    /// The name.
    pub name: String,
    /// What it names.
    pub what: Named,
    /// The rule.
    pub rule: NameRule,
    /// What is wrong, as a sentence.
    pub why: String,
    /// A better name, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
    /// The document that has the rule.
    pub source: &'static str,
    /// How many series have the name.
    pub series: u64,
}

/// What is known of all series of one name.
#[derive(Clone, Debug)]
struct Metric {
    kind: Kind,
    unit: Unit,
    format: Format,
    series: u64,
}

/// Every name of a data set that breaks a rule, by name and rule.
///
/// ```
/// use sre_stats::load::{LoadOptions, NameRule, lint_names, load_bytes};
/// use sre_stats::progress::Progress;
/// let text = b"# TYPE request_latency_ms gauge\nrequest_latency_ms{service=\"cart\"} 12 1767225600000\n\
///     # TYPE requests counter\nrequests{servcie=\"cart\"} 7 1767225600000\n";
/// let data = load_bytes("metrics", text, &LoadOptions::default(), &Progress::new())?;
/// let found: Vec<_> = lint_names(&data).into_iter().map(|f| (f.name, f.rule, f.suggestion)).collect();
/// assert_eq!(found[0], ("request_latency_ms".into(), NameRule::NonBaseUnit, Some("request_latency_seconds".into())));
/// assert_eq!(found[1], ("requests".into(), NameRule::TotalMissing, Some("requests_total".into())));
/// assert_eq!(found[2].1, NameRule::Typo);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Sources: [OpenMetrics 1.0](https://prometheus.io/docs/specs/om/open_metrics_spec/); Prometheus, [*Metric and label
/// naming*](https://prometheus.io/docs/practices/naming/) and [*Data model*](https://prometheus.io/docs/concepts/data_model/).
pub fn lint_names(data: &Dataset) -> Vec<NameFinding> {
    let mut metrics: BTreeMap<&str, Metric> = BTreeMap::new();
    let mut labels: BTreeMap<&str, u64> = BTreeMap::new();
    let mut findings = Vec::new();
    for item in data.items.iter().filter(|i| is_ones_own(i.format)) {
        let fresh = || Metric { kind: item.kind, unit: item.identity.unit.clone(), format: item.format, series: 0 };
        metrics.entry(&item.identity.name).or_insert_with(fresh).series += 1;
        for (name, value) in &item.identity.labels {
            *labels.entry(name).or_default() += 1;
            rules::label_of_metric(name, value, item, &mut findings);
        }
    }
    for (name, metric) in &metrics {
        rules::metric(name, metric, &mut findings);
    }
    let exposed = data.items.iter().any(|i| is_exposed(i.format));
    for (name, series) in &labels {
        rules::label(name, *series, exposed, &mut findings);
    }
    near::typos(metrics.iter().map(|(name, m)| (*name, m.series)), Named::Metric, &mut findings);
    near::typos(labels.iter().map(|(name, n)| (*name, *n)), Named::Label, &mut findings);
    merged(findings)
}

/// One finding a name and rule; the series are added up.
fn merged(mut findings: Vec<NameFinding>) -> Vec<NameFinding> {
    findings.sort();
    let mut out: Vec<NameFinding> = Vec::new();
    for finding in findings {
        match out.last_mut() {
            Some(last) if (&last.name, last.what, last.rule) == (&finding.name, finding.what, finding.rule) => {
                last.series += finding.series;
            }
            _ => out.push(finding),
        }
    }
    out
}

/// Whether the names of a format are those that somebody chose.
fn is_ones_own(format: Format) -> bool {
    use Format as F;
    is_exposed(format)
        || is_open_telemetry(format)
        || matches!(
            format,
            F::Csv | F::Parquet | F::ArrowIpc | F::Sqlite | F::JsonLines | F::Logfmt | F::UlidLog | F::HistogramTable
        )
}

/// Whether the names come from an exposition.
fn is_exposed(format: Format) -> bool {
    matches!(format, Format::Exposition | Format::PrometheusJson | Format::TsdbDump)
}

fn is_open_telemetry(format: Format) -> bool {
    matches!(format, Format::OtlpJson | Format::OtlpProtobuf)
}

/// Whether a series is one of a histogram's or summary's parts.
fn is_histogram(item: &Item) -> bool {
    matches!(item.data, Data::Histograms(_)) || item.identity.name.ends_with("_bucket")
}
