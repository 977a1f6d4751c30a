//! What time without data counts as, and what bad time costs, from the built program.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::path::PathBuf;

use workspace_tests::{results, told};

const UP: &str = "99% of time up over 1d";

/// A day of minutes, all up, of which those from 600 to 672 (a twentieth of the day) are missing, behind a minute that was down.
fn day() -> PathBuf {
    let folder = std::env::temp_dir().join(format!("sre-stats-gaps-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let minutes = (0..1440).filter(|m| !(600..672).contains(m));
    let rows: Vec<String> = minutes.map(|m| format!("{},{}", 1_767_225_600 + m * 60, i32::from(m != 599))).collect();
    let file = folder.join(format!("{:?}.csv", std::thread::current().id()));
    std::fs::write(&file, format!("time,up\n{}\n", rows.join("\n"))).unwrap();
    file
}

#[test]
fn missing_data_count_as_they_are_told_to() {
    let file = day();
    let file = file.to_str().unwrap();
    // minutes that are bad, of those that count
    for (policy, bad, all) in [("excluded", 1_u32, 1368), ("good", 1, 1440), ("bad", 73, 1440), ("hold", 73, 1440)] {
        let expected = 1.0 - f64::from(bad) / f64::from(all);
        let found = results(&["slo", file, "--slo", UP, "--no-data", policy]);
        let level = found[0]["methods"]["time_slices"]["value"].as_f64().unwrap();
        assert!((level - expected).abs() < 1e-12, "{policy}: {level} {expected}");
        // the alerts see the same minutes
        let burnt = found[0]["alert_summary"]["truth"]["incidents"][0]["bad"].as_u64().unwrap();
        assert_eq!(burnt, u64::from(bad), "{policy}");
        let windows = results(&["windows", file, "--slo", UP, "--widths", "1m", "--no-data", policy]);
        let charged = windows[0]["charged_s"]["aligned"]["value"].as_f64().unwrap();
        assert_eq!(charged, f64::from(bad) * 60.0, "{policy}");
        let told = results(&["report", file, "--slo", UP, "--no-data", policy]);
        let slo = told.iter().find(|r| r["part"] == "slo").unwrap();
        assert_eq!(slo["methods"], found[0]["methods"], "{policy}");
    }
    let (code, _, err) = told(&["slo", file, "--slo", UP, "--no-data", "ignored"]);
    assert!(code == 2 && err.contains("excluded"), "{err}");
}

#[test]
fn a_report_tells_what_bad_time_cost() {
    let file = day();
    let costs = file.with_extension("yml");
    std::fs::write(&costs, "currency: EUR\nlost revenue: 2 [1, 4] per bad minute\n").unwrap();
    let asked = ["report", file.to_str().unwrap(), "--slo", UP, "--no-data", "bad"];
    let cost = ["--cost", costs.to_str().unwrap()];
    let told = results(&[&asked[..], &cost[..]].concat());
    let slo = told.iter().find(|r| r["part"] == "slo").unwrap();
    let alone = results(&["slo", asked[1], "--slo", UP, "--no-data", "bad", "--cost", cost[1]]);
    // 73 bad minutes; what else they cost is not known
    assert_eq!(
        (&slo["cost"]["total"]["value"], &slo["cost"]["total"]["bound"]["lower"]),
        (&146.0.into(), &73.0.into())
    );
    assert_eq!(slo["cost"], alone[0]["cost"]);
}
