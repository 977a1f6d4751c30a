//! A periodogram with the smooth background that noise gives it.

use super::convolve::power;

/// The ordinates of a column and the background under each.
pub(super) struct Spectrum {
    /// |X(k/n)|² / n for k = 0 … n/2; the first is that of the mean.
    pub(super) ordinates: Vec<f64>,
    /// The background at the same places.
    pub(super) background: Vec<f64>,
    /// The autocorrelation of the noise behind it at lag 1.
    pub(super) phi: f64,
    n: usize,
}

/// How ln of the median of m exponential variables lies below ln of their mean, about.
fn bias(m: usize) -> f64 {
    -0.3665 - 0.2107 / m as f64
}

impl Spectrum {
    /// Of a column without a mean or trend, 16 values or more.
    ///
    /// The background is the larger of two: the spectrum of an AR(1) beneath white noise fitted to medians of the periodogram in
    /// bands of about a tenth of their frequency (so that lines do not count), and the median of the neighbours of each place.
    /// The first follows M. E. Mann and J. M. Lees, *Robust estimation of background noise and signal detection in climatic time
    /// series*, Climatic Change 33 (1996); the second keeps broad humps from being lines.
    ///
    /// Places that are `taken` hold what is left of a season and say nothing of the noise.
    pub(super) fn of(x: &[f64], taken: impl Fn(usize) -> bool) -> Self {
        let n = x.len();
        let ordinates: Vec<f64> = power(x).iter().map(|p| p / n as f64).collect();
        let free: Vec<bool> = (0..ordinates.len()).map(|k| !taken(k)).collect();
        let (phi, fitted) = red_noise(&ordinates, &free, n);
        let local = neighbours(&ordinates, &free);
        let background = fitted.iter().zip(&local).map(|(a, b)| a.max(*b)).collect();
        Self { ordinates, background, phi, n }
    }

    /// The place of the tallest line among those allowed, how far it stands above the background, and ln of the chance that
    /// noise has one as tall among as many: ordinates of noise are exponential.
    pub(super) fn tallest(&self, allowed: impl Fn(usize) -> bool) -> Option<(usize, f64)> {
        let places: Vec<usize> = (3..self.ordinates.len()).filter(|k| allowed(*k)).collect();
        let height = |k: usize| self.ordinates[k] / self.background[k];
        let best = *places.iter().max_by(|a, b| height(**a).total_cmp(&height(**b)))?;
        let ln_p = (places.len() as f64).ln() - height(best);
        Some((best, ln_p.min(0.0)))
    }

    /// The autocorrelation of the column once its background is levelled, at lags 0 to n/2.
    pub(super) fn levelled_autocorrelation(&self) -> Vec<f64> {
        let mut even: Vec<f64> = vec![0.0; self.n];
        for (k, slot) in even.iter_mut().enumerate() {
            let k = k.min(self.n - k);
            *slot = if k == 0 { 0.0 } else { (self.ordinates[k] / self.background[k]).min(1e6) };
        }
        // the transform of a real even column is real: its size is found from the sum with the column of the mean
        let total: f64 = even.iter().sum();
        cosine_sums(&even).into_iter().map(|v| v / total).collect()
    }

    /// About the variance of a sample autocorrelation of the background's noise (Bartlett).
    pub(super) fn autocorrelation_variance(&self) -> f64 {
        let (sum, squares) = self.background.iter().skip(1).fold((0.0, 0.0), |(s, q), b| (s + b, q + b * b));
        squares / (2.0 * sum * sum)
    }
}

/// Σₖ aₖ cos(2πkL/n) of a column with aₖ = aₙ₋ₖ, for L = 0 … n/2.
fn cosine_sums(even: &[f64]) -> Vec<f64> {
    use realfft::RealFftPlanner;
    let plan = RealFftPlanner::new().plan_fft_forward(even.len());
    let (mut input, mut out) = (even.to_vec(), plan.make_output_vec());
    if plan.process(&mut input, &mut out).is_err() {
        unreachable!("both buffers have the length of the plan");
    }
    out.iter().map(|c| c.re).collect()
}

