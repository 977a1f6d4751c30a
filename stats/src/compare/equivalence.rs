//! Has it recovered? Two one-sided tests against a margin.

use super::dependence::Dependence;
use super::ranks::Ranks;
use super::sample::Verdict;
use super::shift::{Pairs, with_reach};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::quantile::tails::{ln_above_student, two_sided_critical};

/// Whether an interval of a difference lies within ±`margin`: `equivalent`; does not touch 0: `differ`; else `not-shown`.
///
/// With an interval at level 1 − 2α this is the test of two one-sided hypotheses at level α (Schuirmann, 1987): for a claim at 5 %
/// give an interval at 0.90. Works for any difference with an interval: of means, quantiles, ratios, or a Hodges–Lehmann shift. An
/// interval that is both within the margin and clear of 0 is equivalent: a difference too small to matter. `not-shown` also
/// without an interval. No difference shown is no equivalence shown: that is what this is for. Not with a margin chosen after a look at the
/// difference, nor with an interval for independent values of autocorrelated ones.
///
/// ```
/// use sre_stats::compare::{Verdict, within_margin};
/// use sre_stats::estimate::{Bound, Estimate, Scope};
/// use sre_stats::method::Method;
/// let difference = Estimate::new(0.4, Method::Named("difference of means"), 100, &Scope::default())
///     .with_bound(Bound::Confidence { lower: -0.2, upper: 1.0, level: 0.9 });
/// assert_eq!(within_margin(&difference, 2.0)?, Verdict::Equivalent);
/// assert_eq!(within_margin(&difference, 0.5)?, Verdict::NotShown);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the margin is not above 0.
pub fn within_margin(difference: &Estimate, margin: f64) -> Result<Verdict> {
    if !(margin > 0.0 && margin.is_finite()) {
        return Err(Error::argument(format!("{margin} is not a margin")).hint("give a number above 0"));
    }
    let (lower, upper) = match difference.bound {
        Bound::Confidence { lower, upper, .. } | Bound::Guaranteed { lower, upper } => (lower, upper),
        Bound::Exact => (difference.value, difference.value),
        Bound::Unknown { .. } => return Ok(Verdict::NotShown),
    };
    Ok(if lower > -margin && upper < margin {
        Verdict::Equivalent
    } else if lower > 0.0 || upper < 0.0 {
        Verdict::Differ
    } else {
        Verdict::NotShown
    })
}

/// Two one-sided rank tests of the shift against ±margin.
pub(crate) struct Tost {
    /// ln of the larger of both one-sided p-values.
    pub(crate) ln_p: f64,
    /// The deviate nearer to 0.
    pub(crate) deviate: f64,
    /// The shift with its interval at 1 − 2α.
    pub(crate) shift: Estimate,
}

/// Tests whether the shift of b lies within ±`margin`, at level α.
pub(crate) fn tost(
    ranks: &Ranks,
    pairs: &Pairs,
    dependence: &Dependence,
    margin: f64,
    alpha: f64,
    scope: &Scope,
) -> Tost {
    let half = pairs.count() as f64 / 2.0;
    let sd = (ranks.variance() * dependence.inflation).max(0.0).sqrt();
    // how many more than half of the differences lie on the right side of each end, ties counting half
    let beyond = |at: f64| {
        let (below, above) = (pairs.below(at) as f64, pairs.above(at) as f64);
        above + (pairs.count() as f64 - above - below) / 2.0
    };
    let deviates = [beyond(-margin) - half, half - beyond(margin)].map(|d| (d - 0.5) / sd);
    let deviate = deviates[0].min(deviates[1]);
    let ln_p = ln_above_student(deviate, dependence.degrees);
    let reach = two_sided_critical(2.0 * alpha, dependence.degrees) * sd;
    // 1 − 0.95 is not 0.05 in binary: 0.9 is meant
    let level = ((1.0 - 2.0 * alpha) * 1e12).round() / 1e12;
    let shift = with_reach(pairs, reach, level, "Hodges–Lehmann, two one-sided tests", scope);
    Tost { ln_p, deviate, shift }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The p-value and the interval tell the same, but for the half pair of the continuity correction.
    #[test]
    fn the_interval_is_within_the_margin_where_both_tests_reject() {
        let a: Vec<f64> = (0..60).map(|i| f64::from(i * 37 % 61)).collect();
        let b: Vec<f64> = (0..60).map(|i| f64::from(i * 23 % 61) + 2.0).collect();
        let (ranks, pairs) = (Ranks::new(&a, &b), Pairs::new(&a, &b));
        let mut both = [0, 0];
        for margin in (1..40).map(f64::from) {
            let found = tost(&ranks, &pairs, &Dependence::none(120), margin, 0.05, &Scope::default());
            let (lower, upper) = found.shift.interval().unwrap();
            let inside = lower > -margin && upper < margin;
            let rejected = found.ln_p.exp() <= 0.05;
            both[usize::from(inside)] += 1;
            let clear = (lower + margin).abs().min((upper - margin).abs()) > 1.0;
            assert!(inside == rejected || !clear, "{margin}: {lower} {upper} {}", found.ln_p.exp());
        }
        assert!(both[0] > 5 && both[1] > 5);
        // 1 − 0.95 in binary is a little more than 0.05
        let shift = tost(&ranks, &pairs, &Dependence::none(120), 5.0, 1.0 - 0.95, &Scope::default()).shift;
        assert!(matches!(shift.bound, crate::estimate::Bound::Confidence { level, .. } if level == 0.9), "{shift:?}");
    }
}
