//! Parquet and Arrow.

use sre_stats::load::{Format, LoadOptions, load_bytes};
use sre_stats::progress::Progress;

use crate::run::run;
use crate::tables::CSV;
use crate::target::{folder, recorded, table};

/// A small data set in a columnar form.
fn written(format: Format) -> Vec<Vec<u8>> {
    let metrics = b"# TYPE up gauge\nup{job=\"a\"} 1 1767225600000\nup{job=\"b\"} 0 1767225600000\nup{job=\"a\"} 1 1767225615000\n";
    let texts = [recorded("requests.csv", 1500), metrics.to_vec()];
    let write = |(i, text): (usize, &Vec<u8>)| {
        let data = load_bytes("seed", text, &LoadOptions::default(), &Progress::new()).unwrap();
        let path = folder("seeds").join(format!("{i}-{format}-{}", std::process::id()));
        if format == Format::Parquet { data.write_parquet(&path) } else { data.write_arrow(&path) }.unwrap();
        let bytes = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        bytes
    };
    texts.iter().enumerate().map(write).collect()
}

#[test]
fn parquet() {
    run(&table("parquet", Format::Parquet, written(Format::Parquet), CSV));
}

#[test]
fn arrow() {
    run(&table("arrow", Format::ArrowIpc, written(Format::ArrowIpc), CSV));
}
