//! Cross-correlation at all lags by Fourier transform.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::error::{Error, Result};

/// Transforms of one length, for many sequences.
pub(crate) struct Transform {
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
    size: usize,
    lags: usize,
}

/// The least product of powers of 2, 3 and 5 that is even and at least `n`: transforms of such lengths are fast.
fn smooth(n: usize) -> usize {
    let mut best = n.max(2).next_power_of_two();
    let mut five = 1;
    while five <= best {
        let mut three = five;
        while three <= best {
            let mut size = 2 * three;
            while size < n {
                size *= 2;
            }
            best = best.min(size);
            three *= 3;
        }
        five *= 5;
    }
    best
}

impl Transform {
    /// For sequences of n values and lags up to ± `lags`.
    pub(crate) fn new(n: usize, lags: usize) -> Self {
        let size = smooth(n + lags + 1);
        let mut planner = RealFftPlanner::new();
        Self { forward: planner.plan_fft_forward(size), inverse: planner.plan_fft_inverse(size), size, lags }
    }

    /// The spectrum of a sequence, padded with zeros.
    pub(crate) fn spectrum(&self, values: &[f64]) -> Vec<Complex<f64>> {
        let mut padded = values.to_vec();
        padded.resize(self.size, 0.0);
        let mut spectrum = self.forward.make_output_vec();
        // the lengths are those that the plan asks for
        let _ = self.forward.process(&mut padded, &mut spectrum);
        spectrum
    }

    /// Σₜ aₜ bₜ₊ₖ for k = −lags … lags, from the spectra.
    pub(crate) fn products(&self, a: &[Complex<f64>], b: &[Complex<f64>], room: &mut Room) -> Vec<f64> {
        room.spectrum.clear();
        room.spectrum.extend(a.iter().zip(b).map(|(x, y)| x.conj() * y));
        // the ends of a real sequence's spectrum are real
        if let Some(first) = room.spectrum.first_mut() {
            first.im = 0.0;
        }
        if let Some(last) = room.spectrum.last_mut() {
            last.im = 0.0;
        }
        room.values.resize(self.size, 0.0);
        let _ = self.inverse.process_with_scratch(&mut room.spectrum, &mut room.values, &mut room.scratch);
        let scale = 1.0 / self.size as f64;
        let negative = room.values[self.size - self.lags..].iter();
        negative.chain(&room.values[..=self.lags]).map(|v| v * scale).collect()
    }

    pub(crate) fn room(&self) -> Room {
        Room {
            spectrum: self.inverse.make_input_vec(),
            values: self.inverse.make_output_vec(),
            scratch: self.inverse.make_scratch_vec(),
        }
    }
}

/// What a transform writes to.
pub(crate) struct Room {
    spectrum: Vec<Complex<f64>>,
    values: Vec<f64>,
    scratch: Vec<Complex<f64>>,
}

/// The cross-correlation of two sequences at the lags −`lags` … `lags`: Σ (aₜ − ā)(bₜ₊ₖ − b̄) / √(Σ(a − ā)² Σ(b − b̄)²).
///
/// At lag k > 0, b follows a by k samples. The divisor is the same at every lag (Box and Jenkins), so distant lags shrink. n log n.
/// A plain cross-correlation of autocorrelated sequences is large by chance: see [`correlate`](super::correlate) for a verdict.
///
/// Source: G. E. P. Box and G. M. Jenkins, “Time Series Analysis” (1970), 11.1.
///
/// ```
/// use sre_stats::correlate::cross_correlation;
/// let a = [0.0, 1.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0];
/// let b = [0.0, 0.0, 1.0, 0.0, 0.0, -1.0, 0.0, 0.0];
/// let r = cross_correlation(&a, &b, 2)?;
/// // lags −2 … 2: b follows a by one
/// assert!((r[3] - 1.0).abs() < 1e-12 && r[2].abs() < 1e-12);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where the lengths differ, there are fewer than 2 values, one is not finite, or a sequence is constant.
pub fn cross_correlation(a: &[f64], b: &[f64], lags: usize) -> Result<Vec<f64>> {
    let n = a.len();
    if n != b.len() {
        return Err(Error::mismatch(format!("{n} and {} values", b.len())));
    }
    if n < 2 || a.iter().chain(b).any(|v| !v.is_finite()) {
        return Err(Error::argument("a correlation needs 2 finite values or more"));
    }
    let centred = |v: &[f64]| {
        let mean = v.iter().map(|x| x - v[0]).sum::<f64>() / n as f64;
        v.iter().map(|x| (x - v[0]) - mean).collect::<Vec<f64>>()
    };
    let (x, y) = (centred(a), centred(b));
    let square = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>();
    let scale = (square(&x) * square(&y)).sqrt();
    if !(scale > 0.0 && scale.is_finite()) {
        return Err(Error::argument("a constant sequence has no correlation"));
    }
    let lags = lags.min(n - 1);
    let transform = Transform::new(n, lags);
    let products = transform.products(&transform.spectrum(&x), &transform.spectrum(&y), &mut transform.room());
    Ok(products.into_iter().map(|p| (p / scale).clamp(-1.0, 1.0)).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn it_is_the_sum_over_all_pairs(
            v in prop::collection::vec((-9.0..9.0f64, -9.0..9.0f64), 2..90), lags in 0..20usize,
        ) {
            let (a, b): (Vec<f64>, Vec<f64>) = v.into_iter().unzip();
            let n = a.len();
            let lags = lags.min(n - 1) as i64;
            let mean = |x: &[f64]| x.iter().sum::<f64>() / n as f64;
            let (ma, mb) = (mean(&a), mean(&b));
            let square = |x: &[f64], m: f64| x.iter().map(|v| (v - m).powi(2)).sum::<f64>();
            let scale = (square(&a, ma) * square(&b, mb)).sqrt();
            let found = cross_correlation(&a, &b, lags as usize).unwrap();
            for (k, got) in (-lags..=lags).zip(&found) {
                let pairs = (0..n as i64).filter(|t| (0..n as i64).contains(&(t + k)));
                let sum: f64 = pairs.map(|t| (a[t as usize] - ma) * (b[(t + k) as usize] - mb)).sum();
                prop_assert!((sum / scale - got).abs() < 1e-9, "{} {} {}", k, sum / scale, got);
            }
        }
    }

    #[test]
    fn lengths_are_smooth_and_no_shorter() {
        for n in 1..3000 {
            let mut size = smooth(n);
            assert!(size >= n && size.is_multiple_of(2) && size <= 2 * n.next_power_of_two());
            for p in [2, 3, 5] {
                while size.is_multiple_of(p) {
                    size /= p;
                }
            }
            assert_eq!(size, 1);
        }
        assert!(cross_correlation(&[1.0, 1.0], &[1.0, 2.0], 1).is_err());
        assert!(cross_correlation(&[1.0], &[1.0], 0).is_err());
    }
}
