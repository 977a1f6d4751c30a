//! Which seasons a series has, if any.

use std::fmt;
use std::ops::Range;

use serde::ser::{SerializeMap, Serializer};

use super::convolve::lagged_products;
use super::mstl::mstl;
use super::regular::{Regular, resolution};
use super::spectrum::Spectrum;
use crate::error::{Error, Result};
use crate::series::Series;
use crate::time::Span;

/// Fewer steps tell no season.
const LEAST: usize = 16;
/// At most this many seasons are looked for.
const MOST: usize = 3;
/// A season repeats at least this often in the series.
const CYCLES: usize = 3;
/// Multiples of the period of a line that are tried as its season: a line may be a harmonic.
const HARMONICS: usize = 10;
/// Without any third of the time, so much of a season's strength is left at least.
const LEFT: f64 = 1.0 / 3.0;
/// So many thirds at most that alone carry what looks like a season are left out, which may overlap; then there is none.
const ONE_OFFS: usize = 8;

/// A season.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
pub struct Season {
    /// Its length.
    #[serde(rename = "period_s", serialize_with = "seconds")]
    pub period: Span,
    /// Its length in samples.
    pub samples: usize,
    /// How often it fits into the series.
    pub cycles: f64,
    /// The autocorrelation of the detrended series at its length.
    pub autocorrelation: f64,
    /// ln of the chance that noise shows such a line or repetition anywhere.
    pub ln_p: f64,
    /// `periodogram` or `autocorrelation`: what showed it.
    pub evidence: &'static str,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands over references")]
fn seconds<S: Serializer>(span: &Span, serializer: S) -> std::result::Result<S::Ok, S::Error> {
    serializer.serialize_f64(span.as_secs_f64())
}

/// Seasons as they are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SeasonChoice {
    /// Find them.
    #[default]
    Auto,
    /// There are none.
    None,
    /// These.
    Given(Vec<Span>),
}

impl SeasonChoice {
    /// As the options of this module have it: `None` to find them, empty for none.
    pub fn spans(&self) -> Option<Vec<Span>> {
        match self {
            Self::Auto => None,
            Self::None => Some(Vec::new()),
            Self::Given(spans) => Some(spans.clone()),
        }
    }
}

impl std::str::FromStr for SeasonChoice {
    type Err = Error;
    /// Reads `auto`, `none`, or spans such as `24h` or `1d,7d`.
    fn from_str(text: &str) -> Result<Self> {
        match text.trim() {
            "auto" => Ok(Self::Auto),
            "none" => Ok(Self::None),
            spans => spans.split(',').map(str::parse).collect::<Result<_>>().map(Self::Given),
        }
    }
}

/// What a search for seasons says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeasonVerdict {
    /// At least one season.
    Found,
    /// None was shown; that is not evidence that there is none.
    NoneShown,
    /// The question cannot be answered from these data.
    NoVerdict {
        /// The reason.
        why: String,
    },
}

impl SeasonVerdict {
    /// The word of the command line: `found`, `none-shown`, `no-verdict`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::NoneShown => "none-shown",
            Self::NoVerdict { .. } => "no-verdict",
        }
    }
}

impl fmt::Display for SeasonVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoVerdict { why } => write!(f, "no-verdict: {why}"),
            other => f.write_str(other.word()),
        }
    }
}

/// The seasons of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Seasons {
    /// The seasons, shortest first.
    pub seasons: Vec<Season>,
    /// The lag-1 autocorrelation of the noise that they were held against.
    pub noise_phi: Option<f64>,
    /// Samples.
    pub n: u64,
    /// The answer.
    pub verdict: SeasonVerdict,
}

impl serde::Serialize for Seasons {
    /// The keys `seasons, noise_phi, n, verdict` and, without a verdict, `why`.
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("seasons", &self.seasons)?;
        map.serialize_entry("noise_phi", &self.noise_phi)?;
        map.serialize_entry("n", &self.n)?;
        map.serialize_entry("verdict", self.verdict.word())?;
        if let SeasonVerdict::NoVerdict { why } = &self.verdict {
            map.serialize_entry("why", why)?;
        }
        map.end()
    }
}

