//! Burn rate over time, with the thresholds of the alerts and when they fired.

use super::budget::Incident;
use crate::error::{Error, Result};
use crate::figure::mark::Cell;
use crate::figure::{Axis, Direction, Figure, Mark, Role, Scale, Shape};
use crate::time::{Timestamp, Window};
use crate::unit::Unit;

/// A burn rate over time.
#[derive(Clone, Debug, PartialEq)]
pub struct BurnCurve {
    /// Its name, such as the window.
    pub name: String,
    /// Instants in order, each with the burn rate; `None` breaks the line.
    pub points: Vec<(Timestamp, Option<f64>)>,
    /// The burn rate from which on its rule fires, where it has one.
    pub threshold: Option<f64>,
}

/// The lowest burn rate that is drawn; what is less lies on the lower edge.
const FLOOR: f64 = 0.1;

/// Burn rates over `period` on a log scale with the threshold of each, the true incidents shaded, and beneath when alerts fired.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a curve.
pub fn alerts_figure(
    curves: &[BurnCurve],
    firings: &[Incident],
    incidents: &[Incident],
    period: Window,
) -> Result<Figure> {
    if curves.iter().all(|c| c.points.is_empty()) {
        return Err(Error::empty("no burn rate to draw"));
    }
    let mut x = Axis::time(period.start);
    let end = x.position(period.end());
    x.range = Some((0.0, end));
    let y = Axis::new("burn rate", Unit::None).with_scale(Scale::Log);
    let mut figure = Figure::new("Burn rate and alerts", x, y);
    for incident in incidents {
        let (from, to) = (figure.x.position(incident.start), figure.x.position(incident.end));
        let name = if incident.name.is_empty() { "incident" } else { &incident.name };
        figure.marks.push(Mark::new(name, Role::Bad, Shape::Region { from, to, direction: Direction::Vertical }));
    }
    let mut peak = 1.0_f64;
    let mut thresholds: Vec<f64> = Vec::new();
    for (i, curve) in curves.iter().enumerate() {
        let place =
            |(t, burn): &(Timestamp, Option<f64>)| (figure.x.position(*t), burn.map_or(f64::NAN, |b| b.max(FLOOR)));
        let points: Vec<(f64, f64)> = curve.points.iter().map(place).collect();
        peak = points.iter().map(|p| p.1).filter(|b| b.is_finite()).fold(peak, f64::max);
        if let Some(name) = name_of_line(curves, i) {
            figure.marks.push(Mark::new(name, Role::Series(i), Shape::Line { points }));
        }
        if let Some(at) = curve.threshold
            && !thresholds.contains(&at)
        {
            thresholds.push(at);
            peak = peak.max(at);
            let rule = Shape::Rule { at, direction: Direction::Horizontal };
            let window = curve.name.strip_prefix("over ").unwrap_or(&curve.name);
            figure.marks.push(Mark::new(format!("{window} limit"), Role::Limit, rule));
        }
    }
    figure.y.range = Some((FLOOR, peak * 1.5));
    figure.marks.push(Mark::unnamed(Role::Neutral, Shape::Strip { cells: cells(&figure.x, firings, end) }));
    let shaded = if incidents.is_empty() { "" } else { " Shaded: the incidents that spent enough to matter." };
    let fired = match firings.len() {
        0 => "no rule that pages fired".to_owned(),
        1 => "when the rules that page fired, once".to_owned(),
        n => format!("when the rules that page fired, {n} times"),
    };
    figure.caption = format!(
        "A burn rate of 1 spends the budget exactly in its period; what is below {FLOOR} lies on the lower edge.{shaded} \
         Beneath: {fired}."
    );
    Ok(figure)
}

/// The name of a curve with those of the later ones that lie on it, as they do while the data fill none of their windows;
/// `None` where an earlier one has named it.
fn name_of_line(curves: &[BurnCurve], at: usize) -> Option<String> {
    let (before, rest) = curves.split_at_checked(at)?;
    let (own, after) = rest.split_first()?;
    if before.iter().any(|c| c.points == own.points) {
        return None;
    }
    let mut name = own.name.clone();
    for same in after.iter().filter(|c| c.points == own.points) {
        name.push_str(", ");
        name.push_str(same.name.strip_prefix("over ").unwrap_or(&same.name));
    }
    Some(name)
}

/// Firing or quiet, from one end to the other.
fn cells(x: &Axis, firings: &[Incident], end: f64) -> Vec<Cell> {
    let cell = |from: f64, to: f64, name: &str, role| Cell { from, to, name: name.to_owned(), role };
    let mut out = Vec::new();
    let mut at = 0.0;
    // so narrow a firing could not be seen
    let least = end / 500.0;
    for firing in firings {
        let from = x.position(firing.start).max(at);
        let to = x.position(firing.end).max(from + least).min(end);
        if to <= from {
            continue;
        }
        if from > at {
            out.push(cell(at, from, "quiet", Role::Good));
        }
        let (name, role) = if firing.name.is_empty() { ("fires", Role::Bad) } else { (&*firing.name, Role::Warn) };
        out.push(cell(from, to, name, role));
        at = to;
    }
    if at < end {
        out.push(cell(at, end, "quiet", Role::Good));
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn firings_and_quiet_fill_the_strip_and_thresholds_are_named_once() {
        let start: Timestamp = "2026-06-01T00:00:00Z".parse().unwrap();
        let at = |s: i64| start + Span::from_secs(s);
        let period = Window::new(start, Span::HOUR).unwrap();
        let curve = |name: &str, threshold| BurnCurve {
            name: name.into(),
            points: vec![(at(0), Some(0.0)), (at(1800), None), (at(3600), Some(30.0))],
            threshold,
        };
        let fire = |from, to, name: &str| Incident { start: at(from), end: at(to), name: name.into() };
        let firings = [fire(600, 900, ""), fire(2000, 2001, "false page")];
        let figure =
            alerts_figure(&[curve("1h", Some(14.4)), curve("6h", Some(14.4))], &firings, &[fire(500, 800, "")], period)
                .unwrap();
        let strip = figure.marks.iter().find_map(|m| match &m.shape {
            Shape::Strip { cells } => Some(cells.clone()),
            _ => None,
        });
        let strip = strip.unwrap();
        let names: Vec<&str> = strip.iter().map(|c| c.name.as_str()).collect();
        assert_eq!(names, ["quiet", "fires", "quiet", "false page", "quiet"]);
        assert!(strip.windows(2).all(|w| w[0].to == w[1].from));
        assert_eq!((strip[0].from, strip[4].to), (0.0, 3600.0));
        assert_eq!(figure.marks.iter().filter(|m| matches!(m.shape, Shape::Rule { .. })).count(), 1);
        assert!(figure.caption.contains("2 times"));
        let lines = |figure: &Figure| -> Vec<String> {
            figure.marks.iter().filter(|m| matches!(m.shape, Shape::Line { .. })).map(|m| m.name.clone()).collect()
        };
        assert_eq!(lines(&figure), ["1h, 6h"]);
        let mut other = curve("over 6h", None);
        other.points.pop();
        let curves = [curve("over 1h", None), other, curve("over 3d", None)];
        assert_eq!(lines(&alerts_figure(&curves, &[], &[], period).unwrap()), ["over 1h, 3d", "over 6h"]);
        assert!(alerts_figure(&[], &[], &[], period).is_err());
    }
}
