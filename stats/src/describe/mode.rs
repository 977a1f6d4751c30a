//! The half-sample mode: where samples lie densest.

use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::usable;

/// The half-sample mode: the shortest interval that holds half of the samples is found, then the shortest within it, until
/// at most three samples are left.
///
/// It needs no bandwidth and no bins, and tells where a typical request is, also in skewed data whose mean and median lie in
/// the tail. Robust: up to half of the samples can lie anywhere. It varies more than the median (its error falls with n^−1/3),
/// and of several peaks it names one. Of several shortest intervals of the same length the middle one is taken. Sorts the
/// samples: O(n log n). Does not merge. NaN and infinities are left out and counted in a caveat.
///
/// ```
/// use sre_stats::describe::half_sample_mode;
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let ms = [9.0, 10.0, 10.2, 10.3, 14.0, 25.0, 60.0, 400.0];
/// assert_eq!(half_sample_mode(&ms, &Scope::untimed(Unit::Millisecond))?.value, 10.25);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: D. R. Bickel and R. Frühwirth, “On a fast, robust estimator of the mode”, Computational Statistics & Data
/// Analysis 50 (2006).
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without finite samples.
pub fn half_sample_mode(values: &[f64], scope: &Scope) -> Result<Estimate> {
    let (samples, dropped) = usable(values);
    if samples.is_empty() {
        return Err(Error::empty("a mode needs at least one sample"));
    }
    let mut sorted = samples.into_owned();
    sorted.sort_unstable_by(f64::total_cmp);
    let e = Estimate::new(of_sorted(&sorted), Method::Named("half-sample mode"), sorted.len() as u64, scope);
    Ok(if dropped > 0 { e.with_caveat(format!("{dropped} values that were NaN or infinite are left out")) } else { e })
}

/// The half-sample mode of at least one sorted value.
fn of_sorted(sorted: &[f64]) -> f64 {
    match *sorted {
        [] => f64::NAN,
        [only] => only,
        [a, b] => f64::midpoint(a, b),
        [a, b, c] => match (b - a).total_cmp(&(c - b)) {
            std::cmp::Ordering::Less => f64::midpoint(a, b),
            std::cmp::Ordering::Greater => f64::midpoint(b, c),
            std::cmp::Ordering::Equal => b,
        },
        _ => {
            let half = sorted.len().div_ceil(2);
            let width = |from: usize| sorted[from + half - 1] - sorted[from];
            let places = 0..=sorted.len() - half;
            let least = places.clone().map(width).fold(f64::INFINITY, f64::min);
            let tied: Vec<usize> = places.filter(|from| width(*from) <= least).collect();
            let from = tied.get((tied.len() - 1) / 2).copied().unwrap_or(0);
            of_sorted(&sorted[from..from + half])
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::quantile::random::SplitMix64;
    use crate::unit::Unit;

    fn mode(values: &[f64]) -> f64 {
        half_sample_mode(values, &Scope::untimed(Unit::None)).unwrap().value
    }

    #[test]
    fn it_finds_the_peak_of_known_densities() {
        let mut random = SplitMix64::new(2);
        // the mode of −ln u₁ − ln u₂ (gamma of shape 2) is 1, its median 1.68 and its mean 2
        let values: Vec<f64> = (0..60_000).map(|_| -(1.0 - random.unit()).ln() - (1.0 - random.unit()).ln()).collect();
        let found = mode(&values);
        assert!((found - 1.0).abs() < 0.25, "{found}");
        // a third of the samples far out changes nothing
        let spoilt: Vec<f64> =
            values.iter().enumerate().map(|(i, v)| if i % 3 == 0 { 1e6 + i as f64 } else { *v }).collect();
        assert!((mode(&spoilt) - 1.0).abs() < 0.4, "{}", mode(&spoilt));
    }

    #[test]
    fn small_samples_by_hand() {
        assert_eq!(mode(&[4.0]), 4.0);
        assert_eq!(mode(&[4.0, 6.0]), 5.0);
        assert_eq!(mode(&[1.0, 2.0, 4.0]), 1.5);
        assert_eq!(mode(&[1.0, 2.0, 3.0]), 2.0);
        // halves of 3 of 5: {2, 2.5, 3} is the shortest; within it both gaps are equal
        assert_eq!(mode(&[0.0, 2.0, 2.5, 3.0, 9.0]), 2.5);
        assert_eq!(mode(&[7.0; 1000]), 7.0);
        assert_eq!(mode(&[-f64::MAX, f64::MAX, f64::MAX, f64::MAX]), f64::MAX);
        assert!(half_sample_mode(&[f64::NAN], &Scope::default()).is_err());
    }
}
