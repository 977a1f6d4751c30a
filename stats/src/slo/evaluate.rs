//! What data say of an objective.

mod counts;
mod events;
pub(super) use events::{counted_events, good_ones};
mod series;

use super::counts::Counts;
use super::incidents::{Cost, SloIncident, ranked};
use super::intervals::{Asked, SliInterval, measured};
use super::objective::{Objective, Population};
use super::period::Anchor;
use super::projection::{self, Allowed, Projection, project};
use super::slices::Slices;
use super::units::Units;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::events::Events;
use crate::method::Method;
use crate::series::Series;
use crate::time::{Span, Window};
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

/// The service level by each way of counting, a share from 0 to 1; `None` where the data do not have what it needs.
#[derive(Clone, Debug, Default, PartialEq, serde::Serialize)]
pub struct Methods {
    /// Good members over all: events, or time for a series.
    pub occurrences: Option<Estimate>,
    /// Good slices over all, by the objective's own rule for slices or the one of the options.
    pub time_slices: Option<Estimate>,
    /// Slices whose own share of good members reaches the target, over all slices.
    pub ratio_slices: Option<Estimate>,
    /// The plain mean of the slices' shares of good members: what an average over a dashboard's points shows. A quiet slice
    /// weighs as much as a busy one, so it can hide errors under uneven traffic.
    pub mean_of_ratios: Option<Estimate>,
    /// The share of the errors that the mean of ratios hides, 1 − (1 − mean) / (1 − occurrences): a third means that it
    /// shows two thirds of the error ratio. Less than 0 where it shows too many; `None` without errors.
    pub mean_hides: Option<Estimate>,
}

/// The error budget, in the population's unit: events for requests, seconds for time and slices.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct BudgetState {
    /// What may be bad.
    pub allowed: Estimate,
    /// What was bad.
    pub spent: Estimate,
    /// What is left; less than 0 where the objective is violated.
    pub left: Estimate,
}

/// What data say of an objective.
#[derive(Clone, Debug, serde::Serialize)]
pub struct SloReport {
    /// The objective.
    pub objective: Objective,
    /// The period that was looked at.
    pub period: Window,
    /// The share of the period that the data cover, from their first to their last instant in it.
    pub coverage: f64,
    /// The service level by each way of counting.
    pub methods: Methods,
    /// The same with every interval side by side.
    pub intervals: Vec<SliInterval>,
    /// The budget.
    pub budget: BudgetState,
    /// When the budget will be spent.
    pub projection: Projection,
    /// What spent it, dearest first. Bad time no further apart than the options' gap is one incident.
    pub incidents: Vec<SloIncident>,
    /// Whether the objective is met by the data seen.
    pub verdict: Verdict,
    /// Whether that is the verdict of the whole period: the data cover it, or the part that they do not cover could not change the
    /// verdict, however it went. Where not, the verdict is one so far.
    pub decided: bool,
    /// What a reader must know.
    pub caveats: Vec<String>,
    /// The bad time behind it, for the accounting by windows.
    #[serde(skip)]
    pub bad_time: BadTime,
    /// Which of the caveats are about the members that are counted and their budget alone.
    #[serde(skip)]
    own: Vec<String>,
}

impl SloReport {
    /// What a reader must know of the bad time, as for the [accounting by windows](crate::window::account), which has the budget of the whole
    /// period: the caveats without those that are about the objective's own members, such as the events seen, or its slices.
    ///
    /// ```
    /// use sre_stats::events::Events;
    /// use sre_stats::series::{Identity, NanPolicy};
    /// use sre_stats::slo::{Options, SloInput, evaluate};
    /// let times = (0..3600).map(|s| s * 1_000_000_000).collect();
    /// let events = Events::new(Identity::new("latency", Default::default()), times, vec![0.1; 3600], None, NanPolicy::Refuse)?;
    /// let report = evaluate(&"99% of requests < 1 over 1d".parse()?, SloInput::Events(&events), &Options::default())?;
    /// assert!(report.caveats.iter().any(|c| c.contains("budget is that of the events seen")));
    /// assert!(report.caveats_of_time().iter().any(|c| c.contains("budget is that of the whole period")));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    pub fn caveats_of_time(&self) -> Vec<String> {
        let of_events = self.own.iter().any(|c| c == BUDGET_OF_EVENTS);
        let shared = self.caveats.iter().filter(|c| !self.own.contains(c)).cloned();
        shared.chain(of_events.then(|| BUDGET_OF_PERIOD.to_owned())).collect()
    }
}

/// Where data cover a part of a period, what requests are allowed is a share of those seen.
const BUDGET_OF_EVENTS: &str = "the budget is that of the events seen, not of a whole period";
/// What time is allowed is a share of the period.
const BUDGET_OF_PERIOD: &str = "the budget is that of the whole period; the rest of it may still spend";

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
/// unit does not convert to the data's.
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