/// Looks for the seasons of a series: periods that repeat at least three times and stand out of autocorrelated noise.
///
/// A season is found in one of two ways, each tested at half of 1 − `level` over all places at once: a line of the periodogram
/// that stands out of its background (an AR(1) beneath white noise fitted to medians, or the median of its neighbours where that
/// is higher), or a repetition in the autocorrelation of the series with that background levelled, which shows short spikes whose
/// lines are many and low. Values beyond six robust deviations count as six. The season's length is the lag with the highest
/// autocorrelation near the line's period or a multiple of it, an hour, day or week where that does as well. It is taken out,
/// and the search goes on in what is left. A season must also keep a third of its strength without any third of the time, which
/// is one cycle or more: a stretch that alone shows it, such as a burst, is left out, and the search begins anew in the rest. Of
/// two seasons where one is 2, 3 or 4 times the other, the longer holds the shorter.
///
/// Measured by the test of this module on series without a season (AR(1) of φ from 0 to 0.95, random walks, heavy tails; n = 300
/// and 1000): at most the stated share shows one. Periods are whole numbers of steps. Not for a season that drifts, nor for
/// oscillations whose phase wanders, which are noise here.
///
/// ```
/// use sre_stats::forecast::{SeasonVerdict, seasons};
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// use sre_stats::unit::Unit;
/// let times = (0..240).map(|h| h * 3_600_000_000_000).collect();
/// let values = (0..240u32).map(|h| f64::from(h % 24) + f64::from(h * h % 101) / 10.0).collect();
/// let load = Series::new(Identity::new("load", Unit::Count), times, values, NanPolicy::Drop)?;
/// let found = seasons(&load, 0.95)?;
/// assert_eq!(found.verdict, SeasonVerdict::Found);
/// assert_eq!(found.seasons[0].samples, 24);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where `level` is not between 0 and 1. Data that allow no answer are not an error but a [`SeasonVerdict::NoVerdict`].
pub fn seasons(series: &Series, level: f64) -> Result<Seasons> {
    if !(level > 0.0 && level < 1.0) {
        return Err(Error::argument(format!("a level of {level} is not between 0 and 1")).hint("0.95 is usual"));
    }
    Ok(match Regular::of(series) {
        Ok(regular) => search(&regular, level),
        Err(why) => Seasons {
            seasons: Vec::new(),
            noise_phi: None,
            n: series.len() as u64,
            verdict: SeasonVerdict::NoVerdict { why },
        },
    })
}

