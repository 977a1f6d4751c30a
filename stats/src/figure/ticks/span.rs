//! Spans of time at the steps in which people count: seconds and minutes by 60, hours by 24.

use crate::time::Span;
use crate::unit::Unit;

/// From this many seconds on, a span of time reads better as minutes, hours and days.
pub(crate) const HUMAN_FROM: f64 = 120.0;

/// Steps in seconds.
pub(crate) const STEPS: [f64; 26] = [
    1.0,
    2.0,
    5.0,
    10.0,
    15.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    900.0,
    1800.0,
    3600.0,
    7200.0,
    10_800.0,
    21_600.0,
    43_200.0,
    86_400.0,
    172_800.0,
    432_000.0,
    864_000.0,
    1_728_000.0,
    2_592_000.0,
    4_320_000.0,
    8_640_000.0,
    17_280_000.0,
];

/// How many seconds one of the unit is, for units of time.
pub(crate) fn per_unit(unit: &Unit) -> Option<f64> {
    if unit.is_time() { unit.convert(1.0, &Unit::Second).ok() } else { None }
}

/// The step nearest to `rough` seconds, by ratio; `None` beyond the list.
pub(crate) fn step(rough: f64) -> Option<f64> {
    let far = |step: f64| (step / rough).ln().abs();
    if !(0.7..=25_920_000.0).contains(&rough) {
        return None;
    }
    STEPS.into_iter().min_by(|a, b| far(*a).total_cmp(&far(*b)))
}

/// A span in words such as `1h 30m`.
pub(crate) fn label(seconds: f64) -> String {
    Span::from_secs_f64(seconds).map_or_else(|_| Unit::Second.show(seconds), |span| span.to_string())
}

/// A value with its unit; a time of two minutes or more as a span in words.
pub(crate) fn amount(value: f64, unit: &Unit) -> String {
    match per_unit(unit) {
        Some(seconds) if value.is_finite() && (value * seconds).abs() >= HUMAN_FROM => label(value * seconds),
        _ => unit.show(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_change_to_words_at_two_minutes() {
        assert_eq!(amount(119.0, &Unit::Second), "119 s");
        assert_eq!(amount(2592.0, &Unit::Second), "43m 12s");
        assert_eq!(amount(90.0, &Unit::Minute), "1h 30m");
        assert_eq!(amount(2592.0, &Unit::Count), "2592");
        assert_eq!(amount(f64::INFINITY, &Unit::Second), "∞");
    }
}
