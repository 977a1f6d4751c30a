//! A limit as people write it.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::unit::Unit;

/// A limit, in the unit of the series or in one of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    value: f64,
    unit: Option<Unit>,
}

/// Sizes of prefixes before `B`.
const BYTES: [(&str, f64); 8] = [
    ("KiB", 1024.0),
    ("MiB", 1_048_576.0),
    ("GiB", 1_073_741_824.0),
    ("TiB", 1_099_511_627_776.0),
    ("kB", 1e3),
    ("MB", 1e6),
    ("GB", 1e9),
    ("TB", 1e12),
];

impl Limit {
    /// The limit as a number in the unit of a series.
    ///
    /// ```
    /// use sre_stats::forecast::Limit;
    /// use sre_stats::unit::Unit;
    /// let limit: Limit = "500GB".parse()?;
    /// assert_eq!(limit.in_unit(&Unit::Byte)?, 5e11);
    /// assert_eq!("90%".parse::<Limit>()?.in_unit(&Unit::Ratio)?, 0.9);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where its own unit does not convert to that of the series.
    pub fn in_unit(&self, unit: &Unit) -> Result<f64> {
        self.unit.as_ref().map_or(Ok(self.value), |own| own.convert(self.value, unit))
    }
}

impl FromStr for Limit {
    type Err = Error;
    /// Reads a number, alone or with a unit: `0.9`, `90%`, `300ms`, `500GB`, `1.5TiB`.
    fn from_str(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        // an exponent is part of the number: the longest beginning that is one
        let ends = trimmed.char_indices().map(|(i, c)| i + c.len_utf8());
        let parsed = ends.rev().find_map(|end| {
            let number = trimmed[..end].trim_end();
            // words such as inf and nan are no limits
            let plain = number.ends_with(|c: char| c.is_ascii_digit() || c == '.');
            plain.then(|| number.parse::<f64>().ok()).flatten().map(|v| (v, trimmed[end..].trim()))
        });
        let Some((value, rest)) = parsed.filter(|p| p.0.is_finite()) else {
            return Err(Error::parse(format!("“{text}” is not a limit")).hint("write it like 0.9, 90%, 300ms or 500GB"));
        };
        if rest.is_empty() {
            return Ok(Self { value, unit: None });
        }
        if let Some((_, size)) = BYTES.iter().find(|b| b.0 == rest) {
            return Ok(Self { value: value * size, unit: Some(Unit::Byte) });
        }
        Ok(Self { value, unit: Some(rest.parse()?) })
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.unit {
            Some(unit) => f.write_str(&unit.show(self.value)),
            None => write!(f, "{}", self.value),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_as_people_write_them() {
        let read = |text: &str, unit: &Unit| text.parse::<Limit>().unwrap().in_unit(unit);
        assert_eq!(read("1.5e3", &Unit::None).unwrap(), 1500.0);
        assert_eq!(read("-4", &Unit::Count).unwrap(), -4.0);
        assert_eq!(read("300 ms", &Unit::Second).unwrap(), 0.3);
        assert_eq!(read("2GiB", &Unit::Byte).unwrap(), 2_147_483_648.0);
        assert!(read("90%", &Unit::Byte).is_err());
        for bad in ["", "full", "inf", "NaN", "%"] {
            assert!(bad.parse::<Limit>().is_err(), "{bad}");
        }
    }
}
