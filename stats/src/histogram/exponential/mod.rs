//! Exponential buckets, base 2^(2^−schema): the layout of Prometheus native histograms and of OpenTelemetry.
//!
//! | file | what |
//! |---|---|
//! | `mod` | the histogram: insertion, counts, the traits |
//! | `edges` | from a value to its bucket and back, exactly |
//! | `merge` | merging and subtracting, with unlike schemas and zero buckets |
//! | `native` | to and from Prometheus' spans and deltas |
//! | `api` | the Prometheus JSON API |
//! | `otlp` | OpenTelemetry's JSON and protobuf |
//! | `interpolate` | the quantile that Prometheus prints |

mod api;
mod coded;
pub(super) mod edges;
mod interpolate;
mod merge;
mod native;
mod otlp;

use std::sync::Arc;

use super::binned::Binned;
use super::cache::Cache;
use super::convert::Target;
use super::layout::{Bin, Closed, Layout, Sketch};
use super::moments::recorded;
use super::run::Run;
use super::tally::{CHUNK, Extent, LONG, Tally};
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::series::Dropped;
use edges::{COARSEST, FINEST};

/// A histogram of exponential buckets.
///
/// Bucket i of schema s holds the values of `(2^((i−1)·2^−s), 2^(i·2^−s)]`, so that 2^s buckets double the value; negative values
/// have the same buckets mirrored, and the zero bucket holds `[−t, t]` with the zero threshold t. The value given for a quantile is
/// the harmonic middle of its bucket, within (r−1)/(r+1) of the sample of that rank with r = 2^(2^−s):
///
/// | schema | −4 … −1 | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 |
/// |---|---|---|---|---|---|---|---|---|---|---|
/// | relative error | ≥ 60 % | 33 % | 17.2 % | 8.6 % | 4.3 % | 2.2 % | 1.1 % | 0.54 % | 0.27 % | 0.14 % |
///
/// - Every f64 falls into the bucket that exact arithmetic gives it. The edges in `client_golang` are products of rounded factors
///   and lie some ulp beside these; a value between the two edges is counted in the neighbouring bucket there.
/// - NaN and ±∞ are left out and counted in [`dropped`](Sketch::dropped). Prometheus counts NaN in the total and ±∞ in a bucket
///   beyond the last.
/// - All counts are integers: the same values give the same histogram in any order and partition.
/// - The sum of the values is that of the form it was read from, or what [`with_sum`](Self::with_sum) was given; inserting a value
///   forgets it, since a float sum depends on its order.
/// - Merging takes the coarser schema and the larger zero bucket, as both specifications say. It is associative among equal schemas
///   or among equal zero thresholds; where both differ, the order can decide how far the zero bucket reaches.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::histogram::{Exponential, Sketch};
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let mut fine = Exponential::new(5)?;
/// fine.insert_slice(&[0.120, 0.125, 0.180]);
/// let mut coarse = Exponential::new(0)?;
/// coarse.insert(3.0);
/// fine.merge(&coarse)?;
/// assert_eq!((fine.resolution(), fine.count()), (0, 4));
/// let p99 = fine.quantile(Quantile::MEDIAN, &Scope::untimed(Unit::Second))?;
/// assert_eq!(p99.interval(), Some((0.12, 0.125)));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Sources: Prometheus, [*Native Histograms*](https://prometheus.io/docs/specs/native_histograms/); OpenTelemetry, [*Metrics Data
/// Model*](https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram).
#[derive(Clone, Debug, PartialEq)]
pub struct Exponential {
    schema: i32,
    threshold: f64,
    zero: u64,
    positive: Run,
    negative: Run,
    total: u64,
    /// The smallest value, +∞ while empty; −∞ where it is not known.
    low: f64,
    /// The largest value, −∞ while empty; +∞ where it is not known.
    high: f64,
    /// The sum of the values, where it is known.
    sum: Option<f64>,
    dropped: Dropped,
    cache: Cache,
}

impl Exponential {
    /// The zero threshold of Prometheus' clients, 2⁻¹²⁸, which is an edge in every schema.
    pub const ZERO_THRESHOLD: f64 = f64::from_bits((1023 - 128) << 52);

