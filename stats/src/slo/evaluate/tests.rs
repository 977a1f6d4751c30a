use super::*;
use crate::series::{Identity, NanPolicy};

const NS: i64 = 1_000_000_000;

fn series(values: Vec<f64>, step_s: i64) -> Series {
    let times = (0..values.len() as i64).map(|i| i * step_s * NS).collect();
    Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap()
}

fn requests(list: &[(i64, f64, bool)]) -> Events {
    Events::new(
        Identity::new("latency", Unit::Second),
        list.iter().map(|e| e.0 * NS).collect(),
        list.iter().map(|e| e.1).collect(),
        Some(list.iter().map(|e| e.2).collect()),
        NanPolicy::Refuse,
    )
    .unwrap()
}

fn objective(text: &str) -> Objective {
    text.parse().unwrap()
}

#[test]
fn up_time_over_thirty_days_of_minutes() {
    // 34 outages, 302 bad minutes: 30 of 9 minutes and 4 of 8, from minute 3 of every 1270th
    let mut values = vec![1.0; 43_200];
    for i in 0..34 {
        let from = 3 + i * 1270;
        values[from..from + if i < 30 { 9 } else { 8 }].fill(0.0);
    }
    let data = series(values, 60);
    let report = evaluate(&objective("99% of time up over 30d"), SloInput::Series(&data), &Options::default()).unwrap();
    assert_eq!(report.verdict, Verdict::Met);
    assert_eq!(report.budget.allowed.value, 432.0 * 60.0);
    assert_eq!(report.budget.spent.value, 302.0 * 60.0);
    assert_eq!(report.budget.left.value, 130.0 * 60.0);
    assert_eq!((report.incidents.len(), report.incidents[0].cost), (34, 540.0));
    assert!((report.incidents.iter().map(|i| i.share).sum::<f64>() - 1.0).abs() < 1e-12);
    assert!(report.caveats.is_empty(), "{:?}", report.caveats);
    // the same outages counted in slices of 5 minutes miss the objective: 34 × 5 min × at least 2
    let sliced =
        evaluate(&objective("99% of 5m slices up over 30d"), SloInput::Series(&data), &Options::default()).unwrap();
    assert_eq!(sliced.verdict, Verdict::Violated);
    let bad_slices = sliced.budget.spent.value / 300.0;
    let by_hand = (0..8640).filter(|s| (s * 5..s * 5 + 5).any(|m| data.values()[m] == 0.0)).count();
    assert_eq!(bad_slices, by_hand as f64);
    assert_eq!(sliced.methods.time_slices.unwrap().value, 1.0 - by_hand as f64 / 8640.0);
    assert_eq!(sliced.incidents.iter().map(|i| i.cost).sum::<f64>(), by_hand as f64 * 300.0);
}

#[test]
fn requests_by_condition_and_by_flag() {
    let list: Vec<(i64, f64, bool)> =
        (0..1000).map(|i| (i, if i % 100 == 7 { 0.5 } else { 0.1 }, i % 250 != 0)).collect();
    let events = requests(&list);
    let by = |text: &str| evaluate(&objective(text), SloInput::Events(&events), &Options::default()).unwrap();
    // 10 slow ones, and 4 that failed in time
    let both = by("99% of requests < 300ms over 1d");
    assert_eq!((both.budget.spent.value, both.verdict), (14.0, Verdict::Violated));
    assert!(
        both.caveats.iter().any(|c| c.starts_with("4 of 1000 events meet “< 0.3s” and failed")),
        "{:?}",
        both.caveats
    );
    assert_eq!(both.incidents.iter().map(|i| i.cost).sum::<f64>(), 14.0);
    let (id, times, values) = (events.identity().clone(), events.times().to_vec(), events.values().to_vec());
    let unflagged = Events::new(id, times, values, None, NanPolicy::Refuse).unwrap();
    let alone = |text: &str| evaluate(&objective(text), SloInput::Events(&unflagged), &Options::default()).unwrap();
    let slow = alone("99% of requests < 300ms over 1d");
    let sli = slow.methods.occurrences.unwrap();
    assert_eq!((sli.value, sli.n), (0.99, 1000));
    // the Wilson interval of 990 of 1000, as scipy's binomtest(990, 1000).proportion_ci has it
    let interval = sli.confidence.unwrap();
    assert!(
        (interval.lower - 0.981_690_531_129_685).abs() < 1e-12
            && (interval.upper - 0.994_559_245_554_471).abs() < 1e-12,
        "{interval:?}"
    );
    assert_eq!((slow.budget.allowed.value, slow.budget.spent.value, slow.verdict), (10.0, 10.0, Verdict::Met));
    assert_eq!(slow.budget.spent.unit, Unit::Count);
    assert!(slow.caveats.iter().any(|c| c.contains("cover")), "{:?}", slow.caveats);
    assert!(slow.caveats.iter().any(|c| c.contains("events seen")));
    assert_eq!(slow.incidents.len(), 10);
    assert_eq!(alone("99.5% of requests < 300ms over 1d").verdict, Verdict::Violated);
    let flagged = by("99.5% of requests ok over 1d");
    assert_eq!((flagged.budget.spent.value, flagged.verdict), (4.0, Verdict::Met));
    // exactly at the target: 99.6 % of 1000 allows 4
    assert_eq!(by("99.6% of requests over 1d").verdict, Verdict::Met);
    assert_eq!(by("99.61% of requests over 1d").verdict, Verdict::Violated);
}

