//! The rank error by simulation, the bytes of two other implementations, and damaged bytes.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use datasketches::common::SearchCriteria;
use datasketches::req::{ReqFloat, ReqSketch};
use proptest::prelude::*;
use rand_distr::LogNormal;

use super::super::shapes::{draw, is_nothing, scope, shapes, survives_damage, tells_what_it_drops, truth};
use super::*;
use crate::error::ErrorKind;
use crate::estimate::Bound;

const BOTH: [ReqSide; 2] = [ReqSide::High, ReqSide::Low];

fn lognormal(seed: u64, n: usize) -> Vec<f64> {
    draw(seed, n, LogNormal::new(0.0, 1.0).unwrap())
}

fn weight(req: &Req) -> u64 {
    req.values().enumerate().map(|(level, values)| (values.len() as u64) << level).sum()
}

#[test]
fn few_values_are_exact() {
    for side in BOTH {
        for (name, values) in shapes(1, 71) {
            let req = Req::from_values(&values, 12, side).unwrap();
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            assert_eq!((req.rank_error(0.5), req.retained()), (0.0, 71));
            for p in [0.0, 0.3, 0.5, 0.99, 1.0] {
                let q = Quantile::new(p).unwrap();
                let e = req.quantile(q, &scope()).unwrap();
                assert_eq!((e.value, e.bound), (truth(&sorted, q), Bound::Exact), "{name}");
            }
            let below = sorted.partition_point(|v| *v < sorted[40]);
            assert_eq!(req.share_below(sorted[40], &scope()).unwrap().value, below as f64 / 71.0);
        }
    }
}

#[test]
fn the_protected_end_is_exact_whatever_the_data() {
    for (name, values) in shapes(3, 30_000) {
        let mut sorted = values.clone();
        sorted.sort_by(f64::total_cmp);
        for side in BOTH {
            let mut parts = Req::with_seed(12, side, 9).unwrap();
            for (seed, part) in values.chunks(7000).enumerate() {
                let mut one = Req::with_seed(12, side, seed as u64).unwrap();
                one.insert_slice(part);
                parts.merge(&one).unwrap();
            }
            for req in [parts, Req::from_values(&values, 12, side).unwrap()] {
                // 3k = 36 values
                for nth in [0, 1, 20, 35] {
                    let at = if side == ReqSide::High { sorted.len() - 1 - nth } else { nth };
                    let q = Quantile::new((at as f64 + 0.5) / sorted.len() as f64).unwrap();
                    let e = req.quantile(q, &scope()).unwrap();
                    assert_eq!((e.value, e.bound), (sorted[at], Bound::Exact), "{name} {side:?} {nth}");
                }
            }
        }
    }
}

/// How often the truth is outside the interval of a quantile, and of the share below it, over many seeds.
fn misses(side: ReqSide, k: u16, parts: usize, p: f64) -> (usize, usize) {
    let values = lognormal(5, 10_000);
    let mut sorted = values.clone();
    sorted.sort_by(f64::total_cmp);
    let q = Quantile::new(p).unwrap();
    let truth = truth(&sorted, q);
    let share = sorted.partition_point(|v| *v < truth) as f64 / sorted.len() as f64;
    let (mut quantiles, mut shares) = (0, 0);
    for seed in 0..200_u64 {
        let mut req = Req::with_seed(k, side, seed).unwrap();
        for (i, part) in values.chunks(values.len() / parts).enumerate() {
            let mut one = Req::with_seed(k, side, seed * 1000 + i as u64 + 1).unwrap();
            one.insert_slice(part);
            req.merge(&one).unwrap();
        }
        assert_eq!((req.count(), weight(&req)), (10_000, 10_000));
        let (lower, upper) = req.quantile(q, &scope()).unwrap().interval().unwrap();
        quantiles += usize::from(!(lower <= truth && truth <= upper));
        let (lower, upper) = req.share_below(truth, &scope()).unwrap().interval().unwrap();
        shares += usize::from(!(lower <= share && share <= upper));
    }
    (quantiles, shares)
}

