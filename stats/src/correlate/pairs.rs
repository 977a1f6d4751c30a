//! Which of many series move together: all pairs, all lags, and a shortlist that chance does not fill.

use rayon::prelude::*;

use super::align::{Lattice, filled};
use super::answer::{CorrelateOptions, Correlations, Pair, PairVerdict};
use super::cross::Transform;
use super::rank::{kendall, spearman};
use super::whiten::innovations;
use crate::error::{Error, Result};
use crate::estimate::{Bound, Estimate, Scope};
use crate::method::Method;
use crate::progress::Progress;
use crate::quantile::random::SplitMix64;
use crate::series::Series;
use crate::time::{Span, Timestamp, Window};
use crate::trend::{SeasonSteps, ln_two_sided, share_above, shuffled_blocks, without_season};
use crate::unit::Unit;
use crate::words::counted;

/// Samples below which a series is left out.
const FEWEST: usize = 30;

/// One series made ready.
struct Ready {
    index: usize,
    values: Vec<f64>,
    white: Vec<f64>,
    present: usize,
}

/// The pairs of series that move together, with the lag at which they do: cross-correlation of innovations.
///
/// 1. All series are put on one lattice, of the greatest usual step among them; finer samples are averaged, gaps count as nothing. Times may
///    jitter by less than half a step; samples that share a step all the same are averaged, and told in the caveats.
/// 2. A season that shows is taken out of each, and each is pre-whitened by an autoregression of its own (Haugh, 1976; Burg's
///    fit). Independent series, random walks too, then correlate as white noise does.
/// 3. All pairs are correlated at all lags up to the greatest by Fourier transform, on all threads; the result does not depend on
///    their number.
/// 4. The chance of the greatest |r| over the lags is the worse of two: that of white noise, and that of the same pair with the blocks of one
///    series shuffled, blocks of 2 ∛n samples. Where no permutation reaches the observed one, a Gumbel tail through the permutations' mean
///    and variance goes on. Holm's correction covers all pairs.
///
/// A relation is no cause: both may follow a third. What only moves together slowly, by a common trend, is not found; that is
/// the price of not being fooled by it. A lag of a pair is that of the innovations; series averaged over wider steps blur it.
///
/// ```
/// use sre_stats::correlate::{CorrelateOptions, PairVerdict, correlate};
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// use sre_stats::unit::Unit;
/// let noise = |seed: u64, i: u64| ((i + seed).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).wrapping_mul(seed | 1) >> 40) as f64;
/// let series = |name: &str, values: Vec<f64>| {
///     let times = (0..values.len() as i64).map(|i| i * 60_000_000_000).collect();
///     Series::new(Identity::new(name, Unit::None), times, values, NanPolicy::Refuse)
/// };
/// let load: Vec<f64> = (0..300).map(|i| noise(77_777, i)).collect();
/// let latency: Vec<f64> = (0..300).map(|i| if i < 2 { 0.0 } else { load[i - 2] + 0.3 * noise(31_415_927, i as u64) }).collect();
/// let found = correlate(&[series("load", load)?, series("latency", latency)?], &CorrelateOptions::default())?;
/// assert_eq!((found.pairs[0].lag_s, found.pairs[0].verdict), (120.0, PairVerdict::Related));
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// Where an option is out of its domain, no series has the name of `against`, or the series share no lattice. Series too short or constant are left out with the
/// reason; without two usable ones there are no pairs.
pub fn correlate(series: &[Series], options: &CorrelateOptions) -> Result<Correlations> {
    correlate_with(series, options, &Progress::new())
}

/// About how many values [`correlate`] transforms: those of all pairs, and twice those of the shortlist for each permutation.
///
/// It grows with the time that the work takes, so that whoever waits can be asked before it begins.
///
/// ```
/// use sre_stats::correlate::{CorrelateOptions, effort};
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// let series = |name: &str| Series::new(Identity::new(name, Default::default()), vec![0, 1, 2], vec![1.0; 3], NanPolicy::Refuse);
/// // one pair of 3 values, and 199 permutations of it
/// assert_eq!(effort(&[series("a")?, series("b")?], &CorrelateOptions::default()), 3 + 2 * 199 * 3);
/// # Ok::<(), sre_stats::Error>(())
/// ```
pub fn effort(series: &[Series], options: &CorrelateOptions) -> u64 {
    let all = series.len() as u64;
    let held = anchors(series, options).map_or(all, |a| a.len() as u64);
    let pairs = held * (held.saturating_sub(1)) / 2 + held * (all - held);
    let cells = match Lattice::over(series) {
        Some(lattice) => lattice.cells,
        None => series.iter().map(Series::len).max().unwrap_or(0),
    };
    let permuted = pairs.min(options.shortlist as u64).saturating_mul(2 * options.permutations as u64);
    pairs.saturating_add(permuted).saturating_mul(cells as u64)
}

