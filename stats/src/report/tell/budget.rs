//! What an objective allows.

use crate::quantile::Quantile;
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::slo::budget::{Affordable, AllowedRow};
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

/// The allowed bad time of each objective, a row, over each period, a column.
pub fn allowed_table(rows: &[AllowedRow]) -> Table {
    let mut columns = vec![Column::text("objective")];
    let mut table = Table::new("Allowed bad time", Vec::new());
    for of_one in rows.chunk_by(|a, b| a.objective == b.objective) {
        let percent = of_one.first().map_or_else(String::new, |r| r.objective.to_string());
        let mut cells: Vec<Cell> = vec![format!("{}%", percent.trim_start_matches('p')).into()];
        for row in of_one {
            let name = format!("per {}", row.period);
            if table.rows.is_empty() {
                columns.push(Column::span(name));
            }
            cells.push(row.allowed.into());
        }
        table.rows.push(cells);
    }
    table.columns = columns;
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

    #[test]
    fn nines_stand_in_rows_and_periods_in_columns() {
        let nines: Vec<Quantile> = ["99%", "99.9%"].iter().map(|q| q.parse().unwrap()).collect();
        let table = allowed_table(&budget::table(&nines));
        assert_eq!((table.columns.len(), table.rows.len()), (8, 2));
        assert_eq!(table.columns[4].name, "per 30d");
        assert_eq!(table.rows[1][4], Cell::Span(Span::from_secs(2592)));
    }
}
