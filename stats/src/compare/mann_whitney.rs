//! The rank-sum test of Wilcoxon, Mann and Whitney.

use super::ranks::Ranks;
use crate::error::{Error, Result};
use crate::quantile::tails::ln_two_sided;

/// Up to so many values in the larger sample the distribution of U is computed exactly.
const EXACT: usize = 50;

/// The outcome of a [`mann_whitney`] test.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct MannWhitney {
    /// U: the number of pairs in which a value of b is above one of a, a tie counting half.
    pub u: f64,
    /// The normal deviate of U with continuity correction.
    pub z: f64,
    /// The two-sided p-value.
    pub p_value: f64,
    /// Its natural logarithm, which does not underflow.
    pub ln_p: f64,
    /// Whether the p-value is exact: no ties, and 50 values or fewer in each sample.
    pub exact: bool,
}

/// Mann–Whitney: do the values of b tend to be above or below those of a?
///
/// Without ties and up to 50 values a sample the p-value is exact (twice the smaller tail, at most 1); else it is that of the
/// normal approximation with tie correction and continuity correction. n log n. Assumes that the values are independent and
/// that under the null hypothesis both samples have the same distribution. Not for autocorrelated series, on which it rejects
/// far too often ([`compare()`](super::compare()) corrects for that); not for a difference that leaves P(b > a) at ½, such as one of
/// spread alone.
///
/// Sources: H. B. Mann and D. R. Whitney, Ann. Math. Stat. 18 (1947); tie correction: M. Hollander and D. A. Wolfe,
/// “Nonparametric Statistical Methods” (1973), 4.1.
///
/// ```
/// use sre_stats::compare::mann_whitney;
/// let test = mann_whitney(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])?;
/// // of 20 ways to choose three ranks of six, one is as high and one as low
/// assert_eq!((test.u, test.exact), (9.0, true));
/// assert!((test.p_value - 0.1).abs() < 1e-15);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where a sample is empty, [`Argument`](crate::ErrorKind::Argument) where a value is NaN
/// or infinite or all values are equal.
pub fn mann_whitney(a: &[f64], b: &[f64]) -> Result<MannWhitney> {
    check(a, b)?;
    let ranks = Ranks::new(a, b);
    let variance = ranks.variance();
    if variance <= 0.0 {
        return Err(Error::argument("all values are equal: there is no order to test"));
    }
    let (m, n, u) = (a.len(), b.len(), ranks.pairs_above());
    let distance = u - (m * n) as f64 / 2.0;
    let z = distance.signum() * (distance.abs() - 0.5).max(0.0) / variance.sqrt();
    let z = if distance == 0.0 { 0.0 } else { z };
    let exact = ranks.ties == 0.0 && m.max(n) <= EXACT;
    let ln_p = if exact {
        let far = u.max((m * n) as f64 - u) as usize;
        let tail: f64 = distribution(m, n).iter().skip(far).rev().sum();
        (2.0 * tail).min(1.0).ln()
    } else {
        ln_two_sided(z)
    };
    Ok(MannWhitney { u, z, p_value: ln_p.exp(), ln_p, exact })
}

/// Refuses empty samples and values that have no order.
pub(crate) fn check(a: &[f64], b: &[f64]) -> Result<()> {
    if a.is_empty() || b.is_empty() {
        return Err(Error::empty(format!("a comparison needs two samples, not {} and {} values", a.len(), b.len())));
    }
    for (name, values) in [("first", a), ("second", b)] {
        if let Some(i) = values.iter().position(|v| !v.is_finite()) {
            let why = format!("value {} of the {name} sample is {}", i + 1, values[i]);
            return Err(Error::argument(why).hint("leave it out, or use compare(), which counts what it leaves out"));
        }
    }
    Ok(())
}

/// P(U = u) for u = 0 … mn without ties, by the recurrence on which sample the largest value is of: no subtraction, so that
/// small tails keep all digits.
pub(crate) fn distribution(m: usize, n: usize) -> Vec<f64> {
    // row i holds the distributions for i values of a and 0 … n values of b
    let mut row: Vec<Vec<f64>> = vec![vec![1.0]; n + 1];
    for i in 1..=m {
        let mut next: Vec<Vec<f64>> = Vec::with_capacity(n + 1);
        next.push(vec![1.0]);
        for j in 1..=n {
            let mut out = vec![0.0; i * j + 1];
            let (from_a, from_b) = (i as f64 / (i + j) as f64, j as f64 / (i + j) as f64);
            // the largest value is of a: it is above no pair; of b: it is above all i values of a
            for (u, p) in row[j].iter().enumerate() {
                out[u] += from_a * p;
            }
            for (u, p) in next[j - 1].iter().enumerate() {
                out[u + i] += from_b * p;
            }
            next.push(out);
        }
        row = next;
    }
    row.pop().unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// All ways to choose the ranks of b, one by one.
    fn brute(m: usize, n: usize) -> Vec<f64> {
        let mut counts = vec![0.0; m * n + 1];
        for set in 0u32..1 << (m + n) {
            if set.count_ones() as usize == n {
                let ranks: usize = (0..m + n).filter(|i| set >> i & 1 == 1).map(|i| i + 1).sum();
                counts[ranks - n * (n + 1) / 2] += 1.0;
            }
        }
        let all: f64 = counts.iter().sum();
        counts.iter().map(|c| c / all).collect()
    }

    #[test]
    fn the_distribution_is_that_of_all_arrangements() {
        for (m, n) in [(1, 1), (1, 5), (4, 3), (6, 6), (7, 8)] {
            for (got, want) in distribution(m, n).iter().zip(brute(m, n)) {
                assert!((got - want).abs() < 1e-15, "{m} {n}: {got} {want}");
            }
        }
    }

    #[test]
    fn far_tails_do_not_vanish() {
        let a: Vec<f64> = (0..4000).map(f64::from).collect();
        let b: Vec<f64> = (4000..8000).map(f64::from).collect();
        let test = mann_whitney(&a, &b).unwrap();
        assert!(test.p_value == 0.0 && test.ln_p < -2900.0 && test.ln_p.is_finite(), "{test:?}");
        assert!(mann_whitney(&[1.0; 3], &[1.0; 4]).is_err());
        assert!(mann_whitney(&[], &[1.0]).is_err());
        assert!(mann_whitney(&[f64::NAN], &[1.0]).is_err());
    }
}
