//! How values show themselves in a notebook on the evcxr Rust kernel, and what a notebook needs beside the analyses.
//!
//! The kernel calls an inherent `evcxr_display` of a cell's last value. With the feature `notebook`, figures, tables, reports,
//! estimates and the results of the analyses have one: figures as SVG on an opaque ground, tables as HTML with units and
//! provenance, on a light ground of their own whatever the theme of the notebook.

use std::path::PathBuf;

use crate::counter::Counter;
use crate::describe::describe;
use crate::error::{Error, Result};
use crate::estimate::Scope;
use crate::events::Events;
use crate::load::{Data, Dataset, Item, LoadOptions, ServerOptions, load};
use crate::method::Definition;
use crate::quantile::{Quantile, quantiles};
use crate::series::{Identity, NanPolicy, Series};
use crate::time::{Grid, Span};

pub mod exercise;
#[cfg(feature = "frame")]
mod frame;
mod reading;
mod watched;

#[cfg(feature = "frame")]
pub use frame::frame_table;
pub use reading::{all_events, count_per, read_where};
pub use watched::watched;

#[cfg(feature = "notebook")]
mod display;

/// Loads one file with nothing known about it, as [`load()`] does: the short form for notebooks. An address that is given here is asked with
/// what [`ServerOptions::from_environment`](crate::load::ServerOptions::from_environment) finds, so that `s3://bucket/prefix/` is read with
/// AWS's keys.
///
/// # Errors
/// As [`load()`].
pub fn read(path: &str) -> Result<Dataset> {
    load(&[PathBuf::from(path)], &own(), &watched())
}

/// Nothing known of the data, and the keys of who wrote the cell.
fn own() -> LoadOptions {
    LoadOptions { server: ServerOptions::from_environment(), ..LoadOptions::default() }
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

/// The first item of a data set whose name and labels contain `part`, whatever its kind, owned, so that it lives from cell to cell.
///
/// # Errors
/// As [`series_named`].
pub fn item_named(data: &Dataset, part: &str) -> Result<Item> {
    pick(data, part, Some).cloned()
}

/// The counter of a data set whose name and labels contain `part`, owned, so that it lives from cell to cell.
///
/// # Errors
/// As [`series_named`].
pub fn counter_named(data: &Dataset, part: &str) -> Result<Counter> {
    pick(data, part, |item| match &item.data {
        Data::Counter(counter) => Some(counter),
        _ => None,
    })
    .cloned()
}

/// The mean of the events of each window of a width, at the start of the window: what a roll-up stores. Windows are of phase 0; one
/// without events has no value.
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the width is not more than 0, [`Empty`](crate::ErrorKind::Empty) without events.
pub fn mean_per(events: &Events, width: Span) -> Result<Series> {
    per(events, width, format!("mean per {width}"), |values| Ok(values.iter().sum::<f64>() / values.len() as f64))
}

/// The nearest-rank quantile of the events of each window of a width, as [`mean_per`].
///
/// # Errors
/// As [`mean_per`].
pub fn quantile_per(events: &Events, width: Span, q: Quantile) -> Result<Series> {
    let scope = events.scope();
    per(events, width, format!("{q} per {width}"), |values| {
        let found = quantiles(values, &[q], Definition::Type1, &scope)?;
        found.first().map(|e| e.value).ok_or_else(|| Error::empty("a window without events"))
    })
}

/// Mean and standard deviation (n − 1 in the divisor) of some values.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) with fewer than two finite values.
pub fn mean_and_sd(values: &[f64]) -> Result<(f64, f64)> {
    let all = describe(values, &Scope::default())?;
    let value = |name: &str| all.iter().find(|s| s.name == name).map(|s| s.estimate.value);
    let two = value("mean").zip(value("sd"));
    two.ok_or_else(|| Error::empty("a standard deviation needs two values"))
}

fn per(events: &Events, width: Span, name: String, of: impl Fn(&[f64]) -> Result<f64>) -> Result<Series> {
    let (mut times, mut values) = (Vec::new(), Vec::new());
    for (window, run) in Grid::new(width, Span::ZERO)?.runs(events.times()) {
        times.push(window.start.0);
        values.push(of(events.values().get(run).unwrap_or_default())?);
    }
    Series::new(Identity::new(name, events.identity().unit.clone()), times, values, NanPolicy::Drop)
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
    use crate::progress::Progress;

    #[test]
    fn data_are_found_by_part_of_their_name() {
        let csv = "time,route,latency_s\n2026-06-01T00:00:00Z,cart,0.1\n2026-06-01T00:00:01.5Z,search,0.2\n\
                   2026-06-01T00:00:01.7Z,cart,0.3\n";
        let data = load_bytes("requests.csv", csv.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
        assert_eq!(series_named(&data, "cart").unwrap().values(), [0.1, 0.3]);
        assert_eq!(counter_named(&data, "cart").unwrap_err().kind(), crate::ErrorKind::Argument);
        let error = events_named(&data, "cart").unwrap_err();
        assert!(format!("{error:?}").contains("search"), "{error:?}");
        assert!(series_named(&data, "checkout").is_err());
        assert_eq!(item_named(&data, "search").unwrap().count(), 1);
        assert!(item_named(&data, "checkout").unwrap_err().to_string().contains("cart"));
    }

    #[test]
    fn two_moments_by_hand() {
        assert_eq!(mean_and_sd(&[1.0, 3.0]).unwrap(), (2.0, 2.0_f64.sqrt()));
        assert!(mean_and_sd(&[1.0]).is_err());
    }

    #[test]
    fn roll_ups_are_per_window_and_a_gap_is_a_gap() {
        let s = 1_000_000_000;
        let times = vec![0, 10 * s, 59 * s, 130 * s];
        let identity = Identity::new("latency", crate::unit::Unit::Second);
        let events = Events::new(identity, times, vec![1.0, 2.0, 9.0, 5.0], None, NanPolicy::Drop).unwrap();
        let means = mean_per(&events, Span::MINUTE).unwrap();
        assert_eq!((means.times(), means.values()), (&[0, 120 * s][..], &[4.0, 5.0][..]));
        let medians = quantile_per(&events, Span::MINUTE, Quantile::MEDIAN).unwrap();
        assert_eq!(medians.values(), [2.0, 5.0]);
        assert_eq!(medians.identity().name, "p50 per 1m");
        assert!(mean_per(&events, Span::ZERO).is_err());
    }
}
