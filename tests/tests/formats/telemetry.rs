//! Dumps of Prometheus, exports of OpenTelemetry.

use sre_stats::histogram::{Layout, Sketch};
use sre_stats::load::{Dataset, Format, Kind, LoadOptions, WarningKind, load_bytes};
use sre_stats::progress::Progress;
use sre_stats::unit::Unit;

use super::{find, read, recorded, text};

#[test]
fn a_dump_of_prometheus_is_what_its_api_said() {
    let data = read("promtool/dump.txt");
    let item = data
        .find("prometheus_http_requests_total")
        .into_iter()
        .find(|i| i.identity.labels.get("handler") == Some("/metrics"))
        .unwrap();
    // the answer to a range selector at the same time
    let times = [509, 1509, 2509, 3509, 4509, 5509, 6509, 7509].map(|ms| (1_795_615_123_000 + ms) * 1_000_000);
    assert_eq!((item.kind, item.format), (Kind::Counter, Format::TsdbDump));
    assert_eq!((item.times(), item.values()), (&times[..], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0][..]));
}

#[test]
fn opentelemetrys_points_are_what_was_recorded() {
    let data = read("otlp/metrics.jsonl");
    let truth: serde_json::Value = serde_json::from_str(&text("otlp/truth.json")).unwrap();
    let rounds: Vec<Vec<(String, f64, f64)>> = serde_json::from_value(truth["rounds"].clone()).unwrap();
    let labels = |route: &str, delta: bool| {
        let tail = if delta { ", temporality=\"delta\"" } else { "" };
        format!("{{http.route=\"{route}\", service.name=\"checkout\"{tail}}}")
    };
    for route in ["/cart", "/home"] {
        let of = |round: &Vec<(String, f64, f64)>| round.iter().filter(|r| r.0 == route).count() as f64;
        let counts: Vec<f64> = rounds.iter().map(of).collect();
        let mut sums = counts.clone();
        for i in 1..sums.len() {
            sums[i] += sums[i - 1];
        }
        let counter = find(&data, &format!("http.server.requests{}", labels(route, false)));
        assert_eq!((counter.kind, counter.values()), (Kind::Counter, &sums[..]));
        let delta = find(&data, &format!("http.server.requests{}", labels(route, true)));
        assert_eq!((delta.kind, delta.values()), (Kind::Delta, &counts[..]));
        for temporality in [true, false] {
            let item = find(&data, &format!("http.server.request.duration{}", labels(route, temporality)));
            let histograms = item.as_histograms().unwrap();
            assert_eq!((histograms.counts(), &item.identity.unit), (&counts[..], &Unit::Second));
            for ((_, sketch), round) in histograms.windows().iter().zip(&rounds) {
                let sre_stats::histogram::AnySketch::Explicit(h) = sketch else { panic!() };
                let edges = [0.01, 0.05, 0.1, 0.5, 1.0];
                let mut want = [0_u64; 6];
                for value in round.iter().filter(|r| r.0 == route).map(|r| r.1) {
                    want[edges.iter().position(|e| value <= *e).unwrap_or(5)] += 1;
                }
                assert_eq!(h.counts(), want);
            }
            let item = find(&data, &format!("payload.size{}", labels(route, temporality)));
            let histograms = item.as_histograms().unwrap();
            assert_eq!((histograms.counts(), &item.identity.unit), (&counts[..], &Unit::Byte));
            for ((_, sketch), round) in histograms.windows().iter().zip(&rounds) {
                let sre_stats::histogram::AnySketch::Exponential(h) = sketch else { panic!() };
                for bin in h.bins() {
                    let inside = round.iter().filter(|r| r.0 == route && bin.lower < r.2 && r.2 <= bin.upper).count();
                    assert_eq!(bin.count, inside as u64, "{bin:?}");
                }
            }
        }
    }
    let threads = find(&data, "process.threads{service.name=\"checkout\"}");
    // both readers tell it, now and then at the same millisecond
    let mut told = threads.values().to_vec();
    told.dedup();
    assert_eq!(told, [7.0, 8.0, 9.0, 10.0]);
}

