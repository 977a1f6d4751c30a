//! The burn rate over time, for a picture.

use super::scan::evaluations;
use super::tally::Tally;
use crate::error::{Error, Result};
use crate::quantile::Quantile;
use crate::time::{Span, Timestamp};

/// The greatest burn rate within a stretch of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BurnPoint {
    /// When it was reached.
    pub time: Timestamp,
    /// The error ratio of the window over the error budget; `None` where the window never held a member.
    pub burn: Option<f64>,
}

/// The burn rate over a sliding window, evaluated every `interval`: at most `points` of them, each the greatest of its stretch, so
/// that no peak is hidden.
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the target leaves no budget, the window is not more than 0 or shorter than a tick,
/// or the interval is not more than 0.
pub fn burn_rates(
    counts: &Tally,
    target: Quantile,
    window: Span,
    interval: Span,
    points: usize,
) -> Result<Vec<BurnPoint>> {
    if target.complement() <= 0.0 {
        return Err(Error::argument("a target of 100% leaves no error budget that could burn"));
    }
    if window.0 <= 0 || window < counts.tick() {
        return Err(Error::argument(format!("a window of {window} holds no tick of {}", counts.tick())));
    }
    let (first, steps) = evaluations(counts, interval)?;
    let width = counts.ticks_in(window);
    let stretch = (steps as usize).div_ceil(points.max(1)).max(1);
    let mut out: Vec<BurnPoint> = Vec::new();
    for step in 0..steps {
        let time = first + Span(step * interval.0);
        let now = counts.ended_by(time);
        let (bad, total) = counts.of(now.saturating_sub(width), now);
        let burn = (total > 0).then(|| bad as f64 / total as f64 / target.complement());
        match out.last_mut() {
            Some(last) if !(step as usize).is_multiple_of(stretch) => {
                if burn > last.burn {
                    *last = BurnPoint { time, burn };
                }
            }
            _ => out.push(BurnPoint { time, burn }),
        }
    }
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::slo::Population;

    #[test]
    fn the_peak_stays_however_few_the_points() {
        let bad: Vec<u64> = (0..10_000).map(|s| if (5000..5060).contains(&s) { 10 } else { 0 }).collect();
        let counts = Tally::new(Timestamp(0), Span::SECOND, &bad, &vec![10; 10_000], Population::Requests).unwrap();
        let (slo, window) = ("99%".parse().unwrap(), Span::from_secs(600));
        for points in [5, 77, 1_000_000] {
            let found = burn_rates(&counts, slo, window, Span::from_secs(10), points).unwrap();
            assert!(found.len() <= points.min(1000));
            let peak = found.iter().filter_map(|p| p.burn).fold(0.0, f64::max);
            // 60 of 600 seconds bad: 10 % of errors, ten times the budget
            assert!((peak - 10.0).abs() < 1e-9, "{peak}");
        }
    }
}
