//! Merging and subtracting exponential histograms of unlike schemas and zero buckets.

use super::edges;
use super::{Exponential, Place};
use crate::error::{Error, Result};

impl Exponential {
    /// The same values in a coarser schema: each bucket falls whole into one of 2^k times the width, so nothing is lost but
    /// resolution.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the schema is finer than this one, [`Argument`](crate::ErrorKind::Argument)
    /// where it is not one.
    ///
    /// ```
    /// use sre_stats::histogram::{Exponential, Layout};
    /// let fine = Exponential::from_values(3, &[1.5, 1.9, 3.0])?;
    /// let coarse = fine.coarsened(0)?;
    /// assert_eq!(coarse.bins().iter().map(|b| (b.lower, b.upper, b.count)).collect::<Vec<_>>(), [(1.0, 2.0, 2), (2.0, 4.0, 1)]);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn coarsened(&self, schema: i32) -> Result<Self> {
        Self::new(schema)?;
        if schema > self.schema {
            return Err(Error::mismatch(format!(
                "buckets of schema {} cannot be cut into schema {schema}",
                self.schema
            ))
            .hint("only a lower schema follows from a higher one"));
        }
        let mut coarse = self.clone();
        coarse.coarsen(schema);
        Ok(coarse)
    }

    /// Goes down to a schema that is not finer.
    fn coarsen(&mut self, schema: i32) {
        let steps = self.schema.saturating_sub(schema).max(0) as u32;
        if steps > 0 {
            self.cache.forget();
            self.positive = self.positive.renumbered(|bucket| edges::coarser(bucket, steps));
            self.negative = self.negative.renumbered(|bucket| edges::coarser(bucket, steps));
            self.schema = schema;
        }
    }

    /// Raises the zero threshold to at least `threshold`; one inside a bucket that holds something goes up to that bucket's end, on
    /// either side, as the buckets below it become part of the zero bucket.
    ///
    /// Source: `zeroCountForLargerThreshold` in Prometheus' `model/histogram`.
    pub(super) fn raise_zero(&mut self, threshold: f64) {
        if threshold <= self.threshold {
            return;
        }
        self.cache.forget();
        let mut threshold = threshold;
        loop {
            let cut = |bucket: i32| {
                edges::lower(bucket, self.schema) < threshold && threshold < edges::upper(bucket, self.schema)
            };
            let filled = self.positive.filled().chain(self.negative.filled());
            let end = filled.map(|(bucket, _)| bucket).filter(|bucket| cut(*bucket)).max();
            let Some(bucket) = end else { break };
            threshold = edges::upper(bucket, self.schema);
        }
        self.threshold = threshold;
        self.absorb();
    }

    /// Moves the buckets that lie within the zero bucket into it.
    pub(super) fn absorb(&mut self) {
        for side in [&mut self.positive, &mut self.negative] {
            let inside: Vec<(i32, u64)> =
                side.filled().take_while(|(bucket, _)| edges::upper(*bucket, self.schema) <= self.threshold).collect();
            for (bucket, count) in inside {
                *side.get_mut(bucket) = 0;
                self.zero += count;
            }
        }
    }

    /// Brings two histograms to one schema and one zero bucket.
    fn reconcile(&mut self, other: &mut Self) {
        // raising one may go beyond the other; each round reaches an edge further out, so this ends
        while self.threshold != other.threshold {
            let threshold = self.threshold.max(other.threshold);
            self.raise_zero(threshold);
            other.raise_zero(threshold);
        }
        let schema = self.schema.min(other.schema);
        self.coarsen(schema);
        other.coarsen(schema);
    }

    /// Adds all that another histogram holds.
    pub(super) fn take_in(&mut self, other: &Self) {
        self.cache.forget();
        if self.schema != other.schema || self.threshold != other.threshold {
            let mut other = other.clone();
            self.reconcile(&mut other);
            return self.take_in(&other);
        }
        self.dropped.add(other.dropped);
        if other.total == 0 {
            return;
        }
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        self.sum = if self.total == 0 { other.sum } else { self.sum.zip(other.sum).map(|(a, b)| a + b) };
        if let Some(total) = self.total.checked_add(other.total) {
            self.total = total;
            self.zero += other.zero;
            self.positive.add(&other.positive);
            self.negative.add(&other.negative);
        } else {
            for (place, count) in other.filled().collect::<Vec<_>>() {
                let count = count.min(u64::MAX - self.total);
                self.total += count;
                *self.counter_at(place) += count;
            }
        }
    }

    /// Takes out all that another histogram holds.
    pub(super) fn take_out(&mut self, other: &Self) -> Result<()> {
        let (mut rest, mut other) = (self.clone(), other.clone());
        rest.reconcile(&mut other);
        for (place, count) in other.filled() {
            let own = rest.counter_at(place);
            if *own < count {
                let own = *own;
                let bin = other.bin(place, count);
                return Err(Error::mismatch(format!(
                    "the bucket from {:e} to {:e} holds {own} values, {count} cannot be taken out",
                    bin.lower, bin.upper
                ))
                .hint("subtract the earlier snapshot of the same counter from the later one"));
            }
            *own -= count;
        }
        if other.total > 0 {
            rest.total -= other.total;
            (rest.low, rest.high) = (f64::NEG_INFINITY, f64::INFINITY);
            rest.sum = rest.sum.zip(other.sum).map(|(a, b)| a - b);
        }
        rest.dropped.take_out(other.dropped);
        if rest.total == 0 {
            (rest.low, rest.high, rest.sum) = (f64::INFINITY, f64::NEG_INFINITY, Some(0.0));
        }
        *self = rest;
        Ok(())
    }

    /// The counter of a bucket.
    pub(super) fn counter_at(&mut self, place: Place) -> &mut u64 {
        match place {
            Place::Negative(bucket) => self.negative.get_mut(bucket),
            Place::Zero => &mut self.zero,
            Place::Positive(bucket) => self.positive.get_mut(bucket),
        }
    }
}
