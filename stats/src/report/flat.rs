//! Tables as plain columns, as files of data want them: an estimate becomes a column for each of its parts.

use super::table::{Cell, Table};
use crate::estimate::Bound;
use crate::load::Values;

impl Table {
    /// The columns of the table as plain values, each with its name, which ends with the unit in brackets. A column that holds
    /// estimates becomes several: `name`, `name lower`, `name upper`, `name bound`, `name n`, `name method`. Spans are in
    /// seconds; an empty cell, and a number that is not finite, is `None`. A column with a word in it is a column of words.
    pub(super) fn flat(&self) -> Vec<(String, Values)> {
        let mut out = Vec::new();
        for (i, column) in self.columns.iter().enumerate() {
            let unit = column.unit.clone().or_else(|| self.unit_of(i));
            let unit = unit.map(|u| u.symbol()).filter(|s| !s.is_empty());
            let name = |suffix: &str| format!("{}{suffix}", column.name);
            let with_unit = |suffix: &str| match &unit {
                Some(unit) => format!("{}{suffix} [{unit}]", column.name),
                None => name(suffix),
            };
            let cells = || self.rows.iter().map(move |row| Self::cell(row, i));
            out.push((with_unit(""), plain(cells())));
            if self.has_estimates(i) {
                let parts: Vec<Parts> = cells().map(Parts::of).collect();
                let numbers = |part: fn(&Parts) -> Option<f64>| Values::Numbers(parts.iter().map(part).collect());
                let words = |part: fn(&Parts) -> Option<String>| Values::Words(parts.iter().map(part).collect());
                out.extend([
                    (with_unit(" lower"), numbers(|p| p.lower)),
                    (with_unit(" upper"), numbers(|p| p.upper)),
                    (name(" bound"), words(|p| p.bound.clone())),
                    (name(" n"), numbers(|p| p.n)),
                    (name(" method"), words(|p| p.method.clone())),
                ]);
            }
        }
        out
    }

    /// The unit that all estimates of a column share.
    fn unit_of(&self, column: usize) -> Option<crate::unit::Unit> {
        let mut units = self.rows.iter().filter_map(|row| match row.get(column) {
            Some(Cell::Estimate(e)) => Some(&e.unit),
            _ => None,
        });
        let first = units.next()?;
        units.all(|u| u == first).then(|| first.clone())
    }
}

/// What is beside the value of an estimate.
#[derive(Default)]
struct Parts {
    lower: Option<f64>,
    upper: Option<f64>,
    bound: Option<String>,
    n: Option<f64>,
    method: Option<String>,
}

impl Parts {
    fn of(cell: &Cell) -> Self {
        let Cell::Estimate(e) = cell else { return Self::default() };
        let (lower, upper, kind) = match &e.bound {
            Bound::Exact => (Some(e.value), Some(e.value), "exact".to_owned()),
            Bound::Guaranteed { lower, upper } => (Some(*lower), Some(*upper), "guaranteed".to_owned()),
            Bound::Confidence { lower, upper, level } => (Some(*lower), Some(*upper), format!("confidence {level}")),
            Bound::Unknown { why } => (None, None, format!("unknown: {why}")),
        };
        Self {
            lower: lower.filter(|x| x.is_finite()),
            upper: upper.filter(|x| x.is_finite()),
            bound: Some(kind),
            n: Some(e.n as f64),
            method: Some(e.method.to_string()),
        }
    }
}

fn number(cell: &Cell) -> Option<f64> {
    let value = match cell {
        Cell::Number(value) => *value,
        Cell::Span(span) => span.as_secs_f64(),
        Cell::Estimate(e) => e.value,
        Cell::Text(_) | Cell::Empty => return None,
    };
    value.is_finite().then_some(value)
}

fn plain<'a>(cells: impl Iterator<Item = &'a Cell> + Clone) -> Values {
    if cells.clone().any(|cell| matches!(cell, Cell::Text(_))) {
        let word = |cell: &Cell| match cell {
            Cell::Text(text) => Some(text.clone()),
            other => number(other).map(|value| value.to_string()),
        };
        Values::Words(cells.map(word).collect())
    } else {
        Values::Numbers(cells.map(number).collect())
    }
}
