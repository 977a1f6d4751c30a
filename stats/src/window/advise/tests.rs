//! The widths against a walk over them, and the edges of rules, budgets and traffic.
#![allow(clippy::unwrap_used)]

use super::*;

fn input(share: &str, period: &str, incidents: IncidentPattern, rule: Rule) -> AdvisorInput {
    AdvisorInput {
        budget: Budget::new(share.parse().unwrap(), period.parse().unwrap()),
        incidents,
        rule,
        rate_per_s: None,
        quantile: None,
        level: 0.95,
    }
}

fn secs(list: &[i64]) -> IncidentPattern {
    IncidentPattern::Measured(list.iter().map(|s| Span::from_secs(*s)).collect())
}

#[test]
fn one_minute_against_four_nines() {
    let a = advise(&input("99.99%", "30d", secs(&[60]), Rule::AnyBad)).unwrap();
    assert_eq!(a.widest, Some(129.6));
    assert_eq!(a.all_safe_below, Some(129.6));
    // 60 + w ≤ 259.2
    assert!((a.widest_expected.unwrap() - 199.2).abs() < 1e-9);
    // one bucket of 129.6 s fits twice: nothing is lost
    assert!((a.quantised_objective.unwrap() - 0.9999).abs() < 1e-12);
    assert!(!a.empty);
}

/// The worst charge at a width, straight from the formula; a share is bad at exactly θ already.
fn worst(list: &[i64], theta: f64, w: f64) -> f64 {
    let near = |x: f64| if (x - x.round()).abs() < 1e-12 * x.abs().max(1.0) { x.round() } else { x };
    let slices = |d: i64| {
        let length = near(d as f64 / w + 1.0 - 2.0 * theta);
        if theta == 0.0 { length.ceil() } else { length.floor() + 1.0 }
    };
    list.iter().map(|d| w * slices(*d)).sum()
}

#[test]
fn the_widest_safe_width_is_the_last_one_and_all_narrower_hold_as_far_as_it_says() {
    let mut gaps = 0;
    for (list, share) in [
        (vec![60], "99.99%"),
        (vec![200], "99.99%"),
        (vec![250], "99.99%"),
        (vec![1000, 1000], "99.9%"),
        (vec![600, 700, 1100], "99.9%"),
        (vec![2000, 1, 1, 1], "99.9%"),
        (vec![2500, 30], "99.9%"),
    ] {
        for theta in [0.0, 0.1, 0.3] {
            let rule = if theta == 0.0 { Rule::AnyBad } else { Rule::Share(theta) };
            let a = advise(&input(share, "30d", secs(&list), rule)).unwrap();
            let budget = Budget::new(share.parse().unwrap(), "30d".parse().unwrap()).allowed().as_secs_f64();
            let (widest, all) = (a.widest.unwrap(), a.all_safe_below.unwrap());
            let case = format!("{list:?} {share} θ {theta}: {widest} {all} of {budget}");
            assert!(worst(&list, theta, widest) <= budget * (1.0 + 1e-9), "{case}");
            let blind = if theta > 0.0 { *list.iter().min().unwrap() as f64 / theta } else { f64::INFINITY };
            // a fine walk over the widths finds none safe beyond, none unsafe below
            let mut w = 0.25;
            while w < blind.min(10_000.0) {
                let safe = worst(&list, theta, w) <= budget;
                assert!(!safe || w <= widest * (1.0 + 1e-9), "{case}: {w} is safe");
                assert!(safe || w > all * (1.0 - 1e-9), "{case}: {w} is not safe");
                w *= 1.0009;
            }
            if all < widest {
                gaps += 1;
                // just beyond it is one that is not safe, unless a jump down follows at once
                assert!(worst(&list, theta, all * (1.0 + 1e-7)) > budget, "{case}");
            }
        }
    }
    assert!(gaps > 0, "no case has a gap between safe widths");
}

