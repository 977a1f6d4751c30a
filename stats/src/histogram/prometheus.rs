//! The quantile that Prometheus prints, step by step as its `histogram_quantile` computes it.

use super::layout::{Closed, nothing};
use super::native::{CUSTOM_BUCKETS, FloatBucket, NativeHistogram};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;

/// What its numbers are called.
pub(super) const METHOD: Method = Method::Named("prometheus histogram_quantile");

/// Relative differences of cumulative counts that Prometheus takes for rounding.
const SMALL_DELTA: f64 = 1e-12;

/// A quantile of classic buckets, as Prometheus' `histogram_quantile` gives it, with the interval that the buckets guarantee.
///
/// `buckets` are upper edges (`le`) with cumulative counts, in any order, with +∞ among them; counts may be real, such as rates.
/// Edges that come twice are added up. A count that falls below an earlier one, or differs from it by less than a relative 10⁻¹², is
/// taken to equal it, as Prometheus does; the first is told in a caveat. The value is interpolated linearly in its bucket; the
/// lowest bucket begins at 0 where its upper edge is positive, else the edge itself is the value; the highest bucket's value is
/// its *lower* edge. The bound is the whole bucket: [−∞, edge] for the lowest, [edge, ∞] for the highest. n is the count of the
/// highest bucket, rounded.
///
/// Source: `BucketQuantile` in `promql/quantile.go`, Prometheus 3.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without any count, [`Argument`](crate::ErrorKind::Argument) where Prometheus would print NaN:
/// no bucket at +∞, fewer than two, p0 where the lowest bucket is empty and ends above 0; and on a count that is not a finite
/// number from 0.
///
/// ```
/// use sre_stats::estimate::Scope;
/// use sre_stats::histogram::classic_quantile;
/// use sre_stats::quantile::Quantile;
/// use sre_stats::unit::Unit;
/// let buckets = [(0.1, 80.0), (0.5, 95.0), (f64::INFINITY, 100.0)];
/// let p90 = classic_quantile(&buckets, Quantile::P90, &Scope::untimed(Unit::Second))?;
/// assert!((p90.value - (0.1 + 0.4 * 10.0 / 15.0)).abs() < 1e-15);
/// assert_eq!(p90.interval(), Some((0.1, 0.5)));
/// # Ok::<(), sre_stats::Error>(())
/// ```
pub fn classic_quantile(buckets: &[(f64, f64)], quantile: Quantile, scope: &Scope) -> Result<Estimate> {
    let mut sorted = buckets.to_vec();
    if let Some((edge, count)) =
        sorted.iter().find(|(edge, count)| edge.is_nan() || !(count.is_finite() && *count >= 0.0))
    {
        return Err(Error::argument(format!("a bucket at le = {edge} with a count of {count} is not one"))
            .hint("edges are numbers, counts finite numbers from 0"));
    }
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut sorted = coalesced(&sorted);
    if sorted.last().is_none_or(|(edge, _)| *edge != f64::INFINITY) {
        return Err(
            Error::argument("there is no bucket at le = +Inf").hint("keep the label le=\"+Inf\" when summing buckets")
        );
    }
    let forced = make_monotonic(&mut sorted);
    let count = sorted.last().map_or(0.0, |(_, count)| *count);
    if sorted.len() < 2 {
        return Err(Error::argument("one bucket alone divides nothing").hint("give at least one bucket below +Inf"));
    }
    if count == 0.0 {
        return Err(nothing());
    }
    let (value, lower, upper) = in_classic(&sorted, quantile.p(), count);
    if value.is_nan() {
        return Err(no_number());
    }
    let estimate =
        Estimate::new(value, METHOD, count.round() as u64, scope).with_bound(Bound::Guaranteed { lower, upper });
    Ok(if forced {
        estimate.with_caveat("cumulative counts that fall were raised to the count before them")
    } else {
        estimate
    })
}

/// Prometheus divides nothing by nothing here.
fn no_number() -> Error {
    Error::argument("Prometheus gives NaN here: the quantile falls into a bucket without a value or without ends")
        .hint("ask a quantile above 0, or the bins for their guaranteed interval")
}

/// Buckets of one edge become one.
fn coalesced(sorted: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut out: Vec<(f64, f64)> = Vec::with_capacity(sorted.len());
    for (edge, count) in sorted {
        match out.last_mut() {
            Some((last, sum)) if last == edge => *sum += count,
            _ => out.push((*edge, *count)),
        }
    }
    out
}

/// Takes back every fall and every small rise; says whether there was a fall.
fn make_monotonic(buckets: &mut [(f64, f64)]) -> bool {
    let mut forced = false;
    let mut last = buckets.first().map_or(0.0, |(_, count)| *count);
    for (_, count) in buckets.iter_mut().skip(1) {
        if *count == last {
            continue;
        }
        let small = almost_equal(last, *count);
        if small || *count < last {
            forced |= !small;
            *count = last;
        } else {
            last = *count;
        }
    }
    forced
}

/// Prometheus' notion of equal counts.
fn almost_equal(a: f64, b: f64) -> bool {
    let (sum, difference) = (a.abs() + b.abs(), (a - b).abs());
    if a == 0.0 || b == 0.0 || sum < f64::MIN_POSITIVE {
        difference < SMALL_DELTA * f64::MIN_POSITIVE
    } else {
        difference / sum.min(f64::MAX) < SMALL_DELTA
    }
}

