//! Native histograms: what was sent by remote write comes back as histograms of what came between two instants.

use std::collections::BTreeMap;

use crate::remote_write::{self, Native};
use crate::{BASE_S, ask, over, paged};
use sre_stats::histogram::{AnySketch, Closed, Layout, Sketch};
use sre_stats::load::{Kind, LoadOptions};
use sre_stats::unit::Unit;
use workspace_tests::prometheus::{Prometheus, Setup};

const STEP_S: i64 = 15;
const STEPS: usize = 40;
/// At this step the second series begins again from nothing.
const RESTART: usize = 23;

/// What came in a step: counts by bucket number, of one side or the other, in the zero bucket, and a sum.
#[derive(Clone, Default)]
struct Came {
    positive: BTreeMap<i32, u64>,
    negative: BTreeMap<i32, u64>,
    zero: u64,
    sum: f64,
}

/// Steps of a schema that repeat from run to run.
fn steps(schema: i32, mut seed: u64) -> Vec<Came> {
    let mut next = |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % n
    };
    let spread = 8_u64 << schema;
    let mut all = Vec::new();
    for _ in 0..STEPS {
        let mut came = Came::default();
        for _ in 0..=next(6) {
            *came.positive.entry(next(spread) as i32 - spread as i32 / 2).or_default() += 1 + next(9);
        }
        if next(3) == 0 {
            *came.negative.entry(next(spread) as i32).or_default() += 1 + next(5);
            came.zero = next(4);
        }
        came.sum = next(1_000) as f64 / 16.0;
        all.push(came);
    }
    all
}

/// The counts since the start, step by step.
fn running(came: &[Came], schema: i32, restart: Option<usize>) -> Vec<Native> {
    let mut sums = Came::default();
    let list = |side: &BTreeMap<i32, u64>| side.iter().map(|(i, n)| (*i, *n)).collect::<Vec<_>>();
    let mut all = Vec::new();
    for (k, step) in came.iter().enumerate() {
        if restart == Some(k) {
            sums = Came::default();
        }
        for (own, more) in [(&mut sums.positive, &step.positive), (&mut sums.negative, &step.negative)] {
            for (i, n) in more {
                *own.entry(*i).or_default() += n;
            }
        }
        sums.zero += step.zero;
        sums.sum += step.sum;
        all.push(Native {
            time_ms: (BASE_S + k as i64 * STEP_S) * 1000,
            schema,
            zero_threshold: 1e-9,
            zero_count: sums.zero,
            sum: sums.sum,
            positive: list(&sums.positive),
            negative: list(&sums.negative),
        });
    }
    all
}

/// The edges of a bucket: powers of 2^(2^-schema).
fn edges(index: i32, schema: i32) -> (f64, f64) {
    let edge = |i: i32| 2_f64.powf(f64::from(i) / 2_f64.powi(schema));
    (edge(index - 1), edge(index))
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs()
}

#[test]
fn native_histograms_come_back_as_they_were_put_in() {
    let server = Prometheus::start(&Setup {
        name: "native",
        flags: &["--enable-feature=native-histograms", "--web.enable-remote-write-receiver"],
        ..Setup::default()
    });
    let series = [("a", 3, None, steps(3, 1)), ("b", 0, Some(RESTART), steps(0, 2))];
    let sent: Vec<_> = series
        .iter()
        .map(|(job, schema, restart, came)| {
            (vec![("__name__", "wait_seconds"), ("job", *job)], running(came, *schema, *restart))
        })
        .collect();
    let head = "Content-Encoding: snappy\r\nContent-Type: application/x-protobuf\r\n\
        X-Prometheus-Remote-Write-Version: 0.1.0\r\n";
    let (status, said) = server.raw("POST", "/api/v1/write", head, &remote_write::request(&sent)).unwrap();
    assert_eq!(status, 204, "{}", String::from_utf8_lossy(&said));

    let asked = over(&server.url(), "wait_seconds", 0, STEPS as i64 * STEP_S, STEP_S);
    let data = ask(&asked, &LoadOptions::default()).unwrap();
    assert_eq!(data.items.len(), 2);
    for (item, (job, schema, _, came)) in data.items.iter().zip(&series) {
        assert_eq!((item.title(), item.kind), (format!("wait_seconds{{job=\"{job}\"}}"), Kind::Histogram));
        assert_eq!(item.identity.unit, Unit::Second);
        let histograms = item.as_histograms().unwrap();
        // what came before the first instant is not known to be of any time
        assert_eq!(histograms.windows().len(), STEPS - 1);
        for ((window, sketch), (k, step)) in histograms.windows().iter().zip(came.iter().enumerate().skip(1)) {
            let begin = (BASE_S + (k as i64 - 1) * STEP_S) * 1_000_000_000;
            assert_eq!((window.start.0, window.width.0), (begin, STEP_S * 1_000_000_000));
            let AnySketch::Exponential(histogram) = sketch else { panic!("{}", sketch.schema()) };
            let mut found: Vec<(f64, f64, u64)> = Vec::new();
            for bin in histogram.bins().iter().filter(|bin| bin.count > 0) {
                assert_eq!(bin.closed == Closed::Both, bin.lower < 0.0 && bin.upper > 0.0);
                found.push((bin.lower, bin.upper, bin.count));
            }
            let mut expected: Vec<(f64, f64, u64)> = Vec::new();
            for (i, n) in step.negative.iter().rev() {
                let (inner, outer) = edges(*i, *schema);
                expected.push((-outer, -inner, *n));
            }
            expected.extend((step.zero > 0).then_some((-1e-9, 1e-9, step.zero)));
            for (i, n) in &step.positive {
                let (lower, upper) = edges(*i, *schema);
                expected.push((lower, upper, *n));
            }
            let same = found.len() == expected.len()
                && found.iter().zip(&expected).all(|(a, b)| near(a.0, b.0) && near(a.1, b.1) && a.2 == b.2);
            assert!(same, "{job}, step {k}: {found:?} and not {expected:?}");
            // sums of sixteenths are exact
            assert_eq!(histogram.recorded_sum(), Some(step.sum), "{job}, step {k}");
        }
    }
    // the same however it is cut into pages, and as a file with the answer
    for points in [1, 7, 39] {
        assert_eq!(ask(&asked, &paged(points)).unwrap().items, data.items, "pages of {points}");
    }
    let (_, bytes) = server.saved("wait_seconds", BASE_S, BASE_S + (STEPS as i64 - 1) * STEP_S, STEP_S);
    let progress = sre_stats::progress::Progress::new();
    let file = sre_stats::load::load_bytes("q.json", &bytes, &LoadOptions::default(), &progress).unwrap();
    assert_eq!(file.items, data.items);
    let resets =
        |d: &sre_stats::load::Dataset| d.report.warnings.iter().filter(|w| w.message.contains("reset")).count();
    assert_eq!((resets(&file), resets(&data)), (1, 1));
}
