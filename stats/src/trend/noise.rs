//! The noise of a series that may hold steps: its variance and persistence from differences.

use super::pelt::edges_of;
use super::theil_sen::median;

/// Noise as a first-order autoregression: its persistence and its variances.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Noise {
    /// The lag-1 autocorrelation φ.
    pub phi: f64,
    /// The variance of a sample around its level.
    pub variance: f64,
    /// n times the variance of the mean of n samples, for large n: variance · (1 + φ)/(1 − φ).
    pub long_run_variance: f64,
}

impl Noise {
    /// The same with the variance of the values around steps, and around a line where `lines` is 1: what the means of stretches vary by,
    /// outliers and all. `correction` undoes what taking out a season hides. It persists as far as φ says, and never averages out faster than
    /// white noise.
    pub(crate) fn around(self, values: &[f64], steps: &[usize], lines: usize, correction: f64) -> Self {
        let mut square = 0.0;
        for edge in edges_of(steps, values.len()).windows(2) {
            let part = values.get(edge[0]..edge[1]).unwrap_or_default();
            let base = part.first().copied().unwrap_or_default();
            let mean = part.iter().map(|v| v - base).sum::<f64>() / part.len().max(1) as f64;
            square += part.iter().map(|v| (v - base - mean).powi(2)).sum::<f64>();
        }
        let degrees = values.len().saturating_sub(steps.len() + 1 + lines).max(1) as f64;
        let variance = square / degrees * correction;
        let long_run_variance = variance * ((1.0 + self.phi) / (1.0 - self.phi)).max(1.0);
        if variance > 0.0 { Self { variance, long_run_variance, ..self } } else { self }
    }
}

/// The lags of the variogram; further ones say more of slow changes than of the noise.
const LAGS: [usize; 6] = [1, 2, 3, 4, 6, 8];
/// φ is looked for in this range.
const RANGE: (f64, f64) = (-0.6, 0.9995);

/// The noise of a series with few steps in its level; `None` below 12 samples, where the differences do not vary, or where a value is not
/// finite.
///
/// Differences at lag h of an AR(1) have the variance 2γ(1 − φʰ), and a step touches h of them only. The mean square of the
/// differences within 3 robust standard deviations, at lags 1, 2, 3, 4, 6 and 8, is fitted by least squares of logarithms,
/// weighted by 1/h. In the spirit of Chakar, Lebarbier, Lévy-Leduc and Robin (2017), who use medians at lags 1 and 2; this
/// halves the error of φ. Where most neighbours are equal, the noise is taken for white. A slope or a season inflates φ.
pub fn robust_noise(values: &[f64]) -> Option<Noise> {
    if values.len() < 12 || values.iter().any(|v| !v.is_finite()) {
        return None;
    }
    // a level that mostly stands still has steps or spikes and no drift: white noise of their size, which steps exceed
    let changes: Vec<f64> = values.windows(2).map(|w| w[1] - w[0]).collect();
    if changes.iter().filter(|d| **d == 0.0).count() * 2 > changes.len() {
        let variance = changes.iter().map(|d| d * d).sum::<f64>() / (2.0 * changes.len() as f64);
        return (variance > 0.0).then_some(Noise { phi: 0.0, variance, long_run_variance: variance });
    }
    let mut points = [(0.0, 0.0, 0.0); LAGS.len()];
    let mut weights = 0.0;
    for (point, &h) in points.iter_mut().zip(&LAGS) {
        let square = trimmed_square(values, h)?;
        let weight = 1.0 / h as f64;
        *point = (h as f64, square.ln(), weight);
        weights += weight;
    }
    let fit = |phi: f64| {
        let residual = |(h, ln_square, _): (f64, f64, f64)| {
            let power = if phi < 0.0 && h % 2.0 == 1.0 { -phi.abs().powf(h) } else { phi.abs().powf(h) };
            ln_square - (2.0 * (1.0 - power)).ln()
        };
        let mean = points.iter().map(|&p| p.2 * residual(p)).sum::<f64>() / weights;
        (points.iter().map(|&p| p.2 * (residual(p) - mean).powi(2)).sum::<f64>(), mean)
    };
    let grid = |from: f64, to: f64, steps: u32| {
        let at = move |i| from + (to - from) * f64::from(i) / f64::from(steps);
        (0..=steps).map(at).min_by(|&a, &b| fit(a).0.total_cmp(&fit(b).0)).unwrap_or(from)
    };
    let coarse = grid(RANGE.0, RANGE.1, 160);
    let phi = grid((coarse - 0.01).max(RANGE.0), (coarse + 0.01).min(RANGE.1), 40);
    let variance = fit(phi).1.exp();
    Some(Noise { phi, variance, long_run_variance: variance * (1.0 + phi) / (1.0 - phi) })
}

/// The mean square of differences at a lag, without those beyond 3 robust standard deviations, corrected for that.
fn trimmed_square(values: &[f64], lag: usize) -> Option<f64> {
    // E z² within ±3 over P(|z| ≤ 3), z standard normal
    const KEPT: f64 = 0.973_327;
    let differences: Vec<f64> = values.iter().zip(&values[lag..]).map(|(a, b)| b - a).collect();
    let mut sizes: Vec<f64> = differences.iter().map(|d| d.abs()).collect();
    let bound = 3.0 * 1.482_602_218_505_602 * median(&mut sizes);
    let (mut sum, mut count) = (0.0, 0u32);
    // where most differences are 0, all of them count
    for d in differences.iter().filter(|d| bound == 0.0 || d.abs() <= bound) {
        sum += d * d;
        count += 1;
    }
    let square = sum / f64::from(count.max(1)) / if bound == 0.0 { 1.0 } else { KEPT };
    (square > 0.0 && square.is_finite()).then_some(square)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_distr::{Distribution, StandardNormal};

    #[test]
    fn the_truth_is_found_beneath_steps() {
        for phi in [0.0, 0.5, 0.8] {
            let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
            let mut x = 0.0;
            let values: Vec<f64> = (0..20_000)
                .map(|i| {
                    let e: f64 = StandardNormal.sample(&mut random);
                    x = phi * x + e;
                    x + if i / 2_000 % 2 == 0 { 0.0 } else { 30.0 }
                })
                .collect();
            let noise = robust_noise(&values).unwrap();
            assert!((noise.phi - phi).abs() < 0.03, "{noise:?}");
            assert!((noise.variance * (1.0 - phi * phi) - 1.0).abs() < 0.08, "{noise:?}");
        }
    }

    #[test]
    fn no_variation_is_no_noise() {
        assert_eq!(robust_noise(&[1.0; 50]), None);
        assert_eq!(robust_noise(&[1.0, 2.0]), None);
        for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            for at in [0, 20, 59] {
                let mut values: Vec<f64> = (0..60u32).map(|i| f64::from(i * 37 % 23)).collect();
                assert!(robust_noise(&values).is_some());
                values[at] = odd;
                assert_eq!(robust_noise(&values), None, "{odd} at {at}");
            }
        }
    }
}
