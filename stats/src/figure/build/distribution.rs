//! How samples are spread: the distribution function, a box plot with a rug, samples against a law.

use super::grouped;
use crate::describe::{Ecdf, Fences, Qq};
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::figure::{Axis, Bar, Direction, Figure, Mark, Role, Scale, Shape};
use crate::unit::Unit;

/// At most this many steps of a curve are drawn; beyond that, quantiles at even places of the vertical axis are.
const DRAWN: usize = 2000;

/// The distribution functions of samples: the value on x, the share of samples at or below it on y, whose scale is
/// [`Scale::Linear`] or, so that each nine of the tail gets the same room, [`Scale::LogNines`]. The greatest sample, below
/// which no share is missing, lies beyond every nine and is left out there.
///
/// ```
/// use sre_stats::describe::Ecdf;
/// use sre_stats::figure::{Scale, ecdf_figure};
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let ecdf = Ecdf::new(&[0.1, 0.2, 0.2, 0.9], &Scope::untimed(Unit::Second))?;
/// let figure = ecdf_figure(&[("api".into(), ecdf)], &Unit::Second, Scale::Linear, Scale::LogNines)?;
/// assert!(figure.caption.contains("4 samples"));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where nothing can be drawn, [`Argument`](crate::ErrorKind::Argument) on other scales.
pub fn ecdf_figure(curves: &[(String, Ecdf)], unit: &Unit, x: Scale, y: Scale) -> Result<Figure> {
    if !matches!(x, Scale::Linear | Scale::Log) || !matches!(y, Scale::Linear | Scale::LogNines) {
        return Err(Error::argument("a distribution needs values on a linear or a log scale, and shares or nines"));
    }
    let label = if y == Scale::LogNines { "share at or below" } else { "share at or below, of all" };
    let y_axis = Axis::new(label, if y == Scale::LogNines { Unit::None } else { Unit::Ratio }).with_scale(y);
    let mut figure = Figure::new("Distribution", Axis::new("value", unit.clone()).with_scale(x), y_axis);
    let mut notes = Vec::new();
    for (i, (name, ecdf)) in curves.iter().enumerate() {
        let points = curve(ecdf, x, y);
        if points.len() > 1 {
            figure.marks.push(Mark::new(name.clone(), Role::Series(i), Shape::Line { points }));
        }
        notes.push(format!("{name}: {} samples", grouped(ecdf.n())));
    }
    if figure.marks.is_empty() {
        return Err(Error::empty("no distribution to draw").hint("choose a linear scale for values at or below 0"));
    }
    Ok(figure.with_caption(format!("{}; exact at every step that is drawn.", notes.join("; "))))
}

/// The corners of the steps that the scales can show.
fn curve(ecdf: &Ecdf, x: Scale, y: Scale) -> Vec<(f64, f64)> {
    let n = ecdf.n() as f64;
    let steps = ecdf.steps();
    let below = |share: f64, at: f64| {
        // counted from above, so that the last nines lose nothing
        if y == Scale::LogNines { -ecdf.survival(at).log10() } else { share }
    };
    let mut corners: Vec<(f64, f64)> = Vec::with_capacity(2 * steps.len());
    let mut before = 0.0;
    for (at, share) in steps {
        let level = below(share, at);
        if x.shows(at) {
            corners.push((at, before));
            if level.is_finite() {
                corners.push((at, level));
            }
        }
        before = level;
    }
    if corners.len() <= DRAWN || n == 0.0 {
        return corners;
    }
    // corners that stand closer than the eye can part are left out, the same height apart
    let top = corners.last().map_or(1.0, |c| c.1);
    let (low, high) =
        (corners.first().map_or(0.0, |c| x.transform(c.0)), corners.last().map_or(1.0, |c| x.transform(c.0)));
    let far = |a: (f64, f64), b: (f64, f64)| {
        (b.1 - a.1).abs() * DRAWN as f64 >= 2.0 * top
            || (x.transform(b.0) - x.transform(a.0)).abs() * DRAWN as f64 >= 2.0 * (high - low)
    };
    let mut kept: Vec<(f64, f64)> = Vec::new();
    let last = corners.len() - 1;
    for (i, corner) in corners.into_iter().enumerate() {
        if i == last || kept.last().is_none_or(|k| far(*k, corner)) {
            kept.push(corner);
        }
    }
    kept
}

/// The five numbers of a box plot with what stands around them.
#[derive(Clone, Debug, PartialEq)]
pub struct BoxPlot {
    /// First quartile, median and third quartile.
    pub quartiles: [Estimate; 3],
    /// Tukey's fences.
    pub fences: Fences,
    /// The smallest and the largest sample.
    pub ends: (f64, f64),
}

