//! What was understood of the input.

use crate::load::{Dataset, Item, LoadReport, Named, lint_names};
use crate::report::{Block, Cell, Column, Section, Table};
use crate::time::Span;
use crate::unit::Unit;

/// The series: title, format, kind, unit, step, first and last sample, how many, gaps, and what was left out.
pub fn series_table(data: &Dataset) -> Table {
    let mut table = Table::new(
        "Series",
        vec![
            Column::text("series"),
            Column::text("format"),
            Column::text("kind"),
            Column::text("unit"),
            Column::span("step"),
            Column::text("first"),
            Column::text("last"),
            Column::number("count", Unit::Count),
            Column::number("gaps", Unit::Count),
            Column::text("dropped"),
        ],
    );
    for item in &data.items {
        table.rows.push(vec![
            item.title().into(),
            item.format.to_string().into(),
            item.kind.to_string().into(),
            item.identity.unit.name().into(),
            item.step().map_or(Cell::Empty, Cell::Span),
            item.first().to_string().into(),
            item.last().to_string().into(),
            (item.count() as f64).into(),
            (item.gaps().len() as f64).into(),
            dropped(item).into(),
        ]);
    }
    table
}

/// The word for a reason why a value was left out.
pub(super) fn reason(name: &str) -> &'static str {
    match name {
        "nan" => "NaN",
        "duplicate" => "at the same time",
        "infinite" => "infinite",
        "blank" => "blank",
        _ => "unreadable",
    }
}

