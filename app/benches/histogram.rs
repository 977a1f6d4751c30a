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

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
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
            let peers = ["duckdb", "duckdb-approx", "polars", "pandas"].map(|name| peer(name, file));
            for run in std::iter::once(ours(file, &folder)).chain(peers) {
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
            println!("  {:<34}{:>7.2} s {:>6.0} MB  ratio {ratio:.2}", best.name, best.seconds, best.peak_mb);
        }
        println!("{}", all[0].detail);
    }
    growth(&files[0]);
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

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sre-stats"));
    command.args(["histogram", "--every", "1m", "-q", "0.5,0.99,0.999", "--timings"]);
    command
}

fn ours(file: &Path, folder: &Path) -> Best {
    let started = Instant::now();
    let output = command().arg("--table-out").arg(folder.join("table.parquet")).arg(file).output().unwrap();
    let seconds = started.elapsed().as_secs_f64();
    told("sre-stats, table and quantiles", seconds, &output)
}

fn told(name: &str, seconds: f64, output: &std::process::Output) -> Best {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let timings: Vec<&str> = said.lines().filter(|l| l.ends_with(" s") || l.starts_with("peak memory")).collect();
    let peak_kb =
        said.lines().find_map(|l| l.strip_prefix("peak memory: ")?.strip_suffix(" kB")?.trim().parse::<f64>().ok());
    let detail = format!("    {}", timings.join("\n    "));
    Best { name: name.into(), seconds, peak_mb: peak_kb.unwrap_or(f64::NAN) / 1024.0, detail }
}

/// The rows of a file again and again, up to a number of rows, over the same ten hours: the same windows, more rows in each.
fn growth(csv: &Path) {
    let most = std::env::var("SRE_STATS_BENCH_ROWS").map_or(10 * ROWS, |n| n.parse().expect("a number of rows"));
    let text = std::fs::read(csv).unwrap();
    let header = memchr_line(&text);
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

fn memchr_line(text: &[u8]) -> usize {
    text.iter().position(|b| *b == b'\n').unwrap() + 1
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
