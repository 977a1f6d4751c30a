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
                .partition(|&i| guess::is_status(self.name(i)));
            let mut guessed = flags.iter().copied().chain(statuses).filter_map(|i| Some((i, self.guess_flag(i)?)));
            // such as `res.statusCode`, where its values are those of HTTP
            let nested = || {
                let mut ends = flags.iter().copied().filter(|&i| guess::ends_in_status(self.name(i)));
                let i = ends.find(|&i| self.flag_rule(i) == FlagRule::HttpStatus)?;
                Some((i, FlagRule::HttpStatus))
            };
            let Some((i, rule)) = guessed.next().or_else(nested) else { return Ok(()) };
            (i, rule, "its name and values")
        };
        self.mark(column);
        self.report.understand("ok", format!("{}: {}", self.name(column), rule.describe()), why);
        self.plan.ok = Some(self.want(column, ColumnType::Flag(rule)));
        self.plan.per_request = true;
        Ok(())
    }

    pub(super) fn flag_rule(&self, i: usize) -> FlagRule {
        if self.sample.columns.get(i).is_some_and(|fields| guess::are_http(fields)) {
            return FlagRule::HttpStatus;
        }
        guess::flag(self.name(i)).unwrap_or(FlagRule::Good)
    }

    pub(super) fn guess_flag(&self, i: usize) -> Option<FlagRule> {
        let s = self.stat(i);
        let rule = if guess::is_status(self.name(i)) { self.flag_rule(i) } else { guess::flag(self.name(i))? };
        let readable = self.sample.columns.get(i)?.iter().filter(|f| matches!(rule.read(f), Field::Number(_))).count();
        (readable > 0 && s.mostly(readable)).then_some(rule)
    }

    pub(super) fn filter(&mut self) -> Result<()> {
        let Some(text) = &self.options.filter else { return Ok(()) };
        for clause in filter::parse(text)? {
            let i = self.find(&clause.column, "--where")?;
            let kind = match clause.literal {
                Literal::Number(_) => ColumnType::Number,
                Literal::Text(_) => ColumnType::Text,
            };
            let wanted = self.want(i, kind);
            self.plan.filter.push((wanted, clause));
        }
        self.report.understand("where", text.clone(), "--where");
        Ok(())
    }
}
