//! `histogram_quantile` against the values in Prometheus' own tests.

use super::super::{BucketSpan, Explicit, Exponential, NativeCounts, NativeHistogram, classic_quantile};
use super::scope;
use crate::error::ErrorKind;
use crate::quantile::Quantile;

type Pairs = &'static [(f64, f64)];

const INF: f64 = f64::INFINITY;

fn q(p: f64) -> Quantile {
    Quantile::new(p).unwrap()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(1e-12)
}

#[test]
fn classic_quantiles_are_those_of_promqltest() {
    // promql/promqltest/testdata/histograms.test
    const POSITIVE: Pairs = &[(0.1, 50.0), (0.2, 70.0), (1.0, 110.0), (INF, 120.0)];
    const NEGATIVE: Pairs = &[(-0.2, 10.0), (-0.1, 20.0), (0.3, 20.0), (INF, 30.0)];
    const STEPS: Pairs = &[(0.0, 0.0), (2.0, 1.0), (4.0, 2.0), (6.0, 3.0), (INF, 3.0)];
    const THIRD: Pairs = &[(-0.25, 0.0), (-0.2, 10.0), (-0.1, 20.0), (0.3, 20.0), (INF, 20.0)];
    let cases: [(Pairs, Pairs); 4] = [
        (POSITIVE, &[(0.0, 0.0), (0.2, 0.048), (0.5, 0.15), (0.8, 0.72), (1.0, 1.0)]),
        (NEGATIVE, &[(0.0, -0.2), (0.2, -0.2), (0.5, -0.15), (0.8, 0.3), (1.0, 0.3)]),
        (STEPS, &[(1.0 / 6.0, 1.0), (0.5, 3.0), (5.0 / 6.0, 5.0)]),
        (THIRD, &[(0.0, -0.25), (0.25, -0.225), (0.5, -0.2), (0.75, -0.15), (1.0, -0.1)]),
    ];
    for (buckets, expected) in cases {
        for (p, value) in expected {
            let e = classic_quantile(buckets, q(*p), &scope()).unwrap();
            assert!(near(e.value, *value), "{p}: {} is not {value}", e.value);
            // custom bounds give the same
            let whole: Vec<(f64, u64)> = buckets.iter().map(|(edge, count)| (*edge, *count as u64)).collect();
            let explicit = Explicit::from_cumulative(&whole).unwrap().with_sum(1.0);
            assert_eq!(explicit.histogram_quantile(q(*p), &scope()).unwrap().value, e.value);
            let native = explicit.to_native().unwrap().quantile(q(*p), &scope()).unwrap();
            assert!(near(native.value, *value), "{p}: {} is not {value} with custom bounds", native.value);
        }
    }
    // different spellings of one edge are added up
    let mixed = [(0.1, 10.0), (0.2, 10.0), (0.2, 10.0), (0.2, 10.0), (INF, 40.0)];
    assert!(near(classic_quantile(&mixed, q(0.5), &scope()).unwrap().value, 0.15));
}

#[test]
fn counts_that_fall_are_mended_as_in_prometheus() {
    // promql/quantile_test.go, TestBucketQuantile_ForcedMonotonicity
    let simple = [(10.0, 10.0), (15.0, 15.0), (20.0, 15.000_000_000_01), (30.0, 15.0), (INF, 15.0)];
    for (p, value) in [(1.0, 15.0), (0.99, 14.85), (0.9, 13.5), (0.5, 7.5)] {
        let e = classic_quantile(&simple, q(p), &scope()).unwrap();
        assert!(near(e.value, value) && e.caveats.is_empty(), "{p}: {}", e.value);
    }
    let real = [
        (1.0, 6_454_661.301_416_622_5),
        (5.0, 8_339_611.200_191_296),
        (10.0, 14_118_319.244_476_216),
        (25.0, 14_130_031.527_285_65),
        (50.0, 46_001_270.303_000_82),
        (64.0, 46_008_473.858_556_38),
        (80.0, 46_008_473.858_556_39),
        (100.0, 46_008_473.858_556_38),
        (250.0, 46_008_473.858_556_38),
        (1000.0, 46_008_473.858_556_39),
        (INF, 46_008_473.858_556_38),
    ];
    for (p, value) in
        [(1.0, 64.0), (0.99, 49.644_757_153_764_06), (0.9, 46.396_716_909_384_54), (0.5, 31.960_982_489_920_02)]
    {
        assert!(near(classic_quantile(&real, q(p), &scope()).unwrap().value, value), "{p}");
    }
    // a real fall, made up: the envelope has 10, 10, 12
    let falls = [(1.0, 10.0), (2.0, 8.0), (INF, 12.0)];
    let e = classic_quantile(&falls, q(0.5), &scope()).unwrap();
    assert_eq!((e.value, e.interval(), e.caveats.len()), (0.6, Some((f64::NEG_INFINITY, 1.0)), 1));
}

#[test]
fn what_prometheus_answers_with_nan_is_an_error() {
    for (buckets, kind) in [
        (&[][..], ErrorKind::Argument),
        (&[(1.0, 1.0)], ErrorKind::Argument),
        (&[(INF, 1.0)], ErrorKind::Argument),
        (&[(1.0, 0.0), (INF, 0.0)], ErrorKind::Empty),
        (&[(f64::NAN, 0.0), (INF, 1.0)], ErrorKind::Argument),
        (&[(1.0, f64::NAN), (INF, 1.0)], ErrorKind::Argument),
        (&[(1.0, -1.0), (INF, 1.0)], ErrorKind::Argument),
    ] {
        assert_eq!(classic_quantile(buckets, q(0.5), &scope()).unwrap_err().kind(), kind, "{buckets:?}");
    }
    // 0 of 0 values below p0: Prometheus divides 0 by 0
    let empty_first = [(0.1, 0.0), (0.2, 5.0), (INF, 5.0)];
    assert_eq!(classic_quantile(&empty_first, q(0.0), &scope()).unwrap_err().kind(), ErrorKind::Argument);
    let mut nothing_counted = load(0, 0.0, &[0.0], &[]);
    nothing_counted.counts = NativeCounts::Float { count: 5.0, zero: 0.0, positive: vec![0.0], negative: vec![] };
    assert_eq!(nothing_counted.quantile(q(0.0), &scope()).unwrap_err().kind(), ErrorKind::Argument);
}

