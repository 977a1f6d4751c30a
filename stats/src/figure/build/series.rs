//! Values over time.

use super::grouped;
use crate::error::{Error, Result};
use crate::events::Events;
use crate::figure::decimate::{Decimated, decimate_min_max};
use crate::figure::{Axis, Direction, Figure, Mark, Role, Shape};
use crate::series::Series;
use crate::time::Timestamp;

/// Above this many gaps a shade for each would hide the data.
const MAX_SHADED_GAPS: usize = 50;

/// Series over one time axis, for a plot `width_px` pixels wide.
///
/// A series with more than two samples a pixel is drawn as the mean of each pixel with a band from the smallest to the largest
/// value, so no peak is hidden; the caption says how many samples a pixel stands for. Gaps of the data are gaps in the line,
/// and shaded.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) without a series, [`Mismatch`](crate::ErrorKind::Mismatch) where units differ.
pub fn series_figure(series: &[&Series], width_px: u32) -> Result<Figure> {
    let Some(first) = series.first() else {
        return Err(Error::empty("no series to draw"));
    };
    let identity = first.identity();
    if let Some(other) = series.iter().find(|s| s.identity().unit != identity.unit) {
        return Err(Error::mismatch(format!(
            "“{}” is in {} and “{}” in {}",
            identity.title(),
            identity.unit.name(),
            other.identity().title(),
            other.identity().unit.name()
        ))
        .hint("draw them in two figures"));
    }
    let origin = Timestamp(series.iter().filter_map(|s| s.times().first()).copied().min().unwrap_or_default());
    let one_name = series.iter().all(|s| s.identity().name == identity.name);
    let title = match series {
        [one] => one.identity().title(),
        many if one_name => format!("{}, {} series", identity.name, many.len()),
        many => format!("{} and {} more", identity.title(), many.len() - 1),
    };
    let y = Axis::new(if one_name { &*identity.name } else { "value" }, identity.unit.clone());
    let mut figure = Figure::new(title, Axis::time(origin), y);
    let (mut densest, mut samples, mut gaps, mut dropped) = (0, 0, 0, 0);
    for (i, one) in series.iter().enumerate() {
        let found = one.gaps();
        if found.len() <= MAX_SHADED_GAPS && series.len() == 1 {
            for (from, to) in &found {
                let (from, to) = (figure.x.position(*from), figure.x.position(*to));
                let shape = Shape::Region { from, to, direction: Direction::Vertical };
                figure.marks.push(Mark::new("no data", Role::Neutral, shape));
            }
        }
        let breaks: Vec<i64> = found.iter().map(|g| g.1.0).collect();
        let name = one.identity().title();
        let role = Role::Series(i);
        densest = densest.max(add(&mut figure, (one.times(), one.values()), &breaks, width_px, &name, role));
        samples += one.len() as u64;
        gaps += found.len();
        dropped += one.dropped().total();
    }
    figure.caption = caption("samples", samples, densest, gaps, dropped);
    Ok(figure)
}

/// Single events over time, for a plot `width_px` pixels wide: dots while there is room for them, beyond that the mean and the
/// range of each pixel. Events known to be bad are dotted in the colour of bad, the smallest and largest of each pixel.
///
/// # Errors
/// None at present; events are never empty.
pub fn events_figure(events: &Events, width_px: u32) -> Result<Figure> {
    let identity = events.identity();
    let origin = Timestamp(events.times().first().copied().unwrap_or_default());
    let y = Axis::new(&*identity.name, identity.unit.clone());
    let mut figure = Figure::new(identity.title(), Axis::time(origin), y);
    let position = |t: i64| Timestamp(t).since(origin).as_secs_f64();
    let mut densest = 0;
    if events.len() <= 2 * width_px.max(1) as usize {
        let points = events.times().iter().zip(events.values()).map(|(t, v)| (position(*t), *v)).collect();
        figure.marks.push(Mark::new(identity.title(), Role::Series(0), Shape::Points { points }));
    } else {
        // events have no step, so three empty pixels in a row count as a gap
        let kept = decimate_min_max(events.times(), events.values(), width_px.max(1) as usize);
        let breaks: Vec<i64> = kept.windows(2).filter(|w| w[1].index > w[0].index + 3).map(|w| w[1].first).collect();
        let columns = (events.times(), events.values());
        densest = add(&mut figure, columns, &breaks, width_px, &identity.title(), Role::Series(0));
    }
    if let Some(ok) = events.ok() {
        let bad = events.times().iter().zip(events.values()).zip(ok).filter(|(_, ok)| !**ok).map(|(sample, _)| sample);
        let (times, values): (Vec<i64>, Vec<f64>) = bad.map(|(t, v)| (*t, *v)).unzip();
        if !times.is_empty() {
            let kept = decimate_min_max(&times, &values, width_px.max(1) as usize);
            let mut points: Vec<(f64, f64)> = Vec::new();
            for bucket in kept {
                points.push((position(bucket.first), bucket.max));
                if bucket.min < bucket.max {
                    points.push((position(bucket.last), bucket.min));
                }
            }
            let name = format!("bad events ({})", grouped(times.len() as u64));
            figure.marks.push(Mark::new(name, Role::Bad, Shape::Points { points }));
        }
    }
    figure.caption = caption("events", events.len() as u64, densest, 0, events.dropped().total());
    Ok(figure)
}

