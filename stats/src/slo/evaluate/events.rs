//! Single events against an objective.

use std::ops::Range;

use super::super::incidents::Cost;
use super::super::objective::{Criterion, Objective, Population};
use super::super::slices::mean_of_ratios;
use super::super::units::Units;
use super::{Counted, Members, Options, SloReport, by_time, cut, finish, may_fail, silence};
use crate::error::{Error, Result};
use crate::estimate::Scope;
use crate::events::Events;
use crate::method::Method;
use crate::series::NanPolicy;
use crate::time::{Span, Timestamp};
use crate::unit::Unit;
use crate::window::{BadTime, Comparison, Condition, Rule};

pub(super) fn evaluate(objective: &Objective, events: &Events, options: &Options) -> Result<SloReport> {
    let mut notes = Vec::new();
    let (condition, whole) = counted_events(objective, events, options, &mut notes)?;
    let mut cut = cut(objective, whole.as_ref().unwrap_or(events).window(), Members::Single)?;
    cut.caveats.append(&mut notes);
    let events = whole.as_ref().unwrap_or(events).within(cut.period.start, cut.period.end());
    let events = events.as_deref().ok_or_else(|| Error::empty("no event lies in the objective's period"))?;
    let resolution = options.resolution.unwrap_or(Span::SECOND);
    let bad = BadTime::from_events(events, condition.as_ref(), resolution, options.no_data, None)?;
    let good = good_ones(events, condition.as_ref());
    let number = |range: Range<usize>| good.get(range).unwrap_or_default().iter().filter(|good| **good).count();
    let means = |width| mean_of_ratios(events.times(), width, |from, to| (number(from..to) as f64, (to - from) as f64));
    if objective.population == Population::Time {
        cut.caveats.extend(silence(&bad, "event"));
        let counted = by_time(&bad, options);
        return finish(objective, options, cut, bad, counted, means);
    }
    let window = events.window();
    let mut units = Units::aligned(window.start, window.end(), options.slice);
    for (unit, range) in units.grid()?.runs(events.times()) {
        let n = range.len();
        units.add(unit.start, (n - number(range)) as f64, n as f64);
    }
    let costs = bad_in(events.times(), number, &bad.intervals());
    let allowed = may_fail(objective, events.len() as u64);
    let mut failed = events.times().iter().zip(&good).filter(|(_, good)| !**good);
    let passed = failed.nth(usize::try_from(allowed).unwrap_or(usize::MAX)).map(|(t, _)| Timestamp(*t));
    let counted = Counted {
        good: number(0..good.len()) as u64,
        total: events.len() as u64,
        method: Method::Count,
        scope: Scope::new(Unit::Ratio, window),
        what: "events",
        in_time: false,
        units,
        costs,
        passed,
    };
    finish(objective, options, cut, bad, counted, means)
}

/// Which events are good: the condition holds, and the flag, where there is one, says so too.
pub(in crate::slo) fn good_ones(events: &Events, condition: Option<&Condition>) -> Vec<bool> {
    let holds = |v: &f64| condition.is_none_or(|c| c.holds(*v));
    match events.ok() {
        Some(ok) => events.values().iter().zip(ok).map(|(v, ok)| *ok & holds(v)).collect(),
        None => events.values().iter().map(holds).collect(),
    }
}

/// The condition in the events' unit, and the events with those that have a flag alone, where there are some of those.
pub(in crate::slo) fn counted_events(
    objective: &Objective,
    events: &Events,
    options: &Options,
    notes: &mut Vec<String>,
) -> Result<(Option<Condition>, Option<Events>)> {
    let condition = condition(objective, events)?;
    let whole = with_flags_alone(events, condition.as_ref(), uses_mean(objective, options), notes)?;
    Ok((condition, whole))
}

/// What a value must meet, in the events' unit; `None` where the flag alone decides.
fn condition(objective: &Objective, events: &Events) -> Result<Option<Condition>> {
    let condition = match objective.effective_criterion() {
        Criterion::Up if events.ok().is_some() => None,
        Criterion::Up if !events.values().iter().all(|v| *v == 0.0 || *v == 1.0) => {
            return Err(Error::argument(format!(
                "“{}” holds neither good flags nor 0 and 1: nothing is up or down",
                events.identity().title()
            ))
            .hint("say which values are good, as in “99.9% of time < 300ms over 30d”"));
        }
        _ => objective.condition(),
    };
    condition.map(|c| c.converted(&events.identity().unit)).transpose()
}

fn uses_mean(objective: &Objective, options: &Options) -> bool {
    matches!(objective.effective_criterion(), Criterion::Mean(_))
        || (objective.rule().is_none() && options.rule == Rule::Mean)
}

/// The events together with those that have a flag and no value; `None` where there are none of those.
///
/// Where a condition decides, a failure is given a value that breaks it, and a success is left out: it may have been slow.
/// A mean looks at values alone, and leaves out both.
fn with_flags_alone(
    events: &Events,
    condition: Option<&Condition>,
    mean: bool,
    notes: &mut Vec<String>,
) -> Result<Option<Events>> {
    let (times, flags) = (events.times_without_value(), events.ok_without_value());
    let Some(ok) = events.ok().filter(|_| !times.is_empty()) else { return Ok(None) };
    let failed = flags.iter().filter(|ok| !**ok).count();
    let succeeded = flags.len() - failed;
    let are = |n: usize| if n == 1 { "event has" } else { "events have" };
    let mut keep_good = condition.is_none();
    let mut keep_bad = true;
    if mean && condition.is_some() {
        (keep_good, keep_bad) = (false, false);
        notes.push(format!("{} {} a flag and no value: a mean leaves them out", flags.len(), are(flags.len())));
    } else if condition.is_none() {
        notes.push(format!(
            "{} {} a flag and no value and count by it: {succeeded} good, {failed} bad",
            flags.len(),
            are(flags.len())
        ));
    } else {
        if failed > 0 {
            notes.push(format!(
                "{failed} {} failed without a value and count as bad",
                if failed == 1 { "event" } else { "events" }
            ));
        }
        if succeeded > 0 {
            notes.push(format!("{succeeded} good {} no value to compare and are left out", are(succeeded)));
        }
    }
    let value = condition.map_or(0.0, breaking);
    let mut all = (events.times().to_vec(), events.values().to_vec(), ok.to_vec());
    for (&t, &ok) in times.iter().zip(flags) {
        if (ok && keep_good) || (!ok && keep_bad) {
            all.0.push(t);
            all.1.push(value);
            all.2.push(ok);
        }
    }
    Events::new(events.identity().clone(), all.0, all.1, Some(all.2), NanPolicy::Refuse).map(Some)
}

/// The value nearest to a condition's limit that breaks it.
fn breaking(condition: &Condition) -> f64 {
    let limit = condition.limit;
    match condition.comparison {
        Comparison::Less | Comparison::Greater | Comparison::NotEqual => limit,
        Comparison::LessOrEqual | Comparison::Equal => limit.next_up(),
        Comparison::GreaterOrEqual => limit.next_down(),
    }
}

/// How many bad events lie in each interval; both are sorted, and `good` says how many of a range are good.
fn bad_in(times: &[i64], good: impl Fn(Range<usize>) -> usize, intervals: &[(Timestamp, Timestamp)]) -> Vec<Cost> {
    let mut at = 0;
    let count = |&(from, to): &(Timestamp, Timestamp)| {
        at += times[at..].partition_point(|&t| t < from.0);
        let n = times[at..].partition_point(|&t| t < to.0);
        (from, to, (n - good(at..at + n)) as f64)
    };
    intervals.iter().map(count).collect()
}
