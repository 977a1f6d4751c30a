//! A whole estimated from a random sample of each of its parts.

use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::tails::two_sided_critical;

/// One part of a population and what was drawn from it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stratum {
    /// Its name, such as a service or a status class.
    pub name: String,
    /// How many members it has, drawn or not.
    pub size: u64,
    /// The values of those that were drawn, at random and without replacement. Flags are 0 and 1.
    pub values: Vec<f64>,
}

/// The mean of a population from stratified samples, with a Student interval at `level`: each stratum's mean counts as often as
/// the stratum has members, however many of them were drawn.
///
/// For flags of 0 and 1 it is the ratio of ones. The variance is Σ (Nₕ/N)² (1 − nₕ/Nₕ) sₕ²/nₕ, the degrees of freedom are
/// Satterthwaite's. A stratum that was drawn whole adds no uncertainty; with all of them drawn whole the mean is exact. Where the
/// values that were drawn from a stratum are all equal its spread is unknown and counts as none: a caveat says so, and for rare flags
/// [`clopper_pearson`](crate::quantile::proportion::clopper_pearson) of that stratum alone is the honest answer. Not for strata that were
/// formed after looking at the values, nor for samples that were not drawn at random.
///
/// Source: W. G. Cochran, “Sampling Techniques”, 3rd edition (1977), 5.1–5.4.
///
/// ```
/// use sre_stats::describe::{Stratum, stratified_mean};
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let stratum = |name: &str, size, values: &[f64]| Stratum { name: name.into(), size, values: values.to_vec() };
/// let fast = stratum("search", 9000, &[10.0, 12.0, 11.0]);
/// let slow = stratum("checkout", 1000, &[90.0, 110.0, 100.0]);
/// let mean = stratified_mean(&[fast, slow], 0.95, &Scope::untimed(Unit::Millisecond))?;
/// // 0.9 · 11 + 0.1 · 100, not the mean of the six values
/// assert!((mean.value - 19.9).abs() < 1e-12);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without strata; [`Argument`](crate::ErrorKind::Argument) where a stratum has no members or no
/// values, more values than members, a single value although it has more members, or a value that is not finite, and where the level is
/// not in (0, 1).
pub fn stratified_mean(strata: &[Stratum], level: f64, scope: &Scope) -> Result<Estimate> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::argument(format!("{level} is not a level of confidence")).hint("give one such as 0.95"));
    }
    if strata.is_empty() {
        return Err(Error::empty("there is no stratum"));
    }
    let parts = strata.iter().map(Part::of).collect::<Result<Vec<_>>>()?;
    let all: f64 = parts.iter().map(|part| part.size).sum();
    let value = parts.iter().map(|part| part.size / all * part.mean).sum();
    let drawn = parts.iter().map(|part| part.drawn).sum::<f64>() as u64;
    let name = format!("stratified mean of {} strata", strata.len());
    let mut found = Estimate::new(value, Method::Described(name), drawn, scope);
    if parts.iter().all(Part::is_whole) {
        return Ok(found.with_bound(Bound::Exact));
    }
    let shares: Vec<f64> = parts.iter().map(|part| (part.size / all).powi(2) * part.variance_of_mean()).collect();
    let variance: f64 = shares.iter().sum();
    let fourth: f64 =
        shares.iter().zip(&parts).filter(|(v, _)| **v > 0.0).map(|(v, part)| v * v / (part.drawn - 1.0)).sum();
    let half = if variance > 0.0 {
        two_sided_critical(1.0 - level, variance * variance / fourth) * variance.sqrt()
    } else {
        0.0
    };
    found.bound = Bound::Confidence { lower: value - half, upper: value + half, level };
    for (part, stratum) in parts.iter().zip(strata) {
        if part.variance == 0.0 && !part.is_whole() {
            let text = format!(
                "the {} values of “{}” are all equal: its spread is unknown and counts as none, so the interval may be too short",
                stratum.values.len(),
                stratum.name
            );
            found.caveats.push(text);
        }
    }
    Ok(found)
}

