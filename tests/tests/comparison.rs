//! `compare` and `capacity`, end to end.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use serde_json::Value;
use workspace_tests::{Folder, json, results, told};

/// Latencies of two services a minute, mixed by multiplication, raised by `shift` seconds for checkout.
fn latencies(shift: f64, salt: u64) -> String {
    let mut text = String::from("time,service,latency_seconds\n");
    for i in 0..300u64 {
        for (service, shift) in [("checkout", shift), ("search", 0.0)] {
            let mixed = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15 ^ salt.wrapping_mul(0x2545_f491_4f6c_dd1d));
            let value = 0.1 + (mixed >> 40) as f64 / f64::from(1 << 24) * 0.1 + shift;
            text += &format!("2026-01-01T{:02}:{:02}:00Z,{service},{value:.6}\n", i / 60, i % 60);
        }
    }
    text
}

fn of<'a>(document: &'a Value, service: &str) -> &'a Value {
    let results = document["results"].as_array().unwrap();
    results.iter().find(|r| r["series"]["labels"]["service"] == service).unwrap()
}

#[test]
fn series_are_paired_by_their_labels_and_a_shift_is_found() {
    let folder = Folder::new("comparison");
    let (a, b) = (folder.file("a.csv", &latencies(0.0, 1)), folder.file("b.csv", &latencies(0.05, 2)));
    let document = json(&["compare", &a, &b]);
    assert_eq!(document["results"].as_array().unwrap().len(), 2);
    assert_eq!(document["input"]["files"].as_array().unwrap().len(), 2);
    let checkout = of(&document, "checkout");
    assert_eq!(checkout["verdict"], "differ");
    let effect = checkout["effect"]["value"].as_f64().unwrap();
    assert!((effect - 0.05).abs() < 0.01, "{checkout:#}");
    assert_eq!(checkout["effect"]["unit"], "s");
    for key in
        ["test", "statistic", "p_value", "ln_p", "reason", "evidence", "p_holm", "p_benjamini_hochberg", "quantiles"]
    {
        assert!(!checkout[key].is_null(), "{key} in {checkout:#}");
    }
    assert_ne!(of(&document, "search")["verdict"], "differ");
    for test in ["mann-whitney", "ks", "anderson-darling", "cliff", "bootstrap:0.9"] {
        let document = json(&["compare", &a, &b, "--test", test]);
        assert_eq!(of(&document, "checkout")["verdict"], "differ", "{test}");
    }
    let again = json(&["compare", &a, &b, "--test", "bootstrap:0.9", "--seed", "7"]);
    assert_eq!(again, json(&["compare", &a, &b, "--test", "bootstrap:0.9", "--seed", "7"]));
    let equivalent = json(&["compare", &a, &b, "--test", "equivalence:30ms"]);
    assert_eq!(of(&equivalent, "search")["verdict"], "equivalent");
    assert_eq!(of(&equivalent, "checkout")["verdict"], "differ");
}

