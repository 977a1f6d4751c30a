//! Since when? Changes of a series' level or distribution, with the evidence for each.
//!
//! | file | what it does |
//! |---|---|
//! | `answer` | what is asked and what is answered |
//! | `mean` | the default: the mean by optimal segmentation, calibrated on the series' own noise |
//! | `other` | the other methods, calibrated by permutation of blocks |
//! | `costs`, `kernel`, `e_divisive`, `charts`, `bayes` | the methods themselves |
//! | `learnt` | limits of charts that learn what is usual |
//! | `features` | what a kernel's changes save, for many orders of the samples |
//! | `standing` | the steps that stand by themselves, beside whatever else there is |
//! | `still` | levels that stand still: exact tests where most values are equal |
//! | `tilt` | the line that goes on beneath steps |
//! | `path` | all penalties at once, and the elbow |
//! | `evidence`, `causes` | onset, effect, distributions; what happened just before |

mod answer;
mod bayes;
pub(crate) mod blocks;
mod causes;
mod charts;
mod costs;
mod e_divisive;
mod evidence;
mod features;
mod kernel;
mod learnt;
mod mean;
mod other;
mod path;
mod slope;
mod standing;
mod still;
mod tilt;

pub use answer::{Change, ChangeMethod, ChangeOptions, ChangeVerdict, Changes, Onset, Spread};
pub use bayes::{BayesPrior, RunLengths, run_lengths};
pub use causes::{Cause, Event, rank_causes, read_events};
pub use charts::{Alarm, Chart};
pub use costs::{Cost, pelt};
pub use e_divisive::{Division, e_divisive};
pub use kernel::kernel_segments;
pub use path::{PathPoint, elbow, elbow_penalty, penalty_path};

use super::analysis::unusable;
use crate::error::{Error, Result};
use crate::method::Method;
use crate::progress::Progress;
use crate::series::Series;
use crate::time::Span;

#[cfg(test)]
pub(crate) fn costs_of(values: &[f64], cost: Cost) -> costs::Costs {
    costs::Costs::new(values, cost)
}

/// Finds the changes of a series, each with its onset, effect, distributions before and after, and p-value.
///
/// [`Auto`](ChangeMethod::Auto) looks for changes of the mean by optimal segmentation ([`pelt_mean`](super::pelt_mean)):
///
/// 1. A season that shows in the values is taken out ([`SeasonSteps`](super::SeasonSteps)).
/// 2. One change costs a multiple of the noise's long-run variance ([`robust_noise`](super::robust_noise)), so that
///    autocorrelation is paid for; the multiple is calibrated by simulation.
/// 3. The steps must explain the values better than the rival that has none: a level that wanders, an AR(1) of any persistence beneath white
///    noise, fitted by maximum likelihood, all together and each one by itself: a step that the rival explains as well is left out beside
///    any other. Where they do not, the penalty grows until they do or none is left.
/// 4. Where the noise cannot be told from a random walk, or only the wandering level explains the values, there is no verdict.
///
/// Where most values, or most neighbours, are equal (up or down, counts that are mostly 0, a constant with spikes), the spread of neighbours says
/// nothing of chance. Steps are found by ranks there, and each is judged by Fisher's exact test (1935) of how often values beyond the most
/// common one come before and after it, at the chance that the penalty stands for: that is calibrated for independent values of any distribution. Fewer of them than `min_size`
/// make no level, and a run of them shorter than that counts as one: an outlier or a short outage is no change, while an outage of `min_size` samples or more is one.
/// So a series whose outages often last that long is told to change, however regularly they come; and a change of how large the rare values are, but not of
/// how often they come, is not seen.
///
/// So at most about 1 − `level` of series without a change show any, on white noise, AR(1), AR(1) beneath white noise, heavy
/// tails, independent rare values and with a season (measured by the benchmark `trend`: `cargo bench -p sre-stats --bench trend -- changes`, `tails` and `still`). Where tails are heavier than normal, outliers are pulled in to 3 robust standard
/// deviations from the median of the 101 values around them before anything is judged (Hampel's bound: Davies and Gather, 1993), so that a burst
/// of them is no change; means, effects and distributions are told of the values as they are. A slope that explains the values better than a staircase or a level that wanders is taken out first, and told. Times may be irregular; samples count, not seconds.
///
/// The other methods hold their rate under their own assumptions. Costs, kernel and E-divisive take the law of their
/// statistic from permutations of the whole series in blocks as long as the autocorrelation of an AR(1), and costs and kernel put back what
/// persists from block to block; charts assume normal values, independent or an AR(1), and count in how far the level that they learn may
/// be from the truth; Bayes assumes independent normal values around each level and holds no rate. Each says so.
///
/// The onset's interval holds every place of the change whose cost is within the level's quantile of the best one
/// (inverted likelihood ratio: Eo and Morley, 2015), with the long-run variance as noise, or where most values are equal by how often others
/// come; it is never narrower than two samples, lies within a stretch too that is as short as allowed, where samples of its neighbour may hide, and
/// reaches to the end of the [`bucket`](ChangeOptions::bucket) that a value stands for.
///
/// ```
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// use sre_stats::trend::{ChangeOptions, changes};
/// use sre_stats::unit::Unit;
/// let times = (0..80).map(|i| i * 15_000_000_000).collect();
/// let values = (0..80).map(|i| f64::from(i * i % 7) + if i < 50 { 20.0 } else { 30.0 }).collect();
/// let latency = Series::new(Identity::new("latency_ms", Unit::Millisecond), times, values, NanPolicy::Drop)?;
/// let found = changes(&latency, &ChangeOptions::default())?;
/// assert_eq!(found.changes.iter().map(|c| c.index).collect::<Vec<_>>(), [50]);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where an option is out of its domain. Data that allow no answer are not an error but a [`ChangeVerdict::NoVerdict`].
pub fn changes(series: &Series, options: &ChangeOptions) -> Result<Changes> {
    changes_with(series, options, &Progress::new())
}

