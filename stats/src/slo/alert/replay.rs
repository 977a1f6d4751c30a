//! What a rule would have done on a history, held against the incidents that there were.

use super::rule::BurnRateRule;
use super::scan::{Firing, firings};
use super::tally::Tally;
use super::truth::Truth;
use crate::error::Result;
use crate::estimate::{Confidence, Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::quantile::proportion::wilson;
use crate::time::Span;
use crate::unit::Unit;

/// What a firing was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FiringKind {
    /// A significant incident.
    Incident,
    /// No single significant incident, but from the beginning of its long window to its end as much budget was spent as by one.
    SlowBurn,
    /// Neither: nobody had to be called.
    False,
}

/// A firing and what it was about.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct JudgedFiring {
    /// The firing.
    #[serde(flatten)]
    pub firing: Firing,
    /// What it was about.
    pub kind: FiringKind,
    /// The share of the period's budget spent from the beginning of its long window to its end.
    pub share_of_budget: f64,
}

/// What a rule made of one significant incident.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Detection {
    /// The incident's number in the truth, counted from 0.
    pub incident: usize,
    /// From its beginning to the alert; 0 where an earlier one still fired, `None` where it was missed.
    #[serde(rename = "delay_s")]
    pub delay: Option<Span>,
    /// Whether the alert was firing when it began.
    pub already_firing: bool,
    /// The share of the period's budget that the incident had spent when the alert began.
    pub budget_at_detection: Option<f64>,
    /// From its end to the end of the alert; `None` where it was missed, the data end first, or a later incident took over.
    #[serde(rename = "reset_s")]
    pub reset: Option<Span>,
}

/// What a rule, or several together, did on a history.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Replay {
    /// Every time it fired.
    pub firings: Vec<JudgedFiring>,
    /// Every significant incident, in order of time.
    pub detections: Vec<Detection>,
    /// Firings about nothing that mattered.
    pub false_pages: u64,
    /// Significant incidents found, over all of them; `None` where there was none.
    pub recall: Option<Estimate>,
    /// Firings about an incident or a slow burn, over all of them; `None` where it never fired.
    pub precision: Option<Estimate>,
    /// The median delay of the incidents found, in seconds.
    pub delay_median: Option<Estimate>,
    /// The longest delay of the incidents found, in seconds.
    pub delay_worst: Option<Estimate>,
    /// The median share of the budget spent at detection.
    pub budget_median: Option<Estimate>,
    /// The greatest share of the budget spent at detection.
    pub budget_worst: Option<Estimate>,
    /// The median time from an incident's end to the alert's, in seconds.
    pub reset_median: Option<Estimate>,
    /// Firings a week.
    pub per_week: Estimate,
    /// What a reader must know.
    pub caveats: Vec<String>,
}

/// The level of the intervals of precision and recall.
const LEVEL: f64 = 0.95;

/// Evaluates a rule every `interval` (commonly 30 s) over a history and judges every firing by the truth.
///
/// Costs one pass: each window's counts are a difference of running sums, so the length of the windows does not matter.
///
/// ```
/// use sre_stats::slo::{Population, alert::{BurnRateRule, Tally, Truth, TruthOptions, replay}};
/// use sre_stats::time::{Span, Timestamp};
/// // ten requests a second for three hours; for six minutes in the second hour half of them fail
/// let bad: Vec<u64> = (0..10_800).map(|s| if (5400..5760).contains(&s) { 5 } else { 0 }).collect();
/// let counts = Tally::new(Timestamp(0), Span::SECOND, &bad, &[10; 10_800], Population::Requests)?;
/// let (target, month) = ("99.9%".parse()?, "30d".parse()?);
/// let truth = Truth::measured(&counts, target, month, &TruthOptions::default())?;
/// let rule: BurnRateRule = "14.4x over 1h and 5m".parse()?;
/// let replay = replay(&counts, &truth, &rule, target, Span::from_secs(30))?;
/// // theory: 3600 s × 0.0144 / 0.5 = 103.7 s, seen at the next evaluation
/// assert_eq!(replay.detections[0].delay, Some(Span::from_secs(120)));
/// assert_eq!(replay.false_pages, 0);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) for an unusable or unreachable rule, an interval that is not more than 0, a window
/// shorter than a tick of the data, or too many evaluations.
pub fn replay(counts: &Tally, truth: &Truth, rule: &BurnRateRule, target: Quantile, interval: Span) -> Result<Replay> {
    let found = fired(counts, rule, target, interval)?;
    let mut replay = judged(counts, truth, &found);
    if rule.long.0 % counts.tick().0 != 0 || rule.short.0 % counts.tick().0 != 0 {
        replay.caveats.push(format!("the windows of {rule} were cut to whole ticks of {}", counts.tick()));
    }
    Ok(replay)
}

