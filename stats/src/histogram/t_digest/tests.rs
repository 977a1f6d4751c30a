//! Closeness in rank on known data, another reader of the bytes, and damage.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;

use super::super::shapes::{
    PROBABILITIES, draw, is_nothing, scope, shapes, survives_damage, tells_what_it_drops, truth,
};
use super::*;
use crate::error::ErrorKind;
use rand_distr::LogNormal;

fn lognormal(seed: u64, n: usize) -> Vec<f64> {
    draw(seed, n, LogNormal::new(0.0, 1.0).unwrap())
}

#[test]
fn few_values_are_exact() {
    for (name, values) in shapes(1, 20) {
        let digest = TDigest::from_values(&values, 200.0).unwrap();
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        if digest.clusters() == 20 {
            for p in PROBABILITIES {
                let q = Quantile::new(p).unwrap();
                let e = digest.quantile(q, &scope()).unwrap();
                assert_eq!((e.value, e.bound), (truth(&sorted, q), Bound::Exact), "{name} {p}");
            }
        }
    }
}

/// How far the rank of an answer is off, as a share.
fn rank_error(digest: &TDigest, sorted: &[f64], p: f64) -> f64 {
    let e = digest.quantile(Quantile::new(p).unwrap(), &scope()).unwrap();
    let (from, to) = (sorted.partition_point(|v| *v < e.value), sorted.partition_point(|v| *v <= e.value));
    let rank = p * sorted.len() as f64;
    (from as f64 - rank).max(rank - to as f64).max(0.0) / sorted.len() as f64
}

#[test]
fn ranks_are_close_and_closer_at_the_ends() {
    // a cluster around q spans at most 2π·√(q(1−q))/δ: an answer within it is at most that far off
    let delta = 100.0;
    for (name, values) in shapes(2, 30_000) {
        let digest = TDigest::from_values(&values, delta).unwrap();
        let mut merged = TDigest::new(delta).unwrap();
        for part in values.chunks(7000) {
            merged.merge(&TDigest::from_values(part, delta).unwrap()).unwrap();
        }
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        for p in [0.001_f64, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999] {
            let most = 2.0 * PI / delta * (p * (1.0 - p)).sqrt() + 1e-4;
            assert!(rank_error(&digest, &sorted, p) <= most, "{name} {p}");
            assert!(rank_error(&merged, &sorted, p) <= 2.0 * most, "{name} {p} merged");
        }
        assert!(digest.clusters() <= 200, "{}", digest.clusters());
        assert_eq!((merged.count(), merged.min()), (30_000, sorted.first().copied()));
    }
}

#[test]
fn between_two_clusters_the_nearer_one_weighs_more() {
    // clusters of 10 at 0 and at 100 stand at ranks 5.5 and 15.5: rank 8 is a quarter of the way, rank 13 three quarters
    let mut digest = TDigest::new(100.0).unwrap();
    digest.centroids = vec![Centroid { mean: 0.0, weight: 10 }, Centroid { mean: 100.0, weight: 10 }];
    (digest.seen.total, digest.seen.low, digest.seen.high) = (20, -50.0, 150.0);
    let at = |p: f64| digest.quantile(Quantile::new(p).unwrap(), &scope()).unwrap().value;
    assert_eq!((at(0.4), at(0.65)), (25.0, 75.0));
    assert_eq!((at(0.0), at(1.0)), (-50.0, 150.0));
    assert_eq!(digest.share_below(-50.0, &scope()).unwrap().value, 0.0);
    assert_eq!(digest.share_below(151.0, &scope()).unwrap().value, 1.0);
    let half = digest.share_below(50.0, &scope()).unwrap().value;
    assert!((half - 0.5).abs() < 0.01, "{half}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn quantiles_ascend_within_the_extremes(seed in any::<u64>(), n in 1_usize..4000, delta in 10.0..300.0_f64) {
        for (name, values) in shapes(seed, n) {
            let digest = TDigest::from_values(&values, delta).unwrap();
            let qs: Vec<Quantile> = (0..=100).map(|i| Quantile::new(f64::from(i) / 100.0).unwrap()).collect();
            let answers: Vec<f64> = digest.quantiles(&qs, &scope()).unwrap().iter().map(|e| e.value).collect();
            prop_assert!(answers.is_sorted(), "{} {:?}", name, answers);
            prop_assert_eq!(answers.first().copied(), digest.min());
            prop_assert_eq!(answers.last().copied(), digest.max());
            let shares: Vec<f64> = answers.iter().map(|v| digest.share_below(*v, &scope()).unwrap().value).collect();
            prop_assert!(shares.iter().all(|s| (0.0..=1.0).contains(s)) && shares.is_sorted(), "{} {:?}", name, shares);
            let read = TDigest::from_bytes(&digest.to_bytes()).unwrap();
            prop_assert_eq!(&read, &digest);
            prop_assert_eq!(read.to_bytes(), digest.to_bytes());
            prop_assert_eq!(digest.centroids.iter().chain(&digest.waiting).map(|c| c.weight).sum::<u64>(), n as u64);
        }
    }
}

