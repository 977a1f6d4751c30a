//! What slices of each width charge for bad time, at every phase.

use super::bad_time::BadTime;
use super::budget::Budget;
use super::closed_form::{self, ClosedForm};
use super::ladder::Ladder;
use super::phases::PhaseProfile;
use super::rule::Rule;
use super::starts::{bad_starts, looks_at_samples};
use super::verdict::Verdict;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::time::{Span, Window};
use crate::unit::Unit;

/// The accounting of bad time by slices of many widths.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Accounting {
    /// One row a width, in order of the width.
    pub rows: Vec<WidthRow>,
    /// Widths that the data cannot show, with the reason.
    pub skipped: Vec<Skipped>,
    /// What the truth itself says of the objective, where one was given.
    pub truth: Option<Verdict>,
    /// The time that counts as good or bad.
    #[serde(rename = "observed_s")]
    pub observed: Span,
    /// Whether the objective counts requests, so that bad time is another way of counting than its own. Not known here: set it.
    pub counts_requests: bool,
}

/// A width without a row.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Skipped {
    /// The width.
    #[serde(rename = "width_s")]
    pub width: Span,
    /// Why it has no row.
    pub why: String,
}

/// What slices of one width charge.
#[derive(Clone, Debug, serde::Serialize)]
pub struct WidthRow {
    /// The width of the slices.
    #[serde(rename = "width_s")]
    pub width: Span,
    /// The rule.
    pub rule: Rule,
    /// How many phases were tried: all, at the data's resolution.
    pub phases: u64,
    /// The true bad time, in seconds.
    #[serde(rename = "true_bad_s")]
    pub true_bad: Estimate,
    /// The time charged: bad slices times the width, in seconds.
    #[serde(rename = "charged_s")]
    pub charged: Charged,
    /// The mean charge over the true bad time; `None` where nothing was bad.
    pub over_count: Option<f64>,
    /// What the closed form says for these incidents and these phases.
    pub closed_form: Option<ClosedForm>,
    /// Why there is no closed form, where there is none.
    pub no_closed_form: Option<&'static str>,
    /// What the objective's verdict is; `None` without a budget.
    pub verdict: Option<Verdict>,
    /// The share of phases at which the objective is met; `None` without a budget.
    pub met_share: Option<f64>,
    /// The number of bad slices at every phase.
    #[serde(skip)]
    pub profile: PhaseProfile,
}

/// The time charged, over the phases of a width, in seconds.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Charged {
    /// At phase 0: slices that begin at multiples of the width from the epoch, as dashboards have them.
    pub aligned: Estimate,
    /// At the luckiest phase.
    pub min: Estimate,
    /// On average over the phases.
    pub mean: Estimate,
    /// At the unluckiest phase.
    pub max: Estimate,
    /// The standard deviation over the phases.
    pub sd: Estimate,
}

