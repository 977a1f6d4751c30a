//! Objectives held against stored histograms, against a part of their period, and with the alert policies of a file; from the built program.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use std::path::Path;

use serde_json::Value;
use workspace_tests::{Folder, results, told};

const REQUESTS: &str = "datasets/recorded/requests.csv";

#[test]
fn stored_histograms_answer_as_their_requests_do() {
    let folder = Folder::new("objectives-table");
    let table = folder.path("table.csv");
    let convert = ["convert", REQUESTS, "--by", "route", "--to", "histogram-table", "--every", "1m", "--out", &table];
    let (code, _, err) = told(&convert);
    assert_eq!(code, 0, "{err}");
    let slo = "99% of requests < 300ms over 1d";
    let spent = |rows: &[Value]| {
        let mut all: Vec<(String, f64, f64)> = rows
            .iter()
            .map(|r| {
                let route = r["series"]["labels"]["route"].as_str().unwrap().to_owned();
                let number = |v: &Value| v["value"].as_f64().unwrap();
                (route, number(&r["budget"]["spent"]), number(&r["methods"]["occurrences"]))
            })
            .collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    };
    // the flag of a request is not in a histogram of its latency, so the columns of flags are left out here
    let text = std::fs::read_to_string(workspace_tests::root().join(REQUESTS)).unwrap();
    let column = |line: &str, i: usize| line.split(',').nth(i).unwrap().to_owned();
    let bare: String = text.lines().map(|l| [0, 1, 3].map(|i| column(l, i)).join(",") + "\n").collect();
    let bare = folder.file("bare.csv", &bare);
    let truth = results(&["slo", &bare, "--by", "route", "--kind", "events", "--slo", slo]);
    let found = results(&["slo", &table, "--slo", slo]);
    assert_eq!(spent(&found), spent(&truth));
    assert!(found[0]["good_means"].as_str().unwrap().contains("as the bins of its histogram have it"));
    // between two edges the numbers carry both bounds
    let between = results(&["slo", &table, "--slo", "99% of requests < 333ms over 1d"]);
    let bound = &between[0]["methods"]["occurrences"]["bound"];
    assert_eq!(bound["kind"], "guaranteed");
    assert!(bound["lower"].as_f64().unwrap() < bound["upper"].as_f64().unwrap(), "{bound}");
    // windows are accounted for, and averages of percentiles told
    let windows = results(&["windows", &table, "--slo", "99% of 1m slices have p99 < 500ms over 1d"]);
    assert!(windows.iter().any(|row| row["width_s"] == 300 && row["charged_s"]["mean"]["value"].is_number()));
    // a report says once what it could not use
    let (code, _, err) = told(&["report", &table, "--out", &folder.path("report.html")]);
    assert_eq!(code, 0, "{err}");
    let lines: Vec<&str> = err.lines().filter(|line| line.contains("left out")).collect();
    let mut once = lines.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(lines.len(), once.len(), "{err}");
}

/// 90 answers and 10 failures in each of 30 minutes, all of them fast: every command says the same of them.
#[test]
fn a_table_by_outcome_is_told_as_one_by_every_command() {
    let folder = Folder::new("objectives-outcomes");
    let mut text = "series,window_start,width,schema,bin,count,code\n".to_owned();
    for minute in 0..30 {
        let start = 1_767_225_600 + 60 * minute;
        text += &format!(
            "latency_seconds,{start},60,log-linear,11431,90,200\nlatency_seconds,{start},60,log-linear,11331,10,503\n"
        );
    }
    let table = folder.file("table.csv", &text);
    let slo = "99% of requests < 300ms over 30m";
    let alone = results(&["slo", &table, "--slo", slo]);
    let report = results(&["report", &table, "--slo", slo]);
    let of_report: Vec<&Value> = report.iter().filter(|r| r["part"] == "slo").collect();
    assert_eq!((alone.len(), of_report.len()), (1, 1));
    for found in [&alone[0], of_report[0]] {
        assert_eq!(found["methods"]["occurrences"]["value"], 0.9);
        assert_eq!((&found["verdict"], &found["series"]["labels"]), (&"violated".into(), &serde_json::json!({})));
    }
    assert_eq!((&alone[0]["budget"], &alone[0]["good_means"]), (&of_report[0]["budget"], &of_report[0]["good_means"]));
    // every minute holds a failure
    let windows = results(&["windows", &table, "--slo", slo, "--widths", "1m"]);
    assert_eq!(windows[0]["true_bad_s"]["value"], 1800.0);
}

