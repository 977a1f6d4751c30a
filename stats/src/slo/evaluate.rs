//! What data say of an objective.

use super::incidents::{Cost, SloIncident, ranked};
use super::objective::{Criterion, Objective, Population};
use super::slices::{Slices, bad_in, mean_of_ratios};
use crate::error::{Error, Result};
use crate::estimate::{Confidence, Estimate, Scope};
use crate::events::Events;
use crate::method::Method;
use crate::quantile::proportion::wilson;
use crate::series::Series;
use crate::time::{Span, Window};
use crate::unit::Unit;
use crate::window::{BadTime, Budget, Condition, NoData, Rule, SeriesOptions, Verdict};

/// The data that an objective is held against.
#[derive(Clone, Copy, Debug)]
pub enum SloInput<'a> {
    /// Single events, such as requests.
    Events(&'a Events),
    /// A series: up/down, or values.
    Series(&'a Series),
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
    /// The budget.
    pub budget: BudgetState,
    /// What spent it, dearest first. Bad time no further apart than the options' gap is one incident.
    pub incidents: Vec<SloIncident>,
    /// Whether the objective is met by the data seen.
    pub verdict: Verdict,
    /// What a reader must know.
    pub caveats: Vec<String>,
    /// The bad time behind it, for the accounting by windows.
    #[serde(skip)]
    pub bad_time: BadTime,
}

/// Holds data against an objective: its service level by four ways of counting, its budget, and what spent it.
///
/// An event is good iff the objective's condition holds for its value and its own good flag, where it has one, says so too:
/// an error that is answered within the latency limit is no success. A slice's mean looks at the values alone.
///
/// The period is the one that ends with the data, or the calendar's that holds their end; older data are left out. Where the
/// data cover only part of it, nothing is scaled up: a budget in events is that of the events seen, a budget in time is that
/// of the whole period, and a caveat says so.
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
        SloInput::Events(events) => of_events(objective, events, options),
        SloInput::Series(series) => of_series(objective, series, options),
    }
}

/// Data cut to the objective's period.
struct Cut {
    period: Window,
    coverage: f64,
    caveats: Vec<String>,
}

fn cut(objective: &Objective, data: Window) -> Result<Cut> {
    let period = objective.period_ending(data.end())?;
    let mut caveats = Vec::new();
    let covered = data.end().min(period.end()).since(data.start.max(period.start));
    let coverage = covered.0 as f64 / period.width.0 as f64;
    if data.start < period.start {
        caveats.push(format!("data before {} are outside the period and were left out", period.start));
    }
    // the last sample of a period may lie up to a step before its end
    if coverage < 0.999 {
        caveats.push(format!("the data cover {} of the period's {}", covered.about(), period.width));
    }
    Ok(Cut { period, coverage, caveats })
}

fn of_events(objective: &Objective, events: &Events, options: &Options) -> Result<SloReport> {
    let mut cut = cut(objective, events.window())?;
    let cut_events = events.slice(cut.period.start, cut.period.end());
    let events = cut_events.as_ref().ok_or_else(|| Error::empty("no event lies in the objective's period"))?;
    let unit = &events.identity().unit;
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
    let condition = condition.map(|c| c.converted(unit)).transpose()?;
    let resolution = options.resolution.unwrap_or(Span::SECOND);
    let bad = BadTime::from_events(events, condition.as_ref(), resolution, options.no_data, None)?;
    // a request is good iff the condition holds and its flag, where it has one, says so too
    let holds = |i: usize| condition.as_ref().is_none_or(|c| events.values().get(i).is_some_and(|v| c.holds(*v)));
    let good = |i: usize| holds(i) && events.ok().is_none_or(|ok| ok.get(i).copied().unwrap_or(false));
    let means = |width| mean_of_ratios(events.times(), good, width);
    if objective.population == Population::Time {
        let silence: i64 = bad.no_data().iter().map(|(a, b)| b.since(*a).0).sum();
        if silence > 0 {
            cut.caveats.push(format!("{} without any event is counted as good", Span(silence).about()));
        }
        let (counted, costs) = by_time(&bad, options)?;
        return finish(objective, options, cut, bad, &counted, means, costs);
    }
    let total = events.len() as u64;
    let n_good = (0..events.len()).filter(|&i| good(i)).count() as u64;
    let scope = Scope::new(Unit::Ratio, events.window());
    let occurrences = proportion(n_good, total, Method::Count, &scope, options.level, "events")?;
    let counted = Counted { good: n_good, total, occurrences, scope };
    let costs = bad_in(events, good, &bad.intervals());
    finish(objective, options, cut, bad, &counted, means, costs)
}

/// Good and bad ticks of time, and the seconds that each bad interval cost.
fn by_time(bad: &BadTime, options: &Options) -> Result<(Counted, Vec<Cost>)> {
    let ticks = |span: Span| (span.0 / bad.resolution().0) as u64;
    let total = ticks(bad.observed());
    let good = total.saturating_sub(ticks(bad.total()));
    let scope = Scope::new(Unit::Ratio, bad.period());
    let occurrences = proportion(good, total, Method::Sum, &scope, options.level, "samples of time")?;
    let costs = bad.intervals().into_iter().map(|(a, b)| (a, b, b.since(a).as_secs_f64())).collect();
    Ok((Counted { good, total, occurrences, scope }, costs))
}

