//! Where a slice would be bad: the set of all its possible starts, as intervals of ticks.
//!
//! A slice of w ticks that begins at s covers `[s, s + w)`. Whether it is bad changes with s only where an edge of bad time
//! enters or leaves it, so the set of bad starts is a union of few intervals. Every phase of every width is read off them.

use super::bad_time::BadTime;
use super::condition::{Comparison, NoData};
use super::intervals::Ticks;
use super::rule::Rule;
use super::samples::Samples;
use crate::error::{Error, Result};

/// All starts, in ticks from the period's first, of slices of `w` ticks that are bad: sorted, disjoint and not touching.
/// Starts before the period are among them: time outside the period is good and observed.
pub(super) fn bad_starts(bad: &BadTime, w: i64, rule: &Rule) -> Result<Vec<Ticks>> {
    rule.validate()?;
    let mut out = Starts::default();
    let by_samples = looks_at_samples(bad, rule)?;
    let rule = &rule.under(bad.condition())?;
    if let Some(samples) = by_samples {
        if let (Rule::Mean, Some(c)) = (rule, bad.condition()) {
            of_samples(samples, w, mean_test(samples, c.limit, c.comparison), &mut out);
        } else {
            let is_bad = |lo, hi| {
                let (n, b) = samples.counts(lo, hi);
                rule.is_bad(b, n)
            };
            of_samples(samples, w, is_bad, &mut out);
        }
    } else if *rule == Rule::AnyBad {
        for &(a, b) in bad.bad_ticks() {
            out.push(a - w + 1, b);
        }
    } else {
        of_time(bad, w, rule, &mut out);
    }
    let mut starts = out.0;
    if by_samples.is_some() || bad.is_per_slice() {
        add_empty_slices(bad, w, &mut starts);
    }
    Ok(starts)
}

/// The samples that a rule judges by, or `None` where it judges by time.
pub(super) fn looks_at_samples<'a>(bad: &'a BadTime, rule: &Rule) -> Result<Option<&'a Samples>> {
    match rule {
        Rule::Mean if !bad.has_values() => {
            Err(Error::argument("the rule “mean” needs the values, not only which time is bad")
                .hint("make the bad time from a series with keep_values, or from events with a condition"))
        }
        Rule::Mean => Ok(bad.by_tick()),
        // a series' ticks are its samples, and gaps count among them as the policy says
        Rule::Percentile(_) | Rule::Ratio(_) if bad.is_per_slice() => Ok(bad.by_tick()),
        _ => Ok(None),
    }
}

/// Whether the mean of the samples of the ticks numbered `[lo, hi)` is not good.
///
/// A mean that misses the limit by less than what its decimal samples lost in their f64s is at the limit.
fn mean_test(samples: &Samples, limit: f64, comparison: Comparison) -> impl Fn(usize, usize) -> bool {
    move |lo, hi| {
        let (n, _) = samples.counts(lo, hi);
        let excess = samples.excess(lo, hi);
        let excess = if excess.abs() <= n as f64 * limit.abs() * f64::EPSILON { 0.0 } else { excess };
        n > 0
            && match comparison {
                Comparison::Less => excess >= 0.0,
                Comparison::LessOrEqual => excess > 0.0,
                Comparison::Greater => excess <= 0.0,
                _ => excess < 0.0,
            }
    }
}

/// Collects intervals in order, joining those that touch.
#[derive(Default)]
struct Starts(Vec<Ticks>);

impl Starts {
    fn push(&mut self, a: i64, b: i64) {
        match self.0.last_mut() {
            Some(last) if last.1 >= a => last.1 = last.1.max(b),
            _ if a < b => self.0.push((a, b)),
            _ => {}
        }
    }
}

/// A cursor over the edges of intervals: start, end, start, end …; it is inside after an odd number of them.
struct Edges<'a> {
    list: &'a [Ticks],
    passed: usize,
    shift: i64,
    /// Where the next edge is; the greatest number after the last one.
    next: i64,
}

impl<'a> Edges<'a> {
    fn new(list: &'a [Ticks], shift: i64) -> Self {
        Self { list, passed: 0, shift, next: list.first().map_or(i64::MAX, |i| i.0 - shift) }
    }

    fn inside(&self) -> i64 {
        (self.passed % 2) as i64
    }

