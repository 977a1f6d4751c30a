//! Verdicts on seeded simulations and on degenerate input: the promises of the module, checked.

#![allow(clippy::unwrap_used)]

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use super::*;
use crate::estimate::Bound;
use crate::series::{Identity, NanPolicy, Series};
use crate::unit::Unit;

pub(super) fn series(values: &[f64]) -> Series {
    let times = (0..values.len() as i64).map(|i| i * 15_000_000_000).collect();
    Series::new(Identity::new("x", Unit::Second), times, values.to_vec(), NanPolicy::Refuse).unwrap()
}

pub(super) fn ar1(n: usize, phi: f64, random: &mut ChaCha8Rng) -> Vec<f64> {
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

const SERIES: usize = 400;
/// 1.5 times the nominal 5 %, and two standard errors of 400 draws at that rate.
const ALLOWED: usize = 30 + 11;

fn alarms(phi: f64, seed: u64, mut alarm: impl FnMut(&Series) -> bool) -> usize {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..SERIES).filter(|_| alarm(&series(&ar1(200, phi, &mut random)))).count()
}

#[test]
fn trends_and_changes_keep_their_error_rate_under_autocorrelation() {
    for (phi, seed) in [0.0, 0.3, 0.5, 0.8, 1.0].into_iter().zip(1..) {
        let trends = alarms(phi, seed, |s| {
            matches!(trend(s, TrendMethod::Auto, 0.95).unwrap().verdict, Verdict::Rising | Verdict::Falling)
        });
        assert!(trends <= ALLOWED, "φ = {phi}: {trends} trends in {SERIES}");
        let steps = alarms(phi, seed + 50, |s| {
            changes(s, &ChangeOptions::default()).unwrap().verdict == ChangeVerdict::Changed
        });
        assert!(steps <= ALLOWED, "φ = {phi}: {steps} with changes in {SERIES}");
    }
    // the tests for independent samples do not keep it, which is why they are not the default
    let plain = alarms(0.5, 3, |s| trend(s, TrendMethod::MannKendall, 0.95).unwrap().verdict != Verdict::NoneShown);
    assert!(plain > 2 * ALLOWED, "{plain}");
}

/// A method that was asked for and does not hold its level says so with its verdict.
#[test]
fn verdicts_that_do_not_hold_their_level_say_so() {
    for (method, phi, wrong) in [
        (TrendMethod::YueWang(None), 0.0, 60),
        (TrendMethod::MannKendall, 0.6, 30),
        (TrendMethod::TheilSen, 0.6, 30),
        (TrendMethod::HamedRao(Some(1)), 0.8, 30),
    ] {
        let mut random = ChaCha8Rng::seed_from_u64(12);
        let (mut shown, mut silent) = (0, 0);
        for _ in 0..200 {
            let found = trend(&series(&ar1(200, phi, &mut random)), method, 0.95).unwrap();
            if matches!(found.verdict, Verdict::Rising | Verdict::Falling) {
                shown += 1;
                silent += usize::from(found.caveats.is_empty());
            }
        }
        assert!(shown >= wrong, "{method}, φ = {phi}: {shown} of 200 show a trend");
        // 1.5 times the nominal 5 %, and two standard errors of 200 draws at that rate
        assert!(silent <= 22, "{method}, φ = {phi}: {silent} of 200 without a caveat");
    }
    // and is silent where there is nothing to say
    let mut random = ChaCha8Rng::seed_from_u64(13);
    let white =
        |random: &mut ChaCha8Rng| trend(&series(&ar1(200, 0.0, random)), TrendMethod::MannKendall, 0.95).unwrap();
    let told = (0..100).filter(|_| !white(&mut random).caveats.is_empty()).count();
    assert!(told <= 15, "{told}");
}

#[test]
fn what_was_asked_is_not_what_is_advised() {
    // every second value high: the correlation at lag 1 is near −1
    let values: Vec<f64> = (0..100).map(|i| f64::from(i % 2) + f64::from(i * 7 % 11) * 1e-3).collect();
    for method in [TrendMethod::HamedRao(Some(1)), TrendMethod::YueWang(Some(1))] {
        let found = trend(&series(&values), method, 0.95).unwrap();
        let Verdict::NoVerdict { why } = &found.verdict else { panic!("{found:?}") };
        assert!(why.contains("up to lag 1") && !why.contains("limit the lags"), "{why}");
    }
}

