//! Counts of buckets as areas.

use super::grouped;
use crate::error::{Error, Result};
use crate::figure::{Axis, Bar, Figure, Mark, Role, Scale, Shape};
use crate::unit::Unit;

/// A bucket of a histogram and how many values it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HistogramBin {
    /// The lower edge; −∞ where it is open.
    pub lower: f64,
    /// The upper edge; +∞ where it is open.
    pub upper: f64,
    /// How many values lie between.
    pub count: u64,
}

/// Counts in `count` equal bins from the smallest to the largest value, for a picture; a value on an edge counts to its right, the
/// greatest to the last bin. How many bins a picture should have, [`bins`](crate::describe::bins) says. Values that are NaN or
/// infinite are left out.
///
/// ```
/// use sre_stats::figure::equal_bins;
/// let bins = equal_bins(&[0.0, 1.0, 2.0, 4.0], 2)?;
/// assert_eq!(bins.iter().map(|b| (b.lower, b.count)).collect::<Vec<_>>(), [(0.0, 2), (2.0, 2)]);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without values, [`Argument`](crate::ErrorKind::Argument) where all are equal or the count is not in
/// 1..=10000.
pub fn equal_bins(values: &[f64], count: u64) -> Result<Vec<HistogramBin>> {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    let (low, high) = finite.clone().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    if low > high {
        return Err(Error::empty("no value to count"));
    }
    if low == high || !(1..=10_000).contains(&count) {
        return Err(Error::argument(format!("{count} bins from {low} to {high}"))
            .hint("values that differ, and 1 to 10000 bins"));
    }
    let edge = |i: u64| low + (high - low) * (i as f64 / count as f64);
    let mut bins: Vec<HistogramBin> =
        (0..count).map(|i| HistogramBin { lower: edge(i), upper: edge(i + 1), count: 0 }).collect();
    for value in finite {
        let at = bins.partition_point(|b| b.lower <= value).saturating_sub(1);
        if let Some(bin) = bins.get_mut(at) {
            bin.count += 1;
        }
    }
    Ok(bins)
}

/// Buckets as bars whose **areas** are their counts, so that wide buckets do not look fuller than they are. Where all are equally
/// wide on the scale, heights are plain counts.
///
/// `scale` is [`Scale::Linear`] or [`Scale::Log`]. Open buckets and, on a log scale, those at or below 0 have no width to
/// draw; the caption counts what they hold.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where nothing can be drawn, [`Argument`](crate::ErrorKind::Argument) on another scale.
pub fn histogram_figure(name: &str, unit: &Unit, bins: &[HistogramBin], scale: Scale) -> Result<Figure> {
    if !matches!(scale, Scale::Linear | Scale::Log) {
        return Err(Error::argument("a histogram needs a linear or a logarithmic scale"));
    }
    let shown = |b: &&HistogramBin| scale.shows(b.lower) && scale.shows(b.upper) && b.upper > b.lower;
    let drawn: Vec<HistogramBin> = bins.iter().filter(shown).copied().collect();
    let width = |b: &HistogramBin| scale.transform(b.upper) - scale.transform(b.lower);
    let Some(first) = drawn.first().map(width) else {
        return Err(Error::empty("no bucket to draw").hint("choose a linear scale for values at or below 0"));
    };
    let equal = drawn.iter().all(|b| (width(b) / first - 1.0).abs() < 1e-6);
    let (label, y_unit) = match (equal, scale) {
        (true, _) => ("count".to_owned(), Unit::Count),
        (false, Scale::Log) => ("count per decade".to_owned(), Unit::None),
        (false, _) if *unit == Unit::None => ("count per unit".to_owned(), Unit::None),
        (false, _) => (format!("count per {unit}"), Unit::None),
    };
    let height = |b: &HistogramBin| if equal { b.count as f64 } else { b.count as f64 / width(b) };
    let bars = drawn.iter().map(|b| Bar { lower: b.lower, upper: b.upper, height: height(b) }).collect();
    let total: u64 = bins.iter().map(|b| b.count).sum();
    let outside = total - drawn.iter().map(|b| b.count).sum::<u64>();
    let mut caption = format!("{} values in {} buckets", grouped(total), bins.len());
    caption.push_str(if equal { "." } else { "; areas, not heights, are proportional to counts." });
    if outside > 0 {
        caption.push_str(&format!(" {} values lie in buckets that this scale cannot show.", grouped(outside)));
    }
    let x = Axis::new(name, unit.clone()).with_scale(scale);
    Ok(Figure::new(format!("Histogram of {name}"), x, Axis::new(label, y_unit))
        .with(Mark::new(name, Role::Series(0), Shape::Bars { bars }))
        .with_caption(caption))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_one_bin() {
        let values: Vec<f64> = (0..=100).map(f64::from).chain([f64::NAN, f64::INFINITY]).collect();
        let bins = equal_bins(&values, 7).unwrap();
        assert_eq!(bins.iter().map(|b| b.count).sum::<u64>(), 101);
        for bin in &bins[..6] {
            let inside = values.iter().filter(|v| **v >= bin.lower && **v < bin.upper).count() as u64;
            assert_eq!(bin.count, inside);
        }
        assert!(equal_bins(&[1.0, 1.0], 3).is_err() && equal_bins(&[], 3).is_err() && equal_bins(&values, 0).is_err());
    }

    #[test]
    fn areas_are_counts() {
        let bins = [
            HistogramBin { lower: 0.0, upper: 1.0, count: 10 },
            HistogramBin { lower: 1.0, upper: 5.0, count: 20 },
            HistogramBin { lower: 5.0, upper: f64::INFINITY, count: 3 },
        ];
        let figure = histogram_figure("latency", &Unit::Second, &bins, Scale::Linear).unwrap();
        let Shape::Bars { bars } = &figure.marks[0].shape else { panic!() };
        assert_eq!(bars.iter().map(|b| (b.upper - b.lower) * b.height).collect::<Vec<_>>(), [10.0, 20.0]);
        assert_eq!(figure.y.label, "count per s");
        assert!(figure.caption.contains("33 values") && figure.caption.contains("3 values lie in buckets"));
    }

    #[test]
    fn equal_buckets_show_plain_counts() {
        let bins: Vec<HistogramBin> = (0..4)
            .map(|i| HistogramBin {
                lower: 2_f64.powi(i),
                upper: 2_f64.powi(i + 1),
                count: u64::from(i.unsigned_abs()),
            })
            .collect();
        let figure = histogram_figure("x", &Unit::None, &bins, Scale::Log).unwrap();
        assert_eq!(figure.y_range().0, 0.0);
        assert_eq!(figure.y.label, "count");
        assert!(histogram_figure("x", &Unit::None, &[], Scale::Log).is_err());
    }
}
