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
    Decomposed(Box<Fitted>, Vec<Vec<f64>>),
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
                longest?;
                let found = mstl(recent, seasons, false).ok()?;
                let mut rest = recent.to_vec();
                let mut profiles = Vec::new();
                for (m, season) in found.seasonal {
                    rest.iter_mut().zip(&season).for_each(|(r, s)| *r -= s);
                    profiles.push(season[season.len() - m..].to_vec());
                }
                let before =
                    before.and_then(|b| if let Fitted::Decomposed(inner, _) = b { Some(&**inner) } else { None });
                let inner = trend.map_or(Self::Line, Self::Ets).fit_or_go_on(&rest, &[], before)?;
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
                add(profiles, &mut out);
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
                add(profiles, out);
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

fn add(profiles: &[Vec<f64>], out: &mut [f64]) {
    for profile in profiles {
        for (value, season) in out.iter_mut().zip(profile.iter().cycle()) {
            *value += season;
        }
    }
}
