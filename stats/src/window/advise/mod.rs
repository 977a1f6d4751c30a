//! Which width to use: no wider than the budget bears, no narrower than the traffic fills.
//!
//! | file | what |
//! |---|---|
//! | `mod` | what is asked and answered; the narrowest width |
//! | `charge` | incidents, and what slices of a width charge for them in the worst phase |
//! | `widest` | the widest safe width |
//! | `opening` | what would make room where no width is both |

mod charge;
mod opening;
#[cfg(test)]
mod tests;
mod widest;

pub use self::charge::IncidentPattern;
pub use self::opening::Opening;

use self::charge::Charge;
use self::opening::openings;
use self::widest::widest;
use super::budget::Budget;
use super::rule::Rule;
use crate::error::{Error, Result};
use crate::quantile::{Quantile, samples_needed};
use crate::time::Span;

/// What [`advise`] needs to know.
#[derive(Clone, Debug, PartialEq)]
pub struct AdvisorInput {
    /// The objective and its period.
    pub budget: Budget,
    /// The incidents in one period.
    pub incidents: IncidentPattern,
    /// When a slice is bad. A percentile is taken as one under an upper limit; for a lower one give what
    /// [`Rule::under`] makes of it.
    pub rule: Rule,
    /// The traffic, in samples per second, where it is known.
    pub rate_per_s: Option<f64>,
    /// The percentile that every window is to show, where one is wanted.
    pub quantile: Option<Quantile>,
    /// The confidence that a window's percentile has a finite upper bound, such as 0.95.
    pub level: f64,
}

/// The band of widths that are neither too wide for the budget nor too narrow for the percentile.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Advice {
    /// The narrowest width whose windows hold enough samples on average; `None` where traffic or percentile are not given.
    #[serde(rename = "narrowest_s", serialize_with = "seconds")]
    pub narrowest: Option<f64>,
    /// The samples that such a window holds.
    pub samples_needed: Option<u64>,
    /// The widest width at which the objective is met at every phase, and every incident can still be seen; `None` where no width is.
    #[serde(rename = "widest_s", serialize_with = "seconds")]
    pub widest: Option<f64>,
    /// The width below which every narrower one is safe too: `widest`, or less where there are widths between the two that are not safe.
    #[serde(rename = "all_safe_below_s", serialize_with = "seconds")]
    pub all_safe_below: Option<f64>,
    /// The widest of the widths up to `widest` at which every incident is seen at every phase: between it and `widest` an incident that falls
    /// on the border of two slices may be seen by neither.
    #[serde(rename = "seen_at_every_phase_s", serialize_with = "seconds")]
    pub seen_at_every_phase: Option<f64>,
    /// The widest width at which the mean charge over the phases keeps the objective.
    #[serde(rename = "widest_expected_s", serialize_with = "seconds")]
    pub widest_expected: Option<f64>,
    /// The objective that slices of the widest safe width enforce in truth, 1 − ⌊B/w⌋·w/P.
    pub quantised_objective: Option<f64>,
    /// Whether no width is both wide and narrow enough.
    pub empty: bool,
    /// What keeps the widest width from being wider; `None` where no width is safe.
    pub limited_by: Option<WidthLimit>,
    /// What would open the band, where it is empty.
    pub openings: Vec<Opening>,
    /// The reasons, and what would help.
    pub why: Vec<String>,
}

/// What keeps a safe width from being wider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WidthLimit {
    /// Some phase of a wider one would charge more than the budget.
    Budget,
    /// Wider slices no longer see the shortest incident: it would fill too small a share of them.
    Blindness,
    /// The period itself: nothing in it is charged too much.
    Period,
}

#[allow(clippy::ref_option)] // the signature that serde calls
/// Whole numbers as such, so that JSON reads `129.6` and `60`.
fn seconds<S: serde::Serializer>(value: &Option<f64>, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    match value {
        Some(s) if s.fract() == 0.0 && s.abs() < 9e15 => serializer.serialize_some(&(*s as i64)),
        other => serializer.serialize_some(other),
    }
}

