//! The empirical distribution, and how far the true one can be from it.

use crate::error::{Error, Result};
use crate::estimate::{Confidence, Estimate, Scope};
use crate::method::Method;
use crate::quantile::usable;
use crate::unit::Unit;

/// The empirical distribution of a sample: the share of samples at or below every value.
///
/// It merges across windows as its samples do; a stored [histogram](crate::histogram) answers the same at the edges of its
/// bins. Robust: a sample moves it by 1/n at most.
///
/// ```
/// use sre_stats::describe::Ecdf;
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let ecdf = Ecdf::new(&[0.1, 0.2, 0.2, 0.9], &Scope::untimed(Unit::Second))?;
/// assert_eq!((ecdf.share_at_most(0.2), ecdf.survival(0.2)), (0.75, 0.25));
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Ecdf {
    sorted: Vec<f64>,
    dropped: usize,
    scope: Scope,
}

impl Ecdf {
    /// The distribution of the finite values; NaN and infinities are left out and counted. Sorts: O(n log n).
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where there is none.
    pub fn new(values: &[f64], scope: &Scope) -> Result<Self> {
        let (samples, dropped) = usable(values);
        if samples.is_empty() {
            return Err(Error::empty("a distribution needs at least one sample"));
        }
        let mut sorted = samples.into_owned();
        sorted.sort_unstable_by(f64::total_cmp);
        Ok(Self { sorted, dropped, scope: scope.clone() })
    }

    /// How many samples.
    pub fn n(&self) -> u64 {
        self.sorted.len() as u64
    }

    /// The samples in ascending order.
    pub fn sorted(&self) -> &[f64] {
        &self.sorted
    }

    /// The share of samples at or below x; 0 for NaN.
    pub fn share_at_most(&self, x: f64) -> f64 {
        self.sorted.partition_point(|v| *v <= x) as f64 / self.sorted.len() as f64
    }

    /// The share of samples above x, counted and not subtracted from 1; 1 for NaN.
    pub fn survival(&self, x: f64) -> f64 {
        (self.sorted.len() - self.sorted.partition_point(|v| *v <= x)) as f64 / self.sorted.len() as f64
    }

    /// The half-width of the band in which the whole true distribution lies with probability `level`, everywhere at once:
    /// √(ln(2/(1 − level)) / 2n). For independent samples; conservative for a discrete distribution.
    ///
    /// Near the ends it says little: at n = 1000 it is ±4.3 %, so it bounds no p99. Use the interval of
    /// [`quantiles`](crate::quantile::quantiles) for one quantile.
    ///
    /// Source: A. Dvoretzky, J. Kiefer and J. Wolfowitz, Ann. Math. Stat. 27 (1956), with the constant of P. Massart, Ann.
    /// Probab. 18 (1990).
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the level is not in (0, 1).
    pub fn band(&self, level: f64) -> Result<f64> {
        if !(level > 0.0 && level < 1.0) {
            return Err(Error::argument(format!("{level} is not a level of confidence")).hint("give one such as 0.95"));
        }
        Ok(((2.0 / (1.0 - level)).ln() / (2.0 * self.sorted.len() as f64)).sqrt())
    }

    /// The share of samples at or below x, with the [band](Self::band) as its confidence: it holds for any number of x at
    /// once, also for those that were chosen by looking at the data.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the level is not in (0, 1) or x is NaN.
    pub fn at(&self, x: f64, level: f64) -> Result<Estimate> {
        if x.is_nan() {
            return Err(Error::argument("the share below what is not a number"));
        }
        let (value, half) = (self.share_at_most(x), self.band(level)?);
        let confidence = Confidence { lower: (value - half).max(0.0), upper: (value + half).min(1.0), level };
        let e =
            Estimate::new(value, Method::Named("empirical distribution"), self.n(), &self.scope.with_unit(Unit::Ratio))
                .with_confidence(confidence);
        Ok(if self.dropped > 0 {
            e.with_caveat(format!("{} values that were NaN or infinite are left out", self.dropped))
        } else {
            e
        })
    }

    /// The steps: every distinct value with the share of samples at or below it.
    pub fn steps(&self) -> Vec<(f64, f64)> {
        let n = self.sorted.len() as f64;
        let mut end = 0;
        self.sorted
            .chunk_by(|a, b| a == b)
            .map(|same| {
                end += same.len();
                (same[0], end as f64 / n)
            })
            .collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::quantile::random::SplitMix64;

    #[test]
    fn the_band_holds_the_whole_distribution_as_often_as_it_says() {
        // uniform samples, whose distribution is x itself: the largest distance is at a step
        let mut random = SplitMix64::new(4);
        let n = 80;
        let held = (0..2000)
            .filter(|_| {
                let values: Vec<f64> = (0..n).map(|_| random.unit()).collect();
                let ecdf = Ecdf::new(&values, &Scope::default()).unwrap();
                let band = ecdf.band(0.9).unwrap();
                ecdf.sorted().iter().zip(0..).all(|(x, i)| {
                    let (before, after) = (f64::from(i) / f64::from(n), f64::from(i + 1) / f64::from(n));
                    after - x <= band && x - before <= band
                })
            })
            .count();
        // at least 90 %, less three standard deviations; Massart's constant is nearly tight
        assert!((1760..=1860).contains(&held), "{held}");
    }

    #[test]
    fn steps_survival_and_ends() {
        let ecdf = Ecdf::new(&[2.0, 1.0, 2.0, f64::NAN, 5.0], &Scope::default()).unwrap();
        assert_eq!(ecdf.steps(), [(1.0, 0.25), (2.0, 0.75), (5.0, 1.0)]);
        assert_eq!((ecdf.survival(0.0), ecdf.survival(4.9), ecdf.survival(5.0)), (1.0, 0.25, 0.0));
        let at = ecdf.at(2.0, 0.95).unwrap();
        assert_eq!((at.value, at.n, at.confidence.unwrap().upper), (0.75, 4, 1.0));
        assert!(at.caveats[0].starts_with("1 values"));
        // by hand: ln 40 / (2 · 4) is 0.4611, its root 0.6790
        assert!((ecdf.band(0.95).unwrap() - 0.6790).abs() < 1e-4);
        assert!(
            ecdf.at(f64::NAN, 0.95).is_err() && ecdf.band(1.0).is_err() && Ecdf::new(&[], &Scope::default()).is_err()
        );
    }
}
