//! Tables for a terminal.

use super::escape::terminal;
use super::table::{Align, Cell, Table};

/// Between columns.
const GAP: usize = 2;
/// No column is squeezed below this many cells.
const LEAST: usize = 6;

impl Table {
    /// The table for a terminal `width` cells wide: aligned columns, a line under the header. An estimate shows value, bound,
    /// sample count and method. Where the table is too wide, what all estimates of a column share is said below it once; then the
    /// widest columns are wrapped, and cut with `…` where one word is too long. No control character of the data reaches the terminal.
    pub fn to_text(&self, width: usize) -> String {
        self.text(width, false)
    }

    /// The same, where each estimate also shows the interval for the quantity behind its sample. What [`caveats`](Self::caveats) tells is
    /// left to the caller.
    pub fn to_text_with_intervals(&self, width: usize) -> String {
        self.text(width, true)
    }

    fn text(&self, width: usize, intervals: bool) -> String {
        let columns = self.columns.len();
        let no_notes = vec![None; columns];
        let mut lines = self.lines(&no_notes, intervals);
        let mut widths = natural(&lines, columns);
        let mut notes = Vec::new();
        if total(&widths) > width {
            let shared: Vec<Option<Shared>> = (0..columns).map(|i| self.shared(i)).collect();
            lines = self.lines(&shared, intervals);
            widths = natural(&lines, columns);
            notes = self.notes(&shared);
        }
        squeeze(&mut widths, width);
        let mut out = String::new();
        for (k, line) in lines.iter().enumerate() {
            let wrapped: Vec<Vec<String>> = line.iter().zip(&widths).map(|(text, w)| wrap(text, *w)).collect();
            let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
            for h in 0..height {
                let parts: Vec<String> = (0..columns)
                    .map(|i| pad(wrapped[i].get(h).map_or("", String::as_str), widths[i], self.columns[i].align))
                    .collect();
                out.push_str(parts.join("  ").trim_end());
                out.push('\n');
            }
            if k == 0 {
                let rules: Vec<String> = widths.iter().map(|w| "─".repeat(*w)).collect();
                out.push_str(&rules.join("  "));
                out.push('\n');
            }
        }
        for line in notes.iter().flat_map(|note| wrap(note, width.max(LEAST))) {
            out.push_str(&line);
            out.push('\n');
        }
        out
    }

    /// The header and the rows, without what is said below.
    fn lines(&self, shared: &[Option<Shared>], intervals: bool) -> Vec<Vec<String>> {
        let mut lines: Vec<Vec<String>> = vec![self.columns.iter().map(|c| terminal(&c.name)).collect()];
        lines.extend(
            self.rows
                .iter()
                .map(|row| (0..).zip(shared).map(|(i, s)| self.words(row, i, s.as_ref(), intervals)).collect()),
        );
        lines
    }

    /// A cell in one line.
    fn words(&self, row: &[Cell], column: usize, shared: Option<&Shared>, intervals: bool) -> String {
        let cell = Self::cell(row, column);
        let mut text = cell.value(self.columns.get(column));
        if let Some(bound) = cell.bound() {
            let source = match (shared, cell) {
                (None, _) => cell.source(),
                (Some(Shared { n: None, .. }), Cell::Estimate(e)) => Some(format!("n = {}", e.n)),
                _ => None,
            };
            let exact = (bound == "exact").then(|| "exact".to_owned());
            if exact.is_none() {
                text.push_str(&format!(" {bound}"));
            }
            if intervals
                && let Cell::Estimate(e) = cell
                && let Some(confidence) = e.confidence_in_words()
            {
                text.push_str(&format!(", {confidence}"));
            }
            let inside: Vec<String> = exact.into_iter().chain(source).collect();
            if !inside.is_empty() {
                text.push_str(&format!(" ({})", inside.join(", ")));
            }
        }
        terminal(&text)
    }

    /// What all estimates of a column share, where it has several.
    fn shared(&self, column: usize) -> Option<Shared> {
        let estimates = || {
            self.rows
                .iter()
                .filter_map(move |row| if let Cell::Estimate(e) = Self::cell(row, column) { Some(e) } else { None })
        };
        let first = estimates().next()?;
        let alike = estimates().count() > 1 && estimates().all(|e| e.method == first.method);
        let n = estimates().all(|e| e.n == first.n).then_some(first.n);
        alike.then(|| Shared { n, method: first.method.to_string() })
    }

    /// The lines below: columns that share the same are named together.
    fn notes(&self, shared: &[Option<Shared>]) -> Vec<String> {
        let mut notes: Vec<(&Shared, Vec<&str>)> = Vec::new();
        for (column, shared) in self.columns.iter().zip(shared) {
            let Some(shared) = shared else { continue };
            match notes.iter_mut().find(|note| note.0 == shared) {
                Some(note) => note.1.push(&column.name),
                None => notes.push((shared, vec![&column.name])),
            }
        }
        let note = |(shared, names): &(&Shared, Vec<&str>)| {
            let n = shared.n.map_or_else(String::new, |n| format!("n = {n}, "));
            terminal(&format!("{}: {n}{}", names.join(", "), shared.method))
        };
        notes.iter().map(note).collect()
    }
}

/// What the estimates of a column have in common: the method, and the sample count where it is the same too.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shared {
    n: Option<u64>,
    method: String,
}

