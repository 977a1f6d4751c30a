//! OpenTelemetry and the downloads of cloud providers.

use sre_stats::load::Format;

use crate::run::run;
use crate::target::{recorded, target, texts};

const OTLP: &[&str] = &[
    "\"resourceMetrics\":[",
    "\"gauge\":{\"dataPoints\":[",
    "\"sum\":{\"aggregationTemporality\":2,\"isMonotonic\":true,\"dataPoints\":[",
    "\"bucketCounts\":[\"1\",\"2\"]",
    "\"explicitBounds\":[1,0.5]",
    "\"scale\":-11",
    "\"scale\":20",
    "\"positive\":{\"offset\":2147483647,\"bucketCounts\":[\"1\"]}",
    "\"timeUnixNano\":\"18446744073709551615\"",
    "\"asInt\":\"-1\"",
    "\"asDouble\":\"NaN\"",
    "\"quantileValues\":[{\"quantile\":2,\"value\":1}]",
    "\"arrayValue\":{\"values\":[",
    "{",
    "}",
    "]",
];

#[test]
fn otlp_json() {
    let seeds = vec![recorded("otlp/metrics.jsonl", 3000), recorded("otlp/protobuf.jsonl", 3000)];
    run(&target("otlp-json", Format::OtlpJson, seeds, OTLP));
}

#[test]
fn otlp_protobuf() {
    let seeds =
        ["request.pb", "delimited.pb", "collector.pb"].map(|file| recorded(&format!("otlp/{file}"), usize::MAX));
    let tokens = &[
        "\x0a",
        "\x12",
        "\x1a\x7f",
        "\x0a\x00",
        "\x2a\x02\x0a\x00",
        "\x39",
        "\x41",
        "\x7f\x7f\x7f\x7f",
        "\x00\x00\x00\x01",
    ];
    run(&target("otlp-protobuf", Format::OtlpProtobuf, seeds.to_vec(), tokens));
}

const CLOUD: &[&str] = &[
    "\"MetricDataResults\":[",
    "\"Datapoints\":[",
    "\"Timestamps\":[",
    "\"Values\":[",
    "\"Timestamp\":\"2026-01-01T00:00:00Z\"",
    "\"Unit\":\"Seconds\"",
    "\"ExtendedStatistics\":{\"p99\":1}",
    "\"series\":[{\"pointlist\":[[1767225600000,1]]}]",
    "\"interval\":0",
    "\"timeSeries\":[",
    "\"metricKind\":\"DELTA\"",
    "\"distributionValue\":{\"count\":\"3\",\"bucketCounts\":[\"1\",\"2\"]}",
    "\"exponentialBuckets\":{\"numFiniteBuckets\":64,\"growthFactor\":2,\"scale\":1}",
    "\"linearBuckets\":{\"numFiniteBuckets\":2147483647,\"width\":1,\"offset\":0}",
    "\"explicitBuckets\":{\"bounds\":[0,1]}",
    "\"nrql\":{\"results\":[",
    "\"beginTimeSeconds\":1767225600",
    "\"percentile.duration\":{\"99\":1}",
    "{",
    "}",
    "[",
    "]",
    "null",
    "1e999",
    "TimeSeries ID,a\n",
    "label,b\n",
    "Id,m1\n",
    "Full label,",
];

/// A target of a provider's download.
fn cloud(name: &'static str, format: Format, files: &[&str]) {
    run(&target(
        name,
        format,
        files.iter().map(|file| recorded(&format!("cloud/{file}"), usize::MAX)).collect(),
        CLOUD,
    ));
}

#[test]
fn cloudwatch_json() {
    cloud("cloudwatch-json", Format::CloudWatchJson, &["get-metric-data.json", "get-metric-statistics.json"]);
}

#[test]
fn cloudwatch_csv() {
    let seeds = texts(&[
        "Full label,Errors,Latency p99\nLabel,Errors,Latency\nUnit,Count,Milliseconds\nRegion,eu-west-1,eu-west-1\n2026-01-01T00:00:00Z,1,0.5\nMon Mar 30 2026 13:00:00 GMT+0000 (Coordinated Universal Time),2,\n",
    ]);
    run(&target("cloudwatch-csv", Format::CloudWatchCsv, seeds, CLOUD));
}

#[test]
fn datadog_json() {
    cloud("datadog-json", Format::DatadogJson, &["datadog-query.json"]);
}

#[test]
fn gcp_json() {
    cloud("gcp-json", Format::GcpJson, &["google-time-series.json"]);
}

#[test]
fn gcp_csv() {
    cloud("gcp-csv", Format::GcpCsv, &["google-metrics-explorer.csv"]);
}

#[test]
fn newrelic_json() {
    cloud("newrelic-json", Format::NewRelicJson, &["newrelic-nrql.json", "newrelic-events.json"]);
}
