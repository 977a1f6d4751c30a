//! Quantiles of a sample beside those of a law.

use super::Law;
use crate::error::{Error, Result};
use crate::quantile::usable;

/// One point of a quantile–quantile plot.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Qq {
    /// The probability (i − ½)/n of the i-th of n samples.
    pub p: f64,
    /// The law's quantile, in the unit of the samples.
    pub theoretical: f64,
    /// The sample.
    pub sample: f64,
}

/// Quantiles of the samples beside those of a law, ascending: on the line y = x where the law is right, and where they leave
/// it says in which tail it is wrong.
///
/// At most `points` of them, evenly spread over the ranks with both ends kept. Robust: a wild sample is one wild point. Does not
/// merge across windows. NaN and infinities are left out.
///
/// ```
/// use sre_stats::describe::{Law, qq};
/// let points = qq(&[3.0, 1.0, 2.0], &Law::Normal { mean: 2.0, sd: 1.0 }, 100)?;
/// assert_eq!((points[1].p, points[1].sample), (0.5, 2.0));
/// assert!((points[1].theoretical - 2.0).abs() < 1e-12);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: M. B. Wilk and R. Gnanadesikan, Biometrika 55 (1968); plotting positions of A. Hazen.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without finite samples, [`Argument`](crate::ErrorKind::Argument) for fewer than 2 points.
pub fn qq(values: &[f64], law: &Law, points: usize) -> Result<Vec<Qq>> {
    qq_against(values, &|p| law.quantile(p), points)
}

/// The same against any quantile function, such as that of a distribution of `statrs`.
///
/// ```
/// use sre_stats::describe::qq_against;
/// let logistic = |p: f64| (p / (1.0 - p)).ln();
/// let points = qq_against(&[-1.0, 0.0, 1.0], &logistic, 100)?;
/// assert_eq!(points[1].theoretical, 0.0);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`qq`].
pub fn qq_against(values: &[f64], quantile: &dyn Fn(f64) -> f64, points: usize) -> Result<Vec<Qq>> {
    if points < 2 {
        return Err(Error::argument(format!("{points} points do not show a line")).hint("give 2 or more"));
    }
    let (samples, _) = usable(values);
    if samples.is_empty() {
        return Err(Error::empty("a quantile plot needs samples"));
    }
    let mut sorted = samples.into_owned();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len();
    let count = n.min(points);
    let rank = |i: usize| if count == n { i } else { (i as u128 * (n - 1) as u128 / (count - 1) as u128) as usize };
    let one = |i: usize| {
        let rank = rank(i);
        let p = (rank as f64 + 0.5) / n as f64;
        Qq { p, theoretical: quantile(p), sample: sorted[rank] }
    };
    Ok((0..count).map(one).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_long_sample_keeps_its_ends() {
        let values: Vec<f64> = (0..1001).rev().map(f64::from).collect();
        let points = qq_against(&values, &|p| p, 11).unwrap();
        let samples: Vec<f64> = points.iter().map(|q| q.sample).collect();
        assert_eq!(samples, (0..=10).map(|i| f64::from(i) * 100.0).collect::<Vec<_>>());
        assert!(points.iter().all(|q| (q.theoretical - (q.sample + 0.5) / 1001.0).abs() < 1e-15));
        assert!(qq_against(&values, &|p| p, 1).is_err() && qq_against(&[], &|p| p, 9).is_err());
    }

    #[test]
    fn quantiles_invert_the_distribution() {
        for law in [
            Law::Normal { mean: 3.0, sd: 2.0 },
            Law::LogNormal { mu: -2.0, sigma: 1.3 },
            Law::Exponential { rate: 4.0 },
            Law::Pareto { scale: 0.1, shape: 1.2 },
            Law::Weibull { shape: 0.7, scale: 5.0 },
            Law::Gamma { shape: 0.4, rate: 30.0 },
            Law::Gamma { shape: 40.0, rate: 0.01 },
        ] {
            for p in [1e-6, 0.01, 0.5, 0.9, 0.9999] {
                let x = law.quantile(p);
                assert!((law.cdf(x) - p).abs() < 1e-9, "{law} {p}: {x}");
                assert!((law.survival(x) - (1.0 - p)).abs() < 1e-9, "{law} {p}: {x}");
            }
            assert!(law.quantile(-0.1).is_nan() && law.quantile(f64::NAN).is_nan());
        }
    }
}
