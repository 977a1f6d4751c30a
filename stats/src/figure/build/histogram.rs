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
