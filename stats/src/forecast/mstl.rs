//! MSTL: several seasons, one STL after the other.

use super::stl::{StlOptions, stl};
use crate::error::{Error, Result};

/// What [`mstl`] makes of a column: columns that add up to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mstl {
    /// The seasons, each with its samples, shortest first.
    pub seasonal: Vec<(usize, Vec<f64>)>,
    /// The trend.
    pub trend: Vec<f64>,
    /// What is left; NaN where the value was missing.
    pub remainder: Vec<f64>,
    /// The weight of each value, from 0 to 1; 0 where it was missing.
    pub weights: Vec<f64>,
}

/// Decomposes evenly spaced values into several seasons, trend and remainder; NaN marks a value that is missing.
///
/// Seasons are taken out from the shortest to the longest, twice over where there are several, each by [`stl`] with a seasonal
/// smoother over 11, 15, 19, … seasons: the procedure and defaults of the authors and of statsmodels, without their Box–Cox
/// transform.
///
/// Not for seasons that drift in length, nor for less than two of the longest one; an amplitude that grows with the level asks for
/// logarithms first.
///
/// Source: K. Bandara, R. J. Hyndman, C. Bergmeir, *MSTL: a seasonal-trend decomposition algorithm for time series with multiple
/// seasonal patterns*, International Journal of Operational Research 52 (2025), arXiv 2107.13462.
///
/// ```
/// use sre_stats::forecast::mstl;
/// let values: Vec<f64> = (0..120).map(|i| f64::from(i % 4) + 2.0 * f64::from(i % 12 / 4) + 0.1 * f64::from(i)).collect();
/// let parts = mstl(&values, &[12, 4], false)?;
/// assert_eq!(parts.seasonal.iter().map(|s| s.0).collect::<Vec<_>>(), [4, 12]);
/// assert!(parts.remainder.iter().all(|r| r.abs() < 0.05));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`stl`], and without a season.
pub fn mstl(values: &[f64], periods: &[usize], robust: bool) -> Result<Mstl> {
    let mut periods = periods.to_vec();
    periods.sort_unstable();
    periods.dedup();
    if periods.is_empty() {
        return Err(Error::argument("no season is given").hint("name at least one period in samples"));
    }
    let rounds = if periods.len() == 1 { 1 } else { 2 };
    let n = values.len();
    let mut seasonal: Vec<(usize, Vec<f64>)> = periods.iter().map(|p| (*p, vec![0.0; n])).collect();
    let mut rest = values.to_vec();
    let mut last = None;
    for _ in 0..rounds {
        for (number, (period, season)) in seasonal.iter_mut().enumerate() {
            rest.iter_mut().zip(&*season).for_each(|(r, s)| *r += s);
            let options = StlOptions { period: *period, seasonal: 11 + 4 * number, trend: None, robust };
            let found = stl(&rest, &options)?;
            *season = found.seasonal;
            rest.iter_mut().zip(&*season).for_each(|(r, s)| *r -= s);
            last = Some((found.trend, found.weights));
        }
    }
    let Some((trend, weights)) = last else { return Err(Error::argument("no season is given")) };
    let remainder = rest.iter().zip(&trend).map(|(r, t)| r - t).collect();
    Ok(Mstl { seasonal, trend, remainder, weights })
}
