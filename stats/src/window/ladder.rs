//! The widths that an analysis walks through.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, Result};
use crate::time::Span;

/// Widths of buckets, increasing, each once, all more than 0.
///
/// The default has 27 widths from one second to one day, every one a divisor of the day, so that slices of phase 0 begin
/// anew at midnight UTC.
///
/// ```
/// use sre_stats::window::Ladder;
/// assert_eq!(Ladder::default().widths().len(), 27);
/// assert_eq!("5m, 1m".parse::<Ladder>()?.to_string(), "1m,5m");
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder(Vec<Span>);

impl Ladder {
    /// A ladder of the given widths, sorted, repetitions left out.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without a width, [`Argument`](crate::ErrorKind::Argument) on one that is not more than 0.
    pub fn new(widths: &[Span]) -> Result<Self> {
        if widths.is_empty() {
            return Err(Error::empty("a ladder needs at least one width").hint("give widths such as 1m,5m"));
        }
        if let Some(width) = widths.iter().find(|w| w.0 <= 0) {
            return Err(Error::argument(format!("a bucket needs a width of more than 0, not {width}")));
        }
        let mut widths = widths.to_vec();
        widths.sort_unstable();
        widths.dedup();
        Ok(Self(widths))
    }

    /// The widths, increasing.
    pub fn widths(&self) -> &[Span] {
        &self.0
    }
}

impl Default for Ladder {
    fn default() -> Self {
        const SECONDS: [i64; 8] = [1, 2, 3, 5, 10, 15, 20, 30];
        const MINUTES: [i64; 11] = [1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30];
        const HOURS: [i64; 8] = [1, 2, 3, 4, 6, 8, 12, 24];
        let seconds = SECONDS.into_iter().chain(MINUTES.map(|m| m * 60)).chain(HOURS.map(|h| h * 3600));
        Self(seconds.map(Span::from_secs).collect())
    }
}

impl fmt::Display for Ladder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, width) in self.0.iter().enumerate() {
            let text = width.to_string().replace(' ', "");
            write!(f, "{}{text}", if i == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl FromStr for Ladder {
    type Err = Error;
    /// Reads widths separated by commas: `1m,5m,1h`.
    fn from_str(text: &str) -> Result<Self> {
        let widths = text.split(',').map(str::parse).collect::<Result<Vec<Span>>>()?;
        Self::new(&widths)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_default_goes_from_a_second_to_a_day_in_divisors_of_the_day() {
        let ladder = Ladder::default();
        assert_eq!(ladder.widths().len(), 27);
        assert_eq!((ladder.widths()[0], ladder.widths()[26]), (Span::SECOND, Span::DAY));
        assert!(ladder.widths().is_sorted_by(|a, b| a < b));
        assert!(ladder.widths().iter().all(|w| Span::DAY.0 % w.0 == 0));
        assert_eq!(ladder.to_string().parse::<Ladder>().unwrap(), ladder);
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "1m,,5m", "0", "1m,x", "-1m"] {
            assert!(bad.parse::<Ladder>().is_err(), "{bad}");
        }
    }
}
