//! What aggregates of each width make of a number, beside the truth: peaks and counters.

use super::width_ticks;
use crate::error::{Error, Result};
use crate::figure::{Axis, Direction, Figure, Mark, Role, Scale, Shape};
use crate::time::Span;
use crate::unit::Unit;

/// One number by width, such as the greatest mean.
#[derive(Clone, Debug, PartialEq)]
pub struct WidthCurve {
    /// What it is, such as “greatest mean”.
    pub name: String,
    /// Its values by width of the window.
    pub points: Vec<(Span, f64)>,
}

/// The peak that aggregates of each width show, beside the true one.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a point.
pub fn peak_figure(curves: &[WidthCurve], true_peak: f64, unit: &Unit, what: &str) -> Result<Figure> {
    let y = Axis::new("greatest value shown", unit.clone());
    let mut figure = by_width(format!("Peak of {what}, by width of the window"), y, curves)?;
    let truth = Shape::Rule { at: true_peak, direction: Direction::Horizontal };
    figure.marks.push(Mark::new("true peak", Role::Truth, truth));
    figure.caption = format!(
        "The true peak is {}. A band from the least to the greatest value of each window keeps it at every width.",
        unit.show(true_peak)
    );
    Ok(figure)
}

/// The error of queries over windows that follow each other, as a share of what was counted: the truth is the line at 0.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a point.
pub fn counter_figure(curves: &[WidthCurve], what: &str) -> Result<Figure> {
    let y = Axis::new("read too much or too little", Unit::Ratio);
    let mut figure = by_width(format!("What queries read of {what}, by width of the window"), y, curves)?;
    let truth = Shape::Rule { at: 0.0, direction: Direction::Horizontal };
    figure.marks.push(Mark::new("what was counted", Role::Truth, truth));
    figure.caption =
        "The sum over all windows, relative to what the counter counted in them. Irate is taken for the whole window."
            .into();
    Ok(figure)
}

fn by_width(title: String, y: Axis, curves: &[WidthCurve]) -> Result<Figure> {
    let fixed = width_ticks(curves.iter().flat_map(|c| &c.points).map(|p| p.0).filter(|w| w.0 > 0));
    if fixed.is_empty() {
        return Err(Error::empty("no width to draw"));
    }
    let mut x = Axis::new("width of the window", Unit::Second).with_scale(Scale::Log);
    x.fixed = fixed;
    let mut figure = Figure::new(title, x, y);
    for (i, curve) in curves.iter().enumerate() {
        let mut points: Vec<(f64, f64)> =
            curve.points.iter().filter(|p| p.0.0 > 0).map(|p| (p.0.as_secs_f64(), p.1)).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0));
        figure.marks.push(Mark::unnamed(Role::Series(i), Shape::Points { points: points.clone() }));
        figure.marks.push(Mark::new(&*curve.name, Role::Series(i), Shape::Line { points }));
    }
    Ok(figure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_sorted_by_width_and_the_truth_is_in_sight() {
        let points = vec![(Span::HOUR, 11.0), (Span::MINUTE, 20.0)];
        let curve = WidthCurve { name: "greatest mean".into(), points };
        let figure = peak_figure(std::slice::from_ref(&curve), 70.0, &Unit::None, "load").unwrap();
        assert_eq!(figure.x_range(), (60.0, 3600.0));
        assert!(figure.y_range().1 >= 70.0 && figure.caption.contains("70"), "{}", figure.caption);
        let names: Vec<String> = figure.legend_entries().into_iter().map(|e| e.0).collect();
        assert_eq!(names, ["greatest mean", "true peak"]);
        let errors = WidthCurve { name: "increase".into(), points: vec![(Span::MINUTE, -0.4)] };
        assert!(counter_figure(&[errors], "requests").unwrap().y_range().1 >= 0.0);
        assert!(peak_figure(&[], 1.0, &Unit::None, "load").is_err());
        assert!(counter_figure(&[WidthCurve { points: Vec::new(), ..curve }], "x").is_err());
    }
}
