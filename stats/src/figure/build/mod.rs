//! Builders: from plain results to figures.

mod alerts;
mod box_plot;
mod budget;
mod charged;
mod compare;
mod correlation;
mod density;
mod distribution;
mod estimates;
mod forecast;
mod group;
mod heat;
mod histogram;
mod loss;
mod phase;
mod quantile;
mod reaggregation;
mod rug;
mod series;
mod waiting;

pub use alerts::{BurnCurve, alerts_figure};
pub use box_plot::boxes_figure;
pub(crate) use budget::caption as budget_caption;
pub use budget::{BudgetPoint, Incident, ProjectedEnd, budget_figure, project_budget};
pub use charged::{ChargedWidth, charged_figure};
pub use compare::difference_figure;
pub use correlation::correlation_figure;
pub use density::density_figure;
pub use distribution::{BoxPlot, box_figure, ecdf_figure, qq_figure};
pub use estimates::estimates_figure;
pub use forecast::{Reached, column_figure, forecast_figure};
pub use group::Group;
pub use heat::heat_figure;
pub use histogram::{HistogramBin, equal_bins, histogram_figure};
pub use loss::{WidthCurve, counter_figure, peak_figure};
pub use phase::{PhasePoint, phase_figure};
pub use quantile::{QuantileCurve, quantile_figure};
pub use reaggregation::{ReaggregationCurve, ReaggregationPoint, reaggregation_figure};
pub use rug::{jitter_figure, rug_figure};
pub use series::{events_figure, series_figure};
pub use waiting::{WaitingCurve, waiting_figure};

use super::mark::{Cell, Role};
use super::ticks::Tick;
use crate::time::Span;

/// Whether an objective was met, as far as the buckets let one say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// Met, wherever the buckets begin.
    Met,
    /// Violated, wherever the buckets begin.
    Violated,
    /// Met or violated, depending on where the buckets begin.
    DependsOnPhase,
    /// There is too little data to say.
    NoData,
}

impl Verdict {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Violated => "violated",
            Self::DependsOnPhase => "depends on phase",
            Self::NoData => "no data",
        }
    }

    /// Its role in a figure.
    pub fn role(self) -> Role {
        match self {
            Self::Met => Role::Good,
            Self::Violated => Role::Bad,
            Self::DependsOnPhase => Role::Warn,
            Self::NoData => Role::Neutral,
        }
    }

    /// A cell of a strip that says it.
    pub(crate) fn cell(self, from: f64, to: f64) -> Cell {
        Cell { from, to, name: self.word().to_owned(), role: self.role() }
    }
}

/// Ticks at the widths that were measured, each read as a span.
fn width_ticks(widths: impl Iterator<Item = Span>) -> Vec<Tick> {
    let mut widths: Vec<Span> = widths.collect();
    widths.sort_unstable();
    widths.dedup();
    widths.into_iter().map(|w| Tick::major(w.as_secs_f64(), w.to_string())).collect()
}

/// A whole number with thin groups of three digits: 12 345.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) && digits.len() > 4 {
            text.push('\u{a0}');
        }
        text.push(c);
    }
    text
}
