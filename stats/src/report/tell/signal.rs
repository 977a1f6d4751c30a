//! The series that trend and change look at: of events and histograms, a percentile per window.

use crate::error::Result;
use crate::estimate::Scope;
use crate::events::Events;
use crate::histogram::{HistogramSeries, Sketch};
use crate::load::Histograms;
use crate::quantile::{Quantile, samples_needed};
use crate::series::{Identity, NanPolicy, Series};
use crate::time::{Grid, Span};

/// About how many windows a signal of events has.
const WINDOWS: i64 = 240;

/// Widths that people read, from 1 s to 1 d.
const WIDTHS_S: [i64; 18] =
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400];

/// The least usual width, a multiple of another one, of which about [`WINDOWS`] cover a length; beside widths that nobody chose, such as
/// those between scrapes, one at least twice as long.
fn width_for(length: Span, of: Span) -> Span {
    let wanted = (length.0 / WINDOWS).max(of.0);
    let chosen = of.0 % 1_000_000 == 0 || of == Span(1);
    let fits = |w: &Span| if chosen { w.0 % of.0 == 0 } else { w.0 / 2 >= of.0 };
    let usual = WIDTHS_S.into_iter().map(Span::from_secs).find(|w| w.0 >= wanted && fits(w));
    // beyond the usual ones: a day, or as many of the narrower windows as are needed
    usual
        .unwrap_or_else(|| if of == Span(1) { Span::DAY } else { Span(((wanted - 1) / of.0 + 1).saturating_mul(of.0)) })
}

/// The highest of p99, p95, p90 and the median that the windows' mean count can bound at 95 %.
fn bounded(values: u64, windows: usize) -> Quantile {
    let per_window = values / (windows as u64).max(1);
    let bounded = |q: &Quantile| samples_needed(*q, 0.95).is_some_and(|n| n <= per_window);
    [Quantile::P99, Quantile::P95, Quantile::P90].into_iter().find(bounded).unwrap_or(Quantile::MEDIAN)
}

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
        let width = width_for(events.window().width, Span(1));
        let histograms = HistogramSeries::from_events(events, Grid::new(width, Span::ZERO)?)?;
        let quantile = bounded(events.len() as u64, histograms.windows().len());
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

/// A percentile of histograms per window, as a series; each value lies within its bin.
#[derive(Clone, Debug)]
pub(super) struct BinnedSignal {
    /// One value for each window, at the window's start.
    pub(super) series: Series,
    pub(super) quantile: Quantile,
    pub(super) width: Span,
    /// How far a sample's percentile can lie from the value told, as a share of it; infinite where a bin has no end.
    pub(super) within: f64,
    /// What does not fit into the windows.
    misfits: Option<String>,
}

impl BinnedSignal {
    /// Over about 240 windows, none narrower than the histograms' own.
    ///
    /// # Errors
    /// As [`Histograms::coarsened`].
    pub(super) fn of(histograms: &Histograms) -> Result<Self> {
        let width = width_for(histograms.extent().width, histograms.usual_width());
        Self::at(histograms, width, Self::quantile(histograms, width)?)
    }

    /// The percentile that windows of a width can bound.
    pub(super) fn quantile(histograms: &Histograms, width: Span) -> Result<Quantile> {
        let windows = histograms.coarsened(histograms.grid(width)?)?.windows.len();
        Ok(bounded(histograms.counts().iter().sum::<f64>() as u64, windows))
    }

    /// One percentile at one width.
    pub(super) fn at(histograms: &Histograms, width: Span, quantile: Quantile) -> Result<Self> {
        let (mut times, mut values, mut within) = (Vec::new(), Vec::new(), 0.0_f64);
        let coarsened = histograms.coarsened(histograms.grid(width)?)?;
        let misfits = coarsened.note();
        for (window, sketch) in coarsened.windows {
            let told = sketch.quantile(quantile, &Scope::new(histograms.identity().unit.clone(), window))?;
            let (lower, upper) = told.interval().unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
            let far = (told.value - lower).max(upper - told.value);
            within = within.max(if far == 0.0 { 0.0 } else { far / told.value.abs() });
            times.push(window.start.0);
            values.push(told.value);
        }
        let of = histograms.identity();
        let identity = Identity { name: format!("{quantile} of {}", of.name), ..of.clone() };
        Ok(Self { series: Series::new(identity, times, values, NanPolicy::Drop)?, quantile, width, within, misfits })
    }

    /// What a reader must know of the series.
    pub(super) fn note(&self) -> String {
        let within = if self.within.is_finite() {
            format!("within {:.1} % of the percentile of the values", self.within * 100.0)
        } else {
            "within a bin that may have no end".to_owned()
        };
        let width = super::words::width(self.width);
        let misfits = self.misfits.as_ref().map_or_else(String::new, |note| format!("; {note}"));
        format!("histograms: told by their {} per {width}, each {within}{misfits}", self.quantile)
    }
}
