//! Files that are written.

use serde_json::Value;
use workspace_tests::{root, told};

use super::{MINUTES, REQUESTS, Scratch, UP, estimate, json, results};

const CHECKOUT: &str = "datasets/recorded/checkout.parquet";

/// 137 requests fell into that minute, too few for p99.9, which needs 3688.
#[test]
fn the_terminal_says_how_far_a_quantile_can_be_trusted() {
    let minute = ["--from", "2026-11-25T00:04:00Z", "--to", "2026-11-25T00:05:00Z"];
    let (code, out, err) = told(&[&["quantile", CHECKOUT, "-q", "p50,p99.9"][..], &minute].concat());
    assert_eq!(code, 0, "{err}");
    let row = out.lines().find(|line| line.starts_with("p99.9")).unwrap();
    assert!(row.contains(", 95 % [156.9 ms, ∞] (exact, n = 137"), "{out}");
    let caveats: Vec<&str> = out.lines().filter(|line| line.starts_with("! ")).collect();
    assert!(caveats.iter().any(|line| line.starts_with("! p99.9: n = 137 is too few")), "{out}");
    // many windows say the like once
    let (_, out, _) = told(&["quantile", CHECKOUT, "-q", "p99.9", "--every", "1m"]);
    assert!(out.lines().filter(|line| line.contains("is too few")).count() == 1, "{out}");
}

/// 257 requests of the record failed faster than 300 ms: a table of histograms counts them among the good.
#[test]
fn a_table_that_does_not_keep_the_flag_says_so() {
    let folder = super::Scratch::new("x", "");
    let table = folder.beside("t.parquet");
    let (code, _, err) = told(&["histogram", CHECKOUT, "--every", "1m", "--table-out", &table, "--strict"]);
    assert_eq!(code, 4, "{err}");
    assert!(err.contains("--by ok keeps them apart") && !err.contains("true is good"), "{err}");
    let (code, _, err) =
        told(&["convert", CHECKOUT, "--to", "histogram-table", "--out", &table, "--by", "ok", "--strict"]);
    assert_eq!(code, 0, "{err}");
    // quantiles of all rows miss no flag
    assert_eq!(told(&["histogram", CHECKOUT, "-q", "p99", "--strict"]).0, 0);
}

/// 18 364 requests were measured, in bursts: nothing of a queue of them is exact or good.
#[test]
fn a_queue_of_measured_numbers_says_so() {
    let document = json(&["capacity", "mmc", CHECKOUT, "--servers", "4"]);
    let queue = &super::results(&document)[0];
    assert_eq!((&queue["wait_s"]["n"], &queue["wait_s"]["bound"]["kind"]), (&18_364.into(), &"unknown".into()));
    assert!(queue["wait_s"]["caveats"][0].as_str().unwrap().contains("not Poisson"), "{queue:#}");
    let (_, out, _) = told(&["capacity", "mmc", CHECKOUT, "--servers", "4"]);
    assert!(!out.contains('✓') && !out.contains("from given numbers"), "{out}");
    let (_, out, _) = told(&["capacity", "mmc", "--arrival", "2", "--service", "100ms", "--servers", "4"]);
    assert!(out.contains('✓') && out.contains("from given numbers"), "{out}");
}

#[test]
fn a_column_that_was_not_read_is_told_where_a_command_fails() {
    let rows: Vec<String> = (0..200).map(|i| format!("{},{},{}\n", i * 60, i % 7, (i * i) % 11)).collect();
    let file = super::Scratch::new("cor.csv", format!("time,x,y\n{}", rows.concat()));
    let (code, _, err) = told(&["correlate", file.path()]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("not read: x") && err.contains("--value y,x"), "{err}");
    let (code, _, err) = told(&["correlate", file.path(), "--value", "y,x"]);
    assert_eq!(code, 0, "{err}");
}

#[test]
fn generated_data_carry_their_truth_and_are_what_the_repository_has() {
    let place = Scratch::new("here", "");
    let out = place.beside("made.csv");
    let document = json(&["generate", "--scenario", "workshop-minutes", "--seed", "1", "--out", &out]);
    assert_eq!(results(&document)[0]["rows"], 43_200);
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(root().join(MINUTES)).unwrap());
    let truth: Value = serde_json::from_slice(&std::fs::read(place.beside("made.truth.json")).unwrap()).unwrap();
    assert_eq!(truth["bad_minutes"], 302);
    let list = json(&["generate"]);
    assert!(results(&list).iter().any(|s| s["scenario"] == "shop-month"));
    let (code, _, err) = told(&["generate", "--scenario", "shop-moon"]);
    assert_eq!(code, 2);
    assert!(err.contains("shop-month"), "{err}");
}

