//! What an alert on bucketed data loses against the same alert on fine data.

use super::replay::{fired, judged};
use super::rule::BurnRateRule;
use super::tally::Tally;
use super::truth::Truth;
use crate::error::{Error, Result};
use crate::estimate::{Estimate, Scope};
use crate::method::Method;
use crate::quantile::Quantile;
use crate::time::Span;
use crate::unit::Unit;

/// The most phases of the buckets that are tried.
const MAX_PHASES: i64 = 60;

/// The same rule on data that arrive in buckets: a bucket is known only once it has ended, and windows hold whole buckets.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct BucketEffect {
    /// The width of the buckets.
    #[serde(rename = "width_s")]
    pub width: Span,
    /// How many phases were tried.
    pub phases: u64,
    /// What is added to the delay of the incidents that both find, on average over incidents and phases, in seconds; `None` where
    /// there is none.
    pub added_delay_mean: Option<Estimate>,
    /// The most that is added, in seconds.
    pub added_delay_worst: Option<Estimate>,
    /// Incidents that are found on fine data and missed in buckets, at the worst phase.
    pub missed_more: u64,
    /// False firings at the phase with most of them.
    pub false_pages_worst: u64,
    /// What a reader must know.
    pub caveats: Vec<String>,
}

/// Replays a rule on the counts in buckets of `width`, at every phase that is a multiple of the evaluation interval (at most 60,
/// evenly spread), and compares with the counts as they are.
///
/// Windows are rounded down to whole buckets and hold at least one. The truth stays that of the fine data.
///
/// # Errors
/// As [`replay`](super::replay()), and [`Argument`](crate::ErrorKind::Argument) where the width is not a multiple of the counts'
/// tick that is greater than it.
pub fn bucketed(
    counts: &Tally,
    truth: &Truth,
    rule: &BurnRateRule,
    target: Quantile,
    interval: Span,
    width: Span,
) -> Result<BucketEffect> {
    if width <= counts.tick() {
        return Err(Error::argument(format!("the data come in steps of {} already", counts.tick())));
    }
    let fine = judged(counts, truth, &fired(counts, rule, target, interval)?);
    let grain = interval.max(counts.tick());
    let all = (width.0 / grain.0).max(1);
    let phases = all.min(MAX_PHASES);
    let mut added: Vec<f64> = Vec::new();
    let (mut missed_more, mut false_pages_worst) = (0, 0);
    for i in 0..phases {
        let wide = counts.coarsened(width, Span(i * all / phases * grain.0))?;
        // no window is shorter than a bucket
        let widened = BurnRateRule { long: rule.long.max(width), short: rule.short.max(width), ..*rule };
        let coarse = judged(counts, truth, &fired(&wide, &widened, target, interval)?);
        let mut missed = 0;
        for (fine, coarse) in fine.detections.iter().zip(&coarse.detections) {
            match (fine.delay, coarse.delay) {
                (Some(a), Some(b)) => added.push(Span(b.0 - a.0).as_secs_f64()),
                (Some(_), None) => missed += 1,
                _ => {}
            }
        }
        missed_more = missed_more.max(missed);
        false_pages_worst = false_pages_worst.max(coarse.false_pages);
    }
    let scope = Scope::new(Unit::Second, counts.window());
    let n = added.len() as u64;
    let estimate = |value: f64, method| Estimate::new(value, Method::Named(method), n, &scope);
    // whole multiples of the tick: their sum is the same in any order
    let mean = added.iter().sum::<f64>() / n as f64;
    let mut caveats = Vec::new();
    if rule.short.0 % width.0 != 0 || rule.long.0 % width.0 != 0 {
        caveats.push(format!(
            "windows of {} and {} do not hold whole buckets of {width}: they were fitted",
            rule.long, rule.short
        ));
    }
    Ok(BucketEffect {
        width,
        phases: phases as u64,
        added_delay_mean: (n > 0).then(|| estimate(mean, "mean over incidents and phases")),
        added_delay_worst: added
            .iter()
            .copied()
            .reduce(f64::max)
            .map(|v| estimate(v, "most over incidents and phases")),
        missed_more,
        false_pages_worst,
        caveats,
    })
}
