//! Percentiles aggregated twice, from histograms alone: what was kept when the events were not.

use rayon::prelude::*;

use super::bracket::Rolled;
use super::ladder::Ladder;
use super::reaggregate::{Again, ReaggregationRow};
use crate::error::{Error, Result};
use crate::estimate::Scope;
use crate::histogram::{HistogramSeries, LogLinear};
use crate::quantile::Quantile;
use crate::time::{Grid, Span, Window};

/// [`reaggregate`](super::reaggregate) from one histogram a window: every wider window is the sum of the narrower ones in it, and
/// its percentiles are read from that sum.
///
/// What `exact` says is the percentile of all histograms merged, guaranteed to a bin; so is `merged_histogram`. The percentiles of
/// windows are the middles of bins, and the brackets take their ends into account: they hold the nearest-rank percentile of the
/// events that were counted. Widths must be multiples of the series' own; windows are of its phase. Percentiles of windows are
/// read in parallel (rayon), and do not depend on the number of threads. Rows are in order of the width, then of `qs`.
///
/// ```
/// use sre_stats::events::Events;
/// use sre_stats::histogram::HistogramSeries;
/// use sre_stats::series::{Identity, NanPolicy};
/// use sre_stats::time::{Grid, Span};
/// use sre_stats::window::reaggregate_histograms;
/// let times: Vec<i64> = (0..600).map(|i| i * Span::SECOND.0).collect();
/// let values = (0..600).map(|i| if i < 60 { 2.0 } else { 0.1 }).collect();
/// let events = Events::new(Identity::default(), times, values, None, NanPolicy::Drop)?;
/// let minutes = HistogramSeries::from_events(&events, Grid::new(Span::MINUTE, Span::ZERO)?)?;
/// let rows = reaggregate_histograms(&minutes, &"1m,10m".parse()?, &["p99".parse()?])?;
/// assert_eq!(rows[0].windows, 10);
/// // nine fast minutes hide the slow one in the mean, and the merged histograms do not
/// assert!(rows[0].mean.relative < Some(-0.8) && rows[0].merged_histogram.value > 1.9);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a quantile; [`Mismatch`](crate::ErrorKind::Mismatch) where a width would cut the
/// series' windows.
pub fn reaggregate_histograms(
    series: &HistogramSeries,
    ladder: &Ladder,
    qs: &[Quantile],
) -> Result<Vec<ReaggregationRow>> {
    if qs.is_empty() {
        return Err(Error::empty("no quantile to aggregate").hint("give one such as p99"));
    }
    let (Some(first), Some(last)) = (series.windows().first(), series.windows().last()) else {
        return Err(Error::empty(format!("no window in “{}”", series.identity().title())));
    };
    let covered = Window::new(first.0.start, last.0.end().since(first.0.start))?;
    let scope = Scope::new(series.identity().unit.clone(), covered);
    let merged = series.merged().quantiles(qs, &scope)?;
    let mut rows = Vec::with_capacity(ladder.widths().len() * qs.len());
    // wider windows are made of the widest ones that fit into them
    let mut made: Vec<HistogramSeries> = Vec::new();
    for &width in ladder.widths() {
        let grid = Grid::new(width, series.grid().phase())?;
        if width != series.grid().width() {
            let from = made.iter().rev().find(|s| fits(s.grid(), width)).unwrap_or(series);
            made.push(from.coarsen(grid)?);
        }
        let of_width = if width == series.grid().width() { series } else { made.last().unwrap_or(series) };
        one_width(of_width, width, qs, &merged, &scope, &mut rows)?;
        // what no wider width can be made of is not kept
        let still = |s: &HistogramSeries| ladder.widths().iter().any(|w| *w > width && fits(s.grid(), *w));
        made.retain(still);
    }
    Ok(rows)
}

fn fits(grid: Grid, width: Span) -> bool {
    width.0 % grid.width().0 == 0
}

