//! Seeded random numbers for resampling: the same seed gives the same numbers on every machine.

use crate::quantile::random::SplitMix64;

/// Numbers of several distributions.
pub(crate) struct Random(SplitMix64);

impl Random {
    /// A generator that starts at a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(SplitMix64::new(seed ^ 0x6a09_e667_f3bc_c909))
    }

    /// A whole number in `[0, n)`, its bias below 2⁻⁶⁴ n.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0.below(n)
    }

    /// A number in (0, 1).
    fn unit(&mut self) -> f64 {
        ((self.0.next() >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    /// A standard normal number (Box and Muller, 1958).
    fn normal(&mut self) -> f64 {
        (-2.0 * self.unit().ln()).sqrt() * (2.0 * std::f64::consts::PI * self.unit()).cos()
    }

    /// A gamma number of shape ≥ 1 (Marsaglia and Tsang, 2000).
    fn gamma(&mut self, shape: f64) -> f64 {
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.unit().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// The k-th smallest (from 1) of n independent uniform numbers: a Beta(k, n + 1 − k) number.
    pub(crate) fn order_statistic(&mut self, k: usize, n: usize) -> f64 {
        let (a, b) = (self.gamma(k as f64), self.gamma((n + 1 - k) as f64));
        a / (a + b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_statistics_have_the_moments_of_the_beta_distribution() {
        let mut random = Random::new(3);
        for (k, n) in [(1, 1), (1, 10), (99, 100), (500, 1000)] {
            let draws: Vec<f64> = (0..20_000).map(|_| random.order_statistic(k, n)).collect();
            let mean = draws.iter().sum::<f64>() / 2e4;
            let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / 2e4;
            let (a, b) = (k as f64, (n + 1 - k) as f64);
            let want = a * b / ((a + b).powi(2) * (a + b + 1.0));
            assert!((mean - a / (a + b)).abs() < 4.0 * (want / 2e4).sqrt(), "{k} of {n}: mean {mean}");
            assert!((variance / want - 1.0).abs() < 0.06, "{k} of {n}: variance {variance}, {want}");
        }
    }
}
