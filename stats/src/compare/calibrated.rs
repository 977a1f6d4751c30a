//! Verdicts on seeded simulations and on degenerate input: the promises of the module, checked. `benches/compare.rs` prints the
//! whole table.

#![allow(clippy::unwrap_used)]

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal, StudentT};

use super::*;
use crate::estimate::Scope;

fn ar1(n: usize, phi: f64, random: &mut ChaCha8Rng) -> Vec<f64> {
    let scale = if phi < 1.0 { (1.0 - phi * phi).sqrt() } else { 1.0 };
    let mut x: f64 = StandardNormal.sample(random);
    (0..n)
        .map(|_| {
            let e: f64 = StandardNormal.sample(random);
            x = phi * x + scale * e;
            x
        })
        .collect()
}

fn verdict(a: &[f64], b: &[f64], test: Test) -> Verdict {
    compare(a, b, &Scope::default(), &CompareOptions { test, ..CompareOptions::default() }).unwrap().verdict
}

const PAIRS: usize = 400;
/// 1.5 times the nominal 5 %, and two standard errors of 400 draws at that rate.
const ALLOWED: usize = 30 + 11;

fn alarms(mut draw: impl FnMut(&mut ChaCha8Rng) -> (Vec<f64>, Vec<f64>), seed: u64, test: &Test) -> usize {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let differs = |_: &usize| {
        let (a, b) = draw(&mut random);
        verdict(&a, &b, test.clone()) == Verdict::Differ
    };
    (0..PAIRS).filter(differs).count()
}

#[test]
fn the_default_keeps_its_error_rate_under_autocorrelation_and_heavy_tails() {
    for (phi, seed) in [0.0, 0.3, 0.5, 0.8, 0.95, 1.0].into_iter().zip(1..) {
        // before and after: two halves of one series
        let halves = |random: &mut ChaCha8Rng| {
            let all = ar1(200, phi, random);
            (all[..100].to_vec(), all[100..].to_vec())
        };
        let count = alarms(halves, seed, &Test::Auto);
        assert!(count <= ALLOWED, "halves, φ = {phi}: {count} of {PAIRS}");
        // canary and baseline: two series
        let apart = |random: &mut ChaCha8Rng| (ar1(100, phi, random), ar1(60, phi, random));
        let count = alarms(apart, seed + 50, &Test::Auto);
        assert!(count <= ALLOWED, "apart, φ = {phi}: {count} of {PAIRS}");
    }
    let heavy = |random: &mut ChaCha8Rng| {
        let law = StudentT::new(1.5).unwrap();
        let draw = |n: usize, random: &mut ChaCha8Rng| (0..n).map(|_| law.sample(random)).collect::<Vec<f64>>();
        (draw(150, random), draw(150, random))
    };
    let count = alarms(heavy, 200, &Test::Auto);
    assert!(count <= ALLOWED, "heavy tails: {count} of {PAIRS}");
    // the test for independent values does not keep it, which is why it is not the default
    let halves = |random: &mut ChaCha8Rng| {
        let all = ar1(200, 0.5, random);
        (all[..100].to_vec(), all[100..].to_vec())
    };
    let plain = alarms(halves, 3, &Test::MannWhitney);
    assert!(plain > 2 * ALLOWED, "{plain}");
}

/// An AR(1) beneath white noise of its own size, which leaves short samples that look white.
fn beneath_white(n: usize, phi: f64, random: &mut ChaCha8Rng) -> Vec<f64> {
    ar1(n, phi, random).iter().zip(ar1(n, 0.0, random)).map(|(slow, white)| slow + white).collect()
}

