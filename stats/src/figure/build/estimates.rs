//! Several estimates of one quantity side by side, each with its interval.

use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate};
use crate::figure::{Axis, Direction, Figure, Interval, Mark, Role, Shape, Tick};
use crate::unit::Unit;

/// Named estimates of the same unit from left to right, with the interval of each; a rule marks a value that they are held against,
/// such as the truth or no difference.
///
/// An end of an interval that is infinite is drawn at the edge of the picture. An estimate without an interval is a point; an exact
/// one too.
///
/// ```
/// use sre_stats::estimate::{Bound, Estimate, Scope};
/// use sre_stats::figure::estimates_figure;
/// use sre_stats::{method::Method, unit::Unit};
/// let of = |value: f64, half: f64| {
///     Estimate::new(value, Method::Mean, 100, &Scope::untimed(Unit::Millisecond))
///         .with_bound(Bound::Confidence { lower: value - half, upper: value + half, level: 0.95 })
/// };
/// let rows = [("simple".to_owned(), of(52.0, 9.0)), ("stratified".to_owned(), of(49.0, 4.0))];
/// let figure = estimates_figure("Mean latency from 100 requests", &rows, Some(("truth".to_owned(), 50.0)))?;
/// assert_eq!(figure.x.fixed.len(), 2);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a finite estimate, [`Mismatch`](crate::ErrorKind::Mismatch) where units differ.
pub fn estimates_figure(title: &str, rows: &[(String, Estimate)], against: Option<(String, f64)>) -> Result<Figure> {
    let rows: Vec<&(String, Estimate)> = rows.iter().filter(|(_, e)| e.value.is_finite()).collect();
    let Some((_, first)) = rows.first() else {
        return Err(Error::empty("no estimate to draw"));
    };
    if let Some((name, other)) = rows.iter().find(|(_, e)| e.unit != first.unit) {
        return Err(Error::mismatch(format!("“{name}” is in {}, others in {}", other.unit.name(), first.unit.name())));
    }
    let mut x = Axis::new("", Unit::None).with_range(0.5, rows.len() as f64 + 0.5);
    x.fixed = rows.iter().enumerate().map(|(i, (name, _))| Tick::major(i as f64 + 1.0, name)).collect();
    let mut figure = Figure::new(title, x, Axis::new("", first.unit.clone()));
    let ends: Vec<Option<(f64, f64)>> = rows.iter().map(|(_, e)| interval(e)).collect();
    let seen = rows.iter().map(|(_, e)| e.value).chain(against.iter().map(|(_, at)| *at));
    let (low, high) = seen
        .chain(ends.iter().flatten().flat_map(|(lower, upper)| [*lower, *upper]))
        .filter(|v| v.is_finite())
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let margin = if high > low { (high - low) * 0.08 } else { high.abs().max(1.0) * 0.08 };
    let (bottom, top) = (low - margin, high + margin);
    figure.y.range = Some((bottom, top));
    if let Some((name, at)) = against {
        figure.marks.push(Mark::new(name, Role::Truth, Shape::Rule { at, direction: Direction::Horizontal }));
    }
    let mut intervals = Vec::new();
    let mut points = Vec::new();
    for (i, ((_, estimate), ends)) in rows.iter().zip(&ends).enumerate() {
        let at = i as f64 + 1.0;
        if let Some((lower, upper)) = ends {
            intervals.push(Interval { at, value: f64::NAN, lower: lower.max(bottom), upper: upper.min(top) });
        }
        points.push((at, estimate.value));
    }
    let bare = points.len() - intervals.len();
    if !intervals.is_empty() {
        figure.marks.push(Mark::unnamed(Role::Series(0), Shape::Interval { intervals }));
    }
    figure.marks.push(Mark::unnamed(Role::Series(0), Shape::Points { points }));
    figure.caption = caption(&rows, &ends, bare);
    Ok(figure)
}

