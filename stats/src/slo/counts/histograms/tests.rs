//! Stored histograms against the events that they hold.

use super::*;
use crate::events::Events;
use crate::histogram::{HistogramSeries, LayoutChoice};
use crate::series::NanPolicy;
use crate::slo::alert::tally_of;
use crate::slo::{Options, Outcome, SloInput, SloReport, evaluate};
use crate::time::Grid;
use crate::unit::Unit;
use crate::window::Verdict;

/// Latencies of an hour, slow around the middle.
fn events() -> Events {
    let times: Vec<i64> = (0..7200).map(|i| i * 500_000_000).collect();
    let values = (0..7200_u64)
        .map(|i| {
            let noise = (i * 2_654_435_761 % 1000) as f64 / 1000.0;
            0.05 + 0.2 * noise + if (3000..3600).contains(&i) { 0.3 * noise } else { 0.0 }
        })
        .collect();
    Events::new(Identity::new("latency", Unit::Second), times, values, None, NanPolicy::Refuse).unwrap()
}

fn windows(events: &Events, layout: &str) -> Vec<(Window, AnySketch)> {
    let grid = Grid::new(Span::MINUTE, Span::ZERO).unwrap();
    let choice: LayoutChoice = layout.parse().unwrap();
    grid.runs(events.times()).map(|(window, run)| (window, choice.build(&events.values()[run]).unwrap())).collect()
}

fn held(objective: &str, layout: &str) -> (SloReport, SloReport) {
    let events = events();
    let objective: Objective = objective.parse().unwrap();
    let counts =
        Counts::from_histograms(events.identity().clone(), &windows(&events, layout), &objective.condition().unwrap());
    let (counts, options) = (counts.unwrap(), Options::default());
    let of_counts = evaluate(&objective, SloInput::Counts(&counts), &options).unwrap();
    (evaluate(&objective, SloInput::Events(&events), &options).unwrap(), of_counts)
}

#[test]
fn at_an_edge_histograms_say_what_their_events_do() {
    for objective in [
        "99% of requests < 300ms over 1h",
        "95% of requests <= 300ms over 1h",
        "10% of requests >= 0.2s over 1h",
        "99% of requests > 60ms over 1h",
        "95% of 1m slices have p99 < 300ms over 1h",
        "95% of 5m slices have p90 < 250ms over 1h",
        "99% of 1m slices < 500ms over 1h",
        // the least of all values: 60 slices have one below 60 ms, few none
        "99% of 1m slices have p0 < 60ms over 1h",
        "60% of 1m slices have p0 < 51ms over 1h",
        "99% of 1m slices have p0 < 40ms over 1h",
        "60% of 1m slices have p100 < 250ms over 1h",
    ] {
        let (truth, found) = held(objective, "log-linear");
        assert_eq!(found.objective.to_string(), objective.to_owned());
        assert_eq!(found.verdict, truth.verdict, "{objective}");
        let values = |r: &SloReport| (r.budget.allowed.value, r.budget.spent.value, r.budget.left.value);
        let at_edge = !objective.contains("<=") && !objective.contains("> 60ms");
        if at_edge {
            assert_eq!(values(&found), values(&truth), "{objective}");
            let level = |r: &SloReport| r.methods.occurrences.as_ref().unwrap().value;
            assert_eq!(level(&found), level(&truth), "{objective}");
            assert!(!found.caveats.iter().any(|c| c.contains("no edge")), "{:?}", found.caveats);
        }
    }
    let events = events();
    let objective: Objective = "99% of requests < 300ms over 1h".parse().unwrap();
    let merged = HistogramSeries::from_events(&events, Grid::new(Span::MINUTE, Span::ZERO).unwrap()).unwrap();
    let windows: Vec<(Window, AnySketch)> =
        merged.windows().iter().map(|(w, h)| (*w, AnySketch::LogLinear(h.clone()))).collect();
    let condition = objective.condition().unwrap();
    let counts = Counts::from_histograms(events.identity().clone(), &windows, &condition).unwrap();
    // what alerts are replayed on
    let tally = tally_of(&objective, SloInput::Counts(&counts), &Options::default()).unwrap();
    let bad = events.values().iter().filter(|v| **v >= 0.3).count() as u64;
    assert_eq!((counts.bad().iter().sum::<u64>(), counts.total().iter().sum::<u64>()), (bad, 7200));
    assert!(tally.caveats().is_empty(), "{:?}", tally.caveats());
}

