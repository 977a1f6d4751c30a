//! Data that are hard for every layout at once: one value, clusters far apart, the ends of f64 and of u64.

use super::super::shapes::{answers_hold, scope, truth};
use super::super::{
    DdSketch, Explicit, Exponential, Hdr, Kll, Layout, LogLinear, PowersOfTwo, Req, ReqSide, Sketch, TDigest,
    TracerBuckets,
};
use crate::quantile::Quantile;

/// Samples of one kind, and whether they lie where relative errors are promised.
fn data() -> Vec<(&'static str, Vec<f64>, bool)> {
    let many = |each: fn(u32) -> f64| (0..3000).map(each).collect::<Vec<f64>>();
    vec![
        ("all equal", many(|_| 0.3), true),
        ("all at an edge", many(|_| 1.0), true),
        (
            "two clusters 10⁹ apart",
            many(|i| if i % 2 == 0 { 1e-4 } else { 1e5 * (1.0 + f64::from(i % 7) / 10.0) }),
            true,
        ),
        ("one in 3000 far away", many(|i| if i == 1234 { 1e12 } else { 1e-3 }), true),
        ("denormals", many(|i| f64::from_bits(u64::from(i) + 1)), false),
        ("denormals and one", many(|i| if i % 3 == 0 { 1.0 } else { f64::from_bits(u64::from(i)) }), false),
        ("about u64::MAX", many(|i| u64::MAX as f64 - f64::from(i) * 4096.0), true),
        (
            "powers of two ± an ulp",
            many(|i| {
                let power = 2_f64.powi(i as i32 % 40 - 20);
                [power.next_down(), power, power.next_up()][i as usize % 3]
            }),
            true,
        ),
        (
            "decimals ± an ulp",
            many(|i| {
                let edge: f64 = format!("{}e{}", 10 + i % 90, i as i32 % 12 - 8).parse().unwrap();
                [edge.next_down(), edge, edge.next_up()][i as usize % 3]
            }),
            true,
        ),
        ("the ends of f64", many(|i| if i % 2 == 0 { f64::MAX } else { f64::MIN_POSITIVE }), false),
    ]
}

#[test]
fn guarantees_hold() {
    for (name, values, ordinary) in data() {
        let relative = |error: f64| if ordinary { error } else { f64::INFINITY };
        answers_hold(name, &LogLinear::from_values(&values), &values, relative(1.0 / 21.0 + 1e-12));
        for (schema, error) in [(0, 1.0 / 3.0 + 1e-12), (5, 0.010_831), (8, 0.001_354)] {
            answers_hold(name, &Exponential::from_values(schema, &values).unwrap(), &values, relative(error));
        }
        let mut explicit = Explicit::new(&[0.0, 5e-324, 1e-300, 0.001, 0.3, 1.0, 1e5, 1e19]).unwrap();
        explicit.insert_slice(&values);
        answers_hold(name, &explicit, &values, f64::INFINITY);
        for alpha in [0.01, 0.001] {
            answers_hold(name, &DdSketch::from_values(&values, alpha).unwrap(), &values, {
                // 2048 bins of 0.1 % are four decades: what lies further apart is collapsed, and says so
                if alpha < 0.01 { f64::INFINITY } else { relative(alpha + 2e-9) }
            });
        }
        answers_hold(name, &Hdr::from_values(&values, 3).unwrap(), &values, f64::INFINITY);
        answers_hold(name, &PowersOfTwo::from_values(&values, TracerBuckets::Hist).unwrap(), &values, f64::INFINITY);
    }
}

#[test]
fn a_slice_is_its_values_and_a_merge_is_both() {
    fn check<L: Layout + Clone + PartialEq + std::fmt::Debug>(name: &str, empty: &L, values: &[f64]) {
        let build = |values: &[f64]| {
            let mut layout = empty.clone();
            layout.insert_slice(values);
            layout
        };
        let whole = build(values);
        let mut single = empty.clone();
        for value in values {
            single.insert(*value);
        }
        assert_eq!(whole, single, "{name}");
        let (left, right) = values.split_at(values.len() / 3);
        let (mut ab, mut ba) = (build(left), build(right));
        ab.merge(&build(right)).unwrap();
        ba.merge(&build(left)).unwrap();
        assert_eq!((&ab, &ba), (&whole, &whole), "{name}");
    }
    for (name, values, _) in data() {
        // long enough for the short ways of slices
        let values: Vec<f64> = values.iter().copied().cycle().take(36_000).collect();
        check(name, &LogLinear::new(), &values);
        check(name, &Exponential::new(5).unwrap(), &values);
        check(name, &Explicit::new(&[0.0, 0.3, 1.0, 1e19]).unwrap(), &values);
        check(name, &DdSketch::new(0.01).unwrap(), &values);
    }
}

#[test]
fn samples_of_values_keep_their_extremes_and_their_end() {
    for (name, values, _) in data() {
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
        let kll = Kll::from_values(&values, 200).unwrap();
        let req = Req::from_values(&values, 12, ReqSide::High).unwrap();
        let digest = TDigest::from_values(&values, 100.0).unwrap();
        assert_eq!([kll.min(), req.min(), digest.min()], [Some(least); 3], "{name}");
        assert_eq!([kll.max(), req.max(), digest.max()], [Some(most); 3], "{name}");
        for p in [0.99, 0.999] {
            let q = Quantile::new(p).unwrap();
            assert_eq!(req.quantile(q, &scope()).unwrap().value, truth(&sorted, q), "{name} {p}");
            for e in [kll.quantile(q, &scope()).unwrap(), digest.quantile(q, &scope()).unwrap()] {
                assert!((least..=most).contains(&e.value), "{name} {e}");
            }
        }
    }
}
