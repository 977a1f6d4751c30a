//! Whether an objective is met, and what spent its budget.

use super::words::standing;
use crate::error::Result;
use crate::figure::{BudgetPoint, Figure, Incident, budget_figure};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::slo::{SloIncident, SloReport};
use crate::unit::Unit;

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

/// What spent the budget, dearest first, at most `most` incidents.
pub fn incidents_table(report: &SloReport, most: usize) -> Table {
    let columns = vec![
        Column::text("start"),
        Column::text("end"),
        Column::span("lasted"),
        Column::number("cost", report.budget.spent.unit.clone()),
        Column::number("of what was spent", Unit::Ratio),
        Column::number("of the budget", Unit::Ratio),
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
    let mut figure =
        budget_figure(&points, report.budget.allowed.value, &report.budget.spent.unit, report.period, &shaded)?;
    if report.coverage < LITTLE {
        let seen = report.bad_time.period();
        figure.x.range = Some((figure.x.position(seen.start), figure.x.position(seen.end())));
        figure.caption.push_str(&format!(" The axis shows the {} that the data cover.", seen.width.about()));
    }
    Ok(figure)
}

/// Data that cover less of the period than this are drawn alone: in the whole period they would be a stroke.
const LITTLE: f64 = 0.4;

/// The verdict in one sentence.
pub fn finding(report: &SloReport) -> (Standing, String) {
    let show = |value: f64| match report.budget.spent.unit {
        Unit::Second => super::words::span(value),
        ref unit => unit.show(value),
    };
    let what = if report.budget.spent.unit == Unit::Count { " events" } else { "" };
    let budget = &report.budget;
    let share = if budget.allowed.value > 0.0 {
        format!(" ({})", Unit::Ratio.show(budget.spent.value / budget.allowed.value))
    } else {
        String::new()
    };
    let text = format!(
        "“{}” is {}: bad were {}{what} of {} allowed{share}.",
        report.objective,
        report.verdict,
        show(budget.spent.value),
        show(budget.allowed.value)
    );
    (standing(report.verdict), text)
}

/// So many incidents are listed.
const LISTED: usize = 20;

/// Verdict, methods, budget, incidents and figure under the name of the series; `good_means` says what makes a member good.
pub fn section(title: &str, report: &SloReport, good_means: &str) -> Section {
    let (standing, text) = finding(report);
    let evidence = report.methods.occurrences.iter().map(|e| ("service level".to_owned(), e.clone())).collect();
    let mut section = Section::new(format!("Objective for {title}"))
        .with(Block::Verdict { standing, text, evidence })
        .with(Block::Text(good_means.to_owned()));
    if !report.caveats.is_empty() {
        section.blocks.push(Block::Warnings(report.caveats.clone()));
    }
    section.blocks.push(Block::Table(methods_table(report)));
    section.blocks.push(Block::Table(budget_table(report)));
    if !report.incidents.is_empty() {
        section.blocks.push(Block::Table(incidents_table(report, LISTED)));
    }
    if let Ok(figure) = figure(report) {
        section.blocks.push(Block::Figure(figure));
    }
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy, Series};
    use crate::slo::{Options, SloInput, evaluate};

    #[test]
    fn verdict_budget_and_incidents_agree() {
        let times = (0..1440).map(|m| m * 60_000_000_000).collect();
        let values = (0..1440).map(|m| if (100..110).contains(&m) || m == 700 { 0.0 } else { 1.0 }).collect();
        let series = Series::new(Identity::new("up", Unit::None), times, values, NanPolicy::Refuse).unwrap();
        let objective = "99% of time up over 1d".parse().unwrap();
        let report = evaluate(&objective, SloInput::Series(&series), &Options::default()).unwrap();
        let (standing, text) = finding(&report);
        assert_eq!(standing, Standing::Good);
        assert_eq!(text, "“99% of time up over 1d” is met: bad were 11m of 14m 24s allowed (76.39 %).");
        let incidents = incidents_table(&report, 1);
        assert_eq!(incidents.title, "Incidents, the 1 dearest of 2");
        assert_eq!(incidents.rows[0][3], Cell::Number(600.0));
        assert!(figure(&report).unwrap().caption.starts_with("11m of 14m 24s (76.39 %) spent"));
        assert_eq!(methods_table(&report).rows.len(), 4);
    }
}
