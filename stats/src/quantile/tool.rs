//! The quantile as tools compute it: the same data, the same percentile, and what each of them would have printed.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::{Definition, Method};
use crate::quantile::exact::{quantiles, usable};
use crate::quantile::probability::{Quantile, snapped_product};
use crate::quantile::select::Ranked;

/// A tool that prints percentiles of samples.
///
/// Each is held to its rule on *exact samples*: what a tool adds by keeping the samples in a histogram (`HdrHistogram`), by
/// sampling or by rounding is a matter of its layout, not of its definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Tool {
    /// `numpy.quantile` and `numpy.percentile`, whose default `method` is `"linear"`.
    Numpy,
    /// `pandas.Series.quantile`, whose default `interpolation` is `"linear"`.
    Pandas,
    /// `quantile()` of R, whose default is `type = 7`.
    R,
    /// `PERCENTILE.INC` of Excel, the same as the older `PERCENTILE`.
    ExcelInc,
    /// `PERCENTILE.EXC` of Excel: `#NUM!` below 1/(n+1) and above n/(n+1).
    ExcelExc,
    /// `PERCENTILE_CONT` of SQL (`PostgreSQL`, SQL Server, Oracle, Snowflake).
    PercentileCont,
    /// `PERCENTILE_DISC` of SQL: the first value whose cumulative distribution reaches p.
    PercentileDisc,
    /// `quantile_over_time` and the aggregation `quantile` of Prometheus.
    Prometheus,
    /// `getValueAtPercentile` of `HdrHistogram`: the rank ⌈n·p⌉, at least 1.
    HdrHistogram,
    /// `upper_90` and its kin of the reference `StatsD` daemon: the rank n·p rounded half up; none where that is 0.
    StatsD,
    /// `quantileExact` of `ClickHouse`: the sample after ⌊n·p⌋ others.
    ClickHouse,
}

/// How a tool turns sorted samples into one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// One of the nine definitions of Hyndman and Fan.
    Definition(Definition),
    /// Type 6 where its position lies among the samples, and an error elsewhere instead of the nearest sample.
    WithinSamples,
    /// The rank n·p rounded to the nearest whole number, halves up; no value where that is 0, but a single sample is always
    /// the answer.
    RoundedRank,
    /// The rank ⌊n·p⌋ + 1, at most n.
    NextRank,
}

impl Tool {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Numpy,
        Self::Pandas,
        Self::R,
        Self::ExcelInc,
        Self::ExcelExc,
        Self::PercentileCont,
        Self::PercentileDisc,
        Self::Prometheus,
        Self::HdrHistogram,
        Self::StatsD,
        Self::ClickHouse,
    ];

    /// The name by which it is asked for: `excel-exc`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Numpy => "numpy",
            Self::Pandas => "pandas",
            Self::R => "r",
            Self::ExcelInc => "excel-inc",
            Self::ExcelExc => "excel-exc",
            Self::PercentileCont => "percentile_cont",
            Self::PercentileDisc => "percentile_disc",
            Self::Prometheus => "prometheus",
            Self::HdrHistogram => "hdrhistogram",
            Self::StatsD => "statsd",
            Self::ClickHouse => "clickhouse",
        }
    }

    /// The name as a reader knows it: `Excel PERCENTILE.EXC`.
    pub fn title(self) -> &'static str {
        match self {
            Self::Numpy => "numpy",
            Self::Pandas => "pandas",
            Self::R => "R",
            Self::ExcelInc => "Excel PERCENTILE.INC",
            Self::ExcelExc => "Excel PERCENTILE.EXC",
            Self::PercentileCont => "SQL PERCENTILE_CONT",
            Self::PercentileDisc => "SQL PERCENTILE_DISC",
            Self::Prometheus => "Prometheus quantile_over_time",
            Self::HdrHistogram => "HdrHistogram",
            Self::StatsD => "StatsD",
            Self::ClickHouse => "ClickHouse quantileExact",
        }
    }

    /// Its rule.
    pub fn rule(self) -> Rule {
        match self {
            Self::Numpy | Self::Pandas | Self::R | Self::ExcelInc | Self::PercentileCont | Self::Prometheus => {
                Rule::Definition(Definition::Type7)
            }
            Self::ExcelExc => Rule::WithinSamples,
            Self::PercentileDisc | Self::HdrHistogram => Rule::Definition(Definition::Type1),
            Self::StatsD => Rule::RoundedRank,
            Self::ClickHouse => Rule::NextRank,
        }
    }

    /// Where the rule is written down.
    pub fn source(self) -> &'static str {
        match self {
            Self::Numpy => "numpy.quantile: method=\"linear\"",
            Self::Pandas => "pandas.Series.quantile: interpolation=\"linear\"",
            Self::R => "stats::quantile: type = 7",
            Self::ExcelInc => "Microsoft support: PERCENTILE.INC function",
            Self::ExcelExc => "Microsoft support: PERCENTILE.EXC function",
            Self::PercentileCont | Self::PercentileDisc => "ISO/IEC 9075-2: inverse distribution functions",
            Self::Prometheus => "prometheus/prometheus: promql/quantile.go, quantile()",
            Self::HdrHistogram => "HdrHistogram: AbstractHistogram.getValueAtPercentile",
            Self::StatsD => "statsd/statsd: lib/process_metrics.js",
            Self::ClickHouse => "ClickHouse: AggregateFunctions/QuantileExact.h",
        }
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Tool {
    type Err = Error;
    /// Reads a [name](Tool::name), in any case; `percentile.inc`, `percentile.exc` and `hdr` too.
    fn from_str(text: &str) -> Result<Self> {
        let lower = text.trim().to_ascii_lowercase();
        let lower = match lower.as_str() {
            "percentile.inc" => "excel-inc",
            "percentile.exc" => "excel-exc",
            "hdr" => "hdrhistogram",
            "quantile_over_time" => "prometheus",
            other => other,
        };
        Self::ALL.into_iter().find(|tool| tool.name() == lower).ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            Error::parse(format!("“{text}” is not a tool whose quantiles are known"))
                .hint(format!("choose one of {names}"))
        })
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Definition(definition) => write!(f, "{definition}"),
            Self::WithinSamples => f.write_str("type6, within 1/(n+1) and n/(n+1)"),
            Self::RoundedRank => f.write_str("rank round(n·p)"),
            Self::NextRank => f.write_str("rank ⌊n·p⌋ + 1"),
        }
    }
}