/// [`changes`] that can be stopped: the default method looks before each fit of a rival to a step whether to go on, and counts the
/// fits; the other methods look once, before they begin.
///
/// ```
/// use sre_stats::ErrorKind;
/// use sre_stats::prelude::*;
/// use sre_stats::trend::changes_with;
/// let values: Vec<f64> = (0..80).map(|i| f64::from(i * i % 7) + if i < 50 { 20.0 } else { 30.0 }).collect();
/// let load = Series::new(Identity::new("load", Unit::Count), (0..80).collect(), values, NanPolicy::Drop)?;
/// let progress = Progress::new();
/// progress.cancel();
/// let stopped = changes_with(&load, &ChangeOptions::default(), &progress);
/// assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`changes`], and on request.
pub fn changes_with(series: &Series, options: &ChangeOptions, progress: &Progress) -> Result<Changes> {
    let ChangeOptions { method, penalty, min_size, level, bucket, .. } = *options;
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::argument(format!("a level of {level} is not between 0 and 1")).hint("0.95 is usual"));
    }
    if min_size == 0 || penalty.is_some_and(|p| !(p >= 0.0 && p.is_finite())) {
        return Err(Error::argument("a penalty is 0 or more, and min_size is 1 or more"));
    }
    if bucket < Span::ZERO {
        return Err(Error::argument(format!("a bucket of {bucket} has no width")).hint("0 for values of an instant"));
    }
    let word = if method == ChangeMethod::Auto { ChangeMethod::PeltMean } else { method }.word();
    let found = Changes {
        method: Method::Named(word),
        reason: String::new(),
        season_steps: None,
        slope_per_s: None,
        penalty,
        noise: None,
        noise_of_values: None,
        changes: Vec::new(),
        verdict: ChangeVerdict::NoneShown,
    };
    if let Some(why) = unusable(series.values()).or_else(|| series.mixed()) {
        return Ok(found.without(why));
    }
    progress.check()?;
    let mut found = match method {
        ChangeMethod::Auto | ChangeMethod::PeltMean => mean::search(series, options, found, progress)?,
        _ => other::search(series, options, found)?,
    };
    found.noise_of_values = found.noise_of_values.or(found.noise);
    for change in &mut found.changes {
        change.onset.upper = change.onset.upper + bucket;
    }
    Ok(found)
}
