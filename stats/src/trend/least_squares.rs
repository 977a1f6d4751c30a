//! The least squares line with errors that hold under autocorrelation.

use crate::quantile::tails::ln_two_sided_student;

/// A least squares line and the error of its slope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The slope per unit of x.
    pub slope: f64,
    /// The value at x = 0.
    pub intercept: f64,
    /// The standard error of the slope, robust against autocorrelation and unequal variance.
    pub error: f64,
    /// The degrees of freedom, n − 2; 0 where there are none.
    pub degrees: f64,
}

impl Line {
    /// Slope over error; `None` where the values lie on the line or no degree of freedom is left.
    pub fn t(&self) -> Option<f64> {
        let t = self.slope / self.error;
        (self.degrees > 0.0 && t.is_finite()).then_some(t)
    }

    /// ln of the two-sided p-value by Student's law.
    pub fn ln_p(&self) -> Option<f64> {
        self.t().map(|t| ln_two_sided_student(t, self.degrees))
    }
}

/// The number of lags that Newey and West (1994) advise: ⌊4 (n/100)^(2/9)⌋.
pub fn default_lags(n: usize) -> usize {
    (4.0 * (n as f64 / 100.0).powf(2.0 / 9.0)) as usize
}

/// The least squares line through (x, y) with the errors of Newey and West (1987): Bartlett's weights over `lags` lags, times n/(n − 2).
///
/// x and y are of equal length, finite, x not constant; otherwise the slope and its error are 0. The order is that of time.
/// With few lags the error of a persistent series is understated: it is meant for n much greater than the noise's memory. Not for values
/// with outliers, one of which can turn the line: [`theil_sen`](super::theil_sen()) resists them.
///
/// ```
/// use sre_stats::trend::least_squares;
/// let line = least_squares(&[0.0, 1.0, 2.0, 3.0], &[1.0, 3.0, 5.0, 8.0], 1);
/// assert!((line.slope - 2.3).abs() < 1e-12 && (line.intercept - 0.8).abs() < 1e-12);
/// ```
pub fn least_squares(x: &[f64], y: &[f64], lags: usize) -> Line {
    let n = x.len().min(y.len());
    let m = n as f64;
    let (x0, y0) = (x.first().copied().unwrap_or_default(), y.first().copied().unwrap_or_default());
    let centre = x.iter().map(|v| v - x0).sum::<f64>() / m.max(1.0);
    let level = y.iter().map(|v| v - y0).sum::<f64>() / m.max(1.0);
    let (mut product, mut square) = (0.0, 0.0);
    for (a, b) in x.iter().zip(y) {
        let d = a - x0 - centre;
        product += d * (b - y0 - level);
        square += d * d;
    }
    if !(square > 0.0 && square.is_finite() && product.is_finite()) {
        return Line { slope: 0.0, intercept: y0 + level, error: 0.0, degrees: 0.0 };
    }
    let slope = product / square;
    // the score of the slope at each sample: residual times centred x
    let score: Vec<f64> = x
        .iter()
        .zip(y)
        .map(|(a, b)| {
            let d = a - x0 - centre;
            d * (b - y0 - level - slope * d)
        })
        .collect();
    let mut meat = 0.0;
    for lag in 0..=lags.min(n.saturating_sub(1)) {
        let weight = if lag == 0 { 1.0 } else { 2.0 * (1.0 - lag as f64 / (lags as f64 + 1.0)) };
        meat += weight * score.iter().zip(&score[lag..]).map(|(a, b)| a * b).sum::<f64>();
    }
    let degrees = (m - 2.0).max(0.0);
    let error = if degrees > 0.0 { (meat.max(0.0) * m / degrees).sqrt() / square } else { 0.0 };
    Line { slope, intercept: y0 + level - slope * (x0 + centre), error, degrees }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_not_finite_gives_no_slope() {
        let x: Vec<f64> = (0..20).map(f64::from).collect();
        for odd in [f64::NAN, f64::INFINITY] {
            for at in [0, 7] {
                let mut y = x.clone();
                y[at] = odd;
                let line = least_squares(&x, &y, 2);
                assert_eq!((line.slope, line.error, line.degrees), (0.0, 0.0, 0.0), "{odd} at {at}");
            }
        }
    }
}
