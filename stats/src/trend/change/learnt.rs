//! Limits of charts that learn what is usual from the series that they watch.

use super::super::noise::Noise;
use super::charts::{Chart, density, legendre};
use crate::error::Result;

/// The mean of a stretch errs by less than so many of its standard deviations, and the logarithm of the noise's too.
const FARTHEST: f64 = 4.0;
/// Where errors of the mean are looked at, on one side: the other side is alike.
const MEANS: usize = 8;
/// Where errors of the noise are looked at.
const NOISES: usize = 6;
/// The logarithm of the estimated standard deviation of white noise, times √n: a twentieth of series lies 1.2 to 1.3 below the truth
/// (simulated, n from 50 to 10⁴), as of normal errors of this deviation.
const NOISE_ERROR: f64 = 0.8;

/// What a chart learns before it watches: the mean from the first samples, the noise from all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Learning {
    /// The samples that the mean is taken from.
    pub(super) learn: usize,
    /// All samples of the series.
    pub(super) n: usize,
}

impl Learning {
    /// The chart of this kind that sounds an alarm in a share `alpha` of series of independent normal values without a change.
    ///
    /// With a mean and a deviation that are known, alarms come at a rate of 1 in ARL; here the share is taken over how far both may be from
    /// the truth (Jones, Champ and Rigdon, 2001, for EWMA; Jones, Champ and Rigdon, 2004, for CUSUM).
    ///
    /// # Errors
    /// Where a parameter is out of range.
    pub(super) fn chart(self, kind: Chart, alpha: f64) -> Result<Chart> {
        let watched = self.n.saturating_sub(self.learn) as f64;
        let known = (watched / -(-alpha).ln_1p()).clamp(10.0, 1e9);
        let start = kind.with_average_run_length(known)?.limit();
        // the logarithm of the share is nearly a line in the limit
        let beyond = |limit: f64| -> Result<f64> { Ok((self.share(kind.with_limit(limit))? / alpha).ln()) };
        let mut low = (start, beyond(start)?);
        let mut high = low;
        while low.1 < 0.0 && low.0 > 1e-3 {
            high = low;
            low = (low.0 / 1.25, beyond(low.0 / 1.25)?);
        }
        while high.1 > 0.0 && high.0 < 1e4 {
            low = high;
            high = (high.0 * 1.25, beyond(high.0 * 1.25)?);
        }
        // false position, with the end that stays halved (Dowell and Jarratt, 1971)
        for _ in 0..20 {
            let next = high.0 - high.1 * (high.0 - low.0) / (high.1 - low.1);
            if !next.is_finite() || (high.0 - low.0) <= 1e-3 * high.0 {
                break;
            }
            let at = (next, beyond(next)?);
            if at.1.abs() < 1e-3 {
                return Ok(kind.with_limit(next));
            }
            if at.1 > 0.0 {
                (low, high.1) = (at, high.1 / 2.0);
            } else {
                (high, low.1) = (at, low.1 / 2.0);
            }
        }
        Ok(kind.with_limit(high.0))
    }

    /// The first sample of each shift that the chart shows: where it alarms, the next stretch sets what is usual anew.
    ///
    /// # Errors
    /// Where the noise has no variance or a value is not finite.
    pub(super) fn shifts(self, chart: Chart, values: &[f64], sd: f64) -> Result<Vec<usize>> {
        let learn = self.learn.max(1);
        let mut found = Vec::new();
        let mut rest = values;
        while let Some((usual, watched)) = rest.split_at_checked(learn).filter(|parts| parts.1.len() > 1) {
            let mean = usual.iter().sum::<f64>() / learn as f64;
            let Some(alarm) = chart.alarms(watched, mean, sd)?.first().copied() else { break };
            let since = learn + alarm.since;
            rest = rest.get(since..).unwrap_or_default();
            found.push(values.len() - rest.len());
        }
        Ok(found)
    }

    /// The standard deviation that values are charted in: the long-run one, and never less than that of a sample, since the autocorrelation of
    /// noise that averages out faster than white noise is not known that well.
    pub(super) fn deviation(noise: &Noise) -> f64 {
        noise.long_run_variance.max(noise.variance).sqrt()
    }

