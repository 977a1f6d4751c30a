//! Tails and quantiles of the normal and of Student's distribution; p-values are kept as logarithms.

use statrs::function::erf::erfc_inv;
use statrs::function::gamma::gamma_ur;

use super::beta::beta_reg;

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

/// ln P(Z ≥ x) of a standard normal variable, without underflow.
pub(crate) fn ln_upper_tail(x: f64) -> f64 {
    ln_above_student(x, f64::INFINITY)
}

/// ln of the two-sided tail of Student's t; `df` may be infinite.
///
/// From the incomplete beta function; where that underflows, by Wallace's normal deviate (1959), good to three digits.
pub(crate) fn ln_two_sided_student(t: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return ln_two_sided(t);
    }
    if t.is_infinite() {
        return f64::NEG_INFINITY;
    }
    let square = t * t;
    let p = beta_reg(df / 2.0, 0.5, df / (df + square), square / (df + square));
    if p > 1e-280 {
        return p.min(1.0).ln();
    }
    ln_two_sided((df * (square / df).ln_1p()).sqrt() * (8.0 * df + 1.0) / (8.0 * df + 3.0))
}

/// ln P(T ≥ t), one-sided.
pub(crate) fn ln_above_student(t: f64, df: f64) -> f64 {
    let half = ln_two_sided_student(t, df) - std::f64::consts::LN_2;
    if t >= 0.0 { half } else { (-half.exp()).ln_1p() }
}

/// The quantile of a standard normal variable.
pub(crate) fn quantile(p: f64) -> f64 {
    -std::f64::consts::SQRT_2 * erfc_inv(2.0 * p)
}

/// The t with P(|T| ≥ t) = `alpha`; `df` may be infinite, for the normal distribution.
pub(crate) fn two_sided_critical(alpha: f64, df: f64) -> f64 {
    if df.is_infinite() {
        return std::f64::consts::SQRT_2 * erfc_inv(alpha);
    }
    let target = alpha.ln();
    let (mut low, mut high) = (0.0, 1.0);
    while ln_two_sided_student(high, df) > target && high < 1e150 {
        high *= 2.0;
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if ln_two_sided_student(middle, df) > target { low = middle } else { high = middle }
    }
    f64::midpoint(low, high)
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
        assert!((ln_two_sided(50.0) + 1_254.138_214_0).abs() < 1e-6);
    }

    #[test]
    fn values_are_the_published_ones() {
        // Student (1908) as tabulated in Abramowitz and Stegun, tables 26.10 and, for the normal, 26.5
        let tabulated =
            [(1.0, 12.706_2), (4.0, 2.776_4), (5.0, 2.570_6), (10.0, 2.228_1), (20.0, 2.086_0), (30.0, 2.042_3)];
        for (df, want) in tabulated {
            assert!((two_sided_critical(0.05, df) - want).abs() < 6e-5, "{df}: {}", two_sided_critical(0.05, df));
        }
        assert!((two_sided_critical(0.05, f64::INFINITY) - 1.959_963_984_540_054).abs() < 1e-12);
        assert!((two_sided_critical(0.01, f64::INFINITY) - 2.575_829_303_548_901).abs() < 1e-12);
        // many degrees are nearly normal: t ≈ z + (z³ + z)/4ν (Abramowitz and Stegun 26.7.5)
        let z = 1.959_963_984_540_054_f64;
        let many = two_sided_critical(0.05, 1e6);
        assert!((many - z - (z.powi(3) + z) / 4e6).abs() < 1e-10, "{many}");
        assert!((ln_above_student(1.96, f64::INFINITY).exp() - 0.024_998).abs() < 1e-6);
        assert!((ln_above_student(-1.96, f64::INFINITY).exp() - 0.975_002).abs() < 1e-6);
        // Abramowitz and Stegun, tables 26.1 and 26.2
        assert!((ln_upper_tail(1.959_963_984_540_054) - 0.025_f64.ln()).abs() < 1e-12);
        assert!((ln_upper_tail(10.0) / std::f64::consts::LN_10 + 23.118_05).abs() < 1e-5);
        assert!((ln_upper_tail(-1.0) - 0.841_344_746_068_543_f64.ln()).abs() < 1e-12);
        assert!((quantile(0.975) - z).abs() < 1e-12);
        assert!((quantile(0.25) + 0.674_489_750_196_081_7).abs() < 1e-12);
    }
}
