//! Exported alert rules against Prometheus itself: `promtool check rules` takes them, and `promtool test rules` sees them fire on a
//! planted outage and stay quiet without one.

#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::process::Command;

use workspace_tests::{Folder, told};

const DOCUMENTS: &str = "\
## Explanation
Checkouts fail: see {{ $labels.slo }} and \"quotes\", back\\slashes, `ticks`, # no comment, 'and: more'.

- a list: {{ nothing }}
\t- with a tab
## Business impact
300 € a minute; 100 % of {{{orders}}}
## Remediation
```
# Escalation is no heading here
undo --all && echo \"{{end}}\"
```
## Escalation
After 15 min: Ann → Ben. 日本語 %{foo} ${bar}
";

/// A folder with the documents of an alert.
fn with_documents(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.file("docs.md", DOCUMENTS);
    folder
}

/// Runs promtool (Debian's package `prometheus`) in a folder; its exit and everything that it says.
fn promtool(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("promtool").args(arguments).current_dir(folder).output().unwrap();
    let said = [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned()).concat();
    (output.status.success(), said)
}

/// Exports the rules of an objective on a data file; both of promtool's checks must pass.
fn exported(folder: &Folder, data: &str, slo: &str, more: &[&str]) -> String {
    let (rules, docs) = (folder.path("rules.yml"), folder.path("docs.md"));
    let mut arguments = vec!["slo", data, "--slo", slo, "--rules", &rules, "--docs", &docs];
    arguments.extend(more);
    // windows of hours: promtool takes minutes for windows of days
    if !more.contains(&"--alert") {
        arguments.extend(["--alert", "14.4x over 1h and 5m page", "--alert", "6x over 2h and 10m ticket"]);
    }
    let (code, _, err) = told(&arguments);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("rules.test.yml"), "{err}");
    let (sound, said) = promtool(folder.root(), &["check", "rules", "rules.yml"]);
    let text = std::fs::read_to_string(&rules).unwrap();
    assert!(sound && said.contains("SUCCESS"), "{said}\n{text}");
    let (passed, said) = promtool(folder.root(), &["test", "rules", "rules.test.yml"]);
    assert!(passed && said.contains("SUCCESS"), "{said}\n{text}");
    text
}

const MINUTES: &str = "datasets/generated/workshop-minutes.csv";

#[test]
fn rules_of_an_up_series_fire_on_an_outage_alone() {
    let folder = with_documents("up-rules");
    let text = exported(&folder, MINUTES, "99.9% of time up over 30d", &[]);
    assert_eq!(text.matches("- alert:").count(), 2);
    assert!(text.contains("sum_over_time(up[1h])") && text.contains("> 0.0144 and"), "{text}");
    // rules of one's own, a `for`, a short period and a loose target
    let more = ["--alert", "3.36x over 1h and 5m for 2m page", "--alert", "1.5x over 1h and 5m ticket"];
    let text = exported(&folder, MINUTES, "95% of time up over 7d", &more);
    assert!(text.contains("for: 2m") && text.contains("> 0.168 and") && text.contains("> 0.075 and"), "{text}");
}

