//! The bootstrap: an interval for any statistic, from resamples of the sample itself.

mod bca;
mod statistic;

pub use statistic::Resampled;

use rayon::prelude::*;

use crate::error::{Error, Result};
use crate::estimate::{Confidence, Estimate, Scope};
use crate::method::{Definition, Method};
use crate::quantile::exact::{at, usable};
use crate::quantile::order_statistics::order_statistic_interval;
use crate::quantile::probability::Quantile;
use crate::quantile::random::SplitMix64;

/// Which interval is read from the resampled statistics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IntervalKind {
    /// Their own quantiles: simple, and off where the statistic is biased or its spread depends on its value.
    Percentile,
    /// Quantiles moved by a correction for bias and one for the change of spread (BCa): right to second order.
    #[default]
    Bca,
}

/// How a bootstrap is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// How many resamples; their quantiles of 2.5 % need some thousand.
    pub resamples: u32,
    /// The seed: the same one gives the same bytes at any number of threads.
    pub seed: u64,
    /// The level of the interval, such as 0.95.
    pub level: f64,
    /// Which interval.
    pub kind: IntervalKind,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Self { resamples: 2000, seed: 1, level: 0.95, kind: IntervalKind::Bca }
    }
}

/// A statistic with what its resamples say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Bootstrapped {
    /// The statistic of the sample; its confidence is the bootstrap's interval.
    pub estimate: Estimate,
    /// The standard deviation of the resampled statistics.
    pub standard_error: f64,
    /// Their mean less the statistic.
    pub bias: f64,
}

/// A statistic of a sample, in the unit of `scope`, with a bootstrap interval: the statistic is computed on resamples of n
/// values drawn with replacement.
///
/// In parallel; each resample has its own stream of random numbers, so threads change nothing. The cost is that of
/// `resamples` runs of the statistic, and for `BCa` of n more without one sample each (of a [`Resampled::Function`] O(n²)).
///
/// Assumes independent samples: on autocorrelated series the interval is too short. No resample holds a value above the
/// maximum, so for high quantiles it is short too: where the sample is too small for a distribution-free bound, that end is
/// open and a caveat says so. Prefer [`quantiles`](crate::quantile::quantiles), whose interval is exact. NaN and infinities
/// are left out and counted in a caveat.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::quantile::{Bootstrap, Resampled, bootstrap};
/// use sre_stats::unit::Unit;
/// let latency_ms = [12.0, 15.0, 11.0, 210.0, 14.0, 13.0, 18.0, 35.0, 12.0, 16.0];
/// let found = bootstrap(&latency_ms, Resampled::Mean, &Bootstrap::default(), &Scope::untimed(Unit::Millisecond))?;
/// let interval = found.estimate.confidence.ok_or_else(|| sre_stats::Error::empty("no interval"))?;
/// assert!(interval.lower < 35.6 && 35.6 < interval.upper);
/// // the outlier makes the interval reach far up, which mean ± 2 standard errors would not show
/// assert!(interval.upper - 35.6 > 1.5 * (35.6 - interval.lower));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: B. Efron, “Better Bootstrap Confidence Intervals”, J. Am. Stat. Assoc. 82 (1987); B. Efron and R. J. Tibshirani,
/// *An Introduction to the Bootstrap* (1993), chapter 14.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) with fewer than 2 finite samples; [`Argument`](crate::ErrorKind::Argument) where the level
/// is not in (0, 1), there are fewer than 100 resamples, or the statistic is not finite on a resample.
pub fn bootstrap(values: &[f64], statistic: Resampled, options: &Bootstrap, scope: &Scope) -> Result<Bootstrapped> {
    check(options)?;
    let (samples, dropped) = usable(values);
    let n = samples.len();
    if n < 2 {
        return Err(Error::empty(format!("a bootstrap of {n} samples has nothing to draw from")).hint("give 2 or more"));
    }
    let value = statistic.of(&mut samples.to_vec());
    let resampled = resample(&samples, statistic, options);
    if let Some(odd) = resampled.iter().chain([&value]).find(|v| !v.is_finite()) {
        return Err(Error::argument(format!("{} of a resample is {odd}", statistic.name()))
            .hint("use a statistic that is finite on every sample, also on one of equal values"));
    }
    let mut sorted = resampled;
    let size = sorted.len() as f64;
    let mean = sorted.iter().sum::<f64>() / size;
    let square: f64 = sorted.iter().map(|v| (v - mean).powi(2)).sum();
    sorted.sort_unstable_by(f64::total_cmp);
    let tail = (1.0 - options.level) / 2.0;
    let percentile = (tail, 1.0 - tail);
    let mut caveats = Vec::new();
    let mut corrected = options.kind == IntervalKind::Bca;
    let (lower, upper) = match options.kind {
        IntervalKind::Percentile => percentile,
        IntervalKind::Bca => bca::tails(&samples, statistic, value, &sorted, tail).unwrap_or_else(|why| {
            caveats.push(format!("{why}: this is the percentile interval"));
            corrected = false;
            percentile
        }),
    };
    let read = |p: f64| -> Result<f64> {
        Ok(at(|r| sorted[r], sorted.len(), Quantile::new(p.clamp(0.0, 1.0))?, Definition::Type7))
    };
    let mut confidence = Confidence { lower: read(lower)?, upper: read(upper)?, level: options.level };
    if let Resampled::Quantile(q, _) = statistic {
        open_ends(q, n, &mut confidence, &mut caveats);
    }
    let kind = if corrected { "BCa" } else { "percentile" };
    if dropped > 0 {
        caveats.push(format!("{dropped} values that were NaN or infinite are left out"));
    }
    let method =
        format!("{}, {kind} bootstrap of {} resamples, seed {}", statistic.name(), options.resamples, options.seed);
    let mut estimate = Estimate::new(value, Method::Described(method), n as u64, scope).with_confidence(confidence);
    estimate.caveats = caveats;
    Ok(Bootstrapped { estimate, standard_error: (square / (size - 1.0)).sqrt(), bias: mean - value })
}

