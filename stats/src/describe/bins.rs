//! How many bins a picture of a sample should have.

use std::fmt;

use super::fences::{quartile_ranks, quartiles};
use super::moments::Moments;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::select::Ranked;
use crate::quantile::usable;

/// A rule for the width of equal bins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinRule {
    /// √n bins: a habit.
    SquareRoot,
    /// log₂ n + 1 bins: right for normal samples of some hundred, too few bins beyond.
    Sturges,
    /// Width (24 √π / n)^⅓ σ: the least error for normal samples; too wide where the tail is long.
    Scott,
    /// Width 2 IQR / n^⅓: the same rate by a robust spread.
    FreedmanDiaconis,
}

impl BinRule {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::SquareRoot, Self::Sturges, Self::Scott, Self::FreedmanDiaconis];

    /// Its name: `freedman-diaconis`.
    pub fn name(self) -> &'static str {
        match self {
            Self::SquareRoot => "sqrt",
            Self::Sturges => "sturges",
            Self::Scott => "scott",
            Self::FreedmanDiaconis => "freedman-diaconis",
        }
    }
}

impl fmt::Display for BinRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Equal bins from the smallest to the largest sample.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    /// The rule.
    pub rule: BinRule,
    /// The width that the rule asks for, in the unit of the scope.
    pub width: Estimate,
    /// How many bins of at most that width cover the samples.
    pub count: u64,
}

/// Equal bins for a picture of the samples by a rule. The count is that of `numpy.histogram_bin_edges`.
///
/// For a picture only. Latency that is stored or merged belongs in a [histogram](crate::histogram), whose bins do not depend
/// on the data; for a skewed sample apply the rule to logarithms. Not robust: one outlier stretches the range and multiplies
/// the count; only the width of Freedman and Diaconis stays. NaN and infinities are left out and counted in a caveat.
///
/// ```
/// use sre_stats::describe::{BinRule, bins};
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let ms: Vec<f64> = (1..=1000).map(f64::from).collect();
/// let found = bins(&ms, BinRule::Sturges, &Scope::untimed(Unit::Millisecond))?;
/// assert_eq!(found.count, 11);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Sources: H. A. Sturges, J. Am. Stat. Assoc. 21 (1926); D. W. Scott, Biometrika 66 (1979); D. Freedman and P. Diaconis,
/// Z. Wahrscheinlichkeitstheorie verw. Gebiete 57 (1981).
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without finite samples, [`Argument`](crate::ErrorKind::Argument) where the rule gives no
/// width: all samples, or for Freedman and Diaconis the quartiles, are equal, or the spread is beyond the f64 range.
pub fn bins(values: &[f64], rule: BinRule, scope: &Scope) -> Result<Bins> {
    let (samples, dropped) = usable(values);
    if samples.is_empty() {
        return Err(Error::empty("there is no finite value to put into bins"));
    }
    let n = samples.len() as f64;
    let moments = Moments::of(&samples);
    let range = moments.max - moments.min;
    let width = match rule {
        BinRule::SquareRoot => range / n.sqrt(),
        BinRule::Sturges => range / (n.log2() + 1.0),
        BinRule::Scott => {
            (24.0 * std::f64::consts::PI.sqrt() / n).cbrt() * moments.population_sd().unwrap_or(f64::INFINITY)
        }
        BinRule::FreedmanDiaconis => {
            let ranked = Ranked::of(&samples, quartile_ranks(samples.len())?);
            let [q1, _, q3] = quartiles(&ranked, samples.len())?;
            2.0 * (q3 - q1) / n.cbrt()
        }
    };
    if !(width.is_finite() && width > 0.0) {
        return Err(Error::argument(format!("the {rule} rule gives no width for these samples"))
            .hint("the spread that it uses is 0 or beyond the range of numbers"));
    }
    let mut estimate = Estimate::new(width, Method::Named(rule.name()), samples.len() as u64, scope);
    if dropped > 0 {
        estimate.caveats.push(format!("{dropped} values that were NaN or infinite are left out"));
    }
    Ok(Bins { rule, width: estimate, count: (range / width).ceil().max(1.0) as u64 })
}
