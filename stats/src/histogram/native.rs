//! Prometheus' own form of a native histogram: spans of buckets with deltas or absolute counts, as its protobuf messages and its
//! remote-write have them.

use super::exponential::edges::{self, COARSEST, FINEST};
use super::layout::Closed;
use crate::error::{Error, Position, Result};

/// The schema of native histograms with custom bounds (NHCB).
pub const CUSTOM_BUCKETS: i32 = -53;

/// A run of consecutive buckets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BucketSpan {
    /// The first bucket's index in the first span; in the others the gap to the end of the span before.
    pub offset: i32,
    /// How many buckets.
    pub length: u32,
}

/// The counts of a native histogram in one of its two flavours.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NativeCounts {
    /// Whole numbers; each bucket is the difference to the bucket before it, the first to 0.
    Integer {
        /// How many values there are in all, NaN among them.
        count: u64,
        /// How many of them the zero bucket holds.
        zero: u64,
        /// Differences, bucket after bucket through the positive spans.
        positive: Vec<i64>,
        /// Differences, bucket after bucket through the negative spans, away from zero.
        negative: Vec<i64>,
    },
    /// Real numbers, such as rates; each bucket stands for itself.
    Float {
        /// How many values there are in all.
        count: f64,
        /// How many of them the zero bucket holds.
        zero: f64,
        /// Bucket after bucket through the positive spans.
        positive: Vec<f64>,
        /// Bucket after bucket through the negative spans, away from zero.
        negative: Vec<f64>,
    },
}

/// A native histogram of Prometheus as plain data: what its protobuf and remote-write messages hold.
///
/// It may be inconsistent; [`buckets`](Self::buckets) and the `from_native` functions of [`Exponential`](super::Exponential) and
/// [`Explicit`](super::Explicit) check it. They allocate no more than a fixed number of bytes for each bucket that is given.
///
/// Source: `io/prometheus/client/metrics.proto` in `prometheus/client_model`; `prompb/types.proto` in `prometheus/prometheus`.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct NativeHistogram {
    /// −4 to 8, or [`CUSTOM_BUCKETS`].
    pub schema: i32,
    /// The zero bucket holds magnitudes up to this.
    pub zero_threshold: f64,
    /// The sum of the values; NaN where a value was NaN.
    pub sum: f64,
    /// Which positive buckets there are; with custom bounds, which of them.
    pub positive_spans: Vec<BucketSpan>,
    /// Which negative buckets there are.
    pub negative_spans: Vec<BucketSpan>,
    /// The counts.
    pub counts: NativeCounts,
    /// The upper edges of custom buckets, without +∞; empty for other schemas.
    pub custom_values: Vec<f64>,
}

/// A bucket with a real count, as Prometheus computes with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FloatBucket {
    /// The lower edge.
    pub lower: f64,
    /// The upper edge.
    pub upper: f64,
    /// Which edges belong to the bucket.
    pub closed: Closed,
    /// How much it holds.
    pub count: f64,
}

/// The buckets of both sides by index, ascending on each side from zero outward.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Indexed<T> {
    pub(super) positive: Vec<(i32, T)>,
    pub(super) negative: Vec<(i32, T)>,
}

impl NativeHistogram {
    /// How many values it says to hold.
    pub fn count(&self) -> f64 {
        match &self.counts {
            NativeCounts::Integer { count, .. } => *count as f64,
            NativeCounts::Float { count, .. } => *count,
        }
    }

    /// How many values the zero bucket holds.
    pub fn zero_count(&self) -> f64 {
        match &self.counts {
            NativeCounts::Integer { zero, .. } => *zero as f64,
            NativeCounts::Float { zero, .. } => *zero,
        }
    }

