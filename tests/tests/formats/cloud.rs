//! Downloads of cloud providers.

use sre_stats::load::{Format, Kind, WarningKind};
use sre_stats::time::Span;
use sre_stats::unit::Unit;

use super::{at, find, has, number, read, sorted, text};

#[test]
fn cloudwatchs_answers_are_statistics_of_periods() {
    let data = read("cloud/get-metric-data.json");
    let average = find(&data, "Latency Average");
    let answer: serde_json::Value = serde_json::from_str(&text("cloud/get-metric-data.json")).unwrap();
    let mut want: Vec<(i64, f64)> = answer["MetricDataResults"][0]["Timestamps"]
        .as_array()
        .unwrap()
        .iter()
        .zip(answer["MetricDataResults"][0]["Values"].as_array().unwrap())
        .map(|(t, v)| (t.as_i64().unwrap() * 1_000_000_000, v.as_f64().unwrap()))
        .collect();
    want.sort_by_key(|w| w.0);
    let found: Vec<(i64, f64)> = average.times().iter().copied().zip(average.values().iter().copied()).collect();
    assert_eq!((found, average.kind, average.format), (want, Kind::Gauge, Format::CloudWatchJson));
    // newest first is how it answers, and no fault
    assert!(!has(&data, WarningKind::OutOfOrder));
    let data = read("cloud/get-metric-statistics.json");
    let of = |statistic: &str| find(&data, &format!("Latency{{statistic=\"{statistic}\"}}"));
    assert_eq!((of("Average").identity.unit.clone(), of("Average").values()[0]), (Unit::Millisecond, 30.5));
    assert_eq!((of("SampleCount").kind, &of("SampleCount").identity.unit), (Kind::Delta, &Unit::Count));
    for ((sum, count), average) in of("Sum").values().iter().zip(of("SampleCount").values()).zip(of("Average").values())
    {
        assert_eq!(sum / count, *average);
    }
}

#[test]
fn googles_distributions_are_histograms() {
    let data = read("cloud/google-time-series.json");
    let truth: serde_json::Value = serde_json::from_str(&text("cloud/google-truth.json")).unwrap();
    let reals =
        |key: &str| -> Vec<f64> { truth[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect() };
    let one = |name: &str| {
        let found = data.find(name);
        assert_eq!(found.len(), 1, "{name}");
        found[0]
    };
    let gauge = one("kubernetes.io/container/cpu/limit_utilization");
    assert_eq!((gauge.kind, &gauge.identity.unit, gauge.values()), (Kind::Gauge, &Unit::Ratio, &reals("gauge")[..]));
    assert_eq!(gauge.identity.labels.get("pod"), Some("cart-1"));
    assert_eq!(gauge.times()[0], at("2026-01-01T00:01:00Z"));
    let total = one("custom.googleapis.com/requests");
    assert_eq!((total.kind, total.values()), (Kind::Counter, &reals("total")[..]));
    let delta = one("logging.googleapis.com/log_entry_count");
    assert_eq!((delta.kind, delta.values()), (Kind::Delta, &reals("delta")[..]));
    let latency = one("custom.googleapis.com/latency");
    assert_eq!((latency.kind, &latency.identity.unit), (Kind::Histogram, &Unit::Millisecond));
    let histograms = latency.as_histograms().unwrap();
    for ((window, sketch), counts) in histograms.windows().iter().zip(truth["buckets"].as_array().unwrap()) {
        let sre_stats::histogram::AnySketch::Explicit(h) = sketch else { panic!() };
        let want: Vec<u64> = counts.as_array().unwrap().iter().map(|c| c.as_u64().unwrap()).collect();
        assert_eq!((h.counts(), window.width), (&want[..], Span::MINUTE));
    }
    assert!(!has(&data, WarningKind::OutOfOrder) && !has(&data, WarningKind::Reset));
    let csv = read("cloud/google-metrics-explorer.csv");
    let cart = find(&csv, "value{project_id=\"shop\", route=\"/cart\"}");
    assert_eq!((cart.format, cart.values()), (Format::GcpCsv, &[0.0, 0.25, 0.5, 0.75, 1.0, 1.25][..]));
    assert_eq!(find(&csv, "value{project_id=\"shop\", route=\"/home\"}").values(), [7.0, 6.0, 4.0, 3.0, 2.0]);
}

#[test]
fn datadog_and_new_relic_have_their_labels_and_units() {
    let data = read("cloud/datadog-query.json");
    let second = find(&data, "system.net.bytes_rcvd{host=\"web-2\"}");
    assert_eq!(second.identity.unit, Unit::PerSecond(Box::new(Unit::Byte)));
    // the third point is null, which is not 0
    assert_eq!((second.values(), second.format), (&[0.0, 250.0, 750.0, 1000.0, 1250.0][..], Format::DatadogJson));
    assert_eq!(second.times()[2], at("2026-01-01T00:03:00Z"));
    assert!(has(&data, WarningKind::Blank));
    let data = read("cloud/newrelic-nrql.json");
    let count = find(&data, "count{appName=\"cart\"}");
    assert_eq!((count.kind, count.values()), (Kind::Delta, &[100.0, 101.0, 102.0, 103.0][..]));
    let p99 = find(&data, "percentile.duration{appName=\"home\", percentile=\"99\"}");
    assert_eq!(p99.values(), [0.75, 2.75, 3.75]);
    assert!(has(&data, WarningKind::Summary) && has(&data, WarningKind::Blank));
    let events = read("cloud/newrelic-events.json");
    assert!(events.items.iter().all(|i| i.kind == Kind::Events && i.format == Format::NewRelicJson));
    let values = events.items.iter().flat_map(|i| i.values().to_vec()).collect();
    assert_eq!(sorted(values), (1..=12).map(|i| number(&format!("0.{i:02}"))).collect::<Vec<_>>());
}
