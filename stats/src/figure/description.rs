//! The figure itself.

use super::axis::Axis;
use super::mark::{Mark, Role, Shape};
use super::scale::Scale;
use super::{Direction, Interval};

/// Where the legend stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Legend {
    /// Outside the data, between the title and the plot; left out where fewer than two things need a name.
    #[default]
    Outside,
    /// Nowhere.
    Hidden,
}

/// A picture as a description: who draws it needs to know nothing of the analysis behind it.
///
/// ```
/// use sre_stats::figure::{Axis, Figure, Mark, Role, Shape};
/// use sre_stats::unit::Unit;
/// let figure = Figure::new("Latency", Axis::new("request", Unit::Count), Axis::new("latency", Unit::Second))
///     .with(Mark::new("measured", Role::Series(0), Shape::Line { points: vec![(0.0, 0.1), (1.0, 0.3)] }));
/// assert_eq!(figure.x_range(), (0.0, 1.0));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// What is shown.
    pub title: String,
    /// How to read it, and the provenance of its numbers.
    pub caption: String,
    /// The horizontal axis.
    pub x: Axis,
    /// The vertical axis.
    pub y: Axis,
    /// What is drawn, the last one on top.
    pub marks: Vec<Mark>,
    /// Where the legend stands.
    pub legend: Legend,
}

impl Figure {
    /// A figure without marks.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self { title: title.into(), x, y, ..Self::default() }
    }

    /// The same figure with one more mark on top.
    #[must_use]
    pub fn with(mut self, mark: Mark) -> Self {
        self.marks.push(mark);
        self
    }

    /// The same figure with a caption.
    #[must_use]
    pub fn with_caption(mut self, caption: impl Into<String>) -> Self {
        self.caption = caption.into();
        self
    }

    /// The range of the x axis: its own, or that of the marks.
    pub fn x_range(&self) -> (f64, f64) {
        self.x.range.unwrap_or_else(|| {
            let mut extent = Extent::new(self.x.scale);
            for mark in &self.marks {
                mark.shape.x_positions(&mut |x| extent.add(x));
            }
            extent.range(0.0)
        })
    }

    /// The range of the y axis: its own, or that of the marks with a margin. Bars stand on 0; a linear axis of values that
    /// are never negative begins at 0 unless that would hide their variation.
    pub fn y_range(&self) -> (f64, f64) {
        self.y.range.unwrap_or_else(|| {
            let mut extent = Extent::new(self.y.scale);
            for mark in &self.marks {
                mark.shape.y_positions(&mut |y| extent.add(y));
            }
            let linear = self.y.scale == Scale::Linear;
            let grounded = linear && extent.low >= 0.0 && extent.low < 0.75 * extent.high;
            if grounded {
                extent.add(0.0);
            }
            let (low, high) = extent.range(0.05);
            if grounded { (0.0, high) } else { (low, high) }
        })
    }

    /// The entries of the legend in the order of the marks: name, role, and the mark that they stand for. Rules and regions
    /// carry their name themselves where there is room, and are listed too.
    pub fn legend_entries(&self) -> Vec<(String, Role, &Shape)> {
        let mut entries: Vec<(String, Role, &Shape)> = Vec::new();
        let mut add = |name: &str, role, shape| {
            if !name.is_empty() && !entries.iter().any(|(n, r, _)| n == name && *r == role) {
                entries.push((name.to_owned(), role, shape));
            }
        };
        for mark in &self.marks {
            if let Shape::Strip { cells } = &mark.shape {
                for cell in cells {
                    add(&cell.name, cell.role, &mark.shape);
                }
            } else {
                add(&mark.name, mark.role, &mark.shape);
            }
        }
        entries
    }
}

/// The smallest and largest position seen that the scale can show.
struct Extent {
    scale: Scale,
    low: f64,
    high: f64,
}

impl Extent {
    fn new(scale: Scale) -> Self {
        Self { scale, low: f64::INFINITY, high: f64::NEG_INFINITY }
    }

    fn add(&mut self, position: f64) {
        if self.scale.shows(position) {
            self.low = self.low.min(position);
            self.high = self.high.max(position);
        }
    }

    /// The range with a margin as a share of its length on the scale; something sensible where nothing was seen.
    fn range(&self, margin: f64) -> (f64, f64) {
        if self.low > self.high {
            return if self.scale == Scale::Log { (1.0, 10.0) } else { (0.0, 1.0) };
        }
        let (low, high) = (self.scale.transform(self.low), self.scale.transform(self.high));
        let length = high - low;
        let pad = if length > 0.0 && length.is_finite() {
            length * margin
        } else if self.scale == Scale::Log {
            0.5
        } else {
            (low.abs() * 0.1).max(if low == 0.0 { 0.5 } else { 0.0 })
        };
        if pad == 0.0 { (self.low, self.high) } else { (self.scale.inverse(low - pad), self.scale.inverse(high + pad)) }
    }
}