    /// All buckets that are listed and the zero bucket where it holds something, ascending; buckets beside the zero bucket begin at
    /// its edge.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the field where spans and counts do not go together.
    ///
    /// ```
    /// use sre_stats::histogram::{BucketSpan, NativeCounts, NativeHistogram};
    /// let native = NativeHistogram {
    ///     schema: 0, zero_threshold: 0.001, sum: 100.0,
    ///     positive_spans: vec![BucketSpan { offset: 0, length: 2 }, BucketSpan { offset: 1, length: 2 }],
    ///     negative_spans: vec![],
    ///     counts: NativeCounts::Integer { count: 12, zero: 2, positive: vec![2, 1, -2, 3], negative: vec![] },
    ///     custom_values: vec![],
    /// };
    /// let counts: Vec<f64> = native.buckets()?.iter().map(|b| b.count).collect();
    /// assert_eq!(counts, [2.0, 2.0, 3.0, 1.0, 4.0]);
    /// assert_eq!(native.buckets()?[1].lower, 0.5);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn buckets(&self) -> Result<Vec<FloatBucket>> {
        let Indexed { positive, negative } = match &self.counts {
            NativeCounts::Integer { .. } => self.whole()?.reals(),
            NativeCounts::Float { .. } => self.real()?,
        };
        let mut buckets = Vec::with_capacity(positive.len() + negative.len() + 1);
        if self.schema == CUSTOM_BUCKETS {
            let edge = |index: i32| self.custom_edge(index);
            buckets.extend(positive.into_iter().map(|(index, count)| FloatBucket {
                lower: edge(index - 1),
                upper: edge(index),
                closed: Closed::Upper,
                count,
            }));
            return Ok(buckets);
        }
        let inner = |index| edges::lower(index, self.schema).max(self.zero_threshold);
        let last = edges::range(self.schema).1;
        let outer = |index| if index > last { f64::INFINITY } else { edges::upper(index, self.schema) };
        buckets.extend(negative.into_iter().rev().map(|(index, count)| FloatBucket {
            lower: -outer(index),
            upper: -inner(index),
            closed: Closed::Lower,
            count,
        }));
        if self.zero_count() > 0.0 {
            let t = self.zero_threshold;
            buckets.push(FloatBucket { lower: -t, upper: t, closed: Closed::Both, count: self.zero_count() });
        }
        buckets.extend(positive.into_iter().map(|(index, count)| FloatBucket {
            lower: inner(index),
            upper: outer(index),
            closed: Closed::Upper,
            count,
        }));
        Ok(buckets)
    }

    /// The upper edge of a custom bucket.
    fn custom_edge(&self, index: i32) -> f64 {
        match usize::try_from(index) {
            Ok(index) => self.custom_values.get(index).copied().unwrap_or(f64::INFINITY),
            Err(_) => f64::NEG_INFINITY,
        }
    }

    /// Checks what does not depend on the kind of counts.
    fn check(&self) -> Result<(i32, i32)> {
        if !(self.zero_threshold.is_finite() && self.zero_threshold >= 0.0) {
            return Err(bad("zero_threshold", format!("{} is not a zero threshold", self.zero_threshold)));
        }
        if self.schema == CUSTOM_BUCKETS {
            let ascending = self.custom_values.is_sorted_by(|a, b| a < b);
            if !ascending || self.custom_values.iter().any(|edge| !edge.is_finite()) {
                return Err(bad("custom_values", "the edges of custom buckets must be finite and ascend"));
            }
            if !self.negative_spans.is_empty() || self.zero_count() != 0.0 || self.zero_threshold != 0.0 {
                return Err(bad("schema", "custom buckets have no negative side and no zero bucket"));
            }
            return Ok((0, i32::try_from(self.custom_values.len()).unwrap_or(i32::MAX)));
        }
        if !(COARSEST..=FINEST).contains(&self.schema) {
            return Err(bad("schema", format!("{} is not a schema of native histograms", self.schema))
                .hint("−4 to 8 are known, and −53 for custom bounds"));
        }
        if !self.custom_values.is_empty() {
            return Err(bad("custom_values", "exponential buckets have no custom edges"));
        }
        // ±∞ is counted in the bucket beyond the last
        let (least, most) = edges::range(self.schema);
        Ok((least, most + 1))
    }

    /// The buckets of whole numbers.
    pub(super) fn whole(&self) -> Result<Indexed<u64>> {
        let range = self.check()?;
        let NativeCounts::Integer { positive, negative, .. } = &self.counts else {
            return Err(Error::unsupported("the counts of this native histogram are real numbers")
                .hint("ask its quantile, which computes with them, or round them first"));
        };
        let add_up = |field: &'static str, deltas: &[i64]| -> Result<Vec<u64>> {
            let mut count = 0_i64;
            let running = deltas.iter().enumerate().map(|(i, delta)| {
                count = count.checked_add(*delta).ok_or_else(|| bad_at(field, i, "the count is beyond 2⁶³"))?;
                u64::try_from(count).map_err(|_| bad_at(field, i, format!("the count falls to {count}")))
            });
            running.collect()
        };
        Ok(Indexed {
            positive: indexed("positive", &self.positive_spans, &add_up("positive", positive)?, range)?,
            negative: indexed("negative", &self.negative_spans, &add_up("negative", negative)?, range)?,
        })
    }

    /// The buckets of real numbers.
    fn real(&self) -> Result<Indexed<f64>> {
        let range = self.check()?;
        let NativeCounts::Float { count, zero, positive, negative } = &self.counts else {
            return Err(Error::unsupported("the counts of this native histogram are whole numbers"));
        };
        let valid = |field: &'static str, counts: &[f64]| match counts
            .iter()
            .position(|count| !(count.is_finite() && *count >= 0.0))
        {
            Some(i) => Err(bad_at(field, i, "a count must be a finite number from 0")),
            None => Ok(()),
        };
        valid("count", &[*count])?;
        valid("zero", &[*zero])?;
        valid("positive", positive)?;
        valid("negative", negative)?;
        Ok(Indexed {
            positive: indexed("positive", &self.positive_spans, positive, range)?,
            negative: indexed("negative", &self.negative_spans, negative, range)?,
        })
    }
}

