//! Trend-free pre-whitening: the lag-1 autocorrelation taken out of the values around their trend, and the trend put back.

use super::autocorrelation::autocorrelation;

/// The pre-whitened values, one fewer than there were, and the lag-1 autocorrelation that was taken out.
///
/// `detrended` are values minus a line of `per_step` over `positions` (Yue, Pilon, Phinney and Cavadias, 2002). Nothing is
/// taken out where the autocorrelation cannot be measured.
pub(crate) fn trend_free_prewhitened(detrended: &[f64], positions: &[f64], per_step: f64) -> (Vec<f64>, f64) {
    let r1 = autocorrelation(detrended, 1).get(1).copied().unwrap_or(0.0);
    let white = |(pair, position): (&[f64], &f64)| pair[1] - r1 * pair[0] + position * per_step;
    (detrended.windows(2).zip(positions.iter().skip(1)).map(white).collect(), r1)
}
