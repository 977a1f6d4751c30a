//! Means that leave out or pull in the ends of a sample.

use super::moments::sums;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::select::Ranked;
use crate::quantile::usable;

/// Which shares of the samples are cut, from below and from above.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trim {
    /// The share of the smallest samples, from 0 to below 1.
    pub lower: f64,
    /// The share of the largest samples; both shares together are below 1.
    pub upper: f64,
}

impl Trim {
    /// A tenth at each end.
    pub const TENTHS: Self = Self { lower: 0.1, upper: 0.1 };
    /// The largest hundredth, as `TM99` of `CloudWatch`.
    pub const TOP_HUNDREDTH: Self = Self { lower: 0.0, upper: 0.01 };

    /// How many of n samples are cut at each end: whole ones, rounded down.
    fn counts(self, n: usize) -> Result<(usize, usize)> {
        let fits = |share: f64| (0.0..1.0).contains(&share);
        if !(fits(self.lower) && fits(self.upper) && self.lower + self.upper < 1.0) {
            return Err(Error::argument(format!("cutting {} and {} leaves nothing", self.lower, self.upper))
                .hint("give shares from 0 that add up to less than 1"));
        }
        // a product that is whole up to rounding is meant so
        let count = |share: f64| (share * n as f64 * (1.0 + 4.0 * f64::EPSILON)).floor() as usize;
        Ok((count(self.lower), count(self.upper)))
    }
}

/// The trimmed mean: the mean of the samples that are left when ⌊share · n⌋ are cut at each end.
///
/// Robust up to the shares that are cut at that end. With a cut from above only it is the truncated mean of dashboards (`TM99`),
/// which hides the tail by design: no objective on latency should be held against it. Does not merge across windows. NaN and
/// infinities are left out and counted in a caveat.
///
/// ```
/// use sre_stats::describe::{Trim, trimmed_mean};
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let ms = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 1000.0];
/// assert_eq!(trimmed_mean(&ms, Trim::TENTHS, &Scope::untimed(Unit::Millisecond))?.value, 5.5);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without finite samples, [`Argument`](crate::ErrorKind::Argument) where the shares leave
/// nothing.
pub fn trimmed_mean(values: &[f64], trim: Trim, scope: &Scope) -> Result<Estimate> {
    of(values, trim, scope, "trimmed mean", Middle::trimmed)
}

/// The winsorised mean: the mean where the ⌊share · n⌋ samples at each end are replaced by the nearest one that is kept.
///
/// Robust like the [trimmed mean](trimmed_mean), and it varies less where the tails are light. Does not merge.
///
/// ```
/// use sre_stats::describe::{Trim, winsorised_mean};
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let ms = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 1000.0];
/// assert_eq!(winsorised_mean(&ms, Trim::TENTHS, &Scope::untimed(Unit::Millisecond))?.value, 5.5);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`trimmed_mean`].
pub fn winsorised_mean(values: &[f64], trim: Trim, scope: &Scope) -> Result<Estimate> {
    of(values, trim, scope, "winsorised mean", Middle::winsorised)
}

fn of(values: &[f64], trim: Trim, scope: &Scope, name: &str, mean: impl Fn(&Middle) -> f64) -> Result<Estimate> {
    let (samples, dropped) = usable(values);
    if samples.is_empty() {
        return Err(Error::empty("a mean needs at least one sample"));
    }
    let ranks = trim.ranks(samples.len())?;
    let middle = Middle::new(&samples, trim, &Ranked::of(&samples, ranks.to_vec()))?;
    let method = Method::Described(format!("{name}, {} and {} cut", trim.lower, trim.upper));
    let estimate = Estimate::new(mean(&middle), method, samples.len() as u64, scope);
    Ok(if dropped > 0 {
        estimate.with_caveat(format!("{dropped} values that were NaN or infinite are left out"))
    } else {
        estimate
    })
}

impl Trim {
    /// The ranks of the outermost samples that are kept.
    pub(super) fn ranks(self, n: usize) -> Result<[usize; 2]> {
        let (below, above) = self.counts(n)?;
        Ok([below, n - 1 - above])
    }
}

/// The samples between two order statistics.
pub(super) struct Middle {
    n: f64,
    below: f64,
    above: f64,
    low: f64,
    high: f64,
    /// The mean of the samples that are kept.
    mean: f64,
}

impl Middle {
    /// The middle of finite samples, with the order statistics of [`Trim::ranks`] at hand.
    pub(super) fn new(samples: &[f64], trim: Trim, ranked: &Ranked) -> Result<Self> {
        let n = samples.len();
        let (below, above) = trim.counts(n)?;
        let [first, last] = trim.ranks(n)?;
        let (low, high) = (ranked.at(first), ranked.at(last));
        let kept = (n - below - above) as f64;
        let mut middle = Self { n: n as f64, below: below as f64, above: above as f64, low, high, mean: low };
        if low < high {
            // of the samples equal to an end, as many are kept as are not cut
            let [sum, at_low, at_high] = sums(samples, |v| {
                let inside = v > low && v < high;
                [if inside { v - low } else { 0.0 }, f64::from(u8::from(v <= low)), f64::from(u8::from(v >= high))]
            });
            let (kept_low, kept_high) = (at_low - below as f64, at_high - above as f64);
            let near = low + (sum + kept_high * (high - low)) / kept;
            middle.mean = if near.is_finite() {
                near
            } else {
                let [inside] = sums(samples, |v| [if v > low && v < high { v / kept } else { 0.0 }]);
                inside + low * (kept_low / kept) + high * (kept_high / kept)
            };
        }
        Ok(middle)
    }

    pub(super) fn trimmed(&self) -> f64 {
        self.mean
    }

    pub(super) fn winsorised(&self) -> f64 {
        let kept = self.n - self.below - self.above;
        let near = self.low + ((self.mean - self.low) * kept + (self.high - self.low) * self.above) / self.n;
        if near.is_finite() {
            return near;
        }
        let share = |count: f64| count / self.n;
        self.mean * share(kept) + self.low * share(self.below) + self.high * share(self.above)
    }
}
