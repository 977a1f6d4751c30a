//! What the verdicts of `trend` hold to, and their power.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sre_stats::trend::{ChangeOptions, ChangeVerdict, TrendMethod, Verdict, changes, trend};

use crate::series;
use crate::simulated::{Kind, percent};

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
pub(crate) fn fresh_calibration(replicates: usize) {
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

pub(crate) fn trend_calibration(replicates: usize) {
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
