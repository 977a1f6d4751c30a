//! When a slice of time is bad.

use std::fmt;
use std::str::FromStr;

use super::condition::Condition;
use crate::error::{Error, Result};
use crate::quantile::{Quantile, snapped_product};

/// When a slice is bad. With bad time b in a slice of width w (or what is observed of it):
///
/// | rule | bad iff | θ |
/// |---|---|---|
/// | [`AnyBad`](Self::AnyBad) | b > 0 | 0 |
/// | [`Share`](Self::Share)(θ) | b ≥ θ·w | θ |
/// | [`Majority`](Self::Majority) | b ≥ w/2 | ½ |
/// | [`AllBad`](Self::AllBad) | b = w | 1 |
/// | [`Percentile`](Self::Percentile)(p) | the nearest-rank percentile p of its samples is not good | 1 − p |
/// | [`Ratio`](Self::Ratio)(T) | the share of good samples is below T | 1 − T |
/// | [`Mean`](Self::Mean) | the mean of its samples is not good | – |
///
/// The nearest-rank percentile p of n samples is at most a limit iff at least ⌈n·p⌉ samples are: iff their share is at least
/// p. `Percentile` and `Ratio` are therefore one rule for an upper limit, and in terms of time they say b > θ·w, strictly,
/// where `Share` says b ≥ θ·w. Under a lower limit (good values lie above it) a percentile is taken just as literally: it is
/// good iff fewer samples than its rank are bad, which is `Share(p)`. Up/down series want `Ratio`, not a percentile.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Rule {
    /// One bad instant makes the slice bad.
    AnyBad,
    /// A share of the slice, in (0, 1].
    Share(f64),
    /// Half of the slice or more.
    Majority,
    /// All of the slice.
    AllBad,
    /// A percentile of the slice's samples against the limit of the condition that defines bad.
    Percentile(Quantile),
    /// The share of good samples in the slice against a target.
    Ratio(Quantile),
    /// The mean of the slice's samples against the limit of the condition that defines bad.
    Mean,
}

impl Rule {
    /// The parameter θ of the time-slice formulas; `None` for [`Mean`](Self::Mean), which has none.
    pub fn theta(&self) -> Option<f64> {
        match self {
            Self::AnyBad => Some(0.0),
            Self::Share(theta) => Some(*theta),
            Self::Majority => Some(0.5),
            Self::AllBad => Some(1.0),
            Self::Percentile(q) | Self::Ratio(q) => Some(q.complement()),
            Self::Mean => None,
        }
    }

    /// Whether θ·w of bad time is still good (`b > θ·w` is bad) rather than bad already (`b ≥ θ·w`).
    pub fn is_strict(&self) -> bool {
        matches!(self, Self::AnyBad | Self::Percentile(_) | Self::Ratio(_))
    }

    /// The rule in terms of bad and observed samples or time alone, given the condition that makes values good: what
    /// [`advise`](super::advise) and [`invert`](super::invert) need to know.
    ///
    /// A percentile under an upper limit stays what it is: the slice is bad where more than a share 1 − p of it is. Above a lower
    /// limit the nearest-rank percentile is good iff fewer samples than its rank are bad, which is a share of p.
    ///
    /// ```
    /// use sre_stats::window::Rule;
    /// let p10: Rule = "p10".parse()?;
    /// assert_eq!(p10.under(Some(&"< 300ms".parse()?))?, p10);
    /// assert_eq!(p10.under(Some(&"> 50".parse()?))?, Rule::Share(0.1));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where a percentile or mean meets a condition that is not an order (`=`, `!=`).
    pub fn under(&self, condition: Option<&Condition>) -> Result<Self> {
        match (*self, condition.map(|c| c.comparison)) {
            (Self::Percentile(_) | Self::Mean, Some(c)) if !c.is_ordered() => {
                Err(Error::argument(format!("the rule “{self}” needs a condition with <, <=, > or >="))
                    .hint("or use any-bad"))
            }
            // b ≥ max(1, ⌈n·p⌉) is bad
            (Self::Percentile(q), Some(c)) if !c.is_upper() => {
                Ok(if q.p() > 0.0 { Self::Share(q.p()) } else { Self::AnyBad })
            }
            (rule, _) => Ok(rule),
        }
    }

    /// Checks the rule's parameter.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for a share outside (0, 1].
    pub fn validate(&self) -> Result<()> {
        match self {
            Self::Share(theta) if !(*theta > 0.0 && *theta <= 1.0) => {
                Err(Error::argument(format!("a bad share of {theta} is not in (0, 1]"))
                    .hint("use any-bad for “any bad time at all”"))
            }
            _ => Ok(()),
        }
    }

