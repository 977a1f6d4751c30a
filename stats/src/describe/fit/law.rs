//! Distributions with their parameters.

use std::fmt;

use statrs::distribution::{ContinuousCDF, Normal};
use statrs::function::gamma::{checked_gamma_lr, checked_gamma_ur, ln_gamma};

/// A family of distributions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// Symmetric, light tails: rarely a latency.
    Normal,
    /// Logarithms are normal: the usual first guess for latency.
    LogNormal,
    /// Times between independent events.
    Exponential,
    /// A power law from a smallest value on: heavy tails.
    Pareto,
    /// Times to failure; a stretched exponential where the shape is below 1.
    Weibull,
    /// Sums of exponential stages.
    Gamma,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Normal, Self::LogNormal, Self::Exponential, Self::Pareto, Self::Weibull, Self::Gamma];

    /// Its name: `lognormal`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::LogNormal => "lognormal",
            Self::Exponential => "exponential",
            Self::Pareto => "pareto",
            Self::Weibull => "weibull",
            Self::Gamma => "gamma",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A distribution: a family with its parameters, all finite; those named scale, shape, rate, sd and sigma above 0.
///
/// With other parameters its functions return NaN.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Law {
    /// Mean and standard deviation.
    Normal {
        /// The mean.
        mean: f64,
        /// The standard deviation.
        sd: f64,
    },
    /// Mean and standard deviation of the natural logarithm.
    LogNormal {
        /// The mean of the logarithm.
        mu: f64,
        /// The standard deviation of the logarithm.
        sigma: f64,
    },
    /// Events per unit.
    Exponential {
        /// One over the mean.
        rate: f64,
    },
    /// P(X > x) = (scale/x)^shape from `scale` on.
    Pareto {
        /// The smallest value.
        scale: f64,
        /// The exponent of the tail; at 2 and below there is no variance, at 1 and below no mean.
        shape: f64,
    },
    /// P(X > x) = exp(−(x/scale)^shape).
    Weibull {
        /// The shape: 1 is exponential, below 1 the tail is heavier.
        shape: f64,
        /// The value that a share 1 − 1/e lies below.
        scale: f64,
    },
    /// The density ∝ x^(shape−1) exp(−rate · x).
    Gamma {
        /// The shape.
        shape: f64,
        /// The rate.
        rate: f64,
    },
}

impl Law {
    /// The family.
    pub fn family(&self) -> Family {
        match self {
            Self::Normal { .. } => Family::Normal,
            Self::LogNormal { .. } => Family::LogNormal,
            Self::Exponential { .. } => Family::Exponential,
            Self::Pareto { .. } => Family::Pareto,
            Self::Weibull { .. } => Family::Weibull,
            Self::Gamma { .. } => Family::Gamma,
        }
    }

    /// The parameters by name.
    pub fn parameters(&self) -> Vec<(&'static str, f64)> {
        match *self {
            Self::Normal { mean, sd } => vec![("mean", mean), ("sd", sd)],
            Self::LogNormal { mu, sigma } => vec![("mu", mu), ("sigma", sigma)],
            Self::Exponential { rate } => vec![("rate", rate)],
            Self::Pareto { scale, shape } => vec![("scale", scale), ("shape", shape)],
            Self::Weibull { shape, scale } => vec![("shape", shape), ("scale", scale)],
            Self::Gamma { shape, rate } => vec![("shape", shape), ("rate", rate)],
        }
    }

    /// P(X ≤ x).
    pub fn cdf(&self, x: f64) -> f64 {
        let positive = x > 0.0;
        match *self {
            Self::Normal { mean, sd } => normal_below((x - mean) / sd),
            Self::LogNormal { mu, sigma } if positive => normal_below((x.ln() - mu) / sigma),
            Self::Exponential { rate } if positive => -(-rate * x).exp_m1(),
            Self::Pareto { scale, shape } if x > scale => -(shape * (scale / x).ln()).exp_m1(),
            Self::Weibull { shape, scale } if positive => -(-(x / scale).powf(shape)).exp_m1(),
            Self::Gamma { shape, rate } if positive => checked_gamma_lr(shape, rate * x).unwrap_or(f64::NAN),
            _ => 0.0,
        }
    }

