//! The alerts against independent references: a naive evaluation that adds up every window, and the closed forms against
//! simulated incidents.

#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use rand::{RngExt, SeedableRng};

use super::replay::fired;
use super::theory::{time_to_detect, time_to_reset};
use super::*;
use crate::error::ErrorKind;
use crate::progress::Progress;
use crate::quantile::Quantile;
use crate::slo::Population;
use crate::time::{Span, Timestamp};

fn seconds(s: i64) -> Span {
    Span::from_secs(s)
}

fn rule(factor: f64, long: i64, short: i64) -> BurnRateRule {
    BurnRateRule::new(factor, seconds(long), seconds(short), Severity::Page).unwrap()
}

fn target(text: &str) -> Quantile {
    text.parse().unwrap()
}

/// Second by second, window by window, with the ratio of whole numbers bad / total > tenths / 10 × percent / 100.
struct Naive<'a> {
    start: i64,
    tick: i64,
    bad: &'a [u64],
    total: &'a [u64],
}

impl Naive<'_> {
    fn over(&self, t: i64, window: i64, tenths: u128, percent: u128) -> bool {
        let whole = (window / self.tick).max(1) * self.tick;
        // the last tick edge at or before t
        let edge = self.start + (t - self.start).div_euclid(self.tick) * self.tick;
        let (mut b, mut n) = (0_u128, 0_u128);
        for i in 0..self.bad.len() {
            let from = self.start + i as i64 * self.tick;
            if from >= edge - whole && from + self.tick <= edge {
                b += u128::from(self.bad[i]);
                n += u128::from(self.total[i]);
            }
        }
        b * 1000 > tenths * percent * n
    }

    fn firings(
        &self,
        windows: (i64, i64),
        hold: i64,
        every: i64,
        tenths: u128,
        percent: u128,
    ) -> Vec<(i64, i64, bool)> {
        let end = self.start + self.bad.len() as i64 * self.tick;
        let times: Vec<i64> =
            (-2000..4000).map(|k| k * every).filter(|t| *t >= self.start + self.tick && *t <= end).collect();
        let holds: Vec<bool> = times
            .iter()
            .map(|t| self.over(*t, windows.0, tenths, percent) && self.over(*t, windows.1, tenths, percent))
            .collect();
        // fires where it held at every evaluation of the last `hold`, and began to hold no later
        let fires = |i: usize| {
            let since = (0..=i).rev().take_while(|j| holds[*j]).last();
            since.is_some_and(|j| times[i] - times[j] >= hold)
        };
        let mut out: Vec<(i64, i64, bool)> = Vec::new();
        for (i, &t) in times.iter().enumerate() {
            match (fires(i), i > 0 && fires(i - 1)) {
                (true, false) => out.push((t, t, true)),
                (true, true) => out.last_mut().unwrap().1 = t,
                (false, true) => {
                    let last = out.last_mut().unwrap();
                    (last.1, last.2) = (t, false);
                }
                (false, false) => {}
            }
        }
        out
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn running_sums_fire_exactly_where_adding_up_does(
        runs in prop::collection::vec((1_usize..25, 0_u64..4, 0_u64..6), 1..14),
        start in -100_i64..100,
        tick in 1_i64..4,
        long in 3_i64..70,
        part in 1_i64..8,
        hold in 0_i64..12,
        every in 1_i64..7,
        tenths in 1_u64..60,
        percent in 1_u64..16,
    ) {
        let mut bad: Vec<u64> = Vec::new();
        let mut total: Vec<u64> = Vec::new();
        for (length, b, good) in runs {
            // some ticks of a run are quiet, so that windows hold gaps
            bad.extend((0..length).map(|i| if i % 5 == 4 { 0 } else { b }));
            total.extend((0..length).map(|i| if i % 5 == 4 { 0 } else { b + good }));
        }
        prop_assume!(total.iter().sum::<u64>() > 0);
        let short = (long / part).max(tick);
        prop_assume!(short <= long && tenths * percent < 1000);
        let counts = Tally::new(Timestamp(start * 1_000_000_000), seconds(tick), &bad, &total, Population::Requests).unwrap();
        let rule = rule(tenths as f64 / 10.0, long, short).with_for(seconds(hold));
        let target = Quantile::from_complement(percent as f64 / 100.0).unwrap();
        let found = fired(&counts, &rule, target, seconds(every)).unwrap();
        let found: Vec<(i64, i64, bool)> = found
            .iter()
            .map(|f| (f.start.0 / 1_000_000_000, f.end.0 / 1_000_000_000, f.open))
            .collect();
        let naive = Naive { start, tick, bad: &bad, total: &total };
        prop_assert_eq!(found, naive.firings((long, short), hold, every, tenths.into(), percent.into()));
    }
}

