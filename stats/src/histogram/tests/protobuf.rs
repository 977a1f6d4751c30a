//! Protobuf messages of other implementations: `tests/reference/sketch/protobuf.py`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::super::shapes::survives_damage;
use super::super::{Explicit, Exponential, Layout, NativeCounts, NativeHistogram, Sketch};
use super::{any_values, scope};
use crate::error::ErrorKind;
use crate::quantile::Quantile;

fn message(kind: &str, name: &str) -> Vec<u8> {
    let text = include_str!("../../../../tests/reference/sketch/protobuf.json");
    let reference: serde_json::Value = serde_json::from_str(text).unwrap();
    STANDARD.decode(reference[kind][name].as_str().unwrap()).unwrap()
}

fn bins<L: Layout>(layout: &L) -> Vec<(f64, f64, u64)> {
    layout.bins().iter().map(|bin| (bin.lower, bin.upper, bin.count)).collect()
}

#[test]
fn otlp_s_exponential_points_are_read() {
    let read = Exponential::from_otlp_bytes(&message("otlp_exponential", "both_sides")).unwrap();
    assert_eq!((read.resolution(), read.count(), read.zero_count(), read.zero_threshold()), (3, 1012, 2, 1e-6));
    assert_eq!((read.min(), read.max(), read.recorded_sum()), (Some(-1.9), Some(1.5), Some(-3.5)));
    // OpenTelemetry's bucket i is (2^(i/8), 2^((i+1)/8)]
    let edge = |i: i32| Exponential::upper_edge(3, i);
    let expected = vec![
        (-edge(8), -edge(7), 700),
        (-edge(7), -edge(6), 5),
        (-1e-6, 1e-6, 2),
        (edge(-3), edge(-2), 1),
        (edge(-1), edge(0), 300),
        (edge(4), edge(5), 4),
    ];
    assert_eq!(bins(&read), expected);
    assert_eq!((edge(0), edge(8)), (1.0, 2.0));
    // scale 20 comes down to 8, where the first 4096 buckets are one
    let fine = Exponential::from_otlp_bytes(&message("otlp_exponential", "fine")).unwrap();
    assert_eq!((fine.resolution(), bins(&fine)), (8, vec![(1.0, Exponential::upper_edge(8, 1), 3)]));
    let empty = Exponential::from_otlp_bytes(&message("otlp_exponential", "empty")).unwrap();
    assert_eq!((empty.resolution(), empty.count()), (5, 0));
}

#[test]
fn otlp_s_explicit_points_are_read() {
    let read = Explicit::from_otlp_bytes(&message("otlp_explicit", "latency")).unwrap();
    assert_eq!((read.edges(), read.counts()), (&[0.1, 0.5, 2.5][..], &[1000, 0, 2, 1][..]));
    assert_eq!((read.min(), read.max(), read.recorded_sum()), (Some(0.01), Some(9.0), Some(104.2)));
    let total = Explicit::from_otlp_bytes(&message("otlp_explicit", "total_alone")).unwrap();
    assert_eq!((total.edges().len(), total.count(), total.recorded_sum()), (0, 7, Some(1.5)));
}

