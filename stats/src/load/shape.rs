//! What the samples of a series look like, and what kind of series that makes.

use crate::load::classify::{Plan, Value};
use crate::load::dataset::Role;
use crate::load::guess;
use crate::load::options::Kind;
use crate::series::most_frequent_step;
use crate::unit::Unit;

/// Fewer samples than this show no behaviour.
const ENOUGH: usize = 8;
/// Fewer whole numbers than these that only rise may do so by chance, and make no counter without its name.
const ENOUGH_TO_COUNT: usize = 30;
/// How it is told that a counter is one by nothing but its behaviour.
const COUNTS_UP: &str = "whole numbers that only rise, but for resets; --kind gauge says otherwise";
/// Regularity shows in the first samples; the rest need not be sorted for it.
const LOOKED_AT: usize = 20_000;

/// What the samples of a series look like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "each is an observation of its own")]
pub(crate) struct Shape {
    /// How many samples there are.
    pub(crate) count: usize,
    /// How many are earlier than the one before.
    pub(crate) descents: u64,
    /// How many have the time of another.
    pub(crate) repeats: usize,
    /// Whether the times lie on a grid, with gaps.
    pub(crate) regular: bool,
    /// Whether a value is negative.
    pub(crate) negative: bool,
    /// Whether whole numbers rise, but for resets.
    pub(crate) counts_up: bool,
    /// Whether the name is that of a counter.
    pub(crate) named_counter: bool,
    /// Whether the name is that of something that goes up and down, even where it only rises here.
    pub(crate) named_level: bool,
}

/// Measures a series, whose samples are in the input's order.
pub(crate) fn measure(name: &str, times: &[i64], values: &[f64]) -> Shape {
    let descents = times.windows(2).filter(|w| matches!(w, [a, b] if b < a)).count() as u64;
    let named_counter = guess::is_counter(name);
    let named_level = guess::is_level(name) || Unit::from_name(name).is_some_and(|unit| is_level(&unit));
    if descents == 0 {
        return Shape { descents, named_counter, named_level, ..in_order(times, values) };
    }
    // behaviour is judged in order of time
    let mut order: Vec<(i64, f64)> = times.iter().copied().zip(values.iter().copied()).collect();
    order.sort_by_key(|(t, _)| *t);
    let (times, values): (Vec<i64>, Vec<f64>) = order.into_iter().unzip();
    Shape { descents, named_counter, named_level, ..in_order(&times, &values) }
}

fn in_order(times: &[i64], values: &[f64]) -> Shape {
    Shape {
        count: times.len(),
        repeats: times.windows(2).filter(|w| matches!(w, [a, b] if a == b)).count(),
        regular: is_regular(times.get(..LOOKED_AT).unwrap_or(times)),
        negative: values.iter().any(|v| *v < 0.0),
        counts_up: counts_up(values),
        ..Shape::default()
    }
}

/// Whether most distances are near one step, and nearly all near a multiple of it.
fn is_regular(times: &[i64]) -> bool {
    let Some(step) = most_frequent_step(times) else { return times.len() < 2 };
    let (mut n, mut one, mut near) = (0_usize, 0_usize, 0_usize);
    for w in times.windows(2) {
        let [a, b] = w else { continue };
        if b > a {
            let steps = b.saturating_sub(*a) as f64 / step.0 as f64;
            let whole = steps.round();
            n += 1;
            one += usize::from((steps - 1.0).abs() < 0.25);
            near += usize::from(whole >= 1.0 && (steps - whole).abs() < 0.25);
        }
    }
    near * 10 >= n * 8 && one * 2 >= n
}

/// Whether whole numbers rise in a good part of the steps and fall only to nearly nothing, as a restarted counter does.
fn counts_up(values: &[f64]) -> bool {
    if values.len() < ENOUGH {
        return false;
    }
    let mut rises = 0_usize;
    let mut falls = 0_usize;
    let mut last = f64::NEG_INFINITY;
    for &v in values.iter().filter(|v| v.is_finite()) {
        if v < 0.0 || v.fract() != 0.0 {
            return false;
        }
        if v < last {
            falls += 1;
            if v > last * 0.1 {
                return false;
            }
        } else if v > last {
            rises += 1;
        }
        last = v;
    }
    rises * 10 >= values.len() * 3 && falls * 20 <= values.len()
}

/// Whether a unit is that of something measured and not counted, whose values sum up only under a counter's name.
fn is_level(unit: &Unit) -> bool {
    unit.is_time() || matches!(unit, Unit::Ratio | Unit::Percent | Unit::PerSecond(_))
}

/// Whether nothing but the behaviour of series shows that they are counters: none goes up and down, and one is long enough to tell.
fn count_up(shapes: &[Shape]) -> bool {
    let enough = |s: &Shape| s.counts_up && s.count >= ENOUGH_TO_COUNT;
    shapes.iter().any(enough) && shapes.iter().all(|s| !s.named_level && (s.counts_up || s.count < ENOUGH))
}