/// The lag-1 autocorrelation and the spectrum of an AR(1) beneath white noise, fitted by absolute deviations of logarithms.
fn red_noise(ordinates: &[f64], free: &[bool], n: usize) -> (f64, Vec<f64>) {
    let last = ordinates.len() - 1;
    let floor = ordinates.iter().skip(1).sum::<f64>() / last as f64 * 1e-12 + f64::MIN_POSITIVE;
    // bands: (frequency in turns, ln of the level, weight)
    let mut bands = Vec::new();
    let mut k = 1;
    while k <= last {
        let end = (k + (k / 10).max(1)).min(last + 1);
        let mut band: Vec<f64> = (k..end).filter(|k| free[*k]).map(|k| ordinates[k]).collect();
        let m = band.len();
        if m == 0 {
            k = end;
            continue;
        }
        let (_, median, _) = band.select_nth_unstable_by(m / 2, f64::total_cmp);
        let middle = (k + end - 1) as f64 / 2.0;
        bands.push((middle / n as f64, median.max(floor).ln() - bias(m), (m as f64).sqrt()));
        k = end;
    }
    let shape = |f: f64, (phi, white): (f64, f64)| {
        let red = (1.0 - phi * phi) / (1.0 - 2.0 * phi * (2.0 * std::f64::consts::PI * f).cos() + phi * phi);
        (1.0 - white) * red + white
    };
    let fit = |p: (f64, f64)| {
        let mut rest: Vec<(f64, f64)> = bands.iter().map(|b| (b.1 - shape(b.0, p).ln(), b.2)).collect();
        rest.sort_by(|a, b| a.0.total_cmp(&b.0));
        let half = rest.iter().map(|r| r.1).sum::<f64>() / 2.0;
        let mut sum = 0.0;
        let level = rest
            .iter()
            .find(|r| {
                sum += r.1;
                sum >= half
            })
            .map_or(0.0, |r| r.0);
        (rest.iter().map(|r| r.1 * (r.0 - level).abs()).sum::<f64>(), level)
    };
    let mut best = ((0.0, 0.0), f64::INFINITY, 0.0);
    // 1 − φ and the white share on logarithmic scales, and the negative φ of noise that alternates
    for i in 0..=36 {
        let phi = if i < 8 { -0.1 * f64::from(8 - i) } else { 1.0 - 10f64.powf(-f64::from(i - 8) / 7.0) };
        for j in 0..=14 {
            let white = if j == 0 { 0.0 } else { 10f64.powf(-f64::from(14 - j) / 3.0) };
            let (cost, level) = fit((phi, white));
            if cost < best.1 - 1e-12 {
                best = ((phi, white), cost, level);
            }
        }
    }
    let (p, _, level) = best;
    let spectrum = (0..=last).map(|k| level.exp() * shape(k as f64 / n as f64, p)).collect();
    (p.0 * (1.0 - p.1), spectrum)
}

/// The median of the neighbours of each ordinate, without it and the two beside it, as a mean of exponentials.
fn neighbours(ordinates: &[f64], free: &[bool]) -> Vec<f64> {
    let last = ordinates.len() - 1;
    (0..=last)
        .map(|k| {
            let reach = (k / 4).clamp(7, 30);
            let (from, to) = (k.saturating_sub(reach).max(1), (k + reach).min(last));
            let mut near: Vec<f64> =
                (from..=to).filter(|j| j.abs_diff(k) > 2 && free[*j]).map(|j| ordinates[j]).collect();
            let m = near.len();
            if m == 0 {
                return 0.0;
            }
            let (_, median, _) = near.select_nth_unstable_by(m / 2, f64::total_cmp);
            *median * (-bias(m)).exp()
        })
        .collect()
}
