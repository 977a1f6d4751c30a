//! Speed, beside what today's tools take where a Python that has them is named.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sre_stats::trend::{
    ChangeOptions, Cost, TrendMethod, changes, e_divisive, kernel_segments, mann_kendall, pelt, pelt_mean, theil_sen,
    trend,
};

use crate::series;
use crate::simulated::{Kind, best_of};

/// What peers take for works of the same names, where a Python that has them is named.
pub(crate) fn peers() -> Vec<(String, f64)> {
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

pub(crate) fn speed(peers: &[(String, f64)]) {
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

pub(crate) fn speed_of_distributions(peers: &[(String, f64)]) {
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
