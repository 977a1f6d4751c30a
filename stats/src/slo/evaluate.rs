//! What data say of an objective.

mod counts;
mod cut;
mod events;
mod report;
mod series;

use cut::{Cut, WHOLE, cut};
pub(super) use cut::{Members, lasting};
pub(super) use events::{counted_events, good_ones};
use report::{BUDGET_OF_EVENTS, BUDGET_OF_PERIOD};
pub use report::{BudgetState, Methods, SloReport};

use super::counts::Counts;
use super::incidents::{Cost, ranked};
use super::intervals::{Asked, SliInterval, measured};
use super::objective::{Objective, Population};
use super::period::Anchor;
use super::projection::{self, Allowed, passed_in_time, project};
use super::slices::Slices;
use super::units::Units;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::events::Events;
use crate::method::Method;
use crate::series::Series;
use crate::time::{Span, Timestamp};
use crate::unit::Unit;
use crate::window::{BadTime, Budget, NoData, Rule, Verdict};

/// The data that an objective is held against.
#[derive(Clone, Copy, Debug)]
pub enum SloInput<'a> {
    /// Single events, such as requests.
    Events(&'a Events),
    /// A series: up/down, or values.
    Series(&'a Series),
    /// How many events there were and how many of them were bad, row by row.
    Counts(&'a Counts),
}

/// How an objective is evaluated, where it leaves that open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// The width of slices where the objective does not count slices.
    pub slice: Span,
    /// When such a slice is bad.
    pub rule: Rule,
    /// What missing data count as.
    pub no_data: NoData,
    /// The tick of bad time; by default 1 s for events and the step of a series.
    pub resolution: Option<Span>,
    /// Bad time no further apart than this is one incident.
    pub incident_gap: Span,
    /// The confidence of the intervals.
    pub level: f64,
    /// How many times data are resampled for intervals and the projection; below 100 not at all.
    pub replicates: u32,
    /// The seed of the resampling.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            slice: Span::MINUTE,
            rule: Rule::AnyBad,
            no_data: NoData::Excluded,
            resolution: None,
            incident_gap: Span::MINUTE,
            level: 0.95,
            replicates: 1000,
            seed: 1,
        }
    }
}

/// Holds data against an objective: its service level by four ways of counting, its budget, what spent it, and when it will
/// be spent.
///
/// An event is good iff the objective's condition holds for its value and its own good flag, where it has one, says so too:
/// an error that is answered within the latency limit is no success. An event with a flag and no usable value counts by its
/// flag: a failure is bad under every objective, a success is good where the flag alone decides and is left out, with a
/// caveat, where a value does. A slice's mean looks at the values alone.
///
/// The period is the one that ends with the data, or the calendar's that holds their end; older data are left out. Where the
/// data cover only part of it, nothing is scaled up: a budget in events is that of the events seen, a budget in time is that
/// of the whole period, and a caveat says so. A gap in samples that is counted neither as good nor as bad is a
/// part that the data do not cover; time without events is no such gap, since nobody knows whether there was anything to see.
///
/// Intervals are for the service level behind the data, at the options' level: Wilson's where errors are nearly independent,
/// and a seeded circular block bootstrap where they cluster ([`SliInterval`] has all of them).
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the population does not fit the data (requests of a series), nothing says
/// what is good, or slices are not multiples of the resolution; [`Mismatch`](crate::ErrorKind::Mismatch) where a limit's
/// unit does not convert to the data's; [`Empty`](crate::ErrorKind::Empty) where nothing lies in the period, and where the data are of
/// one instant, which says nothing of time or slices.
pub fn evaluate(objective: &Objective, input: SloInput<'_>, options: &Options) -> Result<SloReport> {
    if !(options.level > 0.0 && options.level < 1.0) {
        return Err(Error::argument(format!("a confidence level of {} is not between 0 and 1", options.level)));
    }
    match input {
        SloInput::Events(events) => events::evaluate(objective, events, options),
        SloInput::Series(series) => series::evaluate(objective, series, options),
        SloInput::Counts(counts) => counts::evaluate(objective, counts, options),
    }
}

/// What was counted of the members of the data.
struct Counted {
    good: u64,
    total: u64,
    method: Method,
    scope: Scope,
    /// In words.
    what: &'static str,
    /// Whether the members are ticks of time, and not events.
    in_time: bool,
    /// The same by units of time.
    units: Units,
    /// What each bad interval cost.
    costs: Vec<Cost>,
    /// When the bad ones passed what is allowed, where they are events.
    passed: Option<Timestamp>,
}

/// How many of so many events may be bad at most.
fn may_fail(objective: &Objective, total: u64) -> u64 {
    if objective.target.p() == 0.0 { total } else { total.saturating_sub(objective.target.rank(total)) }
}

/// Says how much time without data is counted as good.
fn silence(bad: &BadTime, what: &str) -> Option<String> {
    let silent: i64 = bad.no_data().iter().map(|(a, b)| b.since(*a).0).sum();
    let as_good = matches!(bad.policy(), NoData::Good | NoData::Excluded);
    (silent > 0 && as_good).then(|| format!("{} without any {what} is counted as good", Span(silent).about()))
}

