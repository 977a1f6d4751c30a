//! The models of a forecast under one roof: fit, go on with the same parameters, forecast, draw a path.

use super::ets::{Ets, EtsModel, EtsTrend};
use super::line::Line;
use super::mstl::mstl;
use super::naive::Naive;
use super::normal::Variates;
use super::prometheus;

/// A way to forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Naive,
    Ets(EtsTrend),
    Seasonal(EtsTrend),
    /// What the seasons leave by [`Kind::Ets`], or by a line for `None`.
    Decomposed(Option<EtsTrend>),
    Line,
    PredictLinear,
}

/// Smoothing looks back over so many of the longest season, and over so many values at least: what was before has no weight.
const CYCLES: usize = 10;
const HISTORY: usize = 5000;

/// A fitted model.
#[derive(Clone, Debug)]
pub(super) enum Fitted {
    Naive(Naive),
    Ets(Ets),
    /// A model of what the seasons leave, and the last of each season.
    Decomposed(Box<Fitted>, Profiles),
    Line(Line),
}

impl Kind {
    /// Fits to values on a grid, NaN where there is none, with seasons in steps, shortest first. `None` where the data do not
    /// allow it.
    pub(super) fn fit(self, values: &[f64], seasons: &[usize]) -> Option<Fitted> {
        self.fit_or_go_on(values, seasons, None)
    }

    /// The same model over other values: smoothing parameters are kept, everything else is computed anew.
    pub(super) fn go_on(self, before: &Fitted, values: &[f64], seasons: &[usize]) -> Option<Fitted> {
        self.fit_or_go_on(values, seasons, Some(before))
    }

    fn fit_or_go_on(self, values: &[f64], seasons: &[usize], before: Option<&Fitted>) -> Option<Fitted> {
        let ets = |model: EtsModel, values: &[f64]| match before {
            Some(Fitted::Ets(b)) => Ets::with(model, b.parameters, values).ok(),
            _ => Ets::fit(model, values).ok(),
        };
        let longest = seasons.last().copied();
        let recent = &values[values.len().saturating_sub(HISTORY.max(CYCLES * longest.unwrap_or(1)))..];
        match self {
            Self::Naive => Naive::fit(values, longest.unwrap_or(1)).map(Fitted::Naive),
            Self::Ets(trend) => ets(EtsModel { trend, season: None }, recent).map(Fitted::Ets),
            Self::Seasonal(trend) => ets(EtsModel { trend, season: longest }, recent).map(Fitted::Ets),
            Self::Decomposed(trend) => {
                let (inner, profiles) = match before {
                    Some(Fitted::Decomposed(inner, profiles)) => (Some(&**inner), Some(profiles)),
                    _ => (None, None),
                };
                let (profiles, rest) = Profiles::of(values, recent, seasons, profiles)?;
                let inner = trend.map_or(Self::Line, Self::Ets).fit_or_go_on(&rest, &[], inner)?;
                Some(Fitted::Decomposed(Box::new(inner), profiles))
            }
            Self::Line => Line::fit(values, false).map(Fitted::Line),
            Self::PredictLinear => {
                // a step of 1 s: what matters is the line, not its unit of time
                let (times, there): (Vec<i64>, Vec<f64>) = values
                    .iter()
                    .enumerate()
                    .filter(|(_, v)| !v.is_nan())
                    .map(|(i, v)| (i as i64 * 1_000_000_000, *v))
                    .unzip();
                let (slope, end) = prometheus::line(&times, &there, (values.len() as i64 - 1) * 1_000_000_000)?;
                Some(Fitted::Line(Line::fit(values, true)?.through(slope, end)))
            }
        }
    }

    /// The name of the command line and of provenance.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Naive => "seasonal-naive",
            Self::Ets(_) => "ets",
            Self::Seasonal(_) => "holt-winters",
            Self::Decomposed(Some(_)) => "stl-ets",
            Self::Decomposed(None) => "stl-linear",
            Self::Line => "linear",
            Self::PredictLinear => "predict-linear",
        }
    }
}

impl Fitted {
    /// The mean of the next values.
    pub(super) fn forecast(&self, steps: usize) -> Vec<f64> {
        match self {
            Self::Naive(model) => model.forecast(steps),
            Self::Ets(model) => model.forecast(steps),
            Self::Line(model) => model.forecast(steps),
            Self::Decomposed(model, profiles) => {
                let mut out = model.forecast(steps);
                profiles.add(&mut out);
                out
            }
        }
    }

    /// The standard deviation of the error of each, as the model has it.
    pub(super) fn deviations(&self, steps: usize) -> Vec<f64> {
        match self {
            Self::Naive(model) => model.deviations(steps),
            Self::Line(model) => model.deviations(steps),
            Self::Decomposed(model, _) => model.deviations(steps),
            Self::Ets(model) => {
                let variance = model.variance();
                model.relative_variance(steps).iter().map(|r| (variance * r).sqrt()).collect()
            }
        }
    }

