//! Cumulative counters. A counter stays a counter until an increase or a rate is asked for.

use crate::error::{Error, Result};
use crate::series::{Dropped, Identity, NanPolicy, Series};
use crate::time::{Span, Timestamp, Window};
use crate::unit::Unit;

/// A cumulative counter: samples that only rise, but for resets to a lower value.
#[derive(Clone, Debug, PartialEq)]
pub struct Counter {
    samples: Series,
}

impl Counter {
    /// A counter from columns of equal length: times in nanoseconds since the epoch and cumulative values.
    ///
    /// # Errors
    /// As [`Series::new`], and [`Argument`](crate::ErrorKind::Argument) on a negative value.
    pub fn new(identity: Identity, times: Vec<i64>, values: Vec<f64>, policy: NanPolicy) -> Result<Self> {
        Self::from_series(Series::new(identity, times, values, policy)?)
    }

    /// Takes a series as the samples of a counter.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) on a negative value: a counter never is.
    pub fn from_series(samples: Series) -> Result<Self> {
        match samples.values().iter().position(|v| *v < 0.0) {
            Some(i) => Err(Error::argument(format!(
                "a counter is never negative, but reads {} at {}",
                samples.values()[i],
                Timestamp(samples.times()[i])
            ))
            .hint("read it as a gauge")),
            None => Ok(Self { samples }),
        }
    }

    /// The raw cumulative samples.
    pub fn samples(&self) -> &Series {
        &self.samples
    }

    /// Name, labels and unit.
    pub fn identity(&self) -> &Identity {
        self.samples.identity()
    }

    /// What was left out on the way in.
    pub fn dropped(&self) -> Dropped {
        self.samples.dropped()
    }

    /// The same counter, of which more was left out before.
    #[must_use]
    pub(crate) fn with_dropped(self, before: Dropped) -> Self {
        Self { samples: self.samples.with_dropped(before) }
    }

    /// The window from the first sample to one step after the last.
    pub fn window(&self) -> Window {
        self.samples.window()
    }

    /// The times of the first sample after each reset.
    pub fn resets(&self) -> Vec<Timestamp> {
        let values = self.samples.values();
        (1..values.len()).filter(|&i| values[i] < values[i - 1]).map(|i| Timestamp(self.samples.times()[i])).collect()
    }

    /// How much was counted between each sample and the one before it, at the time of the later one.
    ///
    /// After a reset the counter began at 0 again: the increase is the new value, a lower bound of what was counted.
    /// Where a scrape is missing the increase belongs to the whole gap.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) with fewer than two samples.
    pub fn increases(&self) -> Result<Series> {
        let (times, values) = (self.samples.times(), self.samples.values());
        if times.len() < 2 {
            return Err(Error::empty(format!("“{}” has one sample; an increase needs two", self.identity().title())));
        }
        let delta = (1..values.len())
            .map(|i| if values[i] < values[i - 1] { values[i] } else { values[i] - values[i - 1] })
            .collect();
        Series::new(self.identity().clone(), times[1..].to_vec(), delta, NanPolicy::Refuse)
    }

    /// The rate per second between neighbouring samples, at the time of the later one; nothing across a gap of more than
    /// `max_gap`, which is not known to be covered evenly.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where no two samples are near enough.
    pub fn rate(&self, max_gap: Span) -> Result<Series> {
        let increases = self.increases()?;
        let times = self.samples.times();
        let mut out = (Vec::new(), Vec::new());
        for (i, (&t, &v)) in increases.times().iter().zip(increases.values()).enumerate() {
            let dt = t.saturating_sub(times[i]);
            if dt <= max_gap.0 {
                out.0.push(t);
                out.1.push(v / Span(dt).as_secs_f64());
            }
        }
        let mut identity = self.identity().clone();
        identity.unit = Unit::PerSecond(Box::new(identity.unit));
        Series::new(identity, out.0, out.1, NanPolicy::Refuse)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_reset_counts_from_zero_and_a_gap_has_no_rate() {
        let s = 1_000_000_000;
        let c = Counter::new(
            Identity::new("requests_total", Unit::Count),
            vec![0, s, 2 * s, 10 * s],
            vec![5.0, 8.0, 2.0, 4.0],
            NanPolicy::Drop,
        )
        .unwrap();
        assert_eq!(c.increases().unwrap().values(), [3.0, 2.0, 2.0]);
        assert_eq!(c.resets(), [Timestamp(2 * s)]);
        assert_eq!(c.rate(Span::from_secs(2)).unwrap().values(), [3.0, 2.0]);
    }
}
