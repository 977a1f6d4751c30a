//! Properties of explicit buckets: counts, merging, wire forms.

use proptest::prelude::*;

use super::super::{CUSTOM_BUCKETS, Explicit, Layout, NativeCounts, Sketch};
use super::{any_values, scope, shapes};
use crate::error::ErrorKind;
use crate::estimate::Bound;
use crate::quantile::Quantile;

const EDGES: [f64; 8] = [-10.0, -0.5, 0.0, 0.005, 0.1, 0.3, 1.0, 1e6];

fn of(edges: &[f64], values: &[f64]) -> Explicit {
    let mut histogram = Explicit::new(edges).unwrap();
    histogram.insert_slice(values);
    histogram
}

#[test]
fn counts_are_those_of_counting() {
    for (shape, values) in shapes(3, 2000) {
        let histogram = of(&EDGES, &values);
        for (edge, cumulative) in histogram.cumulative() {
            assert_eq!(cumulative, values.iter().filter(|v| **v <= edge).count() as u64, "{shape} {edge}");
            assert_eq!(histogram.count_at_most(edge), (cumulative, cumulative), "{shape} {edge}");
            let share = histogram.share_at_most(edge, &scope()).unwrap();
            assert_eq!((share.value, share.bound), (cumulative as f64 / 2000.0, Bound::Exact));
        }
    }
}

#[test]
fn a_slice_is_counted_as_its_values_are() {
    let near: Vec<f64> = EDGES.iter().flat_map(|e| [*e, e.next_up(), e.next_down()]).collect();
    // edges that a table of cells can tell apart, some that it cannot, none, and more than it has counters for
    let many: Vec<f64> = (0..1500).map(|i| 1.01_f64.powi(i)).collect();
    for edges in [&EDGES[..], &[0.1, 0.1_f64.next_up(), 0.1001], &[], &many, &[f64::MIN_POSITIVE, 1e300]] {
        for (shape, mut values) in shapes(17, 9_000) {
            for odd in [&[][..], &near, &[f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -0.0, 5e-324, f64::MIN]]
            {
                values.extend(odd);
                let slice = of(edges, &values);
                let mut single = Explicit::new(edges).unwrap();
                for value in &values {
                    single.insert(*value);
                }
                assert_eq!(slice, single, "{shape} {}", edges.len());
            }
        }
    }
    let mut full = Explicit::from_counts(&[1.0], &[u64::MAX - 5, 0]).unwrap();
    full.insert_slice(&vec![2.0; 10_000]);
    assert_eq!((full.count(), full.counts()), (u64::MAX, &[u64::MAX - 5, 5][..]));
}

#[test]
fn quantiles_lie_within_their_bucket() {
    for n in [1, 2, 10, 1001] {
        for (shape, mut values) in shapes(13, n) {
            let histogram = of(&EDGES, &values);
            values.sort_by(f64::total_cmp);
            let read = Explicit::from_counts(&EDGES, histogram.counts()).unwrap();
            for p in [0.0, 0.01, 0.5, 0.9, 0.99, 1.0] {
                let q = Quantile::new(p).unwrap();
                let truth = values[q.rank(n as u64) as usize - 1];
                for h in [&histogram, &read] {
                    let e = h.quantile(q, &scope()).unwrap();
                    let (lower, upper) = e.interval().unwrap();
                    assert!(lower <= truth && truth <= upper, "{shape} {p}: {truth:e} not in [{lower:e}, {upper:e}]");
                    assert!(lower <= e.value && e.value <= upper);
                }
            }
        }
    }
}

