//! The accounting against slices laid down one by one: every rule, width and phase, over random patterns, by definitions
//! written down a second time in whole numbers.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::events::Events;
use crate::quantile::Quantile;
use crate::series::{Identity, NanPolicy, Series};
use crate::time::{Span, Timestamp, Window};
use crate::unit::Unit;

const NS: i64 = 1_000_000_000;

/// The generator `SplitMix64`: enough for patterns, the same everywhere.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `[0, n)`.
    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
enum Tick {
    Good,
    Bad,
    Missing,
}

/// Runs of random length; the first and last tick are not missing.
fn pattern(random: &mut Random, ticks: usize) -> Vec<Tick> {
    let mut out = Vec::with_capacity(ticks);
    while out.len() < ticks {
        let state = match random.below(6) {
            0 | 1 => Tick::Bad,
            2 => Tick::Missing,
            _ => Tick::Good,
        };
        let longest = [2, 5, 20, 60][random.below(4) as usize];
        for _ in 0..=random.below(longest) {
            out.push(state);
        }
    }
    out.truncate(ticks);
    for end in [0, ticks - 1] {
        if out[end] == Tick::Missing {
            out[end] = Tick::Good;
        }
    }
    out
}

/// A rule with its parameter as a fraction of whole numbers.
#[derive(Clone, Copy, Debug)]
enum Reference {
    Any,
    Share(i64, i64),
    Majority,
    All,
    Percentile(i64, i64),
    Ratio(i64, i64),
    Mean,
}

const TIME_RULES: [Reference; 10] = [
    Reference::Any,
    Reference::Share(1, 10),
    Reference::Share(3, 10),
    Reference::Share(7, 10),
    Reference::Majority,
    Reference::All,
    Reference::Percentile(99, 100),
    Reference::Percentile(90, 100),
    Reference::Percentile(5, 10),
    Reference::Ratio(95, 100),
];

impl Reference {
    fn rule(self) -> Rule {
        let q = |a: i64, b: i64| Quantile::new(a as f64 / b as f64).unwrap();
        match self {
            Self::Any => Rule::AnyBad,
            Self::Share(a, b) => Rule::Share(a as f64 / b as f64),
            Self::Majority => Rule::Majority,
            Self::All => Rule::AllBad,
            Self::Percentile(a, b) => Rule::Percentile(q(a, b)),
            Self::Ratio(a, b) => Rule::Ratio(q(a, b)),
            Self::Mean => Rule::Mean,
        }
    }

    /// Whether `bad` of `n` make a slice bad.
    fn is_bad(self, bad: i64, n: i64) -> bool {
        match self {
            Self::Any => bad > 0,
            Self::Share(a, b) => bad > 0 && b * bad >= a * n,
            Self::Majority => bad > 0 && 2 * bad >= n,
            Self::All => bad > 0 && bad == n,
            Self::Percentile(a, b) | Self::Ratio(a, b) => n > 0 && b * (n - bad) < a * n,
            Self::Mean => unreachable!("the mean does not count"),
        }
    }
}

