//! Classic histograms and counters by code, as a real Prometheus recorded them, against its own answers and plain sums of its samples.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;

use serde_json::Value;
use sre_stats::estimate::Scope;
use sre_stats::histogram::{AnySketch, Sketch};
use sre_stats::load::{Dataset, LoadOptions, load, load_bytes};
use sre_stats::progress::Progress;
use sre_stats::quantile::Quantile;
use sre_stats::time::{Span, Timestamp};
use sre_stats::unit::Unit;
use workspace_tests::{python, results, root, told};

/// Labels, times in seconds and values of a recorded answer.
type Recorded = Vec<(BTreeMap<String, String>, Vec<(i64, f64)>)>;

fn recorded(name: &str) -> Recorded {
    let text = std::fs::read(root().join("datasets/recorded").join(name)).unwrap();
    let answer: Value = serde_json::from_slice(&text).unwrap();
    let series = answer["data"]["result"].as_array().unwrap().iter();
    series
        .map(|one| {
            let labels = one["metric"].as_object().unwrap().iter();
            let labels = labels.map(|(k, v)| (k.clone(), v.as_str().unwrap().to_owned())).collect();
            let values = one["values"].as_array().unwrap().iter();
            let values = values.map(|v| (v[0].as_f64().unwrap() as i64, v[1].as_str().unwrap().parse().unwrap()));
            (labels, values.collect())
        })
        .collect()
}

/// What came between neighbouring samples; after a fall, what the later one shows.
fn increase(values: &[(i64, f64)]) -> f64 {
    values.windows(2).map(|w| if w[1].1 >= w[0].1 { w[1].1 - w[0].1 } else { w[1].1 }).sum()
}

#[test]
fn percentiles_per_minute_are_those_of_prometheus() {
    let file = root().join("datasets/recorded/shop_duration_bucket.json");
    let data = load(&[file], &LoadOptions::default(), &Progress::new()).unwrap();
    assert_eq!(data.items.len(), 3);
    let mut compared = 0;
    for (labels, answers) in recorded("prometheus_p99_1m.json") {
        let of_route = |i: &&sre_stats::load::Item| i.identity.labels.get("route") == Some(&*labels["route"]);
        let histograms = data.items.iter().find(of_route).unwrap().as_histograms().unwrap();
        for (at, answer) in answers {
            let second = 1_000_000_000;
            let between = |from: i64| {
                let (from, until) = (Timestamp(from * second), Timestamp(at * second));
                histograms.windows().iter().filter(move |(w, _)| w.start >= from && w.end() <= until)
            };
            // a scrape every 5 s, and none of a young counter, whose rate is not drawn out beyond its zero
            let even = between(at - 175).filter(|(w, _)| w.width == Span::from_secs(5)).count();
            if even != 35 || !answer.is_finite() {
                continue;
            }
            // the first scrape in the range of a minute is seen 55 s before its end
            let mut inside = between(at - 55).map(|(_, sketch)| sketch);
            let mut all = inside.next().unwrap().clone();
            inside.for_each(|more| all.merge(more).unwrap());
            let AnySketch::Explicit(all) = all else { panic!("of another layout") };
            let ours = all.histogram_quantile(Quantile::P99, &Scope::untimed(Unit::Second)).unwrap().value;
            assert!((ours - answer).abs() <= 1e-9 * answer, "{labels:?} at {at}: {ours}, prometheus {answer}");
            compared += 1;
        }
    }
    assert!(compared > 300, "only {compared} answers could be compared");
}

#[test]
fn an_objective_is_held_against_buckets() {
    let results =
        results(&["slo", "datasets/recorded/shop_duration_bucket.json", "--slo", "99% of requests <= 300ms over 30d"]);
    assert_eq!(results.len(), 3);
    let buckets = recorded("shop_duration_bucket.json");
    for result in results {
        let route = result["series"]["labels"]["route"].as_str().unwrap();
        assert_eq!(result["series"]["name"], "shop_request_duration_seconds");
        let upto = |le: &str| {
            let (_, values) = buckets.iter().find(|(l, _)| l["route"] == route && l["le"] == le).unwrap();
            increase(values)
        };
        let sli = &result["methods"]["occurrences"];
        assert!((sli["value"].as_f64().unwrap() - upto("0.3") / upto("+Inf")).abs() < 1e-12, "{route}: {sli}");
        assert_eq!(sli["n"].as_f64().unwrap(), upto("+Inf"), "{route}");
        assert_eq!(sli["bound"]["kind"], "exact", "{route}: le=\"0.3\" is an edge");
    }
}

