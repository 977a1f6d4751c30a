//! The bad time of a series under an objective, and what slices charge for it.

use sre_stats::figure::{self, Figure};
use sre_stats::load::Data;
use sre_stats::progress::Progress;
use sre_stats::quantile::Quantile;
use sre_stats::report::tell::fit::fit;
use sre_stats::slo::{Objective, Options, SloReport, evaluate};
use sre_stats::time::Span;
use sre_stats::window::{
    Accounting, Advice, AdvisorInput, Budget, IncidentPattern, Ladder, NoData, Rule, Verdict, account, advise,
};
use sre_stats::{Error, Result};

use super::document::Document;

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
}

impl WindowAnalysis {
    /// Evaluates the objective and charges slices of every width at every phase.
    ///
    /// # Errors
    /// Where objective and data do not fit, or on request.
    pub fn new(document: &Document, key: &WindowKey, progress: &Progress) -> Result<Self> {
        progress.stage("finding bad time", 0);
        let item = document.item(key.item)?;
        let rule = key.rule.or_else(|| key.objective.rule()).unwrap_or(Rule::AnyBad);
        let options = Options { rule, no_data: key.no_data, ..Options::default() };
        let input = fit(item, &key.objective)
            .map_err(|why| Error::mismatch(format!("“{}” does not fit the objective: {why}", item.title())))?;
        let slo = evaluate(&key.objective, input, &options)?;
        progress.check()?;
        progress.stage("charging slices of every width", 0);
        let budget = Budget::new(key.objective.target, slo.period.width);
        let bad = &slo.bad_time;
        let accounting = account(bad, &Ladder::default(), &rule, Some(&budget))?;
        progress.check()?;
        let seconds = bad.observed().as_secs_f64();
        let events = matches!(item.data, Data::Events(_)) && seconds > 0.0;
        let advice = advise(&AdvisorInput {
            budget,
            incidents: IncidentPattern::Measured(bad.lengths()),
            rule,
            rate_per_s: events.then(|| bad.samples() as f64 / seconds),
            quantile: events.then_some(Quantile::P99),
            level: 0.95,
        })
        .map_err(|e| e.to_string());
        let rows: Vec<figure::ChargedWidth> = accounting
            .rows
            .iter()
            .map(|r| figure::ChargedWidth {
                width: r.width,
                min_s: r.charged.min.value,
                mean_s: r.charged.mean.value,
                max_s: r.charged.max.value,
                aligned_s: Some(r.charged.aligned.value),
                verdict: verdict(r.verdict),
            })
            .collect();
        let charged = figure::charged_figure(
            &rows,
            bad.total().as_secs_f64(),
            Some(budget.allowed().as_secs_f64()),
            &rule.to_string(),
        )?;
        Ok(Self { slo, rule, accounting, advice, charged })
    }

    /// The bad time that the objective allows.
    pub fn allowed(&self) -> Span {
        Budget::new(self.slo.objective.target, self.slo.period.width).allowed()
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
        let allowed = self.allowed();
        let points: Vec<figure::PhasePoint> = row
            .profile
            .runs()
            .iter()
            .map(|run| {
                let charged = row.profile.charged(run.from);
                let within = charged <= allowed;
                figure::PhasePoint {
                    phase: run.from,
                    charged_s: charged.as_secs_f64(),
                    verdict: if within { figure::Verdict::Met } else { figure::Verdict::Violated },
                }
            })
            .collect();
        figure::phase_figure(
            &points,
            row.width,
            row.true_bad.value,
            Some(allowed.as_secs_f64()),
            &self.rule.to_string(),
        )
    }
}

/// A verdict of the analysis as one of a figure.
pub fn verdict(verdict: Option<Verdict>) -> figure::Verdict {
    match verdict {
        Some(Verdict::Met) => figure::Verdict::Met,
        Some(Verdict::Violated) => figure::Verdict::Violated,
        Some(Verdict::DependsOnPhase) => figure::Verdict::DependsOnPhase,
        _ => figure::Verdict::NoData,
    }
}
