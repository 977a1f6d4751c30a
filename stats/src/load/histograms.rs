//! Histograms over time, as a data set holds them.

use std::collections::BTreeMap;
use std::ops::Range;

use rayon::prelude::*;

use crate::error::{Error, Position, Result};
use crate::histogram::{AnySketch, Layout, LayoutChoice, Sketch};
use crate::load::dataset::{Data, Dataset};
use crate::load::options::Kind;
use crate::load::report::{LoadReport, WarningKind, counted};
use crate::series::{Dropped, Identity};
use crate::time::{Grid, Span, Timestamp, Window};

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

    /// Name, labels and unit, to be changed.
    pub(crate) fn identity_mut(&mut self) -> &mut Identity {
        &mut self.identity
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

    /// From the first window's start to the last one's end.
    pub fn extent(&self) -> Window {
        let start = self.windows.first().map_or(Timestamp::default(), |(w, _)| w.start);
        let end = self.windows.iter().map(|(w, _)| w.end()).max().unwrap_or(start);
        windowed(start, Span(end.0.saturating_sub(start.0).max(1)))
    }

    /// These and others of the same series.
    pub(crate) fn joined(&self, other: &Self) -> Result<Self> {
        let mut windows = self.windows.clone();
        windows.extend(other.windows.iter().cloned());
        Self::new(self.identity.clone(), windows)
    }
}

/// A histogram at a time, of what came since its start.
pub(crate) struct Point {
    pub(crate) start: Option<i64>,
    pub(crate) time: i64,
    pub(crate) sketch: AnySketch,
}

/// What came between neighbouring points of a histogram.
#[derive(Default)]
pub(crate) struct Between {
    pub(crate) windows: Vec<(Window, AnySketch)>,
    /// How often the counts began anew.
    pub(crate) resets: u64,
    /// Points of which it is not known since when they count.
    pub(crate) startless: u64,
    /// Points left out because a bucket fell while no count of values up to an edge did: read while it was written.
    pub(crate) torn: u64,
}

impl Between {
    /// The windows between the points, in order of time.
    pub(crate) fn of(mut points: Vec<Point>, cumulative: bool) -> Self {
        points.sort_by_key(|p| p.time);
        let mut out = Self { windows: Vec::with_capacity(points.len()), ..Self::default() };
        if !cumulative {
            let mut before = None;
            for point in points {
                out.add(point.start.or(before), point.time, point.sketch);
                before = Some(point.time);
            }
            return out;
        }
        let mut points = points.into_iter();
        let Some(mut last) = points.next() else { return out };
        out.add(last.start, last.time, last.sketch.clone());
        // a point that does not go with the last one, until the next one tells which of them is right
        let mut doubtful: Option<Point> = None;
        for point in points {
            let mut came = Came::between(&last, &point);
            if let Some(first) = doubtful.take() {
                if matches!(came, Came::Torn) {
                    // neither goes with the last one: the counts began anew at the first of both
                    out.came(&last, &first, Came::Reset);
                    last = first;
                    came = Came::between(&last, &point);
                } else {
                    out.torn += 1;
                }
            }
            if matches!(came, Came::Torn) {
                doubtful = Some(point);
                continue;
            }
            out.came(&last, &point, came);
            last = point;
        }
        out.torn += u64::from(doubtful.is_some());
        out
    }

    /// Adds what came from one point to the next.
    fn came(&mut self, last: &Point, point: &Point, came: Came) {
        let sketch = match came {
            Came::Counts(sketch) => sketch,
            Came::Reset | Came::Torn => {
                self.resets += 1;
                point.sketch.clone()
            }
        };
        self.add(Some(last.time), point.time, sketch);
    }

    fn add(&mut self, start: Option<i64>, end: i64, sketch: AnySketch) {
        match start {
            Some(start) if start < end => {
                self.windows.push((windowed(Timestamp(start), Span(end.saturating_sub(start))), sketch));
            }
            // a first point that does not say since when it counts
            _ => self.startless += 1,
        }
    }

    /// Tells how often the histogram was reset.
    pub(crate) fn warn_of_resets(&self, title: &str, position: Position, report: &mut LoadReport) {
        if self.resets > 0 {
            let message = format!("“{title}” was reset {}", counted(self.resets, "time"));
            report.warn(WarningKind::Reset, message, position, self.resets);
        }
    }

    /// Tells how many points were left out because they were read while they were written.
    pub(crate) fn warn_of_torn(&self, title: &str, position: Position, report: &mut LoadReport) {
        if self.torn > 0 {
            let message = format!(
                "{} of “{title}” left out: a bucket fell while the counts up to each edge rose, as where it is read while it is written",
                counted(self.torn, "histogram")
            );
            report.warn(WarningKind::OtherRecord, message, position, self.torn);
        }
    }

    /// Tells how many points count since a start that is not known.
    pub(crate) fn warn_of_startless(&self, title: &str, position: Position, report: &mut LoadReport) {
        if self.startless > 0 {
            let message =
                format!("{} of “{title}” whose start is not known left out", counted(self.startless, "histogram"));
            report.warn(WarningKind::Skipped, message, position, self.startless);
        }
    }
}

