//! The normal distribution: a quantile, a tail, and seeded variates.

use crate::quantile::random::SplitMix64;

pub(super) use crate::quantile::tails::{ln_upper_tail, quantile};

/// Standard normal variates by Marsaglia's polar method (1964).
pub(super) struct Variates {
    random: SplitMix64,
    spare: Option<f64>,
}

impl Variates {
    /// The variates of one of many independent streams of a seed.
    pub(super) fn stream(seed: u64, number: u64) -> Self {
        Self { random: SplitMix64::stream(seed, number), spare: None }
    }

    pub(super) fn next(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        loop {
            let mut unit = || (self.random.next() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0;
            let (u, v) = (unit(), unit());
            let s = u * u + v * v;
            if s > 0.0 && s < 1.0 {
                let factor = (-2.0 * s.ln() / s).sqrt();
                self.spare = Some(v * factor);
                return u * factor;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variates_have_the_moments_of_the_law() {
        let mut random = Variates::stream(1, 0);
        let x: Vec<f64> = (0..40_000).map(|_| random.next()).collect();
        let moment = |p: i32| x.iter().map(|v| v.powi(p)).sum::<f64>() / x.len() as f64;
        assert!(moment(1).abs() < 0.02 && (moment(2) - 1.0).abs() < 0.03 && (moment(4) - 3.0).abs() < 0.2);
    }
}
