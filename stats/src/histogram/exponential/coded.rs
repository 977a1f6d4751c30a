//! Exponential histograms from and to numbered bins.

use super::edges;
use super::{Exponential, Place};
use crate::error::{Error, Result};

/// What is added to a bucket's index: 2²⁰, more than any index is below 0, so that 0 is free for the zero bucket.
const OFFSET: i64 = 1 << 20;

impl Exponential {
    /// The buckets that hold something, ascending: 0 for the zero bucket, ±(index + 2²⁰) for the others.
    pub(in crate::histogram) fn coded(&self) -> Vec<(i64, u64)> {
        let mut bins: Vec<(i64, u64)> = self
            .filled()
            .map(|(place, count)| match place {
                Place::Zero => (0, count),
                Place::Positive(bucket) => (i64::from(bucket) + OFFSET, count),
                Place::Negative(bucket) => (-(i64::from(bucket) + OFFSET), count),
            })
            .collect();
        bins.sort_unstable_by_key(|(code, _)| *code);
        bins
    }

    /// The histogram of numbered buckets.
    pub(in crate::histogram) fn from_coded(schema: i32, bins: &[(i64, u64)]) -> Result<Self> {
        let mut histogram = Self::new(schema)?;
        let (first, last) = edges::range(schema);
        let place = |code: i64| {
            if code == 0 {
                return Ok(Place::Zero);
            }
            let index = i32::try_from(code.saturating_abs() - OFFSET).ok().filter(|i| (first..=last).contains(i));
            let index = index.ok_or_else(|| Error::parse(format!("{code} is no bin of exp:{schema}")))?;
            Ok(if code > 0 { Place::Positive(index) } else { Place::Negative(index) })
        };
        let buckets = bins.iter().map(|(code, count)| Ok((place(*code)?, *count))).collect::<Result<Vec<_>>>()?;
        histogram
            .add_decoded(buckets.into_iter())
            .ok_or_else(|| Error::parse("the counts add up to more than 2⁶⁴ − 1"))?;
        Ok(histogram)
    }
}
