//! The error ratio that a rule waits for, compared with counts without rounding.

use crate::error::{Error, Result};
use crate::quantile::Quantile;

/// The error ratio bε that a window must exceed, as a fraction of whole numbers.
///
/// Factor and budget are taken as the decimal numerals that they were written as: 14.4 × 0.001 is 0.0144 and nothing near it, so
/// that 144 bad ones of 10 000 are exactly at the threshold and not over it.
///
/// ```
/// use sre_stats::slo::alert::Threshold;
/// let threshold = Threshold::new(14.4, "99.9%".parse()?)?;
/// assert!(!threshold.over(144, 10_000) && threshold.over(145, 10_000));
/// assert_eq!(threshold.decimal(), "0.0144");
/// assert_eq!(threshold.safe_count(), 70);
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// bε · 10^`places`.
    numerator: u64,
    /// Decimal places of the numerator.
    places: u32,
    /// 10^`places`.
    denominator: u64,
}

impl Threshold {
    /// The threshold of a burn rate against an objective.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where bε ≥ 1, so that no error ratio exceeds it; where the target is 100 % and
    /// there is no budget to burn; where the factor is not more than 0; and where the product has more than 19 decimal places.
    pub fn new(factor: f64, target: Quantile) -> Result<Self> {
        if !(factor.is_finite() && factor > 0.0) {
            return Err(Error::argument(format!("a burn rate of {factor} means nothing")));
        }
        let budget = target.complement();
        if budget <= 0.0 {
            return Err(Error::argument("a target of 100% leaves no error budget that could burn")
                .hint("alert on every failure, or set a target below 100%"));
        }
        if factor * budget >= 1.0 - 1e-12 {
            return Err(Error::argument(format!(
                "it can never fire: a burn rate of {factor} against a budget of {budget} waits for an error ratio over {}, and \
                 none is more than 1",
                crate::unit::Unit::Ratio.show(factor * budget)
            ))
            .hint(format!("give a factor below {}, or a tighter target", significant(1.0 / budget))));
        }
        let too_fine = || {
            Error::argument(format!("{factor} times {budget} has more digits than counts can be compared with exactly"))
                .hint("round the factor")
        };
        let (mut product, mut places) = decimal(factor)
            .zip(decimal(budget))
            .and_then(|(a, b)| Some((a.0.checked_mul(b.0)?, a.1 + b.1)))
            .ok_or_else(too_fine)?;
        while places > 0 && product.is_multiple_of(10) {
            (product, places) = (product / 10, places - 1);
        }
        let denominator = 10_u64.checked_pow(places).ok_or_else(too_fine)?;
        let numerator = u64::try_from(product).map_err(|_| too_fine())?;
        Ok(Self { numerator, places, denominator })
    }

    /// Whether `bad` of `total` is over the threshold: strictly, and never where nothing was seen.
    pub fn over(self, bad: u64, total: u64) -> bool {
        u128::from(bad) * u128::from(self.denominator) > u128::from(self.numerator) * u128::from(total)
    }

    /// The threshold as a number.
    pub fn value(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// The threshold as a decimal numeral without loss.
    pub fn decimal(self) -> String {
        let digits = self.numerator.to_string();
        let places = self.places as usize;
        if places == 0 {
            return digits;
        }
        let padded = format!("{digits:0>width$}", width = places + 1);
        let (whole, fraction) = padded.split_at(padded.len() - places);
        format!("{whole}.{fraction}")
    }

    /// The smallest count of which one bad one is not over the threshold, ⌈1/(bε)⌉: in fewer, a single failure fires the rule.
    pub fn safe_count(self) -> u64 {
        self.denominator.div_ceil(self.numerator)
    }
}

/// The digits of a number's shortest decimal form, and how many of them stand behind the point.
fn decimal(x: f64) -> Option<(u128, u32)> {
    let text = x.to_string();
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let digits = format!("{whole}{fraction}");
    Some((digits.parse().ok()?, u32::try_from(fraction.len()).ok()?))
}

fn significant(x: f64) -> String {
    crate::unit::significant(x)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(factor: f64, target: &str) -> Result<Threshold> {
        Threshold::new(factor, target.parse().unwrap())
    }

    #[test]
    fn the_edge_is_exact_where_floats_are_not() {
        // in floats 0.3 × 0.1 × 100 is 3.0000000000000004 or 3, by the order of the factors; in decimals it is 3
        for (factor, target, bad, total) in
            [(0.3, "90%", 3, 100), (14.4, "99.9%", 144, 10_000), (1.1, "99.99%", 11, 100_000), (0.7, "99%", 7, 1000)]
        {
            let threshold = of(factor, target).unwrap();
            assert!(!threshold.over(bad, total), "{factor} {target}");
            assert!(threshold.over(bad + 1, total) && threshold.over(bad, total - 1), "{factor} {target}");
            assert!(!threshold.over(bad * 1_000_000_007, total * 1_000_000_007));
        }
        assert!(!of(1.0, "99%").unwrap().over(0, 0));
    }

    #[test]
    fn decimals_and_safe_counts_by_hand() {
        for (factor, target, text, safe) in [
            (14.4, "99.9%", "0.0144", 70),
            (6.0, "99.9%", "0.006", 167),
            (1.0, "99.9%", "0.001", 1000),
            (10.0, "99%", "0.1", 10),
            (14.4, "99.95%", "0.0072", 139),
            (13.44, "99.999%", "0.0001344", 7441),
        ] {
            let threshold = of(factor, target).unwrap();
            assert_eq!((threshold.decimal().as_str(), threshold.safe_count()), (text, safe), "{factor} {target}");
            assert!(threshold.over(1, safe - 1) && !threshold.over(1, safe));
        }
    }

    #[test]
    fn the_unreachable_is_refused_with_its_reason() {
        let error = of(14.4, "90%").unwrap_err().to_string();
        assert!(error.contains("never fire") && error.contains("144 %") && error.contains("below 10"), "{error}");
        assert!(of(10.0, "90%").unwrap_err().to_string().contains("never fire"));
        assert!(of(9.99, "90%").is_ok());
        assert!(of(1.0, "100%").unwrap_err().to_string().contains("no error budget"));
        assert!(of(1.0 / 3.0, "99.99999%").unwrap_err().to_string().contains("round the factor"));
    }
}
