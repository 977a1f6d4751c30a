//! The rank error by simulation, `DataSketches`' own reader, and damaged bytes.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;

use super::super::shapes::{draw, is_nothing, scope, shapes, survives_damage, tells_what_it_drops, truth};
use super::*;
use crate::error::ErrorKind;
use crate::estimate::Bound;
use rand_distr::LogNormal;

fn lognormal(seed: u64, n: usize) -> Vec<f64> {
    draw(seed, n, LogNormal::new(0.0, 1.0).unwrap())
}

#[test]
fn few_values_are_exact() {
    for (name, values) in shapes(1, 200) {
        let kll = Kll::from_values(&values, 200).unwrap();
        let mut sorted = values;
        sorted.sort_by(f64::total_cmp);
        assert_eq!((kll.rank_error(), kll.retained()), (0.0, 200));
        for p in [0.0, 0.3, 0.5, 0.99, 1.0] {
            let q = Quantile::new(p).unwrap();
            let e = kll.quantile(q, &scope()).unwrap();
            assert_eq!((e.value, e.bound), (truth(&sorted, q), Bound::Exact), "{name}");
        }
        let below = sorted.partition_point(|v| *v < sorted[77]);
        assert_eq!(kll.share_below(sorted[77], &scope()).unwrap().value, below as f64 / 200.0);
    }
}

/// How often the truth is outside the interval, over many seeds.
fn misses(build: impl Fn(&[f64], u64) -> Kll, n: usize, p: f64) -> f64 {
    let values = lognormal(5, n);
    let mut sorted = values.clone();
    sorted.sort_by(f64::total_cmp);
    let q = Quantile::new(p).unwrap();
    let truth = truth(&sorted, q);
    let runs = 400;
    let outside = (0..runs).filter(|seed| {
        let kll = build(&values, *seed);
        assert_eq!(kll.count(), n as u64);
        let (lower, upper) = kll.quantile(q, &scope()).unwrap().interval().unwrap();
        !(lower <= truth && truth <= upper)
    });
    outside.count() as f64 / runs as f64
}

fn seeded(values: &[f64], seed: u64) -> Kll {
    let mut kll = Kll::with_seed(64, seed).unwrap();
    kll.insert_slice(values);
    kll
}

#[test]
fn the_interval_holds_the_truth_as_often_as_it_says() {
    // at 99 %, 400 runs miss more than 10 times with probability 0.3 %
    for p in [0.05, 0.5, 0.9] {
        let single = misses(seeded, 10_000, p);
        assert!(single <= 0.025, "{p}: {single}");
    }
    let merged = misses(
        |values, seed| {
            let mut parts = values.chunks(2500).zip(seed * 7..).map(|(part, seed)| seeded(part, seed));
            let mut whole = parts.next().unwrap();
            parts.for_each(|part| whole.merge(&part).unwrap());
            whole
        },
        10_000,
        0.5,
    );
    assert!(merged <= 0.025, "merged: {merged}");
}

#[test]
fn the_interval_holds_on_hard_data() {
    let (mut asked, mut missed) = (0, 0);
    for seed in 0..20 {
        for (_, values) in shapes(seed, 3000) {
            let mut kll = Kll::with_seed(50, seed).unwrap();
            kll.insert_slice(&values);
            let mut sorted = values;
            sorted.sort_by(f64::total_cmp);
            assert!(kll.retained() < 250);
            for p in [0.0, 0.1, 0.5, 0.9, 0.999, 1.0] {
                let q = Quantile::new(p).unwrap();
                let (lower, upper) = kll.quantile(q, &scope()).unwrap().interval().unwrap();
                let share = kll.share_below(truth(&sorted, q), &scope()).unwrap().interval().unwrap();
                let below = sorted.partition_point(|v| *v < truth(&sorted, q)) as f64 / sorted.len() as f64;
                asked += 2;
                missed += usize::from(!(lower <= truth(&sorted, q) && truth(&sorted, q) <= upper));
                missed += usize::from(!(share.0 <= below && below <= share.1));
            }
        }
    }
    // 1 % in the mean; questions to one sketch are not independent
    assert!(missed * 50 <= asked, "{missed} of {asked}");
}