fn one_width(
    series: &HistogramSeries,
    width: Span,
    qs: &[Quantile],
    merged: &[crate::estimate::Estimate],
    scope: &Scope,
    rows: &mut Vec<ReaggregationRow>,
) -> Result<()> {
    let windows: Vec<&LogLinear> = series.windows().iter().map(|w| &w.1).filter(|h| !h.is_empty()).collect();
    let mut order: Vec<usize> = (0..qs.len()).collect();
    order.sort_by(|&a, &b| qs[a].p().total_cmp(&qs[b].p()));
    let ascending: Vec<Quantile> = order.iter().map(|&i| qs[i]).collect();
    let read: Vec<(f64, f64, f64)> = windows
        .par_chunks(256)
        .flat_map_iter(|chunk| {
            let mut out = Vec::with_capacity(chunk.len() * ascending.len());
            for histogram in chunk {
                histogram.intervals(&ascending, &mut out);
            }
            out
        })
        .collect();
    let counts: Vec<u64> = windows.iter().map(|h| h.count()).collect();
    let rolled = |pick: fn(&(f64, f64, f64)) -> f64| {
        let mut rolled = Rolled::new(qs.len());
        rolled.counts.clone_from(&counts);
        rolled.values = read.iter().map(pick).collect();
        rolled
    };
    // at least a rank's worth is at or below a value's upper end, and less than a rank's worth below its lower end
    let (least, most) = (rolled(|r| r.0), rolled(|r| r.2));
    let (lower, upper) = rayon::join(|| least.brackets(&ascending, qs), || most.brackets(&ascending, qs));
    let (lower, upper) = (lower?, upper?);
    let middle = rolled(|r| r.1);
    for (i, &q) in qs.iter().enumerate() {
        let column = order.iter().position(|o| *o == i).unwrap_or(0);
        let again = Again::of(middle.column(column), &counts);
        let mut row = again.row(width, q, &merged[i], &merged[i], (lower[i].0, upper[i].1), scope);
        row.bracket_one =
            (least.column(column).fold(f64::INFINITY, f64::min), most.column(column).fold(f64::NEG_INFINITY, f64::max));
        rows.push(row);
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::events::Events;
    use crate::series::{Identity, NanPolicy};
    use crate::window::reaggregate;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        /// Beside the exact roll-ups of the same events: the brackets hold the exact percentile, and every aggregate is within
        /// a bin of the one of exact percentiles.
        #[test]
        fn agrees_with_the_events_within_a_bin(
            events in prop::collection::vec((0_i64..3600, 1_u32..5000), 1..400),
            thousandths in prop::collection::vec(1_u32..1000, 1..4),
        ) {
            let mut events = events;
            events.sort_unstable();
            let times = events.iter().map(|e| e.0 * Span::SECOND.0).collect();
            let values = events.iter().map(|e| f64::from(e.1) / 1000.0).collect();
            let events = Events::new(Identity::default(), times, values, None, NanPolicy::Refuse).unwrap();
            let qs: Vec<Quantile> = thousandths.iter().map(|t| Quantile::new(f64::from(*t) / 1000.0).unwrap()).collect();
            let ladder: Ladder = "1m,2m,5m,30m,1h".parse().unwrap();
            let minutes = HistogramSeries::from_events(&events, Grid::new(Span::MINUTE, Span::ZERO).unwrap()).unwrap();
            let rows = reaggregate_histograms(&minutes, &ladder, &qs).unwrap();
            let exact = reaggregate(&events, &ladder, &qs).unwrap();
            prop_assert_eq!(rows.len(), exact.len());
            for (row, exact) in rows.iter().zip(&exact) {
                prop_assert_eq!((row.width, row.q, row.windows), (exact.width, exact.q, exact.windows));
                let truth = exact.exact.value;
                for (lower, upper) in [row.bracket_one, row.bracket_all, row.exact.interval().unwrap()] {
                    prop_assert!(lower <= truth && truth <= upper, "{} {}: {lower} {truth} {upper}", row.width, row.q);
                }
                prop_assert!(row.bracket_all.0 <= exact.bracket_all.0 && row.bracket_all.1 >= exact.bracket_all.1);
                for (a, b) in [(&row.mean, &exact.mean), (&row.weighted_mean, &exact.weighted_mean), (&row.max, &exact.max)] {
                    let (a, b) = (a.estimate.value, b.estimate.value);
                    prop_assert!((a - b).abs() <= 0.05 * b, "{} {}: {a} {b}", row.width, row.q);
                }
            }
        }
    }

    #[test]
    fn widths_that_cut_windows_are_refused() {
        let events =
            Events::new(Identity::default(), vec![0, 90_000_000_000], vec![1.0, 2.0], None, NanPolicy::Refuse).unwrap();
        let minutes = HistogramSeries::from_events(&events, Grid::new(Span::MINUTE, Span::ZERO).unwrap()).unwrap();
        assert!(reaggregate_histograms(&minutes, &"90s".parse().unwrap(), &[Quantile::P99]).is_err());
        assert!(reaggregate_histograms(&minutes, &"1m".parse().unwrap(), &[]).is_err());
        // a width that is no multiple of the one before it is made of one that fits
        let rows = reaggregate_histograms(&minutes, &"2m,3m".parse().unwrap(), &[Quantile::P99]).unwrap();
        assert_eq!((rows[0].windows, rows[1].windows, rows[1].max.estimate.value), (1, 1, 2.0));
    }
}
