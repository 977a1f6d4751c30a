//! What queries make of a counter.

use super::words::width;
use crate::error::Result;
use crate::figure::{Figure, WidthCurve, counter_figure};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::unit::Unit;
use crate::window::{CounterReading, CounterReadings, CounterRow, RangeEnds, RangeFunction};
use crate::words::counted;

/// An error of less than this share is no more than rounding and edges.
const SMALL: f64 = 0.005;

/// One row a width: what was counted, and what each query reads of it in sum.
pub fn table(readings: &CounterReadings) -> Table {
    let mut columns = vec![Column::span("width"), Column::number("windows", Unit::Count), Column::estimate("counted")];
    let names: Vec<String> = readings.rows.first().map_or_else(Vec::new, |r| r.readings.iter().map(name).collect());
    columns.extend(names.into_iter().map(Column::text));
    columns.push(Column::number("one event is lost", Unit::Ratio));
    let mut table = Table::new(format!("What Prometheus {} reads, by width of the range", readings.dialect), columns);
    let told = worst(readings).map(|r| r.counted.caveats.clone()).unwrap_or_default();
    for row in &readings.rows {
        let mut counted = row.counted.clone();
        // what the finding's evidence says already need not be said in every row
        counted.caveats.retain(|caveat| !told.contains(caveat));
        let mut cells: Vec<Cell> = vec![row.width.into(), (row.windows as f64).into(), counted.into()];
        cells.extend(row.readings.iter().map(|r| read(row, r).into()));
        cells.push(row.isolated.as_ref().map_or(Cell::Empty, |i| Cell::Number(i.lost.value)));
        table.rows.push(cells);
    }
    table
}

/// `increase, rate`, `irate`, `increase anchored`.
fn name(reading: &CounterReading) -> String {
    match (reading.function, reading.ends) {
        (RangeFunction::Increase, RangeEnds::Extrapolated) => "increase, rate".to_owned(),
        (function, RangeEnds::Extrapolated) => function.to_string(),
        (_, RangeEnds::Anchored) => "anchored".to_owned(),
        (_, RangeEnds::Smoothed) => "smoothed".to_owned(),
    }
}

/// `1.23 k (−4.1 %)`, or that there is no answer.
fn read(row: &CounterRow, reading: &CounterReading) -> String {
    if reading.answered == 0 {
        return "no answer".to_owned();
    }
    let value = row.counted.unit.show(reading.total);
    reading.relative.map_or(value.clone(), |r| format!("{value} ({})", error(r)))
}

/// A relative error with its sign.
fn error(relative: f64) -> String {
    let percent = Unit::Percent.show((relative * 10_000.0).round() / 100.0);
    if relative > 0.0 { format!("+{percent}") } else { percent.replace('-', "−") }
}

/// The relative error of each query by width.
///
/// # Errors
/// As [`counter_figure`].
pub fn figure(readings: &CounterReadings, of: &str) -> Result<Figure> {
    let mut curves: Vec<WidthCurve> = Vec::new();
    for row in &readings.rows {
        for reading in row.readings.iter().filter(|r| r.answered > 0) {
            let Some(relative) = reading.relative else { continue };
            let (name, point) = (name(reading), (row.width, relative));
            match curves.iter_mut().find(|c| c.name == name) {
                Some(curve) => curve.points.push(point),
                None => curves.push(WidthCurve { name, points: vec![point] }),
            }
        }
    }
    counter_figure(&curves, of)
}

fn increase(row: &CounterRow) -> Option<CounterReading> {
    row.readings.iter().find(|x| x.function == RangeFunction::Increase).cloned()
}

/// The row at which `increase` is furthest from the truth.
fn worst(readings: &CounterReadings) -> Option<&CounterRow> {
    let size = |r: &CounterRow| increase(r).filter(|i| i.answered > 0).and_then(|i| i.relative).map_or(-1.0, f64::abs);
    readings.rows.iter().max_by(|a, b| size(a).total_cmp(&size(b)))
}

/// The row at which `increase` is furthest from the truth, in one sentence or two.
pub fn finding(readings: &CounterReadings) -> Option<(Standing, String)> {
    let worst = worst(readings)?;
    let reading = increase(worst).filter(|i| i.answered > 0)?;
    let unit = &worst.counted.unit;
    let mut text = format!(
        "{} were counted; {} and its rate read {} in sum{}.",
        worst.counted.short(),
        reading.query,
        unit.show(reading.total),
        reading.relative.map_or_else(String::new, |r| format!(" ({})", error(r))),
    );
    if let Some(isolated) = &worst.isolated {
        text.push_str(&format!(
            " At {}, scraped every {}, one event alone is lost with probability {} and else reads {}.",
            width(worst.width),
            width(readings.interval),
            Unit::Ratio.show(isolated.lost.value),
            if isolated.reads_least == isolated.reads_most {
                Unit::None.show(isolated.reads_most)
            } else {
                format!("{} to {}", Unit::None.show(isolated.reads_least), Unit::None.show(isolated.reads_most))
            }
        ));
    }
    if readings.resets + readings.gaps > 0 {
        text.push_str(&format!(
            " The samples have {} and {}.",
            counted(readings.resets, "reset"),
            counted(readings.gaps, "gap")
        ));
    }
    let off = reading.relative.is_some_and(|r| r.abs() > SMALL);
    Some((if off { Standing::Bad } else { Standing::Good }, text))
}

/// Sentence, table and figure under the name of the counter.
pub fn section(title: &str, readings: &CounterReadings) -> Section {
    let mut section = Section::new(format!("Queries over {title}"));
    if let Some((standing, text)) = finding(readings) {
        let counted = worst(readings).map(|r| ("counted".to_owned(), r.counted.clone()));
        section.blocks.push(Block::Verdict { standing, text, evidence: counted.into_iter().collect() });
    }
    section.blocks.push(Block::Table(table(readings)));
    if let Ok(figure) = figure(readings, title) {
        section.blocks.push(Block::Figure(figure));
    }
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::counter::Counter;
    use crate::series::{Identity, NanPolicy};
    use crate::window::{CounterOptions, counter_readings};

    #[test]
    fn a_lost_burst_is_told() {
        let times: Vec<i64> = (0..81).map(|i| (10 + i * 15) * 1_000_000_000).collect();
        let values = (0..81).map(|i| f64::from(500 + 10 * i + if i >= 40 { 1000 } else { 0 })).collect();
        let counter = Counter::new(Identity::new("errors", Unit::Count), times, values, NanPolicy::Refuse).unwrap();
        let readings = counter_readings(&counter, &"1m".parse().unwrap(), &CounterOptions::default()).unwrap();
        let (standing, text) = finding(&readings).unwrap();
        assert_eq!(standing, Standing::Bad);
        assert!(text.contains("increase(x[1m]) and its rate read 760 in sum (−56.82 %)"), "{text}");
        assert!(text.contains("scraped every 15s, one event alone is lost with probability 25 %"), "{text}");
        let section = section("errors", &readings);
        assert_eq!(section.blocks.len(), 3);
        let Block::Table(table) = &section.blocks[1] else { unreachable!() };
        assert_eq!((table.columns.len(), table.rows.len()), (9, 1));
    }
}
