//! A series, what comes after it, and the limit.

use super::series::series_figure;
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::figure::{Direction, Figure, Legend, Mark, Role, Shape};
use crate::series::Series;
use crate::time::Timestamp;

/// So many times the horizon of the past is shown at most, so that what comes stays in sight.
const PAST: i64 = 4;

/// When a limit is reached, as a figure shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// Not before this.
    pub earliest: Option<Timestamp>,
    /// As likely before as after this.
    pub expected: Option<Timestamp>,
    /// By then, where that is within the horizon.
    pub latest: Option<Timestamp>,
}

/// A fan chart for a plot `width_px` pixels wide: the series, the forecast with the interval of each value, the limit, and when
/// it is reached.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a point, and as [`series_figure`].
pub fn forecast_figure(
    series: &Series,
    points: &[(Timestamp, Estimate)],
    limit: Option<f64>,
    reached: Reached,
    width_px: u32,
) -> Result<Figure> {
    let (Some((first, _)), Some((end, _))) = (points.first(), points.last()) else {
        return Err(Error::empty("no forecast to draw").hint("it has a verdict that says why"));
    };
    let horizon = end.since(*first).0.max(1);
    let from = Timestamp(first.0.saturating_sub(horizon.saturating_mul(PAST)));
    let shown = series.slice(from, *first).unwrap_or_else(|| series.clone());
    let mut figure = series_figure(&[&shown], width_px)?;
    figure.title = format!("Forecast of {}", series.identity().title());
    let at = |t: Timestamp| figure.x.position(t);
    // every so many points where a pixel would hold several; the last one stays
    let stride = points.len().div_ceil(width_px.max(1) as usize).max(1);
    let kept: Vec<&(Timestamp, Estimate)> =
        points.iter().enumerate().filter(|(i, _)| i % stride == 0 || i + 1 == points.len()).map(|(_, p)| p).collect();
    let x: Vec<f64> = kept.iter().map(|p| at(p.0)).collect();
    let ends = kept.iter().map(|p| p.1.interval().unwrap_or((f64::NAN, f64::NAN)));
    let (lower, upper): (Vec<f64>, Vec<f64>) = ends.unzip();
    let line = kept.iter().map(|p| (at(p.0), p.1.value)).collect();
    let mut marks = Vec::new();
    if let (Some(earliest), true) = (reached.earliest, limit.is_some()) {
        let (from, to) = (at(earliest), at(reached.latest.unwrap_or(*end)));
        let open = reached.latest.is_none();
        let name = if open { "limit may be reached, from here on" } else { "limit is reached" };
        marks.push(Mark::new(name, Role::Warn, Shape::Region { from, to, direction: Direction::Vertical }));
    }
    marks.push(Mark::new("interval of a value", Role::Charged, Shape::Band { x, lower, upper }));
    marks.push(Mark::new("forecast", Role::Charged, Shape::Line { points: line }));
    if let (Some(expected), Some(limit)) = (reached.expected, limit) {
        marks.push(Mark::new("expected", Role::Bad, Shape::Points { points: vec![(at(expected), limit)] }));
    }
    for mark in &mut figure.marks {
        if mark.role == Role::Series(0) {
            mark.role = Role::Truth;
            if !mark.name.is_empty() {
                mark.name = "measured".into();
            }
        }
    }
    // regions lie beneath the data
    let regions = marks.iter().take_while(|m| matches!(m.shape, Shape::Region { .. })).count();
    figure.marks.splice(0..0, marks.drain(..regions));
    figure.marks.extend(marks);
    figure.legend = Legend::Outside;
    let mut out_of_sight = "";
    if let Some(limit) = limit {
        // a limit far beyond everything would flatten the data
        let (low, high) = figure.y_range();
        let pad = 0.05 * (high.max(limit) - low.min(limit));
        let shown = if near(limit, (low, high)) {
            let low = if limit < low + pad { limit.min(low) - pad } else { low };
            (low, if limit > high - pad { limit.max(high) + pad } else { high })
        } else {
            out_of_sight = " The limit is beyond what is shown.";
            (low, high)
        };
        figure.y.range = Some(shown);
        let shape = Shape::Rule { at: limit, direction: Direction::Horizontal };
        figure.marks.push(Mark::new("limit", Role::Limit, shape));
    }
    let count = shown.len();
    let cut = if count < series.len() {
        format!(", the last {count} of {} samples shown", series.len())
    } else {
        String::new()
    };
    figure.caption = match &points[0].1.bound {
        crate::estimate::Bound::Confidence { level, .. } => format!(
            "The band holds a value with {} confidence each{cut}.{out_of_sight} {}.",
            crate::unit::Unit::Ratio.show(*level),
            points[0].1.provenance()
        ),
        _ => format!("{}{cut}.{out_of_sight}", points[0].1.provenance()),
    };
    Ok(figure)
}

