//! Properties of the exponential histogram: counts, merging, wire forms.

use proptest::prelude::*;

use super::super::exponential::edges;
use super::super::{BucketSpan, Exponential, Layout, NativeCounts, NativeHistogram, Sketch};
use super::{any_values, scope, shapes};
use crate::error::ErrorKind;
use crate::quantile::Quantile;

fn of(schema: i32, values: &[f64]) -> Exponential {
    Exponential::from_values(schema, values).unwrap()
}

/// Buckets as (upper edge, count) by counting, value by value, with the definition in logarithms' place.
fn counted(values: &[f64], bins: &[super::super::Bin]) -> Vec<u64> {
    bins.iter().map(|bin| values.iter().filter(|v| bin.holds(**v)).count() as u64).collect()
}

#[test]
fn bins_hold_what_lies_between_their_edges() {
    for schema in [-4, -1, 0, 3, 5, 8] {
        for (shape, values) in shapes(3, 2000) {
            let histogram = of(schema, &values);
            let bins = histogram.bins();
            assert_eq!(bins.iter().map(|b| b.count).collect::<Vec<_>>(), counted(&values, &bins), "{shape} {schema}");
            assert_eq!(bins.iter().map(|b| b.count).sum::<u64>(), 2000);
            assert!(bins.is_sorted_by(|a, b| a.upper <= b.lower), "{shape} {schema}");
        }
    }
}

#[test]
fn the_slice_way_is_the_way_one_by_one() {
    for schema in -4..=8 {
        for (shape, mut values) in shapes(5, 30_000) {
            values[17] = f64::NAN;
            values[20_000] = f64::INFINITY;
            let mut single = Exponential::new(schema).unwrap();
            for value in &values {
                single.insert(*value);
            }
            assert_eq!(of(schema, &values), single, "{shape} {schema}");
        }
    }
}

#[test]
fn quantiles_lie_within_their_guarantee_and_the_stated_error() {
    for schema in [-4, 0, 2, 5, 8] {
        let r = 2_f64.powf(2_f64.powi(-schema));
        let error = (r - 1.0) / (r + 1.0) * (1.0 + 1e-12);
        for n in [1, 2, 10, 1001] {
            for (shape, mut values) in shapes(13, n) {
                let histogram = of(schema, &values);
                values.sort_by(f64::total_cmp);
                for p in [0.0, 0.01, 0.5, 0.9, 0.99, 1.0] {
                    let q = Quantile::new(p).unwrap();
                    let truth = values[q.rank(n as u64) as usize - 1];
                    let e = histogram.quantile(q, &scope()).unwrap();
                    let (lower, upper) = e.interval().unwrap();
                    assert!(lower <= truth && truth <= upper, "{shape} {schema} {p}: {truth:e} [{lower:e}, {upper:e}]");
                    if truth.abs() > Exponential::ZERO_THRESHOLD {
                        assert!((e.value - truth).abs() <= truth.abs() * error, "{shape} {schema} {p}");
                    }
                }
            }
        }
    }
}

#[test]
fn arguments_out_of_range_are_refused() {
    for schema in [-5, 9, i32::MAX, i32::MIN] {
        assert_eq!(Exponential::new(schema).unwrap_err().kind(), ErrorKind::Argument);
    }
    for threshold in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(Exponential::with_threshold(0, threshold).is_err());
    }
    assert_eq!(of(2, &[1.0]).coarsened(3).unwrap_err().kind(), ErrorKind::Mismatch);
    // the name in an answer is the name of the layout
    for schema in -4..=8 {
        let h = of(schema, &[1.0]);
        assert_eq!(h.quantile(Quantile::MEDIAN, &scope()).unwrap().method.to_string(), h.schema());
    }
    let empty = Exponential::new(0).unwrap();
    assert_eq!(empty.quantile(Quantile::MEDIAN, &scope()).unwrap_err().kind(), ErrorKind::Empty);
    assert_eq!((empty.min(), empty.max(), empty.count()), (None, None, 0));
}