#[test]
fn the_crate_datasketches_reads_the_bytes() {
    let values = lognormal(3, 20_000);
    let ours = TDigest::from_values(&values, 100.0).unwrap();
    let mut theirs = datasketches::tdigest::TDigestMut::deserialize(&ours.to_bytes()).unwrap();
    assert_eq!(theirs.total_weight(), 20_000);
    assert_eq!((theirs.min_value(), theirs.max_value()), (ours.min(), ours.max()));
    for p in [0.01, 0.25, 0.5, 0.9, 0.99] {
        let (mine, other) =
            (ours.quantile(Quantile::new(p).unwrap(), &scope()).unwrap().value, theirs.quantile(p).unwrap().unwrap());
        assert!((mine - other).abs() <= 0.05 * other, "{p}: {mine} {other}");
    }
}

#[test]
fn the_small_form_by_hand() {
    let mut bytes = vec![0, 0, 0, 2];
    bytes.extend(1.0_f64.to_be_bytes());
    bytes.extend(9.0_f64.to_be_bytes());
    bytes.extend(100.0_f32.to_be_bytes());
    bytes.extend([0, 210, 4, 176, 0, 2]);
    for value in [3.0_f32, 2.0, 1.0, 9.0] {
        bytes.extend(value.to_be_bytes());
    }
    let digest = TDigest::from_bytes(&bytes).unwrap();
    assert_eq!((digest.count(), digest.max(), digest.clusters()), (4, Some(9.0), 2));
    survives_damage(&bytes, TDigest::from_bytes);
}

#[test]
fn damaged_bytes_are_errors_with_their_place() {
    for n in [0, 1, 40] {
        let bytes = TDigest::from_values(&lognormal(1, n), 20.0).unwrap().to_bytes();
        survives_damage(&bytes, |bytes| {
            let read = TDigest::from_bytes(bytes)?;
            if !read.is_empty() {
                assert!(read.quantile(Quantile::P99, &scope()).unwrap().value.is_finite());
            }
            Ok(())
        });
        for end in 0..bytes.len() {
            assert!(TDigest::from_bytes(&bytes[..end]).is_err());
        }
    }
    let text = serde_json::to_string(&TDigest::from_values(&[1.0, 2.0], 20.0).unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<TDigest>(&text).unwrap().count(), 2);
}

#[test]
fn what_is_left_out_is_told_and_nothing_is_an_error() {
    tells_what_it_drops(TDigest::new(100.0).unwrap());
    is_nothing(&TDigest::new(100.0).unwrap());
    assert_eq!(TDigest::new(5.0).unwrap_err().kind(), ErrorKind::Argument);
    let mut digest = TDigest::from_values(&[1.0], 100.0).unwrap();
    assert_eq!(digest.merge(&TDigest::new(200.0).unwrap()).unwrap_err().kind(), ErrorKind::Mismatch);
    let mut heavy = TDigest::new(100.0).unwrap();
    heavy.insert_weighted(1.0, u64::MAX);
    heavy.insert(2.0);
    assert_eq!((heavy.count(), heavy.max()), (u64::MAX, Some(1.0)));
    let e = TDigest::from_values(&lognormal(1, 5000), 20.0).unwrap().quantile(Quantile::MEDIAN, &scope()).unwrap();
    assert!(matches!(e.bound, Bound::Unknown { why } if why.contains("no guarantee")));
}

#[test]
fn huge_values_do_not_overflow() {
    let digest = TDigest::from_values(&[f64::MAX, -f64::MAX, f64::MAX, -f64::MAX].repeat(500), 10.0).unwrap();
    for p in PROBABILITIES {
        assert!(digest.quantile(Quantile::new(p).unwrap(), &scope()).unwrap().value.is_finite());
    }
}
