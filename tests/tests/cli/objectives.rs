//! Objectives, budgets and what they cost.

use serde_json::Value;
use workspace_tests::{root, told};

use super::{MINUTES, REQUESTS, Scratch, UP, estimate, has, json, results};

#[test]
fn the_workshops_minutes_are_charged_as_counted_by_hand() {
    let document = json(&["windows", MINUTES, "--slo", UP, "--widths", "1m,2m,5m,10m,15m,60m"]);
    let rows: Vec<&Value> = results(&document).iter().filter(|r| r.get("charged_s").is_some()).collect();
    let aligned: Vec<(i64, f64)> = rows
        .iter()
        .map(|r| (r["width_s"].as_i64().unwrap() / 60, estimate(&r["charged_s"]["aligned"]) / 60.0))
        .collect();
    assert_eq!(aligned, [(1, 302.0), (2, 338.0), (5, 435.0), (10, 610.0), (15, 810.0), (60, 2220.0)]);
    for row in &rows {
        has(row, &["series", "width_s", "rule", "phases", "true_bad_s", "charged_s", "verdict"]);
        has(&row["charged_s"], &["aligned", "min", "mean", "max"]);
        assert_eq!(estimate(&row["true_bad_s"]), 302.0 * 60.0);
        assert_eq!(row["series"]["name"], "up");
        assert_eq!(row["rule"], "any-bad");
    }
    // 432 minutes are allowed: 302 bad ones keep the objective, and 5-minute buckets of a dashboard call it missed; begun at
    // another minute they would not
    assert_eq!((&rows[0]["verdict"], &rows[0]["verdict_aligned"]), (&"met".into(), &"met".into()));
    assert!(estimate(&rows[2]["charged_s"]["aligned"]) > 432.0 * 60.0);
    assert!(estimate(&rows[2]["charged_s"]["min"]) <= 432.0 * 60.0);
    assert_eq!((&rows[2]["verdict"], &rows[2]["verdict_aligned"]), (&"depends-on-phase".into(), &"violated".into()));
    assert!(rows[3..].iter().all(|r| r["verdict"] == "violated"));
    let last = results(&document).last().unwrap();
    has(&last["advisor"], &["narrowest_s", "widest_s", "widest_expected_s", "why"]);
    let (_, out, _) = told(&["windows", MINUTES, "--slo", UP]);
    assert!(out.contains("5h 2m of the 7h 12m allowed was bad in truth: the objective is met."), "{out}");
}

/// Several series at a glance: first in the report, last on a terminal, and not among the results for programs.
#[test]
fn of_several_series_the_worst_is_named_first() {
    let rows = |name: &str, bad: u32| -> String {
        let row = |m| format!("2026-01-01T00:{m:02}:00Z,{name},{}\n", u8::from(m >= bad));
        (0..60).map(row).collect::<Vec<_>>().concat()
    };
    let file = Scratch::new("up.csv", format!("time,instance,up\n{}{}", rows("fine", 1), rows("poor", 30)));
    let slo = ["--slo", "90% of time up over 1h"];
    let (_, report, _) = told(&["report", file.path(), slo[0], slo[1]]);
    assert!(report.starts_with("Objective of 2 series\n"), "{report}");
    let (_, out, _) = told(&["slo", file.path(), slo[0], slo[1]]);
    let last = out.split("Objective of 2 series\n").nth(1).unwrap();
    assert!(last.contains("1 of 2 series violates “90% of time up over 1h”."), "{last}");
    let place = |of: &str| last.find(of).unwrap();
    assert!(place("up{instance=\"poor\"}  violated") < place("up{instance=\"fine\"}  met"), "{last}");
    assert_eq!(results(&json(&["slo", file.path(), slo[0], slo[1]])).len(), 2);
}

#[test]
fn a_fast_failure_is_no_success() {
    // of the 18 364 checkouts 75.06 % were below 300 ms, 73.66 % were and succeeded (datasets/recorded/README.md)
    let only = ["--where", "route == checkout"];
    let ask = |slo: &str, more: &[&str]| {
        let mut arguments = vec!["slo", REQUESTS, "--slo", slo];
        arguments.extend(only);
        arguments.extend(more);
        json(&arguments)
    };
    let document = ask("99% of requests < 300ms over 1h", &[]);
    let result = &results(&document)[0];
    has(result, &["series", "methods", "budget", "incidents", "verdict", "good_means"]);
    has(&result["methods"], &["occurrences", "time_slices", "ratio_slices", "mean_of_ratios"]);
    has(&result["budget"], &["allowed", "spent", "left"]);
    has(&result["incidents"][0], &["start", "end", "cost", "share"]);
    let level = estimate(&result["methods"]["occurrences"]);
    assert_eq!((level * 1e4).round(), 7366.0, "{level}");
    assert!(result["good_means"].as_str().unwrap().contains("fast failure"));
    assert!(result["caveats"].to_string().contains("failed all the same"), "{}", result["caveats"]);
}

