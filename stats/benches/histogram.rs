//! Filling, merging and asking histograms, beside a plain sum of the same values and beside other crates.
//!
//! First a table: each way of filling, interleaved round by round with the others, as the best time of all rounds and as the ratio to a
//! sum in eight lanes. Then criterion's figures for what takes nanoseconds to microseconds.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Instant;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};
use sre_stats::estimate::Scope;
use sre_stats::histogram::{Explicit, Exponential, LogLinear, Sketch};
use sre_stats::quantile::Quantile;
use sre_stats::unit::Unit;

/// A sum that the processor can overlap: one running sum would wait for each addition.
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

/// Latencies in seconds of different shapes.
fn data(n: usize) -> Vec<(&'static str, Vec<f64>)> {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let unit = |rng: &mut ChaCha8Rng| ((rng.next_u64() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
    let (centre, low, high) = (
        LogNormal::new(0.1_f64.ln(), 1.0).unwrap(),
        LogNormal::new(-7.0, 0.2).unwrap(),
        LogNormal::new(0.0, 0.4).unwrap(),
    );
    let lognormal: Vec<f64> = (0..n).map(|_| centre.sample(&mut rng)).collect();
    let pareto = (0..n).map(|_| 0.01 * unit(&mut rng).powf(-1.0 / 1.2)).collect();
    let bimodal =
        (0..n).map(|_| if unit(&mut rng) < 0.8 { low.sample(&mut rng) } else { high.sample(&mut rng) }).collect();
    let micros = lognormal.iter().map(|v| (v * 1e6).round()).collect();
    let signed = lognormal.iter().enumerate().map(|(i, v)| if i % 3 == 0 { -v } else { *v }).collect();
    vec![
        ("lognormal", lognormal),
        ("pareto 1.2", pareto),
        ("bimodal", bimodal),
        ("constant", vec![0.125_3; n]),
        ("whole µs", micros),
        ("both signs", signed),
    ]
}

type Way = (&'static str, fn(&[f64]) -> u64);

const WAYS: [Way; 7] = [
    ("sum in eight lanes", |values| lanes(values).to_bits()),
    ("log-linear", |values| LogLinear::from_values(values).count()),
    ("exp:5", |values| Exponential::from_values(5, values).unwrap().count()),
    ("exp:8", |values| Exponential::from_values(8, values).unwrap().count()),
    ("explicit, 11 edges", |values| {
        let mut h = Explicit::new(&[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]).unwrap();
        h.insert_slice(values);
        h.count()
    }),
    ("hdrhistogram, 2 digits", |values| {
        let mut histogram = hdrhistogram::Histogram::<u64>::new_with_bounds(1, 3_600_000_000, 2).unwrap();
        for value in values {
            histogram.saturating_record((*value * 1e6) as u64);
        }
        histogram.len()
    }),
    ("openhistogram", |values| {
        let mut histogram = openhistogram::Histogram::new();
        for value in values {
            histogram.insert((*value).into(), 1);
        }
        black_box(histogram);
        0
    }),
];

/// The best time of each way in rounds that take turns.
fn ratios(n: usize, rounds: usize) {
    println!("\nfilling with {n} values: ns a value (ratio to the sum)");
    for (shape, values) in data(n) {
        let mut best = [f64::INFINITY; WAYS.len()];
        for round in 0..rounds {
            for ((name, way), best) in WAYS.iter().zip(&mut best) {
                // the slow peers once and again
                if round > 1 && *name == "openhistogram" {
                    continue;
                }
                let start = Instant::now();
                black_box(way(black_box(&values)));
                *best = best.min(start.elapsed().as_secs_f64() * 1e9 / n as f64);
            }
        }
        println!("{shape}");
        for ((name, _), best_of) in WAYS.iter().zip(best) {
            println!("  {name:24} {best_of:8.3} ({:6.2})", best_of / best[0]);
        }
    }
}

fn filling(_: &mut Criterion) {
    // 80 MB: more than the caches hold, as a day of latencies is; and 8 MB
    ratios(10_000_000, 7);
    ratios(1_000_000, 15);
}

fn asking(criterion: &mut Criterion) {
    // eleven decades of the decimal layout, 31 octaves of schema 5: about 1000 bins each
    let wide: Vec<f64> = (0..100_000).map(|i| 10_f64.powf(-5.0 + 11.0 * f64::from(i) / 1e5)).collect();
    let octaves: Vec<f64> = (0..100_000).map(|i| 2_f64.powf(-15.0 + 31.0 * f64::from(i) / 1e5)).collect();
    let log_linear = LogLinear::from_values(&wide);
    let exponential = Exponential::from_values(5, &octaves).unwrap();
    let mut group = criterion.benchmark_group("merge of 1000 bins");
    group.bench_function("log-linear", |b| {
        b.iter_batched_ref(|| log_linear.clone(), |h| h.merge(black_box(&log_linear)), BatchSize::SmallInput);
    });
    group.bench_function("exp:5", |b| {
        b.iter_batched_ref(
            || exponential.clone(),
            |h| h.merge(black_box(&exponential)).unwrap(),
            BatchSize::SmallInput,
        );
    });
    group.finish();
    let scope = Scope::untimed(Unit::Second);
    let mut group = criterion.benchmark_group("quantile after the first");
    group.bench_function("log-linear", |b| b.iter(|| log_linear.quantile(black_box(Quantile::P99), &scope)));
    group.bench_function("exp:5", |b| b.iter(|| Sketch::quantile(&exponential, black_box(Quantile::P99), &scope)));
    group.bench_function("log-linear, first", |b| {
        b.iter_batched_ref(
            || log_linear.clone(),
            |h| h.quantile(black_box(Quantile::P99), &scope),
            BatchSize::SmallInput,
        );
    });
    group.finish();
}

criterion_group!(benches, filling, asking);
criterion_main!(benches);
