//! How strongly two series correlate at each lag.

use crate::error::{Error, Result};
use crate::figure::{Axis, Direction, Figure, Mark, Role, Shape};
use crate::time::Span;
use crate::unit::Unit;

/// The correlations of a pair at the lags −L … L, one `step` apart, with the band that one lag of white noise stays in and the strongest lag marked.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without correlations.
pub fn correlation_figure(profile: &[f64], step: Span, band: f64, title: &str) -> Result<Figure> {
    let half = profile.len() as i64 / 2;
    let lag = |i: usize| Span(step.0.saturating_mul(i as i64 - half));
    let place = |i: usize| lag(i).as_secs_f64();
    let strongest = profile.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
    let Some((at, r)) = strongest else { return Err(Error::empty("no correlation to draw")) };
    let x = Axis::new("lag: right of 0, the second follows the first", Unit::Second);
    let mut figure = Figure::new(title, x, Axis::new("correlation of innovations", Unit::None));
    let ends = vec![place(0), place(profile.len() - 1)];
    figure.marks.push(Mark::new(
        "what white noise shows at one lag",
        Role::Neutral,
        Shape::Band { x: ends, lower: vec![-band; 2], upper: vec![band; 2] },
    ));
    let points = profile.iter().enumerate().map(|(i, r)| (place(i), *r)).collect();
    figure.marks.push(Mark::unnamed(Role::Series(0), Shape::Line { points }));
    let rule = Shape::Rule { at: place(at), direction: Direction::Vertical };
    // in the words of the table of pairs
    figure.marks.push(Mark::new(format!("{}, r = {}", lag(at), Unit::None.show(*r)), Role::Warn, rule));
    figure.caption =
        "Seasons and each series' own past are taken out. One lag in twenty leaves the band by chance; the verdict counts all lags.".into();
    Ok(figure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_lag_is_marked() {
        let figure = correlation_figure(&[0.0, 0.1, 0.0, -0.8, 0.1], Span::HOUR, 0.2, "a and b").unwrap();
        let rule = figure.marks.iter().find(|m| matches!(m.shape, Shape::Rule { .. })).unwrap();
        assert_eq!(rule.shape, Shape::Rule { at: 3600.0, direction: Direction::Vertical });
        assert!(figure.marks.iter().any(|m| m.name == "1h, r = -0.8"), "{:?}", figure.marks);
        assert!(correlation_figure(&[], Span::HOUR, 0.1, "nothing").is_err());
    }
}
