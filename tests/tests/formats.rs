//! Recordings of real programs, loaded, and held against what their text says when read by hand.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use sre_stats::ErrorKind;
use sre_stats::histogram::{Layout, Sketch};
use sre_stats::load::{Dataset, Format, Item, Kind, LoadOptions, WarningKind, load, load_bytes};
use sre_stats::progress::Progress;
use sre_stats::time::{Span, Timestamp};
use sre_stats::unit::Unit;

fn recorded(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("datasets/recorded").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(recorded(name)).unwrap()
}

fn read_with(name: &str, options: &LoadOptions) -> Dataset {
    load(&[recorded(name)], options, &Progress::new()).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn read(name: &str) -> Dataset {
    read_with(name, &LoadOptions::default())
}

fn one(data: &Dataset) -> &Item {
    let [item] = data.items.as_slice() else { panic!("{:?}", data.items.iter().map(Item::title).collect::<Vec<_>>()) };
    item
}

fn find<'a>(data: &'a Dataset, title: &str) -> &'a Item {
    let titles = || data.items.iter().map(Item::title).collect::<Vec<_>>();
    data.items.iter().find(|i| i.title() == title).unwrap_or_else(|| panic!("{title}: {:?}", titles()))
}

fn has(data: &Dataset, kind: WarningKind) -> bool {
    data.report.warnings.iter().any(|w| w.kind == kind)
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

fn number(word: &str) -> f64 {
    word.parse().unwrap_or_else(|_| panic!("{word}"))
}

fn at(time: &str) -> i64 {
    time.parse::<Timestamp>().unwrap().0
}

/// The words after the user agent and the status of each line of nginx's log.
fn nginx() -> Vec<(f64, u16)> {
    let line = |l: &str| {
        let words: Vec<&str> = l.split(' ').collect();
        (number(words.last().unwrap()), words[8].parse().unwrap())
    };
    text("nginx/timed.log").lines().map(line).collect()
}

#[test]
fn an_access_log_is_latencies_with_their_status() {
    let want = nginx();
    let data = read("nginx/timed.log");
    let item = one(&data);
    assert_eq!((item.format, item.kind, &item.identity.unit), (Format::AccessLog, Kind::Events, &Unit::Second));
    assert_eq!(sorted(item.values().to_vec()), sorted(want.iter().map(|w| w.0).collect()));
    let bad = item.as_events().unwrap().ok().unwrap().iter().filter(|ok| !**ok).count();
    assert_eq!(bad, want.iter().filter(|w| w.1 >= 500).count());
    assert!(bad > 0);
    // its first line is of 13:57:20
    assert_eq!(item.times()[0], at("2026-11-25T13:57:20Z"));
    // without a latency, what is left is whether it was good
    let plain = read("nginx/combined.log");
    let flags = one(&plain);
    assert_eq!((flags.identity.name.as_str(), flags.count()), ("status", want.len() as u64));
    assert_eq!(flags.values().iter().filter(|v| **v == 0.0).count(), bad);
    // a path splits it
    let options = LoadOptions { by: vec!["path".into()], ..LoadOptions::default() };
    let split = read_with("nginx/timed.log", &options);
    let counts: Vec<(String, u64)> = split.items.iter().map(|i| (i.title(), i.count())).collect();
    let lines = text("nginx/timed.log");
    let of = |path: &str| lines.lines().filter(|l| l.contains(&format!("GET {path}"))).count() as u64;
    assert_eq!(
        counts,
        [
            ("request_time{path=\"/cart\"}".to_owned(), of("/cart")),
            ("request_time{path=\"/home\"}".to_owned(), of("/home"))
        ]
    );
}

#[test]
fn the_log_of_the_recorded_shop_has_its_request_time() {
    let data = read("access.log");
    let item = one(&data);
    let want: Vec<f64> = text("access.log").lines().map(|l| number(l.split(' ').rev().nth(1).unwrap())).collect();
    assert_eq!((item.identity.name.as_str(), item.format), ("request_time", Format::AccessLog));
    assert_eq!(sorted(item.values().to_vec()), sorted(want));
}

#[test]
fn json_and_logfmt_say_what_the_access_log_says() {
    let want = sorted(nginx().iter().map(|w| w.0).collect());
    let json = read("nginx/json.log");
    let latencies: Vec<&Item> = json.items.iter().filter(|i| i.identity.name == "request_time").collect();
    assert_eq!(json.items.len(), latencies.len(), "{:?}", json.report.understood);
    let values = latencies.iter().flat_map(|i| i.values().to_vec()).collect();
    assert_eq!((latencies[0].format, latencies[0].kind), (Format::JsonLines, Kind::Events));
    assert_eq!(sorted(values), want);
    let logfmt = read("nginx/logfmt.log");
    let values = logfmt.items.iter().flat_map(|i| i.values().to_vec()).collect();
    assert_eq!(sorted(values), want);
    assert!(logfmt.items.iter().all(|i| i.identity.unit == Unit::Second && i.format == Format::Logfmt));
    let bad: usize =
        logfmt.items.iter().map(|i| i.as_events().unwrap().ok().unwrap().iter().filter(|k| !**k).count()).sum();
    assert_eq!(bad, nginx().iter().filter(|w| w.1 >= 500).count());
}

#[test]
fn lines_after_a_ulid_have_its_time() {
    let data = read("ulid/service.log");
    let item = one(&data);
    let truth: serde_json::Value = serde_json::from_str(&text("ulid/truth.json")).unwrap();
    let truth = truth.as_array().unwrap();
    assert_eq!((item.format, item.kind), (Format::UlidLog, Kind::Events));
    let times: Vec<i64> = truth.iter().map(|t| t["ms"].as_i64().unwrap() * 1_000_000).collect();
    assert_eq!(item.times(), times);
    let values: Vec<f64> = truth.iter().map(|t| t["latency_ms"].as_f64().unwrap()).collect();
    assert_eq!((item.values(), &item.identity.unit), (&values[..], &Unit::Millisecond));
    let ok: Vec<bool> = truth.iter().map(|t| t["status"].as_u64().unwrap() < 500).collect();
    assert_eq!(item.as_events().unwrap().ok().unwrap(), ok);
}

#[test]
fn hey_and_ab_give_every_request() {
    let data = read("hey/hey.csv");
    let item = one(&data);
    let column = |i: usize| -> Vec<f64> {
        text("hey/hey.csv").lines().skip(1).map(|l| number(l.split(',').nth(i).unwrap())).collect()
    };
    assert_eq!((item.format, &item.identity.unit), (Format::Hey, &Unit::Second));
    assert_eq!(sorted(item.values().to_vec()), sorted(column(0)));
    let bad = item.as_events().unwrap().ok().unwrap().iter().filter(|k| !**k).count();
    assert_eq!(bad, column(6).iter().filter(|s| **s >= 500.0).count());
    assert!(has(&data, WarningKind::CoordinatedOmission));

    let data = read("ab/gnuplot.tsv");
    let item = one(&data);
    let column = |i: usize| -> Vec<f64> {
        text("ab/gnuplot.tsv").lines().skip(1).map(|l| number(l.split('\t').nth(i).unwrap())).collect()
    };
    assert_eq!((item.format, item.kind, &item.identity.unit), (Format::Ab, Kind::Events, &Unit::Millisecond));
    assert_eq!(sorted(item.values().to_vec()), sorted(column(4)));
    assert_eq!(item.times()[0], column(1).iter().fold(f64::INFINITY, |a, b| a.min(*b)) as i64 * 1_000_000_000);
    assert!(has(&data, WarningKind::CoordinatedOmission) && has(&data, WarningKind::OutOfOrder));
}

#[test]
fn jmeter_splits_by_label_and_knows_success() {
    let data = read("jmeter/results.jtl");
    let titles: Vec<String> = data.items.iter().map(Item::title).collect();
    assert_eq!(titles, ["elapsed{label=\"cart\"}", "elapsed{label=\"home, page\"}"]);
    let lines = text("jmeter/results.jtl");
    // the label with a comma is in quotes, so its lines have one field more when split at commas
    let carts: Vec<Vec<&str>> =
        lines.lines().skip(1).filter(|l| l.contains(",cart,")).map(|l| l.split(',').collect()).collect();
    let cart = &data.items[0];
    assert_eq!(sorted(cart.values().to_vec()), sorted(carts.iter().map(|c| number(c[1])).collect()));
    assert!(cart.as_events().unwrap().ok().unwrap().iter().all(|ok| !ok) && carts.iter().all(|c| c[7] == "false"));
    assert!(data.items[1].as_events().unwrap().ok().unwrap().iter().all(|ok| *ok));
    let earliest = carts.iter().map(|c| c[0].parse::<i64>().unwrap()).min().unwrap();
    assert_eq!((cart.times()[0], &cart.identity.unit), (earliest * 1_000_000, &Unit::Millisecond));
    assert!(has(&data, WarningKind::CoordinatedOmission));
}

#[test]
fn locusts_history_is_counters_and_gauges() {
    let data = read("locust/stats_history.csv");
    let text = text("locust/stats_history.csv");
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|l| l.split(',').collect()).collect();
    let home: Vec<&Vec<&str>> = rows.iter().filter(|r| r[3] == "/home").collect();
    let total = find(&data, "Total Request Count{Name=\"/home\", Type=\"GET\"}");
    assert_eq!(total.values(), home.iter().map(|r| number(r[17])).collect::<Vec<_>>());
    assert_eq!((total.format, total.times()[0]), (Format::Locust, home[0][0].parse::<i64>().unwrap() * 1_000_000_000));
    assert!(has(&data, WarningKind::Summary));
}

