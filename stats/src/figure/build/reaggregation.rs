//! The error of re-aggregated percentiles by width.

use super::width_ticks;
use crate::error::{Error, Result};
use crate::figure::{Axis, Direction, Figure, Interval, Mark, Role, Scale, Shape};
use crate::time::Span;
use crate::unit::Unit;

/// The error at one width of bucket, as a share of the true percentile: 0.2 reads 20 % too high.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReaggregationPoint {
    /// The width of the buckets whose percentiles were aggregated again.
    pub width: Span,
    /// The relative error.
    pub error: f64,
    /// The least relative error over phases, or `error` itself.
    pub lower: f64,
    /// The greatest relative error over phases, or `error` itself.
    pub upper: f64,
}

/// The errors of one way to aggregate percentiles again.
#[derive(Clone, Debug, PartialEq)]
pub struct ReaggregationCurve {
    /// The way, such as “mean of p99”.
    pub name: String,
    /// Its errors by width.
    pub points: Vec<ReaggregationPoint>,
}

/// The relative error of percentiles that were aggregated again, by width of the bucket; the truth is the line at 0.
///
/// `what` names the true number, such as `p99 of latency over 1h`.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a point.
pub fn reaggregation_figure(curves: &[ReaggregationCurve], what: &str) -> Result<Figure> {
    let widths = curves.iter().flat_map(|c| &c.points).map(|p| p.width).filter(|w| w.0 > 0);
    let fixed = width_ticks(widths);
    if fixed.is_empty() {
        return Err(Error::empty("no width to draw"));
    }
    let mut x = Axis::new("width of the bucket", Unit::Second).with_scale(Scale::Log);
    x.fixed = fixed;
    let mut figure =
        Figure::new(format!("Error of re-aggregated percentiles: {what}"), x, Axis::new("relative error", Unit::Ratio));
    for (i, curve) in curves.iter().enumerate() {
        let role = Role::Series(i);
        let mut points: Vec<&ReaggregationPoint> = curve.points.iter().filter(|p| p.width.0 > 0).collect();
        points.sort_by_key(|p| p.width);
        let intervals: Vec<Interval> = points
            .iter()
            .filter(|p| p.lower < p.upper)
            .map(|p| Interval { at: p.width.as_secs_f64(), value: f64::NAN, lower: p.lower, upper: p.upper })
            .collect();
        if !intervals.is_empty() {
            figure.marks.push(Mark::unnamed(role, Shape::Interval { intervals }));
        }
        let points: Vec<(f64, f64)> = points.iter().map(|p| (p.width.as_secs_f64(), p.error)).collect();
        figure.marks.push(Mark::unnamed(role, Shape::Points { points: points.clone() }));
        figure.marks.push(Mark::new(&*curve.name, role, Shape::Line { points }));
    }
    let truth = Shape::Rule { at: 0.0, direction: Direction::Horizontal };
    figure.marks.push(Mark::new("truth", Role::Truth, truth));
    figure.caption = format!("Relative to the {what} of all samples.");
    if curves.iter().flat_map(|c| &c.points).any(|p| p.lower < p.upper) {
        figure.caption.push_str(" Bars span the phases of the buckets.");
    }
    Ok(figure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_truth_is_in_sight() {
        let point =
            |w, error| ReaggregationPoint { width: Span::from_secs(w), error, lower: error - 0.1, upper: error };
        let curve = ReaggregationCurve { name: "mean of p99".into(), points: vec![point(600, -0.4), point(60, -0.6)] };
        let figure = reaggregation_figure(&[curve], "p99").unwrap();
        assert!(figure.y_range().1 > 0.0 && figure.y_range().0 < -0.7);
        assert_eq!(figure.x_range(), (60.0, 600.0));
        assert!(reaggregation_figure(&[], "p99").is_err());
    }
}
