//! The command line, end to end: the built program on the data of this repository and on broken input.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

mod alerts;
mod input;
mod objectives;
mod output;
mod process;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::Value;
use workspace_tests::{json, told};

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
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
