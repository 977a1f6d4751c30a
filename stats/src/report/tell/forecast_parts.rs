//! What is trend, what is season, and which values do not fit?

use crate::error::Result;
use crate::figure::{Figure, Mark, Role, Shape, column_figure, series_figure};
use crate::forecast::{Anomalies, AnomalyVerdict, Decomposition, DecompositionVerdict, SeasonalPart};
use crate::report::{Block, Column, Section, Standing, Table};
use crate::series::Series;
use crate::unit::Unit;

/// The columns of a decomposition, one row a time.
pub fn columns_table(series: &Series, parts: &Decomposition) -> Table {
    let unit = &series.identity().unit;
    let number = |name: String| Column::number(name, unit.clone());
    let mut columns = vec![Column::text("time"), number("observed".into()), number("trend".into())];
    columns.extend(parts.seasonal.iter().map(|s| number(format!("season of {}", s.period.about()))));
    columns.push(number("remainder".into()));
    let mut table = Table::new("Parts", columns);
    let cell = |v: f64| if v.is_nan() { crate::report::Cell::Empty } else { v.into() };
    table.rows = (0..parts.times.len())
        .map(|i| {
            let mut row = vec![parts.times[i].to_string().into(), cell(parts.observed[i]), cell(parts.trend[i])];
            row.extend(parts.seasonal.iter().map(|s| cell(s.values[i])));
            row.push(cell(parts.remainder[i]));
            row
        })
        .collect();
    table
}

/// How much of the variation each part explains.
pub fn strength_table(parts: &Decomposition) -> Table {
    let mut table = Table::new("Strength", vec![Column::text("part"), Column::estimate("strength")]);
    table.rows.extend(parts.trend_strength.iter().map(|s| vec!["trend".into(), s.clone().into()]));
    let row = |s: &crate::forecast::SeasonalPart| {
        vec![format!("season of {}", s.period.about()).into(), s.strength.clone().into()]
    };
    table.rows.extend(parts.seasonal.iter().map(row));
    table
}

/// A season of less explains nothing: only one that was named is told of then, since what is found has to explain something.
const LEAST_STRENGTH: f64 = 0.005;

/// The answer in one sentence.
pub fn decomposition_finding(parts: &Decomposition) -> (Standing, String) {
    if let DecompositionVerdict::NoVerdict { why } = &parts.verdict {
        return (Standing::Unknown, format!("No decomposition: {why}."));
    }
    let of = |s: &SeasonalPart| {
        format!("a season of {} (strength {})", s.period.about(), Unit::Ratio.show(s.strength.value))
    };
    let (real, void): (Vec<&SeasonalPart>, Vec<&SeasonalPart>) =
        parts.seasonal.iter().partition(|s| s.strength.value >= LEAST_STRENGTH);
    let list = |parts: &[&SeasonalPart]| super::words::list(&parts.iter().map(|s| of(s)).collect::<Vec<_>>());
    let explains = if void.len() == 1 { "explains" } else { "explain" };
    let said = match (real.is_empty(), void.is_empty()) {
        (false, true) => format!("It has {}.", list(&real)),
        (false, false) => format!("It has {}; {} {explains} nothing of it.", list(&real), list(&void)),
        (true, false) => format!("No season shows: {} {explains} nothing of it.", list(&void)),
        (true, true) => "It has no season.".to_owned(),
    };
    (if real.is_empty() { Standing::Unknown } else { Standing::Depends }, said)
}

/// One figure each for trend, seasons and remainder.
///
/// # Errors
/// As [`column_figure`].
pub fn decomposition_figures(series: &Series, parts: &Decomposition, width_px: u32) -> Result<Vec<Figure>> {
    let name = series.identity().title();
    let of = |title: String, columns: &[(&str, Role, &[f64])]| {
        column_figure(&title, series, &parts.times, columns, width_px)
    };
    let mut figures = vec![of(
        format!("{name} and its trend"),
        &[("measured", Role::Truth, &parts.observed), ("trend", Role::Charged, &parts.trend)],
    )?];
    for (i, season) in parts.seasonal.iter().enumerate() {
        let title = format!("{name}, season of {}", season.period.about());
        figures.push(of(title, &[("season", Role::Series(i + 1), &season.values)])?);
    }
    figures.push(of(format!("{name}, remainder"), &[("remainder", Role::Truth, &parts.remainder)])?);
    for figure in &mut figures {
        figure.caption = format!("{}.", parts.method);
    }
    Ok(figures)
}

/// Sentence, tables and figures of a decomposition; the columns are the first table, so that they are what a CSV file holds.
pub fn decomposition_section(series: &Series, parts: &Decomposition, note: Option<&str>) -> Section {
    let (standing, text) = decomposition_finding(parts);
    let title = format!("Parts of {}", series.identity().title());
    let mut section = Section::new(title).with(Block::Verdict { standing, text, evidence: Vec::new() });
    section.blocks.extend(note.map(|n| Block::Text(n.to_owned())));
    if parts.times.is_empty() {
        return section;
    }
    if !parts.caveats.is_empty() {
        section.blocks.push(Block::Warnings(parts.caveats.clone()));
    }
    section.blocks.push(Block::Table(strength_table(parts)));
    if let Ok(figures) = decomposition_figures(series, parts, 960) {
        section.blocks.extend(figures.into_iter().map(Block::Figure));
    }
    section
}

/// The marked values, as they come in time.
pub fn anomalies_table(found: &Anomalies) -> Table {
    marks_table(found, "Values that do not fit".to_owned(), &found.marks)
}

