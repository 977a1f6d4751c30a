//! Groups of rows as bins per window, and what becomes of them at the end of a file.

use std::collections::BTreeMap;
use std::ops::Range;

use super::{Collector, Group, Part, nothing_left, refuse_wrong_columns, warning};
use crate::error::{Error, Position, Result};
use crate::load::classify::{Plan, TimeSource};
use crate::load::dataset::{Dataset, LeftOut};
use crate::load::number::is_missing;
use crate::load::options::{Format, Kind};
use crate::load::report::{LoadReport, WarningKind};
use crate::load::shape::{self, Shape};
use crate::load::store::{Condense, HistogramTable, Packed, Slot};
use crate::time::{Timestamp, Window};

/// The windows of one column of values of a group, by their starts.
pub(super) type Bins = BTreeMap<i64, Packed>;

/// The bins of a group of rows: by column of values, and fields of each without a value.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    columns: Vec<(Bins, LeftOut)>,
    /// Rows whose flag says that they failed, which bins do not tell.
    failed: u64,
}

impl Part {
    /// Counts the rows of a piece where their times are known, and forgets them.
    pub(crate) fn condense(&mut self, how: Condense, plan: &Plan) -> Result<()> {
        if matches!(plan.time, TimeSource::Column(_)) {
            self.groups.iter_mut().try_for_each(|group| group.condense(how))?;
        }
        Ok(())
    }

    /// What the rows of each column of values look like, which decides their kind; asked of the first piece.
    pub(crate) fn shapes(&self, plan: &Plan) -> Vec<Vec<Shape>> {
        let of = |(at, value): (usize, &crate::load::classify::Value)| {
            let one = |group: &Group| {
                let values = group.values.get(at)?;
                let there = group.times.iter().zip(values).filter(|(_, v)| !is_missing(**v));
                let (times, values): (Vec<i64>, Vec<f64>) = there.unzip();
                let name = plan.name.and_then(|_| group.key.first()).unwrap_or(&value.name);
                Some(shape::measure(name, &times, &values))
            };
            self.groups.iter().filter_map(one).collect()
        };
        plan.values.iter().enumerate().map(of).collect()
    }
}

impl Group {
    /// Counts the rows and forgets them.
    pub(super) fn condense(&mut self, how: Condense) -> Result<()> {
        let times = std::mem::take(&mut self.times);
        let values = std::mem::take(&mut self.values);
        let mut runs = runs(&times, how);
        // windows that come again: their values are brought together first
        let order = (!runs.is_sorted_by(|a, b| a.0.start < b.0.start)).then(|| {
            let mut order: Vec<u32> = (0..times.len() as u32).collect();
            order.sort_by_key(|row| how.grid.index(Timestamp(times.get(*row as usize).copied().unwrap_or(0))));
            let sorted: Vec<i64> = order.iter().filter_map(|row| times.get(*row as usize).copied()).collect();
            runs = self::runs(&sorted, how);
            order
        });
        let mut counted = Counted::default();
        for column in values {
            let mut left_out = LeftOut::default();
            column.iter().filter(|v| v.is_nan()).for_each(|v| left_out.count(*v));
            let column = match &order {
                Some(order) => order.iter().filter_map(|row| column.get(*row as usize).copied()).collect(),
                None => column,
            };
            let mut bins = Bins::new();
            for (window, run) in &runs {
                let packed = how.pack(column.get(run.clone()).unwrap_or_default())?;
                if !packed.is_empty() {
                    bins.insert(window.start.0, packed);
                }
            }
            counted.columns.push((bins, left_out));
        }
        counted.failed = self.ok.take().map_or(0, |ok| ok.iter().filter(|ok| !**ok).count() as u64);
        self.counted = Some(counted);
        Ok(())
    }
}

/// Neighbouring rows of one window each.
fn runs(times: &[i64], how: Condense) -> Vec<(Window, Range<usize>)> {
    let mut runs: Vec<(Window, Range<usize>)> = Vec::new();
    for (row, time) in times.iter().enumerate() {
        match runs.last_mut() {
            Some((window, run)) if window.contains(Timestamp(*time)) => run.end = row + 1,
            _ => runs.push((how.grid.window_at(Timestamp(*time)), row..row + 1)),
        }
    }
    runs
}

impl Collector {
    /// Nothing yet; `lines` lines lie before the first piece. With a way to count, rows are counted and not kept.
    pub(crate) fn counting(lines: u64, how: Option<Condense>) -> Self {
        Self { lines, how, ..Self::default() }
    }

