//! Tails and quantiles of the χ² distribution.

use statrs::function::gamma::{gamma_lr, gamma_ur};

/// P(χ² ≤ x) and P(χ² ≥ x) for `df` degrees of freedom.
pub(crate) fn chi_squared(x: f64, df: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x.is_infinite() {
        return (1.0, 0.0);
    }
    (gamma_lr(df / 2.0, x / 2.0), gamma_ur(df / 2.0, x / 2.0))
}

/// The x with P(χ² ≤ x) = p, p in (0, 1).
pub(crate) fn chi_squared_quantile(p: f64, df: f64) -> f64 {
    let (mut low, mut high) = (0.0, df.max(1.0));
    while chi_squared(high, df).0 < p && high < 1e300 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if chi_squared(middle, df).0 < p { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_abramowitz_and_stegun() {
        // table 26.8
        for (df, want) in [(1.0, 3.841_46), (10.0, 18.307_0), (100.0, 124.342)] {
            assert!((chi_squared(want, df).1 - 0.05).abs() < 1e-5, "{df}");
            assert!((chi_squared_quantile(0.95, df) / want - 1.0).abs() < 1e-5, "{df}");
        }
    }
}
