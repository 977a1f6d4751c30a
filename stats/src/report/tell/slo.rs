//! Whether an objective is met, and what spent its budget.

use super::words::standing;
use crate::error::Result;
use crate::estimate::{Bound, Estimate};
use crate::figure::{BudgetPoint, Figure, Incident, ProjectedEnd, budget_caption, budget_figure, project_budget};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::slo::{Outcome, Projection, SliInterval, SloIncident, SloReport};
use crate::time::{Span, Timestamp};
use crate::unit::Unit;
use crate::window::Verdict;

/// The service level by each way of counting that the data allow.
pub fn methods_table(report: &SloReport) -> Table {
    let columns = vec![Column::text("counted by"), Column::estimate("service level"), Column::text("about")];
    let mut table = Table::new("Service level, by how it is counted", columns);
    let m = &report.methods;
    for (name, estimate, about) in [
        ("occurrences", &m.occurrences, "good members over all"),
        ("time slices", &m.time_slices, "good slices over all; a bad slice is charged whole"),
        ("ratio slices", &m.ratio_slices, "slices that reach the target by themselves"),
        (
            "mean of ratios",
            &m.mean_of_ratios,
            "what an average over a dashboard shows; quiet slices weigh as much as busy ones",
        ),
    ] {
        if let Some(estimate) = estimate {
            table.rows.push(vec![name.into(), estimate.clone().into(), about.into()]);
        }
    }
    table
}

/// Every way of counting with every interval side by side: the two for independent errors, and the one that keeps neighbours
/// together. Where something is in doubt, the rows are of the worst end.
pub fn intervals_table(report: &SloReport) -> Table {
    let columns = vec![
        Column::text("counted by"),
        Column::number("service level", Unit::Ratio),
        Column::text("Wilson"),
        Column::text("Clopper–Pearson"),
        Column::text("block bootstrap"),
        Column::text("blocks"),
        Column::number("variance over that of independent errors", Unit::None),
        Column::number("budget spent of what was seen", Unit::Ratio),
    ];
    let level = report.intervals.first().map_or(0.95, |i| i.wilson.level);
    let end = if report.in_doubt { ", with all that is in doubt as bad" } else { "" };
    let mut table = Table::new(format!("Intervals of the service level at {}{end}", Unit::Ratio.show(level)), columns);
    let between =
        |c: &crate::estimate::Confidence| format!("[{}, {}]", Unit::Ratio.show(c.lower), Unit::Ratio.show(c.upper));
    let row = |i: &SliInterval| {
        let mut row: Vec<Cell> =
            vec![i.counted_by.into(), i.sli.into(), between(&i.wilson).into(), between(&i.clopper_pearson).into()];
        match &i.block_bootstrap {
            Some(b) => row.extend([
                between(&b.interval).into(),
                format!("{} × {}", b.block, super::words::width(b.unit)).into(),
                b.design_effect.into(),
            ]),
            None => row.extend([i.no_bootstrap.clone().unwrap_or_default().into(), Cell::Empty, Cell::Empty]),
        }
        row.push(i.spent.map_or(Cell::Empty, Cell::Number));
        row
    };
    table.rows = report.intervals.iter().map(row).collect();
    table
}

/// The mean of ratios against the members themselves, where it hides or invents a twentieth of the errors or more.
pub fn mean_of_ratios_sentence(report: &SloReport) -> Option<String> {
    let m = &report.methods;
    let (mean, truth, hides) = (m.mean_of_ratios.as_ref()?, m.occurrences.as_ref()?, m.mean_hides.as_ref()?);
    if hides.value.abs() < 0.05 {
        return None;
    }
    let does = if hides.value > 0.0 { "hides" } else { "adds" };
    Some(format!(
        "The {} reads {}, the members themselves {}: the average {does} {} of the errors, since a quiet slice weighs as much \
         as a busy one.",
        mean.method,
        Unit::Ratio.show(mean.value),
        Unit::Ratio.show(truth.value),
        Unit::Ratio.show(hides.value.abs())
    ))
}

/// When the budget was spent, where it is: by an instant, or between two where it is in doubt.
fn when_spent(projection: &Projection) -> Option<String> {
    let earliest = projection.exhausted?.whole_second();
    Some(match projection.exhausted_at_latest {
        Some(latest) => format!("between {earliest} and {}", latest.whole_second()),
        None => format!("by {earliest}"),
    })
}

