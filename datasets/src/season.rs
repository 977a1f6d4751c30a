//! The daily and weekly season of the shop's visitors.

use std::f64::consts::TAU;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1};

use crate::layout::DAY_S;

/// Width of the steps in which the season is followed when instants are drawn.
const STEP_S: i64 = 300;

/// The shop's request rate at an instant, relative to its mean over a week.
///
/// One day's wave (highest at 20:00 UTC, amplitude 0.55) times one week's (highest on Saturday at 18:00 UTC, amplitude
/// 0.2). The two waves are orthogonal over a week, so the mean over a week is exactly 1.
///
/// ```
/// use sre_stats_datasets::relative_rate;
/// let monday = 1_780_272_000; // 2026-06-01T00:00:00Z
/// assert!(relative_rate(monday + 20 * 3600) > 2.0 * relative_rate(monday + 8 * 3600));
/// ```
pub fn relative_rate(unix_s: i64) -> f64 {
    let day = (unix_s - 20 * 3600).rem_euclid(DAY_S) as f64 / DAY_S as f64;
    // 1970-01-01 was a Thursday: its first Saturday, 18:00, came after two days and 18 hours
    let week_s = 7 * DAY_S;
    let week = (unix_s - 2 * DAY_S - 18 * 3600).rem_euclid(week_s) as f64 / week_s as f64;
    (1.0 + 0.55 * (TAU * day).cos()) * (1.0 + 0.2 * (TAU * week).cos())
}

/// `rows` instants in nanoseconds, ascending and whole microseconds, whose density follows the season.
///
/// Sorted uniforms from normalised exponential gaps go through the inverse of the season's cumulative rate.
pub(crate) fn seasonal_times(rng: &mut ChaCha8Rng, start_unix_s: i64, duration_s: i64, rows: usize) -> Vec<i64> {
    let steps = duration_s / STEP_S;
    let mut cumulative = Vec::with_capacity(steps as usize + 1);
    let mut total = 0.0;
    cumulative.push(total);
    for step in 0..steps {
        total += relative_rate(start_unix_s + step * STEP_S + STEP_S / 2);
        cumulative.push(total);
    }
    let mut times = Vec::with_capacity(rows);
    let mut step = 0;
    for uniform in sorted_uniforms(rng, rows) {
        let target = uniform * total;
        while step + 2 < cumulative.len() && cumulative[step + 1] <= target {
            step += 1;
        }
        let inside = (target - cumulative[step]) / (cumulative[step + 1] - cumulative[step]);
        let offset_us = (step as f64 + inside.clamp(0.0, 1.0)) * STEP_S as f64 * 1e6;
        // the end is outside
        let offset_us = (offset_us as i64).min(duration_s * 1_000_000 - 1);
        times.push((start_unix_s * 1_000_000 + offset_us) * 1000);
    }
    times
}

/// `count` ascending uniforms in [0, 1): partial sums of exponential gaps over their total.
pub(crate) fn sorted_uniforms(rng: &mut ChaCha8Rng, count: usize) -> Vec<f64> {
    let mut sum = 0.0;
    let mut sums: Vec<f64> = (0..count)
        .map(|_| {
            let gap: f64 = Exp1.sample(rng);
            sum += gap;
            sum
        })
        .collect();
    let last: f64 = Exp1.sample(rng);
    // a gap of exactly zero at the end would reach 1; the smallest positive step keeps it below
    let total = (sum + last).next_up();
    for value in &mut sums {
        *value /= total;
    }
    sums
}

/// The index of a share: shares are taken in order, and what is left goes to the last one.
pub(crate) fn pick(rng: &mut ChaCha8Rng, shares: &[f64]) -> usize {
    let mut left: f64 = rng.random();
    for (index, share) in shares.iter().enumerate() {
        left -= share;
        if left < 0.0 {
            return index;
        }
    }
    shares.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{START_UNIX_S, rng};

    #[test]
    fn the_mean_over_a_week_is_one() {
        let hours = 7 * 24;
        let sum: f64 = (0..hours).map(|hour| relative_rate(START_UNIX_S + hour * 3600)).sum();
        assert!((sum / hours as f64 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn times_follow_the_season() {
        let times = seasonal_times(&mut rng(3, 1), START_UNIX_S, 7 * DAY_S, 200_000);
        assert!(times.is_sorted());
        // chi-square over the week's 168 hours: 168 expected with standard deviation 18
        let mut counts = vec![0_u32; 168];
        for time in &times {
            counts[((time / 1_000_000_000 - START_UNIX_S) / 3600) as usize] += 1;
        }
        let chi_square: f64 = counts
            .iter()
            .enumerate()
            .map(|(hour, count)| {
                let expected: f64 = (0..12)
                    .map(|step| {
                        let middle = START_UNIX_S + hour as i64 * 3600 + step * STEP_S + 150;
                        relative_rate(middle) / 168.0 / 12.0 * 200_000.0
                    })
                    .sum();
                (f64::from(*count) - expected).powi(2) / expected
            })
            .sum();
        assert!((90.0..260.0).contains(&chi_square), "chi-square {chi_square}");
    }
}
