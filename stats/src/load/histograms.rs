//! Histograms over time, as a data set holds them.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::histogram::{AnySketch, Sketch};
use crate::series::{Dropped, Identity};
use crate::time::{Span, Timestamp, Window};

/// A window of a width above 0, on the grid that it is part of.
pub(crate) fn windowed(start: Timestamp, width: Span) -> Window {
    Window { start, width, phase: Span(start.0.rem_euclid(width.0.max(1))) }
}

/// One histogram a window, sorted by the windows' starts; windows without values are not there.
///
/// ```
/// use sre_stats::histogram::{AnySketch, LogLinear, Sketch};
/// use sre_stats::load::Histograms;
/// use sre_stats::series::Identity;
/// use sre_stats::time::{Span, Timestamp, Window};
/// use sre_stats::unit::Unit;
/// let minute = |i: i64| Window::new(Timestamp(i * Span::MINUTE.0), Span::MINUTE);
/// let of = |values: &[f64]| AnySketch::LogLinear(LogLinear::from_values(values));
/// let windows = vec![(minute(1)?, of(&[0.2])), (minute(0)?, of(&[0.1, 0.3]))];
/// let histograms = Histograms::new(Identity::new("latency", Unit::Second), windows)?;
/// assert_eq!(histograms.counts(), [2.0, 1.0]);
/// assert_eq!(histograms.merged()?.count(), 3);
/// # Ok::<(), sre_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Histograms {
    identity: Identity,
    windows: Vec<(Window, AnySketch)>,
    starts: Vec<i64>,
    counts: Vec<f64>,
}

impl Histograms {
    /// Histograms of windows in any order; those of the same window are merged.
    ///
    /// # Errors
    /// [`Empty`](crate::ErrorKind::Empty) without a window that holds a value, [`Mismatch`](crate::ErrorKind::Mismatch) where two of one
    /// window do not merge.
    pub fn new(identity: Identity, windows: Vec<(Window, AnySketch)>) -> Result<Self> {
        let mut by_window: BTreeMap<(i64, i64), AnySketch> = BTreeMap::new();
        for (window, sketch) in windows {
            if sketch.is_empty() {
                continue;
            }
            match by_window.get_mut(&(window.start.0, window.width.0)) {
                Some(own) => own.merge(&sketch)?,
                None => drop(by_window.insert((window.start.0, window.width.0), sketch)),
            }
        }
        if by_window.is_empty() {
            return Err(Error::empty(format!("no histogram of “{}” holds a value", identity.title())));
        }
        let windows: Vec<(Window, AnySketch)> = by_window
            .into_iter()
            .map(|((start, width), sketch)| (windowed(Timestamp(start), Span(width)), sketch))
            .collect();
        let starts = windows.iter().map(|(w, _)| w.start.0).collect();
        let counts = windows.iter().map(|(_, h)| h.count() as f64).collect();
        Ok(Self { identity, windows, starts, counts })
    }

    /// Name, labels and unit of the values.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// The windows with their histograms, by time.
    pub fn windows(&self) -> &[(Window, AnySketch)] {
        &self.windows
    }

    /// The starts of the windows, in nanoseconds since the epoch.
    pub fn starts(&self) -> &[i64] {
        &self.starts
    }

    /// How many values each window holds.
    pub fn counts(&self) -> &[f64] {
        &self.counts
    }

    /// What was left out of the histograms: NaN and ±∞.
    pub fn dropped(&self) -> Dropped {
        self.windows.iter().fold(Dropped::default(), |all, (_, h)| all.plus(h.dropped()))
    }

    /// The histogram of all windows together.
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where their layouts do not go together.
    pub fn merged(&self) -> Result<AnySketch> {
        let mut all = self.windows.iter().map(|(_, h)| h);
        let mut sum = all.next().cloned().ok_or_else(|| Error::empty("there is no histogram"))?;
        for more in all {
            sum.merge(more)?;
        }
        Ok(sum)
    }

    /// These and others of the same series.
    pub(crate) fn joined(&self, other: &Self) -> Result<Self> {
        let mut windows = self.windows.clone();
        windows.extend(other.windows.iter().cloned());
        Self::new(self.identity.clone(), windows)
    }
}
