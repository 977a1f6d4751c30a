//! Agreement with scipy, statsmodels and arch; `tests/reference/compare/generate.py` made the answers.

#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::*;
use crate::estimate::Scope;
use crate::quantile::{Quantile, block_length};

fn expected() -> Value {
    serde_json::from_str(include_str!("../../../tests/reference/compare/expected.json")).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

fn close(what: &str, got: f64, want: &Value) {
    let want = want.as_f64().unwrap();
    assert!((got - want).abs() <= 1e-9 * want.abs(), "{what}: {got}, reference {want}");
}

#[test]
fn pairs_of_samples_agree() {
    let expected = expected();
    let cases = expected["cases"].as_array().unwrap();
    assert!(cases.len() >= 14);
    let (mut limits, mut exact) = (0, 0);
    for case in cases {
        let name = case["name"].as_str().unwrap();
        let (a, b) = (numbers(&case["a"]), numbers(&case["b"]));
        let mw = mann_whitney(&a, &b).unwrap();
        close(&format!("{name}, U"), mw.u, &case["mann_whitney"]["u"]);
        close(&format!("{name}, Mann–Whitney p"), mw.p_value, &case["mann_whitney"]["p"]);
        assert_eq!(mw.exact, case["mann_whitney"]["exact"].as_bool().unwrap());
        exact += usize::from(mw.exact);
        let ks = kolmogorov_smirnov(&a, &b).unwrap();
        close(&format!("{name}, D"), ks.d, &case["ks"]["d"]);
        assert_eq!(ks.exact, case["ks"]["exact"].as_bool().unwrap());
        let want = if ks.exact { &case["ks"]["p"] } else { &case["ks"]["limit"] };
        limits += usize::from(!ks.exact);
        close(&format!("{name}, Kolmogorov–Smirnov p"), ks.p_value, want);
        let ad = anderson_darling(&[a.clone(), b.clone()]).unwrap();
        close(&format!("{name}, Anderson–Darling"), ad.statistic, &case["anderson"]["statistic"]);
        close(&format!("{name}, Anderson–Darling p"), ad.p_value, &case["anderson"]["p"]);
        let shift = hodges_lehmann(&a, &b, 0.95, &Scope::default()).unwrap();
        close(&format!("{name}, shift"), shift.value, &case["shift"]);
        if a.len() > 1 {
            let delta = cliffs_delta(&a, &b, 0.95, &Scope::default()).unwrap().value;
            assert!((delta - case["delta"].as_f64().unwrap()).abs() < 1e-12, "{name}, delta: {delta}");
        }
        for (which, values) in [("a", &a), ("b", &b)] {
            // arch gives the length that the rule asks for; a block of less than one value is one value here, and so are
            // samples of fewer than 9
            if values.len() >= 9 {
                let want = case["block_length"][which].as_f64().unwrap().max(1.0);
                let got = block_length(values);
                // arch takes the mean as it comes: at an offset of 1e9 that costs it digits
                let tolerance = if name == "offset" { 1e-6 } else { 1e-9 };
                assert!((got - want).abs() <= tolerance * want, "{name}, blocks of {which}: {got}, reference {want}");
            }
        }
    }
    assert!(exact >= 3 && limits >= 1, "{exact} {limits}");
}

#[test]
fn three_samples_agree() {
    let expected = expected();
    let samples: Vec<Vec<f64>> = expected["three"]["samples"].as_array().unwrap().iter().map(numbers).collect();
    let ad = anderson_darling(&samples).unwrap();
    close("statistic", ad.statistic, &expected["three"]["statistic"]);
    close("p", ad.p_value, &expected["three"]["p"]);
}

#[test]
fn proportions_agree_with_fisher_and_newcombe() {
    for case in expected()["proportions"].as_array().unwrap() {
        let counts = |v: &Value| Counts { hits: v[0].as_u64().unwrap(), total: v[1].as_u64().unwrap() };
        let found = two_proportions(counts(&case["a"]), counts(&case["b"]), 0.95, &Scope::default()).unwrap();
        close("Fisher", found.p_value, &case["fisher"]);
        let (lower, upper) = found.difference.interval().unwrap();
        let want = numbers(&case["newcombe"]);
        assert!((lower - want[0]).abs() < 1e-9 && (upper - want[1]).abs() < 1e-9, "{lower} {upper} {want:?}");
    }
}

#[test]
fn corrections_agree_with_statsmodels() {
    for case in expected()["corrections"].as_array().unwrap() {
        let p = numbers(&case["p"]);
        for (got, want) in [(holm(&p), &case["holm"]), (benjamini_hochberg(&p), &case["bh"])] {
            for (g, w) in got.iter().zip(numbers(want)) {
                assert!((g - w).abs() < 1e-12, "{g} {w}");
            }
        }
    }
}

/// The ends agree within what is random in both: a tenth of the standard error.
#[test]
fn quantile_intervals_agree_with_scipys_bootstrap() {
    for case in expected()["bootstrap"].as_array().unwrap() {
        let q = Quantile::new(case["q"].as_f64().unwrap()).unwrap();
        let options = BootstrapOptions { resamples: 20_000, blocks: Blocks::Single, ..BootstrapOptions::default() };
        let found =
            quantile_difference(&numbers(&case["a"]), &numbers(&case["b"]), q, &options, &Scope::default()).unwrap();
        let (lower, upper) = found.interval().unwrap();
        let (want, se) = (numbers(&case["interval"]), case["se"].as_f64().unwrap());
        assert!(
            (lower - want[0]).abs() < 0.1 * se && (upper - want[1]).abs() < 0.1 * se,
            "{q}: {lower} {upper} {want:?} {se}"
        );
    }
}
