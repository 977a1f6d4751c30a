//! The column of times.

use super::{Classifier, Hint, TimeSource};
use crate::error::{Error, Position, Result};
use crate::load::clock::{Clock, DateOrder, READABLE, TimeFormat, year_last};
use crate::load::guess;
use crate::load::number::show;
use crate::load::report::counted;
use crate::load::table::ColumnType;

impl Classifier<'_> {
    pub(super) fn is_text_time(&self, i: usize) -> bool {
        self.hint(i) == Hint::Time
            || self
                .stats
                .get(i)
                .is_some_and(|s| self.hint(i) != Hint::Number && (s.mostly(s.times) || s.mostly(s.slashed.count)))
    }

    /// Whether a column's times have slashes and their year last.
    fn is_slashed(&self, i: usize) -> bool {
        self.hint(i) != Hint::Time && self.stats.get(i).is_some_and(|s| s.mostly(s.slashed.count))
    }

    /// The format of a column's times.
    pub(super) fn time_format(&self, i: usize) -> Option<TimeFormat> {
        if self.is_slashed(i) {
            // where none is told, the column is refused once it is chosen
            Some(TimeFormat::Slashed(self.stat(i).slashed.order().map_or(DateOrder::DayFirst, |(order, _)| order)))
        } else if self.is_text_time(i) {
            Some(TimeFormat::Text)
        } else {
            self.is_number(i).then(|| TimeFormat::epoch_of(self.stat(i).median))
        }
    }

    pub(super) fn time(&mut self) -> Result<()> {
        if let (Some(step), None) = (self.options.step, &self.options.time) {
            if step.0 <= 0 {
                return Err(Error::argument("a step is more than 0").hint("write it like --step 1s"));
            }
            let first = self.options.from.unwrap_or_default();
            self.plan.time = TimeSource::Step(step, first.0);
            self.report.understand("time", format!("rows {step} apart from {first}"), "--step");
            return Ok(());
        }
        let n = self.sample.names.len();
        let (column, why) = if let Some(name) = &self.options.time {
            (self.find(name, "--time")?, "--time")
        } else if let Some(i) = self.known(self.sample.preset.time) {
            (i, self.sample.preset.why)
        } else if let Some(i) = (0..n).find(|&i| guess::is_time(self.name(i)) && self.time_format(i).is_some()) {
            (i, "its name")
        } else if let Some(i) = (0..n).find(|&i| self.is_text_time(i)) {
            (i, "its values are times")
        } else if let Some(i) = self.epoch_column() {
            (i, "its numbers are epoch times of this century")
        } else {
            return Err(Error::parse(format!("no column of times among {}", self.sample.names.join(", ")))
                .in_file(self.file)
                .hint(format!("name it with --time, or give the distance of rows with --step 1s; {READABLE}")));
        };
        let Some(format) = self.time_format(column) else {
            let zone = self.plan.zone.clone();
            let slashed = |f: &[u8]| {
                [DateOrder::DayFirst, DateOrder::MonthFirst].iter().any(|order| year_last(f, b'/', *order).is_some())
            };
            let fits = |f: &[u8]| slashed(f) || Clock::new(TimeFormat::Text, zone.clone()).parse(f).is_some();
            let way_out = format!("choose another column with --time, or --step; {READABLE}");
            return Err(self.wrong(column, "a time", &way_out, fits));
        };
        let mut choice = format!("{}, {}", self.name(column), format.describe());
        if self.is_slashed(column) {
            let Some((_, row)) = self.stat(column).slashed.order() else { return Err(self.undecided(column)) };
            choice += &format!(", as in {}", self.shown(column, row));
        }
        self.mark(column);
        self.report.understand("time", choice, why);
        self.plan.time = TimeSource::Column(self.want(column, ColumnType::Time(format)));
        Ok(())
    }

    /// A field of the sample, for a message.
    fn shown(&self, column: usize, row: usize) -> String {
        self.sample.columns.get(column).and_then(|fields| fields.get(row)).map(|f| show(f)).unwrap_or_default()
    }

    /// The error for dates with slashes that may be read in two ways.
    fn undecided(&self, column: usize) -> Error {
        let slashed = self.stat(column).slashed;
        let line = |row: usize| self.sample.lines.get(row).copied().unwrap_or_default();
        let (row, message) = if let (Some(day), Some(month)) = (slashed.day_first, slashed.month_first) {
            let message = format!(
                "“{}” has its day before its month, and “{}” in line {} its month before its day",
                self.shown(column, day),
                self.shown(column, month),
                line(month)
            );
            (day, message)
        } else {
            let row = slashed.either.unwrap_or_default();
            let field =
                self.sample.columns.get(column).and_then(|fields| fields.get(row)).map_or(&b""[..], Vec::as_slice);
            let read = |order| year_last(field, b'/', order).map(|t| t.strftime("%-d %B %Y").to_string());
            let (day, month) = (read(DateOrder::DayFirst), read(DateOrder::MonthFirst));
            let message = format!(
                "“{}” is {} with the day before the month and {} with the month before the day, and no field of the first {} is \
                 above 12 to tell which",
                self.shown(column, row),
                day.unwrap_or_default(),
                month.unwrap_or_default(),
                counted(self.sample.lines.len() as u64, "row")
            );
            (row, message)
        };
        let position = Position::in_file(self.file).at_column(self.name(column)).at_line(line(row));
        Error::parse(message).at(position).hint("write the times as ISO 8601, such as 2026-03-13T13:05:00Z")
    }

    /// The column of numbers that may be epoch times, the one that falls least often: times rise within a series, measures seldom do.
    fn epoch_column(&self) -> Option<usize> {
        let may_be = (0..self.sample.names.len()).filter(|&i| self.is_number(i) && self.looks_like_epoch(i));
        may_be.min_by_key(|&i| (self.stat(i).descents, self.stat(i).words <= 1))
    }

    /// Whether the middle number is a time of this century in some unit.
    pub(super) fn looks_like_epoch(&self, i: usize) -> bool {
        let TimeFormat::Epoch(unit) = TimeFormat::epoch_of(self.stat(i).median) else { return false };
        let seconds = self.stat(i).median * unit as f64 / 1e9;
        (1e9..4e9).contains(&seconds)
    }
}
