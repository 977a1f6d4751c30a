//! Bayesian online change detection: how long has the present level lasted?

use statrs::function::gamma::ln_gamma;

use crate::error::{Error, Result};

/// What is believed before the data: values are normal, with mean and variance of a normal-gamma prior, and a change may come
/// at each sample at the same chance.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BayesPrior {
    /// The chance of a change at each sample, in (0, 1): 1 over the mean length of a stretch.
    pub hazard: f64,
    /// The prior mean μ₀.
    pub mean: f64,
    /// How many samples the prior mean is worth, κ₀ > 0.
    pub mean_worth: f64,
    /// The shape α₀ > 0 of the precision; 2 α₀ is how many samples the prior variance is worth.
    pub shape: f64,
    /// The rate β₀ > 0 of the precision; the prior variance is about β₀/α₀.
    pub rate: f64,
}

/// The posterior of the run length, sample by sample.
#[derive(Clone, Debug, PartialEq)]
pub struct RunLengths {
    /// The most probable run length after each sample: how many samples the present stretch holds.
    pub most_probable: Vec<usize>,
    /// The probability that a stretch began at sample i, given all samples up to `horizon` later.
    pub began: Vec<f64>,
    /// ln of the evidence: of all samples under the model.
    pub ln_evidence: f64,
}

/// Run lengths below this posterior probability are forgotten, which keeps time and memory near linear.
const FORGOTTEN: f64 = 1e-10;

/// The posterior of the run length by message passing (Adams and `MacKay`, 2007), with the normal-gamma model, whose predictive
/// distribution is Student's.
///
/// `began[i]` is the probability of a stretch beginning at sample i as it stands `horizon` samples later, or at the end. Independent normal values within a stretch are
/// assumed: autocorrelation and heavy tails look like changes to it. Not for a verdict on a metric series; that is
/// [`changes`](crate::trend::changes()).
///
/// ```
/// use sre_stats::trend::{BayesPrior, run_lengths};
/// let values: Vec<f64> = (0..60).map(|i| f64::from(i * 7 % 5) + if i < 30 { 0.0 } else { 9.0 }).collect();
/// let prior = BayesPrior { hazard: 0.01, mean: 5.0, mean_worth: 0.1, shape: 1.0, rate: 2.0 };
/// let found = run_lengths(&values, &prior, 20)?;
/// assert!(found.began[30] > 0.95);
/// assert_eq!(found.most_probable[59], 30);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where a parameter is out of range or a value is not finite.
pub fn run_lengths(values: &[f64], prior: &BayesPrior, horizon: usize) -> Result<RunLengths> {
    let BayesPrior { hazard, mean, mean_worth, shape, rate } = *prior;
    let good = hazard > 0.0
        && hazard < 1.0
        && mean.is_finite()
        && [mean_worth, shape, rate].iter().all(|v| *v > 0.0 && v.is_finite());
    if !good {
        return Err(Error::argument(format!("a prior of {prior:?} is out of range")));
    }
    if values.iter().any(|v| !v.is_finite()) {
        return Err(Error::argument("values must be finite"));
    }
    let n = values.len();
    let mut runs: Vec<Run> = Vec::new();
    let mut found = RunLengths { most_probable: Vec::with_capacity(n), began: vec![0.0; n], ln_evidence: 0.0 };
    for (t, x) in values.iter().enumerate() {
        // a stretch begins here with the hazard, and surely at the first sample
        let fresh = Run { start: t, weight: if t == 0 { 1.0 } else { hazard }, mean, worth: mean_worth, shape, rate };
        for run in &mut runs {
            run.weight *= 1.0 - hazard;
        }
        runs.push(fresh);
        let densities: Vec<f64> = runs.iter().map(|run| run.ln_density(*x)).collect();
        let most = densities.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let mut total = 0.0;
        for (run, density) in runs.iter_mut().zip(&densities) {
            run.weight *= (density - most).exp();
            total += run.weight;
        }
        found.ln_evidence += most + total.ln();
        for run in &mut runs {
            run.weight /= total;
            run.learn(*x);
        }
        runs.retain(|run| run.weight > FORGOTTEN);
        let top = runs.iter().max_by(|a, b| a.weight.total_cmp(&b.weight));
        found.most_probable.push(top.map_or(1, |run| t + 1 - run.start));
        let settle = |run: &Run| found_at(run, t, horizon, t + 1 == n);
        for run in runs.iter().filter(|run| settle(run)) {
            found.began[run.start] = run.weight;
        }
    }
    Ok(found)
}

