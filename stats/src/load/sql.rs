//! The query by which a warehouse makes the histogram table.
//!
//! It numbers the bin of each value by a logarithm, then looks at the two edges of that bin and goes one bin on where the logarithm was
//! rounded over one of them, so that every bin is the one that this crate would choose. Edges are written as text and read by the
//! warehouse, which rounds them correctly, or are taken from a small table of the edges of one octave.

use std::fmt::{self, Write};
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::histogram::{Exponential, LayoutChoice};
use crate::time::Span;

/// A dialect of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SqlDialect {
    /// `DuckDB`.
    DuckDb,
    /// Apache `DataFusion`.
    DataFusion,
    /// Apache Spark, 3.1 and later.
    Spark,
    /// Google `BigQuery`.
    BigQuery,
    /// `ClickHouse`.
    ClickHouse,
    /// `PostgreSQL`, 14 and later.
    Postgres,
    /// Snowflake.
    Snowflake,
}

const DIALECTS: [(&str, SqlDialect); 7] = [
    ("duckdb", SqlDialect::DuckDb),
    ("datafusion", SqlDialect::DataFusion),
    ("spark", SqlDialect::Spark),
    ("bigquery", SqlDialect::BigQuery),
    ("clickhouse", SqlDialect::ClickHouse),
    ("postgres", SqlDialect::Postgres),
    ("snowflake", SqlDialect::Snowflake),
];

/// What the query calls the columns of its steps; a column of the table by such a name would be mistaken for one.
const OWN: [&str; 11] = ["v_", "a_", "f_", "g_", "s_", "k_", "m_", "b_", "j_", "lower_", "upper_"];

impl SqlDialect {
    /// All dialects.
    pub fn all() -> Vec<Self> {
        DIALECTS.iter().map(|(_, dialect)| *dialect).collect()
    }

    /// A name as an identifier; Snowflake keeps the case of quoted ones, so that plain ones stay bare there.
    fn name(self, name: &str) -> String {
        let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        match self {
            Self::Spark => format!("`{}`", name.replace('`', "``")),
            Self::BigQuery | Self::ClickHouse => format!("`{}`", name.replace('\\', "\\\\").replace('`', "\\`")),
            Self::Snowflake if plain => name.to_owned(),
            _ => format!("\"{}\"", name.replace('"', "\"\"")),
        }
    }

    /// A text.
    fn text(self, text: &str) -> String {
        let text = match self {
            Self::Spark | Self::BigQuery | Self::ClickHouse | Self::Snowflake => text.replace('\\', "\\\\"),
            _ => text.to_owned(),
        };
        let quote = if matches!(self, Self::Spark | Self::BigQuery) { "\\'" } else { "''" };
        format!("'{}'", text.replace('\'', quote))
    }

    fn real(self, what: &str) -> String {
        match self {
            Self::ClickHouse => format!("toFloat64({what})"),
            Self::BigQuery => format!("CAST({what} AS FLOAT64)"),
            Self::Postgres => format!("CAST({what} AS double precision)"),
            _ => format!("CAST({what} AS DOUBLE)"),
        }
    }

    /// A number whose text the warehouse reads.
    fn number(self, value: f64) -> String {
        self.real(&format!("'{value:e}'"))
    }

    fn whole(self, what: &str) -> String {
        match self {
            Self::ClickHouse => format!("toInt64({what})"),
            Self::BigQuery => format!("CAST({what} AS INT64)"),
            _ => format!("CAST({what} AS BIGINT)"),
        }
    }

    fn word(self, what: &str) -> String {
        match self {
            Self::ClickHouse => format!("toString({what})"),
            Self::BigQuery | Self::Spark => format!("CAST({what} AS STRING)"),
            _ => format!("CAST({what} AS VARCHAR)"),
        }
    }

    fn rest(self, what: &str, by: &str) -> String {
        if self == Self::BigQuery { format!("MOD({what}, {by})") } else { format!("({what} % {by})") }
    }

