//! The report of five million requests beside polars and `DuckDB` over the same files.
//!
//! `PYTHON=python3 cargo bench -p sre-stats-app --bench report`, where that Python has both from `PyPI`. Each
//! program runs in a process of its own, the programs in turn, three times; the least time of each counts. Ours does the
//! whole report (read, histograms, exact quantiles, windows, objective, changes, trend, page with pictures); the peers one
//! group-by with exact quantiles. A peer that cannot run ends the benchmark.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod side_by_side;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use side_by_side::{Best, told};

fn main() {
    side_by_side::race(ours, &["duckdb", "polars"], |_| {});
}

fn ours(file: &Path, folder: &Path) -> Best {
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_sre-stats"))
        .args(["report", "--slo", "99.9% of requests < 300ms over 30d", "--timings", "--out"])
        .arg(folder.join("report.html"))
        .arg(file)
        .output()
        .unwrap();
    told("sre-stats, whole report", started.elapsed().as_secs_f64(), &output)
}