#[test]
fn a_strict_limit_at_an_edge_is_told_to_be_in_doubt() {
    let (code, text, _) =
        told(&["slo", "datasets/recorded/shop_duration_bucket.json", "--slo", "99% of requests < 300ms over 30d"]);
    assert_eq!(code, 0);
    assert!(text.contains("“<= 300 ms” would be exact"), "{text:.2000}");
}

#[test]
fn an_objective_is_held_against_counters_by_code() {
    let results =
        results(&["slo", "datasets/recorded/shop_requests_total.json", "--slo", "99.9% of requests ok over 30d"]);
    let counters = recorded("shop_requests_total.json");
    assert_eq!(results.len(), 3);
    for result in results {
        let route = result["series"]["labels"]["route"].as_str().unwrap();
        assert!(result["series"]["labels"].get("code").is_none());
        let of = |code: &str| {
            let (_, values) = counters.iter().find(|(l, _)| l["route"] == route && l["code"] == code).unwrap();
            let first = values[0];
            let began = counters.iter().map(|(_, v)| v[0].0).min().unwrap();
            // a counter that comes later shows what it counted since
            increase(values) + if first.0 > began { first.1 } else { 0.0 }
        };
        let (good, bad) = (of("200"), of("503"));
        assert!(bad > 0.0);
        let sli = &result["methods"]["occurrences"];
        assert!((sli["value"].as_f64().unwrap() - good / (good + bad)).abs() < 1e-12, "{route}: {sli}");
    }
}

#[test]
fn counters_are_kept_where_they_are_asked_for() {
    let kind = |flags: &[&str]| {
        let results = results(&[&["inspect", "datasets/recorded/shop_duration_bucket.json"][..], flags].concat());
        (results.len(), results[0]["kind"].as_str().unwrap().to_owned())
    };
    assert_eq!(kind(&[]), (3, "histogram".to_owned()));
    let (counters, kind_of_first) = kind(&["--kind", "counter"]);
    assert_eq!((counters, kind_of_first.as_str()), (recorded("shop_duration_bucket.json").len(), "counter"));
    // what is converted is what was read
    let (_, text, _) = told(&["convert", "datasets/recorded/shop_duration_bucket.json", "--to", "openmetrics"]);
    assert!(text.starts_with("# TYPE shop_request_duration_seconds histogram\n"), "{text:.300}");
    let options = LoadOptions::default();
    let again = load_bytes("again.txt", text.as_bytes(), &options, &Progress::new()).unwrap();
    let first =
        load(&[root().join("datasets/recorded/shop_duration_bucket.json")], &options, &Progress::new()).unwrap();
    let windows =
        |data: &Dataset| data.items.iter().map(|i| i.as_histograms().unwrap().windows().to_vec()).collect::<Vec<_>>();
    assert_eq!(windows(&again), windows(&first));
    let (code, text, _) = told(&[
        "histogram",
        "datasets/recorded/shop_duration_bucket.json",
        "--quantile",
        "p99",
        "--every",
        "1m",
        "--json",
    ]);
    assert_eq!(code, 0, "{text:.300}");
}

/// Three scrapes of a histogram with two routes, one of which nobody asked for, its sums and counts, and a gauge.
fn page() -> String {
    let mut text = "# TYPE t_seconds histogram\n".to_owned();
    for (route, each) in [("/", 1), ("/idle", 0)] {
        for scrape in 0..3 {
            let (at, n) = (100 + 15 * scrape, scrape * each);
            for (edge, count) in [("0.1", 5 * n), ("2.5", 8 * n), ("10", 9 * n), ("+Inf", 10 * n)] {
                text += &format!("t_seconds_bucket{{le=\"{edge}\",route=\"{route}\"}} {count} {at}\n");
            }
            text += &format!(
                "t_seconds_count{{route=\"{route}\"}} {0} {at}\nt_seconds_sum{{route=\"{route}\"}} {0} {at}\n",
                10 * n
            );
        }
    }
    text + "# TYPE up gauge\nup 1 100\n# EOF\n"
}

