//! What tables of known programs hold, whose truth is known from their documentation.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::format_collect)]

use crate::load::{Dataset, Item, Kind, LoadOptions, WarningKind, load_bytes};
use crate::progress::Progress;
use crate::unit::Unit;

fn load(file: &str, text: &str) -> Dataset {
    load_bytes(file, text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap()
}

/// A table of a row a second, `row` the fields after the time.
fn table(header: &str, rows: usize, row: impl Fn(usize) -> String) -> String {
    let rows: String = (0..rows).map(|i| format!("2026-01-01T00:{:02}:{:02}Z,{}\n", i / 60, i % 60, row(i))).collect();
    format!("time,{header}\n{rows}")
}

/// The share of good events, and how many there are.
fn good(item: &Item) -> (usize, usize) {
    let ok = item.as_events().unwrap().ok().unwrap();
    (ok.iter().filter(|ok| **ok).count(), ok.len())
}

/// What was told of one thing.
fn told(data: &Dataset, what: &str) -> String {
    let about = data.report.understood.iter().filter(|u| u.what == what);
    about.map(|u| format!("{} ({})", u.choice, u.why)).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_never_answered_is_no_success() {
    for (none, every) in [("0", 10), ("000", 10), ("-1", 2), ("0", 3)] {
        let text = table("latency_ms,status", 600, |i| {
            format!("{},{}", i % 7, if i.is_multiple_of(every) { none } else { "200" })
        });
        let data = load("t.csv", &text);
        assert_eq!(good(&data.items[0]), (600 - 600 / every, 600), "{none} every {every}");
        assert!(told(&data, "ok").contains("and 0 are bad"), "{}", told(&data, "ok"));
    }
}

#[test]
fn the_last_part_of_a_name_tells_a_status() {
    for name in ["res.statusCode", "http.response.status_code", "httpRequest.status", "DownstreamStatus", "status"] {
        let row = |i: usize| {
            let code = if i.is_multiple_of(4) { 502 } else { 200 };
            format!("{{\"time\":\"2026-01-01T00:00:{i:02}Z\",\"latency_ms\":{i},\"{name}\":{code}}}\n")
        };
        let data = load("t.jsonl", &(0..40).map(row).collect::<String>());
        assert_eq!((data.items.len(), good(&data.items[0])), (1, (30, 40)), "{name}");
    }
    let phrases = table("latency_ms,status", 50, |i| format!("{i},{}", ["200 OK", "500 Internal Server Error"][i % 2]));
    assert_eq!(good(&load("t.csv", &phrases).items[0]), (25, 50));
    // 0 and 1 of such a name is no status of HTTP
    let flags = load("t.csv", &table("node.status,cpu", 20, |i| format!("{},{i}.5", i % 2)));
    assert_eq!((flags.items.len(), flags.items[0].kind), (2, Kind::Gauge));
}

#[test]
fn units_of_programs_whatever_the_size() {
    let tenth = |i: usize| i * 7919 % 997 + 1;
    for (name, field, unit) in [
        // nginx in an outage: 20 to 60 s, three decimals
        ("request_time", &(|i: usize| format!("{}.{i:03}", 20 + i % 40)) as &dyn Fn(usize) -> String, Unit::Second),
        ("upstream_response_time", &|i| format!("{}.001", 20 + i % 40), Unit::Second),
        ("time_total", &|i| format!("{}.5", 20 + i), Unit::Second),
        ("took", &|_| "0".into(), Unit::Millisecond),
        // whole nanoseconds, as Go's time.Duration is written
        ("duration", &|i| format!("{}", 15_000_000 + tenth(i) * 1000), Unit::Nanosecond),
        ("@duration", &|i| format!("{}", tenth(i) * 100), Unit::Nanosecond),
        ("event.duration", &|i| format!("{}", tenth(i) * 100), Unit::Nanosecond),
        ("duration", &|i| format!("{}", tenth(i)), Unit::Millisecond),
        ("latency", &|i| format!("0.{:03}", tenth(i)), Unit::Second),
        ("latencyMs", &|i| format!("{}.5", tenth(i)), Unit::Millisecond),
    ] {
        let data = load("t.csv", &table(name, 50, field));
        assert_eq!(data.items[0].identity.unit, unit, "{name}: {}", told(&data, "unit"));
    }
}

#[test]
fn units_by_what_stands_beside() {
    // Zipkin's spans: microseconds, as their times are (zipkin.io/zipkin-api)
    let span = |i: u64| {
        let time = 1_767_225_600_000_000 + i * 1_000_000;
        format!("{{\"traceId\":\"a{i}\",\"name\":\"get\",\"timestamp\":{time},\"duration\":{}}}\n", 9000 + i * 1007)
    };
    let data = load("t.jsonl", &(0..40).map(span).collect::<String>());
    assert_eq!(data.items[0].identity.unit, Unit::Microsecond, "{}", told(&data, "unit"));
    // echo's log of requests
    let line = |i: u64| {
        let time = format!("2026-01-01T00:00:{i:02}Z");
        format!("{{\"time\":\"{time}\",\"latency\":{},\"latency_human\":\"{i}.5µs\"}}\n", i * 1000 + 500)
    };
    let data = load("t.jsonl", &(0..40).map(line).collect::<String>());
    assert_eq!(data.items[0].identity.unit, Unit::Nanosecond, "{}", told(&data, "unit"));
}

#[test]
fn versions_and_times_are_no_values() {
    let epoch = |i: usize| 1_767_225_600 + i;
    let text = table("cpu,@version,End time seconds", 30, |i| format!("{}.5,1,{}", i % 5, epoch(i)));
    let data = load("t.csv", &text);
    let names: Vec<&str> = data.items.iter().map(|i| i.identity.name.as_str()).collect();
    assert_eq!(names, ["cpu"]);
    assert!(told(&data, "not read").contains("@version, End time seconds"), "{}", told(&data, "not read"));
    // alone it is what there is
    let alone = load("t.csv", &table("process_start_time", 30, |i| format!("{}", epoch(i / 10))));
    assert_eq!(alone.items[0].identity.name, "process_start_time");
}

#[test]
fn numbers_beside_names_of_metrics_are_labels() {
    let mut text = "time,name,le,code,value\n".to_owned();
    for (i, (le, code)) in [("0.1", "200"), ("0.5", "200"), ("0.1", "500"), ("0.5", "500")].into_iter().enumerate() {
        for minute in 0..3 {
            text += &format!("2026-01-01T00:0{minute}:00Z,req_total,{le},{code},{}\n", (i + 1) * minute);
        }
    }
    let data = load("t.csv", &text);
    let titles: Vec<String> = data.items.iter().map(Item::title).collect();
    assert_eq!(titles.len(), 4, "{titles:?}");
    assert!(titles.contains(&r#"req_total{code="500", le="0.1"}"#.to_owned()), "{titles:?}");
    assert!(data.items.iter().all(|item| item.kind == Kind::Counter));
    // a flag of requests stays one where the name is no metric's
    let requests =
        table("name,value,status", 40, |i| format!("checkout,{i}.5,{}", if i.is_multiple_of(4) { 500 } else { 200 }));
    assert_eq!(good(&load("t.csv", &requests).items[0]), (30, 40));
}

#[test]
fn a_column_of_units_is_the_unit() {
    let text =
        table(
            "metric,unit,value",
            60,
            |i| if i.is_multiple_of(2) { "lat,ms,100".into() } else { "lat,s,0.1".to_owned() },
        );
    let data = load("t.csv", &text);
    let units: Vec<&Unit> = data.items.iter().map(|item| &item.identity.unit).collect();
    assert!(units.len() == 2 && units.contains(&&Unit::Millisecond) && units.contains(&&Unit::Second), "{units:?}");
    assert!(data.items.iter().all(|item| item.identity.labels.get("unit").is_none()));
    assert!(data.report.warnings.iter().any(|w| w.kind == WarningKind::UnitMismatch));
}

#[test]
fn what_convert_writes_comes_back() {
    let mut page = String::new();
    for (at, n) in [(1_767_225_600_000_u64, 20), (1_767_225_660_000, 27), (1_767_225_720_000, 41)] {
        page += &format!(
            "# TYPE h histogram\nh_bucket{{le=\"0.1\"}} {} {at}\nh_bucket{{le=\"0.5\"}} {} {at}\nh_bucket{{le=\"+Inf\"}} {n} {at}\n\
             h_sum {n}.25 {at}\nh_count {n} {at}\n# TYPE up gauge\nup{{shard=\"1\"}} 1 {at}\n# TYPE q summary\nq{{quantile=\"0.5\"}} 0.{n} {at}\n\
             # TYPE r_total counter\nr_total{{code=\"200\"}} {n} {at}\nr_total{{code=\"500\",path=\"/\"}} 3 {at}\n",
            n / 2,
            n - 3,
        );
    }
    let before = load("t.prom", &page);
    assert!(before.items.iter().any(|item| item.kind == Kind::Histogram));
    let options = LoadOptions { keep_buckets: true, ..LoadOptions::default() };
    let kept = load_bytes("t.prom", page.as_bytes(), &options, &Progress::new()).unwrap();
    let mut text = Vec::new();
    kept.write_csv(&mut text).unwrap();
    let after = load("t.csv", &String::from_utf8(text).unwrap());
    assert_eq!(before.items.len(), after.items.len());
    for (a, b) in before.items.iter().zip(&after.items) {
        assert_eq!((&a.identity, a.kind, &a.data), (&b.identity, b.kind, &b.data), "{}", a.title());
    }
}

#[test]
fn columns_as_dashboards_show_them() {
    let text = "Time,p99,net in,temp,odd\n2026-01-01 00:00:00,6.2 ms,2.5 MB/s,12 °C,3 furlongs\n2026-01-01 00:01:00,1.2 s,2 kB/s,13 °C,4 leagues\n";
    let data = load("t.csv", text);
    let got: Vec<(&str, String, Vec<f64>)> = data
        .items
        .iter()
        .map(|i| (i.identity.name.as_str(), i.identity.unit.to_string(), i.values().to_vec()))
        .collect();
    let want = [("net in", "B/s", [2.5e6, 2e3]), ("p99", "s", [0.0062, 1.2]), ("temp", "°C", [12.0, 13.0])];
    assert_eq!(got, want.map(|(name, unit, values)| (name, unit.to_owned(), values.to_vec())));
    assert!(data.report.warnings.iter().any(|w| w.message.contains("“odd”")), "{:?}", data.report.warnings);
    let semicolons = load("t.csv", "Time;latency\n2026-01-01 00:00:00;12 ms\n2026-01-01 00:01:00;13 ms\n");
    assert_eq!(semicolons.items[0].values(), [0.012, 0.013]);
}

#[test]
fn durations_are_no_labels() {
    let line = |i: usize| {
        let took = if i.is_multiple_of(5) { "1.5".to_owned() } else { format!("{}ms", i + 1) };
        format!("ts=2026-01-01T00:00:{i:02}Z dur={took} status=200\n")
    };
    let data = load("t.log", &(0..40).map(line).collect::<String>());
    assert_eq!((data.items.len(), data.items[0].identity.name.as_str(), data.items[0].count()), (1, "dur", 32));
    assert!(data.report.warnings.iter().any(|w| w.message.contains("without a unit")), "{:?}", data.report.warnings);
    // nginx writes the times of several upstreams into one field
    let line = |i: usize| {
        let upstream = if i.is_multiple_of(2) { "0.1, 3.4" } else { "0.011" };
        format!(
            "{{\"time\":\"2026-01-01T00:00:{i:02}Z\",\"request_time\":\"0.012\",\"upstream_response_time\":\"{upstream}\"}}\n"
        )
    };
    let data = load("t.jsonl", &(0..40).map(line).collect::<String>());
    let titles: Vec<String> = data.items.iter().map(Item::title).collect();
    assert_eq!(titles, ["request_time"]);
}

#[test]
fn truth_is_nought_and_one() {
    for words in [["true", "false"], ["Up", "Down"]] {
        let data =
            load(
                "t.csv",
                &table("up", 40, |i| {
                    if i == 7 { String::new() } else { words[usize::from(i.is_multiple_of(10))].to_owned() }
                }),
            );
        let up = &data.items[0];
        assert_eq!((up.kind, up.count(), up.values().iter().sum::<f64>()), (Kind::Gauge, 39, 35.0));
        assert_eq!(up.left_out.blank, 1);
    }
}

#[test]
fn whole_numbers_that_are_rounded_are_told() {
    let text = table("bytes_total", 10, |i| format!("{}", 9_007_199_254_740_992_u64 + i as u64));
    let warnings = load("t.csv", &text).report.warnings;
    let told = warnings.iter().find(|w| w.kind == WarningKind::Rounded).unwrap();
    // every other one is odd, which double precision does not have there
    assert_eq!((told.count, told.position.line), (5, Some(3)));
    assert!(!told.kind.is_loss() && told.message.contains("9007199254740993"), "{told}");
}
