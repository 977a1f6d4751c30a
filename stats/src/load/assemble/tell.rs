//! What is said of rows and fields that were left out or are doubtful.

use std::collections::BTreeMap;

use super::series::Kinds;
use crate::error::{Error, Position, Result};
use crate::load::classify::{Plan, TimeSource};
use crate::load::dataset::Item;
use crate::load::report::{LoadReport, Warning, WarningKind, counted};
use crate::load::shape::Shape;
use crate::load::table::{Tallies, Tally};
use crate::load::zone;

/// A column of numbers with a larger share of unreadable fields than one in this many is the wrong column.
const NO_NUMBER_ONE_IN: u64 = 4;
/// The same of a column of times, whose rows are lost whole.
const NO_TIME_ONE_IN: u64 = 10;

/// More names than this are counted and not told.
const MOST_NAMES: usize = 8;

/// Tells of the zone of the table's times.
pub(super) fn tell_zone(plan: &Plan, zoneless: u64, zoned: u64, file: &str, report: &mut LoadReport) {
    let column = || match plan.time {
        TimeSource::Column(at) => plan.wanted.get(at).map(|w| w.name.clone()),
        TimeSource::Step(..) => None,
    };
    let position = || Position { column: column(), ..Position::in_file(file) };
    zone::tell(plan.zone.as_ref(), (zoneless, zoned), position, report);
}

/// Tells what the series are: a line a column of values, and of a column of names one a kind and reason.
pub(super) fn tell_kinds(kinds: &Kinds, plan: &Plan, report: &mut LoadReport) {
    let mut alike: BTreeMap<(usize, String, &str), Vec<&str>> = BTreeMap::new();
    for ((value, name), (kind, why)) in kinds {
        let column = plan.values.get(*value).map_or("", |v| v.name.as_str());
        alike.entry((*value, kind.to_string(), *why)).or_default().push(name.as_deref().unwrap_or(column));
    }
    let only = alike.len() == 1 && plan.values.len() == 1;
    for ((value, kind, why), names) in alike {
        let shown: Vec<&str> = names.iter().copied().take(MOST_NAMES).collect();
        let more = names.len() - shown.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let column = plan.values.get(value).map_or("", |v| v.name.as_str());
        // one kind of all is told of the column
        let what = if only { column.to_owned() } else { format!("{}{more}", shown.join(", ")) };
        report.understand("kind", format!("{what}: {kind}"), why);
    }
}

/// Tells of rows that were left out on request.
pub(super) fn tell_left_out(outside: u64, filtered: u64, report: &mut LoadReport) {
    if outside > 0 {
        report.understand("range", format!("{} outside left out", counted(outside, "row")), "--from and --to");
    }
    if filtered > 0 {
        report.understand("where", format!("{} left out", counted(filtered, "row")), "--where");
    }
}

/// The error for a table of which no row is left.
pub(super) fn nothing_left(rows: u64, outside: u64, filtered: u64, file: &str) -> Error {
    let (message, way_out) = if outside > 0 || filtered > 0 {
        (format!("none of {} is left", counted(rows, "row")), "widen --from and --to, or change --where")
    } else {
        (format!("no usable value in {}", counted(rows, "row")), "choose another column with --value")
    };
    Error::empty(message).in_file(file).hint(way_out)
}

/// An error where a chosen column is mostly something else in the rows that are wanted; where others may be left out, `unread` says how many of
/// the fields of each column are none there.
pub(super) fn refuse_wrong_columns(
    tallies: &Tallies,
    plan: &Plan,
    rows: u64,
    unread: &[u64],
    file: &str,
) -> Result<()> {
    for t in tallies.iter() {
        let (what, one_in, way_out) = match t.kind {
            WarningKind::NotANumber if plan.filter.is_empty() => {
                let way_out = "choose another column with --value, or leave those rows out with --where";
                ("a number", NO_NUMBER_ONE_IN, way_out)
            }
            WarningKind::NotANumber => ("a number", NO_NUMBER_ONE_IN, "choose another column with --value"),
            WarningKind::NotATime => ("a time", NO_TIME_ONE_IN, "choose another column with --time"),
            _ => continue,
        };
        // a condition leaves out the rows whose field it cannot read
        if plan.filter.iter().any(|(place, _)| t.column == Some(*place)) {
            continue;
        }
        let wanted = || t.column.and_then(|place| unread.get(place)).map_or(0, |n| t.count.min(*n));
        let count = if plan.leaves_rows_out() { wanted() } else { t.count };
        if count * one_in > rows {
            let name = t.column.and_then(|i| plan.wanted.get(i)).map_or("", |w| w.name.as_str());
            let position = Position::in_file(file).at_line(t.line).at_column(name);
            let message = format!("“{}” is not {what}, nor are {count} of {rows} fields", t.sample);
            let message = if count == 1 { format!("“{}” is not {what}", t.sample) } else { message };
            return Err(Error::parse(message).at(position).hint(way_out));
        }
    }
    Ok(())
}

/// A tally as a warning.
pub(super) fn warning(t: &Tally, plan: &Plan, file: &str) -> Warning {
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
        WarningKind::ZoneAmbiguity => zone::ambiguity(n),
        WarningKind::Rounded => {
            format!(
                "{} above 2⁵³ {has} more digits than double precision keeps, first {}; the nearest was taken",
                counted(n, "whole number"),
                t.sample
            )
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
