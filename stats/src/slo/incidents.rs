//! Which incidents spent the budget.

use crate::time::{Span, Timestamp};

/// A stretch of time that spent budget.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct SloIncident {
    /// The first bad instant.
    pub start: Timestamp,
    /// The instant after the last bad one.
    pub end: Timestamp,
    /// What it spent, in the unit of the budget.
    pub cost: f64,
    /// Its share of everything spent.
    pub share: f64,
    /// Its share of the budget; `None` where the budget is 0.
    pub share_of_budget: Option<f64>,
}

/// A bad interval `[from, to)` and what it cost, in the unit of the budget.
pub(super) type Cost = (Timestamp, Timestamp, f64);

/// Joins bad intervals that are no more than `gap` apart, adds up their costs and ranks them, dearest first.
///
/// `bad` is sorted and disjoint, with the cost of each interval.
pub(super) fn ranked(bad: &[Cost], gap: Span, allowed: f64) -> Vec<SloIncident> {
    let mut out: Vec<SloIncident> = Vec::new();
    for &(start, end, cost) in bad {
        match out.last_mut() {
            Some(last) if start.since(last.end) <= gap => {
                last.end = last.end.max(end);
                last.cost += cost;
            }
            _ => out.push(SloIncident { start, end, cost, share: 0.0, share_of_budget: None }),
        }
    }
    let spent: f64 = out.iter().map(|i| i.cost).sum();
    for incident in &mut out {
        incident.share = if spent > 0.0 { incident.cost / spent } else { 0.0 };
        incident.share_of_budget = (allowed > 0.0).then(|| incident.cost / allowed);
    }
    out.sort_by(|a, b| b.cost.total_cmp(&a.cost).then(a.start.cmp(&b.start)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_intervals_are_one_incident_and_the_dearest_comes_first() {
        let t = |s: i64| Timestamp(s * 1_000_000_000);
        let bad = [(t(0), t(1), 1.0), (t(61), t(62), 2.0), (t(200), t(210), 10.0), (t(271), t(272), 1.0)];
        let found = ranked(&bad, Span::MINUTE, 28.0);
        assert_eq!(found.iter().map(|i| i.cost).collect::<Vec<_>>(), [10.0, 3.0, 1.0]);
        assert_eq!((found[1].start, found[1].end), (t(0), t(62)));
        assert!((found[0].share - 10.0 / 14.0).abs() < 1e-15);
        assert_eq!(found[0].share_of_budget, Some(10.0 / 28.0));
    }
}
