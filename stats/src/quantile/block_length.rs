//! How long blocks must be for a bootstrap of autocorrelated samples.

/// The length of the blocks of a circular block bootstrap, in samples, from 1 to ⌈min(3√n, n/3)⌉.
///
/// The rule of Politis and White: the length that minimises the mean square error of the variance of the mean,
/// (2 G²/D)^⅓ n^⅓ with G = Σ λ(k/M) |k| R(k) and D = 4/3 (Σ λ(k/M) R(k))², R the autocovariances, λ a trapezoid, and M twice the
/// lag after which five autocorrelations are negligible (below 2 √(log₁₀ n / n)); with the corrections of Patton, Politis and White.
/// Made for means: for high quantiles of bursts it is a guide, no guarantee. 1 for constant samples and for fewer than 9.
///
/// Sources: D. N. Politis and H. White, Econometric Reviews 23 (2004); A. Patton, D. N. Politis and H. White, ibid. 28 (2009).
///
/// ```
/// use sre_stats::quantile::block_length;
/// let steady: Vec<f64> = (0..400).map(|i| f64::from(i / 20 % 2)).collect();
/// assert!(block_length(&steady) >= 20.0);
/// ```
pub fn block_length(values: &[f64]) -> f64 {
    let n = values.len();
    if n < 9 {
        return 1.0;
    }
    let size = n as f64;
    // about the first value, so that an offset costs no digits
    let mean = values.iter().map(|v| v - values[0]).sum::<f64>() / size;
    let x: Vec<f64> = values.iter().map(|v| (v - values[0]) - mean).collect();
    let longest = (3.0 * size.sqrt()).min(size / 3.0).ceil();
    let quiet = 5.max(size.log10() as usize);
    let most = (size.sqrt().ceil() as usize + quiet).min(n - 2);
    let threshold = 2.0 * (size.log10() / size).sqrt();
    let square = |part: &[f64]| part.iter().map(|v| v * v).sum::<f64>();
    let (mut covariance, mut correlation) = (Vec::new(), Vec::new());
    let mut lags = None;
    for k in 0..=most {
        let product: f64 = x[k..].iter().zip(&x[..n - k]).map(|(a, b)| a * b).sum();
        covariance.push(product / size);
        let scale = (square(&x[k + 1..]) * square(&x[..n - k - 1])).sqrt();
        correlation.push((product / scale).abs());
        if lags.is_none() && k >= quiet && correlation[k - quiet..k].iter().all(|c| *c < threshold) {
            lags = Some(k - quiet);
        }
    }
    let m = lags.map_or(most, |l| 2 * l.max(1)).min(most);
    let (mut g, mut spectrum) = (0.0, covariance[0]);
    for (k, r) in covariance.iter().enumerate().take(m + 1).skip(1) {
        let share = k as f64 / m as f64;
        let weight = if share <= 0.5 { 1.0 } else { 2.0 * (1.0 - share) };
        g += 2.0 * weight * k as f64 * r;
        spectrum += 2.0 * weight * r;
    }
    let d = 4.0 / 3.0 * spectrum * spectrum;
    let length = (2.0 * g * g / d * size).cbrt();
    if length.is_finite() { length.clamp(1.0, longest) } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::block_length;

    /// The function `optimal_block_length` (circular) of the Python package arch 8.0.0, by `tests/reference/slo/blocks.py`.
    #[test]
    fn blocks_are_as_long_as_another_implementation_has_them() {
        for (n, phi, expected) in [
            (500, 0.0, 1.440_186_833_731_809),
            (500, 0.5, 10.811_657_071_215_745),
            (2000, 0.8, 31.367_875_856_270_34),
            (1000, -0.4, 6.865_204_442_750_805),
        ] {
            let (mut state, mut y) = (12_345_u64, 0.0);
            let series: Vec<f64> = (0..n)
                .map(|_| {
                    state = (1_103_515_245 * state + 12_345) % (1 << 31);
                    y = phi * y + (state as f64 / (1_u64 << 31) as f64 - 0.5);
                    y
                })
                .collect();
            let found = block_length(&series);
            assert!((found - expected).abs() < 1e-9, "n {n}, φ {phi}: {found}, not {expected}");
        }
    }

    #[test]
    fn samples_that_say_nothing_stand_alone() {
        for values in [&[1.0; 20][..], &[1.0, 2.0, 3.0], &[f64::NAN; 20], &[]] {
            assert_eq!(block_length(values), 1.0);
        }
    }
}
