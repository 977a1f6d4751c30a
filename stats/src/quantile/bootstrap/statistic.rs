//! The statistics that are resampled, and their values without one sample each.

use rayon::prelude::*;

use crate::method::Definition;
use crate::quantile::exact::{at, position};
use crate::quantile::probability::Quantile;

/// A statistic of a sample.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Resampled {
    /// The arithmetic mean.
    Mean,
    /// The standard deviation, n − 1 in the divisor.
    StandardDeviation,
    /// A quantile by a definition.
    Quantile(Quantile, Definition),
    /// Any other, by its name: a function of at least one finite value in any order.
    Function(&'static str, fn(&[f64]) -> f64),
}

impl Resampled {
    /// Its name.
    pub fn name(&self) -> String {
        match self {
            Self::Mean => "mean".into(),
            Self::StandardDeviation => "standard deviation".into(),
            Self::Quantile(q, definition) => format!("{q} ({definition})"),
            Self::Function(name, _) => (*name).into(),
        }
    }

    /// Its value of a sample, whose order is lost.
    pub(super) fn of(&self, sample: &mut [f64]) -> f64 {
        let n = sample.len() as f64;
        match self {
            Self::Mean => sample.iter().sum::<f64>() / n,
            Self::StandardDeviation => {
                let mean = sample.iter().sum::<f64>() / n;
                (sample.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
            }
            Self::Quantile(q, definition) => {
                let (low, high, _) = position(sample.len(), *q, *definition);
                let (_, a, above) = sample.select_nth_unstable_by(low, f64::total_cmp);
                let a = *a;
                let b = if high > low { above.iter().copied().fold(f64::INFINITY, f64::min) } else { a };
                at(|rank| if rank == low { a } else { b }, sample.len(), *q, *definition)
            }
            Self::Function(_, function) => function(sample),
        }
    }

    /// Its values without each of n ≥ 2 samples.
    pub(super) fn without_each(&self, samples: &[f64]) -> Vec<f64> {
        let n = samples.len() as f64;
        match self {
            Self::Mean => {
                let sum: f64 = samples.iter().sum();
                samples.iter().map(|v| (sum - v) / (n - 1.0)).collect()
            }
            Self::StandardDeviation => {
                let mean = samples.iter().sum::<f64>() / n;
                let square: f64 = samples.iter().map(|v| (v - mean).powi(2)).sum();
                let one = |v: &f64| ((square - n / (n - 1.0) * (v - mean).powi(2)).max(0.0) / (n - 2.0)).sqrt();
                samples.iter().map(one).collect()
            }
            Self::Quantile(q, definition) => {
                let mut sorted = samples.to_vec();
                sorted.sort_unstable_by(f64::total_cmp);
                let one = |i: usize| {
                    at(|rank| sorted[if rank < i { rank } else { rank + 1 }], sorted.len() - 1, *q, *definition)
                };
                (0..sorted.len()).map(one).collect()
            }
            Self::Function(_, function) => {
                let one = |scratch: &mut Vec<f64>, i: usize| {
                    scratch.clear();
                    scratch.extend_from_slice(&samples[..i]);
                    scratch.extend_from_slice(&samples[i + 1..]);
                    function(scratch)
                };
                (0..samples.len()).into_par_iter().map_init(Vec::new, one).collect()
            }
        }
    }
}