/// Compares every phase of a width with `is_bad(start)`, the verdict of the slice that begins at a tick.
fn compare(bad: &BadTime, rule: Rule, w: i64, ticks: i64, first: i64, is_bad: impl Fn(i64) -> bool, case: &str) {
    let width = Span(w * bad.resolution().0);
    let accounting = account(bad, &Ladder::new(&[width]).unwrap(), &rule, None).unwrap();
    let row = &accounting.rows[0];
    let mut counts = Vec::new();
    for phase in 0..w {
        let starts: Vec<i64> = (1 - w..ticks).filter(|s| (first + s).rem_euclid(w) == phase && is_bad(*s)).collect();
        let at = Span(phase * bad.resolution().0);
        assert_eq!(row.profile.bad_slices(at), starts.len() as u64, "{case}, {rule}, w {w}, phase {phase}");
        if phase % 3 == 0 {
            let windows = bad_windows(bad, width, at, &rule).unwrap();
            let listed: Vec<i64> =
                windows.iter().map(|x| x.start.since(bad.period().start).0 / bad.resolution().0).collect();
            assert_eq!(listed, starts, "{case}, {rule}, w {w}, phase {phase}");
        }
        counts.push(starts.len() as f64 * width.as_secs_f64());
    }
    let mean = counts.iter().sum::<f64>() / w as f64;
    let sd = (counts.iter().map(|c| (c - mean).powi(2)).sum::<f64>() / w as f64).sqrt();
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
    assert!(near(row.charged.mean.value, mean) && near(row.charged.sd.value, sd), "{case}, {rule}, w {w}");
    assert_eq!(row.charged.aligned.value, counts[0], "{case}, {rule}, w {w}");
    assert_eq!(row.charged.min.value, counts.iter().copied().fold(f64::INFINITY, f64::min));
    assert_eq!(row.charged.max.value, counts.iter().copied().fold(0.0, f64::max));
    assert_eq!(row.phases, w as u64);
    if let Some(form) = row.closed_form {
        assert!(near(form.mean, mean), "{case}, {rule}, w {w}: {form:?} against {mean}");
        assert!(
            form.min <= row.charged.min.value + 1e-9 && form.max >= row.charged.max.value - 1e-9,
            "{case}, {rule}, w {w}"
        );
        if let Some(form_sd) = form.sd {
            assert!(near(form_sd, sd), "{case}, {rule}, w {w}: sd {form_sd} against {sd}");
            assert!(near(form.min, row.charged.min.value) && near(form.max, row.charged.max.value));
        }
    }
    // the budget decides phase by phase
    for allowed in [counts[0], mean] {
        let period = Span::from_secs_f64(allowed.max(1.0) * 2.0).unwrap();
        let budget = Budget::new("50%".parse().unwrap(), period);
        let rows = account(bad, &Ladder::new(&[width]).unwrap(), &rule, Some(&budget)).unwrap().rows;
        let met = counts.iter().filter(|c| **c <= budget.allowed().as_secs_f64()).count();
        assert!(near(rows[0].met_share.unwrap(), met as f64 / w as f64));
        let verdict = match met {
            0 => Verdict::Violated,
            all if all == w as usize => Verdict::Met,
            _ => Verdict::DependsOnPhase,
        };
        assert_eq!(rows[0].verdict, Some(verdict));
    }
}

#[test]
fn series_under_every_rule_policy_width_and_phase() {
    let mut random = Random(1);
    for round in 0..60 {
        let ticks = 20 + random.below(180) as usize;
        let first = random.below(1000) as i64 - 500;
        let states = pattern(&mut random, ticks);
        let seen: Vec<usize> = (0..ticks).filter(|i| states[*i] != Tick::Missing).collect();
        let times: Vec<i64> = seen.iter().map(|i| (first + *i as i64) * NS).collect();
        let values = seen.iter().map(|i| f64::from(u8::from(states[*i] == Tick::Good))).collect();
        let series = Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap();
        // a pattern of mostly missing ticks can have another step than 1 s; the resolution is given, gaps follow the step
        if series.step() != Some(Span::SECOND) {
            continue;
        }
        let policy = [NoData::Bad, NoData::Good, NoData::Excluded, NoData::Hold][round % 4];
        let options = SeriesOptions { no_data: policy, ..SeriesOptions::default() };
        // flags, so that a percentile of 0/1 values is not taken literally
        let bad = BadTime::from_series(&series, &Condition::up(), &options).unwrap();
        let bad = BadTime::from_intervals(
            bad.period(),
            Span::SECOND,
            &bad.intervals(),
            &if policy == NoData::Excluded { bad.no_data() } else { Vec::new() },
        )
        .unwrap();
        let mut held = Tick::Good;
        let effective: Vec<Tick> = states
            .iter()
            .map(|s| {
                let state = match (s, policy) {
                    (Tick::Missing, NoData::Bad) => Tick::Bad,
                    (Tick::Missing, NoData::Good) => Tick::Good,
                    (Tick::Missing, NoData::Hold) => held,
                    (other, _) => *other,
                };
                held = if *s == Tick::Missing { held } else { *s };
                state
            })
            .collect();
        for reference in TIME_RULES {
            for w in [1, 2, 3, 5, 10, 30, 64, ticks as i64, ticks as i64 + 7] {
                let is_bad = |s: i64| {
                    let (mut b, mut n) = (0, 0);
                    for t in s..s + w {
                        match usize::try_from(t).ok().and_then(|t| effective.get(t)) {
                            Some(Tick::Bad) => (b, n) = (b + 1, n + 1),
                            Some(Tick::Missing) => {}
                            Some(Tick::Good) | None => n += 1,
                        }
                    }
                    reference.is_bad(b, n)
                };
                compare(&bad, reference.rule(), w, ticks as i64, first, is_bad, &format!("round {round}, {policy}"));
            }
        }
    }
}