/// The windows of a histogram's points, what is doubtful of them told.
pub(crate) fn windows(
    points: Vec<Point>,
    cumulative: bool,
    title: &str,
    file: &str,
    report: &mut LoadReport,
) -> Vec<(Window, AnySketch)> {
    let between = Between::of(points, cumulative);
    let position = || Position::in_file(file).at_column(title);
    between.warn_of_resets(title, position(), report);
    between.warn_of_startless(title, position(), report);
    between.warn_of_torn(title, position(), report);
    between.windows
}

/// What one cumulative point says after another.
enum Came {
    Counts(AnySketch),
    /// The counts began anew.
    Reset,
    /// A bucket fell, but no count of the values up to an edge.
    Torn,
}

impl Came {
    fn between(last: &Point, point: &Point) -> Self {
        if point.start.is_some() && last.start.is_some() && point.start > last.start {
            return Self::Reset;
        }
        match (difference(&point.sketch, &last.sketch), &point.sketch, &last.sketch) {
            (Some(sketch), ..) => Self::Counts(sketch),
            (None, AnySketch::Explicit(now), AnySketch::Explicit(before)) if now.edges() == before.edges() => {
                let fell = now.cumulative().iter().zip(before.cumulative()).any(|(now, before)| now.1 < before.1);
                if fell { Self::Reset } else { Self::Torn }
            }
            _ => Self::Reset,
        }
    }
}

/// What came between two cumulative points; `None` where a count fell.
fn difference(now: &AnySketch, before: &AnySketch) -> Option<AnySketch> {
    let mut now = now.clone();
    match (&mut now, before) {
        (AnySketch::Explicit(now), AnySketch::Explicit(before)) => now.subtract(before).ok()?,
        (AnySketch::Exponential(now), AnySketch::Exponential(before)) => {
            let coarser = now.resolution().min(before.resolution());
            let mut fewer = now.coarsened(coarser).ok()?;
            fewer.subtract(&before.coarsened(coarser).ok()?).ok()?;
            **now = fewer;
        }
        _ => return None,
    }
    Some(now)
}

impl Dataset {
    /// Turns every series of events into histograms of a layout, one a window of a width from the epoch on; what holds histograms
    /// stays as it is.
    ///
    /// ```
    /// use sre_stats::histogram::LayoutChoice;
    /// use sre_stats::load::{Kind, LoadOptions, load_bytes};
    /// use sre_stats::progress::Progress;
    /// use sre_stats::time::Span;
    /// let text = b"time,status,latency_ms\n0,200,12\n1,200,15\n70,503,80\n";
    /// let mut data = load_bytes("access.csv", text, &LoadOptions::default(), &Progress::new())?;
    /// data.make_histograms(LayoutChoice::LogLinear, Span::MINUTE)?;
    /// assert_eq!(data.items[0].as_histograms().map(|h| h.counts()), Some(&[2.0, 1.0][..]));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for a width that is not more than 0, [`Unsupported`](crate::ErrorKind::Unsupported) for
    /// a layout whose bins have no numbers, [`Mismatch`](crate::ErrorKind::Mismatch) where a series holds neither events nor
    /// histograms.
    pub fn make_histograms(&mut self, layout: LayoutChoice, width: Span) -> Result<()> {
        let grid = Grid::new(width, Span::ZERO)?;
        for item in &mut self.items {
            let events = match &item.data {
                Data::Events(events) => events,
                Data::Histograms(_) => continue,
                _ => {
                    return Err(Error::mismatch(format!("“{}” is a {}, not events", item.title(), item.kind))
                        .hint("choose events with --value; --kind histogram leaves out all but histograms, and with --kind events a sample is an event"));
                }
            };
            let runs: Vec<(Window, Range<usize>)> = grid.runs(events.times()).collect();
            let windows: Vec<(Window, AnySketch)> = runs
                .into_par_iter()
                .map(|(window, run)| Ok((window, layout.build(events.values().get(run).unwrap_or_default())?)))
                .collect::<Result<_>>()?;
            let coded = |(_, sketch): &(Window, AnySketch)| sketch.coded_bins().is_some();
            if !windows.iter().all(coded) {
                return Err(Error::unsupported(format!("the bins of {layout} have no numbers"))
                    .hint("choose log-linear or exp:5"));
            }
            let failed = |ok: &[bool]| ok.iter().filter(|ok| !**ok).count() as u64;
            let lost = failed(events.ok().unwrap_or_default()) + failed(events.ok_without_value());
            if lost > 0 {
                let message = format!(
                    "histograms do not keep which events of “{}” were good: {} that failed {} counted among the others",
                    events.identity().title(),
                    counted(lost, "event"),
                    if lost == 1 { "is" } else { "are" },
                );
                self.report.warn(WarningKind::FlagNotKept, message, Position::default(), lost);
            }
            let histograms = Histograms::new(events.identity().clone(), windows)?;
            item.data = Data::Histograms(histograms);
            item.kind = Kind::Histogram;
        }
        Ok(())
    }
}
