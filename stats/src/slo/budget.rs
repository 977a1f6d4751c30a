//! Error budgets in time, for any objective, period and bucket width.

use crate::quantile::Quantile;
use crate::slo::Period;
use crate::time::Span;
use crate::window::{Budget, Ladder};

/// The bad time that a share allows in a period, to the nearest nanosecond.
///
/// ```
/// use sre_stats::slo::{Period, budget};
/// let allowed = budget::allowed("99.9%".parse()?, "30d".parse()?);
/// assert_eq!(allowed.to_string(), "43m 12s");
/// assert_eq!(budget::allowed("99.9%".parse()?, Period::MEAN_MONTH).to_string(), "43m 49.746s");
/// # Ok::<(), sre_stats::Error>(())
/// ```
pub fn allowed(share: Quantile, period: Span) -> Span {
    Budget::new(share, period).allowed()
}

/// What a budget pays for at one width.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Affordable {
    /// The width of the buckets.
    #[serde(rename = "width_s")]
    pub width: Span,
    /// How many whole bad buckets the budget pays for.
    pub buckets: u64,
    /// The objective that these buckets enforce in truth, 1 − ⌊B/w⌋·w/P.
    pub quantised_objective: f64,
}

/// How many bad buckets of each width a budget pays for.
pub fn affordable(share: Quantile, period: Span, ladder: &Ladder) -> Vec<Affordable> {
    let budget = Budget::new(share, period);
    let row = |&width: &Span| Affordable {
        width,
        buckets: budget.affordable(width),
        quantised_objective: budget.quantised(width),
    };
    ladder.widths().iter().map(row).collect()
}

/// The allowed bad time of one objective over one period.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct AllowedRow {
    /// The objective, as `99.9%`.
    pub objective: Quantile,
    /// The name of the period.
    pub period: String,
    /// The bad time allowed.
    #[serde(rename = "allowed_s")]
    pub allowed: Span,
}

/// A day, 7, 28 and 30 days, and the mean month, quarter and year of the calendar.
pub const PERIODS: [Period; 7] = [
    Period::Span(Span::DAY),
    Period::Span(Span::from_secs(7 * 86_400)),
    Period::Span(Span::from_secs(28 * 86_400)),
    Period::Span(Span::from_secs(30 * 86_400)),
    Period::Month,
    Period::Quarter,
    Period::Year,
];

/// The allowed bad time for each objective over the usual [`PERIODS`].
pub fn table(objectives: &[Quantile]) -> Vec<AllowedRow> {
    table_over(objectives, &PERIODS)
}

/// The allowed bad time for each objective over each of any periods; calendar ones have their mean length.
///
/// ```
/// use sre_stats::slo::{Period, budget};
/// let rows = budget::table_over(&["99.99%".parse()?], &[Period::Month]);
/// assert_eq!(rows[0].allowed.to_string(), "4m 22.9746s");
/// # Ok::<(), sre_stats::Error>(())
/// ```
pub fn table_over(objectives: &[Quantile], periods: &[Period]) -> Vec<AllowedRow> {
    let row = |objective: Quantile| {
        let of =
            move |p: &Period| AllowedRow { objective, period: p.to_string(), allowed: allowed(objective, p.length()) };
        periods.iter().map(of)
    };
    objectives.iter().copied().flat_map(row).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn nines_by_period() {
        let nines = ["99%", "99.9%", "99.95%", "99.99%", "99.999%"].map(|q| q.parse().unwrap());
        let rows = table(&nines);
        let find = |q: &str, period: &str| {
            let q: Quantile = q.parse().unwrap();
            rows.iter().find(|r| r.objective == q && r.period == period).unwrap().allowed.to_string()
        };
        assert_eq!(rows.len(), 35);
        assert_eq!(find("99.9%", "30d"), "43m 12s");
        assert_eq!(find("99.9%", "month"), "43m 49.746s");
        assert_eq!(find("99.99%", "month"), "4m 22.9746s");
        assert_eq!(find("99.9%", "year"), "8h 45m 56.952s");
        assert_eq!(find("99%", "7d"), "1h 40m 48s");
        assert_eq!(find("99.999%", "1d"), "864ms");
    }

    #[test]
    fn whole_buckets_only() {
        let rows = affordable("99.9%".parse().unwrap(), Span(30 * Span::DAY.0), &"1m,5m,1h".parse().unwrap());
        assert_eq!(rows.iter().map(|r| r.buckets).collect::<Vec<_>>(), [43, 8, 0]);
        assert_eq!(rows[2].quantised_objective, 1.0);
    }
}
