//! One name in several units, or of several kinds, is told, and never merged.

use std::collections::BTreeSet;

use crate::error::Position;
use crate::load::dataset::{Dataset, Item};
use crate::load::report::{WarningKind, counted};
use crate::load::store::HistogramTable;
use crate::series::Identity;
use crate::unit::Unit;

impl Dataset {
    /// Tells where series of one name and the same labels are in several units, among the items and the series that were counted.
    pub(crate) fn tell_units(&mut self, table: &HistogramTable) {
        self.tell_kinds();
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

    /// Tells where series of one name, the same labels and unit are of several kinds, as where each file was guessed alone.
    fn tell_kinds(&mut self) {
        let kind = |item: &Item| {
            let flagged = item.as_events().is_some_and(|events| events.ok().is_some());
            (item.kind, if flagged { " with flags" } else { "" })
        };
        let same = |a: &Item, b: &Item| {
            a.identity == b.identity && a.role == b.role && a.as_histograms().is_some() == b.as_histograms().is_some()
        };
        let (mut count, mut first) = (0, None);
        // sorted by name and labels
        for group in self.items.chunk_by(same) {
            let kinds: BTreeSet<String> =
                group.iter().map(kind).map(|(kind, flags)| format!("{kind}{flags}")).collect();
            if kinds.len() > 1 {
                count += 1;
                let own = group.first().map(|item| (item.title(), item.identity.name.clone()));
                first = first.or(own.map(|own| (own, kinds)));
            }
        }
        let Some(((title, name), kinds)) = first else { return };
        let more = if count > 1 { format!(", and so {} more", counted(count - 1, "series")) } else { String::new() };
        let kinds: Vec<String> = kinds.into_iter().collect();
        let message = format!(
            "“{title}” is there as {}{more}: they are kept apart; --kind says what all of them are",
            kinds.join(" and as ")
        );
        self.report.warn(WarningKind::KindMismatch, message, Position::default().at_column(name), count);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::load::store::HistogramTable;
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

    #[test]
    fn one_series_of_two_kinds_is_kept_apart_and_told() {
        let rows = |value: &dyn Fn(i64) -> i64| {
            let row = |i: i64| format!("{},{}\n", 1_767_225_600 + i * 60, value(i));
            format!("time,requests\n{}", (0..40).map(row).collect::<String>())
        };
        let load = |text: &str, options: &LoadOptions| {
            load_bytes("t.csv", text.as_bytes(), options, &Progress::new()).unwrap()
        };
        let both = |options: &LoadOptions| {
            let mut all = load(&rows(&|i| i * 3), options);
            all.absorb(load(&rows(&|i| i * 7 % 11), options)).unwrap();
            all.tell_units(&HistogramTable::default());
            all
        };
        let guessed = both(&LoadOptions::default());
        let warning = guessed.report.warnings.iter().find(|w| w.kind == WarningKind::KindMismatch).unwrap();
        assert!(guessed.items.len() == 2 && warning.count == 1, "{warning}");
        assert!(
            warning.message.contains("counter and as gauge") || warning.message.contains("gauge and as counter"),
            "{warning}"
        );
        assert!(warning.message.contains("--kind"), "{warning}");
        let options = LoadOptions { kind: Some(crate::load::Kind::Gauge), ..LoadOptions::default() };
        let said = both(&options);
        assert_eq!(said.items.len(), 1);
        assert!(said.report.warnings.iter().all(|w| w.kind != WarningKind::KindMismatch));
    }
}
