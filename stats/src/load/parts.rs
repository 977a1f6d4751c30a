//! A file of which only parts are here.

use std::ops::Range;
use std::path::Path;

use crate::error::Result;

/// What fetches the bytes of a file that are not here yet.
pub(crate) trait Parts {
    /// Sees to it that these bytes are in the file.
    #[cfg_attr(not(feature = "frame"), allow(dead_code, reason = "only columnar files are read in parts"))]
    fn want(&self, bytes: &[Range<u64>]) -> Result<()>;
}

/// Where an input lies.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub(crate) path: &'a Path,
    /// What fetches the rest, where the file is not whole. Its end is always here, with the table of contents of what is columnar.
    #[cfg_attr(not(feature = "frame"), allow(dead_code, reason = "only columnar files are read in parts"))]
    pub(crate) parts: Option<&'a dyn Parts>,
    /// The labels that the folders give which it was found in.
    #[cfg_attr(not(feature = "frame"), allow(dead_code, reason = "only columnar files have them"))]
    pub(crate) folders: &'a [(String, String)],
}

impl<'a> Place<'a> {
    /// A whole file.
    pub(crate) fn whole(path: &'a Path, folders: &'a [(String, String)]) -> Self {
        Self { path, parts: None, folders }
    }
}
