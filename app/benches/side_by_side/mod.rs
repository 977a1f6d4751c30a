//! Our program and its peers over the same five million requests, in processes of their own and in turn.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sre_stats::load::{LoadOptions, load};
use sre_stats::progress::Progress;

const ROUNDS: usize = 3;
pub(crate) const ROWS: usize = 5_000_000;

/// The fastest run of a program.
pub(crate) struct Best {
    name: String,
    pub(crate) seconds: f64,
    pub(crate) peak_mb: f64,
    detail: String,
}

/// Runs ours and the peers over the rows as CSV and as Parquet, prints their best times and ratios to ours, and then does what is left
/// to do with the CSV. `ours` is given the file and a folder to write to.
pub(crate) fn race(ours: impl Fn(&Path, &Path) -> Best, peers: &[&str], then: impl FnOnce(&Path)) {
    let folder = std::env::temp_dir().join(format!("sre-stats-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let files = make(&folder);
    for file in &files {
        let size = std::fs::metadata(file).unwrap().len() as f64 / 1e6;
        println!("{ROWS} rows, {} ({size:.0} MB)", file.extension().unwrap().to_string_lossy());
        let mut all: Vec<Best> = Vec::new();
        for _ in 0..ROUNDS {
            for run in std::iter::once(ours(file, &folder)).chain(peers.iter().map(|name| peer(name, file))) {
                match all.iter_mut().find(|b| b.name == run.name) {
                    Some(best) if best.seconds <= run.seconds => {}
                    Some(best) => *best = run,
                    None => all.push(run),
                }
            }
        }
        for best in &all {
            let ratio = best.seconds / all[0].seconds;
            println!("  {:<34}{:>7.2} s {:>6.0} MB  ratio {ratio:.2}", best.name, best.seconds, best.peak_mb);
        }
        println!("{}", all[0].detail);
    }
    then(&files[0]);
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

/// A run of ours, with the timings and the peak of memory that it tells.
pub(crate) fn told(name: &str, seconds: f64, output: &Output) -> Best {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let timings: Vec<&str> = said.lines().filter(|l| l.ends_with(" s") || l.starts_with("peak memory")).collect();
    let peak_kb =
        said.lines().find_map(|l| l.strip_prefix("peak memory: ")?.strip_suffix(" kB")?.trim().parse::<f64>().ok());
    let detail = format!("    {}", timings.join("\n    "));
    Best { name: name.into(), seconds, peak_mb: peak_kb.unwrap_or(f64::NAN) / 1024.0, detail }
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
