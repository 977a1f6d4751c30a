//! What of an item is described: its values as they are, a counter by its rate, events by window.

use std::borrow::Cow;

use super::signal::{BinnedSignal, Signal};
use crate::error::{Error, Result};
use crate::estimate::Scope;
use crate::load::{Data, Histograms, Item};
use crate::series::{Identity, Series};
use crate::time::{Grid, Span, Window};

/// The samples of an item that statistics are made of.
#[derive(Clone, Debug)]
pub struct Subject<'a> {
    /// Name, labels and unit of the samples.
    pub identity: Identity,
    /// Their times in nanoseconds since the epoch, sorted.
    pub times: Cow<'a, [i64]>,
    /// Their values.
    pub values: Cow<'a, [f64]>,
    /// Unit and window.
    pub scope: Scope,
    /// What a reader must know of them, where they are not the item's own.
    pub note: Option<String>,
}

/// The samples of an item: a gauge's, delta's or events' values, and the rate per second of a counter, whose cumulative
/// values mean nothing by themselves.
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where a counter has no two neighbouring samples.
pub fn subject(item: &Item) -> Result<Subject<'_>> {
    Ok(match &item.data {
        Data::Gauge(series) => of_series(series),
        Data::Events(events) => Subject {
            identity: events.identity().clone(),
            times: events.times().into(),
            values: events.values().into(),
            scope: events.scope(),
            note: None,
        },
        Data::Histograms(_) => return Err(histograms(item)),
        Data::Counter(_) => {
            let (rate, note) = as_series(item)?;
            let rate = rate.into_owned();
            let owned = of_series(&rate);
            Subject {
                identity: owned.identity,
                times: Cow::Owned(owned.times.into_owned()),
                values: Cow::Owned(owned.values.into_owned()),
                scope: owned.scope,
                note,
            }
        }
    })
}

/// What loading an item left out of its values, as a caveat of every number made of them; `None` where nothing was. A blank field holds no
/// value and is none that was left out.
///
/// ```
/// use sre_stats::load::{Data, Format, Item, Kind};
/// use sre_stats::prelude::*;
/// use sre_stats::report::tell::subject::lost;
/// let series = Series::new(Identity::new("x", Unit::None), vec![0, 1, 2], vec![1.0, f64::NAN, 3.0], NanPolicy::Drop)?;
/// let item = Item::new(Kind::Gauge, Data::Gauge(series), Format::Csv);
/// assert_eq!(lost(&item).as_deref(), Some("left out of the values when they were read: 1 NaN"));
/// # Ok::<(), sre_stats::Error>(())
/// ```
pub fn lost(item: &Item) -> Option<String> {
    let all = item.dropped_by_reason();
    let words: Vec<String> = all
        .iter()
        .filter(|(why, _)| *why != "blank")
        .map(|(why, n)| format!("{n} {}", super::inspect::reason(why)))
        .collect();
    (!words.is_empty()).then(|| format!("left out of the values when they were read: {}", words.join(", ")))
}

fn of_series(series: &Series) -> Subject<'_> {
    Subject {
        identity: series.identity().clone(),
        times: series.times().into(),
        values: series.values().into(),
        scope: series.scope(),
        note: None,
    }
}

impl Subject<'_> {
    /// The samples of each window of a grid that holds any, with the window's scope.
    pub fn windows(&self, grid: Grid) -> Vec<(Window, &[f64])> {
        grid.runs(&self.times).map(|(window, run)| (window, &self.values[run])).collect()
    }
}