/// The interval that belongs to an estimate: of these data where they are sampled, else of the quantity behind them.
fn interval(estimate: &Estimate) -> Option<(f64, f64)> {
    let own = estimate.interval().filter(|_| estimate.bound != Bound::Exact);
    own.or_else(|| estimate.confidence.as_ref().map(|c| (c.lower, c.upper)))
}

fn caption(rows: &[&(String, Estimate)], ends: &[Option<(f64, f64)>], bare: usize) -> String {
    let level = |e: &Estimate| match (&e.bound, &e.confidence) {
        (Bound::Confidence { level, .. }, _) => Some(*level),
        (_, Some(c)) => Some(c.level),
        _ => None,
    };
    let levels: Vec<f64> = rows.iter().filter_map(|(_, e)| level(e)).collect();
    let mut words = Vec::new();
    match levels.first() {
        Some(first) if levels.iter().all(|l| l == first) => {
            words.push(format!("Bars show {} confidence, each for itself.", Unit::Ratio.show(*first)));
        }
        Some(_) => words.push("Bars show confidence at levels that differ.".to_owned()),
        None if bare < rows.len() => words.push("Bars are guaranteed.".to_owned()),
        None => {}
    }
    if bare > 0 && bare < rows.len() {
        words.push("Points without a bar have no interval.".to_owned());
    }
    if ends.iter().flatten().any(|(lower, upper)| lower.is_infinite() || upper.is_infinite()) {
        words.push("A bar that reaches the edge has no end there.".to_owned());
    }
    words.join(" ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estimate::{Confidence, Scope};
    use crate::method::Method;

    fn of(name: &str, value: f64, bound: Bound) -> (String, Estimate) {
        let scope = Scope::untimed(Unit::Millisecond);
        (name.to_owned(), Estimate::new(value, Method::Mean, 9, &scope).with_bound(bound))
    }

    #[test]
    fn intervals_points_and_open_ends_are_drawn_and_told() {
        let bar = |lower, upper| Bound::Confidence { lower, upper, level: 0.95 };
        let mut rows = vec![
            of("a", 10.0, bar(8.0, 12.0)),
            of("b", 11.0, bar(9.0, f64::INFINITY)),
            of("c", 14.0, Bound::Exact),
            of("d", f64::NAN, Bound::Exact),
        ];
        let figure = estimates_figure("t", &rows, Some(("truth".into(), 20.0))).unwrap();
        let names: Vec<&str> = figure.x.fixed.iter().map(|t| t.label.as_str()).collect();
        assert_eq!(names, ["a", "b", "c"]);
        let (low, high) = figure.y_range();
        assert!(low < 8.0 && high > 20.0);
        let Some(Shape::Interval { intervals }) = figure.marks.iter().map(|m| &m.shape).nth(1) else { panic!() };
        assert_eq!(intervals.len(), 2);
        assert_eq!((intervals[0].lower, intervals[1].upper), (8.0, high));
        assert_eq!(
            figure.caption,
            "Bars show 95 % confidence, each for itself. Points without a bar have no interval. A bar that reaches the edge has no end there."
        );
        // the confidence of an exact number is an interval too
        rows[2].1.confidence = Some(Confidence { lower: 13.0, upper: 15.0, level: 0.9 });
        let figure = estimates_figure("t", &rows[..3], None).unwrap();
        assert!(figure.caption.starts_with("Bars show confidence at levels that differ."), "{}", figure.caption);
    }

    #[test]
    fn nothing_and_unlike_units_are_refused() {
        assert!(estimates_figure("t", &[], None).is_err());
        assert!(estimates_figure("t", &[of("d", f64::NAN, Bound::Exact)], None).is_err());
        let mut rows = vec![of("a", 1.0, Bound::Exact), of("b", 2.0, Bound::Exact)];
        assert_eq!(estimates_figure("t", &rows, None).unwrap().caption, "");
        rows[1].1.unit = Unit::Second;
        assert!(estimates_figure("t", &rows, None).unwrap_err().to_string().contains("“b”"));
    }
}
