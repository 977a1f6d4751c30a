//! Two ratios of values that are 0 or 1, such as failures, in the order of time: they come in bursts.

use super::asked::Asked;
use super::comparison::Comparison;
use super::proportions::{Counts, ln_fisher, two_proportions};
use super::question::Order;
use super::sample::{Reason, Verdict};
use crate::error::Result;
use crate::estimate::{Bound, Estimate};
use crate::method::Method;
use crate::quantile::tails::{ln_two_sided_student, two_sided_critical};
use crate::unit::Unit;

/// Up to so many hits, or misses, worth an independent one each, Fisher's test has a say beside the deviate.
const FEW: f64 = 1000.0;

impl Asked<'_> {
    /// The ratios of ones, with the variance that the autocorrelation asks for.
    ///
    /// An outage makes its requests fail together: a burst of 50 failures tells about as much as one. Where the values are independent
    /// this is Fisher's test. Else the pooled deviate is divided by the root of the measured inflation, and Fisher's test of the counts
    /// divided by it has to agree, since a handful of bursts has no normal law; then the verdict has to stand against slow processes.
    pub(super) fn proportions(&self, found: &mut Comparison) -> Result<()> {
        let (a, b, level) = (&self.samples.a, &self.samples.b, self.options.level);
        if let Some(v) = a.iter().chain(b).find(|v| **v != 0.0 && **v != 1.0) {
            let why = format!("proportions need values that are 0 or 1, not {v}");
            found.verdict = Verdict::NoVerdict(Reason::NotFor(why));
            return Ok(());
        }
        let count = |v: &[f64]| Counts { hits: v.iter().filter(|x| **x == 1.0).count() as u64, total: v.len() as u64 };
        let (of_a, of_b) = (count(a), count(b));
        let plain = two_proportions(of_a, of_b, level, self.scope)?;
        found.reason = self.seen();
        found.statistic = Some(plain.z);
        let (inflation, degrees) = (self.dependence.inflation, self.dependence.degrees);
        // the larger of both: what each alone would call a difference, the other may not
        let widened = |inflation: f64, degrees: f64| {
            let ln_p = ln_two_sided_student(plain.z / inflation.sqrt(), degrees);
            worth(of_a, of_b, inflation).map_or(ln_p, |(a, b)| ln_p.max(ln_fisher(a, b)))
        };
        let ln_p = if inflation > 1.0 {
            found.test += &format!(" (variance × {inflation:.2} for autocorrelation)");
            found.effect = Some(self.difference(of_a, of_b, inflation, degrees));
            widened(inflation, degrees)
        } else {
            found.test += if plain.exact { " (Fisher)" } else { "" };
            found.effect = Some(plain.difference.clone());
            plain.ln_p
        };
        self.decide(found, ln_p);
        if self.options.order == Order::Independent || self.walks(found) {
            return Ok(());
        }
        let (ln_p, fell) = self.against_wandering(found, ln_p, widened);
        if let Some(rivals) = fell
            && found.verdict == Verdict::Differ
        {
            found.effect = Some(self.difference(of_a, of_b, rivals.inflation(), rivals.degrees));
        }
        (found.ln_p, found.p_value) = (Some(ln_p), Some(ln_p.exp()));
        Ok(())
    }

    /// The ratio of b less that of a, with Newcombe's interval of as many values as these are worth.
    fn difference(&self, a: Counts, b: Counts, inflation: f64, degrees: f64) -> Estimate {
        let level = self.options.level;
        let critical = two_sided_critical(1.0 - level, degrees);
        let ratio = |c: Counts| c.hits as f64 / c.total as f64;
        let (pa, pb) = (ratio(a), ratio(b));
        let (la, ua) = score_interval(pa, a.total as f64 / inflation, critical);
        let (lb, ub) = score_interval(pb, b.total as f64 / inflation, critical);
        let value = pb - pa;
        let lower = value - ((pb - lb).powi(2) + (ua - pa).powi(2)).sqrt();
        let upper = value + ((ub - pb).powi(2) + (pa - la).powi(2)).sqrt();
        let method = Method::Named("difference of proportions, Newcombe, interval for the autocorrelation measured");
        Estimate::new(value, method, a.total + b.total, &self.scope.with_unit(Unit::Ratio))
            .with_bound(Bound::Confidence { lower: lower.max(-1.0), upper: upper.min(1.0), level })
    }
}

/// Wilson's interval of a ratio that so many independent values, not always a whole number of them, would show.
fn score_interval(p: f64, n: f64, critical: f64) -> (f64, f64) {
    let square = critical * critical;
    let centre = (p * n + square / 2.0) / (n + square);
    let half = critical / (n + square) * (n * p * (1.0 - p) + square / 4.0).sqrt();
    ((centre - half).clamp(0.0, p), (centre + half).clamp(p, 1.0))
}

/// Counts of as many independent values as these are worth, rounded; `None` where they are so many that the normal law holds.
fn worth(a: Counts, b: Counts, inflation: f64) -> Option<(Counts, Counts)> {
    let hits = (a.hits + b.hits) as f64 / inflation;
    let misses = (a.total + b.total - a.hits - b.hits) as f64 / inflation;
    if hits.min(misses) > FEW {
        return None;
    }
    let one = |c: Counts| {
        let total = ((c.total as f64 / inflation).round() as u64).max(1);
        Counts { hits: ((c.hits as f64 / inflation).round() as u64).min(total), total }
    };
    Some((one(a), one(b)))
}
