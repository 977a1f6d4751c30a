//! One histogram a window: what is kept of events when the events are not.

use rayon::prelude::*;

use super::log_linear::LogLinear;
use crate::error::{Error, Result};
use crate::events::Events;
use crate::progress::Progress;
use crate::series::Identity;
use crate::time::{Grid, Timestamp, Window};

/// The histograms of the windows of a grid; windows without events are not there.
///
/// ```
/// use sre_stats::events::Events;
/// use sre_stats::histogram::HistogramSeries;
/// use sre_stats::series::{Identity, NanPolicy};
/// use sre_stats::time::{Grid, Span};
/// use sre_stats::unit::Unit;
/// let second = Span::SECOND.0;
/// let events = Events::new(
///     Identity::new("latency", Unit::Second),
///     vec![0, 30 * second, 400 * second],
///     vec![0.1, 0.2, 0.3],
///     None,
///     NanPolicy::Drop,
/// )?;
/// let minutes = HistogramSeries::from_events(&events, Grid::new(Span::MINUTE, Span::ZERO)?)?;
/// assert_eq!(minutes.windows().len(), 2);
/// let all = minutes.coarsen(Grid::new(Span::HOUR, Span::ZERO)?)?;
/// assert_eq!(all.windows()[0].1, minutes.merged());
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramSeries {
    identity: Identity,
    grid: Grid,
    windows: Vec<(Window, LogLinear)>,
}

impl HistogramSeries {
    /// The histogram of each window that holds events. Windows are filled in parallel (rayon) and do not depend on the number
    /// of threads.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where there are no events.
    pub fn from_events(events: &Events, grid: Grid) -> Result<Self> {
        Self::from_events_between(events, Timestamp(i64::MIN), Timestamp(i64::MAX), grid, &Progress::new())
    }

    /// The same of the events from `from` until before `to`, without a copy of them: what [`Events::slice`] would give. The work
    /// ends early where `progress` is cancelled.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) where no event lies there, [`Cancelled`](crate::ErrorKind::Cancelled) on request.
    ///
    /// ```
    /// # use sre_stats::prelude::*;
    /// # let times = (0..600).map(|i| i * Span::SECOND.0).collect();
    /// # let values = (0..600).map(f64::from).collect();
    /// # let events = Events::new(Identity::new("latency", Unit::Second), times, values, None, NanPolicy::Drop)?;
    /// let grid = Grid::new(Span::MINUTE, Span::ZERO)?;
    /// let (from, to) = (Timestamp(90 * Span::SECOND.0), Timestamp(200 * Span::SECOND.0));
    /// let part = HistogramSeries::from_events_between(&events, from, to, grid, &Progress::new())?;
    /// assert_eq!(Some(part), events.slice(from, to).map(|e| HistogramSeries::from_events(&e, grid)).transpose()?);
    /// # Ok::<(), Error>(())
    /// ```
    pub fn from_events_between(
        events: &Events,
        from: Timestamp,
        to: Timestamp,
        grid: Grid,
        progress: &Progress,
    ) -> Result<Self> {
        let times = events.times();
        let a = times.partition_point(|t| *t < from.0);
        // the last instant that there is ends no range
        let b = if to.0 == i64::MAX { times.len() } else { times.partition_point(|t| *t < to.0).max(a) };
        let values = &events.values()[a..b];
        let pieces: Vec<(Window, &[f64])> = grid.runs(&times[a..b]).map(|(w, run)| (w, &values[run])).collect();
        if pieces.is_empty() {
            return Err(Error::empty(format!("no event in “{}”", events.identity().title())));
        }
        let fill = |(window, inside): (Window, &[f64])| {
            progress.check()?;
            Ok((window, LogLinear::from_values(inside)))
        };
        let windows: Result<Vec<_>> = pieces.into_par_iter().map(fill).collect();
        Ok(Self { identity: events.identity().clone(), grid, windows: windows? })
    }

    /// Histograms of windows of a grid, in order of time.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without a window, [`Mismatch`](crate::ErrorKind::Mismatch) where one is none of the grid's or comes
    /// before another one.
    pub fn from_windows(identity: Identity, grid: Grid, windows: Vec<(Window, LogLinear)>) -> Result<Self> {
        if windows.is_empty() {
            return Err(Error::empty(format!("no histogram of “{}”", identity.title())));
        }
        if let Some((window, _)) = windows.iter().find(|(w, _)| *w != grid.window_at(w.start)) {
            return Err(Error::mismatch(format!(
                "the window of {} at {} is none of {}",
                window.width,
                window.start,
                grid.width()
            )));
        }
        if !windows.is_sorted_by(|a, b| a.0.start < b.0.start) {
            return Err(Error::mismatch("windows are not in order of time"));
        }
        Ok(Self { identity, grid, windows })
    }

    /// Name, labels and unit of the values.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The grid of the windows.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// The windows that hold events with their histograms, by time.
    pub fn windows(&self) -> &[(Window, LogLinear)] {
        &self.windows
    }

    /// The histogram of all windows together.
    pub fn merged(&self) -> LogLinear {
        let mut all = LogLinear::new();
        for (_, histogram) in &self.windows {
            all.merge(histogram);
        }
        all
    }

    /// The same on wider windows: each is the sum of the windows inside it, exactly what the events would have given.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the wider windows would cut one of the present ones: the width must be a
    /// multiple, and the phases must agree modulo the present width.
    pub fn coarsen(&self, grid: Grid) -> Result<Self> {
        let (width, phase) = (self.grid.width().0, self.grid.phase().0);
        if grid.width().0 % width != 0 || (grid.phase().0 - phase) % width != 0 {
            return Err(Error::mismatch(format!(
                "windows of {} from phase {} cut windows of {} from phase {}",
                grid.width(),
                grid.phase(),
                self.grid.width(),
                self.grid.phase()
            ))
            .hint("choose a multiple of the width and a phase on the present grid"));
        }
        let mut windows: Vec<(Window, LogLinear)> = Vec::new();
        for (window, histogram) in &self.windows {
            let wider = grid.window_at(window.start);
            match windows.last_mut() {
                Some((last, sum)) if *last == wider => sum.merge(histogram),
                _ => windows.push((wider, histogram.clone())),
            }
        }
        Ok(Self { identity: self.identity.clone(), grid, windows })
    }
}