    /// The share of series without a change in which this chart sounds an alarm.
    fn share(self, chart: Chart) -> Result<f64> {
        let watched = self.n.saturating_sub(self.learn) as f64;
        let noise = NOISE_ERROR / (self.n.max(1) as f64).sqrt();
        let (mut share, mut all) = (0.0, 0.0);
        for (x, weight) in legendre(MEANS) {
            let far = FARTHEST * (x + 1.0) / 2.0;
            let shift = far / (self.learn.max(1) as f64).sqrt();
            for (y, other) in legendre(NOISES) {
                let weight = weight * other * density(far) * density(FARTHEST * y);
                // limits in too small a deviation are narrow ones in the true one
                let length = chart.scaled((noise * FARTHEST * y).exp()).average_run_length(shift)?;
                // beyond what the equation can be solved for there is no alarm
                let alarm = if length > 0.0 { -(-watched / length).exp_m1() } else { 0.0 };
                share += weight * alarm;
                all += weight;
            }
        }
        Ok(share / all)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::super::super::calibrated::ar1;
    use super::super::super::noise::robust_noise;
    use super::*;

    const KINDS: [Chart; 2] = [Chart::Cusum { slack: 0.5, limit: 5.0 }, Chart::Ewma { weight: 0.1, limit: 2.8 }];

    /// In how many of `series` series without a change a chart shows one.
    fn shown(chart: Chart, learning: Learning, phi: f64, series: usize) -> usize {
        let mut random = ChaCha8Rng::seed_from_u64(17);
        let one = |_: &usize| {
            let values = ar1(learning.n, phi, &mut random);
            let sd = Learning::deviation(&robust_noise(&values).unwrap());
            !learning.shifts(chart, &values, sd).unwrap().is_empty()
        };
        (0..series).filter(one).count()
    }

    #[test]
    fn at_most_the_share_asked_for_of_series_without_a_change_shows_one() {
        const SERIES: usize = 400;
        for kind in KINDS {
            for learning in [Learning { learn: 25, n: 100 }, Learning { learn: 50, n: 200 }] {
                let chart = learning.chart(kind, 0.05).unwrap();
                for phi in [0.0, 0.3, 0.5, 0.8] {
                    let found = shown(chart, learning, phi, SERIES);
                    // 1.5 times that share, and two standard errors; and not next to nothing
                    assert!((4..=30 + 11).contains(&found), "{chart:?}, φ = {phi}: {found} of {SERIES}");
                }
            }
            // by the limit for a level that is known many more do
            let learning = Learning { learn: 25, n: 100 };
            let known = kind.with_average_run_length(-100.0 / 0.95f64.ln()).unwrap();
            let few = shown(learning.chart(kind, 0.05).unwrap(), learning, 0.5, SERIES);
            let many = shown(known, learning, 0.5, SERIES);
            assert!(many > 30 + 11 && 2 * many > 3 * few, "{known:?}: {many}, {few}");
        }
    }

    #[test]
    fn what_is_learnt_from_very_many_is_known() {
        for kind in KINDS {
            let learning = Learning { learn: 100_000_000, n: 100_000_400 };
            let limit = learning.chart(kind, 0.05).unwrap().limit();
            let known = kind.with_average_run_length(-400.0 / 0.95f64.ln()).unwrap().limit();
            assert!((limit / known - 1.0).abs() < 2e-3, "{limit} {known}");
            let few = Learning { learn: 50, n: 450 }.chart(kind, 0.05).unwrap().limit();
            assert!(few > 1.1 * known, "{few} {known}");
        }
    }

    #[test]
    fn unlikely_and_likely_alarms_have_a_limit_too() {
        for kind in KINDS {
            let limits: Vec<f64> = [0.99, 0.5, 0.05, 1e-3, 1e-6]
                .into_iter()
                .map(|alpha| Learning { learn: 25, n: 100 }.chart(kind, alpha).unwrap().limit())
                .collect();
            assert!(limits.is_sorted_by(|a, b| a < b), "{limits:?}");
        }
    }
}
