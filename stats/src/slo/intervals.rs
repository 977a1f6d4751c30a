//! How sure a service level is: three intervals side by side, and the one that fits the data.

use super::bootstrap::{deviations, replicates};
use super::evaluate::Options;
use super::units::Units;
use crate::error::{Error, Result};
use crate::estimate::{Confidence, Estimate, Scope};
use crate::method::Method;
use crate::quantile::proportion::{clopper_pearson, wilson};
use crate::quantile::{Quantile, block_length};
use crate::time::Span;
use crate::words::{agreeing, counted};

/// Errors cluster where the service level varies this many times as much as independent errors would make it.
const CLUSTERED: f64 = 1.5;
/// Fewer units of time than this are not resampled.
const FEWEST_UNITS: usize = 20;
/// An interval that rests on fewer stretches of bad time than this is a rough one.
const FEW_STRETCHES: u64 = 10;

/// A service level by one way of counting, with every interval for it.
///
/// The Wilson interval is near its level on average, that of Clopper and Pearson never below it, **both for errors that fall
/// independently**. Outages do not: the block bootstrap resamples stretches of time and keeps them together.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct SliInterval {
    /// What was counted: `occurrences`, `time slices` or `ratio slices`.
    pub counted_by: &'static str,
    /// Good members over all.
    pub sli: f64,
    /// How many members.
    pub n: u64,
    /// The share of the error budget that this way of counting says is spent of what was seen, (1 − SLI) / (1 − target);
    /// `None` where the target is 100 %.
    pub spent: Option<f64>,
    /// Whether the share reaches the target.
    pub reaches_target: bool,
    /// Wilson's score interval.
    pub wilson: Confidence,
    /// The interval of Clopper and Pearson.
    pub clopper_pearson: Confidence,
    /// The interval of the circular block bootstrap.
    pub block_bootstrap: Option<BlockBootstrap>,
    /// Why there is no bootstrap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_bootstrap: Option<String>,
}

/// An interval from resampled blocks of time.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct BlockBootstrap {
    /// The percentile interval of the replicates.
    pub interval: Confidence,
    /// What is resampled: units of time of this width.
    #[serde(rename = "unit_s")]
    pub unit: Span,
    /// How many units a block has, by [`block_length`].
    pub block: u64,
    /// How many replicates.
    pub replicates: u32,
    /// The seed.
    pub seed: u64,
    /// The variance of the replicates over that of independent errors: 1 where errors do not cluster.
    pub design_effect: f64,
    /// Stretches of neighbouring units with bad members; an interval from a handful of them is rough.
    pub stretches: u64,
}

impl BlockBootstrap {
    /// Whether errors cluster, so that intervals for independent ones are too narrow.
    pub fn is_clustered(&self) -> bool {
        self.design_effect > CLUSTERED
    }
}

/// What is counted, and how its estimate is named.
pub(super) struct Asked<'a> {
    pub(super) counted_by: &'static str,
    pub(super) good: u64,
    pub(super) total: u64,
    pub(super) method: Method,
    pub(super) scope: &'a Scope,
    /// In words: events, slices.
    pub(super) what: &'a str,
    pub(super) target: Quantile,
}

/// A share of good members with its intervals; the estimate carries the one that fits.
pub(super) fn measured(asked: &Asked<'_>, units: &Units, options: &Options) -> Result<(Estimate, SliInterval)> {
    let (good, n, what) = (asked.good, asked.total, asked.what);
    if n == 0 {
        return Err(Error::empty(format!("no {what} to count")));
    }
    let level = options.level;
    let confidence = |(lower, upper): (f64, f64)| Confidence { lower, upper, level };
    let sli = good as f64 / n as f64;
    let (block_bootstrap, no_bootstrap) = match bootstrap(units, n, options) {
        Ok(found) => (Some(found), None),
        Err(why) => (None, Some(why)),
    };
    let allowed = asked.target.complement();
    let found = SliInterval {
        counted_by: asked.counted_by,
        sli,
        n,
        spent: (allowed > 0.0).then(|| (n - good) as f64 / n as f64 / allowed),
        reaches_target: good >= asked.target.rank(n) || asked.target.p() == 0.0,
        wilson: confidence(wilson(good, n, level)?),
        clopper_pearson: confidence(clopper_pearson(good, n, level)?),
        block_bootstrap,
        no_bootstrap,
    };
    let (interval, caveat) = chosen(&found, what);
    let estimate =
        Estimate::new(sli, asked.method.clone(), n, asked.scope).with_confidence(interval).with_caveat(caveat);
    Ok((estimate, found))
}

/// The interval that fits, and why.
fn chosen(found: &SliInterval, what: &str) -> (Confidence, String) {
    match &found.block_bootstrap {
        Some(b) if b.is_clustered() => {
            let few = if b.stretches < FEW_STRETCHES {
                format!("; it rests on {} of bad ones and is rough", counted(b.stretches, "stretch"))
            } else {
                String::new()
            };
            let caveat = format!(
                "bad {what} cluster ({:.3} times the variance of independent ones): the interval is from {} resamples of \
                 blocks of {} × {}{few}",
                b.design_effect,
                b.replicates,
                b.block,
                super::period::compact(b.unit)
            );
            (b.interval, caveat)
        }
        Some(b) => (
            found.wilson,
            format!(
                "the interval (Wilson) takes {what} as independent, which they nearly are ({:.3} times the variance)",
                b.design_effect
            ),
        ),
        None => (
            found.wilson,
            format!(
                "the interval (Wilson) takes {what} as independent; where bad ones cluster it is too narrow ({})",
                found.no_bootstrap.as_deref().unwrap_or("that was not looked at")
            ),
        ),
    }
}