    /// Whether `bad` of `observed` ticks make a slice bad, for every rule that looks at time alone.
    ///
    /// Along a straight line of (bad, observed) the answer changes at most once.
    pub(super) fn is_bad(&self, bad: i64, observed: i64) -> bool {
        bad > 0 && bad >= self.least_bad(observed)
    }

    /// The fewest bad ticks that make a slice of `observed` ticks bad; more than `observed` where none do.
    pub(super) fn least_bad(&self, observed: i64) -> i64 {
        let n = observed.max(0);
        match self {
            Self::AnyBad | Self::Mean => 1,
            // θ is meant as its decimals: a product that misses a whole number by rounding is that number
            Self::Share(theta) => (snapped_product(n as f64 * theta).ceil() as i64).max(1),
            Self::Majority => ((n + 1) / 2).max(1),
            Self::AllBad => n.max(1),
            // a ratio is never below 0, while the percentile 0 is the smallest sample
            Self::Ratio(q) if q.p() == 0.0 => n + 1,
            Self::Percentile(q) | Self::Ratio(q) => n - q.rank(n as u64) as i64 + 1,
        }
    }
}

impl fmt::Display for Rule {
    /// As the command line has it: `any-bad`, `share:0.1`, `majority`, `all-bad`, `p99`, `ratio:0.995`, `mean`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AnyBad => f.write_str("any-bad"),
            Self::Share(theta) => write!(f, "share:{theta}"),
            Self::Majority => f.write_str("majority"),
            Self::AllBad => f.write_str("all-bad"),
            Self::Percentile(q) => write!(f, "{q}"),
            Self::Ratio(q) => write!(f, "ratio:{}", q.p()),
            Self::Mean => f.write_str("mean"),
        }
    }
}

impl FromStr for Rule {
    type Err = Error;
    /// Reads what [`Display`](fmt::Display) writes; a share or ratio may be given in percent.
    fn from_str(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        let lower = trimmed.to_ascii_lowercase();
        let bad = || {
            Error::parse(format!("“{trimmed}” is not a rule for slices"))
                .hint("use one of any-bad, share:0.1, majority, all-bad, mean, ratio:99.5%, p99")
        };
        let rule = match lower.as_str() {
            "any-bad" | "any" => Self::AnyBad,
            "majority" => Self::Majority,
            "all-bad" | "all" => Self::AllBad,
            "mean" => Self::Mean,
            _ => match lower.split_once(':') {
                Some(("share", share)) => Self::Share(share.parse::<Quantile>().map_err(|_| bad())?.p()),
                Some(("ratio", ratio)) => Self::Ratio(ratio.parse().map_err(|_| bad())?),
                None if lower.starts_with('p') => Self::Percentile(lower.parse().map_err(|_| bad())?),
                _ => return Err(bad()),
            },
        };
        rule.validate()?;
        Ok(rule)
    }
}

impl serde::Serialize for Rule {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn rules_read_back_by_their_names() {
        for text in ["any-bad", "share:0.1", "majority", "all-bad", "mean", "p99", "p99.9", "ratio:0.995"] {
            assert_eq!(text.parse::<Rule>().unwrap().to_string(), text);
        }
        assert_eq!("share:10%".parse::<Rule>().unwrap(), Rule::Share(0.1));
        for bad in ["", "some-bad", "share", "share:", "share:0", "share:1.1", "share:-1", "p101", "ratio:x", "pfff"] {
            assert!(bad.parse::<Rule>().is_err(), "{bad}");
        }
    }

    #[test]
    fn thresholds_follow_integer_arithmetic() {
        for n in 1..400_i64 {
            for tenths in 1..=10_i64 {
                let theta = tenths as f64 / 10.0;
                for b in 0..=n {
                    let expected = b > 0 && 10 * b >= tenths * n;
                    assert_eq!(Rule::Share(theta).is_bad(b, n), expected, "{b} of {n}, θ {theta}");
                }
            }
            for percent in [0_i64, 50, 90, 95, 99, 100] {
                let q = Quantile::new(percent as f64 / 100.0).unwrap();
                for b in 0..=n {
                    // the share of good is below p
                    let expected = 100 * (n - b) < percent * n;
                    assert_eq!(Rule::Ratio(q).is_bad(b, n), expected, "{b} of {n}, p {percent}");
                }
            }
        }
    }
}
