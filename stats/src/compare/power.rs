//! How many samples does it take, and how long is that at this traffic?

use super::cliff::check_level;
use crate::error::{Error, Result};
use crate::quantile::tails::quantile;

/// The effect that a comparison is to find.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Effect {
    /// A shift of the mean, in standard deviations, for a comparison of means.
    Shift {
        /// The shift over the standard deviation.
        sd: f64,
    },
    /// A ratio of hits that becomes another.
    Proportion {
        /// The ratio of the first sample.
        from: f64,
        /// The ratio of the second sample.
        to: f64,
    },
    /// A chance P(b > a), ties counting half, for a Mann–Whitney test.
    Above {
        /// The chance; ½ is no effect.
        chance: f64,
    },
}

/// How a comparison is planned.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The level of confidence of the two-sided test.
    pub level: f64,
    /// The chance that the effect is found.
    pub power: f64,
    /// The share of the samples that are of the second kind, such as the canary's share of the traffic.
    pub share: f64,
    /// How many samples are worth one independent one: 1 for independent samples, (1 + φ)/(1 − φ) for an AR(1).
    pub inflation: f64,
}

impl Default for Plan {
    /// Level 0.95, power 0.8, halves, independent samples.
    fn default() -> Self {
        Self { level: 0.95, power: 0.8, share: 0.5, inflation: 1.0 }
    }
}

impl Plan {
    fn check(&self) -> Result<()> {
        check_level(self.level)?;
        let inside = |v: f64| v > 0.0 && v < 1.0;
        if !(inside(self.power) && inside(self.share) && self.inflation >= 1.0 && self.inflation.is_finite()) {
            return Err(Error::argument(format!("{self:?} is out of range"))
                .hint("power and share are in (0, 1), the inflation is 1 or more"));
        }
        Ok(())
    }
}

/// N · (effect/sd)² at which a normal deviate has this mean, and the sds under both hypotheses.
fn signal(effect: Effect, share: f64) -> Result<(f64, f64, f64)> {
    let out = |what: &str| Err(Error::argument(format!("{effect:?}: {what}")));
    let weight = 1.0 / share + 1.0 / (1.0 - share);
    match effect {
        Effect::Shift { sd } if sd != 0.0 && sd.is_finite() => Ok((sd.abs(), weight.sqrt(), weight.sqrt())),
        Effect::Proportion { from, to } if from != to && (0.0..=1.0).contains(&from) && (0.0..=1.0).contains(&to) => {
            let pooled = (1.0 - share) * from + share * to;
            let null = (pooled * (1.0 - pooled) * weight).sqrt();
            let other = (from * (1.0 - from) / (1.0 - share) + to * (1.0 - to) / share).sqrt();
            Ok(((to - from).abs(), null, other))
        }
        Effect::Above { chance } if chance != 0.5 && (0.0..=1.0).contains(&chance) => {
            let sd = (1.0 / (12.0 * share * (1.0 - share))).sqrt();
            Ok(((chance - 0.5).abs(), sd, sd))
        }
        Effect::Shift { .. } => out("a shift of 0 is no effect"),
        Effect::Proportion { .. } => out("two different ratios from 0 to 1 are needed"),
        Effect::Above { .. } => out("a chance from 0 to 1 other than ½ is needed"),
    }
}

/// The number of samples of both kinds together that finds an effect with the plan's power, by the normal approximation.
///
/// Means: (`z_α/2` + `z_β`)² / (sd² c (1 − c)), c the share of the second kind; proportions: Fleiss's formula with the pooled variance under the
/// null hypothesis and without continuity correction; Mann–Whitney: Noether's (`z_α/2` + `z_β`)² / (12 c (1 − c) (P − ½)²). Each is
/// multiplied by the inflation. Below about 20 samples, and for ratios with fewer than 5 expected hits a side, it is a lower bound only. Assumes
/// one look at the end; for repeated ones take a [`CanaryGate`](super::CanaryGate), which needs more.
///
/// Sources: J. L. Fleiss, “Statistical Methods for Rates and Proportions” (1981), 3.2; G. E. Noether, J. Am. Stat. Assoc. 82 (1987).
///
/// ```
/// use sre_stats::compare::{Effect, Plan, samples_for};
/// // half a standard deviation at 80 % power: 63 a side
/// assert_eq!(samples_for(Effect::Shift { sd: 0.5 }, &Plan::default())?, 126);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) where the effect is none or the plan is out of range.
pub fn samples_for(effect: Effect, plan: &Plan) -> Result<u64> {
    plan.check()?;
    let (size, null, other) = signal(effect, plan.share)?;
    let (za, zb) = (quantile(f64::midpoint(1.0, plan.level)), quantile(plan.power));
    let n = ((za * null + zb * other).max(0.0) / size).powi(2) * plan.inflation;
    if n > 9e18 {
        return Err(Error::argument(format!("{effect:?} would need more samples than can be counted")));
    }
    Ok(n.ceil().max(2.0) as u64)
}

