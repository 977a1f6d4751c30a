//! Exponential smoothing as a state space model with additive errors (ETS): level, slope, season.

use super::minimise::minimise;
use super::normal::Variates;
use crate::error::{Error, Result};

/// Which parts a model of exponential smoothing has; all of them additive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EtsModel {
    /// The slope.
    pub trend: EtsTrend,
    /// The samples in a season, 2 or more; `None` without one.
    pub season: Option<usize>,
}

/// The slope of a model of exponential smoothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EtsTrend {
    /// None: forecasts stay level.
    None,
    /// One that goes on for ever.
    Additive,
    /// One that dies out: each step keeps a share φ of it.
    Damped,
}

impl EtsModel {
    /// The name of the literature, such as `ETS(A,Ad,A)`: error, trend, season.
    pub fn name(&self) -> String {
        let trend = match self.trend {
            EtsTrend::None => "N",
            EtsTrend::Additive => "A",
            EtsTrend::Damped => "Ad",
        };
        format!("ETS(A,{trend},{})", if self.season.is_some() { "A" } else { "N" })
    }

    fn parameters(&self) -> usize {
        1 + usize::from(self.trend != EtsTrend::None)
            + usize::from(self.season.is_some())
            + usize::from(self.trend == EtsTrend::Damped)
    }
}

/// The smoothing parameters of a model, those it does not have at 0 (φ at 1).
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct EtsParameters {
    /// How much of an error goes into the level.
    pub alpha: f64,
    /// How much of it goes into the slope.
    pub beta: f64,
    /// How much of it goes into the season.
    pub gamma: f64,
    /// The share of the slope that each step keeps.
    pub phi: f64,
}

/// A fitted model: its parameters, what it has seen, and where it stands at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Ets {
    /// The parts.
    pub model: EtsModel,
    /// The parameters.
    pub parameters: EtsParameters,
    /// The sum of squared one-step errors.
    pub sse: f64,
    /// How many there are.
    pub n: usize,
    state: State,
}

#[derive(Clone, Debug, PartialEq)]
struct State {
    level: f64,
    slope: f64,
    /// The next season's places, the first belongs to the next step.
    season: Vec<f64>,
    at: usize,
}

impl State {
    fn one_step(&self, phi: f64) -> f64 {
        self.level + phi * self.slope + self.season.get(self.at).copied().unwrap_or(0.0)
    }

    /// Moves on by a step whose error is `e`.
    fn advance(&mut self, p: &EtsParameters, e: f64) {
        self.level += p.phi * self.slope + p.alpha * e;
        self.slope = p.phi * self.slope + p.beta * e;
        if let Some(s) = self.season.get_mut(self.at) {
            *s += p.gamma * e;
            self.at = (self.at + 1) % self.season.len();
        }
    }
}

/// The largest share of itself that a damped slope keeps: nearer to 1 it could not be told from one that is not damped.
const DAMPING: (f64, f64) = (0.8, 0.98);
/// Parameters keep this distance to the ends of their range.
const EDGE: f64 = 1e-4;

