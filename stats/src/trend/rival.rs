//! A line, or a level that wanders? How sure a slope is under every noise that explains the values nearly as well.
//!
//! A slowly wandering level beneath white noise leaves residuals around a line that look white: the line takes the wandering with
//! it. One fitted noise model is then too sure of the slope. So all models are asked whose likelihood comes near the best, and
//! the least sure of them answers: an interval over a nuisance parameter (Berger and Boos, 1994), here those of an AR(1) beneath
//! white noise, which holds white noise, the AR(1), and the random walk with and without noise as its edges. Likelihoods are
//! restricted ones (Patterson and Thompson, 1971), since a fitted line hides persistence from the plain ones.

use super::mann_kendall::ranks;
use super::theil_sen::median;
use crate::quantile::tails::{ln_two_sided_student, quantile};

/// Longer series are told by so many means of neighbouring values: what wanders within one of them is no slope.
const MOST: usize = 1000;

/// A level that follows an AR(1), beneath white noise.
#[derive(Clone, Copy, Debug)]
struct Model {
    phi: f64,
    /// The variance of the first level.
    start: f64,
    /// The variance of each step of the level.
    drive: f64,
    white: f64,
}

/// Twice the restricted log-likelihood, up to a constant of n, and Student's t of the slope.
#[derive(Clone, Copy, Debug)]
struct Fitted {
    likelihood: f64,
    t: f64,
}

/// ln of the two-sided p-value of a slope of `per_step`, the greatest over the models within reach of the best one.
///
/// `detrended` are the values around that line at `positions`; their normal scores stand for them, so that heavy tails are
/// harmless. 0 where nothing varies.
pub(crate) fn ln_p_of_slope(detrended: &[f64], positions: &[f64], per_step: f64) -> f64 {
    let Some((y, x)) = in_noise_units(detrended, positions, per_step) else { return 0.0 };
    let n = y.len();
    let fits: Vec<Fitted> = models(n).into_iter().filter_map(|m| fit(&y, &x, m)).collect();
    let best = fits.iter().fold(f64::NEG_INFINITY, |best, f| best.max(f.likelihood));
    let near = fits.iter().filter(|f| f.likelihood >= best - reach(n));
    near.map(|f| ln_two_sided_student(f.t, n as f64 - 2.0)).fold(f64::NEG_INFINITY, f64::max).min(0.0)
}

/// By how much twice the log-likelihood of a model may lie below the best one for it to count.
///
/// A compromise, set by simulation: a farther reach holds the error rate of every level that wanders beneath white noise, and finds
/// hardly any slope in white noise itself (a rise by one standard deviation over 200 values in 15 % of cases, here in 54 %). With this one,
/// AR(1) noise, random walks, seasons and heavy tails stay at or below 1.5 times the nominal 5 %, a walk of steps of 0.2 beneath white
/// noise shows a slope in up to 17 %. The benchmark `trend` prints both.
fn reach(n: usize) -> f64 {
    (0.175 * (n as f64).ln() - 0.1).max(0.175)
}

/// The normal scores of the detrended values with the line put back, and positions in [−1, 1]; `None` where nothing varies.
fn in_noise_units(detrended: &[f64], positions: &[f64], per_step: f64) -> Option<(Vec<f64>, Vec<f64>)> {
    let n = detrended.len();
    let m = n as f64;
    let mut sizes = detrended.to_vec();
    let middle = median(&mut sizes);
    for (size, v) in sizes.iter_mut().zip(detrended) {
        *size = (v - middle).abs();
    }
    let robust = 1.482_602_218_505_602 * median(&mut sizes);
    let square = detrended.iter().map(|v| (v - middle).powi(2)).sum::<f64>() / m;
    // where half of the values lie on the line, the others say how far noise goes
    let scale = if robust > 0.0 { robust } else { square.sqrt() };
    let (first, last) = (positions.first()?, positions.last()?);
    let half = (last - first) / 2.0;
    if n < 4 || !(scale > 0.0 && scale.is_finite() && half > 0.0) {
        return None;
    }
    let rise = per_step * half / scale;
    let x: Vec<f64> = positions.iter().map(|p| (p - first) / half - 1.0).collect();
    let scores = ranks(detrended).into_iter().map(|r| quantile(r / (m + 1.0)));
    let y: Vec<f64> = scores.zip(&x).map(|(score, x)| score + rise * x).collect();
    if n <= MOST {
        return Some((y, x));
    }
    let blocks = |values: &[f64]| -> Vec<f64> {
        let ends = (0..=MOST).map(|i| i * n / MOST).collect::<Vec<usize>>();
        let mean = |e: &[usize]| values[e[0]..e[1]].iter().sum::<f64>() / (e[1] - e[0]) as f64;
        ends.windows(2).map(mean).collect()
    };
    Some((blocks(&y), blocks(&x)))
}

