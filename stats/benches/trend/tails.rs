//! What the default verdict of `changes` holds to under heavy tails, and what steps it finds beneath them.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sre_stats::trend::{ChangeOptions, ChangeVerdict, changes};

use crate::series;
use crate::simulated::{Kind, percent};

/// Each with its standard deviation.
const KINDS: [(Kind, f64); 8] = [
    (Kind::Ar(0.0), 1.0),
    (Kind::Student(3.0), 1.732),
    (Kind::Student(5.0), 1.291),
    (Kind::LogNormal, 2.161),
    (Kind::HeavyAr(0.5), 1.633),
    (Kind::HeavyAr(0.8), 2.357),
    (Kind::LogAr(0.5), 2.161),
    (Kind::LogAr(0.8), 2.161),
];

pub(crate) const SIZES: [usize; 4] = [60, 200, 1000, 5000];
/// In standard deviations.
const STEPS: [f64; 5] = [0.5, 1.0, 2.0, 3.0, 10.0];

/// Shares of series with a change, and without a verdict.
pub(crate) fn told(kind: Kind, n: usize, step: (f64, usize), seed: u64, replicates: usize) -> String {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut changed, mut none) = (0, 0);
    for _ in 0..replicates {
        let values = kind.draw(n, &mut random);
        let plant = |(i, v): (usize, &f64)| v + if i >= step.1 { step.0 } else { 0.0 };
        let found = changes(&series(values.iter().enumerate().map(plant).collect()), &ChangeOptions::default());
        match found.unwrap().verdict {
            ChangeVerdict::Changed => changed += 1,
            ChangeVerdict::NoVerdict { .. } => none += 1,
            ChangeVerdict::NoneShown => {}
        }
    }
    format!("{:>20}", format!("{} ({})", percent(changed, replicates), percent(none, replicates)))
}

pub(crate) fn tails(replicates: usize) {
    println!("\nheavy tails, no change, nominal 5 %: a change told (no verdict), {replicates} series a cell");
    println!("{:<22}{}", "noise", SIZES.map(|n| format!("{:>20}", format!("n = {n}"))).concat());
    for ((kind, _), seed) in KINDS.into_iter().zip(600..) {
        println!("{:<22}{}", kind.name(), SIZES.map(|n| told(kind, n, (0.0, 0), seed, replicates)).concat());
    }
    let replicates = (replicates / 4).max(100);
    println!(
        "\nheavy tails, a step of so many standard deviations: a change told (no verdict), {replicates} series a cell"
    );
    println!("{:<22}{:>10}{}", "noise", "n, place", STEPS.map(|s| format!("{:>20}", format!("{s} σ"))).concat());
    for ((kind, sd), seed) in KINDS.into_iter().zip(700..) {
        for (n, at) in [(60, 27), (60, 54), (200, 90), (1000, 450)] {
            let cells = STEPS.map(|step| told(kind, n, (step * sd, at), seed, replicates)).concat();
            println!("{:<22}{:>10}{cells}", kind.name(), format!("{n}, {at}"));
        }
    }
}
