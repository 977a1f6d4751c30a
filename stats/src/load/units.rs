//! One name in several units is told, and never merged.

use std::collections::BTreeSet;

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
        // sorted and not gathered: there may be as many series as are read
        let mut all: Vec<&Identity> = self.items.iter().map(|i| &i.identity).chain(stored).collect();
        all.sort_unstable_by_key(|identity| (&identity.name, &identity.labels));
        let word = |unit: &Unit| if *unit == Unit::None { "none".to_owned() } else { unit.to_string() };
        let same = |a: &&Identity, b: &&Identity| (&a.name, &a.labels) == (&b.name, &b.labels);
        let mixed = |group: &&[&Identity]| group.windows(2).any(|pair| matches!(pair, [a, b] if a.unit != b.unit));
        let units: Vec<&[&Identity]> = all.chunk_by(same).filter(mixed).collect();
        let Some([first, ..]) = units.first() else { return };
        let name = &first.name;
        let words: BTreeSet<String> = units.iter().take(1).copied().flatten().map(|i| word(&i.unit)).collect();
        let words: Vec<String> = words.into_iter().collect();
        let more = match units.len() {
            1 => String::new(),
            n => format!(", and so {} more", counted(n as u64 - 1, "series")),
        };
        let message = format!(
            "“{name}” is there in several units, {}{more}: they are kept apart and never merged; read the files alone, each with its --unit, \
             where one is wrong",
            words.join(" and ")
        );
        let (count, position) = (units.len() as u64, Position::default().at_column(name.clone()));
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