#[test]
fn counts_saturate_without_panic() {
    let mut h = of(0, &[2.0]);
    h.insert_weighted(1.0, u64::MAX);
    h.insert_slice(&vec![1.0; 20_000]);
    let other = h.clone();
    h.merge(&other).unwrap();
    assert_eq!(h.count(), u64::MAX);
    assert_eq!(h.bins().iter().map(|b| b.count).sum::<u64>(), u64::MAX);
}

/// Spans and absolute counts as a native histogram.
fn native(
    schema: i32,
    threshold: f64,
    zero: u64,
    positive: (&[(i32, u32)], &[i64]),
    negative: (&[(i32, u32)], &[i64]),
) -> NativeHistogram {
    let spans = |spans: &[(i32, u32)]| {
        spans.iter().map(|(offset, length)| BucketSpan { offset: *offset, length: *length }).collect()
    };
    let deltas = |counts: &[i64]| {
        let mut last = 0;
        counts.iter().map(|c| c - std::mem::replace(&mut last, *c)).collect()
    };
    let count = zero + (positive.1.iter().sum::<i64>() + negative.1.iter().sum::<i64>()) as u64;
    NativeHistogram {
        schema,
        zero_threshold: threshold,
        sum: 1.0,
        positive_spans: spans(positive.0),
        negative_spans: spans(negative.0),
        counts: NativeCounts::Integer { count, zero, positive: deltas(positive.1), negative: deltas(negative.1) },
        custom_values: vec![],
    }
}

#[test]
fn additions_are_those_of_prometheus() {
    // model/histogram/float_histogram_test.go, TestFloatHistogramAdd; where that has counts of ½, all its counts are doubled
    let first: (&[(i32, u32)], &[i64]) = (&[(1, 2), (0, 3)], &[2, 3, 6, 2, 5]);
    let first_negative: (&[(i32, u32)], &[i64]) = (&[(4, 2), (1, 2)], &[1, 1, 4, 4]);
    let second: (&[(i32, u32)], &[i64]) = (&[(-2, 2), (2, 3)], &[1, 0, 3, 4, 7]);
    let second_negative: (&[(i32, u32)], &[i64]) = (&[(3, 2), (3, 2)], &[3, 1, 5, 6]);
    let sum: (&[(i32, u32)], &[i64]) = (&[(1, 5)], &[2, 6, 10, 9, 5]);
    let sum_negative: (&[(i32, u32)], &[i64]) = (&[(3, 3), (1, 3)], &[3, 2, 1, 4, 9, 6]);
    let fine: (&[(i32, u32)], &[i64]) = (&[(-4, 3), (5, 5)], &[2, 0, 0, 6, 4, 4, 6, 8]);
    let fine_negative: (&[(i32, u32)], &[i64]) = (&[(6, 3), (6, 4)], &[6, 1, 1, 4, 6, 4, 8]);
    let coarse: (&[(i32, u32)], &[i64]) = (&[(-1, 7)], &[10, 8, 4, 6, 12, 4, 10]);
    let coarse_negative: (&[(i32, u32)], &[i64]) = (&[(4, 2), (1, 2)], &[2, 2, 8, 8]);
    let both_negative: (&[(i32, u32)], &[i64]) = (&[(3, 3), (1, 3)], &[6, 4, 2, 8, 18, 12]);
    let cases = [
        (
            "larger zero bucket",
            native(0, 1.0, 17, first, first_negative),
            native(0, 0.01, 11, second, second_negative),
            native(0, 1.0, 29, sum, sum_negative),
        ),
        (
            "zero threshold inside a populated bucket",
            native(0, 0.2, 17, first, first_negative),
            native(0, 0.01, 11, second, second_negative),
            native(0, 0.25, 29, sum, sum_negative),
        ),
        (
            "schema change",
            native(0, 0.01, 16, coarse, coarse_negative),
            native(1, 0.01, 22, fine, fine_negative),
            native(0, 0.01, 38, (&[(-2, 8)], &[2, 10, 8, 4, 12, 20, 18, 10]), both_negative),
        ),
        (
            "schema change with a larger zero bucket",
            native(0, 0.25, 16, coarse, coarse_negative),
            native(1, 0.01, 22, fine, fine_negative),
            native(0, 0.25, 40, (&[(-1, 7)], &[10, 8, 4, 12, 20, 18, 10]), both_negative),
        ),
    ];
    for (name, a, b, expected) in cases {
        let [a, b, expected] = [&a, &b, &expected].map(|n| Exponential::from_native(n).unwrap());
        for (mut sum, other) in [(a.clone(), &b), (b.clone(), &a)] {
            sum.merge(other).unwrap();
            assert_eq!(sum.with_sum(1.0), expected, "{name}");
        }
    }
    // promqltest/testdata/native_histograms.test, low_res_histogram
    let mut low = Exponential::from_native(&native(-1, 0.0, 0, (&[(1, 1)], &[1]), (&[], &[]))).unwrap();
    low.merge(&Exponential::from_native(&native(0, 0.0, 0, (&[(1, 2)], &[2, 2]), (&[], &[]))).unwrap()).unwrap();
    assert_eq!(
        low.with_sum(1.0),
        Exponential::from_native(&native(-1, 0.0, 0, (&[(1, 1)], &[5]), (&[], &[]))).unwrap()
    );
}

