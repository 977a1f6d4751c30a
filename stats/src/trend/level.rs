//! One regressor beneath a level that wanders and white noise: generalised least squares with its restricted likelihood.

/// A level that follows an AR(1), beneath white noise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    pub(crate) phi: f64,
    /// The variance of the first level.
    start: f64,
    /// The variance of each step of the level.
    drive: f64,
    white: f64,
}

impl Model {
    pub(crate) const WHITE: Self = Self { phi: 0.0, start: 0.0, drive: 0.0, white: 1.0 };

    /// A level from its stationary law, of so much of the variance.
    pub(crate) fn stationary(phi: f64, share: f64) -> Self {
        Self { phi, start: share, drive: share * (1.0 - phi * phi), white: 1.0 - share }
    }

    /// A random walk of steps of this variance.
    pub(crate) fn walk(step: f64, white: f64) -> Self {
        Self { phi: 1.0, start: step, drive: step, white }
    }
}

/// Twice the restricted log-likelihood, up to a constant of n, and the coefficient of the regressor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fitted {
    pub(crate) likelihood: f64,
    pub(crate) effect: f64,
    /// Its standard error.
    pub(crate) error: f64,
}

impl Fitted {
    /// Student's t, of n − 2 degrees of freedom.
    pub(crate) fn t(&self) -> f64 {
        self.effect / self.error
    }
}

/// Generalised least squares of a constant and a regressor by the Kalman filter, which takes values, constant and regressor through
/// the same gains. At `restart` a level of its own begins. `None` where the regressor leaves nothing.
pub(crate) fn fit(y: &[f64], x: &[f64], model: Model, restart: Option<usize>) -> Option<Fitted> {
    let n = y.len() as f64;
    let (mut variance, mut log) = (model.start, 0.0);
    let mut state = [0.0; 3];
    // sums of products of innovations: 11, 1x, xx, 1y, xy, yy
    let mut sums = [0.0; 6];
    for (at, (y, x)) in y.iter().zip(x).enumerate() {
        if restart == Some(at) {
            (variance, state) = (model.start, [0.0; 3]);
        }
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
        effect: product / spread,
        error: (rest / (n - 2.0) / spread).sqrt(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The same by the covariance matrix: Cholesky's factor whitens, and the line is fitted by its normal equations.
    fn by_matrix(y: &[f64], x: &[f64], model: Model, restart: usize) -> Fitted {
        let n = y.len();
        let level = |i: usize, j: usize| {
            let (first, last) = (i.min(j), i.max(j));
            let from = if first >= restart { restart } else { 0 };
            if last >= restart && from == 0 {
                return 0.0;
            }
            // the level's variance at the first, carried on to the last
            let mut variance = model.start;
            for _ in from..first {
                variance = model.phi * model.phi * variance + model.drive;
            }
            variance * model.phi.powi((last - first) as i32)
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
        Fitted { likelihood: -m * rest.ln() - log - determinant.ln(), effect: slope, error }
    }

    #[test]
    fn the_filter_is_generalised_least_squares() {
        let n = 40;
        let line: Vec<f64> = (0..n).map(|i| 2.0 * i as f64 / (n - 1) as f64 - 1.0).collect();
        let step: Vec<f64> = (0..n).map(|i| f64::from(u8::from(i >= 15))).collect();
        let y: Vec<f64> = (0..n).map(|i| (i * 37 % 23) as f64 / 7.0 + 0.4 * line[i]).collect();
        let levels = [0.3, 0.8, 0.97].into_iter().flat_map(|phi| [0.05, 0.5, 1.0].map(|s| Model::stationary(phi, s)));
        let walks = [0.001, 0.1, 3.0].map(|step| Model::walk(step, 1.0));
        for model in levels.chain(walks).chain([Model::WHITE, Model::walk(1.0, 0.0)]) {
            for (x, restart) in [(&line, None), (&step, Some(15))] {
                let (got, want) = (fit(&y, x, model, restart).unwrap(), by_matrix(&y, x, model, restart.unwrap_or(n)));
                assert!((got.likelihood - want.likelihood).abs() < 1e-6, "{model:?}: {got:?} {want:?}");
                assert!((got.effect - want.effect).abs() < 1e-8, "{model:?}: {got:?} {want:?}");
                assert!((got.error - want.error).abs() < 1e-8, "{model:?}: {got:?} {want:?}");
            }
        }
    }

    #[test]
    fn white_noise_alone_is_ordinary_least_squares() {
        // Anscombe's first data set: t of the slope is 4.241 (Anscombe, The American Statistician 27, 1973)
        let x = [10.0, 8.0, 13.0, 9.0, 11.0, 14.0, 6.0, 4.0, 12.0, 7.0, 5.0];
        let y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
        let found = fit(&y, &x, Model::WHITE, None).unwrap();
        assert!((found.t() - 4.241).abs() < 5e-4, "{found:?}");
    }
}
