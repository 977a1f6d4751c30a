//! STL: seasonal and trend decomposition by loess.

use super::loess::{Loess, Points};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// The parameters of [`stl`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StlOptions {
    /// Samples in a season, 2 or more.
    pub period: usize,
    /// Seasons over which each phase is smoothed: odd, 3 or more; 7 is usual, larger lets the season change more slowly.
    pub seasonal: usize,
    /// Samples over which the trend is smoothed: odd and more than a season; `None` for the authors' choice, the next odd number
    /// from 1.5 · period / (1 − 1.5 / seasonal).
    pub trend: Option<usize>,
    /// Whether outliers lose their weight: 2 rounds within 15, in place of 5 within 1.
    pub robust: bool,
}

impl StlOptions {
    /// The usual parameters for a season of so many samples.
    pub fn new(period: usize) -> Self {
        Self { period, seasonal: 7, trend: None, robust: false }
    }

    /// The same parameters with outliers losing their weight.
    #[must_use]
    pub fn robust(self) -> Self {
        Self { robust: true, ..self }
    }

    fn check(&self, n: usize) -> Result<()> {
        let Self { period, seasonal, trend, .. } = *self;
        if period < 2 || n < 2 * period {
            return Err(Error::argument(format!("a season of {period} samples in {n}"))
                .hint("a season has 2 samples or more, and the series two seasons or more"));
        }
        if seasonal < 3 || seasonal.is_multiple_of(2) {
            return Err(Error::argument(format!("a seasonal smoother over {seasonal} seasons")).hint("odd, 3 or more"));
        }
        if let Some(trend) = trend.filter(|t| *t <= period || t.is_multiple_of(2)) {
            return Err(Error::argument(format!("a trend smoother over {trend} samples"))
                .hint(format!("odd, and more than a season of {period}")));
        }
        Ok(())
    }

    fn trend_length(&self) -> usize {
        let authors = || (1.5 * self.period as f64 / (1.0 - 1.5 / self.seasonal as f64)).ceil() as usize;
        self.trend.unwrap_or_else(authors) | 1
    }
}

/// What [`stl`] makes of a column: three columns that add up to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Stl {
    /// The season.
    pub seasonal: Vec<f64>,
    /// The trend.
    pub trend: Vec<f64>,
    /// What is left; NaN where the value was missing.
    pub remainder: Vec<f64>,
    /// The weight of each value, from 0 to 1; 0 where it was missing.
    pub weights: Vec<f64>,
}

/// Decomposes evenly spaced values into season, trend and remainder; NaN marks a value that is missing.
///
/// The procedure, its rounds and its defaults are those of the authors and of statsmodels: smoothers of degree 1, evaluated at
/// every sample (no `jump`). A missing value has weight 0 throughout, and season and trend are given there too, from a wider
/// window where its own holds no value with weight. The windows of the trend are sums of products with a fixed kernel, taken by Fourier
/// transform, so time is O(n log p) and memory linear.
///
/// Not for a season that is no whole number of samples, nor for one whose amplitude grows with the level: take logarithms there.
///
/// Source: R. B. Cleveland, W. S. Cleveland, J. E. McRae, I. Terpenning, *STL: a seasonal-trend decomposition procedure based on
/// loess*, Journal of Official Statistics 6 (1990).
///
/// ```
/// use sre_stats::forecast::{StlOptions, stl};
/// let values: Vec<f64> = (0..96).map(|i| 0.5 * f64::from(i) + [0.0, 8.0, 3.0, -11.0][i as usize % 4]).collect();
/// let parts = stl(&values, &StlOptions::new(4))?;
/// assert!((parts.seasonal[41] - 8.0).abs() < 1e-9 && (parts.trend[41] - 20.5).abs() < 1e-9);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// [`Argument`](crate::ErrorKind::Argument) on an infinite value or an option outside its domain, and with fewer than two
/// seasons; [`Empty`](crate::ErrorKind::Empty) where no value is there.
#[allow(clippy::doc_markdown, reason = "a name of a person")]
pub fn stl(values: &[f64], options: &StlOptions) -> Result<Stl> {
    stl_with(values, options, &Progress::new())
}

/// [`stl`] that looks between two passes whether to go on.
pub(super) fn stl_with(values: &[f64], options: &StlOptions, progress: &Progress) -> Result<Stl> {
    options.check(values.len())?;
    if let Some(i) = values.iter().position(|v| v.is_infinite()) {
        return Err(Error::argument(format!("value {i} is {}", values[i])).hint("leave it out as NaN"));
    }
    let present: Vec<f64> = values.iter().map(|v| f64::from(u8::from(!v.is_nan()))).collect();
    let count = present.iter().sum::<f64>();
    if count == 0.0 {
        return Err(Error::empty("every value is missing"));
    }
    // about their mean, so that an offset costs no digits
    let mean = values.iter().filter(|v| !v.is_nan()).map(|v| v / count).sum::<f64>();
    let y: Vec<f64> = values.iter().map(|v| if v.is_nan() { 0.0 } else { v - mean }).collect();
    let mut work = Work::new(y, present, options);
    let (inner, outer) = if options.robust { (2, 15) } else { (5, 0) };
    for round in 0..=outer {
        for _ in 0..inner {
            progress.check()?;
            work.step();
            progress.advance(1);
        }
        if round < outer {
            work.weigh();
        }
    }
    let Work { y, present, weights, seasonal, mut trend, .. } = work;
    let remainder =
        (0..y.len()).map(|i| if present[i] > 0.0 { y[i] - trend[i] - seasonal[i] } else { f64::NAN }).collect();
    for t in &mut trend {
        *t += mean;
    }
    Ok(Stl { seasonal, trend, remainder, weights: weights.unwrap_or(present) })
}