/// Of n! equally likely orders two put all slopes on one side: three samples hold an interval in two of three cases at most.
#[test]
fn few_samples_claim_no_interval_that_they_cannot_hold() {
    let bound = |n: usize, level: f64| {
        let values: Vec<f64> = (0..n).map(|i| [1.0, 2.0, 4.0, 3.0, 9.0, 7.0][i]).collect();
        trend(&series(&values), TrendMethod::Auto, level).unwrap().slope_per_s.unwrap().bound
    };
    assert!(matches!(bound(3, 0.95), Bound::Unknown { why } if why.contains("66.67 %")));
    assert!(matches!(bound(4, 0.95), Bound::Unknown { why } if why.contains("91.67 %")));
    assert!(matches!(bound(5, 0.95), Bound::Confidence { level: 0.95, .. }));
    assert!(matches!(bound(4, 0.9), Bound::Confidence { .. }));
}

#[test]
fn what_is_planted_is_found() {
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let (mut rising, mut stepped, mut covered) = (0, 0, 0);
    for _ in 0..100 {
        let noise = ar1(200, 0.3, &mut random);
        let line: Vec<f64> = noise.iter().zip(0..).map(|(v, i)| v + 0.01 * f64::from(i)).collect();
        rising += usize::from(trend(&series(&line), TrendMethod::Auto, 0.95).unwrap().verdict == Verdict::Rising);
        let step: Vec<f64> = noise.iter().zip(0..).map(|(v, i)| v + if i >= 90 { 2.0 } else { 0.0 }).collect();
        let data = series(&step);
        let found = changes(&data, &ChangeOptions::default()).unwrap();
        stepped += usize::from(found.verdict == ChangeVerdict::Changed);
        covered += usize::from(found.changes.iter().any(|c| {
            c.onset.lower.0 <= data.times()[89] && c.onset.upper.0 >= data.times()[90] && c.p_value.unwrap() < 0.05
        }));
    }
    assert!(rising >= 90 && stepped >= 95 && covered >= 90, "{rising} {stepped} {covered}");
}

#[test]
fn degenerate_series_get_no_verdict_and_no_nan() {
    let long_gap: Vec<f64> = (0..30).map(f64::from).collect();
    let methods = [
        TrendMethod::Auto,
        TrendMethod::MannKendall,
        TrendMethod::HamedRao(None),
        TrendMethod::HamedRao(Some(100)),
        TrendMethod::YueWang(None),
        TrendMethod::YueWang(Some(1)),
        TrendMethod::Prewhitened,
        TrendMethod::Seasonal(3),
        TrendMethod::CorrelatedSeasonal(3),
        TrendMethod::TheilSen,
        TrendMethod::LeastSquares(None),
    ];
    for values in [&[1.0][..], &[1.0, 2.0], &[3.0; 40], &[0.0, 1e200, -1e200, 5.0]] {
        let data = series(values);
        for method in methods {
            let found = trend(&data, method, 0.95).unwrap();
            assert!(matches!(found.verdict, Verdict::NoVerdict { .. }), "{values:?} {method}: {:?}", found.verdict);
            assert_eq!(serde_json::to_value(&found).unwrap()["verdict"], "no-verdict");
        }
        for method in ChangeMethod::ALL {
            let found = changes(&data, &ChangeOptions { method, ..ChangeOptions::default() }).unwrap();
            assert!(matches!(found.verdict, ChangeVerdict::NoVerdict { .. }), "{values:?} {method}");
        }
    }
    let tricky: [&[f64]; 8] = [
        &[1.0, 2.0, 4.0],
        &[1.0, 1.0, 2.0, 1.0],
        &[5e-324, 0.0, 5e-324, 1e-310, 0.0, 0.0, 0.0],
        &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        &[1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0],
        &[1e149, -1e149, 1e149, 0.0, 5.0, 1e149, -1e149, 0.0, 1e149, 0.0, 1.0, 2.0, -1e149],
        &[1e9, 1e9 + 1.0, 1e9, 1e9, 1e9 + 1.0, 1e9, 1e9],
        &long_gap,
    ];
    for values in tricky {
        let mut times: Vec<i64> = (0..values.len() as i64).collect();
        *times.last_mut().unwrap() = i64::MAX / 2;
        times[0] = i64::MIN / 2;
        let data = Series::new(Identity::default(), times, values.to_vec(), NanPolicy::Refuse).unwrap();
        for method in methods {
            let found = trend(&data, method, 0.95).unwrap();
            for number in [found.z, found.p_value, found.ln_p, found.slope_per_s.map(|s| s.value), found.intercept] {
                assert!(number.is_none_or(|v| !v.is_nan()), "{values:?} {method}: {number:?}");
            }
        }
        let asked = [None, Some(0.0), Some(1.0)].into_iter().flat_map(|p| ChangeMethod::ALL.map(|m| (p, m)));
        for (penalty, method) in asked {
            let options = ChangeOptions { method, penalty, min_size: 1, level: 0.9, ..ChangeOptions::default() };
            let found = changes(&data, &options).unwrap();
            assert!(!serde_json::to_string(&found).unwrap().contains("NaN"));
            for change in &found.changes {
                assert!(change.effect.value.is_finite() && change.p_value.is_none_or(|p| (0.0..=1.0).contains(&p)));
                assert!(change.onset.lower < change.onset.upper);
            }
        }
    }
}

