//! Counts of all and of bad events against an objective.

use super::super::counts::Counts;
use super::super::objective::{Objective, Population};
use super::super::projection::{Outcome, Projection};
use super::super::slices::mean_of_ratios;
use super::super::units::Units;
use super::{BudgetState, Counted, Members, Methods, Options, SloReport, by_time, cut, finish, may_fail, silence};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::time::{Span, Timestamp};
use crate::unit::Unit;
use crate::window::{BadTime, Verdict};

pub(super) fn evaluate(objective: &Objective, counts: &Counts, options: &Options) -> Result<SloReport> {
    let asked = Objective { criterion: Some(counts.criterion_of(objective)?), ..objective.clone() };
    let worst = one(&asked, counts, options)?;
    let rows = counts.range(worst.period.start, worst.period.end());
    let report = match counts.at_best() {
        Some(best) if counts.are_in_doubt(rows) => {
            let report = between(worst, &one(&asked, &best, options)?);
            spent_between(allowed_between(report, counts), counts)
        }
        _ => worst,
    };
    Ok(SloReport { objective: objective.clone(), ..report })
}

/// An estimate at one end with that at the other as its bound; its interval holds those of both.
fn guaranteed(of: &Estimate, other: &Estimate) -> Estimate {
    let (lower, upper) = (of.value.min(other.value), of.value.max(other.value));
    let mut out = of.clone().with_bound(Bound::Guaranteed { lower, upper });
    if let (Some(own), Some(other)) = (&mut out.confidence, other.confidence)
        && *own != other
    {
        (own.lower, own.upper) = (own.lower.min(other.lower), own.upper.max(other.upper));
        out.caveats.push("the interval holds those of both bounds".to_owned());
    }
    out
}

/// The report where all that is in doubt is bad, with that where all of it is good as the other bound.
fn between(worst: SloReport, best: &SloReport) -> SloReport {
    let both = |of: &Option<Estimate>, other: &Option<Estimate>| match (of, other) {
        (Some(of), Some(other)) => Some(guaranteed(of, other)),
        _ => of.clone(),
    };
    let (w, b) = (&worst.methods, &best.methods);
    let methods = Methods {
        occurrences: both(&w.occurrences, &b.occurrences),
        time_slices: both(&w.time_slices, &b.time_slices),
        ratio_slices: both(&w.ratio_slices, &b.ratio_slices),
        mean_of_ratios: both(&w.mean_of_ratios, &b.mean_of_ratios),
        // it is not monotone in what is bad: the two ends do not bound it
        mean_hides: None,
    };
    let budget = BudgetState {
        allowed: guaranteed(&worst.budget.allowed, &best.budget.allowed),
        spent: guaranteed(&worst.budget.spent, &best.budget.spent),
        left: guaranteed(&worst.budget.left, &best.budget.left),
    };
    let verdict = if worst.verdict == best.verdict { worst.verdict } else { Verdict::Undecidable };
    let projection = if verdict == Verdict::Undecidable {
        let why = Some("what was spent is not known: see its bounds".to_owned());
        Projection { outcome: Outcome::Unknown, exhausted: None, why, ..worst.projection }
    } else {
        exhausted(worst.projection, best.projection.exhausted)
    };
    let decided = worst.decided && best.decided;
    let least_bad = Some(best.bad_time.total().min(worst.bad_time.total()));
    SloReport { methods, budget, projection, verdict, decided, in_doubt: true, least_bad, ..worst }
}

/// The projection with another time at which the budget may have been spent.
fn exhausted(own: Projection, other: Option<Timestamp>) -> Projection {
    match (own.exhausted, other) {
        (Some(a), Some(b)) if a != b => {
            Projection { exhausted: Some(a.min(b)), exhausted_at_latest: Some(a.max(b)), ..own }
        }
        _ => own,
    }
}