    /// One way in which the next values may come.
    pub(super) fn path(&self, random: &mut Variates, out: &mut [f64]) {
        match self {
            Self::Naive(model) => model.path(random, out),
            Self::Line(model) => model.path(random, out),
            Self::Ets(model) => model.path(random, model.variance().sqrt(), out),
            Self::Decomposed(model, profiles) => {
                model.path(random, out);
                profiles.add(out);
            }
        }
    }

    /// The model with its parameters, for provenance.
    pub(super) fn describe(&self, kind: Kind, seasons: &[usize]) -> String {
        let smoothing = |model: &Ets| {
            let p = model.parameters;
            let mut text = format!("{}, α = {:.3}", model.model.name(), p.alpha);
            if model.model.trend != EtsTrend::None {
                text.push_str(&format!(", β = {:.4}", p.beta));
            }
            if model.model.season.is_some() {
                text.push_str(&format!(", γ = {:.3}", p.gamma));
            }
            if model.model.trend == EtsTrend::Damped {
                text.push_str(&format!(", φ = {:.3}", p.phi));
            }
            text
        };
        let periods = seasons.iter().map(ToString::to_string).collect::<Vec<_>>().join(" and ");
        match self {
            Self::Naive(_) if seasons.is_empty() => format!("{} (last value)", kind.name()),
            Self::Naive(_) => format!("{} ({} steps)", kind.name(), seasons.last().copied().unwrap_or(1)),
            Self::Ets(model) => format!("{} ({})", kind.name(), smoothing(model)),
            Self::Decomposed(inner, _) => {
                let inner = match inner.as_ref() {
                    Self::Ets(model) => smoothing(model),
                    Self::Line(line) => format!("residuals' autocorrelation {:.2}", line.phi),
                    _ => String::new(),
                };
                format!("{} (seasons of {periods} steps, {inner})", kind.name())
            }
            Self::Line(line) if kind == Kind::Line => {
                format!("{} (residuals' autocorrelation {:.2})", kind.name(), line.phi)
            }
            Self::Line(_) => kind.name().to_owned(),
        }
    }
}

/// The last of each season.
#[derive(Clone, Debug)]
pub(super) struct Profiles {
    /// How many values there were when they were taken.
    taken: usize,
    /// How many there are now.
    now: usize,
    /// A season each; its first place is that of step number `taken`.
    columns: Vec<Vec<f64>>,
}

impl Profiles {
    /// The profiles at the end of `values`, of which `recent` is the last part, and what they leave of `recent`. Those from before
    /// are kept for one season, as taking them costs most of a forecast.
    fn of(values: &[f64], recent: &[f64], seasons: &[usize], before: Option<&Self>) -> Option<(Self, Vec<f64>)> {
        let (now, longest) = (values.len(), *seasons.last()?);
        let mut rest = recent.to_vec();
        if let Some(kept) = before.filter(|b| now >= b.taken && now - b.taken < longest) {
            let kept = Self { now, ..kept.clone() };
            let first = now - recent.len();
            for (i, r) in rest.iter_mut().enumerate() {
                *r -= kept.at(first + i);
            }
            return Some((kept, rest));
        }
        let mut columns = Vec::new();
        for (m, season) in mstl(recent, seasons, false).ok()?.seasonal {
            rest.iter_mut().zip(&season).for_each(|(r, s)| *r -= s);
            columns.push(season[season.len() - m..].to_vec());
        }
        Some((Self { taken: now, now, columns }, rest))
    }

    /// The seasons at a step.
    fn at(&self, step: usize) -> f64 {
        let place = |m: usize| (step as i64 - self.taken as i64).rem_euclid(m as i64) as usize;
        self.columns.iter().map(|c| c[place(c.len())]).sum()
    }

    /// Adds the seasons to what comes.
    fn add(&self, out: &mut [f64]) {
        for (h, value) in out.iter_mut().enumerate() {
            *value += self.at(self.now + h);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_season_goes_on_in_its_phase_whenever_its_profile_was_taken() {
        let wave = |i: usize| [0.0, 4.0, 1.0, -5.0, 2.0, -2.0][i % 6] + 0.1 * i as f64;
        let values: Vec<f64> = (0..130).map(wave).collect();
        let kind = Kind::Decomposed(None);
        let mut model = kind.fit(&values[..100], &[6]).unwrap();
        for n in [100, 101, 104, 107, 125] {
            model = kind.go_on(&model, &values[..n], &[6]).unwrap();
            for (h, got) in model.forecast(9).iter().enumerate() {
                assert!((got - wave(n + h)).abs() < 1e-6, "{n} + {h}: {got}");
            }
        }
    }
}
