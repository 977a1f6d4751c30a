//! How the spread of values changes over time: a heat map with percentile lines on top.

use super::grouped;
use crate::error::{Error, Result};
use crate::estimate::Scope;
use crate::figure::{Axis, Figure, HeatColumn, Mark, Role, Scale, Shape};
use crate::histogram::{HistogramSeries, LogLinear};
use crate::quantile::Quantile;
use crate::time::Timestamp;

/// The histograms of windows side by side: time on x, values on y in `rows` equal steps of the scale, and in each cell how many
/// values lie there. On top of it run quantiles, each read from the histogram of its window. The scale of y is logarithmic where
/// most values are above 0; what lies at or below 0 is then left out and counted in the caption.
///
/// A histogram's bin is counted in the row that holds its middle: rows that are narrower than a bin show stripes.
///
/// ```
/// use sre_stats::events::Events;
/// use sre_stats::figure::heat_figure;
/// use sre_stats::histogram::HistogramSeries;
/// use sre_stats::quantile::Quantile;
/// use sre_stats::series::{Identity, NanPolicy};
/// use sre_stats::time::{Grid, Span};
/// use sre_stats::unit::Unit;
/// let identity = Identity::new("latency", Unit::Second);
/// let times = (0..600).map(|i| i * 1_000_000_000).collect();
/// let values = (0..600).map(|i| 0.1 + f64::from(i % 60) / 60.0).collect();
/// let events = Events::new(identity, times, values, None, NanPolicy::Drop)?;
/// let minutes = HistogramSeries::from_events(&events, Grid::new(Span::MINUTE, Span::ZERO)?)?;
/// let figure = heat_figure(&minutes, 40, &[Quantile::MEDIAN, Quantile::P99])?;
/// assert_eq!(figure.marks.len(), 3);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) without a row, [`Empty`](crate::ErrorKind::Empty) where nothing can be drawn.
pub fn heat_figure(series: &HistogramSeries, rows: usize, quantiles: &[Quantile]) -> Result<Figure> {
    if rows == 0 {
        return Err(Error::argument("a heat map needs at least one row"));
    }
    let windows = series.windows();
    let all = windows.iter().flat_map(|(_, h)| h.bins());
    let (mut above, mut total, mut low, mut high, mut least) = (0, 0, f64::INFINITY, f64::NEG_INFINITY, f64::INFINITY);
    for bin in all.filter(|b| b.count > 0) {
        total += bin.count;
        (low, high) = (low.min(bin.lower), high.max(bin.upper));
        if bin.lower > 0.0 {
            above += bin.count;
            least = least.min(bin.lower);
        }
    }
    let scale = if 2 * above > total { Scale::Log } else { Scale::Linear };
    let bottom = if scale == Scale::Log { least } else { low };
    if total == 0 || !bottom.is_finite() || !high.is_finite() || bottom >= high {
        return Err(Error::empty("no value to draw"));
    }
    let (from, to) = (scale.transform(bottom), scale.transform(high));
    let edges: Vec<f64> = (0..=rows).map(|i| scale.inverse(from + (to - from) * i as f64 / rows as f64)).collect();
    let origin = windows.first().map_or(Timestamp(0), |w| w.0.start);
    let x = Axis::time(origin);
    let row_of = |bin: (f64, f64)| {
        let middle = f64::midpoint(scale.transform(bin.0), scale.transform(bin.1));
        middle.is_finite().then(|| (((middle - from) / (to - from) * rows as f64) as usize).min(rows - 1))
    };
    let columns: Vec<HeatColumn> = windows
        .iter()
        .map(|(window, histogram)| {
            let mut counts = vec![0_u64; rows];
            for bin in histogram.bins() {
                if let Some(row) = row_of((bin.lower, bin.upper)) {
                    counts[row] += bin.count;
                }
            }
            HeatColumn { from: x.position(window.start), to: x.position(window.end()), counts }
        })
        .collect();
    let shown: u64 = columns.iter().flat_map(|c| &c.counts).sum();
    let unit = series.identity().unit.clone();
    let y = Axis::new(&*series.identity().name, unit).with_scale(scale);
    let mut figure = Figure::new(format!("{} over time", series.identity().title()), x, y);
    let most = clamp(&columns);
    figure.marks.push(Mark::unnamed(Role::Neutral, Shape::Heat { rows: edges, columns, most }));
    for (i, &q) in quantiles.iter().enumerate() {
        let points = line(series, q, &figure.x)?;
        figure.marks.push(Mark::new(q.to_string(), Role::Series(i), Shape::Line { points }));
    }
    let width = series.grid().width();
    figure.caption = format!(
        "{} values in windows of {}; the colour is the logarithm of the count of a cell, and full from {} on.",
        grouped(shown),
        width.about(),
        grouped(most)
    );
    if shown < total {
        figure.caption.push_str(&format!(" {} values at or below 0 are not shown.", grouped(total - shown)));
    }
    Ok(figure)
}

