//! A straight line into the future, with the interval that autocorrelated residuals ask for.

use super::normal::Variates;

/// A line of least squares over steps, with what is known of its residuals.
#[derive(Clone, Debug)]
pub(super) struct Line {
    slope: f64,
    /// The line's value at the last step, which forecasts count from.
    end: f64,
    mean_x: f64,
    sxx: f64,
    last_x: f64,
    n: f64,
    variance: f64,
    /// The lag-1 autocorrelation of the residuals; 0 where they are taken for independent.
    pub(super) phi: f64,
}

impl Line {
    /// Of the values that are there, two or more and not all at one place. With `independent` residuals the interval is that of
    /// the textbook, which autocorrelation makes too narrow.
    pub(super) fn fit(values: &[f64], independent: bool) -> Option<Self> {
        let there = || values.iter().enumerate().filter(|(_, v)| !v.is_nan()).map(|(i, v)| (i as f64, *v));
        let n = there().count() as f64;
        if n < 3.0 {
            return None;
        }
        let (mean_x, mean_y) = there().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
        let (sxy, sxx) =
            there().fold((0.0, 0.0), |(a, b), (x, y)| (a + (x - mean_x) * (y - mean_y), b + (x - mean_x).powi(2)));
        let slope = sxy / sxx;
        let rest: Vec<f64> = values.iter().enumerate().map(|(i, v)| v - mean_y - slope * (i as f64 - mean_x)).collect();
        let square = rest.iter().filter(|r| !r.is_nan()).map(|r| r * r).sum::<f64>();
        let pairs = rest.windows(2).filter(|w| !w[0].is_nan() && !w[1].is_nan());
        let (product, count) = pairs.fold((0.0, 0.0), |(p, c), w| (p + w[0] * w[1], c + 1.0));
        let r1 = if square > 0.0 && count > 0.0 { product / count * n / square } else { 0.0 };
        // residuals of a line have a negative bias of about (1 + 4φ)/n (Marriott and Pope, 1954, with two parameters)
        let phi = if independent { 0.0 } else { (r1 + (2.0 + 4.0 * r1) / n).clamp(0.0, 0.999) };
        let last_x = values.len() as f64 - 1.0;
        let end = mean_y + slope * (last_x - mean_x);
        let lost = 2.0 * ((1.0 + phi) / (1.0 - phi)).min(n / 3.0);
        let variance = square / (n - lost).max(1.0);
        Some(Self { slope, end, mean_x, sxx, last_x, n, variance, phi })
    }

    /// The same with another slope per step and value at the last step.
    pub(super) fn through(self, slope: f64, end: f64) -> Self {
        Self { slope, end, ..self }
    }

    pub(super) fn forecast(&self, steps: usize) -> Vec<f64> {
        (1..=steps).map(|h| self.end + self.slope * h as f64).collect()
    }

    /// The variance of residuals around the true line is multiplied by (1 + φ)/(1 − φ) in what is uncertain of the line.
    fn inflation(&self) -> f64 {
        ((1.0 + self.phi) / (1.0 - self.phi)).min(self.n)
    }

    pub(super) fn deviations(&self, steps: usize) -> Vec<f64> {
        let f = self.inflation();
        let at = |h: usize| {
            let x = self.last_x + h as f64 - self.mean_x;
            (self.variance * (1.0 + f * (1.0 / self.n + x * x / self.sxx))).sqrt()
        };
        (1..=steps).map(at).collect()
    }

    pub(super) fn path(&self, random: &mut Variates, out: &mut [f64]) {
        let sd = self.variance.sqrt();
        let f = self.inflation().sqrt();
        let level = sd * f / self.n.sqrt() * random.next();
        let tilt = sd * f / self.sxx.sqrt() * random.next();
        let fresh = (1.0 - self.phi * self.phi).sqrt();
        let mut noise = random.next();
        for (h, value) in out.iter_mut().enumerate() {
            let h = h as f64 + 1.0;
            noise = self.phi * noise + fresh * random.next();
            *value = self.end + self.slope * h + level + tilt * (self.last_x + h - self.mean_x) + sd * noise;
        }
    }
}