/// When the budget will be spent, in one sentence.
pub fn projection_sentence(projection: &Projection) -> String {
    let p = projection;
    let whole = Timestamp::whole_second;
    let horizon = |t: Option<Timestamp>| t.map_or_else(|| "after the horizon".to_owned(), |t| whole(t).to_string());
    let chance = p.probability.as_ref().map_or_else(String::new, |e| {
        format!(
            " In {} of {} drawings of the time to come it ends by {}.",
            Unit::Ratio.show(e.value),
            e.n,
            whole(p.horizon)
        )
    });
    match p.outcome {
        Outcome::Exhausted => match when_spent(p) {
            Some(when) => format!("The budget was spent {when}."),
            None => "The budget is spent.".to_owned(),
        },
        Outcome::Within => format!(
            "If the time to come is like the time seen, the budget ends about {} ({} interval from {} to {}).{chance}",
            horizon(p.expected),
            Unit::Ratio.show(p.level),
            horizon(p.earliest),
            horizon(p.latest)
        ),
        Outcome::NotWithin => {
            let early = p.earliest.map_or_else(String::new, |t| format!(" It could end from {} on.", whole(t)));
            format!(
                "If the time to come is like the time seen, the budget lasts beyond {}.{early}{chance}",
                whole(p.horizon)
            )
        }
        Outcome::PeriodOver => "The period is over: nothing is left to project.".to_owned(),
        Outcome::Unknown => {
            format!("When the budget ends is not known: {}.", p.why.as_deref().unwrap_or("the data do not say"))
        }
    }
}

/// What is allowed, spent and left.
pub fn budget_table(report: &SloReport) -> Table {
    let columns = vec![Column::text("error budget"), Column::estimate("amount"), Column::number("share", Unit::Ratio)];
    let mut table = Table::new("Error budget", columns);
    let allowed = report.budget.allowed.value;
    for (name, estimate) in
        [("allowed", &report.budget.allowed), ("spent", &report.budget.spent), ("left", &report.budget.left)]
    {
        let share = if allowed > 0.0 { Cell::Number(estimate.value / allowed) } else { Cell::Empty };
        table.rows.push(vec![name.into(), estimate.clone().into(), share]);
    }
    table
}

/// What spent the budget, dearest first, at most `most` incidents. Shares are of what was spent and of what is allowed, as the table of the
/// budget has both: of the events seen where requests are counted, else of the whole period.
pub fn incidents_table(report: &SloReport, most: usize) -> Table {
    let columns = vec![
        Column::text("start"),
        Column::text("end"),
        Column::span("lasted"),
        Column::number("cost", report.budget.spent.unit.clone()),
        Column::number("of what was spent", Unit::Ratio),
        Column::number("of what is allowed", Unit::Ratio),
    ];
    let shown = report.incidents.len().min(most);
    let title = match report.incidents.len() {
        n if n > shown => format!("Incidents, the {shown} dearest of {n}"),
        _ => "Incidents, dearest first".to_owned(),
    };
    let mut table = Table::new(title, columns);
    let row = |i: &SloIncident| {
        vec![
            i.start.to_string().into(),
            i.end.to_string().into(),
            i.end.since(i.start).into(),
            i.cost.into(),
            i.share.into(),
            i.share_of_budget.map_or(Cell::Empty, Cell::Number),
        ]
    };
    table.rows = report.incidents.iter().take(most).map(row).collect();
    table
}

/// So many incidents are shaded in the figure.
const SHADED: usize = 20;

/// Budget spent over the period; within an incident evenly.
///
/// # Errors
/// As [`budget_figure`].
pub fn figure(report: &SloReport) -> Result<Figure> {
    let mut by_time: Vec<&SloIncident> = report.incidents.iter().collect();
    by_time.sort_by_key(|i| i.start);
    let mut spent = 0.0;
    let mut points = vec![BudgetPoint { time: report.period.start, spent }];
    for incident in by_time {
        points.push(BudgetPoint { time: incident.start, spent });
        spent += incident.cost;
        points.push(BudgetPoint { time: incident.end, spent });
    }
    points.push(BudgetPoint { time: report.period.end(), spent });
    let shaded: Vec<Incident> = report
        .incidents
        .iter()
        .take(SHADED)
        .map(|i| Incident { start: i.start, end: i.end, name: String::new() })
        .collect();
    let (allowed, unit) = (report.budget.allowed.value, &report.budget.spent.unit);
    // a budget of the events seen is spent evenly over the time seen
    let of = if report.of_events_seen() { report.bad_time.period() } else { report.period };
    let mut figure = budget_figure(&points, allowed, unit, of, &shaded)?;
    if report.of_events_seen() {
        figure.x.range = Some((figure.x.position(report.period.start), figure.x.position(report.period.end())));
        figure.caption = budget_caption(spent, allowed, unit, report.bad_time.period());
        figure.caption.push_str(" The budget is that of the events seen, not of the whole period.");
    }
    if report.in_doubt {
        figure.caption.push_str(" What is in doubt counts as bad.");
    }
    if let Some(when) = when_spent(&report.projection) {
        figure.caption.push_str(&format!(" Spent {when}."));
    }
    if report.coverage < LITTLE {
        let seen = report.bad_time.period();
        figure.x.range = Some((figure.x.position(seen.start), figure.x.position(seen.end())));
        figure.caption.push_str(&format!(" The axis shows the {} that the data cover.", seen.width.about()));
    } else if let (Outcome::Within, Some(expected)) = (report.projection.outcome, report.projection.expected) {
        let p = &report.projection;
        let now = BudgetPoint { time: report.bad_time.period().end(), spent };
        let end = ProjectedEnd {
            earliest: p.earliest.unwrap_or(expected),
            expected,
            latest: p.latest.unwrap_or(p.horizon),
            level: p.level,
        };
        project_budget(&mut figure, now, report.budget.allowed.value, end);
    }
    Ok(figure)
}