/// The kind of all series of a column of values, and why.
pub(crate) fn decide(plan: &Plan, value: &Value, shapes: &[Shape]) -> (Kind, &'static str) {
    let samples: usize = shapes.iter().map(|s| s.count).sum();
    let repeats: usize = shapes.iter().map(|s| s.repeats).sum();
    let any_irregular = shapes.iter().any(|s| s.count >= ENOUGH && !s.regular);
    let negative = shapes.iter().any(|s| s.negative);
    if let Some((kind, why)) = plan.kind {
        return (kind, why);
    }
    if value.role != Role::Value {
        let cumulative = !negative && (guess::is_counter(&value.name) || count_up(shapes));
        return if cumulative {
            (Kind::Counter, "it only rises")
        } else {
            (Kind::Delta, "counts of each row's period")
        };
    }
    if plan.ok.is_some() {
        return (Kind::Events, "each row has a flag or status of its own");
    }
    if plan.per_request && repeats * 200 > samples {
        return (Kind::Events, "a latency whose times repeat");
    }
    if plan.per_request && any_irregular {
        return (Kind::Events, "a latency whose times keep no step");
    }
    if repeats * 10 > samples {
        return (Kind::Events, "times repeat; --by may tell the series apart");
    }
    if negative {
        return (Kind::Gauge, "there are negative values");
    }
    if guess::is_counter(&value.name) || shapes.iter().any(|s| s.named_counter) {
        return (Kind::Counter, "its name");
    }
    if !is_level(&value.unit) && count_up(shapes) {
        return (Kind::Counter, COUNTS_UP);
    }
    (Kind::Gauge, "regular samples that go up and down")
}

/// The kind of all series of one metric, and why, where the source does not say.
pub(crate) fn decide_samples(shapes: &[Shape]) -> (Kind, &'static str) {
    let negative = shapes.iter().any(|s| s.negative);
    if negative {
        (Kind::Gauge, "there are negative values")
    } else if shapes.iter().any(|s| s.named_counter) {
        (Kind::Counter, "its name")
    } else if count_up(shapes) {
        (Kind::Counter, COUNTS_UP)
    } else {
        (Kind::Gauge, "samples that go up and down")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_and_arrivals_differ() {
        let grid: Vec<i64> = (0..100).filter(|i| i % 17 != 3).map(|i| i * 1000 + i % 3).collect();
        assert!(is_regular(&grid));
        // arrivals with widely differing distances
        let mut t = 0;
        let arrivals: Vec<i64> = (1..200_i64).map(|i| (t += 1 + (i * 7919) % 1009, t).1).collect();
        assert!(!is_regular(&arrivals));
    }

    #[test]
    fn what_happens_to_rise_is_no_counter() {
        let rises = |name: &str, n: u32| {
            let (times, values): (Vec<i64>, Vec<f64>) =
                (0..n).map(|i| (i64::from(i) * 1000, f64::from(100 + i / 2))).unzip();
            decide_samples(&[measure(name, &times, &values)])
        };
        for name in
            ["latency_ms", "consumer_lag", "disk_used_bytes", "registered_users", "p99", "wait_seconds", "hit ratio"]
        {
            assert_eq!(rises(name, 60).0, Kind::Gauge, "{name}");
        }
        // by its name even where it has few samples, by its behaviour not before thirty
        assert_eq!(rises("wait_seconds_total", 5).0, Kind::Counter);
        assert_eq!(rises("requests", 29).0, Kind::Gauge);
        let (kind, why) = rises("requests", 30);
        assert_eq!(kind, Kind::Counter);
        assert!(why.contains("--kind gauge"), "{why}");
        // one series that goes up and down tells of all of its name
        let up: Vec<f64> = (0..60).map(f64::from).collect();
        let down: Vec<f64> = (0..20).map(|i| f64::from(20 - i)).collect();
        let times: Vec<i64> = (0..60).collect();
        let shapes = [measure("x", &times, &up), measure("x", times.get(..20).unwrap_or_default(), &down)];
        assert_eq!(decide_samples(&shapes).0, Kind::Gauge);
    }

    #[test]
    fn counters_rise_but_for_resets() {
        let mut values: Vec<f64> = (0..50).map(|i| f64::from(i * 3)).collect();
        assert!(counts_up(&values));
        values.extend([0.0, 2.0, 4.0]);
        assert!(counts_up(&values));
        assert!(!counts_up(&[1.0, 2.0, 3.0, 2.0, 3.0, 4.0, 3.0, 5.0, 6.0]));
        assert!(!counts_up(&[1.5; 20]));
        assert!(!counts_up(&[5.0; 20]));
    }
}
