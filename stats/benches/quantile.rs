//! Five exact quantiles at once, beside a sort, a plain sum and a histogram of the same values; and a description:
//! `cargo bench -p sre-stats --bench quantile`.
//!
//! The times are those of one thread, interleaved: every round runs all candidates, and the best of each counts.

#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;
use std::time::Instant;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal, Pareto};
use sre_stats::describe::describe;
use sre_stats::estimate::Scope;
use sre_stats::histogram::LogLinear;
use sre_stats::method::Definition;
use sre_stats::quantile::{Quantile, quantiles};
use sre_stats::unit::Unit;

const N: usize = 10_000_000;
const ROUNDS: usize = 5;

fn asked() -> Vec<Quantile> {
    ["0.5", "0.9", "0.95", "0.99", "0.999"].map(|q| q.parse().unwrap()).to_vec()
}

/// A sum that the processor can overlap.
fn sum(values: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (rows, rest) = values.as_chunks::<8>();
    for row in rows {
        for (sum, value) in sums.iter_mut().zip(row) {
            *sum += value;
        }
    }
    sums.iter().sum::<f64>() + rest.iter().sum::<f64>()
}

/// Nested selection on a copy, the usual way without this crate.
fn nested(values: &[f64]) -> [f64; 5] {
    let mut copy = values.to_vec();
    let n = copy.len();
    let ranks = asked().iter().map(|q| q.rank(n as u64) as usize - 1).collect::<Vec<_>>();
    let mut from = 0;
    for rank in &ranks {
        copy[from..].select_nth_unstable_by(rank - from, f64::total_cmp);
        from = rank + 1;
    }
    [0, 1, 2, 3, 4].map(|i| copy[ranks[i]])
}

fn sorted(values: &[f64]) -> f64 {
    let mut copy = values.to_vec();
    copy.sort_unstable_by(f64::total_cmp);
    copy[copy.len() / 2]
}

fn samples(name: &str) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let latency = LogNormal::new(0.1_f64.ln(), 1.0).unwrap();
    let heavy = Pareto::new(0.01, 1.2).unwrap();
    (0..N)
        .map(|_| match name {
            "lognormal" => latency.sample(&mut random),
            "Pareto α=1.2" => heavy.sample(&mut random),
            "bimodal" if random.random_bool(0.7) => latency.sample(&mut random) * 0.1,
            "bimodal" => latency.sample(&mut random) * 10.0,
            "integers in µs" => (latency.sample(&mut random) * 1e6).round(),
            _ => 0.25,
        })
        .collect()
}

fn main() {
    let scope = Scope::untimed(Unit::Second);
    let qs = asked();
    println!("ns per value, the best of {ROUNDS} interleaved rounds over {N} values");
    println!(
        "{:<16}{:>8}{:>12}{:>10}{:>10}{:>12}{:>10}{:>14}{:>14}",
        "data", "sum", "log-linear", "quantiles", "nested", "sort", "describe", "quantiles/sum", "nested/quant."
    );
    for name in ["lognormal", "Pareto α=1.2", "bimodal", "integers in µs", "constant"] {
        let values = samples(name);
        let candidates: [&dyn Fn(); 6] = [
            &|| {
                black_box(sum(black_box(&values)));
            },
            &|| drop(black_box(LogLinear::from_values(black_box(&values)))),
            &|| drop(black_box(quantiles(black_box(&values), &qs, Definition::Type7, &scope))),
            &|| {
                black_box(nested(black_box(&values)));
            },
            &|| {
                black_box(sorted(black_box(&values)));
            },
            &|| drop(black_box(describe(black_box(&values), &scope))),
        ];
        let mut best = [f64::INFINITY; 6];
        for _ in 0..ROUNDS {
            for (best, run) in best.iter_mut().zip(candidates) {
                let start = Instant::now();
                run();
                *best = best.min(start.elapsed().as_secs_f64() * 1e9 / N as f64);
            }
        }
        let [sum, histogram, exact, nested, sort, described] = best;
        println!(
            "{name:<16}{sum:>8.2}{histogram:>12.2}{exact:>10.2}{nested:>10.2}{sort:>12.2}{described:>10.2}{:>14.1}{:>14.1}",
            exact / sum,
            nested / exact
        );
    }
}