struct Work {
    y: Vec<f64>,
    present: Vec<f64>,
    /// `None` while all are 1.
    weights: Option<Vec<f64>>,
    period: usize,
    phase: Loess,
    pass: Loess,
    level: Loess,
    seasonal: Vec<f64>,
    trend: Vec<f64>,
}

impl Work {
    fn new(y: Vec<f64>, present: Vec<f64>, options: &StlOptions) -> Self {
        let n = y.len();
        Self {
            weights: present.contains(&0.0).then(|| present.clone()),
            y,
            present,
            period: options.period,
            phase: Loess::new(options.seasonal),
            // the next odd number above the period
            pass: Loess::new((options.period + 1) | 1),
            level: Loess::new(options.trend_length()),
            seasonal: vec![0.0; n],
            trend: vec![0.0; n],
        }
    }

    /// One pass of the inner loop: season from what the trend leaves, trend from what the season leaves.
    fn step(&mut self) {
        let (n, period) = (self.y.len(), self.period);
        let detrended: Vec<f64> = self.y.iter().zip(&self.trend).map(|(y, t)| y - t).collect();
        let cycles = self.cycles(&detrended);
        let low = average(&average(&average(&cycles, period), period), 3);
        let low = self.pass.smooth(Points::plain(&low));
        for i in 0..n {
            self.seasonal[i] = cycles[period + i] - low[i];
        }
        let deseasonal: Vec<f64> = self.y.iter().zip(&self.seasonal).map(|(y, s)| y - s).collect();
        self.trend = self.level.smooth(Points {
            values: &deseasonal,
            weights: self.weights.as_deref(),
            present: Some(&self.present),
        });
    }

    /// Every phase smoothed over the seasons, from one season before the first sample to one after the last.
    fn cycles(&self, detrended: &[f64]) -> Vec<f64> {
        let (n, period) = (detrended.len(), self.period);
        let mut out = vec![0.0; n + 2 * period];
        let (mut values, mut kept, mut there) = (Vec::new(), Vec::new(), Vec::new());
        for phase in 0..period {
            values.clear();
            values.extend(detrended[phase..].iter().step_by(period));
            kept.clear();
            if let Some(weights) = &self.weights {
                kept.extend(weights[phase..].iter().step_by(period));
            }
            there.clear();
            there.extend(self.present[phase..].iter().step_by(period));
            let weights = self.weights.as_ref().map(|_| &kept[..]);
            let points = Points { values: &values, weights, present: Some(&there) };
            let k = values.len();
            let window = k.min(self.phase.length());
            let smooth = self.phase.smooth(points);
            let before = self.phase.at(points, -1.0, 0, window).unwrap_or(smooth[0]);
            let after = self.phase.at(points, k as f64, k - window, k).unwrap_or(smooth[k - 1]);
            let whole = std::iter::once(&before).chain(&smooth).chain(std::iter::once(&after));
            for (slot, value) in out[phase..].iter_mut().step_by(period).zip(whole) {
                *slot = *value;
            }
        }
        out
    }

    /// New weights from the remainders: bisquare, with six median absolute remainders as reach.
    fn weigh(&mut self) {
        let rest: Vec<f64> = (0..self.y.len()).map(|i| (self.y[i] - self.trend[i] - self.seasonal[i]).abs()).collect();
        let mut sizes: Vec<f64> = rest.iter().zip(&self.present).filter(|(_, p)| **p > 0.0).map(|(r, _)| *r).collect();
        let count = sizes.len();
        let (_, upper, _) = sizes.select_nth_unstable_by(count / 2, f64::total_cmp);
        let upper = *upper;
        let lower =
            if count % 2 == 1 { upper } else { sizes[..count / 2].iter().copied().fold(f64::NEG_INFINITY, f64::max) };
        let reach = 3.0 * (lower + upper);
        let weight = |r: f64| {
            if r <= 0.001 * reach {
                1.0
            } else if r <= 0.999 * reach {
                (1.0 - (r / reach).powi(2)).powi(2)
            } else {
                0.0
            }
        };
        // where most remainders are rounding, none is an outlier
        let size = self.y.iter().fold(0.0f64, |a, v| a.max(v.abs()));
        let weigh = |(r, p): (&f64, &f64)| if reach > 1e-11 * size { weight(*r) * p } else { *p };
        self.weights = Some(rest.iter().zip(&self.present).map(weigh).collect());
    }
}

/// Moving averages over so many values.
fn average(x: &[f64], length: usize) -> Vec<f64> {
    let mut sum: f64 = x[..length].iter().sum();
    let mut out = Vec::with_capacity(x.len() - length + 1);
    out.push(sum / length as f64);
    for (old, new) in x.iter().zip(&x[length..]) {
        sum += new - old;
        out.push(sum / length as f64);
    }
    out
}