/// The count at which the colour is full: what all but one in a thousand of the cells that hold anything stay below, so that
/// a single crowded cell does not darken all others.
fn clamp(columns: &[HeatColumn]) -> u64 {
    let mut counts: Vec<u64> = columns.iter().flat_map(|c| &c.counts).copied().filter(|c| *c > 0).collect();
    counts.sort_unstable();
    let at = counts.len().saturating_sub(1 + counts.len() / 1000);
    counts.get(at).copied().unwrap_or(1).max(1)
}

/// A quantile of every window at its middle; windows without values leave a gap.
fn line(series: &HistogramSeries, q: Quantile, x: &Axis) -> Result<Vec<(f64, f64)>> {
    let scope = Scope::untimed(series.identity().unit.clone());
    let of = |histogram: &LogLinear| Ok(histogram.quantiles(&[q], &scope)?.first().map_or(f64::NAN, |e| e.value));
    let mut points = Vec::with_capacity(series.windows().len());
    let mut end = None;
    for (window, histogram) in series.windows() {
        let middle = f64::midpoint(x.position(window.start), x.position(window.end()));
        if end.is_some_and(|e| e != window.start) {
            points.push((middle, f64::NAN));
        }
        end = Some(window.end());
        points.push((middle, of(histogram)?));
    }
    Ok(points)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::events::Events;
    use crate::series::{Identity, NanPolicy};
    use crate::time::{Grid, Span};
    use crate::unit::Unit;

    fn minutes(values: Vec<f64>) -> HistogramSeries {
        let times = (0..values.len() as i64).map(|i| i * 1_000_000_000).collect();
        let events = Events::new(Identity::new("v", Unit::Second), times, values, None, NanPolicy::Drop).unwrap();
        HistogramSeries::from_events(&events, Grid::new(Span::MINUTE, Span::ZERO).unwrap()).unwrap()
    }

    #[test]
    fn every_value_is_in_one_cell() {
        let values: Vec<f64> = (0..600).map(|i| 0.001 * f64::from(1 + i * 37 % 9973)).collect();
        let figure = heat_figure(&minutes(values.clone()), 30, &[Quantile::P99]).unwrap();
        let Shape::Heat { rows, columns, most } = &figure.marks[0].shape else { panic!() };
        assert_eq!((columns.len(), rows.len()), (10, 31));
        for (i, column) in columns.iter().enumerate() {
            assert_eq!(column.counts.iter().sum::<u64>(), 60);
            // by hand: a value lies in its row or, within the width of a bin, in the next one
            let inside = &values[60 * i..60 * (i + 1)];
            for (j, count) in column.counts.iter().enumerate() {
                let near = inside.iter().filter(|v| **v >= rows[j] * 0.96 && **v <= rows[j + 1] * 1.04).count() as u64;
                assert!(*count <= near, "{i} {j}: {count} of {near}");
            }
        }
        assert!(*most >= 1);
        assert_eq!(figure.y.scale, Scale::Log);
    }

    #[test]
    fn a_gap_breaks_the_line_and_zeros_are_counted() {
        let second = 1_000_000_000;
        let times = vec![0, 30 * second, 200 * second, 210 * second];
        let identity = Identity::new("v", Unit::Second);
        let events = Events::new(identity, times, vec![0.0, 0.5, 0.7, 0.9], None, NanPolicy::Drop).unwrap();
        let series = HistogramSeries::from_events(&events, Grid::new(Span::MINUTE, Span::ZERO).unwrap()).unwrap();
        let figure = heat_figure(&series, 10, &[Quantile::MEDIAN]).unwrap();
        let Shape::Line { points } = &figure.marks[1].shape else { panic!() };
        assert!(points.iter().any(|p| p.1.is_nan()));
        assert!(figure.caption.ends_with("1 values at or below 0 are not shown."), "{}", figure.caption);
        assert!(heat_figure(&series, 0, &[]).is_err());
    }
}
