//! Values so small that their squares would vanish.

use super::verdict::Trend;
use crate::error::Result;
use crate::estimate::Bound;
use crate::series::{NanPolicy, Series};

/// Where the greatest value is smaller, the squares of differences may be too small for a double.
const LEAST: f64 = 1e-100;

/// The values times a power of two that brings the greatest to about 1, and the factor back; `None` where they are large enough.
///
/// A power of two changes no digit, but for the smallest doubles of all, which hold fewer digits anyway.
pub(super) fn enlarged(series: &Series) -> Result<Option<(Series, f64)>> {
    let size = series.values().iter().fold(0.0_f64, |a, v| a.max(v.abs()));
    if size >= LEAST || size == 0.0 {
        return Ok(None);
    }
    let power = (-size.log2()).round().min(1022.0) as i32;
    let values = series.values().iter().map(|v| v * 2.0_f64.powi(power)).collect();
    let larger = Series::new(series.identity().clone(), series.times().to_vec(), values, NanPolicy::Drop)?
        .with_dropped(series.dropped());
    Ok(Some((larger, 2.0_f64.powi(-power))))
}

/// The answer of values that were divided by `factor`.
pub(super) fn reduced(mut found: Trend, factor: f64) -> Trend {
    found.intercept = found.intercept.map(|v| v * factor);
    if let Some(slope) = &mut found.slope_per_s {
        slope.value *= factor;
        if let Bound::Confidence { lower, upper, .. } = &mut slope.bound {
            (*lower, *upper) = (*lower * factor, *upper * factor);
        }
    }
    found
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::quantile::random::SplitMix64;
    use crate::series::Identity;
    use crate::trend::{TrendMethod, trend};

    /// A power of two moves the exponent alone, and a trend's evidence has none.
    #[test]
    fn the_size_of_values_does_not_make_a_trend() {
        let mut random = SplitMix64::new(4);
        for slope in [0.0, 0.02] {
            let plain: Vec<f64> = (0..120).map(|i| 1.0 + slope * f64::from(i) + random.unit()).collect();
            let of = |factor: f64, method| {
                let values = plain.iter().map(|v| v * factor).collect();
                let times = (0..120).map(|i| i * 60_000_000_000).collect();
                trend(&Series::new(Identity::default(), times, values, NanPolicy::Refuse).unwrap(), method, 0.95)
                    .unwrap()
            };
            for method in [TrendMethod::Auto, TrendMethod::LeastSquares(None), TrendMethod::HamedRao(Some(3))] {
                let want = of(1.0, method);
                for power in [-1000, -565, -500, -340] {
                    let found = of(2.0_f64.powi(power), method);
                    assert_eq!((&found.verdict, &found.reason), (&want.verdict, &want.reason), "2^{power}");
                    assert!(
                        (found.ln_p.unwrap() / want.ln_p.unwrap() - 1.0).abs() < 1e-12,
                        "2^{power}: {:?}",
                        found.ln_p
                    );
                    let ratio = found.slope_per_s.unwrap().value
                        / 2.0_f64.powi(power)
                        / want.slope_per_s.as_ref().unwrap().value;
                    assert!((ratio - 1.0).abs() < 1e-9, "2^{power}: {ratio}");
                }
            }
        }
    }
}
