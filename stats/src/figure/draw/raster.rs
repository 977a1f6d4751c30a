//! PNG.

use plotters::prelude::{BitMapBackend, IntoDrawingArea};

use super::pen::{Pen, TextModel};
use super::{Size, font, frame};
use crate::error::{Error, ErrorKind, Result};
use crate::figure::Figure;
use crate::figure::theme::Theme;

/// Pixels of the picture in a CSS pixel.
const DENSITY: usize = 2;
/// Drawn pixels along one side of a pixel of the picture; their mean smooths the edges.
const SAMPLES: usize = 2;

/// A picture of square pixels, row by row from the top, each in three bytes: red, green, blue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Three bytes a pixel.
    pub rgb: Vec<u8>,
}

/// The figure as PNG with two pixels to a CSS pixel, as dense screens and paper want it: a size of 640 × 360 gives 1280 × 720.
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the size has no room for a plot or exceeds 16 million CSS pixels.
pub fn png(figure: &Figure, size: Size, theme: Theme) -> Result<Vec<u8>> {
    let Pixels { width, height, rgb } = pixels(figure, size, theme)?;
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, width as u32, height as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|e| failed(&e))?;
    writer.write_image_data(&rgb).map_err(|e| failed(&e))?;
    writer.finish().map_err(|e| failed(&e))?;
    Ok(out)
}

fn failed(what: &dyn std::fmt::Display) -> Error {
    Error::new(ErrorKind::Unsupported, format!("the picture could not be finished: {what}"))
}

/// The pixels that [`png()`] encodes, as a clipboard wants them.
///
/// # Errors
/// As [`png()`].
pub fn pixels(figure: &Figure, size: Size, theme: Theme) -> Result<Pixels> {
    let size = size.check()?;
    if u64::from(size.width) * u64::from(size.height) > 16_000_000 {
        return Err(
            Error::argument("a PNG of more than 16 million CSS pixels").hint("write SVG, or choose a smaller size")
        );
    }
    font::register()?;
    let scale = DENSITY * SAMPLES;
    let (width, height) = (size.width as usize * DENSITY, size.height as usize * DENSITY);
    let fine = (size.width as usize * scale, size.height as usize * scale);
    let mut drawn = vec![255_u8; fine.0 * fine.1 * 3];
    {
        let backend = BitMapBackend::with_buffer(&mut drawn, (fine.0 as u32, fine.1 as u32));
        let area = backend.into_drawing_area();
        // the backend takes the height of a line for the size, and puts the baseline half of it below the top
        let text = TextModel { size_of_em: font::LINE, baseline: font::LINE / 2.0 };
        frame::draw(&Pen { area: &area, scale: scale as f64, text }, figure, size, theme)?;
        area.present().map_err(|e| failed(&e))?;
    }
    Ok(Pixels { width, height, rgb: shrink(&drawn, fine.0) })
}

/// The mean of each square of samples, channel by channel.
fn shrink(drawn: &[u8], width: usize) -> Vec<u8> {
    let row = width * 3;
    let mut out = Vec::with_capacity(drawn.len() / (SAMPLES * SAMPLES));
    for rows in drawn.chunks_exact(row * SAMPLES) {
        for x in (0..row).step_by(3 * SAMPLES) {
            for channel in 0..3 {
                let mut sum = 0_usize;
                for dy in 0..SAMPLES {
                    for dx in 0..SAMPLES {
                        sum += usize::from(rows[dy * row + x + dx * 3 + channel]);
                    }
                }
                out.push(((sum + SAMPLES * SAMPLES / 2) / (SAMPLES * SAMPLES)) as u8);
            }
        }
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::figure::{Axis, Mark, Role, Shape};
    use crate::unit::Unit;

    #[test]
    fn the_png_is_read_back_with_its_ground_and_its_mark() {
        let figure = Figure::new("t", Axis::new("x", Unit::None), Axis::new("y", Unit::None)).with(Mark::new(
            "m",
            Role::Bad,
            Shape::Region { from: 0.0, to: 1.0, direction: crate::figure::Direction::Vertical },
        ));
        let bytes = png(&figure, Size::new(300, 200), Theme::Dark).unwrap();
        assert_eq!(bytes, png(&figure, Size::new(300, 200), Theme::Dark).unwrap());
        let mut reader = png::Decoder::new(std::io::Cursor::new(&bytes)).read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height), (600, 400));
        let ground = Theme::Dark.tokens().background;
        assert_eq!(pixels[..3], [ground.0, ground.1, ground.2]);
        let middle = (200 * 600 + 300) * 3;
        assert_ne!(pixels[middle..middle + 3], [ground.0, ground.1, ground.2]);
    }
}