#[test]
fn edges_and_counts_must_go_together() {
    for edges in [&[1.0, 1.0][..], &[2.0, 1.0], &[f64::NAN], &[f64::NEG_INFINITY, 1.0], &[f64::INFINITY, f64::INFINITY]]
    {
        assert_eq!(Explicit::new(edges).unwrap_err().kind(), ErrorKind::Argument, "{edges:?}");
    }
    assert_eq!(Explicit::new(&[1.0, f64::INFINITY]).unwrap(), Explicit::new(&[1.0]).unwrap());
    assert_eq!(Explicit::from_counts(&[1.0], &[1]).unwrap_err().kind(), ErrorKind::Mismatch);
    assert_eq!(Explicit::from_counts(&[1.0], &[1, u64::MAX]).unwrap_err().kind(), ErrorKind::Mismatch);
    let falling = [(1.0, 5), (2.0, 4), (f64::INFINITY, 6)];
    assert_eq!(Explicit::from_cumulative(&falling).unwrap_err().kind(), ErrorKind::Mismatch);
    assert_eq!(Explicit::from_cumulative(&[(1.0, 5)]).unwrap_err().kind(), ErrorKind::Argument);
    let mut a = of(&[1.0], &[0.5]);
    let before = a.clone();
    assert_eq!(a.merge(&of(&[2.0], &[0.5])).unwrap_err().kind(), ErrorKind::Mismatch);
    assert_eq!(a.subtract(&of(&[1.0], &[2.0])).unwrap_err().kind(), ErrorKind::Mismatch);
    assert_eq!(a, before);
    // the total alone, as OpenTelemetry allows
    let empty = Explicit::new(&[]).unwrap();
    assert_eq!((empty.counts().len(), empty.is_empty()), (1, true));
    assert_eq!(empty.histogram_quantile(Quantile::P90, &scope()).unwrap_err().kind(), ErrorKind::Argument);
}

#[test]
fn custom_bounds_merge_at_common_edges_as_in_prometheus() {
    // model/histogram/float_histogram_test.go: “intersection and rollup” and “no common boundaries”
    let mut a = Explicit::from_counts(&[2.0, 4.0], &[1, 0, 5]).unwrap();
    a.merge_common(&Explicit::from_counts(&[1.0, 2.0, 3.0, 4.0, 5.0], &[10, 20, 0, 40, 50, 100]).unwrap()).unwrap();
    assert_eq!((a.edges(), a.counts()), (&[2.0, 4.0][..], &[31, 40, 155][..]));
    let mut a = Explicit::from_counts(&[1.5], &[1, 2]).unwrap();
    a.merge_common(&Explicit::from_counts(&[2.5], &[10, 20]).unwrap()).unwrap();
    assert_eq!((a.edges(), a.counts()), (&[][..], &[33][..]));
}

#[test]
fn inconsistent_custom_bounds_are_refused() {
    let good = Explicit::from_counts(&[1.0, 2.0], &[3, 0, 4]).unwrap().with_sum(9.0).to_native().unwrap();
    assert_eq!(good.schema, CUSTOM_BUCKETS);
    let broken = |change: &dyn Fn(&mut super::super::NativeHistogram)| {
        let mut bad = good.clone();
        change(&mut bad);
        Explicit::from_native(&bad).unwrap_err().kind()
    };
    assert_eq!(broken(&|n| n.custom_values = vec![2.0, 1.0]), ErrorKind::Parse);
    assert_eq!(broken(&|n| n.custom_values = vec![1.0]), ErrorKind::Parse);
    assert_eq!(broken(&|n| n.custom_values = vec![1.0, f64::INFINITY]), ErrorKind::Parse);
    assert_eq!(broken(&|n| n.zero_threshold = 1.0), ErrorKind::Parse);
    assert_eq!(broken(&|n| n.schema = 0), ErrorKind::Unsupported);
    assert_eq!(broken(&|n| n.positive_spans.clear()), ErrorKind::Parse);
    let counts = NativeCounts::Integer { count: 6, zero: 0, positive: vec![3, 1], negative: vec![] };
    assert_eq!(broken(&|n| n.counts = counts.clone()), ErrorKind::Parse);
}

