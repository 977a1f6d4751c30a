//! The slope of Theil and Sen: the median of the slopes of all pairs.

use super::slopes::Slopes;
use crate::error::{Error, Result};
use crate::quantile::tails::quantile;

/// A robust line through a series, with the interval of its slope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SenSlope {
    /// The slope per second.
    pub slope_per_s: f64,
    /// The lower end of the slope's interval, per second.
    pub lower: f64,
    /// The upper end of the slope's interval, per second.
    pub upper: f64,
    /// The line's value at the first time: median(y) − slope · median(t − t₀) (Conover, 1980).
    pub intercept: f64,
    /// The slope per `step`, the unit that it was computed in.
    pub(crate) per_step: f64,
}

/// Theil–Sen slope with Sen's interval at `level`, in n log n expected time and linear memory.
///
/// `times` are nanoseconds, strictly increasing, regular or not; `values` are finite; `step_ns` is any typical distance of
/// times and sets only the unit of the arithmetic. The interval takes the ranks (N ∓ z σ)/2 of the N slopes, σ² being the
/// variance of Kendall's score with ties (Sen, 1968), here multiplied by `inflation` (1 for independent samples). The median
/// resists 29 % of outliers; it is exact up to rounding. Where the values are equal for most pairs, the slope is 0. The interval is for
/// independent samples: on autocorrelated ones give the `inflation` of their variance, and on a series with a season take it out first.
///
/// ```
/// use sre_stats::trend::theil_sen;
/// let line = theil_sen(&[0, 1_000_000_000, 3_000_000_000], &[1.0, 3.0, 7.0], 1e9, 0.95, 1.0)?;
/// assert_eq!((line.slope_per_s, line.intercept), (2.0, 1.0));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where the lengths differ, there are fewer than 2 or more than 2³² − 1 points, or an argument is out of its domain.
pub fn theil_sen(times: &[i64], values: &[f64], step_ns: f64, level: f64, inflation: f64) -> Result<SenSlope> {
    let n = values.len();
    if times.len() != n {
        return Err(Error::mismatch(format!("{} times and {n} values", times.len())));
    }
    if n < 2 || u32::try_from(n).is_err() {
        return Err(Error::argument(format!("a slope needs 2 points or more, up to 2³² − 1, not {n}")));
    }
    if !times.is_sorted_by(|a, b| a < b) || !values.iter().all(|v| v.is_finite()) {
        return Err(Error::argument("times must increase strictly and values must be finite"));
    }
    if !(step_ns > 0.0 && step_ns.is_finite() && level > 0.0 && level < 1.0 && inflation > 0.0) {
        return Err(Error::argument(format!("step {step_ns}, level {level}, inflation {inflation}: out of range")));
    }
    let fit = Fit::new(times, values, step_ns);
    let variance = super::mann_kendall::mann_kendall(values).variance * inflation;
    let (lower, upper) = fit.interval_ranks(variance, level);
    let (low, high) = fit.median_ranks();
    let found = fit.slopes.at_ranks(&[lower, low, high, upper]);
    let [lower, low, high, upper] = found[..] else { return Err(Error::argument("no slopes")) };
    Ok(fit.line(f64::midpoint(low, high), lower, upper))
}

/// A fit in two steps, for callers whose interval depends on the slope.
pub(crate) struct Fit<'a> {
    times: &'a [i64],
    values: &'a [f64],
    step_ns: f64,
    slopes: Slopes<'a>,
}

impl<'a> Fit<'a> {
    /// A fit to 2 points or more, at strictly increasing times, of finite values.
    pub(crate) fn new(times: &'a [i64], values: &'a [f64], step_ns: f64) -> Self {
        Self { times, values, step_ns, slopes: Slopes::new(times, values, step_ns) }
    }

    fn median_ranks(&self) -> (u64, u64) {
        let pairs = self.slopes.pairs();
        (pairs.saturating_sub(1) / 2, pairs / 2)
    }

    /// The ranks of Sen's equation 2.6, rounded as scipy.stats.theilslopes does: ties of .5 to even.
    fn interval_ranks(&self, variance: f64, level: f64) -> (u64, u64) {
        let pairs = self.slopes.pairs();
        let reach = quantile(0.5 + level / 2.0) * variance.sqrt();
        let lower = (f64::midpoint(pairs as f64, -reach).round_ties_even() as u64).saturating_sub(1);
        let upper = (f64::midpoint(pairs as f64, reach).round_ties_even() as u64).min(pairs.saturating_sub(1));
        (lower, upper)
    }

    /// The median slope per step.
    pub(crate) fn per_step(&self) -> f64 {
        let (low, high) = self.median_ranks();
        let found = self.slopes.at_ranks(&[low, high]);
        found.first().zip(found.last()).map_or(0.0, |(&low, &high)| f64::midpoint(low, high))
    }

    /// The line with its interval, from the median slope and the variance of Kendall's score.
    pub(crate) fn with_interval(&self, per_step: f64, variance: f64, level: f64) -> SenSlope {
        let (lower, upper) = self.interval_ranks(variance, level);
        let found = self.slopes.at_ranks(&[lower, upper]);
        let end = |i: usize| found.get(i).copied().unwrap_or(per_step);
        self.line(per_step, end(0), end(1))
    }

    fn line(&self, per_step: f64, lower: f64, upper: f64) -> SenSlope {
        let step_s = self.step_ns / 1e9;
        let t0 = self.times.first().copied().unwrap_or_default();
        let offset = |&t: &i64| (i128::from(t) - i128::from(t0)) as f64 / self.step_ns;
        let mut offsets: Vec<f64> = self.times.iter().map(offset).collect();
        let intercept = median(&mut self.values.to_vec()) - per_step * median(&mut offsets);
        SenSlope { slope_per_s: per_step / step_s, lower: lower / step_s, upper: upper / step_s, intercept, per_step }
    }
}

/// The median, the mean of the middle two of an even number.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    let n = values.len();
    if n == 0 {
        return 0.0;
    }
    let (below, upper, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    let upper = *upper;
    if n % 2 == 1 { upper } else { f64::midpoint(below.iter().copied().fold(f64::NEG_INFINITY, f64::max), upper) }
}
