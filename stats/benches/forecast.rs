//! Speed of seasons, decomposition and forecast in CPU seconds: `cargo bench -p sre-stats --bench forecast`.
//!
//! Peers, as measured on two cores: statsmodels' robust STL of 10⁵ samples with a season of 288 takes 15.3 CPU seconds.

#![allow(missing_docs, clippy::unwrap_used)]

use std::time::Instant;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use sre_stats::forecast::{DecomposeOptions, ForecastOptions, StlOptions, decompose, forecast, seasons, stl};
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::time::Span;
use sre_stats::unit::Unit;

/// Five-minute samples with a daily season, a slope, noise and a few outliers.
fn samples(n: usize) -> Vec<f64> {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    (0..n)
        .map(|i| {
            let noise: f64 = StandardNormal.sample(&mut random);
            let day = (i as f64 / 288.0 * std::f64::consts::TAU).sin();
            5.0 * day + 1e-4 * i as f64 + noise + if i % 997 == 0 { 40.0 } else { 0.0 }
        })
        .collect()
}

fn series(n: usize) -> Series {
    let times = (0..n as i64).map(|i| i * Span::MINUTE.0 * 5).collect();
    Series::new(Identity::new("load", Unit::None), times, samples(n), NanPolicy::Drop).unwrap()
}

/// CPU seconds of this process so far; wall seconds where the system does not say.
fn cpu(since: Instant) -> f64 {
    let said = std::fs::read_to_string("/proc/self/schedstat").ok();
    let ns = said.and_then(|s| s.split(' ').next()?.parse::<f64>().ok());
    ns.map_or_else(|| since.elapsed().as_secs_f64(), |ns| ns / 1e9)
}

fn timed<T>(name: &str, work: impl Fn() -> T) {
    let since = Instant::now();
    let times = (0..5).map(|_| {
        let before = cpu(since);
        std::hint::black_box(work());
        cpu(since) - before
    });
    println!("{name:<44} {:>8.3} s", times.fold(f64::INFINITY, f64::min));
}

fn main() {
    let values = samples(100_000);
    let plain = StlOptions::new(288);
    timed("stl, 10⁵ samples, season 288", || stl(&values, &plain).unwrap());
    timed("stl, robust", || stl(&values, &plain.robust()).unwrap());
    let long = series(100_000);
    timed("seasons, 10⁵ samples", || seasons(&long, 0.95).unwrap());
    timed("decompose, robust, 10⁵ samples", || decompose(&long, &DecomposeOptions::default()).unwrap());
    let month = series(8640);
    timed("forecast, 30 days of 5 minutes", || forecast(&month, &ForecastOptions::default()).unwrap());
}
