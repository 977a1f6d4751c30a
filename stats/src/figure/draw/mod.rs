//! SVG, and PNG with the feature `png`. The one place that names plotters.
//!
//! Everything is placed by the layout of this module: the legend outside the data, names of reference lines in the right
//! margin, no label over another. The same figure, size and theme give the same bytes.

mod clip;
mod font;
mod frame;
mod layout;
mod legend;
mod marks;
mod pen;
#[cfg(feature = "png")]
mod raster;
mod vector;

#[cfg(feature = "png")]
pub use raster::{Pixels, pixels, png};
pub use vector::svg;

use crate::error::{Error, Result};

/// The size of a picture in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Left to right.
    pub width: u32,
    /// Top to bottom, title and caption included.
    pub height: u32,
}

impl Default for Size {
    fn default() -> Self {
        Self { width: 960, height: 480 }
    }
}

impl Size {
    /// A size.
    pub fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }

    /// Refuses what has no room for a plot, and what no reader can open.
    fn check(self) -> Result<Self> {
        if (200..=8192).contains(&self.width) && (150..=8192).contains(&self.height) {
            Ok(self)
        } else {
            Err(Error::argument(format!("a picture of {} × {} pixels cannot be drawn", self.width, self.height))
                .hint("choose a width from 200 and a height from 150, each up to 8192"))
        }
    }
}
