//! A difference, or a process that wanders? How sure a difference is under every noise that explains the samples.
//!
//! A slow process beneath white noise leaves short samples that look white, each around a mean of its own. One fitted noise model is
//! then too sure of the difference of the means. So the p-value is averaged over models of an AR(1) beneath white noise, which begins
//! anew in the second sample, each with its restricted likelihood as weight: the posterior predictive p-value of Meng (1994), where a
//! prior and the data decide how far a slow process is excluded. The trend test asks for the same with the worst model near the best one;
//! for two levels, where a model takes as little as one step to explain everything, the mean keeps more power at the same error rate.

use super::ranks::Ranks;
use crate::quantile::tails::quantile;
use crate::trend::level::{Fitted, Model, fit};

/// Longer samples are told by means of neighbouring values, so many for the longer one.
const MOST: usize = 2000;

/// The noises that explain two samples, by the factor of each on the variance of a difference of means.
#[derive(Clone, Debug)]
pub(crate) struct Rivals {
    /// ln of the weight, adding up to 1, and the factor.
    weighted: Vec<(f64, f64)>,
    /// The degrees of freedom of a deviate.
    pub(crate) degrees: f64,
}

impl Rivals {
    /// From the normal scores of the ranks, so that heavy tails are harmless; `None` where nothing varies within the samples.
    pub(crate) fn of(ranks: &Ranks) -> Option<Self> {
        let total = (ranks.a.len() + ranks.b.len()) as f64;
        let scores = |r: &[f64]| -> Vec<f64> { r.iter().map(|r| quantile(r / (total + 1.0))).collect() };
        let (a, b) = (scores(&ranks.a), scores(&ranks.b));
        let white = fitted(&a, &b, Model::WHITE)?;
        let length = a.len().max(b.len()).div_ceil(MOST);
        let (a, b) = (means(&a, length), means(&b, length));
        let fits: Vec<(f64, Fitted)> = models(a.len(), b.len())
            .into_iter()
            .filter_map(|(prior, model)| Some((prior, fitted(&a, &b, model)?)))
            .collect();
        let posterior = |(prior, fit): &(f64, Fitted)| prior.ln() + fit.likelihood / 2.0;
        let sum = ln_sum(fits.iter().map(posterior));
        let factor = |fit: &Fitted| (fit.error / white.error).powi(2).max(1.0);
        let weighted = fits.iter().map(|f| (posterior(f) - sum, factor(&f.1))).collect();
        sum.is_finite().then_some(Self { weighted, degrees: total - 2.0 })
    }

    /// The mean of a p-value over the noises, as its logarithm; `ln_p` takes the factor on the variance and the degrees of freedom.
    pub(crate) fn ln_p(&self, ln_p: impl Fn(f64, f64) -> f64) -> f64 {
        ln_sum(self.weighted.iter().map(|(weight, factor)| weight + ln_p(*factor, self.degrees))).min(0.0)
    }

    /// The mean factor on the variance.
    pub(crate) fn inflation(&self) -> f64 {
        self.weighted.iter().map(|(weight, factor)| weight.exp() * factor).sum()
    }
}

/// ln Σ eˣ.
fn ln_sum(terms: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = terms.clone().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY { most } else { most + terms.map(|t| (t - most).exp()).sum::<f64>().ln() }
}

/// The means of neighbouring values, `length` of them each or, where that leaves some over, one more in some, spread evenly.
fn means(values: &[f64], length: usize) -> Vec<f64> {
    let count = (values.len() / length).max(1);
    let mean = |i: usize| {
        let part = &values[i * values.len() / count..(i + 1) * values.len() / count];
        part.iter().sum::<f64>() / part.len() as f64
    };
    (0..count).map(mean).collect()
}

fn fitted(a: &[f64], b: &[f64], model: Model) -> Option<Fitted> {
    let y: Vec<f64> = a.iter().chain(b).copied().collect();
    let x: Vec<f64> = (0..y.len()).map(|i| f64::from(u8::from(i >= a.len()))).collect();
    fit(&y, &x, model, Some(a.len()))
}