/// An item as values over time, for questions of trend and change, with a note where they are not the item's own: the rate
/// of a counter, a percentile of events or histograms per window (see `signal`).
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where a counter has no two neighbouring samples.
pub fn as_series(item: &Item) -> Result<(Cow<'_, Series>, Option<String>)> {
    match &item.data {
        Data::Gauge(series) => Ok((Cow::Borrowed(series), None)),
        Data::Counter(counter) => {
            let step = counter.samples().step().unwrap_or(Span::MINUTE);
            let rate = counter.rate(Span(step.0.saturating_mul(3) / 2))?;
            Ok((Cow::Owned(rate), Some("a counter: told by its rate between neighbouring samples".to_owned())))
        }
        Data::Events(events) => {
            let signal = Signal::of(events)?;
            let note = format!("events: told by their {} per {}", signal.quantile, super::words::width(signal.width));
            Ok((Cow::Owned(signal.series), Some(note)))
        }
        Data::Histograms(histograms) => {
            let signal = BinnedSignal::of(histograms)?;
            let note = signal.note();
            Ok((Cow::Owned(signal.series), Some(note)))
        }
    }
}

/// The same percentile per window of the same width of two series of histograms, for a comparison of them, with a note on both.
///
/// # Errors
/// [`Mismatch`](crate::ErrorKind::Mismatch) where the windows of one cannot be put together to those of the other.
pub fn as_pair(a: &Histograms, b: &Histograms) -> Result<(Series, Series, String)> {
    let width = a.usual_width().max(b.usual_width());
    let of = |h: &Histograms| BinnedSignal::quantile(h, width);
    let (first, second) = (of(a)?, of(b)?);
    let quantile = if first.p() <= second.p() { first } else { second };
    let (a, b) = (BinnedSignal::at(a, width, quantile)?, BinnedSignal::at(b, width, quantile)?);
    let note = if a.within >= b.within { a.note() } else { b.note() };
    Ok((a.series, b.series, note))
}

/// How much time each value of [`as_series`] stands for: the window of a percentile of events, and nothing for samples of an instant
/// and for rates, which end at their own time.
pub fn bucket(item: &Item, series: &Series) -> Span {
    match item.data {
        Data::Events(_) | Data::Histograms(_) => series.step().unwrap_or(Span::ZERO),
        _ => Span::ZERO,
    }
}

/// The error for histograms where single values are needed.
fn histograms(item: &Item) -> Error {
    Error::unsupported(format!("“{}” holds histograms, and no single values", item.title()))
        .hint("ask `quantile` or `histogram` of it")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::counter::Counter;
    use crate::events::Events;
    use crate::load::{Format, Kind};
    use crate::series::NanPolicy;
    use crate::unit::Unit;

    #[test]
    fn events_become_a_percentile_per_window_and_counters_a_rate() {
        let times: Vec<i64> = (0..600).map(|s| s * 1_000_000_000).collect();
        let identity = || Identity::new("latency", Unit::Second);
        let events = Events::new(identity(), times.clone(), vec![0.1; 600], None, NanPolicy::Refuse).unwrap();
        let item = Item::new(Kind::Events, Data::Events(events), Format::Csv);
        let (series, note) = as_series(&item).unwrap();
        assert!(
            series.identity().name.ends_with("of latency")
                && note.unwrap().starts_with("events: told by their p50 per 5s")
        );
        assert_eq!(bucket(&item, &series), Span::from_secs(5));
        let counter = Counter::new(identity(), times, (0..600).map(f64::from).collect(), NanPolicy::Refuse).unwrap();
        let item = Item::new(Kind::Counter, Data::Counter(counter), Format::Csv);
        assert_eq!(subject(&item).unwrap().values[..3], [1.0, 1.0, 1.0]);
        assert_eq!(bucket(&item, &as_series(&item).unwrap().0), Span::ZERO);
    }

    #[test]
    fn windows_hold_every_sample_once() {
        let series =
            Series::new(Identity::new("x", Unit::None), vec![5, 7, 12, 30], vec![1.0, 2.0, 3.0, 4.0], NanPolicy::Drop)
                .unwrap();
        let item = Item::new(Kind::Gauge, Data::Gauge(series), Format::Csv);
        let subject = subject(&item).unwrap();
        let windows = subject.windows(Grid::new(Span(10), Span::ZERO).unwrap());
        let found: Vec<(i64, &[f64])> = windows.iter().map(|w| (w.0.start.0, w.1)).collect();
        assert_eq!(found, [(0, &[1.0, 2.0][..]), (10, &[3.0][..]), (30, &[4.0][..])]);
    }
}
