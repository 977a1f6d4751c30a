//! Quantiles of samples that count differently.

use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::probability::Quantile;

/// Weighted quantiles, in the order asked, in the unit of `scope`: the smallest sample with at least a share p of the total
/// weight at or below it.
///
/// This is the inverse of the weighted empirical distribution: definition type 1 of the samples, each repeated as often as
/// its weight says, and the same whether weights are counts, shares or sampling rates: a share that misses p by no more than the rounding of
/// weights and sums reaches it. It returns a sample and never
/// interpolates, since interpolation has no agreed meaning between weights. A sample of weight 0 is as if it were not there.
/// Samples that are NaN or infinite are left out with their weights and counted in a caveat.
///
/// There is no confidence interval: weights say how much a sample counts, not how many independent samples it stands for. A
/// caveat gives Kish's effective size (Σw)²/Σw², what the sample is worth where weights are sampling rates.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::quantile::{Quantile, weighted_quantiles};
/// use sre_stats::unit::Unit;
/// // routes' latencies in ms, weighted by their requests
/// let scope = Scope::untimed(Unit::Millisecond);
/// let p = weighted_quantiles(&[20.0, 900.0, 80.0], &[970.0, 10.0, 20.0], &[Quantile::MEDIAN, Quantile::P99], &scope)?;
/// assert_eq!((p[0].value, p[1].value), (20.0, 80.0));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Not for percentiles as samples: the weighted quantile of per-window percentiles is no percentile of anything.
///
/// # Errors
/// [`Mismatch`](crate::ErrorKind::Mismatch) where the lengths differ, [`Argument`](crate::ErrorKind::Argument) where a weight is
/// negative or not finite or their sum overflows, [`Empty`](crate::ErrorKind::Empty) where no finite sample has weight.
pub fn weighted_quantiles(values: &[f64], weights: &[f64], qs: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
    if values.len() != weights.len() {
        return Err(Error::mismatch(format!("{} values and {} weights", values.len(), weights.len())));
    }
    if let Some((i, w)) = weights.iter().enumerate().find(|(_, w)| !(w.is_finite() && **w >= 0.0)) {
        return Err(Error::argument(format!("weight {w} of value {i} (counted from 0)")).hint("give weights from 0 up"));
    }
    let mut pairs: Vec<(f64, f64)> =
        values.iter().copied().zip(weights.iter().copied()).filter(|(v, w)| v.is_finite() && *w > 0.0).collect();
    let dropped = values.iter().filter(|v| !v.is_finite()).count();
    if pairs.is_empty() {
        return Err(Error::empty("a quantile needs at least one sample with weight"));
    }
    pairs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // ends of the samples' shares of the weight, from below and from above: each is the better number on its side
    let below: Vec<f64> = running(pairs.iter().map(|p| p.1));
    let mut above: Vec<f64> = running(pairs.iter().rev().map(|p| p.1));
    above.reverse();
    let total = below.last().copied().unwrap_or(0.0);
    if !total.is_finite() {
        return Err(
            Error::argument("the weights add up to more than a number holds").hint("divide them by their largest")
        );
    }
    let square: f64 = pairs.iter().map(|p| (p.1 / total).powi(2)).sum();
    let n = pairs.len() as u64;
    let one = |q: &Quantile| {
        let at = if q.p() >= 0.5 {
            // the first sample with at most the complement of the weight above it
            let allowed = total * q.complement() * (1.0 + ROUNDING);
            above.iter().skip(1).take_while(|w| **w > allowed).count()
        } else {
            let wanted = total * q.p() * (1.0 - ROUNDING);
            below.partition_point(|w| *w < wanted)
        };
        let value = pairs[at.min(pairs.len() - 1)].0;
        let mut e = Estimate::new(value, Method::Named("weighted type1"), n, scope);
        e.caveats.push(format!("the weights make n = {n} worth {:.1} equal ones", 1.0 / square));
        if dropped > 0 {
            e.caveats.push(format!("{dropped} values that were NaN or infinite are left out"));
        }
        e
    };
    Ok(qs.iter().map(one).collect())
}

/// Sums of weights that differ by less than this part are equal: each weight, each sum and the probability are rounded once.
const ROUNDING: f64 = 8.0 * f64::EPSILON;

