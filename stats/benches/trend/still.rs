//! What the default verdict of `changes` holds to where most values are equal, and what it finds there.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sre_stats::trend::{Change, ChangeOptions, changes};

use crate::series;
use crate::simulated::{Kind, percent};
use crate::tails::{SIZES, told};

/// Independent values, and outages that last.
const KINDS: [Kind; 13] = [
    Kind::Up(0.005),
    Kind::Up(0.02),
    Kind::Up(0.1),
    Kind::Up(0.3),
    Kind::Counts(0.05),
    Kind::Counts(0.3),
    Kind::Counts(1.0),
    Kind::Spikes(0.1),
    Kind::Spikes(0.4),
    Kind::Rounded(0.4),
    Kind::Outages(0.02, 2.0),
    Kind::Outages(0.02, 4.0),
    Kind::Outages(0.1, 2.0),
];

pub(crate) fn still(replicates: usize) {
    println!("\nmost values equal, no change, nominal 5 %: a change told (no verdict), {replicates} series a cell");
    println!(
        "outages that last are no independent values: one of 5 samples or more is a change of level by definition"
    );
    println!("{:<22}{}", "values", SIZES.map(|n| format!("{:>20}", format!("n = {n}"))).concat());
    for (kind, seed) in KINDS.into_iter().zip(900..) {
        println!("{:<22}{}", kind.name(), SIZES.map(|n| told(kind, n, (0.0, 0), seed, replicates)).concat());
    }
    let replicates = (replicates / 4).max(100);
    println!(
        "\ndown more often from sample 150 to 220 of 400: told (of both onsets, the share of intervals over the true place)"
    );
    for (usual, there) in [(0.005, 0.2), (0.02, 0.4), (0.1, 0.5), (0.0, 1.0)] {
        let mut random = ChaCha8Rng::seed_from_u64(950);
        let (mut seen, mut covered) = (0, 0);
        for _ in 0..replicates {
            let mut values = Kind::Up(usual).draw(400, &mut random);
            values.splice(150..220, Kind::Up(there).draw(70, &mut random));
            let data = series(values);
            let found = changes(&data, &ChangeOptions::default()).unwrap().changes;
            if !found.is_empty() {
                seen += 1;
                let over = |at: usize| {
                    let over =
                        |c: &Change| c.onset.lower.0 <= data.times()[at - 1] && c.onset.upper.0 >= data.times()[at];
                    usize::from(found.iter().any(over))
                };
                covered += over(150) + over(220);
            }
        }
        let name = format!("{usual} → {there}");
        println!("{name:<22}{:>20}", format!("{} ({})", percent(seen, replicates), percent(covered, 2 * seen.max(1))));
    }
}