impl Indexed<u64> {
    fn reals(self) -> Indexed<f64> {
        let real = |side: Vec<(i32, u64)>| side.into_iter().map(|(index, count)| (index, count as f64)).collect();
        Indexed { positive: real(self.positive), negative: real(self.negative) }
    }
}

/// Counts with the indices that their spans give them.
fn indexed<T: Copy>(
    field: &'static str,
    spans: &[BucketSpan],
    counts: &[T],
    (least, most): (i32, i32),
) -> Result<Vec<(i32, T)>> {
    let told: u64 = spans.iter().map(|span| u64::from(span.length)).sum();
    if told != counts.len() as u64 {
        return Err(bad(field, format!("the spans have {told} buckets, but there are {} counts", counts.len())));
    }
    let mut out = Vec::with_capacity(counts.len());
    let mut counts = counts.iter();
    let mut index = 0_i64;
    for (i, span) in spans.iter().enumerate() {
        if i > 0 && span.offset < 0 {
            return Err(bad_at(field, i, format!("span {i} goes back by {}", span.offset)));
        }
        index += i64::from(span.offset);
        for count in counts.by_ref().take(span.length as usize) {
            let known = i32::try_from(index).ok().filter(|index| (least..=most).contains(index));
            let Some(known) = known else {
                return Err(bad_at(field, i, format!("bucket {index} is outside {least} to {most}")));
            };
            out.push((known, *count));
            index += 1;
        }
    }
    Ok(out)
}

/// Spans and the deltas of buckets that ascend.
pub(super) fn spans(buckets: impl Iterator<Item = (i32, u64)>) -> Result<(Vec<BucketSpan>, Vec<i64>)> {
    let (mut spans, mut deltas) = (Vec::<BucketSpan>::new(), Vec::new());
    let (mut next, mut last) = (0, 0);
    for (index, count) in buckets {
        let count = i64::try_from(count)
            .map_err(|_| Error::unsupported(format!("{count} values in one bucket; the form ends at 2⁶³ − 1")))?;
        match spans.last_mut() {
            Some(span) if index == next => span.length += 1,
            _ => spans.push(BucketSpan { offset: index - next, length: 1 }),
        }
        deltas.push(count - last);
        (next, last) = (index + 1, count);
    }
    Ok((spans, deltas))
}

/// The sum of the values, without which Prometheus has no histogram.
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where it is not known.
pub(super) fn known_sum(sum: Option<f64>) -> Result<f64> {
    let hint = "add the values up and give the sum by with_sum";
    sum.ok_or_else(|| Error::argument("the sum of the values is not known, and the form must have it").hint(hint))
}

/// An error about a field.
pub(super) fn bad(field: impl Into<String>, message: impl Into<String>) -> Error {
    Error::parse(message).at(Position::default().at_column(field))
}

/// An error about an element of a field.
fn bad_at(field: &str, index: usize, message: impl Into<String>) -> Error {
    bad(format!("{field}[{index}]"), message)
}