/// Running sums, with what rounding takes from them put back (Neumaier, 1974): each is as good as if it were rounded once, however many
/// weights there are.
fn running(weights: impl Iterator<Item = f64>) -> Vec<f64> {
    let (mut sum, mut lost) = (0.0f64, 0.0);
    let add = |weight: f64| {
        let next = sum + weight;
        lost += if sum >= weight { (sum - next) + weight } else { (weight - next) + sum };
        sum = next;
        if sum.is_finite() { sum + lost } else { sum }
    };
    weights.map(add).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::method::Definition;
    use crate::quantile::quantiles;
    use crate::unit::Unit;

    fn scope() -> Scope {
        Scope::untimed(Unit::None)
    }

    #[test]
    fn the_values_agree_with_numpy() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/reference/quantile/tools.json");
        let reference: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = reference["weighted"].as_array().unwrap();
        assert!(cases.len() >= 4);
        for case in cases {
            let numbers =
                |key: &str| -> Vec<f64> { case[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect() };
            let qs: Vec<Quantile> = numbers("probabilities").iter().map(|p| Quantile::new(*p).unwrap()).collect();
            let got = weighted_quantiles(&numbers("values"), &numbers("weights"), &qs, &scope()).unwrap();
            let got: Vec<f64> = got.iter().map(|e| e.value).collect();
            assert_eq!(got, numbers("expected"));
        }
    }

    #[test]
    fn counts_shares_and_sampling_rates_say_the_same() {
        let probabilities = [0.0, 0.05, 0.1, 0.25, 0.3, 0.45, 0.5, 0.55, 0.7, 0.9, 0.95, 0.99, 1.0];
        let qs = probabilities.map(|p| Quantile::new(p).unwrap());
        for n in [10u32, 20, 100, 1000, 100_000] {
            let values: Vec<f64> = (1..=n).map(f64::from).collect();
            for weight in [1.0, 0.1, 1.0 / f64::from(n), 0.3, 1.0 / 3.0, 7e-3, 1e-17, 1e-300, 1e200, 3e17] {
                let got = weighted_quantiles(&values, &vec![weight; n as usize], &qs, &scope()).unwrap();
                for (q, e) in qs.iter().zip(&got) {
                    // values are their own ranks
                    assert_eq!(e.value, q.rank(u64::from(n)) as f64, "{n} of {weight}: {q}");
                }
            }
        }
    }

    #[test]
    fn a_weight_however_small_holds_an_end() {
        let qs = [Quantile::new(0.0).unwrap(), Quantile::new(1.0).unwrap()];
        let got = weighted_quantiles(&[1.0, 2.0, 3.0], &[1e-30, 1.0, 1e-30], &qs, &scope()).unwrap();
        assert_eq!((got[0].value, got[1].value), (1.0, 3.0));
    }

    #[test]
    fn nonsense_is_refused() {
        let q = [Quantile::MEDIAN];
        assert!(weighted_quantiles(&[1.0], &[], &q, &scope()).is_err());
        assert!(weighted_quantiles(&[1.0], &[-1.0], &q, &scope()).is_err());
        assert!(weighted_quantiles(&[1.0], &[0.0], &q, &scope()).is_err());
        assert!(weighted_quantiles(&[1.0, 2.0], &[f64::MAX; 2], &q, &scope()).is_err());
        assert!(weighted_quantiles(&[f64::NAN], &[1.0], &q, &scope()).is_err());
    }

    proptest::proptest! {
        #[test]
        fn a_unit_of_weights_does_not_matter(
            pairs in proptest::collection::vec((-50_i32..50, 1_u32..60), 1..60), hundredths in 0_u32..=100,
            unit in proptest::sample::select(vec![0.1, 0.3, 0.01, 1e-17, 1.0 / 3.0, 1e9]),
        ) {
            let q = Quantile::new(f64::from(hundredths) / 100.0).unwrap();
            let values: Vec<f64> = pairs.iter().map(|p| f64::from(p.0)).collect();
            let of = |unit: f64| {
                let weights: Vec<f64> = pairs.iter().map(|p| f64::from(p.1) * unit).collect();
                weighted_quantiles(&values, &weights, &[q], &scope()).unwrap()[0].value
            };
            proptest::prop_assert_eq!(of(unit), of(1.0));
        }

        #[test]
        fn whole_weights_repeat_the_samples(
            pairs in proptest::collection::vec((-50_i32..50, 0_u32..6), 1..40), thousandths in 0_u32..=1000,
        ) {
            let q = Quantile::new(f64::from(thousandths) / 1000.0).unwrap();
            let repeated: Vec<f64> =
                pairs.iter().flat_map(|(v, w)| std::iter::repeat_n(f64::from(*v), *w as usize)).collect();
            let (values, weights): (Vec<f64>, Vec<f64>) = pairs.iter().map(|(v, w)| (f64::from(*v), f64::from(*w))).unzip();
            let got = weighted_quantiles(&values, &weights, &[q], &scope());
            match quantiles(&repeated, &[q], Definition::Type1, &scope()) {
                Ok(want) => proptest::prop_assert_eq!(got.unwrap()[0].value, want[0].value),
                Err(_) => proptest::prop_assert!(got.is_err()),
            }
        }
    }
}
