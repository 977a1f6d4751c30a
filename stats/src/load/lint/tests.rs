//! Names with what is wrong with each, as the conventions' own documents say it.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::load::{LoadOptions, load_bytes};
use crate::progress::Progress;

fn lint(text: &str) -> Vec<(String, NameRule, Option<String>)> {
    let data = load_bytes("x", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    lint_names(&data).into_iter().map(|f| (f.name, f.rule, f.suggestion)).collect()
}

fn gauge(name: &str) -> String {
    format!("# TYPE {name} gauge\n{name} 1 1767225600000\n{name} 2 1767225660000\n")
}

/// The examples of good names in “Metric and label naming” and in `OpenMetrics`.
#[test]
fn good_names_pass() {
    let mut text = String::new();
    for name in ["process_memory_bytes", "node_disk_io_now", "up", "foo_seconds", "target_info", "memory_usage_ratio"] {
        text.push_str(&gauge(name));
    }
    for name in ["http_requests_total", "process_cpu_seconds_total", "http_request_size_bytes_total"] {
        text.push_str(&format!("# TYPE {name} counter\n{name} 1 1767225600000\n{name} 2 1767225660000\n"));
    }
    text.push_str("# TYPE x_seconds histogram\nx_seconds_bucket{le=\"0.1\"} 1 1767225600000\nx_seconds_bucket{le=\"+Inf\"} 2 1767225600000\n\
        x_seconds_sum 1 1767225600000\nx_seconds_count 2 1767225600000\n# TYPE y_seconds summary\ny_seconds{quantile=\"0.5\"} 1 1767225600000\n");
    assert_eq!(lint(&text), []);
}

/// Seconds are a base unit however they are spelt; milliseconds are none.
#[test]
fn an_abbreviated_base_unit_is_told_as_one() {
    for (name, told) in [
        ("latency_s", "“s” abbreviates the base unit seconds: write it out"),
        ("wait_sec", "“sec” abbreviates the base unit seconds: write it out"),
        ("reply_byte", "“byte” is the base unit bytes in the singular: write the plural"),
        ("latency_ms", "“ms” is not a base unit; values in seconds need no conversion"),
    ] {
        let data = load_bytes("x", gauge(name).as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
        let found = lint_names(&data);
        assert_eq!(found.iter().map(|f| (f.rule, f.why.as_str())).collect::<Vec<_>>(), [(NameRule::NonBaseUnit, told)]);
    }
}

#[test]
fn each_rule_finds_what_breaks_it() {
    let one = |text: String| -> (NameRule, Option<String>) {
        let found = lint(&text);
        let [(_, rule, suggestion)] = found.as_slice() else { panic!("{text}: {found:?}") };
        (*rule, suggestion.clone())
    };
    let counter = |name: &str| format!("# TYPE {name} counter\n{name} 1 1767225600000\n{name} 2 1767225660000\n");
    let is = |rule, suggestion: &str| (rule, Some(suggestion.to_owned()));
    assert_eq!(one(gauge("request_latency_ms")), is(NameRule::NonBaseUnit, "request_latency_seconds"));
    assert_eq!(one(gauge("heap_size_mb")), is(NameRule::NonBaseUnit, "heap_size_bytes"));
    assert_eq!(one(counter("cpu_milliseconds_total")), is(NameRule::NonBaseUnit, "cpu_seconds_total"));
    assert_eq!(one(gauge("queue_total")), is(NameRule::TotalOnOther, "queue"));
    assert_eq!(one(counter("http_requests")), is(NameRule::TotalMissing, "http_requests_total"));
    assert_eq!(one(gauge("request_seconds_latency")), is(NameRule::UnitInTheMiddle, "request_latency_seconds"));
    assert_eq!(one(gauge("job:requests:rate5m")).0, NameRule::Colon);
    assert_eq!(one("x{le=\"5\"} 1 1767225600000\n".into()).0, NameRule::ReservedLabel);
    assert_eq!(one("x{quantile=\"p99\"} 1 1767225600000\n".into()).0, NameRule::ReservedLabel);
    assert_eq!(one("x{__tmp=\"1\"} 1 1767225600000\n".into()), is(NameRule::ReservedLabel, "tmp"));
    // a rule's name in an answer of the API is one, with its three parts
    let answer = |name: &str| {
        format!(
            r#"{{"status":"success","data":{{"resultType":"vector","result":[{{"metric":{{"__name__":"{name}","job":"a"}},"value":[1767225600,"1"]}}]}}}}"#
        )
    };
    assert_eq!(lint(&answer("job:requests:rate5m")), []);
    assert_eq!(one(answer("job:requests")).0, NameRule::Colon);
    assert_eq!(one(answer("http.requests")), is(NameRule::InvalidCharacters, "http_requests"));
    // latencies without any unit: in what the values are, neither the name nor the format says
    let histogram = "{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"rpc.time\",\"unit\":\"ms\",\"gauge\":{\"dataPoints\":\
        [{\"timeUnixNano\":\"1767225600000000000\",\"asDouble\":5}]}}]}]}]}\n";
    assert_eq!(one(histogram.into()).0, NameRule::NonBaseUnit);
    assert_eq!(
        one("time,status,latency\n0,200,0.5\n1,503,0.25\n1,200,0.125\n".into()),
        is(NameRule::MissingUnit, "latency_seconds")
    );
}

#[test]
fn slips_are_found_and_differences_are_none() {
    let series = |names: &[&str]| names.iter().map(|n| gauge(n)).collect::<String>();
    let typos = |text: &str| -> Vec<(String, Option<String>)> {
        lint(text).into_iter().filter(|f| f.1 == NameRule::Typo).map(|f| (f.0, f.2)).collect()
    };
    for pair in [
        ["queue_lenght", "queue_length"],
        ["requests_in_flight", "reqests_in_flight"],
        ["cache_entries", "cache_entrries"],
        ["statusCode", "status_code"],
        ["memory_used", "memoryused"],
    ] {
        assert_eq!(typos(&series(&pair)).len(), 1, "{pair:?}");
    }
    for names in [
        &["load1", "load5", "load15"][..],
        &["rxpck", "txpck"],
        &["read_bytes", "written_bytes"],
        &["disk_reads", "disk_writes"],
        &["jvm_gc_pause", "jvm_gc_phase_x"],
        &["p95_x", "p99_x"],
        &["cpu_user", "cpu_nice", "cpu_idle"],
    ] {
        assert_eq!(typos(&series(names)), [], "{names:?}");
    }
    // the rarer label is the slip
    let text = "a{service=\"x\"} 1 1767225600000\nb{service=\"x\"} 1 1767225600000\nc{servcie=\"x\"} 1 1767225600000\n";
    assert_eq!(typos(text), [("servcie".to_owned(), Some("service".to_owned()))]);
}

#[test]
fn many_names_take_little_time_and_fixed_names_are_left_alone() {
    let mut text = String::from("time");
    (0..5000).for_each(|i| text.push_str(&format!(",metric_number_{i}_of_{}", i * 7919 % 5003)));
    text.push_str("\n0");
    (0..5000).for_each(|_| text.push_str(",1"));
    text.push('\n');
    let options = LoadOptions { kind: Some(Kind::Gauge), ..LoadOptions::default() };
    let data = load_bytes("wide.csv", text.as_bytes(), &options, &Progress::new()).unwrap();
    assert_eq!(data.items.len(), 5000);
    assert_eq!(lint_names(&data), []);
    let vmstat = "procs -----------memory----------\n r  b   swpd   free\n 1  0      0 123\n 2  0      0 124\n";
    assert_eq!(lint(vmstat), []);
}
