//! Polars data frames as tables, and data sets as data frames.

use polars::prelude as pl;
use polars::prelude::{DataFrame, DataType, IntoColumn, NamedFrom, TimeUnit};

use super::cells::Cells;
use super::typed::{Origin, Table, Typed, assemble, encode, plan};
use crate::error::{Error, Result};
use crate::load::dataset::Dataset;
use crate::load::long::LongTable;
use crate::load::options::{Format, LoadOptions};
use crate::load::report::LoadReport;
use crate::unit::Unit;

/// A failure of polars, with its first line.
pub(super) fn failed(e: &pl::PolarsError) -> Error {
    let text = e.to_string();
    Error::parse(text.lines().next().unwrap_or("polars failed").to_owned())
}

fn nanoseconds(unit: TimeUnit) -> i64 {
    match unit {
        TimeUnit::Nanoseconds => 1,
        TimeUnit::Microseconds => 1000,
        TimeUnit::Milliseconds => 1_000_000,
    }
}

impl Table for DataFrame {
    fn names(&self) -> Vec<String> {
        self.get_column_names().into_iter().map(ToString::to_string).collect()
    }

    fn rows(&self) -> usize {
        self.height()
    }

    fn piece(&self, column: usize, from: usize, rows: usize) -> Result<Typed> {
        let Some(column) = self.select_at_idx(column) else { return Ok(Typed::Other(rows)) };
        let series = column.as_materialized_series().slice(from as i64, rows);
        typed(&series).map_err(|e| failed(&e))
    }

    fn unit(&self, column: usize) -> Option<Unit> {
        matches!(self.select_at_idx(column)?.dtype(), DataType::Duration(_)).then_some(Unit::Second)
    }
}

fn typed(series: &pl::Series) -> pl::PolarsResult<Typed> {
    let ints = || Ok::<_, pl::PolarsError>(integers(series.to_physical_repr().cast(&DataType::Int64)?.i64()?));
    let instants = |factor: i64| -> pl::PolarsResult<Typed> { Ok(Typed::Instants(scaled(ints()?, factor))) };
    let floats = || -> pl::PolarsResult<Typed> {
        let cast = series.cast(&DataType::Float64)?;
        let column = cast.f64()?;
        Ok(Typed::Floats(match column.rechunk().cont_slice() {
            Ok(values) if column.null_count() == 0 => Cells::full(values.to_vec()),
            _ => column.iter().collect(),
        }))
    };
    Ok(match series.dtype() {
        DataType::Datetime(unit, _) => instants(nanoseconds(*unit))?,
        DataType::Date => instants(86_400_000_000_000)?,
        DataType::Duration(unit) => {
            let per_second = 1e9 / nanoseconds(*unit) as f64;
            Typed::Floats(ints()?.map(|x| x as f64 / per_second))
        }
        DataType::Boolean => Typed::Bools(series.bool()?.iter().collect()),
        DataType::String => encode(series.str()?.iter()),
        DataType::Categorical(..) | DataType::Enum(..) => encode(series.cast(&DataType::String)?.str()?.iter()),
        DataType::UInt64 | DataType::Float32 | DataType::Float64 | DataType::Decimal(..) => floats()?,
        d if d.is_integer() => Typed::Ints(ints()?),
        _ => Typed::Other(series.len()),
    })
}

fn integers(column: &pl::Int64Chunked) -> Cells<i64> {
    match column.rechunk().cont_slice() {
        Ok(values) if column.null_count() == 0 => Cells::full(values.to_vec()),
        _ => column.iter().collect(),
    }
}

/// Each number times a factor; one that leaves the range is not there.
fn scaled(cells: Cells<i64>, factor: i64) -> Cells<i64> {
    let limit = i64::MAX / factor;
    match cells.all() {
        Ok(all) if factor == 1 => Cells::full(all),
        // without an early end, so that several are looked at together
        Ok(all) if all.iter().fold(true, |fits, x| fits & (-limit..=limit).contains(x)) => {
            Cells::full(all.into_iter().map(|x| x * factor).collect())
        }
        Ok(all) => Cells::full(all).convert(|x| x.checked_mul(factor)),
        Err(some) => some.convert(|x| x.checked_mul(factor)),
    }
}

impl TryFrom<&DataFrame> for Dataset {
    type Error = Error;

    /// Takes a data frame, long or wide, as [`load`](crate::load::load) takes a file.
    ///
    /// # Errors
    /// As [`load`](crate::load::load), of what does not depend on files.
    fn try_from(frame: &DataFrame) -> Result<Self> {
        Self::from_frame(frame, &LoadOptions::default())
    }
}

impl Dataset {
    /// Takes a data frame, long or wide, with the caller's word on its columns.
    ///
    /// # Errors
    /// As [`load`](crate::load::load), of what does not depend on files.
    pub fn from_frame(frame: &DataFrame, options: &LoadOptions) -> Result<Self> {
        let mut report = LoadReport::default();
        let plan = plan(frame, options, "data frame", &mut report)?;
        let wanted: Vec<pl::Column> = plan
            .wanted
            .iter()
            .filter_map(|w| frame.select_at_idx(w.source).cloned())
            .enumerate()
            .map(renamed)
            .collect();
        let chosen = DataFrame::new(frame.height(), wanted).map_err(|e| failed(&e))?;
        let origin = Origin { file: "data frame", format: Format::ArrowIpc, bytes: 0 };
        assemble(&chosen, &plan, &origin, report)
    }

    /// All series as one long data frame: `time` (UTC, nanoseconds), `name`, a column a label, `value`, and `ok` where an
    /// item has flags. Rows are in the order of the items.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without items.
    pub fn to_frame(&self) -> Result<DataFrame> {
        let long = LongTable::of(self)?;
        let time = pl::Series::new("time".into(), &long.times)
            .cast(&DataType::Datetime(TimeUnit::Nanoseconds, Some(pl::TimeZone::UTC)))
            .map_err(|e| failed(&e))?;
        let mut columns = vec![time.into_column()];
        for (name, words) in &long.texts {
            columns.push(pl::Series::new(name.as_str().into(), words).into_column());
        }
        columns.push(pl::Series::new("value".into(), &long.values).into_column());
        if let Some(ok) = &long.ok {
            columns.push(pl::Series::new("ok".into(), ok).into_column());
        }
        DataFrame::new(long.times.len(), columns).map_err(|e| failed(&e))
    }
}

/// One column may be wanted twice, in two readings; names must differ.
pub(super) fn renamed((i, column): (usize, pl::Column)) -> pl::Column {
    column.with_name(format!("{i}").into())
}