#[test]
fn otlp_is_read_as_the_specification_has_it() {
    let text = r#"{"count": "7", "sum": 1e3, "bucketCounts": [1, "2", 4], "explicitBounds": [0.1, "0.5"], "min": -1, "max": 0.2}"#;
    let h = Explicit::from_otlp_json(text).unwrap();
    assert_eq!((h.edges(), h.counts(), h.recorded_sum()), (&[0.1, 0.5][..], &[1, 2, 4][..], Some(1e3)));
    // a maximum within a bucket that is not the last contradicts it
    assert_eq!((h.min(), h.max()), (Some(-1.0), None));
    assert_eq!(Explicit::from_otlp_json(r#"{"count": 3}"#).unwrap().counts(), [3]);
    for (bad, field) in [
        (r#"{"count": 3, "bucketCounts": [1], "explicitBounds": []}"#, "count"),
        (r#"{"bucketCounts": [1], "explicitBounds": [1]}"#, "bucketCounts"),
        (r#"{"bucketCounts": [1, 1], "explicitBounds": ["NaN"]}"#, "explicitBounds"),
        (r#"{"bucketCounts": [1, -1], "explicitBounds": [1]}"#, "bucketCounts[1]"),
        (r#"{"bucketCounts": {}}"#, "bucketCounts"),
    ] {
        let e = Explicit::from_otlp_json(bad).unwrap_err();
        assert_eq!(e.position().and_then(|p| p.column.as_deref()), Some(field), "{bad}: {e}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn merging_is_concatenation(a in any_values(), b in any_values(), c in any_values()) {
        let [x, y, z] = [&a, &b, &c].map(|values| of(&EDGES, values));
        let mut left = x.clone();
        left.merge(&y).unwrap();
        left.merge(&z).unwrap();
        let mut right = y.clone();
        right.merge(&z).unwrap();
        let mut all = right.clone();
        all.merge(&x).unwrap();
        prop_assert_eq!(&left, &all);
        let both = of(&EDGES, &[a, b, c].concat());
        prop_assert_eq!((left.bins(), left.min(), left.max(), left.dropped()), (both.bins(), both.min(), both.max(), both.dropped()));
        left.subtract(&x).unwrap();
        prop_assert_eq!((left.bins(), left.dropped()), (right.bins(), right.dropped()));
    }

    #[test]
    fn wire_forms_round_trip(a in any_values(), edges in prop::collection::btree_set(any::<i64>(), 0..12), sum in -1e9..1e9_f64) {
        let mut edges: Vec<f64> = edges.into_iter().map(|e| f64::from_bits(e as u64)).filter(|e| e.is_finite()).collect();
        edges.sort_by(f64::total_cmp);
        edges.dedup();
        let h = of(&edges, &a);
        let text = serde_json::to_string(&h).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Explicit>(&text).unwrap(), &h);
        let h = h.with_sum(sum);
        prop_assert_eq!(&Explicit::from_counts(h.edges(), h.counts()).unwrap().bins(), &h.bins());
        prop_assert_eq!(&Explicit::from_cumulative(&h.cumulative()).unwrap().bins(), &h.bins());
        let native = h.to_native().unwrap();
        let read = Explicit::from_native(&native).unwrap();
        prop_assert_eq!((read.counts(), read.edges()), (h.counts(), h.edges()));
        prop_assert_eq!(read.dropped().nan, h.dropped().nan);
    }

    #[test]
    fn decoders_survive_mutations(a in any_values(), at in any::<usize>(), byte in any::<u8>(), cut in any::<usize>()) {
        let mut bytes = of(&EDGES, &a).with_sum(1.0).to_otlp_json().into_bytes();
        let n = bytes.len();
        prop_assert!(Explicit::from_otlp_json(&String::from_utf8_lossy(&bytes[..cut % n])).is_err());
        bytes[at % n] = byte;
        if let Ok(read) = Explicit::from_otlp_json(&String::from_utf8_lossy(&bytes)) {
            prop_assert_eq!(read.bins().iter().map(|b| b.count).sum::<u64>(), read.count());
            if !read.is_empty() {
                prop_assert!(!read.quantile(Quantile::P99, &scope()).unwrap().value.is_nan());
                let _ = read.histogram_quantile(Quantile::P99, &scope());
            }
        }
    }
}
