//! A column ready to be drawn at any zoom.

use std::borrow::Cow;
use std::sync::Arc;

use sre_stats::Result;
use sre_stats::figure::{Axis, Direction, Figure, Mark, Role, Shape};
use sre_stats::load::{Data, Item};
use sre_stats::progress::Progress;
use sre_stats::series::Series;
use sre_stats::time::Timestamp;

use super::document::{Document, rate};
use super::selection::selected;
use crate::gui::pyramid::Pyramid;

/// What a track is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackKey {
    /// The document.
    pub document: u64,
    /// The item.
    pub item: usize,
    /// Whether a counter is drawn as its rate.
    pub rate: bool,
    /// The values that are looked at; `None` for all.
    pub values: Option<(f64, f64)>,
}

/// A column ready to be drawn at any zoom.
#[derive(Debug)]
pub struct Track {
    document: Arc<Document>,
    item: usize,
    derived: Option<Series>,
    part: Option<Item>,
    pyramid: Pyramid,
    gaps: Vec<(Timestamp, Timestamp)>,
    resets: Vec<Timestamp>,
    dropped: u64,
    /// The name with its labels.
    pub title: String,
    /// The vertical axis.
    pub y: Axis,
    /// What one sample is called.
    pub what: &'static str,
}

/// The first index in `from..to` whose time is not below `limit`, sought around a guess: neighbouring pixels hold about
/// equally many samples, so that a few looks near the guess replace a search through memory that is not at hand.
fn gallop(times: &[i64], from: usize, to: usize, guess: usize, limit: i64) -> usize {
    let below = |i: usize| times.get(i).is_some_and(|t| *t < limit);
    let guess = guess.clamp(from, to);
    let (mut low, mut high, mut step) = (from, guess, 1);
    if guess < to && below(guess) {
        low = guess + 1;
        while low + step < to && below(low + step) {
            low += step + 1;
            step *= 2;
        }
        high = to.min(low + step);
    } else {
        while high > from && high - from > step && !below(high - step) {
            high -= step;
            step *= 2;
        }
        low = low.max(high.saturating_sub(step));
    }
    low + times.get(low..high).unwrap_or_default().partition_point(|t| *t < limit)
}

/// What a band is called.
const RANGE: &str = "smallest to largest";

impl Track {
    /// Prepares an item for drawing.
    ///
    /// # Errors
    /// Where the item cannot be drawn, or on request.
    pub fn new(document: &Arc<Document>, key: &TrackKey, progress: &Progress) -> Result<Self> {
        let chosen = selected(document.item(key.item)?, key.values)?;
        let item = &*chosen;
        let derived = match &item.data {
            Data::Counter(counter) if key.rate => Some(rate(counter)?),
            _ => None,
        };
        let values = derived.as_ref().map_or(item.values(), |s| s.values());
        let pyramid = Pyramid::build(values, progress)?;
        progress.check()?;
        let identity = derived.as_ref().map_or(&item.identity, |s| s.identity());
        let (what, resets) = match &item.data {
            Data::Events(_) => ("events", Vec::new()),
            Data::Counter(counter) => ("samples", counter.resets()),
            _ => ("samples", Vec::new()),
        };
        Ok(Self {
            document: Arc::clone(document),
            item: key.item,
            pyramid,
            gaps: item.gaps(),
            resets,
            dropped: item.dropped().total(),
            title: identity.title(),
            y: Axis::new(&*identity.name, identity.unit.clone()),
            what,
            derived,
            part: if let Cow::Owned(item) = chosen { Some(item) } else { None },
        })
    }

    /// Times and values.
    pub fn columns(&self) -> (&[i64], &[f64]) {
        if let Some(series) = &self.derived {
            return (series.times(), series.values());
        }
        match self.part.as_ref().or_else(|| self.document.dataset.items.get(self.item)) {
            Some(item) => (item.times(), item.values()),
            None => (&[], &[]),
        }
    }

    /// The first instant: position 0 of the time axis.
    pub fn origin(&self) -> Timestamp {
        Timestamp(self.columns().0.first().copied().unwrap_or_default())
    }

    /// The positions of the first and the last sample with a little room, so that marks at the ends stay whole.
    pub fn extent(&self) -> (f64, f64) {
        let times = self.columns().0;
        let end = Timestamp(times.last().copied().unwrap_or_default()).since(self.origin()).as_secs_f64();
        if end > 0.0 { (-0.01 * end, 1.01 * end) } else { (-0.5, 0.5) }
    }

    /// The picture of the time between two positions, for a plot `width_px` pixels wide: every sample while there are no more
    /// than two a pixel, the range and the mean of each pixel beyond that.
    pub fn figure(&self, range: (f64, f64), width_px: usize) -> Figure {
        self.figure_from(self.origin(), 0, range, width_px)
    }

    /// The same beside others: in their colours by `index`, and over the same lines of theirs with names that tell them apart.
    pub fn beside(&self, others: &[Arc<Self>], range: (f64, f64), width_px: usize) -> Figure {
        let mut figure = self.figure(range, width_px);
        let band = |name: &str, title: &str| {
            if name == RANGE { format!("{RANGE} of {title}") } else { name.to_owned() }
        };
        if !others.is_empty() {
            figure.marks.iter_mut().for_each(|m| m.name = band(&m.name, &self.title));
        }
        for (i, other) in others.iter().enumerate() {
            let drawn = other.figure_from(self.origin(), i + 1, range, width_px);
            figure.title = format!("{}, {}", figure.title, other.title);
            figure.caption = format!("{} {}: {}", figure.caption, other.title, drawn.caption);
            // gaps and resets of the others would be taken for those of the first
            let own = drawn.marks.into_iter().filter(|m| matches!(m.role, Role::Series(_)));
            figure.marks.extend(own.map(|m| Mark { name: band(&m.name, &other.title), ..m }));
        }
        figure
    }