/// The places of the series that every pair has to hold one of; `None` for all pairs.
fn anchors(series: &[Series], options: &CorrelateOptions) -> Option<Vec<usize>> {
    let name = options.against.as_ref()?;
    let named = |s: &Series| s.identity().name == *name || s.identity().title() == *name;
    Some(series.iter().enumerate().filter(|(_, s)| named(s)).map(|(i, _)| i).collect())
}

/// [`correlate`] that can be watched and stopped: between two series, two pairs and two permutations it looks whether to go on.
///
/// ```
/// use sre_stats::ErrorKind;
/// use sre_stats::correlate::{CorrelateOptions, correlate_with};
/// use sre_stats::progress::Progress;
/// use sre_stats::series::{Identity, NanPolicy, Series};
/// let values: Vec<f64> = (0..90).map(|i| f64::from(i * i % 31)).collect();
/// let series = Series::new(Identity::new("a", Default::default()), (0..90).collect(), values, NanPolicy::Refuse)?;
/// let progress = Progress::new();
/// progress.cancel();
/// let stopped = correlate_with(&[series.clone(), series], &CorrelateOptions::default(), &progress);
/// assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Cancelled);
/// # Ok::<(), sre_stats::Error>(())
/// ```
///
/// # Errors
/// As [`correlate`], and on request.
pub fn correlate_with(series: &[Series], options: &CorrelateOptions, progress: &Progress) -> Result<Correlations> {
    if !(options.level > 0.0 && options.level < 1.0) {
        return Err(
            Error::argument(format!("a level of {} is not between 0 and 1", options.level)).hint("0.95 is usual")
        );
    }
    if options.max_lag.is_some_and(|lag| lag < Span::ZERO) {
        return Err(Error::argument("the greatest lag is 0 or more"));
    }
    let anchors = anchors(series, options);
    if anchors.as_ref().is_some_and(Vec::is_empty) {
        return Err(Error::argument(format!(
            "no series is called “{}”",
            options.against.as_deref().unwrap_or_default()
        )));
    }
    let Some(lattice) = Lattice::over(series) else {
        return Err(Error::empty("the series share no lattice of times: each has one sample, or they lie far apart"));
    };
    let n = lattice.cells;
    // beyond, fewer than half of the samples would meet
    let most = n.saturating_sub(2) / 2;
    let asked = options.max_lag.map_or((n / 10).min(500), |lag| (lag.0 / lattice.step.0) as usize);
    let lags = asked.min(most);
    let mut caveats = cut(options.max_lag, asked, lags, &lattice);
    caveats.extend(series.iter().filter_map(|s| lattice.crowded(s)));
    let (usable, left_out) = all_ready(series, &lattice, options, progress)?;
    let transform = Transform::new(n, lags);
    let spectrum = |s: &Ready| progress.check().map(|()| transform.spectrum(&s.white));
    let spectra: Vec<_> = usable.par_iter().map(spectrum).collect::<Result<_>>()?;
    let wanted = |i: usize, j: usize| {
        anchors.as_ref().is_none_or(|a| a.contains(&usable[i].index) || a.contains(&usable[j].index))
    };
    let all: Vec<(usize, usize)> = (0..usable.len())
        .flat_map(|i| (i + 1..usable.len()).map(move |j| (i, j)))
        .filter(|&(i, j)| wanted(i, j))
        .collect();
    let strongest = |products: &[f64]| {
        let best = products.iter().enumerate().max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        best.map_or((0, 0.0), |(at, r)| (at, *r))
    };
    progress.stage_of("correlating", all.len() as u64, "pairs");
    let mut ranked: Vec<(usize, f64, f64)> = all
        .par_iter()
        .enumerate()
        .map_init(
            || transform.room(),
            |room, (pair, &(i, j))| {
                progress.check()?;
                let (_, r) = strongest(&transform.products(&spectra[i], &spectra[j], room));
                let both = usable[i].present.min(usable[j].present);
                progress.advance(1);
                Ok((pair, r, ln_chance(r, both, lags)))
            },
        )
        .collect::<Result<_>>()?;
    // the least likely first; ties keep the order of the input
    ranked.sort_by(|x, y| x.2.total_cmp(&y.2).then(y.1.abs().total_cmp(&x.1.abs())).then(x.0.cmp(&y.0)));
    ranked.truncate(options.shortlist);
    let block = (2.0 * (n as f64).cbrt()).ceil() as usize;
    progress.stage_of("permuting", (ranked.len() * options.permutations) as u64, "permutations");
    let mut pairs: Vec<Pair> = ranked
        .par_iter()
        .map_init(
            || transform.room(),
            |room, &(pair, _, ln_white)| {
                let (i, j) = all[pair];
                let (a, b) = (&usable[i], &usable[j]);
                let profile = transform.products(&spectra[i], &spectra[j], room);
                let (at, r) = strongest(&profile);
                let mut random = SplitMix64::stream(options.seed, pair as u64);
                let mut draws = Vec::with_capacity(options.permutations);
                for _ in 0..options.permutations {
                    progress.check()?;
                    let order = shuffled_blocks(n, block, &mut random);
                    let shuffled: Vec<f64> = order.iter().map(|k| b.white[*k]).collect();
                    let products = transform.products(&spectra[i], &transform.spectrum(&shuffled), room);
                    draws.push(strongest(&products).1.abs());
                    progress.advance(1);
                }
                let p_value = tail(&draws, r.abs()).max(ln_white.exp()).min(1.0);
                Ok(describe(a, b, at as i64 - lags as i64, r, p_value, profile, &lattice, options.level))
            },
        )
        .collect::<Result<_>>()?;
    holm(&mut pairs, all.len(), 1.0 - options.level);
    Ok(Correlations {
        step: lattice.step,
        lags,
        pairs_tested: all.len(),
        pairs,
        left_out,
        caveats,
        level: options.level,
    })
}

