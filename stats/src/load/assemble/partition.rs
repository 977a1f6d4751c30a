//! The rows of a piece of a table, sorted into groups by their labels.

use std::borrow::Cow;
use std::collections::HashMap;

use super::condense::Counted;
use crate::error::{Error, Result};
use crate::load::classify::{Plan, TimeSource};
use crate::load::dataset::LeftOut;
use crate::load::number::is_missing;
use crate::load::report::WarningKind;
use crate::load::table::{Chunk, Column, Dictionary, NO_TIME, Tallies};

/// No group: the row was dropped.
const NOWHERE: u32 = u32::MAX;

/// The rows of one piece that have the same labels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(super) key: Vec<String>,
    pub(super) times: Vec<i64>,
    /// One column a value.
    pub(super) values: Vec<Vec<f64>>,
    pub(super) ok: Option<Vec<bool>>,
    /// Rows without a value, which are not among the rest.
    pub(super) left_out: LeftOut,
    /// The rows as bins, where they are counted and not kept.
    pub(super) counted: Option<Counted>,
}

impl Group {
    /// Whether it has neither a row nor a field that was left out.
    pub(super) fn is_empty(&self) -> bool {
        self.times.is_empty() && self.counted.is_none() && self.left_out == LeftOut::default()
    }

    /// Leaves out the rows from a time on, where times rise, and says how many they are.
    pub(super) fn cut_from(&mut self, end: i64) -> usize {
        let keep = self.times.partition_point(|t| *t < end);
        let cut = self.times.len() - keep;
        self.times.truncate(keep);
        self.values.iter_mut().for_each(|column| column.truncate(keep));
        if let Some(ok) = &mut self.ok {
            ok.truncate(keep);
        }
        cut
    }
}

/// One piece of a table, sorted into groups.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    pub(super) groups: Vec<Group>,
    pub(super) rows: u64,
    pub(super) lines: u64,
    pub(super) tallies: Tallies,
    pub(super) zoneless: u64,
    /// How many times had one, or are numbers.
    pub(super) zoned: u64,
    pub(super) outside: u64,
    pub(super) filtered: u64,
    /// Where rows may be left out: of each wanted column the fields that were not read, in the rows that were not.
    pub(super) unread: Vec<u64>,
}

impl Part {
    /// So many rows of which it is known without reading them that all are outside the range of time.
    #[cfg(feature = "frame")]
    pub(crate) fn outside(rows: usize) -> Self {
        let rows = rows as u64;
        Self { rows, lines: rows, outside: rows, ..Self::default() }
    }
}

/// Sorts the rows of a piece into groups by their labels.
pub(crate) fn partition(mut chunk: Chunk, plan: &Plan) -> Result<Part> {
    let rows = chunk.rows;
    let mut part = Part {
        rows: rows as u64,
        lines: chunk.lines,
        zoneless: chunk.zoneless,
        tallies: std::mem::take(&mut chunk.tallies),
        ..Part::default()
    };
    let times = row_times(&mut chunk, plan)?;
    let read = if part.zoneless >= part.rows {
        part.zoneless
    } else if part.zoneless > 0 {
        times.iter().filter(|t| **t != NO_TIME).count() as u64
    } else {
        let unread = part.tallies.iter().filter(|t| matches!(t.kind, WarningKind::NotATime | WarningKind::BlankTime));
        part.rows.saturating_sub(unread.map(|t| t.count).sum())
    };
    part.zoned = read.saturating_sub(part.zoneless);
    let is_judged = plan.leaves_rows_out() && !part.tallies.is_empty();
    if let Some(key) = only_key(&chunk, plan, &times)? {
        if is_judged {
            part.unread = unread(&chunk, plan, &times, &vec![0; rows]);
        }
        part.groups.push(whole(key, times, &mut chunk, plan)?);
        return Ok(part);
    }
    let mut group = vec![0_u32; rows];
    drop_rows(&chunk, plan, &times, &mut group, &mut part);
    if is_judged {
        part.unread = unread(&chunk, plan, &times, &group);
    }
    let untimed = group.iter_mut().zip(&times).filter(|(_, t)| **t == NO_TIME);
    untimed.for_each(|(g, _)| *g = NOWHERE);
    let owned: Vec<Cow<'_, [f64]>> = plan.values.iter().map(|v| numbers(&chunk, v.column)).collect::<Result<_>>()?;
    let columns: Vec<&[f64]> = owned.iter().map(|column| &**column).collect();
    let keys = number_groups(&chunk, plan, &mut group)?;
    let mut left_out = vec![LeftOut::default(); keys.len()];
    // a row that has a flag says something without a value too
    if let ([only], None) = (columns.as_slice(), plan.ok) {
        for (g, v) in group.iter_mut().zip(*only) {
            if is_missing(*v) {
                if let Some(of_group) = left_out.get_mut(*g as usize) {
                    of_group.count(*v);
                }
                *g = NOWHERE;
            }
        }
    }
    let flags = plan.ok.map(|ok| flags(&chunk, ok)).transpose()?;
    part.groups = scatter(keys, &group, &times, &columns, flags);
    for (of_group, fields) in part.groups.iter_mut().zip(left_out) {
        of_group.left_out = fields;
    }
    Ok(part)
}