#[test]
fn a_slow_process_beneath_noise_is_no_difference() {
    for (n, phi, seed) in [(20, 0.9, 2), (20, 0.95, 3), (50, 0.9, 4)] {
        let halves = |random: &mut ChaCha8Rng| {
            let all = beneath_white(2 * n, phi, random);
            (all[..n].to_vec(), all[n..].to_vec())
        };
        let count = alarms(halves, seed, &Test::Auto);
        assert!(count <= ALLOWED, "φ = {phi}, n = {n}: {count} of {PAIRS}");
        let plain = alarms(halves, seed, &Test::MannWhitney);
        assert!(plain > 2 * ALLOWED, "{plain}");
    }
    // what that costs: large differences of few independent values are shown, small ones need more values
    for (n, shift, least) in [(20, 2.0, 340), (50, 1.0, 320)] {
        let shifted = |random: &mut ChaCha8Rng| {
            let b = ar1(n, 0.0, random).iter().map(|v| v + shift).collect();
            (ar1(n, 0.0, random), b)
        };
        let found = alarms(shifted, 77, &Test::Auto);
        assert!(found >= least, "{n} + {n}, {shift} σ: {found} of {PAIRS}");
    }
}

#[test]
fn a_slow_process_does_not_look_recovered() {
    // the levels are truly apart by the margin
    let margin = Test::Equivalence(Margin::Absolute(1.0));
    let mut random = ChaCha8Rng::seed_from_u64(31);
    let equivalent = |_: &usize| {
        let a = beneath_white(20, 0.9, &mut random);
        let b: Vec<f64> = beneath_white(20, 0.9, &mut random).iter().map(|v| v + 1.0).collect();
        verdict(&a, &b, margin.clone()) == Verdict::Equivalent
    };
    let wrong = (0..PAIRS).filter(equivalent).count();
    assert!(wrong <= ALLOWED, "{wrong} of {PAIRS}");
}

/// 0 or 1 a second: outages of a mean length begin at random, all of the same length or of an exponential one, and single failures lie
/// between them.
fn failures(n: usize, outages: f64, mean_s: f64, fixed: bool, single: f64, random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut until = 0.0;
    (0..n)
        .map(|i| {
            if random.random::<f64>() < outages / n as f64 {
                let length = if fixed { mean_s } else { -mean_s * random.random::<f64>().ln() };
                until = f64::max(until, i as f64 + length);
            }
            f64::from(u8::from((i as f64) < until || random.random::<f64>() < single))
        })
        .collect()
}

/// Pairs from one process: a burst of failures counts for what it is worth.
#[test]
fn bursts_of_failures_are_no_difference() {
    for (outages, mean_s, fixed, single, seed) in [
        (1.5, 50.0, true, 0.0, 1),
        (1.5, 50.0, false, 0.0, 2),
        (6.0, 20.0, false, 0.001, 3),
        (20.0, 10.0, true, 0.0, 4),
    ] {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let differs = |_: &i32| {
            let mut draw = || failures(4000, outages, mean_s, fixed, single, &mut random);
            let (a, b) = (draw(), draw());
            verdict(&a, &b, Test::Proportions) == Verdict::Differ
        };
        let count = (0..100).filter(differs).count();
        // 1.5 times the nominal 5 %, and two standard errors
        assert!(count <= 12, "{outages} outages of {mean_s} s: {count} of 100");
    }
}

/// The test has not gone blind: single failures are Fisher's, and many outages are seen beside few.
#[test]
fn more_failures_are_a_difference() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let (mut single, mut bursts, mut covered) = (0, 0, 0);
    for _ in 0..60 {
        let (a, b) =
            (failures(2000, 0.0, 1.0, true, 0.01, &mut random), failures(2000, 0.0, 1.0, true, 0.04, &mut random));
        single += usize::from(verdict(&a, &b, Test::Proportions) == Verdict::Differ);
        let (a, b) =
            (failures(4000, 5.0, 20.0, false, 0.0, &mut random), failures(4000, 60.0, 20.0, false, 0.0, &mut random));
        let found = compare(
            &a,
            &b,
            &Scope::default(),
            &CompareOptions { test: Test::Proportions, ..CompareOptions::default() },
        );
        let found = found.unwrap();
        bursts += usize::from(found.verdict == Verdict::Differ);
        // outages that overlap count once: the chance that a second is in none is e^(−rate · mean)
        let share = |outages: f64| 1.0 - (-outages / 4000.0 * 20.0).exp();
        let interval = found.effect.and_then(|e| e.interval());
        covered += usize::from(interval.is_none_or(|(l, u)| (l..=u).contains(&(share(60.0) - share(5.0)))));
    }
    assert!(single >= 55 && bursts >= 40 && covered >= 54, "{single} {bursts} {covered} of 60");
    let asked = |order| CompareOptions { test: Test::Proportions, order, ..CompareOptions::default() };
    let (a, b) = (failures(300, 0.0, 1.0, true, 0.01, &mut random), failures(300, 0.0, 1.0, true, 0.05, &mut random));
    let count = |v: &[f64]| Counts { hits: v.iter().filter(|x| **x == 1.0).count() as u64, total: v.len() as u64 };
    let told = compare(&a, &b, &Scope::default(), &asked(Order::Independent)).unwrap();
    assert_eq!(told.p_value, Some(two_proportions(count(&a), count(&b), 0.95, &Scope::default()).unwrap().p_value));
}

