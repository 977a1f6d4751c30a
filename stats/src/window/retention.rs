//! What is lost when fine data are rolled up after a while.

use super::account::{WidthRow, account};
use super::bad_time::BadTime;
use super::budget::Budget;
use super::ladder::Ladder;
use super::peaks::{PeakRow, peaks};
use super::plan::{RollUpPlan, Tier};
use super::reaggregate::{ReaggregationRow, reaggregate};
use super::rule::Rule;
use crate::error::{Error, Result};
use crate::events::Events;
use crate::quantile::Quantile;
use crate::series::Series;
use crate::time::Span;

/// The data that a plan is held against; each part is looked at where it is given.
#[derive(Clone, Copy, Debug, Default)]
pub struct RetentionInput<'a> {
    /// Which time is bad, for what slices of a tier charge.
    pub bad_time: Option<&'a BadTime>,
    /// When a slice is bad.
    pub rule: Option<Rule>,
    /// The objective's budget.
    pub budget: Option<Budget>,
    /// Events, for their percentiles.
    pub events: Option<&'a Events>,
    /// Which percentiles a tier stores.
    pub quantiles: &'a [Quantile],
    /// A series of values, for its peaks.
    pub series: Option<&'a Series>,
}

/// What one tier still tells of the data.
#[derive(Clone, Debug, serde::Serialize)]
pub struct TierLoss {
    /// The tier.
    #[serde(flatten)]
    pub tier: Tier,
    /// From which age on data are only there at this resolution.
    #[serde(rename = "from_age_s")]
    pub from_age: Span,
    /// How many windows of one series the tier holds; `None` for ever.
    pub windows: Option<u64>,
    /// What slices of the tier charge for the bad time, at every phase.
    pub charged: Option<WidthRow>,
    /// What percentiles stored a window make of those of all events, with the guaranteed bracket.
    pub percentiles: Vec<ReaggregationRow>,
    /// What means and p90s of the tier's windows show of the peak.
    pub peak: Option<PeakRow>,
    /// What could not be computed, and why.
    pub not_told: Vec<String>,
}

/// What each tier of a roll-up plan does to these data: what its slices charge for bad time, how far its stored percentiles can
/// be from the truth, how much of the peak it shows.
///
/// It is as if all of the data were as old as the tier. A tier that is finer than the data, or no multiple of their resolution,
/// says so in `not_told`.
///
/// ```
/// use sre_stats::time::{Span, Timestamp, Window};
/// use sre_stats::window::{BadTime, RetentionInput, Rule, retention};
/// let at = |s: i64| Timestamp(s * 1_000_000_000);
/// let day = Window::new(at(0), Span::DAY)?;
/// let blips = BadTime::from_intervals(day, Span::SECOND, &[(at(3600), at(3610)), (at(7200), at(7230))], &[])?;
/// let plan = "1s for 2d, 1m for 30d, 1h for ever".parse()?;
/// let input = RetentionInput { bad_time: Some(&blips), rule: Some(Rule::AnyBad), ..RetentionInput::default() };
/// let charged: Vec<f64> = retention(&plan, &input)?
///     .iter()
///     .map(|t| t.charged.as_ref().map_or(f64::NAN, |c| c.charged.aligned.value))
///     .collect();
/// assert_eq!(charged, [40.0, 120.0, 7200.0]);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Empty`](crate::ErrorKind::Empty) where no data are given.
pub fn retention(plan: &RollUpPlan, input: &RetentionInput<'_>) -> Result<Vec<TierLoss>> {
    if input.bad_time.is_none() && input.events.is_none() && input.series.is_none() {
        return Err(Error::empty("a plan loses nothing without data").hint("give bad time, events or a series"));
    }
    let mut from_age = Span::ZERO;
    plan.tiers()
        .iter()
        .map(|&tier| {
            let loss = one(tier, from_age, input)?;
            from_age = tier.keep.unwrap_or(from_age);
            Ok(loss)
        })
        .collect()
}

