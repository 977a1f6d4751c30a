//! Several rules against one history: each by itself, and the pages together.

use super::buckets::{BucketEffect, bucketed};
use super::burn::{BurnPoint, burn_rates};
use super::replay::{Replay, fired, judged, replay};
use super::rule::{BurnRateRule, Severity};
use super::scan::{Firing, evaluations, united};
use super::tally::Tally;
use super::theory::{Theory, theory};
use super::truth::{Truth, TruthOptions};
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::slo::Population;
use crate::time::Span;
use crate::unit::Unit;

/// How rules are held against a history.
#[derive(Clone, Debug, PartialEq)]
pub struct AssessOptions {
    /// How often rules are evaluated.
    pub interval: Span,
    /// How incidents are found.
    pub truth: TruthOptions,
    /// Buckets whose effect on the alert is shown; `None` for none.
    pub buckets: Option<Span>,
    /// Error ratios for which theory gives its times.
    pub error_ratios: Vec<f64>,
}

impl Default for AssessOptions {
    /// Every 30 s; buckets of 5 min; everything fails, and one in ten.
    fn default() -> Self {
        Self {
            interval: Span::from_secs(30),
            truth: TruthOptions::default(),
            buckets: Some(Span::from_secs(300)),
            error_ratios: vec![1.0, 0.1],
        }
    }
}

/// One rule: what theory says of it and what it did.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Assessed {
    /// The rule as text.
    pub rule: String,
    /// Its parts.
    #[serde(flatten)]
    pub parts: BurnRateRule,
    /// Why it cannot be used; then the rest is empty.
    pub refused: Option<String>,
    /// The numbers, where it can be used.
    #[serde(flatten)]
    pub judged: Option<Judged>,
    /// What a reader must know.
    pub caveats: Vec<String>,
}

/// The numbers of a rule that can be used.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Judged {
    /// Before any data.
    pub theory: Theory,
    /// The share of evaluations at which the long window held so few requests that one failure was over the threshold; `None` where
    /// no requests are counted.
    pub thin_traffic: Option<Estimate>,
    /// On the history.
    pub replay: Replay,
    /// The same rule on bucketed data.
    pub bucketed: Option<BucketEffect>,
}

/// All rules against one history.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Alerts {
    /// One entry a rule, in order.
    pub rules: Vec<Assessed>,
    /// All paging rules together: whoever is called is called once while any of them fires. `None` where none can be used.
    pub pages: Option<Replay>,
    /// The incidents that they were held against.
    pub truth: Truth,
    /// How often they were evaluated.
    #[serde(rename = "interval_s")]
    pub interval: Span,
    /// The period of the budget.
    #[serde(rename = "period_s")]
    pub period: Span,
    /// The burn rate of each long window of a rule that can be used, for a picture.
    #[serde(skip)]
    pub burn: Vec<(Span, Vec<BurnPoint>)>,
    /// What a reader must know of the data.
    pub caveats: Vec<String>,
}

