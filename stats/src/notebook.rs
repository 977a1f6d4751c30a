//! How values show themselves in a notebook on the evcxr Rust kernel.
//!
//! The kernel calls an inherent `evcxr_display` of a cell's last value. With the feature `notebook`, figures, tables, reports,
//! estimates and the results of the analyses have one: figures as SVG on an opaque ground, tables as HTML with units and
//! provenance.

use std::path::PathBuf;

use crate::error::Result;
use crate::load::{Dataset, LoadOptions, load};
use crate::progress::Progress;

/// Loads one file with nothing known about it, as [`load()`] does: the short form for notebooks.
///
/// # Errors
/// As [`load()`].
pub fn read(path: &str) -> Result<Dataset> {
    load(&[PathBuf::from(path)], &LoadOptions::default(), &Progress::new())
}

#[cfg(feature = "notebook")]
mod display;
