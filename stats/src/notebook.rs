//! How values show themselves in a notebook on the evcxr Rust kernel, and what a notebook needs beside the analyses.
//!
//! The kernel calls an inherent `evcxr_display` of a cell's last value. With the feature `notebook`, figures, tables, reports,
//! estimates and the results of the analyses have one: figures as SVG on an opaque ground, tables as HTML with units and
//! provenance, on a light ground of their own whatever the theme of the notebook.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::events::Events;
use crate::load::{Dataset, Item, LoadOptions, load};
use crate::progress::Progress;
use crate::series::Series;

pub mod exercise;

#[cfg(feature = "notebook")]
mod display;

/// Loads one file with nothing known about it, as [`load()`] does: the short form for notebooks.
///
/// # Errors
/// As [`load()`].
pub fn read(path: &str) -> Result<Dataset> {
    load(&[PathBuf::from(path)], &LoadOptions::default(), &Progress::new())
}

/// The series of a data set whose name and labels contain `part`, owned, so that it lives from cell to cell.
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where none does; it says what there is.
pub fn series_named(data: &Dataset, part: &str) -> Result<Series> {
    pick(data, part, Item::as_series).cloned()
}

/// The events of a data set whose name and labels contain `part`, owned, so that they live from cell to cell.
///
/// # Errors
/// As [`series_named`].
pub fn events_named(data: &Dataset, part: &str) -> Result<Events> {
    pick(data, part, Item::as_events).cloned()
}

fn pick<'a, T>(data: &'a Dataset, part: &str, of: impl Fn(&'a Item) -> Option<&'a T>) -> Result<&'a T> {
    data.items.iter().filter(|item| item.title().contains(part)).find_map(of).ok_or_else(|| {
        let titles: Vec<String> = data.items.iter().map(Item::title).collect();
        Error::argument(format!("nothing of this kind has “{part}” in its name"))
            .hint(format!("there is {}", titles.join("; ")))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::load_bytes;

    #[test]
    fn data_are_found_by_part_of_their_name() {
        let csv = "time,route,latency_s\n2026-06-01T00:00:00Z,cart,0.1\n2026-06-01T00:00:01.5Z,search,0.2\n\
                   2026-06-01T00:00:01.7Z,cart,0.3\n";
        let data = load_bytes("requests.csv", csv.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
        assert_eq!(series_named(&data, "cart").unwrap().values(), [0.1, 0.3]);
        let error = events_named(&data, "cart").unwrap_err();
        assert!(format!("{error:?}").contains("search"), "{error:?}");
        assert!(series_named(&data, "checkout").is_err());
    }
}
