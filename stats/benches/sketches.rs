//! Filling and asking the sketches, beside a plain sum of the same values and beside their peers.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use datasketches::kll::{KllFloat, KllSketch};
use datasketches::req::{ReqFloat, ReqSketch};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};
use sre_stats::estimate::Scope;
use sre_stats::histogram::{DdSketch, Hdr, Kll, Req, ReqSide, Sketch, TDigest};
use sre_stats::quantile::Quantile;
use sre_stats::unit::Unit;

/// Latencies in seconds with a median of 100 ms.
fn latencies(n: usize) -> Vec<f64> {
    let shape = LogNormal::new(0.1_f64.ln(), 1.0).unwrap();
    shape.sample_iter(ChaCha8Rng::seed_from_u64(1)).take(n).collect()
}

/// A sum that the processor can overlap.
fn lanes(values: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    for chunk in values.chunks_exact(8) {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    sums.iter().sum()
}

fn fill(criterion: &mut Criterion) {
    let values = latencies(4_000_000);
    let mut group = criterion.benchmark_group("fill");
    group.sample_size(10).throughput(Throughput::Elements(values.len() as u64));
    group.bench_function("sum in eight lanes", |b| b.iter(|| lanes(black_box(&values))));
    group.bench_function("ddsketch 1 %, cubic, slice", |b| {
        b.iter(|| DdSketch::from_values(black_box(&values), 0.01).unwrap());
    });
    group.bench_function("hdr 3 digits, real values", |b| {
        b.iter(|| {
            let mut histogram = Hdr::new(3, 1e6).unwrap();
            histogram.insert_slice(black_box(&values));
            histogram
        });
    });
    group.bench_function("hdrhistogram 3 digits, whole numbers", |b| {
        b.iter(|| {
            let mut histogram = hdrhistogram::Histogram::<u64>::new(3).unwrap();
            for value in black_box(&values) {
                histogram.record((*value * 1e6) as u64).unwrap();
            }
            histogram
        });
    });
    group.bench_function("kll 200", |b| b.iter(|| Kll::from_values(black_box(&values), 200).unwrap()));
    group.bench_function("datasketches kll 200", |b| {
        b.iter(|| {
            let mut sketch = KllSketch::<KllFloat<f64>>::new(200).unwrap();
            for value in black_box(&values) {
                sketch.update(KllFloat::<f64>::new(*value).unwrap());
            }
            sketch
        });
    });
    group.bench_function("req 12", |b| b.iter(|| Req::from_values(black_box(&values), 12, ReqSide::High).unwrap()));
    group.bench_function("datasketches req 12", |b| {
        b.iter(|| {
            let mut sketch = ReqSketch::<ReqFloat<f64>>::default();
            for value in black_box(&values) {
                sketch.update(ReqFloat::<f64>::new(*value).unwrap());
            }
            sketch
        });
    });
    group.bench_function("t-digest 100", |b| b.iter(|| TDigest::from_values(black_box(&values), 100.0).unwrap()));
    group.finish();
}

fn ask(criterion: &mut Criterion) {
    let values = latencies(1_000_000);
    let scope = Scope::untimed(Unit::Second);
    let sketch = DdSketch::from_values(&values, 0.01).unwrap();
    let other = DdSketch::from_values(&latencies(10_000), 0.01).unwrap();
    let mut group = criterion.benchmark_group("ask");
    group.bench_function("ddsketch p99", |b| b.iter(|| sketch.quantile(black_box(Quantile::P99), &scope).unwrap()));
    group.bench_function("ddsketch merge", |b| {
        let mut whole = sketch.clone();
        b.iter(|| whole.merge(black_box(&other)).unwrap());
    });
    group.finish();
}

criterion_group!(benches, fill, ask);
criterion_main!(benches);
