//! What data say of an objective.

use super::incidents::{SloIncident, ranked};
use super::objective::{Criterion, Objective, Population};
use super::slices::{Slices, bad_in, mean_of_ratios};
use crate::error::{Error, Result};
use crate::estimate::{Confidence, Estimate, Scope};
use crate::events::Events;
use crate::method::Method;
use crate::series::Series;
use crate::time::{Span, Timestamp, Window};
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
        caveats.push(format!("the data cover {covered} of the period's {}", period.width));
    }
    Ok(Cut { period, coverage, caveats })
}

fn of_events(objective: &Objective, events: &Events, options: &Options) -> Result<SloReport> {
    if objective.population == Population::Time && objective.criterion.is_none() {
        return Err(
            Error::argument("events are not “up” or down; time is").hint("say “of requests”, or give a condition")
        );
    }
    let cut = cut(objective, events.window())?;
    let cut_events = events.slice(cut.period.start, cut.period.end());
    let events = cut_events.as_ref().ok_or_else(|| Error::empty("no event lies in the objective's period"))?;
    let unit = &events.identity().unit;
    let condition = match objective.effective_criterion() {
        // events of an up/down probe carry 0 or 1
        Criterion::Up if events.ok().is_some() => None,
        _ => objective.condition(),
    };
    let condition = condition.map(|c| c.converted(unit)).transpose()?;
    let resolution = options.resolution.unwrap_or(Span::SECOND);
    let bad = BadTime::from_events(events, condition.as_ref(), resolution, options.no_data, None)?;
    // a request is good iff the condition holds and its flag, where it has one, says so too
    let holds = |i: usize| condition.as_ref().is_none_or(|c| events.values().get(i).is_some_and(|v| c.holds(*v)));
    let good = |i: usize| holds(i) && events.ok().is_none_or(|ok| ok.get(i).copied().unwrap_or(false));
    let total = events.len() as u64;
    let n_good = (0..events.len()).filter(|&i| good(i)).count() as u64;
    let scope = Scope::new(Unit::Ratio, events.window());
    let occurrences = proportion(n_good, total, Method::Count, &scope, options.level, "events")?;
    let means = |width| mean_of_ratios(events.times(), good, width);
    let counted = Counted { good: n_good, total, occurrences, scope };
    let costs = bad_in(events, good, &bad.intervals());
    finish(objective, options, cut, bad, counted, means, costs)
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
    let ticks = |span: Span| (span.0 / bad.resolution().0) as u64;
    let (total, n_bad) = (ticks(bad.observed()), ticks(bad.total()));
    let scope = Scope::new(Unit::Ratio, bad.period());
    let good = total.saturating_sub(n_bad);
    let occurrences = proportion(good, total, Method::Sum, &scope, options.level, "samples of time")?;
    let holds = |i: usize| series.values().get(i).is_some_and(|v| condition.holds(*v));
    let means = |width| mean_of_ratios(series.times(), holds, width);
    let counted = Counted { good, total, occurrences, scope };
    let costs = bad.intervals().into_iter().map(|(a, b)| (a, b, b.since(a).as_secs_f64())).collect();
    finish(objective, options, cut, bad, counted, means, costs)
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
    counted: Counted,
    means: impl Fn(Span) -> Result<(f64, u64)>,
    costs: Vec<(Timestamp, Timestamp, f64)>,
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
    let (lower, upper) = wilson(good, n, level);
    Ok(Estimate::new(good as f64 / n as f64, method, n, scope)
        .with_confidence(Confidence { lower, upper, level })
        .with_caveat(format!(
            "the interval (Wilson) takes {what} as independent; where bad ones cluster it is too narrow"
        )))
}