impl Ets {
    /// Fits the parameters of a model to evenly spaced values, by least squares of the one-step errors (maximum likelihood under
    /// normal errors); NaN marks a missing value, at which the state goes on without an error.
    ///
    /// The initial states are the heuristic ones of Hyndman et al., section 2.6.1: the season from up to five detrended seasons,
    /// level and slope from the first ten deseasonalised values. The parameters keep 0 < β < α and 0 < γ < 1 − α, φ lies in
    /// [0.8, 0.98]; they are searched by a downhill simplex from three starts, deterministically.
    ///
    /// Not for a series whose level or regime just changed, for a season longer than some dozens of steps (use STL), or for errors that are
    /// autocorrelated or grow with the level: its own intervals are then too narrow.
    ///
    /// Source: R. J. Hyndman, A. B. Koehler, J. K. Ord, R. D. Snyder, *Forecasting with exponential smoothing*, Springer (2008).
    ///
    /// ```
    /// use sre_stats::forecast::{Ets, EtsModel, EtsTrend};
    /// let values: Vec<f64> = (0..60).map(|i| 10.0 + 2.0 * f64::from(i) + [3.0, -1.0, -2.0][i as usize % 3]).collect();
    /// let fit = Ets::fit(EtsModel { trend: EtsTrend::Additive, season: Some(3) }, &values)?;
    /// assert!((fit.forecast(3)[2] - (10.0 + 2.0 * 62.0 - 2.0)).abs() < 0.1);
    /// # Ok::<(), sre_stats::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Argument`](crate::ErrorKind::Argument) with fewer than 10 values, two seasons, or 10 values beside one season; on an
    /// infinite value, and where none is there at the beginning.
    pub fn fit(model: EtsModel, values: &[f64]) -> Result<Self> {
        let state = initial(model, values)?;
        let decode = |p: &[f64]| {
            let mut p = p.iter();
            let mut next = || p.next().copied().unwrap_or(0.0);
            let inner = |v: f64| EDGE + (1.0 - 2.0 * EDGE) * v;
            let alpha = inner(next());
            let beta = if model.trend == EtsTrend::None { 0.0 } else { alpha * inner(next()) };
            let gamma = if model.season.is_some() { (1.0 - alpha) * inner(next()) } else { 0.0 };
            let phi = match model.trend {
                EtsTrend::Damped => DAMPING.0 + (DAMPING.1 - DAMPING.0) * next(),
                _ => 1.0,
            };
            EtsParameters { alpha, beta, gamma, phi }
        };
        let cost = |p: &[f64]| run(&mut state.clone(), &decode(p), values).0.max(f64::MIN_POSITIVE).ln();
        let starts: Vec<Vec<f64>> = [0.1, 0.4, 0.8]
            .iter()
            .map(|a| [*a, 0.1, 0.1, 0.7][..].iter().take(model.parameters()).copied().collect())
            .collect();
        let (best, _) = minimise(&cost, &starts, 150 * model.parameters());
        Self::with(model, decode(&best), values)
    }

    /// The model with given parameters, run over values from its heuristic initial states.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn with(model: EtsModel, parameters: EtsParameters, values: &[f64]) -> Result<Self> {
        let mut state = initial(model, values)?;
        let (sse, n) = run(&mut state, &parameters, values);
        Ok(Self { model, parameters, sse, n, state })
    }

    /// The mean of the next values.
    pub fn forecast(&self, steps: usize) -> Vec<f64> {
        let mut state = self.state.clone();
        (0..steps)
            .map(|_| {
                let value = state.one_step(self.parameters.phi);
                state.advance(&self.parameters, 0.0);
                value
            })
            .collect()
    }

    /// The variance of one-step errors, with the fitted parameters and the initial level and slope as degrees of freedom.
    pub fn variance(&self) -> f64 {
        let fitted = self.model.parameters() + 1 + usize::from(self.model.trend != EtsTrend::None);
        self.sse / self.n.saturating_sub(fitted).max(1) as f64
    }

    /// The variance of the next values as multiples of that of a one-step error: 1 + Σ cⱼ² (Hyndman et al., table 6.1).
    pub fn relative_variance(&self, steps: usize) -> Vec<f64> {
        let p = &self.parameters;
        let (mut sum, mut slope, mut power) = (1.0, 0.0, 1.0);
        (0..steps)
            .map(|h| {
                if h > 0 {
                    power *= p.phi;
                    slope += power;
                    let season = self.model.season.is_some_and(|m| h % m == 0);
                    let c = p.alpha + p.beta * slope + if season { p.gamma } else { 0.0 };
                    sum += c * c;
                }
                sum
            })
            .collect()
    }

    /// Akaike's criterion with its correction for small samples, but for a constant; smaller is better.
    pub fn aicc(&self) -> f64 {
        let n = self.n as f64;
        let k = (self.model.parameters()
            + 2
            + usize::from(self.model.trend != EtsTrend::None)
            + self.model.season.unwrap_or(0)) as f64;
        let correction = if n > k + 1.0 { 2.0 * k * (k + 1.0) / (n - k - 1.0) } else { f64::INFINITY };
        n * (self.sse / n).max(f64::MIN_POSITIVE).ln() + 2.0 * k + correction
    }

    /// One way in which the next values may come, with normal errors of a standard deviation.
    pub(super) fn path(&self, random: &mut Variates, deviation: f64, out: &mut [f64]) {
        let mut state = self.state.clone();
        for value in out {
            let e = deviation * random.next();
            *value = state.one_step(self.parameters.phi) + e;
            state.advance(&self.parameters, e);
        }
    }
}