fn one(tier: Tier, from_age: Span, input: &RetentionInput<'_>) -> Result<TierLoss> {
    let ladder = Ladder::new(&[tier.width])?;
    let mut out = TierLoss {
        tier,
        from_age,
        windows: tier.windows(),
        charged: None,
        percentiles: Vec::new(),
        peak: None,
        not_told: Vec::new(),
    };
    if let Some(bad) = input.bad_time {
        match account(bad, &ladder, &input.rule.unwrap_or(Rule::AnyBad), input.budget.as_ref()) {
            Ok(mut accounting) => out.charged = accounting.rows.pop(),
            Err(e) => out.not_told.push(format!("charged time: {}", e.message())),
        }
    }
    if let (Some(events), [_, ..]) = (input.events, input.quantiles) {
        out.percentiles = reaggregate(events, &ladder, input.quantiles)?;
    }
    if let Some(series) = input.series {
        let step = series.step().unwrap_or(tier.width);
        if tier.width < step {
            out.not_told.push(format!("peak: the data are coarser, every {step}"));
        } else {
            out.peak = peaks(series, &ladder)?.pop();
        }
    }
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy};
    use crate::window::{Condition, SeriesOptions, Verdict};

    #[test]
    fn each_tier_recomputes_charge_percentiles_and_peak() {
        // ten minutes at 1 s: a spike of 10 s, down while it lasts
        let times: Vec<i64> = (0..600).map(|i| i * Span::SECOND.0).collect();
        let load: Vec<f64> = (0..600).map(|i| if (100..110).contains(&i) { 70.0 } else { 10.0 }).collect();
        let series = Series::new(Identity::default(), times.clone(), load.clone(), NanPolicy::Refuse).unwrap();
        let events = Events::new(Identity::default(), times, load, None, NanPolicy::Refuse).unwrap();
        let below: Condition = "< 50".parse().unwrap();
        let bad = BadTime::from_series(&series, &below, &SeriesOptions::default()).unwrap();
        let input = RetentionInput {
            bad_time: Some(&bad),
            rule: Some(Rule::AnyBad),
            budget: Some(Budget::new("95%".parse().unwrap(), Span::from_secs(600))),
            events: Some(&events),
            quantiles: &[Quantile::P99],
            series: Some(&series),
        };
        let plan: RollUpPlan = "500ms for 1h, 1s for 2h, 1m for 2d, 10m for ever".parse().unwrap();
        let tiers = retention(&plan, &input).unwrap();
        assert_eq!(tiers[0].not_told.len(), 2, "{:?}", tiers[0].not_told);
        assert_eq!((tiers[1].from_age, tiers[2].from_age), (Span::HOUR, Span(2 * Span::HOUR.0)));
        let charged: Vec<(f64, Verdict)> = tiers[1..]
            .iter()
            .map(|t| t.charged.as_ref().map(|c| (c.charged.aligned.value, c.verdict.unwrap())).unwrap())
            .collect();
        // 30 s are allowed
        assert_eq!(charged, [(10.0, Verdict::Met), (60.0, Verdict::Violated), (600.0, Verdict::Violated)]);
        let loss: Vec<f64> = tiers[1..].iter().map(|t| t.peak.as_ref().unwrap().max_of_means.value).collect();
        assert_eq!(loss, [70.0, 20.0, 11.0]);
        // the p99 of all is 70; of minutes nine are 10 and one is 70
        let p99: Vec<(f64, (f64, f64))> =
            tiers[1..].iter().map(|t| (t.percentiles[0].mean.estimate.value, t.percentiles[0].bracket_one)).collect();
        assert_eq!(p99, [(11.0, (10.0, 70.0)), (16.0, (10.0, 70.0)), (70.0, (70.0, 70.0))]);
        let json = serde_json::to_value(&tiers[3]).unwrap();
        assert_eq!((&json["width_s"], &json["keep_s"]), (&600.into(), &serde_json::Value::Null));
        assert!(retention(&plan, &RetentionInput::default()).is_err());
    }
}