/// Data that cover this share of a period cover it.
const WHOLE: f64 = 0.999;

/// Data cut to the objective's period.
struct Cut {
    period: Window,
    coverage: f64,
    /// How much of the period the data do not cover.
    unseen: Span,
    caveats: Vec<String>,
}

impl Cut {
    /// Takes the time within the data that counts neither as good nor as bad for unseen too, where time is counted.
    fn without_gaps(mut self, objective: &Objective, bad: &BadTime) -> Self {
        if objective.population != Population::Requests {
            let gaps = Span((bad.period().width.0 - bad.observed().0).max(0));
            self.unseen = Span(self.unseen.0.saturating_add(gaps.0));
            self.coverage = (self.coverage - gaps.0 as f64 / self.period.width.0 as f64).max(0.0);
        }
        // the last sample of a period may lie up to a step before its end
        if self.coverage < WHOLE {
            let covered = Span((self.period.width.0 - self.unseen.0).max(0));
            self.caveats.push(format!("the data cover {} of the period's {}", covered.about(), self.period.width));
        }
        self
    }
}

fn cut(objective: &Objective, data: Window) -> Result<Cut> {
    let period = objective.period_ending(data.end())?;
    let mut caveats = Vec::new();
    let covered = data.end().min(period.end()).since(data.start.max(period.start));
    let coverage = covered.0 as f64 / period.width.0 as f64;
    if data.start < period.start {
        caveats.push(format!("data before {} are outside the period and were left out", period.start));
    }
    let unseen = Span((period.width.0 - covered.0).max(0));
    Ok(Cut { period, coverage, unseen, caveats })
}

/// What was counted of the members of the data.
struct Counted {
    good: u64,
    total: u64,
    method: Method,
    scope: Scope,
    /// In words.
    what: &'static str,
    /// The same by units of time.
    units: Units,
    /// What each bad interval cost.
    costs: Vec<Cost>,
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
    Counted { good, total, method: Method::Sum, scope, what: "samples of time", units, costs }
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
    let mean_of_ratios =
        Estimate::new(mean, method, n, &counted.scope).with_caveat("every slice weighs the same, whatever its traffic");
    let failed = counted.total - counted.good;
    let mean_hides = (failed > 0).then(|| {
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
    counted: Counted,
    means: impl Fn(Span) -> Result<(f64, u64)>,
) -> Result<SloReport> {
    let Cut { period, coverage, unseen, mut caveats } = cut.without_gaps(objective, &bad);
    caveats.extend_from_slice(bad.caveats());
    // what is about the objective's own members and their budget
    let mut own = Vec::new();
    let Levels { methods, intervals, slices } = levels(objective, options, &bad, &counted, means, &mut own)?;
    let seconds = Scope::new(Unit::Second, period);
    let in_time = Budget::new(objective.target, period.width).allowed();
    let Counted { good, total, scope, units, costs, .. } = counted;
    let complement = objective.target.complement();
    let share_of_period = || Estimate::new(in_time.as_secs_f64(), Method::Named("share of the period"), 1, &seconds);
    let members = |span: Span, member: Span| Allowed::Fixed(span.0 as f64 / member.0.max(1) as f64);
    // what is bad at most in the part that was not seen
    let mut at_most = Span(i64::MAX);
    let (allowed, spent, met, costs, units, may) = match (objective.population, &slices) {
        (Population::Requests, _) => {
            let scope = scope.with_unit(Unit::Count);
            if coverage < WHOLE {
                own.push(BUDGET_OF_EVENTS.to_owned());
            }
            let estimate = |value, method| Estimate::new(value, method, total, &scope);
            let met = good >= objective.target.rank(total) || objective.target.p() == 0.0;
            let allowed = estimate(total as f64 * complement, Method::Named("share of events"));
            let spent = estimate((total - good) as f64, Method::Count);
            (allowed, spent, met, costs, units, Allowed::Share(complement))
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
            (share_of_period(), spent, met, costs, slices.units(), members(in_time, width))
        }
        _ => {
            let mut spent = bad.estimate();
            spent.window = Some(period);
            at_most = Span(bad.total().0.saturating_add(unseen.0));
            (share_of_period(), spent, bad.total() <= in_time, costs, units, members(in_time, bad.resolution()))
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
    let projection =
        project(&projection::Asked { units: &units, allowed: may, period, rolling, violated: !met }, options);
    Ok(SloReport {
        objective: objective.clone(),
        period,
        coverage: coverage.min(1.0),
        methods,
        intervals,
        incidents: ranked(&costs, options.incident_gap, allowed.value),
        budget: BudgetState { allowed, spent, left },
        projection,
        verdict: if met { Verdict::Met } else { Verdict::Violated },
        decided: whole || at_most <= in_time || !met && !requests,
        caveats,
        bad_time: bad,
        own,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
