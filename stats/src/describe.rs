//! A first description of a sample: centre, spread and shape, each with its provenance.

use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::{Definition, Method};
use crate::quantile::{Quantile, quantiles};
use crate::unit::Unit;

/// One named statistic.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistic {
    /// Its name, as the command line prints it.
    pub name: &'static str,
    /// What it says, in a few words: whether it is robust, whether it merges across windows.
    pub about: &'static str,
    /// The number.
    pub estimate: Estimate,
}

/// Mean, standard deviation, median, median absolute deviation and their kin, in the unit of `scope`.
///
/// Centre and spread come twice, plain and robust: latency is rarely normal, and one outlier moves the mean and the
/// standard deviation as far as it likes. Only minimum, maximum and mean merge across windows (the mean with its count);
/// the median and the deviations do not. Moments are summed about a provisional mean with compensated addition, so that
/// a large offset costs no digits. Statistics that the sample is too small for are left out: sd needs 2 samples, skewness
/// 3 and kurtosis 4, each with some spread and with powers within the range of an f64. NaN and infinities are left out and counted in a caveat.
///
/// ```
/// use sre_stats::{describe::describe, estimate::Scope, unit::Unit};
/// let all = describe(&[1.0, 2.0, 3.0, 4.0, 100.0], &Scope::untimed(Unit::Millisecond))?;
/// let value = |name| all.iter().find(|s| s.name == name).map(|s| s.estimate.value);
/// assert_eq!((value("mean"), value("median"), value("mad")), (Some(22.0), Some(3.0), Some(1.0)));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Skewness and excess kurtosis are G₁ and G₂ of D. N. Joanes and C. A. Gill, The Statistician 47 (1998).
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no finite sample is there.
pub fn describe(values: &[f64], scope: &Scope) -> Result<Vec<Statistic>> {
    let finite: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if finite.is_empty() {
        return Err(Error::empty("there is no finite value to describe"));
    }
    let n = finite.len() as u64;
    let dropped = values.len() - finite.len();
    let caveat = (dropped > 0).then(|| format!("{dropped} values that were NaN or infinite are left out"));
    let mut out = Vec::new();
    let mut add = |name, about, value: f64, method, unit: Option<Unit>| {
        let scope = unit.map_or_else(|| scope.clone(), |unit| scope.with_unit(unit));
        let mut estimate = Estimate::new(value, method, n, &scope);
        estimate.caveats.extend(caveat.clone());
        out.push(Statistic { name, about, estimate });
    };
    let moments = Moments::of(&finite);
    let quartiles = quantiles(
        &finite,
        &[Quantile::new(0.25)?, Quantile::MEDIAN, Quantile::new(0.75)?],
        Definition::Type7,
        &Scope::untimed(Unit::None),
    )?;
    let [q1, median, q3] = [quartiles[0].value, quartiles[1].value, quartiles[2].value];
    add("mean", "merges with its count; one outlier moves it", moments.mean, Method::Mean, None);
    if let Some(sd) = moments.sd() {
        add("sd", "n − 1 in the divisor; not robust", sd, Method::Named("standard deviation, n − 1"), None);
    }
    add("median", "robust; does not merge", median, Method::Quantile(Definition::Type7), None);
    let deviations: Vec<f64> = finite.iter().map(|v| (v - median).abs()).collect();
    let mad = quantiles(&deviations, &[Quantile::MEDIAN], Definition::Type7, &Scope::untimed(Unit::None))?[0].value;
    add("mad", "median absolute deviation, not scaled; robust", mad, Method::Named("median absolute deviation"), None);
    add("iqr", "third minus first quartile; robust", q3 - q1, Method::Quantile(Definition::Type7), None);
    let (min, max) = finite.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    add("min", "merges", min, Method::Named("minimum"), None);
    add("max", "merges", max, Method::Named("maximum"), None);
    if let Some(skewness) = moments.skewness() {
        add("skewness", "0 where symmetric; not robust", skewness, Method::Named("G1"), Some(Unit::None));
    }
    if let Some(kurtosis) = moments.kurtosis() {
        add("kurtosis", "excess over the normal; not robust", kurtosis, Method::Named("G2"), Some(Unit::None));
    }
    Ok(out)
}

/// Central moments of a sample.
struct Moments {
    n: f64,
    mean: f64,
    m2: f64,
    m3: f64,
    m4: f64,
}

