//! When a value is good, and what missing data count as.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::unit::Unit;

/// How a value is compared with a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
}

impl Comparison {
    /// The sign as text.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "=",
            Self::NotEqual => "!=",
        }
    }

    /// The same comparison with values equal to the limit on the other side: `<=` for `<`.
    pub(crate) fn with_equality_turned(self) -> Self {
        match self {
            Self::Less => Self::LessOrEqual,
            Self::LessOrEqual => Self::Less,
            Self::Greater => Self::GreaterOrEqual,
            Self::GreaterOrEqual => Self::Greater,
            Self::Equal | Self::NotEqual => self,
        }
    }

    /// Whether the comparison bounds values from above (`<`, `<=`).
    pub fn is_upper(self) -> bool {
        matches!(self, Self::Less | Self::LessOrEqual)
    }

    /// Whether the comparison bounds values from one side; only then does a percentile or mean of good values pass it too.
    pub fn is_ordered(self) -> bool {
        !matches!(self, Self::Equal | Self::NotEqual)
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sign())
    }
}

impl FromStr for Comparison {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.trim() {
            "<" => Self::Less,
            "<=" | "≤" | "=<" => Self::LessOrEqual,
            ">" => Self::Greater,
            ">=" | "≥" | "=>" => Self::GreaterOrEqual,
            "=" | "==" => Self::Equal,
            "!=" | "≠" | "<>" => Self::NotEqual,
            other => {
                return Err(Error::parse(format!("“{other}” is not a comparison")).hint("use one of < <= > >= = !="));
            }
        })
    }
}

/// What makes a value good: a comparison with a limit that has a unit.
///
/// ```
/// use sre_stats::{unit::Unit, window::Condition};
/// let fast: Condition = "< 300ms".parse()?;
/// assert!(fast.converted(&Unit::Second)?.holds(0.299));
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// How values are compared.
    pub comparison: Comparison,
    /// With what.
    pub limit: f64,
    /// The unit of the limit; [`Unit::None`] takes the unit of whatever it is compared with.
    pub unit: Unit,
}

impl Condition {
    /// A condition from its parts.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the limit is not finite.
    pub fn new(comparison: Comparison, limit: f64, unit: Unit) -> Result<Self> {
        if limit.is_finite() {
            Ok(Self { comparison, limit, unit })
        } else {
            Err(Error::argument(format!("a limit of {limit} bounds nothing")))
        }
    }

    /// The condition of a 0/1 series: more than 0 is up.
    pub fn up() -> Self {
        Self { comparison: Comparison::Greater, limit: 0.0, unit: Unit::None }
    }

    /// Whether a value, in the condition's unit, is good.
    pub fn holds(&self, value: f64) -> bool {
        match self.comparison {
            Comparison::Less => value < self.limit,
            Comparison::LessOrEqual => value <= self.limit,
            Comparison::Greater => value > self.limit,
            Comparison::GreaterOrEqual => value >= self.limit,
            Comparison::Equal => value == self.limit,
            Comparison::NotEqual => value != self.limit,
        }
    }

    /// The same condition for values of another unit.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the limit's unit does not convert.
    pub fn converted(&self, to: &Unit) -> Result<Self> {
        let limit = if self.unit == Unit::None { self.limit } else { self.unit.convert(self.limit, to)? };
        Ok(Self { comparison: self.comparison, limit, unit: to.clone() })
    }
}

impl fmt::Display for Condition {
    /// As `< 300ms`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}{}", self.comparison, self.limit, self.unit)
    }
}

impl FromStr for Condition {
    type Err = Error;
    /// Reads a comparison, a number and a unit: `< 300ms`, `>= 99.5%`, `> 0`.
    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        let bad = |what: &str| {
            Error::parse(format!("“{text}” is not a condition: {what}")).hint("write it like < 300ms or >= 99.5%")
        };
        let split = text.find(|c: char| !"<>=!≤≥≠".contains(c)).ok_or_else(|| bad("a limit is missing"))?;
        let (sign, rest) = text.split_at(split);
        if sign.is_empty() {
            return Err(bad("it does not begin with a comparison"));
        }
        let rest = rest.trim_start();
        let digits = rest.find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c)).unwrap_or(rest.len());
        let (number, unit) = rest.split_at(digits);
        let limit = number.parse().map_err(|_| bad("a number is missing after the comparison"))?;
        Self::new(sign.parse()?, limit, unit.parse()?)
    }
}

/// What time or slices without data count as. It is always an explicit choice, and what it was applied to is counted.
///
/// A series has gaps where neighbouring samples are more than 1.5 steps apart: there the policy is applied to the gap's
/// own time. Events may simply be rare: there, and under rules that look at values, it is applied to whole slices in
/// which nothing was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoData {
    /// Bad: a monitor that says nothing is down.
    Bad,
    /// Good: no news is good news.
    Good,
    /// Neither: left out of the slice, whose rule then looks at the rest; a slice with nothing else is not charged.
    #[default]
    Excluded,
    /// The state before it goes on.
    Hold,
}

impl fmt::Display for NoData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bad => "bad",
            Self::Good => "good",
            Self::Excluded => "excluded",
            Self::Hold => "hold",
        })
    }
}

impl FromStr for NoData {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Ok(match text.trim() {
            "bad" => Self::Bad,
            "good" => Self::Good,
            "excluded" => Self::Excluded,
            "hold" => Self::Hold,
            other => {
                return Err(Error::parse(format!("“{other}” is not a policy for missing data"))
                    .hint("use one of bad, good, excluded, hold"));
            }
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn conditions_read_back_and_convert() {
        for (text, shown) in
            [("<300 ms", "< 300ms"), ("≥99.5%", ">= 99.5%"), (" > 0 ", "> 0"), ("== -2.5", "= -2.5"), ("!=3B", "!= 3B")]
        {
            let c: Condition = text.parse().unwrap();
            assert_eq!(c.to_string(), shown);
            assert_eq!(shown.parse::<Condition>().unwrap(), c);
        }
        for bad in ["", "<", "300ms", "< ms", "<< 3", "< 1..2s", "<inf"] {
            assert!(bad.parse::<Condition>().is_err(), "{bad}");
        }
        let c: Condition = "< 300ms".parse().unwrap();
        assert_eq!(c.converted(&Unit::Second).unwrap().limit, 0.3);
        assert!(c.converted(&Unit::Byte).is_err());
    }

    #[test]
    fn each_comparison_draws_its_own_line() {
        let at_limit = |sign: &str| format!("{sign} 1").parse::<Condition>().unwrap().holds(1.0);
        let signs = ["<", "<=", ">", ">=", "=", "!="];
        assert_eq!(signs.map(at_limit), [false, true, false, true, true, false]);
    }

    #[test]
    fn policies_read_back() {
        for p in [NoData::Bad, NoData::Good, NoData::Excluded, NoData::Hold] {
            assert_eq!(p.to_string().parse::<NoData>().unwrap(), p);
        }
        assert!("maybe".parse::<NoData>().is_err());
    }
}