/// Good and bad ticks of time, and the seconds that each bad interval cost.
fn by_time(bad: &BadTime, options: &Options) -> Counted {
    let ticks = |span: Span| (span.0 / bad.resolution().0) as u64;
    let total = ticks(bad.observed());
    let good = total.saturating_sub(ticks(bad.total()));
    let (period, tick) = (bad.period(), bad.resolution());
    let mut units = Units::aligned(period.start, period.end(), Span(options.slice.0.max(tick.0)));
    units.spread(period.start, period.end(), tick, 0.0, 1.0);
    if bad.observed() < period.width {
        for (from, to) in bad.no_data() {
            units.spread(from, to, tick, 0.0, -1.0);
        }
    }
    let intervals = bad.intervals();
    for &(from, to) in &intervals {
        units.spread(from, to, tick, 1.0, 0.0);
    }
    // where rounding to ticks made bad and missing time meet, it is bad
    for (n, b) in units.total.iter_mut().zip(&units.bad) {
        *n = n.max(*b);
    }
    let costs = intervals.into_iter().map(|(a, b)| (a, b, b.since(a).as_secs_f64())).collect();
    let scope = Scope::new(Unit::Ratio, period);
    Counted {
        good,
        total,
        method: Method::Sum,
        scope,
        what: "samples of time",
        in_time: true,
        units,
        costs,
        passed: None,
    }
}

/// The methods, and all that is made of slices.
struct Levels {
    methods: Methods,
    intervals: Vec<SliInterval>,
    slices: Option<Slices>,
}

fn levels(
    objective: &Objective,
    options: &Options,
    bad: &BadTime,
    counted: &Counted,
    means: impl Fn(Span) -> Result<(f64, u64)>,
    caveats: &mut Vec<String>,
) -> Result<Levels> {
    let of_slices = match objective.population {
        Population::Slices(width) => Some(width),
        _ => None,
    };
    let width = of_slices.unwrap_or(options.slice);
    let rule = objective.rule().unwrap_or(options.rule);
    // where the objective counts slices, that they cannot be made is an error; else it is one method fewer
    let slices = match Slices::of(bad, width, &rule) {
        Err(e) if of_slices.is_none() => {
            caveats.push(format!("no slices: {}", e.message()));
            None
        }
        other => Some(other?),
    };
    let mut intervals = Vec::new();
    let asked = |counted_by, good, total, method, what| Asked {
        counted_by,
        good,
        total,
        method,
        scope: &counted.scope,
        what,
        target: objective.target,
    };
    let of = asked("occurrences", counted.good, counted.total, counted.method.clone(), counted.what);
    let (occurrences, interval) = measured(&of, &counted.units, options)?;
    intervals.push(interval);
    let mut share = |counted_by, s: &Slices, rule: &Rule| -> Result<Estimate> {
        let method = Method::Described(format!("{} slices, {rule}", super::period::compact(width)));
        let good = s.total.saturating_sub(s.bad.len() as u64);
        let (estimate, interval) = measured(&asked(counted_by, good, s.total, method, "slices"), &s.units(), options)?;
        intervals.push(interval);
        Ok(estimate)
    };
    let by_ratio = Rule::Ratio(objective.target);
    let time_slices = slices.as_ref().map(|s| share("time slices", s, &rule)).transpose()?;
    let ratio_slices = match Slices::of(bad, width, &by_ratio) {
        Ok(s) => Some(share("ratio slices", &s, &by_ratio)?),
        Err(_) => None,
    };
    let (mean, n) = means(width)?;
    let method = Method::Described(format!("mean of ratios per {}", super::period::compact(width)));
    let mut mean_of_ratios =
        Estimate::new(mean, method, n, &counted.scope).with_caveat("every slice weighs the same, whatever its traffic");
    // the mean is of what there is in the slices
    let silence = counted.in_time && !bad.no_data().is_empty() && bad.observed() == bad.period().width;
    if silence {
        mean_of_ratios = mean_of_ratios.with_caveat("time without data, which the other counts hold, is left out");
    }
    let failed = counted.total - counted.good;
    let mean_hides = (failed > 0 && !silence).then(|| {
        let hidden = 1.0 - (1.0 - mean) * counted.total as f64 / failed as f64;
        Estimate::new(hidden, Method::Named("1 − (1 − mean of ratios) / (1 − occurrences)"), n, &counted.scope)
    });
    let methods = Methods {
        occurrences: Some(occurrences),
        time_slices,
        ratio_slices,
        mean_of_ratios: Some(mean_of_ratios),
        mean_hides,
    };
    Ok(Levels { methods, intervals, slices })
}

