//! What a comparison is asked: the test, its words, its options.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::quantile::Quantile;
use crate::unit::Unit;

/// A margin within which a difference does not matter.
#[derive(Clone, Debug, PartialEq)]
pub enum Margin {
    /// In the unit of the values.
    Absolute(f64),
    /// In a unit of its own.
    In(f64, Unit),
    /// As a share of the absolute median of the first sample.
    Relative(f64),
}

impl Margin {
    /// The margin in the unit of the values, whose first sample has this median.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the units differ in kind, [`Argument`](crate::ErrorKind::Argument) where
    /// the margin is not above 0.
    pub fn resolve(&self, median_a: f64, unit: &Unit) -> Result<f64> {
        let margin = match self {
            Self::Absolute(margin) => *margin,
            Self::In(margin, of) => of.convert(*margin, unit)?,
            Self::Relative(share) => share * median_a.abs(),
        };
        if margin > 0.0 && margin.is_finite() {
            return Ok(margin);
        }
        Err(Error::argument(format!("a margin of {} is none", unit.show(margin)))
            .hint("give a number above 0 in the unit of the values"))
    }
}

impl fmt::Display for Margin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absolute(margin) => write!(f, "{margin}"),
            Self::In(margin, unit) => write!(f, "{margin}{}", unit.symbol()),
            Self::Relative(share) => write!(f, "{}%", share * 100.0),
        }
    }
}

impl FromStr for Margin {
    type Err = Error;
    /// Reads `0.02`, `20ms` or `5%` (of the median of the first sample).
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let bad = || Error::parse(format!("“{text}” is not a margin")).hint("write it like 0.02, 20ms or 5%");
        let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
        let (number, rest) = text.split_at(digits);
        let number: f64 = number.parse().map_err(|_| bad())?;
        if !(number > 0.0 && number.is_finite()) {
            return Err(bad());
        }
        match rest.trim() {
            "" => Ok(Self::Absolute(number)),
            "%" => Ok(Self::Relative(number / 100.0)),
            name => Ok(Self::In(number, Unit::from_name(name).ok_or_else(bad)?)),
        }
    }
}

/// Which test is made.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Test {
    /// Location and tail, corrected for the autocorrelation that was measured.
    #[default]
    Auto,
    /// [`mann_whitney`](super::mann_whitney()), for independent values.
    MannWhitney,
    /// [`kolmogorov_smirnov`](super::kolmogorov_smirnov()), for independent values.
    KolmogorovSmirnov,
    /// [`anderson_darling`](super::anderson_darling()), for independent values.
    AndersonDarling,
    /// [`cliffs_delta`](super::cliffs_delta()), for independent values.
    Cliff,
    /// [`quantile_difference`](super::quantile_difference()), by blocks of an automatic length.
    Bootstrap(Quantile),
    /// [`two_proportions`](super::two_proportions()) of values that are 0 or 1, corrected for autocorrelation: failures come in bursts.
    Proportions,
    /// Two one-sided tests of the Hodges–Lehmann shift against a margin, corrected for autocorrelation.
    Equivalence(Margin),
}

impl fmt::Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => f.write_str("auto"),
            Self::MannWhitney => f.write_str("mann-whitney"),
            Self::KolmogorovSmirnov => f.write_str("ks"),
            Self::AndersonDarling => f.write_str("anderson-darling"),
            Self::Cliff => f.write_str("cliff"),
            Self::Bootstrap(q) => write!(f, "bootstrap:{q}"),
            Self::Proportions => f.write_str("proportions"),
            Self::Equivalence(margin) => write!(f, "equivalence:{margin}"),
        }
    }
}

impl FromStr for Test {
    type Err = Error;
    /// Reads `auto`, `mann-whitney`, `ks`, `anderson-darling`, `cliff`, `bootstrap:Q`, `proportions`, `equivalence:MARGIN`.
    fn from_str(text: &str) -> Result<Self> {
        let (name, rest) = text.split_once(':').map_or((text, None), |(name, rest)| (name, Some(rest)));
        Ok(match (name.trim(), rest) {
            ("auto", None) => Self::Auto,
            ("mann-whitney", None) => Self::MannWhitney,
            ("ks", None) => Self::KolmogorovSmirnov,
            ("anderson-darling", None) => Self::AndersonDarling,
            ("cliff", None) => Self::Cliff,
            ("proportions", None) => Self::Proportions,
            ("bootstrap", Some(q)) => Self::Bootstrap(q.parse()?),
            ("equivalence", Some(margin)) => Self::Equivalence(margin.parse()?),
            _ => {
                return Err(Error::parse(format!("“{text}” is not a test")).hint(
                    "choose auto, mann-whitney, ks, anderson-darling, cliff, bootstrap:0.99, proportions or equivalence:20ms",
                ));
            }
        })
    }
}

/// How the values stand to each other in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Order {
    /// In the order of time: the autocorrelation is measured and corrected for.
    #[default]
    Time,
    /// Independent by design, such as a random sample of requests: nothing is measured.
    Independent,
}

/// How two samples are compared.
#[derive(Clone, Debug, PartialEq)]
pub struct CompareOptions {
    /// The test.
    pub test: Test,
    /// The level of confidence: at 0.95 at most about 5 % of comparisons without a difference show one.
    pub level: f64,
    /// The seed of resampling.
    pub seed: u64,
    /// Whether the values are in the order of time.
    pub order: Order,
}

impl Default for CompareOptions {
    /// The automatic test at 0.95, seed 1, values in the order of time.
    fn default() -> Self {
        Self { test: Test::Auto, level: 0.95, seed: 1, order: Order::Time }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_back() {
        for text in [
            "auto",
            "mann-whitney",
            "ks",
            "anderson-darling",
            "cliff",
            "bootstrap:p99",
            "proportions",
            "equivalence:20ms",
        ] {
            assert_eq!(text.parse::<Test>().unwrap().to_string(), text);
        }
        assert_eq!("bootstrap:0.99".parse::<Test>().unwrap(), Test::Bootstrap(Quantile::P99));
        for bad in
            ["", "t-test", "bootstrap", "bootstrap:2", "equivalence:", "equivalence:-1", "equivalence:3parsec", "ks:1"]
        {
            assert!(bad.parse::<Test>().is_err(), "{bad}");
        }
    }

    #[test]
    fn margins_take_the_unit_of_the_values() {
        let resolve = |text: &str| text.parse::<Margin>().unwrap().resolve(2.0, &Unit::Second);
        assert_eq!((resolve("0.02").unwrap(), resolve("20ms").unwrap(), resolve("5%").unwrap()), (0.02, 0.02, 0.1));
        assert!(resolve("3byte").is_err() || "3byte".parse::<Margin>().is_err());
        assert!(Margin::Relative(0.1).resolve(0.0, &Unit::Second).is_err());
    }
}
