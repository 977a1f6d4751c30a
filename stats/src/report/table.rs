//! Tables and their cells.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::estimate::{Bound, Estimate};
use crate::time::Span;
use crate::unit::Unit;
use crate::words::counted;

/// Where a column's text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Align {
    /// At the left: words.
    #[default]
    Left,
    /// At the right: numbers.
    Right,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// The unit of its plain numbers; estimates bring their own.
    pub unit: Option<Unit>,
    /// Where its text stands.
    pub align: Align,
}

impl Column {
    /// A column of words.
    pub fn text(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: None, align: Align::Left }
    }

    /// A column of numbers in a unit.
    pub fn number(name: impl Into<String>, unit: Unit) -> Self {
        Self { name: name.into(), unit: Some(unit), align: Align::Right }
    }

    /// A column of spans of time, shown like `7h 15m` and kept in seconds.
    pub fn span(name: impl Into<String>) -> Self {
        Self::number(name, Unit::Second)
    }

    /// A column of estimates.
    pub fn estimate(name: impl Into<String>) -> Self {
        Self { name: name.into(), unit: None, align: Align::Right }
    }
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Cell {
    /// Words.
    Text(String),
    /// A plain number, such as a count or a width, in the unit of its column.
    Number(f64),
    /// A span of time, such as a width or the time charged.
    Span(Span),
    /// A number with its provenance.
    Estimate(Estimate),
    /// Nothing: no value, which is not 0.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Cell {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<Span> for Cell {
    fn from(span: Span) -> Self {
        Self::Span(span)
    }
}

impl From<Estimate> for Cell {
    fn from(estimate: Estimate) -> Self {
        Self::Estimate(estimate)
    }
}

impl Cell {
    /// The value alone, as a reader wants it.
    pub(crate) fn value(&self, column: Option<&Column>) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(value) => {
                column.and_then(|c| c.unit.as_ref()).map_or_else(|| Unit::None.show(*value), |u| u.show(*value))
            }
            Self::Span(span) => span.to_string(),
            Self::Estimate(estimate) => estimate.show(estimate.value),
            Self::Empty => "–".to_owned(),
        }
    }

    /// The bound of an estimate in words; `None` where there is nothing to add.
    pub(crate) fn bound(&self) -> Option<String> {
        let Self::Estimate(e) = self else { return None };
        match &e.bound {
            Bound::Exact => Some("exact".to_owned()),
            Bound::Guaranteed { lower, upper } => Some(format!("[{}, {}]", e.show(*lower), e.show(*upper))),
            Bound::Confidence { lower, upper, level } => {
                Some(format!("[{}, {}] at {}", e.show(*lower), e.show(*upper), Unit::Ratio.show(*level)))
            }
            Bound::Unknown { why } => Some(format!("no bound: {why}")),
        }
    }

    /// The confidence interval of an estimate in words, where one was computed.
    pub(crate) fn confidence(&self) -> Option<String> {
        let Self::Estimate(e) = self else { return None };
        let c = e.confidence?;
        Some(format!("{} confidence [{}, {}]", Unit::Ratio.show(c.level), e.show(c.lower), e.show(c.upper)))
    }

    /// Sample count and method of an estimate; that there were no samples where a formula had numbers alone.
    pub(crate) fn source(&self) -> Option<String> {
        let Self::Estimate(e) = self else { return None };
        Some(format!("{}, {}", e.samples(), e.method))
    }
}

/// Caveats that differ in their numbers alone.
struct Kind {
    /// The first of them, with the name of its row.
    first: String,
    /// The last row that has one.
    last: usize,
    /// How many rows have one beside the first.
    more: u64,
}

