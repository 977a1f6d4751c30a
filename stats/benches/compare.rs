//! What the default comparison holds to on simulated pairs of samples, and its speed: `cargo bench -p sre-stats --bench compare`.
//!
//! An argument chooses a part: `calibration`, `power`, `canary`, `speed`, or `walk` (the quantiles that the bound for random walks was
//! taken from, not printed without being asked for). The number of pairs per line is 2000, or the second argument.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod simulated;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use simulated::{Kind, best_of, percent};
use sre_stats::compare::{
    CanaryGate, CompareOptions, Counts, GateVerdict, Order, Test, Verdict, compare, hodges_lehmann, mann_whitney,
    two_proportions,
};
use sre_stats::estimate::Scope;

fn verdict(a: &[f64], b: &[f64], test: Test) -> Verdict {
    compare(a, b, &Scope::default(), &CompareOptions { test, ..CompareOptions::default() }).unwrap().verdict
}

/// How often the default differs, has no verdict, and how often the test for independent values differs.
fn rates(replicates: usize, mut draw: impl FnMut() -> (Vec<f64>, Vec<f64>)) -> [String; 3] {
    let mut counts = [0; 3];
    for _ in 0..replicates {
        let (a, b) = draw();
        let auto = verdict(&a, &b, Test::Auto);
        counts[0] += usize::from(auto == Verdict::Differ);
        counts[1] += usize::from(matches!(auto, Verdict::NoVerdict(_)));
        counts[2] += usize::from(mann_whitney(&a, &b).unwrap().p_value <= 0.05);
    }
    counts.map(|c| percent(c, replicates))
}

fn calibration(replicates: usize) {
    println!("\nverdicts on pairs without a difference, nominal 5 %, {replicates} pairs a line");
    println!("{:<22}{:>12}{:>10}{:>12}{:>14}", "noise", "n", "auto", "no verdict", "mann-whitney");
    let kinds = [
        Kind::Ar(0.0),
        Kind::Ar(0.3),
        Kind::Ar(0.5),
        Kind::Ar(0.8),
        Kind::Ar(0.95),
        Kind::Ar(1.0),
        Kind::ArPlusWhite(0.8),
        Kind::ArPlusWhite(0.9),
        Kind::ArPlusWhite(0.95),
        Kind::Season(24),
        Kind::Student(1.5),
        Kind::Student(3.0),
        Kind::LogNormal,
        Kind::LogAr(0.8),
    ];
    for (m, n) in [(20, 20), (50, 50), (100, 100), (500, 500), (200, 30)] {
        for (kind, seed) in kinds.into_iter().zip(100..) {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            // before and after: two parts of one series
            let [auto, none, plain] = rates(replicates, || {
                let all = kind.draw(m + n, &mut random);
                (all[..m].to_vec(), all[m..].to_vec())
            });
            println!("{:<22}{:>12}{auto:>10}{none:>12}{plain:>14}", kind.name(), format!("{m} + {n}"));
        }
    }
}

fn power(replicates: usize) {
    println!("\npower of auto: two series, the second shifted by so many standard deviations");
    println!("{:<22}{:>12}{:>9}{:>9}{:>9}{:>9}", "noise", "n", "0.5 σ", "1 σ", "2 σ", "3 σ");
    let kinds = [Kind::Ar(0.0), Kind::Ar(0.3), Kind::Ar(0.5), Kind::Ar(0.8), Kind::Ar(0.95), Kind::LogNormal];
    for n in [20, 50, 100, 500] {
        for (kind, seed) in kinds.into_iter().zip(200..) {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut line = format!("{:<22}{:>12}", kind.name(), format!("{n} + {n}"));
            // the log-normal's standard deviation
            let size = if matches!(kind, Kind::LogNormal) { 2.161 } else { 1.0 };
            for shift in [0.5, 1.0, 2.0, 3.0] {
                let found = |_: &usize| {
                    let a = kind.draw(n, &mut random);
                    let b: Vec<f64> = kind.draw(n, &mut random).iter().map(|v| v + shift * size).collect();
                    verdict(&a, &b, Test::Auto) == Verdict::Differ
                };
                line += &format!("{:>9}", percent((0..replicates).filter(found).count(), replicates));
            }
            println!("{line}");
        }
    }
    println!("\nbelow that, of values said to be independent (`--independent`)");
    for n in [20, 50] {
        let mut random = ChaCha8Rng::seed_from_u64(250);
        let mut line = format!("{:<22}{:>12}", Kind::Ar(0.0).name(), format!("{n} + {n}"));
        for shift in [0.5, 1.0, 2.0, 3.0] {
            let options = CompareOptions { order: Order::Independent, ..CompareOptions::default() };
            let found = |_: &usize| {
                let a = Kind::Ar(0.0).draw(n, &mut random);
                let b: Vec<f64> = Kind::Ar(0.0).draw(n, &mut random).iter().map(|v| v + shift).collect();
                compare(&a, &b, &Scope::default(), &options).unwrap().verdict == Verdict::Differ
            };
            line += &format!("{:>9}", percent((0..replicates).filter(found).count(), replicates));
        }
        println!("{line}");
    }
    println!(
        "\npower of auto at +20 % p99 of log-normal latencies, σ = 1: of all values, and of the slowest 2 % alone"
    );
    println!("{:<22}{:>12}{:>14}{:>14}", "noise", "n", "all values", "slowest 2 %");
    // the 98 % quantile of the law: what is above it is stretched from there on, until p99 is 20 % higher
    let (p98, p99) = (2.053_75_f64.exp(), 2.326_35_f64.exp());
    let stretch = (1.2 * p99 - p98) / (p99 - p98);
    let slower = move |v: f64| if v > p98 { p98 + (v - p98) * stretch } else { v };
    let few = (replicates / 10).max(50);
    for n in [500, 2000, 10_000, 50_000] {
        for (kind, seed) in [Kind::LogNormal, Kind::LogAr(0.8)].into_iter().zip(300..) {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut counts = [0, 0];
            for _ in 0..few {
                let (a, b) = (kind.draw(n, &mut random), kind.draw(n, &mut random));
                let all: Vec<f64> = b.iter().map(|v| v * 1.2).collect();
                let tail: Vec<f64> = b.iter().map(|v| slower(*v)).collect();
                counts[0] += usize::from(verdict(&a, &all, Test::Auto) == Verdict::Differ);
                counts[1] += usize::from(verdict(&a, &tail, Test::Auto) == Verdict::Differ);
            }
            let [all, tail] = counts.map(|c| percent(c, few));
            println!("{:<22}{:>12}{all:>14}{tail:>14}", kind.name(), format!("{n} + {n}"));
        }
    }
}

