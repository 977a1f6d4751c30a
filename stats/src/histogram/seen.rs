//! What a sketch knows of its values beside those that it keeps: how many there are, their extremes, and what was left out.

use super::layout::nothing;
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::series::Dropped;

impl Dropped {
    /// Counts a value that is not a finite number, and says whether it is one.
    pub(super) fn takes(&mut self, value: f64, weight: u64) -> bool {
        if value.is_finite() {
            return false;
        }
        let counter = if value.is_nan() { &mut self.nan } else { &mut self.infinite };
        *counter = counter.saturating_add(weight);
        true
    }

    /// Adds what another one left out.
    pub(super) fn add(&mut self, other: Self) {
        self.nan = self.nan.saturating_add(other.nan);
        self.infinite = self.infinite.saturating_add(other.infinite);
    }

    /// Takes out what an earlier snapshot left out.
    pub(super) fn take_out(&mut self, other: Self) {
        self.nan = self.nan.saturating_sub(other.nan);
        self.infinite = self.infinite.saturating_sub(other.infinite);
    }

    /// The answer with what was left out of it.
    pub(super) fn told(self, estimate: Estimate) -> Estimate {
        match (self.nan, self.infinite) {
            (0, 0) => estimate,
            (nan, infinite) => estimate.with_caveat(format!("left out: {nan} NaN, {infinite} infinite values")),
        }
    }
}

/// The population of a sketch that has no bins and always knows its extremes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) total: u64,
    /// No value is below; +∞ while empty.
    pub(super) low: f64,
    /// No value is above; −∞ while empty.
    pub(super) high: f64,
    pub(super) dropped: Dropped,
}

impl Seen {
    pub(super) fn new() -> Self {
        Self { total: 0, low: f64::INFINITY, high: f64::NEG_INFINITY, dropped: Dropped::default() }
    }

    /// Notes a value that comes `weight` times. Gives what is to be kept of it, −0 as 0 and no more often than the total has room for;
    /// `None` where that is nothing.
    pub(super) fn admit(&mut self, value: f64, weight: u64) -> Option<(f64, u64)> {
        if self.dropped.takes(value, weight) {
            return None;
        }
        let weight = weight.min(u64::MAX - self.total);
        if weight == 0 {
            return None;
        }
        // −0 as 0, so that neither order nor bytes depend on the sign of zeros
        let value = value + 0.0;
        self.low = self.low.min(value);
        self.high = self.high.max(value);
        self.total += weight;
        Some((value, weight))
    }

    /// Adds another population.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the total has no room for it; nothing has changed then.
    pub(super) fn join(&mut self, other: &Self) -> Result<()> {
        let total = self.total.checked_add(other.total);
        self.total = total.ok_or_else(|| Error::mismatch("together they hold more than 2⁶⁴ − 1 values"))?;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        self.dropped.add(other.dropped);
        Ok(())
    }

    pub(super) fn min(&self) -> Option<f64> {
        (self.total > 0).then_some(self.low)
    }

    pub(super) fn max(&self) -> Option<f64> {
        (self.total > 0).then_some(self.high)
    }

    /// The share below a threshold that lies outside the values: 0 or 1; `None` where it lies among them.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) on NaN, [`Empty`](crate::ErrorKind::Empty) without values.
    pub(super) fn share_outside(&self, threshold: f64) -> Result<Option<f64>> {
        if threshold.is_nan() {
            return Err(Error::argument("a threshold that is not a number divides nothing"));
        }
        match threshold {
            _ if self.total == 0 => Err(nothing()),
            _ if threshold <= self.low => Ok(Some(0.0)),
            _ if threshold > self.high => Ok(Some(1.0)),
            _ => Ok(None),
        }
    }
}