#[test]
fn events_under_every_rule_policy_width_and_phase() {
    let mut random = Random(2);
    for round in 0..60_usize {
        let ticks = 20 + random.below(150) as i64;
        let first = random.below(1000) as i64 - 500;
        let busy = [1, 3, 12][round % 3];
        let mut events: Vec<(i64, f64)> = vec![(0, 1.0), (ticks - 1, 1.0)];
        for t in 0..ticks {
            // long quiet stretches
            let quiet = (t / 25) % 3 == 1 && round % 2 == 0;
            if !quiet && random.one_in(busy) {
                for _ in 0..=random.below(6) {
                    events.push((t, (random.below(8) * 50) as f64));
                }
            }
        }
        let times = events.iter().map(|(t, _)| (first + t) * NS + (random.next() % 1_000_000_000) as i64).collect();
        let values = events.iter().map(|e| e.1).collect();
        let id = Identity::new("latency", Unit::Millisecond);
        let all = Events::new(id, times, values, None, NanPolicy::Refuse).unwrap();
        let policy = [NoData::Bad, NoData::Good, NoData::Excluded, NoData::Hold][round % 4];
        for (sign, is_good) in [
            ("<", (|v: f64| v < 200.0) as fn(f64) -> bool),
            ("<=", |v| v <= 200.0),
            (">", |v| v > 200.0),
            (">=", |v| v >= 200.0),
        ] {
            let condition: Condition = format!("{sign} 200ms").parse().unwrap();
            let bad = BadTime::from_events(&all, Some(&condition), Span::SECOND, policy, None).unwrap();
            for reference in [
                Reference::Any,
                Reference::Percentile(9, 10),
                Reference::Percentile(5, 10),
                Reference::Ratio(8, 10),
                Reference::Mean,
                Reference::Share(3, 10),
            ] {
                for w in [1, 2, 7, 20, 33, ticks + 3] {
                    // the verdict of a slice that holds events, by sorting and adding up its values
                    let by_values = |s: i64| -> Option<bool> {
                        let mut inside: Vec<f64> =
                            events.iter().filter(|(t, _)| (s..s + w).contains(t)).map(|e| e.1).collect();
                        inside.sort_by(f64::total_cmp);
                        let n = inside.len();
                        let bads = inside.iter().filter(|v| !is_good(**v)).count() as i64;
                        let seconds = |keep: &dyn Fn(f64) -> bool| {
                            (s..s + w).filter(|t| events.iter().any(|(x, v)| x == t && keep(*v))).count() as i64
                        };
                        (n > 0).then(|| match reference {
                            Reference::Percentile(a, b) => {
                                let rank = (n * a as usize).div_ceil(b as usize).max(1);
                                !is_good(inside[rank - 1])
                            }
                            Reference::Mean => !is_good(inside.iter().sum::<f64>() / n as f64),
                            Reference::Ratio(..) => reference.is_bad(bads, n as i64),
                            _ => reference.is_bad(seconds(&|v| !is_good(v)), w),
                        })
                    };
                    let is_bad = |s: i64| match by_values(s) {
                        Some(bad) => bad,
                        // time outside the period is good, so a slice that reaches out is not empty
                        None if s < 0 || s + w > ticks => false,
                        None => match policy {
                            NoData::Bad => true,
                            NoData::Good | NoData::Excluded => false,
                            NoData::Hold => (1..).map(|k| s - k * w).find_map(&by_values).unwrap_or(false),
                        },
                    };
                    compare(
                        &bad,
                        reference.rule(),
                        w,
                        ticks,
                        first,
                        is_bad,
                        &format!("round {round}, {policy}, {sign}"),
                    );
                }
            }
        }
    }
}

