//! What an objective allows.

use crate::quantile::Quantile;
use crate::report::{Block, Column, Section, Standing, Table};
use crate::slo::budget::Affordable;
use crate::time::Span;
use crate::unit::Unit;

/// How many whole bad buckets of each width a budget pays for, and the objective that they enforce in truth.
pub fn table(affordable: &[Affordable]) -> Table {
    let columns = vec![
        Column::span("bucket width"),
        Column::number("bad buckets affordable", Unit::Count),
        Column::number("objective enforced", Unit::Ratio),
    ];
    let mut table = Table::new("Whole bad buckets that the budget pays for", columns);
    table.rows = affordable
        .iter()
        .map(|a| vec![a.width.into(), (a.buckets as f64).into(), a.quantised_objective.into()])
        .collect();
    table
}

/// The allowed bad time in one sentence.
pub fn finding(objective: Quantile, period: Span, allowed: Span) -> String {
    let percent = objective.to_string();
    format!("{}% over {period} allows {allowed} of bad time.", percent.trim_start_matches('p'))
}

/// Sentence and table.
pub fn section(objective: Quantile, period: Span, allowed: Span, affordable: &[Affordable]) -> Section {
    let text = finding(objective, period, allowed);
    Section::new("Error budget")
        .with(Block::Verdict { standing: Standing::Good, text, evidence: Vec::new() })
        .with(Block::Table(table(affordable)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::slo::budget;

    #[test]
    fn three_nines_over_thirty_days() {
        let (objective, period): (Quantile, Span) = ("99.9%".parse().unwrap(), "30d".parse().unwrap());
        let allowed = budget::allowed(objective, period);
        assert_eq!(finding(objective, period, allowed), "99.9% over 30d allows 43m 12s of bad time.");
        let table = table(&budget::affordable(objective, period, &"5m".parse().unwrap()));
        assert_eq!(table.to_csv().lines().nth(1).unwrap().split(',').take(2).collect::<Vec<_>>(), ["300", "8"]);
    }
}
