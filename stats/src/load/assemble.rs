//! From pieces of a table to series: rows are sorted into groups by their labels, groups of all pieces joined, and each
//! group and column of values becomes an item.

mod condense;

use std::collections::HashMap;

use rayon::prelude::*;

use crate::counter::Counter;
use crate::error::{Error, Position, Result};
use crate::events::Events;
use crate::labels::Labels;
use crate::load::classify::{Plan, TimeSource, Value};
use crate::load::dataset::{Data, Dataset, Item, LeftOut};
use crate::load::exposition;
use crate::load::number::is_missing;
use crate::load::options::{Format, Kind};
use crate::load::report::{LoadReport, Warning, WarningKind, counted};
use crate::load::shape::{self, Shape};
use crate::load::store::Condense;
use crate::load::table::{Chunk, Column, Dictionary, NO_TIME, Tallies, Tally};
use crate::series::{Identity, NanPolicy, Series};

/// A table that falls into more series than this is not one that anybody meant.
const MOST_SERIES: usize = 100_000;
/// A chosen column with a larger share of unreadable fields than one in this many is the wrong column.
const UNREADABLE_ONE_IN: u64 = 10;
/// No group: the row was dropped.
const NOWHERE: u32 = u32::MAX;

/// The rows of one piece that have the same labels.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    key: Vec<String>,
    times: Vec<i64>,
    /// One column a value.
    values: Vec<Vec<f64>>,
    ok: Option<Vec<bool>>,
    /// Rows without a value, which are not among the rest.
    left_out: LeftOut,
    /// The rows as bins, where they are counted and not kept.
    counted: Option<condense::Counted>,
}

impl Group {
    /// Whether it has neither a row nor a field that was left out.
    fn is_empty(&self) -> bool {
        self.times.is_empty() && self.counted.is_none() && self.left_out == LeftOut::default()
    }

    /// Leaves out the rows from a time on, where times rise, and says how many they are.
    fn cut_from(&mut self, end: i64) -> usize {
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
    groups: Vec<Group>,
    rows: u64,
    lines: u64,
    tallies: Tallies,
    zoneless: u64,
    outside: u64,
    filtered: u64,
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
    if let Some(key) = only_key(&chunk, plan, &times)? {
        part.groups.push(whole(key, times, &mut chunk, plan)?);
        return Ok(part);
    }
    let mut group = vec![0_u32; rows];
    drop_rows(&chunk, plan, &times, &mut group, &mut part);
    let columns: Vec<&[f64]> = plan.values.iter().map(|v| numbers(&chunk, v.column)).collect::<Result<_>>()?;
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
    let flags = plan.ok.map(|ok| numbers(&chunk, ok)).transpose()?;
    part.groups = scatter(keys, &group, &times, &columns, flags);
    for (of_group, fields) in part.groups.iter_mut().zip(left_out) {
        of_group.left_out = fields;
    }
    Ok(part)
}

fn numbers(chunk: &Chunk, column: usize) -> Result<&[f64]> {
    match chunk.columns.get(column) {
        Some(Column::Number(v)) => Ok(v),
        _ => Err(Error::mismatch("a column of numbers was read as something else")),
    }
}

fn words(chunk: &Chunk, column: usize) -> Result<(&[u32], &Dictionary)> {
    match chunk.columns.get(column) {
        Some(Column::Text(codes, dictionary)) => Ok((codes, dictionary)),
        _ => Err(Error::mismatch("a column of text was read as something else")),
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
    let flags = plan.ok.map(|ok| numbers(chunk, ok)).transpose()?;
    // a flag that cannot be read counts as bad
    let ok = flags.map(|flags| flags.iter().map(|flag| *flag > 0.5).collect());
    let mut values = Vec::with_capacity(plan.values.len());
    for (i, value) in plan.values.iter().enumerate() {
        let again = plan.values.iter().skip(i + 1).any(|later| later.column == value.column);
        values.push(match chunk.columns.get_mut(value.column) {
            Some(Column::Number(column)) if !again => std::mem::take(column),
            _ => numbers(chunk, value.column)?.to_vec(),
        });
    }
    Ok(Group { key, times, values, ok, left_out: LeftOut::default(), counted: None })
}

/// Marks rows without a time, outside the range, or not passing the filter.
fn drop_rows(chunk: &Chunk, plan: &Plan, times: &[i64], group: &mut [u32], part: &mut Part) {
    let (from, to) = plan.range;
    let stepped = matches!(plan.time, TimeSource::Step(..));
    for (g, &t) in group.iter_mut().zip(times) {
        if t == NO_TIME {
            *g = NOWHERE;
        } else if !stepped && (t < from || t >= to) {
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
    flags: Option<&[f64]>,
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
            times: gathered(times, rows, |t| t),
            values: columns.iter().map(|column| gathered(column, rows, |v| v)).collect(),
            // a flag that cannot be read counts as bad
            ok: flags.map(|flags| gathered(flags, rows, |flag| flag > 0.5)),
            left_out: LeftOut::default(),
            counted: None,
        }
    };
    keys.into_iter().zip(ends).map(&mut one).collect()
}

fn gathered<T: Copy + Default, U>(column: &[T], rows: &[u32], f: impl Fn(T) -> U) -> Vec<U> {
    rows.iter().map(|row| f(column.get(*row as usize).copied().unwrap_or_default())).collect()
}

/// Joins the pieces of a table, which must come in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collector {
    index: HashMap<Vec<String>, usize>,
    groups: Vec<Vec<Group>>,
    tallies: Tallies,
    rows: u64,
    lines: u64,
    zoneless: u64,
    outside: u64,
    filtered: u64,
    /// How rows are counted, where they are not kept.
    how: Option<Condense>,
    /// The bins of each key, and the rows without a value.
    counted: Vec<(LeftOut, condense::Counted)>,
}

/// A series before it is known what kind it is.
struct Raw {
    value: usize,
    identity: Identity,
    times: Vec<i64>,
    values: Vec<f64>,
    ok: Option<Vec<bool>>,
    /// Times and flags of the rows whose value is not there.
    bare: (Vec<i64>, Vec<bool>),
    shape: Shape,
    left_out: LeftOut,
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
        if self.index.len() > MOST_SERIES {
            return Err(Error::argument(format!("the table falls into more than {MOST_SERIES} series"))
                .in_file(file)
                .hint("split it by columns with fewer values with --by"));
        }
        self.tallies.absorb(part.tallies, self.lines);
        self.rows += part.rows;
        self.lines += part.lines;
        self.zoneless += part.zoneless;
        self.outside += part.outside;
        self.filtered += part.filtered;
        Ok(())
    }

