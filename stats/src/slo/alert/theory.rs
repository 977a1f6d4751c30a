//! What theory says of a rule before any data: when it fires, when it stops, what is spent by then, how little traffic it bears.
//!
//! For an error ratio that steps from e₀ to e and back, under constant traffic and continuous evaluation, with threshold bε
//! between them:
//!
//! | quantity | closed form | with e₀ = 0 |
//! |---|---|---|
//! | time to detect | L (bε − e₀) / (e − e₀) | L bε / e |
//! | time to reset after the end | S (1 − (bε − e₀) / (e − e₀)) | S (1 − bε / e) |
//! | share of the budget spent by the incident at detection | e · time to detect / (εP) | b L / P |
//!
//! An incident shorter than its time to detect is not found. A rule that is evaluated every Δ fires up to Δ later, and by its `for`
//! after that; during the `for` the incident may already be over, for as long as the reset takes. Where a window holds few requests the ratio moves in steps and the forms hold only on average.
//!
//! Source: *The Site Reliability Workbook*, chapter 5; the forms with a background error ratio follow in the same way.

use super::rule::BurnRateRule;
use super::threshold::Threshold;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::time::Span;
use crate::unit::Unit;

/// What theory says of one rule against one objective.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Theory {
    /// The error ratio that both windows must exceed, bε.
    pub threshold: Estimate,
    /// The share of the period's budget that is spent when both windows are over the threshold, bL/P. A rule with a `for` fires later:
    /// see [`TheoryAt::budget_at_detection`].
    pub budget_at_detection: Estimate,
    /// Times for the error ratios that were asked for.
    pub at: Vec<TheoryAt>,
    /// The traffic below which a single failure fires it.
    pub low_traffic: LowTraffic,
}

/// Times at one error ratio.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct TheoryAt {
    /// The error ratio during the incident.
    pub error_ratio: f64,
    /// From its beginning to the alert, `for` included, in seconds; `None` where the ratio is not over the threshold, so that it
    /// never fires. Without a `for` it is also the length of the shortest incident that is found.
    pub time_to_detect: Option<Estimate>,
    /// The share of the period's budget that is spent when it fires, what is spent during the `for` included.
    pub budget_at_detection: Option<Estimate>,
    /// From its end to the end of the alert, in seconds.
    pub time_to_reset: Option<Estimate>,
}

/// The least traffic that a rule can bear.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct LowTraffic {
    /// The fewest requests in the long window of which one failure does not fire the rule, ⌈1/(bε)⌉.
    pub safe_requests: u64,
    /// The rate at which the long window holds as many, per second.
    pub safe_rate: Estimate,
}

fn estimate(value: f64, method: &'static str, unit: Unit) -> Estimate {
    Estimate::new(value, Method::Named(method), 1, &Scope::untimed(unit))
}

/// What theory says of a rule, at error ratios above 0 and up to 1.
///
/// ```
/// use sre_stats::slo::alert::{BurnRateRule, theory};
/// let rule: BurnRateRule = "14.4x over 1h and 5m".parse()?;
/// let theory = theory(&rule, "99.9%".parse()?, "30d".parse()?, &[1.0])?;
/// // everything fails: 3600 s × 0.0144
/// assert!((theory.at[0].time_to_detect.as_ref().unwrap().value - 51.84).abs() < 1e-9);
/// assert!((theory.budget_at_detection.value - 0.02).abs() < 1e-12);
/// assert_eq!(theory.low_traffic.safe_requests, 70);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) for an unusable or unreachable rule (bε ≥ 1), a period that is not more than 0, or
/// an error ratio outside (0, 1].
pub fn theory(rule: &BurnRateRule, target: Quantile, period: Span, error_ratios: &[f64]) -> Result<Theory> {
    let threshold = rule.threshold(target)?;
    if period.0 <= 0 {
        return Err(Error::argument(format!("a period of {period} has no budget")));
    }
    if let Some(e) = error_ratios.iter().find(|e| !(**e > 0.0 && **e <= 1.0)) {
        return Err(Error::argument(format!("an error ratio of {e} is not in (0, 1]")));
    }
    let budget_s = target.complement() * period.as_secs_f64();
    let at = error_ratios.iter().map(|e| times_at(rule, threshold, *e, budget_s)).collect();
    let mut budget_at_detection = estimate(rule.budget_share(period), "bL/P", Unit::Ratio);
    if rule.hold.0 > 0 {
        let caveat =
            format!("without what is spent during its `for` of {}, which depends on the error ratio", rule.hold);
        budget_at_detection = budget_at_detection.with_caveat(caveat);
    }
    let safe = threshold.safe_count();
    let per_second = Unit::PerSecond(Box::new(Unit::Count));
    Ok(Theory {
        threshold: estimate(threshold.value(), "bε", Unit::Ratio),
        budget_at_detection,
        at,
        low_traffic: LowTraffic {
            safe_requests: safe,
            safe_rate: estimate(safe as f64 / rule.long.as_secs_f64(), "⌈1/(bε)⌉/L", per_second)
                .with_caveat("as a steady rate; the long window must hold so many at the quietest hour"),
        },
    })
}

