//! The generalised extreme studentised deviate test for several outliers.

use statrs::function::beta::inv_beta_reg;

use crate::error::{Error, Result};

/// One step of the test: the value farthest from the mean of what is left.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct EsdStep {
    /// Where it stands in the sample, counted from 0.
    pub index: usize,
    /// Its distance to the mean in standard deviations, both without the values of the steps before.
    pub statistic: f64,
    /// What the distance must exceed.
    pub critical: f64,
    /// Whether it is an outlier: this step or a later one exceeds its critical value.
    pub outlier: bool,
}

/// Rosner's generalised ESD test: up to `most` outliers of a sample that is normal but for them, at a level such as 0.05 for the
/// whole test.
///
/// Steps are given in the order of the test, the farthest value first; those that are outliers come first. Several outliers do not mask
/// each other, as they do where one is tested after the other. O(n log n). Not for autocorrelated values (take season and trend out
/// first) nor for heavy tails, where far values are what is to be expected; from n = 25 on the critical values hold well, from 15 on
/// about.
///
/// Source: B. Rosner, *Percentage points for a generalized ESD many-outlier procedure*, Technometrics 25 (1983).
///
/// ```
/// use sre_stats::forecast::generalised_esd;
/// let mut values: Vec<f64> = (0..40).map(|i| f64::from(i * 17 % 40) / 10.0).collect();
/// values[7] = 25.0;
/// let steps = generalised_esd(&values, 3, 0.05)?;
/// assert!(steps[0].index == 7 && steps[0].outlier && !steps[1].outlier);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) on a value that is not finite, a level outside (0, 1), or with fewer than `most` + 3
/// values.
pub fn generalised_esd(values: &[f64], most: usize, alpha: f64) -> Result<Vec<EsdStep>> {
    let n = values.len();
    if n < most.saturating_add(3) {
        return Err(Error::argument(format!("{n} values and up to {most} outliers"))
            .hint("three values more than outliers are needed"));
    }
    if !(alpha > 0.0 && alpha < 1.0) {
        return Err(Error::argument(format!("a level of {alpha} is not between 0 and 1")).hint("0.05 is usual"));
    }
    if let Some(v) = values.iter().find(|v| !v.is_finite()) {
        return Err(Error::argument(format!("a value is {v}")).hint("leave it out"));
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    // about the median, so that sums keep their digits; what is left is always a run of the sorted values
    let middle = values[order[n / 2]];
    let at = |place: usize| values[order[place]] - middle;
    let (mut low, mut high) = (0, n);
    let mut steps = Vec::with_capacity(most);
    // the run without its farthest values once in full, then updated by what leaves
    let mut sum: f64 = (0..n).map(at).sum();
    for i in 1..=most {
        let count = (high - low) as f64;
        let mean = sum / count;
        let square = (low..high).map(|p| (at(p) - mean).powi(2));
        let deviation = (square.sum::<f64>() / (count - 1.0)).sqrt();
        let (below, above) = (mean - at(low), at(high - 1) - mean);
        let (place, distance) = if below > above { (low, below) } else { (high - 1, above) };
        if deviation == 0.0 {
            break;
        }
        steps.push(EsdStep {
            index: order[place],
            statistic: distance / deviation,
            critical: critical(n, i, alpha),
            outlier: false,
        });
        sum -= at(place);
        if place == low {
            low += 1;
        } else {
            high -= 1;
        }
    }
    let outliers = steps.iter().rposition(|s| s.statistic > s.critical).map_or(0, |i| i + 1);
    steps[..outliers].iter_mut().for_each(|s| s.outlier = true);
    Ok(steps)
}

/// Rosner's λ for outlier number `i` of a sample of n.
fn critical(n: usize, i: usize, alpha: f64) -> f64 {
    let left = (n - i + 1) as f64;
    let freedom = left - 2.0;
    // Student's t from the incomplete beta function: P(|T| > t) = I(df / (df + t²); df/2, 1/2)
    let x = inv_beta_reg(freedom / 2.0, 0.5, alpha / left);
    let t2 = freedom * (1.0 - x) / x;
    (left - 1.0) * (t2 / ((freedom + t2) * left)).sqrt()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Rosner's example as printed in the NIST/SEMATECH handbook, section 1.3.5.17.3.
    const ROSNER: [f64; 54] = [
        -0.25, 0.68, 0.94, 1.15, 1.20, 1.26, 1.26, 1.34, 1.38, 1.43, 1.49, 1.49, 1.55, 1.56, 1.58, 1.65, 1.69, 1.70,
        1.76, 1.77, 1.81, 1.91, 1.94, 1.96, 1.99, 2.06, 2.09, 2.10, 2.14, 2.15, 2.23, 2.24, 2.26, 2.35, 2.37, 2.40,
        2.47, 2.54, 2.62, 2.64, 2.90, 2.92, 2.92, 2.93, 3.21, 3.26, 3.30, 3.59, 3.68, 4.30, 4.64, 5.34, 5.42, 6.01,
    ];

    #[test]
    fn rosners_example_has_three_outliers() {
        let steps = generalised_esd(&ROSNER, 10, 0.05).unwrap();
        let printed = [
            (3.118, 3.158),
            (2.942, 3.151),
            (3.179, 3.143),
            (2.810, 3.136),
            (2.815, 3.128),
            (2.848, 3.120),
            (2.279, 3.111),
            (2.310, 3.103),
            (2.101, 3.094),
            (2.067, 3.085),
        ];
        for (step, (statistic, critical)) in steps.iter().zip(printed) {
            assert!(
                (step.statistic - statistic).abs() < 1.1e-3 && (step.critical - critical).abs() < 1.1e-3,
                "{step:?}"
            );
        }
        let outliers: Vec<f64> = steps.iter().filter(|s| s.outlier).map(|s| ROSNER[s.index]).collect();
        assert_eq!(outliers, [6.01, 5.42, 5.34]);
    }

    #[test]
    fn critical_values_are_scipys() {
        let all: serde_json::Value =
            serde_json::from_str(include_str!("../../../tests/reference/forecast/expected.json")).unwrap();
        for row in all["esd"].as_array().unwrap() {
            let v = |i: usize| row[i].as_f64().unwrap();
            let got = critical(v(0) as usize, v(1) as usize, v(2));
            assert!((got - v(3)).abs() < 1e-9, "{row}: {got}");
        }
    }

    #[test]
    fn what_cannot_be_tested_is_refused() {
        assert!(generalised_esd(&[1.0, 2.0, 3.0], 1, 0.05).is_err());
        assert!(generalised_esd(&[1.0, 2.0, 3.0, f64::NAN], 1, 0.05).is_err());
        assert!(generalised_esd(&[1.0; 10], 3, 0.05).unwrap().is_empty());
    }
}