/// When the budget of requests was spent, where some of them may not be there. What is allowed is a share of all, so that neither end of the
/// service level is an end of this: it is earliest with those alone that were bad by then, and latest with all others.
fn spent_between(mut report: SloReport, counts: &Counts) -> SloReport {
    let rows = counts.range(report.period.start, report.period.end());
    let Some((late_bad, late_good)) = counts.late_rows(rows.clone()) else { return report };
    if report.objective.population != Population::Requests || report.projection.exhausted.is_none() {
        return report;
    }
    let part = |column: &'_ [u64]| column.get(rows.clone()).unwrap_or_default().to_vec();
    let (bad, times) = (part(counts.bad()), counts.times().get(rows.clone()).unwrap_or_default());
    let sum = |column: &[u64]| column.iter().fold(0_u64, |sum, n| sum.saturating_add(*n));
    let (all_late, certain) = (sum(late_bad), sum(&part(counts.total())).saturating_sub(sum(late_bad)));
    let most = certain.saturating_add(sum(late_good)).saturating_add(all_late);
    let (mut certainly_bad, mut late) = (0_u64, 0_u64);
    let (mut earliest, mut latest) = (None, None);
    for ((time, bad), late_here) in on_ticks(times, counts.step()).into_iter().zip(bad).zip(late_bad) {
        late = late.saturating_add(*late_here);
        certainly_bad = certainly_bad.saturating_add(bad.saturating_sub(*late_here));
        let end = Timestamp(time) + counts.step();
        if certainly_bad.saturating_add(late) > may_fail(&report.objective, certain.saturating_add(late)) {
            earliest.get_or_insert(end);
        }
        if certainly_bad > may_fail(&report.objective, most.saturating_sub(late)) {
            latest.get_or_insert(end);
        }
    }
    if let (Some(earliest), Some(latest)) = (earliest, latest) {
        report.projection.exhausted = Some(earliest);
        report.projection.exhausted_at_latest = (latest != earliest).then_some(latest);
    }
    report
}

/// The times of rows where the bad time has them, which is not quite where they were scraped.
fn on_ticks(times: &[i64], step: Span) -> Vec<i64> {
    let first = times.first().copied().unwrap_or_default();
    times.iter().map(|t| first + Span(t - first).in_steps(step).saturating_mul(step.0)).collect()
}

/// A share of events is least without those that may not be there, and greatest with all of them: neither is at an end of the service level.
fn allowed_between(mut report: SloReport, counts: &Counts) -> SloReport {
    let (fewer, more) = counts.late_in(counts.range(report.period.start, report.period.end()));
    if report.objective.population == Population::Requests && fewer + more > 0.0 {
        let complement = report.objective.target.complement();
        let allowed = &mut report.budget.allowed;
        let (lower, upper) = (allowed.value - fewer * complement, allowed.value + more * complement);
        allowed.bound = Bound::Guaranteed { lower, upper };
    }
    report
}