#[test]
fn series_that_are_mixed_get_no_verdict() {
    // two series under one name: every time is there twice, and only one value of each is kept
    let times: Vec<i64> = (0..200).map(|i| i / 2 * 15_000_000_000).collect();
    let values = (0..200).map(|i| if i % 2 == 0 { f64::from(i) } else { -f64::from(i) }).collect();
    let mixed = Series::new(Identity::default(), times, values, NanPolicy::Drop).unwrap();
    let Verdict::NoVerdict { why } = trend(&mixed, TrendMethod::Auto, 0.95).unwrap().verdict else { panic!() };
    assert!(why.contains("100 samples share their time"), "{why}");
    let found = changes(&mixed, &ChangeOptions::default()).unwrap();
    assert!(matches!(found.verdict, ChangeVerdict::NoVerdict { .. }) && found.changes.is_empty());
}

#[test]
fn a_bucket_widens_the_onset_to_its_end() {
    let values: Vec<f64> = (0..60u32).map(|i| f64::from(i * i % 7) + if i < 30 { 0.0 } else { 20.0 }).collect();
    let data = series(&values);
    let bucket = crate::time::Span::from_secs(15);
    let (plain, wide) = (ChangeOptions::default(), ChangeOptions { bucket, ..ChangeOptions::default() });
    let onset = |options: &ChangeOptions| changes(&data, options).unwrap().changes[0].onset;
    assert_eq!(onset(&wide).upper, onset(&plain).upper + bucket);
    assert_eq!(onset(&wide).lower, onset(&plain).lower);
    assert!(changes(&data, &ChangeOptions { bucket: crate::time::Span(-1), ..plain }).is_err());
}

#[test]
fn a_slow_level_beneath_noise_is_seldom_a_trend() {
    // the fitted AR(1) alone told 25 % to 45 % of these as trends, and a slope in white noise is still to be found
    let walk = |n: usize, random: &mut ChaCha8Rng| {
        let slow = ar1(n, 1.0, random);
        let mut white = || -> f64 { StandardNormal.sample(random) };
        slow.iter().map(|v| 0.2 * v + white()).collect::<Vec<f64>>()
    };
    for (n, seed) in [(20, 61), (50, 62), (200, 63)] {
        let mut told = [0; 3];
        share_of(SERIES, seed, |random| {
            let kinds = [beneath_white(n, 0.9, random), beneath_white(n, 0.99, random), walk(n, random)];
            for (told, values) in told.iter_mut().zip(&kinds) {
                let verdict = trend(&series(values), TrendMethod::Auto, 0.95).unwrap().verdict;
                *told += usize::from(matches!(verdict, Verdict::Rising | Verdict::Falling));
            }
            false
        });
        assert!(told.iter().all(|t| *t <= SERIES / 5), "n = {n}: {told:?} trends in {SERIES}");
    }
    // what rises by four standard deviations in fifty values is still told
    let rising = share_of(100, 64, |random| {
        let noise = ar1(50, 0.0, random);
        let line: Vec<f64> = noise.iter().zip(0..).map(|(v, i)| v + 4.0 * f64::from(i) / 49.0).collect();
        trend(&series(&line), TrendMethod::Auto, 0.95).unwrap().verdict == Verdict::Rising
    });
    assert!(rising >= 75, "{rising} of 100");
}

