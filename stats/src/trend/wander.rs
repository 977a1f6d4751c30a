//! Steps, or a level that wanders? A likelihood ratio against the rival that has no step at all.
//!
//! A slow process beneath white noise looks like steps to whoever allows for AR(1) noise only. The rival is fitted here: an
//! AR(1) beneath white noise around one level, which holds white noise, the AR(1) and (for φ → 1) the random walk beneath noise
//! as its edges. Steps are believed where they explain the values better than it by what chance would not.

use super::calibration::{ANCHOR, deviate};

/// How well an AR(1) beneath white noise explains residuals, and the fit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wandering {
    /// Twice the greatest Gaussian log-likelihood, up to a constant of n.
    pub(crate) likelihood: f64,
    /// The autoregression's φ.
    pub(crate) phi: f64,
    /// Its share of the variance; the rest is white noise.
    pub(crate) share: f64,
    /// The variance of both together.
    pub(crate) variance: f64,
}

impl Wandering {
    /// n times the variance of the mean of n values, for large n.
    pub(crate) fn long_run_variance(&self) -> f64 {
        self.variance * (self.share * (1.0 + self.phi) / (1.0 - self.phi) + 1.0 - self.share)
    }
}

/// The point of the search: φ = 1 − e^(−`slow`), share = 1/(1 + e^(−`odds`)).
type Point = [f64; 2];

fn parameters([slow, odds]: Point) -> (f64, f64) {
    (-(-slow).exp_m1(), 1.0 / (1.0 + (-odds).exp()))
}

/// The best fit around stretches of one level each: `edges` are their first indices, beginning with 0, and the length.
///
/// Each stretch's level is the weighted mean that the noise asks for where there is one stretch, and its plain mean otherwise,
/// which can only understate how well steps explain the values.
pub(crate) fn wandering(values: &[f64], edges: &[usize]) -> Wandering {
    let n = values.len();
    let mut residuals = Vec::with_capacity(n);
    for edge in edges.windows(2) {
        let part = values.get(edge[0]..edge[1]).unwrap_or_default();
        let mean = part.iter().map(|v| v - values[0]).sum::<f64>() / part.len().max(1) as f64;
        residuals.extend(part.iter().map(|v| (v - values[0]) - mean));
    }
    let one = edges.len() <= 2;
    let furthest = (n.max(2) as f64).ln();
    let score = |p: Point| {
        let (phi, share) = parameters(p);
        likelihood(&residuals, phi, share, one).0
    };
    let mut best = ([0.0, -30.0], score([0.0, -30.0]));
    let try_at = |p: Point, best: &mut (Point, f64)| {
        let p = [p[0].clamp(0.0, furthest), p[1].clamp(-6.0, 12.0)];
        let found = score(p);
        if found > best.1 {
            *best = (p, found);
            return true;
        }
        false
    };
    for slow in [0.7, 1.6, 2.6, 3.8, 5.2] {
        for odds in [-2.5, -1.0, 0.5, 3.0, 12.0] {
            if slow <= furthest {
                try_at([slow, odds], &mut best);
            }
        }
    }
    // a pattern search: steps along the axes, halved where none helps
    let mut step = [0.5, 0.75];
    for _ in 0..30 {
        let [slow, odds] = best.0;
        let moves = [[step[0], 0.0], [-step[0], 0.0], [0.0, step[1]], [0.0, -step[1]]];
        if !moves.iter().any(|m| try_at([slow + m[0], odds + m[1]], &mut best)) {
            step = step.map(|s| s / 2.0);
            if step[0] < 0.06 {
                break;
            }
        }
    }
    let (phi, share) = parameters(best.0);
    let (likelihood, variance) = likelihood(&residuals, phi, share, one);
    Wandering { likelihood, phi, share, variance }
}

/// What the best fit did not foresee of each value: the innovations, white where the fit is right.
pub(crate) fn innovations(values: &[f64]) -> Vec<f64> {
    let fit = wandering(values, &[0, values.len()]);
    let (drive, white) = (fit.share * (1.0 - fit.phi * fit.phi), 1.0 - fit.share);
    let (mut variance, mut state) = (fit.share, 0.0);
    let mean = values.iter().map(|v| v - values[0]).sum::<f64>() / values.len().max(1) as f64;
    let next = |v: &f64| {
        let total = variance + white;
        let error = (v - values[0]) - mean - state;
        let gain = variance / total;
        state = fit.phi * (state + gain * error);
        variance = fit.phi * fit.phi * variance * (1.0 - gain) + drive;
        error / total.sqrt()
    };
    values.iter().map(next).collect()
}

/// The gain in twice the log-likelihood, per step, that a share `alpha` of wandering series of n samples exceeds.
///
/// Found by simulation of AR(1) with φ from 0.8 to 1 beneath white noise of one to five times its size, at the worst of them
/// (the benchmark `trend` prints what it holds to); the tail is that of a likelihood ratio, e^(−x/2).
pub(crate) fn needed_gain(n: usize, alpha: f64) -> f64 {
    18.6 - 100.0 / (n as f64).max(12.0) + 2.0 * (deviate(alpha.clamp(1e-300, 0.999)) - ANCHOR)
}

