//! Percentiles of percentiles: what the usual second aggregation makes of the truth. The only place that averages them.

use super::bracket::Rolled;
use super::ladder::Ladder;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::events::Events;
use crate::histogram::LogLinear;
use crate::method::{Definition, Method};
use crate::quantile::Quantile;
use crate::quantile::select::Ranked;
use crate::time::{Grid, Span};

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
    for &width in ladder.widths() {
        let rolled = roll_up(events, width, qs)?;
        let all = rolled.brackets(qs, qs)?;
        for (i, &q) in qs.iter().enumerate() {
            let one = Again::of(rolled.column(i), &rolled.counts);
            rows.push(one.row(width, q, &exact[i], &merged[i], all[i], &scope));
        }
    }
    Ok(rows)
}

/// Counts and nearest-rank quantiles of the windows of one width that hold events.
pub(super) fn roll_up(events: &Events, width: Span, qs: &[Quantile]) -> Result<Rolled> {
    let grid = Grid::new(width, Span::ZERO)?;
    let mut out = Rolled::new(qs.len());
    for (_, run) in grid.runs(events.times()) {
        let n = run.len() as u64;
        let rank = |q: &Quantile| q.rank(n) as usize - 1;
        let ranked = Ranked::of(&events.values()[run], qs.iter().map(rank).collect());
        out.values.extend(qs.iter().map(|q| ranked.at(rank(q))));
        out.counts.push(n);
    }
    Ok(out)
}

/// Percentiles of windows, aggregated again in every way.
pub(super) struct Again {
    n: u64,
    windows: u64,
    least: f64,
    most: f64,
    mean: f64,
    weighted: f64,
    median: f64,
}

impl Again {
    pub(super) fn of(values: impl Iterator<Item = f64>, counts: &[u64]) -> Self {
        let mut all: Vec<f64> = values.collect();
        let n = counts.iter().sum::<u64>();
        let weighted = all.iter().zip(counts).map(|(x, n)| x * *n as f64).sum::<f64>() / n as f64;
        let (mut least, mut most, mut sum) = (f64::INFINITY, f64::NEG_INFINITY, 0.0);
        for &x in &all {
            (least, most, sum) = (least.min(x), most.max(x), sum + x);
        }
        let windows = all.len();
        // the lower of the two middle ones, where there are two
        let middle = windows.saturating_sub(1) / 2;
        let median = if all.is_empty() { f64::NAN } else { *all.select_nth_unstable_by(middle, f64::total_cmp).1 };
        Self { n, windows: windows as u64, least, most, mean: sum / windows as f64, weighted, median }
    }

    pub(super) fn row(
        &self,
        width: Span,
        q: Quantile,
        exact: &Estimate,
        merged: &Estimate,
        bracket_all: (f64, f64),
        scope: &Scope,
    ) -> ReaggregationRow {
        let again = |name: &str, value: f64| {
            let method = Method::Described(format!("{name} of {q} per {width}"));
            let estimate = Estimate::new(value, method, self.n, scope)
                .with_bound(Bound::Guaranteed { lower: self.least, upper: self.most })
                .with_caveat("an aggregate of percentiles is not a percentile");
            let error = value - exact.value;
            Reaggregated { estimate, error, relative: (exact.value != 0.0).then(|| error / exact.value.abs()) }
        };
        ReaggregationRow {
            width,
            q,
            windows: self.windows,
            exact: exact.clone(),
            merged_histogram: merged.clone(),
            mean: again("mean", self.mean),
            weighted_mean: again("count-weighted mean", self.weighted),
            median: again("median", self.median),
            max: again("maximum", self.most),
            bracket_one: (self.least, self.most),
            bracket_all,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};
    use crate::unit::Unit;

    /// A busy slow minute among quiet fast ones, by a linear congruence.
    fn uneven() -> Events {
        let (mut times, mut values) = (Vec::new(), Vec::new());
        let mut state = 1_u64;
        for minute in 0..60_i64 {
            let busy = minute % 20 == 7;
            for i in 0..if busy { 3000 } else { 50 } {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                let noise = (state >> 33) as f64 / f64::from(1_u32 << 31);
                times.push(minute * 60_000_000_000 + i * 10_000_000);
                values.push(if busy { 0.5 } else { 0.01 } * (1.0 + noise));
            }
        }
        Events::new(Identity::new("latency", Unit::Second), times, values, None, NanPolicy::Refuse).unwrap()
    }

    fn nearest_rank(values: &[f64], q: Quantile) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[q.rank(sorted.len() as u64) as usize - 1]
    }

    #[test]
    fn rows_agree_with_sorting_every_window() {
        let events = uneven();
        let qs = [Quantile::P99, Quantile::MEDIAN, Quantile::P90, Quantile::MEDIAN];
        let rows = reaggregate(&events, &"1s,1m,10m,1h".parse().unwrap(), &qs).unwrap();
        assert_eq!(rows.len(), 16);
        for row in &rows {
            let mut windows: std::collections::BTreeMap<i64, Vec<f64>> = std::collections::BTreeMap::new();
            for (t, v) in events.times().iter().zip(events.values()) {
                windows.entry(t.div_euclid(row.width.0)).or_default().push(*v);
            }
            let each: Vec<(f64, f64)> = windows.values().map(|w| (nearest_rank(w, row.q), w.len() as f64)).collect();
            let mean = each.iter().map(|e| e.0).sum::<f64>() / each.len() as f64;
            let weighted = each.iter().map(|e| e.0 * e.1).sum::<f64>() / events.len() as f64;
            let exact = nearest_rank(events.values(), row.q);
            assert_eq!(row.exact.value, exact);
            assert_eq!(row.windows, each.len() as u64);
            assert!((row.mean.estimate.value - mean).abs() < 1e-12);
            assert!((row.weighted_mean.estimate.value - weighted).abs() < 1e-12);
            assert_eq!(row.max.estimate.value, each.iter().map(|e| e.0).fold(0.0, f64::max));
            assert!((row.mean.error - (mean - exact)).abs() < 1e-12);
            for (lower, upper) in [row.bracket_one, row.bracket_all, row.merged_histogram.interval().unwrap()] {
                assert!(lower <= exact && exact <= upper, "{} {}: {lower} {exact} {upper}", row.width, row.q);
            }
            assert!(row.bracket_all.0 >= row.bracket_one.0 && row.bracket_all.1 <= row.bracket_one.1);
        }
        // one window holds all: nothing is lost
        assert!(rows[12..].iter().all(|r| r.mean.error == 0.0 && r.windows == 1));
    }

    #[test]
    fn the_mean_of_percentiles_hides_the_busy_minutes() {
        let row = &reaggregate(&uneven(), &"1m".parse().unwrap(), &[Quantile::P99]).unwrap()[0];
        // three minutes of sixty carry most requests and are fifty times slower
        assert!(row.mean.relative.unwrap() < -0.9 && row.mean.error < 0.0);
        assert!(row.median.relative.unwrap() < -0.95);
        assert!(row.max.relative.unwrap().abs() < 0.05);
        assert!(row.merged_histogram.value > 0.9);
    }
}