#[test]
fn json_has_the_contracts_keys() {
    let values: Vec<f64> = (0..60u32).map(|i| f64::from(i * i % 7) + if i < 30 { 0.0 } else { 20.0 }).collect();
    let found = serde_json::to_value(trend(&series(&values), TrendMethod::HamedRao(Some(3)), 0.95).unwrap()).unwrap();
    for key in ["method", "reason", "statistic", "z", "p_value", "ln_p", "slope_per_s", "verdict"] {
        assert!(found.get(key).is_some_and(|v| !v.is_null()), "{key}");
    }
    assert_eq!(found["slope_per_s"]["unit"], "s/s");
    let found = serde_json::to_value(changes(&series(&values), &ChangeOptions::default()).unwrap()).unwrap();
    assert_eq!(found["verdict"], "changed");
    for key in ["index", "time", "onset", "before", "after", "effect", "p_value"] {
        assert!(found["changes"][0].get(key).is_some_and(|v| !v.is_null()), "{key}");
    }
    assert_eq!(found["changes"][0]["index"], 30);
}

#[test]
fn methods_are_read_back_by_their_names() {
    for method in [
        TrendMethod::Auto,
        TrendMethod::MannKendall,
        TrendMethod::HamedRao(None),
        TrendMethod::HamedRao(Some(3)),
        TrendMethod::YueWang(None),
        TrendMethod::YueWang(Some(1)),
        TrendMethod::Prewhitened,
        TrendMethod::Seasonal(24),
        TrendMethod::CorrelatedSeasonal(7),
        TrendMethod::TheilSen,
        TrendMethod::LeastSquares(None),
        TrendMethod::LeastSquares(Some(9)),
    ] {
        assert_eq!(method.to_string().parse::<TrendMethod>().unwrap(), method);
    }
    for bad in ["", "hamed-rao:", "hamed-rao:0", "hamed-rao:x", "kendall", "seasonal", "seasonal:1", "auto:3"] {
        assert!(bad.parse::<TrendMethod>().is_err(), "{bad}");
    }
    for method in ChangeMethod::ALL {
        assert_eq!(method.to_string().parse::<ChangeMethod>().unwrap(), method);
    }
    assert!("tea-leaves".parse::<ChangeMethod>().is_err());
    assert!(trend(&series(&[1.0, 2.0, 3.0]), TrendMethod::Auto, 1.0).is_err());
    assert!(trend(&series(&[1.0, 2.0, 3.0]), TrendMethod::Auto, f64::NAN).is_err());
    assert!(changes(&series(&[1.0]), &ChangeOptions { min_size: 0, ..ChangeOptions::default() }).is_err());
}

#[test]
fn a_noise_free_step_is_a_change() {
    let values: Vec<f64> = (0..40).map(|i| if i < 25 { 3.0 } else { 5.0 }).collect();
    let found = changes(&series(&values), &ChangeOptions::default()).unwrap();
    assert_eq!(found.changes.iter().map(|c| c.index).collect::<Vec<_>>(), [25]);
    assert_eq!(found.changes[0].effect.value, 2.0);
}

/// A slow AR(1) beneath white noise of the same size, at which AR(1) models cry wolf.
fn beneath_white(n: usize, phi: f64, random: &mut ChaCha8Rng) -> Vec<f64> {
    let slow = ar1(n, phi, random);
    slow.iter().map(|v| v + <StandardNormal as Distribution<f64>>::sample(&StandardNormal, random)).collect()
}

pub(super) fn share_of(series_count: usize, seed: u64, mut alarm: impl FnMut(&mut ChaCha8Rng) -> bool) -> usize {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..series_count).filter(|_| alarm(&mut random)).count()
}

#[test]
fn a_wandering_level_beneath_noise_is_no_change() {
    for (phi, seed) in [(0.8, 1), (0.9, 2), (0.95, 3)] {
        let (mut changed, mut old) = (0, 0);
        share_of(SERIES, seed, |random| {
            let data = series(&beneath_white(200, phi, random));
            changed +=
                usize::from(changes(&data, &ChangeOptions::default()).unwrap().verdict == ChangeVerdict::Changed);
            // what the noise of an AR(1) alone would have said
            let noise = robust_noise(data.values()).unwrap();
            let penalty = calibration::penalty_factor(200, 0.05) * noise.long_run_variance;
            old += usize::from(!pelt_mean(data.values(), penalty, 5).is_empty());
            false
        });
        assert!(changed <= ALLOWED, "φ = {phi}: {changed} with changes in {SERIES}");
        assert!(old > 3 * ALLOWED, "{old}");
    }
}

