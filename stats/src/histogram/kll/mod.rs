//! KLL: a sample of the values whose weights double from level to level, with an error in rank that holds for any data.

mod compact;
#[cfg(test)]
mod tests;
mod wire;

use self::compact::{capacities, compact};
use super::layout::Sketch;
use super::ranks::{Coin, merge_sorted, quantiles_of, share_of};
use super::seen::Seen;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::quantile::Quantile;
use crate::series::Dropped;

/// The smallest k.
const MIN_K: u16 = 8;

/// A KLL sketch: any quantile within a share ε of its rank, with 99 % confidence, whatever the data look like.
///
/// About 3k values are kept, 5 kB at k = 200, which is also what it is stored in. A value of level ℓ stands for 2^ℓ; a full level is sorted, every second value goes up, and a coin says
/// which. The rank error is ε = 2.296 / k^0.9723 ([`rank_error`](Self::rank_error)): 1.33 % for k = 200. Where the tail matters
/// (p99.9), a rank error says little: 1.33 % around p99.9 reaches to the maximum. There a layout with relative error is better.
///
/// - Until the first level is full, at k values, all are kept and every answer is exact.
/// - The bound of a quantile is what the sketch says of the ranks ε below and above: a [`Bound::Confidence`](crate::estimate::Bound::Confidence) at 99 %.
/// - The coin is a generator with a seed ([`with_seed`](Self::with_seed)), so the same values in the same order give the same bytes.
///   Another order, or parts that are merged, give another sample with the same guarantee. Seeds of parts that are merged should
///   differ, so that their coins are independent.
/// - Minimum and maximum are exact. Negative values and zero are values like others; −0 is 0. NaN and ±∞ are left out and told by
///   [`Sketch::dropped`].
/// - It is no [`Layout`](super::Layout): there are no bins, and nothing can be taken out.
///
/// ```
/// use sre_stats::estimate::{Bound, Scope};
/// use sre_stats::histogram::{Kll, Sketch};
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let values: Vec<f64> = (0..10_000).map(f64::from).collect();
/// let kll = Kll::from_values(&values, 200)?;
/// let median = kll.quantile(Quantile::MEDIAN, &Scope::untimed(Unit::Millisecond))?;
/// assert!(matches!(median.bound, Bound::Confidence { lower, upper, .. } if lower <= 5000.0 && 5000.0 <= upper));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: Z. Karnin, K. Lang, E. Liberty, “Optimal Quantile Approximation in Streams”, FOCS 2016; the rank error and the byte form
/// are those of Apache `DataSketches`.
#[derive(Clone, Debug, PartialEq)]
pub struct Kll {
    k: u16,
    /// The smallest k that went into it, which the error follows.
    min_k: u16,
    /// Level ℓ holds values of weight 2^ℓ; all but the first are sorted.
    levels: Vec<Vec<f64>>,
    retained: usize,
    /// How many values the levels may hold together.
    capacity: usize,
    seen: Seen,
    coin: Coin,
}

impl Kll {
    /// An empty sketch; `k` sets its size and error.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `k` is below 8.
    pub fn new(k: u16) -> Result<Self> {
        Self::with_seed(k, 0)
    }

    /// An empty sketch whose coin has a seed.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `k` is below 8.
    pub fn with_seed(k: u16, seed: u64) -> Result<Self> {
        if k < MIN_K {
            return Err(Error::argument(format!("a KLL sketch of k = {k} holds too little"))
                .hint("give a whole number from 8 to 65535, such as 200"));
        }
        Ok(Self {
            k,
            min_k: k,
            levels: vec![Vec::new()],
            retained: 0,
            capacity: capacities(k, 1).iter().sum(),
            seen: Seen::new(),
            coin: Coin::new(seed),
        })
    }

    /// The sketch of a slice.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `k` is below 8.
    pub fn from_values(values: &[f64], k: u16) -> Result<Self> {
        let mut sketch = Self::new(k)?;
        sketch.insert_slice(values);
        Ok(sketch)
    }

    /// The size parameter.
    pub fn k(&self) -> u16 {
        self.k
    }

    /// How many values it keeps.
    pub fn retained(&self) -> usize {
        self.retained
    }

