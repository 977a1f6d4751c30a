//! Single events, such as requests: a time, a value, and whether it was good.

use std::borrow::Cow;

use crate::error::{Error, Result};
use crate::estimate::Scope;
use crate::series::{Dropped, Identity, NanPolicy, covering};
use crate::time::{Timestamp, Window};

/// Events sorted by time; several may share one time. Values are finite.
///
/// An event that is known to be good or bad but has no usable value, such as a request that failed before it had a latency,
/// is no sample of the values. It is kept beside them, for whoever counts good ones: see
/// [`times_without_value`](Self::times_without_value).
#[derive(Clone, Debug, PartialEq)]
pub struct Events {
    identity: Identity,
    times: Vec<i64>,
    values: Vec<f64>,
    ok: Option<Vec<bool>>,
    dropped: Dropped,
    /// Times and flags of events without a usable value, sorted by time.
    bare: (Vec<i64>, Vec<bool>),
}

impl Events {
    /// Events from columns of equal length: times in nanoseconds since the epoch, in any order, values such as latencies,
    /// and where it is known whether each was good.
    ///
    /// Events are sorted by time, keeping the input's order at equal times. An event whose value is NaN or infinite is
    /// dropped and counted, or refused, as `policy` says; where it has a flag, that stays.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the lengths differ, [`Empty`](crate::ErrorKind::Empty) where nothing
    /// is left, [`Argument`](crate::ErrorKind::Argument) on a value that the policy refuses.
    pub fn new(
        identity: Identity,
        times: Vec<i64>,
        values: Vec<f64>,
        ok: Option<Vec<bool>>,
        policy: NanPolicy,
    ) -> Result<Self> {
        if times.len() != values.len() || ok.as_ref().is_some_and(|ok| ok.len() != times.len()) {
            return Err(Error::mismatch(format!(
                "{} times, {} values and {} good flags",
                times.len(),
                values.len(),
                ok.as_ref().map_or_else(|| "no".into(), |ok| ok.len().to_string())
            )));
        }
        let (mut times, mut values, mut ok) = (times, values, ok);
        let mut dropped = Dropped::default();
        let mut bare = (Vec::new(), Vec::new());
        if !values.iter().all(|v| v.is_finite()) {
            if let Some(ok) = &mut ok {
                let unusable = (0..values.len()).filter(|&i| !values[i].is_finite());
                bare = unusable.map(|i| (times[i], ok[i])).unzip();
                let mut finite = values.iter().map(|v| v.is_finite());
                ok.retain(|_| finite.next().unwrap_or(false));
            }
            dropped = crate::series::drop_unusable(&mut times, &mut values, policy)?;
        }
        if !times.is_sorted() {
            let mut order: Vec<usize> = (0..times.len()).collect();
            order.sort_by_key(|&i| times[i]);
            times = order.iter().map(|&i| times[i]).collect();
            values = order.iter().map(|&i| values[i]).collect();
            ok = ok.map(|ok| order.iter().map(|&i| ok[i]).collect());
        }
        if times.is_empty() {
            return Err(Error::empty(format!("no usable event in “{}”", identity.title())));
        }
        let (bare_times, bare_ok) = bare;
        Self { identity, times, values, ok, dropped, bare: (Vec::new(), Vec::new()) }
            .with_flags_alone(bare_times, bare_ok)
    }

    /// The same events and others of which only time and flag are known.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the lengths differ, or where these events have no flags.
    pub fn with_flags_alone(mut self, times: Vec<i64>, ok: Vec<bool>) -> Result<Self> {
        if times.len() != ok.len() {
            return Err(Error::mismatch(format!("{} times and {} good flags", times.len(), ok.len())));
        }
        if times.is_empty() {
            return Ok(self);
        }
        if self.ok.is_none() {
            return Err(Error::mismatch(format!("the events of “{}” have no good flags", self.identity.title())));
        }
        let mut all: Vec<(i64, bool)> = std::mem::take(&mut self.bare.0).into_iter().zip(self.bare.1).collect();
        all.extend(times.into_iter().zip(ok));
        all.sort_by_key(|e| e.0);
        self.bare = all.into_iter().unzip();
        Ok(self)
    }

    /// Times of the events that have a flag and no usable value, not decreasing; no part of [`times`](Self::times).
    pub fn times_without_value(&self) -> &[i64] {
        &self.bare.0
    }