#[test]
fn a_verdict_on_a_part_of_the_period_says_so() {
    let folder = Folder::new("objectives-part");
    let minute = |m: u32| format!("2026-01-01T00:{m:02}:00Z,1\n");
    let up = folder.file("up.csv", &("time,up\n".to_owned() + &(0..24).map(minute).collect::<String>()));
    let slo = "99.9% of time up over 30d";
    let found = results(&["slo", &up, "--slo", slo]);
    assert_eq!((&found[0]["verdict"], &found[0]["decided"]), (&"met".into(), &false.into()));
    assert!((found[0]["coverage"].as_f64().unwrap() - 24.0 / 43_200.0).abs() < 1e-9);
    let (_, out, _) = told(&["slo", &up, "--slo", slo]);
    assert!(
        out.contains("is met so far") && out.contains("not yet decided") && out.contains("24m of the period's 30d"),
        "{out}"
    );
    let (_, out, _) = told(&["windows", &up, "--slo", slo, "--widths", "5m"]);
    assert!(out.contains("the objective is met so far, in 24m of its 30d"), "{out}");
    // what is violated stays so, and a whole period is decided
    let down = |m: u32| format!("2026-01-01T{:02}:{:02}:00Z,0\n", m / 60, m % 60);
    let down = folder.file("down.csv", &("time,up\n".to_owned() + &(0..50).map(down).collect::<String>()));
    let found = results(&["slo", &down, "--slo", slo]);
    assert_eq!((&found[0]["verdict"], &found[0]["decided"]), (&"violated".into(), &true.into()));
    let found = results(&["slo", &up, "--slo", "99.9% of time up over 24m"]);
    assert_eq!((&found[0]["verdict"], &found[0]["decided"]), (&"met".into(), &true.into()));
}

const KINDS: &str = "apiVersion: openslo/v1\nkind: AlertNotificationTarget\nmetadata:\n  name: duty\nspec:\n  target: pager\n---\n\
    apiVersion: openslo/v1\nkind: AlertPolicy\nmetadata:\n  name: page\nspec:\n  alertWhenBreaching: true\n  conditions:\n    \
    - kind: AlertCondition\n      metadata:\n        name: fast\n      spec:\n        severity: page\n        condition:\n          \
    kind: burnrate\n          threshold: 7\n          lookbackWindow: 2h\n          alertAfter: 4m\n  notificationTargets:\n    \
    - targetRef: duty\n---\napiVersion: openslo/v1\nkind: SLO\nmetadata: {name: shop-up}\nspec:\n  service: shop\n  indicatorRef: up\n  \
    timeWindow: [{duration: 30d, isRolling: true}]\n  budgetingMethod: Timeslices\n  objectives:\n    - op: gt\n      value: 0\n      \
    targetPercent: 99\n      timeSliceTarget: 1\n      timeSliceWindow: 1m\n  alertPolicies:\n    - alertPolicyRef: page\n";