/// A history with a constant error ratio `e` from `from` to `to` on a background, in ten-thousandths of 10 000 a second.
fn stepped(n: i64, (from, to): (i64, i64), e: u64, background: u64) -> Tally {
    let bad: Vec<u64> = (0..n).map(|s| if (from..to).contains(&s) { e } else { background }).collect();
    Tally::new(Timestamp(0), Span::SECOND, &bad, &vec![10_000; n as usize], Population::Requests).unwrap()
}

#[test]
fn the_closed_forms_are_those_of_a_stepping_error_ratio() {
    let slo = target("99.9%");
    for (rule, e, background) in [
        (rule(14.4, 3600, 300), 10_000, 0),
        (rule(14.4, 3600, 300), 1000, 0),
        (rule(14.4, 3600, 300), 150, 0),
        (rule(6.0, 7200, 600), 500, 0),
        (rule(6.0, 7200, 600), 500, 10),
        (rule(6.0, 7200, 600), 100, 40),
        (rule(1.0, 5400, 450).with_for(seconds(120)), 20, 0),
        (rule(14.4, 3600, 3600), 2000, 3),
    ] {
        let threshold = rule.threshold(slo).unwrap();
        let (ratio, base) = (e as f64 / 1e4, background as f64 / 1e4);
        let detect = time_to_detect(&rule, threshold, ratio, base).unwrap();
        let reset = time_to_reset(&rule, threshold, ratio, base).unwrap();
        let from = 8000;
        // lengths from just long enough to far longer than the long window
        for length in [detect.ceil() as i64 + 2, detect as i64 + 200, 8000] {
            let end = from + length;
            let counts = stepped(end + 8000, (from, end), e, background);
            let found = fired(&counts, &rule, slo, Span::SECOND).unwrap();
            assert_eq!(found.len(), 1, "{rule} at {ratio}: {found:?}");
            let delay = found[0].start.as_secs_f64() - from as f64;
            // the condition is strict and time comes in seconds: at most two of them later than the continuous form
            assert!(delay > detect - 1e-6 && delay <= detect + 2.0, "{rule} at {ratio}: {delay} against {detect}");
            let after = found[0].end.as_secs_f64() - end as f64;
            assert!(after >= reset - 1.0 && after <= reset + 1.0, "{rule} at {ratio}: {after} against {reset}");
            if background == 0 && rule.hold == Span::ZERO {
                let (bad, _) = counts.between(Timestamp(from * Span::SECOND.0), found[0].start);
                let spent = bad as f64 / (1e4 * 30.0 * 86_400.0 * 0.001);
                let share = rule.budget_share(seconds(30 * 86_400));
                assert!(spent > share && spent < share * (1.0 + 2.5 / detect), "{rule}: {spent} against {share}");
            }
        }
        // a little shorter than its time to detect, and nothing is found; a `for` may end after the incident
        if rule.hold > Span::ZERO {
            continue;
        }
        let length = (detect - 1.0) as i64;
        let counts = stepped(from + length + 8000, (from, from + length), e, background);
        assert!(fired(&counts, &rule, slo, Span::SECOND).unwrap().is_empty(), "{rule} at {ratio}");
    }
    // at the threshold itself it never fires, however long
    let edge = rule(10.0, 3600, 300);
    assert_eq!(time_to_detect(&edge, edge.threshold(slo).unwrap(), 0.01, 0.0), None);
    assert!(fired(&stepped(20_000, (100, 20_000), 100, 0), &edge, slo, Span::SECOND).unwrap().is_empty());
}

