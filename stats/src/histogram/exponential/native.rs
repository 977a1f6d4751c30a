//! Exponential histograms from and to Prometheus' spans and deltas.

use super::{Exponential, Place, edges};
use crate::error::{Error, Result};
use crate::histogram::native::{CUSTOM_BUCKETS, NativeCounts, NativeHistogram, bad, known_sum, spans};

impl Exponential {
    /// Reads a native histogram with whole counts.
    ///
    /// Values that its total has and its buckets have not are NaN, and those of the bucket beyond the largest f64 are ±∞, as
    /// Prometheus counts them: both become [`dropped`](crate::histogram::Sketch::dropped). Buckets within the zero bucket are counted there. Minimum and maximum are
    /// not known.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) with the field where it is inconsistent, [`Unsupported`](crate::ErrorKind::Unsupported)
    /// where its counts are real numbers or its buckets have custom bounds.
    pub fn from_native(native: &NativeHistogram) -> Result<Self> {
        if native.schema == CUSTOM_BUCKETS {
            return Err(Error::unsupported("a native histogram with custom bounds is not exponential")
                .hint("read it as explicit buckets"));
        }
        let buckets = native.whole()?;
        let mut histogram = Self::with_threshold(native.schema, native.zero_threshold)?;
        let NativeCounts::Integer { count, zero, .. } = native.counts else {
            return Err(Error::unsupported("the counts of this native histogram are real numbers"));
        };
        let last = edges::range(native.schema).1;
        let mut infinite = 0_u64;
        let mut finite = vec![(Place::Zero, zero)];
        let positive = buckets.positive.into_iter().map(|(bucket, count)| (Place::Positive(bucket), bucket, count));
        let negative = buckets.negative.into_iter().map(|(bucket, count)| (Place::Negative(bucket), bucket, count));
        for (place, bucket, count) in positive.chain(negative) {
            if bucket > last {
                infinite = infinite.saturating_add(count);
            } else {
                finite.push((place, count));
            }
        }
        histogram
            .add_decoded(finite.into_iter())
            .ok_or_else(|| bad("count", "the counts add up to more than 2⁶⁴ − 1"))?;
        let Some(nan) = count.checked_sub(histogram.total).and_then(|rest| rest.checked_sub(infinite)) else {
            return Err(bad("count", format!("the buckets hold more values than the total, {count}")));
        };
        (histogram.dropped.nan, histogram.dropped.infinite) = (nan, infinite);
        histogram.sum = Some(native.sum).filter(|sum| !sum.is_nan());
        Ok(histogram)
    }

    /// The histogram as Prometheus stores it, with whole counts. NaN that were dropped are part of the total again and make the sum
    /// NaN; dropped infinities have no bucket and are lost, as are minimum and maximum.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the sum, which the form must have, is not known, and
    /// [`Unsupported`](crate::ErrorKind::Unsupported) where a bucket holds 2⁶³ values or more.
    ///
    /// ```
    /// use sre_stats::histogram::Exponential;
    /// let histogram = Exponential::from_values(0, &[1.5, 3.0, 3.5])?.with_sum(8.0);
    /// let native = histogram.to_native()?;
    /// assert_eq!((native.positive_spans[0].offset, native.positive_spans[0].length), (1, 2));
    /// assert_eq!(Exponential::from_native(&native)?.to_native()?, native);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn to_native(&self) -> Result<NativeHistogram> {
        let nan = self.dropped.nan;
        let sum = if nan > 0 { f64::NAN } else { known_sum(self.sum)? };
        let (positive_spans, positive) = spans(self.positive.filled())?;
        let (negative_spans, negative) = spans(self.negative.filled())?;
        Ok(NativeHistogram {
            schema: self.schema,
            zero_threshold: self.threshold,
            sum,
            positive_spans,
            negative_spans,
            counts: NativeCounts::Integer {
                count: self.total.saturating_add(nan),
                zero: self.zero,
                positive,
                negative,
            },
            custom_values: Vec::new(),
        })
    }

    /// Adds counts without knowing the values; `None` where the total would overflow.
    pub(super) fn add_decoded(&mut self, buckets: impl Iterator<Item = (Place, u64)>) -> Option<()> {
        for (place, count) in buckets.filter(|(_, count)| *count > 0) {
            self.total = self.total.checked_add(count)?;
            *self.counter_at(place) += count;
            (self.low, self.high) = (f64::NEG_INFINITY, f64::INFINITY);
        }
        self.absorb();
        Some(())
    }
}