#[test]
fn buckets_are_inverted_to_an_interval() {
    let mut text = String::from("time,up\n");
    for i in 0..20 {
        let up = u8::from(!(5..8).contains(&i));
        text.push_str(&format!("2026-01-01T{:02}:{:02}:00Z,{up}\n", i / 12, i % 12 * 5));
    }
    let file = Scratch::new("buckets.csv", text);
    let document = json(&["invert", file.path(), "--width", "5m", "--slo", "99% of time up over 1d"]);
    let result = &results(&document)[0];
    assert_eq!((&result["true_bad_s"]["lower"], &result["true_bad_s"]["upper"]), (&0.0.into(), &900.0.into()));
    assert_eq!(result["true_bad_one_incident_s"]["lower"], 300.0);
    assert_eq!(result["verdict"], "undecidable");
    let (code, _, err) = told(&["invert", file.path(), "--width", "1m"]);
    assert_eq!(code, 3);
    assert!(err.contains("5m apart") && err.contains("--width 5m"), "{err}");
}

#[test]
fn counts_of_all_and_of_bad_ones_answer_for_requests() {
    let mut rows = "time,requests,errors\n".to_owned();
    for minute in 0..120 {
        let (n, bad) = if minute % 2 == 0 { (300, 6) } else { (100, 0) };
        rows.push_str(&format!("2026-03-01T{:02}:{:02}:00Z,{n},{bad}\n", minute / 60, minute % 60));
    }
    let file = Scratch::new("counts.csv", rows);
    let slo = "99% of requests ok over 2h";
    let found = json(&["slo", file.path(), "--total", "requests", "--bad", "errors", "--slo", slo]);
    let result = &results(&found)[0];
    assert_eq!(result["series"]["name"], "requests");
    assert!((estimate(&result["methods"]["occurrences"]) - 0.985).abs() < 1e-12);
    assert!((estimate(&result["methods"]["mean_of_ratios"]) - 0.99).abs() < 1e-12);
    assert!((estimate(&result["methods"]["mean_hides"]) - 1.0 / 3.0).abs() < 1e-9);
    assert_eq!(result["verdict"], "violated");
    has(&result["projection"], &["outcome", "exhausted", "earliest", "expected", "latest", "horizon"]);
    for interval in result["intervals"].as_array().unwrap() {
        has(interval, &["counted_by", "sli", "n", "wilson", "clopper_pearson", "block_bootstrap", "reaches_target"]);
    }
    let (code, out, _) = told(&["slo", file.path(), "--total", "requests", "--bad", "errors", "--slo", slo]);
    assert_eq!(code, 0);
    assert!(out.contains("hides 33.33 % of the errors"), "{out}");
    // slices weigh requests, and the accounting of widths takes the same pair
    let slices = "99% of 5m slices have ratio >= 98% over 2h";
    let windows = json(&["windows", file.path(), "--total", "requests", "--bad", "errors", "--slo", slices]);
    assert!(results(&windows).iter().any(|r| r["width_s"] == 300));
}

/// One scrape of a histogram: the share of good requests stays, and all that needs time is left out with the reason.
#[test]
fn a_single_scrape_has_a_service_level_and_no_time() {
    let text = "# TYPE d_seconds histogram\nd_seconds_bucket{code=\"200\",le=\"0.1\"} 800\nd_seconds_bucket{code=\"200\",le=\"0.25\"} 900\n\
                d_seconds_bucket{code=\"200\",le=\"+Inf\"} 1000\nd_seconds_sum{code=\"200\"} 130.5\nd_seconds_count{code=\"200\"} 1000\n";
    let file = Scratch::new("metrics.prom", text);
    let slo = "95% of requests <= 250ms over 30d";
    let document = json(&["slo", file.path(), "--slo", slo]);
    let result = &results(&document)[0];
    assert_eq!(estimate(&result["methods"]["occurrences"]), 0.9);
    assert_eq!((&result["incidents"], &result["alerts"]), (&serde_json::json!([]), &serde_json::json!([])));
    assert!(result["alert_summary"]["refused"].as_str().unwrap().contains("one instant"), "{result}");
    for command in ["slo", "report"] {
        let (code, out, err) = told(&[command, file.path(), "--slo", slo]);
        assert_eq!(code, 0, "{err}");
        assert!(out.contains("totals of a single scrape"), "{out}");
        for wrong in ["1ns", "about nothing that", "Bucket widths up to", "allowed was bad in truth"] {
            assert!(!out.contains(wrong), "{command} says “{wrong}”: {out}");
        }
    }
}