#[test]
fn one_failure_fires_below_the_safe_traffic_and_not_at_it() {
    let slo = target("99.9%");
    for factor in [14.4, 6.0, 1.0, 3.7] {
        let rule = rule(factor, 3600, 300);
        let safe = rule.threshold(slo).unwrap().safe_count() as usize;
        for (n, fires) in [(safe - 1, true), (safe, false)] {
            // n requests in every window of an hour, one of them failing after three hours
            let mut total = vec![0_u64; 4 * 3600];
            for hour in 0..4 {
                (0..n).for_each(|i| total[hour * 3600 + i * 3600 / n] += 1);
            }
            let mut bad = vec![0_u64; total.len()];
            bad[3 * 3600] = 1;
            let counts = Tally::new(Timestamp(0), Span::SECOND, &bad, &total, Population::Requests).unwrap();
            let wide = BurnRateRule { short: rule.long, ..rule };
            assert_eq!(!fired(&counts, &wide, slo, Span::SECOND).unwrap().is_empty(), fires, "{factor} {n}");
        }
    }
}

/// Errors far below the budget's rate, and outages of known place, length and ratio.
fn history(days: i64, outages: &[(i64, i64, u64)], seed: u64) -> Tally {
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
    let n = days * 86_400;
    let total: Vec<u64> = (0..n).map(|_| 5 * random.random_range(1..4)).collect();
    let mut bad: Vec<u64> = (0..n).map(|_| u64::from(random.random_range(0..100_000) < 1)).collect();
    for &(from, length, percent) in outages {
        for s in from..from + length {
            bad[s as usize] = total[s as usize] * percent / 100;
        }
    }
    Tally::new(Timestamp(0), Span::SECOND, &bad, &total, Population::Requests).unwrap()
}

#[test]
fn planted_outages_are_found_when_theory_says() {
    let month = seconds(30 * 86_400);
    let slo = target("99.9%");
    // full outages of 3 and 10 min, an hour at 20 %, and a blip of 20 s that spends 0.8 % of the budget
    let outages = [(100_000, 180, 100), (300_000, 600, 100), (500_000, 3600, 20), (700_000, 20, 100)];
    let counts = history(10, &outages, 7);
    let alerts = assess(&counts, &BurnRateRule::workbook(month), slo, month, &AssessOptions::default()).unwrap();
    let significant: Vec<i64> =
        alerts.truth.incidents.iter().filter(|i| i.significant).map(|i| i.start.0 / 1_000_000_000).collect();
    assert_eq!(significant, [100_000, 300_000, 500_000]);
    assert!(alerts.truth.incidents.iter().any(|i| !i.significant && i.start == Timestamp(700_000 * 1_000_000_000)));
    let page = alerts.rules[0].judged.as_ref().unwrap();
    assert_eq!(page.replay.recall.as_ref().unwrap().value, 1.0);
    assert_eq!((page.replay.false_pages, page.replay.firings.len()), (0, 3));
    for (detection, (_, _, percent)) in page.replay.detections.iter().zip(outages) {
        let expected = 3600.0 * 0.0144 / (percent as f64 / 100.0);
        let delay = detection.delay.unwrap().as_secs_f64();
        // random traffic moves the ratio by some per cent; evaluation adds up to 30 s
        assert!(delay > 0.85 * expected && delay < 1.15 * expected + 30.0, "{delay} against {expected}");
        let budget = detection.budget_at_detection.unwrap();
        assert!(budget > 0.017 && budget < 0.04, "{budget}");
    }
    let reset = page.replay.detections[1].reset.unwrap().as_secs_f64();
    assert!((reset - 300.0 * (1.0 - 0.0144)).abs() <= 35.0, "{reset}");
    // pages together are one firing an incident: the two rules overlap
    let pages = alerts.pages.unwrap();
    assert_eq!(pages.firings.len(), 3);
    assert!((pages.per_week.value - 3.0 / 10.0 * 7.0).abs() < 1e-12);
    // buckets of 5 min are known only when they end: the delay grows by less than one bucket and is never less
    let buckets = page.bucketed.as_ref().unwrap();
    let (mean, worst) =
        (buckets.added_delay_mean.as_ref().unwrap().value, buckets.added_delay_worst.as_ref().unwrap().value);
    assert_eq!(buckets.phases, 10);
    assert!(mean > 100.0 && mean < 200.0 && (240.0..=300.0).contains(&worst), "{mean} {worst}");
}