    /// The flags of those events.
    pub fn ok_without_value(&self) -> &[bool] {
        &self.bare.1
    }

    /// Name, labels and unit.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Name, labels and unit, to be changed.
    pub(crate) fn identity_mut(&mut self) -> &mut Identity {
        &mut self.identity
    }

    /// Times in nanoseconds since the epoch, not decreasing.
    pub fn times(&self) -> &[i64] {
        &self.times
    }

    /// The values, all finite.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Whether each event was good, where that is known.
    pub fn ok(&self) -> Option<&[bool]> {
        self.ok.as_deref()
    }

    /// The number of events, at least 1.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// Never true; here because clippy and readers expect it beside `len`.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// What was left out on the way in.
    pub fn dropped(&self) -> Dropped {
        self.dropped
    }

    /// The same events, of which more was left out before.
    #[must_use]
    pub(crate) fn with_dropped(self, before: Dropped) -> Self {
        Self { dropped: self.dropped.plus(before), ..self }
    }

    /// The window from the first event to just after the last.
    pub fn window(&self) -> Window {
        covering(&self.times, None)
    }

    /// Unit and window, for the estimates made from these events.
    pub fn scope(&self) -> Scope {
        Scope::new(self.identity.unit.clone(), self.window())
    }

    /// As [`slice`](Self::slice), without a copy where all events lie in it.
    pub(crate) fn within(&self, from: Timestamp, to: Timestamp) -> Option<Cow<'_, Self>> {
        let window = self.window();
        let bare_inside = self.bare.0.iter().all(|t| (from.0..to.0).contains(t));
        if from <= window.start && window.end() <= to && bare_inside {
            return Some(Cow::Borrowed(self));
        }
        self.slice(from, to).map(Cow::Owned)
    }

    /// The events with times in `[from, to)`; `None` where there are none. What was dropped stays that of the whole.
    pub fn slice(&self, from: Timestamp, to: Timestamp) -> Option<Self> {
        let a = self.times.partition_point(|&t| t < from.0);
        let b = self.times.partition_point(|&t| t < to.0).max(a);
        let bare_from = self.bare.0.partition_point(|&t| t < from.0);
        let bare_to = self.bare.0.partition_point(|&t| t < to.0).max(bare_from);
        (a < b).then(|| Self {
            identity: self.identity.clone(),
            times: self.times[a..b].to_vec(),
            values: self.values[a..b].to_vec(),
            ok: self.ok.as_ref().map(|ok| ok[a..b].to_vec()),
            dropped: self.dropped,
            bare: (self.bare.0[bare_from..bare_to].to_vec(), self.bare.1[bare_from..bare_to].to_vec()),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::unit::Unit;

    #[test]
    fn columns_stay_together_when_sorted_and_thinned() {
        let id = Identity::new("latency", Unit::Second);
        let e = Events::new(
            id,
            vec![5, 1, 3, 3],
            vec![0.5, f64::NAN, 0.3, 0.4],
            Some(vec![true, false, false, true]),
            NanPolicy::Drop,
        )
        .unwrap();
        assert_eq!(e.times(), [3, 3, 5]);
        assert_eq!(e.values(), [0.3, 0.4, 0.5]);
        assert_eq!(e.ok().unwrap(), [false, true, true]);
        assert_eq!(e.dropped().nan, 1);
    }

    #[test]
    fn a_flag_outlives_its_value() {
        let id = || Identity::new("latency", Unit::Second);
        let flags = Some(vec![true, false, false, true]);
        let e = Events::new(id(), vec![9, 1, 5, 3], vec![0.5, f64::NAN, f64::INFINITY, 0.4], flags, NanPolicy::Drop)
            .unwrap()
            .with_flags_alone(vec![4, 0], vec![true, false])
            .unwrap();
        assert_eq!(
            (e.times_without_value(), e.ok_without_value()),
            (&[0, 1, 4, 5][..], &[false, false, true, false][..])
        );
        let part = e.slice(Timestamp(1), Timestamp(5)).unwrap();
        assert_eq!((part.times(), part.times_without_value()), (&[3][..], &[1, 4][..]));
        let plain = Events::new(id(), vec![1], vec![0.1], None, NanPolicy::Drop).unwrap();
        assert!(plain.with_flags_alone(vec![2], vec![true]).is_err());
    }
}
