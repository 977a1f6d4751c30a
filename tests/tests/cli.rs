//! The command line, end to end: the built program on the data of this repository and on broken input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use workspace_tests::{program, root, told};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The JSON document of a command that must succeed, its frame checked.
fn json(arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    all.push("--json");
    let (code, out, err) = told(&all);
    assert_eq!(code, 0, "{arguments:?}: {err}");
    let document: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(document["schema"], "sre-stats/1");
    assert_eq!(document["command"], arguments[0]);
    assert!(document["input"].is_object() && document["warnings"].is_array(), "{out}");
    assert!(!document["results"].as_array().unwrap().is_empty(), "{arguments:?}");
    document
}

fn results(document: &Value) -> &Vec<Value> {
    document["results"].as_array().unwrap()
}

fn has(value: &Value, keys: &[&str]) {
    for key in keys {
        assert!(value.get(key).is_some(), "“{key}” is missing in {value:#}");
    }
}

/// An estimate of the contract.
fn estimate(value: &Value) -> f64 {
    has(value, &["value", "unit", "method", "n", "window", "bound", "caveats"]);
    assert!(["exact", "guaranteed", "confidence", "unknown"].contains(&value["bound"]["kind"].as_str().unwrap()));
    value["value"].as_f64().unwrap()
}

/// A file with this content that goes away with the guard.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, content: impl AsRef<[u8]>) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("sre-stats-cli-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join(name);
        std::fs::write(&file, content).unwrap();
        Self(file)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }

    fn beside(&self, name: &str) -> String {
        self.0.with_file_name(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.parent().unwrap());
    }
}

const MINUTES: &str = "datasets/generated/workshop-minutes.csv";
const SHOP: &str = "datasets/generated/shop-month.csv";
const REQUESTS: &str = "datasets/recorded/requests.csv";
const UP: &str = "99% of time up over 30d";

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

#[test]
fn inspect_tells_what_is_there() {
    let document = json(&["inspect", MINUTES]);
    let series = &results(&document)[0];
    has(series, &["series", "format", "kind", "unit", "step_s", "first", "last", "count", "gaps", "dropped"]);
    assert_eq!((&series["step_s"], &series["count"], &series["gaps"]), (&60.into(), &43_200.into(), &0.into()));
    assert_eq!(series["first"], "2026-06-01T00:00:00Z");
    let (code, out, err) = told(&["inspect", REQUESTS]);
    assert_eq!(code, 0);
    assert!(out.contains("latency_s{route=\"checkout\"}") && out.contains("events"), "{out}");
    assert!(err.contains("time: "), "guesses belong to standard error: {err}");
}