/// A limit in bytes for latencies: what was read as what stands before the reason.
#[test]
fn an_objective_that_fails_comes_after_what_was_understood() {
    let rows = (0..90).map(|s| format!("2026-01-01T00:{:02}:{:02}Z,{}\n", s / 60, s % 60, 100 + s * 37 % 90));
    let file = Scratch::new("latency.csv", format!("time,latency_ms\n{}", rows.collect::<String>()));
    let understood = |err: &str| err.lines().take_while(|l| !l.starts_with("sre-stats: ")).map(str::to_owned).collect();
    let (code, _, err) = told(&["slo", file.path(), "--slo", "99% of time < 300ms over 1h"]);
    assert_eq!(code, 0, "{err}");
    let success: Vec<String> = understood(&err);
    assert!(
        success.iter().any(|l| l.starts_with("time: ")) && success.iter().any(|l| l.starts_with("value: ")),
        "{err}"
    );
    for command in ["slo", "windows", "report"] {
        let (code, _, err) = told(&[command, file.path(), "--slo", "99% of time < 5MB over 1h"]);
        assert_eq!(code, 3, "{command}: {err}");
        let before: Vec<String> = understood(&err);
        assert_eq!(before, success, "{command}");
        assert_eq!(err.lines().filter(|l| l.starts_with("time: ")).count(), 1, "{err}");
    }
}

/// Requests have a budget of the events seen, and the widths, where time is counted, one of the whole period.
#[test]
fn widths_tell_the_caveats_of_time() {
    let caveats = |command: &str| {
        let found =
            json(&[command, REQUESTS, "--where", "route == checkout", "--slo", "99% of requests < 300ms over 30d"]);
        results(&found).last().unwrap()["caveats"].to_string()
    };
    let (slo, windows) = (caveats("slo"), caveats("windows"));
    let (seen, whole) = ("the budget is that of the events seen", "the budget is that of the whole period");
    assert!(slo.contains(seen) && !slo.contains(whole), "{slo}");
    assert!(windows.contains(whole) && !windows.contains(seen), "{windows}");
    assert!(windows.contains("the objective counts requests: here time is counted"), "{windows}");
}

#[test]
fn a_calendar_follows_the_zone_of_the_command_line() {
    let mut rows = "time,up\n".to_owned();
    for h in 0..96 {
        rows.push_str(&format!("2026-{}:00:00Z,{}\n", day_hour(h), u8::from(h != 47)));
    }
    let file = Scratch::new("up.csv", rows);
    let width = |extra: &[&str]| {
        let mut words = vec!["slo", file.path(), "--slo", "99% of time up over month"];
        words.extend(extra);
        let found = json(&words);
        let result = results(&found)[0].clone();
        (result["period"]["width_s"].as_i64().unwrap() / 3600, result["objective"].as_str().unwrap().to_owned())
    };
    assert_eq!(width(&[]), (744, "99% of time up over month".to_owned()));
    assert_eq!(width(&["--tz", "Europe/Berlin"]), (743, "99% of time up over month calendar Europe/Berlin".to_owned()));
}

/// Hours from 27 February on, as month, day and hour.
fn day_hour(h: u32) -> String {
    let day = 27 + h / 24;
    if day <= 28 { format!("02-{day:02}T{:02}", h % 24) } else { format!("03-{:02}T{:02}", day - 28, h % 24) }
}

const SPECIFICATION: &str = "apiVersion: openslo/v1\nkind: SLO\nmetadata: {name: shop-up}\nspec:\n  service: shop\n  indicator:\n    \
    metadata: {name: up}\n    spec:\n      thresholdMetric: {metricSource: {type: Prometheus, spec: {query: up}}}\n  timeWindow:\n    \
    - duration: 30d\n      isRolling: true\n  budgetingMethod: Timeslices\n  objectives:\n    - op: gt\n      value: 0\n      \
    targetPercent: 99\n      timeSliceTarget: 1\n      timeSliceWindow: 5m\n---\napiVersion: openslo/v1\nkind: SLO\nmetadata: {name: \
    mean}\nspec:\n  indicatorRef: x\n  timeWindow: [{duration: 30d, isRolling: true}]\n  budgetingMethod: RatioTimeslices\n  \
    objectives: [{target: 0.9}]\n";