/// What one tool would have printed for one quantile.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolQuantile {
    /// The tool.
    pub tool: Tool,
    /// The quantile.
    pub q: Quantile,
    /// The number, or what the tool gives instead.
    pub answer: std::result::Result<Estimate, ToolRefusal>,
}

/// Why a tool gives no number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolRefusal {
    /// As the tool would say it: `#NUM!: …`.
    pub why: String,
    /// Of how many samples.
    pub n: u64,
}

/// What some tools would have printed for the same samples: one entry a tool and quantile, in the order asked. All of them
/// are [`Tool::ALL`].
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::quantile::{Quantile, Tool, tool_quantiles};
/// use sre_stats::unit::Unit;
/// let ten: Vec<f64> = (1..=10).map(f64::from).collect();
/// let all = tool_quantiles(&ten, &[Quantile::P95], &Tool::ALL, &Scope::untimed(Unit::Millisecond))?;
/// let printed = |tool| all.iter().find(|r| r.tool == tool).and_then(|r| r.answer.as_ref().ok()).map(|e| e.value);
/// assert_eq!(printed(Tool::Numpy), Some(9.55));
/// assert_eq!(printed(Tool::PercentileDisc), Some(10.0));
/// assert_eq!(printed(Tool::ExcelExc), None); // #NUM!: 0.95 is above 10/11
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no finite sample is there. What a single tool refuses is told in its entry.
pub fn tool_quantiles(values: &[f64], qs: &[Quantile], tools: &[Tool], scope: &Scope) -> Result<Vec<ToolQuantile>> {
    let mut cache: Vec<(Definition, Vec<Estimate>)> = Vec::new();
    let mut out = Vec::with_capacity(tools.len() * qs.len());
    for tool in tools {
        let definition = underlying(tool.rule());
        if cache.iter().all(|(d, _)| *d != definition) {
            cache.push((definition, quantiles(values, qs, definition, scope)?));
        }
        let known = cache.iter().filter(|(d, _)| *d == definition).flat_map(|(_, estimates)| estimates);
        for (q, estimate) in qs.iter().zip(known) {
            let answer = adapt(*tool, *q, estimate, values)
                .map_err(|error| ToolRefusal { why: error.to_string(), n: estimate.n });
            out.push(ToolQuantile { tool: *tool, q: *q, answer });
        }
    }
    Ok(out)
}

/// What one tool would have printed.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::quantile::{Quantile, Tool, tool_quantile};
/// use sre_stats::unit::Unit;
/// let p = tool_quantile(&[1.0, 2.0, 3.0], Quantile::P90, Tool::StatsD, &Scope::untimed(Unit::Second))?;
/// assert_eq!(p.value, 3.0);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no finite sample is there; [`Argument`](crate::ErrorKind::Argument) where the tool
/// itself gives an error (`PERCENTILE.EXC` out of its range) or no metric (`StatsD` at a rank of 0).
pub fn tool_quantile(values: &[f64], q: Quantile, tool: Tool, scope: &Scope) -> Result<Estimate> {
    let exact = quantiles(values, &[q], underlying(tool.rule()), scope)?;
    let exact = exact.first().ok_or_else(|| Error::empty("a quantile needs at least one sample"))?;
    adapt(tool, q, exact, values)
}

/// The definition that a rule is built on.
fn underlying(rule: Rule) -> Definition {
    match rule {
        Rule::Definition(definition) => definition,
        Rule::WithinSamples => Definition::Type6,
        Rule::RoundedRank | Rule::NextRank => Definition::Type1,
    }
}

