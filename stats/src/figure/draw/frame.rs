//! Everything around the data: ground, title, grid, axes, labels, caption.

use plotters::prelude::DrawingBackend;

use super::layout::{CAPTION, LABEL, Layout, TICK, TITLE};
use super::pen::{Anchor, Ink, Pen, Type};
use super::{Size, legend, marks};
use crate::error::Result;
use crate::figure::Figure;
use crate::figure::theme::{Theme, Tokens};

/// Draws a whole figure.
pub(super) fn draw<DB: DrawingBackend>(pen: &Pen<'_, DB>, figure: &Figure, size: Size, theme: Theme) -> Result<()> {
    let tokens = theme.tokens();
    let layout = Layout::new(figure, size);
    let all = super::clip::Rect { left: 0.0, top: 0.0, right: f64::from(size.width), bottom: f64::from(size.height) };
    pen.rect(&all, Ink(tokens.background, 1.0))?;
    grid(pen, &layout, tokens)?;
    marks::draw(pen, figure, &layout, tokens)?;
    axes(pen, &layout, tokens)?;
    words(pen, &layout, tokens)
}

fn grid<DB: DrawingBackend>(pen: &Pen<'_, DB>, layout: &Layout, tokens: &Tokens) -> Result<()> {
    let plot = &layout.plot;
    let ink = Ink(tokens.grid, 1.0);
    for tick in layout.y_ticks.iter().filter(|t| t.major) {
        pen.line(&[(plot.left, tick.pixel), (plot.right, tick.pixel)], ink, 1.0)?;
    }
    for tick in layout.x_ticks.iter().filter(|t| t.major) {
        pen.line(&[(tick.pixel, plot.top), (tick.pixel, plot.bottom)], ink, 1.0)?;
    }
    Ok(())
}

fn axes<DB: DrawingBackend>(pen: &Pen<'_, DB>, layout: &Layout, tokens: &Tokens) -> Result<()> {
    let plot = &layout.plot;
    let ink = Ink(tokens.axis, 1.0);
    let look = Type { size: TICK, colour: tokens.muted, bold: false };
    pen.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], ink, 1.0)?;
    let below = layout.strip.map_or(plot.bottom, |s| s.bottom);
    for tick in &layout.x_ticks {
        let length = if tick.major { 5.0 } else { 3.0 };
        if layout.strip.is_none() {
            pen.line(&[(tick.pixel, plot.bottom), (tick.pixel, plot.bottom + length)], ink, 1.0)?;
        }
        for (i, line) in tick.lines.iter().enumerate() {
            let baseline = below + 6.0 + TICK * 0.85 + i as f64 * TICK * 1.25;
            pen.text(line, (tick.pixel, baseline), Anchor::Middle, look)?;
        }
    }
    for tick in &layout.y_ticks {
        if !tick.major {
            pen.line(&[(plot.left - 3.0, tick.pixel), (plot.left, tick.pixel)], ink, 1.0)?;
        }
        for line in &tick.lines {
            pen.text(line, (plot.left - 7.0, tick.pixel + TICK * 0.36), Anchor::End, look)?;
        }
    }
    Ok(())
}

fn words<DB: DrawingBackend>(pen: &Pen<'_, DB>, layout: &Layout, tokens: &Tokens) -> Result<()> {
    let title = Type { size: TITLE, colour: tokens.ink, bold: true };
    for (line, baseline) in &layout.title {
        pen.text(line, (layout.left, *baseline), Anchor::Start, title)?;
    }
    legend::draw(pen, &layout.legend, tokens)?;
    let label = Type { size: LABEL, colour: tokens.muted, bold: false };
    pen.text(&layout.y_label.0, (layout.left, layout.y_label.1), Anchor::Start, label)?;
    let middle = f64::midpoint(layout.plot.left, layout.plot.right);
    pen.text(&layout.x_label.0, (middle, layout.x_label.1), Anchor::Middle, label)?;
    for name in &layout.side {
        let x = layout.plot.right + 8.0;
        let look = Type { size: LABEL, colour: tokens.colour(name.role), bold: false };
        pen.text(&name.name, (x, name.y + LABEL * 0.1), Anchor::Start, look)?;
        let value = Type { size: TICK, colour: tokens.muted, bold: false };
        pen.text(&name.value, (x, name.y + LABEL * 0.1 + TICK * 1.2), Anchor::Start, value)?;
    }
    let caption = Type { size: CAPTION, colour: tokens.muted, bold: false };
    for (line, baseline) in &layout.caption {
        pen.text(line, (layout.left, *baseline), Anchor::Start, caption)?;
    }
    Ok(())
}
