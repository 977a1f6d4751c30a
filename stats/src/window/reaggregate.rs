//! Percentiles of percentiles: what the usual second aggregation makes of the truth. The only place that averages them.

use super::bracket::{RollUp, bracket};
use super::ladder::Ladder;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::events::Events;
use crate::histogram::LogLinear;
use crate::method::{Definition, Method};
use crate::quantile::Quantile;
use crate::time::{Grid, Span, Timestamp};

/// A second aggregation of per-window percentiles, and how wrong it is.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Reaggregated {
    /// The number; its bound is the bracket from the roll-ups of this one percentile.
    pub estimate: Estimate,
    /// The number minus the exact percentile: more than 0 where it is too high.
    pub error: f64,
    /// The error as a share of the exact percentile; `None` where that is 0.
    pub relative: Option<f64>,
}

/// One quantile, rolled up per window of one width and aggregated again.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct ReaggregationRow {
    /// The width of the windows, at phase 0.
    #[serde(rename = "width_s")]
    pub width: Span,
    /// The quantile.
    pub q: Quantile,
    /// How many windows hold samples.
    pub windows: u64,
    /// The quantile of all samples, by nearest rank.
    pub exact: Estimate,
    /// The quantile of the histograms of all windows, merged: the same for every width, as merging loses nothing.
    pub merged_histogram: Estimate,
    /// The plain mean of the windows' percentiles.
    pub mean: Reaggregated,
    /// Their mean weighted by the windows' counts.
    pub weighted_mean: Reaggregated,
    /// Their median (the lower middle one).
    pub median: Reaggregated,
    /// Their maximum.
    pub max: Reaggregated,
    /// What the roll-ups of this percentile guarantee about the exact one: from the least to the greatest of them.
    pub bracket_one: (f64, f64),
    /// What the roll-ups of all given percentiles guarantee, with their counts.
    pub bracket_all: (f64, f64),
}

/// Rolls events up to quantiles per window of each width, aggregates those as dashboards do, and compares with the truth.
///
/// All quantiles are nearest-rank (type 1), per window and exact, so that brackets are guarantees and not approximations.
/// Windows are of phase 0; those without events do not count. Rows are in order of the width, then of `qs`.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a quantile; what the histogram refuses.
pub fn reaggregate(events: &Events, ladder: &Ladder, qs: &[Quantile]) -> Result<Vec<ReaggregationRow>> {
    if qs.is_empty() {
        return Err(Error::empty("no quantile to aggregate").hint("give one such as p99"));
    }
    let scope = events.scope();
    let mut histogram = LogLinear::new();
    histogram.insert_slice(events.values());
    let exact = crate::quantile::quantiles(events.values(), qs, Definition::Type1, &scope)?;
    let merged = qs.iter().map(|q| histogram.quantile(*q, &scope)).collect::<Result<Vec<_>>>()?;
    let mut rows = Vec::with_capacity(ladder.widths().len() * qs.len());
    let mut scratch = Vec::new();
    for &width in ladder.widths() {
        let rolled = roll_up(events, width, qs, &mut scratch)?;
        for (i, &q) in qs.iter().enumerate() {
            let one: Vec<(f64, u64)> = rolled.iter().map(|w| (w.quantiles[i], w.n)).collect();
            let all = bracket(&rolled, qs, q)?;
            rows.push(row(width, q, &exact[i], &merged[i], &one, all, &scope));
        }
    }
    Ok(rows)
}

/// Counts and nearest-rank quantiles of the windows of one width that hold events.
fn roll_up(events: &Events, width: Span, qs: &[Quantile], scratch: &mut Vec<f64>) -> Result<Vec<RollUp>> {
    let grid = Grid::new(width, Span::ZERO)?;
    // from the highest quantile down, so that each selection looks only at what the one before left below it
    let mut order: Vec<usize> = (0..qs.len()).collect();
    order.sort_by(|&a, &b| qs[b].p().total_cmp(&qs[a].p()));
    let (times, values) = (events.times(), events.values());
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&t) = times.get(at) {
        let end = grid.window_at(Timestamp(t)).end().0;
        let n = times[at..].partition_point(|&t| t < end).max(1);
        scratch.clear();
        scratch.extend_from_slice(&values[at..at + n]);
        let mut quantiles = vec![0.0; qs.len()];
        let mut left = n;
        for &i in &order {
            let rank = qs[i].rank(n as u64) as usize;
            // equal ranks find the value where the last selection put it
            let below = &mut scratch[..left.max(rank)];
            let (_, value, _) = below.select_nth_unstable_by(rank - 1, f64::total_cmp);
            quantiles[i] = *value;
            left = rank;
        }
        out.push(RollUp { n: n as u64, quantiles });
        at += n;
    }
    Ok(out)
}

fn row(
    width: Span,
    q: Quantile,
    exact: &Estimate,
    merged: &Estimate,
    windows: &[(f64, u64)],
    bracket_all: (f64, f64),
    scope: &Scope,
) -> ReaggregationRow {
    let mut sorted: Vec<f64> = windows.iter().map(|w| w.0).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = windows.iter().map(|w| w.1).sum::<u64>();
    let least = sorted.first().copied().unwrap_or(f64::NAN);
    let most = sorted.last().copied().unwrap_or(f64::NAN);
    let again = |name: &str, value: f64| {
        let method = Method::Described(format!("{name} of {q} per {width}"));
        let estimate = Estimate::new(value, method, n, scope)
            .with_bound(Bound::Guaranteed { lower: least, upper: most })
            .with_caveat("an aggregate of percentiles is not a percentile");
        let error = value - exact.value;
        Reaggregated { estimate, error, relative: (exact.value != 0.0).then(|| error / exact.value.abs()) }
    };
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    let weighted = windows.iter().map(|(x, n)| x * *n as f64).sum::<f64>() / n as f64;
    ReaggregationRow {
        width,
        q,
        windows: windows.len() as u64,
        exact: exact.clone(),
        merged_histogram: merged.clone(),
        mean: again("mean", mean),
        weighted_mean: again("count-weighted mean", weighted),
        median: again("median", sorted.get(sorted.len().saturating_sub(1) / 2).copied().unwrap_or(f64::NAN)),
        max: again("maximum", most),
        bracket_one: (least, most),
        bracket_all,
    }
}
