//! What the samples of a series look like, and what kind of series that makes.

use crate::load::classify::{Plan, Value};
use crate::load::dataset::Role;
use crate::load::guess;
use crate::load::options::Kind;
use crate::series::most_frequent_step;

/// Fewer samples than this show no behaviour.
const ENOUGH: usize = 8;
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
}

/// Measures a series, whose samples are in the input's order.
pub(crate) fn measure(name: &str, times: &[i64], values: &[f64]) -> Shape {
    let descents = times.windows(2).filter(|w| matches!(w, [a, b] if b < a)).count() as u64;
    let named_counter = guess::is_counter(name);
    if descents == 0 {
        return Shape { descents, named_counter, ..in_order(times, values) };
    }
    // behaviour is judged in order of time
    let mut order: Vec<(i64, f64)> = times.iter().copied().zip(values.iter().copied()).collect();
    order.sort_by_key(|(t, _)| *t);
    let (times, values): (Vec<i64>, Vec<f64>) = order.into_iter().unzip();
    Shape { descents, named_counter, ..in_order(&times, &values) }
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

/// The kind of all series of a column of values, and why.
pub(crate) fn decide(plan: &Plan, value: &Value, shapes: &[Shape]) -> (Kind, &'static str) {
    let samples: usize = shapes.iter().map(|s| s.count).sum();
    let repeats: usize = shapes.iter().map(|s| s.repeats).sum();
    let any_irregular = shapes.iter().any(|s| s.count >= ENOUGH && !s.regular);
    let negative = shapes.iter().any(|s| s.negative);
    let counts_up = shapes.iter().any(|s| s.counts_up) && shapes.iter().all(|s| s.counts_up || s.count < ENOUGH);
    if let Some((kind, why)) = plan.kind {
        return (kind, why);
    }
    if value.role != Role::Value {
        let cumulative = !negative && (guess::is_counter(&value.name) || counts_up);
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
    if guess::is_counter(&value.name) {
        return (Kind::Counter, "its name");
    }
    if counts_up {
        return (Kind::Counter, "whole numbers that only rise, but for resets");
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
    } else if shapes.iter().any(|s| s.counts_up) && shapes.iter().all(|s| s.counts_up || s.count < ENOUGH) {
        (Kind::Counter, "whole numbers that only rise, but for resets")
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
