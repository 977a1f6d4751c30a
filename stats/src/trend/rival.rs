//! A line, or a level that wanders? How sure a slope is under every noise that explains the values nearly as well.
//!
//! A slowly wandering level beneath white noise leaves residuals around a line that look white: the line takes the wandering with
//! it. One fitted noise model is then too sure of the slope. So all models are asked whose likelihood comes near the best, and
//! the least sure of them answers: an interval over a nuisance parameter (Berger and Boos, 1994), here those of an AR(1) beneath
//! white noise, which holds white noise, the AR(1), and the random walk with and without noise as its edges. Likelihoods are
//! restricted ones (Patterson and Thompson, 1971), since a fitted line hides persistence from the plain ones.

use super::level::{Fitted, Model, fit};
use super::mann_kendall::ranks;
use super::theil_sen::median;
use crate::quantile::tails::{ln_two_sided_student, quantile};

/// Longer series are told by so many means of neighbouring values: what wanders within one of them is no slope.
const MOST: usize = 1000;

/// ln of the two-sided p-value of a slope of `per_step`, the greatest over the models within reach of the best one.
///
/// `detrended` are the values around that line at `positions`; their normal scores stand for them, so that heavy tails are
/// harmless. 0 where nothing varies.
pub(crate) fn ln_p_of_slope(detrended: &[f64], positions: &[f64], per_step: f64) -> f64 {
    let Some((y, x)) = in_noise_units(detrended, positions, per_step) else { return 0.0 };
    let n = y.len();
    let fits: Vec<Fitted> = models(n).into_iter().filter_map(|m| fit(&y, &x, m, None)).collect();
    let best = fits.iter().fold(f64::NEG_INFINITY, |best, f| best.max(f.likelihood));
    let near = fits.iter().filter(|f| f.likelihood >= best - reach(n));
    near.map(|f| ln_two_sided_student(f.t(), n as f64 - 2.0)).fold(f64::NEG_INFINITY, f64::max).min(0.0)
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
    let mut all = vec![Model::WHITE];
    for slow in [0.4_f64, 0.9, 1.6, 2.3, 3.0, 3.7, 4.4, 5.1, 5.8] {
        if slow >= ln_n - 0.3 {
            break;
        }
        let phi = -(-slow).exp_m1();
        for odds in [-4.0_f64, -3.0, -2.0, -1.0, 0.0, 1.0, 2.5, 5.0, 12.0] {
            let share = 1.0 / (1.0 + (-odds).exp());
            all.push(Model::stationary(phi, share));
        }
    }
    // a random walk by the variance of its step, from what is lost in the noise over the whole series to hardly any noise
    let mut ln_step = 0.5 - 2.0 * ln_n;
    while ln_step < 3.5 {
        let step = ln_step.exp();
        all.push(Model::walk(step, 1.0));
        ln_step += 0.7;
    }
    all.push(Model::walk(1.0, 0.0));
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

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