    /// An empty histogram of a schema from −4 to 8, with [`ZERO_THRESHOLD`](Self::ZERO_THRESHOLD).
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) outside that range.
    pub fn new(schema: i32) -> Result<Self> {
        Self::with_threshold(schema, Self::ZERO_THRESHOLD)
    }

    /// An empty histogram of a schema from −4 to 8 whose zero bucket holds the magnitudes up to `threshold`.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) outside that range, and where the threshold is not a finite number from 0.
    pub fn with_threshold(schema: i32, threshold: f64) -> Result<Self> {
        if !(COARSEST..=FINEST).contains(&schema) {
            return Err(Error::argument(format!("{schema} is not a schema of exponential buckets"))
                .hint("give a whole number from −4 (coarse) to 8 (fine); 5 has 1.1 % of relative error"));
        }
        if !(threshold.is_finite() && threshold >= 0.0) {
            return Err(Error::argument(format!("{threshold} is not a zero threshold"))
                .hint("give 0 or the largest magnitude that counts as zero"));
        }
        Ok(Self {
            schema,
            threshold: threshold + 0.0,
            zero: 0,
            positive: Run::default(),
            negative: Run::default(),
            total: 0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            sum: Some(0.0),
            dropped: Dropped::default(),
            cache: Cache::default(),
        })
    }

    /// The histogram of a slice.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn from_values(schema: i32, values: &[f64]) -> Result<Self> {
        let mut histogram = Self::new(schema)?;
        histogram.insert_slice(values);
        Ok(histogram)
    }

    /// The same histogram with the sum of its values, as the caller has added it up; wire forms of Prometheus need it. NaN is no sum:
    /// it is not known then.
    #[must_use]
    pub fn with_sum(mut self, sum: f64) -> Self {
        self.sum = Some(sum).filter(|sum| !sum.is_nan());
        self
    }

    /// The schema: 2^schema buckets double the value.
    pub fn resolution(&self) -> i32 {
        self.schema
    }

    /// The largest magnitude that the zero bucket holds.
    pub fn zero_threshold(&self) -> f64 {
        self.threshold
    }

    /// How many values the zero bucket holds.
    pub fn zero_count(&self) -> u64 {
        self.zero
    }

    /// The sum of the values as the wire form or [`with_sum`](Self::with_sum) gave it; `None` after values were inserted.
    pub fn recorded_sum(&self) -> Option<f64> {
        self.sum
    }

    /// The upper edge of bucket i in a schema, 2^(i·2^−schema), rounded down to an f64; the largest f64 from 2¹⁰²⁴ on.
    ///
    /// ```
    /// use sre_stats::histogram::Exponential;
    /// assert_eq!(Exponential::upper_edge(0, 3), 8.0);
    /// // the nearest f64 to √2 is above it
    /// assert_eq!(Exponential::upper_edge(1, 1), 2_f64.sqrt().next_down());
    /// ```
    pub fn upper_edge(schema: i32, bucket: i32) -> f64 {
        edges::upper(bucket, schema.clamp(COARSEST, FINEST))
    }

    /// Notes values that were counted.
    fn widen(&mut self, low: f64, high: f64) {
        // adding +0 makes −0 a +0, so that the extremes do not depend on the order of zeros
        self.low = self.low.min(low) + 0.0;
        self.high = self.high.max(high) + 0.0;
        self.sum = None;
    }

    /// The counter of a finite value.
    fn counter(&mut self, value: f64) -> &mut u64 {
        if value.abs() <= self.threshold {
            return &mut self.zero;
        }
        let side = if value < 0.0 { &mut self.negative } else { &mut self.positive };
        side.get_mut(edges::bucket(value.abs(), self.schema))
    }

    /// Counts a long slice with the counters of one schema.
    fn fill<const CELL: u32, const NUMBER: u32, const CELLS: usize, const SLOTS: usize>(&mut self, values: &[f64]) {
        let fine = NUMBER.abs_diff(52);
        let Some(table) = edges::table(fine).first_chunk::<CELLS>() else { return };
        let steps = (fine as i32 - self.schema) as u32;
        let bucket = |number: usize| edges::coarser(edges::bucket_of(number as u64, fine), steps);
        let mut tally = Tally::<SLOTS>::new();
        let least = self.threshold.next_up().max(f64::MIN_POSITIVE);
        let mut chunks = values.chunks(CHUNK).peekable();
        while let Some(chunk) = chunks.next() {
            let extent = Extent::of(chunk);
            let finite = extent.whole && extent.low > f64::NEG_INFINITY && extent.high < f64::INFINITY;
            let countable = finite && u64::MAX - self.total >= chunk.len() as u64;
            let short = countable && extent.low >= least;
            let number = |value: f64| edges::number(table, fine, value) as usize;
            // numbers of values beyond the table are never asked for
            let ends = short.then(|| (number(extent.low), number(extent.high)));
            let mut room = |(first, last): (usize, usize)| {
                tally.admits(first, last, |number, count| *self.positive.get_mut(bucket(number)) += count)
            };
            if let Some((first, last)) = ends.filter(|ends| room(*ends)) {
                if first == last {
                    tally.count_same(first, chunk.len());
                } else {
                    tally.count::<CELL, NUMBER, CELLS>(table, 0, chunk, chunks.peek().copied().unwrap_or_default());
                }
                self.total += chunk.len() as u64;
                self.widen(extent.low, extent.high);
            } else if countable {
                for value in chunk {
                    *self.counter(*value) += 1;
                }
                self.total += chunk.len() as u64;
                self.widen(extent.low, extent.high);
            } else {
                for value in chunk {
                    self.insert_weighted(*value, 1);
                }
            }
        }
        tally.empty(|number, count| *self.positive.get_mut(bucket(number)) += count);
    }

    /// The buckets that hold something, ascending: side and bucket, with `None` for the zero bucket.
    fn filled(&self) -> impl Iterator<Item = (Place, u64)> + '_ {
        let negative = self.negative.filled().rev().map(|(bucket, count)| (Place::Negative(bucket), count));
        let zero = (self.zero > 0).then_some((Place::Zero, self.zero));
        let positive = self.positive.filled().map(|(bucket, count)| (Place::Positive(bucket), count));
        negative.chain(zero).chain(positive)
    }

    /// A bucket as a bin; the zero bucket takes its part of the buckets beside it.
    fn bin(&self, place: Place, count: u64) -> Bin {
        let ends = |bucket| {
            let upper = edges::upper(bucket, self.schema);
            (edges::lower(bucket, self.schema).max(self.threshold).min(upper), upper)
        };
        match place {
            Place::Zero => Bin::new(-self.threshold, self.threshold, Closed::Both, count),
            Place::Positive(bucket) => {
                let (lower, upper) = ends(bucket);
                Bin::new(lower, upper, Closed::Upper, count)
            }
            Place::Negative(bucket) => {
                let (inner, outer) = ends(bucket);
                Bin::new(-outer, -inner, Closed::Lower, count)
            }
        }
    }
}

