//! The numbers of a figure as a table: for readers who do not see it, and for those who want to check it.

use std::collections::HashMap;

use super::table::{Cell, Column, Table};
use crate::figure::{Axis, Direction, Figure, Mark, Shape};

/// Every mark of the figure as rows: its name, its place on the x axis, and its value or ends on the y axis. Gaps are left out,
/// and so are the columns of lower and upper ends where no mark has any.
///
/// ```
/// use sre_stats::figure::{Axis, Figure, Mark, Role, Shape};
/// use sre_stats::{report::figure_table, unit::Unit};
/// let figure = Figure::new("Latency", Axis::new("request", Unit::Count), Axis::new("latency", Unit::Second))
///     .with(Mark::new("measured", Role::Series(0), Shape::Line { points: vec![(1.0, 0.3)] }));
/// let table = figure_table(&figure);
/// assert_eq!(table.to_csv(), "mark,request,latency [s]\r\nmeasured,1,0.3\r\n");
/// ```
pub fn figure_table(figure: &Figure) -> Table {
    let word = |text: &str, instead: &str| if text.is_empty() { instead.to_owned() } else { text.to_owned() };
    let unit = figure.y.unit.clone();
    let columns = vec![
        Column::text("mark"),
        Column::text(word(&figure.x.label, "x")),
        Column::number(word(&figure.y.label, "y"), unit.clone()),
        Column::number("lower", unit.clone()),
        Column::number("upper", unit),
    ];
    let mut table = Table::new(figure.title.clone(), columns);
    for mark in &figure.marks {
        // a mark without a name, such as the error bars of a curve, belongs to the named one of its role
        let named = figure.marks.iter().find(|m| m.role == mark.role && !m.name.is_empty());
        let name = if mark.name.is_empty() { named.map_or("", |m| m.name.as_str()) } else { &mark.name };
        push(&mut table, figure, mark, name);
    }
    table.rows = merged(table.rows);
    if table.rows.iter().all(|row| row[3..].iter().all(|cell| *cell == Cell::Empty)) {
        table.columns.truncate(3);
        for row in &mut table.rows {
            row.truncate(3);
        }
    }
    table
}

fn push(table: &mut Table, figure: &Figure, mark: &Mark, name: &str) {
    let x = &figure.x;
    let mut row = |name: &str, place: String, value: f64, ends: Option<(f64, f64)>| {
        let (lower, upper) = ends.map_or((Cell::Empty, Cell::Empty), |(a, b)| (number(a), number(b)));
        table.rows.push(vec![name.into(), place.into(), number(value), lower, upper]);
    };
    match &mark.shape {
        Shape::Line { points } | Shape::Points { points } => {
            for (at, value) in points.iter().filter(|p| p.1.is_finite()) {
                row(name, x.show(*at), *value, None);
            }
        }
        Shape::Band { x: places, lower, upper } => {
            for ((at, low), high) in
                places.iter().zip(lower).zip(upper).filter(|(e, high)| e.1.is_finite() && high.is_finite())
            {
                row(name, x.show(*at), f64::NAN, Some((*low, *high)));
            }
        }
        Shape::Bars { bars } => {
            for bar in bars {
                row(name, between(x, bar.lower, bar.upper), bar.height, None);
            }
        }
        Shape::Steps { edges, values } => {
            for (edge, value) in edges.windows(2).zip(values).filter(|(_, v)| v.is_finite()) {
                row(name, between(x, edge[0], edge[1]), *value, None);
            }
        }
        Shape::Rule { at, direction: Direction::Horizontal } => row(name, String::new(), *at, None),
        Shape::Rule { at, direction: Direction::Vertical } => row(name, x.show(*at), f64::NAN, None),
        Shape::Region { from, to, direction: Direction::Vertical } => row(name, between(x, *from, *to), f64::NAN, None),
        Shape::Region { from, to, direction: Direction::Horizontal } => {
            row(name, String::new(), f64::NAN, Some((*from, *to)));
        }
        Shape::Interval { intervals } => {
            for i in intervals {
                row(name, x.show(i.at), i.value, Some((i.lower, i.upper)));
            }
        }
        Shape::Heat { rows, columns, .. } => {
            for column in columns {
                for (ends, count) in rows.windows(2).zip(&column.counts).filter(|(_, c)| **c > 0) {
                    let name = format!("{count} values");
                    row(&name, x.show(column.from), f64::NAN, Some((ends[0], ends[1])));
                }
            }
        }
        Shape::Strip { cells } => {
            for cell in cells {
                row(&cell.name, between(x, cell.from, cell.to), f64::NAN, None);
            }
        }
    }
}