    fn log10(self, what: &str) -> String {
        match self {
            Self::Snowflake => format!("LOG(10, {what})"),
            Self::Postgres => format!("log({what})"),
            _ => format!("log10({what})"),
        }
    }

    /// Whole microseconds since the epoch.
    fn micros(self, time: &str) -> String {
        match self {
            Self::DuckDb => format!("epoch_us({time})"),
            Self::DataFusion => format!("CAST(arrow_cast({time}, 'Timestamp(Microsecond, None)') AS BIGINT)"),
            Self::Spark => format!("unix_micros({time})"),
            Self::BigQuery => format!("UNIX_MICROS({time})"),
            Self::ClickHouse => format!("toUnixTimestamp64Micro(toDateTime64({time}, 6))"),
            Self::Postgres => format!("CAST(extract(epoch FROM {time}) * 1000000 AS bigint)"),
            Self::Snowflake => format!("DATE_PART(epoch_microsecond, {time})"),
        }
    }
}

impl fmt::Display for SqlDialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(DIALECTS.iter().find(|(_, dialect)| dialect == self).map_or("sql", |(name, _)| name))
    }
}

impl FromStr for SqlDialect {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        let word = text.trim().to_ascii_lowercase();
        DIALECTS.iter().find(|(name, _)| *name == word).map(|(_, dialect)| *dialect).ok_or_else(|| {
            let names: Vec<&str> = DIALECTS.iter().map(|(name, _)| *name).collect();
            Error::argument(format!("“{text}” is no dialect of SQL"))
                .hint(format!("choose one of {}", names.join(", ")))
        })
    }
}

/// What the query counts.
///
/// ```
/// use sre_stats::load::{HistogramQuery, SqlDialect};
/// let query = HistogramQuery { by: vec!["service".into()], ..HistogramQuery::new(SqlDialect::DuckDb, "requests") };
/// let text = query.to_sql()?;
/// assert!(text.contains("GROUP BY") && text.contains("\"service\"") && text.contains("FROM \"requests\""));
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramQuery {
    /// The dialect.
    pub dialect: SqlDialect,
    /// The table, perhaps with its schema before a dot.
    pub table: String,
    /// The column of times, of a timestamp type.
    pub time: String,
    /// The column of values.
    pub value: String,
    /// The columns that tell series apart.
    pub by: Vec<String>,
    /// The name of the series; empty: that of the column of values.
    pub series: String,
    /// The layout: log-linear or exponential.
    pub layout: LayoutChoice,
    /// The width of the windows, a whole number of seconds; they are aligned to the epoch.
    pub width: Span,
}

impl HistogramQuery {
    /// Log-linear histograms a minute of the columns `time` and `value`.
    pub fn new(dialect: SqlDialect, table: impl Into<String>) -> Self {
        Self {
            dialect,
            table: table.into(),
            time: "time".into(),
            value: "value".into(),
            by: Vec::new(),
            series: String::new(),
            layout: LayoutChoice::LogLinear,
            width: Span::MINUTE,
        }
    }