/// The chance to find an effect with `n` samples of both kinds together, by the approximation of [`samples_for`]. Not for an effect that was
/// just measured: the power for it says no more than its p-value (Hoenig and Heisey, 2001).
///
/// ```
/// use sre_stats::compare::{Effect, Plan, power};
/// let found = power(Effect::Shift { sd: 0.5 }, 126, &Plan::default())?;
/// assert!((found - 0.8).abs() < 0.005);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`samples_for`].
pub fn power(effect: Effect, n: u64, plan: &Plan) -> Result<f64> {
    plan.check()?;
    let (size, null, other) = signal(effect, plan.share)?;
    let root = (n as f64 / plan.inflation).sqrt();
    let za = quantile(f64::midpoint(1.0, plan.level));
    let upper = |z: f64| crate::quantile::tails::ln_above_student(z, f64::INFINITY).exp();
    if other == 0.0 {
        return Ok(if size * root > za * null { 1.0 } else { 0.0 });
    }
    // both sides count: the wrong one hardly ever
    Ok((upper((za * null - size * root) / other) + upper((za * null + size * root) / other)).min(1.0))
}

/// How long it takes to gather the samples that find an effect, in seconds: [`samples_for`] over the traffic of both kinds
/// together, in samples per second. Not for traffic that changes within that time: take its lowest rate.
///
/// ```
/// use sre_stats::compare::{Effect, Plan, time_to_detect};
/// // errors from 0.1 % to 0.2 %, a canary with 5 % of 100 requests a second
/// let plan = Plan { share: 0.05, ..Plan::default() };
/// let seconds = time_to_detect(Effect::Proportion { from: 0.001, to: 0.002 }, 100.0, &plan)?;
/// assert!(seconds > 2_000.0 && seconds < 4_500.0);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`samples_for`], and where the traffic is not above 0.
pub fn time_to_detect(effect: Effect, samples_per_s: f64, plan: &Plan) -> Result<f64> {
    if !(samples_per_s > 0.0 && samples_per_s.is_finite()) {
        return Err(Error::argument(format!("{samples_per_s} samples a second is no traffic")));
    }
    Ok(samples_for(effect, plan)? as f64 / samples_per_s)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn sample_sizes_are_the_published_ones() {
        // Cohen (1988), table 2.4.1, two-sided 0.05: the normal approximation is at most 2 a side below
        for (d, power, cohen) in [(0.2, 0.8, 393), (0.5, 0.8, 64), (0.8, 0.8, 26), (0.5, 0.9, 85), (0.2, 0.95, 650)] {
            let n = samples_for(Effect::Shift { sd: d }, &Plan { power, ..Plan::default() }).unwrap();
            assert!(n.div_ceil(2) <= cohen && n.div_ceil(2) + 2 >= cohen, "{d} {power}: {n}");
        }
        // Fleiss's own formula written out for p = 0.25 and 0.4, α = 0.05, power 0.9
        let (p1, p2, z, zb): (f64, f64, f64, f64) = (0.25, 0.4, 1.959_964, 1.281_552);
        let mean = f64::midpoint(p1, p2);
        let side = ((z * (2.0 * mean * (1.0 - mean)).sqrt() + zb * (p1 * (1.0 - p1) + p2 * (1.0 - p2)).sqrt())
            / (p2 - p1))
            .powi(2);
        let n = samples_for(Effect::Proportion { from: p1, to: p2 }, &Plan { power: 0.9, ..Plan::default() }).unwrap();
        assert!((n as f64 - 2.0 * side).abs() <= 1.0, "{n} {side}");
    }

    #[test]
    fn power_undoes_the_sample_size_and_nonsense_is_refused() {
        let plan = Plan { share: 0.1, inflation: 3.0, ..Plan::default() };
        for effect in
            [Effect::Shift { sd: -0.3 }, Effect::Proportion { from: 0.01, to: 0.03 }, Effect::Above { chance: 0.6 }]
        {
            let n = samples_for(effect, &plan).unwrap();
            let found = power(effect, n, &plan).unwrap();
            assert!((found - 0.8).abs() < 0.01, "{effect:?} {n} {found}");
        }
        assert!(samples_for(Effect::Shift { sd: 0.0 }, &Plan::default()).is_err());
        assert!(samples_for(Effect::Proportion { from: 0.1, to: 0.1 }, &Plan::default()).is_err());
        assert!(power(Effect::Above { chance: 0.7 }, 9, &Plan { share: 0.0, ..Plan::default() }).is_err());
        assert!(time_to_detect(Effect::Above { chance: 0.7 }, 0.0, &Plan::default()).is_err());
    }
}