/// The seasons of an even grid.
pub(super) fn search(regular: &Regular, level: f64) -> Seasons {
    let mut found =
        Seasons { seasons: Vec::new(), noise_phi: None, n: regular.present as u64, verdict: SeasonVerdict::NoneShown };
    if regular.values.len() < LEAST {
        let why = format!("{} steps are too few to tell a season: {LEAST} or more are needed", regular.values.len());
        found.verdict = SeasonVerdict::NoVerdict { why };
        return found;
    }
    let ln_alpha = ((1.0 - level) / 2.0).ln();
    let resolution = resolution(&regular.values);
    let mut search =
        Search { rest: level_and_clip(&regular.values, resolution), step: regular.step, found: Vec::new() };
    let mut phi = None;
    let mut one_offs = 0;
    while search.found.len() < MOST {
        // what is left in the digits below the values' own is no season
        if search.rest.iter().all(|v| v.abs() < resolution / 2.0 || v.is_nan()) {
            break;
        }
        let filled: Vec<f64> = search.rest.iter().map(|v| if v.is_nan() { 0.0 } else { *v }).collect();
        let spectrum = Spectrum::of(&filled, |k| search.found.iter().any(|s| search.beside(k, s, 0.75)));
        phi.get_or_insert(spectrum.phi);
        let correlation = Correlation::of(&search.rest);
        // what a season leaves is not quite noise: a further one needs ten times the evidence
        let bound = if search.found.is_empty() { ln_alpha } else { ln_alpha - std::f64::consts::LN_10 };
        let Some(season) = search
            .by_line(&spectrum, &correlation, bound)
            .or_else(|| search.by_repetition(&spectrum, &correlation, bound))
        else {
            break;
        };
        let Some(stretch) = search.one_off(season.samples) else {
            search.take_out(season);
            continue;
        };
        if let Some(samples) = search.beside_a_line(season.samples, &correlation) {
            search.take_out(search.season(samples, &correlation, season.ln_p, season.evidence));
            continue;
        }
        // what happened once is no season: is there one without it?
        one_offs += 1;
        if one_offs > ONE_OFFS {
            break;
        }
        search.rest[stretch].fill(f64::NAN);
    }
    found.noise_phi = phi;
    found.seasons = without_harmonics(search.found);
    if let Some(why) = found.seasons.iter().map(|s| s.samples).min().and_then(|s| regular.gap_beyond(s)) {
        found.seasons.clear();
        found.verdict = SeasonVerdict::NoVerdict { why };
    } else if !found.seasons.is_empty() {
        found.verdict = SeasonVerdict::Found;
    }
    found
}

/// A found season that explains a smaller share of what varies is none.
pub(super) const LEAST_STRENGTH: f64 = 0.005;

/// The seasons of a grid in steps, shortest first: those that are given, else those that are found and explain something. The inner error is
/// the reason for a “no verdict”.
pub(super) fn chosen(
    regular: &Regular,
    given: Option<&[Span]>,
    level: f64,
) -> Result<std::result::Result<Vec<usize>, String>> {
    match candidates(regular, given, level)? {
        Ok(steps) if given.is_none() && !steps.is_empty() => Ok(Ok(telling(&regular.values, steps)?)),
        other => Ok(other),
    }
}

/// Those of seasons that a robust decomposition gives any strength: what repeats by chance among a few odd values has none.
fn telling(values: &[f64], mut steps: Vec<usize>) -> Result<Vec<usize>> {
    let parts = mstl(values, &steps, true)?;
    let void: Vec<usize> = parts
        .seasonal
        .iter()
        .filter(|(_, part)| strength(part, &parts.remainder) < LEAST_STRENGTH)
        .map(|s| s.0)
        .collect();
    steps.retain(|s| !void.contains(s));
    Ok(steps)
}

/// 1 − var(remainder) / var(part + remainder), at least 0.
pub(super) fn strength(part: &[f64], remainder: &[f64]) -> f64 {
    let there: Vec<(f64, f64)> =
        part.iter().zip(remainder).filter(|(_, r)| !r.is_nan()).map(|(p, r)| (*p, *r)).collect();
    let variance = |f: &dyn Fn(&(f64, f64)) -> f64| {
        let n = there.len() as f64;
        let mean = there.iter().map(f).sum::<f64>() / n;
        there.iter().map(|p| (f(p) - mean).powi(2)).sum::<f64>() / n
    };
    let whole = variance(&|p| p.0 + p.1);
    if whole > 0.0 { (1.0 - variance(&|p| p.1) / whole).max(0.0) } else { 0.0 }
}

/// The seasons in steps that are given, or that a search finds.
fn candidates(
    regular: &Regular,
    given: Option<&[Span]>,
    level: f64,
) -> Result<std::result::Result<Vec<usize>, String>> {
    let n = regular.values.len();
    let steps = if let Some(given) = given {
        in_steps(regular, given)?
    } else {
        let found = search(regular, level);
        match found.verdict {
            // a series too short to tell a season is taken for one without
            SeasonVerdict::NoVerdict { why } if n >= LEAST => return Ok(Err(why)),
            _ => found.seasons.iter().map(|s| s.samples).collect(),
        }
    };
    let (Some(shortest), Some(longest)) = (steps.first(), steps.last()) else { return Ok(Ok(steps)) };
    if n < 2 * longest {
        return Ok(Err(format!("{n} steps are less than two seasons of {longest}")));
    }
    Ok(regular.gap_beyond(*shortest).map_or(Ok(steps), Err))
}

