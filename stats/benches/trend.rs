//! Speed of the trend methods, and what their verdicts hold to on simulated series: `cargo bench -p sre-stats --bench trend`.
//!
//! An argument chooses a part: `speed`, `trend`, `changes`, `onset` (of steps, and their power), `fresh` (families and seeds that nothing
//! was tuned by) or `penalty` (the quantiles that the penalty's formula was drawn through, not printed without being asked for). The
//! number of series per line is 2000, or the second argument. With a Python that has numpy and scipy in `PEERS_PYTHON`, `speed` runs
//! what else it has of ruptures, pymannkendall, signal-processing-algorithms and apache-otava on the same sizes and prints ratios.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

mod simulated;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use simulated::{Kind, best_of, percent};
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::trend::{
    ChangeMethod, ChangeOptions, ChangeVerdict, Cost, TrendMethod, Verdict, changes, e_divisive, kernel_segments,
    mann_kendall, pelt, pelt_mean, robust_noise, theil_sen, trend,
};
use sre_stats::unit::Unit;

fn series(values: Vec<f64>) -> Series {
    let times = (0..values.len() as i64).map(|i| i * 15_000_000_000).collect();
    Series::new(Identity::new("simulated", Unit::None), times, values, NanPolicy::Refuse).unwrap()
}

/// What peers take for works of the same names, where a Python that has them is named.
fn peers() -> Vec<(String, f64)> {
    let Some(python) = std::env::var_os("PEERS_PYTHON") else { return Vec::new() };
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/reference/trend/speed.py");
    let run = std::process::Command::new(python).arg(script).output().unwrap();
    print!("{}", String::from_utf8_lossy(&run.stderr));
    let text = String::from_utf8_lossy(&run.stdout).into_owned();
    text.lines().filter_map(|l| l.rsplit_once('\t')).map(|(name, s)| (name.to_owned(), s.parse().unwrap())).collect()
}