/// The number of a series, and why it is left out.
type LeftOut = (usize, String);

/// The series that can be correlated, and the others.
fn all_ready(
    series: &[Series],
    lattice: &Lattice,
    options: &CorrelateOptions,
    progress: &Progress,
) -> Result<(Vec<Ready>, Vec<LeftOut>)> {
    progress.stage_of("making the series ready", series.len() as u64, "series");
    let one = |(index, s): (usize, &Series)| {
        progress.check()?;
        let made = ready(index, s, lattice, options.season);
        progress.advance(1);
        Ok(made)
    };
    let (mut usable, mut left_out) = (Vec::new(), Vec::new());
    for found in series.par_iter().enumerate().map(one).collect::<Result<Vec<_>>>()? {
        match found {
            Ok(found) => usable.push(found),
            Err(why) => left_out.push(why),
        }
    }
    Ok((usable, left_out))
}

/// What is said where the greatest lag is not the one that was asked for.
fn cut(max_lag: Option<Span>, asked: usize, lags: usize, lattice: &Lattice) -> Vec<String> {
    let Some(lag) = max_lag else { return Vec::new() };
    let reached = Span(lattice.step.0.saturating_mul(lags as i64));
    if lags < asked {
        return vec![format!(
            "lags up to {lag} were asked for, and {} samples allow {reached}: at greater ones fewer than half of them meet",
            lattice.cells
        )];
    }
    if lag > reached {
        return vec![format!("lags are whole steps of {}: up to {reached}, where {lag} was asked for", lattice.step)];
    }
    Vec::new()
}

