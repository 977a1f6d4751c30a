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
    /// with the first row, and a row that comes a little early or late belongs to the nearest one, with a caveat. A tick
    /// without a row, or whose row counts nothing, has no data: `no_data` says what a whole slice of those counts as.
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
        let ticks = Span(last.saturating_sub(first)).in_steps(resolution).saturating_add(1);
        let period = Window::new(Timestamp(first), Span(ticks.saturating_mul(resolution.0)))?;
        let mut out = Self::empty(period, resolution, no_data)?;
        let mut samples = Samples::with_capacity(times.len());
        let mut moved = false;
        for ((&t, &n), &b) in times.iter().zip(total).zip(bad) {
            if b > n {
                return Err(Error::mismatch(format!("{b} of {n} are bad at {}", Timestamp(t))));
            }
            let after = Span(t.saturating_sub(first));
            let tick = after.in_steps(resolution);
            moved |= tick.saturating_mul(resolution.0) != after.0;
            samples.push_counts(tick, n, b);
            out.n = out.n.saturating_add(n);
        }
        if moved {
            out.caveats.push(format!("rows are not all {resolution} apart: each counts at the nearest {resolution}"));
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

    /// Scrapes that come up to 5 ms early or late are those of the regular step: none share a tick, and none is empty.
    #[test]
    fn rows_that_jitter_keep_their_ticks() {
        let ms = 1_000_000;
        for step_ms in [1000, 15_000] {
            let times: Vec<i64> = (0..2000).map(|i| (i * step_ms + (i * 7 + 3) % 11 - 5) * ms).collect();
            let bad: Vec<u64> = (0..2000).map(|i| u64::from(i % 10 == 3)).collect();
            let found = BadTime::from_counts(&times, &[9; 2000], &bad, Span(step_ms * ms), NoData::Excluded).unwrap();
            assert_eq!((found.no_data(), found.ticks()), (vec![], 2000), "{step_ms}");
            assert_eq!((found.intervals().len(), found.total()), (200, Span(200 * step_ms * ms)));
            // at the regular times after the first, which came 2 ms early
            assert_eq!(found.intervals()[1].0, Timestamp((13 * step_ms - 2) * ms));
            assert_eq!(found.caveats().len(), 1, "{:?}", found.caveats());
        }
        // as it would be read of times on the step
        let regular = BadTime::from_counts(&[0, 10, 30], &[1; 3], &[0, 0, 1], Span(10), NoData::Excluded).unwrap();
        let late = BadTime::from_counts(&[0, 11, 29], &[1; 3], &[0, 0, 1], Span(10), NoData::Excluded).unwrap();
        assert_eq!((regular.no_data(), regular.intervals()), (late.no_data(), late.intervals()));
        assert!(regular.caveats().is_empty());
    }

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