/// Holds rules against a history: theory, replay, thin traffic and the effect of buckets for each, and the pages together.
///
/// A rule that cannot fire, or whose windows the data cannot fill, is refused with the reason and does not hinder the others.
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the objective leaves no budget or an option is out of range.
pub fn assess(
    counts: &Tally,
    rules: &[BurnRateRule],
    target: Quantile,
    period: Span,
    options: &AssessOptions,
) -> Result<Alerts> {
    evaluations(counts, options.interval)?;
    let truth = Truth::measured(counts, target, period, &options.truth)?;
    let mut caveats = counts.caveats().to_vec();
    let significant = truth.incidents.iter().filter(|i| i.significant).count();
    if significant < FEW {
        let number = match significant {
            0 => "no significant incident is".to_owned(),
            1 => "1 significant incident is".to_owned(),
            n => format!("{n} significant incidents are"),
        };
        caveats.push(format!(
            "{number} too little to judge a rule by: its recall and delays may differ widely on other data"
        ));
    }
    let one = truth.share(1);
    if counts.population() == Population::Requests && one >= truth.significant {
        caveats.push(format!(
            "one failed request is {} of a period's budget: at so little traffic every failure counts as a significant incident, and \
             precision says nothing",
            Unit::Ratio.show(one)
        ));
    }
    let assessed: Vec<Assessed> = rules
        .iter()
        .map(|rule| match judge(counts, &truth, rule, target, period, options) {
            Ok(judged) => Assessed {
                rule: rule.to_string(),
                parts: *rule,
                refused: None,
                caveats: caveats_of(counts, rule, &judged),
                judged: Some(judged),
            },
            Err(e) => Assessed {
                rule: rule.to_string(),
                parts: *rule,
                refused: Some(e.to_string()),
                judged: None,
                caveats: Vec::new(),
            },
        })
        .collect();
    let usable = rules.iter().zip(&assessed).filter(|(_, one)| one.judged.is_some());
    let paging: Vec<&BurnRateRule> = usable.map(|(rule, _)| rule).filter(|r| r.severity == Severity::Page).collect();
    let paged = |counts: &Tally| -> Result<Vec<Firing>> {
        let each = paging.iter().map(|rule| fired(counts, rule, target, options.interval));
        let each = each.collect::<Result<Vec<_>>>()?;
        Ok(united(&each.iter().map(Vec::as_slice).collect::<Vec<_>>()))
    };
    let pages = if paging.is_empty() { None } else { Some(judged(counts, &truth, &paged(counts)?)) };
    if let (Some(pages), Some((best, worst))) = (&pages, counts.ends.as_deref()) {
        let (fewest, most) = (paged(best)?.len(), paged(worst)?.len());
        if (fewest, most) != (pages.firings.len(), pages.firings.len()) {
            caveats.push(format!(
                "what is in doubt decides how often pages fire: {} where all of it is good, {} where all of it is bad",
                crate::words::counted(fewest as u64, "time"),
                crate::words::counted(most as u64, "time")
            ));
        }
    }
    let mut longs: Vec<Span> = assessed.iter().filter(|a| a.judged.is_some()).map(|a| a.parts.long).collect();
    longs.sort_unstable();
    longs.dedup();
    let curve = |long: Span| Ok((long, burn_rates(counts, target, long, options.interval, DRAWN)?));
    let burn = longs.into_iter().map(curve).collect::<Result<_>>()?;
    Ok(Alerts { rules: assessed, pages, truth, interval: options.interval, period, burn, caveats })
}

/// So many points of a burn rate are drawn.
const DRAWN: usize = 800;

/// Fewer significant incidents than this say little of a rule.
const FEW: usize = 5;

fn judge(
    counts: &Tally,
    truth: &Truth,
    rule: &BurnRateRule,
    target: Quantile,
    period: Span,
    options: &AssessOptions,
) -> Result<Judged> {
    let theory = theory(rule, target, period, &options.error_ratios)?;
    if rule.long > period {
        return Err(Error::argument(format!("its long window, {}, is longer than the period, {period}", rule.long)));
    }
    Ok(Judged {
        thin_traffic: thin(counts, rule, theory.low_traffic.safe_requests, options.interval)?,
        theory,
        replay: replay(counts, truth, rule, target, options.interval)?,
        // data that are no finer than the buckets have nothing to compare
        bucketed: match options.buckets {
            Some(width) if width > counts.tick() && width.0 % counts.tick().0 == 0 => {
                Some(bucketed(counts, truth, rule, target, options.interval, width)?)
            }
            _ => None,
        },
    })
}

/// The share of evaluations with a full long window that held fewer requests than are safe.
fn thin(counts: &Tally, rule: &BurnRateRule, safe: u64, interval: Span) -> Result<Option<Estimate>> {
    if counts.population() != Population::Requests {
        return Ok(None);
    }
    let (first, steps) = evaluations(counts, interval)?;
    let long = counts.ticks_in(rule.long);
    let (mut few, mut all) = (0_u64, 0_u64);
    for step in 0..steps {
        let now = counts.ended_by(first + Span(step * interval.0));
        if now >= long {
            all += 1;
            few += u64::from(counts.of(now - long, now).1 < safe);
        }
    }
    let scope = Scope::new(Unit::Ratio, counts.window());
    let estimate =
        |n| Estimate::new(few as f64 / all as f64, Method::Named("evaluations below the safe count"), n, &scope);
    Ok((all > 0).then(|| estimate(all)))
}

fn caveats_of(counts: &Tally, rule: &BurnRateRule, judged: &Judged) -> Vec<String> {
    let mut out = Vec::new();
    let low = &judged.theory.low_traffic;
    if let Some(thin) = judged.thin_traffic.as_ref().filter(|t| t.value > 0.0) {
        out.push(format!(
            "at {} of the evaluations the {} window held fewer than {} requests: a single failure fires this rule then",
            Unit::Ratio.show(thin.value),
            rule.long,
            low.safe_requests
        ));
    }
    if rule.long > counts.window().width {
        out.push(format!("the data, {}, never fill the long window of {}", counts.window().width.about(), rule.long));
    }
    if rule.factor < 1.0 {
        out.push("a burn rate below 1 keeps the budget: it fires though the objective would be met".into());
    }
    out.extend(judged.replay.caveats.iter().cloned());
    out
}