fn finish(
    objective: &Objective,
    options: &Options,
    cut: Cut,
    bad: BadTime,
    mut counted: Counted,
    means: impl Fn(Span) -> Result<(f64, u64)>,
) -> Result<SloReport> {
    let Cut { period, coverage, unseen, instant, mut caveats } = cut.without_gaps(objective, &bad);
    caveats.extend_from_slice(bad.caveats());
    if instant.is_some() {
        counted.scope = Scope::untimed(Unit::Ratio);
    }
    // what is about the objective's own members and their budget
    let mut own = Vec::new();
    let Levels { mut methods, mut intervals, slices } = levels(objective, options, &bad, &counted, means, &mut own)?;
    if instant.is_some() {
        // there is one slice, whatever its width
        methods = Methods { occurrences: methods.occurrences, ..Methods::default() };
        intervals.truncate(1);
    }
    let seconds = Scope::new(Unit::Second, period);
    let in_time = Budget::new(objective.target, period.width).allowed();
    let Counted { good, total, scope, units, costs, passed, .. } = counted;
    let complement = objective.target.complement();
    let share_of_period = || Estimate::new(in_time.as_secs_f64(), Method::Named("share of the period"), 1, &seconds);
    let members = |span: Span, member: Span| Allowed::Fixed(span.0 as f64 / member.0.max(1) as f64);
    // what is bad at most in the part that was not seen
    let mut at_most = Span(i64::MAX);
    let (allowed, spent, met, costs, units, may, spent_at) = match (objective.population, &slices) {
        (Population::Requests, _) => {
            let scope = scope.with_unit(Unit::Count);
            if coverage < WHOLE {
                own.push(BUDGET_OF_EVENTS.to_owned());
            }
            let estimate = |value, method| Estimate::new(value, method, total, &scope);
            let met = total - good <= may_fail(objective, total);
            let allowed = estimate(total as f64 * complement, Method::Named("share of events"));
            let spent = estimate((total - good) as f64, Method::Count);
            (allowed, spent, met, costs, units, Allowed::Share(complement), passed)
        }
        (Population::Slices(width), Some(slices)) => {
            let n = slices.bad.len() as i64;
            own.extend(slices.without_events(&bad));
            let costs = slices.bad.iter().map(|w| (w.start, w.end(), width.as_secs_f64())).collect();
            let rule = objective.rule().unwrap_or(options.rule);
            let spent =
                Estimate::new((n * width.0) as f64 / 1e9, Method::Described(format!("{rule}")), slices.total, &seconds);
            let met = n.saturating_mul(width.0) <= in_time.0;
            // pieces before and after the data and the gaps within, each of which may begin and end within a slice
            let gaps = if bad.observed() < bad.period().width { bad.no_data().len() as i64 } else { 0 };
            let pieces = gaps + 2;
            let rest = if unseen.0 > 0 { unseen.0 / width.0 + 2 * pieces } else { 0 };
            at_most = Span(n.saturating_add(rest).saturating_mul(width.0));
            // a slice is charged whole: at its end, or where the data end
            let charged: Vec<_> = slices.bad.iter().map(|w| (w.start, w.end())).collect();
            let at = passed_in_time(&charged, in_time).and_then(|at| charged.iter().find(|(_, end)| *end > at));
            let at = at.map(|(_, end)| (*end).min(bad.period().end()));
            (share_of_period(), spent, met, costs, slices.units(), members(in_time, width), at)
        }
        _ => {
            let mut spent = bad.estimate();
            spent.window = Some(period);
            // what is counted are ticks, those without a sample too
            spent.n = total;
            at_most = Span(bad.total().0.saturating_add(unseen.0));
            let at = passed_in_time(&bad.intervals(), in_time);
            (share_of_period(), spent, bad.total() <= in_time, costs, units, members(in_time, bad.resolution()), at)
        }
    };
    if coverage < WHOLE && objective.population != Population::Requests {
        caveats.push(BUDGET_OF_PERIOD.to_owned());
    }
    caveats.extend_from_slice(&own);
    let left =
        Estimate { value: allowed.value - spent.value, method: Method::Named("allowed − spent"), ..spent.clone() };
    let requests = objective.population == Population::Requests;
    let whole = if requests { coverage >= WHOLE } else { unseen.0 == 0 };
    let rolling = objective.effective_anchor() == Anchor::Rolling;
    let asked = projection::Asked { units: &units, allowed: may, period, rolling, violated: !met, spent_at };
    let (projection, incidents) = match instant {
        Some(why) => (projection::unknown(&asked, options, why), Vec::new()),
        None => (project(&asked, options), ranked(&costs, options.incident_gap, allowed.value)),
    };
    Ok(SloReport {
        objective: objective.clone(),
        period,
        coverage: coverage.min(1.0),
        methods,
        intervals,
        incidents,
        budget: BudgetState { allowed, spent, left },
        projection,
        verdict: if met { Verdict::Met } else { Verdict::Violated },
        decided: whole || at_most <= in_time || !met && !requests,
        in_doubt: false,
        caveats,
        bad_time: bad,
        least_bad: None,
        instant,
        own,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
