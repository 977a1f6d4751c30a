//! Ticks of a logarithmic axis: decades, with 2 and 5 between them.

use super::{Tick, linear, span};
use crate::unit::Unit;

/// Round spans of time, in seconds, with whether they are major.
const SPANS: [(f64, bool); 24] = [
    (1.0, true),
    (2.0, false),
    (5.0, false),
    (10.0, true),
    (30.0, false),
    (60.0, true),
    (120.0, false),
    (300.0, false),
    (600.0, true),
    (1800.0, false),
    (3600.0, true),
    (7200.0, false),
    (21_600.0, true),
    (43_200.0, false),
    (86_400.0, true),
    (172_800.0, false),
    (604_800.0, true),
    (1_209_600.0, false),
    (2_592_000.0, true),
    (7_776_000.0, false),
    (31_536_000.0, true),
    (94_608_000.0, false),
    (315_360_000.0, true),
    (946_080_000.0, false),
];

/// Ticks in `[from, to]`, about `target` major ones. Where the range holds less than a decade, linear steps are denser.
pub(crate) fn log((from, to): (f64, f64), target: usize, unit: &Unit) -> Vec<Tick> {
    if from <= 0.0 {
        return Vec::new();
    }
    let decades = to.log10() - from.log10();
    if decades < 1.0 {
        return linear((from, to), target, unit);
    }
    let (first, last) = (from.log10().floor() as i32, to.log10().ceil() as i32);
    let every = ((decades / target as f64).ceil() as i32).max(1);
    let minor_labels = decades * 3.0 <= target as f64 * 1.5;
    let mut ticks = Vec::new();
    let seconds = span::per_unit(unit);
    for decade in first..=last {
        for digit in [1.0, 2.0, 5.0] {
            let value = power_of_ten(decade) * digit;
            // above a minute people do not count in powers of ten
            if value < from || value > to || seconds.is_some_and(|s| to * s >= span::HUMAN_FROM && value * s > 0.9) {
                continue;
            }
            if digit == 1.0 {
                let major = decade.rem_euclid(every) == 0;
                ticks.push(Tick { value, label: if major { unit.show(value) } else { String::new() }, major });
            } else if every == 1 {
                ticks.push(Tick::minor(value, if minor_labels { unit.show(value) } else { String::new() }));
            }
        }
    }
    if let Some(seconds) = seconds
        && to * seconds >= span::HUMAN_FROM
    {
        for (s, major) in SPANS {
            let value = s / seconds;
            if value >= from && value <= to {
                let label = if major || minor_labels { span::label(s) } else { String::new() };
                ticks.push(Tick { value, label, major });
            }
        }
    }
    ticks
}

/// 10ⁿ as the decimal that it reads, which `powi` misses below 1.
fn power_of_ten(n: i32) -> f64 {
    format!("1e{n}").parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_major_and_two_and_five_minor() {
        let ticks = log((0.001, 1.0), 6, &Unit::Second);
        let majors: Vec<&str> = ticks.iter().filter(|t| t.major).map(|t| t.label.as_str()).collect();
        assert_eq!(majors, ["1 ms", "10 ms", "100 ms", "1 s"]);
        let minors: Vec<f64> = ticks.iter().filter(|t| !t.major).map(|t| t.value).collect();
        assert_eq!(minors, [0.002, 0.005, 0.02, 0.05, 0.2, 0.5]);
    }

    #[test]
    fn many_decades_are_thinned() {
        let ticks = log((1e-12, 1e12), 6, &Unit::None);
        let labelled = ticks.iter().filter(|t| !t.label.is_empty()).count();
        assert!((4..=8).contains(&labelled), "{labelled}");
    }

    #[test]
    fn widths_of_buckets_read_as_spans() {
        let labels: Vec<String> =
            log((10.0, 86_400.0), 8, &Unit::Second).into_iter().filter(|t| t.major).map(|t| t.label).collect();
        assert_eq!(labels, ["10s", "1m", "10m", "1h", "6h", "1d"]);
    }

    #[test]
    fn less_than_a_decade_is_linear() {
        assert!(log((100.0, 300.0), 5, &Unit::None).len() >= 4);
    }
}