/// A grid over the persistence of the level and over its share of the variance, with prior weights.
///
/// Set by simulation: the slower a level, the more it counts, as −ln(1 − φ), and white noise counts as an eighth of the number of
/// values. With these, levels of φ = 0.8 and 0.9 beneath white noise of their own size differ in at most 7.5 % of pairs of samples of 20
/// to 500 values, those of φ = 0.95 in 8 %; flatter weights find more shifts among independent values and cry wolf at φ = 0.95. The
/// benchmark `compare` prints both.
/// A level slower than the shorter sample cannot be told from its mean, and is left out.
fn models(m: usize, n: usize) -> Vec<(f64, Model)> {
    let mut all = vec![((m + n) as f64 / 8.0, Model::WHITE)];
    for slow in [0.4_f64, 0.9, 1.6, 2.3, 3.0, 3.7, 4.4, 5.1, 5.8] {
        if slow >= (m.min(n) as f64).ln() - 0.3 {
            break;
        }
        let phi = -(-slow).exp_m1();
        for odds in [-4.0_f64, -3.0, -2.0, -1.0, 0.0, 1.0, 2.5, 5.0, 12.0] {
            all.push((slow, Model::stationary(phi, 1.0 / (1.0 + (-odds).exp()))));
        }
    }
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::quantile::tails::ln_two_sided_student;

    /// Uniform noise in [−½, ½).
    fn noise(i: usize) -> f64 {
        crate::quantile::random::SplitMix64::stream(11, i as u64).unit() - 0.5
    }

    /// The variance of the difference of two means of a level that falls by φ a step, over that of independent values.
    fn factor_of(n: usize, phi: f64) -> f64 {
        let sum: f64 = (0..n).flat_map(|i| (0..n).map(move |j| phi.powi(i.abs_diff(j) as i32))).sum();
        sum / n as f64
    }

    #[test]
    fn long_samples_tell_their_noise() {
        let white: Vec<f64> = (0..4000).map(noise).collect();
        let found = Rivals::of(&Ranks::new(&white[..2000], &white[2000..])).unwrap();
        assert!(found.inflation() < 1.4, "{}", found.inflation());
        let mut level = 0.0;
        let slow: Vec<f64> = (0..4000)
            .map(|i| {
                level = 0.8 * level + noise(i);
                level
            })
            .collect();
        let found = Rivals::of(&Ranks::new(&slow[..2000], &slow[2000..])).unwrap();
        let want = factor_of(2000, 0.8);
        let ratio = found.inflation() / want;
        assert!((0.7..1.5).contains(&ratio), "{} {want}", found.inflation());
    }

    #[test]
    fn short_samples_leave_doubt_and_long_ones_little() {
        let inflation = |n: usize| {
            let values: Vec<f64> = (0..2 * n).map(noise).collect();
            Rivals::of(&Ranks::new(&values[..n], &values[n..])).unwrap().inflation()
        };
        let (short, long) = (inflation(20), inflation(1000));
        assert!(short > 1.5 && long < 1.4, "{short} {long}");
    }

    #[test]
    fn the_mean_of_p_lies_between_and_needs_no_underflow() {
        let values: Vec<f64> = (0..60).map(noise).collect();
        let found = Rivals::of(&Ranks::new(&values[..30], &values[30..])).unwrap();
        let of = |z: f64| found.ln_p(|factor, degrees| ln_two_sided_student(z / factor.sqrt(), degrees));
        assert!(of(0.0).abs() < 1e-9 && of(3.0) > ln_two_sided_student(3.0, 58.0));
        // a constant in all of them comes out as it is
        assert!((found.ln_p(|_, _| -2000.0) + 2000.0).abs() < 1e-9);
        assert!(Rivals::of(&Ranks::new(&[1.0; 20], &[2.0; 20])).is_none());
    }
}
