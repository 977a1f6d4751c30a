//! How far does it scale? Amdahl's law and Gunther's Universal Scalability Law, fitted.

use super::solve::{Fit, gauss_newton};
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::tails::two_sided_critical;
use crate::unit::Unit;

/// A fitted law of throughput over size (servers, threads, clients).
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Scaling {
    /// γ: the throughput of size 1.
    pub single: Estimate,
    /// σ: the serial share, or contention.
    pub contention: Estimate,
    /// κ: the cost of keeping pairs coherent; `None` for Amdahl's law.
    pub coherency: Option<Estimate>,
    /// The size beyond which throughput falls: √((1 − σ)/κ). `None` where the fit has no peak.
    pub peak_size: Option<Estimate>,
    /// The highest throughput: at the peak, or the limit γ/σ. `None` where the fit has none.
    pub peak_throughput: Option<Estimate>,
    /// The residual standard deviation.
    pub residual_sd: Estimate,
}

impl Scaling {
    /// The fitted throughput at a size.
    pub fn throughput(&self, size: f64) -> f64 {
        let coherency = self.coherency.as_ref().map_or(0.0, |k| k.value);
        self.single.value * size / (1.0 + self.contention.value * (size - 1.0) + coherency * size * (size - 1.0))
    }
}

/// Amdahl's law: X(N) = γN / (1 + σ(N − 1)), fitted by least squares of the throughput.
///
/// `points` are (size, throughput in `unit`), sizes 1 or more, at least 3 different ones; intervals as for [`usl`]. Not where
/// throughput falls with size: fit [`usl`].
///
/// Source: G. M. Amdahl, AFIPS Conf. Proc. 30 (1967).
///
/// ```
/// use sre_stats::capacity::amdahl;
/// use sre_stats::unit::Unit;
/// let points: Vec<(f64, f64)> = [1.0, 2.0, 4.0, 8.0].iter().map(|n| (*n, 100.0 * n / (1.0 + 0.1 * (n - 1.0)))).collect();
/// let fit = amdahl(&points, 0.95, &Unit::None)?;
/// assert!((fit.contention.value - 0.1).abs() < 1e-9);
/// assert!((fit.peak_throughput.unwrap().value - 1000.0).abs() < 1e-5);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) for sizes below 1, throughputs not above 0, too few sizes, a level outside (0, 1), or
/// points that do not determine the law.
pub fn amdahl(points: &[(f64, f64)], level: f64, unit: &Unit) -> Result<Scaling> {
    let points = checked(points, 3, level)?;
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let model = |n: f64, p: &[f64]| {
        let below = 1.0 + p[1] * (n - 1.0);
        let value = p[0] * n / below;
        (value, vec![n / below, -value * (n - 1.0) / below])
    };
    let start = linear(&x, &y, false).ok_or_else(undetermined)?;
    let fit = gauss_newton(&x, &y, &start[..2], &model).ok_or_else(undetermined)?;
    let reader = Reader::new(&fit, &x, level, unit, "Amdahl's law, least squares, delta interval");
    let [gamma, sigma] = [fit.parameters[0], fit.parameters[1]];
    let mut contention = reader.parameter(1, Unit::None);
    if sigma < 0.0 {
        contention.caveats.push("below 0: it scales more than linearly, which the law does not describe".into());
    }
    let limit = (sigma > 0.0).then(|| {
        let slopes = [1.0 / gamma, -1.0 / sigma];
        reader.positive(gamma / sigma, &slopes, unit.clone())
    });
    Ok(Scaling {
        single: reader.parameter(0, unit.clone()),
        contention,
        coherency: None,
        peak_size: None,
        peak_throughput: limit,
        residual_sd: reader.residual(),
    })
}

