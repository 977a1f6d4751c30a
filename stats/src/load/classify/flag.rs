//! The column that tells good from bad, and the rows wanted.

use super::Classifier;
use crate::error::Result;
use crate::load::filter::{self, Literal};
use crate::load::guess::{self, FlagRule};
use crate::load::number::{self, Field};
use crate::load::table::ColumnType;

impl Classifier<'_> {
    pub(super) fn flag(&mut self) -> Result<()> {
        let (column, rule, why) = if let Some(name) = self.options.ok.clone() {
            let i = self.find(&name, "--ok")?;
            let rule = self.flag_rule(i);
            let readable = |f: &[u8]| matches!(rule.read(f), Field::Number(_));
            let column = self.sample.columns.get(i);
            let filled = column.map_or(0, |c| c.iter().filter(|f| !number::is_blank(f)).count());
            if column.is_some_and(|c| c.iter().filter(|f| readable(f)).count() * 2 < filled) {
                return Err(self.wrong(i, "a flag or an HTTP status", "choose another column with --ok", readable));
            }
            (i, rule, "--ok")
        } else if self.options.total.is_some() || self.options.bad.is_some() {
            return Ok(());
        } else if let Some((name, rule)) = self.sample.preset.ok {
            let Some(i) = self.known(Some(name)) else { return Ok(()) };
            (i, rule, self.sample.preset.why)
        } else if self.sample.preset.name.is_some() {
            // series of many metrics: a flag of some of them is none of all
            return Ok(());
        } else {
            // a flag knows more than a status: an answer that never came has none, or 0
            let (statuses, flags): (Vec<usize>, Vec<usize>) = self
                .unused()
                .into_iter()
                .filter(|&i| !self.is_label_of_metrics(i))
                .partition(|&i| guess::may_hold_codes(self.name(i)));
            let mut all = flags.iter().chain(&statuses).copied();
            let guessed = all.find_map(|i| Some((i, self.guess_flag(i)?)));
            // such as `res.statusCode`, where its values are those of HTTP
            let nested = || {
                let mut ends = flags.iter().copied().filter(|&i| guess::ends_in_status(self.name(i)));
                ends.find(|&i| self.is_http(i)).map(|i| (i, FlagRule::HttpStatus))
            };
            let Some((i, rule)) = guessed.or_else(nested) else {
                self.tell_codes(&statuses);
                return Ok(());
            };
            (i, rule, "its name and values")
        };
        self.mark(column);
        self.report.understand("ok", format!("{}: {}", self.name(column), rule.describe()), why);
        self.plan.ok = Some(self.want(column, ColumnType::Flag(rule)));
        self.plan.per_request = true;
        Ok(())
    }

    /// Tells of a column of codes of which nothing shows whether 0 is good.
    fn tell_codes(&mut self, statuses: &[usize]) {
        let untold = |i: &&usize| self.is_number(**i) && guess::codes(self.name(**i), &self.numbers(**i)).is_none();
        let Some(&i) = statuses.iter().find(untold) else { return };
        let name = self.name(i).to_owned();
        let why = format!(
            "the numbers of {name} are no HTTP statuses, and 0 may be good or bad; --ok {name} takes 1 for good where there are but 0 and 1, \
             else 0"
        );
        self.report.understand("ok", "none", why);
    }

    /// The numbers of the sample.
    fn numbers(&self, i: usize) -> Vec<f64> {
        let number = |f: &Vec<u8>| if let Field::Number(v) = number::parse(f) { Some(v) } else { None };
        self.sample.columns.get(i).into_iter().flatten().filter_map(number).filter(|v| v.is_finite()).collect()
    }

    /// Whether the fields are statuses of HTTP.
    fn is_http(&self, i: usize) -> bool {
        !guess::is_exit_code(self.name(i)) && self.sample.columns.get(i).is_some_and(|fields| guess::are_http(fields))
    }

    /// The rule of a column that the caller says is a flag.
    fn flag_rule(&self, i: usize) -> FlagRule {
        if self.is_http(i) {
            return FlagRule::HttpStatus;
        }
        let (s, numbers) = (self.stat(i), self.numbers(i));
        if s.mostly(s.numbers) {
            if let Some(rule) = guess::codes(self.name(i), &numbers) {
                return rule;
            }
            if numbers.iter().all(|v| v.fract() == 0.0) && numbers.iter().any(|v| *v > 1.0) && numbers.contains(&0.0) {
                return FlagRule::Code;
            }
        }
        guess::flag(self.name(i)).unwrap_or(FlagRule::Good)
    }

    fn guess_flag(&self, i: usize) -> Option<FlagRule> {
        let s = self.stat(i);
        let rule = if !guess::may_hold_codes(self.name(i)) {
            guess::flag(self.name(i))?
        } else if guess::is_status(self.name(i)) && self.is_http(i) {
            FlagRule::HttpStatus
        } else if s.numbers > 0 {
            guess::codes(self.name(i), &self.numbers(i))?
        } else {
            FlagRule::Good
        };
        let readable = self.sample.columns.get(i)?.iter().filter(|f| matches!(rule.read(f), Field::Number(_))).count();
        (readable > 0 && s.mostly(readable)).then_some(rule)
    }

    pub(super) fn filter(&mut self) -> Result<()> {
        let Some(text) = &self.options.filter else { return Ok(()) };
        self.passing = vec![true; self.sample.lines.len()];
        for clause in filter::parse(text)? {
            let i = self.find(&clause.column, "--where")?;
            let kind = match clause.literal {
                Literal::Number(_) => ColumnType::Number,
                Literal::Text(_) => ColumnType::Text,
            };
            let fields = self.sample.columns.get(i).into_iter().flatten();
            for (passes, field) in self.passing.iter_mut().zip(fields) {
                *passes &= match (&clause.literal, number::parse(field)) {
                    (Literal::Number(_), Field::Number(v)) => clause.keeps_number(v),
                    (Literal::Number(_), _) => false,
                    (Literal::Text(_), _) => clause.keeps_word(field),
                };
            }
            let wanted = self.want(i, kind);
            self.plan.filter.push((wanted, clause));
        }
        self.report.understand("where", text.clone(), "--where");
        Ok(())
    }
}