/// Counts as they are.
fn one(objective: &Objective, counts: &Counts, options: &Options) -> Result<SloReport> {
    let mut cut = cut(objective, counts.window(), Members::Totals)?;
    cut.caveats.extend_from_slice(counts.notes());
    let rows = counts.range(cut.period.start, cut.period.end());
    let part = |column: &[u64]| column.get(rows.clone()).unwrap_or_default().to_vec();
    let (total, bad_counts) = (part(counts.total()), part(counts.bad()));
    let times = counts.times().get(rows.clone()).unwrap_or_default();
    if times.is_empty() {
        return Err(Error::empty("no row lies in the objective's period"));
    }
    // a tick is a row: counts know nothing finer
    let bad = BadTime::from_counts(times, &total, &bad_counts, counts.step(), options.no_data)?;
    let times = on_ticks(times, counts.step());
    let sum = |column: &[u64], from: usize, to: usize| {
        column.get(from..to).unwrap_or_default().iter().map(|n| *n as f64).sum::<f64>()
    };
    let means = |width| {
        mean_of_ratios(&times, width, |from, to| {
            let all = sum(&total, from, to);
            (all - sum(&bad_counts, from, to), all)
        })
    };
    if objective.population == Population::Time {
        cut.caveats.extend(silence(&bad, "row with a request"));
        let counted = by_time(&bad, options);
        return finish(objective, options, cut, bad, counted, means);
    }
    let window = bad.period();
    let base = options.slice.max(counts.step());
    let mut units = Units::aligned(window.start, window.end(), base);
    for ((&t, &n), &b) in times.iter().zip(&total).zip(&bad_counts) {
        units.add(Timestamp(t), b as f64, n as f64);
    }
    let costs = bad
        .intervals()
        .into_iter()
        .map(|(from, to)| {
            let first = times.partition_point(|&t| t < from.0);
            (from, to, sum(&bad_counts, first, times.partition_point(|&t| t < to.0).max(first)))
        })
        .collect();
    let all = total
        .iter()
        .try_fold(0_u64, |sum, n| sum.checked_add(*n))
        .ok_or_else(|| Error::argument("the counts add up to more than 2⁶⁴"))?;
    let allowed = may_fail(objective, all);
    let mut failed = 0_u64;
    let passed = times.iter().zip(&bad_counts).find(|(_, n)| {
        failed = failed.saturating_add(**n);
        failed > allowed
    });
    let counted = Counted {
        good: all - bad_counts.iter().sum::<u64>(),
        total: all,
        method: Method::Count,
        scope: Scope::new(Unit::Ratio, window),
        what: "events",
        in_time: false,
        units,
        costs,
        // a row's events are known at its end
        passed: passed.map(|(t, _)| Timestamp(*t) + counts.step()),
    };
    finish(objective, options, cut, bad, counted, means)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::evaluate as held;
    use super::super::{Options, SloInput};
    use super::*;
    use crate::counter::Counter;
    use crate::series::{Identity, NanPolicy};
    use proptest::prelude::*;

    fn counter(from: usize, first: u64, increases: &[u64]) -> Counter {
        let mut sum = first;
        let mut values = vec![first as f64];
        for increase in increases.iter().skip(from) {
            sum += increase;
            values.push(sum as f64);
        }
        let times = (from as i64..=increases.len() as i64).map(|i| i * 15_000_000_000).collect();
        Counter::new(Identity::default(), times, values, NanPolicy::Refuse).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        /// Two counters begin late: with each part of what their first samples show, the budget is spent within what is told.
        #[test]
        fn the_budget_is_spent_between_what_is_told(
            good in prop::collection::vec(1_u64..40, 12),
            bad in prop::collection::vec(0_u64..20, 12),
            begins in (1_usize..11, 1_usize..11),
            first in (0_u64..150, 0_u64..150),
        ) {
            let nothing = vec![0; 12];
            let counters = [
                (false, counter(0, 1000, &good)),
                (true, counter(0, 1000, &bad)),
                (true, counter(begins.0, first.0, &nothing)),
                (false, counter(begins.1, first.1, &nothing)),
            ];
            let counters: Vec<(bool, &Counter)> = counters.iter().map(|(bad, c)| (*bad, c)).collect();
            let counts = Counts::from_outcomes(Identity::default(), &counters).unwrap();
            let objective: Objective = "80% of requests ok over 3m".parse().unwrap();
            let options = Options { replicates: 0, ..Options::default() };
            let report = held(&objective, SloInput::Counts(&counts), &options).unwrap();
            let passed = |x: u64, y: u64| {
                let allowed = (good.iter().sum::<u64>() + bad.iter().sum::<u64>() + x + y) / 5;
                let mut sum = 0;
                (0..12).find(|row| {
                    sum += bad[*row] + if row + 1 == begins.0 { x } else { 0 };
                    sum > allowed
                })
            };
            let told = report.projection;
            let mut ends: Option<(usize, usize)> = None;
            for x in 0..=first.0 {
                for y in [0, first.1 / 2, first.1] {
                    let row = passed(x, y);
                    if report.verdict == Verdict::Violated {
                        let row = row.unwrap();
                        ends = Some(ends.map_or((row, row), |(a, b)| (a.min(row), b.max(row))));
                    } else if report.verdict == Verdict::Met {
                        prop_assert_eq!(row, None);
                    }
                }
            }
            let end = |row: usize| Timestamp((row as i64 + 1) * 15_000_000_000);
            if let Some((earliest, latest)) = ends {
                let at_latest = told.exhausted_at_latest.or(told.exhausted).unwrap();
                prop_assert!(told.exhausted.unwrap() <= end(earliest), "{:?} {}", told, earliest);
                prop_assert!(at_latest >= end(latest), "{:?} {}", told, latest);
                // and no wider: one event that is there makes no odds beyond a row
                prop_assert_eq!((told.exhausted.unwrap(), at_latest), (end(earliest), end(latest)));
            } else {
                prop_assert_eq!(told.exhausted, None);
            }
        }
    }
}
