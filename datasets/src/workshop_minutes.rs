//! Scenario `workshop-minutes`: one month of one-minute flags whose charge at six bucket widths is known exactly.
//!
//! 302 bad minutes in 34 outages. When a bucket counts as bad as soon as one of its minutes is (*any-bad*, buckets
//! aligned to the start), widths of 1, 2, 5, 10, 15 and 60 minutes charge 302, 338, 435, 610, 810 and 2220 minutes:
//! the month meets 99% (432 minutes of 43 200) or not by the choice of the bucket alone.
//! For every seed a layout is searched that hits the six numbers.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde_json::{Map, Value, json};

use crate::clock::SECOND_NS;
use crate::layout::{START_UNIX_S, distinct, lengths, rng};
use crate::{Column, GenerateError, Generated, Interval, NamedColumn, Scenario};

/// Minutes in 30 days.
const MINUTES: usize = 43_200;

pub(crate) const SCENARIO: Scenario = Scenario {
    name: "workshop-minutes",
    about: "30 days of one-minute up/down flags: 302 bad minutes in 34 outages, charged 302 to 2220 minutes by bucket width",
    default_rows: MINUTES,
    least_rows: MINUTES,
    most_rows: MINUTES,
};

const OUTAGES: usize = 34;
const BAD_MINUTES: i64 = 302;
/// Of the outages, how many are short (1 to 9 minutes); the others have 10 to 60.
const SHORT: usize = 26;
/// Bucket width in minutes and the minutes it must charge.
const CHARGES: [(i64, i64); 6] = [(1, 302), (2, 338), (5, 435), (10, 610), (15, 810), (60, 2220)];
/// Outages start in the first hour of different three-hour slots, so no two share an hour, however long they are.
const SLOT_MINUTES: i64 = 180;

/// One outage in whole minutes from the start.
#[derive(Clone, Copy)]
struct Outage {
    slot: i64,
    offset: i64,
    length: i64,
}

impl Outage {
    fn start(self) -> i64 {
        self.slot * SLOT_MINUTES + self.offset
    }

    fn end(self) -> i64 {
        self.start() + self.length
    }

    /// The buckets of `width` minutes that it touches.
    fn buckets(self, width: i64) -> i64 {
        (self.end() - 1) / width - self.start() / width + 1
    }
}

/// How many buckets the layout is away from the six charges, summed over the widths.
fn distance(outages: &[Outage]) -> i64 {
    CHARGES
        .iter()
        .map(|(width, charge)| {
            let buckets: i64 = outages.iter().map(|outage| outage.buckets(*width)).sum();
            (buckets * width - charge).abs() / width
        })
        .sum()
}

/// Moves single outages within their hour, never away from the six charges but for one move in fifty.
fn search(rng: &mut ChaCha8Rng, outages: &mut [Outage]) -> bool {
    let mut now = distance(outages);
    for _ in 0..20_000 {
        if now == 0 {
            return true;
        }
        let place = rng.random_range(0..outages.len() as u64) as usize;
        let before = outages[place].offset;
        outages[place].offset = rng.random_range(0..60);
        let then = distance(outages);
        if then <= now || rng.random_range(0..50_u32) == 0 {
            now = then;
        } else {
            outages[place].offset = before;
        }
    }
    now == 0
}

fn layout(rng: &mut ChaCha8Rng) -> Result<Vec<Outage>, GenerateError> {
    for _ in 0..100 {
        let short_sum = rng.random_range(100..=130);
        let (Some(mut all), Some(long)) =
            (lengths(rng, SHORT, 1, 9, short_sum), lengths(rng, OUTAGES - SHORT, 10, 60, BAD_MINUTES - short_sum))
        else {
            continue;
        };
        all.extend(long);
        // the slots are ascending; the lengths must not be
        for place in (1..all.len()).rev() {
            all.swap(place, rng.random_range(0..=place as u64) as usize);
        }
        let slots = distinct(rng, OUTAGES, MINUTES as i64 / SLOT_MINUTES);
        let mut outages: Vec<Outage> = slots
            .into_iter()
            .zip(all)
            .map(|(slot, length)| Outage { slot, offset: rng.random_range(0..60), length })
            .collect();
        if search(rng, &mut outages) {
            return Ok(outages);
        }
    }
    Err(GenerateError::Layout("no layout of the outages met the six charges"))
}

pub(crate) fn generate(seed: u64) -> Result<Generated, GenerateError> {
    let outages = layout(&mut rng(seed, 0))?;
    let mut up = vec![1_i64; MINUTES];
    for outage in &outages {
        for flag in up.iter_mut().take(outage.end() as usize).skip(outage.start() as usize) {
            *flag = 0;
        }
    }
    let minute_ns = |minute: i64| (START_UNIX_S + minute * 60) * SECOND_NS;
    let intervals: Vec<Value> = outages
        .iter()
        .map(|outage| {
            Interval { start_ns: minute_ns(outage.start()), end_ns: minute_ns(outage.end()) }
                .to_json_with(json!({ "minutes": outage.length }))
        })
        .collect();
    let charges: Map<String, Value> =
        CHARGES.iter().map(|(width, charge)| (width.to_string(), json!(charge))).collect();
    Ok(Generated {
        scenario: SCENARIO.name,
        seed,
        columns: vec![
            NamedColumn { name: "time", values: Column::TimeNs((0..MINUTES as i64).map(minute_ns).collect()) },
            NamedColumn { name: "up", values: Column::I64(up) },
        ],
        truth: json!({
            "scenario": SCENARIO.name,
            "seed": seed,
            "step_s": 60,
            "bad_minutes": BAD_MINUTES,
            "outages": OUTAGES,
            "any_bad_charged_minutes_by_width": charges,
            "intervals": intervals,
        }),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The minutes charged, read from the flags alone.
    fn charged(up: &[i64], width: usize) -> usize {
        up.chunks(width).filter(|bucket| bucket.contains(&0)).map(<[i64]>::len).sum()
    }

    #[test]
    fn every_seed_is_charged_exactly() {
        for seed in 0..20 {
            let made = generate(seed).unwrap();
            let Some(Column::I64(up)) = made.column("up") else {
                panic!("no column up");
            };
            let expected = [302, 338, 435, 610, 810, 2220];
            assert_eq!([1, 2, 5, 10, 15, 60].map(|width| charged(up, width)), expected, "seed {seed}");
            let starts = up.windows(2).filter(|pair| pair == &[1, 0]).count();
            assert_eq!(starts + usize::from(up[0] == 0), 34, "seed {seed}");
        }
    }

    #[test]
    fn the_intervals_are_the_zeros() {
        let made = generate(5).unwrap();
        let (Some(Column::TimeNs(time)), Some(Column::I64(up))) = (made.column("time"), made.column("up")) else {
            panic!("a column is missing");
        };
        let intervals = made.truth["intervals"].as_array().unwrap();
        for (time, up) in time.iter().zip(up) {
            let inside = intervals.iter().any(|interval| {
                interval["start_ns"].as_i64().unwrap() <= *time && *time < interval["end_ns"].as_i64().unwrap()
            });
            assert_eq!(inside, *up == 0, "{time}");
        }
    }
}
