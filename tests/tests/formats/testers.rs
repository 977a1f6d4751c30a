//! Load testers: rows of requests and closing reports.

use sre_stats::load::{Dataset, Format, Item, Kind, WarningKind};
use sre_stats::unit::Unit;

use super::{at, find, has, number, one, read, sorted, text};

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

/// What oha wrote of three runs against one target, in its three forms.
#[test]
fn oha_gives_requests_and_reports() {
    let rows: Vec<Vec<f64>> = text("oha/oha.csv").lines().skip(1).map(|l| l.split(',').map(number).collect()).collect();
    let data = read("oha/oha.csv");
    let item = one(&data);
    assert_eq!((item.format, item.kind, &item.identity.unit), (Format::Oha, Kind::Events, &Unit::Second));
    assert_eq!(sorted(item.values().to_vec()), sorted(rows.iter().map(|r| r[4]).collect()));
    let bad = item.as_events().unwrap().ok().unwrap().iter().filter(|ok| !**ok).count();
    assert!(bad == rows.iter().filter(|r| r[6] >= 500.0).count() && bad > 0 && rows.len() == 240);
    assert!(has(&data, WarningKind::CoordinatedOmission));

    let value = |data: &Dataset, title: &str| find(data, title).values()[0];
    let json: serde_json::Value = serde_json::from_str(&text("oha/report.json")).unwrap();
    let data = read("oha/report.json");
    for (percent, title) in [("p50", "p50"), ("p99", "p99"), ("p99.9", "p99.9")] {
        let want = json["latencyPercentiles"][percent].as_f64().unwrap();
        assert_eq!(value(&data, &format!("latency{{percentile=\"{title}\"}}")), want);
    }
    assert_eq!(value(&data, "latency{statistic=\"max\"}"), json["summary"]["slowest"].as_f64().unwrap());
    let good = value(&data, "requests{status=\"200\"}");
    assert_eq!(good + value(&data, "requests{status=\"503\"}"), 240.0);

    let (words, report) = (text("oha/report.txt"), read("oha/report.txt"));
    let line = words.lines().find(|l| l.contains("99.00% in")).unwrap();
    let [_, _, written, unit] = *line.split_whitespace().collect::<Vec<_>>() else { panic!("{line}") };
    let scale = if unit == "ms" { 1e-3 } else { 1.0 };
    assert_eq!(value(&report, "latency{percentile=\"p99\"}"), number(written) * scale);
    assert_eq!(value(&report, "success"), 100.0);
    for data in [&data, &report] {
        assert!(has(data, WarningKind::Summary) && has(data, WarningKind::CoordinatedOmission));
        assert!(data.items.iter().all(|i| i.format == Format::Summary));
    }
}
