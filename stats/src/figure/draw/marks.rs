//! Drawing the marks inside the plot.

use plotters::prelude::DrawingBackend;

use super::clip::{self, Rect};
use super::layout::Layout;
use super::legend::{cell_height, dashed};
use super::pen::{Ink, Pen};
use crate::error::Result;
use crate::figure::theme::{Rgb, Tokens};
use crate::figure::{Bar, Cell, Direction, Figure, HeatColumn, Interval, Role, Shape};

/// So many colours of a heat map are told apart.
pub(super) const HEAT_STEPS: u32 = 64;

/// The strength of a cell, rounded to one of the steps, so that a picture has few colours and each its counterpart on the other
/// ground.
fn heat_step(strength: f64) -> f64 {
    (strength * f64::from(HEAT_STEPS)).round() / f64::from(HEAT_STEPS)
}

/// Spans are shaded first and rules drawn last, so that neither hides data.
fn depth(shape: &Shape) -> u8 {
    match shape {
        Shape::Region { .. } | Shape::Heat { .. } => 0,
        Shape::Rule { .. } => 2,
        _ => 1,
    }
}

pub(super) fn draw<DB: DrawingBackend>(
    pen: &Pen<'_, DB>,
    figure: &Figure,
    layout: &Layout,
    tokens: &Tokens,
) -> Result<()> {
    let brush = Brush { pen, layout };
    for level in 0..=2 {
        for mark in figure.marks.iter().filter(|m| depth(&m.shape) == level) {
            let colour = tokens.colour(mark.role);
            match &mark.shape {
                Shape::Line { points } if dashed(mark.role) => brush.dashed_line(points, colour)?,
                Shape::Line { points } => brush.line(points, colour)?,
                Shape::Band { x, lower, upper } => brush.band(x, lower, upper, colour)?,
                Shape::Points { points } => brush.points(points, colour)?,
                Shape::Bars { bars } => brush.bars(bars, colour)?,
                Shape::Steps { edges, values } => brush.steps(edges, values, colour)?,
                Shape::Rule { at, direction } => brush.rule(*at, *direction, mark.role, colour)?,
                Shape::Region { from, to, direction } => brush.region((*from, *to), *direction, colour)?,
                Shape::Interval { intervals } => brush.intervals(intervals, colour)?,
                Shape::Heat { rows, columns, most } => brush.heat(rows, columns, *most, tokens)?,
                Shape::Strip { cells } => brush.strip(cells, tokens)?,
            }
        }
    }
    Ok(())
}

struct Brush<'a, DB: DrawingBackend> {
    pen: &'a Pen<'a, DB>,
    layout: &'a Layout,
}

