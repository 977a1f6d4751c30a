//! The columns that tell series apart, and the one that names them.

use std::collections::HashSet;

use super::Classifier;
use crate::error::{Position, Result};
use crate::load::guess;
use crate::load::report::WarningKind;
use crate::load::table::ColumnType;
use crate::load::traffic;

/// More series than this are not made by a guess; `--by` makes them.
const MOST_GUESSED_SERIES: usize = 200;
/// A text column with more words than this in the sample is not a label by a guess.
const MOST_GUESSED_WORDS: usize = 100;
/// More columns than this do not become labels by a guess: every series carries every label.
const MOST_GUESSED_LABELS: usize = 32;

impl Classifier<'_> {
    pub(super) fn explicit_labels(&mut self) -> Result<()> {
        for name in &self.options.by {
            let i = self.find(name, "--by")?;
            self.mark(i);
            let wanted = self.want(i, ColumnType::Text);
            self.plan.labels.push(wanted);
        }
        if !self.options.by.is_empty() {
            self.report.understand("by", self.options.by.join(", "), "--by");
        }
        Ok(())
    }

    /// Tells of a column that says which rows are of probes, where neither the labels nor the filter use it.
    pub(super) fn tell_pooling(&mut self) {
        for i in 0..self.sample.names.len() {
            let used = self.plan.labels.iter().chain(self.plan.filter.iter().map(|(place, _)| place));
            let is_used = used.filter_map(|place| self.plan.wanted.get(*place)).any(|w| w.source == i);
            if traffic::is_column(self.name(i)) && !is_used && self.stat(i).words > 1 {
                let name = self.name(i).to_owned();
                traffic::pooled(&name, &self.options.by, self.file, self.report);
            }
        }
    }

    pub(super) fn guessed_labels(&mut self) {
        if !self.options.by.is_empty() {
            // series of different names are not pooled, whatever else splits them
            let preset = self.sample.preset.clone();
            match self.known(preset.name).filter(|i| self.unused().contains(i)) {
                Some(i) => self.name_by(i, preset.why),
                None => self.series_name(),
            }
            return;
        }
        if self.known_labels() {
            return;
        }
        let rows = self.sample.lines.len();
        // first of all, since series of different names are never pooled
        self.series_name();
        let mut labels = Vec::new();
        for i in self.unused() {
            let s = self.stat(i);
            if traffic::is_column(self.name(i)) && (1..=10).contains(&s.words) {
                labels.push(i);
                continue;
            }
            let few = s.words <= 10 || (s.words <= MOST_GUESSED_WORDS && s.words * 2 <= rows);
            if self.is_label_of_metrics(i) && s.words > 0 {
                labels.push(i);
                continue;
            }
            if self.is_number(i) || self.is_text_time(i) || s.words == 0 {
                continue;
            }
            if self.is_measure(i) {
                // series told apart by what they measure would be one a row
                let name = self.name(i).to_owned();
                self.report.understand(
                    "not read",
                    name.clone(),
                    "numbers with words of no unit that is known, and no label",
                );
                let message = format!("“{name}” holds numbers that could not be read, and was left out");
                self.report.warn(WarningKind::NotANumber, message, Position::in_file(self.file).at_column(name), 1);
                continue;
            }
            if self.plan.ok.is_some() && guess::flag(self.name(i)).is_some() {
                // split by whether they were good, series would be all good or all bad
                self.report.understand(
                    "not read",
                    self.name(i).to_owned(),
                    "another flag; --ok chooses it, --by splits by it",
                );
                continue;
            }
            if guess::is_free_text(self.name(i)) {
                let name = self.name(i).to_owned();
                self.report.understand("not read", name, "text of visitors and programs; --by splits by it");
                continue;
            }
            if few {
                labels.push(i);
            } else {
                let name = self.name(i).to_owned();
                self.report.understand("not read", name, "text with many values; --by splits by it");
            }
        }
        if let [first, rest @ ..] = labels.get(MOST_GUESSED_LABELS..).filter(|_| !self.is_own()).unwrap_or_default() {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            let names = format!("{}{more}", self.name(*first));
            let why = format!("text beyond the first {MOST_GUESSED_LABELS} columns of it; --by splits by it");
            self.report.understand("not read", names, why);
        }
        if !self.is_own() {
            labels.truncate(MOST_GUESSED_LABELS);
            self.leave_out_labels(&mut labels);
        }
        if !labels.is_empty() {
            let names: Vec<&str> = labels.iter().map(|&i| self.name(i)).collect();
            self.report.understand("by", names.join(", "), "text with few values");
        }
        for i in labels {
            self.mark(i);
            let wanted = self.want(i, ColumnType::Text);
            self.plan.labels.push(wanted);
            if self.plan.name.is_some() && guess::is_unit(self.name(i)) {
                self.plan.unit = Some(wanted);
                self.report.understand("unit", format!("as the column {} says", self.name(i)), "its name");
            }
        }
    }

    /// Takes the column whose words name the series of a long table, of which there may be many.
    fn series_name(&mut self) {
        let single = self.plan.values.len() == 1 && self.plan.values.iter().all(|v| guess::is_value(&v.name));
        if !single {
            return;
        }
        let rows = self.sample.lines.len();
        let names_series = |i: &usize| {
            let words = self.stat(*i).words;
            // what is called `name` may be that of a visitor
            let few = words <= 10 || words * 2 <= rows;
            let name = self.name(*i);
            words > 0
                && !self.is_number(*i)
                && !self.is_text_time(*i)
                && (guess::is_metric_name(name) || (guess::is_series_name(name) && few))
        };
        let Some(i) = self.unused().into_iter().find(names_series) else { return };
        self.name_by(i, "its words name the series");
    }

    fn name_by(&mut self, i: usize, why: &str) {
        self.mark(i);
        self.plan.name = Some(self.want(i, ColumnType::Text));
        self.report.understand("name", self.name(i).to_owned(), why);
    }

    /// Takes out the labels with the most words until the sample falls into few enough series.
    pub(super) fn leave_out_labels(&mut self, labels: &mut Vec<usize>) {
        while labels.len() > 1 && self.combinations(labels) > MOST_GUESSED_SERIES {
            let Some(at) = (0..labels.len()).max_by_key(|&k| labels.get(k).map_or(0, |&i| self.stat(i).words)) else {
                break;
            };
            let i = labels.remove(at);
            let message = format!(
                "rows are not split by “{}”, which would make more than {MOST_GUESSED_SERIES} series; --by {} splits by it",
                self.name(i),
                self.name(i)
            );
            let position = Position::in_file(self.file).at_column(self.name(i));
            self.report.warn(WarningKind::TooManySeries, message, position, 1);
        }
    }

    /// Takes the labels that the format names; false where it leaves them to the guesses.
    pub(super) fn known_labels(&mut self) -> bool {
        let preset = self.sample.preset.clone();
        if let Some(i) = self.known(preset.name) {
            self.name_by(i, preset.why);
        }
        let Some(by) = preset.by else { return preset.name.is_some() };
        let mut labels: Vec<usize> = by.iter().filter_map(|name| self.known(Some(name))).collect();
        labels.retain(|&i| self.stat(i).words > 0);
        self.leave_out_labels(&mut labels);
        if !labels.is_empty() {
            let names: Vec<&str> = labels.iter().map(|&i| self.name(i)).collect();
            self.report.understand("by", names.join(", "), preset.why);
        }
        for i in labels {
            self.mark(i);
            let wanted = self.want(i, ColumnType::Text);
            self.plan.labels.push(wanted);
        }
        true
    }

    /// How many combinations of words the sample has in these columns.
    pub(super) fn combinations(&self, columns: &[usize]) -> usize {
        let rows = 0..self.sample.lines.len();
        let key = |row: usize| -> Vec<&[u8]> {
            let field =
                |&i: &usize| self.sample.columns.get(i).and_then(|c| c.get(row)).map_or(&b""[..], Vec::as_slice);
            columns.iter().map(field).collect()
        };
        rows.map(key).collect::<HashSet<_>>().len()
    }
}
