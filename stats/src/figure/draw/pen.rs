//! Drawing at fractions of CSS pixels on a plotters backend, whose own coordinates are whole numbers.

use plotters::prelude::{Circle, DrawingArea, DrawingBackend, PathElement, Polygon, Rectangle, Text};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontDesc, FontFamily, FontStyle, FontTransform, RGBAColor, ShapeStyle};

use super::clip::Rect;
use super::font;
use crate::error::{Error, ErrorKind, Result};
use crate::figure::theme::Rgb;

/// Where a text stands relative to its place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A text's look.
#[derive(Clone, Copy, Debug)]
pub(super) struct Type {
    pub(super) size: f64,
    pub(super) colour: Rgb,
    pub(super) bold: bool,
}

/// A colour with its opacity.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink(pub(super) Rgb, pub(super) f64);

/// How a backend places text: the size it wants for one em, and how far below the top of the text its baseline is, in em.
#[derive(Clone, Copy, Debug)]
pub(super) struct TextModel {
    pub(super) size_of_em: f64,
    pub(super) baseline: f64,
}

/// A pen on a backend that has `scale` of its units in a CSS pixel.
pub(super) struct Pen<'a, DB: DrawingBackend> {
    pub(super) area: &'a DrawingArea<DB, plotters::coord::Shift>,
    pub(super) scale: f64,
    pub(super) text: TextModel,
}

/// Never reached by a sound figure; kept as an error so that nothing panics.
fn failed(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Unsupported, format!("the picture could not be drawn: {error}"))
}

impl<DB: DrawingBackend> Pen<'_, DB> {
    fn at(&self, (x, y): (f64, f64)) -> (i32, i32) {
        ((x * self.scale).round() as i32, (y * self.scale).round() as i32)
    }

    fn colour(ink: Ink) -> RGBAColor {
        RGBAColor(ink.0.0, ink.0.1, ink.0.2, ink.1)
    }

    fn path(&self, points: &[(f64, f64)]) -> Vec<(i32, i32)> {
        let mut path: Vec<(i32, i32)> = points.iter().map(|p| self.at(*p)).collect();
        path.dedup();
        path
    }

    /// A line through points.
    pub(super) fn line(&self, points: &[(f64, f64)], ink: Ink, width: f64) -> Result<()> {
        let path = self.path(points);
        if path.len() < 2 {
            return Ok(());
        }
        let stroke = ((width * self.scale).round() as u32).max(1);
        let style = ShapeStyle { color: Self::colour(ink), filled: false, stroke_width: stroke };
        self.area.draw(&PathElement::new(path, style)).map_err(failed)
    }

    /// A dashed line through points; the dashes run on around corners.
    pub(super) fn dashed(&self, points: &[(f64, f64)], ink: Ink, width: f64) -> Result<()> {
        const DASH: f64 = 6.0;
        const GAP: f64 = 4.0;
        // what is left of the dash or gap that is being drawn
        let (mut drawing, mut left) = (true, DASH);
        let mut dash: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let length = dx.hypot(dy);
            let mut done = 0.0;
            while length - done > left {
                done += left;
                let corner = (a.0 + dx * done / length, a.1 + dy * done / length);
                if drawing {
                    dash.push(corner);
                    self.line(&dash, ink, width)?;
                }
                dash = vec![corner];
                drawing = !drawing;
                left = if drawing { DASH } else { GAP };
            }
            left -= length - done;
            dash.push(b);
        }
        if drawing { self.line(&dash, ink, width) } else { Ok(()) }
    }

    /// A filled area.
    pub(super) fn area(&self, points: &[(f64, f64)], ink: Ink) -> Result<()> {
        let path = self.path(points);
        if path.len() < 3 {
            return Ok(());
        }
        self.area.draw(&Polygon::new(path, Self::colour(ink))).map_err(failed)
    }

    /// A filled rectangle, at least one unit wide and high.
    pub(super) fn rect(&self, rect: &Rect, ink: Ink) -> Result<()> {
        let (a, b) = (self.at((rect.left, rect.top)), self.at((rect.right, rect.bottom)));
        let b = (b.0.max(a.0 + 1), b.1.max(a.1 + 1));
        let style = ShapeStyle { color: Self::colour(ink), filled: true, stroke_width: 0 };
        self.area.draw(&Rectangle::new([a, b], style)).map_err(failed)
    }

    /// A dot.
    pub(super) fn dot(&self, centre: (f64, f64), radius: f64, ink: Ink) -> Result<()> {
        let style = ShapeStyle { color: Self::colour(ink), filled: true, stroke_width: 0 };
        let radius = (radius * self.scale).round().max(1.0) as i32;
        self.area.draw(&Circle::new(self.at(centre), radius, style)).map_err(failed)
    }

    /// One line of text on its baseline.
    pub(super) fn text(&self, text: &str, (x, baseline): (f64, f64), anchor: Anchor, look: Type) -> Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let text = font::clean(text);
        let style = if look.bold { FontStyle::Bold } else { FontStyle::Normal };
        // in hundredths, so that the size in the output is a short decimal
        let size = (look.size * self.scale * self.text.size_of_em * 1e6).round() / 1e6;
        let h = match anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let at = self.at((x, baseline - self.text.baseline * look.size));
        let font = FontDesc::new(FontFamily::Name(font::FAMILY), size, style).transform(FontTransform::None);
        let colour = Self::colour(Ink(look.colour, 1.0));
        let text_style = plotters::style::TextStyle::from(font).color(&colour).pos(Pos::new(h, VPos::Top));
        self.area.draw(&Text::new(text, at, text_style)).map_err(failed)
    }
}
