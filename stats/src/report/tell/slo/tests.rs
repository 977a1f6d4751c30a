//! What is told of objectives, in words.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::figure::Shape;
use crate::histogram::{AnySketch, Explicit};
use crate::series::{Identity, NanPolicy, Series};
use crate::slo::{Options, SloInput, evaluate};

#[test]
fn what_cannot_be_decided_is_told_with_both_bounds() {
    use crate::slo::{Counts, Options, SloInput, evaluate};
    use crate::window::Verdict;
    // all values lie in the bin from 0.297 s to 0.354 s, and the limit inside it
    let histogram = "exp:2".parse::<crate::histogram::LayoutChoice>().unwrap().build(&[0.30, 0.35].repeat(50)).unwrap();
    let hour = crate::time::Window::new(crate::time::Timestamp(0), crate::time::Span::HOUR).unwrap();
    let identity = crate::series::Identity::new("latency", crate::unit::Unit::Second);
    let counts = Counts::from_histograms(identity, &[(hour, histogram)], &"< 305ms".parse().unwrap()).unwrap();
    let objective = "99% of requests < 305ms over 1h".parse().unwrap();
    let found = evaluate(&objective, SloInput::Counts(&counts), &Options::default()).unwrap();
    assert_eq!(found.verdict, Verdict::Undecidable);
    let (_, text) = finding(&found);
    assert!(text.contains(" to ") && !text.contains('('), "{text}");
}

/// 100 fast requests in each of 50 minutes; in the first five also 5 on either side of 0.25 s, from minute 40 on 25 that are surely slow.
/// Of 5275 requests 52 may be bad.
fn some_in_doubt(objective: &str) -> SloReport {
    use crate::slo::Counts;
    let minute = |m: i64| crate::time::Window::new(Timestamp(m * 60_000_000_000), Span::MINUTE).unwrap();
    let histogram = |m: i64| {
        let counts = [100, if m < 5 { 5 } else { 0 }, if m >= 40 { 25 } else { 0 }, 0];
        (minute(m), AnySketch::Explicit(Box::new(Explicit::from_counts(&[0.1, 0.3, 1.0], &counts).unwrap())))
    };
    let histograms: Vec<_> = (0..50).map(histogram).collect();
    let identity = Identity::new("latency", Unit::Second);
    let counts = Counts::from_histograms(identity, &histograms, &"< 250ms".parse().unwrap()).unwrap();
    evaluate(&objective.parse().unwrap(), SloInput::Counts(&counts), &Options::default()).unwrap()
}

#[test]
fn what_is_in_doubt_is_told_with_both_ends() {
    let report = some_in_doubt("99% of requests < 250ms over 50m");
    assert_eq!(report.verdict, Verdict::Violated);
    let (_, text) = finding(&report);
    assert!(text.contains("bad were 250 to 275 events of 52.75 allowed (473.9 % to 521.3 %)"), "{text}");
    // with the 25 in doubt the 53rd bad one is the 28th slow one, of the minute from 00:41 on; without them it is the 53rd
    let said = projection_sentence(&report.projection);
    assert_eq!(said, "The budget was spent between 1970-01-01T00:42:00Z and 1970-01-01T00:43:00Z.");
    let caption = figure(&report).unwrap().caption;
    assert!(caption.contains("What is in doubt counts as bad. Spent between 1970"), "{caption}");
    assert!(intervals_table(&report).title.ends_with("with all that is in doubt as bad"));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["in_doubt"], true);
    assert_eq!(json["projection"]["exhausted_at_latest"], "1970-01-01T00:43:00Z");
    // what comes is drawn from the worst of what was
    let met = some_in_doubt("90% of requests < 250ms over 50m");
    let told = format!("{:?}", section("latency", &met, ""));
    assert!(told.contains("What is in doubt is taken as bad there."), "{told}");
    // the last minutes hold nothing that is in doubt
    let certain = some_in_doubt("99% of requests < 250ms over 20m");
    assert!(!certain.in_doubt && finding(&certain).1.contains("bad were 250 events"), "{}", finding(&certain).1);
}

/// The truth behind the data is within the interval at either end: the interval that is told holds both.
#[test]
fn the_interval_of_what_is_in_doubt_holds_those_of_both_ends() {
    let report = some_in_doubt("99% of requests < 250ms over 50m");
    let level = report.methods.occurrences.unwrap();
    let (low, high) = level.interval().unwrap();
    assert_eq!((low, high), (5000.0 / 5275.0, 5025.0 / 5275.0));
    let interval = level.confidence.unwrap();
    assert!(interval.lower < low && high < interval.upper, "{interval:?} {low} {high}");
}

