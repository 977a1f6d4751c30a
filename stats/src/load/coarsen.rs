//! Histograms of wider windows, and what does not fit into them.

use std::collections::BTreeMap;

use crate::error::{Error, Result};
use crate::histogram::{AnySketch, HistogramSeries, LogLinear, Sketch};
use crate::load::histograms::Histograms;
use crate::load::report::counted;
use crate::series::most_frequent;
use crate::time::{Grid, Span, Timestamp, Window};

/// Histograms put together in the windows of a grid, and how well they fit there.
#[derive(Clone, Debug, PartialEq)]
pub struct Coarsened {
    /// The windows that hold values, by time.
    pub windows: Vec<(Window, AnySketch)>,
    /// Histograms that reach from one window into the next, whole in the one that holds their middle.
    pub astride: u64,
    /// Histograms that are left out, since they are more than half as long again as a window: as after scrapes that are missing.
    pub longer: u64,
}

impl Coarsened {
    /// What a reader must know; `None` where every histogram lies within its window.
    pub fn note(&self) -> Option<String> {
        let astride = (self.astride > 0).then(|| {
            format!("{} over the edge of a window: in the one of its middle", counted(self.astride, "histogram"))
        });
        let longer = (self.longer > 0).then(|| {
            let left_out = counted(self.longer, "histogram");
            format!("{left_out} much longer than a window left out, as after missing scrapes")
        });
        let parts: Vec<String> = astride.into_iter().chain(longer).collect();
        (!parts.is_empty()).then(|| parts.join("; "))
    }
}

impl Histograms {
    /// The width that most of the windows have; the median where they all differ, as between scrapes.
    pub fn usual_width(&self) -> Span {
        most_frequent(self.windows().iter().map(|(w, _)| w.width.0).collect()).map_or(Span(1), Span)
    }

    /// The windows of a width that these go into: from the epoch on where none of them is cut, else from the least phase at
    /// which most of them begin.
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) for a width that is not more than 0.
    pub fn grid(&self, width: Span) -> Result<Grid> {
        let from_epoch = Grid::new(width, Span::ZERO)?;
        let cut = |(w, _): &(Window, AnySketch)| w.end() > from_epoch.window_at(w.start).end();
        if !self.windows().iter().any(cut) {
            return Ok(from_epoch);
        }
        // the least phase at which they begin, since they follow each other
        let usual = self.usual_width().0.clamp(1, width.0);
        let phases = self.windows().iter().map(|(w, _)| w.start.0.rem_euclid(usual)).collect();
        Grid::new(width, most_frequent(phases).map_or(Span::ZERO, Span))
    }

    /// The histograms of wider windows: each is the merger of those inside it, exactly what the values would have given. One that reaches
    /// over an edge goes whole into the window of its middle, so that scrapes may come late or their phase may shift, and [`Coarsened`]
    /// counts it; one that is more than half as long again as a window is left out and counted too.
    ///
    /// ```
    /// use sre_stats::histogram::{AnySketch, LogLinear};
    /// use sre_stats::load::Histograms;
    /// use sre_stats::series::Identity;
    /// use sre_stats::time::{Grid, Span, Timestamp, Window};
    /// let of = |start: i64, end: i64| {
    ///     let window = Window { start: Timestamp(start), width: Span(end - start), phase: Span(0) };
    ///     (window, AnySketch::LogLinear(LogLinear::from_values(&[0.1])))
    /// };
    /// let scrapes = Histograms::new(Identity::default(), vec![of(1, 3), of(3, 5), of(5, 7), of(7, 9), of(9, 31)])?;
    /// let wider = scrapes.coarsened(Grid::new(Span(8), Span(0))?)?;
    /// assert_eq!((wider.windows.len(), wider.astride, wider.longer), (2, 1, 1));
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Mismatch`](crate::ErrorKind::Mismatch) where the [usual](Self::usual_width) one is that long, or two do not merge.
    pub fn coarsened(&self, grid: Grid) -> Result<Coarsened> {
        let (usual, longest) = (self.usual_width(), Span(grid.width().0.saturating_add(grid.width().0 / 2)));
        if usual > longest {
            let message = format!("windows of {} would cut those of the data, of {usual}", grid.width());
            return Err(Error::mismatch(message).hint("choose a multiple of their width"));
        }
        let mut by_start: BTreeMap<i64, AnySketch> = BTreeMap::new();
        let (mut astride, mut longer) = (0, 0);
        for (window, sketch) in self.windows() {
            if window.width > longest {
                longer += 1;
                continue;
            }
            let mut wider = grid.window_at(window.start);
            if window.end() > wider.end() {
                wider = grid.window_at(Timestamp(window.start.0 + window.width.0 / 2));
                astride += 1;
            }
            match by_start.get_mut(&wider.start.0) {
                Some(sum) => sum.merge(sketch)?,
                None => drop(by_start.insert(wider.start.0, sketch.clone())),
            }
        }
        let windows = by_start.into_iter().map(|(start, sketch)| (grid.window_at(Timestamp(start)), sketch)).collect();
        Ok(Coarsened { windows, astride, longer })
    }

    /// The same in two-digit decimal bins, as a heat map takes them, with a note on what does not fit; bins of another layout are put where
    /// their middles fall.
    ///
    /// # Errors
    /// As [`coarsened`](Self::coarsened), [`Unsupported`](crate::ErrorKind::Unsupported) for a layout without bins,
    /// [`Empty`](crate::ErrorKind::Empty) where nothing fits.
    pub fn log_linear(&self, grid: Grid) -> Result<(HistogramSeries, Option<String>)> {
        let convert = |(window, sketch): (Window, AnySketch)| {
            let histogram = match sketch {
                AnySketch::LogLinear(h) => h,
                AnySketch::Exponential(h) => LogLinear::converted(&*h).histogram,
                AnySketch::Hdr(h) => LogLinear::converted(&*h).histogram,
                AnySketch::DdSketch(h) => LogLinear::converted(&*h).histogram,
                AnySketch::PowersOfTwo(h) => LogLinear::converted(&h).histogram,
                AnySketch::Explicit(h) => LogLinear::converted(&*h).histogram,
                other => return Err(Error::unsupported(format!("{} has no bins", other.schema()))),
            };
            Ok((window, histogram))
        };
        let coarsened = self.coarsened(grid)?;
        let note = coarsened.note();
        let windows = coarsened.windows.into_iter().map(convert).collect::<Result<_>>()?;
        Ok((HistogramSeries::from_windows(self.identity().clone(), grid, windows)?, note))
    }
}
