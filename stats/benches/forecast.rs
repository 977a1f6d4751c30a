//! Speed of seasons, decomposition and forecast in CPU seconds, and how much of what comes their intervals hold:
//! `cargo bench -p sre-stats --bench forecast`. An argument chooses a part, `speed`, `coverage` or `crossing`; the second is the number of series
//! a line, 200 without it.
//!
//! Peers, as measured on two cores: statsmodels' robust STL of 10⁵ samples with a season of 288 takes 15.3 CPU seconds.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod simulated;

use std::time::Instant;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use simulated::{Kind, percent};
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

/// A path and its continuation, by the number of its family.
fn path(family: usize, n: usize, random: &mut ChaCha8Rng) -> Vec<f64> {
    let (mut x, mut level) = (0.0, 0.0);
    let day = |i: usize| 6.0 * (i as f64 * std::f64::consts::TAU / 24.0).sin();
    let heavy = rand_distr::StudentT::new(4.0).unwrap();
    (0..n)
        .map(|i| {
            let e: f64 = StandardNormal.sample(random);
            let w: f64 = StandardNormal.sample(random);
            let slow = |phi: f64, x: f64| phi * x + e;
            match family {
                0 => e,
                1 => {
                    x = slow(0.7, x);
                    x
                }
                2 => {
                    x = slow(0.95, x);
                    x
                }
                3 => {
                    x += e;
                    x
                }
                4 => {
                    level += 0.3 * w;
                    level + e
                }
                5 => {
                    x = slow(0.4, x);
                    x + day(i) + 0.02 * i as f64
                }
                6 => {
                    x = 0.5 * x + heavy.sample(random);
                    x
                }
                7 => {
                    x = slow(0.6, x);
                    (0.3 * x).exp() * (10.0 + day(i))
                }
                _ => {
                    level += 0.05 + 0.3 * w;
                    level + e + day(i)
                }
            }
        })
        .collect()
}

const FAMILIES: [&str; 9] = [
    "white noise",
    "AR(1) φ = 0.7",
    "AR(1) φ = 0.95",
    "random walk",
    "walk 0.3 + white",
    "day, slope, AR(1) 0.4",
    "t(4) AR(1) 0.5",
    "day × log-normal AR(1)",
    "day, drifting walk",
];

/// Simulated futures: seeds that nothing was tuned by.
fn coverage(replicates: u64) {
    println!("\nshare of what came that the interval held; 480 known values, 48 to come, {replicates} series a line");
    println!("{:<26}{:>10}{:>16}{:>10}{:>16}", "process", "of 95 %", "first 8 steps", "of 80 %", "first 8 steps");
    for (family, name) in FAMILIES.iter().enumerate() {
        let mut line = format!("{name:<26}");
        for level in [0.95, 0.8] {
            let mut held = [(0u64, 0u64); 2];
            for seed in 0..replicates {
                let all = path(family, 528, &mut ChaCha8Rng::seed_from_u64(70_000 + 1000 * family as u64 + seed));
                let times = (0..480).map(|h| h * Span::HOUR.0).collect();
                let known = Series::new(Identity::default(), times, all[..480].to_vec(), NanPolicy::Drop).unwrap();
                let options =
                    ForecastOptions { horizon: Some(Span(48 * Span::HOUR.0)), level, ..ForecastOptions::default() };
                let found = forecast(&known, &options).unwrap();
                for (h, (point, truth)) in found.points.iter().zip(&all[480..]).enumerate() {
                    let (low, high) = point.value.interval().unwrap();
                    let hit = u64::from((low..=high).contains(truth));
                    for count in held.iter_mut().take(if h < 8 { 2 } else { 1 }) {
                        *count = (count.0 + hit, count.1 + 1);
                    }
                }
            }
            let [all, near] = held.map(|(hits, of)| format!("{:.1} %", 100.0 * hits as f64 / of.max(1) as f64));
            line += &format!("{all:>10}{near:>16}");
        }
        println!("{line}");
    }
}

/// Crossings of a limit: how often the true one lay within its interval.
fn crossings(replicates: u64) {
    println!(
        "\nshare of crossings within their interval; 400 known values, a limit some steps of drift above the highest of them"
    );
    println!("{:<34}{:>12}{:>10}{:>10}{:>12}", "process", "limit after", "of 95 %", "of 80 %", "too late");
    for (drift, noisy, name) in
        [(0.2, true, "walk with drift 0.2"), (0.5, true, "walk with drift 0.5"), (0.1, false, "slope 0.1, AR(1) 0.5")]
    {
        for after in [20.0, 40.0, 80.0] {
            let mut held = [0, 0];
            let mut late = 0;
            for (count, level) in held.iter_mut().zip([0.95, 0.8]) {
                for seed in 0..replicates {
                    let mut random = ChaCha8Rng::seed_from_u64(90_000 + seed);
                    let noise = if noisy { Kind::Ar(1.0) } else { Kind::Ar(0.5) }.draw(800, &mut random);
                    let path: Vec<f64> = noise.iter().enumerate().map(|(i, v)| v + drift * i as f64).collect();
                    let limit = path[..400].iter().copied().fold(f64::MIN, f64::max) + drift * after;
                    let times = (0..400).map(|h| h * Span::HOUR.0).collect();
                    let known = Series::new(Identity::default(), times, path[..400].to_vec(), NanPolicy::Drop).unwrap();
                    let options = ForecastOptions {
                        horizon: Some(Span(400 * Span::HOUR.0)),
                        limit: Some(limit),
                        level,
                        ..ForecastOptions::default()
                    };
                    let crossing = forecast(&known, &options).unwrap().crossing.unwrap();
                    let steps = |t: Option<sre_stats::time::Timestamp>| {
                        t.map_or(usize::MAX, |t| (t.0 / Span::HOUR.0) as usize - 400)
                    };
                    let truth = path[400..].iter().position(|v| *v >= limit).unwrap_or(usize::MAX);
                    *count += usize::from(steps(crossing.earliest) <= truth && truth <= steps(crossing.latest));
                    late += usize::from(level > 0.9 && truth < steps(crossing.earliest));
                }
            }
            let share = |c: usize| percent(c, replicates as usize);
            println!("{name:<34}{after:>12}{:>10}{:>10}{:>12}", share(held[0]), share(held[1]), share(late));
        }
    }
}

fn main() {
    // cargo passes --bench
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let part = words.first().map_or("", String::as_str);
    if matches!(part, "" | "coverage") {
        coverage(words.get(1).and_then(|n| n.parse().ok()).unwrap_or(200));
    }
    if matches!(part, "" | "crossing") {
        crossings(words.get(1).and_then(|n| n.parse().ok()).unwrap_or(200));
    }
    if matches!(part, "" | "speed") {
        speed();
    }
}

fn speed() {
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