#[test]
fn converted_data_read_back_the_same() {
    let place = Scratch::new("here", "");
    let out = place.beside("again.csv");
    assert_eq!(told(&["convert", REQUESTS, "--to", "csv", "--out", &out]).0, 0);
    let series = |file: &str| {
        let document = json(&["inspect", file]);
        let mut all: Vec<Value> = results(&document).clone();
        for result in &mut all {
            result["format"] = Value::Null;
        }
        all
    };
    assert_eq!(series(REQUESTS), series(&out));
    let level = |file: &str| {
        let document = json(&["slo", file, "--slo", "99% of requests ok over 1h"]);
        results(&document).iter().map(|r| estimate(&r["methods"]["occurrences"])).collect::<Vec<f64>>()
    };
    assert_eq!(level(REQUESTS), level(&out));
}

#[test]
fn files_follow_their_ending() {
    let place = Scratch::new("here", "");
    for (ending, begins) in [
        ("html", &b"<!doctype html>"[..]),
        ("md", b"# "),
        ("svg", b"<svg"),
        ("png", b"\x89PNG"),
        ("csv", b"width [s],"),
        ("parquet", b"PAR1"),
    ] {
        let out = place.beside(&format!("windows.{ending}"));
        let (code, stdout, err) = told(&["windows", MINUTES, "--slo", UP, "--widths", "1m,5m", "--out", &out]);
        assert_eq!(code, 0, "{ending}: {err}");
        // the table is on the terminal all the same
        assert!(stdout.contains("aligned"), "{ending}: {stdout}");
        let bytes = std::fs::read(&out).unwrap();
        assert!(bytes.starts_with(begins), "{ending}: {}", String::from_utf8_lossy(&bytes[..bytes.len().min(60)]));
    }
    let (code, _, err) = told(&["inspect", MINUTES, "--out", &place.beside("x.xls")]);
    assert_eq!(code, 2);
    assert!(err.contains(".html"), "{err}");
}

#[test]
fn a_file_that_cannot_be_written_whole_leaves_the_old_one() {
    let place = Scratch::new("old.om", "the old one");
    // events have no place in OpenMetrics
    let (code, _, err) = told(&["convert", REQUESTS, "--to", "openmetrics", "--out", place.path()]);
    assert_eq!((code, std::fs::read_to_string(place.path()).unwrap().as_str()), (3, "the old one"), "{err}");
    let folder = std::path::Path::new(place.path()).parent().unwrap();
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), 1);
    // what is no file is written to as it is
    assert_eq!(told(&["convert", REQUESTS, "--to", "csv", "--out", "/dev/null"]).0, 0);
    assert!(!std::fs::symlink_metadata("/dev/null").unwrap().is_file());
}

#[test]
fn a_long_series_is_told_by_means_in_the_report_and_a_limit_is_drawn() {
    // twelve days of minutes that rise from 50 to about 56, with a day's wave and noise of a linear congruential generator
    let mut state = 1u32;
    let mut value = |i: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = f64::from((state >> 16) % 101) * 0.02;
        50.0 + f64::from(i) * 3.5e-4 + 4.0 * (f64::from(i % 1440) * 0.004_363).sin() + noise
    };
    let rows: Vec<String> = (0..17_280).map(|i| format!("{},{:.3}\n", i * 60, value(i))).collect();
    let file = Scratch::new("minutes.csv", format!("time,disk_percent\n{}", rows.concat()));
    let page = file.beside("page.html");
    let report = json(&["report", file.path(), "--until", "70", "--out", &page]);
    let part = |name: &str| results(&report).iter().find(|r| r["part"] == name).unwrap();
    let outlook = part("forecast");
    assert!(outlook["note"].as_str().unwrap().starts_with("told by the mean per 15m of its 17280 values"), "{outlook}");
    assert_eq!(outlook["crossing"]["limit"], 70.0);
    assert!(outlook["seasons_s"].as_array().unwrap().iter().any(|s| s == 86_400.0), "{outlook}");
    let day = part("decompose");
    assert!(day["seasons"][0]["strength"]["value"].as_f64().unwrap() > 0.9 && day.get("trend").is_none(), "{day}");
    assert!(["marked", "none-marked"].contains(&part("anomalies")["verdict"].as_str().unwrap()));
    let html = std::fs::read_to_string(&page).unwrap();
    for heading in
        ["Parts of disk_percent", "Forecast of disk_percent", "Anomalies of disk_percent", "inside its own interval"]
    {
        assert!(html.contains(heading), "{heading}");
    }
    assert!(!html.contains("Correlation of series"), "there is one series alone");
}