#[test]
fn a_weight_is_as_many_values() {
    let mut kll = Kll::new(50).unwrap();
    for i in 1..=1000_u64 {
        kll.insert_weighted(i as f64, i);
    }
    assert_eq!(kll.count(), 500_500);
    assert_eq!(kll.levels.iter().enumerate().map(|(l, v)| (v.len() as u64) << l).sum::<u64>(), 500_500);
    // half of the weight lies below 1000/√2
    let e = kll.quantile(Quantile::MEDIAN, &scope()).unwrap();
    let (lower, upper) = e.interval().unwrap();
    assert!(lower <= 707.0 && 707.0 <= upper && upper - lower < 150.0, "{e}");
    let mut full = Kll::new(50).unwrap();
    full.insert_weighted(1.0, u64::MAX);
    full.insert(2.0);
    assert_eq!((full.count(), full.max()), (u64::MAX, Some(1.0)));
    assert_eq!(Kll::from_bytes(&full.to_bytes()).unwrap().count(), u64::MAX);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn the_weights_add_up_and_levels_stay_in_order(
        parts in prop::collection::vec(0_usize..3000, 1..5), k in 8_u16..300, seed in any::<u64>()
    ) {
        let mut whole = Kll::with_seed(k, seed).unwrap();
        let mut n = 0;
        for (i, part) in parts.iter().enumerate() {
            let mut kll = Kll::with_seed(k, seed ^ (i as u64 + 1)).unwrap();
            kll.insert_slice(&lognormal(i as u64, *part));
            whole.merge(&kll).unwrap();
            n += *part as u64;
        }
        let weight: u64 = whole.levels.iter().enumerate().map(|(l, v)| (v.len() as u64) << l).sum();
        prop_assert_eq!((whole.count(), weight), (n, n));
        prop_assert!(whole.retained <= whole.capacity);
        prop_assert!(whole.levels.iter().skip(1).all(|level| level.is_sorted()));
        let read = Kll::from_bytes(&whole.to_bytes()).unwrap();
        prop_assert_eq!(&read.levels, &whole.levels);
        prop_assert_eq!(read.to_bytes(), whole.to_bytes());
        let again = {
            let mut again = Kll::with_seed(k, seed).unwrap();
            for (i, part) in parts.iter().enumerate() {
                let mut kll = Kll::with_seed(k, seed ^ (i as u64 + 1)).unwrap();
                kll.insert_slice(&lognormal(i as u64, *part));
                again.merge(&kll).unwrap();
            }
            again
        };
        prop_assert_eq!(again, whole);
    }
}

#[test]
fn the_crate_datasketches_reads_the_bytes_and_answers_alike() {
    use datasketches::common::SearchCriteria;
    use datasketches::kll::KllFloat;
    for n in [0_usize, 1, 2, 150, 5000, 100_000] {
        let ours = Kll::from_values(&lognormal(n as u64, n), 200).unwrap();
        let theirs = datasketches::kll::KllSketch::<KllFloat<f64>>::deserialize(&ours.to_bytes()).unwrap();
        assert_eq!((theirs.n(), theirs.num_retained()), (n as u64, ours.retained()));
        if n == 0 {
            continue;
        }
        for p in [0.1, 0.5, 0.9, 0.99] {
            let e = ours.quantile(Quantile::new(p).unwrap(), &scope()).unwrap();
            assert_eq!(
                e.value,
                theirs.quantile(p, SearchCriteria::Inclusive).unwrap().unwrap().into_inner(),
                "{n} {p}"
            );
            let below = ours.share_below(e.value, &scope()).unwrap().value;
            assert!(
                (below - theirs.rank(&KllFloat::<f64>::new(e.value).unwrap(), SearchCriteria::Exclusive).unwrap())
                    .abs()
                    < 1e-12
            );
        }
        if n > 200 {
            assert!((ours.rank_error() - theirs.normalized_rank_error()).abs() < 1e-12);
        }
    }
}

#[test]
fn what_the_package_datasketches_wrote_is_read_and_answers_alike() {
    let reference = super::super::shapes::reference();
    for case in reference["kll"].as_array().unwrap() {
        let bytes = STANDARD.decode(case["bytes"].as_str().unwrap()).unwrap();
        let read = Kll::from_bytes(&bytes).unwrap();
        assert_eq!(read.count(), case["n"].as_u64().unwrap());
        let number = |value: &serde_json::Value| value.as_f64().unwrap();
        for pair in case["quantiles"].as_array().unwrap() {
            let e = read.quantile(Quantile::new(number(&pair[0])).unwrap(), &scope()).unwrap();
            assert_eq!(e.value, number(&pair[1]), "n {} {}", read.count(), pair[0]);
        }
        if read.count() > 0 {
            let extremes = (read.min().unwrap(), read.max().unwrap());
            assert_eq!(extremes, (number(&case["extremes"][0]), number(&case["extremes"][1])));
        }
        if read.count() > 200 {
            assert!((read.rank_error() - number(&case["rank_error"])).abs() < 1e-12);
        }
        assert_eq!(Kll::from_bytes(&read.to_bytes()).unwrap().levels, read.levels);
    }
}

#[test]
fn damaged_bytes_are_errors_with_their_place() {
    for n in [0, 1, 30, 1000] {
        let bytes = Kll::from_values(&lognormal(1, n), 8).unwrap().to_bytes();
        survives_damage(&bytes, |bytes| {
            let read = Kll::from_bytes(bytes)?;
            assert!(read.memory_bytes() < 1 << 16);
            if !read.is_empty() {
                read.quantile(Quantile::P99, &scope()).unwrap();
            }
            Ok(())
        });
        for end in 0..bytes.len() {
            assert!(Kll::from_bytes(&bytes[..end]).is_err(), "{end} of {} bytes", bytes.len());
        }
    }
    let text = serde_json::to_string(&Kll::from_values(&[1.0, 2.0], 20).unwrap()).unwrap();
    assert_eq!(serde_json::from_str::<Kll>(&text).unwrap().count(), 2);
}

#[test]
fn what_is_left_out_is_told_and_nothing_is_an_error() {
    tells_what_it_drops(Kll::new(200).unwrap());
    is_nothing(&Kll::new(200).unwrap());
    assert_eq!(Kll::new(7).unwrap_err().kind(), ErrorKind::Argument);
    let mut kll = Kll::from_values(&[1.0], 200).unwrap();
    assert_eq!(kll.merge(&Kll::new(100).unwrap()).unwrap_err().kind(), ErrorKind::Mismatch);
    assert_eq!(kll, Kll::from_values(&[1.0], 200).unwrap());
}
