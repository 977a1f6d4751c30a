//! Which incidents an alert should have found: measured on the fine data, or given.

use super::tally::Tally;
use super::threshold::Threshold;
use crate::error::{Error, Result};
use crate::quantile::Quantile;
use crate::slo::incidents::{Cost, ranked};
use crate::time::{Span, Timestamp};

/// How incidents are found in the data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TruthOptions {
    /// The width of the pieces that are looked at: a piece burns iff its error ratio is over the budget, that is, at a burn rate
    /// of more than 1. At least a tick of the data.
    pub grain: Span,
    /// Burning pieces no further apart than this are one incident; `None` for 5 min, or ten times the mean distance of requests
    /// where that is longer.
    pub gap: Option<Span>,
    /// The share of the period's budget from which on an incident is significant: one that a page should find.
    pub significant: f64,
}

impl Default for TruthOptions {
    /// Pieces of 1 min; significant from 2 % of the budget on, what the workbook's fastest page spends before it fires.
    fn default() -> Self {
        Self { grain: Span::MINUTE, gap: None, significant: 0.02 }
    }
}

/// An incident of the truth.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct TrueIncident {
    /// The beginning of its first bad tick.
    pub start: Timestamp,
    /// The end of its last bad tick.
    pub end: Timestamp,
    /// How many members were bad from start to end.
    pub bad: u64,
    /// Their share of the period's budget.
    pub share_of_budget: f64,
    /// Whether a page should find it.
    pub significant: bool,
}

/// The incidents of a history, in order of time, and the budget that they spend.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Truth {
    /// The incidents.
    pub incidents: Vec<TrueIncident>,
    /// The budget of one period, in members, at the mean traffic of the data.
    pub budget: f64,
    /// What that is the budget of, in words.
    pub budget_basis: &'static str,
    /// The share of it from which on an incident is significant.
    pub significant: f64,
    /// Incidents no further apart than this are one.
    #[serde(rename = "gap_s")]
    pub gap: Span,
}

/// What shares are of.
const BASIS: &str = "a whole period at the mean traffic of the data";

impl Truth {
    /// Finds the incidents in counts: runs of pieces that burn the budget of the objective faster than evenly, cut to their first
    /// and last bad tick. Errors within the budget's own rate, spread thinly, are no incident.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where there is no budget, the period or an option is out of range.
    pub fn measured(counts: &Tally, target: Quantile, period: Span, options: &TruthOptions) -> Result<Self> {
        let burning = Threshold::new(1.0, target)?;
        let mut truth = Self::without(counts, target, period, options.significant)?;
        let spacing = counts.window().width.0 / counts.sums().1.max(1) as i64;
        truth.gap = match options.gap {
            Some(gap) if gap.0 < 0 => return Err(Error::argument(format!("incidents cannot be {gap} apart"))),
            Some(gap) => gap,
            None => Span(spacing.saturating_mul(10)).max(Span::from_secs(300)),
        };
        let per = counts.ticks_in(options.grain);
        let mut runs: Vec<Cost> = Vec::new();
        for from in (0..counts.ticks()).step_by(per) {
            let to = (from + per).min(counts.ticks());
            let (bad, total) = counts.of(from, to);
            if burning.over(bad, total) {
                let is_bad = |i: &usize| counts.of(*i, i + 1).0 > 0;
                let first = (from..to).find(is_bad).unwrap_or(from);
                let last = (from..to).rev().find(is_bad).unwrap_or(to - 1);
                runs.push((counts.edge(first), counts.edge(last + 1), bad as f64));
            }
        }
        let mut found = ranked(&runs, truth.gap, truth.budget);
        found.sort_by_key(|i| i.start);
        truth.incidents = found.iter().map(|i| truth.incident(counts, i.start, i.end)).collect();
        Ok(truth)
    }

    /// Incidents that are known from elsewhere, such as a log of outages; what they cost is counted. Those without a bad member in
    /// the data are kept and cost nothing.
    ///
    /// # Errors
    /// As [`measured`](Self::measured), and where an incident ends before it begins.
    pub fn given(
        counts: &Tally,
        target: Quantile,
        period: Span,
        incidents: &[(Timestamp, Timestamp)],
        significant: f64,
    ) -> Result<Self> {
        let mut truth = Self::without(counts, target, period, significant)?;
        let mut sorted = incidents.to_vec();
        sorted.sort_unstable();
        if let Some((start, _)) = sorted.iter().find(|(start, end)| end < start) {
            return Err(Error::argument(format!("the incident of {start} ends before it begins")));
        }
        truth.incidents = sorted.iter().map(|(start, end)| truth.incident(counts, *start, *end)).collect();
        Ok(truth)
    }

