//! Where the likelihood of each family is greatest.

use super::law::{Family, Law};
use crate::describe::moments::{Moments, mean, sums};
use crate::error::{Error, Result};

/// The law of a family under which at least one sorted value is most likely.
pub(super) fn maximum(sorted: &[f64], family: Family) -> Result<Law> {
    let (least, most) = (sorted[0], sorted[sorted.len() - 1]);
    if family != Family::Normal && least <= 0.0 {
        return Err(
            Error::argument(format!("a {family} law has no value of {least}")).hint("it fits positive values only")
        );
    }
    // equal samples still have a mean time between events
    if family != Family::Exponential && least == most {
        return Err(Error::argument(format!("all samples are {least}: no {family} law is that narrow"))
            .hint("take samples that differ"));
    }
    let law = match family {
        Family::Normal => {
            let moments = Moments::of(sorted);
            Law::Normal { mean: moments.mean, sd: moments.population_sd().unwrap_or(f64::INFINITY) }
        }
        Family::LogNormal => {
            let moments = Moments::of(&logarithms(sorted, 0.0));
            Law::LogNormal { mu: moments.mean, sigma: moments.population_sd().unwrap_or(f64::INFINITY) }
        }
        Family::Exponential => Law::Exponential { rate: 1.0 / mean(sorted) },
        Family::Pareto => Law::Pareto { scale: least, shape: 1.0 / mean(&logarithms(sorted, least.ln())) },
        Family::Weibull => weibull(sorted),
        Family::Gamma => gamma(sorted),
    };
    if law.parameters().iter().any(|(name, v)| !v.is_finite() || (*v <= 0.0 && !matches!(*name, "mean" | "mu"))) {
        return Err(Error::argument(format!("the {family} law has no finite maximum of likelihood"))
            .hint("the samples are too wide or too alike for it"));
    }
    Ok(law)
}

/// ln x less an origin.
fn logarithms(values: &[f64], origin: f64) -> Vec<f64> {
    values.iter().map(|x| x.ln() - origin).collect()
}

/// The shape solves Σ xᵏ ln x / Σ xᵏ − 1/k = mean ln x, whose left side rises with k; by Newton's method inside a bracket.
fn weibull(sorted: &[f64]) -> Law {
    // logarithms below that of the largest sample, so that no power overflows
    let top = sorted[sorted.len() - 1].ln();
    let logs = logarithms(sorted, top);
    let moments = Moments::of(&logs);
    let center = moments.mean;
    let score = |k: f64| {
        let [s0, s1, s2] = sums(&logs, |z| {
            let w = (k * z).exp();
            [w, w * z, w * z * z]
        });
        let m = s1 / s0;
        (m - 1.0 / k - center, (s2 / s0 - m * m).max(0.0) + 1.0 / (k * k))
    };
    // the logarithm of a Weibull variable has the standard deviation π/√6 / k
    let mut k = 1.282_549_830_161_864 / moments.sd().unwrap_or(1.0);
    let (mut low, mut high) = (0.0, f64::INFINITY);
    for _ in 0..200 {
        let (value, slope) = score(k);
        if value > 0.0 {
            high = k;
        } else {
            low = k;
        }
        let newton = k - value / slope;
        // at the root rounding alone may point out of the bracket
        if (newton - k).abs() <= 4.0 * f64::EPSILON * k {
            break;
        }
        k = if newton > low && newton < high {
            newton
        } else if high.is_finite() {
            f64::midpoint(low, high)
        } else {
            2.0 * k
        };
    }
    let [power] = sums(&logs, |z| [(k * z).exp()]);
    Law::Weibull { shape: k, scale: (top + (power / logs.len() as f64).ln() / k).exp() }
}

/// The shape solves ln a − ψ(a) = ln mean x − mean ln x; the rate is a / mean x.
fn gamma(sorted: &[f64]) -> Law {
    let mean = mean(sorted);
    // of ratios to the mean, whose distances to 1 add up to 0, so that nothing large is subtracted
    let [sum] = sums(sorted, |x| {
        let d = (x - mean) / mean;
        [d - d.ln_1p()]
    });
    let s = sum / sorted.len() as f64;
    // Minka's starting point is within 1.5 %
    let start = (3.0 - s + ((s - 3.0).powi(2) + 24.0 * s).sqrt()) / (12.0 * s);
    let (mut low, mut high) = (start / 2.0, start * 2.0);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if ln_less_digamma(middle) > s { low = middle } else { high = middle }
    }
    let shape = f64::midpoint(low, high);
    Law::Gamma { shape, rate: shape / mean }
}

/// ln a − ψ(a) for a > 0, without subtracting the two: by its asymptotic series from 20 on, and the recurrence of ψ below.
fn ln_less_digamma(a: f64) -> f64 {
    let steps = (20.0 - a).ceil().max(0.0);
    let b = a + steps;
    let w = 1.0 / (b * b);
    let series = 0.5 / b + w * (1.0 / 12.0 - w * (1.0 / 120.0 - w * (1.0 / 252.0 - w * (1.0 / 240.0 - w / 132.0))));
    let recurrence: f64 = (0..steps as u32).map(|j| 1.0 / (a + f64::from(j))).sum();
    series + recurrence + (a / b).ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::function::gamma::digamma;

    #[test]
    fn the_digamma_function_is_the_published_one() {
        // ψ(1) = −γ, ψ(½) = −γ − 2 ln 2
        let euler = 0.577_215_664_901_532_9;
        assert!((ln_less_digamma(1.0) - euler).abs() < 1e-14);
        assert!((ln_less_digamma(0.5) - (0.5_f64.ln() + euler + 2.0 * 2.0_f64.ln())).abs() < 1e-13);
        for a in [1e-3, 0.1, 2.5, 19.9, 20.1, 300.0] {
            assert!((ln_less_digamma(a) / (a.ln() - digamma(a)) - 1.0).abs() < 1e-9, "{a}");
        }
    }
}