#[test]
fn the_intervals_hold_the_truth_as_often_as_they_say() {
    // at 99 %, 200 runs miss more than 8 times with probability 0.02 %
    for (side, k, parts, p) in [
        (ReqSide::High, 12, 1, 0.5),
        (ReqSide::High, 12, 1, 0.99),
        (ReqSide::High, 12, 10, 0.9),
        (ReqSide::High, 6, 1, 0.95),
        (ReqSide::Low, 12, 1, 0.01),
        (ReqSide::Low, 30, 10, 0.2),
    ] {
        let (quantiles, shares) = misses(side, k, parts, p);
        assert!(quantiles <= 8 && shares <= 8, "{side:?} {k} {parts} {p}: {quantiles} and {shares} of 200");
    }
}

#[test]
fn the_error_shrinks_towards_the_end_and_kll_s_does_not() {
    let n = 1_000_000;
    let values: Vec<f64> = (0..n as i64).map(|i| (i * 7919 % n as i64) as f64).collect();
    let req = Req::from_values(&values, 12, ReqSide::High).unwrap();
    assert!(req.retained() < 4000, "{}", req.retained());
    for (p, most) in [(0.9, 0.004), (0.99, 0.0004), (0.999, 0.000_04)] {
        assert!(req.rank_error(p) < most, "{p} {}", req.rank_error(p));
        let e = req.quantile(Quantile::new(p).unwrap(), &scope()).unwrap();
        assert!((e.value - p * n as f64).abs() <= most * n as f64, "{p} {e}");
    }
}

#[test]
fn a_weight_is_as_many_values() {
    let mut req = Req::new(12, ReqSide::High).unwrap();
    for i in 1..=1000_u64 {
        req.insert_weighted(i as f64, i);
    }
    assert_eq!((req.count(), weight(&req)), (500_500, 500_500));
    // half of the weight lies below 1000/√2
    let e = req.quantile(Quantile::MEDIAN, &scope()).unwrap();
    let (lower, upper) = e.interval().unwrap();
    assert!(lower <= 707.0 && 707.0 <= upper && upper - lower < 60.0, "{e}");
    let mut full = Req::new(12, ReqSide::High).unwrap();
    full.insert_weighted(1.0, u64::MAX);
    full.insert(2.0);
    assert_eq!((full.count(), full.max()), (u64::MAX, Some(1.0)));
    assert_eq!(Req::from_bytes(&full.to_bytes()).unwrap().count(), u64::MAX);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn the_weights_add_up_and_the_crate_datasketches_reads_the_bytes(
        parts in prop::collection::vec(0_usize..3000, 1..5), k in 3_u16..60, seed in any::<u64>(), low in any::<bool>()
    ) {
        let (k, side) = (2 * k, BOTH[usize::from(low)]);
        let build = || {
            let mut whole = Req::with_seed(k, side, seed).unwrap();
            for (i, part) in parts.iter().enumerate() {
                let mut req = Req::with_seed(k, side, seed ^ (i as u64 + 1)).unwrap();
                req.insert_slice(&lognormal(i as u64, *part));
                whole.merge(&req).unwrap();
            }
            whole
        };
        let whole = build();
        let n = parts.iter().sum::<usize>() as u64;
        prop_assert_eq!((whole.count(), weight(&whole)), (n, n));
        prop_assert!(whole.retained <= whole.capacity);
        prop_assert!(whole.levels.iter().skip(1).all(|level| level.values.is_sorted()));
        let read = Req::from_bytes(&whole.to_bytes()).unwrap();
        prop_assert_eq!(read.to_bytes(), whole.to_bytes());
        prop_assert_eq!(build(), whole.clone());
        let theirs = ReqSketch::<ReqFloat<f64>>::deserialize(&whole.to_bytes()).unwrap();
        prop_assert_eq!((theirs.n(), theirs.num_retained() as usize), (n, whole.retained()));
        for p in [0.1, 0.5, 0.9, 0.99] {
            let Some(value) = theirs.quantile(p, SearchCriteria::Inclusive).unwrap() else { continue };
            let value = value.into_inner();
            let e = whole.quantile(Quantile::new(p).unwrap(), &scope()).unwrap();
            prop_assert_eq!(e.value, value);
            let rank = theirs.rank(&ReqFloat::<f64>::new(value).unwrap(), SearchCriteria::Exclusive).unwrap();
            prop_assert!((whole.share_below(value, &scope()).unwrap().value - rank).abs() < 1e-12);
        }
    }
}

