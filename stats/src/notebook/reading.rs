//! Parts of a file, and counts over time.

use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::events::Events;
use crate::load::{Dataset, Item, LoadOptions, Traffic, load};
use crate::series::{Identity, NanPolicy, Series};
use crate::time::{Grid, Span};
use crate::unit::Unit;

/// The rows of a file that meet a filter such as `service == search && status < 500` (empty for all rows), as one series for each
/// combination of the labels named in `by`; without any named, split as [`load()`] guesses.
///
/// # Errors
/// As [`load()`]; where the filter cannot be read or names no column.
pub fn read_where(path: &str, filter: &str, by: &[&str]) -> Result<Dataset> {
    let options = LoadOptions {
        filter: (!filter.trim().is_empty()).then(|| filter.to_owned()),
        by: by.iter().map(|label| (*label).to_owned()).collect(),
        ..super::own()
    };
    load(&[PathBuf::from(path)], &options, &super::watched())
}

/// All events of a data set together, in the order of time, whatever their labels.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where there are none, [`Mismatch`](crate::ErrorKind::Mismatch) where their units differ or only some
/// say whether they were good.
pub fn all_events(data: &Dataset) -> Result<Events> {
    let events: Vec<&Item> = data.items.iter().filter(|i| i.as_events().is_some()).collect();
    Traffic::only(&events)?;
    let parts: Vec<&Events> = data.items.iter().filter_map(Item::as_events).collect();
    let first = parts.first().ok_or_else(|| Error::empty("there are no events in these data"))?;
    let identity = Identity::new(first.identity().name.clone(), first.identity().unit.clone());
    if let Some(other) =
        parts.iter().find(|e| e.identity().unit != identity.unit || e.ok().is_some() != first.ok().is_some())
    {
        let titles = (first.identity().title(), other.identity().title());
        return Err(Error::mismatch(format!("“{}” and “{}” cannot be put together", titles.0, titles.1))
            .hint("they differ in unit, or only one of them says which events were good"));
    }
    let mut rows: Vec<(i64, f64, bool)> = Vec::with_capacity(parts.iter().map(|e| e.len()).sum());
    for events in &parts {
        let good = |i: usize| events.ok().is_none_or(|ok| ok.get(i).copied().unwrap_or_default());
        rows.extend(events.times().iter().zip(events.values()).enumerate().map(|(i, (t, v))| (*t, *v, good(i))));
    }
    rows.sort_by_key(|row| row.0);
    let ok = first.ok().map(|_| rows.iter().map(|row| row.2).collect());
    let (times, values) = rows.iter().map(|row| (row.0, row.1)).unzip();
    Events::new(identity, times, values, ok, NanPolicy::Drop)
}

/// How many events each window of a width holds, at the start of the window, from the first to the last window with an event. Windows are
/// of phase 0.
///
/// A window in between without an event counts 0, which is true only where they were recorded all the time. First and last window are
/// mostly not full.
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the width is not more than 0, [`Empty`](crate::ErrorKind::Empty) without events.
pub fn count_per(events: &Events, width: Span) -> Result<Series> {
    let grid = Grid::new(width, Span::ZERO)?;
    let (mut times, mut values) = (Vec::new(), Vec::new());
    let mut next: Option<i64> = None;
    for (window, run) in grid.runs(events.times()) {
        let index = grid.index(window.start);
        for empty in next.unwrap_or(index)..index {
            times.push(grid.window(empty).start.0);
            values.push(0.0);
        }
        times.push(window.start.0);
        values.push(run.len() as f64);
        next = Some(index + 1);
    }
    let name = format!("count per {width} of {}", events.identity().name);
    let identity = Identity { name, unit: Unit::None, ..events.identity().clone() };
    Series::new(identity, times, values, NanPolicy::Refuse)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::load::load_bytes;
    use crate::progress::Progress;

    const CSV: &str = "time,route,latency_s,ok\n2026-06-01T00:00:00Z,cart,0.1,true\n2026-06-01T00:00:01.5Z,search,0.2,false\n\
                       2026-06-01T00:03:00.5Z,cart,0.3,true\n2026-06-01T00:03:00.7Z,search,0.4,true\n";

    #[test]
    fn parts_are_put_together_in_time() {
        let data = load_bytes("r.csv", CSV.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
        assert_eq!(data.items.len(), 2);
        let all = all_events(&data).unwrap();
        assert_eq!(all.values(), [0.1, 0.2, 0.3, 0.4]);
        assert_eq!(all.ok(), Some([true, false, true, true].as_slice()));
        assert_eq!(all.identity().title(), "latency_s");
        assert!(all_events(&Dataset { items: Vec::new(), ..data }).is_err());
    }

    #[test]
    fn windows_without_events_count_nothing() {
        let data = load_bytes("r.csv", CSV.as_bytes(), &LoadOptions::default(), &Progress::new()).unwrap();
        let counts = count_per(&all_events(&data).unwrap(), Span::MINUTE).unwrap();
        assert_eq!(counts.values(), [2.0, 0.0, 0.0, 2.0]);
        assert_eq!(counts.step(), Some(Span::MINUTE));
        assert!(count_per(&all_events(&data).unwrap(), Span::ZERO).is_err());
    }

    #[test]
    fn rows_are_filtered_and_split() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../datasets/generated/shop-capstone.csv");
        let retries = read_where(path, "attempt == retry", &["service"]).unwrap();
        // only payment is tried again
        assert_eq!(retries.items.len(), 1);
        assert!(retries.items[0].title().contains("payment"));
        let instances = read_where(path, "service == search", &["instance"]).unwrap();
        assert_eq!(instances.items.len(), 3);
        assert!(read_where(path, "colour == red", &[]).is_err());
    }
}
