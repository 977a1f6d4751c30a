//! Agreement with statsmodels and scipy on `tests/reference/forecast/expected.json`, which `generate.py` beside it makes anew.

#![allow(clippy::unwrap_used)]

use serde_json::Value;

use super::*;

fn expected() -> Value {
    serde_json::from_str(include_str!("../../../tests/reference/forecast/expected.json")).unwrap()
}

fn floats(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn places(v: &Value) -> Vec<usize> {
    v.as_array().unwrap().iter().map(|x| x.as_u64().unwrap() as usize).collect()
}

/// Agreement to 1e-9, relative to the size of the series or 1.
fn close(what: &str, got: &[f64], at: &[usize], want: &Value, size: f64) {
    for (i, want) in at.iter().zip(floats(want)) {
        let got = got[*i];
        assert!((got - want).abs() <= 1e-9 * size.max(1.0), "{what} at {i}: {got}, reference {want}");
    }
}

fn size(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |a, v| a.max(v.abs()))
}

#[test]
fn stl_is_that_of_statsmodels() {
    let all = expected();
    let cases = all["stl"].as_array().unwrap();
    assert_eq!(cases.len(), 54);
    for case in cases {
        let values = floats(&all["values"][case["name"].as_str().unwrap()]);
        let options = StlOptions {
            period: case["period"].as_u64().unwrap() as usize,
            seasonal: case["seasonal_length"].as_u64().unwrap() as usize,
            trend: case["trend_length"].as_u64().map(|t| t as usize),
            robust: case["robust"].as_bool().unwrap(),
        };
        if options.robust && case["name"] == "two seasons" {
            // two seasons are fitted without a remainder, and statsmodels weighs the rounding that is left
            let plain = stl(&values, &StlOptions { robust: false, ..options }).unwrap();
            assert!(size(&plain.remainder) < 1e-9, "{:?}", plain.remainder);
            let robust = stl(&values, &options).unwrap();
            assert!(robust.weights.iter().all(|w| *w == 1.0));
            continue;
        }
        let found = stl(&values, &options).unwrap();
        let what = format!("{} {options:?}", case["name"]);
        let (at, size) = (places(&case["places"]), size(&values));
        close(&format!("{what}: seasonal"), &found.seasonal, &at, &case["seasonal"], size);
        close(&format!("{what}: trend"), &found.trend, &at, &case["trend"], size);
        close(&format!("{what}: remainder"), &found.remainder, &at, &case["remainder"], size);
        close(&format!("{what}: weights"), &found.weights, &at, &case["weights"], size);
    }
}

#[test]
fn mstl_is_that_of_statsmodels() {
    let all = expected();
    let mut values = Vec::new();
    for case in all["mstl"].as_array().unwrap() {
        if !case["values"].is_null() {
            values = floats(&case["values"]);
        }
        let found = mstl(&values, &places(&case["periods"]), case["robust"].as_bool().unwrap()).unwrap();
        let (at, size) = (places(&case["places"]), size(&values));
        for ((_, got), want) in found.seasonal.iter().zip(case["seasonal"].as_array().unwrap()) {
            close(&format!("{}: seasonal", case["name"]), got, &at, want, size);
        }
        close(&format!("{}: trend", case["name"]), &found.trend, &at, &case["trend"], size);
        close(&format!("{}: remainder", case["name"]), &found.remainder, &at, &case["remainder"], size);
    }
}

#[test]
fn exponential_smoothing_is_that_of_statsmodels() {
    let all = expected();
    let cases = all["ets"].as_array().unwrap();
    assert_eq!(cases.len(), 18);
    for case in cases {
        let values = floats(&case["values"]);
        let trend = match (case["trend"].as_bool().unwrap(), case["damped"].as_bool().unwrap()) {
            (true, true) => EtsTrend::Damped,
            (true, false) => EtsTrend::Additive,
            _ => EtsTrend::None,
        };
        let model = EtsModel { trend, season: case["period"].as_u64().map(|p| p as usize) };
        let given = |name: &str, without: f64| case["parameters"][name].as_f64().unwrap_or(without);
        let parameters = EtsParameters {
            alpha: given("smoothing_level", 0.0),
            beta: given("smoothing_trend", 0.0),
            gamma: given("smoothing_seasonal", 0.0),
            phi: given("damping_trend", 1.0),
        };
        let what = format!("{} {}", case["name"], model.name());
        let found = Ets::with(model, parameters, &values).unwrap();
        let all: Vec<usize> = (0..30).collect();
        close(&format!("{what}: sse"), &[found.sse], &[0], &serde_json::json!([case["sse"]]), found.sse);
        close(&format!("{what}: forecast"), &found.forecast(30), &all, &case["forecast"], size(&values));
        close(&format!("{what}: variance"), &found.relative_variance(30), &all, &case["relative_variance"], 1.0);
        // the search finds what statsmodels' best of three starts finds, or better
        let fitted = Ets::fit(model, &values).unwrap();
        let theirs = case["fitted_sse"].as_f64().unwrap();
        assert!(
            fitted.sse <= theirs * (1.0 + 1e-6),
            "{what}: {} {:?}, reference {theirs} {}",
            fitted.sse,
            fitted.parameters,
            case["fitted"]
        );
    }
}