#[test]
fn a_picture_is_drawn_and_what_has_no_partner_is_told() {
    let folder = Folder::new("comparison");
    let a = folder.file("a.csv", &latencies(0.0, 1));
    let b = folder.file("b.csv", &latencies(0.05, 2).replace("search", "find"));
    let out = folder.root().join("difference.svg");
    let (code, text, err) = told(&["compare", &a, &b, "--out", out.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    assert!(text.contains("They differ: b − a is "), "{text}");
    assert!(err.contains("search") && err.contains("find"), "{err}");
    assert!(std::fs::read_to_string(out).unwrap().contains("Difference of"));
    assert_eq!(told(&["compare", &a, &b, "--strict"]).0, 4);
}

#[test]
fn proportions_are_those_of_bad_events() {
    let folder = Folder::new("comparison");
    let events = |every: u32| {
        let line = |i: u32| {
            let status = if i.is_multiple_of(every) { 500 } else { 200 };
            format!("2026-01-01T00:{:02}:{:02}.{:03}Z,0.1,{status}\n", i / 60 % 60, i % 60, i / 3600)
        };
        "time,latency_seconds,status\n".to_owned() + &(0..3000).map(line).collect::<String>()
    };
    let (a, b) = (folder.file("a.csv", &events(100)), folder.file("b.csv", &events(20)));
    let document = json(&["compare", &a, &b, "--test", "proportions", "--ok", "status", "--kind", "events"]);
    let found = &document["results"][0];
    assert_eq!(found["verdict"], "differ");
    assert!((found["effect"]["value"].as_f64().unwrap() - 0.04).abs() < 1e-12, "{found:#}");
}

/// A canary that fails faster has better latencies: without a named test its failures are compared too.
#[test]
fn failures_are_compared_beside_the_values() {
    let folder = Folder::new("comparison");
    let events = |every: u32| {
        let line = |i: u32| {
            let bad = i.is_multiple_of(every);
            let latency = if bad { 1.0 } else { 50.0 + f64::from(i * 7919 % 101) };
            format!("2026-01-01T00:{:02}:{:02}Z,{latency},{}\n", i / 60 % 60, i % 60, u8::from(!bad))
        };
        "time,latency_ms,ok\n".to_owned() + &(0..3000).map(line).collect::<String>()
    };
    let (a, b) = (folder.file("a.csv", &events(100)), folder.file("b.csv", &events(25)));
    let found = json(&["compare", &a, &b])["results"][0].clone();
    // 30 of 3000 against 120 of 3000
    assert_eq!(found["failures"]["verdict"], "differ");
    assert!((found["failures"]["effect"]["value"].as_f64().unwrap() - 0.03).abs() < 1e-12, "{found:#}");
    let (_, text, _) = told(&["compare", &a, &b]);
    assert!(text.contains("Comparison of the failures of latency_ms"), "{text}");
    assert!(json(&["compare", &a, &b, "--test", "ks"])["results"][0].get("failures").is_none());
    let (_, text, _) = told(&["compare", &a, &b, "--test", "ks"]);
    assert!(!text.contains("They differ: b − a"), "{text}");
}

#[test]
fn wrong_words_are_usage_errors() {
    let folder = Folder::new("comparison");
    let a = folder.file("a.csv", &latencies(0.0, 1));
    for wrong in [
        vec!["compare", &a],
        vec!["compare", &a, &a, &a],
        vec!["compare", &a, &a, "--test", "tea-leaves"],
        vec!["compare", &a, &a, "--test", "equivalence:-1"],
        vec!["compare", &a, &a, "--level", "0"],
        vec!["capacity", "mm1"],
        vec!["capacity", "mm1", "--arrival", "11", "--service", "100ms"],
        vec!["capacity", "usl"],
        vec!["capacity", "mmx", "--arrival", "11"],
    ] {
        let (code, _, err) = told(&wrong);
        assert_eq!(code, 2, "{wrong:?}: {err}");
    }
}

#[test]
fn queues_come_from_numbers_or_from_events() {
    let found = json(&["capacity", "mmc", "--arrival", "6", "--service", "333333333ns", "--servers", "3"]);
    // Gross and Harris, example 2.2, in other units: 8/9 wait on average
    assert!((found["results"][0]["waiting"]["value"].as_f64().unwrap() - 8.0 / 9.0).abs() < 1e-6);
    let half = json(&["capacity", "mg1", "--arrival", "8", "--service", "100ms", "--cv2", "0"]);
    let same = json(&["capacity", "md1", "--arrival", "8", "--service", "100ms"]);
    assert_eq!(half["results"][0]["wait_s"]["value"], same["results"][0]["wait_s"]["value"]);
    let ten = json(&["capacity", "little", "--arrival", "200", "--service", "50ms"]);
    assert_eq!(ten["results"][0]["in_system"]["value"], 10.0);
    let folder = Folder::new("comparison");
    let line = |i: u64| {
        let ms = i * 100 + (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58);
        format!("2026-01-01T00:{:02}:{:02}.{:03}Z,0.04\n", ms / 60_000, ms / 1000 % 60, ms % 1000)
    };
    let events = "time,latency_seconds\n".to_owned() + &(0..500).map(line).collect::<String>();
    let file = folder.file("events.csv", &events);
    let found = json(&["capacity", "mm1", &file, "--kind", "events", "--arrival", "10"]);
    let result = &found["results"][0];
    assert!((result["utilisation"]["value"].as_f64().unwrap() - 0.4).abs() < 1e-9, "{result:#}");
    assert!(result["arrivals"]["verdict"].is_string());
}

#[test]
fn scaling_is_fitted_to_a_table() {
    let folder = Folder::new("comparison");
    let mut table = String::from("n,throughput\n");
    for n in [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 48.0] {
        table += &format!("{n},{:.6}\n", 100.0 * n / (1.0 + 0.02 * (n - 1.0) + 0.0005 * n * (n - 1.0)));
    }
    let file = folder.file("load-test.csv", &table);
    let found = json(&["capacity", "usl", &file, "--value", "throughput"]);
    let result = &found["results"][0];
    let near = |key: &str, want: f64, within: f64| {
        let got = result[key]["value"].as_f64().unwrap();
        assert!((got - want).abs() < within, "{key}: {got}");
    };
    near("contention", 0.02, 1e-6);
    near("coherency", 0.0005, 1e-7);
    near("peak_size", (0.98_f64 / 0.0005).sqrt(), 1e-3);
}

#[test]
fn series_that_allow_no_answer_get_a_typed_no_verdict_from_every_command() {
    let folder = Folder::new("comparison");
    let rows = |n: usize, row: &dyn Fn(usize) -> String| (0..n).map(row).collect::<String>();
    let cases = [
        ("constant.csv", rows(100, &|i| format!("{},5,7\n", 60 * i)), "equal"),
        ("two.csv", rows(2, &|i| format!("{},{i},{}\n", 60 * i, 2 * i + 1)), "too few"),
    ];
    for (name, rows, why) in cases {
        let file = folder.file(name, &format!("time,a,b\n{rows}"));
        let commands: [&[&str]; 5] = [
            &["trend", &file],
            &["changes", &file],
            &["forecast", &file, "--until", "10"],
            &["compare", &file, &file],
            &["correlate", &file],
        ];
        for command in commands {
            let found = results(command);
            let told = found.iter().find(|result| !result["verdict"].is_null()).unwrap();
            assert_eq!(told["verdict"], "no-verdict", "{command:?}: {told}");
            assert!(told["why"].as_str().unwrap().contains(why), "{command:?}: {told}");
        }
    }
    // what is no number in any row is an input that cannot be used
    let file = folder.file("nan.csv", &format!("time,a,b\n{}", rows(30, &|i| format!("{},NaN,NaN\n", 60 * i))));
    for command in ["trend", "changes", "forecast", "correlate"] {
        let (code, _, err) = told(&[command, &file]);
        assert!(code == 3 && err.contains("no usable value in 30 rows"), "{command}: {code} {err}");
    }
    // every time twice: events, told by the median of each window, and said so
    let noise = |i: usize| (i as u64).wrapping_mul(6_364_136_223_846_793_005) >> 40;
    let twice = rows(200, &|i| format!("{},{},{}\n", 60 * (i / 2), noise(i), noise(i + 1000)));
    let file = folder.file("twice.csv", &format!("time,a,b\n{twice}"));
    for command in ["trend", "changes", "correlate"] {
        let (code, out, _) = told(&[command, &file]);
        assert!(code == 0 && out.contains("events: told by their p50"), "{command}: {code} {out}");
    }
}
