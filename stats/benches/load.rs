//! How fast input is read: `cargo bench -p sre-stats --bench load`.
//!
//! The text is made here, from a seed; files named in `SRE_STATS_BENCH_FILES`, separated by colons, are read too.

#![allow(missing_docs, clippy::unwrap_used)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::path::PathBuf;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand::{RngExt, SeedableRng};
use sre_stats::load::{LoadOptions, load, load_bytes};
use sre_stats::progress::Progress;
use sre_stats::time::Timestamp;

/// A table of requests: time, service, status, latency.
fn requests(rows: i64, iso: bool) -> String {
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    let mut text = String::from("time,service,status,latency\n");
    for i in 0..rows {
        let ns = 1_767_225_600_000_000_000 + i * 518_400_000;
        let service = ["checkout", "cart", "search", "payment", "catalog"][rng.random_range(0..5)];
        let status = if rng.random_bool(0.001) { 503 } else { 200 };
        let latency = (rng.random_range(-4.0..-1.0_f64)).exp();
        if iso {
            writeln!(text, "{},{service},{status},{latency:.4}", Timestamp(ns)).unwrap();
        } else {
            writeln!(text, "{},{service},{status},{latency:.4}", ns / 1_000_000).unwrap();
        }
    }
    text
}

fn csv(c: &mut Criterion) {
    let mut group = c.benchmark_group("load");
    group.sample_size(10);
    for (name, text) in [("csv iso", requests(500_000, true)), ("csv epoch", requests(500_000, false))] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |b| {
            b.iter(|| load_bytes("x", black_box(text.as_bytes()), &LoadOptions::default(), &Progress::new()).unwrap());
        });
    }
    for path in std::env::var("SRE_STATS_BENCH_FILES").unwrap_or_default().split(':').filter(|p| !p.is_empty()) {
        let paths = [PathBuf::from(path)];
        group.throughput(Throughput::Bytes(std::fs::metadata(path).unwrap().len()));
        group.bench_function(paths[0].file_name().unwrap().to_str().unwrap(), |b| {
            b.iter(|| load(black_box(&paths), &LoadOptions::default(), &Progress::new()).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, csv);
criterion_main!(benches);
