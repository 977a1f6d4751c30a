//! The buckets of kernel tracers: powers of two (`bpftrace` `hist`, `dtrace` `quantize`) and equal steps (`bpftrace` `lhist`).

mod buckets;
#[cfg(test)]
mod tests;
mod text;

pub use self::buckets::TracerBuckets;
pub use self::text::{NamedHistogram, parse_bpftrace, parse_dtrace};

use super::binned::{Binned, Within};
use super::layout::{Bin, Layout, Sketch};
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::series::Dropped;
use serde::de::Error as _;
use std::sync::Arc;

/// A histogram with the buckets of a kernel tracer: what `bpftrace` and `dtrace` print as text, with the interval that each line
/// stands for.
///
/// Buckets of powers of two are `[2ⁱ, 2ⁱ⁺¹)`: a quantile is known within a factor of 2, which is what its bound says; the value given
/// is within 1/3 of the sample. Tracers count whole numbers; a real value belongs to the bucket whose interval it lies in, so the
/// bucket that they write `[1]` is `[1, 2)`.
///
/// - Each of [`TracerBuckets`] says what it does with zero and negative values. Values beyond the last bucket are counted in it, and its
///   interval reaches to the largest of them.
/// - NaN and ±∞ are left out and told by [`Sketch::dropped`].
/// - Text holds counts alone: minimum and maximum are not known of what was parsed, nor a total from which counts were lost in the
///   kernel.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::histogram::{Sketch, parse_bpftrace};
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let text = "@us:\n[2, 4)   3 |@@@   |\n[1K, 2K)   6 |@@@@@@|\n";
/// let histogram = &parse_bpftrace(text)?[0].histogram;
/// let p90 = histogram.quantile(Quantile::P90, &Scope::untimed(Unit::Microsecond))?;
/// assert_eq!(p90.interval(), Some((1024.0, 2048.0)));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: the manuals of `bpftrace` (`hist`, `lhist`) and `dtrace` (`quantize`), and the text that both print.
#[derive(Clone, Debug, PartialEq)]
pub struct PowersOfTwo {
    buckets: TracerBuckets,
    counts: Vec<u64>,
    total: u64,
    /// No value is below; +∞ while empty.
    low: f64,
    /// No value is above; −∞ while empty.
    high: f64,
    /// Whether `low` and `high` are values that were inserted.
    exact: bool,
    dropped: Dropped,
}

impl PowersOfTwo {
    /// An empty histogram.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where linear buckets have no step, do not divide their range, or are more than 1000.
    pub fn new(buckets: TracerBuckets) -> Result<Self> {
        buckets.check()?;
        Ok(Self {
            buckets,
            counts: vec![0; buckets.len()],
            total: 0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            exact: true,
            dropped: Dropped::default(),
        })
    }

    /// The histogram of a slice.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_values(values: &[f64], buckets: TracerBuckets) -> Result<Self> {
        let mut histogram = Self::new(buckets)?;
        histogram.insert_slice(values);
        Ok(histogram)
    }

    /// Its buckets.
    pub fn buckets(&self) -> TracerBuckets {
        self.buckets
    }

    /// Counts of the buckets without knowing the values; `None` where they add up to more than 2⁶⁴ − 1.
    fn from_counts(buckets: TracerBuckets, counts: Vec<u64>) -> Option<Self> {
        let total = counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count))?;
        let (low, high) =
            if total > 0 { (f64::NEG_INFINITY, f64::INFINITY) } else { (f64::INFINITY, f64::NEG_INFINITY) };
        Some(Self { buckets, counts, total, low, high, exact: total == 0, dropped: Dropped::default() })
    }

    fn agree(&self, other: &Self) -> Result<()> {
        if self.buckets == other.buckets {
            return Ok(());
        }
        Err(Error::mismatch(format!("{} and {} have different buckets", self.schema(), other.schema()))
            .hint("record both with the same function and the same range"))
    }
}

impl Sketch for PowersOfTwo {
    fn schema(&self) -> String {
        self.buckets.to_string()
    }

