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
