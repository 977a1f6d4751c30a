//! The default comparison: location and tail, with the variance that the measured autocorrelation asks for.

use super::dependence::Dependence;
use super::mann_whitney::mann_whitney;
use super::proportions::{Counts, two_proportions};
use super::ranks::Ranks;
use crate::error::Result;
use crate::estimate::Scope;
use crate::method::Definition;
use crate::quantile::tails::ln_two_sided_student;
use crate::quantile::{Quantile, quantile_sorted};

/// One of the tests that a verdict rests on.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Evidence {
    /// Its name.
    pub test: String,
    /// Its statistic.
    pub statistic: f64,
    /// Its own p-value, before any correction for several tests.
    pub p_value: f64,
    /// The natural logarithm of that.
    pub ln_p: f64,
}

/// Mann–Whitney on the variance that the autocorrelation leaves.
pub(crate) fn location(a: &[f64], b: &[f64], ranks: &Ranks, dependence: &Dependence) -> Result<Evidence> {
    if dependence.inflation <= 1.0 {
        let plain = mann_whitney(a, b)?;
        let test = if plain.exact { "mann-whitney (exact)" } else { "mann-whitney" };
        return Ok(Evidence { test: test.into(), statistic: plain.u, p_value: plain.p_value, ln_p: plain.ln_p });
    }
    let u = ranks.pairs_above();
    let ln_p = ln_two_sided_student(deviate(ranks) / dependence.inflation.sqrt(), dependence.degrees);
    let test = format!("mann-whitney (variance × {:.2} for autocorrelation)", dependence.inflation);
    Ok(Evidence { test, statistic: u, p_value: ln_p.exp(), ln_p })
}

/// The deviate of U from its middle, corrected for continuity, as of independent values.
pub(crate) fn deviate(ranks: &Ranks) -> f64 {
    let pairs = ranks.a.len() as f64 * ranks.b.len() as f64;
    ((ranks.pairs_above() - pairs / 2.0).abs() - 0.5).max(0.0) / ranks.variance().sqrt()
}

/// The fewest values beyond a percentile, in independent ones, for its test to be made.
const BEYOND: f64 = 10.0;

/// Compares how many values of each sample lie above a high percentile of both together: the highest of p99, p95 and p90 with
/// enough beyond it.
///
/// A change of the slowest requests alone leaves ranks in the middle as they are. Given the values, their assignment to the
/// samples is a hypergeometric draw under the null hypothesis (the quantile test of J. Westenberg, 1948).
pub(crate) fn tail(a: &[f64], b: &[f64], dependence: &Dependence) -> Result<Option<(Quantile, Evidence)>> {
    let mut pooled: Vec<f64> = a.iter().chain(b).copied().collect();
    pooled.sort_unstable_by(f64::total_cmp);
    let total = pooled.len() as f64;
    for q in [Quantile::P99, Quantile::P95, Quantile::P90] {
        if total * q.complement() / dependence.inflation < 2.0 * BEYOND {
            continue;
        }
        let limit = quantile_sorted(&pooled, q, Definition::Type1)?;
        let count = |v: &[f64]| Counts { hits: v.iter().filter(|x| **x > limit).count() as u64, total: v.len() as u64 };
        let (of_a, of_b) = (count(a), count(b));
        let beyond = (of_a.hits + of_b.hits) as f64;
        // where many values are equal to the percentile, hardly any lie beyond it
        if beyond / dependence.inflation < BEYOND {
            continue;
        }
        let found = two_proportions(of_a, of_b, 0.95, &Scope::default())?;
        let (name, ln_p) = if dependence.inflation <= 1.0 {
            (if found.exact { "Fisher" } else { "normal" }, found.ln_p)
        } else {
            // the ranks' inflation is an upper bound of the exceedances'
            (
                "variance as for the ranks",
                ln_two_sided_student(found.z / dependence.inflation.sqrt(), dependence.degrees),
            )
        };
        let test = format!("values above the common {q} ({name})");
        return Ok(Some((q, Evidence { test, statistic: found.z, p_value: ln_p.exp(), ln_p })));
    }
    Ok(None)
}
