//! Which series fit which objectives, and packed histograms against the same ones unpacked.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::load::{LoadOptions, load_bytes};
use crate::progress::Progress;
use crate::slo::{Options, evaluate};

fn data(text: &str) -> Dataset {
    load_bytes("a.csv", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap()
}

#[test]
fn requests_want_events_and_time_wants_series() {
    let requests = data(
        "time,service,status,latency_ms\n2026-01-01T00:00:00Z,cart,200,12\n2026-01-01T00:00:01.5Z,cart,503,80\n\
         2026-01-01T00:00:01.7Z,cart,200,80\n",
    );
    let objective = |text: &str| text.parse::<Objective>().unwrap();
    for text in ["99% of requests ok over 1h", "99% of requests < 0.3s over 1h", "99% of 1m slices ok over 1h"] {
        assert_eq!(fitting(&requests, &objective(text)).unwrap().fits.len(), 1, "{text}");
    }
    let time = objective("99% of time up over 1h");
    let fits = fitting(&requests, &time).unwrap();
    assert!(fits.fits[0].good_means(&time).ends_with("A second of time is good unless an event in it is not."));
    let latencies = LoadOptions { kind: Some(crate::load::Kind::Events), ..LoadOptions::default() };
    let text = b"time,latency_ms\n2026-01-01T00:00:00Z,12\n2026-01-01T00:00:01Z,80\n";
    let latencies = load_bytes("b.csv", text, &latencies, &Progress::new()).unwrap();
    let error = fitting(&latencies, &time).unwrap_err().to_string();
    assert!(error.contains("(events): no column says which") && error.contains("of requests ok"), "{error}");
    let error = fitting(&requests, &objective("99% of requests < 3kB over 1h")).unwrap_err().to_string();
    assert!(error.contains("ms"), "{error}");
    let fits = fitting(&requests, &objective("99% of requests < 0.3s over 1h")).unwrap();
    assert!(fits.fits[0].good_means(&objective("99% of requests < 0.3s over 1h")).contains("< 0.3s and its flag"));
}

#[test]
fn up_wants_zero_and_one() {
    let series =
        data("time,up,load\n2026-01-01T00:00:00Z,1,0.7\n2026-01-01T00:01:00Z,0,1.5\n2026-01-01T00:02:00Z,1,3\n");
    let objective: Objective = "99% of time up over 1h".parse().unwrap();
    let found = fitting(&series, &objective).unwrap();
    assert_eq!((found.fits.len(), found.fits[0].item.identity.name.as_str()), (1, "up"));
    assert_eq!(found.left_out, [("load".to_owned(), "its values are not all 0 or 1".to_owned())]);
    let error = fitting(&series, &"99% of requests ok over 1h".parse().unwrap()).unwrap_err().to_string();
    assert!(error.contains("no single requests") && error.contains("--kind events"), "{error}");
}

#[test]
fn counts_are_taken_in_pairs_of_the_same_labels() {
    let options = LoadOptions {
        total: Some("n".into()),
        bad: Some("errors".into()),
        by: vec!["zone".into()],
        ..LoadOptions::default()
    };
    let text = "time,zone,n,errors\n60,a,100,1\n60,b,50,0\n120,a,90,0\n120,b,60,6\n180,a,110,5\n180,b,40,0\n";
    let data = load_bytes("a.csv", text.as_bytes(), &options, &Progress::new()).unwrap();
    let objective = |text: &str| text.parse::<Objective>().unwrap();
    let ok = objective("99% of requests ok over 1h");
    let found = fitting(&data, &ok).unwrap();
    assert!(found.left_out.is_empty(), "{:?}", found.left_out);
    let sli =
        |fit: &Fit<'_>| evaluate(&ok, fit.input(), &Options::default()).unwrap().methods.occurrences.unwrap().value;
    let by_zone: Vec<(String, f64)> = found.fits.iter().map(|f| (f.item.title(), sli(f))).collect();
    assert_eq!(by_zone, [("n{zone=\"a\"}".to_owned(), 294.0 / 300.0), ("n{zone=\"b\"}".to_owned(), 144.0 / 150.0)]);
    assert_eq!(found.fits[0].good_means(&ok), "An event is good if “errors{zone=\"a\"}” does not count it.");
    let error = fitting(&data, &objective("99% of requests < 0.3s over 1h")).unwrap_err().to_string();
    assert!(error.contains("no values to compare"), "{error}");
}

#[test]
fn counters_by_code_are_taken_together() {
    let mut text = "# TYPE requests_total counter\n".to_owned();
    for (labels, values) in [
        ("code=\"200\",route=\"/\"", "100 190 280"),
        ("code=\"404\",route=\"/\"", "1 1 3"),
        ("code=\"503\",route=\"/\"", "0 2 8"),
        ("code=\"200\",route=\"/b\"", "5 6 9"),
    ] {
        for (i, value) in values.split(' ').enumerate() {
            text.push_str(&format!("requests_total{{{labels}}} {value} {}\n", 60 * (i + 1)));
        }
    }
    let data = load_bytes("a.prom", (text + "# EOF\n").as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let ok: Objective = "99% of requests ok over 1h".parse().unwrap();
    let found = fitting(&data, &ok).unwrap();
    let titles: Vec<String> = found.fits.iter().map(|f| f.item.title()).collect();
    assert_eq!(titles, ["requests_total{route=\"/\"}", "requests_total{route=\"/b\"}"]);
    assert!(found.left_out.is_empty(), "{:?}", found.left_out);
    let sli =
        |fit: &Fit<'_>| evaluate(&ok, fit.input(), &Options::default()).unwrap().methods.occurrences.unwrap().value;
    // 180 + 2 good ones and 8 bad ones
    assert_eq!((sli(&found.fits[0]), sli(&found.fits[1])), (182.0 / 190.0, 1.0));
    let third = data.items.iter().position(|i| i.title().contains("503")).unwrap();
    assert_eq!(sli(&fit_of(&data, third, &ok).unwrap()), 182.0 / 190.0);
    assert!(found.fits[0].good_means(&ok).contains("its code is not an error"));
    let error = fitting(&data, &"99% of requests < 1s over 1h".parse().unwrap()).unwrap_err().to_string();
    assert!(error.contains("it is a counter"), "{error}");
}

/// In each minute the numbers below are the growth of the buckets between two scrapes.
#[test]
fn histograms_by_code_are_taken_together() {
    let mut text = "# TYPE request_seconds histogram\n".to_owned();
    for (labels, le, values) in [
        ("code=\"200\",route=\"/\"", "0.3", "10 100 190"),
        ("code=\"200\",route=\"/\"", "+Inf", "10 110 200"),
        ("code=\"404\",route=\"/\"", "0.3", "0 5 10"),
        ("code=\"404\",route=\"/\"", "+Inf", "0 5 10"),
        ("code=\"500\",route=\"/\"", "0.3", "0 20 50"),
        ("code=\"500\",route=\"/\"", "+Inf", "0 20 55"),
        ("code=\"200\",route=\"/b\"", "0.3", "0 4 8"),
        ("code=\"200\",route=\"/b\"", "+Inf", "0 4 9"),
    ] {
        for (i, value) in values.split(' ').enumerate() {
            text.push_str(&format!("request_seconds_bucket{{{labels},le=\"{le}\"}} {value} {}\n", 60 * (i + 1)));
        }
    }
    let data = load_bytes("a.prom", (text + "# EOF\n").as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let limit: Objective = "99% of requests <= 300ms over 1h".parse().unwrap();
    let found = fitting(&data, &limit).unwrap();
    let titles: Vec<String> = found.fits.iter().map(|f| f.item.title()).collect();
    assert_eq!(titles, ["request_seconds{route=\"/\"}", "request_seconds{route=\"/b\"}"]);
    let sli = |fit: &Fit<'_>| {
        let level = evaluate(&limit, fit.input(), &Options::default()).unwrap().methods.occurrences.unwrap();
        (level.value, level.n)
    };
    // of 190 answers 180 in time, of 10 unknown pages all, and of 55 failures none
    assert_eq!((sli(&found.fits[0]), sli(&found.fits[1])), ((190.0 / 255.0, 255), (8.0 / 9.0, 9)));
    let failed = data.items.iter().position(|i| i.title().contains("500")).unwrap();
    assert_eq!(sli(&fit_of(&data, failed, &limit).unwrap()), (190.0 / 255.0, 255));
    assert!(found.fits[0].good_means(&limit).contains("its code is not an error"));
}

/// A failure is bad however fast it was, and one series of all outcomes is told, whether histograms are packed or not.
#[test]
fn packed_histograms_by_code_are_taken_together() {
    let mut text = "series,code,window_start,width,schema,bin,count\n".to_owned();
    for minute in 0..30 {
        // of 95 answers 90 in time, and 10 fast failures
        for (code, bin, count) in [(200, 11_431, 90), (200, 11_471, 5), (503, 11_331, 10)] {
            text += &format!("latency_seconds,{code},{},60,log-linear,{bin},{count}\n", 60 * minute);
        }
    }
    let loaded = load_bytes("t.csv", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let table = HistogramTable::from_dataset(&loaded).unwrap();
    let limit: Objective = "99% of requests < 300ms over 30m".parse().unwrap();
    let nothing_else = Dataset::default();
    let packed = fitting_packed(&nothing_else, &table, &limit).unwrap();
    let whole = fitting(&loaded, &limit).unwrap();
    for found in [&packed, &whole] {
        let [fit] = found.fits.as_slice() else { panic!("{}", found.fits.len()) };
        assert_eq!(fit.item.title(), "latency_seconds");
        let report = evaluate(&limit, fit.input(), &Options::default()).unwrap();
        let level = report.methods.occurrences.unwrap();
        assert_eq!((level.value, level.n, report.budget.spent.value), (90.0 / 105.0, 30 * 105, 30.0 * 15.0));
        assert!(fit.good_means(&limit).contains("its code is not an error"), "{}", fit.good_means(&limit));
    }
    let (SloInput::Counts(a), SloInput::Counts(b)) = (packed.fits[0].input(), whole.fits[0].input()) else { panic!() };
    assert_eq!(a, b);
}

#[test]
fn a_failure_without_a_latency_is_a_failure() {
    let text = "time,latency_ms,ok\n2026-01-01T00:00:00Z,10,true\n2026-01-01T00:00:01Z,,false\n2026-01-01T00:00:02Z,NaN,false\n\
                2026-01-01T00:00:03Z,20,true\n2026-01-01T00:00:04Z,,true\n2026-01-01T00:00:05.5Z,30,true\n";
    let data = load_bytes("a.csv", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let events = data.items[0].as_events().unwrap();
    assert_eq!((events.len(), events.ok_without_value()), (3, &[false, false, true][..]));
    let hold = |text: &str| evaluate(&text.parse().unwrap(), SloInput::Events(events), &Options::default()).unwrap();
    let ok = hold("50% of requests ok over 1h");
    assert_eq!((ok.budget.spent.value, ok.methods.occurrences.as_ref().unwrap().n), (2.0, 6));
    assert!(
        ok.caveats.contains(&"3 events have a flag and no value and count by it: 1 good, 2 bad".to_owned()),
        "{:?}",
        ok.caveats
    );
    // the success may have been slow: it is left out
    let fast = hold("50% of requests < 25ms over 1h");
    assert_eq!((fast.budget.spent.value, fast.methods.occurrences.as_ref().unwrap().n), (3.0, 5));
    assert!(fast.caveats.iter().any(|c| c.starts_with("2 events failed without a value")), "{:?}", fast.caveats);
    assert!(fast.caveats.iter().any(|c| c.starts_with("1 good event has no value")), "{:?}", fast.caveats);
    let bounded = hold("50% of requests <= 30ms over 1h");
    assert_eq!(bounded.budget.spent.value, 2.0);
    let up = hold("50% of time ok over 6s");
    assert_eq!(up.budget.spent.value, 2.0);
    // a mean looks at the three latencies alone
    let mean = hold("50% of 10s slices have mean <= 20ms over 1h");
    assert_eq!(mean.budget.spent.value, 0.0);
    assert!(mean.caveats.iter().any(|c| c.contains("a mean leaves them out")));
    // the same file after it was written and read again
    let mut again = Vec::new();
    data.write_csv(&mut again).unwrap();
    let again = load_bytes("b.csv", &again, &LoadOptions::default(), &Progress::new()).unwrap();
    assert_eq!(again.items[0].as_events().unwrap().ok_without_value(), events.ok_without_value());
}

/// Tables beside series of other kinds: the same series in the same order with the same counts, whether packed or not.
#[test]
fn packed_histograms_are_counted_as_unpacked_ones() {
    let folder = std::env::temp_dir().join(format!("sre-stats-fit-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.join(name), text).unwrap();
        folder.join(name)
    };
    let mut table = "series,window_start,width,schema,bin,count,service,unit\n".to_owned();
    for i in 0..240_i64 {
        // 100 to 590 ms around the limit of 300 ms, in wider windows too
        let bins = (0..5).map(|k| (11_431 + (i * 7 + k * 13) % 50, 1 + (i + k) % 4));
        let width = if i % 60 == 0 { 300 } else { 60 };
        for (bin, count) in bins {
            table += &format!(
                "latency,{},{width},log-linear,{bin},{count},{},s\n",
                i * 60,
                ["pay", "cart"][(i % 2) as usize]
            );
        }
    }
    table = table.replacen(",unit\n", ",unit,code\n", 1).replace(",s\n", ",s,\n");
    // answers and failures of two services, in windows of their own lengths and starts
    for i in 0..90_i64 {
        let (code, service) = (["200", "503", "404"][(i % 3) as usize], ["pay", "cart"][(i / 3 % 2) as usize]);
        let (bin, width) = (11_431 + i * 11 % 50, if i % 7 == 0 { 300 } else { 60 });
        table += &format!("answers,{},{width},log-linear,{bin},{},{service},s,{code}\n", i / 2 * 60, 1 + i % 5);
    }
    // one window in two layouts that merge, windows in two that do not, a unit that does not fit, and a series that another file has too
    table += "mixed,0,60,exp:5,1048521,3,,s,\nmixed,0,60,exp:3,1048563,4,,s,\nmixed,60,60,log-linear,11471,5,,s,\n";
    table += "sizes,0,60,log-linear,11471,5,,B,\nopenhistogram,0,1,log-linear,11471,5,,s,\nopenhistogram,60,1,log-linear,11431,2,,s,\n";
    // failures of a service that another file holds
    let timeouts = "# TYPE answers histogram\n# UNIT answers s\nanswers_bucket{code=\"500\",service=\"pay\",le=\"0.3\"} 1 0\n\
                    answers_bucket{code=\"500\",service=\"pay\",le=\"+Inf\"} 1 0\n\
                    answers_bucket{code=\"500\",service=\"pay\",le=\"0.3\"} 4 60\n\
                    answers_bucket{code=\"500\",service=\"pay\",le=\"+Inf\"} 6 60\n";
    let paths = [
        file("table.csv", &table),
        file("open.json", "{\"+12e-001\":7}\n"),
        file("a.csv", "time,latency_s\n0,0.2\n60,0.4\n120,0.25\n"),
        file("timeouts.prom", timeouts),
    ];
    let options = LoadOptions { unit: Some(Unit::Second), ..LoadOptions::default() };
    let sizes = LoadOptions { filter: Some("series == \"sizes\"".into()), ..LoadOptions::default() };
    let all = crate::load::load(&paths, &options, &Progress::new()).unwrap();
    let (data, packed) = crate::load::load_packed(&paths, &options, &Progress::new()).unwrap();
    let (nothing, sizes) = crate::load::load_packed(&paths[..1], &sizes, &Progress::new()).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!((&data.report, &data.report), (&all.report, packed.report()));
    // what another file has too is no longer packed
    assert_eq!((packed.series(), data.items.len(), all.items.len()), (10, 3, 13));
    for text in [
        "99% of requests < 300ms over 4h",
        "90% of 5m slices have p90 <= 305ms over 4h",
        "99% of requests > 0.2s over 4h",
    ] {
        let objective: Objective = text.parse().unwrap();
        let (whole, found) = (fitting(&all, &objective).unwrap(), fitting_packed(&data, &packed, &objective).unwrap());
        assert_eq!(found.left_out, whole.left_out, "{text}");
        assert_eq!(found.fits.len(), whole.fits.len());
        for (a, b) in found.fits.iter().zip(&whole.fits) {
            assert_eq!((&a.item.identity, a.item.kind), (&b.item.identity, b.item.kind), "{text}");
            if let (SloInput::Counts(a), SloInput::Counts(b)) = (a.input(), b.input()) {
                assert_eq!(a, b, "{text}");
            }
            assert_eq!(a.good_means(&objective), b.good_means(&objective));
            if text.contains("< 300ms") && a.item.title() == "answers{service=\"pay\"}" {
                let SloInput::Counts(counts) = a.input() else { panic!() };
                // by hand: of each row the failures, and the answers from 0.3 s on; six timeouts of the other file
                let slow = |i: &i64| i % 3 == 1 || i * 11 % 50 >= 20;
                let mine = (0..90_i64).filter(|i| i / 3 % 2 == 0);
                let of = |rows: Vec<i64>| rows.iter().map(|i| 1 + i % 5).sum::<i64>() as u64;
                let (bad, total) = (of(mine.clone().filter(slow).collect()), of(mine.collect()));
                let sums = (counts.bad().iter().sum::<u64>(), counts.total().iter().sum::<u64>());
                assert_eq!(sums, (bad + 5, total + 5));
            }
            let (a, b) = (a.item.values().iter().sum::<f64>(), b.item.values().iter().sum::<f64>());
            assert_eq!(a, b, "all values are in the histogram that stands for them");
        }
        let counted = found.fits.iter().filter(|fit| matches!(fit.input(), SloInput::Counts(_))).count();
        let titles: Vec<String> = found.fits.iter().map(|fit| fit.item.title()).collect();
        assert_eq!(counted, 7, "{text} {titles:?}");
    }
    let objective: Objective = "99% of requests < 300ms over 4h".parse().unwrap();
    let e = fitting_packed(&Dataset { items: Vec::new(), ..nothing }, &sizes, &objective).unwrap_err().to_string();
    assert!(e.contains("“sizes” (histogram): its unit B does not compare"), "{e}");
}

#[test]
fn what_makes_a_slice_good_is_said() {
    let options = LoadOptions { kind: Some(crate::load::Kind::Events), ..LoadOptions::default() };
    let text = b"time,latency_ms\n2026-01-01T00:00:00Z,12\n2026-01-01T00:00:01Z,80\n";
    let plain = load_bytes("a.csv", text, &options, &Progress::new()).unwrap();
    let means = |text: &str| {
        let objective = text.parse::<Objective>().unwrap();
        fitting(&plain, &objective).unwrap().fits[0].good_means(&objective)
    };
    assert_eq!(
        means("99% of 1m slices have mean < 200ms over 10h"),
        "A slice of 1m is good if the mean of its values is < 200ms. Counted one by one: An event is good if it is < 200ms."
    );
    let p99 = means("99% of 5m slices have p99 < 200ms over 10h");
    assert!(p99.starts_with("A slice of 5m is good if the p99 of its events is < 200ms."), "{p99}");
    assert_eq!(
        means("99% of 1m slices < 200ms over 10h"),
        "An event is good if it is < 200ms. A slice of 1m is good if none of its events is bad."
    );
    let flagged = data(
        "time,latency_ms,ok\n2026-01-01T00:00:00Z,50,false\n2026-01-01T00:00:01Z,50,true\n2026-01-01T00:00:02.5Z,50,true\n",
    );
    let of_flagged = |text: &str| {
        let objective = text.parse::<Objective>().unwrap();
        let told = fitting(&flagged, &objective).unwrap().fits[0].good_means(&objective);
        let bad = evaluate(&objective, fitting(&flagged, &objective).unwrap().fits[0].input(), &Options::default());
        (told, bad.unwrap().budget.spent.value > 0.0)
    };
    // of three events one failed: the p90 of all of them is 50 ms
    for (condition, says, is_bad) in [
        ("p90 < 300ms", "if 90 % of its events or more are good.", true),
        ("p60 < 300ms", "if 60 % of its events or more are good.", false),
        ("p40 > 10ms", "if less than 40 % of its events are bad.", false),
        ("p30 > 10ms", "if less than 30 % of its events are bad.", true),
        ("p0 > 10ms", "if none of its events is bad.", true),
        ("p0 < 300ms", "if one of its events or more is good.", false),
    ] {
        let (told, bad) = of_flagged(&format!("99% of 1m slices have {condition} over 1h"));
        assert!(told.starts_with("An event is good if it is") && told.ends_with(says), "{told}");
        assert_eq!(bad, is_bad, "{condition}");
    }
    assert_eq!(means("99% of requests < 200ms over 10h"), "An event is good if it is < 200ms.");
    let counted = LoadOptions { total: Some("n".into()), bad: Some("errors".into()), ..LoadOptions::default() };
    let data = load_bytes("a.csv", b"time,n,errors\n60,100,1\n120,90,0\n", &counted, &Progress::new()).unwrap();
    let objective = "99% of 1m slices have ratio >= 99.5% over 1h".parse().unwrap();
    assert_eq!(
        fitting(&data, &objective).unwrap().fits[0].good_means(&objective),
        "An event is good if “errors” does not count it. A slice of 1m is good if 99.5 % of its events or more are good."
    );
}
