//! The units of the values.

use super::Classifier;
use crate::load::dataset::Role;
use crate::load::guess;
use crate::load::number::Style;
use crate::unit::Unit;

impl Classifier<'_> {
    pub(super) fn units(&mut self) {
        let mut values = std::mem::take(&mut self.plan.values);
        for v in &mut values {
            let source = self.plan.wanted.get(v.column).map_or(0, |w| w.source);
            let s = self.stat(source);
            let typed = self.sample.units.get(source).cloned().flatten();
            // a series as Grafana calls it, with its labels
            let bare = v.name.split('{').next().unwrap_or_default();
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
                (None, Some(unit)) => (unit, "its name's end"),
                (None, None) if guess::is_latency(&v.name) => {
                    if s.median >= 10.0 || (s.integers == s.numbers && s.median >= 1.0) {
                        (Unit::Millisecond, "a latency of this size; --unit says otherwise")
                    } else {
                        (Unit::Second, "a latency of this size; --unit says otherwise")
                    }
                }
                _ => continue,
            };
            self.report.understand("unit", format!("{} in {}", v.name, unit.name()), why);
            v.unit = unit;
        }
        self.plan.values = values;
    }
}
