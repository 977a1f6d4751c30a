//! The bad time of a series under an objective, and what slices charge for it.

use sre_stats::figure::Figure;
use sre_stats::progress::Progress;
use sre_stats::quantile::Quantile;
use sre_stats::report::tell::fit::fit_of;
use sre_stats::report::{Section, tell};
use sre_stats::slo::{Objective, Options, Population, SloReport, evaluate};
use sre_stats::time::Span;
use sre_stats::window::{Accounting, Advice, Budget, Ladder, NoData, Rule, account, advise};
use sre_stats::{Error, Result};

use super::document::Document;
use crate::cli::windows::{Asked, advisor, unaccountable};

/// The rules offered in the list.
pub fn rules() -> Vec<Rule> {
    let mut rules = vec![Rule::AnyBad, Rule::Share(0.1), Rule::Majority, Rule::AllBad];
    rules.extend([Quantile::MEDIAN, Quantile::P95, Quantile::P99].map(Rule::Percentile));
    rules.push(Rule::Mean);
    rules
}

/// What an analysis of slices is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowKey {
    /// The document.
    pub document: u64,
    /// The item.
    pub item: usize,
    /// The objective.
    pub objective: Objective,
    /// The rule, where it is not the objective's own.
    pub rule: Option<Rule>,
    /// What missing data count as.
    pub no_data: NoData,
}

/// The bad time of an item under an objective, and what slices of all widths charge for it.
#[derive(Debug)]
pub struct WindowAnalysis {
    /// What the data say of the objective.
    pub slo: SloReport,
    /// The rule that was used.
    pub rule: Rule,
    /// All widths of the ladder.
    pub accounting: Accounting,
    /// The band of honest and safe widths, or why there is none.
    pub advice: Result<Advice, String>,
    /// The same over all widths as a picture.
    pub charged: Figure,
    /// The bad time that the objective allows, and over how long.
    pub budget: Budget,
    /// What makes a member of the population good.
    pub good_means: String,
}

impl WindowAnalysis {
    /// Evaluates the objective and charges slices of every width at every phase.
    ///
    /// # Errors
    /// Where objective and data do not fit or leave the verdict open, or on request.
    pub fn new(document: &Document, key: &WindowKey, progress: &Progress) -> Result<Self> {
        progress.stage("finding bad time", 0);
        let rule = key.rule.or_else(|| key.objective.rule()).unwrap_or(Rule::AnyBad);
        let options = Options { rule, no_data: key.no_data, ..Options::default() };
        let fit = fit_of(&document.dataset, key.item, &key.objective)?;
        let slo = evaluate(&key.objective, fit.input(), &options)?;
        if let Some(why) = unaccountable(&slo) {
            return Err(Error::mismatch(why));
        }
        progress.check()?;
        progress.stage("charging slices of every width", 0);
        let budget = Budget::new(key.objective.target, slo.period.width);
        let ladder = Ladder::default();
        let mut accounting = account(&slo.bad_time, &ladder, &rule, Some(&budget))?;
        accounting.counts_requests = key.objective.population == Population::Requests;
        progress.check()?;
        // a percentile above a lower limit is another share of time than below an upper one
        let in_time = rule.under(slo.bad_time.condition())?;
        let asked = Asked::of(key.objective.clone(), ladder);
        let advice = advise(&advisor(&fit, &slo, &asked, in_time, budget)).map_err(|e| e.to_string());
        let charged = tell::windows::figure(&accounting, Some(&budget))?;
        Ok(Self { slo, rule, accounting, advice, charged, budget, good_means: fit.good_means(&key.objective) })
    }

    /// The bad time that the objective allows.
    pub fn allowed(&self) -> Span {
        self.budget.allowed()
    }

    /// The row of the width nearest above `width`, or the last.
    pub fn row_index(&self, width: Span) -> usize {
        let rows = &self.accounting.rows;
        rows.iter().position(|r| r.width >= width).unwrap_or(rows.len().saturating_sub(1))
    }

    /// What slices of one width charge at every phase, as a picture.
    ///
    /// # Errors
    /// Where there is no such row.
    pub fn phase_figure(&self, row: usize) -> Result<Figure> {
        let row = self.accounting.rows.get(row).ok_or_else(|| Error::empty("no width to draw"))?;
        tell::windows::phases(row, Some(&self.budget))
    }

    /// What the command line tells of it.
    pub fn sections(&self, title: &str) -> Vec<Section> {
        let mut sections = vec![tell::windows::section(title, &self.accounting, Some(&self.budget))];
        if let Ok(advice) = &self.advice {
            sections.push(tell::advice::section(title, advice));
        }
        sections
    }
}