    /// The text of the query. NULL, NaN and infinities are counted in no bin, nor are rows without a time. Values that are equal to the
    /// edge of a bin are counted in the bin that holds it. All that it makes are counts, so that its table depends on no order and no
    /// partitioning; a sum of reals would, and is not in it: the mean comes from the bins, with its bound.
    ///
    /// Every bin of `DuckDB`, `DataFusion`, `ClickHouse`, Spark and `PostgreSQL` was found equal to that of
    /// [`AnySketch::coded_bins`](crate::histogram::AnySketch::coded_bins), for log-linear and every exponential schema, on millions of rows at and beside edges:
    /// `stats/engines/check sql` repeats it, the tests of the workspace run the first two. The queries for `BigQuery` and Snowflake were
    /// **not executed there**: they were parsed in their dialects by sqlglot, and gave equal bins in its translation to `DuckDB`.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the width is no whole number of seconds, a name is empty, or a column has the
    /// name of one that the query makes; [`Unsupported`](crate::ErrorKind::Unsupported) for a layout without a closed form.
    pub fn to_sql(&self) -> Result<String> {
        let d = self.dialect;
        if self.width.0 <= 0 || self.width.0 % 1_000_000_000 != 0 {
            return Err(Error::argument(format!("a width of {} is no whole number of seconds", self.width))
                .hint("give one such as 60s"));
        }
        if self.table.is_empty() || [&self.time, &self.value].into_iter().chain(&self.by).any(String::is_empty) {
            return Err(Error::argument("a table or column has no name").hint("name the table with --table"));
        }
        let made = |name: &str| OWN.iter().any(|own| own.eq_ignore_ascii_case(name));
        let listed = |name: &str| super::histogram_table::COLUMNS.iter().any(|own| own.eq_ignore_ascii_case(name));
        let columns = [&self.time, &self.value].into_iter().filter(|name| made(name));
        if let Some(taken) = columns.chain(self.by.iter().filter(|name| made(name) || listed(name))).next() {
            return Err(Error::argument(format!(
                "a column “{taken}” would take the place of one that the query makes"
            ))
            .hint("rename it in a view"));
        }
        let table: Vec<String> = self.table.split('.').map(|part| d.name(part)).collect();
        let by: String = self.by.iter().fold(String::new(), |mut all, name| {
            let _ = write!(all, ", {}", d.name(name));
            all
        });
        let micros = d.micros(&d.name(&self.time));
        let width = self.width.0 / 1000;
        let floor = format!(
            "{micros} - {}",
            d.rest(&format!("({} + {width})", d.rest(&micros, &width.to_string())), &width.to_string())
        );
        let series = if self.series.is_empty() { &self.value } else { &self.series };
        let (steps, schema, bin) = match self.layout {
            LayoutChoice::LogLinear => (self.log_linear(&by), "log-linear".to_owned(), "bins"),
            LayoutChoice::Exponential { schema } => (self.exponential(schema, &by), format!("exp:{schema}"), "bins"),
            other => {
                return Err(Error::unsupported(format!("the bins of {other} have no closed form in SQL"))
                    .hint("choose log-linear or exp:5"));
            }
        };
        let (least, most) = (d.number(f64::MIN), d.number(f64::MAX));
        let mut out = String::new();
        let _ = writeln!(out, "WITH samples AS (");
        let _ = writeln!(out, "  SELECT {} AS window_start{by},", d.whole(&format!("({floor}) / 1000000")));
        let _ = writeln!(out, "    {} AS v_", d.real(&d.name(&self.value)));
        let _ = writeln!(out, "  FROM {}", table.join("."));
        let _ = writeln!(out, "), finite AS (");
        let _ = writeln!(
            out,
            "  SELECT window_start{by}, v_ FROM samples WHERE v_ >= {least} AND v_ <= {most} AND window_start IS NOT NULL"
        );
        out.push_str(&steps);
        let _ = writeln!(out, ")");
        let seconds = self.width.0 / 1_000_000_000;
        let _ = writeln!(
            out,
            "SELECT {} AS series, window_start, {seconds} AS width, {} AS schema, bin, count(*) AS count{by}",
            d.text(series),
            d.text(&schema)
        );
        let _ = writeln!(out, "FROM {bin}");
        let _ = writeln!(out, "GROUP BY window_start, bin{by}");
        let _ = writeln!(out, "ORDER BY window_start{by}, bin");
        if d == SqlDialect::ClickHouse {
            // the default of older versions reads decimals some ulp off
            let _ = writeln!(out, "SETTINGS precise_float_parsing = 1");
        }
        Ok(out)
    }