/// A column of numbers; of a table of times and flags the flags, 1 for good.
fn numbers(chunk: &Chunk, column: usize) -> Result<Cow<'_, [f64]>> {
    match chunk.columns.get(column) {
        Some(Column::Number(v)) => Ok(v.into()),
        Some(Column::Flag(good)) => Ok(good.iter().map(|good| f64::from(u8::from(*good))).collect()),
        _ => Err(Error::mismatch("a column of numbers was read as something else")),
    }
}

fn words(chunk: &Chunk, column: usize) -> Result<(&[u32], &Dictionary)> {
    match chunk.columns.get(column) {
        Some(Column::Text(codes, dictionary)) => Ok((codes, dictionary)),
        _ => Err(Error::mismatch("a column of text was read as something else")),
    }
}

fn flags(chunk: &Chunk, column: usize) -> Result<&[bool]> {
    match chunk.columns.get(column) {
        Some(Column::Flag(good)) => Ok(good),
        _ => Err(Error::mismatch("a column of flags was read as something else")),
    }
}

/// The times of the rows; with a step, counted from the piece's first row.
fn row_times(chunk: &mut Chunk, plan: &Plan) -> Result<Vec<i64>> {
    match plan.time {
        TimeSource::Step(step, _) => Ok((0..chunk.rows as i64).map(|row| step.0.saturating_mul(row)).collect()),
        TimeSource::Column(i) => match chunk.columns.get_mut(i) {
            Some(Column::Time(times)) => Ok(std::mem::take(times)),
            _ => Err(Error::mismatch("the column of times was read as something else")),
        },
    }
}

/// The key of all rows, where none is dropped and all have the same labels: rows sorted by them come so, piece after piece.
fn only_key(chunk: &Chunk, plan: &Plan, times: &[i64]) -> Result<Option<Vec<String>>> {
    let (from, to) = if matches!(plan.time, TimeSource::Step(..)) { (i64::MIN, i64::MAX) } else { plan.range };
    let kept = from.max(NO_TIME + 1)..to;
    // without an early end, so that several are looked at together
    if times.is_empty() || !plan.filter.is_empty() || !times.iter().fold(true, |all, t| all & kept.contains(t)) {
        return Ok(None);
    }
    if let ([only], None) = (plan.values.as_slice(), plan.ok)
        && numbers(chunk, only.column)?.iter().fold(false, |any, v| any | is_missing(*v))
    {
        return Ok(None);
    }
    let mut key = Vec::new();
    for column in plan.name.iter().chain(&plan.labels) {
        let (_, dictionary) = words(chunk, *column)?;
        let [word] = dictionary.words() else { return Ok(None) };
        key.push(String::from_utf8_lossy(word).into_owned());
    }
    Ok(Some(key))
}

/// All rows as one group, with the columns as they are.
fn whole(key: Vec<String>, times: Vec<i64>, chunk: &mut Chunk, plan: &Plan) -> Result<Group> {
    let ok = plan.ok.map(|ok| flags(chunk, ok).map(<[bool]>::to_vec)).transpose()?;
    let mut values = Vec::with_capacity(plan.values.len());
    for (i, value) in plan.values.iter().enumerate() {
        let again = plan.values.iter().skip(i + 1).any(|later| later.column == value.column);
        values.push(match chunk.columns.get_mut(value.column) {
            Some(Column::Number(column)) if !again => std::mem::take(column),
            _ => numbers(chunk, value.column)?.into_owned(),
        });
    }
    Ok(Group { key, times, values, ok, left_out: LeftOut::default(), counted: None })
}

/// Of each wanted column the fields that were not read, in the rows that are not left out.
fn unread(chunk: &Chunk, plan: &Plan, times: &[i64], group: &[u32]) -> Vec<u64> {
    let count = |is: &dyn Fn(usize) -> bool| {
        group.iter().enumerate().filter(|(row, g)| **g != NOWHERE && is(*row)).count() as u64
    };
    let of = |(place, column): (usize, &Column)| match column {
        Column::Number(values) => count(&|row| values.get(row).is_some_and(|v| is_missing(*v))),
        _ if plan.time == TimeSource::Column(place) => count(&|row| times.get(row) == Some(&NO_TIME)),
        _ => 0,
    };
    chunk.columns.iter().enumerate().map(of).collect()
}

