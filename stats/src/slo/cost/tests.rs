//! Costs by hand, and those of objectives whose data do not know all of them.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::counter::Counter;
use crate::histogram::{AnySketch, LogLinear};
use crate::series::{Identity, NanPolicy, Series};
use crate::slo::{Counts, Options, SloInput, evaluate};
use crate::time::{Span, Timestamp, Window};

const ALL: &str = "currency: EUR\nlost revenue: 0.4 [0.25, 0.6] per bad request\nuser-trust: 100 [0, 1000] once\n\
                   contract_penalties: 5000 [5000, 5000] once if violated\ninfrastructure: 0 [0, 0] once\n\
                   engineering time:\n  - 300 [150, 600] per incident\n  - 60 [60, 60] per bad hour\n";

#[test]
fn intervals_add_up_by_hand() {
    let usage = Usage {
        bad_seconds: Some(7200.0),
        bad_requests: Some(1000.0),
        incidents: Some(2.0),
        violated: Some(true),
        ..Usage::default()
    };
    let found = cost(&read_costs(ALL).unwrap(), &usage);
    let total = found.total.unwrap();
    // 400 + 100 + 5000 + 0 + 600 + 120; 250 + 0 + 5000 + 0 + 300 + 120; 600 + 1000 + 5000 + 0 + 1200 + 120
    assert_eq!((total.value, total.interval()), (6220.0, Some((5670.0, 7920.0))));
    assert!(found.unknown.is_empty() && total.caveats.is_empty());
    let met = cost(&read_costs(ALL).unwrap(), &Usage { violated: Some(false), ..usage });
    assert_eq!(met.total.unwrap().value, 1220.0);
}

#[test]
fn the_unknown_stays_in_the_sum() {
    let usage = Usage { bad_seconds: Some(10.0), incidents: Some(1.0), violated: Some(false), ..Usage::default() };
    let found = cost(&read_costs(ALL).unwrap(), &usage);
    // requests were not counted: their revenue is not 0 but not known
    assert_eq!(found.unknown, [Bucket::LostRevenue]);
    let total = found.total.unwrap();
    assert_eq!(total.interval().unwrap().1, f64::INFINITY);
    assert!(total.caveats[0].contains("lost revenue"));
    let bare = cost(&read_costs("currency: EUR\ninfrastructure: 3 per bad second\n").unwrap(), &usage);
    assert!(matches!(bare.total.unwrap().bound, Bound::Unknown { .. }));
    assert_eq!(bare.unknown.len(), 4);
    let none = cost(&read_costs("currency: EUR\nuser trust: unknown, no survey yet\n").unwrap(), &usage);
    assert!(none.total.is_none());
    assert!(none.rows.iter().any(|r| r.why.as_deref() == Some("no survey yet")));
}

#[test]
fn time_of_whole_ticks_is_told() {
    let usage = Usage {
        bad_seconds: Some(60.0),
        bad_requests: Some(1.0),
        incidents: Some(1.0),
        violated: Some(false),
        whole_ticks: Some(Span::MINUTE),
        ..Usage::default()
    };
    let found = cost(&read_costs(ALL).unwrap(), &usage);
    let told = |what: &str| found.rows.iter().find(|r| r.charge.contains(what)).unwrap().cost.clone().unwrap().caveats;
    assert!(told("per incident")[0].contains("1m with one bad request") && told("per bad hour").len() == 1);
    assert!(told("per bad request").is_empty() && told("once if violated").is_empty());
    assert_eq!(found.total.unwrap().caveats.len(), 1);
}

fn cost_of(objective: &str, input: SloInput<'_>, text: &str) -> CostReport {
    let report = evaluate(&objective.parse().unwrap(), input, &Options::default()).unwrap();
    cost(&read_costs(text).unwrap(), &Usage::of(&report))
}

