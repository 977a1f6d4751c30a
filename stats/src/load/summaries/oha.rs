//! The reports of oha, as text and as JSON (`oha --output-format json`).
//!
//! Source: oha's README and `schema.json`; times are seconds in JSON, and in text in the unit that its slowest request needs.

use serde_json::Value;

use super::{Found, plain};
use crate::unit::Unit;

/// Whether a text is a report of oha: its text says the rate of success first, its JSON has keys that no other tester has.
pub(super) fn is_report(text: &[u8]) -> bool {
    let has = |needle: &str| memchr::memmem::find(text, needle.as_bytes()).is_some();
    (text.starts_with(b"Summary:") && has("Success rate:"))
        || (text.starts_with(b"{") && has("\"successRate\"") && has("\"requestsPerSec\""))
}

/// Reads either.
pub(super) fn read(text: &str) -> Found {
    let mut found = Found { tool: "oha", closed_loop: true, ..Found::default() };
    let read = if text.starts_with('{') { json } else { lines };
    read(text, &mut found);
    found
}

fn rate() -> Unit {
    Unit::PerSecond(Box::new(Unit::Count))
}

/// A time with the words of its unit, in seconds.
fn timed(value: &str, unit: &[&str]) -> Option<f64> {
    let scale = match unit {
        ["ns"] => 1e-9,
        ["us"] => 1e-6,
        ["ms"] => 1e-3,
        ["sec"] => 1.0,
        ["10", "sec"] => 10.0,
        ["min"] => 60.0,
        ["10", "min"] => 600.0,
        ["hr"] => 3600.0,
        _ => return None,
    };
    Some(plain(value)? * scale)
}

fn lines(text: &str, found: &mut Found) {
    // with --stats-success-breakdown the same again of a part of the answers
    let mut part = "";
    for line in text.lines() {
        if !line.starts_with(' ') {
            part = line.trim_end();
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        match (part, words.as_slice()) {
            ("Summary:", ["Success", "rate:", share]) => {
                if let Some(v) = plain(share.trim_end_matches('%')) {
                    found.add("success", &[], Unit::Percent, v);
                }
            }
            ("Summary:", [name @ ("Slowest:" | "Fastest:" | "Average:"), value, unit @ ..]) => {
                if let Some(v) = timed(value, unit) {
                    found.add("latency", &[("statistic", statistic(name))], Unit::Second, v);
                }
            }
            ("Summary:", ["Requests/sec:", value]) => {
                if let Some(v) = plain(value) {
                    found.add("requests", &[("statistic", "rate")], rate(), v);
                }
            }
            ("Response time distribution:", [percent, "in", value, unit @ ..]) if percent.ends_with('%') => {
                if let Some(v) = timed(value, unit) {
                    found.percentile(percent, &[], Unit::Second, v);
                }
            }
            ("Status code distribution:", [status, n, "responses"]) => {
                if let Some(v) = plain(n) {
                    found.add("requests", &[("status", status.trim_matches(['[', ']']))], Unit::Count, v);
                }
            }
            ("Error distribution:", [n, reason @ ..]) => {
                if let Some(v) = plain(n.trim_matches(['[', ']'])) {
                    found.add("errors", &[("reason", reason.join(" ").as_str())], Unit::Count, v);
                }
            }
            _ => {}
        }
    }
}

fn statistic(name: &str) -> &'static str {
    match name {
        "Slowest:" | "slowest" => "max",
        "Fastest:" | "fastest" => "min",
        _ => "mean",
    }
}

fn json(text: &str, found: &mut Found) {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    let object = |key: &str| value.get(key).and_then(Value::as_object).into_iter().flatten();
    let numbers = |key: &str| object(key).filter_map(|(k, v)| Some((k.clone(), v.as_f64()?))).collect::<Vec<_>>();
    for (key, v) in numbers("summary") {
        match key.as_str() {
            "successRate" => found.add("success", &[], Unit::Ratio, v),
            "slowest" | "fastest" | "average" => {
                found.add("latency", &[("statistic", statistic(&key))], Unit::Second, v);
            }
            "requestsPerSec" => found.add("requests", &[("statistic", "rate")], rate(), v),
            _ => {}
        }
    }
    for (percent, v) in numbers("latencyPercentiles") {
        found.percentile(percent.trim_start_matches('p'), &[], Unit::Second, v);
    }
    for (status, v) in numbers("statusCodeDistribution") {
        found.add("requests", &[("status", status.as_str())], Unit::Count, v);
    }
    for (reason, v) in numbers("errorDistribution") {
        found.add("errors", &[("reason", reason.as_str())], Unit::Count, v);
    }
}
