//! Two proportions: is the error ratio of b above that of a?

use super::cliff::check_level;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::proportion::wilson;
use crate::quantile::tails::ln_two_sided;
use crate::unit::Unit;

/// Up to so many possible tables Fisher's test is computed by summing all of them.
const EXACT_TABLES: u64 = 1_000_000;

/// Counts of two samples: `hits` of `total` each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// How many had the property, such as errors.
    pub hits: u64,
    /// How many there were.
    pub total: u64,
}

/// The outcome of [`two_proportions`].
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Proportions {
    /// The ratio of b minus that of a, with Newcombe's interval.
    pub difference: Estimate,
    /// The normal deviate of the difference under a common ratio, without continuity correction.
    pub z: f64,
    /// The two-sided p-value: Fisher's exact one where `exact`, else that of z.
    pub p_value: f64,
    /// Its natural logarithm.
    pub ln_p: f64,
    /// Whether the p-value is Fisher's exact one.
    pub exact: bool,
}

/// Do two samples have the same ratio of hits?
///
/// The p-value is Fisher's exact one (all tables with these margins that are as unlikely as the one seen, or more) as long as
/// there are at most 10⁶ such tables, beyond that the one of the pooled normal deviate. The interval of the difference is
/// Newcombe's from two Wilson intervals, which holds its level near ratios of 0 and 1, where a plain normal one fails. Fisher's test
/// is careful on small counts. Assumes independent hits: not where errors come in bursts, and not for looking again and
/// again at growing counts, for which there is [`CanaryGate`](super::CanaryGate).
///
/// Sources: R. A. Fisher, J. R. Stat. Soc. 98 (1935); R. G. Newcombe, Statistics in Medicine 17 (1998), p. 873, method 10.
///
/// ```
/// use sre_stats::compare::{Counts, two_proportions};
/// use sre_stats::estimate::Scope;
/// let base = Counts { hits: 48, total: 80 };
/// let other = Counts { hits: 56, total: 70 };
/// let found = two_proportions(base, other, 0.95, &Scope::default())?;
/// let (lower, upper) = found.difference.interval().unwrap();
/// // Newcombe's table II, row (a), method 10
/// assert!((lower - 0.0524).abs() < 5e-5 && (upper - 0.3339).abs() < 5e-5);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where a total is 0, [`Argument`](crate::ErrorKind::Argument) where hits exceed a total or the
/// level is outside (0, 1).
pub fn two_proportions(a: Counts, b: Counts, level: f64, scope: &Scope) -> Result<Proportions> {
    check_level(level)?;
    let (la, ua) = wilson(a.hits, a.total, level)?;
    let (lb, ub) = wilson(b.hits, b.total, level)?;
    let n = a.total.checked_add(b.total).ok_or_else(|| Error::argument("the totals are beyond the range"))?;
    let (m, k) = (a.total as f64, b.total as f64);
    let (pa, pb) = (a.hits as f64 / m, b.hits as f64 / k);
    let value = pb - pa;
    let lower = value - ((pb - lb).powi(2) + (ua - pa).powi(2)).sqrt();
    let upper = value + ((ub - pb).powi(2) + (pa - la).powi(2)).sqrt();
    let difference =
        Estimate::new(value, Method::Named("difference of proportions, Newcombe"), n, &scope.with_unit(Unit::Ratio))
            .with_bound(Bound::Confidence { lower: lower.max(-1.0), upper: upper.min(1.0), level });
    let pooled = (a.hits + b.hits) as f64 / n as f64;
    let variance = pooled * (1.0 - pooled) * (1.0 / m + 1.0 / k);
    let z = if variance > 0.0 { value / variance.sqrt() } else { 0.0 };
    let hits = a.hits + b.hits;
    let exact = hits.min(n - hits).min(a.total).min(b.total) < EXACT_TABLES;
    let ln_p = if exact { ln_fisher(a, b) } else { ln_two_sided(z) };
    Ok(Proportions { difference, z, p_value: ln_p.exp(), ln_p, exact })
}