/// Rows of one name and place become one where each says what the other leaves open, or both say the same.
fn merged(rows: Vec<Vec<Cell>>) -> Vec<Vec<Cell>> {
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    let mut out: Vec<Vec<Cell>> = Vec::with_capacity(rows.len());
    for row in rows {
        let (Some(Cell::Text(name)), Some(Cell::Text(place))) = (row.first(), row.get(1)) else { continue };
        let key = (name.clone(), place.clone());
        let earlier = places
            .get(&key)
            .and_then(|i| out.get_mut(*i))
            .filter(|earlier| earlier.iter().zip(&row).all(|(a, b)| a == b || *a == Cell::Empty || *b == Cell::Empty));
        if let Some(earlier) = earlier {
            for (old, new) in earlier.iter_mut().zip(row).filter(|(old, _)| **old == Cell::Empty) {
                *old = new;
            }
        } else {
            places.entry(key).or_insert(out.len());
            out.push(row);
        }
    }
    out
}

fn between(axis: &Axis, from: f64, to: f64) -> String {
    format!("{} to {}", axis.show(from), axis.show(to))
}

/// A NaN is no value; an infinite end is one.
fn number(value: f64) -> Cell {
    if value.is_nan() { Cell::Empty } else { Cell::Number(value) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::{Interval, Role};
    use crate::unit::Unit;

    #[test]
    fn error_bars_join_their_values_and_different_values_stay_apart() {
        let bars = vec![Interval { at: 1.0, value: f64::NAN, lower: 0.5, upper: 1.5 }];
        let points = vec![(1.0, 1.0), (1.0, 2.0)];
        let figure = Figure::new("t", Axis::new("x", Unit::None), Axis::new("y", Unit::None))
            .with(Mark::unnamed(Role::Series(0), Shape::Interval { intervals: bars }))
            .with(Mark::unnamed(Role::Series(0), Shape::Points { points: points.clone() }))
            .with(Mark::new("a", Role::Series(0), Shape::Line { points }));
        let rows = figure_table(&figure).rows;
        assert_eq!(rows[0], [Cell::from("a"), "1".into(), 1.0.into(), 0.5.into(), 1.5.into()]);
        assert_eq!(rows[1][2], Cell::Number(2.0));
        assert_eq!(rows.len(), 3);
    }

    #[test]
    fn every_mark_is_told_and_gaps_are_not() {
        let figure = Figure::new("t", Axis::new("x", Unit::None), Axis::new("y", Unit::Second))
            .with(Mark::new("line", Role::Truth, Shape::Line { points: vec![(0.0, 1.0), (1.0, f64::NAN)] }))
            .with(Mark::new("limit", Role::Limit, Shape::Rule { at: 2.0, direction: Direction::Horizontal }))
            .with(Mark::new(
                "bound",
                Role::Truth,
                Shape::Interval {
                    intervals: vec![Interval { at: 3.0, value: f64::NAN, lower: 1.0, upper: f64::INFINITY }],
                },
            ));
        let rows = figure_table(&figure).rows;
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[1], [Cell::from("limit"), "".into(), 2.0.into(), Cell::Empty, Cell::Empty]);
        assert_eq!(rows[2][2..], [Cell::Empty, Cell::Number(1.0), Cell::Number(f64::INFINITY)]);
    }
}
