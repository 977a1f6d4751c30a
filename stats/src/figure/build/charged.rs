//! Bad time charged against the width of the bucket.

use super::{Verdict, width_ticks};
use crate::error::{Error, Result};
use crate::figure::{Axis, Direction, Figure, Interval, Mark, Role, Scale, Shape};
use crate::time::Span;
use crate::unit::Unit;

/// What buckets of one width charge, over all their phases. Times are in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChargedWidth {
    /// The width of the bucket.
    pub width: Span,
    /// The least that a phase charges.
    pub min_s: f64,
    /// The mean over the phases.
    pub mean_s: f64,
    /// The most that a phase charges.
    pub max_s: f64,
    /// What buckets aligned to the epoch charge, where that was computed.
    pub aligned_s: Option<f64>,
    /// Whether the objective was met.
    pub verdict: Verdict,
}

/// Charged bad time over the width of the bucket: the band of all phases, their mean, the aligned buckets that a dashboard
/// shows, the bad time that there really was, and the budget; beneath, the verdict of each width.
///
/// `rule` names the rule by which a bucket is bad, such as `any-bad`.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a width.
pub fn charged_figure(rows: &[ChargedWidth], true_bad_s: f64, budget_s: Option<f64>, rule: &str) -> Result<Figure> {
    let mut rows: Vec<ChargedWidth> = rows.iter().copied().filter(|r| r.width.0 > 0).collect();
    rows.sort_by_key(|r| r.width);
    if rows.is_empty() {
        return Err(Error::empty("no width to draw"));
    }
    let at = |r: &ChargedWidth| r.width.as_secs_f64();
    let mut x = Axis::new("width of the bucket", Unit::Second).with_scale(Scale::Log);
    x.fixed = width_ticks(rows.iter().map(|r| r.width));
    let mut y = Axis::new("bad time", Unit::Second);
    // wide buckets charge so much more than narrow ones that a linear axis would flatten truth and budget into one line
    let (low, high) = rows.iter().fold((true_bad_s, true_bad_s), |(l, h), r| (l.min(r.min_s), h.max(r.max_s)));
    if low > 0.0 && high > 20.0 * low {
        y.scale = Scale::Log;
    }
    let mut figure = Figure::new("Bad time charged, by width of the bucket", x, y);
    let edges = strip_edges(&rows);
    figure.x.range = Some((edges[0], edges[edges.len() - 1]));
    if rows.len() > 1 {
        let column = |value: fn(&ChargedWidth) -> f64| rows.iter().map(value).collect::<Vec<f64>>();
        let (lower, upper) = (column(|r| r.min_s), column(|r| r.max_s));
        let band = Shape::Band { x: rows.iter().map(at).collect(), lower, upper };
        figure.marks.push(Mark::new("all phases", Role::Charged, band));
        let points = rows.iter().map(|r| (at(r), r.mean_s)).collect();
        figure.marks.push(Mark::new("mean over phases", Role::Charged, Shape::Line { points }));
    } else {
        let intervals =
            rows.iter().map(|r| Interval { at: at(r), value: r.mean_s, lower: r.min_s, upper: r.max_s }).collect();
        figure.marks.push(Mark::new("mean and range over phases", Role::Charged, Shape::Interval { intervals }));
    }
    let aligned: Vec<(f64, f64)> = rows.iter().filter_map(|r| Some((at(r), r.aligned_s?))).collect();
    if !aligned.is_empty() {
        figure.marks.push(Mark::new("aligned buckets", Role::Series(4), Shape::Points { points: aligned }));
    }
    let rule_at = |at: f64| Shape::Rule { at, direction: Direction::Horizontal };
    figure.marks.push(Mark::new("true bad time", Role::Truth, rule_at(true_bad_s)));
    if let Some(budget) = budget_s {
        figure.marks.push(Mark::new("budget", Role::Limit, rule_at(budget)));
    }
    let cells = rows.iter().zip(edges.windows(2)).map(|(r, e)| r.verdict.cell(e[0], e[1])).collect();
    figure.marks.push(Mark::unnamed(Role::Neutral, Shape::Strip { cells }));
    figure.caption = format!(
        "Rule: {rule}. The band spans all phases of a bucket's grid; dots are buckets aligned to the epoch. True bad time: {}{}.",
        span(true_bad_s),
        budget_s.map_or_else(String::new, |b| format!("; budget: {}", span(b)))
    );
    Ok(figure)
}

/// Seconds as a span in words.
pub(super) fn span(seconds: f64) -> String {
    Span::from_secs_f64(seconds).map_or_else(|_| Unit::Second.show(seconds), |s| s.to_string())
}

/// The edges of the cells of the strip: half-way between neighbouring widths on the log scale.
fn strip_edges(rows: &[ChargedWidth]) -> Vec<f64> {
    let logs: Vec<f64> = rows.iter().map(|r| r.width.as_secs_f64().ln()).collect();
    let half = if logs.len() > 1 { (logs[logs.len() - 1] - logs[0]) / (logs.len() - 1) as f64 / 2.0 } else { 0.5 };
    let mut edges = vec![(logs[0] - half).exp()];
    edges.extend(logs.windows(2).map(|w| f64::midpoint(w[0], w[1]).exp()));
    edges.push((logs[logs.len() - 1] + half).exp());
    edges
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_width_has_its_tick_and_its_verdict() {
        // one bad minute under any-bad: least, mean and most by width
        let rows: Vec<ChargedWidth> = [60, 300, 3600]
            .into_iter()
            .map(|w| ChargedWidth {
                width: Span::from_secs(w),
                min_s: w as f64,
                mean_s: (w + 60) as f64,
                max_s: 2.0 * w as f64,
                aligned_s: Some(w as f64),
                verdict: if w < 300 { Verdict::Met } else { Verdict::DependsOnPhase },
            })
            .collect();
        let figure = charged_figure(&rows, 60.0, Some(259.2), "any-bad").unwrap();
        let labels: Vec<String> = figure.x.ticks(figure.x_range(), 8).into_iter().map(|t| t.label).collect();
        assert_eq!(labels, ["1m", "5m", "1h"]);
        let names: Vec<String> = figure.legend_entries().into_iter().map(|e| e.0).collect();
        assert_eq!(
            names,
            ["all phases", "mean over phases", "aligned buckets", "true bad time", "budget", "met", "depends on phase"]
        );
        assert!(figure.caption.contains("budget: 4m 19.2s"), "{}", figure.caption);
        assert!(charged_figure(&[], 0.0, None, "any-bad").is_err());
    }
}