/// The band of widths for an objective, an incident pattern and a traffic.
///
/// With budget B and incidents dᵢ at least one width apart, slices of width w charge in the worst phase
/// Σ w⌈dᵢ/w + 1 − 2θ⌉, for any-bad Σ w(⌈dᵢ/w⌉ + 1), which must not exceed B; under rules that take exactly θ·w as bad (a share, a
/// majority), Σ w(⌊dᵢ/w + 1 − 2θ⌋ + 1). That sum jumps down at every w = dᵢ/k, so the safe widths need not be one interval: `widest` is the greatest safe width, `all_safe_below` the end of the interval that
/// begins at 0. On average the charge is D + M·w(1 − 2θ). A width of more than dᵢ/θ does not see incident i at all: it would be
/// “safe” by blindness, and is not counted as safe. From dᵢ/2θ on there are phases that share the incident out between two slices of which
/// neither is bad. Below, windows need samples: the smallest number whose one-sided upper
/// confidence bound of the percentile is finite, over the rate.
///
/// ```
/// use sre_stats::{time::Span, window::{AdvisorInput, Budget, IncidentPattern, Rule, advise}};
/// let advice = advise(&AdvisorInput {
///     budget: Budget::new("99.99%".parse()?, "30d".parse()?),
///     incidents: IncidentPattern::Equal { length: Span::MINUTE, count: 1 },
///     rule: Rule::AnyBad,
///     rate_per_s: Some(10.0),
///     quantile: Some("p99".parse()?),
///     level: 0.95,
/// })?;
/// assert_eq!((advice.narrowest, advice.widest), (Some(29.9), Some(129.6)));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) for a rule without a share of time (`mean`), a rate that is not more than 0, or a
/// level outside (0, 1).
pub fn advise(input: &AdvisorInput) -> Result<Advice> {
    input.rule.validate()?;
    let theta = input.rule.theta().ok_or_else(|| {
        Error::argument(format!("the rule “{}” has no closed form to advise by", input.rule))
            .hint("use any-bad, share:…, majority, all-bad or a percentile")
    })?;
    if input.rate_per_s.is_some_and(|r| !(r > 0.0 && r.is_finite())) {
        return Err(Error::argument("the traffic must be more than 0 samples per second"));
    }
    if !(input.level > 0.0 && input.level < 1.0) {
        return Err(Error::argument(format!("a confidence level of {} is not between 0 and 1", input.level)));
    }
    let mut why = Vec::new();
    let charge = Charge { lengths: input.incidents.lengths(), theta, ends: charge::ends(&input.rule) };
    let limits = widest(input, &charge, &mut why);
    let (narrowest, samples_needed) = narrowest(input, &mut why)?;
    let empty = match (narrowest, limits.widest) {
        (_, None) => true,
        (Some(low), Some(high)) => low > high,
        (None, Some(_)) => false,
    };
    let openings = if empty { openings(input, &charge, narrowest, limits.widest, samples_needed) } else { Vec::new() };
    if let (true, Some(low), Some(high)) = (empty, narrowest, limits.widest) {
        why.push(format!(
            "no width is honest and safe: {} is needed for the percentile and {} {}; {}",
            shown(low),
            shown(high),
            match limits.by {
                Some(WidthLimit::Period) => "is the whole period",
                Some(WidthLimit::Blindness) => "is the most at which every incident can be seen",
                _ => "is the most the budget bears",
            },
            openings.iter().map(ToString::to_string).collect::<Vec<_>>().join(", or "),
        ));
    } else if let ([opening], None) = (openings.as_slice(), limits.widest) {
        why.push(format!("it would take {opening}"));
    }
    Ok(Advice {
        narrowest,
        samples_needed,
        widest: limits.widest,
        all_safe_below: limits.all_below,
        seen_at_every_phase: limits.widest.map(|w| w.min(charge.sure_sight() / 1e9)),
        widest_expected: limits.expected,
        quantised_objective: limits.widest.and_then(|w| Span::from_secs_f64(w).ok()).map(|w| input.budget.quantised(w)),
        empty,
        limited_by: limits.widest.and(limits.by),
        openings,
        why,
    })
}

/// To the millisecond: a limit that is rounded further may lie beyond itself.
fn shown(seconds: f64) -> String {
    let rounded = if seconds < 1.0 { seconds } else { (seconds * 1e3).round() / 1e3 };
    Span::from_secs_f64(rounded).map_or_else(|_| format!("{seconds} s"), |span| span.to_string())
}

fn narrowest(input: &AdvisorInput, why: &mut Vec<String>) -> Result<(Option<f64>, Option<u64>)> {
    let Some(q) = input.quantile else { return Ok((None, None)) };
    let Some(n) = samples_needed(q, input.level) else {
        return Err(Error::argument(format!("no number of samples bounds {q}")).hint("ask for one such as p99"));
    };
    let Some(rate) = input.rate_per_s else {
        why.push(format!("{q} needs {n} samples a window at {} confidence; the traffic is not given", input.level));
        return Ok((None, Some(n)));
    };
    let w = n as f64 / rate;
    why.push(format!(
        "{q} needs {n} samples a window at {} confidence: {} at {} samples/s on average",
        input.level,
        shown(w),
        crate::unit::significant(rate)
    ));
    Ok((Some(w), Some(n)))
}