/// At most this many samples stand in the rug, and as many beyond the fences.
const RUG: usize = 1500;

/// A box plot over a rug: the box from the first to the third quartile with the median in it, whiskers to the last samples
/// within Tukey's fences, the samples beyond them as dots, and below a rug of the samples, each at a height of its own so that
/// equal ones can be told apart. The heights are drawn from the index of the sample: the same samples give the same picture.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without samples.
pub fn box_figure(name: &str, unit: &Unit, found: &BoxPlot, values: &[f64], x: Scale) -> Result<Figure> {
    let [q1, median, q3] = &found.quartiles;
    let shown = |v: &&f64| x.shows(**v);
    if !values.iter().any(|v| x.shows(*v)) {
        return Err(Error::empty("no sample to draw").hint("choose a linear scale for values at or below 0"));
    }
    let within = |v: &&f64| **v >= found.fences.lower.value && **v <= found.fences.upper.value;
    let inside = values
        .iter()
        .filter(within)
        .filter(shown)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(*v), b.max(*v)));
    let whiskers = vec![(inside.0, 0.5), (q1.value, 0.5), (f64::NAN, f64::NAN), (q3.value, 0.5), (inside.1, 0.5)];
    let stride = values.len().div_ceil(RUG).max(1);
    let rug = |i: usize, v: f64| (v, -0.15 - 0.5 * jitter(i));
    let rug: Vec<(f64, f64)> =
        values.iter().enumerate().step_by(stride).filter(|(_, v)| x.shows(**v)).map(|(i, v)| rug(i, *v)).collect();
    let beyond = &found.fences.outliers;
    let outliers: Vec<(f64, f64)> = beyond
        .iter()
        .step_by(beyond.len().div_ceil(RUG).max(1))
        .filter(|(_, v)| x.shows(*v))
        .map(|(_, v)| (*v, 0.5))
        .collect();
    let mut y = Axis::new("", Unit::None).with_range(-0.75, 1.15);
    y.fixed =
        vec![crate::figure::Tick::major(0.5, "box".to_owned()), crate::figure::Tick::major(-0.4, "samples".to_owned())];
    let mut figure = Figure::new(format!("Box plot of {name}"), Axis::new(name, unit.clone()).with_scale(x), y);
    figure.marks.push(Mark::new("whiskers, within the fences", Role::Series(0), Shape::Line { points: whiskers }));
    if x.shows(q1.value) && x.shows(q3.value) {
        let bars = vec![Bar { lower: q1.value, upper: q3.value, height: 1.0 }];
        figure.marks.push(Mark::new("middle half", Role::Series(0), Shape::Bars { bars }));
    }
    if x.shows(median.value) {
        let shape = Shape::Rule { at: median.value, direction: Direction::Vertical };
        figure.marks.push(Mark::new("median", Role::Truth, shape));
    }
    if !outliers.is_empty() {
        figure.marks.push(Mark::new("beyond the fences", Role::Warn, Shape::Points { points: outliers }));
    }
    figure.marks.push(Mark::new("samples", Role::Neutral, Shape::Points { points: rug }));
    let out = found.fences.below + found.fences.above;
    let mut caption = format!(
        "Median {}, middle half {} to {}, all {} to {}; {} of {} samples lie beyond Tukey's fences at {} and {}.",
        unit.show(median.value),
        unit.show(q1.value),
        unit.show(q3.value),
        unit.show(found.ends.0),
        unit.show(found.ends.1),
        grouped(out),
        grouped(median.n),
        unit.show(found.fences.lower.value),
        unit.show(found.fences.upper.value),
    );
    if stride > 1 {
        caption.push_str(&format!(" The rug shows every {stride}th sample."));
    }
    Ok(figure.with_caption(caption))
}

/// A number in [0, 1) from an index, without pattern to the eye.
fn jitter(i: usize) -> f64 {
    let mixed = (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 40) as f64 / f64::from(1_u32 << 24)
}