fn ready(
    index: usize,
    series: &Series,
    lattice: &Lattice,
    season: SeasonSteps,
) -> std::result::Result<Ready, (usize, String)> {
    let refuse = |why: String| Err((index, why));
    let cells = lattice.place(series, series.values());
    let present = cells.iter().filter(|c| c.is_some()).count();
    if present < FEWEST {
        let (few, are) = (counted(present as u64, "sample"), if present == 1 { "is" } else { "are" });
        return refuse(format!("{few} on the common lattice {are} too few: {FEWEST} or more are needed"));
    }
    if series.values().iter().all(|v| *v == series.values()[0]) {
        return refuse(format!("all {} values are equal", series.len()));
    }
    let size = series.values().iter().fold(0.0_f64, |a, v| a.max(v.abs()));
    if size > 1e150 {
        return refuse("values beyond 1e150 are too large to compute with".into());
    }
    if size < 1e-150 {
        return refuse("values below 1e-150 are too small to compute with: give them in a smaller unit".into());
    }
    let calm = match without_season(series, season) {
        Some(seasonal) => filled(&lattice.place(series, &seasonal.values)),
        None => filled(&cells),
    };
    let (Some(values), Some(calm)) = (filled(&cells), calm) else { return refuse("no sample".into()) };
    let mut white = innovations(&calm);
    for (w, cell) in white.iter_mut().zip(&cells) {
        if cell.is_none() {
            *w = 0.0;
        }
    }
    let square = white.iter().map(|w| w * w).sum::<f64>();
    if !(square > 0.0 && square.is_finite()) {
        return refuse("its past foretells it wholly: nothing is left to correlate".into());
    }
    let scale = square.sqrt();
    for w in &mut white {
        *w /= scale;
    }
    Ok(Ready { index, values, white, present })
}

/// ln of the chance that white noise of n samples shows |r| at one of the lags: Bonferroni over them.
fn ln_chance(r: f64, n: usize, lags: usize) -> f64 {
    let z = r.clamp(-0.999_999, 0.999_999).atanh() * (n as f64 - 3.0).max(1.0).sqrt();
    (ln_two_sided(z) + (2.0 * lags as f64 + 1.0).ln()).min(0.0)
}

/// The share of permutations that reach the observed value; where none does, the Gumbel tail through their mean and variance, never
/// above that share.
fn tail(draws: &[f64], observed: f64) -> f64 {
    let share = share_above(draws, observed);
    let count = draws.len() as f64;
    if draws.len() < 20 || draws.iter().any(|d| *d >= observed) {
        return share;
    }
    let mean = draws.iter().sum::<f64>() / count;
    let variance = draws.iter().map(|d| (d - mean).powi(2)).sum::<f64>() / (count - 1.0);
    if variance.is_nan() || variance <= 0.0 {
        return share;
    }
    let width = (6.0 * variance).sqrt() / std::f64::consts::PI;
    // Euler's constant
    let place = mean - 0.577_215_664_901_532_9 * width;
    let gumbel = -(-(-(observed - place) / width).exp()).exp_m1();
    gumbel.min(share)
}

#[allow(clippy::too_many_arguments)]
fn describe(
    a: &Ready,
    b: &Ready,
    lag: i64,
    r: f64,
    p_value: f64,
    profile: Vec<f64>,
    lattice: &Lattice,
    level: f64,
) -> Pair {
    // only where both are there at this lag: gaps are zeros in the innovations
    let both_there = |x: &[f64], y: &[f64]| -> (Vec<f64>, Vec<f64>) {
        let there = shifted(&a.white, -lag).iter().zip(shifted(&b.white, lag)).map(|(u, v)| *u != 0.0 && *v != 0.0);
        x.iter().zip(y).zip(there).filter(|(_, there)| *there).map(|((u, v), _)| (*u, *v)).unzip()
    };
    let (x, y) = both_there(shifted(&a.white, -lag), shifted(&b.white, lag));
    let (raw_x, raw_y) = both_there(shifted(&a.values, -lag), shifted(&b.values, lag));
    let both = x.len();
    let r = if both > 3 { pearson(&x, &y) } else { r };
    // the lag is the one that looks strongest of all: only an interval that holds at each of them at once holds at that one
    let lags = profile.len().max(1);
    let tail = (1.0 - level) / 2.0 / lags as f64;
    let reach = -crate::quantile::tails::quantile(tail) / (both as f64 - 3.0).max(1.0).sqrt();
    let centre = r.clamp(-0.999_999, 0.999_999).atanh();
    let width = Span(lattice.step.0.saturating_mul(lattice.cells as i64));
    let window =
        Window { start: Timestamp(lattice.start), width, phase: Span(lattice.start.rem_euclid(width.0.max(1))) };
    let estimate = Estimate::new(
        r,
        Method::Described(format!("cross-correlation of innovations, interval over {lags} lags")),
        both as u64,
        &Scope::new(Unit::None, window),
    )
    .with_bound(Bound::Confidence { lower: (centre - reach).tanh(), upper: (centre + reach).tanh(), level });
    Pair {
        a: a.index,
        b: b.index,
        lag_steps: lag,
        lag_s: lag as f64 * lattice.step.as_secs_f64(),
        r: estimate,
        raw_r: pearson(&raw_x, &raw_y),
        spearman: spearman(&x, &y).ok(),
        kendall: kendall(&x, &y).ok(),
        p_value,
        p_adjusted: p_value,
        verdict: PairVerdict::NotShown,
        profile,
    }
}