#[test]
fn closing_reports_are_percentiles_that_say_what_they_are() {
    let value = |data: &Dataset, title: &str| find(data, title).values()[0];
    let wrk = read("wrk/wrk.txt");
    // “99%   67.96ms”, “249 requests in 3.00s”, “Non-2xx or 3xx responses: 11”
    assert_eq!(value(&wrk, "latency{percentile=\"p99\"}"), 0.06796);
    assert_eq!(find(&wrk, "latency{percentile=\"p99\"}").identity.unit, Unit::Second);
    assert_eq!((value(&wrk, "requests"), value(&wrk, "errors{reason=\"status\"}")), (249.0, 11.0));
    let ab = read("ab/ab.txt");
    assert_eq!((value(&ab, "latency{percentile=\"p99\"}"), value(&ab, "requests")), (23.0, 300.0));
    let percentiles = read("ab/percentiles.csv");
    let line = text("ab/percentiles.csv").lines().nth(51).unwrap().to_owned();
    assert!(line.starts_with("50,"));
    assert_eq!(value(&percentiles, "latency{percentile=\"p50\"}"), number(line.split(',').nth(1).unwrap()));
    let hey = read("hey/hey.txt");
    assert_eq!((value(&hey, "latency{percentile=\"p95\"}"), value(&hey, "requests{status=\"503\"}")), (0.0599, 2.0));
    let locust = read("locust/stats.csv");
    let row = text("locust/stats.csv").lines().find(|l| l.contains("/cart")).unwrap().to_owned();
    let cart = |extra: &str| format!("latency{{path=\"/cart\", {extra}, type=\"GET\"}}");
    assert_eq!(value(&locust, &cart("percentile=\"p99.9\"")), number(row.split(',').nth(19).unwrap()));
    assert_eq!(value(&locust, "requests{path=\"/cart\", type=\"GET\"}"), number(row.split(',').nth(2).unwrap()));
    for data in [&wrk, &ab, &percentiles, &hey, &locust] {
        for kind in [WarningKind::Summary, WarningKind::CoordinatedOmission, WarningKind::NoTime] {
            assert!(has(data, kind), "{kind}");
        }
        assert!(data.items.iter().all(|i| i.format == Format::Summary));
    }
}

