//! A rule: two windows, a factor, and whom it calls.

use std::fmt;

use super::threshold::Threshold;
use crate::error::{Error, Result};
use crate::quantile::Quantile;
use crate::slo::period::compact;
use crate::time::Span;

/// Whom an alert calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// A person, at once.
    #[default]
    Page,
    /// A person, within days.
    Ticket,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Page => "page",
            Self::Ticket => "ticket",
        })
    }
}

/// A multi-window burn-rate rule: it holds while the error ratios of the long *and* of the short window are each over
/// `factor` times the error budget (1 − target), and fires once it has held for `hold`.
///
/// A burn rate of 1 spends the budget exactly in its period. As text: `14.4x over 1h and 5m [for 2m] [page | ticket]`.
///
/// ```
/// use sre_stats::slo::alert::BurnRateRule;
/// let rule: BurnRateRule = "14.4x over 1h and 5m page".parse()?;
/// assert_eq!(BurnRateRule::workbook("30d".parse()?)[0], rule);
/// assert_eq!(rule.to_string(), "14.4x over 1h and 5m page");
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct BurnRateRule {
    /// The burn rate b that both windows must exceed, more than 0.
    pub factor: f64,
    /// The long window.
    #[serde(rename = "long_s")]
    pub long: Span,
    /// The short window, no longer than the long one.
    #[serde(rename = "short_s")]
    pub short: Span,
    /// For how long the condition must hold before the rule fires; Prometheus calls it `for`.
    #[serde(rename = "for_s")]
    pub hold: Span,
    /// Whom it calls.
    pub severity: Severity,
}

/// Budget spent at detection, long window and short window in minutes, severity: table 5-8 of the workbook.
const WORKBOOK: [(f64, i64, i64, Severity); 3] =
    [(0.02, 60, 5, Severity::Page), (0.05, 360, 30, Severity::Page), (0.10, 4320, 360, Severity::Ticket)];

/// A rule that fires at less than this burn rate would call somebody while the budget lasts: at 1 it lasts exactly. The slack
/// keeps the workbook's slowest rule for 28 days, at 0.93.
const LEAST_FACTOR: f64 = 0.9;

impl BurnRateRule {
    /// A rule that fires as soon as its condition holds.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where the factor is not a number more than 0, a window is not more than 0, or
    /// the short one is the longer.
    pub fn new(factor: f64, long: Span, short: Span, severity: Severity) -> Result<Self> {
        let rule = Self { factor, long, short, hold: Span::ZERO, severity };
        rule.check()?;
        Ok(rule)
    }

    /// The same rule, firing only once its condition has held for a span.
    #[must_use]
    pub fn with_for(mut self, hold: Span) -> Self {
        self.hold = hold;
        self
    }

    /// The workbook's three rules for a period: they fire when 2 % of the budget is spent in 1 h, 5 % in 6 h, 10 % in 3 d, with
    /// short windows of a twelfth. For 30 days the factors are 14.4, 6 and 1.
    ///
    /// The windows are kept for other periods and the factors follow the period, to six digits. A rule whose factor would be less
    /// than 0.9 is left out, since it would call while the budget lasts; for periods of less than two days none is left.
    pub fn workbook(period: Span) -> Vec<Self> {
        let rule = |&(share, long, short, severity): &(f64, i64, i64, Severity)| {
            let (long, short) = (Span::from_secs(long * 60), Span::from_secs(short * 60));
            let factor = share * period.as_secs_f64() / long.as_secs_f64();
            let factor = format!("{factor:.5e}").parse().unwrap_or(factor);
            Self { factor, long, short, hold: Span::ZERO, severity }
        };
        WORKBOOK.iter().map(rule).filter(|r| r.factor >= LEAST_FACTOR).collect()
    }

    /// The error ratio that both windows must exceed, factor × (1 − target), exact.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) where no error ratio can exceed it, the target leaves no budget, or the product
    /// has more digits than 64-bit counts compare with exactly.
    pub fn threshold(&self, target: Quantile) -> Result<Threshold> {
        self.check()?;
        Threshold::new(self.factor, target)
    }

    /// The share of a period's budget that is spent when the long window's threshold is reached, bL/P, whatever the error ratio.
    pub fn budget_share(&self, period: Span) -> f64 {
        self.factor * self.long.as_secs_f64() / period.as_secs_f64()
    }

    pub(super) fn check(&self) -> Result<()> {
        if !(self.factor.is_finite() && self.factor > 0.0) {
            return Err(Error::argument(format!("a burn rate of {} means nothing", self.factor))
                .hint("give a factor such as 14.4"));
        }
        if self.short.0 <= 0 || self.short > self.long {
            return Err(Error::argument(format!(
                "a short window of {} does not fit into one of {}",
                self.short, self.long
            ))
            .hint("the short window is commonly a twelfth of the long one"));
        }
        if self.hold.0 < 0 {
            return Err(Error::argument(format!("a rule cannot wait for {}", self.hold)));
        }
        Ok(())
    }
}

impl fmt::Display for BurnRateRule {
    /// As text that reads back to the same rule.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}x over {} and {}", self.factor, compact(self.long), compact(self.short))?;
        if self.hold > Span::ZERO {
            write!(f, " for {}", compact(self.hold))?;
        }
        write!(f, " {}", self.severity)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_workbooks_rules_are_those_of_its_table() {
        let days = |d: i64| Span(d * Span::DAY.0);
        let factors = |d: i64| BurnRateRule::workbook(days(d)).iter().map(|r| r.factor).collect::<Vec<_>>();
        assert_eq!(factors(30), [14.4, 6.0, 1.0]);
        assert_eq!(factors(28), [13.44, 5.6, 0.933_333]);
        // 2 % of a week in an hour, 5 % in six; 10 % in three days is less than even spending
        assert_eq!(factors(7), [3.36, 1.4]);
        assert!(factors(1).is_empty());
        let rules = BurnRateRule::workbook(days(30));
        let shares: Vec<f64> = rules.iter().map(|r| r.budget_share(days(30))).collect();
        for (share, printed) in shares.iter().zip([0.02, 0.05, 0.10]) {
            assert!((share - printed).abs() < 1e-12);
        }
        assert!(rules.iter().all(|r| r.long.0 == 12 * r.short.0));
    }

    #[test]
    fn what_cannot_work_is_refused() {
        let rule = |factor, long, short| {
            BurnRateRule::new(factor, Span::from_secs(long), Span::from_secs(short), Severity::Page)
        };
        assert!(rule(1.0, 60, 60).is_ok());
        for (factor, long, short) in [(0.0, 60, 5), (f64::NAN, 60, 5), (-1.0, 60, 5), (1.0, 5, 60), (1.0, 60, 0)] {
            assert!(rule(factor, long, short).is_err(), "{factor} {long} {short}");
        }
    }
}
