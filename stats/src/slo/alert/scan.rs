//! When a rule fires, by one pass over the instants of evaluation.

use super::rule::BurnRateRule;
use super::tally::Tally;
use super::threshold::Threshold;
use crate::error::{Error, Result};
use crate::time::{Span, Timestamp};

/// The most instants of evaluation.
const MAX_STEPS: i64 = 1 << 26;

/// An alert, from the evaluation at which it began to fire to the first one at which it no longer did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Firing {
    /// The evaluation at which it began to fire.
    pub start: Timestamp,
    /// The first evaluation at which it no longer fired; the last one of the data where it still did.
    pub end: Timestamp,
    /// Whether it still fired at the end of the data.
    pub open: bool,
    /// Whether the long window reached to before the data at the start, so that less than a whole window was compared.
    pub warm_up: bool,
    /// The beginning of the long window at the start.
    #[serde(skip)]
    pub(super) long_from: Timestamp,
    /// The beginning of the short window at the evaluation that first met the condition.
    #[serde(skip)]
    pub(super) short_from: Timestamp,
}

/// All firings of a rule, in order, evaluated at multiples of `interval` from the epoch.
///
/// At instant t a window of span W holds the whole ticks of the last W that had ended by t, W rounded down to ticks (at least one);
/// at the beginning of the data it holds what there is.
pub(super) fn firings(
    counts: &Tally,
    rule: &BurnRateRule,
    threshold: Threshold,
    interval: Span,
) -> Result<Vec<Firing>> {
    let (first, steps) = evaluations(counts, interval)?;
    let (long, short) = (counts.ticks_in(rule.long), counts.ticks_in(rule.short));
    let mut out = Vec::new();
    // since when the condition holds, with the short window's beginning then
    let mut since: Option<(Timestamp, Timestamp)> = None;
    let mut firing: Option<Firing> = None;
    let mut last = first;
    for step in 0..steps {
        let t = first + Span(step * interval.0);
        last = t;
        let now = counts.ended_by(t);
        let over = |window: usize| {
            let (bad, total) = counts.of(now.saturating_sub(window), now);
            threshold.over(bad, total)
        };
        if over(short) && over(long) {
            let (began, short_from) = *since.get_or_insert_with(|| (t, counts.edge(now.saturating_sub(short))));
            if firing.is_none() && t.since(began) >= rule.hold {
                let long_from = counts.edge(now) - Span(counts.tick().0.saturating_mul(long as i64));
                let warm_up = long_from < counts.start();
                firing = Some(Firing { start: t, end: t, open: false, warm_up, long_from, short_from });
            }
        } else {
            since = None;
            if let Some(done) = firing.take() {
                out.push(Firing { end: t, ..done });
            }
        }
    }
    if let Some(open) = firing {
        out.push(Firing { end: last, open: true, ..open });
    }
    Ok(out)
}

/// The first instant of evaluation, at which a tick has ended, and how many there are up to the end of the data.
pub(super) fn evaluations(counts: &Tally, interval: Span) -> Result<(Timestamp, i64)> {
    if interval.0 <= 0 {
        return Err(
            Error::argument(format!("rules cannot be evaluated every {interval}")).hint("give an interval such as 30s")
        );
    }
    let edge = counts.edge(1);
    let first = Timestamp(edge.0.saturating_add(interval.0 - 1).div_euclid(interval.0).saturating_mul(interval.0));
    let steps = counts.end().since(first).0.div_euclid(interval.0) + 1;
    if steps > MAX_STEPS {
        return Err(Error::argument(format!("{steps} evaluations are too many")).hint("evaluate less often"));
    }
    Ok((first, steps.max(0)))
}

/// The firings of several rules as one: whoever is called is called once while any of them fires.
pub(super) fn united(lists: &[&[Firing]]) -> Vec<Firing> {
    let mut all: Vec<Firing> = lists.iter().flat_map(|l| l.iter().copied()).collect();
    all.sort_by_key(|f| (f.start, f.end));
    let mut out: Vec<Firing> = Vec::new();
    for firing in all {
        match out.last_mut() {
            Some(last) if firing.start <= last.end => {
                last.open |= firing.open;
                last.end = last.end.max(firing.end);
                // whatever any of the rules looked at when it began
                last.long_from = last.long_from.min(firing.long_from);
                last.short_from = last.short_from.min(firing.short_from);
            }
            _ => out.push(firing),
        }
    }
    out
}