impl Moments {
    fn of(values: &[f64]) -> Self {
        let n = values.len() as f64;
        // a sample near the centre as the origin keeps the sums small and 10⁹ offsets exact
        let origin = values[values.len() / 2];
        let near = origin + compensated(values.iter().map(|v| v - origin)) / n;
        // differences beyond the f64 range: the mean of scaled values, which is less exact and finite
        let mean = if near.is_finite() { near } else { compensated(values.iter().map(|v| v / n)) };
        let power = |k: i32| compensated(values.iter().map(|v| (v - mean).powi(k)));
        let drift = power(1);
        Self { n, mean, m2: power(2) - drift * drift / n, m3: power(3), m4: power(4) }
    }

    fn sd(&self) -> Option<f64> {
        (self.n >= 2.0 && self.m2.is_finite()).then(|| (self.m2.max(0.0) / (self.n - 1.0)).sqrt())
    }

    fn skewness(&self) -> Option<f64> {
        let n = self.n;
        (n >= 3.0 && self.m2 > 0.0 && self.m3.is_finite()).then(|| {
            let g1 = (self.m3 / n) / (self.m2 / n).powf(1.5);
            g1 * (n * (n - 1.0)).sqrt() / (n - 2.0)
        })
    }

    fn kurtosis(&self) -> Option<f64> {
        let n = self.n;
        (n >= 4.0 && self.m2 > 0.0 && self.m4.is_finite()).then(|| {
            let g2 = (self.m4 / n) / (self.m2 / n).powi(2) - 3.0;
            (n - 1.0) / ((n - 2.0) * (n - 3.0)) * ((n + 1.0) * g2 + 6.0)
        })
    }
}

/// Neumaier's compensated sum.
fn compensated(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for v in values {
        let next = sum + v;
        lost += if sum.abs() >= v.abs() { (sum - next) + v } else { (v - next) + sum };
        sum = next;
    }
    sum + lost
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn value(values: &[f64], name: &str) -> f64 {
        let all = describe(values, &Scope::untimed(Unit::None)).unwrap();
        all.iter().find(|s| s.name == name).unwrap().estimate.value
    }

    /// Certified values of the NIST Statistical Reference Datasets `NumAcc1`–`NumAcc4` (their data are given by formula).
    #[test]
    fn nist_certified_means_and_deviations() {
        let alternating = |center: f64, step: f64, n: usize| -> Vec<f64> {
            std::iter::once(center)
                .chain((1..n).map(|i| if i % 2 == 1 { center - step } else { center + step }))
                .collect()
        };
        for (data, mean, sd) in [
            (vec![10_000_001.0, 10_000_003.0, 10_000_002.0], 10_000_002.0, 1.0),
            (alternating(1.2, 0.1, 1001), 1.2, 0.1),
            (alternating(1_000_000.2, 0.1, 1001), 1_000_000.2, 0.1),
            (alternating(10_000_000.2, 0.1, 1001), 10_000_000.2, 0.1),
        ] {
            assert!((value(&data, "mean") / mean - 1.0).abs() < 1e-14);
            // the data themselves are rounded: at an offset of 10⁷ their spread is known to 1e-8
            assert!((value(&data, "sd") / sd - 1.0).abs() < 2e-8, "{}", value(&data, "sd"));
        }
    }

    /// scipy: skew(bias=False) and kurtosis(bias=False) of the same numbers.
    #[test]
    fn shape_agrees_with_scipy() {
        let data = [2.0, 8.0, 0.0, 4.0, 1.0, 9.0, 9.0, 0.0];
        assert!((value(&data, "skewness") - 0.330_582_180_408).abs() < 1e-12, "{}", value(&data, "skewness"));
        assert!((value(&data, "kurtosis") + 2.098_602_258_096).abs() < 1e-12, "{}", value(&data, "kurtosis"));
    }

    #[test]
    fn small_and_constant_samples_have_no_shape() {
        let names = |values: &[f64]| -> Vec<&str> {
            describe(values, &Scope::untimed(Unit::None)).unwrap().iter().map(|s| s.name).collect()
        };
        assert_eq!(names(&[1.0]), ["mean", "median", "mad", "iqr", "min", "max"]);
        assert!(!names(&[3.0; 9]).contains(&"skewness"));
        assert!(!names(&[0.0, 1e200]).contains(&"sd"), "its square is beyond the range");
        assert_eq!(value(&[1e308, -1e308], "mean"), 0.0);
        assert!(describe(&[f64::NAN], &Scope::untimed(Unit::None)).is_err());
    }
}