/// The firings of a rule that fits the data.
pub(super) fn fired(counts: &Tally, rule: &BurnRateRule, target: Quantile, interval: Span) -> Result<Vec<Firing>> {
    let threshold = rule.threshold(target)?;
    if rule.short < counts.tick() {
        return Err(crate::error::Error::argument(format!(
            "the short window of {} is shorter than the data's step of {}",
            rule.short,
            counts.tick()
        ))
        .hint("give a rule with wider windows, or finer data"));
    }
    firings(counts, rule, threshold, interval)
}

/// Holds firings, in order and disjoint, against the truth.
pub(super) fn judged(counts: &Tally, truth: &Truth, found: &[Firing]) -> Replay {
    let firings: Vec<JudgedFiring> = found.iter().map(|f| judge(counts, truth, *f)).collect();
    let detections: Vec<Detection> = truth
        .incidents
        .iter()
        .enumerate()
        .filter(|(_, i)| i.significant)
        .map(|(number, _)| detection(counts, truth, number, found))
        .collect();
    let false_pages = firings.iter().filter(|f| f.kind == FiringKind::False).count() as u64;
    let scope = Scope::new(Unit::Ratio, counts.window());
    let detected = detections.iter().filter(|d| d.delay.is_some()).count() as u64;
    let share = |part: usize, of: usize, method| share(part as u64, of as u64, method, &scope);
    let column = |value: fn(&Detection) -> Option<f64>| {
        let mut all: Vec<f64> = detections.iter().filter_map(value).collect();
        all.sort_by(f64::total_cmp);
        all
    };
    let delays = column(|d| d.delay.map(Span::as_secs_f64));
    let budgets = column(|d| d.budget_at_detection);
    let resets = column(|d| d.reset.map(Span::as_secs_f64));
    let seconds = scope.with_unit(Unit::Second);
    let weeks = counts.window().width.as_secs_f64() / (7.0 * 86_400.0);
    let per_week = Scope::new(Unit::Other("/week".into()), counts.window());
    let mut caveats = Vec::new();
    let missed = detections.len() as u64 - detected;
    if missed > 0 {
        caveats.push(match detections.len() {
            1 => "the one significant incident was missed and has no delay".to_owned(),
            n => format!(
                "{missed} of {n} significant incidents {} no delay",
                if missed == 1 { "was missed and has" } else { "were missed and have" }
            ),
        });
    }
    let warm_up = firings.iter().filter(|f| f.firing.warm_up).count();
    if warm_up > 0 {
        caveats.push(format!("{warm_up} of {} firings began before the data filled the long window", firings.len()));
    }
    let mut per_week = Estimate::new(firings.len() as f64 / weeks, Method::Count, firings.len() as u64, &per_week);
    if weeks < 1.0 {
        per_week = per_week.with_caveat(format!("projected from {}", counts.window().width.about()));
    }
    Replay {
        false_pages,
        recall: share(detected as usize, detections.len(), "found / significant incidents"),
        precision: share(firings.len() - false_pages as usize, firings.len(), "about something / firings"),
        delay_median: middle(&delays, "median of those found", &seconds),
        delay_worst: worst(&delays, "longest of those found", &seconds),
        budget_median: middle(&budgets, "median of those found", &scope),
        budget_worst: worst(&budgets, "greatest of those found", &scope),
        reset_median: middle(&resets, "median", &seconds),
        per_week,
        firings,
        detections,
        caveats,
    }
}

