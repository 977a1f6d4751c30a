//! Exact quantiles by selection, under any of the nine definitions.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::estimate::{Confidence, Estimate, Scope};
use crate::method::{Definition, Method};
use crate::quantile::order_statistics::{order_statistic_interval, samples_needed};
use crate::quantile::probability::{Quantile, snapped_product};
use crate::quantile::select::Ranked;

/// The level of the interval that every exact quantile carries.
pub(super) const LEVEL: f64 = 0.95;

/// Quantiles of samples, in the order asked, in the unit of `scope`.
///
/// Few samples are partitioned by nested selection; of many, those around the ranks are found by counting first, so that
/// several quantiles cost little more than reading the samples twice, and none of it is a full sort. Each estimate is
/// exact about these samples under its definition; its `confidence` is the distribution-free 95 % interval of order
/// statistics for the quantile behind them, open at +∞ or −∞ where the samples are too few, which a caveat says. That
/// interval assumes independent samples. NaN and infinities are left out and counted in a caveat.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::method::Definition;
/// use sre_stats::quantile::{Quantile, quantiles};
/// use sre_stats::unit::Unit;
/// let latency_ms: Vec<f64> = (1..=1000).map(f64::from).collect();
/// let scope = Scope::untimed(Unit::Millisecond);
/// let got = quantiles(&latency_ms, &[Quantile::MEDIAN, Quantile::P99], Definition::Type1, &scope)?;
/// assert_eq!((got[0].value, got[1].value), (500.0, 990.0));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: R. J. Hyndman and Y. Fan, “Sample Quantiles in Statistical Packages”, The American Statistician 50 (1996).
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no finite sample is there.
pub fn quantiles(values: &[f64], qs: &[Quantile], definition: Definition, scope: &Scope) -> Result<Vec<Estimate>> {
    let (samples, dropped) = usable(values);
    let n = samples.len();
    if n == 0 {
        return Err(Error::empty("a quantile needs at least one sample"));
    }
    let intervals: Vec<_> = qs.iter().map(|q| order_statistic_interval(n as u64, *q, LEVEL)).collect();
    let mut ranks: Vec<usize> = Vec::with_capacity(4 * qs.len());
    for (q, (lower, upper)) in qs.iter().zip(&intervals) {
        let (low, high, _) = position(n, *q, definition);
        ranks.extend([low, high]);
        ranks.extend([lower, upper].into_iter().flatten().map(|r| *r as usize - 1));
    }
    let samples = Ranked::of(&samples, ranks);
    let estimate = |(q, (lower, upper)): (&Quantile, &(Option<u64>, Option<u64>))| {
        let value = at(|r| samples.at(r), n, *q, definition);
        let mut e = Estimate::new(value, Method::Quantile(definition), n as u64, scope);
        // a definition that reads between samples may lie a little outside; a wider interval holds its level too
        e.confidence = Some(Confidence {
            lower: lower.map_or(f64::NEG_INFINITY, |r| samples.at(r as usize - 1)).min(value),
            upper: upper.map_or(f64::INFINITY, |r| samples.at(r as usize - 1)).max(value),
            level: LEVEL,
        });
        if upper.is_none() {
            let needed = samples_needed(*q, 1.0 - (1.0 - LEVEL) / 2.0)
                .map_or_else(|| "no number of samples gives one".into(), |n| format!("{n} needed"));
            e.caveats.push(format!("n = {n} is too few for an upper bound of {q} in a 95 % interval ({needed})"));
        }
        if lower.is_none() {
            e.caveats.push(format!("n = {n} is too few for a lower bound of {q} in a 95 % interval"));
        }
        if dropped > 0 {
            e.caveats.push(format!("{dropped} values that were NaN or infinite are left out"));
        }
        e
    };
    Ok(qs.iter().zip(&intervals).map(estimate).collect())
}