/// Runs over values: the sum of squared errors and their number.
fn run(state: &mut State, p: &EtsParameters, values: &[f64]) -> (f64, usize) {
    let (mut sse, mut n) = (0.0, 0);
    for y in values {
        let e = if y.is_nan() { 0.0 } else { y - state.one_step(p.phi) };
        if !y.is_nan() {
            sse += e * e;
            n += 1;
        }
        state.advance(p, e);
    }
    (sse, n)
}

/// The heuristic initial states; missing values are left out of every mean and line.
fn initial(model: EtsModel, values: &[f64]) -> Result<State> {
    let n = values.len();
    let m = model.season.unwrap_or(1);
    let needed = if model.season.is_some() { (2 * m).max(10 + 2 * (m / 2)) } else { 10 };
    if n < needed || m < 1 || model.season == Some(1) {
        return Err(Error::argument(format!("{n} values for {} with a season of {m}", model.name()))
            .hint(format!("{needed} or more are needed, and a season has 2 samples or more")));
    }
    if let Some(v) = values.iter().find(|v| v.is_infinite()) {
        return Err(Error::argument(format!("a value is {v}")).hint("leave it out as NaN"));
    }
    let (season, trend) =
        if model.season.is_some() { seasonal(m, needed, values) } else { (Vec::new(), values.to_vec()) };
    // least squares of the first ten on 1, 2, …
    let first: Vec<(f64, f64)> =
        trend.iter().take(10).enumerate().filter(|(_, v)| !v.is_nan()).map(|(i, v)| (i as f64 + 1.0, *v)).collect();
    if first.len() < 2 {
        return Err(Error::argument("the first ten values are missing").hint("begin where the values begin"));
    }
    let k = first.len() as f64;
    let (mx, my) = (first.iter().map(|p| p.0).sum::<f64>() / k, first.iter().map(|p| p.1).sum::<f64>() / k);
    let (sxy, sxx) = first.iter().fold((0.0, 0.0), |(a, b), p| (a + (p.0 - mx) * (p.1 - my), b + (p.0 - mx).powi(2)));
    let slope = sxy / sxx;
    let level = my - slope * mx;
    Ok(State { level, slope: if model.trend == EtsTrend::None { 0.0 } else { slope }, season, at: 0 })
}

/// The mean of each phase about a centred moving average, and that average where it is whole.
fn seasonal(m: usize, needed: usize, values: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let cycles = (values.len() / m).min(5).max(needed.div_ceil(m)).min(values.len().div_ceil(m));
    let part = &values[..(cycles * m).min(values.len())];
    let mean = |x: &[f64]| {
        let (sum, count) = x.iter().filter(|v| !v.is_nan()).fold((0.0, 0u32), |(s, c), v| (s + v, c + 1));
        if count > 0 { sum / f64::from(count) } else { f64::NAN }
    };
    let plain: Vec<f64> = part.windows(m).map(mean).collect();
    let trend: Vec<f64> = if m.is_multiple_of(2) { plain.windows(2).map(mean).collect() } else { plain };
    let offset = m / 2;
    let mut phases: Vec<Vec<f64>> = vec![Vec::new(); m];
    for (i, t) in trend.iter().enumerate() {
        let at = i + offset;
        phases[at % m].push(part[at] - t);
    }
    let mut season: Vec<f64> = phases.iter().map(|p| mean(p)).map(|v| if v.is_nan() { 0.0 } else { v }).collect();
    let middle = season.iter().sum::<f64>() / m as f64;
    for s in &mut season {
        *s -= middle;
    }
    (season, trend)
}
