use super::*;
use crate::counter::Counter;
use crate::series::{Identity, NanPolicy};
use crate::slo::Outcome;
use crate::slo::alert::tally_of;
use crate::time::Timestamp;

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
fn a_rest_that_could_spend_what_is_left_leaves_it_undecided() {
    // all but 20 of the minutes of 30 days: 43.2 may be bad
    let decided = |bad: usize, slo: &str| {
        let mut values = vec![1.0; 43_180];
        values[5..5 + bad].fill(0.0);
        let report = evaluate(&objective(slo), SloInput::Series(&series(values, 60)), &Options::default()).unwrap();
        assert_eq!(report.verdict, Verdict::Met);
        report.decided
    };
    assert!(!decided(30, "99.9% of time up over 30d"));
    assert!(decided(10, "99.9% of time up over 30d"));
    // 20 minutes in two pieces can be in 8 slices of 5 minutes
    assert!(!decided(10, "99.9% of 5m slices up over 30d"));
}

/// 30 days of minutes of which ten days have no sample, at the beginning or in the middle: the same is known, and the same is told.
#[test]
fn a_gap_within_the_period_is_not_seen_either() {
    let (minutes, gap, bad) = (43_200_usize, 14_400_usize, 346_usize);
    for slo in ["99% of time up over 30d", "99% of 1h slices up over 30d"] {
        for first in [10_000_usize, 28_000] {
            let kept = |i: &usize| !(first..first + gap).contains(i);
            let values = |i: usize| if i >= minutes - bad { 0.0 } else { 1.0 };
            let times: Vec<i64> = (0..minutes).filter(kept).map(|i| i as i64 * 60 * NS).collect();
            let values: Vec<f64> = (0..minutes).filter(kept).map(values).collect();
            let data = Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap();
            let report = |no_data| {
                let options = Options { no_data, ..Options::default() };
                evaluate(&objective(slo), SloInput::Series(&data), &options).unwrap()
            };
            // 346 of 432 minutes are bad, and 14 400 more may be
            let found = report(NoData::Excluded);
            assert_eq!((found.verdict, found.decided), (Verdict::Met, false), "{slo}");
            assert!((found.coverage - 2.0 / 3.0).abs() < 1e-3, "{}", found.coverage);
            assert!(found.caveats.iter().any(|c| c.contains("cover 20d of the period's 30d")), "{:?}", found.caveats);
            // where a policy says what the gap is, all is known
            let (good, failed) = (report(NoData::Good), report(NoData::Bad));
            assert_eq!((good.verdict, good.decided, good.coverage), (Verdict::Met, true, 1.0));
            assert_eq!((failed.verdict, failed.decided), (Verdict::Violated, true));
        }
    }
    // a gap that could not spend the rest leaves the verdict as it is
    let times: Vec<i64> = (0..43_200).filter(|i| !(5000..5050).contains(i)).map(|i| i * 60 * NS).collect();
    let all_good = vec![1.0; times.len()];
    let data = Series::new(Identity::new("up", Unit::None), times, all_good, NanPolicy::Refuse).unwrap();
    let of = |slo| evaluate(&objective(slo), SloInput::Series(&data), &Options::default()).unwrap().decided;
    assert!(of("99% of time up over 30d") && !of("99.9% of time up over 30d"));
}

