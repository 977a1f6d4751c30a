//! Ticks at multiples of 1, 2 or 5 times a power of ten; spans of time beyond two minutes at multiples people count in.

use super::{Tick, span};
use crate::unit::Unit;

/// Ticks in `[from, to]`, about `target` of them; more where that many would be fewer than two.
pub(crate) fn linear(range: (f64, f64), target: usize, unit: &Unit) -> Vec<Tick> {
    let mut ticks = at_most(range, target, unit);
    for denser in [2, 3, 4] {
        if ticks.len() >= 2 {
            break;
        }
        ticks = at_most(range, target * denser, unit);
    }
    ticks
}

fn at_most((from, to): (f64, f64), target: usize, unit: &Unit) -> Vec<Tick> {
    if let Some(seconds) = span::per_unit(unit)
        && from.abs().max(to.abs()) * seconds >= span::HUMAN_FROM
        && let Some(step) = span::step((to - from) * seconds / target as f64)
    {
        return multiples((from, to), step / seconds)
            .into_iter()
            .map(|value| Tick::major(value, span::label(value * seconds)))
            .collect();
    }
    let step = nice_step((to - from) / target as f64);
    let values = multiples((from, to), step);
    let mut labels: Vec<String> = values.iter().map(|v| unit.show(*v)).collect();
    if labels.windows(2).any(|w| w[0] == w[1]) {
        // four digits do not tell these ticks apart: write as many decimals as the step has
        let decimals = (-step.log10().floor()).clamp(0.0, 17.0) as usize;
        labels = values.iter().map(|v| format!("{v:.decimals$} {unit}").trim_end().to_owned()).collect();
    }
    values.into_iter().zip(labels).map(|(value, label)| Tick::major(value, label)).collect()
}

/// The smallest of 1, 2, 5 times a power of ten that is not less than `rough`, but for rounding.
fn nice_step(rough: f64) -> f64 {
    let power = 10.0_f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough * 0.999_999).unwrap_or(power * 10.0)
}

/// The multiples of `step` in the range, each computed from its whole number so that errors do not add up.
fn multiples((from, to): (f64, f64), step: f64) -> Vec<f64> {
    if !step.is_finite() || step <= 0.0 {
        return Vec::new();
    }
    let slack = 1e-9;
    let (first, last) = ((from / step - slack).ceil(), (to / step + slack).floor());
    let count = last - first;
    // beyond 2⁵³ steps neighbours cannot be told apart
    if !(0.0..=200.0).contains(&count) || first.abs() > 9e15 || last.abs() > 9e15 {
        return Vec::new();
    }
    let inverse = (1.0 / step).round();
    (0..=count as u32)
        .map(|k| {
            let whole = first + f64::from(k);
            let value = if step < 1.0 && inverse < 1e15 { whole / inverse } else { whole * step };
            // no negative zero
            if value == 0.0 { 0.0 } else { value }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(range: (f64, f64), target: usize, unit: &Unit) -> Vec<String> {
        linear(range, target, unit).into_iter().map(|t| t.label).collect()
    }

    #[test]
    fn steps_are_one_two_five() {
        assert_eq!(labels((0.0, 10.0), 5, &Unit::None), ["0", "2", "4", "6", "8", "10"]);
        assert_eq!(labels((-0.3, 0.31), 6, &Unit::None), ["-0.2", "0", "0.2"]);
        assert_eq!(labels((0.0, 1.0), 10, &Unit::Ratio).last().map(String::as_str), Some("100 %"));
    }

    #[test]
    fn values_are_the_decimals_they_read() {
        for tick in linear((0.0, 1.0), 10, &Unit::None) {
            assert_eq!(tick.label.parse::<f64>().ok(), Some(tick.value));
        }
    }

    #[test]
    fn neighbours_that_differ_late_stay_apart() {
        let labels = labels((1000.001, 1000.0015), 5, &Unit::None);
        assert!(labels.len() >= 4);
        assert!(labels.windows(2).all(|w| w[0] != w[1]), "{labels:?}");
    }

    #[test]
    fn long_spans_of_time_read_as_people_count_them() {
        assert_eq!(labels((0.0, 600.0), 5, &Unit::Second), ["0s", "2m", "4m", "6m", "8m", "10m"]);
        assert_eq!(labels((0.0, 3700.0), 4, &Unit::Second), ["0s", "15m", "30m", "45m", "1h"]);
        assert_eq!(labels((0.0, 120.0), 4, &Unit::Minute), ["0s", "30m", "1h", "1h 30m", "2h"]);
    }
}
