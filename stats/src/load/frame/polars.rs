//! Polars data frames as tables, and data sets as data frames.

use polars::prelude as pl;
use polars::prelude::{DataFrame, DataType, IntoColumn, IntoSeries, NamedFrom, TimeUnit};

use super::cells::Cells;
use super::typed::{Origin, Table, Typed, assemble, encode, plan};
use crate::error::{Error, Result};
use crate::load::dataset::Dataset;
use crate::load::histogram_table::has_columns;
use crate::load::long::LongTable;
use crate::load::options::{Format, LoadOptions};
use crate::load::report::LoadReport;
use crate::load::table::Dictionary;
use crate::unit::Unit;

/// A failure of polars, with its first line.
pub(super) fn failed(e: &pl::PolarsError) -> Error {
    let text = e.to_string();
    Error::parse(text.lines().next().unwrap_or("polars failed").to_owned())
}

pub(super) fn nanoseconds(unit: TimeUnit) -> i64 {
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

pub(super) fn typed(series: &pl::Series) -> pl::PolarsResult<Typed> {
    let ints = || Ok::<_, pl::PolarsError>(integers(series.to_physical_repr().cast(&DataType::Int64)?.i64()?));
    let nanos = |factor: i64| -> pl::PolarsResult<Cells<i64>> { Ok(scaled(ints()?, factor)) };
    let floats = || -> pl::PolarsResult<Typed> {
        let cast = series.cast(&DataType::Float64)?;
        let column = cast.f64()?;
        Ok(Typed::Floats(match column.rechunk().cont_slice() {
            Ok(values) if column.null_count() == 0 => Cells::full(values.to_vec()),
            _ => column.iter().collect(),
        }))
    };
    Ok(match series.dtype() {
        DataType::Datetime(unit, Some(_)) => Typed::Instants(nanos(nanoseconds(*unit))?),
        DataType::Datetime(unit, None) => Typed::Locals(nanos(nanoseconds(*unit))?),
        DataType::Date => Typed::Locals(nanos(86_400_000_000_000)?),
        DataType::Duration(unit) => {
            let per_second = 1e9 / nanoseconds(*unit) as f64;
            Typed::Floats(ints()?.map(|x| x as f64 / per_second))
        }
        DataType::Boolean => Typed::Bools(flags(series.bool()?)),
        DataType::String => words(series.str()?),
        DataType::Categorical(..) | DataType::Enum(..) => words(series.cast(&DataType::String)?.str()?),
        DataType::UInt64 | DataType::Float32 | DataType::Float64 | DataType::Decimal(..) => floats()?,
        d if d.is_integer() => Typed::Ints(ints()?),
        _ => Typed::Other(series.len()),
    })
}

fn flags(column: &pl::BooleanChunked) -> Cells<bool> {
    if column.null_count() > 0 {
        return column.iter().collect();
    }
    let mut flags = Vec::with_capacity(column.len());
    column.downcast_iter().for_each(|array| flags.extend(array.values_iter()));
    Cells::full(flags)
}

/// So many views are remembered; where there are more words, the dictionary finds them as fast.
const VIEWS: usize = 8;

fn words(column: &pl::StringChunked) -> Typed {
    if column.null_count() > 0 {
        return encode(column.iter());
    }
    let mut dictionary = Dictionary::default();
    let mut codes = Vec::with_capacity(column.len());
    for array in column.downcast_iter() {
        // in one array equal views are equal words, which need not be compared
        let mut known: Vec<(u128, u32)> = Vec::with_capacity(VIEWS);
        for (word, view) in array.values_iter().zip(array.views().iter()) {
            let view = view.as_u128();
            let code = known.iter().find(|(seen, _)| *seen == view).map(|(_, code)| *code);
            codes.push(code.unwrap_or_else(|| {
                let code = dictionary.encode(word.as_bytes());
                if known.len() < VIEWS {
                    known.push((view, code));
                }
                code
            }));
        }
    }
    Typed::Words(Cells::full(codes), dictionary)
}

fn integers(column: &pl::Int64Chunked) -> Cells<i64> {
    match column.rechunk().cont_slice() {
        Ok(values) if column.null_count() == 0 => Cells::full(values.to_vec()),
        _ => column.iter().collect(),
    }
}

/// Each number times a factor; one that leaves the range is not there.
pub(super) fn scaled(cells: Cells<i64>, factor: i64) -> Cells<i64> {
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
    /// Takes a data frame, long, wide or a table of histograms, with the caller's word on its columns.
    ///
    /// # Errors
    /// As [`load`](crate::load::load), of what does not depend on files.
    pub fn from_frame(frame: &DataFrame, options: &LoadOptions) -> Result<Self> {
        if has_columns(&Table::names(frame)) {
            let chosen = |places: &[usize]| -> Result<Box<dyn Table>> {
                let columns = places.iter().filter_map(|i| frame.select_at_idx(*i).cloned()).collect();
                Ok(Box::new(DataFrame::new(frame.height(), columns).map_err(|e| failed(&e))?))
            };
            return super::histograms::of_table(frame, chosen, ("data frame", Format::ArrowIpc), options);
        }
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
            .cast(&DataType::Datetime(TimeUnit::Nanoseconds, None))
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

/// Says of a column of nanoseconds that they are instants, for a file. In a frame they stay without a zone: polars without its table of zones
/// drops it in a cast, and shows no column that has one.
pub(super) fn in_utc(mut frame: DataFrame, column: &str) -> Result<DataFrame> {
    let times = frame.column(column).map_err(|e| failed(&e))?.as_materialized_series().to_physical_repr();
    let times = times.i64().map_err(|e| failed(&e))?.clone();
    let zoned = times.into_datetime(TimeUnit::Nanoseconds, Some(pl::TimeZone::UTC)).into_series();
    frame.with_column(zoned.into_column()).map_err(|e| failed(&e))?;
    Ok(frame)
}

/// One column may be wanted twice, in two readings; names must differ.
pub(super) fn renamed((i, column): (usize, pl::Column)) -> pl::Column {
    column.with_name(format!("{i}").into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use polars::prelude::{ChunkedArray, NewChunkedArray};

    /// Short words lie in their views, long ones elsewhere, in several arrays; more words than are remembered.
    #[test]
    fn words_by_their_views_are_the_words() {
        let word = |i: usize| format!("{}{}", "a service with a long name ".repeat(i % 2), i * 7 % 23);
        let mut column = pl::StringChunked::from_iter_values("x".into(), (0..100).map(word));
        column.append(&ChunkedArray::from_iter_values("x".into(), (50..200).map(word))).unwrap();
        for column in [column.slice(3, 240), pl::StringChunked::from_iter_values("x".into(), (0..0).map(word))] {
            let Typed::Words(codes, dictionary) = words(&column) else { panic!("no words") };
            let read: Vec<&[u8]> = codes.iter().map(|code| dictionary.word(code.unwrap())).collect();
            assert_eq!(read, column.iter().map(|w| w.unwrap().as_bytes()).collect::<Vec<_>>());
            let mut distinct = dictionary.words().to_vec();
            distinct.sort();
            distinct.dedup();
            assert_eq!(distinct.len(), dictionary.words().len());
        }
        let flag = |i: usize| i.is_multiple_of(3);
        let mut column = pl::BooleanChunked::from_iter_values("x".into(), (0..70).map(flag));
        column.append(&ChunkedArray::from_iter_values("x".into(), (70..99).map(flag))).unwrap();
        assert_eq!(flags(&column).all().unwrap(), (0..99).map(flag).collect::<Vec<_>>());
    }
}
