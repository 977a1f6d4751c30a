//! A real Prometheus, started for this test on the loopback interface, beside what the crate says that it reads.
//!
//! Samples are back-filled with `promtool tsdb create-blocks-from openmetrics`; the server scrapes nothing and ends with the test.
//! Debian's package `prometheus` has both programs; `tests/run` installs it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs)]

use std::fmt::Write as _;
use std::process::Command;

use serde_json::Value;
use sre_stats::estimate::Scope;
use sre_stats::forecast::{double_exponential_smoothing, predict_linear};
use sre_stats::quantile::Quantile;
use sre_stats::series::{Identity, NanPolicy, Series};
use sre_stats::time::{Span, Timestamp};
use sre_stats::unit::Unit;
use sre_stats::window::{ClassicBucket, Dialect, RangeEnds, RangeFunction, RangeQuery, classic_quantile};
use workspace_tests::prometheus::{Prometheus, Setup};

/// 2026-02-01T00:00:00Z
const BASE_MS: i64 = 1_769_904_000_000;
const SERIES: usize = 260;
const HISTOGRAMS: usize = 60;
const EDGES: [&str; 6] = ["0.005", "0.05", "0.1", "0.5", "2.5", "+Inf"];

/// The generator `SplitMix64`.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }
}

/// A counter with resets and gaps, or a gauge that also falls: times in ms after the base, and values.
fn samples(random: &mut Random) -> (Vec<i64>, Vec<f64>) {
    let step = [5_000_u64, 15_000, 30_000, 60_000][random.below(4) as usize];
    let jitter = [1, 1, 20, step / 10][random.below(4) as usize];
    let is_gauge = random.one_in(4);
    let scale = [1.0, 1.0, 0.001, 1e9][random.below(4) as usize];
    let mut value = [0.0, 0.0, 1000.0][random.below(3) as usize];
    let mut t = [0, random.below(step), random.below(400_000)][random.below(3) as usize];
    let (mut times, mut values) = (Vec::new(), Vec::new());
    while t < 900_000 {
        if random.one_in(25) {
            t += step * (1 + random.below(6));
        }
        value = match (is_gauge, random.one_in(20)) {
            (true, _) => value + random.below(100) as f64 - 50.0,
            (false, true) => random.below(4) as f64,
            (false, false) => value + random.below(40) as f64,
        };
        times.push((t + random.below(jitter)) as i64);
        values.push(value * scale);
        t += step;
    }
    (times, values)
}

/// What an instant query reads of each series, by its label `i`; NaN counts as no answer.
fn ask(server: &Prometheus, query: &str, at_ms: i64, size: usize) -> Vec<Option<f64>> {
    let escaped: String = query.bytes().fold(String::new(), |mut out, b| {
        write!(out, "%{b:02X}").unwrap();
        out
    });
    let body = format!("query={escaped}&time={}.{:03}", at_ms / 1000, at_ms % 1000);
    let head = "Content-Type: application/x-www-form-urlencoded\r\n";
    let (_, json) = server.raw("POST", "/api/v1/query", head, body.as_bytes()).expect("an answer");
    let document: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(document["status"], "success", "{query}: {document}");
    let mut read = vec![None; size];
    for entry in document["data"]["result"].as_array().unwrap() {
        let i: usize = entry["metric"]["i"].as_str().unwrap().parse().unwrap();
        let value: f64 = entry["value"][1].as_str().unwrap().parse().unwrap();
        read[i] = (!value.is_nan()).then_some(value);
    }
    read
}

fn dialect() -> Dialect {
    let output = Command::new("prometheus").arg("--version").output().expect("prometheus is installed");
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let release = text.split("version ").nth(1).unwrap().split_whitespace().next().unwrap();
    release.parse().unwrap()
}

fn same(ours: Option<f64>, theirs: Option<f64>, what: &str) {
    match (ours, theirs) {
        (Some(a), Some(b)) => assert!((a - b).abs() <= 1e-9 * b.abs(), "{what}: {a} and not {b}"),
        (a, b) => assert_eq!(a, b, "{what}"),
    }
}

/// Lines into the future and smoothed values; before 3.0 the range holds its left end and the function has another name.
fn lines_and_smoothing(server: &Prometheus, dialect: Dialect, all: &[(Vec<i64>, Vec<f64>)]) {
    let old = dialect.is_closed();
    let smoothing = if old { "holt_winters" } else { "double_exponential_smoothing" };
    let mut answers = 0;
    for range_s in [60, 300] {
        for at_ms in [300_000, 450_000, 777_700] {
            let within = |i: usize| {
                let (times, values) = &all[i];
                let inside =
                    |t: &i64| (*t > at_ms - range_s * 1000 || (old && *t == at_ms - range_s * 1000)) && *t <= at_ms;
                let kept = times.iter().zip(values).filter(|(t, _)| inside(t));
                kept.map(|(t, v)| ((BASE_MS + t) * 1_000_000, *v)).unzip::<i64, f64, Vec<i64>, Vec<f64>>()
            };
            let line = ask(server, &format!("predict_linear(x[{range_s}s], 3600)"), BASE_MS + at_ms, SERIES);
            let smooth = ask(server, &format!("{smoothing}(x[{range_s}s], 0.3, 0.1)"), BASE_MS + at_ms, SERIES);
            for (i, (line, smooth)) in line.into_iter().zip(smooth).enumerate() {
                let (times, values) = within(i);
                let ours = predict_linear(&times, &values, (BASE_MS + at_ms) * 1_000_000, 3600.0);
                same(ours, line, &format!("series {i}, predict_linear over {range_s} s at {at_ms} ms"));
                let ours = double_exponential_smoothing(&values, 0.3, 0.1);
                same(ours, smooth, &format!("series {i}, {smoothing} over {range_s} s at {at_ms} ms"));
                answers += usize::from(line.is_some()) + usize::from(smooth.is_some());
            }
        }
    }
    assert!(answers > 2_000, "{answers}");
}

