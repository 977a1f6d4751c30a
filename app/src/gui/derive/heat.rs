//! How the spread of values changes over time.

use sre_stats::events::Events;
use sre_stats::figure::{Figure, heat_figure};
use sre_stats::histogram::HistogramSeries;
use sre_stats::load::{Data, Histograms};
use sre_stats::progress::Progress;
use sre_stats::quantile::Quantile;
use sre_stats::report::tell::subject::subject;
use sre_stats::series::NanPolicy;
use sre_stats::time::{Grid, Span, Timestamp, Window};
use sre_stats::{Error, Result};

use super::document::Document;
use super::selection::in_sight;
use crate::gui::choices::Range;

/// What a heat map is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatKey {
    /// The document.
    pub document: u64,
    /// The item.
    pub item: usize,
    /// The values that are looked at; `None` for all.
    pub values: Option<(f64, f64)>,
    /// The time that is looked at; `None` for all.
    pub range: Option<Range>,
}

/// A heat map with percentile lines.
#[derive(Clone, Debug)]
pub struct Heat {
    /// The picture.
    pub figure: Figure,
    /// What a column stands for.
    pub width: Span,
}

/// A heat map has at most so many columns, and so many rows.
const COLUMNS: i64 = 320;
const ROWS: usize = 44;

/// The widths of columns, in milliseconds.
const WIDTHS_MS: [i64; 26] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
    900_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 43_200_000, 86_400_000,
];

/// The narrowest width whose columns cover a time.
fn width_for(time: Span) -> Span {
    let wanted = time.0 / COLUMNS + 1;
    let ms = WIDTHS_MS.into_iter().find(|ms| ms * 1_000_000 >= wanted);
    Span(ms.map_or_else(
        || wanted.div_euclid(Span::DAY.0).saturating_add(1).saturating_mul(Span::DAY.0),
        |ms| ms * 1_000_000,
    ))
}

impl Heat {
    /// Fills a histogram for every column.
    ///
    /// # Errors
    /// Where no value lies in the time looked at, or on request.
    pub fn new(document: &Document, key: &HeatKey, progress: &Progress) -> Result<Self> {
        progress.stage("filling histograms", 0);
        if let Some(histograms) = document.item(key.item)?.as_histograms() {
            return Self::of_histograms(histograms, key.range);
        }
        let item = document.item(key.item)?;
        // nothing is copied where nothing need be: ten million events are 160 MB
        if let (Data::Events(events), None) = (&item.data, key.values) {
            return Self::of_events(events, key.range, progress);
        }
        let item = in_sight(item, key.values, key.range)?;
        progress.check()?;
        let made;
        let events = if let Data::Events(events) = &item.data {
            events
        } else {
            let subject = subject(&item)?;
            let (times, values) = (subject.times.into_owned(), subject.values.into_owned());
            made = Events::new(subject.identity, times, values, None, NanPolicy::Drop)?;
            &made
        };
        Self::of_events(events, None, progress)
    }

    fn of_events(events: &Events, range: Option<Range>, progress: &Progress) -> Result<Self> {
        let (from, to) = range.unwrap_or((Timestamp(i64::MIN), Timestamp(i64::MAX)));
        let place = |at: Timestamp| events.times().partition_point(|t| *t < at.0);
        let shown = events.times().get(place(from)..place(to)).unwrap_or_default();
        let (Some(first), Some(last)) = (shown.first(), shown.last()) else {
            return Err(Error::empty("no value in the time shown"));
        };
        let width = width_for(Span(last.saturating_sub(*first).saturating_add(1)));
        let grid = Grid::new(width, Span::ZERO)?;
        let windows = HistogramSeries::from_events_between(events, from, to, grid, progress)?;
        progress.check()?;
        let figure = heat_figure(&windows, ROWS, &[Quantile::MEDIAN, Quantile::P90, Quantile::P99])?;
        Ok(Self { figure, width })
    }

    /// The same of histograms that were read: columns are as wide as their windows, or a multiple of that.
    fn of_histograms(histograms: &Histograms, range: Option<Range>) -> Result<Self> {
        let inside = |w: &Window| range.is_none_or(|(from, to)| w.start >= from && w.end() <= to);
        let windows: Vec<_> = histograms.windows().iter().filter(|(w, _)| inside(w)).cloned().collect();
        let shown = Histograms::new(histograms.identity().clone(), windows)?;
        let own = shown.windows().iter().map(|(w, _)| w.width.0).max().unwrap_or(1).max(1);
        let wanted = width_for(shown.extent().width).0;
        let width = Span(((wanted.max(1) - 1) / own + 1).saturating_mul(own));
        let (columns, note) = shown.log_linear(shown.grid(width)?)?;
        let mut figure = heat_figure(&columns, ROWS, &[Quantile::MEDIAN, Quantile::P90, Quantile::P99])?;
        figure.caption.extend(note.map(|note| format!(" {note}.")));
        Ok(Self { figure, width })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_round_and_never_too_many() {
        for seconds in [1, 59, 3600, 86_400, 30 * 86_400, 3000 * 86_400] {
            let time = Span::from_secs(seconds);
            let width = width_for(time);
            assert!(time.0 / width.0 < COLUMNS, "{time} {width}");
        }
        assert_eq!(width_for(Span::from_secs(3600)), Span::from_secs(15));
        assert_eq!(width_for(Span::from_secs(30 * 86_400)), Span::from_secs(21_600));
    }
}