/// Marks rows outside the range, or not passing the filter.
fn drop_rows(chunk: &Chunk, plan: &Plan, times: &[i64], group: &mut [u32], part: &mut Part) {
    let (from, to) = plan.range;
    let stepped = matches!(plan.time, TimeSource::Step(..));
    for (g, &t) in group.iter_mut().zip(times) {
        if t != NO_TIME && !stepped && (t < from || t >= to) {
            *g = NOWHERE;
            part.outside += 1;
        }
    }
    for (column, clause) in &plan.filter {
        let mut check = |g: &mut u32, keep: bool| {
            if *g != NOWHERE && !keep {
                *g = NOWHERE;
                part.filtered += 1;
            }
        };
        match chunk.columns.get(*column) {
            Some(Column::Number(values)) => {
                group.iter_mut().zip(values).for_each(|(g, v)| check(g, clause.keeps_number(*v)));
            }
            Some(Column::Text(codes, dictionary)) => {
                let keep: Vec<bool> = dictionary.words().iter().map(|w| clause.keeps_word(w)).collect();
                group
                    .iter_mut()
                    .zip(codes)
                    .for_each(|(g, c)| check(g, keep.get(*c as usize).copied().unwrap_or(false)));
            }
            _ => {}
        }
    }
}

/// Gives every row that is kept the number of its group, and the groups their keys.
fn number_groups(chunk: &Chunk, plan: &Plan, group: &mut [u32]) -> Result<Vec<Vec<String>>> {
    let columns: Vec<(&[u32], &Dictionary)> =
        plan.name.iter().chain(&plan.labels).map(|&i| words(chunk, i)).collect::<Result<_>>()?;
    let mut keys: Vec<Vec<u32>> = Vec::new();
    if columns.is_empty() {
        return Ok(vec![Vec::new()]);
    }
    if let [(codes, dictionary)] = columns.as_slice() {
        return Ok(number_words(codes, dictionary, group));
    }
    // small tables of codes are looked up, large ones hashed
    let size = columns.iter().try_fold(1_usize, |n, (_, d)| n.checked_mul(d.words().len().max(1)));
    let mut table = size.filter(|n| *n <= 1 << 16).map(|n| vec![NOWHERE; n]);
    let mut index: HashMap<Vec<u32>, u32> = HashMap::new();
    for (row, g) in group.iter_mut().enumerate() {
        if *g == NOWHERE {
            continue;
        }
        let code = |c: &[u32]| c.get(row).copied().unwrap_or_default();
        let fresh = keys.len() as u32;
        let key = || columns.iter().map(|(c, _)| code(c)).collect::<Vec<u32>>();
        let found = if let Some(table) = &mut table {
            let slot = columns.iter().fold(0_usize, |slot, (c, d)| slot * d.words().len() + code(c) as usize);
            let Some(cell) = table.get_mut(slot) else { continue };
            if *cell == NOWHERE {
                *cell = fresh;
            }
            *cell
        } else {
            *index.entry(key()).or_insert(fresh)
        };
        if found == fresh {
            keys.push(key());
        }
        *g = found;
    }
    let text = |(code, (_, d)): (&u32, &(&[u32], &Dictionary))| String::from_utf8_lossy(d.word(*code)).into_owned();
    Ok(keys.iter().map(|key| key.iter().zip(&columns).map(text).collect()).collect())
}

/// The same for a single column of words, each of which is a group.
fn number_words(codes: &[u32], dictionary: &Dictionary, group: &mut [u32]) -> Vec<Vec<String>> {
    let mut number = vec![NOWHERE; dictionary.words().len()];
    let mut keys = Vec::new();
    for (g, code) in group.iter_mut().zip(codes) {
        let Some(number) = number.get_mut(*code as usize).filter(|_| *g != NOWHERE) else { continue };
        if *number == NOWHERE {
            *number = keys.len() as u32;
            keys.push(vec![String::from_utf8_lossy(dictionary.word(*code)).into_owned()]);
        }
        *g = *number;
    }
    keys
}

/// Distributes the columns over the groups.
fn scatter(
    keys: Vec<Vec<String>>,
    group: &[u32],
    times: &[i64],
    columns: &[&[f64]],
    flags: Option<&[bool]>,
) -> Vec<Group> {
    // all kept rows by group, in their order
    let mut ends = vec![0_usize; keys.len()];
    for g in group {
        if let Some(n) = ends.get_mut(*g as usize) {
            *n += 1;
        }
    }
    let mut kept = 0;
    for end in &mut ends {
        (*end, kept) = (kept, kept + *end);
    }
    let mut order = vec![0_u32; kept];
    for (row, g) in group.iter().enumerate() {
        if let Some(end) = ends.get_mut(*g as usize) {
            if let Some(place) = order.get_mut(*end) {
                *place = row as u32;
            }
            *end += 1;
        }
    }
    let mut start = 0;
    let mut one = |(key, end): (Vec<String>, usize)| {
        let rows = order.get(start..end).unwrap_or_default();
        start = end;
        Group {
            key,
            times: gathered(times, rows),
            values: columns.iter().map(|column| gathered(column, rows)).collect(),
            ok: flags.map(|flags| gathered(flags, rows)),
            left_out: LeftOut::default(),
            counted: None,
        }
    };
    keys.into_iter().zip(ends).map(&mut one).collect()
}

fn gathered<T: Copy + Default>(column: &[T], rows: &[u32]) -> Vec<T> {
    rows.iter().map(|row| column.get(*row as usize).copied().unwrap_or_default()).collect()
}
