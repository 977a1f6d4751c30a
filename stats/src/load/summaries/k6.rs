//! The end-of-test summaries of k6: what `--summary-export` writes, and the data of `handleSummary`.
//!
//! Source: k6's documentation, “End of test”. The second says of each metric what it is and holds its figures under `values`; of the first the
//! built-in metrics are known by their names.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Found;
use crate::load::options::Kind;
use crate::load::testers::k6_metrics;
use crate::unit::Unit;

/// Whether a text is such a summary.
pub(super) fn is_report(text: &[u8]) -> bool {
    let has = |needle: &str| memchr::memmem::find(text, needle.as_bytes()).is_some();
    text.starts_with(b"{") && has("\"root_group\"") && (has("\"metrics\"") || has("\"options\""))
}

/// Reads either; k6 may send at a rate that does not wait for answers.
pub(super) fn read(text: &str) -> Found {
    let mut found = Found { tool: "k6", closed_loop: false, ..Found::default() };
    let all: Value = serde_json::from_str(text).unwrap_or_default();
    let known = k6_metrics();
    for (name, metric) in all.get("metrics").and_then(Value::as_object).into_iter().flatten() {
        let Some(about) = metric.as_object() else { continue };
        let values = about.get("values").and_then(Value::as_object).unwrap_or(about);
        figures(name, &unit(name, about, &known), values, &mut found);
    }
    found
}

/// The unit of a metric's values.
fn unit(name: &str, about: &Map<String, Value>, known: &BTreeMap<String, (Kind, Unit)>) -> Unit {
    match about.get("contains").and_then(Value::as_str) {
        Some("time") => Unit::Millisecond,
        Some("data") => Unit::Byte,
        _ => {
            // a metric of a part of the requests has their tags in braces
            let base = name.split('{').next().unwrap_or(name);
            known.get(base).map(|(_, unit)| unit.clone()).unwrap_or_default()
        }
    }
}

fn figures(name: &str, unit: &Unit, values: &Map<String, Value>, found: &mut Found) {
    let (base, tags) = name.split_once('{').map_or((name, ""), |(base, tags)| (base, tags.trim_end_matches('}')));
    let of: Vec<(&str, &str)> = tags.split(',').filter_map(|tag| tag.split_once(':')).collect();
    // a rate's value is the share of those that pass, and a counter's rate is per second
    let is_rate = values.contains_key("passes");
    let per_second = || Unit::PerSecond(Box::new(unit.clone()));
    for (key, value) in values {
        let Some(v) = value.as_f64() else { continue };
        let with = |extra: (&'static str, &str), found: &mut Found, unit: Unit| {
            let labels: Vec<(&str, &str)> = of.iter().copied().chain([extra]).collect();
            found.named(base, &labels, unit, v);
        };
        match key.as_str() {
            "rate" if values.contains_key("count") => with(("statistic", "rate"), found, per_second()),
            "value" | "rate" if is_rate => found.named(base, &of, Unit::Ratio, v),
            "count" | "value" => found.named(base, &of, unit.clone(), v),
            "passes" | "fails" => with(("statistic", key), found, Unit::Count),
            "avg" => with(("statistic", "mean"), found, unit.clone()),
            "min" | "max" => with(("statistic", key), found, unit.clone()),
            "med" => with(("percentile", "p50"), found, unit.clone()),
            percentile => {
                let inner = percentile.strip_prefix("p(").and_then(|p| p.strip_suffix(')'));
                if let Some(percent) = inner {
                    with(("percentile", &format!("p{percent}")), found, unit.clone());
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::load::{Format, LoadOptions, load_bytes};
    use crate::progress::Progress;
    use crate::unit::Unit;

    /// Both are of the form that k6's documentation shows.
    #[test]
    fn both_summaries_say_the_same() {
        let export = r#"{"root_group":{"name":"","checks":{}},"metrics":{
            "http_req_duration":{"avg":12.3,"min":1.1,"med":10.2,"max":99.1,"p(90)":20.1,"p(99.9)":30.5,"thresholds":{"p(95)<500":false}},
            "http_req_duration{expected_response:true}":{"avg":11.5},
            "http_reqs":{"count":1200,"rate":119.8},"http_req_failed":{"passes":3,"fails":1197,"value":0.0025}}}"#;
        let handle = r#"{"root_group":{"name":""},"options":{"summaryTimeUnit":""},"state":{"testRunDurationMs":10001.2},"metrics":{
            "http_req_duration":{"type":"trend","contains":"time","values":{"avg":12.3,"min":1.1,"med":10.2,"max":99.1,"p(90)":20.1,"p(99.9)":30.5}},
            "http_req_duration{expected_response:true}":{"type":"trend","contains":"time","values":{"avg":11.5}},
            "http_reqs":{"type":"counter","contains":"default","values":{"count":1200,"rate":119.8}},
            "http_req_failed":{"type":"rate","contains":"default","values":{"rate":0.0025,"passes":3,"fails":1197}}}}"#;
        for text in [export, handle] {
            let data = load_bytes("k6.json", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
            for (title, value, unit) in [
                ("http_req_duration{percentile=\"p99.9\"}", 30.5, Unit::Millisecond),
                ("http_req_duration{percentile=\"p50\"}", 10.2, Unit::Millisecond),
                ("http_req_duration{expected_response=\"true\", statistic=\"mean\"}", 11.5, Unit::Millisecond),
                ("http_reqs", 1200.0, Unit::Count),
                ("http_reqs{statistic=\"rate\"}", 119.8, Unit::PerSecond(Box::new(Unit::Count))),
                ("http_req_failed", 0.0025, Unit::Ratio),
            ] {
                let item = data.items.iter().find(|i| i.title() == title).unwrap_or_else(|| panic!("{title}"));
                assert_eq!(
                    (item.values(), &item.identity.unit, item.format),
                    (&[value][..], &unit, Format::Summary),
                    "{title}"
                );
            }
        }
    }
}
