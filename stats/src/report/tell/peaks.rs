//! Which peaks averages hide.

use super::words::{list, width};
use crate::error::Result;
use crate::figure::{Figure, WidthCurve, peak_figure};
use crate::report::{Block, Cell, Column, Section, Standing, Table};
use crate::time::Span;
use crate::unit::Unit;
use crate::window::{HiddenPeaks, PeakRow};

/// At most this many peaks are listed, the highest first.
const LISTED: usize = 12;

/// One row a width: the greatest mean and p90 of a window, how much of the peak they lose, and the top of the min–max band.
pub fn table(rows: &[PeakRow]) -> Table {
    let columns = vec![
        Column::span("width"),
        Column::estimate("true peak"),
        Column::estimate("greatest mean"),
        Column::number("lost", Unit::Ratio),
        Column::estimate("greatest p90"),
        Column::number("lost by p90", Unit::Ratio),
        Column::text("min–max band"),
    ];
    let mut table = Table::new("Peaks, by width of the window", columns);
    for row in rows {
        let unit = &row.true_peak.unit;
        table.rows.push(vec![
            row.width.into(),
            row.true_peak.clone().into(),
            row.max_of_means.clone().into(),
            row.loss.map_or(Cell::Empty, Cell::Number),
            row.max_of_p90.clone().into(),
            row.p90_loss.map_or(Cell::Empty, Cell::Number),
            format!("{} to {}", unit.show(row.band.0), unit.show(row.band.1)).into(),
        ]);
    }
    table
}

/// The highest peaks above the limit, and the widths at which they disappear.
pub fn hidden(found: &HiddenPeaks, unit: &Unit) -> Table {
    let columns = vec![
        Column::text("from"),
        Column::number("samples", Unit::Count),
        Column::number("height", unit.clone()),
        Column::text("hidden by means of"),
        Column::text("hidden by p90 of"),
    ];
    let mut order: Vec<usize> = (0..found.peaks.len()).collect();
    order.sort_by(|&a, &b| found.peaks[b].height.total_cmp(&found.peaks[a].height));
    let title = if found.count > LISTED as u64 {
        format!("The {LISTED} highest of {} peaks above {}", found.count, unit.show(found.limit))
    } else {
        format!("Peaks above {}", unit.show(found.limit))
    };
    let mut table = Table::new(title, columns);
    for peak in order.iter().take(LISTED).map(|&i| &found.peaks[i]) {
        table.rows.push(vec![
            peak.start.to_string().into(),
            (peak.samples as f64).into(),
            peak.height.into(),
            which(&found.widths, &peak.hidden).into(),
            which(&found.widths, &peak.hidden_from_p90).into(),
        ]);
    }
    table
}

/// The widths that hide a peak: one by one, and the last of them that hide it without an exception by the first.
fn which(widths: &[Span], hidden: &[bool]) -> String {
    let all_from = hidden.iter().rposition(|hides| !hides).map_or(0, |shows| shows + 1);
    let single = widths.iter().zip(hidden).take(all_from).filter(|(_, hides)| **hides).map(|(w, _)| width(*w));
    let words: Vec<String> = single.chain(widths.get(all_from).map(|w| format!("{} on", width(*w)))).collect();
    if words.is_empty() { "none of them".to_owned() } else { list(&words) }
}

/// The greatest mean and p90 by width, beside the true peak.
///
/// # Errors
/// As [`peak_figure`].
pub fn figure(rows: &[PeakRow], of: &str) -> Result<Figure> {
    let curve = |name: &str, value: fn(&PeakRow) -> f64| WidthCurve {
        name: name.to_owned(),
        points: rows.iter().map(|r| (r.width, value(r))).collect(),
    };
    let curves = [
        curve("greatest mean", |r| r.max_of_means.value),
        curve("greatest p90", |r| r.max_of_p90.value),
        curve("top of the min–max band", |r| r.band.1),
    ];
    let (peak, unit) = rows.first().map_or((0.0, Unit::None), |r| (r.true_peak.value, r.true_peak.unit.clone()));
    peak_figure(&curves, peak, &unit, of)
}