fn bootstrap(units: &Units, n: u64, options: &Options) -> Result<BlockBootstrap, String> {
    let (bad, total): (f64, f64) = (units.bad.iter().sum(), units.total.iter().sum());
    if options.replicates < 100 {
        return Err(format!("{} replicates are too few to resample", options.replicates));
    }
    if units.len() < FEWEST_UNITS {
        let few = agreeing(units.len() as u64, "unit", "of time is", "of time are");
        return Err(format!("{few} too few to resample"));
    }
    if bad <= 0.0 || bad >= total {
        return Err("all are alike, and resampling shows no spread".to_owned());
    }
    let block = block_length(&deviations(units)).round() as usize;
    let ratios = replicates(units, block, options.replicates, options.seed);
    let count = ratios.len();
    let (Some(first), Some(last)) = (ratios.first(), ratios.last()) else {
        return Err("no replicate holds a member".to_owned());
    };
    let mean = ratios.iter().sum::<f64>() / count as f64;
    let variance = ratios.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / count as f64;
    let ratio = bad / total;
    let tail = (1.0 - options.level) / 2.0;
    let low = (tail * count as f64).floor() as usize;
    let at = |i: usize, or: &f64| ratios.get(i).copied().unwrap_or(*or);
    Ok(BlockBootstrap {
        interval: Confidence {
            lower: 1.0 - at(count.saturating_sub(1 + low), last),
            upper: 1.0 - at(low, first),
            level: options.level,
        },
        unit: units.width,
        block: block as u64,
        replicates: options.replicates,
        seed: options.seed,
        design_effect: variance / (ratio * (1.0 - ratio) / n as f64),
        stretches: units.stretches(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::time::Timestamp;
    use crate::unit::Unit;
    use rand::{Rng, RngExt, SeedableRng};

    /// Minutes of 50 requests; outages begin with a chance and end with a chance, and fail every other request.
    fn month(begin: f64, end: f64, random: &mut impl Rng) -> Units {
        let mut down = false;
        let mut bad = Vec::new();
        for _ in 0..1500 {
            down = if down { random.random::<f64>() >= end } else { random.random::<f64>() < begin };
            let failing = (0..50).filter(|_| random.random::<f64>() < if down { 0.5 } else { 0.001 }).count();
            bad.push(failing as f64);
        }
        Units { start: Timestamp(0), width: Span::MINUTE, total: vec![50.0; bad.len()], bad }
    }

    fn held(units: &Units) -> (Estimate, SliInterval) {
        let (bad, total): (f64, f64) = (units.bad.iter().sum(), units.total.iter().sum());
        let asked = Asked {
            counted_by: "occurrences",
            good: (total - bad) as u64,
            total: total as u64,
            method: Method::Count,
            scope: &Scope::untimed(Unit::Ratio),
            what: "events",
            target: Quantile::P99,
        };
        measured(&asked, units, &Options { replicates: 400, ..Options::default() }).unwrap()
    }

    /// The truth is known: a share end⁻¹/(begin⁻¹ + end⁻¹) of time is down.
    #[test]
    fn the_bootstrap_holds_its_level_where_wilson_does_not() {
        let (begin, end) = (0.01, 0.1);
        let down = begin / (begin + end);
        let truth = 1.0 - (down * 0.5 + (1.0 - down) * 0.001);
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(11);
        let (mut wilson, mut blocks) = (0, 0);
        for _ in 0..100 {
            let (estimate, found) = held(&month(begin, end, &mut random));
            let inside = |c: &Confidence| u32::from(c.lower <= truth && truth <= c.upper);
            wilson += inside(&found.wilson);
            blocks += inside(&found.block_bootstrap.unwrap().interval);
            assert!(found.block_bootstrap.unwrap().is_clustered());
            assert_eq!(estimate.confidence, Some(found.block_bootstrap.unwrap().interval));
        }
        assert!(wilson < 40, "{wilson}");
        assert!(blocks >= 80, "{blocks}");
    }

    #[test]
    fn what_is_too_little_is_said_in_number() {
        let why = |n: usize| {
            let units = Units { start: Timestamp(0), width: Span::MINUTE, total: vec![50.0; n], bad: vec![1.0; n] };
            bootstrap(&units, 50 * n as u64, &Options::default()).unwrap_err()
        };
        assert_eq!(why(1), "1 unit of time is too few to resample");
        assert_eq!(why(2), "2 units of time are too few to resample");
    }

    #[test]
    fn independent_errors_keep_wilsons_interval() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let mut kept = 0;
        for _ in 0..20 {
            let (estimate, found) = held(&month(0.0, 1.0, &mut random));
            kept += u32::from(estimate.confidence == Some(found.wilson));
        }
        assert!(kept >= 18, "{kept}");
    }
}
