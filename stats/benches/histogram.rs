//! Filling, merging and asking histograms, beside a plain sum of the same values and beside other crates.
//!
//! First a table: each way of filling, interleaved round by round with the others, as the best time of all rounds and as the ratio to a
//! sum in eight lanes. Then criterion's figures for what takes nanoseconds to microseconds.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use cpu_time::ThreadTime;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal};
use sre_stats::estimate::Scope;
use sre_stats::histogram::{
    AnySketch, DdInterpolation, DdSketch, Explicit, Exponential, LayoutChoice, LogLinear, Sketch,
};
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

/// Usual edges of latencies in seconds.
const EDGES: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

const WAYS: [Way; 12] = [
    ("sum in eight lanes", |values| lanes(values).to_bits()),
    ("log-linear", |values| LogLinear::from_values(values).count()),
    ("exp:5", |values| Exponential::from_values(5, values).unwrap().count()),
    ("exp:8", |values| Exponential::from_values(8, values).unwrap().count()),
    ("explicit, 11 edges", |values| {
        let mut h = Explicit::new(&EDGES).unwrap();
        h.insert_slice(values);
        h.count()
    }),
    ("the same one by one", |values| {
        let mut h = Explicit::new(&EDGES).unwrap();
        for value in values {
            h.insert(*value);
        }
        h.count()
    }),
    ("ddsketch 1 %, cubic", |values| DdSketch::from_values(values, 0.01).unwrap().count()),
    ("ddsketch 1 %, logarithm", |values| {
        let mut h = DdSketch::with(0.01, DdInterpolation::Logarithmic, 2048).unwrap();
        h.insert_slice(values);
        h.count()
    }),
    ("ddsketch 0.1 %, cubic", |values| DdSketch::from_values(values, 0.001).unwrap().count()),
    (DDSKETCH, |values| {
        let mut sketch = sketches_ddsketch::DDSketch::new(sketches_ddsketch::Config::new(0.01, 2048, 1e-9));
        for value in values {
            sketch.add(*value);
        }
        sketch.count() as u64
    }),
    ("hdrhistogram, 2 digits", |values| {
        let mut histogram = hdrhistogram::Histogram::<u64>::new_with_bounds(1, 3_600_000_000, 2).unwrap();
        for value in values {
            histogram.saturating_record((*value * 1e6) as u64);
        }
        histogram.len()
    }),
    (OPEN, |values| {
        let mut histogram = openhistogram::Histogram::new();
        for value in values {
            histogram.insert((*value).into(), 1);
        }
        black_box(histogram);
        0
    }),
];

const OPEN: &str = "openhistogram";
const DDSKETCH: &str = "sketches-ddsketch 1 %";
/// Each peer with our layouts of the same bins.
const RIVALS: [(&str, &[&str]); 2] =
    [(OPEN, &["log-linear"]), (DDSKETCH, &["ddsketch 1 %, cubic", "ddsketch 1 %, logarithm"])];

/// The seconds that this thread computes in a run, whatever else the machine does.
fn timed<T>(run: impl FnOnce() -> T) -> f64 {
    let start = ThreadTime::now();
    black_box(run());
    start.elapsed().as_secs_f64()
}

/// The best time of each way in rounds that take turns.
fn ratios(n: usize, rounds: usize) {
    println!("\nfilling with {n} values: ns of this thread a value (ratio to the sum)");
    for (shape, values) in data(n) {
        let mut best = [f64::INFINITY; WAYS.len()];
        for round in 0..rounds {
            for ((name, way), best) in WAYS.iter().zip(&mut best) {
                // the slow peers once and again
                if round > 1 && [OPEN, DDSKETCH].contains(name) {
                    continue;
                }
                *best = best.min(timed(|| way(black_box(&values))) * 1e9 / n as f64);
            }
        }
        println!("{shape}");
        for ((name, _), best_of) in WAYS.iter().zip(best) {
            println!("  {name:24} {best_of:8.3} ({:6.2})", best_of / best[0]);
        }
        let time =
            |wanted: &str| WAYS.iter().zip(best).find(|((name, _), _)| *name == wanted).map_or(f64::NAN, |(_, t)| t);
        for (rival, ours) in RIVALS {
            for own in ours {
                println!("  {rival} takes {:.1} × the time of {own}", time(rival) / time(own));
            }
        }
    }
}

/// What a second thread gains: the work of one thread, against that of the busier of two and the merge of their histograms.
fn threads(n: usize) {
    println!("\ntwo threads, {n} lognormal values: work of one / work of the busier and the merge");
    let (_, values) = data(n).swap_remove(0);
    let (left, right) = values.split_at(n / 2);
    let both = |fill: &(dyn Fn(&[f64]) -> AnySketch + Sync)| {
        let half = |part: &[f64]| {
            let mut sketch = None;
            let time = timed(|| sketch = Some(fill(part)));
            (sketch.unwrap(), time)
        };
        (0..7).fold((f64::INFINITY, f64::INFINITY), |(one, two), _| {
            let alone = timed(|| fill(&values));
            let ((mut a, time_a), (b, time_b)) = std::thread::scope(|scope| {
                let other = scope.spawn(|| half(right));
                (half(left), other.join().unwrap())
            });
            let merge = timed(|| a.merge(&b).unwrap());
            (one.min(alone), two.min(time_a.max(time_b) + merge))
        })
    };
    for name in ["log-linear", "exp:5", "ddsketch:0.01", "kll:200"] {
        let choice: LayoutChoice = name.parse().unwrap();
        let (one, two) = both(&|part: &[f64]| choice.build(part).unwrap());
        println!("  {name:16} {:.2} ×", one / two);
    }
}

/// What a layout takes in memory and in its stored form, over eight decades.
fn memory() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let decades = rand_distr::Uniform::new(-5.0, 3.0).unwrap();
    let values: Vec<f64> = (0..1_000_000).map(|_| 10_f64.powf(decades.sample(&mut rng))).collect();
    let open = LogLinear::from_values(&values).to_bytes().len();
    println!(
        "\nbytes of 10⁶ values over eight decades: in memory; as stored, packed (ratio to OpenHistogram's own form)"
    );
    for choice in LayoutChoice::USUAL {
        let sketch = choice.build(&values).unwrap();
        let stored = sketch.stored_bytes().unwrap();
        let share = |bytes: usize| format!("{bytes:8} ({:.2})", bytes as f64 / open as f64);
        // samples have no bins to pack
        let packed = sketch.to_packed().map_or_else(|| "       –".to_owned(), |bytes| share(bytes.len()));
        println!("  {:16} {:8} {} {packed}", choice.to_string(), sketch.memory_bytes(), share(stored));
    }
    let exponential = Exponential::from_values(5, &values).unwrap();
    let stored = exponential.to_otlp_bytes().len();
    println!("  exp:5, protobuf  {:8} {stored:8} ({:.2})", exponential.memory_bytes(), stored as f64 / open as f64);
}

fn filling(_: &mut Criterion) {
    // 80 MB: more than the caches hold, as a day of latencies is; and 8 MB
    ratios(10_000_000, 7);
    ratios(1_000_000, 15);
    threads(10_000_000);
    memory();
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