impl<DB: DrawingBackend> Brush<'_, DB> {
    fn plot(&self) -> &Rect {
        &self.layout.plot
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.layout.x.pixel(x), self.layout.y.pixel(y))
    }

    fn pieces(&self, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
        let pixels: Vec<(f64, f64)> = points.iter().map(|p| self.at(*p)).collect();
        clip::polyline(&pixels, self.plot())
    }

    fn line(&self, points: &[(f64, f64)], colour: Rgb) -> Result<()> {
        self.pieces(points).iter().try_for_each(|piece| self.pen.line(piece, Ink(colour, 1.0), 1.6))
    }

    fn dashed_line(&self, points: &[(f64, f64)], colour: Rgb) -> Result<()> {
        self.pieces(points).iter().try_for_each(|piece| self.pen.dashed(piece, Ink(colour, 1.0), 1.5))
    }

    /// One polygon for each run without a gap, and thin edges so that a peak one pixel wide is seen.
    fn band(&self, x: &[f64], lower: &[f64], upper: &[f64], colour: Rgb) -> Result<()> {
        let n = x.len().min(lower.len()).min(upper.len());
        let ends: Vec<_> = (0..n).map(|i| (self.at((x[i], lower[i])), self.at((x[i], upper[i])))).collect();
        let sound = |(a, b): &((f64, f64), (f64, f64))| a.0.is_finite() && a.1.is_finite() && b.1.is_finite();
        for run in ends.chunk_by(|a, b| sound(a) && sound(b)).filter(|run| run.iter().all(sound)) {
            let low: Vec<(f64, f64)> = run.iter().map(|r| r.0).collect();
            let high: Vec<(f64, f64)> = run.iter().map(|r| r.1).collect();
            let outline: Vec<(f64, f64)> = low.iter().chain(high.iter().rev()).map(|p| self.plot().clamp(*p)).collect();
            self.pen.area(&outline, Ink(colour, 0.28))?;
            for edge in [&low, &high] {
                for piece in clip::polyline(edge, self.plot()) {
                    self.pen.line(&piece, Ink(colour, 0.45), 0.8)?;
                }
            }
        }
        Ok(())
    }

    fn points(&self, points: &[(f64, f64)], colour: Rgb) -> Result<()> {
        let radius = if points.len() > 400 { 1.6 } else { 3.2 };
        let plot = self.plot().with_grace();
        for point in points.iter().map(|p| self.at(*p)).filter(|p| plot.contains(*p)) {
            self.pen.dot(point, radius, Ink(colour, if points.len() > 400 { 0.7 } else { 1.0 }))?;
        }
        Ok(())
    }

    /// Bars that hold anything are at least a pixel high: a lone outlier's bucket must be seen.
    fn bars(&self, bars: &[Bar], colour: Rgb) -> Result<()> {
        let plot = *self.plot();
        for bar in bars.iter().filter(|b| b.height > 0.0) {
            let (a, b) = (self.at((bar.lower, bar.height)), self.at((bar.upper, 0.0)));
            if !(a.0.is_finite() && a.1.is_finite() && b.0.is_finite()) || b.0 <= plot.left || a.0 >= plot.right {
                continue;
            }
            let bottom = if b.1.is_finite() { b.1.clamp(plot.top, plot.bottom) } else { plot.bottom };
            let gap = if b.0 - a.0 > 4.0 { 0.5 } else { 0.0 };
            let top = a.1.clamp(plot.top, plot.bottom).min(bottom - 1.0);
            let (left, right) = ((a.0 + gap).max(plot.left), (b.0 - gap).max(a.0 + 0.5).min(plot.right));
            self.pen.rect(&Rect { left, top, right, bottom }, Ink(colour, 0.85))?;
        }
        Ok(())
    }

    fn steps(&self, edges: &[f64], values: &[f64], colour: Rgb) -> Result<()> {
        let points: Vec<(f64, f64)> =
            edges.windows(2).zip(values).flat_map(|(e, v)| [(e[0], *v), (e[1], *v)]).collect();
        self.line(&points, colour)
    }

    fn rule(&self, at: f64, direction: Direction, role: Role, colour: Rgb) -> Result<()> {
        let plot = self.plot();
        let (a, b) = match direction {
            Direction::Horizontal => {
                let y = self.layout.y.pixel(at);
                ((plot.left, y), (plot.right, y))
            }
            Direction::Vertical => {
                let x = self.layout.x.pixel(at);
                ((x, plot.top), (x, plot.bottom))
            }
        };
        let grace = plot.with_grace();
        if !grace.contains(a) || !grace.contains(b) {
            return Ok(());
        }
        let ink = Ink(colour, 1.0);
        if role == Role::Truth { self.pen.line(&[a, b], ink, 1.6) } else { self.pen.dashed(&[a, b], ink, 1.6) }
    }

    fn region(&self, (from, to): (f64, f64), direction: Direction, colour: Rgb) -> Result<()> {
        let plot = *self.plot();
        let edges = |ruler: &super::layout::Ruler, low: f64, high: f64| {
            let (a, b) = (ruler.pixel(from), ruler.pixel(to));
            let (a, b) = (a.min(b), a.max(b));
            (a.is_finite() && b.is_finite() && b >= low && a <= high).then(|| (a.max(low), b.max(a + 1.0).min(high)))
        };
        let rect = match direction {
            Direction::Vertical => {
                edges(&self.layout.x, plot.left, plot.right).map(|(left, right)| Rect { left, right, ..plot })
            }
            Direction::Horizontal => {
                edges(&self.layout.y, plot.top, plot.bottom).map(|(top, bottom)| Rect { top, bottom, ..plot })
            }
        };
        rect.map_or(Ok(()), |rect| self.pen.rect(&rect, Ink(colour, 0.16)))
    }

    fn intervals(&self, intervals: &[Interval], colour: Rgb) -> Result<()> {
        let plot = *self.plot();
        let ink = Ink(colour, 0.9);
        for i in intervals {
            let x = self.layout.x.pixel(i.at);
            let middle = self.layout.y.pixel(i.value);
            if !x.is_finite() || x < plot.left - 0.5 || x > plot.right + 0.5 {
                continue;
            }
            // y grows downwards: the lower end is the larger pixel
            let end = |position: f64, edge: f64| {
                let pixel = self.layout.y.pixel(position);
                // an end beyond the plot, or one that a log scale cannot show, is open too
                if pixel.is_finite() && pixel >= plot.top - 0.5 && pixel <= plot.bottom + 0.5 {
                    (pixel, false)
                } else {
                    (edge, true)
                }
            };
            let ((low, open_low), (high, open_high)) = (end(i.lower, plot.bottom), end(i.upper, plot.top));
            self.pen.line(&[(x, low), (x, high)], ink, 1.4)?;
            for (y, open, sign) in [(low, open_low, -1.0), (high, open_high, 1.0)] {
                if open {
                    self.pen.area(&[(x, y), (x - 4.0, y + 7.0 * sign), (x + 4.0, y + 7.0 * sign)], ink)?;
                } else {
                    self.pen.line(&[(x - 3.5, y), (x + 3.5, y)], ink, 1.4)?;
                }
            }
            if middle.is_finite() && plot.contains((x.clamp(plot.left, plot.right), middle)) {
                self.pen.dot((x, middle), 3.2, Ink(colour, 1.0))?;
            }
        }
        Ok(())
    }

    /// Cells that hold anything are at least half a pixel wide and high.
    fn heat(&self, rows: &[f64], columns: &[HeatColumn], most: u64, tokens: &Tokens) -> Result<()> {
        let plot = *self.plot();
        let edges: Vec<f64> = rows.iter().map(|y| self.layout.y.pixel(*y)).collect();
        for column in columns {
            let (a, b) = (self.layout.x.pixel(column.from), self.layout.x.pixel(column.to));
            if !a.is_finite() || !b.is_finite() || b < plot.left || a > plot.right {
                continue;
            }
            let (left, right) = (a.max(plot.left), b.max(a + 0.5).min(plot.right));
            for (ends, &count) in edges.windows(2).zip(&column.counts).filter(|(_, c)| **c > 0) {
                // y grows downwards
                let (top, bottom) = (ends[1].max(plot.top), ends[0].max(ends[1] + 0.5).min(plot.bottom));
                if top < bottom {
                    let colour = tokens.heat(heat_step(HeatColumn::strength(count, most)));
                    self.pen.rect(&Rect { left, top, right, bottom }, Ink(colour, 1.0))?;
                }
            }
        }
        Ok(())
    }

    fn strip(&self, cells: &[Cell], tokens: &Tokens) -> Result<()> {
        let Some(strip) = self.layout.strip else { return Ok(()) };
        for cell in cells {
            let (a, b) = (self.layout.x.pixel(cell.from), self.layout.x.pixel(cell.to));
            if !a.is_finite() || !b.is_finite() || b < strip.left || a > strip.right {
                continue;
            }
            let (left, right) = (a.max(strip.left), b.min(strip.right));
            let gap = if right - left > 4.0 { 0.5 } else { 0.0 };
            let top = strip.bottom - strip.height() * cell_height(cell.role);
            let rect = Rect { left: left + gap, right: right - gap, top, bottom: strip.bottom };
            self.pen.rect(&rect, Ink(tokens.colour(cell.role), 1.0))?;
        }
        Ok(())
    }
}
