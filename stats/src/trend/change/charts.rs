//! Control charts, CUSUM and EWMA, and how long they run before they sound a false alarm.
//!
//! A chart watches a process whose usual mean and standard deviation are known. Its average run length (ARL) is the mean number
//! of samples to the first alarm: the longer the better without a shift, the shorter the better with one. Independent normal
//! values are assumed; on positively autocorrelated ones a chart alarms too often unless the standard deviation given to it is the long-run one.

use crate::error::{Error, Result};
use crate::quantile::tails::upper_tail;

/// A two-sided chart of standardised values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Chart {
    /// Tabular CUSUM (Page, 1954): two sums of what exceeds `slack` (k), an alarm where either exceeds `limit` (h), both in
    /// standard deviations. k is half of the shift that is to be found soonest.
    Cusum {
        /// k.
        slack: f64,
        /// h.
        limit: f64,
    },
    /// Exponentially weighted moving average (Roberts, 1959): the newest value has the weight `weight` (λ in (0, 1]), an
    /// alarm `limit` (L) asymptotic standard deviations of the average away from the mean.
    Ewma {
        /// λ.
        weight: f64,
        /// L.
        limit: f64,
    },
}

/// An alarm of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Alarm {
    /// The sample that sounds it.
    pub at: usize,
    /// The first sample of the shift by the chart's own account: after the sum was last 0, or the average last on the mean's
    /// side.
    pub since: usize,
    /// Whether the values went up.
    pub up: bool,
}

impl Chart {
    fn check(self) -> Result<Self> {
        let good = match self {
            Self::Cusum { slack, limit } => slack >= 0.0 && slack.is_finite() && limit > 0.0 && limit.is_finite(),
            Self::Ewma { weight, limit } => weight > 0.0 && weight <= 1.0 && limit > 0.0 && limit.is_finite(),
        };
        if good { Ok(self) } else { Err(Error::argument(format!("a chart of {self:?} is out of range"))) }
    }

    pub(super) fn limit(self) -> f64 {
        match self {
            Self::Cusum { limit, .. } | Self::Ewma { limit, .. } => limit,
        }
    }

    pub(super) fn with_limit(self, limit: f64) -> Self {
        match self {
            Self::Cusum { slack, .. } => Self::Cusum { slack, limit },
            Self::Ewma { weight, .. } => Self::Ewma { weight, limit },
        }
    }

    /// The chart of values in true standard deviations that does what this one does in `unit` of them.
    pub(super) fn scaled(self, unit: f64) -> Self {
        match self {
            Self::Cusum { slack, limit } => Self::Cusum { slack: slack * unit, limit: limit * unit },
            Self::Ewma { weight, limit } => Self::Ewma { weight, limit: limit * unit },
        }
    }

    /// The mean number of samples to the first alarm of independent standard normal values shifted by `shift` standard
    /// deviations from the start (zero state).
    ///
    /// CUSUM: the integral equation of each side (Page, 1954) by Gauss–Legendre quadrature, joined by 1/ARL = 1/ARL⁺ + 1/ARL⁻
    /// (Kemp, 1961). EWMA: the integral equation of Crowder (1987), likewise. Good to a part in a thousand up to ARL of 10⁶. Not for
    /// autocorrelated samples, whose charts alarm far earlier: chart means over windows longer than the noise remembers.
    ///
    /// ```
    /// use sre_stats::trend::Chart;
    /// let arl = Chart::Cusum { slack: 0.5, limit: 5.0 }.average_run_length(0.0)?;
    /// assert!((arl - 465.4).abs() < 1.0);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where a parameter is out of range or the shift is not finite.
    pub fn average_run_length(self, shift: f64) -> Result<f64> {
        self.check()?;
        if !shift.is_finite() {
            return Err(Error::argument("a shift must be finite"));
        }
        Ok(match self {
            Self::Cusum { slack, limit } => {
                let (up, down) = (one_sided(slack, limit, shift), one_sided(slack, limit, -shift));
                1.0 / (1.0 / up + 1.0 / down)
            }
            Self::Ewma { weight, limit } => two_sided(weight, limit, shift),
        })
    }