/// Gunther's Universal Scalability Law: X(N) = γN / (1 + σ(N − 1) + κN(N − 1)), fitted by least squares of the throughput.
///
/// `points` are (size, throughput in `unit`), sizes 1 or more, at least 4 different ones; each measurement at its steady state.
/// Gauss–Newton from the fit of N/X, which is linear. Intervals at `level` are those of the delta method with Student's t of n − 3 degrees
/// (the peak's on its logarithm): good where the curve is well determined, too narrow far from a straight line, as with a peak far beyond
/// the largest size, which a caveat says. Where κ comes out at or below 0 there is no peak: [`amdahl`] is the law then.
///
/// The throughput peaks at N = √((1 − σ)/κ). Do not read a peak far outside the sizes measured as a promise.
///
/// Sources: N. J. Gunther, “Guerrilla Capacity Planning” (2007), chapters 4–6; G. A. F. Seber and C. J. Wild, “Nonlinear Regression”
/// (1989), 5.1.
///
/// ```
/// use sre_stats::capacity::usl;
/// use sre_stats::unit::Unit;
/// let law = |n: f64| 50.0 * n / (1.0 + 0.05 * (n - 1.0) + 0.001 * n * (n - 1.0));
/// let points: Vec<(f64, f64)> = [1.0, 4.0, 8.0, 16.0, 32.0, 64.0].iter().map(|n| (*n, law(*n))).collect();
/// let fit = usl(&points, 0.95, &Unit::None)?;
/// assert!((fit.peak_size.unwrap().value - (0.95_f64 / 0.001).sqrt()).abs() < 1e-5);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`amdahl`], with 4 sizes.
pub fn usl(points: &[(f64, f64)], level: f64, unit: &Unit) -> Result<Scaling> {
    let points = checked(points, 4, level)?;
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().copied().unzip();
    let model = |n: f64, p: &[f64]| {
        let below = 1.0 + p[1] * (n - 1.0) + p[2] * n * (n - 1.0);
        let value = p[0] * n / below;
        (value, vec![n / below, -value * (n - 1.0) / below, -value * n * (n - 1.0) / below])
    };
    let start = linear(&x, &y, true).ok_or_else(undetermined)?;
    let fit = gauss_newton(&x, &y, &start, &model).ok_or_else(undetermined)?;
    let reader = Reader::new(&fit, &x, level, unit, "Universal Scalability Law, least squares, delta interval");
    let [gamma, sigma, kappa] = [fit.parameters[0], fit.parameters[1], fit.parameters[2]];
    let (mut peak_size, mut peak_throughput) = (None, None);
    let mut coherency = reader.parameter(2, Unit::None);
    if kappa > 0.0 && sigma < 1.0 {
        let peak = ((1.0 - sigma) / kappa).sqrt();
        // ln peak = (ln(1 − σ) − ln κ)/2
        let mut size = reader.positive(peak, &[0.0, -0.5 / (1.0 - sigma), -0.5 / kappa], Unit::None);
        // at the peak the throughput does not move with the size: only the parameters' own slopes count
        let below = 1.0 + sigma * (peak - 1.0) + kappa * peak * (peak - 1.0);
        let slopes = [1.0 / gamma, -(peak - 1.0) / below, -peak * (peak - 1.0) / below];
        let mut most = reader.positive(gamma * peak / below, &slopes, unit.clone());
        let largest = x.iter().copied().fold(0.0, f64::max);
        if peak > largest {
            let text = format!("extrapolated: the largest size measured is {largest}");
            size.caveats.push(text.clone());
            most.caveats.push(text);
        }
        // a κ that may be 0 leaves the peak without an end
        if let (Some((lower, _)), Bound::Confidence { lower: from, level, .. }) =
            (coherency.interval(), size.bound.clone())
            && lower <= 0.0
        {
            size.bound = Bound::Confidence { lower: from, upper: f64::INFINITY, level };
            size.caveats.push("the coherency may be 0: there may be no peak".into());
        }
        (peak_size, peak_throughput) = (Some(size), Some(most));
    } else {
        coherency.caveats.push("not above 0: the fit has no peak; use Amdahl's law".into());
    }
    let mut contention = reader.parameter(1, Unit::None);
    if sigma < 0.0 {
        contention
            .caveats
            .push("below 0: it scales more than linearly at first, which the law does not describe".into());
    }
    Ok(Scaling {
        single: reader.parameter(0, unit.clone()),
        contention,
        coherency: Some(coherency),
        peak_size,
        peak_throughput,
        residual_sd: reader.residual(),
    })
}