#[test]
fn sysstat_says_the_same_in_each_of_its_formats() {
    let data = read("sysstat/sadf.csv");
    let user = find(&data, "%nice{cpu=\"all\", host=\"vm\"}");
    let rows = text("sysstat/sadf.csv");
    let rows: Vec<Vec<&str>> = rows.lines().skip(1).map(|l| l.split(';').collect()).collect();
    assert_eq!(user.values(), rows.iter().map(|r| number(r[5])).collect::<Vec<_>>());
    assert_eq!((user.times()[0], &user.identity.unit), (at("2026-11-25T13:58:04Z"), &Unit::Percent));
    assert_eq!(user.step(), Some(Span::SECOND));
    let sar = read("sysstat/sar.txt");
    let same = find(&sar, "%nice{cpu=\"all\", host=\"vm\"}");
    assert_eq!((same.times(), same.values()), (user.times(), user.values()));
    let cpus = read("sysstat/sadf-cpu.csv");
    assert_eq!(cpus.find("%idle").len(), 3);
    let more = read("sysstat/sar-qr.txt");
    // the load of the first line of its second part
    assert_eq!(find(&more, "ldavg-1{host=\"vm\"}").values()[0], 3.48);
    assert_eq!(find(&more, "kbmemfree{host=\"vm\"}").values().len(), 6);

    let iostat = read("sysstat/iostat.txt");
    let busy = find(&iostat, "tps{device=\"vda\", host=\"vm\"}");
    let lines = text("sysstat/iostat.txt");
    let tps: Vec<f64> =
        lines.lines().filter(|l| l.starts_with("vda")).map(|l| number(l.split_whitespace().nth(1).unwrap())).collect();
    // the first report is the average since the machine started
    assert_eq!(busy.values(), &tps[1..]);
    assert_eq!(busy.times()[0], at("2026-11-25T13:58:06Z"));
    assert!(has(&iostat, WarningKind::Skipped));
    assert_eq!(read("sysstat/iostat-x.txt").find("%util").len(), 1);
}

