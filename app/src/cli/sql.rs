//! `sql`: the query by which a warehouse makes the histogram table.

use std::io::Write;
use std::process::ExitCode;

use serde_json::json;
use sre_stats::Error;
use sre_stats::load::HistogramQuery;

use super::args::SqlArgs;
use super::failure::Failure;

pub(crate) fn run(args: &SqlArgs) -> Result<ExitCode, Failure> {
    let query = HistogramQuery {
        dialect: args.dialect,
        table: args.table.clone(),
        time: args.time.clone(),
        value: args.value.clone(),
        by: args.by.clone(),
        series: args.series.clone(),
        layout: args.layout,
        width: args.every,
    };
    let text = query.to_sql().map_err(Failure::usage)?;
    let text = if args.json {
        let result = json!({"dialect": args.dialect.to_string(), "layout": args.layout.to_string(), "query": text});
        let document =
            json!({"schema": "sre-stats/1", "command": "sql", "input": {}, "warnings": [], "results": [result]});
        format!("{document}\n")
    } else {
        text
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|e| Error::io(e, "standard output"))?;
    Ok(ExitCode::SUCCESS)
}
