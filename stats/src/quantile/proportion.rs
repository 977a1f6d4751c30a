//! Intervals for a proportion: how sure is a success ratio?

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::beta::checked_beta_reg;

use crate::error::{Error, Result};

fn check(good: u64, n: u64, level: f64) -> Result<f64> {
    if n == 0 {
        return Err(Error::empty("a proportion of no events is not defined"));
    }
    if good > n {
        return Err(Error::argument(format!("{good} good events of {n}")));
    }
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::argument(format!("{level} is not a level of confidence")).hint("give one such as 0.95"));
    }
    Ok(1.0 - level)
}

/// Wilson's score interval for a proportion: short, with a coverage that is near `level` on average.
///
/// Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927). For a coverage that is never below `level` use
/// [`clopper_pearson`]; neither is right where errors cluster.
///
/// ```
/// let (lower, upper) = sre_stats::quantile::proportion::wilson(81, 263, 0.95)?;
/// assert!((lower - 0.2553).abs() < 1e-4 && (upper - 0.3662).abs() < 1e-4);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where n is 0, [`Argument`](crate::ErrorKind::Argument) where good > n or the level
/// is not in (0, 1).
pub fn wilson(good: u64, n: u64, level: f64) -> Result<(f64, f64)> {
    let alpha = check(good, n, level)?;
    let z = Normal::standard().inverse_cdf(1.0 - alpha / 2.0);
    let (size, bad) = (n as f64, (n - good) as f64);
    let z2 = z * z;
    // from the bad side, so that ratios near 1 keep their digits
    let center = (bad + z2 / 2.0) / (size + z2);
    let half = z / (size + z2) * (good as f64 * bad / size + z2 / 4.0).sqrt();
    let lower = if good == 0 { 0.0 } else { 1.0 - (center + half) };
    let upper = if bad == 0.0 { 1.0 } else { 1.0 - (center - half).max(0.0) };
    Ok((lower.max(0.0), upper))
}

/// The exact interval of Clopper and Pearson: its coverage is never below `level`.
///
/// Source: C. J. Clopper and E. S. Pearson, Biometrika 26 (1934).
///
/// ```
/// let (lower, upper) = sre_stats::quantile::proportion::clopper_pearson(81, 263, 0.95)?;
/// assert!((lower - 0.2527).abs() < 1e-4 && (upper - 0.3676).abs() < 1e-4);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`wilson`].
pub fn clopper_pearson(good: u64, n: u64, level: f64) -> Result<(f64, f64)> {
    let tail = check(good, n, level)? / 2.0;
    let (g, bad) = (good as f64, (n - good) as f64);
    // bounds of the failure ratio, which is the small number where it matters
    let lower = if good == 0 { 0.0 } else { 1.0 - beta_quantile(bad + 1.0, g, 1.0 - tail)? };
    let upper = if good == n { 1.0 } else { 1.0 - beta_quantile(bad, g + 1.0, tail)? };
    Ok((lower, upper))
}

/// The x at which the regularised incomplete beta function reaches p, to the last digits also where x is tiny.
fn beta_quantile(a: f64, b: f64, p: f64) -> Result<f64> {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    for _ in 0..400 {
        // the geometric middle finds the magnitude, the arithmetic one the digits
        let middle = if low > 0.0 && high / low > 2.0 {
            (low * high).sqrt()
        } else if low == 0.0 && high > 1e-300 {
            high / 16.0
        } else {
            f64::midpoint(low, high)
        };
        if middle <= low || middle >= high {
            break;
        }
        let below = checked_beta_reg(a, b, middle).map_err(|e| Error::argument("no beta distribution").caused_by(e))?;
        if below < p { low = middle } else { high = middle }
    }
    Ok(f64::midpoint(low, high))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Newcombe, Statistics in Medicine 17 (1998), table I: methods 3 (Wilson) and 5 (Clopper–Pearson).
    #[test]
    fn published_intervals() {
        for (good, n, w, cp) in [
            (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
            (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
            (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
            (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
        ] {
            for (got, want) in [(wilson(good, n, 0.95).unwrap(), w), (clopper_pearson(good, n, 0.95).unwrap(), cp)] {
                assert!((got.0 - want.0).abs() < 6e-5 && (got.1 - want.1).abs() < 6e-5, "{good}/{n}: {got:?} {want:?}");
            }
        }
        // no failure in n: the upper bound of the failure ratio is 1 − 0.025^(1/n)
        let (lower, upper) = clopper_pearson(1_000_000, 1_000_000, 0.95).unwrap();
        assert_eq!(upper, 1.0);
        assert!(((1.0 - lower) / 3.688_872e-6 - 1.0).abs() < 1e-5, "{}", 1.0 - lower);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(wilson(0, 0, 0.95).is_err());
        assert!(wilson(3, 2, 0.95).is_err());
        assert!(clopper_pearson(1, 2, 1.0).is_err());
    }
}