#[test]
fn counting_takes_a_classic_histogram_and_leaves_its_sum_and_count() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("classic-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let place = |name: &str| folder.join(name).display().to_string();
    std::fs::write(place("page.prom"), page()).unwrap();
    std::fs::write(place("alone.prom"), page().replace("# TYPE up gauge\nup 1 100\n", "")).unwrap();
    let (page, alone, table) = (place("page.prom"), place("alone.prom"), place("table.csv"));
    for arguments in [
        &["histogram", &alone, "--quantile", "p99"][..],
        &["histogram", &page, "--quantile", "p99", "--kind", "histogram"],
        &["histogram", &page, "--kind", "histogram", "--table-out", &table],
        &["convert", &alone, "--to", "histogram-table", "--out", &table],
    ] {
        let (code, _, err) = told(&[arguments, &["--json"]].concat());
        assert_eq!(code, 0, "{arguments:?}: {err}");
    }
    // twice ten values came between three scrapes
    let data = load(&[table.into()], &LoadOptions::default(), &Progress::new()).unwrap();
    assert_eq!(data.items.len(), 1);
    assert_eq!(data.items[0].as_histograms().unwrap().counts(), [10.0, 10.0]);
    let (code, out, err) = told(&["histogram", &page, "--kind", "histogram", "--json"]);
    assert_eq!(code, 0, "{err}");
    // four of /idle, two sums, two counts, and the gauge
    assert!(out.contains("series that hold no histograms left out"), "{out}");
    let (code, _, err) = told(&["histogram", &page, "--quantile", "p99"]);
    assert!(code == 3 && err.contains("up") && err.contains("--kind histogram"), "{err}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// Reads text with the parser of Prometheus' own client, which refuses what `OpenMetrics` forbids, and prints the samples. It is given what is
/// of one time, in its order: of a second time, release 0.26 takes all but the first sample for repetitions.
const PARSER: &str = "
import sys
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read
lines = sys.stdin.read().splitlines()
times = sorted({line.split(' ')[-1] for line in lines if not line.startswith('#')}, key=float)
pages = [[line for line in lines if line.startswith('#') or line.endswith(' ' + time)] for time in times]
for family in (family for page in pages for family in read('\\n'.join(page) + '\\n')):
    for s in family.samples:
        print(family.type, s.name, s.labels.get('le', '-'), s.labels.get('route', '-'), s.value, float(s.timestamp))
";

/// What the parser takes from a text, or what it says against it.
fn parsed(text: &[u8]) -> Result<String, String> {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut parser = Command::new(python());
    parser.args(["-c", PARSER]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut parser = parser.spawn().unwrap();
    parser.stdin.take().unwrap().write_all(text).unwrap();
    let output = parser.wait_with_output().unwrap();
    let told = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(told(output.stdout)) } else { Err(told(output.stderr)) }
}

/// What `OpenMetrics` does not take for a histogram, by the same parser, is written as counters of unknown type: no name and no value changes.
#[test]
fn a_histogram_that_is_not_whole_is_of_unknown_type() {
    let folder = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("whole-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let place = |name: &str| folder.join(name).display().to_string();
    let whole = page();
    let without = |what: &str| whole.split_inclusive('\n').filter(|line| !line.contains(what)).collect::<String>();
    for (text, flags, why) in [
        (whole.clone(), &["--where", "le == 2.5"][..], "there is no bucket le=\"+Inf\""),
        (without("+Inf"), &[], "there is no bucket le=\"+Inf\""),
        // of one route, at one time
        (without("le=\"+Inf\",route=\"/\"} 10 115"), &[], "there is no bucket le=\"+Inf\""),
        (without("t_seconds_sum{route=\"/idle\"} 0 130"), &[], "of its count and its sum one is not there"),
        (whole.clone(), &["--value", "t_seconds,t_seconds_sum"], "of its count and its sum one is not there"),
        (
            whole.replace("t_seconds_count{route=\"/\"} 20", "t_seconds_count{route=\"/\"} 21"),
            &[],
            "its count is not that of",
        ),
        (whole.replace("le=\"2.5\",route=\"/\"} 16", "le=\"2.5\",route=\"/\"} 9"), &[], "a wider bucket counts less"),
        (whole.replace("le=\"0.1\"", "le=\"-0.1\""), &[], "it has a sum, and buckets below zero"),
        (whole.replace("le=\"2.5\"", "le=\"0.10\""), &[], "two buckets have the same edge"),
    ] {
        std::fs::write(place("page.prom"), &text).unwrap();
        let page = place("page.prom");
        let (code, out, err) = told(&[&["convert", &page, "--to", "openmetrics"][..], flags].concat());
        assert_eq!(code, 0, "{err}");
        assert!(err.contains("t_seconds: unknown, and no histogram") && err.contains(why), "{why}: {err}");
        let read = parsed(out.as_bytes()).unwrap_or_else(|e| panic!("{why}: {e}\n{out}"));
        assert!(read.lines().any(|line| line.starts_with("unknown t_seconds_")), "{read}");
        // the parser refuses the same as a histogram
        let types = |line: &str| !(line.starts_with("# TYPE t_seconds_") && line.ends_with(" unknown"));
        let lines: Vec<&str> = out.lines().filter(|line| types(line) && *line != "# EOF").collect();
        let (own, others): (Vec<&str>, Vec<&str>) = lines.iter().partition(|line| line.starts_with("t_seconds_"));
        let mut own: Vec<(f64, &str)> =
            own.iter().map(|line| (line.rsplit(' ').next().unwrap().parse().unwrap(), *line)).collect();
        let group = |line: &str| (line.contains("/idle"), line.contains("_sum"), line.contains("_count"));
        own.sort_by(|a, b| group(a.1).0.cmp(&group(b.1).0).then(a.0.total_cmp(&b.0)).then(group(a.1).cmp(&group(b.1))));
        let own: Vec<&str> = own.into_iter().map(|(_, line)| line).collect();
        let as_histogram = [&["# TYPE t_seconds histogram"], &own[..], &others, &["# EOF", ""]].concat().join("\n");
        assert!(parsed(as_histogram.as_bytes()).is_err(), "{why}: {as_histogram}");
        // what is read again is what was read
        let options = |all: &str| LoadOptions {
            keep_buckets: true,
            value: flags.get(1).filter(|_| all == "--value" && flags[0] == all).map(|v| (*v).to_owned()),
            filter: flags.get(1).filter(|_| all == "--where" && flags[0] == all).map(|v| (*v).to_owned()),
            ..LoadOptions::default()
        };
        let chosen = LoadOptions { filter: options("--where").filter, ..options("--value") };
        let again = load_bytes("again", out.as_bytes(), &options(""), &Progress::new()).unwrap();
        let first = load_bytes("first", text.as_bytes(), &chosen, &Progress::new()).unwrap();
        let all = |data: &Dataset| {
            data.items.iter().map(|i| (i.title(), i.times().to_vec(), i.values().to_vec())).collect::<Vec<_>>()
        };
        assert_eq!(all(&again), all(&first), "{why}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn open_metrics_of_histograms_is_what_its_parser_takes() {
    let data = load_bytes(
        "page.prom",
        page().as_bytes(),
        &LoadOptions { keep_buckets: true, ..LoadOptions::default() },
        &Progress::new(),
    );
    let mut written = Vec::new();
    data.unwrap().write_openmetrics(&mut written).unwrap();
    let text = parsed(&written).unwrap();
    // two histograms of three scrapes of four buckets, a count and a sum, and the gauge
    assert_eq!(text.lines().count(), 2 * 3 * 6 + 1, "{text}");
    let edges: Vec<&str> = text.lines().take(6).map(|line| line.split(' ').nth(2).unwrap()).collect();
    assert_eq!(edges, ["0.1", "2.5", "10", "+Inf", "-", "-"]);
    assert!(text.contains("histogram t_seconds_bucket 10 / 18 130.0"), "{text}");
    // each histogram in one place, its times in order
    let written = String::from_utf8(written).unwrap();
    let of = |line: &str| (line.contains("/idle"), line.rsplit(' ').next().unwrap().to_owned());
    let places: Vec<_> = written.lines().filter(|line| line.starts_with("t_seconds")).map(of).collect();
    assert!(places.is_sorted(), "{written}");
}