#[test]
fn every_command_has_its_keys() {
    let described = json(&["describe", MINUTES]);
    let statistics = &results(&described)[0]["statistics"];
    for name in ["mean", "sd", "median", "mad"] {
        estimate(&statistics[name]);
    }
    assert!((estimate(&statistics["mean"]) - (43_200.0 - 302.0) / 43_200.0).abs() < 1e-12);

    let quantiles = json(&["quantile", REQUESTS, "-q", "p50,0.99", "--definition", "all", "--layout", "all"]);
    let checkout: Vec<&Value> =
        results(&quantiles).iter().filter(|r| r["series"]["labels"]["route"] == "checkout").collect();
    // nine definitions and eight layouts
    assert_eq!(checkout.len(), 2 * 9 + 2 * 8);
    for row in &checkout {
        has(row, &["series", "q", "definition", "layout", "estimate"]);
    }
    let exact = checkout.iter().find(|r| r["q"] == 0.99 && r["definition"] == "type1").unwrap();
    let binned = checkout.iter().find(|r| r["q"] == 0.99 && r["layout"] == "log-linear").unwrap();
    let bound = &binned["estimate"]["bound"];
    let truth = estimate(&exact["estimate"]);
    assert!(bound["lower"].as_f64().unwrap() <= truth && truth <= bound["upper"].as_f64().unwrap(), "{bound} {truth}");
    assert!(binned["bytes"].as_u64().unwrap() > 0);

    let minutes = json(&["quantile", REQUESTS, "-q", "p99", "--every", "1m"]);
    assert!(results(&minutes).iter().all(|r| r["window"]["width_s"] == 60));

    let histogram = json(&["histogram", REQUESTS, "--every", "5m"]);
    let counted: u64 = results(&histogram)
        .iter()
        .flat_map(|r| r["bins"].as_array().unwrap())
        .map(|bin| bin["count"].as_u64().unwrap())
        .sum();
    assert_eq!(counted, 36_975);

    let trend = json(&["trend", SHOP, "--where", "service == checkout"]);
    has(&results(&trend)[0], &["method", "statistic", "z", "p_value", "ln_p", "slope_per_s", "verdict", "note"]);

    // a level of 10 that becomes 20 at the hundredth minute, with a little noise of period 7
    let rows = (0..200).map(|i| format!("{},{}\n", i * 60, if i < 100 { 10 } else { 20 } + (i * 5) % 7));
    let step = Scratch::new("step.csv", format!("time,load\n{}", rows.collect::<String>()));
    let changes = json(&["changes", step.path()]);
    let change = &results(&changes)[0];
    has(change, &["index", "time", "onset", "before", "after", "effect", "p_value"]);
    assert_eq!(change["index"], 100);
    assert!((estimate(&change["effect"]) - 10.0).abs() < 0.5);

    let budget = json(&["budget", "--slo", "99.9%", "--period", "30d"]);
    assert_eq!(results(&budget)[0]["allowed_s"], 2592);
    assert_eq!(results(&budget)[0]["buckets"]["300"], 8);
    let month = json(&["budget", "--slo", "99.9%", "--period", "month"]);
    assert!((results(&month)[0]["allowed_s"].as_f64().unwrap() - 2629.746).abs() < 1e-6);

    let report = json(&["report", SHOP, "--slo", "99.9% of requests < 300ms over 30d"]);
    for part in [
        "inspect",
        "slo",
        "windows",
        "describe",
        "quantile",
        "averages",
        "changes",
        "trend",
        "decompose",
        "forecast",
        "anomalies",
        "correlate",
    ] {
        assert!(results(&report).iter().any(|r| r["part"] == part), "{part}");
    }
    // the objective's limit is that of the forecasts
    let outlook = results(&report).iter().find(|r| r["part"] == "forecast").unwrap();
    assert_eq!(outlook["crossing"]["limit"], 0.3);
    assert!(outlook["backtest"]["coverage"]["value"].as_f64().unwrap() > 0.5);
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

/// Broken input: exit code 3, and a message that says where and what to do.
#[test]
fn unusable_input_exits_with_three() {
    let file = |name: &str, content: &str| Scratch::new(name, content);
    for (name, content, more, says) in [
        ("empty.csv", "", &[][..], &["empty.csv"][..]),
        ("header.csv", "time,value\n", &[], &["header.csv"]),
        ("column.csv", "time,value\n2026-01-01T00:00:00Z,1\n", &["--value", "latency"], &["latency", "value"]),
        (
            "text.csv",
            "time,value\n2026-01-01T00:00:00Z,fast\n2026-01-01T00:01:00Z,slow\n",
            &["--value", "value"],
            &["text.csv", "line 2", "fast"],
        ),
        (
            "nan.csv",
            "time,value\n2026-01-01T00:00:00Z,NaN\n2026-01-01T00:01:00Z,NaN\n",
            &["--value", "value"],
            &["nan.csv"],
        ),
        ("where.csv", "time,value\n2026-01-01T00:00:00Z,1\n", &["--where", "value"], &["--where"]),
        ("cut.parquet", "PAR1\u{0}\u{1}half a file", &[], &["cut.parquet"]),
    ] {
        let file = file(name, content);
        let mut arguments = vec!["inspect", file.path()];
        arguments.extend(more);
        let (code, out, err) = told(&arguments);
        assert_eq!((code, &*out), (3, ""), "{name}: {err}");
        for word in says {
            assert!(err.contains(word), "{name}: “{word}” is missing in: {err}");
        }
        assert!(!err.contains("panicked"), "{err}");
    }
    let (code, _, err) = told(&["inspect", "no-such-file.csv"]);
    assert_eq!(code, 3);
    assert!(err.contains("no-such-file.csv") && err.contains("no such file"), "{err}");
    let (code, _, err) = told(&["slo", MINUTES, "--slo", "99% of requests ok over 30d"]);
    assert_eq!(code, 3);
    assert!(err.contains("“up” (gauge)") && err.contains("--kind events"), "{err}");
}

#[test]
fn wrong_words_exit_with_two() {
    let (code, _, err) = told(&["slo", MINUTES, "--slo", "99% of tiem up over 30d"]);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean “time”?"), "{err}");
    let (code, _, err) = told(&["inspekt", MINUTES]);
    assert_eq!(code, 2);
    assert!(err.contains("inspect"), "{err}");
    for wrong in [
        &["windows", MINUTES][..],
        &["inspect"],
        &["inspect", MINUTES, "--kind", "gauges"],
        &["windows", MINUTES, "--slo", UP, "--widths", "0s"],
        &["quantile", MINUTES, "-q", "1.5"],
        &["budget", "--slo", "99.9%", "--period", "30"],
        &["trend", MINUTES, "--method", "tea-leaves"],
    ] {
        let (code, out, err) = told(wrong);
        assert_eq!((code, &*out), (2, ""), "{wrong:?}: {err}");
        assert!(!err.is_empty(), "{wrong:?}");
    }
    let (code, out, _) = told(&["--help"]);
    assert_eq!(code, 0);
    assert!(out.contains("windows") && out.contains("generate"), "{out}");
}

#[test]
fn what_was_dropped_is_told_and_strict_makes_it_an_error() {
    let doubtful = Scratch::new(
        "doubtful.csv",
        "time,value\n2026-01-01T00:02:00Z,3\n2026-01-01T00:01:00Z,2\n2026-01-01T00:01:00Z,4\n2026-01-01T00:03:00Z,inf\n\
         2026-01-01T00:04:00Z,NaN\n2026-01-01T00:05:00Z,5\n",
    );
    let document = json(&["inspect", doubtful.path(), "--value", "value", "--kind", "gauge"]);
    let kinds: Vec<&str> =
        document["warnings"].as_array().unwrap().iter().map(|w| w["kind"].as_str().unwrap()).collect();
    for kind in ["out-of-order", "duplicate", "infinite", "nan"] {
        assert!(kinds.contains(&kind), "{kind}: {kinds:?}");
    }
    for warning in document["warnings"].as_array().unwrap() {
        has(warning, &["kind", "message", "where"]);
    }
    let dropped = &results(&document)[0]["dropped"];
    assert_eq!((&dropped["nan"], &dropped["infinite"], &dropped["duplicate"]), (&1.into(), &1.into(), &1.into()));
    let (code, out, _) = told(&["inspect", doubtful.path(), "--value", "value", "--kind", "gauge", "--strict"]);
    assert_eq!(code, 4);
    assert!(out.contains("value"), "the results are printed all the same: {out}");
    assert_eq!(told(&["inspect", MINUTES, "--strict"]).0, 0);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let mut child = Command::new(program())
        .args(["quantile", REQUESTS, "--every", "1s", "--json"])
        .current_dir(root())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().unwrap());
    reader.read_line(&mut first).unwrap();
    drop(reader);
    let output = child.wait_with_output().unwrap();
    assert_eq!(first, "{\n");
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!text(&output.stderr).contains("panicked"));
}

