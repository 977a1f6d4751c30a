//! The words of change detection: what is asked, and what is answered.

use std::fmt;
use std::str::FromStr;

use serde::ser::{SerializeMap, Serializer};

use super::super::noise::Noise;
use super::super::season::SeasonSteps;
use crate::error::{Error, Result};
use crate::estimate::Estimate;
use crate::method::Method;
use crate::time::{Span, Timestamp};

/// How changes are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChangeMethod {
    /// [`PeltMean`](Self::PeltMean), after a season is taken out, and only where a wandering level explains the values worse.
    #[default]
    Auto,
    /// Optimal segmentation of the mean, with a penalty calibrated on the series' own noise.
    PeltMean,
    /// Optimal segmentation of the variance around one mean.
    PeltVariance,
    /// Optimal segmentation of mean and variance.
    PeltMeanVariance,
    /// Optimal segmentation of the rate of counts.
    PeltPoisson,
    /// Optimal segmentation of the mean rank.
    PeltRank,
    /// Hierarchical division by energy distance.
    EDivisive,
    /// A CUSUM chart.
    Cusum,
    /// An EWMA chart.
    Ewma,
    /// Bayesian online detection.
    Bayes,
    /// Segmentation by a Gaussian kernel.
    KernelRbf,
}

impl ChangeMethod {
    /// All, in the order of the documentation.
    pub const ALL: [Self; 11] = [
        Self::Auto,
        Self::PeltMean,
        Self::PeltVariance,
        Self::PeltMeanVariance,
        Self::PeltPoisson,
        Self::PeltRank,
        Self::EDivisive,
        Self::Cusum,
        Self::Ewma,
        Self::Bayes,
        Self::KernelRbf,
    ];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::PeltMean => "pelt-mean",
            Self::PeltVariance => "pelt-variance",
            Self::PeltMeanVariance => "pelt-meanvar",
            Self::PeltPoisson => "pelt-poisson",
            Self::PeltRank => "pelt-rank",
            Self::EDivisive => "e-divisive",
            Self::Cusum => "cusum",
            Self::Ewma => "ewma",
            Self::Bayes => "bayes",
            Self::KernelRbf => "kernel-rbf",
        }
    }
}

impl fmt::Display for ChangeMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for ChangeMethod {
    type Err = Error;
    /// Reads the words of the command line, such as `pelt-mean`.
    fn from_str(text: &str) -> Result<Self> {
        let lower = text.trim().to_ascii_lowercase();
        Self::ALL.into_iter().find(|m| m.word() == lower).ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.into_iter().map(Self::word).collect();
            Error::parse(format!("“{text}” is no way to find changes"))
                .hint(format!("choose one of {}", words.join(", ")))
        })
    }
}

/// How changes are looked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChangeOptions {
    /// How they are found.
    pub method: ChangeMethod,
    /// The cost of one more change; `None` for the calibrated one. In squared units of the values for the mean, in twice the
    /// log-likelihood for the other costs, in squared feature space for the kernel; charts, E-divisive and Bayes have none.
    pub penalty: Option<f64>,
    /// The fewest samples between two changes, 1 or more.
    pub min_size: usize,
    /// The level of confidence: at 0.95, at most about 5 % of series without a change show one, but for
    /// [`Bayes`](ChangeMethod::Bayes), which holds no rate. It sets the calibrated penalty, the limits of charts and the intervals.
    pub level: f64,
    /// The season that [`Auto`](ChangeMethod::Auto) takes out first.
    pub season: SeasonSteps,
    /// How much time each value stands for, from its own time on: the width of the buckets of an aggregate. A change may have begun as
    /// late as the end of the bucket that shows it, so an onset's interval reaches to there.
    pub bucket: Span,
    /// The seed of permutations.
    pub seed: u64,
}

impl Default for ChangeOptions {
    /// The default method, the calibrated penalty, 5 samples, 0.95, a season if one shows, values of an instant, seed 1.
    fn default() -> Self {
        Self {
            method: ChangeMethod::Auto,
            penalty: None,
            min_size: 5,
            level: 0.95,
            season: SeasonSteps::Auto,
            bucket: Span::ZERO,
            seed: 1,
        }
    }
}

/// When a level changed: after `lower` and at or before `upper`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Onset {
    /// The last sample that surely had the old level.
    pub lower: Timestamp,
    /// The first sample that surely had the new one.
    pub upper: Timestamp,
}

