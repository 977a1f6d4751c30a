//! The normal distribution where its tails matter: p-values kept as logarithms.

use statrs::function::beta::beta_reg;
use statrs::function::erf::erfc_inv;
use statrs::function::gamma::gamma_ur;

/// ln of the two-sided tail P(|Z| ≥ |z|) of a standard normal variable, without underflow.
///
/// Below |z| = 5 from the incomplete gamma function; beyond, from the continued fraction of the Mills ratio, which converges fast there.
///
/// ```
/// # use sre_stats::trend::ln_two_sided;
/// // e^ln_p is 0 in an f64, its logarithm is not lost
/// assert!((ln_two_sided(50.0) + 1254.1382140).abs() < 1e-6);
/// ```
pub fn ln_two_sided(z: f64) -> f64 {
    let a = z.abs();
    if a < 5.0 {
        // the incomplete gamma function keeps all digits, where statrs' erfc keeps ten
        return if a == 0.0 { 0.0 } else { gamma_ur(0.5, a * a / 2.0).ln() };
    }
    // Q(a) = φ(a) / (a + 1/(a + 2/(a + 3/(a + …))))
    let mut fraction = a;
    for k in (1..=80).rev() {
        fraction = a + f64::from(k) / fraction;
    }
    std::f64::consts::LN_2 - a * a / 2.0 - (2.0 * std::f64::consts::PI).sqrt().ln() - fraction.ln()
}

/// P(Z ≥ x) of a standard normal variable.
pub(crate) fn upper_tail(x: f64) -> f64 {
    let half = ln_two_sided(x).exp() / 2.0;
    if x >= 0.0 { half } else { 1.0 - half }
}

/// ln of the two-sided tail of Student's t with `df` degrees of freedom.
///
/// From the incomplete beta function; where that underflows, by Wallace's normal deviate (1959), good to three digits.
pub(crate) fn ln_two_sided_student(t: f64, df: f64) -> f64 {
    if t.is_infinite() {
        return f64::NEG_INFINITY;
    }
    let p = beta_reg(df / 2.0, 0.5, df / (df + t * t));
    if p > 1e-280 {
        return p.min(1.0).ln();
    }
    ln_two_sided((df * (t * t / df).ln_1p()).sqrt() * (8.0 * df + 1.0) / (8.0 * df + 3.0))
}

/// The t with P(|T| ≥ t) = `alpha`, by halving.
pub(crate) fn student_quantile(alpha: f64, df: f64) -> f64 {
    let target = alpha.ln();
    let (mut low, mut high) = (0.0, 1.0);
    while ln_two_sided_student(high, df) > target && high < 1e300 {
        high *= 2.0;
    }
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if ln_two_sided_student(middle, df) > target { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
}

/// The two-sided quantile: the z with P(|Z| ≥ z) = `alpha`.
pub(crate) fn two_sided_quantile(alpha: f64) -> f64 {
    std::f64::consts::SQRT_2 * erfc_inv(alpha)
}

/// The quantile of a standard normal variable.
pub(crate) fn quantile(p: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_branches_meet() {
        let (below, above) = (ln_two_sided(5.0 - 1e-12), ln_two_sided(5.0 + 1e-12));
        assert!((below - above).abs() < 1e-10, "{below} {above}");
        assert_eq!(ln_two_sided(0.0), 0.0);
        assert_eq!(ln_two_sided(-7.0), ln_two_sided(7.0));
    }

    #[test]
    fn quantiles_are_the_published_ones() {
        // Abramowitz and Stegun, table 26.5
        assert!((two_sided_quantile(0.05) - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((two_sided_quantile(0.01) - 2.575_829_303_548_901).abs() < 1e-12);
        // table 26.10 for 10 degrees
        assert!((student_quantile(0.05, 10.0) - 2.228).abs() < 5e-4);
        assert!((upper_tail(1.96) - 0.024_998).abs() < 1e-6 && (upper_tail(-1.96) - 0.975_002).abs() < 1e-6);
        assert!((quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((quantile(0.25) + 0.674_489_750_196_081_7).abs() < 1e-12);
    }
}
