//! REQ: a sample of the values whose error in rank shrinks towards one end of the data.
//!
//! | file | what |
//! |---|---|
//! | `mod` | the sketch: insertion, merging, answers with their confidence |
//! | `level` | one level and its compaction |
//! | `wire` | the byte form of Apache `DataSketches` |

mod level;
#[cfg(test)]
mod tests;
mod wire;

use self::level::{Level, SECTIONS};
use super::layout::Sketch;
use super::ranks::{Coin, quantiles_of, share_of};
use super::seen::Seen;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::quantile::Quantile;
use crate::series::Dropped;

/// Its intervals, at 99 % of confidence, are so many standard deviations wide on each side.
const DEVIATIONS: f64 = 3.0;
/// The standard deviation of a rank, times k, at one end of the data and as a share of the distance to the other: fits to simulations by
/// Apache `DataSketches`.
const FIXED: f64 = 0.084;
const RELATIVE_SQUARED: f64 = 0.0512 / SECTIONS as f64;

/// The smallest k. `DataSketches` also has 4, where sections cannot shrink and the error grows with n beyond what its formula says: at
/// p99 of 200 000 values 5 times the standard deviation, in its own C++ too.
const LEAST_K: u16 = 6;

/// The end of the data at which a [`Req`] sketch is exact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ReqSide {
    /// High ranks: p99, p99.9 and beyond of latencies.
    #[default]
    High,
    /// Low ranks.
    Low,
}

/// A relative-error quantiles sketch: any quantile within a share of its rank's distance to the end of the data, with confidence,
/// whatever the data look like.
///
/// Near the protected end the error in rank shrinks with the distance to it: the 3k largest values are all kept, so that the highest quantiles
/// are exact, and for k = 12 the rank of p99 is within 3.3 % of the 1 % that lies above it, where [`Kll`](super::Kll) with as much memory is
/// off by as much as that 1 %. It keeps about k·log²(n/k) values, of both signs alike: of 10⁶ values 2000 at k = 12, 16 kB, where a
/// layout with bins takes 10 kB or less.
///
/// - Until anything is compacted, which takes 6k values, every answer is exact. Later a quantile's bound is what the sketch says of the ranks
///   three standard deviations below and above: a [`Bound::Confidence`](crate::estimate::Bound::Confidence) at 99 %.
/// - The coin has a seed ([`with_seed`](Self::with_seed)): the same values in the same order give the same bytes. Another order, or parts
///   that are merged, give another sample with the same guarantee. Seeds of parts that are merged should differ.
/// - A weight goes in bit by bit: once to each level whose bit it has.
/// - Minimum and maximum are exact; −0 is 0. NaN and ±∞ are left out and told by [`Sketch::dropped`].
/// - It is no [`Layout`](super::Layout): there are no bins, and nothing can be taken out. An error in rank says nothing about the error in
///   value; where that is asked, take [`DdSketch`](super::DdSketch).
///
/// ```
/// use sre_stats::estimate::{Bound, Scope};
/// use sre_stats::histogram::{Req, ReqSide, Sketch};
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let values: Vec<f64> = (1..=100_000).map(f64::from).collect();
/// let req = Req::from_values(&values, 12, ReqSide::High)?;
/// let p9999 = req.quantile("p99.99".parse()?, &Scope::untimed(Unit::Millisecond))?;
/// assert_eq!((p9999.value, p9999.bound), (99_990.0, Bound::Exact));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: G. Cormode, Z. Karnin, E. Liberty, J. Thaler, P. Veselý, “Relative Error Streaming Quantiles”, PODS 2021; the sizes of levels,
/// the standard deviations and the byte form are those of Apache `DataSketches`, whose crate has a coin without a seed.
#[derive(Clone, Debug, PartialEq)]
pub struct Req {
    k: u16,
    side: ReqSide,
    /// Level ℓ holds values of weight 2^ℓ.
    levels: Vec<Level>,
    retained: usize,
    /// How many values the levels may hold together.
    capacity: usize,
    seen: Seen,
    coin: Coin,
}

impl Req {
    /// An empty sketch; `k` sets its size and error.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `k` is not an even number from 6 to 1024.
    pub fn new(k: u16, side: ReqSide) -> Result<Self> {
        Self::with_seed(k, side, 0)
    }

    /// An empty sketch whose coin has a seed.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `k` is not an even number from 6 to 1024.
    pub fn with_seed(k: u16, side: ReqSide, seed: u64) -> Result<Self> {
        if !(LEAST_K..=1024).contains(&k) || k % 2 == 1 {
            return Err(Error::argument(format!("{k} is not a size of a REQ sketch"))
                .hint("give an even number from 6 to 1024, such as 12"));
        }
        Ok(Self {
            k,
            side,
            levels: vec![Level::new(k)],
            retained: 0,
            capacity: Level::new(k).capacity(),
            seen: Seen::new(),
            coin: Coin::new(seed),
        })
    }

    /// The sketch of a slice.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where `k` is not an even number from 6 to 1024.
    pub fn from_values(values: &[f64], k: u16, side: ReqSide) -> Result<Self> {
        let mut sketch = Self::new(k, side)?;
        sketch.insert_slice(values);
        Ok(sketch)
    }

