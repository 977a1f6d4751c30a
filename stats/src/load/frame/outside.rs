//! Which row groups of a table of rows need not be read, since all of their times are outside the range that is asked for.

use std::ops::Range;

use polars::io::parquet::read::FileMetadata;
use polars::prelude::{DataFrame, DataType};
use polars_parquet::read::RowGroupMetadata;

use super::footer::{self, Bounds, RowGroup};
use super::pages;
use crate::load::classify::{Plan, TimeSource};
use crate::load::clock::{self, TimeFormat};
use crate::load::report::{GroupsRead, LoadReport};
use crate::load::table::ColumnType;

/// In nanoseconds.
pub(super) const DAY: i64 = 86_400_000_000_000;

/// For each row group, whether the file says that all of its rows have a time and that none is in the plan's range; `head` holds the
/// table's first rows, with all columns. What is left of the file is told.
///
/// Where a value is a word, all rows are read: that most of them are no numbers must be seen.
pub(super) fn outside(contents: &FileMetadata, plan: &Plan, head: &DataFrame, report: &mut LoadReport) -> Vec<bool> {
    if !plan.leaves_rows_out() {
        return Vec::new();
    }
    let groups = footer::groups(contents);
    let marks = marks(contents, &groups, plan, head).unwrap_or_default();
    let mut read = GroupsRead { all: groups.len() as u64, ..GroupsRead::default() };
    for (i, group) in groups.iter().enumerate() {
        read.bytes += group.bytes;
        if !marks.get(i).copied().unwrap_or_default() {
            read.read += 1;
            read.bytes_read += group.bytes;
        }
    }
    report.understand_groups(read);
    marks
}

/// The rows of the row groups that are not marked.
pub(super) fn rows_read(contents: &FileMetadata, marks: &[bool]) -> Vec<Range<u64>> {
    let mut start = 0;
    let mut rows = Vec::new();
    for (i, group) in contents.row_groups.iter().enumerate() {
        let end = start + group.num_rows() as u64;
        if !marks.get(i).copied().unwrap_or_default() {
            rows.push(start..end);
        }
        start = end;
    }
    rows
}

/// `None` where all are to be read.
fn marks(contents: &FileMetadata, groups: &[RowGroup], plan: &Plan, head: &DataFrame) -> Option<Vec<bool>> {
    let column = |place: usize| plan.wanted.get(place).and_then(|wanted| head.select_at_idx(wanted.source));
    let is_words =
        |dtype: &DataType| matches!(dtype, DataType::String | DataType::Categorical(..) | DataType::Enum(..));
    let of_words = |place: usize| column(place).is_none_or(|column| is_words(column.dtype()));
    let TimeSource::Column(place) = plan.time else { return None };
    if plan.values.iter().any(|value| of_words(value.column)) {
        return None;
    }
    let (times, wanted) = (column(place)?, plan.wanted.get(place)?);
    let (name, dtype) = (times.name().as_str(), times.dtype());
    let (from, to) = plan.range;
    // what a clock shows is within a day of the instant, in any zone
    let local = matches!(dtype, DataType::Datetime(_, None)) && clock::is_elsewhere(plan.zone.as_ref());
    let (from, to) = if local { (from.saturating_sub(DAY), to.saturating_add(DAY)) } else { (from, to) };
    let is_outside = |group: &RowGroupMetadata, known: &RowGroup| {
        let mut chunks = group.columns_under_root_iter(name)?;
        let (Some(chunk), None) = (chunks.next(), chunks.next()) else { return None };
        let unit = match (dtype, wanted.kind) {
            (DataType::Int64, ColumnType::Time(TimeFormat::Epoch(unit))) => unit,
            _ => pages::instant(chunk, dtype)?,
        };
        let Bounds::Ints(least, greatest) = known.bounds.get(name)? else { return None };
        let (least, greatest) = (least.checked_mul(unit)?, greatest.checked_mul(unit)?);
        Some(known.whole.contains(name) && (greatest < from || least >= to))
    };
    let each = contents.row_groups.iter().zip(groups);
    Some(each.map(|(group, known)| is_outside(group, known).unwrap_or_default()).collect())
}