/// An incident is met by a firing where the short window reached into it or the alert still fired when it began.
fn meets(firing: &Firing, start: crate::time::Timestamp, end: crate::time::Timestamp) -> bool {
    end > firing.short_from && start < firing.end
}

fn judge(counts: &Tally, truth: &Truth, firing: Firing) -> JudgedFiring {
    let (bad, _) = counts.between(firing.long_from, firing.end);
    let share_of_budget = truth.share(bad);
    let about = truth.incidents.iter().any(|i| i.significant && meets(&firing, i.start, i.end));
    let kind = if about {
        FiringKind::Incident
    } else if share_of_budget >= truth.significant {
        FiringKind::SlowBurn
    } else {
        FiringKind::False
    };
    JudgedFiring { firing, kind, share_of_budget }
}

fn detection(counts: &Tally, truth: &Truth, number: usize, found: &[Firing]) -> Detection {
    let incident = &truth.incidents[number];
    let mine = |f: &&Firing| meets(f, incident.start, incident.end);
    let Some(first) = found.iter().find(mine) else {
        return Detection {
            incident: number,
            delay: None,
            already_firing: false,
            budget_at_detection: None,
            reset: None,
        };
    };
    let already_firing = first.start <= incident.start;
    let delay = first.start.since(incident.start).max(Span::ZERO);
    let (bad, _) = counts.between(incident.start, first.start.max(incident.start));
    let last = found.iter().rev().find(mine).unwrap_or(first);
    let later = truth.incidents[number + 1..].iter().any(|i| i.start < last.end);
    let reset = (!later && !last.open && last.end >= incident.end).then(|| last.end.since(incident.end));
    Detection {
        incident: number,
        delay: Some(delay),
        already_firing,
        budget_at_detection: Some(truth.share(bad)),
        reset,
    }
}

fn share(part: u64, of: u64, method: &'static str, scope: &Scope) -> Option<Estimate> {
    let (lower, upper) = wilson(part, of, LEVEL).ok()?;
    Some(Estimate::new(part as f64 / of as f64, Method::Named(method), of, scope).with_confidence(Confidence {
        lower,
        upper,
        level: LEVEL,
    }))
}

/// The middle one of sorted values, the mean of the two middle ones of an even number.
fn middle(sorted: &[f64], method: &'static str, scope: &Scope) -> Option<Estimate> {
    let n = sorted.len();
    let value = f64::midpoint(*sorted.get(n.checked_sub(1)? / 2)?, *sorted.get(n / 2)?);
    Some(Estimate::new(value, Method::Named(method), n as u64, scope))
}

fn worst(sorted: &[f64], method: &'static str, scope: &Scope) -> Option<Estimate> {
    sorted.last().map(|v| Estimate::new(*v, Method::Named(method), sorted.len() as u64, scope))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::slo::Population;
    use crate::slo::alert::TruthOptions;
    use crate::time::Timestamp;

    #[test]
    fn missed_incidents_are_told_in_number() {
        let missed = |outages: &[usize]| {
            let mut bad = vec![0_u64; 86_400];
            for at in outages {
                bad[*at..*at + 600].fill(10);
            }
            let counts =
                Tally::new(Timestamp(0), Span::SECOND, &bad, &vec![10; bad.len()], Population::Requests).unwrap();
            let period = Span(30 * Span::DAY.0);
            let truth = Truth::measured(&counts, "99.9%".parse().unwrap(), period, &TruthOptions::default()).unwrap();
            judged(&counts, &truth, &[]).caveats
        };
        assert_eq!(missed(&[1000]), ["the one significant incident was missed and has no delay"]);
        assert_eq!(missed(&[1000, 9000]), ["2 of 2 significant incidents were missed and have no delay"]);
    }
}