#[test]
fn what_the_package_datasketches_wrote_is_read_and_answers_alike() {
    let text = include_str!("../../../../tests/reference/sketch/req.json");
    let reference: serde_json::Value = serde_json::from_str(text).unwrap();
    let number = |value: &serde_json::Value| value.as_f64().unwrap();
    for case in reference["req"].as_array().unwrap() {
        let bytes = STANDARD.decode(case["bytes"].as_str().unwrap()).unwrap();
        let read = Req::from_bytes(&bytes).unwrap();
        let n = case["n"].as_u64().unwrap();
        assert_eq!((read.count(), read.retained() as u64), (n, case["retained"].as_u64().unwrap()));
        assert_eq!(read.side() == ReqSide::High, case["high"].as_bool().unwrap());
        for pair in case["quantiles"].as_array().unwrap() {
            let e = read.quantile(Quantile::new(number(&pair[0])).unwrap(), &scope()).unwrap();
            assert_eq!(e.value, number(&pair[1]), "n {n} {}", pair[0]);
        }
        for bounds in case["rank_bounds"].as_array().unwrap() {
            let (p, lower, upper) = (number(&bounds[0]), number(&bounds[1]), number(&bounds[2]));
            let error = read.rank_error(p);
            assert!((p - lower - error).abs() < 1e-9 || lower == 0.0, "n {n} {p}: {error} {lower}");
            assert!((upper - p - error).abs() < 1e-9 || upper == 1.0, "n {n} {p}: {error} {upper}");
        }
        if n > 0 {
            let extremes = (read.min().unwrap(), read.max().unwrap());
            assert_eq!(extremes, (number(&case["extremes"][0]), number(&case["extremes"][1])));
        }
        let again = Req::from_bytes(&read.to_bytes()).unwrap();
        assert_eq!(again, read);
    }
}

#[test]
fn damaged_bytes_are_errors_with_their_place() {
    for n in [0, 1, 4, 30, 1000] {
        let bytes = Req::from_values(&lognormal(1, n), 6, ReqSide::High).unwrap().to_bytes();
        survives_damage(&bytes, |bytes| {
            let mut read = Req::from_bytes(bytes)?;
            assert!(read.memory_bytes() < 1 << 16);
            if !read.is_empty() {
                read.quantile(Quantile::P99, &scope()).unwrap();
            }
            read.insert_slice(&[1.0, 2.0, 3.0]);
            Ok(())
        });
        for end in 0..bytes.len() {
            assert!(Req::from_bytes(&bytes[..end]).is_err(), "{end} of {} bytes", bytes.len());
        }
    }
    let text = serde_json::to_string(&Req::from_values(&[1.0, 2.0], 20, ReqSide::Low).unwrap()).unwrap();
    let read = serde_json::from_str::<Req>(&text).unwrap();
    assert_eq!((read.count(), read.schema()), (2, "req:20:low".to_owned()));
}

#[test]
fn what_is_left_out_is_told_and_nothing_is_an_error() {
    tells_what_it_drops(Req::new(12, ReqSide::High).unwrap());
    is_nothing(&Req::new(12, ReqSide::Low).unwrap());
    for k in [4, 13, 1026] {
        assert_eq!(Req::new(k, ReqSide::High).unwrap_err().kind(), ErrorKind::Argument);
    }
    let req = Req::from_values(&[1.0], 12, ReqSide::High).unwrap();
    for other in [Req::new(14, ReqSide::High).unwrap(), Req::new(12, ReqSide::Low).unwrap()] {
        let mut changed = req.clone();
        assert_eq!(changed.merge(&other).unwrap_err().kind(), ErrorKind::Mismatch);
        assert_eq!(changed, req);
    }
}
