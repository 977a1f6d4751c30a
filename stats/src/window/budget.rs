//! How much bad time an objective allows.

use crate::quantile::Quantile;
use crate::time::Span;

/// An error budget in time: the bad time that an objective allows in its period, `(1 − objective) · period`.
///
/// ```
/// use sre_stats::{time::Span, window::Budget};
/// let budget = Budget::new("99.9%".parse()?, "30d".parse()?);
/// assert_eq!(budget.allowed().to_string(), "43m 12s");
/// assert_eq!(budget.affordable("5m".parse()?), 8);
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Budget {
    objective: Quantile,
    period: Span,
}

impl Budget {
    /// The budget of an objective, a share of good time, over a period.
    pub fn new(objective: Quantile, period: Span) -> Self {
        Self { objective, period: Span(period.0.max(0)) }
    }

    /// The share of time that must be good.
    pub fn objective(self) -> Quantile {
        self.objective
    }

    /// The period.
    pub fn period(self) -> Span {
        self.period
    }

    /// The bad time allowed in the period, to the nearest nanosecond.
    pub fn allowed(self) -> Span {
        // the complement carries the decimal digits, so that 0.1 % of 30 d is 2592 s and not a ulp less
        Span((self.period.0 as f64 * self.objective.complement()).round() as i64)
    }

    /// How many whole buckets of a width the budget pays for; 0 for a width that is not more than 0.
    pub fn affordable(self, width: Span) -> u64 {
        if width.0 > 0 { (self.allowed().0 / width.0) as u64 } else { 0 }
    }

    /// The objective that buckets of a width enforce in truth: only whole buckets can be spent, so it is
    /// `1 − ⌊B/w⌋·w/P`, never below the objective itself.
    pub fn quantised(self, width: Span) -> f64 {
        if self.period.0 == 0 {
            return 1.0;
        }
        1.0 - (self.affordable(width) as i64 * width.0) as f64 / self.period.0 as f64
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_well_known_budgets() {
        let allowed = |share: &str, period| Budget::new(share.parse().unwrap(), period).allowed();
        let month = Span::from_secs(2_629_746); // 365.2425 / 12 days
        assert_eq!(allowed("99.9%", Span(30 * Span::DAY.0)).to_string(), "43m 12s");
        assert_eq!(allowed("99.9%", month), Span(2_629_746_000_000));
        assert_eq!(allowed("99.99%", month), Span(262_974_600_000));
        assert_eq!(allowed("100%", month), Span::ZERO);
        assert_eq!(allowed("0%", month), month);
    }

    #[test]
    fn a_coarse_bucket_raises_the_objective() {
        // 43 m 12 s pays for 8 buckets of 5 min: 40 min of 30 days
        let b = Budget::new("99.9%".parse().unwrap(), Span(30 * Span::DAY.0));
        assert!((b.quantised(Span::from_secs(300)) - (1.0 - 40.0 / 43_200.0)).abs() < 1e-15);
        assert_eq!(b.quantised(Span::HOUR), 1.0);
        assert_eq!(b.affordable(Span::HOUR), 0);
    }
}