/// Adds a column as a line, or as a band and a line where it is dense; returns how many samples its fullest pixel holds.
fn add(
    figure: &mut Figure,
    (times, values): (&[i64], &[f64]),
    breaks: &[i64],
    width_px: u32,
    name: &str,
    role: Role,
) -> u64 {
    let origin = figure.x.origin;
    let position = |t: i64| Timestamp(t).since(origin).as_secs_f64();
    let width = width_px.max(1) as usize;
    if times.len() <= 2 * width {
        let mut points = Vec::with_capacity(times.len() + breaks.len());
        let mut breaks = breaks.iter().peekable();
        for (t, v) in times.iter().zip(values) {
            if breaks.next_if(|b| **b <= *t).is_some() {
                points.push((position(*t), f64::NAN));
            }
            points.push((position(*t), *v));
        }
        figure.marks.push(Mark::new(name, role, Shape::Line { points }));
        return 1;
    }
    let mut points = Vec::new();
    let (mut x, mut lower, mut upper) = (Vec::new(), Vec::new(), Vec::new());
    let mut densest = 0;
    let mut breaks = breaks.iter().peekable();
    for bucket in decimate_min_max(times, values, width) {
        let Decimated { first, last, min, max, mean, count, .. } = bucket;
        let middle = position(first) + (position(last) - position(first)) / 2.0;
        let mut broken = false;
        while breaks.next_if(|b| **b <= first).is_some() {
            broken = true;
        }
        if broken {
            points.push((middle, f64::NAN));
            x.push(middle);
            lower.push(f64::NAN);
            upper.push(f64::NAN);
        }
        points.push((middle, mean));
        x.push(middle);
        lower.push(min);
        upper.push(max);
        densest = densest.max(count);
    }
    figure.marks.push(Mark::unnamed(role, Shape::Band { x, lower, upper }));
    figure.marks.push(Mark::new(name, role, Shape::Line { points }));
    densest
}

/// What a reader must know: how many, how many a pixel, what is missing.
fn caption(what: &str, n: u64, densest: u64, gaps: usize, dropped: u64) -> String {
    let mut text = format!("{} {what}.", grouped(n));
    if densest > 1 {
        text.push_str(&format!(
            " One pixel stands for up to {} {what}: the line is their mean, the band reaches from the smallest to the largest.",
            grouped(densest)
        ));
    }
    match gaps {
        0 => {}
        1 => text.push_str(" 1 gap without data."),
        _ => text.push_str(&format!(" {gaps} gaps without data.")),
    }
    if dropped > 0 {
        text.push_str(&format!(" {} unusable values were left out.", grouped(dropped)));
    }
    text
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};
    use crate::unit::Unit;

    fn series(n: i64, value: impl Fn(i64) -> f64, keep: impl Fn(i64) -> bool) -> Series {
        let times: Vec<i64> = (0..n).filter(|i| keep(*i)).collect();
        let values = times.iter().map(|i| value(*i)).collect();
        let times = times.into_iter().map(|i| 1_767_225_600_000_000_000 + i * 1_000_000_000).collect();
        Series::new(Identity::new("cpu", Unit::Ratio), times, values, NanPolicy::Drop).unwrap()
    }

    #[test]
    fn one_high_second_in_a_million_is_in_the_figure() {
        let s = series(1_000_000, |i| if i == 123_456 { 9.0 } else { 0.5 }, |_| true);
        let figure = series_figure(&[&s], 800).unwrap();
        assert!(figure.y_range().1 > 9.0);
        assert!(figure.caption.contains("up to 1250 samples"), "{}", figure.caption);
    }

    #[test]
    fn a_gap_breaks_line_and_band() {
        for n in [100, 100_000] {
            let s = series(n, |_| 1.0, |i| i < n / 4 || i > n / 2);
            let figure = series_figure(&[&s], 300).unwrap();
            let broken = figure.marks.iter().any(|m| match &m.shape {
                Shape::Line { points } => points.iter().filter(|p| p.1.is_nan()).count() == 1,
                _ => false,
            });
            assert!(broken, "{n}");
            assert!(figure.marks.iter().any(|m| matches!(m.shape, Shape::Region { .. })));
            assert!(figure.caption.contains("1 gap"));
        }
    }

    #[test]
    fn bad_events_stand_out() {
        let times: Vec<i64> = (0..10_000).collect();
        let values: Vec<f64> = times.iter().map(|t| *t as f64).collect();
        let ok = times.iter().map(|t| *t != 5000).collect();
        let events =
            Events::new(Identity::new("latency", Unit::Second), times, values, Some(ok), NanPolicy::Drop).unwrap();
        let figure = events_figure(&events, 400).unwrap();
        let bad = figure.marks.iter().find(|m| m.role == Role::Bad).unwrap();
        assert_eq!(bad.shape, Shape::Points { points: vec![(5e-6, 5000.0)] });
    }

    #[test]
    fn units_do_not_share_an_axis() {
        let a = series(3, |_| 1.0, |_| true);
        let b = Series::new(Identity::new("t", Unit::Second), vec![1], vec![1.0], NanPolicy::Drop).unwrap();
        assert!(series_figure(&[&a, &b], 100).is_err());
        assert!(series_figure(&[], 100).is_err());
    }
}