#[test]
fn the_mean_of_a_series_looks_at_its_values() {
    let mut random = Random(3);
    for _ in 0..40 {
        let values: Vec<f64> = (0..150).map(|_| random.below(10) as f64).collect();
        let times = (0..150).map(|i| i * NS).collect();
        let s = Series::new(Identity::new("x", Unit::None), times, values.clone(), NanPolicy::Refuse).unwrap();
        let options = SeriesOptions { keep_values: true, ..SeriesOptions::default() };
        let condition: Condition = "<= 5".parse().unwrap();
        let bad = BadTime::from_series(&s, &condition, &options).unwrap();
        for w in [1, 4, 13, 60] {
            let is_bad = |s: i64| {
                let inside: Vec<f64> =
                    (s..s + w).filter_map(|t| usize::try_from(t).ok().and_then(|t| values.get(t))).copied().collect();
                inside.iter().sum::<f64>() > 5.0 * inside.len() as f64
            };
            compare(&bad, Rule::Mean, w, 150, 0, is_bad, "mean of a series");
        }
        let without = BadTime::from_series(&s, &condition, &SeriesOptions::default()).unwrap();
        assert!(account(&without, &Ladder::default(), &Rule::Mean, None).is_err());
    }
}

#[test]
fn closed_forms_of_thousands_of_separated_patterns() {
    let mut random = Random(4);
    let mut checked = 0;
    for _ in 0..4000 {
        let w = 2 + random.below(120) as i64;
        let count = 1 + random.below(4);
        let mut at = random.below(300) as i64;
        let mut list = Vec::new();
        for _ in 0..count {
            let d = 1 + random.below(200) as i64;
            list.push((Timestamp(at * NS), Timestamp((at + d) * NS)));
            at += d + w - 1 + random.below(50) as i64;
        }
        let period = Window::new(Timestamp(0), Span(at * NS)).unwrap();
        let bad = BadTime::from_intervals(period, Span::SECOND, &list, &[]).unwrap();
        let ladder = Ladder::new(&[Span::from_secs(w)]).unwrap();
        for theta in [0.0, 0.05, 0.25, 0.5, 0.9, 1.0] {
            let rule = if theta == 0.0 { Rule::AnyBad } else { Rule::Share(theta) };
            let row = account(&bad, &ladder, &rule, None).unwrap().rows.remove(0);
            let form = row.closed_form.unwrap();
            let (mean, w_s) = (row.charged.mean.value, w as f64);
            assert!((form.mean - mean).abs() < 1e-6, "{list:?}, w {w}, θ {theta}: {form:?} {mean}");
            assert!(form.min <= row.charged.min.value + 1e-6 && form.max >= row.charged.max.value - 1e-6);
            if count == 1 {
                assert!((form.sd.unwrap() - row.charged.sd.value).abs() < 1e-6);
                assert!(
                    (form.min - row.charged.min.value).abs() < 1e-6 && (form.max - row.charged.max.value).abs() < 1e-6
                );
            }
            // a continuous phase differs by what a tick is worth: at most two ticks for each incident
            let lengths = bad.lengths();
            let continuous = closed_form::separated(&lengths, Span::from_secs(w), theta).unwrap();
            let off_threshold = lengths.iter().all(|d| (d.as_secs_f64() - theta * w_s).abs() > 2.0);
            if off_threshold {
                assert!((continuous.mean - mean).abs() <= 2.0 * count as f64, "{continuous:?} {mean}");
            }
            checked += 1;
        }
    }
    assert_eq!(checked, 24_000);
}