#[test]
fn what_is_planted_is_found() {
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let (mut shifted, mut slower, mut recovered, mut wrong) = (0, 0, 0, 0);
    for _ in 0..100 {
        let (a, b) = (ar1(100, 0.3, &mut random), ar1(100, 0.3, &mut random));
        let moved: Vec<f64> = b.iter().map(|v| v + 1.0).collect();
        shifted += usize::from(verdict(&a, &moved, Test::Auto) == Verdict::Differ);
        recovered += usize::from(verdict(&a, &b, Test::Equivalence(Margin::Absolute(0.7))) == Verdict::Equivalent);
        let at_margin: Vec<f64> = b.iter().map(|v| v + 0.7).collect();
        wrong += usize::from(verdict(&a, &at_margin, Test::Equivalence(Margin::Absolute(0.7))) == Verdict::Equivalent);
        // the slowest 3 % alone take half as long again
        let draw = |random: &mut ChaCha8Rng| -> Vec<f64> { ar1(4000, 0.0, random).iter().map(|v| v.exp()).collect() };
        let (base, canary) = (draw(&mut random), draw(&mut random));
        let canary: Vec<f64> = canary.iter().map(|v| if *v > 6.56 { v * 1.5 } else { *v }).collect();
        slower += usize::from(verdict(&base, &canary, Test::Auto) == Verdict::Differ);
    }
    assert!(shifted >= 95, "{shifted} shifts of 1 σ");
    assert!(slower >= 60, "{slower} slower tails");
    assert!(recovered >= 80, "{recovered} recoveries");
    assert!(wrong <= 12, "{wrong} equivalent at the margin, nominal 5");
}

/// The interval of the shift covers the truth.
#[test]
fn intervals_cover() {
    for (phi, seed) in [(0.0, 1), (0.5, 2), (0.8, 3)] {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let covers = |_: &i32| {
            let (a, b) = (ar1(150, phi, &mut random), ar1(150, phi, &mut random));
            let b: Vec<f64> = b.iter().map(|v| v + 2.0).collect();
            let effect = compare(&a, &b, &Scope::default(), &CompareOptions::default()).unwrap().effect.unwrap();
            let (lower, upper) = effect.interval().unwrap();
            lower <= 2.0 && 2.0 <= upper
        };
        let covered = (0..200).filter(covers).count();
        assert!(covered >= 181, "φ = {phi}: {covered} of 200 at 95 %");
    }
    // blocks keep what single values lose
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let mut covered = [0, 0];
    for _ in 0..100 {
        let (a, b) = (ar1(400, 0.7, &mut random), ar1(400, 0.7, &mut random));
        for (count, blocks) in covered.iter_mut().zip([Blocks::Automatic, Blocks::Single]) {
            let options = BootstrapOptions { resamples: 299, blocks, ..BootstrapOptions::default() };
            let found =
                quantile_difference(&a, &b, crate::quantile::Quantile::MEDIAN, &options, &Scope::default()).unwrap();
            let (lower, upper) = found.interval().unwrap();
            *count += usize::from(lower <= 0.0 && 0.0 <= upper);
        }
    }
    assert!(covered[0] >= 84 && covered[1] < covered[0], "{covered:?} of 100 at 95 %");
}

