//! Where on the distribution two samples differ.

use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate};
use crate::figure::{Axis, Direction, Figure, Interval, Mark, Role, Scale, Shape};
use crate::quantile::Quantile;

/// Differences of quantiles over the nines, with the intervals of their estimates and a line at no difference. p100 lies beyond
/// every nine and is left out; a difference without an interval is drawn alone.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a drawable point, [`Mismatch`](crate::ErrorKind::Mismatch) where units differ.
pub fn difference_figure(points: &[(Quantile, Estimate)], title: &str) -> Result<Figure> {
    let mut points: Vec<&(Quantile, Estimate)> =
        points.iter().filter(|(q, e)| q.nines().is_finite() && e.value.is_finite()).collect();
    points.sort_by(|a, b| a.0.nines().total_cmp(&b.0.nines()));
    let Some((_, first)) = points.first() else {
        return Err(Error::empty("no difference to draw"));
    };
    if let Some((q, other)) = points.iter().find(|(_, e)| e.unit != first.unit) {
        return Err(Error::mismatch(format!("{q} is in {}, others in {}", other.unit.name(), first.unit.name())));
    }
    let x = Axis::new("quantile", crate::unit::Unit::None).with_scale(Scale::LogNines);
    let y = Axis::new("difference, b − a", first.unit.clone());
    let mut figure = Figure::new(title, x, y);
    let intervals: Vec<Interval> = points
        .iter()
        .filter(|(_, e)| e.bound != Bound::Exact)
        .filter_map(|(q, e)| {
            let (lower, upper) = e.interval()?;
            Some(Interval { at: q.nines(), value: f64::NAN, lower, upper })
        })
        .collect();
    let bare = points.len() - intervals.len();
    figure.marks.push(Mark::new(
        "no difference",
        Role::Neutral,
        Shape::Rule { at: 0.0, direction: Direction::Horizontal },
    ));
    if !intervals.is_empty() {
        figure.marks.push(Mark::unnamed(Role::Series(0), Shape::Interval { intervals }));
    }
    let line: Vec<(f64, f64)> = points.iter().map(|(q, e)| (q.nines(), e.value)).collect();
    figure.marks.push(Mark::unnamed(Role::Series(0), Shape::Points { points: line.clone() }));
    figure.marks.push(Mark::new("difference", Role::Series(0), Shape::Line { points: line }));
    let level =
        points.iter().find_map(|(_, e)| if let Bound::Confidence { level, .. } = e.bound { Some(level) } else { None });
    let mut caption = format!("Above 0, b is larger; {}.", first.provenance());
    if let Some(level) = level {
        caption.push_str(&format!(" Bars show {} confidence, each for itself.", crate::unit::Unit::Ratio.show(level)));
    }
    if bare > 0 && level.is_some() {
        caption.push_str(" Points without a bar have too few values for one.");
    }
    figure.caption = caption;
    Ok(figure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estimate::Scope;
    use crate::method::Method;
    use crate::unit::Unit;

    #[test]
    fn points_without_an_interval_are_told() {
        let e = |value: f64| Estimate::new(value, Method::Named("difference"), 100, &Scope::untimed(Unit::Second));
        let bar = |lower, upper| Bound::Confidence { lower, upper, level: 0.95 };
        let points = [
            (Quantile::P99, e(0.5).with_bound(Bound::Unknown { why: "few".into() })),
            (Quantile::MEDIAN, e(0.1).with_bound(bar(-0.1, 0.3))),
            (Quantile::new(1.0).unwrap(), e(9.0)),
        ];
        let figure = difference_figure(&points, "Difference").unwrap();
        assert_eq!(figure.x_range(), (Quantile::MEDIAN.nines(), 2.0));
        let (low, high) = figure.y_range();
        assert!(low <= -0.1 && high >= 0.5);
        assert!(figure.caption.ends_with("Points without a bar have too few values for one."), "{}", figure.caption);
        assert!(difference_figure(&points[2..], "t").is_err());
    }
}
