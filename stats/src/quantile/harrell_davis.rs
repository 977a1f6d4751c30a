//! The Harrell–Davis quantile: a weighted mean of all order statistics.

use std::ops::Range;

use statrs::distribution::{ContinuousCDF, Normal};

use crate::error::{Error, Result};
use crate::estimate::{Confidence, Estimate, Scope};
use crate::method::Method;
use crate::quantile::beta::beta_reg;
use crate::quantile::exact::{LEVEL, usable};
use crate::quantile::order_statistics::order_statistic_interval;
use crate::quantile::probability::Quantile;

/// A Harrell–Davis quantile with its standard error.
#[derive(Clone, Debug, PartialEq)]
pub struct HarrellDavis {
    /// The quantile, in the unit of the scope; its confidence is value ± 1.96 standard errors.
    pub estimate: Estimate,
    /// The jackknife's standard error; `None` for a single sample.
    pub standard_error: Option<f64>,
}

/// The Harrell–Davis estimate of a quantile: the mean of all order statistics under Beta((n+1)p, (n+1)(1−p)), which is the
/// mean of the distribution that the sample's own quantile has under resampling.
///
/// It varies less than a single order statistic, most of all in the middle of small samples. It is no sample and not robust
/// in the tail: at p99 of 200 samples the maximum has a weight of 26 %, so one outlier moves it. It does not merge across
/// windows. The interval is a normal approximation for independent samples; where the samples are too few for a
/// distribution-free upper or lower bound, that end is open and a caveat says so. NaN and infinities are left out and counted
/// in a caveat.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::quantile::{Quantile, harrell_davis};
/// use sre_stats::unit::Unit;
/// let ms: Vec<f64> = (1..=99).map(f64::from).collect();
/// let p50 = harrell_davis(&ms, Quantile::MEDIAN, &Scope::untimed(Unit::Millisecond))?;
/// assert!((p50.estimate.value - 50.0).abs() < 1e-9);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: F. E. Harrell and C. E. Davis, “A new distribution-free quantile estimator”, Biometrika 69 (1982).
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no finite sample is there, [`Argument`](crate::ErrorKind::Argument) for p0 and p100,
/// which have no such weights: they are the minimum and the maximum.
pub fn harrell_davis(values: &[f64], q: Quantile, scope: &Scope) -> Result<HarrellDavis> {
    if q.p() <= 0.0 || q.complement() <= 0.0 {
        return Err(Error::argument(format!("{q} has no Harrell–Davis weights")).hint("use the minimum or the maximum"));
    }
    let (samples, dropped) = usable(values);
    let n = samples.len();
    if n == 0 {
        return Err(Error::empty("a quantile needs at least one sample"));
    }
    let size = n as f64;
    let weights = Weights::new(n, (size + 1.0) * q.p(), (size + 1.0) * q.complement());
    let deleted = (n > 1).then(|| Weights::new(n - 1, size * q.p(), size * q.complement()));
    let first = deleted.as_ref().map_or(weights.first, |d| d.first.min(weights.first));
    let last = deleted.as_ref().map_or(weights.last(), |d| (d.last() + 1).max(weights.last())).min(n);
    let sorted = sorted_part(samples.into_owned(), first..last);
    let value = weights.of(|rank| sorted[rank - first]);
    let standard_error = deleted.map(|d| jackknife(n, &d, |rank| sorted[rank - first]));
    let mut estimate = Estimate::new(value, Method::Named("Harrell–Davis"), n as u64, scope);
    if let Some(error) = standard_error {
        let half = Normal::standard().inverse_cdf(0.5 + LEVEL / 2.0) * error;
        let (lower, upper) = order_statistic_interval(n as u64, q, LEVEL);
        let confidence = Confidence {
            lower: if lower.is_some() { value - half } else { f64::NEG_INFINITY },
            upper: if upper.is_some() { value + half } else { f64::INFINITY },
            level: LEVEL,
        };
        estimate.confidence = Some(confidence);
        for (end, rank) in [("an upper", upper), ("a lower", lower)] {
            if rank.is_none() {
                estimate.caveats.push(format!("n = {n} is too few for {end} bound of {q} in a 95 % interval"));
            }
        }
    } else {
        estimate.caveats.push("one sample has no standard error".to_owned());
    }
    if dropped > 0 {
        estimate.caveats.push(format!("{dropped} values that were NaN or infinite are left out"));
    }
    Ok(HarrellDavis { estimate, standard_error })
}

/// The weights of n order statistics that are not negligible: the probabilities of the n-ths of [0, 1] under a beta
/// distribution.
struct Weights {
    /// The rank of the first, from 0.
    first: usize,
    weights: Vec<f64>,
}

impl Weights {
    fn new(n: usize, a: f64, b: f64) -> Self {
        let size = n as f64;
        let (center, spread) = (size * a / (a + b), (size * (a / (a + b)) * (b / (a + b))).sqrt());
        // beyond this the weights are below 10⁻³⁰⁰
        let reach = 40.0 * spread + 1000.0;
        let first = (center - reach).max(0.0) as usize;
        let last = ((center + reach).ceil() as usize).min(n);
        let mut weights: Vec<f64> = if spread < 20.0 {
            let mut before = beta_reg(a, b, first as f64 / size, (n - first) as f64 / size);
            let step = |i: usize| {
                let here = beta_reg(a, b, (i + 1) as f64 / size, (n - i - 1) as f64 / size);
                let weight = here - before;
                before = here;
                weight.max(0.0)
            };
            (first..last).map(step).collect()
        } else {
            (first..last).map(|i| cell(i as f64, size, a, b)).collect()
        };
        let sum: f64 = weights.iter().sum();
        for w in &mut weights {
            *w /= sum;
        }
        Self { first, weights }
    }