/// The values from `lag` on, or up to −`lag` before the end: a by −lag and b by lag are pairs.
fn shifted(values: &[f64], lag: i64) -> &[f64] {
    let by = lag.unsigned_abs() as usize;
    let cut = if lag > 0 { values.get(by..) } else { values.get(..values.len().saturating_sub(by)) };
    cut.unwrap_or_default()
}

fn pearson(x: &[f64], y: &[f64]) -> f64 {
    let n = x.len().max(1) as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let dot = |f: &dyn Fn(f64, f64) -> f64| x.iter().zip(y).map(|(a, b)| f(a - mx, b - my)).sum::<f64>();
    let (xy, xx, yy) = (dot(&|a, b| a * b), dot(&|a, _| a * a), dot(&|_, b| b * b));
    if xx > 0.0 && yy > 0.0 { (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0) } else { 0.0 }
}

/// Holm's correction over `tested` pairs, of which these are the least likely ones; sorts them by it.
fn holm(pairs: &mut [Pair], tested: usize, alpha: f64) {
    pairs.sort_by(|x, y| x.p_value.total_cmp(&y.p_value).then(y.r.value.abs().total_cmp(&x.r.value.abs())));
    let mut least = 0.0f64;
    for (rank, pair) in pairs.iter_mut().enumerate() {
        least = least.max((pair.p_value * (tested - rank.min(tested)) as f64).min(1.0));
        pair.p_adjusted = least;
        pair.verdict = if least <= alpha { PairVerdict::Related } else { PairVerdict::NotShown };
    }
}