    fn without(counts: &Tally, target: Quantile, period: Span, significant: f64) -> Result<Self> {
        if period.0 <= 0 {
            return Err(Error::argument(format!("a period of {period} has no budget")));
        }
        if !(significant >= 0.0 && significant.is_finite()) {
            return Err(Error::argument(format!("{significant} is no share of a budget")));
        }
        let per_second = counts.sums().1 as f64 / counts.window().width.as_secs_f64();
        let budget = target.complement() * per_second * period.as_secs_f64();
        Ok(Self { incidents: Vec::new(), budget, budget_basis: BASIS, significant, gap: Span::ZERO })
    }

    fn incident(&self, counts: &Tally, start: Timestamp, end: Timestamp) -> TrueIncident {
        let (bad, _) = counts.between(start, end);
        let share = self.share(bad);
        TrueIncident { start, end, bad, share_of_budget: share, significant: share >= self.significant && bad > 0 }
    }

    /// The share of the period's budget that so many bad members are.
    pub fn share(&self, bad: u64) -> f64 {
        if self.budget > 0.0 { bad as f64 / self.budget } else { 0.0 }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::slo::Population;

    fn counts(bad: &[(usize, u64)], n: usize) -> Tally {
        let mut column = vec![0_u64; n];
        for (at, b) in bad {
            column[*at] = *b;
        }
        Tally::new(Timestamp(0), Span::SECOND, &column, &vec![10; n], Population::Requests).unwrap()
    }

    #[test]
    fn incidents_are_cut_to_their_bad_seconds_and_priced() {
        // budget of an hour at 99 %: 360 of 36 000
        let outage: Vec<(usize, u64)> = (65..135).map(|s| (s, 10)).chain([(2000, 1)]).collect();
        let counts = counts(&outage, 3600);
        let truth = Truth::measured(&counts, "99%".parse().unwrap(), Span::HOUR, &TruthOptions::default()).unwrap();
        assert!((truth.budget - 360.0).abs() < 1e-9);
        // one error in a minute of 600 requests is within the budget's own rate
        assert_eq!(truth.incidents.len(), 1);
        let found = truth.incidents[0];
        assert_eq!(
            (found.start, found.end, found.bad),
            (Timestamp(65 * Span::SECOND.0), Timestamp(135 * Span::SECOND.0), 700)
        );
        assert!((found.share_of_budget - 700.0 / 360.0).abs() < 1e-12 && found.significant);
    }

    #[test]
    fn thin_traffic_widens_the_gap() {
        let mut total = vec![0_u64; 7200];
        (0..72).for_each(|i| total[i * 100] = 1);
        let bad: Vec<u64> = (0..7200).map(|i| u64::from((1000..2000).contains(&i) && total[i] == 1)).collect();
        let counts = Tally::new(Timestamp(0), Span::SECOND, &bad, &total, Population::Requests).unwrap();
        let truth = Truth::measured(&counts, "99%".parse().unwrap(), Span::DAY, &TruthOptions::default()).unwrap();
        assert_eq!(truth.gap, Span::from_secs(1000));
        assert_eq!((truth.incidents.len(), truth.incidents[0].bad), (1, 10));
    }

    #[test]
    fn given_incidents_are_priced() {
        let counts = counts(&[(10, 5)], 100);
        let t = |s: i64| Timestamp(s * Span::SECOND.0);
        let truth = Truth::given(&counts, "99%".parse().unwrap(), Span::HOUR, &[(t(50), t(60)), (t(5), t(15))], 0.01);
        let truth = truth.unwrap();
        assert_eq!(truth.incidents.iter().map(|i| i.bad).collect::<Vec<_>>(), [5, 0]);
        assert!(truth.incidents[0].significant && !truth.incidents[1].significant);
        assert!(Truth::given(&counts, "99%".parse().unwrap(), Span::HOUR, &[(t(9), t(5))], 0.01).is_err());
    }
}