/// The Wilson interval.
fn wilson(good: u64, n: u64, level: f64) -> (f64, f64) {
    use statrs::distribution::{ContinuousCDF, Normal};
    let z = Normal::standard().inverse_cdf(0.5 + level / 2.0);
    let (n, p) = (n as f64, good as f64 / n as f64);
    let centre = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (((centre - half) / scale).max(0.0), ((centre + half) / scale).min(1.0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};

    const NS: i64 = 1_000_000_000;

    fn series(values: Vec<f64>, step_s: i64) -> Series {
        let times = (0..values.len() as i64).map(|i| i * step_s * NS).collect();
        Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap()
    }

    fn requests(list: &[(i64, f64, bool)]) -> Events {
        Events::new(
            Identity::new("latency", Unit::Second),
            list.iter().map(|e| e.0 * NS).collect(),
            list.iter().map(|e| e.1).collect(),
            Some(list.iter().map(|e| e.2).collect()),
            NanPolicy::Refuse,
        )
        .unwrap()
    }

    fn objective(text: &str) -> Objective {
        text.parse().unwrap()
    }

    #[test]
    fn up_time_over_thirty_days_of_minutes() {
        // 34 outages, 302 bad minutes: 30 of 9 minutes and 4 of 8, from minute 3 of every 1270th
        let mut values = vec![1.0; 43_200];
        for i in 0..34 {
            let from = 3 + i * 1270;
            values[from..from + if i < 30 { 9 } else { 8 }].fill(0.0);
        }
        let data = series(values, 60);
        let report =
            evaluate(&objective("99% of time up over 30d"), SloInput::Series(&data), &Options::default()).unwrap();
        assert_eq!(report.verdict, Verdict::Met);
        assert_eq!(report.budget.allowed.value, 432.0 * 60.0);
        assert_eq!(report.budget.spent.value, 302.0 * 60.0);
        assert_eq!(report.budget.left.value, 130.0 * 60.0);
        assert_eq!((report.incidents.len(), report.incidents[0].cost), (34, 540.0));
        assert!((report.incidents.iter().map(|i| i.share).sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(report.caveats.is_empty(), "{:?}", report.caveats);
        // the same outages counted in slices of 5 minutes miss the objective: 34 × 5 min × at least 2
        let sliced =
            evaluate(&objective("99% of 5m slices up over 30d"), SloInput::Series(&data), &Options::default()).unwrap();
        assert_eq!(sliced.verdict, Verdict::Violated);
        let bad_slices = sliced.budget.spent.value / 300.0;
        let by_hand = (0..8640).filter(|s| (s * 5..s * 5 + 5).any(|m| data.values()[m] == 0.0)).count();
        assert_eq!(bad_slices, by_hand as f64);
        assert_eq!(sliced.methods.time_slices.unwrap().value, 1.0 - by_hand as f64 / 8640.0);
        assert_eq!(sliced.incidents.iter().map(|i| i.cost).sum::<f64>(), by_hand as f64 * 300.0);
    }

    #[test]
    fn requests_by_condition_and_by_flag() {
        let list: Vec<(i64, f64, bool)> =
            (0..1000).map(|i| (i, if i % 100 == 7 { 0.5 } else { 0.1 }, i % 250 != 0)).collect();
        let events = requests(&list);
        let by = |text: &str| evaluate(&objective(text), SloInput::Events(&events), &Options::default()).unwrap();
        // 10 slow ones, and 4 that failed in time
        let both = by("99% of requests < 300ms over 1d");
        assert_eq!((both.budget.spent.value, both.verdict), (14.0, Verdict::Violated));
        assert!(both.caveats.iter().any(|c| c.starts_with("4 of 1000 events meet “< 0.3s” and failed")), "{:?}", both.caveats);
        assert_eq!(both.incidents.iter().map(|i| i.cost).sum::<f64>(), 14.0);
        let unflagged = Events::new(
            events.identity().clone(),
            events.times().to_vec(),
            events.values().to_vec(),
            None,
            NanPolicy::Refuse,
        )
        .unwrap();
        let alone = |text: &str| evaluate(&objective(text), SloInput::Events(&unflagged), &Options::default()).unwrap();
        let slow = alone("99% of requests < 300ms over 1d");
        let sli = slow.methods.occurrences.unwrap();
        assert_eq!((sli.value, sli.n), (0.99, 1000));
        // the Wilson interval of 990 of 1000, as scipy's binomtest(990, 1000).proportion_ci has it
        let interval = sli.confidence.unwrap();
        assert!(
            (interval.lower - 0.981_690_531_129_685).abs() < 1e-12
                && (interval.upper - 0.994_559_245_554_471).abs() < 1e-12,
            "{interval:?}"
        );
        assert_eq!((slow.budget.allowed.value, slow.budget.spent.value, slow.verdict), (10.0, 10.0, Verdict::Met));
        assert_eq!(slow.budget.spent.unit, Unit::Count);
        assert!(slow.caveats.iter().any(|c| c.contains("cover")), "{:?}", slow.caveats);
        assert!(slow.caveats.iter().any(|c| c.contains("events seen")));
        assert_eq!(slow.incidents.len(), 10);
        assert_eq!(alone("99.5% of requests < 300ms over 1d").verdict, Verdict::Violated);
        let flagged = by("99.5% of requests ok over 1d");
        assert_eq!((flagged.budget.spent.value, flagged.verdict), (4.0, Verdict::Met));
        // exactly at the target: 99.6 % of 1000 allows 4
        assert_eq!(by("99.6% of requests over 1d").verdict, Verdict::Met);
        assert_eq!(by("99.61% of requests over 1d").verdict, Verdict::Violated);
    }

    #[test]
    fn the_mean_of_ratios_hides_errors_under_uneven_traffic() {
        // ten quiet minutes without errors, one busy minute with a third of its requests failing
        let mut list: Vec<(i64, f64, bool)> =
            (0..10).flat_map(|m| (0..6).map(move |i| (m * 60 + i, 0.1, true))).collect();
        list.extend((0..600).map(|i| (600 + i / 10, 0.1, i % 3 != 0)));
        let events = requests(&list);
        let report =
            evaluate(&objective("99% of requests ok over 1h"), SloInput::Events(&events), &Options::default()).unwrap();
        let m = report.methods;
        assert!((m.occurrences.unwrap().value - 460.0 / 660.0).abs() < 1e-12);
        let mean = m.mean_of_ratios.unwrap();
        assert!((mean.value - (10.0 + 2.0 / 3.0) / 11.0).abs() < 1e-12);
        assert_eq!(mean.n, 11);
        assert!((m.ratio_slices.unwrap().value - 10.0 / 11.0).abs() < 1e-12);
        assert_eq!(report.incidents.len(), 1);
        assert_eq!(report.incidents[0].cost, 200.0);
    }

    #[test]
    fn slices_have_percentiles_means_and_ratios() {
        // minute m: m slow ones of 100
        let list: Vec<(i64, f64, bool)> = (0..4_i64)
            .flat_map(|m| (0..100).map(move |i| (m * 60 + i % 60, if i < m { 1.0 } else { 0.1 }, i >= m)))
            .collect();
        let events = requests(&list);
        let bad = |text: &str| {
            let r = evaluate(&objective(text), SloInput::Events(&events), &Options::default()).unwrap();
            r.budget.spent.value / 60.0
        };
        // at most one slow one of a hundred keeps p99 fast
        assert_eq!(bad("99% of 1m slices have p99 < 500ms over 1h"), 2.0);
        assert_eq!(bad("99% of 1m slices have p98 < 500ms over 1h"), 1.0);
        assert_eq!(bad("99% of 1m slices have ratio >= 99% over 1h"), 2.0);
        assert_eq!(bad("99% of 1m slices have mean <= 109ms over 1h"), 2.0);
        assert_eq!(bad("99% of 1m slices < 500ms over 1h"), 3.0);
    }

    #[test]
    fn older_data_are_left_out_of_the_period() {
        let mut values = vec![1.0; 7200];
        values[..600].fill(0.0);
        let data = series(values, 1);
        let report =
            evaluate(&objective("99% of time up over 1h"), SloInput::Series(&data), &Options::default()).unwrap();
        assert_eq!((report.budget.spent.value, report.verdict), (0.0, Verdict::Met));
        assert!(report.caveats[0].contains("left out"));
        assert_eq!(report.coverage, 1.0);
        let longer =
            evaluate(&objective("99% of time up over 1d"), SloInput::Series(&data), &Options::default()).unwrap();
        assert_eq!((longer.budget.allowed.value, longer.budget.spent.value), (864.0, 600.0));
        assert!((longer.coverage - 1.0 / 12.0).abs() < 1e-12);
    }

    #[test]
    fn what_does_not_fit_is_refused_with_a_way_out() {
        let data = series(vec![1.0; 100], 1);
        let error = |text: &str| evaluate(&objective(text), SloInput::Series(&data), &Options::default()).unwrap_err();
        assert!(error("99% of requests ok over 1h").to_string().contains("of time"));
        assert!(error("99% of time < 300ms over 1h").to_string().contains("convert"));
        assert!(error("99% of 1500ms slices up over 1h").to_string().contains("multiple"));
        let id = Identity::new("latency", Unit::Second);
        let events = Events::new(id, vec![0], vec![0.1], None, NanPolicy::Refuse).unwrap();
        let flags = evaluate(&objective("99% of requests ok over 1h"), SloInput::Events(&events), &Options::default());
        assert!(flags.unwrap_err().to_string().contains("good"));
    }

    #[test]
    fn json_has_the_contracts_keys() {
        let data = series(vec![1.0, 0.0, 1.0, 1.0], 1);
        let report =
            evaluate(&objective("50% of time up over 4s"), SloInput::Series(&data), &Options::default()).unwrap();
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["objective"], "50% of time up over 4s");
        for key in ["occurrences", "time_slices", "ratio_slices", "mean_of_ratios"] {
            assert!(json["methods"].get(key).is_some(), "{key}");
        }
        for key in ["allowed", "spent", "left"] {
            assert_eq!(json["budget"][key]["unit"], "s");
        }
        assert_eq!(json["incidents"][0]["start"], "1970-01-01T00:00:01Z");
        assert_eq!(json["verdict"], "met");
    }
}
