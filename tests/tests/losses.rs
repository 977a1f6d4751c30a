//! What `windows` tells beside charged time: counters, percentiles, probes and roll-ups, from the built program.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use serde_json::Value;
use workspace_tests::{results, told};

const MINUTES: &str = "datasets/generated/workshop-minutes.csv";
const REQUESTS: &str = "datasets/recorded/requests.csv";
const UP: &str = "99% of time up over 30d";

#[test]
fn a_plan_and_a_probe_are_told_of_the_workshops_minutes() {
    let plan = "1 min for 30 d, 1 h for ever";
    let all = results(&["windows", MINUTES, "--slo", UP, "--widths", "5m", "--probe", "10m", "--retention", plan]);
    let last = all.last().unwrap();
    let charged =
        |tier: usize| last["retention"][tier]["charged"]["charged_s"]["aligned"]["value"].as_f64().unwrap() / 60.0;
    // the workshop's own counts, by hand: 302 bad minutes, 2220 in hours
    assert_eq!((charged(0), charged(1)), (302.0, 2220.0));
    assert_eq!(
        (&last["retention"][1]["keep_s"], &last["retention"][1]["from_age_s"]),
        (&Value::Null, &2_592_000.into())
    );
    assert_eq!(last["retention"][1]["charged"]["verdict"], "violated");
    // checks every ten minutes are right on average, and miss what is shorter
    assert_eq!(last["probe"]["true_bad_s"].as_f64().unwrap(), 302.0 * 60.0);
    assert!((last["probe"]["mean_s"].as_f64().unwrap() - 302.0 * 60.0).abs() < 1e-6);
    assert!(last["probe"]["unseen"].as_f64().unwrap() > 0.0);
    let (code, _, err) = told(&["windows", MINUTES, "--slo", UP, "--retention", "1m for 30d, 1h forr ever"]);
    assert!(code == 2 && err.contains("column 16") && err.contains("forr"), "{err}");
}

#[test]
fn counters_need_no_objective_that_fits_them() {
    let folder = std::env::temp_dir().join(format!("sre-stats-losses-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("counter.csv");
    // ten a scrape every 15 s, and a burst of a thousand over the edge of a minute
    let row = |i: i32| format!("{},{}", 10 + i * 15, 500 + 10 * i + if i >= 40 { 1000 } else { 0 });
    let rows = (0..81).map(row).collect::<Vec<String>>().join("\n");
    std::fs::write(&file, format!("time,errors_total\n{rows}")).unwrap();
    let ask = |release: &str| {
        results(&[
            "windows",
            file.to_str().unwrap(),
            "--kind",
            "counter",
            "--slo",
            UP,
            "--widths",
            "1m",
            "--prometheus",
            release,
        ])
    };
    let new = &ask("3")[0]["counter"];
    assert_eq!((&new["dialect"], &new["scrape_interval_s"]), (&"3".into(), &15.into()));
    let row = &new["rows"][0];
    assert_eq!(row["counted"]["value"].as_f64().unwrap().round(), 1760.0);
    let readings = row["readings"].as_array().unwrap();
    assert_eq!(readings.len(), 5);
    // increase never sees the burst; anchored does
    assert!((readings[0]["total"].as_f64().unwrap() - 760.0).abs() < 1e-6, "{row:#}");
    assert_eq!((&readings[3]["ends"], readings[3]["total"].as_f64().unwrap()), (&"anchored".into(), 1760.0));
    assert_eq!(row["isolated"]["lost"]["value"], 0.25);
    assert_eq!(ask("2.42")[0]["counter"]["rows"][0]["readings"].as_array().unwrap().len(), 3);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn each_further_percentile_narrows_the_bracket() {
    let only = [
        "windows",
        REQUESTS,
        "--slo",
        "99% of requests < 300ms over 1h",
        "--widths",
        "1m",
        "--where",
        "route == checkout",
    ];
    let all = results(&only);
    let found = &all.last().unwrap()["brackets"];
    let exact = found["exact"]["value"].as_f64().unwrap();
    let steps = found["steps"].as_array().unwrap();
    assert!(steps.len() > 3);
    let mut before = (f64::NEG_INFINITY, f64::INFINITY);
    for step in steps {
        let (lower, upper) = (step["lower"].as_f64().unwrap(), step["upper"].as_f64().unwrap());
        assert!(before.0 <= lower && lower <= exact && exact <= upper && upper <= before.1, "{step:#}");
        before = (lower, upper);
    }
}