/// Samples against the quantiles of a law, with the line on which they would lie if the law were right.
///
/// ```
/// use sre_stats::describe::{Law, qq};
/// use sre_stats::figure::qq_figure;
/// use sre_stats::unit::Unit;
/// let law = Law::Normal { mean: 2.0, sd: 1.0 };
/// let figure = qq_figure(&qq(&[3.0, 1.0, 2.0], &law, 100)?, "x", &law.to_string(), &Unit::Second)?;
/// assert_eq!(figure.marks.len(), 2);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a drawable point.
pub fn qq_figure(points: &[Qq], name: &str, law: &str, unit: &Unit) -> Result<Figure> {
    let points: Vec<(f64, f64)> =
        points.iter().map(|q| (q.theoretical, q.sample)).filter(|p| p.0.is_finite() && p.1.is_finite()).collect();
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else {
        return Err(Error::empty("no quantile to draw"));
    };
    let scale = if points.iter().all(|p| p.0 > 0.0 && p.1 > 0.0) && last.1 > 10.0 * first.1 {
        Scale::Log
    } else {
        Scale::Linear
    };
    let (low, high) = (first.0.min(first.1), last.0.max(last.1));
    let line = if low < high { vec![(low, low), (high, high)] } else { vec![(low, low), (low + 1.0, low + 1.0)] };
    let n = points.len();
    Ok(Figure::new(
        format!("Quantiles of {name} against {law}"),
        Axis::new(format!("quantile of {law}"), unit.clone()).with_scale(scale),
        Axis::new(name, unit.clone()).with_scale(scale),
    )
    .with(Mark::new("the law", Role::Neutral, Shape::Line { points: line }))
    .with(Mark::new("samples", Role::Series(0), Shape::Points { points }))
    .with_caption(format!(
        "{n} quantiles at (i − ½)/n. Where the dots leave the line, the law is wrong: above it, the samples are larger."
    )))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::describe::{Law, fences, qq};
    use crate::estimate::Scope;
    use crate::method::Definition;
    use crate::quantile::{Quantile, quantiles};

    #[test]
    fn nines_are_counted_from_above() {
        let values: Vec<f64> = (1..=1000).map(f64::from).collect();
        let ecdf = Ecdf::new(&values, &Scope::untimed(Unit::Second)).unwrap();
        let figure = ecdf_figure(&[("a".into(), ecdf)], &Unit::Second, Scale::Log, Scale::LogNines).unwrap();
        let Shape::Line { points } = &figure.marks[0].shape else { panic!() };
        // 999 of 1000 samples are at or below 999: three nines; 900 of them at or below 900: one
        let at = |x: f64| points.iter().filter(|p| p.0 == x).map(|p| p.1).fold(f64::NAN, f64::max);
        assert!((at(999.0) - 3.0).abs() < 1e-12 && (at(900.0) - 1.0).abs() < 1e-12);
        assert!(points.iter().all(|p| p.1.is_finite()));
    }

    #[test]
    fn a_long_curve_is_thinned_and_keeps_its_ends() {
        let values: Vec<f64> = (0..100_000).map(|i| f64::from(i) / 7.0).collect();
        let ecdf = Ecdf::new(&values, &Scope::untimed(Unit::None)).unwrap();
        let drawn = curve(&ecdf, Scale::Linear, Scale::Linear);
        assert!(drawn.len() < 2 * DRAWN, "{}", drawn.len());
        assert_eq!(drawn.last().unwrap(), &(99_999.0 / 7.0, 1.0));
        for (x, share) in drawn {
            let exact = ((x * 7.0).round() + 1.0) / 100_000.0;
            assert!((share - exact).abs() <= 1.1e-5, "{x} {share} {exact}");
        }
    }

    #[test]
    fn a_box_holds_the_middle_half_and_names_what_is_beyond() {
        let mut values: Vec<f64> = (1..=100).map(f64::from).collect();
        values.push(500.0);
        let scope = Scope::untimed(Unit::Second);
        let qs = ["0.25", "0.5", "0.75"].map(|p| p.parse::<Quantile>().unwrap());
        let quartiles: [Estimate; 3] = quantiles(&values, &qs, Definition::Type7, &scope).unwrap().try_into().unwrap();
        let found = BoxPlot { quartiles, fences: fences(&values, 1.5, &scope).unwrap(), ends: (1.0, 500.0) };
        let figure = box_figure("latency", &Unit::Second, &found, &values, Scale::Linear).unwrap();
        assert!(figure.caption.contains("1 of 101 samples lie beyond"), "{}", figure.caption);
        let Shape::Line { points } = &figure.marks[0].shape else { panic!() };
        assert_eq!((points[0].0, points[4].0), (1.0, 100.0));
        assert!(box_figure("latency", &Unit::Second, &found, &[-1.0], Scale::Log).is_err());
    }

    #[test]
    fn samples_of_the_law_lie_on_the_line() {
        let law = Law::Exponential { rate: 2.0 };
        let values: Vec<f64> = (0..500).map(|i| law.quantile((f64::from(i) + 0.5) / 500.0)).collect();
        let figure = qq_figure(&qq(&values, &law, 500).unwrap(), "x", "exponential", &Unit::Second).unwrap();
        let Shape::Points { points } = &figure.marks[1].shape else { panic!() };
        assert!(points.iter().all(|p| (p.0 - p.1).abs() < 1e-9));
    }
}
