//! Writes a scenario to a CSV file and its truth beside it.
//!
//! `make-dataset NAME SEED ROWS OUT.csv` writes `OUT.csv` and `OUT.truth.json`; without arguments it lists the names.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use sre_stats_datasets::{generate, scenarios};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, seed, rows, out] = arguments.as_slice() else {
        for scenario in scenarios() {
            println!("{} ({} rows): {}", scenario.name, scenario.default_rows, scenario.about);
        }
        return Err("usage: make-dataset NAME SEED ROWS OUT.csv".into());
    };
    let made = generate(name, seed.parse()?, rows.parse()?)?;
    made.write_csv(File::create(out)?)?;
    let mut truth = BufWriter::new(File::create(Path::new(out).with_extension("truth.json"))?);
    serde_json::to_writer_pretty(&mut truth, &made.truth)?;
    writeln!(truth)?;
    truth.flush()?;
    Ok(())
}
