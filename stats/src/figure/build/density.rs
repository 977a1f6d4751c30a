//! Smooth densities as curves.

use crate::describe::Density;
use crate::error::{Error, Result};
use crate::figure::{Axis, Figure, Mark, Role, Shape};
use crate::unit::Unit;

/// Kernel densities as curves, one a sample. The area below each is 1, so samples of unlike size can be compared; how many they are
/// and which bandwidth was used is in the caption, as the bandwidth decides how many peaks there are.
///
/// ```
/// use sre_stats::describe::{Bandwidth, density_curve};
/// use sre_stats::figure::density_figure;
/// use sre_stats::{estimate::Scope, unit::Unit};
/// let curve = density_curve(&[0.1, 0.2, 0.4], Bandwidth::Robust, 50, &Scope::untimed(Unit::Second))?;
/// let figure = density_figure("latency", &Unit::Second, &[("cart".into(), curve)])?;
/// assert_eq!(figure.y.label, "density per s");
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a point.
pub fn density_figure(name: &str, unit: &Unit, curves: &[(String, Density)]) -> Result<Figure> {
    if curves.iter().all(|c| c.1.points.is_empty()) {
        return Err(Error::empty("there is no density to draw"));
    }
    let label = if *unit == Unit::None { "density".to_owned() } else { format!("density per {unit}") };
    let mut figure =
        Figure::new(format!("Density of {name}"), Axis::new(name, unit.clone()), Axis::new(label, Unit::None));
    let mut notes = Vec::new();
    for (i, (title, density)) in curves.iter().enumerate() {
        let points = density.points.clone();
        figure.marks.push(Mark::new(&**title, Role::Series(i), Shape::Line { points }));
        let width = &density.bandwidth;
        notes.push(format!("{title}: bandwidth {}, n = {}", width.unit.show(width.value), width.n));
    }
    Ok(figure.with_caption(format!("{}.", notes.join("; "))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::describe::{Bandwidth, density_curve};
    use crate::estimate::Scope;

    #[test]
    fn the_area_is_one_and_the_bandwidth_is_said() {
        let scope = Scope::untimed(Unit::Second);
        let curve = density_curve(&[1.0, 2.0, 4.0], Bandwidth::Fixed(0.5), 400, &scope).unwrap();
        let figure = density_figure("x", &Unit::Second, &[("a".into(), curve)]).unwrap();
        let Shape::Line { points } = &figure.marks[0].shape else { panic!() };
        let area: f64 = points.windows(2).map(|w| (w[1].0 - w[0].0) * f64::midpoint(w[0].1, w[1].1)).sum();
        assert!((area - 1.0).abs() < 0.01, "{area}");
        assert_eq!(figure.caption, "a: bandwidth 500 ms, n = 3.");
        assert!(density_figure("x", &Unit::Second, &[]).is_err());
    }
}