#[test]
fn budgets_that_bear_nothing_or_everything() {
    let over = advise(&input("99.99%", "30d", secs(&[260]), Rule::AnyBad)).unwrap();
    assert_eq!((over.widest, over.widest_expected, over.empty), (None, None, true));
    assert!(over.why[0].contains("missed at any width"));
    let exact = advise(&input("99%", "100s", secs(&[1]), Rule::AnyBad)).unwrap();
    assert_eq!((exact.widest, exact.empty), (None, true));
    let none = advise(&input("99.9%", "30d", secs(&[]), Rule::AnyBad)).unwrap();
    assert_eq!(none.widest, Some(2_592_000.0));
    // under a share rule, an incident that is no longer seen is no success
    let blind = advise(&input("99%", "30d", secs(&[60]), Rule::Share(0.5))).unwrap();
    assert_eq!(blind.widest, Some(120.0));
    assert!(blind.why.iter().any(|w| w.contains("too little")));
    assert_eq!(blind.limited_by, Some(WidthLimit::Blindness));
    // a strict rule misses an outage of exactly its share, so the widest width is short of that
    let strict = advise(&input("99%", "30d", secs(&[60]), Rule::Ratio(Quantile::MEDIAN))).unwrap();
    assert!(strict.widest.unwrap() < 120.0 && strict.widest.unwrap() > 119.999_999);
}

#[test]
fn a_share_at_exactly_its_boundary_counts_one_slice_more() {
    // 60 s in slices of 60 s, bad from half on: an outage that begins in the middle fills half of two slices
    let (d, w) = (60, 60);
    let bad = {
        use crate::time::{Timestamp, Window};
        let at = |s: i64| Timestamp(s * 1_000_000_000);
        let hour = Window::new(at(0), Span::HOUR).unwrap();
        crate::window::BadTime::from_intervals(hour, Span::SECOND, &[(at(630), at(690))], &[]).unwrap()
    };
    let row = &crate::window::account(&bad, &"1m".parse().unwrap(), &Rule::Majority, None).unwrap().rows[0];
    assert_eq!(row.charged.max.value, 120.0);
    assert_eq!(worst(&[d], 0.5, w as f64), 120.0);
    // a budget of 100 s bears one such slice and not two
    let a = advise(&input("99%", "10000s", secs(&[d]), Rule::Majority)).unwrap();
    assert!(a.widest.unwrap() != 60.0 && worst(&[d], 0.5, a.widest.unwrap()) <= 100.0 * (1.0 + 1e-12), "{a:?}");
    // half a second wider than 60 there is one slice at most, up to what 60 s can fill half of
    assert_eq!(a.widest, Some(100.0));
    assert!(a.all_safe_below.unwrap() <= 50.0);
}

#[test]
fn rules_of_half_a_slice_and_more_are_told_without_a_budget_they_do_not_meet() {
    for (rule, word) in [(Rule::Majority, "what there was"), (Rule::Share(0.8), "less than the truth on average")] {
        let a = advise(&input("99%", "30d", secs(&[60]), rule)).unwrap();
        assert_eq!(a.limited_by, Some(WidthLimit::Blindness));
        assert!(a.why.iter().any(|w| w.contains(word)), "{:?}", a.why);
        assert!(!a.why.iter().any(|w| w.contains("in the worst phase, at")), "{:?}", a.why);
    }
}

#[test]
fn a_percentile_above_a_lower_limit_is_a_share() {
    // p10 > 50: a slice is bad from a tenth of bad samples on; taken as p10 < 50 it would need nine tenths
    let lower = Rule::Percentile(Quantile::new(0.1).unwrap()).under(Some(&"> 50".parse().unwrap())).unwrap();
    assert_eq!(lower, Rule::Share(0.1));
    let upper = Rule::Percentile(Quantile::new(0.1).unwrap());
    let widest = |rule| advise(&input("99%", "1d", secs(&[60]), rule)).unwrap().widest.unwrap();
    assert!(widest(lower) > 300.0 && widest(upper) < 67.0);
}