/// The `count` marked values that lie farthest off, farthest first, where more are marked.
fn farthest_table(found: &Anomalies, count: usize) -> Option<Table> {
    if found.marks.len() <= count {
        return None;
    }
    let mut marks = found.marks.clone();
    marks.sort_by(|a, b| b.score.abs().total_cmp(&a.score.abs()).then(a.time.cmp(&b.time)));
    marks.truncate(count);
    Some(marks_table(
        found,
        format!("The {count} of {} marked values that lie farthest off", found.marks.len()),
        &marks,
    ))
}

fn marks_table(found: &Anomalies, title: String, marks: &[crate::forecast::Anomaly]) -> Table {
    let columns = vec![
        Column::text("time"),
        Column::number("value", found.unit.clone()),
        Column::number("expected", found.unit.clone()),
        Column::number("deviations off", Unit::None),
    ];
    let mut table = Table::new(title, columns);
    let row = |m: &crate::forecast::Anomaly| {
        vec![m.time.to_string().into(), m.value.into(), m.expected.into(), m.score.into()]
    };
    table.rows = marks.iter().map(row).collect();
    table
}

/// The answer in one sentence.
pub fn anomalies_finding(found: &Anomalies) -> (Standing, String) {
    let chance = found.by_chance.map_or_else(String::new, |c| {
        let digits = if c < 1.0 { 100.0 } else { 10.0 };
        format!("; normal noise would have about {} of them", Unit::None.show((c * digits).round() / digits))
    });
    match &found.verdict {
        AnomalyVerdict::NoVerdict { why } => {
            (Standing::Unknown, format!("No verdict on values that do not fit: {why}."))
        }
        AnomalyVerdict::NoneMarked => {
            (Standing::Unknown, format!("None of {} values is marked ({}).", found.n, found.method))
        }
        AnomalyVerdict::Marked => (
            Standing::Depends,
            format!("{} of {} values are marked ({}){chance}.", found.marks.len(), found.n, found.method),
        ),
    }
}

/// Sentence, table and figure of the marks.
pub fn anomalies_section(series: &Series, found: &Anomalies, note: Option<&str>) -> Section {
    section_with(series, found, note, anomalies_table(found))
}

/// The same with the `most` farthest marks in the table at most; the figure has them all.
pub fn anomalies_section_short(series: &Series, found: &Anomalies, note: Option<&str>, most: usize) -> Section {
    section_with(series, found, note, farthest_table(found, most).unwrap_or_else(|| anomalies_table(found)))
}

fn section_with(series: &Series, found: &Anomalies, note: Option<&str>, table: Table) -> Section {
    let (standing, text) = anomalies_finding(found);
    let title = format!("Anomalies of {}", series.identity().title());
    let mut section = Section::new(title).with(Block::Verdict { standing, text, evidence: Vec::new() });
    section.blocks.extend(note.map(|n| Block::Text(n.to_owned())));
    if !found.caveats.is_empty() {
        section.blocks.push(Block::Warnings(found.caveats.clone()));
    }
    if found.marks.is_empty() {
        return section;
    }
    section.blocks.push(Block::Table(table));
    if let Ok(mut figure) = series_figure(&[series], 960) {
        let points = found.marks.iter().map(|m| (figure.x.position(m.time), m.value)).collect();
        figure.marks.push(Mark::new("marked", Role::Bad, Shape::Points { points }));
        section.blocks.push(Block::Figure(figure));
    }
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::forecast::{AnomalyOptions, DecomposeOptions, anomalies, decompose};
    use crate::series::{Identity, NanPolicy};

    #[test]
    fn parts_and_marks_become_sentences_tables_and_figures() {
        let times = (0..240).map(|h| h * 3_600_000_000_000).collect();
        let mut values: Vec<f64> = (0..240u32).map(|h| f64::from(h % 24) + f64::from(h * h % 101) * 0.02).collect();
        values[100] += 9.0;
        let series = Series::new(Identity::new("load", Unit::Count), times, values, NanPolicy::Drop).unwrap();
        let parts = decompose(&series, &DecomposeOptions::default()).unwrap();
        let (_, text) = decomposition_finding(&parts);
        assert!(text.starts_with("It has a season of 1d (strength 9"), "{text}");
        assert_eq!(columns_table(&series, &parts).rows.len(), 240);
        assert_eq!(decomposition_figures(&series, &parts, 800).unwrap().len(), 3);
        let found = anomalies(&series, &AnomalyOptions::default()).unwrap();
        let (_, text) = anomalies_finding(&found);
        assert!(
            text.starts_with("1 of 240 values are marked (robust z beyond 3.5 against trend and season of 1d); normal"),
            "{text}"
        );
        assert_eq!(anomalies_section(&series, &found, None).blocks.len(), 3);
        // more marks than are told: the farthest ones, the farthest first
        let many = Anomalies {
            marks: [3.6, -9.0, 4.0].map(|score| crate::forecast::Anomaly { score, ..found.marks[0] }).to_vec(),
            ..found
        };
        let told = anomalies_section_short(&series, &many, None, 2);
        let Some(Block::Table(short)) = told.blocks.iter().find(|b| matches!(b, Block::Table(_))) else { panic!() };
        assert_eq!(short.title, "The 2 of 3 marked values that lie farthest off");
        assert_eq!(short.rows.iter().map(|r| r[3].clone()).collect::<Vec<_>>(), [(-9.0).into(), 4.0.into()]);
    }
}
