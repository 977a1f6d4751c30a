//! Tables and their cells.

use crate::estimate::{Bound, Estimate};
use crate::time::Span;
use crate::unit::Unit;

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
            Self::Estimate(estimate) => estimate.unit.show(estimate.value),
            Self::Empty => "–".to_owned(),
        }
    }

    /// The bound of an estimate in words; `None` where there is nothing to add.
    pub(crate) fn bound(&self) -> Option<String> {
        let Self::Estimate(e) = self else { return None };
        match &e.bound {
            Bound::Exact => Some("exact".to_owned()),
            Bound::Guaranteed { lower, upper } => Some(format!("[{}, {}]", e.unit.show(*lower), e.unit.show(*upper))),
            Bound::Confidence { lower, upper, level } => {
                Some(format!("[{}, {}] at {}", e.unit.show(*lower), e.unit.show(*upper), Unit::Ratio.show(*level)))
            }
            Bound::Unknown { why } => Some(format!("no bound: {why}")),
        }
    }

    /// The confidence interval of an estimate in words, where one was computed.
    pub(crate) fn confidence(&self) -> Option<String> {
        let Self::Estimate(e) = self else { return None };
        let c = e.confidence?;
        Some(format!("{} confidence [{}, {}]", Unit::Ratio.show(c.level), e.unit.show(c.lower), e.unit.show(c.upper)))
    }

    /// Sample count and method of an estimate; that there were no samples where a formula had numbers alone.
    pub(crate) fn source(&self) -> Option<String> {
        let Self::Estimate(e) = self else { return None };
        Some(format!("{}, {}", e.samples(), e.method))
    }
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
    /// assert_eq!(table.caveats(), ["cart: 3 values are few (the like of 1 row more)"]);
    /// ```
    pub fn caveats(&self) -> Vec<String> {
        // the words without their numbers, the first of the kind, the rows that have one
        let mut kinds: Vec<(String, String, Vec<usize>)> = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let name = match row.first() {
                Some(cell @ (Cell::Text(_) | Cell::Number(_) | Cell::Span(_))) => {
                    Some(cell.value(self.columns.first())).filter(|name| !name.is_empty())
                }
                _ => None,
            };
            let estimates = row.iter().filter_map(|cell| if let Cell::Estimate(e) = cell { Some(e) } else { None });
            for caveat in estimates.flat_map(|e| &e.caveats) {
                let kind: String = caveat.chars().filter(|c| !c.is_ascii_digit() && *c != '.').collect();
                match kinds.iter_mut().find(|known| known.0 == kind) {
                    Some((_, _, rows)) if rows.last() == Some(&at) => {}
                    Some((_, _, rows)) => rows.push(at),
                    None => {
                        let first = name.as_ref().map_or_else(|| caveat.clone(), |name| format!("{name}: {caveat}"));
                        kinds.push((kind, first, vec![at]));
                    }
                }
            }
        }
        let line = |(_, first, rows): (String, String, Vec<usize>)| match rows.len() {
            0 | 1 => first,
            2 => format!("{first} (the like of 1 row more)"),
            n => format!("{first} (the like of {} rows more)", n - 1),
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