#[test]
fn a_season_is_neither_trend_nor_change() {
    let draw = |random: &mut ChaCha8Rng, period: usize| {
        let noise = ar1(240, 0.5, random);
        let phase: f64 = StandardNormal.sample(random);
        let wave = |i: usize| (std::f64::consts::TAU * (i as f64 / period as f64) + phase).sin();
        noise.iter().enumerate().map(|(i, v)| v + 2.0 * wave(i) + wave(2 * i)).collect::<Vec<f64>>()
    };
    for (period, seed) in [(12, 5), (24, 6), (48, 7)] {
        let (mut changed, mut risen, mut verdicts) = (0, 0, 0);
        share_of(SERIES, seed, |random| {
            let data = series(&draw(random, period));
            let found = changes(&data, &ChangeOptions::default()).unwrap();
            changed += usize::from(found.verdict == ChangeVerdict::Changed);
            let verdict = trend(&data, TrendMethod::Auto, 0.95).unwrap().verdict;
            risen += usize::from(matches!(verdict, Verdict::Rising | Verdict::Falling));
            verdicts += usize::from(!matches!(verdict, Verdict::NoVerdict { .. }));
            false
        });
        assert!(
            changed <= ALLOWED && risen <= ALLOWED,
            "period {period}: {changed} changed, {risen} risen of {SERIES}"
        );
        // without its season taken out, a seasonal series had no verdict
        assert!(verdicts > SERIES / 2, "period {period}: {verdicts} verdicts of {SERIES}");
    }
}

/// Two weeks of hours: a wave of a day under noise, on a slope, with a step at hour 200.
fn days(slope: f64, step: f64, random: &mut ChaCha8Rng) -> Series {
    let noise = ar1(336, 0.0, random);
    let wave = |i: usize| 2.0 * (std::f64::consts::TAU * i as f64 / 24.0).sin();
    let at = |(i, v): (usize, &f64)| 0.5 * v + wave(i) + slope * i as f64 + if i >= 200 { step } else { 0.0 };
    let times = (0..336).map(|h| h * 3_600_000_000_000).collect();
    Series::new(Identity::default(), times, noise.iter().enumerate().map(at).collect(), NanPolicy::Refuse).unwrap()
}

#[test]
fn a_day_on_a_slope_shows_the_step_that_was_planted() {
    let mut random = ChaCha8Rng::seed_from_u64(12);
    let (mut right, mut alarms) = (0, 0);
    for run in 0..40 {
        let slope = [0.0, 0.01, 1.0 / 24.0, 0.2][run % 4];
        let found = changes(&days(slope, 3.0, &mut random), &ChangeOptions::default()).unwrap();
        assert_eq!(found.season_steps, Some(24), "slope {slope}");
        let [change] = found.changes.as_slice() else { continue };
        // slopes are per second; a flat one may be taken out too, where it explains a little
        let close = found.slope_per_s.as_ref().map_or(slope == 0.0, |s| (s.value * 3600.0 - slope).abs() < 0.004);
        right += usize::from(change.index.abs_diff(200) <= 2 && close && (change.effect.value - 3.0).abs() < 0.5);
        let none = changes(&days(slope, 0.0, &mut random), &ChangeOptions::default()).unwrap();
        alarms += usize::from(none.verdict == ChangeVerdict::Changed);
    }
    assert!(right >= 36, "{right} of 40");
    // 1.5 times the nominal 5 %, and three standard errors
    assert!(alarms <= 8, "{alarms} of 40");
}