#[test]
fn verdict_budget_and_incidents_agree() {
    let times = (0..1440).map(|m| m * 60_000_000_000).collect();
    let values = (0..1440).map(|m| if (100..110).contains(&m) || m == 700 { 0.0 } else { 1.0 }).collect();
    let series = Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap();
    let objective = "99% of time up over 1d".parse().unwrap();
    let report = evaluate(&objective, SloInput::Series(&series), &Options::default()).unwrap();
    let (standing, text) = finding(&report);
    assert_eq!(standing, Standing::Good);
    assert_eq!(text, "“99% of time up over 1d” is met: bad were 11m of 14m 24s allowed (76.39 %).");
    let incidents = incidents_table(&report, 1);
    assert_eq!(incidents.title, "Incidents, the 1 dearest of 2");
    assert_eq!(incidents.rows[0][3], Cell::Number(600.0));
    assert_eq!(incidents.columns[5].name, "of what is allowed");
    assert!(figure(&report).unwrap().caption.starts_with("11m of 14m 24s (76.39 %) spent"));
    assert_eq!(methods_table(&report).rows.len(), 4);
    assert_eq!(intervals_table(&report).rows.len(), 3);
    // the period rolls, and what comes is drawn from one day with two outages
    let said = projection_sentence(&report.projection);
    assert!(said.starts_with("If the time to come is like the time seen, the budget"), "{said}");
}