/// Whether the weight of a run is final: the horizon has passed, or the end is here.
fn found_at(run: &Run, t: usize, horizon: usize, last: bool) -> bool {
    t - run.start == horizon || (last && t - run.start < horizon)
}

struct Run {
    start: usize,
    weight: f64,
    mean: f64,
    worth: f64,
    shape: f64,
    rate: f64,
}

impl Run {
    /// ln of Student's predictive density of the next value.
    fn ln_density(&self, x: f64) -> f64 {
        let degrees = 2.0 * self.shape;
        let square = self.rate * (self.worth + 1.0) / (self.shape * self.worth);
        let z = (x - self.mean) * (x - self.mean) / square;
        ln_gamma(self.shape + 0.5)
            - ln_gamma(self.shape)
            - 0.5 * (degrees * std::f64::consts::PI * square).ln()
            - (self.shape + 0.5) * (z / degrees).ln_1p()
    }

    fn learn(&mut self, x: f64) {
        let d = x - self.mean;
        self.rate += self.worth * d * d / (2.0 * (self.worth + 1.0));
        self.mean += d / (self.worth + 1.0);
        self.worth += 1.0;
        self.shape += 0.5;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// ln of the evidence of one stretch, in closed form.
    fn ln_stretch(x: &[f64], p: &BayesPrior) -> f64 {
        let m = x.len() as f64;
        let mean = x.iter().sum::<f64>() / m;
        let scatter: f64 = x.iter().map(|v| (v - mean).powi(2)).sum();
        let (worth, shape) = (p.mean_worth + m, p.shape + m / 2.0);
        let rate = p.rate + scatter / 2.0 + p.mean_worth * m * (mean - p.mean).powi(2) / (2.0 * worth);
        ln_gamma(shape) - ln_gamma(p.shape) + p.shape * p.rate.ln() - shape * rate.ln()
            + 0.5 * (p.mean_worth / worth).ln()
            - m / 2.0 * (2.0 * std::f64::consts::PI).ln()
    }

    #[test]
    fn the_posterior_is_that_of_all_segmentations() {
        let x = [0.3, -0.2, 0.1, 4.0, 4.4, 3.7, 4.1, 9.0, 8.5];
        let prior = BayesPrior { hazard: 0.2, mean: 1.0, mean_worth: 0.5, shape: 1.5, rate: 0.7 };
        let n = x.len();
        let (mut evidence, mut began) = (0.0, vec![0.0; n]);
        for cuts in 0u32..1 << (n - 1) {
            let starts: Vec<usize> = (0..n).filter(|i| *i == 0 || cuts >> (i - 1) & 1 == 1).collect();
            let ends = starts.iter().skip(1).copied().chain([n]);
            let ln: f64 = starts.iter().zip(ends).map(|(s, e)| ln_stretch(&x[*s..e], &prior)).sum();
            let weight = ln.exp()
                * 0.2f64.powi(cuts.count_ones() as i32)
                * 0.8f64.powi((n as u32 - 1 - cuts.count_ones()) as i32);
            evidence += weight;
            // the last stretch is what the run length tells of
            began[*starts.last().unwrap()] += weight;
        }
        let found = run_lengths(&x, &prior, n).unwrap();
        assert!((found.ln_evidence - f64::ln(evidence)).abs() < 1e-9);
        for (got, want) in found.began.iter().zip(&began) {
            assert!((got - want / evidence).abs() < 1e-9, "{got} {}", want / evidence);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        let prior = BayesPrior { hazard: 0.1, mean: 0.0, mean_worth: 1.0, shape: 1.0, rate: 1.0 };
        assert!(run_lengths(&[f64::NAN], &prior, 5).is_err());
        assert!(run_lengths(&[1.0], &BayesPrior { hazard: 0.0, ..prior }, 5).is_err());
        assert!(run_lengths(&[], &prior, 5).unwrap().began.is_empty());
    }
}