#[test]
fn vmstat_has_times_with_t_and_steps_without() {
    let data = read("procps/vmstat-t.txt");
    let free = find(&data, "free");
    let lines = text("procps/vmstat-t.txt");
    let column: Vec<f64> = lines.lines().skip(2).map(|l| number(l.split_whitespace().nth(3).unwrap())).collect();
    assert_eq!(free.values(), &column[1..]);
    assert_eq!(free.times()[0], at("2026-11-25T13:58:09Z"));
    let options = LoadOptions { step: Some(Span::from_secs(5)), from: Some(Timestamp(0)), ..LoadOptions::default() };
    let data = read_with("procps/vmstat.txt", &options);
    assert_eq!(find(&data, "us").times()[..2], [0, 5_000_000_000]);
    assert!(has(&data, WarningKind::NoTime) && has(&data, WarningKind::Skipped));
}

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

#[cfg(unix)]
#[test]
fn a_table_of_sqlite_is_its_csv() {
    let data = read("sqlite/requests.db");
    let csv = text("requests.csv").lines().take(241).collect::<Vec<_>>().join("\n") + "\n";
    let want = load_bytes("requests.csv", csv.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let told =
        |d: &Dataset| -> Vec<_> { d.items.iter().map(|i| (i.identity.clone(), i.kind, i.data.clone())).collect() };
    assert_eq!(told(&data), told(&want));
    assert!(data.items.iter().all(|i| i.format == Format::Sqlite) && data.report.warnings.is_empty());
    // as a stream, and within gzip
    let bytes = std::fs::read(recorded("sqlite/requests.db")).unwrap();
    assert_eq!(load_bytes("-", &bytes, &LoadOptions::default(), &Progress::new()).unwrap().items, data.items);
    // a page that is not there: what came before it is kept
    let cut = load_bytes("cut.db", &bytes[..bytes.len() / 2], &LoadOptions::default(), &Progress::new());
    match cut {
        Ok(data) => assert!(has(&data, WarningKind::Truncated) && data.report.rows < 240),
        Err(e) => assert!(e.to_string().starts_with("cut.db"), "{e}"),
    }
}

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

#[test]
fn snapshots_of_proc_are_counters_and_gauges() {
    let data = read("proc/snapshots.txt");
    let all = text("proc/snapshots.txt");
    let field = |start: &str, i: usize| -> Vec<f64> {
        all.lines().filter(|l| l.starts_with(start)).map(|l| number(l.split_whitespace().nth(i).unwrap())).collect()
    };
    let idle = find(&data, "cpu_seconds_total{cpu=\"0\", mode=\"idle\"}");
    let want: Vec<f64> = field("cpu0 ", 4).iter().map(|t| t / 100.0).collect();
    assert_eq!((idle.kind, idle.format, &idle.identity.unit), (Kind::Counter, Format::ProcSnapshots, &Unit::Second));
    assert!(idle.values().iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-6) && want.len() == 4);
    let switches = find(&data, "context_switches_total");
    assert_eq!((switches.kind, switches.values()), (Kind::Counter, &field("ctxt ", 1)[..]));
    let free = find(&data, "memory_MemFree_bytes");
    let want: Vec<f64> = field("MemFree:", 1).iter().map(|kb| kb * 1024.0).collect();
    assert_eq!((free.kind, free.values(), &free.identity.unit), (Kind::Gauge, &want[..], &Unit::Byte));
    let load: Vec<f64> = all
        .lines()
        .filter(|l| l.split_whitespace().count() == 5 && l.contains('/') && !l.starts_with('='))
        .map(|l| number(l.split_whitespace().next().unwrap()))
        .collect();
    assert_eq!(find(&data, "load1").values(), load);
    let vda: Vec<f64> = all
        .lines()
        .map(|l| l.split_whitespace().collect::<Vec<_>>())
        .filter(|w| w.get(2) == Some(&"vda"))
        .map(|w| number(w[5]) * 512.0)
        .collect();
    assert_eq!(find(&data, "disk_read_bytes_total{device=\"vda\"}").values(), vda);
    let eth0: Vec<f64> = all
        .lines()
        .filter(|l| l.trim_start().starts_with("eth0:"))
        .map(|l| number(l.split_whitespace().nth(9).unwrap()))
        .collect();
    assert_eq!(find(&data, "network_transmit_bytes_total{device=\"eth0\"}").values(), eth0);
    let first = all.lines().next().unwrap();
    assert_eq!(switches.times()[0], at(first));
    assert!(data.report.warnings.is_empty(), "{:?}", data.report.warnings);
    // half a line at the end is no number
    let cut = all.trim_end().rsplit_once(' ').unwrap().0;
    let data = load_bytes("cut", cut.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    assert!(has(&data, WarningKind::Truncated) && find(&data, "load1").values().len() == 3);
}

#[test]
fn sadf_says_in_json_what_was_recorded() {
    let data = read("sysstat/sadf.json");
    let json: serde_json::Value = serde_json::from_str(&text("sysstat/sadf.json")).unwrap();
    let reports = json["sysstat"]["hosts"][0]["statistics"].as_array().unwrap();
    let user: Vec<f64> = reports.iter().map(|r| r["cpu-load"][1]["user"].as_f64().unwrap()).collect();
    let item = find(&data, "cpu-load.user{cpu=\"0\", host=\"vm\"}");
    assert_eq!((item.values(), item.format, &item.identity.unit), (&user[..], Format::SadfJson, &Unit::Percent));
    let first = &reports[0]["timestamp"];
    let time = format!("{}T{}Z", first["date"].as_str().unwrap(), first["time"].as_str().unwrap());
    assert_eq!(item.times()[0], at(&time));
    let received: Vec<f64> = reports.iter().map(|r| r["network"]["net-dev"][0]["rxpck"].as_f64().unwrap()).collect();
    assert_eq!(find(&data, "network.net-dev.rxpck{host=\"vm\", iface=\"lo\"}").values(), received);
    let text = text("sysstat/sadf.json");
    let cut = &text[..text.len() * 2 / 3];
    let data = load_bytes("cut", cut.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let warning = data.report.warnings.iter().find(|w| w.kind == WarningKind::Truncated).unwrap();
    assert_eq!(warning.position.line, Some(cut.matches('\n').count() as u64 + 1));
    let kept = find(&data, "cpu-load.user{cpu=\"0\", host=\"vm\"}").values().len();
    assert!(kept > 0 && kept < user.len());
}

/// What k6 wrote in its two formats in one run, and what its own lines say.
#[test]
fn k6_says_the_same_in_both_of_its_formats() {
    let json = read("k6/results.json");
    let csv = read("k6/results.csv");
    let lines: Vec<serde_json::Value> =
        text("k6/results.json").lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let points = |metric: &str| -> Vec<f64> {
        let of = |l: &&serde_json::Value| l["type"] == "Point" && l["metric"] == metric;
        lines.iter().filter(of).map(|l| l["data"]["value"].as_f64().unwrap()).collect()
    };
    for (metric, unit) in [
        ("http_req_duration", Unit::Millisecond),
        ("reply_size", Unit::None),
        ("iteration_duration", Unit::Millisecond),
    ] {
        let of = |data: &Dataset| sorted(data.find(metric).iter().flat_map(|i| i.values().to_vec()).collect());
        let want = sorted(points(metric));
        assert!(want.len() > 5 && of(&json) == want, "{metric}");
        // the text has six places after the point
        assert!(
            of(&csv).iter().zip(&want).all(|(a, b)| (a - b).abs() < 1e-6) && of(&csv).len() == want.len(),
            "{metric}"
        );
        assert!(json.find(metric).iter().all(|i| i.identity.unit == unit && i.kind == Kind::Events), "{metric}");
    }
    assert!(
        json.items.iter().all(|i| i.format == Format::K6Json) && csv.items.iter().all(|i| i.format == Format::K6Csv)
    );
    assert!(!has(&json, WarningKind::CoordinatedOmission), "{:?}", json.report.warnings);
}

#[test]
fn vegeta_and_wrk2_are_no_closed_loops() {
    for (name, format) in [("vegeta/results.json", Format::VegetaJson), ("vegeta/results.csv", Format::VegetaCsv)] {
        let data = read(name);
        let item = one(&data);
        assert_eq!((item.format, item.kind, &item.identity.unit), (format, Kind::Events, &Unit::Nanosecond));
        assert_eq!(item.values(), [6_204_000.0, 1_904_000.0, 4_100_000.0, 1e9, 24_918_000.0]);
        assert_eq!(item.as_events().unwrap().ok().unwrap(), [true, true, false, false, true]);
        assert_eq!(item.times()[4], at("2026-01-01T00:00:00.100000004Z"));
        assert!(!has(&data, WarningKind::CoordinatedOmission));
    }
    let value = |data: &Dataset, title: &str| find(data, title).values()[0];
    let (text, json, wrk2) = (read("vegeta/report.txt"), read("vegeta/report.json"), read("wrk/wrk2.txt"));
    for data in [&text, &json] {
        assert_eq!(value(data, "latency{percentile=\"p99\"}"), 0.024_918);
        assert_eq!((value(data, "requests"), value(data, "requests{status=\"503\"}")), (120.0, 3.0));
        assert_eq!(value(data, "latency{statistic=\"min\"}"), 0.001_904);
    }
    assert_eq!(value(&text, "latency{statistic=\"max\"}"), 62.5);
    assert_eq!(value(&json, "latency{statistic=\"max\"}"), 0.031_002);
    assert_eq!((value(&text, "success"), value(&json, "success")), (97.5, 0.975));
    assert_eq!(value(&wrk2, "latency{percentile=\"p99.9\"}"), 0.0123);
    assert_eq!((value(&wrk2, "requests"), value(&wrk2, "errors{reason=\"status\"}")), (60_018.0, 1500.0));
    for data in [&text, &json, &wrk2] {
        assert!(has(data, WarningKind::Summary) && has(data, WarningKind::NoTime));
        assert!(!has(data, WarningKind::CoordinatedOmission));
    }
}

#[test]
fn bpftraces_histograms_have_their_keys() {
    let data = read("bpftrace/reads.txt");
    assert!(data.items.iter().all(|i| i.format == Format::Bpftrace && i.kind == Kind::Histogram));
    let counts: Vec<(String, f64)> = data.items.iter().map(|i| (i.title(), i.values()[0])).collect();
    assert_eq!(
        counts,
        [("bytes".to_owned(), 401.0), ("usecs{key=\"cat\"}".to_owned(), 69.0), ("usecs{key=\"dd\"}".to_owned(), 400.0)]
    );
}

/// What crates.io's `openhistogram` wrote, against the values that it was given.
#[test]
fn openhistograms_lines_hold_the_values_that_were_put_in() {
    let truth: Vec<Vec<f64>> = serde_json::from_str(&text("openhistogram/truth.json")).unwrap();
    for name in ["openhistogram/lines.json", "openhistogram/lines.b64"] {
        let data = read(name);
        let item = one(&data);
        assert_eq!((item.format, item.kind), (Format::OpenHistogram, Kind::Histogram), "{name}");
        let merged = item.as_histograms().unwrap().merged().unwrap();
        let all: Vec<f64> = truth.iter().flatten().copied().collect();
        assert_eq!(merged.count(), all.len() as u64);
        let sre_stats::histogram::AnySketch::LogLinear(h) = &merged else { panic!() };
        for bin in h.bins() {
            let inside = all.iter().filter(|v| **v >= bin.lower && **v < bin.upper).count() as u64;
            assert_eq!(bin.count, inside, "{name}: {bin:?}");
        }
    }
}

#[test]
fn interval_logs_and_lines_of_histograms_are_series() {
    let data = read("hdr/python.hlog");
    let item = one(&data);
    assert_eq!((item.kind, item.format, item.count()), (Kind::Histogram, Format::HdrLog, 3));
    assert_eq!(item.times()[0], 1_764_000_000 * 1_000_000_000);
    let truth: serde_json::Value = serde_json::from_str(&text("hdr/python.json")).unwrap();
    let merged = item.as_histograms().unwrap().merged().unwrap();
    assert_eq!(merged.count(), truth["log"]["count"].as_u64().unwrap_or_else(|| merged.count()));

    let lines = "{\"+10e-002\":1,\"+12e-002\":2}\n{\"+10e-002\":4}\n";
    let data = load_bytes("x", lines.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let merged = one(&data).as_histograms().unwrap().merged().unwrap();
    assert_eq!((merged.count(), one(&data).format), (7, Format::OpenHistogram));
    let tracer = "Attaching 1 probe...\n\n@usecs[read]:\n[2, 4)     3 |@@@    |\n[4, 8)     6 |@@@@@@@|\n\n@usecs[write]:\n[1K, 2K)   1 |@      |\n";
    let data = load_bytes("x", tracer.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let found: Vec<(String, f64)> = data.items.iter().map(|i| (i.title(), i.values()[0])).collect();
    assert_eq!(found, [("usecs{key=\"read\"}".to_owned(), 9.0), ("usecs{key=\"write\"}".to_owned(), 1.0)]);
    // the percentile distribution of HdrHistogram's own documentation, shortened
    let hgrm = "       Value     Percentile TotalCount 1/(1-Percentile)\n\n       1.000 0.000000000000          2           1.00\n       2.000 0.500000000000          5           2.00\n       9.000 1.000000000000          6\n#[Mean    =        2.500, StdDeviation   =        1.000]\n";
    let data = load_bytes("x", hgrm.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
    let sre_stats::histogram::AnySketch::Explicit(h) = &one(&data).as_histograms().unwrap().windows()[0].1 else {
        panic!()
    };
    assert_eq!((h.edges(), h.counts()), (&[1.0, 2.0, 9.0][..], &[2, 3, 1, 0][..]));
}

#[test]
fn packed_files_are_what_is_in_them() {
    use std::io::Write;
    let folder = std::env::temp_dir().join(format!("sre-stats-formats-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("2026/11")).unwrap();
    let plain = read("nginx/timed.log");
    let bytes = std::fs::read(recorded("nginx/timed.log")).unwrap();
    for (program, ending) in [("gzip", "gz"), ("zstd", "zst")] {
        let path = folder.join(format!("log.{ending}"));
        let mut child = std::process::Command::new(program)
            .args(["-c"])
            .stdin(std::process::Stdio::piped())
            .stdout(std::fs::File::create(&path).unwrap())
            .spawn()
            .unwrap_or_else(|e| panic!("{program} is needed: {e}"));
        child.stdin.take().unwrap().write_all(&bytes).unwrap();
        assert!(child.wait().unwrap().success());
        let data = load(std::slice::from_ref(&path), &LoadOptions::default(), &Progress::new()).unwrap();
        assert_eq!(data.items, plain.items, "{ending}");
        assert!(data.report.understood.iter().any(|u| u.what == "container"));
        // two members or frames in a row are one file
        let packed = std::fs::read(&path).unwrap();
        let twice =
            load_bytes("x", &[packed.clone(), packed.clone()].concat(), &LoadOptions::default(), &Progress::new())
                .unwrap();
        assert_eq!(twice.report.rows, 2 * plain.report.rows);
        // a cut or changed file is told, and never half of it taken for the whole
        let cut = load_bytes("x", &packed[..packed.len() - 3], &LoadOptions::default(), &Progress::new()).unwrap_err();
        assert!(cut.to_string().contains("cannot be unpacked"), "{cut}");
        let mut changed = packed.clone();
        let at = changed.len() - 2;
        changed[at] ^= 0x55;
        let e = load_bytes("x", &changed, &LoadOptions::default(), &Progress::new()).unwrap_err();
        assert!(e.to_string().contains("cannot be unpacked"), "{e}");
    }
    // a folder and a pattern are one data set; what is none of a format is told
    std::fs::write(folder.join("2026/11/a.csv"), "time,v\n0,1.5\n10,2.5\n").unwrap();
    std::fs::write(folder.join("2026/11/b.csv"), "time,v\n20,3.5\n").unwrap();
    std::fs::write(folder.join("2026/11/_SUCCESS"), "").unwrap();
    std::fs::write(folder.join("2026/notes.bin"), b"\x7fELF\0\0").unwrap();
    let gauge = LoadOptions { kind: Some(Kind::Gauge), ..LoadOptions::default() };
    let data = load(&[folder.join("2026")], &gauge, &Progress::new()).unwrap();
    assert_eq!(one(&data).values(), [1.5, 2.5, 3.5]);
    let skipped: Vec<String> =
        data.report.warnings.iter().filter(|w| w.kind == WarningKind::Skipped).map(ToString::to_string).collect();
    assert!(skipped.len() == 1 && skipped[0].contains("notes.bin"), "{skipped:?}");
    let data = load(&[folder.join("2026/11/*.csv")], &gauge, &Progress::new()).unwrap();
    assert_eq!(one(&data).count(), 3);
    let none = load(&[folder.join("2026/*.parquet")], &gauge, &Progress::new()).unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Empty);
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Names, traffic and tables, as the program tells them.
#[test]
fn inspect_tells_names_traffic_and_tables() {
    let folder = std::env::temp_dir().join(format!("sre-stats-inspect-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("metrics.prom");
    let text = "# TYPE request_latency_ms gauge\nrequest_latency_ms{job=\"cart\"} 12 1767225600000\n\
        # TYPE requests counter\nrequests{job=\"blackbox\"} 7 1767225600000\n";
    std::fs::write(&path, text).unwrap();
    let file = path.to_str().unwrap();
    let (code, out, err) = workspace_tests::told(&["inspect", file, "--json"]);
    assert_eq!(code, 0, "{err}");
    let document: serde_json::Value = serde_json::from_str(&out).unwrap();
    let names: Vec<(&str, &str, &str)> = document["names"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| (n["name"].as_str().unwrap(), n["rule"].as_str().unwrap(), n["suggestion"].as_str().unwrap()))
        .collect();
    assert_eq!(
        names,
        [
            ("request_latency_ms", "non-base-unit", "request_latency_seconds"),
            ("requests", "total-missing", "requests_total")
        ]
    );
    let traffic: Vec<&serde_json::Value> =
        document["results"].as_array().unwrap().iter().map(|r| &r["traffic"]).collect();
    assert_eq!(traffic, [&serde_json::Value::Null, &"synthetic".into()]);
    assert!(document["warnings"].as_array().unwrap().iter().any(|w| w["kind"] == "mixed-traffic"), "{out}");
    let (_, out, _) = workspace_tests::told(&["inspect", file, "--traffic", "real"]);
    assert!(out.contains("traffic=\"real\"") && out.contains("non-base-unit"), "{out}");
    let (code, _, err) = workspace_tests::told(&["inspect", file, "--table", "x"]);
    assert!(code == 2 || code == 3, "{code}");
    assert!(err.contains("--table"), "{err}");
    let database = recorded("sqlite/requests.db");
    let (code, out, err) =
        workspace_tests::told(&["quantile", database.to_str().unwrap(), "-q", "0.5", "--table", "requests", "--json"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("latency_s"), "{out}");
    let (code, _, err) = workspace_tests::told(&["inspect", database.to_str().unwrap(), "--table", "request"]);
    assert!((code == 2 || code == 3) && err.contains("did you mean “requests”"), "{code} {err}");
    std::fs::remove_dir_all(&folder).unwrap();
}