    /// P(X > x), which keeps its digits where it is tiny.
    pub fn survival(&self, x: f64) -> f64 {
        let positive = x > 0.0;
        match *self {
            Self::Normal { mean, sd } => normal_below(-(x - mean) / sd),
            Self::LogNormal { mu, sigma } if positive => normal_below(-(x.ln() - mu) / sigma),
            Self::Exponential { rate } if positive => (-rate * x).exp(),
            Self::Pareto { scale, shape } if x > scale => (shape * (scale / x).ln()).exp(),
            Self::Weibull { shape, scale } if positive => (-(x / scale).powf(shape)).exp(),
            Self::Gamma { shape, rate } if positive => checked_gamma_ur(shape, rate * x).unwrap_or(f64::NAN),
            _ => 1.0,
        }
    }

    /// The value below which a share p lies; NaN outside [0, 1].
    pub fn quantile(&self, p: f64) -> f64 {
        if !(0.0..=1.0).contains(&p) {
            return f64::NAN;
        }
        match *self {
            Self::Normal { mean, sd } => mean + sd * Normal::standard().inverse_cdf(p),
            Self::LogNormal { mu, sigma } => (mu + sigma * Normal::standard().inverse_cdf(p)).exp(),
            Self::Exponential { rate } => -(-p).ln_1p() / rate,
            Self::Pareto { scale, shape } => scale * (-(-p).ln_1p() / shape).exp(),
            Self::Weibull { shape, scale } => scale * (-(-p).ln_1p()).powf(1.0 / shape),
            Self::Gamma { shape, rate } => gamma_quantile(shape, p) / rate,
        }
    }

    /// The logarithm of the density at x; −∞ where there is none.
    pub fn ln_density(&self, x: f64) -> f64 {
        let half_ln_tau = 0.5 * std::f64::consts::TAU.ln();
        let positive = x > 0.0;
        match *self {
            Self::Normal { mean, sd } => -0.5 * ((x - mean) / sd).powi(2) - sd.ln() - half_ln_tau,
            Self::LogNormal { mu, sigma } if positive => {
                -0.5 * ((x.ln() - mu) / sigma).powi(2) - sigma.ln() - half_ln_tau - x.ln()
            }
            Self::Exponential { rate } if x >= 0.0 => rate.ln() - rate * x,
            Self::Pareto { scale, shape } if x >= scale => shape.ln() + shape * (scale / x).ln() - x.ln(),
            Self::Weibull { shape, scale } if positive => {
                let z = x / scale;
                shape.ln() - scale.ln() + (shape - 1.0) * z.ln() - z.powf(shape)
            }
            Self::Gamma { shape, rate } if positive => {
                shape * rate.ln() - ln_gamma(shape) + (shape - 1.0) * x.ln() - rate * x
            }
            _ => f64::NEG_INFINITY,
        }
    }
}

fn normal_below(z: f64) -> f64 {
    Normal::standard().cdf(z)
}

/// The quantile of a gamma law of rate 1, by halving a bracket: also where it is tiny, which a shape below 1 makes it.
fn gamma_quantile(shape: f64, p: f64) -> f64 {
    if p >= 1.0 {
        return f64::INFINITY;
    }
    let below = |x: f64| {
        let (lower, upper) = (checked_gamma_lr(shape, x), checked_gamma_ur(shape, x));
        if p <= 0.5 { lower.is_ok_and(|l| l < p) } else { upper.is_ok_and(|u| u > 1.0 - p) }
    };
    // P(a, x) ≤ xᵃ / Γ(a+1), so this is never above the quantile
    let mut low = ((p.ln() + ln_gamma(shape + 1.0)) / shape).exp();
    // NaN for parameters that are none
    if low.is_nan() || low < 1e-300 {
        return low;
    }
    let mut high = (2.0 * low).max(shape + 1.0);
    while below(high) && high.is_finite() {
        (low, high) = (high, 2.0 * high);
    }
    for _ in 0..200 {
        let middle = if high / low > 2.0 { (low * high).sqrt() } else { f64::midpoint(low, high) };
        if middle <= low || middle >= high {
            break;
        }
        if below(middle) { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

impl fmt::Display for Law {
    /// As `lognormal (mu −2.31, sigma 0.98)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<String> = self
            .parameters()
            .iter()
            .map(|(name, value)| format!("{name} {}", crate::unit::significant(*value)))
            .collect();
        write!(f, "{} ({})", self.family(), shown.join(", "))
    }
}