/// Given seasons in steps, shortest first.
fn in_steps(regular: &Regular, given: &[Span]) -> Result<Vec<usize>> {
    let mut steps = Vec::new();
    for season in given {
        let of = season.0 as f64 / regular.step as f64;
        if of < 1.5 || (of - of.round()).abs() > 0.01 * of {
            return Err(Error::argument(format!(
                "a season of {season} with a sample every {}",
                Span(regular.step).about()
            ))
            .hint("a season is a whole number of steps, 2 or more"));
        }
        steps.push(of.round() as usize);
    }
    steps.sort_unstable();
    steps.dedup();
    Ok(steps)
}

struct Search {
    rest: Vec<f64>,
    step: i64,
    found: Vec<Season>,
}

/// The autocorrelation over the pairs that are there, at lags 0 to n/3.
struct Correlation(Vec<f64>);

impl Correlation {
    fn of(values: &[f64]) -> Self {
        let lags = values.len() / CYCLES;
        let filled: Vec<f64> = values.iter().map(|v| if v.is_nan() { 0.0 } else { *v }).collect();
        let there: Vec<f64> = values.iter().map(|v| f64::from(u8::from(!v.is_nan()))).collect();
        let (products, pairs) = (lagged_products(&filled, lags), lagged_products(&there, lags));
        let square = products[0] / pairs[0].max(1.0);
        let at = |(p, m): (&f64, &f64)| if *m > 0.5 && square > 0.0 { p / m / square } else { 0.0 };
        Self(products.iter().zip(&pairs).map(at).collect())
    }

    fn at(&self, lag: usize) -> f64 {
        self.0.get(lag).copied().unwrap_or(f64::NEG_INFINITY)
    }
}

impl Search {
    fn n(&self) -> usize {
        self.rest.len()
    }

    /// Whether a place of the periodogram is nearer than `reach` to a harmonic of a season.
    fn beside(&self, k: usize, season: &Season, reach: f64) -> bool {
        let harmonic = self.n() as f64 / season.samples as f64;
        let turns = (k as f64 / harmonic).round();
        turns >= 1.0 && (k as f64 - turns * harmonic).abs() < reach
    }

    /// A line that stands out, and the season behind it.
    fn by_line(&self, spectrum: &Spectrum, correlation: &Correlation, ln_alpha: f64) -> Option<Season> {
        let n = self.n() as f64;
        // lines beside those that were taken out are what is left of them
        let (k, ln_p) = spectrum.tallest(|k| !self.found.iter().any(|s| self.beside(k, s, 1.5)))?;
        if ln_p > ln_alpha {
            return None;
        }
        let candidates: Vec<usize> = (1..=HARMONICS)
            .filter_map(|j| {
                let (low, high) = (j as f64 * n / (k as f64 + 0.5), j as f64 * n / (k as f64 - 0.5));
                self.best_lag(correlation, spectrum, low.ceil() as usize, high.floor() as usize)
            })
            .collect();
        let highest = candidates.iter().map(|l| correlation.at(*l)).fold(f64::NEG_INFINITY, f64::max);
        // a line whose period and its multiples hardly correlate is no repetition worth the name
        if highest < 3.0 * spectrum.autocorrelation_variance().sqrt() {
            return None;
        }
        let samples = *candidates.iter().find(|l| correlation.at(**l) >= 0.6 * highest)?;
        Some(self.season(samples, correlation, ln_p, "periodogram"))
    }

