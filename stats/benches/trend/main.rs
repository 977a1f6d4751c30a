//! Speed of the trend methods, and what their verdicts hold to on simulated series: `cargo bench -p sre-stats --bench trend`.
//!
//! An argument chooses a part: `speed`, `trend`, `changes`, `onset` (of steps, and their power), `extra` (changes beside a true one), `length` (kernel and charts by the length of series), `tails` (heavy ones, for changes), `still` (changes where most values are equal), `fresh`
//! (families and seeds that nothing was tuned by) or `penalty` (the quantiles that the penalty's formula was drawn through, not printed
//! without being asked for). The number of series per line is 2000, or the second argument. With a Python that has numpy and scipy in
//! `PEERS_PYTHON`, `speed` runs what else it has of ruptures, pymannkendall, signal-processing-algorithms and apache-otava on the same
//! sizes and prints ratios.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../simulated/mod.rs"]
mod simulated;
mod speed;
mod steps;
mod still;
mod tails;
mod trends;

use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::unit::Unit;

fn series(values: Vec<f64>) -> Series {
    let times = (0..values.len() as i64).map(|i| i * 15_000_000_000).collect();
    Series::new(Identity::new("simulated", Unit::None), times, values, NanPolicy::Refuse).unwrap()
}

fn main() {
    // cargo passes --bench
    let words: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let part = words.first().map_or("", String::as_str);
    let replicates = words.get(1).and_then(|n| n.parse().ok()).unwrap_or(2000);
    if matches!(part, "" | "speed") {
        let peers = speed::peers();
        speed::speed(&peers);
        speed::speed_of_distributions(&peers);
    }
    if matches!(part, "" | "trend") {
        trends::trend_calibration(replicates);
    }
    if matches!(part, "" | "changes") {
        steps::change_calibration(replicates);
    }
    if matches!(part, "" | "changes" | "onset") {
        steps::onsets(replicates);
    }
    if matches!(part, "" | "changes" | "extra") {
        steps::extra_changes(replicates);
    }
    if matches!(part, "" | "changes") {
        steps::other_calibration(replicates);
    }
    if matches!(part, "" | "changes" | "length") {
        steps::by_length(replicates);
    }
    if matches!(part, "" | "tails") {
        tails::tails(replicates);
    }
    if matches!(part, "" | "still") {
        still::still(replicates);
    }
    if matches!(part, "" | "fresh") {
        trends::fresh_calibration(replicates);
    }
    if part == "penalty" {
        steps::penalty_quantiles(replicates);
    }
}