fn check(options: &Bootstrap) -> Result<()> {
    if !(options.level > 0.0 && options.level < 1.0) {
        return Err(
            Error::argument(format!("{} is not a level of confidence", options.level)).hint("give one such as 0.95")
        );
    }
    if options.resamples < 100 {
        return Err(Error::argument(format!("{} resamples have no tails", options.resamples)).hint("take 2000"));
    }
    Ok(())
}

/// The statistic of every resample, in their order.
fn resample(samples: &[f64], statistic: Resampled, options: &Bootstrap) -> Vec<f64> {
    let n = samples.len();
    let one = |scratch: &mut Vec<f64>, number: u32| {
        let mut random = SplitMix64::stream(options.seed, u64::from(number));
        scratch.clear();
        scratch.extend((0..n).map(|_| samples[random.below(n)]));
        statistic.of(scratch)
    };
    (0..options.resamples).into_par_iter().map_init(|| Vec::with_capacity(n), one).collect()
}

/// Opens the ends that samples so few cannot give for a quantile.
fn open_ends(q: Quantile, n: usize, confidence: &mut Confidence, caveats: &mut Vec<String>) {
    let (lower, upper) = order_statistic_interval(n as u64, q, confidence.level);
    let level = confidence.level * 100.0;
    if upper.is_none() {
        confidence.upper = f64::INFINITY;
        caveats.push(format!("n = {n} is too few for an upper bound of {q} in a {level} % interval"));
    }
    if lower.is_none() {
        confidence.lower = f64::NEG_INFINITY;
        caveats.push(format!("n = {n} is too few for a lower bound of {q} in a {level} % interval"));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::unit::Unit;

    fn scope() -> Scope {
        Scope::untimed(Unit::None)
    }

    fn third_moment(values: &[f64]) -> f64 {
        values.iter().map(|v| v.powi(3)).sum::<f64>() / values.len() as f64
    }

    /// scipy's own corrected and percentile intervals of the same resamples: tests/reference/quantile/bootstrap.py draws them from
    /// the same generator.
    #[test]
    fn intervals_agree_with_scipy_on_the_same_resamples() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/reference/quantile/bootstrap.json");
        let reference: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let mut checked = 0;
        for case in reference["cases"].as_array().unwrap() {
            let values: Vec<f64> = case["values"].as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect();
            let name = case["statistic"].as_str().unwrap();
            let statistic = match name {
                "mean" => Resampled::Mean,
                "sd" => Resampled::StandardDeviation,
                "median" => Resampled::Quantile(Quantile::MEDIAN, Definition::Type7),
                "third moment" => Resampled::Function("third moment", third_moment),
                other => panic!("{other}"),
            };
            for (kind, key) in [(IntervalKind::Percentile, "percentile"), (IntervalKind::Bca, "bca")] {
                let seed = case["seed"].as_u64().unwrap();
                let resamples = case["resamples"].as_u64().unwrap() as u32;
                let found =
                    bootstrap(&values, statistic, &Bootstrap { resamples, seed, level: 0.9, kind }, &scope()).unwrap();
                let interval = found.estimate.confidence.unwrap();
                let want = |key: &str, i: usize| case[key][i].as_f64().unwrap();
                for (got, want) in [
                    (interval.lower, want(key, 0)),
                    (interval.upper, want(key, 1)),
                    (found.standard_error, case["standard_error"].as_f64().unwrap()),
                    (found.estimate.value, case["value"].as_f64().unwrap()),
                ] {
                    assert!((got - want).abs() <= 1e-9 * want.abs(), "{name} {key}: {got} {want}");
                    checked += 1;
                }
            }
        }
        assert!(checked >= 32);
    }

    #[test]
    fn the_interval_covers_as_often_as_it_says() {
        // the mean of 40 exponential values; the standard deviation of the share of 400 trials is 1.1 %
        let mut random = SplitMix64::new(11);
        let options = Bootstrap { resamples: 400, ..Bootstrap::default() };
        let covered = (0..400)
            .filter(|_| {
                let values: Vec<f64> = (0..40).map(|_| -(1.0 - random.unit()).ln()).collect();
                let found = bootstrap(&values, Resampled::Mean, &options, &scope()).unwrap();
                let c = found.estimate.confidence.unwrap();
                c.lower <= 1.0 && 1.0 <= c.upper
            })
            .count();
        assert!((360..=392).contains(&covered), "{covered} of 400");
    }

    #[test]
    fn threads_change_nothing_and_seeds_do() {
        let values: Vec<f64> = (0..50).map(|i| f64::from(i * i % 37)).collect();
        let run = |seed, threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let options = Bootstrap { seed, ..Bootstrap::default() };
            pool.install(|| bootstrap(&values, Resampled::StandardDeviation, &options, &scope()).unwrap())
        };
        assert_eq!(run(3, 1), run(3, 4));
        assert_ne!(run(3, 1).standard_error, run(4, 1).standard_error);
    }

    #[test]
    fn what_it_cannot_know_is_told() {
        let p99 = Resampled::Quantile(Quantile::P99, Definition::Type7);
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let found = bootstrap(&values, p99, &Bootstrap::default(), &scope()).unwrap().estimate;
        assert_eq!(found.confidence.unwrap().upper, f64::INFINITY);
        assert!(found.caveats.iter().any(|c| c.contains("too few for an upper bound of p99")), "{:?}", found.caveats);
        let equal = bootstrap(&[2.0; 9], Resampled::Mean, &Bootstrap::default(), &scope()).unwrap().estimate;
        assert!(equal.caveats[0].contains("percentile interval"), "{:?}", equal.caveats);
        assert!(bootstrap(&[1.0], Resampled::Mean, &Bootstrap::default(), &scope()).is_err());
        let odd = Resampled::Function("1 over the spread", |v| 1.0 / (v[0] - v[1]));
        assert!(bootstrap(&[1.0, 2.0, 3.0], odd, &Bootstrap::default(), &scope()).is_err());
        assert!(bootstrap(&values, p99, &Bootstrap { level: 1.0, ..Bootstrap::default() }, &scope()).is_err());
    }
}