fn canary(replicates: usize) {
    println!(
        "\na canary gate at 5 %, looked at after each of 200 batches of 950 + 50 requests, baseline at 1 % errors"
    );
    println!("{:<14}{:>10}{:>22}{:>34}", "canary", "stopped", "batches until then", "two-proportion test, every look");
    for (ratio, seed) in [(0.005, 1), (0.01, 2), (0.015, 3), (0.02, 4), (0.05, 5)] {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let few = (replicates / 4).max(50);
        let (mut stopped, mut looks, mut naive) = (0, 0, 0);
        for _ in 0..few {
            let mut gate = CanaryGate::new(0.95).unwrap();
            let (mut sum, mut alarm, mut at) = ([0, 0], false, None);
            for batch in 1..=200u64 {
                let mut draw = |total: u64, ratio: f64| {
                    (0..total).filter(|_| random.random_range(0.0..1.0) < ratio).count() as u64
                };
                let hits = [draw(950, 0.01), draw(50, ratio)];
                let counts = |hits, total| Counts { hits, total };
                if gate.observe(counts(hits[0], 950), counts(hits[1], 50)).unwrap() == GateVerdict::Stop {
                    at = at.or(Some(batch));
                }
                sum = [sum[0] + hits[0], sum[1] + hits[1]];
                let test =
                    two_proportions(counts(sum[0], 950 * batch), counts(sum[1], 50 * batch), 0.95, &Scope::default())
                        .unwrap();
                alarm |= test.p_value <= 0.05;
            }
            stopped += usize::from(at.is_some());
            looks += at.unwrap_or_default();
            naive += usize::from(alarm);
        }
        let mean = looks as f64 / stopped.max(1) as f64;
        println!(
            "{:<14}{:>10}{mean:>22.1}{:>34}",
            percent((ratio * 1e4) as usize, 10_000),
            percent(stopped, few),
            percent(naive, few)
        );
    }
}

fn speed() {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    println!("\n{:<58}{:>12}", "work", "ms");
    for n in [1000, 100_000, 1_000_000] {
        let (a, b) = (Kind::LogNormal.draw(n, &mut random), Kind::LogNormal.draw(n, &mut random));
        let show = |what: &str, work: &dyn Fn()| {
            let best = best_of(3, work);
            println!("{:<58}{:>12.2}", format!("{what}, n = {n} + {n}"), best * 1e3);
        };
        show("Mann–Whitney", &|| drop(std::hint::black_box(mann_whitney(&a, &b))));
        show("Hodges–Lehmann with interval", &|| {
            drop(std::hint::black_box(hodges_lehmann(&a, &b, 0.95, &Scope::default())));
        });
        show("compare, auto", &|| {
            drop(std::hint::black_box(compare(&a, &b, &Scope::default(), &CompareOptions::default())));
        });
    }
}

fn walk(replicates: usize) {
    println!("\nn · (1 − decay) as estimated: its quantiles on random walks, and on AR(1)");
    println!("{:<22}{:>8}{:>10}{:>10}{:>10}{:>10}", "noise", "n", "50 %", "90 %", "95 %", "99 %");
    for n in [20, 50, 100, 500, 1000] {
        for kind in [Kind::Ar(1.0), Kind::Ar(0.98), Kind::Ar(0.95)] {
            let mut random = ChaCha8Rng::seed_from_u64(7);
            let mut found: Vec<f64> = (0..replicates)
                .map(|_| {
                    let all = kind.draw(2 * n, &mut random);
                    let found = compare(&all[..n], &all[n..], &Scope::default(), &CompareOptions::default()).unwrap();
                    n as f64 * (1.0 - found.dependence.unwrap().decay)
                })
                .collect();
            found.sort_by(f64::total_cmp);
            let [a, b, c, d] = [0.5, 0.9, 0.95, 0.99].map(|p| found[(replicates as f64 * p) as usize]);
            println!("{:<22}{n:>8}{a:>10.2}{b:>10.2}{c:>10.2}{d:>10.2}", kind.name());
        }
    }
}

fn main() {
    // cargo passes --bench
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let part = words.first().map_or("", String::as_str);
    let replicates = words.get(1).and_then(|n| n.parse().ok()).unwrap_or(2000);
    if matches!(part, "" | "calibration") {
        calibration(replicates);
    }
    if matches!(part, "" | "power") {
        power(replicates);
    }
    if matches!(part, "" | "canary") {
        canary(replicates);
    }
    if matches!(part, "" | "speed") {
        speed();
    }
    if part == "walk" {
        walk(replicates);
    }
}
