//! Writes a CSV of requests that may be larger than memory, and what is true of it beside it.
//!
//! `make-latencies SEED ROWS OUT.csv` writes `OUT.csv` and `OUT.truth.json`; 300 000 000 rows are 20 GB.

use std::fs::File;
use std::path::Path;

use sre_stats_datasets::write_latencies;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [seed, rows, out] = arguments.as_slice() else {
        return Err("usage: make-latencies SEED ROWS OUT.csv".into());
    };
    let truth = write_latencies(seed.parse()?, rows.parse()?, &mut File::create(out)?)?;
    let side = File::create(Path::new(out).with_extension("truth.json"))?;
    serde_json::to_writer_pretty(side, &truth)?;
    Ok(())
}