/// A series a minute apart, for tests.
#[cfg(test)]
pub(crate) fn of_values(name: &str, values: Vec<f64>) -> Series {
    let times = (0..values.len() as i64).map(|i| i * 60_000_000_000).collect();
    let identity = crate::series::Identity::new(name, Unit::None);
    Series::new(identity, times, values, crate::series::NanPolicy::Refuse).unwrap_or_else(|e| panic!("{e}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use rand_distr::{Distribution, StandardNormal};

    fn ar(n: usize, phi: f64, random: &mut ChaCha8Rng) -> Vec<f64> {
        let mut x = 0.0;
        (0..n)
            .map(|_| {
                let e: f64 = StandardNormal.sample(random);
                x = phi * x + e;
                x
            })
            .collect()
    }

    #[test]
    fn independent_series_are_not_related_and_random_walks_neither() {
        const SETS: usize = 120;
        // 1.5 times the nominal 5 %, and two standard errors of so many sets
        const ALLOWED: usize = 9 + 6;
        for phi in [0.0, 0.8, 1.0] {
            let mut random = ChaCha8Rng::seed_from_u64(11);
            let (mut found, mut naive) = (0, 0);
            for seed in 0..SETS as u64 {
                let two = [ar(200, phi, &mut random), ar(200, phi, &mut random)];
                naive += usize::from(spearman(&two[0], &two[1]).unwrap().p_value() < 0.05);
                let set = two.map(|v| of_values("x", v));
                let options = CorrelateOptions { seed, permutations: 99, ..CorrelateOptions::default() };
                found += usize::from(correlate(&set, &options).unwrap().pairs[0].verdict == PairVerdict::Related);
            }
            assert!(found <= ALLOWED, "φ = {phi}: {found} of {SETS}");
            // the plain test is what cries wolf
            assert!(phi < 0.9 || naive > SETS / 2, "{naive}");
        }
    }

    #[test]
    fn a_planted_lag_is_found_among_walks_and_nothing_else() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let cause = ar(400, 1.0, &mut random);
        let noise = ar(400, 0.0, &mut random);
        let follower: Vec<f64> = (0..400usize).map(|i| cause[i.saturating_sub(7)] + 0.5 * noise[i]).collect();
        let mut set = vec![of_values("cause", cause), of_values("follower", follower)];
        set.extend((0..6).map(|i| of_values(&format!("other {i}"), ar(400, 1.0, &mut random))));
        let found = correlate(&set, &CorrelateOptions::default()).unwrap();
        assert_eq!((found.pairs_tested, found.pairs[0].a, found.pairs[0].b), (28, 0, 1));
        assert_eq!((found.pairs[0].lag_steps, found.pairs[0].lag_s), (7, 420.0));
        let related: Vec<bool> = found.pairs.iter().map(|p| p.verdict == PairVerdict::Related).collect();
        assert!(related[0] && related[1..].iter().all(|r| !r), "{related:?}");
        let against = CorrelateOptions { against: Some("follower".into()), ..CorrelateOptions::default() };
        assert_eq!(correlate(&set, &against).unwrap().pairs_tested, 7);
        assert!(found.caveats.is_empty());
        // a lag that the series does not hold is cut, and said
        let far = CorrelateOptions { max_lag: Some(Span::from_secs(90_000)), ..CorrelateOptions::default() };
        let cut = correlate(&set[..2], &far).unwrap();
        assert_eq!(cut.lags, 199);
        assert_eq!(
            cut.caveats,
            [
                "lags up to 1d 1h were asked for, and 400 samples allow 3h 19m: at greater ones fewer than half of them meet"
            ]
        );
        let odd = CorrelateOptions { max_lag: Some(Span::from_secs(90)), ..CorrelateOptions::default() };
        let caveats = correlate(&set[..2], &odd).unwrap().caveats;
        assert_eq!(caveats, ["lags are whole steps of 1m: up to 1m, where 1m 30s was asked for"]);
        // the same at any number of threads
        let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(one.install(|| correlate(&set, &CorrelateOptions::default()).unwrap()), found);
    }

    #[test]
    fn jitter_of_milliseconds_changes_no_correlation() {
        let mut random = ChaCha8Rng::seed_from_u64(6);
        let mut jitter = SplitMix64::new(6);
        for _ in 0..6 {
            let (a, noise) = (ar(400, 0.0, &mut random), ar(400, 0.0, &mut random));
            let b: Vec<f64> = a.iter().zip(&noise).map(|(a, e)| 0.35 * a + (1.0f64 - 0.35 * 0.35).sqrt() * e).collect();
            let mut set = |reach: i64| {
                [("a", &a), ("b", &b)].map(|(name, values)| {
                    let mut off = || (jitter.below(2 * reach as usize + 1) as i64 - reach) * 1_000_000;
                    let times = (0..400).map(|i| i * 15_000_000_000 + off()).collect();
                    let identity = crate::series::Identity::new(name, Unit::None);
                    Series::new(identity, times, values.clone(), crate::series::NanPolicy::Refuse).unwrap()
                })
            };
            let found = |set: &[Series]| correlate(set, &CorrelateOptions::default()).unwrap();
            let (even, uneven) = (found(&set(0)), found(&set(5)));
            let numbers = |found: &super::super::Correlations| {
                let pair = &found.pairs[0];
                (pair.r.value, pair.p_value, pair.profile.clone(), pair.verdict, found.step)
            };
            assert_eq!(numbers(&even), numbers(&uneven));
            assert!(uneven.caveats.is_empty() && uneven.pairs[0].r.n == 400 && uneven.pairs[0].lag_steps == 0);
            // numpy's corrcoef of the values
            assert!((uneven.pairs[0].raw_r - pearson(&a, &b)).abs() < 1e-12);
        }
    }

    #[test]
    fn what_cannot_be_used_is_left_out_with_the_reason() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let set = [
            of_values("good", ar(100, 0.5, &mut random)),
            of_values("constant", vec![3.0; 100]),
            of_values("short", vec![1.0, 2.0]),
            of_values("line", (0..100).map(f64::from).collect()),
        ];
        let found = correlate(&set, &CorrelateOptions::default()).unwrap();
        let left: Vec<usize> = found.left_out.iter().map(|l| l.0).collect();
        assert!(left.starts_with(&[1, 2]), "{:?}", found.left_out);
        let json = serde_json::to_value(&found.pairs).unwrap();
        assert!(!json.to_string().contains("NaN"));
        assert!(correlate(&set, &CorrelateOptions { level: 1.0, ..CorrelateOptions::default() }).is_err());
        let unknown = CorrelateOptions { against: Some("nobody".into()), ..CorrelateOptions::default() };
        assert!(correlate(&set, &unknown).is_err());
        assert!(correlate(&set[..1], &CorrelateOptions::default()).unwrap().pairs.is_empty());
        assert!(correlate(&[], &CorrelateOptions::default()).is_err());
    }

    /// The lag is the one that looks strongest: its interval holds the truth, which is 0, all the same.
    #[test]
    fn the_choice_of_the_lag_is_in_the_interval() {
        let mut random = ChaCha8Rng::seed_from_u64(21);
        let options =
            CorrelateOptions { max_lag: Some(Span::from_secs(600)), permutations: 19, ..CorrelateOptions::default() };
        let mut excluded = 0;
        for _ in 0..100 {
            let set = ["a", "b"].map(|name| of_values(name, ar(300, 0.0, &mut random)));
            let found = correlate(&set, &options).unwrap();
            let r = &found.pairs[0].r;
            let Bound::Confidence { lower, upper, .. } = r.bound else { panic!("{r:?}") };
            assert!(r.confidence.is_none() && found.pairs[0].profile.len() == 21);
            excluded += usize::from(lower > 0.0 || upper < 0.0);
        }
        // 5 % and two standard errors; an interval for one lag excludes 0 in most of them
        assert!(excluded <= 9, "{excluded} of 100");
    }

    #[test]
    fn it_stops_between_two_permutations_when_asked_to() {
        static WATCHED: std::sync::OnceLock<Progress> = std::sync::OnceLock::new();
        let progress = WATCHED.get_or_init(|| {
            Progress::observed(|seen| {
                if seen.stage == "permuting" && seen.done >= 5 {
                    WATCHED.get().unwrap().cancel();
                }
            })
        });
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let set = ["a", "b", "c"].map(|name| of_values(name, ar(200, 0.5, &mut random)));
        let options = CorrelateOptions { permutations: 5000, ..CorrelateOptions::default() };
        let stopped = correlate_with(&set, &options, progress).unwrap_err();
        assert_eq!(stopped.kind(), crate::ErrorKind::Cancelled);
        let seen = progress.snapshot();
        // each thread may have been in the midst of one
        assert_eq!((seen.stage.as_str(), seen.total), ("permuting", 15_000));
        assert!(seen.done < 5 + 2 * rayon::current_num_threads() as u64 + 3, "{seen:?}");
    }

    #[test]
    fn the_effort_is_that_of_pairs_and_permutations() {
        let set: Vec<Series> = (0..50).map(|i| of_values(&format!("s{i}"), vec![1.0; 240])).collect();
        let all = CorrelateOptions::default();
        // 50 · 49 / 2 pairs, and the 20 strongest 199 times, two transforms each
        assert_eq!(effort(&set, &all), (1225 + 20 * 398) * 240);
        let against = CorrelateOptions { against: Some("s7".into()), ..all.clone() };
        assert_eq!(effort(&set, &against), (49 + 20 * 398) * 240);
        assert_eq!(effort(&set[..2], &all), (1 + 398) * 240);
        assert_eq!((effort(&set[..1], &all), effort(&[], &all)), (0, 0));
    }

    #[test]
    fn a_shared_season_is_no_relation() {
        let mut random = ChaCha8Rng::seed_from_u64(8);
        let mut related = 0;
        for seed in 0..30 {
            let mut daily = || {
                let noise = ar(480, 0.5, &mut random);
                let cycle = |i: usize| 4.0 * (std::f64::consts::TAU * i as f64 / 24.0).sin();
                of_values("daily", noise.iter().enumerate().map(|(i, v)| v + cycle(i)).collect())
            };
            let set = [daily(), daily()];
            let options = CorrelateOptions { seed, permutations: 99, ..CorrelateOptions::default() };
            related += usize::from(correlate(&set, &options).unwrap().pairs[0].verdict == PairVerdict::Related);
        }
        // 1.5 of 30 are expected
        assert!(related <= 5, "{related}");
    }
}
