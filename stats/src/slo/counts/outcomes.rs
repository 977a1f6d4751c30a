//! Counts from counters that a label tells apart by how the events went.

use super::Counts;
use crate::counter::Counter;
use crate::error::{Error, Result};
use crate::series::{Identity, most_frequent_step};
use crate::time::Span;
use crate::words::counted;

impl Counts {
    /// Counts from the counters of one metric that differ in how their events went, such as `requests_total` by `code`: all of them
    /// together are the total, those marked `true` the bad ones.
    ///
    /// They are taken to be scraped together. Where one has no sample it stands at 0: a client's counter is there from its first
    /// event on, so that what it shows then is counted, other than by Prometheus' `increase`, which sees no increase in a first sample. A
    /// counter that falls was reset; one that is gone for a while and comes back higher was not.
    ///
    /// ```
    /// use sre_stats::counter::Counter;
    /// use sre_stats::series::{Identity, NanPolicy};
    /// use sre_stats::slo::Counts;
    /// let second = 1_000_000_000;
    /// let counter = |times: &[i64], values: &[f64]| {
    ///     let times = times.iter().map(|t| t * second).collect();
    ///     Counter::new(Identity::default(), times, values.to_vec(), NanPolicy::Refuse)
    /// };
    /// let good = counter(&[0, 15, 30, 45], &[100.0, 110.0, 125.0, 130.0])?;
    /// let bad = counter(&[30, 45], &[2.0, 3.0])?;
    /// let counts = Counts::from_outcomes(Identity::default(), &[(false, &good), (true, &bad)])?;
    /// assert_eq!((counts.total(), counts.bad()), (&[10, 17, 6][..], &[0, 2, 1][..]));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where all of them together have fewer than two times.
    pub fn from_outcomes(identity: Identity, counters: &[(bool, &Counter)]) -> Result<Self> {
        let mut times: Vec<i64> = counters.iter().flat_map(|(_, c)| c.samples().times().iter().copied()).collect();
        times.sort_unstable();
        times.dedup();
        let rows = times.len().saturating_sub(1);
        if rows == 0 {
            return Err(Error::empty(format!(
                "“{}” has one time only, and nothing is counted between",
                identity.title()
            )));
        }
        let step = most_frequent_step(&times).unwrap_or(Span::MINUTE);
        let gaps = times.windows(2).filter(|w| matches!(w, [a, b] if b.saturating_sub(*a) > step.0 / 2 * 3)).count();
        let mut sums = [vec![0.0_f64; rows], vec![0.0_f64; rows]];
        let (mut resets, mut late) = (0_u64, 0_u64);
        for (bad, counter) in counters {
            let mut before: Option<f64> = None;
            for (time, value) in counter.samples().times().iter().zip(counter.samples().values()) {
                let at = times.partition_point(|t| t < time);
                let increase = match before {
                    Some(before) if *value >= before => value - before,
                    Some(_) => {
                        resets += 1;
                        *value
                    }
                    None => {
                        late += u64::from(at > 0);
                        if at > 0 { *value } else { 0.0 }
                    }
                };
                before = Some(*value);
                if let Some(sum) = at.checked_sub(1).and_then(|row| sums[usize::from(*bad)].get_mut(row)) {
                    *sum += increase;
                }
            }
        }
        let [good, bad] = sums;
        let mut notes = Vec::new();
        if resets > 0 {
            notes.push(format!(
                "the counters were reset {}: what they counted before each is lost",
                counted(resets, "time")
            ));
        }
        if late > 0 {
            notes.push(format!(
                "{} began after the others: what its first sample shows is counted there",
                counted(late, "counter")
            ));
        }
        if gaps > 0 {
            notes.push(format!(
                "samples are missing in {}: what was counted there is put at each one’s beginning",
                counted(gaps as u64, "place")
            ));
        }
        let parts = good.iter().chain(&bad).filter(|v| v.fract() != 0.0).count();
        if parts > 0 {
            notes.push(format!(
                "{} not whole: what is left of one is counted with the next, so that all together are right to within one",
                if parts == 1 { "one increase is".to_owned() } else { format!("{parts} increases are") }
            ));
        }
        let bad = whole(&bad);
        let total = whole(&good).into_iter().zip(&bad).map(|(good, bad)| good.saturating_add(*bad)).collect();
        times.truncate(rows);
        Ok(Self {
            identity,
            times,
            total,
            in_doubt: vec![0; rows],
            bad,
            step: Span(step.0.max(1)),
            condition: None,
            notes,
        })
    }
}

/// The running sum of increases, rounded, as what is added in each row: no row is rounded on its own, or many small ones would be lost.
fn whole(increases: &[f64]) -> Vec<u64> {
    let mut left = 0.0_f64;
    let round = |increase: &f64| {
        let exact = increase + left;
        let rounded = (exact + 0.5).floor();
        left = exact - rounded;
        rounded as u64
    };
    increases.iter().map(round).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::NanPolicy;
    use crate::slo::{Options, SloInput, evaluate};

    fn counter(times: &[i64], values: &[f64]) -> Counter {
        let times = times.iter().map(|t| t * 1_000_000_000).collect();
        Counter::new(Identity::default(), times, values.to_vec(), NanPolicy::Refuse).unwrap()
    }

    #[test]
    fn fractions_add_up() {
        // by hand: 1000 steps of 2/5 are 400, and of each five two
        let times: Vec<i64> = (0..=1000).map(|i| i * 15).collect();
        let good = counter(&times, &(0..=1000).map(|i| f64::from(i) * 0.4).collect::<Vec<_>>());
        let bad = counter(&times, &(0..=1000).map(|i| f64::from(i) * 0.25).collect::<Vec<_>>());
        let counts = Counts::from_outcomes(Identity::default(), &[(false, &good), (true, &bad)]).unwrap();
        let sum = |counts: &[u64]| counts.iter().sum::<u64>();
        assert_eq!((sum(counts.total()), sum(counts.bad())), (650, 250));
        assert!(counts.bad().chunks(4).all(|four| sum(four) == 1));
        assert!(
            counts.notes().iter().any(|note| note.contains("2000 increases are not whole")),
            "{:?}",
            counts.notes()
        );
    }

    #[test]
    fn resets_late_counters_and_gaps_by_hand() {
        let good = counter(&[0, 10, 20, 30, 60], &[5.0, 9.0, 3.0, 4.0, 10.0]);
        let errors = counter(&[10, 30, 60], &[1.0, 2.0, 2.0]);
        let timeouts = counter(&[20, 60], &[4.0, 1.0]);
        let counts =
            Counts::from_outcomes(Identity::default(), &[(false, &good), (true, &errors), (true, &timeouts)]).unwrap();
        // good: +4, reset to 3, +1, +6; errors: 1 at its first sample, nothing seen, +1, 0; timeouts: -, 4, -, reset to 1
        assert_eq!(counts.bad(), [1, 4, 1, 1]);
        assert_eq!(counts.total(), [5, 7, 2, 7]);
        assert_eq!(counts.times(), [0, 10, 20, 30].map(|t| t * 1_000_000_000_i64));
        assert_eq!(counts.notes().len(), 3, "{:?}", counts.notes());
        let report =
            evaluate(&"99% of requests ok over 1h".parse().unwrap(), SloInput::Counts(&counts), &Options::default())
                .unwrap();
        assert_eq!(report.methods.occurrences.unwrap().value, 14.0 / 21.0);
        assert!(Counts::from_outcomes(Identity::default(), &[(false, &counter(&[5], &[1.0]))]).is_err());
    }
}
