//! Samples and damage for the tests of sketches.
#![allow(clippy::unwrap_used)]

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, LogNormal, Normal, Pareto};

use super::layout::{Layout, Sketch};
use crate::error::{ErrorKind, Result};
use crate::estimate::Scope;
use crate::quantile::Quantile;
use crate::unit::Unit;

pub(super) const PROBABILITIES: [f64; 9] = [0.0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999, 1.0];

pub(super) fn scope() -> Scope {
    Scope::untimed(Unit::Second)
}

pub(super) fn draw(seed: u64, n: usize, shape: impl Distribution<f64>) -> Vec<f64> {
    shape.sample_iter(ChaCha8Rng::seed_from_u64(seed)).take(n).collect()
}

/// What other implementations wrote: `tests/reference/sketch/generate.py`.
pub(super) fn reference() -> serde_json::Value {
    serde_json::from_str(include_str!("../../../tests/reference/sketch/expected.json")).unwrap()
}

/// Positive samples that are hard in different ways.
pub(super) fn positive(seed: u64, n: usize) -> Vec<(&'static str, Vec<f64>)> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let clusters = |_| if rng.random_bool(0.5) { 1e-3 } else { 1e6 } * rng.random_range(1.0..1.5);
    vec![
        ("two clusters 10⁹ apart", (0..n).map(clusters).collect()),
        ("lognormal", draw(seed, n, LogNormal::new(0.1_f64.ln(), 1.0).unwrap())),
        ("Pareto 1.2", draw(seed, n, Pareto::new(0.01, 1.2).unwrap())),
        ("constant", vec![0.3; n]),
        ("whole numbers", (0..n).map(|i| (i * 7919 % 1000) as f64).collect()),
    ]
}

/// The same with samples of both signs.
pub(super) fn shapes(seed: u64, n: usize) -> Vec<(&'static str, Vec<f64>)> {
    let mut all = positive(seed, n);
    all.push(("normal", draw(seed, n, Normal::new(0.0, 100.0).unwrap())));
    all.push(("few signs", (0..n).map(|i| (i % 3) as f64 - 1.0).collect()));
    all
}

/// The sample of rank ⌈n·p⌉ of sorted samples.
pub(super) fn truth(sorted: &[f64], quantile: Quantile) -> f64 {
    sorted[quantile.rank(sorted.len() as u64) as usize - 1]
}

/// Fails unless every quantile's and share's interval holds the truth, and an answer is within `relative` of it.
pub(super) fn answers_hold<L: Layout>(name: &str, layout: &L, values: &[f64], relative: f64) {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    assert_eq!(layout.count(), values.len() as u64, "{name}");
    for p in PROBABILITIES {
        let q = Quantile::new(p).unwrap();
        let truth = truth(&sorted, q);
        let e = layout.quantile(q, &scope()).unwrap();
        let (lower, upper) = e.interval().unwrap();
        assert!(lower <= truth && truth <= upper, "{name} {q}: {truth:e} is not in [{lower:e}, {upper:e}]");
        let near = relative == f64::INFINITY || (e.value - truth).abs() <= relative * truth.abs() + 1e-300;
        assert!(near, "{name} {q}: {} for {truth}", e.value);
        let below = sorted.partition_point(|v| *v < truth) as f64 / sorted.len() as f64;
        let (lower, upper) = layout.share_below(truth, &scope()).unwrap().interval().unwrap();
        assert!(lower <= below && below <= upper, "{name} below {truth}: {below} is not in [{lower}, {upper}]");
    }
}

/// Reads every beginning, every flip of a bit and every byte of ones; an error of parsing must say where.
pub(super) fn survives_damage<T>(bytes: &[u8], read: impl Fn(&[u8]) -> Result<T>) {
    let check = |damaged: &[u8], must_fail: bool, what: &str| match read(damaged) {
        Ok(_) => assert!(!must_fail, "{what} was read"),
        Err(e) => assert!(
            e.kind() != ErrorKind::Parse || e.position().is_some_and(|p| p.byte.is_some() || p.line.is_some()),
            "{what}: {e}"
        ),
    };
    for end in 0..bytes.len() {
        check(&bytes[..end], false, &format!("{end} bytes"));
    }
    let mut damaged = bytes.to_vec();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            damaged[at] ^= 1 << bit;
            check(&damaged, false, &format!("bit {bit} of byte {at}"));
            damaged[at] = bytes[at];
        }
        for end in (at + 1)..(at + 9).min(bytes.len()) {
            damaged[at..end].fill(0xff);
            check(&damaged, false, &format!("ones from {at} to {end}"));
            damaged[at..end].copy_from_slice(&bytes[at..end]);
        }
    }
    let mut rng = ChaCha8Rng::seed_from_u64(bytes.len() as u64);
    for _ in 0..500 {
        let n = rng.random_range(0..200);
        let noise: Vec<u8> = (0..n).map(|_| rng.random()).collect();
        check(&noise, false, "noise");
        let mut headed = bytes[..bytes.len().min(rng.random_range(1..64))].to_vec();
        headed.extend(noise);
        check(&headed, false, "noise after a beginning");
    }
}

/// Fails unless NaN and infinities are left out and told.
pub(super) fn tells_what_it_drops<S: Sketch>(mut sketch: S) {
    sketch.insert_slice(&[1.0, f64::NAN, f64::INFINITY, 2.0, f64::NEG_INFINITY, -0.0]);
    sketch.insert_weighted(f64::NAN, 3);
    sketch.insert_weighted(1.0, 0);
    assert_eq!((sketch.count(), sketch.dropped().nan, sketch.dropped().infinite), (3, 4, 2));
    assert_eq!((sketch.min(), sketch.max()), (Some(0.0), Some(2.0)));
    assert!(sketch.min().unwrap().is_sign_positive());
    let e = sketch.quantile(Quantile::MEDIAN, &scope()).unwrap();
    assert!(e.caveats.iter().any(|c| c == "left out: 4 NaN, 2 infinite values"), "{:?}", e.caveats);
    assert_eq!(sketch.share_below(f64::NAN, &scope()).unwrap_err().kind(), ErrorKind::Argument);
}

/// Fails unless an empty sketch answers with an error.
pub(super) fn is_nothing<S: Sketch>(sketch: &S) {
    assert_eq!(sketch.quantile(Quantile::MEDIAN, &scope()).unwrap_err().kind(), ErrorKind::Empty);
    assert_eq!(sketch.share_below(1.0, &scope()).unwrap_err().kind(), ErrorKind::Empty);
    assert_eq!((sketch.min(), sketch.max(), sketch.count()), (None, None, 0));
}