/// The share of wandering series that show such a gain: the inverse of [`needed_gain`].
pub(crate) fn chance_of_gain(n: usize, gain: f64) -> f64 {
    let deviate = ANCHOR + (gain - needed_gain(n, 0.05)) / 2.0;
    -(-(-deviate).exp()).exp_m1()
}

/// Twice the concentrated log-likelihood by the Kalman filter, which settles within a few samples; with the generalised
/// least squares mean taken out where `with_mean`; and the variance that makes it greatest.
fn likelihood(residuals: &[f64], phi: f64, share: f64, with_mean: bool) -> (f64, f64) {
    let n = residuals.len() as f64;
    let (drive, white) = (share * (1.0 - phi * phi), 1.0 - share);
    let (mut variance, mut state, mut unit) = (share, 0.0, 0.0);
    let (mut squares, mut cross, mut units, mut log) = (0.0, 0.0, 0.0, 0.0);
    let mut rest = residuals;
    while let Some((e, later)) = rest.split_first() {
        rest = later;
        let total = variance + white;
        let (error, one) = (e - state, 1.0 - unit);
        squares += error * error / total;
        cross += error * one / total;
        units += one * one / total;
        log += total.ln();
        let gain = variance / total;
        state = phi * (state + gain * error);
        unit = phi * (unit + gain * one);
        let next = phi * phi * variance * (1.0 - gain) + drive;
        let settled = (next - variance).abs() <= 1e-13 * total;
        variance = next;
        if settled {
            break;
        }
    }
    // once the gain has settled, neither division nor logarithm is left to do
    let total = variance + white;
    let gain = variance / total;
    let (mut square, mut product, mut ones) = (0.0, 0.0, 0.0);
    for e in rest {
        let error = e - state;
        square += error * error;
        state = phi * (state + gain * error);
        if with_mean {
            let one = 1.0 - unit;
            product += error * one;
            ones += one * one;
            unit = phi * (unit + gain * one);
        }
    }
    squares += square / total;
    cross += product / total;
    units += ones / total;
    log += rest.len() as f64 * total.ln();
    if with_mean && units > 0.0 {
        squares -= cross * cross / units;
    }
    let scale = (squares / n).max(1e-300);
    (-n * scale.ln() - log, scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same likelihood from the covariance matrix, by Cholesky's decomposition.
    fn by_matrix(residuals: &[f64], phi: f64, share: f64) -> f64 {
        let n = residuals.len();
        let mut l = vec![vec![0.0f64; n]; n];
        let mut whitened: Vec<f64> = Vec::new();
        let mut log = 0.0;
        for i in 0..n {
            for j in 0..=i {
                let nugget = if i == j { 1.0 - share } else { 0.0 };
                let covariance = share * phi.powi((i - j) as i32) + nugget;
                let sum = covariance - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
                l[i][j] = if i == j { sum.sqrt() } else { sum / l[j][j] };
            }
            log += 2.0 * l[i][i].ln();
            let known: f64 = (0..i).map(|k| l[i][k] * whitened[k]).sum();
            whitened.push((residuals[i] - known) / l[i][i]);
        }
        let m = n as f64;
        -m * (whitened.iter().map(|w| w * w).sum::<f64>() / m).ln() - log
    }

    #[test]
    fn the_filter_has_the_likelihood_of_the_covariance_matrix() {
        let x: Vec<f64> = (0..40u32).map(|i| f64::from(i * 37 % 23) - 11.0).collect();
        for (phi, share) in [(0.0, 0.0), (0.5, 1.0), (0.9, 0.5), (0.99, 0.2)] {
            let (got, want) = (likelihood(&x, phi, share, false).0, by_matrix(&x, phi, share));
            assert!((got - want).abs() < 1e-8, "{phi} {share}: {got} {want}");
        }
    }

    #[test]
    fn the_mean_taken_out_is_the_best_one() {
        let x: Vec<f64> = (0..60u32).map(|i| f64::from(i * 37 % 23)).collect();
        let best = likelihood(&x, 0.8, 0.6, true).0;
        let at = |mean: f64| likelihood(&x.iter().map(|v| v - mean).collect::<Vec<f64>>(), 0.8, 0.6, false).0;
        let searched = (0..2400).map(|i| at(f64::from(i) / 100.0)).fold(f64::MIN, f64::max);
        assert!(best >= searched - 1e-9 && best - searched < 1e-4, "{best} {searched}");
    }

    #[test]
    fn the_chance_inverts_the_gain() {
        for alpha in [1e-9, 0.01, 0.05, 0.3] {
            let back = chance_of_gain(200, needed_gain(200, alpha));
            assert!((back / alpha - 1.0).abs() < 1e-6, "{alpha} {back}");
        }
    }

    #[test]
    fn steps_are_explained_better_by_steps() {
        let x: Vec<f64> = (0..200u32).map(|i| f64::from(i * 37 % 23) + if i >= 90 { 20.0 } else { 0.0 }).collect();
        let gain = wandering(&x, &[0, 90, 200]).likelihood - wandering(&x, &[0, 200]).likelihood;
        assert!(gain > 2.0 * needed_gain(200, 0.05), "{gain}");
    }
}