    /// The chart of this kind whose ARL without a shift is `arl`: its limit is changed.
    ///
    /// # Errors
    /// Where a parameter is out of range, or `arl` is not between 2 and 10⁹.
    pub fn with_average_run_length(self, arl: f64) -> Result<Self> {
        self.check()?;
        if !(2.0..=1e9).contains(&arl) {
            return Err(Error::argument(format!("an average run length of {arl} is not between 2 and 10⁹")));
        }
        let (mut low, mut high) = (1e-3, 8.0);
        while self.with_limit(high).average_run_length(0.0)? < arl && high < 1e4 {
            (low, high) = (high, 2.0 * high);
        }
        for _ in 0..40 {
            let middle = f64::midpoint(low, high);
            if self.with_limit(middle).average_run_length(0.0)? < arl { low = middle } else { high = middle }
        }
        Ok(self.with_limit(high))
    }

    /// All alarms on values with this usual mean and standard deviation; after each the chart begins anew.
    ///
    /// # Errors
    /// Where a parameter is out of range, the standard deviation is not positive, or a value is not finite.
    pub fn alarms(self, values: &[f64], mean: f64, sd: f64) -> Result<Vec<Alarm>> {
        self.check()?;
        if !(sd > 0.0 && sd.is_finite() && mean.is_finite()) {
            return Err(Error::argument(format!(
                "a chart needs a finite mean and a positive deviation, not {mean}, {sd}"
            )));
        }
        if let Some(at) = values.iter().position(|v| !v.is_finite()) {
            return Err(Error::argument(format!("value {} of {} is {}", at + 1, values.len(), values[at]))
                .hint("leave out what is not finite"));
        }
        let mut alarms = Vec::new();
        let (mut up, mut down) = (0.0f64, 0.0f64);
        // the first sample of the present excursion to either side
        let (mut since_up, mut since_down) = (0, 0);
        for (at, v) in values.iter().enumerate() {
            let z = (v - mean) / sd;
            let limit = match self {
                Self::Cusum { slack, limit } => {
                    (up, down) = ((up + z - slack).max(0.0), (down - z - slack).max(0.0));
                    limit
                }
                Self::Ewma { weight, limit } => {
                    up = weight * z + (1.0 - weight) * up;
                    down = -up;
                    limit * (weight / (2.0 - weight)).sqrt()
                }
            };
            since_up = if up > 0.0 { since_up } else { at + 1 };
            since_down = if down > 0.0 { since_down } else { at + 1 };
            if up > limit || down > limit {
                let is_up = up > limit;
                alarms.push(Alarm { at, since: if is_up { since_up } else { since_down }, up: is_up });
                (up, down) = (0.0, 0.0);
                (since_up, since_down) = (at + 1, at + 1);
            }
        }
        Ok(alarms)
    }
}

