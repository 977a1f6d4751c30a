//! Files that are written.

use serde_json::Value;
use workspace_tests::{root, told};

use super::{MINUTES, REQUESTS, Scratch, UP, estimate, json, results};

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