/// Data that cover less of the period than this are drawn alone: in the whole period they would be a stroke.
const LITTLE: f64 = 0.4;

/// How much of the period was seen, where the rest could change the verdict.
fn so_far(report: &SloReport) -> String {
    if report.decided {
        return String::new();
    }
    if report.without_duration().is_some() {
        return " The data have no duration: the objective is not decided for any period.".to_owned();
    }
    let seen = Span((report.coverage * report.period.width.0 as f64) as i64);
    let words = match report.verdict {
        Verdict::Violated => "the whole period is not yet decided",
        _ => "the objective is not yet decided",
    };
    format!(
        " The data cover {} of the period's {} ({}): {words}.",
        seen.about(),
        report.period.width,
        Unit::Ratio.show(report.coverage)
    )
}

/// What was spent of what is allowed; of what is not known there is no share.
fn share_spent(report: &SloReport) -> Option<String> {
    let (spent, allowed) = (&report.budget.spent, &report.budget.allowed);
    let (least, most) = allowed.interval().unwrap_or((allowed.value, allowed.value));
    if least <= 0.0 || report.verdict == Verdict::Undecidable {
        return None;
    }
    let share = |spent: f64, of: f64| Unit::Ratio.show(spent / of);
    Some(match spent.interval() {
        Some((low, high)) if report.in_doubt && (low, least) != (high, most) => {
            format!("{} to {}", share(low, most), share(high, least))
        }
        _ => share(spent.value, allowed.value),
    })
}

/// The verdict in one sentence. What is in doubt is told with both ends.
pub fn finding(report: &SloReport) -> (Standing, String) {
    let what = if report.budget.spent.unit == Unit::Count { " events" } else { "" };
    let budget = &report.budget;
    let share = share_spent(report).map_or_else(String::new, |share| format!(" ({share})"));
    let text = format!(
        "“{}” is {}{}: bad were {}{what} of {} allowed{share}.{}",
        report.objective,
        report.verdict,
        if report.decided { "" } else { " so far" },
        amount(&budget.spent),
        amount(&budget.allowed),
        so_far(report),
    );
    // what was met in a part of the period is not met in the period
    (
        if report.decided || report.verdict == Verdict::Violated {
            standing(report.verdict)
        } else {
            Standing::Unknown
        },
        text,
    )
}

/// An amount of the budget, with both ends where it is in doubt: time as a span, members as a number.
pub(super) fn amount(of: &Estimate) -> String {
    let show = |value: f64| match of.unit {
        Unit::Second => super::words::span(value),
        ref unit => unit.show(value),
    };
    match of.bound {
        Bound::Guaranteed { lower, upper } if lower < upper => format!("{} to {}", show(lower), show(upper)),
        _ => show(of.value),
    }
}

/// So many incidents are listed.
const LISTED: usize = 20;

/// Verdict, methods, budget, incidents and figure under the name of the series; `good_means` says what makes a member good.
pub fn section(title: &str, report: &SloReport, good_means: &str) -> Section {
    let (standing, text) = finding(report);
    let evidence = report.service_level().into_iter().map(|e| ("service level".to_owned(), e.clone())).collect();
    let mut section = Section::new(format!("Objective for {title}"))
        .with(Block::Verdict { standing, text, evidence })
        .with(Block::Text(good_means.to_owned()));
    if !report.caveats.is_empty() {
        section.blocks.push(Block::Warnings(report.caveats.clone()));
    }
    if report.without_duration().is_none() {
        let mut sentence = projection_sentence(&report.projection);
        if report.in_doubt && report.projection.probability.is_some() {
            sentence.push_str(" What is in doubt is taken as bad there.");
        }
        section.blocks.push(Block::Text(sentence));
    }
    section.blocks.extend(mean_of_ratios_sentence(report).map(Block::Text));
    section.blocks.push(Block::Table(methods_table(report)));
    section.blocks.push(Block::Table(intervals_table(report)));
    section.blocks.push(Block::Table(budget_table(report)));
    if !report.incidents.is_empty() {
        section.blocks.push(Block::Table(incidents_table(report, LISTED)));
    }
    if report.without_duration().is_none()
        && let Ok(figure) = figure(report)
    {
        section.blocks.push(Block::Figure(figure));
    }
    section
}

#[cfg(test)]
mod tests;
