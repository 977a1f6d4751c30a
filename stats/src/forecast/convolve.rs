//! Sliding sums of products with fixed kernels, by blocks of a Fourier transform.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

/// Up to this many taps the sums are taken directly, which costs less there.
const DIRECT: usize = 48;

/// Kernels of one length, ready to slide over columns.
pub(super) struct Kernels {
    taps: Vec<Vec<f64>>,
    spectra: Vec<Vec<Complex<f64>>>,
    size: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

impl Kernels {
    /// Kernels of equal length, 1 or more.
    pub(super) fn new(taps: Vec<Vec<f64>>) -> Self {
        let length = taps.first().map_or(1, Vec::len);
        let size = (4 * length).next_power_of_two().max(1024);
        let mut planner = RealFftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
        let mut kernels = Self { taps, spectra: Vec::new(), size, forward, inverse };
        if length > DIRECT {
            kernels.spectra = kernels.taps.iter().map(|k| kernels.spectrum(k)).collect();
        }
        kernels
    }

    /// Σⱼ kernel[j] x[i + j] for every i at which the kernel lies inside, for each pair of column and kernel asked for.
    pub(super) fn slide(&self, columns: &[&[f64]], pairs: &[(usize, usize)]) -> Vec<Vec<f64>> {
        let length = self.taps[0].len();
        let n = columns[0].len();
        if n < length {
            return vec![Vec::new(); pairs.len()];
        }
        if self.spectra.is_empty() {
            let dot = |window: &[f64], kernel: &[f64]| window.iter().zip(kernel).map(|(a, b)| a * b).sum::<f64>();
            let slid = |&(c, k): &(usize, usize)| columns[c].windows(length).map(|w| dot(w, &self.taps[k])).collect();
            return pairs.iter().map(slid).collect();
        }
        let mut out = vec![Vec::with_capacity(n - length + 1); pairs.len()];
        let stride = self.size - length + 1;
        for start in (0..=n - length).step_by(stride) {
            let end = (start + self.size).min(n);
            let spectra: Vec<_> = columns.iter().map(|x| self.spectrum(&x[start..end])).collect();
            let valid = stride.min(n - length + 1 - start);
            for (&(c, k), sums) in pairs.iter().zip(&mut out) {
                // with the conjugate the product is a correlation, not a convolution
                let product = spectra[c].iter().zip(&self.spectra[k]).map(|(x, k)| x * k.conj()).collect();
                sums.extend_from_slice(&self.back(product)[..valid]);
            }
        }
        out
    }

    fn spectrum(&self, x: &[f64]) -> Vec<Complex<f64>> {
        spectrum(self.forward.as_ref(), x, self.size)
    }

    fn back(&self, mut spectrum: Vec<Complex<f64>>) -> Vec<f64> {
        let mut out = vec![0.0; self.size];
        // products of spectra of real columns are real at both ends but for rounding
        for end in [0, spectrum.len() - 1] {
            spectrum[end].im = 0.0;
        }
        if self.inverse.process(&mut spectrum, &mut out).is_err() {
            unreachable!("both buffers have the length of the plan");
        }
        let scale = 1.0 / self.size as f64;
        for v in &mut out {
            *v *= scale;
        }
        out
    }
}

fn spectrum(plan: &dyn RealToComplex<f64>, x: &[f64], size: usize) -> Vec<Complex<f64>> {
    let mut padded = vec![0.0; size];
    padded[..x.len()].copy_from_slice(x);
    let mut out = plan.make_output_vec();
    if plan.process(&mut padded, &mut out).is_err() {
        unreachable!("both buffers have the length of the plan");
    }
    out
}

/// |Σ xₜ e^(−2πi kt/n)|² for k = 0 … ⌊n/2⌋.
pub(super) fn power(x: &[f64]) -> Vec<f64> {
    if x.is_empty() {
        return Vec::new();
    }
    let plan = RealFftPlanner::new().plan_fft_forward(x.len());
    spectrum(plan.as_ref(), x, x.len()).iter().map(Complex::norm_sqr).collect()
}

/// Σₜ xₜ xₜ₊ₖ for k = 0 … `lags`.
pub(super) fn lagged_products(x: &[f64], lags: usize) -> Vec<f64> {
    let size = (x.len() + lags + 1).next_power_of_two();
    let mut planner = RealFftPlanner::new();
    let (forward, inverse) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
    let mut power: Vec<Complex<f64>> =
        spectrum(forward.as_ref(), x, size).iter().map(|c| Complex::new(c.norm_sqr(), 0.0)).collect();
    let mut out = vec![0.0; size];
    if inverse.process(&mut power, &mut out).is_err() {
        unreachable!("both buffers have the length of the plan");
    }
    out.truncate(lags + 1);
    for v in &mut out {
        *v /= size as f64;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(n: usize) -> Vec<f64> {
        (0..n as u32).map(|i| f64::from(i.wrapping_mul(2_654_435_761) >> 16) / 65_536.0 - 0.5).collect()
    }

    #[test]
    fn blocks_give_the_direct_sums() {
        for (n, length) in [(5000, 301), (1024, 301), (301, 301), (2000, 7), (300, 301)] {
            let (x, y) = (noise(n), noise(n + 1).split_off(1));
            let taps: Vec<Vec<f64>> = vec![noise(length), (0..length).map(|j| j as f64).collect()];
            let slid = Kernels::new(taps.clone()).slide(&[&x, &y], &[(0, 0), (0, 1), (1, 0)]);
            for (sums, (x, k)) in slid.iter().zip([(&x, 0), (&x, 1), (&y, 0)]) {
                assert_eq!(sums.len(), (n + 1).saturating_sub(length));
                for (got, window) in sums.iter().zip(x.windows(length)) {
                    let want: f64 = window.iter().zip(&taps[k]).map(|(a, b)| a * b).sum();
                    assert!((got - want).abs() < 1e-10 * length as f64, "{got} {want}");
                }
            }
        }
    }

    #[test]
    fn spectra_and_lags_are_the_sums_of_their_definition() {
        let x = noise(61);
        for (k, got) in power(&x).iter().enumerate() {
            let (re, im) = x.iter().enumerate().fold((0.0, 0.0), |(re, im), (t, v)| {
                let turn = 2.0 * std::f64::consts::PI * (k * t) as f64 / 61.0;
                (re + v * turn.cos(), im + v * turn.sin())
            });
            assert!((got - (re * re + im * im)).abs() < 1e-10, "{k}");
        }
        for (k, got) in lagged_products(&x, 60).iter().enumerate() {
            let want: f64 = x.iter().zip(&x[k..]).map(|(a, b)| a * b).sum();
            assert!((got - want).abs() < 1e-12, "{k}");
        }
    }
}
