//! Quantiles of a sample against those of a law.

use super::grouped;
use crate::describe::{Law, Qq};
use crate::error::{Error, Result};
use crate::figure::{Axis, Figure, Mark, Role, Scale, Shape};
use crate::unit::Unit;

/// Quantiles of a sample over those of a law, with the line on which the dots lie where the law is right. Dots above the line on the
/// right: the tail of the sample is heavier than that of the law.
///
/// `points` come from [`qq`](crate::describe::qq). `scale` is that of both axes, [`Scale::Linear`] or [`Scale::Log`]; dots that it
/// cannot show are counted in the caption.
///
/// ```
/// use sre_stats::describe::{Law, qq};
/// use sre_stats::figure::{Scale, qq_figure};
/// use sre_stats::unit::Unit;
/// let law = Law::Normal { mean: 2.0, sd: 1.0 };
/// let points = qq(&[3.0, 1.0, 2.0], &law, 100)?;
/// let figure = qq_figure("latency", &Unit::Second, &law, &points, Scale::Linear)?;
/// assert_eq!(figure.title, "latency against a normal law");
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no point can be drawn, [`Argument`](crate::ErrorKind::Argument) on another scale.
pub fn qq_figure(name: &str, unit: &Unit, law: &Law, points: &[Qq], scale: Scale) -> Result<Figure> {
    if !matches!(scale, Scale::Linear | Scale::Log) {
        return Err(Error::argument("values need a linear or a logarithmic scale"));
    }
    let shown: Vec<(f64, f64)> =
        points.iter().map(|p| (p.theoretical, p.sample)).filter(|p| scale.shows(p.0) && scale.shows(p.1)).collect();
    let (Some(first), Some(last)) = (shown.first(), shown.last()) else {
        return Err(Error::empty("there is no point to draw").hint("choose a linear scale for values at or below 0"));
    };
    let (low, high) = (first.0.min(first.1), last.0.max(last.1));
    let parameters: Vec<String> = law.parameters().iter().map(|(name, v)| format!("{name} {v:.4}")).collect();
    let missing = points.len() - shown.len();
    let mut caption = format!("{} quantiles; the law has {}.", grouped(shown.len() as u64), parameters.join(", "));
    if missing > 0 {
        caption.push_str(&format!(" {} points cannot be shown on this scale.", grouped(missing as u64)));
    }
    let x = Axis::new(format!("{} law", law.family()), unit.clone()).with_scale(scale);
    let y = Axis::new(name, unit.clone()).with_scale(scale);
    Ok(Figure::new(format!("{name} against a {} law", law.family()), x, y)
        .with(Mark::new(
            "where the law is right",
            Role::Neutral,
            Shape::Line { points: vec![(low, low), (high, high)] },
        ))
        .with(Mark::new("samples", Role::Series(0), Shape::Points { points: shown }))
        .with_caption(caption))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::describe::qq;

    #[test]
    fn samples_of_the_law_lie_on_the_line() {
        let law = Law::Exponential { rate: 2.0 };
        // the law's own quantiles at Hazen's places, by the formula
        let values: Vec<f64> = (0..50).map(|i| -(1.0 - (f64::from(i) + 0.5) / 50.0).ln() / 2.0).collect();
        let figure = qq_figure("x", &Unit::Second, &law, &qq(&values, &law, 1000).unwrap(), Scale::Log).unwrap();
        let Shape::Points { points } = &figure.marks[1].shape else { panic!() };
        assert_eq!(points.len(), 50);
        assert!(points.iter().all(|p| (p.0 / p.1 - 1.0).abs() < 1e-9));
    }

    #[test]
    fn what_a_log_scale_cannot_show_is_counted() {
        let law = Law::Normal { mean: 0.0, sd: 1.0 };
        let points = qq(&[-1.0, 0.5, 1.0], &law, 10).unwrap();
        let figure = qq_figure("x", &Unit::None, &law, &points, Scale::Log).unwrap();
        assert!(figure.caption.contains("2 points cannot"), "{}", figure.caption);
        assert!(qq_figure("x", &Unit::None, &law, &points[..1], Scale::Log).is_err());
    }
}
