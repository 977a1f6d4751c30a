//! The reports of vegeta, as text (`vegeta report`) and as JSON (`vegeta report -type json`).
//!
//! Source: vegeta's README, “report”, and `lib/metrics.go`, whose durations are Go's in text and nanoseconds in JSON.

use serde_json::Value;

use super::{Found, plain};
use crate::load::records::seconds;
use crate::unit::Unit;

/// How the text begins.
const TEXT: &[u8] = b"Requests      [total, rate";

/// Whether a text is a report of vegeta.
pub(super) fn is_report(text: &[u8]) -> bool {
    text.starts_with(TEXT) || is_json(text)
}

/// Whether a text is a report as JSON: no other tester has these three keys at its beginning.
fn is_json(text: &[u8]) -> bool {
    let has = |needle: &str| memchr::memmem::find(text, needle.as_bytes()).is_some();
    text.starts_with(b"{") && has("\"latencies\"") && has("\"bytes_in\"") && (has("\"50th\"") || has("\"total\""))
}

/// Reads either.
pub(super) fn read(text: &str) -> Found {
    let mut found = Found { tool: "vegeta", ..Found::default() };
    let read = if text.starts_with('{') { json } else { lines };
    read(text, &mut found);
    found
}

fn rate() -> Unit {
    Unit::PerSecond(Box::new(Unit::Count))
}

/// A duration as Go writes it, in seconds.
fn duration(word: &str) -> Option<f64> {
    plain(std::str::from_utf8(&seconds(word.as_bytes())?).ok()?)
}

/// A latency by the word in the head of its line, or the key in JSON.
fn latency(found: &mut Found, word: &str, value: f64) {
    match word {
        "min" | "mean" | "max" => found.add("latency", &[("statistic", word)], Unit::Second, value),
        "total" => {}
        percent => {
            let digits = percent.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
                found.percentile(digits, &[], Unit::Second, value);
            }
        }
    }
}

fn lines(text: &str, found: &mut Found) {
    for line in text.lines() {
        let Some((head, rest)) = line.split_once('[') else { continue };
        let Some((keys, values)) = rest.split_once(']') else { continue };
        let keys: Vec<&str> = keys.split(',').map(str::trim).collect();
        let values: Vec<&str> = values.split(',').map(str::trim).collect();
        let pairs = keys.iter().copied().zip(values.iter().copied());
        match head.trim() {
            "Requests" => {
                for (key, value) in pairs.filter_map(|(k, v)| Some((k, plain(v)?))) {
                    match key {
                        "total" => found.add("requests", &[], Unit::Count, value),
                        "rate" | "throughput" => found.add("requests", &[("statistic", key)], rate(), value),
                        _ => {}
                    }
                }
            }
            "Latencies" => pairs.filter_map(|(k, v)| Some((k, duration(v)?))).for_each(|(k, v)| latency(found, k, v)),
            "Success" => {
                if let Some(v) = values.first().and_then(|v| plain(v.trim_end_matches('%'))) {
                    found.add("success", &[], Unit::Percent, v);
                }
            }
            "Status Codes" => {
                for (code, count) in rest.split_whitespace().filter_map(|w| w.rsplit_once(':')) {
                    if let Some(v) = plain(count) {
                        found.add("requests", &[("status", code)], Unit::Count, v);
                    }
                }
            }
            _ => {}
        }
    }
}

fn json(text: &str, found: &mut Found) {
    let Ok(value) = serde_json::from_str::<Value>(text) else { return };
    let object = |key: &str| value.get(key).and_then(Value::as_object).into_iter().flatten();
    for (key, nanos) in object("latencies").filter_map(|(k, v)| Some((k, v.as_f64()?))) {
        latency(found, key, nanos / 1e9);
    }
    let number = |key: &str| value.get(key).and_then(Value::as_f64);
    if let Some(v) = number("requests") {
        found.add("requests", &[], Unit::Count, v);
    }
    for key in ["rate", "throughput"] {
        if let Some(v) = number(key) {
            found.add("requests", &[("statistic", key)], rate(), v);
        }
    }
    if let Some(v) = number("success") {
        found.add("success", &[], Unit::Ratio, v);
    }
    for (code, count) in object("status_codes").filter_map(|(k, v)| Some((k, v.as_f64()?))) {
        found.add("requests", &[("status", code)], Unit::Count, count);
    }
}