/// The value in sorted, monotonic buckets, and the ends of its bucket.
fn in_classic(buckets: &[(f64, f64)], p: f64, observations: f64) -> (f64, f64, f64) {
    let last = buckets.len() - 1;
    let rank = p * observations;
    let at = buckets.iter().take(last).position(|(_, count)| *count >= rank).unwrap_or(last);
    let (end, count) = buckets.get(at).copied().unwrap_or((f64::INFINITY, observations));
    let before = at.checked_sub(1).and_then(|before| buckets.get(before)).copied();
    let floor = before.map_or(f64::NEG_INFINITY, |(edge, _)| edge);
    if at == last {
        return (floor, floor, f64::INFINITY);
    }
    match before {
        None if end <= 0.0 => (end, floor, end),
        None => (0.0 + end * (rank / count), floor, end),
        Some((start, below)) => (start + (end - start) * ((rank - below) / (count - below)), floor, end),
    }
}

impl NativeHistogram {
    /// A quantile of a native histogram, as Prometheus' `histogram_quantile` gives it: exponential within a bucket, linear within
    /// the zero bucket and custom buckets. The bound is the bucket of the value.
    ///
    /// Without negative buckets the zero bucket begins at 0, without positive ones it ends there; custom buckets follow the rules of
    /// [`classic_quantile`]. log₂ and exp₂ may differ from Go's by an ulp.
    ///
    /// Source: `HistogramQuantile` in `promql/quantile.go`, Prometheus 3.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without any count, [`Parse`](crate::ErrorKind::Parse) as [`buckets`](Self::buckets), and
    /// [`Argument`](crate::ErrorKind::Argument) where Prometheus gives NaN: NaN values take the quantile, or no bucket holds anything.
    ///
    /// ```
    /// use sre_stats::estimate::Scope;
    /// use sre_stats::histogram::Exponential;
    /// use sre_stats::quantile::Quantile;
    /// use sre_stats::unit::Unit;
    /// let histogram = Exponential::from_values(0, &[1.0, 1.5, 1.6, 3.0])?.with_sum(7.1);
    /// let median = histogram.to_native()?.quantile(Quantile::MEDIAN, &Scope::untimed(Unit::Second))?;
    /// assert!((median.value - 2_f64.sqrt()).abs() < 1e-15);
    /// assert_eq!(median.interval(), Some((1.0, 2.0)));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn quantile(&self, quantile: Quantile, scope: &Scope) -> Result<Estimate> {
        let buckets = self.buckets()?;
        let total = self.count();
        if total == 0.0 {
            return Err(nothing());
        }
        let custom = self.schema == CUSTOM_BUCKETS;
        // the spans say which sides there are, also where their buckets hold nothing
        let sides = (!self.negative_spans.is_empty(), !self.positive_spans.is_empty());
        let forward = self.sum.is_nan() || quantile.p() < 0.5;
        let (bucket, reached, rank) = find(&buckets, total, quantile.p(), forward);
        let told = |value| Estimate::new(value, METHOD, total.round() as u64, scope);
        let bound = Bound::Guaranteed { lower: bucket.lower, upper: bucket.upper };
        let mut bucket = bucket;
        if custom {
            if bucket.lower == f64::NEG_INFINITY {
                if bucket.upper <= 0.0 {
                    return Ok(told(bucket.upper).with_bound(bound));
                }
                bucket.lower = 0.0;
            } else if bucket.upper == f64::INFINITY {
                return Ok(told(bucket.lower).with_bound(bound));
            }
        } else if bucket.lower < 0.0 && bucket.upper > 0.0 {
            match sides {
                (false, true) => bucket.lower = 0.0,
                (true, false) => bucket.upper = 0.0,
                _ => {}
            }
        }
        let reached = reached.min(total);
        if reached < rank {
            if self.sum.is_nan() {
                return Err(Error::argument("NaN values lie at this quantile, and Prometheus gives NaN")
                    .hint("ask a lower quantile, or keep NaN out of the histogram"));
            }
            return Ok(told(bucket.upper).with_bound(bound));
        }
        let within = if forward { rank - (reached - bucket.count) } else { reached - rank };
        let value = interpolated(&bucket, within / bucket.count, custom);
        if value.is_nan() {
            return Err(no_number());
        }
        Ok(told(value).with_bound(bound))
    }
}

/// The bucket at which the running count reaches the rank, from the nearer end; that count, and the rank.
fn find(buckets: &[FloatBucket], total: f64, p: f64, forward: bool) -> (FloatBucket, f64, f64) {
    let rank = if forward { p * total } else { (1.0 - p) * total };
    let mut found = FloatBucket { lower: 0.0, upper: 0.0, closed: Closed::Both, count: 0.0 };
    let mut reached = 0.0;
    let mut visit = |bucket: &FloatBucket| {
        found = *bucket;
        reached += bucket.count;
        bucket.count > 0.0 && reached >= rank
    };
    // `any` ends at the first that says yes
    let _ = if forward { buckets.iter().any(&mut visit) } else { buckets.iter().rev().any(&mut visit) };
    (found, reached, rank)
}

/// The value at a share of a bucket.
fn interpolated(bucket: &FloatBucket, share: f64, custom: bool) -> f64 {
    if custom || (bucket.lower <= 0.0 && bucket.upper >= 0.0) {
        return bucket.lower + (bucket.upper - bucket.lower) * share;
    }
    let (lower, upper) = (bucket.lower.abs().log2(), bucket.upper.abs().log2());
    if bucket.lower > 0.0 {
        (lower + (upper - lower) * share).exp2()
    } else {
        -(upper + (lower - upper) * (1.0 - share)).exp2()
    }
}
