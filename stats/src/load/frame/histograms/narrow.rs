//! The wanted rows of a Parquet file's row groups.
//!
//! A row group of a table that is sorted by series and window holds a day of a few series, of which an hour of one may be asked for. So its
//! times are read first, then the labels of the rows that these leave, and all columns of what is left: pages without one of these rows
//! are not unpacked, and no other row is turned into a bin.

use std::ops::Range;
use std::sync::Arc;

use polars::io::parquet::read::FileMetadata;
use polars::prelude as pl;

use super::super::footer::{Bounds, RowGroup};
use super::super::input::Input;
use super::super::row_groups::RowGroups;
use super::{Instant, Reading, Words, instants, words};
use crate::error::{Error, Position, Result};
use crate::progress::Progress;

/// The place of the times among the columns that are read.
const START: usize = 0;
/// Those before it are no labels.
const LABELS: usize = 5;
/// Rows that are taken together.
const PIECE: usize = 1 << 18;
/// Wanted rows with no more than these between them are read together.
const NEAR: usize = 64;

/// Reads some ranges of rows of a Parquet file, which begin and end as row groups do; nothing else of the file is looked at.
pub(in crate::load::frame) fn read_ranges(
    mut reading: Reading,
    (input, file_rows): (Input<'_>, u64),
    (contents, groups, schema): (&Arc<FileMetadata>, &[RowGroup], &pl::Schema),
    ranges: &[Range<u64>],
    progress: &Progress,
) -> Result<Reading> {
    let mut columns = Vec::new();
    for name in reading.wanted() {
        let missing = || Error::parse(format!("there is no column “{name}”"));
        columns.push((name.to_owned(), schema.get(name).ok_or_else(missing)?.clone()));
    }
    let instant = reading.instant(schema);
    let of_file = RowGroups::new(input, Arc::clone(contents), columns);
    let per_row = reading.bytes as f64 / file_rows.max(1) as f64;
    let mut left = ranges.iter().peekable();
    let mut first = 0_u64;
    for (number, group) in groups.iter().enumerate() {
        let here = first;
        first += group.rows;
        while left.next_if(|range| range.end <= here).is_some() {}
        if group.rows == 0 || left.peek().is_none_or(|range| range.start > here) {
            continue;
        }
        progress.check()?;
        reading.take_group(&of_file, (number, here), group, instant)?;
        progress.advance((group.rows as f64 * per_row) as u64);
    }
    Ok(reading)
}

impl Reading {
    /// Takes what is wanted of a row group that begins at a row of the file.
    fn take_group(
        &mut self,
        of_file: &RowGroups<'_>,
        (number, first): (usize, u64),
        group: &RowGroup,
        instant: Option<Instant>,
    ) -> Result<()> {
        // a row group may be of one window over and over: its bytes do not bound what it takes in memory
        let rows = group.rows as usize;
        for from in (0..rows).step_by(PIECE) {
            self.take_rows(of_file, (number, first), (group, instant), from..rows.min(from + PIECE))?;
        }
        Ok(())
    }

    /// Takes what is wanted of some rows of a row group that begins at a row of the file.
    fn take_rows(
        &mut self,
        of_file: &RowGroups<'_>,
        (number, first): (usize, u64),
        (group, instant): (&RowGroup, Option<Instant>),
        rows: Range<usize>,
    ) -> Result<()> {
        let at = (number, first as usize);
        let all: Vec<usize> = (0..self.order.len()).collect();
        let mut runs = vec![rows];
        if !self.is_inside(group, instant) {
            let starts = of_file.select(at, &runs, &[START])?.pop();
            let starts = starts.map(|starts| instants(starts, &mut self.clock)).unwrap_or_default();
            let (from, to) = self.choice.range;
            // one that is no time is told of where its row is read
            let keep: Vec<bool> = starts.iter().map(|t| t.is_none_or(|t| t >= from && t < to)).collect();
            let (kept, outside) = narrowed(&runs, &keep);
            runs = kept;
            self.builder.pass_over(outside, 0);
        }
        if !self.choice.clauses.is_empty() || !self.choice.names.is_empty() {
            let labels = of_file.select(at, &runs, all.get(LABELS..).unwrap_or_default())?;
            let labels: Vec<Words> = labels.into_iter().map(words).collect();
            let (mut keep, mut last) = (Vec::new(), None);
            for row in 0..length(&runs) {
                let series = self.series_of(&labels, row, &mut last).map_err(|e| {
                    let line = first + number_of(&runs, row) as u64 + 1;
                    e.at(Position::in_file(&self.file).at_line(line))
                })?;
                keep.push(series.is_some());
            }
            let (kept, filtered) = narrowed(&runs, &keep);
            runs = kept;
            self.builder.pass_over(0, filtered);
        }
        if runs.is_empty() {
            return Ok(());
        }
        let columns = of_file.select(at, &runs, &all)?;
        self.take_columns(columns, length(&runs), &|row| first + number_of(&runs, row) as u64)
    }

    /// Whether all rows of a row group are known to be in the range of time that is asked for.
    fn is_inside(&self, group: &RowGroup, instant: Option<Instant>) -> bool {
        let (from, to) = self.choice.range;
        if (from, to) == (i64::MIN, i64::MAX) {
            return true;
        }
        let bounds = self.names.get(self.places.start).and_then(|name| group.bounds.get(name));
        let (Some(instant), Some(Bounds::Ints(least, greatest))) = (instant, bounds) else { return false };
        instant.earliest(*least).is_some_and(|t| t >= from) && instant.latest(*greatest).is_some_and(|t| t < to)
    }
}

fn length(runs: &[Range<usize>]) -> usize {
    runs.iter().map(ExactSizeIterator::len).sum()
}

/// The number within its row group of a row of some runs.
fn number_of(runs: &[Range<usize>], row: usize) -> usize {
    let mut left = row;
    for run in runs {
        if left < run.len() {
            return run.start + left;
        }
        left -= run.len();
    }
    row
}

/// The runs of rows that are kept of some runs, by a mark for each of their rows, and how many rows are left out. Rows near to each other
/// stay together, with those between them, which are left out one by one later.
fn narrowed(runs: &[Range<usize>], keep: &[bool]) -> (Vec<Range<usize>>, u64) {
    let mut kept: Vec<Range<usize>> = Vec::new();
    let mut marks = keep.iter();
    for run in runs {
        for row in run.clone() {
            if !marks.next().copied().unwrap_or(true) {
                continue;
            }
            match kept.last_mut() {
                // what lies between two runs was left out before, and is not counted twice
                Some(last) if last.start >= run.start && row - last.end <= NEAR => last.end = row + 1,
                _ => kept.push(row..row + 1),
            }
        }
    }
    let left_out = length(runs) - length(&kept);
    (kept, left_out as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_kept_row_is_in_a_run_and_no_row_is_counted_twice(
            lengths in prop::collection::vec((1_usize..300, 1_usize..300), 1..5),
            marks in prop::collection::vec(prop::bool::weighted(0.03), 1500),
        ) {
            let mut runs = Vec::new();
            let mut end = 0;
            for (gap, length) in lengths {
                runs.push(end + gap..end + gap + length);
                end += gap + length;
            }
            let rows: Vec<usize> = runs.iter().cloned().flatten().collect();
            prop_assert!(rows.iter().enumerate().all(|(i, row)| number_of(&runs, i) == *row));
            let (kept, left_out) = narrowed(&runs, &marks[..rows.len()]);
            let chosen: Vec<usize> = kept.iter().cloned().flatten().collect();
            prop_assert_eq!(chosen.len() + left_out as usize, rows.len());
            prop_assert!(chosen.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert!(chosen.iter().all(|row| rows.contains(row)));
            for (row, mark) in rows.iter().zip(&marks) {
                prop_assert!(!mark || chosen.contains(row));
            }
            // and nothing that is far from all that is kept
            let wanted: Vec<usize> = rows.iter().zip(&marks).filter(|(_, m)| **m).map(|(r, _)| *r).collect();
            prop_assert!(chosen.iter().all(|row| wanted.iter().any(|w| row.abs_diff(*w) <= NEAR)));
        }
    }
}