    fn pass(&mut self, at: i64) {
        // normalised intervals neither touch nor are empty: no two edges share a tick
        if self.next == at {
            self.passed += 1;
            let edge = |i: &Ticks| if self.passed.is_multiple_of(2) { i.0 } else { i.1 };
            self.next = self.list.get(self.passed / 2).map_or(i64::MAX, |i| edge(i) - self.shift);
        }
    }
}

/// The rules that compare bad with observed time. Both are piecewise linear in the start; on each piece the rule's answer
/// changes at most once, and the tick at which it does is found by bisection.
fn of_time(bad: &BadTime, w: i64, rule: &Rule, out: &mut Starts) {
    let (list, holes) = (bad.bad_ticks(), bad.excluded_ticks());
    // the front of the slice runs w ticks ahead of its back
    let (mut front, mut back) = (Edges::new(list, w), Edges::new(list, 0));
    let (mut hole_front, mut hole_back) = (Edges::new(holes, w), Edges::new(holes, 0));
    let (mut b, mut observed) = (0_i64, w);
    let mut at = front.next.min(hole_front.next);
    while back.next < i64::MAX {
        for edges in [&mut front, &mut back, &mut hole_front, &mut hole_back] {
            edges.pass(at);
        }
        let next = front.next.min(back.next).min(hole_front.next).min(hole_back.next);
        if next == i64::MAX {
            break;
        }
        let slope = front.inside() - back.inside();
        let slope_observed = hole_back.inside() - hole_front.inside();
        let length = next - at;
        let is_bad = |k: i64| rule.is_bad(b + slope * k, observed + slope_observed * k);
        // without bad time at either end there is none between
        if b > 0 || slope > 0 {
            match (is_bad(0), is_bad(length - 1)) {
                (true, true) => out.push(at, next),
                (false, false) => {}
                (before, _) => {
                    let (mut lo, mut hi) = (0, length - 1);
                    while hi - lo > 1 {
                        let mid = lo + (hi - lo) / 2;
                        if is_bad(mid) == before { lo = mid } else { hi = mid }
                    }
                    if before { out.push(at, at + hi) } else { out.push(at + hi, next) }
                }
            }
        }
        b += slope * length;
        observed += slope_observed * length;
        at = next;
    }
}

/// The rules that look at samples: only slices that hold a bad sample can be bad, and what a slice holds changes only where
/// a tick with samples enters or leaves.
fn of_samples(samples: &Samples, w: i64, is_bad: impl Fn(usize, usize) -> bool, out: &mut Starts) {
    let ticks = &samples.ticks;
    let mut candidates = Starts::default();
    for &(a, b) in &samples.bad_runs {
        candidates.push(a - w + 1, b);
    }
    let (mut lo, mut hi) = (0, 0);
    for (mut at, end) in candidates.0 {
        lo += ticks[lo..].partition_point(|&t| t < at);
        hi += ticks[hi..].partition_point(|&t| t < at + w);
        while at < end {
            let leaves = ticks.get(lo).map_or(end, |t| t + 1);
            let enters = ticks.get(hi).map_or(end, |t| t - w + 1);
            let next = leaves.min(enters).min(end);
            if is_bad(lo, hi) {
                out.push(at, next);
            }
            at = next;
            lo += usize::from(ticks.get(lo).is_some_and(|&t| t < at));
            hi += usize::from(ticks.get(hi).is_some_and(|&t| t < at + w));
        }
    }
}

/// Slices that lie wholly in time without data, as the policy has it: bad ones are added.
fn add_empty_slices(bad: &BadTime, w: i64, starts: &mut Vec<Ticks>) {
    if !matches!(bad.policy(), NoData::Bad | NoData::Hold) {
        return;
    }
    let mut added = Vec::new();
    let mut from = 0;
    for &(a, b) in bad.no_data_ticks() {
        let end = b - w + 1;
        if end <= a {
            continue;
        }
        if bad.policy() == NoData::Bad {
            added.push((a, end));
            continue;
        }
        // each phase holds the state of its last slice that begins before the run, which is one of the w starts before it
        from += starts[from..].partition_point(|s| s.1 <= a - w);
        for &(x, y) in starts[from..].iter().take_while(|s| s.0 < a) {
            let (mut x, mut y) = (x.max(a - w) + w, y.min(a) + w);
            while x < end {
                added.push((x, y.min(end)));
                (x, y) = (x + w, y + w);
            }
        }
    }
    if !added.is_empty() {
        starts.append(&mut added);
        *starts = super::intervals::normalised(std::mem::take(starts));
    }
}
