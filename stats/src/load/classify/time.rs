//! The column of times.

use super::{Classifier, Hint, TimeSource};
use crate::error::{Error, Result};
use crate::load::clock::{Clock, TimeFormat};
use crate::load::guess;
use crate::load::table::ColumnType;

impl Classifier<'_> {
    pub(super) fn is_text_time(&self, i: usize) -> bool {
        self.hint(i) == Hint::Time
            || self.stats.get(i).is_some_and(|s| self.hint(i) != Hint::Number && s.mostly(s.times))
    }

    /// The format of a column's times.
    pub(super) fn time_format(&self, i: usize) -> Option<TimeFormat> {
        if self.is_text_time(i) {
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
        } else if let Some(i) = (0..n).find(|&i| self.is_number(i) && self.looks_like_epoch(i)) {
            (i, "its numbers are epoch times of this century")
        } else {
            return Err(Error::parse(format!("no column of times among {}", self.sample.names.join(", ")))
                .in_file(self.file)
                .hint("name it with --time, or give the distance of rows with --step 1s"));
        };
        let Some(format) = self.time_format(column) else {
            let zone = self.plan.zone.clone();
            let fits = |f: &[u8]| Clock::new(TimeFormat::Text, zone.clone()).parse(f).is_some();
            return Err(self.wrong(column, "a time", "choose another column with --time, or --step", fits));
        };
        self.mark(column);
        self.report.understand("time", format!("{}, {}", self.name(column), format.describe()), why);
        self.plan.time = TimeSource::Column(self.want(column, ColumnType::Time(format)));
        Ok(())
    }

    /// Numbers in order that are times since 2001 in some unit.
    pub(super) fn looks_like_epoch(&self, i: usize) -> bool {
        let TimeFormat::Epoch(unit) = TimeFormat::epoch_of(self.stat(i).median) else { return false };
        let seconds = self.stat(i).median * unit as f64 / 1e9;
        (1e9..4e9).contains(&seconds)
    }
}
