//! The report of five million requests beside polars and `DuckDB` over the same files.
//!
//! `PYTHON=python3 cargo bench -p sre-stats-app --bench report`, where that Python has both from `PyPI`. Each
//! program runs in a process of its own, the programs in turn, three times; the least time of each counts. Ours does the
//! whole report (read, histograms, exact quantiles, windows, objective, changes, trend, page with pictures); the peers one
//! group-by with exact quantiles. A peer that cannot run ends the benchmark.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use sre_stats::load::{LoadOptions, load};
use sre_stats::progress::Progress;

const ROUNDS: usize = 3;
const ROWS: usize = 5_000_000;

struct Best {
    name: String,
    seconds: f64,
    peak_mb: f64,
    detail: String,
}

fn main() {
    let folder = std::env::temp_dir().join(format!("sre-stats-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let files = make(&folder);
    for file in &files {
        let size = std::fs::metadata(file).unwrap().len() as f64 / 1e6;
        println!("{} rows, {} ({size:.0} MB)", ROWS, file.extension().unwrap().to_string_lossy());
        let mut all: Vec<Best> = Vec::new();
        for _ in 0..ROUNDS {
            for run in [ours(file, &folder), peer("duckdb", file), peer("polars", file)] {
                match all.iter_mut().find(|b| b.name == run.name) {
                    Some(best) if best.seconds <= run.seconds => {}
                    Some(best) => *best = run,
                    None => all.push(run),
                }
            }
        }
        let ours = all[0].seconds;
        for best in &all {
            let ratio = best.seconds / ours;
            println!("  {:<28}{:>7.2} s {:>6.0} MB  ratio {ratio:.2}", best.name, best.seconds, best.peak_mb);
        }
        println!("{}", all[0].detail);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// The same rows as CSV and as Parquet.
fn make(folder: &Path) -> [PathBuf; 2] {
    let (csv, parquet) = (folder.join("latency.csv"), folder.join("latency.parquet"));
    let made = sre_stats_datasets::generate("latency-5m", 1, ROWS).unwrap();
    made.write_csv(std::io::BufWriter::new(std::fs::File::create(&csv).unwrap())).unwrap();
    let data = load(std::slice::from_ref(&csv), &LoadOptions::default(), &Progress::new()).unwrap();
    data.write_parquet(&parquet).unwrap();
    [csv, parquet]
}

fn ours(file: &Path, folder: &Path) -> Best {
    let started = Instant::now();
    let output = Command::new(env!("CARGO_BIN_EXE_sre-stats"))
        .args(["report", "--slo", "99.9% of requests < 300ms over 30d", "--timings", "--out"])
        .arg(folder.join("report.html"))
        .arg(file)
        .output()
        .unwrap();
    let seconds = started.elapsed().as_secs_f64();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let timings: Vec<&str> = said.lines().filter(|l| l.ends_with(" s") || l.starts_with("peak memory")).collect();
    let peak_kb =
        said.lines().find_map(|l| l.strip_prefix("peak memory: ")?.strip_suffix(" kB")?.trim().parse::<f64>().ok());
    let detail = format!("    {}", timings.join("\n    "));
    Best { name: "sre-stats, whole report".into(), seconds, peak_mb: peak_kb.unwrap_or(f64::NAN) / 1024.0, detail }
}

fn peer(name: &str, file: &Path) -> Best {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".into());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers.py");
    let output = Command::new(&python).arg(script).arg(name).arg(file).output().expect("PYTHON names a Python");
    assert!(output.status.success(), "{name} from PyPI is needed:\n{}", String::from_utf8_lossy(&output.stderr));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    Best {
        name: said["peer"].as_str().unwrap().to_owned(),
        seconds: said["seconds"].as_f64().unwrap(),
        peak_mb: said["peak_mb"].as_f64().unwrap(),
        detail: String::new(),
    }
}
