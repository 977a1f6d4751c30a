//! Speed of correlation, and what its verdicts hold to: `cargo bench -p sre-stats --bench correlate`.
//!
//! An argument chooses a part: `speed` or `verdicts`; the second is the number of sets a line.

#![allow(missing_docs, clippy::unwrap_used)]

use std::time::Instant;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use sre_stats::correlate::{CorrelateOptions, PairVerdict, correlate, kendall, spearman};
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::time::Span;
use sre_stats::unit::Unit;

fn ar(n: usize, phi: f64, random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut x = 0.0;
    (0..n)
        .map(|_| {
            let e: f64 = StandardNormal.sample(random);
            x = phi * x + e;
            x
        })
        .collect()
}

fn series(values: Vec<f64>) -> Series {
    let times = (0..values.len() as i64).map(|i| i * 15_000_000_000).collect();
    Series::new(Identity::new("simulated", Unit::None), times, values, NanPolicy::Refuse).unwrap()
}

fn timed<T>(what: &str, work: impl FnOnce() -> T) {
    let start = Instant::now();
    std::hint::black_box(work());
    println!("{what:<70}{:>10.1} ms", start.elapsed().as_secs_f64() * 1e3);
}

fn speed() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let set: Vec<Series> = (0..200).map(|_| series(ar(10_000, 0.9, &mut random))).collect();
    let options = CorrelateOptions { max_lag: Some(Span::from_secs(500 * 15)), ..CorrelateOptions::default() };
    timed(&format!("200 series × 10⁴, all pairs, lags ±500, {} threads", rayon_threads()), || {
        correlate(&set, &options).unwrap()
    });
    let (x, y) = (ar(1_000_000, 0.0, &mut random), ar(1_000_000, 0.0, &mut random));
    timed("Kendall, n = 10⁶", || kendall(&x, &y).unwrap());
    timed("Spearman, n = 10⁶", || spearman(&x, &y).unwrap());
}

fn rayon_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn verdicts(sets: usize) {
    println!("\nsets of independent series with a related pair, nominal 5 % over all pairs; {sets} sets a line");
    println!("{:<16}{:>6}{:>8}{:>10}{:>22}", "noise", "n", "series", "related", "Spearman at p < .05");
    for (phi, name) in
        [(0.0, "white"), (0.5, "AR(1) 0.5"), (0.8, "AR(1) 0.8"), (0.95, "AR(1) 0.95"), (1.0, "random walk")]
    {
        for (n, count) in [(100, 2), (300, 2), (300, 8)] {
            let mut random = ChaCha8Rng::seed_from_u64(3);
            let (mut related, mut naive) = (0, 0);
            for seed in 0..sets as u64 {
                let values: Vec<Vec<f64>> = (0..count).map(|_| ar(n, phi, &mut random)).collect();
                naive += usize::from(spearman(&values[0], &values[1]).unwrap().p_value() < 0.05);
                let set: Vec<Series> = values.into_iter().map(series).collect();
                let found = correlate(&set, &CorrelateOptions { seed, ..CorrelateOptions::default() }).unwrap();
                related += usize::from(found.pairs.iter().any(|p| p.verdict == PairVerdict::Related));
            }
            let percent = |c: usize| format!("{:.1} %", 100.0 * c as f64 / sets as f64);
            println!("{name:<16}{n:>6}{count:>8}{:>10}{:>22}", percent(related), percent(naive));
        }
    }
    println!(
        "\nfollowers found at the right lag: b(t) = a(t − 5) + noise of so many standard deviations of a's innovations"
    );
    println!("{:<16}{:>6}{:>10}{:>10}{:>10}{:>10}", "noise", "n", "0.5", "1", "2", "4");
    for (phi, name) in [(0.0, "white"), (0.8, "AR(1) 0.8"), (1.0, "random walk")] {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let mut line = format!("{name:<16}{:>6}", 200);
        for size in [0.5, 1.0, 2.0, 4.0] {
            let mut found = 0;
            for seed in 0..sets as u64 {
                let a = ar(200, phi, &mut random);
                let noise = ar(200, phi, &mut random);
                let b = (0..200usize).map(|i| a[i.saturating_sub(5)] + size * noise[i]).collect();
                let options = CorrelateOptions { seed, ..CorrelateOptions::default() };
                let pair = correlate(&[series(a), series(b)], &options).unwrap().pairs.remove(0);
                found += usize::from(pair.verdict == PairVerdict::Related && pair.lag_steps == 5);
            }
            line += &format!("{:>10}", format!("{:.1} %", 100.0 * f64::from(found as u32) / sets as f64));
        }
        println!("{line}");
    }
}

fn main() {
    // cargo passes --bench
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let part = words.first().map_or("", String::as_str);
    let sets = words.get(1).and_then(|n| n.parse().ok()).unwrap_or(400);
    if matches!(part, "" | "speed") {
        speed();
    }
    if matches!(part, "" | "verdicts") {
        verdicts(sets);
    }
}
