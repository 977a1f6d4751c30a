//! The empirical distribution as a staircase.

use super::grouped;
use crate::describe::Ecdf;
use crate::error::{Error, Result};
use crate::figure::{Axis, Figure, Mark, Role, Scale, Shape};
use crate::unit::Unit;

/// A curve has about this many steps; more are not seen.
const MOST_STEPS: usize = 1000;

/// The share of samples at or below every value, a curve a sample. With a `level`, the band in which the whole true
/// distribution lies with that confidence is shaded.
///
/// `scale` is [`Scale::Linear`] or [`Scale::Log`]; values that it cannot show lie left of the picture and still count. Of more
/// than 1000 distinct values, steps at equal shares are drawn, with both ends, so that the curve is off by 0.1 % at most.
///
/// ```
/// use sre_stats::describe::Ecdf;
/// use sre_stats::figure::{Scale, ecdf_figure};
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let cart = Ecdf::new(&[0.1, 0.2, 0.2, 0.9], &Scope::untimed(Unit::Second))?;
/// let figure = ecdf_figure("latency", &Unit::Second, &[("cart".into(), cart)], Scale::Log, Some(0.95))?;
/// assert_eq!(figure.y_range(), (0.0, 1.0));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no value can be drawn, [`Argument`](crate::ErrorKind::Argument) on another scale or a
/// level that is not in (0, 1).
pub fn ecdf_figure(
    name: &str,
    unit: &Unit,
    curves: &[(String, Ecdf)],
    scale: Scale,
    level: Option<f64>,
) -> Result<Figure> {
    if !matches!(scale, Scale::Linear | Scale::Log) {
        return Err(Error::argument("values need a linear or a logarithmic scale"));
    }
    let x = Axis::new(name, unit.clone()).with_scale(scale);
    let y = Axis::new("share at or below", Unit::Ratio).with_range(0.0, 1.0);
    let mut figure = Figure::new(format!("Distribution of {name}"), x, y);
    let mut notes = Vec::new();
    for (i, (title, ecdf)) in curves.iter().enumerate() {
        let all = ecdf.steps();
        let steps: Vec<(f64, f64)> = few(&all).into_iter().filter(|s| scale.shows(s.0)).collect();
        if steps.is_empty() {
            continue;
        }
        let role = Role::Series(i);
        let edges: Vec<f64> = steps.iter().map(|s| s.0).collect();
        let shares: Vec<f64> = steps.iter().map(|s| s.1).collect();
        if let Some(level) = level {
            let half = ecdf.band(level)?;
            // twice every place, so that the band is a staircase too
            let places: Vec<f64> = edges.windows(2).flat_map(|w| [w[0], w[1]]).collect();
            let ends = |sign: f64| -> Vec<f64> {
                shares.iter().flat_map(|s| [(s + sign * half).clamp(0.0, 1.0); 2]).take(places.len()).collect()
            };
            let (lower, upper) = (ends(-1.0), ends(1.0));
            figure.marks.push(Mark::unnamed(role, Shape::Band { x: places, lower, upper }));
        }
        // the rise from what lies left of the first step, if all of it can be shown
        let floor = all.iter().take_while(|s| !scale.shows(s.0)).last().map_or(0.0, |s| s.1);
        let mut points = vec![(edges.first().copied().unwrap_or(f64::NAN), floor)];
        for (k, (edge, share)) in edges.iter().zip(&shares).enumerate() {
            points.push((*edge, *share));
            points.extend(edges.get(k + 1).map(|next| (*next, *share)));
        }
        figure.marks.push(Mark::new(&**title, role, Shape::Line { points }));
        notes.push(format!("{title}: n = {}", grouped(ecdf.n())));
    }
    if notes.is_empty() {
        return Err(Error::empty("there is no value to draw").hint("choose a linear scale for values at or below 0"));
    }
    let band = level.map_or(String::new(), |l| {
        format!(
            " Shaded: where the whole true curve lies with {} confidence, for independent samples.",
            Unit::Ratio.show(l)
        )
    });
    Ok(figure.with_caption(format!("{}.{band}", notes.join("; "))))
}

/// The first and last step, and between them those where the share has grown by a thousandth.
fn few(steps: &[(f64, f64)]) -> Vec<(f64, f64)> {
    if steps.len() <= MOST_STEPS {
        return steps.to_vec();
    }
    let mut kept: Vec<(f64, f64)> = steps.first().copied().into_iter().collect();
    for pair in steps.windows(2) {
        let (step, next) = (pair[0], pair[1]);
        // kept where the next one would be too far from what is kept
        let last = kept.last().map_or(0.0, |k| k.1);
        if next.1 - last > 1.0 / MOST_STEPS as f64 && step.1 > last {
            kept.push(step);
        }
    }
    kept.extend(steps.last().copied().filter(|s| kept.last() != Some(s)));
    kept
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estimate::Scope;

    fn line(figure: &Figure) -> Vec<(f64, f64)> {
        let mark = figure.marks.iter().find(|m| !m.name.is_empty()).unwrap();
        let Shape::Line { points } = &mark.shape else { panic!() };
        points.clone()
    }

    #[test]
    fn the_staircase_rises_at_the_values() {
        let ecdf = Ecdf::new(&[0.0, 1.0, 2.0, 2.0], &Scope::default()).unwrap();
        let curves = [("a".to_owned(), ecdf)];
        let figure = ecdf_figure("x", &Unit::None, &curves, Scale::Linear, None).unwrap();
        assert_eq!(line(&figure), [(0.0, 0.0), (0.0, 0.25), (1.0, 0.25), (1.0, 0.5), (2.0, 0.5), (2.0, 1.0)]);
        // a log scale has no zero, yet the share below 1 is known
        let figure = ecdf_figure("x", &Unit::None, &curves, Scale::Log, None).unwrap();
        assert_eq!(line(&figure)[..2], [(1.0, 0.25), (1.0, 0.5)]);
        assert!(ecdf_figure("x", &Unit::None, &curves, Scale::Log, Some(1.0)).is_err());
        assert!(ecdf_figure("x", &Unit::None, &[], Scale::Log, None).is_err());
    }

    #[test]
    fn a_thinned_curve_is_off_by_a_thousandth_at_most() {
        let values: Vec<f64> = (0..50_000).map(|i| f64::from(i).powi(2)).collect();
        let ecdf = Ecdf::new(&values, &Scope::default()).unwrap();
        let kept = few(&ecdf.steps());
        assert!(kept.len() < 1100);
        for v in values.iter().step_by(77) {
            let drawn = kept.iter().take_while(|k| k.0 <= *v).last().unwrap().1;
            assert!((ecdf.share_at_most(*v) - drawn).abs() <= 0.001 + 1e-12, "{v}");
        }
    }

    #[test]
    fn the_band_is_as_wide_as_its_formula() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let ecdf = Ecdf::new(&values, &Scope::default()).unwrap();
        let figure = ecdf_figure("x", &Unit::None, &[("a".into(), ecdf)], Scale::Linear, Some(0.95)).unwrap();
        let Shape::Band { lower, upper, .. } = &figure.marks[0].shape else { panic!() };
        // √(ln 40 / 200) by hand
        assert!((upper[100] - lower[100] - 2.0 * 0.135_810).abs() < 1e-5);
        assert!(lower.iter().all(|y| *y >= 0.0) && upper.iter().all(|y| *y <= 1.0));
    }
}
