//! Long tables: one column names metrics, one holds their values, and what stands beside them are labels, numbers or not.

use super::Classifier;
use crate::load::guess;
use crate::load::number::{self, Field};

impl Classifier<'_> {
    /// Finds the column that names metrics, where the table is a long one.
    pub(super) fn metrics(&mut self) {
        let options = self.options;
        let counts = options.total.is_some() || options.bad.is_some();
        let preset = self.sample.preset.name.is_some() || self.sample.preset.value.is_some();
        if preset || counts || !options.by.is_empty() {
            return;
        }
        let n = self.sample.names.len();
        let has = |test: fn(&str) -> bool| (0..n).any(|i| self.is_number(i) && test(self.name(i)));
        let chosen = options.value.as_deref().is_none_or(guess::is_value);
        if !chosen || !has(guess::is_value) {
            return;
        }
        let mut names = (0..n).filter(|&i| guess::is_series_name(self.name(i)) && !self.is_number(i));
        self.metrics = names.find(|&i| self.names_metrics(i));
    }

    /// Whether the words of a column are names of metrics: its own name says so, or an edge or quantile beside it, or counters among them.
    fn names_metrics(&self, column: usize) -> bool {
        let says_so = guess::base(self.name(column)).contains("metric") || self.name(column) == "__name__";
        let part = |name: &String| matches!(guess::base(name).as_str(), "le" | "quantile");
        let counters = || {
            let words = self.sample.columns.get(column).into_iter().flatten();
            words.filter_map(|word| std::str::from_utf8(word).ok()).any(guess::is_counter)
        };
        self.stat(column).words > 0 && (says_so || self.is_own() || self.sample.names.iter().any(part) || counters())
    }

    /// Whether a column is a label beside a column that names metrics.
    pub(super) fn is_label_of_metrics(&self, i: usize) -> bool {
        let Some(metrics) = self.metrics else { return false };
        let name = self.name(i);
        if i == metrics || self.used.get(i).copied().unwrap_or(true) || guess::is_value(name) {
            return false;
        }
        guess::is_label(name) || (self.is_own() && i > metrics && name != "ok")
    }

    /// Whether the table is one that `convert` writes: the columns `time`, `name`, the labels, `value`, and perhaps `ok`, one series after the
    /// other by their names.
    pub(super) fn is_own(&self) -> bool {
        let names: Vec<&str> = self.sample.names.iter().map(String::as_str).collect();
        let (["time", "name", labels @ .., "value"] | ["time", "name", labels @ .., "value", "ok"]) = names.as_slice()
        else {
            return false;
        };
        let measures = |i: usize| {
            // a column with fractions measures something, unless its name is a label's
            let fraction =
                |f: &Vec<u8>| matches!(number::parse(f), Field::Number(v) if v.is_finite() && v.fract() != 0.0);
            !guess::is_label(self.name(i)) && self.sample.columns.get(i).is_some_and(|c| c.iter().any(fraction))
        };
        let sorted = || self.sample.columns.get(1).is_some_and(|names| names.is_sorted());
        sorted() && !(2..2 + labels.len()).any(measures)
    }
}