/// What counts of a stratum.
struct Part {
    size: f64,
    drawn: f64,
    mean: f64,
    variance: f64,
}

impl Part {
    fn of(stratum: &Stratum) -> Result<Self> {
        let Stratum { name, size, values } = stratum;
        let n = values.len();
        if *size == 0 || n == 0 {
            return Err(Error::argument(format!("{n} values were drawn of the {size} members of “{name}”"))
                .hint("leave out strata without members, and draw at least one value of every other"));
        }
        if n as u64 > *size {
            return Err(Error::argument(format!("“{name}” has {n} values and only {size} members"))
                .hint("the size is that of the whole stratum, not of the sample"));
        }
        if n == 1 && *size > 1 {
            return Err(Error::argument(format!("one value of “{name}” says nothing of its spread"))
                .hint("draw 2 or more of each stratum"));
        }
        if let Some(odd) = values.iter().find(|v| !v.is_finite()) {
            return Err(Error::argument(format!("“{name}” has a value of {odd}"))
                .hint("decide what a missing value stands for before sampling"));
        }
        let drawn = n as f64;
        let mean = values.iter().sum::<f64>() / drawn;
        let square: f64 = values.iter().map(|v| (v - mean).powi(2)).sum();
        // equal values have no spread, whatever rounding says of their mean
        let equal = values.windows(2).all(|pair| pair[0] == pair[1]);
        let variance = if equal { 0.0 } else { square / (drawn - 1.0) };
        Ok(Self { size: *size as f64, drawn, mean, variance })
    }

    fn is_whole(&self) -> bool {
        self.drawn == self.size
    }

    fn variance_of_mean(&self) -> f64 {
        (1.0 - self.drawn / self.size) * self.variance / self.drawn
    }
}