/// Charges bad time by slices of every width at every phase.
///
/// A bad slice is charged whole. Slices that reach over an edge of the period are among them and are charged whole too: time
/// outside the period is taken as good. The phases tried are those at which slices begin on ticks; where the data's times
/// are not on multiples of the resolution, all phases are shifted by that remainder, which assigns the same samples to the
/// same slices. Widths that are not multiples of the resolution are skipped, with the reason.
///
/// The cost of a width is proportional to the number of incidents plus the number of phases; under rules that look at
/// samples (`mean`, and percentiles of events), to the number of ticks with samples within one width of a bad one.
///
/// ```
/// use sre_stats::time::{Span, Timestamp, Window};
/// use sre_stats::window::{BadTime, Rule, account};
/// let at = |s: i64| Timestamp(s * 1_000_000_000);
/// let day = Window::new(at(0), Span::DAY)?;
/// let outage = BadTime::from_intervals(day, Span::SECOND, &[(at(3600), at(3660))], &[])?;
/// let rows = account(&outage, &"5m".parse()?, &Rule::AnyBad, None)?.rows;
/// assert_eq!((rows[0].charged.min.value, rows[0].charged.max.value), (300.0, 600.0));
/// assert_eq!(rows[0].charged.mean.value, 359.0); // 360 s were the phase continuous
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the rule's parameter is outside its domain, the rule needs values that
/// `bad` does not have, or no width of the ladder is a multiple of the resolution.
pub fn account(bad: &BadTime, ladder: &Ladder, rule: &Rule, budget: Option<&Budget>) -> Result<Accounting> {
    rule.validate()?;
    let mut out = Accounting {
        rows: Vec::new(),
        skipped: Vec::new(),
        truth: None,
        observed: bad.observed(),
        counts_requests: false,
    };
    let resolution = bad.resolution();
    for &width in ladder.widths() {
        if width.0 % resolution.0 == 0 {
            out.rows.push(row(bad, width, rule, budget)?);
        } else {
            let why = if width < resolution {
                format!("narrower than the data's resolution of {resolution}")
            } else {
                format!("not a multiple of the data's resolution of {resolution}")
            };
            out.skipped.push(Skipped { width, why });
        }
    }
    if out.rows.is_empty() {
        return Err(Error::argument(format!("no width is a multiple of the data's resolution of {resolution}"))
            .hint(format!("give a width such as {}", Span(resolution.0.saturating_mul(5)))));
    }
    out.truth = budget.map(|b| if bad.total() <= b.allowed() { Verdict::Met } else { Verdict::Violated });
    Ok(out)
}

fn row(bad: &BadTime, width: Span, rule: &Rule, budget: Option<&Budget>) -> Result<WidthRow> {
    let w = width.0 / bad.resolution().0;
    let starts = bad_starts(bad, w, rule)?;
    let profile = PhaseProfile::of(&starts, w, bad.resolution(), bad.first_tick());
    let (least, sum, most, sd) = profile.moments();
    let seconds = width.as_secs_f64();
    let scope = Scope::new(Unit::Second, bad.period());
    let over = |what: &str, value: f64| {
        let mut e =
            Estimate::new(value, Method::Described(format!("time slices {rule}, {what}")), profile.phases(), &scope);
        e.caveats = bad.caveats().to_vec();
        e
    };
    let charged = Charged {
        aligned: Estimate { n: slices_at(bad, w, 0), ..over("phase 0", profile.charged(Span::ZERO).as_secs_f64()) },
        min: over("least of all phases", least as f64 * seconds),
        // each phase charges w times its slices, and w ticks are as many phases: the mean is the sum, in ticks
        mean: over("mean of all phases", sum as f64 * bad.resolution().as_secs_f64()),
        max: over("greatest of all phases", most as f64 * seconds),
        sd: over("deviation of all phases", sd * seconds),
    };
    let (closed_form, no_closed_form) = match theory(bad, w, rule) {
        Ok(form) => (Some(form), None),
        Err(why) => (None, Some(why)),
    };
    let met_share = budget.map(|b| profile.share_within(b.allowed()));
    let true_bad = bad.estimate();
    Ok(WidthRow {
        width,
        rule: *rule,
        phases: profile.phases(),
        over_count: (true_bad.value > 0.0).then(|| charged.mean.value / true_bad.value),
        true_bad,
        charged,
        closed_form,
        no_closed_form,
        verdict: budget.map(|b| {
            match (
                (least as i64).saturating_mul(width.0) <= b.allowed().0,
                (most as i64).saturating_mul(width.0) <= b.allowed().0,
            ) {
                (true, true) => Verdict::Met,
                (true, false) => Verdict::DependsOnPhase,
                _ => Verdict::Violated,
            }
        }),
        met_share,
        profile,
    })
}

