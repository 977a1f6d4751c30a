//! What Prometheus says and writes.

use sre_stats::load::Format;

use crate::run::run;
use crate::target::{recorded, target, texts};

pub(crate) const JSON: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "[[[[[[[[",
    "{\"a\":",
    "\"status\":\"success\"",
    "\"data\":",
    "\"resultType\":\"matrix\"",
    "\"result\":[",
    "\"metric\":{",
    "\"values\":[[",
    "\"value\":[0,\"1\"]",
    "\"histogram\":[1767225600,{\"count\":\"3\",\"sum\":\"1\",\"buckets\":[[0,\"0.5\",\"1\",\"3\"]]}]",
    "\"NaN\"",
    "\"+Inf\"",
    "null",
    "true",
    "-0",
    "1e999",
    "\\ud800",
    "\\u0000",
    "\"__name__\":",
    "\"le\":\"+Inf\"",
    "\"warnings\":[\"w\"]",
    "\"error\":\"e\"",
    "\"infos\":[]",
];

#[test]
fn prometheus_json() {
    let mut seeds = vec![
        recorded("shop_requests_now.json", usize::MAX),
        recorded("node_load1.json", usize::MAX),
        recorded("shop_requests_samples.json", usize::MAX),
    ];
    seeds.extend(texts(&[
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{\"__name__\":\"h\"},\"histograms\":[[1767225600,{\"count\":\"3\",\"sum\":\"1.5\",\"buckets\":[[0,\"0.5\",\"1\",\"3\"]]}],[1767225660,{\"count\":\"5\",\"sum\":\"2.5\",\"buckets\":[[0,\"0.5\",\"1\",\"5\"]]}]]}]},\"warnings\":[\"w\"]}",
        "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1767225600.5,\"2\"]}}",
        "{\n \"data\": {\"resultType\": \"vector\", \"result\": [{\"metric\": {\"a\": \"b\"}, \"value\": [1767225600, \"NaN\"]}, {\"metric\": {}, \"value\": [1767225600, \"7\"]}]}\n}",
    ]));
    run(&target("prometheus-json", Format::PrometheusJson, seeds, JSON));
}

#[test]
fn exposition() {
    let mut seeds = vec![recorded("shop_metrics.prom", usize::MAX)];
    seeds.extend(texts(&[
        "# HELP rpc_seconds \"a\\nb\"\n# TYPE rpc_seconds histogram\n# UNIT rpc_seconds seconds\nrpc_seconds_bucket{le=\"0.5\"} 1 # {trace_id=\"x\"} 0.3 1.5\nrpc_seconds_bucket{le=\"+Inf\"} 2\nrpc_seconds_count 2\nrpc_seconds_sum 1.5\nrpc_seconds_created 1767225600\n# EOF\n",
        "# TYPE q summary\nq{quantile=\"0.5\"} 1 1767225600000\nq{quantile=\"0.99\"} 7 1767225600000\nq_sum 8\nq_count 2\n",
        "up{job=\"a \\\"b\\\" \\\\\"} 1 1767225600000\nup{job=\"c\"} NaN 1767225615000\nx_total +Inf\n",
    ]));
    let tokens = &[
        "# TYPE a histogram\n",
        "# TYPE a counter\n",
        "# UNIT a seconds\n",
        "# HELP a b\n",
        "# EOF\n",
        "{",
        "}",
        "le=\"0.1\"",
        "le=\"NaN\"",
        "quantile=\"2\"",
        "_bucket",
        "_total",
        "_sum",
        "_count",
        "_created",
        " # {trace_id=\"a\"} 1 2",
        "\\\"",
        "a=\"b\",",
        "NaN",
        "+Inf",
        "1e400",
        "# TYPE a gaugehistogram\n",
        "# TYPE a stateset\n",
        "# TYPE a info\n",
    ];
    run(&target("exposition", Format::Exposition, seeds, tokens));
}

#[test]
fn tsdb_dump() {
    let seeds = vec![recorded("promtool/dump.txt", usize::MAX)];
    let tokens = &[
        "{__name__=\"a\"}",
        " 1 1767225600000\n",
        "\\\"",
        "NaN",
        "{count:2, sum:1, [0.5,1]:2}",
        "{",
        "}",
        "=",
        "\"\"",
    ];
    run(&target("tsdb-dump", Format::TsdbDump, seeds, tokens));
}