fn undetermined() -> Error {
    Error::argument("the points do not determine the law").hint("measure more sizes, further apart")
}

/// The points in order of size, once they can be fitted.
fn checked(points: &[(f64, f64)], sizes: usize, level: f64) -> Result<Vec<(f64, f64)>> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::argument(format!("{level} is not a level of confidence")).hint("give one such as 0.95"));
    }
    for (n, x) in points {
        if !(*n >= 1.0 && n.is_finite() && *x > 0.0 && x.is_finite()) {
            return Err(Error::argument(format!("size {n} with throughput {x}"))
                .hint("sizes are 1 or more, throughputs above 0"));
        }
    }
    let mut points = points.to_vec();
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let different = points.chunk_by(|a, b| a.0 == b.0).count();
    if different < sizes {
        return Err(Error::argument(format!("{different} different sizes are too few: {sizes} are needed")));
    }
    Ok(points)
}

/// γ, σ and κ from N/X = (1 + σ(N − 1) + κN(N − 1))/γ, which is linear: weighted so that it is near least squares of X.
fn linear(x: &[f64], y: &[f64], coherency: bool) -> Option<Vec<f64>> {
    let k = if coherency { 3 } else { 2 };
    let mut matrix = vec![vec![0.0; k]; k];
    let mut right = vec![0.0; k];
    for (n, t) in x.iter().zip(y) {
        let columns = [1.0, n - 1.0, n * (n - 1.0)];
        // an error of X is one of N/X times X²/N
        let weight = (t * t / n).powi(2);
        for i in 0..k {
            right[i] += weight * columns[i] * n / t;
            for j in 0..k {
                matrix[i][j] += weight * columns[i] * columns[j];
            }
        }
    }
    let inverse = super::solve::inverse(&matrix)?;
    let b: Vec<f64> = inverse.iter().map(|row| row.iter().zip(&right).map(|(a, b)| a * b).sum()).collect();
    let gamma = 1.0 / b[0];
    let start: Vec<f64> = std::iter::once(gamma).chain(b[1..].iter().map(|v| v * gamma)).collect();
    if gamma > 0.0 && start.iter().all(|v| v.is_finite()) {
        return Some(start);
    }
    // a start that always exists: the best throughput a size
    let best = x.iter().zip(y).map(|(n, t)| t / n).fold(0.0, f64::max);
    Some([best, 0.05, 1e-4][..k].to_vec())
}

/// Reads estimates with delta intervals off a fit.
struct Reader<'a> {
    fit: &'a Fit,
    n: u64,
    /// t times the residual standard deviation; `None` without degrees of freedom.
    reach: Option<f64>,
    sd: Option<f64>,
    level: f64,
    unit: &'a Unit,
    method: &'static str,
}

impl<'a> Reader<'a> {
    fn new(fit: &'a Fit, x: &[f64], level: f64, unit: &'a Unit, method: &'static str) -> Self {
        let degrees = x.len() as f64 - fit.parameters.len() as f64;
        let sd = (degrees >= 1.0).then(|| (fit.squares / degrees).sqrt());
        let reach = sd.map(|sd| two_sided_critical(1.0 - level, degrees) * sd);
        Self { fit, n: x.len() as u64, reach, sd, level, unit, method }
    }

    fn estimate(&self, value: f64, unit: Unit) -> Estimate {
        Estimate::new(value, Method::Named(self.method), self.n, &Scope::untimed(unit))
    }

