//! The corrections for bias and acceleration.

use statrs::distribution::{ContinuousCDF, Normal};

use super::statistic::Resampled;

/// The shares of the resampled statistics (sorted) that the corrected interval ends at, for a tail on each side; or why there
/// is no correction.
pub(super) fn tails(
    samples: &[f64],
    statistic: Resampled,
    value: f64,
    sorted: &[f64],
    tail: f64,
) -> Result<(f64, f64), &'static str> {
    let normal = Normal::standard();
    // ties with the statistic count half
    let below = sorted.partition_point(|v| *v < value);
    let at_most = sorted.partition_point(|v| *v <= value);
    let share = (below + at_most) as f64 / (2 * sorted.len()) as f64;
    if !(share > 0.0 && share < 1.0) || sorted.first() == sorted.last() {
        return Err("all resamples are on one side of the statistic or equal, where BCa is not defined");
    }
    let bias = normal.inverse_cdf(share);
    let acceleration = acceleration(&statistic.without_each(samples)).ok_or(
        "the statistic does not change where one sample is left out, or is not finite then, where BCa is not defined",
    )?;
    let corrected = |z: f64| {
        let moved = bias + z;
        normal.cdf(bias + moved / (1.0 - acceleration * moved))
    };
    let z = normal.inverse_cdf(tail);
    let (lower, upper) = (corrected(z), corrected(-z));
    if lower.is_nan() || upper.is_nan() || lower > upper {
        return Err("the acceleration is too large for BCa");
    }
    Ok((lower, upper))
}

/// A sixth of the skewness of the jackknife's values, turned over.
fn acceleration(without: &[f64]) -> Option<f64> {
    let mean = without.iter().sum::<f64>() / without.len() as f64;
    let (mut square, mut cube) = (0.0, 0.0);
    for v in without {
        let d = mean - v;
        square += d * d;
        cube += d * d * d;
    }
    let a = cube / (6.0 * square.powf(1.5));
    a.is_finite().then_some(a)
}