    /// The lag with the highest autocorrelation from `low` to `high`, a calendar one where it does as well.
    fn best_lag(&self, correlation: &Correlation, spectrum: &Spectrum, low: usize, high: usize) -> Option<usize> {
        let high = high.min(self.n() / CYCLES);
        let best = (low.max(2)..=high).max_by(|a, b| {
            // of equal ones the smaller
            correlation.at(*a).total_cmp(&correlation.at(*b)).then(b.cmp(a))
        })?;
        let slack = 0.02 + spectrum.autocorrelation_variance().sqrt();
        let calendar = [Span::MINUTE.0, Span::HOUR.0, Span::DAY.0, 7 * Span::DAY.0]
            .into_iter()
            .filter(|c| c % self.step == 0)
            .map(|c| (c / self.step) as usize)
            .find(|l| (low..=high).contains(l) && correlation.at(*l) >= correlation.at(best) - slack);
        Some(calendar.unwrap_or(best))
    }

    /// A repetition in the levelled autocorrelation: spikes at one phase, whose lines are many and low.
    fn by_repetition(&self, spectrum: &Spectrum, correlation: &Correlation, ln_alpha: f64) -> Option<Season> {
        let levelled = spectrum.levelled_autocorrelation();
        let n = self.n() as f64;
        let most = self.n() / (CYCLES + 1);
        let known = |l: usize| {
            self.found.iter().any(|s| {
                let turns = (l as f64 / s.samples as f64).round();
                (1.0..=4.0).contains(&turns) && (l as f64 - turns * s.samples as f64).abs() <= 2.0
            })
        };
        let highest = |lags: &mut dyn Iterator<Item = usize>| {
            lags.filter(|l| !known(*l)).max_by(|a, b| levelled[*a].total_cmp(&levelled[*b]).then(b.cmp(a)))
        };
        let best = highest(&mut (2..=most))?;
        let tail = |r: f64| super::normal::ln_upper_tail(r * n.sqrt());
        let ln_p = (tail(levelled[best]) + (most as f64).ln()).min(0.0);
        // it must repeat again at twice the lag
        if ln_p > ln_alpha || levelled.get(2 * best).is_none_or(|r| r * n.sqrt() < 3.0) {
            return None;
        }
        let divided = (2..=8).rev().filter(|j| best / j >= 2).find_map(|j| {
            let near = best as f64 / j as f64;
            let lag = highest(&mut (near.floor() as usize..=near.ceil() as usize))?;
            (levelled[lag] >= 0.7 * levelled[best]).then_some(lag)
        });
        Some(self.season(divided.unwrap_or(best), correlation, ln_p, "autocorrelation"))
    }

    fn season(&self, samples: usize, correlation: &Correlation, ln_p: f64, evidence: &'static str) -> Season {
        Season {
            period: Span(self.step.saturating_mul(samples as i64)),
            samples,
            cycles: self.n() as f64 / samples as f64,
            autocorrelation: correlation.at(samples),
            ln_p,
            evidence,
        }
    }

    /// The mean of each phase; 0 where it has no value.
    fn profile(&self, samples: usize) -> Vec<f64> {
        let mut sums = vec![(0.0, 0.0); samples];
        for (i, v) in self.rest.iter().enumerate().filter(|(_, v)| !v.is_nan()) {
            let sum = &mut sums[i % samples];
            *sum = (sum.0 + v, sum.1 + 1.0);
        }
        sums.into_iter().map(|(sum, count)| if count > 0.0 { sum / count } else { 0.0 }).collect()
    }