#[test]
fn a_blip_at_night_is_a_false_page_and_a_slow_burn_is_none() {
    let month = seconds(30 * 86_400);
    let slo = target("99.9%");
    let day = 86_400_usize;
    // 20 a second by day; one a minute by night, of which one fails: 20 times the budget's rate in that hour, and nothing spent
    let mut total: Vec<u64> =
        (0..2 * day).map(|s| if s % day < 43_200 { 20 } else { u64::from(s.is_multiple_of(60)) }).collect();
    let mut bad = vec![0_u64; 2 * day];
    bad[60_000] = 1;
    let rules = [rule(14.4, 3600, 300)];
    let counts = Tally::new(Timestamp(0), Span::SECOND, &bad, &total, Population::Requests).unwrap();
    let alerts = assess(&counts, &rules, slo, month, &AssessOptions::default()).unwrap();
    let judged = alerts.rules[0].judged.as_ref().unwrap();
    assert_eq!((judged.replay.firings.len(), judged.replay.false_pages), (1, 1));
    assert_eq!(judged.replay.precision.as_ref().unwrap().value, 0.0);
    assert!(judged.replay.recall.is_none());
    // from the hour after midday to midday the hour holds 60 requests, of 70 that are needed
    let thin = judged.thin_traffic.as_ref().unwrap().value;
    assert!((thin - 2.0 * 39_600.0 / (2.0 * 86_400.0 - 3600.0)).abs() < 0.01, "{thin}");
    assert!(
        alerts.rules[0].caveats.iter().any(|c| c.contains("fewer than 70 requests")),
        "{:?}",
        alerts.rules[0].caveats
    );

    // twice the budget's rate all day, in ones far apart: no piece of it is an incident, and a slow rule is right to fire
    total.fill(20);
    bad.fill(0);
    (0..2 * day).step_by(25).for_each(|s| bad[s] = 1);
    let counts = Tally::new(Timestamp(0), Span::SECOND, &bad, &total, Population::Requests).unwrap();
    let options = AssessOptions {
        truth: TruthOptions { grain: Span::SECOND, gap: Some(Span::ZERO), significant: 0.02 },
        ..AssessOptions::default()
    };
    let alerts = assess(&counts, &[rule(1.5, 43_200, 3600)], slo, month, &options).unwrap();
    assert!(alerts.truth.incidents.iter().all(|i| !i.significant));
    let judged = alerts.rules[0].judged.as_ref().unwrap();
    assert!(judged.replay.firings.iter().all(|f| f.kind == FiringKind::SlowBurn), "{:?}", judged.replay.firings);
    assert_eq!((judged.replay.firings.len(), judged.replay.false_pages), (1, 0));
}

#[test]
fn rules_that_cannot_be_used_are_refused_and_the_others_go_on() {
    let month = seconds(30 * 86_400);
    let counts = history(2, &[(50_000, 600, 100)], 1);
    let alerts =
        assess(&counts, &BurnRateRule::workbook(month), target("90%"), month, &AssessOptions::default()).unwrap();
    let refused: Vec<bool> = alerts.rules.iter().map(|r| r.refused.is_some()).collect();
    assert_eq!(refused, [true, false, false]);
    assert!(alerts.rules[0].refused.as_ref().unwrap().contains("never fire"));
    let json = serde_json::to_value(&alerts).unwrap();
    assert_eq!(json["rules"][0]["rule"], "14.4x over 1h and 5m page");
    assert!(json["rules"][1]["theory"]["threshold"]["value"].as_f64().unwrap() > 0.59);
    assert!(alerts.rules[2].caveats.iter().any(|c| c.contains("never fill")), "{:?}", alerts.rules[2].caveats);
    // minutes cannot fill a window of 30 s
    let wide = Tally::new(Timestamp(0), Span::MINUTE, &[0; 100], &[5; 100], Population::Requests).unwrap();
    let alerts = assess(&wide, &[rule(1.0, 60, 30)], target("99%"), month, &AssessOptions::default()).unwrap();
    assert!(alerts.rules[0].refused.as_ref().unwrap().contains("step"), "{:?}", alerts.rules[0].refused);
    assert!(assess(&counts, &[], target("100%"), month, &AssessOptions::default()).is_err());
}