/// Nodes and weights of Gauss and Legendre on [−1, 1], by Newton's method.
pub(super) fn legendre(n: usize) -> Vec<(f64, f64)> {
    let node = |i: usize| {
        let mut x = (std::f64::consts::PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
        let mut slope = 1.0;
        for _ in 0..100 {
            let (mut before, mut p) = (1.0, x);
            for k in 2..=n {
                let k = k as f64;
                (before, p) = (p, ((2.0 * k - 1.0) * x * p - (k - 1.0) * before) / k);
            }
            slope = n as f64 * (x * p - before) / (x * x - 1.0);
            let step = p / slope;
            x -= step;
            if step.abs() < 1e-15 {
                break;
            }
        }
        (x, 2.0 / ((1.0 - x * x) * slope * slope))
    };
    (0..n).map(node).collect()
}

const NODES: usize = 48;

pub(super) fn density(x: f64) -> f64 {
    (-x * x / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// ARL of an upper CUSUM from 0: L(0) = 1 + L(0) Φ(k − μ) + ∫₀ʰ L(y) φ(y + k − μ) dy, and the same from each y.
fn one_sided(slack: f64, limit: f64, shift: f64) -> f64 {
    let points: Vec<(f64, f64)> =
        legendre(NODES).into_iter().map(|(x, w)| (limit * (x + 1.0) / 2.0, w * limit / 2.0)).collect();
    // unknowns: L(0), then L at each node
    let from: Vec<f64> = [0.0].into_iter().chain(points.iter().map(|p| p.0)).collect();
    let mut rows: Vec<Vec<f64>> = from
        .iter()
        .enumerate()
        .map(|(i, z)| {
            let to = |y: f64| y - z + slack - shift;
            let stay = upper_tail(-(slack - shift - z));
            let mut row: Vec<f64> =
                [-stay].into_iter().chain(points.iter().map(|(y, w)| -w * density(to(*y)))).collect();
            row[i] += 1.0;
            row.push(1.0);
            row
        })
        .collect();
    solve(&mut rows).first().copied().unwrap_or(f64::INFINITY)
}

/// ARL of an EWMA from the mean: L(u) = 1 + λ⁻¹ ∫ L(y) φ((y − (1 − λ)u)/λ − μ) dy over ±L √(λ/(2 − λ)).
fn two_sided(weight: f64, limit: f64, shift: f64) -> f64 {
    let reach = limit * (weight / (2.0 - weight)).sqrt();
    // two thirds of the normal density's deviation apart at most, up to where it is as wide as the span
    let nodes = ((5.0 * reach / weight).ceil() as usize).clamp(NODES, 2 * NODES);
    let points: Vec<(f64, f64)> = legendre(nodes).into_iter().map(|(x, w)| (reach * x, w * reach)).collect();
    let row = |u: f64| {
        points
            .iter()
            .map(move |(y, w)| w / weight * density((y - (1.0 - weight) * u) / weight - shift))
            .collect::<Vec<f64>>()
    };
    let mut rows: Vec<Vec<f64>> = points
        .iter()
        .enumerate()
        .map(|(i, (u, _))| {
            let mut row: Vec<f64> = row(*u).into_iter().map(|k| -k).collect();
            row[i] += 1.0;
            row.push(1.0);
            row
        })
        .collect();
    let lengths = solve(&mut rows);
    1.0 + row(0.0).iter().zip(&lengths).map(|(k, l)| k * l).sum::<f64>()
}

/// Solves rows of coefficients with the right side last, by elimination with partial pivots.
fn solve(rows: &mut [Vec<f64>]) -> Vec<f64> {
    let n = rows.len();
    for k in 0..n {
        let pivot = (k..n).max_by(|a, b| rows[*a][k].abs().total_cmp(&rows[*b][k].abs())).unwrap_or(k);
        rows.swap(k, pivot);
        let (head, tail) = rows.split_at_mut(k + 1);
        let lead = &head[k];
        for row in tail {
            let factor = row[k] / lead[k];
            for (a, b) in row.iter_mut().zip(lead).skip(k) {
                *a -= factor * b;
            }
        }
    }
    let mut x = vec![0.0; n];
    for k in (0..n).rev() {
        let known: f64 = (k + 1..n).map(|j| rows[k][j] * x[j]).sum();
        x[k] = (rows[k][n] - known) / rows[k][k];
    }
    x
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn values_that_are_not_finite_are_refused() {
        for chart in [Chart::Cusum { slack: 0.5, limit: 5.0 }, Chart::Ewma { weight: 0.1, limit: 2.8 }] {
            // a NaN would empty the sums, and an alarm be missed
            let mut values = vec![2.0; 9];
            assert_eq!(chart.alarms(&values, 0.0, 1.0).unwrap().len(), 2, "{chart:?}");
            for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                values[2] = odd;
                let why = chart.alarms(&values, 0.0, 1.0).unwrap_err().to_string();
                assert!(why.contains("value 3 of 9"), "{why}");
            }
        }
    }

    #[test]
    fn run_lengths_of_cusum_are_the_published_ones() {
        // D. C. Montgomery, Introduction to Statistical Quality Control, table 9.3 (k = ½; h = 4 and 5)
        let shifts = [0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5, 3.0];
        let four = [168.0, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.62, 2.19];
        let five = [465.0, 139.0, 38.0, 17.0, 10.4, 5.75, 4.01, 3.11, 2.57];
        for (limit, table) in [(4.0, four), (5.0, five)] {
            for (shift, want) in shifts.into_iter().zip(table) {
                let got = Chart::Cusum { slack: 0.5, limit }.average_run_length(shift).unwrap();
                assert!((got / want - 1.0).abs() < 6e-3, "h = {limit}, shift {shift}: {got}, published {want}");
            }
        }
    }

    #[test]
    fn run_lengths_of_ewma_are_the_published_ones() {
        // J. M. Lucas and M. S. Saccucci, Technometrics 32 (1990), as in Montgomery's table 9.11
        let charts = [(0.4, 3.054), (0.25, 2.998), (0.2, 2.962), (0.1, 2.814), (0.05, 2.615)];
        let rows = [
            (0.0, [500.0, 500.0, 500.0, 500.0, 500.0]),
            (0.25, [224.0, 170.0, 150.0, 106.0, 84.1]),
            (0.5, [71.2, 48.2, 41.8, 31.3, 28.8]),
            (1.0, [14.3, 11.1, 10.5, 10.3, 11.4]),
            (2.0, [3.5, 3.6, 3.7, 4.4, 5.2]),
        ];
        for (shift, row) in rows {
            for ((weight, limit), want) in charts.into_iter().zip(row) {
                let got = Chart::Ewma { weight, limit }.average_run_length(shift).unwrap();
                assert!((got / want - 1.0).abs() < 0.02, "λ = {weight}, shift {shift}: {got}, published {want}");
            }
        }
    }

    #[test]
    fn a_limit_is_found_for_a_run_length() {
        let Chart::Cusum { limit, .. } =
            Chart::Cusum { slack: 0.5, limit: 1.0 }.with_average_run_length(465.44).unwrap()
        else {
            unreachable!()
        };
        assert!((limit - 5.0).abs() < 1e-3, "{limit}");
        assert!(Chart::Cusum { slack: 0.5, limit: 1.0 }.with_average_run_length(1.0).is_err());
        assert!(Chart::Ewma { weight: 0.0, limit: 1.0 }.average_run_length(0.0).is_err());
    }

    #[test]
    fn a_simulated_chart_runs_as_long_as_the_equation_says() {
        let mut random = <rand_chacha::ChaCha8Rng as rand::SeedableRng>::seed_from_u64(4);
        for chart in [Chart::Cusum { slack: 0.5, limit: 3.0 }, Chart::Ewma { weight: 0.2, limit: 2.2 }] {
            let values: Vec<f64> = (0..200_000)
                .map(|_| rand_distr::Distribution::sample(&rand_distr::StandardNormal, &mut random))
                .collect();
            let alarms = chart.alarms(&values, 0.0, 1.0).unwrap();
            let simulated = values.len() as f64 / alarms.len() as f64;
            let arl = chart.average_run_length(0.0).unwrap();
            // the standard deviation of a run length is about its mean
            assert!((simulated / arl - 1.0).abs() < 4.0 / (alarms.len() as f64).sqrt(), "{chart:?}: {simulated} {arl}");
        }
    }

    #[test]
    fn an_alarm_knows_since_when() {
        let values: Vec<f64> = (0..40u32).map(|i| f64::from(i % 2) - 0.5 + if i >= 20 { 3.0 } else { 0.0 }).collect();
        let alarms = Chart::Cusum { slack: 0.5, limit: 5.0 }.alarms(&values, 0.0, 1.0).unwrap();
        assert_eq!((alarms[0].since, alarms[0].up), (20, true));
        assert!(alarms[0].at <= 23);
        assert!(Chart::Cusum { slack: 0.5, limit: 5.0 }.alarms(&values, 0.0, 0.0).is_err());
    }
}