/// A grid over the persistence of the level, up to the random walk, and over its share of the variance.
fn models(n: usize) -> Vec<Model> {
    let ln_n = (n as f64).ln();
    let mut all = vec![Model { phi: 0.0, start: 0.0, drive: 0.0, white: 1.0 }];
    for slow in [0.4_f64, 0.9, 1.6, 2.3, 3.0, 3.7, 4.4, 5.1, 5.8] {
        if slow >= ln_n - 0.3 {
            break;
        }
        let phi = -(-slow).exp_m1();
        for odds in [-4.0_f64, -3.0, -2.0, -1.0, 0.0, 1.0, 2.5, 5.0, 12.0] {
            let share = 1.0 / (1.0 + (-odds).exp());
            all.push(Model { phi, start: share, drive: share * (1.0 - phi * phi), white: 1.0 - share });
        }
    }
    // a random walk by the variance of its step, from what is lost in the noise over the whole series to hardly any noise
    let mut ln_step = 0.5 - 2.0 * ln_n;
    while ln_step < 3.5 {
        let step = ln_step.exp();
        all.push(Model { phi: 1.0, start: step, drive: step, white: 1.0 });
        ln_step += 0.7;
    }
    all.push(Model { phi: 1.0, start: 1.0, drive: 1.0, white: 0.0 });
    all
}

