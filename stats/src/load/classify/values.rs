//! The columns of values.

use super::stats::Stats;
use super::{Classifier, Hint, Value};
use crate::error::{Error, Result};
use crate::load::dataset::Role;
use crate::load::guess::{self, FlagRule};
use crate::load::number::{self, Field, Style, show};
use crate::load::records;
use crate::load::report::counted;
use crate::load::shown::Shown;
use crate::load::table::ColumnType;
use crate::load::traffic;
use crate::unit::Unit;
use crate::words;

/// More columns than this are not all taken for series by a guess.
const MOST_GUESSED_VALUES: usize = 10_000;
/// More columns than this are not told of where none holds numbers.
const MOST_NEAR: usize = 3;

impl Classifier<'_> {
    pub(super) fn add_value(&mut self, column: usize, role: Role) {
        self.mark(column);
        let name = self.name(column).to_owned();
        let wanted = self.want(column, ColumnType::Number);
        self.plan.values.push(Value { column: wanted, name, role, unit: Unit::None });
    }

    /// A column that the caller chose for numbers.
    pub(super) fn chosen_value(&mut self, name: &str, flag: &str, role: Role) -> Result<()> {
        let i = self.find(name, flag)?;
        if self.is_truth(i) {
            self.add_truth(i, role);
            return Ok(());
        }
        let fits = |f: &[u8]| matches!(number::parse(f), Field::Number(_));
        let fields = self.sample.columns.get(i).into_iter().flatten().enumerate();
        let wanted = fields
            .filter(|(row, f)| self.passes(*row) && !number::is_blank(f) && f.trim_ascii() != self.name(i).as_bytes());
        let (numbers, others): (Vec<_>, Vec<_>) = wanted.partition(|(_, f)| fits(f));
        if numbers.len() < others.len() || (self.hint(i) == Hint::Time) {
            return Err(self.wrong(i, "a number", &format!("choose a column of numbers with {flag}"), fits));
        }
        self.add_value(i, role);
        Ok(())
    }

    pub(super) fn values(&mut self) -> Result<()> {
        let options = self.options;
        if options.total.is_some() || options.bad.is_some() {
            if let Some(total) = &options.total {
                self.chosen_value(total, "--total", Role::Total)?;
            }
            if let Some(bad) = &options.bad {
                self.chosen_value(bad, "--bad", Role::Bad)?;
            }
            let names: Vec<&str> = self.plan.values.iter().map(|v| v.name.as_str()).collect();
            self.report.understand("value", names.join(" and "), "--total and --bad: counts of each row's period");
            return Ok(());
        }
        if let Some(value) = &options.value {
            if self.sample.names.contains(value) || !value.contains(',') {
                self.chosen_value(value, "--value", Role::Value)?;
            } else {
                for name in value.split(',') {
                    self.chosen_value(name.trim(), "--value", Role::Value)?;
                }
            }
            self.report.understand("value", value.clone(), "--value");
            self.plan.per_request |= value_is_latency(&self.plan.values);
            return Ok(());
        }
        if let Some(i) = self.known(self.sample.preset.value.as_deref()) {
            self.add_value(i, Role::Value);
            self.report.understand("value", self.name(i).to_owned(), self.sample.preset.why);
            self.plan.per_request |= self.plan.ok.is_some();
            return Ok(());
        }
        if let (Some(why), true) = (self.sample.preset.flag_alone, self.plan.ok.is_some()) {
            return self.flag_as_value(why);
        }
        self.guess_values()
    }

    pub(super) fn guess_values(&mut self) -> Result<()> {
        let mut aside = self.not_measured();
        let measured = |i: &usize| {
            let other = traffic::is_column(self.name(*i)) || aside.contains(i) || self.is_label_of_metrics(*i);
            self.is_number(*i) && !other
        };
        let mut numbers: Vec<usize> = self.unused().into_iter().filter(measured).collect();
        if numbers.is_empty() {
            std::mem::swap(&mut numbers, &mut aside);
        }
        let by = |test: fn(&str) -> bool| -> Vec<usize> {
            numbers.iter().copied().filter(|&i| test(self.name(i))).collect()
        };
        let (latencies, latency_like, plain) = (by(guess::is_latency), by(guess::ends_in_latency), by(guess::is_value));
        let measures = by(|n| !guess::is_identifier(n));
        let exactly = latencies.iter().copied().find(|&i| guess::is_exactly_latency(self.name(i)));
        let (chosen, why) = if let Some(i) = exactly {
            (vec![i], "named like a latency")
        } else if !latencies.is_empty() {
            // `httpRequest.latency`; of several each is of something else
            (latencies, "named like a latency")
        } else if let [i] = latency_like.as_slice()
            && self.plan.ok.is_some()
        {
            (vec![*i], "named like a latency")
        } else if let Some(&i) = plain.first() {
            (vec![i], "named like a value")
        } else if !measures.is_empty() {
            (measures, "a column of numbers is a series")
        } else {
            (numbers.clone(), "a column of numbers is a series")
        };
        if chosen.is_empty() {
            return if self.plan.ok.is_none() && self.truths_as_values() {
                Ok(())
            } else {
                self.flag_as_value("there is no other value")
            };
        }
        if chosen.len() > MOST_GUESSED_VALUES {
            let message = format!("{} columns of numbers, each a series", chosen.len());
            return Err(Error::argument(message).in_file(self.file).hint("name those that are wanted with --value"));
        }
        for &i in &chosen {
            self.add_value(i, Role::Value);
        }
        self.plan.per_request |= value_is_latency(&self.plan.values);
        let names: Vec<&str> = chosen.iter().map(|&i| self.name(i)).collect();
        let choice = if names.len() <= 8 { names.join(", ") } else { format!("{} columns", names.len()) };
        let left: Vec<String> =
            numbers.iter().filter(|i| !chosen.contains(i)).map(|&i| self.name(i).to_owned()).collect();
        self.report.understand("value", choice, why);
        if !left.is_empty() {
            self.report.understand("not read", left.join(", "), "numbers beside the value; --value chooses them");
        }
        if !aside.is_empty() {
            let names: Vec<&str> = aside.iter().map(|&i| self.name(i)).collect();
            self.report.understand("not read", names.join(", "), "times, statuses or versions; --value chooses them");
        }
        Ok(())
    }

    /// Columns of numbers that measure nothing: times beside that of the row, statuses, logstash's version of its own format.
    fn not_measured(&self) -> Vec<usize> {
        let is_epoch = |i: usize| {
            let s = self.stat(i);
            let says_so = || {
                let words = words::of_name(self.name(i));
                words.iter().any(|w| {
                    matches!(w.as_str(), "time" | "timestamp" | "begin" | "end" | "start" | "epoch" | "date" | "ts")
                })
            };
            s.integers == s.numbers && self.looks_like_epoch(i) && says_so()
        };
        let is_status = |i: usize| {
            let fields = self.sample.columns.get(i);
            guess::ends_in_status(self.name(i)) && fields.is_some_and(|fields| guess::are_http(fields))
        };
        let none = |&i: &usize| self.is_number(i) && (self.name(i) == "@version" || is_epoch(i) || is_status(i));
        self.unused().into_iter().filter(none).collect()
    }

    /// Whether the fields of a column that is no column of numbers measure something all the same: durations of which some lack their unit, several
    /// numbers in a field as in nginx's `0.1, 3.4`, numbers as a dashboard shows them in units that are not known.
    pub(super) fn is_measure(&self, i: usize) -> bool {
        if matches!(self.sample.styles.get(i), Some(Style::Shown(_))) {
            return true;
        }
        let measures = |f: &&Vec<u8>| {
            let is_number =
                |f: &[u8]| matches!(number::parse(f), Field::Number(_)) || records::seconds(f.trim_ascii()).is_some();
            f.split(|b| matches!(b, b',' | b':')).all(is_number)
        };
        let says_so = guess::is_latency(self.name(i)) || guess::ends_in_latency(self.name(i));
        let fields = self.sample.columns.get(i).into_iter().flatten().filter(|f| !number::is_blank(f));
        says_so && fields.filter(measures).count() * 2 > self.stat(i).filled
    }

    /// Whether a column is true or false in words, such as `Up` and `Down`.
    fn is_truth(&self, i: usize) -> bool {
        let is_word =
            |f: &&Vec<u8>| matches!(FlagRule::Good.read(f), Field::Number(_)) && matches!(number::parse(f), Field::Bad);
        let fields = self.sample.columns.get(i).into_iter().flatten();
        let s = self.stat(i);
        s.filled > 0 && s.words <= 4 && self.hint(i) != Hint::Time && fields.filter(is_word).count() == s.filled
    }

    fn add_truth(&mut self, i: usize, role: Role) {
        let width = self.sample.names.len();
        self.plan.styles.resize(width.max(self.plan.styles.len()), Style::Plain);
        if let Some(style) = self.plan.styles.get_mut(i) {
            *style = Style::Shown(Shown::Truth);
        }
        self.add_value(i, role);
    }

    /// A table without numbers: columns that are true or false are values, 1 and 0.
    fn truths_as_values(&mut self) -> bool {
        let truths: Vec<usize> = self.unused().into_iter().filter(|&i| self.is_truth(i)).collect();
        for &i in &truths {
            self.add_truth(i, Role::Value);
        }
        let names: Vec<&str> = truths.iter().map(|&i| self.name(i)).collect();
        if !names.is_empty() {
            let choice = format!("{}, 1 where true and 0 where false", names.join(", "));
            self.report.understand("value", choice, "there is no column of numbers");
        }
        !truths.is_empty()
    }

    /// A table of times and flags: the flag is the value, 1 for good.
    pub(super) fn flag_as_value(&mut self, why: &str) -> Result<()> {
        let flag = self.plan.ok.and_then(|ok| self.plan.wanted.get(ok).cloned().map(|w| (ok, w)));
        let Some((column, wanted)) = flag else {
            let message = format!("no column of numbers among {}{}", self.sample.names.join(", "), self.near_numbers());
            return Err(Error::parse(message).in_file(self.file).hint("name one with --value"));
        };
        self.report.understand("value", format!("{}, 1 where good", wanted.name), why);
        self.plan.values.push(Value { column, name: wanted.name, role: Role::Value, unit: Unit::None });
        Ok(())
    }

    /// The columns that come nearest to numbers, and what keeps each from being such a column.
    fn near_numbers(&self) -> String {
        let mut near: Vec<(usize, Stats)> = self.unused().into_iter().map(|i| (i, self.stat(i))).collect();
        near.retain(|(i, s)| s.numbers > 0 && self.hint(*i) == Hint::Untyped && !self.is_number(*i));
        // the greatest share of numbers first, without a division
        near.sort_by(|(_, a), (_, b)| (b.numbers * a.filled).cmp(&(a.numbers * b.filled)));
        near.truncate(MOST_NEAR);
        let tell = |(i, s): &(usize, Stats)| {
            let fields = self.sample.columns.get(*i)?;
            let row = fields.iter().position(|f| number::parse(f) == Field::Bad)?;
            let (text, line) = (show(fields.get(row)?), self.sample.lines.get(row)?);
            Some(format!(
                "; in {} {} of the first {} are numbers, “{text}” in line {line} is not",
                self.name(*i),
                s.numbers,
                counted(s.filled as u64, "field"),
            ))
        };
        near.iter().filter_map(tell).collect()
    }
}

fn value_is_latency(values: &[Value]) -> bool {
    matches!(values, [v] if guess::is_latency(&v.name) || guess::ends_in_latency(&v.name))
}
