//! The k-sample Anderson–Darling test: do the samples come from one distribution, tails included?

use super::mann_whitney::check;
use crate::error::{Error, Result};

/// The outcome of an [`anderson_darling`] test.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct AndersonDarling {
    /// (A² − (k − 1)) / σ: the statistic with midranks, standardised.
    pub statistic: f64,
    /// The p-value, interpolated between the published levels 0.25 and 0.001, and held at those ends.
    pub p_value: f64,
    /// Whether the p-value was held at an end: the true one is at least 0.25, or at most 0.001.
    pub clipped: bool,
}

/// The significance levels of Scholz and Stephens' table 2 and its three coefficients for each.
const LEVELS: [(f64, [f64; 3]); 7] = [
    (0.25, [0.675, -0.245, -0.105]),
    (0.1, [1.281, 0.25, -0.305]),
    (0.05, [1.645, 0.678, -0.362]),
    (0.025, [1.96, 1.149, -0.391]),
    (0.01, [2.326, 1.822, -0.396]),
    (0.005, [2.573, 2.364, -0.345]),
    (0.001, [3.085, 3.615, -0.154]),
];

/// k-sample Anderson–Darling with midranks, the version for ties and rounded values.
///
/// It weights the squared distance of each sample's distribution from the pooled one by 1/(F(1 − F)), and so sees the tails, where
/// latencies differ, better than Kolmogorov–Smirnov. n log n. The p-value is a quadratic through the logarithms of the seven
/// published levels, held within [0.001, 0.25]; do not read more into it, and do not feed it to a correction for many
/// comparisons that needs smaller ones. Assumes independent values; not for autocorrelated series.
///
/// Source: F. W. Scholz and M. A. Stephens, “K-Sample Anderson–Darling Tests”, J. Am. Stat. Assoc. 82 (1987), equation 7 and
/// table 2.
///
/// ```
/// use sre_stats::compare::anderson_darling;
/// let base: Vec<f64> = (0..100).map(f64::from).collect();
/// let moved: Vec<f64> = base.iter().map(|v| v + 30.0).collect();
/// assert_eq!(anderson_darling(&[base.clone(), moved])?.p_value, 0.001);
/// assert_eq!(anderson_darling(&[base.clone(), base])?.p_value, 0.25);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) with fewer than two samples or four values, NaN, infinities, or no variation;
/// [`Empty`](crate::ErrorKind::Empty) where a sample is empty.
pub fn anderson_darling(samples: &[Vec<f64>]) -> Result<AndersonDarling> {
    let [first, others @ ..] = samples else { return Err(Error::empty("no sample to compare")) };
    if others.is_empty() {
        return Err(Error::argument("a comparison needs two samples or more"));
    }
    for other in others {
        check(first, other)?;
    }
    let mut pooled: Vec<f64> = samples.iter().flatten().copied().collect();
    pooled.sort_unstable_by(f64::total_cmp);
    let total = pooled.len();
    if total < 4 || pooled[0] == pooled[total - 1] {
        return Err(Error::argument("the test needs four values or more that are not all equal"));
    }
    let n = total as f64;
    // each distinct value with l, how often it occurs, and B, its midrank from 0
    let mut distinct: Vec<(f64, f64, f64)> = Vec::new();
    let mut start = 0;
    for run in pooled.chunk_by(|x, y| x == y) {
        distinct.push((run[0], run.len() as f64, start as f64 + run.len() as f64 / 2.0));
        start += run.len();
    }
    let mut a2 = 0.0;
    for sample in samples {
        let mut sorted = sample.clone();
        sorted.sort_unstable_by(f64::total_cmp);
        let size = sorted.len() as f64;
        let (mut seen, mut sum) = (0usize, 0.0);
        for (value, l, b) in &distinct {
            let f = sorted[seen..].iter().take_while(|v| **v == *value).count();
            let m = seen as f64 + f as f64 / 2.0;
            seen += f;
            sum += l / n * (n * m - b * size).powi(2) / (b * (n - b) - n * l / 4.0);
        }
        a2 += sum / size;
    }
    a2 *= (n - 1.0) / n;
    let sizes: Vec<f64> = samples.iter().map(|s| s.len() as f64).collect();
    let degrees = (samples.len() - 1) as f64;
    let statistic = (a2 - degrees) / variance(&sizes, n).sqrt();
    let (p_value, clipped) = p_value(statistic, degrees);
    Ok(AndersonDarling { statistic, p_value, clipped })
}

/// The variance of A² under the null hypothesis: Scholz and Stephens' equation 4.
fn variance(sizes: &[f64], n: f64) -> f64 {
    let k = sizes.len() as f64;
    let inverse: f64 = sizes.iter().map(|s| 1.0 / s).sum();
    let (mut harmonic, mut g) = (0.0, 0.0);
    // g = Σᵢ Σⱼ 1/((n − i) j), i < j: running sums of 1/(n − 1) + 1/(n − 2) + … over 2, 3, …
    for i in 2..n as u64 {
        harmonic += 1.0 / (n + 1.0 - i as f64);
        g += harmonic / i as f64;
    }
    let h = harmonic + 1.0;
    let a = (4.0 * g - 6.0) * (k - 1.0) + (10.0 - 6.0 * g) * inverse;
    let b = (2.0 * g - 4.0) * k * k + 8.0 * h * k + (2.0 * g - 14.0 * h - 4.0) * inverse - 8.0 * h + 4.0 * g - 6.0;
    let c = (6.0 * h + 2.0 * g - 2.0) * k * k + (4.0 * h - 4.0 * g + 6.0) * k + (2.0 * h - 6.0) * inverse + 4.0 * h;
    let d = (2.0 * h + 6.0) * k * k - 4.0 * h * k;
    (a * n.powi(3) + b * n * n + c * n + d) / ((n - 1.0) * (n - 2.0) * (n - 3.0))
}

/// The p-value, and whether it was held at an end of the table.
fn p_value(statistic: f64, m: f64) -> (f64, bool) {
    let points = LEVELS.map(|(level, [b0, b1, b2])| (b0 + b1 / m.sqrt() + b2 / m, level.ln()));
    let (low, high) = (points[0].0, points[6].0);
    if statistic < low {
        return (LEVELS[0].0, true);
    }
    if statistic > high {
        return (LEVELS[6].0, true);
    }
    // least squares with the orthogonal polynomials of these points
    let count = points.len() as f64;
    let mean = points.iter().map(|p| p.0).sum::<f64>() / count;
    let s = |k: i32| points.iter().map(|p| (p.0 - mean).powi(k)).sum::<f64>();
    let tilt = s(3) / s(2);
    let second = |x: f64| (x - mean).powi(2) - tilt * (x - mean) - s(2) / count;
    let along = |f: &dyn Fn(f64) -> f64| {
        let square: f64 = points.iter().map(|p| f(p.0).powi(2)).sum();
        points.iter().map(|p| f(p.0) * p.1).sum::<f64>() / square * f(statistic)
    };
    ((along(&|_| 1.0) + along(&|x| x - mean) + along(&second)).exp(), false)
}
