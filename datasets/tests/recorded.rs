//! The recording agrees with its truth and with itself.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("recorded")
}

fn text(file: &str) -> String {
    fs::read_to_string(folder().join(file)).unwrap()
}

fn json(file: &str) -> Value {
    serde_json::from_str(&text(file)).unwrap()
}

/// Start and end of a fault as text; RFC 3339 of one shape sorts like the instants.
fn fault(kind: &str) -> (String, String) {
    let truth = json("truth.json");
    let faults = truth["faults"].as_array().unwrap();
    let fault = faults.iter().find(|fault| fault["kind"] == kind).unwrap();
    let field = |name: &str| fault[name].as_str().unwrap().to_owned();
    (field("start"), field("end"))
}

/// The fields of every request whose intended start lies in the fault.
fn during(kind: &str) -> Vec<Vec<String>> {
    let (start, end) = fault(kind);
    text("requests.csv")
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>())
        .filter(|fields| start <= fields[0] && fields[0] < end)
        .collect()
}

#[test]
fn nothing_succeeds_while_the_backend_stands_still() {
    let requests = during("process_stopped");
    assert!(requests.len() > 1000);
    assert!(requests.iter().all(|fields| fields[4] == "false"));
}

#[test]
fn every_checkout_is_slow_while_latency_is_added() {
    let requests = during("added_latency");
    let checkout: Vec<_> = requests.iter().filter(|f| f[1] == "checkout").collect();
    assert!(checkout.len() > 700);
    // requests already on their way when the delay was set do not have it
    let slow = checkout.iter().filter(|f| f[3].parse::<f64>().unwrap() >= 0.4);
    assert!(slow.count() + 3 >= checkout.len());
}

#[test]
fn the_burst_is_eight_times_the_load() {
    let burst = during("load_burst").len() as f64;
    // the node_exporter's absence leaves the visitors alone: their usual rate
    let usual = during("scrape_gap").len() as f64 / 40.0 * 60.0;
    // a ratio of two Poisson counts, five standard deviations
    let error = 5.0 * 8.0 * (1.0 / burst + 1.0 / (usual * 40.0 / 60.0)).sqrt();
    assert!((burst / usual - 8.0).abs() < error, "{burst} {usual}");
    assert!(during("scrape_gap").iter().all(|fields| fields[4] == "true"));
}

#[test]
fn the_proxy_logged_every_request_with_the_same_status() {
    let count = |statuses: Vec<String>| {
        let mut statuses = statuses;
        statuses.sort();
        statuses
    };
    let visitors: Vec<String> =
        text("requests.csv").lines().skip(1).map(|line| line.split(',').nth(2).unwrap().to_owned()).collect();
    let proxy: Vec<String> = text("access.log")
        .lines()
        .map(|line| {
            let after = line.split("HTTP/1.1\" ").nth(1).unwrap();
            after.split(' ').next().unwrap().to_owned()
        })
        .collect();
    assert_eq!(count(visitors), count(proxy));
}

#[test]
fn prometheus_saw_the_restart_and_the_gaps() {
    let answer = json("shop_requests_total.json");
    assert_eq!(answer["data"]["resultType"], "matrix");
    for series in answer["data"]["result"].as_array().unwrap() {
        let values = series["values"].as_array().unwrap();
        let number = |pair: &Value| pair[1].as_str().unwrap().parse::<f64>().unwrap();
        let falls = values.windows(2).filter(|pair| number(&pair[1]) < number(&pair[0])).count();
        // the 503s were counted before the restart only
        let expected = usize::from(series["metric"]["code"] == "200");
        assert_eq!(falls, expected, "{}", series["metric"]);
    }
    for series in json("up.json")["data"]["result"].as_array().unwrap() {
        let values = series["values"].as_array().unwrap();
        let down = values.iter().filter(|pair| pair[1] == "0").count();
        // 60 s and 40 s of scrapes every 5 s, one more or less at the edges and at the restart
        let expected = match series["metric"]["job"].as_str() {
            Some("shop") => 12..=14,
            Some("node") => 7..=9,
            _ => 0..=0,
        };
        assert!(expected.contains(&down), "{} {down}", series["metric"]);
    }
}