/// How many to draw of each stratum so that the mean of all is as sure as `draws` draws can make it: in proportion to size times
/// standard deviation (Neyman's allocation), in whole numbers.
///
/// `strata` are (members, standard deviation) of each, the deviation known from earlier data or guessed. Every stratum gets at least
/// 2, or all its members where it has fewer, so that its spread can be measured; none gets more than it has. Among all whole
/// allocations of that kind this one has the least variance.
///
/// Sources: J. Neyman, J. R. Stat. Soc. 97 (1934); whole numbers: T. Wright, The American Statistician 66 (2012).
///
/// ```
/// use sre_stats::describe::neyman_allocation;
/// // a tenth of the requests with ten times the spread gets more than half of the draws
/// assert_eq!(neyman_allocation(&[(9000, 10.0), (1000, 100.0)], 190)?, [90, 100]);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without strata; [`Argument`](crate::ErrorKind::Argument) where `draws` is too few for 2 of each or
/// more than there are members, and where a deviation is negative or not finite.
pub fn neyman_allocation(strata: &[(u64, f64)], draws: u64) -> Result<Vec<u64>> {
    if strata.is_empty() {
        return Err(Error::empty("there is no stratum"));
    }
    if let Some((_, sd)) = strata.iter().find(|(_, sd)| !(*sd >= 0.0 && sd.is_finite())) {
        return Err(Error::argument(format!("{sd} is not a standard deviation")));
    }
    let mut allocation: Vec<u64> = strata.iter().map(|(size, _)| (*size).min(2)).collect();
    let least: u64 = allocation.iter().sum();
    let most = strata.iter().fold(0_u64, |sum, (size, _)| sum.saturating_add(*size));
    if draws < least || draws > most {
        return Err(Error::argument(format!("{draws} draws cannot be shared out"))
            .hint(format!("2 of each stratum are {least}, and there are {most} members")));
    }
    for _ in least..draws {
        // what one more draw saves is (size · deviation)² / (n (n + 1)); ties go to the first stratum
        let mut best: Option<(usize, f64)> = None;
        for (i, ((size, sd), n)) in strata.iter().zip(&allocation).enumerate() {
            let gain = *size as f64 * sd / (*n as f64 * (*n as f64 + 1.0)).sqrt();
            if n < size && best.is_none_or(|(_, most)| gain > most) {
                best = Some((i, gain));
            }
        }
        if let Some(n) = best.and_then(|(i, _)| allocation.get_mut(i)) {
            *n += 1;
        }
    }
    Ok(allocation)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::unit::Unit;

    fn stratum(size: u64, values: &[f64]) -> Stratum {
        Stratum { name: format!("of {size}"), size, values: values.to_vec() }
    }

    fn mean(strata: &[Stratum]) -> Estimate {
        stratified_mean(strata, 0.95, &Scope::untimed(Unit::Millisecond)).unwrap()
    }

    fn half_width(estimate: &Estimate) -> f64 {
        let (lower, upper) = estimate.interval().unwrap();
        (upper - lower) / 2.0
    }

    /// All choices of `count` of the values.
    fn choices(values: &[f64], count: usize) -> Vec<Vec<f64>> {
        (0..1_u32 << values.len())
            .filter(|set| set.count_ones() as usize == count)
            .map(|set| (0..values.len()).filter(|i| set >> i & 1 == 1).map(|i| values[i]).collect())
            .collect()
    }

    /// Over every sample that could have been drawn the estimates average to the truth, and their mean squared distance from it is what
    /// the intervals say on average.
    #[test]
    fn mean_and_variance_are_unbiased_over_every_possible_sample() {
        let (a, b) = ([1.0, 2.0, 4.0, 9.0, 11.0], [100.0, 130.0, 190.0, 250.0]);
        let truth = a.iter().chain(&b).sum::<f64>() / 9.0;
        let (mut values, mut said) = (Vec::new(), Vec::new());
        for x in choices(&a, 3) {
            for y in choices(&b, 2) {
                let found = mean(&[stratum(5, &x), stratum(4, &y)]);
                // the variance that the interval was made of, from its own degrees of freedom
                let part = |n: f64, size: f64, v: &[f64]| {
                    let m = v.iter().sum::<f64>() / n;
                    let s2 = v.iter().map(|x| (x - m).powi(2)).sum::<f64>() / (n - 1.0);
                    (size / 9.0).powi(2) * (1.0 - n / size) * s2 / n
                };
                let (p, q) = (part(3.0, 5.0, &x), part(2.0, 4.0, &y));
                let df = (p + q).powi(2) / (p * p / 2.0 + q * q);
                let t = half_width(&found) / (p + q).sqrt();
                assert!((two_sided_critical(0.05, df) / t - 1.0).abs() < 1e-9);
                values.push(found.value);
                said.push(p + q);
            }
        }
        let count = values.len() as f64;
        assert_eq!(values.len(), 60);
        assert!((values.iter().sum::<f64>() / count - truth).abs() < 1e-9);
        let spread = values.iter().map(|v| (v - truth).powi(2)).sum::<f64>() / count;
        assert!((said.iter().sum::<f64>() / count / spread - 1.0).abs() < 1e-9);
    }

    #[test]
    fn one_stratum_of_a_large_population_is_the_interval_of_student() {
        // NIST/SEMATECH e-Handbook, 1.3.5.2, ZARR13.DAT: mean 9.261460, sd 0.022789, n = 195, interval 9.258242 to 9.264679
        // 97 pairs at one deviation from the mean and a value at the mean have the same mean, deviation and count
        let side = 0.022_789;
        let mut values: Vec<f64> = (0..97).flat_map(|_| [9.261_460 - side, 9.261_460 + side]).collect();
        values.push(9.261_460);
        let found = mean(&[stratum(u64::MAX / 2, &values)]);
        let (lower, upper) = found.interval().unwrap();
        assert!((lower - 9.258_242).abs() < 2e-6 && (upper - 9.264_679).abs() < 2e-6, "{lower} {upper}");
    }

    #[test]
    fn a_stratum_drawn_whole_is_certain_and_all_of_them_are_exact() {
        let whole = stratum(3, &[1.0, 2.0, 6.0]);
        let exact = mean(&[whole.clone(), stratum(2, &[10.0, 20.0])]);
        assert_eq!((exact.value, exact.bound), (7.8, Bound::Exact));
        let part = mean(&[whole, stratum(4, &[10.0, 20.0])]);
        // (4/7)² · ½ · 50/2, one degree of freedom: t = 12.7062
        let expected = 12.706_205 * (16.0 / 49.0 * 12.5_f64).sqrt();
        assert!((half_width(&part) / expected - 1.0).abs() < 1e-6);
    }

    #[test]
    fn equal_values_are_told_and_bad_strata_refused() {
        let found = mean(&[stratum(1000, &[0.0; 30]), stratum(50, &[0.0, 1.0, 1.0])]);
        assert_eq!(found.caveats.len(), 1);
        assert!(found.caveats[0].contains("“of 1000”"));
        let tenth = mean(&[stratum(1000, &[0.1; 30]), stratum(50, &[0.1; 5])]);
        assert_eq!((half_width(&tenth), tenth.caveats.len()), (0.0, 2));
        let scope = Scope::untimed(Unit::None);
        for (bad, word) in [
            (stratum(0, &[]), "0 members"),
            (stratum(2, &[1.0, 2.0, 3.0]), "only 2 members"),
            (stratum(9, &[1.0]), "spread"),
            (stratum(9, &[1.0, f64::NAN]), "NaN"),
        ] {
            let error = stratified_mean(&[stratum(9, &[1.0, 2.0]), bad], 0.95, &scope).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
        assert!(stratified_mean(&[], 0.95, &scope).is_err());
        assert!(stratified_mean(&[stratum(9, &[1.0, 2.0])], 1.0, &scope).is_err());
        // a stratum of one member needs but one value
        assert_eq!(mean(&[stratum(1, &[5.0]), stratum(1, &[7.0])]).value, 6.0);
    }

    #[test]
    fn no_other_whole_allocation_has_less_variance() {
        let cases: [[(u64, f64); 3]; 4] = [
            [(40, 1.0), (25, 3.0), (9, 20.0)],
            [(7, 5.0), (60, 0.5), (33, 0.0)],
            [(1, 9.0), (30, 2.0), (30, 2.1)],
            [(12, 1.0), (12, 1.0), (3, 100.0)],
        ];
        for strata in cases {
            let variance = |n: &[u64]| -> f64 {
                strata
                    .iter()
                    .zip(n)
                    .map(|((size, sd), n)| (*size as f64 * sd).powi(2) * (1.0 / *n as f64 - 1.0 / *size as f64))
                    .sum()
            };
            for draws in [6, 11, 20] {
                let Ok(found) = neyman_allocation(&strata, draws) else { panic!("{strata:?}") };
                assert_eq!(found.iter().sum::<u64>(), draws);
                let least = |i: usize| strata[i].0.min(2);
                let mut best = f64::INFINITY;
                for a in least(0)..=strata[0].0 {
                    for b in least(1)..=strata[1].0 {
                        if let Some(c) = draws.checked_sub(a + b).filter(|c| (least(2)..=strata[2].0).contains(c)) {
                            best = best.min(variance(&[a, b, c]));
                        }
                    }
                }
                assert!(variance(&found) <= best * (1.0 + 1e-12), "{strata:?} {draws}: {found:?}");
            }
        }
        assert!(neyman_allocation(&[(9, 1.0), (9, 1.0)], 3).is_err());
        assert!(neyman_allocation(&[(9, 1.0), (9, 1.0)], 19).is_err());
        assert!(neyman_allocation(&[(9, f64::NAN)], 3).is_err());
        assert!(neyman_allocation(&[], 3).is_err());
    }
}