impl Shape {
    /// Calls `see` with every x that must be in sight.
    fn x_positions(&self, see: &mut dyn FnMut(f64)) {
        match self {
            Self::Line { points } | Self::Points { points } => points.iter().for_each(|p| see(p.0)),
            Self::Band { x, .. } => x.iter().for_each(|x| see(*x)),
            Self::Bars { bars } => {
                for bar in bars {
                    see(bar.lower);
                    see(bar.upper);
                }
            }
            Self::Steps { edges, .. } => edges.iter().for_each(|x| see(*x)),
            Self::Rule { at, direction: Direction::Vertical } => see(*at),
            Self::Region { from, to, direction: Direction::Vertical } => {
                see(*from);
                see(*to);
            }
            Self::Interval { intervals } => intervals.iter().for_each(|i| see(i.at)),
            Self::Strip { cells } => {
                for cell in cells {
                    see(cell.from);
                    see(cell.to);
                }
            }
            Self::Heat { columns, .. } => {
                for column in columns {
                    see(column.from);
                    see(column.to);
                }
            }
            Self::Rule { .. } | Self::Region { .. } => {}
        }
    }

    /// Calls `see` with every y that must be in sight.
    fn y_positions(&self, see: &mut dyn FnMut(f64)) {
        match self {
            Self::Line { points } | Self::Points { points } => points.iter().for_each(|p| see(p.1)),
            Self::Band { lower, upper, .. } => lower.iter().chain(upper).for_each(|y| see(*y)),
            Self::Bars { bars } => {
                see(0.0);
                for bar in bars {
                    see(bar.height);
                }
            }
            Self::Steps { values, .. } => values.iter().for_each(|y| see(*y)),
            Self::Heat { rows, .. } => rows.iter().for_each(|y| see(*y)),
            Self::Rule { at, direction: Direction::Horizontal } => see(*at),
            Self::Region { from, to, direction: Direction::Horizontal } => {
                see(*from);
                see(*to);
            }
            Self::Interval { intervals } => {
                for Interval { value, lower, upper, .. } in intervals {
                    see(*value);
                    see(*lower);
                    see(*upper);
                }
            }
            Self::Rule { .. } | Self::Region { .. } | Self::Strip { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::Unit;

    fn figure(scale: Scale, points: &[(f64, f64)]) -> Figure {
        Figure::new("t", Axis::new("x", Unit::None), Axis::new("y", Unit::None).with_scale(scale)).with(Mark::new(
            "m",
            Role::Series(0),
            Shape::Line { points: points.to_vec() },
        ))
    }

    #[test]
    fn ranges_hold_what_the_scale_can_show() {
        let (low, high) = figure(Scale::Log, &[(0.0, 0.0), (1.0, -3.0), (2.0, 1.0), (3.0, 100.0)]).y_range();
        assert!(low > 0.5 && low < 1.0 && high > 100.0 && high < 200.0, "{low} {high}");
        assert_eq!(figure(Scale::Linear, &[(0.0, f64::NAN)]).y_range(), (0.0, 1.0));
    }

    #[test]
    fn small_variation_far_from_zero_stays_visible() {
        let (low, _) = figure(Scale::Linear, &[(0.0, 100.0), (1.0, 101.0)]).y_range();
        assert!(low > 99.0, "{low}");
        let (low, _) = figure(Scale::Linear, &[(0.0, 20.0), (1.0, 101.0)]).y_range();
        assert_eq!(low, 0.0);
    }

    #[test]
    fn a_constant_has_a_range_of_its_own() {
        for y in [0.0, 5.0, -5.0, 1e300] {
            let (low, high) = figure(Scale::Linear, &[(0.0, y)]).y_range();
            assert!(low <= y && y < high, "{y}: {low} {high}");
        }
    }

    #[test]
    fn an_open_end_does_not_stretch_the_axis() {
        let open = Interval { at: 1.0, value: 2.0, lower: 1.0, upper: f64::INFINITY };
        let figure =
            figure(Scale::Linear, &[]).with(Mark::unnamed(Role::Truth, Shape::Interval { intervals: vec![open] }));
        assert!(figure.y_range().1 < 3.0);
    }
}