/// Whether a limit beyond the range is no farther than the range is long.
fn near(limit: f64, (low, high): (f64, f64)) -> bool {
    limit > low - (high - low) && limit < high + (high - low)
}

/// A column of a decomposition over time, named and in a role of its own; NaN leaves a gap.
///
/// # Errors
/// [`Mismatch`](crate::ErrorKind::Mismatch) where the columns differ in length, [`Empty`](crate::ErrorKind::Empty) without a value.
pub fn column_figure(
    title: &str,
    series: &Series,
    times: &[Timestamp],
    columns: &[(&str, Role, &[f64])],
    width_px: u32,
) -> Result<Figure> {
    let Some(first) = times.first() else { return Err(Error::empty("no column to draw")) };
    if let Some((name, _, column)) = columns.iter().find(|c| c.2.len() != times.len()) {
        return Err(Error::mismatch(format!("{} times and {} values of {name}", times.len(), column.len())));
    }
    let identity = series.identity();
    let y = crate::figure::Axis::new(&*identity.name, identity.unit.clone());
    let mut figure = Figure::new(title, crate::figure::Axis::time(*first), y);
    // of every pixel its least and greatest value, so that no peak is hidden
    let run = times.len().div_ceil(width_px.max(1) as usize).max(1);
    for (name, role, column) in columns {
        let mut points = Vec::new();
        for (t, v) in times.chunks(run).zip(column.chunks(run)) {
            let there = || v.iter().enumerate().filter(|(_, v)| !v.is_nan());
            let low = there().min_by(|a, b| a.1.total_cmp(b.1));
            let high = there().max_by(|a, b| a.1.total_cmp(b.1));
            let (Some(low), Some(high)) = (low, high) else {
                points.push((figure.x.position(t[0]), f64::NAN));
                continue;
            };
            let (a, b) = if low.0 <= high.0 { (low, high) } else { (high, low) };
            points.push((figure.x.position(t[a.0]), *a.1));
            if b.0 != a.0 {
                points.push((figure.x.position(t[b.0]), *b.1));
            }
        }
        figure.marks.push(Mark::new(*name, *role, Shape::Line { points }));
    }
    Ok(figure)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::estimate::{Bound, Scope};
    use crate::method::Method;
    use crate::series::{Identity, NanPolicy};
    use crate::unit::Unit;

    const HOUR: i64 = 3_600_000_000_000;

    fn disk() -> Series {
        let times = (0..100).map(|h| h * HOUR).collect();
        let values = (0..100).map(f64::from).collect();
        Series::new(Identity::new("disk", Unit::Byte), times, values, NanPolicy::Drop).unwrap()
    }

    fn points() -> Vec<(Timestamp, Estimate)> {
        (100..120_u32)
            .map(|h| {
                let v = f64::from(h);
                let bound = Bound::Confidence { lower: v - 5.0, upper: v + 5.0, level: 0.95 };
                let value =
                    Estimate::new(v, Method::Named("linear"), 100, &Scope::untimed(Unit::Byte)).with_bound(bound);
                (Timestamp(i64::from(h) * HOUR), value)
            })
            .collect()
    }

    #[test]
    fn the_limit_is_in_sight_where_it_is_near() {
        let reached =
            Reached { earliest: Some(Timestamp(105 * HOUR)), expected: Some(Timestamp(110 * HOUR)), latest: None };
        let near = forecast_figure(&disk(), &points(), Some(110.0), reached, 800).unwrap();
        assert!(near.marks.iter().any(|m| m.name == "limit") && near.y_range().1 > 110.0);
        assert!(matches!(near.marks[0].shape, Shape::Region { .. }));
        let far = forecast_figure(&disk(), &points(), Some(1e9), Reached::default(), 800).unwrap();
        assert!(far.y_range().1 < 1000.0);
        // 19 hours to come, four times as much of the past
        assert!(near.x_range().0 >= 0.0 && near.caption.contains("the last 76 of 100 samples"), "{}", near.caption);
        assert!(forecast_figure(&disk(), &[], None, Reached::default(), 800).is_err());
    }

    #[test]
    fn columns_keep_their_peaks() {
        let times: Vec<Timestamp> = (0..10_000).map(Timestamp).collect();
        let mut column = vec![0.0; 10_000];
        column[7777] = 9.0;
        column[5] = f64::NAN;
        let figure = column_figure("t", &disk(), &times, &[("x", Role::Truth, &column)], 100).unwrap();
        assert!(figure.y_range().1 >= 9.0);
        assert!(column_figure("t", &disk(), &times, &[("x", Role::Truth, &column[1..])], 100).is_err());
    }
}
