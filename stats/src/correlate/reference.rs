//! Agreement with scipy on `tests/reference/correlate/expected.json`, which `generate.py` beside it makes anew.

#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::*;

fn floats(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

#[test]
fn rank_correlations_are_scipys() {
    let expected: Value =
        serde_json::from_str(include_str!("../../../tests/reference/correlate/expected.json")).unwrap();
    let cases = expected["cases"].as_array().unwrap();
    assert!(cases.len() >= 7);
    for case in cases {
        let (x, y) = (floats(&case["x"]), floats(&case["y"]));
        for (found, want) in
            [(spearman(&x, &y).unwrap(), &case["spearman"]), (kendall(&x, &y).unwrap(), &case["kendall"])]
        {
            let name = &case["name"];
            assert!((found.value - want["value"].as_f64().unwrap()).abs() < 1e-12, "{name}: {found:?} {want}");
            let p = want["p"].as_f64().unwrap();
            assert!((found.p_value() - p).abs() <= 1e-9 * p.max(1e-12), "{name}: {} {p}", found.p_value());
        }
        let lags = floats(&case["ccf"]);
        let found = cross_correlation(&x, &y, (lags.len() - 1) / 2).unwrap();
        for (a, b) in found.iter().zip(&lags) {
            assert!((a - b).abs() < 1e-9, "{a} {b}");
        }
    }
}
