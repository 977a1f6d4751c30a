//! What slices of each width charge for bad time, at every phase.

use super::bad_time::BadTime;
use super::budget::Budget;
use super::closed_form::{self, ClosedForm};
use super::ladder::Ladder;
use super::phases::PhaseProfile;
use super::rule::Rule;
use super::starts::{bad_starts, in_counts, looks_at_samples};
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
    let mut out = Accounting { rows: Vec::new(), skipped: Vec::new(), truth: None };
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
    let (least, mean, most, sd) = profile.moments();
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
        mean: over("mean of all phases", mean * seconds),
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
            match (least as i64 * width.0 <= b.allowed().0, most as i64 * width.0 <= b.allowed().0) {
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
    let rule = in_counts(bad, rule).map_err(|_| "the condition is not an order")?;
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