/// What was left out of a series, in words.
fn dropped(item: &Item) -> String {
    let words: Vec<String> = item.dropped_by_reason().iter().map(|(why, n)| format!("{n} {}", reason(why))).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// The gaps of every series, the longest first, at most `most` of them.
pub fn gaps_table(data: &Dataset, most: usize) -> Table {
    let mut gaps: Vec<(String, crate::time::Timestamp, Span)> = Vec::new();
    for item in &data.items {
        let title = item.title();
        gaps.extend(item.gaps().into_iter().map(|(from, to)| (title.clone(), from, to.since(from))));
    }
    gaps.sort_by(|a, b| b.2.cmp(&a.2).then(a.1.cmp(&b.1)));
    let columns = vec![Column::text("series"), Column::text("no data from"), Column::span("for")];
    let mut title = "Gaps, the longest first".to_owned();
    if gaps.len() > most {
        title += &format!(", the {most} longest of {}", gaps.len());
    }
    let mut table = Table::new(&title, columns);
    table.rows = gaps.into_iter().take(most).map(|g| vec![g.0.into(), g.1.to_string().into(), g.2.into()]).collect();
    table
}

/// Every choice about the input, and why it was made.
pub fn understood_table(report: &LoadReport) -> Table {
    let columns = vec![Column::text("what"), Column::text("choice"), Column::text("why")];
    let mut table = Table::new("Understood", columns);
    for note in &report.understood {
        table.rows.push(vec![note.what.as_str().into(), note.choice.as_str().into(), note.why.as_str().into()]);
    }
    table
}

/// What was dropped or is doubtful.
pub fn warnings_table(report: &LoadReport) -> Table {
    let columns = vec![
        Column::text("kind"),
        Column::text("message"),
        Column::text("where first"),
        Column::number("count", Unit::Count),
    ];
    let mut table = Table::new("Warnings", columns);
    for warning in &report.warnings {
        table.rows.push(vec![
            warning.kind.to_string().into(),
            warning.message.as_str().into(),
            warning.position.to_string().into(),
            (warning.count as f64).into(),
        ]);
    }
    table
}

/// The files that were read.
pub fn files_table(report: &LoadReport) -> Table {
    let columns = vec![
        Column::text("file"),
        Column::text("format"),
        Column::number("size", Unit::Byte),
        Column::number("rows", Unit::Count),
    ];
    let mut table = Table::new("Files", columns);
    for file in &report.files {
        let (size, rows) = (file.bytes as f64, file.rows as f64);
        table.rows.push(vec![file.name.as_str().into(), file.format.to_string().into(), size.into(), rows.into()]);
    }
    table
}

/// Names that break conventions, lack a unit, or look like typos, at most `most` of them.
pub fn names_table(data: &Dataset, most: usize) -> Table {
    let columns = vec![
        Column::text("name"),
        Column::text("of"),
        Column::text("rule"),
        Column::text("why"),
        Column::text("better"),
        Column::text("source"),
        Column::number("series", Unit::Count),
    ];
    let findings = lint_names(data);
    let more = findings.len().saturating_sub(most);
    let title = if more > 0 { format!("Names ({more} more are not shown)") } else { "Names".to_owned() };
    let mut table = Table::new(&title, columns);
    for finding in findings.into_iter().take(most) {
        let of = if finding.what == Named::Metric { "metric" } else { "label" };
        table.rows.push(vec![
            finding.name.into(),
            of.into(),
            finding.rule.to_string().into(),
            finding.why.into(),
            finding.suggestion.map_or(Cell::Empty, Into::into),
            finding.source.into(),
            (finding.series as f64).into(),
        ]);
    }
    table
}

/// The most names that a section lists.
const NAMES: usize = 30;
/// The most gaps that a section lists.
const GAPS: usize = 20;

/// Series, files, choices, gaps, warnings and names under one heading; tables without rows are left out.
pub fn section(data: &Dataset) -> Section {
    let mut section = Section::new("Input");
    let tables = [
        series_table(data),
        gaps_table(data, GAPS),
        files_table(&data.report),
        understood_table(&data.report),
        warnings_table(&data.report),
        names_table(data, NAMES),
    ];
    section.blocks = tables.into_iter().filter(|t| !t.rows.is_empty()).map(Block::Table).collect();
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::{LoadOptions, load_bytes};
    use crate::progress::Progress;

    #[test]
    fn a_gap_a_duplicate_and_a_guess_are_told() {
        let text = b"time,up\n2026-01-01T00:00:00Z,1\n2026-01-01T00:01:00Z,1\n2026-01-01T00:01:00Z,0\n\
            2026-01-01T00:02:00Z,1\n2026-01-01T00:09:00Z,1\n";
        let options = LoadOptions { kind: Some(crate::load::Kind::Gauge), ..LoadOptions::default() };
        let data = load_bytes("up.csv", text, &options, &Progress::new()).unwrap();
        let table = series_table(&data).to_text(200);
        assert!(table.contains("up") && table.contains("1 at the same time") && table.contains("1m"), "{table}");
        let gaps = gaps_table(&data, 5);
        assert_eq!(gaps.rows, [vec!["up".into(), "2026-01-01T00:03:00Z".into(), Cell::Span(Span::from_secs(360))]]);
        assert_eq!(gaps.title, "Gaps, the longest first");
        let section = section(&data);
        let titles: Vec<&str> = section
            .blocks
            .iter()
            .filter_map(|b| if let Block::Table(t) = b { Some(&*t.title) } else { None })
            .collect();
        assert_eq!(titles, ["Series", "Gaps, the longest first", "Files", "Understood", "Warnings"]);
    }

    #[test]
    fn a_cut_table_of_gaps_says_so() {
        // samples each minute, but for the third of every four
        let mut text = "time,up\n".to_owned();
        for minute in (0..100).filter(|minute| minute % 4 != 2) {
            text.push_str(&format!("{},1\n", 1_767_225_600 + 60 * minute));
        }
        let options = LoadOptions { kind: Some(crate::load::Kind::Gauge), ..LoadOptions::default() };
        let data = load_bytes("up.csv", text.as_bytes(), &options, &Progress::new()).unwrap();
        let table = gaps_table(&data, 20);
        assert_eq!((table.rows.len(), table.title.as_str()), (20, "Gaps, the longest first, the 20 longest of 25"));
        assert_eq!(gaps_table(&data, 25).title, "Gaps, the longest first");
    }
}
