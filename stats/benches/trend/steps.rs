//! What the verdicts of `changes` hold to, the power for steps, and the coverage of onsets.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sre_stats::trend::{ChangeMethod, ChangeOptions, ChangeVerdict, changes, pelt_mean, robust_noise};

use crate::series;
use crate::simulated::{Kind, percent};

pub(crate) fn change_calibration(replicates: usize) {
    println!("\nverdicts on series without a change, nominal 5 %, {replicates} series a line");
    println!(
        "{:<20}{:>6}{:>10}{:>12}{:>12}{:>12}{:>16}",
        "noise", "n", "default", "no verdict", "min size 2", "at 99 %", "2 σ² ln n"
    );
    let kinds = [
        Kind::Ar(0.0),
        Kind::Ar(0.3),
        Kind::Ar(0.5),
        Kind::Ar(0.8),
        Kind::Ar(0.9),
        Kind::Ar(0.95),
        Kind::Ar(1.0),
        Kind::ArPlusWhite(0.9),
        Kind::ArPlusWhite(0.99),
        Kind::WalkPlusWhite(0.2),
        Kind::Seasonal,
        Kind::Student(3.0),
        Kind::LogNormal,
    ];
    for n in [20, 50, 200, 1000, 5000] {
        for (kind, seed) in kinds.into_iter().zip(300..) {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut counts = [0; 5];
            for _ in 0..replicates {
                let data = series(kind.draw(n, &mut random));
                let default = ChangeOptions::default();
                let options =
                    [default, ChangeOptions { min_size: 2, ..default }, ChangeOptions { level: 0.99, ..default }];
                for (at, options) in [0, 2, 3].into_iter().zip(options) {
                    let found = changes(&data, &options).unwrap().verdict;
                    counts[at] += usize::from(found == ChangeVerdict::Changed);
                    counts[1] += usize::from(at == 0 && matches!(found, ChangeVerdict::NoVerdict { .. }));
                }
                // the usual advice: the variance of the differences as if they were independent
                let square = data.values().windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>();
                let penalty = square / (2.0 * (n - 1) as f64) * 2.0 * (n as f64).ln();
                counts[4] += usize::from(!pelt_mean(data.values(), penalty, 5).is_empty());
            }
            let [default, none, two, strict, usual] = counts.map(|c| percent(c, replicates));
            println!("{:<20}{n:>6}{default:>10}{none:>12}{two:>12}{strict:>12}{usual:>16}", kind.name());
        }
    }
}

pub(crate) fn onsets(replicates: usize) {
    println!("\na step in the middle of n = 200: found (share with the onset's interval over the true place)");
    println!("{:<20}{:>18}{:>18}{:>18}{:>18}", "noise", "0.5 σ", "1 σ", "2 σ", "3 σ");
    let kinds = [Kind::Ar(0.0), Kind::Ar(0.3), Kind::Ar(0.5), Kind::Ar(0.8), Kind::ArPlusWhite(0.9), Kind::Seasonal];
    for (kind, seed) in kinds.into_iter().zip(400..) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut line = format!("{:<20}", kind.name());
        for step in [0.5, 1.0, 2.0, 3.0] {
            let (mut seen, mut covered) = (0, 0);
            for _ in 0..replicates {
                let at = random.random_range(50..150);
                let values = kind.draw(200, &mut random);
                let data =
                    series(values.iter().enumerate().map(|(i, v)| v + if i >= at { step } else { 0.0 }).collect());
                let found = changes(&data, &ChangeOptions::default()).unwrap().changes;
                seen += usize::from(!found.is_empty());
                let over = |c: &sre_stats::trend::Change| {
                    c.onset.lower.0 <= data.times()[at - 1] && c.onset.upper.0 >= data.times()[at]
                };
                covered += usize::from(found.iter().any(over));
            }
            line += &format!("{:>18}", format!("{} ({})", percent(seen, replicates), percent(covered, seen.max(1))));
        }
        println!("{line}");
    }
}

/// A large step, and how many series show another change more than 5 samples away from it.
pub(crate) fn extra_changes(replicates: usize) {
    println!(
        "\none step of 12 in the middle: series with another change more than 5 samples away (with the step itself), {replicates} a cell"
    );
    println!("{:<20}{:>18}{:>18}{:>18}{:>18}", "noise", "n = 60", "120", "300", "1000");
    let kinds = [
        Kind::Ar(0.0),
        Kind::Ar(0.5),
        Kind::ArPlusWhite(0.9),
        Kind::Student(3.0),
        Kind::LogNormal,
        Kind::HeavyAr(0.5),
        Kind::LogAr(0.5),
    ];
    for (kind, seed) in kinds.into_iter().zip(800..) {
        let mut line = format!("{:<20}", kind.name());
        for n in [60, 120, 300, 1000] {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let (mut extra, mut seen) = (0, 0);
            for _ in 0..replicates {
                let plant = |(i, v): (usize, &f64)| v + if i >= n / 2 { 12.0 } else { 0.0 };
                let data = series(kind.draw(n, &mut random).iter().enumerate().map(plant).collect());
                let found = changes(&data, &ChangeOptions::default()).unwrap().changes;
                extra += usize::from(found.iter().any(|c| c.index.abs_diff(n / 2) > 5));
                seen += usize::from(found.iter().any(|c| c.index.abs_diff(n / 2) <= 5));
            }
            line += &format!("{:>18}", format!("{} ({})", percent(extra, replicates), percent(seen, replicates)));
        }
        println!("{line}");
    }
}