fn of_series(objective: &Objective, series: &Series, options: &Options) -> Result<SloReport> {
    if objective.population == Population::Requests {
        return Err(Error::argument("a series has samples of time, and no single requests")
            .hint("say “of time” or “of 1m slices”, or load the requests as events"));
    }
    let cut = cut(objective, series.window())?;
    let cut_series = series.slice(cut.period.start, cut.period.end());
    let series = cut_series.as_ref().ok_or_else(|| Error::empty("no sample lies in the objective's period"))?;
    let condition = objective.condition().unwrap_or_else(Condition::up).converted(&series.identity().unit)?;
    let keep_values = matches!(objective.effective_criterion(), Criterion::Mean(_)) || options.rule == Rule::Mean;
    let how = SeriesOptions { resolution: options.resolution, no_data: options.no_data, keep_values };
    let bad = BadTime::from_series(series, &condition, &how)?;
    let holds = |i: usize| series.values().get(i).is_some_and(|v| condition.holds(*v));
    let means = |width| mean_of_ratios(series.times(), holds, width);
    let (counted, costs) = by_time(&bad, options)?;
    finish(objective, options, cut, bad, &counted, means, costs)
}

/// What was counted of the members of the data.
struct Counted {
    good: u64,
    total: u64,
    occurrences: Estimate,
    scope: Scope,
}

fn finish(
    objective: &Objective,
    options: &Options,
    cut: Cut,
    bad: BadTime,
    counted: &Counted,
    means: impl Fn(Span) -> Result<(f64, u64)>,
    costs: Vec<Cost>,
) -> Result<SloReport> {
    let Cut { period, coverage, mut caveats } = cut;
    caveats.extend_from_slice(bad.caveats());
    let of_slices = match objective.population {
        Population::Slices(width) => Some(width),
        _ => None,
    };
    let width = of_slices.unwrap_or(options.slice);
    let rule = objective.rule().unwrap_or(options.rule);
    // where the objective counts slices, that they cannot be made is an error; else it is one method fewer
    let slices = match Slices::of(&bad, width, &rule) {
        Err(e) if of_slices.is_none() => {
            caveats.push(format!("no slices: {}", e.message()));
            None
        }
        other => Some(other?),
    };
    let share = |s: &Slices, rule: &Rule| {
        let method = Method::Described(format!("{} slices, {rule}", super::period::compact(width)));
        let good = s.total.saturating_sub(s.bad.len() as u64);
        proportion(good, s.total, method, &counted.scope, options.level, "slices")
    };
    let by_ratio = Rule::Ratio(objective.target);
    let methods = Methods {
        occurrences: Some(counted.occurrences.clone()),
        time_slices: slices.as_ref().map(|s| share(s, &rule)).transpose()?,
        ratio_slices: match Slices::of(&bad, width, &by_ratio) {
            Ok(s) => Some(share(&s, &by_ratio)?),
            Err(_) => None,
        },
        mean_of_ratios: Some({
            let (mean, n) = means(width)?;
            let method = Method::Described(format!("mean of ratios per {}", super::period::compact(width)));
            Estimate::new(mean, method, n, &counted.scope)
                .with_caveat("every slice weighs the same, whatever its traffic")
        }),
    };
    let seconds = Scope::new(Unit::Second, period);
    let in_time = Budget::new(objective.target, period.width).allowed();
    let (allowed, spent, met, costs) = match (objective.population, &slices) {
        (Population::Requests, _) => {
            let scope = counted.scope.with_unit(Unit::Count);
            let n_bad = counted.total - counted.good;
            let allowed = counted.total as f64 * objective.target.complement();
            if coverage < 0.999 {
                caveats.push("the budget is that of the events seen, not of a whole period".into());
            }
            let estimate = |value, method| Estimate::new(value, method, counted.total, &scope);
            let met = counted.good >= objective.target.rank(counted.total) || objective.target.p() == 0.0;
            (estimate(allowed, Method::Named("share of events")), estimate(n_bad as f64, Method::Count), met, costs)
        }
        (Population::Slices(width), Some(slices)) => {
            let n = slices.bad.len() as i64;
            let costs = slices.bad.iter().map(|w| (w.start, w.end(), width.as_secs_f64())).collect();
            let spent =
                Estimate::new((n * width.0) as f64 / 1e9, Method::Described(format!("{rule}")), slices.total, &seconds);
            let allowed = Estimate::new(in_time.as_secs_f64(), Method::Named("share of the period"), 1, &seconds);
            (allowed, spent, n.saturating_mul(width.0) <= in_time.0, costs)
        }
        _ => {
            let allowed = Estimate::new(in_time.as_secs_f64(), Method::Named("share of the period"), 1, &seconds);
            let mut spent = bad.estimate();
            spent.window = Some(period);
            (allowed, spent, bad.total() <= in_time, costs)
        }
    };
    if coverage < 0.999 && objective.population != Population::Requests {
        caveats.push("the budget is that of the whole period; the rest of it may still spend".into());
    }
    let left =
        Estimate { value: allowed.value - spent.value, method: Method::Named("allowed − spent"), ..spent.clone() };
    Ok(SloReport {
        objective: objective.clone(),
        period,
        coverage: coverage.min(1.0),
        methods,
        incidents: ranked(&costs, options.incident_gap, allowed.value),
        budget: BudgetState { allowed, spent, left },
        verdict: if met { Verdict::Met } else { Verdict::Violated },
        caveats,
        bad_time: bad,
    })
}

/// A share of good ones, with its Wilson interval.
fn proportion(good: u64, n: u64, method: Method, scope: &Scope, level: f64, what: &str) -> Result<Estimate> {
    if n == 0 {
        return Err(Error::empty(format!("no {what} to count")));
    }
    let (lower, upper) = wilson(good, n, level)?;
    Ok(Estimate::new(good as f64 / n as f64, method, n, scope)
        .with_confidence(Confidence { lower, upper, level })
        .with_caveat(format!(
            "the interval (Wilson) takes {what} as independent; where bad ones cluster it is too narrow"
        )))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