/// The estimate of the underlying definition as the tool gives it.
fn adapt(tool: Tool, q: Quantile, exact: &Estimate, values: &[f64]) -> Result<Estimate> {
    let n = exact.n;
    let size = n as f64;
    match tool.rule() {
        Rule::Definition(_) => Ok(exact.clone()),
        Rule::WithinSamples => {
            let position = snapped_product((size + 1.0) * q.p());
            let above = snapped_product((size + 1.0) * q.complement());
            if position < 1.0 || above < 1.0 {
                let message = format!("#NUM!: {q} of {n} samples lies outside 1/(n+1) … n/(n+1)");
                return Err(Error::argument(message).hint("use PERCENTILE.INC, or more samples"));
            }
            Ok(exact.clone())
        }
        Rule::RoundedRank => {
            let rank = if n == 1 { 1 } else { (snapped_product(size * q.p()) + 0.5).floor() as u64 };
            if rank == 0 {
                let message = format!("no metric: {q} of {n} samples rounds to rank 0");
                return Err(Error::argument(message).hint("ask a higher percentile, or collect more samples"));
            }
            Ok(of_rank(rank.min(n), exact, values, tool))
        }
        Rule::NextRank => Ok(of_rank((snapped_product(size * q.p()).floor() as u64 + 1).min(n), exact, values, tool)),
    }
}

/// The sample of a rank, with what the estimate of the definition says beside it.
fn of_rank(rank: u64, exact: &Estimate, values: &[f64], tool: Tool) -> Estimate {
    let (samples, _) = usable(values);
    let at = rank.saturating_sub(1) as usize;
    let value = Ranked::of(&samples, vec![at]).at(at);
    Estimate { value, method: Method::Described(tool.rule().to_string()), ..exact.clone() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::unit::Unit;

    fn scope() -> Scope {
        Scope::untimed(Unit::None)
    }

    fn value(values: &[f64], q: f64, tool: Tool) -> Result<f64> {
        tool_quantile(values, Quantile::new(q).unwrap(), tool, &scope()).map(|e| e.value)
    }

    /// The tools' own code in their own languages: numpy, pandas, and transcriptions of the rules of the others, in
    /// tests/reference/quantile/tools.py.
    #[test]
    fn every_tool_agrees_with_its_reference() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/reference/quantile/tools.json");
        let reference: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut checked = 0;
        for case in reference["cases"].as_array().unwrap() {
            let numbers = |v: &serde_json::Value| -> Vec<f64> {
                v.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
            };
            let (values, probabilities) = (numbers(&case["values"]), numbers(&reference["probabilities"]));
            let qs: Vec<Quantile> = probabilities.iter().map(|p| Quantile::new(*p).unwrap()).collect();
            let all = tool_quantiles(&values, &qs, &Tool::ALL, &scope()).unwrap();
            for row in all {
                let at = qs.iter().position(|q| *q == row.q).unwrap();
                let want = case["expected"][row.tool.name()][at].as_f64();
                let got = row.answer.ok().map(|e| e.value);
                let n = values.len();
                match (got, want) {
                    (Some(got), Some(want)) => {
                        assert!(
                            (got - want).abs() <= 1e-9 * want.abs().max(1e-3),
                            "{} {} n {n}: {got} {want}",
                            row.tool,
                            row.q
                        );
                    }
                    _ => assert_eq!(got, want, "{} {} n {n}", row.tool, row.q),
                }
                checked += 1;
            }
        }
        assert!(checked > 500);
    }

    #[test]
    fn excel_refuses_what_it_cannot_interpolate() {
        let nine: Vec<f64> = (1..=9).map(f64::from).collect();
        assert_eq!(value(&nine, 0.1, Tool::ExcelExc).unwrap(), 1.0);
        assert_eq!(value(&nine, 0.9, Tool::ExcelExc).unwrap(), 9.0);
        for outside in [0.0, 0.099, 0.901, 1.0] {
            assert!(value(&nine, outside, Tool::ExcelExc).unwrap_err().to_string().starts_with("#NUM!"), "{outside}");
        }
        assert_eq!(value(&nine, 1.0, Tool::ExcelInc).unwrap(), 9.0);
    }

    #[test]
    fn statsd_prints_nothing_at_rank_zero() {
        assert!(value(&[1.0, 2.0], 0.2, Tool::StatsD).is_err());
        assert_eq!(value(&[1.0, 2.0], 0.25, Tool::StatsD).unwrap(), 1.0);
        assert_eq!(value(&[5.0], 0.01, Tool::StatsD).unwrap(), 5.0);
    }

    #[test]
    fn names_are_read_back() {
        for tool in Tool::ALL {
            assert_eq!(tool.to_string().parse::<Tool>().unwrap(), tool);
            assert!(!tool.source().is_empty() && !tool.title().is_empty());
        }
        assert_eq!("PERCENTILE.EXC".parse::<Tool>().unwrap(), Tool::ExcelExc);
        assert!("excel".parse::<Tool>().is_err());
    }
}