#[test]
fn the_alert_policies_of_a_file_are_replayed_and_kept() {
    let folder = Folder::new("objectives-policies");
    let file = folder.file("slo.yml", KINDS);
    let out = folder.path("out.yml");
    let minutes = "datasets/generated/workshop-minutes.csv";
    let found = results(&["slo", minutes, "--openslo", &file, "--openslo-out", &out]);
    assert_eq!(found[0]["slo"]["alert_policies"], serde_json::json!(["page"]));
    let alerts = found[0]["alerts"].as_array().unwrap();
    let rule = &alerts[0];
    assert_eq!(alerts.len(), 1, "{alerts:#?}");
    assert_eq!(
        (&rule["factor"], &rule["long_s"], &rule["short_s"], &rule["for_s"], &rule["severity"]),
        (&7.0.into(), &7200.into(), &7200.into(), &240.into(), &"page".into()),
        "{rule}"
    );
    // rules of the command line go before them
    let given = results(&["slo", minutes, "--openslo", &file, "--alert", "3x over 1h and 5m ticket"]);
    assert_eq!(given[0]["alerts"][0]["factor"], 3.0);
    let written = std::fs::read_to_string(&out).unwrap();
    let (head, _) = KINDS.split_once("---\napiVersion: openslo/v1\nkind: SLO").unwrap();
    assert!(written.starts_with(head), "{written}");
    let again = results(&["slo", minutes, "--openslo", &out]);
    assert_eq!(again[0]["alerts"], found[0]["alerts"]);
    let broken = folder.file("broken.yml", &KINDS.replace("threshold: 7", "threshold: seven"));
    let (code, _, err) = told(&["slo", minutes, "--openslo", &broken]);
    assert!(code == 3 && err.contains("broken.yml, line 22, column 22: “threshold”"), "{err}");
    let rules = folder.path("rules.yml");
    let (code, _, err) = told(&["slo", minutes, "--openslo", &file, "--rules", &rules]);
    assert_eq!(code, 2);
    let (missing, _, without) = told(&["slo", minutes, "--openslo", &file, "--rules", &rules, "--docs", "/nowhere.md"]);
    assert_eq!(missing, 3);
    for heading in ["Explanation", "Business impact", "Remediation", "Escalation"] {
        assert!(err.contains(heading) && without.contains(heading), "{err} {without}");
    }
    assert!(!Path::new(&rules).exists());
}

#[test]
fn a_queue_from_given_numbers_has_no_samples_and_a_rate_no_interval_too_few() {
    let (code, out, err) = told(&["capacity", "mm1", "--arrival", "8", "--service", "100ms"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("from given numbers") && !out.contains("n = 0"), "{out}");
    let folder = Folder::new("objectives-queue");
    // one a second for a minute: 60 arrivals, 59 s apart
    let line = |s: u32| format!("2026-01-01T00:00:{s:02}Z,0.25\n");
    let events = folder.file("e.csv", &("time,latency_seconds\n".to_owned() + &(0..60).map(line).collect::<String>()));
    let found = results(&["capacity", "mm1", &events, "--kind", "events"]);
    assert_eq!(found[0]["arrivals"]["rate_per_s"]["value"], 1.0);
    assert_eq!(found[0]["utilisation"]["value"], 0.25);
    let found = results(&["capacity", "little", &events, "--kind", "events"]);
    assert_eq!((&found[0]["arrival_per_s"]["value"], &found[0]["in_system"]["value"]), (&1.0.into(), &0.25.into()));
}

#[test]
fn an_hdr_histogram_in_base64_is_read_and_a_damaged_one_says_where() {
    let found = results(&["inspect", "datasets/recorded/hdr/python.base64"]);
    assert_eq!((&found[0]["kind"], &found[0]["count"]), (&"histogram".into(), &1.into()));
    // what the other library counted: python.json
    let found = results(&["quantile", "datasets/recorded/hdr/python.base64", "-q", "0.5"]);
    assert_eq!(found[0]["estimate"]["n"], 700);
    let text = std::fs::read_to_string(workspace_tests::root().join("datasets/recorded/hdr/python.base64")).unwrap();
    let folder = Folder::new("objectives-hdr");
    let cut = folder.file("cut.base64", &text[..text.len() / 2]);
    let flipped = folder.file("flipped.base64", &format!("{text}\n{}", text.replacen('1', "x", 20)));
    for (file, line) in [(cut, "cut.base64, line 1"), (flipped, "flipped.base64, line 3")] {
        let (code, _, err) = told(&["inspect", &file]);
        assert_eq!(code, 3, "{err}");
        assert!(err.contains(line) && err.contains("HdrHistogram in base64 that is damaged"), "{err}");
    }
}