/// ln of Fisher's two-sided p: the sum over all tables that are not more likely than the one seen.
pub(super) fn ln_fisher(a: Counts, b: Counts) -> f64 {
    let hits = a.hits + b.hits;
    let least = hits.saturating_sub(b.total);
    let most = hits.min(a.total);
    // relative to the mode, table by table, so that large factorials cancel exactly
    let ratio = |x: u64| {
        // w(x + 1) / w(x)
        ((a.total - x) as f64 * (hits - x) as f64) / ((x + 1) as f64 * (b.total + x + 1 - hits) as f64)
    };
    let mode = (((a.total + 1) as f64 * (hits + 1) as f64 / (a.total + b.total + 2) as f64) as u64).clamp(least, most);
    let mut weights = vec![0.0; (most - least + 1) as usize];
    let at = |x: u64| (x - least) as usize;
    let mut ln = 0.0;
    weights[at(mode)] = 0.0;
    for x in mode..most {
        ln += ratio(x).ln();
        weights[at(x + 1)] = ln;
    }
    ln = 0.0;
    for x in (least..mode).rev() {
        ln -= ratio(x).ln();
        weights[at(x)] = ln;
    }
    let seen = weights[at(a.hits)];
    // equal up to rounding counts as equal, as everywhere
    let limit = seen + 1e-7;
    let top = weights.iter().copied().filter(|w| *w <= limit).fold(f64::NEG_INFINITY, f64::max);
    let sum_of = |keep: &dyn Fn(f64) -> bool| {
        let mut parts: Vec<f64> = weights.iter().copied().filter(|w| keep(*w)).collect();
        parts.sort_unstable_by(f64::total_cmp);
        parts
    };
    let part: f64 = sum_of(&|w| w <= limit).iter().map(|w| (w - top).exp()).sum();
    let whole: f64 = sum_of(&|_| true).iter().map(|w| w.exp()).sum();
    (top + part.ln() - whole.ln()).min(0.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Newcombe (1998), p. 873, table II: method 10 of rows (a) to (h).
    #[test]
    fn intervals_are_newcombes() {
        for (b, a, want) in [
            ((56, 70), (48, 80), (0.0524, 0.3339)),
            ((9, 10), (3, 10), (0.1705, 0.8090)),
            ((6, 7), (2, 7), (0.0582, 0.8062)),
            ((5, 56), (0, 29), (-0.0381, 0.1926)),
            ((0, 10), (0, 20), (-0.1611, 0.2775)),
            ((0, 10), (0, 10), (-0.2775, 0.2775)),
            ((10, 10), (0, 20), (0.6791, 1.0000)),
            ((10, 10), (0, 10), (0.6075, 1.0000)),
        ] {
            let counts = |(hits, total)| Counts { hits, total };
            let found = two_proportions(counts(a), counts(b), 0.95, &Scope::default()).unwrap();
            let (lower, upper) = found.difference.interval().unwrap();
            assert!((lower - want.0).abs() < 6e-5 && (upper - want.1).abs() < 6e-5, "{a:?} {b:?}: {lower} {upper}");
        }
    }

    /// Fisher's lady tasting tea, and one who errs once on each side.
    #[test]
    fn the_lady_tasting_tea() {
        let counts = |hits, total| Counts { hits, total };
        let p = |a, b| two_proportions(a, b, 0.95, &Scope::default()).unwrap().p_value;
        assert!((p(counts(4, 4), counts(0, 4)) - 2.0 / 70.0).abs() < 1e-15);
        assert!((p(counts(3, 4), counts(1, 4)) - 34.0 / 70.0).abs() < 1e-14);
        assert_eq!(p(counts(0, 4), counts(0, 9)), 1.0);
        assert!(two_proportions(counts(0, 0), counts(0, 9), 0.95, &Scope::default()).is_err());
        let far = two_proportions(counts(0, 10_000), counts(9_000, 10_000), 0.95, &Scope::default()).unwrap();
        assert!(far.exact && far.ln_p < -7_000.0 && far.ln_p.is_finite(), "{}", far.ln_p);
    }
}