#[test]
fn rules_of_requests_take_bad_or_good_counters() {
    let folder = with_documents("request-rules");
    let requests = "datasets/recorded/requests.csv";
    let slo = "99.9% of requests ok over 30d";
    let part = ["--rules-bad", r#"http_requests_total{code=~"5.."}"#, "--rules-total", "http_requests_total"];
    let text = exported(&folder, requests, slo, &part);
    // one group a route, each with the route's label
    assert_eq!(text.matches("- name:").count(), 3);
    assert!(text.contains(r#"http_requests_total{code=~\"5..\",route=\"checkout\"}[5m]"#), "{text}");
    let excluded = ["--rules-bad", r#"m{code!~"2..|3.."}"#, "--rules-total", "m"];
    exported(&folder, requests, slo, &excluded);
    let apart = ["--rules-bad", "errors_total", "--rules-total", "all_total"];
    exported(&folder, requests, slo, &apart);
    let good = ["--rules-good", r#"latency_seconds_bucket{le="0.3"}"#, "--rules-total", "latency_seconds_count"];
    exported(&folder, requests, "99% of requests < 300ms over 30d", &good);
}

#[test]
fn rules_of_gauges_and_of_slices_fire_on_an_outage_alone() {
    let folder = with_documents("gauge-rules");
    let data = folder.path("queue.csv");
    let rows: Vec<String> = (0..60).map(|m| format!("{},{}", 1_767_225_600 + m * 60, m % 7)).collect();
    std::fs::write(&data, format!("time,queue_depth\n{}\n", rows.join("\n"))).unwrap();
    let gauge = ["--kind", "gauge"];
    let text = exported(&folder, &data, "99.9% of time < 5 over 30d", &gauge);
    assert!(text.contains("((queue_depth < bool 5)[5m:30s])"), "{text}");
    let text = exported(&folder, &data, "99.9% of time >= -0.5 over 30d", &gauge);
    assert!(text.contains("queue_depth >= bool -0.5"), "{text}");
    for (criterion, expression) in [
        ("have mean < 5", "avg_over_time(queue_depth[1m]) < bool 5"),
        ("have p99 < 5", "quantile_over_time(0.99, queue_depth[1m]) < bool 5"),
        ("< 5", "max_over_time(queue_depth[1m]) < bool 5"),
        ("> -1", "min_over_time(queue_depth[1m]) > bool -1"),
    ] {
        let slo = format!("99.9% of 1m slices {criterion} over 30d");
        let text = exported(&folder, &data, &slo, &gauge);
        assert!(text.contains(&format!("({expression})[5m:1m]")), "{text}");
    }
    let minutes = exported(&folder, MINUTES, "99.9% of 1m slices up over 30d", &[]);
    assert!(minutes.contains("(min_over_time(up[1m]) > bool 0)[5m:1m]"), "{minutes}");
    let counters = ["--rules-good", r#"m{code=~"2.."}"#, "--rules-total", "m"];
    let slo = "99.9% of 1m slices have ratio >= 99.5% over 30d";
    let text = exported(&folder, "datasets/recorded/requests.csv", slo, &counters);
    assert!(text.contains(") > 0) >= bool 0.995"), "{text}");
    // windows that hold no whole slices
    let (out, docs) = (folder.path("rules.yml"), folder.path("docs.md"));
    let (code, _, err) = told(&[
        "slo",
        MINUTES,
        "--slo",
        "99.9% of 7m slices up over 30d",
        "--rules",
        &out,
        "--docs",
        &docs,
        "--alert",
        "14.4x over 1h and 5m page",
    ]);
    assert!(code == 2 && err.contains("whole slices of 7m"), "{err}");
}

#[test]
fn hostile_names_and_labels_break_neither_yaml_nor_promql() {
    let folder = with_documents("hostile-rules");
    let values = [
        "a\"\"} or vector(1) #",
        "back\\slash\\",
        "{{ $labels.x }} {{end}}",
        "'; - x: [",
        "é日\u{1F600}\u{85}\u{feff}",
        "100%\t",
    ];
    let mut csv = String::from("time,zone,up\n");
    for value in values {
        for minute in 0..5 {
            csv.push_str(&format!("2026-06-01T00:0{minute}:00Z,\"{value}\",1\n"));
        }
    }
    let data = folder.path("hostile.csv");
    std::fs::write(&data, csv).unwrap();
    let text = exported(&folder, &data, "99.9% of time up over 30d", &["--by", "zone", "--kind", "gauge"]);
    assert_eq!(text.matches("- name:").count(), values.len(), "{text}");
    // a metric whose name PromQL cannot hold
    std::fs::write(&data, "time,up {now}\n2026-06-01T00:00:00Z,1\n2026-06-01T00:01:00Z,0\n").unwrap();
    let text = exported(&folder, &data, "99.9% of time up over 30d", &["--kind", "gauge", "--value", "up {now}"]);
    assert!(text.contains(r#"{__name__=\"up {now}\"}[5m]"#), "{text}");
}

/// The test file can fail: with a threshold moved in the rules, promtool says so.
#[test]
fn the_unit_test_notices_a_wrong_rule() {
    let folder = with_documents("wrong-rules");
    let text = exported(&folder, MINUTES, "99.9% of time up over 30d", &[]);
    for (right, wrong) in [("> 0.0144 and", "> 0.9 and"), ("[5m]", "[5h]"), ("Ann", "Bob")] {
        assert!(text.contains(right), "{text}");
        std::fs::write(folder.root().join("rules.yml"), text.replace(right, wrong)).unwrap();
        let (passed, said) = promtool(folder.root(), &["test", "rules", "rules.test.yml"]);
        assert!(!passed && said.contains("FAILED"), "{right} → {wrong}: {said}");
    }
}
