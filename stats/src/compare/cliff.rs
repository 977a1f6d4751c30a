//! Cliff's delta: how much more often is b above a than below?

use super::mann_whitney::check;
use super::shift::Pairs;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::quantile::tails::two_sided_critical;
use crate::unit::Unit;

/// Cliff's delta P(b > a) − P(b < a), in [−1, 1], with its interval at `level`; n log n, without forming the pairs.
///
/// 0 says that neither tends to be larger; it has no unit and does not change under any rising function of the values, such as a
/// logarithm. The interval is Cliff's asymmetric one from the unbiased variance of delta, which does not assume that the
/// distributions have the same shape. Where delta is ±1 it is Cliff's (n − z²)/(n + z²) from the smaller n. Assumes
/// independent values: for autocorrelated ones the interval is too narrow. It does not say how large a difference is, only how
/// often: that is [`hodges_lehmann`](super::hodges_lehmann()).
///
/// Sources: N. Cliff, Psychological Bulletin 114 (1993), and “Ordinal Methods for Behavioral Data Analysis” (1996), chapter 5;
/// D. Feng and N. Cliff, J. Mod. Appl. Stat. Methods 3 (2004).
///
/// ```
/// use sre_stats::compare::cliffs_delta;
/// use sre_stats::estimate::Scope;
/// let delta = cliffs_delta(&[1.0, 2.0, 3.0, 4.0], &[3.0, 4.0, 5.0, 6.0], 0.95, &Scope::default())?;
/// assert_eq!(delta.value, 0.75); // 13 pairs above, 1 below, 2 ties of 16
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`mann_whitney`](super::mann_whitney()), [`Argument`](crate::ErrorKind::Argument) also for fewer than 2 values a sample
/// or a level outside (0, 1).
pub fn cliffs_delta(a: &[f64], b: &[f64], level: f64, scope: &Scope) -> Result<Estimate> {
    check(a, b)?;
    check_level(level)?;
    if a.len().min(b.len()) < 2 {
        return Err(Error::argument("the interval of Cliff's delta needs two values a sample or more"));
    }
    let pairs = Pairs::new(a, b);
    let (m, n) = (pairs.a.len() as f64, pairs.b.len() as f64);
    let of_a = dominances(&pairs.a, &pairs.b);
    let of_b = dominances(&pairs.b, &pairs.a);
    // b above a counts 1: the other way round for rows of a
    let delta = -of_a.iter().sum::<f64>() / (m * n);
    let untied = pairs.below(0.0) + pairs.above(0.0);
    let square = |d: &[f64], others: f64, sign: f64| d.iter().map(|x| (sign * x / others - delta).powi(2)).sum::<f64>();
    let cells = untied as f64 - m * n * delta * delta;
    let variance =
        (n * n * square(&of_a, n, -1.0) + m * m * square(&of_b, m, 1.0) - cells) / (m * n * (m - 1.0) * (n - 1.0));
    let variance = variance.max((1.0 - delta * delta) / (m * n - 1.0));
    let z = two_sided_critical(1.0 - level, f64::INFINITY);
    let (lower, upper) = if delta.abs() >= 1.0 {
        let least = m.min(n);
        let near = (least - z * z) / (least + z * z);
        if delta > 0.0 { (near, 1.0) } else { (-1.0, -near) }
    } else {
        let rest = 1.0 - delta * delta;
        let reach = z * variance.sqrt() * (rest * rest + z * z * variance).sqrt();
        let below = rest + z * z * variance;
        let centre = delta - delta.powi(3);
        (((centre - reach) / below).max(-1.0), ((centre + reach) / below).min(1.0))
    };
    let method = Method::Named("Cliff's delta, Cliff's asymmetric interval");
    Ok(Estimate::new(delta, method, (a.len() + b.len()) as u64, &scope.with_unit(Unit::None))
        .with_bound(Bound::Confidence { lower, upper, level }))
}

/// For each of `of`: how many of `others` it is above, minus how many it is below. Both are sorted.
fn dominances(of: &[f64], others: &[f64]) -> Vec<f64> {
    let (mut below, mut up_to) = (0, 0);
    let one = |v: &f64| {
        while below < others.len() && others[below] < *v {
            below += 1;
        }
        up_to = up_to.max(below);
        while up_to < others.len() && others[up_to] <= *v {
            up_to += 1;
        }
        below as f64 - (others.len() - up_to) as f64
    };
    of.iter().map(one).collect()
}

/// Refuses what is no level of confidence.
pub(crate) fn check_level(level: f64) -> Result<()> {
    if level > 0.0 && level < 1.0 {
        return Ok(());
    }
    Err(Error::argument(format!("{level} is not a level of confidence")).hint("give one such as 0.95"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
        #[test]
        fn the_sums_are_those_of_all_pairs(
            a in proptest::collection::vec(0..12i32, 2..20), b in proptest::collection::vec(3..16i32, 2..20),
        ) {
            let floats = |v: &[i32]| -> Vec<f64> { v.iter().map(|x| f64::from(*x)).collect() };
            let got = cliffs_delta(&floats(&a), &floats(&b), 0.95, &Scope::default()).unwrap();
            let (m, n) = (a.len() as f64, b.len() as f64);
            let sign = |x: i32, y: i32| f64::from((y - x).signum());
            let delta = a.iter().flat_map(|x| b.iter().map(move |y| sign(*x, *y))).sum::<f64>() / (m * n);
            proptest::prop_assert!((got.value - delta).abs() < 1e-12);
            if delta.abs() < 1.0 {
                let rows: f64 = a.iter().map(|x| (b.iter().map(|y| sign(*x, *y)).sum::<f64>() / n - delta).powi(2)).sum();
                let columns: f64 =
                    b.iter().map(|y| (a.iter().map(|x| sign(*x, *y)).sum::<f64>() / m - delta).powi(2)).sum();
                let cells: f64 =
                    a.iter().flat_map(|x| b.iter().map(move |y| (sign(*x, *y) - delta).powi(2))).sum();
                let s2 = ((n * n * rows + m * m * columns - cells) / (m * n * (m - 1.0) * (n - 1.0)))
                    .max((1.0 - delta * delta) / (m * n - 1.0));
                let z = 1.959_963_984_540_054_f64;
                let rest = 1.0 - delta * delta;
                let lower = (delta - delta.powi(3) - z * s2.sqrt() * (rest * rest + z * z * s2).sqrt()) / (rest + z * z * s2);
                let (got, _) = got.interval().unwrap();
                proptest::prop_assert!((got - lower.max(-1.0)).abs() < 1e-10, "{} {}", got, lower);
            }
        }
    }

    #[test]
    fn complete_separation_is_not_certainty() {
        let low: Vec<f64> = (0..10).map(f64::from).collect();
        let high: Vec<f64> = (20..30).map(f64::from).collect();
        let (lower, upper) = cliffs_delta(&low, &high, 0.95, &Scope::default()).unwrap().interval().unwrap();
        assert!(upper == 1.0 && (lower - (10.0 - 3.8415) / (10.0 + 3.8415)).abs() < 1e-4, "{lower}");
        let turned = cliffs_delta(&high, &low, 0.95, &Scope::default()).unwrap();
        assert_eq!(turned.interval().unwrap(), (-1.0, -lower));
    }
}
