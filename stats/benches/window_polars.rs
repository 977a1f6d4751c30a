//! The accounting of a month at one second beside the same table written with polars' rolling windows and group-bys.
//!
//! `PYTHON=python3 cargo bench -p sre-stats --bench window_polars`, where that Python has polars from `PyPI`. The two take turns,
//! three times; the least time of each counts, and both must charge the same. Ours runs on one thread, polars on as many as it takes.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use sre_stats::quantile::Quantile;
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::time::Span;
use sre_stats::unit::Unit;
use sre_stats::window::{BadTime, Budget, Condition, Ladder, Rule, SeriesOptions, WidthRow, account};

const SECONDS: usize = 30 * 86_400;
const ROUNDS: usize = 3;

fn main() {
    let file = std::env::temp_dir().join(format!("sre-stats-bench-{}.bad", std::process::id()));
    let budget = Budget::new(Quantile::P999, Span(30 * Span::DAY.0));
    for incidents in [34, 1000] {
        let bad = month(incidents);
        std::fs::write(&file, &bad).unwrap();
        let series = series(&bad);
        let (mut ours, mut theirs) = (f64::INFINITY, f64::INFINITY);
        let mut name = String::new();
        for _ in 0..ROUNDS {
            let started = Instant::now();
            let rows = analyse(black_box(&series), &budget);
            ours = ours.min(started.elapsed().as_secs_f64());
            let peer = polars(&file, &rows, budget.allowed().as_secs_f64());
            theirs = theirs.min(peer["seconds"].as_f64().unwrap());
            peer["peer"].as_str().unwrap().clone_into(&mut name);
            compare(&rows, &peer["rows"]);
        }
        println!(
            "27 widths, all phases, 30 days at 1 s, {incidents} incidents: {:.1} ms; {name} {theirs:.2} s: {:.0} times",
            ours * 1e3,
            theirs / ours
        );
    }
    std::fs::remove_file(&file).unwrap();
}

/// 1 in every bad second: outages of 1 to 600 s, spread by a multiplicative hash.
fn month(incidents: usize) -> Vec<u8> {
    let mut bad = vec![0; SECONDS];
    for i in 0..incidents {
        let start = i * 2_654_435_761 % (SECONDS - 600);
        bad[start..=start + i * 40_503 % 600].fill(1);
    }
    bad
}

fn series(bad: &[u8]) -> Series {
    let times = (0..SECONDS as i64).map(|i| i * 1_000_000_000).collect();
    let up = bad.iter().map(|b| f64::from(1 - b)).collect();
    Series::new(Identity::new("up", Unit::None), times, up, NanPolicy::Refuse).unwrap()
}

fn analyse(series: &Series, budget: &Budget) -> Vec<WidthRow> {
    let bad = BadTime::from_series(series, &Condition::up(), &SeriesOptions::default()).unwrap();
    account(&bad, &Ladder::default(), &Rule::AnyBad, Some(budget)).unwrap().rows
}

fn polars(file: &Path, rows: &[WidthRow], allowed_s: f64) -> serde_json::Value {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let widths: Vec<String> = rows.iter().map(|r| r.width.as_secs_f64().to_string()).collect();
    let output = Command::new(&python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/window_polars.py"))
        .arg(file)
        .args([widths.join(","), allowed_s.to_string()])
        .output()
        .expect("PYTHON names a Python");
    assert!(output.status.success(), "polars from PyPI is needed:\n{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Both charge the same at every width.
fn compare(ours: &[WidthRow], theirs: &serde_json::Value) {
    let theirs = theirs.as_array().unwrap();
    assert_eq!(ours.len(), theirs.len());
    for (row, peer) in ours.iter().zip(theirs) {
        let met = row.met_share.unwrap() * row.phases as f64;
        let charged = &row.charged;
        for (i, value) in [charged.min.value, charged.mean.value, charged.max.value, met].into_iter().enumerate() {
            let expected = peer[i].as_f64().unwrap();
            assert!((value - expected).abs() <= 1e-9 * expected.max(1.0), "{}: {value} {expected}", row.width);
        }
    }
}
