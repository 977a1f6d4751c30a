//! Pictures as descriptions: marks, axes and scales, without any drawing.
//!
//! A [`Figure`] says what is shown; who shows it decides how. The desktop program draws it with its own plot, [`draw`] makes
//! SVG (and PNG with the feature `png`) of it. Colours never stand in a mark: a mark has a [`Role`], and a
//! [`theme`] gives the role its colour.
//!
//! | builder | picture |
//! |---|---|
//! | [`series_figure`], [`events_figure`] | values over time, decimated without hiding a peak |
//! | [`rug_figure`], [`jitter_figure`] | every value, as a tick or as a dot |
//! | [`boxes_figure`], [`density_figure`] | samples side by side, as boxes or as smooth densities |
//! | [`quantile_figure`] | a latency profile over the nines |
//! | [`histogram_figure`] | counts of buckets as areas |
//! | [`ecdf_figure`], [`box_figure`], [`qq_figure`] | how samples are spread, and against a law |
//! | [`heat_figure`] | how the spread changes over time, with quantiles on top |
//! | [`difference_figure`] | differences of quantiles over the nines |
//! | [`charged_figure`] | bad time charged against the width of the bucket |
//! | [`phase_figure`] | bad time charged against the phase of the buckets |
//! | [`reaggregation_figure`] | the error of re-aggregated percentiles by width |
//! | [`peak_figure`] | the peak that aggregates of each width show |
//! | [`counter_figure`] | what queries read of a counter by width |
//! | [`budget_figure`] | error budget spent over time |
//! | [`forecast_figure`], [`column_figure`] | what comes next and when a limit is reached; the parts of a decomposition |
//! | [`alerts_figure`] | burn rates over time, thresholds and firings |

mod axis;
mod build;
mod decimate;
mod description;
pub mod draw;
mod mark;
mod scale;
pub mod theme;
mod ticks;

pub use axis::Axis;
pub(crate) use build::budget_caption;
pub use build::{
    BoxPlot, BudgetPoint, BurnCurve, ChargedWidth, HistogramBin, Incident, PhasePoint, ProjectedEnd, QuantileCurve,
    Reached, ReaggregationCurve, ReaggregationPoint, Verdict, WidthCurve, alerts_figure, box_figure, budget_figure,
    charged_figure, column_figure, correlation_figure, counter_figure, difference_figure, ecdf_figure, events_figure,
    forecast_figure, heat_figure, histogram_figure, peak_figure, phase_figure, project_budget, qq_figure,
    quantile_figure, reaggregation_figure, series_figure,
};
pub use build::{Group, boxes_figure, density_figure, equal_bins, jitter_figure, rug_figure};
pub use build::{WaitingCurve, estimates_figure, waiting_figure};
pub use decimate::{Decimated, decimate_min_max};
pub use description::{Figure, Legend};
pub use mark::{Bar, Cell, Direction, HeatColumn, Interval, Mark, Role, Shape};
pub use scale::Scale;
pub use theme::Theme;
pub use ticks::Tick;
