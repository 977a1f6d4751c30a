//! How response time grows with the load of a queue.

use crate::error::{Error, Result};
use crate::figure::{Axis, Direction, Figure, Mark, Role, Scale, Shape};
use crate::unit::Unit;

/// Response times of one model or one measurement over its utilisation.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitingCurve {
    /// Its name, such as `M/M/1`.
    pub name: String,
    /// Utilisation from 0 to below 1 and mean response in seconds, in order.
    pub points: Vec<(f64, f64)>,
    /// Whether the points were measured, and are drawn as points.
    pub measured: bool,
}

/// Mean response over utilisation on a log scale of time, with the bare service time as a rule.
///
/// ```
/// use sre_stats::capacity::{md1, mm1};
/// use sre_stats::figure::{WaitingCurve, waiting_figure};
/// let loads = || (1..20).map(|i| f64::from(i) / 20.0);
/// let curve = |name: &str, points| WaitingCurve { name: name.into(), points, measured: false };
/// let exponential = loads().map(|rho| Ok((rho, mm1(10.0 * rho, 0.1)?.response_s.value))).collect::<sre_stats::Result<_>>()?;
/// let constant = loads().map(|rho| Ok((rho, md1(10.0 * rho, 0.1)?.response_s.value))).collect::<sre_stats::Result<_>>()?;
/// let figure = waiting_figure(&[curve("M/M/1", exponential), curve("M/D/1", constant)], 0.1)?;
/// assert_eq!(figure.marks.len(), 3);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a point that can be drawn.
pub fn waiting_figure(curves: &[WaitingCurve], service_s: f64) -> Result<Figure> {
    let drawable = |(load, response): &&(f64, f64)| load.is_finite() && *response > 0.0 && response.is_finite();
    if curves.iter().flat_map(|c| &c.points).filter(drawable).count() == 0 {
        return Err(Error::empty("no response time to draw"));
    }
    let x = Axis::new("utilisation", Unit::Ratio).with_range(0.0, 1.0);
    let y = Axis::new("mean response", Unit::Second).with_scale(Scale::Log);
    let mut figure = Figure::new("Mean response by utilisation", x, y);
    if service_s > 0.0 && service_s.is_finite() {
        let rule = Shape::Rule { at: service_s, direction: Direction::Horizontal };
        figure.marks.push(Mark::new("service alone", Role::Neutral, rule));
    }
    for (i, curve) in curves.iter().enumerate() {
        let points: Vec<(f64, f64)> = curve.points.iter().filter(drawable).copied().collect();
        let (role, shape) = if curve.measured {
            (Role::Truth, Shape::Points { points })
        } else {
            (Role::Series(i), Shape::Line { points })
        };
        figure.marks.push(Mark::new(&*curve.name, role, shape));
    }
    figure.caption = "A steady state of Poisson arrivals; near full utilisation it takes ever longer to reach.".into();
    Ok(figure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_lines_measurements_points_and_what_cannot_be_drawn_is_left_out() {
        let curve =
            |measured, points: &[(f64, f64)]| WaitingCurve { name: "q".into(), points: points.to_vec(), measured };
        let curves = [curve(false, &[(0.5, 0.2), (0.9, 1.0), (1.0, f64::INFINITY)]), curve(true, &[(0.5, 0.25)])];
        let figure = waiting_figure(&curves, 0.1).unwrap();
        let count = |shape: &Shape| match shape {
            Shape::Line { points } => ("line", points.len()),
            Shape::Points { points } => ("points", points.len()),
            Shape::Rule { .. } => ("rule", 1),
            _ => ("other", 0),
        };
        let shapes: Vec<_> = figure.marks.iter().map(|m| count(&m.shape)).collect();
        assert_eq!(shapes, [("rule", 1), ("line", 2), ("points", 1)]);
        assert_eq!(figure.x_range(), (0.0, 1.0));
        assert!(waiting_figure(&[curve(false, &[(1.0, f64::INFINITY)])], 0.1).is_err());
        assert!(waiting_figure(&[], 0.1).is_err());
    }
}