    /// Makes the series.
    pub(crate) fn finish(self, plan: &Plan, file: &str, format: Format, mut report: LoadReport) -> Result<Dataset> {
        let Self { groups, tallies, rows, zoneless, outside, filtered, .. } = self;
        refuse_wrong_columns(&tallies, plan, rows, file)?;
        tell_left_out(plan, zoneless, outside, filtered, &mut report);
        report.warnings.extend(tallies.iter().map(|t| warning(t, plan, file)));
        let raws: Vec<Raw> = groups.into_par_iter().flat_map_iter(|pieces| raw(pieces, plan)).collect();
        let kinds: Vec<Kind> = plan
            .values
            .iter()
            .enumerate()
            .map(|(i, value)| {
                let shapes: Vec<Shape> = raws.iter().filter(|r| r.value == i).map(|r| r.shape).collect();
                let (kind, why) = shape::decide(plan, value, &shapes);
                report.understand("kind", format!("{}: {kind}", value.name), why);
                kind
            })
            .collect();
        let mut dataset = Dataset { items: Vec::new(), report };
        let built: Vec<Result<(Item, Shape), (String, Error)>> = raws
            .into_par_iter()
            .map(|raw| {
                let named = plan.named.get(&raw.identity.name).map(|(kind, _)| *kind);
                let kind = named.or(kinds.get(raw.value).copied()).unwrap_or(Kind::Gauge);
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

/// Tells of the zone that was taken, and of rows that were left out on request.
fn tell_left_out(plan: &Plan, zoneless: u64, outside: u64, filtered: u64, report: &mut LoadReport) {
    if zoneless > 0 {
        let zone = plan.zone.as_ref().and_then(jiff::tz::TimeZone::iana_name).unwrap_or("UTC").to_owned();
        let why = if plan.zone.is_some() { "--tz" } else { "the times have no zone; --tz names another" };
        report.understand("zone", zone, why);
    }
    if outside > 0 {
        report.understand("range", format!("{} outside left out", counted(outside, "row")), "--from and --to");
    }
    if filtered > 0 {
        report.understand("where", format!("{} left out", counted(filtered, "row")), "--where");
    }
}

/// The error for a table of which no row is left.
fn nothing_left(rows: u64, outside: u64, filtered: u64, file: &str) -> Error {
    let (message, way_out) = if outside > 0 || filtered > 0 {
        (format!("none of {} is left", counted(rows, "row")), "widen --from and --to, or change --where")
    } else {
        (format!("no usable value in {}", counted(rows, "row")), "choose another column with --value")
    };
    Error::empty(message).in_file(file).hint(way_out)
}

/// Joins the pieces of a group and takes its columns of values apart.
fn raw(pieces: Vec<Group>, plan: &Plan) -> Vec<Raw> {
    let rows = pieces.iter().map(|g| g.times.len()).sum();
    let mut times = Vec::with_capacity(rows);
    let mut columns: Vec<Vec<f64>> = plan.values.iter().map(|_| Vec::with_capacity(rows)).collect();
    let mut ok = plan.ok.map(|_| Vec::with_capacity(rows));
    let mut key = Vec::new();
    let mut rows_left_out = LeftOut::default();
    for mut piece in pieces {
        rows_left_out = rows_left_out.plus(piece.left_out);
        times.append(&mut piece.times);
        columns.iter_mut().zip(&mut piece.values).for_each(|(all, part)| all.append(part));
        if let (Some(all), Some(mut part)) = (&mut ok, piece.ok) {
            all.append(&mut part);
        }
        key = piece.key;
    }
    let last = columns.len().saturating_sub(1);
    let mut out = Vec::with_capacity(columns.len());
    for (i, (mut values, value)) in columns.into_iter().zip(&plan.values).enumerate() {
        let mut times = if i == last { std::mem::take(&mut times) } else { times.clone() };
        let mut ok = if i == last { ok.take() } else { ok.clone() };
        let mut bare = (Vec::new(), Vec::new());
        let mut left_out = rows_left_out;
        for v in &values {
            left_out.count(*v);
        }
        if (last > 0 || ok.is_some()) && values.iter().any(|v| is_missing(*v)) {
            if let Some(ok) = &ok {
                let rows = times.iter().zip(ok).zip(&values);
                bare = rows.filter(|(_, v)| is_missing(**v)).map(|((t, ok), _)| (*t, *ok)).unzip();
            }
            let keep: Vec<bool> = values.iter().map(|v| !is_missing(*v)).collect();
            retain(&mut times, &keep);
            retain(&mut values, &keep);
            if let Some(ok) = &mut ok {
                retain(ok, &keep);
            }
        }
        let identity = identity(&key, value, plan);
        let shape = shape::measure(&identity.name, &times, &values);
        out.push(Raw { value: i, identity, times, values, ok, bare, shape, left_out });
    }
    out
}

/// What identifies the series of a key and a column of values.
fn identity(key: &[String], value: &Value, plan: &Plan) -> Identity {
    let mut words = key.iter().cloned();
    let name = plan.name.and_then(|_| words.next());
    let names = plan.labels.iter().filter_map(|&i| plan.wanted.get(i)).map(|w| w.name.clone());
    let labels = Labels::from_pairs(names.zip(words));
    let unit = name.as_deref().filter(|_| value.unit == crate::unit::Unit::None);
    let known = unit.and_then(|n| plan.named.get(n).map(|(_, unit)| unit.clone()));
    let titled = name.is_none().then(|| labels_in_title(&value.name)).flatten();
    Identity {
        unit: known.or_else(|| unit.and_then(crate::unit::Unit::from_name)).unwrap_or_else(|| value.unit.clone()),
        name: name.clone().or_else(|| titled.as_ref().map(|t| t.0.clone())).unwrap_or_else(|| value.name.clone()),
        labels: match &titled {
            Some((_, own)) => Labels::from_pairs(labels.iter().chain(own.iter()).cloned()),
            None => labels,
        },
    }
}

/// The name and the labels in a column's title such as `http_requests_total{code="200"}`, which Grafana writes.
fn labels_in_title(title: &str) -> Option<(String, Labels)> {
    let (name, braces) = title.split_at_checked(title.find('{')?)?;
    let (inner, labels) = exposition::labels_of(braces.as_bytes()).or_else(|| {
        // labels alone, without a name
        let named = format!("{{__name__=\"value\",{}", braces.get(1..)?);
        exposition::labels_of(named.as_bytes())
    })?;
    let name = name.trim();
    Some((if name.is_empty() { inner } else { name.to_owned() }, labels))
}

fn retain<T>(column: &mut Vec<T>, keep: &[bool]) {
    let mut keep = keep.iter();
    column.retain(|_| keep.next().copied().unwrap_or(false));
}

fn build(raw: Raw, kind: Kind, value: Option<&Value>, format: Format) -> Result<Item> {
    let Raw { identity, times, values, ok, bare, shape, left_out, .. } = raw;
    // in a table whose column names the series, each series may be a counter by its own name
    let kind = if kind == Kind::Gauge && shape.named_counter && !shape.negative { Kind::Counter } else { kind };
    let data = match kind {
        Kind::Events => {
            let events = Events::new(identity, times, values, ok, NanPolicy::Drop)?;
            Data::Events(events.with_flags_alone(bare.0, bare.1)?)
        }
        Kind::Counter => Data::Counter(Counter::new(identity, times, values, NanPolicy::Drop)?),
        Kind::Gauge | Kind::Delta | Kind::Histogram => {
            Data::Gauge(Series::new(identity, times, values, NanPolicy::Drop)?)
        }
    };
    let mut item = Item::new(kind, data, format);
    item.role = value.map_or_else(Default::default, |v| v.role);
    item.left_out = left_out;
    Ok(item)
}

/// An error where a chosen column is mostly something else.
fn refuse_wrong_columns(tallies: &Tallies, plan: &Plan, rows: u64, file: &str) -> Result<()> {
    for t in tallies.iter() {
        let (what, way_out) = match t.kind {
            WarningKind::NotANumber => {
                ("a number", "choose another column with --value, or leave those rows out with --where")
            }
            WarningKind::NotATime => ("a time", "choose another column with --time"),
            _ => continue,
        };
        if t.count * UNREADABLE_ONE_IN > rows {
            let name = t.column.and_then(|i| plan.wanted.get(i)).map_or("", |w| w.name.as_str());
            let position = Position::in_file(file).at_line(t.line).at_column(name);
            let message = format!("“{}” is not {what}, nor are {} of {rows} fields", t.sample, t.count);
            let message = if t.count == 1 { format!("“{}” is not {what}", t.sample) } else { message };
            return Err(Error::parse(message).at(position).hint(way_out));
        }
    }
    Ok(())
}

/// A tally as a warning.
fn warning(t: &Tally, plan: &Plan, file: &str) -> Warning {
    let column = t.column.and_then(|i| plan.wanted.get(i)).map(|w| w.name.clone());
    let n = t.count;
    let is = if n == 1 { "is" } else { "are" };
    let was = if n == 1 { "was" } else { "were" };
    let has = if n == 1 { "has" } else { "have" };
    let message = match t.kind {
        WarningKind::Nan => format!("{} {is} NaN and {was} left out", counted(n, "value")),
        WarningKind::Infinite => format!("{} {is} infinite and {was} left out", counted(n, "value")),
        WarningKind::Blank => format!("{} {is} blank and {was} left out; blank is not 0", counted(n, "field")),
        WarningKind::NotANumber => {
            format!("{} {is} not a number, first “{}”, and {was} left out", counted(n, "field"), t.sample)
        }
        WarningKind::NotATime => {
            format!("{} without a readable time, first “{}”, {was} left out", counted(n, "row"), t.sample)
        }
        WarningKind::BlankTime => format!("{} without a time {was} left out", counted(n, "row")),
        WarningKind::NotAFlag => {
            format!("{} {is} neither good nor bad, first “{}”, and counted as bad", counted(n, "field"), t.sample)
        }
        WarningKind::Ragged => {
            format!("{} had another number of fields than the header, first {}", counted(n, "row"), t.sample)
        }
        WarningKind::RepeatedHeader => {
            format!("the header stands again in {}, as where files were joined; passed over", counted(n, "row"))
        }
        WarningKind::ZoneAmbiguity => {
            format!("{} fell where clocks change; where a time exists twice the earlier was taken", counted(n, "time"))
        }
        WarningKind::Encoding => crate::load::encoding::message(n, &t.sample),
        WarningKind::OtherRecord => {
            format!(
                "{} {is} no record with a value or a flag, first “{}”, and {was} left out",
                counted(n, "line"),
                t.sample
            )
        }
        WarningKind::Skipped => {
            format!(
                "{} {has} a field that none of the first has, first “{}”; it was not read",
                counted(n, "record"),
                t.sample
            )
        }
        _ => counted(n, "row"),
    };
    let position = Position { file: Some(file.to_owned()), line: (t.line > 0).then_some(t.line), column, byte: None };
    let sample = (!t.sample.is_empty()).then(|| t.sample.clone());
    Warning { kind: t.kind, message, position, count: n, sample }
}

/// Warnings that belong to one series.
pub(crate) fn series_warnings(item: &Item, shape: Shape, file: &str, report: &mut LoadReport) {
    let title = item.title();
    let mut add = |kind, message: String, count| {
        let position = Position::in_file(file).at_column(item.identity.name.clone());
        report.warn(kind, message, position, count);
    };
    if shape.descents > 0 {
        let were = if shape.descents == 1 { "was" } else { "were" };
        let message =
            format!("{} of “{title}” {were} earlier than the row before; sorted", counted(shape.descents, "row"));
        add(WarningKind::OutOfOrder, message, shape.descents);
    }
    let duplicate = item.dropped().duplicate;
    if duplicate > 0 {
        let message = format!(
            "{} of “{title}” at a time that had one; the last of each time was kept",
            counted(duplicate, "sample")
        );
        add(WarningKind::Duplicate, message, duplicate);
    }
    if let Some(counter) = item.as_counter() {
        let resets = counter.resets().len() as u64;
        if resets > 0 {
            add(WarningKind::Reset, format!("“{title}” was reset {}", counted(resets, "time")), resets);
        }
    }
}
