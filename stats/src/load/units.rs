//! One name in several units is told, and never merged.

use std::collections::{BTreeMap, BTreeSet};

use crate::error::Position;
use crate::load::dataset::Dataset;
use crate::load::report::{WarningKind, counted};
use crate::load::store::HistogramTable;
use crate::series::Identity;
use crate::unit::Unit;

impl Dataset {
    /// Tells where series of one name and the same labels are in several units, among the items and the series that were counted.
    pub(crate) fn tell_units(&mut self, table: &HistogramTable) {
        let stored = table.stored.values().map(|s| &s.identity);
        let mut units: BTreeMap<(&str, String), BTreeSet<String>> = BTreeMap::new();
        for identity in self.items.iter().map(|i| &i.identity).chain(stored) {
            let Identity { name, labels, unit } = identity;
            let unit = if *unit == Unit::None { "none".to_owned() } else { unit.to_string() };
            units.entry((name.as_str(), labels.to_string())).or_default().insert(unit);
        }
        units.retain(|_, units| units.len() > 1);
        let Some(((name, _), first)) = units.first_key_value() else { return };
        let words: Vec<&str> = first.iter().map(String::as_str).collect();
        let more = match units.len() {
            1 => String::new(),
            n => format!(", and so {} more", counted(n as u64 - 1, "series")),
        };
        let message = format!(
            "“{name}” is there in several units, {}{more}: they are kept apart and never merged; read the files alone, each with its --unit, \
             where one is wrong",
            words.join(" and ")
        );
        let (count, position) = (units.len() as u64, Position::default().at_column((*name).to_owned()));
        self.report.warn(WarningKind::UnitMismatch, message, position, count);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::load::{LoadOptions, WarningKind, load_bytes};
    use crate::progress::Progress;

    #[test]
    fn one_name_in_two_units_is_kept_apart_and_told() {
        let rows = |units: [&str; 3]| {
            let row = |(i, unit): (usize, &&str)| format!("latency,{},60,log-linear,1290,2,{unit}\n", i * 60);
            let rows: String = units.iter().enumerate().map(row).collect();
            format!("series,window_start,width,schema,bin,count,unit\n{rows}")
        };
        let load =
            |text: &str| load_bytes("t.csv", text.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
        let mixed = load(&rows(["s", "ms", "s"]));
        let counts: Vec<f64> = mixed.items.iter().map(|i| i.values().iter().sum()).collect();
        assert_eq!(counts, [2.0, 4.0]);
        let warning = mixed.report.warnings.iter().find(|w| w.kind == WarningKind::UnitMismatch).unwrap();
        assert!(warning.message.contains("ms and s") && warning.count == 1, "{warning}");
        assert!(!mixed.report.has_losses());
        let same = load(&rows(["s", "s", "s"]));
        assert!(same.items.len() == 1 && same.report.warnings.is_empty(), "{:?}", same.report.warnings);
    }
}
