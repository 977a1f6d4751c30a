//! Scenario `shop-availability`: is checkout up, asked every second for 30 days.
//!
//! 1500 bad seconds in 16 incidents, so the objective "99.9% of time up over 30 d" (2592 s allowed) is met. Counted in
//! any-bad buckets of 5 minutes it is violated whatever the phase, and in buckets of 1 minute the phase decides.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::clock::SECOND_NS;
use crate::layout::{DAY_S, START_UNIX_S, distinct, lengths, rng};
use crate::{Column, GenerateError, Generated, Interval, NamedColumn, Scenario};

const SECONDS: i64 = 30 * DAY_S;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "shop-availability",
    about: "30 days of one-second up/down flags of checkout: 99.9% is met, but violated in 5-minute buckets, and the phase decides at 1 minute",
    default_rows: SECONDS as usize,
    least_rows: SECONDS as usize,
    most_rows: SECONDS as usize,
};

/// What 99.9% of 30 days leaves.
const ALLOWED_S: i64 = 2592;
const SHORT_INCIDENTS: usize = 15;
const SHORT_SUM_S: i64 = 780;
const LONG_S: i64 = 720;
/// Incidents lie in different slots of six hours and keep an hour from both ends of theirs.
const SLOT_S: i64 = 6 * 3600;

/// A bad stretch in seconds from the start, half-open.
type Bad = (i64, i64);

/// Seconds charged by any-bad buckets of `width_s` when the first full bucket starts `phase_s` after the start.
///
/// Incidents are hours apart, so buckets are never shared.
fn charged_s(bad: &[Bad], width_s: i64, phase_s: i64) -> i64 {
    bad.iter()
        .map(|(start, end)| {
            let last = (end - 1 - phase_s).div_euclid(width_s);
            (last - (start - phase_s).div_euclid(width_s) + 1) * width_s
        })
        .sum()
}

fn layout(rng: &mut ChaCha8Rng) -> Result<Vec<Bad>, GenerateError> {
    for _ in 0..1000 {
        let Some(mut lengths) = lengths(rng, SHORT_INCIDENTS, 20, 90, SHORT_SUM_S) else {
            continue;
        };
        lengths.insert(rng.random_range(0..=lengths.len() as u64) as usize, LONG_S);
        let slots = distinct(rng, lengths.len(), SECONDS / SLOT_S);
        let bad: Vec<Bad> = slots
            .into_iter()
            .zip(lengths)
            .map(|(slot, length)| {
                let start = slot * SLOT_S + rng.random_range(3600..SLOT_S - 3600);
                (start, start + length)
            })
            .collect();
        let violating = (0..60).filter(|phase| charged_s(&bad, 60, *phase) > ALLOWED_S).count();
        let always_at_five = (0..300).all(|phase| charged_s(&bad, 300, phase) > ALLOWED_S);
        // at least a tenth of the phases on either side, so that the choice is seen in a picture
        if always_at_five && (6..=54).contains(&violating) {
            return Ok(bad);
        }
    }
    Err(GenerateError::Layout("no layout of the incidents made the phase decide at one minute"))
}

pub(crate) fn generate(seed: u64) -> Result<Generated, GenerateError> {
    let bad = layout(&mut rng(seed, 0))?;
    let mut up = vec![1_i64; SECONDS as usize];
    for (start, end) in &bad {
        for flag in up.iter_mut().take(*end as usize).skip(*start as usize) {
            *flag = 0;
        }
    }
    let second_ns = |second: i64| (START_UNIX_S + second) * SECOND_NS;
    let incidents: Vec<Value> = bad
        .iter()
        .map(|(start, end)| {
            Interval { start_ns: second_ns(*start), end_ns: second_ns(*end) }
                .to_json_with(json!({ "service": "checkout", "seconds": end - start }))
        })
        .collect();
    let buckets: Vec<Value> = [1, 10, 60, 300, 900, 3600]
        .into_iter()
        .map(|width_s| {
            let by_phase: Vec<i64> = (0..width_s).map(|phase| charged_s(&bad, width_s, phase)).collect();
            json!({
                "width_s": width_s,
                "charged_s_aligned": by_phase.first(),
                "charged_s_least": by_phase.iter().min(),
                "charged_s_most": by_phase.iter().max(),
                "phases": width_s,
                "phases_violating": by_phase.iter().filter(|charged| **charged > ALLOWED_S).count(),
            })
        })
        .collect();
    Ok(Generated {
        scenario: SCENARIO.name,
        seed,
        columns: vec![
            NamedColumn { name: "time", values: Column::TimeNs((0..SECONDS).map(second_ns).collect()) },
            NamedColumn { name: "up", values: Column::I64(up) },
        ],
        truth: json!({
            "scenario": SCENARIO.name,
            "seed": seed,
            "step_s": 1,
            "objective": "99.9% of time up over 30d",
            "allowed_s": ALLOWED_S,
            "bad_s": bad.iter().map(|(start, end)| end - start).sum::<i64>(),
            "any_bad": buckets,
            "incidents": incidents,
        }),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Seconds charged: every bad second names its bucket, and each bucket named costs its width.
    fn charged_by_second(bad: &[i64], width: i64, phase: i64) -> i64 {
        let mut buckets: Vec<i64> = bad.iter().map(|second| (second - phase).div_euclid(width)).collect();
        buckets.dedup();
        buckets.len() as i64 * width
    }

    #[test]
    fn the_verdicts_hold_in_the_flags() {
        for seed in [1, 2, 3] {
            let made = generate(seed).unwrap();
            let Some(Column::I64(up)) = made.column("up") else {
                panic!("no column up");
            };
            let bad: Vec<i64> = (0..SECONDS).filter(|second| up[*second as usize] == 0).collect();
            assert_eq!(bad.len(), 1500);
            for bucket in made.truth["any_bad"].as_array().unwrap() {
                let width = bucket["width_s"].as_i64().unwrap();
                let by_phase: Vec<i64> = (0..width).map(|phase| charged_by_second(&bad, width, phase)).collect();
                let told = |field: &str| bucket[field].as_i64();
                assert_eq!(told("charged_s_aligned"), by_phase.first().copied());
                assert_eq!(told("charged_s_least"), by_phase.iter().min().copied());
                assert_eq!(told("charged_s_most"), by_phase.iter().max().copied());
                let violating = by_phase.iter().filter(|charged| **charged > ALLOWED_S).count();
                assert_eq!(told("phases_violating"), Some(violating as i64));
                match width {
                    1 | 10 => assert_eq!(violating, 0, "width {width}"),
                    60 => assert!((6..=54).contains(&violating)),
                    _ => assert_eq!(violating, by_phase.len(), "width {width}"),
                }
            }
        }
    }

    #[test]
    fn the_incidents_are_the_zeros() {
        let made = generate(9).unwrap();
        let Some(Column::I64(up)) = made.column("up") else {
            panic!("no column up");
        };
        let mut told = vec![1; up.len()];
        for incident in made.truth["incidents"].as_array().unwrap() {
            let second = |field: &str| (incident[field].as_i64().unwrap() / SECOND_NS - START_UNIX_S) as usize;
            told[second("start_ns")..second("end_ns")].fill(0);
        }
        assert_eq!(&told, up);
    }
}