/// What the widest mean makes of the peak, and how many peaks disappear at which width.
pub fn finding(rows: &[PeakRow], found: Option<&HiddenPeaks>) -> Option<(Standing, String)> {
    let last = rows.last()?;
    let unit = &last.true_peak.unit;
    let lost = last.loss.map_or_else(String::new, |l| format!(" ({} of it lost)", Unit::Ratio.show(l)));
    let mut text = format!(
        "The peak is {}; means of {} reach {} at most{lost}.",
        unit.show(last.true_peak.value),
        width(last.width),
        unit.show(last.max_of_means.value)
    );
    if let Some(found) = found.filter(|f| !f.peaks.is_empty()) {
        let hides: Vec<String> = found
            .widths
            .iter()
            .zip(&found.hidden_by_means)
            .filter(|(_, n)| **n > 0)
            .map(|(w, n)| format!("{n} at {}", width(*w)))
            .collect();
        let all = if found.count == 1 { "1 peak".to_owned() } else { format!("{} peaks", found.count) };
        text.push_str(&match hides.as_slice() {
            [] => format!(" Of {all} above {} no mean hides any.", unit.show(found.limit)),
            [_, _, _, _, _, ..] => format!(
                " Of {all} above {} means hide {} up to {}.",
                unit.show(found.limit),
                hides[0],
                hides[hides.len() - 1]
            ),
            _ => format!(" Of {all} above {} means hide {}.", unit.show(found.limit), list(&hides)),
        });
    }
    let hidden = found.is_some_and(|f| f.hidden_by_means.iter().any(|n| *n > 0));
    Some((if hidden { Standing::Bad } else { Standing::Good }, text))
}

/// Sentence, tables and figure under the name of the series.
pub fn section(title: &str, rows: &[PeakRow], found: Option<&HiddenPeaks>) -> Section {
    let mut section = Section::new(format!("Peaks of {title}"));
    if let Some((standing, text)) = finding(rows, found) {
        section.blocks.push(Block::Verdict { standing, text, evidence: Vec::new() });
    }
    section.blocks.push(Block::Table(table(rows)));
    if let (Some(found), Some(row)) = (found.filter(|f| !f.peaks.is_empty()), rows.first()) {
        section.blocks.push(Block::Table(hidden(found, &row.true_peak.unit)));
    }
    if let Ok(figure) = figure(rows, title) {
        section.blocks.push(Block::Figure(figure));
    }
    section
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy, Series};
    use crate::window::{hidden_peaks, peaks};

    /// Samples of 10 s, of which those from 10 s and from 20 s on are peaks of 100, the others 3: windows of 20 s and 40 s from 0 on hold one
    /// of two and two of four, means of 51.5; one of 30 s holds two of three, a mean of 67.67.
    #[test]
    fn the_widths_that_hide_a_peak_are_told_one_by_one() {
        let times = (0..24).map(|i| i * 10_000_000_000).collect();
        let values = (0..24).map(|i| if i == 1 || i == 2 { 100.0 } else { 3.0 }).collect();
        let s = Series::new(Identity::new("load", Unit::None), times, values, NanPolicy::Refuse).unwrap();
        let cells = |ladder: &str| {
            let found = hidden_peaks(&s, &ladder.parse().unwrap(), None).unwrap();
            let row = hidden(&found, &Unit::None).rows.remove(0);
            (row[3].clone(), row[4].clone())
        };
        assert_eq!(cells("10s,20s,30s,40s,1m,2m").0, "20s and 40s on".into());
        assert_eq!(cells("10s,20s,30s").0, "20s".into());
        assert_eq!(cells("10s,30s").0, "none of them".into());
        assert_eq!(cells("20s,40s").0, "20s on".into());
        // the 11th of 12 samples is of the peak, the 22nd of 24 is not
        assert_eq!(cells("10s,2m,4m").1, "4m on".into());
    }

    #[test]
    fn the_peak_that_disappears_is_told() {
        let times = (0..600).map(|i| i * 1_000_000_000).collect();
        let values = (0..600).map(|i| if (100..110).contains(&i) { 70.0 } else { 10.0 }).collect();
        let s = Series::new(Identity::new("load", Unit::None), times, values, NanPolicy::Refuse).unwrap();
        let ladder = "1s,1m,5m".parse().unwrap();
        let (rows, found) = (peaks(&s, &ladder).unwrap(), hidden_peaks(&s, &ladder, None).unwrap());
        let (standing, text) = finding(&rows, Some(&found)).unwrap();
        assert_eq!(standing, Standing::Bad);
        assert_eq!(
            text,
            "The peak is 70; means of 5m reach 12 at most (82.86 % of it lost). Of 1 peak above 40 means hide 1 at 1m and 1 at 5m."
        );
        let section = section("load", &rows, Some(&found));
        assert_eq!(section.blocks.len(), 4);
        assert!(finding(&[], None).is_none());
    }
}
