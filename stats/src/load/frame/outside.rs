//! Which row groups of a table of rows need not be read, since all of their times are outside the range that is asked for.

use polars::io::parquet::read::FileMetadata;
use polars::prelude::{DataFrame, DataType};
use polars_parquet::read::RowGroupMetadata;

use super::footer::{Bounds, RowGroup};
use super::pages;
use crate::load::classify::{Plan, TimeSource};
use crate::load::clock::TimeFormat;
use crate::load::table::ColumnType;

/// For each row group, whether the file says that all of its rows have a time and that none is in the plan's range; `head` holds the
/// table's first rows, with all columns.
///
/// Where a value is a word, all rows are read: that most of them are no numbers must be seen.
pub(super) fn outside(contents: &FileMetadata, groups: &[RowGroup], plan: &Plan, head: &DataFrame) -> Vec<bool> {
    let all_read = vec![false; groups.len()];
    let column = |place: usize| plan.wanted.get(place).and_then(|wanted| head.select_at_idx(wanted.source));
    let is_words =
        |dtype: &DataType| matches!(dtype, DataType::String | DataType::Categorical(..) | DataType::Enum(..));
    let of_words = |place: usize| column(place).is_none_or(|column| is_words(column.dtype()));
    let TimeSource::Column(place) = plan.time else { return all_read };
    if plan.values.iter().any(|value| of_words(value.column)) {
        return all_read;
    }
    let (Some(times), Some(wanted)) = (column(place), plan.wanted.get(place)) else { return all_read };
    let (name, dtype) = (times.name().as_str(), times.dtype());
    let (from, to) = plan.range;
    let one = |(group, known): (&RowGroupMetadata, &RowGroup)| {
        let mut chunks = group.columns_under_root_iter(name).into_iter().flatten();
        let (Some(chunk), None) = (chunks.next(), chunks.next()) else { return false };
        let unit = match (dtype, wanted.kind) {
            (DataType::Int64, ColumnType::Time(TimeFormat::Epoch(unit))) => Some(unit),
            _ => pages::instant(chunk, dtype),
        };
        let (Some(unit), Some(Bounds::Ints(least, greatest))) = (unit, known.bounds.get(name)) else { return false };
        let (Some(least), Some(greatest)) = (least.checked_mul(unit), greatest.checked_mul(unit)) else { return false };
        known.whole.contains(name) && (greatest < from || least >= to)
    };
    contents.row_groups.iter().zip(groups).map(one).collect()
}