/// The widths that the columns would like.
fn natural(lines: &[Vec<String>], columns: usize) -> Vec<usize> {
    let widest = |i: usize| lines.iter().filter_map(|l| l.get(i)).map(|text| display_width(text)).max().unwrap_or(0);
    (0..columns).map(|i| widest(i).max(1)).collect()
}

fn total(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1)
}

/// Takes from the widest column until the table fits or every column is as narrow as may be.
fn squeeze(widths: &mut [usize], width: usize) {
    while total(widths) > width {
        let Some(widest) = widths.iter_mut().max_by_key(|w| **w).filter(|w| **w > LEAST) else { return };
        *widest -= 1;
    }
}

/// Lines of at most `width` cells, broken between words.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let word = cut(word, width);
        let Some(line) = lines.last_mut() else { break };
        let needed = display_width(line) + usize::from(!line.is_empty()) + display_width(&word);
        if line.is_empty() {
            line.push_str(&word);
        } else if needed <= width {
            line.push(' ');
            line.push_str(&word);
        } else {
            lines.push(word);
        }
    }
    lines
}

/// The text itself, or its beginning with `…`.
fn cut(text: &str, width: usize) -> String {
    if display_width(text) <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += char_width(c);
        if used > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

fn pad(text: &str, width: usize, align: Align) -> String {
    let space = " ".repeat(width.saturating_sub(display_width(text)));
    match align {
        Align::Left => format!("{text}{space}"),
        Align::Right => format!("{space}{text}"),
    }
}

/// How many cells of a terminal a text takes.
pub(crate) fn display_width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Cells of one character, by the main ranges of Unicode Standard Annex 11: 0 for marks that combine, 2 for wide scripts and
/// emoji, else 1.
fn char_width(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036F
        | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF
        | 0x200B..=0x200F
        | 0x2060..=0x2064
        | 0x20D0..=0x20FF
        | 0xFE00..=0xFE0F
        | 0xFE20..=0xFE2F
        | 0xFEFF => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0x4DBF
        | 0x4E00..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F680..=0x1F6FF
        | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Column;
    use super::*;
    use crate::estimate::{Bound, Estimate, Scope};
    use crate::method::Method;
    use crate::unit::Unit;

    fn table() -> Table {
        let e = Estimate::new(0.213, Method::LogLinear, 10_000, &Scope::untimed(Unit::Second))
            .with_bound(Bound::Guaranteed { lower: 0.21, upper: 0.22 });
        Table::new("t", vec![Column::text("service"), Column::estimate("p99")])
            .with(vec!["東京".into(), e.clone().into()])
            .with(vec!["a\u{1b}[2J".into(), Estimate { bound: Bound::Exact, ..e }.into()])
    }

    #[test]
    fn columns_line_up_and_estimates_say_where_they_come_from() {
        let lines: Vec<String> = table().to_text(100).lines().map(str::to_owned).collect();
        assert_eq!(
            lines,
            [
                "service                                              p99",
                "───────  ───────────────────────────────────────────────",
                "東京     213 ms [210 ms, 220 ms] (n = 10000, log-linear)",
                "a\u{fffd}[2J              213 ms (exact, n = 10000, log-linear)",
            ]
        );
        assert!(lines.iter().all(|l| display_width(l) == display_width(&lines[0])));
    }

    #[test]
    fn every_line_fits() {
        for width in [20, 30, 40, 60] {
            for line in table().to_text(width).lines() {
                assert!(display_width(line) <= width, "{width}: {line}");
            }
        }
    }

    #[test]
    fn where_there_is_no_room_what_is_shared_is_said_once() {
        let told = |table: &Table, width| table.to_text(width).lines().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(
            told(&table(), 40),
            [
                "service                      p99",
                "───────  ───────────────────────",
                "東京     213 ms [210 ms, 220 ms]",
                "a\u{fffd}[2J             213 ms (exact)",
                "p99: n = 10000, log-linear",
            ]
        );
        // counts that differ stay in their rows
        let mut odd = table();
        if let Some(Cell::Estimate(e)) = odd.rows[1].get_mut(1) {
            e.n = 7;
        }
        let lines = told(&odd, 45);
        assert!(lines[2].ends_with("213 ms [210 ms, 220 ms] (n = 10000)"), "{lines:?}");
        assert!(lines[3].ends_with("213 ms (exact, n = 7)"), "{lines:?}");
        assert_eq!(lines[4], "p99: log-linear");
    }

    #[test]
    fn an_interval_stands_beside_an_exact_value() {
        let mut e = Estimate::new(0.1828, Method::Mean, 137, &Scope::untimed(Unit::Second));
        e.confidence = Some(crate::estimate::Confidence { lower: 0.157, upper: f64::INFINITY, level: 0.95 });
        let table = Table::new("t", vec![Column::estimate("p99.9")]).with(vec![e.into()]);
        let text = table.to_text_with_intervals(100);
        assert_eq!(text.lines().last(), Some("182.8 ms, 95 % [157 ms, ∞] (exact, n = 137, mean)"));
        assert_eq!(table.to_text(100).lines().last(), Some("182.8 ms (exact, n = 137, mean)"));
    }

    #[test]
    fn no_columns_and_no_width_are_no_trouble() {
        assert_eq!(Table::default().to_text(0).trim(), "");
        assert!(table().to_text(0).contains('…'));
    }
}