/// Our time, and for each peer of the same work to the letter (a longer series begins with the same words; a peer's own name may
/// follow in brackets) its time and the ratio.
fn show(peers: &[(String, f64)], what: &str, seconds: f64) {
    let same = |name: &str| name.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("));
    let beside: Vec<&(String, f64)> = peers.iter().filter(|p| same(&p.0)).collect();
    if beside.is_empty() {
        println!("{what:<58}{:>12.2}", seconds * 1e3);
    }
    for (name, theirs) in beside {
        println!("{name:<58}{:>12.2}{:>14.2}{:>10.3}", seconds * 1e3, theirs * 1e3, seconds / theirs);
    }
}

fn speed(peers: &[(String, f64)]) {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    println!("{:<58}{:>12}{:>14}{:>10}", "work", "ms", "peer, ms", "ratio");
    let show = |what: &str, seconds: f64| show(peers, what, seconds);
    for (n, runs) in [(10_000, 20), (1_000_000, 3)] {
        let times: Vec<i64> = (0..n as i64).map(|i| i * 15_000_000_000).collect();
        for kind in [Kind::Ar(0.0), Kind::Ar(1.0)] {
            let values = kind.draw(n, &mut random);
            let name = kind.name();
            show(&format!("Mann–Kendall, {name}, n = {n}"), best_of(runs, || mann_kendall(&values)));
            show(
                &format!("Theil–Sen with interval, {name}, n = {n}"),
                best_of(runs, || theil_sen(&times, &values, 15e9, 0.95, 1.0).unwrap()),
            );
        }
        let rounded: Vec<f64> = Kind::Ar(0.5).draw(n, &mut random).iter().map(|v| v.round()).collect();
        show(
            &format!("Theil–Sen with interval, whole numbers, n = {n}"),
            best_of(runs, || theil_sen(&times, &rounded, 15e9, 0.95, 1.0).unwrap()),
        );
        let data = series(Kind::Ar(0.5).draw(n, &mut random));
        show(&format!("trend, auto, n = {n}"), best_of(runs, || trend(&data, TrendMethod::Auto, 0.95).unwrap()));
    }
    for (n, segments) in [(100_000, 100), (100_000, 1), (1_000_000, 1000)] {
        let noise = Kind::Ar(0.0).draw(n, &mut random);
        let length = n / segments;
        let levels: Vec<f64> = (0..segments).map(|_| random.random_range(-5.0..5.0)).collect();
        let values: Vec<f64> = noise.iter().enumerate().map(|(i, v)| v + levels[i / length]).collect();
        let penalty = 2.0 * (n as f64).ln();
        show(
            &format!("optimal segmentation, {segments} segments, n = {n}"),
            best_of(5, || pelt_mean(&values, penalty, 2)),
        );
        if segments == 100 {
            let scaled: Vec<f64> = values.iter().map(|v| v.round().abs()).collect();
            for (cost, name) in
                [(Cost::MeanVariance, "mean and variance"), (Cost::Poisson, "Poisson rate"), (Cost::Rank, "rank")]
            {
                let x = if cost == Cost::Poisson { &scaled } else { &values };
                show(
                    &format!("PELT of {name}, {segments} segments, n = {n}"),
                    best_of(2, || pelt(x, cost, 3.0 * penalty, 2)),
                );
            }
        }
        let data = series(values);
        show(
            &format!("changes, {segments} segments, n = {n}"),
            best_of(5, || changes(&data, &ChangeOptions::default()).unwrap()),
        );
    }
}

fn speed_of_distributions(peers: &[(String, f64)]) {
    let mut random = ChaCha8Rng::seed_from_u64(2);
    let values: Vec<f64> = Kind::Ar(0.0)
        .draw(1000, &mut random)
        .iter()
        .enumerate()
        .map(|(i, v)| v + if i >= 600 { 1.0 } else { 0.0 })
        .collect();
    let work = |what: &str, seconds: f64| show(peers, what, seconds);
    work("E-divisive, 199 permutations, n = 1000", best_of(5, || e_divisive(&values, 30, 1, 199, 0.05, 1)));
    work("kernel (rbf) segmentation, n = 1000", best_of(5, || kernel_segments(&values, Some(0.5), 10.0, 2)));
    let long = Kind::Ar(0.0).draw(10_000, &mut random);
    work("kernel (rbf) segmentation, n = 10000", best_of(1, || kernel_segments(&long, Some(0.5), 10.0, 2)));
}

/// Families that no constant was set by, but for the two walks, by which the reach of the trend's rivals was chosen.
const FRESH: [Kind; 8] = [
    Kind::Ar2(1.2, -0.3),
    Kind::Ar2(0.3, 0.4),
    Kind::Ma(0.8),
    Kind::HeavyAr(0.5),
    Kind::LogAr(0.8),
    Kind::ArPlusWhite(0.95),
    Kind::WalkPlusWhite(0.1),
    Kind::WalkPlusWhite(0.5),
];

/// The same on other families and seeds: trend and change side by side.
fn fresh_calibration(replicates: usize) {
    println!(
        "\nfamilies that no constant was set by (the reach of trend's rivals saw the two walks), fresh seeds, nominal 5 %, {replicates} series a line"
    );
    println!("{:<22}{:>6}{:>10}{:>12}{:>12}{:>12}", "noise", "n", "trend", "no verdict", "changes", "no verdict");
    for n in [20, 50, 200, 1000] {
        for (kind, seed) in FRESH.into_iter().zip(90_000..) {
            let mut random = ChaCha8Rng::seed_from_u64(seed + n as u64);
            let mut counts = [0; 4];
            for _ in 0..replicates {
                let data = series(kind.draw(n, &mut random));
                let told = trend(&data, TrendMethod::Auto, 0.95).unwrap().verdict;
                counts[0] += usize::from(matches!(told, Verdict::Rising | Verdict::Falling));
                counts[1] += usize::from(matches!(told, Verdict::NoVerdict { .. }));
                let told = changes(&data, &ChangeOptions::default()).unwrap().verdict;
                counts[2] += usize::from(told == ChangeVerdict::Changed);
                counts[3] += usize::from(matches!(told, ChangeVerdict::NoVerdict { .. }));
            }
            let [a, b, c, d] = counts.map(|c| percent(c, replicates));
            println!("{:<22}{n:>6}{a:>10}{b:>12}{c:>12}{d:>12}", kind.name());
        }
    }
}

fn trend_calibration(replicates: usize) {
    println!("\nverdicts on series without a trend, nominal 5 %, {replicates} series a line");
    println!(
        "{:<20}{:>6}{:>10}{:>12}{:>14}{:>12}{:>12}{:>12}{:>12}{:>12}",
        "noise",
        "n",
        "auto",
        "no verdict",
        "mann-kendall",
        "hamed-rao",
        "hamed-rao:3",
        "yue-wang:1",
        "prewhitened",
        "least sq."
    );
    let kinds = [
        Kind::Ar(0.0),
        Kind::Ar(0.3),
        Kind::Ar(0.5),
        Kind::Ar(0.8),
        Kind::Ar(0.95),
        Kind::Ar(1.0),
        Kind::ArPlusWhite(0.9),
        Kind::ArPlusWhite(0.99),
        Kind::WalkPlusWhite(0.2),
        Kind::Seasonal,
        Kind::Student(3.0),
        Kind::LogNormal,
    ];
    let found = |v: &Verdict| matches!(v, Verdict::Rising | Verdict::Falling);
    for n in [20, 50, 200, 1000] {
        for (kind, seed) in kinds.into_iter().zip(100..) {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut counts = [0; 8];
            for _ in 0..replicates {
                let data = series(kind.draw(n, &mut random));
                let auto = trend(&data, TrendMethod::Auto, 0.95).unwrap().verdict;
                counts[0] += usize::from(found(&auto));
                counts[1] += usize::from(matches!(auto, Verdict::NoVerdict { .. }));
                let methods = [
                    TrendMethod::MannKendall,
                    TrendMethod::HamedRao(None),
                    TrendMethod::HamedRao(Some(3)),
                    TrendMethod::YueWang(Some(1)),
                    TrendMethod::Prewhitened,
                    TrendMethod::LeastSquares(None),
                ];
                for (count, method) in counts[2..].iter_mut().zip(methods) {
                    *count += usize::from(found(&trend(&data, method, 0.95).unwrap().verdict));
                }
            }
            let [auto, none, plain, all, three, yue, white, square] = counts.map(|c| percent(c, replicates));
            println!(
                "{:<20}{n:>6}{auto:>10}{none:>12}{plain:>14}{all:>12}{three:>12}{yue:>12}{white:>12}{square:>12}",
                kind.name()
            );
        }
    }
    println!(
        "\npower of auto: rising where the line rises by so many standard deviations of the noise from end to end"
    );
    println!("{:<20}{:>6}{:>9}{:>9}{:>9}{:>9}{:>9}", "noise", "n", "0.5 σ", "1 σ", "2 σ", "4 σ", "8 σ");
    let kinds = [
        Kind::Ar(0.0),
        Kind::Ar(0.3),
        Kind::Ar(0.5),
        Kind::Ar(0.8),
        Kind::Ar(0.95),
        Kind::ArPlusWhite(0.9),
        Kind::Seasonal,
    ];
    for n in [50, 200, 1000] {
        for (kind, seed) in kinds.into_iter().zip(200..) {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut line = format!("{:<20}{n:>6}", kind.name());
            for rise in [0.5, 1.0, 2.0, 4.0, 8.0] {
                let count = (0..replicates)
                    .filter(|_| {
                        let values = kind.draw(n, &mut random);
                        let values =
                            values.iter().enumerate().map(|(i, v)| v + rise * i as f64 / (n - 1) as f64).collect();
                        trend(&series(values), TrendMethod::Auto, 0.95).unwrap().verdict == Verdict::Rising
                    })
                    .count();
                line += &format!("{:>9}", percent(count, replicates));
            }
            println!("{line}");
        }
    }
}

fn change_calibration(replicates: usize) {
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

fn onsets(replicates: usize) {
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

fn penalty_quantiles(replicates: usize) {
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

/// The methods beside the default, whose null is a permutation of blocks; 199 permutations a series, so fewer series.
fn other_calibration(replicates: usize) {
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

fn main() {
    // cargo passes --bench
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let part = words.first().map_or("", String::as_str);
    let replicates = words.get(1).and_then(|n| n.parse().ok()).unwrap_or(2000);
    if matches!(part, "" | "speed") {
        let peers = peers();
        speed(&peers);
        speed_of_distributions(&peers);
    }
    if matches!(part, "" | "trend") {
        trend_calibration(replicates);
    }
    if matches!(part, "" | "changes") {
        change_calibration(replicates);
    }
    if matches!(part, "" | "changes" | "onset") {
        onsets(replicates);
    }
    if matches!(part, "" | "changes") {
        other_calibration(replicates);
    }
    if matches!(part, "" | "fresh") {
        fresh_calibration(replicates);
    }
    if part == "penalty" {
        penalty_quantiles(replicates);
    }
}