    fn figure_from(&self, origin: Timestamp, index: usize, range: (f64, f64), width_px: usize) -> Figure {
        let (times, values) = self.columns();
        let x = Axis::time(origin).with_range(range.0, range.1);
        let (start, end) = (x.instant(range.0).0, x.instant(range.1).0);
        let mut figure = Figure::new(self.title.clone(), x, self.y.clone());
        let from = times.partition_point(|&t| t < start).saturating_sub(1);
        let to = (times.partition_point(|&t| t <= end) + 1).min(times.len());
        let seen = self.gaps.partition_point(|g| g.1.0 < start)..self.gaps.partition_point(|g| g.0.0 <= end);
        let gaps = self.gaps.get(seen).unwrap_or_default();
        if gaps.len() <= 50 {
            for (a, b) in gaps {
                let (from, to) = (figure.x.position(*a), figure.x.position(*b));
                let shape = Shape::Region { from, to, direction: Direction::Vertical };
                figure.marks.push(Mark::new("no data", Role::Neutral, shape));
            }
        }
        let position = |t: i64| Timestamp(t).since(origin).as_secs_f64();
        // the gaps that lie wholly before a time
        let passed = |from: usize, t: i64| {
            from + gaps.get(from..).unwrap_or_default().partition_point(|g: &(Timestamp, Timestamp)| g.1.0 <= t)
        };
        let mut breaks = 0;
        let mut densest = 1;
        let width_px = width_px.max(1);
        if to - from <= 2 * width_px {
            let mut points = Vec::with_capacity(to - from);
            for (&t, &v) in times.iter().zip(values).take(to).skip(from) {
                if gaps.get(breaks).is_some_and(|g| g.1.0 <= t) {
                    breaks = passed(breaks, t);
                    if !points.is_empty() {
                        points.push((position(t), f64::NAN));
                    }
                }
                points.push((position(t), v));
            }
            let shape = if self.what == "events" { Shape::Points { points } } else { Shape::Line { points } };
            figure.marks.push(Mark::new(self.title.clone(), Role::Series(index), shape));
        } else {
            let (mut x, mut lower, mut upper, mut line) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            let span = (i128::from(end) - i128::from(start)).max(1);
            let edge = |i: usize| (i128::from(start) + span * i as i128 / width_px as i128) as i64;
            let (mut a, mut wide) = (from, (to - from) / width_px);
            for i in 1..=width_px {
                let limit = if i == width_px { to } else { gallop(times, a, to, a + wide, edge(i)) };
                wide = limit - a;
                let Ok(node) = self.pyramid.query(values, a, limit) else { continue };
                let (first, last) =
                    (times.get(a).copied().unwrap_or_default(), times.get(limit - 1).copied().unwrap_or_default());
                let middle = f64::midpoint(position(first), position(last));
                let now = passed(breaks, first);
                let broken = now > breaks;
                breaks = now;
                if broken {
                    x.push(middle);
                    lower.push(f64::NAN);
                    upper.push(f64::NAN);
                    line.push((middle, f64::NAN));
                }
                let count = limit - a;
                densest = densest.max(count);
                x.push(middle);
                lower.push(node.min);
                upper.push(node.max);
                line.push((middle, (node.sum / count as f64).clamp(node.min, node.max)));
                a = limit;
            }
            figure.marks.push(Mark::new(RANGE, Role::Series(index), Shape::Band { x, lower, upper }));
            figure.marks.push(Mark::new(
                format!("mean of {}", self.title),
                Role::Series(index),
                Shape::Line { points: line },
            ));
        }
        let seen = self.resets.partition_point(|r| r.0 < start)..self.resets.partition_point(|r| r.0 <= end);
        let resets = self.resets.get(seen).unwrap_or_default();
        if resets.len() <= 50 {
            for reset in resets {
                let shape = Shape::Rule { at: figure.x.position(*reset), direction: Direction::Vertical };
                figure.marks.push(Mark::new("reset", Role::Warn, shape));
            }
        }
        figure.caption = self.caption(to - from, densest, gaps.len());
        figure
    }

    fn caption(&self, shown: usize, densest: usize, gaps: usize) -> String {
        let what = self.what;
        let mut text = format!("{shown} of {} {what} shown.", self.columns().0.len());
        if densest > 1 {
            text.push_str(&format!(
                " One pixel stands for up to {densest} {what}: the line is their mean, the band reaches from the smallest to the largest, so no peak is hidden."
            ));
        }
        if gaps > 0 {
            text.push_str(&format!(" {gaps} {} without data.", if gaps == 1 { "gap" } else { "gaps" }));
        }
        if self.dropped > 0 {
            text.push_str(&format!(" {} unusable values were left out.", self.dropped));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn galloping_finds_what_a_plain_search_finds() {
        let times: Vec<i64> = (0..200_i64).map(|i| i * i / 7).collect();
        for (from, to) in [(0, 200), (13, 150), (40, 41), (50, 50)] {
            for limit in (-3..6000).step_by(11) {
                let plain = from + times[from..to].partition_point(|t| *t < limit);
                for guess in [0, from, from + 1, from + 17, to, 400] {
                    assert_eq!(gallop(&times, from, to, guess, limit), plain, "{from} {to} {limit} {guess}");
                }
            }
        }
    }
}