/// A table. Rows shorter than the columns are filled up with [`Cell::Empty`] where they are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What it shows.
    pub title: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// A table without rows.
    ///
    /// ```
    /// use sre_stats::report::{Column, Table};
    /// use sre_stats::unit::Unit;
    /// let table = Table::new("Widths", vec![Column::text("rule"), Column::number("charged", Unit::Second)])
    ///     .with(vec!["any-bad".into(), 300.0.into()]);
    /// assert_eq!(table.to_text(80), "rule     charged\n───────  ───────\nany-bad    300 s\n");
    /// ```
    pub fn new(title: impl Into<String>, columns: Vec<Column>) -> Self {
        Self { title: title.into(), columns, rows: Vec::new() }
    }

    /// The same table with one more row.
    #[must_use]
    pub fn with(mut self, row: Vec<Cell>) -> Self {
        self.rows.push(row);
        self
    }

    /// What a reader must know of the estimates, a line for each caveat: those that differ in their numbers alone are told once, of the
    /// first row that has one, with how many rows more have one too.
    ///
    /// ```
    /// use sre_stats::estimate::{Estimate, Scope};
    /// use sre_stats::{method::Method, unit::Unit};
    /// use sre_stats::report::{Column, Table};
    /// let mean = |n: u64| {
    ///     let estimate = Estimate::new(0.2, Method::Mean, n, &Scope::untimed(Unit::Second));
    ///     estimate.with_caveat(format!("{n} values are few"))
    /// };
    /// let table = Table::new("Means", vec![Column::text("service"), Column::estimate("mean")])
    ///     .with(vec!["cart".into(), mean(3).into()])
    ///     .with(vec!["pay".into(), mean(4).into()]);
    /// assert_eq!(table.caveats(), ["cart: 3 values are few (likewise in 1 more row)"]);
    /// ```
    pub fn caveats(&self) -> Vec<String> {
        let mut kinds: Vec<Kind> = Vec::new();
        // their places by the words without their numbers
        let mut places: HashMap<String, usize> = HashMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            let name = match row.first() {
                Some(cell @ (Cell::Text(_) | Cell::Number(_) | Cell::Span(_))) => {
                    Some(cell.value(self.columns.first())).filter(|name| !name.is_empty())
                }
                _ => None,
            };
            let estimates = row.iter().filter_map(|cell| if let Cell::Estimate(e) = cell { Some(e) } else { None });
            for caveat in estimates.flat_map(|e| &e.caveats) {
                let words: String = caveat.chars().filter(|c| !c.is_ascii_digit() && *c != '.').collect();
                match places.entry(words) {
                    Entry::Occupied(place) => {
                        if let Some(known) = kinds.get_mut(*place.get()).filter(|known| known.last != at) {
                            (known.last, known.more) = (at, known.more + 1);
                        }
                    }
                    Entry::Vacant(place) => {
                        place.insert(kinds.len());
                        let first = name.as_ref().map_or_else(|| caveat.clone(), |name| format!("{name}: {caveat}"));
                        kinds.push(Kind { first, last: at, more: 0 });
                    }
                }
            }
        }
        let line = |Kind { first, more, .. }: Kind| match more {
            0 => first,
            more => format!("{first} (likewise in {})", counted(more, "more row")),
        };
        kinds.into_iter().map(line).collect()
    }

    /// The cell of a row at a column; [`Cell::Empty`] where the row is too short.
    pub(crate) fn cell(row: &[Cell], column: usize) -> &Cell {
        row.get(column).unwrap_or(&Cell::Empty)
    }

    /// Whether any cell of the column is an estimate.
    pub(crate) fn has_estimates(&self, column: usize) -> bool {
        self.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Estimate(_))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::Scope;
    use crate::method::Method;

    /// Against a search through all that came before, on rows with several caveats, the same ones again, and kinds in another order.
    #[test]
    fn caveats_come_in_the_order_of_their_first_each_kind_once() {
        let mut table = Table::new("", vec![Column::text("x"), Column::estimate("a"), Column::estimate("b")]);
        let estimate = |caveats: &[String]| {
            let e = Estimate::new(2.0, Method::Mean, 3, &Scope::default());
            caveats.iter().fold(e, |e, caveat| e.with_caveat(caveat.clone()))
        };
        let word =
            |i: usize| ["few", "late", "torn", "blank", "cut"].iter().cycle().nth(i).copied().unwrap_or_default();
        let mut all: Vec<(String, usize, String)> = Vec::new();
        for at in 0..200_usize {
            let caveats: Vec<String> =
                (0..at % 4).map(|i| format!("{at}.{i} is {}", word(at * 7 / 3 + i * at))).collect();
            all.extend(caveats.iter().map(|c| (c.split("is ").last().unwrap_or_default().to_owned(), at, c.clone())));
            let (first, second) = caveats.split_at(caveats.len() / 2);
            table = table.with(vec![format!("r{at}").into(), estimate(first).into(), estimate(second).into()]);
        }
        let mut wanted = Vec::new();
        for (i, (kind, at, caveat)) in all.iter().enumerate() {
            if all[..i].iter().any(|(known, ..)| known == kind) {
                continue;
            }
            let mut rows: Vec<usize> = all.iter().filter(|(other, ..)| other == kind).map(|(_, at, _)| *at).collect();
            rows.dedup();
            wanted.push(match rows.len() - 1 {
                0 => format!("r{at}: {caveat}"),
                1 => format!("r{at}: {caveat} (likewise in 1 more row)"),
                more => format!("r{at}: {caveat} (likewise in {more} more rows)"),
            });
        }
        assert_eq!(wanted.len(), 5);
        assert_eq!(table.caveats(), wanted);
    }

    /// Twenty thousand kinds of caveats: a search through all of them for each would look at two hundred million.
    #[test]
    fn each_row_may_have_a_caveat_of_its_own() {
        let word = |mut i: u32| {
            let mut word = String::new();
            while i > 0 {
                word.push(char::from(b'a' + (i % 26) as u8));
                i /= 26;
            }
            word
        };
        let row = |i: u32| vec![Estimate::new(2.0, Method::Mean, 3, &Scope::default()).with_caveat(word(i)).into()];
        let table = Table { rows: (1..=20_000).map(row).collect(), ..Table::new("", vec![Column::estimate("a")]) };
        let caveats = table.caveats();
        assert_eq!((caveats.len(), caveats[19_999].clone()), (20_000, word(20_000)));
    }
}
