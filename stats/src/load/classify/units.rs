//! The units of the values.

use super::{Classifier, TimeSource};
use crate::load::clock::TimeFormat;
use crate::load::dataset::Role;
use crate::load::guess;
use crate::load::number::Style;
use crate::load::table::ColumnType;
use crate::unit::Unit;

/// Whole numbers from here on are no milliseconds of a request: they would be longer than a quarter of an hour.
const NO_MILLISECONDS: f64 = 1e6;
/// Smaller whole numbers may be milliseconds even beside times that are finer.
const NOT_SO_FINE: f64 = 1000.0;

impl Classifier<'_> {
    pub(super) fn units(&mut self) {
        let mut values = std::mem::take(&mut self.plan.values);
        for v in &mut values {
            let source = self.plan.wanted.get(v.column).map_or(0, |w| w.source);
            let typed = self.sample.units.get(source).cloned().flatten();
            // a series as Grafana calls it, with its labels
            let bare = v.name.split('{').next().unwrap_or_default();
            let stat = self.stat(source);
            let known = guess::known_unit(&v.name, stat.integers == stat.numbers);
            let (unit, why) = match (&self.options.unit, Unit::from_name(bare)) {
                (Some(unit), _) => (unit.clone(), "--unit"),
                _ if v.role != Role::Value => (Unit::Count, "counts of events"),
                _ if typed.is_some() && matches!(self.sample.styles.get(source), Some(Style::Shown(_))) => {
                    (typed.unwrap_or_default(), "its fields")
                }
                _ if typed.is_some() => (typed.unwrap_or_default(), "its type is a duration"),
                _ if self.options.value.is_none() && self.sample.preset.unit.is_some() => {
                    (self.sample.preset.unit.clone().unwrap_or_default(), self.sample.preset.why)
                }
                _ if known.is_some() => known.unwrap_or_default(),
                (None, Some(unit)) => (unit, "its name's end"),
                (None, None)
                    if guess::is_latency(&v.name) || (self.plan.ok.is_some() && guess::ends_in_latency(&v.name)) =>
                {
                    self.unit_of_latency(source)
                }
                _ => continue,
            };
            self.report.understand("unit", format!("{} in {}", v.name, unit.name()), why);
            v.unit = unit;
        }
        self.plan.values = values;
    }

    /// The unit of a latency whose name has none: by the program that writes it, by what stands beside it, by its size at last.
    fn unit_of_latency(&self, column: usize) -> (Unit, &'static str) {
        let s = self.stat(column);
        let whole = s.integers == s.numbers;
        if let Some(unit) = self.unit_beside(column) {
            return (unit, "the same in words beside it");
        }
        let of_clock = match self.plan.time {
            TimeSource::Column(at) => self.plan.wanted.get(at).and_then(|w| match w.kind {
                ColumnType::Time(TimeFormat::Epoch(1)) => Some(Unit::Nanosecond),
                ColumnType::Time(TimeFormat::Epoch(1000)) => Some(Unit::Microsecond),
                _ => None,
            }),
            TimeSource::Step(..) => None,
        };
        match of_clock {
            Some(unit) if whole && s.median >= NOT_SO_FINE => {
                return (unit, "whole numbers in the unit of the times; --unit says otherwise");
            }
            _ => {}
        }
        let size = "a latency of this size; --unit says otherwise";
        let too_long = "whole numbers too large for milliseconds of a request; --unit says otherwise";
        if whole && s.median >= NO_MILLISECONDS {
            (Unit::Nanosecond, too_long)
        } else if whole && s.median >= NO_MILLISECONDS / 10.0 && self.plan.ok.is_some() {
            (Unit::Microsecond, too_long)
        } else if s.median >= 10.0 || (whole && s.median >= 1.0) {
            (Unit::Millisecond, size)
        } else {
            (Unit::Second, size)
        }
    }

    /// The unit in which a latency equals the durations of the column `NAME_human`, as Go's frameworks write it.
    fn unit_beside(&self, column: usize) -> Option<Unit> {
        let human = self.known(Some(&format!("{}_human", self.name(column))))?;
        self.sample.units.get(human)?.as_ref().filter(|unit| **unit == Unit::Second)?;
        let (plain, seconds) = (self.stat(column).median, self.stat(human).median);
        let is_it = |unit: &Unit| {
            unit.convert(plain, &Unit::Second).is_ok_and(|own| (own - seconds).abs() <= seconds.abs() * 0.01)
        };
        [Unit::Nanosecond, Unit::Microsecond, Unit::Millisecond, Unit::Second].into_iter().find(is_it)
    }
}
