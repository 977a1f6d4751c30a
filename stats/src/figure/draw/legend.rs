//! The legend: entries in rows between title and plot.

use plotters::prelude::DrawingBackend;

use super::clip::Rect;
use super::font;
use super::layout::LABEL;
use super::pen::{Anchor, Ink, Pen, Type};
use crate::error::Result;
use crate::figure::theme::{LIGHT, Tokens};
use crate::figure::{Direction, Figure, Legend, Role, Shape};

const SWATCH: f64 = 18.0;

/// An entry at its place.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) name: String,
    pub(super) role: Role,
    pub(super) sign: Sign,
    pub(super) x: f64,
    pub(super) baseline: f64,
}

/// What stands for a mark in the legend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Sign {
    Line,
    Dashed,
    Area,
    Dot,
    Block,
    Cell,
    Bar,
    /// Words alone.
    None,
}

/// Context is dashed, and so are the series of every second round of the palette.
pub(super) fn dashed(role: Role) -> bool {
    match role {
        Role::Neutral => true,
        Role::Series(i) => (i / LIGHT.series.len()) % 2 == 1,
        _ => false,
    }
}

fn sign(shape: &Shape, role: Role) -> Sign {
    match shape {
        Shape::Line { .. } if dashed(role) => Sign::Dashed,
        Shape::Rule { .. } if role == Role::Truth => Sign::Line,
        Shape::Rule { .. } => Sign::Dashed,
        Shape::Line { .. } | Shape::Steps { .. } => Sign::Line,
        Shape::Band { .. } | Shape::Region { .. } => Sign::Area,
        Shape::Points { .. } => Sign::Dot,
        Shape::Bars { .. } | Shape::Heat { .. } => Sign::Block,
        Shape::Strip { .. } => Sign::Cell,
        Shape::Interval { .. } => Sign::Bar,
    }
}

/// Places the entries in rows no wider than `room`; `y` moves below them. Names of horizontal rules stand beside their lines
/// and need no entry. What does not fit in `most` of height is counted in a last entry.
pub(super) fn place(figure: &Figure, left: f64, room: f64, y: &mut f64, most: f64) -> Vec<Placed> {
    if figure.legend == Legend::Hidden {
        return Vec::new();
    }
    let beside = |shape: &Shape| matches!(shape, Shape::Rule { direction: Direction::Horizontal, .. });
    let entries: Vec<_> = figure.legend_entries().into_iter().filter(|(_, _, shape)| !beside(shape)).collect();
    let strip = entries.iter().any(|(_, _, shape)| matches!(shape, Shape::Strip { .. }));
    if entries.len() < 2 && !strip {
        return Vec::new();
    }
    let row = LABEL * 1.5;
    let rows = ((most / row) as usize).max(1);
    let mut placed: Vec<Placed> = Vec::new();
    let (mut x, mut line) = (left, 0);
    let total = entries.len();
    for (i, (name, role, shape)) in entries.into_iter().enumerate() {
        let name = font::fit(&name, LABEL, false, (room - SWATCH - 6.0).min(360.0));
        let wide = SWATCH + 6.0 + font::width(&name, LABEL, false);
        let more = if i + 1 < total { 60.0 } else { 0.0 };
        let limit = left + room - if line + 1 == rows { more } else { 0.0 };
        if x > left && x + wide > limit {
            line += 1;
            x = left;
        }
        if line >= rows {
            push_rest(&mut placed, total - i, left + room);
            line = rows - 1;
            break;
        }
        let baseline = *y + line as f64 * row + LABEL;
        placed.push(Placed { name, role, sign: sign(shape, role), x, baseline });
        x += wide + 18.0;
    }
    *y += (line + 1) as f64 * row + 4.0;
    placed
}

/// Counts what has no room in a last entry, which takes the place of the last one where it must.
fn push_rest(placed: &mut Vec<Placed>, mut rest: usize, right: f64) {
    let Some(last) = placed.last() else { return };
    let (mut x, baseline) = (last.x + SWATCH + 6.0 + font::width(&last.name, LABEL, false) + 18.0, last.baseline);
    if x + font::width(&format!("+ {rest} more"), LABEL, false) > right {
        x = last.x;
        rest += 1;
        placed.pop();
    }
    placed.push(Placed { name: format!("+ {rest} more"), role: Role::Neutral, sign: Sign::None, x, baseline });
}

/// Draws the entries.
pub(super) fn draw<DB: DrawingBackend>(pen: &Pen<'_, DB>, placed: &[Placed], tokens: &Tokens) -> Result<()> {
    for entry in placed {
        let colour = tokens.colour(entry.role);
        let (left, right, middle) = (entry.x, entry.x + SWATCH, entry.baseline - LABEL * 0.33);
        let block = |height: f64| Rect { left, right, top: middle - height / 2.0, bottom: middle + height / 2.0 };
        match entry.sign {
            Sign::None => {}
            Sign::Line => pen.line(&[(left, middle), (right, middle)], Ink(colour, 1.0), 2.0)?,
            Sign::Dashed => pen.dashed(&[(left, middle), (right, middle)], Ink(colour, 1.0), 1.5)?,
            Sign::Area => pen.rect(&block(10.0), Ink(colour, 0.28))?,
            Sign::Block => pen.rect(&block(10.0), Ink(colour, 0.85))?,
            Sign::Dot => pen.dot((f64::midpoint(left, right), middle), 3.5, Ink(colour, 1.0))?,
            Sign::Cell => {
                let bottom = middle + 5.0;
                let top = bottom - 10.0 * cell_height(entry.role);
                pen.rect(&Rect { left, top, right, bottom }, Ink(colour, 1.0))?;
            }
            Sign::Bar => {
                let x = f64::midpoint(left, right);
                pen.line(&[(x, middle - 5.0), (x, middle + 5.0)], Ink(colour, 1.0), 1.5)?;
                for y in [middle - 5.0, middle + 5.0] {
                    pen.line(&[(x - 3.5, y), (x + 3.5, y)], Ink(colour, 1.0), 1.5)?;
                }
            }
        }
        let look = Type { size: LABEL, colour: tokens.ink, bold: false };
        let x = if entry.sign == Sign::None { left } else { right + 6.0 };
        pen.text(&entry.name, (x, entry.baseline), Anchor::Start, look)?;
    }
    Ok(())
}

/// How much of a strip's height a cell fills: verdicts can be told apart without colour.
pub(super) fn cell_height(role: Role) -> f64 {
    match role {
        Role::Good => 0.4,
        Role::Warn => 0.7,
        Role::Neutral => 0.15,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_of_one_colour_differ_in_their_stroke() {
        for i in 0..8 {
            assert_eq!(LIGHT.colour(Role::Series(i)), LIGHT.colour(Role::Series(i + 8)));
            assert_ne!(dashed(Role::Series(i)), dashed(Role::Series(i + 8)));
        }
    }
}