    /// The interval's half width of a function of the parameters with these slopes.
    fn half(&self, slopes: &[f64]) -> Option<f64> {
        let inverse = &self.fit.inverse;
        let square: f64 = slopes
            .iter()
            .enumerate()
            .flat_map(|(i, a)| slopes.iter().enumerate().map(move |(j, b)| a * b * inverse[i][j]))
            .sum();
        Some(self.reach? * square.max(0.0).sqrt())
    }

    fn bounded(&self, estimate: Estimate, ends: Option<(f64, f64)>) -> Estimate {
        match ends {
            Some((lower, upper)) => estimate.with_bound(Bound::Confidence { lower, upper, level: self.level }),
            None => estimate.with_bound(Bound::Unknown { why: "as many parameters as points".into() }),
        }
    }

    fn parameter(&self, i: usize, unit: Unit) -> Estimate {
        let value = self.fit.parameters[i];
        let slopes: Vec<f64> = (0..self.fit.parameters.len()).map(|j| f64::from(u8::from(i == j))).collect();
        let ends = self.half(&slopes).map(|h| (value - h, value + h));
        self.bounded(self.estimate(value, unit), ends)
    }

    /// A positive number whose logarithm has these slopes.
    fn positive(&self, value: f64, slopes_of_ln: &[f64], unit: Unit) -> Estimate {
        let ends = self.half(slopes_of_ln).map(|h| (value * (-h).exp(), value * h.exp()));
        self.bounded(self.estimate(value, unit), ends)
    }

    fn residual(&self) -> Estimate {
        let found = self.estimate(self.sd.unwrap_or_default(), self.unit.clone());
        if self.sd.is_some() { found } else { found.with_caveat("as many parameters as points: no residual is left") }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};

    #[test]
    fn intervals_cover_the_truth() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(5);
        let sizes = [1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 48.0];
        let (gamma, sigma, kappa) = (1000.0, 0.03, 0.0008);
        let mut covered = [0; 4];
        for _ in 0..400 {
            let points: Vec<(f64, f64)> = sizes
                .iter()
                .map(|n| {
                    let noise: f64 = StandardNormal.sample(&mut random);
                    (*n, gamma * n / (1.0 + sigma * (n - 1.0) + kappa * n * (n - 1.0)) + 150.0 * noise)
                })
                .collect();
            let fit = usl(&points, 0.95, &Unit::None).unwrap();
            let truth = ((1.0 - sigma) / kappa).sqrt();
            let all = [Some(&fit.single), Some(&fit.contention), fit.coherency.as_ref(), fit.peak_size.as_ref()];
            for ((count, estimate), want) in covered.iter_mut().zip(all).zip([gamma, sigma, kappa, truth]) {
                let (lower, upper) = estimate.unwrap().interval().unwrap();
                *count += usize::from(lower <= want && want <= upper);
            }
        }
        assert!(covered.iter().all(|c| *c >= 365), "{covered:?} of 400 at 95 %");
    }

    #[test]
    fn what_cannot_be_fitted_is_refused_or_said() {
        let line: Vec<(f64, f64)> = [1.0, 2.0, 3.0, 4.0, 5.0].iter().map(|n| (*n, 10.0 * n)).collect();
        let fit = usl(&line, 0.95, &Unit::None).unwrap();
        assert!(fit.coherency.as_ref().unwrap().value.abs() < 1e-6);
        assert!(usl(&line[..3], 0.95, &Unit::None).is_err());
        assert!(amdahl(&line[..2], 0.95, &Unit::None).is_err());
        assert!(amdahl(&[(0.5, 1.0), (2.0, 2.0), (3.0, 2.0)], 0.95, &Unit::None).is_err());
        assert!(amdahl(&[(1.0, 0.0), (2.0, 2.0), (3.0, 2.0)], 0.95, &Unit::None).is_err());
    }
}