    fn insert_weighted(&mut self, value: f64, weight: u64) {
        if self.dropped.takes(value, weight) {
            return;
        }
        let weight = weight.min(u64::MAX - self.total);
        if let Some(counter) = self.counts.get_mut(self.buckets.index(value)).filter(|_| weight > 0) {
            *counter += weight;
            self.total += weight;
            self.low = self.low.min(value) + 0.0;
            self.high = self.high.max(value) + 0.0;
        }
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.agree(other)?;
        let total = self.total.checked_add(other.total);
        self.total = total.ok_or_else(|| Error::mismatch("together they hold more than 2⁶⁴ − 1 values"))?;
        for (own, more) in self.counts.iter_mut().zip(&other.counts) {
            *own += more;
        }
        self.dropped.add(other.dropped);
        self.exact = self.exact && other.exact;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        Ok(())
    }

    fn count(&self) -> u64 {
        self.total
    }

    fn min(&self) -> Option<f64> {
        (self.exact && self.total > 0).then_some(self.low)
    }

    fn max(&self) -> Option<f64> {
        (self.exact && self.total > 0).then_some(self.high)
    }

    fn dropped(&self) -> Dropped {
        self.dropped
    }

    fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        self.binned().quantiles(quantiles, scope)
    }

    fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        self.binned().share_below(threshold, scope)
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.counts.capacity() * size_of::<u64>()
    }
}

impl Layout for PowersOfTwo {
    fn bins(&self) -> Vec<Bin> {
        let bin = |(index, count): (usize, &u64)| {
            let (lower, upper, closed) = self.buckets.interval(index);
            // the last bucket of a side holds all that is beyond it
            let beyond = index + 1 == self.counts.len() && self.high.is_finite() && self.high >= upper;
            let upper = if beyond { self.high.next_up() } else { upper };
            let beyond = index == 0 && self.low.is_finite() && self.low <= lower;
            let lower = if beyond { self.low.next_down() } else { lower };
            Bin::new(lower, upper, closed, *count)
        };
        self.counts.iter().enumerate().filter(|(_, count)| **count > 0).map(bin).collect()
    }

    fn subtract(&mut self, other: &Self) -> Result<()> {
        self.agree(other)?;
        let rest: Option<Vec<u64>> =
            self.counts.iter().zip(&other.counts).map(|(own, less)| own.checked_sub(*less)).collect();
        let rest = rest.ok_or_else(|| {
            Error::mismatch("a bucket holds fewer values than are to be taken out")
                .hint("subtract the earlier snapshot of the same counter from the later one")
        })?;
        self.counts = rest;
        self.total -= other.total;
        self.dropped.take_out(other.dropped);
        self.exact = self.exact && other.total == 0;
        if self.total == 0 {
            (self.low, self.high, self.exact) = (f64::INFINITY, f64::NEG_INFINITY, true);
        }
        Ok(())
    }

    fn within(&self) -> Within {
        if matches!(self.buckets, TracerBuckets::Linear { .. }) { Within::Middle } else { Within::Harmonic }
    }

    fn binned(&self) -> Arc<Binned> {
        let binned = Binned::new(self.bins(), Method::Described(self.schema()), self.within())
            .with_limits(self.low, self.high)
            .with_extremes(self.min(), self.max())
            .with_dropped(self.dropped);
        Arc::new(binned)
    }
}

/// What of a histogram is kept: its buckets, and of those that hold something the place and the count.
#[derive(serde::Serialize, serde::Deserialize)]
struct Stored {
    buckets: TracerBuckets,
    counts: Vec<(usize, u64)>,
}

impl serde::Serialize for PowersOfTwo {
    /// As `{"buckets": "hist", "counts": [[2, 5], [3, 1]]}`: the counts by their place among the buckets.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let counts = self.counts.iter().copied().enumerate().filter(|(_, count)| *count > 0).collect();
        Stored { buckets: self.buckets, counts }.serialize(serializer)
    }
}

impl<'de> serde::Deserialize<'de> for PowersOfTwo {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let Stored { buckets, counts: filled } = Stored::deserialize(deserializer)?;
        buckets.check().map_err(D::Error::custom)?;
        let mut counts = vec![0_u64; buckets.len()];
        for (at, count) in filled {
            let no_bucket = || D::Error::custom(format!("bucket {at} of {} is none", buckets.len()));
            let cell = counts.get_mut(at).ok_or_else(no_bucket)?;
            *cell = cell.saturating_add(count);
        }
        Self::from_counts(buckets, counts).ok_or_else(|| D::Error::custom("the counts add up to more than 2⁶⁴ − 1"))
    }
}