    /// Refuses columns that do not hold events, by the rows of the first piece that holds wanted ones; `false` where none of this piece
    /// is wanted.
    pub(crate) fn decide(shapes: &[Vec<Shape>], plan: &Plan, report: &mut LoadReport) -> Result<bool> {
        let is_empty = |shapes: &[Shape]| shapes.iter().all(|s| s.count == 0);
        if plan.kind.is_none() && shapes.iter().all(|s| is_empty(s)) {
            return Ok(false);
        }
        for (value, shapes) in plan.values.iter().zip(shapes) {
            if plan.kind.is_none() && is_empty(shapes) {
                report.understand(
                    "kind",
                    format!("{}: {}", value.name, Kind::Events),
                    "the first rows hold no value of it",
                );
                continue;
            }
            let (kind, why) = shape::decide(plan, value, shapes);
            // where a column names the series, each may be of its own kind
            if plan.named.is_empty() {
                events_only(&value.name, kind)?;
            }
            let why = if plan.kind.is_some() { why.to_owned() } else { format!("{why}, by the first rows") };
            report.understand("kind", format!("{}: {kind}", value.name), why);
        }
        Ok(true)
    }

    /// Tells that columns are taken for events although nothing shows that they are.
    pub(crate) fn leave_undecided(plan: &Plan, report: &mut LoadReport) {
        for value in &plan.values {
            let kind = format!("{}: {}", value.name, Kind::Events);
            report.understand("kind", kind, "none of the first rows is wanted");
        }
    }

    /// Adds the bins of a group to those of the same key.
    pub(super) fn count(&mut self, mut group: Group, how: Condense) -> Result<()> {
        if group.counted.is_none() {
            group.condense(how)?;
        }
        let counted = group.counted.unwrap_or_default();
        let fresh = self.counted.len();
        let at = *self.index.entry(group.key).or_insert(fresh);
        let Some((rows, own)) = self.counted.get_mut(at) else {
            self.counted.push((group.left_out, counted));
            return Ok(());
        };
        *rows = rows.plus(group.left_out);
        own.failed += counted.failed;
        for ((bins, left_out), (more, more_left_out)) in own.columns.iter_mut().zip(counted.columns) {
            *left_out = left_out.plus(more_left_out);
            for (start, packed) in more {
                match bins.get_mut(&start) {
                    Some(own) => own
                        .add(&packed)
                        .ok_or_else(|| Error::parse("the counts of a window add up to more than 2⁶⁴ − 1"))?,
                    None => drop(bins.insert(start, packed)),
                }
            }
        }
        Ok(())
    }

    /// Gives the histograms to the table; the data set that is left has a report and no items.
    pub(crate) fn give(
        self,
        plan: &Plan,
        file: &str,
        format: Format,
        mut report: LoadReport,
        how: Condense,
        to: &mut HistogramTable,
    ) -> Result<Dataset> {
        let Self { index, counted, tallies, rows, zoneless, zoned, outside, filtered, unread, .. } = self;
        refuse_wrong_columns(&tallies, plan, rows - (outside + filtered).min(rows), &unread, file)?;
        super::tell_zone(plan, zoneless, zoned, file, &mut report);
        super::tell_left_out(outside, filtered, &mut report);
        report.warnings.extend(tallies.iter().map(|t| warning(t, plan, file)));
        if let Some(flag) = plan.ok.and_then(|at| plan.wanted.get(at)) {
            // a label of its name keeps it
            let kept = plan.labels.iter().filter_map(|at| plan.wanted.get(*at)).any(|label| label.name == flag.name);
            let failed = counted.iter().map(|(_, counted)| counted.failed).sum();
            report.flag_not_kept(&flag.name, if kept { 0 } else { failed }, file);
        }
        let mut keys: Vec<(Vec<String>, usize)> = index.into_iter().collect();
        keys.sort_unstable();
        let mut counted: Vec<Option<(LeftOut, Counted)>> = counted.into_iter().map(Some).collect();
        let schema = to.schema(&how.layout.to_string());
        let width = how.grid.width().0;
        let mut any = false;
        for (key, at) in keys {
            let Some((of_rows, columns)) = counted.get_mut(at).and_then(Option::take) else { continue };
            for (value, (bins, left_out)) in plan.values.iter().zip(columns.columns) {
                let identity = super::series::identity(&key, value, plan);
                if let Some((kind, _)) = plan.named.get(&identity.name) {
                    events_only(&identity.name, *kind)?;
                }
                if bins.is_empty() {
                    let message = format!("“{}” has no usable sample", identity.title());
                    report.warn(WarningKind::EmptySeries, message, Position::in_file(file), 1);
                    continue;
                }
                any = true;
                let slot = |(start, packed)| (Slot { start, width, schema }, packed);
                to.add(&identity, format, of_rows.plus(left_out), bins.into_iter().map(slot))?;
            }
        }
        if !any {
            return Err(nothing_left(rows, outside, filtered, file));
        }
        Ok(Dataset { items: Vec::new(), report })
    }
}

/// The error for what is no series of events.
fn events_only(name: &str, kind: Kind) -> Result<()> {
    if kind == Kind::Events {
        return Ok(());
    }
    Err(Error::mismatch(format!("“{name}” is a {kind}, not events"))
        .hint("choose events with --value, or say --kind events"))
}
