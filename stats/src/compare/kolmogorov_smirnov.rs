//! The largest distance between two empirical distributions.

use super::mann_whitney::check;
use crate::error::Result;

/// Up to so many pairs of samples the p-value is exact.
const EXACT_PAIRS: usize = 1_000_000;

/// The outcome of a [`kolmogorov_smirnov`] test.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct KolmogorovSmirnov {
    /// D: the largest distance of the two empirical distribution functions, in [0, 1].
    pub d: f64,
    /// The value at which it is reached: the smallest one.
    pub at: f64,
    /// The two-sided p-value.
    pub p_value: f64,
    /// Its natural logarithm, which does not underflow.
    pub ln_p: f64,
    /// Whether the p-value is that of the finite samples.
    pub exact: bool,
}

/// Two-sample Kolmogorov–Smirnov: do the two samples have the same distribution?
///
/// While the product of the sizes is at most 10⁶ the p-value is exact, by counting the lattice paths that reach the distance D
/// (Hodges, 1957); beyond, it is Kolmogorov's limit at D √(mn/(m+n)). Ties make the exact p-value too large, never too small.
/// n log n beside the count. It sees any difference of distribution, and most in the middle: for shifts
/// [`mann_whitney`](super::mann_whitney()) is stronger, for tails [`anderson_darling`](super::anderson_darling()). Assumes independent
/// values; not for autocorrelated series.
///
/// Sources: N. V. Smirnov, Ann. Math. Stat. 19 (1948); J. L. Hodges, Ark. Mat. 3 (1957).
///
/// ```
/// use sre_stats::compare::kolmogorov_smirnov;
/// let test = kolmogorov_smirnov(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0])?;
/// assert_eq!((test.d, test.at), (1.0, 3.0));
/// assert!((test.p_value - 0.1).abs() < 1e-15);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where a sample is empty, [`Argument`](crate::ErrorKind::Argument) where a value is NaN
/// or infinite.
pub fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> Result<KolmogorovSmirnov> {
    check(a, b)?;
    let (mut a, mut b) = (a.to_vec(), b.to_vec());
    a.sort_unstable_by(f64::total_cmp);
    b.sort_unstable_by(f64::total_cmp);
    let (m, n) = (a.len(), b.len());
    // distances are whole multiples of 1/(mn)
    let (mut i, mut j, mut largest, mut at) = (0, 0, 0u128, a[0].min(b[0]));
    while i < m && j < n {
        let value = a[i].min(b[j]);
        while i < m && a[i] == value {
            i += 1;
        }
        while j < n && b[j] == value {
            j += 1;
        }
        let distance = (i as u128 * n as u128).abs_diff(j as u128 * m as u128);
        if distance > largest {
            (largest, at) = (distance, value);
        }
    }
    let d = largest as f64 / (m as f64 * n as f64);
    let exact = m.saturating_mul(n) <= EXACT_PAIRS;
    let ln_p = if exact {
        reaching(m, n, largest as usize).min(1.0).ln()
    } else {
        ln_kolmogorov(d * (m as f64 / (m + n) as f64 * n as f64).sqrt())
    };
    Ok(KolmogorovSmirnov { d, at, p_value: ln_p.exp(), ln_p, exact })
}

/// The probability that a random lattice path from (0, 0) to (m, n) reaches |i n − j m| ≥ `distance`: the mass that leaves
/// the band is summed, so that small probabilities keep their digits.
fn reaching(m: usize, n: usize, distance: usize) -> f64 {
    if distance == 0 {
        return 1.0;
    }
    let out = |i: usize, j: usize| (i * n).abs_diff(j * m) >= distance;
    let mut row = vec![0.0; n + 1];
    row[0] = 1.0;
    let mut left = 0.0;
    for i in 0..=m {
        let mut next = vec![0.0; n + 1];
        for j in 0..=n {
            let mass = row[j];
            if mass == 0.0 {
                continue;
            }
            let rest = (m + n - i - j) as f64;
            if i < m {
                let step = mass * (m - i) as f64 / rest;
                if out(i + 1, j) { left += step } else { next[j] += step }
            }
            if j < n {
                let step = mass * (n - j) as f64 / rest;
                if out(i, j + 1) { left += step } else { row[j + 1] += step }
            }
        }
        row = next;
    }
    left
}

/// ln of 1 − K(λ), K Kolmogorov's distribution, by whichever of its two series converges fast.
fn ln_kolmogorov(lambda: f64) -> f64 {
    if lambda <= 0.0 {
        return 0.0;
    }
    if lambda < 1.0 {
        // Jacobi's theta function turned over
        let c = std::f64::consts::PI * std::f64::consts::PI / (8.0 * lambda * lambda);
        let sum: f64 = (0..20).map(|k| (-c * f64::from(2 * k + 1).powi(2)).exp()).sum();
        return (1.0 - (2.0 * std::f64::consts::PI).sqrt() / lambda * sum).ln();
    }
    // 2 e^(−2λ²) (1 − e^(−6λ²) + e^(−16λ²) − …)
    let square = lambda * lambda;
    let rest: f64 =
        (2..20).map(|k: i32| if k % 2 == 0 { -1.0 } else { 1.0 } * (-2.0 * f64::from(k * k - 1) * square).exp()).sum();
    std::f64::consts::LN_2 - 2.0 * square + rest.ln_1p()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// All arrangements of m and n values, one by one.
    #[test]
    fn path_counts_are_those_of_all_arrangements() {
        for (m, n) in [(3, 4), (5, 5), (2, 7), (6, 8)] {
            let mut distances: Vec<usize> = Vec::new();
            for set in 0u32..1 << (m + n) {
                if set.count_ones() as usize == n {
                    let (mut i, mut j, mut largest) = (0usize, 0usize, 0);
                    for bit in 0..m + n {
                        if set >> bit & 1 == 1 {
                            j += 1;
                        } else {
                            i += 1;
                        }
                        largest = largest.max((i * n).abs_diff(j * m));
                    }
                    distances.push(largest);
                }
            }
            for d in 0..=m * n {
                let want = distances.iter().filter(|x| **x >= d).count() as f64 / distances.len() as f64;
                assert!((reaching(m, n, d) - want).abs() < 1e-14, "{m} {n} {d}: {} {want}", reaching(m, n, d));
            }
        }
    }

    /// Smirnov's table (1948) of Kolmogorov's distribution.
    #[test]
    fn the_limit_is_smirnovs_table() {
        for (lambda, k) in [(0.5, 0.036_055), (0.9, 0.607_270), (1.0, 0.730_000), (1.36, 0.950_514), (2.0, 0.999_329)] {
            assert!((1.0 - ln_kolmogorov(lambda).exp() - k).abs() < 1e-6, "{lambda}: {}", ln_kolmogorov(lambda).exp());
        }
        assert!((ln_kolmogorov(1.0 - 1e-12) - ln_kolmogorov(1.0)).abs() < 1e-10);
    }
}