/// `{{schema:… z_bucket:… z_bucket_w:0.001 buckets:[…] n_buckets:[…]}}` of promqltest.
fn load(schema: i32, zero: f64, positive: &[f64], negative: &[f64]) -> NativeHistogram {
    let span =
        |side: &[f64]| if side.is_empty() { vec![] } else { vec![BucketSpan { offset: 0, length: side.len() as u32 }] };
    NativeHistogram {
        schema,
        zero_threshold: 0.001,
        sum: 100.0,
        positive_spans: span(positive),
        negative_spans: span(negative),
        counts: NativeCounts::Float {
            count: zero + positive.iter().chain(negative).sum::<f64>(),
            zero,
            positive: positive.to_vec(),
            negative: negative.to_vec(),
        },
        custom_values: vec![],
    }
}

#[test]
fn native_quantiles_are_those_of_promqltest() {
    // promql/promqltest/testdata/native_histograms.test: single, negative, balanced, 1, 2, 3 and var_res
    let side = [2.0, 3.0, 0.0, 1.0, 4.0];
    let cases: Vec<(NativeHistogram, Vec<(f64, f64)>)> = vec![
        (load(0, 0.0, &[1.0, 2.0, 1.0], &[]), vec![(0.5, 2_f64.sqrt())]),
        (load(0, 0.0, &[], &[1.0, 2.0, 1.0]), vec![(0.5, -2_f64.sqrt())]),
        (load(0, 0.0, &[1.0, 2.0, 1.0], &[1.0, 2.0, 1.0]), vec![(0.5, 0.5)]),
        (load(0, 1.0, &[], &[]), vec![(0.5, 0.0)]),
        (
            load(0, 2.0, &side, &[]),
            vec![
                (1.0, 16.0),
                (0.99, 15.670_724_761_390_83),
                (0.9, 12.996_038_341_699_77),
                (0.6, 4.594_793_419_988_138),
                (0.5, 1.587_401_051_968_199_4),
                (0.1, 0.0006),
                (0.0, 0.0),
            ],
        ),
        (
            load(0, 2.0, &[], &side),
            vec![
                (1.0, 0.0),
                (0.99, -0.000_06),
                (0.9, -0.0006),
                (0.5, -1.587_401_051_968_199_6),
                (0.1, -12.996_038_341_699_768),
                (0.0, -16.0),
            ],
        ),
        (
            load(0, 4.0, &side, &side),
            vec![
                (1.0, 16.0),
                (0.99, 15.348_225_909_204_23),
                (0.9, 10.556_063_286_183_155),
                (0.7, 1.203_025_036_082_116_4),
                (0.55, 0.0006),
                (0.5, 0.0),
                (0.45, -0.0006),
                (0.3, -1.203_025_036_082_116_9),
                (0.1, -10.556_063_286_183_155),
                (0.01, -15.348_225_909_204_23),
                (0.0, -16.0),
            ],
        ),
        (load(-1, 0.0, &[0.0, 5.0], &[]), vec![(0.5, 2.0)]),
        (load(1, 0.0, &[0.0, 0.0, 5.0], &[]), vec![(0.5, 1.681_792_830_507_429_2)]),
        (load(1, 0.0, &[], &[0.0, 0.0, 5.0]), vec![(0.5, -1.681_792_830_507_429_2)]),
    ];
    for (i, (histogram, expected)) in cases.iter().enumerate() {
        for (p, value) in expected {
            let e = histogram.quantile(q(*p), &scope()).unwrap();
            assert!(near(e.value, *value), "histogram {i}, {p}: {} is not {value}", e.value);
        }
    }
}

#[test]
fn the_balanced_example_without_float_counts() {
    let mut h = Exponential::with_threshold(0, 0.001).unwrap();
    super::super::Sketch::insert_slice(&mut h, &[0.75, 1.5, 1.75, 3.0]);
    let e = h.histogram_quantile(q(0.5), &scope()).unwrap();
    assert!(near(e.value, 2_f64.sqrt()));
    // its own interval holds the sample of rank 2
    assert_eq!(e.interval(), Some((1.0, 2.0)));
    assert!(e.caveats.is_empty());
    // the highest quantile is the bucket's end for Prometheus, the largest value in truth
    let top = h.histogram_quantile(q(1.0), &scope()).unwrap();
    assert_eq!((top.value, top.interval(), top.caveats.len()), (4.0, Some((3.0, 3.0)), 1));
}

#[test]
fn nan_values_take_the_highest_quantiles() {
    let mut histogram = load(0, 0.0, &[5.0, 5.0], &[]);
    histogram.sum = f64::NAN;
    histogram.counts = NativeCounts::Float { count: 20.0, zero: 0.0, positive: vec![5.0, 5.0], negative: vec![] };
    assert_eq!(histogram.quantile(q(0.9), &scope()).unwrap_err().kind(), ErrorKind::Argument);
    assert_eq!(histogram.quantile(q(0.25), &scope()).unwrap().value, 1.0);
}
