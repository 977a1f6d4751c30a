//! The normal distribution: a quantile, a tail, and seeded variates.

use statrs::function::erf::erfc;

use crate::quantile::random::SplitMix64;

pub(super) use crate::quantile::tails::quantile;

/// ln P(Z ≥ z), without underflow.
pub(super) fn ln_above(z: f64) -> f64 {
    if z < 25.0 {
        return (0.5 * erfc(z / std::f64::consts::SQRT_2)).ln();
    }
    // the first terms of the asymptotic series of the Mills ratio: six digits from here on
    -z * z / 2.0 - (z * (2.0 * std::f64::consts::PI).sqrt()).ln() - 1.0 / (z * z)
}

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
    fn tails_are_the_published_ones() {
        // Abramowitz and Stegun, tables 26.1 and 26.2
        assert!((ln_above(1.959_963_984_540_054) - 0.025_f64.ln()).abs() < 1e-9);
        assert!((ln_above(10.0) / std::f64::consts::LN_10 + 23.118_05).abs() < 1e-4);
        assert!((ln_above(25.0 - 1e-12) - ln_above(25.0)).abs() < 1e-4);
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-12);
    }

    #[test]
    fn variates_have_the_moments_of_the_law() {
        let mut random = Variates::stream(1, 0);
        let x: Vec<f64> = (0..40_000).map(|_| random.next()).collect();
        let moment = |p: i32| x.iter().map(|v| v.powi(p)).sum::<f64>() / x.len() as f64;
        assert!(moment(1).abs() < 0.02 && (moment(2) - 1.0).abs() < 0.03 && (moment(4) - 3.0).abs() < 0.2);
    }
}
