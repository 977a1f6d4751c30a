//! The one `use` that a notebook needs: `use sre_stats::prelude::*;`.
//!
//! Types are owned and nameable, functions are plain, so that values persist from cell to cell. The names of this module do not
//! clash with each other: where two modules have a type of the same name, it comes here under the name of its module.

pub use crate::capacity::{self, amdahl, little, little_of, md1, mg1, mm1, mmc, recurrence, usl, utilisation};
pub use crate::compare::{self, CanaryGate, Effect, GateVerdict, Margin, Order, Plan, Test};
pub use crate::compare::{CompareOptions, Comparison, compare};
pub use crate::correlate::{CorrelateOptions, Correlations, Pair, correlate, cross_correlation, kendall, spearman};
pub use crate::counter::Counter;
pub use crate::describe::{
    Bandwidth, BinRule, Ecdf, Law, Merging, Statistic, Trim, bins, density_curve, describe, fences, fits,
    half_sample_mode, qq, trimmed_mean, winsorised_mean,
};
pub use crate::describe::{Stratum, neyman_allocation, simple_random_sample, stratified_mean};
pub use crate::error::{Error, ErrorKind, Result};
pub use crate::estimate::{Bound, Confidence, Estimate, Scope};
pub use crate::events::Events;
pub use crate::figure::{Axis, Figure, Mark, Role, Scale, Shape};
pub use crate::figure::{Direction, Group, HistogramBin, boxes_figure, density_figure, ecdf_figure, equal_bins};
pub use crate::figure::{WaitingCurve, estimates_figure, waiting_figure};
pub use crate::figure::{
    events_figure, heat_figure, histogram_figure, jitter_figure, qq_figure, rug_figure, series_figure,
};
pub use crate::forecast::{
    Anomalies, AnomalyMethod, AnomalyOptions, DecomposeOptions, Decomposition, Ets, EtsModel, EtsTrend, Forecast,
    ForecastMethod, ForecastOptions, Season, Seasons, StlOptions, anomalies, decompose, double_exponential_smoothing,
    forecast, generalised_esd, mstl, predict_linear, seasons, stl,
};
pub use crate::histogram::{AnySketch, Explicit, HistogramSeries, Layout, LayoutChoice, LogLinear, Sketch};
pub use crate::labels::Labels;
pub use crate::load::{Data, Dataset, Item, LoadOptions, ServerOptions, load, load_bytes};
pub use crate::method::{Definition, Method};
pub use crate::notebook::exercise::chapter_13;
pub use crate::notebook::exercise::{capstone, chapter_8, chapter_9, chapter_10, chapter_11, chapter_12};
pub use crate::notebook::exercise::{chapter_1, chapter_2, chapter_3, chapter_4, chapter_5, chapter_6};
#[cfg(feature = "frame")]
pub use crate::notebook::frame_table;
pub use crate::notebook::{all_events, count_per, read_where, watched};
pub use crate::notebook::{
    counter_named, events_named, exercise::chapter_7, item_named, mean_and_sd, mean_per, quantile_per, read,
    series_named,
};
pub use crate::progress::Progress;
pub use crate::quantile::{
    Bootstrap, Quantile, Resampled, Tool, bootstrap, harrell_davis, none_above, order_statistic_interval, proportion,
    quantiles, samples_needed, share_at_most, tool_quantiles, weighted_quantiles,
};
pub use crate::report::{Block, Cell, Column, Report, Section, Table, tell};
pub use crate::series::{Identity, NanPolicy, Series};
pub use crate::slo::alert::BurnRateRule;
pub use crate::slo::alert::{self, AssessOptions, Tally, assess, tally_of};
pub use crate::slo::{self, Counts, Objective, SloInput, SloReport, evaluate};
pub use crate::slo::{dependencies, rules};
pub use crate::time::{Grid, Span, Timestamp, Window};
pub use crate::trend::{
    ChangeMethod, ChangeOptions, Changes, Chart, Cost, Trend, TrendMethod, changes, e_divisive, elbow, kernel_segments,
    pelt, pelt_mean, penalty_path, rank_causes, read_events, trend,
};
pub use crate::unit::Unit;
pub use crate::window::{
    self, Accounting, Advice, AdvisorInput, BadTime, Budget, ClosedForm, Condition, IncidentPattern, Inverse, Ladder,
    Rule, SeriesOptions, account, advise, closed_form, invert, reaggregate,
};