/// One change of level.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Change {
    /// The first sample after the change, counted from 0.
    pub index: usize,
    /// That sample's time.
    pub time: Timestamp,
    /// When it happened, at the asked level; never narrower than the distance of two samples, and with the bucket.
    pub onset: Onset,
    /// The mean from the change before (or the start) to this one, less a season; on a slope, the level of that stretch's line at this change.
    pub before: Estimate,
    /// The mean from this change to the next (or the end), less a season; on a slope, the level of that stretch's line at this change.
    pub after: Estimate,
    /// `after` minus `before`: the difference of means, or on a slope of levels at the change.
    pub effect: Estimate,
    /// The effect in standard deviations of the noise of the values ([`noise_of_values`](Changes::noise_of_values)); `None` where the noise is unknown.
    pub effect_size: Option<f64>,
    /// The chance that a series of this length and noise without changes shows one this strong; `None` where the noise is
    /// unknown, and for charts and Bayes, which have another account of chance (see the reason).
    pub p_value: Option<f64>,
    /// The values from the change before (or the start) to this one, less a season; a slope stays in them.
    pub distribution_before: Spread,
    /// The values from this change to the next (or the end), less a season; a slope stays in them.
    pub distribution_after: Spread,
}

/// How values are spread: the five numbers and the upper tail, by the definition of numpy (type 7).
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Spread {
    /// How many values.
    pub n: usize,
    /// Their standard deviation (n − 1); `None` for a single one.
    pub sd: Option<f64>,
    /// The least.
    pub min: f64,
    /// The lower quartile.
    pub p25: f64,
    /// The median.
    pub median: f64,
    /// The upper quartile.
    pub p75: f64,
    /// The 95 % quantile.
    pub p95: f64,
    /// The greatest.
    pub max: f64,
}

/// What a search for changes says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeVerdict {
    /// At least one change, at the asked level.
    Changed,
    /// No change was shown; that is not evidence that there is none.
    NoneShown,
    /// The question cannot be answered from these data.
    NoVerdict {
        /// The reason.
        why: String,
    },
}

impl ChangeVerdict {
    /// The word of the command line: `changed`, `none-shown`, `no-verdict`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::NoneShown => "none-shown",
            Self::NoVerdict { .. } => "no-verdict",
        }
    }
}

impl fmt::Display for ChangeVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVerdict { why } => write!(f, "no-verdict: {why}"),
            other => f.write_str(other.word()),
        }
    }
}

/// The changes of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Changes {
    /// The method that was used.
    pub method: Method,
    /// How the penalty was chosen, and what was taken out before.
    pub reason: String,
    /// The period that was taken out, in sampling steps.
    pub season_steps: Option<usize>,
    /// The slope that goes on beneath the changes, in units of the values per second; `None` where there is none.
    pub slope_per_s: Option<Estimate>,
    /// The cost of one change in squared units of the values; `None` where nothing was searched.
    pub penalty: Option<f64>,
    /// The noise that penalty and p-values rest on, and onsets: that of the values with their outliers pulled in, where tails are heavy. `None`
    /// where it could not be measured.
    pub noise: Option<Noise>,
    /// The noise that effect sizes and the intervals of means, effects and slopes rest on: that of the values as they are, around the changes,
    /// never below white noise in the long run. The same as `noise` where tails are not heavy and nothing wanders beside the changes.
    pub noise_of_values: Option<Noise>,
    /// The changes, ascending in time.
    pub changes: Vec<Change>,
    /// The answer.
    pub verdict: ChangeVerdict,
}

impl serde::Serialize for Changes {
    /// The command line's keys: `method, reason, season_steps, slope_per_s, penalty, noise, noise_of_values, changes, verdict` and, without a verdict, `why`.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("method", &self.method)?;
        map.serialize_entry("reason", &self.reason)?;
        map.serialize_entry("season_steps", &self.season_steps)?;
        map.serialize_entry("slope_per_s", &self.slope_per_s)?;
        map.serialize_entry("penalty", &self.penalty)?;
        map.serialize_entry("noise", &self.noise)?;
        map.serialize_entry("noise_of_values", &self.noise_of_values)?;
        map.serialize_entry("changes", &self.changes)?;
        map.serialize_entry("verdict", self.verdict.word())?;
        if let ChangeVerdict::NoVerdict { why } = &self.verdict {
            map.serialize_entry("why", why)?;
        }
        map.end()
    }
}

impl Changes {
    pub(crate) fn without(mut self, why: String) -> Self {
        self.reason.clone_from(&why);
        self.verdict = ChangeVerdict::NoVerdict { why };
        self
    }
}
