//! Autocorrelation of a sample, and how many independent samples it is worth.

/// From this many products on, the sums are computed by Fourier transform.
const DIRECT: usize = 1 << 22;

/// The sample autocorrelation at lags 0 to `lags`: Σ yᵢ yᵢ₊ₖ / Σ yᵢ², y the deviations from the mean.
///
/// This is the estimator of Box and Jenkins, which divides every lag by n and so makes a positive definite sequence. Lags
/// count samples, not time: on irregular times the result describes neighbours, whatever their distance. Empty for an empty
/// or constant sample, and for one whose squares overflow. A trend or a step makes it large at every lag: take them out first. Not for
/// times with long gaps, nor as a test: one lag in twenty leaves ±2/√n by chance.
///
/// Source: G. E. P. Box and G. M. Jenkins, “Time Series Analysis” (1970), 2.1.
///
/// ```
/// use sre_stats::trend::autocorrelation;
/// let r = autocorrelation(&[1.0, -1.0, 1.0, -1.0], 1);
/// assert_eq!(r, [1.0, -0.75]);
/// ```
pub fn autocorrelation(values: &[f64], lags: usize) -> Vec<f64> {
    let n = values.len();
    if n == 0 {
        return Vec::new();
    }
    let mean = values.iter().sum::<f64>() / n as f64;
    let deviations: Vec<f64> = values.iter().map(|v| v - mean).collect();
    let lags = lags.min(n - 1);
    let products = if n.saturating_mul(lags + 1) <= DIRECT {
        (0..=lags).map(|k| deviations.iter().zip(&deviations[k..]).map(|(a, b)| a * b).sum()).collect()
    } else {
        products_by_fourier(&deviations, lags)
    };
    let square: f64 = deviations.iter().map(|d| d * d).sum();
    let size = values.iter().fold(0.0f64, |a, v| a.max(v.abs()));
    // deviations of rounding alone are no variation
    if !square.is_finite() || square <= n as f64 * (size * 1e-15).powi(2) {
        return Vec::new();
    }
    products.into_iter().map(|p: f64| p / square).collect()
}

/// How many independent samples n samples with these autocorrelations are worth for their mean:
/// n / (1 + 2 Σ (1 − k/n) ρₖ), over lags 1, 2, … of `correlations` (which begins with lag 0), at most n and at least 1.
///
/// The sum is cut at the first lag where two neighbouring autocorrelations add up to less than 0 (Geyer's initial positive
/// sequence, 1992), because sample autocorrelations sum to −½ over all lags whatever the truth. Not for quantiles, whose variance has
/// autocorrelations of its own, nor where the correlations were taken of values with a trend or season.
///
/// ```
/// use sre_stats::trend::effective_sample_size;
/// let ar1: Vec<f64> = (0..200).map(|k| 0.5f64.powi(k)).collect();
/// assert!((effective_sample_size(3000, &ar1) - 1000.0).abs() < 1.0);
/// ```
pub fn effective_sample_size(n: usize, correlations: &[f64]) -> f64 {
    let mut sum = 0.0;
    let tail = correlations.get(1..).unwrap_or_default();
    for (pair, lag) in tail.chunks(2).zip((1..).step_by(2)) {
        if pair.iter().sum::<f64>() <= 0.0 {
            break;
        }
        sum += pair.iter().zip(lag..).map(|(r, k)| (1.0 - f64::from(k) / n as f64) * r).sum::<f64>();
    }
    (n as f64 / (1.0 + 2.0 * sum.max(0.0))).clamp(1.0f64.min(n as f64), n as f64)
}

/// Σ yᵢ yᵢ₊ₖ for k = 0 … `lags` through the power spectrum of the zero-padded sequence.
fn products_by_fourier(y: &[f64], lags: usize) -> Vec<f64> {
    let size = (y.len() + lags + 1).next_power_of_two();
    let mut re = y.to_vec();
    re.resize(size, 0.0);
    let mut im = vec![0.0; size];
    fourier(&mut re, &mut im);
    for (a, b) in re.iter_mut().zip(&mut im) {
        *a = *a * *a + *b * *b;
        *b = 0.0;
    }
    // the spectrum is real and even: a second forward transform is its own inverse up to the scale
    fourier(&mut re, &mut im);
    re.truncate(lags + 1);
    re.iter().map(|v| v / size as f64).collect()
}

/// In-place radix-2 Fourier transform (Cooley and Tukey, 1965); the length is a power of two.
fn fourier(re: &mut [f64], im: &mut [f64]) {
    let n = re.len();
    if n < 2 {
        return;
    }
    let bits = n.trailing_zeros();
    for i in 0..n {
        let j = i.reverse_bits() >> (usize::BITS - bits);
        if i < j {
            re.swap(i, j);
            im.swap(i, j);
        }
    }
    let turn = |k: usize| (-2.0 * std::f64::consts::PI * k as f64 / n as f64).sin_cos();
    let twiddles: Vec<(f64, f64)> = (0..n / 2).map(turn).collect();
    let mut half = 1;
    while half < n {
        let stride = n / (2 * half);
        for start in (0..n).step_by(2 * half) {
            for k in 0..half {
                let (sin, cos) = twiddles[k * stride];
                let (a, b) = (start + k, start + k + half);
                let (x, y) = (re[b] * cos - im[b] * sin, re[b] * sin + im[b] * cos);
                (re[b], im[b]) = (re[a] - x, im[a] - y);
                (re[a], im[a]) = (re[a] + x, im[a] + y);
            }
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fourier_path_gives_the_direct_sums() {
        let y: Vec<f64> = (0..777u32).map(|i| f64::from(i * 7919 % 1000) - 500.0).collect();
        let direct: Vec<f64> = (0..300).map(|k| y.iter().zip(&y[k..]).map(|(a, b)| a * b).sum()).collect();
        for (a, b) in products_by_fourier(&y, 299).iter().zip(&direct) {
            assert!((a - b).abs() < 1e-9 * direct[0], "{a} {b}");
        }
    }

    #[test]
    fn a_constant_or_empty_sample_has_none() {
        assert!(autocorrelation(&[], 3).is_empty());
        assert!(autocorrelation(&[0.1; 10], 3).is_empty());
        assert!(autocorrelation(&[1e300, -1e300], 1).is_empty());
        assert_eq!(effective_sample_size(5, &[]), 5.0);
        assert_eq!(effective_sample_size(0, &[]), 0.0);
    }
}