    /// Two decimal digits and an exponent.
    fn log_linear(&self, by: &str) -> String {
        let d = self.dialect;
        let (tiny, beyond, last, one) = (d.number(1e-128), d.number(1e128), d.number(9.95e127), d.number(1.0));
        let log = d.log10("a_");
        let first = d.whole(&format!(
            "(floor({log}) + 128) * 90 + floor(a_ * power({}, 1 - floor({log}))) - 10",
            d.number(10.0)
        ));
        let (cell, decade) = (d.rest("g_", "90"), d.whole(&format!("(g_ - {}) / 90", d.rest("g_", "90"))));
        let edge = |digits: &str| {
            d.real(&format!(
                "({} || 'e' || {})",
                d.word(&format!("({cell} + {digits})")),
                d.word(&format!("({decade} - 129)"))
            ))
        };
        format!(
            "), magnitudes AS (
  -- beyond the largest bin: the largest; whatever has no logarithm: 1, since an engine may take it before it leaves a row out
  SELECT window_start{by}, v_, CASE WHEN abs(v_) >= {beyond} THEN {last} WHEN abs(v_) >= {tiny} THEN abs(v_) ELSE {one} END AS a_ FROM finite
), rough AS (
  SELECT window_start{by}, v_, a_, {first} AS f_ FROM magnitudes
), guesses AS (
  SELECT window_start{by}, v_, a_, CASE WHEN f_ < 0 THEN 0 WHEN f_ > 23039 THEN 23039 ELSE f_ END AS g_ FROM rough
), edges AS (
  SELECT window_start{by}, v_, a_, g_, {} AS lower_, {} AS upper_ FROM guesses
), bins AS (
  -- the logarithm may be one bin off beside an edge
  SELECT window_start{by}, CASE WHEN abs(v_) < {tiny} THEN 0 ELSE
    (CASE WHEN v_ < 0 THEN -1 ELSE 1 END) * (g_ + 1 + CASE WHEN a_ < lower_ THEN -1 WHEN a_ >= upper_ THEN 1 ELSE 0 END)
  END AS bin FROM edges
",
            edge("10"),
            edge("11")
        )
    }