#[test]
fn degenerate_samples_have_no_verdict_and_a_reason() {
    let values: Vec<f64> = (0..50).map(f64::from).collect();
    let every =
        ["auto", "mann-whitney", "ks", "anderson-darling", "cliff", "bootstrap:0.5", "proportions", "equivalence:1"];
    for test in every.map(|t| t.parse::<Test>().unwrap()) {
        for (a, b) in [
            (vec![], values.clone()),
            (values.clone(), vec![f64::NAN; 50]),
            (vec![f64::INFINITY; 9], vec![f64::NEG_INFINITY; 9]),
            (vec![2.0; 50], vec![2.0; 70]),
        ] {
            let found = verdict(&a, &b, test.clone());
            assert!(matches!(found, Verdict::NoVerdict(_)), "{test} of {} and {}: {found:?}", a.len(), b.len());
        }
        if test != Test::Proportions {
            let found = verdict(&values[..2], &values[..3], test.clone());
            assert!(matches!(found, Verdict::NoVerdict(Reason::TooFew { .. })), "{test}: {found:?}");
        }
        // no panic and no NaN whatever the values are
        for (a, b) in [
            (vec![1e308, -1e308, 1e308, 0.0, 5.0, 1e300, 3.0, 2.0, 1.0, 0.5], values.clone()),
            (vec![1.0; 60], values.clone()),
            (vec![1.0; 60], vec![2.0; 60]),
            (vec![0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0], vec![-0.0; 30]),
        ] {
            let options = CompareOptions { test: test.clone(), ..CompareOptions::default() };
            let found = compare(&a, &b, &Scope::default(), &options).unwrap();
            assert!(found.p_value.is_none_or(|p| (0.0..=1.0).contains(&p)), "{found:?}");
            assert!(found.ln_p.is_none_or(|p| p <= 0.0), "{found:?}");
            let text = serde_json::to_string(&found).unwrap();
            assert!(text.contains("\"verdict\""), "{text}");
        }
    }
    let walk: Vec<f64> = {
        let mut random = ChaCha8Rng::seed_from_u64(4);
        let all = ar1(400, 0.0, &mut random);
        all.iter()
            .scan(0.0, |sum, v| {
                *sum += v;
                Some(*sum)
            })
            .collect()
    };
    let found = verdict(&walk[..200], &walk[200..], Test::Auto);
    assert!(matches!(found, Verdict::NoVerdict(Reason::Persistent { .. })), "{found:?}");
    assert!(
        compare(&values, &values, &Scope::default(), &CompareOptions { level: 0.3, ..CompareOptions::default() })
            .is_err()
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    /// What b − a says, a − b says with the other sign; and a rising function of the values moves no rank.
    #[test]
    fn exchange_turns_the_sign(
        a in proptest::collection::vec(-50..50i32, 12..60), b in proptest::collection::vec(-40..60i32, 12..60),
    ) {
        let floats = |v: &[i32]| -> Vec<f64> { v.iter().map(|x| f64::from(*x)).collect() };
        let (a, b) = (floats(&a), floats(&b));
        let options = CompareOptions { order: Order::Independent, ..CompareOptions::default() };
        let ask = |a: &[f64], b: &[f64]| compare(a, b, &Scope::default(), &options).unwrap();
        let (there, back) = (ask(&a, &b), ask(&b, &a));
        proptest::prop_assert_eq!(&there.verdict, &back.verdict);
        if let (Some(x), Some(y)) = (there.p_value, back.p_value) {
            proptest::prop_assert!((x - y).abs() < 1e-12);
        }
        let (x, y) = (hodges_lehmann(&a, &b, 0.95, &Scope::default()).unwrap(), hodges_lehmann(&b, &a, 0.95, &Scope::default()).unwrap());
        proptest::prop_assert_eq!(x.value, -y.value);
        proptest::prop_assert_eq!(x.interval().unwrap().0, -y.interval().unwrap().1);
        let cubed = |v: &[f64]| -> Vec<f64> { v.iter().map(|x| x.powi(3)).collect() };
        proptest::prop_assert_eq!(ask(&cubed(&a), &cubed(&b)).p_value, there.p_value);
    }
}