/// Ctrl-C while it waits for input; the signal is sent once the program is known to catch it.
#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_it_with_130() {
    let mut child =
        Command::new(program()).args(["inspect", "-"]).stdin(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    // waiting would close it, and the end of the input would race with the signal
    let held = child.stdin.take();
    let catches = |pid: u32| {
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let mask = status.lines().find_map(|l| l.strip_prefix("SigCgt:")).unwrap().trim().to_owned();
        u64::from_str_radix(&mask, 16).unwrap() & (1 << 1) != 0
    };
    while !catches(child.id()) {
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(held);
}

#[test]
fn standard_input_is_read() {
    let mut child = Command::new(program())
        .args(["inspect", "-", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(b"time,up\n2026-01-01T00:00:00Z,1\n2026-01-01T00:01:00Z,0\n").unwrap();
    let output = child.wait_with_output().unwrap();
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(results(&document)[0]["count"], 2);
}

#[test]
fn nothing_in_json_is_not_a_number() {
    // five samples bound p99.9 by nothing from above: null, and never Infinity
    let file =
        Scratch::new("few.csv", "time,x\n2026-01-01T00:00:00Z,1\n2026-01-01T00:01:00Z,2\n2026-01-01T00:02:00Z,3\n");
    let document = json(&["quantile", file.path(), "-q", "p99.9"]);
    let found = &results(&document)[0]["estimate"];
    assert_eq!(found["confidence"]["upper"], Value::Null);
    assert!(found["caveats"].to_string().contains("too few"), "{found}");
}

#[test]
fn answers_of_prometheus_are_read() {
    // 12 scrapes of the backend failed while it was stopped and one at its restart, 5 s each (datasets/recorded/README.md)
    let document = json(&["slo", "datasets/recorded/up.json", "--slo", "99% of time up over 1h"]);
    let shop = results(&document).iter().find(|r| r["series"]["labels"]["job"] == "shop").unwrap();
    assert_eq!((estimate(&shop["budget"]["spent"]), &shop["verdict"]), (65.0, &"violated".into()));
    assert_eq!(shop["incidents"].as_array().unwrap().len(), 2);
    let node = results(&document).iter().find(|r| r["series"]["labels"]["job"] == "node").unwrap();
    assert_eq!(estimate(&node["budget"]["spent"]), 40.0);

    // counters are told by their rate, and what was not scraped is a gap
    let document = json(&["describe", "datasets/recorded/shop_requests_total.json"]);
    assert!(results(&document)[0]["note"].as_str().unwrap().contains("rate"));
    assert_eq!(results(&document)[0]["statistics"]["mean"]["unit"], "count/s");
    let document = json(&["inspect", "datasets/recorded/node_load1.json"]);
    assert_eq!((&results(&document)[0]["gaps"], &results(&document)[0]["step_s"]), (&1.into(), &5.into()));
    let (code, _, err) = told(&["slo", "datasets/recorded/node_load1.json", "--slo", "99% of time up over 1h"]);
    assert_eq!(code, 3);
    assert!(err.contains("not all 0 or 1"), "{err}");
    let cut = Scratch::new("cut.json", &std::fs::read(root().join("datasets/recorded/up.json")).unwrap()[..2000]);
    let (code, _, err) = told(&["inspect", cut.path()]);
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("cut.json"), "{err}");
}

#[test]
fn every_tool_prints_what_it_would_have_printed() {
    let document = json(&["quantile", REQUESTS, "-q", "p50,p99.9999", "--definition", "type7,tools"]);
    let checkout: Vec<&Value> =
        results(&document).iter().filter(|r| r["series"]["labels"]["route"] == "checkout").collect();
    assert_eq!(checkout.len(), 2 * (1 + 11));
    let of = |tool: &str, q: f64| checkout.iter().find(|r| r["tool"] == tool && r["q"] == q).unwrap();
    let plain = checkout.iter().find(|r| r.get("tool").is_none() && r["q"] == 0.5).unwrap();
    assert_eq!(of("numpy", 0.5)["estimate"]["value"], plain["estimate"]["value"]);
    assert_eq!(
        (&of("numpy", 0.5)["definition"], &of("statsd", 0.5)["definition"]),
        (&"type7".into(), &"statsd".into())
    );
    let refused = &of("excel-exc", 0.999_999)["estimate"];
    assert_eq!(refused["value"], Value::Null);
    assert!(refused["bound"]["why"].as_str().unwrap().starts_with("#NUM!"), "{refused}");
    let (code, _, err) = told(&["quantile", REQUESTS, "--definition", "lotus-1-2-3"]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn a_description_says_what_merges_and_which_law_fits() {
    let document = json(&["describe", REQUESTS, "--fits"]);
    let found = &results(&document)[0];
    for name in ["trimmed_mean", "mean_absolute_deviation", "fence_upper", "outliers_above", "half_sample_mode"] {
        estimate(&found["statistics"][name]);
        has(&found["properties"][name], &["merges", "breakdown", "about"]);
    }
    assert_eq!(found["properties"]["min"]["merges"], "alone");
    assert_eq!(found["bins"].as_array().unwrap().len(), 4);
    let fits = found["fits"].as_array().unwrap();
    assert_eq!(fits.len(), 6);
    let criteria: Vec<f64> = fits.iter().filter(|f| f.get("aic").is_some()).map(|f| estimate(&f["aic"])).collect();
    assert!(criteria.len() > 1 && criteria.is_sorted());
    assert!(fits[0]["ks"]["caveats"].to_string().contains("fitted"));
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

#[test]
fn a_change_names_the_deploy_before_it() {
    // a level of 10 that becomes 20 at 100 min, with a little noise of period 7
    let rows = (0..200).map(|i| format!("{},{}\n", i * 60, if i < 100 { 10 } else { 20 } + (i * 5) % 7));
    let step = Scratch::new("stepped.csv", format!("time,load\n{}", rows.collect::<String>()));
    let deploys = Scratch::new(
        "deploys.csv",
        "time,version\n1970-01-01T01:00:00Z,v1\n1970-01-01T01:38:30Z,v2\n1970-01-01T02:00:00Z,v3\n",
    );
    let found = json(&["changes", step.path(), "--events", deploys.path(), "--reach", "2h"]);
    let change = &results(&found)[0];
    has(change, &["index", "time", "onset", "before", "after", "effect", "p_value", "distribution_before", "events"]);
    let named: Vec<&str> = change["events"].as_array().unwrap().iter().map(|e| e["name"].as_str().unwrap()).collect();
    assert_eq!(named, ["v2", "v1"], "what came after is no cause");
    for method in ["pelt-rank", "e-divisive", "cusum", "ewma", "bayes", "kernel-rbf", "pelt-meanvar"] {
        let found = json(&["changes", step.path(), "--method", method]);
        // a chart counts from where its sum last was 0
        let near = |r: &Value| r["index"].as_u64().is_some_and(|i| i.abs_diff(100) <= 3);
        assert!(results(&found).iter().any(near), "{method}: {found}");
    }
    let found = json(&["changes", step.path(), "--penalty", "elbow"]);
    assert!(results(&found).iter().any(|r| r["index"] == 100));
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

#[test]
fn packed_deploys_are_read_and_a_header_alone_is_said_so() {
    let rows: Vec<String> = (0..60).map(|i| format!("{},{}\n", i * 60, i % 7 + if i < 30 { 0 } else { 20 })).collect();
    let step = Scratch::new("packed.csv", format!("time,load\n{}", rows.concat()));
    // `printf 'time,version\n1970-01-01T00:20:00Z,v7\n' | gzip -n9`
    let packed: &[u8] = &[
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 43, 201, 204, 77, 213, 41, 75, 45, 42, 206, 204, 207, 227, 50, 180, 52, 55,
        208, 53, 48, 4, 162, 16, 3, 3, 43, 35, 3, 43, 3, 131, 40, 157, 50, 115, 46, 0, 9, 53, 167, 186, 37, 0, 0, 0,
    ];
    let packed = Scratch::new("deploys.csv.gz", packed);
    let found = json(&["changes", step.path(), "--events", packed.path()]);
    assert_eq!(results(&found)[0]["events"][0]["name"], "v7");
    let header = Scratch::new("header.csv", "time,version\n");
    let (code, _, err) = told(&["changes", step.path(), "--events", header.path()]);
    assert!(code == 3 && err.contains("its only row, “time,version”, is a header"), "{code} {err}");
}

#[test]
fn a_follower_is_found_with_its_lag() {
    // splitmix64, so that nothing repeats
    let mut state = 7u64;
    let mut noise = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f64 / 16_777_216.0
    };
    let (mut load, mut other) = (vec![0.0], vec![0.0]);
    for i in 0..299 {
        load.push(load[i] + noise() - 0.5);
        other.push(other[i] + noise() - 0.5);
    }
    let rows = (0..300usize)
        .map(|i| format!("{},{},{},{}\n", i * 60, load[i], load[i.saturating_sub(4)] + 0.1 * noise(), other[i]));
    let file = Scratch::new("walks.csv", format!("time,load,queue,other\n{}", rows.collect::<String>()));
    let document = json(&["correlate", file.path(), "--max-lag", "20m"]);
    let pairs: Vec<&Value> = results(&document).iter().filter(|r| r["a"].is_object()).collect();
    assert_eq!(pairs.len(), 3);
    has(pairs[0], &["a", "b", "lag_s", "r", "p_value", "verdict"]);
    assert_eq!((pairs[0]["verdict"].as_str(), pairs[1]["verdict"].as_str()), (Some("related"), Some("not-shown")));
    let names = [&pairs[0]["a"]["name"], &pairs[0]["b"]["name"]];
    let lag = if names[0] == "load" { 240.0 } else { -240.0 };
    assert!(names.contains(&&Value::from("queue")), "{names:?}");
    assert_eq!(pairs[0]["lag_s"], lag);
}