/// The closed form of a row, or why there is none.
fn theory(bad: &BadTime, w: i64, rule: &Rule) -> Result<ClosedForm, &'static str> {
    if looks_at_samples(bad, rule).is_ok_and(|s| s.is_some()) {
        return Err("the rule looks at samples, not at time");
    }
    if !bad.excluded_ticks().is_empty() {
        return Err("time without data is left out");
    }
    if bad.is_per_slice()
        && !bad.no_data_ticks().is_empty()
        && matches!(bad.policy(), super::NoData::Bad | super::NoData::Hold)
    {
        return Err("slices without data are charged too");
    }
    // two incidents never share a slice where the good time between them holds all of it but one tick
    if bad.bad_ticks().windows(2).any(|p| p[1].0 - p[0].1 < w - 1) {
        return Err("two incidents can share a slice of this width");
    }
    let lengths: Vec<i64> = bad.bad_ticks().iter().map(|(a, b)| b - a).collect();
    let rule = rule.under(bad.condition()).map_err(|_| "the condition is not an order")?;
    Ok(closed_form::of_ticks(&lengths, w, rule.least_bad(w), bad.resolution()))
}

/// How many slices of a phase, in ticks from the epoch, meet the period.
fn slices_at(bad: &BadTime, w: i64, phase: i64) -> u64 {
    let first = (bad.first_tick() - phase).div_euclid(w);
    let last = (bad.first_tick() + bad.ticks() - 1 - phase).div_euclid(w);
    (last - first + 1).max(0) as u64
}