    /// The size parameter.
    pub fn k(&self) -> u16 {
        self.k
    }

    /// The end at which it is exact.
    pub fn side(&self) -> ReqSide {
        self.side
    }

    /// How many values it keeps.
    pub fn retained(&self) -> usize {
        self.retained
    }

    /// How far, as a share of n, the rank of an answer may be off with 99 % confidence, where a share `rank` of the values is at or
    /// below it; 0 where the values there are all kept.
    ///
    /// ```
    /// use sre_stats::histogram::{Req, ReqSide};
    /// let values: Vec<f64> = (0..1_000_000).map(f64::from).collect();
    /// let req = Req::from_values(&values, 12, ReqSide::High)?;
    /// assert!(req.rank_error(0.99) < 0.0004 && req.rank_error(0.5) > 0.01);
    /// assert_eq!(req.rank_error(0.99999), 0.0);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn rank_error(&self, rank: f64) -> f64 {
        let distance = match self.side {
            ReqSide::High => 1.0 - rank,
            ReqSide::Low => rank,
        };
        let kept = u64::from(self.k) * u64::from(SECTIONS);
        let total = self.seen.total;
        if self.levels.len() == 1 || total <= kept || distance * total as f64 <= kept as f64 {
            return 0.0;
        }
        DEVIATIONS / f64::from(self.k) * (RELATIVE_SQUARED.sqrt() * distance).min(FIXED)
    }

    fn values(&self) -> impl Iterator<Item = &[f64]> {
        self.levels.iter().map(|level| level.values.as_slice())
    }

    /// Counts what is kept and what may be.
    fn measure(&mut self) {
        self.retained = self.values().map(<[f64]>::len).sum();
        self.capacity = self.levels.iter().map(Level::capacity).sum();
    }

    /// Compacts every level that is full, from the lowest, where as many values are kept as all may hold.
    fn shrink(&mut self) {
        self.measure();
        if self.retained < self.capacity {
            return;
        }
        for level in 0.. {
            let Some(full) = self.levels.get_mut(level) else { break };
            if full.values.len() < full.capacity() {
                continue;
            }
            let promoted = full.compact(self.side, &mut self.coin);
            if level + 1 == self.levels.len() {
                self.levels.push(Level::new(self.k));
            }
            if let Some(next) = self.levels.get_mut(level + 1) {
                next.add_sorted(&promoted);
            }
        }
        self.measure();
    }
}

impl Sketch for Req {
    fn schema(&self) -> String {
        match self.side {
            ReqSide::High => format!("req:{}", self.k),
            ReqSide::Low => format!("req:{}:low", self.k),
        }
    }

    fn insert_weighted(&mut self, value: f64, weight: u64) {
        let Some((value, weight)) = self.seen.admit(value, weight) else { return };
        if weight == 1 {
            if let Some(Level { values, .. }) = self.levels.first_mut() {
                values.push(value);
            }
            self.retained += 1;
            if self.retained >= self.capacity {
                self.shrink();
            }
            return;
        }
        for level in (0..64).filter(|level| weight >> level & 1 == 1) {
            while self.levels.len() <= level {
                self.levels.push(Level::new(self.k));
            }
            if let Some(Level { values, .. }) = self.levels.get_mut(level) {
                let at = if level == 0 { values.len() } else { values.partition_point(|kept| *kept < value) };
                values.insert(at, value);
            }
        }
        self.shrink();
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        if (self.k, self.side) != (other.k, other.side) {
            return Err(Error::mismatch(format!("{} and {} have different errors", self.schema(), other.schema()))
                .hint("build both with the same k and the same side"));
        }
        self.seen.join(&other.seen)?;
        while self.levels.len() < other.levels.len() {
            self.levels.push(Level::new(self.k));
        }
        for (own, more) in self.levels.iter_mut().zip(&other.levels) {
            own.merge(more);
        }
        self.shrink();
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
    /// maximum. Exact where every value around is kept, else with a 99 % interval.
    fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        let n = self.count() as f64;
        quantiles_of(self, &self.seen, self.values(), quantiles, scope, |rank| {
            // the value itself is one of those at its rank, hence the 1
            let share = match self.side {
                ReqSide::High => (rank - 1) as f64 / n,
                ReqSide::Low => rank as f64 / n,
            };
            (self.rank_error(share) * n).ceil() as u64
        })
    }

    /// The share of values below a threshold: exact where every value around is kept, else with a 99 % interval.
    fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        // the error follows the true share, which may itself be off by as much
        let wider = 1.0 - DEVIATIONS * RELATIVE_SQUARED.sqrt() / f64::from(self.k);
        share_of(self, &self.seen, self.values(), threshold, scope, |share| self.rank_error(share) / wider)
    }

    fn memory_bytes(&self) -> usize {
        let values: usize = self.levels.iter().map(|level| level.values.capacity() * size_of::<f64>()).sum();
        size_of::<Self>() + self.levels.capacity() * size_of::<Level>() + values
    }
}