/// One quantile of samples sorted ascending.
///
/// ```
/// use sre_stats::method::Definition;
/// use sre_stats::quantile::{Quantile, quantile_sorted};
/// assert_eq!(quantile_sorted(&[1.0, 2.0, 3.0, 4.0], Quantile::MEDIAN, Definition::Type7)?, 2.5);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without samples, [`Argument`](crate::ErrorKind::Argument) where they are not sorted
/// or hold a NaN or an infinity.
pub fn quantile_sorted(sorted: &[f64], q: Quantile, definition: Definition) -> Result<f64> {
    if sorted.is_empty() {
        return Err(Error::empty("a quantile needs at least one sample"));
    }
    if !sorted.is_sorted() || sorted.iter().any(|v| !v.is_finite()) {
        return Err(Error::argument("the samples are not sorted and finite").hint("sort them, or use quantiles()"));
    }
    Ok(at(|r| sorted[r], sorted.len(), q, definition))
}

/// The finite ones of the values, and how many others there were.
pub(crate) fn usable(values: &[f64]) -> (Cow<'_, [f64]>, usize) {
    if values.iter().all(|v| v.is_finite()) {
        return (Cow::Borrowed(values), 0);
    }
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let dropped = values.len() - finite.len();
    (Cow::Owned(finite), dropped)
}

/// The quantile of n ≥ 1 samples, from their order statistics by rank (from 0).
pub(crate) fn at(sample: impl Fn(usize) -> f64, n: usize, q: Quantile, definition: Definition) -> f64 {
    let (low, high, weight) = position(n, q, definition);
    between(sample(low), sample(high), weight)
}

/// A value between two samples.
fn between(a: f64, b: f64, weight: f64) -> f64 {
    if weight == 0.0 || a == b {
        a
    } else {
        // from the nearer end, so that weights near 1 lose nothing; a difference beyond the f64 range is not formed
        if !(b - a).is_finite() {
            a * (1.0 - weight) + b * weight
        } else if weight < 0.5 {
            a + (b - a) * weight
        } else {
            b - (b - a) * (1.0 - weight)
        }
    }
}

