//! Distributions fitted by maximum likelihood, and how well they fit.

mod goodness;
mod law;
mod likelihood;
mod qq;

pub use law::{Family, Law};
pub use qq::{Qq, qq, qq_against};

use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::usable;
use crate::unit::Unit;

/// A fitted distribution.
#[derive(Clone, Debug, PartialEq)]
pub struct Fit {
    /// The distribution, its parameters in the unit of the samples.
    pub law: Law,
    /// The logarithm of the likelihood at its maximum.
    pub log_likelihood: f64,
    /// Akaike's criterion 2k − 2 ln L: of several fits of the same samples the one with the least loses the least
    /// information. Differences below 2 mean nothing.
    pub aic: Estimate,
    /// The largest distance between the empirical and the fitted distribution (Kolmogorov–Smirnov's D).
    pub ks: Estimate,
    /// Anderson–Darling's A², which weighs the tails; `None` where the law leaves a sample no probability.
    pub anderson_darling: Option<Estimate>,
}

/// What became of one family.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The family.
    pub family: Family,
    /// Why it does not fit.
    pub why: String,
}

/// Fits by maximum likelihood, the best by Akaike's criterion first, and the families that cannot fit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fits {
    /// The fits.
    pub fits: Vec<Fit>,
    /// The families without one.
    pub refused: Vec<Refusal>,
}

/// Fits one family by maximum likelihood. Positive laws begin at 0; the Pareto law at the smallest sample.
///
/// Statistics of the fit are descriptive: since the parameters were fitted to the same samples, D and A² are smaller than
/// their tables assume, and a p-value from those would be too large. With 10⁵ latencies every law is wrong; look at the
/// [`qq`] plot for where. For independent samples of one regime: a fit across a deployment describes neither side. Not
/// robust, and does not merge across windows. NaN and infinities are left out and counted in a caveat.
///
/// ```
/// use sre_stats::describe::{Family, Law, fit};
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let found = fit(&[1.0, 2.0, 3.0, 6.0], Family::Exponential, &Scope::untimed(Unit::Second))?;
/// assert_eq!(found.law, Law::Exponential { rate: 1.0 / 3.0 });
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Sources: N. L. Johnson, S. Kotz and N. Balakrishnan, *Continuous Univariate Distributions* 1 (1994); H. Akaike, IEEE
/// Trans. Automat. Contr. 19 (1974); T. W. Anderson and D. A. Darling, J. Am. Stat. Assoc. 49 (1954).
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without finite samples, [`Argument`](crate::ErrorKind::Argument) where the family cannot
/// have made them: values of 0 or below for a positive law, or all equal.
pub fn fit(values: &[f64], family: Family, scope: &Scope) -> Result<Fit> {
    let (sorted, dropped) = sorted(values)?;
    told(&sorted, family, dropped, scope)
}

/// Fits all families: [`fit`] for each.
///
/// ```
/// use sre_stats::describe::{Family, fits};
/// use sre_stats::{estimate::Scope, unit::Unit};
/// // the quantiles of an exponential law
/// let ms: Vec<f64> = (0..500).map(|i| -10.0 * (1.0 - (f64::from(i) + 0.5) / 500.0).ln()).collect();
/// let all = fits(&ms, &Scope::untimed(Unit::Millisecond))?;
/// assert_eq!(all.fits[0].law.family(), Family::Exponential);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without finite samples. What a family refuses is told in its [`Refusal`].
pub fn fits(values: &[f64], scope: &Scope) -> Result<Fits> {
    let (sorted, dropped) = sorted(values)?;
    let mut all = Fits::default();
    for family in Family::ALL {
        match told(&sorted, family, dropped, scope) {
            Ok(fit) => all.fits.push(fit),
            Err(error) => all.refused.push(Refusal { family, why: error.to_string() }),
        }
    }
    all.fits.sort_by(|a, b| a.aic.value.total_cmp(&b.aic.value));
    Ok(all)
}

fn sorted(values: &[f64]) -> Result<(Vec<f64>, usize)> {
    let (samples, dropped) = usable(values);
    if samples.is_empty() {
        return Err(Error::empty("a fit needs samples"));
    }
    let mut sorted = samples.into_owned();
    sorted.sort_unstable_by(f64::total_cmp);
    Ok((sorted, dropped))
}

fn told(sorted: &[f64], family: Family, dropped: usize, scope: &Scope) -> Result<Fit> {
    let law = likelihood::maximum(sorted, family)?;
    let log_likelihood: f64 = sorted.iter().map(|x| law.ln_density(*x)).sum();
    if !log_likelihood.is_finite() {
        return Err(Error::argument(format!("the likelihood of a {family} law is not finite"))
            .hint("the samples are too wide or too alike for it"));
    }
    let scope = scope.with_unit(Unit::None);
    let estimate = |value: f64, name: &str| {
        let mut e = Estimate::new(value, Method::Described(format!("{name}, {law}")), sorted.len() as u64, &scope);
        if dropped > 0 {
            e.caveats.push(format!("{dropped} values that were NaN or infinite are left out"));
        }
        e
    };
    let fitted = |value: f64, name: &str| {
        estimate(value, name).with_caveat(
            "the parameters were fitted to these samples: a p-value from the usual tables would be too large",
        )
    };
    let mut aic = estimate(2.0 * law.parameters().len() as f64 - 2.0 * log_likelihood, "AIC")
        .with_bound(Bound::Unknown { why: "it compares fits of the same samples and means nothing by itself".into() });
    if family == Family::Pareto {
        aic.caveats.push("the smallest value is fitted too, where the theory of the criterion does not hold".into());
    }
    Ok(Fit {
        law,
        log_likelihood,
        aic,
        ks: fitted(goodness::kolmogorov_smirnov(sorted, &law), "Kolmogorov–Smirnov D"),
        anderson_darling: goodness::anderson_darling(sorted, &law).map(|a| fitted(a, "Anderson–Darling A²")),
    })
}
