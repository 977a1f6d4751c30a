//! A latency profile: values over the nines.

use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate};
use crate::figure::{Axis, Figure, Interval, Mark, Role, Scale, Shape};
use crate::quantile::Quantile;

/// One curve of quantiles.
#[derive(Clone, Debug, PartialEq)]
pub struct QuantileCurve {
    /// Its name.
    pub name: String,
    /// The quantiles in ascending order, each with its estimate.
    pub points: Vec<(Quantile, Estimate)>,
}

/// Values over the nines, with the bounds of their estimates. p100 lies beyond every nine and is left out.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a drawable point, [`Mismatch`](crate::ErrorKind::Mismatch) where units differ.
pub fn quantile_figure(curves: &[QuantileCurve]) -> Result<Figure> {
    let mut estimates = curves.iter().flat_map(|c| &c.points).filter(|(q, e)| {
        q.nines().is_finite()
            && (e.value.is_finite() || e.interval().is_some_and(|(a, b)| a.is_finite() || b.is_finite()))
    });
    let Some((_, first)) = estimates.next() else {
        return Err(Error::empty("no quantile to draw"));
    };
    if let Some((q, other)) = estimates.find(|(_, e)| e.unit != first.unit) {
        return Err(Error::mismatch(format!("{q} is in {}, others in {}", other.unit.name(), first.unit.name())));
    }
    let x = Axis::new("quantile", crate::unit::Unit::None).with_scale(Scale::LogNines);
    let y = Axis::new("value", first.unit.clone()).with_scale(value_scale(curves));
    let mut figure = Figure::new("Quantiles", x, y);
    let mut notes: Vec<String> = Vec::new();
    for (i, curve) in curves.iter().enumerate() {
        let role = Role::Series(i);
        let points: Vec<&(Quantile, Estimate)> = curve.points.iter().filter(|(q, _)| q.nines().is_finite()).collect();
        let intervals: Vec<Interval> = points
            .iter()
            .filter(|(_, e)| e.bound != Bound::Exact)
            .filter_map(|(q, e)| {
                let (lower, upper) = e.interval()?;
                Some(Interval { at: q.nines(), value: f64::NAN, lower, upper })
            })
            .collect();
        if !intervals.is_empty() {
            figure.marks.push(Mark::unnamed(role, Shape::Interval { intervals }));
        }
        let line: Vec<(f64, f64)> =
            points.iter().map(|(q, e)| (q.nines(), if e.value.is_finite() { e.value } else { f64::NAN })).collect();
        figure.marks.push(Mark::unnamed(role, Shape::Points { points: line.clone() }));
        figure.marks.push(Mark::new(&*curve.name, role, Shape::Line { points: line }));
        if let Some((_, e)) = points.first() {
            notes.push(format!("{}: {}", curve.name, e.provenance()));
        }
    }
    let mut caption = format!("{}.", notes.join("; "));
    let bounds = bound_note(curves);
    if !bounds.is_empty() {
        caption.push_str(&format!(" Bars show {bounds}; an arrow is an open end."));
    }
    figure.caption = caption;
    Ok(figure)
}

/// A log scale where all values are positive and span more than a decade.
fn value_scale(curves: &[QuantileCurve]) -> Scale {
    let values = curves.iter().flat_map(|c| &c.points).map(|(_, e)| e.value).filter(|v| v.is_finite());
    let (low, high) = values.fold((f64::INFINITY, 0.0_f64), |(l, h), v| (l.min(v), h.max(v)));
    if low > 0.0 && high > 10.0 * low { Scale::Log } else { Scale::Linear }
}

/// The kinds of bounds that are drawn, in words.
fn bound_note(curves: &[QuantileCurve]) -> String {
    let mut kinds: Vec<String> = Vec::new();
    for (_, e) in curves.iter().flat_map(|c| &c.points) {
        let kind = match &e.bound {
            Bound::Guaranteed { .. } => "guaranteed bounds".to_owned(),
            Bound::Confidence { level, .. } => format!("{} confidence", crate::unit::Unit::Ratio.show(*level)),
            Bound::Exact | Bound::Unknown { .. } => continue,
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    kinds.join(" or ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estimate::Scope;
    use crate::method::Method;
    use crate::unit::Unit;

    #[test]
    fn the_maximum_has_no_place_and_bounds_are_told() {
        let e = |value: f64| Estimate::new(value, Method::LogLinear, 1000, &Scope::untimed(Unit::Second));
        let points = vec![
            (Quantile::MEDIAN, e(0.1)),
            (Quantile::P99, e(2.0).with_bound(Bound::Guaranteed { lower: 1.9, upper: f64::INFINITY })),
            (Quantile::new(1.0).unwrap(), e(9.0)),
        ];
        let figure = quantile_figure(&[QuantileCurve { name: "api".into(), points }]).unwrap();
        assert_eq!(figure.x_range(), (Quantile::MEDIAN.nines(), 2.0));
        assert_eq!(figure.y.scale, Scale::Log);
        assert_eq!(figure.caption, "api: log-linear, n = 1000. Bars show guaranteed bounds; an arrow is an open end.");
        assert!(quantile_figure(&[]).is_err());
    }
}
