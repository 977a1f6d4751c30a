//! Access logs, logfmt, JSON and ULID-prefixed lines.

use sre_stats::load::{Format, Item, Kind, LoadOptions};
use sre_stats::unit::Unit;

use super::{at, number, one, read, read_with, sorted, text};

/// The words after the user agent and the status of each line of nginx's log.
fn nginx() -> Vec<(f64, u16)> {
    let line = |l: &str| {
        let words: Vec<&str> = l.split(' ').collect();
        (number(words.last().unwrap()), words[8].parse().unwrap())
    };
    text("nginx/timed.log").lines().map(line).collect()
}

#[test]
fn an_access_log_is_latencies_with_their_status() {
    let want = nginx();
    let data = read("nginx/timed.log");
    let item = one(&data);
    assert_eq!((item.format, item.kind, &item.identity.unit), (Format::AccessLog, Kind::Events, &Unit::Second));
    assert_eq!(sorted(item.values().to_vec()), sorted(want.iter().map(|w| w.0).collect()));
    let bad = item.as_events().unwrap().ok().unwrap().iter().filter(|ok| !**ok).count();
    assert_eq!(bad, want.iter().filter(|w| w.1 >= 500).count());
    assert!(bad > 0);
    // its first line is of 13:57:20
    assert_eq!(item.times()[0], at("2026-11-25T13:57:20Z"));
    // without a latency, what is left is whether it was good
    let plain = read("nginx/combined.log");
    let flags = one(&plain);
    assert_eq!((flags.identity.name.as_str(), flags.count()), ("status", want.len() as u64));
    assert_eq!(flags.values().iter().filter(|v| **v == 0.0).count(), bad);
    // a path splits it
    let options = LoadOptions { by: vec!["path".into()], ..LoadOptions::default() };
    let split = read_with("nginx/timed.log", &options);
    let counts: Vec<(String, u64)> = split.items.iter().map(|i| (i.title(), i.count())).collect();
    let lines = text("nginx/timed.log");
    let of = |path: &str| lines.lines().filter(|l| l.contains(&format!("GET {path}"))).count() as u64;
    assert_eq!(
        counts,
        [
            ("request_time{path=\"/cart\"}".to_owned(), of("/cart")),
            ("request_time{path=\"/home\"}".to_owned(), of("/home"))
        ]
    );
}

#[test]
fn the_log_of_the_recorded_shop_has_its_request_time() {
    let data = read("access.log");
    let item = one(&data);
    let want: Vec<f64> = text("access.log").lines().map(|l| number(l.split(' ').rev().nth(1).unwrap())).collect();
    assert_eq!((item.identity.name.as_str(), item.format), ("request_time", Format::AccessLog));
    assert_eq!(sorted(item.values().to_vec()), sorted(want));
}

#[test]
fn json_and_logfmt_say_what_the_access_log_says() {
    let want = sorted(nginx().iter().map(|w| w.0).collect());
    let json = read("nginx/json.log");
    let latencies: Vec<&Item> = json.items.iter().filter(|i| i.identity.name == "request_time").collect();
    assert_eq!(json.items.len(), latencies.len(), "{:?}", json.report.understood);
    let values = latencies.iter().flat_map(|i| i.values().to_vec()).collect();
    assert_eq!((latencies[0].format, latencies[0].kind), (Format::JsonLines, Kind::Events));
    assert_eq!(sorted(values), want);
    let logfmt = read("nginx/logfmt.log");
    let values = logfmt.items.iter().flat_map(|i| i.values().to_vec()).collect();
    assert_eq!(sorted(values), want);
    assert!(logfmt.items.iter().all(|i| i.identity.unit == Unit::Second && i.format == Format::Logfmt));
    let bad: usize =
        logfmt.items.iter().map(|i| i.as_events().unwrap().ok().unwrap().iter().filter(|k| !**k).count()).sum();
    assert_eq!(bad, nginx().iter().filter(|w| w.1 >= 500).count());
}

#[test]
fn lines_after_a_ulid_have_its_time() {
    let data = read("ulid/service.log");
    let item = one(&data);
    let truth: serde_json::Value = serde_json::from_str(&text("ulid/truth.json")).unwrap();
    let truth = truth.as_array().unwrap();
    assert_eq!((item.format, item.kind), (Format::UlidLog, Kind::Events));
    let times: Vec<i64> = truth.iter().map(|t| t["ms"].as_i64().unwrap() * 1_000_000).collect();
    assert_eq!(item.times(), times);
    let values: Vec<f64> = truth.iter().map(|t| t["latency_ms"].as_f64().unwrap()).collect();
    assert_eq!((item.values(), &item.identity.unit), (&values[..], &Unit::Millisecond));
    let ok: Vec<bool> = truth.iter().map(|t| t["status"].as_u64().unwrap() < 500).collect();
    assert_eq!(item.as_events().unwrap().ok().unwrap(), ok);
}