fn times_at(rule: &BurnRateRule, threshold: Threshold, error_ratio: f64, budget_s: f64) -> TheoryAt {
    let detect = time_to_detect(rule, threshold, error_ratio, 0.0);
    let reset = time_to_reset(rule, threshold, error_ratio, 0.0);
    TheoryAt {
        error_ratio,
        time_to_detect: detect.map(|s| estimate(s, "L·bε/e + for", Unit::Second)),
        budget_at_detection: detect
            .map(|s| estimate(error_ratio * s / budget_s, "e · time to detect / (εP)", Unit::Ratio)),
        time_to_reset: reset.map(|s| estimate(s, "S·(1 − bε/e)", Unit::Second)),
    }
}

/// Seconds from the step of the error ratio from `background` to `error_ratio` until the rule fires, its `for` included; `None`
/// where it never fires, 0 where the background alone fires it.
///
/// Holds for constant traffic and continuous evaluation, where the incident lasts that long.
pub fn time_to_detect(rule: &BurnRateRule, threshold: Threshold, error_ratio: f64, background: f64) -> Option<f64> {
    let limit = threshold.value();
    if background > limit {
        return Some(0.0);
    }
    let share = (limit - background) / (error_ratio - background);
    (error_ratio > limit).then(|| rule.long.as_secs_f64() * share + rule.hold.as_secs_f64())
}

/// Seconds from the end of an incident that fired the rule until it stops; `None` where it never fired, or where the background
/// alone keeps it firing.
///
/// Holds for constant traffic and continuous evaluation. The long window never keeps the alert longer than the short one does.
pub fn time_to_reset(rule: &BurnRateRule, threshold: Threshold, error_ratio: f64, background: f64) -> Option<f64> {
    let limit = threshold.value();
    let share = (limit - background) / (error_ratio - background);
    (error_ratio > limit && background <= limit).then(|| rule.short.as_secs_f64() * (1.0 - share))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// 2 × over 1 h for 2 min against 99.9 % over 30 d: everything failing passes bε = 0.002 after 7.2 s, and fires 120 s later: 127.2 of
    /// the 2592 s are spent; at 10 % it takes 72 s + 120 s, of which a tenth is bad.
    #[test]
    fn what_is_spent_during_the_for_counts() {
        let theory_of = |rule: &str| {
            theory(&rule.parse().unwrap(), "99.9%".parse().unwrap(), "30d".parse().unwrap(), &[1.0, 0.1, 0.001])
                .unwrap()
        };
        let held = theory_of("2x over 1h and 5m for 2m ticket");
        let spent = |t: &Theory, i: usize| t.at[i].budget_at_detection.as_ref().map(|e| e.value);
        assert!((spent(&held, 0).unwrap() - 127.2 / 2592.0).abs() < 1e-12);
        assert!((spent(&held, 1).unwrap() - 19.2 / 2592.0).abs() < 1e-12);
        assert_eq!(spent(&held, 2), None);
        assert!(held.budget_at_detection.caveats[0].contains("2m"));
        // without a `for` it is bL/P at every ratio
        let plain = theory_of("2x over 1h and 5m ticket");
        for i in [0, 1] {
            assert!((spent(&plain, i).unwrap() - 2.0 * 3600.0 / (30.0 * 86_400.0)).abs() < 1e-12);
        }
        assert!(plain.budget_at_detection.caveats.is_empty());
    }
}
