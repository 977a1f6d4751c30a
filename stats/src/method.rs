//! The names of the ways in which a number was computed.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// How the order statistics of a sample become one quantile: the nine definitions of Hyndman and Fan (1996).
///
/// With n sorted samples, the definitions differ in the position h (counted from 1) that they give a probability p, and in
/// what they do between two samples. [`Type1`](Self::Type1) to [`Type3`](Self::Type3) return a sample; the others interpolate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Definition {
    /// Inverse of the empirical distribution (nearest rank): the smallest sample with at least a share p at or below it.
    Type1,
    /// As type 1, with the mean of two samples where the distribution is flat.
    Type2,
    /// The sample nearest to n·p, ties to the even one (SAS).
    Type3,
    /// Linear interpolation of the empirical distribution.
    Type4,
    /// Piecewise linear through the midpoints of the steps (hydrology).
    Type5,
    /// h = (n+1)·p (Excel `PERCENTILE.EXC`, Minitab).
    Type6,
    /// h = (n−1)·p + 1 (numpy, pandas, R, Excel `PERCENTILE.INC`, `PERCENTILE_CONT`).
    #[default]
    Type7,
    /// Median-unbiased whatever the distribution: h = (n+1/3)·p + 1/3.
    Type8,
    /// Unbiased for normal samples: h = (n+1/4)·p + 3/8.
    Type9,
}

impl Definition {
    /// All nine, in order.
    pub const ALL: [Self; 9] = [
        Self::Type1,
        Self::Type2,
        Self::Type3,
        Self::Type4,
        Self::Type5,
        Self::Type6,
        Self::Type7,
        Self::Type8,
        Self::Type9,
    ];

    /// The number from 1 to 9.
    pub fn number(self) -> u8 {
        self as u8 + 1
    }
}

impl fmt::Display for Definition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "type{}", self.number())
    }
}

impl FromStr for Definition {
    type Err = Error;
    /// Reads `type1` … `type9`, or the name of a tool whose definition it is: `numpy`, `pandas`, `r`, `excel-inc`,
    /// `excel-exc`, `percentile_cont`, `percentile_disc`, `nearest-rank`.
    fn from_str(text: &str) -> Result<Self> {
        let lower = text.trim().to_ascii_lowercase();
        if let Some(number) = lower.strip_prefix("type").and_then(|n| n.parse::<usize>().ok())
            && let Some(definition) = number.checked_sub(1).and_then(|i| Self::ALL.get(i))
        {
            return Ok(*definition);
        }
        Ok(match lower.as_str() {
            "numpy" | "pandas" | "r" | "excel-inc" | "percentile.inc" | "percentile_cont" => Self::Type7,
            "excel-exc" | "percentile.exc" => Self::Type6,
            "percentile_disc" | "nearest-rank" => Self::Type1,
            _ => {
                return Err(Error::parse(format!("“{text}” is not a quantile definition"))
                    .hint("choose one of type1 to type9, or a tool such as numpy or percentile_disc"));
            }
        })
    }
}

/// How a number was computed. It travels with the number in its [`Estimate`](crate::estimate::Estimate).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Method {
    /// A quantile of samples by a named definition.
    Quantile(Definition),
    /// A log-linear histogram, base 10, two digits.
    LogLinear,
    /// Counting.
    Count,
    /// Adding up time or amounts.
    Sum,
    /// The arithmetic mean.
    Mean,
    /// Any other, by its name in the field.
    Named(&'static str),
    /// A name with its parameters, such as `hamed-rao (lags 1–7)`.
    Described(String),
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quantile(definition) => write!(f, "{definition}"),
            Self::LogLinear => f.write_str("log-linear"),
            Self::Count => f.write_str("count"),
            Self::Sum => f.write_str("sum"),
            Self::Mean => f.write_str("mean"),
            Self::Named(name) => f.write_str(name),
            Self::Described(name) => f.write_str(name),
        }
    }
}

impl serde::Serialize for Method {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_definition_is_read_back_by_its_name() {
        for definition in Definition::ALL {
            assert_eq!(definition.to_string().parse::<Definition>().unwrap(), definition);
        }
        for bad in ["type0", "type10", "type", "mean", ""] {
            assert!(bad.parse::<Definition>().is_err(), "{bad}");
        }
    }
}