#[test]
fn inconsistent_native_histograms_are_refused_at_their_field() {
    let good = native(0, 0.0, 1, (&[(0, 2)], &[1, 2]), (&[], &[]));
    assert!(Exponential::from_native(&good).is_ok());
    let broken = |change: &dyn Fn(&mut NativeHistogram)| {
        let mut bad = good.clone();
        change(&mut bad);
        let e = Exponential::from_native(&bad).unwrap_err();
        (e.kind(), e.position().and_then(|p| p.column.clone()).unwrap_or_default())
    };
    assert_eq!(broken(&|n| n.schema = 9), (ErrorKind::Parse, "schema".into()));
    assert_eq!(broken(&|n| n.zero_threshold = f64::NAN), (ErrorKind::Parse, "zero_threshold".into()));
    assert_eq!(broken(&|n| n.positive_spans[0].length = u32::MAX), (ErrorKind::Parse, "positive".into()));
    assert_eq!(broken(&|n| n.positive_spans[0].offset = i32::MAX), (ErrorKind::Parse, "positive[0]".into()));
    assert_eq!(broken(&|n| n.positive_spans[0].offset = 1025), (ErrorKind::Parse, "positive[0]".into()));
    assert_eq!(broken(&|n| n.custom_values = vec![1.0]), (ErrorKind::Parse, "custom_values".into()));
    let counts = |count, zero, positive: Vec<i64>| NativeCounts::Integer { count, zero, positive, negative: vec![] };
    assert_eq!(broken(&|n| n.counts = counts(3, 1, vec![1, 1])), (ErrorKind::Parse, "count".into()));
    assert_eq!(broken(&|n| n.counts = counts(9, 1, vec![1, -2])), (ErrorKind::Parse, "positive[1]".into()));
    assert_eq!(broken(&|n| n.counts = counts(9, 1, vec![i64::MAX, 1])), (ErrorKind::Parse, "positive[1]".into()));
    let float = NativeCounts::Float { count: 1.5, zero: 0.0, positive: vec![0.5, 1.0], negative: vec![] };
    assert_eq!(broken(&|n| n.counts = float.clone()).0, ErrorKind::Unsupported);
    // NaN in the total, ±∞ in the bucket beyond the last
    let mut odd = native(0, 0.0, 0, (&[(1024, 2)], &[3, 2]), (&[], &[]));
    odd.counts = counts(9, 0, vec![3, -1]);
    let read = Exponential::from_native(&odd).unwrap();
    assert_eq!((read.count(), read.dropped().infinite, read.dropped().nan), (3, 2, 4));
}

