//! A series against an objective: its samples stand for time.

use super::super::objective::{Criterion, Objective, Population};
use super::super::slices::mean_of_ratios;
use super::{Members, Options, SloReport, by_time, cut, finish};
use crate::error::{Error, Result};
use crate::series::Series;
use crate::window::{BadTime, Condition, Rule, SeriesOptions};

pub(super) fn evaluate(objective: &Objective, series: &Series, options: &Options) -> Result<SloReport> {
    if objective.population == Population::Requests {
        return Err(Error::argument("a series has samples of time, and no single requests")
            .hint("say “of time” or “of 1m slices”, or load the requests as events"));
    }
    let cut = cut(objective, series.window(), Members::Single)?;
    let cut_series = series.slice(cut.period.start, cut.period.end());
    let series = cut_series.as_ref().ok_or_else(|| Error::empty("no sample lies in the objective's period"))?;
    let condition = objective.condition().unwrap_or_else(Condition::up).converted(&series.identity().unit)?;
    let keep_values = matches!(objective.effective_criterion(), Criterion::Mean(_)) || options.rule == Rule::Mean;
    let how = SeriesOptions { resolution: options.resolution, no_data: options.no_data, keep_values };
    let bad = BadTime::from_series(series, &condition, &how)?;
    let means = |width| {
        mean_of_ratios(series.times(), width, |from, to| {
            let values = series.values().get(from..to).unwrap_or_default();
            (values.iter().filter(|v| condition.holds(**v)).count() as f64, values.len() as f64)
        })
    };
    let counted = by_time(&bad, options);
    finish(objective, options, cut, bad, counted, means)
}
