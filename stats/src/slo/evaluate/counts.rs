//! Counts of all and of bad events against an objective.

use super::super::counts::Counts;
use super::super::objective::{Objective, Population};
use super::super::projection::{Outcome, Projection};
use super::super::slices::mean_of_ratios;
use super::super::units::Units;
use super::{BudgetState, Counted, Methods, Options, SloReport, by_time, cut, finish, silence};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::time::{Span, Timestamp};
use crate::unit::Unit;
use crate::window::{BadTime, Verdict};

pub(super) fn evaluate(objective: &Objective, counts: &Counts, options: &Options) -> Result<SloReport> {
    let asked = Objective { criterion: Some(counts.criterion_of(objective)?), ..objective.clone() };
    let worst = one(&asked, counts, options)?;
    let report = match counts.at_best() {
        None => worst,
        Some(best) => {
            let report = between(worst, &one(&asked, &best, options)?);
            allowed_between(report, counts)
        }
    };
    Ok(SloReport { objective: objective.clone(), ..report })
}

/// The report where all that is in doubt is bad, with that where all of it is good as the other bound.
fn between(worst: SloReport, best: &SloReport) -> SloReport {
    let guaranteed = |of: &Estimate, other: &Estimate| {
        let (lower, upper) = (of.value.min(other.value), of.value.max(other.value));
        of.clone().with_bound(Bound::Guaranteed { lower, upper })
    };
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
        worst.projection
    };
    SloReport { methods, budget, projection, verdict, decided: worst.decided && best.decided, ..worst }
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
    let mut cut = cut(objective, counts.window())?;
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
    // where the bad time has them, which is not quite where they were scraped
    let first = times.first().copied().unwrap_or_default();
    let on_ticks = |t: &i64| first + Span(t - first).in_steps(counts.step()).saturating_mul(counts.step().0);
    let times: Vec<i64> = times.iter().map(on_ticks).collect();
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
    let counted = Counted {
        good: all - bad_counts.iter().sum::<u64>(),
        total: all,
        method: Method::Count,
        scope: Scope::new(Unit::Ratio, window),
        what: "events",
        units,
        costs,
    };
    finish(objective, options, cut, bad, counted, means)
}
