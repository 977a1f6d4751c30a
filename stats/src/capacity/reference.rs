//! Agreement with scipy's nonlinear least squares; `tests/reference/compare/generate.py` made the answers.

#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::*;
use crate::estimate::Estimate;
use crate::quantile::tails::two_sided_critical;
use crate::unit::Unit;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}

/// Values to 1e-6 of their standard errors and standard errors to 1e-5: scipy's own are from finite differences.
fn agree(what: &str, got: &[&Estimate], values: &Value, errors: &Value, degrees: f64) {
    let t = two_sided_critical(0.05, degrees);
    for ((estimate, value), se) in got.iter().zip(numbers(values)).zip(numbers(errors)) {
        assert!((estimate.value - value).abs() < 1e-6 * se, "{what}: {} {value}", estimate.value);
        let (lower, upper) = estimate.interval().unwrap();
        assert!(((upper - lower) / 2.0 / t / se - 1.0).abs() < 1e-5, "{what}: {} {se}", (upper - lower) / 2.0 / t);
    }
}

#[test]
fn fits_are_scipys() {
    let expected: Value = serde_json::from_str(include_str!("../../../tests/reference/compare/expected.json")).unwrap();
    let fits = expected["fits"].as_array().unwrap();
    assert_eq!(fits.len(), 2);
    for case in fits {
        let name = case["name"].as_str().unwrap();
        let points: Vec<(f64, f64)> = numbers(&case["size"]).into_iter().zip(numbers(&case["throughput"])).collect();
        let n = points.len() as f64;
        let fit = usl(&points, 0.95, &Unit::None).unwrap();
        let all = [&fit.single, &fit.contention, fit.coherency.as_ref().unwrap()];
        agree(name, &all, &case["usl"], &case["usl_se"], n - 3.0);
        let fit = amdahl(&points, 0.95, &Unit::None).unwrap();
        agree(name, &[&fit.single, &fit.contention], &case["amdahl"], &case["amdahl_se"], n - 2.0);
    }
}