/// Sets are told from each other by brute force over all singles: nothing of the grid beats a set of the front.
#[test]
fn the_front_is_not_beaten_by_any_single_rule_and_is_checked_on_unseen_data() {
    let month = seconds(30 * 86_400);
    let slo = target("99.9%");
    let mut outages: Vec<(i64, i64, u64)> = Vec::new();
    for k in 0..12 {
        let from = 40_000 + k * 65_000;
        outages.push(match k % 3 {
            0 => (from, 300, 100),
            1 => (from, 2400, 10),
            _ => (from, 100, 60),
        });
    }
    let counts = history(10, &outages, 3);
    let options = SearchOptions {
        longs: [900, 3600, 10_800].map(seconds).to_vec(),
        divisors: vec![12],
        factors: vec![2.0, 6.0, 14.4, 30.0],
        interval: seconds(60),
        ..SearchOptions::default()
    };
    let found = search(&counts, slo, month, &options, &Progress::new()).unwrap();
    assert_eq!(found, search(&counts, slo, month, &options, &Progress::new()).unwrap());
    assert!(found.tried >= 12 && !found.front.is_empty());
    assert_eq!(found.chosen_on.end(), found.checked_on.start);
    let truth = Truth::measured(&counts, slo, month, &options.truth).unwrap();
    let half = found.checked_on.start;
    for &long in &options.longs {
        for &factor in &options.factors {
            let one = BurnRateRule::new(factor, long, Span(long.0 / 12), Severity::Page).unwrap();
            let replay = replay(&counts, &truth, &one, slo, options.interval).unwrap();
            let delays: Vec<f64> = replay
                .detections
                .iter()
                .filter(|d| truth.incidents[d.incident].start < half)
                .map(|d| d.delay.map_or(f64::INFINITY, Span::as_secs_f64))
                .collect();
            let false_pages =
                replay.firings.iter().filter(|f| f.firing.start < half && f.kind == FiringKind::False).count() as u64;
            let missed = delays.iter().filter(|d| d.is_infinite()).count() as u64;
            let worst = delays.iter().copied().filter(|d| d.is_finite()).fold(f64::NEG_INFINITY, f64::max);
            for set in &found.front {
                let s = &set.chosen_on;
                let beaten =
                    missed < s.missed && worst < s.delay_worst.unwrap().as_secs_f64() && false_pages < s.false_pages;
                assert!(!beaten, "{one} beats {set:?}");
            }
        }
    }
    let fastest = found.front.iter().find(|c| c.name.contains("fastest")).unwrap();
    let quietest = found.front.iter().find(|c| c.name.contains("quietest")).unwrap();
    assert!(fastest.chosen_on.delay_median <= quietest.chosen_on.delay_median);
    assert!(quietest.chosen_on.false_pages <= fastest.chosen_on.false_pages);
    assert_eq!(fastest.chosen_on.missed, found.front.iter().map(|c| c.chosen_on.missed).min().unwrap());
    assert!(found.caveats[0].contains("flatter"));
    assert!(found.workbook.is_some());

    let cancelled = Progress::new();
    cancelled.cancel();
    assert_eq!(search(&counts, slo, month, &options, &cancelled).unwrap_err().kind(), ErrorKind::Cancelled);
    let quiet = history(2, &[], 1);
    assert_eq!(search(&quiet, slo, month, &options, &Progress::new()).unwrap_err().kind(), ErrorKind::Empty);
}
