//! Histograms a minute and service, and p50, p99 and p99.9 of each service, of five million requests in one command, beside polars,
//! `DuckDB` and pandas over the same files; and the peak of memory over ten times the rows.
//!
//! `PYTHON=python3 cargo bench -p sre-stats-app --bench histogram`, where that Python has the peers from `PyPI`. Each program runs in a
//! process of its own, the programs in turn, three times; the least time of each counts. Ours counts the rows without keeping them, writes the
//! histogram table and tells the quantiles; the peers group by minute and service with exact quantiles, and `DuckDB` also with
//! `approx_quantile`. A peer that cannot run ends the benchmark.
//!
//! With `SRE_STATS_BENCH_ROWS=300000000` the last part reads so many rows, made as they are read and never on a disk.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod side_by_side;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use side_by_side::{Best, ROWS, told};

fn main() {
    side_by_side::race(ours, &["duckdb", "duckdb-approx", "polars", "pandas"], growth);
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sre-stats"));
    command.args(["histogram", "--every", "1m", "-q", "0.5,0.99,0.999", "--timings"]);
    command
}

fn ours(file: &Path, folder: &Path) -> Best {
    let started = Instant::now();
    let output = command().arg("--table-out").arg(folder.join("table.parquet")).arg(file).output().unwrap();
    told("sre-stats, table and quantiles", started.elapsed().as_secs_f64(), &output)
}

/// The rows of a file again and again, up to a number of rows, over the same ten hours: the same windows, more rows in each.
fn growth(csv: &Path) {
    let most = std::env::var("SRE_STATS_BENCH_ROWS").map_or(10 * ROWS, |n| n.parse().expect("a number of rows"));
    let text = std::fs::read(csv).unwrap();
    let header = first_line(&text);
    println!("rows through a pipe, the same windows");
    for rows in [ROWS, most] {
        let started = Instant::now();
        let mut child =
            command().arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        pipe.write_all(&text[..header]).unwrap();
        for _ in 0..rows.div_ceil(ROWS) {
            pipe.write_all(&text[header..]).unwrap();
        }
        drop(pipe);
        let output = child.wait_with_output().unwrap();
        let best = told("", started.elapsed().as_secs_f64(), &output);
        println!("  {rows:>12} rows {:>7.2} s {:>6.0} MB", best.seconds, best.peak_mb);
    }
}

fn first_line(text: &[u8]) -> usize {
    text.iter().position(|b| *b == b'\n').unwrap() + 1
}
