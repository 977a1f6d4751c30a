//! Reports as HTML.

use super::block::Report;
use crate::error::Result;

/// placeholder
///
/// # Errors
/// None.
pub fn to_html(report: &Report) -> Result<String> {
    Ok(report.title.clone())
}
