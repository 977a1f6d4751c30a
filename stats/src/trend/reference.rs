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

/// Every index of 10⁵ values a candidate: `long.py` made the same values and asked `KernelCPD`.
#[test]
fn a_hundred_thousand_values_have_the_breakpoints_of_ruptures() {
    let want: Value = serde_json::from_str(include_str!("../../../tests/reference/trend/long.json")).unwrap();
    let mut state = 1u32;
    let mut draw = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) % below
    };
    let levels: Vec<u32> = (0..100).map(|_| draw(100)).collect();
    let values: Vec<f64> =
        (0..100_000).map(|i| f64::from(levels[i / 1000]) + f64::from(draw(21) + draw(21) + draw(21)) - 30.0).collect();
    assert_eq!(values.iter().sum::<f64>(), want["sum"].as_f64().unwrap());
    let found = pelt_mean(&values, want["penalty"].as_f64().unwrap(), want["min_size"].as_u64().unwrap() as usize);
    let theirs: Vec<usize> = floats(&want["changes"]).into_iter().map(|c| c as usize).collect();
    assert_eq!(found, theirs);
}

/// `divisive.py` asked the package signal-processing-algorithms and Apache Otava.
#[test]
fn divisions_are_those_of_signal_processing_and_otavas_t_test_is_too_sure() {
    let all: Value = serde_json::from_str(include_str!("../../../tests/reference/trend/divisive.json")).unwrap();
    let mut compared = 0;
    for (name, case) in all["cases"].as_object().unwrap() {
        let values = floats(&case["values"]);
        let theirs: Vec<usize> = floats(&case["changes"]).into_iter().map(|c| c as usize).collect();
        let ours = e_divisive(&values, 5, 1, 199, 0.05, 1);
        if let ([ours], [theirs]) = (&ours[..], &theirs[..]) {
            assert_eq!(ours.index, *theirs, "{name}");
            // they take the mean distance within a stretch over all pairs, each value with itself too, and we over pairs of two
            let (left, right) = values.split_at(*theirs);
            let extra = |x: &[f64]| {
                let sum: f64 = x.iter().map(|a| x.iter().map(|b| (a - b).abs()).sum::<f64>()).sum();
                let n = x.len() as f64;
                sum / (n * n * (n - 1.0))
            };
            let (m, l) = (left.len() as f64, right.len() as f64);
            let want = floats(&case["statistics"])[*theirs] - m * l / (m + l) * (extra(left) + extra(right));
            close(name, ours.statistic, &Value::from(want));
            compared += 1;
        }
        // Student's t for equal variances, with deviations that divide by n − 1, as scipy's function asks for, and by n, as Otava gives it
        let (left, right) = values.split_at(case["split"].as_u64().unwrap() as usize);
        let p_value = |less: f64| {
            let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
            let square = |x: &[f64]| x.iter().map(|v| (v - mean(x)).powi(2)).sum::<f64>() / (x.len() as f64 - less);
            let (m, l) = (left.len() as f64, right.len() as f64);
            let pooled = ((m - 1.0) * square(left) + (l - 1.0) * square(right)) / (m + l - 2.0);
            let t = (mean(left) - mean(right)) / (pooled * (1.0 / m + 1.0 / l)).sqrt();
            crate::quantile::tails::ln_two_sided_student(t, m + l - 2.0)
        };
        let p = |who: &str| case["t_test"][who].as_f64().unwrap().ln();
        close(name, p_value(1.0), &Value::from(p("scipy")));
        close(name, p_value(0.0), &Value::from(p("otava")));
        assert!(p("otava") < p("scipy"), "{name}");
    }
    assert_eq!(compared, 2);
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

fn more() -> Vec<(Vec<f64>, Value)> {
    let more: Value = serde_json::from_str(include_str!("../../../tests/reference/trend/more.json")).unwrap();
    let values: std::collections::BTreeMap<String, Vec<f64>> = cases().into_iter().map(|c| (c.0, c.1)).collect();
    let all = more["cases"].as_array().unwrap();
    all.iter().map(|c| (values[c["name"].as_str().unwrap()].clone(), c.clone())).collect()
}

const SECOND: i64 = 1_000_000_000;

fn series(times: Vec<i64>, values: &[f64]) -> crate::series::Series {
    let identity = crate::series::Identity::default();
    crate::series::Series::new(identity, times, values.to_vec(), crate::series::NanPolicy::Refuse).unwrap()
}

/// Agreement to 1e-9, and to 1e-6 beside an offset of 1e9, where a double has seven digits left behind the point.
fn near(what: &str, got: f64, want: &Value) {
    let want = want.as_f64().unwrap();
    let digits = if what.starts_with("offset") { 1e-6 } else { 1e-9 };
    assert!((got - want).abs() <= digits * want.abs().max(1.0), "{what}: {got}, reference {want}");
}

/// A trend's numbers against pymannkendall's; `per_s` turns its slope into one per second.
fn check_trend(what: &str, found: &Trend, want: &Value, per_s: f64) {
    if want["z"].is_null() {
        // a negative corrected variance is NaN there, and no verdict here
        assert!(matches!(found.verdict, Verdict::NoVerdict { .. }), "{what}: {:?}", found.verdict);
        return;
    }
    near(&format!("{what}: S"), found.statistic.unwrap(), &want["s"]);
    near(&format!("{what}: z"), found.z.unwrap(), &want["z"]);
    near(&format!("{what}: p"), found.p_value.unwrap(), &want["p"]);
    let slope = want["slope"].as_f64().unwrap() * per_s;
    near(&format!("{what}: slope"), found.slope_per_s.as_ref().unwrap().value, &Value::from(slope));
    near(&format!("{what}: intercept"), found.intercept.unwrap(), &want["intercept"]);
}

#[test]
fn the_further_trend_tests_are_pymannkendalls() {
    let mut seen = 0;
    for (values, case) in more() {
        if case["yue_wang"].is_null() {
            continue;
        }
        let name = case["name"].as_str().unwrap();
        let data = series((0..values.len() as i64).map(|i| i * SECOND).collect(), &values);
        let methods = [
            (TrendMethod::YueWang(None), "yue_wang", 1.0),
            (TrendMethod::YueWang(Some(1)), "yue_wang_1", 1.0),
            (TrendMethod::Prewhitened, "prewhitened", 1.0),
            // its slope is per cycle
            (TrendMethod::Seasonal(12), "seasonal", 1.0 / 12.0),
            (TrendMethod::CorrelatedSeasonal(12), "correlated", 1.0 / 12.0),
        ];
        for (method, key, per_s) in methods {
            let found = trend(&data, method, 0.95).unwrap();
            check_trend(&format!("{name}, {method}"), &found, &case[key], per_s);
            seen += 1;
        }
    }
    assert!(seen >= 60, "{seen}");
}

#[test]
fn least_squares_with_newey_west_errors_are_statsmodels() {
    let all = cases();
    for (values, case) in more() {
        if case["least_squares"].is_null() {
            continue;
        }
        let name = case["name"].as_str().unwrap();
        let (_, _, base) = all.iter().find(|c| c.0 == name).unwrap();
        let irregular = floats(&base["irregular"]["seconds"]).iter().map(|s| *s as i64 * SECOND).collect();
        let regular = (0..values.len() as i64).map(|i| i * SECOND).collect();
        for (times, key) in [(regular, "least_squares"), (irregular, "least_squares_irregular")] {
            let want = &case[key];
            let found = trend(&series(times, &values), TrendMethod::LeastSquares(None), 0.95).unwrap();
            let slope = found.slope_per_s.as_ref().unwrap();
            // least squares by another order of sums: 1e-9 of the slope's own error, not of 1
            let error = want["error"].as_f64().unwrap();
            let near = |got: f64, key: &str, scale: f64| {
                let want = want[key].as_f64().unwrap();
                // statsmodels does not centre: beside 1e9 a p of 1e-11 keeps four digits
                let digits = if name.starts_with("offset") { 1e-4 } else { 1e-7 };
                assert!((got - want).abs() <= digits * scale.max(want.abs()), "{name}, {key}: {got} {want}");
            };
            near(slope.value, "slope", error);
            near(slope.interval().unwrap().0, "lower", error);
            near(slope.interval().unwrap().1, "upper", error);
            near(found.statistic.unwrap(), "t", 1.0);
            near(found.p_value.unwrap(), "p", 0.0);
            assert!(found.method.to_string().contains(&format!("{} lags", want["lags"])), "{}", found.method);
        }
    }
}

#[test]
fn segmentations_by_other_costs_are_ruptures() {
    let (mut same, mut as_good, mut better) = (0, 0, 0);
    for (values, case) in more() {
        let Some(wanted) = case["segmentations"].as_array() else { continue };
        let n = values.len();
        let mean = values.iter().sum::<f64>() / n as f64;
        let sd = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
        let centred: Vec<f64> = values.iter().map(|v| (v - mean) / sd).collect();
        let counts = floats(&case["counts"]);
        for want in wanted {
            let (penalty, min_size) = (want["penalty"].as_f64().unwrap(), want["min_size"].as_u64().unwrap() as usize);
            let kinds = [
                ("meanvar", Cost::MeanVariance, &centred),
                ("rank", Cost::Rank, &centred),
                ("variance", Cost::Variance, &centred),
                ("poisson", Cost::Poisson, &counts),
            ];
            for (key, cost, x) in kinds {
                let theirs: Vec<usize> = floats(&want[key]).into_iter().map(|c| c as usize).collect();
                let ours = pelt(x, cost, penalty, min_size);
                if ours == theirs {
                    same += 1;
                    continue;
                }
                // another segmentation is right only where it costs as much or less: ruptures prunes before a change is allowed
                let costs = super::change::costs_of(x, cost);
                let total = |c: &[usize]| {
                    let edges: Vec<usize> = [0].into_iter().chain(c.iter().copied()).chain([n]).collect();
                    edges.windows(2).map(|e| costs.of(e[0], e[1])).sum::<f64>() + penalty * c.len() as f64
                };
                let (a, b) = (total(&ours), total(&theirs));
                let what = format!(
                    "{}, {key}, penalty {penalty}, at least {min_size}: {ours:?} {a}, ruptures {theirs:?} {b}",
                    case["name"]
                );
                // it adds 1e-6 to every variance, which moves ties of near-constant stretches
                assert!(a <= b + 1e-6 * b.abs(), "{what}");
                println!("{what}");
                if a < b - 1e-6 * b.abs() { better += 1 } else { as_good += 1 }
            }
            let theirs: Vec<usize> = floats(&want["rbf"]).into_iter().map(|c| c as usize).collect();
            let ours = kernel_segments(&centred, Some(0.3), penalty / 6.0, min_size);
            if ours == theirs {
                same += 1;
                continue;
            }
            // ruptures takes every squared distance below 0.01/γ for 0.01/γ, which moves changes along smooth ramps
            let scatter = |part: &[f64]| {
                let pairs = part.iter().flat_map(|a| part.iter().map(move |b| (-0.3 * (a - b) * (a - b)).exp()));
                part.len() as f64 - pairs.sum::<f64>() / part.len() as f64
            };
            let total = |c: &[usize]| {
                let edges: Vec<usize> = [0].into_iter().chain(c.iter().copied()).chain([n]).collect();
                edges.windows(2).map(|e| scatter(&centred[e[0]..e[1]])).sum::<f64>() + penalty / 6.0 * c.len() as f64
            };
            let (a, b) = (total(&ours), total(&theirs));
            assert!(
                a <= b + 1e-9,
                "{}, rbf, penalty {penalty}, at least {min_size}: {ours:?} {a}, ruptures {theirs:?} {b}",
                case["name"]
            );
            better += 1;
        }
    }
    println!("the same {same}, as good {as_good}, better {better}");
    assert!(same > 3 * (as_good + better) && same >= 200, "the same {same}, as good {as_good}, better {better}");
}
