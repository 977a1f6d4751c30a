//! One objective held against several series: which of them are worst, at a glance.

use super::slo::amount;
use crate::estimate::{Bound, Estimate};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::slo::SloReport;
use crate::unit::Unit;
use crate::window::Verdict;

/// One row a series, the one that spent most of its budget first; a budget of nothing is spent by anything bad.
pub fn table(held: &[(String, &SloReport)]) -> Table {
    let columns = vec![
        Column::text("series"),
        Column::text("verdict"),
        Column::number("service level", Unit::Ratio),
        Column::text("its interval"),
        Column::number("of the budget spent", Unit::Ratio),
        Column::text("bad"),
        Column::text("allowed"),
    ];
    let mut sorted: Vec<&(String, &SloReport)> = held.iter().collect();
    // a stable sort: series with the same share stay in their order
    sorted.sort_by(|a, b| spent(b.1).total_cmp(&spent(a.1)));
    let mut table = Table::new("Series, the worst first", columns);
    table.rows = sorted.into_iter().map(|(title, report)| row(title, report)).collect();
    table
}

fn row(title: &str, report: &SloReport) -> Vec<Cell> {
    let share = spent(report);
    vec![
        title.into(),
        said(report).into(),
        report.service_level().map_or(Cell::Empty, |level| level.value.into()),
        report.service_level().and_then(interval).map_or(Cell::Empty, Into::into),
        if share.is_finite() { share.into() } else { Cell::Empty },
        amount(&report.budget.spent).into(),
        amount(&report.budget.allowed).into(),
    ]
}

/// The share of the budget that is spent.
fn spent(report: &SloReport) -> f64 {
    let (spent, allowed) = (report.budget.spent.value, report.budget.allowed.value);
    if spent == 0.0 { 0.0 } else { spent / allowed }
}

/// The widest that is known of a service level: what is guaranteed, else the confidence of its process.
fn interval(level: &Estimate) -> Option<String> {
    let show = |low: f64, high: f64| format!("[{}, {}]", level.unit.show(low), level.unit.show(high));
    match (&level.bound, level.confidence) {
        (Bound::Guaranteed { lower, upper }, _) => Some(format!("surely {}", show(*lower, *upper))),
        (_, Some(c)) => Some(format!("{} {}", Unit::Ratio.show(c.level), show(c.lower, c.upper))),
        _ => None,
    }
}

fn said(report: &SloReport) -> String {
    format!("{}{}", report.verdict, if report.decided { "" } else { " so far" })
}

/// How many series violate the objective.
pub fn finding(held: &[(String, &SloReport)]) -> Option<(Standing, String)> {
    let objective = &held.first()?.1.objective;
    let violated = held.iter().filter(|(_, r)| r.verdict == Verdict::Violated).count();
    let met = held.iter().filter(|(_, r)| r.verdict == Verdict::Met).count();
    let open = held.iter().filter(|(_, r)| r.verdict == Verdict::Met && !r.decided).count();
    let mut text = match violated {
        0 => format!("None of {} series violates “{objective}”", held.len()),
        1 => format!("1 of {} series violates “{objective}”", held.len()),
        n => format!("{n} of {} series violate “{objective}”", held.len()),
    };
    if open == held.len() {
        text.push_str(" so far");
    } else if open > 0 {
        text.push_str(&format!("; {open} of those that are met are met so far"));
    }
    let undecided = held.len() - violated - met;
    if undecided > 0 {
        text.push_str(&format!("; of {undecided} it cannot be decided"));
    }
    let standing = match () {
        () if violated > 0 => Standing::Bad,
        () if open > 0 || undecided > 0 => Standing::Unknown,
        () => Standing::Good,
    };
    Some((standing, text + "."))
}

/// Sentence and table; `None` of fewer than two series, which their own sections tell.
pub fn section(held: &[(String, &SloReport)]) -> Option<Section> {
    let (standing, text) = finding(held).filter(|_| held.len() > 1)?;
    Some(
        Section::new(format!("Objective of {} series", held.len()))
            .with(Block::Verdict { standing, text, evidence: Vec::new() })
            .with(Block::Table(table(held)))
            .with(Block::Text("How each is counted, and what must be known of it, stands under its own name.".into())),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy, Series};
    use crate::slo::{Options, SloInput, evaluate};
    use crate::time::Span;

    /// Up or down by the minute for ten minutes.
    fn held(bad: &[i64], objective: &str) -> SloReport {
        let minutes = (0..10).map(|m| m * Span::MINUTE.0).collect();
        let up = (0..10).map(|m| f64::from(u8::from(!bad.contains(&m)))).collect();
        let up = Series::new(Identity::new("up", Unit::None), minutes, up, NanPolicy::Refuse).unwrap();
        evaluate(&objective.parse().unwrap(), SloInput::Series(&up), &Options::default()).unwrap()
    }

    #[test]
    fn the_worst_series_comes_first() {
        let objective = "80% of time up over 10m";
        let (fine, bad, worse) = (held(&[], objective), held(&[1, 2, 3], objective), held(&[1, 2, 3, 4], objective));
        let all: Vec<(String, &SloReport)> =
            [("fine", &fine), ("bad", &bad), ("worse", &worse)].map(|(name, r)| (name.to_owned(), r)).to_vec();
        let csv = table(&all).to_csv();
        let first: Vec<&str> = csv.lines().skip(1).map(|l| l.split(',').next().unwrap()).collect();
        assert_eq!(first, ["worse", "bad", "fine"], "{csv}");
        // 3 of 2 minutes and 4 of 2 minutes
        assert!(csv.contains("bad,violated,0.7,\"95 % [") && csv.contains("\",1.5,3m,2m"), "{csv}");
        assert!(csv.contains("worse,violated,0.6,\"95 % [") && csv.contains("\",2,4m,2m"), "{csv}");
        let (standing, text) = finding(&all).unwrap();
        assert_eq!((standing, &*text), (Standing::Bad, "2 of 3 series violate “80% of time up over 10m”."));
        assert!(section(&all[..1]).is_none() && section(&[]).is_none());
        let day = held(&[], "80% of time up over 1d");
        let so_far = finding(&[("a".into(), &day), ("b".into(), &day)]).unwrap();
        assert_eq!(so_far.0, Standing::Unknown);
        assert!(so_far.1.ends_with("over 1d” so far."), "{}", so_far.1);
    }
}
