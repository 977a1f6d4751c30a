//! Agreement with pymannkendall, scipy and ruptures on `tests/reference/trend/expected.json`, which `generate.py` beside it
//! makes anew.

#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::*;

fn expected() -> Value {
    serde_json::from_str(include_str!("../../../tests/reference/trend/expected.json")).unwrap()
}

fn floats(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

/// Agreement to 1e-9, relative to the greater of the number and 1.
fn close(what: &str, got: f64, want: &Value) {
    let want = want.as_f64().unwrap();
    assert!((got - want).abs() <= 1e-9 * want.abs().max(1.0), "{what}: {got}, reference {want}");
}

fn cases() -> Vec<(String, Vec<f64>, Value)> {
    let all = expected()["cases"].as_array().unwrap().clone();
    assert!(all.len() >= 18);
    all.into_iter().map(|c| (c["name"].as_str().unwrap().to_owned(), floats(&c["values"]), c)).collect()
}

fn check_test(name: &str, score: Score, inflation: f64, want: &Value) {
    close(&format!("{name}: S"), score.s, &want["s"]);
    close(&format!("{name}: tau"), score.tau(), &want["tau"]);
    close(
        &format!("{name}: variance"),
        score.variance * inflation / want["var_s"].as_f64().unwrap(),
        &Value::from(1.0),
    );
    if want["z"].is_null() {
        // a negative corrected variance is NaN there, and no verdict here
        assert_eq!(score.z(inflation), None, "{name}");
        return;
    }
    close(&format!("{name}: z"), score.z(inflation).unwrap(), &want["z"]);
    close(&format!("{name}: p"), score.ln_p(inflation).unwrap().exp(), &want["p"]);
}

#[test]
fn mann_kendall_and_hamed_rao_are_pymannkendalls() {
    for (name, values, case) in cases() {
        let score = mann_kendall(&values);
        if case["original"].is_null() {
            assert_eq!(score.z(1.0), None, "{name}: constant");
            continue;
        }
        check_test(&name, score, 1.0, &case["original"]);
        let times: Vec<i64> = (0..values.len() as i64).collect();
        let slope = theil_sen(&times, &values, 1.0, 0.95, 1.0).unwrap().per_step;
        let detrended: Vec<f64> = values.iter().zip(1..).map(|(v, i)| v - f64::from(i) * slope).collect();
        check_test(&name, score, hamed_rao_inflation(&detrended, None, 0.95), &case["hamed_rao"]);
        check_test(&name, score, hamed_rao_inflation(&detrended, Some(3), 0.95), &case["hamed_rao_3"]);
    }
}

#[test]
fn where_the_reference_underflows_ln_p_goes_on() {
    // pymannkendall computes 2 (1 − Φ(z)), which is 0 from z = 8.3 on and loses digits before
    let (_, values, case) = cases().into_iter().find(|c| c.0 == "steep ramp").unwrap();
    assert_eq!(case["original"]["p"].as_f64(), Some(0.0));
    let ln_p = mann_kendall(&values).ln_p(1.0).unwrap();
    assert!(ln_p.is_finite() && ln_p.exp() > 0.0 && ln_p < -175.0, "{ln_p}");
}

#[test]
fn slopes_and_intervals_are_scipys_and_pymannkendalls() {
    const SECOND: i64 = 1_000_000_000;
    for (name, values, case) in cases() {
        let times: Vec<i64> = (0..values.len() as i64).map(|i| i * SECOND).collect();
        let line = theil_sen(&times, &values, 1e9, 0.95, 1.0).unwrap();
        close(&name, line.slope_per_s, &case["sens_slope"]["slope"]);
        close(&name, line.intercept, &case["sens_slope"]["intercept"]);
        let seconds = floats(&case["irregular"]["seconds"]);
        let times: Vec<i64> = seconds.iter().map(|s| *s as i64 * SECOND).collect();
        let irregular = theil_sen(&times, &values, 3e9, 0.9, 1.0).unwrap();
        for (line, want) in [(line, &case["theilslopes"]), (irregular, &case["irregular"])] {
            close(&name, line.slope_per_s, &want["slope"]);
            close(&name, line.intercept, &want["intercept"]);
            close(&name, line.lower, &want["lower"]);
            close(&name, line.upper, &want["upper"]);
        }
    }
}

#[test]
fn autocorrelations_are_numpys() {
    for (name, values, case) in cases() {
        let Some(want) = case["acf"].as_array() else {
            assert!(autocorrelation(&values, 5).is_empty(), "{name}");
            continue;
        };
        for (got, want) in autocorrelation(&values, want.len() - 1).iter().zip(want) {
            close(&name, *got, want);
        }
    }
}

/// Σ of squared deviations within the segments.
fn cost(values: &[f64], changes: &[usize]) -> f64 {
    let edges: Vec<usize> = [0].into_iter().chain(changes.iter().copied()).chain([values.len()]).collect();
    let segment = |e: &[usize]| {
        let part = &values[e[0]..e[1]];
        let mean = part.iter().sum::<f64>() / part.len() as f64;
        part.iter().map(|v| (v - mean).powi(2)).sum::<f64>()
    };
    edges.windows(2).map(segment).sum()
}

#[test]
fn segmentations_are_ruptures() {
    let (mut same, mut equal, mut better) = (0, 0, 0);
    for (name, values, case) in cases() {
        for want in case["segmentations"].as_array().unwrap() {
            let penalty = want["penalty"].as_f64().unwrap();
            let min_size = want["min_size"].as_u64().unwrap() as usize;
            let theirs: Vec<usize> = floats(&want["changes"]).into_iter().map(|c| c as usize).collect();
            let ours = pelt_mean(&values, penalty, min_size);
            if ours == theirs {
                same += 1;
                continue;
            }
            // another segmentation is right only where it costs as much, as with ties, or less
            let total = |c: &[usize]| cost(&values, c) + penalty * c.len() as f64;
            let (a, b) = (total(&ours), total(&theirs));
            assert!(
                a <= b * (1.0 + 1e-9),
                "{name}, penalty {penalty}, at least {min_size}: {ours:?} {a}, ruptures {theirs:?} {b}"
            );
            if a < b * (1.0 - 1e-9) {
                better += 1;
                println!("{name}, penalty {penalty}, at least {min_size}: {ours:?} {a}, ruptures {theirs:?} {b}");
            } else {
                equal += 1;
            }
        }
    }
    println!("the same {same}, as good {equal}, better {better}");
    assert!(same >= 220, "the same {same}, as good {equal}, better {better}");
}

#[test]
fn tails_are_scipys() {
    for pair in expected()["ln_two_sided"].as_array().unwrap() {
        let (z, want) = (pair[0].as_f64().unwrap(), pair[1].as_f64().unwrap());
        let got = ln_two_sided(z);
        assert!((got - want).abs() <= 1e-12 * want.abs().max(1.0), "z = {z}: {got}, reference {want}");
    }
    for triple in expected()["ln_student"].as_array().unwrap() {
        let (t, df) = (triple[0].as_f64().unwrap(), triple[1].as_f64().unwrap());
        close(&format!("t = {t}, {df} degrees"), crate::quantile::tails::ln_two_sided_student(t, df), &triple[2]);
    }
}
