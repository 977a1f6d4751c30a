//! The tests for independent values, as they are asked for by name.

use super::anderson_darling::anderson_darling;
use super::asked::Asked;
use super::cliff::cliffs_delta;
use super::comparison::Comparison;
use super::kolmogorov_smirnov::kolmogorov_smirnov;
use super::mann_whitney::mann_whitney;
use super::question::{Order, Test};
use super::sample::Verdict;
use super::shift::hodges_lehmann;
use crate::error::Result;
use crate::estimate::Estimate;
use crate::method::Method;
use crate::unit::Unit;

impl Asked<'_> {
    /// The tests for independent values.
    pub(super) fn independent(&self, found: &mut Comparison) -> Result<()> {
        let (a, b, level) = (&self.samples.a, &self.samples.b, self.options.level);
        found.reason = "asked for; a test for independent values".into();
        if self.options.order == Order::Time && self.dependence.r1 * self.dependence.worth.sqrt() > 2.0 {
            found.caveats.push(format!(
                "the samples are autocorrelated ({:.2}): a test for independent values sees differences where there are none; use auto",
                self.dependence.r1
            ));
        }
        match &self.options.test {
            Test::KolmogorovSmirnov => {
                let test = kolmogorov_smirnov(a, b)?;
                found.statistic = Some(test.d);
                let method = Method::Named("largest distance of the distributions");
                found.effect =
                    Some(Estimate::new(test.d, method, found.n_a + found.n_b, &self.scope.with_unit(Unit::None)));
                self.decide(found, test.ln_p);
            }
            Test::AndersonDarling => {
                let test = anderson_darling(&[a.clone(), b.clone()])?;
                found.statistic = Some(test.statistic);
                if test.clipped {
                    let end = if test.p_value < 0.01 { "at most 0.001" } else { "at least 0.25" };
                    found.caveats.push(format!("the p-value is beyond the published table: {end}"));
                }
                found.effect = Some(hodges_lehmann(a, b, level, self.scope)?);
                // the upper end of the table stands for every larger p-value, which is no evidence at any level
                let unknown = test.clipped && test.p_value > 0.01;
                self.decide(found, if unknown { 0.0 } else { test.p_value.ln() });
            }
            Test::Cliff => {
                let delta = cliffs_delta(a, b, level, self.scope)?;
                found.statistic = Some(delta.value);
                found.verdict = match delta.interval() {
                    Some((lower, upper)) if lower > 0.0 || upper < 0.0 => Verdict::Differ,
                    _ => Verdict::NotShown,
                };
                found.effect = Some(delta);
            }
            _ => {
                let test = mann_whitney(a, b)?;
                found.statistic = Some(test.u);
                if test.exact {
                    found.test += " (exact)";
                }
                found.effect = Some(hodges_lehmann(a, b, level, self.scope)?);
                self.decide(found, test.ln_p);
            }
        }
        Ok(())
    }
}
