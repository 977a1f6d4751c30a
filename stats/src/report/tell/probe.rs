//! What a synthetic check sees of outages.

use super::words::{span, span_cell, width};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::unit::Unit;
use crate::window::ProbeError;

/// What is measured of the bad time, and what is not seen.
pub fn table(error: &ProbeError) -> Table {
    let columns = vec![Column::text("what"), Column::span("time"), Column::number("outages", Unit::None)];
    let mut table = Table::new(format!("Checks every {}", width(error.interval)), columns);
    let mut row = |name: &str, time: Option<f64>, count: Option<f64>| {
        let time = time.map_or(Cell::Empty, span_cell);
        table.rows.push(vec![name.into(), time, count.map_or(Cell::Empty, Cell::Number)]);
    };
    row("true bad time", Some(error.true_bad_s), Some(error.outages as f64));
    row("measured, least", Some(error.least_s), None);
    row("measured, mean", Some(error.mean_s), None);
    row("measured, most", Some(error.most_s), None);
    row("standard deviation", Some(error.sd_s), None);
    row("mean error of one outage", Some(error.mean_error_s), None);
    row("outages that no check sees, mean", None, Some(error.unseen));
    row("outages without an alert, mean", None, Some(error.unalerted));
    if let Some((least, mean, most)) = error.alert_after_s {
        row("to the alert, least", Some(least), None);
        row("to the alert, mean", Some(mean), None);
        row("to the alert, most", Some(most), None);
    }
    table
}

/// What the checks miss, in one sentence.
pub fn finding(error: &ProbeError) -> (Standing, String) {
    if error.outages == 0 {
        return (Standing::Unknown, "There is no outage for a check to miss.".to_owned());
    }
    let text = format!(
        "Checks every {} measure {} to {} of {} of bad time, {} on average; {} is missed with probability {}.",
        width(error.interval),
        span(error.least_s),
        span(error.most_s),
        span(error.true_bad_s),
        span(error.mean_s),
        if error.outages == 1 { "the outage".to_owned() } else { format!("the shortest of {} outages", error.outages) },
        Unit::Ratio.show(error.miss_probability)
    );
    (if error.unseen > 0.0 { Standing::Bad } else { Standing::Good }, text)
}

/// Sentence and table under the name of the series.
pub fn section(title: &str, error: &ProbeError) -> Section {
    let (standing, text) = finding(error);
    Section::new(format!("Synthetic checks of {title}"))
        .with(Block::Verdict { standing, text, evidence: Vec::new() })
        .with(Block::Table(table(error)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::Span;
    use crate::window::{IncidentPattern, Probe};

    #[test]
    fn what_is_missed_is_told() {
        let outages = IncidentPattern::Measured(vec![Span::from_secs(15), Span::from_secs(600)]);
        let error = Probe::every(Span::MINUTE).unwrap().error(&outages);
        let (standing, text) = finding(&error);
        assert_eq!(standing, Standing::Bad);
        assert_eq!(
            text,
            "Checks every 1m measure 10m to 11m of 10m 15s of bad time, 10m 15s on average; the shortest of 2 outages is \
             missed with probability 75 %."
        );
        assert_eq!(section("up", &error).blocks.len(), 2);
    }
}
