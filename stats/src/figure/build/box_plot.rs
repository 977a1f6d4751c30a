//! Box plots: five numbers a group, and what lies beyond the fences.

use super::group::{Group, axis, check, left_out};
use super::grouped;
use crate::describe::fences;
use crate::error::Result;
use crate::estimate::Scope;
use crate::figure::{Axis, Figure, Legend, Mark, Role, Scale, Shape};
use crate::method::Definition;
use crate::quantile::{Quantile, quantiles};
use crate::unit::Unit;

/// More dots beyond a fence than this hide each other.
const MOST_DOTS: usize = 400;

/// A box plot: the box reaches from the first to the third quartile with the median across it, whiskers to the last value within
/// Tukey's fences (1.5 interquartile ranges beyond the quartiles), and every value beyond is a dot.
///
/// Quartiles are of definition type 7. A box hides how many values it stands for and whether they have one peak or two: show a
/// histogram or [`jitter_figure`](super::jitter_figure) beside it. Of more than 400 dots on a side of a box every k-th by rank is drawn, with the last.
///
/// ```
/// use sre_stats::figure::{Group, Scale, boxes_figure};
/// use sre_stats::unit::Unit;
/// let groups = [Group::new("cart", &[10.0, 11.0, 12.0, 13.0, 14.0, 90.0])];
/// let figure = boxes_figure("latency", &Unit::Millisecond, &groups, Scale::Linear)?;
/// assert!(figure.caption.contains("cart: 6 values, 1 beyond"));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// Source: J. W. Tukey, *Exploratory Data Analysis* (1977), chapter 2.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no value can be drawn, [`Argument`](crate::ErrorKind::Argument) on another scale
/// than [`Scale::Linear`] and [`Scale::Log`].
pub fn boxes_figure(name: &str, unit: &Unit, groups: &[Group], scale: Scale) -> Result<Figure> {
    check(groups, scale)?;
    let scope = Scope::untimed(unit.clone());
    let y = Axis::new(name, unit.clone()).with_scale(scale);
    let mut figure = Figure::new(format!("Box plot of {name}"), axis(groups), y);
    figure.legend = Legend::Hidden;
    let (mut missing, mut notes) = (0, Vec::new());
    let quarters = [Quantile::new(0.25)?, Quantile::MEDIAN, Quantile::new(0.75)?];
    for (i, group) in groups.iter().enumerate() {
        let (mut values, gone) = group.shown(scale);
        missing += gone;
        if values.is_empty() {
            notes.push(format!("{}: no value", group.name));
            continue;
        }
        values.sort_by(f64::total_cmp);
        let found = fences(&values, 1.5, &scope)?;
        let five = quantiles(&values, &quarters, Definition::Type7, &scope)?;
        let [q1, median, q3] = [0, 1, 2].map(|k| five.get(k).map_or(f64::NAN, |e| e.value));
        let (from, to) = (found.below as usize, values.len() - found.above as usize);
        let inside = values.get(from..to).unwrap_or_default();
        let (low, high) = (inside.first().copied().unwrap_or(q1), inside.last().copied().unwrap_or(q3));
        let x = i as f64 + 1.0;
        let role = Role::Series(i);
        let edges = Shape::Band { x: vec![x - 0.3, x + 0.3], lower: vec![q1; 2], upper: vec![q3; 2] };
        figure.marks.push(Mark::new(&*group.name, role, edges));
        let level = |y: f64, half: f64| [(x - half, y), (x + half, y), (x, f64::NAN)];
        let mut whiskers = vec![(x, low), (x, q1), (x, f64::NAN), (x, q3), (x, high), (x, f64::NAN)];
        whiskers.extend([low, high].into_iter().flat_map(|y| level(y, 0.12)));
        figure.marks.push(Mark::unnamed(role, Shape::Line { points: whiskers }));
        figure.marks.push(Mark::unnamed(Role::Truth, Shape::Line { points: level(median, 0.3).to_vec() }));
        let beyond = [
            thinned(values.get(..from).unwrap_or_default(), true),
            thinned(values.get(to..).unwrap_or_default(), false),
        ];
        let points: Vec<(f64, f64)> = beyond.concat().into_iter().map(|v| (x, v)).collect();
        if !points.is_empty() {
            figure.marks.push(Mark::unnamed(role, Shape::Points { points }));
        }
        let outside = found.below + found.above;
        notes.push(format!("{}: {} values, {} beyond", group.name, grouped(values.len() as u64), grouped(outside)));
    }
    figure.caption = format!(
        "Box: quartiles and median; whiskers: the last values within 1.5 interquartile ranges; dots: values beyond. {}.{}",
        notes.join("; "),
        left_out(missing)
    );
    Ok(figure)
}

/// Every k-th of ascending values so that few are left, and always the outermost: the first or the last.
fn thinned(values: &[f64], keep_first: bool) -> Vec<f64> {
    let every = values.len().div_ceil(MOST_DOTS).max(1);
    let from_end = |i: usize| if keep_first { i } else { values.len() - 1 - i };
    values.iter().enumerate().filter(|(i, _)| from_end(*i) % every == 0).map(|(_, v)| *v).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn points(mark: &Mark) -> Vec<(f64, f64)> {
        match &mark.shape {
            Shape::Line { points } | Shape::Points { points } => points.clone(),
            _ => panic!(),
        }
    }

    #[test]
    fn tukeys_numbers_stand_where_they_should() {
        // quartiles of 1..=9 by type 7 are 3 and 7, so the fences stand at −3 and 13
        let values: Vec<f64> = (1..=9).map(f64::from).chain([14.0, -40.0]).collect();
        // with both wild values the ranks of the quartiles are 2.5 and 7.5 of 0..=10
        let figure = boxes_figure("x", &Unit::None, &[Group::new("a", &values)], Scale::Linear).unwrap();
        let Shape::Band { lower, upper, .. } = &figure.marks[0].shape else { panic!() };
        assert_eq!((lower[0], upper[0]), (2.5, 7.5));
        let whiskers = points(&figure.marks[1]);
        assert_eq!((whiskers[0].1, whiskers[4].1), (1.0, 14.0));
        assert_eq!(points(&figure.marks[2])[0].1, 5.0);
        assert_eq!(points(&figure.marks[3]), [(1.0, -40.0)]);
    }

    #[test]
    fn a_constant_is_a_line_and_an_empty_group_is_said() {
        let groups = [Group::new("a", &[2.0; 7]), Group::new("b", &[0.0])];
        let figure = boxes_figure("x", &Unit::None, &groups, Scale::Log).unwrap();
        assert!(figure.caption.contains("b: no value") && figure.caption.contains("1 values cannot"));
        assert_eq!(figure.marks.len(), 3);
        assert!(boxes_figure("x", &Unit::None, &[], Scale::Log).is_err());
    }

    #[test]
    fn the_outermost_is_always_drawn() {
        let many: Vec<f64> = (0..1001).map(f64::from).collect();
        assert_eq!((thinned(&many, true)[0], *thinned(&many, false).last().unwrap()), (0.0, 1000.0));
        assert!(thinned(&many, true).len() <= 400);
        assert!(thinned(&[], false).is_empty());
    }
}