/// The schemas by name, from the coarsest.
const NAMES: [&str; (FINEST - COARSEST + 1) as usize] = [
    "exp:-4", "exp:-3", "exp:-2", "exp:-1", "exp:0", "exp:1", "exp:2", "exp:3", "exp:4", "exp:5", "exp:6", "exp:7",
    "exp:8",
];

/// A bucket of any kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Negative(i32),
    Zero,
    Positive(i32),
}

impl Sketch for Exponential {
    fn schema(&self) -> String {
        format!("exp:{}", self.schema)
    }

    fn insert_weighted(&mut self, value: f64, weight: u64) {
        self.cache.forget();
        if self.dropped.takes(value, weight) {
            return;
        }
        let weight = weight.min(u64::MAX - self.total);
        if weight > 0 {
            self.widen(value, value);
            self.total += weight;
            *self.counter(value) += weight;
        }
    }

    fn insert_slice(&mut self, values: &[f64]) {
        self.cache.forget();
        if values.len() < LONG {
            for value in values {
                self.insert_weighted(*value, 1);
            }
            return;
        }
        // 32 octaves of counters
        match self.schema {
            ..=0 => self.fill::<51, 52, 2, 32>(values),
            1 => self.fill::<50, 51, 4, 64>(values),
            2 => self.fill::<49, 50, 8, 128>(values),
            3 => self.fill::<48, 49, 16, 256>(values),
            4 => self.fill::<47, 48, 32, 512>(values),
            5 => self.fill::<46, 47, 64, 1024>(values),
            6 => self.fill::<45, 46, 128, 2048>(values),
            7 => self.fill::<44, 45, 256, 4096>(values),
            _ => self.fill::<43, 44, 512, 8192>(values),
        }
    }

    fn merge(&mut self, other: &Self) -> Result<()> {
        self.take_in(other);
        Ok(())
    }

    fn count(&self) -> u64 {
        self.total
    }

    fn min(&self) -> Option<f64> {
        self.low.is_finite().then_some(self.low)
    }

    fn max(&self) -> Option<f64> {
        self.high.is_finite().then_some(self.high)
    }

    fn dropped(&self) -> Dropped {
        self.dropped
    }

    fn quantiles(&self, quantiles: &[Quantile], scope: &Scope) -> Result<Vec<Estimate>> {
        self.binned().quantiles(quantiles, scope)
    }

    fn quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate> {
        self.binned().quantile(quantile, scope)
    }

    fn share_below(&self, threshold: f64, scope: &Scope) -> Result<Estimate> {
        self.binned().share_below(threshold, scope)
    }

    fn memory_bytes(&self) -> usize {
        size_of::<Self>() + self.positive.bytes() + self.negative.bytes()
    }
}

impl Layout for Exponential {
    fn bins(&self) -> Vec<Bin> {
        self.filled().map(|(place, count)| self.bin(place, count)).collect()
    }

    fn subtract(&mut self, other: &Self) -> Result<()> {
        self.take_out(other)
    }

    fn binned(&self) -> Arc<Binned> {
        // a name that need not be allocated with every answer
        let name = usize::try_from(self.schema - COARSEST).ok().and_then(|i| NAMES.get(i)).copied().unwrap_or("exp");
        self.cache.get(|| {
            Binned::new(self.bins(), Method::Named(name), self.within())
                .with_extremes(self.min(), self.max())
                .with_dropped(self.dropped)
        })
    }

    fn sum(&self, scope: &Scope) -> Result<Estimate> {
        Ok(recorded(self.binned().sum(scope)?, self.sum))
    }

    fn mean(&self, scope: &Scope) -> Result<Estimate> {
        Ok(recorded(self.binned().mean(scope)?, self.sum.map(|sum| sum / self.total as f64)))
    }
}

impl Target for Exponential {
    fn set_extremes(&mut self, min: Option<f64>, max: Option<f64>) {
        if self.total > 0 {
            self.cache.forget();
            self.low = min.unwrap_or(f64::NEG_INFINITY);
            self.high = max.unwrap_or(f64::INFINITY);
        }
    }
}