/// A line of 40 + h with a step of 3 at hour 200: levels at the change are 240 and 243.
#[test]
fn intervals_of_a_step_on_a_slope_allow_for_the_slope() {
    const RUNS: usize = 100;
    let mut random = ChaCha8Rng::seed_from_u64(31);
    let times: Vec<i64> = (0..336).map(|h| h * 3_600_000_000_000).collect();
    let (mut held, mut single) = ([0; 4], 0);
    for _ in 0..RUNS {
        let noise = ar1(336, 0.0, &mut random);
        let at = |(h, v): (usize, &f64)| 40.0 + h as f64 + 0.5 * v + if h >= 200 { 3.0 } else { 0.0 };
        let values = noise.iter().enumerate().map(at).collect();
        let series = Series::new(Identity::default(), times.clone(), values, NanPolicy::Refuse).unwrap();
        let found = changes(&series, &ChangeOptions::default()).unwrap();
        let ([change], Some(slope)) = (found.changes.as_slice(), &found.slope_per_s) else {
            continue;
        };
        single += 1;
        // the line at the change that was found, which may be a step beside
        let line = 40.0 + change.index as f64;
        let truths =
            [(&change.effect, 3.0), (&change.before, line), (&change.after, line + 3.0), (slope, 1.0 / 3600.0)];
        for (held, (told, truth)) in held.iter_mut().zip(truths) {
            let within = told.confidence.as_ref().is_some_and(|c| c.lower <= truth && truth <= c.upper);
            *held += usize::from(within);
        }
        // the values as they are, with the line in them
        let (before, after) = (&change.distribution_before, &change.distribution_after);
        assert!((before.min - 40.0).abs() < 3.0 && (before.max - 239.0).abs() < 4.0, "{before:?}");
        assert!((after.min - 243.0).abs() < 4.0 && (after.max - 378.0).abs() < 4.0, "{after:?}");
    }
    // one change in nine of ten, and 95 % of those, and three standard errors
    assert!(single >= 85 && held.iter().all(|held| *held + 12 >= single), "{held:?} of {single} of {RUNS}");
}

#[test]
fn permuted_blocks_keep_the_rate_of_the_other_methods() {
    const FEW: usize = 40;
    // 1.5 times the nominal 5 %, and three standard errors of so many series
    const MOST: usize = 3 + 5;
    let methods = [
        ChangeMethod::PeltRank,
        ChangeMethod::PeltMeanVariance,
        ChangeMethod::PeltVariance,
        ChangeMethod::EDivisive,
        ChangeMethod::KernelRbf,
    ];
    for method in methods {
        for phi in [0.0, 0.5] {
            let found = share_of(FEW, 21, |random| {
                let data = series(&ar1(150, phi, random));
                let options = ChangeOptions { method, ..ChangeOptions::default() };
                changes(&data, &options).unwrap().verdict == ChangeVerdict::Changed
            });
            assert!(found <= MOST, "{method}, φ = {phi}: {found} of {FEW}");
        }
    }
}

/// Both are longer than a penalty from a few hundred of the samples would see, and the second forgets slowly.
#[test]
fn a_kernel_keeps_its_rate_on_long_series() {
    // 1.5 times the nominal 5 %, and three standard errors of so many series
    for (n, phi, few, most) in [(400, 0.8, 30, 7), (1500, 0.0, 8, 3), (1500, 0.8, 8, 3), (3000, 0.5, 4, 2)] {
        let found = share_of(few, 77, |random| {
            let data = series(&ar1(n, phi, random));
            let options = ChangeOptions { method: ChangeMethod::KernelRbf, ..ChangeOptions::default() };
            changes(&data, &options).unwrap().verdict == ChangeVerdict::Changed
        });
        assert!(found <= most, "n = {n}, φ = {phi}: {found} of {few}");
    }
}

#[test]
fn every_method_finds_what_it_is_for() {
    let mut random = ChaCha8Rng::seed_from_u64(33);
    let noise = ar1(240, 0.0, &mut random);
    let plant =
        |f: &dyn Fn(usize, f64) -> f64| series(&noise.iter().enumerate().map(|(i, v)| f(i, *v)).collect::<Vec<_>>());
    let step = plant(&|i, v| if i >= 150 { v + 4.0 } else { v });
    let spread = plant(&|i, v| if i >= 150 { 5.0 * v } else { v });
    let counts = plant(&|i, v| (if i >= 150 { 30.0 + 5.5 * v } else { 12.0 + 3.4 * v }).round().max(0.0));
    for method in ChangeMethod::ALL {
        let data = match method {
            ChangeMethod::PeltVariance | ChangeMethod::PeltMeanVariance => &spread,
            ChangeMethod::PeltPoisson => &counts,
            _ => &step,
        };
        let found = changes(data, &ChangeOptions { method, ..ChangeOptions::default() }).unwrap();
        let near = found.changes.iter().any(|c| c.index.abs_diff(150) <= 3);
        assert!(near, "{method}: {:?}", found.changes.iter().map(|c| c.index).collect::<Vec<_>>());
        let first = &found.changes[0];
        assert!(first.onset.lower < first.onset.upper && !found.reason.is_empty(), "{method}");
        assert_eq!(first.distribution_before.n, first.index, "{method}");
    }
}
