//! SVG and PNG. The one place that names plotters.

use super::description::Figure;
use super::theme::Theme;
use crate::error::Result;

/// The size of a picture in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    /// Left to right.
    pub width: u32,
    /// Top to bottom, title and caption included.
    pub height: u32,
}

/// placeholder
pub fn svg(_figure: &Figure, _size: Size, _theme: Theme) -> Result<String> {
    Ok(String::new())
}

/// placeholder
#[cfg(feature = "png")]
pub fn png(_figure: &Figure, _size: Size, _theme: Theme) -> Result<Vec<u8>> {
    Ok(Vec::new())
}