/// The same messages in three framings, and in Google's own JSON mapping of them.
#[test]
fn opentelemetrys_protobuf_says_what_its_json_says() {
    let json = read("otlp/protobuf.jsonl");
    for name in ["otlp/request.pb", "otlp/delimited.pb", "otlp/collector.pb"] {
        let data = read(name);
        assert!(data.items.iter().all(|i| i.format == Format::OtlpProtobuf), "{name}");
        let story = |d: &Dataset| d.report.warnings.iter().map(|w| (w.kind, w.message.clone())).collect::<Vec<_>>();
        assert_eq!((story(&data), data.report.rows), (story(&json), json.report.rows), "{name}");
        let told = |d: &Dataset| -> Vec<_> {
            d.items.iter().map(|i| (i.identity.clone(), i.kind, i.data.clone(), i.dropped())).collect()
        };
        assert_eq!(told(&data), told(&json), "{name}");
    }
}

#[test]
fn opentelemetrys_protobuf_holds_what_was_put_in() {
    let data = read("otlp/delimited.pb");
    let truth: serde_json::Value = serde_json::from_str(&text("otlp/truth-protobuf.json")).unwrap();
    let rounds = truth["rounds"].as_array().unwrap();
    let of = |key: &str| -> Vec<f64> { rounds.iter().map(|r| r[key].as_f64().unwrap()).collect() };
    let total = find(&data, "http.server.requests{http.route=\"/cart\", service.name=\"checkout\"}");
    assert_eq!((total.kind, total.values(), &total.identity.unit), (Kind::Counter, &of("total")[..], &Unit::Count));
    let delta = find(&data, "http.server.bytes{service.name=\"checkout\", temporality=\"delta\"}");
    assert_eq!((delta.kind, &delta.identity.unit), (Kind::Delta, &Unit::Byte));
    assert_eq!(delta.values(), [1000.5, 1001.5, 1002.5, 1003.5]);
    let threads = find(&data, "process.threads{cold=\"true\", ratio=\"0.5\", service.name=\"checkout\"}");
    assert_eq!(threads.values(), [-3.0, -2.0, -1.0, 0.0]);
    let explicit = find(&data, "http.server.request.duration{service.name=\"checkout\"}").as_histograms().unwrap();
    for ((window, sketch), round) in explicit.windows().iter().zip(rounds) {
        let sre_stats::histogram::AnySketch::Explicit(h) = sketch else { panic!() };
        let counts: Vec<u64> = round["counts"].as_array().unwrap().iter().map(|c| c.as_u64().unwrap()).collect();
        assert_eq!((h.counts(), window.end().0), (&counts[..], round["time"].as_i64().unwrap()));
    }
    let sizes = find(&data, "payload.size{service.name=\"checkout\", temporality=\"delta\"}").as_histograms().unwrap();
    for ((_, sketch), round) in sizes.windows().iter().zip(rounds) {
        let sre_stats::histogram::AnySketch::Exponential(h) = sketch else { panic!() };
        // scale 1 and offset 4: buckets (4, 4√2], (4√2, 8], (8, 8√2]; one more for what is 0
        let counts: u64 = round["exponential"].as_array().unwrap().iter().map(|c| c.as_u64().unwrap()).sum();
        assert_eq!(h.count(), counts + round["zero"].as_u64().unwrap());
        let last = h.bins().last().copied().unwrap();
        assert!((last.lower - 8.0).abs() < 1e-12 && last.count == round["exponential"][2].as_u64().unwrap());
    }
    assert_eq!(
        find(&data, "rpc.latency{quantile=\"0.5\", service.name=\"checkout\"}").values(),
        [11.0, 12.0, 13.0, 14.0]
    );
    assert_eq!(find(&data, "rpc.latency_count{service.name=\"checkout\"}").kind, Kind::Counter);
    // a point in each round says that it holds none
    assert_eq!(data.report.warnings.iter().find(|w| w.kind == WarningKind::Blank).unwrap().count, 4);
}

#[test]
fn a_cut_or_bent_export_keeps_what_is_whole() {
    for name in ["otlp/delimited.pb", "otlp/collector.pb"] {
        let bytes = std::fs::read(recorded(name)).unwrap();
        let whole = read(name).report.rows;
        let data = load_bytes("cut", &bytes[..bytes.len() - 5], &LoadOptions::default(), &Progress::new()).unwrap();
        assert_eq!(data.report.rows * 4, whole * 3, "{name}");
        let warning = data.report.warnings.iter().find(|w| w.kind == WarningKind::Truncated).unwrap();
        let byte = warning.position.byte.unwrap() as usize;
        assert!(byte > bytes.len() / 2 && byte < bytes.len() - 5, "{byte}");
    }
}