#[test]
fn the_mean_of_ratios_hides_errors_under_uneven_traffic() {
    // ten quiet minutes without errors, one busy minute with a third of its requests failing
    let mut list: Vec<(i64, f64, bool)> = (0..10).flat_map(|m| (0..6).map(move |i| (m * 60 + i, 0.1, true))).collect();
    list.extend((0..600).map(|i| (600 + i / 10, 0.1, i % 3 != 0)));
    let events = requests(&list);
    let report =
        evaluate(&objective("99% of requests ok over 1h"), SloInput::Events(&events), &Options::default()).unwrap();
    let m = report.methods;
    assert!((m.occurrences.unwrap().value - 460.0 / 660.0).abs() < 1e-12);
    let mean = m.mean_of_ratios.unwrap();
    assert!((mean.value - (10.0 + 2.0 / 3.0) / 11.0).abs() < 1e-12);
    assert_eq!(mean.n, 11);
    assert!((m.ratio_slices.unwrap().value - 10.0 / 11.0).abs() < 1e-12);
    assert_eq!(report.incidents.len(), 1);
    assert_eq!(report.incidents[0].cost, 200.0);
}

#[test]
fn slices_have_percentiles_means_and_ratios() {
    // minute m: m slow ones of 100
    let list: Vec<(i64, f64, bool)> = (0..4_i64)
        .flat_map(|m| (0..100).map(move |i| (m * 60 + i % 60, if i < m { 1.0 } else { 0.1 }, i >= m)))
        .collect();
    let events = requests(&list);
    let bad = |text: &str| {
        let r = evaluate(&objective(text), SloInput::Events(&events), &Options::default()).unwrap();
        r.budget.spent.value / 60.0
    };
    // at most one slow one of a hundred keeps p99 fast
    assert_eq!(bad("99% of 1m slices have p99 < 500ms over 1h"), 2.0);
    assert_eq!(bad("99% of 1m slices have p98 < 500ms over 1h"), 1.0);
    assert_eq!(bad("99% of 1m slices have ratio >= 99% over 1h"), 2.0);
    assert_eq!(bad("99% of 1m slices have mean <= 109ms over 1h"), 2.0);
    assert_eq!(bad("99% of 1m slices < 500ms over 1h"), 3.0);
}

#[test]
fn time_by_events_is_counted_in_seconds() {
    // three slow events in two of a hundred seconds
    let mut list: Vec<(i64, f64, bool)> = (0..100).map(|i| (i, 0.1, true)).collect();
    list.extend([(10, 0.9, true), (10, 0.8, true), (50, 0.9, true)]);
    let events = requests(&list);
    let report =
        evaluate(&objective("97% of time < 500ms over 100s"), SloInput::Events(&events), &Options::default()).unwrap();
    assert_eq!((report.budget.allowed.value, report.budget.spent.value), (3.0, 2.0));
    assert_eq!(report.budget.spent.unit, Unit::Second);
    assert_eq!(report.methods.occurrences.unwrap().value, 0.98);
    assert_eq!(report.incidents.iter().map(|i| i.cost).sum::<f64>(), 2.0);
    // values that are no 0 and 1 are neither up nor down
    let id = Identity::new("latency", Unit::Second);
    let plain = Events::new(id, vec![0, NS], vec![0.1, 0.2], None, NanPolicy::Refuse).unwrap();
    let refused = evaluate(&objective("99% of time up over 1h"), SloInput::Events(&plain), &Options::default());
    assert!(refused.unwrap_err().to_string().contains("neither good flags nor 0 and 1"));
}

#[test]
fn older_data_are_left_out_of_the_period() {
    let mut values = vec![1.0; 7200];
    values[..600].fill(0.0);
    let data = series(values, 1);
    let report = evaluate(&objective("99% of time up over 1h"), SloInput::Series(&data), &Options::default()).unwrap();
    assert_eq!((report.budget.spent.value, report.verdict), (0.0, Verdict::Met));
    assert!(report.caveats[0].contains("left out"));
    assert_eq!(report.coverage, 1.0);
    let longer = evaluate(&objective("99% of time up over 1d"), SloInput::Series(&data), &Options::default()).unwrap();
    assert_eq!((longer.budget.allowed.value, longer.budget.spent.value), (864.0, 600.0));
    assert!((longer.coverage - 1.0 / 12.0).abs() < 1e-12);
}

#[test]
fn what_does_not_fit_is_refused_with_a_way_out() {
    let data = series(vec![1.0; 100], 1);
    let error = |text: &str| evaluate(&objective(text), SloInput::Series(&data), &Options::default()).unwrap_err();
    assert!(error("99% of requests ok over 1h").to_string().contains("of time"));
    assert!(error("99% of time < 300ms over 1h").to_string().contains("convert"));
    assert!(error("99% of 1500ms slices up over 1h").to_string().contains("multiple"));
    let id = Identity::new("latency", Unit::Second);
    let events = Events::new(id, vec![0], vec![0.1], None, NanPolicy::Refuse).unwrap();
    let flags = evaluate(&objective("99% of requests ok over 1h"), SloInput::Events(&events), &Options::default());
    assert!(flags.unwrap_err().to_string().contains("good"));
}

#[test]
fn json_has_the_contracts_keys() {
    let data = series(vec![1.0, 0.0, 1.0, 1.0], 1);
    let report = evaluate(&objective("50% of time up over 4s"), SloInput::Series(&data), &Options::default()).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["objective"], "50% of time up over 4s");
    for key in ["occurrences", "time_slices", "ratio_slices", "mean_of_ratios"] {
        assert!(json["methods"].get(key).is_some(), "{key}");
    }
    for key in ["allowed", "spent", "left"] {
        assert_eq!(json["budget"][key]["unit"], "s");
    }
    assert_eq!(json["incidents"][0]["start"], "1970-01-01T00:00:01Z");
    assert_eq!(json["verdict"], "met");
}
