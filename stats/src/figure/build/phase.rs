//! Bad time charged against the phase of the buckets.

use super::Verdict;
use super::charged::span;
use crate::error::{Error, Result};
use crate::figure::{Axis, Direction, Figure, Mark, Role, Shape};
use crate::time::Span;
use crate::unit::Unit;

/// What buckets of one phase charge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PhasePoint {
    /// The phase, in `[0, width)`; the point holds up to the next phase given.
    pub phase: Span,
    /// The bad time charged, in seconds.
    pub charged_s: f64,
    /// Whether the objective was met.
    pub verdict: Verdict,
}

/// Charged bad time over the phase of buckets of one `width`, with the truth, the budget, and a strip of verdicts.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a phase.
pub fn phase_figure(
    points: &[PhasePoint],
    width: Span,
    true_bad_s: f64,
    budget_s: Option<f64>,
    rule: &str,
) -> Result<Figure> {
    let mut points = points.to_vec();
    points.sort_by_key(|p| p.phase);
    if points.is_empty() {
        return Err(Error::empty("no phase to draw"));
    }
    let mut edges: Vec<f64> = points.iter().map(|p| p.phase.as_secs_f64()).collect();
    edges.push(width.as_secs_f64().max(edges[edges.len() - 1]));
    let x = Axis::new("phase of the buckets", Unit::Second).with_range(edges[0], edges[edges.len() - 1]);
    let title = format!("Bad time charged by {width} buckets, by phase");
    let mut figure = Figure::new(title, x, Axis::new("bad time", Unit::Second));
    let charged: Vec<f64> = points.iter().map(|p| p.charged_s).collect();
    let (low, high) = charged.iter().fold((f64::INFINITY, 0.0_f64), |(l, h), c| (l.min(*c), h.max(*c)));
    figure.marks.push(Mark::new("charged", Role::Charged, Shape::Steps { edges: edges.clone(), values: charged }));
    let rule_at = |at: f64| Shape::Rule { at, direction: Direction::Horizontal };
    figure.marks.push(Mark::new("true bad time", Role::Truth, rule_at(true_bad_s)));
    if let Some(budget) = budget_s {
        figure.marks.push(Mark::new("budget", Role::Limit, rule_at(budget)));
    }
    // neighbours of one verdict are one cell
    let mut cells: Vec<crate::figure::Cell> = Vec::new();
    let (mut met, mut length) = (0.0, 0.0);
    for (point, edge) in points.iter().zip(edges.windows(2)) {
        length += edge[1] - edge[0];
        if point.verdict == Verdict::Met {
            met += edge[1] - edge[0];
        }
        let cell = point.verdict.cell(edge[0], edge[1]);
        match cells.last_mut() {
            Some(last) if last.name == cell.name => last.to = cell.to,
            _ => cells.push(cell),
        }
    }
    figure.marks.push(Mark::unnamed(Role::Neutral, Shape::Strip { cells }));
    let mut caption = format!(
        "Rule: {rule}. The same data charge from {} to {} of bad time, depending only on where the buckets begin; true bad time: {}.",
        span(low),
        span(high),
        span(true_bad_s)
    );
    if budget_s.is_some() && length > 0.0 {
        caption.push_str(&format!(" The objective is met in {} of the phases.", Unit::Ratio.show(met / length)));
    }
    figure.caption = caption;
    Ok(figure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_minute_in_five_minute_buckets_straddles_a_fifth_of_the_phases() {
        // the incident is [0, 60) modulo 300: phases in (0, 60) put a boundary inside it
        let points: Vec<PhasePoint> = (0..300)
            .map(|s| {
                let charged_s = if (1..60).contains(&s) { 600.0 } else { 300.0 };
                let verdict = if charged_s > 500.0 { Verdict::Violated } else { Verdict::Met };
                PhasePoint { phase: Span::from_secs(s), charged_s, verdict }
            })
            .collect();
        let figure = phase_figure(&points, Span::from_secs(300), 60.0, Some(500.0), "any-bad").unwrap();
        let Shape::Strip { cells } = &figure.marks[3].shape else { panic!() };
        assert_eq!(cells.iter().map(|c| c.to - c.from).collect::<Vec<_>>(), [1.0, 59.0, 240.0]);
        assert!(figure.caption.contains("from 5m to 10m"));
        assert!(figure.caption.contains("met in 80.33 %"), "{}", figure.caption);
    }
}
