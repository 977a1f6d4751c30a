//! The query around both functions.

use datafusion::common::{Result, TableReference, plan_err};
use datafusion::dataframe::DataFrame;
use datafusion::prelude::SessionContext;

use crate::aggregate::numbered;

/// What is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// A table that the session knows.
    pub table: String,
    /// The column of times, a timestamp; without a zone it counts as UTC.
    pub time: String,
    /// The column of values, which become doubles.
    pub value: String,
    /// The columns that tell series apart, which become text.
    pub by: Vec<String>,
    /// The width of the windows in seconds; they are aligned to the epoch.
    pub width_s: u32,
    /// log-linear or exp:-4 to exp:8.
    pub layout: String,
    /// The name of the series.
    pub series: String,
}

/// The histogram table (`series, window_start, width, schema, bin, count` and the columns of `by`) of a registered table, when it is
/// collected or written. Rows without a time, NULL, NaN and ±∞ are in no bin. [`register`](crate::register) must have been called.
///
/// # Errors
/// Where the layout has no numbered bins, the width is 0, the times are numbers, a column is not there or has the name of one of the table's own, or the name
/// `unit`, which is read as the unit of the values.
pub async fn histogram_table(context: &SessionContext, asked: &Asked) -> Result<DataFrame> {
    if asked.width_s == 0 {
        return plan_err!("a width of 0 s leads nowhere");
    }
    let own = ["series", "window_start", "width", "schema", "bin", "count", "unit"];
    if let Some(taken) = asked.by.iter().find(|name| own.iter().any(|own| own.eq_ignore_ascii_case(name))) {
        return plan_err!("a column “{taken}” would take the place of one of the table: rename it first");
    }
    let rows = context.table(TableReference::bare(asked.table.as_str())).await?;
    let kind = rows.schema().field_with_unqualified_name(&asked.time)?.data_type();
    if kind.is_numeric() {
        let time = &asked.time;
        return plan_err!(
            "“{time}” holds numbers, {kind}, whose unit nobody says: make times of them first, as to_timestamp_millis does"
        );
    }
    context.sql(&query(asked, &numbered(&asked.layout)?.to_string())).await
}

fn query(asked: &Asked, layout: &str) -> String {
    let name = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let text = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let (time, value, table) = (name(&asked.time), name(&asked.value), name(&asked.table));
    let labels = |each: &dyn Fn(&String) -> String| {
        asked.by.iter().map(|by| format!(", {}", each(by))).collect::<Vec<_>>().concat()
    };
    let plain = labels(&|by| name(by));
    let cast = labels(&|by| format!("CAST({0} AS VARCHAR) AS {0}", name(by)));
    let width = i64::from(asked.width_s) * 1_000_000;
    let micros = format!("CAST(arrow_cast({time}, 'Timestamp(Microsecond, None)') AS BIGINT)");
    let (width_s, series, layout) = (asked.width_s, text(&asked.series), text(layout));
    // names of its own, which no label has
    format!(
        "WITH \"sre rows\" AS (SELECT {micros} AS \"sre us\", CAST({value} AS DOUBLE) AS \"sre value\"{cast} FROM {table} WHERE {time} IS NOT NULL), \
         \"sre placed\" AS (SELECT \"sre us\" - ((\"sre us\" % {width}) + {width}) % {width} AS \"sre start\", \"sre value\"{plain} FROM \"sre rows\"), \
         \"sre counted\" AS (SELECT \"sre start\", sre_histogram(\"sre value\", {layout}) AS \"sre packed\"{plain} FROM \"sre placed\" GROUP BY \"sre start\"{plain}), \
         \"sre bins\" AS (SELECT \"sre start\", unnest(sre_histogram_bins(\"sre packed\", {layout})) AS \"sre bin\"{plain} FROM \"sre counted\") \
         SELECT {series} AS series, \"sre start\" / 1000000 AS window_start, CAST({width_s} AS BIGINT) AS width, {layout} AS schema, \
         get_field(\"sre bin\", 'bin') AS bin, get_field(\"sre bin\", 'count') AS count{plain} FROM \"sre bins\""
    )
}