#[test]
fn between_edges_the_truth_lies_within_the_bounds() {
    let (mut undecided, mut asked) = (0, 0);
    for layout in ["log-linear", "exp:2", "exp:5", "ddsketch:0.02", "hdr:2"] {
        for limit in [255, 277, 305, 333, 411] {
            for objective in [
                format!("95.5% of requests < {limit}ms over 1h"),
                format!("90% of 1m slices have p95 < {limit}ms over 1h"),
            ] {
                let (truth, found) = held(&objective, layout);
                let inside = |of: fn(&SloReport) -> f64, estimate: &crate::estimate::Estimate| {
                    let (lower, upper) = estimate.interval().unwrap();
                    let truth = of(&truth);
                    assert!(
                        lower - 1e-12 <= truth && truth <= upper + 1e-12,
                        "{layout} {objective}: {truth} {estimate}"
                    );
                };
                inside(|r| r.methods.occurrences.as_ref().unwrap().value, found.methods.occurrences.as_ref().unwrap());
                inside(|r| r.budget.spent.value, &found.budget.spent);
                inside(|r| r.budget.left.value, &found.budget.left);
                asked += 1;
                if found.verdict == Verdict::Undecidable {
                    undecided += 1;
                    assert_eq!((found.projection.outcome, found.projection.exhausted), (Outcome::Unknown, None));
                } else {
                    assert_eq!(found.verdict, truth.verdict, "{layout} {objective}");
                }
            }
        }
    }
    // most are decided, some cannot be
    assert!(undecided > 0 && undecided * 4 < asked, "{undecided} of {asked}");
}

#[test]
fn what_histograms_cannot_tell_is_refused_with_the_way_out() {
    let events = events();
    let windows = windows(&events, "log-linear");
    let of =
        |condition: &str| Counts::from_histograms(events.identity().clone(), &windows, &condition.parse().unwrap());
    assert!(of("= 300ms").unwrap_err().to_string().contains("cannot tell which values"));
    assert!(of("< 3kB").is_err());
    let counts = of("< 300ms").unwrap();
    for (objective, says) in [
        ("99% of requests ok over 1h", "without good flags"),
        ("99% of requests < 400ms over 1h", "counted by “< 300ms”"),
        ("99% of 1m slices have mean < 300ms over 1h", "means cannot"),
        ("99% of 1m slices have ratio >= 99% over 1h", "without good flags"),
    ] {
        let error = evaluate(&objective.parse().unwrap(), SloInput::Counts(&counts), &Options::default());
        let error = error.unwrap_err().to_string();
        assert!(error.contains(says), "{objective}: {error}");
    }
    assert!(Counts::from_histograms(Identity::default(), &[], &"< 1".parse().unwrap()).is_err());
    let minute = Window::new(crate::time::Timestamp(0), Span::MINUTE).unwrap();
    let kll = [(minute, "kll:200".parse::<LayoutChoice>().unwrap().build(events.values()).unwrap())];
    let error = Counts::from_histograms(events.identity().clone(), &kll, &"< 300ms".parse().unwrap()).unwrap_err();
    assert!(error.to_string().contains("have no bins"), "{error}");
}

#[test]
fn a_longer_window_is_counted_at_its_beginning() {
    let window = |start: i64, minutes: i64| {
        Window::new(crate::time::Timestamp(start * Span::MINUTE.0), Span(minutes * Span::MINUTE.0)).unwrap()
    };
    let of = |values: &[f64]| LayoutChoice::LogLinear.build(values).unwrap();
    let list = [
        (window(3, 5), of(&[0.1, 0.4])),
        (window(0, 1), of(&[0.1])),
        (window(1, 1), of(&[0.2, 0.3])),
        (window(1, 5), of(&[0.5])),
    ];
    let identity = Identity::new("latency", Unit::Second);
    let counts = Counts::from_histograms(identity, &list, &"< 0.3s".parse().unwrap()).unwrap();
    let minutes: Vec<i64> = counts.times().iter().map(|t| t / Span::MINUTE.0).collect();
    assert_eq!((minutes, counts.step()), (vec![0, 1, 3], Span::MINUTE));
    assert_eq!((counts.total(), counts.bad()), (&[1, 3, 2][..], &[0, 2, 1][..]));
    assert!(counts.notes()[0].starts_with("2 of 4 histograms are of more than 1m"), "{:?}", counts.notes());
    let list = [(window(0, 5), of(&[0.1])), (window(5, 5), of(&[0.1])), (window(10, 1), of(&[0.1]))];
    let counts = Counts::from_histograms(Identity::default(), &list, &"< 0.3".parse().unwrap()).unwrap();
    assert!(counts.notes()[0].starts_with("1 of 3 histograms are of less than 5m"), "{:?}", counts.notes());
}
