//! Load testers.

use sre_stats::load::Format;

use crate::run::run;
use crate::target::{recorded, table, target};

const TESTERS: &[&str] = &[
    "metric_name",
    "http_req_duration",
    "{\"type\":\"Point\",\"metric\":\"vus\",\"data\":{\"time\":\"2026-01-01T00:00:00Z\",\"value\":1,\"tags\":{\"a\":\"b\"}}}\n",
    "{\"type\":\"Metric\",\"data\":{\"name\":\"m\",\"type\":\"trend\",\"contains\":\"time\",\"thresholds\":[]},\"metric\":\"m\"}\n",
    "1767225600000000000",
    "latency",
    "response-time",
    "offset",
    "timeStamp",
    "elapsed",
    "starttime",
    "ttime",
    "User Count",
    "Aggregated",
    "N/A",
    "true",
    "-1",
    "\"\"",
    "\n",
    ",",
    "\t",
];

#[test]
fn k6_json() {
    run(&table("k6-json", Format::K6Json, vec![recorded("k6/results.json", 4000)], TESTERS));
}

#[test]
fn k6_csv() {
    run(&table("k6-csv", Format::K6Csv, vec![recorded("k6/results.csv", 2000)], TESTERS));
}

#[test]
fn vegeta_json() {
    run(&table("vegeta-json", Format::VegetaJson, vec![recorded("vegeta/results.json", usize::MAX)], TESTERS));
}

#[test]
fn vegeta_csv() {
    run(&table("vegeta-csv", Format::VegetaCsv, vec![recorded("vegeta/results.csv", usize::MAX)], TESTERS));
}

#[test]
fn hey() {
    run(&table("hey", Format::Hey, vec![recorded("hey/hey.csv", 1500)], TESTERS));
}

#[test]
fn oha() {
    run(&table("oha", Format::Oha, vec![recorded("oha/oha.csv", 1500)], TESTERS));
}

#[test]
fn jmeter() {
    run(&table("jmeter", Format::Jmeter, vec![recorded("jmeter/results.jtl", 2000)], TESTERS));
}

#[test]
fn ab() {
    run(&table("ab", Format::Ab, vec![recorded("ab/gnuplot.tsv", 1500)], TESTERS));
}

#[test]
fn locust() {
    run(&table("locust", Format::Locust, vec![recorded("locust/stats_history.csv", 2000)], TESTERS));
}

#[test]
fn summary() {
    let files = [
        "wrk/wrk.txt",
        "wrk/wrk2.txt",
        "ab/ab.txt",
        "hey/hey.txt",
        "vegeta/report.txt",
        "vegeta/report.json",
        "locust/stats.csv",
        "oha/report.txt",
        "oha/report.json",
    ];
    let seeds = files.iter().map(|file| recorded(file, usize::MAX)).collect();
    let tokens = &[
        "50%",
        "99.9%",
        "12.5ms",
        "1.20s",
        "3us",
        "Latency",
        "Requests/sec:",
        "Running 3s test @ http://a",
        "Percentage of the requests served within a certain time (ms)",
        "Latency distribution:",
        "in 0.1 secs",
        "µs",
        "-nan",
        "100.000%",
        "\"latencies\":{",
        "\"99th\":1",
        "[total, mean, 50, 90, 95, 99, max]",
        "Aggregated",
        "+Inf",
        "1h2m3s",
    ];
    run(&target("tester-summary", Format::Summary, seeds, tokens));
}