#[test]
fn objectives_come_from_openslo_and_go_there() {
    let file = Scratch::new("slo.yml", SPECIFICATION);
    let minutes = root().join(MINUTES);
    let data = minutes.to_str().unwrap();
    let out = file.beside("out.yml");
    let (code, text, err) = told(&["slo", data, "--openslo", file.path(), "--openslo-out", &out, "--json"]);
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("refused:") && err.contains("RatioTimeslices takes the mean"), "{err}");
    let found: Value = serde_json::from_str(&text).unwrap();
    let result = &found["results"][0];
    assert_eq!(result["slo"]["name"], "shop-up");
    assert_eq!(result["objective"], "99% of 5m slices > 0 over 30d rolling");
    assert_eq!(result["verdict"], "violated");
    // what was written says the same
    let (code, again, err) = told(&["slo", data, "--openslo", &out, "--json"]);
    assert_eq!(code, 0, "{err}");
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again["results"][0]["budget"], result["budget"]);
    let broken = Scratch::new("broken.yml", "apiVersion: openslo/v1\nkind: SLO\nmetadata: {}\n");
    let (code, _, err) = told(&["slo", data, "--openslo", broken.path()]);
    assert_eq!(code, 3);
    assert!(err.contains("broken.yml, line 3") && err.contains("“name” is missing"), "{err}");
    let (code, _, _) = told(&["slo", data]);
    assert_eq!(code, 2);
}

#[test]
fn bad_time_has_a_price_and_the_unknown_stays_in_it() {
    let costs = Scratch::new(
        "costs.yml",
        "currency: EUR\nlost revenue: 2 [1, 4] per bad minute\ncontract penalties: 5000 [5000, 5000] once if violated\n\
         infrastructure: 0 [0, 0] once\nengineering time: 100 [50, 200] per incident\n",
    );
    let minutes = root().join(MINUTES);
    let found = json(&["slo", minutes.to_str().unwrap(), "--slo", UP, "--cost", costs.path()]);
    let cost = &results(&found)[0]["cost"];
    // 302 bad minutes in 34 outages, and the objective is met
    assert_eq!(estimate(&cost["total"]), 2.0 * 302.0 + 100.0 * 34.0);
    assert_eq!(cost["total"]["bound"]["lower"], 302.0 + 50.0 * 34.0);
    assert!(cost["total"]["bound"]["upper"].is_null());
    assert_eq!(cost["unknown"], serde_json::json!(["user-trust"]));
}

#[test]
fn services_promise_no_more_than_what_they_need() {
    let graph = Scratch::new(
        "shop.yml",
        "services:\n  web: {availability: 99.9%, layer: 2, needs: [api, any: [db-a, db-b]]}\n  api: {availability: 99.5%, layer: 1, \
         needs: [login]}\n  login: {availability: 99.9%, layer: 2, needs: [api]}\n  db-a: {availability: 99%}\n  db-b: {availability: \
         99%}\n",
    );
    let dot = graph.beside("out.dot");
    let found = json(&["dependencies", graph.path(), "--dot", &dot]);
    let web = results(&found).iter().find(|r| r["service"] == "web").unwrap().clone();
    has(&web, &["service", "bound_worst", "product", "cycles", "weakest_path"]);
    assert_eq!(estimate(&web["bound_worst"]), 0.995);
    assert!((estimate(&web["product"]) - 0.999 * 0.995 * 0.999 * (1.0 - 1e-4)).abs() < 1e-12);
    assert_eq!(web["weakest_path"], serde_json::json!(["web", "api"]));
    let whole = &results(&found).last().unwrap()["graph"];
    assert_eq!(whole["cycles"][0]["members"], serde_json::json!(["api", "login"]));
    assert_eq!(whole["layer_violations"][0]["needs"], "login");
    // the drawing is a graph of the same services
    let again = json(&["dependencies", &dot]);
    assert_eq!(results(&again), results(&found));
    let csv = Scratch::new("shop.csv", "service,needs\nweb,api\nweb,auth\n");
    assert_eq!(told(&["dependencies", csv.path()]).0, 0);
    let bad = Scratch::new("bad.dot", "digraph {\n  a -- b\n}\n");
    let (code, _, err) = told(&["dependencies", bad.path()]);
    assert_eq!(code, 3);
    assert!(err.contains("bad.dot, line 2"), "{err}");
}

#[test]
fn budgets_of_several_nines_stand_beside_each_other() {
    let found = json(&["budget", "--slo", "99.9%,99.99%", "--period", "30d,month"]);
    let allowed: Vec<f64> = results(&found).iter().map(|r| r["allowed_s"].as_f64().unwrap()).collect();
    assert_eq!(allowed, [2592.0, 2629.746, 259.2, 262.9746]);
    let (code, out, _) = told(&["budget", "--slo", "99.9%", "--period", "30d"]);
    assert_eq!(code, 0);
    assert!(out.contains("43m 12s") && out.contains("43m 49.746s"), "{out}");
}