    /// One after the last rank.
    fn last(&self) -> usize {
        self.first + self.weights.len()
    }

    fn of(&self, sample: impl Fn(usize) -> f64) -> f64 {
        self.weights.iter().zip(self.first..).map(|(w, rank)| w * sample(rank)).sum()
    }
}

/// The integral of the beta density, up to its normalisation, over the cell `[i/n, (i+1)/n]` by four Gauss–Legendre nodes:
/// exact to rounding where the density changes slowly from cell to cell.
fn cell(i: f64, n: f64, a: f64, b: f64) -> f64 {
    const NODES: [(f64, f64); 4] = [
        (-0.861_136_311_594_052_6, 0.347_854_845_137_453_85),
        (-0.339_981_043_584_856_26, 0.652_145_154_862_546_2),
        (0.339_981_043_584_856_26, 0.652_145_154_862_546_2),
        (0.861_136_311_594_052_6, 0.347_854_845_137_453_85),
    ];
    let mode = (a - 1.0) / (a + b - 2.0);
    let density = |x: f64| {
        let d = x - mode;
        ((a - 1.0) * (d / mode).ln_1p() + (b - 1.0) * (-d / (1.0 - mode)).ln_1p()).exp()
    };
    NODES.iter().map(|(at, weight)| weight * density((i + 0.5 + at / 2.0) / n)).sum()
}

/// The samples of a range of ranks, sorted.
fn sorted_part(mut samples: Vec<f64>, ranks: Range<usize>) -> Vec<f64> {
    if ranks.end < samples.len() {
        samples.select_nth_unstable_by(ranks.end, f64::total_cmp);
        samples.truncate(ranks.end);
    }
    if ranks.start > 0 && ranks.start < samples.len() {
        samples.select_nth_unstable_by(ranks.start, f64::total_cmp);
        samples.drain(..ranks.start);
    }
    samples.sort_unstable_by(f64::total_cmp);
    samples
}

/// The jackknife's standard error: the estimates without each of the samples differ only by which order statistics have moved
/// up, so that sums of gaps give all of them.
fn jackknife(n: usize, deleted: &Weights, sample: impl Fn(usize) -> f64) -> f64 {
    let mut moved = 0.0;
    // without sample i, what the weights from i on add by standing on the next sample
    let mut sums: Vec<f64> = deleted
        .weights
        .iter()
        .zip(deleted.first..deleted.last())
        .rev()
        .map(|(w, rank)| {
            moved += w * (sample(rank + 1) - sample(rank));
            moved
        })
        .collect();
    sums.reverse();
    // samples below the first weight move all of them, those above the last none
    let (below, above) = (deleted.first as f64, (n - deleted.last()) as f64);
    let size = n as f64;
    let mean = (below * moved + sums.iter().sum::<f64>()) / size;
    let square =
        below * (moved - mean).powi(2) + above * mean.powi(2) + sums.iter().map(|s| (s - mean).powi(2)).sum::<f64>();
    (square / size * (size - 1.0)).sqrt()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::quantile::random::SplitMix64;
    use crate::unit::Unit;

    fn of(values: &[f64], p: f64) -> HarrellDavis {
        harrell_davis(values, Quantile::new(p).unwrap(), &Scope::untimed(Unit::None)).unwrap()
    }

    #[test]
    fn values_and_errors_agree_with_scipy() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/reference/quantile/intervals.json");
        let reference: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = reference["harrell_davis"].as_array().unwrap();
        assert!(cases.len() >= 4);
        for case in cases {
            let numbers =
                |key: &str| -> Vec<f64> { case[key].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect() };
            let values = numbers("values");
            for ((p, value), error) in numbers("probabilities").iter().zip(numbers("value")).zip(numbers("error")) {
                let got = of(&values, *p);
                let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1e-3);
                assert!(close(got.estimate.value, value), "n {} p {p}: {} {value}", values.len(), got.estimate.value);
                assert!(close(got.standard_error.unwrap(), error), "n {} p {p}", values.len());
            }
        }
    }

    #[test]
    fn both_ways_to_the_weights_agree() {
        // spread 19.9 takes the beta function, 20.1 the quadrature; their sums of squares differ by the ratio alone
        for (n, p) in [(2000, 0.5), (3000, 0.2), (200_000, 0.999)] {
            let size = f64::from(n);
            let (a, b) = ((size + 1.0) * p, (size + 1.0) * (1.0 - p));
            let weights = Weights::new(n as usize, a, b);
            let direct = |i: usize| {
                let at = |i: usize| beta_reg(a, b, i as f64 / size, (n as usize - i) as f64 / size);
                at(i + 1) - at(i)
            };
            let peak = (size * p) as usize;
            for i in [peak - 20, peak, peak + 11] {
                let got = weights.weights[i - weights.first];
                assert!((got / direct(i) - 1.0).abs() < 1e-9, "n {n} p {p} i {i}: {got} {}", direct(i));
            }
        }
    }

    #[test]
    fn few_samples_have_an_open_end() {
        let mut random = SplitMix64::new(5);
        let values: Vec<f64> = (0..100).map(|_| random.unit()).collect();
        let p99 = of(&values, 0.99).estimate;
        assert_eq!(p99.confidence.unwrap().upper, f64::INFINITY);
        assert!(p99.caveats[0].contains("too few for an upper bound"));
        assert!(harrell_davis(&values, Quantile::new(1.0).unwrap(), &Scope::default()).is_err());
        assert_eq!(of(&[4.0], 0.9).standard_error, None);
    }
}