/// A day of events every ten seconds, the first of which come a moment late: the rest is too little to spend what is left, and
/// the seconds between events are no gaps.
#[test]
fn seconds_between_events_leave_slices_decided() {
    let list: Vec<(i64, f64, bool)> = (0..8640).map(|i| (i * 10 + 3, 0.1, true)).collect();
    let slo = objective("99% of 1m slices have p99 < 300ms over 1d calendar");
    let report = evaluate(&slo, SloInput::Events(&requests(&list)), &Options::default()).unwrap();
    assert_eq!((report.verdict, report.decided), (Verdict::Met, true), "{:?}", report.caveats);
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

/// Busy minutes fail 2 % of 300 requests, quiet ones none of 100: 1.5 % fail, and the mean of the minutes' ratios is 1 %.
#[test]
fn the_mean_of_ratios_hides_a_third_of_the_errors() {
    let mut list = Vec::new();
    for minute in 0..60_i64 {
        let (n, failing) = if minute % 2 == 0 { (300, 6) } else { (100, 0) };
        list.extend((0..n).map(|i| (minute * 60 + i / 5, 0.1, i >= failing)));
    }
    let report =
        evaluate(&objective("98.8% of requests ok over 1h"), SloInput::Events(&requests(&list)), &Options::default())
            .unwrap();
    let m = &report.methods;
    assert!((m.occurrences.as_ref().unwrap().value - 0.985).abs() < 1e-12);
    assert!((m.mean_of_ratios.as_ref().unwrap().value - 0.99).abs() < 1e-12);
    assert!((m.mean_hides.as_ref().unwrap().value - 1.0 / 3.0).abs() < 1e-9);
    // the dashboard's average would have met the objective
    assert_eq!(report.verdict, Verdict::Violated);
    assert!(m.mean_of_ratios.as_ref().unwrap().value > report.objective.target.p());
}

/// Counts say of a population what its events say, and so do cumulative counters.
#[test]
fn counts_and_counters_agree_with_their_events() {
    let (mut list, mut total, mut bad) = (Vec::new(), Vec::new(), Vec::new());
    for minute in 0..120_i64 {
        let n = 20 + minute * 7 % 31;
        let b = if minute % 40 < 3 { n / 2 } else { i64::from(minute % 9 == 0) };
        list.extend((0..n).map(|i| (minute * 60 + i, 0.1, i >= b)));
        total.push(n as f64);
        bad.push(b as f64);
    }
    let events = requests(&list);
    let column = |values: &[f64]| {
        let times = (0..values.len() as i64).map(|i| i * 60 * NS).collect();
        Series::new(Identity::new("n", Unit::Count), times, values.to_vec(), NanPolicy::Refuse).unwrap()
    };
    let running = |values: &[f64]| {
        let mut sums = vec![1e6];
        for v in values {
            sums.push(sums.last().unwrap() + v);
        }
        Counter::from_series(column(&sums)).unwrap()
    };
    let deltas = Counts::from_deltas(&column(&total), &column(&bad)).unwrap();
    let counters = Counts::from_counters(&running(&total), &running(&bad)).unwrap();
    // a tick of a minute, as the counts have it
    let options = Options { resolution: Some(Span::MINUTE), ..Options::default() };
    for text in [
        "99% of requests ok over 2h",
        "95% of 5m slices have ratio >= 99% over 2h",
        "90% of 2m slices ok over 2h",
        "90% of time ok over 2h",
    ] {
        let objective = objective(text);
        let truth = evaluate(&objective, SloInput::Events(&events), &options).unwrap();
        for counts in [&deltas, &counters] {
            let found = evaluate(&objective, SloInput::Counts(counts), &options).unwrap();
            assert_eq!(found.verdict, truth.verdict, "{text}");
            assert_eq!(found.budget.spent.value, truth.budget.spent.value, "{text}");
            for (a, b) in [
                (&found.methods.occurrences, &truth.methods.occurrences),
                (&found.methods.time_slices, &truth.methods.time_slices),
                (&found.methods.ratio_slices, &truth.methods.ratio_slices),
                (&found.methods.mean_of_ratios, &truth.methods.mean_of_ratios),
            ] {
                let (a, b) = (a.as_ref().unwrap(), b.as_ref().unwrap());
                assert!((a.value - b.value).abs() < 1e-12 && a.n == b.n, "{text}: {a} {b}");
            }
            let costs = |r: &SloReport| r.incidents.iter().map(|i| i.cost).sum::<f64>();
            assert_eq!(costs(&found), costs(&truth));
        }
    }
    let refused = evaluate(&objective("99% of requests < 3s over 1h"), SloInput::Counts(&deltas), &options);
    assert!(refused.unwrap_err().to_string().contains("no values"));
}

#[test]
fn a_calendar_period_is_that_of_its_zone() {
    // a bad hour from 23:00 to 24:00 UTC on 28 February is in March in Berlin
    let start = "2026-02-27T00:00:00Z".parse::<crate::time::Timestamp>().unwrap();
    let times = (0..96).map(|h| (start + Span(h * Span::HOUR.0)).0).collect();
    let values = (0..96).map(|h| if h == 47 { 0.0 } else { 1.0 }).collect();
    let up = Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap();
    let spent = |text: &str| {
        let r = evaluate(&objective(text), SloInput::Series(&up), &Options::default()).unwrap();
        (r.period.width.0 / Span::HOUR.0, r.budget.spent.value)
    };
    assert_eq!(spent("99% of time up over month calendar"), (744, 0.0));
    assert_eq!(spent("99% of time up over month calendar Europe/Berlin"), (743, 3600.0));
}

#[test]
fn the_end_of_the_budget_is_projected() {
    // the first 10 of 31 days, one bad minute every 100: 10 % of 31 days would be 4464 minutes, 0.5 % is 223
    let start = "2026-01-01T00:00:00Z".parse::<crate::time::Timestamp>().unwrap();
    let times = (0..14_400).map(|m| (start + Span(m * Span::MINUTE.0)).0).collect();
    let values = (0..14_400).map(|m| if m % 100 == 50 { 0.0 } else { 1.0 }).collect();
    let up = Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap();
    let of = |text: &str| evaluate(&objective(text), SloInput::Series(&up), &Options::default()).unwrap().projection;
    let ends = of("99.5% of time up over month");
    // minute 22 300 or so of January
    let day = |t: Option<crate::time::Timestamp>| t.unwrap().since(start).as_secs_f64() / 86_400.0;
    assert_eq!(ends.outcome, Outcome::Within);
    assert!((day(ends.expected) - 223.2 * 100.0 / 1440.0).abs() < 0.2, "{}", day(ends.expected));
    assert!(ends.earliest <= ends.expected && ends.expected <= ends.latest);
    assert_eq!(of("98% of time up over month").outcome, Outcome::NotWithin);
    assert_eq!(of("99.9% of time up over month").outcome, Outcome::Exhausted);
}

/// An hour of scrapes up to 5 ms early or late says what one on the step does, as time, as slices, as requests and to alerts.
#[test]
fn counts_whose_times_jitter_say_what_regular_ones_do() {
    let ms = 1_000_000;
    for step_ms in [1000, 15_000] {
        let n = 3_600_000 / step_ms;
        let counts = |jitter: i64| {
            let times: Vec<i64> = (0..n)
                .map(|i| (i * step_ms + if i == 0 { 0 } else { jitter * (((i * i * 40_503) >> 4) % 11 - 5) }) * ms)
                .collect();
            let column = |value: fn(i64) -> f64| {
                let values = (0..n).map(value).collect();
                Series::new(Identity::default(), times.clone(), values, NanPolicy::Refuse).unwrap()
            };
            let bad = column(|i| if (100..107).contains(&i) || i % 60 == 1 { 2.0 } else { 0.0 });
            Counts::from_deltas(&column(|i| 20.0 + (i % 7) as f64), &bad).unwrap()
        };
        let (regular, late) = (counts(0), counts(1));
        assert_eq!(late.step(), Span(step_ms * ms));
        for text in
            ["99% of requests ok over 2h", "99% of time ok over 2h", "99% of 1m slices have ratio >= 99% over 2h"]
        {
            let asked = objective(text);
            let of = |counts: &Counts| evaluate(&asked, SloInput::Counts(counts), &Options::default()).unwrap();
            let (truth, found) = (of(&regular), of(&late));
            assert_eq!(found.budget.spent.value, truth.budget.spent.value, "{text} {step_ms}");
            assert_eq!(found.bad_time.intervals(), truth.bad_time.intervals(), "{text} {step_ms}");
            let levels = |r: &SloReport| {
                let m = r.methods.clone();
                [m.occurrences, m.time_slices, m.ratio_slices, m.mean_of_ratios].map(|e| e.map(|e| (e.value, e.n)))
            };
            assert_eq!(levels(&found), levels(&truth), "{text} {step_ms}");
            let costs = |r: &SloReport| r.incidents.iter().map(|i| (i.start, i.end, i.cost)).collect::<Vec<_>>();
            assert_eq!(costs(&found), costs(&truth), "{text} {step_ms}");
            assert!(!found.caveats.iter().any(|c| c.contains("without any row")), "{:?}", found.caveats);
            let moved = |r: &SloReport| r.caveats.iter().filter(|c| c.starts_with("rows are not all")).count();
            assert_eq!((moved(&found), moved(&truth)), (1, 0), "{:?}", found.caveats);
        }
        let asked = objective("99% of requests ok over 2h");
        let tally = |counts: &Counts| tally_of(&asked, SloInput::Counts(counts), &Options::default()).unwrap();
        let (truth, found) = (tally(&regular), tally(&late));
        assert_eq!(found.ticks(), n as usize);
        for tick in 0..n {
            let at = |i: i64| Timestamp(i * step_ms * ms);
            assert_eq!(found.between(at(tick), at(tick + 1)), truth.between(at(tick), at(tick + 1)), "{tick}");
        }
    }
}

/// Ten minutes of an event every ten seconds, ten of none, ten more: the slices between are told, and what they count as.
#[test]
fn slices_without_an_event_are_told() {
    let list = |gap: i64| -> Vec<(i64, f64, bool)> {
        let seconds = (0..60).map(|i| i * 10).chain((0..60).map(move |i| 600 + gap + i * 10));
        seconds.map(|s| (s, if s < 60 { 0.9 } else { 0.1 }, true)).collect()
    };
    let slo = objective("50% of 1m slices have p99 < 300ms over 30m");
    let of = |gap: i64, no_data: NoData| {
        let options = Options { no_data, ..Options::default() };
        evaluate(&slo, SloInput::Events(&requests(&list(gap))), &options).unwrap()
    };
    let told = |report: &SloReport| report.caveats.iter().find(|c| c.contains("hold no event")).cloned();
    let slices = |report: &SloReport| report.methods.time_slices.clone().map(|e| (e.value, e.n));
    for (no_data, good, words) in [
        (NoData::Excluded, (0.95, 20), "count neither as good nor as bad; they are no gap"),
        (NoData::Good, (29.0 / 30.0, 30), "count as good"),
        (NoData::Bad, (19.0 / 30.0, 30), "count as bad"),
        (NoData::Hold, (29.0 / 30.0, 30), "count as the slice before them does"),
    ] {
        let report = of(600, no_data);
        assert_eq!(slices(&report), Some(good), "{no_data}");
        let caveat = told(&report).unwrap();
        assert!(caveat.starts_with("10 of 30 slices of 1m hold no event and ") && caveat.contains(words), "{caveat}");
        // other widths have other slices
        assert!(!report.caveats_of_time().contains(&caveat));
        assert_eq!(told(&of(0, no_data)), None);
    }
}

/// What is told of time is not told of events: a part of the period was seen, and each has its own budget.
#[test]
fn caveats_are_about_their_own_budget() {
    let list: Vec<(i64, f64, bool)> = (0..7200).map(|i| (i, 0.1, true)).collect();
    let of = |slo: &str| evaluate(&objective(slo), SloInput::Events(&requests(&list)), &Options::default()).unwrap();
    let about = |caveats: &[String], what: &str| caveats.iter().filter(|c| c.contains(what)).count();
    let (seen, whole, cover) =
        ("budget is that of the events seen", "budget is that of the whole period", "the data cover");
    let report = of("99% of requests < 300ms over 1d");
    let numbers = |caveats: &[String]| [seen, whole, cover].map(|what| about(caveats, what));
    assert_eq!(numbers(&report.caveats), [1, 0, 1]);
    assert_eq!(numbers(&report.caveats_of_time()), [0, 1, 1]);
    let report = of("99% of time < 300ms over 1d");
    assert_eq!((numbers(&report.caveats), report.caveats_of_time()), ([0, 1, 1], report.caveats.clone()));
    // where the period was seen, there is nothing to tell
    let report = of("99% of requests < 300ms over 2h");
    assert_eq!((numbers(&report.caveats), numbers(&report.caveats_of_time())), ([0; 3], [0; 3]));
}
