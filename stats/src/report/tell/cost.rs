//! What bad time costs.

use crate::estimate::Bound;
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::slo::{Bucket, CostReport};
use crate::unit::Unit;

/// Each charge with what it comes to, and the sum.
pub fn table(report: &CostReport) -> Table {
    let columns = vec![
        Column::text("bucket"),
        Column::text("charge"),
        Column::number("quantity", Unit::None),
        Column::estimate("cost"),
        Column::text("not known because"),
    ];
    let mut table = Table::new("Cost of bad time", columns);
    for row in &report.rows {
        table.rows.push(vec![
            row.bucket.to_string().into(),
            row.charge.clone().into(),
            row.quantity.map_or(Cell::Empty, Cell::Number),
            row.cost.clone().map_or(Cell::Empty, Cell::Estimate),
            row.why.clone().map_or(Cell::Empty, Cell::Text),
        ]);
    }
    let sum = report.total.clone().map_or(Cell::Empty, Cell::Estimate);
    let why = if report.unknown.is_empty() { Cell::Empty } else { format!("{} unknown", report.unknown.len()).into() };
    table.rows.push(vec!["all".into(), Cell::Empty, Cell::Empty, sum, why]);
    table
}

/// The sum in one sentence; what is not known is part of it.
pub fn finding(report: &CostReport) -> (Standing, String) {
    let names = super::words::list(&report.unknown.iter().map(Bucket::to_string).collect::<Vec<_>>());
    let Some(total) = &report.total else {
        return (Standing::Unknown, format!("What the bad time cost is not known: nothing is known of {names}."));
    };
    let show = |value: f64| total.unit.show(value);
    let range = match total.interval() {
        Some((low, high)) if high.is_finite() => format!(", from {} to {}", show(low), show(high)),
        Some((low, _)) => format!(", {} or more", show(low)),
        None => String::new(),
    };
    if let (Bound::Unknown { why }, true) = (&total.bound, report.unknown.is_empty()) {
        let text =
            format!("The bad time cost about {}; how far off that may be is not known: {why}.", show(total.value));
        return (Standing::Unknown, text);
    }
    if report.unknown.is_empty() {
        (Standing::Good, format!("The bad time cost about {}{range}.", show(total.value)))
    } else {
        let text = format!("The bad time cost about {}{range}, and what is not known of: {names}.", show(total.value));
        (Standing::Unknown, text)
    }
}

/// Sentence and table under the name of the series.
pub fn section(title: &str, report: &CostReport) -> Section {
    let (standing, text) = finding(report);
    Section::new(format!("Cost of {title}"))
        .with(Block::Verdict { standing, text, evidence: Vec::new() })
        .with(Block::Table(table(report)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::slo::{Usage, cost, read_costs};

    #[test]
    fn the_sentence_says_what_is_not_known() {
        let usage = Usage { bad_seconds: Some(60.0), incidents: Some(1.0), ..Usage::default() };
        let model = read_costs(
            "currency: EUR\nlost revenue: 2 [1, 4] per bad second\nuser trust: unknown\ncontract penalties: 0 [0, 0] once\n\
             infrastructure: 0 [0, 0] once\nengineering time: 80 [40, 100] per incident\n",
        );
        let found = cost(&model.unwrap(), &usage);
        let (standing, text) = finding(&found);
        assert_eq!(standing, Standing::Unknown);
        assert_eq!(text, "The bad time cost about 200 EUR, 100 EUR or more, and what is not known of: user trust.");
        assert_eq!(table(&found).rows.len(), 6);
        // one incident of bad seconds that may all be good
        let in_doubt = Usage { at_least: Some(crate::slo::AtLeast::default()), ..usage };
        let free = "user trust: 0 [0, 0] once\ncontract penalties: 0 [0, 0] once\ninfrastructure: 0 [0, 0] once\nlost revenue: 0 [0, 0] once\n";
        let model = read_costs(&format!("currency: EUR\nengineering time: 80 [40, 100] per incident\n{free}")).unwrap();
        let (standing, text) = finding(&cost(&model, &in_doubt));
        assert_eq!(standing, Standing::Unknown);
        assert_eq!(
            text,
            "The bad time cost about 80 EUR; how far off that may be is not known: how many there were is in doubt."
        );
    }
}