#[test]
fn what_prometheus_clients_expose_is_read() {
    let whole = NativeHistogram::from_protobuf(&message("prometheus", "whole")).unwrap();
    let exponential = Exponential::from_native(&whole).unwrap();
    let edge = |i: i32| Exponential::upper_edge(1, i);
    let expected = vec![
        (-edge(1), -1.0, 2),
        (-1.0, -edge(-1), 3),
        (-0.001, 0.001, 2),
        (edge(-5), edge(-4), 1),
        (edge(-4), edge(-3), 2),
        (edge(-2), edge(-1), 1),
        (edge(-1), edge(0), 1),
    ];
    assert_eq!((bins(&exponential), exponential.recorded_sum()), (expected, Some(100.25)));
    let real = NativeHistogram::from_protobuf(&message("prometheus", "real")).unwrap();
    assert!(
        matches!(&real.counts, NativeCounts::Float { count: 12.5, zero: 1.5, positive, .. } if *positive == [2.0, 3.0, 6.0])
    );
    let edges: Vec<f64> = real.buckets().unwrap().iter().map(|bucket| bucket.upper).collect();
    assert_eq!(edges, [0.001, 1.0, 2.0, 32.0]);
    assert!(real.quantile(Quantile::MEDIAN, &scope()).unwrap().value > 1.0);
    let both = message("prometheus", "classic_beside");
    let native = Exponential::from_native(&NativeHistogram::from_protobuf(&both).unwrap()).unwrap();
    let classic = Explicit::from_protobuf(&both).unwrap();
    assert_eq!(
        (classic.cumulative(), classic.recorded_sum()),
        (vec![(0.5, 2), (1.0, 5), (f64::INFINITY, 5)], Some(4.0))
    );
    assert_eq!(native.count_at_most(0.5), (2, 2));
    assert_eq!(native.count_at_most(1.0), (5, 5));
    // the same bytes without the native part
    let alone = classic.to_protobuf().unwrap();
    assert_eq!(NativeHistogram::from_protobuf(&alone).unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(Explicit::from_protobuf(&alone).unwrap(), classic);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn messages_round_trip(a in any_values(), schema in -4..=8, sum in -1e9..1e9_f64) {
        let known = Exponential::from_values(schema, &a).unwrap().with_sum(sum);
        prop_assert_eq!(&Exponential::from_otlp_bytes(&known.to_otlp_bytes()).unwrap(), &Exponential::from_otlp_json(&known.to_otlp_json()).unwrap());
        let native = known.to_native().unwrap();
        let read = NativeHistogram::from_protobuf(&native.to_protobuf().unwrap()).unwrap();
        // a NaN sum differs from itself
        prop_assert_eq!(format!("{read:?}"), format!("{native:?}"));
        let mut explicit = Explicit::new(&[-1.0, 0.0, 0.5, 1e6]).unwrap();
        explicit.insert_slice(&a);
        let explicit = explicit.with_sum(sum);
        prop_assert_eq!(&Explicit::from_otlp_bytes(&explicit.to_otlp_bytes()).unwrap(), &Explicit::from_otlp_json(&explicit.to_otlp_json()).unwrap());
        let classic = Explicit::from_protobuf(&explicit.to_protobuf().unwrap()).unwrap();
        prop_assert_eq!(classic.counts(), explicit.counts());
    }
}

#[test]
fn an_empty_native_histogram_is_not_a_classic_one() {
    let empty = Exponential::with_threshold(3, 0.0).unwrap().with_sum(0.0).to_native().unwrap();
    assert_eq!(NativeHistogram::from_protobuf(&empty.to_protobuf().unwrap()).unwrap(), empty);
    let custom = NativeHistogram { schema: super::super::CUSTOM_BUCKETS, ..empty };
    assert_eq!(custom.to_protobuf().unwrap_err().kind(), ErrorKind::Unsupported);
}

#[test]
fn damaged_messages_are_errors_with_their_place() {
    for name in ["both_sides", "fine"] {
        survives_damage(&message("otlp_exponential", name), Exponential::from_otlp_bytes);
    }
    for name in ["latency", "total_alone"] {
        survives_damage(&message("otlp_explicit", name), Explicit::from_otlp_bytes);
    }
    for name in ["whole", "real", "classic_beside"] {
        survives_damage(&message("prometheus", name), |bytes| {
            let native = NativeHistogram::from_protobuf(bytes)?;
            // what is inconsistent is found on use, by field
            let _ = (native.buckets(), Exponential::from_native(&native), native.to_protobuf());
            Ok(native)
        });
        survives_damage(&message("prometheus", name), |bytes| match Explicit::from_protobuf(bytes) {
            Err(e) if e.kind() == ErrorKind::Argument || e.kind() == ErrorKind::Mismatch => Ok(None),
            read => read.map(Some),
        });
    }
    let bad = Exponential::from_otlp_bytes(&[0x21, 5, 0, 0, 0, 0, 0, 0, 0]).unwrap_err();
    assert_eq!(bad.position().and_then(|p| p.byte), Some(0), "{bad}");
    assert!(bad.to_string().contains("the total is 5"), "{bad}");
}
