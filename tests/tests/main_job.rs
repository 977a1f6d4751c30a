//! The main job: an export in, the truth about its buckets out, as README's first command does it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

use serde_json::Value;
use workspace_tests::{json, root, told};

const CHECKOUT: &str = "datasets/recorded/checkout.parquet";
const OBJECTIVE: &str = "99.9% of requests < 300ms over 30d";

/// Checkout requests of the recording, counted from the load generator's own table without any code of ours.
fn counted() -> (u64, u64) {
    let text = std::fs::read_to_string(root().join("datasets/recorded/requests.csv")).unwrap();
    let mut rows = text.lines();
    let header: Vec<&str> = rows.next().unwrap().split(',').collect();
    let column = |name: &str| header.iter().position(|h| *h == name).unwrap();
    let (route, latency, ok) = (column("route"), column("latency_s"), column("ok"));
    let (mut good, mut all) = (0, 0);
    for row in rows {
        let fields: Vec<&str> = row.split(',').collect();
        if fields[route].contains("checkout") {
            all += 1;
            good += u64::from(fields[ok] == "true" && fields[latency].parse::<f64>().unwrap() < 0.3);
        }
    }
    (good, all)
}

#[test]
fn the_service_level_is_the_one_counted_by_hand() {
    let (good, all) = counted();
    assert!(all > 10_000 && good < all);
    let document = json(&["slo", CHECKOUT, "--slo", OBJECTIVE]);
    let result = &document["results"][0];
    let sli = &result["methods"]["occurrences"];
    assert_eq!(sli["n"], all);
    assert!((sli["value"].as_f64().unwrap() - good as f64 / all as f64).abs() < 1e-12, "{sli}");
    assert_eq!(result["budget"]["spent"]["value"].as_f64().unwrap(), (all - good) as f64);
}

#[test]
fn the_dearest_incidents_are_the_injected_faults() {
    let truth: Value =
        serde_json::from_str(&std::fs::read_to_string(root().join("datasets/recorded/truth.json")).unwrap()).unwrap();
    let document = json(&["slo", CHECKOUT, "--slo", OBJECTIVE]);
    let incidents = document["results"][0]["incidents"].as_array().unwrap();
    for kind in ["added_latency", "process_stopped", "load_burst"] {
        let fault = truth["faults"].as_array().unwrap().iter().find(|f| f["kind"] == kind).unwrap();
        let (from, to) = (fault["start"].as_str().unwrap(), fault["end"].as_str().unwrap());
        // RFC 3339 in UTC compares as text up to the seconds
        let hit = incidents
            .iter()
            .take(3)
            .any(|i| i["start"].as_str().unwrap()[..19] <= to[..19] && i["end"].as_str().unwrap()[..19] >= from[..19]);
        assert!(hit, "{kind} is not among the three dearest incidents: {incidents:#?}");
    }
}

#[test]
fn the_report_is_a_page_of_its_own_with_verdicts_and_pictures() {
    let folder = std::env::temp_dir().join(format!("sre-stats-report-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let page = folder.join("report.html");
    let (code, out, err) = told(&["report", CHECKOUT, "--slo", OBJECTIVE, "--out", page.to_str().unwrap()]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("violated") || err.contains("violated"), "{out}\n{err}");
    let html = std::fs::read_to_string(&page).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(html.matches("<svg").count() >= 6, "{} pictures", html.matches("<svg").count());
    for outside in ["<script", "src=\"http", "href=\"http", "url(", "@import"] {
        assert!(!html.contains(outside), "the page has {outside}");
    }
    for said in ["violated", "log-linear", "type7", "p99.9", "true bad time"] {
        assert!(html.contains(said), "the page does not say “{said}”");
    }
}

#[test]
fn the_report_is_the_same_at_any_number_of_threads() {
    let with = |threads: &str| {
        let output = std::process::Command::new(workspace_tests::program())
            .args(["report", CHECKOUT, "--slo", OBJECTIVE, "--json"])
            .current_dir(root())
            .env("RAYON_NUM_THREADS", threads)
            .env("POLARS_MAX_THREADS", threads)
            .output()
            .unwrap();
        assert!(output.status.success());
        output.stdout
    };
    let one = with("1");
    assert!(one.len() > 10_000);
    assert_eq!(one, with("3"));
}
