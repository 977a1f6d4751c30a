//! A smooth density: the Gaussian kernel estimate.

use super::fences::{quartile_ranks, quartiles};
use super::moments::Moments;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::select::Ranked;
use crate::quantile::usable;

/// How wide the kernel is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bandwidth {
    /// n^(−1/5) · sd: the rule `"scott"` of scipy.
    Scott,
    /// (3n/4)^(−1/5) · sd: the rule `"silverman"` of scipy, best for normal samples.
    Silverman,
    /// 0.9 · min(sd, IQR/1.34) · n^(−1/5): Silverman's rule of thumb (`bw.nrd0` of R), which one outlier does not widen.
    Robust,
    /// The standard deviation of the kernel, in the unit of the samples.
    Fixed(f64),
}

/// A density at some places.
#[derive(Clone, Debug, PartialEq)]
pub struct Density {
    /// The standard deviation of the kernel, in the unit of the scope.
    pub bandwidth: Estimate,
    /// Places in the unit of the scope, and the density per unit at each.
    pub points: Vec<(f64, f64)>,
}

/// The Gaussian kernel density of the samples at the places asked, in their order.
///
/// Every sample is a normal density of the bandwidth; their mean is the estimate. Samples further than 9 bandwidths from a
/// place are left out, which costs less than 10⁻¹⁷ of a kernel's peak. O(n log n), and O(samples within 9 bandwidths) for each
/// place.
///
/// A picture, not a statistic: its peaks and gaps depend on the bandwidth, and at a hard edge (no latency is below 0) it
/// spills over by about a bandwidth. For skewed samples estimate the density of logarithms. Does not merge across windows. NaN
/// and infinities are left out and counted in a caveat of the bandwidth.
///
/// ```
/// use sre_stats::describe::{Bandwidth, density};
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let found = density(&[0.0], Bandwidth::Fixed(1.0), &[0.0], &Scope::untimed(Unit::Second))?;
/// assert!((found.points[0].1 - 0.398_942_280_401).abs() < 1e-12);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: B. W. Silverman, *Density Estimation for Statistics and Data Analysis* (1986).
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without finite samples, [`Argument`](crate::ErrorKind::Argument) where the bandwidth is
/// not above 0 (fewer than 2 samples, or all equal) or a place is not finite.
pub fn density(values: &[f64], bandwidth: Bandwidth, places: &[f64], scope: &Scope) -> Result<Density> {
    if let Some(place) = places.iter().find(|p| !p.is_finite()) {
        return Err(Error::argument(format!("a density at {place}")).hint("give finite places"));
    }
    let (samples, dropped) = usable(values);
    let (h, method) = width(&samples, bandwidth)?;
    let mut sorted = samples.into_owned();
    sorted.sort_unstable_by(f64::total_cmp);
    let scale = 1.0 / (sorted.len() as f64 * h * std::f64::consts::TAU.sqrt());
    let at = |place: f64| {
        let from = sorted.partition_point(|v| *v < place - 9.0 * h);
        let to = sorted.partition_point(|v| *v <= place + 9.0 * h);
        scale * sorted[from..to.max(from)].iter().map(|v| (-0.5 * ((place - v) / h).powi(2)).exp()).sum::<f64>()
    };
    let mut bandwidth = Estimate::new(h, Method::Named(method), sorted.len() as u64, scope);
    if dropped > 0 {
        bandwidth.caveats.push(format!("{dropped} values that were NaN or infinite are left out"));
    }
    Ok(Density { bandwidth, points: places.iter().map(|p| (*p, at(*p))).collect() })
}

/// The kernel density on `count` places in equal steps, from 3 bandwidths below the smallest sample to 3 above the largest.
///
/// ```
/// use sre_stats::describe::{Bandwidth, density_curve};
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let ms: Vec<f64> = (0..100).map(|i| f64::from(i % 10)).collect();
/// let curve = density_curve(&ms, Bandwidth::Silverman, 200, &Scope::untimed(Unit::Millisecond))?;
/// let step = curve.points[1].0 - curve.points[0].0;
/// let area: f64 = curve.points.iter().map(|(_, d)| d * step).sum();
/// assert!((area - 1.0).abs() < 0.01);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`density`]; [`Argument`](crate::ErrorKind::Argument) for fewer than 2 places.
pub fn density_curve(values: &[f64], bandwidth: Bandwidth, count: usize, scope: &Scope) -> Result<Density> {
    if count < 2 {
        return Err(Error::argument(format!("a curve of {count} places")).hint("give 100 or more"));
    }
    let (samples, _) = usable(values);
    let (h, _) = width(&samples, bandwidth)?;
    let moments = Moments::of(&samples);
    let (from, to) = (moments.min - 3.0 * h, moments.max + 3.0 * h);
    let part = |i: usize| i as f64 / (count - 1) as f64;
    let places: Vec<f64> = (0..count).map(|i| from * (1.0 - part(i)) + to * part(i)).collect();
    density(values, bandwidth, &places, scope)
}

/// The kernel's standard deviation and the name of its rule.
fn width(samples: &[f64], bandwidth: Bandwidth) -> Result<(f64, &'static str)> {
    if samples.is_empty() {
        return Err(Error::empty("a density needs at least one sample"));
    }
    let n = samples.len() as f64;
    let sd = Moments::of(samples).sd().unwrap_or(0.0);
    let (h, name) = match bandwidth {
        Bandwidth::Scott => (n.powf(-0.2) * sd, "Gaussian kernel, Scott"),
        Bandwidth::Silverman => ((0.75 * n).powf(-0.2) * sd, "Gaussian kernel, Silverman"),
        Bandwidth::Robust => {
            let ranked = Ranked::of(samples, quartile_ranks(samples.len())?);
            let [q1, _, q3] = quartiles(&ranked, samples.len())?;
            let robust = (q3 - q1) / 1.34;
            let spread = if robust > 0.0 { sd.min(robust) } else { sd };
            (0.9 * spread * n.powf(-0.2), "Gaussian kernel, Silverman's rule of thumb")
        }
        Bandwidth::Fixed(h) => (h, "Gaussian kernel, given bandwidth"),
    };
    if h.is_finite() && h > 0.0 {
        return Ok((h, name));
    }
    Err(Error::argument(format!("a kernel of width {h} has no density"))
        .hint("give a bandwidth above 0, or samples that differ"))
}
