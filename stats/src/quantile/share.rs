//! The inverse question: which share lies at or below a threshold?

use crate::error::{Error, Result};
use crate::estimate::{Confidence, Estimate, Scope};
use crate::method::Method;
use crate::quantile::proportion::wilson;
use crate::unit::Unit;

/// The share of samples at or below `threshold` (in the unit of `scope`), with Wilson's 95 % interval. NaN is left out and
/// counted in a caveat.
///
/// ```
/// use sre_stats::{estimate::Scope, quantile::share_at_most, unit::Unit};
/// let share = share_at_most(&[0.1, 0.2, 0.3, 0.9], 0.3, &Scope::untimed(Unit::Second))?;
/// assert_eq!(share.value, 0.75);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without samples, [`Argument`](crate::ErrorKind::Argument) where the threshold is NaN.
pub fn share_at_most(values: &[f64], threshold: f64, scope: &Scope) -> Result<Estimate> {
    if threshold.is_nan() {
        return Err(Error::argument("the threshold is not a number"));
    }
    let n = values.iter().filter(|v| !v.is_nan()).count() as u64;
    let at_most = values.iter().filter(|v| **v <= threshold).count() as u64;
    let (lower, upper) = wilson(at_most, n, 0.95)?;
    let e = Estimate::new(at_most as f64 / n as f64, Method::Count, n, &scope.with_unit(Unit::Ratio))
        .with_confidence(Confidence { lower, upper, level: 0.95 });
    let dropped = values.len() as u64 - n;
    Ok(if dropped > 0 { e.with_caveat(format!("{dropped} values that were NaN are left out")) } else { e })
}