#[test]
fn the_crate_reads_what_prometheus_reads() {
    let mut random = Random(20_261_125);
    let all: Vec<(Vec<i64>, Vec<f64>)> = (0..SERIES).map(|_| samples(&mut random)).collect();
    let mut counts = Vec::new();
    for _ in 0..HISTOGRAMS {
        // cumulative counts that grow with time and edge, each with its own resets
        let steps: Vec<[f64; EDGES.len()]> = (0..20)
            .scan([0.0; EDGES.len()], |sums, _| {
                let reset = random.one_in(12);
                let mut below = 0.0;
                for sum in sums.iter_mut() {
                    below += random.below(30) as f64;
                    *sum = if reset { below } else { *sum + below };
                }
                Some(*sums)
            })
            .collect();
        counts.push(steps);
    }
    let at = |ms: i64| format!("{}.{:03}", (BASE_MS + ms) / 1000, (BASE_MS + ms) % 1000);
    let mut text = String::from("# TYPE x gauge\n");
    for (i, (times, values)) in all.iter().enumerate() {
        for (t, v) in times.iter().zip(values) {
            writeln!(text, "x{{i=\"{i}\"}} {v:?} {}", at(*t)).unwrap();
        }
    }
    text.push_str("# TYPE h_bucket gauge\n");
    for (i, steps) in counts.iter().enumerate() {
        for (b, edge) in EDGES.iter().enumerate() {
            for (k, sums) in steps.iter().enumerate() {
                writeln!(text, "h_bucket{{i=\"{i}\",le=\"{edge}\"}} {:?} {}", sums[b], at(k as i64 * 30_000)).unwrap();
            }
        }
    }
    text.push_str("# EOF\n");
    let server = Prometheus::start(&Setup {
        name: "functions",
        config: "global: {}\n",
        samples: Some(&text),
        ..Setup::default()
    });
    let dialect = dialect();

    let ns = |times: &[i64]| times.iter().map(|t| (BASE_MS + t) * 1_000_000).collect::<Vec<i64>>();
    let series = |times: &[i64], values: &[f64]| {
        Series::new(Identity::default(), ns(times), values.to_vec(), NanPolicy::Refuse).unwrap()
    };
    let stored: Vec<Series> = all.iter().map(|(t, v)| series(t, v)).collect();
    let mut answers = 0;
    for function in [RangeFunction::Rate, RangeFunction::Increase, RangeFunction::Irate, RangeFunction::Delta] {
        for range_s in [30, 60, 100, 300] {
            let query = RangeQuery::new(function, Span::from_secs(range_s), RangeEnds::Extrapolated, dialect).unwrap();
            for at_ms in [60_000, 300_000, 311_007, 450_000, 777_700] {
                let read = ask(&server, &format!("{function}(x[{range_s}s])"), BASE_MS + at_ms, SERIES);
                for (i, theirs) in read.into_iter().enumerate() {
                    let ours = query.read(&stored[i], Timestamp((BASE_MS + at_ms) * 1_000_000));
                    same(ours, theirs, &format!("series {i}, {query} at {at_ms} ms"));
                    answers += usize::from(theirs.is_some());
                }
            }
        }
    }
    assert!(answers > 10_000, "{answers}");

    lines_and_smoothing(&server, dialect, &all);

    // quantiles of the counts since ever and of their rates
    let scope = Scope::untimed(Unit::Second);
    let rate = RangeQuery::new(RangeFunction::Rate, Span::from_secs(300), RangeEnds::Extrapolated, dialect).unwrap();
    let times: Vec<i64> = (0..20).map(|k| k * 30_000).collect();
    let mut answers = 0;
    for q in [0.0, 0.05, 0.5, 0.9, 0.99, 1.0] {
        let of_counts = ask(&server, &format!("histogram_quantile({q}, h_bucket)"), BASE_MS + 570_000, HISTOGRAMS);
        let of_rates =
            ask(&server, &format!("histogram_quantile({q}, rate(h_bucket[5m]))"), BASE_MS + 570_000, HISTOGRAMS);
        for (i, steps) in counts.iter().enumerate() {
            let buckets = |value: &dyn Fn(usize) -> f64| -> Vec<ClassicBucket> {
                let edge = |text: &str| if text == "+Inf" { f64::INFINITY } else { text.parse().unwrap() };
                EDGES.iter().enumerate().map(|(b, e)| ClassicBucket { le: edge(e), cumulative: value(b) }).collect()
            };
            let ours = |buckets: &[ClassicBucket]| {
                classic_quantile(buckets, Quantile::new(q).unwrap(), dialect, &scope).ok().map(|e| e.value)
            };
            same(ours(&buckets(&|b| steps[19][b])), of_counts[i], &format!("histogram {i}, q {q}"));
            let rates = buckets(&|b| {
                let values: Vec<f64> = steps.iter().map(|s| s[b]).collect();
                rate.read(&series(&times, &values), Timestamp((BASE_MS + 570_000) * 1_000_000)).unwrap()
            });
            same(ours(&rates), of_rates[i], &format!("rate of histogram {i}, q {q}"));
            answers += usize::from(of_counts[i].is_some()) + usize::from(of_rates[i].is_some());
        }
    }
    assert!(answers > 600, "{answers}");
}
