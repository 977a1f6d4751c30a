//! Parts of a series: by value, by time.

use std::borrow::Cow;

use sre_stats::counter::Counter;
use sre_stats::events::Events;
use sre_stats::load::{Data, Item};
use sre_stats::series::{NanPolicy, Series};
use sre_stats::time::Timestamp;
use sre_stats::{Error, Result};

use crate::gui::choices::Range;

/// The samples of an item whose values lie in `[from, to]`; all of them without a range, and of a counter, whose single
/// values mean nothing.
///
/// # Errors
/// Where none does.
pub(super) fn selected(item: &Item, values: Option<(f64, f64)>) -> Result<Cow<'_, Item>> {
    let Some((from, to)) = values else { return Ok(Cow::Borrowed(item)) };
    let inside = |v: f64| v >= from && v <= to;
    let data = match &item.data {
        Data::Gauge(series) => {
            let kept = series.times().iter().zip(series.values()).filter(|(_, v)| inside(**v));
            let (times, values) = kept.map(|(t, v)| (*t, *v)).unzip();
            Data::Gauge(Series::new(series.identity().clone(), times, values, NanPolicy::Drop).map_err(nothing)?)
        }
        Data::Events(events) => {
            let at: Vec<usize> =
                events.values().iter().enumerate().filter(|(_, v)| inside(**v)).map(|(i, _)| i).collect();
            let pick = |i: &usize| (events.times().get(*i).copied(), events.values().get(*i).copied());
            let (times, values) = at.iter().filter_map(|i| Some((pick(i).0?, pick(i).1?))).unzip();
            let ok = events.ok().map(|ok| at.iter().filter_map(|i| ok.get(*i).copied()).collect());
            Data::Events(Events::new(events.identity().clone(), times, values, ok, NanPolicy::Drop).map_err(nothing)?)
        }
        _ => return Ok(Cow::Borrowed(item)),
    };
    let mut part = Item::new(item.kind, data, item.format);
    part.role = item.role;
    Ok(Cow::Owned(part))
}

fn nothing(_: Error) -> Error {
    Error::empty("no sample has a value in the chosen range").hint("choose a wider range, or all values")
}

/// The samples of an item whose values and times are looked at.
///
/// # Errors
/// Where there are none.
pub fn in_sight(item: &Item, values: Option<(f64, f64)>, range: Option<Range>) -> Result<Cow<'_, Item>> {
    let part = selected(item, values)?;
    match range {
        Some((from, to)) => Ok(Cow::Owned(between(&part, from, to)?)),
        None => Ok(part),
    }
}

/// The samples of an item in `[from, to)`.
///
/// # Errors
/// Where there are none.
pub(super) fn between(item: &Item, from: Timestamp, to: Timestamp) -> Result<Item> {
    let none = || Error::empty(format!("“{}” has no sample from {from} to {to}", item.title()));
    let data = match &item.data {
        Data::Gauge(series) => Data::Gauge(series.slice(from, to).ok_or_else(none)?),
        Data::Events(events) => Data::Events(events.slice(from, to).ok_or_else(none)?),
        Data::Counter(counter) => {
            Data::Counter(Counter::from_series(counter.samples().slice(from, to).ok_or_else(none)?)?)
        }
        _ => return Err(Error::unsupported("this kind of series cannot be cut")),
    };
    Ok(Item::new(item.kind, data, item.format))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sre_stats::load::{Format, Kind};
    use sre_stats::series::Identity;
    use sre_stats::unit::Unit;

    #[test]
    fn flags_stay_with_their_values() {
        let identity = Identity::new("latency", Unit::Second);
        let values = vec![0.1, 5.0, 0.2, 7.0];
        let ok = Some(vec![true, false, true, true]);
        let events = Events::new(identity, vec![1, 2, 3, 4], values, ok, NanPolicy::Drop).unwrap();
        let item = Item::new(Kind::Events, Data::Events(events), Format::Csv);
        let part = selected(&item, Some((1.0, 10.0))).unwrap();
        let found = part.as_events().unwrap();
        assert_eq!(
            (found.times(), found.values(), found.ok()),
            (&[2, 4][..], &[5.0, 7.0][..], Some(&[false, true][..]))
        );
        assert!(matches!(selected(&item, None).unwrap(), Cow::Borrowed(_)));
        assert!(selected(&item, Some((8.0, 9.0))).is_err());
        let early = between(&item, Timestamp(0), Timestamp(2)).unwrap();
        assert_eq!(early.values(), [0.1]);
        assert!(between(&item, Timestamp(5), Timestamp(9)).is_err());
    }
}
