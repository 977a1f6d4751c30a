//! Alert rules and their replay.

use std::path::PathBuf;

use serde_json::Value;
use workspace_tests::{root, told};

use super::{MINUTES, REQUESTS, SHOP, Scratch, UP, estimate, has, json, results};

const DOCUMENTS: &str = "# Explanation\nCheckouts fail.\n# Business impact\n300 € a minute.\n# Remediation\nRoll back.\n\
                         # Escalation\nCall the payments lead.\n";

/// The outage of twelve minutes of the generated month spends a large part of checkout's budget, and the alerts say when.
#[test]
fn alerts_are_replayed_on_the_history() {
    let document =
        json(&["slo", SHOP, "--slo", "99.9% of requests ok over 30d", "--alert", "14.4x over 1h and 5m page"]);
    let checkout = results(&document).iter().find(|r| r["series"]["labels"]["service"] == "checkout").unwrap();
    let alerts = checkout["alerts"].as_array().unwrap();
    assert_eq!(alerts.len(), 1);
    let alert = &alerts[0];
    has(
        alert,
        &["rule", "factor", "long_s", "short_s", "for_s", "severity", "theory", "replay", "bucketed", "caveats"],
    );
    assert_eq!((&alert["rule"], &alert["long_s"]), (&"14.4x over 1h and 5m page".into(), &3600.into()));
    assert!((estimate(&alert["theory"]["threshold"]) - 0.0144).abs() < 1e-12);
    assert!((estimate(&alert["theory"]["at"][0]["time_to_detect"]) - 51.84).abs() < 1e-9);
    assert_eq!(alert["theory"]["low_traffic"]["safe_requests"], 70);
    // checkout has 22 requests an hour: a single failure fires the rule, nearly always
    assert!(estimate(&alert["thin_traffic"]) > 0.9);
    let summary = &checkout["alert_summary"];
    has(summary, &["pages", "truth", "interval_s", "period_s", "caveats"]);
    let incidents = summary["truth"]["incidents"].as_array().unwrap();
    // the planted outage of twelve minutes and the rows that it hit
    let truth = std::fs::read(root().join("datasets/generated/shop-month.truth.json")).unwrap();
    let truth: Value = serde_json::from_slice(&truth).unwrap();
    let planted = truth["incidents"].as_array().unwrap().iter().find(|i| i["seconds"] == 720).unwrap();
    let outage =
        incidents.iter().position(|i| i["bad"] == planted["rows"] && planted["rows"].as_u64() > Some(1)).unwrap();
    let (start, end) = (incidents[outage]["start"].as_str().unwrap(), incidents[outage]["end"].as_str().unwrap());
    assert!(start >= planted["start"].as_str().unwrap() && end <= planted["end"].as_str().unwrap(), "{start} {end}");
    let detections = alert["replay"]["detections"].as_array().unwrap();
    let found = detections.iter().find(|d| d["incident"] == outage).unwrap();
    assert!(found["delay_s"].as_i64().unwrap() <= 60, "{found}");
    let (code, out, _) = told(&["slo", SHOP, "--slo", "99.9% of requests ok over 30d"]);
    assert_eq!(code, 0);
    assert!(out.contains("Burn-rate rules on this history") && out.contains("14.4x over 1h and 5m page"), "{out}");
}

/// A counter of errors whose first hour is missing: the alerts do not page for what it counted before, and say what would be if it were new.
#[test]
fn a_counter_that_begins_late_pages_nobody() {
    let mut rows = "time,code,requests_total\n".to_owned();
    for i in 0..=720 {
        let time = format!("2026-01-01T{:02}:{:02}:{:02}Z", i / 240, i / 4 % 60, i % 4 * 15);
        rows.push_str(&format!("{time},200,{}\n", 1_000_000 + 100 * i));
        if i >= 240 {
            rows.push_str(&format!("{time},500,{}\n", 20_000 + i / 240));
        }
    }
    let file = Scratch::new("late.csv", rows);
    let slo = ["--slo", "99.9% of requests ok over 30d", "--alert", "14.4x over 1h and 5m page"];
    let found = json(&[&["slo", file.path(), "--by", "code", "--kind", "counter"], &slo[..]].concat());
    let result = &results(&found)[0];
    assert_eq!(result["alerts"][0]["replay"]["firings"], serde_json::json!([]));
    assert!(
        result["alert_summary"]["truth"]["incidents"].as_array().unwrap().iter().all(|i| i["significant"] == false)
    );
    let caveats = result["alert_summary"]["caveats"].to_string();
    assert!(caveats.contains("20001 bad events and 0 good ones are not replayed"), "{caveats}");
    assert!(caveats.contains("0 times where all of it is good, 1 time where all of it is bad"), "{caveats}");
    // the objective itself is told between both ends
    assert_eq!(
        (&result["verdict"], &result["budget"]["spent"]["bound"]["lower"]),
        (&"undecidable".into(), &2.0.into())
    );
}

#[test]
fn alert_rules_are_refused_with_a_reason() {
    let loose = json(&["slo", MINUTES, "--slo", "90% of time up over 30d"]);
    let alerts = results(&loose)[0]["alerts"].as_array().unwrap();
    assert!(alerts[0]["refused"].as_str().unwrap().contains("never fire"), "{}", alerts[0]);
    assert!(alerts[1]["refused"].is_null());
    let (code, _, err) = told(&["slo", MINUTES, "--slo", UP, "--alert", "14.4x ovr 1h and 5m"]);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean “over”"), "{err}");
    let without = told(&["slo", MINUTES, "--slo", UP, "--rules", "/dev/null/rules.yml"]);
    assert_eq!(without.0, 2);
    for name in ["Explanation", "Business impact", "Remediation", "Escalation"] {
        assert!(without.2.contains(&format!("“{name}” is missing")), "{}", without.2);
    }
    let blank = Scratch::new("docs.md", DOCUMENTS.replace("Roll back.", "TODO").replace("# Escalation", "# Other"));
    let out = blank.beside("rules.yml");
    let (code, _, err) = told(&["slo", MINUTES, "--slo", UP, "--rules", &out, "--docs", blank.path()]);
    assert_eq!(code, 3);
    assert!(
        err.contains("docs.md") && err.contains("“Remediation” is blank") && err.contains("“Escalation” is missing"),
        "{err}"
    );
    assert!(!err.contains("“Explanation”") && !PathBuf::from(&out).exists());
    let docs = Scratch::new("docs.md", DOCUMENTS);
    let requests = ["slo", REQUESTS, "--slo", "99% of requests ok over 30d", "--rules", &out, "--docs", docs.path()];
    let (code, _, err) = told(&requests);
    assert_eq!(code, 2);
    assert!(err.contains("--rules-total"), "{err}");
}

#[test]
fn a_search_for_rules_shows_what_they_did_on_unseen_data() {
    let document = json(&["slo", MINUTES, "--slo", "99.9% of time up over 30d", "--tune-alerts"]);
    let search = &results(&document)[0]["alert_search"];
    has(search, &["chosen_on", "checked_on", "tried", "front", "workbook", "caveats"]);
    let front = search["front"].as_array().unwrap();
    assert!(front.iter().any(|c| c["name"].as_str().unwrap().contains("fastest")));
    for candidate in front {
        let incidents = |part: &str| candidate[part]["incidents"].as_u64().unwrap();
        assert_eq!(incidents("chosen_on") + incidents("checked_on"), 34);
        let rule = candidate["rules"][0].as_str().unwrap();
        let again = told(&["slo", MINUTES, "--slo", UP, "--alert", rule]);
        assert_eq!(again.0, 0, "{rule}: {}", again.2);
    }
}
