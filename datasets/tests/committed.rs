//! The files in `datasets/generated` are what the generators make today.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use sre_stats_datasets::generate;

fn committed(file: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("generated").join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn check(scenario: &str, seed: u64, rows: usize, file: &str) {
    let made = generate(scenario, seed, rows).unwrap();
    let mut csv = Vec::new();
    made.write_csv(&mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    let stored = committed(&format!("{file}.csv"));
    // the first differing line says more than two megabytes do
    for (line, (made, stored)) in csv.lines().zip(stored.lines()).enumerate() {
        assert_eq!(made, stored, "{file}.csv, line {}", line + 1);
    }
    assert_eq!(csv.len(), stored.len());
    check_truth(&made.truth, file);
}

fn check_truth(made: &Value, file: &str) {
    let stored: Value = serde_json::from_str(&committed(&format!("{file}.truth.json"))).unwrap();
    assert_eq!(made, &stored);
}

#[test]
fn workshop_minutes_is_what_is_generated() {
    check("workshop-minutes", 1, 43_200, "workshop-minutes");
}

#[test]
fn shop_month_is_what_is_generated() {
    check("shop-month", 1, 40_000, "shop-month");
}

#[test]
fn shop_capstone_is_what_is_generated() {
    check("shop-capstone", 1, 40_000, "shop-capstone");
}

#[test]
fn the_truth_beside_the_parquet_file_is_what_is_generated() {
    // the Parquet file is written by another program; its truth counts its rows by service and outage
    let made = generate("shop-month", 1, 200_000).unwrap();
    check_truth(&made.truth, "shop-month-200k");
}