#[test]
fn otlp_is_read_as_the_specification_has_it() {
    // the data model's example of scale 0: bucket 0 is (1, 2], bucket −1 is (½, 1]
    let text = r#"{"count": 10, "sum": "Infinity", "scale": 0, "zeroCount": "1", "positive": {"offset": -1, "bucketCounts": [2, "3"]},
        "negative": {"offset": 1, "bucketCounts": ["4"]}, "min": -3.5, "max": 7, "attributes": []}"#;
    let h = Exponential::from_otlp_json(text).unwrap();
    let bins: Vec<_> = h.bins().iter().map(|b| (b.lower, b.upper, b.count)).collect();
    assert_eq!(bins, [(-4.0, -2.0, 4), (0.0, 0.0, 1), (0.5, 1.0, 2), (1.0, 2.0, 3)]);
    // a maximum beyond the last bucket contradicts it
    assert_eq!((h.min(), h.max(), h.recorded_sum()), (Some(-3.5), None, Some(f64::INFINITY)));
    // scale 10 has four buckets for one of scale 8: indices 0 to 3 are (1, 2^(1/256)]
    let fine = r#"{"scale": 10, "positive": {"offset": 0, "bucketCounts": [1, 1, 1, 1, 1]}}"#;
    let h = Exponential::from_otlp_json(fine).unwrap();
    assert_eq!(h.bins().iter().map(|b| b.count).collect::<Vec<_>>(), [4, 1]);
    assert_eq!(h.bins()[0].lower, 1.0);
    for (bad, kind, field) in [
        ("", ErrorKind::Parse, "0"),
        ("[]", ErrorKind::Parse, ""),
        (r#"{"scale": -5}"#, ErrorKind::Unsupported, "scale"),
        (r#"{"scale": 21}"#, ErrorKind::Parse, "scale"),
        (r#"{"scale": 1.5}"#, ErrorKind::Parse, "scale"),
        (r#"{"count": "3"}"#, ErrorKind::Parse, "count"),
        (r#"{"zeroCount": "-1"}"#, ErrorKind::Parse, "zeroCount"),
        (r#"{"zeroThreshold": -1}"#, ErrorKind::Parse, "zeroThreshold"),
        (r#"{"positive": 3}"#, ErrorKind::Parse, "positive"),
        (r#"{"positive": {"offset": 5000, "bucketCounts": [1]}}"#, ErrorKind::Parse, "positive.bucketCounts[0]"),
        (
            r#"{"positive": {"offset": 2147483647, "bucketCounts": [0, 1]}}"#,
            ErrorKind::Parse,
            "positive.bucketCounts[1]",
        ),
        (r#"{"negative": {"bucketCounts": [1.5]}}"#, ErrorKind::Unsupported, "negative.bucketCounts[0]"),
        (r#"{"zeroCount": "18446744073709551615", "positive": {"bucketCounts": [1]}}"#, ErrorKind::Parse, "count"),
    ] {
        let e = Exponential::from_otlp_json(bad).unwrap_err();
        let column = e.position().and_then(|p| p.column.clone());
        assert_eq!((e.kind(), column.as_deref()), (kind, Some(field)), "{bad}: {e}");
    }
}

#[test]
fn the_api_names_no_schema_but_its_edges_do() {
    // as Prometheus 2.5x answers: schema 3, its own edges some ulp beside the exact ones
    let text = r#"{"count":"12","sum":"-1.5","buckets":[[1,"-1.0905077326652577","-1","2"],[3,"-0.001","0.001","3"],
        [0,"0.9170040432046711","1","4"],[0,"1.542210825407941","1.6817928305074288","3"]]}"#;
    let h = Exponential::from_api_json(text).unwrap();
    assert_eq!((h.resolution(), h.zero_threshold(), h.count()), (3, 0.001, 12));
    assert_eq!(h.bins().iter().map(|b| b.count).collect::<Vec<_>>(), [2, 3, 4, 3]);
    // the zero bucket hides the lower edge of the bucket beside it
    let clipped = r#"{"count":"5","sum":"1","buckets":[[3,"-0.3","0.3","1"],[0,"0.3","0.5","4"]]}"#;
    let h = Exponential::from_api_json(clipped).unwrap();
    assert_eq!((h.bins()[1].lower, h.bins()[1].upper, h.bins()[1].count), (0.3, 0.5, 4));
    for bad in [
        r#"{"buckets":[[0,"1","3","1"]]}"#,
        r#"{"buckets":[[0,"1","2","1"],[0,"2","2.1","1"]]}"#,
        r#"{"buckets":[[0,"2","1","1"]]}"#,
        r#"{"buckets":[[2,"1","2","1"]]}"#,
        r#"{"buckets":[[0,"1","2"]]}"#,
        r#"{"buckets":[[0,"1","2","x"]]}"#,
        r#"{"count":"1","buckets":[[0,"1","2","2"]]}"#,
    ] {
        assert_eq!(Exponential::from_api_json(bad).unwrap_err().kind(), ErrorKind::Parse, "{bad}");
    }
    let rate = r#"{"count":"0.5","sum":"1","buckets":[[0,"1","2","0.5"]]}"#;
    assert_eq!(Exponential::from_api_json(rate).unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn eight_decades_at_schema_five_take_less_than_ten_kilobytes() {
    let values: Vec<f64> = (0..100_000).map(|i| 10_f64.powf(-5.0 + 8.0 * f64::from(i) / 1e5)).collect();
    assert!(of(5, &values).memory_bytes() < 10_000);
}

fn schema() -> impl Strategy<Value = i32> {
    -4..=8
}

/// Values of the whole range with a coarse schema, or of some decades with any: dense forms list the buckets between the ends.
fn values_and_schema() -> impl Strategy<Value = (Vec<f64>, i32)> {
    let value = prop_oneof![-1e3..1e3_f64, 1e-4..1e1_f64, Just(0.0), Just(f64::NAN), Just(f64::INFINITY), Just(0.5)];
    prop_oneof![(any_values(), -4..=-1), (prop::collection::vec(value, 0..60), schema())]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn merging_is_concatenation_at_the_coarser_schema(a in any_values(), b in any_values(), s in schema(), t in schema()) {
        let (left, right) = (of(s, &a), of(t, &b));
        let both = of(s.min(t), &[a, b].concat());
        let mut sum = left.clone();
        sum.merge(&right).unwrap();
        let mut other_way = right.clone();
        other_way.merge(&left).unwrap();
        prop_assert_eq!(sum.bins(), both.bins());
        prop_assert_eq!((sum.min(), sum.max(), sum.count(), sum.dropped()), (both.min(), both.max(), both.count(), both.dropped()));
        prop_assert_eq!(&sum, &other_way);
        sum.subtract(&right).unwrap();
        prop_assert_eq!(sum.bins(), left.coarsened(s.min(t)).unwrap().bins());
        let before = sum.clone();
        let mut more = right.clone();
        more.insert_weighted(1e9, 1 + left.count());
        prop_assert_eq!(sum.subtract(&more).unwrap_err().kind(), ErrorKind::Mismatch);
        prop_assert_eq!(sum, before);
    }

    #[test]
    fn merging_is_associative_among_equal_thresholds_or_schemas(
        parts in prop::array::uniform3((any_values(), schema(), 0.0..3.0_f64)), equal_schemas: bool,
    ) {
        let [a, b, c] = parts.map(|(values, s, t)| {
            let mut h = Exponential::with_threshold(if equal_schemas { 2 } else { s }, if equal_schemas { t } else { 0.5 }).unwrap();
            h.insert_slice(&values);
            h
        });
        let mut left = a.clone();
        left.merge(&b).unwrap();
        left.merge(&c).unwrap();
        let mut right = b.clone();
        right.merge(&c).unwrap();
        let mut all = a.clone();
        all.merge(&right).unwrap();
        prop_assert_eq!(left, all);
    }

    #[test]
    fn wire_forms_round_trip((a, s) in values_and_schema(), sum in any::<f64>()) {
        let finite: Vec<f64> = a.iter().copied().filter(|v| v.is_finite()).collect();
        let h = of(s, &finite).with_sum(if sum.is_finite() { sum } else { 0.5 });
        let native = Exponential::from_native(&h.to_native().unwrap()).unwrap();
        prop_assert_eq!(native.bins(), h.bins());
        prop_assert_eq!(native.to_native().unwrap(), h.to_native().unwrap());
        prop_assert_eq!(&Exponential::from_otlp_json(&h.to_otlp_json()).unwrap(), &h);
        let api = Exponential::from_api_json(&h.to_api_json()).unwrap();
        prop_assert_eq!((api.count(), api.recorded_sum()), (h.count(), h.recorded_sum()));
        let h = of(s, &a);
        let text = serde_json::to_string(&h).unwrap();
        prop_assert_eq!(serde_json::from_str::<Exponential>(&text).unwrap(), h);
    }

    #[test]
    fn the_api_form_round_trips_where_edges_are_apart(values in prop::collection::vec(-1e3..1e3_f64, 1..100), s in schema()) {
        let h = of(s, &values).with_sum(1.0);
        let api = Exponential::from_api_json(&h.to_api_json()).unwrap();
        prop_assert_eq!(api.bins(), h.bins());
        prop_assert_eq!(api.resolution(), s);
    }

    #[test]
    fn decoders_survive_mutations((a, s) in values_and_schema(), at in any::<usize>(), byte in any::<u8>(), cut in any::<usize>()) {
        let h = of(s, &a).with_sum(1.0);
        for text in [h.to_otlp_json(), h.to_api_json()] {
            let mut bytes = text.into_bytes();
            let n = bytes.len();
            let short = String::from_utf8_lossy(&bytes[..cut % n]).into_owned();
            prop_assert!(Exponential::from_otlp_json(&short).is_err() && Exponential::from_api_json(&short).is_err());
            bytes[at % n] = byte;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            for read in [Exponential::from_otlp_json(&text), Exponential::from_api_json(&text)].into_iter().flatten() {
                prop_assert_eq!(read.bins().iter().map(|b| b.count).sum::<u64>(), read.count());
                if !read.is_empty() {
                    prop_assert!(!read.quantile(Quantile::P99, &scope()).unwrap().value.is_nan());
                }
            }
        }
    }

    #[test]
    fn any_spans_and_counts_are_read_or_refused(
        schema in -6..=10_i32, threshold in any::<f64>(), zero in any::<u64>(), count in any::<u64>(),
        spans in prop::collection::vec((any::<i32>(), 0..5_u32), 0..4), deltas in prop::collection::vec(any::<i64>(), 0..8),
        small in any::<bool>(),
    ) {
        let spans = spans.into_iter().map(|(offset, length)| BucketSpan { offset: if small { offset % 50 } else { offset }, length }).collect();
        let n = NativeHistogram {
            schema, zero_threshold: threshold.abs(), sum: 0.0, positive_spans: spans, negative_spans: vec![],
            counts: NativeCounts::Integer { count, zero: if small { 1 } else { zero }, positive: deltas, negative: vec![] },
            custom_values: vec![],
        };
        let _ = n.quantile(Quantile::P90, &scope());
        if let Ok(read) = Exponential::from_native(&n) {
            prop_assert_eq!(read.bins().iter().map(|b| b.count).sum::<u64>(), read.count());
        }
    }
}

#[test]
fn buckets_of_the_whole_range_stay_within_the_stated_memory() {
    let (first, last) = edges::range(8);
    assert!((last - first) as usize * size_of::<u64>() < 4_400_000);
    let both = of(8, &[f64::from_bits(1), f64::MAX]);
    // with the zero bucket of width 0, the smallest value has a bucket of its own
    let mut wide = Exponential::with_threshold(8, 0.0).unwrap();
    wide.insert_slice(&[f64::from_bits(1), f64::MAX]);
    assert!(wide.memory_bytes() < 4_500_000 && both.memory_bytes() < wide.memory_bytes());
}