#[test]
fn traffic_bounds_the_width_from_below() {
    let mut i = input("99.99%", "30d", IncidentPattern::Equal { length: Span::MINUTE, count: 1 }, Rule::AnyBad);
    i.quantile = Some(Quantile::P99);
    i.rate_per_s = Some(1.0);
    let a = advise(&i).unwrap();
    assert_eq!((a.samples_needed, a.narrowest, a.widest, a.empty), (Some(299), Some(299.0), Some(129.6), true));
    assert!(a.why.iter().any(|w| w.contains("no width is honest and safe")), "{:?}", a.why);
    // 129 samples bound p95 and not p99; three windows of 129.6 s hold 299; 299/129.6 samples a second; and an objective that
    // bears two slices of 299 s
    let opened: Vec<Opening> = a.openings.clone();
    assert_eq!(opened[0], Opening::Percentile { q: Quantile::P95, samples: 59 });
    assert_eq!(opened[1], Opening::MergedHistograms { windows: 3 });
    assert_eq!(opened[2], Opening::Traffic { rate_per_s: 299.0 / 129.6 });
    assert_eq!(opened[3], Opening::Objective { objective: 1.0 - 598.0 / 2_592_000.0 });
    // each of them does open it
    let mut with = i.clone();
    with.rate_per_s = Some(299.0 / 129.6 + 1e-9);
    assert!(!advise(&with).unwrap().empty);
    let mut with = i.clone();
    with.quantile = Some(Quantile::P95);
    assert!(!advise(&with).unwrap().empty);
    let mut with = i.clone();
    with.budget = Budget::new(Quantile::new(1.0 - 598.0 / 2_592_000.0 - 1e-12).unwrap(), "30d".parse().unwrap());
    assert!(!advise(&with).unwrap().empty);
    for (q, n) in [(Quantile::P95, 59), (Quantile::P999, 2995), (Quantile::P9999, 29_956)] {
        i.quantile = Some(q);
        assert_eq!(advise(&i).unwrap().samples_needed, Some(n));
    }
    let json = serde_json::to_value(&a).unwrap();
    assert_eq!(
        (json["narrowest_s"].clone(), json["widest_s"].clone()),
        (serde_json::json!(299), serde_json::json!(129.6))
    );
    i.rate_per_s = Some(0.0);
    assert!(advise(&i).is_err());
}

/// Slices laid down at many phases: up to the told width some slice is bad at each of them, in wider ones there are phases without any.
#[test]
fn up_to_the_told_width_an_incident_is_seen_at_every_phase() {
    let bad_slices = |d: f64, w: f64, theta: f64, phase: f64| {
        let overlap = |k: i32| (phase + f64::from(k + 1) * w).min(d) - (phase + f64::from(k) * w).max(0.0);
        (-1..=(d / w) as i32 + 1).filter(|k| overlap(*k) >= theta * w - 1e-9).count()
    };
    for (rule, theta) in [(Rule::Share(0.1), 0.1), (Rule::Majority, 0.5), (Rule::Share(0.8), 0.8), (Rule::AllBad, 1.0)]
    {
        let a = advise(&input("99%", "30d", secs(&[60]), rule)).unwrap();
        let (seen, widest) = (a.seen_at_every_phase.unwrap(), a.widest.unwrap());
        let least = |w: f64| (0..1000).map(|i| bad_slices(60.0, w, theta, w * f64::from(i) / 1000.0)).min().unwrap();
        let most = |w: f64| (0..1000).map(|i| bad_slices(60.0, w, theta, w * f64::from(i) / 1000.0)).max().unwrap();
        assert!(least(seen) > 0 && least(seen * 0.7) > 0, "θ {theta}: {seen}");
        assert!(seen < widest && least(seen * 1.01) == 0 && most(widest * 0.999) > 0, "θ {theta}: {seen} {widest}");
    }
    let any = advise(&input("99.99%", "30d", secs(&[60]), Rule::AnyBad)).unwrap();
    assert_eq!(any.seen_at_every_phase, any.widest);
}
