//! Every value as a tick, or as a dot with jitter.

use super::group::{Group, axis, check, left_out};
use super::grouped;
use crate::error::Result;
use crate::figure::{Axis, Figure, Legend, Mark, Role, Scale, Shape};
use crate::quantile::random::SplitMix64;
use crate::unit::Unit;

/// More dots of a group than this hide each other and make a large file.
const MOST_DOTS: usize = 1000;

/// Every value as an upright tick on one line: a rug. Equal values lie on top of each other, which [`jitter_figure`] avoids.
///
/// `scale` is [`Scale::Linear`] or [`Scale::Log`]. Every value is drawn, as long as the scale can show it; the caption counts
/// the rest. From some hundred values on ticks run together, and a histogram shows more.
///
/// ```
/// use sre_stats::figure::{Scale, rug_figure};
/// use sre_stats::unit::Unit;
/// let figure = rug_figure("latency", &Unit::Second, &[0.1, 0.2, 0.2, 1.5], Scale::Linear)?;
/// assert_eq!(figure.caption, "4 values, 3 of them distinct; one tick a value.");
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no value can be drawn, [`Argument`](crate::ErrorKind::Argument) on another scale.
pub fn rug_figure(name: &str, unit: &Unit, values: &[f64], scale: Scale) -> Result<Figure> {
    let group = Group::new(name, values);
    check(std::slice::from_ref(&group), scale)?;
    let (mut shown, missing) = group.shown(scale);
    shown.sort_by(f64::total_cmp);
    let n = shown.len();
    shown.dedup();
    // a NaN ends each tick
    let points = shown.iter().flat_map(|x| [(*x, 0.0), (*x, 1.0), (*x, f64::NAN)]).collect();
    let mut y = Axis::new("", Unit::None).with_range(-0.6, 1.6);
    y.fixed = vec![super::Tick::major(0.5, "")];
    let counted = if shown.len() < n {
        format!("{} values, {} of them distinct; one tick a value.", grouped(n as u64), grouped(shown.len() as u64))
    } else {
        format!("{} values, one tick each.", grouped(n as u64))
    };
    Ok(Figure::new(format!("Every value of {name}"), Axis::new(name, unit.clone()).with_scale(scale), y)
        .with(Mark::new(name, Role::Series(0), Shape::Line { points }))
        .with_caption(format!("{counted}{}", left_out(missing))))
}

/// Every value as a dot, a column a group. Dots are spread sideways, so that equal values do not hide each other; where a dot
/// stands within its column means nothing.
///
/// The spread comes from a generator with a fixed seed: the same values give the same picture. Of more than 1000 values in a
/// group every k-th by rank is drawn, with both ends; the caption says so.
///
/// ```
/// use sre_stats::figure::{Group, Scale, jitter_figure};
/// use sre_stats::unit::Unit;
/// let groups = [Group::new("cart", &[0.1, 0.1, 0.3]), Group::new("search", &[0.2])];
/// let figure = jitter_figure("latency", &Unit::Second, &groups, Scale::Log)?;
/// assert_eq!(figure.marks.len(), 2);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`rug_figure`].
pub fn jitter_figure(name: &str, unit: &Unit, groups: &[Group], scale: Scale) -> Result<Figure> {
    check(groups, scale)?;
    let y = Axis::new(name, unit.clone()).with_scale(scale);
    let mut figure = Figure::new(format!("Every value of {name}"), axis(groups), y);
    figure.legend = Legend::Hidden;
    let (mut missing, mut notes) = (0, Vec::new());
    for (i, group) in groups.iter().enumerate() {
        let (mut values, gone) = group.shown(scale);
        missing += gone;
        values.sort_by(f64::total_cmp);
        let mut random = SplitMix64::new(i as u64);
        let every = values.len().div_ceil(MOST_DOTS).max(1);
        let last = values.len().saturating_sub(1);
        let points = values
            .iter()
            .enumerate()
            .filter(|(rank, _)| rank % every == 0 || *rank == last)
            .map(|(_, v)| (i as f64 + 0.68 + 0.00064 * random.below(1000) as f64, *v))
            .collect();
        let note = format!("{}: {} values", group.name, grouped(values.len() as u64));
        notes.push(if every > 1 { format!("{note}, every {every}th by rank drawn") } else { note });
        figure.marks.push(Mark::new(&*group.name, Role::Series(i), Shape::Points { points }));
    }
    figure.caption = format!("{}. The place across a column means nothing.{}", notes.join("; "), left_out(missing));
    Ok(figure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn dots(figure: &Figure, i: usize) -> &[(f64, f64)] {
        let Shape::Points { points } = &figure.marks[i].shape else { panic!() };
        points
    }

    #[test]
    fn every_distinct_value_has_its_tick() {
        let figure = rug_figure("x", &Unit::None, &[2.0, 1.0, f64::NAN, 2.0], Scale::Linear).unwrap();
        let Shape::Line { points } = &figure.marks[0].shape else { panic!() };
        let places: Vec<f64> = points.iter().filter(|p| p.1 == 1.0).map(|p| p.0).collect();
        assert_eq!(places, [1.0, 2.0]);
        assert!(figure.caption.contains("3 values, 2 of them distinct") && figure.caption.contains("1 values cannot"));
        assert!(rug_figure("x", &Unit::None, &[0.0, -1.0], Scale::Log).is_err());
        assert!(rug_figure("x", &Unit::None, &[1.0], Scale::Time).is_err());
    }

    #[test]
    fn equal_values_lie_apart_and_columns_do_not_mix() {
        let groups = [Group::new("a", &[1.0; 50]), Group::new("b", &[1.0; 50])];
        let figure = jitter_figure("x", &Unit::None, &groups, Scale::Linear).unwrap();
        for (i, centre) in [(0, 1.0), (1, 2.0)] {
            let mut places: Vec<f64> = dots(&figure, i).iter().map(|p| p.0).collect();
            assert!(places.iter().all(|x| (x - centre).abs() <= 0.33));
            places.sort_by(f64::total_cmp);
            assert!(places[49] - places[0] > 0.5, "{places:?}");
        }
    }

    #[test]
    fn thinned_dots_keep_both_ends() {
        let values: Vec<f64> = (1..=9001).map(f64::from).collect();
        let figure = jitter_figure("x", &Unit::None, &[Group::new("a", &values)], Scale::Log).unwrap();
        let drawn = dots(&figure, 0);
        assert!(drawn.len() <= 1001 && drawn[0].1 == 1.0 && drawn.last().unwrap().1 == 9001.0);
        assert!(figure.caption.contains("every 10th by rank drawn"), "{}", figure.caption);
    }
}
