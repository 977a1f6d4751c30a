//! What a roll-up plan loses.

use super::words::{span, span_cell, width};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::time::Span;
use crate::unit::Unit;
use crate::window::{RollUpPlan, TierLoss, Verdict};

/// One row a tier: from which age it is all there is, what its slices charge, and what it shows of the peak.
pub fn table(tiers: &[TierLoss]) -> Table {
    let columns = vec![
        Column::text("tier"),
        Column::span("from an age of"),
        Column::number("windows", Unit::Count),
        Column::span("charged"),
        Column::text("at any phase"),
        Column::text("verdict"),
        Column::text("greatest mean"),
        Column::number("of the peak lost", Unit::Ratio),
        Column::text("not told"),
    ];
    let mut table = Table::new("What each tier still tells", columns);
    for tier in tiers {
        let charged = tier.charged.as_ref().map(|c| &c.charged);
        table.rows.push(vec![
            tier.tier.to_string().into(),
            tier.from_age.into(),
            tier.windows.map_or(Cell::Empty, |n| Cell::Number(n as f64)),
            charged.map_or(Cell::Empty, |c| span_cell(c.aligned.value)),
            charged.map_or(Cell::Empty, |c| format!("{} to {}", span(c.min.value), span(c.max.value)).into()),
            tier.charged.as_ref().and_then(|c| c.verdict).map_or(Cell::Empty, |v| v.to_string().into()),
            tier.peak.as_ref().map_or(Cell::Empty, |p| p.max_of_means.unit.show(p.max_of_means.value).into()),
            tier.peak.as_ref().and_then(|p| p.loss).map_or(Cell::Empty, Cell::Number),
            tier.not_told.join("; ").into(),
        ]);
    }
    table
}

/// One row a tier and percentile: the true one, what the tier's mean makes of it, and between what it surely lies.
pub fn percentiles(tiers: &[TierLoss]) -> Option<Table> {
    let columns = vec![
        Column::text("tier"),
        Column::text("quantile"),
        Column::estimate("true"),
        Column::text("mean of the tier's"),
        Column::number("error", Unit::Ratio),
        Column::text("surely between"),
    ];
    let mut table = Table::new("Percentiles that each tier still tells", columns);
    for tier in tiers {
        for row in &tier.percentiles {
            let unit = &row.exact.unit;
            let (lower, upper) = row.bracket_all;
            table.rows.push(vec![
                tier.tier.to_string().into(),
                row.q.to_string().into(),
                row.exact.clone().into(),
                unit.show(row.mean.estimate.value).into(),
                row.mean.relative.map_or(Cell::Empty, Cell::Number),
                format!("{} and {}", unit.show(lower), unit.show(upper)).into(),
            ]);
        }
    }
    (!table.rows.is_empty()).then_some(table)
}

/// What the coarsest tier makes of the data beside the finest, in one sentence for each thing it tells.
pub fn finding(tiers: &[TierLoss]) -> (Standing, String) {
    let Some(last) = tiers.last() else { return (Standing::Unknown, "The plan has no tier.".to_owned()) };
    let mut standing = Standing::Good;
    let age = if last.from_age == Span::ZERO { "at once".to_owned() } else { format!("after {}", last.from_age) };
    let mut parts = Vec::new();
    if let Some(row) = &last.charged {
        let verdict = row.verdict.map_or_else(String::new, |v| format!(" ({v})"));
        parts.push(format!(
            "{} of bad time is charged as {}{verdict}",
            span(row.true_bad.value),
            span(row.charged.aligned.value)
        ));
        let first = tiers.iter().find_map(|t| t.charged.as_ref()).and_then(|c| c.verdict);
        if row.verdict != first {
            standing = if row.verdict == Some(Verdict::DependsOnPhase) { Standing::Depends } else { Standing::Bad };
        }
    }
    if let Some(row) = last.percentiles.last() {
        let unit = &row.exact.unit;
        parts.push(format!(
            "the {} of {} is only known to lie between {} and {}",
            row.q,
            unit.show(row.exact.value),
            unit.show(row.bracket_all.0),
            unit.show(row.bracket_all.1)
        ));
    }
    if let Some(peak) = &last.peak {
        let unit = &peak.true_peak.unit;
        parts.push(format!(
            "the peak of {} reads {}",
            unit.show(peak.true_peak.value),
            unit.show(peak.max_of_means.value)
        ));
    }
    let text = if parts.is_empty() {
        format!("Rolled up to {} {age}, nothing of these data can be told.", width(last.tier.width))
    } else {
        format!("Rolled up to {} {age}, {}.", width(last.tier.width), parts.join("; "))
    };
    (if parts.is_empty() { Standing::Unknown } else { standing }, text)
}

/// Sentence and tables under the name of the series.
pub fn section(title: &str, plan: &RollUpPlan, tiers: &[TierLoss]) -> Section {
    let (standing, text) = finding(tiers);
    let mut section = Section::new(format!("What “{plan}” keeps of {title}"))
        .with(Block::Verdict { standing, text, evidence: Vec::new() })
        .with(Block::Table(table(tiers)));
    section.blocks.extend(percentiles(tiers).map(Block::Table));
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::{Timestamp, Window};
    use crate::window::{BadTime, Budget, RetentionInput, Rule, retention};

    #[test]
    fn the_verdict_that_flips_with_age_is_told() {
        let at = |s: i64| Timestamp(s * 1_000_000_000);
        let day = Window::new(at(0), Span::DAY).unwrap();
        let bad = BadTime::from_intervals(day, Span::SECOND, &[(at(3600), at(3610))], &[]).unwrap();
        let input = RetentionInput {
            bad_time: Some(&bad),
            rule: Some(Rule::AnyBad),
            budget: Some(Budget::new("99.9%".parse().unwrap(), Span::DAY)),
            ..RetentionInput::default()
        };
        let plan: RollUpPlan = "1s for 2d, 1h for ever".parse().unwrap();
        let tiers = retention(&plan, &input).unwrap();
        let (standing, text) = finding(&tiers);
        assert_eq!(standing, Standing::Bad);
        assert_eq!(text, "Rolled up to 1h after 2d, 10s of bad time is charged as 1h (violated).");
        assert_eq!(section("up", &plan, &tiers).blocks.len(), 2);
        assert!(percentiles(&tiers).is_none());
    }
}
