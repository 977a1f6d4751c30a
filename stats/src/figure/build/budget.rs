//! Error budget spent over time.

use super::charged::span;
use crate::error::{Error, Result};
use crate::figure::{Axis, Direction, Figure, Mark, Role, Shape};
use crate::time::{Timestamp, Window};
use crate::unit::Unit;

/// How much of the budget is spent at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BudgetPoint {
    /// The instant.
    pub time: Timestamp,
    /// What is spent since the start of the period, in the budget's unit.
    pub spent: f64,
}

/// A span of time that cost budget.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// Its first instant.
    pub start: Timestamp,
    /// The first instant after it.
    pub end: Timestamp,
    /// Its name; may be empty.
    pub name: String,
}

/// Budget spent over the `period`, the budget `allowed`, and the line of even spending; incidents are shaded.
///
/// `unit` is the unit of `allowed` and of the points: seconds for time, a count for requests.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a point.
pub fn budget_figure(
    points: &[BudgetPoint],
    allowed: f64,
    unit: &Unit,
    period: Window,
    incidents: &[Incident],
) -> Result<Figure> {
    let mut points = points.to_vec();
    points.sort_by_key(|p| p.time);
    let Some(last) = points.last().copied() else {
        return Err(Error::empty("no point of the budget to draw"));
    };
    let mut x = Axis::time(period.start);
    let end = x.position(period.end());
    x.range = Some((0.0, end));
    let name = if unit.is_time() { "budget spent" } else { "budget spent, bad events" };
    let y = Axis::new(name, unit.clone());
    let mut figure = Figure::new("Error budget", x, y);
    for incident in incidents {
        let (from, to) = (figure.x.position(incident.start), figure.x.position(incident.end));
        let name = if incident.name.is_empty() { "incident" } else { &incident.name };
        let shape = Shape::Region { from, to, direction: Direction::Vertical };
        figure.marks.push(Mark::new(name, Role::Bad, shape));
    }
    let even = Shape::Line { points: vec![(0.0, 0.0), (end, allowed)] };
    figure.marks.push(Mark::new("even spending", Role::Neutral, even));
    let line: Vec<(f64, f64)> = points.iter().map(|p| (figure.x.position(p.time), p.spent)).collect();
    figure.marks.push(Mark::new("spent", Role::Charged, Shape::Line { points: line }));
    let budget = Shape::Rule { at: allowed, direction: Direction::Horizontal };
    figure.marks.push(Mark::new("budget", Role::Limit, budget));
    figure.caption = caption(last.spent, allowed, unit, period);
    Ok(figure)
}

/// What was spent of what is allowed, and over which time.
pub(crate) fn caption(spent: f64, allowed: f64, unit: &Unit, over: Window) -> String {
    let show = |value: f64| {
        if unit.is_time() {
            unit.convert(value, &Unit::Second).map_or_else(|_| unit.show(value), span)
        } else {
            unit.show(value)
        }
    };
    let share = if allowed > 0.0 { format!(" ({})", Unit::Ratio.show(spent / allowed)) } else { String::new() };
    format!("{} of {}{share} spent over {}.", show(spent), show(allowed), over.about())
}

/// When a budget is projected to end.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProjectedEnd {
    /// The lower end of the interval.
    pub earliest: Timestamp,
    /// The most likely time.
    pub expected: Timestamp,
    /// The upper end of the interval.
    pub latest: Timestamp,
    /// The level of the interval.
    pub level: f64,
}

/// Adds the projected end of the budget to a [`budget_figure`]: a line from what is spent `now` to the budget at the expected
/// time, and the interval of the end as a region. The axis grows as far as that needs.
pub fn project_budget(figure: &mut Figure, now: BudgetPoint, allowed: f64, end: ProjectedEnd) {
    let at = |t: Timestamp, figure: &Figure| figure.x.position(t);
    let (from, to) = (at(end.earliest, figure), at(end.latest, figure));
    let name = format!("end of the budget at {}", Unit::Ratio.show(end.level));
    let region = Shape::Region { from, to: to.max(from), direction: Direction::Vertical };
    figure.marks.insert(0, Mark::new(name, Role::Warn, region));
    let line = vec![(at(now.time, figure), now.spent), (at(end.expected, figure), allowed)];
    let farthest = line.iter().map(|p| p.0).fold(to, f64::max);
    figure.marks.push(Mark::new("projected", Role::Warn, Shape::Line { points: line }));
    if let Some((_, high)) = &mut figure.x.range {
        *high = high.max(farthest);
    }
    figure
        .caption
        .push_str(&format!(" Projected to end by {}, from {} to {}.", end.expected, end.earliest, end.latest));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::Span;

    #[test]
    fn the_caption_says_what_is_left_and_when_it_ran_out() {
        let start: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        let period = Window::new(start, Span(30 * Span::DAY.0)).unwrap();
        let points = [(0, 0.0), (5, 1000.0), (9, 3000.0)]
            .map(|(d, spent)| BudgetPoint { time: start + Span(d * Span::DAY.0), spent });
        // 99.9 % over 30 d allows 43 m 12 s
        let figure = budget_figure(&points, 2592.0, &Unit::Second, period, &[]).unwrap();
        assert!(figure.caption.starts_with("50m of 43m 12s (115.7"), "{}", figure.caption);
        assert!(figure.caption.ends_with("spent over 30d from 2026-01-01T00:00:00Z."));
        assert_eq!(figure.x_range(), (0.0, 30.0 * 86_400.0));
        let (mut projected, day) = (figure.clone(), |d: i64| start + Span(d * Span::DAY.0));
        let end = ProjectedEnd { earliest: day(20), expected: day(31), latest: day(40), level: 0.95 };
        project_budget(&mut projected, BudgetPoint { time: day(10), spent: 1000.0 }, 2592.0, end);
        assert_eq!(projected.x_range(), (0.0, 40.0 * 86_400.0));
        assert_eq!(projected.marks.len(), figure.marks.len() + 2);
        assert!(
            projected.caption.ends_with("by 2026-02-01T00:00:00Z, from 2026-01-21T00:00:00Z to 2026-02-10T00:00:00Z.")
        );
        assert!(budget_figure(&[], 1.0, &Unit::Second, period, &[]).is_err());
    }
}