/// The critical penalty in estimated long-run variances, by halving.
fn critical(values: &[f64], min_size: usize, unit: f64) -> f64 {
    let (mut low, mut high) = (0.0, 4.0);
    while !pelt_mean(values, high * unit, min_size).is_empty() {
        high *= 4.0;
    }
    for _ in 0..14 {
        let middle = f64::midpoint(low, high);
        if pelt_mean(values, middle * unit, min_size).is_empty() { high = middle } else { low = middle }
    }
    high
}

pub(crate) fn penalty_quantiles(replicates: usize) {
    println!("\ncritical penalties in estimated long-run variances, and φ as estimated, on series without a change");
    println!(
        "{:>6}{:>6}{:>10}{:>9}{:>9}{:>9}{:>9}{:>11}{:>9}",
        "n", "φ", "min size", "50 %", "90 %", "95 %", "99 %", "φ 5 %", "φ 95 %"
    );
    let quantile = |sorted: &[f64], p: f64| sorted[((sorted.len() as f64 * p) as usize).min(sorted.len() - 1)];
    let mut random = ChaCha8Rng::seed_from_u64(1);
    for n in [20, 50, 100, 200, 500, 2000, 10_000] {
        for phi in [0.0, 0.3, 0.5, 0.8, 0.9, 0.95, 1.0] {
            for min_size in [2, 5] {
                let (mut ratios, mut phis) = (Vec::new(), Vec::new());
                for _ in 0..(replicates * 500 / n).clamp(200, 2 * replicates) {
                    let values = Kind::Ar(phi).draw(n, &mut random);
                    if let Some(noise) = robust_noise(&values) {
                        ratios.push(critical(&values, min_size, noise.long_run_variance));
                        phis.push(noise.phi);
                    }
                }
                ratios.sort_by(f64::total_cmp);
                phis.sort_by(f64::total_cmp);
                let [a, b, c, d] = [0.5, 0.9, 0.95, 0.99].map(|p| quantile(&ratios, p));
                let (low, high) = (quantile(&phis, 0.05), quantile(&phis, 0.95));
                println!("{n:>6}{phi:>6}{min_size:>10}{a:>9.2}{b:>9.2}{c:>9.2}{d:>9.2}{low:>11.3}{high:>9.3}");
            }
        }
    }
}

/// The kernel on longer series, where a penalty from a part of them would not hold, and charts, which learn what is usual from fewer samples than
/// they watch.
pub(crate) fn by_length(replicates: usize) {
    println!("\nkernel and charts on series without a change, nominal 5 %, by their length");
    println!("{:<20}{:>6}{:>8}{:>15}{:>15}{:>15}", "noise", "n", "series", "kernel-rbf", "cusum", "ewma");
    for (n, share) in [(100, 5), (400, 10), (1500, 20), (3000, 40), (5000, 80)] {
        let series_count = (replicates / share).max(20);
        for (kind, seed) in [Kind::Ar(0.0), Kind::Ar(0.5), Kind::Ar(0.8)].into_iter().zip(900..) {
            let mut line = format!("{:<20}{n:>6}{series_count:>8}", kind.name());
            for method in [ChangeMethod::KernelRbf, ChangeMethod::Cusum, ChangeMethod::Ewma] {
                let mut random = ChaCha8Rng::seed_from_u64(seed);
                let found = |random: &mut ChaCha8Rng| {
                    let options = ChangeOptions { method, ..ChangeOptions::default() };
                    changes(&series(kind.draw(n, random)), &options).unwrap().verdict == ChangeVerdict::Changed
                };
                let count = (0..series_count).filter(|_| found(&mut random)).count();
                line += &format!("{:>15}", percent(count, series_count));
            }
            println!("{line}");
        }
    }
}

/// The methods beside the default, whose null is a permutation of blocks; 199 permutations a series, so fewer series.
pub(crate) fn other_calibration(replicates: usize) {
    let replicates = (replicates / 10).max(20);
    let methods = [
        ChangeMethod::PeltVariance,
        ChangeMethod::PeltMeanVariance,
        ChangeMethod::PeltRank,
        ChangeMethod::EDivisive,
        ChangeMethod::KernelRbf,
        ChangeMethod::Cusum,
        ChangeMethod::Ewma,
        ChangeMethod::Bayes,
    ];
    println!("\nother methods on series without a change, nominal 5 %, n = 200, {replicates} series a line");
    println!("{:<20}{}", "noise", methods.map(|m| format!("{:>15}", m.word())).concat());
    let kinds =
        [Kind::Ar(0.0), Kind::Ar(0.3), Kind::Ar(0.5), Kind::Ar(0.8), Kind::ArPlusWhite(0.9), Kind::Student(3.0)];
    for (kind, seed) in kinds.into_iter().zip(500..) {
        let mut line = format!("{:<20}", kind.name());
        for method in methods {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let found = |random: &mut ChaCha8Rng| {
                let options = ChangeOptions { method, ..ChangeOptions::default() };
                changes(&series(kind.draw(200, random)), &options).unwrap().verdict == ChangeVerdict::Changed
            };
            let count = (0..replicates).filter(|_| found(&mut random)).count();
            line += &format!("{:>15}", percent(count, replicates));
        }
        println!("{line}");
    }
}