/// Generalised least squares of a line by the Kalman filter, which takes values, constant and positions through the same gains.
/// `None` where a line leaves nothing.
fn fit(y: &[f64], x: &[f64], model: Model) -> Option<Fitted> {
    let n = y.len() as f64;
    let (mut variance, mut log) = (model.start, 0.0);
    let mut state = [0.0; 3];
    // sums of products of innovations: 11, 1x, xx, 1y, xy, yy
    let mut sums = [0.0; 6];
    for (y, x) in y.iter().zip(x) {
        let total = variance + model.white;
        let gain = variance / total;
        let [one, x, y] = [1.0 - state[0], x - state[1], y - state[2]];
        for (sum, product) in sums.iter_mut().zip([one * one, one * x, x * x, one * y, x * y, y * y]) {
            *sum += product / total;
        }
        log += total.ln();
        for (state, innovation) in state.iter_mut().zip([one, x, y]) {
            *state = model.phi * (*state + gain * innovation);
        }
        variance = model.phi * model.phi * variance * (1.0 - gain) + model.drive;
    }
    let [ones, one_x, xx, one_y, xy, yy] = sums;
    let spread = xx - one_x * one_x / ones;
    let product = xy - one_x * one_y / ones;
    let rest = yy - one_y * one_y / ones - product * product / spread;
    let usable = ones > 0.0 && spread > 0.0 && rest > 1e-12 * yy;
    usable.then(|| Fitted {
        likelihood: -(n - 2.0) * rest.ln() - log - ones.ln() - spread.ln(),
        t: product / (spread * rest / (n - 2.0)).sqrt(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The same by the covariance matrix: Cholesky's factor whitens, and the line is fitted by its normal equations.
    fn by_matrix(y: &[f64], x: &[f64], model: Model) -> Fitted {
        let n = y.len();
        let level = |i: usize, j: usize| {
            // the level's variance at i, carried on to j
            let mut variance = model.start;
            for _ in 0..i.min(j) {
                variance = model.phi * model.phi * variance + model.drive;
            }
            variance * model.phi.powi(i.abs_diff(j) as i32)
        };
        let mut l = vec![vec![0.0f64; n]; n];
        let mut log = 0.0;
        let mut white: [Vec<f64>; 3] = Default::default();
        for i in 0..n {
            for j in 0..=i {
                let covariance = level(i, j) + if i == j { model.white } else { 0.0 };
                let sum = covariance - (0..j).map(|k| l[i][k] * l[j][k]).sum::<f64>();
                l[i][j] = if i == j { sum.sqrt() } else { sum / l[j][j] };
            }
            log += 2.0 * l[i][i].ln();
            for (white, value) in white.iter_mut().zip([1.0, x[i], y[i]]) {
                let known: f64 = (0..i).map(|k| l[i][k] * white[k]).sum();
                white.push((value - known) / l[i][i]);
            }
        }
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(u, v)| u * v).sum::<f64>();
        let [one, x, y] = &white;
        let (a, b, c) = (dot(one, one), dot(one, x), dot(x, x));
        let determinant = a * c - b * b;
        let slope = (a * dot(x, y) - b * dot(one, y)) / determinant;
        let intercept = (c * dot(one, y) - b * dot(x, y)) / determinant;
        let rest: f64 = (0..n).map(|i| (y[i] - intercept * one[i] - slope * x[i]).powi(2)).sum();
        let m = n as f64 - 2.0;
        let error = (rest / m * a / determinant).sqrt();
        Fitted { likelihood: -m * rest.ln() - log - determinant.ln(), t: slope / error }
    }

    #[test]
    fn the_filter_is_generalised_least_squares() {
        let n = 40;
        let x: Vec<f64> = (0..n).map(|i| 2.0 * i as f64 / (n - 1) as f64 - 1.0).collect();
        let y: Vec<f64> = (0..n).map(|i| (i * 37 % 23) as f64 / 7.0 + 0.4 * x[i]).collect();
        for model in models(n).into_iter().filter(|m| m.white > 0.0 || m.phi == 1.0) {
            let (got, want) = (fit(&y, &x, model).unwrap(), by_matrix(&y, &x, model));
            assert!((got.likelihood - want.likelihood).abs() < 1e-6, "{model:?}: {got:?} {want:?}");
            assert!((got.t - want.t).abs() < 1e-8 * want.t.abs().max(1.0), "{model:?}: {got:?} {want:?}");
        }
    }

    #[test]
    fn white_noise_alone_is_ordinary_least_squares() {
        // Anscombe's first data set: t of the slope is 4.241 (Anscombe, The American Statistician 27, 1973)
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        let found = fit(&y, &x, models(11)[0]).unwrap();
        assert!((found.t - 4.241).abs() < 5e-4, "{found:?}");
    }

    #[test]
    fn a_clear_line_is_sure_and_a_line_alone_says_nothing() {
        let positions: Vec<f64> = (0..200).map(f64::from).collect();
        let noise: Vec<f64> = (0..200).map(|i| f64::from(i * 37 % 23) - 11.0).collect();
        // 6.6 is the noise's standard deviation
        assert!(ln_p_of_slope(&noise, &positions, 6.6 * 6.0 / 200.0) < -8.0);
        assert!(ln_p_of_slope(&noise, &positions, 0.0) > -1.0);
        assert_eq!(ln_p_of_slope(&[0.0; 20], &positions[..20], 1.0), 0.0);
        // thousands of values are told by means
        let long: Vec<f64> = (0..5000).map(|i| f64::from(i * 37 % 23) - 11.0).collect();
        let positions: Vec<f64> = (0..5000).map(f64::from).collect();
        assert!(ln_p_of_slope(&long, &positions, 6.6 * 3.0 / 5000.0) < -8.0);
    }
}
