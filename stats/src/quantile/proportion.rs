//! Intervals for a proportion: how sure is a success ratio?

use statrs::distribution::{ContinuousCDF, Normal};

use crate::error::{Error, Result};
use crate::quantile::beta::beta_quantile;

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
    let lower = if good == 0 { 0.0 } else { 1.0 - beta_quantile(bad + 1.0, g, 1.0 - tail) };
    let upper = if good == n { 1.0 } else { 1.0 - beta_quantile(bad, g + 1.0, tail) };
    Ok((lower, upper))
}

/// Jeffreys' interval: the equal-tailed one of the posterior Beta(good + ½, bad + ½), with the lower end at 0 where no event
/// was good and the upper end at 1 where all were.
///
/// Like [`wilson`] it holds `level` on average and not everywhere, and it is shorter where the ratio is near 0 or 1, as
/// success ratios are. Not right where errors cluster.
///
/// Source: L. D. Brown, T. T. Cai and A. Das Gupta, “Interval Estimation for a Binomial Proportion”, Statistical Science 16
/// (2001), section 3.1.2, with the modification at the ends given there.
///
/// ```
/// let (lower, upper) = sre_stats::quantile::proportion::jeffreys(999, 1000, 0.95)?;
/// assert!((1.0 - lower - 0.004_664_5).abs() < 1e-6 && (1.0 - upper - 0.000_108).abs() < 1e-6);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`wilson`].
pub fn jeffreys(good: u64, n: u64, level: f64) -> Result<(f64, f64)> {
    let tail = check(good, n, level)? / 2.0;
    let (g, bad) = (good as f64 + 0.5, (n - good) as f64 + 0.5);
    let lower = if good == 0 { 0.0 } else { 1.0 - beta_quantile(bad, g, 1.0 - tail) };
    let upper = if good == n { 1.0 } else { 1.0 - beta_quantile(bad, g, tail) };
    Ok((lower, upper))
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
    fn beta_intervals_agree_with_scipy() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/reference/quantile/intervals.json");
        let reference: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let cases = reference["proportions"].as_array().unwrap();
        assert!(cases.len() >= 12);
        for case in cases {
            let (good, n) = (case["good"].as_u64().unwrap(), case["n"].as_u64().unwrap());
            for (name, got) in [
                ("wilson", wilson(good, n, 0.95).unwrap()),
                ("clopper_pearson", clopper_pearson(good, n, 0.95).unwrap()),
                ("jeffreys", jeffreys(good, n, 0.95).unwrap()),
            ] {
                // the reference gives the bad share, whose digits count
                for (end, bad) in [1.0 - got.0, 1.0 - got.1].into_iter().enumerate() {
                    let want = case[name][end].as_f64().unwrap();
                    assert!((bad - want).abs() <= 1e-9 * want + 1e-15, "{name} {good}/{n}: {bad} {want}");
                }
            }
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(wilson(0, 0, 0.95).is_err());
        assert!(wilson(3, 2, 0.95).is_err());
        assert!(clopper_pearson(1, 2, 1.0).is_err());
    }
}
