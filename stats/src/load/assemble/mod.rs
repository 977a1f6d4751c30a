//! From pieces of a table to series: rows are sorted into groups by their labels, groups of all pieces joined, and each
//! group and column of values becomes an item.

mod condense;
mod partition;
mod series;
mod tell;

use std::collections::HashMap;

use rayon::prelude::*;

use crate::error::{Error, Position, Result};
use crate::load::classify::{Plan, TimeSource};
use crate::load::dataset::{Dataset, Item, LeftOut};
use crate::load::options::Format;
use crate::load::report::{LoadReport, WarningKind};
use crate::load::shape::Shape;
use crate::load::store::Condense;
use crate::load::table::Tallies;
use partition::Group;
use series::{Raw, build, raw};
use tell::{nothing_left, refuse_wrong_columns, tell_kinds, tell_left_out, tell_zone, warning};

pub(crate) use partition::{Part, partition};
pub(crate) use tell::series_warnings;

/// A table that falls into more series than this is not one that anybody meant.
pub(crate) const MOST_SERIES: usize = 100_000;

/// Joins the pieces of a table, which must come in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collector {
    index: HashMap<Vec<String>, usize>,
    groups: Vec<Vec<Group>>,
    tallies: Tallies,
    rows: u64,
    lines: u64,
    zoneless: u64,
    zoned: u64,
    outside: u64,
    filtered: u64,
    /// Of each wanted column the fields that were not read in rows that are wanted, where others may be left out.
    unread: Vec<u64>,
    /// How rows are counted, where they are not kept.
    how: Option<Condense>,
    /// The bins of each key, and the rows without a value.
    counted: Vec<(LeftOut, condense::Counted)>,
}

impl Collector {
    /// The rows so far.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// The lines so far, those before the first piece included.
    pub(crate) fn lines(&self) -> u64 {
        self.lines
    }

    /// Adds the next piece.
    pub(crate) fn add(&mut self, part: Part, plan: &Plan, file: &str) -> Result<()> {
        for mut group in part.groups {
            if group.is_empty() {
                continue;
            }
            if let TimeSource::Step(step, first) = plan.time {
                let base = first.saturating_add(step.0.saturating_mul(self.rows as i64));
                group.times.iter_mut().for_each(|t| *t = t.saturating_add(base));
                self.outside += group.cut_from(plan.range.1) as u64;
                if group.is_empty() {
                    continue;
                }
            }
            if let Some(how) = self.how {
                self.count(group, how)?;
                continue;
            }
            let fresh = self.groups.len();
            let at = *self.index.entry(group.key.clone()).or_insert(fresh);
            match self.groups.get_mut(at) {
                Some(pieces) => pieces.push(group),
                None => self.groups.push(vec![group]),
            }
        }
        // each group is a series of each column of values
        if self.index.len().saturating_mul(plan.values.len()) > MOST_SERIES {
            let way_out = if self.index.len() > MOST_SERIES || plan.values.len() < 2 {
                "split it by columns with fewer values with --by"
            } else {
                "choose columns with --value, or split it by columns with fewer values with --by"
            };
            return Err(Error::argument(format!("the table falls into more than {MOST_SERIES} series"))
                .in_file(file)
                .hint(way_out));
        }
        self.tallies.absorb(part.tallies, self.lines);
        self.rows += part.rows;
        self.lines += part.lines;
        self.zoneless += part.zoneless;
        self.zoned += part.zoned;
        self.outside += part.outside;
        self.filtered += part.filtered;
        self.unread.resize(self.unread.len().max(part.unread.len()), 0);
        self.unread.iter_mut().zip(part.unread).for_each(|(all, own)| *all += own);
        Ok(())
    }

    /// Makes the series.
    pub(crate) fn finish(self, plan: &Plan, file: &str, format: Format, mut report: LoadReport) -> Result<Dataset> {
        let Self { groups, tallies, rows, zoneless, zoned, outside, filtered, unread, .. } = self;
        refuse_wrong_columns(&tallies, plan, rows - (outside + filtered).min(rows), &unread, file)?;
        tell_zone(plan, zoneless, zoned, file, &mut report);
        tell_left_out(outside, filtered, &mut report);
        report.warnings.extend(tallies.iter().map(|t| warning(t, plan, file)));
        let raws: Vec<Raw> = groups.into_par_iter().flat_map_iter(|pieces| raw(pieces, plan)).collect();
        let kinds = series::kinds(&raws, plan);
        tell_kinds(&kinds, plan, &mut report);
        let mut dataset = Dataset { items: Vec::new(), report };
        let built: Vec<Result<(Item, Shape), (String, Error)>> = raws
            .into_par_iter()
            .map(|raw| {
                let kind = raw.kind(&kinds, plan);
                let (title, shape) = (raw.identity.title(), raw.shape);
                let value = plan.values.get(raw.value);
                build(raw, kind, value, format).map(|item| (item, shape)).map_err(|e| (title, e))
            })
            .collect();
        for result in built {
            match result {
                Ok((item, shape)) => {
                    series_warnings(&item, shape, file, &mut dataset.report);
                    dataset.items.push(item);
                }
                Err((title, e)) if e.kind() == crate::ErrorKind::Empty => {
                    let position = Position::in_file(file);
                    dataset.report.warn(
                        WarningKind::EmptySeries,
                        format!("“{title}” has no usable sample"),
                        position,
                        1,
                    );
                }
                Err((_, e)) => return Err(e.in_file(file)),
            }
        }
        if dataset.items.is_empty() {
            return Err(nothing_left(rows, outside, filtered, file));
        }
        dataset.sort();
        Ok(dataset)
    }
}