/// A hundred requests of one scrape are slow: nobody knows in how many incidents, in how many minutes.
#[test]
fn one_scrape_knows_neither_incidents_nor_seconds() {
    let scrape = Window::new(Timestamp(0), Span(1)).unwrap();
    let values: Vec<f64> = (0..1000).map(|i| if i < 100 { 0.5 } else { 0.1 }).collect();
    let slow = [(scrape, AnySketch::LogLinear(LogLinear::from_values(&values)))];
    let identity = Identity::new("latency", Unit::Second);
    let counts = Counts::from_histograms(identity, &slow, &"< 250ms".parse().unwrap()).unwrap();
    let found = cost_of("95% of requests < 250ms over 30d", SloInput::Counts(&counts), ALL);
    let known: Vec<f64> = found.rows.iter().filter_map(|r| r.quantity).collect();
    // the requests and the two that are paid once
    assert_eq!(known, [100.0, 1.0, 1.0]);
    assert_eq!(found.unknown, [Bucket::ContractPenalties, Bucket::EngineeringTime]);
    assert_eq!(found.total.unwrap().interval().unwrap().1, f64::INFINITY);
}

/// A counter of errors that begins at 20 000, and counts two more: two are certain.
#[test]
fn the_bounds_of_what_was_bad_are_those_of_its_cost() {
    let counter = |from: i64, value: fn(i64) -> f64| {
        let times = (from..40).map(|i| i * 15_000_000_000).collect();
        Counter::new(Identity::default(), times, (from..40).map(value).collect(), NanPolicy::Refuse).unwrap()
    };
    let good = counter(0, |i| 1e6 + 100.0 * i as f64);
    let bad = counter(20, |i| if i < 30 { 20_000.0 } else { 20_002.0 });
    let counts = Counts::from_outcomes(Identity::default(), &[(false, &good), (true, &bad)]).unwrap();
    let text = "currency: EUR\nlost revenue: 1 [1, 2] per bad request\nuser trust: 0 [0, 0] once\n\
                contract penalties: 0 [0, 0] once\ninfrastructure: 1 [1, 1] per bad second\nengineering time: 0 [0, 0] once\n";
    let found = cost_of("99% of requests ok over 1h", SloInput::Counts(&counts), text);
    let of = |what: &str| {
        let row = found.rows.iter().find(|r| r.charge.contains(what)).unwrap();
        (row.quantity_at_least, row.quantity.unwrap(), row.cost.as_ref().unwrap().interval().unwrap())
    };
    assert_eq!(of("per bad request"), (Some(2.0), 20_002.0, (2.0, 40_004.0)));
    // 15 s of the two, and 15 s of what came first
    assert_eq!(of("per bad second"), (Some(15.0), 30.0, (15.0, 30.0)));
    assert_eq!(found.total.unwrap().interval(), Some((17.0, 40_034.0)));
    let found = cost_of("99% of requests ok over 1h", SloInput::Counts(&counts), ALL);
    let incidents = found.rows.iter().find(|r| r.charge.contains("per incident")).unwrap();
    assert!(matches!(incidents.cost.as_ref().unwrap().bound, Bound::Unknown { .. }));
    assert!(matches!(found.total.unwrap().bound, Bound::Unknown { .. }));
}

/// One good day of thirty: the objective may be violated yet.
#[test]
fn what_is_paid_for_a_violation_is_not_known_before_it_is_decided() {
    let up = |days: i64| {
        let times = (0..days * 1440).map(|m| m * 60_000_000_000).collect();
        let values = vec![1.0; days as usize * 1440];
        Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap()
    };
    let text = "currency: EUR\ncontract penalties: 5000 [5000, 5000] once if violated\n";
    let penalty =
        |days: i64| cost_of("99.9% of time up over 30d", SloInput::Series(&up(days)), text).rows.swap_remove(2);
    assert_eq!((penalty(1).cost, penalty(1).why.unwrap().contains("not decided")), (None, true));
    assert_eq!(penalty(30).cost.unwrap().interval(), Some((0.0, 0.0)));
}

#[test]
fn mistakes_have_their_line() {
    for (text, says) in [
        ("lost revenue: 1 once\n", "“currency” is missing"),
        ("currency: EUR\nlost revenu: 1 once\n", "line 2, column 1: “lost revenu” is not a bucket"),
        ("currency: EUR\nlost revenue: many once\n", "line 2, column 15: “many” is not an amount"),
        ("currency: EUR\nlost revenue: -1 once\n", "no cost"),
        ("currency: EUR\nlost revenue: 1 [2, 3] once\n", "1 does not lie in [2, 3]"),
        ("currency: EUR\nlost revenue: 1 [0, 3 once\n", "not closed"),
        ("currency: EUR\nlost revenue: 1 per year\n", "“per year” does not say"),
    ] {
        let error = read_costs(text).unwrap_err().to_string();
        assert!(error.contains(says), "{text}: {error}");
    }
}