    /// How far, as a share of n, the rank of an answer may be off with 99 % confidence; 0 while every value is kept.
    ///
    /// The formula is a fit to simulations by Apache `DataSketches`, for one question asked of a sketch.
    pub fn rank_error(&self) -> f64 {
        if self.is_exact() { 0.0 } else { 2.296 / f64::from(self.min_k).powf(0.9723) }
    }

    fn is_exact(&self) -> bool {
        self.levels.len() == 1
    }

    /// Compacts the lowest full level while more than so many values are kept.
    fn shrink(&mut self, most: usize) {
        while self.retained > most.min(self.capacity) {
            let limits = capacities(self.k, self.levels.len());
            // where as much is kept as all levels may hold, one of them is full
            let full = self.levels.iter().zip(&limits).position(|(level, limit)| level.len() >= *limit);
            let Some(level) = full else { return };
            if level + 1 == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let [lower, upper] = &mut self.levels[level..level + 2] else { return };
            compact(lower, upper, level == 0, &mut self.coin);
            // the first level took all the room that the others had left
            lower.shrink_to(limits.get(level).copied().unwrap_or(0));
            self.measure();
        }
    }

    /// Counts what is kept and what may be.
    fn measure(&mut self) {
        self.retained = self.levels.iter().map(Vec::len).sum();
        self.capacity = capacities(self.k, self.levels.len()).iter().sum();
    }

    fn values(&self) -> impl Iterator<Item = &[f64]> {
        self.levels.iter().map(Vec::as_slice)
    }
}

impl Sketch for Kll {
    fn schema(&self) -> String {
        format!("kll:{}", self.k)
    }

    /// Adds one value `weight` times: once to each level whose bit is in the weight.
    fn insert_weighted(&mut self, value: f64, weight: u64) {
        let Some((value, weight)) = self.seen.admit(value, weight) else { return };
        if weight == 1 {
            if self.retained >= self.capacity {
                self.shrink(self.capacity - 1);
            }
            if let Some(first) = self.levels.first_mut() {
                first.push(value);
                self.retained += 1;
            }
            return;
        }
        for level in (0..64).filter(|level| weight >> level & 1 == 1) {
            while self.levels.len() <= level {
                self.levels.push(Vec::new());
            }
            if let Some(values) = self.levels.get_mut(level) {
                let at = if level == 0 { values.len() } else { values.partition_point(|kept| *kept < value) };
                values.insert(at, value);
            }
        }
        self.measure();
        self.shrink(usize::MAX);
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if self.k != other.k {
            return Err(Error::mismatch(format!("{} and {} have different errors", self.schema(), other.schema()))
                .hint("build both with the same k"));
        }
        self.seen.join(&other.seen)?;
        if other.is_empty() {
            return Ok(());
        }
        if !other.is_exact() {
            self.min_k = self.min_k.min(other.min_k);
        }
        while self.levels.len() < other.levels.len() {
            self.levels.push(Vec::new());
        }
        for (level, (own, more)) in self.levels.iter_mut().zip(&other.levels).enumerate() {
            if level == 0 {
                own.extend(more);
            } else {
                *own = merge_sorted(own, more);
            }
        }
        self.measure();
        self.shrink(usize::MAX);
        Ok(())
    }

    fn count(&self) -> u64 {
        self.seen.total
    }

    fn min(&self) -> Option<f64> {
        self.seen.min()
    }

    fn max(&self) -> Option<f64> {
        self.seen.max()
    }

    fn dropped(&self) -> Dropped {
        self.seen.dropped
    }

    /// Several quantiles: each is the kept value at which the weights reach rank ⌈n·p⌉; the first and the last rank are minimum and
    /// maximum. Exact while every value is kept, else with a 99 % interval from the ranks ⌈n·p⌉ ± n·ε.
    fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        let off = (self.rank_error() * self.count() as f64).ceil() as u64;
        quantiles_of(self, &self.seen, self.values(), quantiles, scope, |_| off)
    }

    /// The share of values below a threshold: exact while every value is kept, else ± ε at 99 %.
    fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        share_of(self, &self.seen, self.values(), threshold, scope, |_| self.rank_error())
    }

    fn memory_bytes(&self) -> usize {
        let values: usize = self.levels.iter().map(|level| level.capacity() * size_of::<f64>()).sum();
        size_of::<Self>() + self.levels.capacity() * size_of::<Vec<f64>>() + values
    }
}
