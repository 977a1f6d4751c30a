//! Bad time of counts: how many of how many were bad, row by row.

use super::super::condition::NoData;
use super::super::samples::Samples;
use super::BadTime;
use super::bad_resolution;
use crate::error::{Error, Result};
use crate::time::{Span, Timestamp, Window};

impl BadTime {
    /// Bad time of counts, such as the requests and errors of each minute: **a tick is bad iff at least one of those counted
    /// in it is**. Rules that look at shares weigh every tick by its count.
    ///
    /// `times` are the first instants of the rows, strictly increasing, `resolution` their width and the tick; ticks begin
    /// with the first row. A tick without a row, or whose row counts nothing, has no data: `no_data` says what a whole slice
    /// of those counts as.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where lengths differ or a row has more bad ones than there are,
    /// [`Empty`](crate::ErrorKind::Empty) without a row, [`Argument`](crate::ErrorKind::Argument) for an unusable resolution.
    pub fn from_counts(times: &[i64], total: &[u64], bad: &[u64], resolution: Span, no_data: NoData) -> Result<Self> {
        if times.len() != total.len() || times.len() != bad.len() {
            return Err(Error::mismatch(format!(
                "{} times, {} totals and {} bad counts",
                times.len(),
                total.len(),
                bad.len()
            )));
        }
        if resolution.0 <= 0 {
            return Err(bad_resolution(resolution));
        }
        let (Some(&first), Some(&last)) = (times.first(), times.last()) else {
            return Err(Error::empty("there are no counts"));
        };
        let period = Window::new(Timestamp(first), Span(last.saturating_sub(first).saturating_add(resolution.0)))?;
        let mut out = Self::empty(period, resolution, no_data)?;
        let mut samples = Samples::with_capacity(times.len());
        for ((&t, &n), &b) in times.iter().zip(total).zip(bad) {
            if b > n {
                return Err(Error::mismatch(format!("{b} of {n} are bad at {}", Timestamp(t))));
            }
            samples.push_counts((t - first).div_euclid(resolution.0), n, b);
            out.n = out.n.saturating_add(n);
        }
        out.no_data = samples.empty_runs(out.ticks);
        out.bad.clone_from(&samples.bad_runs);
        out.per_slice = true;
        out.samples = Some(samples);
        Ok(out)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::events::Events;
    use crate::series::{Identity, NanPolicy};
    use crate::window::{Rule, bad_windows};

    /// Counts are events without their own times: every rule charges the same windows.
    #[test]
    fn counts_charge_as_their_events_do() {
        let second = 1_000_000_000;
        let (mut times, mut ok) = (Vec::new(), Vec::new());
        let (mut rows, mut total, mut bad) = (Vec::new(), Vec::new(), Vec::new());
        for row in 0..240_i64 {
            let n = ((row + 1) * 7919 % 13) as u64;
            let b = if row % 17 < 3 { n.min((row % 5) as u64) } else { 0 };
            for i in 0..n {
                times.push(row * second + i as i64);
                ok.push(i >= b);
            }
            if n > 0 || row % 2 == 0 {
                rows.push(row * second);
                total.push(n);
                bad.push(b);
            }
        }
        let values = vec![0.0; times.len()];
        let events = Events::new(Identity::default(), times, values, Some(ok), NanPolicy::Refuse).unwrap();
        for no_data in [NoData::Excluded, NoData::Good, NoData::Bad] {
            let of_events = BadTime::from_events(&events, None, Span::SECOND, no_data, None).unwrap();
            let of_counts = BadTime::from_counts(&rows, &total, &bad, Span::SECOND, no_data).unwrap();
            assert_eq!(of_counts.intervals(), of_events.intervals());
            assert_eq!(of_counts.samples(), of_events.samples());
            for rule in [Rule::AnyBad, Rule::Share(0.3), Rule::Ratio("95%".parse().unwrap())] {
                let windows = |b: &BadTime| bad_windows(b, Span::from_secs(10), Span::ZERO, &rule).unwrap();
                assert_eq!(windows(&of_counts), windows(&of_events), "{rule} {no_data}");
            }
        }
        assert!(BadTime::from_counts(&[0], &[1], &[2], Span::SECOND, NoData::Good).is_err());
        assert!(BadTime::from_counts(&[], &[], &[], Span::SECOND, NoData::Good).is_err());
    }
}