    /// Powers of 2^(2^−schema).
    fn exponential(&self, schema: i32, by: &str) -> String {
        let d = self.dialect;
        let fine = schema.max(0);
        let steps = 1_i64 << fine;
        let (threshold, most) = (d.number(Exponential::ZERO_THRESHOLD), d.number(f64::MAX));
        let (two, one) = (d.number(2.0), d.number(1.0));
        let edge = |i: i64| d.number(Exponential::upper_edge(fine, i as i32));
        let octave = if d == SqlDialect::Spark {
            // a UNION has a partition a part there, and each partition is a task
            let rows: Vec<String> = (0..steps).map(|j| format!("({j}, {}, {})", edge(j), edge(j + 1))).collect();
            format!("  SELECT * FROM VALUES {} AS edge_table(j_, lower_, upper_)", rows.join(", "))
        } else {
            let row = |j| format!("  SELECT {j} AS j_, {} AS lower_, {} AS upper_", edge(j), edge(j + 1));
            (0..steps).map(row).collect::<Vec<_>>().join(" UNION ALL\n")
        };
        let coarse = if schema < 0 {
            d.whole(&format!("ceil({} / {})", d.real("b_"), 1_i64 << -schema))
        } else {
            "b_".to_owned()
        };
        let (power, place) = (
            d.whole(&format!("CASE WHEN ln(a_) / ln({two}) >= 1024 THEN 1023 ELSE floor(ln(a_) / ln({two})) END")),
            d.whole(&format!("floor(ln(m_) / ln({two}) * {steps})")),
        );
        // no name is given twice: ClickHouse reads the second where the first is meant
        format!(
            "), octave AS (
  -- the edges of the buckets between 1 and 2
{octave}
), magnitudes AS (
  -- whatever has no logarithm: 1, since an engine may take it before it leaves a row out
  SELECT window_start{by}, v_, CASE WHEN abs(v_) > {threshold} AND abs(v_) <= {most} THEN abs(v_) ELSE {one} END AS a_ FROM finite
), rough AS (
  SELECT window_start{by}, v_, a_, {power} AS f_ FROM magnitudes
), scaled AS (
  SELECT window_start{by}, v_, f_, a_ / power({two}, f_) AS s_ FROM rough
), mantissas AS (
  -- the logarithm may be one octave off beside a power of two
  SELECT window_start{by}, v_, CASE WHEN s_ >= {two} THEN f_ + 1 WHEN s_ < {one} THEN f_ - 1 ELSE f_ END AS k_,
    CASE WHEN s_ >= {two} THEN s_ / {two} WHEN s_ < {one} THEN s_ * {two} ELSE s_ END AS m_ FROM scaled
), guesses AS (
  SELECT window_start{by}, v_, k_, m_, {place} AS g_ FROM mantissas
), edges AS (
  SELECT window_start{by}, v_, k_, m_, j_, lower_, upper_ FROM guesses
  JOIN octave ON j_ = CASE WHEN g_ < 0 THEN 0 WHEN g_ >= {steps} THEN {steps} - 1 ELSE g_ END
), buckets AS (
  -- and one bucket off beside any other edge
  SELECT window_start{by}, v_, k_ * {steps} + j_ + 1 + CASE WHEN m_ <= lower_ THEN -1 WHEN m_ > upper_ THEN 1 ELSE 0 END AS b_ FROM edges
), bins AS (
  SELECT window_start{by}, CASE WHEN abs(v_) <= {threshold} THEN 0 ELSE (CASE WHEN v_ < 0 THEN -1 ELSE 1 END) * ({coarse} + 1048576) END AS bin FROM buckets
"
        )
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn names_and_texts_are_quoted_as_each_dialect_does() {
        for dialect in SqlDialect::all() {
            assert_eq!(dialect.to_string().parse::<SqlDialect>().unwrap(), dialect);
            let query = HistogramQuery {
                value: "it's \"odd\"".into(),
                by: vec!["a`b".into()],
                ..HistogramQuery::new(dialect, "lake.requests")
            };
            let text = query.to_sql().unwrap();
            let (value, by, series) = match dialect {
                SqlDialect::Spark => ("`it's \"odd\"`", "`a``b`", "'it\\'s \"odd\"'"),
                SqlDialect::BigQuery => ("`it's \"odd\"`", "`a\\`b`", "'it\\'s \"odd\"'"),
                SqlDialect::ClickHouse => ("`it's \"odd\"`", "`a\\`b`", "'it''s \"odd\"'"),
                _ => ("\"it's \"\"odd\"\"\"", "\"a`b\"", "'it''s \"odd\"'"),
            };
            assert!(text.contains(value) && text.contains(by) && text.contains(series), "{dialect}: {text}");
        }
        // short names of one's own are no names of the query's
        HistogramQuery { by: vec!["v".into(), "a".into(), "k".into()], ..HistogramQuery::new(SqlDialect::Spark, "t") }
            .to_sql()
            .unwrap();
        assert!("oracle".parse::<SqlDialect>().unwrap_err().to_string().contains("duckdb"));
    }

    #[test]
    fn what_has_no_closed_form_is_refused() {
        let base = HistogramQuery::new(SqlDialect::DuckDb, "t");
        let refused = |q: HistogramQuery| q.to_sql().unwrap_err().to_string();
        assert!(
            refused(HistogramQuery { layout: LayoutChoice::Kll { k: 200 }, ..base.clone() }).contains("closed form")
        );
        assert!(
            refused(HistogramQuery { width: Span(1_500_000_000), ..base.clone() }).contains("whole number of seconds")
        );
        assert!(refused(HistogramQuery { by: vec!["bin".into()], ..base.clone() }).contains("rename"));
        assert!(refused(HistogramQuery { by: vec!["Count".into()], ..base.clone() }).contains("rename"));
        assert!(refused(HistogramQuery { value: "v_".into(), ..base.clone() }).contains("rename"));
        assert!(refused(HistogramQuery { table: String::new(), ..base }).contains("--table"));
    }
}