/// The bad slices of one width at one phase, in order.
///
/// # Errors
/// As [`account`], and where the width is not a multiple of the resolution.
pub fn bad_windows(bad: &BadTime, width: Span, phase: Span, rule: &Rule) -> Result<Vec<Window>> {
    let resolution = bad.resolution();
    if width.0 <= 0 || width.0 % resolution.0 != 0 {
        return Err(Error::argument(format!("{width} is not a multiple of the data's resolution of {resolution}")));
    }
    let w = width.0 / resolution.0;
    let phase = phase.0.div_euclid(resolution.0);
    let mut out = Vec::new();
    for (a, b) in bad_starts(bad, w, rule)? {
        // the first start of the interval with the wanted phase
        let mut at = a + (phase - bad.first_tick() - a).rem_euclid(w);
        while at < b {
            out.push(Window::new(bad.period().start + bad.span(at), width)?);
            at += w;
        }
    }
    Ok(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::series::{Identity, NanPolicy, Series};
    use crate::time::Timestamp;
    use crate::window::{Condition, NoData, SeriesOptions};

    const MINUTE: i64 = 60_000_000_000;

    fn minutes(values: Vec<f64>) -> Series {
        let times = (0..values.len() as i64).map(|i| i * MINUTE).collect();
        Series::new(Identity::new("x", Unit::None), times, values, NanPolicy::Refuse).unwrap()
    }

    #[test]
    fn a_month_met_at_one_minute_is_missed_at_five() {
        // 302 bad minutes in 34 outages, far apart: an outage of d minutes is charged d + w − 1 on average
        let mut values = vec![1.0; 30 * 1440];
        for i in 0..34 {
            let from = 100 + i * 1231;
            values[from..from + if i < 30 { 9 } else { 8 }].fill(0.0);
        }
        let series = minutes(values);
        let bad = BadTime::from_series(&series, &Condition::up(), &SeriesOptions::default()).unwrap();
        let budget = Budget::new("99%".parse().unwrap(), Span(30 * Span::DAY.0));
        let out = account(&bad, &"1m,2m,5m,10m,15m,60m".parse().unwrap(), &Rule::AnyBad, Some(&budget)).unwrap();
        let mean: Vec<f64> = out.rows.iter().map(|r| r.charged.mean.value / 60.0).collect();
        assert_eq!(mean, [302.0, 336.0, 438.0, 608.0, 778.0, 2308.0]);
        let verdicts: Vec<Verdict> = out.rows.iter().map(|r| r.verdict.unwrap()).collect();
        assert_eq!((verdicts[0], verdicts[1]), (Verdict::Met, Verdict::Met));
        assert!(verdicts[2..].iter().all(|v| *v == Verdict::Violated), "{verdicts:?}");
        // 432 minutes are allowed, and the luckiest phase of five minutes takes 435
        assert_eq!(out.rows[2].charged.min.value, 435.0 * 60.0);
        assert_eq!(out.truth, Some(Verdict::Met));
        assert_eq!(out.rows[0].over_count, Some(1.0));
        assert_eq!(out.rows[2].charged.aligned.n, 8640);
    }

    #[test]
    fn json_has_the_contracts_keys() {
        let bad = BadTime::from_series(&minutes(vec![1.0, 0.0, 1.0, 1.0]), &Condition::up(), &SeriesOptions::default())
            .unwrap();
        let budget = Budget::new("50%".parse().unwrap(), Span::from_secs(240));
        let out = account(&bad, &"30s,90s,2m".parse().unwrap(), &Rule::AnyBad, Some(&budget)).unwrap();
        assert_eq!(out.skipped.iter().map(|s| s.width).collect::<Vec<_>>(), [Span::from_secs(30), Span::from_secs(90)]);
        let json = serde_json::to_value(&out.rows[0]).unwrap();
        assert_eq!((&json["width_s"], &json["rule"], &json["phases"]), (&120.into(), &"any-bad".into(), &2.into()));
        assert_eq!(json["true_bad_s"]["value"], 60.0);
        for key in ["aligned", "min", "mean", "max"] {
            assert_eq!(json["charged_s"][key]["value"], 120.0, "{key}");
        }
        assert_eq!(json["verdict"], "met");
        assert!(account(&bad, &"1s".parse().unwrap(), &Rule::AnyBad, None).is_err());
    }

    #[test]
    fn a_percentile_of_a_series_is_taken_literally() {
        // ten samples a slice, three of them high
        let values: Vec<f64> = (0..10).map(|i| if i < 3 { 9.0 } else { 1.0 }).collect();
        let is_bad = |condition: &str, rule: &str| {
            let bad =
                BadTime::from_series(&minutes(values.clone()), &condition.parse().unwrap(), &SeriesOptions::default());
            let windows = bad_windows(&bad.unwrap(), Span(10 * MINUTE), Span::ZERO, &rule.parse().unwrap()).unwrap();
            windows.first().is_some_and(|w| w.start == Timestamp(0))
        };
        // the seventh of ten is 1, the eighth is 9
        assert!(!is_bad("< 5", "p70") && is_bad("< 5", "p71"));
        assert!(is_bad("> 5", "p70") && !is_bad("> 5", "p71"));
        let unordered =
            BadTime::from_series(&minutes(values.clone()), &"!= 9".parse().unwrap(), &SeriesOptions::default());
        assert!(account(&unordered.unwrap(), &"10m".parse().unwrap(), &"p90".parse().unwrap(), None).is_err());
    }

    #[test]
    fn theory_says_why_it_is_silent() {
        let at = |m: i64| Timestamp(m * MINUTE);
        let period = Window::new(at(0), Span(100 * MINUTE)).unwrap();
        let near = [(at(10), at(11)), (at(13), at(14))];
        let bad = BadTime::from_intervals(period, Span(MINUTE), &near, &[]).unwrap();
        let rows = account(&bad, &"3m,4m".parse().unwrap(), &Rule::AnyBad, None).unwrap().rows;
        // two good minutes lie between: a slice of three never sees both, one of four can
        assert!(rows[0].closed_form.is_some() && rows[0].no_closed_form.is_none());
        assert_eq!(rows[1].no_closed_form, Some("two incidents can share a slice of this width"));
        let holes = BadTime::from_intervals(period, Span(MINUTE), &near, &[(at(50), at(60))]).unwrap();
        assert_eq!(holes.policy(), NoData::Excluded);
        assert!(account(&holes, &"3m".parse().unwrap(), &Rule::AnyBad, None).unwrap().rows[0].closed_form.is_none());
    }
}
