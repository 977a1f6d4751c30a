//! The time zone in which calendar periods begin.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};

/// A time zone of the IANA database, such as `Europe/Berlin`; its days have 23, 24 or 25 hours.
///
/// ```
/// use sre_stats::slo::Zone;
/// let berlin: Zone = "Europe/Berlin".parse()?;
/// assert_eq!(berlin.to_string(), "Europe/Berlin");
/// assert!("Europe/Berlim".parse::<Zone>().is_err());
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(jiff::tz::TimeZone);

impl Zone {
    /// Coordinated universal time, in which every day has 24 hours.
    pub fn utc() -> Self {
        Self(jiff::tz::TimeZone::UTC)
    }

    /// The name of the IANA database; `UTC` where there is none.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    pub(super) fn inner(&self) -> &jiff::tz::TimeZone {
        &self.0
    }
}

impl Default for Zone {
    fn default() -> Self {
        Self::utc()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Zone {
    type Err = Error;
    /// Reads a name of the IANA database.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) for a name that the database does not have.
    fn from_str(text: &str) -> Result<Self> {
        let name = text.trim();
        if name.eq_ignore_ascii_case("utc") || name.eq_ignore_ascii_case("z") {
            return Ok(Self::utc());
        }
        jiff::tz::TimeZone::get(name).map(Self).map_err(|e| {
            Error::parse(format!("“{name}” is not a time zone"))
                .hint("name one such as Europe/Berlin or UTC")
                .caused_by(e)
        })
    }
}
