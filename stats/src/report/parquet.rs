//! Tables as Parquet.

use super::table::Table;
use crate::error::Result;
use crate::load;

impl Table {
    /// The table as a Parquet file, with the columns of [`to_csv`](Self::to_csv): numbers as 64-bit floats, words as text,
    /// null where a cell is empty or a number is not finite. Columns of one name get a number.
    ///
    /// # Errors
    /// [`Parse`](crate::ErrorKind::Parse) where polars cannot write the columns.
    pub fn to_parquet(&self) -> Result<Vec<u8>> {
        load::parquet_of(self.flat())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::table::{Cell, Column};
    use super::*;
    use crate::estimate::{Bound, Estimate, Scope};
    use crate::load::Values::{self, Numbers, Words};
    use crate::method::Method;
    use crate::unit::Unit;
    use polars::prelude::{DataFrame, ParquetReader, SerReader};

    fn column(frame: &DataFrame, name: &str) -> Values {
        let column = frame.column(name).unwrap().as_materialized_series();
        match column.f64() {
            Ok(numbers) => Numbers(numbers.iter().collect()),
            Err(_) => Words(column.str().unwrap().iter().map(|word| word.map(str::to_owned)).collect()),
        }
    }

    #[test]
    fn every_part_of_an_estimate_is_read_back() {
        let e = Estimate::new(0.25, Method::Sum, 7, &Scope::untimed(Unit::Second))
            .with_bound(Bound::Guaranteed { lower: 0.2, upper: f64::INFINITY });
        let columns = vec![Column::text("name"), Column::estimate("p99"), Column::text("name")];
        let table = Table::new("t", columns).with(vec!["=a".into(), e.into(), 3.0.into()]).with(vec![
            Cell::Empty,
            Cell::Empty,
            "b".into(),
        ]);
        let bytes = table.to_parquet().unwrap();
        let frame = ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
        let word = |w: &str| Some(w.to_owned());
        assert_eq!(column(&frame, "name"), Words(vec![word("=a"), None]));
        assert_eq!(column(&frame, "name 2"), Words(vec![word("3"), word("b")]));
        assert_eq!(column(&frame, "p99 [s]"), Numbers(vec![Some(0.25), None]));
        assert_eq!(column(&frame, "p99 lower [s]"), Numbers(vec![Some(0.2), None]));
        assert_eq!(column(&frame, "p99 upper [s]"), Numbers(vec![None, None]));
        assert_eq!(column(&frame, "p99 n"), Numbers(vec![Some(7.0), None]));
        assert_eq!(column(&frame, "p99 bound"), Words(vec![word("guaranteed"), None]));
    }
}
