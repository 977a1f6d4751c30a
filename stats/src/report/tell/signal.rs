//! The series that trend and change look at: of events, a percentile per window.

use crate::error::Result;
use crate::estimate::Scope;
use crate::events::Events;
use crate::histogram::HistogramSeries;
use crate::quantile::{Quantile, samples_needed};
use crate::series::{Identity, NanPolicy, Series};
use crate::time::{Grid, Span};

/// About how many windows a signal of events has.
const WINDOWS: i64 = 240;

/// Widths that people read, from 1 s to 1 d.
const WIDTHS_S: [i64; 18] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/// The width by which a length has at most about so many windows: one that people read, where such a one is near.
pub(super) fn readable_width(length: Span, most: usize) -> Span {
    let rounded_up = |a: i64, b: i64| (a - 1) / b + 1;
    let wanted = rounded_up(length.0.max(1), i64::try_from(most.max(1)).unwrap_or(i64::MAX));
    match WIDTHS_S.into_iter().map(Span::from_secs).find(|w| w.0 >= wanted) {
        // below a second people read any
        Some(width) if width.0 / 4 > wanted => Span(wanted),
        Some(width) => width,
        None => Span(rounded_up(wanted, Span::DAY.0).saturating_mul(Span::DAY.0)),
    }
}

/// A percentile of events per window, as a series.
#[derive(Clone, Debug)]
pub(super) struct Signal {
    /// One value for each window that holds an event, at the window's start.
    pub(super) series: Series,
    /// The percentile.
    pub(super) quantile: Quantile,
    /// The width of the windows.
    pub(super) width: Span,
}

impl Signal {
    /// The highest of p99, p95, p90 and the median that the windows' mean count can bound at 95 %, over about 240 windows.
    ///
    /// # Errors
    /// What the histogram refuses.
    pub(super) fn of(events: &Events) -> Result<Self> {
        let length = events.window().width;
        let wanted = length.0 / WINDOWS;
        let seconds = WIDTHS_S.into_iter().find(|s| Span::from_secs(*s).0 >= wanted).unwrap_or(86_400);
        let width = Span::from_secs(seconds);
        let histograms = HistogramSeries::from_events(events, Grid::new(width, Span::ZERO)?)?;
        let per_window = events.len() as u64 / (histograms.windows().len() as u64).max(1);
        let bounded = |q: &Quantile| samples_needed(*q, 0.95).is_some_and(|n| n <= per_window);
        let quantile =
            [Quantile::P99, Quantile::P95, Quantile::P90].into_iter().find(bounded).unwrap_or(Quantile::MEDIAN);
        let (mut times, mut values) = (Vec::new(), Vec::new());
        for (window, histogram) in histograms.windows() {
            let scope = Scope::new(events.identity().unit.clone(), *window);
            times.push(window.start.0);
            values.push(histogram.quantile(quantile, &scope)?.value);
        }
        let mut identity =
            Identity { name: format!("{quantile} of {}", events.identity().name), ..events.identity().clone() };
        identity.unit = events.identity().unit.clone();
        let series = Series::new(identity, times, values, NanPolicy::Drop)?;
        Ok(Self { series, quantile, width })
    }
}
