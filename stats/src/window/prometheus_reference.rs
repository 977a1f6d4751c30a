//! Agreement with a real Prometheus on `tests/reference/prometheus/expected.json`, which `generate.py` beside it wrote.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::estimate::Scope;
use crate::quantile::Quantile;
use crate::series::{Identity, NanPolicy, Series};
use crate::time::{Span, Timestamp};
use crate::unit::Unit;

#[derive(serde::Deserialize)]
struct Expected {
    prometheus: String,
    base_ms: i64,
    series: Vec<Samples>,
    asked: Vec<Asked>,
    histograms: Vec<Buckets>,
    quantiles: Vec<AskedQuantile>,
}

#[derive(serde::Deserialize)]
struct Samples {
    t: Vec<i64>,
    v: Vec<f64>,
}

#[derive(serde::Deserialize)]
struct Asked {
    function: String,
    range_s: i64,
    at_ms: i64,
    read: Vec<Option<f64>>,
}

#[derive(serde::Deserialize)]
struct Buckets {
    le: Vec<f64>,
    count: Vec<f64>,
}

#[derive(serde::Deserialize)]
struct AskedQuantile {
    q: f64,
    read: Vec<Option<f64>>,
}

fn expected() -> Expected {
    serde_json::from_str(include_str!("../../../tests/reference/prometheus/expected.json")).unwrap()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * b.abs().max(1e-9)
}

#[test]
fn rate_increase_irate_and_delta_are_those_of_the_server() {
    let expected = expected();
    let dialect: Dialect = expected.prometheus.parse().unwrap();
    assert!(expected.series.len() >= 200);
    let all: Vec<Series> = expected
        .series
        .iter()
        .map(|s| {
            let times = s.t.iter().map(|t| (expected.base_ms + t) * 1_000_000).collect();
            Series::new(Identity::default(), times, s.v.clone(), NanPolicy::Refuse).unwrap()
        })
        .collect();
    let (mut answers, mut silent) = (0, 0);
    for asked in &expected.asked {
        let function = match asked.function.as_str() {
            "rate" => RangeFunction::Rate,
            "increase" => RangeFunction::Increase,
            "irate" => RangeFunction::Irate,
            _ => RangeFunction::Delta,
        };
        assert_eq!(function.to_string(), asked.function);
        let range = Span::from_secs(asked.range_s);
        let query = RangeQuery::new(function, range, RangeEnds::Extrapolated, dialect).unwrap();
        let at = Timestamp((expected.base_ms + asked.at_ms) * 1_000_000);
        for (i, (series, read)) in all.iter().zip(&asked.read).enumerate() {
            let ours = query.read(series, at);
            match (ours, read) {
                (Some(a), Some(b)) => assert!(near(a, *b), "series {i}, {query} at {at}: {a} and not {b}"),
                (a, b) => assert_eq!(a.is_some(), b.is_some(), "series {i}, {query} at {at}: {a:?} and not {b:?}"),
            }
            if read.is_some() { answers += 1 } else { silent += 1 }
        }
    }
    // the reference exercises what it is for
    assert!(answers > 4000 && silent > 50, "{answers} answers, {silent} times none");
    let resets = all.iter().filter(|s| s.values().windows(2).any(|v| v[1] < v[0])).count();
    let gaps = all.iter().filter(|s| !s.gaps().is_empty()).count();
    assert!(resets > 100 && gaps > 100, "{resets} series with resets, {gaps} with gaps");
}

#[test]
fn histogram_quantile_is_that_of_the_server() {
    let expected = expected();
    let dialect: Dialect = expected.prometheus.parse().unwrap();
    let mut answers = 0;
    for asked in &expected.quantiles {
        for (i, (histogram, read)) in expected.histograms.iter().zip(&asked.read).enumerate() {
            let edges = histogram.le.iter().copied().chain([f64::INFINITY]);
            let buckets: Vec<ClassicBucket> =
                edges.zip(&histogram.count).map(|(le, n)| ClassicBucket { le, cumulative: *n }).collect();
            let scope = Scope::untimed(Unit::Second);
            let ours = classic_quantile(&buckets, Quantile::new(asked.q).unwrap(), dialect, &scope);
            match (ours, read) {
                (Ok(a), Some(b)) => assert!(near(a.value, *b), "histogram {i}, {}: {a} and not {b}", asked.q),
                (a, b) => assert_eq!(a.is_ok(), b.is_some(), "histogram {i}, {}: {a:?} and not {b:?}", asked.q),
            }
            answers += usize::from(read.is_some());
        }
    }
    assert!(answers > 150, "{answers}");
}
