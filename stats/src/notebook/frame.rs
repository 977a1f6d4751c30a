//! Data frames as tables.

use polars::prelude::{AnyValue, DataFrame, TimeUnit};

use crate::report::{Cell, Column, Table};
use crate::time::Timestamp;
use crate::unit::Unit;

/// The first rows of a polars data frame as a table, at most `rows` of them; the title says how many there are. A null is an empty
/// cell and no 0.
///
/// ```
/// use sre_stats::notebook::frame_table;
/// use sre_stats::polars::prelude::{IntoColumn, NamedFrom, Series, DataFrame};
/// let took = Series::new("took".into(), &[Some(1.5), None, Some(0.5)]).into_column();
/// let table = frame_table(&DataFrame::new(3, vec![took])?, 2);
/// assert!(table.title.contains("the first 2") && table.rows.len() == 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn frame_table(frame: &DataFrame, rows: usize) -> Table {
    let shown = rows.min(frame.height());
    let numeric = |c: &polars::prelude::Column| c.dtype().is_primitive_numeric();
    let columns = frame.columns().iter().map(|column| {
        let name = format!("{} ({})", column.name(), column.dtype());
        if numeric(column) { Column::number(name, Unit::None) } else { Column::text(name) }
    });
    let part = if shown < frame.height() { format!("; the first {shown}") } else { String::new() };
    let mut table = Table::new(
        format!("Data frame of {} rows and {} columns{part}", frame.height(), frame.width()),
        columns.collect(),
    );
    for row in 0..shown {
        table.rows.push(frame.columns().iter().map(|c| c.get(row).map_or(Cell::Empty, |value| cell(&value))).collect());
    }
    table
}

fn cell(value: &AnyValue<'_>) -> Cell {
    let instant = |value: i64, unit: TimeUnit| {
        let factor = match unit {
            TimeUnit::Nanoseconds => 1,
            TimeUnit::Microseconds => 1000,
            TimeUnit::Milliseconds => 1_000_000,
        };
        value.checked_mul(factor).map_or(Cell::Empty, |ns| Timestamp(ns).to_string().into())
    };
    match value {
        AnyValue::Null => Cell::Empty,
        AnyValue::Datetime(value, unit, _) | AnyValue::DatetimeOwned(value, unit, _) => instant(*value, *unit),
        value if value.is_primitive_numeric() => value.extract::<f64>().map_or(Cell::Empty, Cell::Number),
        value => value.get_str().map_or_else(|| value.to_string(), ToOwned::to_owned).into(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use polars::prelude::{DataType, IntoColumn, NamedFrom, Series};

    #[test]
    fn a_frame_is_shown_to_its_limit() {
        let time = Series::new("time".into(), &[0_i64, 1_500_000])
            .cast(&DataType::Datetime(TimeUnit::Microseconds, None))
            .unwrap();
        let columns = vec![
            time.into_column(),
            Series::new("route".into(), &["cart", "search"]).into_column(),
            Series::new("n".into(), &[Some(3_i32), None]).into_column(),
            Series::new("ok".into(), &[true, false]).into_column(),
        ];
        let frame = DataFrame::new(2, columns).unwrap();
        let all = frame_table(&frame, 10);
        assert_eq!(all.title, "Data frame of 2 rows and 4 columns");
        let first: Vec<Cell> = vec!["1970-01-01T00:00:00Z".into(), "cart".into(), 3.0.into(), "true".into()];
        assert_eq!(all.rows[0], first);
        assert_eq!((&all.rows[1][0], &all.rows[1][2]), (&"1970-01-01T00:00:01.5Z".into(), &Cell::Empty));
        assert_eq!(all.columns[2].name, "n (i32)");
        assert_eq!(frame_table(&frame, 1).title, "Data frame of 2 rows and 4 columns; the first 1");
        assert!(frame_table(&frame, 0).rows.is_empty());
    }
}