/// 43 bad minutes from 20 000 on are 9 of 8640 slices of 5 min, and 43 of 43 200 minutes.
#[test]
fn the_headline_is_the_count_that_the_budget_is_of() {
    let times = (0..43_200).map(|m| m * 60_000_000_000).collect();
    let values = (0..43_200).map(|m| f64::from(u8::from(!(20_000..20_043).contains(&m)))).collect();
    let series = Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap();
    let level = |objective: &str| {
        let options = Options { replicates: 0, ..Options::default() };
        let report = evaluate(&objective.parse().unwrap(), SloInput::Series(&series), &options).unwrap();
        match section("up", &report, "").blocks.first() {
            Some(Block::Verdict { evidence, .. }) => (evidence[0].1.value, evidence[0].1.n),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(level("99.9% of 5m slices up over 30d"), (8631.0 / 8640.0, 8640));
    assert_eq!(level("99.9% of 5m slices have ratio >= 99% over 30d"), (8631.0 / 8640.0, 8640));
    assert_eq!(level("99.9% of time up over 30d"), (43_157.0 / 43_200.0, 43_200));
}

/// 24 of the 2400 requests of 24 minutes may fail: a caption that sets them against a month would be wrong by 1800.
#[test]
fn the_caption_says_which_budget_was_spent() {
    let column = |value: fn(i64) -> f64| {
        let times = (0..24).map(|m| m * 60_000_000_000).collect();
        Series::new(Identity::new("n", Unit::Count), times, (0..24).map(value).collect(), NanPolicy::Refuse).unwrap()
    };
    let bad = column(|m| if m == 10 { 60.0 } else { 0.0 });
    let counts = crate::slo::Counts::from_deltas(&column(|_| 100.0), &bad).unwrap();
    let drawn = |objective: &str| {
        let report = evaluate(&objective.parse().unwrap(), SloInput::Counts(&counts), &Options::default()).unwrap();
        figure(&report).unwrap()
    };
    let caption = |objective: &str| drawn(objective).caption;
    // the budget of 24 events is spent evenly over the 24 minutes that were seen, and not over a month that lies mostly before them
    for objective in ["99% of requests ok over 30d", "99% of requests ok over 24m"] {
        let figure = drawn(objective);
        let even = figure.marks.iter().find(|m| m.name == "even spending").unwrap();
        let Shape::Line { points } = &even.shape else { panic!("{even:?}") };
        let [from, to] = [points[0], points[1]].map(|(x, y)| (figure.x.instant(x).0, y));
        assert_eq!((from, to), ((0, 0.0), (24 * 60_000_000_000, 24.0)), "{objective}");
    }
    let part = caption("99% of requests ok over 30d");
    assert!(part.starts_with("60 of 24 (250 %) spent over 24m from 1970"), "{part}");
    assert!(part.contains("The budget is that of the events seen, not of the whole period."), "{part}");
    let whole = caption("99% of requests ok over 24m");
    assert!(
        whole.starts_with("60 of 24 (250 %) spent over 24m from 1970") && !whole.contains("events seen"),
        "{whole}"
    );
}

/// One scrape says how many of all requests were good, and nothing of when.
#[test]
fn a_single_scrape_tells_no_time() {
    use crate::load::{LoadOptions, load_bytes};
    let text = "# TYPE d_seconds histogram\nd_seconds_bucket{le=\"0.1\"} 800\nd_seconds_bucket{le=\"0.25\"} 900\n\
                d_seconds_bucket{le=\"+Inf\"} 1000\nd_seconds_sum 130.5\nd_seconds_count 1000\n";
    let data = load_bytes("metrics.prom", text.as_bytes(), &LoadOptions::default(), &crate::progress::Progress::new())
        .unwrap();
    let held = |objective: &str| {
        let objective = objective.parse().unwrap();
        let fits = crate::report::tell::fit::fitting(&data, &objective).unwrap();
        let input = fits.fits[0].input();
        let alerts = crate::slo::alert::tally_of(&objective, input, &Options::default());
        (evaluate(&objective, input, &Options::default()), alerts)
    };
    let (report, alerts) = held("95% of requests <= 250ms over 30d");
    let report = report.unwrap();
    let level = report.service_level().unwrap();
    assert_eq!((level.value, level.n, report.budget.spent.value), (0.9, 1000, 100.0));
    assert!(report.incidents.is_empty() && report.projection.exhausted.is_none());
    assert!(alerts.unwrap_err().to_string().contains("nothing to replay alerts on"));
    let section = section("d_seconds", &report, "");
    assert!(!section.blocks.iter().any(|b| matches!(b, Block::Figure(_))));
    let said = format!("{section:?}");
    assert!(said.contains("totals of a single scrape") && said.contains("The data have no duration"), "{said}");
    assert!(!said.contains("1ns") && !said.contains("1969"), "{said}");
    // of time it says nothing at all
    let error = held("95% of time <= 250ms over 30d").0.unwrap_err().to_string();
    assert!(error.contains("of one instant"), "{error}");
}

/// One event says whether it was good, and nothing of slices, time or alerts.
#[test]
fn a_single_event_tells_no_time_either() {
    use crate::slo::alert::tally_of;
    let event = crate::events::Events::new(
        Identity::new("latency", Unit::Second),
        vec![0],
        vec![0.01],
        Some(vec![false]),
        NanPolicy::Refuse,
    );
    let event = event.unwrap();
    let up = Series::new(Identity::new("up", Unit::None), vec![0], vec![1.0], NanPolicy::Refuse).unwrap();
    let options = Options::default();
    for (objective, input) in [
        ("99% of 1m slices ok over 30d", SloInput::Events(&event)),
        ("99% of time ok over 30d", SloInput::Events(&event)),
        ("99% of time up over 30d", SloInput::Series(&up)),
        ("99% of 1m slices up over 30d", SloInput::Series(&up)),
    ] {
        let objective = objective.parse().unwrap();
        let error = evaluate(&objective, input, &options).unwrap_err().to_string();
        assert!(error.contains("of one instant: without a duration") && !error.contains("scrape"), "{error}");
        let error = tally_of(&objective, input, &options).unwrap_err().to_string();
        assert!(error.contains("nothing to replay alerts on") && !error.contains("scrape"), "{error}");
    }
    let requests = "99% of requests ok over 30d".parse().unwrap();
    let report = evaluate(&requests, SloInput::Events(&event), &options).unwrap();
    assert_eq!((report.service_level().unwrap().value, report.budget.spent.value), (0.0, 1.0));
    assert!(!report.without_duration().unwrap().contains("scrape") && report.incidents.is_empty());
    assert!(tally_of(&requests, SloInput::Events(&event), &options).is_err());
}

/// Busy minutes fail 2 % of 300, quiet ones none of 100: the mean of the minutes' ratios shows two thirds of the errors.
#[test]
fn the_mean_of_ratios_is_called_what_it_is() {
    let minute = 60_000_000_000;
    let column = |busy: f64, quiet: f64| {
        let values = (0..60).map(|m| if m % 2 == 0 { busy } else { quiet }).collect();
        let times = (0..60).map(|m| m * minute).collect();
        Series::new(Identity::new("n", Unit::Count), times, values, NanPolicy::Refuse).unwrap()
    };
    let counts = crate::slo::Counts::from_deltas(&column(300.0, 100.0), &column(6.0, 0.0)).unwrap();
    let objective = "98.8% of requests ok over 1h".parse().unwrap();
    let report = evaluate(&objective, SloInput::Counts(&counts), &Options::default()).unwrap();
    let said = mean_of_ratios_sentence(&report).unwrap();
    assert!(
        said.contains("reads 99 %, the members themselves 98.5 %: the average hides 33.33 % of the errors"),
        "{said}"
    );
}
