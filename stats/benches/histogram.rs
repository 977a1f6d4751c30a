//! Filling the log-linear histogram, beside a plain sum of the same values and beside other histograms.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};
use sre_stats::histogram::LogLinear;

/// A sum that the processor can overlap.
fn lanes(values: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let chunks = values.chunks_exact(8);
    let rest: f64 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// Latencies in seconds with a median of 100 ms.
fn latencies(n: usize) -> Vec<f64> {
    let shape = LogNormal::new(0.1_f64.ln(), 1.0).unwrap();
    shape.sample_iter(ChaCha8Rng::seed_from_u64(1)).take(n).collect()
}

fn fill(criterion: &mut Criterion) {
    // 80 MB: more than the caches hold, as a day of latencies is
    let values = latencies(10_000_000);
    let mut group = criterion.benchmark_group("fill");
    group.sample_size(20).throughput(Throughput::Elements(values.len() as u64));
    // one running sum waits for each addition; eight show what a pass over the data really costs
    group.bench_function("sum in eight lanes", |b| b.iter(|| lanes(black_box(&values))));
    group.bench_function("sum one by one", |b| b.iter(|| black_box(&values).iter().sum::<f64>()));
    group.bench_function("log-linear, slice", |b| b.iter(|| LogLinear::from_values(black_box(&values))));
    group.bench_function("log-linear, one by one", |b| {
        b.iter(|| {
            let mut histogram = LogLinear::new();
            for value in black_box(&values) {
                histogram.insert(*value);
            }
            histogram
        });
    });
    let signed: Vec<f64> = values.iter().enumerate().map(|(i, v)| if i % 3 == 0 { -v } else { *v }).collect();
    group.bench_function("log-linear, slice of both signs", |b| b.iter(|| LogLinear::from_values(black_box(&signed))));
    group.bench_function("openhistogram", |b| {
        b.iter(|| {
            let mut histogram = openhistogram::Histogram::new();
            for value in black_box(&values) {
                histogram.insert((*value).into(), 1);
            }
            histogram
        });
    });
    // two digits like ours, whole microseconds
    group.bench_function("hdrhistogram", |b| {
        b.iter(|| {
            let mut histogram = hdrhistogram::Histogram::<u64>::new_with_bounds(1, 3_600_000_000, 2).unwrap();
            for value in black_box(&values) {
                histogram.saturating_record((*value * 1e6) as u64);
            }
            histogram
        });
    });
    group.finish();
}

criterion_group!(benches, fill);
criterion_main!(benches);