    /// The third of the time without which less than `LEFT` of a season's strength is left, where there is one.
    ///
    /// The strength is the slope of the values over the means of their phases, by least squares. It is 1 for all values together and, in
    /// expectation, for the cycles of any stretch of a true season, however weak; what happened once has all of it where it happened.
    fn one_off(&self, samples: usize) -> Option<Range<usize>> {
        let n = self.n();
        let profile = self.profile(samples);
        let level = profile.iter().sum::<f64>() / samples as f64;
        // running sums of products and of squares
        let mut sums = Vec::with_capacity(n + 1);
        let mut sum = (0.0, 0.0);
        sums.push(sum);
        for (v, height) in self.rest.iter().zip(profile.iter().cycle().map(|p| p - level)) {
            if !v.is_nan() {
                sum = (sum.0 + v * height, sum.1 + height * height);
            }
            sums.push(sum);
        }
        // a season is no longer than this
        let length = n / CYCLES;
        // the strength beyond what must be left, times both sums of squares
        let beyond = |from: usize| {
            let (before, after) = (sums[from], sums[from + length]);
            let (products, squares) = (sum.0 - after.0 + before.0, sum.1 - after.1 + before.1);
            products * sum.1 - LEFT * squares * sum.0
        };
        let from = (0..=n - length).min_by(|a, b| beyond(*a).total_cmp(&beyond(*b)))?;
        (beyond(from) < 0.0).then(|| from..from + length)
    }

    /// A length one step beside that repeats better and all along: the periods of a short line may hold no whole number of steps but those
    /// beside them.
    fn beside_a_line(&self, samples: usize, correlation: &Correlation) -> Option<usize> {
        let better = |l: &usize| *l >= 2 && *l <= self.n() / CYCLES && correlation.at(*l) > correlation.at(samples);
        [samples - 1, samples + 1].into_iter().filter(better).find(|l| self.one_off(*l).is_none())
    }

    /// Subtracts the mean of each phase.
    fn take_out(&mut self, season: Season) {
        let profile = self.profile(season.samples);
        for (v, mean) in self.rest.iter_mut().zip(profile.iter().cycle()) {
            *v -= mean;
        }
        self.found.push(season);
    }
}

/// The seasons, shortest first, without those that a longer one of 2, 3 or 4 times the length holds.
fn without_harmonics(mut found: Vec<Season>) -> Vec<Season> {
    found.sort_by_key(|s| s.samples);
    found.dedup_by_key(|s| s.samples);
    let all = found.clone();
    found.retain(|s| !all.iter().any(|l| (2..=4).any(|m| l.samples.abs_diff(m * s.samples) <= m / 2)));
    found
}

/// The values about their line of least squares, those beyond six robust deviations brought to six; NaN stays.
fn level_and_clip(values: &[f64], resolution: f64) -> Vec<f64> {
    let (mut n, mut sx, mut sy) = (0.0, 0.0, 0.0);
    let there = || values.iter().enumerate().filter(|(_, v)| !v.is_nan()).map(|(i, v)| (i as f64, *v));
    for (x, y) in there() {
        n += 1.0;
        sx += x;
        sy += y;
    }
    let (mx, my) = (sx / n, sy / n);
    let (sxy, sxx) = there().fold((0.0, 0.0), |(a, b), (x, y)| (a + (x - mx) * (y - my), b + (x - mx).powi(2)));
    let slope = if sxx > 0.0 { sxy / sxx } else { 0.0 };
    let mut rest: Vec<f64> = values.iter().enumerate().map(|(i, v)| v - my - slope * (i as f64 - mx)).collect();
    let size = values.iter().filter(|v| !v.is_nan()).fold(0.0f64, |a, v| a.max(v.abs()));
    let mut sizes: Vec<f64> = rest.iter().filter(|v| !v.is_nan()).map(|v| v.abs()).collect();
    let middle = sizes.len() / 2;
    let (_, median, _) = sizes.select_nth_unstable_by(middle, f64::total_cmp);
    // a value beside the usual one is a whole step away, however rare it is
    let reach = if *median > 0.0 { (6.0 * 1.4826 * *median).max(resolution) } else { 0.0 };
    for v in &mut rest {
        if v.abs() <= 1e-13 * size {
            // rounding is no season
            *v = 0.0;
        } else if reach > 0.0 {
            *v = v.clamp(-reach, reach);
        }
    }
    rest
}
