//! An axis: what it measures, in which unit, on which scale.

use super::scale::Scale;
use super::ticks::{self, Tick};
use crate::time::Timestamp;
use crate::unit::Unit;

/// An axis of a figure.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// What it measures, such as “latency”.
    pub label: String,
    /// The unit of its positions; the ticks are written with it.
    pub unit: Unit,
    /// Its scale.
    pub scale: Scale,
    /// The first and last position shown; `None` follows the marks.
    pub range: Option<(f64, f64)>,
    /// On a time scale, the instant of position 0. Positions stay small, so that nanoseconds are not lost in an `f64`.
    pub origin: Timestamp,
    /// Ticks at chosen places, such as the widths that were measured; where empty, ticks are made.
    pub fixed: Vec<Tick>,
}

impl Axis {
    /// A linear axis.
    pub fn new(label: impl Into<String>, unit: Unit) -> Self {
        Self { label: label.into(), unit, ..Self::default() }
    }

    /// A time axis whose position 0 is `origin`.
    pub fn time(origin: Timestamp) -> Self {
        Self { label: "time (UTC)".into(), unit: Unit::Second, scale: Scale::Time, origin, ..Self::default() }
    }

    /// The same axis on another scale.
    #[must_use]
    pub fn with_scale(mut self, scale: Scale) -> Self {
        self.scale = scale;
        self
    }

    /// The same axis with a fixed range.
    #[must_use]
    pub fn with_range(mut self, from: f64, to: f64) -> Self {
        self.range = Some((from, to));
        self
    }

    /// The position of an instant on a time axis: seconds since the origin.
    pub fn position(&self, t: Timestamp) -> f64 {
        t.since(self.origin).as_secs_f64()
    }

    /// The instant at a position of a time axis, to the nearest nanosecond.
    pub fn instant(&self, position: f64) -> Timestamp {
        // an `as` cast saturates, so a position beyond the calendar stays at its end
        Timestamp(self.origin.0.saturating_add((position * 1e9).round() as i64))
    }

    /// A position as a reader wants it: a time on a time scale, `p99.9` on the nines, else the number with its unit; a span of
    /// two minutes or more reads like `43m 12s`.
    pub fn show(&self, position: f64) -> String {
        match self.scale {
            Scale::Time => self.instant(position).to_string(),
            Scale::LogNines => ticks::nines_label(position),
            Scale::Linear | Scale::Log => ticks::amount(position, &self.unit),
        }
    }

    /// Ticks in `range`, about `target` of them. Majors carry the grid; a label may hold a line feed (a date under a time).
    ///
    /// ```
    /// use sre_stats::figure::Axis;
    /// use sre_stats::unit::Unit;
    /// let labels: Vec<String> =
    ///     Axis::new("latency", Unit::Second).ticks((0.0, 1.0), 5).into_iter().map(|t| t.label).collect();
    /// assert_eq!(labels, ["0 s", "200 ms", "400 ms", "600 ms", "800 ms", "1 s"]);
    /// ```
    pub fn ticks(&self, range: (f64, f64), target: usize) -> Vec<Tick> {
        let (from, to) = (range.0.min(range.1), range.0.max(range.1));
        if !from.is_finite() || !to.is_finite() || from == to {
            return Vec::new();
        }
        if !self.fixed.is_empty() {
            return self.fixed.iter().filter(|t| t.value >= from && t.value <= to).cloned().collect();
        }
        let target = target.clamp(2, 50);
        match self.scale {
            Scale::Linear => ticks::linear((from, to), target, &self.unit),
            Scale::Log => ticks::log((from, to), target, &self.unit),
            Scale::LogNines => ticks::nines((from, to), target),
            Scale::Time => ticks::clock(self.origin, (from, to), target),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nanosecond_survives_years_after_the_epoch() {
        let origin = Timestamp(1_780_000_000_000_000_000);
        let axis = Axis::time(origin);
        for offset in [1, 999, 86_400_000_000_001, 3_000_000_000_000_003] {
            let t = Timestamp(origin.0 + offset);
            assert_eq!(axis.instant(axis.position(t)), t);
        }
    }

    #[test]
    fn hostile_ranges_give_no_ticks() {
        for scale in [Scale::Linear, Scale::Log, Scale::LogNines, Scale::Time] {
            let axis = Axis::new("x", Unit::Second).with_scale(scale);
            for range in [(f64::NAN, 1.0), (0.0, f64::INFINITY), (1.0, 1.0)] {
                assert!(axis.ticks(range, 5).is_empty());
            }
            for range in [(-1e308, 1e308), (1e-320, 2e-320), (-5.0, -4.0), (1e15, 1e15 + 1.0), (0.0, 1e-300)] {
                assert!(axis.ticks(range, 5).len() <= 200, "{scale:?} {range:?}");
            }
        }
    }
}
