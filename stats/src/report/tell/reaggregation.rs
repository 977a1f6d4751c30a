//! What averaging percentiles makes of them.

use super::words::width;
use crate::error::Result;
use crate::figure::{Figure, ReaggregationCurve, ReaggregationPoint, reaggregation_figure};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::unit::Unit;
use crate::window::{Reaggregated, ReaggregationRow, Tightening};

/// One row a width and quantile: the exact number, the merged histogram's, and what each second aggregation makes of it.
pub fn table(rows: &[ReaggregationRow]) -> Table {
    let columns = vec![
        Column::span("width"),
        Column::text("quantile"),
        Column::number("windows", Unit::Count),
        Column::estimate("exact"),
        Column::estimate("merged histograms"),
        Column::text("mean"),
        Column::text("weighted mean"),
        Column::text("median"),
        Column::text("maximum"),
        Column::text("surely between"),
    ];
    let mut table = Table::new("Percentiles per window, aggregated again", columns);
    for row in rows {
        let unit = &row.exact.unit;
        let (low, high) = row.bracket_all;
        table.rows.push(vec![
            row.width.into(),
            row.q.to_string().into(),
            (row.windows as f64).into(),
            row.exact.clone().into(),
            row.merged_histogram.clone().into(),
            again(&row.mean).into(),
            again(&row.weighted_mean).into(),
            again(&row.median).into(),
            again(&row.max).into(),
            format!("{} and {}", unit.show(low), unit.show(high)).into(),
        ]);
    }
    table
}

/// `213 ms (+12 %)`.
fn again(found: &Reaggregated) -> String {
    let value = found.estimate.unit.show(found.estimate.value);
    found.relative.map_or(value.clone(), |r| format!("{value} ({})", error(r)))
}

/// A relative error with its sign.
fn error(relative: f64) -> String {
    let percent = Unit::Percent.show((relative * 1000.0).round() / 10.0);
    if relative > 0.0 { format!("+{percent}") } else { percent.replace('-', "−") }
}

/// How much tighter the bracket of a percentile gets with each further percentile that is stored of every window.
pub fn brackets(found: &Tightening) -> Table {
    let columns = vec![
        Column::text("stored in addition"),
        Column::number("stored", Unit::Count),
        Column::text("surely between"),
        Column::number("length of the bracket", Unit::Ratio),
    ];
    let title = format!("What percentiles per {} guarantee about {}", width(found.width), found.q);
    let mut table = Table::new(title, columns);
    let unit = &found.exact.unit;
    for step in &found.steps {
        table.rows.push(vec![
            step.added.to_string().into(),
            (step.stored as f64).into(),
            format!("{} and {}", unit.show(step.lower), unit.show(step.upper)).into(),
            step.relative.map_or(Cell::Empty, Cell::Number),
        ]);
    }
    table
}

/// The error of the mean and of the maximum, one curve each a quantile, by width.
///
/// # Errors
/// As [`reaggregation_figure`].
pub fn figure(rows: &[ReaggregationRow], of: &str) -> Result<Figure> {
    let mut curves: Vec<ReaggregationCurve> = Vec::new();
    for row in rows {
        for (name, found) in [("mean", &row.mean), ("maximum", &row.max)] {
            let Some(relative) = found.relative else { continue };
            let point = ReaggregationPoint { width: row.width, error: relative, lower: relative, upper: relative };
            let name = format!("{name} of {}", row.q);
            match curves.iter_mut().find(|c| c.name == name) {
                Some(curve) => curve.points.push(point),
                None => curves.push(ReaggregationCurve { name, points: vec![point] }),
            }
        }
    }
    reaggregation_figure(&curves, &format!("percentiles of {of}"))
}

/// The worst mean of percentiles in one sentence.
pub fn finding(rows: &[ReaggregationRow]) -> Option<(Standing, String)> {
    let size = |r: &&ReaggregationRow| r.mean.relative.unwrap_or(0.0).abs();
    let worst = rows.iter().filter(|r| r.windows > 1).max_by(|a, b| size(a).total_cmp(&size(b)))?;
    let relative = worst.mean.relative?;
    let text = format!(
        "The mean of {} per {} reads {} where {} is true ({}); merged histograms read {}.",
        worst.q,
        width(worst.width),
        worst.mean.estimate.unit.show(worst.mean.estimate.value),
        worst.exact.unit.show(worst.exact.value),
        error(relative),
        worst.merged_histogram.unit.show(worst.merged_histogram.value)
    );
    Some((if relative.abs() > 0.01 { Standing::Bad } else { Standing::Good }, text))
}

/// Sentence, table and figure under the name of the series.
pub fn section(title: &str, rows: &[ReaggregationRow]) -> Section {
    let mut section = Section::new(format!("Averages of percentiles of {title}"));
    if let Some((standing, text)) = finding(rows) {
        section.blocks.push(Block::Verdict { standing, text, evidence: Vec::new() });
    }
    section.blocks.push(Block::Table(table(rows)));
    if let Ok(figure) = figure(rows, title) {
        section.blocks.push(Block::Figure(figure));
    }
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::events::Events;
    use crate::quantile::Quantile;
    use crate::series::{Identity, NanPolicy};
    use crate::window::reaggregate;

    #[test]
    fn the_mean_of_medians_is_told_with_its_error() {
        // minute 0: nine times 1 s; minute 1: one time 11 s. The median is 1 s, the mean of medians 6 s.
        let second = 1_000_000_000;
        let times = (0..9).map(|i| i * second).chain([61 * second]).collect();
        let values = [1.0; 9].into_iter().chain([11.0]).collect();
        let events = Events::new(Identity::new("latency", Unit::Second), times, values, None, NanPolicy::Drop).unwrap();
        let rows = reaggregate(&events, &"1m".parse().unwrap(), &[Quantile::MEDIAN]).unwrap();
        let (standing, text) = finding(&rows).unwrap();
        assert_eq!(standing, Standing::Bad);
        assert!(text.starts_with("The mean of p50 per 1m reads 6 s where 1 s is true (+500 %)"), "{text}");
        assert_eq!(section("latency", &rows).blocks.len(), 3);
    }
}