/// The two neighbouring ranks, counted from 0, and the weight of the upper one. `n` is at least 1.
pub(crate) fn position(n: usize, q: Quantile, definition: Definition) -> (usize, usize, f64) {
    let size = n as f64;
    let product = snapped_product(size * q.p());
    let (rank, weight) = match definition {
        Definition::Type1 => (q.rank(n as u64) as f64, 0.0),
        Definition::Type2 if product.fract() == 0.0 => (product, 0.5),
        Definition::Type2 => (product.ceil(), 0.0),
        Definition::Type3 => {
            let h = product - 0.5;
            let floor = h.floor();
            let even = h == floor && floor % 2.0 == 0.0;
            (if even { floor } else { floor + 1.0 }, 0.0)
        }
        _ => {
            let h = match definition {
                Definition::Type4 => product,
                Definition::Type5 => product + 0.5,
                Definition::Type6 => snapped_product((size + 1.0) * q.p()),
                Definition::Type8 => snapped_product((size + 1.0 / 3.0) * q.p() + 1.0 / 3.0),
                Definition::Type9 => snapped_product((size + 0.25) * q.p() + 0.375),
                // type 7; near 1 counted from the upper end, where the complement is the better number
                _ if q.p() >= 0.5 => size - snapped_product((size - 1.0) * q.complement()),
                _ => snapped_product((size - 1.0) * q.p()) + 1.0,
            };
            (h.floor(), h - h.floor())
        }
    };
    let last = n - 1;
    if rank < 1.0 {
        return (0, 0, 0.0);
    }
    let low = (rank as usize - 1).min(last);
    (low, (low + 1).min(last), weight)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_holds_its_estimate() {
        for n in 1..40 {
            let values: Vec<f64> = (0..n).map(|i| f64::from(i * i)).collect();
            for definition in Definition::ALL {
                for p in [0.01, 0.1, 0.5, 0.9, 0.99, 0.999] {
                    let q = Quantile::new(p).unwrap();
                    let found = quantiles(&values, &[q], definition, &Scope::default()).unwrap().remove(0);
                    let c = found.confidence.unwrap();
                    assert!(c.lower <= found.value && found.value <= c.upper, "n {n} {definition} {p}: {found:?}");
                }
            }
        }
    }
    use crate::unit::Unit;

    fn exact(values: &[f64], q: f64, definition: Definition) -> f64 {
        let scope = Scope::untimed(Unit::None);
        quantiles(values, &[Quantile::new(q).unwrap()], definition, &scope).unwrap()[0].value
    }

    #[test]
    fn all_nine_definitions_agree_with_numpy() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/reference/quantile/hyndman_fan.json");
        let reference: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut checked = 0;
        for case in reference["cases"].as_array().unwrap() {
            let numbers =
                |key: &str| -> Vec<f64> { case[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect() };
            let (values, probabilities) = (numbers("values"), numbers("probabilities"));
            for definition in Definition::ALL {
                let expected = case["expected"][definition.to_string()].as_array().unwrap();
                for (p, want) in probabilities.iter().zip(expected) {
                    let (got, want) = (exact(&values, *p, definition), want.as_f64().unwrap());
                    let tolerance = 1e-9 * want.abs().max(1e-3);
                    assert!((got - want).abs() <= tolerance, "{definition} p={p} n={}: {got} {want}", values.len());
                    checked += 1;
                }
            }
        }
        assert!(checked > 1000);
    }

    #[test]
    fn a_handful_of_samples_has_no_upper_bound_for_a_high_percentile() {
        let scope = Scope::untimed(Unit::Second);
        let values: Vec<f64> = (0..120).map(f64::from).collect();
        let e = &quantiles(&values, &[Quantile::P999], Definition::Type7, &scope).unwrap()[0];
        assert_eq!(e.confidence.unwrap().upper, f64::INFINITY);
        assert!(e.caveats[0].contains("n = 120 is too few"), "{:?}", e.caveats);
    }

    #[test]
    fn extremes_interpolate_within_the_range() {
        assert_eq!(exact(&[-1e308, 1e308], 0.5, Definition::Type7), 0.0);
        assert!(quantile_sorted(&[1.0, f64::INFINITY], Quantile::MEDIAN, Definition::Type7).is_err());
    }

    #[test]
    fn unusable_samples_are_counted_and_nothing_is_an_error() {
        let scope = Scope::untimed(Unit::None);
        let e = &quantiles(&[1.0, f64::NAN, 3.0, f64::INFINITY], &[Quantile::MEDIAN], Definition::Type7, &scope)
            .unwrap()[0];
        assert_eq!((e.value, e.n), (2.0, 2));
        assert!(e.caveats.iter().any(|c| c.starts_with("2 values")));
        assert!(quantiles(&[f64::NAN], &[Quantile::MEDIAN], Definition::Type7, &scope).is_err());
        assert!(quantile_sorted(&[2.0, 1.0], Quantile::MEDIAN, Definition::Type7).is_err());
    }

    proptest::proptest! {
        #[test]
        fn selection_equals_sorting(mut values in proptest::collection::vec(-1e6_f64..1e6, 1..300), seed in 0_usize..1000) {
            let qs: Vec<Quantile> = (0..5).map(|i| Quantile::new(((seed * 31 + i * 217) % 1001) as f64 / 1000.0).unwrap()).collect();
            let definition = Definition::ALL[seed % 9];
            let scope = Scope::untimed(Unit::None);
            let got = quantiles(&values, &qs, definition, &scope).unwrap();
            values.sort_by(f64::total_cmp);
            for (q, e) in qs.iter().zip(got) {
                proptest::prop_assert_eq!(e.value, quantile_sorted(&values, *q, definition).unwrap());
                let c = e.confidence.unwrap();
                proptest::prop_assert!(c.lower <= c.upper);
            }
        }
    }
}
